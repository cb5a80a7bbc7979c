/* layer.h - the inside of a network, and what a kind of layer is. */
#ifndef SARTOR_NN_LAYER_INSIDE_H
#define SARTOR_NN_LAYER_INSIDE_H

#include "sartor/compute/kernels.h"
#include "sartor/nn/network.h"

struct carver;
struct job;
struct unit;

/* What one image has at some point of the network. A flattened shape is 1 × 1 and keeps the size of
 * the picture it was made from, since its slots are in that picture's memory order: that of blocks,
 * or of the image in colour, where the channels of a pixel are side by side. */
struct shape {
    int height, width, channels;
    int slots;  /* floats a pixel: channels rounded up to blocks; of the image: its channels */
    bool plain; /* the image, channels of a pixel side by side */
    bool flat;  /* the same, flattened */
    int from_height, from_width,
        from_channels; /* flattened from a blocked picture or an image in colour; else 0 */
};

static inline size_t shape_size(const struct shape *s)
{
    return (size_t)s->height * (size_t)s->width * (size_t)s->slots;
}

static inline int shape_pixels(const struct shape *s)
{
    return s->height * s->width;
}

/* A blocked picture. */
struct shape shape_picture(int height, int width, int channels);
/* Index among the slots of channel `channel`; for a flattened shape: in PyTorch's C,H,W order. */
int shape_slot(const struct shape *s, int channel);

struct layer {
    struct sr_layer_spec spec;
    const struct layer_kind *kind;
    struct shape in, out;
    struct sr_conv conv; /* CONV: as the kernels have it, a grey image already padded */
    int parameter;       /* index of the first of its parameters; -1 for none */
    int readers;         /* layers that read its output */
    bool strips;         /* DENSE: the weights lie in strips, see matrix.h */
};

/* How a parameter's values start. RANDOM: uniform, bounded by the number of inputs. */
enum start { START_ZERO, START_ONE, START_RANDOM };

/* A parameter as the kind of its layer describes it. */
struct tensor {
    const char *name; /* "weight" */
    int rank;         /* its shape as PyTorch has it, without padding */
    size_t shape[4];
    int rows, columns; /* as it lies in memory, padding included */
    bool fixed;        /* a running statistic, which no optimiser changes */
    bool decays, filter;
    enum start start;
    int layer; /* filled in by the network */
};
enum { TENSORS_MAX = 4 };
/* Their order: a layer with weights has them first. */
enum { WEIGHT, BIAS, MEAN, VARIANCE };

/* Layers that a unit can run at its end in the same step, in this order: a norm by running
 * statistics, a sum with a second input, ReLU, 2×2 max-pool. */
enum { FUSED_NORM = 1, FUSED_SUM = 2, FUSED_RELU = 4, FUSED_POOL = 8 };

/* A kind of layer: an entry of the table. A hook may be NULL where a comment says so. */
struct layer_kind {
    const char *title; /* "convolution" */
    enum sr_layer_role role;
    struct sr_layer_spec example; /* see sr_layer_example() */
    void (*describe)(const struct sr_layer_spec *spec, char *text, size_t size);

    bool reads_image; /* its input can be the plain image */
    bool two_inputs;
    bool renames;    /* the output is the input's memory, where both have the same size */
    bool rectifies;  /* halves the variance, so the initial weights before it are larger */
    bool additive;   /* ... also those before this kind, if it is followed by one that rectifies */
    unsigned fusion; /* the FUSED_ bit of this kind, 0 for none */
    unsigned fuses;  /* FUSED_ bits of the kinds that a unit starting with this one can take in */
    unsigned folds;  /* and of those that it can take in only to predict */

    /* Set `out` and other members that depend on the input; `other` is the shape of the second
     * input, or NULL. */
    enum sr_status (*shape)(struct layer *layer, const struct shape *other, struct sr_error *error);
    /* Describe its parameters and return their number. NULL: it has none. */
    int (*tensors)(const struct layer *layer, struct tensor tensors[TENSORS_MAX]);
    /* Index in memory of element `i` of the PyTorch array of its weights. NULL: no parameter of
     * rank 2 or more. */
    size_t (*place)(const struct layer *layer, size_t i);
    /* Forward multiply-adds for an image; `padding` counts those with padded zeros too. NULL: 0. */
    uint64_t (*multiply_adds)(const struct layer *layer, bool padding);

