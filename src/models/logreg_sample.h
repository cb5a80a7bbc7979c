/* logreg_sample.h - the diagonal blocks of a logistic regression's Hessian (logreg_blocks.h),
 * roughly: from a sample of rows, in single precision, which is enough where C is moderate. Private
 * to models/.
 *
 * Same bits at any number of threads. */
#ifndef SARTOR_SRC_MODELS_LOGREG_SAMPLE_H
#define SARTOR_SRC_MODELS_LOGREG_SAMPLE_H

#include "logreg_newton.h"
#include <stdint.h>

struct logreg_sample {
    const struct newton_problem *problem;
    size_t most;    /* rows for each class */
    float *factors; /* of each class's block: the Cholesky factor, row after row, packed */
    double *vector;
    /* While they are made. */
    uint32_t *chosen;
    double *weights; /* of the rows chosen */
    double *row;     /* for each worker */
    float *rows;     /* a chunk of them, each times the root of its weight */
    float *sum;
    double *block;
    size_t first, chunk;
};

/* For samples of about `rows` rows for each class. */
enum sr_status logreg_sample_init(struct logreg_sample *sample,
                                  const struct newton_problem *problem, size_t rows,
                                  struct sr_error *error);
void logreg_sample_fini(struct logreg_sample *sample);
/* Of count × classes probabilities. Rows count as often as they are likely to be chosen: by
 * p(1 - p), and a tenth of them evenly, so that no direction is left out. False when asked to stop.
 */
bool logreg_sample_make(struct logreg_sample *sample, const float *shares);
/* A vector like the weights, times the inverse of the blocks, in place. */
void logreg_sample_solve(struct logreg_sample *sample, double *vector);

#endif
