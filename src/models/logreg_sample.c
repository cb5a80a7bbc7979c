#include "logreg_sample.h"

#include "cholesky.h"
#include "logreg_blocks.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows in a chunk; columns of a block that are summed together. */
enum { CHUNK = 1024, COLUMNS = 128 };
/* The least element of the diagonal, as a share of the largest: no less than what the sums in
 * single precision are wrong by; and the least pivot. */
static const double least_share = 1e-6, pivot = 1e-9;

static size_t width_of(const struct logreg_sample *sample)
{
    return sample->problem->inputs + 1;
}

/* Numbers of a factor. */
static size_t packed_size(size_t n)
{
    return n * (n + 1) / 2;
}

enum sr_status logreg_sample_init(struct logreg_sample *sample,
                                  const struct newton_problem *problem, size_t rows,
                                  struct sr_error *error)
{
    const size_t n = problem->inputs + 1, workers = (size_t)sr_pool_threads(problem->pool);
    *sample = (struct logreg_sample){.problem = problem, .most = rows};
    sample->factors = sr_array_raw(problem->classes * packed_size(n), sizeof *sample->factors,
                                   "the Hessian", error);
    sample->chosen = sr_array_raw(rows + 1, sizeof *sample->chosen, "the images", error);
    sample->weights = sr_array_raw(rows + 1, sizeof *sample->weights, "the images", error);
    sample->row = sr_array_raw(workers * n, sizeof *sample->row, "the images", error);
    sample->rows = sr_array_raw(CHUNK * n, sizeof *sample->rows, "the images", error);
    sample->sum = sr_array_raw(n * n, sizeof *sample->sum, "the Hessian", error);
    sample->block = sr_array_raw(n * n, sizeof *sample->block, "the Hessian", error);
    return sample->factors && sample->chosen && sample->weights && sample->row && sample->rows &&
                   sample->sum && sample->block
               ? SR_OK
               : SR_ERROR_MEMORY;
}

void logreg_sample_fini(struct logreg_sample *sample)
{
    free(sample->factors);
    free(sample->chosen);
    free(sample->weights);
    free(sample->row);
    free(sample->rows);
    free(sample->sum);
    free(sample->block);
}

/* A class's rows of a sample, and what each stands for: a row at each multiple of a step along the
 * sum of all rows' weights. */
static size_t choose_rows(const struct newton_problem *problem, const float *shares, size_t class,
                          size_t wanted, uint32_t *rows, double *weights)
{
    const double even = 0.1;
    double total = 0, sum = 0, passed = 0;
    size_t chosen = 0;
    for (size_t i = 0; i < problem->count; i++) {
        const double p = (double)shares[i * problem->classes + class];
        total += p * (1 - p);
    }
    const double step = total / (double)wanted, mean = total / (double)problem->count;
    for (size_t i = 0; i < problem->count && total > 0; i++) {
        const double p = (double)shares[i * problem->classes + class],
                     weight = (1 - even) * p * (1 - p) + even * mean;
        sum += weight;
        const double steps = floor(sum / step);
        if (steps <= passed) continue;
        rows[chosen] = (uint32_t)i;
        weights[chosen++] = fmax(weight, (steps - passed) * step);
        passed = steps;
    }
    return chosen;
}

/* NEWTON_BLOCK rows of the chunk. */
static void fill(void *context, size_t index, int worker)
{
    struct logreg_sample *sample = context;
    const struct newton_problem *problem = sample->problem;
    const size_t n = width_of(sample), at = index * NEWTON_BLOCK, left = sample->chunk - at,
                 end = at + (left < NEWTON_BLOCK ? left : NEWTON_BLOCK);
    double *row = sample->row + (size_t)worker * n;
    for (size_t i = at; i < end; i++) {
        const double root = sqrt(sample->weights[sample->first + i]);
        problem->rows(problem->context, sample->chosen[sample->first + i], 1, worker, row);
        row[n - 1] = 1;
        for (size_t j = 0; j < n; j++) sample->rows[i * n + j] = (float)(root * row[j]);
    }
}

/* Add the products of the chunk's columns, from the diagonal down. */
static void sum_columns(struct logreg_sample *sample)
{
    const int n = (int)width_of(sample), chunk = (int)sample->chunk;
    for (int column = 0; column < n; column += COLUMNS) {
        const int columns = n - column < COLUMNS ? n - column : COLUMNS;
        const float *rows = sample->rows + column;
        sr_gemm(sample->problem->pool, 1, sr_transpose(sr_matrix(rows, chunk, n - column, n)),
                sr_matrix(rows, chunk, columns, n), 1, sample->sum + (ptrdiff_t)column * n + column,
                n);
    }
}

/* The sum becomes a class's factor. */
static void factorise(struct logreg_sample *sample, size_t class)
{
    const struct newton_problem *problem = sample->problem;
    const size_t n = width_of(sample);
    float *packed = sample->factors + class * packed_size(n);
    double largest = 0;
    for (size_t i = 0; i < n * n; i++) sample->block[i] = (double)sample->sum[i];
    for (size_t i = 0; i < n; i++) largest = fmax(largest, sample->block[i * n + i]);
    for (size_t i = 0; i < n; i++)
        sample->block[i * n + i] +=
            fmax(i < problem->inputs ? 1 / problem->C : 0, least_share * largest);
    cholesky(sample->block, n, pivot, problem->pool, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) *packed++ = (float)sample->block[i * n + j];
}

bool logreg_sample_make(struct logreg_sample *sample, const float *shares)
{
    const struct newton_problem *problem = sample->problem;
    const size_t n = width_of(sample);
    for (size_t c = 0; c < problem->classes; c++) {
        const size_t chosen =
            choose_rows(problem, shares, c, sample->most, sample->chosen, sample->weights);
        memset(sample->sum, 0, n * n * sizeof *sample->sum);
        for (sample->first = 0; sample->first < chosen; sample->first += CHUNK) {
            const size_t left = chosen - sample->first;
            sample->chunk = left < CHUNK ? left : CHUNK;
            sr_pool_run(problem->pool, (sample->chunk + NEWTON_BLOCK - 1) / NEWTON_BLOCK, fill,
                        sample);
            sum_columns(sample);
        }
        factorise(sample, c);
        if (!problem->proceed(problem->context)) return false;
    }
    return true;
}

static void solve_class(void *context, size_t class, int worker)
{
    const struct logreg_sample *sample = context;
    const size_t n = width_of(sample);
    (void)worker;
    cholesky_solve_packed(sample->factors + class * packed_size(n), n, sample->vector + class * n);
}

void logreg_sample_solve(struct logreg_sample *sample, double *vector)
{
    logreg_blocks_centre(sample->problem, vector);
    sample->vector = vector;
    sr_pool_run(sample->problem->pool, sample->problem->classes, solve_class, sample);
    logreg_blocks_centre(sample->problem, vector);
}
