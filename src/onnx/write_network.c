/* write_network.c - cnn, resnet, mlp and networks that were loaded: layer by layer, as N×C×H×W. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "sartor/base/memory.h"
#include "sartor/models/networks.h"
#include "sartor/nn/inference.h"

/* What the names of operators that belong to a layer begin with: "conv1", "layer1.0". */
struct place {
    const char *name;
    int length;
};

/* A network on its way into a graph. */
struct writing {
    struct graph *graph;
    struct sr_network *network;
    const char **values; /* of each layer's output */
    bool *flat;          /* ... is it [N][values]? */
    struct place *places;
    const char *input;
};

/* The constant of a layer's parameter, "conv1.weight"; NULL where it has none. */
static const char *parameter(const struct writing *w, const struct sr_layer_spec *layer,
                             const char *which)
{
    struct sr_parameter *parameters;
    const size_t count = sr_network_parameters(w->network, &parameters);
    char name[sizeof parameters->name];
    snprintf(name, sizeof name, "%s.%s", layer->name, which);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, name) != 0) continue;
        size_t shape[4], numbers = 1;
        int rank = sr_network_tensor_shape(w->network, i, shape);
        for (int axis = 0; axis < rank; axis++) numbers *= shape[axis];
        float *values = sr_xalloc(numbers * sizeof *values);
        sr_network_export(w->network, i, values);
        const char *constant = graph_constant(w->graph, name, ELEMENT_FLOAT, rank, shape, values);
        free(values);
        return constant;
    }
    return NULL;
}

typedef const char *write_layer(const struct writing *w, const struct sr_layer_spec *layer,
                                const char *input);

static const char *conv(const struct writing *w, const struct sr_layer_spec *layer,
                        const char *input)
{
    const int64_t pad = layer->same ? layer->kernel / 2 : 0, kernel = layer->kernel,
                  stride = layer->stride;
    const char *weight = parameter(w, layer, "weight"), *bias = parameter(w, layer, "bias");
    return graph_node(w->graph, "Conv", layer->name, INPUTS(input, weight, bias),
                      ATTRIBUTES(INTS("kernel_shape", 2, kernel, kernel),
                                 INTS("pads", 4, pad, pad, pad, pad),
                                 INTS("strides", 2, stride, stride)));
}

static const char *window_conv(const struct writing *w, const struct sr_layer_spec *layer,
                               const char *input)
{
    const int64_t kernel = layer->kernel, stride = layer->stride;
    const int *pads = layer->pads;
    const char *weight = parameter(w, layer, "weight"), *bias = parameter(w, layer, "bias");
    return graph_node(w->graph, "Conv", layer->name, INPUTS(input, weight, bias),
                      ATTRIBUTES(INTS("kernel_shape", 2, kernel, kernel),
                                 INTS("pads", 4, pads[0], pads[1], pads[2], pads[3]),
                                 INTS("strides", 2, stride, stride)));
}

static const char *window_pool(const struct writing *w, const struct sr_layer_spec *layer,
                               const char *input)
{
    const int64_t kernel = layer->kernel, stride = layer->stride;
    const int *pads = layer->pads;
    const struct attribute common[] = {INTS("kernel_shape", 2, kernel, kernel),
                                       INTS("pads", 4, pads[0], pads[1], pads[2], pads[3]),
                                       INTS("strides", 2, stride, stride)};
    if (!layer->mean)
        return graph_node(w->graph, "MaxPool", "pool", INPUTS(input),
                          ATTRIBUTES(common[0], common[1], common[2]));
    return graph_node(
        w->graph, "AveragePool", "pool", INPUTS(input),
        ATTRIBUTES(common[0], common[1], common[2], INT("count_include_pad", layer->padded)));
}

