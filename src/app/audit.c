#include "sartor/app/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "map_features.h"
#include "sartor/app/results.h"
#include "sartor/base/memory.h"
#include "slices.h"
#include "task.h"

/* ---- results --------------------------------------------------------------------------- */

struct key {
    struct sr_result_key base;
    enum sr_features of; /* of relations; those of a model are by base.model */
};

static bool same(const void *key, const void *other)
{
    return ((const struct key *)key)->of == ((const struct key *)other)->of;
}

static void describe_measures(const void *key, char *text, size_t size)
{
    (void)key;
    snprintf(text, size, "the images are being measured");
}

static void describe_relations(const void *key, char *text, size_t size)
{
    const struct key *own = key;
    if (own->base.model)
        snprintf(text, size, "the images are being compared by their features in %s",
                 own->base.model->name);
    else
        snprintf(text, size, "the images are being compared by %s", sr_features_names[own->of]);
}

static enum sr_status run_measures(const void *key, void *value, struct sr_pool *pool,
                                   const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct sr_dataset *data = ((const struct key *)key)->base.data;
    const struct sr_picture_size *sizes[SR_FILE_COUNT] = {data->sizes[SR_FILE_TRAIN],
                                                          data->sizes[SR_FILE_TEST]};
    return sr_audit_measure(value, data->files, sizes, pool, monitor, error);
}

static enum sr_status run_relations(const void *key, void *value, struct sr_pool *pool,
                                    const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *own = key;
    const struct sr_dataset *data = own->base.data;
    struct sr_audit_features features = {.kind = own->of};
    float *rows = NULL;
    enum sr_status status = SR_OK;
    if (own->base.model)
        status = sr_map_features(data, own->base.model, own->of, pool, monitor, &rows,
                                 &features.width, error);
    features.rows = rows;
    if (!status)
        status =
            sr_audit_relate(value, data->files, data->classes, &features, pool, monitor, error);
    free(rows);
    return status;
}

static void fini_measures(void *value)
{
    sr_audit_measures_fini(value);
}

static void fini_relations(void *value)
{
    sr_audit_relations_fini(value);
}

static const struct sr_result_kind measures_kind = {
    .name = "measures of images",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_audit_measures),
    .describe = describe_measures,
    .run = run_measures,
    .fini = fini_measures,
};

/* In the long lane: predictions and heat maps go first. */
static const struct sr_result_kind relations_kind = {
    .name = "relations of images",
    .lane = SR_LANE_LONG,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_audit_relations),
    .same = same,
    .describe = describe_relations,
    .run = run_relations,
    .fini = fini_relations,
};

/* ---- what findings are made from ------------------------------------------------------- */

enum sr_file sr_audit_sample(const struct sr_session *session, uint32_t place, uint32_t *row)
{
    const size_t train = session->data->files[SR_FILE_TRAIN].count;
    *row = place < train ? place : (uint32_t)(place - train);
    return place < train ? SR_FILE_TRAIN : SR_FILE_TEST;
}

/* Rows of the train file that are in neither split, since `limit` has left them out, count as
 * training rows. */
static void find_splits(const struct sr_session *session, struct sr_session_audit *audit)
{
    const size_t train = session->data->files[SR_FILE_TRAIN].count,
                 test = session->data->files[SR_FILE_TEST].count;
    audit->splits = sr_xalloc(train + test + 1);
    const struct sr_samples held = sr_session_samples(session, SR_SPLIT_VALIDATION);
    for (size_t i = 0; i < train; i++) audit->splits[i] = SR_SPLIT_TRAIN;
    for (size_t i = 0; i < held.count; i++)
        audit->splits[sr_samples_row(&held, i)] = SR_SPLIT_VALIDATION;
    for (size_t i = train; i < train + test; i++) audit->splits[i] = SR_SPLIT_TEST;
    audit->base.splits = audit->splits;
}

/* Suspects that were searched for are better than votes of neighbours. */
static void take_suspects(const struct sr_session *session, struct sr_session_audit *audit)
{
    const struct sr_suspects *suspects = &session->suspects;
    if (!suspects->folds) return;
    audit->labels = sr_xalloc((suspects->count + 1) * sizeof *audit->labels);
    for (size_t i = 0; i < suspects->count; i++)
        audit->labels[i] = (struct sr_contradicted){
            suspects->items[i].row, suspects->items[i].suggested, suspects->items[i].margin};
    audit->base.labels = audit->labels;
    audit->base.label_count = suspects->count;
}

