#include "logreg_blocks.h"

#include "cholesky.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows in a chunk, columns of a block that are summed together. */
enum { CHUNK = 1024, COLUMNS = 64 };
/* Bytes of the blocks. */
static const size_t most = (size_t)1 << 30;
/* What is added to the diagonal, and the least pivot, as a share of the largest element. */
static const double shift = 1e-13, pivot = 1e-15;

static size_t width_of(const struct logreg_blocks *blocks)
{
    return blocks->problem->inputs + 1;
}

bool logreg_blocks_diagonal(size_t inputs, size_t classes)
{
    const size_t n = inputs + 1;
    return n > most / sizeof(double) / classes / n;
}

enum sr_status logreg_blocks_init(struct logreg_blocks *blocks,
                                  const struct newton_problem *problem, struct sr_error *error)
{
    const size_t n = problem->inputs + 1, classes = problem->classes,
                 workers = (size_t)sr_pool_threads(problem->pool);
    *blocks = (struct logreg_blocks){.problem = problem};
    blocks->diagonal = logreg_blocks_diagonal(problem->inputs, classes);
    blocks->blocks = sr_array_raw(blocks->diagonal ? classes * n : classes * n * n, sizeof(double),
                                  "the Hessian", error);
    blocks->rows = sr_array_raw(CHUNK * n, sizeof(double), "the images", error);
    blocks->weights = sr_array_raw(CHUNK * classes, sizeof(double), "the weights", error);
    blocks->scaled = sr_array_raw(workers * CHUNK * COLUMNS, sizeof(double), "the images", error);
    return blocks->blocks && blocks->rows && blocks->weights && blocks->scaled ? SR_OK
                                                                               : SR_ERROR_MEMORY;
}

void logreg_blocks_fini(struct logreg_blocks *blocks)
{
    free(blocks->blocks);
    free(blocks->rows);
    free(blocks->weights);
    free(blocks->scaled);
}

/* p(1 - p) of a row's classes. Of the likeliest one, 1 - p is the share of the others, to whose
 * digits 1 has no room. */
static void weigh(const double *shares, size_t classes, double *weights, size_t stride)
{
    size_t best = 0;
    double others = 0;
    for (size_t c = 1; c < classes; c++)
        if (shares[c] > shares[best]) best = c;
    for (size_t c = 0; c < classes; c++) {
        if (c != best) others += shares[c];
        weights[c * stride] = shares[c] * (1 - shares[c]);
    }
    weights[best * stride] = shares[best] * others;
}

/* NEWTON_BLOCK rows of the chunk, and their weights. */
static void fill(void *context, size_t index, int worker)
{
    struct logreg_blocks *blocks = context;
    const struct newton_problem *problem = blocks->problem;
    const size_t n = width_of(blocks), classes = problem->classes, at = index * NEWTON_BLOCK,
                 left = blocks->chunk - at, count = left < NEWTON_BLOCK ? left : NEWTON_BLOCK;
    double *rows = blocks->rows + at * n;
    problem->rows(problem->context, blocks->first + at, count, worker, rows);
    for (size_t i = 0; i < count; i++) {
        rows[i * n + n - 1] = 1;
        weigh(blocks->shares + (blocks->first + at + i) * classes, classes,
              blocks->weights + at + i, CHUNK);
    }
}

/* Some columns of one class's block, from the diagonal down. */
static void sum_columns(void *context, size_t index, int worker)
{
    struct logreg_blocks *blocks = context;
    const size_t n = width_of(blocks), strips = (n + COLUMNS - 1) / COLUMNS,
                 class = blocks->base + index / strips, column = index % strips * COLUMNS,
                 columns = n - column < COLUMNS ? n - column : COLUMNS;
    const double *weights = blocks->weights + class * CHUNK;
    double *scaled = blocks->scaled + (size_t)worker * CHUNK * COLUMNS;
    for (size_t i = 0; i < blocks->chunk; i++)
        for (size_t j = 0; j < columns; j++)
            scaled[i * columns + j] = weights[i] * blocks->rows[i * n + column + j];
    sr_gemm_double(sr_transpose_double(sr_matrix_double(blocks->rows + column, (int)blocks->chunk,
                                                        (int)(n - column), (int)n)),
                   sr_matrix_double(scaled, (int)blocks->chunk, (int)columns, (int)columns),
                   blocks->blocks + class * n * n + column * n + column, (int)n);
}

/* One class's diagonal. */
static void sum_diagonal(void *context, size_t class, int worker)
{
    struct logreg_blocks *blocks = context;
    const size_t n = width_of(blocks);
    double *sum = blocks->blocks + class * n;
    (void)worker;
    for (size_t i = 0; i < blocks->chunk; i++) {
        const double weight = blocks->weights[class * CHUNK + i], *row = blocks->rows + i * n;
        for (size_t j = 0; j < n; j++) sum[j] += weight * row[j] * row[j];
    }
}

/* One class's block factorised; false when asked to stop. */
static bool factorise(struct logreg_blocks *blocks, size_t class)
{
    const struct newton_problem *problem = blocks->problem;
    const size_t n = width_of(blocks);
    double *block = blocks->blocks + class * n * n, largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, block[i * n + i]);
    for (size_t i = 0; i < n; i++) block[i * n + i] += shift * largest;
    cholesky(block, n, pivot, problem->pool, NULL);
    return problem->proceed(problem->context);
}

