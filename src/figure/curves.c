/* Curves in panels side by side, one legend for all of them. */
#include "axis.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

#define LEAST_PANEL   120.0
#define COMPACT_PANEL 62.0
#define PANEL_GAP     10.0
#define NAME_STRIP    (SR_TYPE_LABEL + 5) /* the name of an axis, written once for all panels */

static int columns_of(const struct sr_curves_chart *chart, double width)
{
    int panels = chart->count ? (int)chart->count : 1;
    double least = chart->compact ? COMPACT_PANEL + 26 : LEAST_PANEL + 30;
    int columns = (int)floor((width - 2 * SR_MARGIN + PANEL_GAP) / least);
    columns = columns < 1 ? 1 : columns > panels ? panels : columns;
    if (!chart->compact) return columns;
    int rows = (panels + columns - 1) / columns;
    return (panels + rows - 1) / rows; /* rows of about the same length */
}

static double strip(const struct sr_curves_chart *chart)
{
    return chart->compact ? NAME_STRIP : 0;
}

static bool shown(const struct sr_curves_panel *panel, double x, double y)
{
    return isfinite(x) && isfinite(y) && (!panel->logarithmic || y > 0);
}

static void axes(const struct sr_curves_chart *chart, const struct sr_curves_panel *panel,
                 struct sr_axis *x, struct sr_axis *y, double width, double height)
{
    double x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;
    bool whole = true;
    for (size_t c = 0; c < panel->count; c++) {
        const struct sr_curve *curve = &panel->curves[c];
        for (size_t i = 0; i < curve->count; i++) {
            if (!shown(panel, curve->x[i], curve->y[i])) continue;
            x_low = fmin(x_low, curve->x[i]);
            x_high = fmax(x_high, curve->x[i]);
            whole = whole && curve->x[i] == floor(curve->x[i]);
            double low = curve->low ? fmin(curve->low[i], curve->y[i]) : curve->y[i];
            double high = curve->high ? fmax(curve->high[i], curve->y[i]) : curve->y[i];
            if (shown(panel, 0, low)) y_low = fmin(y_low, low);
            if (shown(panel, 0, high)) y_high = fmax(y_high, high);
        }
    }
    if (chart->x_unit) {
        x_low = 0;
        x_high = 1;
    }
    if (panel->unit) {
        y_low = 0;
        y_high = 1;
    }
    sr_axis_linear(x, x_low, x_high, (int)fmax(2, width / 38), whole && !chart->x_percent, false,
                   chart->x_percent);
    int wished = (int)fmax(2, height / 26);
    if (panel->logarithmic)
        sr_axis_log(y, y_low, y_high, wished);
    else
        sr_axis_linear(y, y_low, y_high, wished, false, true, panel->percent);
}

static sr_colour bar_colour(const struct sr_theme *theme)
{
    return sr_colour_mix(theme->paper, theme->frame, 0.55);
}

static sr_colour colour_of(const struct sr_canvas *canvas, int group)
{
    return group < 0 ? canvas->theme->faint : sr_canvas_series(canvas, group);
}

/* Legend: a label once for each group; where training and validation share it, two grey keys say
 * which is which. */
static int legend_entries(struct sr_canvas *canvas, const struct sr_curves_chart *chart,
                          struct sr_legend_entry **entries)
{
    size_t most = 2;
    for (size_t p = 0; p < chart->count; p++) most += chart->panels[p].count;
    struct found {
        const char *label;
        int group;
        bool solid, dashed, bars;
    } *all = sr_xalloc(most * sizeof *all);
    int count = 0, made = 0;
    bool both = false;
    for (size_t p = 0; p < chart->count; p++)
        for (size_t c = 0; c < chart->panels[p].count; c++) {
            const struct sr_curve *curve = &chart->panels[p].curves[c];
            if (!curve->label || !*curve->label) continue;
            int at = 0;
            while (at < count &&
                   (strcmp(all[at].label, curve->label) || all[at].group != curve->group))
                at++;
            if (at == count)
                all[count++] =
                    (struct found){curve->label, curve->group, false, false, curve->bars};
            if (curve->dashed)
                all[at].dashed = true;
            else
                all[at].solid = true;
            both = both || (all[at].solid && all[at].dashed);
        }
    *entries = sr_xalloc((most + 2) * sizeof **entries);
    for (int i = 0; i < count; i++)
        (*entries)[made++] = (struct sr_legend_entry){
            all[i].label, all[i].bars ? bar_colour(canvas->theme) : colour_of(canvas, all[i].group),
            all[i].bars                      ? SR_KEY_BOX
            : all[i].dashed && !all[i].solid ? SR_KEY_DASHED
                                             : SR_KEY_LINE,
            0};
    if (both) {
        (*entries)[made++] =
            (struct sr_legend_entry){"validation", canvas->theme->faint, SR_KEY_LINE, 0};
        (*entries)[made++] =
            (struct sr_legend_entry){"training", canvas->theme->faint, SR_KEY_DASHED, 0};
    }
    free(all);
    return made;
}

