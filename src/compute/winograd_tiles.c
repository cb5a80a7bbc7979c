/* winograd_tiles.c - Winograd's transforms (winograd.h) of one tile after another.
 *
 * A transform of a square is one of its columns and then one of the rows of what results. Those of
 * one row are written out, with what the points p and -p have in common computed once: the even and
 * the odd terms. Numbers that start with n or f are powers of the nearer and the farther point. */
#include "sartor/compute/winograd.h"
#include "vector.h"
#include "winograd_points.h"

#include <math.h>
#include <string.h>

enum { MOST = SR_WINOGRAD_TILE, MOST_IN = MOST + 2 };

static const float n4 = NEAR_4, n4_2 = NEAR_4 * NEAR_4, n4_3 = NEAR_4 * NEAR_4 * NEAR_4, f4 = FAR_4,
                   f4_2 = FAR_4 * FAR_4, f4_3 = FAR_4 * FAR_4 * FAR_4,
                   both4 = NEAR_4 * NEAR_4 * FAR_4 * FAR_4, sum4 = NEAR_4 * NEAR_4 + FAR_4 * FAR_4;
static const float n3 = NEAR_3, n3_2 = NEAR_3 * NEAR_3, f3 = FAR_3, f3_2 = FAR_3 * FAR_3,
                   both3 = NEAR_3 * NEAR_3 * FAR_3;

/* The factors of G's rows: 1 / the product of a point's distances from the others. */
static const float zero4 = (float)(1 / (NEAR_4 * NEAR_4 * FAR_4 * FAR_4)),
                   near4 = (float)(1 / (2 * NEAR_4 * NEAR_4 * (NEAR_4 * NEAR_4 - FAR_4 * FAR_4))),
                   far4 = (float)(1 / (2 * FAR_4 * FAR_4 * (FAR_4 * FAR_4 - NEAR_4 * NEAR_4)));
static const float zero3 = (float)(1 / (NEAR_3 * NEAR_3 * FAR_3)),
                   plus3 = (float)(1 / (2 * NEAR_3 * NEAR_3 * (NEAR_3 - FAR_3))),
                   minus3 = (float)(-1 / (2 * NEAR_3 * NEAR_3 * (NEAR_3 + FAR_3))),
                   far3 = (float)(1 / (FAR_3 * (FAR_3 * FAR_3 - NEAR_3 * NEAR_3)));

/* ---- one row; `s` is the distance of the elements of `a`, those of the result are neighbours ----
 */

/* Bᵀ a */
INLINE void row_in(const int m, const vec *a, const int s, vec *v)
{
    if (m == 4) {
        vec near_even = a[4 * s] - f4_2 * a[2 * s], near_odd = n4 * (a[3 * s] - f4_2 * a[s]);
        vec far_even = a[4 * s] - n4_2 * a[2 * s], far_odd = f4 * (a[3 * s] - n4_2 * a[s]);
        v[0] = both4 * a[0] + (a[4 * s] - sum4 * a[2 * s]);
        v[1] = near_even + near_odd;
        v[2] = near_even - near_odd;
        v[3] = far_even + far_odd;
        v[4] = far_even - far_odd;
        v[5] = both4 * a[s] + (a[5 * s] - sum4 * a[3 * s]);
    } else {
        vec even = a[3 * s] - f3 * a[2 * s], odd = n3 * (a[2 * s] - f3 * a[s]);
        v[0] = (a[3 * s] - f3 * a[2 * s]) + (both3 * a[0] - n3_2 * a[s]);
        v[1] = even + odd;
        v[2] = even - odd;
        v[3] = a[3 * s] - n3_2 * a[s];
        v[4] = (a[4 * s] - f3 * a[3 * s]) + (both3 * a[s] - n3_2 * a[2 * s]);
    }
}

