/* affinities.c - see affinities.h. */
#include "affinities.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "vector.h"

/* Points in a slice. */
enum { SLICE = 256 };

struct work {
    const struct sr_neighbours *neighbours;
    double perplexity;
    float *chances; /* count × k: p(j|i) */
    struct affinities *affinities;
    size_t *counts; /* of the edges of each point so far */
};

/* p(j|i) of a Gaussian whose entropy is the logarithm of the perplexity, by bisection. */
static void calibrate(const float *distances, int k, double perplexity, float *chances)
{
    const double wanted = log(perplexity), nearest = (double)distances[0] * (double)distances[0];
    double low = 0, high = INFINITY, beta = 1, sum = 0;
    double weights[SR_NEIGHBOURS_MOST];
    /* Start at the scale of the distances. */
    const double spread = (double)distances[k - 1] * (double)distances[k - 1] - nearest;
    if (spread > 0) beta = 1 / spread;
    for (int step = 0; step < 60; step++) {
        double moment = 0;
        sum = 0;
        for (int i = 0; i < k; i++) {
            const double square = (double)distances[i] * (double)distances[i] - nearest;
            weights[i] = exp(-beta * square);
            sum += weights[i];
            moment += square * weights[i];
        }
        const double entropy = log(sum) + beta * moment / sum;
        if (fabs(entropy - wanted) < 1e-6) break;
        if (entropy > wanted)
            low = beta;
        else
            high = beta;
        beta = isinf(high) ? beta * 2 : (low + high) / 2;
    }
    for (int i = 0; i < k; i++) chances[i] = (float)(weights[i] / sum);
}

static void calibrate_slice(void *context, size_t index, int worker)
{
    struct work *work = context;
    const struct sr_neighbours *of = work->neighbours;
    const size_t k = (size_t)of->k, from = index * SLICE,
                 to = from + SLICE < of->count ? from + SLICE : of->count;
    (void)worker;
    for (size_t i = from; i < to; i++)
        calibrate(of->distances + i * k, of->k, work->perplexity, work->chances + i * k);
}

struct edge {
    uint32_t end;
    float strength;
};

static int by_end(const void *a, const void *b)
{
    const struct edge *one = a, *other = b;
    return (one->end > other->end) - (one->end < other->end);
}

/* Sort a point's edges, add up those to one end, and fill the rest with edges of strength 0. */
static void merge_slice(void *context, size_t index, int worker)
{
    struct work *work = context;
    struct affinities *to = work->affinities;
    const size_t from = index * SLICE, end = from + SLICE < work->neighbours->count
                                                 ? from + SLICE
                                                 : work->neighbours->count;
    struct edge *edges = NULL;
    size_t room = 0;
    (void)worker;
    for (size_t i = from; i < end; i++) {
        const size_t first = to->first[i], count = work->counts[i];
        size_t kept = 0;
        sr_xgrow(&edges, &room, count + 1, sizeof *edges);
        for (size_t e = 0; e < count; e++)
            edges[e] = (struct edge){to->ends[first + e], to->strengths[first + e]};
        qsort(edges, count, sizeof *edges, by_end);
        for (size_t e = 0; e < count; e++) {
            if (kept && to->ends[first + kept - 1] == edges[e].end) {
                to->strengths[first + kept - 1] += edges[e].strength;
                continue;
            }
            to->ends[first + kept] = edges[e].end;
            to->strengths[first + kept++] = edges[e].strength;
        }
        for (; kept < to->first[i + 1] - first; kept++) {
            to->ends[first + kept] = (uint32_t)i;
            to->strengths[first + kept] = 0;
        }
    }
    free(edges);
}

static void add_edge(struct work *work, size_t from, size_t to, float strength)
{
    const size_t at = work->affinities->first[from] + work->counts[from]++;
    work->affinities->ends[at] = (uint32_t)to;
    work->affinities->strengths[at] = strength;
}

/* Where each point's edges begin: its own and those of points whose neighbour it is. */
static void lay_out(struct work *work)
{
    const struct sr_neighbours *of = work->neighbours;
    const size_t k = (size_t)of->k;
    size_t *first = work->affinities->first, at = 0;
    for (size_t e = 0; e < of->count * k; e++) work->counts[of->rows[e]]++;
    for (size_t i = 0; i < of->count; i++) {
        first[i] = at;
        at += (work->counts[i] + k + FFT_LANES - 1) / FFT_LANES * FFT_LANES;
        work->counts[i] = 0;
    }
    first[of->count] = at;
}

enum sr_status affinities_make(struct affinities *affinities,
                               const struct sr_neighbours *neighbours, double perplexity,
                               struct sr_pool *pool, struct sr_error *error)
{
    const size_t count = neighbours->count, k = (size_t)neighbours->k,
                 slices = (count + SLICE - 1) / SLICE;
    *affinities = (struct affinities){0};
    struct work work = {neighbours, perplexity, NULL, affinities, NULL};
    work.chances = sr_array_raw(count * k, sizeof *work.chances, "affinities", error);
    if (!work.chances) return error->status;
    work.counts = sr_xalloc(count * sizeof *work.counts);
    affinities->first = sr_xalloc((count + 1) * sizeof *affinities->first);
    sr_pool_run(pool, slices, calibrate_slice, &work);
    lay_out(&work);
    const size_t edges = affinities->first[count];
    affinities->ends = sr_array_raw(edges, sizeof *affinities->ends, "affinities", error);
    if (affinities->ends)
        affinities->strengths =
            sr_array_raw(edges, sizeof *affinities->strengths, "affinities", error);
    if (affinities->strengths) {
        const float half = 0.5f / (float)count;
        for (size_t i = 0; i < count; i++)
            for (size_t n = 0; n < k; n++) {
                const size_t other = neighbours->rows[i * k + n];
                add_edge(&work, i, other, work.chances[i * k + n] * half);
                add_edge(&work, other, i, work.chances[i * k + n] * half);
            }
        sr_pool_run(pool, slices, merge_slice, &work);
    }
    free(work.counts);
    free(work.chances);
    return affinities->strengths ? SR_OK : error->status;
}

void affinities_fini(struct affinities *affinities)
{
    free(affinities->first);
    free(affinities->ends);
    free(affinities->strengths);
    *affinities = (struct affinities){0};
}
