/* update.c - one step of an optimiser on an array of weights. Memory limits its speed.
 *
 * Products and sums are rounded one by one, never contracted, so that every instruction set gives
 * the same bits. Arrays may have any length and alignment. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif
#include "vector.h"

#include <math.h>

INLINE vec root(vec a)
{
#if WIDTH == 16
    return (vec)_mm512_sqrt_ps((__m512)a);
#elif WIDTH == 8
    return (vec)_mm256_sqrt_ps((__m256)a);
#elif defined(__SSE__)
    return (vec)_mm_sqrt_ps((__m128)a);
#else
    for (int i = 0; i < WIDTH; i++) a[i] = sqrtf(a[i]);
    return a;
#endif
}

/* The same statements on vectors, and on the numbers that are left over. */
#define EACH(step)                                                                                 \
    size_t i = 0;                                                                                  \
    for (; i + WIDTH <= count; i += WIDTH) step(vec, get, put, root, settle);                      \
    for (; i < count; i++) step(float, get_one, put_one, sqrtf, settle_one)

INLINE vec settle(vec a)
{
    mask small = (vec)((mask)a & INT32_MAX) < splat(SR_SMALLEST);
    return (vec)((mask)a & ~small);
}

INLINE float settle_one(float a)
{
    return fabsf(a) < SR_SMALLEST ? 0 : a;
}

INLINE vec get(const float *p)
{
    return (vec) * (const loose *)p;
}

INLINE void put(float *p, vec v)
{
    *(loose *)p = (loose)v;
}

INLINE float get_one(const float *p)
{
    return *p;
}

INLINE void put_one(float *p, float v)
{
    *p = v;
}

void SR_NAME(sgd)(const struct sr_update *update, const float *gradient, size_t count, float *w,
                  float *velocity)
{
    const struct sr_update u = *update; /* which no array overlaps */
#define SGD(type, load_, store_, root_, settle_)                                                   \
    do {                                                                                           \
        type old = load_(w + i), g = u.scale * load_(gradient + i) + u.decay * old;                \
        type v = settle_(u.momentum * load_(velocity + i) + g);                                    \
        store_(velocity + i, v);                                                                   \
        store_(w + i, old - u.rate * (g + u.momentum * v));                                        \
    } while (0)
    EACH(SGD);
}

void SR_NAME(adam)(const struct sr_update *update, const float *gradient, size_t count, float *w,
                   float *first, float *second)
{
    const struct sr_update u = *update;
    const float take = 1 - u.momentum, take_square = 1 - u.second;
#define ADAM(type, load_, store_, root_, settle_)                                                  \
    do {                                                                                           \
        type old = load_(w + i), g = u.scale * load_(gradient + i) + u.decay * old;                \
        type m = settle_(u.momentum * load_(first + i) + take * g);                                \
        type v = settle_(u.second * load_(second + i) + take_square * g * g);                      \
        store_(first + i, m);                                                                      \
        store_(second + i, v);                                                                     \
        store_(w + i, u.keep * old - u.rate * m / (root_(v) * u.correction + u.tiny));             \
    } while (0)
    EACH(ADAM);
}

void SR_NAME(average)(const float *from, float keep, size_t count, float *to)
{
    float take = 1 - keep;
#define AVERAGE(type, load_, store_, root_, settle_)                                               \
    store_(to + i, keep * load_(to + i) + take * load_(from + i))
    EACH(AVERAGE);
}

void SR_NAME(scale_bytes)(const uint8_t *x, float scale, float shift, size_t count, float *y)
{
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH)
        put(y + i, __builtin_convertvector(widen(x + i), vec) * scale + shift);
    for (; i < count; i++) y[i] = (float)x[i] * scale + shift;
}

/* A division takes longer than all the rest. 1 / 255 = 65793 / 2^24 + 1 / (255 · 2^24); the product
 * with the first term is exact, so that the sum is rounded once, and for every byte to what the
 * division gives. */
void SR_NAME(grey)(const uint8_t *x, size_t count, float *y)
{
    const float most = 65793.0f / (1 << 24), rest = 1 / (255.0f * (1 << 24));
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec v = __builtin_convertvector(widen(x + i), vec);
        put(y + i, v * most + v * rest);
    }
    for (; i < count; i++) y[i] = (float)x[i] * most + (float)x[i] * rest;
}
