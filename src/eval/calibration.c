#include "sartor/eval/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Logarithms are of values no smaller than this, about the step of a float below 1. */
static const double LEAST = 1e-7;
/* Of points of the isotonic function, in log odds. */
static const double SPACING = 0.2;
enum { FOLDS = 5, NEWTON_STEPS = 50 };

/* --- beta ----------------------------------------------------------------------------------- */

static double logistic(double z)
{
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

/* ln p, -ln(1 - p), 1 */
static void beta_inputs(double confidence, double inputs[3])
{
    inputs[0] = log(fmax(confidence, LEAST));
    inputs[1] = -log(fmax(1 - confidence, LEAST));
    inputs[2] = 1;
}

/* Solve the 3 × 3 system in place by elimination; it is positive definite. */
static void solve(double matrix[3][3], double vector[3])
{
    for (int i = 0; i < 3; i++)
        for (int row = i + 1; row < 3; row++) {
            double share = matrix[row][i] / matrix[i][i];
            for (int k = i; k < 3; k++) matrix[row][k] -= share * matrix[i][k];
            vector[row] -= share * vector[i];
        }
    for (int i = 2; i >= 0; i--) {
        for (int k = i + 1; k < 3; k++) vector[i] -= matrix[i][k] * vector[k];
        vector[i] /= matrix[i][i];
    }
}

static const double prior[3] = {1, 1, 0};

/* The rows that are fitted to. */
struct rows {
    const double *confidence;
    const bool *right;
    size_t count;
};

/* The log loss, and what the prior adds to it. */
static double beta_loss(const double values[3], const struct rows *rows)
{
    double inputs[3], loss = 0;
    for (int k = 0; k < 3; k++) loss += (values[k] - prior[k]) * (values[k] - prior[k]) / 2;
    for (size_t i = 0; i < rows->count; i++) {
        beta_inputs(rows->confidence[i], inputs);
        double z = values[0] * inputs[0] + values[1] * inputs[1] + values[2];
        if (rows->right[i]) z = -z;
        loss += z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
    }
    return loss;
}

/* Newton's direction; 0 for values that `fixed` names. */
static void newton_direction(const double values[3], const bool fixed[3], const struct rows *rows,
                             double direction[3])
{
    double hessian[3][3] = {{0}}, inputs[3];
    for (int k = 0; k < 3; k++) {
        direction[k] = prior[k] - values[k];
        hessian[k][k] = 1;
    }
    for (size_t i = 0; i < rows->count; i++) {
        beta_inputs(rows->confidence[i], inputs);
        double p = logistic(values[0] * inputs[0] + values[1] * inputs[1] + values[2]);
        for (int k = 0; k < 3; k++) {
            direction[k] += (rows->right[i] - p) * inputs[k];
            for (int l = 0; l < 3; l++) hessian[k][l] += p * (1 - p) * inputs[k] * inputs[l];
        }
    }
    for (int k = 0; k < 3; k++) {
        if (!fixed[k]) continue;
        for (int l = 0; l < 3; l++) hessian[k][l] = hessian[l][k] = 0;
        hessian[k][k] = 1;
        direction[k] = 0;
    }
    solve(hessian, direction);
}

/* The least loss, which has one minimum: steps are halved until they lessen it. */
static void minimise(double values[3], const bool fixed[3], const struct rows *rows)
{
    double loss = beta_loss(values, rows);
    for (int step = 0; step < NEWTON_STEPS; step++) {
        double direction[3], next[3], there = INFINITY;
        newton_direction(values, fixed, rows, direction);
        for (double length = 1; length > 1e-6 && !(there < loss); length /= 2) {
            for (int k = 0; k < 3; k++) next[k] = values[k] + length * direction[k];
            there = beta_loss(next, rows);
        }
        if (!(there < loss)) return;
        memcpy(values, next, sizeof next);
        loss = there;
    }
}

void sr_calibration_fit_beta(struct sr_calibration *calibration, const double *confidence,
                             const bool *right, size_t count)
{
    double values[3] = {1, 1, 0};
    bool fixed[3] = {false};
    /* Where a or b would be negative, it is 0, and the others are fitted anew. */
    for (int round = 0; round < 3; round++) {
        minimise(values, fixed, &(struct rows){confidence, right, count});
        int worst = values[0] < values[1] ? 0 : 1;
        if (values[worst] >= 0) break;
        values[worst] = 0;
        fixed[worst] = true;
    }
    *calibration = (struct sr_calibration){SR_CALIBRATION_BETA, .a = values[0], .b = values[1],
                                           .c = values[2]};
}

/* --- isotonic ------------------------------------------------------------------------------- */

struct pair {
    double confidence;
    bool right;
};

static int by_confidence(const void *a, const void *b)
{
    const struct pair *left = a, *other = b;
    return (left->confidence > other->confidence) - (left->confidence < other->confidence);
}

/* Rows next to each other that get one value. */
struct block {
    double low, high; /* confidences */
    double right, count;
};

static bool falls(const struct block *first, const struct block *second)
{
    return first->right * second->count >= second->right * first->count;
}

static double log_odds(double confidence)
{
    const double p = fmin(fmax(confidence, LEAST), 1 - LEAST);
    return log(p / (1 - p));
}

/* Rows of nearly the same confidence as blocks, at the mean confidence, all at least SPACING apart:
 * blocks[] has room for `count`; how many there are. Between two points nearer together the
 * function could rise so steeply that the last digit of a confidence decides. */
static size_t gather_near(const struct pair *pairs, size_t count, struct block *blocks)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const double confidence = pairs[i].confidence;
        if (!found || log_odds(confidence) - log_odds(blocks[found - 1].high) >= SPACING)
            blocks[found++] = (struct block){confidence, confidence, 0, 0};
        struct block *block = &blocks[found - 1];
        block->right += pairs[i].right;
        block->count++;
        block->high += (confidence - block->high) / block->count;
        block->low = block->high;
    }
    return found;
}

