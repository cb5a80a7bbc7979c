#include "internal.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 128 * 128, MOST_CHANNELS = 4096, MOST_LAYERS = 1000 };

int shape_slot(const struct shape *s, int channel)
{
    if (!s->from_channels) return channel;
    int pixels = s->from_height * s->from_width, from = channel / pixels;
    return (from / SR_BLOCK * pixels + channel % pixels) * SR_BLOCK + from % SR_BLOCK;
}

static struct shape picture(int height, int width, int channels)
{
    return (struct shape){
        .height = height, .width = width, .channels = channels, .slots = sr_slots(channels)};
}

static enum sr_status shape_conv(struct layer *l, struct sr_error *error)
{
    const struct sr_layer_spec *s = &l->spec;
    const struct shape *in = &l->in;
    if ((s->kernel != 1 && s->kernel != 3) || (s->stride != 1 && s->stride != 2))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "layer %s: kernel %d with stride %d; kernels are 1 or 3, strides 1 or 2.", s->name,
            s->kernel, s->stride);
    if (in->from_channels)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: a convolution cannot follow a flatten.", s->name);
    int pad = s->same ? s->kernel / 2 : 0;
    int height = in->height + 2 * pad - s->kernel, width = in->width + 2 * pad - s->kernel;
    if (height < 0 || width < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: an input of %d×%d is smaller than its %d×%d kernel.",
                            s->name, in->height, in->width, s->kernel, s->kernel);
    l->out = picture(height / s->stride + 1, width / s->stride + 1, s->channels);
    l->conv = (struct sr_conv){.height = in->height,
                               .width = in->width,
                               .inputs = in->channels,
                               .out_height = l->out.height,
                               .out_width = l->out.width,
                               .outputs = s->channels,
                               .kernel = s->kernel,
                               .stride = s->stride,
                               .pad = pad,
                               .plain = in->plain};
    if (in->plain) {
        l->conv.height += 2 * pad;
        l->conv.width += 2 * pad;
        l->conv.pad = 0;
    }
    return SR_OK;
}

/* The output shape of a layer whose input shape is set. */
static enum sr_status shape_layer(struct sr_network *network, size_t index, struct sr_error *error)
{
    struct layer *l = &network->layers[index];
    const struct sr_layer_spec *s = &l->spec;
    const struct shape *in = &l->in;
    if (in->plain && s->type != SR_LAYER_CONV && s->type != SR_LAYER_FLATTEN)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s reads the image; only a convolution or a flatten can.",
                            s->name);
    if ((s->type == SR_LAYER_CONV || s->type == SR_LAYER_DENSE) &&
        (s->channels < 1 || s->channels > MOST_CHANNELS))
        return sr_error_set(error, SR_ERROR_ARGUMENT, "layer %s: %d outputs; 1 to %d are possible.",
                            s->name, s->channels, MOST_CHANNELS);
    l->out = *in;
    switch (s->type) {
    case SR_LAYER_CONV:
        return shape_conv(l, error);
    case SR_LAYER_MAX_POOL:
        if (in->height < 2 || in->width < 2)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "layer %s: nothing is left of %d×%d after a 2×2 pool.", s->name,
                                in->height, in->width);
        l->out = picture(in->height / 2, in->width / 2, in->channels);
        break;
    case SR_LAYER_ADD: {
        const struct shape *other = &network->layers[s->other].out;
        if (other->height != in->height || other->width != in->width ||
            other->channels != in->channels || other->slots != in->slots)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "layer %s adds %d×%d×%d to %d×%d×%d; both must have one shape.",
                                s->name, in->height, in->width, in->channels, other->height,
                                other->width, other->channels);
        break;
    }
    case SR_LAYER_GLOBAL_POOL:
        l->out = picture(1, 1, in->channels);
        break;
    case SR_LAYER_FLATTEN:
        if (in->from_channels) break;
        l->out = picture(1, 1, in->height * in->width * in->channels);
        l->out.flat = in->plain || in->flat;
        if (!in->plain) {
            l->out.slots = (int)shape_size(in);
            l->out.from_height = in->height;
            l->out.from_width = in->width;
            l->out.from_channels = in->channels;
        }
        break;
    case SR_LAYER_DENSE:
        if (in->height != 1 || in->width != 1)
            return sr_error_set(
                error, SR_ERROR_ARGUMENT,
                "layer %s: a dense layer needs a flatten or a global pool before it.", s->name);
        l->out = picture(1, 1, s->channels);
        /* The widest by far, and usually its input has no gradient, which would read the weights
         * across. */
        l->strips = in->flat;
        break;
    case SR_LAYER_DROPOUT:
        if (!(s->rate >= 0 && s->rate < 1))
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "layer %s: a dropout rate of %g; it is 0 or more, and below 1.",
                                s->name, (double)s->rate);
        break;
    case SR_LAYER_BATCH_NORM:
    case SR_LAYER_RELU:
        break;
    default:
        return sr_error_set(error, SR_ERROR_ARGUMENT, "layer %s has no known type.", s->name);
    }
    return SR_OK;
}

