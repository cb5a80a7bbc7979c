/* Products in bf16: the bits of one definition on every set, by the instruction and without it; and
 * Winograd's convolutions made of them, against sums in double precision. */
#include "support.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/bf16.h"
#include "sartor/compute/winograd.h"
#include <math.h>

static const char *const sets[] = {"avx2", "avx512", "avx512_bf16"};
enum { SETS = sizeof sets / sizeof *sets };

static float *numbers(size_t count, uint64_t seed)
{
    float *array = sr_array_new(count, sizeof *array, "test numbers", NULL);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    assert_non_null(array);
    for (size_t i = 0; i < count; i++) array[i] = 2 * sr_rng_float(&rng) - 1;
    return array;
}

/* Pairs whose exponents are `spread` around `middle`: near the smallest ones, products vanish. */
static uint32_t *pairs(size_t count, uint32_t middle, uint32_t spread, uint64_t seed)
{
    uint32_t *array = sr_array_new(count, sizeof *array, "test numbers", NULL);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    assert_non_null(array);
    for (size_t i = 0; i < 2 * count; i++) {
        const uint32_t random = (uint32_t)sr_rng_next(&rng),
                       exponent = middle + (random >> 8) % spread - spread / 2,
                       half = (random & 0x807f) | exponent << 7;
        array[i / 2] |= i % 2 ? half << 16 : half;
    }
    return array;
}

static void compare_product(const struct sr_bf16 *k, int pixels, int in, int out, uint32_t middle)
{
    const size_t size = (size_t)(out * pixels * SR_BLOCK);
    uint32_t *a = pairs((size_t)(in * pixels * SR_PAIRS), middle, 2 * middle < 120 ? 40 : 12, 1),
             *b = pairs((size_t)(out * in * SR_PAIRS * SR_BLOCK), middle, 12, 2);
    float *c = numbers(size, 3), *twin = numbers(size, 4);
    struct sr_bf16_product p = {a, b, c, pixels, in, out};
    k->product(&p);
    p.c = twin;
    sr_bf16_named("reference")->product(&p);
    assert_memory_equal(c, twin, size * sizeof *c);
    free(a), free(b), free(c), free(twin);
}

static void compare_outer(const struct sr_bf16 *k, int count, int inputs, int out, uint32_t middle)
{
    const size_t size = (size_t)(inputs * out * SR_BLOCK);
    uint32_t *a = pairs((size_t)(sr_slots(inputs) * count), middle, 12, 1),
             *b = pairs((size_t)(out * SR_BLOCK * count), middle, 12, 2);
    float *c = numbers(size, 3), *twin = numbers(size, 3);
    struct sr_bf16_outer p = {a, b, c, count, inputs, out};
    k->outer(&p);
    p.c = twin;
    sr_bf16_named("reference")->outer(&p);
    assert_memory_equal(c, twin, size * sizeof *c);
    free(a), free(b), free(c), free(twin);
}

static void test_same_bits(void **state)
{
    static const int pixels[] = {1, 5, 14, 15, 33}, inputs[] = {16, 21, 40};
    /* 1, and where products are subnormal or nothing. */
    static const uint32_t middles[] = {127, 64, 58, 24};
    (void)state;
    for (size_t set = 0; set < SETS; set++) {
        const struct sr_bf16 *k = sr_bf16_named(sets[set]);
        for (size_t m = 0; k && m < 4; m++)
            for (int out = 1; out <= 3; out++) {
                for (size_t i = 0; i < 5; i++)
                    compare_product(k, pixels[i], 1 + (int)i % 3, out, middles[m]);
                for (size_t i = 0; i < 3; i++)
                    compare_outer(k, pixels[i] + 2, inputs[i], out, middles[m]);
            }
    }
}

/* 1×1 outputs of one pair after another. */
static float sum_of(const struct sr_bf16 *k, const uint32_t (*terms)[2], int count)
{
    uint32_t *a = pairs(SR_PAIRS, 1, 1, 1), *b = pairs((size_t)SR_PAIRS * SR_BLOCK, 1, 1, 1);
    float *c = numbers(SR_BLOCK, 1), first;
    memset(a, 0, SR_PAIRS * sizeof *a);
    memset(b, 0, sizeof *b * SR_PAIRS * SR_BLOCK);
    for (int i = 0; i < count; i++) a[i] = terms[i][0], b[i * SR_BLOCK] = terms[i][1];
    k->product(&(struct sr_bf16_product){a, b, c, 1, 1, 1});
    first = c[0];
    free(a), free(b), free(c);
    return first;
}

