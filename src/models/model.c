#include "sartor/models/model.h"

#include "classes.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/compute/bytes.h"
#include "sartor/data/augment.h"
#include "sartor/models/together.h"
#include "sartor/models/trust.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of what a model has learned: no two have the same. */
static uint64_t new_number(void)
{
    static uint64_t given;
    return __atomic_add_fetch(&given, 1, __ATOMIC_RELAXED);
}

struct sr_model *sr_model_new(const struct sr_model_class *class, const char *name)
{
    struct sr_model *model = sr_xalloc(sizeof *model);
    model->class = class;
    model->number = new_number();
    model->references = 1;
    snprintf(model->name, sizeof model->name, "%s", name);
    return model;
}

struct sr_model *sr_model_ref(struct sr_model *model)
{
    __atomic_add_fetch(&model->references, 1, __ATOMIC_RELAXED);
    return model;
}

void model_names_free(struct sr_model *model)
{
    for (int c = 0; model->class_names && c < model->shape.classes; c++)
        free(model->class_names[c]);
    free(model->class_names);
    model->class_names = NULL;
}

void sr_model_unref(struct sr_model *model)
{
    if (!model || __atomic_sub_fetch(&model->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    model_names_free(model);
    if (model->base) {
        sr_model_unref(model->base);
        free(model->order);
        free(model);
        return;
    }
    sr_seen_free(model->seen);
    if (model->state) model->class->free(model->state);
    sr_trust_free(model->trust);
    sr_args_free(model->params);
    free(model->history);
    free(model);
}

/* ---- fit and predict ---- */

/* The caller's monitor, and the history for the model. */
struct recorder {
    const struct sr_monitor *monitor;
    struct sr_epoch *history;
    size_t epochs, room;
    bool stopped, diverged;
};

static void record_progress(void *owner, const struct sr_progress *progress)
{
    struct recorder *recorder = owner;
    if (progress->diverged) recorder->diverged = true;
    sr_monitor_progress(recorder->monitor, progress);
}

static void record_epoch(void *owner, const struct sr_epoch *epoch)
{
    struct recorder *recorder = owner;
    sr_xgrow(&recorder->history, &recorder->room, recorder->epochs + 1, sizeof *recorder->history);
    recorder->history[recorder->epochs++] = *epoch;
    sr_monitor_epoch(recorder->monitor, epoch);
}

static bool record_proceed(void *owner)
{
    struct recorder *recorder = owner;
    bool proceed = sr_monitor_proceed(recorder->monitor);
    if (!proceed) recorder->stopped = true;
    return proceed;
}

/* Refuse what no family can learn from. */
static enum sr_status check_samples(const struct sr_fit *fit, struct sr_error *error)
{
    const struct sr_samples *train = &fit->train;
    const struct sr_model_shape *shape = &fit->shape;
    if (train->count == 0) {
        return sr_error_set(error, SR_ERROR_STATE, "There are no training images.");
    }
    const struct sr_shape own = train->images->shape;
    if (own.channels != shape->image.channels)
        return sr_error_set(error, SR_ERROR_STATE,
                            "The training images are %s where %s ones are needed.",
                            sr_shape_colour(own), sr_shape_colour(shape->image));
    if (!sr_shape_equal(own, shape->image))
        return sr_error_set(error, SR_ERROR_STATE,
                            "The training images are %d×%d where %d×%d are needed.", own.height,
                            own.width, shape->image.height, shape->image.width);
    const size_t size = sr_shape_size(shape->image);
    int first = sr_samples_label(train, 0);
    bool one_class = true, one_image = true;
    for (size_t i = 0; i < train->count; i++) {
        int label = sr_samples_label(train, i);
        if (label >= shape->classes) {
            return sr_error_set(error, SR_ERROR_STATE,
                                "Training image %" PRIu32 " has the label %d; the %d classes "
                                "go up to %d.",
                                sr_samples_row(train, i), label, shape->classes,
                                shape->classes - 1);
        }
        one_class = one_class && label == first;
        one_image = one_image &&
                    memcmp(sr_samples_pixels(train, i), sr_samples_pixels(train, 0), size) == 0;
    }
    if (one_class) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "All %zu training images are of class %d; telling classes apart "
                            "needs images of two or more.",
                            train->count, first);
    }
    if (one_image) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "All %zu training images are the same, pixel by pixel; there is "
                            "nothing to tell the classes by.",
                            train->count);
    }
    return SR_OK;
}

