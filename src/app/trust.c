#include "sartor/app/trust.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/base/memory.h"
#include "sartor/data/scene.h"

/* --- fitted when it is needed ----------------------------------------------------------------- */

struct key {
    struct sr_result_key base;
    char name[64]; /* of the entry, for sentences */
    struct sr_samples train, validation;
};

static void own(void *key)
{
    sr_result_own_rows(&((struct key *)key)->train);
    sr_result_own_rows(&((struct key *)key)->validation);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->train.rows);
    free((uint32_t *)((struct key *)key)->validation.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "%s is asked about the validation split", ((const struct key *)key)->name);
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_trust **trust = value;
    *trust = sr_trust_fit(key->base.model, &key->train, &key->validation, pool, monitor, error);
    return *trust ? SR_OK : error->status;
}

/* From now on it belongs to the model. Whoever asks the model on a worker has waited for this. */
static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    struct sr_model *model = ((const struct key *)key)->base.model;
    struct sr_trust **trust = value;
    (void)session;
    (void)seconds;
    if (model->trust) return;
    __atomic_store_n(&model->trust, *trust, __ATOMIC_RELEASE);
    *trust = NULL;
}

static void fini(void *value)
{
    sr_trust_free(*(struct sr_trust **)value);
}

static const struct sr_result_kind trust_kind = {
    .name = "trust",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_trust *),
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .ready = ready,
    .fini = fini,
};

/* Is the session's validation split the one that the model was trained without? */
static bool has_rows(const struct sr_session *session, const struct sr_model *model)
{
    return session->split.counts[SR_SPLIT_VALIDATION] &&
           !strcmp(model->digest, session->data->digest) &&
           model->split_seed == session->split.seed &&
           fabs(model->validation - session->split.fraction) < 1e-9;
}

enum sr_status sr_session_trust(struct sr_session *session, const struct sr_entry *entry,
                                struct sr_error *error)
{
    struct sr_model *model = entry->model;
    if (model->trust || !has_rows(session, model)) return SR_OK;
    struct sr_dataset *data = sr_dataset_origin(session->data);
    struct key key = {{model, data, session->split_version},
                      .train = sr_split_samples(data, &session->split, SR_SPLIT_TRAIN),
                      .validation = sr_split_samples(data, &session->split, SR_SPLIT_VALIDATION)};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    const void *value;
    enum sr_status status = sr_result_get(session, &trust_kind, &key, &value, error);
    return status == SR_PENDING ? SR_PENDING : SR_OK;
}

/* --- answers ---------------------------------------------------------------------------------- */

static bool calibrates(const struct sr_session *session)
{
    return sr_args_switch(session->options, "calibrate");
}

bool sr_session_calibrates(const struct sr_session *session, const struct sr_model *model)
{
    return model && model->trust && calibrates(session);
}

enum sr_status sr_answer_make(struct sr_answer *answer, const struct sr_model *model,
                              const struct sr_samples *one, const struct sr_monitor *monitor,
                              struct sr_error *error)
{
    const size_t classes = (size_t)model->shape.classes;
    *answer =
        (struct sr_answer){.raw = sr_xalloc(classes * sizeof *answer->raw), .familiarity = NAN};
    enum sr_status status = sr_model_predict(model, one, NULL, monitor, answer->raw, error);
    if (status) {
        sr_answer_fini(answer);
        return status;
    }
    const struct sr_trust *trust = model->trust;
    if (!trust) return SR_OK;
    const uint8_t predicted = (uint8_t)sr_predicted_class(answer->raw, (int)classes);
    /* It compares with held-out images as they are: a network that was also trained on things
     * before other backdrops knows more than these. */
    const bool comparable = !sr_model_knows_backdrops(model) ||
                            sr_scene_is_on_black(one->images->shape, sr_samples_pixels(one, 0));
    if (comparable && trust->familiarity.texture.size)
        sr_familiarity_measure(&trust->familiarity, one, &predicted, NULL, &answer->familiarity);
    answer->calibrated = sr_xalloc(classes * sizeof *answer->calibrated);
    memcpy(answer->calibrated, answer->raw, classes * sizeof *answer->raw);
    sr_calibration_apply(&trust->calibration, answer->calibrated, 1, (int)classes);
    return SR_OK;
}

void sr_answer_fini(struct sr_answer *answer)
{
    free(answer->raw);
    free(answer->calibrated);
    *answer = (struct sr_answer){0};
}

const float *sr_answer_shown(const struct sr_session *session, const struct sr_answer *answer)
{
    return answer->calibrated && calibrates(session) ? answer->calibrated : answer->raw;
}

void sr_familiarity_words(double familiarity, struct sr_text *text)
{
    if (!(familiarity < SR_UNFAMILIAR)) return;
    double others = fmin(floor(1000 * (1 - familiarity)) / 10, 99.9);
    sr_text_printf(text, "unlike %.*f %% of what it was trained on", others < 99.05 ? 0 : 1,
                   others);
}

/* --- sets ------------------------------------------------------------------------------------- */

void sr_session_thresholds(const struct sr_session *session, const struct sr_trust *trust,
                           double *thresholds)
{
    sr_conformal_thresholds(&trust->conformal, sr_args_number(session->options, "coverage") / 100,
                            !strcmp(sr_args_text(session->options, "coverage_by"), "class"),
                            thresholds);
}

size_t sr_session_class_set(const struct sr_session *session, const struct sr_model *model,
                            const float *raw, bool *members)
{
    double thresholds[SR_CLASSES_MAX];
    if (!model || !model->trust || !model->trust->conformal.count) return 0;
    sr_session_thresholds(session, model->trust, thresholds);
    return sr_conformal_set(&model->trust->conformal, thresholds, raw, members);
}

char *const *sr_session_class_names(const struct sr_session *session, const struct sr_model *model)
{
    return session->data->unlabelled && model->class_names ? model->class_names
                                                           : session->data->class_names;
}

void sr_session_set_words(const struct sr_session *session, const struct sr_model *model,
                          const float *probabilities, const bool *members, struct sr_text *text)
{
    char *const *names = sr_session_class_names(session, model);
    const int classes = model->shape.classes;
    bool left[SR_CLASSES_MAX];
    size_t size = 0;
    for (int c = 0; c < classes; c++) size += left[c] = members[c];
    for (size_t i = 0; i < size; i++) {
        int best = -1;
        for (int c = 0; c < classes; c++)
            if (left[c] && (best < 0 || probabilities[c] > probabilities[best])) best = c;
        sr_text_printf(text, "%s%s", !i ? "" : i + 1 < size ? ", " : " or ", names[best]);
        left[best] = false;
    }
}
