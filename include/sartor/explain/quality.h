/* quality.h - how well heat maps show what a prediction depends on, compared with two maps that do
 * not depend on the model.
 *
 * Deletion and insertion (Petsiuk et al., RISE, 2018): pixels are removed from the picture, or
 * inserted into a blurred one, hottest first, and the probability of the predicted class is
 * measured at each step. The area under the deletion curve should be small, that under the
 * insertion curve large. As in RISE, removed pixels become the mean of the images (of each
 * channel). With SR_FILL_BLACK it turns black, and insertion starts from black: then removing dark
 * pixels changes nothing, although predictions depend on them as well (there is no sleeve here),
 * and mostly the share of the garment that is covered is measured. Pixels of equal heat are taken
 * in a random order, which depends on a seed, in every map. They are taken in squares of 2×2:
 * single pixels of another grey are noise that misleads networks wherever it is, so that a random
 * order would seem good. The baselines are a random order and a Gaussian in the centre.
 *
 * Sanity check (Adebayo et al., 2018): scramble the model's weights from the top, layer by layer,
 * and measure the rank correlation of the maps with those before. Maps that depend on the model
 * must change.
 */
#ifndef SARTOR_EXPLAIN_QUALITY_H
#define SARTOR_EXPLAIN_QUALITY_H

#include "sartor/explain/explain.h"

enum { SR_QUALITY_STEPS = 28, SR_SCRAMBLED_MOST = 3 };
enum sr_quality_fill { SR_FILL_MEAN, SR_FILL_BLACK };
enum sr_quality_map { SR_QUALITY_METHOD, SR_QUALITY_RANDOM, SR_QUALITY_CENTRE, SR_QUALITY_MAPS };
extern const char *const sr_quality_names[SR_QUALITY_MAPS]; /* the first is the method itself */

struct sr_quality_curves {
    /* Mean probability when i of SR_QUALITY_STEPS parts of the pixels are removed, or inserted. */
    double deletion[SR_QUALITY_STEPS + 1], insertion[SR_QUALITY_STEPS + 1];
    double deletion_area, insertion_area; /* 0..1, trapezoids */
    /* How much better the method is than this map, and half the 95 % interval of that mean. */
    double deletion_gain, deletion_error, insertion_gain, insertion_error;
    double share; /* of the heat that is on pixels which are not black; NaN for the random order */
};

struct sr_quality {
    size_t count; /* images */
    const struct sr_method *method;
    char layer[32];
    enum sr_quality_fill fill;
    struct sr_quality_curves maps[SR_QUALITY_MAPS];
    double lit;              /* share of pixels that are not black */
    size_t empty;            /* images whose map is all zero */
    size_t scrambled_count;  /* 0 where a model has no layers of weights */
    size_t scrambled_images; /* whose maps were compared */
    struct {
        size_t layers;      /* scrambled, from the top */
        double correlation; /* mean rank correlation with the maps before */
    } scrambled[SR_SCRAMBLED_MOST];
    size_t layers; /* that could be scrambled */
};

struct sr_quality_request {
    const struct sr_model *model;
    const struct sr_method *method; /* NULL: the default */
    const char *layer;              /* NULL or "": the default */
    struct sr_samples samples;      /* at least one */
    enum sr_quality_fill fill;
    uint64_t seed;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
};

/* Explains each image for the class that the model predicts. Progress counts images. */
enum sr_status sr_quality_measure(const struct sr_quality_request *request,
                                  struct sr_quality *quality, struct sr_error *error);

/* A copy of the model whose `layers` topmost weight arrays (dense and convolution weights, in the
 * order of its file) are shuffled among themselves, biases and norms kept; 0 shuffles none. NULL on
 * error. */
struct sr_model *sr_model_scramble(const struct sr_model *model, size_t layers, uint64_t seed,
                                   struct sr_error *error);
/* How many weight arrays there are; 0 for families that have none. */
enum sr_status sr_model_weight_layers(const struct sr_model *model, size_t *layers,
                                      struct sr_error *error);

#endif
