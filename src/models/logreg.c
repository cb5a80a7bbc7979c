/* Multinomial logistic regression with an L2 penalty, fitted by L-BFGS.
 *
 * The objective is scikit-learn's: sum over images of the cross-entropy + |W|²/(2C), biases not
 * penalised. It is minimised not over W but over V = W L, where L L' = a S + I/C and S is the sum
 * of x x' (with a constant 1 for the bias) over a sample of the training images: a S stands for the
 * Hessian, whose weights p(1 - p) average about a. Same minimum, several times fewer steps. Where
 * the penalty is so weak that single precision does not lead to the minimum, Newton's method in
 * double precision goes on from there, see logreg_newton.h. Pixels take no memory beyond the
 * images; other features four bytes each, 233 MB for the hog of 60,000.
 */
#include "lbfgs.h"
#include "logreg_newton.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/tree.h"
#include "sartor/compute/matrix.h"
#include "sartor/data/features.h"
#include "sartor/models/families.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows in a slice, which gives one gradient; in a block of a slice, which fits the cache of a core,
 * since rows are read twice; rows between two prefetches; slices in a region of the pool; rows of a
 * padded block in prediction. */
enum { SLICE = 512, BLOCK = 64, STEP = 16, REGION = 64, PREDICT_BLOCK = 64 };
/* The change of variables: the images it is computed from, and the number of features up to which
 * it saves time. */
enum { METRIC_ROWS = 8192, METRIC_MAX = 2048 };
static const double metric_weight = 0.05;
/* How far above its minimum the objective may be, as a share of it. */
static const double gap = 1e-5;

static const struct sr_param params[] = {
    {"C", SR_PARAM_NUMBER, .fallback = "0.1", .minimum = 1e-8, .maximum = 1e8,
     .help = "Inverse strength of the L2 penalty, as in scikit-learn."},
    {"features", SR_PARAM_CHOICE, .fallback = "pixels", .choices = SR_FEATURES_CHOICES,
     .help = "Pixels, or histograms of oriented gradients."},
    {"tolerance", SR_PARAM_NUMBER, .fallback = "1e-4", .minimum = 1e-9, .maximum = 1,
     .help = "Fitting ends when no component of the mean objective's gradient is larger."},
    {"max_iterations", SR_PARAM_INTEGER, .fallback = "300", .minimum = 1, .maximum = 100000,
     .help = "L-BFGS steps at most."},
    {0},
};

struct logreg {
    struct sr_model_shape shape;
    enum sr_features features;
    size_t inputs;  /* numbers an image */
    float *weights; /* classes × (inputs + 1), the bias last */
};

static size_t weight_count(const struct logreg *model)
{
    return (size_t)model->shape.classes * (model->inputs + 1);
}

static void logreg_free(void *state)
{
    struct logreg *model = state;
    if (!model) return;
    free(model->weights);
    free(model);
}

static uint64_t logreg_size(const void *state)
{
    return weight_count(state);
}

static struct logreg *logreg_new(const struct sr_args *args, const struct sr_model_shape *shape,
                                 struct sr_error *error)
{
    struct logreg *model = sr_xalloc(sizeof *model);
    model->shape = *shape;
    model->features = (enum sr_features)sr_features_find(sr_args_text(args, "features"));
    model->inputs = sr_features_size(model->features, shape->image);
    model->weights =
        sr_array_new(weight_count(model), sizeof *model->weights, "the weights", error);
    if (model->weights) return model;
    free(model);
    return NULL;
}

/* count × classes logits of rows of inputs. */
static void logits_of(const struct logreg *model, const float *rows, size_t count, float *logits)
{
    const size_t classes = (size_t)model->shape.classes;
    const int d = (int)model->inputs, k = (int)classes;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < classes; c++)
            logits[i * classes + c] = model->weights[c * (model->inputs + 1) + model->inputs];
    }
    sr_gemm_narrow(sr_matrix(rows, (int)count, d, d),
                   sr_transpose(sr_matrix(model->weights, k, d, d + 1)), logits, k);
}

/* ---- training rows ---- */

/* Samples as rows of inputs. Pixels are converted from bytes each time they are used, since reading
 * floats from memory would take longer; other features are kept. */
struct rows {
    struct sr_samples samples;
    float *values; /* count × inputs; NULL for pixels */
};

static void rows_fini(struct rows *rows)
{
    free(rows->values);
}

