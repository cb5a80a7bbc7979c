/* changed.c - see data.h: showing changed images in place of those that were opened. */
#include <stdio.h>

#include "sartor/app/results.h"

struct key {
    struct sr_result_key base; /* of the set as it is */
    struct sr_change change;
};

static bool same(const void *key, const void *other)
{
    return sr_change_same(((const struct key *)key)->change, ((const struct key *)other)->change);
}

static void describe(const void *key, char *text, size_t size)
{
    char how[48];
    sr_change_print(((const struct key *)key)->change, how, sizeof how);
    snprintf(text, size, "the images are changed by %s", how);
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_dataset **changed = value;
    *changed = sr_dataset_change(key->base.data, key->change, pool, monitor, error);
    return *changed ? SR_OK : error->status;
}

static void fini(void *value)
{
    sr_dataset_unref(*(struct sr_dataset **)value);
}

static const struct sr_result_kind changed_kind = {
    .name = "changed images",
    .lane = SR_LANE_SHORT,
    .keep = 1,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_dataset *),
    .same = same,
    .describe = describe,
    .run = run,
    .fini = fini,
};

void sr_session_put_data(struct sr_session *session, struct sr_dataset *shown)
{
    sr_dataset_unref(session->data);
    session->data = shown;
    session->selection.filter.change = shown->change;
}

enum sr_status sr_session_change(struct sr_session *session, struct sr_change change,
                                 struct sr_error *error)
{
    if (!session->data || sr_change_same(session->data->change, change)) return SR_OK;
    struct sr_dataset *origin = sr_dataset_origin(session->data), *wanted = origin;
    if (change.severity) {
        const struct key key = {{NULL, origin, 0}, change};
        const void *value;
        enum sr_status status = sr_result_get(session, &changed_kind, &key, &value, error);
        if (status) return status;
        wanted = *(struct sr_dataset *const *)value;
        status = sr_dataset_change_pictures(wanted, SR_PICTURES_MAX, error);
        if (status) return status;
    }
    sr_session_put_data(session, sr_dataset_ref(wanted));
    return SR_OK;
}

enum sr_status sr_session_unchanged(const struct sr_session *session, const char *command,
                                    struct sr_error *error)
{
    if (!session->data || !session->data->origin) return SR_OK;
    char how[48];
    sr_change_print(session->data->change, how, sizeof how);
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s: the images shown are changed (%s); browse changed=none shows them as "
                        "they are",
                        command, how);
}
