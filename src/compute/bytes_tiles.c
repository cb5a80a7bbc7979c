/* bytes_tiles.c - one tile of sr_bytes_compare: up to SR_BYTES_QUERIES queries against
 * SR_BYTES_ROWS rows. */
#include "bytes_layout.h"
#include "vector.h"

#include <stdlib.h>
#include <string.h>

/* For each step that is zero neither in all rows of the tile nor in all queries of the block. */
#define EACH_STEP(step)                                                                            \
    for (size_t word = 0; word * 64 < steps; word++)                                               \
        for (uint64_t bits = used[word] & block->used[word]; bits; bits &= bits - 1)               \
            for (size_t step = word * 64 + (size_t)__builtin_ctzll(bits), more = 1; more; more = 0)

#if WIDTH >= 8

static inline int64_t eight(const uint8_t *at)
{
    int64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Where a query is missing, the last one is computed again and stored on top of itself. */
#define QUERY(q) ((size_t)((q) < block->count ? (q) : block->count - 1))

/* Without products of bytes: 16-bit ones, whose pair sums fit 32 bits. Two rows a register, three
 * queries against four rows at a time, which fills the sixteen registers. */
static void product_short(const uint8_t *packed, const uint64_t *used, size_t steps,
                          const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    enum { Q = 3, PAIRS = 2 };
    const size_t stride = steps * GROUP_BYTES;
    for (int base = 0; base < block->count; base += Q) {
        for (int first = 0; first < SR_BYTES_ROWS; first += 2 * PAIRS) {
            __m256i total[Q][PAIRS];
#pragma GCC unroll 3
            for (int q = 0; q < Q; q++) {
#pragma GCC unroll 2
                for (int p = 0; p < PAIRS; p++) total[q][p] = _mm256_setzero_si256();
            }
            EACH_STEP(step)
            {
                const uint8_t *at =
                    packed + step * SR_BYTES_ROWS * GROUP_BYTES + first * GROUP_BYTES;
                __m256i row[PAIRS];
#pragma GCC unroll 2
                for (int p = 0; p < PAIRS; p++)
                    row[p] = _mm256_cvtepu8_epi16(
                        _mm_load_si128((const void *)(at + p * 2 * GROUP_BYTES)));
#pragma GCC unroll 3
                for (int q = 0; q < Q; q++) {
                    __m256i own = _mm256_cvtepu8_epi16(_mm_set1_epi64x(
                        eight(block->bytes + QUERY(base + q) * stride + step * GROUP_BYTES)));
#pragma GCC unroll 2
                    for (int p = 0; p < PAIRS; p++)
                        total[q][p] = _mm256_add_epi32(total[q][p], _mm256_madd_epi16(row[p], own));
                }
            }
#pragma GCC unroll 3
            for (int q = 0; q < Q; q++) {
                /* [a0 a1 a2 a3 | b0 b1 b2 b3], [c.. | d..] -> a, c, ?, ? | b, d, ?, ? */
                __m256i pairs = _mm256_hadd_epi32(total[q][0], total[q][1]);
                pairs = _mm256_hadd_epi32(pairs, pairs);
                int32_t *to = out + QUERY(base + q) * out_stride + first;
                to[0] = _mm256_extract_epi32(pairs, 0);
                to[1] = _mm256_extract_epi32(pairs, 4);
                to[2] = _mm256_extract_epi32(pairs, 1);
                to[3] = _mm256_extract_epi32(pairs, 5);
            }
        }
    }
}

#if WIDTH == 16

/* _mm512_dpbusd_epi32, written out: gcc 12 spills the accumulators of the intrinsic, and halves the
 * speed. */
static inline __attribute__((always_inline)) void
multiply_add(__m512i *total, __m512i unsigned_bytes, __m512i signed_bytes)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*total) : "v"(unsigned_bytes), "v"(signed_bytes));
}

/* vpdpbusd multiplies unsigned by signed bytes, four products a lane and no saturation. The rows'
 * bytes are taken as b - 128, and 128 times the query's sum over the same steps is added back. */
static void product_byte(const uint8_t *packed, const uint64_t *used, size_t steps,
                         const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    const size_t stride = steps * GROUP_BYTES;
    const __m512i flip = _mm512_set1_epi8((char)0x80), zero = _mm512_setzero_si512();
    __m512i total[SR_BYTES_QUERIES][TILE_GROUPS];
    __m256i sums = _mm256_setzero_si256();
    const uint8_t *query[SR_BYTES_QUERIES];
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
        query[q] = block->bytes + QUERY(q) * stride;
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++) total[q][g] = zero;
    }
    EACH_STEP(step)
    {
        __m512i row[TILE_GROUPS];
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++)
            row[g] = _mm512_xor_si512(
                _mm512_load_si512(packed + (step * TILE_GROUPS + (size_t)g) * GROUP), flip);
        sums = _mm256_add_epi32(
            sums, _mm256_load_si256((const void *)(block->sums + step * SR_BYTES_LANES)));
#pragma GCC unroll 6
        for (int q = 0; q < SR_BYTES_QUERIES; q++) {
            __m512i own = _mm512_set1_epi64(eight(query[q] + step * GROUP_BYTES));
#pragma GCC unroll 4
            for (int g = 0; g < TILE_GROUPS; g++) multiply_add(&total[q][g], own, row[g]);
        }
    }
    sums = _mm256_slli_epi32(sums, 7);
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
        const __m256i added = _mm256_permutevar8x32_epi32(sums, _mm256_set1_epi32((int)QUERY(q)));
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++) {
            __m512i pairs = _mm512_add_epi32(total[q][g], _mm512_srli_epi64(total[q][g], 32));
            _mm256_storeu_si256((void *)(out + QUERY(q) * out_stride + g * GROUP_ROWS),
                                _mm256_add_epi32(_mm512_cvtepi64_epi32(pairs), added));
        }
    }
}

