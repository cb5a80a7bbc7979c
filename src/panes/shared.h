/* shared.h - what the panes share: short names, wrapped text, what is shown without data or model.
 * Private to this room.
 *
 * Panes write Unicode marks freely (→ ✗ · × …): sr_screen_draw turns them into ASCII
 * where the session's look is ASCII. Functions that draw pictures do so themselves. */
#ifndef SARTOR_SRC_PANES_SHARED_H
#define SARTOR_SRC_PANES_SHARED_H

#include "sartor/panes/pane.h"

/* Room for a class name as it is shown, cut to 31 columns. */
struct sr_short_name {
    char text[96];
};

/* The style of a role in the session's look. */
struct sr_style sr_pane_style(const struct sr_session *session, enum sr_role role);

/* Copy at most `columns` of `text`; nothing is split. Returns the columns taken. */
int sr_pane_cut(char *out, size_t size, const char *text, int columns);
/* All class names cut to `columns` (>= 1) so that no two look the same: the first letters,
 * else the first and last ones, else the number. `names` has room for every class. */
void sr_pane_short_names(const struct sr_dataset *data, int columns, struct sr_short_name *names);
const char *sr_pane_class(const struct sr_session *session, int class);
/* How a prediction is written: right, wrong, or of a sample whose class nobody has said. */
enum sr_role sr_pane_verdict_role(int predicted, int truth);
/* What a sample is said to be: its class, or the name of the picture's file; "" for unlabelled. */
const char *sr_pane_label(const struct sr_session *session, enum sr_file file, uint32_t row);

/* The next line of `*text` that fits `width` columns, cut at white space where possible;
 * false at the end. `out` holds it. */
bool sr_pane_wrap(const char **text, int width, char *out, size_t size);
/* Lines that the whole text takes. */
int sr_pane_lines(const char *text, int width);
/* Wrapped text from line y on; returns the line after it. */
int sr_pane_paragraph(struct sr_area area, int y, struct sr_style style, const char *text);

/* Append words that stand two blanks apart on the screen as a list with commas, without marks:
 * for descriptions. */
void sr_pane_listed(struct sr_text *text, const char *words);

/* "91.2 %"; "1st", "12th"; "test:17". */
void sr_pane_percent(char *out, size_t size, double share);
void sr_pane_ordinal(char *out, size_t size, uint64_t number);
void sr_pane_id(char *out, size_t size, enum sr_file file, uint32_t row);

/* Text on one line whose parts end with a comma, a semicolon, a full stop or two blanks: parts that
 * do not fit are left out, from the end on. Returns the column after it. */
int sr_pane_parts(struct sr_area area, int x, int y, struct sr_style style, const char *text);
/* The first of several ways to say it that fits the columns, else the last; ended by NULL. */
const char *sr_pane_fitting(int columns, const char *const *ways);
/* Text that ends before column `edge`. */
void sr_pane_put_right(struct sr_area area, int edge, int y, struct sr_style style,
                       const char *text);
/* Append ` key=CLASS` to a command line, quoted where it must be. */
void sr_pane_add_class(const struct sr_session *session, struct sr_text *line, const char *key,
                       int class);

/* A title and what to do next, in place of content. */
void sr_pane_say(const struct sr_session *session, struct sr_area area, const char *title,
                 const char *text);
/* What is missing, as a sentence or two in `title` and `text`; false when the data is there. */
bool sr_pane_without_data(struct sr_session *session, struct sr_text *title, struct sr_text *text);
/* The model of that name ("": the one that panes show), loaded. NULL with the reason in `title` and
 * `text`.
 */
struct sr_entry *sr_pane_model(struct sr_session *session, const char *name, struct sr_text *title,
                               struct sr_text *text);

