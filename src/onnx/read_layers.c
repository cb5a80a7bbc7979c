/* read_layers.c - operators as layers of the program's own networks. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"
#include "sartor/base/memory.h"

enum sr_status refuse(const struct onnx_node *node, struct sr_error *error, const char *format, ...)
{
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct piece name = node->name.length    ? node->name
                              : node->output_count ? node->outputs[0]
                                                   : node->operator;
    return sr_error_set(error, SR_ERROR_FORMAT, "The node \"%s\" (%s) %s", piece_show(name).text,
                        piece_show(node->operator).text, text);
}

const struct value *node_value(const struct reading *r, const struct onnx_node *node, size_t input,
                               struct sr_error *error)
{
    for (size_t i = r->value_count; input < node->input_count && i-- > 0;)
        if (piece_same(r->values[i].name, node->inputs[input])) return &r->values[i];
    refuse(node, error, "reads \"%s\", which nothing before it makes.",
           input < node->input_count ? piece_show(node->inputs[input]).text : "");
    return NULL;
}

const struct onnx_constant *node_floats(const struct reading *r, const struct onnx_node *node,
                                        size_t input, struct sr_error *error)
{
    const struct value *value = node_value(r, node, input, error);
    if (!value) return NULL;
    if (value->constant && value->constant->floats) return value->constant;
    refuse(node, error, "has no constant numbers as input %zu; only those are read.", input + 1);
    return NULL;
}

void put_value(struct reading *r, const struct onnx_node *node, struct value value)
{
    if (!node->output_count) return;
    sr_xgrow(&r->values, &r->value_room, r->value_count + 1, sizeof *r->values);
    value.name = node->outputs[0];
    r->values[r->value_count++] = value;
}

/* The value of input 0, which must be a layer's. */
static const struct value *source(const struct reading *r, const struct onnx_node *node,
                                  struct sr_error *error)
{
    const struct value *value = node_value(r, node, 0, error);
    if (!value) return NULL;
    if (!value->constant && !value->end && value->sigmoid == SIGMOID_NONE) return value;
    refuse(node, error, "reads what is no output of a layer.");
    return NULL;
}

static int64_t integer(const struct onnx_node *node, const char *name, int64_t fallback)
{
    const struct onnx_attribute *attribute = onnx_attribute(node, name);
    return attribute ? attribute->integer : fallback;
}

/* ---- tensors ---- */

float *add_tensor(struct reading *r, const char *layer, const char *which, int rank,
                  const size_t *shape, struct sr_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", layer, which);
    return sr_tensors_add(&r->set, name, SR_F32, rank, shape, error);
}

enum sr_status add_vector(struct reading *r, const struct onnx_node *node, const char *layer,
                          const char *which, const struct onnx_constant *constant, size_t length,
                          struct sr_error *error)
{
    if (constant->count != length)
        return refuse(node, error, "has %zu numbers where %zu are needed.", constant->count,
                      length);
    float *values = add_tensor(r, layer, which, 1, &length, error);
    if (!values) return SR_ERROR_MEMORY;
    memcpy(values, constant->floats, length * sizeof *values);
    return SR_OK;
}

struct value layer_value(int layer, bool flat, bool last)
{
    return (struct value){.layer = layer, .flat = flat, .last = last, .sigmoid = SIGMOID_NONE};
}

/* Height, width and channels of a value. */
static struct sr_shape shape_of(const struct reading *r, const struct value *value)
{
    return sr_layers_shape(&r->layers, value->layer);
}

/* ---- windows of convolutions and pools ---- */

/* Where an image is padded so that the output has ceil(side / stride) pixels, the odd one below and
 * to the right (SAME_UPPER) or above and to the left. */
static void pad_same(int side, int kernel, int stride, bool upper, int *before, int *after)
{
    int total = ((side + stride - 1) / stride - 1) * stride + kernel - side;
    if (total < 0) total = 0;
    *before = upper ? total / 2 : total - total / 2;
    *after = total - *before;
}

