#include "sartor/compute/matrix.h"

#include <cblas.h>
#include "sartor/compute/cpu.h"

/* One library call stays near 0.25 GFLOP: milliseconds, so that a cancelled job stops promptly. */
enum { TILE_ROWS = 128, TILE_COLUMNS = 512, TILE_DEPTH = 2048 };

struct product {
    bool transpose_a, transpose_b;
    int m, n, k, lda, ldb, ldc, tiles_across;
    float alpha, beta;
    const float *a, *b;
    float *c;
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static void tile_product(void *context, size_t index, int worker)
{
    const struct product *p = context;
    int row = (int)(index / (size_t)p->tiles_across) * TILE_ROWS;
    int column = (int)(index % (size_t)p->tiles_across) * TILE_COLUMNS;
    int rows = least(TILE_ROWS, p->m - row), columns = least(TILE_COLUMNS, p->n - column);
    float *c = p->c + (size_t)row * p->ldc + column;
    (void)worker;
    if (p->k == 0) {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                c[(size_t)i * p->ldc + j] = p->beta == 0 ? 0 : p->beta * c[(size_t)i * p->ldc + j];
        return;
    }
    for (int depth = 0; depth < p->k; depth += TILE_DEPTH) {
        const float *a = p->transpose_a ? p->a + (size_t)depth * p->lda + row : p->a + (size_t)row * p->lda + depth;
        const float *b = p->transpose_b ? p->b + (size_t)column * p->ldb + depth
                                        : p->b + (size_t)depth * p->ldb + column;
        cblas_sgemm(CblasRowMajor, p->transpose_a ? CblasTrans : CblasNoTrans,
                    p->transpose_b ? CblasTrans : CblasNoTrans, rows, columns,
                    least(TILE_DEPTH, p->k - depth), p->alpha, a, p->lda, b, p->ldb,
                    depth ? 1.0f : p->beta, c, p->ldc);
    }
}

void sr_gemm(struct sr_pool *pool, bool transpose_a, bool transpose_b, int m, int n, int k,
             float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c,
             int ldc)
{
    if (m <= 0 || n <= 0) return;
    sr_compute_isa(); /* started, so that OpenBLAS keeps to one thread */
    struct product product = {transpose_a, transpose_b, m, n, k, lda, ldb, ldc,
                              (n + TILE_COLUMNS - 1) / TILE_COLUMNS, alpha, beta, a, b, c};
    size_t tiles = (size_t)((m + TILE_ROWS - 1) / TILE_ROWS) * (size_t)product.tiles_across;
    sr_pool_run(tiles > 1 ? pool : NULL, tiles, tile_product, &product);
}

void sr_gemm_ref(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++)
                sum += (double)(transpose_a ? a[(size_t)l * lda + i] : a[(size_t)i * lda + l]) *
                       (double)(transpose_b ? b[(size_t)j * ldb + l] : b[(size_t)l * ldb + j]);
            float *out = c + (size_t)i * ldc + j;
            *out = (float)(alpha * sum + (beta == 0 ? 0 : (double)beta * *out));
        }
}
