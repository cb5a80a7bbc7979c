/* matrix.h - matrix products, row-major float32.
 *
 * The result is cut into tiles of one fixed size which the pool shares out, and each element is
 * summed by one worker in one order: the same bits at any number of threads. Any thread may
 * call; the caller owns the arrays. */
#ifndef SARTOR_COMPUTE_MATRIX_H
#define SARTOR_COMPUTE_MATRIX_H

#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stdint.h>

/* C[m][n] = alpha * op(A)[m][k] * op(B)[k][n] + beta * C, where op transposes on request: A is
 * stored as [m][k] or, transposed, as [k][m]; B as [k][n] or [n][k]. lda, ldb, ldc are the row
 * lengths as stored. With beta 0, C need not be initialised. A NULL pool works in this thread. */
void sr_gemm(struct sr_pool *pool, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
             const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

/* True where each element's bits depend on its row of op(A) and its column of op(B) alone. False where the
 * product is OpenBLAS's: of one shape it has the same bits each time, but may round a row otherwise in
 * another place. */
bool sr_gemm_exact_places(void);

/* op(A) B of a matrix with many zeros, op(A), and B as stored: `mask` has sr_mask_words(k) words for each row
 * of op(A), as sr_mask and sr_mask_turn make them. Sooner than sr_gemm, and the same bits where places are
 * exact, as long as B is finite. */
void sr_gemm_masked(struct sr_pool *pool, bool transpose_a, int m, int n, int k, const float *a, int lda,
                    const uint64_t *mask, const float *b, int ldb, float *c, int ldc);

/* C[m][n] += A[m][k] B[n][k]' in this thread, for n of a few dozen at most, for which sr_gemm would not fill
 * its vectors. Each element's bits depend on its rows of A and B alone where places are exact, but are not
 * sr_gemm's. */
void sr_gemm_narrow(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c, int ldc);

/* Words of a row of bits. */
size_t sr_mask_words(int columns);
/* A bit for each element of x[rows][columns] that is not zero. */
void sr_mask(struct sr_pool *pool, const float *x, int rows, int columns, uint64_t *mask);
/* turned[columns][rows] from mask[rows][columns]. */
void sr_mask_turn(struct sr_pool *pool, const uint64_t *mask, int rows, int columns, uint64_t *turned);

/* The plain reference, in double precision, one thread. */
void sr_gemm_ref(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc);

#endif
