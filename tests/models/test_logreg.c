#include "../../src/models/cholesky.h"
#include "../../src/models/lbfgs.h"
#include "../../src/models/logreg_metric.h"
#include "../../src/models/logreg_objective.h"

#include "mini.h"
#include "sartor/base/rng.h"
#include "sartor/models/families.h"

static struct sr_args *parse(const char *line)
{
    return parse_line(&sr_model_class_logreg, line);
}

static struct sr_fit make_fit(struct sr_args *args)
{
    return (struct sr_fit){.params = args,
                           .shape = {{28, 28, 1}, 10},
                           .train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN),
                           .validation = sr_split_samples(mini, &split, SR_SPLIT_VALIDATION),
                           .seed = 1};
}

static struct sr_model *fit_model(const char *line, struct sr_pool *pool,
                                  const struct sr_monitor *monitor)
{
    struct sr_args *args = parse(line);
    struct sr_fit fit = make_fit(args);
    struct sr_model *model = sr_model_new(&sr_model_class_logreg, "test");
    fit.pool = pool;
    fit.monitor = monitor;
    assert_ok(sr_model_fit(model, &fit, &error));
    sr_args_free(args);
    return model;
}

/* The objective and its gradient once more, plainly and in double precision, in the weights
 * themselves. */
static double plain_objective(const struct logreg *model, const double *weights, double C,
                              double *gradient)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    const size_t d = model->inputs, n = d + 1;
    double value = 0;
    for (size_t i = 0; i < 10 * n; i++) {
        gradient[i] = i % n == d ? 0 : weights[i] / C;
        value += i % n == d ? 0 : weights[i] * weights[i] / (2 * C);
    }
    for (size_t i = 0; i < train.count; i++) {
        const uint8_t *pixels = sr_samples_pixels(&train, i);
        double z[10], total = 0, most = -INFINITY;
        for (int c = 0; c < 10; c++) {
            z[c] = weights[(size_t)c * n + d];
            for (size_t j = 0; j < d; j++) z[c] += weights[(size_t)c * n + j] * pixels[j] / 255.0;
            most = fmax(most, z[c]);
        }
        for (int c = 0; c < 10; c++) total += exp(z[c] - most);
        value += log(total) + most - z[sr_samples_label(&train, i)];
        for (int c = 0; c < 10; c++) {
            double p = exp(z[c] - most) / total - (c == sr_samples_label(&train, i));
            gradient[(size_t)c * n + d] += p;
            for (size_t j = 0; j < d; j++) gradient[(size_t)c * n + j] += p * pixels[j] / 255.0;
        }
    }
    return value;
}

/* With the usual tolerance the objective is within 1e-4 of that of a far smaller one. */
static void test_usual_tolerance(void **unused)
{
    (void)unused;
    static const char *const lines[][2] = {{"C=0.1", "C=0.1 tolerance=1e-7 max_iterations=3000"},
                                           {"C=0.3", "C=0.3 tolerance=1e-7 max_iterations=3000"}};
    for (size_t k = 0; k < 2; k++) {
        double values[2];
        for (size_t i = 0; i < 2; i++) {
            struct sr_model *model = fit_model(lines[k][i], NULL, NULL);
            const struct logreg *state = model->state;
            const size_t length = logreg_count(state);
            double *weights = calloc(length, sizeof *weights),
                   *gradient = calloc(length, sizeof *gradient);
            for (size_t w = 0; w < length; w++) weights[w] = (double)state->weights[w];
            values[i] = plain_objective(state, weights, k ? 0.3 : 0.1, gradient);
            free(weights);
            free(gradient);
            sr_model_unref(model);
        }
        if (!(values[0] <= values[1] * (1 + 1e-4)))
            fail_msg("%s: objective %.9g, at the minimum %.9g", lines[k][0], values[0], values[1]);
    }
}

/* At the end the gradient is as small as was promised, by a computation of its own; and the value
 * is within |g|²C/2 of the minimum, as the penalty makes the objective 1/C-convex in the weights.
 */
