#include "logreg_metric.h"

#include "cholesky.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The images that it is computed from, and the number of features up to which it saves time. */
enum { METRIC_ROWS = 8192, METRIC_MAX = 2048 };
static const double metric_weight = 0.05;

enum sr_status logreg_metric(const struct logreg_rows *all, const struct sr_fit *fit, double C,
                             double **metric, struct sr_error *error)
{
    enum { LOT = 1024 };
    const size_t inputs = all->inputs, n = inputs + 1, count = all->samples.count;
    double *factor = NULL;
    const size_t sampled = count < METRIC_ROWS ? count : METRIC_ROWS;
    *metric = NULL;
    if (n > METRIC_MAX) return SR_OK;
    enum sr_status status = SR_ERROR_MEMORY;
    float *rows = sr_array_new(LOT * n, sizeof *rows, "the change of variables", error);
    float *sum = sr_array_new(n * n, sizeof *sum, "the change of variables", error);
    factor = sr_array_new(n * n, sizeof *factor, "the change of variables", error);
    if (!rows || !sum || !factor) goto out;
    for (size_t first = 0; first < sampled; first += LOT) {
        size_t step = sampled - first < LOT ? sampled - first : LOT;
        for (size_t i = 0; i < step; i++) {
            size_t row = (size_t)((double)(first + i) / (double)sampled * (double)count);
            const float *values = logreg_rows_values(all, row, 1, rows + i * n);
            if (values != rows + i * n) memcpy(rows + i * n, values, inputs * sizeof *rows);
            rows[i * n + inputs] = 1;
        }
        sr_gemm(fit->pool, 1, sr_transpose(sr_matrix(rows, (int)step, (int)n, (int)n)),
                sr_matrix(rows, (int)step, (int)n, (int)n), 1, sum, (int)n);
        if (!sr_monitor_proceed(fit->monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
            goto out;
        }
    }
    const double scale = metric_weight * (double)count / (double)sampled;
    for (size_t i = 0; i < n * n; i++) factor[i] = scale * (double)sum[i];
    /* No less than what the sums in single precision are wrong by, or rounding would make up the
     * factor. */
    double largest = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, factor[i * n + i]);
    for (size_t i = 0; i < inputs; i++) factor[i * n + i] += fmax(1 / C, 1e-6 * largest);
    if (cholesky(factor, n, 1e-9, fit->pool, fit->monitor))
        status = SR_OK;
    else
        status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
    /* Of few rows, rounding may leave no factor that is finite: then none is better. */
    for (size_t i = 0; !status && factor && i < n * n; i++)
        if (i % n <= i / n && !isfinite(factor[i])) {
            free(factor);
            factor = NULL;
        }
out:
    *metric = factor;
    free(rows);
    free(sum);
    return status;
}
