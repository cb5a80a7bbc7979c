/* report.c - a study's report: one text, as Markdown and as one self-contained page. */
#include <config.h>

#include "study.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

/* The report in both forms at once. */
struct report {
    const char *directory;
    struct sr_text markdown, html;
    bool known;     /* the data is what the reference study used: its figures stand beside these */
};

static void heading(struct report *report, int level, const char *plain)
{
    for (int i = 0; i < level; i++) sr_text_add(&report->markdown, "#");
    sr_text_printf(&report->markdown, " %s\n\n", plain);
    sr_text_printf(&report->html, "<h%d>", level);
    sr_text_add_escaped(&report->html, plain);
    sr_text_printf(&report->html, "</h%d>\n", level);
}

static void paragraph(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void paragraph(struct report *report, const char *format, ...)
{
    va_list list;
    char *plain;
    va_start(list, format);
    if (vasprintf(&plain, format, list) < 0) abort();
    va_end(list);
    sr_text_printf(&report->markdown, "%s\n\n", plain);
    sr_text_add(&report->html, "<p>");
    sr_text_add_escaped(&report->html, plain);
    sr_text_add(&report->html, "</p>\n");
    free(plain);
}

static void row(struct report *report, bool head, const char *const *cells)
{
    size_t count = 0;
    sr_text_add(&report->markdown, "|");
    sr_text_add(&report->html, "<tr>");
    for (; cells[count]; count++) {
        sr_text_printf(&report->markdown, " %s |", cells[count]);
        sr_text_printf(&report->html, "<t%c>", head ? 'h' : 'd');
        sr_text_add_escaped(&report->html, cells[count]);
        sr_text_printf(&report->html, "</t%c>", head ? 'h' : 'd');
    }
    sr_text_add(&report->markdown, "\n");
    sr_text_add(&report->html, "</tr>\n");
    if (!head) return;
    sr_text_add(&report->markdown, "|");
    for (size_t i = 0; i < count; i++) sr_text_add(&report->markdown, i ? " ---: |" : " --- |");
    sr_text_add(&report->markdown, "\n");
}

static void table_begin(struct report *report, const char *const *head)
{
    sr_text_add(&report->html, "<table>\n");
    row(report, true, head);
}

static void table_end(struct report *report)
{
    sr_text_add(&report->markdown, "\n");
    sr_text_add(&report->html, "</table>\n");
}

/* A figure of the folder: linked in Markdown, embedded in the page. One that a script of someone's own did
 * not make is left out. */
static enum sr_status figure(struct report *report, const char *name, const char *caption, struct sr_error *error)
{
    size_t length;
    char *path = sr_xprintf("%s/figures/%s", report->directory, name);
    enum sr_status status = SR_OK;
    if (sr_path_exists(path)) {
        char *bytes = sr_file_read(path, 64 << 20, &length, error);
        if (bytes) {
            sr_text_printf(&report->markdown, "![%s](figures/%s)\n\n", caption, name);
            sr_text_add(&report->html, "<figure><img src=\"data:image/png;base64,");
            sr_text_add_base64(&report->html, bytes, length);
            sr_text_add(&report->html, "\" alt=\"");
            sr_text_add_escaped(&report->html, caption);
            sr_text_add(&report->html, "\"><figcaption>");
            sr_text_add_escaped(&report->html, caption);
            sr_text_add(&report->html, "</figcaption></figure>\n");
            free(bytes);
        } else {
            status = error->status;
        }
    }
    free(path);
    return status;
}

/* The models of the study that there are, best first, with their test predictions. */
struct ranking {
    const struct study_model *models[16];
    struct sr_entry *entries[16];
    const struct sr_predictions *predictions[16];
    size_t count;
};

static enum sr_status gather(struct sr_session *session, struct ranking *ranking, struct sr_error *error)
{
    for (const struct study_model *model = study_models; model->name; model++) {
        struct sr_entry *entry;
        const struct sr_predictions *predictions;
        struct sr_error none;
        if (!sr_session_entry(session, model->name, &none)) continue;
        enum sr_status status = sr_session_model(session, model->name, &entry, error);
        if (!status) status = sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, error);
        if (status) return status;
        size_t at = ranking->count++;
        for (; at > 0 && ranking->entries[at - 1]->splits[SR_SPLIT_TEST].evaluation.accuracy <
                             entry->splits[SR_SPLIT_TEST].evaluation.accuracy; at--) {
            ranking->models[at] = ranking->models[at - 1];
            ranking->entries[at] = ranking->entries[at - 1];
            ranking->predictions[at] = ranking->predictions[at - 1];
        }
        ranking->models[at] = model;
        ranking->entries[at] = entry;
        ranking->predictions[at] = predictions;
    }
    if (!ranking->count) return sr_error_set(error, SR_ERROR_STATE, "the study has trained no model, so there is nothing to report");
    return SR_OK;
}

