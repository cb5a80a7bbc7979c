/* pca.c - see pca.h: the covariance in blocks of rows, its largest eigenvalues by subspace
 * iteration with Rayleigh-Ritz (Golub and Van Loan, Matrix Computations, 8.2.4). */
#include "sartor/embed/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eigen.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/stopped.h"
#include "sartor/compute/matrix.h"

/* Rows in a block; directions iterated beside those asked for, which makes it converge sooner; rows
 * of the covariance in a slice. */
enum { BLOCK = 2048, BESIDE = 16, SLICE = 64, MOST_STEPS = 400 };
/* What is left of an eigenvector, against the largest eigenvalue, that no longer matters. */
static const double tolerance = 1e-8;

struct centring {
    const float *rows, *mean;
    float *out;
    int width;
};

static void centre_row(void *context, size_t index, int worker)
{
    const struct centring *work = context;
    const size_t width = (size_t)work->width;
    (void)worker;
    for (size_t i = 0; i < width; i++)
        work->out[index * width + i] = work->rows[index * width + i] - work->mean[i];
}

/* The mean of each column, in double precision. */
static void take_mean(struct sr_pca *pca, const float *rows, size_t count)
{
    const size_t width = (size_t)pca->width;
    double *sums = sr_xalloc(width * sizeof *sums);
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < width; i++) sums[i] += (double)rows[r * width + i];
    for (size_t i = 0; i < width; i++) pca->mean[i] = (float)(sums[i] / (double)count);
    free(sums);
}

/* The covariance, width × width: of each block in single precision, summed in double. */
static enum sr_status sum_covariance(struct sr_pca *pca, const float *rows, size_t count,
                                     double *covariance, struct sr_pool *pool,
                                     const struct sr_monitor *monitor, struct sr_error *error)
{
    const size_t width = (size_t)pca->width, square = width * width;
    float *block = sr_array_raw(BLOCK * width, sizeof *block, "rows", error),
          *part = block ? sr_array_raw(square, sizeof *part, "a covariance", error) : NULL;
    enum sr_status status = part ? SR_OK : error->status;
    for (size_t from = 0; !status && from < count; from += BLOCK) {
        const size_t some = count - from < BLOCK ? count - from : BLOCK;
        struct centring work = {rows + from * width, pca->mean, block, pca->width};
        if (!sr_monitor_proceed(monitor)) {
            status = sr_stopped(error);
            break;
        }
        sr_pool_run(pool, some, centre_row, &work);
        const struct sr_matrix x = sr_matrix(block, (int)some, pca->width, pca->width);
        sr_gemm(pool, 1, sr_transpose(x), x, 0, part, pca->width);
        for (size_t i = 0; i < square; i++) covariance[i] += (double)part[i];
    }
    for (size_t i = 0; i < square; i++) covariance[i] /= (double)(count - 1);
    free(part);
    free(block);
    return status;
}

struct product {
    const double *covariance, *in;
    double *out;
    int width, columns;
};

static void multiply(void *context, size_t index, int worker)
{
    const struct product *work = context;
    const int first = (int)index * SLICE,
              rows = work->width - first < SLICE ? work->width - first : SLICE;
    const size_t width = (size_t)work->width, columns = (size_t)work->columns;
    double *out = work->out + (size_t)first * columns;
    (void)worker;
    memset(out, 0, (size_t)rows * columns * sizeof *out);
    sr_gemm_double(
        sr_matrix_double(work->covariance + (size_t)first * width, rows, work->width, work->width),
        sr_matrix_double(work->in, work->width, work->columns, work->columns), out, work->columns);
}

/* Columns of q[rows][columns] become orthogonal and of length 1, by Gram and Schmidt, twice over;
 * those that depend on earlier ones become zeros. */
static void orthonormalise(double *q, int rows, int columns)
{
    for (int c = 0; c < columns; c++) {
        double before = 0, after = 0;
        for (int r = 0; r < rows; r++) before += q[r * columns + c] * q[r * columns + c];
        for (int twice = 0; twice < 2; twice++)
            for (int o = 0; o < c; o++) {
                double dot = 0;
                for (int r = 0; r < rows; r++) dot += q[r * columns + c] * q[r * columns + o];
                for (int r = 0; r < rows; r++) q[r * columns + c] -= dot * q[r * columns + o];
            }
        for (int r = 0; r < rows; r++) after += q[r * columns + c] * q[r * columns + c];
        const double scale = after > 1e-24 * before && after > 0 ? 1 / sqrt(after) : 0;
        for (int r = 0; r < rows; r++) q[r * columns + c] *= scale;
    }
}

struct iteration {
    double *covariance, *q, *y; /* q, y: width × columns */
    double *h, *turn, *values;  /* columns × columns, columns × columns, columns */
    int width, columns;
};

/* q and y = covariance · q, turned so that each column of q is as near to an eigenvector as their
 * span allows; returns the largest residual of the first `dims`. */
static double turn_to_ritz(struct iteration *it, int dims)
{
    const int n = it->width, k = it->columns;
    double *turned = sr_xalloc((size_t)k * sizeof *turned);
    memset(it->h, 0, (size_t)k * (size_t)k * sizeof *it->h);
    sr_gemm_double((struct sr_matrix_double){it->q, k, n, k, true},
                   sr_matrix_double(it->y, n, k, k), it->h, k);
    eigen_symmetric(it->h, k, it->values, it->turn);
    double *residuals = sr_xalloc((size_t)k * sizeof *residuals), worst = 0;
    for (int r = 0; r < n; r++) {
        double *const rows[2] = {it->q + (size_t)r * (size_t)k, it->y + (size_t)r * (size_t)k};
        for (int which = 0; which < 2; which++) {
            memset(turned, 0, (size_t)k * sizeof *turned);
            for (int o = 0; o < k; o++)
                for (int c = 0; c < k; c++) turned[c] += rows[which][o] * it->turn[o * k + c];
            memcpy(rows[which], turned, (size_t)k * sizeof *turned);
        }
        for (int c = 0; c < dims; c++) {
            const double off = rows[1][c] - it->values[c] * rows[0][c];
            residuals[c] += off * off;
        }
    }
    for (int c = 0; c < dims; c++) worst = fmax(worst, sqrt(residuals[c]));
    free(residuals);
    free(turned);
    return worst;
}

