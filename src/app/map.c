/* map.c - see map.h: features, principal components, neighbours, layout, in one job. */
#include "sartor/app/map.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_features.h"
#include "map_file.h"
#include "sartor/app/results.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/thread.h"
#include "sartor/embed/faithfulness.h"
#include "sartor/embed/pca.h"
#include "sartor/embed/tsne.h"
#include "task.h"

const char *const sr_map_layout_names[SR_MAP_LAYOUTS] = {"tsne", "pca"};

/* Components that neighbours are looked for in; samples that faithfulness is measured on, and their
 * neighbours; iterations of t-SNE, and those of them in which neighbours attract more. */
enum { DIMS = 50, MEASURED = 5000, NEAR = 15, ITERATIONS = 750, GATHERING = 250 };
static const double exaggeration = 12;

/* ---- positions while they settle: written by the job, read by the session's thread ---- */

struct live {
    struct sr_mutex mutex;
    float *points; /* NULL before there are any */
    size_t count;
    uint64_t version;
};

static void put_live(struct live *live, const float *points)
{
    const size_t size = 2 * live->count * sizeof *points;
    sr_mutex_lock(&live->mutex);
    if (!live->points) live->points = sr_xalloc(size + 1);
    memcpy(live->points, points, size);
    live->version++;
    sr_mutex_unlock(&live->mutex);
}

/* ---- the result ---- */

struct key {
    struct sr_result_key base;
    enum sr_features features;
    double perplexity;
    uint64_t seed;
    char name[64]; /* of the model; "" for none */
    char *home;    /* owned by a copy */
    struct live *live;
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->features == b->features && a->perplexity == b->perplexity && a->seed == b->seed;
}

static void own(void *key)
{
    struct key *copy = key;
    copy->home = sr_xstrdup(copy->home);
    copy->live = sr_xalloc(sizeof *copy->live);
    copy->live->count =
        copy->base.data->files[SR_FILE_TRAIN].count + copy->base.data->files[SR_FILE_TEST].count;
    sr_mutex_init(&copy->live->mutex);
}

static void release(void *key)
{
    struct live *live = ((struct key *)key)->live;
    free(((struct key *)key)->home);
    sr_mutex_fini(&live->mutex);
    free(live->points);
    free(live);
}

static const char *features_name(const struct key *key)
{
    return key->name[0] ? key->name : sr_features_names[key->features];
}

static void describe_pca(const void *key, char *text, size_t size)
{
    snprintf(text, size, "finding the principal components of %s", features_name(key));
}

static void describe_tsne(const void *key, char *text, size_t size)
{
    snprintf(text, size, "laying out the map of %s", features_name(key));
}

static void run_name(const void *key, char *name, size_t size)
{
    snprintf(name, size, "map %.50s", features_name(key));
}

/* ---- progress over the stages ---- */

enum stage { STAGE_FEATURES, STAGE_COMPONENTS, STAGE_NEIGHBOURS, STAGE_LAYOUT, STAGE_MEASURE };
/* Shares of the time, as measured with 70,000 images of 28 × 28 pixels, in thousandths. */
static const struct {
    int from, to;
    const char *note;
} stages[] = {{0, 20, "features"},
              {20, 110, "principal components"},
              {110, 350, "neighbours"},
              {350, 960, "layout"},
              {960, 1000, "measuring"}};

struct staged {
    const struct sr_monitor *outer;
    enum stage stage;
    double began;
};

static void on_progress(void *owner, const struct sr_progress *inner)
{
    const struct staged *staged = owner;
    const double from = stages[staged->stage].from, to = stages[staged->stage].to,
                 done =
                     from +
                     (inner->total ? (to - from) * (double)inner->done / (double)inner->total : 0),
                 spent = sr_clock_seconds() - staged->began;
    struct sr_progress progress = {.unit = "step",
                                   .done = (uint64_t)done,
                                   .total = 1000,
                                   .seconds_left = done >= 50 ? spent * (1000 - done) / done : -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN};
    snprintf(progress.note, sizeof progress.note, "%s", stages[staged->stage].note);
    sr_monitor_progress(staged->outer, &progress);
}

static bool on_proceed(void *owner)
{
    return sr_monitor_proceed(((struct staged *)owner)->outer);
}

