/* Confusion matrix. Colour is the share of the true class: blue where right, vermilion where wrong,
 * both by the square root of the share, so that errors of a few percent are visible beside a
 * diagonal near 100. Numbers are written where the cells are large enough. */
#include "confusion.h"
#include "axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

#define SCALE_WIDTH 48.0
#define MOST_LABEL  90.0

struct layout {
    double cell, left, top,
        margin;   /* side of a cell; corner of the matrix; width of margin cells, 0: none */
    double below; /* height of the names under the matrix */
    double turn;  /* their angle */
    bool scale;
    int every;    /* one class in so many is named */
    double names; /* width of the names beside the rows */
};

static struct sr_font name_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_TICK, false, canvas->theme->text};
}

static double longest_name(struct sr_canvas *canvas, const struct sr_confusion_chart *chart)
{
    double longest = 0;
    for (int i = 0; i < chart->classes; i++)
        longest = fmax(longest, sr_text_width(canvas, name_font(canvas), chart->names[i]));
    return fmin(longest, MOST_LABEL);
}

static struct sr_font head_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_SMALL - 0.5, false, canvas->theme->faint};
}

/* The layout for a page of this width, and of this height unless it is 0. */
static struct layout lay_out(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                             double width, double height, double *needed)
{
    struct layout layout = {0};
    int n = chart->classes > 0 ? chart->classes : 1;
    double longest = fmin(longest_name(canvas, chart), fmax(30, width * 0.28));
    double title = sr_title_height(canvas, chart->title, width),
           note = sr_note_height(canvas, chart->note, width);
    layout.scale = width >= 330;
    layout.margin = 26;
    layout.names = fmax(longest, sr_text_width(canvas, head_font(canvas), precision_head));
    layout.left = SR_MARGIN + SR_TYPE_LABEL + 6 + layout.names + 4;
    layout.top = SR_MARGIN + title + 9;
    double cell = 0, fixed = 0;
    for (int round = 0; round < 3; round++) {
        double beside = layout.left + SR_MARGIN + (layout.margin > 0 ? layout.margin + 4 : 0) +
                        (layout.scale ? SCALE_WIDTH : 0);
        cell = fmin(34, (width - beside) / n);
        if (cell < 9) layout.margin = 0; /* without numbers too */
        double bottom_row = layout.margin > 0 ? fmin(fmax(cell, 11), 20) + 4 : 0;
        layout.every = (int)ceil((SR_TYPE_TICK + 1) / fmax(cell, 0.1));
        double widest = 0;
        for (int i = 0; i < chart->classes; i++)
            widest = fmax(widest, sr_text_width(canvas, name_font(canvas), chart->names[i]));
        layout.turn = layout.every == 1 && widest <= cell - 2 ? 0 : cell >= 10 ? -45 : -90;
        layout.below = layout.turn == 0     ? SR_TYPE_TICK + 2
                       : layout.turn == -45 ? longest * M_SQRT1_2 + SR_TYPE_TICK * 0.8
                                            : longest + 2;
        fixed = layout.top + bottom_row + layout.below + SR_TYPE_LABEL + 8 + note + SR_MARGIN;
        if (height > 0) cell = fmin(cell, (height - fixed) / n);
    }
    layout.cell = fmax(cell, 0.5);
    if (canvas->scale > 0 && layout.cell * canvas->scale >= 4)
        layout.cell = floor(layout.cell * canvas->scale) / canvas->scale;
    *needed = fixed + n * layout.cell;
    return layout;
}

