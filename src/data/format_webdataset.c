/* format_webdataset.c - archives of samples: KEY.jpg and its class in KEY.cls, as WebDataset keeps
 * them, in one tar file or several (shards). */
#include "sartor/base/file.h"
#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "labels.h"
#include "pictures.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_webdataset = {"WebDataset (.jpg and .cls)", true, recognise, load};

enum { CLASS_MAX = 256 };

/* The length of a path up to the first '.' of its name. */
static size_t key_length(const char *path)
{
    const char *base = sr_path_name(path);
    return (size_t)(base - path) + strcspn(base, ".");
}

/* The files are sorted by path: those of one key stand together. */
static size_t picture_of(const struct tree *tree, size_t class)
{
    const char *path = tree->files[class].path;
    const size_t length = key_length(path);
    for (int step = -1; step <= 1; step += 2)
        for (size_t i = class + (size_t)step; i < tree->count; i += (size_t)step) {
            const char *other = tree->files[i].path;
            if (key_length(other) != length || strncmp(path, other, length)) break;
            if (pictures_like(tree, i)) return i;
        }
    return tree->count;
}

static enum likeness recognise(const struct loading *loading)
{
    const struct tree *tree = loading->tree;
    for (size_t i = 0; i < tree->count && !loading->only; i++) {
        if (!tree_ends(tree->files[i].path, ".cls")) continue;
        const size_t picture = picture_of(tree, i);
        if (picture < tree->count && pictures_probe(tree, picture)) return LIKE_CONTENT;
    }
    return LIKE_NOTHING;
}

static enum part part_of(const char *path)
{
    for (const char *at = path; *at;) {
        const size_t length = strcspn(at, "/._-");
        if (part_find(at, length) >= 0) return (enum part)part_find(at, length);
        at += length;
        at += *at != '\0';
    }
    return PART_TRAIN;
}

static enum sr_status take(struct loading *loading, size_t file, const char *text, size_t length,
                           struct picture_list *list, struct label_names *names,
                           struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    const size_t picture = picture_of(tree, file);
    while (length && strchr(" \r\n\t", text[length - 1])) length--;
    if (picture == tree->count || !length)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s %s", tree_name(tree, file),
                            length ? "has no picture beside it" : "is empty; it is a class");
    const int label = label_names_add(names, text, length);
    if (label < 0)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s: there are more than %d different classes",
                            tree_name(tree, file), SR_CLASSES_MAX);
    picture_list_add(list, picture, label, part_of(tree->files[picture].path));
    return SR_OK;
}

static int by_file(const void *a, const void *b)
{
    const uint32_t x = ((const struct picture_row *)a)->file,
                   y = ((const struct picture_row *)b)->file;
    return (x > y) - (x < y);
}

/* All classes in one pass over the archive, then the pictures in another. */
static enum sr_status read_classes(struct loading *loading, struct picture_list *list,
                                   struct label_names *names, struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    struct picture_list classes = {0};
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < tree->count; i++)
        if (tree_ends(tree->files[i].path, ".cls")) picture_list_add(&classes, i, 0, PART_TRAIN);
    uint32_t *files = calloc(classes.count + 1, sizeof *files);
    if (!files) status = sr_error_set(error, SR_ERROR_MEMORY, "no memory for the classes");
    for (size_t i = 0; files && i < classes.count; i++) files[i] = classes.rows[i].file;
    struct tree_pass *pass = files ? tree_pass_open(tree, files, classes.count) : NULL;
    for (size_t at = 0; status == SR_OK;) {
        char *text = NULL;
        size_t length = 0;
        status = tree_pass_next(pass, CLASS_MAX, &at, &text, &length, error);
        if (status == SR_OK && at < classes.count && !text) {
            text = tree_read(tree, files[at], CLASS_MAX, &length, error);
            if (!text) status = error->status;
        }
        const bool more = status == SR_OK && at < classes.count;
        if (more) status = take(loading, files[at], text, length, list, names, error);
        free(text);
        if (!more) break;
    }
    tree_pass_close(pass);
    free(files);
    picture_list_fini(&classes);
    if (list->count) qsort(list->rows, list->count, sizeof *list->rows, by_file);
    return status;
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    struct picture_list list = {0};
    struct label_names names = {0};
    uint8_t place[SR_CLASSES_MAX];
    enum sr_status status = read_classes(loading, &list, &names, error);
    if (status == SR_OK) {
        label_names_sort(&names, true, place);
        for (size_t i = 0; i < list.count; i++) list.rows[i].label = place[list.rows[i].label];
        status = label_names_use(&names, loading->dataset, "a class", error);
    }
    if (status == SR_OK) status = pictures_load(loading, &list, error);
    picture_list_fini(&list);
    label_names_fini(&names);
    return status;
}
