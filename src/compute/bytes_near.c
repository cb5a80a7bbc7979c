/* bytes_near.c - what coarse.c needs of each instruction set: rows that may be near enough, and
 * exact measures between one query and single rows. */
#include "vector.h"

#include <stdlib.h>
#include <string.h>

/* Bits of the lanes where a <= b. */
INLINE unsigned at_most(vec a, vec b)
{
#if WIDTH == 16
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ);
#else
    return nonzero_lanes((vec)(a <= b));
#endif
}

typedef mask loose_mask __attribute__((aligned(4), may_alias));

INLINE vec floats_of(mask m)
{
#if WIDTH == 16
    return (vec)_mm512_cvtepi32_ps((__m512i)m);
#else
    return __builtin_convertvector(m, vec);
#endif
}

INLINE size_t add_lanes(uint32_t *list, size_t found, size_t base, unsigned bits)
{
    for (; bits; bits &= bits - 1) list[found++] = (uint32_t)(base + (size_t)__builtin_ctz(bits));
    return found;
}

size_t SR_NAME(bytes_within_l2)(const int32_t *products, const int32_t *squares,
                                const float *slacks, int32_t own, float reach, size_t count,
                                uint32_t *list)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i += WIDTH) {
        mask n = *(const loose_mask *)(squares + i) + own;
        n -= *(const loose_mask *)(products + i) * 2;
        vec limit = (vec) * (const loose *)(slacks + i) + reach;
        found = add_lanes(list, found, i, at_most(floats_of(n), limit * limit));
    }
    return found;
}

size_t SR_NAME(bytes_within_l1)(const int32_t *distances, const float *slacks, float reach,
                                size_t count, uint32_t *list)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i += WIDTH) {
        vec limit = (vec) * (const loose *)(slacks + i) + reach;
        found = add_lanes(list, found, i,
                          at_most(floats_of(*(const loose_mask *)(distances + i)), limit));
    }
    return found;
}

#if WIDTH == 16

INLINE __m512i load_bytes(const uint8_t *at)
{
    return _mm512_loadu_si512((const void *)at);
}

/* vpdpbusd, written out as in bytes_tiles.c. */
INLINE void multiply_add(__m512i *total, __m512i unsigned_bytes, __m512i signed_bytes)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*total) : "v"(unsigned_bytes), "v"(signed_bytes));
}

/* The row's bytes are taken as b - 128, and 128 times the query's sum is added back. */
static int32_t product_vnni(const uint8_t *query, const uint8_t *row, size_t length)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    __m512i total[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    size_t i = 0;
    for (; i + 128 <= length; i += 128)
        for (size_t j = 0; j < 2; j++)
            multiply_add(&total[j], load_bytes(query + i + 64 * j),
                         _mm512_xor_si512(load_bytes(row + i + 64 * j), flip));
    if (i < length)
        multiply_add(&total[0], load_bytes(query + i), _mm512_xor_si512(load_bytes(row + i), flip));
    return _mm512_reduce_add_epi32(_mm512_add_epi32(total[0], total[1]));
}

static int32_t l1_of(const uint8_t *query, const uint8_t *row, size_t length)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < length; i += 64)
        total =
            _mm512_add_epi64(total, _mm512_sad_epu8(load_bytes(query + i), load_bytes(row + i)));
    return (int32_t)_mm512_reduce_add_epi64(total);
}

#endif

#if WIDTH >= 8

static int32_t sum_of_lanes(__m256i v)
{
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

static int32_t product_of(const uint8_t *query, const uint8_t *row, size_t length)
{
    __m256i total = _mm256_setzero_si256();
    for (size_t i = 0; i < length; i += 16) {
        __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const void *)(query + i)));
        __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const void *)(row + i)));
        total = _mm256_add_epi32(total, _mm256_madd_epi16(a, b));
    }
    return sum_of_lanes(total);
}

#if WIDTH == 8
static int32_t l1_of(const uint8_t *query, const uint8_t *row, size_t length)
{
    __m256i total = _mm256_setzero_si256();
    for (size_t i = 0; i < length; i += 32) {
        __m256i a = _mm256_loadu_si256((const void *)(query + i));
        __m256i b = _mm256_loadu_si256((const void *)(row + i));
        total = _mm256_add_epi64(total, _mm256_sad_epu8(a, b));
    }
    /* Sums are below 2^31, so the upper halves of the lanes are zero. */
    return sum_of_lanes(total);
}
#endif

#else

static int32_t product_of(const uint8_t *query, const uint8_t *row, size_t length)
{
    int32_t total = 0;
    for (size_t i = 0; i < length; i++) total += (int32_t)query[i] * row[i];
    return total;
}

static int32_t l1_of(const uint8_t *query, const uint8_t *row, size_t length)
{
    int32_t total = 0;
    for (size_t i = 0; i < length; i++) total += abs((int32_t)query[i] - row[i]);
    return total;
}

#endif

void SR_NAME(bytes_listed_product)(const uint8_t *query, int32_t sum, const uint8_t *rows,
                                   size_t stride, const uint32_t *list, size_t count, int32_t *out)
{
#if WIDTH == 16
    if (__builtin_cpu_supports("avx512vnni")) {
        for (size_t i = 0; i < count; i++)
            out[i] = product_vnni(query, rows + list[i] * stride, stride) + 128 * sum;
        return;
    }
#endif
    (void)sum;
    for (size_t i = 0; i < count; i++) out[i] = product_of(query, rows + list[i] * stride, stride);
}

void SR_NAME(bytes_listed_l1)(const uint8_t *query, int32_t sum, const uint8_t *rows, size_t stride,
                              const uint32_t *list, size_t count, int32_t *out)
{
    (void)sum;
    for (size_t i = 0; i < count; i++) out[i] = l1_of(query, rows + list[i] * stride, stride);
}