/* B a */
INLINE void row_in_back(const int m, const vec *a, const int s, vec *v)
{
    if (m == 4) {
        vec near_even = a[s] + a[2 * s], near_odd = n4 * (a[s] - a[2 * s]);
        vec far_even = a[3 * s] + a[4 * s], far_odd = f4 * (a[3 * s] - a[4 * s]);
        v[0] = both4 * a[0];
        v[1] = both4 * a[5 * s] - (f4_2 * near_odd + n4_2 * far_odd);
        v[2] = -sum4 * a[0] - (f4_2 * near_even + n4_2 * far_even);
        v[3] = (near_odd + far_odd) - sum4 * a[5 * s];
        v[4] = a[0] + (near_even + far_even);
        v[5] = a[5 * s];
    } else {
        vec even = a[s] + a[2 * s], odd = n3 * (a[s] - a[2 * s]);
        v[0] = both3 * a[0];
        v[1] = (both3 * a[4 * s] - n3_2 * a[0]) - (f3 * odd + n3_2 * a[3 * s]);
        v[2] = (odd - f3 * even) - (f3 * a[0] + n3_2 * a[4 * s]);
        v[3] = (a[0] + even) + (a[3 * s] - f3 * a[4 * s]);
        v[4] = a[4 * s];
    }
}

/* Aᵀ a */
INLINE void row_out(const int m, const vec *a, const int s, vec *v)
{
    vec even = a[s] + a[2 * s], odd = a[s] - a[2 * s];
    if (m == 4) {
        vec far_even = a[3 * s] + a[4 * s], far_odd = a[3 * s] - a[4 * s];
        v[0] = a[0] + (even + far_even);
        v[1] = n4 * odd + f4 * far_odd;
        v[2] = n4_2 * even + f4_2 * far_even;
        v[3] = a[5 * s] + (n4_3 * odd + f4_3 * far_odd);
    } else {
        v[0] = a[0] + (even + a[3 * s]);
        v[1] = n3 * odd + f3 * a[3 * s];
        v[2] = a[4 * s] + (n3_2 * even + f3_2 * a[3 * s]);
    }
}

/* A a */
INLINE void row_out_back(const int m, const vec *a, const int s, vec *v)
{
    if (m == 4) {
        vec near_even = a[0] + n4_2 * a[2 * s], near_odd = n4 * a[s] + n4_3 * a[3 * s];
        vec far_even = a[0] + f4_2 * a[2 * s], far_odd = f4 * a[s] + f4_3 * a[3 * s];
        v[0] = a[0];
        v[1] = near_even + near_odd;
        v[2] = near_even - near_odd;
        v[3] = far_even + far_odd;
        v[4] = far_even - far_odd;
        v[5] = a[3 * s];
    } else {
        vec even = a[0] + n3_2 * a[2 * s], odd = n3 * a[s];
        v[0] = a[0];
        v[1] = even + odd;
        v[2] = even - odd;
        v[3] = a[0] + (f3 * a[s] + f3_2 * a[2 * s]);
        v[4] = a[2 * s];
    }
}

/* G a */
INLINE void row_filter(const int m, const vec *a, const int s, vec *v)
{
    if (m == 4) {
        vec near_even = near4 * (a[0] + n4_2 * a[2 * s]), near_odd = near4 * n4 * a[s];
        vec far_even = far4 * (a[0] + f4_2 * a[2 * s]), far_odd = far4 * f4 * a[s];
        v[0] = zero4 * a[0];
        v[1] = near_even + near_odd;
        v[2] = near_even - near_odd;
        v[3] = far_even + far_odd;
        v[4] = far_even - far_odd;
        v[5] = a[2 * s];
    } else {
        vec even = a[0] + n3_2 * a[2 * s], odd = n3 * a[s];
        v[0] = zero3 * a[0];
        v[1] = plus3 * (even + odd);
        v[2] = minus3 * (even - odd);
        v[3] = far3 * (a[0] + (f3 * a[s] + f3_2 * a[2 * s]));
        v[4] = a[2 * s];
    }
}

/* Gᵀ a */
INLINE void row_filter_back(const int m, const vec *a, const int s, vec *v)
{
    if (m == 4) {
        vec near_even = near4 * (a[s] + a[2 * s]), near_odd = near4 * (a[s] - a[2 * s]);
        vec far_even = far4 * (a[3 * s] + a[4 * s]), far_odd = far4 * (a[3 * s] - a[4 * s]);
        v[0] = zero4 * a[0] + (near_even + far_even);
        v[1] = n4 * near_odd + f4 * far_odd;
        v[2] = a[5 * s] + (n4_2 * near_even + f4_2 * far_even);
    } else {
        vec plus = plus3 * a[s], minus = minus3 * a[2 * s], far = far3 * a[3 * s];
        v[0] = zero3 * a[0] + ((plus + minus) + far);
        v[1] = n3 * (plus - minus) + f3 * far;
        v[2] = a[4 * s] + (n3_2 * (plus + minus) + f3_2 * far);
    }
}

