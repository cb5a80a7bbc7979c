/* Confident learning by hand: thresholds, who is a suspect, and in which order. */
#include "support.h"

#include "sartor/eval/suspects.h"

static void by_hand(void **state)
{
    (void)state;
    uint32_t rows[6] = {3, 5, 8, 9, 11, 12};
    uint8_t truth[6] = {0, 0, 0, 1, 1, 2}, predicted[6] = {0, 0, 1, 1, 0, 0};
    float probabilities[6 * 4] = {
        0.9f,  0.1f,
        0,     0, /* fine: thresholds are 0.6, 0.45 and 0.1; class 3 has no samples */
        0.7f,  0.3f,
        0,     0, /* fine */
        0.2f,  0.8f,
        0,     0, /* class 1 instead: margin -0.6 */
        0.1f,  0.85f,
        0.05f, 0, /* fine */
        0.5f,  0.05f,
        0.05f, 0.4f, /* class 0 is likelier, but does not reach its threshold; nothing does */
        0.75f, 0,
        0.1f,  0.15f, /* class 0 instead of 2, though 2 reaches its own: margin -0.65 */
    };
    const struct sr_predictions predictions = {6, 4, rows, truth, predicted, probabilities};
    struct sr_suspect found[6];
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 2);
    assert_int_equal(found[0].row, 12);
    assert_int_equal(found[0].label, 2);
    assert_int_equal(found[0].suggested, 0);
    assert_float_equal(found[0].margin, -0.65, 1e-6);
    assert_float_equal(found[0].own, 0.1, 1e-6);
    assert_float_equal(found[0].other, 0.75, 1e-6);
    assert_int_equal(found[1].row, 8);
    assert_int_equal(found[1].suggested, 1);
}

/* Two classes, thresholds 0.5 and 0.75 exactly: to reach one is enough; of those that are reached
 * the likeliest counts, whichever comes first. */
static void at_the_threshold(void **state)
{
    (void)state;
    uint32_t rows[6] = {0, 1, 2, 3, 4, 5};
    uint8_t truth[6] = {0, 0, 0, 1, 1, 1}, predicted[6] = {0};
    float probabilities[6 * 3] = {
        0.75f, 0.25f, 0,     /* fine */
        0.5f,  0.5f,  0,     /* its own is reached, the other not */
        0.25f, 0.75f, 0,     /* the other is reached exactly: margin -0.5 */
        0.5f,  0.5f,  0,     /* 0 instead of 1, at 0's threshold exactly; margin 0 */
        0.0f,  1.0f,  0,     /* fine */
        0.0f,  0.75f, 0.25f, /* fine: its own exactly */
    };
    struct sr_predictions predictions = {6, 3, rows, truth, predicted, probabilities};
    struct sr_suspect found[6];
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 2);
    assert_int_equal(found[0].row, 2);
    assert_int_equal(found[0].suggested, 1);
    assert_true(found[0].margin == -0.5f);
    assert_int_equal(found[1].row, 3);
    assert_int_equal(found[1].suggested, 0);
    assert_true(found[1].margin == 0);
    /* By margin as many, of these two rows; whichever class the label is, a tie is no suspect where
     * the label comes first. */
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_MARGIN, 1, found), 2);
    assert_int_equal(found[0].row, 2);
    assert_int_equal(found[1].row, 3);
    /* Predictions play no part. */
    memset(predicted, 2, sizeof predicted);
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 2);
    assert_int_equal(found[0].row, 2);
    assert_int_equal(found[1].row, 3);
    predictions.count = 0;
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 0);
}

/* The margin is to the largest other probability, though that class be below its threshold and
 * another suggested; equal margins are in the order of rows. */
static void margins(void **state)
{
    (void)state;
    uint32_t rows[7] = {9, 1, 2, 3, 4, 5, 6};
    uint8_t truth[7] = {0, 0, 1, 2, 2, 0, 0}, predicted[7] = {0};
    float probabilities[7 * 3] = {
        0.125f, 0.25f, 0.625f, /* 1 is suggested, at 0.25; 2 is larger, below 0.75 */
        1,      0,     0,      /* thresholds 0.3515625, */
        0.75f,  0.25f, 0,      /* 0.25 */
        0.25f,  0,     0.75f,  /* and 0.75 */
        0.25f,  0,     0.75f,  0.28125f, 0.28125f, 0.4375f, /* 1 again: margin -0.15625 */
        0,      0.25f, 0.75f,                               /* reaches 1 and 2: 2, the likelier */
    };
    const struct sr_predictions predictions = {7, 3, rows, truth, predicted, probabilities};
    struct sr_suspect found[7];
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 4);
    assert_int_equal(found[0].row, 6);
    assert_int_equal(found[0].suggested, 2);
    assert_true(found[0].margin == -0.75f);
    assert_int_equal(found[1].row, 2); /* 0 for 1: 0.25 - 0.75; as row 9: 0.125 - 0.625 */
    assert_int_equal(found[2].row, 9);
    assert_int_equal(found[2].suggested, 1);
    assert_true(found[2].margin == -0.5f && found[2].other == 0.25f && found[2].own == 0.125f);
    assert_int_equal(found[3].row, 5);
    assert_true(found[3].margin == -0.15625f);
}

