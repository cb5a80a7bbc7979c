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

/* With polynomials to r^10 and numbers to -700: the error is below 1e-12 of the value. */
#if SR_WIDTH == 16

static void exact_exponentials(double *values, double scale, size_t count)
{
    const double to_two = scale * M_LOG2E;
    for (size_t i = 0; i < count; i += EIGHT) {
        const __m512d x = (__m512d)(*(const eight_doubles *)(values + i) * to_two),
                      t = _mm512_max_pd(_mm512_min_pd(x, _mm512_setzero_pd()),
                                        _mm512_set1_pd(-700 * M_LOG2E)),
                      n = _mm512_roundscale_pd(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        /* 2^r as e^(r log 2) */
        const eight_doubles r = (eight_doubles)t - (eight_doubles)n;
        eight_doubles p = r * 0x1.e4cf5158b8ecap-28 + 0x1.b5253d395e7c4p-24;
        p = p * r + 0x1.62c0223a5c824p-20;
        p = p * r + 0x1.ffcbfc588b0c7p-17;
        p = p * r + 0x1.430912f86c787p-13;
        p = p * r + 0x1.5d87fe78a6731p-10;
        p = p * r + 0x1.3b2ab6fba4e77p-7;
        p = p * r + 0x1.c6b08d704a0c0p-5;
        p = p * r + 0x1.ebfbdff82c58fp-3;
        p = p * r + 0x1.62e42fefa39efp-1;
        p = p * r + 1.0;
        *(eight_doubles *)(values + i) = (eight_doubles)_mm512_scalef_pd((__m512d)p, n);
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

static ptrdiff_t second(const double *f, const double *bars, const float *selves, const float *row,
                        double best, double self, size_t count, double *least)
{
    const double tiny = 1e-12; /* replaces a curvature that rounding made 0 or less */
    /* The best so far in each lane as a fraction, compared by cross-multiplying: division is slow.
     */
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

static void subtract(double *f, const float *const *rows, const double *steps, size_t count)
{
    for (size_t i = 0; i < count; i += DOUBLES) {
        doubles sum = {0};
        for (int r = 0; r < 4; r++)
            sum += steps[r] * __builtin_convertvector(*(const half_floats *)(rows[r] + i), doubles);
        *(doubles *)(f + i) -= sum;
    }
}

const struct svm_loops SR_ISA_NAME(svm_loops) = {
    rbf_bytes, rbf_floats, distances, exact_exponentials, weigh, second, advance, subtract};
