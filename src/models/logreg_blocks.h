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
    size_t first, chunk; /* the chunk */
    double *vector;
};

/* Would the blocks take too much memory? */
bool logreg_blocks_diagonal(size_t inputs, size_t classes);
enum sr_status logreg_blocks_init(struct logreg_blocks *blocks,
                                  const struct newton_problem *problem, struct sr_error *error);
void logreg_blocks_fini(struct logreg_blocks *blocks);
/* Of count × classes probabilities. False when asked to stop. */
bool logreg_blocks_make(struct logreg_blocks *blocks, const double *shares);
/* A vector like the weights, times the inverse, in place. */
void logreg_blocks_solve(struct logreg_blocks *blocks, double *vector);
/* Take out of such a vector what all classes have alike. */
void logreg_blocks_centre(const struct newton_problem *problem, double *vector);

#endif
