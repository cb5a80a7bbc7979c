#include "sartor/app/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/app/session.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "task.h"

struct sr_run *sr_session_add_run(struct sr_session *session, const struct sr_model_class *class,
                                  const char *name)
{
    struct sr_run *run = sr_xalloc(sizeof *run);
    run->class = class;
    run->started = sr_clock_seconds();
    snprintf(run->name, sizeof run->name, "%s", name);
    sr_xgrow(&session->runs, &session->run_room, session->run_count + 1, sizeof *session->runs);
    session->runs[session->run_count++] = run;
    return run;
}

struct sr_run *sr_session_run(struct sr_session *session, uint32_t job)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (session->runs[i]->job == job) return session->runs[i];
    return NULL;
}

bool sr_run_pending(const struct sr_run *run)
{
    return !run->elsewhere && run->state < SR_JOB_DONE;
}

struct sr_run *sr_session_active_run(struct sr_session *session)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (sr_run_pending(session->runs[i]) && session->runs[i]->state != SR_JOB_QUEUED)
            return session->runs[i];
    return NULL;
}

/* The mean since the last point, from the running means of the epoch then and now. */
static double since(double now, double count, double before, double count_before)
{
    double mean = count_before > 0 && isfinite(before)
                      ? (now * count - before * count_before) / (count - count_before)
                      : now;
    return fmax(mean, 0);
}

/* Add a point to the run's trace when there is something new. */
static void trace(struct sr_run *run, const struct sr_progress *progress)
{
    const struct sr_progress *last = &run->trace_last;
    if (!isfinite(progress->loss) && !isfinite(progress->accuracy)) return;
    if (!run->trace) run->trace = sr_xalloc(SR_TRACE_MAX * sizeof *run->trace);
    double moved = (double)progress->done - (double)last->done;
    if (moved <= 0 || moved < run->trace_step) return;
    struct sr_trace_point point = {(double)progress->done, progress->loss, progress->accuracy};
    if (progress->epochs > 0 && progress->total > 0) {
        double length = (double)progress->total / progress->epochs,
               begun = (progress->epoch - 1) * length;
        double count = (double)progress->done - begun;
        double before = (double)last->done - begun; /* 0 or less when it was in another epoch */
        point.at /= length;
        if (count > before) {
            point.loss = since(progress->loss, count, last->loss, before);
            point.accuracy = fmin(since(progress->accuracy, count, last->accuracy, before), 1);
        }
    }
    if (run->traced == SR_TRACE_MAX) {
        for (size_t i = 0; i < SR_TRACE_MAX / 2; i++) {
            const struct sr_trace_point *a = &run->trace[2 * i], *b = a + 1;
            run->trace[i] = (struct sr_trace_point){b->at, (a->loss + b->loss) / 2,
                                                    (a->accuracy + b->accuracy) / 2};
        }
        run->traced = SR_TRACE_MAX / 2;
        run->trace_step = 2 * fmax(run->trace_step, (double)progress->done / SR_TRACE_MAX);
    }
    run->trace[run->traced++] = point;
    run->trace_last = *progress;
}

void run_progress(struct sr_run *run, const struct sr_progress *progress)
{
    run->progress = *progress;
    trace(run, progress);
}

void sr_session_run_event(struct sr_session *session, const struct sr_event *event)
{
    struct sr_run *run = sr_session_run(session, event->job);
    if (!run) return;
    if (event->type != SR_EVENT_ENDED) {
        run->state = sr_jobs_state(session->jobs, event->job);
    } else {
        run->state = event->of.ended.state;
        run->seconds = event->of.ended.seconds;
        run->error = event->of.ended.error;
    }
    if (event->type == SR_EVENT_STARTED) run->started = sr_clock_seconds();
    if (event->type == SR_EVENT_PROGRESS) run_progress(run, &event->of.progress);
    if (event->type == SR_EVENT_EPOCH) {
        sr_xgrow(&run->history, &run->room, run->epochs + 1, sizeof *run->history);
        run->history[run->epochs++] = event->of.epoch;
    }
}

void sr_session_free_runs(struct sr_session *session)
{
    for (size_t i = 0; i < session->run_count; i++) {
        sr_args_free(session->runs[i]->params);
        free(session->runs[i]->home);
        free(session->runs[i]->elsewhere);
        free(session->runs[i]->history);
        free(session->runs[i]->trace);
        free(session->runs[i]);
    }
    free(session->runs);
}
