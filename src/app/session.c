/* session.c - a session's life, its events, and its data. */
#include "sartor/app/session.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/experiment.h"
#include "sartor/app/results.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

void sr_session_log(struct sr_session *session, enum sr_log_kind kind, const char *text)
{
    struct sr_log *log = &session->log;
    sr_xgrow(&log->lines, &log->room, log->count + 1, sizeof *log->lines);
    log->lines[log->count++] = (struct sr_log_line){kind, sr_xstrdup(text)};
}

void sr_session_message(struct sr_session *session, bool error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(session->message, sizeof session->message, format, list);
    va_end(list);
    session->message_is_error = error;
    if (session->message[0])
        sr_session_log(session, error ? SR_LOG_ERROR : SR_LOG_MESSAGE, session->message);
}

/* --- the data ------------------------------------------------------------------------- */

struct load_task {
    struct task task;
    char *directory;
    bool sample;
    struct sr_dataset *data;
    struct sr_stats *stats[SR_FILE_COUNT];
};

static enum sr_status load_run(struct task *task, const struct sr_monitor *monitor,
                               struct sr_error *error)
{
    struct load_task *load = (struct load_task *)task;
    load->data = sr_dataset_load(load->directory, monitor, error);
    if (!load->data) return error->status;
    load->data->sample = load->sample;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_samples all = {&load->data->files[f], NULL, load->data->files[f].count};
        load->stats[f] = sr_xalloc(sizeof *load->stats[f]);
        sr_stats_compute(load->stats[f], &all, -1);
    }
    return SR_OK;
}

static void load_free(struct task *task)
{
    struct load_task *load = (struct load_task *)task;
    sr_dataset_unref(load->data);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(load->stats[f]);
    free(load->directory);
    free(load);
}

static void select_everything(struct sr_session *session)
{
    struct sr_filter filter;
    struct sr_error error;
    sr_filter_init(&filter);
    sr_session_select(session, &filter, &error);
}

static void load_finish(struct sr_session *session, struct task *task, const struct sr_event *event)
{
    struct load_task *load = (struct load_task *)task;
    if (session->data_job != event->job) return; /* another folder has been asked for since */
    session->data_job = 0;
    session->data_error = event->of.ended.error;
    if (event->of.ended.state != SR_JOB_DONE) {
        sr_session_message(session, true, "%s", session->data_error.text);
        return;
    }
    sr_dataset_unref(session->data);
    session->data = load->data;
    load->data = NULL;
    session->data_is_sample = load->sample;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(session->stats[f]);
        session->stats[f] = load->stats[f];
        load->stats[f] = NULL;
    }
    session->selection.count = 0;
    sr_session_load_tags(session);
    sr_session_load_suspects(session);
    if (sr_session_resplit(session, &session->data_error)) {
        sr_dataset_unref(session->data);
        session->data = NULL;
        sr_session_message(session, true, "%s", session->data_error.text);
        return;
    }
    select_everything(session);
    if (load->sample)
        sr_session_message(session, false,
                           "This is the small sample of Fashion-MNIST that sartor ships. %s",
                           sr_dataset_advice());
}

enum sr_status sr_session_open(struct sr_session *session, const char *directory,
                               struct sr_error *error)
{
    bool sample = false;
    char *expanded = directory ? sr_path_expand(directory) : NULL;
    char *found = sr_dataset_find(expanded, &sample, error);
    free(expanded);
    if (!found) {
        if (!session->data) session->data_error = *error;
        return error->status;
    }
    struct load_task *load = sr_xalloc(sizeof *load);
    load->task = (struct task){load_run, load_finish, load_free};
    load->directory = found;
    load->sample = sample;
    if (session->data_job) sr_jobs_stop(session->jobs, session->data_job);
    session->data_job = sr_task_submit(session, SR_LANE_SHORT, &load->task);
    session->data_error = (struct sr_error){0};
    return SR_OK;
}

