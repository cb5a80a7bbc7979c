/* dataset.c - see dataset.h. */
#include "sartor/data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cache.h"
#include "classes.h"
#include "formats.h"
#include "levels.h"
#include "refit.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "set_aside.h"

/* CRC-32 of the pixels and labels of the train and the test file, by which a set is recognised. */
static const struct {
    uint32_t train, train_labels, test, test_labels;
    size_t count; /* of the train file */
    bool sample;
} known_sets[] = {
    {0xae65dccd, 0x2ed6e46a, 0x12728439, 0x242bc73f, 60000, false}, /* Fashion-MNIST */
    {0x71aae83c, 0x617fc5db, 0x58279f41, 0x4f4d3dd7, 1000, true},   /* data/fashion-mini */
};

/* Where no images are there to train on, those of another part are. */
static void settle_parts(struct sr_dataset *dataset)
{
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN], *test = &dataset->files[SR_FILE_TEST];
    const bool tests = !train->count && test->count;
    if (tests) {
        const struct sr_images none = *train;
        *train = *test;
        *test = none;
        test->shape = train->shape;
        struct sr_picture_size *none_sizes = dataset->sizes[SR_FILE_TRAIN];
        dataset->sizes[SR_FILE_TRAIN] = dataset->sizes[SR_FILE_TEST];
        dataset->sizes[SR_FILE_TEST] = none_sizes;
    } else if (!dataset->validation || dataset->validation != train->count) {
        return;
    }
    dataset->validation = 0;
    dataset_note(dataset, "There are no training images: the %s images were taken as these.",
                 tests ? "test" : "validation");
}

/* What the rest of the program can work with, whatever the form. */
static enum sr_status check_files(const struct sr_dataset *dataset, struct sr_error *error)
{
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN],
                           *test = &dataset->files[SR_FILE_TEST];
    if (!test->count || sr_shape_equal(train->shape, test->shape)) return SR_OK;
    return sr_error_set(
        error, SR_ERROR_FORMAT,
        "%s: train images are %dx%d %s, test images %dx%d %s; both must have the same size",
        dataset->path, train->shape.height, train->shape.width, sr_shape_colour(train->shape),
        test->shape.height, test->shape.width, sr_shape_colour(test->shape));
}

/* Data without labels has one class, and may do without a test part. */
static enum sr_status settle_unlabelled(struct sr_dataset *dataset, struct sr_error *error)
{
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN], *test = &dataset->files[SR_FILE_TEST];
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(dataset->files[f].labels);
        dataset->files[f].labels = sr_array_new(dataset->files[f].count, 1, "the labels", error);
        if (!dataset->files[f].labels) return SR_ERROR_MEMORY;
    }
    test->shape = train->shape;
    dataset->classes = 1;
    dataset->class_names[0] = sr_xstrdup("unlabelled");
    dataset_note(dataset,
                 "There are no labels: the images can be looked at, and predict MODEL ROW and show "
                 "ROW model=MODEL say what a model takes them for, but nothing can be trained on "
                 "them or measured.");
    return SR_OK;
}

/* Bytes that all lie within 0..16 are stretched. */
static void stretch(struct sr_dataset *dataset)
{
    struct levels levels = LEVELS_NONE;
    double factor = 1;
    uint8_t highest = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &dataset->files[f];
        const size_t bytes = images->count * sr_shape_size(images->shape);
        for (size_t i = 0; i < bytes && highest <= 16; i++)
            if (images->pixels[i] > highest) highest = images->pixels[i];
    }
    levels_add(&levels, highest);
    levels_factor(&levels, dataset->path, &factor, NULL);
    if (factor == 1) return;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &dataset->files[f];
        const size_t bytes = images->count * sr_shape_size(images->shape);
        for (size_t i = 0; i < bytes; i++)
            images->pixels[i] = (uint8_t)lrint(factor * images->pixels[i]);
    }
    dataset_note(dataset, "%s", levels_note(factor));
}

/* CRC-32 of a part's content. */
struct checksums {
    uint32_t pixels, labels;
};

static uint32_t sum_labels(const struct sr_images *images)
{
    return (uint32_t)crc32_z(0, images->labels, images->count);
}

