/* predictions.h - predictions of models on whole splits, and tests of whether models differ. Both
 * are results (results.h), borrowed until the next sr_session_pump or sr_session_wait. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_PREDICTIONS_H
#define SARTOR_APP_PREDICTIONS_H

#include "sartor/app/models.h"
#include "sartor/data/split.h"
#include "sartor/eval/evaluation.h"
#include "sartor/eval/significance.h"

struct sr_session;

/* A model's predictions of a split. */
struct sr_predicted {
    struct sr_predictions predictions;
    struct sr_evaluation evaluation;
    /* That the predictions took. */
    double seconds;
    /* How often the model has been evaluated on the test split, this time included; 0 for other
     * splits and where it could not be noted. */
    size_t test_looks;
};

/* Refuses a validation split that overlaps the model's training rows, and data of another shape.
 */
enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error);
/* The same with their evaluation, when they are there already; else NULL. Starts nothing. */
const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split);
/* Are predictions being computed? If so, by which model and of which split. */
bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split);
/* The split to evaluate a model on when none is given: validation, or test when the validation
 * split overlaps the model's training rows. */
enum sr_split_name sr_session_default_split(const struct sr_session *session,
                                            const struct sr_entry *entry);
/* The models that have predictions of a split, and a test of each pair of them. */
struct sr_comparison {
    size_t count, pair_count;
    struct sr_model **models;
    /* Positions in `models`; p values adjusted for the number of pairs. */
    struct sr_pair *pairs;
};

/* McNemar's test of every pair of models whose predictions of a split are there; SR_ERROR_STATE
 * with fewer than two. */
enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **comparison,
                                     struct sr_error *error);

#endif
