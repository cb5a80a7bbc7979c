/* matrix.h - matrix products, row-major float32.
 *
 * The result is cut into slices, by its shape alone, which the pool shares out, and each element is
 * summed by one worker in one order: the same bits at any number of threads. Any thread may
 * call; the caller owns the arrays. */
#ifndef SARTOR_COMPUTE_MATRIX_H
#define SARTOR_COMPUTE_MATRIX_H

#include "sartor/base/pool.h"
#include "sartor/compute/kernels.h"
#include <stdbool.h>
#include <stdint.h>

/* A matrix: its rows begin `row` floats apart in memory; of a transposed one, its columns do. */
struct sr_matrix {
    const float *values;
    int rows, columns, row;
    bool transposed;
};

static inline struct sr_matrix sr_matrix(const float *values, int rows, int columns, int row)
{
    return (struct sr_matrix){values, rows, columns, row, false};
}

static inline struct sr_matrix sr_transpose(struct sr_matrix matrix)
{
    return (struct sr_matrix){matrix.values, matrix.columns, matrix.rows, matrix.row,
                              !matrix.transposed};
}

/* C[m][n] = alpha A[m][k] B[k][n] + beta C, the rows of C `row` floats apart. With beta 0, C need
 * not be initialised. A NULL pool works in this thread. */
void sr_gemm(struct sr_pool *pool, float alpha, struct sr_matrix a, struct sr_matrix b, float beta,
             float *c, int row);

/* True where, with alpha 1 and beta 0 or 1, each element's bits depend on its row of A and its
 * column of B alone. False where OpenBLAS makes the product: calls of one shape give the same bits
 * each time, but a row may be rounded differently at another position. */
bool sr_gemm_exact_places(void);

/* C += A B in this thread, B transposed. For n below a few dozen, for which sr_gemm would not fill
 * its vectors, sums are made in another order than sr_gemm's; where places are exact, each
 * element's bits depend on its row of A and its column of B, and on n, alone. */
void sr_gemm_narrow(struct sr_matrix a, struct sr_matrix b, float *c, int row);

/* ---- in slices, for a caller with more to do in one region of a pool ---- */

/* A matrix can be stored in strips of so many columns: strip after strip, in each row by row. So a
 * worker that always works on the same columns does not share cache lines with others. */
enum { SR_STRIP = 128 };

/* Columns of the strip that column is in. */
static inline int sr_strip_width(int columns, int column)
{
    int left = columns - column / SR_STRIP * SR_STRIP;
    return left < SR_STRIP ? left : SR_STRIP;
}

/* Where element row, column of rows × columns is. */
static inline size_t sr_strip_place(int rows, int columns, int row, int column)
{
    int within = column % SR_STRIP;
    return (size_t)(column - within) * (size_t)rows +
           (size_t)row * (size_t)sr_strip_width(columns, column) + (size_t)within;
}

struct sr_gemm {
    struct sr_product whole;
    bool transpose_a, transpose_b;
    bool strips_b,
        strips_c; /* B, not transposed, or C lies in strips; then its `row` is not used */
    int rows, columns, down; /* of a slice; slices below each other */
};

/* Rows and columns of C that a slice makes. */
struct sr_gemm_part {
    int row, column, rows, columns;
};

/* What sr_gemm does, described. With `whole.tree` set then, alpha 1, beta 0 and no order, the sum
 * over k goes along the tree of base/tree.h, over slices of SR_LEAF: so the product of k's first 64
 * and that of its next 64, each taken alone and added, have the bits of both at once. */
struct sr_gemm sr_gemm_of(float alpha, struct sr_matrix a, struct sr_matrix b, float beta, float *c,
                          int row);
/* Before sr_gemm_cut, for A with many zeros: `mask` has sr_mask_words(k) words for each row of
 * A, as sr_mask and sr_mask_turn make them. It makes the product faster, with the same bits
 * where places are exact, as long as B is finite. Rows in the order of sr_mask_order, if not NULL,
 * make it faster still. Where there is no kernel for it, or B is transposed, it changes nothing;
 * else `whole.order` is then that order, in which the rows of a part count. */
void sr_gemm_mask(struct sr_gemm *work, const uint64_t *mask, const int *order);
/* Cut into slices, whose number is returned; then each is computed once, by any thread, and the
 * part of C that it made is returned. A part lies within one strip. */
size_t sr_gemm_cut(struct sr_gemm *work);
struct sr_gemm_part sr_gemm_slice(const struct sr_gemm *work, size_t index);

/* Words of a row of bits. */
size_t sr_mask_words(int columns);
/* A bit for each element of x[rows][columns] that is not zero. */
void sr_mask(const float *x, int rows, int columns, uint64_t *mask);
/* order[rows]: the rows, those next to each other whose bits are set in about the same columns. */
void sr_mask_order(const uint64_t *mask, int rows, int columns, int *order);
/* Columns 64 · word and up to 63 more of mask[rows][columns] become rows of turned[columns][rows].
 */
void sr_mask_turn(const uint64_t *mask, int rows, int columns, size_t word, uint64_t *turned);

/* ---- in double precision ---- */

struct sr_matrix_double {
    const double *values;
    int rows, columns, row;
    bool transposed;
};

static inline struct sr_matrix_double sr_matrix_double(const double *values, int rows, int columns,
                                                       int row)
{
    return (struct sr_matrix_double){values, rows, columns, row, false};
}

static inline struct sr_matrix_double sr_transpose_double(struct sr_matrix_double matrix)
{
    return (struct sr_matrix_double){matrix.values, matrix.columns, matrix.rows, matrix.row,
                                     !matrix.transposed};
}

/* C[m][n] += A[m][k] B[k][n] by OpenBLAS, in this thread, for what single precision cannot tell
 * apart. Calls of one shape give the same bits each time. A call should take less than about 100
 * ms.
 */
void sr_gemm_double(struct sr_matrix_double a, struct sr_matrix_double b, double *c, int row);

/* ---- the plain reference: sums in double precision, one thread ---- */

void sr_gemm_ref(float alpha, struct sr_matrix a, struct sr_matrix b, float beta, float *c,
                 int row);

#endif
