#include "axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double nice_step(double span, int wished)
{
    double raw = span / fmax(1, wished), power = pow(10, floor(log10(raw))), share = raw / power;
    return power * (share < 1.4142 ? 1 : share < 3.1623 ? 2 : share < 7.0711 ? 5 : 10);
}

void sr_axis_linear(struct sr_axis *axis, double low, double high, int wished, bool whole,
                    bool widen, bool percent)
{
    *axis = (struct sr_axis){.percent = percent};
    if (!isfinite(low) || !isfinite(high) || low > high) {
        low = 0;
        high = 1;
    }
    double unit = percent ? 100 : 1;
    low *= unit;
    high *= unit;
    if (high - low <= 1e-9 * fmax(fabs(low), fabs(high)) || high == low) {
        double around = low == 0 ? 1 : fabs(low) * 0.1;
        if (whole) around = 1;
        low -= around / 2;
        high += around / 2;
    }
    double step = nice_step(high - low, wished);
    if (whole && step < 1) step = 1;
    if (widen) {
        low = floor(low / step + 1e-6) * step;
        high = ceil(high / step - 1e-6) * step;
    }
    int decimals = step >= 0.999 ? 0 : (int)ceil(-log10(step) - 1e-6);
    if (decimals > 9) decimals = 9;
    double first = ceil(low / step - 1e-6);
    while (axis->count < SR_TICKS && (first + axis->count) * step <= high + step * 1e-6) {
        double value = (first + axis->count) * step;
        axis->ticks[axis->count] = value / unit;
        char *label = axis->labels[axis->count];
        if (fabs(value) >= 9999.5 && decimals == 0) {
            char digits[32];
            sr_format_count(digits, sizeof digits, (uint64_t)fmin(fabs(value), 1e18));
            snprintf(label, sizeof *axis->labels, "%s%.16s", value < 0 ? "−" : "", digits);
        } else
            sr_number(label, sizeof *axis->labels, value, decimals);
        axis->count++;
    }
    /* Epochs begin at 1, which is no multiple of the step between ticks. */
    if (whole && low == 1 && axis->count && axis->count < SR_TICKS && axis->ticks[0] > 1.5) {
        memmove(axis->ticks + 1, axis->ticks, (size_t)axis->count * sizeof *axis->ticks);
        memmove(axis->labels + 1, axis->labels, (size_t)axis->count * sizeof *axis->labels);
        axis->ticks[0] = 1;
        snprintf(axis->labels[0], sizeof *axis->labels, "1");
        axis->count++;
    }
    axis->low = low / unit;
    axis->high = high / unit;
}

/* 10⁻³ with Unicode's superscripts; on an axis that stays near 1 `plain` numbers read better. */
static void power_label(char *out, size_t size, double value, bool plain)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    int power = (int)floor(log10(value) + 1e-9);
    int lead = (int)lround(value / pow(10, power));
    if (plain || power == 0 || (power == 1 && lead == 1)) {
        snprintf(out, size, "%.*f", power < 0 ? -power : 0, value);
        return;
    }
    char exponent[16] = "";
    int magnitude = power < 0 ? -power : power;
    if (magnitude >= 10) strcat(exponent, digits[magnitude / 10 % 10]);
    strcat(exponent, digits[magnitude % 10]);
    if (lead == 1)
        snprintf(out, size, "10%s%s", power < 0 ? "⁻" : "", exponent);
    else
        snprintf(out, size, "%d·10%s%s", lead, power < 0 ? "⁻" : "", exponent);
}