static void confusion_size(struct sr_canvas *canvas, const void *data, double wished,
                           struct sr_size *size)
{
    const struct sr_confusion_chart *chart = data;
    int n = chart->classes > 0 ? chart->classes : 1;
    double needed, longest = fmax(longest_name(canvas, chart),
                                  sr_text_width(canvas, head_font(canvas), precision_head));
    double beside = 2 * SR_MARGIN + SR_TYPE_LABEL + 10 + fmin(longest, 50) + 30;
    size->least_width = fmax(140, beside + n * (n <= 12 ? 9 : n <= 40 ? 5 : 1.5));
    double natural =
        n <= 16 ? beside + SCALE_WIDTH + fmax(longest - 50, 0) + n * 31 : SR_WIDTH_PAGE;
    size->width = fmax(wished > 0 ? wished : fmax(natural, 200), size->least_width);
    struct layout layout = lay_out(canvas, chart, size->width, 0, &needed);
    if (!(wished > 0)) /* no empty paper at the right */
        size->width = fmax(size->least_width, layout.left + n * layout.cell + SR_MARGIN + 1 +
                                                  (layout.margin > 0 ? layout.margin + 4 : 0) +
                                                  (layout.scale ? SCALE_WIDTH : 0));
    layout = lay_out(canvas, chart, size->width, 0, &needed);
    size->height = needed;
    size->least_height = needed - n * layout.cell +
                         n * fmin(layout.cell, n <= 12   ? 9
                                               : n <= 40 ? 5
                                                         : 1.5);
}

static sr_colour colour_of(const struct sr_canvas *canvas, double share, bool right)
{
    return sr_colour_mix(canvas->theme->paper, right ? canvas->theme->good : canvas->theme->wrong,
                         0.92 * sqrt(fmax(0, fmin(1, share))));
}

static void cell_text(const struct sr_confusion_chart *chart, int row, int column, uint64_t sum,
                      char *out, size_t size)
{
    uint64_t count = confusion_at(chart, row, column);
    if (!chart->shares)
        snprintf(out, size, "%llu", (unsigned long long)count);
    else if (!count)
        snprintf(out, size, "0");
    else
        confusion_percent(out, size, count, sum);
}

/* The size of type with which the widest number fits a cell; 0 when it would be unreadable. */
static double number_size(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                          double cell)
{
    char text[32];
    double widest = 0;
    struct sr_font font = {10, false, canvas->theme->text};
    if (cell < 7) return 0;
    for (int row = 0; row < chart->classes; row++) {
        for (int column = 0; column < chart->classes; column++) {
            cell_text(chart, row, column, confusion_whole(chart, row, column), text, sizeof text);
            widest = fmax(widest, sr_text_width(canvas, font, text));
        }
    }
    double size = fmin(fmin(SR_TYPE_TICK + 0.5, 0.62 * cell), 10 * (cell - 2) / fmax(widest, 1));
    return size >= 4.4 ? size : 0;
}

/* Recall at the right, precision below, accuracy where they meet. */
static void draw_margins(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                         const struct layout *layout)
{
    const struct sr_theme *theme = canvas->theme;
    int n = chart->classes;
    double side = n * layout->cell, right = layout->left + side + 4,
           bottom = layout->top + side + 4;
    double height = fmin(fmax(layout->cell, 11), 20);
    uint64_t total = 0, correct = 0;
    char text[32];
    struct sr_font font = {fmin(SR_TYPE_SMALL, 0.62 * layout->cell), false, theme->text};
    struct sr_font bottom_font = {fmin(SR_TYPE_SMALL, (layout->cell - 1) / 2.6), false,
                                  theme->text};
    const struct sr_font head = head_font(canvas);
    for (int i = 0; i < n; i++) {
        uint64_t row = confusion_row(chart, i);
        total += row;
        correct += confusion_at(chart, i, i);
        confusion_percent(text, sizeof text, confusion_at(chart, i, i), row);
        sr_draw_turned(canvas, right + layout->margin - 3, layout->top + (i + 0.5) * layout->cell,
                       1, 0, 0, font, text);
        confusion_percent(text, sizeof text, confusion_at(chart, i, i), confusion_column(chart, i));
        if (bottom_font.size >= 4.4)
            sr_draw_turned(canvas, layout->left + (i + 0.5) * layout->cell, bottom + height / 2,
                           0.5, 0, 0, bottom_font, text);
    }
    sr_draw_turned(canvas, right + layout->margin - 2, layout->top - 5, 1, 0, 0, head, "recall %");
    if (bottom_font.size >= 4.4)
        sr_draw_turned(canvas, layout->left - 4, bottom + height / 2, 1, 0, 0, head,
                       precision_head);
    confusion_percent(text, sizeof text, correct, total);
    struct sr_font strong = {SR_TYPE_SMALL, true, theme->text};
    sr_draw_turned(canvas, right + layout->margin - 3, bottom + height / 2 - 1, 1, 0, 0, strong,
                   text);
    sr_draw_turned(canvas, right + layout->margin - 2, bottom + height / 2 + 6.5, 1, 0, 0, head,
                   "accuracy");
    sr_rule(canvas, right - 2, layout->top, right - 2, layout->top + side, 0.4, theme->grid);
    sr_rule(canvas, layout->left, bottom - 2, layout->left + side, bottom - 2, 0.4, theme->grid);
}