/* ---- making it ---- */

struct making {
    const struct key *key;
    struct sr_map *map;
    struct sr_pool *pool;
    struct staged staged;
    struct sr_monitor monitor;
    float *rows;   /* count × width: features */
    float *scores; /* count × dims */
    double spread; /* deviation along the first component */
};

static enum sr_status components(struct making *making, int dims, struct sr_error *error)
{
    struct sr_map *map = making->map;
    struct sr_pca pca;
    making->staged.stage = STAGE_COMPONENTS;
    map->dims = dims < map->width ? dims : map->width;
    enum sr_status status = sr_pca_fit(&pca, making->rows, map->count, map->width, map->dims,
                                       making->pool, &making->monitor, error);
    if (!status) {
        making->scores = sr_array_raw(map->count * (size_t)map->dims, sizeof *making->scores,
                                      "components", error);
        status = making->scores ? sr_pca_project(&pca, making->rows, map->count, making->scores,
                                                 making->pool, &making->monitor, error)
                                : error->status;
    }
    double kept = 0;
    for (int d = 0; !status && d < map->dims; d++) kept += pca.variances[d];
    if (!status && !(pca.total > 0))
        status = sr_error_set(error, SR_ERROR_STATE,
                              "all images are the same: there is nothing to lay out");
    if (!status) {
        map->explained = kept / pca.total;
        making->spread = sqrt(pca.variances[0]);
    }
    sr_pca_fini(&pca);
    return status;
}

/* The first two components as positions, times `scale`. */
static void place(struct making *making, double scale)
{
    const size_t dims = (size_t)making->map->dims;
    for (size_t i = 0; i < making->map->count; i++)
        for (size_t part = 0; part < 2; part++)
            making->map->points[2 * i + part] =
                part < dims ? (float)((double)making->scores[i * dims + part] * scale) : 0;
}

static void look(void *context, const float *points)
{
    put_live(context, points);
}

static enum sr_status lay_out(struct making *making, struct sr_error *error)
{
    const struct key *key = making->key;
    struct sr_map *map = making->map;
    struct sr_neighbours near;
    /* Three times the perplexity is what it takes; of few samples both are smaller. */
    const double most = (double)(map->count - 1) / 3,
                 perplexity = key->perplexity < most ? key->perplexity : most;
    const struct sr_tsne settings = {.perplexity = perplexity,
                                     .gathering = GATHERING,
                                     .iterations = ITERATIONS,
                                     .exaggeration = exaggeration};
    struct sr_rng rng;
    making->staged.stage = STAGE_NEIGHBOURS;
    enum sr_status status =
        sr_neighbours_find(&near, making->scores, map->count, map->dims, (int)(3 * perplexity),
                           making->pool, &making->monitor, error);
    if (!status) {
        /* Where two samples are equal, a little chance lets them part. */
        sr_rng_init(&rng, key->seed, SR_STREAM_INIT, 0);
        for (size_t i = 0; i < 2 * map->count; i++)
            map->points[i] = (float)((double)map->points[i] * 1e-4 / making->spread +
                                     1e-6 * sr_rng_normal(&rng));
        making->staged.stage = STAGE_LAYOUT;
        status = sr_tsne_run(&settings, &near, map->points, look, key->live, making->pool,
                             &making->monitor, error);
    }
    sr_neighbours_fini(&near);
    return status;
}

/* Trustworthiness and continuity on samples drawn at random. */
static enum sr_status measure(struct making *making, struct sr_error *error)
{
    struct sr_map *map = making->map;
    const size_t width = (size_t)map->width, count = map->count < MEASURED ? map->count : MEASURED;
    struct sr_faithfulness faith;
    struct sr_rng rng;
    map->trustworthiness = map->continuity = NAN;
    map->k = NEAR;
    if (count < 4 * NEAR) return SR_OK;
    making->staged.stage = STAGE_MEASURE;
    uint32_t *order = sr_xalloc(map->count * sizeof *order);
    float *rows = sr_array_raw(count * width, sizeof *rows, "features", error),
          *points = sr_xalloc(2 * count * sizeof *points);
    for (size_t i = 0; i < map->count; i++) order[i] = (uint32_t)i;
    sr_rng_init(&rng, 1, SR_STREAM_OTHER, 0);
    sr_rng_shuffle(&rng, order, map->count);
    for (size_t i = 0; rows && i < count; i++) {
        memcpy(rows + i * width, making->rows + order[i] * width, width * sizeof *rows);
        memcpy(points + 2 * i, map->points + 2 * (size_t)order[i], 2 * sizeof *points);
    }
    enum sr_status status =
        rows ? sr_faithfulness_measure(&faith, rows, map->width, points, count, NEAR, making->pool,
                                       &making->monitor, error)
             : error->status;
    if (!status) {
        map->trustworthiness = faith.trustworthiness;
        map->continuity = faith.continuity;
        map->measured = count;
    }
    free(points);
    free(rows);
    free(order);
    return status;
}

