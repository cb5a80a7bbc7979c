/* The SVM: optimality of every pair in double precision, a case by hand, libsvm beside it, the
 * same bits at any thread count, files that lie. */
#include "mini.h"

#include "../../src/models/svm.h"
#include "sartor/base/file.h"
#include "sartor/base/rng.h"
#include "sartor/models/families.h"
#include "sartor/models/svm.h"
#include <unistd.h>

static struct sr_samples train, test;

static int set_up_samples(void **unused)
{
    if (set_up(unused)) return 1;
    train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    return 0;
}

static struct sr_args *parse(const char *line)
{
    return parse_line(&sr_model_class_svm, line);
}

static enum sr_status fit(const char *line, const struct sr_samples *samples,
                          struct sr_model_shape shape, int threads,
                          const struct sr_monitor *monitor, struct sr_model **model)
{
    return fit_line(&sr_model_class_svm, line, samples, shape, threads, monitor, model);
}

static struct sr_model *fit_mini(const char *line, int threads)
{
    struct sr_model *model;
    assert_ok(fit(line, &train, mini_shape, threads, NULL, &model));
    return model;
}

/* ---- optimality ---- */

/* `whole`: numbers are taken to be multiples of 1 / whole, which a float is only nearly. */
static double kernel_of(const struct svm_kernel *kernel, const float *x, const float *z,
                        size_t count, double whole)
{
    double product = 0, distance = 0;
    for (size_t k = 0; k < count; k++) {
        double a = (double)x[k], b = (double)z[k];
        if (whole > 0) {
            a = round(a * whole) / whole;
            b = round(b * whole) / whole;
        }
        product += a * b;
        distance += (a - b) * (a - b);
    }
    if (kernel->kind == SVM_RBF) return exp(-kernel->gamma * distance);
    return kernel->kind == SVM_LINEAR
               ? product
               : pow(kernel->gamma * product + kernel->coef0, kernel->degree);
}

static double plain_kernel(const struct svm_kernel *kernel, const float *x, const float *z,
                           size_t count)
{
    return kernel_of(kernel, x, z, count, 0);
}

/* alpha y of a training row towards the other class of a pair; 0 if it is no support vector. */
static double coefficient(const struct svm *svm, int class, int other, uint32_t row)
{
    size_t others = (size_t)svm->present - 1, column = (size_t)(other < class ? other : other - 1);
    for (size_t i = svm->firsts[class]; i < svm->firsts[class] + svm->counts[class]; i++)
        if (svm->train_rows[i] == row) return svm->coef[i * others + column];
    return 0;
}

/* The KKT conditions of every pair of a model, from its coefficients and kernels computed plainly.
 */
static void check_optimal(const struct sr_model *model, const struct sr_samples *samples,
                          enum sr_features kind, double tolerance)
{
    const struct svm *svm = model->state;
    size_t size = sr_features_size(kind, svm->image), n = samples->count;
    float *values = malloc(n * size * sizeof *values);
    double *kernel = malloc(n * n * sizeof *kernel);
    int pair = 0;
    sr_features_fill(kind, samples, 0, n, values, size, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            kernel[i * n + j] = kernel[j * n + i] =
                plain_kernel(&svm->kernel, values + i * size, values + j * size, size);
    for (int a = 0; a < svm->present; a++) {
        for (int b = a + 1; b < svm->present; b++, pair++) {
            size_t *rows = malloc(n * sizeof *rows), count = 0;
            double *coef = malloc(n * sizeof *coef), sum = 0, objective = 0, up = -INFINITY,
                   low = INFINITY;
            for (size_t i = 0; i < n; i++) {
                int label = sr_samples_label(samples, i);
                if (label != svm->labels[a] && label != svm->labels[b]) continue;
                bool first = label == svm->labels[a];
                rows[count] = i;
                coef[count] =
                    coefficient(svm, first ? a : b, first ? b : a, sr_samples_row(samples, i));
                double alpha = first ? coef[count] : -coef[count];
                assert_true(alpha >= 0 && alpha <= svm->C);
                sum += coef[count++];
            }
            assert_true(fabs(sum) < 1e-9 * svm->C * (double)count);
            for (size_t i = 0; i < count; i++) {
                double y = sr_samples_label(samples, rows[i]) == svm->labels[a] ? 1 : -1, f = y;
                double alpha = coef[i] * y;
                for (size_t j = 0; j < count; j++) f -= coef[j] * kernel[rows[i] * n + rows[j]];
                objective -= 0.5 * alpha * (y * f + 1);
                if (y > 0 ? alpha < svm->C : alpha > 0) up = fmax(up, f);
                if (y > 0 ? alpha > 0 : alpha < svm->C) low = fmin(low, f);
                /* Off the margin on the right side: no support vector; on the wrong one: at the
                 * bound. */
                double margin = y * (y - f - svm->rho[pair]);
                if (margin > 1 + 2 * tolerance) assert_true(alpha == 0);
                if (margin < 1 - 2 * tolerance) assert_true(alpha == svm->C);
            }
            if (up - low > tolerance)
                fail_msg("pair %d,%d: violated by %g, more than %g", a, b, up - low, tolerance);
            if (fabs(objective - svm->objectives[pair]) > 1e-5 * fabs(objective))
                fail_msg("pair %d,%d: objective %.9g, said to be %.9g", a, b, objective,
                         svm->objectives[pair]);
            free(rows);
            free(coef);
        }
    }
    free(values);
    free(kernel);
}

static void test_optimal(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        double tolerance; /* the solver's, and what rounding of kernel values to floats may add */
        double accuracy;
    } runs[] = {
        {"C=10", 1.05e-3, 0.80},
        {"C=0.3 gamma=0.05 tolerance=1e-5", 1.5e-5, 0.70},
        {"kernel=linear C=0.1", 1.1e-3, 0.78},
        {"kernel=poly degree=2 coef0=1 C=3", 1.1e-3, 0.78},
        {"features=hog C=10", 1.05e-3, 0.82},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct sr_model *model = fit_mini(runs[i].line, 2);
        double got = accuracy(model, SR_SPLIT_TEST);
        check_optimal(model, &train,
                      strstr(runs[i].line, "hog") ? SR_FEATURES_HOG : SR_FEATURES_PIXELS,
                      runs[i].tolerance);
        if (got < runs[i].accuracy) fail_msg("%s: test accuracy %.3f", runs[i].line, got);
        sr_model_unref(model);
    }
}

