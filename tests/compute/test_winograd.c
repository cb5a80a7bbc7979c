/* Winograd's transforms against their twins, and the convolutions made of them against the
 * definition of a convolution in double precision, beside the direct kernels. */
#include "support.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/winograd.h"
#include <math.h>

static const char *const sets[] = {SR_ISA_WORDS};

/* Height, width, inputs, outputs and padding: tiles that end inside of the picture and beyond it,
 * blocks that are not full. */
static const int shapes[][5] = {{3, 3, 16, 16, 1},   {5, 5, 20, 33, 0}, {13, 13, 32, 64, 0},
                                {14, 14, 32, 32, 1}, {7, 7, 17, 40, 1}, {4, 9, 16, 48, 2},
                                {1, 6, 18, 16, 1}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct sr_conv conv_of(const int *s)
{
    return (struct sr_conv){s[0], s[1], s[2], s[0] + 2 * s[4] - 2, s[1] + 2 * s[4] - 2, s[3], 3,
                            1,    s[4], false};
}

static struct sr_winograd tiled(struct sr_conv c, int tile)
{
    return (struct sr_winograd){.conv = c,
                                .tile = tile,
                                .down = (c.out_height + tile - 1) / tile,
                                .across = (c.out_width + tile - 1) / tile};
}

/* Numbers of -1 .. 1 in the channels that there are, zero in the others (picture, matrix). */
static float *numbers(size_t count, uint64_t seed)
{
    float *array = sr_array_new(count, sizeof *array, "test numbers", NULL);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    assert_non_null(array);
    for (size_t i = 0; i < count; i++) array[i] = 2 * sr_rng_float(&rng) - 1;
    return array;
}

static float *picture(int images, int pixels, int channels, uint64_t seed)
{
    const int blocks = sr_blocks(channels);
    float *a = numbers((size_t)(images * blocks * pixels) * SR_BLOCK, seed);
    for (int i = 0; i < images * blocks * pixels * SR_BLOCK; i++)
        if (i / (pixels * SR_BLOCK) % blocks * SR_BLOCK + i % SR_BLOCK >= channels) a[i] = 0;
    return a;
}

/* The matrix of weights, its outputs past the last zero. */
static float *matrix(const struct sr_conv *c, uint64_t seed)
{
    float *w = numbers(sr_conv_weight_size(c), seed);
    for (size_t i = 0; i < sr_conv_weight_size(c); i++)
        if (i % (size_t)sr_slots(c->outputs) >= (size_t)c->outputs) w[i] = 0;
    return w;
}

static float *copy_of(const float *a, size_t count)
{
    float *copy = sr_array_new(count, sizeof *copy, "test numbers", NULL);
    assert_non_null(copy);
    memcpy(copy, a, count * sizeof *copy);
    return copy;
}

static void assert_near(const float *a, const float *b, size_t count, const char *what)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs((double)b[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= 1e-6 * largest))
            fail_msg("%s: element %zu is %g, the twin's is %g", what, i, (double)a[i],
                     (double)b[i]);
}

