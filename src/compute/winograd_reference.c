/* winograd_reference.c - the twins of winograd_tiles.c: the matrices as Toom and Cook have them,
 * from the points alone, and every transform as two products with them, in double precision. */
#include "winograd_reference.h"
#include "sartor/compute/bf16.h"

#include "sartor/compute/winograd.h"
#include "winograd_points.h"

#include <string.h>

enum { SIDE = SR_WINOGRAD_TILE + 2 };

/* side × m, side × 3 and side × side. */
struct matrices {
    int m, side;
    double a[SIDE][SIDE], g[SIDE][SIDE], b[SIDE][SIDE];
};

/* The coefficients of the product of (x - p) over all finite points but number `without`. */
static void polynomial(const double *points, int count, int without, double *coefficients)
{
    int degree = 0;
    memset(coefficients, 0, SIDE * sizeof *coefficients);
    coefficients[0] = 1;
    for (int i = 0; i < count; i++) {
        if (i == without) continue;
        for (int k = ++degree; k > 0; k--)
            coefficients[k] = coefficients[k - 1] - points[i] * coefficients[k];
        coefficients[0] *= -points[i];
    }
}

static struct matrices matrices_of(int m)
{
    static const double points[2][SIDE - 1] = {{0, NEAR_3, -NEAR_3, FAR_3},
                                               {0, NEAR_4, -NEAR_4, FAR_4, -FAR_4}};
    const double *p = points[m - 3];
    const int finite = m + 1;
    struct matrices t = {.m = m, .side = m + 2};
    for (int i = 0; i < finite; i++) {
        double distances = 1, power = 1, coefficients[SIDE];
        for (int j = 0; j < finite; j++)
            if (j != i) distances *= p[i] - p[j];
        for (int k = 0; k < m || k < 3; k++, power *= p[i]) {
            if (k < m) t.a[i][k] = power;
            if (k < 3) t.g[i][k] = power / distances;
        }
        polynomial(p, finite, i, coefficients);
        /* B, not its transpose. */
        for (int k = 0; k < t.side; k++) t.b[k][i] = coefficients[k];
    }
    double coefficients[SIDE];
    polynomial(p, finite, -1, coefficients);
    for (int k = 0; k < t.side; k++) t.b[k][finite] = coefficients[k];
    t.a[finite][m - 1] = t.g[finite][2] = 1;
    return t;
}

/* out = T in Tᵀ, or Tᵀ in T: rows × rows from columns × columns. */
static void transform(double (*t)[SIDE], bool transposed, int from, int to, double (*in)[SIDE],
                      double (*out)[SIDE])
{
    for (int i = 0; i < to; i++)
        for (int j = 0; j < to; j++) {
            out[i][j] = 0;
            for (int k = 0; k < from; k++)
                for (int l = 0; l < from; l++)
                    out[i][j] += (transposed ? t[k][i] : t[i][k]) * in[k][l] *
                                 (transposed ? t[l][j] : t[j][l]);
        }
}

/* A picture's pixel of one slot, NULL outside of it. */
struct picture {
    float *values;
    int height, width, blocks;
};

static float *pixel_at(const struct picture *x, int image, int slot, int row, int column)
{
    if (row < 0 || row >= x->height || column < 0 || column >= x->width) return NULL;
    const size_t plane = (size_t)(image * x->blocks + slot / SR_BLOCK);
    return x->values +
           (plane * (size_t)(x->height * x->width) + (size_t)(row * x->width + column)) * SR_BLOCK +
           slot % SR_BLOCK;
}

/* Some images' tiles, each slot of them: pictures to points or back. */
struct pass {
    const struct sr_winograd *g;
    struct picture picture;
    int images, pad, side; /* of the picture's windows */
    float *points;
    double (*matrix)[SIDE];
    bool transposed;
    const struct sr_conv_end *end;    /* NULL: none */
    const struct sr_points_16 *to_16; /* instead of `points` */
};

static float end_value(const struct sr_conv_end *end, double value, int slot, ptrdiff_t at)
{
    if (end->bias) value += (double)end->bias[slot];
    if (end->other) value += (double)end->other[at];
    return (float)(end->relu && value < 0 ? 0 : value);
}

/* One half of a word. */
static void put_half(uint32_t *word, bool second, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = sr_bf16_round(bits);
    *word = second ? (*word & 0xffff) | bits << 16 : (*word & 0xffff0000) | bits;
}

