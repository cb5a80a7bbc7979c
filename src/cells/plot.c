/* plot.c - line plots and histograms with axes, ticks, numbers and a legend. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"

enum { TICKS = 16, SERIES = 6 };

struct axis {
    double low, high;
    bool logarithmic, percent;
    double ticks[TICKS];
    char labels[TICKS][16];
    int count;
    int widest; /* of the labels */
};

/* The position of a value on its axis, 0 at the low end, 1 at the high. */
static double place(const struct axis *axis, double value)
{
    if (axis->logarithmic) {
        if (!(value > 0)) return value == value ? -INFINITY : NAN;
        return log(value / axis->low) / log(axis->high / axis->low);
    }
    return (value - axis->low) / (axis->high - axis->low);
}

static void add_tick(struct axis *axis, double value)
{
    double at = place(axis, value);
    if (axis->count >= TICKS || !(at > -1e-9 && at < 1 + 1e-9)) return;
    char *label = axis->labels[axis->count];
    if (axis->percent)
        snprintf(label, sizeof axis->labels[0], "%.3g%%", 100 * value);
    else
        sr_draw_number(label, sizeof axis->labels[0], value);
    int width = (int)strlen(label);
    if (width > axis->widest) axis->widest = width;
    axis->ticks[axis->count++] = value;
}

/* 1, 2 or 5 times a power of ten, near `step`. */
static double nice_step(double step)
{
    double unit = pow(10, floor(log10(step)));
    double times = step / unit;
    return unit * (times < 1.5 ? 1 : times < 3 ? 2 : times < 7 ? 5 : 10);
}

/* About `wanted` ticks; `whole` keeps them on integers. */
static void set_ticks(struct axis *axis, int wanted, bool whole)
{
    axis->count = axis->widest = 0;
    wanted = wanted < 2 ? 2 : wanted > TICKS - 1 ? TICKS - 1 : wanted;
    if (axis->logarithmic) {
        double decades = log10(axis->high / axis->low);
        int every = (int)ceil(decades / wanted);
        if (every < 1) every = 1;
        static const double parts[][3] = {{1, 0, 0}, {1, 3, 0}, {1, 2, 5}};
        int fine = decades * 3 <= wanted ? 2 : decades * 2 <= wanted ? 1 : 0;
        int first = (int)floor(log10(axis->low));
        for (int decade = first; decade <= first + (int)decades + 2; decade += every)
            for (int i = 0; i < 3 && parts[fine][i] > 0; i++)
                add_tick(axis, parts[fine][i] * pow(10, decade));
        if (axis->count < 2 && fine < 2) {
            add_tick(axis, axis->high);
            if (axis->count < 2) add_tick(axis, axis->low);
        }
        return;
    }
    double step = nice_step((axis->high - axis->low) / wanted);
    if (whole && step < 1) step = 1;
    double first = ceil(axis->low / step - 1e-9);
    for (int i = 0; i <= 2 * TICKS; i++) {
        double value = (first + i) * step;
        if (!(value <= axis->high + 1e-9 * step)) break;
        add_tick(axis, fabs(value) < 1e-9 * step ? 0 : value);
    }
}

struct range {
    double low, high;
    bool whole; /* integers only */
};

static void widen(struct range *range, double value)
{
    if (!isfinite(value)) return;
    if (value < range->low) range->low = value;
    if (value > range->high) range->high = value;
    if (value != floor(value)) range->whole = false;
}

static void set_x(const struct sr_plot *plot, struct axis *axis, bool *whole)
{
    struct range range = {INFINITY, -INFINITY, true};
    size_t most = 0;
    for (size_t i = 0; i < plot->count; i++) {
        const struct sr_plot_line *line = &plot->lines[i];
        for (size_t k = 0; k < line->count; k++) widen(&range, line->x[k]);
        if (line->count > most) most = line->count;
    }
    *whole = range.whole;
    if (range.low > range.high) range = (struct range){0, 1, false};
    if (plot->bars) {
        double half = most > 1 ? (range.high - range.low) / (double)(most - 1) / 2 : 0.5;
        range.low -= half;
        range.high += half;
    }
    if (plot->x_low < plot->x_high) range = (struct range){plot->x_low, plot->x_high, range.whole};
    range.low = fmax(range.low, -1e200);
    range.high = fmin(range.high, 1e200);
    if (!(range.low < range.high)) range.high = range.low + 1;
    *axis = (struct axis){.low = range.low, .high = range.high};
}