static enum sr_status make(const struct key *key, struct sr_map *map, enum sr_map_layout layout,
                           struct sr_pool *pool, const struct sr_monitor *monitor,
                           struct sr_error *error)
{
    const double began = sr_clock_seconds();
    struct making making = {
        .key = key, .map = map, .pool = pool, .staged = {monitor, STAGE_FEATURES, began}};
    making.monitor = (struct sr_monitor){
        .owner = &making.staged, .progress = on_progress, .proceed = on_proceed};
    map->train = key->base.data->files[SR_FILE_TRAIN].count;
    map->count = map->train + key->base.data->files[SR_FILE_TEST].count;
    if (map->count < 5)
        return sr_error_set(error, SR_ERROR_STATE, "a map needs at least 5 samples; there are %zu",
                            map->count);
    enum sr_status status = sr_map_features(key->base.data, key->base.model, key->features, pool,
                                            &making.monitor, &making.rows, &map->width, error);
    if (!status) status = components(&making, layout == SR_MAP_PCA ? 2 : DIMS, error);
    if (!status) {
        map->points = sr_array_raw(2 * map->count, sizeof *map->points, "a map", error);
        status = map->points ? SR_OK : error->status;
    }
    if (!status) place(&making, 1);
    if (!status && layout == SR_MAP_TSNE) status = lay_out(&making, error);
    if (!status) {
        map->box = sr_map_box_of(map->points, map->count);
        status = measure(&making, error);
    }
    map->seconds = sr_clock_seconds() - began;
    free(making.scores);
    free(making.rows);
    return status;
}

static enum sr_status run_pca(const void *key, void *value, struct sr_pool *pool,
                              const struct sr_monitor *monitor, struct sr_error *error)
{
    return make(key, value, SR_MAP_PCA, pool, monitor, error);
}

/* Of images as they are a map is kept in a file, and read where it is there. */
static enum sr_status run_tsne(const void *key, void *value, struct sr_pool *pool,
                               const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *own = key;
    const struct sr_dataset *data = own->base.data;
    struct sr_map *map = value;
    char *path = data->origin ? NULL
                              : map_file_path(own->home, data->digest, own->base.model,
                                              own->features, own->perplexity, own->seed);
    if (!path) return make(key, map, SR_MAP_TSNE, pool, monitor, error);
    map->train = data->files[SR_FILE_TRAIN].count;
    map->count = map->train + data->files[SR_FILE_TEST].count;
    enum sr_status status = SR_OK;
    if (!map_file_load(path, map)) {
        status = make(key, map, SR_MAP_TSNE, pool, monitor, error);
        if (!status) map_file_save(path, map);
    }
    free(path);
    return status;
}

static void fini(void *value)
{
    free(((struct sr_map *)value)->points);
}

/* Some maps are kept, since each has half a megabyte of positions for 70,000 samples. */
static const struct sr_result_kind kinds[SR_MAP_LAYOUTS] = {
    [SR_MAP_TSNE] = {.name = "map",
                     .lane = SR_LANE_LONG,
                     .keep = 8,
                     .key_size = sizeof(struct key),
                     .value_size = sizeof(struct sr_map),
                     .same = same,
                     .own = own,
                     .release = release,
                     .describe = describe_tsne,
                     .run_name = run_name,
                     .run = run_tsne,
                     .fini = fini},
    [SR_MAP_PCA] = {.name = "components",
                    .lane = SR_LANE_SHORT,
                    .keep = 8,
                    .one_shown = true,
                    .key_size = sizeof(struct key),
                    .value_size = sizeof(struct sr_map),
                    .same = same,
                    .own = own,
                    .release = release,
                    .describe = describe_pca,
                    .run = run_pca,
                    .fini = fini},
};

