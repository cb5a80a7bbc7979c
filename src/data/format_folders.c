/* format_folders.c - pictures in a folder for each class, with or without folders for the parts
 * above these (torchvision's ImageFolder, keras' image_dataset_from_directory); and pictures that
 * nothing sorts, which have no labels. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classes.h"
#include "formats.h"
#include "labels.h"
#include "pictures.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

static enum likeness recognise_folders(const struct loading *loading);
static enum sr_status load_folders(struct loading *loading, struct sr_error *error);
static enum likeness recognise_loose(const struct loading *loading);
static enum sr_status load_loose(struct loading *loading, struct sr_error *error);

const struct format format_folders = {"a folder of pictures for each class", true,
                                      recognise_folders, load_folders};
const struct format format_loose = {"pictures without labels", true, recognise_loose, load_loose};

/* Bytes of the path that all pictures of the tree have in common, up to a '/': the folder that an
 * archive was made of. 0 when the tree has no picture. */
static size_t common(const struct tree *tree, size_t *first, size_t *pictures)
{
    const char *path = NULL;
    size_t length = 0;
    *pictures = 0;
    for (size_t i = 0; i < tree->count; i++) {
        if (!pictures_like(tree, i)) continue;
        if (!path) {
            path = tree->files[i].path;
            length = tree_directory(path);
            *first = i;
        }
        ++*pictures;
        while (length && strncmp(path, tree->files[i].path, length))
            for (length--; length && path[length - 1] != '/';) length--;
    }
    return length;
}

/* What the folders of a picture say: behind the common ones perhaps a part, then a class. */
struct sorted {
    int part; /* -1: none of the folders is one */
    const char *class;
    size_t length; /* of the class; 0: there is none */
};

static struct sorted sort(const char *path, size_t skip)
{
    struct sorted sorted = {.part = -1};
    for (const char *at = path + skip, *slash; (slash = strchr(at, '/')); at = slash + 1) {
        const size_t length = (size_t)(slash - at);
        const int part = sorted.part < 0 ? part_find(at, length) : -1;
        if (part >= 0) {
            sorted.part = part;
            continue;
        }
        sorted.class = at;
        sorted.length = length;
        break;
    }
    return sorted;
}

static bool named(const struct loading *loading, size_t file)
{
    return !loading->only || !strcmp(loading->only, loading->tree->files[file].path);
}

static enum likeness recognise_folders(const struct loading *loading)
{
    const struct tree *tree = loading->tree;
    size_t first, pictures;
    if (loading->only) return LIKE_NOTHING;
    const size_t skip = common(tree, &first, &pictures);
    if (!pictures) return LIKE_NOTHING;
    const struct sorted one = sort(tree->files[first].path, skip);
    for (size_t i = first; i < tree->count; i++) {
        if (!pictures_like(tree, i)) continue; /* its path may be shorter than what all share */
        const struct sorted other = sort(tree->files[i].path, skip);
        if (!other.length) continue;
        if (one.length == other.length && !strncmp(one.class, other.class, one.length)) continue;
        return pictures_probe(tree, i) ? LIKE_CONTENT : LIKE_NAMES;
    }
    return LIKE_NOTHING;
}

static enum likeness recognise_loose(const struct loading *loading)
{
    for (size_t i = 0; i < loading->tree->count; i++)
        if (named(loading, i) && pictures_like(loading->tree, i))
            return pictures_probe(loading->tree, i) ? LIKE_PICTURES : LIKE_NAMES;
    return LIKE_NOTHING;
}

