/* Conformal sets: thresholds worked out by hand, and coverage over 200 random splits. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/conformal.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

/* Nine held-out rows: with (n + 1) × 0.9 = 9, the ninth score; with 0.95, more than there are. */
static void thresholds_by_hand(void **state)
{
    (void)state;
    float scores[] = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F};
    uint8_t labels[] = {0, 0, 0, 0, 1, 1, 1, 1, 1};
    const struct sr_conformal nine = {2, 9, NULL, scores, labels};
    double thresholds[2];
    sr_conformal_thresholds(&nine, 0.9, false, thresholds);
    near(thresholds[0], 0.9, 1e-6);
    near(thresholds[1], 0.9, 1e-6);
    sr_conformal_thresholds(&nine, 0.5, false, thresholds);
    near(thresholds[1], 0.5, 1e-6);
    sr_conformal_thresholds(&nine, 0.51, false, thresholds);
    near(thresholds[1], 0.6, 1e-6);
    sr_conformal_thresholds(&nine, 0.95, false, thresholds);
    assert_true(isinf(thresholds[0]) && isinf(thresholds[1]));
    /* four rows of class 0: (4 + 1) × 0.6 = 3; five of class 1: 6 × 0.6 = 3.6, so the fourth */
    sr_conformal_thresholds(&nine, 0.6, true, thresholds);
    near(thresholds[0], 0.3, 1e-6);
    near(thresholds[1], 0.8, 1e-6);
    /* 5 × 0.9 = 4.5 are more than four rows: the common threshold */
    sr_conformal_thresholds(&nine, 0.9, true, thresholds);
    near(thresholds[0], 0.9, 1e-6);
}

static void sets_hold_what_is_below(void **state)
{
    (void)state;
    /* predicted 0: truth was 0 nine times in ten, else 2 */
    float shares[] = {0.9F, 0, 0.1F, 0, 1, 0, 0, 0, 1};
    const struct sr_conformal c = {3, 1, shares, NULL, NULL};
    const float probabilities[] = {0.7F, 0.15F, 0.15F};
    bool members[3];
    double all[] = {0.86, 0.86, 0.86}, few[] = {0.2, 0.2, 0.2}, own[] = {0.2, 0.9, 0.2};
    /* scores: 1 - .718/1.02 = .296, 1 - .15/1.02 = .853, 1 - .152/1.02 = .851 */
    assert_int_equal(sr_conformal_set(&c, all, probabilities, members), 3);
    all[0] = all[1] = all[2] = 0.852;
    assert_int_equal(sr_conformal_set(&c, all, probabilities, members), 2);
    assert_true(members[0] && !members[1] && members[2]);
    /* never empty: the prediction */
    assert_int_equal(sr_conformal_set(&c, few, probabilities, members), 1);
    assert_true(members[0] && !members[1] && !members[2]);
    assert_int_equal(sr_conformal_set(&c, own, probabilities, members), 1);
    assert_true(members[1]);
}

enum { CLASSES = 5, ROWS = 1200 };

/* Five classes, of which the last two are often taken for each other; probabilities are those by
 * which the truth is drawn, or with `steps` rounded to so many. */
static struct sr_predictions make(size_t count, int steps, uint64_t seed)
{
    struct sr_predictions made = {.count = count, .classes = CLASSES};
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_SPLIT, 0);
    made.rows = sr_xalloc(count * sizeof *made.rows);
    made.truth = sr_xalloc(count);
    made.predicted = sr_xalloc(count);
    made.probabilities = sr_xalloc(count * CLASSES * sizeof *made.probabilities);
    for (size_t i = 0; i < count; i++) {
        double p[CLASSES], sum = 0, at = sr_rng_double(&rng);
        int main_class = (int)sr_rng_below(&rng, CLASSES), truth = 0;
        for (int c = 0; c < CLASSES; c++) {
            double power = 2 * sr_rng_double(&rng);
            if (c == main_class) power += 3;
            if (main_class >= 3 && c >= 3) power += 2;
            sum += p[c] = exp(power);
        }
        for (int c = 0; c < CLASSES; c++) {
            if (c && at > 0) truth = c;
            at -= p[c] / sum;
            double shown = p[c] / sum;
            if (steps) shown = floor(shown * steps + 0.5) / steps;
            made.probabilities[i * CLASSES + (size_t)c] = (float)shown;
        }
        made.rows[i] = (uint32_t)i;
        made.truth[i] = (uint8_t)truth;
    }
    sr_predictions_finish(&made);
    return made;
}

