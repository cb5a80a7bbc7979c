#include "layer.h"

int filter_tensors(const struct layer *layer, struct tensor tensors[TENSORS_MAX])
{
    size_t kernel = (size_t)layer->spec.kernel, outputs = (size_t)layer->out.channels;
    tensors[WEIGHT] =
        (struct tensor){.name = "weight",
                        .rank = 4,
                        .shape = {outputs, (size_t)layer->in.channels, kernel, kernel},
                        .rows = layer->spec.kernel * layer->spec.kernel * layer->in.channels,
                        .columns = layer->out.slots,
                        .decays = true,
                        .filter = true,
                        .start = START_RANDOM};
    if (!layer->spec.bias) return 1;
    tensors[BIAS] = (struct tensor){
        .name = "bias", .rank = 1, .shape = {outputs}, .rows = 1, .columns = layer->out.slots};
    return 2;
}

size_t filter_place(const struct layer *layer, size_t i)
{
    size_t taps = (size_t)(layer->spec.kernel * layer->spec.kernel),
           inputs = (size_t)layer->in.channels;
    size_t output = i / (taps * inputs), input = i / taps % inputs;
    return (i % taps * inputs + input) * (size_t)layer->out.slots + output;
}

void filter_reference(const struct layer *layer, float *const *parameters, int above, int before,
                      const double *x, double *y)
{
    const struct sr_layer_spec *s = &layer->spec;
    const struct shape *in = &layer->in, *out = &layer->out;
    for (int o = 0; o < out->channels; o++)
        for (int pixel = 0; pixel < shape_pixels(out); pixel++, y++) {
            const int top = pixel / out->width * s->stride - above,
                      left = pixel % out->width * s->stride - before;
            const float *w =
                parameters[WEIGHT] + (size_t)(o * in->channels * s->kernel * s->kernel);
            *y = s->bias ? (double)parameters[BIAS][o] : 0;
            for (int c = 0; c < in->channels; c++)
                for (int i = top; i < top + s->kernel; i++)
                    for (int j = left; j < left + s->kernel; j++, w++)
                        if (i >= 0 && i < in->height && j >= 0 && j < in->width)
                            *y += (double)*w * x[(c * in->height + i) * in->width + j];
        }
}
