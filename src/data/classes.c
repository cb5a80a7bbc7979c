/* classes.c - see classes.h and sr_dataset_class in dataset.h. */
#include "classes.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

enum { NAME_BYTES = 63, LABELS_TXT_LIMIT = 64 << 10 };

static const char *const fashion_names[10] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                              "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                              "Bag",         "Ankle boot"};

/* ASCII only: independent of the locale (in a Turkish one, I and i are different letters). */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does `text` begin with `start`, upper and lower case being equal? */
static bool begins(const char *text, const char *start)
{
    for (; *start; text++, start++)
        if (lower(*text) != lower(*start)) return false;
    return true;
}

bool sr_class_names_same(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && begins(a, b);
}

/* Printable UTF-8 of at most NAME_BYTES? */
static bool name_good(const char *name)
{
    if (strlen(name) > NAME_BYTES) return false;
    for (const char *at = name; *at;) {
        uint32_t glyph = sr_utf8_next(&at);
        if (glyph < 0x20 || (glyph >= 0x7f && glyph < 0xa0) || glyph == 0xfffd) return false;
    }
    return true;
}

/* One name on each line, without white space at its ends; empty lines at the end are left out.
 * `path` stands for the file in sentences. Fills `names`, `*filled` of them. */
static bool parse_names(char *text, size_t length, const char *path, char **names, int *filled,
                        struct sr_error *error)
{
    if (strlen(text) != length) {
        sr_error_set(error, SR_ERROR_FORMAT,
                     "%s is not text; one class name is expected on each line", path);
        return false;
    }
    while (length && strchr(" \t\r\n", text[length - 1])) text[--length] = 0;
    char *line = length ? text : NULL;
    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) line += 3; /* byte-order mark */
    while (line) {
        char *next = strchr(line, '\n');
        if (next) *next++ = 0;
        line += strspn(line, " \t\r");
        size_t end = strlen(line);
        while (end && strchr(" \t\r", line[end - 1])) line[--end] = 0;
        if (!classes_check_name(line, path, *filled + 1, error)) return false;
        if (*filled == SR_CLASSES_MAX) {
            sr_error_set(error, SR_ERROR_FORMAT,
                         "%s has more than %d names, the most classes there may be", path,
                         SR_CLASSES_MAX);
            return false;
        }
        for (int c = 0; c < *filled; c++)
            if (sr_class_names_same(names[c], line)) {
                sr_error_set(error, SR_ERROR_FORMAT,
                             "%s, line %d: \"%s\" is on line %d already; every class needs a name "
                             "of its own",
                             path, *filled + 1, line, c + 1);
                return false;
            }
        names[(*filled)++] = sr_xstrdup(line);
        line = next;
    }
    if (*filled >= SR_CLASSES_MIN) return true;
    sr_error_set(error, SR_ERROR_FORMAT, "%s has %d name%s; at least %d classes are needed", path,
                 *filled, *filled == 1 ? "" : "s", SR_CLASSES_MIN);
    return false;
}

/* The same; how many names there are, none after a failure. */
static int read_names(char *text, size_t length, const char *path, char **names,
                      struct sr_error *error)
{
    int count = 0;
    if (parse_names(text, length, path, names, &count, error)) return count;
    while (count) {
        free(names[--count]);
        names[count] = NULL;
    }
    return 0;
}

bool classes_check_name(const char *name, const char *path, int line, struct sr_error *error)
{
    if (*name && name_good(name)) return true;
    sr_error_set(error, SR_ERROR_FORMAT, "%s, line %d: %s; a class name has 1 to %d bytes of UTF-8",
                 path, line, *name ? "not a usable name" : "empty", NAME_BYTES);
    return false;
}

enum sr_status classes_read_file(const struct loading *loading, size_t file, char **names,
                                 int *count, struct sr_error *error)
{
    size_t length;
    char *text = tree_read(loading->tree, file, LABELS_TXT_LIMIT, &length, error);
    *count = text ? read_names(text, length, tree_name(loading->tree, file), names, error) : 0;
    free(text);
    return *count ? SR_OK : error ? error->status : SR_ERROR_FORMAT;
}

