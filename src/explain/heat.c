/* heat.c - see heat.h. */
#include "sartor/explain/heat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { LEAST_CELLS = 5, MOST_LAYERS = 512 };

void sr_heat_fini(struct sr_heat *heat)
{
    free(heat->values);
    *heat = (struct sr_heat){0};
}

int sr_gradcam_layer(const struct sr_model *model, struct sr_layer_info *layer)
{
    if (!model->class->layers || !model->class->gradients) return 0;
    struct sr_layer_info *layers = sr_xalloc(MOST_LAYERS * sizeof *layers);
    size_t count = model->class->layers(model->state, layers, MOST_LAYERS);
    int found = 0;
    for (size_t i = 0; i < count && i < MOST_LAYERS; i++)
        if (layers[i].height >= LEAST_CELLS && layers[i].width >= LEAST_CELLS) {
            *layer = layers[i];
            found = 1;
        }
    free(layers);
    return found;
}

/* The two cells that a pixel lies between, and how near the second one is. */
static float between(int at, int count, int from_count, int *first, int *second)
{
    float place = ((float)at + 0.5f) * (float)from_count / (float)count - 0.5f;
    place = fmaxf(0, fminf(place, (float)(from_count - 1)));
    *first = (int)place;
    *second = *first + 1 < from_count ? *first + 1 : *first;
    return place - (float)*first;
}

void sr_resize_bilinear(const float *from, int from_height, int from_width, float *to, int height, int width)
{
    for (int y = 0; y < height; y++) {
        int above, below;
        const float down = between(y, height, from_height, &above, &below);
        const float *top = from + (size_t)above * (size_t)from_width,
                    *bottom = from + (size_t)below * (size_t)from_width;
        for (int x = 0; x < width; x++) {
            int left, right;
            const float across = between(x, width, from_width, &left, &right);
            const float high = top[left] + across * (top[right] - top[left]);
            const float low = bottom[left] + across * (bottom[right] - bottom[left]);
            *to++ = high + down * (low - high);
        }
    }
}

/* ReLU(sum over channels of activation × mean gradient of the channel), one value a cell. */
static void weigh_channels(const struct sr_layer_gradients *layer, float *map)
{
    const size_t cells = (size_t)layer->height * (size_t)layer->width, channels = (size_t)layer->channels;
    double *weights = sr_xalloc(channels * sizeof *weights);
    for (size_t i = 0; i < cells; i++)
        for (size_t c = 0; c < channels; c++) weights[c] += layer->gradients[i * channels + c];
    for (size_t i = 0; i < cells; i++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++)
            sum += weights[c] / (double)cells * layer->activations[i * channels + c];
        map[i] = sum > 0 ? (float)sum : 0;
    }
    free(weights);
}

/* Divide by the largest value, unless all is 0. False when something is not finite. */
static int scale_to_one(float *values, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) return 0;
        if (values[i] > largest) largest = values[i];
    }
    for (size_t i = 0; i < count && largest > 0; i++) values[i] /= largest;
    return 1;
}

enum sr_status sr_gradcam(const struct sr_model *model, const uint8_t *pixels, const char *layer, int target,
                          struct sr_heat *heat, struct sr_error *error)
{
    *heat = (struct sr_heat){0};
    const struct sr_model_class *class = model->class;
    if (!class->gradients || !class->layers)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s is of the family %s, which has no convolutions; Grad-CAM works on cnn and resnet",
            model->name, class->name);
    if (target < 0 || target >= model->shape.classes)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "there is no class %d to explain; %s knows 0 to %d",
                            target, model->name, model->shape.classes - 1);
    struct sr_layer_info chosen;
    if (!layer) {
        if (!sr_gradcam_layer(model, &chosen))
            return sr_error_set(error, SR_ERROR_STATE,
                                "no convolution of %s has %dx%d cells or more; name one with layer=",
                                model->name, LEAST_CELLS, LEAST_CELLS);
        layer = chosen.name;
    }
    struct sr_layer_gradients gradients = {0};
    float *map = NULL;
    enum sr_status status = class->gradients(model->state, pixels, layer, target, &gradients, error);
    if (status != SR_OK) goto out;
    const size_t cells = (size_t)gradients.height * (size_t)gradients.width;
    const size_t size = (size_t)model->shape.height * (size_t)model->shape.width;
    map = sr_array_raw(cells, sizeof *map, "heat map", error);
    heat->values = sr_array_raw(size, sizeof *heat->values, "heat map", error);
    if (!map || !heat->values) {
        status = SR_ERROR_MEMORY;
        goto out;
    }
    weigh_channels(&gradients, map);
    heat->height = model->shape.height;
    heat->width = model->shape.width;
    heat->target = target;
    snprintf(heat->layer, sizeof heat->layer, "%s", layer);
    sr_resize_bilinear(map, gradients.height, gradients.width, heat->values, heat->height, heat->width);
    if (!scale_to_one(heat->values, size))
        status =
            sr_error_set(error, SR_ERROR_NUMERIC,
                         "the gradients of %s at %s are not finite numbers; the model cannot be explained",
                         model->name, layer);
out:
    free(gradients.activations);
    free(gradients.gradients);
    free(map);
    if (status != SR_OK) sr_heat_fini(heat);
    return status;
}