/* What sets vdpbf16ps apart from other ways to do it. */
static void test_definition(void **state)
{
    enum { ONE = 0x3f80, LARGE = 0x4b80 /* 2^24 */, SMALL = 0x3300 /* 2^-25 */, TINY = 0x0001 };
    const uint32_t ones = ONE << 16 | ONE;
    /* Each term of a pair is rounded by itself: 2^24 + 1 + 1 stays 2^24. */
    const uint32_t twice[][2] = {{LARGE, ONE}, {ones, ones}};
    /* The second of a pair comes first: 1 - 1 leaves room for 2^-25, which 1 + 2^-25 would not. */
    const uint32_t order[][2] = {{ONE, ONE}, {(uint32_t)(0x8000 | ONE) << 16 | SMALL, ones}};
    const uint32_t subnormal[][2] = {{TINY, 0x7f00}}, product[][2] = {{0x1f80, 0x1f80}};
    static const char *const all[] = {"avx2", "avx512", "avx512_bf16", "reference"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct sr_bf16 *k = sr_bf16_named(all[i]);
        if (!k) continue;
        assert_float_equal(sum_of(k, twice, 2), 0x1p24f, 0);
        assert_float_equal(sum_of(k, order, 2), 0x1p-25f, 0);
        assert_float_equal(sum_of(k, subnormal, 1), 0, 0);
        assert_float_equal(sum_of(k, product, 1), 0, 0);
    }
}

/* ---- Winograd's convolutions ---- */

static const int shapes[][5] = {{3, 3, 16, 16, 1},   {5, 5, 20, 33, 0}, {13, 13, 32, 64, 0},
                                {14, 14, 32, 32, 1}, {7, 7, 17, 40, 1}, {4, 9, 16, 48, 2}};
enum { SHAPES = sizeof shapes / sizeof *shapes, IMAGES = 3 };

static float half_value(uint32_t word, bool second)
{
    const uint32_t bits = second ? word & 0xffff0000 : word << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* As near as the last of eight digits, and one more where the last bit of a float decides. */
static void assert_halves(const uint32_t *a, const uint32_t *b, size_t count, const char *what)
{
    for (size_t i = 0; i < 2 * count; i++) {
        const double x = (double)half_value(a[i / 2], i % 2),
                     y = (double)half_value(b[i / 2], i % 2);
        if (!(fabs(x - y) <= 0.008 * fabs(y) + 1e-6))
            fail_msg("%s: half %zu is %g, the twin's is %g", what, i, x, y);
    }
}

static void compare_points(const struct sr_kernels *k, const struct sr_winograd *g, int images)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    const struct sr_conv *c = &g->conv;
    const int tiles = sr_winograd_tiles(g, images);
    for (int back = 0; back < 2; back++) {
        const int channels = back ? c->outputs : c->inputs;
        const size_t size = (size_t)sr_winograd_points(g) * sr_winograd_stride_16(channels, tiles);
        float *x =
            numbers((size_t)images * (back ? sr_conv_output_size(c) : sr_conv_input_size(c)), 1);
        uint32_t *words[4];
        for (int i = 0; i < 4; i++)
            words[i] = sr_array_new(size, sizeof **words, "test numbers", NULL);
        struct sr_points_16 to = {words[0], back ? words[1] : NULL},
                            too = {words[2], back ? words[3] : NULL};
        (back ? k->winograd_out_back_16 : k->winograd_in_16)(g, x, images, &to);
        (back ? twin->winograd_out_back_16 : twin->winograd_in_16)(g, x, images, &too);
        if (!back) {
            to = (struct sr_points_16){NULL, words[1]};
            too = (struct sr_points_16){NULL, words[3]};
            k->winograd_in_16(g, x, images, &to);
            twin->winograd_in_16(g, x, images, &too);
        }
        assert_halves(words[0], words[2], size, "pairs of channels");
        assert_halves(words[1], words[3], size, "pairs of tiles");
        for (int i = 0; i < 4; i++) free(words[i]);
        free(x);
    }
}

static struct sr_winograd tiled(const int *s, int tile)
{
    struct sr_winograd g = {.conv = {s[0], s[1], s[2], s[0] + 2 * s[4] - 2, s[1] + 2 * s[4] - 2,
                                     s[3], 3, 1, s[4], false},
                            .tile = tile};
    g.down = (g.conv.out_height + tile - 1) / tile;
    g.across = (g.conv.out_width + tile - 1) / tile;
    return g;
}

static void test_points(void **state)
{
    static const char *const all[] = {"baseline", "avx2", "avx512"};
    (void)state;
    for (size_t set = 0; set < 3; set++) {
        const struct sr_kernels *k = sr_kernels_named(all[set]);
        for (int i = 0; k && i < 2 * SHAPES; i++) {
            struct sr_winograd g = tiled(shapes[i / 2], 3 + i % 2);
            compare_points(k, &g, 1 + i % 3);
        }
    }
}

/* In floats, by the kernels that test_winograd holds to the definition, and in bf16. */
struct way {
    float *y, *dx, *dw;
};

