#include "sartor/app/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/app/results.h"
#include "sartor/base/memory.h"
#include "slices.h"

/* ---- results --------------------------------------------------------------------------- */

struct key {
    struct sr_result_key base;
    enum sr_features of; /* of relations */
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
    snprintf(text, size, "the images are being compared by %s",
             sr_features_names[((const struct key *)key)->of]);
}

static enum sr_status run_measures(const void *key, void *value, struct sr_pool *pool,
                                   const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct sr_dataset *data = ((const struct key *)key)->base.data;
    return sr_audit_measure(value, data->files, pool, monitor, error);
}

static enum sr_status run_relations(const void *key, void *value, struct sr_pool *pool,
                                    const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct sr_dataset *data = ((const struct key *)key)->base.data;
    return sr_audit_relate(value, data->files, data->classes, ((const struct key *)key)->of, pool,
                           monitor, error);
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
    status = ask(session, start, &measures_kind, &plain, &value, error);
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
    const struct sr_audit_request request = {.kinds = 1u << kind, .of = filter->audit_of};
    struct sr_session_audit audit;
    enum sr_status status = sr_session_audit(session, &request, &audit, error);
    if (!status) *count = sr_audit_find(&audit.base, kind, filter->threshold, findings);
    sr_session_audit_fini(&audit);
    return status;
}
