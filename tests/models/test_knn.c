#include "../../src/models/knn.c" /* for its bytes; its class stands in for the library's */

#include "mini.h"
#include "sartor/base/rng.h"

static struct sr_args *parse(const char *line)
{
    return parse_line(&sr_model_class_knn, line);
}

static struct sr_model *fit_samples(const char *line, const struct sr_samples *train,
                                    struct sr_model_shape shape)
{
    struct sr_args *args = parse(line);
    struct sr_fit fit = {.params = args, .shape = shape, .train = *train};
    struct sr_model *model = sr_model_new(&sr_model_class_knn, "test");
    assert_ok(sr_model_fit(model, &fit, &error));
    sr_args_free(args);
    return model;
}

/* Distance by its definition, over the bytes that are compared. */
static double plain_distance(const struct knn *knn, const uint8_t *a, const uint8_t *b)
{
    double sum = 0, product = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < knn->length; i++) {
        double difference = (double)a[i] - b[i];
        sum += knn->metric == METRIC_L1 ? fabs(difference) : difference * difference;
        product += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    if (knn->metric == METRIC_COSINE)
        return aa > 0 && bb > 0 ? 1 - product / (sqrt(aa) * sqrt(bb)) : 1;
    return (knn->metric == METRIC_L1 ? sum : sqrt(sum)) / scales[knn->features];
}

/* The nearest rows of one query by looking at every row, ties to the lower one. */
static void brute_force(const struct knn *knn, const struct sr_samples *train, const uint8_t *query,
                        size_t k, uint32_t *rows, double *distances)
{
    uint8_t a[4096], b[4096];
    size_t found = 0;
    row_bytes(knn, query, a);
    for (size_t i = 0; i < train->count; i++) {
        row_bytes(knn, sr_samples_pixels(train, i), b);
        double apart = plain_distance(knn, a, b);
        size_t at = found < k ? found++ : k;
        if (at == k && !(apart < distances[k - 1] - 1e-12)) continue;
        if (at == k) at--;
        for (; at > 0 && distances[at - 1] > apart + 1e-12; at--) {
            distances[at] = distances[at - 1];
            rows[at] = rows[at - 1];
        }
        distances[at] = apart;
        rows[at] = sr_samples_row(train, i);
    }
}

static const char *const settings[] = {
    "k=1 metric=l2 weights=uniform",
    "k=7 metric=l2 weights=distance",
    "k=6 metric=l1 weights=distance",
    "k=50 metric=l1 weights=uniform",
    "k=3 metric=cosine",
    "k=4 metric=l2 features=hog",
    "k=5 metric=cosine features=hog",
    "k=9 metric=l1 features=hog",
};

static void test_brute_force(void **unused)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_samples test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    (void)unused;
    test.count = 60;
    for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
        struct sr_model *model =
            fit_samples(settings[s], &train, (struct sr_model_shape){{28, 28, 1}, 10});
        const struct knn *knn = model->state;
        size_t k = (size_t)knn->k;
        float *probabilities = calloc(test.count * 10, sizeof *probabilities);
        assert_ok(sr_model_predict(model, &test, NULL, NULL, probabilities, &error));
        for (size_t q = 0; q < test.count; q++) {
            uint32_t rows[50], wanted[50];
            double distances[50], apart[50], votes[10] = {0}, total = 0;
            brute_force(knn, &train, sr_samples_pixels(&test, q), k, wanted, apart);
            assert_int_equal(knn_nearest(knn, sr_samples_pixels(&test, q), rows, distances, k), k);
            for (size_t i = 0; i < k; i++) {
                assert_int_equal(rows[i], wanted[i]);
                assert_true(fabs(distances[i] - apart[i]) < 1e-9 * (1 + apart[i]));
                double weight = knn->weighted ? 1 / apart[i] : 1;
                votes[mini->files[SR_FILE_TRAIN].labels[rows[i]]] += weight;
                total += weight;
            }
            for (int c = 0; c < 10; c++)
                assert_true(fabs((double)probabilities[q * 10 + (size_t)c] - votes[c] / total) <
                            1e-6);
        }
        free(probabilities);
        sr_model_unref(model);
    }
}

