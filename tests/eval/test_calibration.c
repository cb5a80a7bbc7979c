/* Calibration: worked examples of both functions, which one is chosen, and what stays as it was. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/calibration.h"
#include "sartor/eval/significance.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

/* Barlow et al. (1972), chapter 1: neighbours that fall get their mean. */
static void isotonic_pools_what_falls(void **state)
{
    (void)state;
    static const double confidence[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    static const bool right[] = {false, true, false, false, true, true, false, true};
    struct sr_calibration fitted;
    sr_calibration_fit_isotonic(&fitted, confidence, right, 8);
    /* blocks: {0} = 0, {1, 0, 0} = 1/3, {1, 1, 0} = 2/3, {1} = 1; the ends are 1/16 away */
    near(sr_calibration_confidence(&fitted, 0), 1.0 / 16, 1e-12);
    near(sr_calibration_confidence(&fitted, 0.1), 1.0 / 16, 1e-12);
    near(sr_calibration_confidence(&fitted, 0.2), 1.0 / 3, 1e-12);
    near(sr_calibration_confidence(&fitted, 0.33), 1.0 / 3, 1e-12);
    near(sr_calibration_confidence(&fitted, 0.45), 0.5, 1e-12); /* half way between two blocks */
    near(sr_calibration_confidence(&fitted, 0.6), 2.0 / 3, 1e-12);
    near(sr_calibration_confidence(&fitted, 1), 15.0 / 16, 1e-12);
    sr_calibration_fini(&fitted);
}

/* Equal confidences get one value. */
static void isotonic_takes_ties_together(void **state)
{
    (void)state;
    static const double confidence[] = {0.6, 1, 0.6, 1, 0.6, 1, 1, 0.6};
    static const bool right[] = {true, true, false, true, false, false, true, false};
    struct sr_calibration fitted;
    sr_calibration_fit_isotonic(&fitted, confidence, right, 8);
    assert_int_equal(fitted.count, 2);
    near(sr_calibration_confidence(&fitted, 0.6), 0.25, 1e-12);
    near(sr_calibration_confidence(&fitted, 0.8), 0.5, 1e-12);
    near(sr_calibration_confidence(&fitted, 1), 0.75, 1e-12);
    sr_calibration_fini(&fitted);
}

/* However near together confidences are that were right and wrong, a difference in the last digits
 * makes none: in log odds the function rises by less than 1 / 0.2 times what its share does. */
static void isotonic_is_not_steep(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    double *confidence = sr_xalloc(ROWS * sizeof *confidence);
    bool *right = sr_xalloc(ROWS * sizeof *right);
    struct sr_rng rng;
    sr_rng_init(&rng, 9, SR_STREAM_SPLIT, 0);
    for (int i = 0; i < ROWS; i++) {
        const double z = 16 * sr_rng_double(&rng) - 3; /* log odds */
        confidence[i] = i % 10 ? 1 / (1 + exp(-z)) : 0.7 + 1e-9 * i;
        right[i] = i % 10 ? sr_rng_double(&rng) < confidence[i] : i > ROWS / 2;
    }
    struct sr_calibration fitted;
    sr_calibration_fit_isotonic(&fitted, confidence, right, ROWS);
    assert_true(fitted.count > 10);
    for (size_t i = 1; i < fitted.count; i++) {
        const double before = log(fitted.x[i - 1] / (1 - fitted.x[i - 1])),
                     here = log(fitted.x[i] / fmax(1 - fitted.x[i], 1e-7));
        assert_true(here - before >= 0.2 - 1e-6);
    }
    sr_calibration_fini(&fitted);
    free(confidence);
    free(right);
}

/* A confidence is as exact as what is missing of 1: not lost in the last digit of a float near 1.
 */
static void what_is_missing_counts(void **state)
{
    (void)state;
    const struct sr_calibration half = {SR_CALIBRATION_BETA, .a = 0, .b = 0.5, .c = 0};
    float near_one[] = {1, 1e-9f, 0}, nearer[] = {1, 1e-7f, 3e-7f};
    sr_calibration_apply(&half, near_one, 1, 3);
    sr_calibration_apply(&half, nearer, 1, 3);
    /* odds are the square root of the odds before, at least 1e-7 for what is missing */
    near((double)near_one[1], sqrt(1e-7), 1e-6);
    near((double)nearer[2], 0.75 * sqrt(4e-7), 1e-6);
}

/* Rows whose chance to be right is a beta function of their confidence: its values are found. */
static void beta_finds_the_function(void **state)
{
    (void)state;
    enum { ROWS = 40000 };
    double *confidence = sr_xalloc(ROWS * sizeof *confidence);
    bool *right = sr_xalloc(ROWS * sizeof *right);
    struct sr_rng rng;
    sr_rng_init(&rng, 7, SR_STREAM_SPLIT, 0);
    for (int i = 0; i < ROWS; i++) {
        double p = confidence[i] = 0.2 + 0.79 * sr_rng_double(&rng);
        double z = 2 * log(p) - 0.5 * log(1 - p) + 0.3;
        right[i] = sr_rng_double(&rng) < 1 / (1 + exp(-z));
    }
    struct sr_calibration fitted;
    sr_calibration_fit_beta(&fitted, confidence, right, ROWS);
    near(fitted.b, 0.5, 0.05);
    for (double p = 0.25; p < 1; p += 0.1)
        near(sr_calibration_confidence(&fitted, p),
             1 / (1 + exp(-2 * log(p) + 0.5 * log(1 - p) - 0.3)), 0.01);
    /* of one row, the prior: hardly anything changes */
    sr_calibration_fit_beta(&fitted, confidence, right, 1);
    for (double p = 0.3; p < 1; p += 0.1) near(sr_calibration_confidence(&fitted, p), p, 0.15);
    free(confidence);
    free(right);
}

/* Where confidence means less and less to be right, a and b are 0 instead of negative: the
 * function never falls. */
static void beta_never_falls(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    double confidence[ROWS];
    bool right[ROWS];
    for (int i = 0; i < ROWS; i++) {
        confidence[i] = (i + 1.0) / (ROWS + 1);
        right[i] = i % 10 >= i / 100; /* nine tenths at first, none at last */
    }
    struct sr_calibration fitted;
    sr_calibration_fit_beta(&fitted, confidence, right, ROWS);
    assert_true(fitted.a >= 0 && fitted.b >= 0);
    near(sr_calibration_confidence(&fitted, 0.1), 0.55, 0.02);
    near(sr_calibration_confidence(&fitted, 0.9), 0.55, 0.02);
}

/* Predictions of `classes` classes; of `stated` and `chance`, functions of a number that is drawn
 * from 0.5 to 1, one gives the model's confidence, the other its chance to be right. */
static struct sr_predictions make(size_t count, int classes, double (*stated)(double drawn),
                                  double (*chance)(double drawn), uint64_t seed)
{
    struct sr_predictions made = {.count = count, .classes = classes};
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_SPLIT, 0);
    made.rows = sr_xalloc(count * sizeof *made.rows);
    made.truth = sr_xalloc(count);
    made.predicted = sr_xalloc(count);
    made.probabilities = sr_xalloc(count * (size_t)classes * sizeof *made.probabilities);
    for (size_t i = 0; i < count; i++) {
        double drawn = 0.5 + 0.5 * sr_rng_double(&rng), q = stated(drawn), left = 1 - q;
        int best = (int)sr_rng_below(&rng, (uint64_t)classes), other = (best + 1) % classes;
        float *row = made.probabilities + i * (size_t)classes;
        for (int c = 0; c < classes; c++) row[c] = (float)(left * 0.4 / (classes - 1));
        row[best] = (float)q;
        row[other] += (float)(left * 0.6);
        made.rows[i] = (uint32_t)i;
        made.truth[i] = (uint8_t)(sr_rng_double(&rng) < chance(drawn) ? best : other);
    }
    sr_predictions_finish(&made);
    return made;
}

