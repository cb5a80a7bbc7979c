#include "sartor/app/robustness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"
#include "task.h"

enum { BATCH = 4096 }; /* changed images that are held at a time */

struct key {
    struct sr_result_key base;
    struct sr_robustness_request request;
    bool calibrated;
    char name[64];
    struct sr_samples samples;
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->request.split == b->request.split && a->request.kinds == b->request.kinds &&
           a->request.severities == b->request.severities && a->request.seed == b->request.seed &&
           a->request.count == b->request.count && a->calibrated == b->calibrated;
}

static void own(void *key)
{
    sr_result_own_rows(&((struct key *)key)->samples);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->samples.rows);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "%s is asked about changed pictures", ((const struct key *)key)->name);
}

static void run_name(const void *key, char *name, size_t size)
{
    snprintf(name, size, "robustness %.50s", ((const struct key *)key)->name);
}

/* What one measurement needs. */
struct measuring {
    const struct key *key;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
    uint8_t *pixels; /* BATCH images */
    float *probabilities;
    struct sr_monitor quiet; /* the same without progress: that of one prediction is not shown */
    size_t done, total;      /* images, for the progress */
};

static void add_batch(const struct measuring *measuring, const struct sr_samples *batch,
                      size_t *right, double *confidence)
{
    const size_t classes = (size_t)measuring->key->base.data->classes;
    for (size_t i = 0; i < batch->count; i++) {
        const float *row = measuring->probabilities + i * classes;
        int predicted = sr_predicted_class(row, (int)classes);
        *right += predicted == sr_samples_label(batch, i);
        *confidence += (double)row[predicted];
    }
}

/* kind -1: the images as they are. */
static enum sr_status measure(struct measuring *measuring, int kind, int severity,
                              struct sr_change_score *score, struct sr_error *error)
{
    const struct key *key = measuring->key;
    const struct sr_model *model = key->base.model;
    const struct sr_samples *all = &key->samples;
    uint32_t *rows = sr_xalloc(BATCH * sizeof *rows);
    size_t right = 0;
    double confidence = 0;
    enum sr_status status = SR_OK;
    for (size_t first = 0; !status && first < all->count; first += BATCH) {
        size_t count = all->count - first < BATCH ? all->count - first : BATCH;
        for (size_t i = 0; i < count; i++) rows[i] = sr_samples_row(all, first + i);
        const struct sr_samples batch = {all->images, rows, count};
        const struct sr_images changed = {
            .count = count, .shape = all->images->shape, .pixels = measuring->pixels};
        const struct sr_samples as_changed = {&changed, NULL, count};
        if (kind >= 0)
            sr_change_samples(kind, severity, key->request.seed, &batch, measuring->pool,
                              measuring->pixels);
        status = sr_model_predict(model, kind >= 0 ? &as_changed : &batch, measuring->pool,
                                  &measuring->quiet, measuring->probabilities, error);
        if (status) break;
        if (key->calibrated)
            sr_calibration_apply(&model->trust->calibration, measuring->probabilities, count,
                                 key->base.data->classes);
        add_batch(measuring, &batch, &right, &confidence);
        measuring->done += count;
        sr_monitor_progress(measuring->monitor, &(struct sr_progress){.unit = "image",
                                                                      .done = measuring->done,
                                                                      .total = measuring->total,
                                                                      .seconds_left = NAN,
                                                                      .rate = 0,
                                                                      .loss = NAN,
                                                                      .accuracy = NAN,
                                                                      .learning_rate = NAN});
    }
    free(rows);
    if (status) return status;
    const double n = (double)all->count;
    *score = (struct sr_change_score){true, (double)right / n, 0, 0, confidence / n};
    sr_wilson((double)right, n, 1.959964, &score->low, &score->high);
    return SR_OK;
}

static bool wanted(const struct key *key, int kind, int severity)
{
    const struct sr_shape shape = key->samples.images->shape;
    return key->request.kinds >> kind & 1 && key->request.severities >> (severity - 1) & 1 &&
           (!sr_change_kinds[kind].square || shape.height == shape.width);
}

static enum sr_status measure_kind(struct measuring *measuring, int kind,
                                   struct sr_change_score score[SR_SEVERITIES],
                                   struct sr_error *error)
{
    const struct sr_change_score *known = NULL;
    for (int severity = 1; severity <= SR_SEVERITIES; severity++) {
        if (!wanted(measuring->key, kind, severity)) continue;
        struct sr_change_score *here = &score[severity - 1];
        if (known && sr_change_kinds[kind].same) {
            *here = *known;
            continue;
        }
        enum sr_status status = measure(measuring, kind, severity, here, error);
        if (status) return status;
        known = here;
    }
    return SR_OK;
}

