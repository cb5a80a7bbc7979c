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
    assert_float_equal(sr_heat_share(heat, pixels, (struct sr_shape){2, 2, 1}), 0.75, 1e-6);
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

/* Every pixel counts the same and all are the same, so that only how many are left matters: the
 * curves of all maps are known. */
static void curves_by_definition(void **state)
{
    enum { SIZE = TOY_SIDE * TOY_SIDE };
    (void)state;
    struct sr_model *model = toy_new();
    struct toy *toy = model->state;
    uint8_t pixels[SIZE], labels[1] = {0};
    const struct sr_images images = {1, {TOY_SIDE, TOY_SIDE, 1}, pixels, labels};
    struct sr_quality quality;
    struct sr_quality_request request = {
        .model = model, .samples = {&images, NULL, 1}, .seed = 3, .fill = SR_FILL_BLACK};
    memset(pixels, 200, SIZE);
    for (int p = 0; p < SIZE; p++) {
        toy->weights[p] = 0;
        toy->weights[SIZE + p] = 0.02f;
    }
    assert_ok(sr_quality_measure(&request, &quality, &error));
    for (int m = 0; m < SR_QUALITY_MAPS; m++)
        for (int i = 0; i <= SR_QUALITY_STEPS; i++) {
            const int gone = (SIZE * i + SR_QUALITY_STEPS / 2) / SR_QUALITY_STEPS;
            const double left = 1 / (1 + exp(-0.02 * (SIZE - gone) * 200 / 255)),
                         put = 1 / (1 + exp(-0.02 * gone * 200 / 255));
            assert_float_equal(quality.maps[m].deletion[i], left, 1e-5);
            assert_float_equal(quality.maps[m].insertion[i], put, 1e-5);
        }
    /* As in RISE, what is removed becomes the images' mean grey: here nothing changes. */
    request.fill = SR_FILL_MEAN;
    assert_ok(sr_quality_measure(&request, &quality, &error));
    for (int i = 0; i <= SR_QUALITY_STEPS; i++)
        assert_float_equal(quality.maps[0].deletion[i], quality.maps[0].deletion[0], 1e-6);
    sr_model_unref(model);
}

/* The random order is another one for each image and for each seed. */
static void chance_depends_on_seed_and_row(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(2);
    const uint32_t rows[] = {0, 1};
    struct sr_quality one, other, again, reseeded;
    memcpy(images.pixels + TOY_SIDE * TOY_SIDE, images.pixels, TOY_SIDE * TOY_SIDE);
    struct sr_quality_request request = {
        .model = model, .samples = {&images, rows, 1}, .seed = 3, .fill = SR_FILL_BLACK};
    assert_ok(sr_quality_measure(&request, &one, &error));
    assert_ok(sr_quality_measure(&request, &again, &error));
    request.samples.rows = rows + 1;
    assert_ok(sr_quality_measure(&request, &other, &error));
    request.samples.rows = rows;
    request.seed = 4;
    assert_ok(sr_quality_measure(&request, &reseeded, &error));
    const double *curve = one.maps[SR_QUALITY_RANDOM].deletion;
    const size_t size = sizeof one.maps[0].deletion;
    assert_memory_equal(curve, again.maps[SR_QUALITY_RANDOM].deletion, size);
    assert_memory_not_equal(curve, other.maps[SR_QUALITY_RANDOM].deletion, size);
    assert_memory_not_equal(curve, reseeded.maps[SR_QUALITY_RANDOM].deletion, size);
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

/* Gains over several images are means of theirs, and half the width of the interval is 1.96
 * deviations of such a mean. */
static void intervals_by_definition(void **state)
{
    enum { COUNT = 5 };
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(COUNT);
    uint32_t rows[COUNT];
    double gains[COUNT][2], mean[2] = {0, 0}, spread[2] = {0, 0};
    struct sr_quality quality;
    struct sr_quality_request request = {.model = model, .seed = 3, .fill = SR_FILL_BLACK};
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i] = i;
        request.samples = (struct sr_samples){&images, rows + i, 1};
        assert_ok(sr_quality_measure(&request, &quality, &error));
        gains[i][0] = quality.maps[SR_QUALITY_RANDOM].deletion_gain;
        gains[i][1] = quality.maps[SR_QUALITY_RANDOM].insertion_gain;
        assert_float_equal(quality.maps[SR_QUALITY_RANDOM].deletion_error, 0, 1e-6);
        for (int k = 0; k < 2; k++) mean[k] += gains[i][k] / COUNT;
    }
    for (int i = 0; i < COUNT; i++)
        for (int k = 0; k < 2; k++)
            spread[k] += (gains[i][k] - mean[k]) * (gains[i][k] - mean[k]) / COUNT;
    request.samples = (struct sr_samples){&images, rows, COUNT};
    assert_ok(sr_quality_measure(&request, &quality, &error));
    const struct sr_quality_curves *random = &quality.maps[SR_QUALITY_RANDOM];
    assert_true(spread[0] > 1e-6 && spread[1] > 1e-6);
    assert_float_equal(random->deletion_gain, mean[0], 1e-6);
    assert_float_equal(random->insertion_gain, mean[1], 1e-6);
    assert_float_equal(random->deletion_error, 1.96 * sqrt(spread[0] / COUNT), 1e-6);
    assert_float_equal(random->insertion_error, 1.96 * sqrt(spread[1] / COUNT), 1e-6);
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

