/* figures_heat.c - figures of heat maps and of nearest images. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Heat maps of what is picked. */
static enum sr_status make_heats(struct figure *figure, size_t most, const char *method,
                                 struct picked *picked, const struct sr_heats **heats,
                                 struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    if (request->method) method = request->method;
    enum sr_status status = figure_pick(figure, most, picked, error);
    if (!status) {
        const struct sr_explainer explainer = {request->model, method, request->layer,
                                               request->target};
        const struct sr_samples samples = {&figure->session->data->files[picked->file],
                                           picked->rows, picked->count};
        status = sr_session_heats(figure->session, &explainer, &samples, heats, error);
    }
    if (!status) figure_credit(figure, request->model->model);
    return status;
}

static int predicted_of(const struct figure *figure, const struct sr_heats *heats, size_t sample,
                        double *probability)
{
    int classes = figure->session->data->classes;
    const float *probabilities = heats->probabilities + sample * (size_t)classes;
    const struct sr_model *model = figure->request->model->model;
    float shown[SR_CLASSES_MAX];
    memcpy(shown, probabilities, (size_t)classes * sizeof *shown);
    if (sr_session_calibrates(figure->session, model))
        sr_calibration_apply(&model->trust->calibration, shown, 1, classes);
    int predicted = sr_predicted_class(shown, classes);
    *probability = (double)shown[predicted];
    return predicted;
}

/* "unlike 99.5 % of what it was trained on" where that is so, else nothing. */
static char *unlike(const struct sr_heats *heats, size_t sample)
{
    struct sr_text words = {0};
    if (heats->familiarities) sr_familiarity_words(heats->familiarities[sample], &words);
    return sr_text_take(&words);
}

/* The set of classes after `between` where there are several. */
static void add_set(const struct figure *figure, const struct sr_heats *heats, size_t sample,
                    const char *between, struct sr_text *text)
{
    const struct sr_session *session = figure->session;
    const float *raw = heats->probabilities + sample * (size_t)session->data->classes;
    bool members[SR_CLASSES_MAX];
    if (sr_session_class_set(session, figure->request->model->model, raw, members) < 2) return;
    sr_text_printf(text, "%s%s %% set: ", between, sr_args_text(session->options, "coverage"));
    sr_session_set_words(session, figure->request->model->model, raw, members, text);
}

/* Lines below an image: its class, what it is taken for, and how far that can be believed. */
static char *caption_of(const struct figure *figure, const struct sr_heats *heats, size_t sample,
                        int truth, int predicted)
{
    const struct sr_session *session = figure->session;
    struct sr_text text = {0};
    char *words = unlike(heats, sample);
    sr_text_printf(&text, "%s%s", *words ? "! " : "",
                   class_name(session, truth < 0 ? predicted : truth));
    if (truth >= 0 && truth != predicted)
        sr_text_printf(&text, "\nas %s", class_name(session, predicted));
    /* A line has no room for all of the words. */
    if (*words)
        sr_text_printf(&text, "\n%.*s of its training", (int)strcspn(words, "%") + 1, words);
    add_set(figure, heats, sample, "\n", &text);
    free(words);
    return sr_text_take(&text);
}

/* "cnn: heat map of test:7". */
static void name_sample(const struct figure *figure, const struct picked *picked, const char *model,
                        char *title, size_t size)
{
    char name[120];
    sr_sample_name(figure->session, picked->file, picked->rows[0], name, sizeof name);
    snprintf(title, size, "%s: heat map of %s", model, name);
}