/* Not all processors with AVX-512 have VNNI. */
void SR_NAME(bytes_product)(const uint8_t *packed, const uint64_t *used, size_t steps,
                            const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    if (__builtin_cpu_supports("avx512vnni"))
        product_byte(packed, used, steps, block, out, out_stride);
    else
        product_short(packed, used, steps, block, out, out_stride);
}

void SR_NAME(bytes_l1)(const uint8_t *packed, const uint64_t *used, size_t steps,
                       const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    const size_t stride = steps * GROUP_BYTES;
    __m512i total[SR_BYTES_QUERIES][TILE_GROUPS];
    const uint8_t *query[SR_BYTES_QUERIES];
    (void)used;
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
        query[q] = block->bytes + QUERY(q) * stride;
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++) total[q][g] = _mm512_setzero_si512();
    }
    for (size_t step = 0; step < steps; step++) {
        __m512i row[TILE_GROUPS];
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++)
            row[g] = _mm512_load_si512(packed + (step * TILE_GROUPS + (size_t)g) * GROUP);
#pragma GCC unroll 6
        for (int q = 0; q < SR_BYTES_QUERIES; q++) {
            __m512i own = _mm512_set1_epi64(eight(query[q] + step * GROUP_BYTES));
#pragma GCC unroll 4
            for (int g = 0; g < TILE_GROUPS; g++)
                total[q][g] = _mm512_add_epi64(total[q][g], _mm512_sad_epu8(row[g], own));
        }
    }
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++)
            _mm256_storeu_si256((void *)(out + QUERY(q) * out_stride + g * GROUP_ROWS),
                                _mm512_cvtepi64_epi32(total[q][g]));
    }
}

#else

void SR_NAME(bytes_product)(const uint8_t *packed, const uint64_t *used, size_t steps,
                            const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    product_short(packed, used, steps, block, out, out_stride);
}

void SR_NAME(bytes_l1)(const uint8_t *packed, const uint64_t *used, size_t steps,
                       const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    enum { Q = 3, FOURS = 4 };
    const size_t stride = steps * GROUP_BYTES;
    (void)used;
    for (int base = 0; base < block->count; base += Q) {
        for (int first = 0; first < SR_BYTES_ROWS; first += 4 * FOURS / 2) {
            __m256i total[Q][2];
#pragma GCC unroll 3
            for (int q = 0; q < Q; q++) total[q][0] = total[q][1] = _mm256_setzero_si256();
            for (size_t step = 0; step < steps; step++) {
                const uint8_t *at =
                    packed + step * SR_BYTES_ROWS * GROUP_BYTES + first * GROUP_BYTES;
                __m256i low = _mm256_load_si256((const void *)at),
                        high = _mm256_load_si256((const void *)(at + 32));
#pragma GCC unroll 3
                for (int q = 0; q < Q; q++) {
                    __m256i own = _mm256_set1_epi64x(
                        eight(block->bytes + QUERY(base + q) * stride + step * GROUP_BYTES));
                    total[q][0] = _mm256_add_epi64(total[q][0], _mm256_sad_epu8(low, own));
                    total[q][1] = _mm256_add_epi64(total[q][1], _mm256_sad_epu8(high, own));
                }
            }
#pragma GCC unroll 3
            for (int q = 0; q < Q; q++) {
                int64_t lanes[8];
                _mm256_storeu_si256((void *)lanes, total[q][0]);
                _mm256_storeu_si256((void *)(lanes + 4), total[q][1]);
                for (int r = 0; r < 8; r++)
                    out[QUERY(base + q) * out_stride + (size_t)(first + r)] = (int32_t)lanes[r];
            }
        }
    }
}

#endif
#else

void SR_NAME(bytes_product)(const uint8_t *packed, const uint64_t *used, size_t steps,
                            const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    for (int q = 0; q < block->count; q++) {
        int32_t total[SR_BYTES_ROWS] = {0};
        EACH_STEP(step)
        {
            const uint8_t *row = packed + step * SR_BYTES_ROWS * GROUP_BYTES;
            const uint8_t *query =
                block->bytes + (size_t)q * steps * GROUP_BYTES + step * GROUP_BYTES;
            for (int r = 0; r < SR_BYTES_ROWS; r++) {
                for (int i = 0; i < GROUP_BYTES; i++)
                    total[r] += (int32_t)row[r * GROUP_BYTES + i] * query[i];
            }
        }
        memcpy(out + (size_t)q * out_stride, total, sizeof total);
    }
}

void SR_NAME(bytes_l1)(const uint8_t *packed, const uint64_t *used, size_t steps,
                       const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    (void)used;
    for (int q = 0; q < block->count; q++) {
        int32_t total[SR_BYTES_ROWS] = {0};
        for (size_t step = 0; step < steps; step++) {
            const uint8_t *row = packed + step * SR_BYTES_ROWS * GROUP_BYTES;
            const uint8_t *query =
                block->bytes + (size_t)q * steps * GROUP_BYTES + step * GROUP_BYTES;
            for (int r = 0; r < SR_BYTES_ROWS; r++) {
                for (int i = 0; i < GROUP_BYTES; i++)
                    total[r] += abs((int32_t)row[r * GROUP_BYTES + i] - query[i]);
            }
        }
        memcpy(out + (size_t)q * out_stride, total, sizeof total);
    }
}

#endif
