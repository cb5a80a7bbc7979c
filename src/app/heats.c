/* heats.c - heat maps of many samples at once, for galleries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "task.h"

struct heats_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_pool *pool;
    struct sr_samples samples;
    uint32_t *rows;
    char method[16], layer[32];
    int target;
    struct sr_heat *maps;
    float *probabilities;
};

static enum sr_status heats_run(struct task *task, const struct sr_monitor *monitor, struct sr_error *error)
{
    struct heats_task *heats = (struct heats_task *)task;
    const struct sr_model *model = heats->model;
    const size_t count = heats->samples.count, classes = (size_t)heats->data->classes,
                 size = (size_t)model->shape.height * (size_t)model->shape.width;
    const struct sr_method *method = sr_method_find(model, heats->method, error);
    if (!method) return error->status;
    int *targets = sr_xalloc((count + 1) * sizeof *targets);
    float *values = sr_array_raw(count * size, sizeof *values, "heat maps", error);
    enum sr_status status = values ? SR_OK : SR_ERROR_MEMORY;
    if (!status) status = sr_model_predict(model, &heats->samples, heats->pool, monitor, heats->probabilities, error);
    for (size_t i = 0; !status && i < count; i++) {
        const float *said = heats->probabilities + i * classes;
        targets[i] = heats->target < 0 ? 0 : heats->target;
        for (size_t c = 1; heats->target < 0 && c < classes; c++)
            if (said[c] > said[targets[i]]) targets[i] = (int)c;
    }
    if (!status)
        status = sr_explain_many(model, method, heats->layer, &heats->samples, targets, heats->pool, monitor, values, error);
    for (size_t i = 0; !status && i < count; i++) {
        struct sr_heat *map = &heats->maps[i];
        *map = (struct sr_heat){.height = model->shape.height, .width = model->shape.width, .method = method, .target = targets[i]};
        sr_explain_place(model, method, heats->layer, map->layer);
        map->values = sr_xalloc(size * sizeof *map->values);
        memcpy(map->values, values + i * size, size * sizeof *values);
    }
    free(targets);
    free(values);
    return status;
}

static void free_maps(struct sr_heat *maps, size_t count)
{
    for (size_t i = 0; maps && i < count; i++) sr_heat_fini(&maps[i]);
    free(maps);
}

static void heats_finish(struct sr_session *session, struct task *task, const struct sr_event *event)
{
    struct heats_task *heats = (struct heats_task *)task;
    if (session->heats.job != event->job) return; /* something else has been asked for */
    session->heats.job = 0;
    session->heats.ready = true;
    session->heats.error = event->of.ended.error;
    session->heats.maps = heats->maps;
    session->heats.probabilities = heats->probabilities;
    heats->maps = NULL;
    heats->probabilities = NULL;
}

static void heats_free(struct task *task)
{
    struct heats_task *heats = (struct heats_task *)task;
    free_maps(heats->maps, heats->samples.count);
    free(heats->probabilities);
    free(heats->rows);
    sr_model_unref(heats->model);
    sr_dataset_unref(heats->data);
    free(heats);
}

void sr_session_free_heats(struct sr_session *session)
{
    free_maps(session->heats.maps, session->heats.count);
    free(session->heats.probabilities);
    free(session->heats.rows);
    sr_model_unref(session->heats.model);
    sr_dataset_unref(session->heats.data);
    memset(&session->heats, 0, sizeof session->heats);
}

static uint32_t *copy_rows(const uint32_t *rows, size_t count)
{
    uint32_t *copy = sr_xalloc((count + 1) * sizeof *copy);
    memcpy(copy, rows, count * sizeof *copy);
    return copy;
}

enum sr_status sr_session_heats(struct sr_session *session, struct sr_entry *entry, enum sr_file file,
                                const uint32_t *rows, size_t count, const char *method, const char *layer,
                                int target, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_shape(session, entry->model, error);
    if (status) return status;
    if (!method) method = "";
    if (!layer) layer = "";
    bool same = session->heats.model == entry->model && session->heats.data == session->data &&
                session->heats.file == file && session->heats.count == count && session->heats.target == target &&
                !strncmp(session->heats.method, method, sizeof session->heats.method - 1) &&
                !strncmp(session->heats.layer, layer, sizeof session->heats.layer - 1) && !memcmp(session->heats.rows, rows, count * sizeof *rows);
    if (same && session->heats.ready) {
        *error = session->heats.error;
        return error->status;
    }
    if (!same || !session->heats.job) {
        if (session->heats.job) sr_jobs_stop(session->jobs, session->heats.job);
        sr_session_free_heats(session);
        struct heats_task *heats = sr_xalloc(sizeof *heats);
        heats->task = (struct task){heats_run, heats_finish, heats_free};
        heats->model = sr_model_ref(entry->model);
        heats->data = sr_dataset_ref(session->data);
        heats->pool = session->pool;
        heats->rows = copy_rows(rows, count);
        heats->samples = (struct sr_samples){&session->data->files[file], heats->rows, count};
        heats->target = target;
        strncat(heats->method, method, sizeof heats->method - 1);
        strncat(heats->layer, layer, sizeof heats->layer - 1);
        heats->maps = sr_xalloc((count + 1) * sizeof *heats->maps);
        heats->probabilities = sr_xalloc((count * (size_t)session->data->classes + 1) * sizeof(float));
        session->heats.model = sr_model_ref(entry->model);
        session->heats.data = sr_dataset_ref(session->data);
        session->heats.rows = copy_rows(rows, count);
        session->heats.file = file;
        session->heats.count = count;
        session->heats.target = target;
        strncat(session->heats.method, method, sizeof session->heats.method - 1);
        strncat(session->heats.layer, layer, sizeof session->heats.layer - 1);
        session->heats.job = sr_task_submit(session, SR_LANE_SHORT, &heats->task);
    }
    return sr_error_set(error, SR_PENDING, "%s is looking at %zu samples", entry->name, count);
}
