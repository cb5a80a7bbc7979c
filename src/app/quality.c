/* quality.c - measuring a model's explanations, as a job among the runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "task.h"

struct quality_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_pool *pool;
    char method[16], layer[32];
    enum sr_quality_fill fill;
    struct sr_samples samples;
    uint32_t *rows;
    struct sr_quality result;
};

static enum sr_status quality_run(struct task *task, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    struct quality_task *measure = (struct quality_task *)task;
    const struct sr_quality_request request = {
        .model = measure->model,
        .method = sr_method_find(measure->model, measure->method, error),
        .layer = measure->layer,
        .samples = measure->samples,
        .fill = measure->fill,
        .seed = 1,
        .pool = measure->pool,
        .monitor = monitor,
    };
    return request.method ? sr_quality_measure(&request, &measure->result, error) : error->status;
}

static void quality_finish(struct sr_session *session, struct task *task,
                           const struct sr_event *event)
{
    struct quality_task *measure = (struct quality_task *)task;
    struct sr_run *run = sr_session_run(session, event->job);
    if (session->quality.job != event->job || run->state != SR_JOB_DONE) return;
    session->quality.job = 0;
    session->quality.ready = true;
    session->quality.result = measure->result;
    const struct sr_quality_curves *centre = &measure->result.maps[SR_QUALITY_CENTRE];
    sr_session_message(session, false,
                       "%s measured: %+.3f on deletion, %+.3f on insertion over the picture's "
                       "middle; the same command shows it all",
                       run->name, centre->deletion_gain, centre->insertion_gain);
}

static void quality_free(struct task *task)
{
    struct quality_task *measure = (struct quality_task *)task;
    sr_model_unref(measure->model);
    sr_dataset_unref(measure->data);
    free(measure->rows);
    free(measure);
}

/* Is that what was asked for last? */
static bool asked(const struct sr_session *session, const struct sr_entry *entry,
                  enum sr_split_name split, size_t count, const char *method, const char *layer,
                  enum sr_quality_fill fill)
{
    return !strcmp(session->quality.model, entry->name) && session->quality.split == split &&
           session->quality.count == count && !strcmp(session->quality.method, method) &&
           !strncmp(session->quality.layer, layer, sizeof session->quality.layer - 1) &&
           session->quality.fill == fill;
}

enum sr_status sr_session_quality(struct sr_session *session, struct sr_entry *entry,
                                  enum sr_split_name split, size_t count, const char *method,
                                  const char *layer, enum sr_quality_fill fill,
                                  const struct sr_quality **quality, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_shape(session, entry->model, error);
    if (!status) status = sr_session_honest(session, entry->model, split, error);
    if (status) return status;
    if (!method) method = "";
    if (!layer) layer = "";
    const bool same = asked(session, entry, split, count, method, layer, fill);
    if (same && session->quality.ready) {
        *quality = &session->quality.result;
        return SR_OK;
    }
    if (same && session->quality.job) {
        const struct sr_run *run = sr_session_run(session, session->quality.job);
        if (run->state >= SR_JOB_DONE) { /* failed or stopped: said once, then asked anew */
            session->quality.job = 0;
            *error = run->error;
            return error->status;
        }
    } else {
        const struct sr_samples whole = sr_session_samples(session, split);
        if (!whole.count)
            return sr_error_set(
                error, SR_ERROR_STATE,
                "the %s split has no images; name another with split=", sr_split_names[split]);
        if (!sr_method_find(entry->model, method, error)) return error->status;
        if (session->quality.job) sr_jobs_stop(session->jobs, session->quality.job);
        struct quality_task *measure = sr_xalloc(sizeof *measure);
        measure->task = (struct task){quality_run, quality_finish, quality_free};
        measure->model = sr_model_ref(entry->model);
        measure->data = sr_dataset_ref(session->data);
        measure->pool = session->pool;
        measure->fill = fill;
        snprintf(measure->method, sizeof measure->method, "%s", method);
        snprintf(measure->layer, sizeof measure->layer, "%s", layer);
        const size_t images = count < whole.count ? count : whole.count;
        measure->rows = sr_xalloc(images * sizeof *measure->rows);
        for (size_t i = 0; i < images; i++)
            measure->rows[i] = sr_samples_row(&whole, i * whole.count / images);
        measure->samples = (struct sr_samples){whole.images, measure->rows, images};

        snprintf(session->quality.model, sizeof session->quality.model, "%s", entry->name);
        snprintf(session->quality.method, sizeof session->quality.method, "%s", method);
        snprintf(session->quality.layer, sizeof session->quality.layer, "%s", layer);
        session->quality.split = split;
        session->quality.count = count;
        session->quality.fill = fill;
        session->quality.ready = false;
        char name[64];
        snprintf(name, sizeof name, "explain %.50s", entry->name);
        struct sr_run *run = sr_session_add_run(session, entry->model->class, name);
        session->quality.job = run->job = sr_task_submit(session, SR_LANE_LONG, &measure->task);
    }
    return sr_error_set(error, SR_PENDING, "the explanations of %s are being measured",
                        entry->name);
}
