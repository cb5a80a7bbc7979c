/* bf16_tiles.c - products in bf16 (bf16.h) by register tiles, as in conv.c. Compiled once with
 * vdpbf16ps (SR_NATIVE), and for sets without it with what stands in for it. */
#include "sartor/compute/bf16.h"
#include "vector.h"

#if SR_NATIVE
enum { MOST = 14, WIDE = 2, INPUTS = 8, CHAINS = 16 };
#define SR_BF16_NAME "avx512_bf16"
#else
enum { MOST = 4, WIDE = 1, INPUTS = 4, CHAINS = 8 };
#define SR_BF16_NAME SR_ISA_TEXT
#endif
enum { MOST_VECTORS = WIDE * PER_BLOCK };

typedef mask loose_words __attribute__((may_alias));

INLINE mask words(const uint32_t *p)
{
    return *(const loose_words *)p;
}

/* ---- one step: sum += a · b over the pairs of each lane ---- */

#if SR_NATIVE

INLINE vec step(vec sum, mask a, mask b)
{
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

#else

INLINE vec fused(vec a, vec b, vec sum)
{
#if WIDTH == 16
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)sum);
#else
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)sum);
#endif
}

INLINE vec step(vec sum, mask a, mask b)
{
    const mask second = (mask){0} + (int32_t)0xffff0000;
    sum = fused((vec)(a & second), (vec)(b & second), sum);
    return fused((vec)(a << 16), (vec)(b << 16), sum);
}

#endif

/* Let all instructions take subnormal numbers as zeros, as vdpbf16ps does, until the former state
 * is put back. */
static unsigned enter(void)
{
    enum { FLUSH_RESULTS = 0x8000, SUBNORMALS_ARE_ZERO = 0x40 };
    const unsigned state = _mm_getcsr();
    _mm_setcsr(state | FLUSH_RESULTS | SUBNORMALS_ARE_ZERO);
    return state;
}

static void leave(unsigned state)
{
    _mm_setcsr(state);
}

/* ---- c = a b ---- */

/* One tile; a and c point at its first pixel. */
struct tile {
    const uint32_t *a, *b;
    float *c;
    ptrdiff_t a_block, b_block, c_block;
    int in_blocks;
};

