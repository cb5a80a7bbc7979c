/* heats.c - heat maps of many samples: each by itself, or as the mean of every class. */
#include <stdlib.h>

#include "explainer.h"
#include "sartor/base/memory.h"
#include "task.h"

struct key {
    struct sr_result_key base;
    struct how how;
    struct sr_samples samples; /* copies own the rows */
    /* Of class heats: */
    enum sr_split_name split;
    size_t most;
};

static void own(void *key)
{
    sr_result_own_rows(&((struct key *)key)->samples);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->samples.rows);
}

static void describe(const void *opaque, char *text, size_t size)
{
    const struct key *key = opaque;
    snprintf(text, size, "%s is explaining %zu samples", key->how.model, key->samples.count);
}

static size_t pixels_of(const struct key *key)
{
    return sr_shape_pixels(key->samples.images->shape);
}

static void ready(struct sr_session *session, const void *opaque, void *value, double seconds)
{
    const struct key *key = opaque;
    (void)value, (void)seconds;
    sr_session_look(session, key->base.model, key->base.data, &key->samples);
}

/* --- each sample -------------------------------------------------------------------------- */

static bool same_samples(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    bool same = how_same(&a->how, &b->how) && a->samples.images == b->samples.images &&
                a->samples.count == b->samples.count;
    for (size_t i = 0; same && i < a->samples.count; i++)
        same = sr_samples_row(&a->samples, i) == sr_samples_row(&b->samples, i);
    return same;
}

/* How familiar each sample is; NULL where that is not known. */
static double *measure(const struct key *key, const float *probabilities, struct sr_pool *pool)
{
    const struct sr_trust *trust = key->base.model->trust;
    const size_t count = key->samples.count, classes = (size_t)key->base.data->classes;
    if (!trust || !trust->familiarity.texture.size) return NULL;
    double *shares = sr_xalloc((count + 1) * sizeof *shares);
    uint8_t *predicted = sr_xalloc(count + 1);
    for (size_t i = 0; i < count; i++)
        predicted[i] = (uint8_t)sr_predicted_class(probabilities + i * classes, (int)classes);
    sr_familiarity_measure(&trust->familiarity, &key->samples, predicted, pool, shares);
    free(predicted);
    return shares;
}

static enum sr_status run_samples(const void *opaque, void *value, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    const struct sr_model *model = key->base.model;
    struct sr_heats *heats = value;
    const size_t count = key->samples.count, classes = (size_t)key->base.data->classes;
    heats->method = sr_method_find(model, key->how.method, error);
    if (!heats->method) return error->status;
    sr_explain_place(model, heats->method, key->how.layer, heats->layer);
    heats->size = pixels_of(key);
    heats->maps = sr_array_raw(count * heats->size, sizeof *heats->maps, "heat maps", error);
    if (!heats->maps) return SR_ERROR_MEMORY;
    heats->probabilities = sr_xalloc((count * classes + 1) * sizeof *heats->probabilities);
    heats->targets = sr_xalloc((count + 1) * sizeof *heats->targets);
    enum sr_status status =
        sr_model_predict(model, &key->samples, pool, monitor, heats->probabilities, error);
    if (status) return status;
    for (size_t i = 0; i < count; i++)
        heats->targets[i] =
            key->how.target >= 0
                ? key->how.target
                : sr_predicted_class(heats->probabilities + i * classes, (int)classes);
    heats->familiarities = measure(key, heats->probabilities, pool);
    const struct sr_explain request = {.model = model,
                                       .method = heats->method,
                                       .layer = key->how.layer,
                                       .targets = heats->targets,
                                       .pool = pool,
                                       .monitor = monitor};
    return sr_explain_many(&request, &key->samples, heats->maps, error);
}

static void fini_samples(void *value)
{
    struct sr_heats *heats = value;
    free(heats->maps);
    free(heats->targets);
    free(heats->probabilities);
    free(heats->familiarities);
}

