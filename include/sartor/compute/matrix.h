/* matrix.h - matrix products, row-major float32.
 *
 * The result is cut into tiles of one fixed size which the pool shares out, and each element is
 * summed by one worker in one order: the same bits at any number of threads. Any thread may
 * call; the caller owns the arrays. */
#ifndef SARTOR_COMPUTE_MATRIX_H
#define SARTOR_COMPUTE_MATRIX_H

#include "sartor/base/pool.h"
#include <stdbool.h>

/* C[m][n] = alpha * op(A)[m][k] * op(B)[k][n] + beta * C, where op transposes on request: A is
 * stored as [m][k] or, transposed, as [k][m]; B as [k][n] or [n][k]. lda, ldb, ldc are the row
 * lengths as stored. With beta 0, C need not be initialised. A NULL pool works in this thread. */
void sr_gemm(struct sr_pool *pool, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
             const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

/* The plain reference, in double precision, one thread. */
void sr_gemm_ref(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc);

#endif