/* Point `p` of a tile; of an even one also its missing partner. */
static void put_16(const struct pass *s, int p, int slot, int tile, float value)
{
    const int tiles = sr_winograd_tiles(s->g, s->images), block = slot / SR_BLOCK,
              lane = slot % SR_BLOCK, pair = block * ((tiles + 1) / 2) + tile / 2;
    const size_t start = (size_t)p * sr_winograd_stride_16(s->picture.blocks * SR_BLOCK, tiles);
    if (s->to_16->channels)
        put_half(s->to_16->channels + start + (block * tiles + tile) * SR_PAIRS + lane / 2,
                 lane & 1, value);
    if (!s->to_16->tiles) return;
    uint32_t *word = s->to_16->tiles + start + pair * SR_BLOCK + lane;
    if (tile % 2 == 0) *word = 0;
    put_half(word, tile & 1, value);
}

static void run(const struct pass *s, bool to_points)
{
    const struct sr_winograd *g = s->g;
    const int tiles = sr_winograd_tiles(g, s->images), slots = s->picture.blocks * SR_BLOCK;
    const int side = g->tile + 2;
    const size_t stride = sr_winograd_stride(slots, tiles);
    for (int tile = 0; tile < tiles; tile++)
        for (int slot = 0; slot < slots; slot++) {
            const int image = tile / (g->down * g->across), within = tile % (g->down * g->across);
            const int top = within / g->across * g->tile - s->pad,
                      left = within % g->across * g->tile - s->pad;
            const size_t at =
                (size_t)(slot / SR_BLOCK * tiles + tile) * SR_BLOCK + (size_t)(slot % SR_BLOCK);
            float *points = s->points ? s->points + at : NULL;
            double in[SIDE][SIDE] = {{0}}, out[SIDE][SIDE];
            for (int i = 0; i < (to_points ? s->side : side); i++)
                for (int j = 0; j < (to_points ? s->side : side); j++) {
                    const float *from = to_points
                                            ? pixel_at(&s->picture, image, slot, top + i, left + j)
                                            : points + (size_t)(i * side + j) * stride;
                    in[i][j] = from ? (double)*from : 0;
                }
            transform(s->matrix, s->transposed, to_points ? s->side : side,
                      to_points ? side : s->side, in, out);
            for (int i = 0; i < (to_points ? side : s->side); i++)
                for (int j = 0; j < (to_points ? side : s->side); j++) {
                    float *to = s->to_16    ? NULL
                                : to_points ? points + (size_t)(i * side + j) * stride
                                            : pixel_at(&s->picture, image, slot, top + i, left + j);
                    if (!to && !s->to_16) continue;
                    double value = out[i][j];
                    if (s->to_16) {
                        put_16(s, i * side + j, slot, tile, (float)value);
                        continue;
                    }
                    if (!to_points && s->side == side) value += (double)*to; /* tiles overlap */
                    *to = s->end ? end_value(s->end, value, slot, to - s->end->y) : (float)value;
                }
        }
}

static struct picture input_of(const struct sr_conv *c, float *x)
{
    return (struct picture){x, c->height, c->width, sr_blocks(c->inputs)};
}

static struct picture output_of(const struct sr_conv *c, float *y)
{
    return (struct picture){y, c->out_height, c->out_width, sr_blocks(c->outputs)};
}

void sr_winograd_in_reference(const struct sr_winograd *g, const float *x, int images, float *v)
{
    struct matrices t = matrices_of(g->tile);
    run(&(struct pass){.g = g,
                       .picture = input_of(&g->conv, (float *)x),
                       .images = images,
                       .pad = g->conv.pad,
                       .side = t.side,
                       .points = v,
                       .matrix = t.b,
                       .transposed = true},
        true);
}

void sr_winograd_in_16_reference(const struct sr_winograd *g, const float *x, int images,
                                 const struct sr_points_16 *v)
{
    struct matrices t = matrices_of(g->tile);
    run(&(struct pass){.g = g,
                       .picture = input_of(&g->conv, (float *)x),
                       .images = images,
                       .pad = g->conv.pad,
                       .side = t.side,
                       .matrix = t.b,
                       .transposed = true,
                       .to_16 = v},
        true);
}

void sr_winograd_out_back_16_reference(const struct sr_winograd *g, const float *dy, int images,
                                       const struct sr_points_16 *dm)
{
    struct matrices t = matrices_of(g->tile);
    run(&(struct pass){.g = g,
                       .picture = output_of(&g->conv, (float *)dy),
                       .images = images,
                       .side = t.m,
                       .matrix = t.a,
                       .to_16 = dm},
        true);
}

void sr_pair_rows_reference(const float *packed, int rows, uint32_t *pairs)
{
    for (int row = 0; row < sr_slots(rows); row++)
        for (int lane = 0; lane < SR_BLOCK; lane++)
            put_half(pairs + row / 2 * SR_BLOCK + lane, row & 1,
                     row < rows ? packed[row * SR_BLOCK + lane] : 0);
}