static void set_y(const struct sr_plot *plot, struct axis *axis)
{
    struct range range = {INFINITY, -INFINITY, true};
    for (size_t i = 0; i < plot->count; i++) {
        const struct sr_plot_line *line = &plot->lines[i];
        for (size_t k = 0; k < line->count; k++)
            if (!plot->logarithmic || line->y[k] > 0) widen(&range, line->y[k]);
    }
    if (range.low > range.high) range = (struct range){plot->logarithmic ? 0.1 : 0, 1, false};
    if (plot->y_low < plot->y_high && (!plot->logarithmic || plot->y_low > 0)) {
        range.low = plot->y_low;
        range.high = plot->y_high;
    } else if (plot->logarithmic) {
        /* Bars begin half a decade below the smallest value, so that its bar is visible. */
        range.low = plot->bars ? pow(10, floor(log10(range.low))) / 3 : range.low / 1.05;
        range.high *= 1.05;
    } else {
        double room = (range.high - range.low) * 0.05;
        if (room == 0) room = range.high != 0 ? fabs(range.high) * 0.1 : 0.5;
        range.low = plot->bars ? fmin(0, range.low) : range.low - room;
        range.high += room;
        if (plot->percent && !plot->bars) {
            range.low = fmax(range.low, 0);
            range.high = fmin(fmax(range.high, range.low + 0.01), 1);
        }
    }
    if (!(range.low < range.high)) range.high = range.low + 1;
    /* Beyond this, differences would overflow. */
    range.low = fmax(range.low, -1e200);
    range.high = fmin(range.high, 1e200);
    *axis = (struct axis){.low = range.low,
                          .high = range.high,
                          .logarithmic = plot->logarithmic,
                          .percent = plot->percent};
}

/* The style of a line; without colour, lines differ by their dashes, in ASCII by their letters. */
static struct pen line_pen(const struct sr_plot_line *line, size_t index,
                           const struct sr_look *look)
{
    static const char letters[SERIES + 1] = "*o+x#@";
    static const signed char patterns[SERIES][2] = {{1, 0}, {1, 1}, {5, 3}, {2, 4}, {9, 2}, {1, 3}};
    struct pen pen = {.style = line->style, .letter = letters[index % SERIES], .on = 1};
    if (line->faint) {
        pen.letter = '.';
        if (look->depth < SR_DEPTH_256)
            pen.style.attributes |= SR_DIM;
        else if (line->style.fore != SR_DEFAULT_COLOUR)
            pen.style.fore =
                sr_colour_mix(line->style.fore, sr_colour_grey(look->light ? 255 : 0), 0.55);
        if (look->depth == SR_DEPTH_NONE) pen.off = 2;
    } else if (look->depth == SR_DEPTH_NONE) {
        pen.on = patterns[index % SERIES][0];
        pen.off = patterns[index % SERIES][1];
    }
    return pen;
}

/* Value of a line at the x nearest to the cursor; NaN for an empty line. */
static double value_at(const struct sr_plot_line *line, double x)
{
    double best = INFINITY, value = NAN;
    for (size_t i = 0; i < line->count; i++) {
        double away = fabs(line->x[i] - x);
        if (away < best) {
            best = away;
            value = line->y[i];
        }
    }
    return value;
}

static void value_text(const struct sr_plot *plot, double value, char out[16])
{
    if (isnan(value))
        snprintf(out, 16, "-");
    else if (plot->percent)
        snprintf(out, 16, "%.2f%%", 100 * value);
    else if (fabs(value) < 1000 && fabs(value) >= 0.001)
        snprintf(out, 16, "%.4g", value);
    else
        sr_draw_number(out, 16, value);
}