static const char *batch_norm(const struct writing *w, const struct sr_layer_spec *layer,
                              const char *input)
{
    const char *weight = parameter(w, layer, "weight"), *bias = parameter(w, layer, "bias"),
               *mean = parameter(w, layer, "running_mean"),
               *variance = parameter(w, layer, "running_var");
    return graph_node(w->graph, "BatchNormalization", layer->name,
                      INPUTS(input, weight, bias, mean, variance),
                      ATTRIBUTES(FLOAT("epsilon", 1e-5f)));
}

static const char *relu(const struct writing *w, const struct sr_layer_spec *layer,
                        const char *input)
{
    (void)layer;
    return graph_one(w->graph, "Relu", "relu", input);
}

static const char *silu(const struct writing *w, const struct sr_layer_spec *layer,
                        const char *input)
{
    (void)layer;
    return graph_two(w->graph, "Mul", "silu", input,
                     graph_one(w->graph, "Sigmoid", "silu.sigmoid", input));
}

static const char *pool(const struct writing *w, const struct sr_layer_spec *layer,
                        const char *input)
{
    const bool mean = layer->type == SR_LAYER_AVERAGE_POOL;
    return graph_node(w->graph, mean ? "AveragePool" : "MaxPool", "pool", INPUTS(input),
                      ATTRIBUTES(INTS("kernel_shape", 2, 2, 2), INTS("strides", 2, 2, 2)));
}

static const char *add(const struct writing *w, const struct sr_layer_spec *layer,
                       const char *input)
{
    return graph_two(w->graph, "Add", "add", input,
                     layer->other < 0 ? w->input : w->values[layer->other]);
}

static const char *global_pool(const struct writing *w, const struct sr_layer_spec *layer,
                               const char *input)
{
    (void)layer;
    return graph_one(w->graph, "GlobalAveragePool", "mean", input);
}

static const char *flatten(const struct writing *w, const struct sr_layer_spec *layer,
                           const char *input)
{
    (void)layer;
    return graph_node(w->graph, "Flatten", "flatten", INPUTS(input), ATTRIBUTES(INT("axis", 1)));
}

static const char *dense(const struct writing *w, const struct sr_layer_spec *layer,
                         const char *input)
{
    const char *weight = parameter(w, layer, "weight"), *bias = parameter(w, layer, "bias");
    return graph_node(w->graph, "Gemm", layer->name, INPUTS(input, weight, bias),
                      ATTRIBUTES(INT("transB", 1)));
}

/* Nothing is dropped in prediction. */
static const char *dropout(const struct writing *w, const struct sr_layer_spec *layer,
                           const char *input)
{
    (void)w, (void)layer;
    return input;
}

static write_layer *const layer_writers[SR_LAYER_COUNT] = {
    [SR_LAYER_CONV] = conv,
    [SR_LAYER_BATCH_NORM] = batch_norm,
    [SR_LAYER_RELU] = relu,
    [SR_LAYER_MAX_POOL] = pool,
    [SR_LAYER_ADD] = add,
    [SR_LAYER_GLOBAL_POOL] = global_pool,
    [SR_LAYER_FLATTEN] = flatten,
    [SR_LAYER_DENSE] = dense,
    [SR_LAYER_DROPOUT] = dropout,
    [SR_LAYER_AVERAGE_POOL] = pool,
    [SR_LAYER_SILU] = silu,
    [SR_LAYER_WINDOW_CONV] = window_conv,
    [SR_LAYER_WINDOW_POOL] = window_pool,
};

/* The module of a layer's own name; layers without one, such as relu, are where their input is. */
static struct place place_of(const struct writing *w, const struct sr_layer_spec *layer)
{
    const char *dot = strrchr(layer->name, '.');
    if (!*layer->name)
        return layer->input < 0 ? (struct place){.name = ""} : w->places[layer->input];
    return (struct place){layer->name,
                          (int)(dot ? (size_t)(dot - layer->name) : strlen(layer->name))};
}