static enum sr_status write_triptychs(struct figure *figure, const char *method,
                                      struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct sr_entry *entry = figure->request->model;
    struct picked picked;
    const struct sr_heats *heats;
    enum sr_status status =
        make_heats(figure, figure->request->count ? (size_t)figure->request->count : 1, method,
                   &picked, &heats, error);
    if (status) goto out;
    const struct sr_images *images = &session->data->files[picked.file];
    struct sr_triptych *rows = sr_xalloc((picked.count + 1) * sizeof *rows);
    struct text {
        char left[160], middle[160];
        struct sr_text right;
    } *texts = sr_xalloc((picked.count + 1) * sizeof *texts);
    for (size_t i = 0; i < picked.count; i++) {
        uint32_t row = picked.rows[i];
        double probability;
        const int truth = sr_images_label(images, row),
                  predicted = predicted_of(figure, heats, i, &probability);
        char name[120];
        sr_sample_name(session, picked.file, row, name, sizeof name);
        if (truth < 0)
            snprintf(texts[i].left, sizeof texts[i].left, "as the model gets it");
        else if (picked.count > 1)
            snprintf(texts[i].left, sizeof texts[i].left, "%s, true: %s", name,
                     class_name(session, truth));
        else
            snprintf(texts[i].left, sizeof texts[i].left, "true: %s", class_name(session, truth));
        snprintf(texts[i].middle, sizeof texts[i].middle, "%s%s%s, for %s", heats->method->title,
                 *heats->layer ? ", " : "", heats->layer, class_name(session, heats->targets[i]));
        char *before = unlike(heats, i);
        sr_text_printf(&texts[i].right, "%s%spredicted: %s (%.1f %%)", before, *before ? "; " : "",
                       class_name(session, predicted), 100 * probability);
        add_set(figure, heats, i, "; ", &texts[i].right);
        free(before);
        rows[i] = (struct sr_triptych){.pixels = figure_pixels(figure, picked.file, row),
                                       .heat = heats->maps + i * heats->size,
                                       .left = texts[i].left,
                                       .middle = texts[i].middle,
                                       .right = sr_text_get(&texts[i].right),
                                       .wrong = truth >= 0 && truth != predicted};
        if (picked.file == SR_FILE_PICTURES) {
            const struct sr_import *import = sr_session_import(session, row);
            rows[i].picture = import->original;
            rows[i].shown = import->shown;
            if (sr_import_was_cut(import)) rows[i].cut = import->cut;
        }
    }
    char title[240];
    if (picked.count > 1)
        snprintf(title, sizeof title, "%s: heat maps of %zu samples", entry->name, picked.count);
    else
        name_sample(figure, &picked, entry->name, title, sizeof title);
    struct sr_triptych_chart chart = {title, images->shape, rows, picked.count};
    status = figure_put(figure, &sr_chart_triptychs, &chart, error);
    for (size_t i = 0; i < picked.count; i++) sr_text_fini(&texts[i].right);
    free(texts);
    free(rows);
out:
    picked_free(&picked);
    return status;
}

enum sr_status figure_explain(struct figure *figure, struct sr_error *error)
{
    return write_triptychs(figure, "auto", error);
}

enum sr_status figure_gradcam(struct figure *figure, struct sr_error *error)
{
    return write_triptychs(figure, "gradcam", error);
}

enum sr_status figure_quality(struct figure *figure, struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    struct sr_entry *entry = request->model;
    const struct sr_quality *quality;
    enum sr_split_name split =
        request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    const struct sr_explainer explainer = {entry, request->method, request->layer, -1};
    enum sr_status status = sr_session_quality(figure->session, &explainer, split,
                                               request->count ? (size_t)request->count : 200,
                                               SR_FILL_MEAN, &quality, error);
    if (status) return status;
    figure_credit(figure, entry->model);
    double x[SR_QUALITY_STEPS + 1];
    for (int i = 0; i <= SR_QUALITY_STEPS; i++) x[i] = (double)i / SR_QUALITY_STEPS;
    struct sr_curve curves[2][SR_QUALITY_MAPS];
    struct sr_curves_panel panels[2];
    char labels[SR_QUALITY_MAPS][96];
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *map = &quality->maps[m];
        snprintf(labels[m], sizeof *labels, "%s (areas %.3f, %.3f)",
                 m ? sr_quality_names[m] : quality->method->title, map->deletion_area,
                 map->insertion_area);
        for (int p = 0; p < 2; p++)
            curves[p][m] = (struct sr_curve){.label = labels[m],
                                             .x = x,
                                             .y = p ? map->insertion : map->deletion,
                                             .count = SR_QUALITY_STEPS + 1,
                                             .group = m,
                                             .dashed = m > 0,
                                             .bare = true};
    }
    for (int p = 0; p < 2; p++)
        panels[p] = (struct sr_curves_panel){.y_label = "probability",
                                             .curves = curves[p],
                                             .count = SR_QUALITY_MAPS,
                                             .percent = true,
                                             .title = p ? "Insertion: higher is better"
                                                        : "Deletion: lower is better",
                                             .unit = true};
    char title[200];
    snprintf(title, sizeof title, "%s explained by %s%s%s, %zu images of the %s split", entry->name,
             quality->method->title, quality->layer[0] ? ", " : "", quality->layer, quality->count,
             sr_split_names[split]);
    struct sr_curves_chart chart = {.title = title,
                                    .x_label = "pixels removed or inserted (%)",
                                    .panels = panels,
                                    .count = 2,
                                    .x_percent = true,
                                    .x_unit = true};
    return figure_put(figure, &sr_chart_curves, &chart, error);
}

