/* conv_pooled_back.c - the backward pass of a 3×3 convolution behind whose ReLU stands a 2×2
 * max-pool. Of the four pixels of a window one has the gradient, another one for each output
 * channel, and often none has: what is not zero is listed, and only that is multiplied. Vectors are
 * of input channels, so that the pixel is an address or the choice of a loop. For AVX-512 alone,
 * whose registers hold all sums. */
#include "vector.h"

#include <string.h>

/* Entries of all lists of a band of windows; windows of a band, at most. */
enum { TAPS = 9, ENTRIES = 4096, BAND = 64, TAP_FLOATS = TAPS * SR_BLOCK };

/* Some windows of an image. */
struct band {
    const struct sr_conv *c;
    struct sr_pooled pooled; /* of the image */
    int blocks, columns;     /* of outputs; windows of a row */
    ptrdiff_t plane;         /* floats of a block of the pool's result */
    int first, count;        /* windows */
};

/* The gradient of a block of outputs in one window. */
INLINE vec gradient_of(const struct band *b, int block, int window)
{
    const ptrdiff_t at = block * b->plane + (ptrdiff_t)window * SR_BLOCK;
    const vec g = load(b->pooled.dy + at);
    return b->pooled.after ? (vec)((mask)g & (load(b->pooled.after + at) > 0)) : g;
}

INLINE mask which_of(const struct band *b, int block, int window)
{
    return widen(b->pooled.which + block * b->plane + (ptrdiff_t)window * SR_BLOCK);
}

/* Floats from the start of a plane of the input to a window's first pixel. */
static ptrdiff_t window_place(const struct band *b, int window)
{
    return ((ptrdiff_t)(window / b->columns) * 2 * b->c->width + window % b->columns * 2) *
           SR_BLOCK;
}

INLINE unsigned not_zero(vec g)
{
    return _mm512_cmp_ps_mask((__m512)g, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}

/* ---- the input's gradient ---- */

/* For each of a window's four pixels the outputs that have a gradient there: where their weights
 * are, and the gradient. The windows follow one another. */
struct outputs {
    int32_t weights[4][ENTRIES + SR_BLOCK];
    float g[4][ENTRIES + SR_BLOCK];
    int ends[4][BAND]; /* behind a window's last one */
};

static void list_outputs(const struct band *b, struct outputs *list)
{
    int count[4] = {0};
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int n = 0; n < b->count; n++) {
        __m512i weights = _mm512_mullo_epi32(lanes, _mm512_set1_epi32(TAP_FLOATS));
        for (int block = 0; block < b->blocks; block++) {
            const __m512 g = (__m512)gradient_of(b, block, b->first + n);
            const __m512i which = (__m512i)which_of(b, block, b->first + n);
            const __mmask16 any = (__mmask16)not_zero((vec)g);
            UNROLL for (int pixel = 0; pixel < 4; pixel++)
            {
                const __mmask16 here =
                    _mm512_mask_cmpeq_epi32_mask(any, which, _mm512_set1_epi32(pixel));
                _mm512_storeu_si512(list->weights[pixel] + count[pixel],
                                    _mm512_maskz_compress_epi32(here, weights));
                _mm512_storeu_ps(list->g[pixel] + count[pixel], _mm512_maskz_compress_ps(here, g));
                count[pixel] += __builtin_popcount(here);
            }
            weights = _mm512_add_epi32(weights, _mm512_set1_epi32(SR_BLOCK * TAP_FLOATS));
        }
        UNROLL for (int pixel = 0; pixel < 4; pixel++) list->ends[pixel][n] = count[pixel];
    }
}

/* Add what the outputs of the pixel at ROW, COLUMN give to the 4×4 pixels that the window covers.
 */
#define ADD_TAPS(ROW, COLUMN)                                                                      \
    for (int *i = &at[ROW * 2 + COLUMN]; *i < list->ends[ROW * 2 + COLUMN][n]; ++*i) {             \
        const float *from = w + list->weights[ROW * 2 + COLUMN][*i];                               \
        const vec g = splat(list->g[ROW * 2 + COLUMN][*i]);                                        \
        UNROLL for (int tap = 0; tap < TAPS; tap++) sum[(ROW + tap / 3) * 4 + COLUMN + tap % 3] += \
            g * load(from + tap * SR_BLOCK);                                                       \
    }

static void add_inputs(const struct band *b, const struct outputs *list, const float *w, float *dx)
{
    const ptrdiff_t row = (ptrdiff_t)b->c->width * SR_BLOCK;
    int at[4] = {0};
    for (int n = 0; n < b->count; n++) {
        float *to = dx + window_place(b, b->first + n);
        vec sum[16];
        UNROLL for (int p = 0; p < 16; p++) sum[p] = (vec){0};
        ADD_TAPS(0, 0)
        ADD_TAPS(0, 1)
        ADD_TAPS(1, 0)
        ADD_TAPS(1, 1)
        UNROLL for (int p = 0; p < 16; p++)
        {
            float *pixel = to + p / 4 * row + p % 4 * SR_BLOCK;
            store(pixel, load(pixel) + sum[p]);
        }
    }
}

/* ---- the weights' gradient ---- */

