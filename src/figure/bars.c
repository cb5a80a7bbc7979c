/* Horizontal bars or dots, with names of any length at the left and values at the right. */
#include "axis.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

#define BAR 6.5

static double value_decimals(const struct sr_bars_chart *chart)
{
    double most = 0;
    for (size_t s = 0; s < chart->count; s++)
        for (size_t i = 0; i < chart->items; i++)
            if (isfinite(chart->series[s].values[i]))
                most = fmax(most, fabs(chart->series[s].values[i]));
    return chart->percent || most >= 10 ? 1 : most >= 1 ? 2 : 3;
}

static void axis_of(const struct sr_bars_chart *chart, struct sr_axis *axis, double width)
{
    double low = chart->dots ? INFINITY : 0, high = chart->dots ? -INFINITY : 0;
    for (size_t s = 0; s < chart->count; s++) {
        const struct sr_bars_series *series = &chart->series[s];
        for (size_t i = 0; i < chart->items; i++) {
            if (!isfinite(series->values[i])) continue;
            low = fmin(low, series->low && isfinite(series->low[i]) ? series->low[i]
                                                                    : series->values[i]);
            high = fmax(high, series->high && isfinite(series->high[i]) ? series->high[i]
                                                                        : series->values[i]);
        }
    }
    if (!chart->dots && chart->percent && high <= 1) high = 1;
    sr_axis_linear(axis, low, high, (int)fmax(2, width / 40), false, true, chart->percent);
}

/* What is printed behind a bar, or in the column at the right of a single series of dots. */
static void value_text(const struct sr_bars_chart *chart, const struct sr_bars_series *series,
                       size_t item, char *out, size_t size)
{
    double unit = chart->percent ? 100 : 1, value = series->values[item];
    int decimals = (int)value_decimals(chart);
    char number[32], low[32], high[32];
    *out = '\0';
    if (!isfinite(value)) {
        snprintf(out, size, "–");
        return;
    }
    sr_number(number, sizeof number, value * unit, decimals);
    if (series->low && series->high && chart->count == 1 && isfinite(series->low[item]) &&
        isfinite(series->high[item])) {
        sr_number(low, sizeof low, series->low[item] * unit, decimals);
        sr_number(high, sizeof high, series->high[item] * unit, decimals);
        snprintf(out, size, "%s [%s, %s]", number, low, high);
    } else
        snprintf(out, size, "%s", number);
}

static struct sr_font value_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_SMALL - 0.5, false, canvas->theme->text};
}

struct layout {
    double names, values, legend; /* widths of names and of printed values; height of the legend */
};

static double legend(struct sr_canvas *canvas, const struct sr_bars_chart *chart, double y,
                     double width, bool draw)
{
    if (chart->count < 2) return 0;
    struct sr_legend_entry *entries = sr_xalloc(chart->count * sizeof *entries);
    for (size_t s = 0; s < chart->count; s++)
        entries[s] = (struct sr_legend_entry){chart->series[s].label ? chart->series[s].label : "",
                                              sr_canvas_series(canvas, (int)s),
                                              chart->dots ? SR_KEY_DOT : SR_KEY_BOX, (int)s};
    double height =
        sr_legend(canvas, SR_MARGIN, y, width - 2 * SR_MARGIN, entries, (int)chart->count, draw);
    free(entries);
    return height;
}

static struct layout lay_out(struct sr_canvas *canvas, const struct sr_bars_chart *chart,
                             double width)
{
    struct layout layout = {0};
    struct sr_font font = {SR_TYPE_TICK, false, canvas->theme->text};
    char text[128];
    for (size_t i = 0; i < chart->items; i++)
        layout.names = fmax(layout.names, sr_text_width(canvas, font, chart->names[i]));
    layout.names = fmin(layout.names, fmax(40, width * 0.33));
    for (size_t s = 0; s < chart->count; s++)
        for (size_t i = 0; i < chart->items; i++) {
            value_text(chart, &chart->series[s], i, text, sizeof text);
            layout.values =
                fmax(layout.values, sr_text_width(canvas, value_font(canvas), text) + 5);
        }
    if (chart->dots && chart->count > 1) layout.values = 4;
    layout.legend = legend(canvas, chart, 0, width, false);
    return layout;
}

