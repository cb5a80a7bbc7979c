/* figures_map.c - export map: every sample as a point. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "map.h"
#include "sartor/base/memory.h"

/* What the title says: "t-SNE of pixels, by class". */
static char *title_of(const struct figure_request *request, const struct sr_entry *entry)
{
    const char *by = sr_map_colour_names[request->colour];
    return sr_xprintf("%s of %s, coloured by %s%s%s",
                      request->map.layout == SR_MAP_TSNE ? "t-SNE" : "Principal components",
                      map_of(&request->map), by, entry ? " of " : "", entry ? entry->name : "");
}

static char *note_of(const struct sr_map *map)
{
    return map->measured
               ? sr_xprintf("Trustworthiness %.3f, continuity %.3f (%d nearest, %zu samples).",
                            map->trustworthiness, map->continuity, map->k, map->measured)
               : NULL;
}

static enum sr_status draw(struct figure *figure, const struct sr_map *map,
                           const struct sr_map_colours *colours, const struct sr_entry *entry,
                           struct sr_error *error)
{
    const struct sr_session *session = figure->session;
    const char *names[256], **captions = sr_xalloc((map->count + 1) * sizeof *captions);
    const uint8_t **pictures = sr_xalloc((map->count + 1) * sizeof *pictures);
    for (int c = 0; c < colours->names; c++) names[c] = sr_map_category(session, colours->by, c);
    for (size_t i = 0; i < map->count; i++) {
        uint32_t row;
        const enum sr_file file = sr_map_sample(map, i, &row);
        captions[i] = class_name(session, sr_images_label(&session->data->files[file], row));
        pictures[i] = sr_images_at(&session->data->files[file], row);
    }
    char *title = title_of(figure->request, entry), *note = note_of(map);
    const struct sr_scatter_chart chart = {
        .title = title,
        .note = note,
        .count = map->count,
        .points = map->points,
        .categories = colours->categories,
        .names = names,
        .name_count = colours->values ? 0 : colours->names,
        .values = colours->values,
        .captions = captions,
        .pictures = pictures,
        .shape = session->data->files[SR_FILE_TRAIN].shape,
        .files = {sr_file_names[SR_FILE_TRAIN], sr_file_names[SR_FILE_TEST]},
        .first_count = map->train};
    enum sr_status status = figure_put(figure, &sr_chart_scatter, &chart, error);
    free(note);
    free(title);
    free(pictures);
    free(captions);
    return status;
}

enum sr_status figure_map(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    struct sr_map_colours colours = {0};
    const struct sr_map *map;
    struct sr_entry *entry = NULL;
    enum sr_status status = SR_OK;
    if (sr_map_asks_model(request->colour)) {
        status = request->model_given
                     ? SR_OK
                     : sr_session_model(session, session->view.model, &entry, error);
        if (request->model_given) entry = request->model;
    }
    const enum sr_split_name split =
        request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    if (!status)
        status = sr_session_map_colours(session, request->colour, entry, split, &colours, error);
    /* Last, since it is borrowed until something else is asked for. */
    if (!status) status = sr_session_map(session, &request->map, &map, error);
    if (!status && request->map.entry) figure_credit(figure, request->map.entry->model);
    if (!status && entry) {
        figure_credit(figure, entry->model);
        figure_judge(figure, entry, split);
    }
    if (!status) status = draw(figure, map, &colours, entry, error);
    sr_map_colours_fini(&colours);
    return status;
}
