/* kernels.h - the arithmetic of neural networks, one image range at a time, one thread.
 *
 * Layout. Activations are float32 in blocks of SR_BLOCK channels: [image][block][row][column][16],
 * channels past the last are zero and stay zero. The image that enters a network has one plain
 * channel: [image][row][column]. Convolution weights are kept as a matrix, [row tap][column
 * tap][input channel] × [outputs rounded up to 16], extra outputs zero, and packed for use, [block
 * of outputs][tap] [input channel][16]. So one vector always holds 16 channels of one pixel, every
 * pixel is 64 bytes from the next, and a kernel's addresses are constants.
 *
 * Every function exists once for each instruction set, built from the same source, and once as a
 * reference twin (sr_kernels_reference). Nothing here allocates; the caller owns all arrays, which
 * are 64-byte aligned. Any thread may call. */
#ifndef SARTOR_COMPUTE_KERNELS_H
#define SARTOR_COMPUTE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SR_BLOCK = 16 };

static inline int sr_blocks(int channels)
{
    return (channels + SR_BLOCK - 1) / SR_BLOCK;
}

/* Channels rounded up to whole blocks. */
static inline int sr_slots(int channels)
{
    return sr_blocks(channels) * SR_BLOCK;
}

/* A convolution of height × width × inputs to out_height × out_width × outputs with a square
 * kernel of 1 or 3, stride 1 or 2, and `pad` rows and columns of zeros (0..2) on every side.
 * `plain`: the input is the one-channel image, already padded with zeros in memory (pad 0). */
struct sr_conv {
    int height, width, inputs;
    int out_height, out_width, outputs;
    int kernel, stride, pad;
    bool plain;
};

/* Floats of one image on either side of a convolution, and of its weights. */
static inline size_t sr_conv_input_size(const struct sr_conv *c)
{
    return (size_t)c->height * (size_t)c->width * (size_t)(c->plain ? 1 : sr_slots(c->inputs));
}

static inline size_t sr_conv_output_size(const struct sr_conv *c)
{
    return (size_t)c->out_height * (size_t)c->out_width * (size_t)sr_slots(c->outputs);
}

static inline size_t sr_conv_weight_size(const struct sr_conv *c)
{
    return (size_t)(c->kernel * c->kernel) * (size_t)c->inputs * (size_t)sr_slots(c->outputs);
}

/* Multiply-adds of one image, one way; taps that fall into the padding are neither done nor
 * counted. */
static inline uint64_t sr_conv_multiply_adds(const struct sr_conv *c)
{
    uint64_t rows = 0, columns = 0;
    for (int tap = -c->pad; tap < c->kernel - c->pad; tap++) {
        for (int i = 0; i < c->out_height; i++)
            rows += i * c->stride + tap >= 0 && i * c->stride + tap < c->height;
        for (int i = 0; i < c->out_width; i++)
            columns += i * c->stride + tap >= 0 && i * c->stride + tap < c->width;
    }
    return rows * columns * (uint64_t)c->inputs * (uint64_t)c->outputs;
}

struct sr_winograd;
struct sr_points_16;
struct sr_ahead;

/* What a convolution's sums become: y = sums + bias (+ other), both may be NULL, and ReLU on
 * request. `other` is as large as y. */
struct sr_conv_end {
    const float *bias, *other;
    bool relu;
    float *y;
    const struct sr_ahead *ahead; /* of winograd.h; NULL: nothing */
};

/* Products over the points of Winograd's tiles (winograd.h), each a convolution of a row of tiles
 * with a 1×1 kernel: to = from w. A point's numbers lie as [block][tile][16], `from_stride` and
 * `to_stride` floats from those of the next; its weights are packed and follow each other. */
struct sr_winograd_products {
    const float *from, *w;
    float *to;
    size_t from_stride, to_stride;
    int points, tiles, inputs, outputs;
    const struct sr_ahead *ahead; /* NULL: nothing */
};

enum sr_conv_flags {
    SR_CONV_RELU = 1, /* y = max(0, result) */
    SR_CONV_ADD = 2,  /* y += result */
};

/* Of a product's depth: what a word of a mask holds, and what a kernel sums before it adds to C. */
enum { SR_LEAF = 64, SR_STAGE = 256 };