static struct way run(const struct sr_winograd *g, bool bf16, const float *x, const float *w,
                      const float *dy)
{
    const struct sr_kernels *k = sr_kernels();
    const struct sr_conv *c = &g->conv;
    const int points = sr_winograd_points(g);
    float *u = numbers(sr_winograd_weights(g), 5), *turned = numbers(sr_winograd_weights(g), 5),
          *du = sr_array_new(sr_winograd_weights(g), sizeof *du, "test numbers", NULL),
          *scratch = numbers(bf16 ? sr_winograd_scratch_16(g, IMAGES, true)
                                  : sr_winograd_scratch(g, IMAGES, true),
                             5);
    uint32_t *u16 = pairs(sr_winograd_weights_16(g), 100, 9, 1),
             *turned16 = pairs(sr_winograd_weights_16(g), 100, 9, 1);
    struct way way = {numbers(IMAGES * sr_conv_output_size(c), 6),
                      numbers(IMAGES * sr_conv_input_size(c), 6),
                      numbers(sr_conv_weight_size(c), 6)};
    const struct sr_conv_end end = {.y = way.y};
    const struct sr_winograd_back back = {
        .x = x, .dy = dy, .turned = turned, .du = du, .dx = way.dx};
    for (int block = 0; block < sr_blocks(c->outputs); block++) k->winograd_filter(g, w, block, u);
    for (int p = 0; p < points; p++) k->winograd_turn(g, u, p, turned);
    for (int p = 0; p < points; p++) sr_winograd_pair(g, k, u, p, false, u16);
    for (int p = 0; p < points; p++) sr_winograd_pair(g, k, turned, p, true, turned16);
    if (bf16) {
        sr_winograd_forward_16(g, k, x, u16, &end, IMAGES, scratch);
        sr_winograd_backward_16(g, k, &back, turned16, IMAGES, scratch);
    } else {
        sr_winograd_forward(g, k, x, u, &end, IMAGES, scratch);
        sr_winograd_backward(g, k, &back, IMAGES, scratch);
    }
    k->winograd_filter_back(g, du, way.dw);
    free(u), free(turned), free(du), free(scratch), free(u16), free(turned16);
    return way;
}

/* Eight digits and the transforms together leave errors of one part in a hundred. */
static void assert_alike(const float *a, const float *b, size_t count, const char *what)
{
    double error = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        error += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    if (!(size > 0 && sqrt(error / size) < 0.02 && error > 0))
        fail_msg("%s: the error is %g of the numbers", what, sqrt(error / size));
}

static void clear_missing(float *a, int images, int pixels, int channels)
{
    const int blocks = sr_blocks(channels);
    for (int i = 0; i < images * blocks * pixels * SR_BLOCK; i++)
        if (i / (pixels * SR_BLOCK) % blocks * SR_BLOCK + i % SR_BLOCK >= channels) a[i] = 0;
}

static void test_convolutions(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * SHAPES; i++) {
        struct sr_winograd g = tiled(shapes[i / 2], 3 + i % 2);
        const struct sr_conv *c = &g.conv;
        float *x = numbers(IMAGES * sr_conv_input_size(c), 1),
              *w = numbers(sr_conv_weight_size(c), 2),
              *dy = numbers(IMAGES * sr_conv_output_size(c), 3);
        clear_missing(x, IMAGES, c->height * c->width, c->inputs);
        clear_missing(dy, IMAGES, c->out_height * c->out_width, c->outputs);
        for (size_t j = 0; j < sr_conv_weight_size(c); j++)
            if (j % (size_t)sr_slots(c->outputs) >= (size_t)c->outputs) w[j] = 0;
        struct way fine = run(&g, false, x, w, dy), coarse = run(&g, true, x, w, dy);
        assert_alike(coarse.y, fine.y, IMAGES * sr_conv_output_size(c), "forward");
        assert_alike(coarse.dx, fine.dx, IMAGES * sr_conv_input_size(c), "backward");
        assert_alike(coarse.dw, fine.dw, sr_conv_weight_size(c), "weights");
        free(fine.y), free(fine.dx), free(fine.dw), free(coarse.y), free(coarse.dx);
        free(coarse.dw), free(x), free(w), free(dy);
    }
}

/* The loop that measures the processor does what it counts. */
static void test_multiply_add(void **state)
{
    static const char *const all[] = {"reference", "avx2", "avx512", "avx512_bf16"};
    (void)state;
    for (size_t set = 0; set < SETS + 1; set++) {
        const struct sr_bf16 *k = sr_bf16_named(all[set]);
        _Alignas(64) float sink[16];
        if (!k) continue;
        for (int i = 0; i < 16; i++) sink[i] = 0.5F; /* in bf16 the pair 0.5, 0 */
        const double once = k->multiply_add(1, sink);
        assert_true(once >= 4 && sink[0] >= 0.75F);
        const float after = sink[0];
        for (int i = 0; i < 16; i++) sink[i] = 0.5F;
        assert_true(k->multiply_add(3, sink) == 3 * once && sink[0] > after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),    cmocka_unit_test(test_definition),
        cmocka_unit_test(test_multiply_add), cmocka_unit_test(test_points),
        cmocka_unit_test(test_convolutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
