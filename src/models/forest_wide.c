/* The best threshold of one feature in one node of up to FOREST_VECTOR_MOST samples, by AVX-512:
 * the two ways of forest_vector.c, whose splits it finds to the bit.
 * - few samples: thresholds are compared 64 at a time. Features of up to 16 or 32 samples share a
 *   vector.
 * - more of them: values of 0, which pictures are full of, are not counted one by one: they are
 *   what the others leave of their class.
 * Scores are compared in single precision; those within rounding of the best so far are computed
 * again from the counts, which are exact. */
#include "forest.h"

#include <immintrin.h>

enum { LEVELS = 256, COPIES = 2, FEW = 255, LANES = 64 };

#define INLINE  static inline __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(64)))
#define UNROLL  _Pragma("GCC unroll 8")

/* Single precision is off by less than this, relatively. */
static const float rounding = 1e-6f;

/* ---- scores of 16 thresholds ---- */

/* Of the drawn samples up to each threshold and above it: how many, and the sum of the squares of
 * the classes' counts. */
struct sides {
    __m512i left, left_squares, right, right_squares;
};

/* Those of the lanes that score best, exactly. A value needs to be considered only once. */
static __attribute__((noinline)) void consider_near(const struct sides *at, __m512 scores,
                                                    __mmask16 near, const uint8_t *below,
                                                    int feature, struct forest_split *best)
{
    uint32_t left[16] ALIGNED, left_squares[16] ALIGNED, right[16] ALIGNED,
        right_squares[16] ALIGNED;
    const float greatest = _mm512_mask_reduce_max_ps(near, scores);
    const __m128i values = _mm_loadu_si128((const __m128i *)below);
    near = _mm512_mask_cmp_ps_mask(near, scores, _mm512_set1_ps(greatest * (1 - rounding)),
                                   _CMP_GE_OQ);
    _mm512_store_si512(left, at->left);
    _mm512_store_si512(left_squares, at->left_squares);
    _mm512_store_si512(right, at->right);
    _mm512_store_si512(right_squares, at->right_squares);
    while (near) {
        const int i = __builtin_ctz(near);
        forest_consider(best, feature, below[i], left_squares[i], left[i], right_squares[i],
                        right[i]);
        near &= (__mmask16)~_mm_cmpeq_epi8_mask(values, _mm_set1_epi8((char)below[i]));
    }
}

/* Put those of the lanes into `best` that are better. `below`: 16 thresholds. */
INLINE void consider(const struct forest_group *group, const struct sides *at, __mmask16 lanes,
                     const uint8_t *below, int feature, struct forest_split *best)
{
    const __m512i least = _mm512_set1_epi32((int)group->min_leaf);
    lanes = _mm512_mask_cmpge_epu32_mask(lanes, at->left, least);
    lanes = _mm512_mask_cmpge_epu32_mask(lanes, at->right, least);
    const __m512 l = _mm512_cvtepu32_ps(at->left), r = _mm512_cvtepu32_ps(at->right),
                 ll = _mm512_cvtepu32_ps(at->left_squares),
                 rr = _mm512_cvtepu32_ps(at->right_squares);
    /* ll / l + rr / r */
    const __m512 scores = _mm512_maskz_div_ps(lanes, _mm512_fmadd_ps(ll, r, _mm512_mul_ps(rr, l)),
                                              _mm512_mul_ps(l, r));
    const __mmask16 near = _mm512_mask_cmp_ps_mask(
        lanes, scores, _mm512_set1_ps((float)best->score * (1 - rounding)), _CMP_GE_OQ);
    if (__builtin_expect(near != 0, 0)) consider_near(at, scores, near, below, feature, best);
}

/* ---- few samples ---- */

/* Of the samples above each of 64 thresholds: how many, the sum over classes of their squared
 * number, and that of their number times the class's total in the node. All fit their lanes, since
 * a node has at most FEW samples. */
struct above {
    __m512i right; /* bytes */
    __m512i squares[2], products[2];
};

