/* logreg_blocks.h - the diagonal blocks of a logistic regression's Hessian, one a class, as what
 * conjugate gradients are sped up with. Private to models/.
 *
 * Block c is X' diag(p(1 - p)) X + I/C, p the probability of class c of each row. Left out is how
 * the classes hang together; what that hides is that nothing changes when all classes' weights
 * change alike, so that this is taken out of every vector. Where the blocks would take more than a
 * gigabyte, their diagonals stand for them. Same bits at any number of threads. */
#ifndef SARTOR_SRC_MODELS_LOGREG_BLOCKS_H
#define SARTOR_SRC_MODELS_LOGREG_BLOCKS_H

#include "logreg_newton.h"
#include <stdint.h>

struct logreg_blocks {
    const struct newton_problem *problem;
    bool diagonal;
    double *blocks;  /* classes × n × n, n = inputs + 1: Cholesky factors; or classes × n */
    double *rows;    /* a chunk of rows */
    double *weights; /* p(1 - p) of that chunk, a class after the other */
    double *scaled;  /* for each worker, some columns of it times those */
    const double *shares;
    const uint32_t *chosen; /* rows of a sample */
    size_t base;            /* the first class whose block is summed at present */
    size_t first, chunk;    /* the chunk */
    double *vector;
};

/* Would the blocks take too much memory? */
bool logreg_blocks_diagonal(size_t inputs, size_t classes);
enum sr_status logreg_blocks_init(struct logreg_blocks *blocks,
                                  const struct newton_problem *problem, struct sr_error *error);
void logreg_blocks_fini(struct logreg_blocks *blocks);
/* Of count × classes probabilities. False when asked to stop. */
bool logreg_blocks_make(struct logreg_blocks *blocks, const double *shares);
/* The same, roughly, from a sample of about `wanted` rows for each class; not of diagonals. Rows
 * count as often as they are likely to be chosen: by p(1 - p), and a tenth of them evenly, so that
 * no direction is left out. */
bool logreg_blocks_sample(struct logreg_blocks *blocks, const float *shares, size_t wanted);
/* A vector like the weights, times the inverse, in place. */
void logreg_blocks_solve(struct logreg_blocks *blocks, double *vector);

#endif