/* The scale: two strips of colour, for right and wrong, with the shares of some colours. */
static void draw_scale(struct sr_canvas *canvas, const struct layout *layout, double side,
                       bool of_predicted)
{
    enum { STEPS = 100 };
    static const double ticks[] = {0, 1, 5, 10, 25, 50, 100};
    const struct sr_theme *theme = canvas->theme;
    double x = layout->left + side + (layout->margin > 0 ? layout->margin + 4 : 0) + 10;
    double height = fmin(side, 180), y = layout->top + (side - height) / 2;
    uint32_t colours[STEPS];
    struct sr_font font = {SR_TYPE_SMALL - 0.5, false, theme->text};
    for (int strip = 0; strip < 2; strip++) {
        for (int i = 0; i < STEPS; i++) {
            double root = 1 - i / (double)(STEPS - 1);
            colours[i] = colour_of(canvas, root * root, strip == 0) & 0xFFFFFF;
        }
        struct sr_rect bar = {x + strip * 8, y, 7, height};
        sr_draw_pixels(canvas, bar, colours, STEPS, 1);
        sr_frame(canvas, bar, 0.4, theme->frame);
        sr_draw_turned(canvas, x + strip * 8 + 3.5, y + height + 3, 1, 0, -90, font,
                       strip ? "wrong" : "right");
    }
    for (int i = 0; i < 7; i++) {
        double place = y + height * (1 - sqrt(ticks[i] / 100));
        char text[16];
        if (i == 1 && height < 90) continue;
        snprintf(text, sizeof text, "%g", ticks[i]);
        sr_rule(canvas, x + 15, place, x + 17, place, 0.5, theme->rule);
        sr_draw_turned(canvas, x + 18.5, place, 0, 0, 0, font, text);
    }
    font.colour = theme->faint;
    sr_draw_turned(canvas, x + 35, y + height / 2, 0.5, height, -90, font,
                   of_predicted ? "% of the predicted class" : "% of the true class");
}

/* The number in each cell, in a font of this size. */
static void draw_numbers(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                         const struct layout *layout, const uint32_t *colours, double size)
{
    const int n = chart->classes;
    const double cell = layout->cell;
    for (int row = 0; row < n; row++) {
        for (int column = 0; column < n; column++) {
            const uint64_t sum = confusion_whole(chart, row, column);
            char text[32];
            sr_colour back = SR_RGB(0, 0, 0) | colours[row * n + column];
            bool zero = !confusion_at(chart, row, column);
            struct sr_font font = {size, row == column,
                                   zero ? canvas->theme->frame : sr_colour_contrast(back)};
            cell_text(chart, row, column, sum, text, sizeof text);
            if (font.bold && sr_text_width(canvas, font, text) > cell - 1) font.bold = false;
            sr_draw_turned(canvas, layout->left + (column + 0.5) * cell,
                           layout->top + (row + 0.5) * cell, 0.5, 0, 0, font, text);
        }
    }
}

