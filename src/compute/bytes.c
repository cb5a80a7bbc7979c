#include "sartor/compute/bytes.h"

#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

/* A group is 8 rows of 8 bytes: one 512-bit register, in which a sum of absolute differences
 * leaves one number a row, and byte products two. */
enum {
    GROUP_ROWS = 8,
    GROUP_BYTES = 8,
    GROUP = GROUP_ROWS * GROUP_BYTES,
    TILE_GROUPS = SR_BYTES_ROWS / GROUP_ROWS
};

static size_t steps_of(const struct sr_bytes *set)
{
    return (set->length + GROUP_BYTES - 1) / GROUP_BYTES;
}

size_t sr_bytes_stride(const struct sr_bytes *set)
{
    return steps_of(set) * GROUP_BYTES;
}

/* Tiles of SR_BYTES_ROWS rows lie one after another; in each, step by step, its four groups. */
static uint8_t *place(const struct sr_bytes *set, size_t row, size_t step)
{
    size_t tile = row / SR_BYTES_ROWS, group = row % SR_BYTES_ROWS / GROUP_ROWS;
    return set->packed + ((tile * steps_of(set) + step) * TILE_GROUPS + group) * GROUP +
           row % GROUP_ROWS * GROUP_BYTES;
}

enum sr_status sr_bytes_init(struct sr_bytes *set, size_t rows, size_t length,
                             struct sr_error *error)
{
    *set = (struct sr_bytes){.rows = rows, .length = length};
    if (length == 0 || length > SR_BYTES_LENGTH_MAX || rows > SIZE_MAX / 2) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "Rows of %zu bytes cannot be compared; 1 to %d can.", length,
                            SR_BYTES_LENGTH_MAX);
    }
    set->padded = (rows + SR_BYTES_ROWS - 1) / SR_BYTES_ROWS * SR_BYTES_ROWS;
    set->packed = sr_array_new(set->padded, steps_of(set) * GROUP_BYTES, "the stored rows", error);
    set->sums = sr_array_new(set->padded, sizeof *set->sums, "the stored rows", error);
    set->squares = sr_array_new(set->padded, sizeof *set->squares, "the stored rows", error);
    if (set->packed && set->sums && set->squares) return SR_OK;
    sr_bytes_fini(set);
    return SR_ERROR_MEMORY;
}

void sr_bytes_fini(struct sr_bytes *set)
{
    free(set->packed);
    free(set->sums);
    free(set->squares);
    *set = (struct sr_bytes){0};
}

void sr_bytes_put(struct sr_bytes *set, size_t row, const uint8_t *bytes)
{
    int32_t sum = 0, square = 0;
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(place(set, row, step), bytes + at, left < GROUP_BYTES ? left : GROUP_BYTES);
    }
    for (size_t i = 0; i < set->length; i++) {
        sum += bytes[i];
        square += (int32_t)bytes[i] * bytes[i];
    }
    set->sums[row] = sum;
    set->squares[row] = square;
}

void sr_bytes_get(const struct sr_bytes *set, size_t row, uint8_t *bytes)
{
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(bytes + at, place(set, row, step), left < GROUP_BYTES ? left : GROUP_BYTES);
    }
}

/* One tile: up to SR_BYTES_QUERIES queries against SR_BYTES_ROWS rows. */
typedef void tile_function(const uint8_t *packed, const int32_t *sums, size_t steps,
                           const uint8_t *queries, int count, int32_t *out, size_t out_stride);

static void product_plain(const uint8_t *packed, const int32_t *sums, size_t steps,
                          const uint8_t *queries, int count, int32_t *out, size_t out_stride)
{
    (void)sums;
    for (int q = 0; q < count; q++) {
        int32_t total[SR_BYTES_ROWS] = {0};
        for (size_t step = 0; step < steps; step++) {
            const uint8_t *row = packed + step * SR_BYTES_ROWS * GROUP_BYTES;
            const uint8_t *query = queries + (size_t)q * steps * GROUP_BYTES + step * GROUP_BYTES;
            for (int r = 0; r < SR_BYTES_ROWS; r++) {
                for (int i = 0; i < GROUP_BYTES; i++)
                    total[r] += (int32_t)row[r * GROUP_BYTES + i] * query[i];
            }
        }
        memcpy(out + (size_t)q * out_stride, total, sizeof total);
    }
}

