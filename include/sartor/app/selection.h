/* selection.h - the samples that are shown: a filter, an order, a cursor; and tags. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_SELECTION_H
#define SARTOR_APP_SELECTION_H

#include "sartor/base/text.h"
#include "sartor/data/dataset.h"
#include "sartor/data/features.h"
#include "sartor/data/split.h"

struct sr_session;

/* Names of tags that a data set can have; bytes of one, with its end. */
enum { SR_TAG_NAMES = 32, SR_TAG_NAME_SIZE = 32 };

enum sr_order {
    SR_ORDER_INDEX,
    SR_ORDER_CONFIDENCE, /* probability of the predicted class */
    SR_ORDER_LOSS,       /* -log probability of the true class */
    SR_ORDER_MARGIN,     /* of the first over the second probability */
    SR_ORDER_COUNT,
};
extern const char *const sr_order_names[SR_ORDER_COUNT];

/* A part of a map: the samples nearest to one there, or those in a rectangle. It is kept as words,
 * so that it stays the same samples under any other filter, and in another session. */
enum sr_lasso_shape { SR_LASSO_NONE, SR_LASSO_NEAR, SR_LASSO_BOX };
struct sr_lasso {
    enum sr_lasso_shape shape;
    enum sr_file file; /* near: the sample, which is one of them, and how many there are */
    uint32_t row;
    size_t within;
    double box[4]; /* left, bottom, right, top */
    char of[64];   /* the map: "pixels", "hog" or a model; its layout ("tsne"), and of t-SNE: */
    char layout[8];
    double perplexity;
    uint64_t seed;
};

/* Which samples, and in which order. */
struct sr_filter {
    enum sr_split_name split;
    /* The true class and the predicted one; -1 for any. */
    int class, as;
    /* 1: predicted rightly, 0: wrongly, -1: both. */
    int right;
    /* Range of the predicted class's probability; -inf and inf for any. */
    double confidence_low, confidence_high;
    /* How the images are changed that are shown (data.h). It stays until another is asked for. */
    struct sr_change change;
    /* Samples of all splits, in the order of the splits' files; `split` is then train. No
     * predictions can be used. */
    bool everywhere;
    /* Only tagged samples: with this tag, "" for any. */
    bool tagged;
    char tag[SR_TAG_NAME_SIZE];
    /* Only suspects, most suspect first; `as` is then the class suggested. */
    bool suspects;
    /* Only what is to be decided next (review.h), the most likely to change first; `as` is then the
     * class suggested, and `model` one whose predictions are asked for, too. */
    bool queue;
    /* Only findings of the audit of this kind, an enum sr_audit_kind, the worst first; -1 for all
     * samples. The threshold, NAN for the usual one, and what images are compared by: "pixels",
     * "hog" or the name of a model. */
    int audit;
    double threshold;
    char audit_of[64];
    /* Only what lies in a part of a map (map.h). */
    struct sr_lasso lasso;
    /* Only what `model` predicts rightly and this one wrongly; "" for any. */
    char beats[64];
    enum sr_order order;
    bool descending;
    /* Whose predictions; "" where none are needed. */
    char model[64];
};
/* Its result, shown by all panes. */
struct sr_selection {
    struct sr_filter filter;
    enum sr_file file;
    /* Row numbers of that file; from `other_from` on, of the test file. */
    uint32_t *rows;
    size_t other_from;
    size_t count;
    /* The cursor, < count unless empty. */
    size_t at;
    /* Increased with each filter that is applied. */
    size_t version;
};

/* Apply a filter. SR_PENDING while predictions that it needs are being computed; until then the old
 * selection stays. The cursor stays on its sample where that is in the new selection, too. */
enum sr_status sr_session_select(struct sr_session *session, const struct sr_filter *filter,
                                 struct sr_error *error);
void sr_filter_init(struct sr_filter *filter);
/* As one would type it after `browse`: "split=test class=Shirt wrong". */
void sr_filter_print(const struct sr_session *session, const struct sr_filter *filter,
                     struct sr_text *text);
/* Put the cursor on a sample; where it is not in the selection, its whole split is selected. */
enum sr_status sr_session_show(struct sr_session *session, enum sr_file file, uint32_t row,
                               struct sr_error *error);
/* Is the text written as a sample: 17, train:17, test:7? */
bool sr_is_sample(const char *text);
/* From "test:17", or "17" for the file that `file` holds, to a row that exists. */
enum sr_status sr_session_index(struct sr_session *session, const char *text, enum sr_file *file,
                                uint32_t *row, struct sr_error *error);

/* Move the cursor to the sample that `text` names (17, test:7), which may leave the selection, else
 * to the next one, in the
 * selection's order and round its end, whose class (or predicted class, where the selection asks a
 * model) has `text` in its name. `step` is 1 or -1. */
enum sr_status sr_session_search(struct sr_session *session, const char *text, int step,
                                 struct sr_error *error);
/* The file of the sample at a position of the selection. */
enum sr_file sr_selection_file(const struct sr_selection *selection, size_t at);
/* The split that the sample under the cursor is in. */
enum sr_split_name sr_selection_split(const struct sr_session *session);

/* Give a sample these tags and no others, a bit for each name; 0 for none. Tags are kept in a file
 * under home for each data set, in which other programs may tag, too: their tags become the
 * session's. Without effect when it cannot be written. */
enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              uint32_t tags, struct sr_error *error);
/* The bit of a tag's name, "" for the one without a name. A new name is added where `add` is set,
 * else has no bit: 0 without an error. 0 with a sentence for what cannot be a name, and when there
 * are SR_TAG_NAMES of them. */
uint32_t sr_session_tag_bit(struct sr_session *session, const char *name, bool add,
                            struct sr_error *error);
/* The tags of a sample, a bit for each; 0 for a picture of one's own. */
uint32_t sr_session_tags(const struct sr_session *session, enum sr_file file, uint32_t row);
/* "tagged", "tagged odd, torn": the tags of a sample in words; nothing where it has none. */
void sr_session_tag_words(const struct sr_session *session, enum sr_file file, uint32_t row,
                          struct sr_text *text);

#endif
