/* leaks.c - see leaks.h. */
#include "sartor/app/leaks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/app/audit.h"
#include "sartor/app/results.h"
#include "sartor/base/memory.h"

/* ---- rows that the model was trained on: it has not been asked about them ---- */

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    char name[64];
    struct sr_samples rows;
};

static bool same(const void *key, const void *other)
{
    return ((const struct key *)key)->split == ((const struct key *)other)->split;
}

static void own(void *key)
{
    sr_result_own_rows(&((struct key *)key)->rows);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->rows.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "%s is predicting images that it was trained on",
             ((const struct key *)key)->name);
}

struct asked {
    size_t right;
};

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_predictions said;
    enum sr_status status = sr_predictions_init(&said, &key->rows, key->base.data->classes, error);
    if (!status)
        status =
            sr_model_predict(key->base.model, &key->rows, pool, monitor, said.probabilities, error);
    if (!status) {
        sr_predictions_finish(&said);
        for (size_t i = 0; i < said.count; i++)
            ((struct asked *)value)->right += said.predicted[i] == said.truth[i];
    }
    sr_predictions_fini(&said);
    return status;
}

static const struct sr_result_kind asked_kind = {
    .name = "predictions of leaked images",
    .lane = SR_LANE_SHORT,
    .keep = 8,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct asked),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
};

/* How many of the split's rows that are left out the model gets right. */
static enum sr_status ask_trained(struct sr_session *session, struct sr_entry *entry,
                                  enum sr_split_name split, const struct sr_held_out *held,
                                  size_t *right, struct sr_error *error)
{
    const struct sr_samples whole = sr_session_samples(session, split);
    uint32_t *rows = sr_xalloc((held->left_out + 1) * sizeof *rows);
    size_t count = 0, next = 0;
    for (size_t i = 0; i < whole.count && count < held->left_out; i++) {
        const uint32_t row = sr_samples_row(&whole, i);
        if (next < held->samples.count && sr_samples_row(&held->samples, next) == row)
            next++;
        else
            rows[count++] = row;
    }
    struct key key = {{entry->model, session->data, session->split_version},
                      .split = split,
                      .rows = {whole.images, rows, count}};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    const void *value = NULL;
    enum sr_status status = sr_result_get(session, &asked_kind, &key, &value, error);
    if (!status) *right = ((const struct asked *)value)->right;
    free(rows);
    return status;
}

/* ---- twins in another split ---- */

/* `twin` gets 1 for each row of the split's file that has one. */
static enum sr_status find_twins(struct sr_session *session, enum sr_split_name split, bool start,
                                 uint8_t *twin, struct sr_error *error)
{
    const struct sr_audit_request request = {.kinds = 1u << SR_AUDIT_LEAK, .of = SR_FEATURES_HOG};
    struct sr_session_audit audit;
    struct sr_finding *found = NULL;
    enum sr_status status =
        (start ? sr_session_audit : sr_session_audit_known)(session, &request, &audit, error);
    const size_t count = status ? 0 : sr_audit_find(&audit.base, SR_AUDIT_LEAK, NAN, &found);
    for (size_t i = 0; i < 2 * count; i++) {
        const uint32_t place = i % 2 ? found[i / 2].with : found[i / 2].place;
        uint32_t row;
        if (audit.base.splits[place] == split &&
            sr_audit_sample(session, place, &row) == sr_split_file(split))
            twin[row] = 1;
    }
    free(found);
    sr_session_audit_fini(&audit);
    return status;
}

/* Rows that the model was trained on are a leak of the data, unless it was trained with another
 * split of the same rows. */
static bool is_leak(const struct sr_session *session, const struct sr_model *model,
                    enum sr_split_name split)
{
    return split == SR_SPLIT_TEST || (model->split_seed == session->split.seed &&
                                      fabs(model->validation - session->split.fraction) < 1e-9);
}

enum sr_status sr_session_leaks(struct sr_session *session, struct sr_entry *entry,
                                enum sr_split_name split, bool audit, struct sr_leaks *leaks,
                                struct sr_error *error)
{
    const struct sr_predictions *said;
    const struct sr_held_out *held;
    size_t right_trained = 0, right = 0, right_clean = 0;
    *leaks = (struct sr_leaks){.with = NAN, .without = NAN};
    enum sr_status status = sr_session_predictions(session, entry, split, &said, error);
    if (!status) status = sr_session_held_out(session, entry, split, &held, error);
    if (status || split == SR_SPLIT_TRAIN) return status;
    if (is_leak(session, entry->model, split)) leaks->trained = held->left_out;
    if (leaks->trained) status = ask_trained(session, entry, split, held, &right_trained, error);
    if (status) return status;
    uint8_t *twin = sr_xalloc(session->data->files[sr_split_file(split)].count + 1);
    status = find_twins(session, split, audit, twin, error);
    leaks->audited = !status;
    if (status == SR_PENDING && !audit) status = SR_OK;
    if (!status) status = sr_session_predictions(session, entry, split, &said, error);
    for (size_t i = 0; !status && i < said->count; i++) {
        const bool hit = said->predicted[i] == said->truth[i];
        right += hit;
        leaks->near += twin[said->rows[i]];
        if (!twin[said->rows[i]]) right_clean += hit;
    }
    if (!status) {
        leaks->with_count = said->count + leaks->trained;
        leaks->without_count = said->count - leaks->near;
        leaks->with = (double)(right + right_trained) / (double)leaks->with_count;
        if (leaks->without_count)
            leaks->without = (double)right_clean / (double)leaks->without_count;
    }
    free(twin);
    return status;
}
