/* closeup.c - one sample: the predictions of all models, and its nearest neighbours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/explanations.h"
#include "sartor/app/results.h"
#include "sartor/base/memory.h"

struct key {
    struct sr_result_key base;
    enum sr_file file;
    uint32_t row;
    size_t count;
    struct sr_model *models[SR_VERDICTS_MAX];
    char names[SR_VERDICTS_MAX][64];
};

static bool same_sample(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->file == b->file && a->row == b->row;
}

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return same_sample(a, b) && a->count == b->count &&
           !memcmp(a->models, b->models, a->count * sizeof *a->models);
}

static void own(void *opaque)
{
    struct key *key = opaque;
    for (size_t i = 0; i < key->count; i++) sr_model_ref(key->models[i]);
}

static void release(void *opaque)
{
    struct key *key = opaque;
    for (size_t i = 0; i < key->count; i++) sr_model_unref(key->models[i]);
}

static bool current(const struct sr_session *session, const void *opaque)
{
    const struct key *key = opaque;
    for (size_t i = 0; i < key->count; i++)
        if (!sr_result_model_current(session, key->models[i])) return false;
    return true;
}

static void describe(const void *opaque, char *text, size_t size)
{
    const struct key *key = opaque;
    snprintf(text, size, "the models are predicting %s:%u", sr_file_names[key->file], key->row);
}

/* Squared distance, exact; stops counting past `limit`. */
static uint64_t distance(const uint8_t *a, const uint8_t *b, size_t count, uint64_t limit)
{
    uint64_t sum = 0;
    for (size_t begin = 0; begin < count && sum < limit; begin += 128) {
        size_t end = begin + 128 < count ? begin + 128 : count;
        uint32_t part = 0;
        for (size_t i = begin; i < end; i++) {
            int difference = (int)a[i] - (int)b[i];
            part += (uint32_t)(difference * difference);
        }
        sum += part;
    }
    return sum;
}

/* Rows of the train file by distance between pixels; the sample itself is left out. */
static void nearest_pixels(struct sr_closeup *closeup, const struct sr_dataset *data,
                           const struct sr_monitor *monitor)
{
    struct sr_nearest *nearest = &closeup->nearest;
    const struct sr_images *train = sr_dataset_train(data), *own = &data->files[closeup->file];
    size_t size = sr_shape_size(train->shape), kept = 0;
    const uint8_t *pixels = own->pixels + closeup->row * size;
    uint64_t far[SR_CLOSEUP_NEAREST];
    for (size_t row = 0; row < train->count; row++) {
        if (row % 4096 == 0 && !sr_monitor_proceed(monitor)) return;
        if (closeup->file == SR_FILE_TRAIN && row == closeup->row) continue;
        uint64_t limit = kept < SR_CLOSEUP_NEAREST ? UINT64_MAX : far[kept - 1];
        uint64_t here = distance(pixels, train->pixels + row * size, size, limit);
        if (here >= limit) continue;
        size_t at = kept < SR_CLOSEUP_NEAREST ? kept++ : kept - 1;
        for (; at > 0 && far[at - 1] > here; at--) {
            far[at] = far[at - 1];
            nearest->rows[at] = nearest->rows[at - 1];
        }
        far[at] = here;
        nearest->rows[at] = (uint32_t)row;
    }
    for (size_t i = 0; i < kept; i++) nearest->distances[i] = sqrt((double)far[i]) / 255;
    nearest->count = kept;
}

static void nearest_by_model(struct sr_closeup *closeup, const struct sr_dataset *data,
                             const struct sr_model *model)
{
    const struct sr_images *own = &data->files[closeup->file];
    const uint8_t *pixels = sr_images_at(own, closeup->row);
    struct sr_nearest found, *nearest = &closeup->nearest;
    if (sr_nearest_of(data, model, pixels, SR_NEAREST_MAX, &found, NULL)) return;
    for (size_t i = 0; i < found.count && nearest->count < SR_CLOSEUP_NEAREST; i++) {
        if (closeup->file == SR_FILE_TRAIN && found.rows[i] == closeup->row) continue;
        nearest->rows[nearest->count] = found.rows[i];
        nearest->distances[nearest->count++] = found.distances[i];
    }
    snprintf(closeup->by, sizeof closeup->by, "%s", model->name);
}

/* The k-NN model by whose measure neighbours are shown; NULL for distance between pixels. */
static const struct sr_model *neighbours_model(const struct key *key)
{
    for (size_t i = 0; i < key->count; i++) {
        const struct sr_model *model = key->models[i];
        if (model->class->nearest && !strcmp(model->class->name, "knn") &&
            sr_digests_same_pictures(model->digest, key->base.data->digest))
            return model;
    }
    return NULL;
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    const struct sr_dataset *data = key->base.data;
    struct sr_closeup *closeup = value;
    const struct sr_samples one = {&data->files[key->file], &key->row, 1};
    (void)pool;
    closeup->file = key->file;
    closeup->row = key->row;
    const struct sr_model *by = neighbours_model(key);
    if (by) nearest_by_model(closeup, data, by);
    if (!closeup->nearest.count) nearest_pixels(closeup, data, monitor);
    for (size_t i = 0;; i++) {
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "another sample is shown");
        if (i == key->count) return SR_OK;
        struct sr_error unknown;
        sr_answer_make(&closeup->verdict[i].answer, key->models[i], &one, monitor, &unknown);
        snprintf(closeup->verdict[i].model, sizeof closeup->verdict[i].model, "%s", key->names[i]);
        closeup->verdicts++;
    }
}

static void fini(void *value)
{
    struct sr_closeup *closeup = value;
    for (size_t i = 0; i < closeup->verdicts; i++) sr_answer_fini(&closeup->verdict[i].answer);
}

static const struct sr_result_kind closeup_kind = {
    .name = "closeup",
    .lane = SR_LANE_SHORT,
    .keep = 8,
    .one_shown = true,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_closeup),
    .same = same,
    .own = own,
    .release = release,
    .current = current,
    .describe = describe,
    .run = run,
    .fini = fini,
};

/* The models that can be asked now; those that are still in their files begin to be loaded. */
static void add_models(struct sr_session *session, struct key *key)
{
    for (size_t i = 0; i < session->entry_count && key->count < SR_VERDICTS_MAX; i++) {
        struct sr_entry *entry = session->entries[i];
        struct sr_error ignored;
        if (sr_session_model(session, entry->name, &entry, &ignored)) continue;
        if (sr_session_check_model(session, entry->model, &ignored) ||
            sr_session_trust(session, entry, &ignored))
            continue;
        snprintf(key->names[key->count], sizeof key->names[0], "%s", entry->name);
        key->models[key->count++] = entry->model;
    }
}

enum sr_status sr_session_closeup(struct sr_session *session, enum sr_file file, uint32_t row,
                                  const struct sr_closeup **closeup, struct sr_error *error)
{
    *closeup = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    struct key key = {{NULL, session->data, 0}, .file = file, .row = row};
    add_models(session, &key);
    const void *value;
    status = sr_result_get(session, &closeup_kind, &key, &value, error);
    *closeup =
        status == SR_PENDING ? sr_result_like(session, &closeup_kind, &key, same_sample) : value;
    return status;
}
