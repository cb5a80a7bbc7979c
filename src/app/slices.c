#include "slices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Quarters by a number; a group smaller than this says nothing; brighter than this is part of what
 * is shown. */
enum { QUARTERS = 4, LEAST = 20, SHOWN = 25 };

/* Samples of one way to divide them, and how often the model is right there. */
struct division {
    size_t count[SR_CLASSES_MAX], right[SR_CLASSES_MAX];
};

static void divide(struct division *division, const uint8_t *groups,
                   const struct sr_predictions *said)
{
    memset(division, 0, sizeof *division);
    for (size_t i = 0; i < said->count; i++) {
        division->count[groups[i]]++;
        division->right[groups[i]] += said->predicted[i] == said->truth[i];
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The quarter of each value: 0 the lowest. */
static void find_quarters(const double *values, size_t count, uint8_t *groups)
{
    double *sorted =
        memcpy(sr_xalloc((count + 1) * sizeof *sorted), values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t i = 0; i < count; i++) {
        groups[i] = 0;
        for (size_t q = 1; q < QUARTERS; q++)
            groups[i] += (uint8_t)(values[i] >= sorted[q * count / QUARTERS]);
    }
    free(sorted);
}

struct slices {
    struct sr_audit_slice *items;
    size_t count, room;
};

static void add(struct slices *slices, const struct division *division, int groups,
                const struct sr_predictions *said, const char *const *names, const char *what)
{
    size_t right = 0;
    for (int g = 0; g < groups; g++) right += division->right[g];
    for (int g = 0; g < groups; g++) {
        const size_t count = division->count[g];
        if (count < LEAST || count == said->count) continue;
        sr_xgrow(&slices->items, &slices->room, slices->count + 1, sizeof *slices->items);
        struct sr_audit_slice *one = &slices->items[slices->count++];
        *one = (struct sr_audit_slice){.count = count,
                                       .right = division->right[g],
                                       .others = said->count - count,
                                       .right_others = right - division->right[g]};
        if (names)
            snprintf(one->name, sizeof one->name, "%s %s", what, names[g]);
        else
            snprintf(one->name, sizeof one->name, "%s %d", what, g + 1);
    }
}

static const char *const brightness_names[QUARTERS] = {"darkest quarter", "second quarter",
                                                       "third quarter", "lightest quarter"};
static const char *const size_names[QUARTERS] = {"smallest quarter", "second quarter",
                                                 "third quarter", "largest quarter"};

/* Mean value, and share of the values that are not background. */
static void measure(const struct sr_session *session, enum sr_file file,
                    const struct sr_predictions *said, double *means, double *sizes)
{
    const struct sr_images *images = &session->data->files[file];
    const size_t size = sr_shape_size(images->shape);
    for (size_t i = 0; i < said->count; i++) {
        const uint8_t *pixels = sr_images_at(images, said->rows[i]);
        size_t sum = 0, shown = 0;
        for (size_t p = 0; p < size; p++) {
            sum += pixels[p];
            shown += pixels[p] > SHOWN;
        }
        means[i] = (double)sum / (double)size;
        sizes[i] = (double)shown / (double)size;
    }
}

enum sr_status slices_find(struct sr_session *session, struct sr_entry *entry,
                           enum sr_split_name split, const struct sr_audit_base *base,
                           struct sr_audit_slice **slices, size_t *count, struct sr_error *error)
{
    const struct sr_predictions *said;
    enum sr_status status = sr_session_predictions(session, entry, split, &said, error);
    if (status) return status;
    const enum sr_file file = sr_split_file(split);
    const size_t before = file == SR_FILE_TEST ? base->measures->trained : 0;
    struct slices found = {0};
    struct division division;
    uint8_t *groups = sr_xalloc(said->count + 1);
    double *means = sr_xalloc((said->count + 1) * sizeof *means),
           *sizes = sr_xalloc((said->count + 1) * sizeof *sizes);
    divide(&division, said->truth, said);
    add(&found, &division, said->classes, said, (const char *const *)session->data->class_names,
        "class");
    measure(session, file, said, means, sizes);
    find_quarters(means, said->count, groups);
    divide(&division, groups, said);
    add(&found, &division, QUARTERS, said, brightness_names, "brightness:");
    find_quarters(sizes, said->count, groups);
    divide(&division, groups, said);
    add(&found, &division, QUARTERS, said, size_names, "size:");
    for (size_t i = 0; i < said->count; i++)
        groups[i] = base->relations->cluster[before + said->rows[i]];
    divide(&division, groups, said);
    add(&found, &division, SR_AUDIT_CLUSTERS, said, NULL, "group of alike images");
    sr_audit_slices_judge(found.items, found.count);
    free(groups);
    free(means);
    free(sizes);
    *slices = found.items;
    *count = found.count;
    return SR_OK;
}
