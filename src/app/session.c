/* session.c - a session's life and its events. */
#include "sartor/app/session.h"

#include <stdlib.h>

#include "sartor/app/elsewhere.h"
#include "sartor/app/experiment.h"
#include "sartor/app/results.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

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
    sr_store_sweep(session->home);
    /* Without data, or with a folder of models that cannot be read, the program starts all the
     * same, with a message. */
    struct sr_error early;
    if (sr_session_open(session, sr_args_text(options, "data"), &early) ||
        sr_session_scan_models(session, &early))
        sr_session_message(session, true, "%s", early.text);
    return session;
}

enum sr_status sr_session_join(struct sr_session *session, struct sr_ranks *ranks,
                               struct sr_error *error)
{
    session->ranks = ranks;
    sr_pool_set_ranks(session->pool, ranks);
    return sr_jobs_widen(session->jobs, sr_ranks_count(ranks), error);
}

void sr_session_free(struct sr_session *session)
{
    if (!session) return;
    sr_results_free(session->results);
    sr_jobs_free(session->jobs);      /* first, since workers read what is freed below */
    sr_states_fini(&session->states); /* with the models that have been deleted */
    sr_session_free_models(session);
    sr_session_free_checkpoints(session);
    sr_session_withdraw(session, 0);
    sr_session_free_runs(session);
    sr_experiment_free(session->experiment);
    sr_split_fini(&session->split);
    sr_session_pictures_fini(session);
    sr_dataset_unref(session->data);
    free(session->data_wanted);
    free(session->data_interrupted);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(session->stats[f]);
    free(session->selection.rows);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(session->tags[f]);
    for (size_t i = 0; i < session->log.count; i++) free(session->log.lines[i].text);
    free(session->log.lines);
    sr_text_fini(&session->view.prompt_text);
    sr_text_fini(&session->view.prompt_hint);
    sr_pool_free(session->pool);
    sr_session_free_suspects(session);
    sr_session_free_decisions(session);
    sr_args_free(session->options);
    free(session->home);
    free(session);
}

bool sr_session_pump(struct sr_session *session)
{
    bool changed = false;
    for (struct sr_event event; sr_jobs_next(session->jobs, &event); changed = true) {
        sr_session_run_event(session, &event);
        if (event.type == SR_EVENT_ENDED) {
            sr_session_withdraw(session, event.job);
            session->answers++;
        }
        sr_results_event(session, &event);
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
    sr_results_sweep(session); /* so that no job is waited for that is not needed any more */
    while (sr_session_share(session) && !(seconds >= 0 && seconds <= SR_SHARE_SECONDS)) {
        if (sr_jobs_wait(session->jobs, SR_SHARE_SECONDS)) return sr_session_pump(session);
        if (seconds > 0) seconds -= SR_SHARE_SECONDS;
    }
    return sr_jobs_wait(session->jobs, seconds) && sr_session_pump(session);
}
