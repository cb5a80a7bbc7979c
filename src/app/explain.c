/* explain.c - one sample explained, off the front end's thread. Only what was asked for last is
 * kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "task.h"

struct explain_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_pool *pool;
    enum sr_file file;
    uint32_t row;
    char method[16], layer[32];
    int target;
    struct sr_heat heats[2]; /* for the target; for the true class */
    float *probabilities;
    uint32_t nearest[SR_NEAREST_MOST];
    double distances[SR_NEAREST_MOST];
    size_t nearest_count;
};

enum sr_status sr_session_nearest(const struct sr_dataset *data, const struct sr_model *model,
                                  const uint8_t *pixels, uint32_t *rows, double *distances,
                                  size_t room, size_t *count, struct sr_error *error)
{
    *count = 0;
    if (!model->class->nearest) {
        struct sr_text names = {0};
        sr_model_classes_list(sr_model_class_has_nearest, &names);
        sr_error_set(error, SR_ERROR_ARGUMENT, "%s (%s) keeps no training images; %s do",
                     model->name, model->class->name, sr_text_get(&names));
        sr_text_fini(&names);
        return SR_ERROR_ARGUMENT;
    }
    if (strcmp(model->digest, data->digest))
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s was trained on other data, so the images nearest to it are not in this train file",
            model->name);
    const size_t found = sr_explain_nearest(model, pixels, rows, distances, room);
    for (size_t i = 0; i < found; i++) {
        if (rows[i] >= data->files[SR_FILE_TRAIN].count)
            continue; /* a model file may say anything */
        rows[*count] = rows[i];
        distances[(*count)++] = distances[i];
    }
    return SR_OK;
}

static enum sr_status explain_run(struct task *task, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    struct explain_task *explain = (struct explain_task *)task;
    const struct sr_model *model = explain->model;
    const struct sr_samples one = {&explain->data->files[explain->file], &explain->row, 1};
    const struct sr_method *method = sr_method_find(model, explain->method, error);
    if (!method) return error->status;
    enum sr_status status =
        sr_model_predict(model, &one, NULL, monitor, explain->probabilities, error);
    if (status) return status;
    int targets[2] = {explain->target, sr_samples_label(&one, 0)};
    size_t count = 1;
    if (targets[0] < 0) {
        targets[0] = 0;
        for (int c = 1; c < explain->data->classes; c++)
            if (explain->probabilities[c] > explain->probabilities[targets[0]]) targets[0] = c;
        count += targets[0] != targets[1];
    }
    status =
        sr_session_nearest(explain->data, model, sr_samples_pixels(&one, 0), explain->nearest,
                           explain->distances, SR_NEAREST_MOST, &explain->nearest_count, error);
    if (status && method == &sr_methods[SR_METHOD_NEAREST]) return status;
    const struct sr_explain request = {.model = model,
                                       .pixels = sr_samples_pixels(&one, 0),
                                       .method = method,
                                       .layer = explain->layer,
                                       .targets = targets,
                                       .count = count,
                                       .pool = explain->pool,
                                       .monitor = monitor};
    return sr_explain(&request, explain->heats, error);
}

static void explain_finish(struct sr_session *session, struct task *task,
                           const struct sr_event *event)
{
    struct explain_task *explain = (struct explain_task *)task;
    if (session->explain.job != event->job) return; /* somebody has moved on */
    session->explain.job = 0;
    session->explain.ready = true;
    session->explain.error = event->of.ended.error;
    sr_heat_fini(&session->explain.heat);
    sr_heat_fini(&session->explain.truth);
    session->explain.heat = explain->heats[0];
    session->explain.truth = explain->heats[1];
    memset(explain->heats, 0, sizeof explain->heats);
    free(session->explain.probabilities);
    session->explain.probabilities = explain->probabilities;
    explain->probabilities = NULL;
    memcpy(session->explain.nearest, explain->nearest, sizeof explain->nearest);
    memcpy(session->explain.distances, explain->distances, sizeof explain->distances);
    session->explain.nearest_count = explain->nearest_count;
}

static void explain_free(struct task *task)
{
    struct explain_task *explain = (struct explain_task *)task;
    for (int i = 0; i < 2; i++) sr_heat_fini(&explain->heats[i]);
    free(explain->probabilities);
    sr_model_unref(explain->model);
    sr_dataset_unref(explain->data);
    free(explain);
}

void sr_session_forget_explanation(struct sr_session *session)
{
    if (session->explain.job && session->jobs) sr_jobs_stop(session->jobs, session->explain.job);
    sr_heat_fini(&session->explain.heat);
    sr_heat_fini(&session->explain.truth);
    free(session->explain.probabilities);
    memset(&session->explain, 0, sizeof session->explain);
    session->quality.model[0] = '\0'; /* measured on other data: to be asked anew */
    sr_session_forget_heats(session);
}

bool sr_session_explained(const struct sr_session *session, const struct sr_entry *entry,
                          enum sr_file file, uint32_t row, const char *method, const char *layer,
                          int target)
{
    return !strcmp(session->explain.model, entry->name) &&
           !strcmp(session->explain.method, method ? method : "") &&
           !strncmp(session->explain.layer, layer ? layer : "",
                    sizeof session->explain.layer - 1) &&
           session->explain.file == file && session->explain.row == row &&
           session->explain.target == target && (session->explain.ready || session->explain.job);
}

enum sr_status sr_session_explain(struct sr_session *session, struct sr_entry *entry,
                                  enum sr_file file, uint32_t row, const char *method,
                                  const char *layer, int target, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_shape(session, entry->model, error);
    if (status) return status;
    if (!sr_session_explained(session, entry, file, row, method, layer, target)) {
        if (session->explain.job) sr_jobs_stop(session->jobs, session->explain.job);
        struct explain_task *explain = sr_xalloc(sizeof *explain);
        explain->task = (struct task){explain_run, explain_finish, explain_free};
        explain->model = sr_model_ref(entry->model);
        explain->data = sr_dataset_ref(session->data);
        explain->pool = session->pool;
        explain->file = file;
        explain->row = row;
        explain->target = target;
        snprintf(explain->method, sizeof explain->method, "%s", method ? method : "");
        snprintf(explain->layer, sizeof explain->layer, "%s", layer ? layer : "");
        explain->probabilities = sr_xalloc((size_t)session->data->classes * sizeof(float));
        snprintf(session->explain.model, sizeof session->explain.model, "%s", entry->name);
        snprintf(session->explain.method, sizeof session->explain.method, "%s",
                 method ? method : "");
        snprintf(session->explain.layer, sizeof session->explain.layer, "%s", layer ? layer : "");
        session->explain.file = file;
        session->explain.row = row;
        session->explain.target = target;
        session->explain.ready = false;
        session->explain.job = sr_task_submit(session, SR_LANE_SHORT, &explain->task);
    }
    if (session->explain.ready) {
        *error = session->explain.error;
        return error->status;
    }
    return sr_error_set(error, SR_PENDING, "%s is looking at %s:%u", entry->name,
                        sr_file_names[file], row);
}
