/* set_aside.c - see set_aside.h. */
#include "set_aside.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "pixels.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/text.h"

enum { SHARE = 6, ROWS_MIN = 3 };

/* Mark the rows that go; how many. `own` has room for all rows. */
static size_t choose(const struct sr_images *train, size_t rows, uint64_t seed, uint32_t *own,
                     uint8_t *marks, int *poor)
{
    size_t chosen = 0;
    for (int c = 0; c < SR_CLASSES_MAX; c++) {
        struct sr_rng rng;
        size_t n = 0;
        for (size_t i = 0; i < rows; i++)
            if (train->labels[i] == c) own[n++] = (uint32_t)i;
        if (!n) continue;
        sr_rng_init(&rng, seed, SR_STREAM_SET_ASIDE, (uint64_t)c);
        sr_rng_shuffle(&rng, own, n);
        size_t take = (n + SHARE / 2) / SHARE;
        if (n < ROWS_MIN) {
            take = 0;
            ++*poor;
        } else if (!take) {
            take = 1;
        }
        for (size_t i = 0; i < take; i++) marks[own[i]] = 1;
        chosen += take;
    }
    return chosen;
}

/* Marked rows move to the test file, the others close up. */
static enum sr_status move(struct sr_dataset *dataset, const uint8_t *marks, size_t chosen,
                           struct sr_error *error)
{
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN], *test = &dataset->files[SR_FILE_TEST];
    const size_t size = sr_shape_size(train->shape);
    size_t kept = 0, moved = 0;
    enum sr_status status = pixels_new(test, chosen, train->shape, error);
    if (status != SR_OK) return status;
    free(test->labels); /* of no image */
    test->labels = sr_array_raw(chosen, 1, "the test part", error);
    if (!test->labels) return SR_ERROR_MEMORY;
    struct sr_picture_size **sizes = dataset->sizes;
    if (sizes[SR_FILE_TRAIN]) {
        free(sizes[SR_FILE_TEST]);
        sizes[SR_FILE_TEST] = sr_array_raw(chosen, sizeof **sizes, "the test part", error);
        if (!sizes[SR_FILE_TEST]) return SR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < train->count; i++) {
        struct sr_images *to = marks[i] ? test : train;
        const size_t at = marks[i] ? moved++ : kept++;
        to->labels[at] = train->labels[i];
        if (sizes[SR_FILE_TRAIN])
            sizes[marks[i] ? SR_FILE_TEST : SR_FILE_TRAIN][at] = sizes[SR_FILE_TRAIN][i];
        if (to == test || at != i) memmove(to->pixels + at * size, train->pixels + i * size, size);
    }
    pixels_shrink(train, kept);
    return SR_OK;
}

enum sr_status set_aside(struct sr_dataset *dataset, uint64_t seed, struct sr_error *error)
{
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    const size_t rows = train->count - dataset->validation;
    uint32_t *own = sr_array_raw(train->count, sizeof *own, "rows of the test part", error);
    uint8_t *marks = sr_array_new(train->count, 1, "rows of the test part", error);
    enum sr_status status = own && marks ? SR_OK : SR_ERROR_MEMORY;
    int poor = 0;
    char count[32];
    size_t chosen = 0;
    if (status == SR_OK) {
        chosen = choose(train, rows, seed, own, marks, &poor);
        if (!chosen && rows > 1) {
            struct sr_rng rng;
            sr_rng_init(&rng, seed, SR_STREAM_SET_ASIDE, SR_CLASSES_MAX);
            marks[sr_rng_below(&rng, rows)] = 1;
            chosen = 1;
        }
        if (!chosen)
            status =
                sr_error_set(error, SR_ERROR_FORMAT,
                             "%s has one image; a few of each class are needed", dataset->path);
    }
    if (status == SR_OK) status = move(dataset, marks, chosen, error);
    free(own);
    free(marks);
    if (status != SR_OK) return status;
    sr_format_count(count, sizeof count, chosen);
    dataset_note(dataset,
                 "There is no test part: %s image%s, a sixth of each class, %s set aside as one by "
                 "test_seed=%llu.",
                 count, chosen == 1 ? "" : "s", chosen == 1 ? "was" : "were",
                 (unsigned long long)seed);
    if (poor)
        dataset_note(dataset,
                     "%d class%s fewer than %d images, too few for a part of them to be set aside.",
                     poor, poor == 1 ? " has" : "es have", ROWS_MIN);
    return SR_OK;
}
