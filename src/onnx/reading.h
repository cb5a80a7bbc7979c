/* reading.h - a file's graph on its way to a list of layers. Private to onnx/.
 *
 * Nodes are taken in order. Each value that they make is a constant, or what a layer puts out (the
 * image: layer -1), with the order that the file has its numbers in. */
#ifndef SARTOR_ONNX_READING_H
#define SARTOR_ONNX_READING_H

#include "file.h"
#include "sartor/models/networks.h"
#include "sartor/onnx/onnx.h"

struct value {
    struct piece name;
    const struct onnx_constant *constant; /* NULL: of a layer */
    int layer;
    bool flat;   /* [N][values], else a picture */
    bool last;   /* channels last: N×H×W×C, or flattened from that */
    bool end;    /* of a softmax: only the output may be this */
    int sigmoid; /* ... of the value of this layer, SIGMOID_NONE: none */
};
enum { SIGMOID_NONE = -2 };

struct reading {
    struct onnx_file file;
    struct sr_layers layers;
    struct sr_tensors set;
    struct value *values;
    size_t value_count, value_room;
    struct onnx_constant **owned; /* of Constant nodes */
    size_t owned_count, owned_room;
    /* What the graph does to the image before the first layer: x = factor · x + offset. */
    double factor[SR_CHANNELS_MAX], offset[SR_CHANNELS_MAX];
    enum sr_views views;
    bool own_mean; /* each image is normalised by itself: only in files of this program */
};

typedef enum sr_status read_operator(struct reading *r, const struct onnx_node *node,
                                     struct sr_error *error);
/* read_layers.c: the operators that make layers. */
read_operator read_conv, read_norm, read_activation, read_pool, read_mean, read_sum, read_product,
    read_flatten, read_reshape, read_transpose, read_softmax, read_alias, read_sigmoid;
read_operator read_dense; /* read_dense.c */
read_operator
    read_whole; /* read_whole.c: Shape, Gather, Slice, Concat, Unsqueeze of whole numbers */

/* "The node "conv1" (Conv) ": SR_ERROR_FORMAT with a sentence. */
enum sr_status refuse(const struct onnx_node *node, struct sr_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The value of an input; NULL and a sentence where nothing has made it. */
const struct value *node_value(const struct reading *r, const struct onnx_node *node, size_t input,
                               struct sr_error *error);
/* An input that must be a constant of floats. */
const struct onnx_constant *node_floats(const struct reading *r, const struct onnx_node *node,
                                        size_t input, struct sr_error *error);
/* Name the value that the node puts out. */
void put_value(struct reading *r, const struct onnx_node *node, struct value value);

struct value layer_value(int layer, bool flat, bool last);
/* Give a layer a name that no other has: that of its weights in PyTorch, the module in the node's
 * name, or the kind and a number. */
void name_layer(const struct reading *r, const struct onnx_node *node, const char *kind,
                struct piece weights, struct sr_layer_spec *layer);
/* A tensor of the layer, to be filled; one of so many numbers of a constant. */
float *add_tensor(struct reading *r, const char *layer, const char *which, int rank,
                  const size_t *shape, struct sr_error *error);
enum sr_status add_vector(struct reading *r, const struct onnx_node *node, const char *layer,
                          const char *which, const struct onnx_constant *constant, size_t length,
                          struct sr_error *error);

#endif
