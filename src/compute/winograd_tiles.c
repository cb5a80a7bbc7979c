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

/* The 36 numbers that are half a transform do not fit the registers with what else is needed, and
 * storing them takes longer than computing. So Bᵀ and B have two parts, with nothing in common that
 * would be computed twice; this is how many numbers a part has. */
INLINE int part_size(const int m, const int part)
{
    return m == 4 ? 3 : 3 - part;
}

/* Bᵀ a: the numbers 0, 1, 2, or those from 3 on. */
INLINE void row_in_part(const int m, const int part, const vec *a, const int s, vec *v)
{
    if (m == 4 && part == 0) {
        vec even = a[4 * s] - f4_2 * a[2 * s], odd = n4 * (a[3 * s] - f4_2 * a[s]);
        v[0] = both4 * a[0] + (a[4 * s] - sum4 * a[2 * s]);
        v[1] = even + odd;
        v[2] = even - odd;
    } else if (m == 4) {
        vec even = a[4 * s] - n4_2 * a[2 * s], odd = f4 * (a[3 * s] - n4_2 * a[s]);
        v[0] = even + odd;
        v[1] = even - odd;
        v[2] = both4 * a[s] + (a[5 * s] - sum4 * a[3 * s]);
    } else if (part == 0) {
        vec even = a[3 * s] - f3 * a[2 * s], odd = n3 * (a[2 * s] - f3 * a[s]);
        v[0] = (a[3 * s] - f3 * a[2 * s]) + (both3 * a[0] - n3_2 * a[s]);
        v[1] = even + odd;
        v[2] = even - odd;
    } else {
        v[0] = a[3 * s] - n3_2 * a[s];
        v[1] = (a[4 * s] - f3 * a[3 * s]) + (both3 * a[s] - n3_2 * a[2 * s]);
    }
}

INLINE void row_in(const int m, const vec *a, const int s, vec *v)
{
    row_in_part(m, 0, a, s, v);
    row_in_part(m, 1, a, s, v + part_size(m, 0));
}

/* B a: the numbers 0, 2, 4, or 1, 3 and 5. */
INLINE void row_in_back_part(const int m, const int part, const vec *a, const int s, vec *v)
{
    if (m == 4 && part == 0) {
        vec near = a[s] + a[2 * s], far = a[3 * s] + a[4 * s];
        v[0] = both4 * a[0];
        v[1] = -sum4 * a[0] - (f4_2 * near + n4_2 * far);
        v[2] = a[0] + (near + far);
    } else if (m == 4) {
        vec near = n4 * (a[s] - a[2 * s]), far = f4 * (a[3 * s] - a[4 * s]);
        v[0] = both4 * a[5 * s] - (f4_2 * near + n4_2 * far);
        v[1] = (near + far) - sum4 * a[5 * s];
        v[2] = a[5 * s];
    } else {
        vec even = a[s] + a[2 * s], odd = n3 * (a[s] - a[2 * s]);
        if (part == 0) {
            v[0] = both3 * a[0];
            v[1] = (odd - f3 * even) - (f3 * a[0] + n3_2 * a[4 * s]);
            v[2] = a[4 * s];
        } else {
            v[0] = (both3 * a[4 * s] - n3_2 * a[0]) - (f3 * odd + n3_2 * a[3 * s]);
            v[1] = (a[0] + even) + (a[3 * s] - f3 * a[4 * s]);
        }
    }
}

