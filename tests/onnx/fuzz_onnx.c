/* fuzz_onnx.c - any bytes as an ONNX file: refused with a sentence, or a network that predicts, and
 * whose layers can be explained. */
#include "../fuzz.h"

#include "sartor/onnx/onnx.h"

static void use(const struct sr_model *model)
{
    const struct sr_shape shape = model->shape.image;
    struct sr_error error = {0};
    uint8_t labels[1] = {0}, *pixels = sr_xalloc(sr_shape_size(shape));
    float *said = sr_xalloc((size_t)model->shape.classes * sizeof *said);
    struct sr_images images = {.shape = shape, .count = 1, .pixels = pixels, .labels = labels};
    const struct sr_samples samples = {&images, NULL, 1};
    struct sr_layer_info layer[1];
    struct sr_layer_gradients gradients = {0};
    if (sr_model_predict(model, &samples, NULL, NULL, said, &error)) must_say(&error);
    if (model->class->layers(model->state, layer, 1) &&
        !sr_model_gradients(model, pixels, layer->name, 0, &gradients, &error)) {
        free(gradients.activations);
        free(gradients.gradients);
    }
    free(said);
    free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct sr_onnx_reading reading = {.image = {8, 8, 1}};
    struct sr_error error = {0};
    struct sr_model *model = sr_onnx_parse("input", bytes, length, &reading, &error);
    if (!model) {
        must_say(&error);
        return 0;
    }
    must(model->class && model->params && model->state);
    /* Sizes that only take time are left out. */
    if (sr_shape_size(model->shape.image) <= 256 && model->class->size(model->state) < 10000)
        use(model);
    sr_model_unref(model);
    return 0;
}
