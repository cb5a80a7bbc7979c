#include "logreg_objective.h"

#include "cholesky.h"
#include "lbfgs.h"
#include "sartor/base/memory.h"
#include "sartor/base/tree.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows between two prefetches; slices in a region of the pool. */
enum { STEP = 16, REGION = 64 };

/* Cross-entropy and its derivative by the logits, which takes their place: p - [y]. */
double objective_softmax(float *logits, size_t count, size_t classes,
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
    const size_t slice = objective->base + index, begin = slice * OBJECTIVE_SLICE;
    const size_t end = rows->samples.count - begin < OBJECTIVE_SLICE ? rows->samples.count
                                                                     : begin + OBJECTIVE_SLICE;
    const size_t classes = (size_t)model->shape.classes, inputs = model->inputs;
    const int k = (int)classes, d = (int)inputs;
    float *logits = objective->logits + (size_t)worker * OBJECTIVE_BLOCK * classes;
    float *scratch = objective->values + (size_t)worker * OBJECTIVE_BLOCK * inputs;
    float *part = objective->parts + slice * logreg_count(model);
    if (objective->gradient) memset(part, 0, logreg_count(model) * sizeof *part);
    objective->losses[slice] = 0;
    objective->corrects[slice] = 0;
    for (size_t first = begin; first < end; first += OBJECTIVE_BLOCK) {
        const size_t count = end - first < OBJECTIVE_BLOCK ? end - first : OBJECTIVE_BLOCK;
        const float *values = logreg_rows_values(rows, first, count, scratch);
        for (size_t i = 0; i < count; i += STEP) {
            logreg_rows_expect(rows, first + OBJECTIVE_BLOCK + i, STEP);
            logreg_logits(model, values + i * inputs, count - i < STEP ? count - i : STEP,
                          logits + i * classes);
        }
        objective->losses[slice] += objective_softmax(logits, count, classes, &rows->samples, first,
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
    const size_t slices = (rows->samples.count + OBJECTIVE_SLICE - 1) / OBJECTIVE_SLICE,
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
void objective_help(struct objective *objective, enum sr_status status,
                    const struct sr_error *error)
{
    float *weights = objective->model ? objective->model->weights : NULL;
    const size_t length = weights ? logreg_count(objective->model) : 0;
    for (struct logreg_order order;
         (order = logreg_ranks_next(&objective->shared, weights, length)).pass != LOGREG_END;) {
        const struct logreg_rows *rows =
            order.pass == LOGREG_TRAIN ? &objective->train : &objective->validation;
        if (!status) {
            logreg_nodes_cut(&objective->shared,
                             (rows->samples.count + OBJECTIVE_SLICE - 1) / OBJECTIVE_SLICE,
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

void objective_set_weights(struct objective *objective, const double *variables)
{
    const size_t length = logreg_count(objective->model);
    memcpy(objective->variables, variables, length * sizeof *variables);
    sr_pool_run(objective->fit->pool, (size_t)objective->model->shape.classes, to_weights,
                objective);
    for (size_t i = 0; i < length; i++) objective->model->weights[i] = (float)objective->weights[i];
}

double objective_evaluate(void *context, const double *variables, double *gradient)
{
    struct objective *objective = context;
    const size_t n = objective->model->inputs + 1, length = logreg_count(objective->model);
    const double count = (double)objective->train.samples.count;
    double penalty = 0, largest = 0;
    objective_set_weights(objective, variables);
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
void objective_report(struct objective *objective, double now)
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

/* Allocate the scratch memory. */
enum sr_status objective_init(struct objective *objective, struct sr_error *error)
{
    const size_t length = logreg_count(objective->model),
                 classes = (size_t)objective->model->shape.classes;
    const size_t train = objective->train.samples.count,
                 validation = objective->validation.samples.count;
    const size_t slices =
        ((train > validation ? train : validation) + OBJECTIVE_SLICE - 1) / OBJECTIVE_SLICE;
    const size_t workers = (size_t)sr_pool_threads(objective->fit->pool);
    objective->values = sr_array_new(workers * OBJECTIVE_BLOCK * objective->model->inputs,
                                     sizeof *objective->values, "the images", error);
    objective->logits = sr_array_new(workers * OBJECTIVE_BLOCK * classes, sizeof *objective->logits,
                                     "the logits", error);
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

void objective_fini(struct objective *objective)
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
