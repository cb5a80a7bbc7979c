/* explain.h - why a model predicts what it does: heat maps by one mechanism for every family.
 *
 * A method is a row of sr_methods. The row says what a model must have, so panes and commands ask
 * the table and not the family. Calls only read the model: any thread may explain with it.
 *
 * - gradcam: Grad-CAM (Selvaraju et al., 2017), the ReLU of the sum over channels of activation ×
 *   the spatial mean of the class logit's gradient;
 * - gradcam++: Grad-CAM++ (Chattopadhay et al., 2018), with exp(logit) as its score, which leaves
 *   only first derivatives in the weights;
 * - hirescam: HiRes-CAM (Draelos and Carin, 2020), the ReLU of the sum over channels of activation
 * × gradient, cell by cell; of the finest layer and the last one together;
 * - occlusion: the class's probability lost when a patch is black (Zeiler and Fergus, 2014),
 *   averaged over the patches that cover a pixel; for any family;
 * - weights: pixel × (weight of the class - mean weight of all classes), which is what each pixel
 *   adds to the class's logit in a linear model;
 * - importance: the same for all samples: the forest's importances, a linear model's weights > 0;
 * - nearest: no map, but the training rows nearest by the model's own distance.
 *
 * Gradient methods take the activations of one layer, enlarge the map to image size bilinearly and
 * scale it to 1.
 *
 * The default for convolutional models is HiRes-CAM, as the geometric mean of its maps at the
 * finest convolution and at the last one, which is large where both are. That was measured on 200
 * validation images (quality.h): deletion area (smaller is better), insertion area (larger is
 * better), and the rank correlation with the map of a model whose top layer, upper half, and all
 * layers are scrambled. A random order has 0.37 and 0.59 on the cnn, 0.33 and 0.56 on the resnet; a
 * Gaussian in the centre 0.32 and 0.70, 0.35 and 0.64. The shipped cnn | the shipped resnet:
 * - hirescam at conv1: 0.22 0.81, 0.62 0.67 0.55 | 0.29 0.76, 0.37 0.27 0.21
 * - at conv2; at layer1.1: 0.27 0.74, 0.31 0.37 0.23 | 0.31 0.70
 * - at the last: 0.37 0.60, 0.07 0.08 -0.07 | 0.33 0.67, 0.24 0.04 -0.10
 * - at conv1 and the last: 0.22 0.79, 0.39 0.44 0.28 | 0.27 0.78, 0.32 0.21 0.05
 * - at all layers: 0.23 0.79, 0.42 0.48 0.30 | 0.27 0.76, 0.22 0.16 0.00
 * - gradcam at conv2; at layer2.1: 0.38 0.58 | 0.34 0.66
 * - gradcam at conv3; at layer2.0: 0.35 0.64 | 0.33 0.69
 *
 * conv1 alone measures as well but depends little on the layers above it; the last one alone is too
 * coarse. The gradient of the log odds instead of the logit changes none of this by more than 0.01.
 *
 * Grad-CAM takes a channel's mean gradient, which is only right where the layers above take means
 * too. The cnn flattens: what a channel means differs from cell to cell, and only the product cell
 * by cell keeps that. No layer of the cnn makes Grad-CAM better than the Gaussian (averaged over 32
 * shifted and mirrored views, conv3 comes to 0.31 and 0.71, which chance explains). In a ResNet,
 * whose last layer is followed by a mean, both are the same there. Grad-CAM++ hardly changes when
 * the layers above are scrambled (rank correlation 0.8 to 0.95).
 *
 * HiRes-CAM's maps are blurred by one pixel of 28, since they are noisy with the period of the
 * max-pool above. Where predictions average an image and its mirror image (tta=), HiRes-CAM adds
 * the map of the mirror image; the other two use the image as it is, as their papers do. */
#ifndef SARTOR_EXPLAIN_EXPLAIN_H
#define SARTOR_EXPLAIN_EXPLAIN_H

#include "sartor/explain/heat.h"

struct sr_explain {
    const struct sr_model *model;
    const uint8_t *pixels;
    const struct sr_method *method; /* NULL: the model's default */
    const char *layer;  /* NULL or "": the default; must be so for methods without layers */
    const int *targets; /* classes to explain, one heat map each */
    size_t count;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
};

struct sr_method {
    const char *name, *title, *help;
    bool layered; /* uses the activations of a convolution */
    bool fused;   /* by default the finest and the last of them, else one that is not too coarse */
    bool mapped;  /* gives a heat map */
    bool sampled; /* the map depends on the sample */
    bool (*offered)(const struct sr_model *model);
    const char *lacks; /* why it cannot explain a model, for messages: "has no convolutions" */
    bool (*families)(const struct sr_model_class *class); /* listed behind `lacks`, or NULL */
    enum sr_status (*run)(const struct sr_explain *request, struct sr_heat *heats,
                          struct sr_error *error);
};
enum sr_method_name {
    SR_METHOD_GRADCAM,
    SR_METHOD_GRADCAM_PLUS,
    SR_METHOD_HIRESCAM,
    SR_METHOD_OCCLUSION,
    SR_METHOD_WEIGHTS,
    SR_METHOD_IMPORTANCE,
    SR_METHOD_NEAREST,
    SR_METHOD_COUNT,
};
extern const struct sr_method sr_methods[SR_METHOD_COUNT];
extern const char sr_method_names[]; /* "auto gradcam ...": choices for a parameter */

/* By name; NULL, "" and "auto" give the model's default. NULL and a message for an unknown name, or
 * for a method that cannot explain this model; the message lists those that can. */
const struct sr_method *sr_method_find(const struct sr_model *model, const char *name,
                                       struct sr_error *error);
/* Convolutional: hirescam; linear: weights; all others occlusion. */
const struct sr_method *sr_method_default(const struct sr_model *model);

/* The layers that a method uses: the one that is named, or by default (NULL or "") the last
 * convolution of at least 5×5 cells, since a coarser one says little about a small image. HiRes-CAM
 * uses two, the finest and the last: "conv1 × conv3". False, and "", when the method or the model
 * has none. */
enum { SR_PLACE_SIZE = 32 };
bool sr_explain_place(const struct sr_model *model, const struct sr_method *method,
                      const char *layer, char place[SR_PLACE_SIZE]);

/* request->count maps. */
enum sr_status sr_explain(const struct sr_explain *request, struct sr_heat *heats,
                          struct sr_error *error);

/* One map for each of many samples, values only: heats[i × height × width]. request->targets holds
 * one class a sample; its pixels and count are not used. For gradient methods samples are spread
 * over the pool. */
enum sr_status sr_explain_many(const struct sr_explain *request, const struct sr_samples *samples,
                               float *heats, struct sr_error *error);

/* Mean heat of each class: of up to `most` samples of every true class, explained for that class;
 * request->targets is not used either. heats[classes × height × width], counts[classes]. */
enum sr_status sr_explain_classes(const struct sr_explain *request,
                                  const struct sr_samples *samples, size_t most, float *heats,
                                  size_t *counts, struct sr_error *error);

/* Rows of the train file nearest to the image; 0 for a family that has no such thing. */
size_t sr_explain_nearest(const struct sr_model *model, const uint8_t *pixels, uint32_t *rows,
                          double *distances, size_t room);

#endif