enum sr_status classes_read(const struct loading *loading, char **names, int *count,
                            struct sr_error *error)
{
    char path[TREE_PATH_MAX + 16];
    size_t file = loading->tree->count;
    *count = 0;
    for (int top = 0; top < 2 && file == loading->tree->count; top++) {
        snprintf(path, sizeof path, "%slabels.txt", top ? "" : loading->beside);
        file = tree_find(loading->tree, path);
    }
    if (file == loading->tree->count) return SR_OK;
    return classes_read_file(loading, file, names, count, error);
}

/* What the classes are called by the number of their label, while that is being found out. */
struct naming {
    char *names[SR_CLASSES_MAX]; /* NULL: there is no such class */
    size_t rows[SR_FILE_COUNT][SR_CLASSES_MAX];
    int lowest, highest; /* labels of the train file */
    const char *why;     /* why there are no more classes */
};

static void count_labels(struct naming *naming, const struct sr_dataset *dataset)
{
    naming->lowest = SR_CLASSES_MAX;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < dataset->files[f].count; i++)
            naming->rows[f][dataset->files[f].labels[i]]++;
    for (int c = SR_CLASSES_MAX - 1; c >= 0; c--)
        if (naming->rows[SR_FILE_TRAIN][c]) {
            if (c > naming->highest) naming->highest = c;
            naming->lowest = c;
        }
}

/* Names by number; where the labels run from 1 to the number of names, the first is that of 1. */
static void take_names(struct naming *naming, struct sr_dataset *dataset, char **names, int count)
{
    int first = 0;
    if (naming->lowest == 1 && naming->highest == count && count < SR_CLASSES_MAX) {
        first = 1;
        dataset_note(dataset, "Labels run from 1 to %d; the first of the %d names is that of 1.",
                     count, count);
    }
    for (int c = 0; c < count; c++) naming->names[first + c] = sr_xstrdup(names[c]);
}

static void note_empty(const struct naming *naming, struct sr_dataset *dataset)
{
    int empty = 0, first = 0;
    for (int c = SR_CLASSES_MAX - 1; c >= 0; c--)
        if (naming->names[c] && !naming->rows[SR_FILE_TRAIN][c]) {
            empty++;
            first = c;
        }
    if (empty)
        dataset_note(dataset,
                     "No training image has label %d (%s)%s; the labels run from %d to %d.", first,
                     naming->names[first], empty > 1 ? ", and other classes have none" : "",
                     naming->lowest, naming->highest);
}

/* Without names, each label of the train file is called by its number. */
static enum sr_status number_classes(struct naming *naming, struct sr_dataset *dataset,
                                     struct sr_error *error)
{
    int count = 0;
    for (int c = 0; c <= naming->highest; c++)
        if (naming->rows[SR_FILE_TRAIN][c]) {
            naming->names[c] = sr_xprintf("%d", c);
            count++;
        }
    if (count < SR_CLASSES_MIN)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s: every training image has label %d; at least %d classes are needed",
                            dataset->path, naming->highest, SR_CLASSES_MIN);
    if (count <= naming->highest)
        dataset_note(
            dataset,
            "The labels are %d numbers from %d to %d; classes without a training image are "
            "left out, the others are called by their numbers.",
            count, naming->lowest, naming->highest);
    naming->why = "no training image has it";
    return SR_OK;
}

/* A row whose label has no name. */
static enum sr_status check_labels(const struct naming *naming, const struct sr_dataset *dataset,
                                   struct sr_error *error)
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &dataset->files[f];
        for (size_t i = 0; i < images->count; i++)
            if (!naming->names[images->labels[i]])
                return sr_error_set(error, SR_ERROR_FORMAT,
                                    "%s: label %d of %s:%zu is out of range; %s", dataset->path,
                                    images->labels[i], sr_file_names[f], i, naming->why);
    }
    return SR_OK;
}

/* Names are found in upper and lower case alike: two that differ in nothing else are refused. */
static enum sr_status check_names(const struct sr_dataset *dataset, struct sr_error *error)
{
    for (int c = 0; c < dataset->classes; c++)
        for (int other = 0; other < c; other++)
            if (sr_class_names_same(dataset->class_names[c], dataset->class_names[other]))
                return sr_error_set(error, SR_ERROR_FORMAT,
                                    "%s: the classes %s and %s have the same name, but for upper "
                                    "and lower case; every class needs a name of its own",
                                    dataset->path, dataset->class_names[other],
                                    dataset->class_names[c]);
    return SR_OK;
}