static struct checksums sum_up(const struct sr_images *images)
{
    const size_t bytes = images->count * sr_shape_size(images->shape);
    return (struct checksums){(uint32_t)crc32_z(0, images->pixels, bytes), sum_labels(images)};
}

/* Is it Fashion-MNIST, whatever its classes are called? Sets `known` when all pixels are its own;
 * also true when only one part differs, as where a few bytes were changed. */
static bool recognise(struct sr_dataset *dataset, const struct checksums sums[SR_FILE_COUNT])
{
    const struct checksums train = sums[SR_FILE_TRAIN], test = sums[SR_FILE_TEST];
    for (size_t i = 0; i < sizeof known_sets / sizeof *known_sets; i++) {
        const bool same[] = {known_sets[i].train == train.pixels, known_sets[i].test == test.pixels,
                             known_sets[i].train_labels == train.labels,
                             known_sets[i].test_labels == test.labels};
        const int differing = 4 - same[0] - same[1] - same[2] - same[3];
        if (same[0] && same[1]) {
            dataset->known = true;
            dataset->sample = known_sets[i].sample;
        }
        if (differing == 0) return true;
        if (differing > 2 || dataset->files[SR_FILE_TRAIN].count != known_sets[i].count) continue;
        dataset_note(dataset, "This is almost Fashion-MNIST: some of its %s%s%s%s%s differ.",
                     same[0] ? "" : "training pixels", same[0] || same[1] ? "" : " and ",
                     same[1] ? "" : "test pixels",
                     (same[0] && same[1]) || (same[2] && same[3]) ? "" : " and ",
                     same[2] && same[3] ? "" : "labels");
        return true;
    }
    return false;
}

/* Is it one part of Fashion-MNIST, alone? */
static bool recognise_part(const struct sr_images *images)
{
    const struct checksums sums = sum_up(images);
    for (size_t i = 0; i < sizeof known_sets / sizeof *known_sets; i++)
        if ((known_sets[i].train == sums.pixels && known_sets[i].train_labels == sums.labels) ||
            (known_sets[i].test == sums.pixels && known_sets[i].test_labels == sums.labels))
            return true;
    return false;
}

static void set_name(struct sr_dataset *dataset)
{
    if (dataset->known) {
        snprintf(dataset->name, sizeof dataset->name, "Fashion-MNIST");
        return;
    }
    /* The folder's own name, also for "." and "x/". */
    char *real = realpath(dataset->path, NULL);
    const char *path = real ? real : dataset->path, *slash = strrchr(path, '/');
    snprintf(dataset->name, sizeof dataset->name, "%.63s", slash && slash[1] ? slash + 1 : path);
    free(real);
}

enum sr_status dataset_settle(struct loading *loading, struct sr_error *error)
{
    struct sr_dataset *dataset = loading->dataset;
    struct checksums sums[SR_FILE_COUNT];
    settle_parts(dataset);
    enum sr_status status = check_files(dataset, error);
    if (status != SR_OK) return status;
    stretch(dataset);
    bool fashion = false;
    if (dataset->unlabelled) {
        status = settle_unlabelled(dataset, error);
    } else if (!dataset->files[SR_FILE_TEST].count) {
        fashion = recognise_part(&dataset->files[SR_FILE_TRAIN]);
        status = set_aside(dataset, loading->opening->seed, error);
    }
    if (status != SR_OK) return status;
    for (int f = 0; f < SR_FILE_COUNT; f++) sums[f] = sum_up(&dataset->files[f]);
    if (!dataset->unlabelled) {
        fashion = recognise(dataset, sums) || fashion;
        status = classes_settle(loading, fashion, error);
        /* Of the labels as they have become. */
        for (int f = 0; f < SR_FILE_COUNT; f++) sums[f].labels = sum_labels(&dataset->files[f]);
    }
    bool refitted = false;
    if (status == SR_OK) status = refit(loading, &refitted, error);
    if (refitted) dataset->known = false;
    for (int f = 0; f < SR_FILE_COUNT && refitted; f++) sums[f] = sum_up(&dataset->files[f]);
    snprintf(dataset->digest, sizeof dataset->digest, "%08x%08x%08x%08x", sums[0].pixels,
             sums[0].labels, sums[1].pixels, sums[1].labels);
    set_name(dataset);
    return status;
}

