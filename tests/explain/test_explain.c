/* Methods without gradients, on a model whose reasons are known; and one by one against many at
 * once. */
#include "toy.h"

#include "sartor/base/pool.h"

static struct sr_error error;

static bool in_square(int p)
{
    const int y = p / TOY_SIDE, x = p % TOY_SIDE;
    return y >= 8 && y < 12 && x >= 4 && x < 8;
}

static struct sr_heat explain(const struct sr_model *model, enum sr_method_name method,
                              const uint8_t *pixels, int target)
{
    struct sr_heat heat;
    const struct sr_explain request = {.model = model,
                                       .pixels = pixels,
                                       .method = &sr_methods[method],
                                       .targets = &target,
                                       .count = 1};
    assert_ok(sr_explain(&request, &heat, &error));
    assert_ptr_equal(heat.method, &sr_methods[method]);
    return heat;
}

static void table(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    char wanted[256] = "auto";
    for (int m = 0; m < SR_METHOD_COUNT; m++) {
        assert_non_null(sr_methods[m].name);
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), " %s",
                 sr_methods[m].name);
    }
    assert_string_equal(wanted, sr_method_names);
    assert_ptr_equal(sr_method_find(model, NULL, &error), &sr_methods[SR_METHOD_WEIGHTS]);
    assert_ptr_equal(sr_method_find(model, "auto", &error), sr_method_default(model));
    assert_ptr_equal(sr_method_find(model, "nearest", &error), &sr_methods[SR_METHOD_NEAREST]);
    assert_null(sr_method_find(model, "gradcam", &error));
    assert_non_null(strstr(error.text, "no convolutions"));
    assert_non_null(strstr(error.text, "occlusion, weights, importance, nearest"));
    assert_null(sr_method_find(model, "tarot", &error));
    assert_non_null(strstr(error.text, "no method \"tarot\""));
    struct sr_model_class plain = toy_class;
    plain.importance = NULL;
    struct sr_model bare = *model;
    bare.class = &plain;
    assert_ptr_equal(sr_method_default(&bare), &sr_methods[SR_METHOD_OCCLUSION]);
    sr_model_unref(model);
}

static void weights_and_importance(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    uint8_t pixels[TOY_SIDE * TOY_SIDE] = {0};
    pixels[9 * TOY_SIDE + 7] = 255; /* weight 0.5 */
    pixels[9 * TOY_SIDE + 4] = 255; /* weight 0.2 */
    pixels[0] = 255;                /* against */
    struct sr_heat heat = explain(model, SR_METHOD_WEIGHTS, pixels, 1);
    for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++) {
        const double wanted = p == 9 * TOY_SIDE + 7 ? 1 : p == 9 * TOY_SIDE + 4 ? 0.4 : 0;
        assert_float_equal(heat.values[p], wanted, 1e-6);
    }
    sr_heat_fini(&heat);
    heat = explain(model, SR_METHOD_WEIGHTS, pixels, 0);
    assert_true(heat.values[0] == 1 && heat.values[9 * TOY_SIDE + 7] == 0);
    sr_heat_fini(&heat);
    heat = explain(model, SR_METHOD_IMPORTANCE, pixels, 1);
    assert_int_equal(heat.target, 1);
    assert_float_equal(heat.values[8 * TOY_SIDE + 4], 0.4, 1e-6);
    assert_true(heat.values[0] == 0);
    sr_heat_fini(&heat);
    heat = explain(model, SR_METHOD_NEAREST, pixels, 1);
    assert_null(heat.values);
    uint32_t rows[8];
    double distances[8];
    assert_int_equal(sr_explain_nearest(model, pixels, rows, distances, 8), 3);
    assert_int_equal(rows[2], 20);
    sr_model_unref(model);
}

/* Several classes in one request: each its own map. */
static void classes_together(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(1);
    const int targets[2] = {0, 1};
    struct toy *toy = model->state;
    for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++) toy->weights[p] = 0.01f * (float)(p % 7);
    for (int m = SR_METHOD_OCCLUSION; m <= SR_METHOD_IMPORTANCE; m++) {
        struct sr_heat both[2];
        const struct sr_explain request = {.model = model,
                                           .pixels = images.pixels,
                                           .method = &sr_methods[m],
                                           .targets = targets,
                                           .count = 2};
        assert_ok(sr_explain(&request, both, &error));
        /* Of two classes, half of the difference of their weights speaks for one of them. */
        double largest = 0, wanted[TOY_SIDE * TOY_SIDE];
        for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++) {
            const double more = (double)(toy->weights[TOY_SIDE * TOY_SIDE + p] - toy->weights[p]);
            wanted[p] = fmax(0, more) * images.pixels[p];
            largest = fmax(largest, wanted[p]);
        }
        for (int p = 0; m == SR_METHOD_WEIGHTS && p < TOY_SIDE * TOY_SIDE; p++)
            assert_float_equal(both[1].values[p], wanted[p] / largest, 1e-5);
        for (int k = 0; k < 2; k++) {
            struct sr_heat one = explain(model, (enum sr_method_name)m, images.pixels, k);
            assert_int_equal(both[k].target, k);
            assert_memory_equal(one.values, both[k].values,
                                TOY_SIDE * TOY_SIDE * sizeof *one.values);
            sr_heat_fini(&one);
            sr_heat_fini(&both[k]);
        }
    }
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

