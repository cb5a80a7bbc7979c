/* runs.h - the jobs of the long lane, past and present: trainings and other work of minutes; and
 * trainings of other processes, see elsewhere.h. Only the session's thread may call. */
#ifndef SARTOR_APP_RUNS_H
#define SARTOR_APP_RUNS_H

#include "sartor/jobs/jobs.h"
#include "sartor/models/model.h"

struct sr_session;

/* Progress between epochs: means over the batches since the point before. There are at most
 * SR_TRACE_MAX: when they are full, each two neighbours are merged into one, and from then on
 * points are taken half as often. */
enum { SR_TRACE_MAX = 512 };
struct sr_trace_point {
    /* Epochs done, or units where there are no epochs. */
    double at;
    /* NaN when not known. */
    double loss, accuracy;
};

struct sr_elsewhere;

/* One job, past or present; kept until the session ends, so that its curves can be shown. */
struct sr_run {
    /* 0 for one of another process. */
    uint32_t job;
    enum sr_job_state state;
    /* NULL for work that is no training. */
    const struct sr_model_class *class;
    /* Of the model that it trains, or of what it does. */
    char name[64];
    struct sr_args *params;
    uint64_t seed;
    /* Rows trained on at most, 0 for all. */
    uint64_t limit;
    /* The latest. */
    struct sr_progress progress;
    struct sr_epoch *history;
    size_t epochs, room;
    /* NULL before the first point. */
    struct sr_trace_point *trace;
    size_t traced;
    /* Units between points, at least. */
    double trace_step;
    /* Progress at the latest point. */
    struct sr_progress trace_last;
    /* Clock when it began; seconds that it took, once ended. */
    double started, seconds;
    /* Of the model, once done. */
    uint64_t parameters;
    /* Stopped before its end, with a usable model. */
    bool stopped;
    /* Why it failed, or why its model could not be saved. */
    struct sr_error error;
    /* Of a training: the folder in which other processes see it. NULL for other work. */
    char *home;
    /* Clock when it was written there last; 0 for never. */
    double shared;
    /* Another process has paused it, which can also let it go on. */
    bool held;
    /* Of a training of another process, where that is; NULL for this one. */
    struct sr_elsewhere *elsewhere;
};

/* What is to be trained. */
struct sr_train_request {
    const struct sr_model_class *class;
    /* Of the model. */
    const char *name;
    /* Of the class's table. */
    struct sr_args *params;
    /* Go on from the newest checkpoint of the name that agrees with what is given; what is not
     * given is as there. `or_anew`: where none agrees, begin anew instead of refusing. */
    bool resume, or_anew;
    /* Where several processes run together, one of them trains it alone, while others train others;
     * otherwise all share it. */
    bool separate;
    uint64_t seed;
    /* Training rows at most, 0 for all. */
    uint64_t limit;
    /* They were asked for, and are not only the defaults. */
    bool seed_given, limit_given;
};
/* Queue a training job. Takes `params` over, also when it fails. */
enum sr_status sr_session_train(struct sr_session *session, const struct sr_train_request *request,
                                uint32_t *job, struct sr_error *error);
struct sr_run *sr_session_run(struct sr_session *session, uint32_t job);
/* Is it a job of this process that has not ended? */
bool sr_run_pending(const struct sr_run *run);
/* The run of this process that is training, or paused; NULL when none is. */
struct sr_run *sr_session_active_run(struct sr_session *session);

#endif
