/* figures_models.c - figures of models: curves of training, confusion matrices, scores, layers. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* --- curves ---------------------------------------------------------------------------- */

enum { TRAIN_LOSS, LOSS, TRAIN_ACCURACY, ACCURACY, MEASURES };

/* The epochs of a model: of the training under way that makes it, else those kept in its file. */
static enum sr_status history_of(struct figure *figure, const struct model_target *model,
                                 const struct sr_epoch **history, size_t *count,
                                 struct sr_error *error)
{
    const struct sr_entry *entry = model->entry;
    const struct sr_run *run = model->run;
    if (run && run->epochs) {
        figure_credit_run(figure, run);
        *history = run->history;
        *count = run->epochs;
        return SR_OK;
    }
    if (!entry)
        return sr_error_set(error, SR_ERROR_STATE, "%s has no curves yet: no epoch has ended",
                            run->name);
    if (!entry->model->epochs)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s has no curves: its family is not trained in epochs", entry->name);
    figure_credit(figure, entry->model);
    *history = entry->model->history;
    *count = entry->model->epochs;
    return SR_OK;
}

enum sr_status figure_curves(struct figure *figure, struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    const size_t models = request->model_count;
    double **columns = sr_xalloc(models * sizeof *columns);
    struct sr_curve *curves = sr_xalloc(models * MEASURES * sizeof *curves);
    struct sr_curves_panel panels[2] = {
        {.y_label = "loss (cross-entropy)", .curves = curves},
        {.y_label = "accuracy", .curves = curves + 2 * models, .percent = true}};
    struct sr_text title = {0};
    enum sr_status status = SR_OK;
    for (size_t m = 0; !status && m < models; m++) {
        const struct model_target *model = &request->models[m];
        const char *name = model->entry ? model->entry->name : model->run->name;
        const struct sr_epoch *history = NULL;
        size_t n = 0;
        status = history_of(figure, model, &history, &n, error);
        if (status) break;
        double *x = columns[m] = sr_xalloc((MEASURES + 1) * n * sizeof *x), *y = x + n;
        bool validated = false;
        for (size_t i = 0; i < n; i++) {
            x[i] = history[i].epoch;
            y[TRAIN_LOSS * n + i] = history[i].train_loss;
            y[LOSS * n + i] = history[i].validation_loss;
            y[TRAIN_ACCURACY * n + i] = history[i].train_accuracy;
            y[ACCURACY * n + i] = history[i].validation_accuracy;
            validated = validated || isfinite(history[i].validation_loss);
        }
        for (int measure = 0; measure < MEASURES; measure++) {
            struct sr_curves_panel *panel = &panels[measure / 2];
            bool training = measure % 2 == 0;
            if (!training && !validated) continue;
            struct sr_curve *curve = &curves[(measure / 2) * 2 * (int)models + (int)panel->count++];
            *curve = (struct sr_curve){.label = name,
                                       .x = x,
                                       .y = y + (size_t)measure * n,
                                       .count = n,
                                       .group = (int)m,
                                       .dashed = training};
        }
        sr_text_printf(&title, "%s%s", m ? ", " : "Training of ", name);
    }
    struct sr_curves_chart chart = {
        .title = sr_text_get(&title), .x_label = "epoch", .panels = panels, .count = 2};
    if (!status) status = figure_put(figure, &sr_chart_curves, &chart, error);
    for (size_t m = 0; m < models; m++) free(columns[m]);
    free(columns);
    free(curves);
    sr_text_fini(&title);
    return status;
}

/* --- scores ----------------------------------------------------------- */

