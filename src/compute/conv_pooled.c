/* conv_pooled.c - the first layer of a network on grey images together with the 2×2 max-pool behind
 * it: what the pool leaves out is never stored. For AVX-512 alone, whose registers hold all sums
 * and, on the way back, the pixels that a window covers. */
#include "vector.h"

#include <math.h>

enum { TAPS = 9, WINDOWS = 7 };

/* ---- forward ---- */

/* One block of outputs of `windows` neighbouring windows. In the order of taps that conv.c has, so
 * that the sums have the same bits. */
INLINE void run_windows(const struct sr_conv *c, const float *x, const float *w,
                        const struct sr_pool_end *end, const int windows)
{
    const ptrdiff_t width = c->width;
    const vec start = end->bias ? load(end->bias) : (vec){0},
              least = splat(end->relu ? 0 : -INFINITY);
    vec sum[2][2 * WINDOWS];
    UNROLL for (int p = 0; p < 2 * windows; p++) sum[0][p] = sum[1][p] = start;
    UNROLL for (int tap = 0; tap < TAPS; tap++)
    {
        const float *from = x + tap / 3 * width + tap % 3;
        const vec b = load(w + tap * SR_BLOCK);
        UNROLL for (int p = 0; p < 2 * windows; p++)
        {
            sum[0][p] += from[p] * b;
            sum[1][p] += from[width + p] * b;
        }
    }
    UNROLL for (int p = 0; p < windows; p++)
    {
        const vec first = sum[0][2 * p], second = sum[0][2 * p + 1], third = sum[1][2 * p],
                  fourth = sum[1][2 * p + 1];
        const vec top = larger(second, first), bottom = larger(fourth, third);
        store(end->y + p * SR_BLOCK, larger(least, larger(bottom, top)));
        if (end->which) {
            const mask under = bottom > top;
            narrow(end->which + p * SR_BLOCK,
                   (~under & -(second > first)) | (under & (2 - (fourth > third))));
        }
    }
}

static void windows_1(const struct sr_conv *c, const float *x, const float *w,
                      const struct sr_pool_end *end)
{
    run_windows(c, x, w, end, 1);
}

static void windows_6(const struct sr_conv *c, const float *x, const float *w,
                      const struct sr_pool_end *end)
{
    run_windows(c, x, w, end, 6);
}

static void windows_7(const struct sr_conv *c, const float *x, const float *w,
                      const struct sr_pool_end *end)
{
    run_windows(c, x, w, end, 7);
}

/* 13 windows are 7 + 6, 14 are 7 + 7. */
static int windows_at_once(int left)
{
    return left == 6 || (left > 7 && left % 7 && left % 6 == 0) ? 6 : left >= 7 ? 7 : 1;
}

void SR_NAME(conv_pooled)(const struct sr_conv *c, const float *x, const float *w,
                          const struct sr_pool_end *end, int images)
{
    const int blocks = sr_blocks(c->outputs), rows = c->out_height / 2, columns = c->out_width / 2;
    struct sr_pool_end at = *end;
    for (int image = 0; image < images; image++, x += sr_conv_input_size(c))
        for (int block = 0; block < blocks; block++) {
            at.bias = end->bias ? end->bias + block * SR_BLOCK : NULL;
            for (int row = 0; row < rows; row++)
                for (int column = 0, step; column < columns; column += step) {
                    step = windows_at_once(columns - column);
                    (step == 7   ? windows_7
                     : step == 6 ? windows_6
                                 : windows_1)(c, x + (ptrdiff_t)(2 * row) * c->width + 2 * column,
                                              w + block * TAPS * SR_BLOCK, &at);
                    at.y += step * SR_BLOCK;
                    if (at.which) at.which += step * SR_BLOCK;
                }
        }
}

/* ---- backward ---- */

/* Of the four pixels of a window one has the
 * gradient, another one for each channel: the image's pixel below each tap is picked from the 4×4
 * that the window covers. For one or two blocks of outputs. */
INLINE void run_pooled(const struct sr_conv *c, const float *x, const struct sr_pooled *p, float *w,
                       float *bias, const int blocks)
{
    const int rows = c->out_height / 2, columns = c->out_width / 2, slots = sr_slots(c->outputs);
    const ptrdiff_t plane = (ptrdiff_t)rows * columns * SR_BLOCK, width = c->width;
    vec sum[2][TAPS], total[2];
    UNROLL for (int b = 0; b < blocks; b++)
    {
        total[b] = load(bias + b * SR_BLOCK);
        UNROLL for (int i = 0; i < TAPS; i++) sum[b][i] = load(w + i * slots + b * SR_BLOCK);
    }
    for (ptrdiff_t row = 0, at = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++, at += SR_BLOCK) {
            const float *from = x + 2 * row * width + 2 * column;
            __m512 patch = _mm512_castps128_ps512(_mm_loadu_ps(from));
            patch = _mm512_insertf32x4(patch, _mm_loadu_ps(from + width), 1);
            patch = _mm512_insertf32x4(patch, _mm_loadu_ps(from + 2 * width), 2);
            patch = _mm512_insertf32x4(patch, _mm_loadu_ps(from + 3 * width), 3);
            UNROLL for (int b = 0; b < blocks; b++)
            {
                const ptrdiff_t place = at + b * plane;
                const mask which = widen(p->which + place), start = (which & 1) | (which & 2) << 1;
                vec g = load(p->dy + place);
                if (p->after) g = (vec)((mask)g & (load(p->after + place) > 0));
                total[b] += g;
                UNROLL for (int i = 0; i < TAPS; i++)
                {
                    const mask pixel = start + (i / 3 * 4 + i % 3);
                    sum[b][i] += (vec)_mm512_permutexvar_ps((__m512i)pixel, patch) * g;
                }
            }
        }
    UNROLL for (int b = 0; b < blocks; b++)
    {
        store(bias + b * SR_BLOCK, total[b]);
        UNROLL for (int i = 0; i < TAPS; i++) store(w + i * slots + b * SR_BLOCK, sum[b][i]);
    }
}

void SR_NAME(conv_weights_pooled)(const struct sr_conv *c, const float *x,
                                  const struct sr_pooled *p, float *w, float *bias, int images)
{
    const int blocks = sr_blocks(c->outputs);
    const size_t plane = (size_t)(c->out_height / 2) * (size_t)(c->out_width / 2) * SR_BLOCK;
    for (int image = 0; image < images; image++, x += sr_conv_input_size(c))
        for (int block = 0; block < blocks; block += 2) {
            const size_t at = (size_t)(image * blocks + block) * plane;
            const struct sr_pooled here = {p->dy + at, p->after ? p->after + at : NULL,
                                           p->which + at};
            float *weights = w + block * SR_BLOCK, *sums = bias + block * SR_BLOCK;
            if (block + 1 < blocks)
                run_pooled(c, x, &here, weights, sums, 2);
            else
                run_pooled(c, x, &here, weights, sums, 1);
        }
}
