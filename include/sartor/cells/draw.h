/* draw.h - pictures made of cells: images, bars, braille curves.
 *
 * Images are sampled by area average when they are smaller than their source. With half
 * blocks a cell shows two pixels; in ASCII, or where there is no colour, a cell is one
 * character of a ramp. */
#ifndef SARTOR_CELLS_DRAW_H
#define SARTOR_CELLS_DRAW_H

#include "sartor/cells/colour.h"
#include "sartor/cells/grid.h"

/* Cells that an image of height × width pixels takes at full size in this look: half
 * blocks: width × ceil(height/2); ASCII: 2·width × height would be square, so ASCII
 * takes the same width × height/2 as half blocks, averaging two pixels a cell. */
void sr_image_cells(const struct sr_look *look, int height, int width, int *columns, int *lines);

/* Grey pixels fitted into the area (aspect kept by the caller's choice of area). */
void sr_draw_image(struct sr_area area, const struct sr_look *look, const uint8_t *pixels,
                   int height, int width);
/* Values 0..1 through a scale. */
void sr_draw_heat(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                  const float *values, int height, int width);
/* Heat over grey: what Grad-CAM's third picture shows. */
void sr_draw_overlay(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                     const uint8_t *pixels, const float *values, int height, int width);
/* A vertical scale with numbers, top high. */
void sr_draw_scale(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                   double low, double high);

/* Horizontal bar of `share` 0..1 with eighth blocks (or '#'). */
void sr_draw_bar(struct sr_area area, int x, int y, int width, double share,
                 const struct sr_look *look, struct sr_style style);

/* Line plot in an area with axes, ticks and numbers; braille dots, or characters in ASCII. */
struct sr_plot_line {
    const double *x, *y; /* NaN breaks the line */
    size_t count;
    struct sr_style style;
    const char *label;
    bool faint;          /* drawn first and thinner: raw data behind a smoothed line */
};
struct sr_plot {
    const char *title, *x_label, *y_label;
    const struct sr_plot_line *lines;
    size_t count;
    bool logarithmic;    /* y */
    bool percent;        /* y 0..1 shown as % */
    bool bars;           /* histogram: bars from the axis */
    double x_low, x_high, y_low, y_high; /* low == high: from the data */
    double cursor;       /* x of a reading line, NaN for none */
};
void sr_draw_plot(struct sr_area area, const struct sr_look *look, const struct sr_plot *plot);

#endif
