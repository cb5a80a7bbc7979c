/* closeup.c - one sample looked at closely: every model's word on it, and its nearest neighbours.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/explanations.h"
#include "sartor/base/memory.h"
#include "task.h"

struct closeup_task {
    struct task task;
    struct sr_dataset *data;
    struct sr_model *models[SR_VERDICTS_MAX];
    struct sr_model *neighbours; /* the k-NN model to ask, NULL for pixels */
    struct sr_closeup *closeup;
};

static void free_closeup(struct sr_closeup *closeup)
{
    if (!closeup) return;
    for (size_t i = 0; i < closeup->verdicts; i++) free(closeup->verdict[i].probabilities);
    free(closeup);
}

/* Squared distance, exact; stops counting past `limit`. */
static uint64_t distance(const uint8_t *a, const uint8_t *b, size_t count, uint64_t limit)
{
    uint64_t sum = 0;
    for (size_t begin = 0; begin < count && sum < limit; begin += 128) {
        size_t end = begin + 128 < count ? begin + 128 : count;
        uint32_t part = 0;
        for (size_t i = begin; i < end; i++) {
            int difference = (int)a[i] - (int)b[i];
            part += (uint32_t)(difference * difference);
        }
        sum += part;
    }
    return sum;
}

/* Rows of the train file by distance between pixels; the sample itself is left out. */
static void nearest_pixels(struct sr_closeup *closeup, const struct sr_dataset *data,
                           const struct sr_monitor *monitor)
{
    const struct sr_images *train = &data->files[SR_FILE_TRAIN], *own = &data->files[closeup->file];
    size_t size = (size_t)train->shape.height * (size_t)train->shape.width, kept = 0;
    const uint8_t *pixels = own->pixels + closeup->row * size;
    uint64_t far[SR_CLOSEUP_NEAREST];
    for (size_t row = 0; row < train->count; row++) {
        if (row % 4096 == 0 && !sr_monitor_proceed(monitor)) return;
        if (closeup->file == SR_FILE_TRAIN && row == closeup->row) continue;
        uint64_t limit = kept < SR_CLOSEUP_NEAREST ? UINT64_MAX : far[kept - 1];
        uint64_t here = distance(pixels, train->pixels + row * size, size, limit);
        if (here >= limit) continue;
        size_t at = kept < SR_CLOSEUP_NEAREST ? kept++ : kept - 1;
        for (; at > 0 && far[at - 1] > here; at--) {
            far[at] = far[at - 1];
            closeup->rows[at] = closeup->rows[at - 1];
        }
        far[at] = here;
        closeup->rows[at] = (uint32_t)row;
    }
    for (size_t i = 0; i < kept; i++) closeup->distances[i] = sqrt((double)far[i]) / 255;
    closeup->nearest = kept;
}

static void nearest_by_model(struct sr_closeup *closeup, const struct sr_dataset *data,
                             const struct sr_model *model)
{
    const struct sr_images *own = &data->files[closeup->file];
    const uint8_t *pixels =
        own->pixels + (size_t)closeup->row * (size_t)own->shape.height * (size_t)own->shape.width;
    struct sr_nearest nearest;
    if (sr_nearest_of(data, model, pixels, SR_NEAREST_MAX, &nearest, NULL)) return;
    for (size_t i = 0; i < nearest.count && closeup->nearest < SR_CLOSEUP_NEAREST; i++) {
        if (closeup->file == SR_FILE_TRAIN && nearest.rows[i] == closeup->row) continue;
        closeup->rows[closeup->nearest] = nearest.rows[i];
        closeup->distances[closeup->nearest++] = nearest.distances[i];
    }
    snprintf(closeup->by, sizeof closeup->by, "%s", model->name);
}