static void compare_transforms(const struct sr_kernels *k, const struct sr_winograd *g, int images)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    const struct sr_conv *c = &g->conv;
    const int tiles = sr_winograd_tiles(g, images);
    const size_t points = (size_t)sr_winograd_points(g),
                 in = points * sr_winograd_stride(c->inputs, tiles),
                 out = points * sr_winograd_stride(c->outputs, tiles),
                 x_size = (size_t)images * sr_conv_input_size(c),
                 y_size = (size_t)images * sr_conv_output_size(c), weights = sr_winograd_weights(g);
    float *x = numbers(x_size, 1), *x2 = copy_of(x, x_size), *y = numbers(y_size, 2),
          *y2 = copy_of(y, y_size), *v = numbers(in, 3), *v2 = copy_of(v, in), *m = numbers(out, 4),
          *m2 = copy_of(m, out), *u = numbers(weights, 5), *u2 = copy_of(u, weights),
          *w = numbers(sr_conv_weight_size(c), 6), *w2 = copy_of(w, sr_conv_weight_size(c)),
          *bias = numbers((size_t)sr_slots(c->outputs), 7), *other = numbers(y_size, 8);
    for (int way = 0; way < 2; way++) {
        struct sr_conv_end end = {.bias = way ? bias : NULL,
                                  .other = way ? other : NULL,
                                  .relu = way,
                                  .y = y},
                           end2 = end;
        end2.y = y2;
        k->winograd_out(g, m, &end, images);
        twin->winograd_out(g, m2, &end2, images);
        assert_near(y, y2, y_size, "out");
        k->winograd_in_back(g, v, way, x, images);
        twin->winograd_in_back(g, v2, way, x2, images);
        assert_near(x, x2, x_size, "in, back");
    }
    k->winograd_in(g, x, images, v);
    twin->winograd_in(g, x, images, v2);
    assert_near(v, v2, in, "in");
    k->winograd_out_back(g, y, images, m);
    twin->winograd_out_back(g, y, images, m2);
    assert_near(m, m2, out, "out, back");
    for (int block = 0; block < sr_blocks(c->outputs); block++) {
        k->winograd_filter(g, w, block, u);
        twin->winograd_filter(g, w, block, u2);
    }
    assert_near(u, u2, weights, "filter");
    struct sr_winograd_products products = {.from = v,
                                            .w = u,
                                            .to = m,
                                            .from_stride = sr_winograd_stride(c->inputs, tiles),
                                            .to_stride = sr_winograd_stride(c->outputs, tiles),
                                            .points = (int)points,
                                            .tiles = tiles,
                                            .inputs = c->inputs,
                                            .outputs = c->outputs};
    k->winograd_products(&products);
    products.to = m2;
    twin->winograd_products(&products);
    assert_near(m, m2, out, "products");
    float *turned = numbers(weights, 9), *turned2 = copy_of(turned, weights);
    for (int point = 0; point < (int)points; point++) {
        k->winograd_turn(g, u, point, turned);
        twin->winograd_turn(g, u, point, turned2);
    }
    assert_memory_equal(turned, turned2, weights * sizeof *turned);
    free(turned), free(turned2);
    k->winograd_filter_back(g, u, w);
    twin->winograd_filter_back(g, u, w2);
    assert_near(w, w2, sr_conv_weight_size(c), "filter, back");
    free(x), free(x2), free(y), free(y2), free(v), free(v2), free(m), free(m2), free(u), free(u2);
    free(w), free(w2), free(bias), free(other);
}

static void test_transforms(void **state)
{
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (int i = 0; k && i < SHAPES; i++)
            for (int tile = 3; tile <= 4; tile++) {
                struct sr_winograd g = tiled(conv_of(shapes[i]), tile);
                compare_transforms(k, &g, 1 + i % 2);
            }
    }
}

/* ---- whole convolutions ---- */

/* Root of the mean square of a - b. */
static double distance(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum / (double)count);
}

/* Not to be told from the definition, and its errors at most four times those of the direct kernel,
 * and two units of the last place, since the direct one's sums of few numbers are all but exact. */
static void assert_close(const float *fast, const float *direct, const float *exact, size_t count,
                         const char *what)
{
    float *zero = sr_array_new(count, sizeof *zero, "test numbers", NULL);
    double size = distance(exact, zero, count), error = distance(fast, exact, count),
           usual = distance(direct, exact, count);
    free(zero);
    assert_true(size > 0.01);
    if (!(error <= 4 * usual + 2.4e-7 * size))
        fail_msg("%s: the error is %g, that of the direct kernel %g, at numbers of %g", what, error,
                 usual, size);
}

struct whole {
    struct sr_conv c, back;
    float *x, *dy, *w, *bias;
    float *packed, *turned; /* for the direct kernels */
    float *u, *u_turned, *du, *scratch;
};