/* Two large classes that overlap, so that variables are set aside and, in a megabyte, kernel
 * rows are dropped and made again. */
static void test_little_memory(void **state)
{
    (void)state;
    struct sr_images images = mini->files[SR_FILE_TRAIN];
    images.labels = malloc(images.count);
    for (size_t i = 0; i < images.count; i++)
        images.labels[i] = (uint8_t)(mini->files[SR_FILE_TRAIN].labels[i] % 2);
    struct sr_samples halves = {&images, NULL, images.count};
    struct sr_model_shape shape = {{28, 28, 1}, 2};
    struct sr_model *little, *plenty;
    assert_ok(fit("C=1 memory=1 gamma=0.3", &halves, shape, 2, NULL, &little));
    assert_ok(fit("C=1 gamma=0.3", &halves, shape, 0, NULL, &plenty));
    const struct svm *a = little->state, *b = plenty->state;
    check_optimal(little, &halves, SR_FEATURES_PIXELS, 1.05e-3);
    check_optimal(plenty, &halves, SR_FEATURES_PIXELS, 1.05e-3);
    assert_true(fabs(a->objectives[0] - b->objectives[0]) < 1e-4 * fabs(b->objectives[0]));
    assert_true(a->counts[0] + a->counts[1] > 4 * SVM_BLOCK);
    sr_model_unref(little);
    sr_model_unref(plenty);
    free(images.labels);
}

static void test_by_hand(void **state)
{
    (void)state;
    /* One feature that is 1 in one class and 0 in the other: w = 2, b = -1, both alphas 2,
     * objective -2. */
    uint8_t pixels[128] = {[0] = 255}, labels[2] = {1, 3};
    struct sr_images images = {2, {8, 8, 1}, pixels, labels};
    struct sr_samples two = {&images, NULL, 2};
    struct sr_model *model;
    float p[8];
    assert_ok(fit("kernel=linear C=10 tolerance=1e-6", &two, (struct sr_model_shape){{8, 8, 1}, 4},
                  0, NULL, &model));
    const struct svm *svm = model->state;
    assert_true(fabs(svm->coef[svm->firsts[0]] - 2) < 1e-6 &&
                fabs(svm->coef[svm->firsts[1]] + 2) < 1e-6);
    assert_true(fabs(svm->rho[0] - 1) < 1e-6 && fabs(svm->objectives[0] + 2) < 1e-6);
    /* Classes without training rows are impossible. */
    assert_ok(sr_model_predict(model, &two, NULL, NULL, p, &error));
    assert_true(p[0] == 0 && p[2] == 0 && p[4] == 0 && p[6] == 0);
    /* The decision values are 1 and -1. */
    assert_true(fabs((double)p[1] - svm_sigmoid(1, svm->a[0], svm->b[0])) < 1e-5);
    assert_true(fabs((double)p[5] - svm_sigmoid(-1, svm->a[0], svm->b[0])) < 1e-5);
    assert_true(fabsf(p[1] + p[3] - 1) < 1e-6f);
    sr_model_unref(model);
    /* At C = 1 both are at the bound. */
    assert_ok(
        fit("kernel=linear C=1", &two, (struct sr_model_shape){{8, 8, 1}, 4}, 0, NULL, &model));
    svm = model->state;
    assert_true(svm->coef[svm->firsts[0]] == 1 && svm->coef[svm->firsts[1]] == -1);
    assert_true(fabs(svm->objectives[0] + 1.5) < 1e-6);
    sr_model_unref(model);
}

/* ---- parts ---- */

