/* class_heats.c - the mean heat of every class, off the front end's thread. What was asked for last is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "task.h"

struct class_heats_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_pool *pool;
    struct sr_samples samples;
    uint32_t *rows; /* an own copy: the split may be drawn anew */
    size_t most;
    char method[16], layer[32], at[SR_PLACE_SIZE];
    const struct sr_method *used;
    float *maps;
    size_t *counts;
};

static enum sr_status class_heats_run(struct task *task, const struct sr_monitor *monitor, struct sr_error *error)
{
    struct class_heats_task *heats = (struct class_heats_task *)task;
    heats->used = sr_method_find(heats->model, heats->method, error);
    if (!heats->used) return error->status;
    sr_explain_place(heats->model, heats->used, heats->layer, heats->at);
    return sr_explain_classes(heats->model, heats->used, heats->layer, &heats->samples, heats->most, heats->pool, monitor,
                              heats->maps, heats->counts, error);
}

static void class_heats_finish(struct sr_session *session, struct task *task, const struct sr_event *event)
{
    struct class_heats_task *heats = (struct class_heats_task *)task;
    if (session->class_heats.job != event->job) return; /* something else has been asked for */
    session->class_heats.job = 0;
    session->class_heats.ready = true;
    session->class_heats.error = event->of.ended.error;
    session->class_heats.used = heats->used;
    snprintf(session->class_heats.at, sizeof session->class_heats.at, "%s", heats->at);
    session->class_heats.maps = heats->maps;
    session->class_heats.counts = heats->counts;
    heats->maps = NULL;
    heats->counts = NULL;
}

static void class_heats_free(struct task *task)
{
    struct class_heats_task *heats = (struct class_heats_task *)task;
    free(heats->maps);
    free(heats->counts);
    free(heats->rows);
    sr_model_unref(heats->model);
    sr_dataset_unref(heats->data);
    free(heats);
}

void sr_session_forget_class_heats(struct sr_session *session)
{
    if (session->class_heats.job && session->jobs) sr_jobs_stop(session->jobs, session->class_heats.job);
    free(session->class_heats.maps);
    free(session->class_heats.counts);
    sr_model_unref(session->class_heats.model);
    memset(&session->class_heats, 0, sizeof session->class_heats);
}

enum sr_status sr_session_class_heats(struct sr_session *session, struct sr_entry *entry, enum sr_split_name split,
                                      size_t most, const char *method, const char *layer, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_shape(session, entry->model, error);
    if (status) return status;
    if (!method) method = "";
    if (!layer) layer = "";
    const bool same = session->class_heats.model == entry->model && session->class_heats.split == split &&
                      session->class_heats.most == most &&
                      !strncmp(session->class_heats.method, method, sizeof session->class_heats.method - 1) &&
                      !strncmp(session->class_heats.layer, layer, sizeof session->class_heats.layer - 1);
    if (same && session->class_heats.ready) {
        *error = session->class_heats.error;
        return error->status;
    }
    if (!same || !session->class_heats.job) {
        const struct sr_samples samples = sr_session_samples(session, split);
        if (!samples.count)
            return sr_error_set(error, SR_ERROR_STATE, "the %s split has no images; name another with split=",
                                sr_split_names[split]);
        const size_t classes = (size_t)session->data->classes,
                     size = (size_t)samples.images->height * (size_t)samples.images->width;
        struct class_heats_task *heats = sr_xalloc(sizeof *heats);
        sr_session_forget_class_heats(session);
        heats->task = (struct task){class_heats_run, class_heats_finish, class_heats_free};
        heats->model = sr_model_ref(entry->model);
        heats->data = sr_dataset_ref(session->data);
        heats->pool = session->pool;
        heats->rows = sr_xalloc((samples.count + 1) * sizeof *heats->rows);
        for (size_t i = 0; i < samples.count; i++) heats->rows[i] = sr_samples_row(&samples, i);
        heats->samples = (struct sr_samples){samples.images, heats->rows, samples.count};
        heats->most = most;
        strncat(heats->method, method, sizeof heats->method - 1);
        strncat(heats->layer, layer, sizeof heats->layer - 1);
        heats->maps = sr_xalloc(classes * size * sizeof *heats->maps);
        heats->counts = sr_xalloc(classes * sizeof *heats->counts);
        session->class_heats.model = sr_model_ref(entry->model);
        session->class_heats.split = split;
        session->class_heats.most = most;
        strncat(session->class_heats.method, method, sizeof session->class_heats.method - 1);
        strncat(session->class_heats.layer, layer, sizeof session->class_heats.layer - 1);
        session->class_heats.job = sr_task_submit(session, SR_LANE_SHORT, &heats->task);
    }
    return sr_error_set(error, SR_PENDING, "%s is looking at samples of every class", entry->name);
}
