#include "sartor/models/networks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

void sr_layers_fini(struct sr_layers *layers)
{
    free(layers->items);
    free(layers->marks);
    *layers = (struct sr_layers){0};
}

void sr_layers_features(struct sr_layers *layers, enum sr_features features)
{
    if (features == SR_FEATURES_PIXELS) return;
    layers->features = features;
    layers->image = (struct sr_shape){1, (int)sr_features_size(features, layers->image), 1};
}

void sr_layers_precision(struct sr_layers *layers, const struct sr_args *params)
{
    layers->precision = (enum sr_precision)sr_args_choice(params, "precision");
}

int sr_layers_append(struct sr_layers *layers, const struct sr_layer_spec *spec)
{
    size_t index = layers->count++;
    sr_xgrow(&layers->items, &layers->room, layers->count, sizeof *layers->items);
    layers->items[index] = *spec;
    return (int)index;
}

/* Write a spec's name from a function's last arguments. */
#define FORMAT_NAME(field)                                                                         \
    do {                                                                                           \
        va_list arguments;                                                                         \
        va_start(arguments, name);                                                                 \
        vsnprintf(field, sizeof field, name, arguments);                                           \
        va_end(arguments);                                                                         \
    } while (0)

int sr_layers_conv(struct sr_layers *layers, int input, struct sr_layer_spec conv, const char *name,
                   ...)
{
    struct sr_layer_spec spec = conv;
    spec.type = SR_LAYER_CONV;
    spec.input = input;
    spec.other = -1;
    FORMAT_NAME(spec.name);
    return sr_layers_append(layers, &spec);
}

int sr_layers_norm(struct sr_layers *layers, int input, const char *name, ...)
{
    struct sr_layer_spec spec = {.type = SR_LAYER_BATCH_NORM, .input = input, .other = -1};
    FORMAT_NAME(spec.name);
    return sr_layers_append(layers, &spec);
}

int sr_layers_dense(struct sr_layers *layers, int input, int channels, bool bias, const char *name,
                    ...)
{
    struct sr_layer_spec spec = {
        .type = SR_LAYER_DENSE, .input = input, .other = -1, .channels = channels, .bias = bias};
    FORMAT_NAME(spec.name);
    return sr_layers_append(layers, &spec);
}

int sr_layers_plain(struct sr_layers *layers, enum sr_layer_type type, int input)
{
    return sr_layers_append(layers,
                            &(struct sr_layer_spec){.type = type, .input = input, .other = -1});
}

int sr_layers_pool(struct sr_layers *layers, enum sr_layer_type type, int input)
{
    return sr_layers_side(layers, input) / 2 < 2 ? input : sr_layers_plain(layers, type, input);
}

int sr_layers_add(struct sr_layers *layers, int input, int other)
{
    return sr_layers_append(
        layers, &(struct sr_layer_spec){.type = SR_LAYER_ADD, .input = input, .other = other});
}

int sr_layers_dropout(struct sr_layers *layers, int input, double rate)
{
    if (rate <= 0) return input;
    return sr_layers_append(
        layers, &(struct sr_layer_spec){
                    .type = SR_LAYER_DROPOUT, .input = input, .other = -1, .rate = (float)rate});
}

void sr_layers_mark(struct sr_layers *layers, int layer, const char *name, ...)
{
    struct sr_layer_mark mark = {.layer = (size_t)layer};
    FORMAT_NAME(mark.name);
    sr_xgrow(&layers->marks, &layers->marks_room, layers->mark_count + 1, sizeof *layers->marks);
    layers->marks[layers->mark_count++] = mark;
}

struct sr_shape sr_layers_shape(const struct sr_layers *layers, int layer)
{
    struct sr_shape shape = layers->image;
    if (layer >= 0) sr_layer_shape(layers->items, (size_t)layer, layers->image, &shape, NULL);
    return shape;
}

int sr_layers_side(const struct sr_layers *layers, int layer)
{
    int height = layers->image.height, width = layers->image.width;
    if (layer >= 0) sr_layer_size(layers->items, (size_t)layer, height, width, &height, &width);
    return height < width ? height : width;
}