/* Small images full of ties: few grey values, every image there twice, the all-black one too. */
static void test_ties(void **unused)
{
    enum { COUNT = 300, SIDE = 8, PIXELS = SIDE * SIDE };
    static uint8_t pixels[COUNT * PIXELS], labels[COUNT];
    static const char *const metrics[] = {"k=20 metric=l2", "k=20 metric=l1", "k=20 metric=cosine"};
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)sr_rng_below(&rng, 3);
        for (size_t j = 0; j < PIXELS; j++) {
            pixels[i * PIXELS + j] = i == 7                  ? 0
                                     : i >= COUNT / 2        ? pixels[(i - COUNT / 2) * PIXELS + j]
                                     : sr_rng_below(&rng, 8) ? 0
                                                             : 255;
        }
    }
    struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};
    struct sr_samples all = {&images, NULL, COUNT};
    for (int m = 0; m < 3; m++) {
        struct sr_model *model =
            fit_samples(metrics[m], &all, (struct sr_model_shape){{SIDE, SIDE, 1}, 3});
        float probabilities[COUNT * 3];
        assert_ok(sr_model_predict(model, &all, NULL, NULL, probabilities, &error));
        for (size_t q = 0; q < COUNT; q++) {
            uint32_t rows[20], wanted[20];
            double distances[20], apart[20];
            brute_force(model->state, &all, pixels + q * PIXELS, 20, wanted, apart);
            assert_int_equal(knn_nearest(model->state, pixels + q * PIXELS, rows, distances, 20),
                             20);
            assert_memory_equal(rows, wanted, sizeof rows);
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                assert_true(isfinite(probabilities[q * 3 + (size_t)c]));
                sum += (double)probabilities[q * 3 + (size_t)c];
            }
            assert_true(fabs(sum - 1) < 1e-6);
            /* Distance 0 outvotes the rest: only the labels of identical images count. */
            if (m == 0 && apart[1] == 0 && apart[2] > 0 && labels[rows[0]] == labels[rows[1]])
                assert_true(probabilities[q * 3 + labels[rows[0]]] == 1);
        }
        sr_model_unref(model);
    }
}

static void test_threads(void **unused)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_samples test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    (void)unused;
    for (size_t s = 2; s < 6; s += 3) {
        struct sr_model *model =
            fit_samples(settings[s], &train, (struct sr_model_shape){{28, 28, 1}, 10});
        float *first = calloc(test.count * 10, sizeof *first),
              *other = calloc(test.count * 10, sizeof *other);
        assert_ok(sr_model_predict(model, &test, NULL, NULL, first, &error));
        for (int threads = 2; threads <= 3; threads++) {
            struct sr_pool *pool = sr_pool_new(threads, &error);
            assert_ok(sr_model_predict(model, &test, pool, NULL, other, &error));
            assert_memory_equal(first, other, test.count * 10 * sizeof *first);
            sr_pool_free(pool);
        }
        size_t right = 0;
        for (size_t i = 0; i < test.count; i++) {
            int best = 0;
            for (int c = 1; c < 10; c++) {
                if (first[i * 10 + (size_t)c] > first[i * 10 + (size_t)best]) best = c;
            }
            right += best == sr_samples_label(&test, i);
        }
        assert_true((double)right > 0.74 * (double)test.count);
        free(first);
        free(other);
        sr_model_unref(model);
    }
}

static bool refuse(void *owner)
{
    (void)owner;
    return false;
}

static void test_stop(void **unused)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_monitor monitor = {.proceed = refuse};
    float probabilities[10];
    (void)unused;
    struct sr_args *args = parse("");
    struct sr_fit fit = {
        .params = args, .shape = {{28, 28, 1}, 10}, .train = train, .monitor = &monitor};
    struct sr_model *model = sr_model_new(&sr_model_class_knn, "test");
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_CANCELLED, "Stopped");
    fit.monitor = NULL;
    assert_ok(sr_model_fit(model, &fit, &error));
    train.count = 1;
    assert_refused(sr_model_predict(model, &train, NULL, &monitor, probabilities, &error),
                   SR_ERROR_CANCELLED, "Stopped");
    sr_args_free(args);
    sr_model_unref(model);
}

