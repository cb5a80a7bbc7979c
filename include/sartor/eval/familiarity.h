/* familiarity.h - how usual a sample is for the kind of data that a model was trained on.
 *
 * A sample is measured by distances that are the larger the stranger it is. Each is compared with
 * the same distance of held-out rows with the same predicted class: what counts is the share of
 * them that are at least as far out, the tail. Beyond nine tenths of them, where rows become few,
 * the tail is taken to fall exponentially, by the mean of how far the last tenth goes on (as an
 * exponential distribution of excesses; Balkema and de Haan, 1974). What -ln tail says of several
 * distances can be joined to one number, which is compared with that of the held-out rows in turn.
 *
 * Plain arrays in, plain structs out; any thread may call. */
#ifndef SARTOR_EVAL_FAMILIARITY_H
#define SARTOR_EVAL_FAMILIARITY_H

#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A normal distribution of each class about its mean, all with one covariance. */
struct sr_gaussian {
    size_t size; /* numbers of a row */
    int classes;
    float *means; /* classes × size */
    /* The inverse of the covariance's Cholesky factor, a lower triangle: size columns,
     * sr_gaussian_stride(size) apart, zeros above the diagonal and after the last row. */
    float *inverse;
};
size_t sr_gaussian_stride(size_t size);

/* From `count` rows of `size` floats and their classes. The covariance within classes is shrunk
 * towards its diagonal by size / (size + count), and a thousandth of the mean variance is added to
 * the diagonal: so it can be inverted whatever the rows. A class without rows has the mean of all.
 */
void sr_gaussian_fit(struct sr_gaussian *gaussian, const float *rows, const uint8_t *labels,
                     size_t count, size_t size, int classes);
/* Mahalanobis distance of a row from the mean of a class. */
double sr_gaussian_distance(const struct sr_gaussian *gaussian, const float *row, int class);
void sr_gaussian_fini(struct sr_gaussian *gaussian);

/* The direction in which two sets of rows differ most, by ridge regression of -1 (first) and 1
 * (second) on the rows: size + 1 floats, the last of which is added. `penalty` is a share of the
 * mean of what it is added to. */
void sr_direction_fit(const float *first, size_t first_count, const float *second,
                      size_t second_count, size_t size, double penalty, struct sr_pool *pool,
                      float *direction);
/* Where a row is along it: about -1 for the first set, 1 for the second. */
double sr_direction_along(const float *direction, const float *row, size_t size);

/* Distances of held-out rows by predicted class. */
struct sr_tails {
    int classes;
    uint32_t *counts; /* of each class */
    /* The first class's, ascending, then the next one's ...; then all of them, ascending. */
    float *values;
    double *excesses; /* how far the last tenth goes on, of each class and of all: a mean */
};
/* For `values` of so many rows, which the caller fills class by class before it settles them. */
void sr_tails_init(struct sr_tails *tails, const uint32_t *counts, int classes);
void sr_tails_settle(struct sr_tails *tails);
void sr_tails_fit(struct sr_tails *tails, const double *values, const uint8_t *predicted,
                  size_t count, int classes);
/* -ln of the share of held-out rows of this class that are at least so far out; of all rows where
 * the class has fewer than 50. */
double sr_tails_surprise(const struct sr_tails *tails, double value, int class);
void sr_tails_fini(struct sr_tails *tails);

/* Area under the ROC curve: how often one of `second` is above one of `first`, ties half. */
double sr_separation(const double *first, size_t first_count, const double *second,
                     size_t second_count);

#endif
