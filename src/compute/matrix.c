#include "sartor/compute/matrix.h"

#include "sartor/compute/kernels.h"
#include <cblas.h>

/* How a product is cut into slices: strips of columns, and of rows as few as it takes to have
 * enough slices to share out. One slice takes well under a tenth of a second at any depth in use.
 */
struct cut {
    int columns, most_rows, least_rows, enough;
};

/* A slice lies within one strip. */
enum { NARROW = 32 };
_Static_assert(SR_STRIP % NARROW == 0, "a slice would lie in two strips");

/* A slice packs its columns of B anew, so it takes many rows. */
static const struct cut plain = {
    .columns = NARROW, .most_rows = 256, .least_rows = 64, .enough = 16};
/* Where zeros are left out, B is not packed, but read again for every few rows. */
static const struct cut masked = {
    .columns = SR_STRIP, .most_rows = 144, .least_rows = 36, .enough = 32};
/* Numbers of the largest slice. */
enum { MOST_SLICE = 144 * SR_STRIP };

/* Where only the portable kernels can run, OpenBLAS has kernels for the processor. */
static void library_product(const struct sr_gemm *work, const struct sr_product *p)
{
    cblas_sgemm(CblasRowMajor, work->transpose_a ? CblasTrans : CblasNoTrans,
                work->transpose_b ? CblasTrans : CblasNoTrans, p->rows, p->columns, p->depth,
                p->alpha, p->a, (int)(work->transpose_a ? p->a_column : p->a_row), p->b,
                (int)(work->transpose_b ? p->b_column : p->b_row), p->beta, p->c, (int)p->c_row);
}

struct sr_gemm sr_gemm_of(float alpha, struct sr_matrix a, struct sr_matrix b, float beta, float *c,
                          int row)
{
    return (struct sr_gemm){.whole = {.a = a.values,
                                      .b = b.values,
                                      .c = c,
                                      .a_row = a.transposed ? 1 : a.row,
                                      .a_column = a.transposed ? a.row : 1,
                                      .b_row = b.transposed ? 1 : b.row,
                                      .b_column = b.transposed ? b.row : 1,
                                      .c_row = row,
                                      .rows = a.rows,
                                      .columns = b.columns,
                                      .depth = a.columns,
                                      .alpha = alpha,
                                      .beta = beta},
                            .transpose_a = a.transposed,
                            .transpose_b = b.transposed};
}

void sr_gemm_mask(struct sr_gemm *work, const uint64_t *mask, const int *order)
{
    if (sr_kernels()->portable || work->transpose_b || work->whole.columns % SR_BLOCK) return;
    work->whole.order = order;
    work->whole.mask = mask;
    work->whole.mask_row = (ptrdiff_t)sr_mask_words(work->whole.depth);
}

/* Slices below each other follow one another, so that a worker mostly reads the same columns of B:
 * elements that one core reads need not be exchanged between caches when they change. */
size_t sr_gemm_cut(struct sr_gemm *work)
{
    const struct sr_product *whole = &work->whole;
    const struct cut *cut = whole->mask ? &masked : &plain;
    if (whole->rows <= 0 || whole->columns <= 0) return 0;
    work->columns = cut->columns;
    int across = (whole->columns + work->columns - 1) / work->columns;
    work->rows = cut->most_rows;
    while (work->rows > cut->least_rows &&
           (whole->rows + work->rows - 1) / work->rows * across < cut->enough)
        work->rows /= 2;
    work->down = (whole->rows + work->rows - 1) / work->rows;
    return (size_t)work->down * (size_t)across;
}

static void run_node(const struct sr_gemm *work, const struct sr_product *p);

/* C += the product of a node that is larger than a kernel can take. */
static void add_node(const struct sr_gemm *work, const struct sr_product *p)
{
    float node[MOST_SLICE];
    struct sr_product q = *p;
    q.c = node;
    q.c_row = p->columns;
    q.beta = 0;
    run_node(work, &q);
    for (int i = 0; i < p->rows; i++)
        for (int j = 0; j < p->columns; j++) p->c[i * p->c_row + j] += node[i * p->columns + j];
}

/* A slice's product, where the sum over depth is a tree: a kernel takes the tree of a stage,
 * OpenBLAS one leaf. Adding to C what one of them has summed is joining two nodes. */
static void run_node(const struct sr_gemm *work, const struct sr_product *p)
{
    const struct sr_kernels *kernels = sr_kernels();
    int unit = kernels->portable ? SR_LEAF : SR_STAGE;
    if (!p->tree || p->depth <= unit) {
        if (kernels->portable && p->depth > 0)
            library_product(work, p);
        else
            kernels->product(p);
        return;
    }
    struct sr_product left = *p, right = *p;
    for (left.depth = unit; 2 * left.depth < p->depth;) left.depth *= 2;
    right.depth = p->depth - left.depth;
    right.a += left.depth * p->a_column;
    right.b += left.depth * p->b_row;
    if (p->mask) right.mask += left.depth / SR_LEAF;
    right.beta = 1;
    run_node(work, &left);
    if (right.depth > unit)
        add_node(work, &right);
    else
        run_node(work, &right);
}