/* C = alpha A B + beta C for some rows and columns of a matrix product: element i, l of A is
 * a[i * a_row + l * a_column], and so on; C's columns are next to each other. No alignment is
 * asked. */
struct sr_product {
    const float *a, *b;
    float *c;
    ptrdiff_t a_row, a_column, b_row, b_column, c_row;
    int rows, columns, depth;
    float alpha, beta;
    /* The sum over depth goes along the tree of base/tree.h, over slices of SR_LEAF; then depth is
     * at most SR_STAGE. Without, it goes in order. */
    bool tree;
    /* Where many elements of A are zero: bit l % 64 of word i * mask_row + l / 64 is set if element
     * i, l is not. NULL where nothing is known. It is there for speed alone and changes no bit of
     * the result, as long as B is finite. The number of columns must be a multiple of SR_BLOCK, and
     * b_column 1. */
    const uint64_t *mask;
    ptrdiff_t mask_row;
    /* With a mask, the rows of A to take, one after another, and of C to fill: neighbours should
     * have their zeros in the same columns. NULL for 0 .. rows - 1. */
    const int *order;
};

/* One step of an optimiser. With g = scale · gradient + decay · w:
 * SGD with Nesterov momentum: v = momentum · v + g, w -= rate · (g + momentum · v);
 * Adam: m = momentum · m + (1 - momentum) · g, v = second · v + (1 - second) · g²,
 * w = keep · w - rate · m / (√v · correction + tiny).
 * Moments below SR_SMALLEST become zero. What shrinks by a factor each step, as those of a weight
 * whose gradient stays zero, would end among the subnormal numbers and stay there, and processors
 * take twice as long over those. */
#define SR_SMALLEST 0x1p-120f
struct sr_update {
    float rate, scale, decay, momentum;
    float second, correction, tiny, keep; /* Adam */
};

/* Up to SR_BYTES_QUERIES queries, `steps` × 8 bytes each, and what bytes.h keeps of them. */
struct sr_bytes_block {
    const uint8_t *bytes;
    int count;
    const int32_t *sums;
    const uint64_t *used;
};

/* They against one tile of packed rows (bytes.h): out[q × out_stride + row]. `used`: the tile's. */
typedef void sr_bytes_tile(const uint8_t *packed, const uint64_t *used, size_t steps,
                           const struct sr_bytes_block *block, int32_t *out, size_t out_stride);

/* Of `count` rows, those whose means are within `reach` + its slack of the query's (coarse.h);
 * their numbers go to `list`. */
typedef size_t sr_bytes_within_l2(const int32_t *products, const int32_t *squares,
                                  const float *slacks, int32_t own, float reach, size_t count,
                                  uint32_t *list);
typedef size_t sr_bytes_within_l1(const int32_t *distances, const float *slacks, float reach,
                                  size_t count, uint32_t *list);
/* One query, whose bytes have that sum, against the rows of a list; `stride` is a multiple of 64.
 */
typedef void sr_bytes_listed(const uint8_t *query, int32_t sum, const uint8_t *rows, size_t stride,
                             const uint32_t *list, size_t count, int32_t *out);

/* The gradient behind ReLU and a 2×2 max-pool: it belongs to pixel `which` of each four, and to
 * none where the result `after` both is not above 0. `after` is NULL without a ReLU. */
struct sr_pooled {
    const float *dy, *after;
    const uint8_t *which;
};

/* The backward pass of a convolution with kernel 3, stride 1 and no padding, from the gradient
 * behind ReLU and a pool: at most one of four pixels has any. Weights and their gradient lie as
 * [block of inputs][output][tap][16 inputs], see sr_conv_turn_taps. */
struct sr_pooled_back {
    struct sr_pooled pooled;
    const float *x, *turned;
    float *dw;   /* += the gradient of the weights; NULL: not wanted */
    float *bias; /* += that of the bias, with dw */
    float *dx;   /* += the input's gradient; NULL: not wanted */
};

/* What follows a convolution before a 2×2 max-pool with stride 2: + bias (may be NULL), ReLU. The
 * pool's result is y; `which` (may be NULL) gets the pixel of each four that it is. */
