/* Against published worked examples: McNemar's test by Agresti and by Fagerland, Lydersen and
 * Laake; Holm's procedure on the p values of Benjamini and Hochberg; ROC curves of Fawcett and of
 * scikit-learn's documentation, which has those for average precision and top-k accuracy too; the
 * calibration error of torchmetrics' documentation. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/paired.h"
#include "sartor/eval/significance.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
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
    /* Agresti, Categorical Data Analysis (1990), p. 350, approval ratings 794, 150, 86, 570: his z
     * squared, without a correction, is (86 - 150)² / (86 + 150) = 17.36. */
    struct sr_predictions a = make(1600), b = make(1600);
    for (size_t i = 0; i < 1600; i++) {
        a.predicted[i] = !(i < 944);
        b.predicted[i] = !(i < 794 || (i >= 944 && i < 1030));
    }
    struct sr_mcnemar test;
    sr_mcnemar(&test, &a, &b);
    assert_int_equal(test.only_first, 150);
    assert_int_equal(test.only_second, 86);
    assert_int_equal(test.both, 794);
    assert_int_equal(test.neither, 570);
    near(test.p, 3.71593614e-5, 1e-12); /* exact binomial: 236 discordant pairs, 86 */
    near(test.p, erfc(sqrt(17.3559 / 2)), 1e-5);
    near(test.agreement, 1364.0 / 1600, 1e-12);
    /* Samples that only one of both has are left out: here the first, which both get right. */
    const struct sr_predictions rest = {.count = b.count - 1,
                                        .rows = b.rows + 1,
                                        .truth = b.truth + 1,
                                        .predicted = b.predicted + 1};
    for (int turn = 0; turn < 2; turn++) {
        sr_mcnemar(&test, turn ? &rest : &a, turn ? &a : &rest);
        assert_int_equal(sr_mcnemar_count(&test), 1599);
        assert_int_equal(test.both, 793);
        assert_int_equal(turn ? test.only_second : test.only_first, 150);
        near(test.agreement, 1363.0 / 1599, 1e-12);
    }
    for (size_t i = 0; i < b.count; i++) b.rows[i] += 5000;
    sr_mcnemar(&test, &a, &b);
    assert_int_equal(sr_mcnemar_count(&test), 0);
    near(test.p, 1, 0);
    sr_predictions_fini(&a);
    sr_predictions_fini(&b);
}

/* Two models that differ on `a` and `b` samples. */
static double p_of(size_t a, size_t b)
{
    struct sr_predictions first = make(a + b), second = make(a + b);
    struct sr_mcnemar test;
    for (size_t i = 0; i < a + b; i++) {
        first.predicted[i] = i >= a;
        second.predicted[i] = i < a;
    }
    sr_mcnemar(&test, &first, &second);
    assert_int_equal(test.only_first, a);
    assert_int_equal(test.only_second, b);
    sr_predictions_fini(&first);
    sr_predictions_fini(&second);
    return test.p;
}

/* Fagerland, Lydersen and Laake (2013): airway hyper-responsiveness of 21 children (their table 1)
 * and complete response of 161 patients, by the exact conditional test. */
static void mcnemar_published(void **state)
{
    (void)state;
    near(p_of(1, 7), 0.0703, 5e-5);
    near(p_of(7, 1), 0.0703, 5e-5);
    near(p_of(6, 16), 0.0525, 5e-5);
    near(p_of(5, 5), 1, 0);
    near(p_of(0, 0), 1, 0);
}

/* Beyond a thousand pairs: Edwards' (1948) chi-squared (|b - c| - 1)² / (b + c), beside the exact p
 * of the same counts, which is computed up to that number. */
static void mcnemar_beyond_the_exact(void **state)
{
    (void)state;
    near(p_of(540, 460), 0.0124441463, 1e-9);
    near(p_of(541, 460), erfc(sqrt(80.0 * 80 / 1001 / 2)), 1e-12);
    near(p_of(541, 460), 0.0114161389, 5e-5);
    near(p_of(560, 461), 0.0021469951, 2e-5);
    near(p_of(2000, 2001), 1, 0);
}

