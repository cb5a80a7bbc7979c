/* layer.h - the kinds of layer that a network is made of.
 *
 * Each kind is one entry of a table, defined in a file of its own, src/nn/layer_NAME.c, which says
 * everything about it: shapes, parameters, forward, backward, a plain reference, and the words for
 * a diagram. A new kind is that file, a line in SR_LAYER_KINDS and a line in src/nn/local.mk.
 * Everything here is constant data; any thread may call. */
#ifndef SARTOR_NN_LAYER_H
#define SARTOR_NN_LAYER_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include <stdbool.h>
#include <stddef.h>

/* The list of all kinds: the name in enum sr_layer_type, the name of the file. */
#define SR_LAYER_KINDS(KIND)                                                                       \
    KIND(CONV, conv)                                                                               \
    KIND(BATCH_NORM, batch_norm)                                                                   \
    KIND(RELU, relu)                                                                               \
    KIND(MAX_POOL, max_pool)                                                                       \
    KIND(ADD, add)                                                                                 \
    KIND(GLOBAL_POOL, global_pool)                                                                 \
    KIND(FLATTEN, flatten)                                                                         \
    KIND(DENSE, dense)                                                                             \
    KIND(DROPOUT, dropout)                                                                         \
    KIND(AVERAGE_POOL, average_pool)                                                               \
    KIND(SILU, silu)                                                                               \
    KIND(WINDOW_CONV, window_conv)                                                                 \
    KIND(WINDOW_POOL, window_pool)

enum sr_layer_type {
#define SR_LAYER_TYPE(NAME, file) SR_LAYER_##NAME,
    SR_LAYER_KINDS(SR_LAYER_TYPE)
#undef SR_LAYER_TYPE
        SR_LAYER_COUNT
};

/* One layer of a network. */
struct sr_layer_spec {
    enum sr_layer_type type;
    char name[32];      /* PyTorch-style prefix of its tensors: "conv1", "layer1.0.bn2" */
    int input;          /* index of the layer that feeds it; -1: the image */
    int other;          /* the second input, for a kind that has two */
    int channels;       /* CONV, DENSE: outputs */
    int kernel, stride; /* CONV, WINDOW_CONV, WINDOW_POOL */
    bool same, bias;    /* CONV: padding; CONV and DENSE: bias */
    float rate;         /* DROPOUT */
    int pads[4];        /* WINDOW_CONV, WINDOW_POOL: pixels above, left, below, right */
    bool mean, padded;  /* WINDOW_POOL: mean instead of largest, over the pads too */
};

/* How a diagram groups the kinds. */
enum sr_layer_role {
    SR_ROLE_CONV,
    SR_ROLE_NORM,
    SR_ROLE_ACTIVATION,
    SR_ROLE_POOL,
    SR_ROLE_ADD,
    SR_ROLE_FLATTEN,
    SR_ROLE_DENSE,
    SR_ROLE_DROPOUT,
};

enum sr_layer_role sr_layer_role(enum sr_layer_type type);
/* 1 or 2. */
int sr_layer_inputs(enum sr_layer_type type);
/* What a diagram says about a layer: "conv1: 3×3, 32". */
void sr_layer_describe(const struct sr_layer_spec *layer, char *text, size_t size);
/* A layer of this kind for tests of all kinds; its inputs are to be filled in. */
struct sr_layer_spec sr_layer_example(enum sr_layer_type type);
/* Shape of the output of layers[index] for such images, a vector's as its channels; refuses layers
 * that cannot be. */
enum sr_status sr_layer_shape(const struct sr_layer_spec *layers, size_t index,
                              struct sr_shape image, struct sr_shape *shape,
                              struct sr_error *error);
/* Height and width of the output of layers[index], when the network is fed images of height ×
 * width; 0 × 0 where one of the layers up to it cannot have its input. */
void sr_layer_size(const struct sr_layer_spec *layers, size_t index, int height, int width,
                   int *out_height, int *out_width);

#endif