/* The title, then the legend with the values under the cursor, on one line. */
static void draw_head(struct sr_area line, const struct sr_look *look, const struct sr_plot *plot)
{
    struct sr_style faint = sr_look_style(look, SR_ROLE_FAINT);
    int x = 0;
    if (plot->title && *plot->title)
        x = sr_area_text(line, 0, 0, sr_look_style(look, SR_ROLE_TITLE), plot->title) + 2;
    if (plot->y_label && *plot->y_label) x = sr_area_text(line, x, 0, faint, plot->y_label) + 2;
    if (!isnan(plot->cursor)) {
        char number[16];
        sr_draw_number(number, sizeof number, plot->cursor);
        x = sr_area_printf(line, x, 0, faint, "%s %s", plot->x_label ? plot->x_label : "x",
                           number) +
            2;
    }
    size_t shown = 0;
    for (size_t i = 0; i < plot->count; i++) {
        const struct sr_plot_line *series = &plot->lines[i];
        struct pen pen = line_pen(series, shown, look);
        if (!series->faint) shown++;
        if (!series->label || x >= line.width) continue;
        if (!plot->bars) {
            /* A piece of the line. */
            struct canvas canvas;
            canvas_init(&canvas, 2, 1, look->ascii);
            canvas_line(&canvas, &pen, 0, canvas.tall / 2, 2 * canvas.wide, canvas.tall / 2);
            canvas_draw(&canvas, sr_area_part(line, x, 0, 2, 1));
            canvas_fini(&canvas);
            x += 3;
        }
        x = sr_area_text(line, x, 0, series->style, series->label);
        if (!isnan(plot->cursor)) {
            char number[16];
            value_text(plot, value_at(series, plot->cursor), number);
            x = sr_area_text(line, x + 1, 0, sr_look_style(look, SR_ROLE_TITLE), number);
        }
        x += 2;
    }
}

static void draw_axes(struct sr_area inner, struct sr_area whole, const struct sr_look *look,
                      const struct axis *x_axis, const struct axis *y_axis, int gutter)
{
    struct sr_style border = sr_look_style(look, SR_ROLE_BORDER),
                    faint = sr_look_style(look, SR_ROLE_FAINT);
    int left = inner.x - whole.x - 1, top = inner.y - whole.y, bottom = top + inner.height;
    for (int y = 0; y < inner.height; y++)
        sr_area_put(whole, left, top + y, look->ascii ? '|' : 0x2502, border);
    for (int x = 0; x < inner.width; x++)
        sr_area_put(whole, left + 1 + x, bottom, look->ascii ? '-' : 0x2500, border);
    sr_area_put(whole, left, bottom, look->ascii ? '+' : 0x2514, border);
    int taken = inner.height + 1; /* line of the label above, which must not be overwritten */
    for (int i = 0; i < y_axis->count; i++) {
        int y = (int)lround((1 - place(y_axis, y_axis->ticks[i])) * inner.height - 0.5);
        y = y < 0 ? 0 : y >= inner.height ? inner.height - 1 : y;
        if (y >= taken) continue;
        taken = y;
        int width = (int)strlen(y_axis->labels[i]);
        sr_area_text(whole, gutter - width, top + y, faint, y_axis->labels[i]);
        sr_area_put(whole, left, top + y, look->ascii ? '+' : 0x2524, border);
    }
    int free_from = 0;
    for (int i = 0; i < x_axis->count; i++) {
        int at = (int)lround(place(x_axis, x_axis->ticks[i]) * inner.width - 0.5);
        at = at < 0 ? 0 : at >= inner.width ? inner.width - 1 : at;
        int x = left + 1 + at, width = (int)strlen(x_axis->labels[i]), start = x - width / 2;
        if (start + width > whole.width) start = whole.width - width;
        if (start < free_from || start < 0) continue;
        sr_area_put(whole, x, bottom, look->ascii ? '+' : 0x252c, border);
        sr_area_text(whole, start, bottom + 1, faint, x_axis->labels[i]);
        free_from = start + width + 1;
    }
}

static void draw_bars(struct sr_area area, const struct sr_look *look,
                      const struct sr_plot_line *line, const struct axis *x_axis,
                      const struct axis *y_axis)
{
    double *tallest = sr_xalloc(((size_t)area.width + 1) * sizeof *tallest);
    double share = (x_axis->high - x_axis->low) / area.width; /* of the axis in a column */
    double step =
        line->count > 1 ? (line->x[line->count - 1] - line->x[0]) / (double)(line->count - 1) : 1;
    int gap = step / share >= 3; /* between bars that are wide enough */
    for (int x = 0; x < area.width; x++) tallest[x] = NAN;
    for (size_t i = 0; i < line->count; i++) {
        double from = (line->x[i] - step / 2 - x_axis->low) / share;
        double to = (line->x[i] + step / 2 - x_axis->low) / share;
        if (!(from < area.width && to > 0)) continue;
        from = fmax(from, 0);
        to = fmin(to, area.width);
        int first = (int)floor(from + 1e-6), last = (int)ceil(to - 1e-6) - gap;
        if (step / share >= 1) { /* bars are wider than columns: each begins where the last ended */
            first = (int)lround(from);
            last = (int)lround(to) - gap;
        }
        for (int x = first; x < last; x++)
            if (isnan(tallest[x]) || line->y[i] > tallest[x]) tallest[x] = line->y[i];
    }
    int parts = look->ascii ? 3 : 8;
    for (int x = 0; x < area.width; x++) {
        double high = place(y_axis, tallest[x]);
        if (!(high > 0)) continue;
        long filled = lround(fmin(high, 1) * area.height * parts);
        if (filled == 0) filled = 1;
        for (int y = area.height - 1; y >= 0 && filled > 0; y--, filled -= parts) {
            uint32_t glyph = look->ascii   ? (filled >= 3   ? '#'
                                              : filled == 2 ? ':'
                                                            : '.')
                             : filled >= 8 ? 0x2588
                                           : 0x2580u + (uint32_t)filled;
            sr_area_put(area, x, y, glyph, line->style);
        }
    }
    free(tallest);
}