static const struct sr_evaluation *evaluation(const struct sr_entry *entry)
{
    return &entry->splits[SR_SPLIT_TEST].evaluation;
}

static enum sr_status write_data(struct sr_session *session, struct report *report, struct sr_error *error)
{
    const struct sr_stats *stats = session->stats[SR_FILE_TRAIN];
    const struct sr_images *train = &session->data->files[SR_FILE_TRAIN], *test = &session->data->files[SR_FILE_TEST];
    char cells[6][64];
    heading(report, 2, "The data");
    paragraph(report, "%s: %zu training and %zu test images of %d×%d grey pixels in %d classes; digest %s. %zu of the training "
              "images, drawn evenly from the classes by seed %llu, are kept aside for validation.",
              session->data->name, train->count, test->count, train->height, train->width, session->data->classes,
              session->data->digest, session->split.counts[SR_SPLIT_VALIDATION], (unsigned long long)session->split.seed);
    table_begin(report, (const char *const[]){"pixels of the train file", "here", "the study", NULL});
    snprintf(cells[0], sizeof cells[0], "%.4f", stats->mean);
    snprintf(cells[1], sizeof cells[1], "%g", stats->median);
    snprintf(cells[2], sizeof cells[2], "%.4f", stats->deviation);
    snprintf(cells[3], sizeof cells[3], "%.2f %%", stats->zeros * 100);
    row(report, false, (const char *const[]){"mean", cells[0], report->known ? "72.94" : "", NULL});
    row(report, false, (const char *const[]){"median", cells[1], report->known ? "0" : "", NULL});
    row(report, false, (const char *const[]){"standard deviation", cells[2], report->known ? "90.02" : "", NULL});
    row(report, false, (const char *const[]){"exactly zero", cells[3], report->known ? "most" : "", NULL});
    table_end(report);
    enum sr_status status = figure(report, "samples.png", "Samples of the training split with their labels", error);
    if (!status) status = figure(report, "histogram.png", "Grey values of the train file, counts on a logarithmic scale", error);
    return status;
}

static enum sr_status write_comparison(struct report *report, const struct ranking *ranking, struct sr_error *error)
{
    struct sr_text csv = {0};
    heading(report, 2, "The models compared");
    table_begin(report, (const char *const[]){"model", "test accuracy", "95 % interval", "macro F1", "log loss", "calibration error",
                                              "top 2", "fit", "images a second", "numbers learned", "the study says", "complexity", NULL});
    sr_text_add(&csv, "model,accuracy,accuracy_low,accuracy_high,macro_f1,loss,calibration_error,top2_accuracy,fit_seconds,"
                      "predictions_per_second,parameters\n");
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        const struct sr_evaluation *e = evaluation(entry);
        const struct sr_model *model = entry->model;
        struct sr_reliability reliability;
        char cells[10][64];
        sr_reliability(&reliability, ranking->predictions[i]);
        double top2 = sr_top_accuracy(ranking->predictions[i], 2);
        double rate = (double)e->count / fmax(entry->splits[SR_SPLIT_TEST].seconds, 1e-9);
        uint64_t size = model->class->size(model->state);
        snprintf(cells[0], sizeof cells[0], "%.2f %%", e->accuracy * 100);
        snprintf(cells[1], sizeof cells[1], "%.2f to %.2f", e->accuracy_low * 100, e->accuracy_high * 100);
        snprintf(cells[2], sizeof cells[2], "%.4f", e->macro_f1);
        snprintf(cells[3], sizeof cells[3], "%.4f", e->loss);
        snprintf(cells[4], sizeof cells[4], "%.4f", reliability.ece);
        snprintf(cells[5], sizeof cells[5], "%.2f %%", top2 * 100);
        sr_format_seconds(cells[6], sizeof cells[6], model->fit_seconds);
        sr_format_count(cells[7], sizeof cells[7], (uint64_t)rate);
        sr_format_count(cells[8], sizeof cells[8], size);
        row(report, false, (const char *const[]){entry->name, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6],
                                                 cells[7], cells[8], report->known ? ranking->models[i]->claim : "", ranking->models[i]->complexity, NULL});
        sr_text_printf(&csv, "%s,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.3f,%.1f,%llu\n", entry->name, e->accuracy, e->accuracy_low,
                       e->accuracy_high, e->macro_f1, e->loss, reliability.ece, top2, model->fit_seconds, rate,
                       (unsigned long long)size);
    }
    table_end(report);
    char *path = sr_xprintf("%s/tables/comparison.csv", report->directory);
    enum sr_status status = sr_file_write(path, csv.bytes, csv.length, error);
    free(path);
    sr_text_fini(&csv);
    return status;
}

