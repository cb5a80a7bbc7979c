/* layer_relu.c - y = max(0, x), where no unit before it does it. */
#include "workspace.h"

#include <stdio.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "ReLU");
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    (void)worker;
    job->kernels->relu(job_source(job, u->input, first), NULL, (size_t)images * shape_size(&u->out),
                       job_result(job, first));
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
        size_t at = (size_t)first * size;
        job->kernels->relu_back(u->gradient + at, u->result + at, size, dx);
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
    (void)parameters, (void)other;
    for (size_t i = 0; i < layer_numbers(&layer->out); i++) y[i] = x[i] > 0 ? x[i] : 0;
}

const struct layer_kind layer_relu = {
    .title = "relu",
    .role = SR_ROLE_ACTIVATION,
    .describe = describe,
    .rectifies = true,
    .fusion = FUSED_RELU,
    .shape = layer_keep_shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
