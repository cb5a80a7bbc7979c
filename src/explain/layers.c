/* layers.c - which layers a method uses, and memory for its maps: what methods share. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

enum { LEAST_CELLS = 5, MOST_LAYERS = 512 };

enum sr_status explain_heat_init(struct sr_heat *heat, const struct sr_explain *request, int target,
                                 struct sr_error *error)
{
    heat->shape = sr_shape_map(request->model->shape.image);
    heat->values =
        sr_array_new(sr_shape_size(heat->shape), sizeof *heat->values, "heat map", error);
    if (!heat->values) return SR_ERROR_MEMORY;
    heat->target = target;
    return SR_OK;
}

size_t explain_layers(const struct sr_model *model, const struct sr_method *method,
                      struct sr_layer_info chosen[2])
{
    if (!method->layered || !sr_model_class_convolves(model->class)) return 0;
    struct sr_layer_info *layers = sr_xalloc(MOST_LAYERS * sizeof *layers);
    size_t count = model->class->layers(model->state, layers, MOST_LAYERS), made = 0,
           best = SIZE_MAX, most = 0;
    if (count > MOST_LAYERS) count = MOST_LAYERS;
    for (size_t i = 0; i < count; i++) {
        const size_t cells = sr_shape_pixels(layers[i].shape);
        if (sr_shape_shorter(layers[i].shape) < LEAST_CELLS || (method->fused && cells <= most))
            continue;
        best = i;
        most = cells;
    }
    if (best != SIZE_MAX) chosen[made++] = layers[best];
    if (made && method->fused && best + 1 < count) chosen[made++] = layers[count - 1];
    free(layers);
    return made;
}

bool sr_explain_place(const struct sr_model *model, const struct sr_method *method,
                      const char *layer, char place[SR_PLACE_SIZE])
{
    struct sr_layer_info chosen[2];
    place[0] = '\0';
    if (!method->layered) return false;
    if (layer && *layer) {
        snprintf(place, SR_PLACE_SIZE, "%s", layer);
        return true;
    }
    const size_t count = explain_layers(model, method, chosen);
    if (count == 1) snprintf(place, SR_PLACE_SIZE, "%s", chosen[0].name);
    if (count == 2) snprintf(place, SR_PLACE_SIZE, "%.13s × %.13s", chosen[0].name, chosen[1].name);
    return count > 0;
}