static void draw_cells(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                       const struct layout *layout)
{
    const int n = chart->classes;
    const double cell = layout->cell, side = n * cell, gap = cell >= 8 ? 0.6 : 0;
    const double size = number_size(canvas, chart, cell);
    const struct sr_rect matrix = {layout->left, layout->top, side, side};
    uint32_t *colours = sr_xalloc((size_t)n * (size_t)n * sizeof *colours);
    for (int row = 0; row < n; row++) {
        for (int column = 0; column < n; column++) {
            const uint64_t sum = confusion_whole(chart, row, column);
            double share = sum ? (double)confusion_at(chart, row, column) / (double)sum : 0;
            colours[row * n + column] = colour_of(canvas, share, row == column) & 0xFFFFFF;
        }
    }
    sr_draw_pixels(canvas, matrix, colours, n, n);
    for (int i = 1; gap > 0 && i < n; i++) {
        sr_rule(canvas, layout->left + i * cell, layout->top, layout->left + i * cell,
                layout->top + side, gap, canvas->theme->grid);
        sr_rule(canvas, layout->left, layout->top + i * cell, layout->left + side,
                layout->top + i * cell, gap, canvas->theme->grid);
    }
    sr_frame(canvas, matrix, 0.6, canvas->theme->rule);
    if (size > 0) draw_numbers(canvas, chart, layout, colours, size);
    free(colours);
}

/* The classes beside the rows and, from `below` on, under the columns. */
static void draw_names(struct sr_canvas *canvas, const struct sr_confusion_chart *chart,
                       const struct layout *layout, double below)
{
    const double cell = layout->cell, most = layout->names;
    for (int i = 0; i < chart->classes; i += layout->every) {
        double x = layout->left + (i + 0.5) * cell;
        sr_draw_turned(canvas, layout->left - 4, layout->top + (i + 0.5) * cell, 1, most, 0,
                       name_font(canvas), chart->names[i]);
        if (layout->turn == 0)
            sr_draw_turned(canvas, x, below + SR_TYPE_TICK / 2, 0.5, cell, 0, name_font(canvas),
                           chart->names[i]);
        else
            sr_draw_turned(canvas, x + (layout->turn == -45 ? 2 : 0),
                           below + (layout->turn == -45 ? 2 : 0), 1, most, layout->turn,
                           name_font(canvas), chart->names[i]);
    }
}

static void confusion_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_confusion_chart *chart = data;
    double needed;
    struct layout layout = lay_out(canvas, chart, canvas->width, canvas->height, &needed);
    sr_draw_title(canvas, chart->title);
    sr_draw_note(canvas, chart->note);
    if (chart->classes < 1) return;
    layout.left = sr_snap(canvas, layout.left);
    layout.top = sr_snap(canvas, layout.top);
    draw_cells(canvas, chart, &layout);
    const double cell = layout.cell, side = chart->classes * cell;
    const double below =
        layout.top + side + (layout.margin > 0 ? fmin(fmax(cell, 11), 20) + 4 : 0) + 3;
    draw_names(canvas, chart, &layout, below);
    const struct sr_font label = {SR_TYPE_LABEL, false, canvas->theme->text};
    sr_draw_text(canvas, layout.left + side / 2, below + layout.below + SR_TYPE_LABEL, 0.5,
                 canvas->width - 10, label, "predicted class");
    /* About the middle of the matrix; one longer than that begins at its top and ends below it. */
    const char *rows = !chart->shares        ? "true class (number of images)"
                       : chart->of_predicted ? "true class (% of each column)"
                                             : "true class (% of each row)";
    const double top = layout.top - 7, bottom = below + layout.below + SR_TYPE_LABEL;
    if (sr_text_width(canvas, label, rows) > bottom - top) rows = "true class";
    const double half = fmin(sr_text_width(canvas, label, rows), bottom - top) / 2;
    sr_draw_turned(canvas, SR_MARGIN + SR_TYPE_LABEL / 2, fmax(layout.top + side / 2, top + half),
                   0.5, bottom - top, -90, label, rows);
    if (layout.margin > 0) draw_margins(canvas, chart, &layout);
    if (layout.scale && side > 60) draw_scale(canvas, &layout, side, chart->of_predicted);
}

