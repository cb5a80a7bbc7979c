/* Fitting a multinomial logistic regression.
 *
 * The objective is scikit-learn's: sum over images of the cross-entropy + |W|²/(2C), biases not
 * penalised. L-BFGS minimises it in single precision, over other variables (logreg_metric.h). Where
 * the penalty is so weak that this does not lead to the minimum, Newton's method in double
 * precision goes on from there (logreg_newton.h). */
#include "cholesky.h"
#include "lbfgs.h"
#include "logreg.h"
#include "logreg_metric.h"
#include "logreg_newton.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/tree.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows in a slice, which gives one gradient; in a block of a slice, which fits the cache of a core,
 * since rows are read twice; rows between two prefetches; slices in a region of the pool. */
enum { SLICE = 512, BLOCK = 64, STEP = 16, REGION = 64 };
/* How far above its minimum the objective may be, as a share of it. */
static const double gap = 1e-5;
/* ---- the objective ---- */

struct objective {
    struct logreg *model;
    const struct sr_fit *fit;
    struct logreg_rows train, validation;
    double C, tolerance;
    double *factor; /* (inputs + 1)², its lower triangle: L; NULL for the identity */
    const struct logreg_rows *rows; /* that the present pass reads */
    size_t base;                    /* first slice of the pass's present region */
    bool gradient;                  /* wanted from the pass */
    float *values;                  /* for each worker, BLOCK × inputs */
    float *logits;                  /* for each worker, BLOCK × classes */
    float *parts;                   /* for each slice, a gradient like the weights */
    float *sum;                     /* of the parts */
    double *losses;                 /* for each slice */
    uint32_t *corrects;             /* for each slice */
    double *weights;                /* present ones, in double precision */
    double *variables;              /* the same as the optimiser sees them, or a gradient */
    double *exact;                  /* weights of Newton's method, NULL before it */
    const struct newton *newton;
    double loss, accuracy; /* means over the training images at the last evaluation */
    double largest;        /* component of the mean objective's gradient there */
    double first_largest;  /* at the start */
    double above;          /* an estimate of how far the objective is above its minimum */
    double start, lap;
    int iterations;
    bool stopped, converged;
};

/* Cross-entropy and its derivative by the logits, which takes their place: p - [y]. */
static double softmax_rows(float *logits, size_t count, size_t classes,
                           const struct sr_samples *samples, size_t first, uint32_t *correct)
{
    double loss = 0;
    for (size_t i = 0; i < count; i++) {
        float *z = logits + i * classes, largest = z[0], total = 0;
        const size_t label = (size_t)sr_samples_label(samples, first + i);
        size_t best = 0;
        for (size_t c = 1; c < classes; c++) {
            if (z[c] > largest) {
                largest = z[c];
                best = c;
            }
        }
        const float truth = z[label];
        for (size_t c = 0; c < classes; c++) {
            z[c] = expf(z[c] - largest);
            total += z[c];
        }
        for (size_t c = 0; c < classes; c++) z[c] /= total;
        z[label] -= 1;
        loss += (double)(logf(total) + (largest - truth));
        *correct += best == label;
    }
    return loss;
}

static void pass_slice(void *context, size_t index, int worker)
{
    struct objective *objective = context;
    const struct logreg *model = objective->model;
    const struct logreg_rows *rows = objective->rows;
    const size_t slice = objective->base + index, begin = slice * SLICE;
    const size_t end = rows->samples.count - begin < SLICE ? rows->samples.count : begin + SLICE;
    const size_t classes = (size_t)model->shape.classes, inputs = model->inputs;
    const int k = (int)classes, d = (int)inputs;
    float *logits = objective->logits + (size_t)worker * BLOCK * classes;
    float *scratch = objective->values + (size_t)worker * BLOCK * inputs;
    float *part = objective->parts + slice * logreg_count(model);
    if (objective->gradient) memset(part, 0, logreg_count(model) * sizeof *part);
    objective->losses[slice] = 0;
    objective->corrects[slice] = 0;
    for (size_t first = begin; first < end; first += BLOCK) {
        const size_t count = end - first < BLOCK ? end - first : BLOCK;
        const float *values = logreg_rows_values(rows, first, count, scratch);
        for (size_t i = 0; i < count; i += STEP) {
            logreg_rows_expect(rows, first + BLOCK + i, STEP);
            logreg_logits(model, values + i * inputs, count - i < STEP ? count - i : STEP,
                          logits + i * classes);
        }
        objective->losses[slice] += softmax_rows(logits, count, classes, &rows->samples, first,
                                                 &objective->corrects[slice]);
        if (!objective->gradient) continue;
        sr_gemm(NULL, 1, sr_transpose(sr_matrix(logits, (int)count, k, k)),
                sr_matrix(values, (int)count, d, d), 1, part, d + 1);
        for (size_t c = 0; c < classes; c++) {
            float sum = 0;
            for (size_t i = 0; i < count; i++) sum += logits[i * classes + c];
            part[c * (inputs + 1) + inputs] += sum;
        }
    }
}

