/* session.h - everything one run of the program knows: the data, the models, the jobs,
 * what is selected, and where each pane stands.
 *
 * Only the front end's thread touches a session. It may be read freely; it is changed by the
 * functions of the headers of app/, of which this one includes those whose structs make up a
 * session. What takes long runs as a job: a function that needs a result which is not there yet
 * starts the job and returns SR_PENDING; call it again when sr_session_pump has seen the job end.
 * That holds for panes (which draw "computing") and for commands (which wait in the queue) alike.
 */
#ifndef SARTOR_APP_SESSION_H
#define SARTOR_APP_SESSION_H

#include "sartor/app/data.h"
#include "sartor/app/log.h"
#include "sartor/app/models.h"
#include "sartor/app/options.h"
#include "sartor/app/predictions.h"
#include "sartor/app/runs.h"
#include "sartor/app/selection.h"
#include "sartor/app/state.h"
#include "sartor/app/suspects.h"
#include "sartor/app/view.h"
#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include "sartor/cells/grid.h"
#include "sartor/jobs/jobs.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Told of every event after the session has taken it in; batch prints from it. */
typedef void sr_session_listener(void *context, struct sr_session *session,
                                 const struct sr_event *event);

struct sr_session {
    struct sr_args *options; /* values of sr_options[] */
    struct sr_look look;
    bool interactive; /* the explorer, not batch */
    bool quit;
    bool redraw, suspend; /* asked of the explorer, which does it and clears it */
    char *home;
    struct sr_pool *pool;
    struct sr_jobs *jobs;
    struct sr_results *results; /* see results.h */
    /* While a pane draws: what it asks for, and no command has, is stopped when it asks for
     * another. */
    bool drawing;

    struct sr_dataset *data;    /* NULL until loaded */
    struct sr_error data_error; /* why not, if it failed */
    uint32_t data_job;          /* loading, 0 for none */
    bool data_is_sample;
    struct sr_split split;
    uint64_t split_version; /* another one after every new split; 0 before the first */
    struct sr_stats *stats[SR_FILE_COUNT]; /* whole files, computed with the loading */

    struct sr_entry **entries; /* sorted by name */
    size_t entry_count, entry_room;
    uint64_t sources; /* the last number given to an entry's source */
    /* Only in memory, of other folders: they come back when models are kept there again. */
    struct sr_entry **aside;
    char **aside_homes;
    size_t aside_count, aside_room, aside_homes_room;
    struct sr_run **runs; /* in the order they were started */
    size_t run_count, run_room;

    struct sr_selection selection;
    uint8_t *tags[SR_FILE_COUNT]; /* a byte a row: 1 tagged */
    size_t tag_count;
    struct sr_log log;
    struct sr_suspects suspects;

    struct sr_view view;
    struct sr_states states; /* of panes and commands */
    struct sr_keys *keys;    /* bindings, prompt history: of commands/keys.c */
    struct sr_queue *queue;  /* of commands/queue.c */
    uint64_t changes;        /* counts what has changed: events of jobs, commands that have ended */
    char waiting[256]; /* the command that others wait for, and what it waits for; "" for none */
    size_t waiting_behind;            /* how many others wait */
    struct sr_experiment *experiment; /* the one that ended last, see experiment.h; NULL for none */
    struct study *study;              /* the study under way, of commands/study.c; NULL for none */
    struct {                          /* and how far it is, for those who know no commands */
        double share, seconds_left;
    } study_progress;
    char message[SR_ERROR_TEXT]; /* last message for the status line */
    bool message_is_error;
    sr_session_listener *listener;
    void *listener_context;
};

/* `options` are parsed values of sr_options[], taken over. Starts looking for data. */
struct sr_session *sr_session_new(struct sr_args *options, struct sr_error *error);
void sr_session_free(struct sr_session *session);

/* Take in what jobs have posted. True when anything changed. */
bool sr_session_pump(struct sr_session *session);
/* Wait for an event, at most `seconds` (negative: until one comes), then pump. */
bool sr_session_wait(struct sr_session *session, double seconds);
/* True when no short job (loading, predicting, explaining) is under way. */
bool sr_session_settled(const struct sr_session *session);

#endif