static double legend(struct sr_canvas *canvas, const struct sr_curves_chart *chart, double y,
                     double width, bool draw)
{
    struct sr_legend_entry *entries;
    int count = legend_entries(canvas, chart, &entries);
    double height = sr_legend(canvas, SR_MARGIN, y, width - 2 * SR_MARGIN, entries, count, draw);
    free(entries);
    return height;
}

static bool any_panel_title(const struct sr_curves_chart *chart)
{
    for (size_t p = 0; p < chart->count; p++)
        if (chart->panels[p].title) return true;
    return false;
}

/* Panel titles have one size. Where they do not fit, they are a little smaller, then broken into
 * lines, and cut last. */
struct titles {
    struct sr_font font;
    int lines;
};
enum { TITLE_LINES = 3 };

static struct titles fit_titles(struct sr_canvas *canvas, const struct sr_curves_chart *chart,
                                double width)
{
    struct titles titles = {{SR_TYPE_LABEL, true, canvas->theme->text}, 0};
    if (!any_panel_title(chart)) return titles;
    for (;; titles.font.size -= 0.25) {
        titles.lines = 1;
        for (size_t p = 0; p < chart->count; p++) {
            int lines =
                sr_draw_paragraph(canvas, (struct sr_paragraph){0, 0, 0, width, TITLE_LINES},
                                  titles.font, chart->panels[p].title, false);
            titles.lines = lines > titles.lines ? lines : titles.lines;
        }
        if (titles.lines == 1 || titles.font.size <= 0.8 * SR_TYPE_LABEL) return titles;
    }
}

static double titles_height(const struct titles *titles)
{
    return titles->lines ? titles->lines * sr_line_height(titles->font) + 2 : 0;
}

/* The part of a panel's width that its title may take: without the numbers of its axis. */
static double title_width(double panel)
{
    return panel - 20;
}

/* Space above a row, so that its panels' titles do not seem to belong to the axis names above. */
static double row_gap(int row)
{
    return row > 0 ? 5 : 0;
}

static void curves_size(struct sr_canvas *canvas, const void *data, double wished,
                        struct sr_size *size)
{
    const struct sr_curves_chart *chart = data;
    double natural = chart->count > 1 ? SR_WIDTH_PAGE : SR_WIDTH_COLUMN * 1.3;
    size->least_width =
        LEAST_PANEL + 30 + 2 * SR_MARGIN; /* also where panels are compact: one or more fit */
    size->width = fmax(wished > 0 ? wished : natural, size->least_width);
    int columns = columns_of(chart, size->width);
    int rows = chart->count ? ((int)chart->count + columns - 1) / columns : 1;
    double panel = (size->width - 2 * SR_MARGIN - strip(chart) + PANEL_GAP) / columns - PANEL_GAP;
    struct titles titles = fit_titles(canvas, chart, title_width(panel));
    double fixed = sr_title_height(canvas, chart->title, size->width) +
                   sr_note_height(canvas, chart->note, size->width) +
                   legend(canvas, chart, 0, size->width, false) + 2 * SR_MARGIN + strip(chart) +
                   rows * titles_height(&titles) + (rows - 1) * row_gap(1);
    size->height = fixed + rows * (chart->compact ? 0.9 * panel : 0.66 * panel + 16);
    size->least_height = fixed + rows * (chart->compact ? 50 : 75);
}

