/* Each instruction set's kernels against their plain twins, on odd shapes, and matrix products. */
#include "support.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/tree.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/kernels.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdatomic.h>

static const char *const sets[] = {SR_ISA_WORDS};

static float *numbers(size_t count, uint64_t seed)
{
    float *array = sr_array_new(count, sizeof *array, "test numbers", NULL);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    assert_non_null(array);
    for (size_t i = 0; i < count; i++) array[i] = 2 * sr_rng_float(&rng) - 1;
    return array;
}

static void assert_near(const float *a, const float *b, size_t count, double tolerance,
                        const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= tolerance * (1 + fabs((double)b[i]))))
            fail_msg("%s: element %zu is %g, the twin's is %g", what, i, (double)a[i],
                     (double)b[i]);
}

static float *copy_of(const float *a, size_t count)
{
    float *copy = sr_array_new(count, sizeof *copy, "test numbers", NULL);
    assert_non_null(copy);
    memcpy(copy, a, count * sizeof *copy);
    return copy;
}

static void compare_conv(const struct sr_kernels *k, struct sr_conv c, int images)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    char what[200];
    snprintf(what, sizeof what, "%s: %d images %d×%d×%d to %d×%d×%d, kernel %d stride %d pad %d%s",
             k->isa, images, c.height, c.width, c.inputs, c.out_height, c.out_width, c.outputs,
             c.kernel, c.stride, c.pad, c.plain ? ", plain" : "");
    size_t in = (size_t)images * sr_conv_input_size(&c),
           out = (size_t)images * sr_conv_output_size(&c);
    size_t weights = sr_conv_weight_size(&c);
    float *x = numbers(in, 1), *w = numbers(weights, 2),
          *bias = numbers((size_t)sr_slots(c.outputs), 3);
    float *y = numbers(out, 4), *z = copy_of(y, out), *v = copy_of(w, weights);
    /* Exactly sized arrays: address sanitizer sees a tile that reads past an end. */
    for (int flags = 0; flags < 4; flags++) {
        k->conv(&c, x, w, flags & 1 ? bias : NULL, flags, y, images);
        twin->conv(&c, x, w, flags & 1 ? bias : NULL, flags, z, images);
        assert_near(y, z, out, 1e-6 * (20 + sqrt((double)weights)), what);
    }
    k->conv_weights(&c, x, y, w, images);
    twin->conv_weights(&c, x, z, v, images);
    assert_near(w, v, weights, 2e-4 * (1 + c.inputs / 100), what);
    free(x), free(w), free(bias), free(y), free(z), free(v);
}

/* Where there is a kernel of its own for the first layer behind a pool. */
static void compare_pooled(const struct sr_kernels *k, int height, int width, int outputs,
                           bool relu)
{
    enum { IMAGES = 3 };
    const struct sr_kernels *twin = sr_kernels_named("reference");
    const struct sr_conv c = {height, width, 1, height - 2, width - 2, outputs, 3, 1, 0, true};
    const size_t slots = (size_t)sr_slots(outputs), in = IMAGES * sr_conv_input_size(&c),
                 out = IMAGES * (size_t)(c.out_height / 2 * (c.out_width / 2)) * slots;
    float *x = numbers(in, 1), *dy = numbers(out, 2), *after = numbers(out, 3),
          *w = numbers(9 * slots, 4), *v = copy_of(w, 9 * slots), *bias = numbers(slots, 5),
          *sums = copy_of(bias, slots);
    float *z = numbers(out, 6);
    uint8_t *which = sr_array_raw(out, 1, "test numbers", NULL),
            *places = sr_array_raw(out, 1, "test numbers", NULL);
    char what[100];
    snprintf(what, sizeof what, "%s: %d×%d to %d, pooled", k->isa, height, width, outputs);
    for (size_t i = 0; i < out; i++) {
        which[i] = (uint8_t)(i * 7 % 11 % 4);
        after[i] = after[i] < 0 ? 0 : after[i];
    }
    const struct sr_pooled pooled = {dy, relu ? after : NULL, which};
    k->conv_pooled(&c, x, w, &(struct sr_pool_end){bias, relu, dy, which}, IMAGES);
    twin->conv_pooled(&c, x, w, &(struct sr_pool_end){bias, relu, z, places}, IMAGES);
    assert_near(dy, z, out, 1e-5, what);
    for (size_t i = 0; i < out; i++) /* of equal ones, which zeros are, any will do */
        if (!relu && which[i] != places[i]) fail_msg("%s: another one of four at %zu", what, i);
    k->conv_weights_pooled(&c, x, &pooled, w, bias, IMAGES);
    twin->conv_weights_pooled(&c, x, &pooled, v, sums, IMAGES);
    assert_near(w, v, 9 * slots, 1e-4, what);
    assert_near(bias, sums, slots, 1e-4, what);
    free(x), free(dy), free(after), free(w), free(v), free(bias), free(sums), free(which);
    free(z), free(places);
}

