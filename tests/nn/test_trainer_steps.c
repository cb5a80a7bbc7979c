/* What a trainer is made of: optimisers against steps computed by hand, schedules. */
#include "support.h"

#include <math.h>

#include "sartor/base/rng.h"
#include "sartor/nn/optimizer.h"
#include "sartor/nn/schedule.h"

/* ---- optimisers ---- */

/* One weight of 1 and the gradients of one or two steps at rate 0.1. */
static void expect_steps(enum sr_optimizer_kind kind, double decay, bool decays, double first,
                         double second, double after_first, double after_second)
{
    struct sr_error error = {0};
    float w = 1, g = (float)first;
    struct sr_slot slot = {.values = &w, .gradient = &g, .count = 1, .decays = decays};
    struct sr_optimizer_options options = {kind, 0.9, decay};
    struct sr_optimizer *optimizer = sr_optimizer_new(&options, &slot, 1, NULL, &error);
    assert_non_null(optimizer);
    sr_optimizer_step(optimizer, 0.1, 1, 0);
    assert_float_equal(w, after_first, 1e-6);
    g = (float)second;
    sr_optimizer_step(optimizer, 0.1, 1, 0);
    assert_float_equal(w, after_second, 1e-6);
    assert_int_equal(*sr_optimizer_steps(optimizer), 2);
    sr_optimizer_free(optimizer);
}

static void test_sgd(void **state)
{
    (void)state;
    /* v = 0.5, w = 1 - 0.1 (0.5 + 0.45); v = 0.95, w -= 0.1 (0.5 + 0.855). */
    expect_steps(SR_OPTIMIZER_SGD, 0, true, 0.5, 0.5, 0.905, 0.7695);
    /* The decay joins the gradient: 0.6, then 0.5 + 0.0886 and v = 0.54 + 0.5886. */
    expect_steps(SR_OPTIMIZER_SGD, 0.1, true, 0.5, 0.5, 0.886,
                 0.886 - 0.1 * (0.5886 + 0.9 * 1.1286));
    /* Biases and norms are spared. */
    expect_steps(SR_OPTIMIZER_SGD, 0.1, false, 0.5, 0.5, 0.905, 0.7695);
}

static void test_adam(void **state)
{
    (void)state;
    /* The first step is the rate whatever the gradient; then m = -0.005 / 0.19, v = 0.25. */
    double second = 0.1 * (0.005 / 0.19) / 0.5;
    expect_steps(SR_OPTIMIZER_ADAM, 0, true, 0.5, -0.5, 0.9, 0.9 + second);
    expect_steps(SR_OPTIMIZER_ADAMW, 0.1, true, 0.5, -0.5, 0.99 - 0.1, 0.89 * 0.99 + second);
    expect_steps(SR_OPTIMIZER_ADAMW, 0.1, false, 0.5, -0.5, 0.9, 0.9 + second);
    /* Muon is AdamW for what is no filter. */
    expect_steps(SR_OPTIMIZER_MUON, 0.1, true, 0.5, -0.5, 0.99 - 0.1, 0.89 * 0.99 + second);
}

static void test_norm_and_clip(void **state)
{
    struct sr_error error = {0};
    float w[2] = {1, 1}, v[1] = {1}, g[2] = {3, 0}, h[1] = {4};
    struct sr_slot slots[] = {{.values = w, .gradient = g, .count = 2},
                              {.values = v, .gradient = h, .count = 1}};
    struct sr_optimizer_options options = {SR_OPTIMIZER_SGD, 0, 0};
    struct sr_optimizer *optimizer = sr_optimizer_new(&options, slots, 2, NULL, &error);
    (void)state;
    assert_float_equal(sr_optimizer_norm(optimizer), 5, 1e-12);
    sr_optimizer_step(optimizer, 0.1, 0.5, 0);
    assert_float_equal(w[0], 0.85, 1e-6);
    assert_float_equal(w[1], 1, 0);
    assert_float_equal(v[0], 0.8, 1e-6);
    g[1] = NAN;
    assert_false(isfinite(sr_optimizer_norm(optimizer)));
    sr_optimizer_free(optimizer);
}