/* Bars that touch, of a light colour, so that lines in any colour can be seen before them. */
static void draw_bars(struct sr_canvas *canvas, struct sr_rect plot, const struct sr_curve *curve,
                      const struct sr_axis *x, const struct sr_axis *y)
{
    const double apart = curve->count > 1 ? curve->x[1] - curve->x[0] : 1,
                 zero = fmax(0, sr_axis_share(y, 0));
    for (size_t i = 0; i < curve->count; i++) {
        if (!(curve->y[i] > 0)) continue;
        const double left = sr_axis_share(x, curve->x[i] - apart / 2),
                     right = sr_axis_share(x, curve->x[i] + apart / 2),
                     top = sr_axis_share(y, curve->y[i]);
        sr_fill(canvas,
                (struct sr_rect){plot.x + plot.width * left, plot.y + plot.height * (1 - top),
                                 plot.width * (right - left), plot.height * (top - zero)},
                bar_colour(canvas->theme));
    }
}

static void draw_curve(struct sr_canvas *canvas, struct sr_rect plot,
                       const struct sr_curves_panel *panel, const struct sr_curve *curve,
                       const struct sr_axis *x, const struct sr_axis *y)
{
    cairo_t *cairo = canvas->cairo;
    sr_colour colour = colour_of(canvas, curve->group);
    double bottom = plot.y + plot.height;
    if (curve->low && curve->high) {
        cairo_new_path(cairo);
        for (size_t i = 0; i < 2 * curve->count; i++) {
            bool back = i >= curve->count;
            size_t at = back ? 2 * curve->count - 1 - i : i;
            double value = back ? curve->low[at] : curve->high[at];
            if (!isfinite(curve->x[at]) || !isfinite(value)) continue;
            cairo_line_to(cairo, plot.x + plot.width * sr_axis_share(x, curve->x[at]),
                          bottom - plot.height * sr_axis_share(y, value));
        }
        cairo_close_path(cairo);
        sr_set_colour(canvas, colour, 0.18);
        cairo_fill(cairo);
    }
    cairo_new_path(cairo);
    cairo_set_line_width(cairo, curve->group < 0 ? 0.8 : curve->dashed ? 1.0 : 1.4);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    sr_dashes(canvas, curve->dashed);
    sr_set_colour(canvas, colour, 1);
    bool down = false;
    size_t points = 0;
    for (size_t i = 0; i < curve->count; i++) {
        if (!shown(panel, curve->x[i], curve->y[i])) {
            down = false;
            continue;
        }
        double px = plot.x + plot.width * sr_axis_share(x, curve->x[i]);
        double py = bottom - plot.height * sr_axis_share(y, curve->y[i]);
        if (down)
            cairo_line_to(cairo, px, py);
        else
            cairo_move_to(cairo, px, py);
        down = true;
        points++;
    }
    cairo_stroke(cairo);
    sr_dashes(canvas, false);
    /* Where there are few points, each is marked; so a curve of one point is visible. */
    if (curve->bare || curve->group < 0 || points * 5.5 > plot.width ||
        (curve->dashed && points > 1))
        return;
    for (size_t i = 0; i < curve->count; i++)
        if (shown(panel, curve->x[i], curve->y[i]))
            sr_draw_marker(canvas, plot.x + plot.width * sr_axis_share(x, curve->x[i]),
                           bottom - plot.height * sr_axis_share(y, curve->y[i]), 3, curve->group,
                           colour);
}

static void axis_name(const struct sr_curves_panel *panel, char *out, size_t size)
{
    const char *name = panel->y_label ? panel->y_label : "";
    snprintf(out, size, "%s%s", name, panel->percent && *name && !strchr(name, '%') ? " (%)" : "");
}

