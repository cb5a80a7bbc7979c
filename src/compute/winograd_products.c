/* winograd_products.c - products over the points of Winograd's tiles, and their weights for the way
 * back.
 *
 * The sums of PIXELS tiles × VECTORS vectors of outputs stay in registers over all inputs: an inner
 * loop as that of conv.c, without taps or padding, since a point of few tiles takes little longer
 * than finding those would. */
#include "sartor/compute/winograd.h"
#include "vector.h"

/* One piece; the pointers are at its first tile, input and output. */
struct piece {
    const float *x, *w;
    float *y;
    ptrdiff_t x_plane, y_plane, w_block;
    int inputs;
};

#define CHANNEL(X, W)                                                                              \
    do {                                                                                           \
        vec b[VECTORS];                                                                            \
        UNROLL for (int v = 0; v < VECTORS; v++) b[v] =                                            \
            load((W) + v / PER_BLOCK * p->w_block + v % PER_BLOCK * WIDTH);                        \
        UNROLL for (int n = 0; n < PIXELS; n++)                                                    \
        {                                                                                          \
            const float a = (X)[n * SR_BLOCK];                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) sum[n][v] += a * b[v];                        \
        }                                                                                          \
    } while (0)

/* A macro for the sake of clang, as in conv.c. */
#define PIECE(PIXELS_, BLOCKS_)                                                                    \
    static void piece_##PIXELS_##_##BLOCKS_(const struct piece *p)                                 \
    {                                                                                              \
        enum { PIXELS = PIXELS_, VECTORS = BLOCKS_ * PER_BLOCK };                                  \
        vec sum[PIXELS][VECTORS];                                                                  \
        UNROLL for (int n = 0; n < PIXELS; n++)                                                    \
        {                                                                                          \
            UNROLL for (int v = 0; v < VECTORS; v++) sum[n][v] = (vec){0};                         \
        }                                                                                          \
        const float *x = p->x, *w = p->w;                                                          \
        int left = p->inputs;                                                                      \
        for (; left > 0; left -= SR_BLOCK, x += p->x_plane)                                        \
            for (int c = 0; c < SR_BLOCK && c < left; c++, w += SR_BLOCK) CHANNEL(x + c, w);       \
        UNROLL for (int n = 0; n < PIXELS; n++)                                                    \
        {                                                                                          \
            UNROLL for (int v = 0; v < VECTORS; v++)                                               \
                store(p->y + v / PER_BLOCK * p->y_plane + n * SR_BLOCK + v % PER_BLOCK * WIDTH,    \
                      sum[n][v]);                                                                  \
        }                                                                                          \
    }

/* clang-format off */
#define PIECES_3(B) PIECE(1, B) PIECE(2, B) PIECE(3, B)
#define PIECES_6(B) PIECES_3(B) PIECE(4, B) PIECE(5, B) PIECE(6, B)
#define PIECES_7(B) PIECES_6(B) PIECE(7, B)
#define NAME(P, B) piece_##P##_##B
#define NAMES_3(B) NAME(1, B), NAME(2, B), NAME(3, B)
#define NAMES_6(B) NAMES_3(B), NAME(4, B), NAME(5, B), NAME(6, B)
#define NAMES_7(B) NAMES_6(B), NAME(7, B)

typedef void piece_function(const struct piece *p);
/* By blocks - 1 and tiles - 1. With 32 registers, more than 7 tiles are no faster, and slower from
 * 13 on: little is left to overlap one piece with the next. */
#if WIDTH == 16
enum { MOST_TILES = 7, MOST_BLOCKS = 2 };
PIECES_7(1) PIECES_7(2)
static piece_function *const pieces[MOST_BLOCKS][MOST_TILES] = {{NAMES_7(1)}, {NAMES_7(2)}};
#elif WIDTH == 8
enum { MOST_TILES = 6, MOST_BLOCKS = 1 };
PIECES_6(1)
static piece_function *const pieces[MOST_BLOCKS][MOST_TILES] = {{NAMES_6(1)}};
#else
enum { MOST_TILES = 3, MOST_BLOCKS = 1 };
PIECES_3(1)
static piece_function *const pieces[MOST_BLOCKS][MOST_TILES] = {{NAMES_3(1)}};
#endif
/* clang-format on */

void SR_NAME(winograd_products)(const struct sr_winograd_products *p)
{
    const int blocks = sr_blocks(p->outputs), across = (p->tiles + MOST_TILES - 1) / MOST_TILES,
              size = p->tiles / across, larger_ones = p->tiles % across;
    struct piece piece = {.x_plane = (ptrdiff_t)p->tiles * SR_BLOCK,
                          .y_plane = (ptrdiff_t)p->tiles * SR_BLOCK,
                          .w = p->w,
                          .w_block = (ptrdiff_t)p->inputs * SR_BLOCK,
                          .inputs = p->inputs};
    for (int point = 0; point < p->points; point++) {
        sr_ahead_fetch(p->ahead, (size_t)point, (size_t)p->points);
        for (int block = 0, wide; block < blocks; block += wide) {
            wide = blocks - block < MOST_BLOCKS ? blocks - block : MOST_BLOCKS;
            piece.x = p->from + (size_t)point * p->from_stride;
            piece.y = p->to + (size_t)point * p->to_stride + block * piece.y_plane;
            for (int i = 0; i < across; i++) {
                const int tiles = size + (i < larger_ones);
                pieces[wide - 1][tiles - 1](&piece);
                piece.x += tiles * SR_BLOCK;
                piece.y += tiles * SR_BLOCK;
            }
            piece.w += wide * piece.w_block;
        }
    }
}

/* 16 inputs by 16 outputs, of which there are `inputs` and `outputs`: squares of WIDTH vectors. */
INLINE void turn_block(const float *from, int inputs, int outputs, float *turned)
{
    for (int input = 0; input < SR_BLOCK; input += WIDTH)
        for (int output = 0; output < outputs; output += WIDTH) {
            vec row[WIDTH];
            UNROLL for (int i = 0; i < WIDTH; i++) row[i] =
                input + i < inputs ? load(from + (input + i) * SR_BLOCK + output) : (vec){0};
            turn_square(row);
            UNROLL for (int i = 0; i < WIDTH; i++)
            {
                if (output + i < outputs) store(turned + (output + i) * SR_BLOCK + input, row[i]);
            }
        }
}

void SR_NAME(winograd_turn)(const struct sr_winograd *g, const float *u, int point, float *turned)
{
    const int inputs = g->conv.inputs, outputs = g->conv.outputs;
    u += (size_t)point * (size_t)inputs * (size_t)sr_slots(outputs);
    turned += (size_t)point * (size_t)sr_slots(inputs) * (size_t)outputs;
    for (int input = 0; input < inputs; input += SR_BLOCK)
        for (int output = 0; output < outputs; output += SR_BLOCK) {
            const int rows = inputs - input < SR_BLOCK ? inputs - input : SR_BLOCK,
                      columns = outputs - output < SR_BLOCK ? outputs - output : SR_BLOCK;
            turn_block(u + (size_t)(output * inputs + input * SR_BLOCK), rows, columns, turned);
            turned += columns * SR_BLOCK;
        }
}