/* A part of predictions, whose rows are drawn by `order`. */
static struct sr_predictions part(const struct sr_predictions *all, const uint32_t *order,
                                  size_t count)
{
    struct sr_predictions made = {.count = count, .classes = CLASSES};
    made.rows = sr_xalloc(count * sizeof *made.rows);
    made.truth = sr_xalloc(count);
    made.predicted = sr_xalloc(count);
    made.probabilities = sr_xalloc(count * CLASSES * sizeof *made.probabilities);
    for (size_t i = 0; i < count; i++) {
        made.truth[i] = all->truth[order[i]];
        memcpy(made.probabilities + i * CLASSES, all->probabilities + order[i] * CLASSES,
               CLASSES * sizeof(float));
    }
    sr_predictions_finish(&made);
    return made;
}

static void measure(const struct sr_predictions *fit, const struct sr_predictions *judge,
                    double promise, bool by_class, struct sr_coverage *coverage)
{
    struct sr_conformal conformal;
    double thresholds[CLASSES];
    uint16_t *sizes = sr_xalloc(judge->count * sizeof *sizes);
    bool *held = sr_xalloc(judge->count * sizeof *held), members[CLASSES];
    sr_conformal_fit(&conformal, fit);
    sr_conformal_thresholds(&conformal, promise, by_class, thresholds);
    for (size_t i = 0; i < judge->count; i++) {
        sizes[i] = (uint16_t)sr_conformal_set(&conformal, thresholds,
                                              judge->probabilities + i * CLASSES, members);
        assert_true(sizes[i] > 0);
        held[i] = members[judge->truth[i]];
    }
    sr_coverage(coverage, sizes, held, judge->truth, judge->count, CLASSES);
    sr_conformal_fini(&conformal);
    free(sizes);
    free(held);
}

/* The mean coverage over 200 splits of the same rows is what is promised, also of probabilities in
 * steps of a fifth, as of k-NN; by class, each class has it. */
static void the_promise_holds(void **state)
{
    (void)state;
    enum { SPLITS = 200 };
    for (int steps = 0; steps <= 5; steps += 5) {
        struct sr_predictions all = make(2 * ROWS, steps, 11);
        uint32_t *order = sr_xalloc(2 * ROWS * sizeof *order);
        double mean[3] = {0}, least[CLASSES] = {0};
        static const double promises[] = {0.9, 0.95, 0.99};
        for (uint32_t i = 0; i < 2 * ROWS; i++) order[i] = i;
        for (int split = 0; split < SPLITS; split++) {
            struct sr_rng rng;
            struct sr_coverage coverage;
            sr_rng_init(&rng, 100 + (uint64_t)split, SR_STREAM_SPLIT, 0);
            sr_rng_shuffle(&rng, order, 2 * ROWS);
            struct sr_predictions fit = part(&all, order, ROWS),
                                  judge = part(&all, order + ROWS, ROWS);
            for (int k = 0; k < 3; k++) {
                measure(&fit, &judge, promises[k], false, &coverage);
                mean[k] += coverage.coverage / SPLITS;
            }
            measure(&fit, &judge, 0.9, true, &coverage);
            for (int c = 0; c < CLASSES; c++) least[c] += coverage.per_class[c].coverage / SPLITS;
            sr_predictions_fini(&fit);
            sr_predictions_fini(&judge);
        }
        for (int k = 0; k < 3; k++) near(mean[k], promises[k], 0.006);
        for (int c = 0; c < CLASSES; c++) assert_true(least[c] > 0.89);
        free(order);
        sr_predictions_fini(&all);
    }
}

static void coverage_is_counted(void **state)
{
    (void)state;
    static const uint16_t sizes[] = {1, 1, 2, 3};
    static const bool held[] = {true, false, true, true};
    static const uint8_t truth[] = {0, 0, 0, 2};
    struct sr_coverage coverage;
    sr_coverage(&coverage, sizes, held, truth, 4, 3);
    near(coverage.coverage, 0.75, 1e-12);
    near(coverage.size, 1.75, 1e-12);
    near(coverage.size_high - coverage.size, 1.959964 * sqrt(2.75 / 3) / 2, 1e-9);
    near(coverage.per_class[0].coverage, 2.0 / 3, 1e-12);
    near(coverage.per_class[0].size, 4.0 / 3, 1e-12);
    assert_int_equal(coverage.per_class[1].support, 0);
    assert_true(isnan(coverage.per_class[1].coverage));
    near(coverage.per_class[2].size, 3, 0);
    double low, high;
    sr_wilson(3, 4, 1.959964, &low, &high);
    near(coverage.low, low, 0);
    near(coverage.high, high, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_by_hand),
        cmocka_unit_test(sets_hold_what_is_below),
        cmocka_unit_test(the_promise_holds),
        cmocka_unit_test(coverage_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
