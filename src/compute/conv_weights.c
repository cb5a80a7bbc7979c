/* conv_weights.c - gradients of convolution weights, and weights turned for backward-data.
 *
 * For one tap the gradient is the sum over pixels of an outer product, input channels × output
 * channels. A tile of INPUTS × VECTORS such sums stays in registers over the pixels of several
 * images: as many as fit the first-level cache, unless these are too few. */
#include "vector.h"

#include <string.h>

#if WIDTH == 16
enum { INPUTS = 8, WIDE = 2, STAGE = 1 << 15 };
#elif WIDTH == 8
enum { INPUTS = 4, WIDE = 1, STAGE = 1 << 14 };
#else
enum { INPUTS = 2, WIDE = 1, STAGE = 1 << 14 };
#endif

/* Pixels that should be summed before a tile's sums are added to the weights, which may not be in
 * the cache. */
enum { ENOUGH = 200 };

/* Pointers to the first pixel that takes part, the first input channel and output channel. */
struct outer {
    const float *x, *dy;
    float *w;
    ptrdiff_t x_image, dy_image, dy_plane, x_row, dy_row, x_step;
    int images, rows, columns, slots, inputs;
};

/* Inlined with constants; see conv.c. */
INLINE void run_outer(const struct outer *t, const int vectors)
{
    vec sum[INPUTS][WIDE * PER_BLOCK];
    UNROLL for (int i = 0; i < INPUTS; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = (vec){0};
    }
    for (int image = 0; image < t->images; image++) {
        for (int row = 0; row < t->rows; row++) {
            const float *x = t->x + image * t->x_image + row * t->x_row;
            const float *dy = t->dy + image * t->dy_image + row * t->dy_row;
            const float *end = dy + t->columns * SR_BLOCK;
            for (; dy < end; dy += SR_BLOCK, x += t->x_step) {
                vec b[WIDE * PER_BLOCK];
                UNROLL for (int v = 0; v < vectors; v++) b[v] =
                    load(dy + v / PER_BLOCK * t->dy_plane + v % PER_BLOCK * WIDTH);
                UNROLL for (int i = 0; i < INPUTS; i++)
                {
                    UNROLL for (int v = 0; v < vectors; v++) sum[i][v] += x[i] * b[v];
                }
            }
        }
    }
    UNROLL for (int i = 0; i < INPUTS; i++)
    {
        if (i < t->inputs) {
            UNROLL for (int v = 0; v < vectors; v++)
            {
                float *w = t->w + i * t->slots + v * WIDTH;
                store(w, load(w) + sum[i][v]);
            }
        }
    }
}

static void outer_narrow(const struct outer *t)
{
    run_outer(t, PER_BLOCK);
}

static void outer_wide(const struct outer *t)
{
    run_outer(t, WIDE * PER_BLOCK);
}

/* The outputs, first..last - 1, whose tap falls inside the input. */
static int first_output(int stride, int pad, int tap)
{
    return tap >= pad ? 0 : (pad - tap + stride - 1) / stride;
}

static int last_output(int size, int out_size, int stride, int pad, int tap)
{
    int last = size - 1 + pad - tap < 0 ? 0 : (size - 1 + pad - tap) / stride + 1;
    return last < out_size ? last : out_size;
}

