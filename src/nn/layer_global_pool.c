/* layer_global_pool.c - the mean of each channel over height and width. */
#include "workspace.h"

#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "mean of each channel");
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    (void)other;
    if (layer->in.from_channels)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: a mean of each channel cannot follow a flatten.",
                            layer->spec.name);
    layer->out = shape_picture(1, 1, layer->in.channels);
    return SR_OK;
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from), pixels = shape_pixels(&u->in);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        float *y = job_result(job, first);
        memset(y, 0, shape_size(&u->out) * sizeof *y);
        job->kernels->channel_sums(job_source(job, u->input, first),
                                   (struct sr_extent){1, u->in.slots / SR_BLOCK, pixels}, y);
        for (size_t i = 0; i < shape_size(&u->out); i++) y[i] *= 1.0f / (float)pixels;
    }
}

static void forward(struct job *job)
{
    job_run(job, PIECE, forward_slice);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
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

static void backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, backward_slice);
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    int pixels = shape_pixels(&layer->in);
    (void)parameters, (void)other;
    for (int c = 0; c < layer->in.channels; c++, y++) {
        *y = 0;
        for (int i = 0; i < pixels; i++) *y += *x++ / pixels;
    }
}

const struct layer_kind layer_global_pool = {
    .title = "mean of pixels",
    .role = SR_ROLE_POOL,
    .describe = describe,
    .shape = shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