static const struct sr_result_kind heats_kind = {
    .name = "heat maps",
    .lane = SR_LANE_SHORT,
    .keep = 4,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_heats),
    .same = same_samples,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run_samples,
    .ready = ready,
    .fini = fini_samples,
};

enum sr_status sr_session_heats(struct sr_session *session, const struct sr_explainer *explainer,
                                const struct sr_samples *samples, const struct sr_heats **heats,
                                struct sr_error *error)
{
    struct sr_explainer wanted = *explainer;
    const void *value = NULL;
    enum sr_status status = sr_session_usable(session, &wanted.entry, error);
    if (!status) {
        const struct key key = {
            {wanted.entry->model, session->data, 0}, .how = how_of(&wanted), .samples = *samples};
        status = sr_result_get(session, &heats_kind, &key, &value, error);
    }
    *heats = value;
    return status;
}

/* --- every class -------------------------------------------------------------------------- */

static bool same_how(const void *key, const void *other)
{
    return how_same(&((const struct key *)key)->how, &((const struct key *)other)->how);
}

static bool same_classes(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return same_how(a, b) && a->split == b->split && a->most == b->most;
}

static enum sr_status run_classes(const void *opaque, void *value, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_class_heats *heats = value;
    const size_t classes = (size_t)key->base.data->classes;
    heats->split = key->split;
    heats->most = key->most;
    heats->method = sr_method_find(key->base.model, key->how.method, error);
    if (!heats->method) return error->status;
    sr_explain_place(key->base.model, heats->method, key->how.layer, heats->layer);
    heats->maps = sr_array_raw(classes * pixels_of(key), sizeof *heats->maps, "heat maps", error);
    if (!heats->maps) return SR_ERROR_MEMORY;
    heats->counts = sr_xalloc(classes * sizeof *heats->counts);
    const struct sr_explain request = {.model = key->base.model,
                                       .method = heats->method,
                                       .layer = key->how.layer,
                                       .pool = pool,
                                       .monitor = monitor};
    return sr_explain_classes(&request, &key->samples, key->most, heats->maps, heats->counts,
                              error);
}

static void fini_classes(void *value)
{
    struct sr_class_heats *heats = value;
    free(heats->maps);
    free(heats->counts);
}

static const struct sr_result_kind class_heats_kind = {
    .name = "class heat maps",
    .lane = SR_LANE_SHORT,
    .keep = 4,
    .one_shown = true,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_class_heats),
    .same = same_classes,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run_classes,
    .ready = ready,
    .fini = fini_classes,
};

static struct key classes_key(const struct sr_session *session,
                              const struct sr_explainer *explainer)
{
    struct key key = {{explainer->entry->model, session->data, session->split_version},
                      .how = how_of(explainer)};
    key.how.target = -1;
    return key;
}

enum sr_status sr_session_class_heats(struct sr_session *session,
                                      const struct sr_explainer *explainer,
                                      enum sr_split_name split, size_t most,
                                      const struct sr_class_heats **heats, struct sr_error *error)
{
    struct sr_explainer wanted = *explainer;
    *heats = NULL;
    const struct sr_held_out *held;
    enum sr_status status = sr_session_held_out(session, wanted.entry, split, &held, error);
    if (status) return status;
    struct key key = classes_key(session, &wanted);
    key.samples = held->samples;
    key.split = split;
    key.most = most;
    if (!key.samples.count)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the %s split has no images; name another with split=", sr_split_names[split]);
    const void *value;
    status = sr_result_get(session, &class_heats_kind, &key, &value, error);
    *heats = value;
    return status;
}

const struct sr_class_heats *sr_session_class_heats_known(const struct sr_session *session,
                                                          const struct sr_explainer *explainer)
{
    const struct key key = classes_key(session, explainer);
    return key.base.model ? sr_result_like(session, &class_heats_kind, &key, same_how) : NULL;
}
