/* Grad-CAM on a made-up model whose activations and gradients are known. */
#include "support.h"

#include <math.h>

#include "sartor/explain/explain.h"

static struct sr_error error;
static int broken; /* 1: gradients that favour nothing, 2: not finite, 3: the hook fails */

static size_t fake_layers(const void *state, struct sr_layer_info *layers, size_t room)
{
    (void)state;
    const struct sr_layer_info all[] = {
        {"early", {10, 10, 1}}, {"middle", {5, 5, 2}}, {"late", {3, 3, 4}}};
    for (size_t i = 0; i < 3 && i < room; i++) layers[i] = all[i];
    return 3;
}

/* Two layers as fine as each other. */
static size_t equal_layers(const void *state, struct sr_layer_info *layers, size_t room)
{
    (void)state;
    const struct sr_layer_info all[] = {
        {"one", {10, 10, 1}}, {"two", {10, 10, 2}}, {"late", {5, 5, 4}}};
    for (size_t i = 0; i < 3 && i < room; i++) layers[i] = all[i];
    return 3;
}

static size_t coarse_layers(const void *state, struct sr_layer_info *layers, size_t room)
{
    (void)state;
    if (room) layers[0] = (struct sr_layer_info){"late", {3, 3, 4}};
    return 1;
}

/* "middle": channel 0 lights the cell (1, 3) and counts 2 on average for class 1; channel 1 lights
 * (4, 0) and counts against it. Class 0 is the other way round. */
static enum sr_status fake_gradients(const void *state, const uint8_t *pixels, const char *layer,
                                     int target, struct sr_layer_gradients *out,
                                     struct sr_error *failure)
{
    (void)state;
    (void)pixels;
    if (broken == 3 || strcmp(layer, "middle") != 0)
        return sr_error_set(failure, SR_ERROR_ARGUMENT, "there is no layer %s", layer);
    *out = (struct sr_layer_gradients){.shape = {5, 5, 2}};
    out->activations = calloc(50, sizeof(float));
    out->gradients = calloc(50, sizeof(float));
    assert_true(out->activations && out->gradients);
    out->activations[(1 * 5 + 3) * 2 + 0] = 3;
    out->activations[(4 * 5 + 0) * 2 + 1] = 7;
    for (int i = 0; i < 25; i++) {
        float sign = target == 1 ? 1 : -1;
        out->gradients[2 * i] = sign * (float)(i % 5);
        out->gradients[2 * i + 1] = sign * -0.5f;
        if (broken == 1) out->gradients[2 * i] = out->gradients[2 * i + 1] = -1;
        if (broken == 2) out->gradients[2 * i] = INFINITY;
    }
    return SR_OK;
}

static struct sr_model_class fake = {
    .name = "fake", .title = "Fake", .layers = fake_layers, .gradients = fake_gradients};
static struct sr_model model = {.class = &fake, .shape = {{20, 10, 1}, 2}, .name = "it"};
static const uint8_t pixels[200];

static enum sr_status gradcam(const struct sr_model *of, const char *layer, int target,
                              struct sr_heat *heat)
{
    const struct sr_explain request = {.model = of,
                                       .pixels = pixels,
                                       .method = &sr_methods[SR_METHOD_GRADCAM],
                                       .layer = layer,
                                       .targets = &target,
                                       .count = 1};
    return sr_explain(&request, heat, &error);
}

static void the_cell_that_counts(void **state)
{
    (void)state;
    struct sr_heat heat;
    assert_ok(gradcam(&model, NULL, 1, &heat));
    assert_int_equal(heat.shape.height, 20);
    assert_int_equal(heat.shape.width, 10);
    assert_int_equal(heat.target, 1);
    assert_string_equal(heat.layer, "middle");
    /* 5 by 5 on 20 by 10: rows 4..7 and columns 6..7 are the cell's. The middle of the cell lies
     * between pixels; the nearest are 1/8 of a cell down and 1/4 across from it, all four alike:
     * the maximum. */
    float most = 0;
    for (int i = 0; i < 200; i++) most = fmaxf(most, heat.values[i]);
    assert_true(most == 1);
    for (int y = 5; y <= 6; y++)
        for (int x = 6; x <= 7; x++) assert_float_equal(heat.values[y * 10 + x], 1, 1e-6);
    assert_float_equal(heat.values[4 * 10 + 6] / heat.values[5 * 10 + 6],
                       (1 - 3.0 / 8) / (1 - 1.0 / 8), 1e-5);
    assert_true(heat.values[17 * 10] == 0); /* what speaks against the class is cut off */
    sr_heat_fini(&heat);
    assert_ok(gradcam(&model, "middle", 0, &heat));
    assert_true(heat.values[19 * 10] == 1 && heat.values[5 * 10 + 6] == 0);
    sr_heat_fini(&heat);
    sr_heat_fini(&heat);
}