static void mcnemar_small_is_exact(void **state)
{
    (void)state;
    /* 1 against 9: 2 (1 + 10) / 1024. */
    struct sr_predictions a = make(10), b = make(10);
    struct sr_mcnemar test;
    for (size_t i = 0; i < 10; i++) {
        a.predicted[i] = i != 0;
        b.predicted[i] = i == 0;
    }
    sr_mcnemar(&test, &a, &b);
    near(test.p, 22.0 / 1024, 1e-12);
    sr_mcnemar(&test, &a, &a);
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

/* Benjamini and Hochberg (1995): fifteen p values of a trial, of which procedures that bound the
 * family-wise error reject three at 5 %. */
static void holm_published(void **state)
{
    (void)state;
    double p[15] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1};
    sr_holm(p, 15);
    near(p[0], 15 * 0.0001, 1e-15);
    near(p[1], 14 * 0.0004, 1e-15);
    near(p[2], 13 * 0.0019, 1e-15);
    near(p[3], 12 * 0.0095, 1e-15);
    int rejected = 0;
    for (int i = 0; i < 15; i++) {
        rejected += p[i] <= 0.05;
        assert_true(p[i] <= 1 && (i == 0 || p[i] >= p[i - 1]));
    }
    assert_int_equal(rejected, 3);
    sr_holm(p, 0);
}

/* Fawcett (2006), figure 3: twenty instances; the curve has its highest accuracy, 70 %, at (0.1,
 * 0.5). The area is that of the 68 of 100 pairs in which the positive one is ranked higher (Mann
 * and Whitney). */
static void fawcetts_curve(void **state)
{
    (void)state;
    static const float scores[20] = {.9f, .8f,  .7f,  .6f,  .55f, .54f, .53f, .52f, .51f, .505f,
                                     .4f, .39f, .38f, .37f, .36f, .35f, .34f, .33f, .30f, .1f};
    static const char labels[] = "ppnpppnnpnpnpnnnpnpn";
    struct sr_predictions p = make(20);
    double x[21], y[21], best = 0, where[2] = {0, 0};
    for (size_t i = 0; i < 20; i++) {
        p.truth[i] = labels[i] == 'p';
        p.probabilities[i * 2 + 1] = scores[i];
        p.probabilities[i * 2] = 1 - scores[i];
    }
    sr_predictions_finish(&p);
    near(sr_roc_auc(&p, 1), 0.68, 1e-12);
    near(sr_roc_auc(&p, 0), 0.68, 1e-12);
    assert_int_equal(sr_roc_curve(&p, 1, x, y), 21);
    for (int i = 0; i < 21; i++) {
        double accuracy = (10 * y[i] + 10 * (1 - x[i])) / 20;
        if (accuracy <= best) continue;
        best = accuracy;
        where[0] = x[i];
        where[1] = y[i];
    }
    near(best, 0.7, 1e-12);
    near(where[0], 0.1, 1e-12);
    near(where[1], 0.5, 1e-12);
    sr_predictions_fini(&p);
}

/* The documentation of scikit-learn's top_k_accuracy_score, and torchmetrics' of
 * MulticlassCalibrationError. Its four samples fall into three of our bins too, but into others:
 * 2/4 |0 - 0.55| + 1/4 |1 - 0.6| + 1/4 |1 - 0.9|. */