static void test_optimum(void **unused)
{
    (void)unused;
    struct sr_model *model = fit_model("C=1 tolerance=1e-5 max_iterations=1000", NULL, NULL);
    const struct logreg *state = model->state;
    size_t length = logreg_count(state);
    double *weights = calloc(length, sizeof *weights), *gradient = calloc(length, sizeof *gradient),
           largest = 0;
    for (size_t i = 0; i < length; i++) weights[i] = (double)state->weights[i];
    plain_objective(state, weights, 1, gradient);
    for (size_t i = 0; i < length; i++) largest = fmax(largest, fabs(gradient[i]));
    assert_true(largest / (double)model->train_count <= 1.2e-5);
    assert_true(model->epochs > 5 && model->epochs < 1000);
    assert_true(model->history[model->epochs - 1].train_loss < model->history[0].train_loss);
    assert_true(model->history[0].validation_accuracy > 0);
    assert_float_equal(model->history[model->epochs - 1].train_accuracy,
                       accuracy(model, SR_SPLIT_TRAIN), 1e-9);
    assert_float_equal(model->history[model->epochs - 1].validation_accuracy,
                       accuracy(model, SR_SPLIT_VALIDATION), 1e-9);
    free(weights);
    free(gradient);
    sr_model_unref(model);
}

/* What the fit minimises and its gradient, in its own variables, against differences of itself and
 * against the plain objective. */
static void test_gradient(void **unused)
{
    (void)unused;
    struct sr_args *args = parse("C=0.5");
    struct sr_fit fit = make_fit(args);
    struct objective objective = {.fit = &fit, .C = 0.5, .tolerance = 1};
    logreg_ranks_init(&objective.shared, &fit);
    objective.model = logreg_new(args, &fit.shape, &error);
    assert_ok(logreg_rows_init(&objective.train, objective.model, &fit, &fit.train, &error));
    assert_ok(logreg_metric(&objective.train, &fit, 0.5, &objective.factor, &error));
    assert_ok(objective_init(&objective, &error));
    size_t length = logreg_count(objective.model);
    double *x = calloc(length, sizeof *x), *gradient = calloc(length, sizeof *gradient),
           *ignored = calloc(length, 8);
    double *plain = calloc(length, sizeof *plain);
    struct sr_rng rng;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < length; i++) x[i] = 0.3 * sr_rng_normal(&rng);
    double value = objective_evaluate(&objective, x, gradient);
    double reference = plain_objective(objective.model, objective.weights, 0.5, plain);
    assert_true(fabs(value - reference) < 1e-5 * reference);
    for (size_t i = 0; i < length; i++)
        assert_true(fabs((double)objective.sum[i] +
                         (i % 785 == 784 ? 0 : objective.weights[i] / 0.5) - plain[i]) < 2e-3);
    for (int round = 0; round < 20; round++) {
        double h = 0.05, along = 0, norm = 0;
        double *direction = calloc(length, 8), *there = calloc(length, 8);
        for (size_t i = 0; i < length; i++) {
            direction[i] = sr_rng_normal(&rng);
            norm += direction[i] * direction[i];
        }
        for (size_t i = 0; i < length; i++) {
            direction[i] /= sqrt(norm);
            along += direction[i] * gradient[i];
            there[i] = x[i] + h * direction[i];
        }
        double up = objective_evaluate(&objective, there, ignored);
        for (size_t i = 0; i < length; i++) there[i] = x[i] - h * direction[i];
        double down = objective_evaluate(&objective, there, ignored);
        assert_true(fabs((up - down) / (2 * h) - along) < 0.02 * (1 + fabs(along)));
        free(direction);
        free(there);
    }
    free(x);
    free(gradient);
    free(ignored);
    free(plain);
    objective_fini(&objective);
    sr_args_free(args);
}

/* Two images, one class each, that differ in one pixel. By symmetry its two weights are m/2 and
 * -m/2 and the biases -m/4 and m/4, so that both images have the logits' difference m/2 in their
 * class's favour. What is left, 2 log(1 + e^(-m/2)) + m²/(4C), is least where m (1 + e^(m/2)) = 2C.
 */
