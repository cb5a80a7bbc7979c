#include "axis.h"
#include "plotly.h"

#include <math.h>

/* What is drawn: the channels, or grey values. */
static int series_of(const struct sr_histogram_chart *chart, const uint64_t *series[3])
{
    series[0] = chart->counts;
    if (!chart->channels[0]) return 1;
    for (int c = 0; c < 3; c++) series[c] = chart->channels[c];
    return 3;
}

static const char *x_label_of(const struct sr_histogram_chart *chart)
{
    return chart->channels[0] ? "value of a channel (0 dark, 255 full)"
                              : "grey value (0 black, 255 white)";
}

static const char *const channel_names[3] = {"red", "green", "blue"};
/* Told from each other on light and on dark pages, and by most people who do not see all colours:
 * they differ in lightness. */
static const uint32_t channel_colours[3] = {0xC0392B, 0x2EAA5E, 0x3455DB};

static void axes(const struct sr_histogram_chart *chart, struct sr_axis *x, struct sr_axis *y,
                 double height)
{
    uint64_t most = 1, least = UINT64_MAX;
    const uint64_t *series[3];
    for (int s = 0, count = series_of(chart, series); s < count; s++)
        for (int i = 0; i < 256; i++) {
            const uint64_t value = series[s][i];
            if (!value) continue;
            most = value > most ? value : most;
            least = value < least ? value : least;
        }
    if (least > most) least = most;
    sr_axis_linear(x, 0, 256, 5, true, false, false);
    /* Grey values end at 255, and bars of one value each lie on [value, value + 1). */
    static const int marks[] = {0, 50, 100, 150, 200, 255};
    x->count = 6;
    for (int i = 0; i < 6; i++) {
        x->ticks[i] = marks[i] + 0.5;
        sr_number(x->labels[i], sizeof x->labels[i], marks[i], 0);
    }
    if (chart->linear)
        sr_axis_linear(y, 0, (double)most, height < 130 ? 3 : 5, true, true, false);
    else {
        /* From the power of ten below the smallest count that is not 0, so that a bar of this count
         * is visible. */
        double low = pow(10, floor(log10((double)least) + 1e-9));
        sr_axis_log(y, low, fmax(10 * low, (double)most), 6);
        y->low *= 0.7;
        y->high = fmax(10 * low, (double)most) * 1.4;
        while (y->count && y->ticks[y->count - 1] > y->high) y->count--;
    }
}

static void histogram_size(struct sr_canvas *canvas, const void *data, double wished,
                           struct sr_size *size)
{
    const struct sr_histogram_chart *chart = data;
    size->least_width = 130;
    size->width = fmax(wished > 0 ? wished : 330, size->least_width);
    double fixed = sr_title_height(canvas, chart->title, size->width) +
                   sr_note_height(canvas, chart->note, size->width);
    size->height = fixed + 40 + 0.46 * size->width;
    size->least_height = fixed + 90;
}

/* One outline instead of 256 bars, whose edges would fall between dots and make stripes; filled, or
 * of a channel a line. */
static void draw_series(struct sr_canvas *canvas, struct sr_rect plot, const struct sr_axis *y,
                        const uint64_t *counts, int channel)
{
    cairo_t *cairo = canvas->cairo;
    const double bottom = plot.y + plot.height;
    cairo_move_to(cairo, plot.x, bottom);
    for (int i = 0; i < 256; i++) {
        double share = fmax(0, sr_axis_share(y, (double)counts[i]));
        if (!counts[i]) share = 0;
        for (int edge = 0; edge < 2; edge++)
            cairo_line_to(cairo, plot.x + plot.width * (i + edge) / 256,
                          bottom - plot.height * share);
    }
    cairo_line_to(cairo, plot.x + plot.width, bottom);
    if (channel >= 0) {
        sr_set_colour(canvas, channel_colours[channel], 1);
        cairo_set_line_width(cairo, 0.8);
        cairo_stroke(cairo);
        return;
    }
    cairo_close_path(cairo);
    sr_set_colour(canvas, canvas->theme->series[0], 1);
    cairo_fill(cairo);
}

