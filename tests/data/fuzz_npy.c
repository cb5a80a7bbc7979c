/* fuzz_npy.c - any bytes as NumPy's file of an array: refused with a sentence, or numbers that are
 * all there, which images and labels can be made of or are refused.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_npy. */
#include "../fuzz.h"

#include "../../src/data/npy.h"

static void check(int good)
{
    if (!good) abort();
}

static void use(struct array *array)
{
    struct sr_error error = {0};
    struct sr_images images = {0};
    struct levels levels = LEVELS_NONE;
    double factor;
    int64_t *numbers;
    size_t count;
    if (array_labels(array, "input", true, &numbers, &count, &error) == SR_OK) {
        check(count == array->sizes[0]);
        free(numbers);
    }
    if (array_levels(array, "input", &levels, &error) == SR_OK &&
        levels_factor(&levels, "input", &factor, &error) == SR_OK &&
        array_images(array, "input", factor, &images, &error) == SR_OK)
        check(images.count == array->sizes[0] && sr_shape_size(images.shape) > 0);
    else
        check(error.text[0] != 0);
    sr_images_fini(&images);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct array array = {0};
    struct sr_error error = {0};
    struct stream *stream = stream_memory("input", bytes, length);
    enum sr_status status = npy_read_header(stream, &array, &error);
    if (status == SR_OK) status = array_read(&array, stream, NULL, &error);
    stream_close(stream);
    check(status == SR_OK || (error.text[0] && error.status == status));
    if (status == SR_OK) use(&array);
    array_fini(&array);
    return 0;
}
