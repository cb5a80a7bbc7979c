/* conv.c - direct convolution by register tiles.
 *
 * A tile is IMAGES × PIXELS neighbouring pixels of one output row by VECTORS vectors of output
 * channels; its sums stay in registers over all taps and input channels. Each step reads VECTORS
 * weights and one number a pixel. Taps that fall into the padding are left out, not multiplied by
 * zero: whole rows by the range of row taps, columns by choosing for each column tap one of six
 * inner loops, one for each number of pixels that it misses on the left and right. */
#include "vector.h"

enum { WEIGHT_STAGE = 1 << 17 }; /* floats */

#if WIDTH == 16
enum { MOST_PIXELS = 14 };
#elif WIDTH == 8
enum { MOST_PIXELS = 6 };
#else
enum { MOST_PIXELS = 3 };
#endif

/* What one tile needs; x, w and y point at its first pixel, tap and channel. */
struct tile {
    const float *x; /* at the row and column of tap 0, 0, which may lie outside of the image */
    const float *w, *bias;
    float *y;
    ptrdiff_t x_row, x_plane, x_image, y_plane, y_image, w_block;
    int first_row, last_row, kernel, flags;
    int inputs, from, to; /* all input channels, and those to take now */
    int8_t missing[3];    /* by column tap: index into the loops of run_tap, -1 for none */
};

/* Pixels missed on the left and on the right, by index. */
static const int8_t missed[][2] = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 2}, {1, 1}};
enum { MISSED = sizeof missed / sizeof *missed };

/* With every check of the undefined-behaviour sanitizer at every load of every unrolled tile, clang
 * takes minutes for this file. Addresses are checked by the address sanitizer all the same, and
 * indices are. */
#if defined(__clang__)
#define FEWER_CHECKS                                                                               \
    __attribute__((no_sanitize("alignment", "null", "object-size", "pointer-overflow")))
#else
#define FEWER_CHECKS
#endif

/* These two are macros, not inlined functions with constant arguments as in the other kernels,
 * because clang then keeps the larger arrays of sums in memory. */
#define TAP_LOOP(LEFT, RIGHT)                                                                      \
    for (int c = 0; c < channels; c++) {                                                           \
        vec b[VECTORS];                                                                            \
        UNROLL for (int v = 0; v < VECTORS; v++) b[v] =                                            \
            load(w + v / PER_BLOCK * t->w_block + v % PER_BLOCK * WIDTH);                          \
        UNROLL for (int n = 0; n < IMAGES; n++)                                                    \
        {                                                                                          \
            UNROLL for (int p = LEFT; p < PIXELS - RIGHT; p++)                                     \
            {                                                                                      \
                float a = x[n][p * STEP + c];                                                      \
                UNROLL for (int v = 0; v < VECTORS; v++) sum[n][p][v] += a * b[v];                 \
            }                                                                                      \
        }                                                                                          \
        w += SR_BLOCK;                                                                             \
    }