static double row_height(const struct sr_bars_chart *chart)
{
    if (chart->dots) return chart->count > 1 ? 6.0 * (double)chart->count + 4 : 14;
    return BAR * (double)chart->count + 6;
}

static void bars_size(struct sr_canvas *canvas, const void *data, double wished,
                      struct sr_size *size)
{
    const struct sr_bars_chart *chart = data;
    size->least_width = 190;
    size->width = fmax(wished > 0 ? wished : 330, size->least_width);
    struct layout layout = lay_out(canvas, chart, size->width);
    double fixed = 2 * SR_MARGIN + sr_title_height(canvas, chart->title, size->width) +
                   sr_note_height(canvas, chart->note, size->width) + layout.legend + 34;
    double rows = chart->items ? (double)chart->items : 1;
    size->height = fixed + rows * row_height(chart);
    size->least_height = fixed + rows * fmax(8, 3.0 * (double)chart->count);
}

/* One value of a series, in its strip of the plot. */
static void draw_item(struct sr_canvas *canvas, const struct sr_bars_chart *chart, size_t s,
                      size_t item, const struct sr_axis *axis, struct sr_rect plot)
{
    const double thick = plot.height, middle = plot.y + thick / 2;
    double column = plot.x + plot.width + 5; /* where the value is printed */
    const struct sr_bars_series *series = &chart->series[s];
    sr_colour colour = sr_canvas_series(canvas, (int)s);
    double value = series->values[item];
    char text[128];
    if (isfinite(value)) {
        double zero = plot.x + plot.width * fmax(0, sr_axis_share(axis, 0));
        double end = plot.x + plot.width * sr_axis_share(axis, value);
        if (!chart->dots)
            sr_fill(canvas, (struct sr_rect){fmin(zero, end), plot.y, fabs(end - zero), thick},
                    colour);
        if (series->low && series->high && isfinite(series->low[item]) &&
            isfinite(series->high[item])) {
            double low = plot.x + plot.width * sr_axis_share(axis, series->low[item]);
            double high = plot.x + plot.width * sr_axis_share(axis, series->high[item]);
            sr_colour ink = chart->dots ? colour : canvas->theme->text;
            double cap = fmin(2, thick * 0.3);
            sr_rule(canvas, low, middle, high, middle, chart->dots ? 1.1 : 0.7, ink);
            sr_rule(canvas, low, middle - cap, low, middle + cap, 0.7, ink);
            sr_rule(canvas, high, middle - cap, high, middle + cap, 0.7, ink);
            end = fmax(end, high);
        }
        if (chart->dots)
            sr_draw_marker(canvas, plot.x + plot.width * sr_axis_share(axis, value), middle, 5.2,
                           (int)s, colour);
        else
            column = end + 3;
    } else if (!chart->dots)
        column = plot.x + 3;
    if (chart->dots && chart->count > 1) return;
    struct sr_font font = value_font(canvas);
    font.size = fmin(font.size, thick);
    value_text(chart, series, item, text, sizeof text);
    sr_draw_turned(canvas, column, middle, 0, 0, 0, font, text);
}

static void bars_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_bars_chart *chart = data;
    const struct sr_theme *theme = canvas->theme;
    struct layout layout = lay_out(canvas, chart, canvas->width);
    sr_draw_title(canvas, chart->title);
    sr_draw_note(canvas, chart->note);
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    top += legend(canvas, chart, top, canvas->width, true);
    char label[160];
    snprintf(label, sizeof label, "%s%s", chart->value_label ? chart->value_label : "",
             chart->percent ? (chart->value_label ? " (%)" : "%") : "");
    struct sr_rect plot = {SR_MARGIN + layout.names + 6, top + 2, 0, 0};
    plot.width = canvas->width - SR_MARGIN - layout.values - 4 - plot.x;
    struct sr_axis axis;
    axis_of(chart, &axis, plot.width);
    struct sr_axis_room room = sr_axis_room(canvas, &axis, NULL, *label ? label : NULL, NULL);
    plot.height = canvas->height - SR_MARGIN - sr_note_height(canvas, chart->note, canvas->width) -
                  room.bottom - plot.y;
    for (int i = 0; i < axis.count; i++) {
        double x = plot.x + plot.width * sr_axis_share(&axis, axis.ticks[i]);
        sr_rule(canvas, x, plot.y, x, plot.y + plot.height, 0.5, theme->grid);
    }
    double pitch = chart->items ? plot.height / (double)chart->items : 0;
    double thick =
        chart->count ? fmin((pitch - fmin(6, pitch * 0.3)) / (double)chart->count, 12) : 0;
    for (size_t item = 0; item < chart->items; item++) {
        double middle = plot.y + ((double)item + 0.5) * pitch;
        sr_draw_turned(canvas, plot.x - 5, middle, 1, layout.names, 0,
                       (struct sr_font){SR_TYPE_TICK, false, theme->text}, chart->names[item]);
        if (chart->dots && item)
            sr_rule(canvas, plot.x, middle - pitch / 2, plot.x + plot.width, middle - pitch / 2,
                    0.4, theme->grid);
        for (size_t s = 0; s < chart->count; s++)
            draw_item(canvas, chart, s, item, &axis,
                      (struct sr_rect){plot.x,
                                       middle + ((double)s - (double)chart->count / 2) * thick,
                                       plot.width, thick});
    }
    sr_draw_axes(canvas, plot, &axis, NULL, *label ? label : NULL, NULL);
}

