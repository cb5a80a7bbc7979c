/* held_out.c - the rows of a split that a model was not trained on: every judgement takes its rows
 * from here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/base/memory.h"
#include "task.h"

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    char name[64];             /* of the entry, for sentences */
    struct sr_samples samples; /* of the split; copies own the rows */
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
    snprintf(text, size, "looking which rows of the %s split %s was trained on",
             sr_split_names[asked->split], asked->name);
}

/* What a model of an earlier version has seen, whose file does not say: on the same data, what the
 * split that it was trained with gives; on other data nothing is known, and `*seen` is NULL. */
static enum sr_status guess_seen(const struct key *key, struct sr_seen **seen,
                                 struct sr_error *error)
{
    const struct sr_model *model = key->base.model;
    const struct sr_dataset *data = sr_dataset_opened(key->base.data);
    struct sr_split split;
    *seen = NULL;
    if (strcmp(model->digest, data->digest)) {
        /* Fashion-MNIST and the sample of it that sartor ships have different digests, but rows in
         * common. */
        if (key->split != SR_SPLIT_VALIDATION || !data->known) return SR_OK;
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s was trained on other files, which may hold these validation rows; use split=test",
            key->name);
    }
    enum sr_status status =
        sr_split_make(&split, data, model->validation, model->split_seed, model->limit, error);
    if (status) return status;
    const struct sr_samples train = sr_split_samples(data, &split, SR_SPLIT_TRAIN);
    *seen = sr_seen_new(&train);
    sr_split_fini(&split);
    return SR_OK;
}

/* Keep the rows that have not been seen. */
static enum sr_status keep_others(const struct key *key, const struct sr_seen *seen,
                                  struct sr_held_out *held, struct sr_error *error)
{
    const struct sr_samples whole = key->samples;
    /* Where the images are changed, rows are known by what they were before. */
    struct sr_samples known = whole;
    if (key->base.data->origin)
        known.images = &key->base.data->origin->files[sr_split_file(key->split)];
    uint32_t *rows = sr_array_raw(whole.count, sizeof *rows, "rows of the split", error);
    if (!rows) return SR_ERROR_MEMORY;
    const size_t count = sr_seen_others(seen, &known, rows);
    held->trained = whole.count - count;
    if (key->split == SR_SPLIT_TRAIN || count == whole.count) {
        free(rows);
        return SR_OK; /* of the training split, all are of interest */
    }
    held->samples = (struct sr_samples){whole.images, rows, count};
    held->left_out = held->trained;
    if (count) return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE, "%s was trained on all %zu rows of the %s split%s",
                        key->name, whole.count, sr_split_names[key->split],
                        key->split == SR_SPLIT_VALIDATION ? "; use split=test" : "");
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_held_out *held = value;
    const struct sr_seen *seen = key->base.model->seen;
    struct sr_seen *guess = NULL;
    (void)pool, (void)monitor;
    held->whole = key->samples.count;
    enum sr_status status = seen ? SR_OK : guess_seen(key, &guess, error);
    held->known = seen || guess;
    if (!status && held->known) status = keep_others(key, seen ? seen : guess, held, error);
    if (!status && !held->samples.images) {
        held->samples = key->samples;
        sr_result_own_rows(&held->samples);
    }
    sr_seen_free(guess);
    return status;
}

static void fini(void *value)
{
    struct sr_held_out *held = value;
    free((uint32_t *)held->samples.rows);
}

static const struct sr_result_kind held_out_kind = {
    .name = "held out",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_held_out),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .fini = fini,
};

enum sr_status sr_session_held_out(struct sr_session *session, struct sr_entry *entry,
                                   enum sr_split_name split, const struct sr_held_out **held,
                                   struct sr_error *error)
{
    *held = NULL;
    enum sr_status status = sr_session_usable(session, &entry, error);
    if (status) return status;
    if (split == SR_SPLIT_VALIDATION && !session->split.counts[split])
        return sr_error_set(error, SR_ERROR_STATE,
                            "there is no validation split (validation=0); use split=test");
    struct key key = {{entry->model, session->data, session->split_version},
                      .split = split,
                      .samples = sr_session_samples(session, split)};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    const void *value;
    status = sr_result_get(session, &held_out_kind, &key, &value, error);
    *held = value;
    return status;
}
