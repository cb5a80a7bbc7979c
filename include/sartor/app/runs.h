/* runs.h - the jobs of the long lane, present and past: trainings, and all else that takes minutes.
 * Only the session's thread may call. */
#ifndef SARTOR_APP_RUNS_H
#define SARTOR_APP_RUNS_H

#include "sartor/jobs/jobs.h"
#include "sartor/models/model.h"

struct sr_session;

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

/* What is to be trained. */
struct sr_training {
    const struct sr_model_class *class;
    const char *name;       /* of the model */
    struct sr_args *params; /* of the class's table */
    bool resume;            /* from its checkpoint, where there is one of the same training */
    uint64_t seed;
    uint64_t limit; /* rows at most, 0 for all */
};
/* Queue a training job. Takes `params` over, also when it fails. */
enum sr_status sr_session_train(struct sr_session *session, const struct sr_training *training,
                                uint32_t *job, struct sr_error *error);
struct sr_run *sr_session_run(struct sr_session *session, uint32_t job);
/* The run that is training, or paused; NULL when none is. */
struct sr_run *sr_session_active_run(struct sr_session *session);

#endif