/* One class more, of which `count` bytes are above. */
INLINE void add_class(struct above *above, __m512i count, uint32_t total)
{
    const __m512i all = _mm512_set1_epi16((short)total);
    const __m512i halves[2] = {_mm512_cvtepu8_epi16(_mm512_castsi512_si256(count)),
                               _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(count, 1))};
    above->right = _mm512_add_epi8(above->right, count);
    UNROLL for (int h = 0; h < 2; h++)
    {
        above->squares[h] =
            _mm512_add_epi16(above->squares[h], _mm512_mullo_epi16(halves[h], halves[h]));
        above->products[h] =
            _mm512_add_epi16(above->products[h], _mm512_mullo_epi16(halves[h], all));
    }
}

/* Consider those of 64 thresholds that come from `start` on, at most 16; there are `count`. */
INLINE void consider_few(const struct forest_group *group, const struct above *above, size_t start,
                         size_t count, const uint8_t *below, int feature, struct forest_split *best)
{
    const __mmask16 lanes = (__mmask16)(count < 16 ? (1u << count) - 1 : 0xffff);
    const uint8_t *right = (const uint8_t *)&above->right + start;
    const uint16_t *squares = (const uint16_t *)above->squares + start,
                   *products = (const uint16_t *)above->products + start;
    struct sides at;
    at.right = _mm512_cvtepu8_epi32(_mm_load_si128((const __m128i *)right));
    at.right_squares = _mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i *)squares));
    at.left = _mm512_sub_epi32(_mm512_set1_epi32((int)group->total), at.right);
    /* sum (t - r)² = sum t² - 2 sum t r + sum r² */
    at.left_squares = _mm512_sub_epi32(
        _mm512_add_epi32(_mm512_set1_epi32((int)group->squares), at.right_squares),
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i *)products)), 1));
    consider(group, &at, lanes, below + start, feature, best);
}

/* Features of up to `pitch` samples, LANES / pitch of them in a vector. */
INLINE void packed(const struct forest_group *group, const struct forest_values *v, const int pitch,
                   struct forest_split *best)
{
    const int features = LANES / pitch;
    const __mmask64 used = group->count < 64 ? ((__mmask64)1 << group->count) - 1 : ~(__mmask64)0;
    const __mmask64 all = pitch == 16   ? used * 0x0001000100010001u
                          : pitch == 32 ? used * 0x0000000100000001u
                                        : used;
    for (size_t k = 0; k < v->many; k += (size_t)features) {
        const uint8_t *values = v->bytes + k * v->pitch;
        const __m512i at = _mm512_load_si512(values);
        /* Sixteen samples of each feature, in all lanes of 16 bytes that the feature has. */
        __m512i lots[2] = {at, at};
        if (pitch == 32) {
            lots[0] = _mm512_shuffle_i64x2(at, at, 0xa0);
            lots[1] = _mm512_shuffle_i64x2(at, at, 0xf5);
        }
        const __m512i first = pitch == 64 ? _mm512_set1_epi8((char)values[0])
                                          : _mm512_shuffle_epi8(lots[0], _mm512_setzero_si512());
        if (!_mm512_mask_cmpneq_epi8_mask(all, at, first)) continue; /* the same in all samples */
        struct above above = {0};
        __m512i place = _mm512_setzero_si512();
        size_t i = 0;
        for (int c = 0; c < group->present; c++) {
            __m512i count = _mm512_setzero_si512();
            for (const size_t end = group->ends[c]; i < end; i++) {
                const __m512i value =
                    pitch == 64 ? _mm512_set1_epi8((char)values[i])
                                : _mm512_shuffle_epi8(pitch == 32 ? lots[i / 16] : at, place);
                const __mmask64 greater = _mm512_cmpgt_epu8_mask(value, at);
                count = _mm512_mask_add_epi8(count, greater, count,
                                             _mm512_set1_epi8((char)group->draws[i]));
                place = _mm512_add_epi8(place, _mm512_set1_epi8(1)); /* its lower 4 bits matter */
            }
            add_class(&above, count, group->totals[c]);
        }
        for (size_t start = 0; start < LANES; start += 16) {
            const size_t nth = k + start / (size_t)pitch, from = start % (size_t)pitch;
            if (nth < v->many && group->count > from)
                consider_few(group, &above, start, group->count - from, values,
                             (int)v->features[nth], best);
        }
    }
}