static void test_by_hand(void **unused)
{
    enum { SIDE = 8, PIXELS = SIDE * SIDE };
    uint8_t pixels[2 * PIXELS] = {0}, labels[2] = {0, 1};
    (void)unused;
    pixels[17] = 255;
    struct sr_images images = {2, {SIDE, SIDE, 1}, pixels, labels};
    for (int round = 0; round < 3; round++) {
        static const char *const lines[] = {"C=1 tolerance=1e-7", "C=10 tolerance=1e-7",
                                            "C=0.01 tolerance=1e-7"};
        static const double Cs[] = {1, 10, 0.01};
        struct sr_args *args = parse(lines[round]);
        struct sr_fit fit = {
            .params = args, .shape = {{SIDE, SIDE, 1}, 2}, .train = {&images, NULL, 2}};
        struct sr_model *model = sr_model_new(&sr_model_class_logreg, "hand");
        assert_ok(sr_model_fit(model, &fit, &error));
        const struct logreg *state = model->state;
        double low = 0, high = 100;
        for (int i = 0; i < 200; i++) {
            double m = (low + high) / 2;
            if (m * (1 + exp(m / 2)) < 2 * Cs[round])
                low = m;
            else
                high = m;
        }
        double m = (double)state->weights[17] - (double)state->weights[PIXELS + 1 + 17];
        assert_true(fabs(m - low) < 1e-4 * (1 + low));
        double b = (double)state->weights[PIXELS] - (double)state->weights[2 * PIXELS + 1];
        assert_true(fabs(b + low / 2) < 1e-4 * (1 + low));
        assert_true(state->weights[16] == 0);
        sr_model_unref(model);
        sr_args_free(args);
    }
}

static void test_threads(void **unused)
{
    static const char *const lines[] = {"C=0.1", "C=0.1 features=hog"};
    (void)unused;
    for (int features = 0; features < 2; features++) {
        struct sr_model *models[3];
        float *probabilities[3];
        for (int threads = 1; threads <= 3; threads++) {
            struct sr_pool *pool = sr_pool_new(threads, &error);
            struct sr_model *model = models[threads - 1] = fit_model(lines[features], pool, NULL);
            struct sr_samples test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
            float *p = probabilities[threads - 1] = calloc(test.count * 10, sizeof *p), alone[10];
            assert_ok(sr_model_predict(model, &test, pool, NULL, p, &error));
            for (size_t i = 0; i < test.count; i += 97) { /* alone as in company */
                uint32_t row = (uint32_t)i;
                assert_ok(sr_model_predict(model, &(struct sr_samples){test.images, &row, 1}, NULL,
                                           NULL, alone, &error));
                assert_memory_equal(alone, p + i * 10, sizeof alone);
            }
            if (threads > 1) {
                assert_memory_equal(((struct logreg *)model->state)->weights,
                                    ((struct logreg *)models[0]->state)->weights,
                                    logreg_count(model->state) * sizeof(float));
                assert_memory_equal(p, probabilities[0], test.count * 10 * sizeof *p);
            } else {
                size_t right = 0;
                for (size_t i = 0; i < test.count; i++) {
                    int best = 0;
                    double sum = 0;
                    for (int c = 0; c < 10; c++) {
                        if (p[i * 10 + (size_t)c] > p[i * 10 + (size_t)best]) best = c;
                        sum += (double)p[i * 10 + (size_t)c];
                    }
                    assert_true(fabs(sum - 1) < 1e-5);
                    right += best == sr_samples_label(&test, i);
                }
                assert_true((double)right > (features ? 0.82 : 0.76) * (double)test.count);
            }
            sr_pool_free(pool);
        }
        for (int i = 0; i < 3; i++) {
            sr_model_unref(models[i]);
            free(probabilities[i]);
        }
    }
}