/* The way back through a pool, from the second layer on: as pixel by pixel. */
static void compare_pooled_back(const struct sr_kernels *k, struct sr_conv c, bool relu)
{
    enum { IMAGES = 2 };
    const struct sr_kernels *twin = sr_kernels_named("reference");
    c.out_height = c.height - 2, c.out_width = c.width - 2, c.kernel = 3, c.stride = 1;
    const size_t slots = (size_t)sr_slots(c.outputs), in = IMAGES * sr_conv_input_size(&c),
                 out = IMAGES * (size_t)(c.out_height / 2 * (c.out_width / 2)) * slots,
                 weights = (size_t)sr_slots(c.inputs) * slots * 9, matrix = sr_conv_weight_size(&c);
    float *x = numbers(in, 1), *dy = numbers(out, 2), *after = numbers(out, 3),
          *w = numbers(matrix, 4), *again = numbers(matrix, 5), *turned = numbers(weights, 6),
          *dw = numbers(weights, 7), *dv = copy_of(dw, weights), *dx = numbers(in, 8),
          *dz = copy_of(dx, in), *bias = numbers(slots, 9), *sums = copy_of(bias, slots);
    uint8_t *which = sr_array_raw(out, 1, "test numbers", NULL);
    char what[100];
    snprintf(what, sizeof what, "%s: back through a pool, %d×%d×%d to %d", k->isa, c.height,
             c.width, c.inputs, c.outputs);
    const size_t windows = out / IMAGES / slots;
    for (size_t i = 0; i < out; i++) {
        which[i] = (uint8_t)(i * 7 % 11 % 4);
        after[i] = after[i] < 0 ? 0 : after[i];
        /* What no output has no gradient. */
        if (i / (windows * SR_BLOCK) % (slots / SR_BLOCK) * SR_BLOCK + i % SR_BLOCK >=
            (size_t)c.outputs)
            dy[i] = 0;
    }
    for (int block = 0; block < sr_blocks(c.inputs); block++) {
        sr_conv_turn_taps(&c, w, block, turned);
        sr_conv_turn_taps_back(&c, turned, block, again);
    }
    assert_memory_equal(w, again, matrix * sizeof *w);
    struct sr_pooled_back back = {{dy, relu ? after : NULL, which}, x, turned, dw, bias, dx},
                          plain = {{dy, relu ? after : NULL, which}, x, turned, dv, sums, dz};
    k->conv_pooled_back(&c, &back, IMAGES);
    twin->conv_pooled_back(&c, &plain, IMAGES);
    assert_near(dx, dz, in, 1e-4, what);
    assert_near(bias, sums, slots, 1e-4, what);
    for (size_t i = 0; i < weights; i++) /* inputs that there are not */
        if (i / (9 * slots * SR_BLOCK) * SR_BLOCK + i % SR_BLOCK >= (size_t)c.inputs)
            dw[i] = dv[i] = 0;
    assert_near(dw, dv, weights, 1e-4, what);
    free(x), free(dy), free(after), free(w), free(again), free(turned), free(dw), free(dv);
    free(dx), free(dz), free(bias), free(sums), free(which);
}

static void test_pooled_back(void **state)
{
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k || !k->conv_pooled_back) continue;
        for (int relu = 0; relu < 2; relu++) {
            compare_pooled_back(k, (struct sr_conv){13, 13, 32, .outputs = 64}, relu);
            compare_pooled_back(k, (struct sr_conv){4, 5, 3, .outputs = 17}, relu);
            compare_pooled_back(k, (struct sr_conv){32, 21, 40, .outputs = 16}, relu);
            compare_pooled_back(k, (struct sr_conv){7, 8, 16, .outputs = 300}, relu);
        }
    }
}

static void test_pooled(void **state)
{
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k || !k->conv_weights_pooled) continue;
        for (int outputs = 1; outputs <= 50; outputs += 16) {
            compare_pooled(k, 28, 28, outputs, true);
            compare_pooled(k, 7, 10, outputs, false);
            compare_pooled(k, 4, 4, outputs, true);
        }
    }
}

static void test_conv(void **state)
{
    static const int sides[][2] = {{1, 1}, {3, 2}, {2, 5}, {7, 4}, {5, 13}, {4, 15}, {3, 29}};
    static const int channels[][2] = {{1, 1}, {3, 17}, {16, 32}, {5, 64}, {18, 48}, {33, 80}};
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k) continue;
        assert_string_equal(k->isa, sets[set]);
        int which = 0;
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
            for (size_t n = 0; n < sizeof channels / sizeof *channels; n++)
                for (int kernel = 1; kernel <= 3; kernel += 2)
                    for (int stride = 1; stride <= 2; stride++)
                        for (int pad = 0; pad < kernel; pad++) {
                            struct sr_conv c = {.height = sides[s][0],
                                                .width = sides[s][1],
                                                .inputs = channels[n][0],
                                                .outputs = channels[n][1],
                                                .kernel = kernel,
                                                .stride = stride,
                                                .pad = pad,
                                                .plain = pad == 0 && n == 0};
                            int height = c.height + 2 * pad - kernel,
                                width = c.width + 2 * pad - kernel;
                            if (height < 0 || width < 0) continue;
                            c.out_height = height / stride + 1;
                            c.out_width = width / stride + 1;
                            compare_conv(k, c, 1 + which++ % 3);
                        }
        compare_conv(k, (struct sr_conv){2, 3, 1000, 2, 3, 16, 3, 1, 1, false},
                     1); /* inputs in parts */
        compare_conv(k, (struct sr_conv){8, 28, 1, 6, 26, 32, 3, 1, 0, true}, 2);
        compare_conv(k, (struct sr_conv){5, 41, 1, 3, 39, 48, 3, 1, 0, true}, 1);
    }
}

/* Every tile: all widths that one can have, both strides, one block of outputs and two, and images
 * enough for tiles over several of them; plain input too, which has tiles of its own. */
static void test_tiles(void **state)
{
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k) continue;
        for (int width = 1; width <= 15; width++)
            for (int stride = 1; stride <= 2; stride++)
                for (int outputs = 16; outputs <= 32; outputs += 16) {
                    const int wide = (width - 1) * stride;
                    struct sr_conv c = {.height = 2,
                                        .width = wide + 1,
                                        .inputs = 2,
                                        .out_height = 1 + (stride == 1),
                                        .out_width = width,
                                        .outputs = outputs,
                                        .kernel = 3,
                                        .stride = stride,
                                        .pad = 1};
                    for (int images = 1; images <= 4; images *= 2) compare_conv(k, c, images);
                    c.plain = true, c.inputs = 1, c.pad = 0, c.out_height = 1;
                    for (c.kernel = 1; c.kernel <= 3; c.kernel += 2) {
                        c.height = c.kernel;
                        c.width = wide + c.kernel;
                        compare_conv(k, c, 1);
                    }
                }
    }
}

