/* stats.h - pixel statistics of any set of samples. */
#ifndef SARTOR_DATA_STATS_H
#define SARTOR_DATA_STATS_H

#include "sartor/data/images.h"

struct sr_level_stats {
    double mean, median, deviation; /* of values of 0..255; deviation of the population */
    double zeros;                   /* share of values that are exactly 0 */
    uint64_t histogram[256];
};

/* "red", "green", "blue" */
extern const char *const sr_channel_names[SR_CHANNELS_MAX];

struct sr_stats {
    size_t count;                                   /* images */
    struct sr_level_stats all;                      /* of the values of all channels */
    int channels;                                   /* of the images */
    struct sr_level_stats channel[SR_CHANNELS_MAX]; /* where there are three */
    uint64_t class_counts[SR_CLASSES_MAX];
};

/* All of it in one pass; exact, as sums of integers. `label` >= 0 takes that class only. Of no
 * images, mean, median, deviation and zeros are NaN. */
void sr_stats_compute(struct sr_stats *stats, const struct sr_samples *samples, int label);

/* Mean image of a class (label < 0: of all), sr_shape_size values 0..255; 0 when
 * there is no such sample, else 1. `variance` may be NULL. */
int sr_stats_mean_image(const struct sr_samples *samples, int label, float *mean, float *variance);

#endif
