/* familiarity.h - how usual an image is for what a model was trained on.
 *
 * Two measures, both of the image alone, compared with those of held-out rows that got the same
 * predicted class (see eval/familiarity.h):
 *
 * - the Mahalanobis distance of its texture (data/texture.h) from that class's training images:
 *   noise, negatives, drawings and photographs are far out;
 * - how much it looks like a training image turned by a quarter: along the direction in which HOG
 *   features of training images and of the same images turned to either side differ most. Left out
 *   where that does not tell turned validation images from others, as with data that has no right
 *   way up, and of images that are not square.
 *
 * Chosen on the validation rows of Fashion-MNIST among these, distances of penultimate and early
 * layers, of HOG and of pixels, and the maximum probability: README has the figures. Immutable once
 * made; any thread may read it. */
#ifndef SARTOR_MODELS_FAMILIARITY_H
#define SARTOR_MODELS_FAMILIARITY_H

#include "sartor/data/images.h"
#include "sartor/eval/familiarity.h"
#include "sartor/models/tensors.h"

struct sr_familiarity {
    struct sr_gaussian texture; /* size 0: nothing is known */
    size_t turn_size;           /* 0: left out */
    float *turn;                /* turn_size + 1 */
    struct sr_tails far, turned, both;
};

/* `predicted`: the model's predictions of the validation rows, as they come. */
void sr_familiarity_fit(struct sr_familiarity *familiarity, const struct sr_samples *train,
                        const struct sr_samples *validation, const uint8_t *predicted, int classes,
                        struct sr_pool *pool);
/* For each sample the share of held-out rows that are at least as unusual: 1 for the most usual,
 * near 0 for what is unlike all of them. */
void sr_familiarity_measure(const struct sr_familiarity *familiarity,
                            const struct sr_samples *samples, const uint8_t *predicted,
                            struct sr_pool *pool, double *shares);
void sr_familiarity_fini(struct sr_familiarity *familiarity);

enum sr_status sr_familiarity_save(const struct sr_familiarity *familiarity, struct sr_tensors *set,
                                   struct sr_error *error);
/* Stays empty where the set has none. */
enum sr_status sr_familiarity_load(struct sr_familiarity *familiarity, const struct sr_tensors *set,
                                   struct sr_shape shape, int classes, struct sr_error *error);

/* Of an image whose share is below it people are warned. */
#define SR_UNFAMILIAR 0.01

#endif
