/* figures_scores.c - figures of probabilities: reliability, ROC and precision over recall. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

/* What is drawn of one model: how sure and how often right it is, in bins of confidence. */
struct reliability {
    struct sr_reliability found;
    double middle[SR_RELIABILITY_BINS], share[SR_RELIABILITY_BINS];
    double low[SR_RELIABILITY_BINS], high[SR_RELIABILITY_BINS];
    char title[200];
    struct sr_curve curves[4];
};

static struct sr_curves_panel reliability_of(struct reliability *all, struct figure *figure,
                                             struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predicted *predicted = sr_session_predicted(figure->session, entry, split);
    struct sr_interval intervals[SR_SCORE_COUNT];
    char error_text[64];
    static const double ends[2] = {0, 1};
    const size_t samples = predicted->predictions.count;
    size_t lines = 0;
    sr_reliability(&all->found, &predicted->predictions);
    for (int b = 0; b < SR_RELIABILITY_BINS; b++) {
        const double count = (double)all->found.counts[b];
        all->middle[b] = (b + 0.5) / SR_RELIABILITY_BINS;
        all->share[b] = count / (double)samples;
        /* The band is wide where a bin has few samples. */
        all->low[b] = all->high[b] = NAN;
        if (count > 0)
            sr_wilson(all->found.accuracy[b] * count, count, 1.959964, &all->low[b], &all->high[b]);
    }
    all->curves[lines++] = (struct sr_curve){.label = "share of the samples",
                                             .x = all->middle,
                                             .y = all->share,
                                             .count = SR_RELIABILITY_BINS,
                                             .group = -1,
                                             .bars = true};
    all->curves[lines++] = (struct sr_curve){.label = "as often right as sure",
                                             .x = ends,
                                             .y = ends,
                                             .count = 2,
                                             .group = -1,
                                             .dashed = true};
    if (predicted->calibrated)
        all->curves[lines++] = (struct sr_curve){.label = "before calibration",
                                                 .x = predicted->before.confidence,
                                                 .y = predicted->before.accuracy,
                                                 .count = SR_RELIABILITY_BINS,
                                                 .group = 1,
                                                 .dashed = true};
    all->curves[lines++] = (struct sr_curve){.label = "accuracy, with its 95 % interval",
                                             .x = all->found.confidence,
                                             .y = all->found.accuracy,
                                             .count = SR_RELIABILITY_BINS,
                                             .low = all->low,
                                             .high = all->high};
    sr_score_intervals(figure->session, entry, split, intervals);
    sr_score_print_interval(SR_SCORE_CALIBRATION, all->found.ece, &intervals[SR_SCORE_CALIBRATION],
                            error_text, sizeof error_text);
    int length = snprintf(all->title, sizeof all->title, "%.80s, calibration error %s", entry->name,
                          error_text);
    if (predicted->calibrated)
        snprintf(all->title + length, sizeof all->title - (size_t)length, " (before %.4f)",
                 predicted->before.ece);
    return (struct sr_curves_panel){.y_label = "accuracy",
                                    .curves = all->curves,
                                    .count = lines,
                                    .percent = true,
                                    .title = all->title,
                                    .unit = true};
}

/* A panel for each model. */
enum sr_status figure_reliability(struct figure *figure, struct sr_error *error)
{
    struct field field;
    enum sr_split_name split;
    enum sr_status status = figure_field(figure, &field, &split, error);
    if (status) goto out;
    const size_t n = field.count;
    struct reliability *all = sr_xalloc(n * sizeof *all);
    struct sr_curves_panel *panels = sr_xalloc(n * sizeof *panels);
    for (size_t m = 0; m < n; m++)
        panels[m] = reliability_of(&all[m], figure, field.entries[m], split);
    char title[160];
    snprintf(title, sizeof title, "Reliability on the %s", figure->judged);
    struct sr_curves_chart chart = {
        .title = title,
        .x_label = "probability of the predicted class (%)",
        .panels = panels,
        .count = n,
        .x_percent = true,
        .x_unit = true,
        .compact = n > 2,
        .note = "The calibration error is the mean difference between probability and accuracy "
                "over bins of the probability, each bin weighted by its share of the samples."};
    status = figure_put(figure, &sr_chart_curves, &chart, error);
    free(panels);
    free(all);
out:
    field_free(&field);
    return status;
}

