/* scatter.c - many points in a plane, coloured by what they are. The axes of a map mean nothing, so
 * none are drawn. */
#include "axis.h"
#include "plotly.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

/* Points drawn of one category before those of the next, so that none covers all others. */
enum { ROUND = 500 };

static sr_colour colour_of(const struct sr_theme *theme, int category)
{
    return theme->series[category % SR_SERIES];
}

static bool is_of(const struct sr_scatter_chart *chart, size_t point, int category)
{
    return chart->categories[point] == category ||
           (category == chart->name_count && chart->categories[point] >= chart->name_count);
}

/* The box around all points, not empty. */
static void box_of(const struct sr_scatter_chart *chart, double low[2], double high[2])
{
    low[0] = low[1] = INFINITY;
    high[0] = high[1] = -INFINITY;
    for (size_t i = 0; i < 2 * chart->count; i++) {
        low[i % 2] = fmin(low[i % 2], (double)chart->points[i]);
        high[i % 2] = fmax(high[i % 2], (double)chart->points[i]);
    }
    for (int part = 0; part < 2; part++)
        if (!(high[part] > low[part])) {
            low[part] = (isfinite(low[part]) ? low[part] : 0) - 1;
            high[part] = low[part] + 2;
        }
}

static double legend(struct sr_canvas *canvas, const struct sr_scatter_chart *chart, double top,
                     double width, bool draw)
{
    struct sr_legend_entry *entries = sr_xalloc((size_t)(chart->name_count + 1) * sizeof *entries);
    for (int c = 0; c < chart->name_count; c++)
        entries[c] =
            (struct sr_legend_entry){chart->names[c], colour_of(canvas->theme, c), SR_KEY_BOX, 0};
    const double height = chart->values ? 0
                                        : sr_legend(canvas, SR_MARGIN, top, width - 2 * SR_MARGIN,
                                                    entries, chart->name_count, draw);
    free(entries);
    return height;
}

static void scatter_size(struct sr_canvas *canvas, const void *data, double wished,
                         struct sr_size *size)
{
    const struct sr_scatter_chart *chart = data;
    double low[2], high[2];
    box_of(chart, low, high);
    const double shape = fmin(1.4, fmax(0.5, (high[1] - low[1]) / (high[0] - low[0])));
    size->least_width = 160;
    size->width = fmax(wished > 0 ? wished : SR_WIDTH_PAGE, size->least_width);
    const double fixed = sr_title_height(canvas, chart->title, size->width) +
                         sr_note_height(canvas, chart->note, size->width) +
                         legend(canvas, chart, 0, size->width, false) + 2 * SR_MARGIN;
    size->height = fixed + shape * (size->width - 2 * SR_MARGIN);
    size->least_height = fixed + 100;
}

struct plane {
    struct sr_rect plot;
    double low[2], scale;
};

static void place(const struct plane *plane, const float *point, double *x, double *y)
{
    *x = plane->plot.x + ((double)point[0] - plane->low[0]) * plane->scale;
    *y = plane->plot.y + plane->plot.height - ((double)point[1] - plane->low[1]) * plane->scale;
}

static void dot(struct sr_canvas *canvas, const struct plane *plane, const float *point,
                double size)
{
    double x, y;
    place(plane, point, &x, &y);
    cairo_rectangle(canvas->cairo, x - size / 2, y - size / 2, size, size);
}

static void draw_points(struct sr_canvas *canvas, const struct sr_scatter_chart *chart,
                        const struct plane *plane)
{
    const double size = fmax(0.5, fmin(2.5, 120 / sqrt((double)chart->count + 1)));
    for (size_t from = 0; from < chart->count; from += ROUND) {
        const size_t to = from + ROUND < chart->count ? from + ROUND : chart->count;
        if (chart->values) {
            for (size_t i = from; i < to; i++) {
                const double value = (double)chart->values[i];
                sr_set_colour(canvas,
                              isnan(value) ? canvas->theme->grid
                                           : sr_scale_colour(SR_SCALE_VIRIDIS, value),
                              1);
                dot(canvas, plane, chart->points + 2 * i, size);
                cairo_fill(canvas->cairo);
            }
            continue;
        }
        /* Those that nothing is known of first, under the others. */
        for (int c = chart->name_count; c >= 0; c--) {
            for (size_t i = from; i < to; i++)
                if (is_of(chart, i, c)) dot(canvas, plane, chart->points + 2 * i, size);
            sr_set_colour(
                canvas, c == chart->name_count ? canvas->theme->grid : colour_of(canvas->theme, c),
                1);
            cairo_fill(canvas->cairo);
        }
    }
}

/* Each name in the middle of its points, on a ground that lets it be read. */
static void draw_names(struct sr_canvas *canvas, const struct sr_scatter_chart *chart,
                       const struct plane *plane)
{
    const struct sr_font font = {SR_TYPE_TICK, true, canvas->theme->text};
    for (int c = 0; !chart->values && c < chart->name_count; c++) {
        double sums[2] = {0}, count = 0, x, y;
        for (size_t i = 0; i < chart->count; i++)
            if (chart->categories[i] == c) {
                sums[0] += (double)chart->points[2 * i];
                sums[1] += (double)chart->points[2 * i + 1];
                count++;
            }
        if (!(count > 0)) continue;
        place(plane, (float[2]){(float)(sums[0] / count), (float)(sums[1] / count)}, &x, &y);
        const double width = sr_text_width(canvas, font, chart->names[c]);
        sr_fill(canvas, (struct sr_rect){x - width / 2 - 2, y - 5, width + 4, 10},
                canvas->theme->paper);
        sr_draw_turned(canvas, x, y, 0.5, 0, 0, font, chart->names[c]);
    }
}

