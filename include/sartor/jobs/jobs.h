/* jobs.h - background work: two lanes, events, a descriptor to poll.
 *
 * The LONG lane runs one job at a time (training); others wait in its queue. Where other processes
 * do the work (sr_jobs_widen), it runs several at once that may be beside one another. The SHORT
 * lane runs interactive work (loading, predictions, heat maps) on a thread of its own; while it has
 * any, a long job waits in sr_monitor_proceed. Workers post events by value: of a job's progress
 * only the latest is kept, epochs and ends are queued and never dropped (the queue grows, so
 * workers never wait for the owner). One thread, the owner, submits jobs and takes events; the
 * descriptor tells it when there are any. */
#ifndef SARTOR_JOBS_JOBS_H
#define SARTOR_JOBS_JOBS_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sr_lane { SR_LANE_LONG, SR_LANE_SHORT, SR_LANE_COUNT };

enum sr_job_state {
    SR_JOB_QUEUED,
    SR_JOB_RUNNING,
    SR_JOB_PAUSED,
    SR_JOB_DONE,
    SR_JOB_FAILED,
    SR_JOB_STOPPED, /* ended */
};

enum sr_event_type {
    SR_EVENT_STARTED,
    SR_EVENT_PROGRESS,
    SR_EVENT_EPOCH,
    SR_EVENT_ENDED, /* returns the context to the owner */
};

struct sr_event {
    enum sr_event_type type;
    uint32_t job;
    union {
        struct sr_progress progress;
        struct sr_epoch epoch;
        struct {
            enum sr_job_state state; /* DONE, FAILED or STOPPED (cancelled with nothing to keep) */
            double seconds;
            struct sr_error error;
        } ended;
    } of;
    void *context; /* on ENDED: the work's context, now the owner's */
};

/* run() is called once, on a worker, with a monitor to report to. */
struct sr_work {
    enum sr_lane lane;
    enum sr_status (*run)(void *context, const struct sr_monitor *monitor, struct sr_error *error);
    /* For contexts that have not been returned with an event. */
    void (*free)(void *context);
    void *context;
    bool beside; /* it may run while others do of which the same is said */
};

struct sr_jobs;

struct sr_jobs *sr_jobs_new(struct sr_error *error);
/* Stop all jobs, wait for the workers, free the contexts that were not returned. */
void sr_jobs_free(struct sr_jobs *jobs);

/* From now on the LONG lane runs up to so many jobs at once that may be beside one another. Only
 * before the first of them. */
enum sr_status sr_jobs_widen(struct sr_jobs *jobs, int count, struct sr_error *error);

/* Readable while there are events. */
int sr_jobs_descriptor(const struct sr_jobs *jobs);
/* Take the next event; false when there is none. Owner thread only. */
bool sr_jobs_next(struct sr_jobs *jobs, struct sr_event *event);
/* Wait up to `seconds` (negative: without limit) for an event. False when there is none. */
bool sr_jobs_wait(struct sr_jobs *jobs, double seconds);

/* Takes over the context, and returns the job's number (from 1, never reused). */
uint32_t sr_jobs_submit(struct sr_jobs *jobs, const struct sr_work *work);
/* A running job occupies its lane while it is paused; a queued one lets those behind it go first.
 */
void sr_jobs_pause(struct sr_jobs *jobs, uint32_t job);
void sr_jobs_resume(struct sr_jobs *jobs, uint32_t job);
/* Ask a job to end; a queued one ends at once. */
void sr_jobs_stop(struct sr_jobs *jobs, uint32_t job);
/* Has sr_jobs_free been called? For work that ends differently when the program does. Any thread.
 */
bool sr_jobs_closing(struct sr_jobs *jobs);
enum sr_job_state sr_jobs_state(struct sr_jobs *jobs, uint32_t job);
/* Can `job` not end before the paused job `paused`, which may be itself, is resumed? */
bool sr_jobs_holds_up(struct sr_jobs *jobs, uint32_t paused, uint32_t job);

#endif