/* A kind of curve that each class has. */
struct curve_kind {
    const char *title, *x_label, *y_label;
    size_t (*make)(const struct sr_predictions *predictions, int class, double *x, double *y);
    double (*area)(const struct sr_predictions *predictions, int class);
    const char *area_name;
    bool of_share; /* guessing gives the share of the class everywhere, else the diagonal */
    const char *note;
};

/* ", 0.9889 to 0.9931": the 95 % interval of the area, of one class or of the mean over all.
 * Nothing of a mean average precision, which has none. Freed by the caller. */
static char *ends_of(struct figure *figure, const struct curve_kind *kind, struct sr_entry *entry,
                     enum sr_split_name split, int only)
{
    const struct sr_intervals *intervals;
    struct sr_interval interval = {NAN, NAN};
    const bool roc = kind->area == sr_roc_auc;
    if (!sr_session_intervals(figure->session, entry, split, &intervals, &(struct sr_error){0})) {
        if (only < 0 && roc) interval = intervals->macro_auc;
        if (only >= 0)
            interval =
                roc ? intervals->per_class[only].auc : intervals->per_class[only].average_precision;
    }
    return isfinite(interval.low) ? sr_xprintf(", %.4f to %.4f", interval.low, interval.high)
                                  : sr_xstrdup("");
}

/* What a class without an area lacks. */
static const char *what_is_missing(const struct sr_predictions *predictions, int class)
{
    for (size_t i = 0; i < predictions->count; i++)
        if (predictions->truth[i] == class) return "no samples of others";
    return "no samples";
}

/* "cnn (area 0.9912, 0.9889 to 0.9931)": of one class, or the mean over the classes that have one.
 * A class without samples, or with all of them, has none. Freed by the caller. */
static char *label_of(const struct curve_kind *kind, const char *name,
                      const struct sr_predictions *predictions, int only, int classes,
                      const char *ends)
{
    double sum = 0;
    int known = 0;
    for (int c = 0; c < classes; c++) {
        const double area = only < 0 || c == only ? kind->area(predictions, c) : NAN;
        if (!isfinite(area)) continue;
        sum += area;
        known++;
    }
    if (!known)
        return sr_xprintf("%s (no %s: %s)", name, kind->area_name,
                          only < 0 ? "samples of one class only"
                                   : what_is_missing(predictions, only));
    if (only >= 0 || known == classes)
        return sr_xprintf("%s (%s%s %.4f%s)", name, only < 0 ? "mean " : "", kind->area_name,
                          sum / known, ends);
    return sr_xprintf("%s (mean %s %.4f over %d of %d classes)", name, kind->area_name, sum / known,
                      known, classes);
}

/* "Shirt 0.9912". Freed by the caller. */
static char *panel_title(const struct curve_kind *kind, const char *class_name,
                         const struct sr_predictions *predictions, int class)
{
    const double area = kind->area(predictions, class);
    return isfinite(area) ? sr_xprintf("%s %.4f", class_name, area)
                          : sr_xprintf("%s: %s", class_name, what_is_missing(predictions, class));
}

/* The line of guessing; `y` has room for both ends. */
static struct sr_curve chance_line(const struct curve_kind *kind, double *y,
                                   const struct sr_predictions *predictions, int class)
{
    static const double ends[2] = {0, 1};
    size_t members = 0;
    for (size_t i = 0; i < predictions->count; i++) members += predictions->truth[i] == class;
    const double share = predictions->count ? (double)members / (double)predictions->count : NAN;
    y[0] = kind->of_share ? share : 0;
    y[1] = kind->of_share ? share : 1;
    return (struct sr_curve){
        .label = "guessing", .x = ends, .y = y, .count = 2, .group = -1, .dashed = true};
}

