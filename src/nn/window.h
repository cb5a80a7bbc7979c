/* window.h - square windows over a picture, of any size and stride, which may reach beyond its
 * edges: what layer_window_conv.c and layer_window_pool.c share. */
#ifndef SARTOR_NN_WINDOW_H
#define SARTOR_NN_WINDOW_H

#include "workspace.h"

/* The part of a window that lies in the picture, and where the window begins. */
struct window {
    int top, left, bottom, right, row, column;
};

/* Shape of the output, of so many channels; refuses what is out of range. */
static inline enum sr_status window_shape(struct layer *layer, int channels, struct sr_error *error)
{
    enum { SIDE = 15, STRIDE = 8 };
    const struct sr_layer_spec *s = &layer->spec;
    const struct shape *in = &layer->in;
    bool right = s->kernel >= 1 && s->kernel <= SIDE && s->stride >= 1 && s->stride <= STRIDE;
    for (int side = 0; side < 4; side++)
        right = right && s->pads[side] >= 0 && s->pads[side] < s->kernel;
    if (!right)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: windows of %d with stride %d and pads %d %d %d %d; windows "
                            "are 1 to %d, strides 1 to %d, pads smaller than a window.",
                            s->name, s->kernel, s->stride, s->pads[0], s->pads[1], s->pads[2],
                            s->pads[3], SIDE, STRIDE);
    if (in->from_channels)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "layer %s: windows cannot follow a flatten.",
                            s->name);
    const int height = in->height + s->pads[0] + s->pads[2] - s->kernel,
              width = in->width + s->pads[1] + s->pads[3] - s->kernel;
    if (height < 0 || width < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: an input of %d×%d is smaller than a window of %d×%d.",
                            s->name, in->height, in->width, s->kernel, s->kernel);
    layer->out = shape_picture(height / s->stride + 1, width / s->stride + 1, channels);
    return SR_OK;
}

/* The window of pixel `pixel` of the output. */
static inline struct window window_of(const struct layer *layer, int pixel)
{
    const struct sr_layer_spec *s = &layer->spec;
    const struct shape *in = &layer->in;
    const int row = pixel / layer->out.width * s->stride - s->pads[0],
              column = pixel % layer->out.width * s->stride - s->pads[1], bottom = row + s->kernel,
              right = column + s->kernel;
    return (struct window){.top = row < 0 ? 0 : row,
                           .left = column < 0 ? 0 : column,
                           .bottom = bottom < in->height ? bottom : in->height,
                           .right = right < in->width ? right : in->width,
                           .row = row,
                           .column = column};
}

/* Which of the kernel's numbers is for the picture's pixel (i, j). */
static inline int window_tap(const struct layer *layer, const struct window *window, int i, int j)
{
    return (i - window->row) * layer->spec.kernel + j - window->column;
}

/* Where a channel of a pixel is in memory. */
static inline size_t window_place(const struct shape *in, int channel, int pixel)
{
    if (in->plain) return (size_t)(pixel * in->channels + channel);
    return ((size_t)(channel / SR_BLOCK * shape_pixels(in) + pixel)) * SR_BLOCK +
           (size_t)(channel % SR_BLOCK);
}

#endif
