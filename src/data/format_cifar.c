/* format_cifar.c - CIFAR-10 and CIFAR-100 in their binary version: records of one label (of two, of
 * which the second is the class) and 32 × 32 pixels, all red ones, then green, then blue. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classes.h"
#include "formats.h"
#include "pixels.h"
#include "progress.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_cifar = {"CIFAR's binary files", false, recognise, load};

enum { SIDE = 32, PLANE = SIDE * SIDE, PIXELS = 3 * PLANE, LABELS_MAX = 2, PICKLE = 0x80 };

/* "data_batch_1.bin", "test_batch.bin", "train.bin", "test.bin"; without ".bin", Python's form. */
static bool named(const char *path, bool *binary, enum sr_file *file)
{
    const char *base = sr_path_name(path);
    *binary = tree_ends(base, ".bin");
    *file = !strncasecmp(base, "test", 4) ? SR_FILE_TEST : SR_FILE_TRAIN;
    const size_t length = strlen(base) - (*binary ? 4 : 0);
    if (!strncasecmp(base, "data_batch_", 11) && length == 12) return true;
    return (length == 10 && !strncasecmp(base, "test_batch", 10)) ||
           (length == 5 && !strncasecmp(base, "train", 5)) ||
           (length == 4 && !strncasecmp(base, "test", 4));
}

static size_t names_file(const struct tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++)
        if (!strcasecmp(sr_path_name(tree->files[i].path), name)) return i;
    return tree->count;
}

/* Labels of each record: by the names that lie beside it, else by the size. */
static size_t labels_of(const struct tree *tree, size_t file)
{
    if (names_file(tree, "fine_label_names.txt") < tree->count) return 2;
    if (names_file(tree, "batches.meta.txt") < tree->count) return 1;
    return tree->files[file].size % (PIXELS + 1) == 0 ? 1 : 2;
}

static bool wanted(const struct loading *loading, size_t file, bool *binary, enum sr_file *part)
{
    const char *path = loading->tree->files[file].path;
    return named(path, binary, part) && (!loading->only || !strcmp(path, loading->only));
}

static enum likeness recognise(const struct loading *loading)
{
    const struct tree *tree = loading->tree;
    bool binary;
    enum sr_file part;
    uint8_t start[LABELS_MAX];
    for (size_t i = 0; i < tree->count; i++) {
        if (!wanted(loading, i, &binary, &part)) continue;
        const size_t got = tree_peek(tree, i, start, sizeof start);
        if (!binary && got && start[0] == PICKLE) return LIKE_NAMES;
        if (!binary || got < sizeof start) continue;
        const uint64_t record = PIXELS + labels_of(tree, i), size = tree->files[i].size;
        if (size != UINT64_MAX && size % record == 0 && start[0] < 100) return LIKE_CONTENT;
        return LIKE_NAMES;
    }
    return LIKE_NOTHING;
}

static void interleave(const uint8_t *planes, uint8_t *pixels)
{
    for (int i = 0; i < PLANE; i++)
        for (int c = 0; c < 3; c++) pixels[3 * i + c] = planes[c * PLANE + i];
}

static enum sr_status grow(struct sr_images *images, size_t room, struct sr_error *error)
{
    struct sr_images more = {0};
    const size_t count = images->count;
    enum sr_status status = pixels_new(&more, room, (struct sr_shape){SIDE, SIDE, 3}, error);
    if (status != SR_OK) return status;
    more.labels = sr_array_raw(room, 1, "the labels", error);
    if (!more.labels) {
        sr_images_fini(&more);
        return SR_ERROR_MEMORY;
    }
    if (count) {
        memcpy(more.pixels, images->pixels, count * PIXELS);
        memcpy(more.labels, images->labels, count);
    }
    sr_images_fini(images);
    *images = more;
    images->count = count;
    return SR_OK;
}

/* All records of one file behind those that are there. */
static enum sr_status read_file(struct loading *loading, size_t file, size_t labels,
                                struct sr_images *images, size_t *room, struct sr_error *error)
{
    uint8_t record[LABELS_MAX + PIXELS];
    const size_t length = labels + PIXELS;
    struct stream *stream = tree_stream(loading->tree, file, error);
    if (!stream) return error->status;
    enum sr_status status = SR_OK;
    for (size_t got = length; status == SR_OK && got;) {
        status = stream_read(stream, record, length, &got, error);
        if (status != SR_OK || !got) break;
        if (got < length) {
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s is truncated: its last record has %zu of %zu bytes",
                                  stream_name(stream), got, length);
            break;
        }
        if (images->count == *room) {
            *room = *room ? 2 * *room : 10000;
            status = grow(images, *room, error);
        }
        if (status != SR_OK) break;
        images->labels[images->count] = record[labels - 1];
        interleave(record + labels, images->pixels + images->count++ * PIXELS);
        if (images->count % 1000 == 0) {
            progress_say(loading->opening->monitor, stream_name(stream), images->count, 0);
            if (!sr_monitor_proceed(loading->opening->monitor))
                status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped",
                                      stream_name(stream));
        }
    }
    stream_close(stream);
    return status;
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    struct sr_dataset *dataset = loading->dataset;
    size_t labels = 0, room[SR_FILE_COUNT] = {0};
    int count = 0;
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < tree->count && status == SR_OK; i++) {
        bool binary;
        enum sr_file part;
        if (!wanted(loading, i, &binary, &part)) continue;
        if (!binary)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s is CIFAR in Python's pickled form, which only Python should "
                                "read; get the binary version",
                                tree_name(tree, i));
        if (!labels) labels = labels_of(tree, i);
        status = read_file(loading, i, labels, &dataset->files[part], &room[part], error);
    }
    for (int f = 0; f < SR_FILE_COUNT; f++)
        dataset->files[f].shape = (struct sr_shape){SIDE, SIDE, 3};
    if (status == SR_OK && !dataset->files[SR_FILE_TRAIN].count &&
        !dataset->files[SR_FILE_TEST].count)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s holds no images", loading->opening->path);
    dataset->fitting.shape = dataset->files[SR_FILE_TRAIN].shape;
    const size_t names =
        names_file(tree, labels == 2 ? "fine_label_names.txt" : "batches.meta.txt");
    if (status == SR_OK && names < tree->count)
        status = classes_read_file(loading, names, dataset->class_names, &count, error);
    return status;
}
