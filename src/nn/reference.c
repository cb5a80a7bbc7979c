/* reference.c - prediction layer by layer by the plain references of their kinds, without units,
 * blocks or kernels. */
#include "layer.h"

#include "sartor/base/memory.h"
#include <stdlib.h>

/* The parameters of a layer as PyTorch has them. */
static void export_parameters(const struct sr_network *network, const struct layer *layer,
                              float *parameters[TENSORS_MAX])
{
    for (int i = 0; i < TENSORS_MAX; i++) {
        size_t index = (size_t)(layer->parameter + i);
        parameters[i] = NULL;
        if (layer->parameter < 0 || index >= network->parameter_count ||
            &network->layers[network->tensors[index].layer] != layer)
            continue;
        parameters[i] = sr_xalloc(network->parameters[index].count * sizeof(float));
        sr_network_export(network, index, parameters[i]);
    }
}

void sr_network_predict_ref(const struct sr_network *network, const float *image, double *logits)
{
    double **outputs = sr_xalloc(network->count * sizeof *outputs);
    size_t pixels = layer_numbers(&network->image);
    double *input = sr_xalloc(pixels * sizeof *input);
    const size_t channels = (size_t)network->image.channels, area = pixels / channels;
    for (size_t i = 0; i < pixels; i++)
        input[i % channels * area + i / channels] = (double)image[i];
    for (size_t i = 0; i < network->count; i++) {
        const struct layer *l = &network->layers[i];
        float *parameters[TENSORS_MAX];
        export_parameters(network, l, parameters);
        outputs[i] = sr_xalloc(layer_numbers(&l->out) * sizeof **outputs);
        l->kind->reference(l, parameters, l->spec.input < 0 ? input : outputs[l->spec.input],
                           l->kind->two_inputs ? outputs[l->spec.other] : NULL, outputs[i]);
        for (int p = 0; p < TENSORS_MAX; p++) free(parameters[p]);
    }
    for (int c = 0; c < network->layers[network->count - 1].out.channels; c++)
        logits[c] = outputs[network->count - 1][c];
    for (size_t i = 0; i < network->count; i++) free(outputs[i]);
    free(outputs);
    free(input);
}
