/* winograd.c - convolutions by Winograd's transforms, whose products are 1×1 convolutions over
 * tiles, a point at a time. */
#include "sartor/compute/winograd.h"

#include <string.h>

/* Floats of the points of one group of images, which should stay in the second-level cache, and of
 * transformed weights, which are read again for each group; images of a group. */
enum { GROUP_FLOATS = 5 << 15, MOST_WEIGHTS = 1 << 22, MOST_IMAGES = 16 };

static int tiles_along(int size, int tile)
{
    return (size + tile - 1) / tile;
}

bool sr_winograd_plan(const struct sr_conv *c, struct sr_winograd *g)
{
    uint64_t least = 0;
    if (c->kernel != 3 || c->stride != 1 || c->plain || c->inputs < SR_BLOCK ||
        c->outputs < SR_BLOCK)
        return false;
    for (int tile = 3; tile <= SR_WINOGRAD_TILE; tile++) {
        struct sr_winograd now = {.conv = *c,
                                  .tile = tile,
                                  .down = tiles_along(c->out_height, tile),
                                  .across = tiles_along(c->out_width, tile)};
        uint64_t products = (uint64_t)(sr_winograd_points(&now) * now.down * now.across);
        if (sr_winograd_weights(&now) > MOST_WEIGHTS || (least && products >= least)) continue;
        least = products;
        *g = now;
    }
    /* The transforms cost about a third of the products that a small convolution has left. */
    return least &&
           3 * least * (uint64_t)c->inputs * (uint64_t)c->outputs < 2 * sr_conv_multiply_adds(c);
}

int sr_winograd_group(const struct sr_winograd *g)
{
    const size_t image = (size_t)(sr_winograd_points(g) * sr_winograd_tiles(g, 1)) *
                         (size_t)(sr_slots(g->conv.inputs) + sr_slots(g->conv.outputs));
    /* Weights that do not stay in the cache either are read less often by larger groups. */
    const size_t weights = sr_winograd_weights(g) / 2,
                 images = (weights > GROUP_FLOATS ? weights : GROUP_FLOATS) / image;
    return images < 1 ? 1 : images > MOST_IMAGES ? MOST_IMAGES : (int)images;
}

size_t sr_winograd_scratch(const struct sr_winograd *g, int images, bool backward)
{
    const int tiles = sr_winograd_tiles(g, images);
    const size_t points = (size_t)sr_winograd_points(g),
                 sums = (size_t)g->conv.inputs * (size_t)sr_slots(g->conv.outputs);
    return points * (sr_winograd_stride(g->conv.inputs, tiles) +
                     sr_winograd_stride(g->conv.outputs, tiles) + (backward ? sums : 0));
}

void sr_winograd_turn(const struct sr_winograd *g, const float *u, int point, float *turned)
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

/* The product over one point: a convolution of one row of tiles with a 1×1 kernel. */
static struct sr_conv product_over(int tiles, int inputs, int outputs)
{
    return (struct sr_conv){.height = 1,
                            .width = tiles,
                            .inputs = inputs,
                            .out_height = 1,
                            .out_width = tiles,
                            .outputs = outputs,
                            .kernel = 1,
                            .stride = 1};
}

void sr_winograd_forward(const struct sr_winograd *g, const struct sr_kernels *k, const float *x,
                         const float *u, const struct sr_conv_end *end, int images, float *scratch)
{
    const int tiles = sr_winograd_tiles(g, images);
    const struct sr_conv product = product_over(tiles, g->conv.inputs, g->conv.outputs);
    const size_t points = (size_t)sr_winograd_points(g), weights = sr_conv_weight_size(&product),
                 in = sr_winograd_stride(g->conv.inputs, tiles),
                 out = sr_winograd_stride(g->conv.outputs, tiles);
    float *v = scratch, *m = scratch + points * in;
    k->winograd_in(g, x, images, v);
    for (size_t p = 0; p < points; p++) {
        sr_ahead_fetch(end->ahead, p, points);
        k->conv(&product, v + p * in, u + p * weights, NULL, 0, m + p * out, 1);
    }
    k->winograd_out(g, m, end, images);
}

void sr_winograd_backward(const struct sr_winograd *g, const struct sr_kernels *k,
                          const struct sr_winograd_back *b, int images, float *scratch)
{
    const int tiles = sr_winograd_tiles(g, images);
    const struct sr_conv product = product_over(tiles, g->conv.inputs, g->conv.outputs),
                         back = product_over(tiles, g->conv.outputs, g->conv.inputs);
    const size_t points = (size_t)sr_winograd_points(g), sums = sr_conv_weight_size(&product),
                 turned = sr_conv_weight_size(&back),
                 in = sr_winograd_stride(g->conv.inputs, tiles),
                 out = sr_winograd_stride(g->conv.outputs, tiles);
    float *v = scratch, *dm = scratch + points * in;
    k->winograd_out_back(g, b->dy, images, dm);
    if (b->du) k->winograd_in(g, b->x, images, v);
    for (size_t p = 0; p < points; p++) {
        sr_ahead_fetch(b->ahead, p, points);
        /* dv takes the place of v, which has done its part. */
        if (b->du) k->conv_weights(&product, v + p * in, dm + p * out, b->du + p * sums, 1);
        if (b->dx) k->conv(&back, dm + p * out, b->turned + p * turned, NULL, 0, v + p * in, 1);
    }
    if (b->dx) k->winograd_in_back(g, v, b->adds, b->dx, images);
}
