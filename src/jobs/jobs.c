#include "sartor/jobs/jobs.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sartor/base/clock.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/base/thread.h"

/* Seconds between progress events of a job. A small network has a thousand batches a second, and on
 * a busy machine each event that wakes the owner takes processor time from the training. */
static const double PROGRESS_EVERY = 0.02;

struct job {
    struct sr_jobs *jobs;
    uint32_t number;
    struct sr_work work;
    enum sr_job_state state; /* under the mutex, as all of this but `asked` */
    atomic_bool asked;       /* to stop */
    bool paused;             /* then sr_jobs_state says so, whatever `state` is */
    bool context_returned;   /* the owner has it, with the ENDED event */
    struct sr_progress latest;
    bool latest_waits; /* a PROGRESS event for it is in the queue */
    double told;       /* clock, when the last of those was posted */
    struct job *next;  /* in its lane's queue */
};

struct queued {
    struct sr_event event;
    struct queued *next;
};

struct lane {
    const char *name;
    struct sr_thread *threads;
    int count;                 /* threads that have been started */
    int running;               /* jobs */
    bool alone;                /* what runs may not be beside others */
    struct job *first, **last; /* waiting */
    struct sr_condition wake;
};

struct sr_jobs {
    struct sr_mutex mutex;
    struct sr_condition resume; /* a waiting job may check whether it can go on */
    int descriptor;
    bool closing;
    struct lane lanes[SR_LANE_COUNT];
    int short_count;  /* SHORT jobs queued or running: while there are any, LONG ones wait */
    struct job **all; /* by number - 1 */
    size_t count, room;
    struct queued *first, **last;
};

static void wake_owner(struct sr_jobs *jobs)
{
    uint64_t one = 1;
    ssize_t written = write(jobs->descriptor, &one, sizeof one);
    (void)written; /* fails only when the counter is full, and then the descriptor is readable */
}

/* Append an event; the mutex is held. */
static void post(struct sr_jobs *jobs, const struct sr_event *event)
{
    struct queued *item = sr_xalloc(sizeof *item);
    item->event = *event;
    *jobs->last = item;
    jobs->last = &item->next;
    wake_owner(jobs);
}

static void on_progress(void *owner, const struct sr_progress *progress)
{
    struct job *job = owner;
    struct sr_jobs *jobs = job->jobs;
    sr_mutex_lock(&jobs->mutex);
    double now = sr_clock_seconds();
    bool last = progress->done >= progress->total || progress->remark;
    job->latest = *progress;
    if (!job->latest_waits && (last || now - job->told >= PROGRESS_EVERY)) {
        job->latest_waits = true;
        job->told = now;
        post(jobs, &(struct sr_event){.type = SR_EVENT_PROGRESS, .job = job->number});
    }
    sr_mutex_unlock(&jobs->mutex);
}

static void on_epoch(void *owner, const struct sr_epoch *epoch)
{
    struct job *job = owner;
    sr_mutex_lock(&job->jobs->mutex);
    post(job->jobs,
         &(struct sr_event){.type = SR_EVENT_EPOCH, .job = job->number, .of.epoch = *epoch});
    sr_mutex_unlock(&job->jobs->mutex);
}

static bool on_proceed(void *owner)
{
    struct job *job = owner;
    struct sr_jobs *jobs = job->jobs;
    if (atomic_load(&job->asked) || sr_leave_asked()) return false;
    sr_mutex_lock(&jobs->mutex);
    for (;;) {
        bool must_wait = job->work.lane == SR_LANE_LONG && jobs->short_count > 0;
        if (atomic_load(&job->asked) || !(job->paused || must_wait)) break;
        sr_condition_wait(&jobs->resume, &jobs->mutex);
    }
    sr_mutex_unlock(&jobs->mutex);
    return !atomic_load(&job->asked);
}

