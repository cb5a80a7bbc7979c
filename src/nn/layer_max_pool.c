/* layer_max_pool.c - the largest of each 2×2 pixels, stride 2, an odd last row or column left out,
 * where no unit before it does it. */
#include "workspace.h"

#include <math.h>
#include <stdio.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "max-pool 2×2");
}

static void carve_own(const struct sr_workspace *workspace, struct unit *unit,
                      struct carver *carver)
{
    if (workspace->training) unit->which = carve_which(carver, unit, workspace->batch);
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    (void)worker;
    job->kernels->pool(job_source(job, u->input, first), images * u->in.slots / SR_BLOCK,
                       u->in.height, u->in.width, job_result(job, first),
                       u->which ? u->which + (size_t)first * shape_size(&u->out) : NULL);
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
        size_t at = (size_t)first * shape_size(&u->out);
        job->kernels->pool_back(u->gradient + at, u->which + at, NULL, u->in.slots / SR_BLOCK,
                                u->in.height, u->in.width, dx);
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
                *y++ = fmax(fmax(from[0], from[1]), fmax(from[in->width], from[in->width + 1]));
            }
}

const struct layer_kind layer_max_pool = {
    .title = "pool",
    .role = SR_ROLE_POOL,
    .describe = describe,
    .fusion = FUSED_POOL,
    .shape = layer_halve_shape,
    .carve = carve_own,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
