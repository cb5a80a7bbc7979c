/* explain.h - why did it say that: one mechanism for every family.
 *
 * A method is a row of sr_methods; it says by itself what a model must offer, so panes and commands
 * ask the table and never the family. Calls only read the model: any thread may explain with it.
 *
 *   gradcam     Grad-CAM (Selvaraju et al., 2017): ReLU(sum over channels of activation × the spatial
 *               mean of the class logit's gradient).
 *   gradcam++   Grad-CAM++ (Chattopadhay et al., 2018), with exp(logit) as its score, which leaves only
 *               first derivatives in the weights.
 *   hirescam    HiRes-CAM (Draelos and Carin, 2020): ReLU(sum over channels of activation × gradient),
 *               cell by cell.
 *   occlusion   the class's probability lost when a patch is blacked out (Zeiler and Fergus, 2014),
 *               averaged over the patches that cover a pixel; works on any family.
 *   weights     pixel × weight of the class over the classes' mean weight: what each pixel adds to the
 *               class's logit in a linear model.
 *   importance  what belongs to no sample: the forest's importances, a linear model's weights > 0.
 *   nearest     no map, but the training rows nearest in the model's own sense.
 *
 * Gradient methods are taken at one layer, brought to image size bilinearly and scaled to 1.
 *
 * Convolutional models are explained by HiRes-CAM by default, at the last convolution of at least 5×5
 * cells. That was measured (quality.h; the shipped cnn on 300 validation images; deletion area, smaller is
 * better, and insertion area, larger is better; a random order has 0.37 and 0.57, a Gaussian on the
 * middle 0.32 and 0.71):
 *                 conv1 26×26    conv2 11×11    conv3 3×3
 *     gradcam     0.43  0.57     0.38  0.57     0.36  0.64
 *     gradcam++   0.41  0.74     0.43  0.61     0.37  0.65
 *     hirescam    0.23  0.80     0.27  0.73     0.38  0.60
 * Grad-CAM takes a channel's mean gradient, which is only right where the layers above take means too. These
 * networks flatten: what a channel means differs from cell to cell, and only the product cell by cell
 * keeps that. In a ResNet, whose last layer is followed by a mean, the two are the same there. Grad-CAM++
 * hardly changes when the layers above are scrambled (rank correlation 0.8 to 0.95). conv1 measures better
 * than conv2, but its maps are speckled in the grid of the max-pool above it and change less under
 * scrambling (0.55 against 0.42).
 *
 * HiRes-CAM adds the map of the mirror image where predictions average both (tta=); the other two look at
 * the picture as it is, as their papers have it. */
#ifndef SARTOR_EXPLAIN_EXPLAIN_H
#define SARTOR_EXPLAIN_EXPLAIN_H

#include "sartor/explain/heat.h"

struct sr_explain {
    const struct sr_model *model;
    const uint8_t *pixels;
    const struct sr_method *method; /* NULL: the model's default */
    const char *layer;              /* NULL or "": the default; must be so for methods without layers */
    const int *targets;             /* classes to explain, one heat map each */
    size_t count;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
};

struct sr_method {
    const char *name, *title, *help;
    bool layered;   /* looks at a convolution */
    bool fused;     /* by default the finest and the last of them, else one that is not too coarse */
    bool mapped;    /* gives a heat map */
    bool sampled;   /* the map depends on the sample */
    bool (*offered)(const struct sr_model *model);
    const char *needs; /* what a model must have, for sentences: "convolutions" */
    enum sr_status (*run)(const struct sr_explain *request, struct sr_heat *heats, struct sr_error *error);
};
enum sr_method_name {
    SR_METHOD_GRADCAM, SR_METHOD_GRADCAM_PLUS, SR_METHOD_HIRESCAM, SR_METHOD_OCCLUSION, SR_METHOD_WEIGHTS,
    SR_METHOD_IMPORTANCE, SR_METHOD_NEAREST, SR_METHOD_COUNT,
};
extern const struct sr_method sr_methods[SR_METHOD_COUNT];
extern const char sr_method_names[]; /* "auto gradcam ...": choices for a parameter */

/* By name; NULL, "" and "auto" give the model's default. NULL and a sentence for a name that there is
 * none of, or for a method that this model does not offer, with those that it does. */
const struct sr_method *sr_method_find(const struct sr_model *model, const char *name, struct sr_error *error);
/* Convolutional: hirescam; linear: weights; all others occlusion. */
const struct sr_method *sr_method_default(const struct sr_model *model);

/* Where a method looks: the layer that is named, or (NULL or "") the one that it takes by itself, which is the
 * last convolution of at least 5×5 cells, since a coarser one says little about a small image. HiRes-CAM takes
 * two: the finest and the last, "conv1 × conv3". False, and "", when the method or the model has none. */
enum { SR_PLACE_SIZE = 32 };
bool sr_explain_place(const struct sr_model *model, const struct sr_method *method, const char *layer,
                      char place[SR_PLACE_SIZE]);

/* request->count maps. */
enum sr_status sr_explain(const struct sr_explain *request, struct sr_heat *heats, struct sr_error *error);

/* One map for each of many samples, values only: heats[i × height × width]. `targets` one a sample. For
 * gradient methods samples are spread over the pool. */
enum sr_status sr_explain_many(const struct sr_model *model, const struct sr_method *method, const char *layer,
                               const struct sr_samples *samples, const int *targets, struct sr_pool *pool,
                               const struct sr_monitor *monitor, float *heats, struct sr_error *error);

/* Mean heat of each class: of up to `most` samples of every true class, explained for that class.
 * heats[class × height × width], counts[class] samples each. */
enum sr_status sr_explain_classes(const struct sr_model *model, const struct sr_method *method, const char *layer,
                                  const struct sr_samples *samples, size_t most, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, float *heats, size_t *counts,
                                  struct sr_error *error);

/* Rows of the train file nearest to the image; 0 for a family that has no such thing. */
size_t sr_explain_nearest(const struct sr_model *model, const uint8_t *pixels, uint32_t *rows,
                          double *distances, size_t room);

#endif
