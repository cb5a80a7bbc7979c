/* Fitting a multinomial logistic regression.
 *
 * The objective is scikit-learn's: sum over images of the cross-entropy + |W|²/(2C), biases not
 * penalised. L-BFGS minimises it in single precision, over other variables (logreg_metric.h). Where
 * the penalty is so weak that this does not lead to the minimum, Newton's method in double
 * precision goes on from there (logreg_newton.h). */
#include "cholesky.h"
#include "lbfgs.h"
#include "logreg.h"
#include "logreg_blocks.h"
#include "logreg_metric.h"
#include "logreg_newton.h"
#include "logreg_ranks.h"
#include "logreg_span.h"
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
_Static_assert((int)NEWTON_BLOCK <= (int)BLOCK, "the rows of a block would not fit");
/* How far above its minimum the objective may be, as a share of it; what of that Newton's method
 * has, so that its weights can be rounded, and the same for the length of its gradient, as a share
 * of that at the start. */
static const double wanted_share = 1e-4, newton_share = 2e-5;
/* Up to this C single precision leads there, and an estimate of the same counts, which is up to
 * thirty times too low as long as C times the number of images is no more than `few`: 5e-5 of the
 * objective at 1,000, 8e-5 at 2,000, but 1.5e-4 at 6,000 (20,000 and 60,000 images). */
static const double strong = 0.3, strong_share = 2e-6, few = 1500;

/* Above these two, up to this C, L-BFGS takes some steps, then goes on with blocks of the Hessian
 * there, each from so many rows (logreg_blocks.h). It is at the minimum when a step was expected to
 * lower the objective by no more than a share of it, and the last RECENT steps together by no more
 * than a larger share; both divided by C where that is above 1. What is expected is up to ten times
 * too low, and what is left to go is about what RECENT steps have gone: with these shares it was
 * 3e-5 to 6e-5 of the objective (C = 0.5 to 3 on 60,000 images). */
static const double moderate = 4, expected_share = 1e-5, recent_share = 5e-5;
enum { FIRST_STEPS = 10, BLOCK_ROWS = 4096, RECENT = 10 };
/* Iterations within which the gradient halves, or single precision has come to its end; the share
 * of the objective that rounding may change it by. */
enum { PATIENCE = 40 };
static const double noise = 5e-7;

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
    struct logreg_ranks shared;
    struct logreg_nodes nodes; /* of the present pass */
    struct sr_error failure;   /* of another process */
    double *weights;           /* present ones, in double precision */
    double *variables;         /* the same as the optimiser sees them, or a gradient */
    double loss, accuracy;     /* means over the training images at the last evaluation */
    double largest, norm;      /* component, and length, of the mean objective's gradient there */
    double first_largest, first_norm; /* at the start */
    double value;                     /* of the objective */
    double estimate;          /* of the same: by the variables the Hessian is about the identity */
    double above;             /* a bound on how far the objective is above its minimum */
    struct logreg_span *span; /* while Newton's method works in it */
    struct logreg_blocks *blocks; /* while L-BFGS goes on with them */
    float *shares;                /* for each training image, its classes' probabilities */
    double recent[RECENT];        /* values of the last iterations, each at its number % RECENT */
    double halved;                /* the last gradient's length that was half of the one before, */
    int halved_at;                /* and the iteration */
    double start, lap;
    int iterations, before; /* before: those that L-BFGS had taken when it began again */
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

/* The slices of this process's nodes, and the sums over those. False when asked to stop. */
static bool pass_nodes(struct objective *objective, const struct logreg_rows *rows, bool gradient)
{
    struct logreg_nodes *nodes = &objective->nodes;
    const struct logreg_ranks *shared = &objective->shared;
    const size_t length = logreg_count(objective->model),
                 first = logreg_nodes_first(shared, nodes, shared->number),
                 last = logreg_nodes_first(shared, nodes, shared->number + 1);
    const size_t end = last * nodes->width < nodes->slices ? last * nodes->width : nodes->slices;
    objective->rows = rows;
    objective->gradient = gradient;
    for (objective->base = first * nodes->width; objective->base < end; objective->base += REGION) {
        size_t region = end - objective->base < REGION ? end - objective->base : REGION;
        sr_pool_run(objective->fit->pool, region, pass_slice, objective);
        if (!sr_monitor_proceed(objective->fit->monitor)) return false;
    }
    for (size_t n = first; n < last; n++) {
        const size_t slice = n * nodes->width, left = nodes->slices - slice,
                     count = left < nodes->width ? left : nodes->width;
        if (gradient)
            sr_pool_reduce(objective->fit->pool, nodes->sums + n * length,
                           objective->parts + slice * length, count, length, length);
        nodes->losses[n] = sr_tree_sum(objective->losses + slice, count);
        nodes->corrects[n] = 0;
        for (size_t s = slice; s < slice + count; s++) nodes->corrects[n] += objective->corrects[s];
    }
    return true;
}

