/* Things on black put before computed backdrops. */
#include "support.h"

#include <math.h>

#include "../src/data/pattern.h"
#include "sartor/data/augment.h"
#include "sartor/data/scene.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, TIMES = 600 };

static const struct sr_shape grey = {SIDE, SIDE, 1}, colour = {SIDE, SIDE, 3};

/* A square of 0.5 ± 0.1 in the middle with a black hole in it, and black around. */
static bool inside(int y, int x)
{
    return y >= 8 && y < 20 && x >= 8 && x < 20;
}

static float value_of(int y, int x)
{
    if (!inside(y, x) || (y >= 12 && y < 15 && x >= 12 && x < 15)) return 0;
    return x < 14 ? 0.4f : 0.6f;
}

static void draw(struct sr_shape shape, float *image)
{
    for (int i = 0; i < PIXELS; i++)
        for (int c = 0; c < shape.channels; c++)
            image[i * shape.channels + c] = value_of(i / SIDE, i % SIDE);
}

static void compose(uint64_t number, struct sr_shape shape, float *image)
{
    struct sr_rng rng;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, number);
    draw(shape, image);
    sr_scene_compose(&rng, shape, image);
}

/* Everything outside is another backdrop; the thing keeps its pattern, or has it inverted; a hole
 * in it belongs to it. */
static void things_get_a_backdrop(void **state)
{
    (void)state;
    int own = 0, positive = 0, negative = 0, lighter = 0, dark = 0, plain = 0;
    for (uint64_t number = 0; number < TIMES; number++) {
        float image[PIXELS], again[PIXELS], low = 1, high = 0, sum = 0;
        compose(number, grey, image);
        compose(number, grey, again);
        assert_memory_equal(image, again, sizeof image);
        for (int i = 0; i < PIXELS; i++) {
            assert_true(image[i] >= 0 && image[i] <= 1);
            if (inside(i / SIDE, i % SIDE)) continue;
            low = fminf(low, image[i]);
            high = fmaxf(high, image[i]);
            sum += image[i];
        }
        const float left = image[17 * SIDE + 10], right = image[17 * SIDE + 17],
                    hole = image[13 * SIDE + 13], backdrop = sum / (PIXELS - 144);
        own += fabsf(left - 0.4f) < 1e-6f && fabsf(right - 0.6f) < 1e-6f && hole == 0;
        positive += right > left + 0.03f;
        negative += right < left - 0.03f;
        lighter += (left + right) / 2 > backdrop;
        dark += high < 0.1f;
        plain += high - low < 1e-6f;
    }
    /* A third as they are, but for those with grain; of the others, half. */
    assert_true(own > TIMES / 6 && own < TIMES / 3);
    assert_true(positive > negative && negative > TIMES / 5);
    assert_true(lighter > TIMES / 4 && lighter < 3 * TIMES / 4);
    assert_true(dark < TIMES / 8);
    assert_true(plain > TIMES / 40 && plain < TIMES / 3);
}

/* Backdrops of images in colour are seldom grey, and a thing's channels stay alike. */
static void colours(void **state)
{
    static float image[3 * PIXELS];
    (void)state;
    int coloured = 0;
    for (uint64_t number = 0; number < 100; number++) {
        compose(number, colour, image);
        coloured += fabsf(image[0] - image[1]) > 0.01f || fabsf(image[0] - image[2]) > 0.01f;
    }
    assert_true(coloured > 60);
}

/* Where nothing is told apart from the edges, there is nothing to put elsewhere. */
static void images_without_a_mask(void **state)
{
    float image[PIXELS], same[PIXELS];
    struct sr_rng rng;
    (void)state;
    for (int level = 0; level < 2; level++) {
        for (int i = 0; i < PIXELS; i++)
            image[i] = same[i] = level ? 0.3f + (float)(i % 7) / 10 : 0;
        sr_rng_init(&rng, 1, SR_STREAM_TEST, 1);
        sr_scene_compose(&rng, grey, image);
        assert_memory_equal(image, same, sizeof image);
    }
}

