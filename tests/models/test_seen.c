/* What a model was trained on: all of it is found, hardly anything else is, and files keep it. */
#include "mini.h"

#include <unistd.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/data/identity.h"
#include "sartor/models/families.h"

/* Noise of 8 × 8 pixels: no two are the same. */
static struct sr_images noise(size_t count, uint64_t seed)
{
    struct sr_images images = {.count = count, .shape = {8, 8, 1}};
    struct sr_rng rng;
    images.pixels = sr_xalloc(count * 64);
    images.labels = sr_xalloc(count);
    sr_rng_init(&rng, seed, SR_STREAM_OTHER, 0);
    for (size_t i = 0; i < count * 64; i++) images.pixels[i] = (uint8_t)sr_rng_below(&rng, 256);
    return images;
}

static struct sr_samples all_of(const struct sr_images *images)
{
    return (struct sr_samples){images, NULL, images->count};
}

static void all_are_found_and_hardly_any_other(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct sr_images own = noise(COUNT, 1), others = noise(COUNT, 2);
    const struct sr_samples trained = all_of(&own), rest = all_of(&others);
    struct sr_seen *seen = sr_seen_new(&trained);
    uint32_t *rows = sr_xalloc(COUNT * sizeof *rows);
    assert_int_equal(seen->count, COUNT);
    assert_int_equal(sr_seen_others(seen, &trained, rows), 0);
    /* One in 3.4 million of the others is expected to be taken for one of them. */
    assert_int_equal(sr_seen_others(seen, &rest, rows), COUNT);
    assert_int_equal(rows[COUNT - 1], COUNT - 1);
    /* 36 bits are kept: an identity that differs below them is taken for the same. */
    const uint64_t known = sr_samples_identity(&trained, 7);
    assert_true(sr_seen_has(seen, known ^ 1));
    assert_false(sr_seen_has(seen, known ^ (uint64_t)1 << 28));
    /* Some rows, in their order; each picture counts once. */
    const uint32_t some[] = {3, 5, 9};
    memcpy(others.pixels + 5 * 64, own.pixels + 100 * 64, 64);
    assert_int_equal(sr_seen_others(seen, &(struct sr_samples){&others, some, 3}, rows), 2);
    assert_true(rows[0] == 3 && rows[1] == 9);
    const uint32_t twice[] = {4, 4};
    struct sr_seen *once = sr_seen_new(&(struct sr_samples){&own, twice, 2});
    assert_int_equal(once->count, 1);
    struct sr_seen *both = sr_seen_join(seen, once);
    assert_int_equal(both->count, COUNT);
    assert_memory_equal(both->values, seen->values, COUNT * sizeof *seen->values);
    sr_seen_free(both);
    sr_seen_free(once);
    sr_seen_free(seen);
    sr_images_fini(&own);
    sr_images_fini(&others);
    free(rows);
}

static void files_keep_it(void **state)
{
    (void)state;
    const size_t counts[] = {1, 2, 3, 1000, 4096, 50000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        struct sr_images images = noise(counts[k], 3 + k);
        const struct sr_samples samples = all_of(&images);
        struct sr_seen *seen = sr_seen_new(&samples);
        struct sr_tensors set = {0};
        assert_ok(sr_seen_save(seen, &set, &error));
        struct sr_seen *back = sr_seen_load(&set);
        assert_non_null(back);
        assert_int_equal(back->count, counts[k]);
        assert_memory_equal(back->values, seen->values, counts[k] * sizeof *seen->values);
        /* 36 bits less the logarithm of their number, and about one and a half. */
        if (counts[k] == 50000) {
            const double bits = 8.0 * (double)sr_tensors_find(&set, "seen")->count / 50000;
            assert_true(bits > 20 && bits < 22.2);
        }
        sr_seen_free(back);
        sr_seen_free(seen);
        sr_tensors_fini(&set);
        sr_images_fini(&images);
    }
}

static void damaged_files_have_none(void **state)
{
    (void)state;
    struct sr_images images = noise(100, 4);
    const struct sr_samples samples = all_of(&images);
    struct sr_seen *seen = sr_seen_new(&samples), *back;
    struct sr_tensors set = {0};
    assert_null(sr_seen_load(&set));
    assert_ok(sr_seen_save(seen, &set, &error));
    uint8_t *bytes = set.items[0].data;
    const char *const counts[] = {"", "-1", "0", "101", "1e2", "99999999999", "200000000000000000"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sr_tensors_set_text(&set, "seen.count", counts[i]);
        assert_null(sr_seen_load(&set));
    }
    sr_tensors_set_text(&set, "seen.count", "100");
    assert_non_null(back = sr_seen_load(&set));
    sr_seen_free(back);
    memset(bytes, 0xff, set.items[0].count); /* ones without end */
    assert_null(sr_seen_load(&set));
    memset(bytes, 0, set.items[0].count); /* the same value again and again */
    assert_null(sr_seen_load(&set));
    sr_tensors_fini(&set);
    sr_seen_free(seen);
    sr_images_fini(&images);
}

/* A fit notes what it has seen, mirrored pictures aside, and a model's file has it. */
static void models_know_what_they_have_seen(void **state)
{
    (void)state;
    static const char path[] = "/tmp/sartor-test-seen.safetensors";
    struct sr_model *model;
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN),
                      validation = sr_split_samples(mini, &split, SR_SPLIT_VALIDATION);
    train.count = 60;
    assert_ok(fit_line(&sr_model_class_forest, "trees=2 augment=flip", &train, mini_shape, 0, NULL,
                       &model));
    assert_int_equal(model->train_count, 60);
    assert_int_equal(model->seen->count, 60);
    sr_model_set_data(model, mini);
    assert_ok(sr_model_save(model, path, &error));
    struct sr_model *back = sr_model_load(path, &error);
    unlink(path);
    assert_non_null(back);
    uint32_t rows[1000];
    assert_int_equal(sr_seen_others(back->seen, &train, rows), 0);
    assert_int_equal(sr_seen_others(back->seen, &validation, rows), validation.count);
    assert_string_equal(back->data_name, mini->name);
    for (int c = 0; c < 10; c++) assert_string_equal(back->class_names[c], mini->class_names[c]);
    sr_model_unref(back);
    sr_model_unref(model);
}

/* Pictures of the validation split that are trained on as well are not validated on. */
static size_t validated;
static enum sr_status fit_nothing(const struct sr_fit *fit, void **state, struct sr_error *why)
{
    *state = NULL;
    validated = fit->validation.count;
    return sr_error_set(why, SR_ERROR_STATE, "enough");
}

static void validation_leaves_out_what_is_trained_on(void **state)
{
    (void)state;
    static const struct sr_param none[] = {{0}};
    const struct sr_model_class class = {.name = "none", .params = none, .fit = fit_nothing};
    struct sr_model *model = sr_model_new(&class, "none");
    struct sr_args *args = sr_args_parse("none", none, NULL, 0, NULL, &error);
    const uint32_t train[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, validation[] = {8, 9, 10, 11, 12};
    const struct sr_images *images = &mini->files[SR_FILE_TRAIN];
    const struct sr_fit fit = {.params = args,
                               .shape = mini_shape,
                               .train = {images, train, 10},
                               .validation = {images, validation, 5}};
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "enough");
    assert_int_equal(validated, 3);
    sr_args_free(args);
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_found_and_hardly_any_other),
        cmocka_unit_test(files_keep_it),
        cmocka_unit_test(damaged_files_have_none),
        cmocka_unit_test(models_know_what_they_have_seen),
        cmocka_unit_test(validation_leaves_out_what_is_trained_on),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
