/* figure.h - charts for people, from plain arrays, and cells as a picture.
 *
 * A chart is a const data struct and a draw function on a struct sr_canvas (cairo
 * inside). sr_figure_write draws it at the size asked for and writes PNG with
 * provenance in text chunks (SVG and PDF join here), aside and renamed. The same
 * call gives the same bytes. Any thread may call. */
#ifndef SARTOR_FIGURE_FIGURE_H
#define SARTOR_FIGURE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sartor/base/error.h"
#include "sartor/cells/grid.h"

struct sr_canvas;

struct sr_figure_options {
    double width, height;       /* in points (1/72 inch); 0 takes the chart's own */
    double resolution;          /* dots an inch, 0 for 144 */
    bool dark;
    /* key, value, key, value, ..., NULL: into PNG text chunks. */
    const char *const *provenance;
};

/* `draw` and `data` are one chart, such as sr_draw_curves and a struct sr_curves_chart. The
 * format follows the extension of `path`; an unknown one is an error that lists the known. */
typedef void sr_draw_function(struct sr_canvas *canvas, const void *data);
enum sr_status sr_figure_write(const char *path, const struct sr_figure_options *options,
                               sr_draw_function *draw, const void *data, struct sr_error *error);

/* A grid of thumbnails with captions. */
struct sr_grid_chart {
    const char *title;
    int count, columns, height, width;         /* images, a row, pixels */
    const uint8_t *const *pixels;              /* count pointers */
    const char *const *captions;               /* count, or NULL */
    const bool *wrong;                         /* count, or NULL: mark the caption */
};
sr_draw_function sr_draw_grid;

/* Counts per grey value. */
struct sr_histogram_chart {
    const char *title, *note;
    const uint64_t *counts;                    /* 256 */
    bool linear;                               /* else logarithmic counts */
};
sr_draw_function sr_draw_histogram;

/* Curves over epochs: loss and accuracy side by side. */
struct sr_curve {
    const char *label;
    const double *x, *y;
    size_t count;
    int group;                                 /* colour: 0, 1, ... a model each */
    bool dashed;                               /* training; solid is validation */
};
struct sr_curves_panel {
    const char *y_label;
    const struct sr_curve *curves;
    size_t count;
    bool logarithmic, percent;
};
struct sr_curves_chart {
    const char *title, *x_label;
    const struct sr_curves_panel *panels;
    size_t count;
};
sr_draw_function sr_draw_curves;

/* Confusion matrix, rows true, columns predicted. */
struct sr_confusion_chart {
    const char *title, *note;
    int classes;
    const char *const *names;
    const uint64_t *matrix;                    /* classes × classes */
    bool shares;                               /* % of each row instead of counts */
};
sr_draw_function sr_draw_confusion;

/* original | heat | overlay, one row for each sample. */
struct sr_triptych {
    const uint8_t *pixels;                     /* height × width */
    const float *heat;                         /* height × width, 0..1 */
    const char *left, *middle, *right;         /* captions */
    bool wrong;
};
struct sr_triptych_chart {
    const char *title;
    int height, width;
    const struct sr_triptych *rows;
    size_t count;
};
sr_draw_function sr_draw_triptychs;

/* A terminal screen as a picture: half blocks, quadrants and braille as exact shapes, the
 * rest in a monospaced font. */
sr_draw_function sr_draw_cells; /* data: const struct sr_grid * */

#endif