/* Labels become positions among the classes that there are. */
static void compress(struct naming *naming, struct sr_dataset *dataset)
{
    uint8_t place[SR_CLASSES_MAX] = {0};
    dataset->classes = 0;
    for (int c = 0; c < SR_CLASSES_MAX; c++) {
        if (!naming->names[c]) continue;
        place[c] = (uint8_t)dataset->classes;
        dataset->class_names[dataset->classes++] = naming->names[c];
    }
    if (dataset->classes && place[naming->highest] == naming->highest && naming->names[0]) return;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < dataset->files[f].count; i++)
            dataset->files[f].labels[i] = place[dataset->files[f].labels[i]];
}

enum sr_status classes_settle(struct loading *loading, bool fashion, struct sr_error *error)
{
    struct sr_dataset *dataset = loading->dataset;
    struct naming naming = {.why = "there are no more names"};
    char *names[SR_CLASSES_MAX] = {0};
    int count = 0;
    bool formed = false, numbers = true;
    enum sr_status status = SR_OK;
    count_labels(&naming, dataset);
    for (int c = 0; c < SR_CLASSES_MAX; c++) {
        int64_t ignored;
        naming.names[c] = dataset->class_names[c];
        dataset->class_names[c] = NULL;
        formed = formed || naming.names[c];
        numbers = numbers && (!naming.names[c] || sr_parse_integer(naming.names[c], &ignored));
    }
    if (!formed || (numbers && fashion)) {
        status = classes_read(loading, names, &count, error);
        if (fashion && !count) {
            for (; count < 10; count++) names[count] = sr_xstrdup(fashion_names[count]);
            naming.why = "Fashion-MNIST has ten classes";
        } else if (count) {
            naming.why = "labels.txt has no more names";
        }
        for (int c = 0; c < SR_CLASSES_MAX && count; c++) {
            free(naming.names[c]);
            naming.names[c] = NULL;
        }
        if (count) take_names(&naming, dataset, names, count);
        if (!count && !formed && status == SR_OK) status = number_classes(&naming, dataset, error);
    }
    if (status == SR_OK) status = check_labels(&naming, dataset, error);
    if (status == SR_OK) {
        note_empty(&naming, dataset);
        compress(&naming, dataset);
        status = check_names(dataset, error);
    } else {
        for (int c = 0; c < SR_CLASSES_MAX; c++) free(naming.names[c]);
    }
    for (int c = 0; c < SR_CLASSES_MAX; c++) free(names[c]);
    return status;
}

static void list_classes(const struct sr_dataset *dataset, struct sr_text *list)
{
    enum { SHOWN = 12 };
    for (int c = 0; c < dataset->classes && c < SHOWN; c++)
        sr_text_printf(list, "%s%d %s", c ? ", " : "", c, dataset->class_names[c]);
    if (dataset->classes > SHOWN) sr_text_printf(list, ", ... %d", dataset->classes - 1);
}

int sr_dataset_class(const struct sr_dataset *dataset, const char *text, struct sr_error *error)
{
    for (int c = 0; c < dataset->classes; c++)
        if (sr_class_names_same(dataset->class_names[c], text)) return c;
    int64_t number;
    if (sr_parse_integer(text, &number) && number >= 0 && number < dataset->classes)
        return (int)number;
    int found = -1, fits = 0;
    for (int c = 0; c < dataset->classes && *text; c++)
        if (begins(dataset->class_names[c], text)) {
            found = c;
            fits++;
        }
    if (fits == 1) return found;
    struct sr_text list = {0}, what = {0};
    const char *closest = sr_text_closest(text, dataset->class_names, (size_t)dataset->classes,
                                          sizeof *dataset->class_names);
    list_classes(dataset, &list);
    sr_text_printf(&what, fits ? "\"%s\" fits several classes" : "no class is called \"%s\"", text);
    if (closest && !fits)
        sr_text_printf(&what, "; did you mean %s? They", closest);
    else
        sr_text_add(&what, "; they");
    sr_error_set(error, SR_ERROR_ARGUMENT, "%s are %s", sr_text_get(&what), sr_text_get(&list));
    sr_text_fini(&list);
    sr_text_fini(&what);
    return -1;
}
