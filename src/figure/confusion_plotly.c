/* confusion_plotly.c - a confusion matrix as an interactive page: a heat map of what is right, one
 * of what is wrong, numbers and margins. */
#include "confusion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* A matrix's share of a cell's row or column. */
static double share_at(const struct sr_confusion_chart *chart, int row, int column)
{
    const uint64_t whole = confusion_whole(chart, row, column);
    return whole ? (double)confusion_at(chart, row, column) / (double)whole : 0;
}

/* From paper to the colour of right or wrong. */
static struct sr_json *colour_scale(const struct sr_plotly *plot, bool wrong)
{
    struct sr_json *scale = sr_json_array();
    for (int end = 0; end < 2; end++) {
        struct sr_json *stop = sr_json_array();
        sr_json_add_integer(stop, end);
        sr_plotly_add_colour(stop, end ? (wrong ? plot->theme->wrong : plot->theme->good)
                                       : plot->theme->paper);
        sr_json_add(scale, stop);
    }
    return scale;
}

/* What is right, or what is wrong, as a heat map by the root of the share. */
static void add_heatmap(struct sr_plotly *plot, const struct sr_confusion_chart *chart,
                        size_t index, bool wrong, bool scaled)
{
    int n = chart->classes;
    char axis[32];
    struct sr_json *trace =
        sr_plotly_json("{\"type\": \"heatmap\", \"zmin\": 0, \"zmax\": 1, \"hoverinfo\": "
                       "\"text\", \"xgap\": 1, "
                       "\"ygap\": 1, \"hoverongaps\": false, \"showscale\": %s}",
                       scaled ? "true" : "false");
    struct sr_json *rows = sr_json_array(), *texts = sr_json_array();
    for (int r = 0; r < n; r++) {
        struct sr_json *row = sr_json_array(), *text = sr_json_array();
        for (int c = 0; c < n; c++) {
            const double share = share_at(chart, r, c);
            char *name = sr_plotly_escape(chart->names[r]),
                 *other = sr_plotly_escape(chart->names[c]);
            char *hover = sr_xprintf("true %s, predicted %s: %llu (%.2f %%)", name, other,
                                     (unsigned long long)confusion_at(chart, r, c), 100 * share);
            sr_json_add_number(row, (r != c) == wrong ? sqrt(share) : NAN);
            sr_json_add_text(text, hover);
            free(hover);
            free(name);
            free(other);
        }
        sr_json_add(rows, row);
        sr_json_add(texts, text);
    }
    sr_json_set(trace, "colorscale", colour_scale(plot, wrong));
    sr_json_set(trace, "z", rows);
    sr_json_set(trace, "text", texts);
    sr_json_set(
        trace, "colorbar",
        sr_plotly_json("{\"title\": {\"text\": \"%s, %% of the %s class\", \"side\": \"right\"}, "
                       "\"thickness\": 12, \"x\": %g, "
                       "\"tickvals\": [0, 0.1, 0.2236, 0.3162, 0.5, 0.7071, 1], "
                       "\"ticktext\": [\"0\", \"1\", \"5\", \"10\", \"25\", \"50\", \"100\"]}",
                       wrong ? "wrong" : "right", chart->of_predicted ? "predicted" : "true",
                       wrong ? 1.12 : 1.01));
    sr_plotly_axis_key(axis, sizeof axis, 'x', "", index);
    sr_json_set_text(trace, "xaxis", axis);
    sr_plotly_axis_key(axis, sizeof axis, 'y', "", index);
    sr_json_set_text(trace, "yaxis", axis);
    sr_json_add(plot->traces, trace);
}

/* The count or the share of each cell that is not empty. */
static void add_numbers(struct sr_plotly *plot, const struct sr_confusion_chart *chart,
                        size_t index)
{
    char x_axis[48], y_axis[48];
    sr_plotly_axis_key(x_axis, sizeof x_axis, 'x', "", index);
    sr_plotly_axis_key(y_axis, sizeof y_axis, 'y', "", index);
    for (int r = 0; r < chart->classes; r++) {
        for (int c = 0; c < chart->classes; c++) {
            char text[32];
            const uint64_t count = confusion_at(chart, r, c);
            const double share = share_at(chart, r, c);
            if (!count) continue;
            if (chart->shares)
                sr_number(text, sizeof text, 100 * share, 1);
            else
                snprintf(text, sizeof text, "%llu", (unsigned long long)count);
            struct sr_json *note = sr_plotly_note(plot, x_axis, y_axis, c, r, text, NULL);
            sr_colour back = sr_colour_mix(
                plot->theme->paper, r == c ? plot->theme->good : plot->theme->wrong, sqrt(share));
            struct sr_json *font = sr_plotly_json("{\"size\": 11}");
            sr_plotly_set_colour(font, "color", sr_colour_contrast(back));
            sr_json_set(note, "font", font);
        }
    }
}