static enum sr_status read_window(const struct reading *r, const struct onnx_node *node,
                                  const struct value *from, struct sr_layer_spec *layer,
                                  struct sr_error *error)
{
    enum { MOST = 64 };
    const struct onnx_attribute *kernel = onnx_attribute(node, "kernel_shape"),
                                *strides = onnx_attribute(node, "strides"),
                                *pads = onnx_attribute(node, "pads"),
                                *dilations = onnx_attribute(node, "dilations"),
                                *automatic = onnx_attribute(node, "auto_pad");
    if (from->last && shape_of(r, from).channels > 1)
        return refuse(node, error, "reads a picture whose channels come last; they must be first.");
    if (from->flat) return refuse(node, error, "reads a vector where a picture is needed.");
    if (kernel && (kernel->count != 2 || kernel->integers[0] != kernel->integers[1]))
        return refuse(node, error, "has a kernel that is not square; only square ones are read.");
    if (strides && (strides->count != 2 || strides->integers[0] != strides->integers[1]))
        return refuse(node, error, "has strides that differ down and across.");
    for (size_t i = 0; dilations && i < dilations->count; i++)
        if (dilations->integers[i] != 1)
            return refuse(node, error, "is dilated, which no layer here can be.");
    const int64_t side = kernel ? kernel->integers[0] : layer->kernel,
                  step = strides ? strides->integers[0] : 1;
    if (side < 1 || side > MOST || step < 1 || step > MOST)
        return refuse(node, error, "has a kernel or stride out of 1 to %d.", MOST);
    layer->kernel = (int)side;
    layer->stride = (int)step;
    const struct sr_shape shape = shape_of(r, from);
    if (automatic &&
        (piece_is(automatic->text, "SAME_UPPER") || piece_is(automatic->text, "SAME_LOWER"))) {
        const bool upper = piece_is(automatic->text, "SAME_UPPER");
        pad_same(shape.height, layer->kernel, layer->stride, upper, &layer->pads[0],
                 &layer->pads[2]);
        pad_same(shape.width, layer->kernel, layer->stride, upper, &layer->pads[1],
                 &layer->pads[3]);
        return SR_OK;
    }
    if (pads && pads->count != 4) return refuse(node, error, "has pads that are not four.");
    for (size_t i = 0; pads && i < 4; i++) {
        if (pads->integers[i] < 0 || pads->integers[i] > MOST)
            return refuse(node, error, "has a pad out of 0 to %d.", MOST);
        layer->pads[i] = (int)pads->integers[i];
    }
    return SR_OK;
}

static bool pads_are(const struct sr_layer_spec *layer, int width)
{
    bool same = true;
    for (int i = 0; i < 4; i++) same = same && layer->pads[i] == width;
    return same;
}

enum sr_status read_conv(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    const struct onnx_constant *weight = from ? node_floats(r, node, 1, error) : NULL, *bias = NULL;
    if (!weight) return SR_ERROR_FORMAT;
    if (node->input_count > 2 && node->inputs[2].length && !(bias = node_floats(r, node, 2, error)))
        return SR_ERROR_FORMAT;
    if (integer(node, "group", 1) != 1)
        return refuse(node, error, "has %lld groups; only one is read.",
                      (long long)integer(node, "group", 1));
    if (weight->rank != 4 || weight->shape[2] != weight->shape[3] || weight->shape[2] > 64 ||
        weight->shape[0] > 4096 || weight->count == 0)
        return refuse(node, error, "has weights that are not outputs × inputs × kernel × kernel.");
    struct sr_layer_spec layer = {.type = SR_LAYER_WINDOW_CONV,
                                  .input = from->layer,
                                  .other = -1,
                                  .channels = (int)weight->shape[0],
                                  .kernel = (int)weight->shape[2],
                                  .bias = bias};
    enum sr_status status = read_window(r, node, from, &layer, error);
    if (status) return status;
    if (layer.kernel != weight->shape[2] || weight->shape[1] != shape_of(r, from).channels)
        return refuse(node, error, "has weights for %lld channels and kernels of %lld.",
                      (long long)weight->shape[1], (long long)weight->shape[2]);
    const bool fast = (layer.kernel == 1 || layer.kernel == 3) && layer.stride <= 2;
    if (fast && (pads_are(&layer, 0) || pads_are(&layer, layer.kernel / 2))) {
        layer.type = SR_LAYER_CONV;
        layer.same = layer.kernel > 1 && !pads_are(&layer, 0);
        memset(layer.pads, 0, sizeof layer.pads);
    }
    name_layer(r, node, "conv", weight->name, &layer);
    const size_t shape[4] = {(size_t)weight->shape[0], (size_t)weight->shape[1],
                             (size_t)weight->shape[2], (size_t)weight->shape[3]};
    float *values = add_tensor(r, layer.name, "weight", 4, shape, error);
    if (!values) return SR_ERROR_MEMORY;
    memcpy(values, weight->floats, weight->count * sizeof *values);
    if (bias) status = add_vector(r, node, layer.name, "bias", bias, shape[0], error);
    if (!status)
        put_value(r, node, layer_value(sr_layers_append(&r->layers, &layer), false, false));
    return status;
}

