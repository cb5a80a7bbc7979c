/* fuzz_idx.c - any bytes as an IDX file: refused with a sentence, or images that are all there.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_idx. */
#include <stdlib.h>
#include <string.h>

#include "sartor/data/idx.h"
#include "sartor/data/stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(int good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_images images = {0};
    struct sr_error error = {0};
    enum sr_status status = sr_idx_parse("input", bytes, length, &images, &error);
    if (status != SR_OK) {
        check(error.text[0] && error.status == status && !images.pixels && !images.labels &&
              !images.count);
        return 0;
    }
    check(images.count > 0 && (images.pixels || images.labels));
    if (images.pixels) {
        check(images.shape.height >= SR_SIDE_MIN && images.shape.height <= SR_SIDE_MAX);
        check(images.shape.width >= SR_SIDE_MIN && images.shape.width <= SR_SIDE_MAX);
        check(images.shape.channels == 1);
        check(length == 16 + images.count * sr_shape_size(images.shape));
        check(!memcmp(images.pixels, bytes + 16, length - 16));
        images.labels = calloc(images.count, 1);
        check(images.labels != NULL);
        struct sr_samples all = {.images = &images, .count = images.count};
        struct sr_stats stats;
        sr_stats_compute(&stats, &all, -1);
        check(stats.mean >= 0 && stats.mean <= 255 && stats.deviation >= 0 &&
              stats.deviation <= 127.5);
    } else {
        check(length == 8 + images.count);
    }
    sr_images_fini(&images);
    return 0;
}
