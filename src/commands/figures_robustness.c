/* figures_robustness.c - the figure of accuracy on changed pictures: a panel for each kind of
 * change. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

enum { POINTS = SR_SEVERITIES + 1 }; /* severity 0: as they are */

/* The points of one model in one panel, where they are drawn from. */
struct line {
    size_t count;
    double x[POINTS], y[POINTS], low[POINTS], high[POINTS];
};

static void add_point(struct line *line, int severity, double accuracy, double low, double high)
{
    const size_t at = line->count++;
    line->x[at] = severity;
    line->y[at] = accuracy;
    line->low[at] = low;
    line->high[at] = high;
}

/* `kind` -1: the mean over the kinds, which has no interval. */
static void fill_line(struct line *line, const struct sr_robustness *robustness, int kind)
{
    const struct sr_change_score *clean = &robustness->clean;
    const bool mean = kind < 0;
    add_point(line, 0, clean->accuracy, mean ? NAN : clean->low, mean ? NAN : clean->high);
    for (int severity = 1; severity <= SR_SEVERITIES; severity++) {
        const double all = mean ? sr_robustness_mean(robustness, severity, NULL) : NAN;
        if (mean && isfinite(all)) add_point(line, severity, all, NAN, NAN);
        if (mean || !robustness->kinds[kind][severity - 1].measured) continue;
        const struct sr_change_score *score = &robustness->kinds[kind][severity - 1];
        add_point(line, severity, score->accuracy, score->low, score->high);
    }
}

static bool is_measured(const struct sr_robustness *robustness, int kind)
{
    for (int s = 0; s < SR_SEVERITIES; s++)
        if (robustness->kinds[kind][s].measured) return true;
    return false;
}

/* "cnn (mean of 15 kinds 46.6 %)": at the reference's severity. */
static char *label_of(const char *name, const struct sr_robustness *robustness)
{
    size_t kinds;
    const double mean = sr_robustness_mean(robustness, 0, &kinds);
    return kinds ? sr_xprintf("%s (mean of %zu kind%s %.1f %%)", name, kinds, kinds == 1 ? "" : "s",
                              100 * mean)
                 : sr_xstrdup(name);
}

static enum sr_status put_panels(struct figure *figure, const struct sr_robustness **found,
                                 struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    const size_t n = request->model_count;
    struct sr_curves_panel panels[SR_CHANGES + 1];
    struct sr_curve *curves = sr_xalloc((SR_CHANGES + 1) * n * sizeof *curves);
    struct line *lines = sr_xalloc((SR_CHANGES + 1) * n * sizeof *lines);
    char **labels = sr_xalloc(n * sizeof *labels), title[200];
    size_t count = 0;
    for (size_t m = 0; m < n; m++) labels[m] = label_of(request->models[m].entry->name, found[m]);
    for (int kind = -1; kind < SR_CHANGES; kind++) {
        if (kind >= 0 && !is_measured(found[0], kind)) continue;
        panels[count] = (struct sr_curves_panel){.y_label = "accuracy",
                                                 .curves = curves + count * n,
                                                 .count = n,
                                                 .percent = true,
                                                 .title = kind < 0 ? "mean of the kinds"
                                                                   : sr_change_kinds[kind].name,
                                                 .unit = true};
        for (size_t m = 0; m < n; m++) {
            struct line *line = &lines[count * n + m];
            fill_line(line, found[m], kind);
            curves[count * n + m] = (struct sr_curve){.label = labels[m],
                                                      .x = line->x,
                                                      .y = line->y,
                                                      .count = line->count,
                                                      .group = (int)m,
                                                      .low = kind < 0 ? NULL : line->low,
                                                      .high = kind < 0 ? NULL : line->high};
        }
        count++;
    }
    snprintf(title, sizeof title, "Accuracy on changed pictures of the %s", figure->judged);
    const struct sr_curves_chart chart = {title, "severity (0: as they are)", panels, count,
                                          .compact = count > 2};
    enum sr_status status = figure_put(figure, &sr_chart_curves, &chart, error);
    for (size_t m = 0; m < n; m++) free(labels[m]);
    free(labels);
    free(lines);
    free(curves);
    return status;
}

enum sr_status figure_robustness(struct figure *figure, struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    const size_t n = request->model_count;
    const enum sr_split_name split = request->changes.split;
    const struct sr_robustness **found = sr_xalloc((n + 1) * sizeof *found);
    enum sr_status status =
        ask_robustness(figure->session, request->models, n, &request->changes, found, error);
    snprintf(figure->judged, sizeof figure->judged, "%s split", sr_split_names[split]);
    for (size_t m = 0; !status && m < n; m++) {
        const struct sr_held_out *held;
        struct sr_entry *entry = request->models[m].entry;
        figure_credit(figure, entry->model);
        status = sr_session_held_out(figure->session, entry, split, &held, error);
        if (!status && held->left_out)
            snprintf(figure->judged, sizeof figure->judged,
                     "%s split without rows that a model was trained on", sr_split_names[split]);
    }
    if (!status)
        sr_text_printf(&figure->selection, "%zu of the %s split, changed with seed %llu",
                       found[0]->count, sr_split_names[split],
                       (unsigned long long)request->changes.seed);
    if (!status) status = put_panels(figure, found, error);
    free(found);
    return status;
}
