/* training.c - training a model. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "resume.h"
#include "sartor/app/checkpoints.h"
#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "sartor/models/store.h"
#include "sartor/models/together.h"
#include "sartor/models/trust.h"
#include "task.h"

struct train_task {
    struct task task;
    struct sr_model *model;
    struct sr_dataset *data;
    struct sr_split split;
    struct sr_args *params;
    struct sr_pool *pool;
    struct sr_together together; /* its ranks are NULL where this process is alone */
    bool separate;               /* one of the processes trains it, this or another */
    const struct sr_monitor *outer;
    int last_epoch; /* that has been reported */
    char *home;     /* when the training began */
    struct sr_jobs *jobs;
    char *checkpoint, *about;
    int claim; /* of the name */
    bool resume;
    struct sr_error save_error;
};

static void on_progress(void *owner, const struct sr_progress *progress)
{
    sr_monitor_progress(((struct train_task *)owner)->outer, progress);
}

/* A training that goes on elsewhere reports its epochs again. */
static void on_epoch(void *owner, const struct sr_epoch *epoch)
{
    struct train_task *train = owner;
    if (epoch->epoch <= train->last_epoch) return;
    train->last_epoch = epoch->epoch;
    sr_monitor_epoch(train->outer, epoch);
}

static bool on_proceed(void *owner)
{
    return sr_monitor_proceed(((struct train_task *)owner)->outer);
}

/* Wait for a process that has nothing to do; 0 is this one. -1 when the monitor asks to end. */
static int wait_for_rank(struct sr_ranks *ranks, const struct sr_monitor *monitor)
{
    struct sr_turns turns = {0};
    int rank;
    while ((rank = sr_ranks_take(ranks, 0)) < 0) {
        if (!sr_monitor_proceed(monitor)) return -1;
        sr_ranks_turn(ranks, &turns);
    }
    return rank;
}

/* One of the processes trains it. One that ends before its time is replaced by the next. */
static enum sr_status fit_somewhere(struct train_task *train, struct sr_fit *fit,
                                    struct sr_error *error)
{
    const struct sr_monitor monitor = {train, on_progress, on_epoch, on_proceed};
    const struct sr_together *together = fit->together;
    struct sr_ranks *ranks = together->ranks;
    train->outer = fit->monitor;
    fit->monitor = &monitor;
    for (;;) {
        const int rank = wait_for_rank(ranks, &monitor);
        if (rank < 0) return sr_stopped(error);
        fit->together = rank ? together : NULL;
        const enum sr_status status = rank ? sr_together_train(train->model, fit, rank, error)
                                           : sr_model_fit(train->model, fit, error);
        const bool lost = rank && sr_ranks_lost(ranks, rank);
        sr_ranks_give(ranks, rank);
        if (!status || !lost || sr_ranks_failed(ranks, NULL)) return status;
        fit->resume = fit->checkpoint != NULL;
    }
}

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
        .about = train->about,
        .resume = train->resume,
        .together = train->together.ranks ? &train->together : NULL,
    };
    enum sr_status status = train->separate && sr_together_can_train(&fit)
                                ? fit_somewhere(train, &fit, error)
                                : sr_model_fit(train->model, &fit, error);
    if (status) return status;
    /* A family without checkpoints: less than what was asked for is not to pass for it. */
    if (train->model->stopped && sr_leave_asked())
        return sr_error_set(error, SR_ERROR_STATE, "ended by a signal; the same command fits anew");
    /* Without it, the model is as good, and it is fitted when it is needed. */
    if (fit.validation.count && !train->model->trust && !sr_jobs_closing(train->jobs))
        train->model->trust =
            sr_trust_fit(train->model, &fit.train, &fit.validation, fit.pool, NULL, NULL);
    /* A training that is stopped only because the program ends does not replace a model that was
     * trained to its end; its checkpoint is kept. */
    char *path = sr_store_path(train->home, train->model->name);
    bool lost = train->model->stopped && sr_jobs_closing(train->jobs) && sr_path_exists(path);
    free(path);
    /* A model that cannot be written stays in memory, with a message, and its checkpoint is kept.
     */
    if (!lost) sr_store_save(train->home, train->model, &train->save_error);
    if (!lost && !train->save_error.status && !train->model->stopped && train->checkpoint &&
        !resume_keeps(train->model->params))
        remove(train->checkpoint);
    return SR_OK;
}

static void train_finish(struct sr_session *session, struct task *task,
                         const struct sr_event *event)
{
    struct train_task *train = (struct train_task *)task;
    struct sr_run *run = sr_session_run(session, event->job);
    claim_release(train->claim, train->home, train->model->name);
    train->claim = -1;
    sr_session_scan_checkpoints(session); /* its own is listed from now on, or no more */
    if (run->state != SR_JOB_DONE) {
        sr_session_message(session, run->state == SR_JOB_FAILED, "%s: %s", run->name,
                           run->error.text);
        return;
    }
    run->error = train->save_error;
    run->stopped = train->model->stopped;
    run->parameters = run->class->size(train->model->state);
    char *path = train->save_error.status ? NULL : sr_store_path(train->home, run->name);
    /* When models are kept in another folder by now, this one is not listed there. */
    if (!strcmp(train->home, session->home))
        sr_session_adopt(session, train->model, path);
    else if (!path)
        sr_session_adopt_elsewhere(session, train->model, train->home);
    free(path);
    char seconds[32];
    sr_format_seconds(seconds, sizeof seconds, run->seconds);
    if (run->error.status) {
        sr_error_set(&run->error, run->error.status,
                     "%s is trained but only in memory: %s. save %s FILE keeps it elsewhere",
                     run->name, train->save_error.text, run->name);
        sr_session_message(session, true, "%s", run->error.text);
    } else {
        sr_session_message(session, false, "%s is trained%s (%s)", run->name,
                           run->stopped ? " as far as it was" : "", seconds);
    }
}

