/* The best threshold of one feature in one node of up to FOREST_VECTOR_MOST samples, compiled for
 * each instruction set but AVX-512, which has forest_wide.c; two ways, which find the same split as
 * forest_best_ref to the bit:
 * - few samples: every sample's value is a threshold in a lane of its own; the samples above it are
 *   counted class by class, by comparing all lanes with one sample after another;
 * - more of them: a histogram of values for each class, summed up over the values, a threshold a
 *   lane.
 * Both score all thresholds in single precision, from counts that are exact, and those that come
 * within rounding of the best again as forest_best_ref does. */
#include "forest.h"

#include <string.h>

/* 32 bytes: gcc 12 takes comparisons of 64-byte vectors apart into scalars; where registers have
 * 16, those of 32 bytes too, which is why signs are looked at instead and bytes are compared by
 * halves. */
#define VECTOR(type, size) __attribute__((vector_size(size), may_alias)) type
typedef VECTOR(int8_t, 32) signed_bytes;
typedef VECTOR(int8_t, 16) half_signed_bytes;
typedef VECTOR(uint8_t, 32) bytes;
typedef VECTOR(uint8_t, 16) half_bytes;
typedef VECTOR(uint16_t, 32) shorts;
typedef VECTOR(uint16_t, 16) half_shorts;
typedef VECTOR(uint32_t, 32) words;
typedef VECTOR(int32_t, 32) ints;
typedef VECTOR(float, 32) floats;

enum { LEVELS = 256, LANES = 32, COPIES = 4, SMALL = 255 };

#define INLINE  static inline __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(64)))

/* Single precision is off by less than this, relatively. */
static const float rounding = 1e-6f;

/* ---- scores of all thresholds at once ---- */

struct lanes {
    float scores[LEVELS] ALIGNED; /* 0 where a side has too few samples */
    uint32_t left[LEVELS] ALIGNED, left_squares[LEVELS] ALIGNED, right_squares[LEVELS] ALIGNED;
    uint8_t below[LEVELS] ALIGNED;
};

/* Thresholds at..at + 8. (By pointer, since how vectors are passed depends on the instruction set.)
 */
INLINE void put_scores(struct lanes *lanes, size_t at, const words *left, const words *left_squares,
                       const words *right, const words *right_squares, uint32_t min_leaf)
{
    /* Counts are below 2^16, so signed is unsigned; an unusable side may be empty. */
    words usable = ~(words)(((ints)(*left - min_leaf) | (ints)(*right - min_leaf)) >> 31);
    floats l = __builtin_convertvector((ints)(*left | (~usable & 1)), floats);
    floats r = __builtin_convertvector((ints)(*right | (~usable & 1)), floats);
    floats score = __builtin_convertvector(*left_squares, floats) / l +
                   __builtin_convertvector(*right_squares, floats) / r;
    *(floats *)(lanes->scores + at) = (floats)((words)score & usable);
    *(words *)(lanes->left + at) = *left;
    *(words *)(lanes->left_squares + at) = *left_squares;
    *(words *)(lanes->right_squares + at) = *right_squares;
}

/* Of scores, which are at least 0 and thus ordered as their bits are. */
INLINE float greatest_of(const float *scores, size_t count)
{
    ints most = *(const ints *)scores;
    float lanes[8], greatest = 0;
    for (size_t i = 8; i < count; i += 8) {
        ints next = *(const ints *)(scores + i), more = (most - next) >> 31;
        most = (next & more) | (most & ~more);
    }
    memcpy(lanes, &most, sizeof lanes);
    for (int i = 0; i < 8; i++) greatest = lanes[i] > greatest ? lanes[i] : greatest;
    return greatest;
}

/* The best of `count` scored thresholds, exactly, if it can be better than the best so far. */
INLINE void settle(const struct lanes *lanes, size_t count, int feature, uint32_t total,
                   struct forest_split *best)
{
    float greatest = greatest_of(lanes->scores, count), least = greatest * (1 - rounding);
    if (greatest <= 0 || greatest < (float)best->score * (1 - rounding)) return;
    for (size_t i = 0; i < count; i++)
        if (lanes->scores[i] >= least)
            forest_consider(best, feature, lanes->below[i], lanes->left_squares[i], lanes->left[i],
                            lanes->right_squares[i], total - lanes->left[i]);
}

