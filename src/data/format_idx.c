/* format_idx.c - IDX files, by the names that are in use: train-images-idx3-ubyte and
 * train-images.idx3-ubyte, with something before it (emnist-letters-, qmnist-), gzipped or plain,
 * in any one folder of the tree. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array_set.h"
#include "classes.h"
#include "formats.h"
#include "idx.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_idx = {"IDX", false, recognise, load};

/* What a file's name says. */
struct idx_name {
    size_t set; /* bytes of the path up to the part: "x/emnist-letters-" */
    enum part part;
    bool labels;
};

static bool separates(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* The word at `at`, up to the next separator. */
static size_t word(const char *at)
{
    size_t length = 0;
    while (at[length] && !separates(at[length])) length++;
    return length;
}

static bool read_name(const char *path, struct idx_name *name)
{
    for (const char *at = sr_path_name(path); *at;) {
        const size_t length = word(at);
        const int part = part_find(at, length);
        const char *kind = at + length + (at[length] != '\0');
        if (part >= 0 && (!strncasecmp(kind, "images", 6) || !strncasecmp(kind, "labels", 6)) &&
            separates(kind[6]) && !strncasecmp(kind + 7, "idx", 3) &&
            isdigit((unsigned char)kind[10])) {
            *name = (struct idx_name){(size_t)(at - path), (enum part)part,
                                      tolower((unsigned char)kind[0]) == 'l'};
            return true;
        }
        at = kind;
    }
    return false;
}

/* The files of one set: file numbers in the tree, its count where there is none. */
struct idx_files {
    size_t images[PART_COUNT], labels[PART_COUNT];
    const char *path; /* of one of them; the first `set` bytes are those of all */
    size_t set;
};

static void add(const struct tree *tree, struct idx_files *files, size_t file,
                const struct idx_name *name)
{
    size_t *place = name->labels ? &files->labels[name->part] : &files->images[name->part];
    /* The plain file stands before its gzipped twin in the tree. */
    if (*place == tree->count) *place = file;
}

static int depth(const char *path)
{
    int levels = 0;
    for (; *path; path++) levels += *path == '/';
    return levels;
}

/* The one set of the tree, or that of the file which was named; how many there are otherwise.
 * Folders below that of a set do not count. */
static size_t find_files(const struct loading *loading, struct idx_files *files)
{
    const struct tree *tree = loading->tree;
    struct idx_name name;
    size_t sets = 0;
    int level = INT_MAX;
    *files = (struct idx_files){0};
    for (int p = 0; p < PART_COUNT; p++) files->images[p] = files->labels[p] = tree->count;
    if (loading->only) {
        if (!read_name(loading->only, &name)) return 0;
        files->path = loading->only;
        files->set = name.set;
        sets = 1;
    }
    for (size_t i = 0; i < tree->count; i++)
        if (depth(tree->files[i].path) < level && read_name(tree->files[i].path, &name))
            level = depth(tree->files[i].path);
    for (size_t i = 0; i < tree->count; i++) {
        const char *path = tree->files[i].path;
        if (depth(path) != level || !read_name(path, &name)) continue;
        if (!sets) {
            files->path = path;
            files->set = name.set;
            sets = 1;
        }
        if (name.set == files->set && !strncmp(path, files->path, name.set))
            add(tree, files, i, &name);
        else if (!loading->only)
            sets++;
    }
    return sets;
}

/* Those of the train part, or of another one where it is missing; `none` for none. */
static size_t first_images(const struct idx_files *files, size_t none)
{
    for (int p = 0; p < PART_COUNT; p++)
        if (files->images[p] != none) return files->images[p];
    return none;
}

static enum likeness recognise(const struct loading *loading)
{
    struct idx_files files;
    uint8_t magic[4];
    const size_t none = loading->tree->count, found = find_files(loading, &files);
    const size_t images = first_images(&files, none);
    if (!found || images == none) return LIKE_NOTHING;
    return tree_peek(loading->tree, images, magic, sizeof magic) == 4 && idx_holds_images(magic)
               ? LIKE_CONTENT
               : LIKE_NAMES;
}

static enum sr_status read_file(const struct loading *loading, size_t file, enum idx_content wanted,
                                struct array *array, char **name, struct sr_error *error)
{
    if (file == loading->tree->count) return SR_OK;
    *name = sr_xstrdup(tree_name(loading->tree, file));
    struct stream *stream = tree_stream(loading->tree, file, error);
    if (!stream) return error->status;
    enum sr_status status = idx_read(stream, wanted, array, loading->opening->monitor, error);
    stream_close(stream);
    return status;
}

/* "emnist-letters-mapping.txt": a label and the codes of the characters that it stands for, a line
 * each. */
static enum sr_status read_mapping(struct loading *loading, const struct idx_files *files,
                                   struct sr_error *error)
{
    enum { LIMIT = 64 << 10 };
    struct sr_dataset *dataset = loading->dataset;
    char path[TREE_PATH_MAX + 16];
    size_t length;
    snprintf(path, sizeof path, "%.*smapping.txt", (int)files->set, files->path);
    const size_t file = tree_find(loading->tree, path);
    if (file == loading->tree->count) return SR_OK;
    char *text = tree_read(loading->tree, file, LIMIT, &length, error);
    if (!text) return error->status;
    enum sr_status status = SR_OK;
    int line = 0;
    for (char *next, *at = text; *at && status == SR_OK; at = next) {
        unsigned label, code;
        next = at + strcspn(at, "\n");
        if (*next) *next++ = '\0';
        line++;
        if (at[strspn(at, " \t\r")] == '\0') continue;
        if (sscanf(at, "%3u %7u", &label, &code) != 2 || label >= SR_CLASSES_MAX || code <= 0x20 ||
            code > 0xffff || dataset->class_names[label]) {
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s, line %d: \"%.40s\" is no label from 0 to %d, not on a line "
                                  "before, with the code of a character",
                                  tree_name(loading->tree, file), line, at, SR_CLASSES_MAX - 1);
            break;
        }
        char glyph[4];
        const int bytes = sr_utf8_encode(code, glyph);
        /* Class names are the same in upper and lower case. */
        dataset->class_names[label] =
            sr_xprintf("%s%.*s", code >= 'a' && code <= 'z' ? "small " : "", bytes, glyph);
    }
    free(text);
    return status;
}

