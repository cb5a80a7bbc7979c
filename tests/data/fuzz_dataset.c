/* fuzz_dataset.c - any bytes as a file of data in any form: refused with a sentence, or a data set
 * that is whole. */
#include "../fuzz.h"

#include "sartor/data/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_error error = {0};
    const struct sr_opening opening = {.path = input_file(bytes, length), .seed = 1, .fresh = true};
    struct sr_dataset *data = sr_dataset_open(&opening, &error);
    if (!data) {
        must_say(&error);
        return 0;
    }
    must(data->classes > 0 && data->classes <= SR_CLASSES_MAX && data->digest[0]);
    for (int c = 0; c < data->classes; c++) must(data->class_names[c] && data->class_names[c][0]);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &data->files[f];
        must(!images->count || sr_shape_size(images->shape) > 0);
        for (size_t i = 0; i < images->count; i++) must(images->labels[i] < data->classes);
        for (size_t i = 0, sum = 0; images->count && i < 1; i++)
            must((sum += images->pixels[images->count * sr_shape_size(images->shape) - 1]) <= 255);
    }
    sr_dataset_unref(data);
    return 0;
}
