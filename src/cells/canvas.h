/* canvas.h - dots finer than cells, for curves: 2×4 to a cell in braille, one in ASCII.
 *
 * Private to cells/. Dots are counted from the top left; what is outside is clipped. */
#ifndef SARTOR_CELLS_CANVAS_H
#define SARTOR_CELLS_CANVAS_H

#include "sartor/cells/grid.h"

struct canvas {
    int columns, lines; /* cells */
    int wide, tall;     /* dots in a cell */
    uint8_t *dots;      /* a mask a cell; in ASCII anything but 0 */
    struct sr_style *styles;
    char *letters; /* ASCII: the character */
};

void canvas_init(struct canvas *canvas, int columns, int lines, bool ascii);
void canvas_fini(struct canvas *canvas);

struct pen {
    struct sr_style style;
    char letter; /* in ASCII */
    int on, off; /* dots drawn and left out in turn; off 0: an unbroken line */
};

/* A line between two positions in dots, both ends included; they may be far outside. */
void canvas_line(struct canvas *canvas, const struct pen *pen, double x0, double y0, double x1,
                 double y1);
/* Draw the dots into an area; cells without dots are not changed. */
void canvas_draw(const struct canvas *canvas, struct sr_area area);

#endif