static enum sr_status write_pairs(struct report *report, const struct ranking *ranking, struct sr_error *error)
{
    enum { PAIRS = 120 };
    struct sr_mcnemar tests[PAIRS];
    double p[PAIRS];
    size_t count = 0;
    for (size_t i = 0; i < ranking->count; i++)
        for (size_t j = i + 1; j < ranking->count && count < PAIRS; j++, count++) {
            enum sr_status status = sr_mcnemar(&tests[count], ranking->predictions[i], ranking->predictions[j], error);
            if (status) return status;
            p[count] = tests[count].p;
        }
    sr_holm(p, count);
    heading(report, 3, "Which differences are real");
    paragraph(report, "McNemar's test on the test images, for every pair of models, with p values adjusted for the number of pairs by Holm.");
    size_t k = 0;
    for (size_t i = 0; i < ranking->count; i++)
        for (size_t j = i + 1; j < ranking->count; j++, k++) {
            struct sr_text line = {0};
            pair_sentence(&line, ranking->entries[i]->name, ranking->entries[j]->name, &tests[k], p[k]);
            sr_text_printf(&line, ". Right where the other is wrong: %zu against %zu; they agree on %.1f %%.", tests[k].only_first,
                           tests[k].only_second, tests[k].agreement * 100);
            paragraph(report, "%s", sr_text_get(&line));
            sr_text_fini(&line);
        }
    return SR_OK;
}

static enum sr_status write_classes(struct sr_session *session, struct report *report, const struct sr_entry *entry,
                                    struct sr_error *error)
{
    /* What the study reports of its ResNet, by the names of Fashion-MNIST's classes. */
    static const struct { const char *name, *claim; } claims[] = {
        {"Bag", "99.3 %"}, {"Sandal", "98.9 %"}, {"Trouser", "98.7 %"}, {"T-shirt/top", "91.3 %"}, {"Shirt", "70.8 %, F1 0.74"}};
    const struct sr_evaluation *e = evaluation(entry);
    char title[96], path[128], caption[160];
    snprintf(title, sizeof title, "%s, class by class", entry->name);
    heading(report, 3, title);
    table_begin(report, (const char *const[]){"class", "precision", "recall", "F1", "recall in the study", NULL});
    for (int c = 0; c < e->classes; c++) {
        char cells[3][32];
        const char *claim = "";
        snprintf(cells[0], sizeof cells[0], "%.4f", e->per_class[c].precision);
        snprintf(cells[1], sizeof cells[1], "%.4f", e->per_class[c].recall);
        snprintf(cells[2], sizeof cells[2], "%.4f", e->per_class[c].f1);
        for (size_t i = 0; report->known && i < sizeof claims / sizeof *claims; i++)
            if (!strcmp(claims[i].name, class_name(session, c))) claim = claims[i].claim;
        row(report, false, (const char *const[]){class_name(session, c), cells[0], cells[1], cells[2], claim, NULL});
    }
    table_end(report);
    snprintf(path, sizeof path, "confusion-%s.png", entry->name);
    snprintf(caption, sizeof caption, "Confusion matrix of %s on the test images: rows true, columns predicted", entry->name);
    return figure(report, path, caption, error);
}

/* The most frequent confusion of a matrix, as a sentence's part. */
static void worst_confusion(struct sr_session *session, const struct sr_predictions *predictions, char *out, size_t size)
{
    int classes = predictions->classes, t = 0, p = 1;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    for (int i = 0; i < classes; i++)
        for (int j = 0; j < classes; j++)
            if (i != j && matrix[i * classes + j] > matrix[t * classes + p]) {
                t = i;
                p = j;
            }
    snprintf(out, size, "%s taken for %s, %llu times", class_name(session, t), class_name(session, p),
             (unsigned long long)matrix[t * classes + p]);
    free(matrix);
}