/* ---- squares ---- */

typedef void row_function(const int m, const vec *a, const int s, vec *v);

/* The second half of a transform: from `half`, its columns side by side, to × to numbers. */
INLINE void finish(row_function *row, const int m, const int to, const vec *half, vec *out)
{
    UNROLL for (int i = 0; i < to; i++) row(m, half + i, to, out + i * to);
}

/* The square of to × to that results from a tile's points, which are `stride` floats apart. */
INLINE void from_points(row_function *row, const int m, const int to, const float *points,
                        size_t stride, vec *out)
{
    const int side = m + 2;
    vec a[MOST_IN * MOST_IN], half[MOST_IN * MOST_IN];
    for (int p = 0; p < side * side; p++) a[p] = load(points + (size_t)p * stride);
    UNROLL for (int j = 0; j < side; j++) row(m, a + j, side, half + j * to);
    finish(row, m, to, half, out);
}

/* Where a tile's points go, `stride` floats or words apart: as they are; or in bf16, as pairs of
 * channels, as pairs of tiles, or both. */
enum form { FLOATS, CHANNELS = 1, TILES = 2 };
struct place {
    size_t stride;
    float *floats;
    uint32_t *channels, *tiles;
};

/* An even tile writes its half of each word and clears the other, which the odd one fills in. */
INLINE void put_16(const int form, const bool odd, const struct place *at, size_t p, vec v)
{
    const mask r = rounded(v);
    if (form & CHANNELS) store_upper(at->channels + p * at->stride, r);
    if (form & TILES) {
        float *to = (float *)(at->tiles + p * at->stride);
        store(to, (vec)(odd ? (mask)load(to) | upper((mask){0}, r) : upper(r, (mask){0})));
    }
}

/* What a tile's points are made of them: from columns of `side` numbers in `half`. */
INLINE void put_points(row_function *row, const int m, const vec *half, const int form,
                       const bool odd, const struct place *at)
{
    const int side = m + 2;
    UNROLL for (int i = 0; i < side; i++)
    {
        vec v[MOST_IN];
        row(m, half + i, side, v);
        UNROLL for (int j = 0; j < side; j++)
        {
            const size_t p = (size_t)(i * side + j);
            if (form == FLOATS)
                store(at->floats + p * at->stride, v[j]);
            else
                put_16(form, odd, at, p, v[j]);
        }
    }
}

/* The part of a picture that a tile covers: side × side pixels of which rows first_row ..
 * last_row - 1 and columns likewise are inside of it. */
struct window {
    ptrdiff_t at; /* floats from the start of the plane to the tile's first pixel */
    int first_row, last_row, first_column, last_column;
};

static struct window window_of(int height, int width, int top, int left, int side)
{
    return (struct window){.at = ((ptrdiff_t)top * width + left) * SR_BLOCK,
                           .first_row = top < 0 ? -top : 0,
                           .last_row = height - top < side ? height - top : side,
                           .first_column = left < 0 ? -left : 0,
                           .last_column = width - left < side ? width - left : side};
}

/* The first half of a transform: columns of a window, whose rows are `row_size` floats apart. Rows
 * outside of the picture are read from zeros. */
INLINE void begin(row_function *row, const int m, const int side, const struct window *w,
                  const float *plane, int row_size, vec *half)
{
    static const float zeros[(MOST_IN + 1) * SR_BLOCK] __attribute__((aligned(64)));
    const float *rows[MOST_IN];
    UNROLL for (int i = 0; i < side; i++) rows[i] =
        i >= w->first_row && i < w->last_row ? plane + w->at + i * row_size : zeros;
    UNROLL for (int j = 0; j < side; j++)
    {
        vec a[MOST_IN];
        const bool inside = j >= w->first_column && j < w->last_column;
        UNROLL for (int i = 0; i < side; i++) a[i] =
            inside ? load(rows[i] + j * SR_BLOCK) : (vec){0};
        row(m, a, 1, half + j * (m + 2));
    }
}

/* The tiles of some images, block by block. */
#define EACH_TILE(g, images, blocks)                                                               \
    for (int image = 0, tile = 0; image < (images); image++)                                       \
        for (int down = 0; down < (g)->down; down++)                                               \
            for (int across = 0; across < (g)->across; across++, tile++)                           \
                for (int block = 0; block < (blocks); block++)                                     \
                    for (int part = 0; part < SR_BLOCK; part += WIDTH)

