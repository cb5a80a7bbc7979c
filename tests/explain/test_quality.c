/* What measures heat maps is measured: on a model whose reasons are known, good maps must win. */
#include "toy.h"

#include "sartor/explain/quality.h"

static struct sr_error error;

static void ranks(void **state)
{
    (void)state;
    const float up[5] = {1, 2, 3, 4, 5}, curved[5] = {1, 8, 27, 64, 125}, down[5] = {9, 7, 5, 3, 1},
                flat[5] = {2, 2, 2, 2, 2};
    assert_float_equal(sr_rank_correlation(up, curved, 5), 1, 1e-6);
    assert_float_equal(sr_rank_correlation(up, down, 5), -1, 1e-6);
    assert_true(isnan(sr_rank_correlation(up, flat, 5)));
    /* With ties, as scipy.stats.spearmanr([1, 2, 2, 3, 4], [2, 1, 3, 3, 5]) has it. */
    const float a[5] = {1, 2, 2, 3, 4}, b[5] = {2, 1, 3, 3, 5};
    assert_float_equal(sr_rank_correlation(a, b, 5), 0.763157894736842, 1e-6);
    const float heat[4] = {1, 0, 2, 1};
    const uint8_t pixels[4] = {0, 9, 200, 1};
    assert_float_equal(sr_heat_share(heat, pixels, 4), 0.75, 1e-6);
}

static void measured(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(40);
    struct sr_quality quality, again;
    struct sr_quality_request request = {
        .model = model, .samples = {&images, NULL, 40}, .seed = 3, .fill = SR_FILL_BLACK};
    assert_ok(sr_quality_measure(&request, &quality, &error));
    assert_ptr_equal(quality.method, &sr_methods[SR_METHOD_WEIGHTS]);
    assert_int_equal(quality.count, 40);
    const struct sr_quality_curves *own = &quality.maps[SR_QUALITY_METHOD];
    for (int m = SR_QUALITY_RANDOM; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *other = &quality.maps[m];
        assert_true(own->deletion_area < other->deletion_area &&
                    own->insertion_area > other->insertion_area);
        assert_true(other->deletion_gain > other->deletion_error &&
                    other->insertion_gain > other->insertion_error);
        assert_float_equal(other->deletion_gain, other->deletion_area - own->deletion_area, 1e-6);
        assert_float_equal(other->insertion_gain, own->insertion_area - other->insertion_area,
                           1e-6);
        /* All maps begin and end alike. */
        assert_float_equal(other->deletion[0], own->deletion[0], 1e-6);
        assert_float_equal(other->insertion[SR_QUALITY_STEPS], own->deletion[0], 1e-6);
        assert_float_equal(other->deletion[SR_QUALITY_STEPS], 0.5,
                           1e-6); /* a black picture says nothing */
    }
    /* The area is that under the curve. */
    double area = (own->deletion[0] + own->deletion[SR_QUALITY_STEPS]) / 2;
    for (int i = 1; i < SR_QUALITY_STEPS; i++) area += own->deletion[i];
    assert_float_equal(area / SR_QUALITY_STEPS, own->deletion_area, 1e-6);
    assert_float_equal(quality.lit, 1, 1e-6);
    assert_float_equal(own->share, 1, 1e-6);
    /* weights knows only the lower layer: it agrees with itself when the upper is scrambled, and no
     * more when the lower is. */
    assert_int_equal(quality.layers, 2);
    assert_int_equal(quality.scrambled_count, 2);
    assert_int_equal(quality.scrambled[0].layers, 1);
    assert_float_equal(quality.scrambled[0].correlation, 1, 1e-6);
    assert_true(fabs(quality.scrambled[1].correlation) < 0.5);
    /* Again, the same figures. */
    assert_ok(sr_quality_measure(&request, &again, &error));
    assert_memory_equal(again.maps, quality.maps, sizeof quality.maps);

    request.fill = SR_FILL_MEAN;
    assert_ok(sr_quality_measure(&request, &quality, &error));
    assert_true(quality.maps[SR_QUALITY_RANDOM].insertion_gain > 0);
    request.method = &sr_methods[SR_METHOD_IMPORTANCE];
    assert_refused(sr_quality_measure(&request, &quality, &error), SR_ERROR_ARGUMENT,
                   "no map of a sample");
    request.method = NULL;
    request.samples.count = 0;
    assert_refused(sr_quality_measure(&request, &quality, &error), SR_ERROR_ARGUMENT, "no images");
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void scrambled(void **state)
{
    (void)state;
    enum { LOW = 2 * TOY_SIDE * TOY_SIDE };
    struct sr_model *model = toy_new();
    size_t layers;
    assert_ok(sr_model_weight_layers(model, &layers, &error));
    assert_int_equal(layers, 2);
    struct sr_model *same = sr_model_scramble(model, 0, 1, &error),
                    *top = sr_model_scramble(model, 1, 1, &error),
                    *all = sr_model_scramble(model, 2, 1, &error);
    assert_true(same && top && all);
    const struct toy *own = model->state, *others[3] = {same->state, top->state, all->state};
    assert_memory_equal(others[0], own, sizeof *own);
    assert_memory_equal(others[1]->weights, own->weights, sizeof own->weights);
    assert_memory_not_equal(others[2]->weights, own->weights, sizeof own->weights);
    /* Shuffled, not made up: the same numbers. */
    float a[LOW], b[LOW];
    memcpy(a, own->weights, sizeof a);
    memcpy(b, others[2]->weights, sizeof b);
    qsort(a, LOW, sizeof *a, by_size);
    qsort(b, LOW, sizeof *b, by_size);
    assert_memory_equal(a, b, sizeof a);
    sr_model_unref(same);
    sr_model_unref(top);
    sr_model_unref(all);
    struct sr_model_class bare = toy_class;
    bare.save = NULL;
    model->class = &bare;
    assert_ok(sr_model_weight_layers(model, &layers, &error));
    assert_int_equal(layers, 0);
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks),
        cmocka_unit_test(measured),
        cmocka_unit_test(scrambled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
