/* task.h - the jobs of a session, and functions that the files of app/ share. Private to app/.
 *
 * The context of each job begins with a struct task: run() uses only that context, on a worker;
 * finish() moves what was computed into the session, on the session's thread. */
#ifndef SARTOR_APP_TASK_H
#define SARTOR_APP_TASK_H

#include "sartor/app/session.h"
#include "sartor/models/together.h"

/* `beside`: it may run while others do of which the same is said. */
struct task {
    enum sr_status (*run)(struct task *task, const struct sr_monitor *monitor,
                          struct sr_error *error);
    void (*finish)(struct sr_session *session, struct task *task, const struct sr_event *event);
    /* Frees the task and what it still owns. */
    void (*free)(struct task *task);
    bool beside;
};

uint32_t sr_task_submit(struct sr_session *session, enum sr_lane lane, struct task *task);

/* What fits on the session's training images share the work with; its `ranks` are NULL where this
 * process is alone. Borrows from `data`. */
struct sr_together task_together(const struct sr_session *session, struct sr_dataset *data);

/* Train a model, let it predict `held_out`, and free it. Rows whose picture is among the held-out
 * ones are not trained on: `repeated` is increased by their number. SR_ERROR_CANCELLED when it is
 * stopped, even when that leaves a usable model. The caller frees `predictions` after SR_OK;
 * otherwise they are empty. On a worker. */
enum sr_status sr_judge_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                            const struct sr_samples *held_out, struct sr_predictions *predictions,
                            size_t *repeated, struct sr_error *error);

void sr_session_free_models(struct sr_session *session);
void sr_session_free_checkpoints(struct sr_session *session);
/* Add a model that is only in memory and belongs to another folder than the present one. */
void sr_session_adopt_elsewhere(struct sr_session *session, struct sr_model *model,
                                const char *home);
/* SR_OK when the data is there, the entry's model is loaded, and it was made for such data. */
enum sr_status sr_session_usable(struct sr_session *session, struct sr_entry **entry,
                                 struct sr_error *error);
void sr_session_free_runs(struct sr_session *session);
void sr_session_run_event(struct sr_session *session, const struct sr_event *event);
/* Its latest progress, which its curves show too. */
void run_progress(struct sr_run *run, const struct sr_progress *progress);
/* Other processes see the run of this job, or any run (job 0), no more. */
void sr_session_withdraw(struct sr_session *session, uint32_t job);
/* A new run at the end of the list; the caller sets its job. */
struct sr_run *sr_session_add_run(struct sr_session *session, const struct sr_model_class *class,
                                  const char *name);
/* To be called for every result that a model gives on several samples of the test file: a look at
 * it. How often the model has looked at these test images; 0 for other samples, and when it cannot
 * be noted, which a message says. */
size_t sr_session_look(struct sr_session *session, const struct sr_model *model,
                       const struct sr_dataset *data, const struct sr_samples *samples);
/* Read the tags of this data set from their file, if there is one. */
void sr_session_load_tags(struct sr_session *session);
/* Likewise its suspects. */
void sr_session_load_suspects(struct sr_session *session);
void sr_session_free_suspects(struct sr_session *session);
void sr_session_refresh_look(struct sr_session *session);

#endif
