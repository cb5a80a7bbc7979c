/* tsne.c - see tsne.h: affinities from neighbours, then gradient descent with momentum and a gain
 * for each coordinate, as in openTSNE (Policar et al., 2024). */
#include "sartor/embed/tsne.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "affinities.h"
#include "repulsion.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "sartor/compute/cpu.h"

/* Points in a slice. */
enum { SLICE = 512 };
/* Below so many points an iteration is too short to share out. */
enum { ALONE = 4096 };
static const float momentum = 0.8f, least_gain = 0.01f, longest_step = 5;
static const double look_every = 0.1; /* seconds */

struct descent {
    const struct affinities *affinities;
    struct repulsion *field;
    size_t count;
    float *points, *next, *steps, *gains; /* count × 2 */
    float attraction, repulsion, rate;    /* of the present iteration */
};

/* Move the points of a slice. */
static void move_slice(void *context, size_t index, int worker)
{
    struct descent *descent = context;
    const size_t from = index * SLICE,
                 to = from + SLICE < descent->count ? from + SLICE : descent->count;
    float pull[2 * SLICE], push[2 * SLICE];
    const struct springs springs = {descent->affinities->first, descent->affinities->ends,
                                    descent->affinities->strengths};
    (void)worker;
    repulsion_forces(descent->field, from, to, push);
    embed_vector_tables[sr_isa()]->attract(&springs, descent->points, from, to, pull);
    for (size_t i = from; i < to; i++) {
        float step[2], length = 0;
        for (size_t part = 0; part < 2; part++) {
            const size_t at = 2 * i + part, here = 2 * (i - from) + part;
            /* Minus the gradient. */
            const float force =
                4 * (descent->attraction * pull[here] + descent->repulsion * push[here]);
            float gain = descent->gains[at];
            gain = force * descent->steps[at] > 0 ? gain + 0.2f : gain * 0.8f;
            descent->gains[at] = gain = fmaxf(gain, least_gain);
            step[part] = momentum * descent->steps[at] + descent->rate * gain * force;
            length += step[part] * step[part];
        }
        length = sqrtf(length);
        const float shorten = length > longest_step ? longest_step / length : 1;
        for (size_t part = 0; part < 2; part++) {
            descent->steps[2 * i + part] = step[part] * shorten;
            descent->next[2 * i + part] = descent->points[2 * i + part] + step[part] * shorten;
        }
    }
}

static enum sr_status iterate(struct descent *descent, double exaggeration, struct sr_pool *pool,
                              struct sr_error *error)
{
    if (!repulsion_fit(descent->field, descent->points))
        return sr_error_set(error, SR_ERROR_NUMERIC,
                            "the layout has positions that are not finite");
    const double sum = repulsion_sum(descent->field);
    descent->attraction = (float)exaggeration;
    descent->repulsion = (float)(1 / fmax(sum, 1e-12));
    descent->rate = (float)fmax(200, (double)descent->count / exaggeration);
    sr_pool_run(pool, (descent->count + SLICE - 1) / SLICE, move_slice, descent);
    float *swap = descent->points;
    descent->points = descent->next;
    descent->next = swap;
    return SR_OK;
}

/* Forget the speed and the gains: where exaggeration ends, they belong to another objective. */
static void rest(struct descent *descent)
{
    for (size_t i = 0; i < 2 * descent->count; i++) {
        descent->steps[i] = 0;
        descent->gains[i] = 1;
    }
}

static void centre(float *points, size_t count)
{
    double mean[2] = {0};
    for (size_t i = 0; i < 2 * count; i++) mean[i % 2] += (double)points[i];
    for (size_t i = 0; i < 2 * count; i++) points[i] -= (float)(mean[i % 2] / (double)count);
}

enum sr_status sr_tsne_run(const struct sr_tsne *settings, const struct sr_neighbours *neighbours,
                           float *points, sr_tsne_look *look, void *context, struct sr_pool *pool,
                           const struct sr_monitor *monitor, struct sr_error *error)
{
    const size_t count = neighbours->count, size = 2 * count * sizeof *points;
    if (count < ALONE) pool = NULL;
    struct affinities affinities;
    enum sr_status status =
        affinities_make(&affinities, neighbours, settings->perplexity, pool, error);
    struct descent descent = {.affinities = &affinities,
                              .field = repulsion_new(count, pool),
                              .count = count,
                              .points = sr_xalloc(size),
                              .next = sr_xalloc(size),
                              .steps = sr_xalloc(size),
                              .gains = sr_xalloc(size)};
    const double began = sr_clock_seconds();
    double looked = -1;
    memcpy(descent.points, points, size);
    for (int i = 0; !status && i < settings->iterations; i++) {
        if (i == 0 || i == settings->gathering) rest(&descent);
        if (!sr_monitor_proceed(monitor)) {
            status = sr_stopped(error);
            break;
        }
        status =
            iterate(&descent, i < settings->gathering ? settings->exaggeration : 1, pool, error);
        const double now = sr_clock_seconds();
        if (!status && look && (looked < 0 || now - looked >= look_every)) {
            look(context, descent.points);
            looked = now;
        }
        sr_monitor_count(monitor, "iteration", (size_t)i + 1, (size_t)settings->iterations, began);
    }
    if (!status) {
        centre(descent.points, count);
        memcpy(points, descent.points, size);
    }
    free(descent.points);
    free(descent.next);
    free(descent.steps);
    free(descent.gains);
    repulsion_free(descent.field);
    affinities_fini(&affinities);
    return status;
}