static void write_answers(struct sr_session *session, struct report *report, const struct ranking *ranking)
{
    const struct sr_entry *best = ranking->entries[0], *traditional = NULL, *convolutional = NULL;
    for (size_t i = 0; i < ranking->count; i++) {
        bool network = !strcmp(ranking->models[i]->complexity, "high");
        if (network && !convolutional) convolutional = ranking->entries[i];
        if (!network && !traditional) traditional = ranking->entries[i];
    }
    char worst[160];
    worst_confusion(session, ranking->predictions[0], worst, sizeof worst);
    heading(report, 2, "The study's questions");
    heading(report, 3, "How does a deep convolutional network compare with the other models?");
    paragraph(report, "The best here is %s with %.2f %% of the test images right.", best->name, evaluation(best)->accuracy * 100);
    if (convolutional && traditional) {
        char a[32], b[32];
        sr_format_seconds(a, sizeof a, convolutional->model->fit_seconds);
        sr_format_seconds(b, sizeof b, traditional->model->fit_seconds);
        paragraph(report, "The best convolutional model, %s, is right on %.2f %%, the best of the others, %s, on %.2f %%: a difference of "
                  "%.2f points. It took %s to fit against %s.", convolutional->name, evaluation(convolutional)->accuracy * 100,
                  traditional->name, evaluation(traditional)->accuracy * 100,
                  (evaluation(convolutional)->accuracy - evaluation(traditional)->accuracy) * 100, a, b);
    }
    paragraph(report, "The most frequent mistake of %s: %s.", best->name, worst);
    heading(report, 3, "What the study warns of");
    paragraph(report, "Grey images on plain backgrounds limit real use: coloured photos on busy backgrounds are another kind of data, and nothing "
              "measured here says how these models would do on them.");
}

static enum sr_status write_out(struct report *report, struct sr_error *error)
{
    char *markdown = sr_path_join(report->directory, "report.md"), *html = sr_path_join(report->directory, "report.html");
    struct sr_text page = {0};
    sr_text_add(&page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\"><title>A study by sartor</title>\n<style>"
                       "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
                       "table{border-collapse:collapse;display:block;overflow-x:auto;font-size:.85em}"
                       "td,th{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right}"
                       "td:first-child,th:first-child{text-align:left}figure{margin:1em 0}img{max-width:100%}"
                       "figcaption{color:#555;font-size:.9em}pre{overflow-x:auto;background:#f5f5f5;padding:.6em}"
                       "</style></head><body>\n");
    sr_text_add(&page, sr_text_get(&report->html));
    sr_text_add(&page, "</body></html>\n");
    enum sr_status status = sr_file_write(markdown, report->markdown.bytes, report->markdown.length, error);
    if (!status) status = sr_file_write(html, page.bytes, page.length, error);
    sr_text_fini(&page);
    free(markdown);
    free(html);
    return status;
}

enum sr_status study_report(struct sr_session *session, const struct study_facts *facts, struct sr_error *error)
{
    static const char *const says[STUDY_SCALES] = {
        "Quick: every model is fitted on the same 10,000 training images, drawn evenly from the classes.",
        "Full: every model is fitted on the whole training split with the reference study's own settings.",
        "Best: every model is fitted on the whole training split with the best settings known here."};
    struct ranking ranking = {0};
    struct report report = {.directory = facts->directory, .known = session->data->known};
    enum sr_status status = gather(session, &ranking, error);
    if (status) return status;
    char seconds[32], memory[32];
    sr_format_seconds(seconds, sizeof seconds, facts->seconds);
    sr_format_bytes(memory, sizeof memory, (double)sr_memory_peak());
    heading(&report, 1, "Seven models on one data set");
    paragraph(&report, "%s Seed %llu. Made by %s in %s, with at most %s of memory. Everything was chosen without the test images; "
              "each model has been asked for its predictions on them once.",
              says[facts->scale], (unsigned long long)facts->seed, PACKAGE_STRING, seconds, memory);
    status = write_data(session, &report, error);
    if (!status) status = write_comparison(&report, &ranking, error);
    if (!status) status = write_pairs(&report, &ranking, error);
    for (size_t i = 0; !status && i < ranking.count; i++) {
        char name[128], caption[160];
        if (i == 0) heading(&report, 2, "Where each model fails");
        status = write_classes(session, &report, ranking.entries[i], error);
        snprintf(name, sizeof name, "curves-%s.png", ranking.entries[i]->name);
        snprintf(caption, sizeof caption, "Loss and accuracy of %s over its epochs: training dashed, validation solid",
                 ranking.entries[i]->name);
        if (!status) status = figure(&report, name, caption, error);
    }
    if (!status) {
        heading(&report, 2, "What the networks look at");
        status = figure(&report, "gradcam-cnn.png", "Grad-CAM of the convolutional network: original, heat map, overlay", error);
    }
    if (!status) status = figure(&report, "gradcam-resnet.png", "Grad-CAM of the residual network", error);
    if (!status) {
        write_answers(session, &report, &ranking);
        heading(&report, 2, "The commands");
        paragraph(&report, "sartor study from=study.sartor to=FOLDER repeats them.");
        sr_text_printf(&report.markdown, "```\n%s```\n", facts->script);
        sr_text_add(&report.html, "<pre>");
        sr_text_add_escaped(&report.html, facts->script);
        sr_text_add(&report.html, "</pre>\n");
        status = write_out(&report, error);
    }
    sr_text_fini(&report.markdown);
    sr_text_fini(&report.html);
    return status;
}
