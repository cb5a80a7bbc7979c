/* read_whole.c - whole numbers that a graph computes: converters of Keras models make the shape of
 * a Reshape from the shape of its input. The number of images is -1. */
#include <stdlib.h>
#include <string.h>

#include "reading.h"
#include "sartor/base/memory.h"

enum { MOST = ONNX_INTEGERS_MAX };

static enum sr_status put_whole(struct reading *r, const struct onnx_node *node,
                                const int64_t *numbers, size_t count)
{
    struct onnx_constant *constant = sr_xalloc(sizeof *constant);
    sr_xgrow(&r->owned, &r->owned_room, r->owned_count + 1, sizeof *r->owned);
    r->owned[r->owned_count++] = constant;
    constant->rank = 1;
    constant->shape[0] = (int64_t)count;
    constant->count = count;
    constant->integers = sr_xalloc((count + 1) * sizeof *numbers);
    memcpy(constant->integers, numbers, count * sizeof *numbers);
    struct value value = layer_value(-1, false, false);
    value.constant = constant;
    put_value(r, node, value);
    return SR_OK;
}

/* An input of a few whole numbers; NULL and a sentence. */
static const struct onnx_constant *whole(const struct reading *r, const struct onnx_node *node,
                                         size_t input, struct sr_error *error)
{
    const struct value *value = node_value(r, node, input, error);
    if (!value) return NULL;
    if (value->constant && value->constant->integers && value->constant->count <= MOST)
        return value->constant;
    refuse(node, error, "computes with what is no constant and no shape.");
    return NULL;
}

static enum sr_status read_shape(struct reading *r, const struct onnx_node *node,
                                 struct sr_error *error)
{
    const struct value *from = node_value(r, node, 0, error);
    if (!from) return SR_ERROR_FORMAT;
    if (from->constant || onnx_attribute(node, "start") || onnx_attribute(node, "end"))
        return refuse(node, error, "takes the shape of what is no output of a layer, or a part.");
    const struct sr_shape shape = sr_layers_shape(&r->layers, from->layer);
    if (from->flat)
        return put_whole(r, node, (const int64_t[]){-1, (int64_t)sr_shape_size(shape)}, 2);
    const int64_t first[4] = {-1, shape.channels, shape.height, shape.width},
                  last[4] = {-1, shape.height, shape.width, shape.channels};
    return put_whole(r, node, from->last ? last : first, 4);
}

static enum sr_status read_gather(struct reading *r, const struct onnx_node *node,
                                  struct sr_error *error)
{
    const struct onnx_constant *from = whole(r, node, 0, error),
                               *which = from ? whole(r, node, 1, error) : NULL;
    int64_t numbers[MOST];
    if (!which) return SR_ERROR_FORMAT;
    for (size_t i = 0; i < which->count; i++) {
        const int64_t at = which->integers[i] + (which->integers[i] < 0 ? (int64_t)from->count : 0);
        if (at < 0 || at >= (int64_t)from->count)
            return refuse(node, error, "takes number %lld of %zu.", (long long)which->integers[i],
                          from->count);
        numbers[i] = from->integers[at];
    }
    return put_whole(r, node, numbers, which->count);
}

static int64_t within(int64_t place, size_t count)
{
    if (place < 0) place += (int64_t)count;
    return place < 0 ? 0 : place > (int64_t)count ? (int64_t)count : place;
}

static enum sr_status read_slice(struct reading *r, const struct onnx_node *node,
                                 struct sr_error *error)
{
    const struct onnx_constant *from = whole(r, node, 0, error),
                               *start = from ? whole(r, node, 1, error) : NULL,
                               *end = start ? whole(r, node, 2, error) : NULL;
    const struct onnx_constant *step = NULL;
    if (!end) return SR_ERROR_FORMAT;
    if (node->input_count > 4 && !(step = whole(r, node, 4, error))) return SR_ERROR_FORMAT;
    if (start->count != 1 || end->count != 1 || (step && step->count && step->integers[0] != 1))
        return refuse(node, error, "is no plain part of a list.");
    const int64_t first = within(start->integers[0], from->count),
                  last = within(end->integers[0], from->count);
    return put_whole(r, node, from->integers + first, last > first ? (size_t)(last - first) : 0);
}

static enum sr_status read_concat(struct reading *r, const struct onnx_node *node,
                                  struct sr_error *error)
{
    int64_t numbers[MOST];
    size_t count = 0;
    for (size_t i = 0; i < node->input_count; i++) {
        const struct onnx_constant *part = whole(r, node, i, error);
        if (!part) return SR_ERROR_FORMAT;
        if (count + part->count > MOST) return refuse(node, error, "makes too long a list.");
        memcpy(numbers + count, part->integers, part->count * sizeof *numbers);
        count += part->count;
    }
    return put_whole(r, node, numbers, count);
}

enum sr_status read_whole(struct reading *r, const struct onnx_node *node, struct sr_error *error)
{
    if (piece_is(node->operator, "Shape")) return read_shape(r, node, error);
    if (piece_is(node->operator, "Gather")) return read_gather(r, node, error);
    if (piece_is(node->operator, "Slice")) return read_slice(r, node, error);
    if (piece_is(node->operator, "Concat")) return read_concat(r, node, error);
    const struct value *from = node_value(r, node, 0, error);
    if (from && !from->constant && piece_is(node->operator, "Squeeze"))
        return read_flatten(r, node, error);
    /* Squeeze, Unsqueeze: the same numbers. */
    return whole(r, node, 0, error) ? read_alias(r, node, error) : SR_ERROR_FORMAT;
}
