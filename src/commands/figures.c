/* figures.c - from the session to charts' plain arrays. */
#include <config.h>

#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

const char figure_names[] = "browse histogram curves confusion gradcam";

/* What a figure's file records of where it comes from. */
struct provenance {
    const char *items[16];
    size_t count;
    char seed[32];
};

static void record(struct provenance *provenance, const char *key, const char *value)
{
    if (!value || provenance->count + 3 > sizeof provenance->items / sizeof *provenance->items) return;
    provenance->items[provenance->count++] = key;
    provenance->items[provenance->count++] = value;
    provenance->items[provenance->count] = NULL;
}

static enum sr_status write_chart(struct sr_session *session, const char *figure, const struct figure_request *request,
                                  const struct sr_model *model, const struct sr_chart *chart, const void *data,
                                  struct sr_error *error)
{
    struct provenance provenance = {0};
    struct sr_figure_options options = {.width = request->width, .height = request->height,
                                        .resolution = request->resolution, .dark = request->dark};
    record(&provenance, "Software", PACKAGE_STRING);
    record(&provenance, "Figure", figure);
    record(&provenance, "Data", session->data->name);
    record(&provenance, "Data digest", session->data->digest);
    if (model) {
        snprintf(provenance.seed, sizeof provenance.seed, "%llu", (unsigned long long)model->seed);
        record(&provenance, "Model", model->name);
        record(&provenance, "Family", model->class->name);
        record(&provenance, "Seed", provenance.seed);
    }
    options.provenance = provenance.items;
    return sr_figure_write(request->path, &options, chart, data, error);
}

static enum sr_status write_browse(struct sr_session *session, const struct figure_request *request, struct sr_error *error)
{
    const struct sr_selection *selection = &session->selection;
    const struct sr_images *images = &session->data->files[selection->file];
    const struct sr_predictions *predictions = NULL;
    size_t first = selection->at, count = (size_t)request->count;
    if (!selection->count) return sr_error_set(error, SR_ERROR_STATE, "export: the selection is empty; browse another");
    if (count > selection->count) count = selection->count;
    if (first + count > selection->count) first = selection->count - count;
    if (selection->filter.model[0]) {
        struct sr_entry *entry = sr_session_entry(session, selection->filter.model, error);
        if (!entry) return error->status;
        enum sr_status status = sr_session_predictions(session, entry, selection->filter.split, &predictions, error);
        if (status) return status;
    }
    const uint8_t **pixels = sr_xalloc(count * sizeof *pixels);
    char **captions = sr_xalloc(count * sizeof *captions);
    bool *wrong = sr_xalloc(count * sizeof *wrong);
    size_t size = (size_t)images->height * (size_t)images->width;
    for (size_t i = 0; i < count; i++) {
        uint32_t row = selection->rows[first + i];
        const char *truth = class_name(session, images->labels[row]);
        size_t position = predictions ? sr_predictions_find(predictions, row) : SIZE_MAX;
        pixels[i] = images->pixels + row * size;
        if (position != SIZE_MAX && predictions->predicted[position] != images->labels[row]) {
            wrong[i] = true;
            captions[i] = sr_xprintf("%s as %s", truth, class_name(session, predictions->predicted[position]));
        } else {
            captions[i] = sr_xstrdup(truth);
        }
    }
    struct sr_text title = {0};
    sr_filter_print(session, &selection->filter, &title);
    struct sr_grid_chart chart = {.title = sr_text_get(&title), .count = (int)count, .height = images->height,
                                  .width = images->width, .pixels = pixels,
                                  .captions = (const char *const *)captions, .wrong = wrong};
    enum sr_status status = write_chart(session, "browse", request, NULL, &sr_chart_grid, &chart, error);
    sr_text_fini(&title);
    for (size_t i = 0; i < count; i++) free(captions[i]);
    free(captions);
    free(pixels);
    free(wrong);
    return status;
}

static enum sr_status write_histogram(struct sr_session *session, const struct figure_request *request,
                                      struct sr_error *error)
{
    const struct sr_stats *stats = session->stats[request->file];
    char title[128], note[128];
    snprintf(title, sizeof title, "Grey values of %s, %s file", session->data->name, sr_file_names[request->file]);
    snprintf(note, sizeof note, "mean %.2f, median %g, standard deviation %.2f, %.1f %% zeros", stats->mean, stats->median,
             stats->deviation, stats->zeros * 100);
    struct sr_histogram_chart chart = {title, note, stats->histogram, request->linear};
    return write_chart(session, "histogram", request, NULL, &sr_chart_histogram, &chart, error);
}