/* EMNIST's pictures are stored with rows and columns exchanged. */
static bool transposed(const struct loading *loading, const struct idx_files *files)
{
    const enum sr_transpose wish = loading->opening->wishes.transpose;
    const char *base = sr_path_name(files->path);
    if (wish != SR_TRANSPOSE_AUTO) return wish == SR_TRANSPOSE_ON;
    return (size_t)(base - files->path) + 7 <= files->set && !strncasecmp(base, "emnist-", 7);
}

static enum sr_status check_files(const struct loading *loading, const struct idx_files *files,
                                  size_t sets, struct sr_error *error)
{
    const struct tree *tree = loading->tree;
    if (sets > 1 && !loading->only)
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s holds several sets of IDX files, of which %.*s is one; open the folder of one, or "
            "one of its files, such as %s",
            loading->opening->path, (int)files->set, files->path,
            tree_name(tree, first_images(files, tree->count)));
    for (int p = 0; p < PART_COUNT; p++)
        if (files->images[p] == tree->count && files->labels[p] < tree->count)
            return sr_error_set(error, SR_ERROR_IO,
                                "%s has no images beside it; \"images-idx3-ubyte\" stands in place "
                                "of \"labels-idx1-ubyte\" in the name of that file",
                                tree_name(tree, files->labels[p]));
    return SR_OK;
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    struct idx_files files;
    struct array_set set = {.first_column = true};
    const size_t sets = find_files(loading, &files);
    enum sr_status status = check_files(loading, &files, sets, error);
    for (int p = 0; p < PART_COUNT && status == SR_OK; p++) {
        status = read_file(loading, files.images[p], IDX_IMAGES, &set.images[p],
                           &set.image_names[p], error);
        if (status == SR_OK)
            status = read_file(loading, files.labels[p], IDX_LABELS, &set.labels[p],
                               &set.label_names[p], error);
    }
    if (status == SR_OK) {
        snprintf(loading->beside, sizeof loading->beside, "%.*s", (int)tree_directory(files.path),
                 files.path);
        set.transposed = transposed(loading, &files);
        if (set.transposed)
            dataset_note(loading->dataset, "Rows and columns of the pictures were exchanged, as "
                                           "EMNIST needs; transpose=off leaves them.");
        status = array_set_fill(&set, loading, error);
    }
    if (status == SR_OK && !loading->dataset->unlabelled)
        status = read_mapping(loading, &files, error);
    array_set_fini(&set);
    return status;
}
