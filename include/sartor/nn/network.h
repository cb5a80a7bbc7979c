/* network.h - a neural network as a list of layers, its weights, and the memory to run it.
 *
 * A struct sr_network is a specification plus weights; it is read-only while predicting, so
 * any number of threads may share it, each with a struct sr_workspace of its own, which holds
 * activations, gradients and scratch for one batch size and is allocated once. A workspace serves
 * any copy of the network that it was made for. Activations are float32 in blocks of 16 channels
 * (see compute/kernels.h); weights are exported as PyTorch has them (OIHW, [out][in], flatten in
 * C,H,W order). All work is cut into slices whose size does not depend on the thread count, and
 * sums over slices go along a fixed tree (base/tree.h): same seed, same bits. */
#ifndef SARTOR_NN_NETWORK_H
#define SARTOR_NN_NETWORK_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/base/shape.h"
#include "sartor/nn/exchange.h"
#include "sartor/nn/layer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One learned array, or one running statistic. Channels are padded to whole vectors: the extra
 * values and their gradients are 0 and stay 0 under any optimiser, so that it may treat all alike.
 */
struct sr_parameter {
    char name[48]; /* "conv1.weight" */
    float
        *values; /* in kernel order, padding included; the arrays of a network follow one another */
    size_t count; /* of values, padding included */
    bool learned; /* false for running statistics */
    bool decays;  /* weight decay applies: filters and dense weights, not biases or norms */
    bool filter;  /* a convolution's weights: [rows][columns] matrix for Muon */
    int rows,
        columns; /* a dense layer's may lie in strips, so only filters are row by row for certain */
};

struct sr_network;
struct sr_workspace;

/* The last layer's output is the logits (a DENSE of `classes`). Layers that only one other reads
 * may run as one step with it (conv + bias + relu, norm + relu, ...). */
struct sr_network *sr_network_new(const struct sr_layer_spec *layers, size_t count,
                                  struct sr_shape image, struct sr_error *error);
struct sr_network *sr_network_copy(const struct sr_network *network, struct sr_error *error);
void sr_network_free(struct sr_network *network);
/* What the products of convolutions are trained with; weights, sums, norms and losses are floats in
 * any case. Of a network and its later copies; workspaces made before keep theirs. */
enum sr_precision { SR_PRECISION_FP32, SR_PRECISION_BF16, SR_PRECISION_COUNT };
extern const char *const sr_precision_names[SR_PRECISION_COUNT]; /* "fp32", "bf16" */
void sr_network_train_in(struct sr_network *network, enum sr_precision precision);
/* He initialisation for layers before ReLU (PyTorch's default bounds for the rest), biases 0, norms
 * 1/0. */
void sr_network_init(struct sr_network *network, uint64_t seed);

size_t sr_network_layer_count(const struct sr_network *network);
/* Slices that a batch is cut into at most, see exchange.h. */
int sr_network_slices(const struct sr_network *network);
const struct sr_layer_spec *sr_network_layer(const struct sr_network *network, size_t index);
/* Output shape of a layer. */
void sr_network_shape(const struct sr_network *network, size_t index, int *height, int *width,
                      int *channels);
/* Number of learned values, without running statistics. */
uint64_t sr_network_size(const struct sr_network *network);
/* Forward multiply-adds for one image. */
uint64_t sr_network_multiply_adds(const struct sr_network *network);
/* All parameters and running statistics, in the order of layers; `values` may be written. */
size_t sr_network_parameters(struct sr_network *network, struct sr_parameter **parameters);
/* Parameter i as PyTorch has it, without padding (OIHW, [out][in] with the input in C,H,W order
 * after a flatten, [channels]): its shape (the rank is returned), its values out and in. */
int sr_network_tensor_shape(const struct sr_network *network, size_t parameter, size_t shape[4]);
void sr_network_export(const struct sr_network *network, size_t parameter, float *values);
void sr_network_import(struct sr_network *network, size_t parameter, const float *values);

/* Memory for batches of up to `batch` images; with gradients when `training`. */
struct sr_workspace *sr_workspace_new(const struct sr_network *network, int batch, bool training,
                                      struct sr_pool *pool, struct sr_error *error);
void sr_workspace_free(struct sr_workspace *workspace);
float *sr_workspace_input(
    struct sr_workspace *workspace); /* batch × height × width × channels, fill before forward */
const float *sr_workspace_logits(const struct sr_workspace *workspace); /* batch × classes */
/* Of parameters[i], as many as it has values; NULL for running statistics. */
float *sr_workspace_gradient(struct sr_workspace *workspace, size_t parameter);

/* Let what is summed over a batch in training pass an exchange, which is borrowed until the next
 * call; NULL for one that does nothing. */
void sr_workspace_exchange(struct sr_workspace *workspace, const struct sr_exchange *exchange);

/* Ask a monitor, which is borrowed until the next call, about twenty times a second within a batch
 * whether to go on; NULL for none. When it says no, the present forward or backward pass returns
 * early, and its results (running statistics too) must not be used. */
void sr_workspace_gate(struct sr_workspace *workspace, const struct sr_monitor *gate);
/* Whether that has happened in the last batch. */
bool sr_workspace_stopped(const struct sr_workspace *workspace);

/* Inference on `count` <= batch images: running statistics, no dropout. A workspace without
 * gradients is faster at it. */
void sr_network_predict(const struct sr_network *network, struct sr_workspace *workspace,
                        int count);
/* What the last layer, which is dense, gets of image `index` of the batch that was predicted last:
 * sr_network_features() floats, pixels row by row where it gets a picture. */
size_t sr_network_features(const struct sr_network *network);
void sr_workspace_features(const struct sr_workspace *workspace, size_t index, float *features);
/* Before several predictions with the same weights: do now what depends on the weights alone. They
 * must not change until the next call; NULL to let them. */
void sr_network_hold(const struct sr_network *network, struct sr_workspace *workspace);
/* The plain reference of that: one image of height × width × channels, one thread, layer by layer.
 */
void sr_network_predict_ref(const struct sr_network *network, const float *image, double *logits);
/* Training: batch statistics (running ones updated in `network`), dropout by (seed, step). */
void sr_network_forward(struct sr_network *network, struct sr_workspace *workspace, int count,
                        uint64_t seed, uint64_t step);
/* Softmax cross-entropy with label smoothing, and the gradients of its mean by all parameters;
 * returns the summed loss and counts correct ones. */
double sr_network_backward(struct sr_network *network, struct sr_workspace *workspace, int count,
                           const uint8_t *labels, float smoothing, int *correct);

/* Where the time goes: one entry for each group of layers that runs as one step, in order. */
struct sr_unit_time {
    char name[48];               /* "convolution, relu, pool" */
    int height, width, channels; /* of its output */
    double forward, backward;    /* seconds since the watch began */
    uint64_t forward_work,
        backward_work; /* multiply-adds for an image, without those with padding */
};
/* Begin to time the steps, from 0. */
void sr_workspace_watch(struct sr_workspace *workspace);
/* How many entries there are, of which at most `room` are written. */
size_t sr_workspace_times(const struct sr_workspace *workspace, struct sr_unit_time *times,
                          size_t room);

/* For Grad-CAM: output of layer `index`, and gradient of logit `target` with respect to it, for
 * image 0 in inference mode, into arrays of the layer's size in HWC order. Any workspace will do;
 * the first call allocates memory for one image, which alone can fail. */
enum sr_status sr_network_layer_gradients(const struct sr_network *network,
                                          struct sr_workspace *workspace, int target, size_t index,
                                          float *activations, float *gradients,
                                          struct sr_error *error);

#endif
