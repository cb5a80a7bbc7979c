/* glyphs.h - characters drawn as shapes rather than from a font. Private to figure/. */
#ifndef SARTOR_SRC_FIGURE_GLYPHS_H
#define SARTOR_SRC_FIGURE_GLYPHS_H

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

struct sr_cell_size {
    int width, height; /* dots */
};

/* Draw `glyph` in the present colour into the cell at (x, y), whole numbers in a space of dots;
 * false when it is not a shape (draw it from the font). */
bool sr_glyph_draw(cairo_t *cairo, double x, double y, struct sr_cell_size cell, uint32_t glyph);
/* How much of the foreground a shade (U+2591..2593) mixes in; 0 for other characters. */
double sr_glyph_shade(uint32_t glyph);

#endif
