/* winograd.c - convolutions by Winograd's transforms, whose products are 1×1 convolutions over
 * tiles, a point at a time. */
#include "sartor/compute/winograd.h"

#include <string.h>

/* Floats of the points of one group of images, which should stay in the second-level cache: with
 * the sums of the backward pass, or with what other layers left there. Floats of transformed
 * weights, which are read again for each group; images of a group. */
enum {
    GROUP_FLOATS = 5 << 15,
    FORWARD_FLOATS = 3 << 14,
    MOST_WEIGHTS = 1 << 22,
    MOST_IMAGES = 16,
    FEW_TILES = 16 /* a product over fewer spends its time on reading the weights */
};

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

static int group_of(const struct sr_winograd *g, size_t floats)
{
    const size_t image = (size_t)(sr_winograd_points(g) * sr_winograd_tiles(g, 1)) *
                         (size_t)(sr_slots(g->conv.inputs) + sr_slots(g->conv.outputs));
    /* Weights that do not stay in the cache either are read less often by larger groups. */
    const size_t weights = sr_winograd_weights(g) / 2,
                 images = (weights > floats ? weights : floats) / image;
    return images < 1 ? 1 : images > MOST_IMAGES ? MOST_IMAGES : (int)images;
}

int sr_winograd_group(const struct sr_winograd *g)
{
    return group_of(g, GROUP_FLOATS);
}

int sr_winograd_forward_group(const struct sr_winograd *g)
{
    const int most = sr_winograd_group(g), tiles = sr_winograd_tiles(g, 1),
              least = (FEW_TILES + tiles - 1) / tiles;
    int images = group_of(g, FORWARD_FLOATS);
    if (images < least) images = least;
    return images < most ? images : most;
}

size_t sr_winograd_scratch(const struct sr_winograd *g, int images, bool backward)
{
    const int tiles = sr_winograd_tiles(g, images);
    const size_t points = (size_t)sr_winograd_points(g),
                 sums = (size_t)g->conv.inputs * (size_t)sr_slots(g->conv.outputs);
    return points * (sr_winograd_stride(g->conv.inputs, tiles) +
                     sr_winograd_stride(g->conv.outputs, tiles) + (backward ? sums : 0));
}

/* The products of `points`, from tiles × inputs to tiles × outputs. */
static struct sr_winograd_products products_of(int points, int tiles, int inputs, int outputs)
{
    return (struct sr_winograd_products){.from_stride = sr_winograd_stride(inputs, tiles),
                                         .to_stride = sr_winograd_stride(outputs, tiles),
                                         .points = points,
                                         .tiles = tiles,
                                         .inputs = inputs,
                                         .outputs = outputs};
}

void sr_winograd_forward(const struct sr_winograd *g, const struct sr_kernels *k, const float *x,
                         const float *u, const struct sr_conv_end *end, int images, float *scratch)
{
    const int points = sr_winograd_points(g), tiles = sr_winograd_tiles(g, images);
    struct sr_winograd_products products =
        products_of(points, tiles, g->conv.inputs, g->conv.outputs);
    float *v = scratch, *m = scratch + (size_t)points * products.from_stride;
    products.from = v;
    products.w = u;
    products.to = m;
    products.ahead = end->ahead;
    k->winograd_in(g, x, images, v);
    k->winograd_products(&products);
    k->winograd_out(g, m, end, images);
}

/* The product with dm that the weights' gradient is a sum of, over one point: that of a convolution
 * of one row of tiles with a 1×1 kernel. */
static struct sr_conv outer_product(const struct sr_winograd *g, int tiles)
{
    return (struct sr_conv){.height = 1,
                            .width = tiles,
                            .inputs = g->conv.inputs,
                            .out_height = 1,
                            .out_width = tiles,
                            .outputs = g->conv.outputs,
                            .kernel = 1,
                            .stride = 1};
}

void sr_winograd_backward(const struct sr_winograd *g, const struct sr_kernels *k,
                          const struct sr_winograd_back *b, int images, float *scratch)
{
    const int tiles = sr_winograd_tiles(g, images);
    const struct sr_conv outer = outer_product(g, tiles);
    struct sr_winograd_products back = products_of(1, tiles, g->conv.outputs, g->conv.inputs);
    const size_t points = (size_t)sr_winograd_points(g), sums = sr_conv_weight_size(&outer),
                 turned = (size_t)g->conv.outputs * (size_t)sr_slots(g->conv.inputs),
                 in = back.to_stride, out = back.from_stride;
    float *v = scratch, *dm = scratch + points * in;
    k->winograd_out_back(g, b->dy, images, dm);
    if (b->du) k->winograd_in(g, b->x, images, v);
    for (size_t p = 0; p < points; p++) {
        sr_ahead_fetch(b->ahead, p, points);
        if (b->du) k->conv_weights(&outer, v + p * in, dm + p * out, b->du + p * sums, 1);
        if (!b->dx) continue;
        /* dv takes the place of v, which has done its part. */
        back.from = dm + p * out;
        back.w = b->turned + p * turned;
        back.to = v + p * in;
        k->winograd_products(&back);
    }
    if (b->dx) k->winograd_in_back(g, v, b->adds, b->dx, images);
}
