/* familiar.c - see trust.h: how familiar each row of a split is, whose predictions are there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"

struct key {
    struct sr_result_key base;
    enum sr_split_name split;
    char name[64]; /* of the entry, for sentences */
    struct sr_samples rows;
    const uint8_t *predicted; /* one for each row */
};

static bool same(const void *key, const void *other)
{
    return ((const struct key *)key)->split == ((const struct key *)other)->split;
}

static void own(void *key)
{
    struct key *copy = key;
    const size_t count = copy->rows.count;
    sr_result_own_rows(&copy->rows);
    copy->predicted = memcpy(sr_xalloc(count ? count : 1), copy->predicted, count);
}

static void release(void *key)
{
    free((uint32_t *)((struct key *)key)->rows.rows);
    free((uint8_t *)((struct key *)key)->predicted);
}

static void describe(const void *key, char *text, size_t size)
{
    const struct key *asked = key;
    snprintf(text, size, "the %s split is held against what %s was trained on",
             sr_split_names[asked->split], asked->name);
}

struct shares {
    double *values;
};

static enum sr_status run(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    enum { BLOCK = 128 }; /* rows between two looks at whether to end */
    const struct key *asked = key;
    struct shares *shares = value;
    shares->values = sr_xalloc((asked->rows.count + 1) * sizeof *shares->values);
    for (size_t from = 0; from < asked->rows.count; from += BLOCK) {
        if (!sr_monitor_proceed(monitor)) return sr_stopped(error);
        struct sr_samples block = asked->rows;
        block.rows += from;
        block.count = block.count - from < BLOCK ? block.count - from : BLOCK;
        sr_familiarity_measure(&asked->base.model->trust->familiarity, &block,
                               asked->predicted + from, pool, shares->values + from);
    }
    return SR_OK;
}

static void fini(void *value)
{
    free(((struct shares *)value)->values);
}

static const struct sr_result_kind familiar_kind = {
    .name = "familiarity",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct shares),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .fini = fini,
};

/* False where nothing is known of the model. */
static bool key_of(const struct sr_session *session, const struct sr_entry *entry,
                   enum sr_split_name split, struct key *key)
{
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    if (!predicted || !entry->model->trust || !entry->model->trust->familiarity.texture.size)
        return false;
    const struct sr_predictions *all = &predicted->predictions;
    *key =
        (struct key){{entry->model, session->data, session->split_version},
                     .split = split,
                     .rows = {&session->data->files[sr_split_file(split)], all->rows, all->count},
                     .predicted = all->predicted};
    snprintf(key->name, sizeof key->name, "%s", entry->name);
    return true;
}

enum sr_status sr_session_familiarities(struct sr_session *session, const struct sr_entry *entry,
                                        enum sr_split_name split, const double **shares,
                                        struct sr_error *error)
{
    struct key key;
    const void *value;
    *shares = NULL;
    if (!key_of(session, entry, split, &key)) return SR_OK;
    const enum sr_status status = sr_result_get(session, &familiar_kind, &key, &value, error);
    if (!status) *shares = ((const struct shares *)value)->values;
    return status;
}

const double *sr_session_familiarities_known(const struct sr_session *session,
                                             const struct sr_entry *entry, enum sr_split_name split)
{
    struct key key;
    const void *value = NULL;
    if (key_of(session, entry, split, &key)) sr_result_state(session, &familiar_kind, &key, &value);
    return value ? ((const struct shares *)value)->values : NULL;
}