enum sr_status figure_confusion(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    const struct sr_predictions *predictions[2] = {0};
    char judged[2][sizeof figure->judged];
    struct sr_entry *entries[2] = {request->model, request->vs};
    int count = request->vs ? 2 : 1, classes = session->data->classes;
    enum sr_status status = SR_OK;
    enum sr_split_name split =
        request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    for (int i = 0; !status && i < count; i++) {
        status = sr_session_predictions(session, entries[i], split, &predictions[i], error);
        if (status) return status;
        figure_credit(figure, entries[i]->model);
        figure->judged[0] = '\0'; /* each has a title of its own */
        figure_judge(figure, entries[i], split);
        snprintf(judged[i], sizeof *judged, "%s", figure->judged);
    }
    size_t cells = (size_t)classes * (size_t)classes;
    uint64_t *matrices = sr_xalloc(2 * cells * sizeof *matrices);
    struct sr_confusion_chart charts[2];
    char titles[2][sizeof figure->judged + 120];
    for (int i = 0; i < count; i++) {
        sr_confusion(predictions[i], matrices + (size_t)i * cells);
        snprintf(titles[i], sizeof *titles, "%s on the %s, accuracy %.2f %%", entries[i]->name,
                 judged[i],
                 sr_session_predicted(session, entries[i], split)->evaluation.accuracy * 100);
        charts[i] = (struct sr_confusion_chart){titles[i],
                                                NULL,
                                                classes,
                                                (const char *const *)session->data->class_names,
                                                matrices + (size_t)i * cells,
                                                request->shares,
                                                request->of_predicted};
    }
    struct sr_confusions_chart both = {charts, (size_t)count};
    status = count == 1 ? figure_put(figure, &sr_chart_confusion, charts, error)
                        : figure_put(figure, &sr_chart_confusions, &both, error);
    free(matrices);
    return status;
}

enum sr_status figure_metrics(struct figure *figure, struct sr_error *error)
{
    static const char *const measures[] = {"precision", "recall", "F1"};
    struct field field;
    enum sr_split_name split;
    enum sr_status status = figure_field(figure, &field, &split, error);
    if (status) goto out;
    size_t classes = (size_t)figure->session->data->classes,
           count = field.count > 1 ? field.count : 3;
    double *values = sr_xalloc(count * classes * sizeof *values);
    struct sr_bars_series *series = sr_xalloc(count * sizeof *series);
    struct sr_text title = {0};
    for (size_t s = 0; s < count; s++) {
        const struct sr_entry *entry = field.entries[field.count > 1 ? s : 0];
        const struct sr_evaluation *evaluation =
            &sr_session_predicted(figure->session, entry, split)->evaluation;
        for (size_t c = 0; c < classes; c++) {
            const struct sr_class_metrics *metrics = &evaluation->per_class[c];
            values[s * classes + c] = field.count > 1 || s == 2 ? metrics->f1
                                      : s == 0                  ? metrics->precision
                                                                : metrics->recall;
        }
        series[s] = (struct sr_bars_series){.label = field.count > 1 ? entry->name : measures[s],
                                            .values = values + s * classes};
    }
    if (field.count > 1)
        sr_text_printf(&title, "F1 of each class on the %s", figure->judged);
    else
        sr_text_printf(
            &title, "%s on the %s: macro F1 %.4f", field.entries[0]->name, figure->judged,
            sr_session_predicted(figure->session, field.entries[0], split)->evaluation.macro_f1);
    struct sr_bars_chart chart = {.title = sr_text_get(&title),
                                  .items = classes,
                                  .count = count,
                                  .series = series,
                                  .names = (const char *const *)figure->session->data->class_names,
                                  .percent = true,
                                  .value_label = field.count > 1 ? "F1" : "share"};
    status = figure_put(figure, &sr_chart_bars, &chart, error);
    sr_text_fini(&title);
    free(series);
    free(values);
out:
    field_free(&field);
    return status;
}

/* "svm (2,000 rows, stopped early)": what the model was trained on where that differs, and whether
 * its training ended well. Freed by the caller. */
static char *name_with_training(const struct sr_entry *entry, bool alike)
{
    const char *ending = sr_model_ending(entry->model);
    char rows[48] = "", count[32];
    sr_format_count(count, sizeof count, entry->model->train_count);
    if (!alike) snprintf(rows, sizeof rows, "%s rows", count);
    if (alike && !*ending) return sr_xstrdup(entry->name);
    return sr_xprintf("%s (%s%s%s)", entry->name, rows, *rows && *ending ? ", " : "", ending);
}

