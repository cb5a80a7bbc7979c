/* describe.c - the layers of a network as a diagram shows them: names, output shapes, parameters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/models/networks.h"

/* Learned numbers of one layer: its tensors are named "LAYER.weight", "LAYER.bias". */
static uint64_t count_parameters(const struct sr_network *network, const char *layer)
{
    struct sr_parameter *parameters;
    /* Listing them changes nothing; the function takes its network writable since their values are.
     */
    size_t count = sr_network_parameters((struct sr_network *)(uintptr_t)network, &parameters),
           length = strlen(layer);
    uint64_t total = 0;
    for (size_t i = 0; length && i < count; i++) {
        size_t shape[4], numbers = 1;
        if (!parameters[i].learned || strncmp(parameters[i].name, layer, length) ||
            parameters[i].name[length] != '.' || strchr(parameters[i].name + length + 1, '.'))
            continue;
        int rank = sr_network_tensor_shape(network, i, shape);
        for (int axis = 0; axis < rank; axis++) numbers *= shape[axis];
        total += numbers;
    }
    return total;
}

size_t sr_network_describe(const struct sr_network *network, struct sr_layer_summary *layers,
                           size_t room)
{
    size_t count = sr_network_layer_count(network), made = 0;
    /* The main line goes back from the logits along first inputs; `places` are the numbers of its
     * layers in it, -1 for others. */
    int *places = sr_xalloc((count + 1) * sizeof *places);
    for (size_t i = 0; i < count; i++) places[i] = -1;
    for (int at = (int)count - 1; at >= 0; at = sr_network_layer(network, (size_t)at)->input)
        places[at] = 0;
    for (size_t i = 0; i < count; i++) {
        if (places[i] < 0) continue;
        places[i] = (int)made++;
        if (made > room) continue;
        const struct sr_layer_spec *spec = sr_network_layer(network, i);
        struct sr_layer_summary *out = &layers[made - 1];
        *out = (struct sr_layer_summary){.parameters = count_parameters(network, spec->name),
                                         .skip = -2};
        out->role = sr_layer_role(spec->type);
        sr_layer_describe(spec, out->name, sizeof out->name);
        sr_network_shape(network, i, &out->height, &out->width, &out->channels);
        if (out->height == 1 && out->width == 1) out->height = out->width = 0;
        if (sr_layer_inputs(spec->type) < 2) continue;
        int from = spec->other;
        bool projected = false;
        for (; from >= 0 && places[from] < 0;
             from = sr_network_layer(network, (size_t)from)->input) {
            const struct sr_layer_spec *beside = sr_network_layer(network, (size_t)from);
            out->parameters += count_parameters(network, beside->name);
            projected = projected || sr_layer_role(beside->type) == SR_ROLE_CONV;
        }
        out->skip = from < 0 ? -1 : places[from];
        if (projected) snprintf(out->name, sizeof out->name, "add, by a 1×1 convolution");
    }
    free(places);
    return made;
}