static void l1_plain(const uint8_t *packed, const int32_t *sums, size_t steps,
                     const uint8_t *queries, int count, int32_t *out, size_t out_stride)
{
    (void)sums;
    for (int q = 0; q < count; q++) {
        int32_t total[SR_BYTES_ROWS] = {0};
        for (size_t step = 0; step < steps; step++) {
            const uint8_t *row = packed + step * SR_BYTES_ROWS * GROUP_BYTES;
            const uint8_t *query = queries + (size_t)q * steps * GROUP_BYTES + step * GROUP_BYTES;
            for (int r = 0; r < SR_BYTES_ROWS; r++) {
                for (int i = 0; i < GROUP_BYTES; i++)
                    total[r] += abs((int32_t)row[r * GROUP_BYTES + i] - query[i]);
            }
        }
        memcpy(out + (size_t)q * out_stride, total, sizeof total);
    }
}

#if defined __x86_64__
#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

static inline int64_t eight(const uint8_t *bytes)
{
    int64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Where a query is missing, the last one is computed again and stored on top of itself. */
#define QUERY(q) ((size_t)((q) < count ? (q) : count - 1))

/* _mm512_dpbusd_epi32, written out: gcc 12 spills the accumulators of the intrinsic, and halves the
 * speed. */
AVX512 static inline __attribute__((always_inline)) void
multiply_add(__m512i *total, __m512i unsigned_bytes, __m512i signed_bytes)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*total) : "v"(unsigned_bytes), "v"(signed_bytes));
}

/* vpdpbusd multiplies unsigned by signed bytes, four products a lane and no saturation. The query's
 * bytes are taken as b - 128, and 128 times the row's sum is added back. */
AVX512 static void product_avx512(const uint8_t *packed, const int32_t *sums, size_t steps,
                                  const uint8_t *queries, int count, int32_t *out,
                                  size_t out_stride)
{
    const size_t stride = steps * GROUP_BYTES;
    const __m512i flip = _mm512_set1_epi8((char)0x80), zero = _mm512_setzero_si512();
    __m512i total[SR_BYTES_QUERIES][TILE_GROUPS];
    const uint8_t *query[SR_BYTES_QUERIES];
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
        query[q] = queries + QUERY(q) * stride;
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++) total[q][g] = zero;
    }
    for (size_t step = 0; step < steps; step++) {
        __m512i row[TILE_GROUPS];
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++)
            row[g] = _mm512_load_si512(packed + (step * TILE_GROUPS + (size_t)g) * GROUP);
#pragma GCC unroll 6
        for (int q = 0; q < SR_BYTES_QUERIES; q++) {
            __m512i bytes =
                _mm512_xor_si512(_mm512_set1_epi64(eight(query[q] + step * GROUP_BYTES)), flip);
#pragma GCC unroll 4
            for (int g = 0; g < TILE_GROUPS; g++) multiply_add(&total[q][g], row[g], bytes);
        }
    }
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
#pragma GCC unroll 4
        for (int g = 0; g < TILE_GROUPS; g++) {
            __m512i pairs = _mm512_add_epi32(total[q][g], _mm512_srli_epi64(total[q][g], 32));
            __m256i sum = _mm256_loadu_si256((const void *)(sums + g * GROUP_ROWS));
            sum = _mm256_add_epi32(_mm512_cvtepi64_epi32(pairs), _mm256_slli_epi32(sum, 7));
            _mm256_storeu_si256((void *)(out + QUERY(q) * out_stride + g * GROUP_ROWS), sum);
        }
    }
}