enum sr_status sr_model_fit(struct sr_model *model, const struct sr_fit *fit,
                            struct sr_error *error)
{
    const struct sr_model_class *class = model->class;
    enum sr_status status = check_samples(fit, error);
    if (status) return status;
    struct sr_args *params = sr_args_copy(fit->params);
    if (class->resolve) status = class->resolve(params, error);
    if (!status && class->check)
        status = class->check(params, &fit->shape, fit->train.count, error);
    if (status) {
        sr_args_free(params);
        return status;
    }
    struct recorder recorder = {.monitor = fit->monitor};
    const struct sr_monitor monitor = {&recorder, record_progress, record_epoch, record_proceed};
    struct sr_fit recorded = *fit;
    recorded.monitor = &monitor;
    recorded.params = params;
    void *state = NULL;
    struct sr_seen *seen = sr_seen_new(&fit->train);
    uint32_t *rows = sr_xalloc((fit->validation.count + 1) * sizeof *rows);
    if (fit->validation.count)
        recorded.validation = (struct sr_samples){fit->validation.images, rows,
                                                  sr_seen_others(seen, &fit->validation, rows)};
    sr_memory_begin();
    double start = sr_clock_seconds();
    struct sr_images both = {0};
    if (class->mirrors && !strcmp(sr_args_text(params, "augment"), "flip")) {
        status = sr_augment_mirror(&fit->train, &both, &monitor, error);
        recorded.train = (struct sr_samples){&both, NULL, both.count};
        recorded.mirrored = true;
    }
    if (!sr_together_helps(fit->together)) {
        if (status || !sr_together_can(class, fit)) recorded.together = NULL;
        if (recorded.together) status = sr_together_begin(class, fit, params, error);
    }
    if (!status) status = class->fit(&recorded, &state, error);
    if (!sr_together_helps(fit->together)) sr_together_end(recorded.together);
    sr_images_fini(&both);
    free(rows);
    if (status) {
        sr_seen_free(seen);
        free(recorder.history);
        sr_args_free(params);
        return status;
    }
    if (model->state) class->free(model->state);
    model->state = state;
    model->number = new_number();
    sr_seen_free(model->seen);
    model->seen = seen;
    sr_args_free(model->params);
    model->params = params;
    free(model->history);
    model->history = recorder.history;
    model->epochs = recorder.epochs;
    model->stopped = recorder.stopped;
    model->diverged = recorder.diverged;
    model->shape = fit->shape;
    model->seed = fit->seed;
    model->train_count = fit->train.count;
    model->fit_seconds = sr_clock_seconds() - start;
    model->fit_memory = sr_memory_taken();
    return SR_OK;
}

void sr_model_take(struct sr_model *model, struct sr_model *from)
{
    if (model->state) model->class->free(model->state);
    sr_seen_free(model->seen);
    sr_trust_free(model->trust);
    sr_args_free(model->params);
    free(model->history);
    model->state = from->state;
    model->number = new_number();
    model->seen = from->seen;
    model->trust = from->trust;
    model->params = from->params;
    model->history = from->history;
    model->epochs = from->epochs;
    model->stopped = from->stopped;
    model->diverged = from->diverged;
    model->shape = from->shape;
    model->train_count = from->train_count;
    model->fit_seconds = from->fit_seconds;
    model->fit_memory = from->fit_memory;
    from->state = NULL;
    from->seen = NULL;
    from->trust = NULL;
    from->params = NULL;
    from->history = NULL;
}

const char *sr_model_ending(const struct sr_model *model)
{
    return model->diverged ? "diverged" : model->stopped ? "stopped early" : "";
}

bool sr_model_knows_backdrops(const struct sr_model *model)
{
    return model->params && sr_args_has(model->params, "background") &&
           sr_args_switch(model->params, "background");
}

enum sr_status sr_model_check_shape(const struct sr_model *model, struct sr_shape image,
                                    int classes, struct sr_error *error)
{
    const struct sr_model_shape *shape = &model->shape;
    if (shape->image.channels != image.channels)
        return sr_error_set(error, SR_ERROR_STATE, "Model %s was made for %s images; these are %s.",
                            model->name, sr_shape_colour(shape->image), sr_shape_colour(image));
    if (!sr_shape_equal(shape->image, image)) {
        return sr_error_set(
            error, SR_ERROR_STATE, "Model %s was made for images of %d×%d pixels; these are %d×%d.",
            model->name, shape->image.height, shape->image.width, image.height, image.width);
    }
    if (classes && shape->classes != classes) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "Model %s was made for %d classes; this data set has %d.", model->name,
                            shape->classes, classes);
    }
    return SR_OK;
}

enum sr_status sr_model_check_bytes(const char *family, enum sr_features features,
                                    struct sr_shape image, struct sr_error *error)
{
    const size_t size = sr_shape_size(image);
    if (features != SR_FEATURES_PIXELS || size <= SR_BYTES_LENGTH_ANY) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "%s takes images of up to %d values as pixels; these have %zu. Use "
                        "features=hog or smaller images.",
                        family, SR_BYTES_LENGTH_ANY, size);
}