static void test_kernel_rows(void **state)
{
    (void)state;
    static const struct svm_kernel kernels[] = {
        {SVM_RBF, 0.02, 0, 0}, {SVM_RBF, 4, 0, 0}, {SVM_LINEAR, 1, 0, 0}, {SVM_POLY, 0.01, 0.5, 3}};
    enum { ROWS = 224 };
    for (int kind = 0; kind < SR_FEATURES_COUNT; kind++) {
        struct svm_rows rows;
        struct svm_queries queries;
        size_t size = sr_features_size((enum sr_features)kind, (struct sr_shape){28, 28, 1});
        float *values = calloc(ROWS, size * sizeof *values), *out[SVM_BLOCK];
        assert_ok(svm_rows_init(&rows, (enum sr_features)kind, ROWS, (struct sr_shape){28, 28, 1},
                                &error));
        assert_ok(svm_queries_init(&queries, &rows, &error));
        sr_features_fill((enum sr_features)kind, &train, 0, 200, values, size, NULL);
        for (size_t i = 0; i < 200; i++) {
            if (kind == SR_FEATURES_PIXELS)
                svm_rows_put_pixels(&rows, i, sr_samples_pixels(&train, i));
            else
                svm_rows_put_values(&rows, i, values + i * size);
        }
        for (int q = 0; q < SVM_BLOCK; q++) out[q] = aligned_alloc(64, ROWS * sizeof(float));
        for (size_t q = 0; q < 5; q++) svm_queries_add_row(&queries, &rows, 3 * q);
        for (size_t q = 5; q < 11; q++)
            svm_queries_add_image(&queries, &rows, sr_samples_pixels(&train, 3 * q));
        for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
            svm_kernel_block(&kernels[k], &rows, &queries, 32, ROWS - 32, out);
            for (size_t q = 0; q < 11; q++)
                for (size_t i = 0; i < ROWS - 32; i++) {
                    double wanted = plain_kernel(&kernels[k], values + 3 * q * size,
                                                 values + (32 + i) * size, size);
                    if (fabs((double)out[q][i] - wanted) >
                        3e-6 * (1 + kernels[k].gamma) * (1 + fabs(wanted)))
                        fail_msg("kernel %zu of row %zu and %zu is %.8g, not %.8g", k, 3 * q,
                                 32 + i, (double)out[q][i], wanted);
                }
            static double exact[SVM_BLOCK * SVM_CHUNK] __attribute__((aligned(64)));
            svm_kernel_exact(&kernels[k], &rows, &queries, 32, ROWS - 32, exact);
            for (size_t q = 0; q < 11; q++)
                for (size_t i = 0; i < ROWS - 32; i++) {
                    const bool bytes = kind == SR_FEATURES_PIXELS;
                    const double wanted =
                        kernel_of(&kernels[k], values + 3 * q * size, values + (32 + i) * size,
                                  size, bytes ? 255 : 0);
                    const double tolerance = bytes ? 1e-11 : 3e-6;
                    if (fabs(exact[q * SVM_CHUNK + i] - wanted) >
                        tolerance * (1 + kernels[k].gamma) * (1 + fabs(wanted)))
                        fail_msg("exact kernel %zu of row %zu and %zu is %.12g, not %.12g", k,
                                 3 * q, 32 + i, exact[q * SVM_CHUNK + i], wanted);
                }
            if (svm_rows_alone(&rows)) {
                struct svm_queries one;
                assert_ok(svm_queries_init(&one, &rows, &error));
                svm_queries_add_row(&one, &rows, 12);
                svm_kernel_block(&kernels[k], &rows, &one, 32, ROWS - 32, out + 11);
                assert_memory_equal(out[11], out[4], (ROWS - 32) * sizeof(float));
                svm_queries_fini(&one);
            }
            double self = plain_kernel(&kernels[k], values + 7 * size, values + 7 * size, size);
            assert_true(fabs((double)svm_kernel_self(&kernels[k], &rows, 7) - self) <
                        1e-6 * (1 + fabs(self)));
        }
        for (int q = 0; q < SVM_BLOCK; q++) free(out[q]);
        svm_queries_fini(&queries);
        svm_rows_fini(&rows);
        free(values);
    }
}

static void test_bank(void **state)
{
    (void)state;
    enum { WIDTH = 32 };
    float row[WIDTH];
    for (int i = 0; i < WIDTH; i++) row[i] = (float)i;
    struct svm_bank *bank = svm_bank_new(5, (2 * WIDTH + 1) * sizeof *row, &error);
    assert_non_null(bank);
    assert_null(svm_bank_find(bank, 3));
    svm_bank_keep(bank, 3, row, WIDTH);
    const float *kept = svm_bank_find(bank, 3);
    assert_memory_equal(kept, row, sizeof row);
    row[0] = 7;
    svm_bank_keep(bank, 3, row, WIDTH); /* there already */
    assert_ptr_equal(svm_bank_find(bank, 3), kept);
    assert_true(kept[0] == 0);
    svm_bank_keep(bank, 4, row, WIDTH);
    assert_memory_equal(svm_bank_find(bank, 4), row, sizeof row);
    svm_bank_keep(bank, 0, row, WIDTH); /* no room */
    assert_null(svm_bank_find(bank, 0));
    assert_null(svm_bank_find(bank, 1));
    svm_bank_free(bank);
    bank = svm_bank_new(1, 0, &error);
    svm_bank_keep(bank, 0, row, WIDTH);
    assert_null(svm_bank_find(bank, 0));
    svm_bank_free(bank);
}

static void test_sigmoid(void **state)
{
    (void)state;
    /* Labels drawn by a known sigmoid: the fit finds it again. */
    enum { COUNT = 20000 };
    struct sr_rng rng;
    double *values = malloc(COUNT * sizeof *values), a, b;
    bool *positive = malloc(COUNT * sizeof *positive);
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (int i = 0; i < COUNT; i++) {
        values[i] = 2 * sr_rng_normal(&rng);
        positive[i] = sr_rng_double(&rng) < svm_sigmoid(values[i], -1.7, 0.4);
    }
    svm_sigmoid_fit(values, positive, COUNT, &a, &b);
    if (fabs(a + 1.7) > 0.08 || fabs(b - 0.4) > 0.08) fail_msg("found %g and %g", a, b);
    assert_true(svm_sigmoid(1e6, -1.7, 0) == 1 && svm_sigmoid(-1e6, -1.7, 0) == 0);
    /* Separated values: finite, and the right way round. */
    for (int i = 0; i < 100; i++) {
        positive[i] = i < 50;
        values[i] = positive[i] ? 1 : -1;
    }
    svm_sigmoid_fit(values, positive, 100, &a, &b);
    assert_true(isfinite(a) && isfinite(b) && a < 0);
    /* Values that tell nothing: what is left is the mean of Platt's targets, (n + 1) / (n + 2) for
     * each of 3 and 1 / (m + 2) for the one. */
    for (int i = 0; i < 4; i++) {
        positive[i] = i < 3;
        values[i] = 0;
    }
    svm_sigmoid_fit(values, positive, 4, &a, &b);
    assert_float_equal(svm_sigmoid(0, a, b), (3 * 4.0 / 5 + 1.0 / 3) / 4, 1e-4);
    free(values);
    free(positive);
}

