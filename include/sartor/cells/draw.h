/* draw.h - images, heat maps, bars and plots drawn into cells.
 *
 * Each cell shows the average of the pixels it covers, by the colours of the terminal:
 *   256 colours or more      half blocks, two pixels a cell in their own colours
 *   the same in ASCII        the background in the colour of both pixels' mean; the character is
 *                            of the ramp, in the same colour, so that copied text still shows it
 *   8 or 16 colours          shade blocks (ASCII: the ramp) between two palette colours
 *   none                     shade blocks or the ramp in the terminal's own two colours, turned
 *                            round on a light background
 * All functions work with areas of any size and draw what fits. */
#ifndef SARTOR_CELLS_DRAW_H
#define SARTOR_CELLS_DRAW_H

#include "sartor/base/shape.h"
#include "sartor/cells/colour.h"
#include "sartor/cells/grid.h"

/* Cells that an image takes at full size in this look: half blocks: width × ceil(height/2);
 * ASCII: 2·width × height would be square, so ASCII takes the same width × height/2 as half
 * blocks, averaging two pixels a cell. */
void sr_image_cells(const struct sr_look *look, struct sr_shape shape, int *columns, int *lines);

/* Pixels, grey or in colour, fitted into the area (aspect kept by the caller's choice of area). */
void sr_draw_image(struct sr_area area, const struct sr_look *look, const uint8_t *pixels,
                   struct sr_shape shape);
/* Values 0..1 of each pixel through a scale. */
void sr_draw_heat(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                  const float *values, struct sr_shape shape);
/* Heat over the pixels' grey: the third picture of Grad-CAM. Without colour, digits 5 to 9 show
 * heat of at least one half. */
void sr_draw_overlay(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                     const uint8_t *pixels, const float *values, struct sr_shape shape);
/* A vertical scale with numbers, top high: two cells of colour, a blank, numbers. */
void sr_draw_scale(struct sr_area area, const struct sr_look *look, enum sr_scale scale, double low,
                   double high);

/* Horizontal bar of `share` 0..1 with eighth blocks (or '#'). */
void sr_draw_bar(struct sr_area area, int x, int y, int width, double share,
                 const struct sr_look *look, struct sr_style style);

/* A number as on an axis, at most 7 characters: "0.25", "1.2k", "60k", "3e-05"; "-" for NaN. */
void sr_draw_number(char *out, size_t size, double value);

/* Line plot in an area with axes, ticks and numbers; braille dots, or characters in ASCII. */
struct sr_plot_line {
    const double *x, *y; /* NaN breaks the line */
    size_t count;
    struct sr_style style;
    const char *label;
    bool faint; /* drawn first and paler: raw data behind a smoothed line */
};
struct sr_plot {
    const char *title, *x_label, *y_label;
    const struct sr_plot_line *lines;
    size_t count;
    bool logarithmic; /* y */
    bool percent;     /* y 0..1 shown as % */
    bool bars;        /* histogram: bars from the axis, of the tallest value in a column */
    double x_low, x_high, y_low, y_high; /* low == high: from the data */
    double cursor; /* x of a reading line, whose values the legend shows; NaN for none */
};
void sr_draw_plot(struct sr_area area, const struct sr_look *look, const struct sr_plot *plot);

#endif
