/* task.h - a session's own job contexts, private to app/.
 *
 * Every job of a session carries a struct that begins with a struct task: run() on a worker
 * touches only that struct; finish() on the session's thread moves the result over. */
#ifndef SARTOR_APP_TASK_H
#define SARTOR_APP_TASK_H

#include "sartor/app/session.h"

struct task {
    enum sr_status (*run)(struct task *task, const struct sr_monitor *monitor,
                          struct sr_error *error);
    void (*finish)(struct sr_session *session, struct task *task, const struct sr_event *event);
    void (*free)(struct task *task); /* of what the task still owns, itself included */
};

uint32_t sr_task_submit(struct sr_session *session, enum sr_lane lane, struct task *task);

/* Fit a family and let the model speak on `held_out`, then forget it. What is stopped gives no half
 * result but SR_ERROR_CANCELLED. `predictions` is the caller's to fini on SR_OK, and empty
 * otherwise. On a worker. */
enum sr_status sr_judge_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                            const struct sr_samples *held_out, struct sr_predictions *predictions,
                            struct sr_error *error);

/* Hooks of the files of app/ into each other. */
void sr_session_free_models(struct sr_session *session);
/* A model that is only in memory, of another folder than the present one. */
void sr_session_adopt_elsewhere(struct sr_session *session, struct sr_model *model,
                                const char *home);
/* Has the model this data's shape? */
enum sr_status sr_session_check_shape(const struct sr_session *session,
                                      const struct sr_model *model, struct sr_error *error);
/* SR_OK when the data is there, the entry's model is loaded, and it has this data's shape. */
enum sr_status sr_session_usable(struct sr_session *session, struct sr_entry **entry,
                                 struct sr_error *error);
void sr_session_free_runs(struct sr_session *session);
void sr_session_run_event(struct sr_session *session, const struct sr_event *event);
/* A new run at the end of the list, to be given its job's number. */
struct sr_run *sr_session_add_run(struct sr_session *session, const struct sr_model_class *class,
                                  const char *name);
/* May the model be judged on this split? A sentence when it has been trained on rows of it. */
enum sr_status sr_session_honest(const struct sr_session *session, const struct sr_model *model,
                                 enum sr_split_name split, struct sr_error *error);
/* Note that a model is judged on the test split; how often it has been, 0 when that cannot be kept.
 */
size_t sr_session_note_look(const struct sr_session *session, const struct sr_model *model);
/* Read the tags kept for this data set; none is no error. */
void sr_session_load_tags(struct sr_session *session);
/* Likewise the suspects found last. */
void sr_session_load_suspects(struct sr_session *session);
void sr_session_free_suspects(struct sr_session *session);
void sr_session_refresh_look(struct sr_session *session);

#endif