void sr_axis_log(struct sr_axis *axis, double low, double high, int wished)
{
    *axis = (struct sr_axis){.logarithmic = true};
    if (!(low > 0) || !isfinite(low)) low = 1e-3;
    if (!(high > low) || !isfinite(high)) high = low * 10;
    if (low < 1e-300) low = 1e-300;
    double decades = log10(high / low);
    /* Where less than about two powers of ten show, 2 and 5 are numbered too. */
    bool between = decades < 2.2;
    int every = between ? 1 : (int)fmax(1, ceil(decades / fmax(1, wished)));
    static const double leads[] = {1, 2, 5};
    int first = (int)floor(log10(low) + 1e-9), last = (int)ceil(log10(high) - 1e-9);
    axis->low = low;
    axis->high = high;
    if (between) {
        /* Widen to the nearest of 1, 2, 5. */
        for (int power = first; power <= last; power++)
            for (int i = 0; i < 3; i++) {
                double value = leads[i] * pow(10, power);
                if (value <= low * (1 + 1e-9)) axis->low = value;
            }
        for (int power = last; power >= first; power--)
            for (int i = 2; i >= 0; i--) {
                double value = leads[i] * pow(10, power);
                if (value >= high * (1 - 1e-9)) axis->high = value;
            }
    } else {
        axis->low = pow(10, first);
        axis->high = pow(10, last);
    }
    for (int power = first; power <= last; power++)
        for (int i = 0; i < (between ? 3 : 1) && axis->count < SR_TICKS; i++) {
            double value = leads[i] * pow(10, power);
            if (value < axis->low * (1 - 1e-9) || value > axis->high * (1 + 1e-9)) continue;
            if (!between && (power - first) % every) continue;
            axis->ticks[axis->count] = value;
            power_label(axis->labels[axis->count++], sizeof *axis->labels, value,
                        axis->low > 0.9e-3 && axis->high < 1.1e4);
        }
}

double sr_axis_share(const struct sr_axis *axis, double value)
{
    double share;
    if (axis->logarithmic) {
        if (isnan(value)) return value;
        share = value <= 0 ? -0.05 : log(value / axis->low) / log(axis->high / axis->low);
    } else
        share = (value - axis->low) / (axis->high - axis->low);
    return share < -0.05 ? -0.05 : share > 1.05 ? 1.05 : share;
}

static struct sr_font tick_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_TICK, false, canvas->theme->text};
}

static struct sr_font label_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_LABEL, false, canvas->theme->text};
}

static double widest(struct sr_canvas *canvas, const struct sr_axis *axis)
{
    double width = 0;
    for (int i = 0; i < axis->count; i++)
        width = fmax(width, sr_text_width(canvas, tick_font(canvas), axis->labels[i]));
    return width;
}

struct sr_axis_room sr_axis_room(struct sr_canvas *canvas, const struct sr_axis *x,
                                 const struct sr_axis *y, const char *x_label, const char *y_label)
{
    struct sr_axis_room room = {.left = 5, .bottom = 5, .top = 4, .right = 4};
    if (y) room.left += widest(canvas, y) + 1;
    if (y && y_label) room.left += SR_TYPE_LABEL + 4;
    if (x) room.bottom += SR_TYPE_TICK + 2;
    if (x && x_label) room.bottom += SR_TYPE_LABEL + 4;
    if (x && x->count)
        room.right = fmax(4, sr_text_width(canvas, tick_font(canvas), x->labels[x->count - 1]) / 2);
    return room;
}

void sr_draw_axes(struct sr_canvas *canvas, struct sr_rect plot, const struct sr_axis *x,
                  const struct sr_axis *y, const char *x_label, const char *y_label)
{
    const struct sr_theme *theme = canvas->theme;
    double right = plot.x + plot.width, bottom = plot.y + plot.height;
    for (int i = 0; y && i < y->count; i++) {
        double at = bottom - plot.height * sr_axis_share(y, y->ticks[i]);
        sr_rule(canvas, plot.x, at, right, at, 0.5, theme->grid);
        sr_rule(canvas, plot.x - 3, at, plot.x, at, 0.5, theme->rule);
        sr_draw_turned(canvas, plot.x - 5, at, 1, 0, 0, tick_font(canvas), y->labels[i]);
    }
    /* Minor ticks show that the axis is logarithmic. */
    for (int i = 0; y && y->logarithmic && i < y->count; i++)
        for (int lead = 2; lead < 10; lead++) {
            double value = lead * pow(10, floor(log10(y->ticks[i]) + 1e-9));
            if (value > y->high || value < y->low) continue;
            double at = bottom - plot.height * sr_axis_share(y, value);
            sr_rule(canvas, plot.x - 1.5, at, plot.x, at, 0.5, theme->rule);
        }
    double beyond = -1e9;
    for (int i = 0; x && i < x->count; i++) {
        double at = plot.x + plot.width * sr_axis_share(x, x->ticks[i]);
        double half = sr_text_width(canvas, tick_font(canvas), x->labels[i]) / 2;
        sr_rule(canvas, at, bottom, at, bottom + 3, 0.5, theme->rule);
        if (at - half < beyond + 2) continue; /* numbers must not touch */
        beyond = at + half;
        sr_draw_text(canvas, at, bottom + 5 + SR_TYPE_TICK * 0.8, 0.5, 0, tick_font(canvas),
                     x->labels[i]);
    }
    sr_rule(canvas, plot.x, plot.y, plot.x, bottom, 0.6, theme->rule);
    sr_rule(canvas, plot.x, bottom, right, bottom, 0.6, theme->rule);
    struct sr_axis_room room = sr_axis_room(canvas, x, y, x_label, y_label);
    if (x && x_label)
        sr_draw_text(canvas, plot.x + plot.width / 2, bottom + room.bottom - 2.5, 0.5,
                     plot.width + room.left, label_font(canvas), x_label);
    if (y && y_label)
        sr_draw_turned(canvas, plot.x - room.left + SR_TYPE_LABEL / 2, plot.y + plot.height / 2,
                       0.5, plot.height + room.bottom, -90, label_font(canvas), y_label);
}