struct sr_pool_end {
    const float *bias;
    bool relu;
    float *y;
    uint8_t *which;
};

/* Activations [images][blocks][pixels][16]. */
struct sr_extent {
    int images, blocks, pixels;
};

struct sr_kernels {
    const char *isa;
    bool portable; /* no instruction set in particular */
    /* y = conv(x, w) + bias (may be NULL), then `flags`. x and y hold `images` images; w is packed.
     */
    void (*conv)(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                 int flags, float *y, int images);
    /* w += the weights' gradient for output gradient dy: sum over images and pixels of x dyᵀ. */
    void (*conv_weights)(const struct sr_conv *c, const float *x, const float *dy, float *w,
                         int images);
    /* A plain convolution with kernel 3 and stride 1, and the pool behind it. NULL: no faster than
     * one after the other. */
    void (*conv_pooled)(const struct sr_conv *c, const float *x, const float *w,
                        const struct sr_pool_end *end, int images);
    /* conv_weights for a plain convolution with kernel 3 and stride 1 from the gradient behind a
     * pool, and its sum for each channel, added to `bias`. NULL: no faster than pixel by pixel. */
    void (*conv_weights_pooled)(const struct sr_conv *c, const float *x, const struct sr_pooled *p,
                                float *w, float *bias, int images);
    /* NULL: no faster than pixel by pixel. */
    void (*conv_pooled_back)(const struct sr_conv *c, const struct sr_pooled_back *b, int images);
    /* Winograd's transforms (winograd.h) of `images` images: v = Bᵀ x B; y = Aᵀ m A and what
     * follows; dm = A dy Aᵀ; dx = or += B dv Bᵀ. Arrays of points have the stride
     * for so many images. */
    void (*winograd_in)(const struct sr_winograd *g, const float *x, int images, float *v);
    void (*winograd_out)(const struct sr_winograd *g, const float *m, const struct sr_conv_end *end,
                         int images);
    void (*winograd_out_back)(const struct sr_winograd *g, const float *dy, int images, float *dm);
    void (*winograd_in_back)(const struct sr_winograd *g, const float *dv, bool adds, float *dx,
                             int images);
    /* From packed transformed weights to those of the backward pass, for one point. */
    void (*winograd_turn)(const struct sr_winograd *g, const float *u, int point, float *turned);
    void (*winograd_products)(const struct sr_winograd_products *p);
    /* The same to bf16, for winograd16.c: `channels` pair two channels of a tile, `tiles` a channel
     * of two tiles; NULL for what is not wanted. */
    void (*winograd_in_16)(const struct sr_winograd *g, const float *x, int images,
                           const struct sr_points_16 *v);
    void (*winograd_out_back_16)(const struct sr_winograd *g, const float *dy, int images,
                                 const struct sr_points_16 *dm);
    /* Packed weights of a 1×1 convolution, `rows` × 16, to pairs of rows; what is missing to whole
     * blocks of rows is 0. */
    void (*pair_rows)(const float *packed, int rows, uint32_t *pairs);
    /* u = G w Gᵀ for one block of outputs, from the matrix of weights, packed; and dw = Gᵀ du G,
     * matrices both. */
    void (*winograd_filter)(const struct sr_winograd *g, const float *w, int block, float *u);
    void (*winograd_filter_back)(const struct sr_winograd *g, const float *du, float *dw);
    /* sums[channel] += sum over images and pixels of x. */
    void (*channel_sums)(const float *x, struct sr_extent n, float *sums);
    /* 2×2 max-pool, stride 2, floor, of `planes` planes of height × width × 16; which[] (may be
     * NULL) = 0..3, the first largest of the four, row by row. */
    void (*pool)(const float *x, int planes, int height, int width, float *y, uint8_t *which);
    /* dx of that pool, written whole; where `positive` is given (the pooled output after ReLU),
     * only where it is > 0. */
    void (*pool_back)(const float *dy, const uint8_t *which, const float *positive, int planes,
                      int height, int width, float *dx);
    /* Mean over pixels, and the sum of squared deviations from it, a channel: arrays of blocks
     * × 16. */
    void (*moments)(const float *x, struct sr_extent n, float *mean, float *spread);
    /* y = x * scale + shift by channel (+ other), and ReLU on request. */
    void (*norm)(const float *x, struct sr_extent n, const float *scale, const float *shift,
                 const float *other, bool relu, float *y);
    /* sums += Σ dy, dots += Σ dy · (x - mean) · deviation by channel. */
    void (*norm_sums)(const float *x, const float *dy, struct sr_extent n, const float *mean,
                      const float *inverse, float *sums, float *dots);
    /* dx = a·dy + b·x + c by channel. */
    void (*norm_back)(const float *x, const float *dy, struct sr_extent n, const float *a,
                      const float *b, const float *c, float *dx);
    /* dx = dy where y > 0, else 0; dx may be dy. */
    void (*relu_back)(const float *dy, const float *y, size_t count, float *dx);
    /* y = max(0, x + other); other may be NULL. */
    void (*relu)(const float *x, const float *other, size_t count, float *y);
    /* y += x. */
    void (*add)(const float *x, size_t count, float *y);
    /* A slice of sr_gemm's work. */
    void (*product)(const struct sr_product *p);
    /* The same where a_column and b_row are 1, for few columns; sums are in another order. No mask.
     */
    void (*dots)(const struct sr_product *p);
    /* Bit i % 64 of mask[i / 64] says that x[i] is not zero; bits past the last are clear. */
    void (*nonzero)(const float *x, size_t count, uint64_t *mask);
    /* Inverted dropout: y = chances < limit ? 0 : x · scale; `count` is a multiple of SR_BLOCK. */
    void (*drop)(const uint16_t *chances, int32_t limit, float scale, const float *x, size_t count,
                 float *y);
    /* The next five take arrays of any length and alignment, and give the same bits on every set.
     */
    void (*sgd)(const struct sr_update *u, const float *gradient, size_t count, float *w,
                float *velocity);
    void (*adam)(const struct sr_update *u, const float *gradient, size_t count, float *w,
                 float *first, float *second);
    /* to = keep · to + (1 - keep) · from. */
    void (*average)(const float *from, float keep, size_t count, float *to);
    /* y = x · scale + shift. */
    void (*scale_bytes)(const uint8_t *x, float scale, float shift, size_t count, float *y);
    /* y = x / 255, rounded once. */
    void (*grey)(const uint8_t *x, size_t count, float *y);
    sr_bytes_tile *bytes_product, *bytes_l1;
    sr_bytes_within_l2 *bytes_within_l2;
    sr_bytes_within_l1 *bytes_within_l1;
    sr_bytes_listed *bytes_listed_product, *bytes_listed_l1;
    /* For measuring: `rounds` rounds of independent multiply-adds in registers; returns how many
     * floating-point operations that was. `sink` (16 floats) gets the result, so that the compiler
     * cannot leave it out. */
    double (*multiply_add)(size_t rounds, float *sink);
};

