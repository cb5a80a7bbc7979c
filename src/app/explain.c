/* explain.c - one sample explained. */
#include <stdlib.h>

#include "explainer.h"
#include "sartor/base/memory.h"
#include "task.h"

struct key {
    struct sr_result_key base;
    struct how how;
    enum sr_file file;
    uint32_t row;
};

static bool same_sample(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->file == b->file && a->row == b->row;
}

static bool same(const void *key, const void *other)
{
    return same_sample(key, other) &&
           how_same(&((const struct key *)key)->how, &((const struct key *)other)->how);
}

static void describe(const void *opaque, char *text, size_t size)
{
    const struct key *key = opaque;
    snprintf(text, size, "%s is explaining %s:%u", key->how.model, sr_file_names[key->file],
             key->row);
}

/* A heat map for the target, and one for the true class when the predicted class is explained and
 * is another one. */
static enum sr_status explain(const struct key *key, struct sr_explanation *explanation,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              struct sr_error *error)
{
    const struct sr_model *model = key->base.model;
    const struct sr_samples one = {&key->base.data->files[key->file], &key->row, 1};
    const struct sr_method *method = sr_method_find(model, key->how.method, error);
    if (!method) return error->status;
    int targets[2] = {key->how.target, sr_samples_label(&one, 0)};
    size_t count = 1;
    if (targets[0] < 0) {
        targets[0] = sr_predicted_class(explanation->answer.raw, key->base.data->classes);
        count += targets[1] >= 0 && targets[0] != targets[1];
    }
    const uint8_t *pixels = sr_samples_pixels(&one, 0);
    enum sr_status status = sr_nearest_of(key->base.data, model, pixels, SR_EXPLANATION_NEAREST,
                                          &explanation->nearest, error);
    if (status && method == &sr_methods[SR_METHOD_NEAREST]) return status;
    const struct sr_explain request = {.model = model,
                                       .pixels = pixels,
                                       .method = method,
                                       .layer = key->how.layer,
                                       .targets = targets,
                                       .count = count,
                                       .pool = pool,
                                       .monitor = monitor};
    struct sr_heat heats[2] = {0};
    status = sr_explain(&request, heats, error);
    explanation->heat = heats[0];
    explanation->truth = heats[1];
    return status;
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_explanation *explanation = value;
    const struct sr_samples one = {&key->base.data->files[key->file], &key->row, 1};
    explanation->file = key->file;
    explanation->row = key->row;
    enum sr_status status =
        sr_answer_make(&explanation->answer, key->base.model, &one, monitor, error);
    if (status) return status;
    status = explain(key, explanation, pool, monitor, &explanation->error);
    if (status == SR_ERROR_CANCELLED) {
        *error = explanation->error;
        return status;
    }
    /* sr_nearest_of may have set it, for a model that keeps no images. */
    if (!status) explanation->error = (struct sr_error){0};
    return SR_OK;
}

static void fini(void *value)
{
    struct sr_explanation *explanation = value;
    sr_heat_fini(&explanation->heat);
    sr_heat_fini(&explanation->truth);
    sr_answer_fini(&explanation->answer);
}

static const struct sr_result_kind explanation_kind = {
    .name = "explanation",
    .lane = SR_LANE_SHORT,
    .keep = 32,
    .one_shown = true,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_explanation),
    .same = same,
    .describe = describe,
    .run = run,
    .fini = fini,
};

static struct key key_of(const struct sr_session *session, const struct sr_explainer *explainer,
                         enum sr_file file, uint32_t row)
{
    return (struct key){{explainer->entry->model, session->data, 0}, how_of(explainer), file, row};
}

enum sr_status sr_session_explain(struct sr_session *session, const struct sr_explainer *explainer,
                                  enum sr_file file, uint32_t row,
                                  const struct sr_explanation **explanation, struct sr_error *error)
{
    struct sr_explainer wanted = *explainer;
    *explanation = NULL;
    enum sr_status status = sr_session_usable(session, &wanted.entry, error);
    if (status) return status;
    const struct key key = key_of(session, &wanted, file, row);
    const void *value;
    status = sr_result_get(session, &explanation_kind, &key, &value, error);
    if (status) return status;
    *explanation = value;
    if ((*explanation)->error.status) *error = (*explanation)->error;
    return (*explanation)->error.status;
}

bool sr_session_explained(const struct sr_session *session, const struct sr_explainer *explainer,
                          enum sr_file file, uint32_t row,
                          const struct sr_explanation **explanation)
{
    const struct key key = key_of(session, explainer, file, row);
    const void *value = NULL;
    bool asked = explainer->entry->model &&
                 sr_result_state(session, &explanation_kind, &key, &value) != SR_RESULT_ABSENT;
    if (explanation) *explanation = value;
    return asked;
}

const struct sr_answer *sr_session_explained_answer(const struct sr_session *session,
                                                    const struct sr_entry *entry, enum sr_file file,
                                                    uint32_t row)
{
    const struct key key = {{entry->model, session->data, 0}, .file = file, .row = row};
    const struct sr_explanation *explanation =
        entry->model ? sr_result_like(session, &explanation_kind, &key, same_sample) : NULL;
    return explanation ? &explanation->answer : NULL;
}
