/* lbfgs.h - minimise a smooth function of many variables (Liu and Nocedal, 1989).
 *
 * In one thread, in double precision; the function may use several threads itself. */
#ifndef SARTOR_SRC_MODELS_LBFGS_H
#define SARTOR_SRC_MODELS_LBFGS_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>

struct lbfgs {
    size_t count; /* variables */
    int max_iterations;
    double noise;     /* share of the value that rounding may change it by */
    const bool *stop; /* when it becomes true, the search ends at the point accepted last */
    void *context;
    /* Value at x, and the gradient. */
    double (*evaluate)(void *context, const double *x, double *gradient);
    /* An estimate of the inverse Hessian times a vector, in place; NULL: the identity, scaled. */
    void (*precondition)(void *context, double *vector);
    /* After each iteration (0: the start), with the value there; false ends it. Always right
     * after the evaluation at that point. `expected`: how far the point before was above the
     * minimum, if the function is the parabola that the search takes it for; infinite at first. */
    bool (*accept)(void *context, int iteration, double value, double expected);
};

/* From x, in place, to the last accepted point. It ends when accept says so, after
 * max_iterations, or when no step along the direction lowers the value any more, which is as
 * far as its precision goes. SR_ERROR_NUMERIC when the value is not finite at the start. */
enum sr_status lbfgs_minimize(const struct lbfgs *problem, double *x, struct sr_error *error);

/* a · b, summed in one fixed order. */
double lbfgs_dot(size_t count, const double *a, const double *b);

#endif