static size_t count_all(const struct key *key)
{
    size_t all = 1;
    for (int kind = 0; kind < SR_CHANGES; kind++)
        for (int severity = 1, seen = 0; severity <= SR_SEVERITIES; severity++) {
            if (!wanted(key, kind, severity) || (seen && sr_change_kinds[kind].same)) continue;
            all++;
            seen = 1;
        }
    return all * key->samples.count;
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_robustness *robustness = value;
    const size_t size = sr_shape_size(key->samples.images->shape),
                 classes = (size_t)key->base.data->classes;
    struct measuring measuring = {
        .key = key, .pool = pool, .monitor = monitor, .total = count_all(key)};
    if (monitor)
        measuring.quiet = (struct sr_monitor){monitor->owner, NULL, NULL, monitor->proceed};
    enum sr_status status = SR_ERROR_MEMORY;
    measuring.pixels = sr_array_raw(BATCH, size, "changed images", error);
    measuring.probabilities =
        sr_array_raw(BATCH, classes * sizeof *measuring.probabilities, "predictions", error);
    if (!measuring.pixels || !measuring.probabilities) goto out;
    robustness->count = key->samples.count;
    status = measure(&measuring, -1, 0, &robustness->clean, error);
    for (int kind = 0; !status && kind < SR_CHANGES; kind++)
        status = measure_kind(&measuring, kind, robustness->kinds[kind], error);
out:
    free(measuring.pixels);
    free(measuring.probabilities);
    return status;
}

static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    char name[64];
    (void)value;
    (void)seconds;
    const struct key *asked = key;
    sr_session_look(session, asked->base.model, asked->base.data, &asked->samples);
    run_name(key, name, sizeof name);
    sr_session_message(session, false, "%s measured; the same command shows it", name);
}

static const struct sr_result_kind robustness_kind = {
    .name = "robustness",
    .lane = SR_LANE_LONG,
    .keep = 16,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_robustness),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run_name = run_name,
    .run = run,
    .ready = ready,
};

struct sr_robustness_request sr_robustness_request(enum sr_split_name split)
{
    return (struct sr_robustness_request){.split = split,
                                          .kinds = (1u << SR_CHANGES_PUBLISHED) - 1,
                                          .severities = (1u << SR_SEVERITIES) - 1,
                                          .seed = 1};
}

/* Whatever is shown, it begins with the images as they are. */
static struct key key_of(const struct sr_session *session, const struct sr_entry *entry,
                         const struct sr_robustness_request *request,
                         const struct sr_held_out *held)
{
    struct sr_dataset *data = sr_dataset_origin(session->data);
    struct key key = {{entry->model, data, session->split_version},
                      .request = *request,
                      .calibrated = sr_session_calibrates(session, entry->model),
                      .samples = held->samples};
    key.samples.images = &data->files[sr_split_file(request->split)];
    if (request->count && request->count < key.samples.count) key.samples.count = request->count;
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    return key;
}

enum sr_status sr_session_robustness(struct sr_session *session, struct sr_entry *entry,
                                     const struct sr_robustness_request *request,
                                     const struct sr_robustness **robustness,
                                     struct sr_error *error)
{
    *robustness = NULL;
    const struct sr_held_out *held;
    enum sr_status status = sr_session_usable(session, &entry, error);
    if (!status) status = sr_session_held_out(session, entry, request->split, &held, error);
    if (status) return status;
    const struct key key = key_of(session, entry, request, held);
    if (!key.samples.count)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the %s split has no images; name another with split=", sr_split_names[request->split]);
    const void *value;
    status = sr_result_get(session, &robustness_kind, &key, &value, error);
    *robustness = value;
    return status;
}

const struct sr_robustness *sr_session_robustness_known(struct sr_session *session,
                                                        struct sr_entry *entry,
                                                        const struct sr_robustness_request *request,
                                                        bool *pending)
{
    const struct sr_held_out *held;
    const void *value = NULL;
    struct sr_error ignored;
    *pending = false;
    if (!session->data || !entry->model ||
        sr_session_held_out(session, entry, request->split, &held, &ignored))
        return NULL;
    const struct key key = key_of(session, entry, request, held);
    *pending = sr_result_state(session, &robustness_kind, &key, &value) == SR_RESULT_PENDING;
    return value;
}

const struct sr_change_score *sr_robustness_reference(const struct sr_robustness *robustness,
                                                      int kind)
{
    const struct sr_change_score *score =
        &robustness->kinds[kind][sr_change_kinds[kind].severity - 1];
    return score->measured ? score : NULL;
}

double sr_robustness_mean(const struct sr_robustness *robustness, int severity, size_t *kinds)
{
    double sum = 0;
    size_t count = 0;
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        const struct sr_change_score *score = severity ? &robustness->kinds[kind][severity - 1]
                                                       : sr_robustness_reference(robustness, kind);
        if (!score || !score->measured) continue;
        sum += score->accuracy;
        count++;
    }
    if (kinds) *kinds = count;
    return count ? sum / (double)count : NAN;
}