static enum sr_status closeup_run(struct task *task, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    struct closeup_task *look = (struct closeup_task *)task;
    struct sr_closeup *closeup = look->closeup;
    struct sr_samples one = {&look->data->files[closeup->file], &closeup->row, 1};
    if (look->neighbours) nearest_by_model(closeup, look->data, look->neighbours);
    if (!closeup->nearest) nearest_pixels(closeup, look->data, monitor);
    for (size_t i = 0; i < closeup->verdicts; i++) {
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "another sample is looked at");
        float *probabilities = sr_xalloc((size_t)look->data->classes * sizeof *probabilities);
        if (sr_model_predict(look->models[i], &one, NULL, monitor, probabilities, error))
            free(probabilities);
        else
            closeup->verdict[i].probabilities = probabilities;
    }
    return SR_OK;
}

static void closeup_finish(struct sr_session *session, struct task *task,
                           const struct sr_event *event)
{
    struct closeup_task *look = (struct closeup_task *)task;
    if (session->closeup_job != event->job) return; /* another sample has been asked for */
    session->closeup_job = 0;
    free_closeup(session->closeup);
    session->closeup = look->closeup;
    look->closeup = NULL;
}

static void closeup_free(struct task *task)
{
    struct closeup_task *look = (struct closeup_task *)task;
    for (int i = 0; i < SR_VERDICTS_MAX; i++) sr_model_unref(look->models[i]);
    sr_model_unref(look->neighbours);
    sr_dataset_unref(look->data);
    free_closeup(look->closeup);
    free(look);
}

void sr_session_forget_closeup(struct sr_session *session)
{
    if (session->closeup_job && session->jobs) sr_jobs_stop(session->jobs, session->closeup_job);
    session->closeup_job = 0;
    free_closeup(session->closeup);
    session->closeup = NULL;
}

/* Models that can be asked now; those that are still in their files are called for. */
static size_t ready_models(struct sr_session *session, struct sr_entry **ready)
{
    const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
    size_t count = 0;
    for (size_t i = 0; i < session->entry_count && count < SR_VERDICTS_MAX; i++) {
        struct sr_entry *entry = session->entries[i];
        struct sr_error ignored;
        if (sr_session_model(session, entry->name, &entry, &ignored)) continue;
        if (sr_model_check_shape(entry->model, images->shape, session->data->classes, &ignored))
            continue;
        ready[count++] = entry;
    }
    return count;
}

enum sr_status sr_session_closeup(struct sr_session *session, enum sr_file file, uint32_t row,
                                  const struct sr_closeup **result, struct sr_error *error)
{
    *result = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    struct sr_entry *ready[SR_VERDICTS_MAX];
    size_t count = ready_models(session, ready);
    struct sr_closeup *have = session->closeup;
    if (have && have->file == file && have->row == row) {
        *result = have;
        bool same = have->verdicts == count;
        for (size_t i = 0; same && i < count; i++)
            same = !strcmp(have->verdict[i].model, ready[i]->name);
        if (same) return SR_OK;
    }
    bool asked = session->closeup_job && session->closeup_file == file &&
                 session->closeup_row == row && session->closeup_models == count;
    if (!asked) {
        if (session->closeup_job) sr_jobs_stop(session->jobs, session->closeup_job);
        struct closeup_task *look = sr_xalloc(sizeof *look);
        look->task = (struct task){closeup_run, closeup_finish, closeup_free};
        look->data = sr_dataset_ref(session->data);
        look->closeup = sr_xalloc(sizeof *look->closeup);
        look->closeup->file = file;
        look->closeup->row = row;
        look->closeup->verdicts = count;
        for (size_t i = 0; i < count; i++) {
            const struct sr_model *model = ready[i]->model;
            snprintf(look->closeup->verdict[i].model, sizeof look->closeup->verdict[i].model, "%s",
                     ready[i]->name);
            look->models[i] = sr_model_ref(ready[i]->model);
            if (!look->neighbours && model->class->nearest && model->class->all_nearest &&
                !strcmp(model->digest, session->data->digest))
                look->neighbours = sr_model_ref(ready[i]->model);
        }
        session->closeup_file = file;
        session->closeup_row = row;
        session->closeup_models = count;
        session->closeup_job = sr_task_submit(session, SR_LANE_SHORT, &look->task);
    }
    return sr_error_set(error, SR_PENDING, "%s:%u is looked at", sr_file_names[file], row);
}