static void run_job(struct job *job)
{
    struct sr_jobs *jobs = job->jobs;
    struct sr_monitor monitor = {job, on_progress, on_epoch, on_proceed};
    struct sr_event event = {.type = SR_EVENT_ENDED, .job = job->number};
    double start = sr_clock_seconds();
    enum sr_status status = SR_ERROR_CANCELLED;
    const bool goes_on = job->work.lane == SR_LANE_LONG; /* with the same command */
    if (goes_on) sr_leave_hold();
    if (on_proceed(job))
        status = job->work.run(job->work.context, &monitor, &event.of.ended.error);
    else
        sr_error_set(&event.of.ended.error, SR_ERROR_CANCELLED, "stopped before it began");
    event.of.ended.seconds = sr_clock_seconds() - start;
    event.of.ended.state = status == SR_OK                ? SR_JOB_DONE
                           : status == SR_ERROR_CANCELLED ? SR_JOB_STOPPED
                                                          : SR_JOB_FAILED;
    event.of.ended.error.status = status;
    event.context = job->work.context;
    if (goes_on) sr_leave_release();
    sr_mutex_lock(&jobs->mutex);
    job->state = event.of.ended.state;
    if (job->work.lane == SR_LANE_SHORT && --jobs->short_count == 0)
        sr_condition_broadcast(&jobs->resume);
    post(jobs, &event);
    sr_mutex_unlock(&jobs->mutex);
}

/* The link to the next job of a lane that can begin: the first in its queue that is not paused,
 * unless it has to wait for what runs. To NULL where there is none. The mutex is held. */
static struct job **next_ready(struct lane *lane)
{
    struct job **at = &lane->first;
    while (*at && (*at)->paused) at = &(*at)->next;
    if (*at && lane->running && (lane->alone || !(*at)->work.beside)) at = lane->last;
    return at;
}

static struct job *take(struct lane *lane, struct job **at)
{
    struct job *job = *at;
    *at = job->next;
    if (lane->last == &job->next) lane->last = at;
    return job;
}

struct worker {
    struct sr_jobs *jobs;
    struct lane *lane;
};

static void work(void *opaque)
{
    struct worker worker = *(struct worker *)opaque;
    struct sr_jobs *jobs = worker.jobs;
    free(opaque);
    for (;;) {
        sr_mutex_lock(&jobs->mutex);
        while (!jobs->closing && !*next_ready(worker.lane))
            sr_condition_wait(&worker.lane->wake, &jobs->mutex);
        struct job *job = jobs->closing ? NULL : take(worker.lane, next_ready(worker.lane));
        if (job) {
            worker.lane->running++;
            worker.lane->alone = !job->work.beside;
            job->state = SR_JOB_RUNNING;
            post(jobs, &(struct sr_event){.type = SR_EVENT_STARTED, .job = job->number});
        }
        sr_mutex_unlock(&jobs->mutex);
        if (!job) return;
        run_job(job);
        sr_mutex_lock(&jobs->mutex);
        worker.lane->running--;
        sr_condition_broadcast(&worker.lane->wake);
        sr_mutex_unlock(&jobs->mutex);
    }
}

/* One more thread for a lane. */
static enum sr_status add_worker(struct sr_jobs *jobs, struct lane *lane, struct sr_error *error)
{
    struct worker *worker = sr_xalloc(sizeof *worker);
    *worker = (struct worker){jobs, lane};
    lane->threads = sr_xrealloc(lane->threads, (size_t)(lane->count + 1) * sizeof *lane->threads);
    enum sr_status status =
        sr_thread_start(&lane->threads[lane->count], lane->name, work, worker, error);
    if (status)
        free(worker);
    else
        lane->count++;
    return status;
}

enum sr_status sr_jobs_widen(struct sr_jobs *jobs, int count, struct sr_error *error)
{
    struct lane *lane = &jobs->lanes[SR_LANE_LONG];
    enum sr_status status = SR_OK;
    while (!status && lane->count < count) status = add_worker(jobs, lane, error);
    return status;
}

