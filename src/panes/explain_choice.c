/* explain_choice.c - see explain.h: the choices that a model offers, and heat maps as sentences.
 */
#include "explain.h"

#include <string.h>

int explain_target(const struct sr_session *session, const struct explain *explain)
{
    return explain->target >= 0 && explain->target < session->data->classes ? explain->target : -1;
}

size_t explain_layers_of(const struct sr_entry *entry, struct sr_layer_info *layers)
{
    const struct sr_model *model = entry ? entry->model : NULL;
    if (!model || !model->class || !model->class->layers || !model->state) return 0;
    size_t count = model->class->layers(model->state, layers, EXPLAIN_LAYERS);
    return count < EXPLAIN_LAYERS ? count : EXPLAIN_LAYERS;
}

static const char *method(const struct explain *explain, const struct sr_entry *entry)
{
    struct sr_error ignored;
    const char *name = explain->method;
    bool offered = *name && entry && entry->model && sr_method_find(entry->model, name, &ignored);
    return offered ? name : "";
}

static const char *layer(const struct explain *explain, const struct sr_entry *entry)
{
    struct sr_error ignored;
    struct sr_layer_info layers[EXPLAIN_LAYERS];
    const char *name = explain->layer;
    size_t count = *name ? explain_layers_of(entry, layers) : 0;
    if (count && !sr_method_find(entry->model, method(explain, entry), &ignored)->layered)
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(layers[i].name, name) == 0) return name;
    return "";
}

struct sr_explainer explain_chosen(const struct sr_session *session, const struct explain *explain,
                                   struct sr_entry *entry)
{
    return (struct sr_explainer){entry, method(explain, entry), layer(explain, entry),
                                 explain_target(session, explain)};
}

void explain_heat_words(const struct sr_heat *heat, struct sr_text *text)
{
    static const char *const rows[] = {"upper", "middle", "lower"}, *const columns[] = {
                                                                        "left", "centre", "right"};
    double sum = 0, x = 0, y = 0;
    size_t hot = 0, count = sr_shape_size(heat->shape);
    for (size_t i = 0; i < count; i++) {
        double value = (double)heat->values[i];
        sum += value;
        y += value * ((double)(i / (size_t)heat->shape.width) + 0.5) / heat->shape.height;
        x += value * ((double)(i % (size_t)heat->shape.width) + 0.5) / heat->shape.width;
        hot += value >= 0.5;
    }
    if (!(sum > 0)) {
        sr_text_add(text, "No part of the picture raises the probability of that class.");
        return;
    }
    int row = (int)(y / sum * 3), column = (int)(x / sum * 3);
    sr_text_printf(
        text, "The heat lies around the %s %s; %.0f %% of the picture is at half of it or more.",
        rows[row > 2 ? 2 : row], columns[column > 2 ? 2 : column],
        100.0 * (double)hot / (double)count);
}