static void test_bad_values(void **unused)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    (void)unused;
    assert_null(parse("k=0"));
    assert_null(parse("metric=l3"));
    train.count = 30;
    /* More neighbours than vote can be asked for, up to all. */
    struct sr_model *few = fit_samples("k=3", &train, (struct sr_model_shape){{28, 28, 1}, 10});
    uint32_t rows[40];
    double distances[40];
    assert_int_equal(knn_nearest(few->state, sr_samples_pixels(&train, 4), rows, distances, 8), 8);
    assert_int_equal(rows[0], sr_samples_row(&train, 4));
    assert_int_equal(knn_nearest(few->state, sr_samples_pixels(&train, 4), rows, distances, 40),
                     30);
    assert_int_equal(knn_nearest(few->state, sr_samples_pixels(&train, 4), rows, distances, 0), 0);
    sr_model_unref(few);
    struct sr_args *args = parse("k=31");
    struct sr_fit fit = {.params = args, .shape = {{28, 28, 1}, 10}, .train = train};
    struct sr_model *model = sr_model_new(&sr_model_class_knn, "test");
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_ARGUMENT,
                   "k=31 asks for more neighbours than the 30");
    sr_args_free(args);
    sr_model_unref(model);
}

static void test_load(void **unused)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model_shape shape = {{28, 28, 1}, 10};
    static const char *const lines[] = {"k=3 metric=l2", "k=3 metric=cosine features=hog"};
    (void)unused;
    train.count = 200;
    for (int features = 0; features < 2; features++) {
        struct sr_tensors set = {0};
        void *state = NULL;
        struct sr_model *model = fit_samples(lines[features], &train, shape);
        assert_ok(knn_save(model->state, &set, &error));
        assert_ok(knn_load(&set, model->params, &shape, &state, &error));
        struct knn *back = state, *knn = model->state;
        assert_int_equal(back->bounded, knn->bounded);
        if (knn->bounded) {
            assert_memory_equal(back->coarse.rows, knn->coarse.rows, knn->padded * knn->stride);
            assert_memory_equal(back->coarse.slacks, knn->coarse.slacks,
                                knn->padded * sizeof *knn->coarse.slacks);
        } else {
            assert_memory_equal(back->set.packed, knn->set.packed, knn->padded * knn->stride);
        }
        assert_memory_equal(back->rows, knn->rows, 200 * sizeof *knn->rows);
        assert_memory_equal(back->lengths, knn->lengths, 200 * sizeof *knn->lengths);
        assert_int_equal(knn_size(back), 200 * back->length);
        knn_free(state);
        if (!features) {
            assert_refused(knn_load(&set, model->params, &(struct sr_model_shape){{28, 40, 1}, 10},
                                    &state, &error),
                           SR_ERROR_FORMAT, "28, 40");
        }
        assert_refused(
            knn_load(&set, model->params, &(struct sr_model_shape){{28, 28, 1}, 4}, &state, &error),
            SR_ERROR_FORMAT, "label");
        ((int64_t *)sr_tensors_find(&set, "rows")->data)[5] = -1;
        assert_refused(knn_load(&set, model->params, &shape, &state, &error), SR_ERROR_FORMAT,
                       "row -1");
        struct sr_args *many = parse(features ? "k=500 features=hog" : "k=500");
        assert_refused(knn_load(&set, many, &shape, &state, &error), SR_ERROR_FORMAT,
                       "fewer than k");
        sr_args_free(many);
        sr_tensors_fini(&set);
        sr_model_unref(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brute_force), cmocka_unit_test(test_ties),
        cmocka_unit_test(test_threads),     cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bad_values),  cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests_name("models/knn", tests, set_up, tear_down);
}