static void test_coupling(void **state)
{
    (void)state;
    /* Pairwise probabilities that agree with each other have one answer. */
    static const double wanted[5] = {0.5, 0.2, 0.15, 0.1, 0.05};
    double r[25] = {0}, p[5], work[25];
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) r[i * 5 + j] = wanted[i] / (wanted[i] + wanted[j]);
    svm_couple(r, 5, p, work);
    for (int i = 0; i < 5; i++) assert_true(fabs(p[i] - wanted[i]) < 1e-14);
    double two[4] = {0, 0.7, 0.3, 0};
    svm_couple(two, 2, p, work);
    assert_true(fabs(p[0] - 0.7) < 1e-15 && fabs(p[1] - 0.3) < 1e-15);
    /* Others have the one that makes the sum of squares least: no step along it lessens it. Also
     * where pairs are certain, and where each class beats the next one. */
    static const double least = 1e-7;
    struct sr_rng rng;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 5; i++)
            for (int j = i + 1; j < 5; j++) {
                const double sure = (j - i) % 2 ? 1 - least : least;
                r[i * 5 + j] = round < 100 ? sr_rng_double(&rng) : round % 2 ? sure : 1 - sure;
                r[i * 5 + j] = fmin(fmax(r[i * 5 + j], least), 1 - least);
                r[j * 5 + i] = 1 - r[i * 5 + j];
            }
        svm_couple(r, 5, p, work);
        double sum = 0;
        for (int i = 0; i < 5; i++) sum += p[i];
        assert_true(fabs(sum - 1) < 1e-14);
        for (int i = 0; i < 5; i++)
            for (int k = 0; k < 5; k++) {
                /* Slopes towards more of i and of k are the same. */
                double slope_i = 0, slope_k = 0;
                for (int j = 0; j < 5; j++) {
                    if (j != i)
                        slope_i += r[j * 5 + i] * (r[j * 5 + i] * p[i] - r[i * 5 + j] * p[j]);
                    if (j != k)
                        slope_k += r[j * 5 + k] * (r[j * 5 + k] * p[k] - r[k * 5 + j] * p[j]);
                }
                assert_true(p[i] >= 0 && fabs(slope_i - slope_k) < 1e-13);
            }
    }
}

static void test_nearest(void **state)
{
    (void)state;
    struct sr_model *model = fit_mini("C=10", 0);
    const struct svm *svm = model->state;
    uint32_t rows[6];
    double distances[6];
    size_t at = svm->firsts[4] + 2;
    const uint8_t *pixels = mini->files[SR_FILE_TRAIN].pixels + (size_t)svm->train_rows[at] * 784;
    assert_int_equal(sr_model_class_svm.nearest(svm, pixels, rows, distances, 6), 6);
    assert_int_equal(rows[0], svm->train_rows[at]);
    assert_true(distances[0] == 0);
    for (int i = 1; i < 6; i++) {
        double square = 0;
        for (size_t k = 0; k < 784; k++) {
            double gap =
                (mini->files[SR_FILE_TRAIN].pixels[rows[i] * 784 + k] - (double)pixels[k]) / 255;
            square += gap * gap;
        }
        assert_true(distances[i] >= distances[i - 1]);
        assert_true(fabs(distances[i] - sqrt(2 - 2 * exp(-svm->kernel.gamma * square))) < 1e-4);
    }
    sr_model_unref(model);
}

/* ---- threads, stopping ---- */

/* The same bits from rows that pairs shared, made anew or, by another thread, made in another
 * order. */
static void test_threads(void **state)
{
    (void)state;
    static const char *const lines[] = {"C=10", "features=hog C=3", "features=hog C=3 memory=2",
                                        "kernel=poly memory=1"};
    size_t size = test.count * 10 * sizeof(float);
    float *wanted = malloc(size), *found = malloc(size), *plenty = malloc(size);
    for (size_t l = 0; l < sizeof lines / sizeof *lines; l++) {
        for (int threads = 1; threads <= 4; threads++) {
            struct sr_model *model = fit_mini(lines[l], threads);
            struct sr_pool *pool = sr_pool_new(threads, &error);
            assert_ok(
                sr_model_predict(model, &test, pool, NULL, threads == 1 ? wanted : found, &error));
            if (threads > 1) assert_memory_equal(found, wanted, size);
            sr_pool_free(pool);
            sr_model_unref(model);
        }
        if (l == 1) memcpy(plenty, wanted, size);
        if (l == 2) assert_memory_equal(wanted, plenty, size);
    }
    free(wanted);
    free(found);
    free(plenty);
}

/* Two blocks, which any two of the workers may take. */
static void test_more_threads_than_blocks(void **state)
{
    (void)state;
    struct sr_model *model = fit_mini("kernel=linear", 1);
    struct sr_pool *pool = sr_pool_new(8, &error);
    const struct sr_samples few = {test.images, test.rows, SVM_BLOCK + 1};
    assert_true(few.count <= test.count);
    float *probabilities = malloc(few.count * 10 * sizeof *probabilities);
    for (int round = 0; round < 200; round++)
        assert_ok(sr_model_predict(model, &few, pool, NULL, probabilities, &error));
    free(probabilities);
    sr_pool_free(pool);
    sr_model_unref(model);
}

static bool never(void *owner)
{
    (void)owner;
    return false;
}

static size_t calls_left;
static bool a_few(void *owner)
{
    (void)owner;
    if (!calls_left) return false;
    calls_left--;
    return true;
}