/* One feature of up to `vectors` × LANES samples. */
INLINE void spread(const struct forest_group *group, const uint8_t *values, const int vectors,
                   int feature, struct forest_split *best)
{
    __m512i at[4];
    struct above above[4] = {0};
    __mmask64 differ = 0;
    size_t i = 0;
    UNROLL for (int v = 0; v < vectors; v++)
    {
        const size_t left = group->count - (size_t)v * LANES;
        at[v] = _mm512_load_si512(values + v * LANES);
        differ |=
            _mm512_mask_cmpneq_epi8_mask(left < 64 ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0,
                                         at[v], _mm512_set1_epi8((char)values[0]));
    }
    if (!differ) return;
    for (int c = 0; c < group->present; c++) {
        __m512i count[4];
        UNROLL for (int v = 0; v < vectors; v++) count[v] = _mm512_setzero_si512();
        for (const size_t end = group->ends[c]; i < end; i++) {
            const __m512i value = _mm512_set1_epi8((char)values[i]),
                          draws = _mm512_set1_epi8((char)group->draws[i]);
            UNROLL for (int v = 0; v < vectors; v++) count[v] = _mm512_mask_add_epi8(
                count[v], _mm512_cmpgt_epu8_mask(value, at[v]), count[v], draws);
        }
        UNROLL for (int v = 0; v < vectors; v++) add_class(&above[v], count[v], group->totals[c]);
    }
    UNROLL for (int v = 0; v < vectors; v++)
    {
        for (size_t start = 0, from = (size_t)v * LANES; start < LANES; start += 16)
            if (group->count > from + start)
                consider_few(group, &above[v], start, group->count - from - start, values + from,
                             feature, best);
    }
}

static void packed_16(const struct forest_group *group, const struct forest_values *v,
                      struct forest_split *best)
{
    packed(group, v, 16, best);
}

static void packed_32(const struct forest_group *group, const struct forest_values *v,
                      struct forest_split *best)
{
    packed(group, v, 32, best);
}

static void packed_64(const struct forest_group *group, const struct forest_values *v,
                      struct forest_split *best)
{
    packed(group, v, 64, best);
}

static void spread_2(const struct forest_group *group, const uint8_t *values, int feature,
                     struct forest_split *best)
{
    spread(group, values, 2, feature, best);
}

static void spread_3(const struct forest_group *group, const uint8_t *values, int feature,
                     struct forest_split *best)
{
    spread(group, values, 3, feature, best);
}

static void spread_4(const struct forest_group *group, const uint8_t *values, int feature,
                     struct forest_split *best)
{
    spread(group, values, 4, feature, best);
}

static void best_of_few(const struct forest_group *group, const struct forest_values *v,
                        struct forest_split *best)
{
    if (v->pitch <= LANES) {
        (v->pitch == 16 ? packed_16 : v->pitch == 32 ? packed_32 : packed_64)(group, v, best);
        return;
    }
    const size_t vectors = (group->count + LANES - 1) / LANES;
    for (size_t k = 0; k < v->many; k++)
        (vectors <= 2   ? spread_2
         : vectors == 3 ? spread_3
                        : spread_4)(group, v->bytes + k * v->pitch, (int)v->features[k], best);
}

/* ---- more of them ---- */

/* Where the counter of a value is: vectors of 32 of them, the lower four bits 0 to 7 and 8 to 15 in
 * its halves, so that most sums are of whole vectors. */
#define PLACE(v)     (((v)&7) << 5 | ((v)&8) << 1 | (v) >> 4)
#define PLACES_4(v)  PLACE(v), PLACE(v + 1), PLACE(v + 2), PLACE(v + 3)
#define PLACES_16(v) PLACES_4(v), PLACES_4(v + 4), PLACES_4(v + 8), PLACES_4(v + 12)
#define PLACES_64(v) PLACES_16(v), PLACES_16(v + 16), PLACES_16(v + 32), PLACES_16(v + 48)
static const uint8_t places[LEVELS] ALIGNED = {PLACES_64(0), PLACES_64(64), PLACES_64(128),
                                               PLACES_64(192)};

/* The values of a vector's lanes, when its words are taken by unpacking: those of the first vector;
 * each further one has 1 more. */
