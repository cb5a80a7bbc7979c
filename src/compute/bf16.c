/* bf16.c - which products in bf16 are used, and the plain ones, which also run on sets without
 * vectors of their own. */
#include "sartor/compute/bf16.h"

#include "sartor/compute/cpu.h"
#include <math.h>
#include <string.h>

/* ---- plain ---- */

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A subnormal number is 0 of its sign. */
static float flushed(float x)
{
    return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x;
}

/* The product of two numbers of 8 digits is exact in double precision, and the sum needs more than
 * its 53 digits only where one term is too small to reach the other's last digit as a float: so it
 * is rounded as if once. */
static float plain_fma(uint32_t a, uint32_t b, float sum)
{
    const double exact = (double)flushed(from_bits(a)) * (double)flushed(from_bits(b)) +
                         (double)flushed(sum),
                 least = 0x1p-126 - 0x1p-151; /* becomes 2^-126, which is not subnormal */
    return (float)(fabs(exact) < least ? copysign(0, exact) : exact);
}

static float plain_step(float sum, uint32_t a, uint32_t b)
{
    sum = plain_fma(a & 0xffff0000, b & 0xffff0000, sum);
    return plain_fma(a << 16, b << 16, sum);
}

static void plain_product(const struct sr_bf16_product *p)
{
    for (int block = 0; block < p->out_blocks; block++)
        for (int pixel = 0; pixel < p->pixels; pixel++)
            for (int lane = 0; lane < SR_BLOCK; lane++) {
                const uint32_t *b =
                    p->b + (ptrdiff_t)block * p->in_blocks * SR_PAIRS * SR_BLOCK + lane;
                float sum = 0;
                for (int pair = 0; pair < p->in_blocks * SR_PAIRS; pair++)
                    sum = plain_step(
                        sum,
                        p->a[((ptrdiff_t)(pair / SR_PAIRS) * p->pixels + pixel) * SR_PAIRS +
                             pair % SR_PAIRS],
                        b[(ptrdiff_t)pair * SR_BLOCK]);
                p->c[((ptrdiff_t)block * p->pixels + pixel) * SR_BLOCK + lane] = sum;
            }
}

static void plain_outer(const struct sr_bf16_outer *p)
{
    const int slots = p->out_blocks * SR_BLOCK;
    for (int input = 0; input < p->inputs; input++)
        for (int output = 0; output < slots; output++) {
            const uint32_t *a = p->a + (ptrdiff_t)(input / SR_BLOCK * p->pairs) * SR_BLOCK +
                                input % SR_BLOCK,
                           *b = p->b + (ptrdiff_t)(output / SR_BLOCK * p->pairs) * SR_BLOCK +
                                output % SR_BLOCK;
            float sum = 0;
            for (ptrdiff_t pair = 0; pair < p->pairs; pair++)
                sum = plain_step(sum, a[pair * SR_BLOCK], b[pair * SR_BLOCK]);
            p->c[(ptrdiff_t)input * slots + output] =
                flushed(flushed(p->c[(ptrdiff_t)input * slots + output]) + sum);
        }
}

static double plain_multiply_add(size_t rounds, float *sink)
{
    uint32_t pair;
    memcpy(&pair, sink + 1, sizeof pair);
    for (size_t i = 0; i < rounds; i++) sink[0] = plain_step(sink[0], pair, pair);
    return 4.0 * (double)rounds;
}

static const struct sr_bf16 plain = {"reference", false, plain_product, plain_outer,
                                     plain_multiply_add};

/* ---- choice ---- */

#if defined(__x86_64__)

extern const struct sr_bf16 sr_bf16_avx2, sr_bf16_avx512, sr_bf16_native;

static bool has(const char *name)
{
    return sr_isa_find(name) >= 0;
}

const struct sr_bf16 *sr_bf16_named(const char *name)
{
    if (!strcmp(name, "reference")) return &plain;
    if (!strcmp(name, "avx2")) return has("avx2") ? &sr_bf16_avx2 : NULL;
    if (!strcmp(name, "avx512")) return has("avx512") ? &sr_bf16_avx512 : NULL;
    if (!strcmp(name, "avx512_bf16"))
        return has("avx512") && SR_CPU_HAS("avx512bf16") ? &sr_bf16_native : NULL;
    return NULL;
}

const struct sr_bf16 *sr_bf16(void)
{
    const char *isa = sr_compute_isa();
    const struct sr_bf16 *found = NULL;
    if (!strcmp(isa, "avx512")) found = sr_bf16_named("avx512_bf16");
    if (!found) found = sr_bf16_named(isa);
    return found ? found : &plain;
}

#else

const struct sr_bf16 *sr_bf16_named(const char *name)
{
    return strcmp(name, "reference") ? NULL : &plain;
}

const struct sr_bf16 *sr_bf16(void)
{
    return &plain;
}

#endif