static void test_stops(void **state)
{
    (void)state;
    const struct sr_monitor monitor = {.proceed = never}, later = {.proceed = a_few};
    struct sr_model *model;
    float p[10];
    assert_refused(fit("", &train, mini_shape, 2, &monitor, &model), SR_ERROR_CANCELLED, "pair");
    sr_model_unref(model);
    /* Before the means, before the rows, and for the first regions of pairs; the next comes before
     * all are solved, however fast. */
    calls_left = 3;
    assert_refused(
        fit("kernel=poly degree=9 C=1e6 tolerance=1e-7", &train, mini_shape, 2, &later, &model),
        SR_ERROR_CANCELLED, "of 45 pairs");
    sr_model_unref(model);
    model = fit_mini("", 0);
    struct sr_samples one = {test.images, NULL, 1};
    assert_refused(sr_model_predict(model, &one, NULL, &monitor, p, &error), SR_ERROR_CANCELLED,
                   "stopped");
    sr_model_unref(model);
}

/* ---- files and bad input ---- */

static enum sr_status load(const struct sr_tensors *set, const char *line, void **loaded)
{
    struct sr_args *args = parse(line);
    enum sr_status status = sr_model_class_svm.load(set, args, &mini_shape, loaded, &error);
    sr_args_free(args);
    return status;
}

static void test_files(void **state)
{
    (void)state;
    static const char *const lines[] = {"C=10", "features=hog C=10"};
    for (size_t l = 0; l < 2; l++) {
        struct sr_model *model = fit_mini(lines[l], 0);
        size_t size = test.count * 10 * sizeof(float);
        float *wanted = malloc(size), *found = malloc(size);
        struct sr_tensors set = {0};
        void *loaded = NULL;
        assert_ok(sr_model_class_svm.save(model->state, &set, &error));
        assert_ok(load(&set, lines[l], &loaded));
        assert_ok(sr_model_class_svm.predict(model->state, &test, NULL, NULL, wanted, &error));
        assert_ok(sr_model_class_svm.predict(loaded, &test, NULL, NULL, found, &error));
        assert_memory_equal(found, wanted, size);
        assert_int_equal(sr_model_class_svm.size(loaded), sr_model_class_svm.size(model->state));
        sr_model_class_svm.free(loaded);
        sr_tensors_fini(&set);
        sr_model_unref(model);
        free(wanted);
        free(found);
    }
}

static void test_damaged_files(void **state)
{
    (void)state;
    struct sr_model *model = fit_mini("C=1", 0);
    for (int damage = 0; damage < 7; damage++) {
        struct sr_tensors set = {0};
        void *loaded = NULL;
        assert_ok(sr_model_class_svm.save(model->state, &set, &error));
        int64_t *counts = sr_tensors_find(&set, "n_support")->data,
                *rows = sr_tensors_find(&set, "support")->data;
        int32_t *labels = sr_tensors_find(&set, "labels")->data;
        double *coef = sr_tensors_find(&set, "dual_coef")->data,
               *gamma = sr_tensors_find(&set, "gamma")->data;
        static const char *const says[] = {"dual_coef", "no class", "support vectors", "Label",
                                           "gamma",     "row -1",   "intercept"};
        if (damage == 0) coef[5] = NAN;
        if (damage == 1) counts[3]--;
        if (damage == 2) counts[3] = -1;
        if (damage == 3) labels[2] = labels[1];
        if (damage == 4) *gamma = 0;
        if (damage == 5) rows[0] = -1;
        if (damage == 6) ((double *)sr_tensors_find(&set, "intercept")->data)[44] = INFINITY;
        assert_refused(load(&set, "C=1", &loaded), SR_ERROR_FORMAT, says[damage]);
        assert_null(loaded);
        sr_tensors_fini(&set);
    }
    sr_model_unref(model);
}

static void test_bad_input(void **state)
{
    (void)state;
    static const char *const words[] = {"C=0",      "C=-1",           "C=nan",
                                        "degree=0", "kernel=sigmoid", "memory=0"};
    struct sr_model *model;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_null(parse(words[i]));
        char name[16];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(words[i], "="), words[i]);
        assert_non_null(strstr(error.text, name));
    }
    static const char *const gammas[] = {"gamma=0", "gamma=-1", "gamma=wide", "gamma=inf"};
    for (size_t i = 0; i < 4; i++) {
        assert_refused(fit(gammas[i], &train, mini_shape, 0, NULL, &model), SR_ERROR_ARGUMENT,
                       "gamma");
        sr_model_unref(model);
    }
    assert_refused(fit("kernel=poly degree=10 gamma=1e8", &train, mini_shape, 0, NULL, &model),
                   SR_ERROR_NUMERIC, "beyond range");
    sr_model_unref(model);
    /* A single image of a class is enough, though nothing of it can be held out. */
    uint8_t pixels[192] = {[0] = 255, [65] = 100, [130] = 50}, labels[3] = {0, 1, 1};
    struct sr_images images = {3, {8, 8, 1}, pixels, labels};
    struct sr_samples three = {&images, NULL, 3};
    float p[6];
    assert_ok(fit("", &three, (struct sr_model_shape){{8, 8, 1}, 2}, 0, NULL, &model));
    assert_ok(sr_model_predict(model, &three, NULL, NULL, p, &error));
    for (size_t i = 0; i < 3; i++)
        assert_true(p[2 * i + labels[i]] > 0.6f && p[2 * i + labels[i]] <= 1);
    sr_model_unref(model);
    struct sr_samples two = {&images, NULL, 2};
    assert_ok(fit("", &two, (struct sr_model_shape){{8, 8, 1}, 2}, 0, NULL, &model));
    assert_ok(sr_model_predict(model, &two, NULL, NULL, p, &error));
    for (size_t i = 0; i < 2; i++) assert_true(p[2 * i + labels[i]] > 0.6f);
    sr_model_unref(model);
}