#define TILE(IMAGES_, PIXELS_, BLOCKS_, STRIDE_)                                                   \
    FEWER_CHECKS static void tile_##IMAGES_##_##PIXELS_##_##BLOCKS_##_##STRIDE_(                   \
        const struct tile *t)                                                                      \
    {                                                                                              \
        enum {                                                                                     \
            IMAGES = IMAGES_,                                                                      \
            PIXELS = PIXELS_,                                                                      \
            VECTORS = BLOCKS_ * PER_BLOCK,                                                         \
            STEP = STRIDE_ * SR_BLOCK                                                              \
        };                                                                                         \
        vec sum[IMAGES][PIXELS][VECTORS];                                                          \
        UNROLL for (int v = 0; v < VECTORS; v++)                                                   \
        {                                                                                          \
            vec start = t->bias ? load(t->bias + v * WIDTH) : (vec){0};                            \
            UNROLL for (int n = 0; n < IMAGES; n++)                                                \
            {                                                                                      \
                UNROLL for (int p = 0; p < PIXELS; p++) sum[n][p][v] = start;                      \
            }                                                                                      \
        }                                                                                          \
        for (int from = t->from; from < t->to; from += SR_BLOCK) {                                 \
            int channels = t->to - from < SR_BLOCK ? t->to - from : SR_BLOCK;                      \
            const float *plane = t->x + from / SR_BLOCK * t->x_plane;                              \
            for (int row = t->first_row; row < t->last_row; row++) {                               \
                for (int column = 0; column < t->kernel; column++) {                               \
                    const float *x[IMAGES];                                                        \
                    UNROLL for (int n = 0; n < IMAGES; n++) x[n] =                                 \
                        plane + row * t->x_row + column * SR_BLOCK + n * t->x_image;               \
                    const float *w =                                                               \
                        t->w +                                                                     \
                        (ptrdiff_t)((row * t->kernel + column) * t->inputs + from) * SR_BLOCK;     \
                    switch (t->missing[column]) {                                                  \
                    case 0:                                                                        \
                        TAP_LOOP(0, 0) break;                                                      \
                    case 1:                                                                        \
                        TAP_LOOP(1, 0) break;                                                      \
                    case 2:                                                                        \
                        TAP_LOOP(2, 0) break;                                                      \
                    case 3:                                                                        \
                        TAP_LOOP(0, 1) break;                                                      \
                    case 4:                                                                        \
                        TAP_LOOP(0, 2) break;                                                      \
                    case 5:                                                                        \
                        TAP_LOOP(1, 1) break;                                                      \
                    default:                                                                       \
                        break;                                                                     \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (int n = 0; n < IMAGES; n++)                                                    \
        {                                                                                          \
            UNROLL for (int p = 0; p < PIXELS; p++)                                                \
            {                                                                                      \
                UNROLL for (int v = 0; v < VECTORS; v++)                                           \
                {                                                                                  \
                    float *y = t->y + n * t->y_image + v / PER_BLOCK * t->y_plane + p * SR_BLOCK + \
                               v % PER_BLOCK * WIDTH;                                              \
                    vec out = sum[n][p][v];                                                        \
                    if (t->flags & SR_CONV_ADD) out += load(y);                                    \
                    if (t->flags & SR_CONV_RELU) out = positive(out);                              \
                    store(y, out);                                                                 \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

/* The tiles there are, by images, pixels, blocks and stride, and lists of them. */
/* clang-format off */
#define TILES_3(N, B, S) TILE(N, 1, B, S) TILE(N, 2, B, S) TILE(N, 3, B, S)
#define TILES_6(N, B, S) TILES_3(N, B, S) TILE(N, 4, B, S) TILE(N, 5, B, S) TILE(N, 6, B, S)
#define TILES_7(N, B, S) TILES_6(N, B, S) TILE(N, 7, B, S)
#define TILES_14(N, B, S) TILES_7(N, B, S) TILE(N, 8, B, S) TILE(N, 9, B, S) TILE(N, 10, B, S) \
    TILE(N, 11, B, S) TILE(N, 12, B, S) TILE(N, 13, B, S) TILE(N, 14, B, S)
#define NAME(N, P, B, S) tile_##N##_##P##_##B##_##S
#define NAMES_3(N, B, S) NAME(N, 1, B, S), NAME(N, 2, B, S), NAME(N, 3, B, S)
#define NAMES_6(N, B, S) NAMES_3(N, B, S), NAME(N, 4, B, S), NAME(N, 5, B, S), NAME(N, 6, B, S)
#define NAMES_7(N, B, S) NAMES_6(N, B, S), NAME(N, 7, B, S)
#define NAMES_14(N, B, S) NAMES_7(N, B, S), NAME(N, 8, B, S), NAME(N, 9, B, S), NAME(N, 10, B, S), \
    NAME(N, 11, B, S), NAME(N, 12, B, S), NAME(N, 13, B, S), NAME(N, 14, B, S)

typedef void tile_function(const struct tile *t);

/* Tiles of one count of images and blocks, for 1..most pixels. */
struct tile_set {
    int images, blocks, most;
    tile_function *run[2][MOST_PIXELS]; /* by stride - 1 and pixels - 1 */
};

#if WIDTH == 16
TILES_14(1, 1, 1) TILES_14(1, 1, 2) TILES_14(1, 2, 1) TILES_14(1, 2, 2)
TILES_7(2, 2, 1) TILES_7(2, 2, 2) TILES_3(4, 2, 1) TILES_3(4, 2, 2)
static const struct tile_set set_1_1 = {1, 1, 14, {{NAMES_14(1, 1, 1)}, {NAMES_14(1, 1, 2)}}};
static const struct tile_set set_1_2 = {1, 2, 14, {{NAMES_14(1, 2, 1)}, {NAMES_14(1, 2, 2)}}};
static const struct tile_set set_2_2 = {2, 2, 7, {{NAMES_7(2, 2, 1)}, {NAMES_7(2, 2, 2)}}};
static const struct tile_set set_4_2 = {4, 2, 3, {{NAMES_3(4, 2, 1)}, {NAMES_3(4, 2, 2)}}};

/* The tiles that fill the registers best, with few weights for many pixels, since the weights come from the
 * second-level cache. */
static const struct tile_set *choose(int width, int blocks, int images)
{
    if (blocks < 2) return &set_1_1;
    if (width <= 3 && images >= 4) return &set_4_2;
    if (width <= 7 && images >= 2) return &set_2_2;
    return &set_1_2;
}
#elif WIDTH == 8
TILES_6(1, 1, 1) TILES_6(1, 1, 2)
static const struct tile_set set_1_1 = {1, 1, 6, {{NAMES_6(1, 1, 1)}, {NAMES_6(1, 1, 2)}}};
#else
TILES_3(1, 1, 1) TILES_3(1, 1, 2)
static const struct tile_set set_1_1 = {1, 1, 3, {{NAMES_3(1, 1, 1)}, {NAMES_3(1, 1, 2)}}};
#endif
/* clang-format on */

#if WIDTH < 16
static const struct tile_set *choose(int width, int blocks, int images)
{
    (void)width, (void)blocks, (void)images;
    return &set_1_1;
}
#endif

/* How many of the tile's pixels a column tap misses on either side, as an index. */
static int8_t missing_index(const struct sr_conv *c, int first, int pixels, int tap)
{
    int left = 0, right = 0;
    while (left < pixels && (first + left) * c->stride + tap - c->pad < 0) left++;
    while (right < pixels && (first + pixels - 1 - right) * c->stride + tap - c->pad >= c->width)
        right++;
    for (int8_t i = 0; left + right < pixels && i < MISSED; i++)
        if (missed[i][0] == left && missed[i][1] == right) return i;
    return -1; /* with kernel 3 and pads up to 2 only a tap that meets no pixel */
}

/* Input channels to take at a time, so that the weights for `blocks` blocks of outputs stay in the
 * second-level cache over all images and rows. */
static int chunk_inputs(const struct sr_conv *c, int blocks)
{
    int fit = WEIGHT_STAGE / (c->kernel * c->kernel * blocks * SR_BLOCK) / SR_BLOCK * SR_BLOCK;
    return fit < SR_BLOCK ? SR_BLOCK : fit;
}

/* All images and pixels for some blocks of outputs and some input channels. */
static void conv_chunk(const struct sr_conv *c, struct tile t, const float *x, float *y, int images,
                       int block, int wide)
{
    for (int image = 0, step; image < images; image += step) {
        const struct tile_set *set = choose(c->out_width, wide, images - image);
        step = set->images;
        int across = (c->out_width + set->most - 1) / set->most;
        for (int part = 0; part < across; part++) {
            int first = c->out_width * part / across;
            int pixels = c->out_width * (part + 1) / across - first;
            tile_function *run = set->run[c->stride - 1][pixels - 1];
            for (int tap = 0; tap < c->kernel; tap++)
                t.missing[tap] = missing_index(c, first, pixels, tap);
            for (int row = 0; row < c->out_height; row++) {
                int top = row * c->stride - c->pad;
                t.first_row = top < 0 ? -top : 0;
                t.last_row = c->height - top < c->kernel ? c->height - top : c->kernel;
                t.x = x + image * t.x_image + top * t.x_row +
                      (ptrdiff_t)(first * c->stride - c->pad) * SR_BLOCK;
                t.y = y + image * t.y_image + block * t.y_plane +
                      ((ptrdiff_t)row * c->out_width + first) * SR_BLOCK;
                run(&t);
            }
        }
    }
}

static void conv_blocked(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                         int flags, float *y, int images)
{
    int blocks = sr_blocks(c->outputs);
    struct tile t = {
        .w_block = (ptrdiff_t)c->kernel * c->kernel * c->inputs * SR_BLOCK,
        .x_row = (ptrdiff_t)c->width * SR_BLOCK,
        .x_plane = (ptrdiff_t)c->height * c->width * SR_BLOCK,
        .x_image = (ptrdiff_t)sr_conv_input_size(c),
        .y_plane = (ptrdiff_t)c->out_height * c->out_width * SR_BLOCK,
        .y_image = (ptrdiff_t)sr_conv_output_size(c),
        .kernel = c->kernel,
        .inputs = c->inputs,
    };
    for (int block = 0, wide; block < blocks; block += wide) {
        wide = choose(c->out_width, blocks - block, images)->blocks;
        int chunk = chunk_inputs(c, wide);
        t.w = w + block * t.w_block;
        for (t.from = 0; t.from < c->inputs; t.from += chunk) {
            t.to = c->inputs - t.from < chunk ? c->inputs : t.from + chunk;
            t.bias = bias && t.from == 0 ? bias + block * SR_BLOCK : NULL;
            t.flags = (t.from ? SR_CONV_ADD : flags & SR_CONV_ADD) |
                      (t.to == c->inputs ? flags & SR_CONV_RELU : 0);
            conv_chunk(c, t, x, y, images, block, wide);
        }
    }
}

/* The first layer: one plain input channel, all taps of a tile at once. */
INLINE void run_plain(const struct tile *t, const int pixels, const int blocks, const int kernel,
                      const int stride)
{
    const int vectors = blocks * PER_BLOCK;
    vec sum[MOST_PIXELS][2 * PER_BLOCK];
    UNROLL for (int v = 0; v < vectors; v++)
    {
        vec start = t->bias ? load(t->bias + v * WIDTH) : (vec){0};
        UNROLL for (int p = 0; p < pixels; p++) sum[p][v] = start;
    }
    UNROLL for (int tap = 0; tap < kernel * kernel; tap++)
    {
        const float *x = t->x + tap / kernel * t->x_row + tap % kernel;
        vec b[2 * PER_BLOCK];
        UNROLL for (int v = 0; v < vectors; v++) b[v] =
            load(t->w + v / PER_BLOCK * t->w_block + tap * SR_BLOCK + v % PER_BLOCK * WIDTH);
        UNROLL for (int p = 0; p < pixels; p++)
        {
            UNROLL for (int v = 0; v < vectors; v++) sum[p][v] += x[p * stride] * b[v];
        }
    }
    UNROLL for (int p = 0; p < pixels; p++)
    {
        UNROLL for (int v = 0; v < vectors; v++)
        {
            float *y = t->y + v / PER_BLOCK * t->y_plane + p * SR_BLOCK + v % PER_BLOCK * WIDTH;
            vec out = sum[p][v];
            if (t->flags & SR_CONV_ADD) out += load(y);
            if (t->flags & SR_CONV_RELU) out = positive(out);
            store(y, out);
        }
    }
}

/* clang-format off */
#define PLAIN_TILE(P, B, K, S) \
    static void plain_##P##_##B##_##K##_##S(const struct tile *t) { run_plain(t, P, B, K, S); }
#define PLAIN_NAME(P, B, K, S) plain_##P##_##B##_##K##_##S
#if WIDTH == 16
enum { PLAIN_WIDE = 2, PLAIN_0 = 14, PLAIN_1 = 13, PLAIN_2 = 4 };
#define PLAIN_TILES(B, K, S) \
    PLAIN_TILE(14, B, K, S) PLAIN_TILE(13, B, K, S) PLAIN_TILE(4, B, K, S) PLAIN_TILE(1, B, K, S)
#define PLAIN_NAMES(B, K, S) \
    {PLAIN_NAME(14, B, K, S), PLAIN_NAME(13, B, K, S), PLAIN_NAME(4, B, K, S), PLAIN_NAME(1, B, K, S)}
#elif WIDTH == 8
enum { PLAIN_WIDE = 1, PLAIN_0 = 6, PLAIN_1 = 4, PLAIN_2 = 2 };
#define PLAIN_TILES(B, K, S) \
    PLAIN_TILE(6, B, K, S) PLAIN_TILE(4, B, K, S) PLAIN_TILE(2, B, K, S) PLAIN_TILE(1, B, K, S)
#define PLAIN_NAMES(B, K, S) \
    {PLAIN_NAME(6, B, K, S), PLAIN_NAME(4, B, K, S), PLAIN_NAME(2, B, K, S), PLAIN_NAME(1, B, K, S)}
#else
enum { PLAIN_WIDE = 1, PLAIN_0 = 3, PLAIN_1 = 2, PLAIN_2 = 2 };
#define PLAIN_TILES(B, K, S) PLAIN_TILE(3, B, K, S) PLAIN_TILE(2, B, K, S) PLAIN_TILE(1, B, K, S)
#define PLAIN_NAMES(B, K, S) \
    {PLAIN_NAME(3, B, K, S), PLAIN_NAME(2, B, K, S), PLAIN_NAME(2, B, K, S), PLAIN_NAME(1, B, K, S)}
#endif
static const int plain_pixels[] = {PLAIN_0, PLAIN_1, PLAIN_2, 1};
PLAIN_TILES(1, 1, 1) PLAIN_TILES(1, 1, 2) PLAIN_TILES(1, 3, 1) PLAIN_TILES(1, 3, 2)
#if WIDTH == 16
PLAIN_TILES(2, 1, 1) PLAIN_TILES(2, 1, 2) PLAIN_TILES(2, 3, 1) PLAIN_TILES(2, 3, 2)
#endif
/* By blocks - 1, kernel == 3, stride - 1 and place in plain_pixels. */
static tile_function *const plain_tiles[][2][2][4] = {
    {{PLAIN_NAMES(1, 1, 1), PLAIN_NAMES(1, 1, 2)}, {PLAIN_NAMES(1, 3, 1), PLAIN_NAMES(1, 3, 2)}},
#if WIDTH == 16
    {{PLAIN_NAMES(2, 1, 1), PLAIN_NAMES(2, 1, 2)}, {PLAIN_NAMES(2, 3, 1), PLAIN_NAMES(2, 3, 2)}},
#endif
};
/* clang-format on */

static void conv_plain(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                       int flags, float *y, int images)
{
    int blocks = sr_blocks(c->outputs);
    struct tile t = {
        .w_block = (ptrdiff_t)c->kernel * c->kernel * SR_BLOCK,
        .x_row = c->width,
        .y_plane = (ptrdiff_t)c->out_height * c->out_width * SR_BLOCK,
        .flags = flags,
    };
    for (int image = 0; image < images; image++) {
        for (int block = 0, wide; block < blocks; block += wide) {
            wide = blocks - block >= PLAIN_WIDE ? PLAIN_WIDE : 1;
            tile_function *const *runs = plain_tiles[wide - 1][c->kernel == 3][c->stride - 1];
            t.w = w + block * t.w_block;
            t.bias = bias ? bias + block * SR_BLOCK : NULL;
            for (int row = 0; row < c->out_height; row++) {
                const float *from = x + (size_t)image * sr_conv_input_size(c) +
                                    (ptrdiff_t)row * c->stride * c->width;
                float *to = y + (size_t)image * sr_conv_output_size(c) + block * t.y_plane +
                            (ptrdiff_t)row * c->out_width * SR_BLOCK;
                for (int first = 0; first < c->out_width;) {
                    int left = c->out_width - first, i = 0;
                    /* 26 is 13 + 13, not 14 + 4 + 4 + 4. */
                    while (plain_pixels[i] > left ||
                           (i == 0 && left % plain_pixels[0] && left % plain_pixels[1] == 0))
                        i++;
                    t.x = from + first * c->stride;
                    t.y = to + first * SR_BLOCK;
                    runs[i](&t);
                    first += plain_pixels[i];
                }
            }
        }
    }
}

void SR_NAME(conv)(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                   int flags, float *y, int images)
{
    (c->plain ? conv_plain : conv_blocked)(c, x, w, bias, flags, y, images);
}
