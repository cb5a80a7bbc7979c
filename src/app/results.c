#include "sartor/app/results.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "task.h"

/* A result and the job that computes it. While the job runs, its worker reads `key` and writes
 * `value`; only the session's thread uses the rest. */
struct result {
    struct task task;
    const struct sr_result_kind *kind;
    struct sr_pool *pool;
    void *key, *value;
    uint32_t job; /* 0 when it has ended */
    struct sr_progress progress;
    bool dropped;          /* no longer in the list: freed when its job ends */
    bool asked_by_command; /* not only by panes */
    uint64_t asked;        /* for the last time; counts all calls */
    struct sr_error error; /* why it failed */
    struct result *next;
};

struct sr_results {
    struct result *first;
    uint64_t calls;
};

struct sr_results *sr_results_new(void)
{
    return sr_xalloc(sizeof(struct sr_results));
}

static void free_result(struct result *result)
{
    struct sr_result_key *key = result->key;
    if (result->kind->fini) result->kind->fini(result->value);
    if (result->kind->release) result->kind->release(result->key);
    sr_model_unref(key->model);
    sr_dataset_unref(key->data);
    free(result->value);
    free(result->key);
    free(result);
}

/* Take a result out of the list. */
static void drop(struct result **at)
{
    struct result *result = *at;
    *at = result->next;
    result->dropped = true;
    if (!result->job) free_result(result);
}

void sr_results_free(struct sr_results *results)
{
    if (!results) return;
    while (results->first) drop(&results->first);
    free(results);
}

bool sr_result_model_current(const struct sr_session *session, const struct sr_model *model)
{
    for (size_t i = 0; i < session->entry_count; i++)
        if (session->entries[i]->model == model) return true;
    for (size_t i = 0; i < session->aside_count; i++)
        if (session->aside[i]->model == model) return true;
    return false;
}

void sr_result_own_rows(struct sr_samples *samples)
{
    if (!samples->rows) return;
    size_t bytes = samples->count * sizeof *samples->rows;
    samples->rows = memcpy(sr_xalloc(bytes), samples->rows, bytes);
}

static bool is_current(const struct sr_session *session, const struct result *result)
{
    const struct sr_result_key *key = result->key;
    /* While changed images or decisions are shown, what is known of the data without them is kept.
     */
    if (key->data && key->data != session->data &&
        (!session->data || (key->data != sr_dataset_origin(session->data) &&
                            key->data != sr_dataset_opened(session->data))))
        return false;
    if (key->split && key->split != session->split_version) return false;
    if (key->model && !sr_result_model_current(session, key->model)) return false;
    return !result->kind->current || result->kind->current(session, key);
}

/* Stop the jobs of results that are not current; with `ended`, also drop results that have ended.
 */
static void sweep(struct sr_session *session, bool ended)
{
    for (struct result **at = &session->results->first; *at;) {
        if ((!ended && !(*at)->job) || is_current(session, *at)) {
            at = &(*at)->next;
            continue;
        }
        if ((*at)->job) sr_jobs_stop(session->jobs, (*at)->job);
        drop(at);
    }
}

void sr_results_sweep(struct sr_session *session)
{
    sweep(session, true);
}

bool sr_results_settled(const struct sr_session *session)
{
    for (const struct result *result = session->results->first; result; result = result->next)
        if (result->job && result->kind->lane == SR_LANE_SHORT && is_current(session, result))
            return false;
    return true;
}

static bool matches(const struct result *result, const struct sr_result_kind *kind,
                    const struct sr_result_key *key, bool (*same)(const void *, const void *))
{
    const struct sr_result_key *there = result->key;
    return result->kind == kind && there->model == key->model && there->data == key->data &&
           there->split == key->split && (!same || same(there, key));
}

static struct result *find(const struct sr_session *session, const struct sr_result_kind *kind,
                           const void *key)
{
    struct result *result = session->results->first;
    while (result && !matches(result, kind, key, kind->same)) result = result->next;
    return result;
}

/* Of the results of a kind that have ended, keep those asked for last. */
static void trim(struct sr_results *results, const struct sr_result_kind *kind)
{
    for (;;) {
        size_t count = 0;
        struct result **oldest = NULL;
        for (struct result **at = &results->first; *at; at = &(*at)->next) {
            if ((*at)->kind != kind || (*at)->job) continue;
            count++;
            if (!oldest || (*at)->asked < (*oldest)->asked) oldest = at;
        }
        if (!kind->keep || count <= kind->keep) return;
        drop(oldest);
    }
}

