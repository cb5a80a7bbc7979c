#include "cholesky.h"

#include "lbfgs.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <string.h>

/* Columns done together, rows in a slice of the work below them. */
enum { PANEL = 64, PANEL_ROWS = 16 };

struct factorisation {
    double *matrix;
    size_t n, first, last; /* present panel of columns */
};

/* Columns from the panel's first to `to` of one row's factor, from what is left of the row when
 * the columns before the panel are taken away; the rows above are done. */
static void eliminate(const struct factorisation *work, size_t i, size_t to)
{
    const size_t first = work->first;
    double *row = work->matrix + i * work->n;
    for (size_t j = first; j < to; j++) {
        const double *above = work->matrix + j * work->n;
        row[j] = (row[j] - lbfgs_dot(j - first, row + first, above + first)) / above[j];
    }
}

static void eliminate_slice(void *context, size_t index, int worker)
{
    const struct factorisation *work = context;
    size_t i = work->last + index * PANEL_ROWS;
    (void)worker;
    for (size_t end = i + PANEL_ROWS < work->n ? i + PANEL_ROWS : work->n; i < end; i++)
        eliminate(work, i, work->last);
}

/* Take the panel away from some columns behind it: from the diagonal down, row by row the products
 * with the rows of the factor that these columns are. */
static void update_slice(void *context, size_t index, int worker)
{
    const struct factorisation *work = context;
    const size_t n = work->n, column = work->last + index * PANEL, width = work->last - work->first,
                 columns = n - column < PANEL ? n - column : PANEL;
    double negative[PANEL * PANEL];
    double *corner = work->matrix + column * n + column;
    const double *panel = work->matrix + column * n + work->first;
    (void)worker;
    for (size_t j = 0; j < columns; j++)
        for (size_t k = 0; k < width; k++) negative[j * width + k] = -panel[j * n + k];
    sr_gemm_double(
        sr_matrix_double(panel, (int)(n - column), (int)width, (int)n),
        sr_transpose_double(sr_matrix_double(negative, (int)columns, (int)width, (int)width)),
        corner, (int)n);
}

bool cholesky(double *matrix, size_t n, double least, struct sr_pool *pool,
              const struct sr_monitor *monitor)
{
    struct factorisation work = {.matrix = matrix, .n = n};
    double pivot = 0;
    for (size_t i = 0; i < n; i++) pivot = fmax(pivot, least * matrix[i * n + i]);
    for (; work.first < n; work.first = work.last) {
        work.last = work.first + PANEL < n ? work.first + PANEL : n;
        for (size_t i = work.first; i < work.last; i++) {
            double *row = matrix + i * n, *own = row + work.first;
            eliminate(&work, i, i);
            row[i] = sqrt(fmax(pivot, row[i] - lbfgs_dot(i - work.first, own, own)));
        }
        sr_pool_run(pool, (n - work.last + PANEL_ROWS - 1) / PANEL_ROWS, eliminate_slice, &work);
        sr_pool_run(pool, (n - work.last + PANEL - 1) / PANEL, update_slice, &work);
        if (!sr_monitor_proceed(monitor)) return false;
    }
    return true;
}

void cholesky_forward(const double *factor, size_t n, double *vector)
{
    for (size_t i = 0; i < n; i++) {
        const double *row = factor + i * n;
        vector[i] = (vector[i] - lbfgs_dot(i, row, vector)) / row[i];
    }
}

void cholesky_backward(const double *factor, size_t n, double *vector)
{
    for (size_t i = n; i-- > 0;) {
        const double *row = factor + i * n, value = vector[i] /= row[i];
        for (size_t j = 0; j < i; j++) vector[j] -= value * row[j];
    }
}

/* Eight partial sums, as in lbfgs_dot. */
static double dot_single(size_t count, const float *a, const double *b)
{
    double sums[8] = {0}, rest = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; k++) sums[k] += (double)a[i + (size_t)k] * b[i + (size_t)k];
    }
    for (; i < count; i++) rest += (double)a[i] * b[i];
    for (int k = 0; k < 8; k++) rest += sums[k];
    return rest;
}

void cholesky_solve_packed(const float *factor, size_t n, double *vector)
{
    const float *row = factor;
    for (size_t i = 0; i < n; row += ++i)
        vector[i] = (vector[i] - dot_single(i, row, vector)) / (double)row[i];
    for (size_t i = n; i-- > 0;) {
        row -= i + 1;
        const double value = vector[i] /= (double)row[i];
        for (size_t j = 0; j < i; j++) vector[j] -= value * (double)row[j];
    }
}
