/* significance.h - how far a model's probabilities can be trusted, and how well they rank.
 *
 * Plain arrays in, plain structs out. */
#ifndef SARTOR_EVAL_SIGNIFICANCE_H
#define SARTOR_EVAL_SIGNIFICANCE_H

#include "sartor/eval/evaluation.h"
#include <stdbool.h>
#include <stddef.h>

enum { SR_RELIABILITY_BINS = 15 };
/* How often a model is right, by its confidence, the probability of its prediction: Guo et al.
 * (2017). */
struct sr_reliability {
    size_t counts[SR_RELIABILITY_BINS];     /* by confidence: bin b holds (b/15, (b+1)/15] */
    double confidence[SR_RELIABILITY_BINS]; /* mean of each bin; NaN when empty */
    double accuracy[SR_RELIABILITY_BINS];   /* share of right predictions; NaN when empty */
    double ece;  /* expected calibration error: Σ n_b/n |accuracy - confidence| */
    double bias; /* mean confidence less accuracy: above 0 over-confident; NaN of no samples */
};
/* The bin of a confidence. */
int sr_reliability_bin(double confidence);
void sr_reliability(struct sr_reliability *reliability, const struct sr_predictions *predictions);

/* Share of samples whose true class is among the `k` most probable. */
double sr_top_accuracy(const struct sr_predictions *predictions, int k);

/* Area under the ROC curve of one class against the rest (Mann and Whitney; ties count half); NaN
 * where all samples are of the class, or none. And average precision (the area under the step curve
 * of precision over recall, as scikit-learn has it). */
double sr_roc_auc(const struct sr_predictions *predictions, int class);
double sr_average_precision(const struct sr_predictions *predictions, int class);
/* The curve's points, from (0, 0) to (1, 1): at most count + 1, one for each distinct score.
 * Returns how many; `x` and `y` are false and true positive rates. */
size_t sr_roc_curve(const struct sr_predictions *predictions, int class, double *x, double *y);
/* Recall (x) and precision (y), from low recall to high: at most count points. */
size_t sr_precision_recall_curve(const struct sr_predictions *predictions, int class, double *x,
                                 double *y);
/* Leave out points of a curve, whose `x` never falls, that the line between those kept passes
 * within `near` of; both ends stay. Returns how many are kept, in place. One pass, by the sectors
 * of Williams, "An efficient algorithm for the piecewise linear approximation of planar curves"
 * (1978). */
size_t sr_curve_thin(double *x, double *y, size_t count, double near);

#endif