/* The turned convolution is the transpose: <conv(x), y> = <x, turned conv(y)>. */
static void test_turn(void **state)
{
    (void)state;
    struct sr_conv c = {6, 7, 5, 4, 5, 19, 3, 1, 0, false},
                   back = {4, 5, 19, 6, 7, 5, 3, 1, 2, false};
    const struct sr_kernels *k = sr_kernels();
    float *x = numbers(sr_conv_input_size(&c), 1), *w = numbers(sr_conv_weight_size(&c), 2);
    float *y = numbers(sr_conv_output_size(&c), 3),
          *turned = numbers(sr_conv_weight_size(&back), 4);
    float *packed = numbers(sr_conv_weight_size(&c), 4);
    /* Channels past the last are zero everywhere. */
    for (size_t i = 0; i < sr_conv_input_size(&c); i++) x[i] *= i % 16 < 5;
    for (size_t i = 0; i < sr_conv_weight_size(&c); i++) w[i] *= i % 32 < 19;
    for (size_t i = 0; i < sr_conv_output_size(&c); i++) y[i] *= i / 320 * 16 + i % 16 < 19;
    float *forward = numbers(sr_conv_output_size(&c), 5),
          *backward = numbers(sr_conv_input_size(&c), 6);
    sr_conv_turn(&c, w, 0, turned);
    for (int block = 0; block < 2; block++) sr_conv_pack(&c, w, block, packed);
    k->conv(&c, x, packed, NULL, 0, forward, 1);
    k->conv(&back, y, turned, NULL, 0, backward, 1);
    double left = 0, right = 0;
    for (size_t i = 0; i < sr_conv_output_size(&c); i++) left += (double)forward[i] * (double)y[i];
    for (size_t i = 0; i < sr_conv_input_size(&c); i++) right += (double)backward[i] * (double)x[i];
    assert_true(fabs(left - right) < 1e-3 * (1 + fabs(left)));
    free(x), free(w), free(y), free(turned), free(packed), free(forward), free(backward);
}

/* Its own pixels stand at even rows and columns, and zeros between them. */
static void test_spread(void **state)
{
    (void)state;
    enum { PLANES = 2, HEIGHT = 3, WIDTH = 4, TALL = 2 * HEIGHT - 1, WIDE = 2 * WIDTH - 1 };
    float *dy = numbers(PLANES * HEIGHT * WIDTH * SR_BLOCK, 1),
          *spread = numbers(PLANES * TALL * WIDE * SR_BLOCK, 2);
    sr_conv_spread(dy, PLANES, HEIGHT, WIDTH, spread);
    for (int plane = 0; plane < PLANES; plane++)
        for (int y = 0; y < TALL; y++)
            for (int x = 0; x < WIDE; x++)
                for (int c = 0; c < SR_BLOCK; c++) {
                    int own = ((plane * HEIGHT + y / 2) * WIDTH + x / 2) * SR_BLOCK + c;
                    float wanted = y % 2 || x % 2 ? 0 : dy[own];
                    assert_true(spread[((plane * TALL + y) * WIDE + x) * SR_BLOCK + c] == wanted);
                }
    free(dy), free(spread);
}

