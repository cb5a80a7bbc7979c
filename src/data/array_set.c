/* array_set.c - see array_set.h. */
#include "array_set.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "labels.h"
#include "pixels.h"
#include "sartor/base/memory.h"

const char *const part_names[PART_COUNT] = {"train", "validation", "test"};

int part_find(const char *word, size_t length)
{
    static const struct {
        const char *word;
        enum part part;
    } words[] = {
        {"train", PART_TRAIN},    {"training", PART_TRAIN},        {"t10k", PART_TEST},
        {"test", PART_TEST},      {"testing", PART_TEST},          {"val", PART_VALIDATION},
        {"eval", PART_TEST},      {"validation", PART_VALIDATION}, {"valid", PART_VALIDATION},
        {"dev", PART_VALIDATION},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && !strncasecmp(word, words[i].word, length))
            return (int)words[i].part;
    return -1;
}

void array_set_fini(struct array_set *set)
{
    for (int p = 0; p < PART_COUNT; p++) {
        array_fini(&set->images[p]);
        array_fini(&set->labels[p]);
        free(set->image_names[p]);
        free(set->label_names[p]);
    }
}

static bool has(const struct array *array)
{
    return array->bytes_each > 0;
}

static void transpose(struct sr_images *images)
{
    const struct sr_shape old = images->shape;
    const size_t channels = (size_t)old.channels, size = sr_shape_size(old);
    uint8_t *copy = sr_xalloc(size);
    for (size_t i = 0; i < images->count; i++) {
        uint8_t *pixels = images->pixels + i * size;
        memcpy(copy, pixels, size);
        for (size_t y = 0; y < (size_t)old.height; y++)
            for (size_t x = 0; x < (size_t)old.width; x++)
                memcpy(pixels + (x * (size_t)old.height + y) * channels,
                       copy + (y * (size_t)old.width + x) * channels, channels);
    }
    free(copy);
    images->shape.height = old.width;
    images->shape.width = old.height;
}

/* The first part that has images; the last one where none has. */
static int first_of(const struct array_set *set)
{
    int part = PART_TRAIN;
    while (part + 1 < PART_COUNT && !has(&set->images[part])) part++;
    return part;
}

bool array_set_images(const struct array_set *set)
{
    return has(&set->images[first_of(set)]);
}

/* All parts have images of the same shape, and as many labels as images. */
static enum sr_status check(const struct array_set *set, struct sr_error *error)
{
    const int first_part = first_of(set);
    struct sr_shape first = {0}, shape;
    for (int p = first_part; p < PART_COUNT; p++) {
        if (!has(&set->images[p])) continue;
        enum sr_status status = array_shape(&set->images[p], set->image_names[p], &shape, error);
        if (status != SR_OK) return status;
        if (p == first_part) first = shape;
        if (!sr_shape_equal(first, shape))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s: %s images are %dx%d, %s images %dx%d; both must have the "
                                "same size and colour",
                                set->image_names[p], part_names[first_part], first.height,
                                first.width, part_names[p], shape.height, shape.width);
        if (has(&set->labels[p]) && set->labels[p].sizes[0] != set->images[p].sizes[0])
            return sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s has %llu labels, but there are %llu images; the counts must be the same",
                set->label_names[p], (unsigned long long)set->labels[p].sizes[0],
                (unsigned long long)set->images[p].sizes[0]);
    }
    return SR_OK;
}

/* Parts without labels beside others that have them are of no use. */
static void leave_out(struct array_set *set, struct sr_dataset *dataset)
{
    const int first = first_of(set);
    dataset->unlabelled = !has(&set->labels[first]);
    for (int p = first + 1; p < PART_COUNT; p++)
        if (has(&set->images[p]) && !dataset->unlabelled && !has(&set->labels[p])) {
            dataset_note(dataset, "The %s images have no labels and were left out.", part_names[p]);
            array_fini(&set->images[p]);
        }
}

/* Append the validation part to the train part. */
static enum sr_status append(struct sr_images *train, struct sr_images *more,
                             struct sr_error *error)
{
    const size_t size = sr_shape_size(train->shape);
    struct sr_images both = {0};
    enum sr_status status = pixels_new(&both, train->count + more->count, train->shape, error);
    if (status != SR_OK) return status;
    memcpy(both.pixels, train->pixels, train->count * size);
    memcpy(both.pixels + train->count * size, more->pixels, more->count * size);
    sr_images_fini(train);
    *train = both;
    return SR_OK;
}