static struct whole whole_of(const struct sr_winograd *g, const struct sr_kernels *k, int images)
{
    const struct sr_conv c = g->conv;
    struct whole s = {.c = c,
                      .back = {c.out_height, c.out_width, c.outputs, c.height, c.width, c.inputs, 3,
                               1, 2 - c.pad, false},
                      .x = picture(images, c.height * c.width, c.inputs, 1),
                      .dy = picture(images, c.out_height * c.out_width, c.outputs, 2),
                      .w = matrix(&c, 3),
                      .bias = picture(1, 1, c.outputs, 4)};
    s.packed = numbers(sr_conv_weight_size(&c), 5);
    s.turned = numbers(sr_conv_weight_size(&s.back), 5);
    s.u = numbers(sr_winograd_weights(g), 5);
    s.u_turned = numbers(sr_winograd_weights(g), 5);
    s.du = sr_array_new(sr_winograd_weights(g), sizeof(float), "test numbers", NULL);
    s.scratch = numbers(sr_winograd_scratch(g, images, true), 5);
    for (int block = 0; block < sr_blocks(c.outputs); block++) {
        sr_conv_pack(&c, s.w, block, s.packed);
        k->winograd_filter(g, s.w, block, s.u);
    }
    for (int block = 0; block < sr_blocks(c.inputs); block++)
        sr_conv_turn(&c, s.w, block, s.turned);
    for (int point = 0; point < sr_winograd_points(g); point++)
        k->winograd_turn(g, s.u, point, s.u_turned);
    return s;
}

static void compare_forward(const struct sr_kernels *k, const struct sr_winograd *g,
                            const struct whole *s, int images)
{
    const size_t size = (size_t)images * sr_conv_output_size(&s->c);
    float *fast = numbers(size, 6), *direct = numbers(size, 6), *exact = numbers(size, 6);
    for (int relu = 0; relu < 2; relu++) {
        const int flags = relu ? SR_CONV_RELU : 0;
        sr_winograd_forward(g, k, s->x, s->u,
                            &(struct sr_conv_end){.bias = s->bias, .relu = relu, .y = fast}, images,
                            s->scratch);
        k->conv(&s->c, s->x, s->packed, s->bias, flags, direct, images);
        sr_kernels_named("reference")->conv(&s->c, s->x, s->packed, s->bias, flags, exact, images);
        assert_close(fast, direct, exact, size, "forward");
    }
    free(fast), free(direct), free(exact);
}

static void compare_backward(const struct sr_kernels *k, const struct sr_winograd *g,
                             const struct whole *s, int images)
{
    const struct sr_kernels *twin = sr_kernels_named("reference");
    const size_t size = (size_t)images * sr_conv_input_size(&s->c),
                 weights = sr_conv_weight_size(&s->c);
    float *fast = numbers(size, 6), *direct = numbers(size, 6), *exact = numbers(size, 6);
    float *dw = numbers(weights, 7), *dw_direct = matrix(&s->c, 8), *dw_exact;
    struct sr_winograd_back b = {.x = s->x, .dy = s->dy, .turned = s->u_turned, .dx = fast};
    for (int adds = 0; adds < 2; adds++) {
        b.adds = adds;
        b.du = adds ? s->du : NULL;
        sr_winograd_backward(g, k, &b, images, s->scratch);
        k->conv(&s->back, s->dy, s->turned, NULL, adds ? SR_CONV_ADD : 0, direct, images);
        twin->conv(&s->back, s->dy, s->turned, NULL, adds ? SR_CONV_ADD : 0, exact, images);
        assert_close(fast, direct, exact, size, "backward-data");
    }
    b.dx = NULL; /* once more, the sums only: du is twice the gradient */
    sr_winograd_backward(g, k, &b, images, s->scratch);
    k->winograd_filter_back(g, s->du, dw);
    memset(dw_direct, 0, weights * sizeof *dw_direct);
    dw_exact = copy_of(dw_direct, weights);
    for (int i = 0; i < 2; i++) {
        k->conv_weights(&s->c, s->x, s->dy, dw_direct, images);
        twin->conv_weights(&s->c, s->x, s->dy, dw_exact, images);
    }
    assert_close(dw, dw_direct, dw_exact, weights, "weights");
    free(fast), free(direct), free(exact), free(dw), free(dw_direct), free(dw_exact);
}