static void confusion_rows(struct sr_table *table, const struct sr_confusion_chart *chart,
                           bool titled)
{
    for (int row = 0; row < chart->classes; row++) {
        for (int column = 0; column < chart->classes; column++) {
            const uint64_t sum = confusion_whole(chart, row, column);
            if (titled) sr_table_text(table, chart->title);
            sr_table_text(table, chart->names[row]);
            sr_table_text(table, chart->names[column]);
            sr_table_integer(table, (int64_t)confusion_at(chart, row, column));
            sr_table_number(table,
                            sum ? (double)confusion_at(chart, row, column) / (double)sum : NAN);
        }
    }
}

static void confusion_table(struct sr_table *table, const void *data)
{
    const struct sr_confusion_chart *chart = data;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "true predicted count share");
    confusion_rows(table, chart, false);
}

const struct sr_chart sr_chart_confusion = {"confusion matrix", confusion_size, confusion_draw,
                                            confusion_table, confusion_plotly};

/* ---- several side by side ---- */

#define PAIR_GAP   12.0
#define LEAST_PAIR 200.0 /* narrower than that, they are drawn one below another */

static double share_width(const struct sr_confusions_chart *chart, double width)
{
    return (width - PAIR_GAP * (double)(chart->count - 1)) / (double)chart->count;
}

static bool stacked(const struct sr_confusions_chart *chart, double width)
{
    return width > 0 && share_width(chart, width) < LEAST_PAIR;
}

static void confusions_size(struct sr_canvas *canvas, const void *data, double wished,
                            struct sr_size *size)
{
    const struct sr_confusions_chart *chart = data;
    const bool below = stacked(chart, wished);
    double each = below ? wished : wished > 0 ? share_width(chart, wished) : 0;
    double gaps = PAIR_GAP * (double)(chart->count - 1);
    *size = (struct sr_size){0};
    for (size_t i = 0; i < chart->count; i++) {
        struct sr_size one = {0};
        confusion_size(canvas, &chart->charts[i], each, &one);
        size->width = fmax(size->width, one.width);
        size->height = fmax(size->height, one.height);
        size->least_width = fmax(size->least_width, one.least_width);
        size->least_height = fmax(size->least_height, one.least_height);
    }
    double *one = below ? &size->height : &size->width,
           *least = below ? &size->least_height : &size->least_width;
    *one = *one * (double)chart->count + gaps;
    *least = *least * (double)chart->count + gaps;
}

static void confusions_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_confusions_chart *chart = data;
    const bool below = stacked(chart, canvas->width);
    struct sr_canvas part = *canvas;
    if (below)
        part.height = share_width(chart, canvas->height);
    else
        part.width = share_width(chart, canvas->width);
    for (size_t i = 0; i < chart->count; i++) {
        cairo_save(canvas->cairo);
        cairo_translate(canvas->cairo,
                        below ? 0 : sr_snap(canvas, (double)i * (part.width + PAIR_GAP)),
                        below ? sr_snap(canvas, (double)i * (part.height + PAIR_GAP)) : 0);
        confusion_draw(&part, &chart->charts[i]);
        cairo_restore(canvas->cairo);
    }
}

static void confusions_table(struct sr_table *table, const void *data)
{
    const struct sr_confusions_chart *chart = data;
    sr_table_columns(table, "matrix true predicted count share");
    for (size_t i = 0; i < chart->count; i++) confusion_rows(table, &chart->charts[i], true);
}

const struct sr_chart sr_chart_confusions = {"confusions", confusions_size, confusions_draw,
                                             confusions_table, confusions_plotly};
