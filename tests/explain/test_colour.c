/* Heat maps of images in colour: one value for each pixel, whatever its channels hold. */
#include <math.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/explain/explain.h"
#include "sartor/explain/quality.h"
#include "sartor/models/families.h"
#include "support.h"

enum { SIDE = 16, PIXELS = SIDE * SIDE, SIZE = 3 * PIXELS, COUNT = 40 };

static struct sr_error error;
static uint8_t pixels[COUNT * SIZE], labels[COUNT];
static const struct sr_images images = {COUNT, {SIDE, SIDE, 3}, pixels, labels};
static const struct sr_samples samples = {&images, NULL, COUNT};

/* Class 1 is what has blue light in the square of 4×4 at (8, 4). */
static bool inside(int pixel)
{
    const int y = pixel / SIDE, x = pixel % SIDE;
    return y >= 8 && y < 12 && x >= 4 && x < 8;
}

static enum sr_status blue_predict(const void *state, const struct sr_samples *some,
                                   struct sr_pool *pool, const struct sr_monitor *monitor,
                                   float *probabilities, struct sr_error *failure)
{
    (void)state, (void)pool, (void)monitor, (void)failure;
    for (size_t i = 0; i < some->count; i++) {
        const uint8_t *at = sr_samples_pixels(some, i);
        double light = 0;
        for (int p = 0; p < PIXELS; p++) light += inside(p) ? at[3 * p + 2] : 0;
        probabilities[2 * i + 1] = (float)(light / 16 / 255);
        probabilities[2 * i] = 1 - probabilities[2 * i + 1];
    }
    return SR_OK;
}

/* Red counts for nothing, green against the class, blue for it, the more the further right. */
static enum sr_status blue_importance(const void *state, int target, float *image,
                                      struct sr_error *failure)
{
    (void)state, (void)failure;
    const float sign = target == 0 ? -1 : 1;
    for (int p = 0; p < PIXELS; p++) {
        image[3 * p] = 0;
        image[3 * p + 1] = inside(p) ? -sign : 0;
        image[3 * p + 2] = inside(p) ? sign * (float)(p % SIDE) : 0;
    }
    return SR_OK;
}

static const struct sr_param no_params[] = {{0}};
static const struct sr_model_class blue = {.name = "blue",
                                           .title = "Blue",
                                           .params = no_params,
                                           .predict = blue_predict,
                                           .importance = blue_importance};

static struct sr_model *blue_new(void)
{
    struct sr_model *model = sr_model_new(&blue, "blue");
    model->shape = (struct sr_model_shape){images.shape, 2};
    model->params = sr_args_parse("blue", no_params, NULL, 0, NULL, &error);
    return model;
}

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)(i % 2);
        for (int p = 0; p < PIXELS; p++) {
            uint8_t *at = pixels + i * SIZE + 3 * p;
            at[0] = (uint8_t)(60 + (p * 37 + (int)i * 11) % 160);
            at[1] = 10;
            at[2] = (uint8_t)(i % 2 && inside(p) ? 200 + (int)i : 22);
        }
    }
    return 0;
}

static struct sr_heat explain(const struct sr_model *model, enum sr_method_name method, int target)
{
    struct sr_heat heat;
    const struct sr_explain request = {.model = model,
                                       .method = &sr_methods[method],
                                       .pixels = pixels + SIZE,
                                       .targets = &target,
                                       .count = 1};
    if (sr_explain(&request, &heat, &error)) fail_msg("%s", error.text);
    assert_int_equal(heat.shape.height, SIDE);
    assert_int_equal(heat.shape.width, SIDE);
    assert_int_equal(heat.shape.channels, 1);
    return heat;
}

