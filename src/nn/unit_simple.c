/* unit_simple.c - the layers without weights, where nothing before them takes them in: pools, sums
 * and ReLU, dropout, and a flatten of the image itself. */
#include "internal.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <string.h>

/* ---- max-pool ---- */

static void pool_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t to = (size_t)first * shape_size(&u->out);
    (void)worker;
    job->kernels->pool(unit_source(job->workspace, u->input) + (size_t)first * shape_size(&u->in),
                       images * u->in.slots / SR_BLOCK, u->in.height, u->in.width, u->result + to,
                       u->which ? u->which + to : NULL);
}

static void pool_forward(struct job *job)
{
    job_run(job, PIECE, pool_slice);
}

static void pool_back_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        size_t at = (size_t)first * shape_size(&u->out);
        job->kernels->pool_back(u->gradient + at, u->which + at, NULL, u->in.slots / SR_BLOCK,
                                u->in.height, u->in.width, dx);
        job_pass_back(job, u->input, u->input_adds, dx, first, 1);
    }
}

static void pool_backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, pool_back_slice);
}

const struct unit_kind unit_pool = {pool_forward, pool_backward};

/* ---- a sum of two, ReLU, or both ---- */

static void sum_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t at = (size_t)first * shape_size(&u->out), length = (size_t)images * shape_size(&u->out);
    const float *x = unit_source(job->workspace, u->input) + at;
    const float *other = u->other >= 0 ? unit_source(job->workspace, u->other) + at : NULL;
    (void)worker;
    if (u->relu) {
        job->kernels->relu(x, other, length, u->result + at);
    } else {
        memcpy(u->result + at, x, length * sizeof *x);
        if (other) job->kernels->add(other, length, u->result + at);
    }
}

static void sum_forward(struct job *job)
{
    job_run(job, PIECE, sum_slice);
}

static void sum_back_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        size_t at = (size_t)first * shape_size(&u->out), length = shape_size(&u->out);
        const float *dy = u->gradient + at;
        if (u->relu) {
            job->kernels->relu_back(dy, u->result + at, length, dx);
            dy = dx;
        }
        if (u->other_gradient) job_pass_back(job, u->other, u->other_adds, dy, first, 1);
        if (u->input_gradient) job_pass_back(job, u->input, u->input_adds, dy, first, 1);
    }
}

static void sum_backward(struct job *job)
{
    job_run(job, PIECE, sum_back_slice);
}

const struct unit_kind unit_sum = {sum_forward, sum_backward};

/* ---- mean over height and width ---- */

static void global_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from), pixels = shape_pixels(&u->in);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        float *y = u->result + (size_t)first * shape_size(&u->out);
        memset(y, 0, shape_size(&u->out) * sizeof *y);
        job->kernels->channel_sums(unit_source(job->workspace, u->input) +
                                       (size_t)first * shape_size(&u->in),
                                   1, u->in.slots / SR_BLOCK, pixels, y);
        for (size_t i = 0; i < shape_size(&u->out); i++) y[i] *= 1.0f / (float)pixels;
    }
}

static void global_forward(struct job *job)
{
    job_run(job, PIECE, global_slice);
}

static void global_back_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from), pixels = shape_pixels(&u->in);
    float *dx = job_scratch(job, worker), share = 1.0f / (float)pixels;
    for (int first = from; first < from + images; first++) {
        const float *dy = u->gradient + (size_t)first * shape_size(&u->out);
        for (int block = 0; block < u->in.slots / SR_BLOCK; block++)
            for (int i = 0; i < pixels * SR_BLOCK; i++)
                dx[block * pixels * SR_BLOCK + i] = dy[block * SR_BLOCK + i % SR_BLOCK] * share;
        job_pass_back(job, u->input, u->input_adds, dx, first, 1);
    }
}

static void global_backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, global_back_slice);
}

const struct unit_kind unit_global = {global_forward, global_backward};

/* ---- the image as a vector, filled up to whole blocks ---- */

static void copy_forward(struct job *job)
{
    struct unit *u = job->unit;
    size_t in = shape_size(&u->in), out = shape_size(&u->out);
    for (size_t i = 0; i < (size_t)job->count; i++)
        memcpy(u->result + i * out, job->workspace->image + i * in, in * sizeof(float));
}

static void copy_backward(struct job *job)
{
    (void)job; /* nobody wants the image's gradient */
}

const struct unit_kind unit_copy = {copy_forward, copy_backward};

/* ---- dropout (Srivastava et al., 2014) ---- */

/* y = x where kept, scaled so that the mean stays. What is dropped depends on the seed, the step,
 * the layer and the image's place in the batch, so the backward pass draws it again: 16 bits a
 * value. */
static void drop(const struct job *job, int image, const float *x, float *y)
{
    enum { DRAWS = 64 };
    const struct unit *u = job->unit;
    int32_t limit = (int32_t)((double)job->layer->spec.rate * 65536);
    float scale = 1 / (1 - job->layer->spec.rate);
    size_t count = shape_size(&u->out);
    uint64_t draws[DRAWS] __attribute__((aligned(SR_ALIGNMENT)));
    uint16_t chances[4 * DRAWS] __attribute__((aligned(SR_ALIGNMENT)));
    struct sr_rng rng;
    sr_rng_init(&rng, job->workspace->seed, SR_STREAM_DROPOUT,
                (job->workspace->step * 1024 + (uint64_t)u->layer) * 65536 + (uint64_t)image);
    for (size_t i = 0, length; i < count; i += length) {
        length = count - i < 4 * DRAWS ? count - i : 4 * DRAWS;
        for (size_t j = 0; j < length / 4; j++) draws[j] = sr_rng_next(&rng);
        memcpy(chances, draws, length * sizeof *chances);
        job->kernels->drop(chances, limit, scale, x + i, length, y + i);
    }
}

static void dropout_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        size_t at = (size_t)first * shape_size(&u->out);
        const float *x = unit_source(job->workspace, u->input) + at;
        if (job->training)
            drop(job, first, x, u->result + at);
        else
            memcpy(u->result + at, x, shape_size(&u->out) * sizeof *x);
    }
}

static void dropout_forward(struct job *job)
{
    job_run(job, PIECE, dropout_slice);
}

static void dropout_back_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        const float *dy = u->gradient + (size_t)first * shape_size(&u->out);
        if (job->training) drop(job, first, dy, dx);
        job_pass_back(job, u->input, u->input_adds, job->training ? dx : dy, first, 1);
    }
}

static void dropout_backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, dropout_back_slice);
}

const struct unit_kind unit_dropout = {dropout_forward, dropout_backward};
