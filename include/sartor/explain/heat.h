/* heat.h - where a model looked: maps of the image's size with values 0..1.
 *
 * Grad-CAM (Selvaraju et al., 2017): ReLU of the layer's activations weighted by the
 * spatial mean of the class logit's gradients; then bilinear to image size and scaled
 * to a maximum of 1 (all zero when nothing supports the class). */
#ifndef SARTOR_EXPLAIN_HEAT_H
#define SARTOR_EXPLAIN_HEAT_H

#include "sartor/models/model.h"

struct sr_heat {
    int height, width;
    float *values;            /* height × width, 0..1 */
    char layer[32];
    int target;               /* the class that is explained */
};
void sr_heat_fini(struct sr_heat *heat);

/* `layer` NULL: the last convolution of at least 5×5 cells. `target` < 0 is an error here:
 * choose the predicted class first. A model without gradients gets a sentence. */
enum sr_status sr_gradcam(const struct sr_model *model, const uint8_t *pixels, const char *layer,
                          int target, struct sr_heat *heat, struct sr_error *error);

/* The layer that sr_gradcam uses by default; false when the model has none. */
int sr_gradcam_layer(const struct sr_model *model, struct sr_layer_info *layer);

/* Bilinear, half-pixel centres, edges clamped. */
void sr_resize_bilinear(const float *from, int from_height, int from_width, float *to, int height,
                        int width);

#endif
