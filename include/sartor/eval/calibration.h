/* calibration.h - confidences that say how often a model is right.
 *
 * What is fitted on held-out rows is a function of the confidence alone, the probability of the
 * predicted class, which never falls. The other probabilities are scaled so that all still sum to
 * 1: so the predicted class and the order of the other classes stay as they are. Two functions are
 * tried, and the one is taken whose log loss is smaller in a five-fold cross-validation over the
 * rows:
 *
 * - beta calibration (Kull, Silva Filho and Flach, 2017): the logistic function of
 *   a ln p - b ln(1 - p) + c, where a and b are not negative; a = b = 1, c = 0 changes nothing.
 *   A normal prior of deviation 1 about that keeps the fit on few rows near it.
 * - isotonic regression (Zadrozny and Elkan, 2002): the steps of the nearest function that never
 *   falls, with straight lines between them. It fits confidences of few values, as of k-NN. Rows
 *   whose log odds are nearly the same are taken together, so that the lines are not steep.
 *
 * Plain arrays in, plain structs out; any thread may call. */
#ifndef SARTOR_EVAL_CALIBRATION_H
#define SARTOR_EVAL_CALIBRATION_H

#include "sartor/eval/evaluation.h"
#include <stdbool.h>

enum sr_calibration_kind {
    SR_CALIBRATION_NONE, /* changes nothing */
    SR_CALIBRATION_BETA,
    SR_CALIBRATION_ISOTONIC,
};

struct sr_calibration {
    enum sr_calibration_kind kind;
    double a, b, c; /* of the beta function */
    size_t count;   /* isotonic: points, at least 1, both coordinates ascending */
    double *x, *y;  /* owned */
};

/* Fit to predictions of rows that the model was not trained on. Of no rows: SR_CALIBRATION_NONE. */
void sr_calibration_fit(struct sr_calibration *calibration,
                        const struct sr_predictions *predictions);
/* The same with one of the functions. `confidence` are the probabilities of the predicted classes,
 * in 0 to 1; `right` whether these are the true ones. */
void sr_calibration_fit_beta(struct sr_calibration *calibration, const double *confidence,
                             const bool *right, size_t count);
void sr_calibration_fit_isotonic(struct sr_calibration *calibration, const double *confidence,
                                 const bool *right, size_t count);
void sr_calibration_fini(struct sr_calibration *calibration);

/* The calibrated confidence, within 0 to 1. */
double sr_calibration_confidence(const struct sr_calibration *calibration, double confidence);
/* In place, `count` rows of `classes` probabilities. */
void sr_calibration_apply(const struct sr_calibration *calibration, float *probabilities,
                          size_t count, int classes);

#endif
