/* read_dense.c - Gemm and MatMul as dense layers. */
#include <stdlib.h>
#include <string.h>

#include "reading.h"

/* Number in C,H,W order of what is at `place` in H,W,C order. */
static size_t turned(size_t place, struct sr_shape shape)
{
    const size_t channels = (size_t)shape.channels,
                 pixels = (size_t)shape.height * (size_t)shape.width;
    return place % channels * pixels + place / channels;
}

/* The picture that a vector was flattened from. */
static struct sr_shape picture_of(const struct reading *r, const struct value *value)
{
    int layer = value->layer;
    while (layer >= 0 && r->layers.items[layer].type != SR_LAYER_FLATTEN)
        layer = r->layers.items[layer].input;
    return sr_layers_shape(&r->layers, layer < 0 ? -1 : r->layers.items[layer].input);
}

enum sr_status read_dense(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    const struct value *from = node_value(r, node, 0, error);
    const struct onnx_constant *weight = from ? node_floats(r, node, 1, error) : NULL, *bias = NULL;
    const bool gemm = piece_is(node->operator, "Gemm");
    if (!weight) return SR_ERROR_FORMAT;
    if (gemm && node->input_count > 2 && node->inputs[2].length &&
        !(bias = node_floats(r, node, 2, error)))
        return SR_ERROR_FORMAT;
    const struct onnx_attribute *turn = gemm ? onnx_attribute(node, "transB") : NULL,
                                *turn_a = gemm ? onnx_attribute(node, "transA") : NULL,
                                *alpha = gemm ? onnx_attribute(node, "alpha") : NULL,
                                *beta = gemm ? onnx_attribute(node, "beta") : NULL;
    const bool rows = turn && turn->integer; /* [outputs][inputs] */
    if (from->constant || from->end || from->sigmoid != SIGMOID_NONE || from->layer < 0 ||
        !from->flat)
        return refuse(node, error, "must read a vector for each image: put a Flatten before it.");
    if (weight->rank != 2 || (turn_a && turn_a->integer) || (alpha && alpha->number != 1.0f) ||
        (beta && beta->number != 1.0f))
        return refuse(node, error, "is no product of a vector and a matrix.");
    const size_t outputs = (size_t)weight->shape[rows ? 0 : 1],
                 inputs = (size_t)weight->shape[rows ? 1 : 0],
                 given = (size_t)sr_layers_shape(&r->layers, from->layer).channels;
    if (inputs != given || !outputs || outputs > 4096)
        return refuse(node, error, "has a matrix of %zu inputs and %zu outputs for %zu numbers.",
                      inputs, outputs, given);
    struct sr_layer_spec layer = {.type = SR_LAYER_DENSE,
                                  .input = from->layer,
                                  .other = -1,
                                  .channels = (int)outputs,
                                  .bias = bias};
    name_layer(r, node, "dense", weight->name, &layer);
    const size_t shape[2] = {outputs, inputs};
    float *values = add_tensor(r, layer.name, "weight", 2, shape, error);
    if (!values) return SR_ERROR_MEMORY;
    const struct sr_shape picture = picture_of(r, from);
    if (from->last && sr_shape_size(picture) != inputs)
        return refuse(node, error, "reads numbers in an order that is not known.");
    for (size_t o = 0; o < outputs; o++)
        for (size_t i = 0; i < inputs; i++)
            values[o * inputs + (from->last ? turned(i, picture) : i)] =
                weight->floats[rows ? o * inputs + i : i * outputs + o];
    enum sr_status status = SR_OK;
    if (bias) status = add_vector(r, node, layer.name, "bias", bias, outputs, error);
    if (!status) put_value(r, node, layer_value(sr_layers_append(&r->layers, &layer), true, false));
    return status;
}
