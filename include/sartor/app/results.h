/* results.h - what takes a moment to compute, kept by what it was computed from.
 *
 * A result is asked for by kind and key, and is ready, under way or failed. A key names everything
 * that the result depends on: models and the data set by reference, the split by its version. After
 * any of them has changed the key that is asked for is another one, so an old result is never
 * returned for a new key, and no code has to report changes. Results that can no longer be asked
 * for are dropped, and their jobs stopped, by sr_results_sweep.
 *
 * Only the session's thread may call these functions; of a kind, `run` alone runs on a worker. */
#ifndef SARTOR_APP_RESULTS_H
#define SARTOR_APP_RESULTS_H

#include "sartor/app/session.h"

/* The first member of every key. */
struct sr_result_key {
    struct sr_model *model;  /* NULL where no model or several are concerned */
    struct sr_dataset *data; /* NULL where it does not matter */
    uint64_t split;          /* session->split_version, 0 where it does not matter */
};

/* What there is to know about results of one kind: a constant in the file that computes them. */
struct sr_result_kind {
    const char *name;
    /* In the long lane one that has a `run_name` is shown among the runs. */
    enum sr_lane lane;
    /* How many that have ended are kept, those asked for last; 0 for all that are current. */
    size_t keep;
    /* Panes show one at a time: when a pane asks for another one, those under way that only panes
     * have asked for are stopped. */
    bool one_shown;
    size_t key_size, value_size;
    /* Are two keys the same beyond their struct sr_result_key? NULL: there is nothing beyond it. */
    bool (*same)(const void *key, const void *other);
    /* Make a copied key the owner of what it points to; give that back. NULL: the references in
     * struct sr_result_key are all there is. */
    void (*own)(void *key);
    void (*release)(void *key);
    /* Can this key still be asked for? Model, data and split of struct sr_result_key are checked
     * without it. NULL: yes. */
    bool (*current)(const struct sr_session *session, const void *key);
    /* What is being done, as a sentence without its full stop: "cnn is predicting". */
    void (*describe)(const void *key, char *text, size_t size);
    void (*run_name)(const void *key, char *name, size_t size);
    /* On a worker: fill in `value`, which begins as zeros. */
    enum sr_status (*run)(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error);
    /* When `run` has succeeded, on the session's thread. May be NULL. */
    void (*ready)(struct sr_session *session, const void *key, void *value, double seconds);
    /* Free what a value holds, also one that `run` has only begun. May be NULL. */
    void (*fini)(void *value);
};

/* SR_OK with `*value`, borrowed until the next sr_session_pump or sr_session_wait; SR_PENDING when
 * it is under way, which it is from now on if it was not there; else why it failed. A failure is
 * kept like a value, except that of a job that was stopped: it is told once, and computed anew when
 * it is asked for again. `key` points to `key_size` bytes and is copied where it has to stay. */
enum sr_status sr_result_get(struct sr_session *session, const struct sr_result_kind *kind,
                             const void *key, const void **value, struct sr_error *error);

enum sr_result_state { SR_RESULT_ABSENT, SR_RESULT_PENDING, SR_RESULT_READY, SR_RESULT_FAILED };
/* What is known of it now: nothing is started. `*value` is NULL unless it is ready. */
enum sr_result_state sr_result_state(const struct sr_session *session,
                                     const struct sr_result_kind *kind, const void *key,
                                     const void **value);
/* The value asked for last of those that are ready and whose key is like this one, as `like` says,
 * with the same model, data and split; NULL when there is none. */
const void *sr_result_like(const struct sr_session *session, const struct sr_result_kind *kind,
                           const void *key, bool (*like)(const void *key, const void *other));
/* The key of a result of this kind that is under way, the one asked for first; NULL when none is.
 * `progress`, which may be NULL, gets how far it is. */
const void *sr_result_pending(const struct sr_session *session, const struct sr_result_kind *kind,
                              struct sr_progress *progress);

/* For `own`: copy the rows of samples, where they have any, for `release` to free. */
void sr_result_own_rows(struct sr_samples *samples);
/* Is the model one of the session's, also of another folder? For `current`. */
bool sr_result_model_current(const struct sr_session *session, const struct sr_model *model);

/* For session.c: an event of a job; before and after everything else; dropping what is not current;
 * whether any result of the short lane is under way that is. */
void sr_results_event(struct sr_session *session, const struct sr_event *event);
struct sr_results *sr_results_new(void);
void sr_results_free(struct sr_results *results);
void sr_results_sweep(struct sr_session *session);
bool sr_results_settled(const struct sr_session *session);

#endif