static void draw_lines(struct sr_area area, const struct sr_look *look, const struct sr_plot *plot,
                       const struct axis *x_axis, const struct axis *y_axis)
{
    struct canvas canvas;
    canvas_init(&canvas, area.width, area.height, look->ascii);
    double wide = area.width * canvas.wide - 1, tall = area.height * canvas.tall - 1;
    for (int faint = 1; faint >= 0; faint--) {
        size_t shown = 0;
        for (size_t i = 0; i < plot->count; i++) {
            const struct sr_plot_line *line = &plot->lines[i];
            struct pen pen = line_pen(line, shown, look);
            if (!line->faint) shown++;
            if (line->faint != (faint == 1)) continue;
            double before_x = NAN, before_y = NAN;
            for (size_t k = 0; k < line->count; k++) {
                double x = place(x_axis, line->x[k]) * wide,
                       y = (1 - place(y_axis, line->y[k])) * tall;
                bool joined = isfinite(before_x) && isfinite(before_y);
                canvas_line(&canvas, &pen, joined ? before_x : x, joined ? before_y : y, x, y);
                before_x = x;
                before_y = y;
            }
        }
    }
    canvas_draw(&canvas, area);
    canvas_fini(&canvas);
}

void sr_draw_plot(struct sr_area area, const struct sr_look *look, const struct sr_plot *plot)
{
    if (area.width < 1 || area.height < 1) return;
    bool labelled = false;
    for (size_t i = 0; i < plot->count; i++) labelled |= plot->lines[i].label != NULL;
    bool titled = (plot->title && *plot->title) || (plot->y_label && *plot->y_label);
    bool head = area.height >= 4 && (titled || labelled || !isnan(plot->cursor));
    bool axes = area.height >= 5 && area.width >= 16;
    bool named = axes && area.height >= 9 && plot->x_label && *plot->x_label;

    struct axis x_axis, y_axis;
    bool whole;
    set_x(plot, &x_axis, &whole);
    set_y(plot, &y_axis);
    int height = area.height - head - (axes ? 2 : 0) - named, gutter = 0;
    if (axes) {
        set_ticks(&y_axis, height < 12 ? (height + 1) / 2 : height / 3 + 2, false);
        gutter = y_axis.widest;
    }
    struct sr_area inner = sr_area_part(area, axes ? gutter + 1 : 0, head, area.width, height);
    if (inner.width < 1 || inner.height < 1) return;
    if (axes) {
        set_ticks(&x_axis, inner.width / 10, whole);
        draw_axes(inner, area, look, &x_axis, &y_axis, gutter);
    }
    if (head) draw_head(sr_area_part(area, 0, 0, area.width, 1), look, plot);
    if (named) {
        int width = sr_utf8_width(plot->x_label), x = (inner.width - width) / 2;
        sr_area_text(sr_area_part(area, gutter + 1, area.height - 1, inner.width, 1), x < 0 ? 0 : x,
                     0, sr_look_style(look, SR_ROLE_FAINT), plot->x_label);
    }
    if (!isnan(plot->cursor)) {
        double at = place(&x_axis, plot->cursor);
        if (at >= 0 && at <= 1) {
            int x = (int)lround(at * (inner.width - 1));
            for (int y = 0; y < inner.height; y++)
                sr_area_put(inner, x, y, look->ascii ? ':' : 0x250a,
                            sr_look_style(look, SR_ROLE_FAINT));
        }
    }
    if (plot->bars) {
        for (size_t i = 0; i < plot->count; i++)
            draw_bars(inner, look, &plot->lines[i], &x_axis, &y_axis);
    } else {
        draw_lines(inner, look, plot, &x_axis, &y_axis);
    }
}