static void test_pointwise(void **state)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    enum { IMAGES = 3, BLOCKS = 2, HEIGHT = 5, WIDTH = 7, PIXELS = HEIGHT * WIDTH };
    enum {
        SIZE = IMAGES * BLOCKS * PIXELS * SR_BLOCK,
        SMALL = IMAGES * BLOCKS * 2 * 3 * SR_BLOCK,
        SLOTS = BLOCKS * SR_BLOCK
    };
    static const struct sr_extent extent = {IMAGES, BLOCKS, PIXELS};
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k) continue;
        float *x = numbers(SIZE, 1), *o = numbers(SIZE, 2), *y = numbers(SIZE, 3),
              *z = copy_of(y, SIZE);
        float *a = numbers(SLOTS, 4), *b = numbers(SLOTS, 5), *c = numbers(SLOTS, 6);
        float *s = numbers(SLOTS, 7), *t = numbers(SLOTS, 8), *s2 = copy_of(s, SLOTS),
              *t2 = copy_of(t, SLOTS);
        uint8_t which[SMALL] __attribute__((aligned(64))),
            which2[SMALL] __attribute__((aligned(64)));
        for (size_t i = 0; i < SIZE; i += 3) x[i] = roundf(2 * x[i]); /* ties in the pools */
        k->channel_sums(x, extent, s);
        twin->channel_sums(x, extent, s2);
        assert_near(s, s2, SLOTS, 1e-5, "channel sums");
        k->moments(x, extent, s, t);
        twin->moments(x, extent, s2, t2);
        assert_near(s, s2, SLOTS, 1e-5, "means");
        assert_near(t, t2, SLOTS, 1e-5, "spreads");
        for (int relu = 0; relu < 2; relu++) {
            k->norm(x, extent, a, b, relu ? o : NULL, relu, y);
            twin->norm(x, extent, a, b, relu ? o : NULL, relu, z);
            assert_near(y, z, SIZE, 1e-6, "norm");
        }
        k->norm_sums(x, o, extent, a, b, s, t);
        twin->norm_sums(x, o, extent, a, b, s2, t2);
        assert_near(s, s2, SLOTS, 1e-5, "norm sums");
        assert_near(t, t2, SLOTS, 1e-4, "norm dots");
        k->norm_back(x, o, extent, a, b, c, y);
        twin->norm_back(x, o, extent, a, b, c, z);
        assert_near(y, z, SIZE, 1e-6, "norm back");
        k->pool(x, IMAGES * BLOCKS, HEIGHT, WIDTH, y, which);
        twin->pool(x, IMAGES * BLOCKS, HEIGHT, WIDTH, z, which2);
        assert_near(y, z, SMALL, 0, "pool");
        assert_memory_equal(which, which2, SMALL);
        for (int given = 0; given < 2; given++) {
            k->pool_back(o, which, given ? x : NULL, IMAGES * BLOCKS, HEIGHT, WIDTH, y);
            twin->pool_back(o, which, given ? x : NULL, IMAGES * BLOCKS, HEIGHT, WIDTH, z);
            assert_near(y, z, SIZE, 0, "pool back");
        }
        k->relu_back(o, x, SIZE, y);
        twin->relu_back(o, x, SIZE, z);
        assert_near(y, z, SIZE, 0, "relu back");
        k->relu(x, o, SIZE, y);
        twin->relu(x, o, SIZE, z);
        assert_near(y, z, SIZE, 0, "relu");
        k->add(x, SIZE, y);
        twin->add(x, SIZE, z);
        assert_near(y, z, SIZE, 0, "add");
        uint16_t chances[SIZE] __attribute__((aligned(64)));
        for (size_t i = 0; i < SIZE; i++)
            chances[i] = i % 3 ? (uint16_t)(i * 40503) : (uint16_t)(19999 + i % 4);
        k->drop(chances, 20000, 1.5f, x, SIZE, y);
        twin->drop(chances, 20000, 1.5f, x, SIZE, z);
        assert_near(y, z, SIZE, 0, "drop");
        x[5] = NAN;
        k->relu(x, NULL, SIZE, y);
        assert_true(isnan(y[5]));
        free(x), free(o), free(y), free(z), free(a), free(b), free(c), free(s), free(t), free(s2),
            free(t2);
    }
}

/* An optimiser's step against its twin, at odd lengths and places; and the same bits from every
 * set. */
static void test_update(void **state)
{
    enum { ROOM = 80 };
    static const struct sr_update update = {0.01f, 0.5f, 0.1f, 0.9f, 0.999f, 3, 1e-8f, 0.99f};
    const struct sr_kernels *twin = sr_kernels_named("reference"),
                            *base = sr_kernels_named("baseline");
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (size_t count = 0; k && count < ROOM - 3; count++) {
            size_t at = count % 3;
            const struct sr_kernels *const table[3] = {k, base, twin};
            float *w[3], *a[3], *b[3], *c[3], *d[3], *g = numbers(ROOM, 6);
            uint8_t bytes[ROOM];
            for (int i = 0; i < ROOM; i++) bytes[i] = (uint8_t)(i * 53);
            for (int t = 0; t < 3; t++) {
                w[t] = numbers(ROOM, 1), a[t] = numbers(ROOM, 2), b[t] = numbers(ROOM, 3);
                c[t] = numbers(ROOM, 4), d[t] = numbers(ROOM, 5);
                for (int i = 0; i < ROOM; i++) b[t][i] = fabsf(b[t][i]);
                /* Weights that nothing moves: their moments become zero, none a subnormal one. */
                for (int i = 0; i < ROOM; i += 7)
                    w[t][i] = g[i] = 0, a[t][i] = c[t][i] = -1e-37f, b[t][i] = 1e-37f;
                table[t]->adam(&update, g + at, count, w[t] + at, a[t] + at, b[t] + at);
                table[t]->sgd(&update, g + at, count, w[t] + at, c[t] + at);
                table[t]->average(w[t] + at, 0.9f, count, a[t] + at);
                table[t]->scale_bytes(bytes + at, 0.01f, -1.5f, count, d[t] + at);
            }
            for (int t = 1; t < 3; t++) {
                double tolerance = t == 1 ? 0 : 1e-6; /* the first is a twin too */
                assert_near(w[0], w[t], ROOM, tolerance, "weights");
                assert_near(a[0], a[t], ROOM, tolerance, "average");
                assert_near(b[0], b[t], ROOM, tolerance, "second moments");
                assert_near(d[0], d[t], ROOM, tolerance, "scaled bytes");
                assert_near(c[0], c[t], ROOM, tolerance, "velocity");
            }
            for (int t = 0; t < 3; t++) free(w[t]), free(a[t]), free(b[t]), free(c[t]), free(d[t]);
            free(g);
        }
    }
}

static void test_grey(void **state)
{
    uint8_t bytes[256];
    float values[256];
    (void)state;
    for (int i = 0; i < 256; i++) bytes[i] = (uint8_t)i;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        if (!k) continue;
        k->grey(bytes, 256, values);
        for (int i = 0; i < 256; i++) assert_true(values[i] == (float)i / 255.0f);
        for (size_t count = 0; count < 40; count++) { /* anywhere, and no further */
            float wanted[40];
            values[3 + count] = 7;
            k->grey(bytes + 201, count, values + 3);
            sr_kernels_named("reference")->grey(bytes + 201, count, wanted);
            assert_memory_equal(values + 3, wanted, count * sizeof *values);
            assert_true(values[3 + count] == 7);
        }
    }
}

/* rows × columns, stored transposed or not. */
static struct sr_matrix stored(const float *values, int rows, int columns, int row, bool transposed)
{
    return transposed ? sr_transpose(sr_matrix(values, columns, rows, row))
                      : sr_matrix(values, rows, columns, row);
}