static void occlusion_finds_it(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(1);
    struct sr_heat heat = explain(model, SR_METHOD_OCCLUSION, images.pixels, 1);
    double inside = 0, outside = 0, most = 0;
    int hottest = 0;
    for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++) {
        if (heat.values[p] > heat.values[hottest]) hottest = p;
        if (in_square(p))
            inside += (double)heat.values[p] / 16;
        else
            outside += (double)heat.values[p] / (TOY_SIDE * TOY_SIDE - 16);
        most = fmax(most, (double)heat.values[p]);
    }
    assert_true(most == 1);
    assert_true(in_square(hottest));
    assert_true(inside > 10 * outside);
    assert_true(heat.values[0] == 0 && heat.values[TOY_SIDE * TOY_SIDE - 1] == 0);
    sr_heat_fini(&heat);
    /* A black picture loses nothing when it is blacked out. */
    uint8_t black[TOY_SIDE * TOY_SIDE] = {0};
    heat = explain(model, SR_METHOD_OCCLUSION, black, 1);
    for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++) assert_true(heat.values[p] == 0);
    sr_heat_fini(&heat);
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

enum { HIGH = 28, WIDE = 30 };
static float spread_weights[HIGH * WIDE];

/* The probability of class 1 by weights of its own for each pixel, of no symmetry. */
static enum sr_status spread_predict(const void *state, const struct sr_samples *samples,
                                     struct sr_pool *pool, const struct sr_monitor *monitor,
                                     float *probabilities, struct sr_error *why)
{
    (void)state, (void)pool, (void)monitor, (void)why;
    for (size_t i = 0; i < samples->count; i++) {
        double sum = 0;
        for (size_t p = 0; p < HIGH * WIDE; p++)
            sum += (double)spread_weights[p] * sr_samples_pixels(samples, i)[p];
        probabilities[2 * i + 1] = (float)(1 / (1 + exp(-sum / 255)));
        probabilities[2 * i] = 1 - probabilities[2 * i + 1];
    }
    return SR_OK;
}

/* Patches of 6×6 at every second row and column, beyond the edges too: each pixel has what is lost
 * by those that cover it, less than nothing cut off, over the largest. */
static void occlusion_by_definition(void **state)
{
    enum { SIZE = HIGH * WIDE, SIDE = 6, STRIDE = 2 };
    static const struct sr_model_class class = {.name = "spread", .predict = spread_predict};
    static uint8_t pixels[SIZE], covered[SIZE];
    static double lost[SIZE];
    struct sr_model *model = sr_model_new(&class, "spread");
    struct sr_images image = {1, {HIGH, WIDE, 1}, covered, NULL};
    const struct sr_samples one = {&image, NULL, 1};
    float whole[2], part[2];
    double largest = 0;
    (void)state;
    model->shape = (struct sr_model_shape){{HIGH, WIDE, 1}, 2};
    for (int p = 0; p < SIZE; p++) {
        pixels[p] = (uint8_t)(60 + p * 31 % 190);
        spread_weights[p] = (float)(p % WIDE * (p / WIDE) * 17 % 23) / 500 - 0.01f;
    }
    memcpy(covered, pixels, SIZE);
    assert_ok(spread_predict(NULL, &one, NULL, NULL, whole, &error));
    for (int top = STRIDE - SIDE; top < HIGH; top += STRIDE)
        for (int left = STRIDE - SIDE; left < WIDE; left += STRIDE) {
            memcpy(covered, pixels, SIZE);
            for (int y = top < 0 ? 0 : top; y < top + SIDE && y < HIGH; y++)
                for (int x = left < 0 ? 0 : left; x < left + SIDE && x < WIDE; x++)
                    covered[y * WIDE + x] = 0;
            assert_ok(spread_predict(NULL, &one, NULL, NULL, part, &error));
            for (int y = top < 0 ? 0 : top; y < top + SIDE && y < HIGH; y++)
                for (int x = left < 0 ? 0 : left; x < left + SIDE && x < WIDE; x++)
                    lost[y * WIDE + x] += (double)(whole[1] - part[1]);
        }
    for (int p = 0; p < SIZE; p++) largest = fmax(largest, lost[p]);
    assert_true(largest > 0);
    struct sr_heat heat = explain(model, SR_METHOD_OCCLUSION, pixels, 1);
    for (int p = 0; p < SIZE; p++)
        assert_true(fabs((double)heat.values[p] - fmax(0, lost[p]) / largest) < 1e-4);
    sr_heat_fini(&heat);
    model->state = NULL;
    sr_model_unref(model);
}