/* Muon's step on a matrix has all its singular values near rate × 0.2 × root of the longer side. */
static void muon_step(int rows, int columns, const float *gradient, float *step)
{
    struct sr_error error = {0};
    float w[64] = {0};
    struct sr_slot slot = {.values = w,
                           .gradient = gradient,
                           .count = (size_t)(rows * columns),
                           .decays = true,
                           .filter = true,
                           .rows = rows,
                           .columns = columns};
    struct sr_optimizer_options options = {SR_OPTIMIZER_MUON, 0.9, 0.1};
    struct sr_optimizer *optimizer = sr_optimizer_new(&options, &slot, 1, NULL, &error);
    assert_non_null(optimizer);
    sr_optimizer_step(optimizer, 1, 1, 0);
    double unit = 0.2 * sqrt(rows > columns ? rows : columns);
    for (int i = 0; i < rows * columns; i++) step[i] = (float)(-w[i] / unit);
    sr_optimizer_free(optimizer);
}

static void test_muon(void **state)
{
    const float wide[6] = {3, 0, 0, 0, 0.5f, 0}, tall[6] = {3, 0, 0, 0.5f, 0, 0};
    float a[6], b[6];
    (void)state;
    muon_step(2, 3, wide, a);
    assert_in_range((int)(a[0] * 100), 65, 125);
    assert_in_range((int)(a[4] * 100), 65, 125);
    assert_float_equal(a[1], 0, 1e-6);
    assert_float_equal(a[2], 0, 1e-6);
    muon_step(3, 2, tall, b);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++) assert_float_equal(a[i * 3 + j], b[j * 2 + i], 1e-6);
}

/* Two steps on a matrix of 2 × 3, the second with another scale, against Muon written out: Nesterov
 * momentum of the scaled gradients, its norm made 1, five rounds of the iteration, weight decay
 * apart. */
static void test_muon_momentum(void **state)
{
    enum { R = 2, C = 3, N = R * C };
    static const float gradients[2][N] = {{3, 1, 0, -1, 0.5f, 2}, {-1, 2, 2, 0.5f, 3, -2}};
    static const double scales[2] = {1, 0.25};
    struct sr_error error = {0};
    float w[N] = {1, -1, 0.5f, 2, 0, 1}, g[N];
    double wanted[N], velocity[N] = {0};
    struct sr_slot slot = {.values = w,
                           .gradient = g,
                           .count = N,
                           .decays = true,
                           .filter = true,
                           .rows = R,
                           .columns = C};
    struct sr_optimizer_options options = {SR_OPTIMIZER_MUON, 0.9, 0.1};
    struct sr_optimizer *optimizer = sr_optimizer_new(&options, &slot, 1, NULL, &error);
    (void)state;
    for (int i = 0; i < N; i++) wanted[i] = (double)w[i];
    for (int step = 0; step < 2; step++) {
        double x[N], norm = 0;
        memcpy(g, gradients[step], sizeof g);
        for (int i = 0; i < N; i++) {
            const double scaled = scales[step] * (double)g[i];
            velocity[i] = 0.9 * velocity[i] + scaled;
            x[i] = scaled + 0.9 * velocity[i];
            norm += x[i] * x[i];
        }
        for (int i = 0; i < N; i++) x[i] /= sqrt(norm);
        for (int round = 0; round < 5; round++) {
            double gram[R][R] = {{0}}, square[R][R], next[N] = {0};
            for (int i = 0; i < R; i++)
                for (int j = 0; j < R; j++)
                    for (int k = 0; k < C; k++) gram[i][j] += x[i * C + k] * x[j * C + k];
            for (int i = 0; i < R; i++)
                for (int j = 0; j < R; j++)
                    square[i][j] = -4.7750 * gram[i][j] +
                                   2.0315 * (gram[i][0] * gram[0][j] + gram[i][1] * gram[1][j]);
            for (int i = 0; i < N; i++)
                next[i] =
                    3.4445 * x[i] + square[i / C][0] * x[i % C] + square[i / C][1] * x[C + i % C];
            memcpy(x, next, sizeof x);
        }
        for (int i = 0; i < N; i++) wanted[i] -= 0.05 * (0.1 * wanted[i] + 0.2 * sqrt(C) * x[i]);
        sr_optimizer_step(optimizer, 0.05, scales[step], 0);
        for (int i = 0; i < N; i++) assert_float_equal(w[i], wanted[i], 1e-5);
    }
    sr_optimizer_free(optimizer);
}