enum sr_status read_pool(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    const bool mean = piece_is(node->operator, "AveragePool");
    if (!from) return SR_ERROR_FORMAT;
    if (!onnx_attribute(node, "kernel_shape")) return refuse(node, error, "has no kernel_shape.");
    if (integer(node, "ceil_mode", 0))
        return refuse(node, error, "rounds its size up (ceil_mode), which no layer here does.");
    struct sr_layer_spec layer = {.type = SR_LAYER_WINDOW_POOL,
                                  .input = from->layer,
                                  .other = -1,
                                  .mean = mean,
                                  .padded = mean && integer(node, "count_include_pad", 0)};
    enum sr_status status = read_window(r, node, from, &layer, error);
    if (status) return status;
    if (layer.kernel == 2 && layer.stride == 2 && pads_are(&layer, 0))
        layer = (struct sr_layer_spec){.type = mean ? SR_LAYER_AVERAGE_POOL : SR_LAYER_MAX_POOL,
                                       .input = from->layer,
                                       .other = -1};
    snprintf(layer.name, sizeof layer.name, "pool%zu", r->layers.count + 1);
    put_value(r, node, layer_value(sr_layers_append(&r->layers, &layer), false, false));
    return SR_OK;
}

/* ---- norms, activations, sums ---- */

/* y = x · factor + offset of the image, before any layer: numbers for all channels, or for each. */
static enum sr_status change_image(struct reading *r, const struct onnx_node *node,
                                   const float *factor, const float *offset, size_t count,
                                   bool last, struct sr_error *error)
{
    const size_t channels = (size_t)r->layers.image.channels;
    if (count != 1 && count != channels)
        return refuse(node, error, "changes the image by %zu numbers; 1 or %zu are read.", count,
                      channels);
    for (size_t c = 0; c < channels; c++) {
        const size_t k = count == 1 ? 0 : c;
        const double by = factor ? (double)factor[k] : 1, plus = offset ? (double)offset[k] : 0;
        r->factor[c] *= by;
        r->offset[c] = r->offset[c] * by + plus;
    }
    put_value(r, node, layer_value(-1, false, last));
    return SR_OK;
}

enum sr_status read_norm(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    const double own = 1e-5; /* that of the layer here */
    const struct value *from = source(r, node, error);
    const struct onnx_constant *given[4];
    if (!from) return SR_ERROR_FORMAT;
    for (size_t i = 0; i < 4; i++)
        if (!(given[i] = node_floats(r, node, i + 1, error))) return SR_ERROR_FORMAT;
    if (integer(node, "training_mode", 0))
        return refuse(node, error, "was exported for training; export it after model.eval().");
    if (from->layer < 0) return refuse(node, error, "is the first layer, which no norm can be.");
    const struct onnx_attribute *epsilon = onnx_attribute(node, "epsilon");
    const double least = epsilon ? (double)epsilon->number : own;
    struct sr_layer_spec layer = {.type = SR_LAYER_BATCH_NORM, .input = from->layer, .other = -1};
    name_layer(r, node, "bn", given[0]->name, &layer);
    const size_t channels = (size_t)shape_of(r, from).channels;
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < 4; i++)
        status = add_vector(r, node, layer.name, names[i], given[i], channels, error);
    if (status) return status;
    float *weight = r->set.items[r->set.count - 4].data;
    for (size_t c = 0; c < channels; c++) {
        const double variance = (double)given[3]->floats[c];
        if (!(variance + least > 0))
            return refuse(node, error, "has a variance that is not above 0.");
        weight[c] = (float)((double)weight[c] * sqrt((variance + own) / (variance + least)));
    }
    const struct value value =
        layer_value(sr_layers_append(&r->layers, &layer), from->flat, from->last);
    put_value(r, node, value);
    return SR_OK;
}

