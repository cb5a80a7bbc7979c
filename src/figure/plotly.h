/* plotly.h - charts as Plotly figures: the traces and the layout of an interactive page. Private to
 * figure/.
 *
 * Plotly takes a little markup in its texts, so that names from users' files are escaped. */
#ifndef SARTOR_SRC_FIGURE_PLOTLY_H
#define SARTOR_SRC_FIGURE_PLOTLY_H

#include "canvas.h"
#include "sartor/base/json.h"

struct sr_plotly {
    struct sr_json *traces, *layout;         /* an array, an object */
    struct sr_json *notes, *images, *shapes; /* arrays; into the layout at the end */
    const struct sr_theme *theme;
};

void sr_plotly_begin(struct sr_plotly *plot, bool dark);
/* The figure as JSON that can stand inside a script element. */
void sr_plotly_end(struct sr_plotly *plot, struct sr_text *out);

/* A chart's numbers as traces. */
void sr_plotly_bars(struct sr_plotly *plot, const void *data);
void sr_plotly_confusion(struct sr_plotly *plot, const void *data);
void sr_plotly_confusions(struct sr_plotly *plot, const void *data);
void sr_plotly_curves(struct sr_plotly *plot, const void *data);
void sr_plotly_gallery(struct sr_plotly *plot, const void *data);
void sr_plotly_grid(struct sr_plotly *plot, const void *data);
void sr_plotly_histogram(struct sr_plotly *plot, const void *data);
void sr_plotly_network(struct sr_plotly *plot, const void *data);
void sr_plotly_steps(struct sr_plotly *plot, const void *data);
void sr_plotly_triptychs(struct sr_plotly *plot, const void *data);

/* Of a network's diagram, drawn or interactive: a block's colour, and its output as "28 × 28 × 32".
 */
sr_colour sr_block_colour(const struct sr_theme *theme, enum sr_block_kind kind);
void sr_block_shape(const struct sr_block *block, char *out, size_t size);

/* What a cell's share is of: its row, or its column. */
uint64_t sr_confusion_whole(const struct sr_confusion_chart *chart, int row, int column);

/* For the charts' functions: a fragment of fixed JSON (object or array); colours as "#rrggbb";
 * texts of users, escaped. */
struct sr_json *sr_plotly_json(const char *format, ...) __attribute__((format(printf, 1, 2)));
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

#endif