/* Several blocks, shared by any number of threads: the same bits. */
static void test_optimizer_threads(void **state)
{
    enum { COUNT = 50000 };
    struct sr_error error = {0};
    float *results[3] = {0};
    double norms[3];
    (void)state;
    for (int t = 0; t < 3; t++) {
        struct sr_pool *pool = t ? sr_pool_new(t == 1 ? 2 : 5, &error) : NULL;
        float *w = results[t] = malloc(2 * COUNT * sizeof *w), *g = w + COUNT;
        struct sr_rng rng;
        sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
        for (int i = 0; i < 2 * COUNT; i++) w[i] = sr_rng_float(&rng) - 0.5f;
        struct sr_slot slot = {.values = w,
                               .gradient = g,
                               .count = COUNT,
                               .decays = true,
                               .filter = true,
                               .rows = 100,
                               .columns = COUNT / 100};
        struct sr_optimizer_options options = {SR_OPTIMIZER_MUON, 0.9, 0.01};
        struct sr_optimizer *optimizer = sr_optimizer_new(&options, &slot, 1, pool, &error);
        norms[t] = sr_optimizer_norm(optimizer);
        for (int i = 0; i < 3; i++) sr_optimizer_step(optimizer, 0.01, 1 / norms[t], 0);
        sr_optimizer_free(optimizer);
        sr_pool_free(pool);
        assert_memory_equal(results[t], results[0], COUNT * sizeof *w);
        assert_true(norms[t] == norms[0]);
    }
    for (int t = 0; t < 3; t++) free(results[t]);
}

/* A step in parts, by stretches of some slots and the rest at the end, has the bits of a whole one;
 * averages too. */
static void test_stretches(void **state)
{
    enum { COUNT = 20000, LENGTH = 3000 };
    (void)state;
    for (int kind = 0; kind < SR_OPTIMIZER_COUNT; kind++) {
        float *results[2];
        for (int parts = 0; parts < 2; parts++) {
            struct sr_error error = {0};
            float *w = results[parts] = malloc(9 * COUNT * sizeof *w), *g = w + 6 * COUNT;
            struct sr_rng rng;
            sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
            for (int i = 0; i < 9 * COUNT; i++) w[i] = sr_rng_float(&rng) - 0.5f;
            struct sr_slot slots[3];
            for (int s = 0; s < 3; s++)
                slots[s] = (struct sr_slot){.values = w + s * COUNT,
                                            .gradient = g + s * COUNT,
                                            .average = w + (3 + s) * COUNT,
                                            .count = COUNT,
                                            .decays = s,
                                            .filter = s == 2,
                                            .rows = 100,
                                            .columns = COUNT / 100};
            struct sr_optimizer_options options = {(enum sr_optimizer_kind)kind, 0.9, 0.01};
            struct sr_optimizer *optimizer = sr_optimizer_new(&options, slots, 3, NULL, &error);
            for (int step = 0; step < 3; step++) {
                if (!parts) {
                    sr_optimizer_step(optimizer, 0.01, 0.7, 0.9f);
                    continue;
                }
                sr_optimizer_begin(optimizer, 0.01, 0.7, 0.9f);
                /* The second step is taken whole: what the first took by stretches is forgotten. */
                for (size_t slot = 1; slot < 3 && step != 1; slot++)
                    for (size_t at = 0; at < COUNT; at += LENGTH)
                        sr_optimizer_stretch(optimizer, slot, at,
                                             COUNT - at < LENGTH ? COUNT - at : LENGTH);
                sr_optimizer_finish(optimizer);
            }
            sr_optimizer_free(optimizer);
        }
        assert_memory_equal(results[0], results[1], 6 * COUNT * sizeof(float));
        free(results[0]), free(results[1]);
    }
}

