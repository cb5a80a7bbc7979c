#include "lbfgs.h"

#include "sartor/base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pairs kept; steps tried along one direction; the share of the expected decrease that a step must
 * reach (Armijo). */
enum { PAIRS = 20, TRIES = 20 };
static const double armijo = 1e-4;

struct memory {
    size_t count, pairs;     /* pairs seen so far; the last PAIRS are kept, at index % PAIRS */
    double *steps, *changes; /* PAIRS × count: of x, of the gradient */
    double inverses[PAIRS];  /* 1 / (step · change) */
    double scale;            /* factor of the identity, the first estimate of the inverse Hessian */
};

/* Eight partial sums, so that compilers can vectorise them; always in this order. */
double lbfgs_dot(size_t count, const double *a, const double *b)
{
    double sums[8] = {0}, rest = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; k++) sums[k] += a[i + (size_t)k] * b[i + (size_t)k];
    }
    for (; i < count; i++) rest += a[i] * b[i];
    for (int k = 0; k < 8; k++) rest += sums[k];
    return rest;
}

static void add(size_t count, double *to, double factor, const double *from)
{
    for (size_t i = 0; i < count; i++) to[i] += factor * from[i];
}

/* direction = -H gradient by the two-loop recursion. */
static void two_loops(const struct lbfgs *problem, const struct memory *memory,
                      const double *gradient, double *direction)
{
    const size_t n = memory->count, kept = memory->pairs < PAIRS ? memory->pairs : PAIRS;
    double alphas[PAIRS];
    for (size_t i = 0; i < n; i++) direction[i] = -gradient[i];
    for (size_t i = 1; i <= kept; i++) {
        size_t k = (memory->pairs - i) % PAIRS;
        alphas[k] = memory->inverses[k] * lbfgs_dot(n, memory->steps + k * n, direction);
        add(n, direction, -alphas[k], memory->changes + k * n);
    }
    if (problem->precondition)
        problem->precondition(problem->context, direction);
    else
        for (size_t i = 0; i < n; i++) direction[i] *= memory->scale;
    for (size_t i = kept; i >= 1; i--) {
        size_t k = (memory->pairs - i) % PAIRS;
        double beta = memory->inverses[k] * lbfgs_dot(n, memory->changes + k * n, direction);
        add(n, direction, alphas[k] - beta, memory->steps + k * n);
    }
}

static void remember(struct memory *memory, const double *from, const double *to,
                     const double *gradient_from, const double *gradient_to)
{
    const size_t n = memory->count, k = memory->pairs % PAIRS;
    double *step = memory->steps + k * n, *change = memory->changes + k * n;
    for (size_t i = 0; i < n; i++) {
        step[i] = to[i] - from[i];
        change[i] = gradient_to[i] - gradient_from[i];
    }
    double curvature = lbfgs_dot(n, step, change), square = lbfgs_dot(n, change, change);
    if (!(curvature > 1e-10 * square * memory->scale))
        return; /* would spoil positive definiteness */
    memory->inverses[k] = 1 / curvature;
    memory->scale = curvature / square;
    memory->pairs++;
}

enum sr_status lbfgs_minimize(const struct lbfgs *problem, double *x, struct sr_error *error)
{
    const size_t n = problem->count;
    struct memory memory = {.count = n, .scale = 1};
    double *vectors = sr_array_new((2 * PAIRS + 4) * n, sizeof *vectors, "the optimiser", error);
    if (!vectors) return SR_ERROR_MEMORY;
    memory.steps = vectors;
    memory.changes = vectors + PAIRS * n;
    double *gradient = vectors + 2 * PAIRS * n, *direction = gradient + n,
           *trial = gradient + 2 * n, *trial_gradient = gradient + 3 * n;
    enum sr_status status = SR_OK;
    double value = problem->evaluate(problem->context, x, gradient);
    if (*problem->stop) goto out;
    if (!isfinite(value)) {
        status = sr_error_set(error, SR_ERROR_NUMERIC,
                              "The objective is not a finite number at the start.");
        goto out;
    }
    if (!problem->accept(problem->context, 0, value, INFINITY)) goto out;
    for (int iteration = 1; iteration <= problem->max_iterations; iteration++) {
        two_loops(problem, &memory, gradient, direction);
        double slope = lbfgs_dot(n, gradient, direction), step = 1, trial_value = NAN;
        int tries = 0;
        for (;;) {
            for (size_t i = 0; i < n; i++) trial[i] = x[i] + step * direction[i];
            trial_value = problem->evaluate(problem->context, trial, trial_gradient);
            if (*problem->stop) goto out;
            /* Where rounding hides whether the value falls, its slope tells (Hager and Zhang,
             * 2005): the parabola with both slopes falls as much as is asked. */
            const bool hidden = trial_value <= value + problem->noise * fabs(value) &&
                                lbfgs_dot(n, trial_gradient, direction) <= (2 * armijo - 1) * slope;
            if (trial_value <= value + armijo * step * slope || hidden || ++tries == TRIES) break;
            /* The minimum of the parabola through value, slope and trial, kept within bounds. */
            double vertex = -slope * step * step / (2 * (trial_value - value - slope * step));
            step = vertex >= 0.1 * step && vertex <= 0.5 * step ? vertex
                   : isfinite(trial_value)                      ? 0.5 * step
                                                                : 0.1 * step;
        }
        if (tries == TRIES) break;
        remember(&memory, x, trial, gradient, trial_gradient);
        memcpy(x, trial, n * sizeof *x);
        memcpy(gradient, trial_gradient, n * sizeof *gradient);
        value = trial_value;
        if (!problem->accept(problem->context, iteration, value, -slope / 2)) break;
    }
out:
    free(vectors);
    return status;
}
