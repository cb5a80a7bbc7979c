/* faithfulness.c - see faithfulness.h. */
#include "sartor/embed/faithfulness.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "sartor/compute/matrix.h"

/* Rows whose distances to all others are made at a time. */
enum { BLOCK = 128 };

struct measuring {
    const float *rows, *points;
    size_t count, first;
    int width, k;
    double *norms;
    float *products; /* BLOCK × count */
    /* Of each row: how far its neighbours on the plane are outside those in the rows, and the
     * reverse. */
    double *intruders, *missing;
};

struct near {
    double distance;
    uint32_t row;
};

/* The k nearest to `row` by distances[count], in no order. */
static void find_near(const double *distances, size_t count, size_t row, int k, struct near *near)
{
    int have = 0, worst = 0;
    for (size_t j = 0; j < count; j++) {
        if (j == row || (have == k && distances[j] >= near[worst].distance)) continue;
        near[have < k ? have++ : worst] = (struct near){distances[j], (uint32_t)j};
        worst = 0;
        for (int i = 1; i < have; i++)
            if (near[i].distance > near[worst].distance) worst = i;
    }
}

/* Sum over the neighbours found by one distance of how far they are beyond k by the other. */
static double excess(const struct near *near, int k, const double *distances, size_t count,
                     size_t row)
{
    double sum = 0;
    for (int n = 0; n < k; n++) {
        const double own = distances[near[n].row];
        size_t rank = 1;
        for (size_t j = 0; j < count; j++) rank += distances[j] < own;
        if (distances[row] < own) rank--; /* the row itself is no neighbour */
        if (rank > (size_t)k) sum += (double)(rank - (size_t)k);
    }
    return sum;
}

static void measure_row(void *context, size_t index, int worker)
{
    struct measuring *work = context;
    const size_t count = work->count, row = work->first + index;
    double *high = sr_xalloc(count * sizeof *high), *low = sr_xalloc(count * sizeof *low);
    struct near *near = sr_xalloc((size_t)work->k * sizeof *near);
    (void)worker;
    for (size_t j = 0; j < count; j++) {
        const double x = (double)work->points[2 * j] - (double)work->points[2 * row],
                     y = (double)work->points[2 * j + 1] - (double)work->points[2 * row + 1];
        low[j] = x * x + y * y;
        high[j] = work->norms[row] + work->norms[j] - 2 * (double)work->products[index * count + j];
    }
    high[row] = -1;
    low[row] = -1;
    find_near(low, count, row, work->k, near);
    work->intruders[row] = excess(near, work->k, high, count, row);
    find_near(high, count, row, work->k, near);
    work->missing[row] = excess(near, work->k, low, count, row);
    free(near);
    free(low);
    free(high);
}

static void add_up(const struct measuring *work, struct sr_faithfulness *out)
{
    const double n = (double)work->count, k = work->k, scale = 2 / (n * k * (2 * n - 3 * k - 1));
    double intruders = 0, missing = 0;
    for (size_t i = 0; i < work->count; i++) {
        intruders += work->intruders[i];
        missing += work->missing[i];
    }
    out->trustworthiness = 1 - scale * intruders;
    out->continuity = 1 - scale * missing;
}

enum sr_status sr_faithfulness_measure(struct sr_faithfulness *out, const float *rows, int width,
                                       const float *points, size_t count, int k,
                                       struct sr_pool *pool, const struct sr_monitor *monitor,
                                       struct sr_error *error)
{
    struct measuring work = {
        .rows = rows, .points = points, .count = count, .width = width, .k = k};
    const size_t w = (size_t)width;
    if (k < 1 || 2 * (size_t)k >= count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "the %d nearest of %zu rows cannot be compared", k, count);
    work.products = sr_array_raw(BLOCK * count, sizeof *work.products, "distances", error);
    if (!work.products) return error->status;
    work.norms = sr_xalloc(count * sizeof *work.norms);
    work.intruders = sr_xalloc(count * sizeof *work.intruders);
    work.missing = sr_xalloc(count * sizeof *work.missing);
    for (size_t i = 0; i < count * w; i++) work.norms[i / w] += (double)rows[i] * (double)rows[i];
    enum sr_status status = SR_OK;
    for (; !status && work.first < count; work.first += BLOCK) {
        const size_t some = count - work.first < BLOCK ? count - work.first : BLOCK;
        if (!sr_monitor_proceed(monitor)) {
            status = sr_stopped(error);
            break;
        }
        sr_gemm(pool, 1, sr_matrix(rows + work.first * w, (int)some, width, width),
                sr_transpose(sr_matrix(rows, (int)count, width, width)), 0, work.products,
                (int)count);
        sr_pool_run(pool, some, measure_row, &work);
    }
    if (!status) add_up(&work, out);
    free(work.missing);
    free(work.intruders);
    free(work.norms);
    free(work.products);
    return status;
}
