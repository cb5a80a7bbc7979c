/* weights.c - methods on the model's own weights and importances, which need no gradients. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* The map has one value for each pixel: the sum over its channels. */
static void add_channels(const float *values, struct sr_shape image, float *map)
{
    const size_t channels = (size_t)image.channels, pixels = sr_shape_pixels(image);
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++) map[i] += values[i * channels + c];
}

enum sr_status explain_weights(const struct sr_explain *request, struct sr_heat *heats,
                               struct sr_error *error)
{
    const struct sr_model *model = request->model;
    const size_t size = sr_shape_size(model->shape.image);
    const int classes = model->shape.classes;
    float *own = sr_array_raw(2 * size, sizeof *own, "weights", error), *mean = own + size;
    enum sr_status status = own ? SR_OK : SR_ERROR_MEMORY;
    if (!status) memset(mean, 0, size * sizeof *mean);
    for (int c = 0; !status && c < classes; c++) {
        status = sr_model_importance(model, c, own, error);
        for (size_t i = 0; !status && i < size; i++) mean[i] += own[i] / (float)classes;
    }
    for (size_t k = 0; !status && k < request->count; k++) {
        status = sr_model_importance(model, request->targets[k], own, error);
        if (!status) status = explain_heat_init(&heats[k], request, request->targets[k], error);
        for (size_t i = 0; !status && i < size; i++)
            own[i] = (own[i] - mean[i]) * (float)request->pixels[i];
        if (!status) add_channels(own, model->shape.image, heats[k].values);
        if (!status && !sr_heat_scale(heats[k].values, sr_shape_size(heats[k].shape)))
            status = sr_error_set(error, SR_ERROR_NUMERIC,
                                  "the weights of %s are not finite numbers", model->name);
    }
    free(own);
    return status;
}

bool explain_has_image(const struct sr_model *model, int target)
{
    if (!model->class->importance) return false;
    float *image = sr_xalloc(sr_shape_size(model->shape.image) * sizeof *image);
    struct sr_error ignored;
    bool has = sr_model_importance(model, target, image, &ignored) == SR_OK;
    free(image);
    return has;
}

enum sr_status explain_importance(const struct sr_explain *request, struct sr_heat *heats,
                                  struct sr_error *error)
{
    const struct sr_model *model = request->model;
    const struct sr_shape image = model->shape.image;
    const bool classwise = explain_has_image(model, 0);
    float *own = sr_array_raw(sr_shape_size(image), sizeof *own, "importances", error);
    enum sr_status status = own ? SR_OK : SR_ERROR_MEMORY;
    for (size_t k = 0; !status && k < request->count; k++) {
        int target = classwise ? request->targets[k] : -1;
        status = explain_heat_init(&heats[k], request, target, error);
        if (!status) status = sr_model_importance(model, target, own, error);
        if (!status) add_channels(own, image, heats[k].values);
        if (!status && !sr_heat_scale(heats[k].values, sr_shape_size(heats[k].shape)))
            status = sr_error_set(error, SR_ERROR_NUMERIC,
                                  "the weights of %s are not finite numbers", model->name);
    }
    free(own);
    return status;
}