/* Mean loss and accuracy of the model on some rows and, if wanted, the gradient of the summed loss.
 * False when asked to stop. */
static bool pass(struct objective *objective, const struct logreg_rows *rows, bool gradient,
                 double *loss, double *accuracy)
{
    const size_t slices = (rows->samples.count + SLICE - 1) / SLICE,
                 length = logreg_count(objective->model);
    double correct = 0;
    objective->rows = rows;
    objective->gradient = gradient;
    for (objective->base = 0; objective->base < slices; objective->base += REGION) {
        size_t region = slices - objective->base < REGION ? slices - objective->base : REGION;
        sr_pool_run(objective->fit->pool, region, pass_slice, objective);
        if (!sr_monitor_proceed(objective->fit->monitor)) {
            objective->stopped = true;
            return false;
        }
    }
    for (size_t s = 0; s < slices; s++) correct += objective->corrects[s];
    if (gradient)
        sr_pool_reduce(objective->fit->pool, objective->sum, objective->parts, slices, length,
                       length);
    *loss = sr_tree_sum(objective->losses, slices) / (double)rows->samples.count;
    *accuracy = correct / (double)rows->samples.count;
    return true;
}

/* Row by row, one class each: w = v L⁻¹, back from the end. */
static void to_weights(void *context, size_t row, int worker)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1;
    double *w = objective->weights + row * n;
    (void)worker;
    memcpy(w, objective->variables + row * n, n * sizeof *w);
    if (objective->factor) cholesky_backward(objective->factor, n, w);
}

/* A gradient by the weights becomes one by the variables, in place: g L'⁻¹. */
static void to_gradient(void *context, size_t row, int worker)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1;
    (void)worker;
    if (objective->factor) cholesky_forward(objective->factor, n, objective->variables + row * n);
}

static void set_weights(struct objective *objective, const double *variables)
{
    const size_t length = logreg_count(objective->model);
    memcpy(objective->variables, variables, length * sizeof *variables);
    sr_pool_run(objective->fit->pool, (size_t)objective->model->shape.classes, to_weights,
                objective);
    for (size_t i = 0; i < length; i++) objective->model->weights[i] = (float)objective->weights[i];
}

static double evaluate(void *context, const double *variables, double *gradient)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1, length = logreg_count(objective->model);
    const double count = (double)objective->train.samples.count;
    double penalty = 0, largest = 0;
    set_weights(objective, variables);
    if (!pass(objective, &objective->train, true, &objective->loss, &objective->accuracy))
        return NAN;
    for (size_t i = 0; i < length; i++) {
        bool bias = i % n == n - 1;
        double w = bias ? 0 : objective->weights[i],
               g = (double)objective->sum[i] + w / objective->C;
        penalty += w * w;
        largest = fmax(largest, fabs(g));
        objective->variables[i] = g;
    }
    objective->largest = largest / count;
    sr_pool_run(objective->fit->pool, (size_t)objective->model->shape.classes, to_gradient,
                objective);
    memcpy(gradient, objective->variables, length * sizeof *gradient);
    /* As a function of the variables the Hessian is about the identity, unless the penalty is weak:
     * then less is believed of this. */
    objective->above = lbfgs_dot(length, gradient, gradient) / 2;
    return objective->loss * count + penalty / (2 * objective->C);
}

/* The present step, as an epoch. */
static void report_epoch(struct objective *objective, double now)
{
    struct sr_epoch epoch = {.epoch = objective->iterations,
                             .train_loss = objective->loss,
                             .train_accuracy = objective->accuracy,
                             .validation_loss = NAN,
                             .validation_accuracy = NAN,
                             .learning_rate = NAN,
                             .seconds = now - objective->lap};
    if (objective->validation.samples.count)
        pass(objective, &objective->validation, false, &epoch.validation_loss,
             &epoch.validation_accuracy);
    sr_monitor_epoch(objective->fit->monitor, &epoch);
    objective->lap = now;
}