/* A note of small type, in the colour of faint text unless `strong`. */
static void add_margin(struct sr_plotly *plot, size_t index, double x, double y, const char *text,
                       const char *anchor, bool strong)
{
    char x_axis[48], y_axis[48];
    sr_plotly_axis_key(x_axis, sizeof x_axis, 'x', "", index);
    sr_plotly_axis_key(y_axis, sizeof y_axis, 'y', "", index);
    struct sr_json *note = sr_plotly_note(plot, x_axis, y_axis, x, y, text, strong ? "b" : NULL);
    struct sr_json *font = sr_plotly_json("{\"size\": 11}");
    sr_plotly_set_colour(font, "color", strong ? plot->theme->text : plot->theme->faint);
    sr_json_set(note, "font", font);
    sr_json_set_text(note, "xanchor", anchor);
}

/* As in the drawing: recall at the right, precision below, accuracy where they meet. */
static void add_margins(struct sr_plotly *plot, const struct sr_confusion_chart *chart,
                        size_t index)
{
    const int n = chart->classes;
    uint64_t total = 0, correct = 0;
    char text[32];
    for (int i = 0; i < n; i++) {
        total += confusion_row(chart, i);
        correct += confusion_at(chart, i, i);
        confusion_percent(text, sizeof text, confusion_at(chart, i, i), confusion_row(chart, i));
        add_margin(plot, index, n, i, text, "center", false);
        confusion_percent(text, sizeof text, confusion_at(chart, i, i), confusion_column(chart, i));
        add_margin(plot, index, i, n, text, "center", false);
    }
    confusion_percent(text, sizeof text, correct, total);
    add_margin(plot, index, n, n, text, "center", true);
    add_margin(plot, index, n, n + 0.5, "accuracy %", "center", false);
    add_margin(plot, index, n, -0.7, "recall %", "center", false);
    add_margin(plot, index, -0.6, n, precision_head, "right", false);
}

static void add_matrix(struct sr_plotly *plot, const struct sr_confusion_chart *chart, size_t index,
                       bool last)
{
    enum { NUMBERED = 25 }; /* classes up to which cells are wide enough for numbers */
    int n = chart->classes;
    add_heatmap(plot, chart, index, false, last);
    add_heatmap(plot, chart, index, true, last);
    struct sr_json *x = sr_plotly_axis(plot, 'x', index, "predicted class", false),
                   *y = sr_plotly_axis(plot, 'y', index, "true class", false);
    sr_plotly_names(x, chart->names, (size_t)n);
    sr_plotly_names(y, chart->names, (size_t)n);
    /* With margins there is one row and one column more. */
    const double end = n <= NUMBERED ? n + 0.7 : n - 0.5;
    sr_json_set(y, "range", sr_plotly_json("[%g, -0.5]", end));
    sr_json_set(x, "range", sr_plotly_json("[-0.5, %g]", end));
    sr_json_set_bool(x, "showgrid", false);
    sr_json_set_bool(y, "showgrid", false);
    if (n > NUMBERED) return;
    add_numbers(plot, chart, index);
    if (n > 0) add_margins(plot, chart, index);
}

void confusions_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_confusions_chart *both = data;
    int most = 1;
    for (size_t i = 0; i < both->count; i++) {
        add_matrix(plot, &both->charts[i], i, i + 1 == both->count);
        most = both->charts[i].classes > most ? both->charts[i].classes : most;
        if (both->count < 2) continue;
        char x_axis[48], y_axis[48];
        sr_plotly_axis_key(x_axis, sizeof x_axis, 'x', "", i);
        sr_plotly_axis_key(y_axis, sizeof y_axis, 'y', "", i);
        strcat(x_axis, " domain");
        strcat(y_axis, " domain");
        struct sr_json *note =
            sr_plotly_note(plot, x_axis, y_axis, 0, 1, both->charts[i].title, "b");
        sr_json_set_text(note, "xanchor", "left");
        sr_json_set_text(note, "yanchor", "bottom");
    }
    if (both->count > 1) sr_plotly_panels(plot, both->count, both->count);
    double side = fmin(both->count > 1 ? 560 : 900, 220 + 44.0 * most);
    sr_json_set_number(plot->layout, "height", side);
    sr_json_set_number(plot->layout, "width", both->count > 1 ? 1150 : 160 + side);
    if (both->count == 1) sr_plotly_title(plot, both->charts[0].title, both->charts[0].note);
}

void confusion_plotly(struct sr_plotly *plot, const void *data)
{
    struct sr_confusions_chart one = {data, 1};
    confusions_plotly(plot, &one);
}
