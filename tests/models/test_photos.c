/* A shipped network names garments in photographs: five of the test file, in four tones on five
 * backdrops. */
#include "support.h"

#include "../data/garment.h"
#include "sartor/data/dataset.h"
#include "sartor/data/import.h"
#include "sartor/eval/evaluation.h"
#include "sartor/models/model.h"

static struct sr_error error;

/* The class that the model names in the photo, and whether the picture is said to be doubtful. */
static int name_photo(const struct sr_model *model, const uint8_t *image, const struct photo *photo,
                      bool *doubtful)
{
    static uint8_t pixels[PHOTO_HEIGHT * PHOTO_WIDTH], truth[PHOTO_HEIGHT * PHOTO_WIDTH];
    float probabilities[10];
    struct sr_import import;
    garment_photo(image, photo, pixels, truth);
    const struct sr_picture picture = {PHOTO_HEIGHT, PHOTO_WIDTH, 1, pixels, NULL};
    assert_ok(sr_import_make("photo", &picture, model->shape.image, &import, &error));
    const struct sr_images images = {1, import.shape, import.pixels, NULL};
    const struct sr_samples one = {&images, NULL, 1};
    assert_ok(sr_model_predict(model, &one, NULL, NULL, probabilities, &error));
    *doubtful = import.doubt != SR_IMPORT_SURE;
    sr_import_fini(&import);
    return sr_predicted_class(probabilities, 10);
}

static void garments_in_photographs(void **state)
{
    (void)state;
    static const int classes[] = {0, 1, 3, 8, 9}, tones[] = {40, 100, 160, 220},
                     backdrops[] = {255, 200, 128, 70, 15};
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    struct sr_model *model = sr_model_load(source_file("data/models/cnn.safetensors"), &error);
    assert_non_null(mini);
    assert_non_null(model);
    const struct sr_images *test = &mini->files[SR_FILE_TEST];
    int right = 0;
    for (int g = 0; g < 5; g++) {
        size_t row = 0;
        while (test->labels[row] != classes[g]) row++;
        for (int b = 0; b < 5; b++)
            for (int t = 0; t < 4; t++) {
                const struct photo photo = {.tone = tones[t], .backdrop = backdrops[b]};
                bool doubtful;
                const int named = name_photo(model, sr_images_at(test, row), &photo, &doubtful);
                right += named == classes[g];
                if (named != classes[g])
                    print_message("class %d, tone %d on %d: %d\n", classes[g], tones[t],
                                  backdrops[b], named);
                /* Only white on white. */
                assert_int_equal(doubtful, tones[t] == 220 && backdrops[b] == 255);
            }
    }
    assert_true(right >= 97);
    sr_model_unref(model);
    sr_dataset_unref(mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(garments_in_photographs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
