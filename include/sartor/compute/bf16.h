/* bf16.h - products of numbers in bf16, the upper half of a float, summed in floats.
 *
 * Two neighbours of the dimension that is summed over make a pair, a word whose lower half is the
 * first. All functions give the bits of vdpbf16ps, whatever the processor: for each pair
 *
 *     sum = fma(a.second, b.second, sum),  sum = fma(a.first, b.first, sum),
 *
 * each rounded to nearest even, with subnormal operands and results taken as zeros of their sign.
 * Where there is no such instruction it is put together from others, which takes several times as
 * long. Pure functions on the caller's arrays, which are 64-byte aligned; any thread. */
#ifndef SARTOR_COMPUTE_BF16_H
#define SARTOR_COMPUTE_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sartor/compute/kernels.h"

/* Pairs of a block of channels. */
enum { SR_PAIRS = SR_BLOCK / 2 };

/* c = a b for some pixels: a is [block of inputs][pixel][8 pairs of inputs], b [block of
 * outputs][pair of inputs][16], c [block of outputs][pixel][16]. */
struct sr_bf16_product {
    const uint32_t *a, *b;
    float *c;
    int pixels, in_blocks, out_blocks;
};

/* c += aᵀ b, summed over pairs of pixels: a is [block of inputs][pair][16], b [block of
 * outputs][pair][16], c [input][out_blocks × 16]. */
struct sr_bf16_outer {
    const uint32_t *a, *b;
    float *c;
    int pairs, inputs, out_blocks;
};

struct sr_bf16 {
    const char *name;
    bool native; /* by vdpbf16ps */
    void (*product)(const struct sr_bf16_product *p);
    void (*outer)(const struct sr_bf16_outer *p);
    /* As in struct sr_kernels: for measuring. A pair is two multiply-adds. */
    double (*multiply_add)(size_t rounds, float *sink);
};

/* Those that go with sr_compute_isa(). */
const struct sr_bf16 *sr_bf16(void);
/* "avx2", "avx512", "avx512_bf16" or "reference"; NULL where it cannot run here. */
const struct sr_bf16 *sr_bf16_named(const char *name);

/* To bf16 and back: rounded to nearest even. NaN stays NaN if its upper half says so, as that of
 * every NaN that arithmetic makes. */
static inline uint32_t sr_bf16_round(uint32_t bits)
{
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

#endif
