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
