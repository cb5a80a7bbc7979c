/* plotly.h - charts as Plotly figures: the traces and the layout of an interactive page. Private to
 * figure/.
 *
 * Plotly interprets some markup in texts, so names from users' files are escaped. */
#ifndef SARTOR_SRC_FIGURE_PLOTLY_H
#define SARTOR_SRC_FIGURE_PLOTLY_H

#include "canvas.h"
#include "sartor/base/json.h"

/* Pictures shown beside the point under the mouse whose `customdata` is their number. */
struct sr_thumbnails {
    char *uri;         /* all of them in one PNG; NULL for none */
    int height, width; /* of one, in pixels of the page */
    int columns, rows; /* in which they stand, row by row */
    size_t count;
};

struct sr_plotly {
    struct sr_json *traces, *layout;         /* an array, an object */
    struct sr_json *notes, *images, *shapes; /* arrays; into the layout at the end */
    const struct sr_theme *theme;
    struct sr_thumbnails thumbnails;
};

void sr_plotly_begin(struct sr_plotly *plot, bool dark);
/* The figure as JSON that can stand inside a script element. What the page adds to it,
 * `thumbnails`, stays; its `uri` is freed by the caller. */
void sr_plotly_end(struct sr_plotly *plot, struct sr_text *out);

/* For the charts' functions: a fragment of fixed JSON (object or array); colours as "#rrggbb";
 * texts of users, escaped. */
struct sr_json *sr_plotly_json(const char *format, ...) __attribute__((format(printf, 1, 2)));
void sr_plotly_set_text(struct sr_json *object, const char *key, const char *text);
void sr_plotly_set_colour(struct sr_json *object, const char *key, sr_colour colour);
void sr_plotly_add_colour(struct sr_json *array, sr_colour colour);
void sr_plotly_set_texts(struct sr_json *object, const char *key, const char *const *texts,
                         size_t count);
/* Title with a fainter note below; either may be NULL. */
void sr_plotly_title(struct sr_plotly *plot, const char *title, const char *note);
/* A text at (x, y) of the axes named "x2 domain" or "x2"; `markup` is put around it: "b" or NULL.
 */
struct sr_json *sr_plotly_note(struct sr_plotly *plot, const char *x_axis, const char *y_axis,
                               double x, double y, const char *text, const char *markup);

/* For `text` inside another text; freed by the caller. */
char *sr_plotly_escape(const char *text);

/* "xaxis", "xaxis2", ... (word "axis"), or "x", "x2", ... (word ""). */
void sr_plotly_axis_key(char *out, size_t size, char axis, const char *word, size_t index);
/* The axis with that index of 'x' or 'y' in the layout, with a name or NULL; its ticks as "20 %".
 */
struct sr_json *sr_plotly_axis(struct sr_plotly *plot, char axis, size_t index, const char *name,
                               bool percent);
/* Put a trace on the pair of axes with that index; a title above them. */
void sr_plotly_place(struct sr_json *trace, size_t index);
void sr_plotly_panel_title(struct sr_plotly *plot, size_t index, const char *title);
/* Ticks of an axis at 0, 1, ... that stand for names. */
void sr_plotly_names(struct sr_json *axis, const char *const *names, size_t count);
/* 0, 1, ..., count - 1 under a key. */
void sr_plotly_counting(struct sr_json *object, const char *key, size_t count);
/* As many pairs of axes side by side, in rows of `columns`. */
void sr_plotly_panels(struct sr_plotly *plot, size_t count, size_t columns);

/* The page of sr_chart_curves. */
void sr_curves_plotly(struct sr_plotly *plot, const void *data);

/* ---- pictures (plotly_images.c) ---- */

/* Columns × rows of pictures, each in a place of `place` pixels of the page a side, with `caption`
 * pixels below it. */
struct sr_sheet {
    struct sr_plotly *plot;
    double place, caption;
    int columns, rows;
    struct sr_json *x, *y;
    char **captions; /* shown on hover, all in one trace */
    size_t count, room;
};
struct sr_sheet_picture {
    int column, row;         /* from the top left corner */
    const uint32_t *colours; /* one for each pixel */
    struct sr_shape shape;
    double share;             /* of its place that it is high */
    double across;            /* of its place that it is wide; 0: all */
    const char *id, *caption; /* or NULL; the lines of a caption end in a newline */
    bool wrong;
};
void sr_sheet_begin(struct sr_sheet *sheet, struct sr_plotly *plot, int columns, int rows,
                    double place, double caption);
void sr_sheet_add(struct sr_sheet *sheet, const struct sr_sheet_picture *picture);
/* The scale of heat maps, as the colours of a trace without points. */
void sr_sheet_scale(struct sr_plotly *plot);
void sr_sheet_end(struct sr_sheet *sheet, const char *title);

/* ---- thumbnails (thumbnails.c) ---- */

/* Of `count` pictures the first and every n-th after it, so that the page stays below some ten
 * megabytes; returns n, 1 where all have one. */
size_t sr_thumbnails_make(struct sr_thumbnails *thumbnails, const uint8_t *const *pictures,
                          size_t count, struct sr_shape shape);
/* What shows them, behind the script that draws the figure. */
void sr_thumbnails_print(const struct sr_thumbnails *thumbnails, const struct sr_theme *theme,
                         struct sr_text *out);

#endif