static bool needs(const struct sr_session *session, unsigned kinds, enum sr_audit_need need)
{
    for (int k = 0; k < SR_AUDIT_KINDS; k++) {
        if (!(kinds & 1u << k)) continue;
        if (k == SR_AUDIT_LABEL && session->suspects.folds) continue;
        if (sr_audit_checks[k].need == need) return true;
    }
    return false;
}

static enum sr_status ask(struct sr_session *session, bool start, const struct sr_result_kind *kind,
                          const struct key *key, const void **value, struct sr_error *error)
{
    if (start) return sr_result_get(session, kind, key, value, error);
    const enum sr_result_state state = sr_result_state(session, kind, key, value);
    return state == SR_RESULT_READY ? SR_OK
                                    : sr_error_set(error, SR_PENDING, "the audit is not there");
}

/* The key of relations by a model, which is read where that may be started. */
static enum sr_status key_by(struct sr_session *session, bool start, struct sr_entry *by,
                             struct key *key, struct sr_error *error)
{
    enum sr_status status = start ? sr_session_usable(session, &by, error) : SR_OK;
    if (!status && !by->model)
        status = sr_error_set(error, SR_PENDING, "the model has not been read");
    if (status) return status;
    key->base.model = by->model;
    key->of = SR_FEATURES_PIXELS;
    return SR_OK;
}

static enum sr_status gather(struct sr_session *session, bool start,
                             const struct sr_audit_request *request, struct sr_session_audit *audit,
                             struct sr_error *error)
{
    const void *value;
    enum sr_status status = sr_session_data(session, error);
    *audit = (struct sr_session_audit){0};
    if (status) return status;
    struct key key = {{NULL, sr_dataset_opened(session->data), 0}, request->of};
    const struct key plain = {key.base, 0};
    if (request->by) status = key_by(session, start, request->by, &key, error);
    if (!status) status = ask(session, start, &measures_kind, &plain, &value, error);
    if (status) return status;
    audit->base = (struct sr_audit_base){
        .measures = value, .files = key.base.data->files, .classes = session->data->classes};
    if (needs(session, request->kinds, SR_AUDIT_OF_RELATIONS) ||
        (request->entry && request->kinds & 1u << SR_AUDIT_SLICE)) {
        status = ask(session, start, &relations_kind, &key, &value, error);
        if (status) return status;
        audit->base.relations = value;
    }
    if (request->entry && request->kinds & 1u << SR_AUDIT_SLICE) {
        status = slices_find(session, request->entry, request->split, &audit->base, &audit->slices,
                             &audit->base.slice_count, error);
        if (status) return status;
        audit->base.slices = audit->slices;
    }
    find_splits(session, audit);
    take_suspects(session, audit);
    return SR_OK;
}

enum sr_status sr_session_audit(struct sr_session *session, const struct sr_audit_request *request,
                                struct sr_session_audit *audit, struct sr_error *error)
{
    return gather(session, true, request, audit, error);
}

enum sr_status sr_session_audit_known(struct sr_session *session,
                                      const struct sr_audit_request *request,
                                      struct sr_session_audit *audit, struct sr_error *error)
{
    return gather(session, false, request, audit, error);
}

void sr_session_audit_fini(struct sr_session_audit *audit)
{
    free(audit->splits);
    free(audit->labels);
    free(audit->slices);
    *audit = (struct sr_session_audit){0};
}

enum sr_status sr_session_audit_filter(struct sr_session *session, const struct sr_filter *filter,
                                       struct sr_finding **findings, size_t *count,
                                       struct sr_error *error)
{
    const enum sr_audit_kind kind = (enum sr_audit_kind)filter->audit;
    struct sr_audit_request request = {.kinds = 1u << kind};
    struct sr_session_audit audit;
    const int features = sr_features_find(filter->audit_of);
    if (features >= 0)
        request.of = (enum sr_features)features;
    else if (!(request.by = sr_session_entry(session, filter->audit_of, error)))
        return error->status;
    enum sr_status status = sr_session_audit(session, &request, &audit, error);
    if (!status) *count = sr_audit_find(&audit.base, kind, filter->threshold, findings);
    sr_session_audit_fini(&audit);
    return status;
}
