/* heats.c - heat maps of many samples, each by itself or as the mean of every class, off the front
 * end's thread.
 *
 * A job and the session share one struct sr_heats: until the job has ended the session reads only
 * what was asked for. What the session no longer wants is freed with its job. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "task.h"

struct heats_task {
    struct task task;
    struct sr_pool *pool;
    struct sr_heats **slot; /* of the session, where they are wanted */
    struct sr_heats *heats;
};

static enum sr_status each_sample(struct sr_heats *heats, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    const size_t count = heats->samples.count, classes = (size_t)heats->data->classes;
    heats->probabilities = sr_xalloc((count * classes + 1) * sizeof *heats->probabilities);
    heats->targets = sr_xalloc((count + 1) * sizeof *heats->targets);
    enum sr_status status =
        sr_model_predict(heats->model, &heats->samples, pool, monitor, heats->probabilities, error);
    if (status) return status;
    for (size_t i = 0; i < count; i++)
        heats->targets[i] =
            heats->target >= 0
                ? heats->target
                : sr_predicted_class(heats->probabilities + i * classes, (int)classes);
    return sr_explain_many(heats->model, heats->used, heats->layer, &heats->samples, heats->targets,
                           pool, monitor, heats->maps, error);
}

static enum sr_status heats_run(struct task *task, const struct sr_monitor *monitor,
                                struct sr_error *error)
{
    struct sr_pool *pool = ((struct heats_task *)task)->pool;
    struct sr_heats *heats = ((struct heats_task *)task)->heats;
    const size_t classes = (size_t)heats->data->classes,
                 count = heats->most ? classes : heats->samples.count;
    heats->used = sr_method_find(heats->model, heats->method, error);
    if (!heats->used) return error->status;
    sr_explain_place(heats->model, heats->used, heats->layer, heats->at);
    heats->size =
        (size_t)heats->samples.images->shape.height * (size_t)heats->samples.images->shape.width;
    heats->maps = sr_array_raw(count * heats->size, sizeof *heats->maps, "heat maps", error);
    if (!heats->maps) return SR_ERROR_MEMORY;
    if (!heats->most) return each_sample(heats, pool, monitor, error);
    heats->counts = sr_xalloc(classes * sizeof *heats->counts);
    return sr_explain_classes(heats->model, heats->used, heats->layer, &heats->samples, heats->most,
                              pool, monitor, heats->maps, heats->counts, error);
}

static void heats_finish(struct sr_session *session, struct task *task,
                         const struct sr_event *event)
{
    struct heats_task *work = (struct heats_task *)task;
    (void)session;
    if (*work->slot != work->heats) return; /* something else has been asked for */
    work->heats->ready = true;
    work->heats->error = event->of.ended.error;
    work->heats = NULL;
}

static void free_heats(struct sr_heats *heats)
{
    if (!heats) return;
    free(heats->maps);
    free(heats->counts);
    free(heats->targets);
    free(heats->probabilities);
    free(heats->rows);
    sr_model_unref(heats->model);
    sr_dataset_unref(heats->data);
    free(heats);
}

static void heats_free(struct task *task)
{
    free_heats(((struct heats_task *)task)->heats);
    free(task);
}

static void forget(struct sr_session *session, struct sr_heats **slot)
{
    if (*slot && (*slot)->ready)
        free_heats(*slot);
    else if (*slot)
        sr_jobs_stop(session->jobs, (*slot)->job);
    *slot = NULL;
}

void sr_session_forget_heats(struct sr_session *session)
{
    forget(session, &session->heats);
    forget(session, &session->class_heats);
}

static bool same_samples(const struct sr_samples *a, const struct sr_samples *b)
{
    bool same = a->images == b->images && a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = sr_samples_row(a, i) == sr_samples_row(b, i);
    return same;
}

/* `wanted` with its samples, target, split and most; the rest of what is asked for is filled in. */
static enum sr_status ask(struct sr_session *session, struct sr_heats **slot,
                          struct sr_entry *entry, struct sr_heats wanted, const char *method,
                          const char *layer, struct sr_error *error)
{
    snprintf(wanted.method, sizeof wanted.method, "%s", method ? method : "");
    snprintf(wanted.layer, sizeof wanted.layer, "%s", layer ? layer : "");
    struct sr_heats *heats = *slot;
    /* The data and the model are held by the old ones, so nothing else can have come to lie where
     * they do. */
    const bool same = heats && heats->model == entry->model && heats->target == wanted.target &&
                      heats->most == wanted.most && heats->split == wanted.split &&
                      !strcmp(heats->method, wanted.method) &&
                      !strcmp(heats->layer, wanted.layer) &&
                      same_samples(&heats->samples, &wanted.samples);
    if (same && heats->ready) {
        *error = heats->error;
        return error->status;
    }
    if (!same) {
        forget(session, slot);
        heats = sr_xalloc(sizeof *heats);
        *heats = wanted;
        heats->model = sr_model_ref(entry->model);
        heats->data = sr_dataset_ref(session->data);
        heats->rows = sr_xalloc((wanted.samples.count + 1) *
                                sizeof *heats->rows); /* own: the split may be drawn anew */
        for (size_t i = 0; i < wanted.samples.count; i++)
            heats->rows[i] = sr_samples_row(&wanted.samples, i);
        heats->samples.rows = heats->rows;
        struct heats_task *work = sr_xalloc(sizeof *work);
        *work =
            (struct heats_task){{heats_run, heats_finish, heats_free}, session->pool, slot, heats};
        *slot = heats;
        heats->job = sr_task_submit(session, SR_LANE_SHORT, &work->task);
    }
    return sr_error_set(error, SR_PENDING, "%s is looking at %zu samples", entry->name,
                        wanted.samples.count);
}

static enum sr_status ready_to_ask(struct sr_session *session, struct sr_entry **entry,
                                   struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, (*entry)->name, entry, error);
    if (!status) status = sr_session_check_shape(session, (*entry)->model, error);
    return status;
}

enum sr_status sr_session_heats(struct sr_session *session, struct sr_entry *entry,
                                enum sr_file file, const uint32_t *rows, size_t count,
                                const char *method, const char *layer, int target,
                                struct sr_error *error)
{
    enum sr_status status = ready_to_ask(session, &entry, error);
    if (status) return status;
    const struct sr_heats wanted = {.samples = {&session->data->files[file], rows, count},
                                    .target = target};
    return ask(session, &session->heats, entry, wanted, method, layer, error);
}

enum sr_status sr_session_class_heats(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split, size_t most, const char *method,
                                      const char *layer, struct sr_error *error)
{
    enum sr_status status = ready_to_ask(session, &entry, error);
    if (status) return status;
    const struct sr_heats wanted = {
        .samples = sr_session_samples(session, split), .split = split, .most = most, .target = -1};
    if (!wanted.samples.count)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the %s split has no images; name another with split=", sr_split_names[split]);
    return ask(session, &session->class_heats, entry, wanted, method, layer, error);
}