static void test_gemm(void **state)
{
    static const int shapes[][3] = {{1, 1, 1},      {3, 10, 7}, {130, 515, 33}, {128, 16, 784},
                                    {17, 40, 2100}, {5, 6, 0},  {64, 129, 130}};
    struct sr_pool *pool = sr_pool_new(3, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int transpose = 0; transpose < 4; transpose++) {
            int m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
            int lda = (transpose & 1 ? m : k) + 3, ldb = (transpose & 2 ? k : n) + 1, ldc = n + 2;
            float *a = numbers((size_t)(m + k) * (size_t)lda, 1),
                  *b = numbers((size_t)(n + k) * (size_t)ldb, 2);
            float *c = numbers((size_t)m * (size_t)ldc, 3),
                  *d = copy_of(c, (size_t)m * (size_t)ldc),
                  *e = copy_of(c, (size_t)m * (size_t)ldc);
            for (int beta = 0; beta < 2; beta++) {
                sr_gemm(pool, 0.5f, stored(a, m, k, lda, transpose & 1),
                        stored(b, k, n, ldb, transpose & 2), (float)beta, c, ldc);
                sr_gemm(NULL, 0.5f, stored(a, m, k, lda, transpose & 1),
                        stored(b, k, n, ldb, transpose & 2), (float)beta, e, ldc);
                sr_gemm_ref(0.5f, stored(a, m, k, lda, transpose & 1),
                            stored(b, k, n, ldb, transpose & 2), (float)beta, d, ldc);
                assert_memory_equal(c, e, (size_t)m * (size_t)ldc * sizeof *c);
                assert_near(c, d, (size_t)m * (size_t)ldc, 1e-4, "matrix product");
            }
            free(a), free(b), free(c), free(d), free(e);
        }
    sr_pool_free(pool);
}

/* The strips of every set, the portable one included, which sr_gemm leaves to OpenBLAS. */
static void test_product(void **state)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    float *a = numbers(40 * 600, 1), *b = numbers(40 * 600, 2), *c = numbers(40 * 40, 3),
          *d = copy_of(c, 40 * 40);
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (int way = 0; k && way < 40; way++) {
            struct sr_product p = {.a = a,
                                   .b = b,
                                   .c = c,
                                   .c_row = 33,
                                   .rows = 1 + way,
                                   .columns = 1 + way * 7 % 33,
                                   .depth = way * 19 % 590,
                                   .alpha = 1.5f,
                                   .beta = way % 2 ? 0.5f : 0,
                                   .a_row = way & 2 ? 1 : 600,
                                   .a_column = way & 2 ? 40 : 1,
                                   .b_row = way & 4 ? 1 : 40,
                                   .b_column = way & 4 ? 600 : 1};
            k->product(&p);
            p.c = d;
            twin->product(&p);
            assert_near(c, d, 40 * 40, 1e-4, k->isa);
        }
    }
    free(a), free(b), free(c), free(d);
}

/* Rows and columns on their own have the bits that they have among others, however few they are, in
 * both kinds of product; and what lies along both rows has its twin's sums. */
static void test_places(void **state)
{
    static const int rows[] = {1, 2, 3, 5, 8, 10, 11, 12, 13, 31},
                     columns[] = {1, 4, 7, 10, 16, 31, 32, 47};
    enum { ROWS = 31, COLUMNS = 47, DEPTH = 300 };
    const struct sr_kernels *twin = sr_kernels_named("reference");
    float *a = numbers(ROWS * DEPTH, 1), *b = numbers(COLUMNS * DEPTH, 2),
          *c = numbers(ROWS * COLUMNS, 3), *d = copy_of(c, ROWS * COLUMNS),
          *e = copy_of(c, ROWS * COLUMNS), *part = copy_of(c, ROWS * COLUMNS);
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (int depth = DEPTH - 17; k && depth <= DEPTH; depth++) {
            struct sr_product whole = {.a = a,
                                       .a_row = DEPTH,
                                       .a_column = 1,
                                       .b = b,
                                       .b_row = 1,
                                       .b_column = DEPTH,
                                       .c = c,
                                       .c_row = COLUMNS,
                                       .rows = ROWS,
                                       .columns = COLUMNS,
                                       .depth = depth,
                                       .alpha = 0.5f,
                                       .beta = 0};
            struct sr_product other = whole;
            k->dots(&whole);
            other.c = d;
            twin->product(&other);
            assert_near(c, d, ROWS * COLUMNS, 1e-4, k->isa);
            other.c = e;
            k->product(&other);
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                for (size_t j = 0; j < sizeof columns / sizeof *columns; j++) {
                    struct sr_product few = whole;
                    few.rows = rows[i], few.columns = columns[j], few.c = part;
                    few.a += (ROWS - rows[i]) * DEPTH, few.b += (COLUMNS - columns[j]) * DEPTH;
                    for (int way = 0; way < 2; way++) {
                        const float *all = way ? e : c;
                        (way ? k->product : k->dots)(&few);
                        for (int row = 0; row < rows[i]; row++)
                            assert_memory_equal(part + row * COLUMNS,
                                                all + (ROWS - rows[i] + row) * COLUMNS + COLUMNS -
                                                    columns[j],
                                                (size_t)columns[j] * sizeof *part);
                    }
                }
        }
    }
    free(a), free(b), free(c), free(d), free(e), free(part);
}

