/* The bootstrap against what theory and published examples say of it. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/bootstrap.h"
#include "sartor/eval/significance.h"

static struct sr_error error;

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

static struct sr_predictions make(size_t count, int classes)
{
    struct sr_predictions p = {.count = count, .classes = classes};
    p.rows = sr_xalloc((count + 1) * sizeof *p.rows);
    p.truth = sr_xalloc(count + 1);
    p.predicted = sr_xalloc(count + 1);
    p.probabilities = sr_xalloc((count + 1) * (size_t)classes * sizeof *p.probabilities);
    memset(p.probabilities, 0, count * (size_t)classes * sizeof *p.probabilities);
    for (size_t i = 0; i < count; i++) p.rows[i] = (uint32_t)i, p.truth[i] = 0;
    return p;
}

/* Random probabilities of three classes that lean to the truth. */
static struct sr_predictions draw(size_t count, uint64_t seed)
{
    struct sr_predictions p = make(count, 3);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < count; i++) {
        float *row = p.probabilities + 3 * i, sum = 0;
        p.truth[i] = (uint8_t)sr_rng_below(&rng, 3);
        for (int c = 0; c < 3; c++)
            sum += row[c] = sr_rng_float(&rng) + (c == p.truth[i] ? 0.3f : 0);
        for (int c = 0; c < 3; c++) row[c] = roundf(row[c] / sum * 50) / 50; /* with ties */
    }
    sr_predictions_finish(&p);
    return p;
}

/* Efron and Tibshirani (1993), table 2.1 and 2.2: survival of seven treated mice, mean 86.86; the
 * standard error of the mean by bootstrap is 23.36. As log losses, a thirtieth of the days. */
static void mice(void **state)
{
    static const double days[7] = {94, 197, 16, 38, 99, 141, 23};
    struct sr_predictions p = make(7, 2);
    struct sr_intervals intervals;
    (void)state;
    for (int i = 0; i < 7; i++) {
        p.probabilities[2 * i] = (float)exp(-days[i] / 30);
        p.probabilities[2 * i + 1] = 1 - p.probabilities[2 * i];
    }
    sr_predictions_finish(&p);
    assert_ok(sr_bootstrap(&intervals, &p, 1, NULL, NULL, &error));
    assert_int_equal(intervals.drawn, 1000);
    /* Of 100,000 draws by numpy, the percentiles are 43.9 and 134.4. */
    near(30 * intervals.loss.low, 43.9, 5);
    near(30 * intervals.loss.high, 134.4, 5);
    near(30 * (intervals.loss.high - intervals.loss.low) / (2 * 1.96), 23.36, 1.5);
    sr_predictions_fini(&p);
}

/* numpy's default, as in its documentation: the quantiles of 1, 3, 10. */
static void quantiles(void **state)
{
    static const double values[] = {1, 3, 10};
    (void)state;
    near(sr_quantile(values, 3, 0), 1, 0);
    near(sr_quantile(values, 3, 1), 10, 0);
    near(sr_quantile(values, 3, 0.5), 3, 1e-12);
    near(sr_quantile(values, 3, 0.75), 6.5, 1e-12);
    assert_true(isnan(sr_quantile(values, 0, 0.5)));
}

/* The measures of the samples as they are agree with those of their own functions, ties included,
 * and lie within their intervals. */
static void measures(void **state)
{
    struct sr_predictions p = draw(500, 3);
    struct sr_intervals intervals;
    struct sr_evaluation e;
    (void)state;
    sr_evaluate(&e, &p);
    assert_ok(sr_bootstrap(&intervals, &p, 1, NULL, NULL, &error));
    const struct {
        double value;
        struct sr_interval interval;
    } all[] = {{e.loss, intervals.loss},
               {e.macro_f1, intervals.macro_f1},
               {e.macro_precision, intervals.macro_precision},
               {e.macro_recall, intervals.macro_recall},
               {e.top2_accuracy, intervals.top2_accuracy},
               {e.calibration_bias, intervals.calibration_bias},
               {intervals.mean_auc, intervals.macro_auc}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!(all[i].interval.low < all[i].value && all[i].value < all[i].interval.high))
            fail_msg("%zu: %g is not within %g and %g", i, all[i].value, all[i].interval.low,
                     all[i].interval.high);
        assert_true(all[i].interval.high - all[i].interval.low < 0.25);
    }
    double mean = 0;
    for (int c = 0; c < 3; c++) {
        near(intervals.per_class[c].area, sr_roc_auc(&p, c), 1e-12);
        near(intervals.per_class[c].average, sr_average_precision(&p, c), 1e-12);
        mean += intervals.per_class[c].area / 3;
        const struct sr_interval *auc = &intervals.per_class[c].auc;
        assert_true(auc->low < intervals.per_class[c].area &&
                    intervals.per_class[c].area < auc->high);
        assert_true(intervals.per_class[c].f1.low < e.per_class[c].f1 &&
                    e.per_class[c].f1 < intervals.per_class[c].f1.high);
        assert_true(intervals.per_class[c].average_precision.low < intervals.per_class[c].average &&
                    intervals.per_class[c].average < intervals.per_class[c].average_precision.high);
        double low, high, support = (double)e.per_class[c].support;
        sr_wilson(e.per_class[c].recall * support, support, 1.959964, &low, &high);
        near(intervals.per_class[c].recall.low, low, 1e-9);
        near(intervals.per_class[c].recall.high, high, 1e-9);
    }
    near(intervals.mean_auc, mean, 1e-12);
    sr_predictions_fini(&p);
}

