/* dots.c - a matrix product in which both sides lie as rows along the sums: C = alpha A B' + beta
 * C.
 *
 * Vectors run along those rows, and the lanes of each sum are added up in the end. Where C has few
 * columns, as a classifier has classes, vectors of C would be mostly empty; these are full. Each
 * sum is made in one order whatever the shape around it, but not in product.c's. */
#include "vector.h"

#include <string.h>

/* A tile has as many sums as a vector has lanes. */
enum { ROWS = WIDTH / 2, COLUMNS = 2 };

/* Lane i of the result is the sum of the lanes of v[i]: halves of two vectors at a time are added
 * to each other, then quarters of what that gives, and so on. */
#define FOLD(d)                                                                                    \
    UNROLL for (int i = 0; i < (d); i++) v[i] =                                                    \
        __builtin_shufflevector(v[i], v[i + (d)], LANES(STAY, d)) +                                \
        __builtin_shufflevector(v[i], v[i + (d)], LANES(MOVE, d));
INLINE vec sums_of_lanes(vec v[WIDTH])
{
#if WIDTH >= 16
    FOLD(8)
#endif
#if WIDTH >= 8
    FOLD(4)
#endif
    FOLD(2)
    FOLD(1)
    return v[0];
}

/* sum += the products of `count` vectors of each row. */
INLINE void multiply(const float *const a[ROWS], const float *const b[COLUMNS], ptrdiff_t count,
                     vec sum[WIDTH])
{
    for (ptrdiff_t k = 0; k < count * WIDTH; k += WIDTH) {
        vec x[ROWS];
        UNROLL for (int i = 0; i < ROWS; i++)
        {
            x[i] = (vec) * (const loose *)(a[i] + k);
            KEEP_IN_REGISTER(x[i]);
        }
        UNROLL for (int j = 0; j < COLUMNS; j++)
        {
            vec y = (vec) * (const loose *)(b[j] + k);
            KEEP_IN_REGISTER(y);
            UNROLL for (int i = 0; i < ROWS; i++) sum[i * COLUMNS + j] += x[i] * y;
        }
    }
}

/* Sums over `depth` elements, of row i and column j in lane i * COLUMNS + j. */
static vec run_dots(const float *const a[ROWS], const float *const b[COLUMNS], int depth)
{
    const int rest = depth % WIDTH, whole = depth - rest;
    vec sum[WIDTH];
    UNROLL for (int i = 0; i < WIDTH; i++) sum[i] = (vec){0};
    multiply(a, b, depth / WIDTH, sum);
    if (rest) {
        float last[ROWS + COLUMNS][WIDTH] = {{0}};
        const float *last_a[ROWS], *last_b[COLUMNS];
        for (int i = 0; i < ROWS; i++)
            last_a[i] = memcpy(last[i], a[i] + whole, (size_t)rest * sizeof(float));
        for (int j = 0; j < COLUMNS; j++)
            last_b[j] = memcpy(last[ROWS + j], b[j] + whole, (size_t)rest * sizeof(float));
        multiply(last_a, last_b, 1, sum);
    }
    return sums_of_lanes(sum);
}

void SR_NAME(dots)(const struct sr_product *p)
{
    for (int row = 0; row < p->rows; row += ROWS) {
        const int rows = p->rows - row < ROWS ? p->rows - row : ROWS;
        for (int column = 0; column < p->columns; column += COLUMNS) {
            const int columns = p->columns - column < COLUMNS ? p->columns - column : COLUMNS;
            const float *a[ROWS], *b[COLUMNS];
            float sums[ROWS][COLUMNS];
            /* Rows past the last repeat it, and their sums are not used. */
            for (int i = 0; i < ROWS; i++)
                a[i] = p->a + (row + (i < rows ? i : rows - 1)) * p->a_row;
            for (int j = 0; j < COLUMNS; j++)
                b[j] = p->b + (column + (j < columns ? j : columns - 1)) * p->b_column;
            *(loose *)sums = (loose)run_dots(a, b, p->depth);
            for (int i = 0; i < rows; i++) {
                float *c = p->c + (row + i) * p->c_row + column;
                for (int j = 0; j < columns; j++)
                    c[j] = p->alpha * sums[i][j] + (p->beta != 0 ? p->beta * c[j] : 0);
            }
        }
    }
}
