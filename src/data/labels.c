/* labels.c - see labels.h. */
#include "labels.h"

#include "classes.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/text.h"

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The different numbers, ascending; how many, SR_CLASSES_MAX + 1 when there are more. */
static int different(const int64_t *numbers, size_t total, int64_t found[SR_CLASSES_MAX])
{
    int count = 0;
    for (size_t i = 0; i < total; i++) {
        if (i && numbers[i] == numbers[i - 1]) continue;
        if (bsearch(&numbers[i], found, (size_t)count, sizeof *found, by_number)) continue;
        if (count == SR_CLASSES_MAX) return count + 1;
        int at = count++;
        for (; at > 0 && found[at - 1] > numbers[i]; at--) found[at] = found[at - 1];
        found[at] = numbers[i];
    }
    return count;
}

enum sr_status labels_from_numbers(struct sr_dataset *dataset, const int64_t *numbers,
                                   struct sr_error *error)
{
    int64_t found[SR_CLASSES_MAX];
    size_t total = 0, at = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) total += dataset->files[f].count;
    const int count = different(numbers, total, found);
    if (count > SR_CLASSES_MAX)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s: its labels are more than %d different numbers; a label is the "
                            "number of a class, and there may be %d classes",
                            dataset->path, SR_CLASSES_MAX, SR_CLASSES_MAX);
    const bool plain = found[0] >= 0 && found[count - 1] < SR_CLASSES_MAX;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &dataset->files[f];
        images->labels = sr_array_raw(images->count, 1, "the labels", error);
        if (!images->labels) return SR_ERROR_MEMORY;
        for (size_t i = 0; i < images->count; i++, at++) {
            const int64_t *place =
                plain ? NULL
                      : bsearch(&numbers[at], found, (size_t)count, sizeof *found, by_number);
            images->labels[i] = plain ? (uint8_t)numbers[at] : (uint8_t)(place - found);
        }
    }
    for (int c = 0; c < count && !plain; c++)
        dataset->class_names[c] = sr_xprintf("%lld", (long long)found[c]);
    if (!plain) dataset->classes = count;
    return SR_OK;
}

int label_names_add(struct label_names *names, const char *name, size_t length)
{
    for (int i = names->count - 1; i >= 0; i--)
        if (!strncmp(names->names[i], name, length) && !names->names[i][length]) return i;
    if (names->count == SR_CLASSES_MAX) return -1;
    names->names[names->count] = sr_xprintf("%.*s", (int)length, name);
    return names->count++;
}

struct ranked {
    char *name;
    int64_t number;
    int from;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->name, ((const struct ranked *)b)->name);
}

static int by_rank(const void *a, const void *b)
{
    return by_number(&((const struct ranked *)a)->number, &((const struct ranked *)b)->number);
}

void label_names_sort(struct label_names *names, bool numbers, uint8_t place[SR_CLASSES_MAX])
{
    struct ranked ranked[SR_CLASSES_MAX];
    for (int i = 0; i < names->count; i++) {
        ranked[i] = (struct ranked){names->names[i], 0, i};
        numbers = sr_parse_integer(names->names[i], &ranked[i].number) && numbers;
    }
    qsort(ranked, (size_t)names->count, sizeof *ranked, numbers ? by_rank : by_name);
    for (int i = 0; i < names->count; i++) {
        names->names[i] = ranked[i].name;
        place[ranked[i].from] = (uint8_t)i;
    }
}

enum sr_status label_names_use(const struct label_names *names, struct sr_dataset *dataset,
                               const char *what, struct sr_error *error)
{
    for (int c = 0; c < names->count; c++) {
        if (!classes_check_name(names->names[c], what, c + 1, error)) return SR_ERROR_FORMAT;
        dataset->class_names[c] = sr_xstrdup(names->names[c]);
    }
    return SR_OK;
}

void label_names_fini(struct label_names *names)
{
    for (int i = 0; i < names->count; i++) free(names->names[i]);
    names->count = 0;
}
