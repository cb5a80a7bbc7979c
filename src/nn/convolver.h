/* convolver.h - how a layer's convolution is done: by the direct kernels, or by Winograd's
 * transforms where these are faster (compute/winograd.h). Belongs to a unit of a workspace; the
 * arrays are the workspace's. The thread of the workspace plans and prepares; workers run, each
 * with scratch of its own. */
#ifndef SARTOR_NN_CONVOLVER_INSIDE_H
#define SARTOR_NN_CONVOLVER_INSIDE_H

#include "sartor/compute/winograd.h"
#include "workspace.h"

struct convolver {
    struct sr_conv conv, back; /* back: takes dy to dx; its input is dy, spread out for stride 2 */
    bool tiled, bf16;          /* bf16: products so, where tiled */
    struct sr_winograd winograd; /* where tiled */
    float *packed;               /* weights as the forward pass wants them */
    float *turned;               /* and the gradient of the input; NULL where that is not wanted */
    uint32_t *packed_16, *turned_16; /* the same in bf16; NULL without */
};

struct convolver convolver_of(const struct sr_conv *conv, bool bf16);
void convolver_carve(struct convolver *v, struct carver *carver, bool input_gradient);
/* Images to do at a time, and no more than those in the forward pass; INT_MAX: any number. */
int convolver_group(const struct convolver *v);
int convolver_forward_group(const struct convolver *v);
/* Images that a slice of the forward pass should have at least, for speed. */
int convolver_slice(const struct convolver *v);
/* Floats of a worker's scratch for so many images. */
size_t convolver_scratch(const struct convolver *v, int images);

/* Make `packed`, and `turned` from the weights that were packed last, in regions of the pool. */
void convolver_pack(struct convolver *v, struct sr_pool *pool, const float *weights);
void convolver_turn(struct convolver *v, struct sr_pool *pool, const float *weights);

void convolver_forward(const struct convolver *v, const struct sr_kernels *k, const float *x,
                       const struct sr_conv_end *end, int images, float *scratch);

/* The backward pass of a slice of images: begin, each of its groups, end; all with the same
 * scratch. `sums` becomes the gradient of the weights. NULL: not wanted. */
struct convolver_back {
    const float *x, *dy;
    float *sums;
    float *dx; /* the gradient of the input */
    bool adds; /* to dx */
    const struct sr_ahead *ahead;
};
void convolver_begin(const struct convolver *v, float *sums, float *scratch);
void convolver_backward(const struct convolver *v, const struct sr_kernels *k,
                        const struct convolver_back *b, int images, float *scratch);
void convolver_end(const struct convolver *v, const struct sr_kernels *k, float *sums,
                   float *scratch);

#endif