/* Where each output of a block has a gradient, and which. */
struct places {
    int32_t at[SR_BLOCK][BAND];
    float g[SR_BLOCK][BAND];
    int count[SR_BLOCK];
};

static void list_places(const struct band *b, int block, struct places *list)
{
    const int32_t row = b->c->width * SR_BLOCK, pixels[4] = {0, SR_BLOCK, row, row + SR_BLOCK};
    memset(list->count, 0, sizeof list->count);
    for (int n = 0; n < b->count; n++) {
        const ptrdiff_t from = block * b->plane + (ptrdiff_t)(b->first + n) * SR_BLOCK;
        const int32_t place = (int32_t)window_place(b, b->first + n);
        for (unsigned bits = not_zero(gradient_of(b, block, b->first + n)); bits;
             bits &= bits - 1) {
            const int o = __builtin_ctz(bits), at = list->count[o]++;
            list->at[o][at] = place + pixels[b->pooled.which[from + o]];
            list->g[o][at] = b->pooled.dy[from + o];
        }
    }
}

/* dw of one output and one block of inputs. */
static void add_weights(const struct sr_conv *c, const struct places *list, int output,
                        const float *x, float *dw)
{
    const ptrdiff_t row = (ptrdiff_t)c->width * SR_BLOCK;
    const float *const first = x, *const second = x + row, *const third = x + 2 * row;
    const int count = list->count[output];
    vec sum[TAPS];
    UNROLL for (int t = 0; t < TAPS; t++) sum[t] = load(dw + t * SR_BLOCK);
    for (int i = 0; i < count; i++) {
        const ptrdiff_t at = list->at[output][i];
        const vec g = splat(list->g[output][i]);
        const float *rows[3] = {first + at, second + at, third + at};
        UNROLL for (int t = 0; t < TAPS; t++) sum[t] += g * load(rows[t / 3] + t % 3 * SR_BLOCK);
    }
    UNROLL for (int t = 0; t < TAPS; t++) store(dw + t * SR_BLOCK, sum[t]);
}

static void add_bias(const struct band *b, int block, float *bias)
{
    vec sum = load(bias + block * SR_BLOCK);
    for (int n = 0; n < b->count; n++) sum += gradient_of(b, block, b->first + n);
    store(bias + block * SR_BLOCK, sum);
}

/* What of it a band has, in images of so many floats. */
static struct band band_of(const struct sr_conv *c, const struct sr_pooled_back *back, int image)
{
    const int windows = c->out_height / 2 * (c->out_width / 2);
    struct band b = {.c = c,
                     .pooled = back->pooled,
                     .blocks = sr_blocks(c->outputs),
                     .columns = c->out_width / 2,
                     .plane = (ptrdiff_t)windows * SR_BLOCK};
    const ptrdiff_t at = image * b.blocks * b.plane;
    b.pooled.dy += at;
    b.pooled.which += at;
    if (b.pooled.after) b.pooled.after += at;
    return b;
}

/* The next windows, at most `most`; false behind the last ones. */
static bool next_band(struct band *b, int most)
{
    const int windows = (int)(b->plane / SR_BLOCK);
    b->first += b->count;
    b->count = windows - b->first < most ? windows - b->first : most;
    return b->count > 0;
}

static void back_to_inputs(const struct sr_conv *c, const struct sr_pooled_back *back, int image)
{
    const int in_blocks = sr_blocks(c->inputs);
    const size_t in = sr_conv_input_size(c), plane = in / (size_t)in_blocks;
    struct band b = band_of(c, back, image);
    const size_t turned = (size_t)b.blocks * SR_BLOCK * TAP_FLOATS;
    const int most = ENTRIES / (b.blocks * SR_BLOCK);
    while (next_band(&b, most > BAND ? BAND : most)) {
        struct outputs list;
        list_outputs(&b, &list);
        for (int input = 0; input < in_blocks; input++)
            add_inputs(&b, &list, back->turned + (size_t)input * turned,
                       back->dx + (size_t)image * in + (size_t)input * plane);
    }
}

/* Those of one block of outputs; the sums stay in the first-level cache from image to image. */
static void back_to_weights(const struct sr_conv *c, const struct sr_pooled_back *back, int image,
                            int block)
{
    const int in_blocks = sr_blocks(c->inputs);
    const size_t in = sr_conv_input_size(c), plane = in / (size_t)in_blocks;
    struct band b = band_of(c, back, image);
    while (next_band(&b, BAND)) {
        struct places list;
        list_places(&b, block, &list);
        for (int input = 0; input < in_blocks; input++)
            for (int o = 0; o < SR_BLOCK; o++)
                if (list.count[o])
                    add_weights(c, &list, o, back->x + (size_t)image * in + (size_t)input * plane,
                                back->dw + (size_t)((input * b.blocks + block) * SR_BLOCK + o) *
                                               TAP_FLOATS);
        add_bias(&b, block, back->bias);
    }
}

void SR_NAME(conv_pooled_back)(const struct sr_conv *c, const struct sr_pooled_back *back,
                               int images)
{
    for (int image = 0; back->dx && image < images; image++) back_to_inputs(c, back, image);
    for (int block = 0; back->dw && block < sr_blocks(c->outputs); block++)
        for (int image = 0; image < images; image++) back_to_weights(c, back, image, block);
}