/* ---- few samples ---- */

/* Of the samples above each threshold; sums of squares are at most SMALL², so they fit into 16
 * bits. */
struct few {
    uint16_t right[LEVELS] ALIGNED;    /* how many */
    uint16_t squares[LEVELS] ALIGNED;  /* sum over classes of r² */
    uint16_t products[LEVELS] ALIGNED; /* sum over classes of r × the class's total in the node */
};

/* Thresholds first.. of `vectors` × LANES samples. `values` have 128 subtracted, as vectors compare
 * signed bytes best. */
INLINE void few_lanes(const struct forest_group *group, const int8_t *values, size_t first,
                      const int vectors, const bool wide, struct few *few)
{
    signed_bytes at[4];
    shorts right[8], squares[8], products[8];
    size_t i = 0;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) at[v] = *(const signed_bytes *)(values + first + v * LANES);
#pragma GCC unroll 8
    for (int h = 0; h < 2 * vectors; h++) right[h] = squares[h] = products[h] = (shorts){0};
    for (int c = 0; c < group->present; c++) {
        bytes count[4];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) count[v] = (bytes){0};
        for (size_t end = group->ends[c]; i < end; i++) {
            signed_bytes value = (signed_bytes){0} + values[i];
            bytes draws = (bytes){0} + group->draws[i];
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) {
                bytes greater;
                if (wide) {
                    greater = (bytes)(value > at[v]);
                } else {
                    half_signed_bytes half = (half_signed_bytes){0} + values[i], halves[2];
                    for (int h = 0; h < 2; h++)
                        halves[h] = half > ((const half_signed_bytes *)&at[v])[h];
                    memcpy(&greater, halves, sizeof greater);
                }
                count[v] += greater & draws;
            }
        }
        uint16_t class_total = (uint16_t)group->totals[c];
#pragma GCC unroll 8
        for (int h = 0; h < 2 * vectors; h++) {
            shorts r = __builtin_convertvector(((const half_bytes *)&count[h / 2])[h % 2], shorts);
            right[h] += r;
            squares[h] += r * r;
            products[h] += r * class_total;
        }
    }
#pragma GCC unroll 8
    for (int h = 0; h < 2 * vectors; h++) {
        size_t lane = first + (size_t)h * LANES / 2;
        *(shorts *)(few->right + lane) = right[h];
        *(shorts *)(few->squares + lane) = squares[h];
        *(shorts *)(few->products + lane) = products[h];
    }
}

#define WIDEN(numbers) __builtin_convertvector(*(const half_shorts *)(numbers), words)

static void best_of_few(const struct forest_group *group, uint8_t *values, int feature,
                        const bool wide, struct forest_split *best)
{
    int8_t shifted[LEVELS] ALIGNED;
    struct lanes lanes;
    struct few few;
    size_t padded = (group->count + LANES - 1) / LANES * LANES, at = 0;
    memset(values + group->count, values[0], padded - group->count); /* thresholds once more */
    bytes differ = {0}, first = (bytes){0} + values[0];
    uint64_t differences[4];
    for (size_t i = 0; i < padded; i += LANES) {
        bytes row = *(const bytes *)(values + i);
        *(bytes *)(lanes.below + i) = row;
        *(bytes *)(shifted + i) = row ^ 128;
        differ |= row ^ first;
    }
    memcpy(differences, &differ, sizeof differ);
    if (!(differences[0] | differences[1] | differences[2] | differences[3])) return;
    for (; padded - at >= 4 * LANES; at += 4 * LANES) few_lanes(group, shifted, at, 4, wide, &few);
    if (padded - at >= 2 * LANES) {
        few_lanes(group, shifted, at, 2, wide, &few);
        at += 2 * LANES;
    }
    if (padded - at >= LANES) few_lanes(group, shifted, at, 1, wide, &few);
    for (size_t i = 0; i < padded; i += 8) {
        words right = WIDEN(few.right + i), left = (uint32_t)group->total - right;
        words right_squares = WIDEN(few.squares + i);
        /* sum (t - r)² = sum t² - 2 sum t r + sum r² */
        words left_squares = (uint32_t)group->squares - 2 * WIDEN(few.products + i) + right_squares;
        put_scores(&lanes, i, &left, &left_squares, &right, &right_squares, group->min_leaf);
    }
    settle(&lanes, padded, feature, (uint32_t)group->total, best);
}