void sr_winograd_out_reference(const struct sr_winograd *g, const float *m,
                               const struct sr_conv_end *end, int images)
{
    struct matrices t = matrices_of(g->tile);
    run(&(struct pass){.g = g,
                       .picture = output_of(&g->conv, end->y),
                       .images = images,
                       .side = t.m,
                       .points = (float *)m,
                       .matrix = t.a,
                       .transposed = true,
                       .end = end},
        false);
}

void sr_winograd_out_back_reference(const struct sr_winograd *g, const float *dy, int images,
                                    float *dm)
{
    struct matrices t = matrices_of(g->tile);
    run(&(struct pass){.g = g,
                       .picture = output_of(&g->conv, (float *)dy),
                       .images = images,
                       .side = t.m,
                       .points = dm,
                       .matrix = t.a},
        true);
}

void sr_winograd_in_back_reference(const struct sr_winograd *g, const float *dv, bool adds,
                                   float *dx, int images)
{
    struct matrices t = matrices_of(g->tile);
    if (!adds) memset(dx, 0, (size_t)images * sr_conv_input_size(&g->conv) * sizeof *dx);
    run(&(struct pass){.g = g,
                       .picture = input_of(&g->conv, dx),
                       .images = images,
                       .pad = g->conv.pad,
                       .side = t.side,
                       .points = (float *)dv,
                       .matrix = t.b},
        false);
}

void sr_winograd_turn_reference(const struct sr_winograd *g, const float *u, int point,
                                float *turned)
{
    const int inputs = g->conv.inputs, outputs = g->conv.outputs;
    const size_t blocks = (size_t)sr_blocks(inputs);
    u += (size_t)point * (size_t)inputs * (size_t)sr_slots(outputs);
    turned += (size_t)point * blocks * SR_BLOCK * (size_t)outputs;
    for (size_t block = 0; block < blocks; block++)
        for (int output = 0; output < outputs; output++, turned += SR_BLOCK) {
            const float *from =
                u + (size_t)(output / SR_BLOCK * inputs) * SR_BLOCK + output % SR_BLOCK;
            for (int lane = 0; lane < SR_BLOCK; lane++) {
                const int input = (int)block * SR_BLOCK + lane;
                turned[lane] = input < inputs ? from[input * SR_BLOCK] : 0;
            }
        }
}

void sr_winograd_products_reference(const struct sr_winograd_products *p)
{
    const int slots = sr_slots(p->outputs);
    for (int point = 0; point < p->points; point++)
        for (int tile = 0; tile < p->tiles; tile++)
            for (int slot = 0; slot < slots; slot++) {
                const float *from = p->from + (size_t)point * p->from_stride + tile * SR_BLOCK,
                            *w = p->w + point * p->inputs * slots +
                                 slot / SR_BLOCK * p->inputs * SR_BLOCK + slot % SR_BLOCK;
                double sum = 0;
                for (int c = 0; c < p->inputs; c++)
                    sum += (double)from[c / SR_BLOCK * p->tiles * SR_BLOCK + c % SR_BLOCK] *
                           (double)w[c * SR_BLOCK];
                p->to[(size_t)point * p->to_stride +
                      (size_t)((slot / SR_BLOCK * p->tiles + tile) * SR_BLOCK + slot % SR_BLOCK)] =
                    (float)sum;
            }
}

void sr_winograd_filter_reference(const struct sr_winograd *g, const float *w, int block, float *u)
{
    struct matrices t = matrices_of(g->tile);
    const int inputs = g->conv.inputs;
    const size_t slots = (size_t)sr_slots(g->conv.outputs), point = slots * (size_t)inputs;
    for (int input = 0; input < inputs; input++)
        for (int lane = 0; lane < SR_BLOCK; lane++) {
            const float *from = w + (size_t)input * slots + block * SR_BLOCK + lane;
            float *to = u + (size_t)(block * inputs + input) * SR_BLOCK + lane;
            double in[SIDE][SIDE], out[SIDE][SIDE];
            for (int tap = 0; tap < 9; tap++) in[tap / 3][tap % 3] = (double)from[tap * point];
            transform(t.g, false, 3, t.side, in, out);
            for (int p = 0; p < t.side * t.side; p++)
                to[p * point] = (float)out[p / t.side][p % t.side];
        }
}

void sr_winograd_filter_back_reference(const struct sr_winograd *g, const float *du, float *dw)
{
    struct matrices t = matrices_of(g->tile);
    const size_t point = (size_t)g->conv.inputs * (size_t)sr_slots(g->conv.outputs);
    for (size_t i = 0; i < point; i++) {
        double in[SIDE][SIDE], out[SIDE][SIDE];
        for (int p = 0; p < t.side * t.side; p++)
            in[p / t.side][p % t.side] = (double)du[p * point + i];
        transform(t.g, true, t.side, 3, in, out);
        for (int tap = 0; tap < 9; tap++) dw[tap * point + i] = (float)out[tap / 3][tap % 3];
    }
}