/* The same with B as it is stored, which few rows read in place. */
static void few_rows(bool tree)
{
    enum { ROWS = 12, MORE = 20, COLUMNS = 75, DEPTH = 530 };
    float *a = numbers(MORE * DEPTH, 1), *b = numbers(DEPTH * COLUMNS, 2),
          *c = numbers(MORE * COLUMNS, 3), *d = copy_of(c, MORE * COLUMNS);
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        struct sr_product all = {.a = a,
                                 .a_row = 1,
                                 .a_column = MORE,
                                 .b = b,
                                 .b_row = COLUMNS,
                                 .b_column = 1,
                                 .c = c,
                                 .c_row = COLUMNS,
                                 .rows = MORE,
                                 .columns = COLUMNS,
                                 .depth = tree ? SR_STAGE - 6 : DEPTH,
                                 .tree = tree,
                                 .alpha = 1,
                                 .beta = 0};
        if (!k) continue;
        k->product(&all);
        for (int rows = 1; rows <= ROWS; rows++) {
            struct sr_product few = all;
            few.rows = rows, few.c = d;
            k->product(&few);
            assert_memory_equal(c, d, (size_t)rows * COLUMNS * sizeof *c);
        }
    }
    free(a), free(b), free(c), free(d);
}

static void test_few_rows(void **state)
{
    (void)state;
    few_rows(false);
    few_rows(true);
}

/* Which numbers are not zero: as the reference says, at any count and alignment. */
static void test_nonzero(void **state)
{
    enum { COUNT = 300, WORDS = (COUNT + 63) / 64 };
    const struct sr_kernels *twin = sr_kernels_named("reference");
    float *x = numbers(COUNT, 1);
    (void)state;
    for (int i = 0; i < COUNT; i += 3) x[i] = i % 2 ? 0.0F : -0.0F;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (int count = 1; k && count <= COUNT; count++) {
            uint64_t own[WORDS], other[WORDS];
            const size_t words = ((size_t)count + 63) / 64;
            memset(own, 0xff, sizeof own), memset(other, 0xff, sizeof other);
            k->nonzero(x, (size_t)count, own);
            twin->nonzero(x, (size_t)count, other);
            assert_memory_equal(own, other, words * sizeof *own);
            for (int i = 0; i < count; i++)
                assert_int_equal(own[i / 64] >> i % 64 & 1, i % 3 != 0 && x[i] != 0);
        }
    }
    free(x);
}

/* The loop that measures the processor does what it counts: the more rounds, the more operations,
 * and its result is that of its chains. */
static void test_multiply_add(void **state)
{
    (void)state;
    for (size_t set = 0; set <= sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k =
            sr_kernels_named(set < sizeof sets / sizeof *sets ? sets[set] : "reference");
        if (!k) continue;
        _Alignas(64) float sink[16];
        for (int i = 0; i < 16; i++) sink[i] = 0.5F;
        const double once = k->multiply_add(1, sink);
        assert_true(once >= 2 && sink[0] >= 0.75F);
        for (int i = 0; i < 16; i++) sink[i] = 0.5F;
        assert_true(k->multiply_add(1000, sink) == 1000 * once);
        assert_true(isfinite(sink[0]) && sink[0] > 0);
    }
}

/* Workers cannot fail a test: whoever started them asks afterwards. */
static atomic_int outside;

static void one_slice(void *context, size_t index, int worker)
{
    const struct sr_gemm *work = context;
    struct sr_gemm_part part = sr_gemm_slice(work, index);
    (void)worker;
    if (part.row + part.rows > work->whole.rows ||
        part.column + part.columns > work->whole.columns ||
        part.column / SR_STRIP != (part.column + part.columns - 1) / SR_STRIP)
        outside++;
}

static void in_slices(struct sr_pool *pool, struct sr_gemm *work)
{
    sr_pool_run(pool, sr_gemm_cut(work), one_slice, work);
    assert_int_equal(outside, 0);
}

static float *in_strips(const float *x, int rows, int columns)
{
    float *strips = numbers((size_t)rows * (size_t)columns, 9);
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++)
            strips[sr_strip_place(rows, columns, row, column)] = x[row * columns + column];
    return strips;
}

/* A matrix in strips is the same matrix. */
static void test_strips(void **state)
{
    static const int shapes[][3] = {{50, 300, 70}, {130, 128, 784}, {3, 129, 1}, {7, 16, 5}};
    struct sr_pool *pool = sr_pool_new(3, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
        size_t size = (size_t)m * (size_t)n;
        float *a = numbers((size_t)m * (size_t)k, 1), *b = numbers((size_t)k * (size_t)n, 2);
        float *b_strips = in_strips(b, k, n), *c = numbers(size, 3), *d = copy_of(c, size);
        struct sr_gemm work =
            sr_gemm_of(0.5f, sr_matrix(a, m, k, k), sr_matrix(b_strips, k, n, 0), 1, c, n);
        work.strips_b = true;
        in_slices(pool, &work);
        sr_gemm(NULL, 0.5f, sr_matrix(a, m, k, k), sr_matrix(b, k, n, n), 1, d, n);
        assert_memory_equal(c, d, size * sizeof *c);
        struct sr_gemm back =
            sr_gemm_of(0.5f, sr_matrix(a, m, k, k), sr_matrix(b, k, n, n), 0, c, 0);
        back.strips_c = true;
        in_slices(pool, &back);
        sr_gemm(NULL, 0.5f, sr_matrix(a, m, k, k), sr_matrix(b, k, n, n), 0, d, n);
        float *d_strips = in_strips(d, m, n);
        assert_memory_equal(c, d_strips, size * sizeof *c);
        free(a), free(b), free(b_strips), free(c), free(d), free(d_strips);
    }
    sr_pool_free(pool);
}