/* L L' gives the matrix back, across blocks; a singular one still gets a usable factor. */
static void test_factor(void **unused)
{
    enum { N = 150 };
    static double matrix[N * N], factor[N * N];
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 2, SR_STREAM_TEST, 0);
    for (int round = 0; round < 2; round++) {
        static double rows[N * 2 * N];
        for (size_t i = 0; i < N * 2 * N; i++) rows[i] = sr_rng_normal(&rng);
        if (round == 1) memcpy(rows, rows + 2 * N, 2 * N * sizeof *rows); /* two equal rows */
        for (size_t i = 0; i < N; i++) {
            for (size_t j = 0; j < N; j++)
                matrix[i * N + j] = lbfgs_dot(2 * N, rows + i * 2 * N, rows + j * 2 * N);
        }
        memcpy(factor, matrix, sizeof factor);
        assert_true(cholesky(factor, N, 1e-9, NULL, NULL));
        for (size_t i = 0; i < N; i++) {
            assert_true(factor[i * N + i] > 0);
            for (size_t j = 0; j <= i; j++)
                assert_true(fabs(lbfgs_dot(j + 1, factor + i * N, factor + j * N) -
                                 matrix[i * N + j]) < 1e-4);
        }
        /* In single precision it solves about as well. */
        static float packed[N * (N + 1) / 2];
        double vector[N], solved[N], most = 0, apart = 0;
        size_t at = 0;
        for (size_t i = 0; i < N; i++) {
            solved[i] = vector[i] = sr_rng_normal(&rng);
            factor[i * N + i] += round; /* a root of nearly 0 has no digits there */
            for (size_t j = 0; j <= i; j++) packed[at++] = (float)factor[i * N + j];
        }
        cholesky_forward(factor, N, vector);
        cholesky_backward(factor, N, vector);
        cholesky_solve_packed(packed, N, solved);
        for (size_t i = 0; i < N; i++) {
            most = fmax(most, fabs(vector[i]));
            apart = fmax(apart, fabs(vector[i] - solved[i]));
        }
        assert_true(apart < 1e-4 * most);
    }
}

/* Ask to stop when so many epochs have been reported. */
struct stopper {
    int epochs, limit;
    struct sr_progress last;
};

static void count_epoch(void *owner, const struct sr_epoch *epoch)
{
    (void)epoch;
    ((struct stopper *)owner)->epochs++;
}

static void keep_progress(void *owner, const struct sr_progress *progress)
{
    ((struct stopper *)owner)->last = *progress;
}

static bool go_on(void *owner)
{
    const struct stopper *stopper = owner;
    return stopper->epochs < stopper->limit;
}

static void test_stop(void **unused)
{
    struct stopper stopper = {.limit = 3};
    struct sr_monitor monitor = {&stopper, keep_progress, count_epoch, go_on};
    (void)unused;
    struct sr_model *model = fit_model("C=1", NULL, &monitor);
    assert_true(model->stopped);
    assert_int_equal(model->epochs, 3);
    assert_true(((struct logreg *)model->state)->weights[400] != 0);
    assert_string_equal(stopper.last.unit, "iteration");
    assert_true(stopper.last.done == 3 && stopper.last.total > 3 && stopper.last.seconds_left > 0);
    assert_non_null(strstr(stopper.last.note, "gradient"));
    sr_model_unref(model);

    struct sr_args *args = parse("");
    struct sr_fit fit = make_fit(args);
    stopper = (struct stopper){.limit = 0};
    fit.monitor = &monitor;
    model = sr_model_new(&sr_model_class_logreg, "test");
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_CANCELLED, "first step");
    assert_null(model->state);
    sr_model_unref(model);
    sr_args_free(args);
}

static void test_importance(void **unused)
{
    float image[784], all[784];
    (void)unused;
    struct sr_model *model = fit_model("max_iterations=3", NULL, NULL);
    const struct logreg *state = model->state;
    assert_ok(model->class->importance(state, 4, image, &error));
    assert_true(image[300] == state->weights[4 * 785 + 300]);
    assert_ok(model->class->importance(state, -1, all, &error));
    for (int i = 0; i < 784; i++) assert_true(all[i] >= fabsf(image[i]) * 0.999f);
    assert_refused(model->class->importance(state, 10, image, &error), SR_ERROR_ARGUMENT,
                   "class 10");
    sr_model_unref(model);
    model = fit_model("max_iterations=1 features=hog", NULL, NULL);
    assert_refused(model->class->importance(model->state, 0, image, &error), SR_ERROR_STATE,
                   "features=pixels");
    sr_model_unref(model);
}