static enum sr_status write_curves(struct sr_session *session, const struct figure_request *request, struct sr_error *error)
{
    struct sr_entry *entry;
    enum sr_status status = sr_session_model(session, request->model, &entry, error);
    if (status) return status;
    const struct sr_model *model = entry->model;
    size_t n = model->epochs;
    if (!n) return sr_error_set(error, SR_ERROR_STATE, "%s has no curves: its family is not trained in epochs", entry->name);
    double *columns = sr_xalloc(5 * n * sizeof *columns), *x = columns, *y[4];
    for (int k = 0; k < 4; k++) y[k] = columns + (size_t)(k + 1) * n;
    for (size_t i = 0; i < n; i++) {
        const struct sr_epoch *epoch = &model->history[i];
        x[i] = epoch->epoch;
        y[0][i] = epoch->train_loss;
        y[1][i] = epoch->validation_loss;
        y[2][i] = epoch->train_accuracy;
        y[3][i] = epoch->validation_accuracy;
    }
    bool validated = isfinite(y[1][n - 1]);
    struct sr_curve loss[2] = {{.label = entry->name, .x = x, .y = y[0], .count = n, .dashed = true},
                               {.label = entry->name, .x = x, .y = y[1], .count = n}};
    struct sr_curve accuracy[2] = {{.label = entry->name, .x = x, .y = y[2], .count = n, .dashed = true},
                                   {.label = entry->name, .x = x, .y = y[3], .count = n}};
    struct sr_curves_panel panels[2] = {{.y_label = "loss (cross-entropy)", .curves = loss, .count = validated ? 2 : 1},
                                        {.y_label = "accuracy", .curves = accuracy, .count = validated ? 2 : 1, .percent = true}};
    struct sr_curves_chart chart = {.title = entry->name, .x_label = "epoch", .panels = panels, .count = 2};
    status = write_chart(session, "curves", request, model, &sr_chart_curves, &chart, error);
    free(columns);
    return status;
}

static enum sr_status write_confusion(struct sr_session *session, const struct figure_request *request,
                                      struct sr_error *error)
{
    struct sr_entry *entry;
    const struct sr_predictions *predictions;
    enum sr_status status = sr_session_model(session, request->model, &entry, error);
    if (status) return status;
    enum sr_split_name split = request->split >= 0 ? (enum sr_split_name)request->split
                                                   : sr_session_default_split(session, entry);
    status = sr_session_predictions(session, entry, split, &predictions, error);
    if (status) return status;
    int classes = predictions->classes;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    char title[160];
    snprintf(title, sizeof title, "%s on the %s split, accuracy %.2f %%", entry->name, sr_split_names[split],
             entry->splits[split].evaluation.accuracy * 100);
    struct sr_confusion_chart chart = {title, NULL, classes, (const char *const *)session->data->class_names, matrix,
                                       request->shares};
    status = write_chart(session, "confusion", request, entry->model, &sr_chart_confusion, &chart, error);
    free(matrix);
    return status;
}

static enum sr_status write_gradcam(struct sr_session *session, const struct figure_request *request, struct sr_error *error)
{
    struct sr_entry *entry;
    enum sr_file file = session->selection.file;
    uint32_t row = session->selection.count ? session->selection.rows[session->selection.at] : 0;
    enum sr_status status = sr_session_model(session, request->model, &entry, error);
    if (!status && request->index) {
        file = request->split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
        status = sr_session_index(session, request->index, &file, &row, error);
    } else if (!status && !session->selection.count) {
        status = sr_error_set(error, SR_ERROR_STATE, "export: no sample is selected; give index=");
    }
    if (!status) status = sr_session_explain(session, entry, file, row, request->layer, request->target, error);
    if (status) return status;
    const struct sr_images *images = &session->data->files[file];
    const struct sr_heat *heat = &session->explain.heat;
    const float *probabilities = session->explain.probabilities;
    int truth = images->labels[row], predicted = 0;
    for (int c = 1; c < session->data->classes; c++)
        if (probabilities[c] > probabilities[predicted]) predicted = c;
    char left[128], middle[160], right[160], title[160];
    snprintf(left, sizeof left, "true: %s", class_name(session, truth));
    snprintf(middle, sizeof middle, "Grad-CAM, %s, for %s", heat->layer, class_name(session, heat->target));
    snprintf(right, sizeof right, "predicted: %s (%.1f %%)", class_name(session, predicted),
             100 * (double)probabilities[predicted]);
    snprintf(title, sizeof title, "%s looks at %s:%u", entry->name, sr_file_names[file], row);
    struct sr_triptych one = {images->pixels + (size_t)row * (size_t)images->height * (size_t)images->width, heat->values, left,
                              middle, right, truth != predicted};
    struct sr_triptych_chart chart = {title, images->height, images->width, &one, 1};
    return write_chart(session, "gradcam", request, entry->model, &sr_chart_triptychs, &chart, error);
}

enum sr_status figure_write(struct sr_session *session, const char *figure, const struct figure_request *request,
                            struct sr_error *error)
{
    static const struct {
        const char *name;
        enum sr_status (*write)(struct sr_session *, const struct figure_request *, struct sr_error *);
    } figures[] = {{"browse", write_browse},       {"histogram", write_histogram}, {"curves", write_curves},
                   {"confusion", write_confusion}, {"gradcam", write_gradcam}};
    enum sr_status status = sr_figure_check(request->path, error);
    if (!status) status = sr_session_data(session, error);
    if (status) return status;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!strcmp(figure, figures[i].name)) return figures[i].write(session, request, error);
    return sr_error_set(error, SR_ERROR_ARGUMENT, "no figure \"%s\"; there are: %s", figure, figure_names);
}