/* Mean loss and accuracy of the model on some rows and, if wanted, the gradient of the summed loss.
 * False when asked to stop, or when another process fails. */
static bool pass(struct objective *objective, const struct logreg_rows *rows, bool gradient,
                 double *loss, double *accuracy)
{
    const size_t slices = (rows->samples.count + SLICE - 1) / SLICE,
                 length = logreg_count(objective->model);
    const struct logreg_order order = {rows == &objective->train ? LOGREG_TRAIN : LOGREG_VALIDATION,
                                       gradient};
    struct logreg_nodes *nodes = &objective->nodes;
    double correct = 0;
    logreg_nodes_cut(&objective->shared, slices, nodes);
    logreg_ranks_ask(&objective->shared, order, objective->model->weights, length);
    if (!pass_nodes(objective, rows, gradient) ||
        logreg_ranks_collect(&objective->shared, gradient, nodes, &objective->failure)) {
        objective->stopped = true;
        return false;
    }
    for (size_t n = 0; n < nodes->count; n++) correct += (double)nodes->corrects[n];
    if (gradient)
        sr_pool_reduce(objective->fit->pool, objective->sum, nodes->sums, nodes->count, length,
                       length);
    *loss = sr_tree_sum(nodes->losses, nodes->count) / (double)rows->samples.count;
    *accuracy = correct / (double)rows->samples.count;
    return true;
}