/* Images that are alike only within a class of two: held out, each looks like the other class. The
 * sigmoid must not turn the verdict on the images themselves round. */
static void test_cross_validation_misled(void **state)
{
    (void)state;
    enum { COUNT = 4 };
    uint8_t pixels[COUNT * 64] = {0}, labels[COUNT] = {0, 1, 0, 1};
    for (int i = 0; i < COUNT; i++) {
        pixels[i * 64] = i < 2 ? 200 : 0; /* which pair of images: loud */
        pixels[i * 64 + 1] = i < 2 ? 0 : 200;
        pixels[i * 64 + 2 + i] = 40; /* and each its own pixel: faint */
    }
    struct sr_images images = {COUNT, {8, 8, 1}, pixels, labels};
    struct sr_samples all = {&images, NULL, COUNT};
    struct sr_model *model;
    float p[2 * COUNT];
    assert_ok(
        fit("kernel=linear C=1e4", &all, (struct sr_model_shape){{8, 8, 1}, 2}, 0, NULL, &model));
    assert_ok(sr_model_predict(model, &all, NULL, NULL, p, &error));
    for (size_t i = 0; i < COUNT; i++) assert_true(p[2 * i + labels[i]] > 0.5f);
    sr_model_unref(model);
}

/* The sigmoid is fitted to decision values of rows that were held out, each class dealt to the
 * folds in a random order: done again here, with models that were fitted to the other rows. */
static void test_calibration(void **state)
{
    enum { EACH = 40, COUNT = 2 * EACH, SIZE = 784 };
    static const char line[] = "C=1 gamma=0.02 tolerance=1e-7";
    static const uint8_t classes[2] = {0, 6};
    uint32_t rows[COUNT], others[COUNT];
    int found[2] = {0, 0}, fold_of[COUNT];
    double decisions[COUNT], a, b;
    bool positive[COUNT];
    size_t decided = 0;
    struct sr_model *model, *part;
    (void)state;
    for (size_t i = 0; i < train.count; i++)
        for (int side = 0; side < 2; side++)
            if (sr_samples_label(&train, i) == classes[side] && found[side] < EACH)
                rows[side * EACH + found[side]++] = sr_samples_row(&train, i);
    assert_true(found[0] == EACH && found[1] == EACH);
    struct sr_samples all = {train.images, rows, COUNT};
    assert_ok(fit(line, &all, mini_shape, 0, NULL, &model));
    struct sr_rng rng;
    sr_rng_init(&rng, 5, SR_STREAM_OTHER, 0);
    for (int side = 0; side < 2; side++) {
        uint32_t order[EACH];
        for (uint32_t i = 0; i < EACH; i++) order[i] = i;
        sr_rng_shuffle(&rng, order, EACH);
        for (int i = 0; i < EACH; i++) fold_of[side * EACH + (int)order[i]] = i % SVM_FOLDS;
    }
    float *values = malloc(COUNT * SIZE * sizeof *values);
    sr_features_fill(SR_FEATURES_PIXELS, &all, 0, COUNT, values, SIZE, NULL);
    for (int fold = 0; fold < SVM_FOLDS; fold++) {
        size_t kept = 0;
        for (int i = 0; i < COUNT; i++)
            if (fold_of[i] != fold) others[kept++] = rows[i];
        struct sr_samples rest = {train.images, others, kept};
        assert_ok(fit(line, &rest, mini_shape, 0, NULL, &part));
        const struct svm *svm = part->state;
        for (int i = 0; i < COUNT; i++) {
            if (fold_of[i] != fold) continue;
            double value = -svm->rho[0];
            for (int j = 0; j < COUNT; j++)
                if (fold_of[j] != fold)
                    value += coefficient(svm, j < EACH ? 0 : 1, j < EACH ? 1 : 0, rows[j]) *
                             plain_kernel(&svm->kernel, values + j * SIZE, values + i * SIZE, SIZE);
            positive[decided] = i < EACH;
            decisions[decided++] = value;
        }
        sr_model_unref(part);
    }
    svm_sigmoid_fit(decisions, positive, decided, &a, &b);
    const struct svm *svm = model->state;
    if (fabs(svm->a[0] - a) > 1e-3 * fabs(a) || fabs(svm->b[0] - b) > 1e-3)
        fail_msg("sigmoid %g %g, not %g %g", svm->a[0], svm->b[0], a, b);
    free(values);
    sr_model_unref(model);
}

/* ---- libsvm ---- */

static void write_rows(const char *path, const struct sr_samples *samples, enum sr_features kind)
{
    FILE *file = fopen(path, "w");
    size_t size = sr_features_size(kind, (struct sr_shape){28, 28, 1});
    float *values = malloc(samples->count * size * sizeof *values);
    assert_non_null(file);
    sr_features_fill(kind, samples, 0, samples->count, values, size, NULL);
    /* In order of class, so that libsvm numbers classes and pairs as we do. */
    for (int class = 0; class < 10; class ++)
        for (size_t i = 0; i < samples->count; i++) {
            if (sr_samples_label(samples, i) != class) continue;
            fprintf(file, "%d", class);
            for (size_t k = 0; k < size; k++) {
                double value = (double)values[i * size + k];
                if (value != 0) fprintf(file, " %zu:%.9g", k + 1, value);
            }
            fputc('\n', file);
        }
    fclose(file);
    free(values);
}