/* Pool adjacent violators, in place; how many blocks are left. */
static size_t pool_adjacent(struct block *blocks, size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        blocks[left++] = blocks[i];
        while (left > 1 && falls(&blocks[left - 2], &blocks[left - 1])) {
            struct block *block = &blocks[--left - 1];
            block->high = block[1].high;
            block->right += block[1].right;
            block->count += block[1].count;
        }
    }
    return left;
}

void sr_calibration_fit_isotonic(struct sr_calibration *calibration, const double *confidence,
                                 const bool *right, size_t count)
{
    *calibration = (struct sr_calibration){0};
    if (!count) return;
    struct pair *pairs = sr_xalloc(count * sizeof *pairs);
    struct block *blocks = sr_xalloc(count * sizeof *blocks);
    for (size_t i = 0; i < count; i++) pairs[i] = (struct pair){confidence[i], right[i]};
    qsort(pairs, count, sizeof *pairs, by_confidence);
    const size_t found = pool_adjacent(blocks, gather_near(pairs, count, blocks));
    calibration->kind = SR_CALIBRATION_ISOTONIC;
    calibration->x = sr_xalloc(2 * found * sizeof *calibration->x);
    calibration->y = sr_xalloc(2 * found * sizeof *calibration->y);
    /* No share is held to be quite 0 or 1: the log loss of a mistake would have no bound. */
    const double margin = 0.5 / (double)count;
    for (size_t i = 0; i < found; i++) {
        const struct block *block = &blocks[i];
        double share = fmin(fmax(block->right / block->count, margin), 1 - margin);
        calibration->x[calibration->count] = block->low;
        calibration->y[calibration->count++] = share;
        if (block->high <= block->low) continue;
        calibration->x[calibration->count] = block->high;
        calibration->y[calibration->count++] = share;
    }
    free(pairs);
    free(blocks);
}

static double interpolate(const struct sr_calibration *calibration, double confidence)
{
    const double *x = calibration->x, *y = calibration->y;
    size_t low = 0, high = calibration->count - 1;
    if (!(confidence > x[low])) return y[low];
    if (confidence >= x[high]) return y[high];
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= confidence)
            low = middle;
        else
            high = middle;
    }
    return y[low] + (y[high] - y[low]) * (confidence - x[low]) / (x[high] - x[low]);
}

/* --- both ----------------------------------------------------------------------------------- */

typedef void fit_function(struct sr_calibration *calibration, const double *confidence,
                          const bool *right, size_t count);
static fit_function *const fits[] = {sr_calibration_fit_beta, sr_calibration_fit_isotonic};
enum { FITS = sizeof fits / sizeof *fits };