/* Not rank 0: compute nodes of passes until there are no more. */
static void help(struct objective *objective, enum sr_status status, const struct sr_error *error)
{
    float *weights = objective->model ? objective->model->weights : NULL;
    const size_t length = weights ? logreg_count(objective->model) : 0;
    for (struct logreg_order order;
         (order = logreg_ranks_next(&objective->shared, weights, length)).pass != LOGREG_END;) {
        const struct logreg_rows *rows =
            order.pass == LOGREG_TRAIN ? &objective->train : &objective->validation;
        if (!status) {
            logreg_nodes_cut(&objective->shared, (rows->samples.count + SLICE - 1) / SLICE,
                             &objective->nodes);
            pass_nodes(objective, rows, order.gradient);
        }
        logreg_ranks_answer(&objective->shared, order.gradient, &objective->nodes, status, error);
    }
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
    objective->norm = sqrt(lbfgs_dot(length, objective->variables, objective->variables)) / count;
    objective->above = newton_bound(objective->variables, objective->weights,
                                    (size_t)objective->model->shape.classes, n - 1, objective->C);
    sr_pool_run(objective->fit->pool, (size_t)objective->model->shape.classes, to_gradient,
                objective);
    memcpy(gradient, objective->variables, length * sizeof *gradient);
    objective->estimate = lbfgs_dot(length, gradient, gradient) / 2;
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

/* Is the objective with that value at its minimum, as far as single precision can tell? */
static bool at_minimum(const struct objective *objective, double value, double expected)
{
    if (objective->largest > objective->tolerance) return false;
    if (objective->blocks) {
        const double share = fmin(1, 1 / objective->C) * value;
        return expected <= expected_share * share &&
               objective->recent[objective->iterations % RECENT] - value <= recent_share * share;
    }
    return objective->above <= wanted_share * value ||
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

/* ---- Newton's method ---- */

static void newton_rows(void *context, size_t first, size_t count, int worker, double *out)
{
    const struct objective *objective = context;
    const size_t inputs = objective->model->inputs;
    const float *values = logreg_rows_values(&objective->train, first, count,
                                             objective->values + (size_t)worker * BLOCK * inputs);
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
    report_epoch(objective, sr_clock_seconds());
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

static struct newton_problem in_double(struct objective *objective)
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
static enum sr_status refine(struct objective *objective, const double *x, struct sr_error *error)
{
    const size_t length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const double norm = fmin(objective->tolerance, newton_share * objective->first_norm);
    double *weights = sr_array_new(length, sizeof *weights, "the weights", error);
    if (!weights) return SR_ERROR_MEMORY;
    set_weights(objective, x);
    memcpy(weights, objective->weights, length * sizeof *weights);
    struct newton newton = {.problem = in_double(objective),
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
                               point.norm <= wanted_share * objective->first_norm &&
                               objective->above <= wanted_share * point.value;
    }
    free(weights);
    return status;
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
    const size_t nodes = logreg_nodes_most(&objective->shared);
    objective->nodes.length = length;
    objective->nodes.losses =
        sr_array_new(nodes, sizeof *objective->nodes.losses, "the losses", error);
    objective->nodes.corrects =
        sr_array_new(nodes, sizeof *objective->nodes.corrects, "the losses", error);
    objective->nodes.sums =
        sr_array_new(nodes * length, sizeof *objective->nodes.sums, "the gradients", error);
    objective->weights = sr_array_new(length, sizeof *objective->weights, "the weights", error);
    objective->variables = sr_array_new(length, sizeof *objective->variables, "the weights", error);
    return objective->values && objective->logits && objective->parts && objective->sum &&
                   objective->losses && objective->corrects && objective->nodes.losses &&
                   objective->nodes.corrects && objective->nodes.sums && objective->weights &&
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
    free(objective->nodes.losses);
    free(objective->nodes.corrects);
    free(objective->nodes.sums);
    free(objective->weights);
    free(objective->variables);
    logreg_rows_fini(&objective->train);
    logreg_rows_fini(&objective->validation);
    logreg_free(objective->model);
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
    const size_t classes = (size_t)objective->model->shape.classes, begin = index * SLICE,
                 left = rows->samples.count - begin, end = begin + (left < SLICE ? left : SLICE);
    float *scratch = objective->values + (size_t)worker * BLOCK * objective->model->inputs;
    uint32_t correct = 0;
    for (size_t first = begin; first < end; first += BLOCK) {
        const size_t count = end - first < BLOCK ? end - first : BLOCK;
        float *shares = objective->shares + first * classes;
        logreg_logits(objective->model, logreg_rows_values(rows, first, count, scratch), count,
                      shares);
        softmax_rows(shares, count, classes, &rows->samples, first, &correct);
        for (size_t i = 0; i < count; i++)
            shares[i * classes + (size_t)sr_samples_label(&rows->samples, first + i)] += 1;
    }
}

static void apply_blocks(void *context, double *vector)
{
    logreg_blocks_solve(((struct objective *)context)->blocks, vector);
}

/* Go on from x, over the weights themselves, which take its place. */
static enum sr_status descend_by_blocks(struct objective *objective, double *x,
                                        struct sr_error *error)
{
    const size_t count = objective->train.samples.count, length = logreg_count(objective->model);
    const int most = (int)sr_args_integer(objective->fit->params, "max_iterations");
    const struct newton_problem problem = in_double(objective);
    struct logreg_blocks blocks;
    set_weights(objective, x);
    memcpy(x, objective->weights, length * sizeof *x);
    free(objective->factor);
    objective->factor = NULL;
    enum sr_status status = logreg_blocks_init(&blocks, &problem, error);
    objective->shares = sr_array_raw(count * problem.classes, sizeof *objective->shares,
                                     "the probabilities", error);
    if (!objective->shares) status = SR_ERROR_MEMORY;
    if (!status) {
        sr_pool_run(objective->fit->pool, (count + SLICE - 1) / SLICE, share_slice, objective);
        if (logreg_blocks_sample(&blocks, objective->shares, BLOCK_ROWS)) {
            objective->blocks = &blocks;
            objective->before = objective->halved_at = objective->iterations;
            objective->halved = INFINITY;
            for (int i = 0; i < RECENT; i++) objective->recent[i] = INFINITY;
            const struct lbfgs search = {.count = length,
                                         .max_iterations = most - most / 4 - objective->before,
                                         .noise = noise,
                                         .stop = &objective->stopped,
                                         .context = objective,
                                         .evaluate = evaluate,
                                         .precondition = apply_blocks,
                                         .accept = accept};
            status = lbfgs_minimize(&search, x, error);
            objective->blocks = NULL;
        }
    }
    logreg_blocks_fini(&blocks);
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
                                  .evaluate = evaluate,
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
        status = refine(objective, x, error);
    else if (!status)
        set_weights(objective, x);
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
        help(&objective, status, error);
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