static void test_bad_values(void **unused)
{
    (void)unused;
    assert_null(parse("C=0"));
    assert_non_null(strstr(error.text, "C"));
    assert_null(parse("C=-1"));
    assert_null(parse("tolerance=0"));
    assert_null(parse("features=edges"));
    assert_non_null(strstr(error.text, "hog"));
}

static void test_load(void **unused)
{
    struct sr_tensors set = {0};
    struct sr_model_shape shape = {{28, 28, 1}, 10};
    void *state = NULL;
    (void)unused;
    struct sr_model *model = fit_model("max_iterations=2", NULL, NULL);
    assert_ok(logreg_save(model->state, &set, &error));
    assert_ok(logreg_load(&set, model->params, &shape, &state, &error));
    assert_memory_equal(((struct logreg *)state)->weights, ((struct logreg *)model->state)->weights,
                        7850 * sizeof(float));
    assert_int_equal(logreg_size(state), 7850);
    logreg_free(state);
    assert_refused(
        logreg_load(&set, model->params, &(struct sr_model_shape){{28, 28, 1}, 11}, &state, &error),
        SR_ERROR_FORMAT, "[11, 784]");
    assert_refused(
        logreg_load(&set, model->params, &(struct sr_model_shape){{32, 28, 1}, 10}, &state, &error),
        SR_ERROR_FORMAT, "[10, 896]");
    ((float *)set.items[0].data)[77] = NAN;
    assert_refused(logreg_load(&set, model->params, &shape, &state, &error), SR_ERROR_FORMAT,
                   "NaN");
    /* Finite, but not to be reckoned with. */
    struct sr_samples one = {mini->files, NULL, 1};
    float probabilities[10];
    for (size_t i = 0; i < 7850; i++)
        ((struct logreg *)model->state)->weights[i] = i % 2 ? 3e38f : -3e38f;
    assert_refused(sr_model_predict(model, &one, NULL, NULL, probabilities, &error),
                   SR_ERROR_NUMERIC, "not finite");
    /* Logits of a few hundred, whose powers no float holds. */
    memset(((struct logreg *)model->state)->weights, 0, 7850 * sizeof(float));
    for (size_t c = 0; c < 10; c++)
        ((struct logreg *)model->state)->weights[c * 785 + 784] = (float)(c == 0   ? 0
                                                                          : c == 3 ? 500
                                                                                   : 499);
    assert_ok(sr_model_predict(model, &one, NULL, NULL, probabilities, &error));
    for (int c = 0; c < 10; c++) {
        assert_true(isfinite(probabilities[c])); /* cmocka takes NaN for equal */
        const double wanted = c == 0 ? 0 : (c == 3 ? exp(1) : 1) / (8 + exp(1));
        assert_float_equal(probabilities[c], wanted, 1e-5);
    }
    sr_tensors_fini(&set);
    sr_model_unref(model);
}

/* --- against Newton's method with the whole Hessian, in double precision ------------------- */

enum { SIDE = 6, INPUTS = SIDE * SIDE, OWN = 3, WEIGHTS = OWN * (INPUTS + 1), MOST = 200 };
static uint8_t own_pixels[MOST * INPUTS], own_labels[MOST];
static double hessian[WEIGHTS * WEIGHTS];

