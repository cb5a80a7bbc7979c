/* compare.h - what the files of the Compare pane share: its state, the table of models, its
 * columns, and the pair that is compared.
 *
 * A table is made for each drawing and each move, from the results that are ready; it owns its
 * rows. Private to panes/. */
#ifndef SARTOR_PANES_COMPARE_H
#define SARTOR_PANES_COMPARE_H

#include "sartor/app/intervals.h"
#include "sartor/app/scores.h"
#include "scroller.h"
#include "shared.h"

enum { COMPARE_BY_NAME = -1 };

/* The pane's state. */
struct compare {
    char at[64]; /* the model under the cursor, "" for the first */
    char vs[64]; /* the second of the pair, "" for the best of the others */
    int order;   /* enum sr_score to sort by, or COMPARE_BY_NAME */
    bool reverse;
    struct sr_scroller rows, pairs;
    bool robustness;          /* accuracy on changed pictures, in place of the table */
    struct sr_scroller kinds; /* of its rows */
    int width;                /* of the table, as drawn last */
};
struct compare *compare_state(struct sr_session *session);

struct compare_row {
    struct sr_entry *entry;
    enum sr_status status;                /* SR_OK when it has been evaluated on the split */
    struct sr_error error;                /* else why not */
    const struct sr_predicted *predicted; /* NULL until then */
    double scores[SR_SCORE_COUNT];
    struct sr_interval intervals[SR_SCORE_COUNT];
    int of; /* the score whose interval the column of intervals shows */
};

struct compare_table {
    struct compare *state;
    struct compare_row *rows; /* in the order asked for */
    size_t count, judged;
    enum sr_split_name split;
    int at;                                 /* the cursor's row */
    int vs;                                 /* the second model's, -1 for none */
    const struct sr_comparison *comparison; /* NULL until every pair has been tested */
};

/* Fill `table`; false, with the reason in `title` and `text`, when there is nothing to compare. */
bool compare_init(struct sr_session *session, struct compare *state, struct compare_table *table,
                  struct sr_text *title, struct sr_text *text);
void compare_fini(struct compare_table *table);

/* Columns: the scores, where the lower end of the accuracy's interval stands for the interval of
 * the score that is sorted by (of the accuracy where that has none), and four more. */
enum {
    COMPARE_LEFT_OUT = SR_SCORE_COUNT,
    COMPARE_ENDING,
    COMPARE_STUDY,
    COMPARE_FAMILY,
    COMPARE_COLUMNS
};
const char *compare_column_title(int column);
/* The text of a cell, empty where nothing is known. */
void compare_cell(const struct compare_row *row, int column, char *out, size_t size);
/* Columns that fit `room`: the most important first, and the one that is sorted by in any case;
 * widths with two blanks before each. Returns how many. */
int compare_columns(const struct compare_table *table, int room, int *columns, int *widths);
/* Those of a table `width` wide, and room for the names. */
int compare_columns_shown(const struct compare_table *table, int width, int *columns, int *widths,
                          int *name);
int compare_name_width(const struct compare_table *table, int most);
/* What the rows are sorted by, in words: "accuracy", "fit, turned round". */
void compare_order_words(const struct compare_table *table, struct sr_text *text);
/* Sort by the next (1) or previous (-1) column, or by name. */
void compare_sort(const struct compare_table *table, int step);

/* The test of two rows, with wins and losses of the first; false until the result is there. */
bool compare_pair(const struct compare_table *table, int first, int second, struct sr_pair *pair);
/* A sentence on the pair at the cursor, or why there is none. */
void compare_pair_words(const struct compare_table *table, struct sr_text *text);
/* How many models, on which split, how many samples. */
void compare_heading(const struct sr_session *session, const struct compare_table *table,
                     bool brief, struct sr_text *text);

/* What a click chooses: a row of the table, the second model in the list of pairs, or a column by
 * its title. */
enum {
    COMPARE_SPOT_PAIRS = 1 << 16,
    COMPARE_SPOT_TITLES = 1 << 17,
    COMPARE_SPOT_KINDS = 1 << 18 /* of changed pictures */
};
void compare_draw(struct sr_session *session, struct sr_area area,
                  const struct compare_table *table);

/* A bar for each model from the left end of the axis, with the accuracy's interval at its end. */
void compare_draw_chart(struct sr_session *session, struct sr_area area,
                        const struct compare_table *table);

/* In place of all this: the models' accuracy on changed pictures (app/robustness.h), as far as
 * that has been measured. A row for each kind of change, a column for each model. */
enum { COMPARE_BORNE_ROWS = 17 };
void compare_robustness_draw(struct sr_session *session, struct sr_area area,
                             const struct compare_table *table);
void compare_robustness_describe(struct sr_session *session, const struct compare_table *table,
                                 struct sr_text *text);

/* The pair at the cursor and the split; SR_PENDING while they predict, an error where there are not
 * two models. */
enum sr_status compare_shown_pair(struct sr_session *session, struct sr_entry **first,
                                  struct sr_entry **second, enum sr_split_name *split,
                                  struct sr_error *error);

#endif