static enum sr_status add_plain(struct reading *r, const struct onnx_node *node,
                                enum sr_layer_type type, int input, struct value value)
{
    struct sr_layer_spec layer = {.type = type, .input = input, .other = -1};
    snprintf(layer.name, sizeof layer.name, "layer%zu", r->layers.count + 1);
    value.layer = sr_layers_append(&r->layers, &layer);
    value.sigmoid = SIGMOID_NONE;
    put_value(r, node, value);
    return SR_OK;
}

enum sr_status read_activation(struct reading *r, const struct onnx_node *node,
                               struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    if (!from) return SR_ERROR_FORMAT;
    return add_plain(r, node, SR_LAYER_RELU, from->layer, *from);
}

enum sr_status read_sigmoid(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    if (!from) return SR_ERROR_FORMAT;
    struct value value = *from;
    value.sigmoid = from->layer;
    put_value(r, node, value);
    return SR_OK;
}

/* The bias of a convolution or dense layer that nothing else reads. */
static enum sr_status scale_channels(struct reading *r, const struct onnx_node *node,
                                     const struct value *from, const struct onnx_constant *factor,
                                     const struct onnx_constant *offset, struct sr_error *error);

static enum sr_status add_bias(struct reading *r, const struct onnx_node *node,
                               const struct value *from, const struct onnx_constant *bias,
                               struct sr_error *error)
{
    struct sr_layer_spec *layer = from->layer >= 0 ? &r->layers.items[from->layer] : NULL;
    bool alone = layer && !layer->bias &&
                 (layer->type == SR_LAYER_CONV || layer->type == SR_LAYER_WINDOW_CONV ||
                  layer->type == SR_LAYER_DENSE);
    for (size_t i = 0; i < r->layers.count; i++)
        alone = alone && r->layers.items[i].input != from->layer &&
                r->layers.items[i].other != from->layer;
    if (!alone) return scale_channels(r, node, from, NULL, bias, error);
    struct value value = *from;
    enum sr_status status =
        add_vector(r, node, layer->name, "bias", bias, (size_t)layer->channels, error);
    if (status) return status;
    layer->bias = true;
    put_value(r, node, value);
    return SR_OK;
}

/* A number for each channel of a layer's output, or one for all. */
static bool is_by_channel(const struct reading *r, const struct value *value,
                          const struct onnx_constant *numbers)
{
    if (numbers->count == 1) return true;
    const int axis = numbers->rank - (value->flat || value->last ? 1 : 3);
    return axis >= 0 && numbers->shape[axis] == (int64_t)numbers->count &&
           numbers->count == (size_t)shape_of(r, value).channels && !(value->flat && value->last);
}

/* y = factor · x + offset of a layer's output, as a norm of mean 0 and variance 1; NULL: 1, 0. */
static enum sr_status scale_channels(struct reading *r, const struct onnx_node *node,
                                     const struct value *from, const struct onnx_constant *factor,
                                     const struct onnx_constant *offset, struct sr_error *error)
{
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    const double unit = sqrt(1 + 1e-5); /* what the norm divides by */
    const struct onnx_constant *numbers = factor ? factor : offset;
    const size_t channels = (size_t)shape_of(r, from).channels;
    if (!numbers->floats || !is_by_channel(r, from, numbers))
        return refuse(node, error, "has other numbers than one for each of %zu channels.",
                      channels);
    struct sr_layer_spec layer = {.type = SR_LAYER_BATCH_NORM, .input = from->layer, .other = -1};
    name_layer(r, node, "scale", (struct piece){0}, &layer);
    for (int i = 0; i < 4; i++) {
        float *values = add_tensor(r, layer.name, names[i], 1, &channels, error);
        if (!values) return SR_ERROR_MEMORY;
        for (size_t c = 0; c < channels; c++) {
            const size_t k = numbers->count == 1 ? 0 : c;
            const double given[4] = {(factor ? (double)factor->floats[k] : 1) * unit,
                                     offset ? (double)offset->floats[k] : 0, 0, 1};
            values[c] = (float)given[i];
        }
    }
    put_value(r, node, layer_value(sr_layers_append(&r->layers, &layer), from->flat, from->last));
    return SR_OK;
}

