#include "logreg_newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lbfgs.h"
#include "sartor/base/memory.h"

/* Rows in a slice, which gives one sum; halvings of a step; products for one step; the share of the
 * residual that is left when its system counts as solved. */
enum { SLICE = 512, HALVINGS = 40, PRODUCTS = 400 };
static const double solved = 0.02, rough = 0.3, near_share = 1e-2, armijo = 1e-4;

struct pass {
    struct newton *newton;
    const double *weights; /* or a direction */
    bool product;          /* of the Hessian and that direction; else the objective's gradient */
    double *shares;        /* count × classes: the probabilities at the point evaluated last */
    double *parts;         /* for each slice, a sum like the weights */
    double *losses;        /* for each slice */
    size_t *rights;        /* for each slice */
    double *sum;
    size_t slices;
};

static size_t length_of(const struct newton *newton)
{
    return newton->classes * (newton->inputs + 1);
}

/* Eight partial sums in a fixed order, as lbfgs_dot. */
static double dot(size_t count, const float *row, const double *weights)
{
    double sums[8] = {0}, rest = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++) sums[k] += (double)row[i + k] * weights[i + k];
    for (; i < count; i++) rest += (double)row[i] * weights[i];
    for (int k = 0; k < 8; k++) rest += sums[k];
    return rest;
}

/* Logits become probabilities less the truth, which are the derivatives by the logits. */
static void derive(struct pass *pass, size_t slice, size_t row, double *z)
{
    const size_t classes = pass->newton->classes,
                 label = (size_t)pass->newton->label(pass->newton->context, row);
    double *shares = pass->shares + row * classes, most = z[0], total = 0;
    const double truth = z[label];
    size_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (z[c] > most) {
            most = z[c];
            best = c;
        }
    for (size_t c = 0; c < classes; c++) total += shares[c] = exp(z[c] - most);
    /* Of a loss near 0 the digits are in the other classes' share. */
    double others = 0;
    for (size_t c = 0; c < classes; c++)
        if (c != best) others += shares[c];
    pass->losses[slice] += log1p(others) + (most - truth);
    pass->rights[slice] += best == label;
    double wrong = 0;
    for (size_t c = 0; c < classes; c++) {
        shares[c] /= total;
        if (c != label) wrong += shares[c];
        z[c] = shares[c];
    }
    z[label] = -wrong;
}

/* The direction's logits become their derivatives' change: diag(p) u - p p'u. */
static void change(const struct pass *pass, size_t row, double *u)
{
    const size_t classes = pass->newton->classes;
    const double *shares = pass->shares + row * classes;
    double mean = 0;
    for (size_t c = 0; c < classes; c++) mean += shares[c] * u[c];
    for (size_t c = 0; c < classes; c++) u[c] = shares[c] * (u[c] - mean);
}

static void run_slice(void *context, size_t slice, int worker)
{
    struct pass *pass = context;
    struct newton *newton = pass->newton;
    const size_t inputs = newton->inputs, n = inputs + 1, classes = newton->classes;
    const size_t begin = slice * SLICE;
    const size_t end = newton->count - begin < SLICE ? newton->count : begin + SLICE;
    double *part = pass->parts + slice * length_of(newton);
    float *scratch = sr_xrealloc(NULL, NEWTON_BLOCK * inputs * sizeof *scratch);
    double *z = sr_xalloc(classes * sizeof *z);
    (void)worker;
    memset(part, 0, length_of(newton) * sizeof *part);
    if (!pass->product) pass->losses[slice] = 0, pass->rights[slice] = 0;
    for (size_t first = begin; first < end; first += NEWTON_BLOCK) {
        const size_t count = end - first < NEWTON_BLOCK ? end - first : NEWTON_BLOCK;
        const float *rows = newton->rows(newton->context, first, count, scratch);
        for (size_t i = 0; i < count; i++) {
            const float *row = rows + i * inputs;
            for (size_t c = 0; c < classes; c++)
                z[c] = pass->weights[c * n + inputs] + dot(inputs, row, pass->weights + c * n);
            if (pass->product)
                change(pass, first + i, z);
            else
                derive(pass, slice, first + i, z);
            for (size_t c = 0; c < classes; c++) {
                double *to = part + c * n;
                for (size_t j = 0; j < inputs; j++) to[j] += z[c] * (double)row[j];
                to[inputs] += z[c];
            }
        }
    }
    free(z);
    free(scratch);
}

/* The sum over the slices for one class, always in their order. */
static void add_slices(void *context, size_t class, int worker)
{
    struct pass *pass = context;
    const size_t n = pass->newton->inputs + 1, length = length_of(pass->newton);
    double *sum = pass->sum + class * n;
    (void)worker;
    memset(sum, 0, n * sizeof *sum);
    for (size_t s = 0; s < pass->slices; s++)
        for (size_t j = 0; j < n; j++) sum[j] += pass->parts[s * length + class * n + j];
}

/* `out` = the gradient at `weights`, or the Hessian times them; with the penalty's part. */
static void run(struct pass *pass, const double *weights, bool product, double *out)
{
    const struct newton *newton = pass->newton;
    const size_t n = newton->inputs + 1, length = length_of(newton);
    pass->weights = weights;
    pass->product = product;
    pass->sum = out;
    sr_pool_run(newton->pool, pass->slices, run_slice, pass);
    sr_pool_run(newton->pool, newton->classes, add_slices, pass);
    for (size_t i = 0; i < length; i++)
        if (i % n != newton->inputs) out[i] += weights[i] / newton->C;
}