static void add_parameter(struct sr_network *network, size_t layer, const char *what, int rows,
                          int columns, bool learned, bool decays, bool filter)
{
    struct sr_parameter *p = &network->parameters[network->parameter_count];
    network->owners[network->parameter_count++] = (int)layer;
    snprintf(p->name, sizeof p->name, "%s.%s", network->layers[layer].spec.name, what);
    p->rows = rows;
    p->columns = columns;
    p->count = (size_t)rows * (size_t)columns;
    p->learned = learned;
    p->decays = decays;
    p->filter = filter;
    network->value_count += p->count;
}

static void add_parameters(struct sr_network *network, size_t index)
{
    struct layer *l = &network->layers[index];
    int out = l->out.slots;
    l->parameter = (int)network->parameter_count;
    switch (l->spec.type) {
    case SR_LAYER_CONV:
        add_parameter(network, index, "weight", l->spec.kernel * l->spec.kernel * l->in.channels,
                      out, true, true, true);
        if (l->spec.bias) add_parameter(network, index, "bias", 1, out, true, false, false);
        break;
    case SR_LAYER_DENSE:
        add_parameter(network, index, "weight", l->in.slots, out, true, true, false);
        if (l->spec.bias) add_parameter(network, index, "bias", 1, out, true, false, false);
        break;
    case SR_LAYER_BATCH_NORM:
        add_parameter(network, index, "weight", 1, out, true, false, false);
        add_parameter(network, index, "bias", 1, out, true, false, false);
        add_parameter(network, index, "running_mean", 1, out, false, false, false);
        add_parameter(network, index, "running_var", 1, out, false, false, false);
        break;
    default:
        l->parameter = -1;
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

struct sr_network *sr_network_new(const struct sr_layer_spec *layers, size_t count, int height,
                                  int width, struct sr_error *error)
{
    if (count < 1 || count > MOST_LAYERS) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "a network of %zu layers; 1 to %d are possible.",
                     count, MOST_LAYERS);
        return NULL;
    }
    if (height < 1 || width < 1 || height > MOST_PIXELS / width) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "images of %d×%d; 1 to %d pixels are possible.",
                     height, width, MOST_PIXELS);
        return NULL;
    }
    struct sr_network *network = sr_xalloc(sizeof *network);
    network->count = count;
    network->layers = sr_xalloc(count * sizeof *network->layers);
    network->parameters = sr_xalloc(4 * count * sizeof *network->parameters);
    network->owners = sr_xalloc(4 * count * sizeof *network->owners);
    network->image =
        (struct shape){.height = height, .width = width, .channels = 1, .slots = 1, .plain = true};
    for (size_t i = 0; i < count; i++) {
        struct layer *l = &network->layers[i];
        l->spec = layers[i];
        l->spec.name[sizeof l->spec.name - 1] = '\0';
        bool adds = l->spec.type == SR_LAYER_ADD;
        if (l->spec.input < -1 || l->spec.input >= (int)i ||
            (adds && (l->spec.other < 0 || l->spec.other >= (int)i))) {
            sr_error_set(error, SR_ERROR_ARGUMENT,
                         "layer %s (number %zu) must read the image or an earlier layer.",
                         l->spec.name, i);
            goto out;
        }
        l->in = l->spec.input < 0 ? network->image : network->layers[l->spec.input].out;
        if (l->spec.input >= 0) network->layers[l->spec.input].readers++;
        if (adds) network->layers[l->spec.other].readers++;
        if (shape_layer(network, i, error) != SR_OK) goto out;
        add_parameters(network, i);
    }
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
    copy->parameters = sr_xalloc(4 * network->count * sizeof *copy->parameters);
    copy->owners = sr_xalloc(4 * network->count * sizeof *copy->owners);
    memcpy(copy->layers, network->layers, network->count * sizeof *copy->layers);
    memcpy(copy->parameters, network->parameters,
           network->parameter_count * sizeof *copy->parameters);
    memcpy(copy->owners, network->owners, network->parameter_count * sizeof *copy->owners);
    if (allocate_values(copy, error) != SR_OK) {
        sr_network_free(copy);
        return NULL;
    }
    memcpy(copy->values, network->values, network->value_count * sizeof(float));
    return copy;
}

void sr_network_free(struct sr_network *network)
{
    if (!network) return;
    free(network->layers);
    free(network->parameters);
    free(network->owners);
    free(network->values);
    free(network);
}

/* Whether a layer's output reaches a ReLU through nothing but norms and sums. */
static bool meets_relu(const struct sr_network *network, size_t index)
{
    for (size_t i = index + 1; i < network->count; i++) {
        const struct sr_layer_spec *s = &network->layers[i].spec;
        if (s->input != (int)index && !(s->type == SR_LAYER_ADD && s->other == (int)index))
            continue;
        if (s->type == SR_LAYER_RELU) return true;
        if (s->type == SR_LAYER_BATCH_NORM || s->type == SR_LAYER_ADD)
            return meets_relu(network, i);
    }
    return false;
}

