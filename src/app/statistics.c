/* statistics.c - statistics of every split and class, added up in the background. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/app/results.h"
#include "sartor/base/memory.h"

struct key {
    struct sr_result_key base;
    struct sr_samples splits[SR_SPLIT_COUNT]; /* copies own the rows */
};

static void own(void *key)
{
    for (int s = 0; s < SR_SPLIT_COUNT; s++) sr_result_own_rows(&((struct key *)key)->splits[s]);
}

static void release(void *key)
{
    for (int s = 0; s < SR_SPLIT_COUNT; s++) free((uint32_t *)((struct key *)key)->splits[s].rows);
}

static void describe(const void *key, char *text, size_t size)
{
    (void)key;
    snprintf(text, size, "the statistics of every class are being added up");
}

/* One class of one file; its images as bytes, for drawing. */
static void add_class(struct sr_statistics *statistics, const struct sr_samples *samples, int file,
                      int class)
{
    size_t pixels = sr_shape_size(samples->images->shape);
    float *mean = sr_xalloc(pixels * sizeof *mean),
          *variance = sr_xalloc(pixels * sizeof *variance);
    uint8_t *grey = sr_xalloc(pixels), *spread = sr_xalloc(pixels);
    sr_stats_compute(&statistics->classes[file][class].stats, samples, class);
    if (sr_stats_mean_image(samples, class, mean, variance)) {
        double most = 0;
        for (size_t i = 0; i < pixels; i++) most = fmax(most, sqrt((double)variance[i]));
        for (size_t i = 0; i < pixels; i++) {
            grey[i] = (uint8_t)lroundf(mean[i]);
            spread[i] = most > 0 ? (uint8_t)lround(255 * sqrt((double)variance[i]) / most) : 0;
        }
        statistics->classes[file][class].deviation_most = most;
    }
    statistics->classes[file][class].mean = grey;
    statistics->classes[file][class].deviation = spread;
    free(mean);
    free(variance);
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    const struct sr_dataset *data = key->base.data;
    struct sr_statistics *statistics = value;
    (void)pool;
    statistics->class_count = data->classes;
    for (int s = 0; s < SR_SPLIT_COUNT; s++)
        sr_stats_compute(&statistics->splits[s], &key->splits[s], -1);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_samples all = sr_dataset_samples(data, (enum sr_file)f);
        statistics->classes[f] = sr_xalloc((size_t)data->classes * sizeof *statistics->classes[f]);
        for (int c = 0; c < data->classes; c++) {
            if (!sr_monitor_proceed(monitor))
                return sr_error_set(error, SR_ERROR_CANCELLED, "other data has been opened");
            add_class(statistics, &all, f, c);
        }
    }
    return SR_OK;
}

static void fini(void *value)
{
    struct sr_statistics *statistics = value;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        for (int c = 0; statistics->classes[f] && c < statistics->class_count; c++) {
            free(statistics->classes[f][c].mean);
            free(statistics->classes[f][c].deviation);
        }
        free(statistics->classes[f]);
    }
}

static const struct sr_result_kind statistics_kind = {
    .name = "statistics",
    .lane = SR_LANE_SHORT,
    .keep = 1,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_statistics),
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .fini = fini,
};

enum sr_status sr_session_statistics(struct sr_session *session,
                                     const struct sr_statistics **statistics,
                                     struct sr_error *error)
{
    const void *value = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (!status) {
        struct key key = {{NULL, session->data, session->split_version}, {{0}}};
        for (int s = 0; s < SR_SPLIT_COUNT; s++)
            key.splits[s] = sr_session_samples(session, (enum sr_split_name)s);
        status = sr_result_get(session, &statistics_kind, &key, &value, error);
    }
    *statistics = value;
    return status;
}
