#include "sartor/compute/matrix.h"

#include "sartor/compute/kernels.h"
#include <cblas.h>

/* What one worker does at a time: up to MANY_ROWS × STRIP sums, well under a tenth of a second at any depth
 * in use. A slice packs its columns of B anew, so it takes as many rows as leave ENOUGH slices to share out. */
enum { STRIP = 32, FEW_ROWS = 64, MANY_ROWS = 256, ENOUGH = 16 };

struct work {
    struct sr_product whole;
    bool transpose_a, transpose_b;
    const struct sr_kernels *kernels;
    int rows, across; /* rows of a slice; slices side by side */
};

/* Where the kernels are only the portable ones, OpenBLAS has some that are tuned to the processor. */
static void library_product(const struct work *work, const struct sr_product *p)
{
    cblas_sgemm(CblasRowMajor, work->transpose_a ? CblasTrans : CblasNoTrans,
                work->transpose_b ? CblasTrans : CblasNoTrans, p->rows, p->columns, p->depth, p->alpha, p->a,
                (int)(work->transpose_a ? p->a_column : p->a_row), p->b,
                (int)(work->transpose_b ? p->b_column : p->b_row), p->beta, p->c, (int)p->c_row);
}

static void slice(void *context, size_t index, int worker)
{
    const struct work *work = context;
    struct sr_product p = work->whole;
    int row = (int)(index / (size_t)work->across) * work->rows,
        column = (int)(index % (size_t)work->across) * STRIP;
    (void)worker;
    p.a += row * p.a_row;
    p.b += column * p.b_column;
    p.c += row * p.c_row + column;
    p.rows = p.rows - row < work->rows ? p.rows - row : work->rows;
    p.columns = p.columns - column < STRIP ? p.columns - column : STRIP;
    if (work->kernels->portable && p.depth > 0)
        library_product(work, &p);
    else
        work->kernels->product(&p);
}

void sr_gemm(struct sr_pool *pool, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
             const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    if (m <= 0 || n <= 0) return;
    struct work work = {.whole = {.a = a,
                                  .b = b,
                                  .c = c,
                                  .a_row = transpose_a ? 1 : lda,
                                  .a_column = transpose_a ? lda : 1,
                                  .b_row = transpose_b ? 1 : ldb,
                                  .b_column = transpose_b ? ldb : 1,
                                  .c_row = ldc,
                                  .rows = m,
                                  .columns = n,
                                  .depth = k,
                                  .alpha = alpha,
                                  .beta = beta},
                        .transpose_a = transpose_a,
                        .transpose_b = transpose_b,
                        .kernels = sr_kernels(),
                        .rows = MANY_ROWS,
                        .across = (n + STRIP - 1) / STRIP};
    while (work.rows > FEW_ROWS && (m + work.rows - 1) / work.rows * work.across < ENOUGH) work.rows /= 2;
    size_t slices = (size_t)((m + work.rows - 1) / work.rows) * (size_t)work.across;
    sr_pool_run(slices > 1 ? pool : NULL, slices, slice, &work);
}

void sr_gemm_ref(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    sr_kernels_named("reference")
        ->product(&(struct sr_product){.a = a,
                                       .b = b,
                                       .c = c,
                                       .a_row = transpose_a ? 1 : lda,
                                       .a_column = transpose_a ? lda : 1,
                                       .b_row = transpose_b ? 1 : ldb,
                                       .b_column = transpose_b ? ldb : 1,
                                       .c_row = ldc,
                                       .rows = m,
                                       .columns = n,
                                       .depth = k,
                                       .alpha = alpha,
                                       .beta = beta});
}
