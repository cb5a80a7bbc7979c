#include "sartor/app/intervals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"

enum { SEED = 1 };

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    bool calibrated;
    char name[64];
    const struct sr_predictions *predictions; /* NULL in copies, which have: */
    struct sr_predictions copy;               /* without rows */
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->split == b->split && a->calibrated == b->calibrated;
}

static void *copy_of(const void *bytes, size_t length)
{
    return memcpy(sr_xalloc(length + 1), bytes, length);
}

static void own(void *opaque)
{
    struct key *key = opaque;
    const struct sr_predictions *from = key->predictions;
    const size_t numbers = from->count * (size_t)from->classes;
    key->copy = (struct sr_predictions){
        .count = from->count,
        .classes = from->classes,
        .truth = copy_of(from->truth, from->count),
        .predicted = copy_of(from->predicted, from->count),
        .probabilities = copy_of(from->probabilities, numbers * sizeof *from->probabilities)};
    key->predictions = NULL;
}

static void release(void *key)
{
    sr_predictions_fini(&((struct key *)key)->copy);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "the intervals of %s are being computed", ((const struct key *)key)->name);
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    return sr_bootstrap(value, &key->copy, SEED, pool, monitor, error);
}

static const struct sr_result_kind intervals_kind = {
    .name = "intervals",
    .lane = SR_LANE_SHORT,
    .keep = 48,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_intervals),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
};

static struct key key_of(const struct sr_session *session, const struct sr_entry *entry,
                         enum sr_split_name split)
{
    struct key key = {{entry->model, session->data, session->split_version},
                      .split = split,
                      .calibrated = sr_session_calibrates(session, entry->model)};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    return key;
}

enum sr_status sr_session_intervals(struct sr_session *session, struct sr_entry *entry,
                                    enum sr_split_name split, const struct sr_intervals **intervals,
                                    struct sr_error *error)
{
    *intervals = NULL;
    const struct sr_predictions *predictions;
    enum sr_status status = sr_session_predictions(session, entry, split, &predictions, error);
    if (status) return status;
    struct key key = key_of(session, entry, split);
    key.predictions = predictions;
    const void *value;
    status = sr_result_get(session, &intervals_kind, &key, &value, error);
    *intervals = value;
    return status;
}

void sr_score_intervals(const struct sr_session *session, const struct sr_entry *entry,
                        enum sr_split_name split, struct sr_interval intervals[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) intervals[s] = (struct sr_interval){NAN, NAN};
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    struct sr_coverage coverage;
    if (!predicted) return;
    intervals[SR_SCORE_ACCURACY] = (struct sr_interval){predicted->evaluation.accuracy_low,
                                                        predicted->evaluation.accuracy_high};
    if (sr_session_coverage(session, entry, split, &coverage)) {
        intervals[SR_SCORE_COVERAGE] = (struct sr_interval){coverage.low, coverage.high};
        intervals[SR_SCORE_SET_SIZE] = (struct sr_interval){coverage.size_low, coverage.size_high};
    }
    const struct key key = key_of(session, entry, split);
    const void *value = NULL;
    sr_result_state(session, &intervals_kind, &key, &value);
    if (!value) return;
    const struct sr_intervals *known = value;
    intervals[SR_SCORE_MACRO_F1] = known->macro_f1;
    intervals[SR_SCORE_LOSS] = known->loss;
    intervals[SR_SCORE_CALIBRATION] = known->calibration_error;
    intervals[SR_SCORE_BIAS] = known->calibration_bias;
    intervals[SR_SCORE_TOP2] = known->top2_accuracy;
    intervals[SR_SCORE_MACRO_PRECISION] = known->macro_precision;
    intervals[SR_SCORE_MACRO_RECALL] = known->macro_recall;
}

void sr_score_print_interval(enum sr_score score, double value, const struct sr_interval *interval,
                             char *out, size_t size)
{
    char text[32];
    const bool share = sr_score_kinds[score].format == SR_FORMAT_SHARE;
    sr_score_print(score, value, text, sizeof text);
    if (!isfinite(interval->low) || !isfinite(value))
        snprintf(out, size, "%s", text);
    else if (share)
        snprintf(out, size, "%s (%.2f to %.2f)", text, 100 * interval->low, 100 * interval->high);
    else
        snprintf(out, size, "%s (%.4f to %.4f)", text, interval->low, interval->high);
}
