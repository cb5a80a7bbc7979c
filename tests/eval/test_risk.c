/* Risk against coverage, and abstention: values worked out by hand. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/eval/risk.h"

static void near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-12)) fail_msg("%.17g is not %.17g", value, wanted);
}

/* .9 right, .8 wrong, .7 right, .6 right: risks 0, 1/2, 1/3, 1/4. */
static void four_samples(void **state)
{
    (void)state;
    const double scores[] = {.7, .9, .6, .8};
    const bool right[] = {true, true, true, false};
    struct sr_risk risk;
    sr_risk(&risk, scores, right, 4);
    near(risk.area, (0 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4) / 4);
    assert_int_equal(risk.count, 4);
    const double answered[] = {.25, .5, .75, 1}, accuracy[] = {1, .5, 2.0 / 3, .75};
    for (int i = 0; i < 4; i++) {
        near(risk.answered[i], answered[i]);
        near(risk.accuracy[i], accuracy[i]);
        double low, high;
        sr_wilson(accuracy[i] * (i + 1), i + 1, 1.959964, &low, &high);
        near(risk.low[i], low);
        near(risk.high[i], high);
    }
}

/* All scores equal: the order says nothing, so the risk is the error rate at every coverage. */
static void equal_scores(void **state)
{
    (void)state;
    const double scores[] = {.5, .5, .5, .5};
    const bool right[] = {true, false, true, true};
    struct sr_risk risk;
    sr_risk(&risk, scores, right, 4);
    near(risk.area, .25);
    assert_int_equal(risk.count, 1);
    near(risk.answered[0], 1);
    near(risk.accuracy[0], .75);
    sr_risk(&risk, scores, right, 0);
    assert_true(isnan(risk.area) && risk.count == 0);
}

/* More samples than points; the best possible order and the worst one. */
static void many(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    double *scores = sr_xalloc(COUNT * sizeof *scores);
    bool *right = sr_xalloc(COUNT);
    struct sr_risk best, worst;
    for (int i = 0; i < COUNT; i++) {
        right[i] = i >= 500;
        scores[i] = i;
    }
    sr_risk(&best, scores, right, COUNT);
    for (int i = 0; i < COUNT; i++) scores[i] = -i;
    sr_risk(&worst, scores, right, COUNT);
    double wanted = 0; /* best: mistakes come last */
    for (int i = 4500; i < COUNT; i++) wanted += (i - 4499) / (i + 1.0);
    near(best.area * COUNT, wanted);
    assert_true(worst.area > 0.25 && best.area < 0.006);
    assert_true(best.count > 150 && best.count <= SR_RISK_POINTS);
    near(best.answered[best.count - 1], 1);
    near(best.accuracy[best.count - 1], .9);
    for (size_t i = 1; i < best.count; i++) assert_true(best.answered[i] > best.answered[i - 1]);
    free(scores);
    free(right);
}

static void abstention(void **state)
{
    (void)state;
    uint8_t truth[] = {0, 1, 1, 0, 1}, predicted[] = {0, 1, 0, 1, 1};
    const struct sr_predictions predictions = {
        .count = 5, .classes = 2, .truth = truth, .predicted = predicted};
    bool answers[] = {true, true, true, false, true};
    struct sr_abstention found;
    sr_abstention(&found, &predictions, answers);
    assert_int_equal(found.answered, 4);
    near(found.share, .8);
    near(found.accuracy, .75);
    near(found.others, 0);
    assert_true(found.low < .75 && found.high > .75);
    for (int i = 0; i < 5; i++) answers[i] = true;
    sr_abstention(&found, &predictions, answers);
    assert_true(isnan(found.others));
    near(found.accuracy, .6);
    for (int i = 0; i < 5; i++) answers[i] = false;
    sr_abstention(&found, &predictions, answers);
    assert_true(isnan(found.accuracy) && isnan(found.low));
    near(found.others, .6);
    near(found.share, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_samples),
        cmocka_unit_test(equal_scores),
        cmocka_unit_test(many),
        cmocka_unit_test(abstention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
