/* conformal.h - sets of classes that hold the true one as often as promised.
 *
 * Split conformal prediction (Vovk, Gammerman and Shafer, 2005; Angelopoulos and Bates, 2021). A
 * class of a sample gets a score, 1 less its probability. With the scores of the true classes of n
 * held-out rows, the ceil((n + 1) × coverage)-th smallest of them is the threshold, and a sample's
 * set is all classes whose score is not above it: on rows of the same kind of data, it holds the
 * true class with at least that probability. The promise is for all classes together, or, with a
 * threshold for each class, for each.
 *
 * - These are the smallest sets (Sadinle, Lei and Wasserman, 2019), not drawn at random: the same
 *   sample always has the same set. They are not adaptive: with one threshold, classes that are
 *   easily mistaken for others are held less often than the promise, the rest more often.
 * - A set that would be empty holds the predicted class. Where a model is right more often than is
 *   promised, the coverage is therefore its accuracy, and more than the promise.
 * - Probabilities of k-NN have few values, often 0, which would leave many classes with equal
 *   scores. So a small part comes from how often a class is the true one of held-out rows with the
 *   same prediction, the row itself left out: (p + 0.02 × share) / 1.02 instead of p.
 *
 * Plain arrays in, plain structs out; any thread may call. */
#ifndef SARTOR_EVAL_CONFORMAL_H
#define SARTOR_EVAL_CONFORMAL_H

#include "sartor/eval/evaluation.h"
#include <stdbool.h>

struct sr_conformal {
    int classes;
    size_t count;  /* held-out rows; 0: nothing is known, and there are no sets */
    float *shares; /* classes × classes: shares[p × classes + t] of truth t among predictions p */
    float *scores; /* of the true classes, ascending */
    uint8_t *labels; /* the true classes, in the order of the scores */
};

/* From predictions, not calibrated, of rows that the model was not trained on. */
void sr_conformal_fit(struct sr_conformal *conformal, const struct sr_predictions *predictions);
void sr_conformal_fini(struct sr_conformal *conformal);

/* The thresholds for a coverage in 0 to 1, one for each class: all the same, unless `by_class`. A
 * class with too few rows for a threshold of its own has the common one. INFINITY where there are
 * too few rows altogether: then the set is all classes. */
void sr_conformal_thresholds(const struct sr_conformal *conformal, double coverage, bool by_class,
                             double *thresholds);
/* The set of one sample from its probabilities, not calibrated; never empty. Returns its size. */
size_t sr_conformal_set(const struct sr_conformal *conformal, const double *thresholds,
                        const float *probabilities, bool *members);

/* What sets do on a split. */
struct sr_coverage {
    double coverage, low, high;       /* share that hold the true class, Wilson's 95 % interval */
    double size, size_low, size_high; /* mean, normal 95 % interval */
    struct {
        size_t support;
        double coverage, low, high, size; /* NaN where there are no samples of the class */
    } per_class[SR_CLASSES_MAX];
};
/* `sizes` and `held` have an entry for each sample: classes in its set, and whether the true one is
 * among them. NaN of no samples. */
void sr_coverage(struct sr_coverage *coverage, const uint16_t *sizes, const bool *held,
                 const uint8_t *truth, size_t count, int classes);

#endif
