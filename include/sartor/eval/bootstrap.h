/* bootstrap.h - how far the measures of a model's predictions would move if other samples of the
 * same kind had been drawn.
 *
 * Shares of independent samples (accuracy, top 2, recall and precision of a class) have Wilson's
 * interval. The others are computed again from samples drawn from the given ones with replacement
 * (Efron, 1979): the interval runs from the 2.5th to the 97.5th percentile of what comes out. The
 * calibration error of few samples comes out too large, and that of drawn samples once more: for it
 * and the bias the percentiles are reflected about the estimate (the basic interval of Davison and
 * Hinkley, 1997, 5.2), cut at 0 for the error. Where chance alone would give the measured error,
 * its interval so begins at 0; it ends as far above what was measured as the draws end above their
 * mean, so that what was measured always lies in it.
 *
 * These intervals are about one fitted model. Another training of the same kind, by another seed,
 * may differ by more. Plain arrays in, plain structs out; any thread may call. */
#ifndef SARTOR_EVAL_BOOTSTRAP_H
#define SARTOR_EVAL_BOOTSTRAP_H

#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/eval/evaluation.h"

/* 95 %; NaN where nothing is known. */
struct sr_interval {
    double low, high;
};

struct sr_intervals {
    size_t drawn; /* times that samples were drawn */
    struct sr_interval top2_accuracy, loss, macro_precision, macro_recall, macro_f1;
    struct sr_interval calibration_error, calibration_bias, macro_auc;
    double mean_auc; /* mean of the classes' areas under the ROC curve */
    struct {
        struct sr_interval precision, recall, f1, auc, average_precision;
        double area, average; /* the AUC and the average precision themselves */
    } per_class[SR_CLASSES_MAX];
};

/* Same seed, same bits at any number of threads. SR_ERROR_CANCELLED when the monitor asks to end;
 * of no samples every interval is NaN. */
enum sr_status sr_bootstrap(struct sr_intervals *intervals,
                            const struct sr_predictions *predictions, uint64_t seed,
                            struct sr_pool *pool, const struct sr_monitor *monitor,
                            struct sr_error *error);

/* The `share` quantile of values in ascending order, with straight lines between them. */
double sr_quantile(const double *ascending, size_t count, double share);

#endif