static void curves_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_curves_chart *chart = data;
    sr_draw_title(canvas, chart->title);
    sr_draw_note(canvas, chart->note);
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    top += legend(canvas, chart, top, canvas->width, true);
    int columns = columns_of(chart, canvas->width);
    int rows = chart->count ? ((int)chart->count + columns - 1) / columns : 1;
    const double under = sr_note_height(canvas, chart->note, canvas->width);
    double left = SR_MARGIN + strip(chart),
           bottom = canvas->height - SR_MARGIN - under - strip(chart);
    double pitch_x = (canvas->width - SR_MARGIN - left + PANEL_GAP) / columns;
    double pitch_y = (bottom - top) / rows;
    struct titles titles = fit_titles(canvas, chart, title_width(pitch_x - PANEL_GAP));
    if (chart->compact && chart->count) {
        struct sr_font font = {SR_TYPE_LABEL, false, canvas->theme->text};
        char name[160];
        axis_name(&chart->panels[0], name, sizeof name);
        sr_draw_turned(canvas, SR_MARGIN + SR_TYPE_LABEL / 2, (top + bottom) / 2, 0.5, bottom - top,
                       -90, font, name);
        sr_draw_text(canvas, (left + canvas->width) / 2, canvas->height - SR_MARGIN - under - 1,
                     0.5, canvas->width - left, font, chart->x_label);
    }
    for (size_t p = 0; p < chart->count; p++) {
        const struct sr_curves_panel *panel = &chart->panels[p];
        struct sr_rect cell = {left + (int)p % columns * pitch_x, top + (int)p / columns * pitch_y,
                               pitch_x - PANEL_GAP, pitch_y};
        struct sr_axis x, y;
        char y_label[160] = "";
        const char *x_label = chart->compact ? NULL : chart->x_label;
        if (!chart->compact) axis_name(panel, y_label, sizeof y_label);
        axes(chart, panel, &x, &y, cell.width - 40, cell.height - row_gap((int)p / columns) - 40);
        struct sr_axis_room room = sr_axis_room(canvas, &x, &y, x_label, *y_label ? y_label : NULL);
        double above = titles_height(&titles) + row_gap((int)p / columns);
        struct sr_rect plot = {cell.x + room.left, cell.y + above + room.top,
                               cell.width - room.left - room.right,
                               cell.height - above - room.top - room.bottom};
        if (panel->title)
            sr_draw_paragraph(
                canvas,
                (struct sr_paragraph){plot.x, cell.y + row_gap((int)p / columns) + titles.font.size,
                                      0, fmax(plot.width, title_width(cell.width)), TITLE_LINES},
                titles.font, panel->title, true);
        for (size_t c = 0; c < panel->count; c++)
            if (panel->curves[c].bars) draw_bars(canvas, plot, &panel->curves[c], &x, &y);
        sr_draw_axes(canvas, plot, &x, &y, x_label, *y_label ? y_label : NULL);
        /* Training first, so that validation lies on top. */
        for (int solid = 0; solid < 2; solid++)
            for (size_t c = 0; c < panel->count; c++)
                if (!panel->curves[c].bars && panel->curves[c].dashed != (solid == 1))
                    draw_curve(canvas, plot, panel, &panel->curves[c], &x, &y);
    }
}

static void curves_table(struct sr_table *table, const void *data)
{
    const struct sr_curves_chart *chart = data;
    bool bands = false;
    for (size_t p = 0; p < chart->count; p++)
        for (size_t c = 0; c < chart->panels[p].count; c++)
            bands = bands || chart->panels[p].curves[c].low;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "panel curve dashed x y");
    if (bands) sr_table_columns(table, "low high");
    for (size_t p = 0; p < chart->count; p++) {
        const struct sr_curves_panel *panel = &chart->panels[p];
        for (size_t c = 0; c < panel->count; c++) {
            const struct sr_curve *curve = &panel->curves[c];
            for (size_t i = 0; i < curve->count; i++) {
                sr_table_text(table, panel->title ? panel->title : panel->y_label);
                sr_table_text(table, curve->label);
                sr_table_integer(table, curve->dashed);
                sr_table_number(table, curve->x[i]);
                sr_table_number(table, curve->y[i]);
                if (!bands) continue;
                sr_table_number(table, curve->low ? curve->low[i] : NAN);
                sr_table_number(table, curve->high ? curve->high[i] : NAN);
            }
        }
    }
}

const struct sr_chart sr_chart_curves = {"curves", curves_size, curves_draw, curves_table,
                                         sr_curves_plotly};
