/* workspace.h - the inside of a workspace: units, their memory, and the work on one batch.
 *
 * A workspace groups the layers into units that run as one step (convolution + bias + ReLU + pool;
 * norm + sum + ReLU + pool; dense + bias + ReLU). A unit starts with one layer, whose kind runs it,
 * and takes in those behind it that the kind can do in the same step. */
#ifndef SARTOR_NN_WORKSPACE_INSIDE_H
#define SARTOR_NN_WORKSPACE_INSIDE_H

#include "layer.h"

/* What a unit reads, where it is not another unit. */
enum { FROM_IMAGE = -1, FROM_NOWHERE = -2 };

struct unit {
    const struct layer_kind *kind;
    int layer;           /* the first, whose parameters it uses */
    int last;            /* whose output is the unit's */
    int input, other;    /* units, or FROM_... */
    unsigned fused;      /* FUSED_... bits of the layers taken in */
    bool relu, pool;     /* whether FUSED_RELU and FUSED_POOL are set */
    bool input_gradient; /* whether the input's gradient is wanted */
    bool other_gradient;
    bool input_adds, other_adds; /* add the gradient to what another reader of the input wrote */
    struct shape in, mid, out;   /* mid: before the pool */
    float *result, *gradient;    /* batch × out; the gradient is NULL where `observer` is not -1 */
    uint8_t *which;              /* pool: the index of the largest of each four */
    void *own;                   /* what its kind keeps */
    int observer;                /* unit that alone reads it and whose observe and undo it calls */
    bool observed;               /* it is an observer: its input calls its observe and undo */
    int norm;                    /* conv: the layer of the norm taken in (FUSED_NORM) */
    bool streams;                /* predicts a few images at a time, together with its neighbours */
    bool passing;                /* `result` has only the images that stream now, for each worker */
    int parts;                   /* slices that leave partial sums behind, at most */
    double forward_seconds, backward_seconds; /* while watched */
};

enum { LOSS_SLICE = 64 }; /* images whose losses are summed in order */

struct sr_workspace {
    const struct sr_network *network;
    struct sr_pool *pool;
    int batch;
    bool training;
    const struct sr_network *held; /* whose weights do not change now; NULL for none */
    int stream;                    /* images that stream at a time */
    bool watched;                  /* the units' time is taken */
    const struct sr_exchange *exchange;
    const struct sr_monitor *gate;
    double asked; /* when */
    bool stopped;
    size_t unit_count;
    struct unit *units;
    float *image, *logits;
    float *gradients; /* as network->values */
    float *parts;     /* partial sums of one unit, a slice each */
    double *losses;   /* of the slices of a batch, and how many of their images are right */
    int *right;
    float *scratch; /* for each worker */
    size_t scratch_stride;
    int *unit_of;                 /* the unit that holds each layer's output */
    uint64_t seed, step;          /* of the last forward, for dropout */
    struct sr_workspace *unfused; /* one image, every layer a unit: made when first asked for */
    void *memory;
};

struct sr_workspace *workspace_make(const struct sr_network *network, int batch, bool training,
                                    bool fuse, struct sr_pool *pool, struct sr_error *error);

/* ---- memory: one block, which is gone through twice, first only to measure it ---- */

struct carver {
    float *base; /* NULL while measuring */
    size_t used;
};

/* The next floats of the block, in whole cache lines. */
float *carve(struct carver *carver, size_t floats);
static inline size_t round_up(size_t floats)
{
    return (floats + SR_BLOCK - 1) / SR_BLOCK * SR_BLOCK;
}
/* For the winners of a pool over `batch` images. */
uint8_t *carve_which(struct carver *carver, const struct unit *unit, int batch);

/* ---- one unit's work on a batch ---- */

struct job {
    struct sr_workspace *workspace;
    struct unit *unit;
    const struct layer *layer;
    const struct sr_kernels *kernels;
    int count, before, whole; /* images; of the whole batch: those on machines before, all */
    int slice;                /* images of a slice, as job_slice counts them */
    int origin;               /* image 0 of a batch would be here in the memory of streams */
    size_t part_size;
    bool training;   /* batch statistics and dropout */
    bool parameters; /* parameter gradients wanted */
};

/* Slices of images: their size is a power of two and depends on the size of the whole batch and the
 * layer alone. Work that leaves partial sums behind is cut into at most MOST_PARTS slices, fewer
 * where the sums are large, of at most sr_exchange_share() images; other work, and norms' moments,
 * into pieces of few images. */
enum { MOST_PARTS = 8, LARGE_PARTS = 4, LARGE = 1 << 19, PIECE = 4 };

static inline int part_images(const struct unit *unit, int whole)
{
    int images = PIECE;
    while (images * MOST_PARTS < whole) images *= 2;
    return images * (MOST_PARTS / unit->parts);
}

static inline int part_count(const struct job *job)
{
    int images = part_images(job->unit, job->whole);
    return (job->count + images - 1) / images;
}

/* The output of a unit, or the image, of the whole batch: of no unit that streams. */
const float *unit_source(const struct sr_workspace *workspace, int unit);
/* The same from image `first` on, and the job's own output: also where they stream. */
const float *job_source(const struct job *job, int unit, int first);
float *job_result(const struct job *job, int first);
/* Run `slice` for each slice of `images` images of the batch. */
void job_run(struct job *job, int images, void (*slice)(void *job, size_t index, int worker));
/* The first image of a slice, and how many it has. */
int job_slice(const struct job *job, size_t index, int *first);
/* Values and gradient of the layer's parameter WEIGHT, BIAS, ... */
float *job_values(const struct job *job, int which);
float *job_gradient(const struct job *job, int which);
float *job_scratch(const struct job *job, int worker);
/* Memory for the `part_size` sums of slice `index`. */
float *job_part(const struct job *job, size_t index);
/* What a norm does with channel `c` by its running statistics: y = x · scale + shift. */
void norm_by_statistics(const struct sr_network *network, int layer, int c, float *scale,
                        float *shift);
/* Say that a parameter's gradient is complete and its values are not read again. */
void job_complete(const struct job *job, int which);
/* The gradient of the input (or of `other`) += or = `from`, for images first..first + count - 1. */
void job_pass_back(const struct job *job, int unit, bool adds, const float *from, int first,
                   int count);

#endif
