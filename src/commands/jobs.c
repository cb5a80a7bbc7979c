/* jobs.c - jobs, wait, pause, resume, stop. */
#include "internal.h"

#include "sartor/panes/pane.h"

#include <math.h>
#include <string.h>

static const char *const state_names[] = {"queued", "running", "paused",
                                          "done",   "failed",  "stopped"};

SR_RUN(jobs_run)
{
    SR_UNUSED;
    if (!session->run_count && !reply->json)
        sr_text_add(&reply->text, "No job yet; train starts one.\n");
    for (size_t i = 0; i < session->run_count; i++) {
        const struct sr_run *run = session->runs[i];
        const struct sr_progress *progress = &run->progress;
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_integer(object, "job", run->job);
            sr_json_set_text(object, "model", run->name);
            sr_json_set_text(object, "family", run->class->name);
            sr_json_set_text(object, "state", state_names[run->state]);
            sr_json_set_integer(object, "epochs", (int64_t)run->epochs);
            sr_json_set_number(object, "progress",
                               progress->total ? (double)progress->done / (double)progress->total
                                               : NAN);
            if (run->error.status) sr_json_set_text(object, "error", run->error.text);
            sr_reply_add(reply, object);
            continue;
        }
        sr_text_printf(&reply->text, "%3u %-14s %-8s", run->job, run->name,
                       state_names[run->state]);
        if (run->state <= SR_JOB_PAUSED && progress->total)
            sr_text_printf(&reply->text, " %.0f %%",
                           100.0 * (double)progress->done / (double)progress->total);
        if (run->error.status) sr_text_printf(&reply->text, " %s", run->error.text);
        sr_text_add(&reply->text, "\n");
    }
    return SR_OK;
}

const struct sr_command sr_command_jobs = {
    .name = "jobs",
    .group = "train",
    .help = "List training jobs and their state.",
    .run = jobs_run,
};

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

const struct sr_command sr_command_wait = {
    .name = "wait",
    .group = "train",
    .help = "In batch: wait for a job, or for all, to end.",
    .params = (const struct sr_param[]){{"job", SR_PARAM_JOB, .positional = true,
                                         .help = "Its number or model (default: all)."},
                                        {0}},
    .run = wait_run,
};

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
    if (!reply->json) sr_text_printf(&reply->text, "%s: %s\n", run->name, said);
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
    return act(session, args, reply, sr_jobs_stop, "stopping; the last finished epoch is kept",
               error);
}

const struct sr_command sr_command_pause = {
    .name = "pause",
    .group = "train",
    .help = "Pause a training job (in the explorer, again to go on).",
    .params = JOB_PARAMS,
    .run = pause_run,
};
const struct sr_command sr_command_resume = {
    .name = "resume",
    .group = "train",
    .help = "Let a paused job go on.",
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
