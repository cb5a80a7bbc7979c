/* Fitting a logistic regression where single precision does not lead to the minimum. */
#include "logreg_objective.h"
#include "logreg_span.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)NEWTON_BLOCK <= (int)OBJECTIVE_BLOCK, "the rows of a block would not fit");
/* What of the share that the objective may be above its minimum Newton's method has, so that its
 * weights can be rounded; the same for the length of its gradient, as a share of that at the start.
 */
static const double newton_share = 2e-5;

static void newton_rows(void *context, size_t first, size_t count, int worker, double *out)
{
    const struct objective *objective = context;
    const size_t inputs = objective->model->inputs;
    const float *values =
        logreg_rows_values(&objective->train, first, count,
                           objective->values + (size_t)worker * OBJECTIVE_BLOCK * inputs);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < inputs; j++)
            out[i * (inputs + 1) + j] = (double)values[i * inputs + j];
}

static int newton_label(void *context, size_t row)
{
    return sr_samples_label(&((const struct objective *)context)->train.samples, row);
}

static bool newton_proceed(void *context)
{
    struct objective *objective = context;
    if (!sr_monitor_proceed(objective->fit->monitor)) objective->stopped = true;
    return !objective->stopped;
}

static void take_point(struct objective *objective, const struct newton_point *point)
{
    objective->loss = point->loss;
    objective->accuracy = point->accuracy;
    objective->largest = point->largest;
    objective->norm = point->norm;
    objective->value = point->value;
}

/* The step's weights are those of objective->span, if there is one. */
static void newton_step(void *owner, const struct newton_point *point, const double *weights)
{
    struct objective *objective = owner;
    const size_t length = logreg_count(objective->model);
    if (objective->span)
        logreg_span_leave(objective->span, weights, objective->weights);
    else
        memcpy(objective->weights, weights, length * sizeof *weights);
    for (size_t i = 0; i < length; i++) objective->model->weights[i] = (float)objective->weights[i];
    objective->iterations++;
    take_point(objective, point);
    objective_report(objective, sr_clock_seconds());
    struct sr_progress progress = {.unit = "iteration",
                                   .done = (uint64_t)objective->iterations,
                                   .total = 0,
                                   .seconds_left = -1,
                                   .loss = objective->loss,
                                   .accuracy = objective->accuracy,
                                   .learning_rate = NAN};
    snprintf(progress.note, sizeof progress.note,
             "double precision, gradient %.1e, objective at most %.0e above its minimum",
             objective->largest, point->above / point->value);
    sr_monitor_progress(objective->fit->monitor, &progress);
}

/* newton_minimize; of fewer rows than inputs, in as many variables as rows. */
static enum sr_status minimize(struct objective *objective, struct newton *newton, double *weights,
                               struct sr_error *error)
{
    const struct newton_problem whole = newton->problem;
    if (whole.count >= whole.inputs) return newton_minimize(newton, weights, error);
    struct logreg_span span;
    double *inner =
        sr_array_new(whole.classes * (whole.count + 1), sizeof *inner, "the weights", error);
    enum sr_status status = inner ? logreg_span_init(&span, &whole, error) : SR_ERROR_MEMORY;
    if (!status) {
        logreg_span_enter(&span, weights, inner);
        newton->problem = span.problem;
        objective->span = &span;
        status = newton_minimize(newton, inner, error);
        newton->problem = whole;
        objective->span = NULL;
    }
    if (!status) logreg_span_leave(&span, inner, weights);
    if (inner) logreg_span_fini(&span);
    free(inner);
    return status;
}

struct newton_problem objective_problem(struct objective *objective)
{
    return (struct newton_problem){.count = objective->train.samples.count,
                                   .inputs = objective->model->inputs,
                                   .classes = (size_t)objective->model->shape.classes,
                                   .C = objective->C,
                                   .pool = objective->fit->pool,
                                   .context = objective,
                                   .rows = newton_rows,
                                   .label = newton_label,
                                   .proceed = newton_proceed};
}

/* Go on from the weights that L-BFGS has led to. What counts in the end is the objective at the
 * weights in single precision, which the model keeps. */
enum sr_status objective_refine(struct objective *objective, const double *x,
                                struct sr_error *error)
{
    const size_t length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const double norm = fmin(objective->tolerance, newton_share * objective->first_norm);
    double *weights = sr_array_new(length, sizeof *weights, "the weights", error);
    if (!weights) return SR_ERROR_MEMORY;
    objective_set_weights(objective, x);
    memcpy(weights, objective->weights, length * sizeof *weights);
    struct newton newton = {.problem = objective_problem(objective),
                            .owner = objective,
                            .step = newton_step,
                            .max_steps = most - objective->iterations,
                            .norm = norm,
                            .gap = newton_share};
    struct newton_point point;
    enum sr_status status = minimize(objective, &newton, weights, error);
    const double least = newton.point.value - newton.point.above;
    for (size_t i = 0; !status && i < length; i++)
        weights[i] = objective->model->weights[i] = (float)weights[i];
    if (!status) status = newton_evaluate(&newton.problem, weights, &point, error);
    if (!status) {
        take_point(objective, &point);
        objective->above = point.value - least;
        objective->converged = point.largest <= objective->tolerance &&
                               point.norm <= objective_share * objective->first_norm &&
                               objective->above <= objective_share * point.value;
    }
    free(weights);
    return status;
}