/* The objective at `weights`, and its gradient. */
static double evaluate(struct pass *pass, const double *weights, double *gradient)
{
    struct newton *newton = pass->newton;
    const size_t n = newton->inputs + 1, length = length_of(newton);
    double loss = 0, penalty = 0, largest = 0;
    size_t rights = 0;
    run(pass, weights, false, gradient);
    for (size_t s = 0; s < pass->slices; s++) {
        loss += pass->losses[s];
        rights += pass->rights[s];
    }
    for (size_t i = 0; i < length; i++) {
        if (i % n != newton->inputs) penalty += weights[i] * weights[i];
        largest = fmax(largest, fabs(gradient[i]));
    }
    newton->loss = loss / (double)newton->count;
    newton->accuracy = (double)rights / (double)newton->count;
    newton->largest = largest / (double)newton->count;
    return loss + penalty / (2 * newton->C);
}

static void add(size_t count, double *to, double factor, const double *from)
{
    for (size_t i = 0; i < count; i++) to[i] += factor * from[i];
}

/* Vectors like the weights. */
struct vectors {
    double *gradient, *step, *residual, *solution, *direction, *product, *trial, *trial_gradient;
};
enum { VECTORS = sizeof(struct vectors) / sizeof(double *) };

/* H step = -gradient by preconditioned conjugate gradients (Hestenes and Stiefel, 1952). True when
 * the residual is small enough. */
static bool solve(struct pass *pass, const struct vectors *v, int *products)
{
    struct newton *newton = pass->newton;
    const size_t length = length_of(newton);
    double first = 0, square = 0;
    /* Far from the minimum a rough step leads on as well. */
    const bool tight = newton->above <= near_share * newton->value;
    const double share = tight ? solved : rough;
    memset(v->step, 0, length * sizeof *v->step);
    for (size_t i = 0; i < length; i++) v->residual[i] = -v->gradient[i];
    for (int k = 0; k < PRODUCTS && *products < newton->max_products; k++) {
        memcpy(v->solution, v->residual, length * sizeof *v->solution);
        newton->precondition(newton->context, v->solution);
        const double before = square;
        square = lbfgs_dot(length, v->residual, v->solution);
        if (k == 0) first = square;
        if (!(square > share * share * first)) return tight;
        for (size_t i = 0; i < length; i++)
            v->direction[i] = v->solution[i] + (k ? square / before * v->direction[i] : 0);
        run(pass, v->direction, true, v->product);
        ++*products;
        const double curvature = lbfgs_dot(length, v->direction, v->product);
        if (!(curvature > 0) || !newton->proceed(newton->context, 0)) return false;
        add(length, v->step, square / curvature, v->direction);
        add(length, v->residual, -square / curvature, v->product);
    }
    return false;
}

/* As far along the step as the objective falls enough; false when it does not at all. */
static bool take_step(struct pass *pass, const struct vectors *v, double slope, double *weights)
{
    struct newton *newton = pass->newton;
    const size_t length = length_of(newton);
    double share = 1;
    for (int k = 0; k < HALVINGS; k++, share /= 2) {
        memcpy(v->trial, weights, length * sizeof *weights);
        add(length, v->trial, share, v->step);
        const double value = evaluate(pass, v->trial, v->trial_gradient);
        if (!(value <= newton->value + armijo * share * slope)) continue;
        newton->value = value;
        memcpy(weights, v->trial, length * sizeof *weights);
        memcpy(v->gradient, v->trial_gradient, length * sizeof *weights);
        return true;
    }
    newton->value = evaluate(pass, weights, v->gradient); /* its shares are needed again */
    return false;
}

static bool search(struct pass *pass, const struct vectors *v, double *weights)
{
    struct newton *newton = pass->newton;
    const size_t length = length_of(newton);
    int products = 0;
    newton->value = evaluate(pass, weights, v->gradient);
    newton->above = INFINITY;
    while (newton->steps < newton->max_steps && newton->proceed(newton->context, 0)) {
        const bool exact = solve(pass, v, &products);
        const double slope = lbfgs_dot(length, v->gradient, v->step);
        if (!(slope < 0)) return newton->largest <= newton->tolerance && newton->above == 0;
        const double above = -slope / 2, before = newton->value;
        const bool near = exact && above <= newton->gap * before;
        if (!take_step(pass, v, slope, weights)) { /* as far as double precision goes */
            newton->above = above;
            return near && newton->largest <= newton->tolerance;
        }
        newton->steps++;
        newton->above = above;
        if (!newton->proceed(newton->context, newton->steps)) return false;
        if (near && newton->largest <= newton->tolerance) return true;
    }
    return false;
}

bool newton_minimize(struct newton *newton, double *weights)
{
    const size_t length = length_of(newton), slices = (newton->count + SLICE - 1) / SLICE;
    struct pass pass = {.newton = newton, .slices = slices};
    struct sr_error ignored;
    double *all[VECTORS];
    double *memory = sr_array_new(VECTORS * length, sizeof *memory, "the optimiser", &ignored);
    pass.shares = sr_array_new(newton->count * newton->classes, sizeof *pass.shares,
                               "the optimiser", &ignored);
    pass.parts = sr_array_new(slices * length, sizeof *pass.parts, "the optimiser", &ignored);
    pass.losses = sr_xalloc(slices * sizeof *pass.losses);
    pass.rights = sr_xalloc(slices * sizeof *pass.rights);
    bool done = false;
    if (memory && pass.shares && pass.parts) {
        for (size_t i = 0; i < VECTORS; i++) all[i] = memory + i * length;
        const struct vectors v = {all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]};
        done = search(&pass, &v, weights);
    }
    free(memory);
    free(pass.shares);
    free(pass.parts);
    free(pass.losses);
    free(pass.rights);
    return done;
}
