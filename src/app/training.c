/* training.c - training jobs and what is kept of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

struct train_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_split split;
    struct sr_args *params;
    struct sr_pool *pool;
    char *home; /* as it was when the training began */
    struct sr_jobs *jobs;
    char *checkpoint;
    bool resume;
    struct sr_error save_error;
};

static enum sr_status train_run(struct task *task, const struct sr_monitor *monitor,
                                struct sr_error *error)
{
    struct train_task *train = (struct train_task *)task;
    struct sr_fit fit = {
        .params = train->params,
        .shape = train->model->shape,
        .train = sr_split_samples(train->data, &train->split, SR_SPLIT_TRAIN),
        .validation = sr_split_samples(train->data, &train->split, SR_SPLIT_VALIDATION),
        .seed = train->model->seed,
        .pool = train->pool,
        .monitor = monitor,
        .checkpoint = train->checkpoint,
        .resume = train->resume,
    };
    enum sr_status status = sr_model_fit(train->model, &fit, error);
    if (status) return status;
    /* Half a training that ends only because the program does takes no whole model's place; its
     * checkpoint is there to go on from. */
    char *path = sr_store_path(train->home, train->model->name);
    bool lost = train->model->stopped && sr_jobs_closing(train->jobs) && sr_path_exists(path);
    free(path);
    /* A model that cannot be written is still a model: the session keeps it and says so. */
    if (!lost) sr_store_save(train->home, train->model, &train->save_error);
    return SR_OK;
}

static void train_finish(struct sr_session *session, struct task *task,
                         const struct sr_event *event)
{
    struct train_task *train = (struct train_task *)task;
    struct sr_run *run = sr_session_run(session, event->job);
    if (run->state != SR_JOB_DONE) {
        sr_session_message(session, run->state == SR_JOB_FAILED, "%s: %s", run->name,
                           run->error.text);
        return;
    }
    run->error = train->save_error;
    run->stopped = train->model->stopped;
    run->parameters = run->class->size(train->model->state);
    char *path = train->save_error.status ? NULL : sr_store_path(train->home, run->name);
    /* Where models are kept elsewhere by now, this one is not among them. */
    if (!strcmp(train->home, session->home))
        sr_session_adopt(session, train->model, path);
    else if (!path)
        sr_session_adopt_elsewhere(session, train->model, train->home);
    free(path);
    char seconds[32];
    sr_format_seconds(seconds, sizeof seconds, run->seconds);
    if (run->error.status)
        sr_session_message(session, true, "%s is trained but only in memory: %s", run->name,
                           run->error.text);
    else
        sr_session_message(session, false, "%s is trained%s (%s)", run->name,
                           run->stopped ? " as far as it was" : "", seconds);
}

static void train_free(struct task *task)
{
    struct train_task *train = (struct train_task *)task;
    sr_model_unref(train->model);
    sr_dataset_unref(train->data);
    sr_split_fini(&train->split);
    sr_args_free(train->params);
    free(train->home);
    free(train->checkpoint);
    free(train);
}

/* A checkpoint is a convenience: without a place for it, training goes on. */
static char *checkpoint_path(const struct sr_session *session, const char *name)
{
    struct sr_error ignored;
    char *folder = sr_path_join(session->home, "checkpoints"), *path = NULL;
    if (!sr_directory_make(folder, &ignored)) path = sr_xprintf("%s/%s.safetensors", folder, name);
    free(folder);
    return path;
}

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

enum sr_status sr_session_train(struct sr_session *session, const struct sr_model_class *class,
                                const char *name, struct sr_args *params, bool resume,
                                uint64_t seed, uint64_t limit, uint32_t *job,
                                struct sr_error *error)
{
    struct train_task *train = sr_xalloc(sizeof *train);
    train->task = (struct task){train_run, train_finish, train_free};
    train->params = params;
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_store_check_name(name, error);
    for (size_t i = 0; !status && i < session->run_count; i++)
        if (!strcmp(session->runs[i]->name, name) && session->runs[i]->state < SR_JOB_DONE)
            status =
                sr_error_set(error, SR_ERROR_STATE,
                             "%s is being trained already; stop it, or give another name=", name);
    if (!status)
        status = sr_split_make(&train->split, session->data, session->split.fraction,
                               session->split.seed, limit, error);
    if (!status && class->check) {
        const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
        struct sr_model_shape shape = {images->shape, session->data->classes};
        status = class->check(params, &shape, train->split.counts[SR_SPLIT_TRAIN], error);
    }
    if (status) {
        train_free(&train->task);
        return status;
    }
    const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
    struct sr_model *model = train->model = sr_model_new(class, name);
    model->shape = (struct sr_model_shape){images->shape, session->data->classes};
    model->seed = seed;
    model->split_seed = session->split.seed;
    model->validation = session->split.fraction;
    model->limit = limit;
    snprintf(model->digest, sizeof model->digest, "%s", session->data->digest);
    train->data = sr_dataset_ref(session->data);
    train->pool = session->pool;
    train->home = sr_xstrdup(session->home);
    train->jobs = session->jobs;
    train->checkpoint = checkpoint_path(session, name);
    train->resume = resume;

    struct sr_run *run = sr_session_add_run(session, class, name);
    run->params = sr_args_copy(params);
    run->seed = seed;
    *job = run->job = sr_task_submit(session, SR_LANE_LONG, &train->task);
    return SR_OK;
}

struct sr_run *sr_session_run(struct sr_session *session, uint32_t job)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (session->runs[i]->job == job) return session->runs[i];
    return NULL;
}

struct sr_run *sr_session_active_run(struct sr_session *session)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (session->runs[i]->state == SR_JOB_RUNNING || session->runs[i]->state == SR_JOB_PAUSED)
            return session->runs[i];
    return NULL;
}

/* The mean of what came since the last point, from the epoch's running mean then and now. */
static double since(double now, double count, double before, double count_before)
{
    double mean = count_before > 0 && isfinite(before)
                      ? (now * count - before * count_before) / (count - count_before)
                      : now;
    return fmax(mean, 0);
}

/* Keep what a run says between epochs. */
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
        double before =
            run->traced && last->epoch == progress->epoch ? (double)last->done - begun : 0;
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
    if (event->type == SR_EVENT_PROGRESS) {
        run->progress = event->of.progress;
        trace(run, &run->progress);
    }
    if (event->type == SR_EVENT_EPOCH) {
        sr_xgrow(&run->history, &run->room, run->epochs + 1, sizeof *run->history);
        run->history[run->epochs++] = event->of.epoch;
    }
}

void sr_session_free_runs(struct sr_session *session)
{
    for (size_t i = 0; i < session->run_count; i++) {
        sr_args_free(session->runs[i]->params);
        free(session->runs[i]->history);
        free(session->runs[i]->trace);
        free(session->runs[i]);
    }
    free(session->runs);
}
