/* blocks.h - what a model says of many images, in blocks of which other ranks take some. Private to
 * models/. */
#ifndef SARTOR_MODELS_BLOCKS_H
#define SARTOR_MODELS_BLOCKS_H

#include "sartor/models/model.h"

/* What is wanted of each image: sr_model_predict, sr_representation_fill. */
enum blocks_kind { BLOCKS_PREDICTIONS, BLOCKS_REPRESENTATION };

struct blocks_wanted {
    const struct sr_model *model;
    enum blocks_kind kind;
    size_t width; /* numbers of an image */
    /* Compute it of any samples, here. */
    enum sr_status (*compute)(const struct sr_model *model, const struct sr_samples *samples,
                              struct sr_pool *pool, const struct sr_monitor *monitor, float *rows,
                              struct sr_error *error);
};

/* samples × width floats, which do not depend on who computes them. Alone, all are computed at
 * once. */
enum sr_status blocks_fill(const struct blocks_wanted *wanted, const struct sr_samples *samples,
                           struct sr_pool *pool, const struct sr_monitor *monitor, float *rows,
                           struct sr_error *error);

#endif