/* One block of outputs of a convolution's packed weights. */
void sr_conv_pack(const struct sr_conv *c, const float *w, int block, float *packed);
/* The packed weights of the backward-data convolution, from the matrix of the forward one `c`:
 * turned by half a turn, inputs and outputs exchanged; one block of inputs of `c`, which are the
 * outputs now. */
void sr_conv_turn(const struct sr_conv *c, const float *w, int block, float *turned);
/* From the matrix of weights of `c`, [tap][input] × [output], to [block of inputs][output][tap][16
 * inputs], for one block of inputs; and back. */
void sr_conv_turn_taps(const struct sr_conv *c, const float *w, int block, float *turned);
void sr_conv_turn_taps_back(const struct sr_conv *c, const float *turned, int block, float *w);
/* For backward-data of stride 2: dy with rows and columns of zeros between its own, of
 * (2h - 1) × (2w - 1). `planes` planes of height × width × 16. */
void sr_conv_spread(const float *dy, int planes, int height, int width, float *spread);

/* The kernels of sr_compute_isa(). */
const struct sr_kernels *sr_kernels(void);
/* Those of a named set ("baseline", "avx2", "avx512", "reference"); NULL where it cannot run here.
 */
const struct sr_kernels *sr_kernels_named(const char *isa);

#endif
