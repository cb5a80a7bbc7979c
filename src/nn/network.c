#include "layer.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 128 * 128, MOST_LAYERS = 1000 };

static void add_parameters(struct sr_network *network, size_t index)
{
    struct layer *l = &network->layers[index];
    struct tensor tensors[TENSORS_MAX];
    int count = l->kind->tensors ? l->kind->tensors(l, tensors) : 0;
    l->parameter = count ? (int)network->parameter_count : -1;
    for (int i = 0; i < count; i++) {
        struct tensor *t = &tensors[i];
        struct sr_parameter *p = &network->parameters[network->parameter_count];
        t->layer = (int)index;
        *p = (struct sr_parameter){.count = (size_t)t->rows * (size_t)t->columns,
                                   .learned = !t->fixed,
                                   .decays = t->decays,
                                   .filter = t->filter,
                                   .rows = t->rows,
                                   .columns = t->columns};
        snprintf(p->name, sizeof p->name, "%s.%s", l->spec.name, t->name);
        network->tensors[network->parameter_count++] = *t;
        network->value_count += p->count;
    }
}

static enum sr_status allocate_values(struct sr_network *network, struct sr_error *error)
{
    network->values =
        sr_array_new(network->value_count, sizeof(float), "a network's weights", error);
    if (!network->values) return SR_ERROR_MEMORY;
    float *next = network->values;
    for (size_t i = 0; i < network->parameter_count; i++) {
        network->parameters[i].values = next;
        next += network->parameters[i].count;
    }
    return SR_OK;
}

struct sr_network *sr_network_new(const struct sr_layer_spec *layers, size_t count,
                                  struct sr_shape image, struct sr_error *error)
{
    if (count < 1 || count > MOST_LAYERS) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "a network of %zu layers; 1 to %d are possible.",
                     count, MOST_LAYERS);
        return NULL;
    }
    if (image.height < 1 || image.width < 1 || image.height > MOST_PIXELS / image.width) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "images of %d×%d; 1 to %d pixels are possible.",
                     image.height, image.width, MOST_PIXELS);
        return NULL;
    }
    if (image.channels < 1 || image.channels > SR_CHANNELS_MAX) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "images of %d channels; 1 to %d are possible.",
                     image.channels, SR_CHANNELS_MAX);
        return NULL;
    }
    struct sr_network *network = sr_xalloc(sizeof *network);
    network->count = count;
    network->layers = sr_xalloc(count * sizeof *network->layers);
    network->parameters = sr_xalloc(TENSORS_MAX * count * sizeof *network->parameters);
    network->tensors = sr_xalloc(TENSORS_MAX * count * sizeof *network->tensors);
    network->image = (struct shape){.height = image.height,
                                    .width = image.width,
                                    .channels = image.channels,
                                    .slots = image.channels,
                                    .plain = true};
    if (layers_shape(network->layers, layers, count, &network->image, error) != SR_OK) goto out;
    for (size_t i = 0; i < count; i++) add_parameters(network, i);
    for (size_t i = 0; i + 1 < count; i++)
        if (!network->layers[i].readers) {
            sr_error_set(error, SR_ERROR_ARGUMENT, "nothing reads layer %s.",
                         network->layers[i].spec.name);
            goto out;
        }
    if (layers[count - 1].type != SR_LAYER_DENSE) {
        sr_error_set(error, SR_ERROR_ARGUMENT,
                     "the last layer, %s, must be a dense one: the logits.",
                     layers[count - 1].name);
        goto out;
    }
    if (allocate_values(network, error) != SR_OK) goto out;
    sr_network_init(network, 1);
    return network;
out:
    sr_network_free(network);
    return NULL;
}

struct sr_network *sr_network_copy(const struct sr_network *network, struct sr_error *error)
{
    struct sr_network *copy = sr_xalloc(sizeof *copy);
    *copy = *network;
    copy->values = NULL;
    copy->layers = sr_xalloc(network->count * sizeof *copy->layers);
    copy->parameters = sr_xalloc(TENSORS_MAX * network->count * sizeof *copy->parameters);
    copy->tensors = sr_xalloc(TENSORS_MAX * network->count * sizeof *copy->tensors);
    memcpy(copy->layers, network->layers, network->count * sizeof *copy->layers);
    memcpy(copy->parameters, network->parameters,
           network->parameter_count * sizeof *copy->parameters);
    memcpy(copy->tensors, network->tensors, network->parameter_count * sizeof *copy->tensors);
    if (allocate_values(copy, error) != SR_OK) {
        sr_network_free(copy);
        return NULL;
    }
    memcpy(copy->values, network->values, network->value_count * sizeof(float));
    return copy;
}

