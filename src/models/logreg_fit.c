/* Fitting a multinomial logistic regression.
 *
 * The objective is scikit-learn's: sum over images of the cross-entropy + |W|²/(2C), biases not
 * penalised. L-BFGS minimises it in single precision, over other variables (logreg_metric.h). Where
 * the penalty is so weak that this does not lead to the minimum, Newton's method in double
 * precision goes on from there (logreg_newton.h). */
#include "lbfgs.h"
#include "logreg_blocks.h"
#include "logreg_metric.h"
#include "logreg_objective.h"
#include "logreg_sample.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to this C single precision leads there, and an estimate of the same counts, which is up to
 * thirty times too low as long as C times the number of images is no more than `few`: 5e-5 of the
 * objective at 1,000, 8e-5 at 2,000, but 1.5e-4 at 6,000 (20,000 and 60,000 images). */
static const double strong = 0.3, strong_share = 2e-6, few = 1500;

/* Above these two, up to this C, L-BFGS takes some steps, then goes on with blocks of the Hessian
 * there, each from so many rows (logreg_sample.h). It is at the minimum when a step was expected to
 * lower the objective by no more than a share of it, and the last RECENT steps together by no more
 * than a larger share; both divided by C where that is above 1. What is expected is up to ten times
 * too low, and what is left to go is about what RECENT steps have gone: with these shares it was
 * 3e-5 to 6e-5 of the objective (C = 0.5 to 3 on 60,000 images). */
static const double moderate = 4, expected_share = 1e-5, recent_share = 5e-5;
enum { FIRST_STEPS = 10, BLOCK_ROWS = 4096, RECENT = OBJECTIVE_RECENT };
/* Iterations within which the gradient halves, or single precision has come to its end; the share
 * of the objective that rounding may change it by. */
enum { PATIENCE = 40 };
static const double noise = 5e-7;

/* Is the objective with that value at its minimum, as far as single precision can tell? */
static bool at_minimum(const struct objective *objective, double value, double expected)
{
    if (objective->largest > objective->tolerance) return false;
    if (objective->blocks) {
        const double share = fmin(1, 1 / objective->C) * value;
        return expected <= expected_share * share &&
               objective->recent[objective->iterations % RECENT] - value <= recent_share * share;
    }
    return objective->above <= objective_share * value ||
           (objective->C <= strong && objective->estimate <= strong_share * value);
}

/* Does single precision lead no further: does the gradient no longer shrink? */
static bool stalls(struct objective *objective)
{
    if (objective->norm <= objective->halved / 2) {
        objective->halved = objective->norm;
        objective->halved_at = objective->iterations;
    }
    return objective->iterations - objective->halved_at > PATIENCE;
}

static bool accept(void *context, int steps, double value, double expected)
{
    struct objective *objective = context;
    const int iteration = objective->before + steps;
    if (steps == 0 && objective->before) return true;
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const double now = sr_clock_seconds(), wanted = objective->tolerance;
    objective->iterations = iteration;
    if (iteration == 0) {
        objective->first_largest = objective->largest;
        objective->first_norm = objective->norm;
    }
    objective->value = value;
    objective->converged = at_minimum(objective, value, expected);
    objective->recent[iteration % RECENT] = value;
    if (iteration == 0) return objective->largest > wanted;
    objective_report(objective, now);
    /* The gradient shrinks by about the same factor each step; so many are left. */
    double factor = log(objective->first_largest / objective->largest);
    double left =
        factor > 0 ? iteration * log(objective->largest / wanted) / factor : most - iteration;
    left = fmax(0, fmin(left, most - iteration));
    struct sr_progress progress = {.unit = "iteration",
                                   .done = (uint64_t)iteration,
                                   .total = (uint64_t)(iteration + ceil(left)),
                                   .rate = iteration / (now - objective->start),
                                   .loss = objective->loss,
                                   .accuracy = objective->accuracy,
                                   .learning_rate = NAN};
    progress.seconds_left = left / progress.rate;
    snprintf(progress.note, sizeof progress.note, "gradient %.1e, wanted %.0e", objective->largest,
             wanted);
    sr_monitor_progress(objective->fit->monitor, &progress);
    /* Where the gradient is small but the minimum may be far, Newton's method takes over, unless
     * single precision leads there. */
    const bool goes_on = objective->blocks        ? !objective->converged && !stalls(objective)
                         : objective->C <= strong ? !objective->converged
                                                  : objective->largest > wanted;
    return goes_on && !objective->stopped;
}

/* Report that iterations ran out, or that the line search found no better point in single
 * precision. */
static void say_unconverged(const struct objective *objective)
{
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    struct sr_progress progress = {.unit = "iteration",
                                   .done = (uint64_t)objective->iterations,
                                   .total = (uint64_t)objective->iterations,
                                   .loss = objective->loss,
                                   .accuracy = objective->accuracy,
                                   .learning_rate = NAN,
                                   .remark = true};
    snprintf(progress.note, sizeof progress.note,
             "not converged in %d iterations: gradient %.1e, wanted %.0e; objective up to %.1g %% "
             "above its minimum; %s",
             objective->iterations, objective->largest, objective->tolerance,
             100 * objective->above / objective->value,
             objective->iterations >= most ? "a larger max_iterations goes on"
                                           : "a smaller C makes it easier");
    sr_monitor_progress(objective->fit->monitor, &progress);
}

/* What a fit begins with: the rows, a change of variables, memory. */
static enum sr_status prepare(struct objective *objective, struct sr_error *error)
{
    const struct sr_fit *fit = objective->fit;
    objective->model = logreg_new(fit->params, &fit->shape, error);
    if (!objective->model) return SR_ERROR_MEMORY;
    enum sr_status status =
        logreg_rows_init(&objective->train, objective->model, fit, &fit->train, error);
    if (!status && fit->validation.count)
        status = logreg_rows_init(&objective->validation, objective->model, fit, &fit->validation,
                                  error);
    if (!status && !objective->shared.number)
        status = logreg_metric(&objective->train, fit, objective->C, &objective->factor, error);
    if (!status) status = objective_init(objective, error);
    return status;
}

