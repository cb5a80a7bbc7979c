/* predictions.h - predictions of models on whole splits, and tests of whether models differ. Both
 * are results (results.h), borrowed until the next sr_session_pump or sr_session_wait. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_PREDICTIONS_H
#define SARTOR_APP_PREDICTIONS_H

#include "sartor/app/models.h"
#include "sartor/data/split.h"
#include "sartor/eval/evaluation.h"
#include "sartor/eval/paired.h"
#include "sartor/eval/significance.h"

struct sr_session;

/* Which rows of a split a model can be judged on: those whose picture it was not trained on,
 * whatever their row numbers and whatever else has changed in the data. Of the training split, all
 * rows. */
struct sr_held_out {
    struct sr_samples samples; /* those rows, ascending */
    size_t whole, left_out;    /* rows of the split; those of them that are left out */
    size_t trained;            /* rows of the split that it was trained on */
    bool known;                /* false: nothing says what it was trained on; no row is left out */
};
/* A result. Refused where no row is left. */
enum sr_status sr_session_held_out(struct sr_session *session, struct sr_entry *entry,
                                   enum sr_split_name split, const struct sr_held_out **held,
                                   struct sr_error *error);

/* A model's predictions of the rows of a split that it was not trained on, calibrated where that is
 * known and asked for. */
struct sr_predicted {
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    /* As of the held-out rows above. */
    size_t whole, left_out, trained;
    bool known;
    bool calibrated;
    const float *raw;             /* the probabilities as they came from the model */
    struct sr_reliability before; /* of those */
    /* That the predictions took. */
    double seconds;
    /* How often the model has looked at these test images, this time included; 0 for other splits
     * and where it could not be noted. */
    size_t test_looks;
};

/* Refuses a split without rows that the model was not trained on, and other data. */
enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error);
/* The same with their evaluation, when they are there already; else NULL. Starts nothing. */
const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split);
/* Are predictions being computed? If so, by which model, of which split, and how far they are
 * (NULL: not asked for). */
bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split, struct sr_progress *progress);
/* What is to be said of the rows that are left out; nothing is added where there are none:
 * "4,583 rows left out, which it was trained on". */
void sr_predicted_print_left_out(const struct sr_predicted *predicted, struct sr_text *text);
/* Likewise what of its log loss is from probabilities too small to be counted as they are. */
void sr_predicted_print_clipped(const struct sr_predicted *predicted, struct sr_text *text);
/* The split that panes judge models on: the one chosen with `split`, else SR_SPLIT_DEFAULT. */
enum sr_split_name sr_session_shown_split(const struct sr_session *session);
/* How often the model has looked at the open data's test images so far: results on several of them
 * that were asked for, in any session of this home. */
size_t sr_session_looks(const struct sr_session *session, const struct sr_model *model);
/* The models that have predictions of a split, and a test of each pair of them. */
struct sr_comparison {
    size_t count, pair_count;
    struct sr_model **models;
    /* Positions in `models`; p values adjusted for the number of pairs. */
    struct sr_pair *pairs;
};

/* McNemar's test of every pair of models whose predictions of a split are there, on the rows that
 * both have; SR_ERROR_STATE with fewer than two. */
enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **comparison,
                                     struct sr_error *error);

#endif