/* A panel for each class, or for the one asked for, with a curve for each model. */
static enum sr_status write_classes(struct figure *figure, const struct curve_kind *kind,
                                    struct sr_error *error)
{
    struct field field = {0};
    enum sr_split_name split;
    const int only = figure->request->class;
    enum sr_status status = figure_field(figure, &field, &split, error);
    if (status) goto out;
    size_t classes = only >= 0 ? 1 : (size_t)figure->session->data->classes, n = field.count;
    /* A curve has as many points as there are scores; some hundred can be seen. A small panel is
     * about a hundred points of print wide, so that lines are off by a tenth of one at most. */
    const bool compact = classes > 2;
    struct sr_curves_panel *panels = sr_xalloc(classes * sizeof *panels);
    struct sr_curve *curves = sr_xalloc(classes * (n + 1) * sizeof *curves);
    double *chance = sr_xalloc(2 * classes * sizeof *chance);
    double **columns = sr_xalloc(classes * n * sizeof *columns);
    char **titles = sr_xalloc(classes * sizeof *titles), **labels = sr_xalloc(n * sizeof *labels);
    for (size_t m = 0; m < n; m++) {
        char *ends = ends_of(figure, kind, field.entries[m], split, only);
        labels[m] = label_of(kind, field.entries[m]->name, field.predictions[m], only,
                             (int)figure->session->data->classes, ends);
        free(ends);
    }
    for (size_t p = 0; p < classes; p++) {
        int class = only >= 0 ? only : (int)p;
        const char *name = class_name(figure->session, class);
        titles[p] = n == 1 && only < 0 ? panel_title(kind, name, field.predictions[0], class)
                                       : sr_xstrdup(name);
        panels[p] = (struct sr_curves_panel){.y_label = kind->y_label,
                                             .curves = curves + p * (n + 1),
                                             .count = n + 1,
                                             .percent = true,
                                             .title = titles[p],
                                             .unit = true};
        curves[p * (n + 1) + n] = chance_line(kind, chance + 2 * p, field.predictions[0], class);
        for (size_t m = 0; m < n; m++) {
            size_t room = field.predictions[m]->count + 1;
            double *x = columns[p * n + m] = sr_xalloc(2 * room * sizeof *x);
            size_t points = kind->make(field.predictions[m], class, x, x + room);
            points = sr_curve_thin(x, x + room, points, compact ? 1e-3 : 3e-4);
            for (size_t i = 0; i < points; i++) {
                x[i] = round(x[i] * 1e6) / 1e6;
                x[room + i] = round(x[room + i] * 1e6) / 1e6;
            }
            curves[p * (n + 1) + m] = (struct sr_curve){.label = labels[m],
                                                        .x = x,
                                                        .y = x + room,
                                                        .count = points,
                                                        .group = (int)m,
                                                        .bare = true};
        }
    }
    char title[160];
    snprintf(title, sizeof title, "%s on the %s", kind->title, figure->judged);
    struct sr_curves_chart chart = {.title = title,
                                    .x_label = kind->x_label,
                                    .panels = panels,
                                    .count = classes,
                                    .x_percent = true,
                                    .x_unit = true,
                                    .compact = compact,
                                    .note = only < 0 ? kind->note : NULL};
    status = figure_put(figure, &sr_chart_curves, &chart, error);
    for (size_t i = 0; i < classes * n; i++) free(columns[i]);
    for (size_t p = 0; p < classes; p++) free(titles[p]);
    for (size_t m = 0; m < n; m++) free(labels[m]);
    free(labels);
    free(titles);
    free(columns);
    free(chance);
    free(curves);
    free(panels);
out:
    field_free(&field);
    return status;
}

enum sr_status figure_roc(struct figure *figure, struct sr_error *error)
{
    static const struct curve_kind roc = {
        .title = "ROC curves",
        .x_label = "false positives (%)",
        .y_label = "true positives",
        .make = sr_roc_curve,
        .area = sr_roc_auc,
        .area_name = "area",
        .note = "Each class against all others. A model's area is the mean of the classes' areas, "
                "each with the same weight (macro average)."};
    return write_classes(figure, &roc, error);
}

enum sr_status figure_pr(struct figure *figure, struct sr_error *error)
{
    static const struct curve_kind pr = {
        .title = "Precision over recall",
        .x_label = "recall (%)",
        .y_label = "precision",
        .make = sr_precision_recall_curve,
        .area = sr_average_precision,
        .area_name = "average precision",
        .of_share = true,
        .note = "Each class against all others. A model's average precision is the mean over the "
                "classes, each with the same weight (macro average). Guessing has the share of the "
                "class among the samples."};
    return write_classes(figure, &pr, error);
}
