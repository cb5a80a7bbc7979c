/* comparison.c - tests whether models differ: every pair of those with predictions of a split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/base/memory.h"

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    size_t count;
    struct sr_model **models;
    const struct sr_predictions **predictions; /* NULL in copies, which have: */
    struct sr_predictions *copies;             /* without probabilities */
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->split == b->split && a->count == b->count &&
           !memcmp(a->models, b->models, a->count * sizeof *a->models);
}

static void *copy(const void *bytes, size_t length)
{
    return memcpy(sr_xalloc(length + 1), bytes, length);
}

static void own(void *opaque)
{
    struct key *key = opaque;
    struct sr_model **models = key->models;
    key->models = sr_xalloc(key->count * sizeof *key->models);
    key->copies = sr_xalloc(key->count * sizeof *key->copies);
    for (size_t i = 0; i < key->count; i++) {
        const struct sr_predictions *one = key->predictions[i];
        key->models[i] = sr_model_ref(models[i]);
        key->copies[i] = (struct sr_predictions){.count = one->count,
                                                 .rows = copy(one->rows, 4 * one->count),
                                                 .truth = copy(one->truth, one->count),
                                                 .predicted = copy(one->predicted, one->count)};
    }
    key->predictions = NULL;
}

static void release(void *opaque)
{
    struct key *key = opaque;
    for (size_t i = 0; i < key->count; i++) {
        sr_model_unref(key->models[i]);
        sr_predictions_fini(&key->copies[i]);
    }
    free(key->models);
    free(key->copies);
}

static bool current(const struct sr_session *session, const void *opaque)
{
    const struct key *key = opaque;
    for (size_t i = 0; i < key->count; i++)
        if (!sr_result_model_current(session, key->models[i])) return false;
    return true;
}

static void describe(const void *key, char *text, size_t size)
{
    (void)key;
    snprintf(text, size, "the models are being tested against each other");
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_comparison *comparison = value;
    const struct sr_predictions **all = sr_xalloc(key->count * sizeof *all);
    (void)pool, (void)monitor, (void)error;
    for (size_t i = 0; i < key->count; i++) all[i] = &key->copies[i];
    comparison->count = key->count;
    comparison->models = key->models;
    comparison->pairs = sr_pairs(all, key->count, &comparison->pair_count);
    free(all);
    return SR_OK;
}

static void fini(void *value)
{
    free(((struct sr_comparison *)value)->pairs);
}

static const struct sr_result_kind comparison_kind = {
    .name = "comparison",
    .lane = SR_LANE_SHORT,
    .keep = 4,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_comparison),
    .same = same,
    .own = own,
    .release = release,
    .current = current,
    .describe = describe,
    .run = run,
    .fini = fini,
};

enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **comparison,
                                     struct sr_error *error)
{
    struct key key = {{NULL, session->data, session->split_version}, .split = split};
    key.models = sr_xalloc((session->entry_count + 1) * sizeof *key.models);
    key.predictions = sr_xalloc((session->entry_count + 1) * sizeof *key.predictions);
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
        if (!predicted) continue;
        key.models[key.count] = entry->model;
        key.predictions[key.count++] = &predicted->predictions;
    }
    const void *value = NULL;
    enum sr_status status =
        key.count >= 2 ? sr_result_get(session, &comparison_kind, &key, &value, error)
                       : sr_error_set(error, SR_ERROR_STATE,
                                      "fewer than two models have been judged on the %s split",
                                      sr_split_names[split]);
    *comparison = value;
    free(key.models);
    free(key.predictions);
    return status;
}
