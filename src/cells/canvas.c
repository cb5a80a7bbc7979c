/* canvas.c - lines of dots. */
#include "canvas.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

void canvas_init(struct canvas *canvas, int columns, int lines, bool ascii)
{
    columns = columns < 0 ? 0 : columns;
    lines = lines < 0 ? 0 : lines;
    size_t count = (size_t)columns * (size_t)lines + 1;
    *canvas = (struct canvas){
        .columns = columns,
        .lines = lines,
        .wide = ascii ? 1 : 2,
        .tall = ascii ? 1 : 4,
        .dots = sr_xalloc(count),
        .styles = sr_xalloc(count * sizeof *canvas->styles),
        .letters = sr_xalloc(count),
    };
}

void canvas_fini(struct canvas *canvas)
{
    free(canvas->dots);
    free(canvas->styles);
    free(canvas->letters);
    *canvas = (struct canvas){0};
}

/* Bits of a braille pattern, U+2800 + mask, by row and column of the dot. */
static const uint8_t masks[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static void set_dot(struct canvas *canvas, const struct pen *pen, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->columns * canvas->wide || y >= canvas->lines * canvas->tall)
        return;
    size_t at = (size_t)(y / canvas->tall) * (size_t)canvas->columns + (size_t)(x / canvas->wide);
    canvas->dots[at] |= masks[y % canvas->tall][x % canvas->wide];
    canvas->styles[at] = pen->style;
    canvas->letters[at] = pen->letter;
}

/* Cut a line to low <= x <= high; false when none of it is left. With x and y exchanged it cuts y.
 */
static bool clip(double *x0, double *y0, double *x1, double *y1, double low, double high)
{
    if ((*x0 < low && *x1 < low) || (*x0 > high && *x1 > high)) return false;
    double slope = *x1 != *x0 ? (*y1 - *y0) / (*x1 - *x0) : 0;
    double *x[] = {x0, x1}, *y[] = {y0, y1};
    for (int i = 0; i < 2; i++) {
        double edge = fmin(fmax(*x[i], low), high);
        *y[i] += slope * (edge - *x[i]);
        *x[i] = edge;
    }
    return true;
}

void canvas_line(struct canvas *canvas, const struct pen *pen, double x0, double y0, double x1,
                 double y1)
{
    double right = canvas->columns * canvas->wide, bottom = canvas->lines * canvas->tall;
    if (!isfinite(x0) || !isfinite(y0) || !isfinite(x1) || !isfinite(y1)) return;
    if (!clip(&x0, &y0, &x1, &y1, -1, right) || !clip(&y0, &x0, &y1, &x1, -1, bottom)) return;
    int steps = (int)ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
    for (int i = 0; i <= steps; i++) {
        double share = steps ? (double)i / steps : 0;
        int x = (int)lround(x0 + share * (x1 - x0)), y = (int)lround(y0 + share * (y1 - y0));
        /* The pattern depends on the position, so that the dashes of joined pieces fit together. */
        if (pen->off &&
            ((x + y) % (pen->on + pen->off) + pen->on + pen->off) % (pen->on + pen->off) >= pen->on)
            continue;
        set_dot(canvas, pen, x, y);
    }
}

void canvas_draw(const struct canvas *canvas, struct sr_area area)
{
    bool ascii = canvas->tall == 1;
    for (int y = 0; y < canvas->lines; y++) {
        for (int x = 0; x < canvas->columns; x++) {
            size_t at = (size_t)y * (size_t)canvas->columns + (size_t)x;
            if (!canvas->dots[at]) continue;
            uint32_t glyph = ascii ? (uint32_t)canvas->letters[at] : 0x2800u + canvas->dots[at];
            sr_area_put(area, x, y, glyph, canvas->styles[at]);
        }
    }
}