/* ---- with blocks of the Hessian ---- */

static void share_slice(void *context, size_t index, int worker)
{
    struct objective *objective = context;
    const struct logreg_rows *rows = &objective->train;
    const size_t classes = (size_t)objective->model->shape.classes, begin = index * OBJECTIVE_SLICE,
                 left = rows->samples.count - begin,
                 end = begin + (left < OBJECTIVE_SLICE ? left : OBJECTIVE_SLICE);
    float *scratch =
        objective->values + (size_t)worker * OBJECTIVE_BLOCK * objective->model->inputs;
    uint32_t correct = 0;
    for (size_t first = begin; first < end; first += OBJECTIVE_BLOCK) {
        const size_t count = end - first < OBJECTIVE_BLOCK ? end - first : OBJECTIVE_BLOCK;
        float *shares = objective->shares + first * classes;
        logreg_logits(objective->model, logreg_rows_values(rows, first, count, scratch), count,
                      shares);
        objective_softmax(shares, count, classes, &rows->samples, first, &correct);
        for (size_t i = 0; i < count; i++)
            shares[i * classes + (size_t)sr_samples_label(&rows->samples, first + i)] += 1;
    }
}

static void apply_blocks(void *context, double *vector)
{
    logreg_sample_solve(((struct objective *)context)->blocks, vector);
}

/* Go on from x, over the weights themselves, which take its place. */
static enum sr_status descend_by_blocks(struct objective *objective, double *x,
                                        struct sr_error *error)
{
    const size_t count = objective->train.samples.count, length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const struct newton_problem problem = objective_problem(objective);
    struct logreg_sample blocks;
    objective_set_weights(objective, x);
    memcpy(x, objective->weights, length * sizeof *x);
    free(objective->factor);
    objective->factor = NULL;
    enum sr_status status = logreg_sample_init(&blocks, &problem, BLOCK_ROWS, error);
    objective->shares = sr_array_raw(count * problem.classes, sizeof *objective->shares,
                                     "the probabilities", error);
    if (!objective->shares) status = SR_ERROR_MEMORY;
    if (!status) {
        sr_pool_run(objective->fit->pool, (count + OBJECTIVE_SLICE - 1) / OBJECTIVE_SLICE,
                    share_slice, objective);
        if (logreg_sample_make(&blocks, objective->shares)) {
            objective->blocks = &blocks;
            objective->before = objective->halved_at = objective->iterations;
            objective->halved = INFINITY;
            for (int i = 0; i < RECENT; i++) objective->recent[i] = INFINITY;
            const struct lbfgs search = {.count = length,
                                         .max_iterations = most - most / 4 - objective->before,
                                         .noise = noise,
                                         .stop = &objective->stopped,
                                         .context = objective,
                                         .evaluate = objective_evaluate,
                                         .precondition = apply_blocks,
                                         .accept = accept};
            status = lbfgs_minimize(&search, x, error);
            objective->blocks = NULL;
        }
    }
    logreg_sample_fini(&blocks);
    free(objective->shares);
    return status;
}

/* Lead the objective to its minimum. */
static enum sr_status descend(struct objective *objective, struct sr_error *error)
{
    const size_t length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    double *x = sr_array_new(length, sizeof *x, "the weights", error);
    if (!x) return SR_ERROR_MEMORY;
    const bool by_blocks =
        (objective->C > strong || objective->C * (double)objective->train.samples.count > few) &&
        objective->C <= moderate && objective->factor && most >= 4 * FIRST_STEPS &&
        !logreg_blocks_diagonal(objective->model->inputs, (size_t)objective->model->shape.classes);
    const struct lbfgs problem = {.count = length,
                                  /* Where it may not lead to the minimum, Newton's method has its
                                   * share of the steps. */
                                  .max_iterations = by_blocks               ? FIRST_STEPS
                                                    : objective->C > strong ? (most + 1) / 2
                                                                            : most,
                                  .stop = &objective->stopped,
                                  .context = objective,
                                  .evaluate = objective_evaluate,
                                  .accept = accept};
    enum sr_status status = lbfgs_minimize(&problem, x, error);
    if (!status && by_blocks && !objective->converged && !objective->stopped)
        status = descend_by_blocks(objective, x, error);
    if (!status && objective->failure.status) {
        *error = objective->failure;
        status = error->status;
    }
    if (!status && objective->stopped && objective->iterations == 0)
        status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
    if (!status && !objective->converged && !objective->stopped)
        status = objective_refine(objective, x, error);
    else if (!status)
        objective_set_weights(objective, x);
    if (!status && !objective->converged && !objective->stopped) say_unconverged(objective);
    free(x);
    return status;
}

enum sr_status logreg_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct objective objective = {.fit = fit, .start = sr_clock_seconds()};
    objective.lap = objective.start;
    objective.C = sr_args_number(fit->params, "C");
    objective.tolerance = sr_args_number(fit->params, "tolerance");
    logreg_ranks_init(&objective.shared, fit);
    enum sr_status status = prepare(&objective, error);
    if (objective.shared.number) {
        objective_help(&objective, status, error);
        objective_fini(&objective);
        return SR_ERROR_CANCELLED;
    }
    if (!status) status = descend(&objective, error);
    logreg_ranks_end(&objective.shared);
    if (!status) {
        *state = objective.model;
        objective.model = NULL;
    }
    objective_fini(&objective);
    return status;
}
