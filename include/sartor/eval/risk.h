/* risk.h - accuracy against the share of samples that are answered, where the least certain ones
 * are refused first.
 *
 * Samples are answered in the order of a score, the highest first. The share answered is the
 * coverage, the share of mistakes among them the risk (El-Yaniv and Wiener, 2010). The area under
 * the risk, its mean over all coverages (AURC; Geifman, Uziel and El-Yaniv, 2019), is small where a
 * model is right often, and where its mistakes have low scores. Samples of equal scores are
 * answered in no order: the mean over all orders is taken.
 *
 * Plain arrays in, plain structs out; any thread may call. */
#ifndef SARTOR_EVAL_RISK_H
#define SARTOR_EVAL_RISK_H

#include "sartor/eval/evaluation.h"
#include <stdbool.h>

enum { SR_RISK_POINTS = 200 };

struct sr_risk {
    double area;  /* NaN of no samples */
    size_t count; /* points, by the share that is answered, ascending; the last one answers all */
    /* A point lies where a score ends, not between samples of equal scores. */
    double answered[SR_RISK_POINTS], accuracy[SR_RISK_POINTS];
    double low[SR_RISK_POINTS], high[SR_RISK_POINTS]; /* Wilson's 95 % interval of the accuracy */
};
void sr_risk(struct sr_risk *risk, const double *scores, const bool *right, size_t count);
/* By the probability of the predicted class. */
void sr_risk_of(struct sr_risk *risk, const struct sr_predictions *predictions);

/* What a model does that does not answer some samples. Shares and accuracies from 0 to 1. */
struct sr_abstention {
    size_t count, answered;
    double share, accuracy, low, high; /* of the answered, Wilson's 95 % interval; NaN of none */
    double others;                     /* accuracy on those that are not answered; NaN of none */
};
void sr_abstention(struct sr_abstention *abstention, const struct sr_predictions *predictions,
                   const bool *answers);

#endif
