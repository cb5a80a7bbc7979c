/* vector.h - what the kernel sources of this room share: the vector type of the instruction set
 * that this file is being compiled for (SR_WIDTH floats), names with its suffix, and loops that are
 * unrolled for certain. */
#ifndef SARTOR_COMPUTE_VECTOR_H
#define SARTOR_COMPUTE_VECTOR_H

#include "sartor/compute/cpu.h"
#include "sartor/compute/kernels.h"

#if defined(__SSE__)
#include <immintrin.h>
#endif

#define SR_NAME(name) SR_ISA_NAME(sr_##name)
#define WIDTH         SR_WIDTH

typedef float vec __attribute__((vector_size(WIDTH * sizeof(float))));
typedef int32_t mask __attribute__((vector_size(WIDTH * sizeof(float))));
/* Where no alignment is asked. */
typedef float loose __attribute__((vector_size(WIDTH * sizeof(float)), aligned(sizeof(float))));

/* Vectors to a block of 16 channels. */
enum { PER_BLOCK = SR_BLOCK / WIDTH };

/* Accumulators live in registers only when every index into their array is a constant. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* Load it once: gcc would make the load an operand of each multiplication, and loads limit the
 * speed here. */
#if defined __x86_64__
#define KEEP_IN_REGISTER(y) __asm__("" : "+v"(y))
#else
#define KEEP_IN_REGISTER(y) (void)(y)
#endif

/* Lanes of two vectors for __builtin_shufflevector, after which rows of a square that are
 * `distance` apart have exchanged the lanes in which that bit differs from their own number's: the
 * nearer row, and the other. */
/* clang-format off */
#define STAY(lane, distance) ((lane) & (distance) ? (lane) - (distance) + WIDTH : (lane))
#define MOVE(lane, distance) ((lane) & (distance) ? (lane) + WIDTH : (lane) + (distance))
#define LANES_4(F, d, l) F(l, d), F((l) + 1, d), F((l) + 2, d), F((l) + 3, d)
#if WIDTH == 16
#define LANES(F, d) LANES_4(F, d, 0), LANES_4(F, d, 4), LANES_4(F, d, 8), LANES_4(F, d, 12)
#elif WIDTH == 8
#define LANES(F, d) LANES_4(F, d, 0), LANES_4(F, d, 4)
#else
#define LANES(F, d) LANES_4(F, d, 0)
#endif
/* clang-format on */

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p)
{
    return *(const vec *)p;
}

INLINE void store(float *p, vec v)
{
    *(vec *)p = v;
}

INLINE vec splat(float x)
{
    return x - (vec){0};
}

INLINE vec choose_lanes(mask m, vec yes, vec no)
{
    return (vec)((m & (mask)yes) | (~m & (mask)no));
}

/* a > b ? a : b, so b where either is NaN. C's vector types have no single instruction for it. */
INLINE vec larger(vec a, vec b)
{
#if WIDTH == 16
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif WIDTH == 8
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE__)
    return (vec)_mm_max_ps((__m128)a, (__m128)b);
#else
    return choose_lanes(a > b, a, b);
#endif
}

/* Bytes to whole numbers and back; what gcc makes of the generic conversion is far slower. */
typedef uint8_t bytes __attribute__((vector_size(WIDTH)));
typedef bytes loose_bytes
    __attribute__((aligned(1), may_alias)); /* as they lie in memory, anywhere */

INLINE mask widen(const uint8_t *p)
{
#if WIDTH == 16
    return (mask)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
#elif WIDTH == 8
    return (mask)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
#else
    return __builtin_convertvector(*(const loose_bytes *)p, mask);
#endif
}

typedef uint16_t shorts __attribute__((vector_size(2 * WIDTH)));
typedef shorts loose_shorts __attribute__((aligned(2), may_alias));

INLINE mask widen_16(const uint16_t *p)
{
#if WIDTH == 16
    return (mask)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
#elif WIDTH == 8
    return (mask)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
#else
    return __builtin_convertvector(*(const loose_shorts *)p, mask);
#endif
}

INLINE void narrow(uint8_t *p, mask m)
{
#if WIDTH == 16
    _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8((__m512i)m));
#else
    *(loose_bytes *)p = __builtin_convertvector(m, bytes);
#endif
}

/* A bit for each lane that is not zero; NaN is not. */
INLINE unsigned nonzero_lanes(vec a)
{
#if WIDTH == 16
    return _mm512_cmp_ps_mask((__m512)a, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif WIDTH == 8
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, _mm256_setzero_ps(), _CMP_NEQ_UQ));
#elif defined(__SSE__)
    return (unsigned)_mm_movemask_ps(_mm_cmpneq_ps((__m128)a, _mm_setzero_ps()));
#else
    unsigned bits = 0;
    for (int i = 0; i < WIDTH; i++) bits |= (unsigned)(a[i] != 0) << i;
    return bits;
#endif
}