/* Zeros that are left out change no bit, on no set, at any number of threads. */
static void test_masks(void **state)
{
    static const int shapes[][3] = {
        {1, 64, 1}, {128, 256, 784}, {50, 192, 300}, {7, 80, 129}, {3, 128, 0}};
    struct sr_pool *pool = sr_pool_new(3, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
        size_t words = sr_mask_words(k), turned_words = sr_mask_words(m);
        float *a = numbers((size_t)m * (size_t)(k + 1), 1),
              *b = numbers((size_t)(k + m) * (size_t)n, 2);
        float *c = numbers((size_t)(m + k) * (size_t)n, 3),
              *d = copy_of(c, (size_t)(m + k) * (size_t)n);
        uint64_t *mask = sr_xalloc((size_t)m * words * sizeof *mask);
        uint64_t *turned = sr_xalloc((size_t)k * turned_words * sizeof *turned);
        for (int row = 0; row < m; row++)
            for (int column = 0; column < k; column++)
                if ((row / 3 + column / 5) % 2 || column % 7 == 0) a[row * k + column] = 0;
        sr_mask(a, m, k, mask);
        for (size_t word = 0; word < words; word++) sr_mask_turn(mask, m, k, word, turned);
        for (int row = 0; row < m; row++)
            for (int column = 0; column < k; column++) {
                bool set = a[row * k + column] != 0;
                assert_int_equal(mask[(size_t)row * words + (size_t)column / 64] >> column % 64 & 1,
                                 set);
                assert_int_equal(
                    turned[(size_t)column * turned_words + (size_t)row / 64] >> row % 64 & 1, set);
            }
        struct sr_gemm work = sr_gemm_of(1, sr_matrix(a, m, k, k), sr_matrix(b, k, n, n), 0, c, n);
        int *order = sr_xalloc((size_t)m * sizeof *order),
            *found = sr_xalloc((size_t)m * sizeof *found);
        sr_mask_order(mask, m, k, order);
        for (int row = 0; row < m; row++) found[order[row]]++;
        for (int row = 0; row < m; row++) assert_int_equal(found[row], 1);
        sr_gemm_mask(&work, mask, i % 2 ? order : NULL);
        in_slices(pool, &work);
        sr_gemm(NULL, 1, sr_matrix(a, m, k, k), sr_matrix(b, k, n, n), 0, d, n);
        assert_memory_equal(c, d, (size_t)m * (size_t)n * sizeof *c);
        struct sr_gemm back =
            sr_gemm_of(1, sr_transpose(sr_matrix(a, m, k, k)), sr_matrix(b, m, n, n), 0, c, n);
        sr_gemm_mask(&back, turned, NULL);
        in_slices(pool, &back);
        sr_gemm(NULL, 1, sr_transpose(sr_matrix(a, m, k, k)), sr_matrix(b, m, n, n), 0, d, n);
        assert_memory_equal(c, d, (size_t)k * (size_t)n * sizeof *c);
        for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
            const struct sr_kernels *kernels = sr_kernels_named(sets[set]);
            struct sr_product p = {.a = a,
                                   .b = b,
                                   .c = c,
                                   .a_row = k,
                                   .a_column = 1,
                                   .b_row = n,
                                   .b_column = 1,
                                   .c_row = n,
                                   .rows = m,
                                   .columns = n,
                                   .depth = k,
                                   .alpha = 0.5f,
                                   .beta = 1};
            if (!kernels) continue;
            memcpy(d, c, (size_t)m * (size_t)n * sizeof *c);
            kernels->product(&p);
            p.c = d;
            p.mask = mask;
            p.mask_row = (ptrdiff_t)words;
            kernels->product(&p);
            assert_memory_equal(c, d, (size_t)m * (size_t)n * sizeof *c);
            /* Some rows only, in another order; the others stay as they are. */
            p.order = order;
            p.rows = (m + 1) / 2;
            kernels->product(&p);
            p.c = c;
            sr_kernels_named("reference")->product(&p);
            assert_near(c, d, (size_t)m * (size_t)n, 1e-4, kernels->isa);
        }
        free(a), free(b), free(c), free(d), free(mask), free(turned), free(order), free(found);
    }
    sr_pool_free(pool);
}

/* The order of rows: by eighths of how many of the first quarter of the columns are set, then by
 * how many of all, up in every second group and down in the others; lots of 1024 rows for
 * themselves. */
static void test_mask_order(void **state)
{
    enum { ROWS = 1500, COLUMNS = 500, WORDS = 8, QUARTER = 2, LOT = 1024 };
    uint64_t *mask = sr_xalloc(ROWS * WORDS * sizeof *mask);
    int *order = sr_xalloc(ROWS * sizeof *order);
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (int row = 0; row < ROWS; row++) {
        const uint64_t early = sr_rng_below(&rng, 100), late = sr_rng_below(&rng, 100);
        for (int column = 0; column < COLUMNS; column++)
            if (sr_rng_below(&rng, 100) < (column < COLUMNS / 4 ? early : late))
                mask[row * WORDS + column / 64] |= (uint64_t)1 << column % 64;
    }
    sr_mask_order(mask, ROWS, COLUMNS, order);
    for (int lot = 0; lot < ROWS; lot += LOT) {
        int groups = 0, group_before = 0, all_before = 0;
        for (int i = lot; i < lot + LOT && i < ROWS; i++) {
            int early = 0, all = 0;
            assert_in_range(order[i], lot, lot + LOT - 1);
            for (int w = 0; w < WORDS; w++) {
                const int set = __builtin_popcountll(mask[order[i] * WORDS + w]);
                early += w < QUARTER ? set : 0;
                all += set;
            }
            const int group = early * 8 / (QUARTER * 64 + 1);
            assert_true(group >= group_before);
            if (group == group_before && i > lot)
                assert_true(group % 2 ? all <= all_before : all >= all_before);
            groups += group != group_before;
            group_before = group;
            all_before = all;
        }
        assert_true(groups >= 5);
    }
    free(mask), free(order);
}