static void swap(struct sr_images *a, struct sr_images *b)
{
    const struct sr_images other = *a;
    *a = *b;
    *b = other;
}

static enum sr_status fill_images(struct array_set *set, struct sr_dataset *dataset,
                                  struct sr_error *error)
{
    struct levels levels = LEVELS_NONE;
    double factor = 1;
    bool bytes = true;
    enum sr_status status = SR_OK;
    struct sr_images parts[PART_COUNT] = {{0}};
    for (int p = 0; p < PART_COUNT; p++)
        bytes = bytes && set->images[p].kind == ARRAY_UNSIGNED && set->images[p].bytes_each < 2;
    /* Bytes are what they are; dataset_settle stretches those that are all dark. */
    for (int p = 0; p < PART_COUNT && !bytes && status == SR_OK; p++)
        if (has(&set->images[p]))
            status = array_levels(&set->images[p], set->image_names[p], &levels, error);
    if (status == SR_OK && !bytes)
        status = levels_factor(&levels, set->image_names[first_of(set)], &factor, error);
    for (int p = 0; p < PART_COUNT && status == SR_OK; p++)
        if (has(&set->images[p])) {
            status = array_images(&set->images[p], set->image_names[p], factor, &parts[p], error);
            array_fini(&set->images[p]);
            if (status == SR_OK && set->transposed) transpose(&parts[p]);
        }
    dataset->validation = parts[PART_VALIDATION].count;
    if (status == SR_OK && parts[PART_VALIDATION].count) {
        if (parts[PART_TRAIN].count)
            status = append(&parts[PART_TRAIN], &parts[PART_VALIDATION], error);
        else
            swap(&parts[PART_TRAIN], &parts[PART_VALIDATION]);
    }
    dataset->files[SR_FILE_TRAIN] = parts[PART_TRAIN];
    dataset->files[SR_FILE_TEST] = parts[PART_TEST];
    sr_images_fini(&parts[PART_VALIDATION]);
    if (status == SR_OK && levels_note(factor)) dataset_note(dataset, "%s", levels_note(factor));
    const bool train = parts[PART_TRAIN].count > 0;
    dataset->fitting = (struct sr_fitting){.shape = parts[train ? PART_TRAIN : PART_TEST].shape,
                                           .transposed = set->transposed};
    return status;
}

static enum sr_status fill_labels(const struct array_set *set, struct sr_dataset *dataset,
                                  struct sr_error *error)
{
    static const enum part order[] = {PART_TRAIN, PART_VALIDATION, PART_TEST};
    size_t total = 0, at = 0;
    enum sr_status status = SR_OK;
    for (int f = 0; f < SR_FILE_COUNT; f++) total += dataset->files[f].count;
    int64_t *all = sr_array_raw(total, sizeof *all, "the labels", error);
    if (!all) return SR_ERROR_MEMORY;
    for (int i = 0; i < PART_COUNT && status == SR_OK; i++) {
        int64_t *numbers;
        size_t count;
        const int p = order[i];
        if (!has(&set->labels[p])) continue;
        status = array_labels(&set->labels[p], set->label_names[p],
                              set->first_column && set->labels[p].dimensions > 1, &numbers, &count,
                              error);
        if (status != SR_OK) break;
        memcpy(all + at, numbers, count * sizeof *numbers);
        at += count;
        free(numbers);
    }
    if (status == SR_OK) status = labels_from_numbers(dataset, all, error);
    free(all);
    return status;
}

enum sr_status array_set_fill(struct array_set *set, struct loading *loading,
                              struct sr_error *error)
{
    struct sr_dataset *dataset = loading->dataset;
    enum sr_status status = check(set, error);
    if (status != SR_OK) return status;
    leave_out(set, dataset);
    for (int p = 0; p < PART_COUNT; p++)
        if (!has(&set->images[p])) array_fini(&set->labels[p]);
    status = fill_images(set, dataset, error);
    if (status != SR_OK || dataset->unlabelled) return status;
    return fill_labels(set, dataset, error);
}
