/* product.c - a slice of a matrix product by register tiles.
 *
 * B's columns are packed a stage at a time, then multiplied by ROWS rows of A at a time, in a tile
 * of ROWS × VECTORS sums. Each element of C is summed in the same order whatever the shape around
 * it, so with alpha 1 and beta 0 or 1 its bits depend on its row of A and column of B alone. */
#include "vector.h"

#include "sartor/base/tree.h"

#if WIDTH == 16
enum { ROWS = 8, FLAT_PAIR = 12 };
#elif WIDTH == 8
enum { ROWS = 6, FLAT_PAIR = 6 };
#else
enum { ROWS = 3, FLAT_PAIR = 2 };
#endif
enum { TILE = 2 * WIDTH, STAGE = SR_STAGE };

/* A tree of so many leaves has at most so many nodes waiting for their right half. */
enum { LEVELS = 2 };
_Static_assert(STAGE / SR_LEAF <= 1 << LEVELS, "a stage has more leaves");

/* Up to so many rows of A are multiplied at once; B is then read only once, and packing it would
 * cost time. Up to FLAT_PAIR of them by two vectors fit the registers. */
enum { FLAT = 12 };

/* Rows of a tile that leaves zeros out. The fewer they are, the more of A's columns are zero in all
 * of them, but the less is computed with each row of B, which is read from the second-level cache.
 */
#if WIDTH == 16
enum { FEW = 3, WIDE = 8 };
#else
enum { FEW = 2, WIDE = 4 };
#endif

/* WIDTH columns of B that lie as rows, WIDTH rows of them. */
INLINE void pack_turned(const float *b, ptrdiff_t column, float *packed)
{
    vec row[WIDTH];
    UNROLL for (int i = 0; i < WIDTH; i++) row[i] = (vec) * (const loose *)(b + i * column);
    turn_square(row);
    UNROLL for (int i = 0; i < WIDTH; i++) store(packed + i * TILE, row[i]);
}

/* `depth` rows of TILE floats, with zeros past the last column. */
static void pack(const float *b, ptrdiff_t row, ptrdiff_t column, int depth, int columns,
                 float *packed)
{
    if (column == 1 && columns == TILE) {
        for (int k = 0; k < depth; k++, b += row, packed += TILE)
            for (int v = 0; v < TILE; v += WIDTH) store(packed + v, (vec) * (const loose *)(b + v));
        return;
    }
    int done = 0;
    if (row == 1 && columns == TILE)
        for (; done + WIDTH <= depth; done += WIDTH)
            for (int v = 0; v < TILE; v += WIDTH)
                pack_turned(b + done + v * column, column, packed + done * TILE + v);
    for (int first = done; first < depth; first += SR_BLOCK) {
        /* Short runs of each column at a time: one of the two sides is always far apart. */
        int last = depth - first < SR_BLOCK ? depth : first + SR_BLOCK;
        for (int j = 0; j < columns; j++)
            for (int k = first; k < last; k++) packed[k * TILE + j] = b[k * row + j * column];
        for (int k = first; k < last; k++)
            for (int j = columns; j < TILE; j++) packed[k * TILE + j] = 0;
    }
}

/* out[rows][TILE] = rows of A times `vectors` vectors of B's columns, the sum over depth along the
 * tree whose leaves are `leaf` deep. Inlined with constants; see conv.c. */
INLINE void run_product(const float *const *a, ptrdiff_t step, int depth, int leaf, const float *b,
                        ptrdiff_t b_row, float *out, const int rows, const int vectors)
{
    vec sum[FLAT][2], waiting[LEVELS][FLAT][2];
    size_t leaves = (size_t)((depth + leaf - 1) / leaf);
    int top = 0;
    ptrdiff_t k = 0, at = 0;
    for (size_t index = 0; index < leaves || index == 0; index++) {
        int end = depth - (int)index * leaf < leaf ? depth : ((int)index + 1) * leaf;
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = (vec){0};
        }
        for (; k < end; k++, at += step, b += b_row) {
            vec y[2];
            UNROLL for (int v = 0; v < vectors; v++) y[v] = (vec) * (const loose *)(b + v * WIDTH);
            UNROLL for (int i = 0; i < rows; i++)
            {
                UNROLL for (int v = 0; v < vectors; v++) sum[i][v] += a[i][at] * y[v];
            }
        }
        for (int joins = sr_tree_joins(index, leaves); joins > 0; joins--) {
            top--;
            UNROLL for (int i = 0; i < rows; i++)
            {
                UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = waiting[top][i][v] + sum[i][v];
            }
        }
        if (index + 1 >= leaves) break;
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++) waiting[top][i][v] = sum[i][v];
        }
        top++;
    }
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) store(out + i * TILE + v * WIDTH, sum[i][v]);
    }
}

static int leaf_of(const struct sr_product *p)
{
    return p->tree ? SR_LEAF : STAGE;
}

