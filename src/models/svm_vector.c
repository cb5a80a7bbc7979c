/* The SVM's loops over columns, compiled once for each instruction set. */
#include "svm.h"

#include <math.h>
#if SR_WIDTH == 16
#include <immintrin.h>
#endif

/* 32 bytes, since gcc 12 compares the elements of 64-byte vectors one by one. */
typedef float floats __attribute__((vector_size(32)));
typedef int32_t ints __attribute__((vector_size(32)));
typedef float half_floats __attribute__((vector_size(16)));
typedef double doubles __attribute__((vector_size(32)));
typedef int64_t longs __attribute__((vector_size(32)));
enum { DOUBLES = 4 };
/* Where nothing is compared. */
typedef double eight_doubles __attribute__((vector_size(64)));
typedef int32_t eight_ints __attribute__((vector_size(32)));
enum { EIGHT = 8 };

#define INLINE static inline __attribute__((always_inline))

/* 2^r for |r| <= 1/2, to about 2 units in the last place: Taylor's polynomial. */
#define POWER(r)                                                                                   \
    ((((((0x1.430912p-13f * (r) + 0x1.5d87fep-10f) * (r) + 0x1.3b2ab6p-7f) * (r) +                 \
        0x1.c6b08ep-5f) *                                                                          \
           (r) +                                                                                   \
       0x1.ebfbe0p-3f) *                                                                           \
          (r) +                                                                                    \
      0x1.62e430p-1f) *                                                                            \
         (r) +                                                                                     \
     1.0f)

/* 2^x for numbers up to 0; those below -125 count as -125, those above 0 as 0. */
#if SR_WIDTH == 16

enum { WIDE = 16 };
typedef float wide __attribute__((vector_size(64)));
typedef int32_t wide_ints __attribute__((vector_size(64)));

INLINE void powers_of_two(wide *x)
{
    const __m512 t = _mm512_max_ps(_mm512_min_ps((__m512)*x, _mm512_setzero_ps()),
                                   _mm512_set1_ps(-125)),
                 n = _mm512_roundscale_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const wide r = (wide)t - (wide)n;
    *x = (wide)_mm512_scalef_ps((__m512)POWER(r), n);
}

#else

enum { WIDE = 8 };
typedef floats wide;
typedef ints wide_ints;

INLINE void powers_of_two(wide *out)
{
    /* Adding it rounds to a whole number, which is then in the low bits. */
    const float magic = 0x1.8p23f;
    floats x = *out;
    const ints positive = x > 0.0f, low = x < -125.0f;
    const floats floor = (floats){0} - 125.0f;
    x = (floats)(((ints)x & ~(positive | low)) | ((ints)floor & low));
    const floats t = x + magic, r = x - (t - magic);
    const ints power = ((ints)t << 23) + (127 << 23);
    *out = POWER(r) * (floats)power;
}

#endif

static void rbf_bytes(float *out, const int32_t *products, const int32_t *squares, int32_t own,
                      float scale, size_t count)
{
    for (size_t i = 0; i < count; i += WIDE) {
        const wide_ints sum = *(const wide_ints *)(squares + i) + own,
                        product = *(const wide_ints *)(products + i);
        wide x = __builtin_convertvector(sum - product - product, wide) * scale;
        powers_of_two(&x);
        *(wide *)(out + i) = x;
    }
}

static void rbf_floats(float *out, const float *products, const float *squares, float own,
                       float scale, size_t count)
{
    for (size_t i = 0; i < count; i += WIDE) {
        wide x = *(const wide *)(squares + i) + own - 2.0f * *(const wide *)(products + i);
        x *= scale;
        powers_of_two(&x);
        *(wide *)(out + i) = x;
    }
}

static void distances(double *out, const int32_t *products, const int32_t *squares, int32_t own,
                      size_t count)
{
    for (size_t i = 0; i < count; i += EIGHT) {
        eight_ints whole =
            *(const eight_ints *)(squares + i) + own - 2 * *(const eight_ints *)(products + i);
        *(eight_doubles *)(out + i) = __builtin_convertvector(whole, eight_doubles);
    }
}

/* e^x by 2^n times a polynomial, the number n being the one nearest to x / log 2 (with AVX-512, in
 * sixteenths, whose powers a register holds): the error is below 1e-12 of the value. Numbers below
 * -700 count as -700. */