enum sr_status sr_session_data(struct sr_session *session, struct sr_error *error)
{
    if (session->data_job) return sr_error_set(error, SR_PENDING, "the data is being loaded");
    if (session->data) return SR_OK;
    *error = session->data_error;
    return error->status ? error->status
                         : sr_error_set(error, SR_ERROR_STATE, "no data is open; use: open DIR");
}

enum sr_status sr_session_resplit(struct sr_session *session, struct sr_error *error)
{
    struct sr_split split = {0};
    if (!session->data) return SR_OK;
    enum sr_status status =
        sr_split_make(&split, session->data, sr_args_number(session->options, "validation"),
                      (uint64_t)sr_args_integer(session->options, "split_seed"), 0, error);
    if (status) return status;
    sr_split_fini(&session->split);
    session->split = split;
    session->split_version++;
    if (session->selection.count) {
        struct sr_filter filter = session->selection.filter;
        struct sr_error ignored;
        filter.model[0] = '\0';
        filter.as = filter.right = -1;
        filter.confidence_low = -INFINITY;
        filter.confidence_high = INFINITY;
        filter.order = SR_ORDER_INDEX;
        filter.beats[0] = '\0';
        sr_session_select(session, &filter, &ignored);
    }
    return SR_OK;
}

struct sr_samples sr_session_samples(const struct sr_session *session, enum sr_split_name split)
{
    return sr_split_samples(session->data, &session->split, split);
}

/* --- life ----------------------------------------------------------------------------- */

struct sr_session *sr_session_new(struct sr_args *options, struct sr_error *error)
{
    struct sr_session *session = sr_xalloc(sizeof *session);
    session->options = options;
    session->results = sr_results_new();
    const char *home = sr_args_text(options, "home");
    session->home = home ? sr_path_expand(home) : sr_path_xdg("data");
    session->pool = sr_pool_new((int)sr_args_integer(options, "threads"), error);
    session->jobs = session->pool ? sr_jobs_new(error) : NULL;
    if (!session->jobs) {
        sr_session_free(session);
        return NULL;
    }
    struct sr_view *view = &session->view;
    view->split = -1;
    sr_filter_init(&session->selection.filter);
    sr_session_refresh_look(session);
    /* Neither missing data nor an unreadable store keeps the program from starting: both are said.
     */
    struct sr_error early;
    if (sr_session_open(session, sr_args_text(options, "data"), &early) ||
        sr_session_scan_models(session, &early))
        sr_session_message(session, true, "%s", early.text);
    return session;
}

void sr_session_free(struct sr_session *session)
{
    if (!session) return;
    sr_results_free(session->results);
    sr_jobs_free(session->jobs); /* before the rest: its workers read that */
    sr_session_free_models(session);
    sr_session_free_runs(session);
    sr_experiment_free(session->experiment);
    sr_split_fini(&session->split);
    sr_dataset_unref(session->data);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(session->stats[f]);
    free(session->selection.rows);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(session->tags[f]);
    for (size_t i = 0; i < session->log.count; i++) free(session->log.lines[i].text);
    free(session->log.lines);
    sr_states_fini(&session->states);
    sr_text_fini(&session->view.prompt_text);
    sr_text_fini(&session->view.prompt_hint);
    sr_pool_free(session->pool);
    sr_session_free_suspects(session);
    sr_args_free(session->options);
    free(session->home);
    free(session);
}

bool sr_session_pump(struct sr_session *session)
{
    bool changed = false;
    for (struct sr_event event; sr_jobs_next(session->jobs, &event); changed = true) {
        sr_session_run_event(session, &event);
        struct task *task = event.type == SR_EVENT_ENDED ? event.context : NULL;
        if (task) task->finish(session, task, &event);
        if (session->listener) session->listener(session->listener_context, session, &event);
        if (task) task->free(task);
    }
    sr_results_sweep(session);
    session->changes += changed;
    return changed;
}

bool sr_session_settled(const struct sr_session *session)
{
    return !session->data_job && sr_results_settled(session);
}

bool sr_session_wait(struct sr_session *session, double seconds)
{
    sr_results_sweep(session); /* jobs that nobody can ask for are not waited for */
    return sr_jobs_wait(session->jobs, seconds) && sr_session_pump(session);
}
