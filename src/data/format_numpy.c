/* format_numpy.c - NumPy's arrays: one .npz (keras, MedMNIST), several with an array each (KMNIST),
 * or .npy files. What an array is, its name says, or that of the file which it lies in. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array_set.h"
#include "formats.h"
#include "npy.h"
#include "sartor/base/memory.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_numpy = {"NumPy's arrays (.npz, .npy)", false, recognise, load};

static bool one_of(const char *word, size_t length, const char *words)
{
    for (const char *at = words; *at;) {
        const size_t own = strcspn(at, " ");
        if (own == length && !strncasecmp(at, word, length)) return true;
        at += own;
        at += strspn(at, " ");
    }
    return false;
}

enum role { ROLE_UNKNOWN, ROLE_IMAGES, ROLE_LABELS };

/* The last words of a path that tell: "kmnist-train-imgs.npz/arr_0.npy", "x_train.npy". */
static enum role read_path(const char *path, enum part *part)
{
    enum role role = ROLE_UNKNOWN;
    *part = PART_TRAIN;
    for (const char *at = path; *at;) {
        const size_t length = strcspn(at, "/-_. ");
        const int found = part_find(at, length);
        if (found >= 0) *part = (enum part)found;
        if (one_of(at, length, "x images image imgs img pictures pixels data features"))
            role = ROLE_IMAGES;
        if (one_of(at, length, "y labels label targets target classes class")) role = ROLE_LABELS;
        at += length;
        at += *at != '\0';
    }
    return role;
}

static bool array_file(const struct loading *loading, size_t file)
{
    const char *path = loading->tree->files[file].path;
    return tree_ends(path, ".npy") && (!loading->only || !strcmp(path, loading->only));
}

static enum likeness recognise(const struct loading *loading)
{
    uint8_t start[8];
    for (size_t i = 0; i < loading->tree->count; i++)
        if (array_file(loading, i))
            return npy_probe(start, tree_peek(loading->tree, i, start, sizeof start)) ? LIKE_CONTENT
                                                                                      : LIKE_NAMES;
    return LIKE_NOTHING;
}

/* One array into its place. Arrays that are neither images nor labels are passed over. */
static enum sr_status take(struct loading *loading, size_t file, struct array_set *set,
                           struct sr_error *error)
{
    struct array array;
    enum part part;
    enum role role = read_path(loading->tree->files[file].path, &part);
    struct stream *stream = tree_stream(loading->tree, file, error);
    if (!stream) return error->status;
    enum sr_status status = npy_read_header(stream, &array, error);
    if (status == SR_OK && role == ROLE_UNKNOWN)
        role = array.dimensions >= 3                          ? ROLE_IMAGES
               : array.dimensions == 1 || array.sizes[1] == 1 ? ROLE_LABELS
                                                              : ROLE_IMAGES;
    struct array *place = role == ROLE_IMAGES ? &set->images[part] : &set->labels[part];
    char **name = role == ROLE_IMAGES ? &set->image_names[part] : &set->label_names[part];
    struct sr_shape shape;
    if (status == SR_OK && place->bytes_each)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s and %s are both called as the %s %s; there must be one of them",
                              *name, tree_name(loading->tree, file), part_names[part],
                              role == ROLE_IMAGES ? "images" : "labels");
    if (status == SR_OK && role == ROLE_IMAGES)
        status = array_shape(&array, stream_name(stream), &shape, error);
    if (status == SR_OK) status = array_read(&array, stream, loading->opening->monitor, error);
    if (status == SR_OK) {
        *place = array;
        *name = sr_xstrdup(stream_name(stream));
    } else {
        array_fini(&array);
    }
    stream_close(stream);
    return status;
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    struct array_set set = {.transposed = loading->opening->wishes.transpose == SR_TRANSPOSE_ON};
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < loading->tree->count && status == SR_OK; i++)
        if (array_file(loading, i)) status = take(loading, i, &set, error);
    if (status == SR_OK && !array_set_images(&set))
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s holds no images; call the arrays x_train, y_train, "
                              "x_test and y_test",
                              loading->opening->path);
    if (status == SR_OK) status = array_set_fill(&set, loading, error);
    array_set_fini(&set);
    return status;
}