/* ReLU; NaN stays NaN, so that divergence shows. */
INLINE vec positive(vec a)
{
    return larger((vec){0}, a);
}

/* Rounded to bf16 (bf16.h), in the upper halves; the lower ones are to be left out. */
INLINE mask rounded(vec a)
{
    typedef uint32_t whole __attribute__((vector_size(WIDTH * sizeof(float))));
    const whole bits = (whole)a;
    return (mask)(bits + 0x7fff + (bits >> 16 & 1));
}

/* The upper halves of two such as pairs: the first below, the second above. */
INLINE mask upper(mask first, mask second)
{
    typedef uint32_t whole __attribute__((vector_size(WIDTH * sizeof(float))));
    return (mask)((whole)first >> 16 | ((whole)second & 0xffff0000));
}

/* The upper halves alone, side by side. */
INLINE void store_upper(void *to, mask a)
{
#if WIDTH == 16
    _mm256_storeu_si256((__m256i *)to, _mm512_cvtepi32_epi16(_mm512_srli_epi32((__m512i)a, 16)));
#else
    typedef uint32_t whole __attribute__((vector_size(WIDTH * sizeof(float))));
    *(loose_shorts *)to = __builtin_convertvector((whole)a >> 16, shorts);
#endif
}

/* Rows and columns of a square of WIDTH vectors change places: at each distance, a power of two,
 * rows so far apart exchange the lanes in which that bit differs from their own number's. */
#define EXCHANGE(d)                                                                                \
    UNROLL for (int i = 0; i < WIDTH; i++)                                                         \
    {                                                                                              \
        if (!(i & (d))) {                                                                          \
            vec near = row[i], far = row[i + (d)];                                                 \
            row[i] = __builtin_shufflevector(near, far, LANES(STAY, d));                           \
            row[i + (d)] = __builtin_shufflevector(near, far, LANES(MOVE, d));                     \
        }                                                                                          \
    }
INLINE void turn_square(vec *row)
{
#if WIDTH >= 16
    EXCHANGE(8)
#endif
#if WIDTH >= 8
    EXCHANGE(4)
#endif
    EXCHANGE(2)
    EXCHANGE(1)
}

void SR_NAME(conv)(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                   int flags, float *y, int images);
void SR_NAME(conv_weights)(const struct sr_conv *c, const float *x, const float *dy, float *w,
                           int images);
void SR_NAME(conv_pooled)(const struct sr_conv *c, const float *x, const float *w,
                          const struct sr_pool_end *end, int images);
void SR_NAME(conv_weights_pooled)(const struct sr_conv *c, const float *x,
                                  const struct sr_pooled *p, float *w, float *bias, int images);
void SR_NAME(conv_pooled_back)(const struct sr_conv *c, const struct sr_pooled_back *b, int images);
void SR_NAME(winograd_in)(const struct sr_winograd *g, const float *x, int images, float *v);
void SR_NAME(winograd_out)(const struct sr_winograd *g, const float *m,
                           const struct sr_conv_end *end, int images);
void SR_NAME(winograd_out_back)(const struct sr_winograd *g, const float *dy, int images,
                                float *dm);
void SR_NAME(winograd_in_back)(const struct sr_winograd *g, const float *dv, bool adds, float *dx,
                               int images);
void SR_NAME(winograd_turn)(const struct sr_winograd *g, const float *u, int point, float *turned);
void SR_NAME(winograd_products)(const struct sr_winograd_products *p);
void SR_NAME(winograd_in_16)(const struct sr_winograd *g, const float *x, int images,
                             const struct sr_points_16 *v);
void SR_NAME(winograd_out_back_16)(const struct sr_winograd *g, const float *dy, int images,
                                   const struct sr_points_16 *dm);
void SR_NAME(winograd_filter)(const struct sr_winograd *g, const float *w, int block, float *u);
void SR_NAME(winograd_filter_back)(const struct sr_winograd *g, const float *du, float *dw);
void SR_NAME(product)(const struct sr_product *p);
void SR_NAME(dots)(const struct sr_product *p);
void SR_NAME(sgd)(const struct sr_update *u, const float *gradient, size_t count, float *w,
                  float *velocity);
void SR_NAME(adam)(const struct sr_update *u, const float *gradient, size_t count, float *w,
                   float *first, float *second);
void SR_NAME(average)(const float *from, float keep, size_t count, float *to);
void SR_NAME(scale_bytes)(const uint8_t *x, float scale, float shift, size_t count, float *y);
void SR_NAME(grey)(const uint8_t *x, size_t count, float *y);
sr_bytes_tile SR_NAME(bytes_product), SR_NAME(bytes_l1);
sr_bytes_within_l2 SR_NAME(bytes_within_l2);
sr_bytes_within_l1 SR_NAME(bytes_within_l1);
sr_bytes_listed SR_NAME(bytes_listed_product), SR_NAME(bytes_listed_l1);
extern const struct sr_kernels SR_NAME(kernels);

#endif