#if SR_WIDTH == 16

static void exact_exponentials(double *values, double scale, size_t count)
{
    const double to_two = scale * M_LOG2E;
    /* Adding it rounds to sixteenths, of which the low bits then tell the number. */
    const double magic = 0x1.8p48;
    /* 2^(i/16) */
    static const double roots[16] = {
        0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
        0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
        0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
        0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
    const __m512d low = _mm512_loadu_pd(roots), high = _mm512_loadu_pd(roots + 8);
    for (size_t i = 0; i < count; i += EIGHT) {
        const __m512d x = (__m512d)(*(const eight_doubles *)(values + i) * to_two);
        const eight_doubles t = (eight_doubles)_mm512_max_pd(_mm512_min_pd(x, _mm512_setzero_pd()),
                                                             _mm512_set1_pd(-700 * M_LOG2E)),
                            moved = t + magic, n = moved - magic, r = t - n;
        /* 2^r as e^(r log 2) */
        eight_doubles p = r * 0x1.5d87fe78a6731p-10 + 0x1.3b2ab6fba4e77p-7;
        p = p * r + 0x1.c6b08d704a0c0p-5;
        p = p * r + 0x1.ebfbdff82c58fp-3;
        p = p * r + 0x1.62e42fefa39efp-1;
        p = p * r + 1.0;
        p *= (eight_doubles)_mm512_permutex2var_pd(low, (__m512i)moved, high);
        /* It takes the largest whole number that is not above n. */
        *(eight_doubles *)(values + i) = (eight_doubles)_mm512_scalef_pd((__m512d)p, (__m512d)n);
    }
}

#else

static void exact_exponentials(double *values, double scale, size_t count)
{
    const double magic = 0x1.8p52, least = -700;
    for (size_t i = 0; i < count; i += DOUBLES) {
        doubles x = *(const doubles *)(values + i) * scale;
        longs positive = x > 0.0, low = x < least;
        x = (doubles)(((longs)x & ~(positive | low)) | ((longs)((doubles){0} + least) & low));
        doubles t = x * 1.44269504088896340736 + magic, n = t - magic;
        doubles r = x - n * 0x1.62e42fefap-1 - n * 0x1.cf79abc9e3b39p-40;
        doubles p = r * (1.0 / 3628800) + 1.0 / 362880;
        p = p * r + 1.0 / 40320;
        p = p * r + 1.0 / 5040;
        p = p * r + 1.0 / 720;
        p = p * r + 1.0 / 120;
        p = p * r + 1.0 / 24;
        p = p * r + 1.0 / 6;
        p = p * r + 0.5;
        p = p * r + 1.0;
        p = p * r + 1.0;
        longs power = ((longs)t << 52) + (INT64_C(1023) << 52);
        *(doubles *)(values + i) = p * (doubles)power;
    }
}

#endif

/* Columns whose sums fit the registers. */
enum { MANY = SR_WIDTH == 16 ? 9 : 4 };

/* `many` columns of coefficients at a time: a constant, so that the sums stay in registers. */
INLINE void weigh_columns(double *sums, const double *values, const double *coef, size_t stride,
                          size_t count, const int many)
{
    eight_doubles sum[MANY] = {{0}};
    for (size_t i = 0; i < count; i += EIGHT) {
        const eight_doubles value = *(const eight_doubles *)(values + i);
#pragma GCC unroll 9
        for (int k = 0; k < many; k++)
            sum[k] += value * *(const eight_doubles *)(coef + (size_t)k * stride + i);
    }
    for (int k = 0; k < many; k++)
        for (int l = 0; l < EIGHT; l++) sums[k] += sum[k][l];
}

static void weigh(double *sums, const double *values, const double *coef, size_t stride,
                  int columns, size_t count)
{
    int k = 0;
    for (; k + MANY <= columns; k += MANY)
        weigh_columns(sums + k, values, coef + (size_t)k * stride, stride, count, MANY);
    for (; k < columns; k++)
        weigh_columns(sums + k, values, coef + (size_t)k * stride, stride, count, 1);
}

/* ---- the pair that is moved ---- */

static const double tiny = 1e-12; /* replaces a curvature that rounding made 0 or less */

#if SR_WIDTH == 16

/* Vectors side by side: what is best so far in one waits for nothing in the other. */
enum { CHAINS = 2 };

/* The greatest value of all lanes, and the least of the indices that have it. */
static int64_t first_of(const __m512d values[CHAINS], const __m512i where[CHAINS], double *greatest)
{
    *greatest = _mm512_reduce_max_pd(_mm512_max_pd(values[0], values[1]));
    const __m512d all = _mm512_set1_pd(*greatest);
    const __m512i none = _mm512_set1_epi64(INT64_MAX),
                  first = _mm512_mask_mov_epi64(
                      none, _mm512_cmp_pd_mask(values[0], all, _CMP_EQ_OQ), where[0]),
                  other = _mm512_mask_mov_epi64(
                      none, _mm512_cmp_pd_mask(values[1], all, _CMP_EQ_OQ), where[1]);
    return _mm512_reduce_min_epi64(_mm512_min_epi64(first, other));
}

static ptrdiff_t second(const double *f, const double *bars, const float *selves, const float *row,
                        double best, double self, size_t count, double *least)
{
    const __m512d zero = _mm512_setzero_pd(), bests = _mm512_set1_pd(best),
                  own = _mm512_set1_pd(self), little = _mm512_set1_pd(tiny);
    /* The best so far in each lane as a fraction, compared by cross-multiplying: division is slow.
     */
    __m512d top[CHAINS], under[CHAINS], low[CHAINS];
    __m512i where[CHAINS], here = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    for (int c = 0; c < CHAINS; c++) {
        top[c] = zero;
        under[c] = _mm512_set1_pd(1);
        low[c] = _mm512_set1_pd(INFINITY);
        where[c] = _mm512_set1_epi64(-1);
    }
    for (size_t i = 0; i < count; i += CHAINS * EIGHT) {
#pragma GCC unroll 2
        for (int c = 0; c < CHAINS; c++) {
            const size_t at = i + (size_t)c * EIGHT;
            const __m512d value = _mm512_add_pd(_mm512_load_pd(f + at), _mm512_load_pd(bars + at)),
                          k = _mm512_cvtps_pd(_mm256_load_ps(row + at)),
                          sum = _mm512_add_pd(own, _mm512_cvtps_pd(_mm256_load_ps(selves + at))),
                          a = _mm512_max_pd(_mm512_fnmadd_pd(_mm512_set1_pd(2), k, sum), little),
                          b = _mm512_sub_pd(bests, value), square = _mm512_mul_pd(b, b);
            const __mmask8 better = _mm512_mask_cmp_pd_mask(_mm512_cmp_pd_mask(b, zero, _CMP_GT_OQ),
                                                            _mm512_mul_pd(square, under[c]),
                                                            _mm512_mul_pd(top[c], a), _CMP_GT_OQ);
            top[c] = _mm512_mask_mov_pd(top[c], better, square);
            under[c] = _mm512_mask_mov_pd(under[c], better, a);
            where[c] = _mm512_mask_mov_epi64(where[c], better, here);
            low[c] = _mm512_min_pd(low[c], value);
            here = _mm512_add_epi64(here, _mm512_set1_epi64(EIGHT));
        }
    }
    *least = _mm512_reduce_min_pd(_mm512_min_pd(low[0], low[1]));
    double greatest;
    const __m512d gains[CHAINS] = {_mm512_div_pd(top[0], under[0]),
                                   _mm512_div_pd(top[1], under[1])};
    const int64_t index = first_of(gains, where, &greatest);
    return greatest > 0 ? (ptrdiff_t)index : -1;
}

static size_t advance(double *f, const double *bars, const float *row_i, const float *row_j,
                      double step, size_t count, double *greatest)
{
    const __m512d steps = _mm512_set1_pd(step);
    __m512d top[CHAINS];
    __m512i where[CHAINS], here = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    for (int c = 0; c < CHAINS; c++) {
        top[c] = _mm512_set1_pd(-INFINITY);
        where[c] = _mm512_setzero_si512();
    }
    for (size_t i = 0; i < count; i += CHAINS * EIGHT) {
#pragma GCC unroll 2
        for (int c = 0; c < CHAINS; c++) {
            const size_t at = i + (size_t)c * EIGHT;
            const __m512d ki = _mm512_cvtps_pd(_mm256_load_ps(row_i + at)),
                          kj = _mm512_cvtps_pd(_mm256_load_ps(row_j + at)),
                          moved = _mm512_fnmadd_pd(steps, _mm512_sub_pd(ki, kj),
                                                   _mm512_load_pd(f + at)),
                          value = _mm512_add_pd(moved, _mm512_load_pd(bars + at));
            const __mmask8 better = _mm512_cmp_pd_mask(value, top[c], _CMP_GT_OQ);
            _mm512_store_pd(f + at, moved);
            top[c] = _mm512_mask_mov_pd(top[c], better, value);
            where[c] = _mm512_mask_mov_epi64(where[c], better, here);
            here = _mm512_add_epi64(here, _mm512_set1_epi64(EIGHT));
        }
    }
    return (size_t)first_of(top, where, greatest);
}

#else

static ptrdiff_t second(const double *f, const double *bars, const float *selves, const float *row,
                        double best, double self, size_t count, double *least)
{
    doubles top = {0}, under = (doubles){0} + 1.0, low = (doubles){0} + INFINITY;
    longs where = (longs){0} - 1, here = {0, 1, 2, 3};
    for (size_t i = 0; i < count; i += DOUBLES, here += DOUBLES) {
        doubles value = *(const doubles *)(f + i) + *(const doubles *)(bars + i);
        doubles k = __builtin_convertvector(*(const half_floats *)(row + i), doubles);
        doubles a =
            self + __builtin_convertvector(*(const half_floats *)(selves + i), doubles) - 2.0 * k;
        doubles b = best - value;
        longs flat = a < tiny;
        a = (doubles)(((longs)a & ~flat) | ((longs)((doubles){0} + tiny) & flat));
        doubles square = b * b;
        longs better = (square * under > top * a) & (b > 0.0), lower = value < low;
        top = (doubles)(((longs)square & better) | ((longs)top & ~better));
        under = (doubles)(((longs)a & better) | ((longs)under & ~better));
        where = (here & better) | (where & ~better);
        low = (doubles)(((longs)value & lower) | ((longs)low & ~lower));
    }
    ptrdiff_t index = -1;
    double greatest = 0;
    *least = INFINITY;
    for (int l = 0; l < DOUBLES; l++) {
        if (low[l] < *least) *least = low[l];
        double gain = top[l] / under[l];
        if (where[l] >= 0 && (gain > greatest || (gain == greatest && where[l] < index))) {
            greatest = gain;
            index = (ptrdiff_t)where[l];
        }
    }
    return index;
}

static size_t advance(double *f, const double *bars, const float *row_i, const float *row_j,
                      double step, size_t count, double *greatest)
{
    doubles top = (doubles){0} - INFINITY;
    longs where = {0}, here = {0, 1, 2, 3};
    for (size_t i = 0; i < count; i += DOUBLES, here += DOUBLES) {
        doubles ki = __builtin_convertvector(*(const half_floats *)(row_i + i), doubles);
        doubles kj = __builtin_convertvector(*(const half_floats *)(row_j + i), doubles);
        doubles value = *(const doubles *)(f + i) - step * (ki - kj);
        *(doubles *)(f + i) = value;
        value += *(const doubles *)(bars + i);
        longs better = value > top;
        top = (doubles)(((longs)value & better) | ((longs)top & ~better));
        where = (here & better) | (where & ~better);
    }
    size_t index = 0;
    *greatest = -INFINITY;
    for (int l = 0; l < DOUBLES; l++) {
        if (top[l] > *greatest || (top[l] == *greatest && (size_t)where[l] < index)) {
            *greatest = top[l];
            index = (size_t)where[l];
        }
    }
    return index;
}

#endif

static void subtract(double *f, const float *const *rows, const double *steps, size_t count,
                     size_t first, size_t columns)
{
    for (size_t row = 0; row < count; row += SVM_SUMMANDS)
        for (size_t i = first; i < first + columns; i += EIGHT) {
            eight_doubles sum = {0};
#pragma GCC unroll 4
            for (size_t r = row; r < row + SVM_SUMMANDS; r++)
                sum += steps[r] *
                       __builtin_convertvector(*(const floats *)(rows[r] + i), eight_doubles);
            *(eight_doubles *)(f + i) -= sum;
        }
}

const struct svm_loops SR_ISA_NAME(svm_loops) = {
    rbf_bytes, rbf_floats, distances, exact_exponentials, weigh, second, advance, subtract};
