/* stats.h - pixel statistics of any set of samples. */
#ifndef SARTOR_DATA_STATS_H
#define SARTOR_DATA_STATS_H

#include "sartor/data/images.h"

struct sr_stats {
    size_t count;                   /* images */
    double mean, median, deviation; /* of all pixels, 0..255; deviation of the population */
    double zeros;                   /* share of pixels that are exactly 0 */
    uint64_t histogram[256];
    uint64_t class_counts[SR_CLASSES_MAX];
};

/* All of it in one pass; exact, as sums of integers. `label` >= 0 takes that class only.
 * Of no images, mean, median, deviation and zeros are NaN. */
void sr_stats_compute(struct sr_stats *stats, const struct sr_samples *samples, int label);

/* Mean image of a class (label < 0: of all), sr_shape_size values 0..255; 0 when
 * there is no such sample, else 1. `variance` may be NULL. */
int sr_stats_mean_image(const struct sr_samples *samples, int label, float *mean, float *variance);

#endif
