/* changed.c - a data set whose images are changed, beside the one it is made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decided.h"
#include "pixels.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include "sartor/data/dataset.h"

/* The seed of what changes draw; `robustness` has the same. */
enum { SEED = 1 };

enum sr_status sr_change_parse(const char *text, struct sr_change *change, struct sr_error *error)
{
    *change = (struct sr_change){0};
    if (!strcmp(text, "none")) return SR_OK;
    const char *colon = strchr(text, ':');
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(colon ? colon - text : 31), text);
    change->kind = sr_change_find(name);
    if (change->kind < 0) {
        struct sr_text known = {0};
        const char *names[SR_CHANGES];
        for (int k = 0; k < SR_CHANGES; k++) names[k] = sr_change_kinds[k].name;
        sr_text_suggest(&known, name, names, SR_CHANGES, sizeof *names);
        sr_error_set(error, SR_ERROR_ARGUMENT, "no kind of change \"%s\"%s", name,
                     sr_text_get(&known));
        sr_text_fini(&known);
        return SR_ERROR_ARGUMENT;
    }
    change->severity = sr_change_kinds[change->kind].severity;
    if (!colon) return SR_OK;
    if (colon[1] < '1' || colon[1] > '0' + SR_SEVERITIES || colon[2])
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "\"%s\": severities go from 1 to %d, as in %s:3", text, SR_SEVERITIES,
                            name);
    if (!sr_change_kinds[change->kind].same) change->severity = colon[1] - '0';
    return SR_OK;
}

void sr_change_print(struct sr_change change, char *text, size_t size)
{
    if (!change.severity)
        snprintf(text, size, "none");
    else if (sr_change_kinds[change.kind].same)
        snprintf(text, size, "%s", sr_change_kinds[change.kind].name);
    else
        snprintf(text, size, "%s:%d", sr_change_kinds[change.kind].name, change.severity);
}

/* In parts, so that it can be ended. */
static enum sr_status change_file(struct sr_images *to, const struct sr_images *from,
                                  struct sr_change change, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    enum { PART = 4096 };
    const size_t size = sr_shape_size(from->shape);
    enum sr_status status = pixels_new(to, from->count, from->shape, error);
    if (status) return status;
    to->labels = from->labels ? sr_xalloc(from->count + 1) : NULL;
    if (to->labels) memcpy(to->labels, from->labels, from->count);
    uint32_t rows[PART];
    for (size_t first = 0; first < from->count; first += PART) {
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "the images were not changed: stopped");
        const size_t left = from->count - first, count = left < PART ? left : PART;
        for (size_t i = 0; i < count; i++) rows[i] = (uint32_t)(first + i);
        const struct sr_samples part = {from, rows, count};
        sr_change_samples(change.kind, change.severity, SEED, &part, pool,
                          to->pixels + first * size);
    }
    return SR_OK;
}

struct sr_dataset *sr_dataset_change(struct sr_dataset *origin, struct sr_change change,
                                     struct sr_pool *pool, const struct sr_monitor *monitor,
                                     struct sr_error *error)
{
    const struct sr_shape shape = origin->files[SR_FILE_TRAIN].shape;
    if (sr_change_kinds[change.kind].square && shape.height != shape.width) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "%s is for square images; these have %d×%d pixels",
                     sr_change_kinds[change.kind].name, shape.height, shape.width);
        return NULL;
    }
    struct sr_dataset *changed = sr_xalloc(sizeof *changed);
    changed->change = change;
    dataset_copy_facts(changed, origin);
    char how[24];
    sr_change_print(change, how, sizeof how);
    snprintf(changed->name, sizeof changed->name, "%.36s, %s", origin->name, how);
    enum sr_status status = SR_OK;
    for (int f = 0; !status && f < SR_FILE_COUNT; f++)
        status = change_file(&changed->files[f], &origin->files[f], change, pool, monitor, error);
    if (!status) {
        changed->origin = sr_dataset_ref(origin);
        return changed;
    }
    sr_dataset_unref(changed);
    return NULL;
}

enum sr_status sr_dataset_change_pictures(struct sr_dataset *changed, size_t most,
                                          struct sr_error *error)
{
    const struct sr_images *from = &changed->origin->files[SR_FILE_PICTURES];
    struct sr_images *to = &changed->files[SR_FILE_PICTURES];
    const size_t size = sr_shape_size(from->shape);
    if (from->count && !to->pixels) {
        to->shape = from->shape;
        to->pixels = sr_array_new(most, size, "one's own pictures", error);
        if (!to->pixels) return SR_ERROR_MEMORY;
    }
    for (; to->count < from->count; to->count++)
        sr_change_image(changed->change.kind, changed->change.severity, SEED, (uint32_t)to->count,
                        sr_images_at(from, to->count), from->shape, to->pixels + to->count * size);
    return SR_OK;
}