/* As many as the joint counts, but those with the lowest margins, whether or not they reach a
 * threshold: row 4 reaches none, row 5 that of its own class. */
static void by_margin(void **state)
{
    (void)state;
    uint32_t rows[6] = {0, 1, 2, 3, 4, 5};
    uint8_t truth[6] = {0, 0, 0, 1, 1, 1}, predicted[6] = {0};
    float probabilities[6 * 3] = {
        1,       0,      0,       /* thresholds 0.625 */
        0.75f,   0.25f,  0,       /* and 0.25 */
        0.125f,  0.375f, 0.5f,    /* counted for 1: margin -0.375 */
        0.25f,   0.5f,   0.25f,   /* fine */
        0.5625f, 0,      0.4375f, /* none reached: margin -0.5625 */
        0.5f,    0.25f,  0.25f,   /* its own reached: margin -0.25 */
    };
    const struct sr_predictions predictions = {6, 3, rows, truth, predicted, probabilities};
    struct sr_suspect found[6];
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_JOINT, 1, found), 1);
    assert_int_equal(found[0].row, 2);
    assert_int_equal(found[0].suggested, 1);
    assert_true(found[0].margin == 0.125f - 0.375f); /* class 2 has no samples */
    assert_int_equal(sr_suspects_find(&predictions, SR_SUSPECTS_MARGIN, 1, found), 1);
    assert_int_equal(found[0].row, 4);
    assert_int_equal(found[0].suggested, 0);
    assert_true(found[0].margin == -0.5625f && found[0].other == 0.5625f && found[0].own == 0);
}

/* A class with too few samples is neither judged nor suggested, nor does it count against the
 * labels of others. */
static void small_classes(void **state)
{
    (void)state;
    enum { SAMPLES = 12 };
    uint32_t rows[SAMPLES];
    uint8_t truth[SAMPLES] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 0}, predicted[SAMPLES] = {0};
    float probabilities[SAMPLES * 3];
    size_t counts[3];
    for (uint32_t i = 0; i < SAMPLES; i++) {
        rows[i] = i;
        for (int c = 0; c < 3; c++)
            probabilities[i * 3 + (uint32_t)c] = c == truth[i] ? 0.75f : 0.125f;
    }
    /* The one sample of class 2, given no probability, would be the first suspect, and with its
     * threshold of 0 draw everything. Row 11 is nearest to class 2, then to its own; row 4 is an
     * ordinary suspect. */
    memcpy(probabilities + 10 * 3, (float[]){0.75f, 0.25f, 0}, 3 * sizeof(float));
    memcpy(probabilities + 11 * 3, (float[]){0.25f, 0.125f, 0.625f}, 3 * sizeof(float));
    memcpy(probabilities + 4 * 3, (float[]){0.0625f, 0.8125f, 0.125f}, 3 * sizeof(float));
    const struct sr_predictions predictions = {SAMPLES, 3, rows, truth, predicted, probabilities};
    struct sr_suspect found[SAMPLES];
    sr_suspects_count_rows(&predictions, counts);
    assert_int_equal(counts[0], 6);
    assert_int_equal(counts[1], 5);
    assert_int_equal(counts[2], 1);
    for (enum sr_suspects_rule rule = 0; rule < SR_SUSPECTS_RULE_COUNT; rule++) {
        assert_int_equal(sr_suspects_find(&predictions, rule, 2, found), 1);
        assert_int_equal(found[0].row, 4);
        assert_int_equal(found[0].suggested, 1);
        assert_true(found[0].margin == 0.0625f - 0.8125f);
        assert_int_equal(sr_suspects_find(&predictions, rule, 1, found), 3);
        assert_int_equal(sr_suspects_find(&predictions, rule, 6, found), 0); /* one class is left */
        assert_int_equal(sr_suspects_find(&predictions, rule, 7, found), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),   cmocka_unit_test(at_the_threshold), cmocka_unit_test(margins),
        cmocka_unit_test(by_margin), cmocka_unit_test(small_classes),
    };
    return cmocka_run_group_tests_name("eval/suspects", tests, NULL, NULL);
}
