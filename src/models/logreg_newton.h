/* logreg_newton.h - fitting a logistic regression where the penalty is weak: Newton's method in
 * double precision. Private to models/.
 *
 * Single precision cannot tell the minimum of such an objective from points far from it: its
 * Hessian's eigenvalues go down to 1/C. A step's system is solved by conjugate gradients, the
 * residuals multiplied by the inverse of the Hessian's blocks of one class each (logreg_blocks.h).
 *
 * How far the objective f is above its minimum is bounded, not guessed. The probabilities p of the
 * present point are a point of the dual problem (Bishop, 2006, ch. 7; Fan et al., 2008), and the
 * two values differ by C/2 |g|², where g is the gradient by the weights, as long as the gradient by
 * the biases is 0; where it is not, by at most its product with how far the biases have to go, for
 * which their own size stands.
 *
 * The result is the same at any number of threads. */
#ifndef SARTOR_SRC_MODELS_LOGREG_NEWTON_H
#define SARTOR_SRC_MODELS_LOGREG_NEWTON_H

#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stddef.h>

/* An objective: what is known of the rows, and the strength of the penalty. */
struct newton_problem {
    size_t count, inputs, classes;
    double C;
    struct sr_pool *pool;
    void *context;
    /* Rows first .. first + count - 1 of `inputs` numbers into `out`, each inputs + 1 after the
     * one before; at most NEWTON_BLOCK of them. By several workers at once. */
    void (*rows)(void *context, size_t first, size_t count, int worker, double *out);
    int (*label)(void *context, size_t row);
    /* Asked often; false ends the work. */
    bool (*proceed)(void *context);
};

enum { NEWTON_BLOCK = 64 };

/* The objective at a point. */
struct newton_point {
    double value, loss, accuracy; /* the latter two are means over the rows */
    double largest, norm;         /* component, and length, of the mean objective's gradient */
    double above;                 /* the bound on how far value is above the minimum */
};

struct newton {
    struct newton_problem problem;
    void *owner;
    /* After each step. */
    void (*step)(void *owner, const struct newton_point *point, const double *weights);
    int max_steps;
    double norm; /* of the mean objective's gradient, at most */
    double gap;  /* of the objective, as a share of it */
    /* The result. */
    struct newton_point point;
    int steps, products, factorisations;
};

/* The bound, from the gradient of the summed objective and the weights. */
double newton_bound(const double *gradient, const double *weights, size_t classes, size_t inputs,
                    double C);
/* From `weights`, classes × (inputs + 1) with the bias last, in place, until the minimum is
 * reached, steps have run out, it is asked to stop, or double precision leads no further: see
 * `point`. */
enum sr_status newton_minimize(struct newton *newton, double *weights, struct sr_error *error);
/* The objective at some weights. */
enum sr_status newton_evaluate(const struct newton_problem *problem, const double *weights,
                               struct newton_point *point, struct sr_error *error);

#endif
