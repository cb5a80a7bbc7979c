/* session.h - everything one run of the program knows: the data, the models, the jobs,
 * what is selected, and where each pane stands.
 *
 * Only the front end's thread touches a session. It may be read freely; it is changed by
 * the functions here and in view.h. What takes long runs as a job: a function that needs a
 * result which is not there yet starts the job and returns SR_PENDING; call it again when
 * sr_session_pump has seen the job end. That holds for panes (which draw "computing") and for
 * commands (which the front end runs again) alike. */
#ifndef SARTOR_APP_SESSION_H
#define SARTOR_APP_SESSION_H

#include "sartor/app/options.h"
#include "sartor/app/state.h"
#include "sartor/app/view.h"
#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include "sartor/base/text.h"
#include "sartor/cells/grid.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"
#include "sartor/data/stats.h"
#include "sartor/eval/evaluation.h"
#include "sartor/eval/significance.h"
#include "sartor/eval/suspects.h"
#include "sartor/explain/explain.h"
#include "sartor/explain/quality.h"
#include "sartor/jobs/jobs.h"
#include "sartor/models/model.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A model that can be named: one's own, shipped, or just trained. */
struct sr_entry {
    char name[64];
    char *path; /* NULL while it is only in memory */
    bool shipped;
    uint64_t source;        /* another number whenever another file stands behind the name */
    struct sr_model *model; /* NULL until loaded */
};

/* What a model says of a split. */
struct sr_predicted {
    struct sr_predictions predictions;
    struct sr_evaluation evaluation; /* of them */
    double seconds;                  /* that they took */
    /* On the test split: how often the model has been judged on it, this time included. */
    size_t test_looks;
};

/* What a run said between epochs: means over the batches since the point before, at most
 * SR_TRACE_MAX of them (when full, neighbours are merged and points come half as often). */
enum { SR_TRACE_MAX = 512 };
struct sr_trace_point {
    double at;             /* epochs done, or units where there are no epochs */
    double loss, accuracy; /* NaN when not known */
};

/* One training job, present or past; kept for the curves until the session ends. */
struct sr_run {
    uint32_t job;
    enum sr_job_state state;
    const struct sr_model_class *class;
    char name[64]; /* the model it makes */
    struct sr_args *params;
    uint64_t seed;
    struct sr_progress progress; /* the latest */
    struct sr_epoch *history;
    size_t epochs, room;
    struct sr_trace_point *trace; /* NULL before the first */
    size_t traced;
    double trace_step;             /* units between points at least */
    struct sr_progress trace_last; /* as of the latest point */
    double started, seconds;       /* clock; total once ended */
    uint64_t parameters;           /* once done */
    bool stopped;                  /* done early on request, with a usable model */
    struct sr_error error;         /* why it failed, or why it could not be saved */
};

/* The samples being looked at: ids, in order. Shared by all panes. */
enum sr_order {
    SR_ORDER_INDEX,
    SR_ORDER_CONFIDENCE, /* probability of the predicted class */
    SR_ORDER_LOSS,       /* -log probability of the true class */
    SR_ORDER_MARGIN,     /* of the first over the second probability */
    SR_ORDER_COUNT,
};
extern const char *const sr_order_names[SR_ORDER_COUNT];

struct sr_filter {
    enum sr_split_name split;
    int class, as;                          /* true class, predicted class; -1 for any */
    int right;                              /* 1 right only, 0 wrong only, -1 any */
    double confidence_low, confidence_high; /* of the predicted class; -inf/inf */
    bool tagged;                            /* only those */
    bool suspects;  /* only those, most suspect first; `as` is then the class suggested */
    char beats[64]; /* only what `model` gets right and this one wrong; "" for any */
    enum sr_order order;
    bool descending;
    char model[64]; /* whose predictions; "" where none are needed */
};
struct sr_selection {
    struct sr_filter filter;
    enum sr_file file;
    uint32_t *rows; /* row ids in that file */
    size_t count;
    size_t at;      /* the cursor, < count unless empty */
    size_t version; /* grows with each filter that is applied */
};

/* What was done and said, in order. A command that has failed or has been given up is
 * SR_LOG_FAILED. */