static void documented_scores(void **state)
{
    (void)state;
    static const float ranked[12] = {.5f, .2f, .2f, .3f, .4f, .2f, .2f, .4f, .3f, .7f, .2f, .1f};
    static const float sure[12] = {.25f, .20f, .55f, .55f, .05f, .40f,
                                   .10f, .30f, .60f, .90f, .05f, .05f};
    static const uint8_t truths[2][4] = {{0, 1, 2, 2}, {0, 1, 2, 0}};
    struct sr_reliability reliability;
    struct sr_predictions p = make(4);
    free(p.probabilities);
    p.classes = 3;
    p.probabilities = sr_xalloc(12 * sizeof *p.probabilities);
    memcpy(p.probabilities, ranked, sizeof ranked);
    memcpy(p.truth, truths[0], 4);
    sr_predictions_finish(&p);
    near(sr_top_accuracy(&p, 2), 0.75, 0);
    near(sr_top_accuracy(&p, 3), 1, 0);
    memcpy(p.probabilities, sure, sizeof sure);
    memcpy(p.truth, truths[1], 4);
    sr_predictions_finish(&p);
    sr_reliability(&reliability, &p);
    near(reliability.ece, 0.4, 1e-7);
    /* In their three bins the same sums give their 0.2. */
    near(fabs((0.55 + 0.55 + 0.60 - 1) / 4) + fabs((0.90 - 1) / 4), 0.2, 1e-12);
    sr_predictions_fini(&p);
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
    for (size_t i = 0; i < 4; i++)
        p.probabilities[i * 2 + 1] = 0.5f; /* all tied: no better than chance */
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

/* Three models: pairs in order, p values times 3, 2 and 1 from the smallest on. */
static void pairs_are_adjusted(void **state)
{
    (void)state;
    struct sr_predictions p[3] = {make(40), make(40), make(40)};
    const struct sr_predictions *const all[3] = {&p[0], &p[1], &p[2]};
    size_t count = 0;
    for (size_t i = 0; i < 40; i++) { /* 0 is right: 40, 32 and 33 of them */
        p[1].predicted[i] = i < 8;
        p[2].predicted[i] = i >= 4 && i < 11;
    }
    struct sr_pair *pairs = sr_pairs(all, 3, &count);
    assert_non_null(pairs);
    assert_int_equal(count, 3);
    const size_t wanted[3][4] = {{0, 1, 8, 0}, {0, 2, 7, 0}, {1, 2, 3, 4}};
    for (int k = 0; k < 3; k++) {
        assert_int_equal(pairs[k].first, wanted[k][0]);
        assert_int_equal(pairs[k].second, wanted[k][1]);
        assert_int_equal(pairs[k].test.only_first, wanted[k][2]);
        assert_int_equal(pairs[k].test.only_second, wanted[k][3]);
    }
    near(pairs[0].p, 3 * 2.0 / 256, 1e-12);
    near(pairs[1].p, 2 * 2.0 / 128, 1e-12);
    near(pairs[2].p, 1, 1e-12);
    free(pairs);
    for (int i = 0; i < 3; i++) sr_predictions_fini(&p[i]);
}

static void say(double p, size_t only_first, size_t only_second, const char *wanted)
{
    const struct sr_pair pair = {.test = {.only_first = only_first, .only_second = only_second},
                                 .p = p};
    struct sr_text text = {0};
    sr_pair_print(&pair, "cnn", "svm", &text);
    assert_string_equal(sr_text_get(&text), wanted);
    sr_text_fini(&text);
}

static void pairs_in_words(void **state)
{
    (void)state;
    say(0.05, 9, 2, "cnn and svm can't be told apart on these 11 images, p = 0.05");
    say(0.0494, 9, 2, "cnn beats svm by 63.64 points, p = 0.049");
    say(0.0494, 2, 9, "svm beats cnn by 63.64 points, p = 0.049");
    say(0.001, 2, 9, "svm beats cnn by 63.64 points, p = 0.001");
    say(0.0009, 9, 2, "cnn beats svm by 63.64 points, p < 0.001");
    say(1, 0, 0, "no sample can be used to compare cnn and svm");
}

/* Newcombe's method 10. Newcombe (1998), table II: 36, 12, 2, 0: .0569 to .3404. Airway
 * hyper-responsiveness of Bentur et al. in Fagerland, Lydersen and Laake (2014): 1, 1, 7, 12: -.507
 * to -.026; and complete response of Cavo et al.: 59, 6, 16, 80: -.119 to -.005. Altman et al.
 * (2000), table 6.2: 14, 5, 0, 22: .011 to .226. */
static void differences_of_accuracy(void **state)
{
    static const struct {
        size_t both, only_first, only_second, neither;
        double value, low, high, tolerance;
    } published[] = {{36, 12, 2, 0, .2, .0569, .3404, 5e-5},
                     {1, 1, 7, 12, -6.0 / 21, -.507, -.026, 5e-4},
                     {59, 6, 16, 80, -10.0 / 161, -.119, -.005, 5e-4},
                     {14, 5, 0, 22, 5.0 / 41, .011, .226, 5e-4}};
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const struct sr_mcnemar test = {.both = published[i].both,
                                        .only_first = published[i].only_first,
                                        .only_second = published[i].only_second,
                                        .neither = published[i].neither};
        const struct sr_mcnemar turned = {.both = test.both,
                                          .only_first = test.only_second,
                                          .only_second = test.only_first,
                                          .neither = test.neither};
        struct sr_difference difference, back;
        sr_accuracy_difference(&test, &difference);
        near(difference.value, published[i].value, 1e-12);
        near(difference.low, published[i].low, published[i].tolerance);
        near(difference.high, published[i].high, published[i].tolerance);
        sr_accuracy_difference(&turned, &back);
        near(back.low, -difference.high, 1e-12);
        near(back.high, -difference.low, 1e-12);
    }
    struct sr_difference none;
    sr_accuracy_difference(&(struct sr_mcnemar){.p = 1}, &none);
    assert_true(isnan(none.value) && isnan(none.low) && isnan(none.high));
}

