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
    return sr_jobs_submit(session->jobs,
                          &(struct sr_work){lane, run_task, free_task, task, task->beside});
}

struct sr_together task_together(const struct sr_session *session, struct sr_dataset *data)
{
    /* Others open the data as it is; labels and rows that are decided go with each fit. */
    const struct sr_dataset *opened = sr_dataset_opened(data);
    struct sr_together together = {.ranks = session->ranks,
                                   .opening = session->data_how,
                                   .digest = opened->digest,
                                   .files = opened->files};
    together.opening.path = opened->path;
    return together;
}
