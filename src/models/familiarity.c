#include "sartor/models/familiarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/data/features.h"
#include "sartor/data/texture.h"

/* Training rows that are used, evenly spread, and validation rows that judge the direction. */
enum { TEXTURE_ROWS = 10000, TURN_ROWS = 5000, JUDGE_ROWS = 1000 };
/* A direction that tells fewer turned images from others is of no use. */
static const double LEAST_SEPARATION = 0.8, PENALTY = 1e-2;

/* At most `most` samples of a view, evenly spread; `rows` has room for them. */
static struct sr_samples spread(const struct sr_samples *samples, size_t most, uint32_t *rows)
{
    size_t count = samples->count < most ? samples->count : most;
    for (size_t i = 0; i < count; i++)
        rows[i] = sr_samples_row(samples, i * samples->count / count);
    return (struct sr_samples){samples->images, rows, count};
}

static float *hog_of(const struct sr_samples *samples, struct sr_pool *pool)
{
    const size_t size = sr_features_size(SR_FEATURES_HOG, samples->images->shape);
    float *rows = sr_xalloc((samples->count * size + 1) * sizeof *rows);
    sr_features_fill(SR_FEATURES_HOG, samples, 0, samples->count, rows, size, pool);
    return rows;
}

/* The rows of the same images turned by a quarter, to the right and to the left by turns. */
static float *turn(const float *rows, size_t count, size_t size, struct sr_shape shape)
{
    float *turned = sr_xalloc((count * size + 1) * sizeof *turned);
    for (size_t i = 0; i < count; i++)
        sr_features_turn(rows + i * size, shape, i % 2, turned + i * size);
    return turned;
}

