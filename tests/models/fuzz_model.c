/* fuzz_model.c - any bytes as a model file: refused with a sentence, or a model that predicts, and
 * that is the same after it was saved and loaded. */
#include "../fuzz.h"

#include "sartor/models/model.h"

/* Predict two images. A file may hold numbers so large that this fails, with a sentence. */
static void predict(const struct sr_model *model)
{
    const struct sr_shape shape = model->shape.image;
    const size_t size = sr_shape_size(shape);
    struct sr_error error = {0};
    uint8_t labels[2] = {0, 1}, *pixels = sr_xalloc(2 * size);
    float *said = sr_xalloc(2 * (size_t)model->shape.classes * sizeof *said);
    for (size_t i = 0; i < 2 * size; i++) pixels[i] = (uint8_t)(i * 7);
    struct sr_images images = {.shape = shape, .count = 2, .pixels = pixels, .labels = labels};
    const struct sr_samples samples = {&images, NULL, 2};
    if (sr_model_predict(model, &samples, NULL, NULL, said, &error)) must_say(&error);
    free(said);
    free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_error error = {0};
    struct sr_model *model = sr_model_parse("input", bytes, length, &error);
    if (!model) {
        must_say(&error);
        return 0;
    }
    must(model->class && model->params && model->state);
    /* Sizes that only take time are left out. */
    if (sr_shape_size(model->shape.image) <= 256 && model->class->size(model->state) < 10000)
        predict(model);
    sr_model_unref(model);
    return 0;
}
