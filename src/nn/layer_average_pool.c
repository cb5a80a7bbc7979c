/* layer_average_pool.c - the mean of each 2×2 pixels, stride 2, an odd last row or column left out.
 */
#include "workspace.h"

#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "average-pool 2×2");
}

/* One block of channels of one image: height × width × 16 to half of either side. */
static void pool_plane(const float *restrict x, int height, int width, float *restrict y)
{
    size_t row = (size_t)width * SR_BLOCK;
    for (int i = 0; i < height / 2; i++, x += 2 * row)
        for (int j = 0; j < width / 2; j++, y += SR_BLOCK) {
            const float *at = x + (size_t)j * 2 * SR_BLOCK;
            for (int c = 0; c < SR_BLOCK; c++)
                y[c] = 0.25f * ((at[c] + at[SR_BLOCK + c]) +
                                (at[row + (size_t)c] + at[row + SR_BLOCK + (size_t)c]));
        }
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t planes = (size_t)(images * (u->in.slots / SR_BLOCK));
    size_t in = (size_t)shape_pixels(&u->in) * SR_BLOCK,
           out = (size_t)shape_pixels(&u->out) * SR_BLOCK;
    const float *x = job_source(job, u->input, first);
    float *y = job_result(job, first);
    (void)worker;
    for (size_t i = 0; i < planes; i++)
        pool_plane(x + i * in, u->in.height, u->in.width, y + i * out);
}

static void forward(struct job *job)
{
    job_run(job, PIECE, forward_slice);
}

/* A quarter of the gradient to each of the four; dx is zero before. */
static void spread_plane(const float *restrict dy, int height, int width, float *restrict dx)
{
    size_t row = (size_t)width * SR_BLOCK;
    for (int i = 0; i < height / 2; i++, dx += 2 * row)
        for (int j = 0; j < width / 2; j++, dy += SR_BLOCK) {
            float *at = dx + (size_t)j * 2 * SR_BLOCK;
            for (size_t c = 0; c < SR_BLOCK; c++)
                at[c] = at[SR_BLOCK + c] = at[row + c] = at[row + SR_BLOCK + c] = 0.25f * dy[c];
        }
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    size_t in = (size_t)shape_pixels(&u->in) * SR_BLOCK,
           out = (size_t)shape_pixels(&u->out) * SR_BLOCK;
    float *dx = job_scratch(job, worker);
    memset(dx, 0, shape_size(&u->in) * sizeof *dx);
    for (int first = from; first < from + images; first++) {
        const float *dy = u->gradient + (size_t)first * shape_size(&u->out);
        for (size_t i = 0; i < (size_t)(u->in.slots / SR_BLOCK); i++)
            spread_plane(dy + i * out, u->in.height, u->in.width, dx + i * in);
        job_pass_back(job, u->input, u->input_adds, dx, first, 1);
    }
}

static void backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, backward_slice);
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    const struct shape *in = &layer->in, *out = &layer->out;
    (void)parameters, (void)other;
    for (int c = 0; c < out->channels; c++)
        for (int i = 0; i < out->height; i++)
            for (int j = 0; j < out->width; j++) {
                const double *from = x + (c * in->height + 2 * i) * in->width + 2 * j;
                *y++ = (from[0] + from[1] + from[in->width] + from[in->width + 1]) / 4;
            }
}

const struct layer_kind layer_average_pool = {
    .title = "average pool",
    .role = SR_ROLE_POOL,
    .describe = describe,
    .shape = layer_halve_shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