/* The log loss of rows that a function was not fitted to: every fifth one in turn. */
static double held_out_loss(fit_function *fit, const double *confidence, const bool *right,
                            size_t count)
{
    double *kept = sr_xalloc(count * sizeof *kept), loss = 0;
    bool *kept_right = sr_xalloc(count * sizeof *kept_right);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        struct sr_calibration calibration;
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
            if (i % FOLDS == fold) continue;
            kept[n] = confidence[i];
            kept_right[n++] = right[i];
        }
        fit(&calibration, kept, kept_right, n);
        for (size_t i = fold; i < count; i += FOLDS) {
            double p = sr_calibration_confidence(&calibration, confidence[i]);
            loss -= log(fmax(right[i] ? p : 1 - p, LEAST));
        }
        sr_calibration_fini(&calibration);
    }
    free(kept);
    free(kept_right);
    return loss;
}

/* The share of the best class. Of a float near 1 hardly a digit is left of what is missing; the
 * other classes' sum has them all. */
static double confidence_of(double best, double rest)
{
    return best > 0 ? best / (best + fmax(rest, 0)) : 0;
}

static double rest_of(const float *row, int classes, int best)
{
    double rest = 0;
    for (int c = 0; c < classes; c++)
        if (c != best) rest += (double)row[c];
    return rest;
}

void sr_calibration_fit(struct sr_calibration *calibration,
                        const struct sr_predictions *predictions)
{
    const size_t count = predictions->count, classes = (size_t)predictions->classes;
    *calibration = (struct sr_calibration){0};
    if (!count) return;
    double *confidence = sr_xalloc(count * sizeof *confidence);
    bool *right = sr_xalloc(count * sizeof *right);
    for (size_t i = 0; i < count; i++) {
        int class = predictions->predicted[i];
        const float *row = predictions->probabilities + i * classes;
        confidence[i] = confidence_of((double)row[class], rest_of(row, (int)classes, class));
        right[i] = class == predictions->truth[i];
    }
    int best = 0;
    double least = INFINITY;
    for (int f = 0; f < FITS; f++) {
        double loss = count > FOLDS ? held_out_loss(fits[f], confidence, right, count) : f;
        if (loss < least) best = f;
        least = fmin(least, loss);
    }
    fits[best](calibration, confidence, right, count);
    free(confidence);
    free(right);
}

void sr_calibration_fini(struct sr_calibration *calibration)
{
    free(calibration->x);
    free(calibration->y);
    *calibration = (struct sr_calibration){0};
}

double sr_calibration_confidence(const struct sr_calibration *calibration, double confidence)
{
    double inputs[3];
    switch (calibration->kind) {
    case SR_CALIBRATION_BETA:
        beta_inputs(confidence, inputs);
        return logistic(calibration->a * inputs[0] + calibration->b * inputs[1] + calibration->c);
    case SR_CALIBRATION_ISOTONIC:
        return interpolate(calibration, confidence);
    default:
        return confidence;
    }
}

static void apply_row(const struct sr_calibration *calibration, float *row, int classes)
{
    const int best = sr_predicted_class(row, classes);
    const double rest = rest_of(row, classes, best);
    double second = 0;
    for (int c = 0; c < classes; c++)
        if (c != best) second = fmax(second, (double)row[c]);
    double wanted = sr_calibration_confidence(calibration, confidence_of((double)row[best], rest));
    if (!(rest > 0)) { /* nothing to scale: all others alike */
        wanted = fmax(wanted, (1 + 1e-6) / classes);
        for (int c = 0; c < classes; c++)
            row[c] = (float)(c == best ? wanted : (1 - wanted) / (classes - 1));
        return;
    }
    /* The least confidence at which the second class stays behind the first. */
    double least = second / (rest + second) * (1 + 1e-6);
    wanted = fmin(fmax(wanted, least), 1);
    for (int c = 0; c < classes; c++)
        row[c] = (float)(c == best ? wanted : (double)row[c] * (1 - wanted) / rest);
}

void sr_calibration_apply(const struct sr_calibration *calibration, float *probabilities,
                          size_t count, int classes)
{
    if (calibration->kind == SR_CALIBRATION_NONE) return;
    for (size_t i = 0; i < count; i++)
        apply_row(calibration, probabilities + i * (size_t)classes, classes);
}
