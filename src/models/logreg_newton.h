/* logreg_newton.h - the last part of fitting a logistic regression where the penalty is weak:
 * Newton's method in double precision, each step by conjugate gradients. Private to models/.
 *
 * Single precision cannot tell the minimum of such an objective from points far from it: its
 * Hessian's eigenvalues go down to 1/C. The result is the same at any number of threads. */
#ifndef SARTOR_SRC_MODELS_LOGREG_NEWTON_H
#define SARTOR_SRC_MODELS_LOGREG_NEWTON_H

#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stddef.h>

struct newton {
    size_t count, inputs, classes;
    double C;
    struct sr_pool *pool;
    void *context;
    /* Rows first .. first + count - 1 of `inputs` numbers; `scratch` has room for them. On several
     * threads at once. */
    const float *(*rows)(void *context, size_t first, size_t count, float *scratch);
    int (*label)(void *context, size_t row);
    /* Multiply by the inverse of a matrix like the Hessian, in place. */
    void (*precondition)(void *context, double *vector);
    /* After each step, with its number from 1 on; false ends the search. Asked before and during
     * each step with 0, too. */
    bool (*proceed)(void *context, int step);
    int max_steps, max_products; /* products of the Hessian and a vector, in all */
    double tolerance;            /* of the mean objective's gradient, each component */
    double gap;                  /* of the objective, as a share of it */
    /* At the present point: the mean loss, the share of rows that are right, the largest component
     * of the mean objective's gradient, the objective and how far above its minimum it is, as
     * estimated by the Newton decrement. */
    double loss, accuracy, largest, value, above;
    int steps;
};

enum { NEWTON_BLOCK = 64 };

/* From `weights`, classes × (inputs + 1) with the bias last, in place. True when the minimum is
 * reached within tolerance and gap. */
bool newton_minimize(struct newton *newton, double *weights);

#endif
