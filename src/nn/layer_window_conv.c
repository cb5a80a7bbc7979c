/* layer_window_conv.c - convolution with a square kernel of any size, any stride, and rows and
 * columns of zeros on each side as many as you wish: what networks from elsewhere have. Plain
 * loops: layer_conv.c is far faster for the shapes that it takes. */
#include "window.h"

#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    snprintf(text, size, "%s: %d×%d, %d, stride %d", spec->name, spec->kernel, spec->kernel,
             spec->channels, spec->stride);
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    enum sr_status status = layer_check_outputs(layer, error);
    (void)other;
    return status ? status : window_shape(layer, layer->spec.channels, error);
}

static uint64_t multiply_adds(const struct layer *layer, bool padding)
{
    (void)padding;
    return (uint64_t)(layer->spec.kernel * layer->spec.kernel) * (uint64_t)layer->in.channels *
           (uint64_t)layer->out.channels * (uint64_t)shape_pixels(&layer->out);
}

static size_t weight_size(const struct layer *layer)
{
    return (size_t)(layer->spec.kernel * layer->spec.kernel) * (size_t)layer->in.channels *
           (size_t)layer->out.slots;
}

static size_t sums(const struct layer *layer)
{
    return weight_size(layer) + (size_t)layer->out.slots;
}

/* ---- forward ---- */

/* A block of outputs at one pixel. */
static void forward_pixel(const struct layer *layer, const float *x, const float *weights,
                          const struct window *window, float *restrict y)
{
    const struct shape *in = &layer->in;
    const size_t slots = (size_t)layer->out.slots, inputs = (size_t)in->channels;
    float sum[SR_BLOCK];
    memcpy(sum, y, sizeof sum);
    for (int i = window->top; i < window->bottom; i++)
        for (int j = window->left; j < window->right; j++) {
            const size_t tap = (size_t)window_tap(layer, window, i, j);
            const float *w = weights + tap * inputs * slots;
            for (int c = 0; c < in->channels; c++, w += slots) {
                const float value = x[window_place(in, c, i * in->width + j)];
                for (int l = 0; l < SR_BLOCK; l++) sum[l] += value * w[l];
            }
        }
    memcpy(y, sum, sizeof sum);
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct layer *layer = job->layer;
    const struct shape *out = &layer->out;
    const float *bias = layer->spec.bias ? job_values(job, BIAS) : NULL;
    int from, images = job_slice(job, index, &from);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        const float *x = job_source(job, job->unit->input, first);
        float *y = job_result(job, first);
        for (int block = 0; block < out->slots; block += SR_BLOCK)
            for (int pixel = 0; pixel < shape_pixels(out); pixel++, y += SR_BLOCK) {
                const struct window window = window_of(layer, pixel);
                for (int l = 0; l < SR_BLOCK; l++) y[l] = bias ? bias[block + l] : 0;
                forward_pixel(layer, x, job_values(job, WEIGHT) + block, &window, y);
            }
    }
}

static void forward(struct job *job)
{
    job_run(job, PIECE, forward_slice);
}

/* ---- backward ---- */

/* The gradients of the inputs (unless NULL) and weights (unless NULL) that lead to a block of
 * outputs at one pixel. */
static void backward_pixel(const struct layer *layer, const float *x, const float *weights,
                           const struct window *window, const float *dy, float *dx, float *dw)
{
    const struct shape *in = &layer->in;
    const size_t slots = (size_t)layer->out.slots, inputs = (size_t)in->channels;
    for (int i = window->top; i < window->bottom; i++)
        for (int j = window->left; j < window->right; j++) {
            const size_t first = (size_t)window_tap(layer, window, i, j) * inputs * slots;
            for (int c = 0; c < in->channels; c++) {
                const size_t at = window_place(in, c, i * in->width + j),
                             from = first + (size_t)c * slots;
                float sum = 0;
                for (int l = 0; dx && l < SR_BLOCK; l++) sum += weights[from + (size_t)l] * dy[l];
                if (dx) dx[at] += sum;
                for (int l = 0; dw && l < SR_BLOCK; l++) dw[from + (size_t)l] += x[at] * dy[l];
            }
        }
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct layer *layer = job->layer;
    const struct shape *out = &layer->out;
    float *part = job->parameters ? job_part(job, index) : NULL,
          *dx = u->input_gradient ? job_scratch(job, worker) : NULL;
    int from, images = job_slice(job, index, &from);
    if (part) memset(part, 0, sums(layer) * sizeof *part);
    for (int first = from; first < from + images; first++) {
        const float *x = job_source(job, u->input, first),
                    *dy = u->gradient + (size_t)first * shape_size(out);
        if (dx) memset(dx, 0, shape_size(&u->in) * sizeof *dx);
        for (int block = 0; block < out->slots; block += SR_BLOCK)
            for (int pixel = 0; pixel < shape_pixels(out); pixel++, dy += SR_BLOCK) {
                const struct window window = window_of(layer, pixel);
                backward_pixel(layer, x, job_values(job, WEIGHT) + block, &window, dy, dx,
                               part ? part + block : NULL);
                for (int l = 0; part && l < SR_BLOCK; l++)
                    part[weight_size(layer) + (size_t)(block + l)] += dy[l];
            }
        if (dx) job_pass_back(job, u->input, u->input_adds, dx, first, 1);
    }
}

static void backward(struct job *job)
{
    const struct layer *layer = job->layer;
    const size_t length = weight_size(layer) + (layer->spec.bias ? (size_t)layer->out.slots : 0);
    job->part_size = sums(layer);
    job_run(job, part_images(job->unit, job->whole), backward_slice);
    if (!job->parameters) return;
    sr_pool_reduce(job->workspace->pool, job_gradient(job, WEIGHT), job->workspace->parts,
                   (size_t)part_count(job), job->part_size, length); /* the bias follows */
    job_complete(job, WEIGHT);
    if (layer->spec.bias) job_complete(job, BIAS);
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    (void)other;
    filter_reference(layer, parameters, layer->spec.pads[0], layer->spec.pads[1], x, y);
}

const struct layer_kind layer_window_conv = {
    .title = "convolution by windows",
    .role = SR_ROLE_CONV,
    .example = {.channels = 5, .kernel = 3, .stride = 2, .pads = {0, 1, 1, 2}, .bias = true},
    .describe = describe,
    .reads_image = true,
    .shape = shape,
    .tensors = filter_tensors,
    .place = filter_place,
    .multiply_adds = multiply_adds,
    .sums = sums,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