/* Value, gradient and, where wanted, Hessian at the weights. */
static double dense(const double *w, size_t count, double C, double *gradient, bool curvature)
{
    double value = 0;
    memset(hessian, 0, curvature ? sizeof hessian : 0);
    for (size_t i = 0; i < WEIGHTS; i++) {
        const bool bias = i % (INPUTS + 1) == INPUTS;
        gradient[i] = bias ? 0 : w[i] / C;
        value += bias ? 0 : w[i] * w[i] / (2 * C);
        if (curvature && !bias) hessian[i * WEIGHTS + i] = 1 / C;
    }
    for (size_t r = 0; r < count; r++) {
        double x[INPUTS + 1], z[OWN], most = -INFINITY, total = 0;
        for (size_t j = 0; j < INPUTS; j++) x[j] = own_pixels[r * INPUTS + j] / 255.0;
        x[INPUTS] = 1;
        for (size_t c = 0; c < OWN; c++) {
            z[c] = 0;
            for (size_t j = 0; j <= INPUTS; j++) z[c] += w[c * (INPUTS + 1) + j] * x[j];
            most = fmax(most, z[c]);
        }
        double others = 0;
        bool found = false;
        for (size_t c = 0; c < OWN; c++) {
            if (z[c] < most || found)
                others += exp(z[c] - most);
            else
                found = true;
            total += exp(z[c] - most);
        }
        value += log1p(others) + most - z[own_labels[r]];
        for (size_t c = 0; c < OWN; c++) {
            const double p = exp(z[c] - most) / total;
            for (size_t j = 0; j <= INPUTS; j++)
                gradient[c * (INPUTS + 1) + j] += (p - (c == own_labels[r])) * x[j];
            for (size_t d = 0; curvature && d < OWN; d++) {
                const double q = exp(z[d] - most) / total, h = p * ((c == d) - q);
                for (size_t j = 0; j <= INPUTS; j++)
                    for (size_t k = 0; k <= INPUTS; k++)
                        hessian[(c * (INPUTS + 1) + j) * WEIGHTS + d * (INPUTS + 1) + k] +=
                            h * x[j] * x[k];
            }
        }
    }
    return value;
}

/* The step that the Hessian asks for, by Cholesky. A shift of all biases changes nothing, so a
 * small number on the diagonal does not either. */
static void dense_step(const double *gradient, double *step)
{
    for (size_t i = 0; i < WEIGHTS; i++) hessian[i * WEIGHTS + i] += 1e-13;
    for (size_t i = 0; i < WEIGHTS; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = hessian[i * WEIGHTS + j];
            for (size_t k = 0; k < j; k++)
                sum -= hessian[i * WEIGHTS + k] * hessian[j * WEIGHTS + k];
            hessian[i * WEIGHTS + j] =
                i == j ? sqrt(fmax(sum, 1e-14)) : sum / hessian[j * WEIGHTS + j];
        }
        step[i] = -gradient[i];
        for (size_t k = 0; k < i; k++) step[i] -= hessian[i * WEIGHTS + k] * step[k];
        step[i] /= hessian[i * WEIGHTS + i];
    }
    for (size_t i = WEIGHTS; i-- > 0;) {
        for (size_t k = i + 1; k < WEIGHTS; k++) step[i] -= hessian[k * WEIGHTS + i] * step[k];
        step[i] /= hessian[i * WEIGHTS + i];
    }
}

static double dense_minimum(size_t count, double C)
{
    double w[WEIGHTS] = {0}, trial[WEIGHTS], gradient[WEIGHTS], step[WEIGHTS], value = 0;
    for (int k = 0; k < 200; k++) {
        value = dense(w, count, C, gradient, true);
        dense_step(gradient, step);
        double slope = 0, share = 1, ignored[WEIGHTS];
        for (size_t i = 0; i < WEIGHTS; i++) slope += step[i] * gradient[i];
        if (-slope < 1e-9 * value) break;
        for (int half = 0; half < 60; half++, share /= 2) {
            for (size_t i = 0; i < WEIGHTS; i++) trial[i] = w[i] + share * step[i];
            if (dense(trial, count, C, ignored, false) <= value + 1e-4 * share * slope) break;
        }
        memcpy(w, trial, sizeof w);
    }
    return value;
}

/* The minimum is reached whatever the penalty, with fewer rows than pixels and with more, whether
 * or not a plane separates the classes; or it is said that it is not. */
