/* significance.h - whether models differ by more than chance, and how far a model's probabilities
 * can be trusted.
 *
 * Plain arrays in, plain structs out. */
#ifndef SARTOR_EVAL_SIGNIFICANCE_H
#define SARTOR_EVAL_SIGNIFICANCE_H

#include "sartor/base/text.h"
#include "sartor/eval/evaluation.h"
#include <stdbool.h>
#include <stddef.h>

/* McNemar's test (1947) on samples where exactly one of two models is right. */
struct sr_mcnemar {
    size_t only_first, only_second; /* samples that only the first, only the second gets right */
    size_t both, neither;
    double p;         /* two-sided: exact binomial up to 1,000 such samples, else chi-squared
                         with Edwards's continuity correction; 1 when there is none */
    double agreement; /* share of samples with the same prediction; 1 of none */
};
/* On the samples, of the same file, that both have. */
void sr_mcnemar(struct sr_mcnemar *test, const struct sr_predictions *first,
                const struct sr_predictions *second);
/* How many those were. */
static inline size_t sr_mcnemar_count(const struct sr_mcnemar *test)
{
    return test->both + test->only_first + test->only_second + test->neither;
}

/* Holm (1979): p values adjusted for `count` tests, in place; still in 0..1. */
void sr_holm(double *p, size_t count);

/* McNemar's test between every pair of `count` models, p values adjusted by Holm for their number.
 */
struct sr_pair {
    size_t first, second; /* positions, first < second */
    struct sr_mcnemar test;
    double p; /* adjusted */
};
/* count × (count - 1) / 2 pairs by first, then second; freed by the caller. */
struct sr_pair *sr_pairs(const struct sr_predictions *const *predictions, size_t count,
                         size_t *pairs);
/* The result for a pair, without a full stop: "cnn beats svm, p < 0.001". */
void sr_pair_print(const struct sr_pair *pair, const char *first, const char *second,
                   struct sr_text *text);

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

#endif