/* Of the largest images there are. */
static void large_images(void **state)
{
    enum { LARGE = SR_SIDE_MAX * SR_SIDE_MAX * 3 };
    static float image[LARGE];
    const struct sr_shape shape = {SR_SIDE_MAX, SR_SIDE_MAX, 3};
    struct sr_rng rng;
    (void)state;
    for (int i = 0; i < LARGE; i++) {
        const int y = i / 3 / SR_SIDE_MAX, x = i / 3 % SR_SIDE_MAX;
        image[i] = y > 40 && y < 90 && x > 40 && x < 90 ? 0.7f : 0;
    }
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 2);
    sr_scene_compose(&rng, shape, image);
    for (int i = 0; i < LARGE; i++) assert_true(image[i] >= 0 && image[i] <= 1);
}

static void every_pattern(void **state)
{
    (void)state;
    for (enum pattern_kind kind = PATTERN_PLAIN; kind < PATTERN_KINDS; kind++) {
        float most = 0, widest = 0;
        for (uint64_t number = 0; number < 40; number++) {
            struct sr_rng rng;
            struct pattern pattern;
            float low = 1, high = 0;
            sr_rng_init(&rng, 9, SR_STREAM_TEST, number);
            pattern_draw(&rng, kind, kind, &pattern);
            assert_int_equal(pattern.kind, kind);
            for (int i = 0; i < 40 * 40; i++) {
                const float value = pattern_value(&pattern, i / 40 / 40.0, i % 40 / 40.0);
                assert_true(value >= 0 && value <= 1);
                low = fminf(low, value);
                high = fmaxf(high, value);
            }
            most = fmaxf(most, high);
            widest = fmaxf(widest, high - low);
        }
        if (kind == PATTERN_PLAIN)
            assert_true(widest == 0);
        else
            assert_true(most > 0.7f && widest > 0.4f);
    }
}

/* With background=on, one image of three stays as it is, and every epoch another one. */
static void training_keeps_a_third(void **state)
{
    static uint8_t pixels[PIXELS];
    const struct sr_augment augment = {.background = true};
    float image[PIXELS];
    int kept = 0, kept_twice = 0;
    (void)state;
    for (int i = 0; i < PIXELS; i++)
        pixels[i] = (uint8_t)lrintf(255 * value_of(i / SIDE, i % SIDE));
    for (uint32_t sample = 0; sample < TIMES; sample++) {
        bool same[2];
        for (int epoch = 1; epoch <= 2; epoch++) {
            sr_augment_image(&augment, 1, epoch, sample, pixels, grey, image);
            same[epoch - 1] = true;
            for (int i = 0; same[epoch - 1] && i < PIXELS; i++)
                same[epoch - 1] = image[i] == (float)pixels[i] / 255.0f;
        }
        kept += same[0];
        kept_twice += same[0] && same[1];
    }
    assert_true(kept > TIMES / 4 && kept < 5 * TIMES / 12);
    assert_true(kept_twice < kept / 2);
}

/* By the majority of the edges' pixels. */
static void what_is_on_black(void **state)
{
    uint8_t pixels[3 * PIXELS];
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        const struct sr_shape shape = {SIDE, SIDE, channels};
        memset(pixels, 200, sizeof pixels);
        assert_false(sr_scene_is_on_black(shape, pixels));
        for (int y = 0; y < SIDE; y++)
            for (int i = 0; i < SIDE * channels; i++)
                if (y < 20) pixels[y * SIDE * channels + i] = 10;
        assert_true(sr_scene_is_on_black(shape, pixels));
        for (int y = 5; y < SIDE; y++)
            for (int i = 0; i < SIDE * channels; i++)
                pixels[y * SIDE * channels + i] = i % channels == channels - 1 ? 11 : 0;
        assert_false(sr_scene_is_on_black(shape, pixels));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_get_a_backdrop), cmocka_unit_test(colours),
        cmocka_unit_test(images_without_a_mask), cmocka_unit_test(large_images),
        cmocka_unit_test(every_pattern),         cmocka_unit_test(training_keeps_a_third),
        cmocka_unit_test(what_is_on_black),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
