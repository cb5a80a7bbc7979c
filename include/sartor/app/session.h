/* session.h - everything one run of the program knows: the data, the models, the jobs, the samples
 * that are selected, and the state of panes and commands.
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
#include "sartor/app/decisions.h"
#include "sartor/app/log.h"
#include "sartor/app/models.h"
#include "sartor/app/options.h"
#include "sartor/app/pictures.h"
#include "sartor/app/predictions.h"
#include "sartor/app/runs.h"
#include "sartor/app/selection.h"
#include "sartor/app/state.h"
#include "sartor/app/suspects.h"
#include "sartor/app/view.h"
#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include "sartor/base/ranks.h"
#include "sartor/cells/grid.h"
#include "sartor/jobs/jobs.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called with every event of a job when the session has changed accordingly; batch prints from it.
 */
typedef void sr_session_listener(void *context, struct sr_session *session,
                                 const struct sr_event *event);

struct sr_session {
    /* Values of sr_options[]. */
    struct sr_args *options;
    /* Glyphs and colours. */
    struct sr_look look;
    /* The explorer, not batch. */
    bool interactive;
    bool quit;
    /* Requests to the explorer, which carries them out and clears them. */
    bool redraw, suspend;
    /* The folder that models are kept in. */
    char *home;
    struct sr_pool *pool;
    /* The processes of this run, see sr_session_join; NULL: alone. */
    struct sr_ranks *ranks;
    struct sr_jobs *jobs;
    /* See results.h. */
    struct sr_results *results;
    /* Set while a pane draws: a result that only panes have asked for may be stopped when a pane
     * asks for another one. */
    bool drawing;

    /* NULL until loaded. */
    struct sr_dataset *data;
    /* Why it could not be loaded. */
    struct sr_error data_error;
    /* The job that loads it, 0 for none. */
    uint32_t data_job;
    char *data_wanted;      /* what was asked to be opened last; "" for wherever data is found */
    char *data_interrupted; /* the same of a load that another has stopped before there was data;
                               NULL for none */
    struct sr_opening data_how, data_interrupted_how; /* of each; without a path */
    /* It is the small sample that is shipped, from wherever; a notice has said so. */
    bool data_is_sample, sample_said;
    struct sr_split split;
    /* Increased with every new split; 0 before the first. */
    uint64_t split_version;
    /* Of whole files, computed when they are loaded. */
    struct sr_stats *stats[SR_FILE_COUNT];

    /* Sorted by name. */
    struct sr_entry **entries;
    size_t entry_count, entry_room;
    /* The last number given to an entry's source. */
    uint64_t sources;
    /* Models that are only in memory and belong to another folder than `home`: they become entries
     * again when models are kept in that folder. */
    struct sr_entry **aside;
    char **aside_homes;
    size_t aside_count, aside_room, aside_homes_room;
    /* See checkpoints.h. */
    struct sr_checkpoint *checkpoints;
    size_t checkpoint_count;
    /* In the order in which they were queued. */
    struct sr_run **runs;
    size_t run_count, run_room;

    struct sr_picture_row *pictures; /* of pictures.h, one for each row of that file */
    size_t picture_room;

    struct sr_selection selection;
    /* For each row of a file the tags that it has: bit n for the name n. */
    uint32_t *tags[SR_FILE_ALL];
    /* The first is "", the tag without a name. */
    char tag_names[SR_TAG_NAMES][SR_TAG_NAME_SIZE];
    size_t tag_names_count;
    /* Samples with a tag. */
    size_t tag_count;
    struct sr_log log;
    struct sr_suspects suspects;
    struct sr_decisions decisions;

    struct sr_view view;
    /* Of panes and commands. */
    struct sr_states states;
    /* Of commands/queue.c. */
    struct sr_queue *queue;
    /* Increased by every event of a job and by every command that ends. */
    uint64_t changes;
    /* Increased by every job that has ended. */
    uint64_t answers;
    /* The command in front of the queue and what it waits for; "" for none. */
    char waiting[256];
    /* How many commands wait behind it. */
    size_t waiting_behind;
    /* The one that ended last, see experiment.h; NULL for none. */
    struct sr_experiment *experiment;
    /* The study under way, of commands/study.c; NULL for none. */
    struct study *study;
    /* Its share that is done and the seconds that it will still take, for rooms below commands/. */
    struct {
        double share, seconds_left;
    } study_progress;
    /* The last message, for the status line. */
    char message[SR_ERROR_TEXT];
    bool message_is_error;
    /* What could not be kept although the command has done its work; batch prints it and clears it.
     */
    struct sr_error trouble;
    sr_session_listener *listener;
    void *listener_context;
};

/* `options` are parsed values of sr_options[], taken over. Begins to load the data. */
struct sr_session *sr_session_new(struct sr_args *options, struct sr_error *error);
void sr_session_free(struct sr_session *session);
/* This is rank 0 of several processes. Before anything else is done with the session. */
enum sr_status sr_session_join(struct sr_session *session, struct sr_ranks *ranks,
                               struct sr_error *error);

/* Handle the events that jobs have posted. True when there were any. */
bool sr_session_pump(struct sr_session *session);
/* Wait for an event, at most `seconds` (negative: until one comes), then pump. */
bool sr_session_wait(struct sr_session *session, double seconds);
/* True when no short job (loading, predicting, explaining) is under way. */
bool sr_session_settled(const struct sr_session *session);

#endif