/* Add and Sub: of two layers, of the image and numbers, or a bias. */
enum sr_status read_sum(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *a = node_value(r, node, 0, error),
                       *b = a ? node_value(r, node, 1, error) : NULL;
    const bool adds = piece_is(node->operator, "Add");
    if (!b) return SR_ERROR_FORMAT;
    if (a->constant && adds) {
        const struct value *other = a;
        a = b;
        b = other;
    }
    if (a->constant || a->end || a->sigmoid != SIGMOID_NONE)
        return refuse(node, error, "adds what is no output of a layer.");
    if (b->constant) {
        const struct onnx_constant *numbers = b->constant;
        if (!numbers->floats) return refuse(node, error, "adds whole numbers.");
        if (a->layer >= 0 && adds) return add_bias(r, node, a, numbers, error);
        if (a->layer >= 0) return refuse(node, error, "subtracts from what is not the image.");
        float *signed_numbers = sr_xalloc((numbers->count + 1) * sizeof *signed_numbers);
        for (size_t i = 0; i < numbers->count; i++)
            signed_numbers[i] = adds ? numbers->floats[i] : -numbers->floats[i];
        enum sr_status status =
            change_image(r, node, NULL, signed_numbers, numbers->count, a->last, error);
        free(signed_numbers);
        return status;
    }
    if (!adds || a->flat != b->flat || a->last != b->last || a->layer < 0 || b->layer < 0 ||
        b->end || b->sigmoid != SIGMOID_NONE)
        return refuse(node, error, "adds two values that no layer here can add.");
    struct sr_layer_spec layer = {.type = SR_LAYER_ADD, .input = a->layer, .other = b->layer};
    snprintf(layer.name, sizeof layer.name, "add%zu", r->layers.count + 1);
    const struct value value = layer_value(sr_layers_append(&r->layers, &layer), a->flat, a->last);
    put_value(r, node, value);
    return SR_OK;
}

/* Mul and Div: x · sigmoid(x), or the image and numbers. */
enum sr_status read_product(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *a = node_value(r, node, 0, error),
                       *b = a ? node_value(r, node, 1, error) : NULL;
    const bool divides = piece_is(node->operator, "Div");
    if (!b) return SR_ERROR_FORMAT;
    if (!divides && (a->constant || a->sigmoid != SIGMOID_NONE)) {
        const struct value *other = a;
        a = b;
        b = other;
    }
    if (!divides && !a->constant && a->sigmoid == SIGMOID_NONE && !b->constant &&
        b->sigmoid == a->layer && a->layer >= 0)
        return add_plain(r, node, SR_LAYER_SILU, a->layer, *a);
    if (a->constant || a->sigmoid != SIGMOID_NONE || a->end || !b->constant ||
        !b->constant->floats || (divides && a->layer >= 0))
        return refuse(node, error,
                      "multiplies what is neither x by its own sigmoid (SiLU) nor the "
                      "image or a layer by numbers.");
    if (a->layer >= 0) return scale_channels(r, node, a, b->constant, NULL, error);
    const struct onnx_constant *numbers = b->constant;
    float *factors = sr_xalloc((numbers->count + 1) * sizeof *factors);
    for (size_t i = 0; i < numbers->count; i++)
        factors[i] = divides ? 1 / numbers->floats[i] : numbers->floats[i];
    enum sr_status status = change_image(r, node, factors, NULL, numbers->count, a->last, error);
    free(factors);
    return status;
}

/* ---- from pictures to vectors ---- */

