/* layer_silu.c - sigmoid-weighted linear units (Elfwing et al., 2018): y = x σ(x), with
 * σ(x) = 1 / (1 + exp(-x)). */
#include "workspace.h"

#include <math.h>
#include <stdio.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "SiLU");
}

/* Four floats, which any processor has instructions for. */
typedef float four __attribute__((vector_size(16), may_alias));
typedef int32_t four_whole __attribute__((vector_size(16)));
enum { LANES = 4 };

static four select_four(four_whole where, four a, four b)
{
    return (four)((where & (four_whole)a) | (~where & (four_whole)b));
}

/* σ(x). exp(-x) is 2^n exp(r), n whole, |r| <= ln 2 / 2, and exp(r) its Taylor polynomial of degree
 * 6, whose error is below 2e-7 of it. Where |x| > 80, σ is 0 or 1 to float's precision. */
static four sigmoid(four x)
{
    const four limit = {80, 80, 80, 80};
    const float rounding = 12582912; /* 1.5 · 2^23: adding and subtracting it rounds */
    four z = select_four(x < -limit, limit, select_four(x > limit, -limit, -x));
    four n = (z * 1.44269504f + rounding) - rounding;
    four r = (z - n * 0.693359375f) - n * -2.12194440e-4f;
    four power = r * (1.0f / 720) + 1.0f / 120;
    power = power * r + 1.0f / 24;
    power = power * r + 1.0f / 6;
    power = power * r + 0.5f;
    power = power * r + 1.0f;
    power = power * r + 1.0f;
    four_whole scale = (__builtin_convertvector(n, four_whole) + 127) << 23; /* 2^n as bits */
    return 1.0f / (1.0f + power * (four)scale);
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int first, images = job_slice(job, index, &first);
    size_t size = shape_size(&u->out), length = (size_t)images * size;
    const float *x = job_source(job, u->input, first);
    float *y = job_result(job, first);
    (void)worker;
    for (size_t at = 0; at < length; at += LANES) {
        four value = *(const four *)(x + at);
        *(four *)(y + at) = value * sigmoid(value);
    }
}

static void forward(struct job *job)
{
    job_run(job, PIECE, forward_slice);
}

/* dx = dy σ (1 + x (1 - σ)). */
static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    size_t size = shape_size(&u->out);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        const float *x = unit_source(job->workspace, u->input) + (size_t)first * size,
                    *dy = u->gradient + (size_t)first * size;
        for (size_t at = 0; at < size; at += LANES) {
            four value = *(const four *)(x + at), s = sigmoid(value);
            *(four *)(dx + at) = *(const four *)(dy + at) * s * (1.0f + value * (1.0f - s));
        }
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
    for (size_t i = 0; i < layer_numbers(&layer->out); i++) y[i] = x[i] / (1 + exp(-x[i]));
}

const struct layer_kind layer_silu = {
    .title = "silu",
    .role = SR_ROLE_ACTIVATION,
    .describe = describe,
    .rectifies = true,
    .shape = layer_keep_shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
