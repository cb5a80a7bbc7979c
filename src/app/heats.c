/* heats.c - heat maps of many samples at once, for galleries. */
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
    char layer[32];
    int target;
    struct sr_heat *maps;
    float *probabilities;
    size_t first;              /* of the present region of the pool */
    struct sr_error *errors;   /* one a sample */
};

static void explain_one(void *context, size_t index, int worker)
{
    struct heats_task *heats = context;
    size_t at = heats->first + index;
    int target = heats->target, classes = heats->data->classes;
    const float *probabilities = heats->probabilities + at * (size_t)classes;
    (void)worker;
    if (target < 0) {
        target = 0;
        for (int c = 1; c < classes; c++)
            if (probabilities[c] > probabilities[target]) target = c;
    }
    sr_gradcam(heats->model, sr_samples_pixels(&heats->samples, at), heats->layer[0] ? heats->layer : NULL, target,
               &heats->maps[at], &heats->errors[at]);
}

static enum sr_status heats_run(struct task *task, const struct sr_monitor *monitor, struct sr_error *error)
{
    struct heats_task *heats = (struct heats_task *)task;
    size_t count = heats->samples.count, group = 4 * (size_t)sr_pool_threads(heats->pool);
    enum sr_status status =
        sr_model_predict(heats->model, &heats->samples, heats->pool, monitor, heats->probabilities, error);
    for (heats->first = 0; !status && heats->first < count; heats->first += group) {
        size_t here = count - heats->first < group ? count - heats->first : group;
        if (!sr_monitor_proceed(monitor)) return sr_error_set(error, SR_ERROR_CANCELLED, "the heat maps were stopped");
        sr_pool_run(heats->pool, here, explain_one, heats);
        for (size_t i = heats->first; !status && i < heats->first + here; i++)
            if (heats->errors[i].status) {
                *error = heats->errors[i];
                status = error->status;
            }
    }
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
    free(heats->errors);
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
                                const uint32_t *rows, size_t count, const char *layer, int target,
                                struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_shape(session, entry->model, error);
    if (status) return status;
    if (!layer) layer = "";
    bool same = session->heats.model == entry->model && session->heats.data == session->data &&
                session->heats.file == file && session->heats.count == count && session->heats.target == target &&
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
        strncat(heats->layer, layer, sizeof heats->layer - 1);
        heats->maps = sr_xalloc((count + 1) * sizeof *heats->maps);
        heats->errors = sr_xalloc((count + 1) * sizeof *heats->errors);
        heats->probabilities = sr_xalloc((count * (size_t)session->data->classes + 1) * sizeof(float));
        session->heats.model = sr_model_ref(entry->model);
        session->heats.data = sr_dataset_ref(session->data);
        session->heats.rows = copy_rows(rows, count);
        session->heats.file = file;
        session->heats.count = count;
        session->heats.target = target;
        strncat(session->heats.layer, layer, sizeof session->heats.layer - 1);
        session->heats.job = sr_task_submit(session, SR_LANE_SHORT, &heats->task);
    }
    return sr_error_set(error, SR_PENDING, "%s is looking at %zu samples", entry->name, count);
}
