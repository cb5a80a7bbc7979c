/* map_colours.c - see map.h: what each point of a map is coloured by. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/decisions.h"
#include "sartor/app/map.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"

const char *const sr_map_colour_names[SR_MAP_COLOURS] = {
    "class", "predicted", "right", "confidence", "familiarity", "suspect", "split", "tag"};

/* The first, then a suspect by its mark. */
static const char *const suspect_names[1 + SR_MARK_COUNT] = {
    "not suspect", "suspect", "kept", "flagged", "left out", "of another class"};
static const char *const right_names[] = {"right", "wrong"};

static size_t train_count(const struct sr_session *session)
{
    return session->data->files[SR_FILE_TRAIN].count;
}

static void by_class(const struct sr_session *session, struct sr_map_colours *colours)
{
    size_t at = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &session->data->files[f];
        for (size_t i = 0; i < images->count; i++, at++)
            if (images->labels) colours->categories[at] = images->labels[i];
    }
    colours->names = session->data->classes;
}

static void by_suspect(const struct sr_session *session, struct sr_map_colours *colours)
{
    const struct sr_suspects *suspects = &session->suspects;
    if (suspects->folds) memset(colours->categories, 0, train_count(session));
    for (size_t i = 0; i < suspects->count; i++)
        colours->categories[suspects->items[i].row] =
            (uint8_t)(1 + sr_session_marked(session, SR_FILE_TRAIN, suspects->items[i].row));
    colours->names = 1 + SR_MARK_COUNT;
}

static void by_split(const struct sr_session *session, struct sr_map_colours *colours)
{
    const size_t train = train_count(session);
    for (int s = 0; s < SR_SPLIT_COUNT; s++) {
        const struct sr_samples rows = sr_session_samples(session, (enum sr_split_name)s);
        const size_t from = sr_split_file((enum sr_split_name)s) == SR_FILE_TEST ? train : 0;
        for (size_t i = 0; i < rows.count; i++)
            colours->categories[from + sr_samples_row(&rows, i)] = (uint8_t)s;
    }
    colours->names = SR_SPLIT_COUNT;
}

/* By the first tag of each. */
static void by_tag(const struct sr_session *session, struct sr_map_colours *colours)
{
    size_t at = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < session->data->files[f].count; i++, at++) {
            const uint32_t tags = session->tags[f] ? session->tags[f][i] : 0;
            if (tags) colours->categories[at] = (uint8_t)__builtin_ctz(tags);
        }
    colours->names = (int)session->tag_names_count;
}

static enum sr_status by_model(struct sr_session *session, struct sr_entry *entry,
                               enum sr_split_name split, struct sr_map_colours *colours,
                               struct sr_error *error)
{
    const struct sr_predictions *all;
    const double *shares = NULL;
    if (!entry)
        return sr_error_set(error, SR_ERROR_STATE,
                            "points are coloured by what a model says; there is none yet");
    enum sr_status status = sr_session_predictions(session, entry, split, &all, error);
    if (!status && colours->by == SR_MAP_FAMILIARITY) {
        status = sr_session_familiarities(session, entry, split, &shares, error);
        if (!status && !shares)
            return sr_error_set(error, SR_ERROR_STATE,
                                "%s does not know what is familiar to it; train it anew",
                                entry->name);
        if (!status) status = sr_session_predictions(session, entry, split, &all, error);
    }
    if (status) return status;
    const size_t from = sr_split_file(split) == SR_FILE_TEST ? train_count(session) : 0;
    for (size_t i = 0; i < all->count; i++) {
        const size_t at = from + all->rows[i];
        const int predicted = all->predicted[i];
        if (colours->by == SR_MAP_PREDICTED)
            colours->categories[at] = (uint8_t)predicted;
        else if (colours->by == SR_MAP_RIGHT)
            colours->categories[at] = predicted != all->truth[i];
        else
            colours->values[at] =
                shares ? (float)shares[i]
                       : all->probabilities[i * (size_t)all->classes + (size_t)predicted];
    }
    colours->names = colours->by == SR_MAP_RIGHT ? 2 : session->data->classes;
    return SR_OK;
}

enum sr_status sr_session_map_colours(struct sr_session *session, enum sr_map_colour by,
                                      struct sr_entry *entry, enum sr_split_name split,
                                      struct sr_map_colours *colours, struct sr_error *error)
{
    *colours = (struct sr_map_colours){.by = by};
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    colours->count = train_count(session) + session->data->files[SR_FILE_TEST].count;
    colours->categories = sr_xalloc(colours->count + 1);
    memset(colours->categories, SR_MAP_NO_CATEGORY, colours->count);
    if (by == SR_MAP_CONFIDENCE || by == SR_MAP_FAMILIARITY) {
        colours->values = sr_xalloc((colours->count + 1) * sizeof *colours->values);
        for (size_t i = 0; i < colours->count; i++) colours->values[i] = NAN;
    }
    if (sr_map_asks_model(by)) return by_model(session, entry, split, colours, error);
    if (by == SR_MAP_CLASS) by_class(session, colours);
    if (by == SR_MAP_SUSPECT) by_suspect(session, colours);
    if (by == SR_MAP_SPLIT) by_split(session, colours);
    if (by == SR_MAP_TAG) by_tag(session, colours);
    return SR_OK;
}

void sr_map_colours_fini(struct sr_map_colours *colours)
{
    free(colours->categories);
    free(colours->values);
    *colours = (struct sr_map_colours){0};
}

const char *sr_map_category(const struct sr_session *session, enum sr_map_colour by, int category)
{
    switch (by) {
    case SR_MAP_CLASS:
    case SR_MAP_PREDICTED:
        return session->data->class_names[category];
    case SR_MAP_RIGHT:
        return right_names[category];
    case SR_MAP_SUSPECT:
        return suspect_names[category];
    case SR_MAP_SPLIT:
        return sr_split_names[category];
    case SR_MAP_TAG:
        return category ? session->tag_names[category] : "tagged";
    default:
        return "";
    }
}