/* Number of learned or running values without the padding, and their PyTorch shape. */
static size_t true_shape(const struct sr_network *network, size_t index, size_t shape[4], int *rank)
{
    const struct layer *l = &network->layers[network->owners[index]];
    if ((int)index != l->parameter + WEIGHT || l->spec.type == SR_LAYER_BATCH_NORM) {
        *rank = 1;
        shape[0] = (size_t)l->out.channels;
        return shape[0];
    }
    shape[0] = (size_t)l->out.channels;
    shape[1] = (size_t)l->in.channels;
    *rank = 2;
    if (l->spec.type == SR_LAYER_CONV) {
        shape[2] = shape[3] = (size_t)l->spec.kernel;
        *rank = 4;
    }
    size_t size = 1;
    for (int i = 0; i < *rank; i++) size *= shape[i];
    return size;
}

/* Where element `i` of the PyTorch array is among parameter `index`'s values. */
static size_t value_place(const struct sr_network *network, size_t index, size_t i, int rank)
{
    const struct layer *l = &network->layers[network->owners[index]];
    if (rank == 1) return (size_t)shape_slot(&l->out, (int)i);
    if (rank == 2) {
        size_t inputs = (size_t)l->in.channels;
        int row = shape_slot(&l->in, (int)(i % inputs)), column = (int)(i / inputs);
        return l->strips ? sr_strip_place(l->in.slots, l->out.slots, row, column)
                         : (size_t)row * (size_t)l->out.slots + (size_t)column;
    }
    size_t taps = (size_t)(l->spec.kernel * l->spec.kernel), inputs = (size_t)l->in.channels;
    size_t output = i / (taps * inputs), input = i / taps % inputs;
    return (i % taps * inputs + input) * (size_t)l->out.slots + output;
}

int sr_network_tensor_shape(const struct sr_network *network, size_t parameter, size_t shape[4])
{
    int rank;
    true_shape(network, parameter, shape, &rank);
    return rank;
}

void sr_network_export(const struct sr_network *network, size_t parameter, float *values)
{
    size_t shape[4];
    int rank;
    size_t count = true_shape(network, parameter, shape, &rank);
    const float *from = network->parameters[parameter].values;
    for (size_t i = 0; i < count; i++) values[i] = from[value_place(network, parameter, i, rank)];
}

void sr_network_import(struct sr_network *network, size_t parameter, const float *values)
{
    size_t shape[4];
    int rank;
    size_t count = true_shape(network, parameter, shape, &rank);
    float *to = network->parameters[parameter].values;
    for (size_t i = 0; i < count; i++) to[value_place(network, parameter, i, rank)] = values[i];
}

void sr_network_init(struct sr_network *network, uint64_t seed)
{
    memset(network->values, 0, network->value_count * sizeof(float));
    for (size_t index = 0; index < network->parameter_count; index++) {
        struct sr_parameter *p = &network->parameters[index];
        const struct layer *l = &network->layers[network->owners[index]];
        size_t shape[4];
        int rank, place = (int)index - l->parameter;
        size_t count = true_shape(network, index, shape, &rank);
        struct sr_rng rng;
        sr_rng_init(&rng, seed, SR_STREAM_INIT, index);
        if (l->spec.type == SR_LAYER_BATCH_NORM) {
            for (size_t i = 0; (place == WEIGHT || place == VARIANCE) && i < count; i++)
                p->values[value_place(network, index, i, rank)] = 1;
        } else if (place == WEIGHT) {
            /* Uniform with deviation √(2 / fan-in) (He et al., 2015), or PyTorch's bound √(1 /
             * fan-in). */
            double inputs = (double)count / (double)shape[0];
            double bound =
                sqrt((meets_relu(network, (size_t)network->owners[index]) ? 6 : 1) / inputs);
            for (size_t i = 0; i < count; i++)
                p->values[value_place(network, index, i, rank)] =
                    (float)((2 * sr_rng_double(&rng) - 1) * bound);
        }
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
    size_t shape[4];
    int rank;
    for (size_t i = 0; i < network->parameter_count; i++)
        if (network->parameters[i].learned) size += true_shape(network, i, shape, &rank);
    return size;
}

uint64_t layer_multiply_adds(const struct layer *l)
{
    uint64_t taps = l->spec.type == SR_LAYER_CONV    ? (uint64_t)(l->spec.kernel * l->spec.kernel)
                    : l->spec.type == SR_LAYER_DENSE ? 1
                                                     : 0;
    return taps * (uint64_t)l->in.channels * (uint64_t)l->out.channels *
           (uint64_t)shape_pixels(&l->out);
}

uint64_t sr_network_multiply_adds(const struct sr_network *network)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < network->count; i++) sum += layer_multiply_adds(&network->layers[i]);
    return sum;
}

size_t sr_network_parameters(struct sr_network *network, struct sr_parameter **parameters)
{
    *parameters = network->parameters;
    return network->parameter_count;
}
