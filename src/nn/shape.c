/* shape.c - shapes, and what the shape hooks of several kinds share. */
#include "layer.h"

struct shape shape_picture(int height, int width, int channels)
{
    return (struct shape){
        .height = height, .width = width, .channels = channels, .slots = sr_slots(channels)};
}

int shape_slot(const struct shape *s, int channel)
{
    if (!s->from_channels) return channel;
    int pixels = s->from_height * s->from_width, from = channel / pixels;
    if (s->flat) return channel % pixels * s->from_channels + from;
    return (from / SR_BLOCK * pixels + channel % pixels) * SR_BLOCK + from % SR_BLOCK;
}

enum sr_status layer_check_outputs(const struct layer *layer, struct sr_error *error)
{
    enum { MOST_CHANNELS = 4096 };
    int outputs = layer->spec.channels;
    if (outputs >= 1 && outputs <= MOST_CHANNELS) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT, "layer %s: %d outputs; 1 to %d are possible.",
                        layer->spec.name, outputs, MOST_CHANNELS);
}

enum sr_status layer_keep_shape(struct layer *layer, const struct shape *other,
                                struct sr_error *error)
{
    (void)other, (void)error;
    layer->out = layer->in;
    return SR_OK;
}

enum sr_status layer_halve_shape(struct layer *layer, const struct shape *other,
                                 struct sr_error *error)
{
    const struct shape *in = &layer->in;
    (void)other;
    if (in->height < 2 || in->width < 2)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: nothing is left of %d×%d after a 2×2 pool.",
                            layer->spec.name, in->height, in->width);
    layer->out = shape_picture(in->height / 2, in->width / 2, in->channels);
    return SR_OK;
}
