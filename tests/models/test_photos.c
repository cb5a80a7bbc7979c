/* A shipped network names garments in photographs: five of the test file, in four tones on five
 * backdrops, and as telephones take them. Two together name garments before textures. */
#include "support.h"

#include "backdrops.h"
#include "photos.h"
#include "sartor/data/dataset.h"

static struct sr_error error;

static struct sr_model *load(const char *name)
{
    struct sr_model *model = sr_model_load(source_file(name), &error);
    assert_non_null(model);
    return model;
}

static void garments_in_photographs(void **state)
{
    (void)state;
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(garments_in_photographs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
