/* predictions.h - what models say of whole splits, and whether they can be told apart: results
 * (results.h), borrowed until the next sr_session_pump or sr_session_wait. Only the session's
 * thread may call. */
#ifndef SARTOR_APP_PREDICTIONS_H
#define SARTOR_APP_PREDICTIONS_H

#include "sartor/app/models.h"
#include "sartor/data/split.h"
#include "sartor/eval/evaluation.h"
#include "sartor/eval/significance.h"

struct sr_session;

/* What a model says of a split. */
struct sr_predicted {
    struct sr_predictions predictions;
    struct sr_evaluation evaluation; /* of them */
    double seconds;                  /* that they took */
    /* On the test split: how often the model has been judged on it, this time included. */
    size_t test_looks;
};

/* Predictions and evaluation of a split, computed once. Refuses a validation split that
 * overlaps the model's training rows, and data of another shape. */
enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error);
/* The same with its evaluation, where it is there already: NULL otherwise, and nothing is started.
 */
const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split);
/* Is any split being predicted? By which model, and which. */
bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split);
/* The split a model can be looked at on when none is asked for: validation where it is
 * honest, else test. */
enum sr_split_name sr_session_default_split(const struct sr_session *session,
                                            const struct sr_entry *entry);
/* The models that have been judged on a split, each pair of them tested. */
struct sr_comparison {
    size_t count, pair_count;
    struct sr_model **models;
    struct sr_pair *pairs; /* positions in `models`; adjusted for their number */
};

/* McNemar's test of every pair of models whose predictions of a split are there; SR_ERROR_STATE
 * with fewer than two. Borrowed until predictions come or go. */
enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **comparison,
                                     struct sr_error *error);

#endif