void sr_map_request_init(struct sr_map_request *request)
{
    *request = (struct sr_map_request){.layout = SR_MAP_TSNE,
                                       .features = SR_FEATURES_PIXELS,
                                       .perplexity = SR_MAP_PERPLEXITY,
                                       .seed = 1};
}

/* ---- which one is shown ---- */

static void init_shown(void *state)
{
    sr_map_request_init(state);
}

static const struct sr_state_kind shown_kind = {.size = sizeof(struct sr_map_request),
                                                .init = init_shown};

const struct sr_map_request *sr_session_map_shown(struct sr_session *session)
{
    struct sr_map_request *shown = sr_session_state(session, &shown_kind);
    bool there = !shown->entry;
    for (size_t i = 0; !there && i < session->entry_count; i++)
        there = session->entries[i] == shown->entry;
    if (!there) shown->entry = NULL;
    return shown;
}

void sr_session_map_show(struct sr_session *session, const struct sr_map_request *request)
{
    *(struct sr_map_request *)sr_session_state(session, &shown_kind) = *request;
}

/* ---- asking ---- */

static struct key key_of(const struct sr_session *session, const struct sr_map_request *request)
{
    const bool tsne = request->layout == SR_MAP_TSNE;
    /* Labels matter to no map: it is of the data as it was opened. */
    struct sr_dataset *data =
        session->data->origin ? session->data : sr_dataset_opened(session->data);
    struct key key = {.base = {request->entry ? request->entry->model : NULL, data, 0},
                      .features = request->entry ? SR_FEATURES_PIXELS : request->features,
                      .home = session->home,
                      .perplexity = tsne ? request->perplexity : 0,
                      .seed = tsne ? request->seed : 0};
    if (request->entry) snprintf(key.name, sizeof key.name, "%s", request->entry->name);
    return key;
}

enum sr_status sr_session_map(struct sr_session *session, const struct sr_map_request *request,
                              const struct sr_map **map, struct sr_error *error)
{
    struct sr_map_request asked = *request;
    *map = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (!status && asked.entry) status = sr_session_usable(session, &asked.entry, error);
    if (status) return status;
    const struct key key = key_of(session, &asked);
    const void *value;
    status = sr_result_get(session, &kinds[asked.layout], &key, &value, error);
    *map = value;
    return status;
}

/* Can there be such a map now? */
static bool askable(const struct sr_session *session, const struct sr_map_request *request)
{
    return session->data && (!request->entry || request->entry->model);
}

const struct sr_map *sr_session_map_known(const struct sr_session *session,
                                          const struct sr_map_request *request)
{
    const void *value = NULL;
    if (!askable(session, request)) return NULL;
    const struct key key = key_of(session, request);
    sr_result_state(session, &kinds[request->layout], &key, &value);
    return value;
}

/* The key of the map that is under way, if it is this one. */
static const struct key *pending_key(const struct sr_session *session,
                                     const struct sr_map_request *request,
                                     struct sr_progress *progress)
{
    if (!askable(session, request)) return NULL;
    const struct key wanted = key_of(session, request),
                     *key = sr_result_pending(session, &kinds[request->layout], progress);
    return key && key->base.data == wanted.base.data && key->base.model == wanted.base.model &&
                   same(key, &wanted)
               ? key
               : NULL;
}

bool sr_session_map_pending(const struct sr_session *session, const struct sr_map_request *request,
                            struct sr_progress *progress)
{
    return pending_key(session, request, progress) != NULL;
}

bool sr_session_map_live(const struct sr_session *session, const struct sr_map_request *request,
                         float *points, size_t count, uint64_t *version)
{
    const struct key *key = pending_key(session, request, NULL);
    if (!key || key->live->count != count) return false;
    struct live *live = key->live;
    sr_mutex_lock(&live->mutex);
    const bool newer = live->points && live->version != *version;
    if (newer) {
        memcpy(points, live->points, 2 * count * sizeof *points);
        *version = live->version;
    }
    sr_mutex_unlock(&live->mutex);
    return newer;
}
