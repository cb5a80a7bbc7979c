/* cam.c - class activation maps: a layer's activations, weighed by the gradients of one class's
 * logit. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Grad-CAM: the weight of a channel is the mean of its gradients. */
static void weigh_by_means(const struct sr_layer_gradients *layer, double *weights)
{
    const size_t cells = sr_shape_pixels(layer->shape), channels = (size_t)layer->shape.channels;
    for (size_t i = 0; i < cells; i++)
        for (size_t c = 0; c < channels; c++)
            weights[c] += (double)layer->gradients[i * channels + c] / (double)cells;
}

/* Grad-CAM++: sum over cells of alpha × ReLU(g), alpha = g² / (2 g² + g³ × sum of the channel's
 * activations); 0 where that is 0/0. */
static void weigh_by_shares(const struct sr_layer_gradients *layer, double *weights)
{
    const size_t cells = sr_shape_pixels(layer->shape), channels = (size_t)layer->shape.channels;
    for (size_t c = 0; c < channels; c++) {
        double sum = 0;
        for (size_t i = 0; i < cells; i++) sum += (double)layer->activations[i * channels + c];
        for (size_t i = 0; i < cells; i++) {
            const double g = (double)layer->gradients[i * channels + c];
            const double whole = 2 * g * g + g * g * g * sum;
            if (g > 0 && whole != 0) weights[c] += g * g / whole * g;
        }
    }
}

/* ReLU of the sum over channels of activation × weight; without weights, × the cell's own gradient.
 */
static void add_channels(const struct sr_layer_gradients *layer, const double *weights, float *map)
{
    const size_t cells = sr_shape_pixels(layer->shape), channels = (size_t)layer->shape.channels;
    for (size_t i = 0; i < cells; i++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++) {
            const size_t at = i * channels + c;
            sum += (weights ? weights[c] : (double)layer->gradients[at]) *
                   (double)layer->activations[at];
        }
        map[i] = sum > 0 ? (float)sum : 0;
    }
}

/* Where predictions average an image and its mirror image (tta=), both count: add the map of the
 * mirror image, mirrored back. */
static enum sr_status add_mirror(const struct sr_explain *request, int target, const char *name,
                                 float *map, struct sr_error *error)
{
    const struct sr_model *model = request->model;
    const struct sr_shape image = model->shape.image;
    uint8_t *pixels = sr_xalloc(sr_shape_size(image));
    struct sr_layer_gradients layer = {0};
    sr_shape_mirror(image, request->pixels, pixels);
    enum sr_status status = sr_model_gradients(model, pixels, name, target, &layer, error);
    float *turned = status ? NULL : sr_xalloc(sr_shape_pixels(layer.shape) * sizeof *turned);
    if (!status) {
        const int width = layer.shape.width;
        add_channels(&layer, NULL, turned);
        for (int y = 0; y < layer.shape.height; y++)
            for (int x = 0; x < width; x++) map[y * width + x] += turned[y * width + width - 1 - x];
    }
    free(pixels);
    free(turned);
    free(layer.activations);
    free(layer.gradients);
    return status;
}

static bool sees_mirror(const struct sr_model *model)
{
    return model->params && sr_args_has(model->params, "tta") &&
           strcmp(sr_args_text(model->params, "tta"), "none") != 0;
}

/* The products of a fine layer are noisy, with the period of the max-pool above it: blur by one
 * pixel of 28. */
static void smooth(struct sr_heat *heat)
{
    const double deviation = sr_shape_shorter(heat->shape) / 28.0;
    sr_blur(heat->values, heat->shape, deviation, (int)ceil(3 * deviation), false);
}

typedef void weigh_channels(const struct sr_layer_gradients *layer, double *weights);

static enum sr_status cam_of(const struct sr_explain *request, int target, const char *name,
                             weigh_channels *weigh, struct sr_heat *heat, struct sr_error *error)
{
    const struct sr_model *model = request->model;
    struct sr_layer_gradients layer = {0};
    float *map = NULL;
    double *weights = NULL;
    enum sr_status status = sr_model_gradients(model, request->pixels, name, target, &layer, error);
    if (status) goto out;
    map = sr_array_raw(sr_shape_pixels(layer.shape), sizeof *map, "heat map", error);
    status = map ? explain_heat_init(heat, request, target, error) : SR_ERROR_MEMORY;
    if (status) goto out;
    if (weigh) {
        weights = sr_xalloc((size_t)layer.shape.channels * sizeof *weights);
        weigh(&layer, weights);
    }
    add_channels(&layer, weights, map);
    if (!weigh && sees_mirror(model)) status = add_mirror(request, target, name, map, error);
    if (status) goto out;
    sr_resize_bilinear(map, sr_shape_map(layer.shape), heat->values, heat->shape);
    if (!weigh) smooth(heat);
    if (!sr_heat_scale(heat->values, sr_shape_size(heat->shape)))
        status = sr_error_set(
            error, SR_ERROR_NUMERIC,
            "the gradients of %s at %s are not finite numbers; the model cannot be explained",
            model->name, name);
out:
    free(layer.activations);
    free(layer.gradients);
    free(map);
    free(weights);
    return status;
}

/* The geometric mean of two maps, which is large where both are. A constant is added to each, so
 * that a zero in the coarse map makes the fine map smaller there but not zero. */
static void fuse(struct sr_heat *heat, const struct sr_heat *other)
{
    const float least = 0.01f;
    const size_t size = sr_shape_size(heat->shape);
    for (size_t i = 0; i < size; i++)
        heat->values[i] = sqrtf((heat->values[i] + least) * (other->values[i] + least)) - least;
    sr_heat_scale(heat->values, size);
}

static enum sr_status cams(const struct sr_explain *request, weigh_channels *weigh,
                           struct sr_heat *heats, struct sr_error *error)
{
    struct sr_layer_info layers[2];
    size_t count = 1;
    if (request->layer && *request->layer)
        snprintf(layers[0].name, sizeof layers[0].name, "%s", request->layer);
    else
        count = explain_layers(request->model, request->method, layers);
    if (!count)
        return sr_error_set(error, SR_ERROR_STATE,
                            "no convolution of %s has 5x5 cells or more; name one with layer=",
                            request->model->name);
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < request->count; i++) {
        struct sr_heat last = {0};
        status = cam_of(request, request->targets[i], layers[0].name, weigh, &heats[i], error);
        if (!status && count > 1)
            status = cam_of(request, request->targets[i], layers[1].name, weigh, &last, error);
        if (!status && count > 1) fuse(&heats[i], &last);
        sr_explain_place(request->model, request->method, request->layer, heats[i].layer);
        sr_heat_fini(&last);
    }
    return status;
}

enum sr_status explain_gradcam(const struct sr_explain *request, struct sr_heat *heats,
                               struct sr_error *error)
{
    return cams(request, weigh_by_means, heats, error);
}

enum sr_status explain_gradcam_plus(const struct sr_explain *request, struct sr_heat *heats,
                                    struct sr_error *error)
{
    return cams(request, weigh_by_shares, heats, error);
}

enum sr_status explain_hirescam(const struct sr_explain *request, struct sr_heat *heats,
                                struct sr_error *error)
{
    return cams(request, NULL, heats, error);
}