struct sr_jobs *sr_jobs_new(struct sr_error *error)
{
    static const char *const names[SR_LANE_COUNT] = {"sartor-long", "sartor-short"};
    struct sr_jobs *jobs = sr_xalloc(sizeof *jobs);
    sr_mutex_init(&jobs->mutex);
    sr_condition_init(&jobs->resume);
    jobs->last = &jobs->first;
    for (int i = 0; i < SR_LANE_COUNT; i++) {
        jobs->lanes[i].name = names[i];
        sr_condition_init(&jobs->lanes[i].wake);
        jobs->lanes[i].last = &jobs->lanes[i].first;
    }
    jobs->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (jobs->descriptor < 0) {
        sr_error_set(error, SR_ERROR_IO,
                     "cannot make the descriptor that workers wake the interface by");
        sr_jobs_free(jobs);
        return NULL;
    }
    for (int i = 0; i < SR_LANE_COUNT; i++)
        if (add_worker(jobs, &jobs->lanes[i], error)) {
            sr_jobs_free(jobs);
            return NULL;
        }
    return jobs;
}

void sr_jobs_free(struct sr_jobs *jobs)
{
    if (!jobs) return;
    sr_mutex_lock(&jobs->mutex);
    jobs->closing = true;
    for (size_t i = 0; i < jobs->count; i++) atomic_store(&jobs->all[i]->asked, true);
    sr_condition_broadcast(&jobs->resume);
    for (int i = 0; i < SR_LANE_COUNT; i++) sr_condition_broadcast(&jobs->lanes[i].wake);
    sr_mutex_unlock(&jobs->mutex);
    for (int i = 0; i < SR_LANE_COUNT; i++) {
        for (int t = 0; t < jobs->lanes[i].count; t++) sr_thread_join(&jobs->lanes[i].threads[t]);
        free(jobs->lanes[i].threads);
        sr_condition_fini(&jobs->lanes[i].wake);
    }
    for (struct queued *item = jobs->first, *next; item; item = next) {
        next = item->next;
        free(item);
    }
    for (size_t i = 0; i < jobs->count; i++) {
        struct job *job = jobs->all[i];
        if (!job->context_returned && job->work.free) job->work.free(job->work.context);
        free(job);
    }
    free(jobs->all);
    if (jobs->descriptor >= 0) close(jobs->descriptor);
    sr_condition_fini(&jobs->resume);
    sr_mutex_fini(&jobs->mutex);
    free(jobs);
}

int sr_jobs_descriptor(const struct sr_jobs *jobs)
{
    return jobs->descriptor;
}

bool sr_jobs_next(struct sr_jobs *jobs, struct sr_event *event)
{
    sr_mutex_lock(&jobs->mutex);
    struct queued *item = jobs->first;
    if (item) {
        jobs->first = item->next;
        if (!jobs->first) jobs->last = &jobs->first;
        *event = item->event;
        free(item);
        struct job *job = jobs->all[event->job - 1];
        if (event->type == SR_EVENT_PROGRESS) {
            event->of.progress = job->latest;
            job->latest_waits = false;
        } else if (event->type == SR_EVENT_ENDED) {
            job->context_returned = true;
        }
    } else {
        uint64_t count;
        ssize_t got = read(jobs->descriptor, &count, sizeof count);
        (void)got; /* it may be empty */
    }
    sr_mutex_unlock(&jobs->mutex);
    return item != NULL;
}

bool sr_jobs_wait(struct sr_jobs *jobs, double seconds)
{
    struct pollfd poll_for = {jobs->descriptor, POLLIN, 0};
    sr_mutex_lock(&jobs->mutex);
    bool ready = jobs->first != NULL;
    sr_mutex_unlock(&jobs->mutex);
    return ready || poll(&poll_for, 1, seconds < 0 ? -1 : (int)(seconds * 1e3 + 0.999)) > 0;
}