static enum sr_status iterate(struct iteration *it, int dims, struct sr_pool *pool,
                              const struct sr_monitor *monitor, struct sr_error *error)
{
    const size_t size = (size_t)it->width * (size_t)it->columns;
    struct sr_rng rng;
    sr_rng_init(&rng, 1, SR_STREAM_INIT, 0);
    for (size_t i = 0; i < size; i++) it->q[i] = sr_rng_normal(&rng);
    orthonormalise(it->q, it->width, it->columns);
    for (int step = 0; step < MOST_STEPS; step++) {
        struct product work = {it->covariance, it->q, it->y, it->width, it->columns};
        if (!sr_monitor_proceed(monitor)) return sr_stopped(error);
        sr_pool_run(pool, (size_t)(it->width + SLICE - 1) / SLICE, multiply, &work);
        if (turn_to_ritz(it, dims) <= tolerance * it->values[0]) return SR_OK;
        memcpy(it->q, it->y, size * sizeof *it->q);
        orthonormalise(it->q, it->width, it->columns);
    }
    /* Eigenvalues that are all but equal: their plane is found, not the directions in it. */
    return SR_OK;
}

/* The first columns of q become the axes, each with its largest part positive. */
static void take_axes(struct sr_pca *pca, const struct iteration *it)
{
    for (int d = 0; d < pca->dims; d++) {
        double largest = 0;
        for (int r = 0; r < it->width; r++) {
            const double part = it->q[(size_t)r * (size_t)it->columns + (size_t)d];
            if (fabs(part) > fabs(largest)) largest = part;
        }
        for (int r = 0; r < it->width; r++)
            pca->axes[(size_t)d * (size_t)it->width + (size_t)r] =
                (float)(it->q[(size_t)r * (size_t)it->columns + (size_t)d] *
                        (largest < 0 ? -1 : 1));
        pca->variances[d] = fmax(0, it->values[d]);
    }
}

enum sr_status sr_pca_fit(struct sr_pca *pca, const float *rows, size_t count, int width, int dims,
                          struct sr_pool *pool, const struct sr_monitor *monitor,
                          struct sr_error *error)
{
    const size_t w = (size_t)width, d = (size_t)dims;
    *pca = (struct sr_pca){.width = width, .dims = dims};
    if (count < 2 || width < 1 || width > SR_PCA_WIDTH || dims < 1 || dims > width)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "principal components take at least 2 rows of 1 to %d numbers; these "
                            "are %zu of %d",
                            SR_PCA_WIDTH, count, width);
    struct iteration it = {.width = width,
                           .columns = dims + BESIDE < width ? dims + BESIDE : width};
    const size_t k = (size_t)it.columns;
    pca->mean = sr_xalloc(w * sizeof *pca->mean);
    pca->axes = sr_xalloc(d * w * sizeof *pca->axes);
    pca->variances = sr_xalloc(d * sizeof *pca->variances);
    it.covariance = sr_array_new(w * w, sizeof *it.covariance, "a covariance", error);
    if (!it.covariance) return error->status;
    it.q = sr_xalloc(w * k * sizeof *it.q);
    it.y = sr_xalloc(w * k * sizeof *it.y);
    it.h = sr_xalloc(k * k * sizeof *it.h);
    it.turn = sr_xalloc(k * k * sizeof *it.turn);
    it.values = sr_xalloc(k * sizeof *it.values);
    take_mean(pca, rows, count);
    enum sr_status status = sum_covariance(pca, rows, count, it.covariance, pool, monitor, error);
    if (!status) status = iterate(&it, dims, pool, monitor, error);
    if (!status) take_axes(pca, &it);
    for (size_t i = 0; i < w; i++) pca->total += it.covariance[i * w + i];
    free(it.covariance);
    free(it.q);
    free(it.y);
    free(it.h);
    free(it.turn);
    free(it.values);
    return status;
}

void sr_pca_fini(struct sr_pca *pca)
{
    free(pca->mean);
    free(pca->axes);
    free(pca->variances);
    *pca = (struct sr_pca){0};
}

enum sr_status sr_pca_project(const struct sr_pca *pca, const float *rows, size_t count, float *out,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              struct sr_error *error)
{
    const size_t width = (size_t)pca->width;
    float *block = sr_array_raw(BLOCK * width, sizeof *block, "rows", error);
    enum sr_status status = block ? SR_OK : error->status;
    for (size_t from = 0; !status && from < count; from += BLOCK) {
        const size_t some = count - from < BLOCK ? count - from : BLOCK;
        struct centring work = {rows + from * width, pca->mean, block, pca->width};
        if (!sr_monitor_proceed(monitor)) {
            status = sr_stopped(error);
            break;
        }
        sr_pool_run(pool, some, centre_row, &work);
        sr_gemm(pool, 1, sr_matrix(block, (int)some, pca->width, pca->width),
                sr_transpose(sr_matrix(pca->axes, pca->dims, pca->width, pca->width)), 0,
                out + from * (size_t)pca->dims, pca->dims);
    }
    free(block);
    return status;
}
