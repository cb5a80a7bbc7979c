/* quality.c - how good a model's explanations are, measured in a job among the runs. */
#include <stdlib.h>

#include "explainer.h"
#include "sartor/base/memory.h"
#include "task.h"

struct key {
    struct sr_result_key base;
    struct how how;
    enum sr_split_name split;
    size_t count;
    enum sr_quality_fill fill;
    struct sr_samples whole; /* the split; a copy owns the rows of the images drawn from it */
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return how_same(&a->how, &b->how) && a->split == b->split && a->count == b->count &&
           a->fill == b->fill;
}

/* Evenly drawn. */
static void own(void *opaque)
{
    struct key *key = opaque;
    const struct sr_samples whole = key->whole;
    const size_t images = key->count < whole.count ? key->count : whole.count;
    uint32_t *rows = sr_xalloc(images * sizeof *rows);
    for (size_t i = 0; i < images; i++) rows[i] = sr_samples_row(&whole, i * whole.count / images);
    key->whole = (struct sr_samples){whole.images, rows, images};
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->whole.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "the explanations of %s are being measured",
             ((const struct key *)key)->how.model);
}

static void run_name(const void *key, char *name, size_t size)
{
    snprintf(name, size, "explain %.50s", ((const struct key *)key)->how.model);
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    const struct sr_quality_request request = {
        .model = key->base.model,
        .method = sr_method_find(key->base.model, key->how.method, error),
        .layer = key->how.layer,
        .samples = key->whole,
        .fill = key->fill,
        .seed = 1,
        .pool = pool,
        .monitor = monitor,
    };
    return request.method ? sr_quality_measure(&request, value, error) : error->status;
}

static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    const struct sr_quality *quality = value;
    const struct sr_quality_curves *centre = &quality->maps[SR_QUALITY_CENTRE];
    char name[64];
    (void)seconds;
    const struct key *asked = key;
    sr_session_look(session, asked->base.model, asked->base.data, &asked->whole);
    run_name(key, name, sizeof name);
    sr_session_message(session, false,
                       "%s measured: %+.3f on deletion, %+.3f on insertion over the picture's "
                       "middle; the same command shows it all",
                       name, centre->deletion_gain, centre->insertion_gain);
}

static const struct sr_result_kind quality_kind = {
    .name = "quality",
    .lane = SR_LANE_LONG,
    .keep = 8,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_quality),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run_name = run_name,
    .run = run,
    .ready = ready,
};

enum sr_status sr_session_quality(struct sr_session *session, const struct sr_explainer *explainer,
                                  enum sr_split_name split, size_t count, enum sr_quality_fill fill,
                                  const struct sr_quality **quality, struct sr_error *error)
{
    struct sr_explainer wanted = *explainer;
    *quality = NULL;
    const struct sr_held_out *held;
    enum sr_status status = sr_session_held_out(session, wanted.entry, split, &held, error);
    if (status) return status;
    struct key key = {{wanted.entry->model, session->data, session->split_version},
                      .how = how_of(&wanted),
                      .split = split,
                      .count = count,
                      .fill = fill,
                      .whole = held->samples};
    key.how.target = -1;
    if (!key.whole.count)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the %s split has no images; name another with split=", sr_split_names[split]);
    if (!sr_method_find(wanted.entry->model, key.how.method, error)) return error->status;
    const void *value;
    status = sr_result_get(session, &quality_kind, &key, &value, error);
    *quality = value;
    return status;
}