/* Where the points of a tile are. */
INLINE size_t point_at(int block, int tiles, int tile, int part)
{
    return (size_t)(block * tiles + tile) * SR_BLOCK + (size_t)part;
}

/* Points of tiles from the windows of m or m + 2 pixels a side of a picture. */
INLINE void to_points(const struct sr_winograd *g, const int m, const bool back, const int form,
                      const float *x, int images, const void *to)
{
    row_function *const row = back ? row_out_back : row_in;
    float *points = form == FLOATS ? (float *)to : NULL;
    const struct sr_points_16 *points_16 = form == FLOATS ? NULL : to;
    const struct sr_conv *c = &g->conv;
    const int side = back ? m : m + 2, channels = back ? c->outputs : c->inputs;
    const int height = back ? c->out_height : c->height, width = back ? c->out_width : c->width;
    const int blocks = sr_blocks(channels), tiles = sr_winograd_tiles(g, images),
              pad = back ? 0 : c->pad;
    const size_t stride = form == FLOATS ? sr_winograd_stride(channels, tiles)
                                         : sr_winograd_stride_16(channels, tiles),
                 plane = (size_t)(height * width) * SR_BLOCK;
    EACH_TILE(g, images, blocks)
    {
        vec half[MOST_IN * MOST_IN];
        const struct window w = window_of(height, width, down * m - pad, across * m - pad, side);
        begin(row, m, side, &w, x + (size_t)(image * blocks + block) * plane + part,
              width * SR_BLOCK, half);
        const size_t at = point_at(block, tiles, tile, part);
        if (form == FLOATS) {
            put_points(row, m, half, FLOATS, false,
                       &(struct place){stride, points + at, NULL, NULL});
            continue;
        }
        const struct place place = {.stride = stride,
                                    .channels = points_16->channels + at / 2,
                                    .tiles = points_16->tiles +
                                             point_at(block, (tiles + 1) / 2, tile / 2, part)};
        if (tile & 1)
            put_points(row, m, half, form, true, &place);
        else
            put_points(row, m, half, form, false, &place);
    }
}

INLINE void put_out(const struct sr_winograd *g, const int m, const float *points,
                    const struct sr_conv_end *end, int images)
{
    const struct sr_conv *c = &g->conv;
    const int blocks = sr_blocks(c->outputs), tiles = sr_winograd_tiles(g, images),
              row = c->out_width * SR_BLOCK;
    const size_t stride = sr_winograd_stride(c->outputs, tiles),
                 plane = (size_t)(c->out_height * c->out_width) * SR_BLOCK;
    const vec least = splat(end->relu ? 0 : -INFINITY);
    EACH_TILE(g, images, blocks)
    {
        vec out[MOST * MOST], start = {0};
        const struct window w = window_of(c->out_height, c->out_width, down * m, across * m, m);
        const size_t at = (size_t)(image * blocks + block) * plane + (size_t)w.at + (size_t)part;
        const float *other = end->other ? end->other + at : NULL;
        if (end->bias) start = load(end->bias + block * SR_BLOCK + part);
        from_points(row_out, m, m, points + point_at(block, tiles, tile, part), stride, out);
        for (int i = 0; i < w.last_row; i++)
            for (int j = 0; j < w.last_column; j++) {
                vec sum = out[i * m + j] + start;
                if (other) sum += load(other + i * row + j * SR_BLOCK);
                store(end->y + at + i * row + j * SR_BLOCK, larger(least, sum));
            }
    }
}

INLINE void put_in_back(const struct sr_winograd *g, const int m, const float *points, float *dx,
                        int images)
{
    const struct sr_conv *c = &g->conv;
    const int side = m + 2, blocks = sr_blocks(c->inputs), tiles = sr_winograd_tiles(g, images),
              row = c->width * SR_BLOCK;
    const size_t stride = sr_winograd_stride(c->inputs, tiles),
                 plane = (size_t)(c->height * c->width) * SR_BLOCK;
    EACH_TILE(g, images, blocks)
    {
        vec out[MOST_IN * MOST_IN];
        const struct window w =
            window_of(c->height, c->width, down * m - c->pad, across * m - c->pad, side);
        float *to = dx + (size_t)(image * blocks + block) * plane + w.at + part;
        from_points(row_in_back, m, side, points + point_at(block, tiles, tile, part), stride, out);
        for (int i = w.first_row; i < w.last_row; i++)
            for (int j = w.first_column; j < w.last_column; j++) {
                float *pixel = to + i * row + j * SR_BLOCK;
                store(pixel, load(pixel) + out[i * side + j]);
            }
    }
}