/* One channel that is as bright as the image below each cell, and counts 1 everywhere. */
static enum sr_status bright_gradients(const void *state, const uint8_t *image, const char *layer,
                                       int target, struct sr_layer_gradients *out,
                                       struct sr_error *failure)
{
    (void)state, (void)layer, (void)target, (void)failure;
    *out = (struct sr_layer_gradients){.shape = {5, 5, 1}};
    out->activations = calloc(25, sizeof(float));
    out->gradients = calloc(25, sizeof(float));
    assert_true(out->activations && out->gradients);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 10; x++)
            out->activations[y / 4 * 5 + x / 2] += (float)image[10 * y + x];
    for (int i = 0; i < 25; i++) out->gradients[i] = 1;
    return SR_OK;
}

/* A model that averages an image and its mirror image is explained by both: the map of the mirror
 * image is turned back, so that what lies at the left stays at the left. */
static void mirror_images_are_turned_back(void **state)
{
    (void)state;
    static const struct sr_param table[] = {
        {"tta", SR_PARAM_CHOICE, .choices = "none flip", .fallback = "none", .help = "Views."},
        {0}};
    struct sr_model_class bright = fake;
    bright.gradients = bright_gradients;
    struct sr_model seer = model;
    seer.class = &bright;
    uint8_t image[200] = {0};
    for (int y = 4; y < 9; y++) /* at the left, further up than down, brighter to the edge */
        for (int x = 0; x < 3; x++) image[10 * y + x] = (uint8_t)(200 - 40 * x);
    struct sr_heat heats[2];
    for (int both = 0; both < 2; both++) {
        char *words[] = {both ? "tta=flip" : "tta=none"};
        const int target = 1;
        const struct sr_explain request = {.model = &seer,
                                           .pixels = image,
                                           .method = &sr_methods[SR_METHOD_HIRESCAM],
                                           .layer = "middle",
                                           .targets = &target,
                                           .count = 1};
        seer.params = sr_args_parse("fake", table, words, 1, NULL, &error);
        assert_non_null(seer.params);
        assert_ok(sr_explain(&request, &heats[both], &error));
        sr_args_free(seer.params);
    }
    for (int i = 0; i < 200; i++) assert_float_equal(heats[1].values[i], heats[0].values[i], 1e-6);
    assert_true(heats[1].values[10 * 6] > 0.9f); /* at the left edge, and nothing at the right */
    for (int y = 0; y < 20; y++) assert_true(heats[1].values[10 * y + 9] == 0);
    sr_heat_fini(&heats[0]);
    sr_heat_fini(&heats[1]);
}

static void nothing_speaks_for_it(void **state)
{
    (void)state;
    struct sr_heat heat;
    broken = 1;
    assert_ok(gradcam(&model, NULL, 1, &heat));
    for (int i = 0; i < 200; i++) assert_true(heat.values[i] == 0);
    sr_heat_fini(&heat);
    broken = 2;
    assert_refused(gradcam(&model, NULL, 1, &heat), SR_ERROR_NUMERIC, "not finite");
    assert_null(heat.values);
    broken = 3;
    assert_refused(gradcam(&model, NULL, 1, &heat), SR_ERROR_ARGUMENT, "no layer middle");
    broken = 0;
}

