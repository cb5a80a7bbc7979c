/* format_idx.c - a folder of four IDX files, gzipped or plain, by the names that MNIST set. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/idx.h"

#define IMAGES "images-idx3-ubyte"
#define LABELS "labels-idx1-ubyte"

static enum sr_likeness recognise(const struct sr_opening *opening);
static enum sr_status load(const struct sr_opening *opening, struct sr_dataset *dataset,
                           struct sr_error *error);

const struct sr_format sr_format_idx = {"IDX", recognise, load};

static const char *const prefixes[SR_FILE_COUNT][3] = {{"train", NULL}, {"t10k", "test", NULL}};

/* The path of "PREFIX-KIND[.gz]" in the folder, the plain file first; NULL when there is none. */
static char *find_part(const char *directory, enum sr_file file, const char *kind)
{
    for (int i = 0; prefixes[file][i]; i++)
        for (int packed = 0; packed < 2; packed++) {
            char *path =
                sr_xprintf("%s/%s-%s%s", directory, prefixes[file][i], kind, packed ? ".gz" : "");
            if (sr_path_exists(path)) return path;
            free(path);
        }
    return NULL;
}

static enum sr_likeness recognise(const struct sr_opening *opening)
{
    char *path = find_part(opening->path, SR_FILE_TRAIN, IMAGES);
    enum sr_likeness like = !path                       ? SR_LIKE_NOTHING
                            : sr_idx_holds_images(path) ? SR_LIKE_CONTENT
                                                        : SR_LIKE_NAMES;
    free(path);
    return like;
}

static char *need_part(const char *directory, enum sr_file file, const char *kind,
                       struct sr_error *error)
{
    char *path = find_part(directory, file, kind);
    if (path) return path;
    sr_error_set(
        error, SR_ERROR_IO,
        "%s has no %s-%s.gz (nor without .gz); a data set is four such files: train and t10k, "
        "images-idx3-ubyte and labels-idx1-ubyte",
        directory, prefixes[file][0], kind);
    return NULL;
}

static enum sr_status load_part(const struct sr_opening *opening, enum sr_file file,
                                struct sr_images *images, struct sr_error *error)
{
    enum sr_status status = SR_ERROR_IO;
    char *pixels = need_part(opening->path, file, IMAGES, error);
    char *labels = pixels ? need_part(opening->path, file, LABELS, error) : NULL;
    if (labels) status = sr_idx_read_images(pixels, images, opening->monitor, error);
    if (status == SR_OK) status = sr_idx_read_labels(labels, images, opening->monitor, error);
    free(pixels);
    free(labels);
    return status;
}

static enum sr_status load(const struct sr_opening *opening, struct sr_dataset *dataset,
                           struct sr_error *error)
{
    struct stat about;
    if (stat(opening->path, &about) != 0)
        return sr_error_set(error, SR_ERROR_IO,
                            "%s: %s; a folder with a data set's four IDX files is expected there",
                            opening->path, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return sr_error_set(
            error, SR_ERROR_IO,
            "%s is not a folder; name the folder that holds a data set's four IDX files",
            opening->path);
    enum sr_status status = SR_OK;
    for (int f = 0; f < SR_FILE_COUNT && status == SR_OK; f++)
        status = load_part(opening, (enum sr_file)f, &dataset->files[f], error);
    return status;
}