/* A tile of so many rows by 1 and by 2 vectors. */
typedef void tile_function(const float *const *a, ptrdiff_t step, int depth, int leaf,
                           const float *b, ptrdiff_t b_row, float *out);
#define TILE_FUNCTION(name, rows, vectors)                                                         \
    static void name(const float *const *a, ptrdiff_t step, int depth, int leaf, const float *b,   \
                     ptrdiff_t b_row, float *out)                                                  \
    {                                                                                              \
        run_product(a, step, depth, leaf, b, b_row, out, rows, vectors);                           \
    }
#define TILE_FUNCTIONS(name, rows)                                                                 \
    TILE_FUNCTION(name##_single, rows, 1)                                                          \
    TILE_FUNCTION(name##_pair, rows, 2)
TILE_FUNCTIONS(tile, ROWS)
TILE_FUNCTIONS(flat_2, 2)
TILE_FUNCTIONS(flat_4, 4)
TILE_FUNCTIONS(flat_6, 6)
TILE_FUNCTIONS(flat_8, 8)
TILE_FUNCTIONS(flat_10, 10)
TILE_FUNCTIONS(flat_12, 12)

/* c = alpha * sum + beta * c. */
INLINE void finish_vector(vec sum, float alpha, float beta, float *c)
{
    sum *= alpha;
    if (beta != 0) sum += beta * (vec) * (loose *)c;
    *(loose *)c = (loose)sum;
}

/* The same for one row of sums. */
static void finish(const float *sums, int columns, float alpha, float beta, float *c)
{
    int j = 0;
    for (; j + WIDTH <= columns; j += WIDTH) finish_vector(load(sums + j), alpha, beta, c + j);
    for (; j < columns; j++) c[j] = alpha * sums[j] + (beta != 0 ? beta * c[j] : 0);
}

/* FEW rows of a product that leaves zeros out. */
struct few {
    const float *a[FEW];
    const uint64_t *set[FEW]; /* which of A's columns matter, from the same one on as `a` */
    float *c[FEW];
    int rows; /* of them; the rest repeat the last, and their sums are not used */
};

/* C = alpha A B + beta C for those rows and `vectors` vectors of columns, over `words` words of A's
 * columns.
 */
INLINE void run_masked(const struct few *few, ptrdiff_t step, int words, bool tree, const float *b,
                       ptrdiff_t b_row, float alpha, float beta, const int vectors)
{
    vec sum[FEW][WIDE], waiting[LEVELS][FEW][WIDE];
    int top = 0;
    UNROLL for (int i = 0; i < FEW; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = (vec){0};
    }
    for (int word = 0; word < words; word++) {
        uint64_t bits = 0;
        UNROLL for (int i = 0; i < FEW; i++) bits |= few->set[i][word];
        for (; bits; bits &= bits - 1) {
            ptrdiff_t k = word * 64 + __builtin_ctzll(bits);
            UNROLL for (int v = 0; v < vectors; v++)
            {
                vec y = (vec) * (const loose *)(b + k * b_row + v * WIDTH);
                KEEP_IN_REGISTER(y);
                UNROLL for (int i = 0; i < FEW; i++) sum[i][v] += few->a[i][k * step] * y;
            }
        }
        if (!tree) continue;
        for (int joins = sr_tree_joins((size_t)word, (size_t)words); joins > 0; joins--) {
            top--;
            UNROLL for (int i = 0; i < FEW; i++)
            {
                UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = waiting[top][i][v] + sum[i][v];
            }
        }
        if (word + 1 == words) break;
        UNROLL for (int i = 0; i < FEW; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++)
            {
                waiting[top][i][v] = sum[i][v];
                sum[i][v] = (vec){0};
            }
        }
        top++;
    }
    UNROLL for (int i = 0; i < FEW; i++)
    {
        if (i < few->rows) {
            UNROLL for (int v = 0; v < vectors; v++)
                finish_vector(sum[i][v], alpha, beta, few->c[i] + v * WIDTH);
        }
    }
}

typedef void few_function(const struct few *few, ptrdiff_t step, int words, bool tree,
                          const float *b, ptrdiff_t b_row, float alpha, float beta);
#define FEW_FUNCTION(name, vectors)                                                                \
    static void name(const struct few *few, ptrdiff_t step, int words, bool tree, const float *b,  \
                     ptrdiff_t b_row, float alpha, float beta)                                     \
    {                                                                                              \
        run_masked(few, step, words, tree, b, b_row, alpha, beta, vectors);                        \
    }
FEW_FUNCTION(masked_wide, WIDE)
FEW_FUNCTION(masked_4, 4)
FEW_FUNCTION(masked_2, 2)
FEW_FUNCTION(masked_1, 1)

/* As wide as there are columns for, in vectors. */
static few_function *masked_tile(int columns, int *vectors)
{
    int left = columns / WIDTH;
    *vectors = left >= WIDE ? WIDE : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    return left >= WIDE ? masked_wide : left >= 4 ? masked_4 : left >= 2 ? masked_2 : masked_1;
}

/* The stages are those of the product that does all, so that the sums are the same. */
static void product_masked(const struct sr_product *p)
{
    for (int column = 0, columns; column < p->columns; column += columns) {
        int vectors;
        few_function *tile = masked_tile(p->columns - column, &vectors);
        columns = vectors * WIDTH;
        for (int depth = 0; depth < p->depth || depth == 0; depth += STAGE) {
            int part = p->depth - depth < STAGE ? p->depth - depth : STAGE;
            for (int row = 0; row < p->rows; row += FEW) {
                struct few few = {.rows = p->rows - row < FEW ? p->rows - row : FEW};
                for (int i = 0; i < FEW; i++) {
                    int nth = row + (i < few.rows ? i : few.rows - 1);
                    ptrdiff_t from = p->order ? p->order[nth] : nth;
                    few.a[i] = p->a + from * p->a_row + depth * p->a_column;
                    few.set[i] = p->mask + from * p->mask_row + depth / 64;
                    few.c[i] = p->c + from * p->c_row + column;
                }
                tile(&few, p->a_column, (part + SR_LEAF - 1) / SR_LEAF, p->tree,
                     p->b + depth * p->b_row + column, p->b_row, p->alpha, depth ? 1 : p->beta);
            }
        }
    }
}

static void product_flat(const struct sr_product *p)
{
    static tile_function *const single[FLAT / 2] = {flat_2_single, flat_4_single,  flat_6_single,
                                                    flat_8_single, flat_10_single, flat_12_single};
    static tile_function *const pair[FLAT / 2] = {flat_2_pair, flat_4_pair,  flat_6_pair,
                                                  flat_8_pair, flat_10_pair, flat_12_pair};
    float packed[STAGE * TILE] __attribute__((aligned(64))),
        sums[FLAT * TILE] __attribute__((aligned(64)));
    for (int column = 0, columns; column < p->columns; column += columns) {
        int left = p->columns - column;
        bool two = left >= TILE && p->rows <= FLAT_PAIR;
        columns = two ? TILE : left < WIDTH ? left : WIDTH;
        for (int depth = 0; depth < p->depth || depth == 0; depth += STAGE) {
            int part = p->depth - depth < STAGE ? p->depth - depth : STAGE;
            const float *a[FLAT], *b = p->b + depth * p->b_row + column;
            ptrdiff_t b_row = p->b_row;
            for (int i = 0; i < FLAT; i++)
                a[i] = p->a + (i < p->rows ? i : p->rows - 1) * p->a_row + depth * p->a_column;
            if (columns < WIDTH) {
                pack(b, b_row, 1, part, columns, packed);
                b = packed;
                b_row = TILE;
            }
            (two ? pair : single)[(p->rows - 1) / 2](a, p->a_column, part, leaf_of(p), b, b_row,
                                                     sums);
            for (int i = 0; i < p->rows; i++)
                finish(sums + i * TILE, columns, p->alpha, depth ? 1 : p->beta,
                       p->c + i * p->c_row + column);
        }
    }
}

void SR_NAME(product)(const struct sr_product *p)
{
    if (p->mask) {
        product_masked(p);
        return;
    }
    if (p->rows <= FLAT && p->b_column == 1) {
        product_flat(p);
        return;
    }
    float packed[STAGE * TILE] __attribute__((aligned(64))),
        sums[ROWS * TILE] __attribute__((aligned(64)));
    for (int column = 0; column < p->columns; column += TILE) {
        int columns = p->columns - column < TILE ? p->columns - column : TILE;
        for (int depth = 0; depth < p->depth || depth == 0; depth += STAGE) {
            int part = p->depth - depth < STAGE ? p->depth - depth : STAGE;
            pack(p->b + depth * p->b_row + column * p->b_column, p->b_row, p->b_column, part,
                 columns, packed);
            for (int row = 0; row < p->rows; row += ROWS) {
                const float *a[ROWS];
                int rows = p->rows - row < ROWS ? p->rows - row : ROWS;
                /* Rows past the last repeat it, and their sums are not used. */
                for (int i = 0; i < ROWS; i++)
                    a[i] =
                        p->a + (row + (i < rows ? i : rows - 1)) * p->a_row + depth * p->a_column;
                (columns <= WIDTH ? tile_single : tile_pair)(a, p->a_column, part, leaf_of(p),
                                                             packed, TILE, sums);
                for (int i = 0; i < rows; i++)
                    finish(sums + i * TILE, columns, p->alpha, depth ? 1 : p->beta,
                           p->c + (row + i) * p->c_row + column);
            }
        }
    }
}