/* ---- more of them ---- */

/* The position of a value's counter: 16 vectors of 16, so that most sums are of whole vectors. */
INLINE uint8_t turned(uint8_t value)
{
    return (uint8_t)(value << 4 | value >> 4);
}

/* The histogram of each class is made in COPIES, since one counter cannot be incremented in every
 * cycle. */
INLINE void count_values(const struct forest_group *group, const uint8_t *values,
                         uint16_t *histogram)
{
    size_t i = 0;
    for (int c = 0; c < group->present; c++, histogram += COPIES * LEVELS) {
        size_t end = group->ends[c];
        for (; i + COPIES <= end; i += COPIES)
#pragma GCC unroll 4
            for (int k = 0; k < COPIES; k++)
                histogram[k * LEVELS + turned(values[i + (size_t)k])] +=
                    group->draws[i + (size_t)k];
        for (; i < end; i++) histogram[turned(values[i])] += group->draws[i];
    }
}

static void best_of_many(const struct forest_group *group, const uint8_t *values, int feature,
                         uint16_t *histogram, struct forest_split *best)
{
    struct lanes lanes;
    uint32_t products[LEVELS] ALIGNED; /* sum of l × class total */
    memset(lanes.left, 0, sizeof lanes.left);
    memset(lanes.left_squares, 0, sizeof lanes.left_squares);
    memset(products, 0, sizeof products);
    count_values(group, values, histogram);
    for (int c = 0; c < group->present; c++, histogram += COPIES * LEVELS) {
        uint16_t sums[LEVELS] ALIGNED, before[16] ALIGNED;
        shorts sum = {0};
        for (int r = 0; r < 16; r++) {
#pragma GCC unroll 4
            for (int k = 0; k < COPIES; k++) {
                shorts *bins = (shorts *)(histogram + k * LEVELS + r * 16);
                sum += *bins;
                *bins = (shorts){0};
            }
            *(shorts *)(sums + r * 16) = sum;
        }
        uint16_t running = 0;
        for (int l = 0; l < 16; l++) {
            before[l] = running;
            running = (uint16_t)(running + sums[15 * 16 + l]);
        }
        uint32_t class_total = group->totals[c];
        for (int k = 0; k < 32; k++) {
            half_shorts narrow =
                *(const half_shorts *)(sums + k * 8) + *(const half_shorts *)(before + k % 2 * 8);
            words l = __builtin_convertvector(narrow, words);
            *(words *)(lanes.left + k * 8) += l;
            *(words *)(lanes.left_squares + k * 8) += l * l;
            *(words *)(products + k * 8) += l * class_total;
        }
    }
    for (int k = 0; k < 32; k++) {
        words left = *(const words *)(lanes.left + k * 8), right = (uint32_t)group->total - left;
        words left_squares = *(const words *)(lanes.left_squares + k * 8);
        /* Sums of squares are below 2^32, even where intermediate results overflow. */
        words right_squares =
            (uint32_t)group->squares - 2 * *(const words *)(products + k * 8) + left_squares;
        put_scores(&lanes, (size_t)k * 8, &left, &left_squares, &right, &right_squares,
                   group->min_leaf);
    }
    for (int i = 0; i < LEVELS; i++) lanes.below[i] = turned((uint8_t)i);
    settle(&lanes, LEVELS, feature, (uint32_t)group->total, best);
}

static void find_best(const struct forest_group *group, const struct forest_values *v,
                      uint32_t *work, struct forest_split *found)
{
    for (size_t k = 0; k < v->many; k++) {
        uint8_t *values = v->bytes + k * v->pitch;
        if (group->total <= SMALL)
            best_of_few(group, values, (int)v->features[k], SR_WIDTH >= 8, found);
        else
            best_of_many(group, values, (int)v->features[k], (uint16_t *)work, found);
    }
}

const struct forest_vector SR_ISA_NAME(forest_vector) = {.best = find_best,
                                                         .least_pitch = FOREST_LANES};