/* The moments of a weight without a gradient come to zero: subnormal numbers would take their time
 * for ever.
 */
static void test_moments_settle(void **state)
{
    (void)state;
    for (int kind = 0; kind < SR_OPTIMIZER_COUNT; kind++) {
        struct sr_error error = {0};
        float w[2][20], g[20];
        for (int i = 0; i < 20; i++) w[0][i] = w[1][i] = 1, g[i] = 1e-6f * (float)(i - 9);
        struct sr_slot slots[2] = {
            {.values = w[0], .gradient = g, .count = 19},
            {.values = w[1], .gradient = g, .count = 20, .filter = true, .rows = 4, .columns = 5}};
        struct sr_optimizer_options options = {(enum sr_optimizer_kind)kind, 0.9, 0};
        struct sr_optimizer *optimizer = sr_optimizer_new(&options, slots, 2, NULL, &error);
        sr_optimizer_step(optimizer, 0.01, 1, 0);
        for (int i = 0; i < 20; i++) g[i] = 0;
        for (int step = 0; step < 60000; step++) {
            sr_optimizer_step(optimizer, 0.01, 1, 0);
            for (int moment = 0; moment < 4; moment++) {
                const float *values =
                    sr_optimizer_moment(optimizer, (size_t)moment / 2, moment % 2);
                for (int i = 0; values && i < 19; i++)
                    assert_true(values[i] == 0 || isnormal(values[i]));
            }
        }
        for (size_t slot = 0; slot < 2; slot++)
            for (int i = 0; i < 19; i++)
                assert_true(sr_optimizer_moment(optimizer, slot, 0)[i] == 0);
        sr_optimizer_free(optimizer);
    }
}

/* ---- schedules ---- */

static void test_schedules(void **state)
{
    struct sr_schedule s = {SR_SCHEDULE_CONSTANT, 0.5, 4, 10};
    (void)state;
    assert_float_equal(sr_schedule_rate(&s, 0), 0.125, 1e-12);
    assert_float_equal(sr_schedule_rate(&s, 3), 0.5, 1e-12);
    assert_float_equal(sr_schedule_rate(&s, 9), 0.5, 1e-12);
    s = (struct sr_schedule){SR_SCHEDULE_COSINE, 0.5, 0, 10};
    assert_float_equal(sr_schedule_rate(&s, 0), 0.5, 1e-12);
    assert_float_equal(sr_schedule_rate(&s, 5), 0.25, 1e-12);
    assert_true(sr_schedule_rate(&s, 9) > 0 && sr_schedule_rate(&s, 9) < 0.02);
    assert_true(sr_schedule_rate(&s, 99) == sr_schedule_rate(&s, 9));
    s = (struct sr_schedule){SR_SCHEDULE_ONECYCLE, 1, 0, 1000};
    assert_float_equal(sr_schedule_rate(&s, 0), 0.04, 0.005);
    assert_float_equal(sr_schedule_rate(&s, 299), 1, 1e-12);
    assert_float_equal(sr_schedule_rate(&s, 650), 0.5, 0.001);
    /* 1e-4 is left, and of the rest half a cosine at 699 of 700 steps: (π / 700)² / 4. */
    assert_float_equal(sr_schedule_rate(&s, 999), 1e-4 + 5.035e-6, 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sgd),           cmocka_unit_test(test_adam),
        cmocka_unit_test(test_norm_and_clip), cmocka_unit_test(test_muon),
        cmocka_unit_test(test_muon_momentum), cmocka_unit_test(test_optimizer_threads),
        cmocka_unit_test(test_stretches),     cmocka_unit_test(test_moments_settle),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
