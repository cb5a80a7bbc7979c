/* unit_dense.c - dense layers with bias and ReLU as one step. */
#include "internal.h"

#include "sartor/compute/matrix.h"
#include <string.h>

/* A dense output is one pixel, so adding the bias is normalising with scale 1. */
static void finish_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first), slots = u->out.slots;
    float *y = u->result + (size_t)first * (size_t)slots;
    const float *bias = job->layer->spec.bias ? job_values(job, BIAS) : NULL;
    (void)worker;
    for (int i = 0; i < images; i++, y += slots) {
        if (bias) job->kernels->add(bias, (size_t)slots, y);
        if (u->relu) job->kernels->relu(y, NULL, (size_t)slots, y);
    }
}

/* Pixels, and what ReLU and dropout leave, are often zero. A few images tell: whether zeros are left out
 * changes the time alone. */
static bool is_sparse(const uint64_t *mask, int count, size_t words, int columns)
{
    size_t images = 0, set = 0;
    for (int i = 0; i < count; i += 16, images++)
        for (size_t w = 0; w < words; w++) set += (size_t)__builtin_popcountll(mask[(size_t)i * words + w]);
    return 5 * set < 3 * images * (size_t)columns;
}

static void forward(struct job *job)
{
    struct unit *u = job->unit;
    struct sr_pool *pool = job->workspace->pool;
    const float *x = unit_source(job->workspace, u->input), *weights = job_values(job, WEIGHT);
    int in = u->in.slots, out = u->out.slots;
    u->sparse = false;
    if (u->mask) {
        sr_mask(pool, x, job->count, in, u->mask);
        u->sparse = is_sparse(u->mask, job->count, sr_mask_words(in), in);
    }
    if (u->sparse)
        sr_gemm_masked(pool, false, job->count, out, in, x, in, u->mask, weights, out, u->result, out);
    else
        sr_gemm(pool, false, false, job->count, out, in, 1, x, in, weights, out, 0, u->result, out);
    if (job->layer->spec.bias || u->relu) job_run(job, PIECE, finish_slice);
}

static void relu_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t at = (size_t)first * (size_t)u->out.slots;
    (void)worker;
    job->kernels->relu_back(u->gradient + at, u->result + at, (size_t)images * (size_t)u->out.slots,
                            u->gradient + at);
}

static void backward(struct job *job)
{
    struct unit *u = job->unit;
    struct sr_pool *pool = job->workspace->pool;
    int in = u->in.slots, out = u->out.slots;
    if (u->relu) job_run(job, PIECE, relu_slice);
    if (job->parameters) {
        const float *x = unit_source(job->workspace, u->input);
        float *gradient = job_gradient(job, WEIGHT);
        if (u->sparse) {
            sr_mask_turn(pool, u->mask, job->count, in, u->mask_turned);
            sr_gemm_masked(pool, true, in, out, job->count, x, in, u->mask_turned, u->gradient, out, gradient,
                           out);
        } else {
            sr_gemm(pool, true, false, in, out, job->count, 1, x, in, u->gradient, out, 0, gradient, out);
        }
        if (job->layer->spec.bias) {
            memset(job_gradient(job, BIAS), 0, (size_t)out * sizeof(float));
            job->kernels->channel_sums(u->gradient, job->count, out / SR_BLOCK, 1, job_gradient(job, BIAS));
        }
    }
    if (u->input_gradient)
        sr_gemm(pool, false, true, job->count, in, out, 1, u->gradient, out, job_values(job, WEIGHT), out,
                u->input_adds ? 1 : 0, job->workspace->units[u->input].gradient, in);
}

const struct unit_kind unit_dense = {forward, backward};