static void test_convolutions(void **state)
{
    (void)state;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++) {
        const struct sr_kernels *k = sr_kernels_named(sets[set]);
        for (int i = 0; k && i < SHAPES; i++)
            for (int tile = 3; tile <= 4; tile++) {
                const int images = 1 + i % 3;
                struct sr_winograd g = tiled(conv_of(shapes[i]), tile);
                struct whole s = whole_of(&g, k, images);
                compare_forward(k, &g, &s, images);
                compare_backward(k, &g, &s, images);
                free(s.x), free(s.dy), free(s.w), free(s.bias), free(s.packed), free(s.turned);
                free(s.u), free(s.u_turned), free(s.du), free(s.scratch);
            }
    }
}

/* An image's bits do not depend on those that are done together with it. */
static void test_company(void **state)
{
    enum { IMAGES = 5 };
    const struct sr_kernels *k = sr_kernels();
    struct sr_winograd g;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct sr_conv c = conv_of(shapes[i]);
        if (!sr_winograd_plan(&c, &g)) continue;
        struct whole s = whole_of(&g, k, IMAGES);
        const size_t size = sr_conv_output_size(&c);
        float *together = numbers(IMAGES * size, 1), *alone = numbers(size, 2);
        struct sr_conv_end end = {.bias = s.bias, .relu = true, .y = together};
        sr_winograd_forward(&g, k, s.x, s.u, &end, IMAGES, s.scratch);
        end.y = alone;
        for (size_t image = 0; image < IMAGES; image++) {
            sr_winograd_forward(&g, k, s.x + image * sr_conv_input_size(&c), s.u, &end, 1,
                                s.scratch);
            assert_memory_equal(alone, together + image * size, size * sizeof *alone);
        }
        free(together), free(alone);
        free(s.x), free(s.dy), free(s.w), free(s.bias), free(s.packed), free(s.turned);
        free(s.u), free(s.u_turned), free(s.du), free(s.scratch);
    }
}

static void test_plan(void **state)
{
    struct sr_winograd g;
    (void)state;
    struct sr_conv second = {13, 13, 32, 11, 11, 64, 3, 1, 0, false};
    assert_true(sr_winograd_plan(&second, &g));
    assert_int_equal(g.tile, 4);
    assert_int_equal(sr_winograd_tiles(&g, 2), 18);
    struct sr_conv third = {5, 5, 64, 3, 3, 128, 3, 1, 0, false};
    assert_true(sr_winograd_plan(&third, &g));
    assert_int_equal(g.tile, 3);
    assert_int_equal(sr_winograd_points(&g), 25);
    assert_true(sr_winograd_group(&g) > 1 && sr_winograd_group(&g) <= 16);
    /* The forward pass takes images of few tiles together, and others alone. */
    assert_int_equal(sr_winograd_forward_group(&g), 16);
    struct sr_conv block = {14, 14, 32, 14, 14, 32, 3, 1, 1, false};
    assert_true(sr_winograd_plan(&block, &g));
    assert_int_equal(sr_winograd_forward_group(&g), 1);
    assert_true(sr_winograd_group(&g) > 1);
    /* Weights beyond the second-level cache are read once for many images. */
    struct sr_conv wide = {7, 7, 256, 7, 7, 256, 3, 1, 1, false};
    assert_true(sr_winograd_plan(&wide, &g));
    assert_int_equal(sr_winograd_group(&g), 16);
    static const struct sr_conv direct[] = {
        {14, 14, 32, 7, 7, 32, 3, 2, 1, false},   /* stride */
        {14, 14, 32, 14, 14, 32, 1, 1, 0, false}, /* kernel */
        {30, 30, 1, 28, 28, 32, 3, 1, 0, true},   /* one plain channel */
        {14, 14, 3, 14, 14, 32, 3, 1, 1, false},  /* few inputs: transforms would cost more */
        {1, 1, 32, 1, 1, 32, 3, 1, 1, false},     /* one tap of nine is inside */
        {4, 4, 512, 4, 4, 512, 3, 1, 1, false},   /* weights larger than the cache */
    };
    for (size_t i = 0; i < sizeof direct / sizeof *direct; i++)
        assert_false(sr_winograd_plan(&direct[i], &g));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_company),
        cmocka_unit_test(test_plan),
    };
    return cmocka_run_group_tests_name("winograd", tests, NULL, NULL);
}