static const uint8_t below_first[2][16] ALIGNED = {{0x00, 0x10, 0x20, 0x30, 0x80, 0x90, 0xa0, 0xb0,
                                                    0x08, 0x18, 0x28, 0x38, 0x88, 0x98, 0xa8, 0xb8},
                                                   {0x40, 0x50, 0x60, 0x70, 0xc0, 0xd0, 0xe0, 0xf0,
                                                    0x48, 0x58, 0x68, 0x78, 0xc8, 0xd8, 0xe8,
                                                    0xf8}};

/* Where most are not 0, all of LANES are counted; that is faster than looking for them. */
INLINE void count_all(const uint8_t *values, const uint8_t *draws, uint16_t *histogram)
{
    for (int i = 0; i < LANES; i += COPIES)
        UNROLL for (int k = 0; k < COPIES; k++) histogram[k * LEVELS + places[values[i + k]]] +=
            draws[i + k];
}

/* Histograms of the values that are not 0, and of some zeros, class by class; false where all are
 * 0. Two copies, since one counter cannot be incremented in every cycle. */
static bool count_values(const struct forest_group *group, const uint8_t *values,
                         uint16_t *histogram)
{
    uint64_t any = 0;
    size_t i = 0, copy = 0;
    for (int c = 0; c < group->present; c++, histogram += COPIES * LEVELS)
        for (size_t end = group->ends[c], count; i < end; i += count) {
            count = end - i < 64 ? end - i : 64;
            const __mmask64 there = ~(__mmask64)0 >> (64 - count);
            const __m512i lot = _mm512_maskz_loadu_epi8(there, values + i);
            uint64_t bits = _mm512_test_epi8_mask(lot, lot);
            any |= bits;
            if (__builtin_popcountll(bits) > LANES / 2 && count == LANES) {
                count_all(values + i, group->draws + i, histogram);
                continue;
            }
            for (; bits; bits &= bits - 1) {
                const size_t at = i + (size_t)__builtin_ctzll(bits);
                histogram[copy + places[values[at]]] += group->draws[at];
                copy ^= LEVELS;
            }
        }
    return any;
}

/* Sums of a class's counters up to each value, the zeros included, in place of the first copy. */
INLINE void sum_up(uint16_t *histogram, uint32_t total)
{
    __m512i row[8], sum = _mm512_setzero_si512();
    UNROLL for (int j = 0; j < 8; j++)
    {
        uint16_t *second = histogram + LEVELS + j * 32;
        sum = _mm512_add_epi16(sum, _mm512_add_epi16(_mm512_load_si512(histogram + j * 32),
                                                     _mm512_load_si512(second)));
        row[j] = sum;
        _mm512_store_si512(second, _mm512_setzero_si512());
    }
    /* All values with the same upper four bits; then their sums up to each of these. */
    const __m256i low = _mm512_castsi512_si256(sum), high = _mm512_extracti64x4_epi64(sum, 1),
                  all = _mm256_add_epi16(low, high);
    __m256i up = all;
    up = _mm256_add_epi16(up, _mm256_slli_si256(up, 2));
    up = _mm256_add_epi16(up, _mm256_slli_si256(up, 4));
    up = _mm256_add_epi16(up, _mm256_slli_si256(up, 8));
    const __m256i last = _mm256_shuffle_epi8(up, _mm256_set1_epi16(0x0f0e));
    up = _mm256_add_epi16(up, _mm256_permute2x128_si256(last, last, 0x08));
    const uint16_t counted = (uint16_t)_mm256_extract_epi16(up, 15);
    const __m256i before =
        _mm256_add_epi16(_mm256_sub_epi16(up, all), _mm256_set1_epi16((short)(total - counted)));
    const __m512i start =
        _mm512_inserti64x4(_mm512_castsi256_si512(before), _mm256_add_epi16(before, low), 1);
    UNROLL for (int j = 0; j < 8; j++)
        _mm512_store_si512(histogram + j * 32, _mm512_add_epi16(row[j], start));
}

/* Sums over classes for 32 thresholds, in two vectors of words. */
struct sums {
    __m512i left, squares[2], products[2];
};

INLINE void add_words(struct sums *sums, const int half, __m512i words, __m512i totals)
{
    sums->squares[half] = _mm512_add_epi32(sums->squares[half], _mm512_mullo_epi32(words, words));
    sums->products[half] =
        _mm512_add_epi32(sums->products[half], _mm512_mullo_epi32(words, totals));
}

