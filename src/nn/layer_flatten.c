/* layer_flatten.c - a picture as one vector, in PyTorch's C,H,W order. In memory the numbers stay
 * where they are, which shape_slot() knows of; only the image itself may have to be filled up to
 * whole blocks. */
#include "workspace.h"

#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    (void)spec;
    snprintf(text, size, "flatten");
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    const struct shape *in = &layer->in;
    (void)other, (void)error;
    layer->out = *in;
    if (in->from_channels) return SR_OK;
    layer->out = shape_picture(1, 1, in->height * in->width * in->channels);
    layer->out.flat = in->plain || in->flat;
    if (!in->plain) layer->out.slots = (int)shape_size(in);
    if (!in->plain || in->channels > 1) {
        layer->out.from_height = in->height;
        layer->out.from_width = in->width;
        layer->out.from_channels = in->channels;
    }
    return SR_OK;
}

static void forward(struct job *job)
{
    const struct unit *u = job->unit;
    size_t in = shape_size(&u->in), out = shape_size(&u->out);
    for (size_t i = 0; i < (size_t)job->count; i++)
        memcpy(u->result + i * out, job->workspace->image + i * in, in * sizeof(float));
}

static void backward(struct job *job)
{
    (void)job; /* only the image is copied, and its gradient is never wanted */
}

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    (void)parameters, (void)other;
    memcpy(y, x, layer_numbers(&layer->out) * sizeof *y);
}

const struct layer_kind layer_flatten = {
    .title = "flatten",
    .role = SR_ROLE_FLATTEN,
    .describe = describe,
    .reads_image = true,
    .renames = true,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
