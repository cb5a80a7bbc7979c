/* cholesky.h - triangular factors of symmetric matrices, in double precision.
 *
 * A matrix is n × n, row after row, of which only the lower triangle is read; factors lose what is
 * above it. Same bits at any number of threads. The caller owns the arrays. */
#ifndef SARTOR_SRC_MODELS_CHOLESKY_H
#define SARTOR_SRC_MODELS_CHOLESKY_H

#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stddef.h>

/* The factor L of matrix = L L', in place. The square of a pivot is at least `least` times the
 * largest diagonal element: with one that rounding has made too small, or negative, L L' is another
 * matrix nearby. False when asked to stop. */
bool cholesky(double *matrix, size_t n, double least, struct sr_pool *pool,
              const struct sr_monitor *monitor);
/* L⁻¹ times a vector, in place; L'⁻¹ times it. */
void cholesky_forward(const double *factor, size_t n, double *vector);
void cholesky_backward(const double *factor, size_t n, double *vector);
/* Both, by a factor in single precision whose rows, up to the diagonal, follow one another. */
void cholesky_solve_packed(const float *factor, size_t n, double *vector);

#endif
