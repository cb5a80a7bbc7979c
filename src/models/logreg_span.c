#include "logreg_span.h"

#include "cholesky.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <stdlib.h>
#include <string.h>

/* The least pivot, and what is added to the diagonal, as a share of the largest element. */
static const double pivot = 1e-15, shift = 1e-14;

static size_t blocks_of(const struct newton_problem *whole)
{
    return (whole->count + NEWTON_BLOCK - 1) / NEWTON_BLOCK;
}

/* One of a worker's two blocks, filled with rows; they lie inputs + 1 apart. */
static struct sr_matrix_double fill(const struct logreg_span *span, size_t block, int worker,
                                    int which)
{
    const struct newton_problem *whole = span->whole;
    const size_t n = whole->inputs + 1, first = block * NEWTON_BLOCK, left = whole->count - first,
                 count = left < NEWTON_BLOCK ? left : NEWTON_BLOCK;
    double *rows = span->blocks + ((size_t)worker * 2 + (size_t)which) * NEWTON_BLOCK * n;
    whole->rows(whole->context, first, count, worker, rows);
    return sr_matrix_double(rows, (int)count, (int)whole->inputs, (int)n);
}

/* The products of one block of rows with itself and those before it. */
static void multiply_rows(void *context, size_t block, int worker)
{
    const struct logreg_span *span = context;
    const size_t count = span->whole->count;
    const struct sr_matrix_double here = fill(span, block, worker, 0);
    for (size_t before = 0; before <= block; before++)
        sr_gemm_double(here, sr_transpose_double(fill(span, before, worker, 1)),
                       span->factor + block * NEWTON_BLOCK * count + before * NEWTON_BLOCK,
                       (int)count);
}

static void span_rows(void *context, size_t first, size_t count, int worker, double *out)
{
    const struct logreg_span *span = context;
    const size_t n = span->problem.inputs;
    (void)worker;
    for (size_t i = first; i < first + count; i++, out += n + 1) {
        memcpy(out, span->factor + i * n, (i + 1) * sizeof *out);
        memset(out + i + 1, 0, (n - i - 1) * sizeof *out);
    }
}

static int span_label(void *context, size_t row)
{
    const struct newton_problem *whole = ((const struct logreg_span *)context)->whole;
    return whole->label(whole->context, row);
}

static bool span_proceed(void *context)
{
    const struct newton_problem *whole = ((const struct logreg_span *)context)->whole;
    return whole->proceed(whole->context);
}

enum sr_status logreg_span_init(struct logreg_span *span, const struct newton_problem *whole,
                                struct sr_error *error)
{
    const size_t n = whole->count, workers = (size_t)sr_pool_threads(whole->pool);
    double largest = 0;
    *span = (struct logreg_span){.whole = whole, .problem = *whole};
    span->problem.inputs = n;
    span->problem.context = span;
    span->problem.rows = span_rows;
    span->problem.label = span_label;
    span->problem.proceed = span_proceed;
    span->factor = sr_array_new(n * n, sizeof *span->factor, "the products of the images", error);
    span->blocks = sr_array_new(workers * 2 * NEWTON_BLOCK * (whole->inputs + 1),
                                sizeof *span->blocks, "the images", error);
    span->vectors = sr_array_new(whole->classes * n, sizeof *span->vectors, "the weights", error);
    if (!span->factor || !span->blocks || !span->vectors) return SR_ERROR_MEMORY;
    sr_pool_run(whole->pool, blocks_of(whole), multiply_rows, span);
    for (size_t i = 0; i < n; i++)
        if (span->factor[i * n + i] > largest) largest = span->factor[i * n + i];
    if (largest == 0) largest = 1; /* all images are black */
    for (size_t i = 0; i < n; i++) span->factor[i * n + i] += shift * largest;
    cholesky(span->factor, n, pivot, whole->pool, NULL);
    return whole->proceed(whole->context)
               ? SR_OK
               : sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
}

void logreg_span_fini(struct logreg_span *span)
{
    free(span->factor);
    free(span->blocks);
    free(span->vectors);
}

void logreg_span_enter(struct logreg_span *span, const double *weights, double *inner)
{
    const struct newton_problem *whole = span->whole;
    const size_t n = whole->count, classes = whole->classes, width = whole->inputs + 1;
    memset(span->vectors, 0, classes * n * sizeof *span->vectors);
    for (size_t block = 0; block < blocks_of(whole); block++)
        sr_gemm_double(sr_matrix_double(weights, (int)classes, (int)whole->inputs, (int)width),
                       sr_transpose_double(fill(span, block, 0, 0)),
                       span->vectors + block * NEWTON_BLOCK, (int)n);
    for (size_t c = 0; c < classes; c++) {
        cholesky_forward(span->factor, n, span->vectors + c * n);
        memcpy(inner + c * (n + 1), span->vectors + c * n, n * sizeof *inner);
        inner[c * (n + 1) + n] = weights[c * width + whole->inputs];
    }
}

void logreg_span_leave(struct logreg_span *span, const double *inner, double *weights)
{
    const struct newton_problem *whole = span->whole;
    const size_t n = whole->count, classes = whole->classes, width = whole->inputs + 1;
    memset(weights, 0, classes * width * sizeof *weights);
    for (size_t c = 0; c < classes; c++) {
        memcpy(span->vectors + c * n, inner + c * (n + 1), n * sizeof *inner);
        cholesky_backward(span->factor, n, span->vectors + c * n);
        weights[c * width + whole->inputs] = inner[c * (n + 1) + n];
    }
    for (size_t block = 0; block < blocks_of(whole); block++) {
        const struct sr_matrix_double rows = fill(span, block, 0, 0);
        sr_gemm_double(
            sr_matrix_double(span->vectors + block * NEWTON_BLOCK, (int)classes, rows.rows, (int)n),
            rows, weights, (int)width);
    }
}