/* Layer i by its kind's function, its operators named after the module that it is in. */
static const char *write_one(const struct writing *w, size_t i, const char *from)
{
    struct graph *graph = w->graph;
    const struct sr_layer_spec *layer = sr_network_layer(w->network, i);
    const struct place place = w->places[i] = place_of(w, layer);
    const size_t outer = strlen(graph->scope);
    if (!*layer->name && place.length)
        snprintf(graph->scope + outer, sizeof graph->scope - outer, "%.*s.", place.length,
                 place.name);
    /* The mean of each channel is still a picture of one pixel. */
    if (layer->type == SR_LAYER_DENSE && !(layer->input >= 0 && w->flat[layer->input]))
        from = flatten(w, layer, from);
    const char *value = layer_writers[layer->type](w, layer, from);
    graph->scope[outer] = '\0';
    return value;
}

/* The logits of what a network is fed. NULL and a sentence where a kind of layer is not known. */
static const char *write_layers(struct graph *graph, const struct sr_network *network,
                                const char *input, struct sr_error *error)
{
    const size_t count = sr_network_layer_count(network);
    struct writing w = {.graph = graph,
                        /* Only read; the function that lists parameters takes it writable. */
                        .network = (struct sr_network *)(uintptr_t)network,
                        .values = sr_xalloc(count * sizeof *w.values),
                        .flat = sr_xalloc(count * sizeof *w.flat),
                        .places = sr_xalloc(count * sizeof *w.places),
                        .input = input};
    const char *value = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct sr_layer_spec *layer = sr_network_layer(network, i);
        const char *from = layer->input < 0 ? input : w.values[layer->input];
        bool is_flat = layer->input >= 0 && w.flat[layer->input];
        if (!layer_writers[layer->type]) {
            sr_error_set(error, SR_ERROR_STATE, "Layer %s has no operator in ONNX yet.",
                         layer->name);
            value = NULL;
            break;
        }
        value = w.values[i] = write_one(&w, i, from);
        w.flat[i] = is_flat || layer->type == SR_LAYER_FLATTEN || layer->type == SR_LAYER_DENSE;
    }
    free(w.values);
    free(w.flat);
    free(w.places);
    return value;
}

/* ---- the input ---- */

/* Every image less its own mean, divided by its own deviation. */
static const char *normalise_own(struct graph *graph, const char *features, size_t rank)
{
    const int64_t axes[] = {1, 2, 3};
    const struct attribute over[] = {INT_LIST("axes", rank - 1, axes), INT("keepdims", 1), {0}};
    const char *mean = graph_node(graph, "ReduceMean", "image_mean", INPUTS(features), over),
               *centred = graph_two(graph, "Sub", "centred", features, mean),
               *square =
                   graph_node(graph, "ReduceMean", "image_variance",
                              INPUTS(graph_two(graph, "Mul", "squares", centred, centred)), over);
    const char *deviation =
        graph_two(graph, "Max", "image_deviation", graph_one(graph, "Sqrt", "root", square),
                  graph_float(graph, "least_deviation", 1.0f / 255));
    return graph_two(graph, "Div", "normalised", centred, deviation);
}

/* Pixels, 0 to 255, or other features, as the network is fed them. */
static const char *normalise(struct graph *graph, const struct sr_input *input,
                             const char *features, size_t rank, struct sr_shape shape)
{
    const double unit = input->features == SR_FEATURES_PIXELS ? 255 : 1;
    if (input->own) {
        if (unit > 1)
            features =
                graph_two(graph, "Div", "grey", features, graph_float(graph, "white", (float)unit));
        return normalise_own(graph, features, rank);
    }
    if (input->by_channel) {
        const size_t each[] = {1, (size_t)shape.channels, 1, 1};
        features = graph_two(graph, "Div", "grey", features, graph_float(graph, "white", 255));
        features = graph_two(
            graph, "Sub", "centred", features,
            graph_constant(graph, "mean_of_channel", ELEMENT_FLOAT, 4, each, input->means));
        return graph_two(
            graph, "Div", "normalised", features,
            graph_constant(graph, "deviation", ELEMENT_FLOAT, 4, each, input->deviations));
    }
    const float deviation = input->deviation;
    const char *scaled =
        graph_two(graph, "Mul", "scaled", features,
                  graph_float(graph, "scale", (float)(1 / (unit * (double)deviation))));
    return graph_two(graph, "Add", "normalised", scaled,
                     graph_float(graph, "shift", -input->mean / deviation));
}