static void draw_legend(struct sr_canvas *canvas, struct sr_rect plot)
{
    for (int c = 0; c < 3; c++) {
        const double y = plot.y + 8 + 10 * c, right = plot.x + plot.width - 6;
        sr_rule(canvas, right - 12, y - 2.5, right, y - 2.5, 1.2, channel_colours[c]);
        sr_draw_text(canvas, right - 15, y, 1, 40,
                     (struct sr_font){SR_TYPE_SMALL, false, canvas->theme->text}, channel_names[c]);
    }
}

static void histogram_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    struct sr_axis x, y;
    const char *x_label = x_label_of(chart);
    const char *y_label = chart->linear ? "pixels" : "pixels (logarithmic)";
    axes(chart, &x, &y, canvas->height);
    struct sr_axis_room room = sr_axis_room(canvas, &x, &y, x_label, y_label);
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width) + room.top;
    struct sr_rect plot = {SR_MARGIN + room.left, top,
                           canvas->width - 2 * SR_MARGIN - room.left - room.right,
                           canvas->height - top - SR_MARGIN - room.bottom -
                               sr_note_height(canvas, chart->note, canvas->width)};
    sr_draw_title(canvas, chart->title);
    sr_draw_axes(canvas, plot, &x, &y, x_label, y_label);
    const uint64_t *series[3];
    const int count = series_of(chart, series);
    for (int i = 0; i < count; i++) draw_series(canvas, plot, &y, series[i], count == 3 ? i : -1);
    if (count == 3) draw_legend(canvas, plot);
    double bottom = plot.y + plot.height;
    sr_rule(canvas, plot.x, bottom, plot.x + plot.width, bottom, 0.6, canvas->theme->rule);
    sr_draw_note(canvas, chart->note);
}

static void histogram_table(struct sr_table *table, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    sr_table_title(table, chart->title);
    const uint64_t *series[3];
    const int count = series_of(chart, series);
    sr_table_columns(table, count == 3 ? "value red green blue" : "grey count");
    for (int i = 0; i < 256; i++) {
        sr_table_integer(table, i);
        for (int s = 0; s < count; s++) sr_table_integer(table, (int64_t)series[s][i]);
    }
}

/* ---- the interactive page ---- */

static void histogram_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    const uint64_t *series[3];
    for (int s = 0, count = series_of(chart, series); s < count; s++) {
        double counts[256];
        for (int i = 0; i < 256; i++) counts[i] = series[s][i] ? (double)series[s][i] : NAN;
        struct sr_json *trace =
            sr_plotly_json(count == 1 ? "{\"type\": \"bar\", \"hovertemplate\": \"%%{x}: %%{y:,} "
                                        "pixels<extra></extra>\"}"
                                      : "{\"type\": \"scatter\", \"mode\": \"lines\"}");
        if (count == 3) {
            struct sr_json *line = sr_plotly_json("{\"width\": 1.5, \"shape\": \"hvh\"}");
            sr_plotly_set_colour(line, "color", channel_colours[s]);
            sr_json_set(trace, "line", line);
            sr_json_set_text(trace, "name", channel_names[s]);
        }
        sr_plotly_counting(trace, "x", 256);
        sr_json_set_numbers(trace, "y", counts, 256);
        sr_json_add(plot->traces, trace);
    }
    sr_plotly_axis(plot, 'x', 0, x_label_of(chart), false);
    struct sr_json *y =
        sr_plotly_axis(plot, 'y', 0, chart->linear ? "pixels" : "pixels (logarithmic)", false);
    if (!chart->linear) sr_json_set_text(y, "type", "log");
    sr_json_set_number(plot->layout, "bargap", 0);
    sr_json_set_number(plot->layout, "height", 480);
    sr_plotly_title(plot, chart->title, chart->note);
}

const struct sr_chart sr_chart_histogram = {"histogram", histogram_size, histogram_draw,
                                            histogram_table, histogram_plotly};
