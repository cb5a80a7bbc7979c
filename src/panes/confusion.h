/* confusion.h - what the files of the Confusion pane share: its state, the table of counts, and its
 * drawing.
 *
 * A table is made for each drawing and each move; it owns its matrices. Private to panes/. */
#ifndef SARTOR_PANES_CONFUSION_H
#define SARTOR_PANES_CONFUSION_H

#include "scroller.h"
#include "shared.h"

/* What a cell tells. */
enum confusion_units {
    CONFUSION_COUNTS,
    CONFUSION_OF_TRUE,
    CONFUSION_OF_PREDICTED,
    CONFUSION_UNITS
};

/* The pane's state. */
struct confusion {
    int row, column; /* the cursor; -1: the margin, a whole column or row */
    enum confusion_units units;
    char vs[64]; /* a second model beside the one that is shown, "" for none */
};
struct confusion *confusion_state(struct sr_session *session);

/* The matrix of the model that is shown, and what follows from it. */
struct confusion_table {
    int row, column; /* the cursor, where the data has those classes, else -1 */
    enum confusion_units units;
    struct sr_entry *entry;
    enum sr_split_name split;
    int classes;
    uint64_t *matrix;              /* classes × classes */
    uint64_t rows[SR_CLASSES_MAX]; /* totals: of a true class, of a predicted one, of all */
    uint64_t columns[SR_CLASSES_MAX];
    uint64_t all;
    const struct sr_predicted *predicted, *vs_predicted;
    const struct sr_evaluation *evaluation;
    /* The second model, where one is asked for and can be judged on the same split. */
    const char *vs_name; /* as asked for, "" for none */
    struct sr_entry *vs; /* NULL for none */
    uint64_t *vs_matrix;
    const struct sr_evaluation *vs_evaluation;
    uint64_t fourfold[SR_CLASSES_MAX][4]; /* of a true class: right by both, only the first, only
                                             the second, neither */
    bool difference; /* cells show how many more the first has than the second */
    uint64_t most_difference;
    struct sr_error vs_error; /* why there is none */
};
enum { BOTH, ONLY_FIRST, ONLY_SECOND, NEITHER };

static inline uint64_t cell(const struct confusion_table *table, int row, int column)
{
    return table->matrix[(size_t)row * (size_t)table->classes + (size_t)column];
}

/* A class, or -1 for the margin after the last. */
static inline int inside(int value, int classes)
{
    return value >= 0 && value < classes ? value : -1;
}

/* Fill `table` when predictions are there; else false, with the reason in `title` and `text`.
 * Counting ten thousand predictions takes microseconds, so the table is not kept. */
bool confusion_init(struct sr_session *session, const struct confusion *state,
                    struct confusion_table *table, struct sr_text *title, struct sr_text *text);
void confusion_fini(struct confusion_table *table);
/* Of rows, of columns and of all, from the matrix. */
void confusion_add_totals(struct confusion_table *table);

/* The confusion that comes after (count, index) when all are sorted by falling count, and the one
 * before; -1 for none. Start from UINT64_MAX for the first. */
int confusion_next(const struct confusion_table *table, uint64_t count, int index);
int confusion_previous(const struct confusion_table *table, uint64_t count, int index);

/* Accuracy in words, as many as fit the columns: with its interval and macro F1, without, without
 * the number of rows. */
void confusion_summary(const struct confusion_table *table, int columns, struct sr_text *text);
/* What the cursor is on, in a few words for one line. */
void confusion_cursor_short(const struct sr_session *session, const struct confusion_table *table,
                            struct sr_text *text);
/* What the cursor is on, in a sentence. */
void confusion_cursor_words(const struct sr_session *session, const struct confusion_table *table,
                            struct sr_text *text);
/* How many each model, both or neither gets right, in the cursor's row or in all. */
void confusion_fourfold_words(const struct sr_session *session, const struct confusion_table *table,
                              struct sr_text *text);
/* The same for one line: "Coat: both 420, cnn 19, svm 12, neither 42". */
void confusion_fourfold_short(const struct sr_session *session, const struct confusion_table *table,
                              struct sr_text *text);
void confusion_worst_words(const struct sr_session *session, const struct confusion_table *table,
                           int most, struct sr_text *text);
/* `part` of `whole` in %. */
void confusion_share(char *out, size_t size, uint64_t part, uint64_t whole);

struct confusion_layout {
    int label, cell, total, metric; /* widths; total and metric 0 where they do not fit */
    int height;                     /* lines a row takes */
    int columns, rows;              /* classes that fit */
    int left, top;                  /* first class shown */
    int x;                          /* of the first cell */
};

/* Where not all fits, this is left out, in this order: long class names, metrics, totals, columns.
 * Spare width makes cells wider. */
struct confusion_layout confusion_layout(const struct sr_session *session,
                                         const struct confusion_table *table, int width, int lines);
void confusion_draw_matrix(struct sr_session *session, struct sr_area area,
                           const struct confusion_table *table,
                           const struct confusion_layout *layout);

#endif