static void scatter_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_scatter_chart *chart = data;
    double low[2], high[2], top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    sr_draw_title(canvas, chart->title);
    sr_draw_note(canvas, chart->note);
    top += legend(canvas, chart, top, canvas->width, true);
    box_of(chart, low, high);
    struct plane plane = {
        {SR_MARGIN, top, canvas->width - 2 * SR_MARGIN,
         canvas->height - top - SR_MARGIN - sr_note_height(canvas, chart->note, canvas->width)},
        {0},
        0};
    plane.scale =
        0.98 * fmin(plane.plot.width / (high[0] - low[0]), plane.plot.height / (high[1] - low[1]));
    const double size[2] = {plane.plot.width, plane.plot.height};
    for (int part = 0; part < 2; part++)
        plane.low[part] = (low[part] + high[part]) / 2 - size[part] / plane.scale / 2;
    draw_points(canvas, chart, &plane);
    draw_names(canvas, chart, &plane);
}

static void scatter_table(struct sr_table *table, const void *data)
{
    const struct sr_scatter_chart *chart = data;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "file index x y class colour");
    for (size_t i = 0; i < chart->count; i++) {
        const bool second = i >= chart->first_count;
        const int category = chart->categories[i];
        sr_table_text(table, chart->files[second]);
        sr_table_integer(table, (int64_t)(second ? i - chart->first_count : i));
        sr_table_number(table, (double)chart->points[2 * i]);
        sr_table_number(table, (double)chart->points[2 * i + 1]);
        sr_table_text(table, chart->captions[i]);
        if (chart->values)
            sr_table_number(table, (double)chart->values[i]);
        else
            sr_table_text(table, category < chart->name_count ? chart->names[category] : NULL);
    }
}

/* ---- the interactive page ---- */

/* `every`: one point in so many has a thumbnail; 0: none. */
static void add_trace(struct sr_plotly *plot, const struct sr_scatter_chart *chart, int category,
                      size_t every)
{
    double *x = sr_xalloc((chart->count + 1) * sizeof *x),
           *y = sr_xalloc((chart->count + 1) * sizeof *y);
    char **texts = sr_xalloc((chart->count + 1) * sizeof *texts);
    size_t count = 0;
    struct sr_json *values = sr_json_array(), *thumbnails = sr_json_array();
    for (size_t i = 0; i < chart->count; i++) {
        if (!chart->values && !is_of(chart, i, category)) continue;
        const bool second = i >= chart->first_count;
        x[count] = (double)chart->points[2 * i];
        y[count] = (double)chart->points[2 * i + 1];
        if (chart->values) sr_json_add_number(values, (double)chart->values[i]);
        if (every && i % every == 0)
            sr_json_add_integer(thumbnails, (int64_t)(i / every));
        else if (every)
            sr_json_add_number(thumbnails, NAN);
        texts[count++] = sr_xprintf("%s:%zu %s", chart->files[second],
                                    second ? i - chart->first_count : i, chart->captions[i]);
    }
    struct sr_json *trace =
        sr_plotly_json("{\"type\": \"scattergl\", \"mode\": \"markers\", "
                       "\"hovertemplate\": \"%%{text}<extra>%%{fullData.name}</extra>\"}");
    struct sr_json *marker = sr_plotly_json("{\"size\": %g}", count > 5000 ? 3. : 5.);
    if (chart->values) {
        sr_json_set(marker, "color", values);
        sr_json_set_text(marker, "colorscale", "Viridis");
        sr_json_set_bool(marker, "showscale", true);
    } else {
        sr_json_free(values);
        sr_plotly_set_colour(marker, "color",
                             category < chart->name_count ? colour_of(plot->theme, category)
                                                          : plot->theme->grid);
    }
    sr_json_set(trace, "marker", marker);
    sr_plotly_set_text(trace, "name",
                       chart->values                  ? ""
                       : category < chart->name_count ? chart->names[category]
                                                      : "not known");
    sr_json_set_numbers(trace, "x", x, count);
    sr_json_set_numbers(trace, "y", y, count);
    sr_plotly_set_texts(trace, "text", (const char *const *)texts, count);
    if (every)
        sr_json_set(trace, "customdata", thumbnails);
    else
        sr_json_free(thumbnails);
    if (count)
        sr_json_add(plot->traces, trace);
    else
        sr_json_free(trace);
    for (size_t i = 0; i < count; i++) free(texts[i]);
    free(texts);
    free(y);
    free(x);
}

static void scatter_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_scatter_chart *chart = data;
    const size_t every =
        chart->pictures && chart->count
            ? sr_thumbnails_make(&plot->thumbnails, chart->pictures, chart->count, chart->shape)
            : 0;
    for (int c = chart->values ? 0 : chart->name_count; c >= 0; c--)
        add_trace(plot, chart, c, every);
    struct sr_json *x = sr_plotly_axis(plot, 'x', 0, NULL, false),
                   *y = sr_plotly_axis(plot, 'y', 0, NULL, false);
    sr_json_set_bool(x, "visible", false);
    sr_json_set_bool(y, "visible", false);
    sr_json_set_text(y, "scaleanchor", "x");
    sr_json_set_bool(plot->layout, "showlegend", !chart->values);
    sr_json_set_text(plot->layout, "dragmode", "pan");
    sr_json_set_number(plot->layout, "height", 800);
    char *note = every ? sr_xprintf("%s%s%zu of %zu points show their picture under the mouse.",
                                    chart->note ? chart->note : "", chart->note ? " " : "",
                                    plot->thumbnails.count, chart->count)
                       : NULL;
    sr_plotly_title(plot, chart->title, note ? note : chart->note);
    free(note);
}

const struct sr_chart sr_chart_scatter = {"scatter", scatter_size, scatter_draw, scatter_table,
                                          scatter_plotly};