uint32_t sr_jobs_submit(struct sr_jobs *jobs, const struct sr_work *work_to_do)
{
    struct job *job = sr_xalloc(sizeof *job);
    job->jobs = jobs;
    job->work = *work_to_do;
    job->state = SR_JOB_QUEUED;
    sr_mutex_lock(&jobs->mutex);
    sr_xgrow(&jobs->all, &jobs->room, jobs->count + 1, sizeof *jobs->all);
    jobs->all[jobs->count++] = job;
    job->number = (uint32_t)jobs->count;
    struct lane *lane = &jobs->lanes[job->work.lane];
    *lane->last = job;
    lane->last = &job->next;
    if (job->work.lane == SR_LANE_SHORT) jobs->short_count++;
    sr_condition_signal(&lane->wake);
    sr_mutex_unlock(&jobs->mutex);
    return job->number;
}

static struct job *find(struct sr_jobs *jobs, uint32_t number)
{
    return number >= 1 && number <= jobs->count ? jobs->all[number - 1] : NULL;
}

static void set_paused(struct sr_jobs *jobs, uint32_t number, bool paused)
{
    sr_mutex_lock(&jobs->mutex);
    struct job *job = find(jobs, number);
    if (job) {
        job->paused = paused;
        sr_condition_signal(&jobs->lanes[job->work.lane].wake);
    }
    sr_condition_broadcast(&jobs->resume);
    sr_mutex_unlock(&jobs->mutex);
}

void sr_jobs_pause(struct sr_jobs *jobs, uint32_t job)
{
    set_paused(jobs, job, true);
}

void sr_jobs_resume(struct sr_jobs *jobs, uint32_t job)
{
    set_paused(jobs, job, false);
}

/* A queued job ends at once: the one that runs before it may take hours or be paused. The mutex is
 * held. */
static void end_queued(struct sr_jobs *jobs, struct job *job)
{
    struct lane *lane = &jobs->lanes[job->work.lane];
    struct job **at = &lane->first;
    while (*at && *at != job) at = &(*at)->next;
    if (!*at) return;
    take(lane, at);
    if (job->work.lane == SR_LANE_SHORT && --jobs->short_count == 0)
        sr_condition_broadcast(&jobs->resume);
    struct sr_event event = {
        .type = SR_EVENT_ENDED, .job = job->number, .context = job->work.context};
    event.of.ended.state = job->state = SR_JOB_STOPPED;
    sr_error_set(&event.of.ended.error, SR_ERROR_CANCELLED, "stopped before it began");
    post(jobs, &event);
}

void sr_jobs_stop(struct sr_jobs *jobs, uint32_t number)
{
    sr_mutex_lock(&jobs->mutex);
    struct job *job = find(jobs, number);
    if (job) {
        atomic_store(&job->asked, true);
        job->paused = false;
        if (job->state == SR_JOB_QUEUED) end_queued(jobs, job);
    }
    sr_condition_broadcast(&jobs->resume);
    sr_mutex_unlock(&jobs->mutex);
}

bool sr_jobs_closing(struct sr_jobs *jobs)
{
    sr_mutex_lock(&jobs->mutex);
    bool closing = jobs->closing;
    sr_mutex_unlock(&jobs->mutex);
    return closing;
}

enum sr_job_state sr_jobs_state(struct sr_jobs *jobs, uint32_t number)
{
    sr_mutex_lock(&jobs->mutex);
    struct job *job = find(jobs, number);
    enum sr_job_state state = job ? job->state : SR_JOB_STOPPED;
    if (job && job->paused && state < SR_JOB_DONE) state = SR_JOB_PAUSED;
    sr_mutex_unlock(&jobs->mutex);
    return state;
}

bool sr_jobs_holds_up(struct sr_jobs *jobs, uint32_t paused, uint32_t number)
{
    sr_mutex_lock(&jobs->mutex);
    const struct job *holder = find(jobs, paused), *job = find(jobs, number);
    bool open = holder && job && holder->state < SR_JOB_DONE && job->state < SR_JOB_DONE;
    bool runs = open && holder->state != SR_JOB_QUEUED && job->state == SR_JOB_QUEUED;
    bool holds =
        open && holder->paused && (holder == job || (runs && holder->work.lane == job->work.lane));
    sr_mutex_unlock(&jobs->mutex);
    return holds;
}