static double itself(double drawn)
{
    return drawn;
}

static double sharpened(double p)
{
    return p * p * p / (p * p * p + pow(1 - p, 3));
}

/* Hardly better than chance up to a confidence of 0.75, nearly always right from 0.85 on. */
static double stepped(double p)
{
    return p < 0.75 ? 0.52 : p > 0.85 ? 0.98 : 0.52 + 4.6 * (p - 0.75);
}

static void the_better_function_is_taken(void **state)
{
    (void)state;
    static const struct {
        double (*stated)(double drawn), (*chance)(double drawn);
        enum sr_calibration_kind kind;
    } cases[] = {{sharpened, itself, SR_CALIBRATION_BETA},
                 {itself, stepped, SR_CALIBRATION_ISOTONIC}};
    for (size_t k = 0; k < 2; k++) {
        struct sr_predictions fit = make(5000, 10, cases[k].stated, cases[k].chance, 1),
                              judge = make(20000, 10, cases[k].stated, cases[k].chance, 2);
        struct sr_calibration fitted;
        struct sr_reliability before, after;
        sr_calibration_fit(&fitted, &fit);
        assert_int_equal(fitted.kind, cases[k].kind);
        sr_reliability(&before, &judge);
        sr_calibration_apply(&fitted, judge.probabilities, judge.count, 10);
        sr_reliability(&after, &judge);
        assert_true(before.ece > 0.08);
        near(after.ece, 0, 0.015);
        /* sharpened, it is over-confident throughout: the error is the bias */
        if (cases[k].stated == sharpened) near(before.bias, before.ece, 0.01);
        near(after.bias, 0, 0.01);
        sr_calibration_fini(&fitted);
        sr_predictions_fini(&fit);
        sr_predictions_fini(&judge);
    }
}

