/* internal.h - the inside of sr_network and sr_workspace, for the files of this room's engine.
 *
 * A network is its layers, their shapes and one block of numbers. A workspace holds the plan:
 * the layers grouped into units that run as one step (conv + bias + ReLU + pool; norm + add + ReLU
 * + pool; dense + bias + ReLU), each with its output, its output's gradient and its scratch. */
#ifndef SARTOR_NN_INTERNAL_H
#define SARTOR_NN_INTERNAL_H

#include "sartor/compute/kernels.h"
#include "sartor/nn/network.h"

/* What one image has at some point of the network. A flattened shape is 1 × 1 and remembers the
 * picture it came from, since its slots are in that picture's memory order. */
struct shape {
    int height, width, channels;
    int slots;  /* floats a pixel: channels rounded up to blocks; 1 for the plain image */
    bool plain; /* the one-channel image */
    bool flat;  /* the same, flattened */
    int from_height, from_width, from_channels; /* flattened from a blocked picture; else 0 */
};

static inline size_t shape_size(const struct shape *s)
{
    return (size_t)s->height * (size_t)s->width * (size_t)s->slots;
}

static inline int shape_pixels(const struct shape *s)
{
    return s->height * s->width;
}

/* Where channel `channel` (for a flattened shape: in PyTorch's C,H,W order) sits among the slots.
 */
int shape_slot(const struct shape *s, int channel);

struct layer {
    struct sr_layer_spec spec;
    struct shape in, out;
    struct sr_conv conv; /* CONV: as the kernels see it, a plain image already padded */
    int parameter;       /* index of the first of its parameters; -1 for none */
    int readers;         /* layers that read its output */
    bool strips;         /* DENSE: the weights lie in strips, see matrix.h */
};

struct sr_network {
    size_t count;
    struct layer *layers;
    struct shape image;
    size_t parameter_count;
    struct sr_parameter *parameters;
    int *owners;   /* layer of each parameter */
    float *values; /* all parameters, one after another */
    size_t value_count;
};

enum { WEIGHT, BIAS, MEAN, VARIANCE }; /* places from layer.parameter on; a norm has all four */

enum unit_type {
    UNIT_CONV,
    UNIT_NORM,
    UNIT_DENSE,
    UNIT_POOL,
    UNIT_SUM,
    UNIT_GLOBAL,
    UNIT_COPY,
    UNIT_DROPOUT
};

/* Where a unit reads: another unit, or one of these. */
enum { FROM_IMAGE = -1, FROM_NOWHERE = -2 };

struct unit {
    enum unit_type type;
    int layer;        /* whose parameters it uses */
    int last;         /* whose output this is, after fusing */
    int input, other; /* units, or FROM_... */
    bool relu, pool;
    bool input_gradient; /* whether the input's gradient is wanted */
    bool other_gradient;
    bool input_adds, other_adds;  /* a later reader has written that gradient already */
    struct shape in, mid, out;    /* mid: before the pool */
    float *result, *gradient;     /* batch × out */
    uint8_t *which;               /* pool: the winner's place */
    float *packed, *turned;       /* conv: weights for forward and backward-data */
    uint64_t *mask, *mask_turned; /* dense: which inputs of each image are not zero, and of each
                                    input in which images it is not; NULL where it would not pay */
    bool sparse;                  /* dense: many are zero in this batch */
    int *order;     /* dense: the images of a batch with many zeros, similar ones together */
    int norm;       /* conv: the norm that alone reads it; its statistics are taken, and its
                       backward pass made, while the convolution's pixels are at hand */
    bool joined;    /* norm: reads such a convolution */
    float *moments; /* norm: mean and spread of each slice's images */
    int parts;      /* slices that leave partial sums behind, at most */
    float *mean, *inverse, *scale, *shift, *a, *b, *c; /* norm: by slot */
    double forward_seconds, backward_seconds;          /* while watched */
};

struct sr_workspace {
    const struct sr_network *network;
    struct sr_pool *pool;
    int batch;
    bool training;
    bool watched;             /* the units' time is taken */
    sr_gradient_ready *ready; /* NULL for none */
    void *ready_owner;
    const struct sr_monitor *gate;
    double asked; /* when */
    bool stopped;
    size_t unit_count;
    struct unit *units;
    float *image, *logits;
    float *gradients; /* as network->values */
    float *parts;     /* partial sums of one unit, a slice each */
    float *scratch;   /* for each worker */
    size_t scratch_stride;
    int *unit_of;                 /* the unit that holds each layer's output */
    uint64_t seed, step;          /* of the last forward, for dropout */
    struct sr_workspace *unfused; /* one image, every layer a unit: made when first asked for */
    void *memory;
};

uint64_t layer_multiply_adds(const struct layer *layer); /* forward, an image */

/* Slices: their number and size depend on the count of images and the layer alone. What leaves
 * partial sums behind is cut into few parts, fewer where each is large; what does not, into small
 * pieces. */
enum { MOST_PARTS = 8, LARGE_PARTS = 4, LARGE = 1 << 19, PIECE = 4 };

static inline int part_images(const struct unit *unit, int count)
{
    return (count + unit->parts - 1) / unit->parts;
}

static inline int part_count(const struct unit *unit, int count)
{
    return (count + part_images(unit, count) - 1) / part_images(unit, count);
}

/* One unit's work on a batch. */
struct job {
    struct sr_workspace *workspace;
    struct unit *unit;
    const struct layer *layer;
    const struct sr_kernels *kernels;
    int count;
    int slice; /* images of a slice, as job_slice counts them */
    size_t part_size;
    bool training;   /* batch statistics and dropout */
    bool parameters; /* parameter gradients wanted */
};

const float *unit_source(const struct sr_workspace *workspace, int unit);

/* A unit's kind: how it runs forward and backward on a whole batch, by way of the pool. */
struct unit_kind {
    void (*forward)(struct job *job);
    void (*backward)(struct job *job);
};
extern const struct unit_kind unit_conv, unit_norm, unit_dense, unit_pool, unit_sum, unit_global,
    unit_copy, unit_dropout;

/* Run `slice` for each slice of `images` images of the batch. */
void job_run(struct job *job, int images, void (*slice)(void *job, size_t index, int worker));
/* The first image of a slice, and how many it has. */
int job_slice(const struct job *job, size_t index, int *first);
float *job_values(const struct job *job, int which);
float *job_gradient(const struct job *job, int which);
float *job_scratch(const struct job *job, int worker);
/* Where slice `index` leaves its `part_size` sums. */
float *job_part(const struct job *job, size_t index);
/* The input's (or `other`'s) gradient += or = `from`, for images first..first + count - 1. */
void job_pass_back(const struct job *job, int unit, bool adds, const float *from, int first,
                   int count);

/* Leave the moments of a slice for a norm; the gradient of a norm's input for images first.. from
 * its output's, once its sums are known. `scratch` has room for one image. */
void norm_observe(const struct job *job, const struct unit *norm, size_t index, int first,
                  int images);
void norm_undo(const struct job *job, const struct unit *norm, int first, int images,
               float *scratch, float *dx);

/* Images that a convolution takes through its scratch at a time; and floats of scratch that a unit
 * wants. */
int conv_group(const struct unit *unit, const struct layer *layer);
size_t unit_scratch(const struct unit *unit, const struct layer *layer);

struct sr_workspace *workspace_make(const struct sr_network *network, int batch, bool training,
                                    bool fuse, struct sr_pool *pool, struct sr_error *error);

#endif