static double *along(const struct sr_familiarity *familiarity, const float *rows, size_t count)
{
    double *values = sr_xalloc((count + 1) * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = sr_direction_along(familiarity->turn, rows + i * familiarity->turn_size,
                                       familiarity->turn_size);
    return values;
}

/* How well the direction tells turned images from the same ones as they are. */
static double separates(const struct sr_familiarity *familiarity, const struct sr_samples *samples,
                        struct sr_pool *pool)
{
    const size_t count = samples->count;
    float *upright_rows = hog_of(samples, pool),
          *turned_rows = turn(upright_rows, count, familiarity->turn_size, samples->images->shape);
    double *upright = along(familiarity, upright_rows, count),
           *other = along(familiarity, turned_rows, count),
           separation = sr_separation(upright, count, other, count);
    free(upright_rows);
    free(turned_rows);
    free(upright);
    free(other);
    return separation;
}

static void fit_turn(struct sr_familiarity *familiarity, const struct sr_samples *train,
                     const struct sr_samples *validation, struct sr_pool *pool)
{
    const struct sr_shape shape = train->images->shape;
    if (shape.width != shape.height) return;
    uint32_t *chosen = sr_xalloc(TURN_ROWS * sizeof *chosen);
    const struct sr_samples used = spread(train, TURN_ROWS, chosen);
    const size_t size = sr_features_size(SR_FEATURES_HOG, shape);
    float *upright = hog_of(&used, pool), *turned = turn(upright, used.count, size, shape);
    familiarity->turn_size = size;
    familiarity->turn = sr_xalloc((size + 1) * sizeof *familiarity->turn);
    sr_direction_fit(upright, used.count, turned, used.count, size, PENALTY, pool,
                     familiarity->turn);
    free(upright);
    free(turned);
    struct sr_samples judges = spread(validation, JUDGE_ROWS, chosen);
    if (!(separates(familiarity, &judges, pool) > LEAST_SEPARATION)) {
        free(familiarity->turn);
        familiarity->turn = NULL;
        familiarity->turn_size = 0;
    }
    free(chosen);
}

static void fit_texture(struct sr_familiarity *familiarity, const struct sr_samples *train,
                        int classes, struct sr_pool *pool)
{
    uint32_t *chosen = sr_xalloc(TEXTURE_ROWS * sizeof *chosen);
    uint8_t *labels = sr_xalloc(TEXTURE_ROWS);
    const struct sr_samples used = spread(train, TEXTURE_ROWS, chosen);
    const size_t size = sr_texture_size(train->images->shape);
    float *rows = sr_xalloc((used.count * size + 1) * sizeof *rows);
    sr_texture_fill(&used, rows, pool);
    for (size_t i = 0; i < used.count; i++) labels[i] = (uint8_t)sr_samples_label(&used, i);
    sr_gaussian_fit(&familiarity->texture, rows, labels, used.count, size, classes);
    free(chosen);
    free(labels);
    free(rows);
}

struct measuring {
    const struct sr_familiarity *familiarity;
    const float *textures, *hogs;
    const uint8_t *predicted;
    size_t count;
    double *far, *turned;
};

enum { SLICE = 256 };

static void measure_slice(void *context, size_t index, int worker)
{
    const struct measuring *measuring = context;
    const struct sr_familiarity *familiarity = measuring->familiarity;
    const size_t size = familiarity->texture.size, turn_size = familiarity->turn_size;
    (void)worker;
    for (size_t i = index * SLICE; i < (index + 1) * SLICE && i < measuring->count; i++) {
        measuring->far[i] = sr_gaussian_distance(
            &familiarity->texture, measuring->textures + i * size, measuring->predicted[i]);
        measuring->turned[i] =
            turn_size
                ? sr_direction_along(familiarity->turn, measuring->hogs + i * turn_size, turn_size)
                : 0;
    }
}

/* Both distances of each sample. */
static void measure(const struct sr_familiarity *familiarity, const struct sr_samples *samples,
                    const uint8_t *predicted, struct sr_pool *pool, double *far, double *turned)
{
    const size_t size = familiarity->texture.size;
    float *textures = sr_xalloc((samples->count * size + 1) * sizeof *textures);
    float *hogs = familiarity->turn_size ? hog_of(samples, pool) : NULL;
    sr_texture_fill(samples, textures, pool);
    struct measuring measuring = {familiarity,    textures, hogs,  predicted,
                                  samples->count, far,      turned};
    sr_pool_run(pool, (samples->count + SLICE - 1) / SLICE, measure_slice, &measuring);
    free(textures);
    free(hogs);
}

/* Both measures in one, by their squares: in a plain sum, to be usual by one measure would make up
 * for being strange by the other. */
static double joined(const struct sr_familiarity *familiarity, double far, double turned, int class)
{
    const double strange = sr_tails_surprise(&familiarity->far, far, class);
    if (!familiarity->turn_size) return strange;
    return hypot(strange, sr_tails_surprise(&familiarity->turned, turned, class));
}

void sr_familiarity_fit(struct sr_familiarity *familiarity, const struct sr_samples *train,
                        const struct sr_samples *validation, const uint8_t *predicted, int classes,
                        struct sr_pool *pool)
{
    const size_t count = validation->count;
    *familiarity = (struct sr_familiarity){0};
    fit_texture(familiarity, train, classes, pool);
    fit_turn(familiarity, train, validation, pool);
    double *far = sr_xalloc(count * sizeof *far), *turned = sr_xalloc(count * sizeof *turned);
    measure(familiarity, validation, predicted, pool, far, turned);
    sr_tails_fit(&familiarity->far, far, predicted, count, classes);
    sr_tails_fit(&familiarity->turned, turned, predicted, count, classes);
    for (size_t i = 0; i < count; i++)
        far[i] = joined(familiarity, far[i], turned[i], predicted[i]);
    sr_tails_fit(&familiarity->both, far, predicted, count, classes);
    free(far);
    free(turned);
}

enum { BATCH = 4096 }; /* samples whose features are held at a time */

void sr_familiarity_measure(const struct sr_familiarity *familiarity,
                            const struct sr_samples *samples, const uint8_t *predicted,
                            struct sr_pool *pool, double *shares)
{
    double *turned = sr_xalloc(BATCH * sizeof *turned);
    uint32_t *rows = sr_xalloc(BATCH * sizeof *rows);
    for (size_t first = 0; first < samples->count; first += BATCH) {
        size_t left = samples->count - first, count = left < BATCH ? left : BATCH;
        for (size_t i = 0; i < count; i++) rows[i] = sr_samples_row(samples, first + i);
        const struct sr_samples batch = {samples->images, rows, count};
        measure(familiarity, &batch, predicted + first, pool, shares + first, turned);
        for (size_t i = first; i < first + count; i++) {
            double both = joined(familiarity, shares[i], turned[i - first], predicted[i]);
            shares[i] = exp(-sr_tails_surprise(&familiarity->both, both, predicted[i]));
        }
    }
    free(turned);
    free(rows);
}