#define TILE(PIXELS, BLOCKS)                                                                       \
    static void tile_##PIXELS##_##BLOCKS(const struct tile *t)                                     \
    {                                                                                              \
        enum { VECTORS = BLOCKS * PER_BLOCK };                                                     \
        vec sum[PIXELS][VECTORS];                                                                  \
        const uint32_t *b = t->b;                                                                  \
        UNROLL for (int p = 0; p < PIXELS; p++)                                                    \
        {                                                                                          \
            UNROLL for (int v = 0; v < VECTORS; v++) sum[p][v] = (vec){0};                         \
        }                                                                                          \
        for (int block = 0; block < t->in_blocks; block++) {                                       \
            const uint32_t *a = t->a + block * t->a_block;                                         \
            for (int pair = 0; pair < SR_PAIRS; pair++, a++, b += SR_BLOCK) {                      \
                mask w[VECTORS];                                                                   \
                UNROLL for (int v = 0; v < VECTORS; v++) w[v] =                                    \
                    words(b + v / PER_BLOCK * t->b_block + v % PER_BLOCK * WIDTH);                 \
                UNROLL for (int p = 0; p < PIXELS; p++)                                            \
                {                                                                                  \
                    mask x = (mask){0} + (int32_t)a[p * SR_PAIRS];                                 \
                    UNROLL for (int v = 0; v < VECTORS; v++) sum[p][v] = step(sum[p][v], x, w[v]); \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (int p = 0; p < PIXELS; p++)                                                    \
        {                                                                                          \
            UNROLL for (int v = 0; v < VECTORS; v++)                                               \
                store(t->c + v / PER_BLOCK * t->c_block + p * SR_BLOCK + v % PER_BLOCK * WIDTH,    \
                      sum[p][v]);                                                                  \
        }                                                                                          \
    }

typedef void tile_function(const struct tile *t);
/* clang-format off */
#define TILES_4(B) TILE(1, B) TILE(2, B) TILE(3, B) TILE(4, B)
#define NAMES_4(B) tile_1_##B, tile_2_##B, tile_3_##B, tile_4_##B
#if SR_NATIVE
#define TILES_14(B) TILES_4(B) TILE(5, B) TILE(6, B) TILE(7, B) TILE(8, B) TILE(9, B) TILE(10, B) \
    TILE(11, B) TILE(12, B) TILE(13, B) TILE(14, B)
#define NAMES_14(B) NAMES_4(B), tile_5_##B, tile_6_##B, tile_7_##B, tile_8_##B, tile_9_##B, \
    tile_10_##B, tile_11_##B, tile_12_##B, tile_13_##B, tile_14_##B
TILES_14(1) TILES_14(2)
static tile_function *const tiles[WIDE][MOST] = {{NAMES_14(1)}, {NAMES_14(2)}};
#else
TILES_4(1)
static tile_function *const tiles[WIDE][MOST] = {{NAMES_4(1)}};
#endif
/* clang-format on */

static void product(const struct sr_bf16_product *p)
{
    const unsigned state = enter();
    const int parts = (p->pixels + MOST - 1) / MOST;
    struct tile t = {.a_block = (ptrdiff_t)p->pixels * SR_PAIRS,
                     .b_block = (ptrdiff_t)p->in_blocks * SR_PAIRS * SR_BLOCK,
                     .c_block = (ptrdiff_t)p->pixels * SR_BLOCK,
                     .in_blocks = p->in_blocks};
    for (int block = 0, wide; block < p->out_blocks; block += wide) {
        wide = p->out_blocks - block < WIDE ? p->out_blocks - block : WIDE;
        t.b = p->b + block * t.b_block;
        for (int part = 0; part < parts; part++) {
            const int first = p->pixels * part / parts,
                      pixels = p->pixels * (part + 1) / parts - first;
            t.a = p->a + (ptrdiff_t)first * SR_PAIRS;
            t.c = p->c + block * t.c_block + (ptrdiff_t)first * SR_BLOCK;
            tiles[wide - 1][pixels - 1](&t);
        }
    }
    leave(state);
}

/* ---- c += aᵀ b ---- */

/* Inputs from a to a + inputs - 1 of one block, and one block of outputs or two. */
INLINE void run_outer(const struct sr_bf16_outer *p, const uint32_t *a, const uint32_t *b, float *c,
                      int inputs, const int vectors)
{
    const int slots = p->out_blocks * SR_BLOCK;
    const ptrdiff_t b_block = (ptrdiff_t)p->pairs * SR_BLOCK;
    vec sum[INPUTS][MOST_VECTORS];
    UNROLL for (int i = 0; i < INPUTS; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = (vec){0};
    }
    for (int pair = 0; pair < p->pairs; pair++, a += SR_BLOCK, b += SR_BLOCK) {
        mask y[MOST_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) y[v] =
            words(b + v / PER_BLOCK * b_block + v % PER_BLOCK * WIDTH);
        UNROLL for (int i = 0; i < INPUTS; i++)
        {
            mask x = (mask){0} + (int32_t)a[i];
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = step(sum[i][v], x, y[v]);
        }
    }
    UNROLL for (int i = 0; i < INPUTS; i++)
    {
        if (i < inputs) {
            UNROLL for (int v = 0; v < vectors; v++)
            {
                float *to = c + i * slots + v * WIDTH;
                store(to, load(to) + sum[i][v]);
            }
        }
    }
}

static void outer(const struct sr_bf16_outer *p)
{
    const unsigned state = enter();
    const ptrdiff_t block_size = (ptrdiff_t)p->pairs * SR_BLOCK;
    for (int block = 0, wide; block < p->out_blocks; block += wide) {
        wide = p->out_blocks - block < WIDE ? 1 : WIDE;
        for (int input = 0; input < p->inputs; input += INPUTS) {
            const uint32_t *a = p->a + input / SR_BLOCK * block_size + input % SR_BLOCK,
                           *b = p->b + block * block_size;
            float *c = p->c + ((ptrdiff_t)input * p->out_blocks + block) * SR_BLOCK;
            if (wide == WIDE)
                run_outer(p, a, b, c, p->inputs - input, MOST_VECTORS);
            else
                run_outer(p, a, b, c, p->inputs - input, PER_BLOCK);
        }
    }
    leave(state);
}

/* The sums grow by one number in every round. */
static double multiply_add(size_t rounds, float *sink)
{
    vec chain[CHAINS];
    const mask a = (mask)load(sink);
    UNROLL for (int i = 0; i < CHAINS; i++) chain[i] =
        load(sink) + (float)i; /* equal chains would be merged by the compiler */
    for (size_t round = 0; round < rounds; round++) {
        UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = step(chain[i], a, a);
    }
    UNROLL for (int i = 1; i < CHAINS; i++) chain[0] += chain[i];
    store(sink, chain[0]);
    return 4.0 * CHAINS * WIDTH * (double)rounds;
}

#if SR_NATIVE
const struct sr_bf16 sr_bf16_native = {SR_BF16_NAME, true, product, outer, multiply_add};
#else
const struct sr_bf16 SR_NAME(bf16) = {SR_BF16_NAME, false, product, outer, multiply_add};
#endif
