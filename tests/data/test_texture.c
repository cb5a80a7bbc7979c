/* Texture: numbers worked out by hand, and what they do not depend on. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/data/texture.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

static void fill(uint8_t *pixels, struct sr_shape shape, size_t count, float *out,
                 struct sr_pool *pool)
{
    const struct sr_images images = {count, shape, pixels, NULL};
    const struct sr_samples all = {&images, NULL, count};
    sr_texture_fill(&all, out, pool);
}

static void sizes(void **state)
{
    (void)state;
    assert_int_equal(sr_texture_size((struct sr_shape){28, 28, 1}), 83);
    assert_int_equal(sr_texture_size((struct sr_shape){28, 28, 3}), 89);
    assert_int_equal(sr_texture_size((struct sr_shape){8, 12, 1}), 26 + 24 + 7);
    assert_int_equal(sr_texture_size((struct sr_shape){3, 3, 1}), 26 + 24 + 7);
    assert_int_equal(sr_texture_size((struct sr_shape){16, 15, 1}), 26 + 24 + 7);
    assert_int_equal(sr_texture_size((struct sr_shape){16, 16, 1}), 2 * 26 + 24 + 7);
}

/* One white pixel in a black image of 6 × 6: each filter answers with its weights, at nine places,
 * and their squares sum to 1. */
static void one_pixel(void **state)
{
    (void)state;
    uint8_t pixels[36] = {[2 * 6 + 3] = 255};
    float out[26 + 24 + 7];
    fill(pixels, (struct sr_shape){6, 6, 1}, 1, out, NULL);
    /* smooth: the sum of the weights is (3 / sqrt(3))^2 = 3 */
    near((double)out[0], sqrt(3.0 / 36), 1e-6);
    near((double)out[1], sqrt(sqrt(1.0 / 36 - 3.0 * 3 / (36 * 36))), 1e-6);
    /* smooth down, difference across: sum 0, sizes 2 / sqrt(2) × 3 / sqrt(3) */
    near((double)out[2], 0, 1e-3);
    near((double)out[3], sqrt(sqrt(1.0 / 36)), 1e-6);
    near((double)out[4], sqrt(sqrt(2.0) * sqrt(3.0) / 36), 1e-6);
    for (int s = 0; s < 7; s++) near((double)out[26 + 24 + s], sqrt(1.0 / 36), 1e-6);
}

/* Rows of 10 pixels: 0 3 6 ... 27, three times, then black. Beside one another 27 pairs differ by 3
 * levels, with one pixel between them 24 by 6; above one another those of the third row and the
 * black one differ, each by its value, and with one between them those of the second row. */
static void differences(void **state)
{
    (void)state;
    uint8_t pixels[40] = {0};
    float out[26 + 24 + 7];
    for (int i = 0; i < 30; i++) pixels[i] = (uint8_t)(i % 10 * 3);
    fill(pixels, (struct sr_shape){4, 10, 1}, 1, out, NULL);
    const double counts[4][6] = {
        {27, 27, 0, 0, 0, 0}, {9, 9, 7, 0, 0, 0}, {24, 24, 0, 0, 0, 0}, {9, 9, 7, 0, 0, 0}};
    for (int i = 0; i < 24; i++) near((double)out[26 + i], sqrt(counts[i / 6][i % 6] / 40), 1e-6);
}

/* A mirrored picture has the same sizes of answers; rows come out the same at any thread count. */
static void mirrors_and_threads(void **state)
{
    (void)state;
    enum { COUNT = 200, SIZE = 28 * 28 };
    struct sr_error error;
    struct sr_rng rng;
    uint8_t *pixels = sr_xalloc(2 * COUNT * SIZE);
    float *one = sr_xalloc(2 * COUNT * 83 * sizeof *one),
          *two = sr_xalloc(2 * COUNT * 83 * sizeof *two);
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t p = 0; p < SIZE; p++) {
            pixels[i * SIZE + p] = (uint8_t)sr_rng_below(&rng, 256);
            pixels[(COUNT + i) * SIZE + p / 28 * 28 + 27 - p % 28] = pixels[i * SIZE + p];
        }
    struct sr_pool *pool = sr_pool_new(3, &error);
    fill(pixels, (struct sr_shape){28, 28, 1}, 2 * COUNT, one, NULL);
    fill(pixels, (struct sr_shape){28, 28, 1}, 2 * COUNT, two, pool);
    assert_memory_equal(one, two, 2 * COUNT * 83 * sizeof *one);
    for (size_t i = 0; i < COUNT; i++) {
        const float *a = one + i * 83, *b = one + (COUNT + i) * 83;
        near((double)a[0], (double)b[0], 1e-4);
        near((double)a[4], (double)b[4], 1e-4);
        near((double)a[82], (double)b[82], 1e-6);
    }
    sr_pool_free(pool);
    free(pixels);
    free(one);
    free(two);
}

/* In colour, grey values are the mean of the channels, whose own means and deviations follow. */
static void colours(void **state)
{
    (void)state;
    uint8_t grey[36], colour[3 * 36];
    float from_grey[57], from_colour[63];
    for (int i = 0; i < 36; i++) {
        grey[i] = 102;
        colour[3 * i] = 51;
        colour[3 * i + 1] = 102;
        colour[3 * i + 2] = 153;
    }
    fill(grey, (struct sr_shape){6, 6, 1}, 1, from_grey, NULL);
    fill(colour, (struct sr_shape){6, 6, 3}, 1, from_colour, NULL);
    for (int i = 0; i < 57; i++) near((double)from_colour[i], (double)from_grey[i], 1e-3);
    near((double)from_colour[57], sqrt(0.2), 1e-6);
    near((double)from_colour[58], 0, 1e-3);
    near((double)from_colour[61], sqrt(0.6), 1e-6);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),       cmocka_unit_test(one_pixel),
        cmocka_unit_test(differences), cmocka_unit_test(mirrors_and_threads),
        cmocka_unit_test(colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