/* Rows still sum to 1, and classes stay in their order, whatever the function. */
static void order_and_sum_stay(void **state)
{
    (void)state;
    static double x[] = {0, 1}, low[] = {0.05, 0.05}, high[] = {1, 1};
    static const struct sr_calibration cases[] = {
        {SR_CALIBRATION_BETA, .a = 0.3, .b = 0.2, .c = -2},
        {SR_CALIBRATION_BETA, .a = 3, .b = 2, .c = 1},
        {SR_CALIBRATION_ISOTONIC, .count = 2, .x = x, .y = low},
        {SR_CALIBRATION_ISOTONIC, .count = 2, .x = x, .y = high},
        {.kind = SR_CALIBRATION_NONE},
    };
    struct sr_predictions p = make(500, 7, sharpened, itself, 3);
    float *row = p.probabilities;
    memset(row, 0, 7 * sizeof *row); /* all on one class */
    row[4] = 1;
    memset(row + 7, 0, 7 * sizeof *row); /* two alike */
    row[7 + 2] = row[7 + 5] = 0.5F;
    sr_predictions_finish(&p);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        float *changed = sr_xalloc(p.count * 7 * sizeof *changed);
        memcpy(changed, p.probabilities, p.count * 7 * sizeof *changed);
        sr_calibration_apply(&cases[k], changed, p.count, 7);
        for (size_t i = 0; i < p.count; i++) {
            const float *a = p.probabilities + 7 * i, *b = changed + 7 * i;
            double sum = 0;
            for (int c = 0; c < 7; c++) {
                sum += (double)b[c];
                assert_true(b[c] >= 0 && b[c] <= 1);
                for (int d = 0; d < 7; d++)
                    if (a[c] < a[d]) assert_true(b[c] <= b[d]);
            }
            near(sum, 1, 1e-5);
            assert_int_equal(sr_predicted_class(b, 7), p.predicted[i]);
        }
        free(changed);
    }
    sr_predictions_fini(&p);
}

static void of_no_rows_nothing_changes(void **state)
{
    (void)state;
    struct sr_predictions none = {.classes = 3};
    struct sr_calibration fitted;
    sr_calibration_fit(&fitted, &none);
    assert_int_equal(fitted.kind, SR_CALIBRATION_NONE);
    near(sr_calibration_confidence(&fitted, 0.37), 0.37, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotonic_pools_what_falls),
        cmocka_unit_test(isotonic_takes_ties_together),
        cmocka_unit_test(isotonic_is_not_steep),
        cmocka_unit_test(what_is_missing_counts),
        cmocka_unit_test(beta_finds_the_function),
        cmocka_unit_test(beta_never_falls),
        cmocka_unit_test(the_better_function_is_taken),
        cmocka_unit_test(order_and_sum_stay),
        cmocka_unit_test(of_no_rows_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
