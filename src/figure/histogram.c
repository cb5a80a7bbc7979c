#include "axis.h"
#include "plotly.h"

#include <math.h>

static void axes(const struct sr_histogram_chart *chart, struct sr_axis *x, struct sr_axis *y,
                 double height)
{
    uint64_t most = 1, least = UINT64_MAX;
    for (int i = 0; i < 256; i++) {
        if (!chart->counts[i]) continue;
        most = chart->counts[i] > most ? chart->counts[i] : most;
        least = chart->counts[i] < least ? chart->counts[i] : least;
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

static void histogram_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    struct sr_axis x, y;
    const char *x_label = "grey value (0 black, 255 white)";
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
    /* One outline instead of 256 bars, whose edges would fall between dots and make stripes. */
    cairo_t *cairo = canvas->cairo;
    double bottom = plot.y + plot.height;
    cairo_move_to(cairo, plot.x, bottom);
    for (int i = 0; i < 256; i++) {
        double share = fmax(0, sr_axis_share(&y, (double)chart->counts[i]));
        if (!chart->counts[i]) share = 0;
        for (int edge = 0; edge < 2; edge++)
            cairo_line_to(cairo, plot.x + plot.width * (i + edge) / 256,
                          bottom - plot.height * share);
    }
    cairo_line_to(cairo, plot.x + plot.width, bottom);
    cairo_close_path(cairo);
    sr_set_colour(canvas, canvas->theme->series[0], 1);
    cairo_fill(cairo);
    sr_rule(canvas, plot.x, bottom, plot.x + plot.width, bottom, 0.6, canvas->theme->rule);
    sr_draw_note(canvas, chart->note);
}

static void histogram_table(struct sr_table *table, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "grey count");
    for (int i = 0; i < 256; i++) {
        sr_table_integer(table, i);
        sr_table_integer(table, (int64_t)chart->counts[i]);
    }
}

/* ---- the interactive page ---- */

static void histogram_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    double counts[256];
    for (int i = 0; i < 256; i++) counts[i] = chart->counts[i] ? (double)chart->counts[i] : NAN;
    struct sr_json *trace = sr_plotly_json(
        "{\"type\": \"bar\", \"hovertemplate\": \"%%{x}: %%{y:,} pixels<extra></extra>\"}");
    sr_plotly_counting(trace, "x", 256);
    sr_json_set_numbers(trace, "y", counts, 256);
    sr_json_add(plot->traces, trace);
    sr_plotly_axis(plot, 'x', 0, "grey value (0 black, 255 white)", false);
    struct sr_json *y =
        sr_plotly_axis(plot, 'y', 0, chart->linear ? "pixels" : "pixels (logarithmic)", false);
    if (!chart->linear) sr_json_set_text(y, "type", "log");
    sr_json_set_number(plot->layout, "bargap", 0);
    sr_json_set_number(plot->layout, "height", 480);
    sr_plotly_title(plot, chart->title, chart->note);
}

const struct sr_chart sr_chart_histogram = {"histogram", histogram_size, histogram_draw,
                                            histogram_table, histogram_plotly};
