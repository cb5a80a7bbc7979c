/* dataset.c - see dataset.h. */
#include "sartor/data/dataset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "classes.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/idx.h"

const char *const sr_file_names[SR_FILE_COUNT] = {"train", "test"};

/* CRC-32 of the pixels of train and test file, by which a set is known. */
static const struct {
    uint32_t train, test;
    bool sample;
} known_sets[] = {
    {0xae65dccd, 0x12728439, false}, /* Fashion-MNIST, 60,000 and 10,000 */
    {0x71aae83c, 0x58279f41, true},  /* data/fashion-mini, 1,000 and 500 */
};

struct checksums {
    uint32_t pixels, labels;
};

/* The path of "PREFIX-KIND[.gz]" in the folder, the plain file first; NULL when there is neither.
 */
static char *find_file(const char *directory, const char *prefix, const char *kind)
{
    for (int packed = 0; packed < 2; packed++) {
        char *path = sr_xprintf("%s/%s-%s%s", directory, prefix, kind, packed ? ".gz" : "");
        if (sr_path_exists(path)) return path;
        free(path);
    }
    return NULL;
}

static char *find_part(const char *directory, enum sr_file file, const char *kind,
                       struct sr_error *error)
{
    static const char *const prefixes[SR_FILE_COUNT][2] = {{"train", NULL}, {"t10k", "test"}};
    for (int i = 0; i < 2 && prefixes[file][i]; i++) {
        char *path = find_file(directory, prefixes[file][i], kind);
        if (path) return path;
    }
    sr_error_set(
        error, SR_ERROR_IO,
        "%s has no %s-%s.gz (nor without .gz); a data set is four such files: train and t10k, "
        "images-idx3-ubyte and labels-idx1-ubyte",
        directory, prefixes[file][0], kind);
    return NULL;
}

static enum sr_status load_file(struct sr_images *images, const char *directory, enum sr_file file,
                                struct checksums *sums, const struct sr_monitor *monitor,
                                struct sr_error *error)
{
    enum sr_status status = SR_ERROR_IO;
    char *pixels = find_part(directory, file, "images-idx3-ubyte", error);
    char *labels = pixels ? find_part(directory, file, "labels-idx1-ubyte", error) : NULL;
    if (!labels) goto out;
    status = sr_idx_read_images(pixels, images, &sums->pixels, monitor, error);
    if (status == SR_OK) status = sr_idx_read_labels(labels, images, &sums->labels, monitor, error);
out:
    free(pixels);
    free(labels);
    return status;
}

static enum sr_status check_directory(const char *directory, struct sr_error *error)
{
    struct stat about;
    if (stat(directory, &about) != 0)
        return sr_error_set(error, SR_ERROR_IO,
                            "%s: %s; a folder with a data set's four IDX files is expected there",
                            directory, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return sr_error_set(
            error, SR_ERROR_IO,
            "%s is not a folder; name the folder that holds a data set's four IDX files",
            directory);
    return SR_OK;
}

static void recognise(struct sr_dataset *dataset, const struct checksums *sums)
{
    const struct checksums *train = &sums[SR_FILE_TRAIN], *test = &sums[SR_FILE_TEST];
    snprintf(dataset->digest, sizeof dataset->digest, "%08x%08x%08x%08x", train->pixels,
             train->labels, test->pixels, test->labels);
    for (size_t i = 0; i < sizeof known_sets / sizeof *known_sets; i++)
        if (known_sets[i].train == train->pixels && known_sets[i].test == test->pixels) {
            dataset->known = true;
            dataset->sample = known_sets[i].sample;
        }
    if (dataset->known) {
        snprintf(dataset->name, sizeof dataset->name, "Fashion-MNIST");
        return;
    }
    /* The folder's own name, also for "." and "x/". */
    char *real = realpath(dataset->directory, NULL);
    const char *path = real ? real : dataset->directory, *slash = strrchr(path, '/');
    snprintf(dataset->name, sizeof dataset->name, "%.63s", slash && slash[1] ? slash + 1 : path);
    free(real);
}

struct sr_dataset *sr_dataset_load(const char *directory, const struct sr_monitor *monitor,
                                   struct sr_error *error)
{
    struct sr_dataset *dataset = sr_xalloc(sizeof *dataset);
    struct checksums sums[SR_FILE_COUNT];
    dataset->references = 1;
    dataset->directory = sr_xstrdup(directory);
    enum sr_status status = check_directory(directory, error);
    for (int f = 0; f < SR_FILE_COUNT && status == SR_OK; f++)
        status =
            load_file(&dataset->files[f], directory, (enum sr_file)f, &sums[f], monitor, error);
    if (status != SR_OK) goto out;
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN],
                           *test = &dataset->files[SR_FILE_TEST];
    if (!sr_shape_equal(train->shape, test->shape)) {
        status = sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s: train images are %dx%d, test images %dx%d; both must have the same size",
            directory, train->shape.height, train->shape.width, test->shape.height,
            test->shape.width);
        goto out;
    }
    recognise(dataset, sums);
    status = classes_settle(dataset, error);
out:
    if (status != SR_OK) {
        sr_dataset_unref(dataset);
        dataset = NULL;
    }
    return dataset;
}

struct sr_dataset *sr_dataset_ref(struct sr_dataset *dataset)
{
    if (dataset) __atomic_add_fetch(&dataset->references, 1, __ATOMIC_RELAXED);
    return dataset;
}

void sr_dataset_unref(struct sr_dataset *dataset)
{
    if (!dataset || __atomic_sub_fetch(&dataset->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    for (int f = 0; f < SR_FILE_COUNT; f++) sr_images_fini(&dataset->files[f]);
    for (int c = 0; c < SR_CLASSES_MAX; c++) free(dataset->class_names[c]);
    free(dataset->directory);
    free(dataset);
}
