/* A shipped network names garments in photographs: five of the test file, in four tones on five
 * backdrops, and as telephones take them. Two together name garments before textures. */
#include "support.h"

#include "backdrops.h"
#include "photos.h"
#include "sartor/base/file.h"
#include "sartor/data/dataset.h"

static struct sr_error error;

static struct sr_model *load(const char *name)
{
    struct sr_model *model = sr_model_load(source_file(name), &error);
    assert_non_null(model);
    return model;
}

static void skip_without_models(void)
{
    if (!sr_path_exists(source_file("data/models/cnn.safetensors"))) skip();
}

static void garments_in_photographs(void **state)
{
    (void)state;
    skip_without_models();
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    struct sr_model *model = load("data/models/cnn.safetensors");
    int doubts, white;
    assert_non_null(mini);
    const struct sr_images *test = &mini->files[SR_FILE_TEST];
    assert_true(photos_right(model, test, &doubts, &white, &error) >= 97);
    assert_int_equal(doubts, white); /* only white on white */
    assert_int_equal(white, GARMENTS);
    assert_int_equal(phones_right(model, test, &error), PHONES);
    sr_model_unref(model);
    sr_dataset_unref(mini);
}

/* By the network that knows backdrops: four of five before textures, and before plain backdrops at
 * most one in a hundred fewer than by the other. */
static void garments_before_backdrops(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    skip_without_models();
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    struct sr_model *shipped = load("data/models/cnn.safetensors"),
                    *recipe = load("data/models/cnn-background.safetensors");
    assert_non_null(mini);
    assert_true(sr_model_knows_backdrops(recipe) && !sr_model_knows_backdrops(shipped));
    const struct sr_images *test = &mini->files[SR_FILE_TEST];
    const enum scene_kind kinds[] = {SCENE_PLAIN, SCENE_TEXTURED};
    for (int k = 0; k < 2; k++) {
        struct backdrops made;
        struct backdrop_scores scores;
        assert_true(backdrops_make(test, COUNT, kinds[k], NULL, 0, &made, &error));
        assert_true(backdrops_score(&made, test, shipped, recipe, &scores, &error));
        print_message("%s: shipped %.1f, recipe %.1f\n", scene_names[kinds[k]], scores.shipped,
                      scores.recipe);
        if (kinds[k] == SCENE_TEXTURED)
            assert_true(scores.recipe >= 80 && scores.shipped < 65 && made.unclear > COUNT / 4);
        else
            assert_true(scores.recipe >= scores.shipped - 1 && made.unclear == 0);
        backdrops_fini(&made);
    }
    sr_model_unref(recipe);
    sr_model_unref(shipped);
    sr_dataset_unref(mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(garments_in_photographs),
                                       cmocka_unit_test(garments_before_backdrops)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