static void weights_blocked(const struct sr_conv *c, const float *x, const float *dy, float *w,
                            int images)
{
    int blocks = sr_blocks(c->outputs), slots = blocks * SR_BLOCK;
    ptrdiff_t x_plane = (ptrdiff_t)c->height * c->width * SR_BLOCK;
    struct outer t = {
        .x_image = (ptrdiff_t)sr_conv_input_size(c),
        .dy_image = (ptrdiff_t)sr_conv_output_size(c),
        .dy_plane = (ptrdiff_t)c->out_height * c->out_width * SR_BLOCK,
        .x_row = (ptrdiff_t)c->stride * c->width * SR_BLOCK,
        .dy_row = (ptrdiff_t)c->out_width * SR_BLOCK,
        .x_step = (ptrdiff_t)c->stride * SR_BLOCK,
        .slots = slots,
    };
    int group = (int)(STAGE / sizeof(float) / (size_t)(x_plane + WIDE * t.dy_plane));
    int enough = ENOUGH / (c->out_height * c->out_width);
    if (group < enough) group = enough;
    if (group < 1) group = 1;
    for (int image = 0; image < images; image += group) {
        t.images = images - image < group ? images - image : group;
        for (int block = 0, wide; block < blocks; block += wide) {
            wide = blocks - block >= WIDE ? WIDE : 1;
            for (int tap = 0; tap < c->kernel * c->kernel; tap++) {
                int down = tap / c->kernel, across = tap % c->kernel;
                int top = first_output(c->stride, c->pad, down),
                    left = first_output(c->stride, c->pad, across);
                t.rows = last_output(c->height, c->out_height, c->stride, c->pad, down) - top;
                t.columns = last_output(c->width, c->out_width, c->stride, c->pad, across) - left;
                if (t.rows <= 0 || t.columns <= 0) continue;
                t.dy = dy + image * t.dy_image + block * t.dy_plane + top * t.dy_row +
                       (ptrdiff_t)left * SR_BLOCK;
                for (int input = 0; input < c->inputs; input += INPUTS) {
                    t.inputs = c->inputs - input;
                    t.x = x + image * t.x_image + input / SR_BLOCK * x_plane + input % SR_BLOCK +
                          ((ptrdiff_t)(top * c->stride + down - c->pad) * c->width +
                           left * c->stride + across - c->pad) *
                              SR_BLOCK;
                    t.w = w + ((ptrdiff_t)tap * c->inputs + input) * slots + block * SR_BLOCK;
                    (wide == WIDE ? outer_wide : outer_narrow)(&t);
                }
            }
        }
    }
}

/* The first layer: sums for all taps at once, for one block of outputs. */
INLINE void run_plain(const struct sr_conv *c, const float *x, const float *dy, float *w, int slots,
                      const int kernel)
{
    const int taps = kernel * kernel;
    for (int part = 0; part < PER_BLOCK; part++, dy += WIDTH, w += WIDTH) {
        vec sum[9];
        UNROLL for (int i = 0; i < taps; i++) sum[i] = load(w + i * slots);
        for (int row = 0; row < c->out_height; row++) {
            const float *from = x + (ptrdiff_t)row * c->stride * c->width;
            const float *d = dy + (ptrdiff_t)row * c->out_width * SR_BLOCK;
            for (int column = 0; column < c->out_width;
                 column++, d += SR_BLOCK, from += c->stride) {
                vec b = load(d);
                UNROLL for (int i = 0; i < taps; i++) sum[i] +=
                    from[i / kernel * c->width + i % kernel] * b;
            }
        }
        UNROLL for (int i = 0; i < taps; i++) store(w + i * slots, sum[i]);
    }
}

static void plain_1(const struct sr_conv *c, const float *x, const float *dy, float *w, int slots)
{
    run_plain(c, x, dy, w, slots, 1);
}

static void plain_3(const struct sr_conv *c, const float *x, const float *dy, float *w, int slots)
{
    run_plain(c, x, dy, w, slots, 3);
}

static void weights_plain(const struct sr_conv *c, const float *x, const float *dy, float *w,
                          int images)
{
    int slots = sr_slots(c->outputs);
    ptrdiff_t plane = (ptrdiff_t)c->out_height * c->out_width * SR_BLOCK;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < sr_blocks(c->outputs); block++)
            (c->kernel == 3 ? plain_3
                            : plain_1)(c, x + (size_t)image * sr_conv_input_size(c),
                                       dy + (size_t)image * sr_conv_output_size(c) + block * plane,
                                       w + block * SR_BLOCK, slots);
}

void SR_NAME(conv_weights)(const struct sr_conv *c, const float *x, const float *dy, float *w,
                           int images)
{
    (c->plain ? weights_plain : weights_blocked)(c, x, dy, w, images);
}