/* Images, uint8 [N][height][width][channels], moved by as many pixels down and to the right, black
 * coming in. */
static const char *move(struct graph *graph, const char *images, struct sr_shape shape, int by)
{
    const int64_t before = by > 0 ? by : 0, after = by < 0 ? -by : 0;
    const char *framed =
        graph_two(graph, "Pad", "view.framed", images,
                  WHOLE(graph, "view.frame", 0, before, before, 0, 0, after, after, 0));
    framed = graph_slice(graph, "view.rows", framed, 1, after, after + shape.height, 1);
    return graph_slice(graph, "view.moved", framed, 2, after, after + shape.width, 1);
}

enum { VIEWS_MAX = 6 };

/* The views of sr_views as one batch of images, [views × N]. */
static const char *write_views(struct graph *graph, const struct pictures *pictures,
                               enum sr_views views, size_t *count)
{
    static const int moves[VIEWS_MAX / 2] = {0, -1, 1};
    const struct sr_shape shape = pictures->shape;
    const char *mirrored =
        graph_slice(graph, "view.mirrored", pictures->name, 2, -1, -1 - shape.width, -1);
    const char *inputs[VIEWS_MAX + 1] = {0};
    *count = views == SR_VIEWS_MIRROR ? 2 : VIEWS_MAX;
    for (size_t i = 0; i < *count; i++) {
        inputs[i] = i % 2 ? mirrored : pictures->name;
        if (moves[i / 2]) inputs[i] = move(graph, inputs[i], shape, moves[i / 2]);
    }
    return graph_node(graph, "Concat", "views", inputs, ATTRIBUTES(INT("axis", 0)));
}

/* The mean of the views' logits; those that were moved have half the weight. */
static const char *mean_of_views(struct graph *graph, const char *logits, size_t views, int classes)
{
    float weights[VIEWS_MAX];
    for (size_t i = 0; i < views; i++)
        weights[i] = (i < 2 ? 1.0f : 0.5f) / (views == 2 ? 2 : VIEWS_MAX - 2);
    const size_t shape[3] = {views, 1, 1};
    const char *apart = graph_reshape(graph, "logits.by_view", logits, 3,
                                      (const int64_t[]){(int64_t)views, -1, classes}),
               *weighted = graph_two(
                   graph, "Mul", "logits.weighted", apart,
                   graph_constant(graph, "view.weights", ELEMENT_FLOAT, 3, shape, weights));
    return graph_node(graph, "ReduceSum", "logits.mean",
                      INPUTS(weighted, WHOLE(graph, "view.axis", 0)),
                      ATTRIBUTES(INT("keepdims", 0)));
}

const char *part_network(struct graph *graph, const struct pictures *pictures,
                         const struct sr_model *model, const struct sr_tensors *set,
                         struct sr_error *error)
{
    struct sr_network_parts parts;
    (void)set;
    sr_networks_parts(model, &parts);
    const struct sr_input *input = parts.input;
    struct pictures shown = *pictures;
    size_t views = 1, rank = 4;
    const char *value = NULL;
    if (parts.views != SR_VIEWS_NONE)
        shown.name = write_views(graph, pictures, parts.views, &views);
    if (input->features == SR_FEATURES_PIXELS) {
        value = part_planes(graph, &shown);
    } else {
        value = part_features(graph, &shown, input->features);
        rank = 2;
    }
    value = normalise(graph, input, value, rank, pictures->shape);
    value = write_layers(graph, parts.network, value, error);
    if (!value) return NULL;
    if (views > 1) value = mean_of_views(graph, value, views, model->shape.classes);
    return part_softmax(graph, value);
}
