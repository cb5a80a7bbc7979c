/* layer_window_pool.c - the largest or the mean of the pixels in each window, of any size, stride
 * and pads. Of the mean, pixels beyond the edges count as zeros (`padded`) or not at all. */
#include "window.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    snprintf(text, size, "%s-pool %d×%d, stride %d", spec->mean ? "average" : "max", spec->kernel,
             spec->kernel, spec->stride);
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    (void)other;
    return window_shape(layer, layer->in.channels, error);
}

/* What the sum over a window is multiplied by to give the mean. */
static float share_of(const struct sr_layer_spec *spec, const struct window *w)
{
    const int inside = (w->bottom - w->top) * (w->right - w->left);
    return 1 / (float)(spec->padded ? spec->kernel * spec->kernel : inside);
}

/* The pixel of the window where channel `l` of a block is largest, the first one of equals. */
static int largest(const struct shape *in, const float *x, const struct window *w, int l)
{
    int best = w->top * in->width + w->left;
    for (int i = w->top; i < w->bottom; i++)
        for (int j = w->left; j < w->right; j++) {
            const int pixel = i * in->width + j;
            if (x[pixel * SR_BLOCK + l] > x[best * SR_BLOCK + l]) best = pixel;
        }
    return best;
}

/* One block of channels at one pixel of the output. */
static void forward_pixel(const struct layer *layer, const float *x, const struct window *w,
                          float *y)
{
    const int width = layer->in.width;
    float sum[SR_BLOCK] = {0};
    for (int l = 0; l < SR_BLOCK; l++)
        if (!layer->spec.mean) y[l] = x[largest(&layer->in, x, w, l) * SR_BLOCK + l];
    if (!layer->spec.mean) return;
    for (int i = w->top; i < w->bottom; i++)
        for (int j = w->left; j < w->right; j++)
            for (int l = 0; l < SR_BLOCK; l++) sum[l] += x[(i * width + j) * SR_BLOCK + l];
    for (int l = 0; l < SR_BLOCK; l++) y[l] = sum[l] * share_of(&layer->spec, w);
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct layer *layer = job->layer;
    int from, images = job_slice(job, index, &from);
    (void)worker;
    for (int first = from; first < from + images; first++) {
        const float *x = job_source(job, job->unit->input, first);
        float *y = job_result(job, first);
        for (int block = 0; block < layer->out.slots; block += SR_BLOCK) {
            for (int pixel = 0; pixel < shape_pixels(&layer->out); pixel++, y += SR_BLOCK) {
                const struct window window = window_of(layer, pixel);
                forward_pixel(layer, x, &window, y);
            }
            x += shape_pixels(&layer->in) * SR_BLOCK;
        }
    }
}

static void forward(struct job *job)
{
    job_run(job, PIECE, forward_slice);
}

static void backward_pixel(const struct layer *layer, const float *x, const struct window *w,
                           const float *dy, float *dx)
{
    const int width = layer->in.width;
    for (int l = 0; l < SR_BLOCK; l++)
        if (!layer->spec.mean) dx[largest(&layer->in, x, w, l) * SR_BLOCK + l] += dy[l];
    if (!layer->spec.mean) return;
    const float share = share_of(&layer->spec, w);
    for (int i = w->top; i < w->bottom; i++)
        for (int j = w->left; j < w->right; j++)
            for (int l = 0; l < SR_BLOCK; l++) dx[(i * width + j) * SR_BLOCK + l] += dy[l] * share;
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct layer *layer = job->layer;
    const int plane = shape_pixels(&layer->in) * SR_BLOCK;
    int from, images = job_slice(job, index, &from);
    float *dx = job_scratch(job, worker);
    for (int first = from; first < from + images; first++) {
        const float *x = job_source(job, u->input, first),
                    *dy = u->gradient + (size_t)first * shape_size(&layer->out);
        memset(dx, 0, shape_size(&layer->in) * sizeof *dx);
        for (int block = 0; block * SR_BLOCK < layer->out.slots; block++)
            for (int pixel = 0; pixel < shape_pixels(&layer->out); pixel++, dy += SR_BLOCK) {
                const struct window window = window_of(layer, pixel);
                backward_pixel(layer, x + block * plane, &window, dy, dx + block * plane);
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
    const struct sr_layer_spec *s = &layer->spec;
    const struct shape *in = &layer->in, *out = &layer->out;
    (void)parameters, (void)other;
    for (int c = 0; c < out->channels; c++)
        for (int pixel = 0; pixel < shape_pixels(out); pixel++) {
            const int top = pixel / out->width * s->stride - s->pads[0],
                      left = pixel % out->width * s->stride - s->pads[1];
            double sum = 0, most = -INFINITY;
            int inside = 0;
            for (int i = top; i < top + s->kernel; i++)
                for (int j = left; j < left + s->kernel; j++) {
                    if (i < 0 || i >= in->height || j < 0 || j >= in->width) continue;
                    const double value = x[(c * in->height + i) * in->width + j];
                    sum += value;
                    most = fmax(most, value);
                    inside++;
                }
            *y++ = s->mean ? sum / (s->padded ? s->kernel * s->kernel : inside) : most;
        }
}

const struct layer_kind layer_window_pool = {
    .title = "pool by windows",
    .role = SR_ROLE_POOL,
    .example = {.kernel = 3, .stride = 2, .pads = {1, 1, 0, 1}, .mean = true},
    .describe = describe,
    .shape = shape,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