void sr_dashes(struct sr_canvas *canvas, bool dashed)
{
    static const double pattern[] = {3.2, 2.0};
    cairo_set_dash(canvas->cairo, pattern, dashed ? 2 : 0, 0);
}

void sr_draw_marker(struct sr_canvas *canvas, double x, double y, double size, int shape,
                    sr_colour colour)
{
    cairo_t *cairo = canvas->cairo;
    double r = size / 2;
    cairo_new_path(cairo);
    switch (shape % 5) {
    case 0:
        cairo_arc(cairo, x, y, r, 0, 2 * M_PI);
        break;
    case 1:
        cairo_rectangle(cairo, x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
        break;
    case 2:
        cairo_move_to(cairo, x, y - 1.1 * r);
        cairo_line_to(cairo, x + 1.1 * r, y + 0.85 * r);
        cairo_line_to(cairo, x - 1.1 * r, y + 0.85 * r);
        break;
    case 3:
        cairo_move_to(cairo, x, y - 1.25 * r);
        cairo_line_to(cairo, x + 1.25 * r, y);
        cairo_line_to(cairo, x, y + 1.25 * r);
        cairo_line_to(cairo, x - 1.25 * r, y);
        break;
    default:
        cairo_move_to(cairo, x, y + 1.1 * r);
        cairo_line_to(cairo, x + 1.1 * r, y - 0.85 * r);
        cairo_line_to(cairo, x - 1.1 * r, y - 0.85 * r);
    }
    cairo_close_path(cairo);
    sr_set_colour(canvas, colour, 1);
    cairo_fill(cairo);
}

double sr_legend(struct sr_canvas *canvas, double x, double y, double width,
                 const struct sr_legend_entry *entries, int count, bool draw)
{
    struct sr_font font = tick_font(canvas);
    double line = sr_line_height(font) + 1, at = 0, top = y;
    if (!count) return 0;
    for (int i = 0; i < count; i++) {
        const struct sr_legend_entry *entry = &entries[i];
        double key = entry->key == SR_KEY_BOX || entry->key == SR_KEY_DOT ? 7 : 16;
        double wide = fmin(key + 4 + sr_text_width(canvas, font, entry->label), width);
        if (at > 0 && at + wide > width) {
            at = 0;
            top += line;
        }
        if (draw) {
            double middle = top + line / 2;
            if (entry->key == SR_KEY_BOX)
                sr_fill(canvas, (struct sr_rect){x + at, middle - 3.5, 7, 7}, entry->colour);
            else if (entry->key == SR_KEY_DOT)
                sr_draw_marker(canvas, x + at + 3.5, middle, 5, entry->shape, entry->colour);
            else {
                sr_dashes(canvas, entry->key == SR_KEY_DASHED);
                cairo_set_line_width(canvas->cairo, 1.3);
                cairo_move_to(canvas->cairo, x + at, middle);
                cairo_line_to(canvas->cairo, x + at + key, middle);
                sr_set_colour(canvas, entry->colour, 1);
                cairo_stroke(canvas->cairo);
                sr_dashes(canvas, false);
            }
            sr_draw_turned(canvas, x + at + key + 4, middle, 0, width - key - 4, 0, font,
                           entry->label);
        }
        at += wide + 12;
    }
    return top + line - y + 4;
}
