/* evaluation.h - predictions for a set of samples, and measures of how good they are.
 *
 * Plain arrays in, plain structs out; nothing here knows of models or sessions. */
#ifndef SARTOR_EVAL_EVALUATION_H
#define SARTOR_EVAL_EVALUATION_H

#include "sartor/base/error.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A model's predictions for `count` samples. The maker frees it; rows are copied. */
struct sr_predictions {
    size_t count;
    int classes;
    uint32_t *rows;       /* row of each sample in its file, ascending */
    uint8_t *truth;       /* labels */
    uint8_t *predicted;   /* arg max, the lower class on a tie */
    float *probabilities; /* count × classes */
};

/* Allocate for these samples, with rows and truth filled in; the caller fills
 * `probabilities`, then calls finish for `predicted`. */
enum sr_status sr_predictions_init(struct sr_predictions *predictions,
                                   const struct sr_samples *samples, int classes,
                                   struct sr_error *error);
/* The class of the largest of `classes` probabilities, the lower one on a tie. */
int sr_predicted_class(const float *probabilities, int classes);
void sr_predictions_finish(struct sr_predictions *predictions);
void sr_predictions_fini(struct sr_predictions *predictions);
/* Those of the samples whose `chosen` is `wanted`. */
struct sr_predictions sr_predictions_part(const struct sr_predictions *all, const bool *chosen,
                                          bool wanted);
/* Position of a row, or SIZE_MAX. */
size_t sr_predictions_find(const struct sr_predictions *predictions, uint32_t row);

struct sr_class_metrics {
    size_t support;               /* samples of the class */
    double precision, recall, f1; /* 0 where undefined (0/0), as scikit-learn's default */
};

/* What a probability of 0 counts as in the log loss. */
#define SR_PROBABILITY_LEAST 1e-7

struct sr_evaluation {
    size_t count;
    int classes;
    double accuracy;
    /* Mean negative log probability of the truth, which counts as SR_PROBABILITY_LEAST where it is
     * less; how many such samples there are, and what of the loss they make. */
    double loss, clipped_loss;
    size_t clipped;
    /* Means over the classes that occur, as truth or as predictions. */
    double macro_precision, macro_recall, macro_f1;
    double accuracy_low, accuracy_high;                        /* Wilson 95 % interval */
    double calibration_error, calibration_bias, top2_accuracy; /* see significance.h */
    struct sr_class_metrics per_class[SR_CLASSES_MAX];
};

/* matrix[t × classes + p] counts samples of true class t predicted as p. */
void sr_confusion(const struct sr_predictions *predictions, uint64_t *matrix);
/* Of no samples, accuracy and loss are NaN. */
void sr_evaluate(struct sr_evaluation *evaluation, const struct sr_predictions *predictions);
/* Precision, recall, F1 from a matrix alone. */
void sr_metrics_from_matrix(const uint64_t *matrix, int classes, struct sr_class_metrics *metrics);
/* Their means over the classes that occur, as truth or as predictions; `support` is how many those
 * are. */
void sr_macro_metrics(const uint64_t *matrix, int classes, const struct sr_class_metrics *metrics,
                      struct sr_class_metrics *mean);
/* Negative logarithm of the true class's probability, clipped at 1e-7. */
double sr_log_loss(double probability);
/* Wilson (1927) score interval for `successes` of `count` at normal quantile z (1.959964 for 95 %).
 */
void sr_wilson(double successes, double count, double z, double *low, double *high);

#endif