static void one_value_a_pixel(void **state)
{
    (void)state;
    struct sr_model *model = blue_new();
    /* By hand: the mean of the two classes' weights is 0, so that what counts is weight times
     * pixel: 10 of green against, 201 of blue for; the largest is in column 7. */
    struct sr_heat heat = explain(model, SR_METHOD_WEIGHTS, 1);
    for (int p = 0; p < PIXELS; p++)
        assert_float_equal(heat.values[p],
                           inside(p) ? (201.0 * (p % SIDE) - 10) / (201.0 * 7 - 10) : 0, 1e-6);
    sr_heat_fini(&heat);
    heat = explain(model, SR_METHOD_IMPORTANCE, 1);
    for (int p = 0; p < PIXELS; p++)
        assert_float_equal(heat.values[p], inside(p) ? (p % SIDE - 1) / 6.0 : 0, 1e-6);
    sr_heat_fini(&heat);
    /* A patch of 2×2 lies over each of the square's pixels; those at the edge of the image are
     * covered as often. */
    heat = explain(model, SR_METHOD_OCCLUSION, 1);
    for (int p = 0; p < PIXELS; p++) assert_float_equal(heat.values[p], inside(p), 1e-5);
    sr_heat_fini(&heat);
    sr_model_unref(model);
}

/* The curves remove and bring back whole pixels; the share counts pixels with any light. */
static void quality(void **state)
{
    (void)state;
    struct sr_model *model = blue_new();
    struct sr_quality result;
    uint32_t rows[COUNT / 2];
    for (size_t i = 0; i < COUNT / 2; i++) rows[i] = (uint32_t)(2 * i + 1);
    struct sr_quality_request request = {.model = model,
                                         .method = &sr_methods[SR_METHOD_OCCLUSION],
                                         .samples = {&images, rows, COUNT / 2},
                                         .seed = 3,
                                         .fill = SR_FILL_BLACK};
    for (int fill = 0; fill < 2; fill++) {
        request.fill = fill ? SR_FILL_MEAN : SR_FILL_BLACK;
        assert_ok(sr_quality_measure(&request, &result, &error));
        const struct sr_quality_curves *own = &result.maps[SR_QUALITY_METHOD];
        assert_float_equal(result.lit, 1, 1e-6);
        assert_float_equal(own->share, 1, 1e-6);
        /* The square is 4 of 64 squares of 2×2; one step of the curve is more than that. */
        const double light = own->deletion[0];
        assert_in_range((int)lrint(light * 255), 215, 225);
        double blue_mean = 0;
        for (size_t i = 0; i < COUNT / 2; i++)
            for (int p = 0; p < PIXELS; p++)
                blue_mean += pixels[rows[i] * SIZE + 3 * (size_t)p + 2] / (COUNT / 2.0) / PIXELS;
        const double empty = fill ? rint(blue_mean) / 255 : 0;
        assert_float_equal(own->deletion[SR_QUALITY_STEPS], empty, 1e-6);
        assert_true(own->deletion[2] < empty + 0.05);
        assert_true(result.maps[SR_QUALITY_RANDOM].deletion[2] > 0.6 * light);
        assert_float_equal(own->insertion[SR_QUALITY_STEPS], light, 1e-6);
        assert_true(own->insertion[2] > 0.95 * light);
    }
    sr_model_unref(model);
}

/* A network that has learned the square looks at it, by its gradients. */
static void gradients(void **state)
{
    (void)state;
    const char *line = "widths=8,8 dense=8 epochs=12 batch=8 augment=off ema=0 lr=0.01 tta=none";
    struct sr_words words = {0};
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse("cnn", sr_model_class_cnn.params, words.items, words.count, NULL, &error);
    struct sr_fit fit = {.params = args, .shape = {images.shape, 2}, .train = samples, .seed = 3};
    struct sr_model *model = sr_model_new(&sr_model_class_cnn, "cnn");
    assert_ok(sr_model_fit(model, &fit, &error));
    for (int method = SR_METHOD_GRADCAM; method <= SR_METHOD_HIRESCAM; method++) {
        struct sr_heat heat = explain(model, (enum sr_method_name)method, 1);
        double in = 0, all = 0;
        for (int p = 0; p < PIXELS; p++) {
            in += inside(p) ? (double)heat.values[p] : 0;
            all += (double)heat.values[p];
        }
        /* The square is 1/16 of the image. */
        if (!(in > 1.5 / 16 * all))
            fail_msg("%s: %g of the heat", sr_methods[method].name, in / all);
        sr_heat_fini(&heat);
    }
    sr_model_unref(model);
    sr_args_free(args);
    sr_words_fini(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_value_a_pixel),
                                       cmocka_unit_test(quality), cmocka_unit_test(gradients)};
    return cmocka_run_group_tests_name("explain/colour", tests, set_up, NULL);
}
