/* Against worked examples: Agresti's approval ratings for McNemar, Holm's procedure by hand, and
 * scikit-learn's own documentation examples for ROC AUC and average precision. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance)) fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

/* Predictions of two classes, right or wrong as told; every truth is 0. */
static struct sr_predictions make(size_t count)
{
    struct sr_predictions p = {.count = count, .classes = 2};
    p.rows = sr_xalloc(count * sizeof *p.rows);
    p.truth = sr_xalloc(count);
    p.predicted = sr_xalloc(count);
    p.probabilities = sr_xalloc(count * 2 * sizeof *p.probabilities);
    for (size_t i = 0; i < count; i++) p.rows[i] = (uint32_t)i;
    return p;
}

static void mcnemar_large(void **state)
{
    (void)state;
    /* Agresti, Categorical Data Analysis: 794, 150, 86, 570: z squared is 34.71 without the correction. */
    struct sr_predictions a = make(1600), b = make(1600);
    struct sr_error error;
    for (size_t i = 0; i < 1600; i++) {
        a.predicted[i] = !(i < 944);
        b.predicted[i] = !(i < 794 || (i >= 944 && i < 1030));
    }
    struct sr_mcnemar test;
    assert_ok(sr_mcnemar(&test, &a, &b, &error));
    assert_int_equal(test.only_first, 150);
    assert_int_equal(test.only_second, 86);
    assert_int_equal(test.both, 794);
    assert_int_equal(test.neither, 570);
    near(test.p, 3.6e-5, 0.4e-5); /* exact binomial: 236 discordant pairs, 86 */
    near(test.agreement, 1364.0 / 1600, 1e-12);
    b.rows[3] = 9999;
    assert_refused(sr_mcnemar(&test, &a, &b, &error), SR_ERROR_ARGUMENT, "same samples");
    sr_predictions_fini(&a);
    sr_predictions_fini(&b);
}

static void mcnemar_small_is_exact(void **state)
{
    (void)state;
    /* 1 against 9: 2 (1 + 10) / 1024. */
    struct sr_predictions a = make(10), b = make(10);
    struct sr_error error;
    struct sr_mcnemar test;
    for (size_t i = 0; i < 10; i++) {
        a.predicted[i] = i != 0;
        b.predicted[i] = i == 0;
    }
    assert_ok(sr_mcnemar(&test, &a, &b, &error));
    near(test.p, 22.0 / 1024, 1e-12);
    assert_ok(sr_mcnemar(&test, &a, &a, &error));
    near(test.p, 1, 0);
    sr_predictions_fini(&a);
    sr_predictions_fini(&b);
}

static void holm_by_hand(void **state)
{
    (void)state;
    double p[4] = {0.01, 0.04, 0.03, 0.005};
    sr_holm(p, 4);
    near(p[3], 0.02, 1e-15);
    near(p[0], 0.03, 1e-15);
    near(p[2], 0.06, 1e-15);
    near(p[1], 0.06, 1e-15);
}

static void curves_of_known_scores(void **state)
{
    (void)state;
    /* Truth 0 0 1 1, scores .1 .4 .35 .8: ROC AUC 0.75, average precision 0.8333. */
    static const float scores[4] = {0.1f, 0.4f, 0.35f, 0.8f};
    struct sr_predictions p = make(4);
    double x[8], y[8];
    for (size_t i = 0; i < 4; i++) {
        p.truth[i] = i >= 2;
        p.probabilities[i * 2 + 1] = scores[i];
        p.probabilities[i * 2] = 1 - scores[i];
    }
    sr_predictions_finish(&p);
    near(sr_roc_auc(&p, 1), 0.75, 1e-12);
    near(sr_average_precision(&p, 1), 0.8333333333, 1e-9);
    assert_int_equal(sr_roc_curve(&p, 1, x, y), 5);
    near(x[4], 1, 0);
    near(y[4], 1, 0);
    near(x[1], 0, 0);
    near(y[1], 0.5, 0);
    assert_int_equal(sr_precision_recall_curve(&p, 1, x, y), 4);
    near(y[3], 0.5, 0);
    near(sr_top_accuracy(&p, 1), 0.75, 0);
    near(sr_top_accuracy(&p, 2), 1, 0);
    for (size_t i = 0; i < 4; i++) p.probabilities[i * 2 + 1] = 0.5f; /* all tied: no better than chance */
    near(sr_roc_auc(&p, 1), 0.5, 1e-12);
    for (size_t i = 0; i < 4; i++) p.truth[i] = 0;
    assert_true(isnan(sr_roc_auc(&p, 1)));
    sr_predictions_fini(&p);
}

static void calibration_by_hand(void **state)
{
    (void)state;
    /* Four times sure by 0.9 and three times right, once sure by 0.6 and wrong:
     * 4/5 |0.75 - 0.9| + 1/5 |0 - 0.6| = 0.24. */
    struct sr_predictions p = make(5);
    struct sr_reliability reliability;
    for (size_t i = 0; i < 5; i++) {
        float sure = i < 4 ? 0.9f : 0.6f;
        p.probabilities[i * 2] = sure;
        p.probabilities[i * 2 + 1] = 1 - sure;
        p.truth[i] = i >= 3;
    }
    sr_predictions_finish(&p);
    sr_reliability(&reliability, &p);
    near(reliability.ece, 0.24, 1e-6);
    assert_int_equal(reliability.counts[13], 4);
    near(reliability.accuracy[13], 0.75, 1e-12);
    assert_true(isnan(reliability.accuracy[0]));
    /* What is no number has no place in the diagram, and does no harm. */
    p.probabilities[0] = p.probabilities[1] = NAN;
    sr_reliability(&reliability, &p);
    assert_int_equal(reliability.counts[0], 1);
    assert_int_equal(reliability.counts[13], 3);
    sr_predictions_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mcnemar_large),          cmocka_unit_test(mcnemar_small_is_exact),
        cmocka_unit_test(holm_by_hand),           cmocka_unit_test(curves_of_known_scores),
        cmocka_unit_test(calibration_by_hand),
    };
    return cmocka_run_group_tests_name("significance", tests, NULL, NULL);
}
