/* Metrics against cases worked out by hand and published ones. */
#include "support.h"

#include <math.h>

#include "sartor/eval/evaluation.h"

static struct sr_error error;

/* cmocka's assert_float_equal works in float. */
static void near(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within)) fail_msg("%.12g is not %.12g", got, wanted);
}

/* Precision, recall, F1 of "cat, dog, pig": true cat 4 (3 cat, 1 dog), dog 3 (1, 1, 1), pig 5 (0,
 * 2, 3). */
static void metrics_by_hand(void **state)
{
    (void)state;
    const uint64_t matrix[9] = {3, 1, 0, 1, 1, 1, 0, 2, 3};
    struct sr_class_metrics metrics[3];
    sr_metrics_from_matrix(matrix, 3, metrics);
    const double precision[] = {3.0 / 4, 1.0 / 4, 3.0 / 4}, recall[] = {3.0 / 4, 1.0 / 3, 3.0 / 5};
    const size_t support[] = {4, 3, 5};
    for (int c = 0; c < 3; c++) {
        assert_int_equal(metrics[c].support, support[c]);
        near(metrics[c].precision, precision[c], 1e-12);
        near(metrics[c].recall, recall[c], 1e-12);
        near(metrics[c].f1, 2 * precision[c] * recall[c] / (precision[c] + recall[c]), 1e-12);
    }
}

/* A class that is never predicted, one that never occurs, one that does neither. */
static void undefined_ratios_are_zero(void **state)
{
    (void)state;
    const uint64_t matrix[9] = {0, 2, 0, 0, 0, 0, 0, 0, 0};
    struct sr_class_metrics metrics[3];
    sr_metrics_from_matrix(matrix, 3, metrics);
    for (int c = 0; c < 3; c++)
        assert_true(metrics[c].precision == 0 && metrics[c].recall == 0 && metrics[c].f1 == 0);
    assert_int_equal(metrics[0].support, 2);
}

/* scikit-learn's user guide: y_true = 0 1 2 2 0, y_pred = 0 0 2 1 0 (classification_report):
 * precision .67 0 1, recall 1 0 .5, F1 .8 0 .67, macro .56 .50 .49, accuracy .6. */
