/* selection.h - the samples that are shown: a filter, an order, a cursor; and tags. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_SELECTION_H
#define SARTOR_APP_SELECTION_H

#include "sartor/base/text.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"

struct sr_session;

/* The samples being looked at: ids, in order. Shared by all panes. */
enum sr_order {
    SR_ORDER_INDEX,
    SR_ORDER_CONFIDENCE, /* probability of the predicted class */
    SR_ORDER_LOSS,       /* -log probability of the true class */
    SR_ORDER_MARGIN,     /* of the first over the second probability */
    SR_ORDER_COUNT,
};
extern const char *const sr_order_names[SR_ORDER_COUNT];

struct sr_filter {
    enum sr_split_name split;
    int class, as;                          /* true class, predicted class; -1 for any */
    int right;                              /* 1 right only, 0 wrong only, -1 any */
    double confidence_low, confidence_high; /* of the predicted class; -inf/inf */
    bool tagged;                            /* only those */
    bool suspects;  /* only those, most suspect first; `as` is then the class suggested */
    char beats[64]; /* only what `model` gets right and this one wrong; "" for any */
    enum sr_order order;
    bool descending;
    char model[64]; /* whose predictions; "" where none are needed */
};
struct sr_selection {
    struct sr_filter filter;
    enum sr_file file;
    uint32_t *rows; /* row ids in that file */
    size_t count;
    size_t at;      /* the cursor, < count unless empty */
    size_t version; /* grows with each filter that is applied */
};

/* Apply a filter. SR_PENDING while it needs predictions that are being computed; the old
 * selection stays until then. The cursor keeps its sample where that is still in it. */
enum sr_status sr_session_select(struct sr_session *session, const struct sr_filter *filter,
                                 struct sr_error *error);
void sr_filter_init(struct sr_filter *filter);
/* As it would be typed behind `browse`: "split=test class=Shirt wrong". */
void sr_filter_print(const struct sr_session *session, const struct sr_filter *filter,
                     struct sr_text *text);
/* Put the cursor on a sample, widening the selection to its whole split when needed. */
enum sr_status sr_session_show(struct sr_session *session, enum sr_file file, uint32_t row,
                               struct sr_error *error);
/* "test:17" or "17" (then `file` gives the file) to a row that exists. */
enum sr_status sr_session_index(struct sr_session *session, const char *text, enum sr_file *file,
                                uint32_t *row, struct sr_error *error);

/* Move the cursor to the sample that `text` names (17, test:7), else to the next one, in the
 * selection's order and round its end, whose class (or predicted class, where the selection asks a
 * model) has `text` in its name. `step` is 1 or -1. */
enum sr_status sr_session_search(struct sr_session *session, const char *text, int step,
                                 struct sr_error *error);
/* Tag a sample or take its tag away; kept in a file under home for each data set. */
enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              bool tagged, struct sr_error *error);

#endif
