/* review.h - what a person might decide next: samples whose label may be wrong, those first where a
 * decision is most likely to change it. Only the session's thread may call. */
#ifndef SARTOR_APP_REVIEW_H
#define SARTOR_APP_REVIEW_H

#include "sartor/app/session.h"

/* Why a sample is in the queue. */
enum sr_reason {
    SR_REASON_LABEL,     /* its label looks wrong: a suspect, or a label error of the audit */
    SR_REASON_CONFLICT,  /* the same or almost the same image has another label */
    SR_REASON_UNCERTAIN, /* a model that was not trained on it gives it another class */
    SR_REASON_COUNT,
};
extern const char *const sr_reason_names[SR_REASON_COUNT]; /* "label", "conflict", "uncertain" */

struct sr_review_item {
    enum sr_file file;
    uint32_t row;
    enum sr_reason reason;
    uint8_t suggested;
    float chance; /* that its label will be another one */
};

/* The queue, the most likely first in each file, test rows behind those of the train file.
 *
 * The chance is (1 - m) / 2, where m is the probability of the label less the largest one, of the
 * suspects that were searched for (else of the neighbours' votes of the audit), and of `model`'s
 * predictions of the validation split (NULL: none are asked for); of two images that are the same
 * with two labels one is wrong, so 1/2. Of several reasons the one with the largest chance counts.
 *
 * SR_PENDING while the audit or predictions are computed. `*items` is to be freed by the caller. */
enum sr_status sr_session_review(struct sr_session *session, struct sr_entry *model,
                                 struct sr_review_item **items, size_t *count,
                                 struct sr_error *error);

/* What is suggested for a sample: by the search for suspects, by the queue that is shown, else by
 * the selection's model, where that gives another class than the label. */
struct sr_suggestion {
    uint8_t class;
    float confidence; /* NAN where it is not known */
    char by[32];      /* a model's name, "audit", "twin" */
};
bool sr_session_suggestion(struct sr_session *session, enum sr_file file, uint32_t row,
                           struct sr_suggestion *suggestion);
/* How many of the selected samples have been decided on. */
size_t sr_selection_decided(const struct sr_session *session);
/* Is the selection one to be decided on, sample after sample? */
bool sr_selection_reviews(const struct sr_session *session);

/* For the selection: the queue that is shown. Takes `items`. */
void sr_session_keep_review(struct sr_session *session, struct sr_review_item *items, size_t count);

#endif