static void test_libsvm(void **state)
{
    (void)state;
    char folder[] = "/tmp/sartor-svm-XXXXXX", command[512], data[64], queries[64], model_file[64],
         out[64];
    if (system("command -v svm-train >/dev/null && command -v svm-predict >/dev/null")) skip();
    assert_non_null(mkdtemp(folder));
    snprintf(data, sizeof data, "%s/train", folder);
    snprintf(queries, sizeof queries, "%s/test", folder);
    snprintf(model_file, sizeof model_file, "%s/model", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    static const struct {
        const char *ours, *theirs;
        enum sr_features kind;
    } runs[] = {{"C=10", "-t 2 -c 10", SR_FEATURES_PIXELS},
                {"kernel=linear C=1", "-t 0 -c 1", SR_FEATURES_PIXELS},
                {"kernel=poly degree=3 coef0=0.5 C=1", "-t 1 -d 3 -r 0.5 -c 1", SR_FEATURES_PIXELS},
                {"features=hog C=10", "-t 2 -c 10", SR_FEATURES_HOG},
                {"features=hog kernel=poly degree=2 C=1", "-t 1 -d 2 -c 1", SR_FEATURES_HOG}};
    for (size_t l = 0; l < sizeof runs / sizeof *runs; l++) {
        write_rows(data, &train, runs[l].kind);
        write_rows(queries, &test, runs[l].kind);
        struct sr_model *model = fit_mini(runs[l].ours, 2);
        const struct svm *svm = model->state;
        snprintf(command, sizeof command, "svm-train %s -g %.17g %s %s/theirs > %s", runs[l].theirs,
                 svm->kernel.gamma > 0 ? svm->kernel.gamma : 1.0, data, folder, out);
        assert_int_equal(system(command), 0);
        /* Objectives and offsets of the pairs, in their order. */
        FILE *file = fopen(out, "r");
        char line[4096];
        int pairs = 0;
        while (fgets(line, sizeof line, file)) {
            double objective, rho;
            if (sscanf(line, "obj = %lf, rho = %lf", &objective, &rho) != 2) continue;
            assert_in_range(pairs, 0, 44);
            double gap = fabs(svm->objectives[pairs] - objective) / fabs(objective);
            if (gap > 1e-3)
                fail_msg("%s: objective of pair %d is off by %g", runs[l].ours, pairs, gap);
            assert_true(fabs(svm->rho[pairs] - rho) < 0.01);
            pairs++;
        }
        assert_int_equal(pairs, 45);
        fclose(file);
        /* svm-predict reads our file; its probabilities are ours. */
        assert_ok(sr_svm_save_libsvm(model, model_file, &error));
        snprintf(command, sizeof command, "svm-predict -b 1 %s %s %s > /dev/null", queries,
                 model_file, out);
        assert_int_equal(system(command), 0);
        float *p = malloc(test.count * 10 * sizeof *p);
        assert_ok(sr_model_predict(model, &test, NULL, NULL, p, &error));
        file = fopen(out, "r");
        assert_non_null(fgets(line, sizeof line, file));
        size_t agree = 0;
        for (int class = 0; class < 10; class ++)
            for (size_t i = 0; i < test.count; i++) {
                if (sr_samples_label(&test, i) != class) continue;
                int best = 0, label, used;
                assert_non_null(fgets(line, sizeof line, file));
                char *at = line;
                assert_int_equal(sscanf(at, "%d%n", &label, &used), 1);
                for (int c = 0; c < 10; c++) {
                    double theirs, ours = (double)p[i * 10 + (size_t)c];
                    at += used;
                    assert_int_equal(sscanf(at, "%lf%n", &theirs, &used), 1);
                    if (fabs(theirs - ours) > 0.01)
                        fail_msg("probability %g, libsvm's %g", ours, theirs);
                    if (p[i * 10 + (size_t)c] > p[i * 10 + (size_t)best]) best = c;
                }
                agree += best == label;
            }
        fclose(file);
        /* Its iteration ends earlier, so that near ties may fall the other way. */
        assert_true(agree + 2 >= test.count);
        free(p);
        sr_model_unref(model);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_libsvm_refuses(void **state)
{
    (void)state;
    struct sr_model *model = sr_model_new(&sr_model_class_forest, "trees");
    assert_refused(sr_svm_save_libsvm(model, "/tmp/none", &error), SR_ERROR_ARGUMENT, "forest");
    sr_model_unref(model);
    model = fit_mini("", 0);
    assert_refused(sr_svm_save_libsvm(model, "/nowhere/at/all", &error), SR_ERROR_IO,
                   "/nowhere/at/all");
    sr_model_unref(model);
}

/* The loops of each instruction set against plain ones. */
static void test_loops(void **unused)
{
    enum { COUNT = 96, ROUNDS = 200 };
    static const char *const sets[] = {SR_ISA_WORDS};
    static _Alignas(64) double f[COUNT], moved[COUNT], bars[COUNT];
    static _Alignas(64) float selves[COUNT], row_i[COUNT], row_j[COUNT], squares[COUNT];
    static _Alignas(64) float products[COUNT], kernel[COUNT], values[COUNT];
    static _Alignas(64) int32_t whole[COUNT], whole_squares[COUNT];
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, 0);
    for (int round = 0; round < ROUNDS; round++) {
        const int isa = sr_isa_find(sets[round % SR_ISA_COUNT]);
        const struct svm_loops *loops = isa < 0 ? svm_loops() : svm_loops_tables[isa];
        const double step = sr_rng_double(&rng), self = 1, best = sr_rng_double(&rng) - 0.3;
        const float scale = -0.03f, own = 40;
        for (size_t i = 0; i < COUNT; i++) {
            f[i] = moved[i] = floor(sr_rng_double(&rng) * 8) / 8 - 0.5; /* some are the same */
            bars[i] = sr_rng_below(&rng, 4) ? 0 : 1e300;
            selves[i] = 1;
            row_i[i] = sr_rng_below(&rng, 9) ? (float)sr_rng_below(&rng, 5) / 5 : 1;
            row_j[i] = (float)sr_rng_double(&rng);
            squares[i] = (float)sr_rng_below(&rng, 6000);
            products[i] = (float)sr_rng_below(&rng, 40);
            whole_squares[i] = (int32_t)squares[i];
            whole[i] = (int32_t)products[i];
        }
        loops->rbf_floats(kernel, products, squares, own, scale, COUNT);
        loops->rbf_bytes(values, whole, whole_squares, (int32_t)own, scale, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            double distance = (double)(squares[i] + own - 2 * products[i]);
            double wanted = exp2(fmax(-125, (double)scale * fmax(0, distance)));
            assert_true(fabs((double)kernel[i] - wanted) < 2e-5 * wanted);
            assert_true(fabs((double)values[i] - wanted) < 2e-5 * wanted);
        }
        static double distances[COUNT] __attribute__((aligned(64))),
            coef[6 * COUNT] __attribute__((aligned(64)));
        double sums[6] = {1, 2, 3}, plain_sums[6] = {1, 2, 3};
        loops->distances(distances, whole, whole_squares, (int32_t)own, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            assert_true(distances[i] == whole_squares[i] + own - 2.0 * whole[i]);
        if (round % 3 == 0) distances[5] = -1e-9; /* rounding can do that: taken for 0 */
        if (round % 3 == 1) distances[6] = 1e6;   /* less than any double */
        memcpy(moved, distances, sizeof moved);
        loops->exact_exponentials(distances, -0.02, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            const double wanted = exp(fmin(fmax(-0.02 * moved[i], -700), 0));
            assert_true(fabs(distances[i] - wanted) < 1e-12 * wanted);
        }
        for (size_t i = 0; i < 6 * COUNT; i++) coef[i] = sr_rng_double(&rng) - 0.5;
        const int columns = 1 + round % 6;
        loops->weigh(sums, distances, coef, COUNT, columns, COUNT);
        for (int k = 0; k < columns; k++)
            for (size_t i = 0; i < COUNT; i++)
                plain_sums[k] += distances[i] * coef[(size_t)k * COUNT + i];
        for (size_t k = 0; k < 6; k++) assert_true(fabs(sums[k] - plain_sums[k]) < 1e-13);
        memcpy(moved, f, sizeof moved);
        ptrdiff_t where = -1;
        double greatest = 0, least = INFINITY, found;
        for (size_t i = 0; i < COUNT; i++) {
            double value = f[i] + bars[i], b = best - value,
                   a = fmax(1e-12, self + (double)selves[i] - 2 * (double)row_i[i]);
            least = fmin(least, value);
            if (b > 0 && b * b / a > greatest) {
                greatest = b * b / a;
                where = (ptrdiff_t)i;
            }
        }
        assert_int_equal(loops->second(f, bars, selves, row_i, best, self, COUNT, &found), where);
        assert_true(found == least);
        size_t top = 0;
        double most = -INFINITY;
        for (size_t i = 0; i < COUNT; i++) bars[i] = -bars[i];
        size_t index = loops->advance(moved, bars, row_i, row_j, step, COUNT, &found);
        for (size_t i = 0; i < COUNT; i++) {
            assert_true(fabs(moved[i] - (f[i] - step * ((double)row_i[i] - (double)row_j[i]))) <
                        1e-15);
            if (moved[i] + bars[i] > most) {
                most = moved[i] + bars[i];
                top = i;
            }
        }
        assert_int_equal(index, top);
        assert_true(found == most);
        enum { FIRST = 32 };
        const float *const rows[8] = {row_i, row_j, selves, row_i, selves, row_j, row_i, selves};
        const double steps[8] = {0.5, -2, 0.25, step, 1, 0, -step, 3};
        memcpy(moved, f, sizeof moved);
        loops->subtract(moved, rows, steps, 8, FIRST, COUNT - FIRST);
        for (size_t i = 0; i < COUNT; i++) {
            double sum = 0;
            for (int r = 0; r < 8 && i >= FIRST; r++) sum += steps[r] * (double)rows[r][i];
            assert_true(fabs(moved[i] - (f[i] - sum)) < 1e-14);
        }
    }
}

/* limit= takes the same images as a set of every third of each class. */
static void test_limit(void **unused)
{
    uint32_t rows[4000];
    size_t seen[10] = {0}, count = 0;
    struct sr_model *limited, *third;
    (void)unused;
    struct sr_samples some = train;
    some.count = 900;
    for (size_t i = 0; i < some.count; i++)
        if (seen[sr_samples_label(&some, i)]++ % 3 == 0) rows[count++] = sr_samples_row(&some, i);
    struct sr_samples part = {train.images, rows, count};
    assert_ok(fit("C=10 limit=300", &some, mini_shape, 2, NULL, &limited));
    assert_ok(fit("C=10", &part, mini_shape, 2, NULL, &third));
    const struct svm *a = limited->state, *b = third->state;
    const size_t pairs = (size_t)svm_pairs(b->present);
    assert_memory_equal(a->counts, b->counts, sizeof a->counts);
    assert_memory_equal(a->objectives, b->objectives, pairs * sizeof *a->objectives);
    assert_memory_equal(a->train_rows, b->train_rows, a->rows.count * sizeof *a->train_rows);
    assert_true(a->kernel.gamma == b->kernel.gamma);
    sr_model_unref(limited);
    sr_model_unref(third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel_rows),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_optimal),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_bank),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_sigmoid),
        cmocka_unit_test(test_coupling),
        cmocka_unit_test(test_calibration),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_more_threads_than_blocks),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_cross_validation_misled),
        cmocka_unit_test(test_libsvm),
        cmocka_unit_test(test_libsvm_refuses),
    };
    return cmocka_run_group_tests(tests, set_up_samples, tear_down);
}