static void train_free(struct task *task)
{
    struct train_task *train = (struct train_task *)task;
    if (train->home) claim_release(train->claim, train->home, train->model->name);
    sr_model_unref(train->model);
    sr_dataset_unref(train->data);
    sr_split_fini(&train->split);
    sr_args_free(train->params);
    free(train->home);
    free(train->checkpoint);
    free(train->about);
    free(train);
}

/* Is a model of this name being trained, or about to be? */
static bool under_way(const struct sr_session *session, const char *name)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (!strcmp(session->runs[i]->name, name) && sr_run_pending(session->runs[i])) return true;
    return false;
}

/* Can the model be written when it is trained? Full disks and folders that cannot be written are to
 * be found before the work, not after it. */
static enum sr_status check_place(const struct sr_session *session, const char *name,
                                  struct sr_error *error)
{
    enum { SMALL_MODEL = 1 << 16 }; /* bytes */
    char *path = sr_store_path(session->home, name),
         *folder = sr_path_join(session->home, "checkpoints");
    enum sr_status status = sr_file_probe(path, SMALL_MODEL, error);
    if (!status) status = sr_directory_make(folder, error);
    free(folder);
    if (status)
        sr_error_prefix(error,
                        "%s could not be kept, so it is not trained (--home DIR keeps models in "
                        "another folder)",
                        name);
    free(path);
    return status;
}

/* Check what can be checked before a training begins, and draw its split. */
static enum sr_status check(struct sr_session *session, const struct sr_train_request *request,
                            const struct sr_model_shape *shape, struct sr_split *split,
                            struct sr_error *error)
{
    const struct sr_model_class *class = request->class;
    if (under_way(session, request->name))
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s is being trained already; stop it, or give another name=", request->name);
    if (request->limit && request->limit < (uint64_t)shape->classes)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "limit=%llu is below the number of classes, %d: some would have no row "
                            "to learn from",
                            (unsigned long long)request->limit, shape->classes);
    enum sr_status status =
        sr_split_make(split, sr_dataset_origin(session->data), session->split.fraction,
                      session->split.seed, request->limit, error);
    if (!status && class->check)
        status = class->check(request->params, shape, split->counts[SR_SPLIT_TRAIN], error);
    if (!status) status = check_place(session, request->name, error);
    return status;
}

/* A second training of the name, in this process or another, is refused. */
static enum sr_status claim_name(struct train_task *train, const struct sr_session *session,
                                 const char *name, struct sr_error *error)
{
    train->claim = claim_take(session->home, name);
    if (train->claim >= 0) return SR_OK;
    if (train->claim != CLAIM_TAKEN)
        return sr_error_set(error, SR_ERROR_IO, "%s/checkpoints/%s.lock: %s", session->home, name,
                            strerror(errno));
    return sr_error_set(
        error, SR_ERROR_STATE,
        "%s is being trained by another process; wait for its end, or give another name=", name);
}

enum sr_status sr_session_train(struct sr_session *session, const struct sr_train_request *asked,
                                uint32_t *job, struct sr_error *error)
{
    struct sr_train_request request = *asked;
    struct train_task *train = sr_xalloc(sizeof *train);
    train->task = (struct task){.run = train_run, .finish = train_finish, .free = train_free};
    train->claim = -1;
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_store_check_name(request.name, error);
    if (!status) status = resume_prepare(session, &request, &train->checkpoint, error);
    train->params = request.params;
    struct sr_model_shape shape = {0};
    if (!status) {
        shape = (struct sr_model_shape){session->data->files[SR_FILE_TRAIN].shape,
                                        session->data->classes};
        status = check(session, &request, &shape, &train->split, error);
    }
    if (!status) status = claim_name(train, session, request.name, error);
    if (status) {
        train_free(&train->task);
        return status;
    }
    struct sr_model *model = train->model = sr_model_new(request.class, request.name);
    model->shape = shape;
    model->seed = request.seed;
    model->split_seed = session->split.seed;
    model->validation = session->split.fraction;
    model->limit = request.limit;
    train->data = sr_dataset_ref(sr_dataset_origin(session->data));
    sr_model_set_data(model, train->data);
    train->pool = session->pool;
    train->together = task_together(session, train->data);
    train->separate = train->task.beside = request.separate && session->ranks;
    train->home = sr_xstrdup(session->home);
    train->jobs = session->jobs;
    train->about = resume_about(session, &request);
    train->resume = request.resume;

    struct sr_run *run = sr_session_add_run(session, request.class, request.name);
    run->params = sr_args_copy(request.params);
    run->seed = request.seed;
    run->limit = request.limit;
    run->home = sr_xstrdup(session->home);
    *job = run->job = sr_task_submit(session, SR_LANE_LONG, &train->task);
    return SR_OK;
}