static enum sr_status run_result(struct task *task, const struct sr_monitor *monitor,
                                 struct sr_error *error)
{
    struct result *result = (struct result *)task;
    return result->kind->run(result->key, result->value, result->pool, monitor, error);
}

static void finish_result(struct sr_session *session, struct task *task,
                          const struct sr_event *event)
{
    struct result *result = (struct result *)task;
    result->job = 0;
    if (result->dropped) return;
    result->error = event->of.ended.error;
    if (event->of.ended.state == SR_JOB_DONE && result->kind->ready)
        result->kind->ready(session, result->key, result->value, event->of.ended.seconds);
    /* It counts as asked for now, or it could be dropped before it has been returned. */
    result->asked = ++session->results->calls;
    trim(session->results, result->kind);
}

static void free_task(struct task *task)
{
    struct result *result = (struct result *)task;
    if (result->dropped) free_result(result);
}

static struct result *start(struct sr_session *session, const struct sr_result_kind *kind,
                            const void *key)
{
    sweep(session, false);
    for (struct result **at = &session->results->first; kind->one_shown && session->drawing && *at;)
        if ((*at)->kind == kind && (*at)->job && !(*at)->asked_by_command) {
            sr_jobs_stop(session->jobs, (*at)->job);
            drop(at);
        } else {
            at = &(*at)->next;
        }
    struct result *result = sr_xalloc(sizeof *result);
    result->task = (struct task){.run = run_result, .finish = finish_result, .free = free_task};
    result->kind = kind;
    result->pool = session->pool;
    result->value = sr_xalloc(kind->value_size);
    struct sr_result_key *copy = result->key = sr_xalloc(kind->key_size);
    memcpy(copy, key, kind->key_size);
    if (copy->model) sr_model_ref(copy->model);
    if (copy->data) sr_dataset_ref(copy->data);
    if (kind->own) kind->own(copy);
    result->next = session->results->first;
    session->results->first = result;
    struct sr_run *run = NULL;
    if (kind->run_name) {
        char name[64];
        kind->run_name(copy, name, sizeof name);
        run = sr_session_add_run(session, NULL, name);
    }
    result->job = sr_task_submit(session, kind->lane, &result->task);
    if (run) run->job = result->job;
    return result;
}

enum sr_status sr_result_get(struct sr_session *session, const struct sr_result_kind *kind,
                             const void *key, const void **value, struct sr_error *error)
{
    struct result *result = find(session, kind, key);
    *value = NULL;
    if (!result) result = start(session, kind, key);
    result->asked = ++session->results->calls;
    result->asked_by_command = result->asked_by_command || !session->drawing;
    if (result->job) {
        char text[sizeof error->text];
        kind->describe(result->key, text, sizeof text);
        return sr_error_set(error, SR_PENDING, "%s", text);
    }
    if (!result->error.status) {
        *value = result->value;
        return SR_OK;
    }
    *error = result->error;
    if (error->status == SR_ERROR_CANCELLED) {
        struct result **at = &session->results->first;
        while (*at != result) at = &(*at)->next;
        drop(at);
    }
    return error->status;
}

enum sr_result_state sr_result_state(const struct sr_session *session,
                                     const struct sr_result_kind *kind, const void *key,
                                     const void **value)
{
    const struct result *result = find(session, kind, key);
    *value = NULL;
    if (!result) return SR_RESULT_ABSENT;
    if (result->job) return SR_RESULT_PENDING;
    if (result->error.status) return SR_RESULT_FAILED;
    *value = result->value;
    return SR_RESULT_READY;
}

const void *sr_result_like(const struct sr_session *session, const struct sr_result_kind *kind,
                           const void *key, bool (*like)(const void *key, const void *other))
{
    const struct result *latest = NULL;
    for (const struct result *result = session->results->first; result; result = result->next)
        if (!result->job && !result->error.status && matches(result, kind, key, like) &&
            (!latest || result->asked > latest->asked))
            latest = result;
    return latest ? latest->value : NULL;
}

const void *sr_result_pending(const struct sr_session *session, const struct sr_result_kind *kind,
                              struct sr_progress *progress)
{
    /* The one that has been asked for first is computed first, and it is the last of the list. */
    const struct result *found = NULL;
    for (const struct result *result = session->results->first; result; result = result->next)
        if (result->kind == kind && result->job && is_current(session, result)) found = result;
    if (found && progress) *progress = found->progress;
    return found ? found->key : NULL;
}

void sr_results_event(struct sr_session *session, const struct sr_event *event)
{
    if (event->type != SR_EVENT_PROGRESS) return;
    for (struct result *result = session->results->first; result; result = result->next)
        if (result->job == event->job) result->progress = event->of.progress;
}