enum sr_status figure_compare(struct figure *figure, struct sr_error *error)
{
    struct field field;
    enum sr_split_name split;
    enum sr_status status = figure_field(figure, &field, &split, error);
    if (status) goto out;
    size_t *order = field_order(&field);
    double *values = sr_xalloc(3 * field.count * sizeof *values), *low = values + field.count,
           *high = low + field.count;
    char **names = sr_xalloc(field.count * sizeof *names);
    bool even = true, alike = true;
    for (size_t i = 1; i < field.count; i++) {
        even = even && field.predictions[i]->count == field.predictions[0]->count;
        alike =
            alike && field.entries[i]->model->train_count == field.entries[0]->model->train_count;
    }
    for (size_t i = 0; i < field.count; i++) {
        const struct sr_entry *entry = field.entries[order[i]];
        const struct sr_evaluation *evaluation =
            &sr_session_predicted(figure->session, entry, split)->evaluation;
        names[i] = name_with_training(entry, alike);
        values[i] = evaluation->accuracy;
        low[i] = evaluation->accuracy_low;
        high[i] = evaluation->accuracy_high;
    }
    char title[192], count[32], samples[48] = "";
    sr_format_count(count, sizeof count, field.predictions[0]->count);
    if (even) snprintf(samples, sizeof samples, ", %s samples", count);
    snprintf(title, sizeof title, "Accuracy on the %s%s", figure->judged, samples);
    struct sr_bars_series series = {"accuracy", values, low, high};
    struct sr_bars_chart chart = {.title = title,
                                  .note = alike ? "Lines are 95 % intervals (Wilson)."
                                                : "Lines are 95 % intervals (Wilson). The models "
                                                  "were not trained on as many rows.",
                                  .value_label = "accuracy",
                                  .items = field.count,
                                  .names = (const char *const *)names,
                                  .series = &series,
                                  .count = 1,
                                  .percent = true,
                                  .dots = true};
    status = figure_put(figure, &sr_chart_bars, &chart, error);
    for (size_t i = 0; i < field.count; i++) free(names[i]);
    free(names);
    free(values);
    free(order);
out:
    field_free(&field);
    return status;
}

/* --- layers ---------------------------------------------------------------- */

enum sr_status figure_network(struct figure *figure, struct sr_error *error)
{
    static const enum sr_block_kind kinds[] = {
        [SR_ROLE_CONV] = SR_BLOCK_CONV,
        [SR_ROLE_NORM] = SR_BLOCK_NORM,
        [SR_ROLE_ACTIVATION] = SR_BLOCK_ACTIVATION,
        [SR_ROLE_POOL] = SR_BLOCK_POOL,
        [SR_ROLE_ADD] = SR_BLOCK_ADD,
        [SR_ROLE_FLATTEN] = SR_BLOCK_FLATTEN,
        [SR_ROLE_DENSE] = SR_BLOCK_DENSE,
        [SR_ROLE_DROPOUT] = SR_BLOCK_DROPOUT,
    };
    const struct sr_entry *entry = figure->request->model;
    const struct sr_model *model = entry->model;
    if (!model->class->describe) {
        struct sr_text names = {0};
        sr_model_classes_list(sr_model_class_has_layers, &names);
        sr_error_set(error, SR_ERROR_STATE, "%s is of the family %s, which has no layers; %s have",
                     entry->name, model->class->name, sr_text_get(&names));
        sr_text_fini(&names);
        return SR_ERROR_STATE;
    }
    figure_credit(figure, model);
    size_t count = model->class->describe(model->state, NULL, 0);
    struct sr_layer_summary *layers = sr_xalloc((count + 1) * sizeof *layers);
    struct sr_block *blocks = sr_xalloc((count + 1) * sizeof *blocks);
    model->class->describe(model->state, layers, count);
    blocks[0] = (struct sr_block){SR_BLOCK_INPUT, "image", model->shape.image, 0, -1};
    for (size_t i = 0; i < count; i++) {
        const struct sr_layer_summary *layer = &layers[i];
        blocks[i + 1] = (struct sr_block){kinds[layer->role],
                                          layer->name,
                                          {layer->height, layer->width, layer->channels},
                                          layer->parameters,
                                          layer->skip >= -1 ? layer->skip + 1 : -1};
    }
    char title[160];
    snprintf(title, sizeof title, "%s (%s)", model->class->title, entry->name);
    struct sr_network_chart chart = {.title = title, .blocks = blocks, .count = count + 1};
    enum sr_status status = figure_put(figure, &sr_chart_network, &chart, error);
    free(blocks);
    free(layers);
    return status;
}