struct sr_gemm_part sr_gemm_slice(const struct sr_gemm *work, size_t index)
{
    struct sr_product p = work->whole;
    struct sr_gemm_part block = {.row = (int)(index % (size_t)work->down) * work->rows,
                                 .column = (int)(index / (size_t)work->down) * work->columns};
    p.rows = block.rows = p.rows - block.row < work->rows ? p.rows - block.row : work->rows;
    p.columns = block.columns =
        p.columns - block.column < work->columns ? p.columns - block.column : work->columns;
    const int row = p.order ? 0 : block.row; /* that the rows count from */
    if (p.order) p.order += block.row;
    p.a += row * p.a_row;
    if (p.mask) p.mask += row * p.mask_row;
    p.b += block.column * p.b_column;
    p.c += row * p.c_row + block.column;
    if (work->strips_b) {
        p.b = work->whole.b + sr_strip_place(p.depth, work->whole.columns, 0, block.column);
        p.b_row = sr_strip_width(work->whole.columns, block.column);
    }
    if (work->strips_c) {
        p.c = work->whole.c +
              sr_strip_place(work->whole.rows, work->whole.columns, row, block.column);
        p.c_row = sr_strip_width(work->whole.columns, block.column);
    }
    run_node(work, &p);
    return block;
}

static void slice(void *context, size_t index, int worker)
{
    (void)worker;
    sr_gemm_slice(context, index);
}

void sr_gemm(struct sr_pool *pool, float alpha, struct sr_matrix a, struct sr_matrix b, float beta,
             float *c, int row)
{
    struct sr_gemm work = sr_gemm_of(alpha, a, b, beta, c, row);
    size_t slices = sr_gemm_cut(&work);
    sr_pool_run(slices > 1 ? pool : NULL, slices, slice, &work);
}

bool sr_gemm_exact_places(void)
{
    return !sr_kernels()->portable;
}

void sr_gemm_narrow(struct sr_matrix a, struct sr_matrix b, float *c, int row)
{
    enum { MOST = 48 };
    struct sr_gemm work = sr_gemm_of(1, a, b, 1, c, row);
    const struct sr_kernels *kernels = sr_kernels();
    if (kernels->portable || b.columns > MOST)
        sr_gemm(NULL, 1, a, b, 1, c, row);
    else
        kernels->dots(&work.whole);
}

/* ---- masks ---- */

size_t sr_mask_words(int columns)
{
    return ((size_t)columns + 63) / 64;
}

void sr_mask(const float *x, int rows, int columns, uint64_t *mask)
{
    for (int row = 0; row < rows; row++, x += columns, mask += sr_mask_words(columns))
        sr_kernels()->nonzero(x, (size_t)columns, mask);
}

/* Keys in ascending order of one byte of them; equal ones stay in place. */
static void sort_by_byte(const uint64_t *keys, int count, int shift, uint64_t *sorted)
{
    int starts[257] = {0};
    for (int i = 0; i < count; i++) starts[(keys[i] >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++) starts[b + 1] += starts[b];
    for (int i = 0; i < count; i++) sorted[starts[keys[i] >> shift & 255]++] = keys[i];
}

/* By how many of the first quarter of the columns are set, roughly, then by how many of all,
 * ascending and descending by turns, so that groups are alike where they meet. On pictures this
 * nearly puts each row beside the most similar one. */
void sr_mask_order(const uint64_t *mask, int rows, int columns, int *order)
{
    enum { LOT = 1024, GROUPS = 8, LEVELS = 4096 };
    size_t words = sr_mask_words(columns), quarter = (words + 3) / 4;
    for (int first = 0; first < rows; first += LOT) {
        uint64_t keys[LOT], sorted[LOT];
        int count = rows - first < LOT ? rows - first : LOT;
        for (int i = 0; i < count; i++) {
            const uint64_t *row = mask + (size_t)(first + i) * words;
            size_t early = 0, all = 0;
            for (size_t w = 0; w < words; w++) {
                all += (size_t)__builtin_popcountll(row[w]);
                if (w + 1 == quarter) early = all;
            }
            uint64_t group = early * GROUPS / (quarter * 64 + 1),
                     level = all * LEVELS / (words * 64 + 1);
            if (group % 2) level = LEVELS - 1 - level;
            keys[i] = (uint64_t)(first + i) << 16 | group * LEVELS | level;
        }
        sort_by_byte(keys, count, 0, sorted);
        sort_by_byte(sorted, count, 8, keys);
        for (int i = 0; i < count; i++) order[first + i] = (int)(keys[i] >> 16);
    }
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

void sr_mask_turn(const uint64_t *mask, int rows, int columns, size_t word, uint64_t *turned)
{
    size_t from_words = sr_mask_words(columns), words = sr_mask_words(rows), first = word * 64;
    for (size_t to = 0; to < words; to++) {
        uint64_t square[64] = {0};
        for (size_t row = 0; row < 64 && to * 64 + row < (size_t)rows; row++)
            square[row] = mask[(to * 64 + row) * from_words + word];
        turn_square(square);
        for (size_t column = 0; column < 64 && first + column < (size_t)columns; column++)
            turned[(first + column) * words + to] = square[column];
    }
}

void sr_gemm_double(struct sr_matrix_double a, struct sr_matrix_double b, double *c, int row)
{
    cblas_dgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans, a.rows, b.columns, a.columns, 1, a.values,
                a.row, b.values, b.row, 1, c, row);
}

void sr_gemm_ref(float alpha, struct sr_matrix a, struct sr_matrix b, float beta, float *c, int row)
{
    struct sr_gemm work = sr_gemm_of(alpha, a, b, beta, c, row);
    sr_kernels_named("reference")->product(&work.whole);
}
