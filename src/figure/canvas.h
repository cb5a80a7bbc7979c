/* canvas.h - what the charts draw with: text, rectangles, lines and images on cairo.
 *
 * Coordinates are points (1/72 inch) from the top left corner. On a raster the edges of
 * rectangles and images fall on whole dots; on paper they stay where they are. A canvas
 * belongs to one call of sr_figure_write. Private to figure/. */
#ifndef SARTOR_SRC_FIGURE_CANVAS_H
#define SARTOR_SRC_FIGURE_CANVAS_H

#include "sartor/base/table.h"
#include "sartor/base/text.h"
#include "sartor/cells/colour.h"
#include "sartor/figure/figure.h"
#include <cairo.h>

enum { SR_SERIES = 10 };

struct sr_theme {
    sr_colour paper, text, faint, rule, grid, frame;
    sr_colour good, wrong; /* blue and vermilion, which also colour-blind people can tell apart */
    sr_colour series[SR_SERIES]; /* can be told from each other with any kind of colour vision */
};

struct sr_canvas {
    cairo_t *cairo;
    double width, height; /* points */
    double scale;         /* dots a point; of a vector surface: 0 */
    bool dark;
    bool mono; /* all characters of text are equally wide */
    const struct sr_theme *theme;
    struct _PangoLayout *layout; /* between sr_text_begin and sr_text_end */
    struct sr_text *undrawn;     /* the first text with characters that no font has; may be NULL */
};

struct sr_plotly;

struct sr_rect {
    double x, y, width, height;
};

/* The size that a chart needs. `width` is at least the one asked for, if any. */
struct sr_size {
    double width, height;             /* preferred */
    double least_width, least_height; /* smaller charts are drawn at this size and scaled down */
};

struct sr_chart {
    const char *name;
    void (*size)(struct sr_canvas *canvas, const void *data, double wished, struct sr_size *size);
    void (*draw)(struct sr_canvas *canvas, const void *data);
    void (*table)(struct sr_table *table, const void *data);  /* NULL: no numbers */
    void (*plotly)(struct sr_plotly *plot, const void *data); /* NULL: the page shows the drawing */
};

/* Sizes of type in points. */
#define SR_TYPE_TITLE 9.0
#define SR_TYPE_LABEL 8.0
#define SR_TYPE_TICK  7.0
#define SR_TYPE_SMALL 6.5

/* Margin around every chart. */
#define SR_MARGIN 6.0

struct sr_font {
    double size;
    bool bold;
    sr_colour colour;
};

const struct sr_theme *sr_theme(bool dark);
sr_colour sr_canvas_series(const struct sr_canvas *canvas, int index);

/* Before and after all text of a canvas. */
void sr_text_begin(struct sr_canvas *canvas);
void sr_text_end(struct sr_canvas *canvas);
/* The character to draw for any code point. */
uint32_t sr_printable(uint32_t code);
double sr_text_width(struct sr_canvas *canvas, struct sr_font font, const char *text);
/* How far a line of this font reaches above and below its baseline. */
void sr_text_line(struct sr_canvas *canvas, struct sr_font font, double *above, double *below);
/* `at` is 0, 0.5 or 1: x is the text's left, middle or right; y its baseline. Text wider than
 * `most` (0: any) ends in an ellipsis. */
void sr_draw_text(struct sr_canvas *canvas, double x, double y, double at, double most,
                  struct sr_font font, const char *text);
/* The same about the middle of the capitals instead of the baseline, turned by `degrees`
 * clockwise about (x, y). */
void sr_draw_turned(struct sr_canvas *canvas, double x, double y, double at, double most,
                    double degrees, struct sr_font font, const char *text);
/* Where a paragraph goes: x and `at` as above, the first baseline at `y`. */
struct sr_paragraph {
    double x, y, at, width;
    int lines; /* at most */
};
/* Text broken into lines where its language allows, else inside of words; newlines begin a new
 * line. Returns how many lines there are; draws nothing when `draw` is false, so that x, y and `at`
 * do not matter. */
int sr_draw_paragraph(struct sr_canvas *canvas, struct sr_paragraph place, struct sr_font font,
                      const char *text, bool draw);
double sr_line_height(struct sr_font font);

void sr_set_colour(struct sr_canvas *canvas, sr_colour colour, double alpha);
void sr_fill(struct sr_canvas *canvas, struct sr_rect rect, sr_colour colour);
/* A horizontal or vertical line on whole dots. */
void sr_rule(struct sr_canvas *canvas, double x0, double y0, double x1, double y1, double width,
             sr_colour colour);
/* Outline just outside of a rectangle. */
void sr_frame(struct sr_canvas *canvas, struct sr_rect rect, double width, sr_colour colour);
/* The nearest position, in points, that falls between two dots. */
double sr_snap(const struct sr_canvas *canvas, double position);
/* The largest size up to `wished` at which each of `pixels` takes the same number of dots. */
double sr_snap_pixels(const struct sr_canvas *canvas, double wished, int pixels);

/* height × width colours 0xRRGGBB as sharp-edged pixels; averaged when there are more of them
 * than dots. */
void sr_draw_pixels(struct sr_canvas *canvas, struct sr_rect rect, const uint32_t *colours,
                    int height, int width);
/* An image, grey or in colour; heat through the figure's scale; heat laid over the image made grey,
 * so that a colour is always heat. `out`: a colour for each pixel. */
void sr_pixels_image(uint32_t *out, const uint8_t *pixels, struct sr_shape shape);
void sr_pixels_heat(uint32_t *out, const float *heat, size_t count);
void sr_pixels_overlay(uint32_t *out, const uint8_t *pixels, const float *heat,
                       struct sr_shape shape);
/* The numbered scale 0..1 that goes with heat, upright. Its width is SR_HEAT_SCALE_WIDTH. */
#define SR_HEAT_SCALE_WIDTH 30.0
void sr_draw_heat_scale(struct sr_canvas *canvas, double x, double y, double height,
                        const char *label);

/* A column of a table for value `i` of an image: "pixel7", in colour "red7", "green7", "blue7". */
void sr_value_column(struct sr_table *table, struct sr_shape shape, int i);

/* Title above and note below, wrapped: the heights that they take, and drawing them. */
double sr_title_height(struct sr_canvas *canvas, const char *title, double width);
double sr_note_height(struct sr_canvas *canvas, const char *note, double width);
void sr_draw_title(struct sr_canvas *canvas, const char *title);
void sr_draw_note(struct sr_canvas *canvas, const char *note);

/* A number with a true minus sign and `decimals` digits behind the point. */
void sr_number(char *out, size_t size, double value, int decimals);

#endif
