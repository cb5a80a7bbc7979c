/* predictions.c - predictions of the held-out rows of a split, with their evaluation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "task.h"

enum sr_split_name sr_session_shown_split(const struct sr_session *session)
{
    const int chosen = session->view.split;
    return chosen >= 0 && chosen < SR_SPLIT_COUNT ? (enum sr_split_name)chosen : SR_SPLIT_DEFAULT;
}

void sr_predicted_print_left_out(const struct sr_predicted *predicted, struct sr_text *text)
{
    char count[32];
    if (!predicted->left_out) return;
    sr_format_count(count, sizeof count, predicted->left_out);
    sr_text_printf(text, "%s row%s left out, which it was trained on", count,
                   predicted->left_out == 1 ? "" : "s");
}

void sr_predicted_print_clipped(const struct sr_predicted *predicted, struct sr_text *text)
{
    const struct sr_evaluation *e = &predicted->evaluation;
    char count[32];
    if (!e->clipped) return;
    sr_format_count(count, sizeof count, e->clipped);
    sr_text_printf(text,
                   "%.2f of the log loss %.2f is from %s sample%s whose class got a probability "
                   "below 1e-7, which counts as 1e-7",
                   e->clipped_loss, e->loss, count, e->clipped == 1 ? "" : "s");
}

/* --- the result ------------------------------------------------------------------------- */

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    char name[64];                  /* of the entry, for sentences */
    const struct sr_held_out *held; /* NULL in copies, which have: */
    struct sr_held_out rows;
};

static bool same(const void *key, const void *other)
{
    return ((const struct key *)key)->split == ((const struct key *)other)->split;
}

static void own(void *key)
{
    struct key *copy = key;
    copy->rows = *copy->held;
    copy->held = NULL;
    sr_result_own_rows(&copy->rows.samples);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->rows.samples.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    const struct key *asked = key;
    snprintf(text, size, "%s is predicting the %s split", asked->name,
             sr_split_names[asked->split]);
}

/* As they came from the model and calibrated. */
struct both {
    struct sr_predicted raw, calibrated;
    bool calibrates; /* else the second is empty */
};

static enum sr_status predict(const struct key *asked, struct sr_predictions *predictions,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              struct sr_error *error)
{
    enum sr_status status =
        sr_predictions_init(predictions, &asked->rows.samples, asked->base.data->classes, error);
    if (!status)
        status = sr_model_predict(asked->base.model, &asked->rows.samples, pool, monitor,
                                  predictions->probabilities, error);
    if (!status) sr_predictions_finish(predictions);
    return status;
}

/* The same predictions, calibrated. */
static enum sr_status calibrate(const struct key *asked, const struct sr_predictions *raw,
                                struct sr_predictions *calibrated, struct sr_error *error)
{
    enum sr_status status =
        sr_predictions_init(calibrated, &asked->rows.samples, asked->base.data->classes, error);
    if (status) return status;
    memcpy(calibrated->probabilities, raw->probabilities,
           raw->count * (size_t)raw->classes * sizeof *raw->probabilities);
    sr_calibration_apply(&asked->base.model->trust->calibration, calibrated->probabilities,
                         raw->count, raw->classes);
    sr_predictions_finish(calibrated);
    return SR_OK;
}

static enum sr_status run(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *asked = key;
    struct both *both = value;
    enum sr_status status = predict(asked, &both->raw.predictions, pool, monitor, error);
    both->calibrates = asked->base.model->trust != NULL;
    if (!status && both->calibrates)
        status = calibrate(asked, &both->raw.predictions, &both->calibrated.predictions, error);
    if (status) return status;
    sr_reliability(&both->raw.before, &both->raw.predictions);
    sr_evaluate(&both->raw.evaluation, &both->raw.predictions);
    if (both->calibrates) sr_evaluate(&both->calibrated.evaluation, &both->calibrated.predictions);
    both->calibrated.before = both->raw.before;
    both->calibrated.calibrated = both->calibrates;
    both->raw.raw = both->calibrated.raw = both->raw.predictions.probabilities;
    return SR_OK;
}

static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    const struct key *asked = key;
    struct both *both = value;
    struct sr_predicted *each[] = {&both->raw, &both->calibrated};
    size_t looks =
        sr_session_look(session, asked->base.model, asked->base.data, &asked->rows.samples);
    for (int i = 0; i < 2; i++) {
        each[i]->seconds = seconds;
        each[i]->whole = asked->rows.whole;
        each[i]->left_out = asked->rows.left_out;
        each[i]->trained = asked->rows.trained;
        each[i]->known = asked->rows.known;
        each[i]->test_looks = looks;
    }
}

static void fini(void *value)
{
    sr_predictions_fini(&((struct both *)value)->raw.predictions);
    sr_predictions_fini(&((struct both *)value)->calibrated.predictions);
}

static const struct sr_result_kind predictions_kind = {
    .name = "predictions",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct both),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .ready = ready,
    .fini = fini,
};

static struct key key_of(const struct sr_session *session, const struct sr_entry *entry,
                         enum sr_split_name split)
{
    struct key key = {{entry->model, session->data, session->split_version}, .split = split};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    return key;
}

/* The one that is shown. */
static const struct sr_predicted *shown(const struct sr_session *session, const struct both *both)
{
    return both->calibrates && sr_args_switch(session->options, "calibrate") ? &both->calibrated
                                                                             : &both->raw;
}

enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error)
{
    *predictions = NULL;
    const struct sr_held_out *held;
    enum sr_status status = sr_session_held_out(session, entry, split, &held, error);
    if (status) return status;
    struct key key = key_of(session, entry, split);
    key.held = held;
    const void *value;
    status = sr_result_get(session, &predictions_kind, &key, &value, error);
    if (!status) *predictions = &shown(session, value)->predictions;
    return status;
}

const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split)
{
    const struct key key = key_of(session, entry, split);
    const void *value = NULL;
    if (entry->model) sr_result_state(session, &predictions_kind, &key, &value);
    return value ? shown(session, value) : NULL;
}

bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split, struct sr_progress *progress)
{
    const struct key *key = sr_result_pending(session, &predictions_kind, progress);
    if (!key) return false;
    *model = key->name;
    *split = key->split;
    return true;
}