/* The rows nearest to a sample: by the model's own distance where one is given that has such, else
 * those that the enlarged sample shows. */
static enum sr_status find_nearest(struct figure *figure, const struct picked *picked,
                                   const struct sr_nearest **nearest, const char **by,
                                   struct sr_error *error)
{
    struct sr_session *session = figure->session;
    struct sr_entry *entry = figure->request->model;
    if (figure->request->model_given && sr_model_class_has_nearest(entry->model->class)) {
        const struct sr_explainer explainer = {entry, sr_methods[SR_METHOD_NEAREST].name, "", -1};
        const struct sr_explanation *explanation;
        enum sr_status status = sr_session_explain(session, &explainer, picked->file,
                                                   picked->rows[0], &explanation, error);
        if (status) return status;
        figure_credit(figure, entry->model);
        *nearest = &explanation->nearest;
        *by = entry->name;
        return SR_OK;
    }
    const struct sr_closeup *closeup;
    enum sr_status status =
        sr_session_closeup(session, picked->file, picked->rows[0], &closeup, error);
    if (status) return status;
    *nearest = &closeup->nearest;
    *by = closeup->by[0] ? closeup->by : "distance between pixels";
    return SR_OK;
}

enum sr_status figure_nearest(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    struct picked picked;
    const struct sr_nearest *nearest;
    const char *by;
    enum sr_status status = figure_pick(figure, 1, &picked, error);
    if (!status) status = find_nearest(figure, &picked, &nearest, &by, error);
    if (status) goto out;
    const size_t count = nearest->count;
    const uint32_t *rows = nearest->rows;
    const struct sr_images *train = sr_dataset_train(session->data),
                           *own = &session->data->files[picked.file];
    const int truth = sr_images_label(own, picked.rows[0]);
    const uint8_t **pixels = sr_xalloc((count + 1) * sizeof *pixels);
    char **captions = sr_xalloc((count + 1) * sizeof *captions);
    bool *wrong = sr_xalloc((count + 1) * sizeof *wrong);
    pixels[0] = figure_pixels(figure, picked.file, picked.rows[0]);
    char name[120];
    sr_sample_name(session, picked.file, picked.rows[0], name, sizeof name);
    char **ids = sr_xalloc((count + 1) * sizeof *ids);
    ids[0] = sr_xstrdup(name);
    captions[0] = sr_xstrdup(class_name(session, truth));
    for (size_t i = 0; i < count; i++) {
        pixels[i + 1] = figure_pixels(figure, SR_FILE_TRAIN, rows[i]);
        ids[i + 1] = sr_xprintf("train:%u", rows[i]);
        captions[i + 1] = sr_xprintf("%s\n%.3g away", class_name(session, train->labels[rows[i]]),
                                     nearest->distances[i]);
        wrong[i + 1] = truth >= 0 && train->labels[rows[i]] != truth;
    }
    char *title = sr_xprintf("Training images nearest to %s, by %s", name, by);
    struct sr_grid_chart chart = {.title = title,
                                  .count = (int)count + 1,
                                  .shape = own->shape,
                                  .pixels = pixels,
                                  .ids = (const char *const *)ids,
                                  .captions = (const char *const *)captions,
                                  .wrong = wrong};
    status = figure_put(figure, &sr_chart_grid, &chart, error);
    free(title);
    for (size_t i = 0; i <= count; i++) {
        free(captions[i]);
        free(ids[i]);
    }
    free(ids);
    free(captions);
    free(wrong);
    free(pixels);
out:
    picked_free(&picked);
    return status;
}

