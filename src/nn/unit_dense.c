/* unit_dense.c - dense layers with bias and ReLU as one step.
 *
 * A pass is two regions of the pool, each of slices that need nothing of each other: what is done
 * to images or inputs by themselves, then the products, whose slices also do what comes next to
 * their own part of the result. */
#include "internal.h"

#include "sartor/compute/matrix.h"
#include <string.h>

enum { MASK_IMAGES = 16 }; /* of a slice */

struct pass {
    struct job *job;
    struct sr_gemm product; /* forward: the result; backward: the weights' gradient */
    struct sr_gemm inputs;  /* backward: the inputs' gradient */
    size_t slices;          /* of the product */
    bool ready;             /* backward: each slice of the weights' gradient is told of */
};

static bool strips(const struct job *job)
{
    return job->layer->strips;
}

/* ---- forward ---- */

static void mask_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first), in = u->in.slots;
    const float *x = unit_source(job->workspace, u->input);
    (void)worker;
    sr_mask(x + (size_t)first * (size_t)in, images, in,
            u->mask + (size_t)first * sr_mask_words(in));
}

/* Pixels, and what ReLU and dropout leave, are often zero. A few images tell: whether zeros are
 * left out changes the time alone. */
static bool is_sparse(const uint64_t *mask, int count, size_t words, int columns)
{
    size_t images = 0, set = 0;
    for (int i = 0; i < count; i += 16, images++)
        for (size_t w = 0; w < words; w++)
            set += (size_t)__builtin_popcountll(mask[(size_t)i * words + w]);
    return 5 * set < 3 * images * (size_t)columns;
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct pass *pass = context;
    const struct job *job = pass->job;
    struct unit *u = job->unit;
    const float *bias = job->layer->spec.bias ? job_values(job, BIAS) : NULL;
    struct sr_gemm_part block = sr_gemm_slice(&pass->product, index);
    const int *order = pass->product.whole.order;
    (void)worker;
    for (int i = block.row; i < block.row + block.rows; i++) {
        size_t image = (size_t)(order ? order[i] : i);
        float *y = u->result + image * (size_t)u->out.slots + block.column;
        if (bias) job->kernels->add(bias + block.column, (size_t)block.columns, y);
        if (u->relu) job->kernels->relu(y, NULL, (size_t)block.columns, y);
    }
}

static void forward(struct job *job)
{
    struct unit *u = job->unit;
    const float *x = unit_source(job->workspace, u->input), *weights = job_values(job, WEIGHT);
    int in = u->in.slots, out = u->out.slots;
    struct pass pass = {.job = job};
    pass.product =
        sr_gemm_of(false, false, job->count, out, in, 1, x, in, weights, out, 0, u->result, out);
    pass.product.strips_b = strips(job);
    u->sparse = false;
    if (u->mask) {
        job_run(job, MASK_IMAGES, mask_slice);
        u->sparse = is_sparse(u->mask, job->count, sr_mask_words(in), in);
    }
    if (u->sparse) {
        sr_mask_order(u->mask, job->count, in, u->order);
        sr_gemm_mask(&pass.product, u->mask, u->order);
    }
    sr_pool_run(job->workspace->pool, sr_gemm_cut(&pass.product), forward_slice, &pass);
}

/* ---- backward ---- */

static size_t relu_slices(const struct job *job)
{
    return job->unit->relu ? (size_t)((job->count + PIECE - 1) / PIECE) : 0;
}

/* Images through ReLU, then words of the mask that the weights' gradient needs. */
static void prepare_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    (void)worker;
    if (index >= relu_slices(job)) {
        sr_mask_turn(u->mask, job->count, u->in.slots, index - relu_slices(job), u->mask_turned);
        return;
    }
    int first, images = job_slice(job, index, &first);
    size_t at = (size_t)first * (size_t)u->out.slots;
    job->kernels->relu_back(u->gradient + at, u->result + at, (size_t)images * (size_t)u->out.slots,
                            u->gradient + at);
}

static void prepare(struct job *job)
{
    struct unit *u = job->unit;
    size_t turned = job->parameters && u->sparse ? sr_mask_words(u->in.slots) : 0;
    job->slice = PIECE;
    sr_pool_run(job->workspace->pool, relu_slices(job) + turned, prepare_slice, job);
}

/* The bias's gradient of some outputs. */
static void sum_outputs(const struct job *job, int column, int columns)
{
    const struct unit *u = job->unit;
    float *sums = job_gradient(job, BIAS) + column;
    memset(sums, 0, (size_t)columns * sizeof *sums);
    for (int i = 0; i < job->count; i++)
        job->kernels->add(u->gradient + (size_t)i * (size_t)u->out.slots + column, (size_t)columns,
                          sums);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct pass *pass = context;
    (void)worker;
    if (index >= pass->slices) {
        sr_gemm_slice(&pass->inputs, index - pass->slices);
        return;
    }
    const struct job *job = pass->job;
    const struct sr_workspace *workspace = job->workspace;
    struct sr_gemm_part block = sr_gemm_slice(&pass->product, index);
    if (pass->ready) {
        size_t start =
            sr_strip_place(job->unit->in.slots, job->unit->out.slots, block.row, block.column);
        workspace->ready(workspace->ready_owner, (size_t)(job->layer->parameter + WEIGHT), start,
                         (size_t)block.rows * (size_t)block.columns);
    }
    if (block.row == 0 && pass->job->layer->spec.bias)
        sum_outputs(pass->job, block.column, block.columns);
}

/* Weights in strips are of the layer that reads the image, whose gradient hardly anybody asks for:
 * one strip after another. */
static void pass_back_strips(const struct job *job)
{
    const struct unit *u = job->unit;
    const float *weights = job_values(job, WEIGHT);
    float *gradient = job->workspace->units[u->input].gradient;
    int in = u->in.slots, out = u->out.slots;
    for (int column = 0; column < out; column += SR_STRIP) {
        int width = sr_strip_width(out, column);
        sr_gemm(job->workspace->pool, false, true, job->count, in, width, 1, u->gradient + column,
                out, weights + sr_strip_place(in, out, 0, column), width,
                column || u->input_adds ? 1 : 0, gradient, in);
    }
}

static void backward(struct job *job)
{
    struct unit *u = job->unit;
    int in = u->in.slots, out = u->out.slots;
    struct pass pass = {.job = job};
    size_t slices = 0;
    prepare(job);
    if (job->parameters) {
        const float *x = unit_source(job->workspace, u->input);
        pass.product = sr_gemm_of(true, false, in, out, job->count, 1, x, in, u->gradient, out, 0,
                                  job_gradient(job, WEIGHT), out);
        pass.product.strips_c = strips(job);
        if (u->sparse) sr_gemm_mask(&pass.product, u->mask_turned, NULL);
        slices = pass.slices = sr_gemm_cut(&pass.product);
        /* A slice as wide as its strip is one stretch of memory. */
        pass.ready = job->workspace->ready && strips(job) && !u->input_gradient &&
                     pass.product.columns == SR_STRIP;
    }
    if (u->input_gradient && !strips(job)) {
        pass.inputs = sr_gemm_of(false, true, job->count, in, out, 1, u->gradient, out,
                                 job_values(job, WEIGHT), out, u->input_adds ? 1 : 0,
                                 job->workspace->units[u->input].gradient, in);
        slices += sr_gemm_cut(&pass.inputs);
    }
    sr_pool_run(job->workspace->pool, slices, backward_slice, &pass);
    if (u->input_gradient && strips(job)) pass_back_strips(job);
}

const struct unit_kind unit_dense = {forward, backward};