static bool accept(void *context, int iteration, double value)
{
    struct objective *objective = context;
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const double now = sr_clock_seconds(), wanted = objective->tolerance;
    objective->iterations = iteration;
    objective->converged = objective->largest <= wanted &&
                           objective->above <= fmin(1, 1 / objective->C) * 10 * gap * value;
    if (iteration == 0) {
        objective->first_largest = objective->largest;
        return objective->largest > wanted;
    }
    report_epoch(objective, now);
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
    /* Where the gradient is small but the minimum may be far, Newton's method takes over. */
    return objective->largest > wanted && !objective->stopped;
}

/* Report that iterations ran out, or that the line search found no better point in single
 * precision. */
static void say_unconverged(const struct objective *objective)
{
    struct sr_progress progress = {.unit = "iteration",
                                   .done = (uint64_t)objective->iterations,
                                   .total = (uint64_t)objective->iterations,
                                   .loss = objective->loss,
                                   .accuracy = objective->accuracy,
                                   .learning_rate = NAN,
                                   .remark = true};
    snprintf(progress.note, sizeof progress.note,
             "not converged in %d iterations: gradient %.1e, wanted %.0e, and the objective may be "
             "above its minimum; a larger max_iterations goes on, a smaller C makes it easier",
             objective->iterations, objective->largest, objective->tolerance);
    sr_monitor_progress(objective->fit->monitor, &progress);
}

/* ---- Newton's method ---- */

static const float *newton_rows(void *context, size_t first, size_t count, float *scratch)
{
    const struct objective *objective = context;
    return logreg_rows_values(&objective->train, first, count, scratch);
}

static int newton_label(void *context, size_t row)
{
    return sr_samples_label(&((const struct objective *)context)->train.samples, row);
}

/* (L L')⁻¹ from both sides, class by class. */
static void newton_precondition(void *context, double *vector)
{
    struct objective *objective = context;
    const size_t length = logreg_count(objective->model),
                 classes = (size_t)objective->model->shape.classes;
    memcpy(objective->variables, vector, length * sizeof *vector);
    sr_pool_run(objective->fit->pool, classes, to_gradient, objective);
    sr_pool_run(objective->fit->pool, classes, to_weights, objective);
    memcpy(vector, objective->weights, length * sizeof *vector);
}

static bool newton_proceed(void *context, int step)
{
    struct objective *objective = context;
    const struct newton *newton = objective->newton;
    if (step) {
        objective->iterations++;
        objective->loss = newton->loss;
        objective->accuracy = newton->accuracy;
        objective->largest = newton->largest;
        for (size_t i = 0; i < logreg_count(objective->model); i++)
            objective->model->weights[i] = (float)objective->exact[i];
        report_epoch(objective, sr_clock_seconds());
        struct sr_progress progress = {.unit = "iteration",
                                       .done = (uint64_t)objective->iterations,
                                       .total = 0,
                                       .seconds_left = -1,
                                       .loss = objective->loss,
                                       .accuracy = objective->accuracy,
                                       .learning_rate = NAN};
        snprintf(progress.note, sizeof progress.note,
                 "double precision, gradient %.1e, wanted %.0e", objective->largest,
                 objective->tolerance);
        sr_monitor_progress(objective->fit->monitor, &progress);
    }
    if (!sr_monitor_proceed(objective->fit->monitor)) objective->stopped = true;
    return !objective->stopped;
}

/* Go on from the weights that L-BFGS has led to, or from zeros where it has not come below them. */
static enum sr_status refine(struct objective *objective, const double *x, struct sr_error *error)
{
    enum { PRODUCTS = 5 }; /* for each step that may be done, on the mean */
    const size_t length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations"),
              left = most - objective->iterations;
    objective->exact = sr_array_new(length, sizeof *objective->exact, "the weights", error);
    if (!objective->exact) return SR_ERROR_MEMORY;
    set_weights(objective, x);
    memcpy(objective->exact, objective->weights, length * sizeof *objective->exact);
    struct newton newton = {.count = objective->train.samples.count,
                            .inputs = objective->model->inputs,
                            .classes = (size_t)objective->model->shape.classes,
                            .C = objective->C,
                            .pool = objective->fit->pool,
                            .context = objective,
                            .rows = newton_rows,
                            .label = newton_label,
                            .precondition = newton_precondition,
                            .proceed = newton_proceed,
                            .max_steps = left,
                            .max_products = PRODUCTS * most,
                            .tolerance = objective->tolerance,
                            .gap = gap};
    objective->newton = &newton;
    objective->converged = newton_minimize(&newton, objective->exact);
    objective->loss = newton.loss;
    objective->accuracy = newton.accuracy;
    objective->largest = newton.largest;
    return SR_OK;
}