/* Rows first .. first + count - 1, one after another; `scratch` has room for them. */
static const float *rows_values(const struct rows *rows, const struct logreg *model, size_t first,
                                size_t count, float *scratch)
{
    if (rows->values) return rows->values + first * model->inputs;
    sr_features_fill(model->features, &rows->samples, first, count, scratch, model->inputs, NULL);
    return scratch;
}

/* Prefetch the bytes of rows that are used soon. */
static void rows_expect(const struct rows *rows, size_t first, size_t count)
{
    for (size_t i = first; !rows->values && i < first + count && i < rows->samples.count; i++)
        sr_samples_prefetch(&rows->samples, i);
}

static enum sr_status rows_init(struct rows *rows, const struct logreg *model,
                                const struct sr_fit *fit, const struct sr_samples *samples,
                                struct sr_error *error)
{
    enum { LOT = 2048 };
    const size_t inputs = model->inputs, count = samples->count;
    rows->samples = *samples;
    if (model->features == SR_FEATURES_PIXELS) return SR_OK;
    size_t values;
    if (__builtin_mul_overflow(count, inputs, &values))
        return sr_error_set(error, SR_ERROR_MEMORY, "%zu images are more than memory can hold.",
                            count);
    rows->values = sr_array_raw(values, sizeof *rows->values, "the training images", error);
    if (!rows->values) return SR_ERROR_MEMORY;
    for (size_t first = 0; first < count; first += LOT) {
        size_t left = count - first;
        sr_features_fill(model->features, samples, first, left < LOT ? left : LOT,
                         rows->values + first * inputs, inputs, fit->pool);
        if (!sr_monitor_proceed(fit->monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
    }
    return SR_OK;
}

/* ---- the objective ---- */

struct objective {
    struct logreg *model;
    const struct sr_fit *fit;
    struct rows train, validation;
    double C, tolerance;
    double *factor;          /* (inputs + 1)², its lower triangle: L; NULL for the identity */
    const struct rows *rows; /* that the present pass reads */
    size_t base;             /* first slice of the pass's present region */
    bool gradient;           /* wanted from the pass */
    float *values;           /* for each worker, BLOCK × inputs */
    float *logits;           /* for each worker, BLOCK × classes */
    float *parts;            /* for each slice, a gradient like the weights */
    float *sum;              /* of the parts */
    double *losses;          /* for each slice */
    uint32_t *corrects;      /* for each slice */
    double *weights;         /* present ones, in double precision */
    double *variables;       /* the same as the optimiser sees them, or a gradient */
    double *exact;           /* weights of Newton's method, NULL before it */
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
    const struct rows *rows = objective->rows;
    const size_t slice = objective->base + index, begin = slice * SLICE;
    const size_t end = rows->samples.count - begin < SLICE ? rows->samples.count : begin + SLICE;
    const size_t classes = (size_t)model->shape.classes, inputs = model->inputs;
    const int k = (int)classes, d = (int)inputs;
    float *logits = objective->logits + (size_t)worker * BLOCK * classes;
    float *scratch = objective->values + (size_t)worker * BLOCK * inputs;
    float *part = objective->parts + slice * weight_count(model);
    if (objective->gradient) memset(part, 0, weight_count(model) * sizeof *part);
    objective->losses[slice] = 0;
    objective->corrects[slice] = 0;
    for (size_t first = begin; first < end; first += BLOCK) {
        const size_t count = end - first < BLOCK ? end - first : BLOCK;
        const float *values = rows_values(rows, model, first, count, scratch);
        for (size_t i = 0; i < count; i += STEP) {
            rows_expect(rows, first + BLOCK + i, STEP);
            logits_of(model, values + i * inputs, count - i < STEP ? count - i : STEP,
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
static bool pass(struct objective *objective, const struct rows *rows, bool gradient, double *loss,
                 double *accuracy)
{
    const size_t slices = (rows->samples.count + SLICE - 1) / SLICE,
                 length = weight_count(objective->model);
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
    for (size_t i = n; objective->factor && i-- > 0;) {
        const double *factor = objective->factor + i * n, value = w[i] /= factor[i];
        for (size_t j = 0; j < i; j++) w[j] -= value * factor[j];
    }
}

/* A gradient by the weights becomes one by the variables, in place: g L'⁻¹. */
static void to_gradient(void *context, size_t row, int worker)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1;
    double *g = objective->variables + row * n;
    (void)worker;
    for (size_t i = 0; objective->factor && i < n; i++) {
        const double *factor = objective->factor + i * n;
        g[i] = (g[i] - lbfgs_dot(i, factor, g)) / factor[i];
    }
}

static void set_weights(struct objective *objective, const double *variables)
{
    const size_t length = weight_count(objective->model);
    memcpy(objective->variables, variables, length * sizeof *variables);
    sr_pool_run(objective->fit->pool, (size_t)objective->model->shape.classes, to_weights,
                objective);
    for (size_t i = 0; i < length; i++) objective->model->weights[i] = (float)objective->weights[i];
}

static double evaluate(void *context, const double *variables, double *gradient)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1, length = weight_count(objective->model);
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

/* ---- the change of variables ---- */

/* Columns done together, rows in a slice of the work below them. */
enum { PANEL = 64, PANEL_ROWS = 16 };

struct factorisation {
    double *matrix;
    size_t n, first, last; /* present block of columns */
};

/* Columns from..to of one row's factor; those before, and the rows above, are done. */
static void eliminate(const struct factorisation *work, size_t i, size_t from, size_t to)
{
    double *row = work->matrix + i * work->n;
    for (size_t j = from; j < to; j++) {
        const double *above = work->matrix + j * work->n;
        row[j] = (row[j] - lbfgs_dot(j, row, above)) / above[j];
    }
}

static void eliminate_slice(void *context, size_t index, int worker)
{
    const struct factorisation *work = context;
    size_t i = work->last + index * PANEL_ROWS;
    (void)worker;
    for (size_t end = i + PANEL_ROWS < work->n ? i + PANEL_ROWS : work->n; i < end; i++)
        eliminate(work, i, work->first, work->last);
}

/* Cholesky factor in the lower triangle, in place. Pivots that rounding made too small are raised:
 * with any invertible factor the minimum is the same. False when asked to stop. */
static bool factorise(double *matrix, size_t n, struct sr_pool *pool,
                      const struct sr_monitor *monitor)
{
    struct factorisation work = {.matrix = matrix, .n = n};
    double least = 0;
    for (size_t i = 0; i < n; i++) least = fmax(least, 1e-9 * matrix[i * n + i]);
    for (; work.first < n; work.first = work.last) {
        work.last = work.first + PANEL < n ? work.first + PANEL : n;
        for (size_t i = work.first; i < work.last; i++) {
            double *row = matrix + i * n;
            eliminate(&work, i, work.first, i);
            row[i] = sqrt(fmax(least, row[i] - lbfgs_dot(i, row, row)));
        }
        sr_pool_run(pool, (n - work.last + PANEL_ROWS - 1) / PANEL_ROWS, eliminate_slice, &work);
        if (!sr_monitor_proceed(monitor)) return false;
    }
    return true;
}

/* Make objective->factor, which stays NULL where there are too many inputs. */
static enum sr_status make_factor(struct objective *objective, struct sr_error *error)
{
    enum { LOT = 1024 };
    const size_t inputs = objective->model->inputs, n = inputs + 1,
                 count = objective->train.samples.count;
    const size_t sampled = count < METRIC_ROWS ? count : METRIC_ROWS;
    if (n > METRIC_MAX) return SR_OK;
    enum sr_status status = SR_ERROR_MEMORY;
    float *rows = sr_array_new(LOT * n, sizeof *rows, "the change of variables", error);
    float *sum = sr_array_new(n * n, sizeof *sum, "the change of variables", error);
    objective->factor =
        sr_array_new(n * n, sizeof *objective->factor, "the change of variables", error);
    if (!rows || !sum || !objective->factor) goto out;
    for (size_t first = 0; first < sampled; first += LOT) {
        size_t step = sampled - first < LOT ? sampled - first : LOT;
        for (size_t i = 0; i < step; i++) {
            size_t row = (size_t)((double)(first + i) / (double)sampled * (double)count);
            const float *values =
                rows_values(&objective->train, objective->model, row, 1, rows + i * n);
            if (values != rows + i * n) memcpy(rows + i * n, values, inputs * sizeof *rows);
            rows[i * n + inputs] = 1;
        }
        sr_gemm(objective->fit->pool, 1, sr_transpose(sr_matrix(rows, (int)step, (int)n, (int)n)),
                sr_matrix(rows, (int)step, (int)n, (int)n), 1, sum, (int)n);
        if (!sr_monitor_proceed(objective->fit->monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
            goto out;
        }
    }
    const double scale = metric_weight * (double)count / (double)sampled;
    for (size_t i = 0; i < n * n; i++) objective->factor[i] = scale * (double)sum[i];
    /* No less than what the sums in single precision are wrong by, or rounding would make up the
     * factor. */
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, objective->factor[i * n + i]);
    for (size_t i = 0; i < inputs; i++)
        objective->factor[i * n + i] += fmax(1 / objective->C, 1e-6 * largest);
    if (factorise(objective->factor, n, objective->fit->pool, objective->fit->monitor))
        status = SR_OK;
    else
        status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
out:
    free(rows);
    free(sum);
    return status;
}

/* ---- Newton's method ---- */

static const float *newton_rows(void *context, size_t first, size_t count, float *scratch)
{
    const struct objective *objective = context;
    return rows_values(&objective->train, objective->model, first, count, scratch);
}

static int newton_label(void *context, size_t row)
{
    return sr_samples_label(&((const struct objective *)context)->train.samples, row);
}

/* (L L')⁻¹ from both sides, class by class. */
static void newton_precondition(void *context, double *vector)
{
    struct objective *objective = context;
    const size_t length = weight_count(objective->model),
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
        for (size_t i = 0; i < weight_count(objective->model); i++)
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
    const size_t length = weight_count(objective->model);
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
    const size_t length = weight_count(objective->model),
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
    rows_fini(&objective->train);
    rows_fini(&objective->validation);
    logreg_free(objective->model);
}

static enum sr_status logreg_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct objective objective = {.fit = fit, .start = sr_clock_seconds()};
    double *x = NULL;
    enum sr_status status;
    objective.lap = objective.start;
    objective.C = sr_args_number(fit->params, "C");
    objective.tolerance = sr_args_number(fit->params, "tolerance");
    objective.model = logreg_new(fit->params, &fit->shape, error);
    if (!objective.model) return SR_ERROR_MEMORY;
    status = rows_init(&objective.train, objective.model, fit, &fit->train, error);
    if (!status && fit->validation.count)
        status = rows_init(&objective.validation, objective.model, fit, &fit->validation, error);
    if (!status) status = make_factor(&objective, error);
    if (!status) status = objective_init(&objective, error);
    if (status) goto out;
    const size_t length = weight_count(objective.model);
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

struct prediction {
    const struct logreg *model;
    const struct sr_samples *samples;
    size_t base;
    float *rows;   /* for each worker, PREDICT_BLOCK × inputs */
    float *logits; /* for each worker, PREDICT_BLOCK × classes */
    float *probabilities;
};

/* Always PREDICT_BLOCK rows, so that the result of an image does not depend on the others. */
static void predict_slice(void *context, size_t index, int worker)
{
    const struct prediction *prediction = context;
    const struct logreg *model = prediction->model;
    const size_t classes = (size_t)model->shape.classes,
                 first = prediction->base + index * PREDICT_BLOCK;
    const size_t left = prediction->samples->count - first,
                 count = left < PREDICT_BLOCK ? left : PREDICT_BLOCK;
    float *rows = prediction->rows + (size_t)worker * PREDICT_BLOCK * model->inputs;
    float *logits = prediction->logits + (size_t)worker * PREDICT_BLOCK * classes;
    sr_features_fill(model->features, prediction->samples, first, count, rows, model->inputs, NULL);
    memset(rows + count * model->inputs, 0, (PREDICT_BLOCK - count) * model->inputs * sizeof *rows);
    logits_of(model, rows, PREDICT_BLOCK, logits);
    for (size_t i = 0; i < count; i++) {
        float *z = logits + i * classes, *p = prediction->probabilities + (first + i) * classes,
              largest = z[0], total = 0;
        for (size_t c = 1; c < classes; c++) largest = z[c] > largest ? z[c] : largest;
        for (size_t c = 0; c < classes; c++) {
            p[c] = expf(z[c] - largest);
            total += p[c];
        }
        for (size_t c = 0; c < classes; c++) p[c] /= total;
    }
}

static enum sr_status logreg_predict(const void *state, const struct sr_samples *samples,
                                     struct sr_pool *pool, const struct sr_monitor *monitor,
                                     float *probabilities, struct sr_error *error)
{
    const struct logreg *model = state;
    const size_t workers = (size_t)sr_pool_threads(pool),
                 blocks = (samples->count + PREDICT_BLOCK - 1) / PREDICT_BLOCK;
    struct prediction prediction = {
        .model = model, .samples = samples, .probabilities = probabilities};
    const double began = sr_clock_seconds();
    enum sr_status status = SR_OK;
    prediction.rows =
        sr_array_new(workers * PREDICT_BLOCK * model->inputs, sizeof(float), "the images", error);
    prediction.logits = sr_array_new(workers * PREDICT_BLOCK * (size_t)model->shape.classes,
                                     sizeof(float), "the logits", error);
    if (!prediction.rows || !prediction.logits) status = SR_ERROR_MEMORY;
    for (size_t block = 0; !status && block < blocks; block += REGION) {
        prediction.base = block * PREDICT_BLOCK;
        sr_pool_run(pool, blocks - block < REGION ? blocks - block : REGION, predict_slice,
                    &prediction);
        sr_monitor_count(monitor, "image", (block + REGION) * PREDICT_BLOCK, samples->count, began);
        if (!sr_monitor_proceed(monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped after %zu of %zu images.",
                                  prediction.base, samples->count);
        }
    }
    free(prediction.rows);
    free(prediction.logits);
    return status;
}

/* As torch.nn.Linear has them: "weight" [classes][inputs], "bias" [classes]. */
static enum sr_status logreg_save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct logreg *model = state;
    const size_t shape[] = {(size_t)model->shape.classes, model->inputs};
    float *weight = sr_tensors_add(set, "weight", SR_F32, 2, shape, error);
    float *bias = weight ? sr_tensors_add(set, "bias", SR_F32, 1, shape, error) : NULL;
    if (!bias) return SR_ERROR_MEMORY;
    for (size_t c = 0; c < shape[0]; c++) {
        const float *row = model->weights + c * (model->inputs + 1);
        memcpy(weight + c * model->inputs, row, model->inputs * sizeof *row);
        bias[c] = row[model->inputs];
    }
    return SR_OK;
}

static enum sr_status logreg_load(const struct sr_tensors *set, const struct sr_args *args,
                                  const struct sr_model_shape *shape, void **state,
                                  struct sr_error *error)
{
    struct logreg *model = logreg_new(args, shape, error);
    if (!model) return SR_ERROR_MEMORY;
    const size_t wanted[] = {(size_t)shape->classes, model->inputs};
    const struct sr_tensor *weight = sr_tensors_need(set, "weight", SR_F32, 2, wanted, error);
    const struct sr_tensor *bias =
        weight ? sr_tensors_need(set, "bias", SR_F32, 1, wanted, error) : NULL;
    if (!bias) {
        logreg_free(model);
        return SR_ERROR_FORMAT;
    }
    for (size_t c = 0; c < wanted[0]; c++) {
        float *row = model->weights + c * (model->inputs + 1);
        memcpy(row, (const float *)weight->data + c * model->inputs, model->inputs * sizeof *row);
        row[model->inputs] = ((const float *)bias->data)[c];
    }
    *state = model;
    return SR_OK;
}

/* A class's weights as an image; without a class, the root of the sum of their squares over all. */
static enum sr_status logreg_importance(const void *state, int target, float *image,
                                        struct sr_error *error)
{
    const struct logreg *model = state;
    if (model->features != SR_FEATURES_PIXELS)
        return sr_error_set(error, SR_ERROR_STATE,
                            "Only a model with features=pixels has weights that are images.");
    if (target >= model->shape.classes)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "There is no class %d; the model has %d.",
                            target, model->shape.classes);
    for (size_t i = 0; i < model->inputs; i++) {
        double sum = 0;
        for (int c = 0; c < model->shape.classes; c++) {
            double w = (double)model->weights[(size_t)c * (model->inputs + 1) + i];
            sum += w * w;
        }
        image[i] = target < 0 ? (float)sqrt(sum)
                              : model->weights[(size_t)target * (model->inputs + 1) + i];
    }
    return SR_OK;
}

static const struct sr_search search[] = {
    {"C", .low = 1e-3, .high = 100},
    {"features", .choices = "pixels hog"},
    {0},
};

static const struct sr_study_part study = {
    .order = 7,
    .settings = {"C=1", "C=1", "features=hog C=0.3"},
    .seconds = {0.5, 3, 20},
    .power = 1,
    .predict_seconds = 0.01,
    .claim_low = 0.83,
    .claim_high = 0.83,
};

const struct sr_model_class sr_model_class_logreg = {
    .name = "logreg",
    .title = "Logistic regression",
    .help = "A linear model: one weight for each pixel and class, which can be shown as images.",
    .params = params,
    .search = search,
    .study = &study,
    .fit = logreg_fit,
    .predict = logreg_predict,
    .save = logreg_save,
    .load = logreg_load,
    .free = logreg_free,
    .size = logreg_size,
    .importance = logreg_importance,
};
