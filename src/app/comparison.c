/* comparison.c - can the models be told apart: every pair tested in the background. */
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "task.h"

/* Predictions of one split are of the same samples: rows and labels are kept once. */
struct comparison_task {
    struct task task;
    struct sr_comparison *comparison;
    size_t samples;
    uint32_t *rows;
    uint8_t *labels; /* truth, then what each model said */
};

static void free_comparison(struct sr_comparison *comparison)
{
    if (!comparison) return;
    free(comparison->entries);
    free(comparison->pairs);
    free(comparison);
}

static enum sr_status comparison_run(struct task *task, const struct sr_monitor *monitor,
                                     struct sr_error *error)
{
    (void)monitor;
    struct comparison_task *work = (struct comparison_task *)task;
    struct sr_comparison *comparison = work->comparison;
    struct sr_predictions *copies = sr_xalloc(comparison->count * sizeof *copies);
    const struct sr_predictions **all = sr_xalloc(comparison->count * sizeof *all);
    for (size_t i = 0; i < comparison->count; i++) {
        copies[i] = (struct sr_predictions){.count = work->samples,
                                            .rows = work->rows,
                                            .truth = work->labels,
                                            .predicted = work->labels + (i + 1) * work->samples};
        all[i] = &copies[i];
    }
    comparison->pairs = sr_pairs(all, comparison->count, &comparison->pair_count, error);
    free(all);
    free(copies);
    return comparison->pairs ? SR_OK : error->status;
}

static void comparison_finish(struct sr_session *session, struct task *task,
                              const struct sr_event *event)
{
    struct comparison_task *work = (struct comparison_task *)task;
    if (session->comparison_job != event->job) return; /* predictions have come or gone since */
    session->comparison_job = 0;
    if (event->of.ended.state != SR_JOB_DONE) return;
    free_comparison(session->comparison);
    session->comparison = work->comparison;
    work->comparison = NULL;
}

static void comparison_free(struct task *task)
{
    struct comparison_task *work = (struct comparison_task *)task;
    free_comparison(work->comparison);
    free(work->rows);
    free(work->labels);
    free(work);
}

void sr_session_forget_comparison(struct sr_session *session)
{
    if (session->comparison_job && session->jobs)
        sr_jobs_stop(session->jobs, session->comparison_job);
    session->comparison_job = 0;
    free_comparison(session->comparison);
    session->comparison = NULL;
}

static void submit(struct sr_session *session, enum sr_split_name split, size_t count)
{
    struct comparison_task *work = sr_xalloc(sizeof *work);
    struct sr_comparison *comparison = work->comparison = sr_xalloc(sizeof *comparison);
    work->task = (struct task){comparison_run, comparison_finish, comparison_free};
    comparison->split = split;
    comparison->entries = sr_xalloc(count * sizeof *comparison->entries);
    for (size_t i = 0; i < session->entry_count; i++) {
        const struct sr_predictions *ready = session->entries[i]->splits[split].ready;
        if (!ready) continue;
        if (!comparison->count) {
            work->samples = ready->count;
            work->rows = sr_xalloc(ready->count * sizeof *work->rows);
            work->labels = sr_xalloc((count + 1) * ready->count);
            memcpy(work->rows, ready->rows, ready->count * sizeof *work->rows);
            memcpy(work->labels, ready->truth, ready->count);
        }
        memcpy(work->labels + (comparison->count + 1) * work->samples, ready->predicted,
               work->samples);
        comparison->entries[comparison->count++] = session->entries[i];
    }
    session->comparison_split = split;
    session->comparison_job = sr_task_submit(session, SR_LANE_SHORT, &work->task);
}

enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **result, struct sr_error *error)
{
    size_t count = 0;
    *result = NULL;
    for (size_t i = 0; i < session->entry_count; i++)
        count += session->entries[i]->splits[split].ready != NULL;
    if (count < 2)
        return sr_error_set(error, SR_ERROR_STATE,
                            "fewer than two models have been judged on the %s split",
                            sr_split_names[split]);
    if (session->comparison && session->comparison->split == split) {
        *result = session->comparison;
        return SR_OK;
    }
    if (session->comparison_job && session->comparison_split != split)
        sr_session_forget_comparison(session);
    if (!session->comparison_job) submit(session, split, count);
    return sr_error_set(error, SR_PENDING, "the models are being tested against each other");
}
