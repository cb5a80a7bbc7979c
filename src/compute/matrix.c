#include "sartor/compute/matrix.h"

#include "sartor/compute/kernels.h"
#include <cblas.h>

/* How a product is cut into slices: strips of columns, and of rows as few as it takes to have enough slices
 * to share out. One slice takes well under a tenth of a second at any depth in use. */
struct cut {
    int strip, most_rows, least_rows, enough;
};

/* A slice packs its columns of B anew, so it takes many rows. */
static const struct cut plain = {.strip = 32, .most_rows = 256, .least_rows = 64, .enough = 16};
/* Where zeros are left out, B is not packed, but walked through anew for each few rows. */
static const struct cut masked = {.strip = 128, .most_rows = 192, .least_rows = 48, .enough = 32};

struct work {
    struct sr_product whole;
    bool transpose_a, transpose_b;
    const struct sr_kernels *kernels;
    int rows, strip, down; /* rows and columns of a slice; slices below each other */
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
    int row = (int)(index % (size_t)work->down) * work->rows,
        column = (int)(index / (size_t)work->down) * work->strip;
    (void)worker;
    p.a += row * p.a_row;
    if (p.mask) p.mask += row * p.mask_row;
    p.b += column * p.b_column;
    p.c += row * p.c_row + column;
    p.rows = p.rows - row < work->rows ? p.rows - row : work->rows;
    p.columns = p.columns - column < work->strip ? p.columns - column : work->strip;
    if (work->kernels->portable && p.depth > 0)
        library_product(work, &p);
    else
        work->kernels->product(&p);
}

/* Slices below each other follow one another, so that a worker stays with its columns of B: what only one
 * reads, only one has to be told of when it changes. */
static void share(struct sr_pool *pool, struct work *work, const struct cut *cut)
{
    const struct sr_product *whole = &work->whole;
    if (whole->rows <= 0 || whole->columns <= 0) return;
    work->kernels = sr_kernels();
    work->strip = cut->strip;
    int across = (whole->columns + work->strip - 1) / work->strip;
    work->rows = cut->most_rows;
    while (work->rows > cut->least_rows && (whole->rows + work->rows - 1) / work->rows * across < cut->enough)
        work->rows /= 2;
    work->down = (whole->rows + work->rows - 1) / work->rows;
    size_t slices = (size_t)work->down * (size_t)across;
    sr_pool_run(slices > 1 ? pool : NULL, slices, slice, work);
}

static struct sr_product product_of(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
                                    const float *a, int lda, const float *b, int ldb, float beta, float *c,
                                    int ldc)
{
    return (struct sr_product){.a = a,
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
                               .beta = beta};
}

void sr_gemm(struct sr_pool *pool, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
             const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    struct work work = {
        .whole = product_of(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc),
        .transpose_a = transpose_a,
        .transpose_b = transpose_b};
    share(pool, &work, &plain);
}

bool sr_gemm_exact_places(void)
{
    return !sr_kernels()->portable;
}

void sr_gemm_masked(struct sr_pool *pool, bool transpose_a, int m, int n, int k, const float *a, int lda,
                    const uint64_t *mask, const float *b, int ldb, float *c, int ldc)
{
    struct work work = {.whole = product_of(transpose_a, false, m, n, k, 1, a, lda, b, ldb, 0, c, ldc),
                        .transpose_a = transpose_a};
    work.whole.mask = mask;
    work.whole.mask_row = (ptrdiff_t)sr_mask_words(k);
    share(pool, &work, &masked);
}

void sr_gemm_narrow(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c, int ldc)
{
    struct sr_product p = product_of(false, true, m, n, k, 1, a, lda, b, ldb, 1, c, ldc);
    const struct sr_kernels *kernels = sr_kernels();
    if (kernels->portable)
        sr_gemm(NULL, false, true, m, n, k, 1, a, lda, b, ldb, 1, c, ldc);
    else
        kernels->dots(&p);
}

/* ---- masks ---- */

struct masking {
    const float *x;
    const uint64_t *from;
    uint64_t *mask;
    int rows, columns;
};

size_t sr_mask_words(int columns)
{
    return ((size_t)columns + 63) / 64;
}

enum { MASK_ROWS = 16 }; /* of a slice */

static void mask_slice(void *context, size_t index, int worker)
{
    const struct masking *m = context;
    size_t words = sr_mask_words(m->columns), columns = (size_t)m->columns;
    int first = (int)index * MASK_ROWS, last = first + MASK_ROWS < m->rows ? first + MASK_ROWS : m->rows;
    (void)worker;
    for (int row = first; row < last; row++)
        sr_kernels()->nonzero(m->x + (size_t)row * columns, columns, m->mask + (size_t)row * words);
}

void sr_mask(struct sr_pool *pool, const float *x, int rows, int columns, uint64_t *mask)
{
    struct masking masking = {.x = x, .mask = mask, .rows = rows, .columns = columns};
    sr_pool_run(pool, ((size_t)rows + MASK_ROWS - 1) / MASK_ROWS, mask_slice, &masking);
}

/* Exchange the rows and columns of 64 × 64 bits: halves, then quarters, and so on. */
static void turn_square(uint64_t square[64])
{
    uint64_t low = 0x00000000ffffffffu;
    for (int distance = 32; distance; distance /= 2, low ^= low << distance)
        for (int row = 0; row < 64; row = (row + distance + 1) & ~distance) {
            uint64_t moved = (square[row] >> distance ^ square[row + distance]) & low;
            square[row] ^= moved << distance;
            square[row + distance] ^= moved;
        }
}

/* 64 columns. */
static void turn_slice(void *context, size_t index, int worker)
{
    const struct masking *m = context;
    size_t from_words = sr_mask_words(m->columns), words = sr_mask_words(m->rows), first = index * 64;
    (void)worker;
    for (size_t word = 0; word < words; word++) {
        uint64_t square[64] = {0};
        for (size_t row = 0; row < 64 && word * 64 + row < (size_t)m->rows; row++)
            square[row] = m->from[(word * 64 + row) * from_words + index];
        turn_square(square);
        for (size_t column = 0; column < 64 && first + column < (size_t)m->columns; column++)
            m->mask[(first + column) * words + word] = square[column];
    }
}

void sr_mask_turn(struct sr_pool *pool, const uint64_t *mask, int rows, int columns, uint64_t *turned)
{
    struct masking masking = {.from = mask, .mask = turned, .rows = rows, .columns = columns};
    sr_pool_run(pool, sr_mask_words(columns), turn_slice, &masking);
}

void sr_gemm_ref(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    struct sr_product whole =
        product_of(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    sr_kernels_named("reference")->product(&whole);
}