/* A plain file is looked at beside the others of its folder. */
static struct tree *open_tree(struct loading *loading, struct sr_error *error)
{
    const struct sr_opening *opening = loading->opening;
    struct tree *tree = tree_open(opening->path, 0, opening->monitor, error);
    if (!tree || tree->folder || tree->count != 1 || !tree_random(tree, 0)) return tree;
    loading->only = sr_path_name(opening->path);
    tree_close(tree);
    char *folder = sr_xprintf("%.*s", (int)tree_directory(opening->path), opening->path);
    tree = tree_open(*folder ? folder : ".", 1, opening->monitor, error);
    free(folder);
    return tree;
}

/* Does any of it lie in an archive? */
static bool packed(const struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (!tree_random(tree, i)) return true;
    return false;
}

static enum sr_status check_transposed(const struct loading *loading, struct sr_error *error)
{
    const struct sr_dataset *dataset = loading->dataset;
    if (loading->opening->wishes.transpose != SR_TRANSPOSE_ON || dataset->fitting.transposed)
        return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "%s: transpose=on is for IDX files and NumPy's arrays, not for %s",
                        loading->opening->path, dataset->form);
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    const struct format *format = format_find(loading);
    char list[256];
    if (!format) {
        format_list(list, sizeof list);
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s holds nothing that can be opened; what can be is: %s; README tells "
                            "how the files are called",
                            loading->opening->path, list);
    }
    snprintf(loading->dataset->form, sizeof loading->dataset->form, "%s", format->name);
    /* Reading a plain folder of arrays takes no longer than reading what was kept of it. */
    struct cache_key key;
    const bool cached = !loading->opening->fresh && (format->decodes || packed(loading->tree));
    if (cached) {
        cache_key(loading, format->name, &key);
        if (cache_load(&key, loading)) {
            set_name(loading->dataset);
            return SR_OK;
        }
    }
    enum sr_status status = format->load(loading, error);
    if (status == SR_OK) status = check_transposed(loading, error);
    if (status == SR_OK) status = dataset_settle(loading, error);
    if (status == SR_OK && cached) cache_save(&key, loading);
    return status;
}

struct sr_dataset *sr_dataset_open(const struct sr_opening *opening, struct sr_error *error)
{
    struct sr_error own;
    if (!error) error = &own;
    struct loading loading = {.opening = opening};
    struct tree *tree = open_tree(&loading, error);
    if (!tree) return NULL;
    struct sr_dataset *dataset = sr_xalloc(sizeof *dataset);
    dataset->references = 1;
    dataset->path = sr_xstrdup(opening->path);
    loading.tree = tree;
    loading.dataset = dataset;
    enum sr_status status = load(&loading, error);
    tree_close(tree);
    if (status == SR_OK) return dataset;
    sr_dataset_unref(dataset);
    return NULL;
}

struct sr_dataset *sr_dataset_load(const char *path, const struct sr_monitor *monitor,
                                   struct sr_error *error)
{
    return sr_dataset_open(&(struct sr_opening){.path = path, .seed = 1, .monitor = monitor},
                           error);
}

struct sr_dataset *sr_dataset_ref(struct sr_dataset *dataset)
{
    if (dataset) __atomic_add_fetch(&dataset->references, 1, __ATOMIC_RELAXED);
    return dataset;
}

/* Of a set with decisions: give up what it has of the set as it was opened, and free the rest. */
static void return_borrowed(struct sr_dataset *decided)
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        decided->files[f].pixels = NULL;
        free(decided->left_out[f]);
        free(decided->kept[f]);
    }
    decided->files[SR_FILE_PICTURES] = (struct sr_images){0};
    sr_dataset_unref(decided->opened);
}

void sr_dataset_unref(struct sr_dataset *dataset)
{
    if (!dataset || __atomic_sub_fetch(&dataset->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    if (dataset->opened) return_borrowed(dataset);
    for (int f = 0; f < SR_FILE_ALL; f++) sr_images_fini(&dataset->files[f]);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(dataset->sizes[f]);
    for (int c = 0; c < SR_CLASSES_MAX; c++) free(dataset->class_names[c]);
    for (int n = 0; n < SR_NOTES_MAX; n++) free(dataset->notes[n]);
    free(dataset->path);
    sr_dataset_unref(dataset->origin);
    free(dataset);
}