/* A map without any heat has no share; the others' mean is taken. */
static void empty_maps_have_no_share(void **state)
{
    enum { SIZE = TOY_SIDE * TOY_SIDE };
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(3);
    struct sr_quality quality;
    struct sr_quality_request request = {
        .model = model, .samples = {&images, NULL, 3}, .seed = 3, .fill = SR_FILL_BLACK};
    memset(images.pixels + SIZE, 0, SIZE);
    assert_ok(sr_quality_measure(&request, &quality, &error));
    assert_int_equal(quality.empty, 1);
    assert_float_equal(quality.maps[SR_QUALITY_METHOD].share, 1, 1e-6);
    assert_float_equal(quality.lit, 2.0 / 3, 1e-6);
    free(images.pixels);
    free(images.labels);
    sr_model_unref(model);
}

static enum sr_status three_save(const void *state, struct sr_tensors *set, struct sr_error *why)
{
    const size_t shape[2] = {2, 2};
    enum sr_status status = toy_save(state, set, why);
    return sr_tensors_add(set, "last.weight", SR_F32, 2, shape, why) ? status : SR_ERROR_MEMORY;
}

/* Of three layers: one, two of them, all. */
static void layers_scrambled(void **state)
{
    (void)state;
    struct sr_model *model = toy_new();
    struct sr_images images = toy_images(2);
    struct sr_model_class class = toy_class;
    struct sr_quality quality;
    struct sr_quality_request request = {
        .model = model, .samples = {&images, NULL, 2}, .seed = 3, .fill = SR_FILL_BLACK};
    class.save = three_save;
    model->class = &class;
    assert_ok(sr_quality_measure(&request, &quality, &error));
    assert_int_equal(quality.layers, 3);
    assert_int_equal(quality.scrambled_count, 3);
    for (size_t k = 0; k < 3; k++) assert_int_equal(quality.scrambled[k].layers, k + 1);
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

/* Arrays of one size are shuffled each in an order of its own. */
static enum sr_status pair_save(const void *state, struct sr_tensors *set, struct sr_error *why)
{
    const size_t shape[2] = {8, 8};
    for (int i = 0; i < 2; i++) {
        float *values = sr_tensors_add(set, i ? "b.weight" : "a.weight", SR_F32, 2, shape, why);
        memcpy(values, (const float *)state + 64 * i, 64 * sizeof *values);
    }
    return SR_OK;
}

static enum sr_status pair_load(const struct sr_tensors *set, const struct sr_args *params,
                                const struct sr_model_shape *shape, void **state,
                                struct sr_error *why)
{
    (void)params, (void)shape, (void)why;
    float *values = sr_xalloc(128 * sizeof *values);
    memcpy(values, sr_tensors_find(set, "a.weight")->data, 64 * sizeof *values);
    memcpy(values + 64, sr_tensors_find(set, "b.weight")->data, 64 * sizeof *values);
    *state = values;
    return SR_OK;
}

static void each_array_has_its_order(void **state)
{
    (void)state;
    static const struct sr_model_class class = {
        .name = "pair", .params = toy_params, .save = pair_save, .load = pair_load, .free = free};
    struct sr_model *model = sr_model_new(&class, "pair");
    float *values = sr_xalloc(128 * sizeof *values);
    for (int i = 0; i < 128; i++) values[i] = (float)(i % 64);
    model->state = values;
    model->params = sr_args_parse("pair", toy_params, NULL, 0, NULL, &error);
    struct sr_model *all = sr_model_scramble(model, 2, 1, &error),
                    *other = sr_model_scramble(model, 2, 2, &error);
    assert_true(all && other);
    const float *shuffled = all->state;
    assert_memory_not_equal(shuffled, shuffled + 64, 64 * sizeof *shuffled);
    assert_memory_not_equal(shuffled, other->state, 64 * sizeof *shuffled);
    sr_model_unref(model);
    sr_model_unref(all);
    sr_model_unref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks),
        cmocka_unit_test(measured),
        cmocka_unit_test(scrambled),
        cmocka_unit_test(each_array_has_its_order),
        cmocka_unit_test(curves_by_definition),
        cmocka_unit_test(intervals_by_definition),
        cmocka_unit_test(empty_maps_have_no_share),
        cmocka_unit_test(layers_scrambled),
        cmocka_unit_test(chance_depends_on_seed_and_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
