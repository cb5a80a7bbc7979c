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
    const size_t n = width_of(blocks), strips = (n + COLUMNS - 1) / COLUMNS, class = index / strips,
                 column = index % strips * COLUMNS,
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

void logreg_blocks_centre(const struct newton_problem *problem, double *vector)
{
    const size_t n = problem->inputs + 1, classes = problem->classes;
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
    logreg_blocks_centre(blocks->problem, vector);
    blocks->vector = vector;
    sr_pool_run(blocks->problem->pool, blocks->problem->classes, solve_class, blocks);
    logreg_blocks_centre(blocks->problem, vector);
}