/* One block of outputs. */
INLINE void filter(const struct sr_winograd *g, const int m, const float *w, int block, float *u)
{
    const int inputs = g->conv.inputs;
    const size_t slots = (size_t)sr_slots(g->conv.outputs), tap = slots * (size_t)inputs;
    w += block * SR_BLOCK;
    u += (size_t)(block * inputs) * SR_BLOCK;
    for (int input = 0; input < inputs; input++, w += slots, u += SR_BLOCK)
        for (int part = 0; part < SR_BLOCK; part += WIDTH) {
            vec half[3 * MOST_IN];
            UNROLL for (int j = 0; j < 3; j++)
            {
                vec a[3];
                UNROLL for (int i = 0; i < 3; i++) a[i] =
                    load(w + (size_t)(i * 3 + j) * tap + part);
                row_filter(m, a, 1, half + j * (m + 2));
            }
            put_points(row_filter, m, half, FLOATS, false,
                       &(struct place){tap, u + part, NULL, NULL});
        }
}

INLINE void filter_back(const struct sr_winograd *g, const int m, const float *du, float *dw)
{
    const size_t tap = (size_t)g->conv.inputs * (size_t)sr_slots(g->conv.outputs);
    for (size_t i = 0; i < tap; i += WIDTH) {
        vec out[9];
        from_points(row_filter_back, m, 3, du + i, tap, out);
        UNROLL for (int t = 0; t < 9; t++) store(dw + (size_t)t * tap + i, out[t]);
    }
}

/* ---- for either tile ---- */

void SR_NAME(winograd_in)(const struct sr_winograd *g, const float *x, int images, float *v)
{
    if (g->tile == 4)
        to_points(g, 4, false, FLOATS, x, images, v);
    else
        to_points(g, 3, false, FLOATS, x, images, v);
}

void SR_NAME(winograd_in_16)(const struct sr_winograd *g, const float *x, int images,
                             const struct sr_points_16 *v)
{
    if (g->tile == 4 && v->channels)
        to_points(g, 4, false, CHANNELS, x, images, v);
    else if (g->tile == 4)
        to_points(g, 4, false, TILES, x, images, v);
    else if (v->channels)
        to_points(g, 3, false, CHANNELS, x, images, v);
    else
        to_points(g, 3, false, TILES, x, images, v);
}

void SR_NAME(winograd_out_back_16)(const struct sr_winograd *g, const float *dy, int images,
                                   const struct sr_points_16 *dm)
{
    if (g->tile == 4)
        to_points(g, 4, true, CHANNELS | TILES, dy, images, dm);
    else
        to_points(g, 3, true, CHANNELS | TILES, dy, images, dm);
}

void SR_NAME(winograd_out)(const struct sr_winograd *g, const float *m,
                           const struct sr_conv_end *end, int images)
{
    if (g->tile == 4)
        put_out(g, 4, m, end, images);
    else
        put_out(g, 3, m, end, images);
}

void SR_NAME(winograd_out_back)(const struct sr_winograd *g, const float *dy, int images, float *dm)
{
    if (g->tile == 4)
        to_points(g, 4, true, FLOATS, dy, images, dm);
    else
        to_points(g, 3, true, FLOATS, dy, images, dm);
}

void SR_NAME(winograd_in_back)(const struct sr_winograd *g, const float *dv, bool adds, float *dx,
                               int images)
{
    if (!adds) memset(dx, 0, (size_t)images * sr_conv_input_size(&g->conv) * sizeof *dx);
    if (g->tile == 4)
        put_in_back(g, 4, dv, dx, images);
    else
        put_in_back(g, 3, dv, dx, images);
}

void SR_NAME(winograd_filter)(const struct sr_winograd *g, const float *w, int block, float *u)
{
    if (g->tile == 4)
        filter(g, 4, w, block, u);
    else
        filter(g, 3, w, block, u);
}

void SR_NAME(winograd_filter_back)(const struct sr_winograd *g, const float *du, float *dw)
{
    if (g->tile == 4)
        filter_back(g, 4, du, dw);
    else
        filter_back(g, 3, du, dw);
}
