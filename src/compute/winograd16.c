/* winograd16.c - Winograd's transforms in floats around products in bf16 (bf16.h). */
#include "sartor/compute/bf16.h"
#include "sartor/compute/winograd.h"

static size_t point_weights(int inputs, int outputs)
{
    return (size_t)sr_blocks(inputs) * SR_PAIRS * (size_t)sr_slots(outputs);
}

size_t sr_winograd_weights_16(const struct sr_winograd *g)
{
    return (size_t)sr_winograd_points(g) * (size_t)sr_slots(g->conv.inputs) *
           (size_t)sr_slots(g->conv.outputs) / 2;
}

size_t sr_winograd_scratch_16(const struct sr_winograd *g, int images, bool backward)
{
    const int tiles = sr_winograd_tiles(g, images), inputs = g->conv.inputs,
              outputs = g->conv.outputs;
    const size_t sums = (size_t)inputs * (size_t)sr_slots(outputs),
                 ahead = sr_winograd_stride_16(inputs, tiles) + sr_winograd_stride(outputs, tiles),
                 back = sr_winograd_stride(inputs, tiles) +
                        2 * sr_winograd_stride_16(outputs, tiles) + sums;
    return (size_t)sr_winograd_points(g) * (backward ? back : ahead);
}

void sr_winograd_pair(const struct sr_winograd *g, const struct sr_kernels *k, const float *u,
                      int point, bool turned, uint32_t *pairs)
{
    const int rows = turned ? g->conv.outputs : g->conv.inputs,
              columns = turned ? g->conv.inputs : g->conv.outputs;
    u += (size_t)point * (size_t)rows * (size_t)sr_slots(columns);
    pairs += (size_t)point * point_weights(rows, columns);
    for (int block = 0; block < sr_blocks(columns); block++)
        k->pair_rows(u + (size_t)(block * rows) * SR_BLOCK, rows,
                     pairs + (size_t)(block * sr_blocks(rows)) * SR_PAIRS * SR_BLOCK);
}

void sr_winograd_forward_16(const struct sr_winograd *g, const struct sr_kernels *k, const float *x,
                            const uint32_t *u, const struct sr_conv_end *end, int images,
                            float *scratch)
{
    const struct sr_bf16 *multiply = sr_bf16();
    const int tiles = sr_winograd_tiles(g, images);
    const size_t points = (size_t)sr_winograd_points(g),
                 in = sr_winograd_stride_16(g->conv.inputs, tiles),
                 out = sr_winograd_stride(g->conv.outputs, tiles);
    const struct sr_points_16 v = {.channels = (uint32_t *)scratch};
    float *m = scratch + points * in;
    k->winograd_in_16(g, x, images, &v);
    for (size_t p = 0; p < points; p++) {
        sr_ahead_fetch(end->ahead, p, points);
        multiply->product(
            &(struct sr_bf16_product){.a = v.channels + p * in,
                                      .b = u + p * point_weights(g->conv.inputs, g->conv.outputs),
                                      .c = m + p * out,
                                      .pixels = tiles,
                                      .in_blocks = sr_blocks(g->conv.inputs),
                                      .out_blocks = sr_blocks(g->conv.outputs)});
    }
    k->winograd_out(g, m, end, images);
}

void sr_winograd_backward_16(const struct sr_winograd *g, const struct sr_kernels *k,
                             const struct sr_winograd_back *b, const uint32_t *turned, int images,
                             float *scratch)
{
    const struct sr_bf16 *multiply = sr_bf16();
    const int tiles = sr_winograd_tiles(g, images), inputs = g->conv.inputs,
              outputs = g->conv.outputs;
    const size_t points = (size_t)sr_winograd_points(g),
                 sums = (size_t)inputs * (size_t)sr_slots(outputs),
                 in = sr_winograd_stride_16(inputs, tiles),
                 out = sr_winograd_stride_16(outputs, tiles),
                 back = sr_winograd_stride(inputs, tiles);
    /* dv takes the place of v, which has done its part. */
    float *dv = scratch;
    const struct sr_points_16 v = {.tiles = (uint32_t *)scratch};
    struct sr_points_16 dm = {.channels = (uint32_t *)scratch + points * back};
    dm.tiles = dm.channels + points * out;
    k->winograd_out_back_16(g, b->dy, images, &dm);
    if (b->du) {
        k->winograd_in_16(g, b->x, images, &v);
        for (size_t p = 0; p < points; p++) {
            sr_ahead_fetch(b->ahead, p, points);
            multiply->outer(&(struct sr_bf16_outer){.a = v.tiles + p * in,
                                                    .b = dm.tiles + p * out,
                                                    .c = b->du + p * sums,
                                                    .pairs = (tiles + 1) / 2,
                                                    .inputs = inputs,
                                                    .out_blocks = sr_blocks(outputs)});
        }
    }
    if (!b->dx) return;
    for (size_t p = 0; p < points; p++)
        multiply->product(
            &(struct sr_bf16_product){.a = dm.channels + p * out,
                                      .b = turned + p * point_weights(outputs, inputs),
                                      .c = dv + p * back,
                                      .pixels = tiles,
                                      .in_blocks = sr_blocks(outputs),
                                      .out_blocks = sr_blocks(inputs)});
    k->winograd_in_back(g, dv, b->adds, b->dx, images);
}
