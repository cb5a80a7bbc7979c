/* fuzz_idx.c - any bytes as an IDX file: refused with a sentence, or images that are all there.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_idx. */
#include <stdlib.h>
#include <string.h>

#include "../../src/data/idx.h"
#include "sartor/data/stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(int good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct array array;
    struct sr_images images = {0};
    struct sr_error error = {0};
    struct stream *stream = stream_memory("input", bytes, length);
    enum sr_status status = idx_read(stream, IDX_EITHER, &array, NULL, &error);
    stream_close(stream);
    if (status != SR_OK) {
        check(error.text[0] && error.status == status && !array.content && !array.bytes_each);
        return 0;
    }
    /* A packed input may be longer than it is. */
    const bool packed = length > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    const uint64_t content = array_count(&array) * (uint64_t)array.bytes_each;
    check(packed || length == 4 + 4 * (size_t)array.dimensions + content);
    struct levels levels = LEVELS_NONE;
    double factor;
    if (array.dimensions > 2 && array_levels(&array, "input", &levels, &error) == SR_OK &&
        levels_factor(&levels, "input", &factor, &error) == SR_OK &&
        array_images(&array, "input", factor, &images, &error) == SR_OK) {
        check(images.shape.height >= SR_SIDE_MIN && images.shape.height <= SR_SIDE_MAX);
        check(images.shape.width >= SR_SIDE_MIN && images.shape.width <= SR_SIDE_MAX);
        check(images.shape.channels == 1 || images.shape.channels == 3);
        images.labels = calloc(images.count, 1);
        check(images.labels != NULL);
        struct sr_samples all = {.images = &images, .count = images.count};
        struct sr_stats stats;
        sr_stats_compute(&stats, &all, -1);
        check(stats.all.mean >= 0 && stats.all.mean <= 255 && stats.all.deviation >= 0 &&
              stats.all.deviation <= 127.5);
    } else if (array.dimensions < 3) {
        int64_t *numbers;
        size_t count;
        if (array_labels(&array, "input", true, &numbers, &count, &error) == SR_OK) {
            check(count == array.sizes[0]);
            free(numbers);
        }
    }
    sr_images_fini(&images);
    array_fini(&array);
    return 0;
}
