/* jobs.c - jobs, wait, pause, resume, stop. */
#include "internal.h"

#include "sartor/panes/pane.h"

#include <math.h>
#include <string.h>

#define JOB_PARAMS                                                                                 \
    (const struct sr_param[])                                                                      \
    {                                                                                              \
        {"job", SR_PARAM_JOB, .positional = true, .current = true,                                 \
         .help =                                                                                   \
             "Its number or model (default: the one shown in Train, else the one that runs)."},    \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

SR_RUN(jobs_run);
SR_RUN(wait_run);
SR_RUN(pause_run);
SR_RUN(resume_run);
SR_RUN(stop_run);

const struct sr_command sr_command_jobs = {
    .name = "jobs",
    .group = "train",
    .help = "List training jobs and their state.",
    .run = jobs_run,
};

const struct sr_command sr_command_wait = {
    .name = "wait",
    .group = "train",
    .help = "In batch: wait for a job, or for all, to end.",
    .params = (const struct sr_param[]){{"job", SR_PARAM_JOB, .positional = true,
                                         .help = "Its number or model (default: all)."},
                                        {0}},
    .run = wait_run,
};

const struct sr_command sr_command_pause = {
    .name = "pause",
    .group = "train",
    .help = "Pause a training job; in the explorer, again to continue it.",
    .params = JOB_PARAMS,
    .run = pause_run,
};

const struct sr_command sr_command_resume = {
    .name = "resume",
    .group = "train",
    .help = "Continue a paused job.",
    .params = JOB_PARAMS,
    .run = resume_run,
};

const struct sr_command sr_command_stop = {
    .name = "stop",
    .group = "train",
    .help = "Stop a job; its last finished epoch becomes the model (not of an SVM, which needs all "
            "of its pairs).",
    .params = JOB_PARAMS,
    .run = stop_run,
};

static const char *const state_names[] = {"queued", "running", "paused",
                                          "done",   "failed",  "stopped"};

static void list_job(struct sr_table *table, const struct sr_run *run)
{
    const struct sr_progress *progress = &run->progress;
    const double share = progress->total ? (double)progress->done / (double)progress->total : NAN;
    const bool going = run->state <= SR_JOB_PAUSED && progress->total;
    const char *error = run->error.status ? run->error.text : "";
    sr_table_integer(table, run->job);
    sr_table_text(table, run->name);
    sr_table_text(table, run->class ? run->class->name : NULL);
    sr_table_text(table, state_names[run->state]);
    sr_table_integer(table, (int64_t)run->epochs);
    sr_table_number(table, share);
    if (*error)
        sr_table_text(table, error);
    else
        sr_table_absent(table);
    sr_table_absent(table);
    if (going)
        sr_table_shown(table, "%.0f %%%s%s", 100 * share, *error ? " " : "", error);
    else
        sr_table_shown(table, "%s", error);
}

SR_RUN(jobs_run)
{
    SR_UNUSED;
    static const struct sr_column columns[] = {{"job", "job", .width = 3},
                                               {"model", "model", .left = true, .width = 14},
                                               {.key = "family"},
                                               {"state", "state", .left = true, .width = 8},
                                               {.key = "epochs"},
                                               {.key = "progress"},
                                               {.key = "error"},
                                               {.label = "", .left = true},
                                               {0}};
    if (!session->run_count) sr_reply_say(reply, "No job yet; train starts one.");
    struct sr_table *table = session->run_count ? sr_reply_rows(reply, NULL, columns) : NULL;
    if (table) table->headless = true;
    for (size_t i = 0; i < session->run_count; i++) list_job(table, session->runs[i]);
    return SR_OK;
}

SR_RUN(wait_run)
{
    SR_UNUSED;
    const struct sr_run *run = arg_job(args, "job");
    if (!run)
        reply->wait = SR_EVERY_JOB;
    else if (run->state < SR_JOB_DONE)
        reply->wait = run->job;
    return SR_OK;
}

static enum sr_status act(struct sr_session *session, const struct sr_args *args,
                          struct sr_reply *reply, void (*change)(struct sr_jobs *, uint32_t),
                          const char *said, struct sr_error *error)
{
    struct sr_run *run = arg_job(args, "job");
    if (run->state >= SR_JOB_DONE)
        return sr_error_set(error, SR_ERROR_STATE, "job %u (%s) has ended already", run->job,
                            run->name);
    change(session->jobs, run->job);
    run->state = sr_jobs_state(session->jobs, run->job);
    sr_reply_say(reply, "%s: %s", run->name, said);
    if (change == sr_jobs_stop) reply->wait = run->job;
    return SR_OK;
}

SR_RUN(pause_run)
{
    SR_UNUSED;
    if (arg_job(args, "job")->state == SR_JOB_PAUSED && session->interactive)
        return act(session, args, reply, sr_jobs_resume, "goes on", error);
    return act(session, args, reply, sr_jobs_pause, "paused", error);
}

SR_RUN(resume_run)
{
    SR_UNUSED;
    return act(session, args, reply, sr_jobs_resume, "goes on", error);
}

SR_RUN(stop_run)
{
    SR_UNUSED;
    const struct sr_run *run = arg_job(args, "job");
    enum sr_status status = SR_OK;
    if (run->state < SR_JOB_DONE && run->epochs)
        status = sr_queue_ask(session, item, "ask_stop", error,
                              "Stop %s? Its %zu finished epoch%s kept.", run->name, run->epochs,
                              run->epochs == 1 ? " is" : "s are");
    else if (run->state < SR_JOB_DONE)
        status = sr_queue_ask(session, item, "ask_stop", error, "Stop %s?", run->name);
    if (status) return status;
    return act(session, args, reply, sr_jobs_stop,
               run->class && run->class->epochs ? "stopping; the last finished epoch is kept"
                                                : "stopping",
               error);
}