const char *const sr_precision_names[SR_PRECISION_COUNT] = {"fp32", "bf16"};

void sr_network_train_in(struct sr_network *network, enum sr_precision precision)
{
    network->bf16 = precision == SR_PRECISION_BF16;
}

void sr_network_free(struct sr_network *network)
{
    if (!network) return;
    free(network->layers);
    free(network->parameters);
    free(network->tensors);
    free(network->values);
    free(network);
}

/* Whether a layer's output reaches a rectifying layer through additive ones alone. */
static bool is_rectified(const struct sr_network *network, size_t index)
{
    for (size_t i = index + 1; i < network->count; i++) {
        const struct layer *l = &network->layers[i];
        if (l->spec.input != (int)index && !(l->kind->two_inputs && l->spec.other == (int)index))
            continue;
        if (l->kind->rectifies) return true;
        if (l->kind->additive) return is_rectified(network, i);
    }
    return false;
}

/* Number of a parameter's values without the padding. */
static size_t true_size(const struct tensor *tensor)
{
    size_t size = 1;
    for (int i = 0; i < tensor->rank; i++) size *= tensor->shape[i];
    return size;
}

/* Index of element `i` of the PyTorch array among parameter `index`'s values. */
static size_t value_place(const struct sr_network *network, size_t index, size_t i)
{
    const struct tensor *t = &network->tensors[index];
    const struct layer *l = &network->layers[t->layer];
    return t->rank == 1 ? (size_t)shape_slot(&l->out, (int)i) : l->kind->place(l, i);
}

int sr_network_tensor_shape(const struct sr_network *network, size_t parameter, size_t shape[4])
{
    const struct tensor *t = &network->tensors[parameter];
    for (int i = 0; i < t->rank; i++) shape[i] = t->shape[i];
    return t->rank;
}

void sr_network_export(const struct sr_network *network, size_t parameter, float *values)
{
    size_t count = true_size(&network->tensors[parameter]);
    const float *from = network->parameters[parameter].values;
    for (size_t i = 0; i < count; i++) values[i] = from[value_place(network, parameter, i)];
}

void sr_network_import(struct sr_network *network, size_t parameter, const float *values)
{
    size_t count = true_size(&network->tensors[parameter]);
    float *to = network->parameters[parameter].values;
    for (size_t i = 0; i < count; i++) to[value_place(network, parameter, i)] = values[i];
}

/* Uniform with deviation √(2 / inputs) before a rectifying layer (He et al., 2015), else PyTorch's
 * bound √(1 / inputs). */
static double start_bound(const struct sr_network *network, const struct tensor *tensor)
{
    double inputs = (double)true_size(tensor) / (double)tensor->shape[0];
    return sqrt((is_rectified(network, (size_t)tensor->layer) ? 6 : 1) / inputs);
}

void sr_network_init(struct sr_network *network, uint64_t seed)
{
    memset(network->values, 0, network->value_count * sizeof(float));
    for (size_t index = 0; index < network->parameter_count; index++) {
        const struct tensor *t = &network->tensors[index];
        float *values = network->parameters[index].values;
        if (t->start == START_ZERO) continue;
        double bound = t->start == START_RANDOM ? start_bound(network, t) : 0;
        struct sr_rng rng;
        sr_rng_init(&rng, seed, SR_STREAM_INIT, index);
        for (size_t i = 0; i < true_size(t); i++)
            values[value_place(network, index, i)] =
                t->start == START_ONE ? 1 : (float)((2 * sr_rng_double(&rng) - 1) * bound);
    }
}

size_t sr_network_layer_count(const struct sr_network *network)
{
    return network->count;
}

const struct sr_layer_spec *sr_network_layer(const struct sr_network *network, size_t index)
{
    return &network->layers[index].spec;
}

void sr_network_shape(const struct sr_network *network, size_t index, int *height, int *width,
                      int *channels)
{
    const struct shape *s = &network->layers[index].out;
    *height = s->height;
    *width = s->width;
    *channels = s->channels;
}

uint64_t sr_network_size(const struct sr_network *network)
{
    uint64_t size = 0;
    for (size_t i = 0; i < network->parameter_count; i++)
        if (network->parameters[i].learned) size += true_size(&network->tensors[i]);
    return size;
}

uint64_t sr_network_multiply_adds(const struct sr_network *network)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < network->count; i++) {
        const struct layer *l = &network->layers[i];
        if (l->kind->multiply_adds) sum += l->kind->multiply_adds(l, true);
    }
    return sum;
}

size_t sr_network_parameters(struct sr_network *network, struct sr_parameter **parameters)
{
    *parameters = network->parameters;
    return network->parameter_count;
}