static void bars_table(struct sr_table *table, const void *data)
{
    const struct sr_bars_chart *chart = data;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "name series value low high");
    for (size_t i = 0; i < chart->items; i++)
        for (size_t s = 0; s < chart->count; s++) {
            const struct sr_bars_series *series = &chart->series[s];
            sr_table_text(table, chart->names[i]);
            sr_table_text(table, series->label);
            sr_table_number(table, series->values[i]);
            sr_table_number(table, series->low ? series->low[i] : NAN);
            sr_table_number(table, series->high ? series->high[i] : NAN);
        }
}

/* ---- the interactive page ---- */

static void bars_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_bars_chart *chart = data;
    const char *format = chart->percent ? ".2%" : ".4g";
    for (size_t s = 0; s < chart->count; s++) {
        const struct sr_bars_series *series = &chart->series[s];
        struct sr_json *trace =
            chart->dots
                ? sr_plotly_json(
                      "{\"type\": \"scatter\", \"mode\": \"markers\", \"marker\": {\"size\": 10}}")
                : sr_plotly_json("{\"type\": \"bar\", \"orientation\": \"h\"}");
        char *hover = sr_xprintf("%%{text}: %%{x:%s}<extra>%%{fullData.name}</extra>", format);
        sr_json_set_text(trace, "hovertemplate", hover);
        free(hover);
        sr_plotly_set_text(trace, "name", series->label);
        sr_json_set_numbers(trace, "x", series->values, chart->items);
        sr_plotly_counting(trace, "y", chart->items);
        sr_plotly_set_texts(trace, "text", chart->names, chart->items);
        if (!chart->dots) sr_json_set_text(trace, "textposition", "none");
        if (series->low && series->high) {
            struct sr_json *bars = sr_plotly_json("{\"type\": \"data\", \"symmetric\": false}");
            double *above = sr_xalloc(2 * (chart->items + 1) * sizeof *above),
                   *below = above + chart->items;
            for (size_t i = 0; i < chart->items; i++) {
                above[i] = series->high[i] - series->values[i];
                below[i] = series->values[i] - series->low[i];
            }
            sr_json_set_numbers(bars, "array", above, chart->items);
            sr_json_set_numbers(bars, "arrayminus", below, chart->items);
            sr_json_set(trace, "error_x", bars);
            free(above);
        }
        sr_json_add(plot->traces, trace);
    }
    sr_plotly_axis(plot, 'x', 0, chart->value_label, chart->percent);
    struct sr_json *y = sr_plotly_axis(plot, 'y', 0, NULL, false);
    sr_plotly_names(y, chart->names, chart->items);
    sr_json_set(y, "range", sr_plotly_json("[%g, -0.5]", (double)chart->items - 0.5));
    sr_json_set_bool(plot->layout, "showlegend", chart->count > 1);
    sr_json_set_text(plot->layout, "barmode", "group");
    sr_json_set_number(plot->layout, "height",
                       170 + (double)chart->items *
                                 (chart->dots ? 40 : 14 + 14 * (double)chart->count));
    sr_plotly_title(plot, chart->title, chart->note);
}

const struct sr_chart sr_chart_bars = {"bars", bars_size, bars_draw, bars_table, bars_plotly};