INLINE void row_in_back(const int m, const vec *a, const int s, vec *v)
{
    vec even[3], odd[3];
    row_in_back_part(m, 0, a, s, even);
    row_in_back_part(m, 1, a, s, odd);
    UNROLL for (int i = 0; i < m + 2; i++) v[i] = i % 2 ? odd[i / 2] : even[i / 2];
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

/* The next of many places at one distance. The compiler would compute them all beforehand and keep
 * them in memory. */
#define STEP(pointer, distance)                                                                    \
    do {                                                                                           \
        (pointer) += (distance);                                                                   \
        __asm__("" : "+r"(pointer));                                                               \
    } while (0)

/* `count` numbers of a column. */
INLINE void load_column(const float *from, size_t distance, const int count, vec *a)
{
    UNROLL for (int i = 0; i < count; i++)
    {
        a[i] = load(from);
        STEP(from, distance);
    }
}

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

/* The tile's points of `rows` rows from `first` on: from columns of `rows` numbers in `half`. */
INLINE void put_rows(row_function *row, const int m, const int first, const int rows,
                     const vec *half, const int form, const bool odd, const struct place *at)
{
    const int side = m + 2;
    const size_t stride = at->stride;
    float *to = form == FLOATS ? at->floats + (size_t)(first * side) * stride : NULL;
    UNROLL for (int i = 0; i < rows; i++)
    {
        vec v[MOST_IN];
        row(m, half + i, rows, v);
        UNROLL for (int j = 0; j < side; j++)
        {
            if (form == FLOATS) {
                store(to, v[j]);
                STEP(to, stride);
            } else {
                put_16(form, odd, at, (size_t)((first + i) * side + j), v[j]);
            }
        }
    }
}

INLINE void put_points(row_function *row, const int m, const vec *half, const int form,
                       const bool odd, const struct place *at)
{
    put_rows(row, m, 0, m + 2, half, form, odd, at);
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

/* A window's rows, which are `row_size` floats apart. Those outside of the picture are zeros. */
INLINE void find_rows(const int side, const struct window *w, const float *plane, int row_size,
                      const float **rows)
{
    static const float zeros[(MOST_IN + 1) * SR_BLOCK] __attribute__((aligned(64)));
    UNROLL for (int i = 0; i < side; i++) rows[i] =
        i >= w->first_row && i < w->last_row ? plane + w->at + i * row_size : zeros;
}

INLINE void read_column(const int side, const struct window *w, const float *const *rows, int j,
                        vec *a)
{
    const bool inside = j >= w->first_column && j < w->last_column;
    UNROLL for (int i = 0; i < side; i++) a[i] = inside ? load(rows[i] + j * SR_BLOCK) : (vec){0};
}

/* A window's points: Bᵀ x B, or A x Aᵀ. */
INLINE void put_window(const int m, const bool back, const struct window *w,
                       const float *const *rows, const int form, const bool odd,
                       const struct place *place)
{
    vec half[MOST_IN * MOST_IN], a[MOST_IN];
    if (back) {
        UNROLL for (int j = 0; j < m; j++)
        {
            read_column(m, w, rows, j, a);
            row_out_back(m, a, 1, half + j * (m + 2));
        }
        put_points(row_out_back, m, half, form, odd, place);
        return;
    }
    UNROLL for (int part = 0; part < 2; part++)
    {
        const int size = part_size(m, part);
        UNROLL for (int j = 0; j < m + 2; j++)
        {
            read_column(m + 2, w, rows, j, a);
            row_in_part(m, part, a, 1, half + j * size);
        }
        put_rows(row_in, m, part ? part_size(m, 0) : 0, size, half, form, odd, place);
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
        const float *rows[MOST_IN];
        const struct window w = window_of(height, width, down * m - pad, across * m - pad, side);
        find_rows(side, &w, x + (size_t)(image * blocks + block) * plane + part, width * SR_BLOCK,
                  rows);
        const size_t at = point_at(block, tiles, tile, part);
        if (form == FLOATS) {
            put_window(m, back, &w, rows, FLOATS, false,
                       &(struct place){stride, points + at, NULL, NULL});
            continue;
        }
        const struct place place = {.stride = stride,
                                    .channels = points_16->channels + at / 2,
                                    .tiles = points_16->tiles +
                                             point_at(block, (tiles + 1) / 2, tile / 2, part)};
        if (tile & 1)
            put_window(m, back, &w, rows, form, true, &place);
        else
            put_window(m, back, &w, rows, form, false, &place);
    }
}

/* Columns of Aᵀ m, m numbers each. */
INLINE void half_from_points(const int m, const float *points, size_t stride, vec *half)
{
    const int side = m + 2;
    UNROLL for (int j = 0; j < side; j++)
    {
        vec a[MOST_IN];
        load_column(points + (size_t)j * stride, (size_t)side * stride, side, a);
        row_out(m, a, 1, half + j * m);
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
        vec half[MOST * MOST_IN], start = {0};
        const struct window w = window_of(c->out_height, c->out_width, down * m, across * m, m);
        const size_t at = (size_t)(image * blocks + block) * plane + (size_t)w.at + (size_t)part;
        const float *other = end->other ? end->other + at : NULL;
        if (end->bias) start = load(end->bias + block * SR_BLOCK + part);
        half_from_points(m, points + point_at(block, tiles, tile, part), stride, half);
        UNROLL for (int i = 0; i < m; i++)
        {
            vec v[MOST];
            row_out(m, half + i, m, v);
            UNROLL for (int j = 0; j < m; j++)
            {
                if (i >= w.last_row || j >= w.last_column) continue;
                vec sum = v[j] + start;
                if (other) sum += load(other + i * row + j * SR_BLOCK);
                store(end->y + at + i * row + j * SR_BLOCK, larger(least, sum));
            }
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
        const float *from = points + point_at(block, tiles, tile, part);
        const struct window w =
            window_of(c->height, c->width, down * m - c->pad, across * m - c->pad, side);
        float *to = dx + (size_t)(image * blocks + block) * plane + w.at + part;
        UNROLL for (int odd = 0; odd < 2; odd++)
        {
            const int size = part_size(m, odd);
            vec half[MOST_IN * 3];
            UNROLL for (int j = 0; j < side; j++)
            {
                vec a[MOST_IN];
                load_column(from + (size_t)j * stride, (size_t)side * stride, side, a);
                row_in_back_part(m, odd, a, 1, half + j * size);
            }
            UNROLL for (int n = 0; n < size; n++)
            {
                const int i = 2 * n + odd;
                vec v[MOST_IN];
                row_in_back(m, half + n, size, v);
                UNROLL for (int j = 0; j < side; j++)
                {
                    float *pixel = to + i * row + j * SR_BLOCK;
                    if (i >= w.first_row && i < w.last_row && j >= w.first_column &&
                        j < w.last_column)
                        store(pixel, load(pixel) + v[j]);
                }
            }
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
