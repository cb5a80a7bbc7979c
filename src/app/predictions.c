/* predictions.c - predictions of a whole split with their evaluation, and the check that the split
 * is held out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "task.h"

/* A model may only be evaluated on validation rows that it has not been trained on. Those are rows
 * of another data set, and of the same one the rows of the split that it was trained with. */
enum sr_status sr_session_honest(const struct sr_session *session, const struct sr_model *model,
                                 enum sr_split_name split, struct sr_error *error)
{
    if (split != SR_SPLIT_VALIDATION) return SR_OK;
    if (!session->split.counts[SR_SPLIT_VALIDATION])
        return sr_error_set(error, SR_ERROR_STATE,
                            "there is no validation split (validation=0); use split=test");
    if (strcmp(model->digest, session->data->digest)) {
        if (!session->data->known) return SR_OK;
        /* Fashion-MNIST and the sample of it that sartor ships have different digests, but rows in
         * common. */
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s was trained on other files, which may hold these validation rows; use split=test",
            model->name);
    }
    if (model->split_seed == session->split.seed &&
        fabs(model->validation - session->split.fraction) < 1e-9)
        return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s was trained with validation=%g split_seed=%llu, so this validation "
                        "split overlaps its training rows: "
                        "set those, or use split=test",
                        model->name, model->validation, (unsigned long long)model->split_seed);
}

enum sr_split_name sr_session_default_split(const struct sr_session *session,
                                            const struct sr_entry *entry)
{
    struct sr_error ignored;
    if (session->data && entry && entry->model &&
        sr_session_honest(session, entry->model, SR_SPLIT_VALIDATION, &ignored))
        return SR_SPLIT_TEST;
    return SR_SPLIT_VALIDATION;
}

/* --- the result ------------------------------------------------------------------------- */

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    char name[64];             /* of the entry, for sentences */
    struct sr_samples samples; /* of the split: its rows are copied, since it may be drawn anew */
};

static bool same(const void *key, const void *other)
{
    return ((const struct key *)key)->split == ((const struct key *)other)->split;
}

static void own(void *key)
{
    sr_result_own_rows(&((struct key *)key)->samples);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->samples.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    const struct key *asked = key;
    snprintf(text, size, "%s is predicting the %s split", asked->name,
             sr_split_names[asked->split]);
}

static enum sr_status run(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *asked = key;
    struct sr_predicted *predicted = value;
    enum sr_status status = sr_predictions_init(&predicted->predictions, &asked->samples,
                                                asked->base.data->classes, error);
    if (!status)
        status = sr_model_predict(asked->base.model, &asked->samples, pool, monitor,
                                  predicted->predictions.probabilities, error);
    if (status) return status;
    sr_predictions_finish(&predicted->predictions);
    sr_evaluate(&predicted->evaluation, &predicted->predictions);
    return SR_OK;
}

static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    const struct key *asked = key;
    struct sr_predicted *predicted = value;
    struct sr_error error = {0};
    predicted->seconds = seconds;
    if (asked->split != SR_SPLIT_TEST) return;
    predicted->test_looks = sr_session_note_test(session, asked->base.model, &error);
    if (!error.status) return;
    sr_error_prefix(&error, "that %s was evaluated on the test split could not be noted",
                    asked->name);
    sr_session_trouble(session, &error);
}

static void fini(void *value)
{
    sr_predictions_fini(&((struct sr_predicted *)value)->predictions);
}

static const struct sr_result_kind predictions_kind = {
    .name = "predictions",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_predicted),
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

enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error)
{
    *predictions = NULL;
    enum sr_status status = sr_session_usable(session, &entry, error);
    if (!status) status = sr_session_honest(session, entry->model, split, error);
    if (status) return status;
    struct key key = key_of(session, entry, split);
    key.samples = sr_session_samples(session, split);
    const void *value;
    status = sr_result_get(session, &predictions_kind, &key, &value, error);
    if (!status) *predictions = &((const struct sr_predicted *)value)->predictions;
    return status;
}

const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split)
{
    const struct key key = key_of(session, entry, split);
    const void *value = NULL;
    if (entry->model) sr_result_state(session, &predictions_kind, &key, &value);
    return value;
}

bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split)
{
    const struct key *key = sr_result_pending(session, &predictions_kind);
    if (!key) return false;
    *model = key->name;
    *split = key->split;
    return true;
}