static void test_any_penalty(void **unused)
{
    (void)unused;
    static const size_t counts[] = {20, MOST};
    static const char *const penalties[] = {"1e-8", "1e-4", "0.1", "10",
                                            "1e3",  "1e4",  "1e6", "1e8"};
    struct sr_rng rng;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < MOST; i++) {
        own_labels[i] = (uint8_t)(i % OWN);
        for (size_t j = 0; j < INPUTS; j++)
            own_pixels[i * INPUTS + j] =
                (uint8_t)(sr_rng_below(&rng, 200) + (j % OWN == i % OWN ? 12 : 0));
    }
    const struct sr_images images = {MOST, {SIDE, SIDE, 1}, own_pixels, own_labels};
    for (size_t n = 0; n < 2; n++)
        for (size_t p = 0; p < sizeof penalties / sizeof *penalties; p++) {
            char line[64];
            snprintf(line, sizeof line, "C=%s", penalties[p]);
            struct sr_args *args = parse(line);
            struct sr_fit fit = {.params = args,
                                 .shape = {{SIDE, SIDE, 1}, OWN},
                                 .train = {&images, NULL, counts[n]},
                                 .seed = 1};
            struct sr_model *model = sr_model_new(&sr_model_class_logreg, "own");
            assert_ok(sr_model_fit(model, &fit, &error));
            double w[WEIGHTS], gradient[WEIGHTS], largest = 0, C = atof(penalties[p]);
            for (size_t i = 0; i < WEIGHTS; i++)
                w[i] = (double)((const struct logreg *)model->state)->weights[i];
            const double value = dense(w, counts[n], C, gradient, false),
                         least = dense_minimum(counts[n], C);
            for (size_t i = 0; i < WEIGHTS; i++) largest = fmax(largest, fabs(gradient[i]));
            if (!(value <= least * (1 + 1e-4)) || !(largest / (double)counts[n] <= 1.1e-4))
                fail_msg("C=%s, %zu rows: objective %.9g, at the minimum %.9g, gradient %.2e",
                         penalties[p], counts[n], value, least, largest / (double)counts[n]);
            sr_model_unref(model);
            sr_args_free(args);
        }
}

/* --- real rows, fewer than pixels, against the whole Hessian in the coordinates of their span ---
 */

enum { ROWS = 40, SPAN = 10 * (ROWS + 1) };
static double real_rows[ROWS][972], span[ROWS][ROWS + 1], span_hessian[SPAN][SPAN];

/* Value of logits, and by them the probabilities. */
static double loss_of(double logits[ROWS][10], const int *labels, double p[ROWS][10])
{
    double value = 0;
    for (int r = 0; r < ROWS; r++) {
        int best = 0;
        double others = 0;
        for (int c = 1; c < 10; c++)
            if (logits[r][c] > logits[r][best]) best = c;
        for (int c = 0; c < 10; c++) {
            p[r][c] = exp(logits[r][c] - logits[r][best]);
            if (c != best) others += p[r][c];
        }
        for (int c = 0; c < 10; c++) p[r][c] /= 1 + others;
        value += log1p(others) + logits[r][best] - logits[r][labels[r]];
    }
    return value;
}

static double span_value(const double *v, const int *labels, double C, double p[ROWS][10])
{
    static double logits[ROWS][10];
    double penalty = 0;
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < 10; c++) {
            logits[r][c] = 0;
            for (int j = 0; j <= ROWS; j++) logits[r][c] += span[r][j] * v[c * (ROWS + 1) + j];
        }
    for (int i = 0; i < SPAN; i++)
        if (i % (ROWS + 1) != ROWS) penalty += v[i] * v[i] / (2 * C);
    return loss_of(logits, labels, p) + penalty;
}

/* One step of Newton's method, with the slope along it. */
static double span_step(const double *v, const int *labels, double C, double p[ROWS][10],
                        double *step)
{
    double gradient[SPAN], largest = 0, slope = 0;
    for (int a = 0; a < SPAN; a++) {
        const int c = a / (ROWS + 1), j = a % (ROWS + 1);
        gradient[a] = j == ROWS ? 0 : v[a] / C;
        for (int r = 0; r < ROWS; r++) {
            double others = 0;
            for (int d = 0; d < 10; d++) others += d == c ? 0 : p[r][d];
            gradient[a] += span[r][j] * (labels[r] == c ? -others : p[r][c]);
        }
        for (int b = 0; b <= a; b++) {
            const int d = b / (ROWS + 1), k = b % (ROWS + 1);
            double sum = a == b && j != ROWS ? 1 / C : 0;
            for (int r = 0; r < ROWS; r++)
                sum += span[r][j] * span[r][k] * p[r][c] * ((c == d) - p[r][d]);
            span_hessian[a][b] = sum;
        }
        largest = fmax(largest, span_hessian[a][a]);
    }
    for (int a = 0; a < SPAN; a++) span_hessian[a][a] += 1e-14 * largest;
    assert_true(cholesky(span_hessian[0], SPAN, 1e-15, NULL, NULL));
    for (int i = 0; i < SPAN; i++) step[i] = -gradient[i];
    cholesky_forward(span_hessian[0], SPAN, step);
    cholesky_backward(span_hessian[0], SPAN, step);
    for (int i = 0; i < SPAN; i++) slope += step[i] * gradient[i];
    return slope;
}

