/* figures_heat.c - where a network looked: one sample at length, or many at a glance. */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Heat maps of what is picked, in session->heats. */
static enum sr_status look(struct figure *figure, size_t most, struct picked *picked, struct sr_entry **entry,
                           struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    enum sr_status status = sr_session_model(figure->session, request->model, entry, error);
    *picked = (struct picked){0};
    if (!status) status = figure_pick(figure, most, picked, error);
    if (!status)
        status = sr_session_heats(figure->session, *entry, picked->file, picked->rows, picked->count, request->method,
                                  request->layer, request->target, error);
    if (!status) figure_credit(figure, (*entry)->model);
    return status;
}

static int predicted_of(const struct figure *figure, size_t sample, double *probability)
{
    int classes = figure->session->data->classes, predicted = 0;
    const float *probabilities = figure->session->heats.probabilities + sample * (size_t)classes;
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[predicted]) predicted = c;
    *probability = (double)probabilities[predicted];
    return predicted;
}

enum sr_status figure_gradcam(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    struct sr_entry *entry;
    struct picked picked;
    enum sr_status status = look(figure, figure->request->count ? (size_t)figure->request->count : 1, &picked, &entry, error);
    if (status) goto out;
    const struct sr_images *images = &session->data->files[picked.file];
    struct sr_triptych *rows = sr_xalloc((picked.count + 1) * sizeof *rows);
    struct text {
        char left[160], middle[160], right[160];
    } *texts = sr_xalloc((picked.count + 1) * sizeof *texts);
    for (size_t i = 0; i < picked.count; i++) {
        uint32_t row = picked.rows[i];
        const struct sr_heat *heat = &session->heats.maps[i];
        double probability;
        int truth = images->labels[row], predicted = predicted_of(figure, i, &probability);
        if (picked.count > 1)
            snprintf(texts[i].left, sizeof texts[i].left, "%s:%u, true: %s", sr_file_names[picked.file], row, class_name(session, truth));
        else snprintf(texts[i].left, sizeof texts[i].left, "true: %s", class_name(session, truth));
        snprintf(texts[i].middle, sizeof texts[i].middle, "%s%s%s, for %s", heat->method->title, *heat->layer ? ", " : "",
                 heat->layer, class_name(session, heat->target));
        snprintf(texts[i].right, sizeof texts[i].right, "predicted: %s (%.1f %%)", class_name(session, predicted), 100 * probability);
        rows[i] = (struct sr_triptych){figure_pixels(figure, picked.file, row), heat->values, texts[i].left, texts[i].middle,
                                       texts[i].right, truth != predicted};
    }
    char title[160];
    if (picked.count > 1) snprintf(title, sizeof title, "%s looks at %zu samples", entry->name, picked.count);
    else snprintf(title, sizeof title, "%s looks at %s:%u", entry->name, sr_file_names[picked.file], picked.rows[0]);
    struct sr_triptych_chart chart = {title, images->height, images->width, rows, picked.count};
    status = figure_put(figure, &sr_chart_triptychs, &chart, error);
    free(texts);
    free(rows);
out:
    picked_free(&picked);
    return status;
}

enum sr_status figure_gallery(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    struct sr_entry *entry;
    struct picked picked;
    enum sr_status status = look(figure, figure->request->count ? (size_t)figure->request->count : 50, &picked, &entry, error);
    if (status) goto out;
    const struct sr_images *images = &session->data->files[picked.file];
    const uint8_t **pixels = sr_xalloc((picked.count + 1) * sizeof *pixels);
    const float **heats = sr_xalloc((picked.count + 1) * sizeof *heats);
    char **captions = sr_xalloc((picked.count + 1) * sizeof *captions);
    bool *wrong = sr_xalloc((picked.count + 1) * sizeof *wrong);
    for (size_t i = 0; i < picked.count; i++) {
        double probability;
        uint32_t row = picked.rows[i];
        int truth = images->labels[row], predicted = predicted_of(figure, i, &probability);
        pixels[i] = figure_pixels(figure, picked.file, row);
        heats[i] = session->heats.maps[i].values;
        wrong[i] = truth != predicted;
        captions[i] = wrong[i] ? sr_xprintf("%s as %s", class_name(session, truth), class_name(session, predicted))
                               : sr_xstrdup(class_name(session, truth));
    }
    const struct sr_heat *first = session->heats.maps;
    char *title = sr_xprintf("Where %s looks%s%s (%s%s%s)", entry->name, *picked.title ? ": " : "", picked.title,
                             first->method->title, *first->layer ? ", " : "", first->layer);
    struct sr_gallery_chart chart = {.title = title, .count = (int)picked.count, .height = images->height, .width = images->width,
                                     .pixels = pixels, .heats = heats, .captions = (const char *const *)captions, .wrong = wrong};
    status = figure_put(figure, &sr_chart_gallery, &chart, error);
    for (size_t i = 0; i < picked.count; i++) free(captions[i]);
    free(captions);
    free(wrong);
    free(heats);
    free(pixels);
    free(title);
out:
    picked_free(&picked);
    return status;
}
