#include "logreg_newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lbfgs.h"
#include "logreg_blocks.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"

/* Rows in a slice, which gives one sum; halvings of a step; products for one step. */
enum { SLICE = 512, HALVINGS = 40, PRODUCTS = 400 };
/* The share of the residual that is left when a step's system counts as solved; of the slope that a
 * step has to come down by; of the objective that rounding may change it by. */
static const double solved = 0.1, armijo = 1e-4, rounding = 1e-13;

struct pass {
    const struct newton_problem *problem;
    const double *weights; /* or a direction */
    bool product;          /* of the Hessian and that direction; else the objective's gradient */
    double *shares;        /* count × classes: the probabilities at the point evaluated last */
    double *parts;         /* for each slice, a sum like the weights */
    double *losses;        /* for each slice */
    size_t *rights;        /* for each slice */
    double *rows, *logits; /* for each worker, of a block */
    double *sum;
    size_t slices;
};

static size_t length_of(const struct newton_problem *problem)
{
    return problem->classes * (problem->inputs + 1);
}

/* Logits become probabilities less the truth, which are the derivatives by the logits. */
static void derive(struct pass *pass, size_t slice, size_t row, double *z)
{
    const size_t classes = pass->problem->classes,
                 label = (size_t)pass->problem->label(pass->problem->context, row);
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

/* The direction's logits become their derivatives' change: diag(p) u - p p'u. They are taken less
 * that of the likeliest class: where its share is nearly 1, nothing is then subtracted from what is
 * nearly the same. */
static void change(const struct pass *pass, size_t row, double *u)
{
    const size_t classes = pass->problem->classes;
    const double *shares = pass->shares + row * classes;
    size_t best = 0;
    double mean = 0;
    for (size_t c = 1; c < classes; c++)
        if (shares[c] > shares[best]) best = c;
    const double from = u[best];
    for (size_t c = 0; c < classes; c++) mean += shares[c] * (u[c] -= from);
    for (size_t c = 0; c < classes; c++) u[c] = shares[c] * (u[c] - mean);
}

static void run_slice(void *context, size_t slice, int worker)
{
    struct pass *pass = context;
    const struct newton_problem *problem = pass->problem;
    const size_t n = problem->inputs + 1, classes = problem->classes, begin = slice * SLICE;
    const size_t end = problem->count - begin < SLICE ? problem->count : begin + SLICE;
    double *part = pass->parts + slice * length_of(problem),
           *rows = pass->rows + (size_t)worker * NEWTON_BLOCK * n,
           *z = pass->logits + (size_t)worker * NEWTON_BLOCK * classes;
    memset(part, 0, length_of(problem) * sizeof *part);
    if (!pass->product) pass->losses[slice] = 0, pass->rights[slice] = 0;
    for (size_t first = begin; first < end; first += NEWTON_BLOCK) {
        const size_t count = end - first < NEWTON_BLOCK ? end - first : NEWTON_BLOCK;
        problem->rows(problem->context, first, count, worker, rows);
        for (size_t i = 0; i < count; i++) rows[i * n + n - 1] = 1;
        const struct sr_matrix_double x = sr_matrix_double(rows, (int)count, (int)n, (int)n);
        memset(z, 0, count * classes * sizeof *z);
        sr_gemm_double(
            x, sr_transpose_double(sr_matrix_double(pass->weights, (int)classes, (int)n, (int)n)),
            z, (int)classes);
        for (size_t i = 0; i < count; i++)
            if (pass->product)
                change(pass, first + i, z + i * classes);
            else
                derive(pass, slice, first + i, z + i * classes);
        sr_gemm_double(
            sr_transpose_double(sr_matrix_double(z, (int)count, (int)classes, (int)classes)), x,
            part, (int)n);
    }
}

/* The sum over the slices for one class, always in their order. */
static void add_slices(void *context, size_t class, int worker)
{
    struct pass *pass = context;
    const size_t n = pass->problem->inputs + 1, length = length_of(pass->problem);
    double *sum = pass->sum + class * n;
    (void)worker;
    memset(sum, 0, n * sizeof *sum);
    for (size_t s = 0; s < pass->slices; s++)
        for (size_t j = 0; j < n; j++) sum[j] += pass->parts[s * length + class * n + j];
}

/* `out` = the gradient at `weights`, or the Hessian times them; with the penalty's part. */
static void run(struct pass *pass, const double *weights, bool product, double *out)
{
    const struct newton_problem *problem = pass->problem;
    const size_t n = problem->inputs + 1, length = length_of(problem);
    pass->weights = weights;
    pass->product = product;
    pass->sum = out;
    sr_pool_run(problem->pool, pass->slices, run_slice, pass);
    sr_pool_run(problem->pool, problem->classes, add_slices, pass);
    for (size_t i = 0; i < length; i++)
        if (i % n != problem->inputs) out[i] += weights[i] / problem->C;
}

double newton_bound(const double *gradient, const double *weights, size_t classes, size_t inputs,
                    double C)
{
    const size_t n = inputs + 1;
    double square = 0, mean = 0, biases = 0;
    for (size_t i = 0; i < classes * n; i++)
        if (i % n != inputs) square += gradient[i] * gradient[i];
    for (size_t c = 0; c < classes; c++) mean += weights[c * n + inputs] / (double)classes;
    for (size_t c = 0; c < classes; c++)
        biases += fabs(weights[c * n + inputs] - mean) * fabs(gradient[c * n + inputs]);
    return C / 2 * square + biases;
}

static struct newton_point evaluate(struct pass *pass, const double *weights, double *gradient)
{
    const struct newton_problem *problem = pass->problem;
    const size_t n = problem->inputs + 1, length = length_of(problem);
    const double count = (double)problem->count;
    double loss = 0, penalty = 0, largest = 0;
    size_t rights = 0;
    run(pass, weights, false, gradient);
    for (size_t s = 0; s < pass->slices; s++) {
        loss += pass->losses[s];
        rights += pass->rights[s];
    }
    for (size_t i = 0; i < length; i++) {
        if (i % n != problem->inputs) penalty += weights[i] * weights[i];
        largest = fmax(largest, fabs(gradient[i]));
    }
    return (struct newton_point){
        .value = loss + penalty / (2 * problem->C),
        .loss = loss / count,
        .accuracy = (double)rights / count,
        .largest = largest / count,
        .norm = sqrt(lbfgs_dot(length, gradient, gradient)) / count,
        .above = newton_bound(gradient, weights, problem->classes, problem->inputs, problem->C)};
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

/* H step = -gradient by preconditioned conjugate gradients (Hestenes and Stiefel, 1952), as far as
 * they lead; what they have found by then points downwards, too. The products that it took. */
static int solve(struct pass *pass, struct logreg_blocks *blocks, const struct vectors *v)
{
    const struct newton_problem *problem = pass->problem;
    const size_t length = length_of(problem);
    double first = 0, square = 0;
    memset(v->step, 0, length * sizeof *v->step);
    for (size_t i = 0; i < length; i++) v->residual[i] = -v->gradient[i];
    for (int k = 0; k < PRODUCTS; k++) {
        memcpy(v->solution, v->residual, length * sizeof *v->solution);
        logreg_blocks_solve(blocks, v->solution);
        const double before = square;
        square = lbfgs_dot(length, v->residual, v->solution);
        if (k == 0) first = square;
        if (!(square > solved * solved * first) || !problem->proceed(problem->context)) return k;
        for (size_t i = 0; i < length; i++)
            v->direction[i] = v->solution[i] + (k ? square / before * v->direction[i] : 0);
        run(pass, v->direction, true, v->product);
        const double curvature = lbfgs_dot(length, v->direction, v->product);
        if (!(curvature > 0)) return k + 1;
        add(length, v->step, square / curvature, v->direction);
        add(length, v->residual, -square / curvature, v->product);
    }
    return PRODUCTS;
}

/* As far along the step as the objective falls enough; false when it does not at all. */
static bool take_step(struct newton *newton, struct pass *pass, const struct vectors *v,
                      double *weights)
{
    const size_t length = length_of(pass->problem);
    const double slope = lbfgs_dot(length, v->gradient, v->step);
    double share = 1;
    for (int k = 0; slope < 0 && k < HALVINGS; k++, share /= 2) {
        memcpy(v->trial, weights, length * sizeof *weights);
        add(length, v->trial, share, v->step);
        const struct newton_point point = evaluate(pass, v->trial, v->trial_gradient);
        if (!(point.value <= newton->point.value * (1 + rounding) + armijo * share * slope))
            continue;
        /* Where the objective tells the two apart no more, the gradient has to. */
        const bool lower = -slope > rounding * point.value || point.norm < newton->point.norm;
        newton->point = point;
        memcpy(weights, v->trial, length * sizeof *weights);
        memcpy(v->gradient, v->trial_gradient, length * sizeof *weights);
        return lower;
    }
    return false;
}

static void search(struct newton *newton, struct pass *pass, struct logreg_blocks *blocks,
                   const struct vectors *v, double *weights)
{
    const struct newton_problem *problem = &newton->problem;
    /* Blocks of an earlier point serve until they cost as many more products as take the time of
     * making new ones: so many for a vector of n elements. */
    const int patience = 10 + (int)(problem->inputs / 32);
    int fewest = 0, last = 0;
    newton->point = evaluate(pass, weights, v->gradient);
    for (;;) {
        const struct newton_point *point = &newton->point;
        if (point->norm <= newton->norm && point->above <= newton->gap * point->value) return;
        if (newton->steps >= newton->max_steps) return;
        const bool anew = newton->factorisations == 0 || last > fewest + patience;
        if (anew) {
            if (!logreg_blocks_make(blocks, pass->shares)) return;
            newton->factorisations++;
        }
        last = solve(pass, blocks, v);
        newton->products += last;
        if (anew || last < fewest) fewest = last;
        if (!problem->proceed(problem->context) || !take_step(newton, pass, v, weights)) return;
        newton->steps++;
        newton->step(newton->owner, point, weights);
    }
}

static void pass_fini(struct pass *pass)
{
    free(pass->shares);
    free(pass->parts);
    free(pass->losses);
    free(pass->rights);
    free(pass->rows);
    free(pass->logits);
}

static enum sr_status pass_init(struct pass *pass, const struct newton_problem *problem,
                                struct sr_error *error)
{
    const size_t slices = (problem->count + SLICE - 1) / SLICE, length = length_of(problem),
                 workers = (size_t)sr_pool_threads(problem->pool);
    *pass = (struct pass){.problem = problem, .slices = slices};
    pass->shares =
        sr_array_new(problem->count * problem->classes, sizeof(double), "the probabilities", error);
    pass->parts = sr_array_new(slices * length, sizeof(double), "the gradients", error);
    pass->losses = sr_array_new(slices, sizeof *pass->losses, "the losses", error);
    pass->rights = sr_array_new(slices, sizeof *pass->rights, "the losses", error);
    pass->rows = sr_array_new(workers * NEWTON_BLOCK * (problem->inputs + 1), sizeof(double),
                              "the images", error);
    pass->logits = sr_array_new(workers * NEWTON_BLOCK * problem->classes, sizeof(double),
                                "the logits", error);
    return pass->shares && pass->parts && pass->losses && pass->rights && pass->rows && pass->logits
               ? SR_OK
               : SR_ERROR_MEMORY;
}

enum sr_status newton_minimize(struct newton *newton, double *weights, struct sr_error *error)
{
    const size_t length = length_of(&newton->problem);
    struct pass pass;
    struct logreg_blocks blocks = {0};
    double *memory = sr_array_new(VECTORS * length, sizeof *memory, "the optimiser", error);
    enum sr_status status = pass_init(&pass, &newton->problem, error);
    if (!memory) status = SR_ERROR_MEMORY;
    if (!status) status = logreg_blocks_init(&blocks, &newton->problem, error);
    if (!status) {
        double *all[VECTORS];
        for (size_t i = 0; i < VECTORS; i++) all[i] = memory + i * length;
        const struct vectors v = {all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]};
        search(newton, &pass, &blocks, &v, weights);
    }
    free(memory);
    logreg_blocks_fini(&blocks);
    pass_fini(&pass);
    return status;
}

enum sr_status newton_evaluate(const struct newton_problem *problem, const double *weights,
                               struct newton_point *point, struct sr_error *error)
{
    struct pass pass;
    double *gradient = sr_array_new(length_of(problem), sizeof *gradient, "the gradient", error);
    enum sr_status status = pass_init(&pass, problem, error);
    if (!gradient) status = SR_ERROR_MEMORY;
    if (!status) *point = evaluate(&pass, weights, gradient);
    free(gradient);
    pass_fini(&pass);
    return status;
}