static double span_minimum(const int *labels, double C)
{
    static double v[SPAN], trial[SPAN], step[SPAN], p[ROWS][10], ignored[ROWS][10];
    memset(v, 0, sizeof v);
    double value = 0;
    for (int k = 0; k < 100; k++) {
        value = span_value(v, labels, C, p);
        const double slope = span_step(v, labels, C, p, step);
        if (-slope < 1e-7 * value) break;
        double share = 1;
        for (int half = 0; half < 50; half++, share /= 2) {
            for (int i = 0; i < SPAN; i++) trial[i] = v[i] + share * step[i];
            if (span_value(trial, labels, C, ignored) <= value + 1e-4 * share * slope) break;
        }
        memcpy(v, trial, sizeof v);
    }
    return value;
}

/* Rows of the Cholesky factor of the rows' products: the same objective in fewer variables. */
static void make_span(size_t inputs)
{
    static double products[ROWS * ROWS];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < ROWS; j++)
            products[i * ROWS + j] = lbfgs_dot(inputs, real_rows[i], real_rows[j]);
    assert_true(cholesky(products, ROWS, 1e-15, NULL, NULL));
    memset(span, 0, sizeof span);
    for (size_t i = 0; i < ROWS; i++) {
        memcpy(span[i], products + i * ROWS, (i + 1) * sizeof(double));
        span[i][ROWS] = 1;
    }
}

static void test_real_rows(void **unused)
{
    static const char *const lines[] = {
        "C=1e-8", "C=1e-3", "C=1", "C=1e4", "C=1e8", "features=hog C=1", "features=hog C=1e4"};
    (void)unused;
    const struct sr_samples whole = sr_split_samples(mini, &split, SR_SPLIT_TRAIN),
                            few = {whole.images, whole.rows, ROWS};
    int labels[ROWS];
    for (size_t i = 0; i < ROWS; i++) labels[i] = sr_samples_label(&few, i);
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        struct sr_model *model;
        if (fit_line(&sr_model_class_logreg, lines[k], &few, mini_shape, 2, NULL, &model))
            fail_msg("%s: %s", lines[k], error.text);
        const struct logreg *state = model->state;
        const double C = atof(strstr(lines[k], "C=") + 2);
        static double logits[ROWS][10], p[ROWS][10];
        double penalty = 0;
        float values[972];
        for (size_t i = 0; i < ROWS; i++) {
            sr_features_fill(state->features, &few, i, 1, values, state->inputs, NULL);
            for (size_t j = 0; j < state->inputs; j++) real_rows[i][j] = (double)values[j];
        }
        make_span(state->inputs);
        for (size_t c = 0; c < 10; c++) {
            const float *w = state->weights + c * (state->inputs + 1);
            for (size_t j = 0; j < state->inputs; j++)
                penalty += (double)w[j] * (double)w[j] / (2 * C);
            for (size_t i = 0; i < ROWS; i++) {
                logits[i][c] = (double)w[state->inputs];
                for (size_t j = 0; j < state->inputs; j++)
                    logits[i][c] += (double)w[j] * real_rows[i][j];
            }
        }
        const double value = loss_of(logits, labels, p) + penalty, least = span_minimum(labels, C);
        if (!(value <= least * (1 + 1e-4)) || !(value >= least * (1 - 1e-5)))
            fail_msg("%s: objective %.9g, at the minimum %.9g", lines[k], value, least);
        sr_model_unref(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor),
        cmocka_unit_test(test_optimum),
        cmocka_unit_test(test_usual_tolerance),
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_importance),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_any_penalty),
        cmocka_unit_test(test_real_rows),
    };
    return cmocka_run_group_tests_name("models/logreg", tests, set_up, tear_down);
}
