/* layer_dropout.c - inverted dropout (Srivastava et al., 2014), in training only. */
#include "workspace.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    snprintf(text, size, "dropout %g", (double)spec->rate);
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    float rate = layer->spec.rate;
    (void)other;
    layer->out = layer->in;
    if (rate >= 0 && rate < 1) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "layer %s: a dropout rate of %g; it is 0 or more, and below 1.",
                        layer->spec.name, (double)rate);
}

/* y = x where kept, scaled so that the mean stays. What is dropped depends on the seed, the step,
 * the layer and the image's index in the batch, so the backward pass draws it again: 16 bits a
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
                (job->workspace->step * 1024 + (uint64_t)u->layer) * 65536 +
                    (uint64_t)(job->before + image));
    for (size_t i = 0, length; i < count; i += length) {
        length = count - i < 4 * DRAWS ? count - i : 4 * DRAWS;
        for (size_t j = 0; j < length / 4; j++) draws[j] = sr_rng_next(&rng);
        memcpy(chances, draws, length * sizeof *chances);
        job->kernels->drop(chances, limit, scale, x + i, length, y + i);
    }
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        const float *x = job_source(job, u->input, first);
        float *y = job_result(job, first);
        if (job->training)
            drop(job, first, x, y);
        else
            memcpy(y, x, shape_size(&u->out) * sizeof *x);
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
    int from, images = job_slice(job, index, &from);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        const float *dy = u->gradient + (size_t)first * shape_size(&u->out);
        if (job->training) drop(job, first, dy, dx);
        job_pass_back(job, u->input, u->input_adds, job->training ? dx : dy, first, 1);
    }
}

static void backward(struct job *job)
{
    if (job->unit->input_gradient) job_run(job, PIECE, backward_slice);
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    (void)parameters, (void)other;
    memcpy(y, x, layer_numbers(&layer->out) * sizeof *y);
}

const struct layer_kind layer_dropout = {
    .title = "dropout",
    .role = SR_ROLE_DROPOUT,
    .example = {.rate = 0.3f},
    .describe = describe,
    .shape = shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