static void start_blocks(struct logreg_blocks *blocks, size_t block, size_t along)
{
    const struct newton_problem *problem = blocks->problem;
    memset(blocks->blocks, 0, problem->classes * block * sizeof *blocks->blocks);
    for (size_t c = 0; c < problem->classes; c++)
        for (size_t i = 0; i < problem->inputs; i++)
            blocks->blocks[c * block + i * along] = 1 / problem->C;
}

bool logreg_blocks_make(struct logreg_blocks *blocks, const double *shares)
{
    const struct newton_problem *problem = blocks->problem;
    const size_t n = width_of(blocks), classes = problem->classes,
                 block = blocks->diagonal ? n : n * n, along = blocks->diagonal ? 1 : n + 1;
    start_blocks(blocks, block, along);
    blocks->shares = shares;
    blocks->base = 0;
    for (blocks->first = 0; blocks->first < problem->count; blocks->first += CHUNK) {
        const size_t left = problem->count - blocks->first;
        blocks->chunk = left < CHUNK ? left : CHUNK;
        sr_pool_run(problem->pool, (blocks->chunk + NEWTON_BLOCK - 1) / NEWTON_BLOCK, fill, blocks);
        if (blocks->diagonal)
            sr_pool_run(problem->pool, classes, sum_diagonal, blocks);
        else
            sr_pool_run(problem->pool, classes * ((n + COLUMNS - 1) / COLUMNS), sum_columns,
                        blocks);
        if (!problem->proceed(problem->context)) return false;
    }
    for (size_t c = 0; !blocks->diagonal && c < classes; c++)
        if (!factorise(blocks, c)) return false;
    return true;
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

/* NEWTON_BLOCK rows of the chunk of a sample. */
static void fill_chosen(void *context, size_t index, int worker)
{
    struct logreg_blocks *blocks = context;
    const struct newton_problem *problem = blocks->problem;
    const size_t n = width_of(blocks), at = index * NEWTON_BLOCK, left = blocks->chunk - at,
                 end = at + (left < NEWTON_BLOCK ? left : NEWTON_BLOCK);
    for (size_t i = at; i < end; i++) {
        double *row = blocks->rows + i * n;
        problem->rows(problem->context, blocks->chosen[blocks->first + i], 1, worker, row);
        row[n - 1] = 1;
    }
}

bool logreg_blocks_sample(struct logreg_blocks *blocks, const float *shares, size_t wanted)
{
    const struct newton_problem *problem = blocks->problem;
    const size_t n = width_of(blocks), strips = (n + COLUMNS - 1) / COLUMNS;
    uint32_t *rows = malloc((wanted + 1) * sizeof *rows);
    double *weights = malloc((wanted + 1) * sizeof *weights);
    bool proceed = rows && weights;
    start_blocks(blocks, n * n, n + 1);
    blocks->chosen = rows;
    for (size_t c = 0; proceed && c < problem->classes; c++) {
        const size_t chosen = choose_rows(problem, shares, c, wanted, rows, weights);
        blocks->base = c;
        for (blocks->first = 0; proceed && blocks->first < chosen; blocks->first += CHUNK) {
            const size_t left = chosen - blocks->first;
            blocks->chunk = left < CHUNK ? left : CHUNK;
            memcpy(blocks->weights + c * CHUNK, weights + blocks->first,
                   blocks->chunk * sizeof *weights);
            sr_pool_run(problem->pool, (blocks->chunk + NEWTON_BLOCK - 1) / NEWTON_BLOCK,
                        fill_chosen, blocks);
            sr_pool_run(problem->pool, strips, sum_columns, blocks);
            proceed = problem->proceed(problem->context);
        }
        proceed = proceed && factorise(blocks, c);
    }
    free(rows);
    free(weights);
    return proceed;
}

/* Take out what all classes have alike. */
static void centre(const struct logreg_blocks *blocks, double *vector)
{
    const size_t n = width_of(blocks), classes = blocks->problem->classes;
    for (size_t j = 0; j < n; j++) {
        double mean = 0;
        for (size_t c = 0; c < classes; c++) mean += vector[c * n + j];
        mean /= (double)classes;
        for (size_t c = 0; c < classes; c++) vector[c * n + j] -= mean;
    }
}

static void solve_class(void *context, size_t class, int worker)
{
    const struct logreg_blocks *blocks = context;
    const size_t n = width_of(blocks);
    double *vector = blocks->vector + class * n;
    (void)worker;
    if (!blocks->diagonal) {
        cholesky_forward(blocks->blocks + class * n * n, n, vector);
        cholesky_backward(blocks->blocks + class * n * n, n, vector);
    } else
        for (size_t j = 0; j < n; j++) {
            const double by = blocks->blocks[class * n + j];
            vector[j] = by > 0 ? vector[j] / by : 0;
        }
}

void logreg_blocks_solve(struct logreg_blocks *blocks, double *vector)
{
    centre(blocks, vector);
    blocks->vector = vector;
    sr_pool_run(blocks->problem->pool, blocks->problem->classes, solve_class, blocks);
    centre(blocks, vector);
}
