#include "task.h"

static enum sr_status run_task(void *context, const struct sr_monitor *monitor,
                               struct sr_error *error)
{
    struct task *task = context;
    return task->run(task, monitor, error);
}

static void free_task(void *context)
{
    struct task *task = context;
    task->free(task);
}

uint32_t sr_task_submit(struct sr_session *session, enum sr_lane lane, struct task *task)
{
    return sr_jobs_submit(session->jobs, &(struct sr_work){lane, run_task, free_task, task});
}

struct sr_together task_together(const struct sr_session *session, const struct sr_dataset *data)
{
    struct sr_together together = {.ranks = session->ranks,
                                   .opening = session->data_how,
                                   .digest = data->digest,
                                   .images = &data->files[SR_FILE_TRAIN]};
    together.opening.path = data->path;
    return together;
}