/* A product whose sum over depth is a tree: the products of its leaves, joined along the tree, at
 * any number of threads, with zeros left out or not. */
static void test_trees(void **state)
{
    enum { ROWS = 90, COLUMNS = 144, SIZE = ROWS * COLUMNS };
    static const int depths[] = {1, 63, 64, 65, 128, 200, 256, 300, 512, 600, 700, 1100, 2500};
    struct sr_pool *pool = sr_pool_new(3, NULL);
    (void)state;
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        int depth = depths[i];
        size_t leaves = (size_t)(depth + SR_LEAF - 1) / SR_LEAF;
        float *a = numbers((size_t)depth * ROWS, 1), *b = numbers((size_t)depth * COLUMNS, 2);
        float *c = numbers(SIZE, 3), *wanted = numbers(SIZE, 4), *parts = numbers(leaves * SIZE, 5);
        uint64_t *mask = sr_xalloc((size_t)depth * sr_mask_words(ROWS) * sizeof *mask),
                 *turned = sr_xalloc(ROWS * sr_mask_words(depth) * sizeof *turned);
        for (int j = 0; j < depth * ROWS; j++)
            if (j / 5 % 3 == 0) a[j] = 0;
        sr_mask(a, depth, ROWS, mask);
        for (size_t word = 0; word < sr_mask_words(ROWS); word++)
            sr_mask_turn(mask, depth, ROWS, word, turned);
        for (size_t leaf = 0; leaf < leaves; leaf++) {
            int first = (int)leaf * SR_LEAF,
                here = depth - first < SR_LEAF ? depth - first : SR_LEAF;
            sr_gemm(NULL, 1, sr_transpose(sr_matrix(a + first * ROWS, here, ROWS, ROWS)),
                    sr_matrix(b + first * COLUMNS, here, COLUMNS, COLUMNS), 0, parts + leaf * SIZE,
                    COLUMNS);
        }
        sr_tree_reduce(wanted, parts, leaves, SIZE, SIZE);
        for (int masked = 0; masked < 2; masked++) {
            struct sr_gemm work = sr_gemm_of(1, sr_transpose(sr_matrix(a, depth, ROWS, ROWS)),
                                             sr_matrix(b, depth, COLUMNS, COLUMNS), 0, c, COLUMNS);
            work.whole.tree = true;
            if (masked) sr_gemm_mask(&work, turned, NULL);
            in_slices(pool, &work);
            assert_memory_equal(c, wanted, SIZE * sizeof *c);
        }
        sr_gemm_ref(1, sr_transpose(sr_matrix(a, depth, ROWS, ROWS)),
                    sr_matrix(b, depth, COLUMNS, COLUMNS), 0, wanted, COLUMNS);
        assert_near(c, wanted, SIZE, 1e-4, "product along a tree");
        free(a), free(b), free(c), free(wanted), free(parts), free(mask), free(turned);
    }
    sr_pool_free(pool);
}

static void test_isa(void **state)
{
    (void)state;
    assert_non_null(sr_kernels_named("baseline"));
    assert_null(sr_kernels_named("abacus"));
    assert_string_equal(sr_kernels()->isa, sr_compute_isa());
    assert_int_equal(sr_isa_find(sr_compute_isa()), sr_isa());
    assert_int_equal(sr_isa_find("abacus"), -1);
    /* Without a wish the best: no later set of the list is to be had. */
    for (int i = sr_isa() + 1; i < SR_ISA_COUNT; i++) assert_int_equal(sr_isa_find(sets[i]), -1);
}

static const char *program;

/* The set is chosen once for a process, so this program runs again for each. */
static void test_wish(void **state)
{
    (void)state;
    for (size_t set = 0; set <= sizeof sets / sizeof *sets; set++) {
        const bool known = set < sizeof sets / sizeof *sets;
        const char *wish = known ? sets[set] : "abacus";
        const char *wanted = sr_isa_find(wish) >= 0 ? wish : sr_compute_isa();
        char line[4200], answer[200] = "";
        snprintf(line, sizeof line, "SARTOR_ISA=%s ASKED=1 '%s'", wish, program);
        FILE *pipe = popen(line, "r");
        assert_non_null(pipe);
        assert_non_null(fgets(answer, sizeof answer, pipe));
        pclose(pipe);
        assert_int_equal(strncmp(answer, wanted, strlen(wanted)), 0);
        const bool refused = strcmp(wanted, wish) != 0;
        assert_int_equal(strstr(answer, "SARTOR_ISA") != NULL, refused);
        if (!known) assert_non_null(strstr(answer, "it can be baseline"));
    }
}

/* Which set this process takes, and the sentence if it is not the one asked for. */
static int answer(void)
{
    struct sr_error error = {0};
    sr_compute_start(&error);
    printf("%s %s\n", sr_compute_isa(), error.text);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    program = argv[0];
    if (getenv("ASKED")) return answer();
    unsetenv("SARTOR_ISA");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_isa),          cmocka_unit_test(test_conv),
        cmocka_unit_test(test_pooled),       cmocka_unit_test(test_pooled_back),
        cmocka_unit_test(test_turn),         cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_update),       cmocka_unit_test(test_grey),
        cmocka_unit_test(test_product),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_few_rows),     cmocka_unit_test(test_gemm),
        cmocka_unit_test(test_strips),       cmocka_unit_test(test_masks),
        cmocka_unit_test(test_spread),       cmocka_unit_test(test_wish),
        cmocka_unit_test(test_trees),        cmocka_unit_test(test_mask_order),
        cmocka_unit_test(test_tiles),        cmocka_unit_test(test_nonzero),
        cmocka_unit_test(test_multiply_add),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
