/* internal.h - the methods, one function each, for the table in explain.c. */
#ifndef SARTOR_EXPLAIN_INTERNAL_H
#define SARTOR_EXPLAIN_INTERNAL_H

#include "sartor/explain/explain.h"

typedef enum sr_status explain_method(const struct sr_explain *request, struct sr_heat *heats,
                                      struct sr_error *error);
explain_method explain_gradcam, explain_gradcam_plus, explain_hirescam, explain_occlusion,
    explain_weights, explain_importance;

/* Whether the model has an image of importances: of a class, or (-1) of none. */
bool explain_has_image(const struct sr_model *model, int target);

/* The layers that a method uses by default, at most two. */
size_t explain_layers(const struct sr_model *model, const struct sr_method *method,
                      struct sr_layer_info chosen[2]);

/* A heat map of the model's image size, zeroed, for the target. */
enum sr_status explain_heat_init(struct sr_heat *heat, const struct sr_explain *request, int target,
                                 struct sr_error *error);

#endif
