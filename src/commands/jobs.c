/* jobs.c - jobs, wait, pause, resume, stop. */
#include "internal.h"

#include "sartor/app/elsewhere.h"
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
    .help = "List training jobs and their state, and trainings of other processes that keep models "
            "in the "
            "same folder.",
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

/* For people, behind the state: how far it is, where, and why it failed. */
static void show_more(struct sr_table *table, const struct sr_run *run, double share)
{
    struct sr_text text = {0};
    char left[32];
    if (run->state <= SR_JOB_PAUSED && isfinite(share)) {
        sr_text_printf(&text, "%.0f %%", 100 * share);
        if (run->error.status) sr_text_add(&text, " ");
    }
    if (run->elsewhere) {
        if (run->progress.seconds_left >= 0) {
            sr_format_left(left, sizeof left, run->progress.seconds_left);
            sr_text_printf(&text, ", %s left", left);
        }
        sr_text_printf(&text, "%sprocess %lld on %s", isfinite(share) ? ", " : "",
                       (long long)run->elsewhere->process, run->elsewhere->host);
    }
    if (run->error.status) sr_text_add(&text, run->error.text);
    sr_table_absent(table);
    sr_table_shown(table, "%s", sr_text_get(&text));
    sr_text_fini(&text);
}

static void list_job(struct sr_table *table, const struct sr_run *run)
{
    const struct sr_progress *progress = &run->progress;
    const double share = progress->total ? (double)progress->done / (double)progress->total : NAN;
    if (run->elsewhere)
        sr_table_absent(table);
    else
        sr_table_integer(table, run->job);
    sr_table_text(table, run->name);
    sr_table_text(table, run->class ? run->class->name : NULL);
    sr_table_text(table, state_names[run->state]);
    sr_table_integer(table, (int64_t)run->epochs);
    sr_table_number(table, share);
    if (run->error.status)
        sr_table_text(table, run->error.text);
    else
        sr_table_absent(table);
    if (run->elsewhere) {
        sr_table_number(table, progress->seconds_left >= 0 ? progress->seconds_left : NAN);
        sr_table_integer(table, run->elsewhere->process);
        sr_table_text(table, run->elsewhere->host);
    } else {
        for (int i = 0; i < 3; i++) sr_table_absent(table);
    }
    show_more(table, run, share);
}

/* Trainings of other processes that have ended are not listed. */
static bool is_listed(const struct sr_run *run)
{
    return !run->elsewhere || run->state < SR_JOB_DONE;
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
                                               {.key = "seconds_left"},
                                               {.key = "process"},
                                               {.key = "host"},
                                               {.label = "", .left = true},
                                               {0}};
    size_t count = 0;
    sr_session_look_elsewhere(session);
    for (size_t i = 0; i < session->run_count; i++) count += is_listed(session->runs[i]);
    if (!count) sr_reply_say(reply, "No job yet; train starts one.");
    struct sr_table *table = count ? sr_reply_rows(reply, NULL, columns) : NULL;
    if (table) table->headless = true;
    for (size_t i = 0; i < session->run_count; i++)
        if (is_listed(session->runs[i])) list_job(table, session->runs[i]);
    return SR_OK;
}

SR_RUN(wait_run)
{
    SR_UNUSED;
    const struct sr_run *run = arg_job(args, "job");
    if (run && run->elsewhere && run->state < SR_JOB_DONE)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s is trained by another process, process %lld on %s; wait is for "
                            "jobs of this one",
                            run->name, (long long)run->elsewhere->process, run->elsewhere->host);
    if (!run)
        reply->wait = SR_EVERY_JOB;
    else if (run->state < SR_JOB_DONE)
        reply->wait = run->job;
    return SR_OK;
}

/* What can be done to a job, by this process and by the one that it is of. */
static const struct action {
    const char *name;
    void (*change)(struct sr_jobs *jobs, uint32_t job);
} pausing = {"pause", sr_jobs_pause}, resuming = {"resume", sr_jobs_resume},
  stopping = {"stop", sr_jobs_stop};

static enum sr_status act_elsewhere(struct sr_session *session, const struct sr_run *run,
                                    struct sr_reply *reply, const struct action *action,
                                    struct sr_error *error)
{
    enum sr_status status = sr_session_ask_elsewhere(session, run, action->name, error);
    if (!status)
        sr_reply_say(reply, "%s: process %lld on %s is asked to %s it", run->name,
                     (long long)run->elsewhere->process, run->elsewhere->host, action->name);
    return status;
}

static enum sr_status act(struct sr_session *session, const struct sr_args *args,
                          struct sr_reply *reply, const struct action *action, const char *said,
                          struct sr_error *error)
{
    struct sr_run *run = arg_job(args, "job");
    if (run->elsewhere) return act_elsewhere(session, run, reply, action, error);
    if (run->state >= SR_JOB_DONE)
        return sr_error_set(error, SR_ERROR_STATE, "job %u (%s) has ended already", run->job,
                            run->name);
    action->change(session->jobs, run->job);
    run->held = false;
    run->state = sr_jobs_state(session->jobs, run->job);
    sr_reply_say(reply, "%s: %s", run->name, said);
    if (action == &stopping) reply->wait = run->job;
    return SR_OK;
}

SR_RUN(pause_run)
{
    SR_UNUSED;
    if (arg_job(args, "job")->state == SR_JOB_PAUSED && session->interactive)
        return act(session, args, reply, &resuming, "goes on", error);
    return act(session, args, reply, &pausing, "paused", error);
}

SR_RUN(resume_run)
{
    SR_UNUSED;
    return act(session, args, reply, &resuming, "goes on", error);
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
    return act(session, args, reply, &stopping,
               run->class && run->class->epochs ? "stopping; the last finished epoch is kept"
                                                : "stopping",
               error);
}