    /* A unit of this kind keeps a struct of `own` bytes, unit->own, whose arrays `carve` takes from
     * the workspace's memory. 0 and NULL: nothing. */
    size_t own;
    void (*carve)(const struct sr_workspace *workspace, struct unit *unit, struct carver *carver);
    /* Floats of scratch for a worker. NULL: as many as the larger of input and output. */
    size_t (*scratch)(const struct unit *unit, const struct layer *layer);
    /* Slices of the backward pass that leave sums, at most. NULL: MOST_PARTS. */
    int (*slices)(const struct layer *layer);
    /* Floats of sums that each of them leaves. NULL: 0. */
    size_t (*sums)(const struct layer *layer);
    /* To predict: what depends on the weights alone, NULL for nothing; and the forward pass of a
     * slice of images, as job_slice counts them. With `stream` the network need not wait after this
     * kind until all images are done. NULL: it does. */
    void (*prepare)(struct job *job);
    void (*stream)(void *job, size_t index, int worker);
    /* Images that such a slice should have at least, for speed. NULL: PIECE. */
    int (*stream_images)(const struct layer *layer);
    /* Run a batch through a unit that starts with this kind, in regions of the pool. */
    void (*forward)(struct job *job);
    void (*backward)(struct job *job);

    /* A kind that needs sums over the batch of its input before its own forward pass, and sums over
     * its output's gradient before its input's, can let the unit before it do the passes over its
     * input, while the pixels are in the cache. `observe`: sum for one slice of images. `undo`: the
     * gradient of its input for some images, when the sums are known; `scratch` has room for one
     * image. NULL: it has no such sums. `observes`: units of this kind call these two of the unit
     * that alone reads them. */
    bool observes;
    void (*observe)(const struct job *job, const struct unit *unit, size_t index, int first,
                    int images);
    void (*undo)(const struct job *job, const struct unit *unit, int first, int images,
                 float *scratch, float *dx);

    /* The plain reference of prediction, for tests: one image, all arrays in PyTorch's order, the
     * parameters too. */
    void (*reference)(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y);
};

/* The table: layer_conv, layer_batch_norm, ... */
#define LAYER_KIND(NAME, file) extern const struct layer_kind layer_##file;
SR_LAYER_KINDS(LAYER_KIND)
#undef LAYER_KIND

struct sr_network {
    size_t count;
    struct layer *layers;
    struct shape image;
    size_t parameter_count;
    struct sr_parameter *parameters;
    struct tensor *tensors; /* of the parameters */
    float *values;          /* all parameters, one after another */
    size_t value_count;
    bool bf16; /* training multiplies in bf16 */
};

/* Fill in spec, kind, shapes and readers of `layers`. */
enum sr_status layers_shape(struct layer *layers, const struct sr_layer_spec *specs, size_t count,
                            const struct shape *image, struct sr_error *error);

/* ---- for the convolutions ---- */

/* Their weight, filters in PyTorch's layout (OIHW), and bias where the spec has one. */
int filter_tensors(const struct layer *layer, struct tensor tensors[TENSORS_MAX]);
/* Where the weight's i-th number is kept: from OIHW to [tap][input] × [output]. */
size_t filter_place(const struct layer *layer, size_t i);
/* Their reference, with so many rows and columns of zeros above and to the left. */
void filter_reference(const struct layer *layer, float *const *parameters, int above, int before,
                      const double *x, double *y);

/* ---- for the shape hooks ---- */

/* Refuse what is not 1 .. 4,096 outputs. */
enum sr_status layer_check_outputs(const struct layer *layer, struct sr_error *error);
enum sr_status layer_keep_shape(struct layer *layer, const struct shape *other,
                                struct sr_error *error);
/* A 2×2 pool with stride 2. */
enum sr_status layer_halve_shape(struct layer *layer, const struct shape *other,
                                 struct sr_error *error);

/* Numbers of one image in the reference. */
static inline size_t layer_numbers(const struct shape *s)
{
    return (size_t)shape_pixels(s) * (size_t)s->channels;
}

#endif