static bool no_more(void *owner)
{
    return --*(int *)owner > 0;
}

static void refused_and_stopped(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(4);
    const struct sr_samples samples = {&images, NULL, 4};
    struct sr_heat heat;
    int target = 1, left = 20;
    struct sr_explain request = {.model = model,
                                 .pixels = images.pixels,
                                 .method = &sr_methods[SR_METHOD_OCCLUSION],
                                 .layer = "conv1",
                                 .targets = &target,
                                 .count = 1};
    assert_refused(sr_explain(&request, &heat, &error), SR_ERROR_ARGUMENT, "uses no layer");
    request.layer = NULL;
    target = 2;
    assert_refused(sr_explain(&request, &heat, &error), SR_ERROR_ARGUMENT, "no class 2");
    target = 1;
    request.method = &sr_methods[SR_METHOD_HIRESCAM];
    assert_refused(sr_explain(&request, &heat, &error), SR_ERROR_STATE, "no convolutions");
    const struct sr_monitor monitor = {.owner = &left, .proceed = no_more};
    request.method = &sr_methods[SR_METHOD_OCCLUSION];
    request.monitor = &monitor;
    assert_refused(sr_explain(&request, &heat, &error), SR_ERROR_CANCELLED, "stopped");
    assert_null(heat.values);
    const int targets[4] = {0};
    float heats[4 * TOY_SIDE * TOY_SIDE];
    left = 1;
    struct sr_explain many = {.model = model, .targets = targets, .monitor = &monitor};
    assert_refused(sr_explain_many(&many, &samples, heats, &error), SR_ERROR_CANCELLED, "stopped");
    many.method = &sr_methods[SR_METHOD_NEAREST];
    many.monitor = NULL;
    assert_refused(sr_explain_many(&many, &samples, heats, &error), SR_ERROR_ARGUMENT,
                   "no heat map");
    request.monitor = NULL;
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

/* Many at once are the same bits as one by one, at any number of threads; class means are means of
 * those. */
static void many(void **state)
{
    (void)state;
    enum { COUNT = 70, SIZE = TOY_SIDE * TOY_SIDE };
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(COUNT);
    const struct sr_samples samples = {&images, NULL, COUNT};
    struct sr_pool *pool = sr_pool_new(3, &error);
    int targets[COUNT];
    float *heats = malloc(sizeof(float) * SIZE * COUNT), means[2 * SIZE];
    for (int i = 0; i < COUNT; i++) targets[i] = i % 2;
    struct sr_explain request = {.model = model, .targets = targets, .pool = pool};
    for (int m = SR_METHOD_OCCLUSION; m <= SR_METHOD_WEIGHTS; m++) {
        request.method = &sr_methods[m];
        assert_ok(sr_explain_many(&request, &samples, heats, &error));
        for (size_t i = 0; i < COUNT; i += 23) {
            struct sr_heat heat =
                explain(model, (enum sr_method_name)m, sr_samples_pixels(&samples, i), targets[i]);
            assert_memory_equal(heat.values, heats + i * SIZE, SIZE * sizeof(float));
            sr_heat_fini(&heat);
        }
    }
    size_t counts[2];
    request.method = &sr_methods[SR_METHOD_WEIGHTS];
    assert_ok(sr_explain_classes(&request, &samples, 5, means, counts, &error));
    assert_int_equal(counts[0], 5);
    assert_int_equal(counts[1], 5);
    for (int p = 0; p < SIZE; p++) {
        double wanted = 0;
        for (int i = 1; i < 10; i += 2) wanted += (double)heats[i * SIZE + p] / 5;
        assert_float_equal(means[SIZE + p], wanted, 1e-6);
    }
    free(heats);
    free(images.pixels);
    free(images.labels);
    sr_pool_free(pool);
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(weights_and_importance),
        cmocka_unit_test(classes_together),
        cmocka_unit_test(occlusion_finds_it),
        cmocka_unit_test(occlusion_by_definition),
        cmocka_unit_test(refused_and_stopped),
        cmocka_unit_test(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