/* What a model says of one sample; `shown` is NULL while it is not known. */
struct verdict {
    const struct sr_model *model;
    const float *shown, *raw; /* the probability of every class, as it is shown and as it was */
    double familiarity;       /* share of held-out rows as unusual; NaN when not known */
};
/* Of an entry, from what has been computed. */
struct verdict sr_pane_verdict(const struct sr_session *session, const struct sr_entry *entry,
                               enum sr_split_name split, enum sr_file file, uint32_t row);
int sr_pane_best(const float *probabilities, int classes);
/* "Coat, 61.2 %  ✗ wrong". */
void sr_pane_verdict_words(const struct sr_session *session, const struct verdict *verdict,
                           int truth, struct sr_text *text);
/* "cnn: Coat, 61.2 %  ✗ wrong" in one line, shorter where that does not fit: without the words, the
 * model, the probability. Returns the column after it. */
int sr_pane_verdict_line(const struct sr_session *session, struct sr_area area, int x, int y,
                         struct sr_style style, const char *name, const struct verdict *verdict,
                         int truth);
/* "unlike 99.5 % of what it was trained on", or where that does not fit "! unfamiliar", in a
 * warning's colour, at the left of a line of an area; nothing, and false, where the sample is not
 * unfamiliar. */
bool sr_pane_unfamiliar(const struct sr_session *session, struct sr_area area, int y,
                        const struct verdict *verdict);
/* "90 % set: Coat, Shirt or Pullover": the set of classes. Nothing where there is none, or it is
 * the prediction alone and `always` is not set. */
void sr_pane_set_words(const struct sr_session *session, const struct verdict *verdict, bool always,
                       struct sr_text *text);

/* One bar for each class, as many as fit: in class order, or the likeliest first when there are
 * more classes than lines. The truth is marked with *, the prediction with >. Returns lines used.
 */
int sr_pane_probabilities(struct sr_session *session, struct sr_area area,
                          const float *probabilities, int truth);

/* A bar of `width` cells with its unfilled part visible. */
void sr_pane_gauge(const struct sr_session *session, struct sr_area area, int x, int y, int width,
                   double share, struct sr_style style);

/* The sample under the cursor; false when the selection is empty. */
bool sr_pane_sample(const struct sr_session *session, enum sr_file *file, uint32_t *row);
const uint8_t *sr_pane_pixels(const struct sr_session *session, enum sr_file file, uint32_t row);
/* Move the selection's cursor, kept inside. `row` is how many samples a line holds, `page`
 * how many a page. */
void sr_pane_walk(struct sr_session *session, enum sr_move move, size_t row, size_t page);

/* A picture of height × width pixels for each class, as many as fit around the class `at` (-1:
 * none), which is marked, with the names below and spots for clicks. */
typedef void sr_pane_draw_class(struct sr_session *session, struct sr_area area, int class,
                                void *context);
void sr_pane_class_grid(struct sr_session *session, struct sr_area area, struct sr_shape shape,
                        int at, sr_pane_draw_class *draw, void *context);

/* A grid of cells that a click chooses from: cell (column, line) of it, each `across` × `down` in
 * size, stands for `first` + line × stride + column. */
struct sr_spots {
    int x, y, across, down, columns, lines;
    int first, stride;
};
/* Add such a grid; x and y count from the corner of the area. */
void sr_spots_add(struct sr_session *session, struct sr_area area, struct sr_spots spots);
void sr_spots_clear(struct sr_session *session);
/* The value at a cell of the screen; false where there is no spot. */
bool sr_spots_find(struct sr_session *session, int x, int y, int *value);

/* Sort the selection by the next order, or reverse it: the `order` hook of panes that show the
 * selection. */
enum sr_status sr_pane_order(struct sr_session *session, bool reverse, struct sr_text *said,
                             struct sr_error *error);

/* Browse what `first` gets right and `second` wrong, within a filter that says which split and
 * class. */
enum sr_status sr_browse_difference(struct sr_session *session, struct sr_filter *filter,
                                    const struct sr_entry *first, const struct sr_entry *second,
                                    struct sr_error *error);

#endif