/* "img2" before "img10": digits are compared as numbers. */
static int natural(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            while (*a == '0') a++;
            while (*b == '0') b++;
            const size_t x = strspn(a, "0123456789"), y = strspn(b, "0123456789");
            if (x != y) return x < y ? -1 : 1;
            const int order = strncmp(a, b, x);
            if (order) return order;
            a += x;
            b += y;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int by_name(const void *a, const void *b, void *context)
{
    const struct tree *tree = context;
    const char *x = tree->files[((const struct picture_row *)a)->file].path,
               *y = tree->files[((const struct picture_row *)b)->file].path;
    const int order = natural(sr_path_name(x), sr_path_name(y));
    return order ? order : strcmp(x, y);
}

/* Rows go by the names of files, whatever their class: exported images come back in their order,
 * and the first rows show all classes. */
static void sort_rows(const struct loading *loading, struct picture_list *list)
{
    if (list->count)
        qsort_r(list->rows, list->count, sizeof *list->rows, by_name, (void *)loading->tree);
}

/* Is the folder called as the class, but for what no folder can be called? "T-shirt/top" is
 * T-shirt_top there. */
static bool stands_for(const char *folder, const char *name)
{
    const char *start = name;
    for (; *folder && *name; folder++, name++) {
        const bool changed = *name == '/' || (name == start && *name == '.');
        if (*folder != *name && !(changed && *folder == '_')) return false;
    }
    return !*folder && !*name;
}

/* The classes and their order: labels.txt, or the folders' names sorted. */
static enum sr_status name_classes(struct loading *loading, struct label_names *found,
                                   uint8_t place[SR_CLASSES_MAX], struct sr_error *error)
{
    struct sr_dataset *dataset = loading->dataset;
    char *names[SR_CLASSES_MAX] = {0};
    int count = 0;
    enum sr_status status = classes_read(loading, names, &count, error);
    if (status != SR_OK) return status;
    if (!count) {
        label_names_sort(found, false, place);
        return label_names_use(found, dataset, "the name of a folder", error);
    }
    for (int c = 0; c < count; c++) dataset->class_names[c] = names[c];
    for (int f = 0; f < found->count; f++) {
        int at = 0;
        while (at < count && !stands_for(found->names[f], names[at])) at++;
        if (at == count)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s: labels.txt names no class %s, of which there is a folder",
                                loading->opening->path, found->names[f]);
        place[f] = (uint8_t)at;
    }
    return SR_OK;
}

static enum sr_status load_folders(struct loading *loading, struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    struct picture_list list = {0};
    struct label_names found = {0};
    uint8_t place[SR_CLASSES_MAX] = {0};
    size_t first, pictures, outside = 0;
    enum sr_status status = SR_OK;
    const size_t skip = common(tree, &first, &pictures);
    snprintf(loading->beside, sizeof loading->beside, "%.*s", (int)skip, tree->files[first].path);
    for (size_t i = 0; i < tree->count && status == SR_OK; i++) {
        if (!pictures_like(tree, i)) continue;
        const struct sorted sorted = sort(tree->files[i].path, skip);
        if (!sorted.length) {
            outside++;
            continue;
        }
        const int label = label_names_add(&found, sorted.class, sorted.length);
        if (label < 0)
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s holds pictures in more than %d folders; each is a class, and "
                                  "there may be %d of them",
                                  loading->opening->path, SR_CLASSES_MAX, SR_CLASSES_MAX);
        else
            picture_list_add(&list, i, label,
                             sorted.part < 0 ? PART_TRAIN : (enum part)sorted.part);
    }
    if (status == SR_OK) status = name_classes(loading, &found, place, error);
    if (status == SR_OK) {
        for (size_t i = 0; i < list.count; i++) list.rows[i].label = place[list.rows[i].label];
        sort_rows(loading, &list);
        if (outside)
            dataset_note(loading->dataset, "%zu picture%s in no folder of a class and left out.",
                         outside, outside == 1 ? " lies" : "s lie");
        status = pictures_load(loading, &list, error);
    }
    picture_list_fini(&list);
    label_names_fini(&found);
    return status;
}

static enum sr_status load_loose(struct loading *loading, struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    struct picture_list list = {0};
    for (size_t i = 0; i < tree->count; i++) {
        if (!named(loading, i) || !pictures_like(tree, i)) continue;
        const int part = sort(tree->files[i].path, 0).part;
        picture_list_add(&list, i, 0, part == PART_TEST ? PART_TEST : PART_TRAIN);
    }
    loading->dataset->unlabelled = true;
    sort_rows(loading, &list);
    enum sr_status status = pictures_load(loading, &list, error);
    picture_list_fini(&list);
    return status;
}