/* Printed tables of Student's t; and the sleep data of Student (1908), whose paired test of ten
 * pairs is t = 4.0621, p = 0.002833, mean 1.58, 95 % interval 0.7001 to 2.4599 (R, t.test). */
static void student(void **state)
{
    static const struct {
        double freedom, t95, t99;
    } table[] = {{1, 12.706, 63.657}, {2, 4.303, 9.925},  {4, 2.776, 4.604},
                 {9, 2.262, 3.250},   {30, 2.042, 2.750}, {120, 1.980, 2.617}};
    static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
                        second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    double differences[10];
    struct sr_paired_t test;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        near(sr_student_quantile(0.05, table[i].freedom), table[i].t95, 6e-4);
        near(sr_student_quantile(0.01, table[i].freedom), table[i].t99, 6e-4);
        near(sr_student_p(-table[i].t95, table[i].freedom), 0.05, 3e-5);
    }
    near(sr_student_p(0, 5), 1, 1e-12);
    near(sr_student_p(1, 1), 0.5, 1e-12); /* Cauchy */
    near(sr_student_p(INFINITY, 3), 0, 0);
    for (int i = 0; i < 10; i++) differences[i] = second[i] - first[i];
    sr_paired_t(&test, differences, 10);
    near(test.t, 4.0621, 5e-5);
    near(test.p, 0.002833, 5e-7);
    near(test.mean, 1.58, 1e-12);
    near(test.low, 0.7001, 5e-5);
    near(test.high, 2.4599, 5e-5);
    sr_paired_t(&test, (const double[]){2, 2, 2}, 3);
    near(test.p, 0, 0);
    near(test.high, 2, 0);
    sr_paired_t(&test, (const double[]){0, 0}, 2);
    near(test.p, 1, 0);
    sr_paired_t(&test, differences, 1);
    assert_true(isnan(test.p) && isnan(test.low));
    near(test.mean, differences[0], 0);
}

/* Bin b holds (b/15, (b+1)/15]; 0.2 as a float is just above 3/15. */
static void edges_of_bins(void **state)
{
    (void)state;
    static const float sure[6] = {0.2f, 0.19999999f, 1, 0, 0.0666f, 0.0667f};
    static const int bins[6] = {3, 2, 14, 0, 0, 1};
    for (int i = 0; i < 6; i++) {
        struct sr_predictions p = make(1);
        struct sr_reliability reliability;
        p.probabilities[0] = sure[i];
        sr_reliability(&reliability, &p);
        for (int b = 0; b < SR_RELIABILITY_BINS; b++) {
            assert_int_equal(reliability.counts[b], b == bins[i]);
            assert_int_equal(!isnan(reliability.confidence[b]), b == bins[i]);
        }
        near(reliability.confidence[bins[i]], (double)sure[i], 1e-12);
        near(reliability.accuracy[bins[i]], 1, 0);
        sr_predictions_fini(&p);
    }
}

