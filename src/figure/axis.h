/* axis.h - a numbered axis: its ticks, their text, the positions of values. Private to figure/. */
#ifndef SARTOR_SRC_FIGURE_AXIS_H
#define SARTOR_SRC_FIGURE_AXIS_H

#include "canvas.h"

enum { SR_TICKS = 24 };

struct sr_axis {
    double low, high; /* of the axis, wider than or equal to the data */
    bool logarithmic, percent;
    int count;
    double ticks[SR_TICKS];
    char labels[SR_TICKS][24];
};

/* Ticks at 1, 2 or 5 times a power of ten, about `wished` of them, and the range widened to
 * ticks when `widen`. With `whole` there is no tick between whole numbers. */
void sr_axis_linear(struct sr_axis *axis, double low, double high, int wished, bool whole,
                    bool widen, bool percent);
/* Ticks at powers of ten, with 2 and 5 between them where they are few. low > 0. */
void sr_axis_log(struct sr_axis *axis, double low, double high, int wished);
/* 0 at low, 1 at high; clamped to a little outside. NaN stays NaN. */
double sr_axis_share(const struct sr_axis *axis, double value);

/* Axes around `plot`: rules below and at the left, grid lines, numbers, names; and the space that
 * they need outside of it. */
struct sr_axis_room {
    double left, bottom, top, right;
};
struct sr_axis_room sr_axis_room(struct sr_canvas *canvas, const struct sr_axis *x,
                                 const struct sr_axis *y, const char *x_label, const char *y_label);
void sr_draw_axes(struct sr_canvas *canvas, struct sr_rect plot, const struct sr_axis *x,
                  const struct sr_axis *y, const char *x_label, const char *y_label);

/* A legend of coloured lines or boxes, in rows that break at `width`. Returns its height;
 * draws when `draw`. */
enum sr_key { SR_KEY_LINE, SR_KEY_DASHED, SR_KEY_BOX, SR_KEY_DOT };
struct sr_legend_entry {
    const char *label;
    sr_colour colour;
    enum sr_key key;
    int shape; /* of the dot */
};
double sr_legend(struct sr_canvas *canvas, double x, double y, double width,
                 const struct sr_legend_entry *entries, int count, bool draw);
/* Series differ in shape as well as in colour: circle, square, triangle, diamond, ... */
void sr_draw_marker(struct sr_canvas *canvas, double x, double y, double size, int shape,
                    sr_colour colour);
void sr_dashes(struct sr_canvas *canvas, bool dashed);

#endif