static void refusals(void **state)
{
    (void)state;
    struct sr_heat heat;
    assert_refused(gradcam(&model, "other", 1, &heat), SR_ERROR_ARGUMENT, "no layer other");
    assert_refused(gradcam(&model, NULL, -1, &heat), SR_ERROR_ARGUMENT, "no class -1");
    assert_refused(gradcam(&model, NULL, 2, &heat), SR_ERROR_ARGUMENT, "no class 2");
    char place[SR_PLACE_SIZE];
    const struct sr_method *plain = &sr_methods[SR_METHOD_GRADCAM],
                           *fused = &sr_methods[SR_METHOD_HIRESCAM];
    assert_true(sr_explain_place(&model, plain, NULL, place));
    assert_string_equal(place, "middle");
    assert_true(sr_explain_place(&model, plain, "late", place));
    assert_string_equal(place, "late");
    assert_true(sr_explain_place(&model, fused, "", place));
    assert_string_equal(place, "early × late");
    assert_false(sr_explain_place(&model, &sr_methods[SR_METHOD_OCCLUSION], NULL, place));
    assert_string_equal(place, "");
    struct sr_model_class other = fake;
    struct sr_model bare = model;
    bare.class = &other;
    other.layers = equal_layers; /* the first of the finest, but the last that is fine enough */
    assert_true(sr_explain_place(&bare, fused, NULL, place));
    assert_string_equal(place, "one × late");
    assert_true(sr_explain_place(&bare, plain, NULL, place));
    assert_string_equal(place, "late");
    other.layers = coarse_layers;
    assert_false(sr_explain_place(&bare, plain, NULL, place));
    assert_refused(gradcam(&bare, NULL, 1, &heat), SR_ERROR_STATE, "5x5");
    other.layers = NULL;
    other.gradients = NULL;
    assert_false(sr_explain_place(&bare, plain, NULL, place));
    assert_refused(gradcam(&bare, NULL, 1, &heat), SR_ERROR_STATE, "no convolutions");
}

static void resizing(void **state)
{
    (void)state;
    const float square[4] = {0, 1, 2, 3};
    float same[4], large[16], small[1], flat[6];
    sr_resize_bilinear(square, (struct sr_shape){2, 2, 1}, same, (struct sr_shape){2, 2, 1});
    assert_memory_equal(square, same, sizeof same);
    sr_resize_bilinear(square, (struct sr_shape){2, 2, 1}, large, (struct sr_shape){4, 4, 1});
    const float steps[4] = {0, 0.25f, 0.75f, 1}; /* half-pixel centres, edges clamped */
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            assert_float_equal(large[4 * y + x], 2 * steps[y] + steps[x], 1e-6);
    sr_resize_bilinear(square, (struct sr_shape){2, 2, 1}, small, (struct sr_shape){1, 1, 1});
    assert_float_equal(small[0], 1.5, 1e-6);
    const float one = 5;
    sr_resize_bilinear(&one, (struct sr_shape){1, 1, 1}, flat, (struct sr_shape){2, 3, 1});
    for (int i = 0; i < 6; i++) assert_true(flat[i] == 5);
}

/* A blur of ones: with dark edges each value is the share of the weights that lies on the picture,
 * down times across. */
static void blurring(void **state)
{
    enum { HIGH = 6, WIDE = 9, REACH = 2 };
    (void)state;
    double weights[2 * REACH + 1], whole = 0;
    for (int k = -REACH; k <= REACH; k++)
        whole += weights[k + REACH] = exp(-k * k / (2 * 1.3 * 1.3));
    for (int dark = 0; dark < 2; dark++) {
        float values[HIGH * WIDE];
        for (int i = 0; i < HIGH * WIDE; i++) values[i] = 1;
        sr_blur(values, (struct sr_shape){HIGH, WIDE, 1}, 1.3, REACH, dark);
        for (int y = 0; y < HIGH; y++)
            for (int x = 0; x < WIDE; x++) {
                double down = 0, across = 0;
                for (int k = -REACH; k <= REACH; k++) {
                    if (y + k >= 0 && y + k < HIGH) down += weights[k + REACH] / whole;
                    if (x + k >= 0 && x + k < WIDE) across += weights[k + REACH] / whole;
                }
                assert_float_equal(values[y * WIDE + x], dark ? down * across : 1, 1e-6);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cell_that_counts),
        cmocka_unit_test(mirror_images_are_turned_back),
        cmocka_unit_test(nothing_speaks_for_it),
        cmocka_unit_test(refusals),
        cmocka_unit_test(resizing),
        cmocka_unit_test(blurring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