AVX512 static void l1_avx512(const uint8_t *packed, const int32_t *sums, size_t steps,
                             const uint8_t *queries, int count, int32_t *out, size_t out_stride)
{
    const size_t stride = steps * GROUP_BYTES;
    __m512i total[SR_BYTES_QUERIES][TILE_GROUPS];
    const uint8_t *query[SR_BYTES_QUERIES];
    (void)sums;
#pragma GCC unroll 6
    for (int q = 0; q < SR_BYTES_QUERIES; q++) {
        query[q] = queries + QUERY(q) * stride;
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
            __m512i bytes = _mm512_set1_epi64(eight(query[q] + step * GROUP_BYTES));
#pragma GCC unroll 4
            for (int g = 0; g < TILE_GROUPS; g++)
                total[q][g] = _mm512_add_epi64(total[q][g], _mm512_sad_epu8(row[g], bytes));
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

/* Without byte products: 16-bit ones, whose pair sums fit 32 bits. Two rows a register, three
 * queries against four rows at a time, which fills the sixteen registers. */
AVX2 static void product_avx2(const uint8_t *packed, const int32_t *sums, size_t steps,
                              const uint8_t *queries, int count, int32_t *out, size_t out_stride)
{
    enum { Q = 3, PAIRS = 2 };
    const size_t stride = steps * GROUP_BYTES;
    (void)sums;
    for (int base = 0; base < count; base += Q) {
        for (int first = 0; first < SR_BYTES_ROWS; first += 2 * PAIRS) {
            __m256i total[Q][PAIRS];
#pragma GCC unroll 3
            for (int q = 0; q < Q; q++) {
#pragma GCC unroll 2
                for (int p = 0; p < PAIRS; p++) total[q][p] = _mm256_setzero_si256();
            }
            for (size_t step = 0; step < steps; step++) {
                const uint8_t *at =
                    packed + step * SR_BYTES_ROWS * GROUP_BYTES + first * GROUP_BYTES;
                __m256i row[PAIRS];
#pragma GCC unroll 2
                for (int p = 0; p < PAIRS; p++)
                    row[p] = _mm256_cvtepu8_epi16(
                        _mm_load_si128((const void *)(at + p * 2 * GROUP_BYTES)));
#pragma GCC unroll 3
                for (int q = 0; q < Q; q++) {
                    __m256i bytes = _mm256_cvtepu8_epi16(_mm_set1_epi64x(
                        eight(queries + QUERY(base + q) * stride + step * GROUP_BYTES)));
#pragma GCC unroll 2
                    for (int p = 0; p < PAIRS; p++)
                        total[q][p] =
                            _mm256_add_epi32(total[q][p], _mm256_madd_epi16(row[p], bytes));
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

AVX2 static void l1_avx2(const uint8_t *packed, const int32_t *sums, size_t steps,
                         const uint8_t *queries, int count, int32_t *out, size_t out_stride)
{
    enum { Q = 3, FOURS = 4 };
    const size_t stride = steps * GROUP_BYTES;
    (void)sums;
    for (int base = 0; base < count; base += Q) {
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
                    __m256i bytes = _mm256_set1_epi64x(
                        eight(queries + QUERY(base + q) * stride + step * GROUP_BYTES));
                    total[q][0] = _mm256_add_epi64(total[q][0], _mm256_sad_epu8(low, bytes));
                    total[q][1] = _mm256_add_epi64(total[q][1], _mm256_sad_epu8(high, bytes));
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

static tile_function *choose(enum sr_bytes_measure measure)
{
#if defined __x86_64__
    const char *isa = sr_compute_isa();
    if (strcmp(isa, "avx512") == 0 &&
        (measure == SR_BYTES_L1 || __builtin_cpu_supports("avx512vnni")))
        return measure == SR_BYTES_L1 ? l1_avx512 : product_avx512;
    if (strcmp(isa, "baseline") != 0) return measure == SR_BYTES_L1 ? l1_avx2 : product_avx2;
#endif
    return measure == SR_BYTES_L1 ? l1_plain : product_plain;
}

static void compare(tile_function *tile, const struct sr_bytes *set, const uint8_t *queries,
                    size_t query_count, size_t first, size_t count, int32_t *out)
{
    size_t steps = steps_of(set), stride = steps * GROUP_BYTES;
    for (size_t q = 0; q < query_count; q += SR_BYTES_QUERIES) {
        size_t left = query_count - q;
        int together = left < SR_BYTES_QUERIES ? (int)left : SR_BYTES_QUERIES;
        for (size_t row = 0; row < count; row += SR_BYTES_ROWS) {
            tile(set->packed + (first + row) * stride, set->sums + first + row, steps,
                 queries + q * stride, together, out + q * count + row, count);
        }
    }
}

void sr_bytes_compare(const struct sr_bytes *set, enum sr_bytes_measure measure,
                      const uint8_t *queries, size_t query_count, size_t first, size_t count,
                      int32_t *out)
{
    compare(choose(measure), set, queries, query_count, first, count, out);
}

void sr_bytes_compare_ref(const struct sr_bytes *set, enum sr_bytes_measure measure,
                          const uint8_t *queries, size_t query_count, size_t first, size_t count,
                          int32_t *out)
{
    compare(measure == SR_BYTES_L1 ? l1_plain : product_plain, set, queries, query_count, first,
            count, out);
}