INLINE void add_pairs(struct sums *sums, const int half, __m512i pairs, __m512i totals)
{
    sums->squares[half] = _mm512_add_epi32(sums->squares[half], _mm512_madd_epi16(pairs, pairs));
    sums->products[half] = _mm512_add_epi32(sums->products[half], _mm512_madd_epi16(pairs, totals));
}

/* Take the j-th vector of each class's sums, and clear it. `pairs`: two classes at a time, whose
 * totals are below 2^15. */
INLINE void sum_classes(const struct forest_group *group, uint16_t *histogram, int j,
                        const bool pairs, struct sums *sums)
{
    const __m512i zero = _mm512_setzero_si512();
    const int present = group->present;
    for (int c = 0; c < present; c += 2) {
        uint16_t *first = histogram + (c * COPIES * LEVELS + j * 32),
                 *second = first + COPIES * LEVELS;
        const bool two = c + 1 < present;
        const uint32_t t = group->totals[c], u = two ? group->totals[c + 1] : 0;
        const __m512i a = _mm512_load_si512(first), b = two ? _mm512_load_si512(second) : zero;
        _mm512_store_si512(first, zero);
        if (two) _mm512_store_si512(second, zero);
        sums->left = _mm512_add_epi16(sums->left, _mm512_add_epi16(a, b));
        if (pairs) {
            const __m512i totals = _mm512_set1_epi32((int)(u << 16 | t));
            add_pairs(sums, 0, _mm512_unpacklo_epi16(a, b), totals);
            add_pairs(sums, 1, _mm512_unpackhi_epi16(a, b), totals);
        } else {
            const __m512i ts = _mm512_set1_epi32((int)t), us = _mm512_set1_epi32((int)u);
            add_words(sums, 0, _mm512_unpacklo_epi16(a, zero), ts);
            add_words(sums, 1, _mm512_unpackhi_epi16(a, zero), ts);
            add_words(sums, 0, _mm512_unpacklo_epi16(b, zero), us);
            add_words(sums, 1, _mm512_unpackhi_epi16(b, zero), us);
        }
    }
}

static void best_of_many(const struct forest_group *group, const uint8_t *values, int feature,
                         uint16_t *histogram, struct forest_split *best)
{
    const __m512i zero = _mm512_setzero_si512(), total = _mm512_set1_epi32((int)group->total),
                  squares = _mm512_set1_epi32((int)group->squares);
    uint32_t most = 0;
    if (!count_values(group, values, histogram)) return;
    for (int c = 0; c < group->present; c++) {
        sum_up(histogram + c * COPIES * LEVELS, group->totals[c]);
        most = group->totals[c] > most ? group->totals[c] : most;
    }
    for (int j = 0; j < 8; j++) {
        struct sums sums = {0};
        if (most < 1u << 15)
            sum_classes(group, histogram, j, true, &sums);
        else
            sum_classes(group, histogram, j, false, &sums);
        UNROLL for (int half = 0; half < 2; half++)
        {
            uint8_t below[16];
            struct sides at = {.left_squares = sums.squares[half]};
            at.left = half ? _mm512_unpackhi_epi16(sums.left, zero)
                           : _mm512_unpacklo_epi16(sums.left, zero);
            at.right = _mm512_sub_epi32(total, at.left);
            /* Sums of squares are below 2^32, even where intermediate results overflow. */
            at.right_squares = _mm512_sub_epi32(_mm512_add_epi32(squares, at.left_squares),
                                                _mm512_slli_epi32(sums.products[half], 1));
            _mm_storeu_si128((__m128i *)below,
                             _mm_add_epi8(_mm_load_si128((const __m128i *)below_first[half]),
                                          _mm_set1_epi8((char)j)));
            consider(group, &at, 0xffff, below, feature, best);
        }
    }
}

static void find_best(const struct forest_group *group, const struct forest_values *v,
                      uint32_t *work, struct forest_split *found)
{
    if (group->total <= FEW)
        best_of_few(group, v, found);
    else
        for (size_t k = 0; k < v->many; k++)
            best_of_many(group, v->bytes + k * v->pitch, (int)v->features[k], (uint16_t *)work,
                         found);
}

const struct forest_vector SR_ISA_NAME(forest_vector) = {.best = find_best, .least_pitch = 16};