enum sr_log_kind { SR_LOG_COMMAND, SR_LOG_FAILED, SR_LOG_MESSAGE, SR_LOG_ERROR };
struct sr_log_line {
    enum sr_log_kind kind;
    char *text;
};
struct sr_log {
    struct sr_log_line *lines;
    size_t count, room;
};

/* Statistics that are too slow to add up while drawing: of each split, and of each class of each
 * file. */
struct sr_statistics {
    struct sr_stats splits[SR_SPLIT_COUNT];
    int class_count;
    struct {
        struct sr_stats stats;
        /* Images; the deviation so scaled that its largest is 255. */
        uint8_t *mean, *deviation;
        double deviation_most;  /* what 255 stands for */
    } * classes[SR_FILE_COUNT]; /* data->classes of each */
};

/* The models that have been judged on a split, each pair of them tested. */
struct sr_comparison {
    size_t count, pair_count;
    struct sr_model **models;
    struct sr_pair *pairs; /* positions in `models`; adjusted for their number */
};

/* What a person says of a suspect. */
enum sr_mark { SR_MARK_NONE, SR_MARK_KEEP, SR_MARK_FLAG, SR_MARK_COUNT };
extern const char *const sr_mark_names[SR_MARK_COUNT]; /* "none", "keep", "flag" */

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
    struct sr_entry *
        *aside; /* only in memory, of other folders: back when models are kept there again */
    char **aside_homes;
    size_t aside_count, aside_room, aside_homes_room;
    struct sr_run **runs; /* in the order they were started */
    size_t run_count, run_room;

    struct sr_selection selection;
    uint8_t *tags[SR_FILE_COUNT]; /* a byte a row: 1 tagged */
    size_t tag_count;
    struct sr_log log;
    struct { /* labels of the train file that look wrong, of the latest search */
        struct sr_suspect *items; /* most suspect first */
        enum sr_mark *marks;
        size_t count;
        char model[64];
        int folds; /* 0 when none has been made for this data */
        size_t examined;
        double accuracy; /* of the held-out predictions; 0 when read from the file */
    } suspects;

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
void sr_session_log(struct sr_session *session, enum sr_log_kind kind, const char *text);
/* Into the status line and the log. */
void sr_session_message(struct sr_session *session, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* SR_OK when the data is there, SR_PENDING while loading, else why not. */
enum sr_status sr_session_data(struct sr_session *session, struct sr_error *error);
/* Load another folder; NULL means wherever data is found. */
enum sr_status sr_session_open(struct sr_session *session, const char *directory,
                               struct sr_error *error);
/* Draw the split anew after `validation`, `split_seed` or the data changed. */
enum sr_status sr_session_resplit(struct sr_session *session, struct sr_error *error);
struct sr_samples sr_session_samples(const struct sr_session *session, enum sr_split_name split);

/* The entry of that name; an unknown one gets a sentence with the names that there are. NULL or
 * "" gives the one to use by default: the one last used, else the first of one's own, else the
 * first. */
struct sr_entry *sr_session_entry(struct sr_session *session, const char *name,
                                  struct sr_error *error);
/* The same with its model loaded: SR_OK, SR_PENDING, or why not. */
enum sr_status sr_session_model(struct sr_session *session, const char *name,
                                struct sr_entry **entry, struct sr_error *error);
/* Predictions and evaluation of a split, computed once. Refuses a validation split that
 * overlaps the model's training rows, and data of another shape. */
enum sr_status sr_session_predictions(struct sr_session *session, struct sr_entry *entry,
                                      enum sr_split_name split,
                                      const struct sr_predictions **predictions,
                                      struct sr_error *error);
/* The same with its evaluation, where it is there already: NULL otherwise, and nothing is started.
 */
const struct sr_predicted *sr_session_predicted(const struct sr_session *session,
                                                const struct sr_entry *entry,
                                                enum sr_split_name split);
/* Is any split being predicted? By which model, and which. */
bool sr_session_predicting(const struct sr_session *session, const char **model,
                           enum sr_split_name *split);
/* The split a model can be looked at on when none is asked for: validation where it is
 * honest, else test. */
enum sr_split_name sr_session_default_split(const struct sr_session *session,
                                            const struct sr_entry *entry);
/* McNemar's test of every pair of models whose predictions of a split are there; SR_ERROR_STATE
 * with fewer than two. Borrowed until predictions come or go. */
enum sr_status sr_session_comparison(struct sr_session *session, enum sr_split_name split,
                                     const struct sr_comparison **comparison,
                                     struct sr_error *error);
enum sr_status sr_session_statistics(struct sr_session *session,
                                     const struct sr_statistics **statistics,
                                     struct sr_error *error);

/* Look for labels that look wrong: train the model's family anew on all but one of `folds` parts of
 * the train file (of `count` rows of it, 0 for all), and judge that part; into session->suspects
 * and a file under home. A job among the runs. */
enum sr_status sr_session_find_suspects(struct sr_session *session, struct sr_entry *entry,
                                        int folds, size_t count, uint32_t *job,
                                        struct sr_error *error);
/* Position among the suspects of a row of the train file, or SIZE_MAX. */
size_t sr_session_suspect(const struct sr_session *session, uint32_t row);
/* Mark a suspect; kept in the file. */
enum sr_status sr_session_mark(struct sr_session *session, enum sr_file file, uint32_t row,
                               enum sr_mark mark, struct sr_error *error);

/* Queue a training job; `params` (taken over) are parsed against the class's table. */
enum sr_status sr_session_train(struct sr_session *session, const struct sr_model_class *class,
                                const char *name, struct sr_args *params, bool resume,
                                uint64_t seed, uint64_t limit, uint32_t *job,
                                struct sr_error *error);
struct sr_run *sr_session_run(struct sr_session *session, uint32_t job);
/* The run that is training, or paused; NULL when none is. */
struct sr_run *sr_session_active_run(struct sr_session *session);

/* Apply a filter. SR_PENDING while it needs predictions that are being computed; the old
 * selection stays until then. The cursor keeps its sample where that is still in it. */
enum sr_status sr_session_select(struct sr_session *session, const struct sr_filter *filter,
                                 struct sr_error *error);
void sr_filter_init(struct sr_filter *filter);
/* As it would be typed behind `browse`: "split=test class=Shirt wrong". */
void sr_filter_print(const struct sr_session *session, const struct sr_filter *filter,
                     struct sr_text *text);
/* Put the cursor on a sample, widening the selection to its whole split when needed. */
enum sr_status sr_session_show(struct sr_session *session, enum sr_file file, uint32_t row,
                               struct sr_error *error);
/* "test:17" or "17" (then `file` gives the file) to a row that exists. */
enum sr_status sr_session_index(struct sr_session *session, const char *text, enum sr_file *file,
                                uint32_t *row, struct sr_error *error);

/* Put a model under its name, in place of an older one; `path` is its file, or NULL. */
void sr_session_adopt(struct sr_session *session, struct sr_model *model, const char *path);
/* Delete or rename a model of one's own, in memory and in its file. */
enum sr_status sr_session_remove(struct sr_session *session, struct sr_entry *entry,
                                 struct sr_error *error);
enum sr_status sr_session_rename(struct sr_session *session, struct sr_entry *entry,
                                 const char *name, struct sr_error *error);
/* Tag a sample or take its tag away; kept in a file under home for each data set. */
enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              bool tagged, struct sr_error *error);
/* Move the cursor to the next sample, in the selection's order and round its end, whose row is
 * `text` or whose class (or predicted class, where the selection asks a model) has `text` in its
 * name. `step` is 1 or -1. */
enum sr_status sr_session_search(struct sr_session *session, const char *text, int step,
                                 struct sr_error *error);
/* Re-read the store under home and the shipped models; keeps what is loaded. */
enum sr_status sr_session_scan_models(struct sr_session *session, struct sr_error *error);
/* Keep models under another folder from now on. Those of the old one are no longer known; what is
 * only in memory is set aside and comes back with that folder. A training that is under way still
 * saves its model where it was begun. */
enum sr_status sr_session_move(struct sr_session *session, const char *home,
                               struct sr_error *error);

#endif