/* Of equal probabilities the lower class comes first; curves need samples of both kinds. */
static void ties_and_single_classes(void **state)
{
    (void)state;
    struct sr_predictions p = make(4);
    double x[5], y[5];
    for (size_t i = 0; i < 8; i++) p.probabilities[i] = 0.5f;
    p.truth[0] = 1;
    near(sr_top_accuracy(&p, 1), 0.75, 0);
    near(sr_top_accuracy(&p, 2), 1, 0);
    for (int all = 0; all < 2; all++) {
        memset(p.truth, all, 4);
        assert_true(isnan(sr_roc_auc(&p, 1)) && isnan(sr_average_precision(&p, 1)));
        assert_int_equal(sr_roc_curve(&p, 1, x, y), 1);
        assert_int_equal(sr_precision_recall_curve(&p, 1, x, y), 0);
    }
    sr_predictions_fini(&p);
}

/* From point `i` to the line between points a and b. */
static double away(const double *x, const double *y, size_t a, size_t b, size_t i)
{
    const double dx = x[b] - x[a], dy = y[b] - y[a], square = dx * dx + dy * dy;
    double along = square > 0 ? ((x[i] - x[a]) * dx + (y[i] - y[a]) * dy) / square : 0;
    along = fmin(1, fmax(0, along));
    return hypot(x[i] - x[a] - along * dx, y[i] - y[a] - along * dy);
}

/* Of curves that go straight, around a corner, up and down by jumps, and along a circle: few points
 * are left, each of them a point of the curve, and all others lie near the lines between them. */
static void curves_are_thinned(void **state)
{
    enum { COUNT = 5000 };
    static double x[4][COUNT], y[4][COUNT], left_x[COUNT], left_y[COUNT];
    static const size_t most[] = {2, 3, 900, 40};
    (void)state;
    struct sr_rng rng;
    sr_rng_init(&rng, 3, SR_STREAM_SPLIT, 0);
    for (size_t i = 0; i < COUNT; i++) {
        const double at = (double)i / (COUNT - 1);
        x[0][i] = at;
        y[0][i] = 0.25 + at / 2;
        x[1][i] = fmax(0, 2 * at - 1);
        y[1][i] = fmin(1, 2 * at);
        x[2][i] = i ? x[2][i - 1] + (i % 3 ? 0 : 3.0 / COUNT) : 0;
        y[2][i] = 1 - at * at + 0.02 * sr_rng_double(&rng) / (1 + 50 * at);
        x[3][i] = sin(at * 1.57);
        y[3][i] = cos(at * 1.57);
    }
    for (int c = 0; c < 4; c++) {
        memcpy(left_x, x[c], sizeof left_x);
        memcpy(left_y, y[c], sizeof left_y);
        const size_t kept = sr_curve_thin(left_x, left_y, COUNT, 1e-3);
        assert_true(kept >= 2 && kept <= most[c]);
        size_t last = 0, place = 0;
        assert_true(left_x[0] == x[c][0] && left_y[0] == y[c][0]);
        for (size_t k = 1; k < kept; k++, last = place) {
            while (place < COUNT && (x[c][place] != left_x[k] || y[c][place] != left_y[k])) place++;
            assert_true(place < COUNT);
            for (size_t i = last; i < place; i++)
                assert_true(away(x[c], y[c], last, place, i) <= 1.42e-3);
        }
        assert_int_equal(place, COUNT - 1);
    }
    assert_int_equal(sr_curve_thin(left_x, left_y, 1, 1e-3), 1);
    assert_int_equal(sr_curve_thin(left_x, left_y, 0, 1e-3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mcnemar_large),
        cmocka_unit_test(mcnemar_small_is_exact),
        cmocka_unit_test(mcnemar_published),
        cmocka_unit_test(mcnemar_beyond_the_exact),
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(holm_published),
        cmocka_unit_test(curves_of_known_scores),
        cmocka_unit_test(fawcetts_curve),
        cmocka_unit_test(calibration_by_hand),
        cmocka_unit_test(documented_scores),
        cmocka_unit_test(pairs_are_adjusted),
        cmocka_unit_test(pairs_in_words),
        cmocka_unit_test(differences_of_accuracy),
        cmocka_unit_test(student),
        cmocka_unit_test(edges_of_bins),
        cmocka_unit_test(ties_and_single_classes),
        cmocka_unit_test(curves_are_thinned),
    };
    return cmocka_run_group_tests_name("significance", tests, NULL, NULL);
}