/* GlobalAveragePool, and ReduceMean over height and width. */
enum sr_status read_mean(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    if (!from) return SR_ERROR_FORMAT;
    bool keeps = true;
    if (!piece_is(node->operator, "GlobalAveragePool")) {
        const struct onnx_attribute *axes = onnx_attribute(node, "axes");
        const int64_t *list = axes ? axes->integers : NULL;
        size_t count = axes ? axes->count : 0;
        const struct value *given = node->input_count > 1 ? node_value(r, node, 1, error) : NULL;
        if (given && given->constant && given->constant->integers) {
            list = given->constant->integers;
            count = given->constant->count;
        }
        bool sides = count == 2 && !from->flat;
        const int64_t first = from->last ? 1 : 2;
        for (size_t i = 0; sides && i < 2; i++)
            sides = (list[i] < 0 ? list[i] + 4 : list[i]) == first + (int64_t)i;
        if (!sides) return refuse(node, error, "is no mean over height and width.");
        keeps = integer(node, "keepdims", 1) != 0;
    }
    if (from->flat) return refuse(node, error, "reads a vector where a picture is needed.");
    struct value value = *from;
    value.flat = !keeps;
    if (!keeps) value.last = false;
    return add_plain(r, node, SR_LAYER_GLOBAL_POOL, from->layer, value);
}

static enum sr_status flatten(struct reading *r, const struct onnx_node *node,
                              const struct value *from)
{
    if (from->flat && from->layer >= 0) {
        put_value(r, node, *from);
        return SR_OK;
    }
    struct value value = *from;
    const struct sr_shape shape = shape_of(r, from);
    value.flat = true;
    value.last = from->last && shape.channels > 1 && shape.height * shape.width > 1;
    return add_plain(r, node, SR_LAYER_FLATTEN, from->layer, value);
}

enum sr_status read_flatten(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    if (!from) return SR_ERROR_FORMAT;
    if (piece_is(node->operator, "Flatten") && integer(node, "axis", 1) != 1)
        return refuse(node, error, "flattens along axis %lld; 1 is read.",
                      (long long)integer(node, "axis", 1));
    if (piece_is(node->operator, "Squeeze") &&
        shape_of(r, from).height * shape_of(r, from).width != 1)
        return refuse(node, error, "leaves out what is not one pixel.");
    return flatten(r, node, from);
}

/* To [N][values], or of the image to a picture. */
enum sr_status read_reshape(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error),
                       *given = from ? node_value(r, node, 1, error) : NULL;
    if (!given) return SR_ERROR_FORMAT;
    if (!given->constant || !given->constant->integers)
        return refuse(node, error,
                      "has a shape that is computed; only constant ones are read "
                      "(export with a fixed shape, and Flatten instead of view).");
    const struct onnx_constant *shape = given->constant;
    const struct sr_shape image = r->layers.image;
    if (shape->count == 2) return flatten(r, node, from);
    if (from->layer < 0 && shape->count == 4) {
        const int64_t *s = shape->integers;
        const bool first = s[1] == image.channels && s[2] == image.height && s[3] == image.width,
                   last = s[1] == image.height && s[2] == image.width && s[3] == image.channels;
        if ((first || last) && (image.channels == 1 || !from->flat || from->last == last)) {
            put_value(r, node, layer_value(-1, false, last && !first));
            return SR_OK;
        }
    }
    return refuse(node, error, "makes a shape that no layer here has.");
}

enum sr_status read_transpose(struct reading *r, const struct onnx_node *node,
                              struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    const struct onnx_attribute *order = onnx_attribute(node, "perm");
    if (!from) return SR_ERROR_FORMAT;
    static const int64_t to_first[] = {0, 3, 1, 2}, to_last[] = {0, 2, 3, 1};
    const bool first = order && order->count == 4 &&
                       !memcmp(order->integers, to_first, sizeof to_first),
               last =
                   order && order->count == 4 && !memcmp(order->integers, to_last, sizeof to_last);
    if (from->flat || !(first || last) || (first && !from->last) || (last && from->last))
        return refuse(node, error,
                      "turns axes in a way that is not from channels first to last, or "
                      "back.");
    struct value value = *from;
    value.last = last;
    put_value(r, node, value);
    return SR_OK;
}

enum sr_status read_alias(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = node_value(r, node, 0, error);
    if (!from) return SR_ERROR_FORMAT;
    const struct value value = *from;
    put_value(r, node, value);
    return SR_OK;
}

enum sr_status read_softmax(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = source(r, node, error);
    if (!from) return SR_ERROR_FORMAT;
    const int64_t axis = integer(node, "axis", -1);
    if (!from->flat || (axis != 1 && axis != -1))
        return refuse(node, error, "is not over the classes.");
    struct value value = *from;
    value.end = true;
    put_value(r, node, value);
    return SR_OK;
}
