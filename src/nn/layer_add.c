/* layer_add.c - the sum of two inputs of one shape (a residual), and ReLU on it, where no norm
 * before it does it. */
#include "workspace.h"

#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "add");
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    const struct shape *in = &layer->in;
    layer->out = *in;
    if (other->height == in->height && other->width == in->width &&
        other->channels == in->channels && other->slots == in->slots)
        return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "layer %s adds %d×%d×%d to %d×%d×%d; both must have one shape.",
                        layer->spec.name, in->height, in->width, in->channels, other->height,
                        other->width, other->channels);
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t length = (size_t)images * shape_size(&u->out);
    const float *x = job_source(job, u->input, first), *other = job_source(job, u->other, first);
    float *y = job_result(job, first);
    (void)worker;
    if (u->relu) {
        job->kernels->relu(x, other, length, y);
    } else {
        memcpy(y, x, length * sizeof *x);
        job->kernels->add(other, length, y);
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
    size_t size = shape_size(&u->out);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        const float *dy = u->gradient + (size_t)first * size;
        if (u->relu) {
            job->kernels->relu_back(dy, u->result + (size_t)first * size, size, dx);
            dy = dx;
        }
        if (u->other_gradient) job_pass_back(job, u->other, u->other_adds, dy, first, 1);
        if (u->input_gradient) job_pass_back(job, u->input, u->input_adds, dy, first, 1);
    }
}

static void backward(struct job *job)
{
    job_run(job, PIECE, backward_slice);
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    (void)parameters;
    for (size_t i = 0; i < layer_numbers(&layer->out); i++) y[i] = x[i] + other[i];
}

const struct layer_kind layer_add = {
    .title = "sum",
    .role = SR_ROLE_ADD,
    .describe = describe,
    .two_inputs = true,
    .additive = true,
    .fusion = FUSED_SUM,
    .fuses = FUSED_RELU,
    .shape = shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
