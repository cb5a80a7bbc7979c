/* winograd.h - 3×3 convolutions of stride 1 with fewer multiplications: Winograd's minimal
 * filtering (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
 *
 * The output is cut into tiles of m × m, m = 3 or 4, each of which depends on (m + 2)² input
 * pixels. With three matrices of sizes (m + 2) × (m + 2), (m + 2) × 3 and (m + 2) × m,
 *
 *     u = G w Gᵀ,   v = Bᵀ x B,   m = Σ over inputs of u ∘ v,   y = Aᵀ m A:
 *
 * (m + 2)² multiplications a pair of channels instead of 9 m². Each of the (m + 2)² numbers of a
 * tile, its "points", is a matrix product over tiles and channels. The backward pass is the same
 * chain from its end, with the transposed matrices: dm = A dy Aᵀ serves both gradients,
 * du = Σ over tiles of v dmᵀ, dw = Gᵀ du G, and dv = uᵀ dm, dx = B dv Bᵀ, added where tiles
 * overlap.
 *
 * The matrices interpolate polynomials at 0, ±5/8, ±3/2 and infinity (m = 4), at 0, ±3/4, 2 and
 * infinity (m = 3). With these the rounding errors are about twice those of the direct kernels;
 * with the usual 0, ±1, ±2 they are four to five times.
 *
 * Points lie as [point][block][tile][16] floats; a point takes sr_winograd_stride() floats. Pure
 * functions on the caller's arrays, which are 64-byte aligned; any thread. */
#ifndef SARTOR_COMPUTE_WINOGRAD_H
#define SARTOR_COMPUTE_WINOGRAD_H

#include "sartor/compute/kernels.h"

enum { SR_WINOGRAD_TILE = 4 }; /* the larger of the tiles */

struct sr_winograd {
    struct sr_conv conv;
    int tile;         /* m */
    int down, across; /* tiles of an image */
};

static inline int sr_winograd_points(const struct sr_winograd *g)
{
    return (g->tile + 2) * (g->tile + 2);
}

static inline int sr_winograd_tiles(const struct sr_winograd *g, int images)
{
    return g->down * g->across * images;
}

/* An odd number of cache lines: a tile's points are stored one after another, and would be in the
 * same few places of the cache if their distance were a power of two. */
static inline size_t sr_winograd_stride(int channels, int tiles)
{
    return ((size_t)sr_blocks(channels) * (size_t)tiles | 1) * SR_BLOCK;
}

/* Floats of the transformed weights, packed or turned as those of a convolution, a point after the
 * other. */
static inline size_t sr_winograd_weights(const struct sr_winograd *g)
{
    return (size_t)sr_winograd_points(g) * (size_t)sr_slots(g->conv.inputs) *
           (size_t)sr_slots(g->conv.outputs);
}

/* Points in bf16 (bf16.h), a word a pair: [point][block][tile][8] and [point][block][pair of
 * tiles][16]. A point takes sr_winograd_stride_16() words. */
struct sr_points_16 {
    uint32_t *channels, *tiles;
};
static inline size_t sr_winograd_stride_16(int channels, int tiles)
{
    return ((size_t)sr_blocks(channels) * (size_t)((tiles + 1) / 2) | 1) * SR_BLOCK;
}

/* Choose the tile for `c`; false where the direct kernels are at least as fast. */
bool sr_winograd_plan(const struct sr_conv *c, struct sr_winograd *g);

/* Images to do at a time, so that their points stay in the second-level cache, and for the forward
 * pass alone; and the floats of scratch for so many, for the forward pass or for the backward pass.
 */
int sr_winograd_group(const struct sr_winograd *g);
int sr_winograd_forward_group(const struct sr_winograd *g);
size_t sr_winograd_scratch(const struct sr_winograd *g, int images, bool backward);
size_t sr_winograd_scratch_16(const struct sr_winograd *g, int images, bool backward);

/* Memory that is read or written soon, by this call or the next: it is brought into the cache while
 * the products keep the processor busy, since their transforms walk through it in windows, which no
 * processor foresees. Changes no bit. */
enum { SR_AHEAD = 4 };
struct sr_ahead {
    const float *start[SR_AHEAD];
    size_t count[SR_AHEAD]; /* floats; 0: nothing */
};
/* A share of it. */
static inline void sr_ahead_fetch(const struct sr_ahead *ahead, size_t part, size_t parts)
{
    for (int i = 0; ahead && i < SR_AHEAD; i++)
        for (size_t at = ahead->count[i] * part / parts, end = ahead->count[i] * (part + 1) / parts;
             at < end; at += SR_BLOCK)
            __builtin_prefetch(ahead->start[i] + at, 1, 2);
}

/* conv(x, w) and its end. `u`: the transformed weights. */
void sr_winograd_forward(const struct sr_winograd *g, const struct sr_kernels *k, const float *x,
                         const float *u, const struct sr_conv_end *end, int images, float *scratch);

/* The same with products in bf16. `u`: the transformed weights, by sr_winograd_pair. */
void sr_winograd_forward_16(const struct sr_winograd *g, const struct sr_kernels *k, const float *x,
                            const uint32_t *u, const struct sr_conv_end *end, int images,
                            float *scratch);

/* What a backward pass works on; NULL for what is not wanted. */
struct sr_winograd_back {
    const float *x, *dy;
    const float *turned; /* weights */
    float *du; /* += the gradient of the transformed weights, [point][input][outputs rounded up] */
    float *dx; /* the input's gradient */
    bool adds; /* to dx */
    const struct sr_ahead *ahead; /* NULL: nothing */
};
void sr_winograd_backward(const struct sr_winograd *g, const struct sr_kernels *k,
                          const struct sr_winograd_back *b, int images, float *scratch);
/* b->turned is not read. */
void sr_winograd_backward_16(const struct sr_winograd *g, const struct sr_kernels *k,
                             const struct sr_winograd_back *b, const uint32_t *turned, int images,
                             float *scratch);

/* Words of the transformed weights in bf16, forward or turned, and those of one point. */
size_t sr_winograd_weights_16(const struct sr_winograd *g);
void sr_winograd_pair(const struct sr_winograd *g, const struct sr_kernels *k, const float *u,
                      int point, bool turned, uint32_t *pairs);

#endif
