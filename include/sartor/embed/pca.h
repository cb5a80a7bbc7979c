/* pca.h - principal components: the directions in which rows of floats differ most.
 *
 * The covariance is summed over all rows, in blocks that do not depend on the number of threads,
 * and its largest eigenvalues are iterated until they no longer change: no rows are drawn at
 * random, and the same rows give the same bits. The caller owns the rows; any thread may call. */
#ifndef SARTOR_EMBED_PCA_H
#define SARTOR_EMBED_PCA_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include <stddef.h>

/* Rows longer than this are refused: the covariance would not fit. */
enum { SR_PCA_WIDTH = 4096 };

struct sr_pca {
    int width, dims;
    float *mean;       /* width */
    float *axes;       /* dims × width, each of length 1; the largest variance first */
    double *variances; /* dims; 0 where the rows have fewer dimensions */
    double total;      /* variance in all directions */
};

/* `dims` at most `width`. Of rows[count][width], at least 2 of them; SR_ERROR_CANCELLED when the
 * monitor asks to end. To be freed by sr_pca_fini in any case. */
enum sr_status sr_pca_fit(struct sr_pca *pca, const float *rows, size_t count, int width, int dims,
                          struct sr_pool *pool, const struct sr_monitor *monitor,
                          struct sr_error *error);
void sr_pca_fini(struct sr_pca *pca);
/* out[count][dims]: the rows, less the mean, along the axes. SR_ERROR_CANCELLED as above. */
enum sr_status sr_pca_project(const struct sr_pca *pca, const float *rows, size_t count, float *out,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              struct sr_error *error);

#endif