/* Hanley and McNeil (1982): the standard error of an AUC A is about
 * sqrt((A(1-A) + (m-1)(Q1-A²) + (n-1)(Q2-A²)) / (mn)), Q1 = A/(2-A), Q2 = 2A²/(1+A). */
static void auc_error(void **state)
{
    struct sr_predictions p = make(600, 2);
    struct sr_intervals intervals;
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (int i = 0; i < 600; i++) {
        p.truth[i] = i % 3 == 0;
        double score = -log(1 - sr_rng_double(&rng)) * (p.truth[i] ? 3 : 1);
        p.probabilities[2 * i + 1] = (float)(score / (1 + score));
        p.probabilities[2 * i] = 1 - p.probabilities[2 * i + 1];
    }
    sr_predictions_finish(&p);
    assert_ok(sr_bootstrap(&intervals, &p, 1, NULL, NULL, &error));
    const double a = intervals.per_class[1].area, m = 200, n = 400, q1 = a / (2 - a),
                 q2 = 2 * a * a / (1 + a),
                 se = sqrt((a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) /
                           (m * n));
    near(intervals.per_class[1].auc.high - intervals.per_class[1].auc.low, 2 * 1.96 * se, 0.012);
    sr_predictions_fini(&p);
}

/* Of 100 sets of samples, the interval of the loss holds the true mean about 95 times; and that of
 * the calibration error reaches 0 where confidences are true, although the measured error never is
 * 0. What was measured lies in it. */
static void coverage(void **state)
{
    int holds = 0, zero = 0;
    (void)state;
    for (int set = 0; set < 100; set++) {
        struct sr_predictions p = make(200, 2);
        struct sr_intervals intervals;
        struct sr_rng rng;
        sr_rng_init(&rng, (uint64_t)set + 1, SR_STREAM_TEST, 1);
        for (int i = 0; i < 200; i++) {
            double sure = 0.5 + sr_rng_double(&rng) / 2;
            p.probabilities[2 * i] = (float)sure;
            p.probabilities[2 * i + 1] = (float)(1 - sure);
            p.truth[i] = sr_rng_double(&rng) >= sure;
        }
        sr_predictions_finish(&p);
        assert_ok(sr_bootstrap(&intervals, &p, 1, NULL, NULL, &error));
        holds += intervals.loss.low < 0.5 && 0.5 < intervals.loss.high; /* ∫ entropy, in nats */
        zero += intervals.calibration_error.low < 0.01;
        struct sr_reliability reliability;
        sr_reliability(&reliability, &p);
        assert_true(intervals.calibration_error.low <= reliability.ece);
        assert_true(intervals.calibration_error.high > reliability.ece);
        sr_predictions_fini(&p);
    }
    assert_in_range(holds, 88, 100);
    assert_in_range(zero, 70, 100);
}

static void seeds_and_threads(void **state)
{
    struct sr_predictions p = draw(300, 4);
    struct sr_intervals one, other;
    (void)state;
    assert_ok(sr_bootstrap(&one, &p, 1, NULL, NULL, &error));
    for (int threads = 1; threads <= 3; threads++) {
        struct sr_pool *pool = sr_pool_new(threads, &error);
        assert_ok(sr_bootstrap(&other, &p, 1, pool, NULL, &error));
        assert_memory_equal(&one, &other, sizeof one);
        sr_pool_free(pool);
    }
    assert_ok(sr_bootstrap(&other, &p, 2, NULL, NULL, &error));
    assert_true(one.loss.low != other.loss.low);
    sr_predictions_fini(&p);
}

static bool stop(void *owner)
{
    (void)owner;
    return false;
}

static void little_data(void **state)
{
    struct sr_predictions none = make(0, 3), one = make(1, 3);
    struct sr_intervals intervals;
    const struct sr_monitor monitor = {.proceed = stop};
    (void)state;
    assert_ok(sr_bootstrap(&intervals, &none, 1, NULL, NULL, &error));
    assert_true(isnan(intervals.loss.low) && isnan(intervals.per_class[2].auc.high));
    one.probabilities[0] = 1;
    sr_predictions_finish(&one);
    assert_ok(sr_bootstrap(&intervals, &one, 1, NULL, NULL, &error));
    near(intervals.loss.high, 0, 1e-12);
    assert_true(isnan(intervals.per_class[0].auc.low) && isnan(intervals.per_class[1].recall.low));
    assert_refused(sr_bootstrap(&intervals, &one, 1, NULL, &monitor, &error), SR_ERROR_CANCELLED,
                   "stopped");
    sr_predictions_fini(&none);
    sr_predictions_fini(&one);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(mice),        cmocka_unit_test(quantiles),
        cmocka_unit_test(measures),    cmocka_unit_test(auc_error),
        cmocka_unit_test(coverage),    cmocka_unit_test(seeds_and_threads),
        cmocka_unit_test(little_data),
    };
    return cmocka_run_group_tests_name("eval/bootstrap", tests, NULL, NULL);
}