static void a_published_report(void **state)
{
    (void)state;
    uint8_t labels[] = {0, 1, 2, 2, 0}, pixels[5 * 64] = {0};
    struct sr_images images = {.count = 5, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples all = {.images = &images, .count = 5};
    struct sr_predictions predictions;
    assert_ok(sr_predictions_init(&predictions, &all, 3, &error));
    const float given[15] = {0.5f, 0.3f, 0.2f, 0.4f, 0.4f, 0.2f, /* a tie goes to the lower class */
                             0.1f, 0.1f, 0.8f, 0.2f, 0.7f, 0.1f, 1.0f, 0.0f, 0.0f};
    memcpy(predictions.probabilities, given, sizeof given);
    sr_predictions_finish(&predictions);
    const uint8_t wanted[] = {0, 0, 2, 1, 0};
    assert_memory_equal(predictions.predicted, wanted, 5);
    uint64_t matrix[9];
    const uint64_t counts[9] = {2, 0, 0, 1, 0, 0, 0, 1, 1};
    sr_confusion(&predictions, matrix);
    assert_memory_equal(matrix, counts, sizeof matrix);
    struct sr_evaluation evaluation;
    sr_evaluate(&evaluation, &predictions);
    assert_int_equal(evaluation.count, 5);
    near(evaluation.accuracy, 0.6, 1e-12);
    near(evaluation.per_class[0].precision, 2.0 / 3, 1e-12);
    near(evaluation.per_class[0].f1, 0.8, 1e-12);
    near(evaluation.per_class[2].f1, 2.0 / 3, 1e-12);
    near(evaluation.macro_precision, 5.0 / 9, 1e-12);
    near(evaluation.macro_recall, 0.5, 1e-12);
    near(evaluation.macro_f1, 22.0 / 45, 1e-12);
    near(evaluation.loss, -(log(.5) + log(.4) + log(.8) + log(.1)) / 5, 1e-7);
    sr_predictions_fini(&predictions);
    sr_predictions_fini(&predictions);
}

/* scikit-learn's log_loss documentation: spam, ham, ham, spam by [.1 .9] [.9 .1] [.8 .2] [.35 .65]
 * is 0.21616. */
static void a_published_loss(void **state)
{
    (void)state;
    uint8_t labels[] = {1, 0, 0, 1}, pixels[4 * 64] = {0};
    struct sr_images images = {.count = 4, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples all = {.images = &images, .count = 4};
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    assert_ok(sr_predictions_init(&predictions, &all, 2, &error));
    const float given[8] = {0.1f, 0.9f, 0.9f, 0.1f, 0.8f, 0.2f, 0.35f, 0.65f};
    memcpy(predictions.probabilities, given, sizeof given);
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    near(evaluation.loss, 0.21616, 5e-6);
    near(evaluation.accuracy, 1, 0);
    near(evaluation.macro_f1, 1, 0);
    sr_predictions_fini(&predictions);
}

/* As scikit-learn has it: a class that is neither there nor answered has no part in the means. */
static void absent_classes_do_not_count(void **state)
{
    (void)state;
    uint8_t labels[] = {1, 1, 3}, pixels[3 * 64] = {0};
    struct sr_images images = {.count = 3, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples all = {.images = &images, .count = 3};
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    assert_ok(sr_predictions_init(&predictions, &all, 5, &error));
    memset(predictions.probabilities, 0, 15 * sizeof(float));
    predictions.probabilities[0 * 5 + 1] = predictions.probabilities[1 * 5 + 4] =
        predictions.probabilities[2 * 5 + 3] = 1;
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    near(evaluation.macro_precision, 2.0 / 3, 1e-12); /* of 1, 3 and 4 */
    near(evaluation.macro_recall, 1.5 / 3, 1e-12);
    near(evaluation.macro_f1, (2.0 / 3 + 1) / 3, 1e-12);
    sr_predictions_fini(&predictions);
}

static void loss_is_clipped(void **state)
{
    (void)state;
    uint8_t labels[] = {1}, pixels[64] = {0};
    struct sr_images images = {.count = 1, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples all = {.images = &images, .count = 1};
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    assert_ok(sr_predictions_init(&predictions, &all, 2, &error));
    predictions.probabilities[0] = 1;
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    near(evaluation.loss, -log(1e-7), 1e-9);
    assert_true(evaluation.clipped == 1 && evaluation.clipped_loss == evaluation.loss);
    predictions.probabilities[1] = 1.0000001f; /* rounding must not make a loss negative */
    sr_evaluate(&evaluation, &predictions);
    assert_true(evaluation.loss == 0);
    assert_true(evaluation.clipped == 0 && evaluation.clipped_loss == 0);
    sr_predictions_fini(&predictions);
    /* One of four: a quarter of -log(1e-7); the least probability itself is not counted. */
    uint8_t four[] = {1, 0, 0, 1}, blank[256] = {0};
    images = (struct sr_images){.count = 4, .shape = {8, 8, 1}, .pixels = blank, .labels = four};
    all.count = 4;
    assert_ok(sr_predictions_init(&predictions, &all, 2, &error));
    const float given[] = {1, 0, 0.5f, 0.5f, 0.75f, 0.25f, 0.25f, 0.75f};
    memcpy(predictions.probabilities, given, sizeof given);
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    assert_int_equal(evaluation.clipped, 1);
    near(evaluation.clipped_loss, -log(1e-7) / 4, 1e-12);
    near(evaluation.loss, -(log(1e-7) + log(.5) + 2 * log(.75)) / 4, 1e-12);
    predictions.probabilities[1] = 2e-7f;
    sr_evaluate(&evaluation, &predictions);
    assert_int_equal(evaluation.clipped, 0);
    sr_predictions_fini(&predictions);
}

static void rows_are_found(void **state)
{
    (void)state;
    uint8_t labels[10] = {0}, pixels[10 * 64] = {0};
    uint32_t rows[] = {2, 3, 7, 9};
    labels[7] = 1;
    struct sr_images images = {.count = 10, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples some = {.images = &images, .rows = rows, .count = 4};
    struct sr_predictions predictions;
    assert_ok(sr_predictions_init(&predictions, &some, 2, &error));
    assert_int_equal(predictions.truth[2], 1);
    for (size_t i = 0; i < 4; i++) assert_int_equal(sr_predictions_find(&predictions, rows[i]), i);
    const uint32_t absent[] = {0, 1, 4, 8, 10, UINT32_MAX};
    for (size_t i = 0; i < 6; i++)
        assert_true(sr_predictions_find(&predictions, absent[i]) == SIZE_MAX);
    sr_predictions_fini(&predictions);
    some.count = 0;
    struct sr_evaluation evaluation;
    assert_ok(sr_predictions_init(&predictions, &some, 2, &error));
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    assert_true(isnan(evaluation.accuracy) && isnan(evaluation.loss));
    assert_true(sr_predictions_find(&predictions, 2) == SIZE_MAX);
    sr_predictions_fini(&predictions);
}

/* Newcombe (1998), table I, method 3 (score without continuity correction), four published cases.
 */
static void wilson_intervals(void **state)
{
    (void)state;
    const double cases[4][4] = {{81, 263, 0.2553, 0.3662},
                                {15, 148, 0.0624, 0.1605},
                                {0, 20, 0.0000, 0.1611},
                                {1, 29, 0.0061, 0.1718}};
    double low, high;
    for (int i = 0; i < 4; i++) {
        sr_wilson(cases[i][0], cases[i][1], 1.959964, &low, &high);
        near(low, cases[i][2], 5e-5);
        near(high, cases[i][3], 5e-5);
    }
    sr_wilson(20, 20, 1.959964, &low, &high);
    near(low, 1 - 0.1611, 5e-5);
    assert_true(high == 1);
    sr_wilson(0, 0, 1.959964, &low, &high);
    assert_true(low == 0 && high == 1);
}

/* What an evaluation says beside its metrics: Newcombe's interval of 15 of 148, the true class
 * among the two likeliest (not three), and the calibration error of probabilities that are all 0.4.
 */
static void interval_and_ranks(void **state)
{
    (void)state;
    enum { COUNT = 148, CLASSES = 4 };
    uint8_t labels[COUNT], pixels[1] = {0};
    struct sr_images images = {COUNT, {8, 8, 1}, pixels, labels};
    struct sr_samples all = {&images, NULL, COUNT};
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    for (int i = 0; i < COUNT; i++) /* 15 right, 37 second, 70 third, 26 last */
        labels[i] = i < 15 ? 0 : i < 52 ? 1 : i < 122 ? 2 : 3;
    assert_ok(sr_predictions_init(&predictions, &all, CLASSES, &error));
    for (int i = 0; i < COUNT; i++)
        memcpy(predictions.probabilities + CLASSES * i, (float[]){0.4f, 0.3f, 0.2f, 0.1f},
               CLASSES * sizeof(float));
    sr_predictions_finish(&predictions);
    sr_evaluate(&evaluation, &predictions);
    near(evaluation.accuracy, 15.0 / COUNT, 1e-12);
    near(evaluation.accuracy_low, 0.0624, 5e-5);
    near(evaluation.accuracy_high, 0.1605, 5e-5);
    near(evaluation.top2_accuracy, 52.0 / COUNT, 1e-12);
    near(evaluation.calibration_error, 0.4 - 15.0 / COUNT, 1e-7);
    sr_predictions_fini(&predictions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_by_hand),
        cmocka_unit_test(undefined_ratios_are_zero),
        cmocka_unit_test(a_published_report),
        cmocka_unit_test(a_published_loss),
        cmocka_unit_test(absent_classes_do_not_count),
        cmocka_unit_test(loss_is_clipped),
        cmocka_unit_test(rows_are_found),
        cmocka_unit_test(wilson_intervals),
        cmocka_unit_test(interval_and_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
