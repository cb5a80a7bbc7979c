/* A grid of cells as a picture. All edges fall on whole dots: a cell is as many of them as fit the
 * page, 10 × 20 on a vector page, where a dot is half a point. */
#include "canvas.h"

#include <math.h>

#include "glyphs.h"

enum { CELL_WIDTH = 10 };
#define DOT 0.5 /* points: 144 dots an inch */

static double dot_of(const struct sr_canvas *canvas)
{
    return canvas->scale > 0 ? 1 / canvas->scale : DOT;
}

/* The margin around the screen is as wide as a cell. */
static void cells_size(struct sr_canvas *canvas, const void *data, double wished,
                       struct sr_size *size)
{
    const struct sr_grid *grid = data;
    int columns = grid->columns + 2;
    double dot = dot_of(canvas), cell = fmax(1, round(CELL_WIDTH * DOT / dot));
    if (wished > 0) cell = fmax(1, floor(wished / dot / columns));
    size->least_width = columns * dot;
    size->width = wished > 0 ? fmax(wished, size->least_width) : columns * cell * dot;
    size->height = (2 * grid->lines + 2) * cell * dot;
    size->least_height = (2 * grid->lines + 2) * dot;
}

/* The colours of a style on this paper. */
static void resolve(const struct sr_canvas *canvas, struct sr_style style, sr_colour *fore,
                    sr_colour *back)
{
    *fore = style.fore ? style.fore : canvas->theme->text;
    *back = style.back ? style.back : canvas->theme->paper;
    if (style.attributes & SR_REVERSE) {
        sr_colour swap = *fore;
        *fore = *back;
        *back = swap;
    }
    if (style.attributes & SR_DIM) *fore = sr_colour_mix(*fore, *back, 0.4);
}

struct screen {
    double x, y, overlap; /* corner of the first cell; how far colours reach below the next */
    struct sr_cell_size cell;
    double font_size, baseline;
};

static struct screen lay_out(struct sr_canvas *canvas, const struct sr_grid *grid)
{
    struct screen screen = {0};
    cairo_t *cairo = canvas->cairo;
    double dot = dot_of(canvas), width = round(canvas->width / dot),
           height = round(canvas->height / dot);
    double cell =
        fmax(1, floor(fmin(width / (grid->columns + 2), height / (2 * grid->lines + 2)) + 1e-6));
    screen.cell = (struct sr_cell_size){(int)cell, (int)(2 * cell)};
    screen.x = floor((width - grid->columns * cell) / 2);
    screen.y = floor((height - grid->lines * 2 * cell) / 2);
    /* Viewers of vector files smooth the edge between two colours into a seam, unless the first
     * reaches a little below the second. */
    screen.overlap = canvas->scale > 0 ? 0 : 3;
    /* From here on coordinates are dots. */
    if (canvas->scale > 0)
        cairo_identity_matrix(cairo);
    else
        cairo_scale(cairo, dot, dot);
    const struct sr_font sample = {100, false, 0};
    canvas->mono = true;
    double above, below, advance = sr_text_width(canvas, sample, "m");
    sr_text_line(canvas, sample, &above, &below);
    const double line = above + below;
    screen.font_size = 100 * fmin(cell / fmax(advance, 1), line > 0 ? 2 * cell / line : 1);
    screen.baseline =
        round((2 * cell - line * screen.font_size / 100) / 2 + above * screen.font_size / 100);
    return screen;
}

/* Half blocks are drawn as pixels: with the background, which has an upper and a lower half. */
static bool is_half(uint32_t glyph)
{
    return glyph == 0x2580 || glyph == 0x2584 || glyph == 0x2588;
}

static sr_colour ground(const struct sr_canvas *canvas, const struct sr_cell *cell, int half)
{
    sr_colour fore, back;
    resolve(canvas, cell->style, &fore, &back);
    bool filled = cell->glyph == 0x2588 || cell->glyph == (half ? 0x2584u : 0x2580u);
    return filled ? fore : back;
}

static void paint_ground(struct sr_canvas *canvas, const struct sr_grid *grid,
                         const struct screen *screen, int line, int half)
{
    const struct sr_cell *cells = grid->cells + (size_t)line * (size_t)grid->columns;
    double height = screen->cell.height / 2.0, y = screen->y + (2 * line + half) * height;
    for (int from = 0, to; from < grid->columns; from = to) {
        sr_colour colour = ground(canvas, &cells[from], half);
        for (to = from + 1; to < grid->columns; to++)
            if (ground(canvas, &cells[to], half) != colour) break;
        cairo_rectangle(canvas->cairo, screen->x + from * screen->cell.width, y,
                        (to - from) * screen->cell.width + screen->overlap,
                        height + screen->overlap);
        sr_set_colour(canvas, colour, 1);
        cairo_fill(canvas->cairo);
    }
}

static void paint_glyph(struct sr_canvas *canvas, const struct sr_grid *grid,
                        const struct screen *screen, int line, int column)
{
    const struct sr_cell *cell =
        &grid->cells[(size_t)line * (size_t)grid->columns + (size_t)column];
    double x = screen->x + column * screen->cell.width, y = screen->y + line * screen->cell.height;
    cairo_t *cairo = canvas->cairo;
    sr_colour fore, back;
    resolve(canvas, cell->style, &fore, &back);
    double shade = sr_glyph_shade(cell->glyph);
    if (shade > 0) fore = sr_colour_mix(back, fore, shade);
    if (cell->glyph > ' ' && cell->glyph != 0xA0 && !is_half(cell->glyph)) {
        sr_set_colour(canvas, fore, 1);
        if (!sr_glyph_draw(cairo, x, y, screen->cell, cell->glyph)) {
            char bytes[5] = "";
            bytes[sr_utf8_encode(sr_printable(cell->glyph), bytes)] = '\0';
            const double room = screen->cell.width * (sr_glyph_width(cell->glyph) == 2 ? 2 : 1);
            const struct sr_font font = {screen->font_size, cell->style.attributes & SR_BOLD, fore};
            sr_draw_text(canvas, x + room / 2, y + screen->baseline, 0.5, 0, font, bytes);
        }
    }
    if (cell->style.attributes & SR_UNDERLINE) {
        double thick = fmax(1, round(screen->cell.height / 20.0));
        double at = fmin(screen->baseline + thick, screen->cell.height - thick);
        cairo_rectangle(cairo, x, y + at, screen->cell.width, thick);
        sr_set_colour(canvas, fore, 1);
        cairo_fill(cairo);
    }
}

static void cells_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_grid *grid = data;
    cairo_save(canvas->cairo);
    struct screen screen = lay_out(canvas, grid);
    cairo_save(canvas->cairo);
    cairo_rectangle(canvas->cairo, screen.x, screen.y, grid->columns * screen.cell.width,
                    grid->lines * screen.cell.height);
    cairo_clip(canvas->cairo);
    for (int half = 0; half < 2 * grid->lines; half++)
        paint_ground(canvas, grid, &screen, half / 2, half % 2);
    cairo_restore(canvas->cairo);
    for (int line = 0; line < grid->lines; line++)
        for (int column = 0; column < grid->columns; column++)
            paint_glyph(canvas, grid, &screen, line, column);
    cairo_restore(canvas->cairo);
}

const struct sr_chart sr_chart_cells = {"screen", cells_size, cells_draw, NULL, NULL};