/* ---- the family ---- */

/* Allocate the scratch memory. */
static enum sr_status objective_init(struct objective *objective, struct sr_error *error)
{
    const size_t length = logreg_count(objective->model),
                 classes = (size_t)objective->model->shape.classes;
    const size_t train = objective->train.samples.count,
                 validation = objective->validation.samples.count;
    const size_t slices = ((train > validation ? train : validation) + SLICE - 1) / SLICE;
    const size_t workers = (size_t)sr_pool_threads(objective->fit->pool);
    objective->values = sr_array_new(workers * BLOCK * objective->model->inputs,
                                     sizeof *objective->values, "the images", error);
    objective->logits =
        sr_array_new(workers * BLOCK * classes, sizeof *objective->logits, "the logits", error);
    objective->parts =
        sr_array_new(slices * length, sizeof *objective->parts, "the gradients", error);
    objective->sum = sr_array_new(length, sizeof *objective->sum, "the gradients", error);
    objective->losses = sr_array_new(slices, sizeof *objective->losses, "the losses", error);
    objective->corrects = sr_array_new(slices, sizeof *objective->corrects, "the losses", error);
    objective->weights = sr_array_new(length, sizeof *objective->weights, "the weights", error);
    objective->variables = sr_array_new(length, sizeof *objective->variables, "the weights", error);
    return objective->values && objective->logits && objective->parts && objective->sum &&
                   objective->losses && objective->corrects && objective->weights &&
                   objective->variables
               ? SR_OK
               : SR_ERROR_MEMORY;
}

static void objective_fini(struct objective *objective)
{
    free(objective->factor);
    free(objective->values);
    free(objective->logits);
    free(objective->parts);
    free(objective->sum);
    free(objective->losses);
    free(objective->corrects);
    free(objective->weights);
    free(objective->variables);
    free(objective->exact);
    logreg_rows_fini(&objective->train);
    logreg_rows_fini(&objective->validation);
    logreg_free(objective->model);
}

enum sr_status logreg_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct objective objective = {.fit = fit, .start = sr_clock_seconds()};
    double *x = NULL;
    enum sr_status status;
    objective.lap = objective.start;
    objective.C = sr_args_number(fit->params, "C");
    objective.tolerance = sr_args_number(fit->params, "tolerance");
    objective.model = logreg_new(fit->params, &fit->shape, error);
    if (!objective.model) return SR_ERROR_MEMORY;
    status = logreg_rows_init(&objective.train, objective.model, fit, &fit->train, error);
    if (!status && fit->validation.count)
        status =
            logreg_rows_init(&objective.validation, objective.model, fit, &fit->validation, error);
    if (!status)
        status = logreg_metric(&objective.train, fit, objective.C, &objective.factor, error);
    if (!status) status = objective_init(&objective, error);
    if (status) goto out;
    const size_t length = logreg_count(objective.model);
    x = sr_array_new(length, sizeof *x, "the weights", error);
    status = x ? SR_OK : SR_ERROR_MEMORY;
    if (status) goto out;
    const int most = (int)sr_args_integer(fit->params, "max_iterations");
    const struct lbfgs problem = {.count = length,
                                  /* Where it may not lead to the minimum, Newton's method has its
                                   * share of the steps. */
                                  .max_iterations = objective.C > 1 ? (most + 1) / 2 : most,
                                  .stop = &objective.stopped,
                                  .context = &objective,
                                  .evaluate = evaluate,
                                  .accept = accept};
    status = lbfgs_minimize(&problem, x, error);
    if (!status && objective.stopped && objective.iterations == 0)
        status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
    if (status) goto out;
    if (!objective.converged && !objective.stopped) status = refine(&objective, x, error);
    if (status) goto out;
    if (!objective.converged && !objective.stopped) say_unconverged(&objective);
    if (objective.exact)
        for (size_t i = 0; i < length; i++) objective.model->weights[i] = (float)objective.exact[i];
    else
        set_weights(&objective, x);
    *state = objective.model;
    objective.model = NULL;
out:
    free(x);
    objective_fini(&objective);
    return status;
}