enum sr_status figure_heats(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    struct sr_entry *entry = request->model;
    const enum sr_split_name split =
        request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    const size_t classes = (size_t)session->data->classes,
                 count = request->count ? (size_t)request->count : CLASS_HEATS;
    const struct sr_explainer explainer = {entry, request->method, request->layer, -1};
    const struct sr_class_heats *class_heats;
    enum sr_status status = sr_session_class_heats(
        session, &explainer, split, (count + classes - 1) / classes, &class_heats, error);
    const struct sr_statistics *statistics;
    if (!status) status = sr_session_statistics(session, &statistics, error);
    if (status) return status;
    figure_credit(figure, entry->model);
    const enum sr_file file = sr_split_file(split);
    const struct sr_images *images = &session->data->files[file];
    const size_t size = sr_shape_pixels(images->shape);
    const uint8_t **pixels = sr_xalloc(classes * sizeof *pixels);
    const float **heats = sr_xalloc(classes * sizeof *heats);
    const char **captions = sr_xalloc(classes * sizeof *captions);
    float *shown = sr_xalloc(classes * size * sizeof *shown), most = 0;
    size_t samples = 0;
    for (size_t i = 0; i < classes * size; i++) most = fmaxf(most, class_heats->maps[i]);
    /* One scale for all: classes are to be compared. */
    for (size_t i = 0; i < classes * size; i++)
        shown[i] = most > 0 ? class_heats->maps[i] / most : 0;
    for (size_t c = 0; c < classes; c++) {
        pixels[c] = statistics->classes[file][c].mean;
        heats[c] = shown + c * size;
        captions[c] = class_name(session, (int)c);
        samples += class_heats->counts[c];
    }
    char number[32];
    sr_format_count(number, sizeof number, samples);
    char *title =
        sr_xprintf("Mean heat of each class: %s, %s%s%s, %s images of the %s split; a value of 1 "
                   "is a mean heat of %.2f",
                   entry->name, class_heats->method->title, class_heats->layer[0] ? ", " : "",
                   class_heats->layer, number, sr_split_names[split], (double)most);
    struct sr_grid_chart chart = {.title = title,
                                  .count = (int)classes,
                                  .columns = classes == 10 ? 5 : 0,
                                  .shape = images->shape,
                                  .pixels = pixels,
                                  .heats = heats,
                                  .captions = captions};
    status = figure_put(figure, &sr_chart_gallery, &chart, error);
    free(title);
    free(shown);
    free(captions);
    free(heats);
    free(pixels);
    return status;
}

enum sr_status figure_gallery(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct sr_entry *entry = figure->request->model;
    struct picked picked;
    const struct sr_heats *maps;
    enum sr_status status =
        make_heats(figure, figure->request->count ? (size_t)figure->request->count : 50, "auto",
                   &picked, &maps, error);
    if (status) goto out;
    const struct sr_images *images = &session->data->files[picked.file];
    const uint8_t **pixels = sr_xalloc((picked.count + 1) * sizeof *pixels);
    const float **heats = sr_xalloc((picked.count + 1) * sizeof *heats);
    char **captions = sr_xalloc((picked.count + 1) * sizeof *captions);
    bool *wrong = sr_xalloc((picked.count + 1) * sizeof *wrong);
    for (size_t i = 0; i < picked.count; i++) {
        double probability;
        uint32_t row = picked.rows[i];
        const int truth = sr_images_label(images, row),
                  predicted = predicted_of(figure, maps, i, &probability);
        pixels[i] = figure_pixels(figure, picked.file, row);
        heats[i] = maps->maps + i * maps->size;
        wrong[i] = truth >= 0 && truth != predicted;
        captions[i] = caption_of(figure, maps, i, truth, predicted);
    }
    char *title = sr_xprintf("Heat maps of %s by %s%s%s: %s", entry->name, maps->method->title,
                             *maps->layer ? " at " : "", maps->layer, picked.words);
    char **ids = picked_ids(figure, &picked);
    struct sr_grid_chart chart = {.title = title,
                                  .count = (int)picked.count,
                                  .shape = images->shape,
                                  .pixels = pixels,
                                  .heats = heats,
                                  .ids = (const char *const *)ids,
                                  .captions = (const char *const *)captions,
                                  .wrong = wrong};
    status = figure_put(figure, &sr_chart_gallery, &chart, error);
    for (size_t i = 0; i < picked.count; i++) free(captions[i]);
    picked_ids_free(ids, &picked);
    free(captions);
    free(wrong);
    free(heats);
    free(pixels);
    free(title);
out:
    picked_free(&picked);
    return status;
}
