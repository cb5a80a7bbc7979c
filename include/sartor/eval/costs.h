/* costs.h - what each mistake costs: a table by true and predicted class.
 *
 * As a file it is CSV: a line for each true class in label order, on it a number (0 or more) for
 * each predicted class. Lines that are empty or begin with # are left out. Plain arrays in, plain
 * structs out. */
#ifndef SARTOR_EVAL_COSTS_H
#define SARTOR_EVAL_COSTS_H

#include "sartor/eval/evaluation.h"

struct sr_costs {
    int classes;
    double *values; /* values[t × classes + p]: of predicting p where t is true */
};

/* `name` stands for the file in sentences. SR_ERROR_FORMAT with the line when it is no such table.
 */
enum sr_status sr_costs_parse(struct sr_costs *costs, const char *text, size_t length,
                              const char *name, int classes, struct sr_error *error);
enum sr_status sr_costs_read(struct sr_costs *costs, const char *path, int classes,
                             struct sr_error *error);
void sr_costs_fini(struct sr_costs *costs);

struct sr_cost {
    double total, mean; /* of the predictions; mean NaN of no samples */
    /* If each sample were given the class of least expected cost, Σ_t p(t) cost(t, class)
     * (Elkan, 2001); the lower class on a tie. */
    double decided_total, decided_mean;
};
void sr_costs_apply(const struct sr_costs *costs, const struct sr_predictions *predictions,
                    struct sr_cost *cost);

#endif
