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

static bool same(const char *a, const char *b)
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

/* One name on each line, without white space at its ends; empty lines at the end are left out. */
static enum sr_status read_names(struct sr_dataset *dataset, const char *path,
                                 struct sr_error *error)
{
    size_t length;
    char *text = sr_file_read(path, LABELS_TXT_LIMIT, &length, error);
    if (!text) return error ? error->status : SR_ERROR_IO;
    enum sr_status status = SR_OK;
    if (strlen(text) != length) {
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s is not text; one class name is expected on each line", path);
        goto out;
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
        int number = dataset->classes + 1;
        if (!*line || !name_good(line)) {
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s, line %d: %s; a class name has 1 to %d bytes of UTF-8", path,
                                  number, *line ? "not a usable name" : "empty", NAME_BYTES);
            goto out;
        }
        if (number > SR_CLASSES_MAX) {
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s has more than %d names, the most classes there may be", path,
                                  SR_CLASSES_MAX);
            goto out;
        }
        for (int c = 0; c < dataset->classes; c++)
            if (same(dataset->class_names[c], line)) {
                status = sr_error_set(error, SR_ERROR_FORMAT,
                                      "%s, line %d: \"%s\" is on line %d already; every class "
                                      "needs a name of its own",
                                      path, number, line, c + 1);
                goto out;
            }
        dataset->class_names[dataset->classes++] = sr_xstrdup(line);
        line = next;
    }
    if (dataset->classes < SR_CLASSES_MIN)
        status =
            sr_error_set(error, SR_ERROR_FORMAT, "%s has %d name%s; at least %d classes are needed",
                         path, dataset->classes, dataset->classes == 1 ? "" : "s", SR_CLASSES_MIN);
out:
    free(text);
    return status;
}

/* Is every label below the number of classes? `why` explains that number. */
static enum sr_status check_labels(const struct sr_dataset *dataset, enum sr_file file,
                                   const char *why, struct sr_error *error)
{
    const struct sr_images *images = &dataset->files[file];
    for (size_t i = 0; i < images->count; i++)
        if (images->labels[i] >= dataset->classes)
            return sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s: label %d of %s:%zu is out of range; %s, so labels go from 0 to %d",
                dataset->path, images->labels[i], sr_file_names[file], i, why,
                dataset->classes - 1);
    return SR_OK;
}

/* Without names, the labels of the train file say which classes there are. */
static enum sr_status count_classes(struct sr_dataset *dataset, struct sr_error *error)
{
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    size_t first[SR_CLASSES_MAX]; /* the first row with the label */
    bool seen[SR_CLASSES_MAX] = {false};
    int highest = 0;
    for (size_t i = train->count; i-- > 0;) {
        int label = train->labels[i];
        seen[label] = true;
        first[label] = i;
        if (label > highest) highest = label;
    }
    for (int c = 0; c < highest; c++)
        if (!seen[c]) {
            int above = c + 1;
            while (!seen[above]) above++;
            return sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s: label %d of train:%zu is out of range, or no training image has label %d; "
                "labels "
                "run from 0 without gaps unless labels.txt names each class, one a line",
                dataset->path, above, first[above], c);
        }
    if (highest + 1 < SR_CLASSES_MIN)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s: every training image has label 0; at least %d classes are needed",
                            dataset->path, SR_CLASSES_MIN);
    dataset->classes = highest + 1;
    for (int c = 0; c < dataset->classes; c++) dataset->class_names[c] = sr_xprintf("%d", c);
    return SR_OK;
}

enum sr_status classes_settle(struct sr_dataset *dataset, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    const char *why;
    char *path = sr_path_join(dataset->path, "labels.txt");
    if (dataset->classes) {
        why = "there are no more names";
    } else if (sr_path_exists(path)) {
        status = read_names(dataset, path, error);
        why = "labels.txt has no more names";
    } else if (dataset->known) {
        for (int c = 0; c < 10; c++) dataset->class_names[c] = sr_xstrdup(fashion_names[c]);
        dataset->classes = 10;
        why = "Fashion-MNIST has ten classes";
    } else {
        status = count_classes(dataset, error);
        why = "no training image has a higher one";
    }
    for (int f = 0; f < SR_FILE_COUNT && status == SR_OK; f++)
        status = check_labels(dataset, (enum sr_file)f, why, error);
    free(path);
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
        if (same(dataset->class_names[c], text)) return c;
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
