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
