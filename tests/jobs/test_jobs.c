#include "support.h"

#include <poll.h>
#include <stdatomic.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/jobs/jobs.h"

/* Work that counts, tells of it, and asks whether to go on. */
struct count {
    int steps, epochs_every;
    atomic_int done, freed;
    bool silent;      /* fails without a sentence */
    atomic_bool hold; /* waits while set, so that tests can look in between */
    enum sr_status end;
};

static enum sr_status count_run(void *context, const struct sr_monitor *monitor,
                                struct sr_error *error)
{
    struct count *count = context;
    for (int i = 0; i < count->steps; i++) {
        while (atomic_load(&count->hold)) {
            if (!sr_monitor_proceed(monitor))
                return sr_error_set(error, SR_ERROR_CANCELLED, "asked to end");
            sleep_seconds(0.001);
        }
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "asked to end");
        atomic_fetch_add(&count->done, 1);
        sr_monitor_progress(monitor, &(struct sr_progress){.done = (uint64_t)i + 1,
                                                           .total = (uint64_t)count->steps});
        if (count->epochs_every && (i + 1) % count->epochs_every == 0)
            sr_monitor_epoch(monitor, &(struct sr_epoch){.epoch = (i + 1) / count->epochs_every});
    }
    if (count->silent) return count->end;
    return count->end ? sr_error_set(error, count->end, "as told") : SR_OK;
}

static void count_free(void *context)
{
    atomic_fetch_add(&((struct count *)context)->freed, 1);
}

static uint32_t submit(struct sr_jobs *jobs, enum sr_lane lane, struct count *count)
{
    return sr_jobs_submit(
        jobs,
        &(struct sr_work){.lane = lane, .run = count_run, .free = count_free, .context = count});
}

static uint32_t submit_beside(struct sr_jobs *jobs, struct count *count)
{
    return sr_jobs_submit(jobs, &(struct sr_work){.lane = SR_LANE_LONG,
                                                  .run = count_run,
                                                  .free = count_free,
                                                  .context = count,
                                                  .beside = true});
}

/* Drain until that job's end. Returns it; counts the events of each type. */
static struct sr_event until_end(struct sr_jobs *jobs, uint32_t job, int tally[4])
{
    struct sr_event event;
    double limit = sr_clock_seconds() + 20;
    while (sr_clock_seconds() < limit) {
        if (!sr_jobs_next(jobs, &event)) {
            sr_jobs_wait(jobs, 1);
            continue;
        }
        if (event.job == job) tally[event.type]++;
        if (event.job == job && event.type == SR_EVENT_ENDED) return event;
    }
    fail_msg("job %u did not end", job);
    return event;
}

static void epochs_are_never_dropped_and_progress_never_piles_up(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 5000, .epochs_every = 10};
    int tally[4] = {0};
    uint32_t job = submit(jobs, SR_LANE_LONG, &count);
    while (atomic_load(&count.done) < 5000) sleep_seconds(0.001); /* nobody drains meanwhile */
    struct sr_event end = until_end(jobs, job, tally);
    assert_int_equal(end.of.ended.state, SR_JOB_DONE);
    assert_ptr_equal(end.context, &count);
    assert_int_equal(tally[SR_EVENT_STARTED], 1);
    assert_int_equal(tally[SR_EVENT_EPOCH], 500);
    assert_in_range(tally[SR_EVENT_PROGRESS], 1, 10);
    sr_jobs_free(jobs);
    assert_int_equal(count.freed, 0); /* it came back with the event */
}

static void progress_wakes_the_owner_now_and_then_and_at_the_end(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 200000};
    struct sr_event event = {0};
    struct sr_progress last = {0};
    int told = 0;
    double begun = sr_clock_seconds();
    submit(jobs, SR_LANE_LONG, &count);
    while (event.type != SR_EVENT_ENDED && sr_clock_seconds() < begun + 20) {
        if (!sr_jobs_next(jobs, &event)) {
            sr_jobs_wait(jobs, 1);
            continue;
        }
        if (event.type != SR_EVENT_PROGRESS) continue;
        last = event.of.progress;
        told++;
    }
    assert_in_range(told, 1, (int)((sr_clock_seconds() - begun) * 50) + 2);
    assert_int_equal(last.done, 200000);
    sr_jobs_free(jobs);
}

static void long_jobs_queue_and_short_ones_go_first(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count first = {.steps = 1000000000}, second = {.steps = 1}, brief = {.steps = 3};
    int tally[4] = {0};
    uint32_t a = submit(jobs, SR_LANE_LONG, &first), b = submit(jobs, SR_LANE_LONG, &second);
    while (!atomic_load(&first.done)) sleep_seconds(0.001);
    assert_int_equal(sr_jobs_state(jobs, b), SR_JOB_QUEUED);
    atomic_store(&brief.hold, true);
    uint32_t c = submit(jobs, SR_LANE_SHORT, &brief);
    sleep_seconds(0.02);
    int before = atomic_load(&first.done);
    sleep_seconds(0.03);
    assert_int_equal(atomic_load(&first.done), before); /* it has given way */
    atomic_store(&brief.hold, false);
    assert_int_equal(until_end(jobs, c, tally).of.ended.state, SR_JOB_DONE);
    double limit = sr_clock_seconds() + 10;
    while (atomic_load(&first.done) == before && sr_clock_seconds() < limit) sleep_seconds(0.001);
    assert_true(atomic_load(&first.done) > before); /* and goes on */
    sr_jobs_stop(jobs, a);
    assert_int_equal(until_end(jobs, a, tally).of.ended.state, SR_JOB_STOPPED);
    assert_int_equal(until_end(jobs, b, tally).of.ended.state, SR_JOB_DONE);
    sr_jobs_free(jobs);
}

static void a_job_paused_in_the_queue_lets_others_pass(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count first = {.steps = 1}, second = {.steps = 1}, third = {.steps = 1};
    int tally[4] = {0};
    atomic_store(&first.hold, true);
    uint32_t a = submit(jobs, SR_LANE_LONG, &first), b = submit(jobs, SR_LANE_LONG, &second);
    sr_jobs_pause(jobs, b);
    uint32_t c = submit(jobs, SR_LANE_LONG, &third);
    atomic_store(&first.hold, false);
    assert_int_equal(until_end(jobs, a, tally).of.ended.state, SR_JOB_DONE);
    assert_int_equal(until_end(jobs, c, tally).of.ended.state, SR_JOB_DONE);
    assert_int_equal(sr_jobs_state(jobs, b), SR_JOB_PAUSED);
    assert_int_equal(atomic_load(&second.done), 0);
    assert_true(sr_jobs_holds_up(jobs, b, b));
    assert_false(sr_jobs_holds_up(jobs, b, a)); /* it has ended */
    sr_jobs_resume(jobs, b);                    /* the lane sleeps now: this wakes it */
    assert_int_equal(until_end(jobs, b, tally).of.ended.state, SR_JOB_DONE);
    uint32_t d = submit(jobs, SR_LANE_LONG, &third); /* the queue's end is where it was */
    assert_int_equal(until_end(jobs, d, tally).of.ended.state, SR_JOB_DONE);
    sr_jobs_free(jobs);
}

static void wait_for_step(struct count *count)
{
    const double limit = sr_clock_seconds() + 20;
    while (!atomic_load(&count->done) && sr_clock_seconds() < limit) sleep_seconds(0.001);
    assert_true(atomic_load(&count->done) > 0);
}

static void jobs_of_other_processes_run_beside_one_another(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count counts[5];
    int tally[4] = {0};
    memset(counts, 0, sizeof counts);
    for (int i = 0; i < 5; i++) counts[i].steps = 1000000000;
    assert_int_equal(sr_jobs_widen(jobs, 2, &error), SR_OK);
    const uint32_t a = submit_beside(jobs, &counts[0]), b = submit_beside(jobs, &counts[1]),
                   third = submit_beside(jobs, &counts[2]),
                   alone = submit(jobs, SR_LANE_LONG, &counts[3]),
                   last = submit_beside(jobs, &counts[4]);
    wait_for_step(&counts[0]);
    wait_for_step(&counts[1]); /* both run */
    assert_int_equal(sr_jobs_state(jobs, third), SR_JOB_QUEUED);
    sr_jobs_stop(jobs, a);
    until_end(jobs, a, tally);
    wait_for_step(&counts[2]);
    sr_jobs_stop(jobs, b);
    until_end(jobs, b, tally);
    sleep_seconds(0.02);
    assert_int_equal(sr_jobs_state(jobs, alone), SR_JOB_QUEUED); /* not beside the third */
    assert_int_equal(sr_jobs_state(jobs, last), SR_JOB_QUEUED);  /* nor before its turn */
    sr_jobs_stop(jobs, third);
    until_end(jobs, third, tally);
    wait_for_step(&counts[3]);
    sleep_seconds(0.02);
    assert_int_equal(sr_jobs_state(jobs, last), SR_JOB_QUEUED); /* not beside that one */
    sr_jobs_stop(jobs, alone);
    until_end(jobs, alone, tally);
    wait_for_step(&counts[4]);
    sr_jobs_free(jobs);
}

static void pause_and_resume(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 100000000};
    int tally[4] = {0};
    uint32_t job = submit(jobs, SR_LANE_LONG, &count);
    while (!atomic_load(&count.done)) sleep_seconds(0.001);
    struct count behind = {.steps = 1};
    uint32_t next = submit(jobs, SR_LANE_LONG, &behind);
    assert_false(sr_jobs_holds_up(jobs, job, next)); /* it only runs before it */
    assert_false(sr_jobs_holds_up(jobs, job, job));
    sr_jobs_pause(jobs, job);
    assert_int_equal(sr_jobs_state(jobs, job), SR_JOB_PAUSED);
    assert_true(sr_jobs_holds_up(jobs, job, next));
    assert_false(sr_jobs_holds_up(jobs, next, job));
    sleep_seconds(0.02);
    int before = atomic_load(&count.done);
    sleep_seconds(0.02);
    assert_int_equal(atomic_load(&count.done), before);
    sr_jobs_resume(jobs, job);
    double limit = sr_clock_seconds() + 10;
    while (atomic_load(&count.done) == before && sr_clock_seconds() < limit) sleep_seconds(0.001);
    assert_true(atomic_load(&count.done) > before);
    assert_int_equal(sr_jobs_state(jobs, job), SR_JOB_RUNNING);
    sr_jobs_pause(jobs, job);
    sr_jobs_stop(jobs, job); /* a paused job can be stopped */
    assert_int_not_equal(sr_jobs_state(jobs, job), SR_JOB_PAUSED);
    assert_int_equal(until_end(jobs, job, tally).of.ended.state, SR_JOB_STOPPED);
    assert_int_equal(sr_jobs_state(jobs, job), SR_JOB_STOPPED);
    sr_jobs_free(jobs);
}

static void failures_keep_their_sentence(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 1, .end = SR_ERROR_NUMERIC};
    int tally[4] = {0};
    uint32_t job = submit(jobs, SR_LANE_SHORT, &count);
    struct sr_event end = until_end(jobs, job, tally);
    assert_int_equal(end.of.ended.state, SR_JOB_FAILED);
    assert_int_equal(sr_jobs_state(jobs, job), SR_JOB_FAILED);
    assert_int_equal(end.of.ended.error.status, SR_ERROR_NUMERIC);
    assert_string_equal(end.of.ended.error.text, "as told");
    struct count silent = {.steps = 1, .end = SR_ERROR_MEMORY, .silent = true};
    end = until_end(jobs, submit(jobs, SR_LANE_SHORT, &silent), tally);
    assert_int_equal(end.of.ended.state, SR_JOB_FAILED);
    assert_int_equal(end.of.ended.error.status, SR_ERROR_MEMORY);
    sr_jobs_free(jobs);
}

static void leaving_stops_and_frees_everything(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count running = {.steps = 100000000}, waiting = {.steps = 1}, held = {.steps = 1};
    atomic_store(&held.hold, true);
    uint32_t job = submit(jobs, SR_LANE_LONG, &running);
    submit(jobs, SR_LANE_LONG, &waiting);
    submit(jobs, SR_LANE_SHORT, &held);
    sr_jobs_pause(jobs, job);
    sr_jobs_free(jobs);
    assert_int_equal(running.freed + waiting.freed + held.freed, 3);
    assert_int_equal(waiting.done, 0);
}

/* A job that still waits for a short one when it is stopped does no step at all. */
static void a_job_that_is_stopped_while_it_waits_does_not_begin(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count brief = {.steps = 1}, waiting = {.steps = 1};
    int tally[4] = {0};
    atomic_store(&brief.hold, true);
    uint32_t a = submit(jobs, SR_LANE_SHORT, &brief), b = submit(jobs, SR_LANE_LONG, &waiting);
    while (sr_jobs_state(jobs, b) != SR_JOB_RUNNING) sleep_seconds(0.001); /* it has been taken */
    sleep_seconds(0.02);
    sr_jobs_stop(jobs, b);
    struct sr_event end = until_end(jobs, b, tally);
    assert_int_equal(end.of.ended.state, SR_JOB_STOPPED);
    assert_string_equal(end.of.ended.error.text, "stopped before it began");
    atomic_store(&brief.hold, false);
    assert_int_equal(until_end(jobs, a, tally).of.ended.state, SR_JOB_DONE);
    sr_jobs_free(jobs);
}

/* A short job that is stopped before it begins no longer counts: long ones go on. */
static void a_stopped_short_job_holds_up_nothing(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count lengthy = {.steps = 1000000000}, first = {.steps = 1}, second = {.steps = 1};
    int tally[4] = {0};
    uint32_t job = submit(jobs, SR_LANE_LONG, &lengthy);
    while (!atomic_load(&lengthy.done)) sleep_seconds(0.001);
    atomic_store(&first.hold, true);
    uint32_t a = submit(jobs, SR_LANE_SHORT, &first), b = submit(jobs, SR_LANE_SHORT, &second);
    while (sr_jobs_state(jobs, a) != SR_JOB_RUNNING) sleep_seconds(0.001);
    sr_jobs_stop(jobs, b);
    struct sr_event end = until_end(jobs, b, tally); /* at once, though `a` goes on */
    assert_int_equal(end.of.ended.state, SR_JOB_STOPPED);
    assert_int_equal(end.of.ended.error.status, SR_ERROR_CANCELLED);
    assert_ptr_equal(end.context, &second);
    assert_int_equal(second.done, 0);
    assert_int_equal(sr_jobs_state(jobs, b), SR_JOB_STOPPED);
    assert_int_equal(sr_jobs_state(jobs, a), SR_JOB_RUNNING);
    int before = atomic_load(&lengthy.done);
    sleep_seconds(0.02);
    assert_in_range(atomic_load(&lengthy.done), before, before + 1); /* `a` still goes first */
    atomic_store(&first.hold, false);
    assert_int_equal(until_end(jobs, a, tally).of.ended.state, SR_JOB_DONE);
    before = atomic_load(&lengthy.done);
    double limit = sr_clock_seconds() + 10;
    while (atomic_load(&lengthy.done) < before + 100 && sr_clock_seconds() < limit)
        sleep_seconds(0.001);
    assert_true(atomic_load(&lengthy.done) >= before + 100);
    sr_jobs_stop(jobs, job);
    assert_int_equal(until_end(jobs, job, tally).of.ended.state, SR_JOB_STOPPED);
    sr_jobs_free(jobs);
    assert_int_equal(second.freed, 0); /* it came back with its event, and only so */
}

/* Stopped jobs leave the queue as it was without them. */
static void the_queue_keeps_its_order(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count counts[6] = {0};
    uint32_t numbers[6], order[6] = {0};
    int ended = 0;
    atomic_store(&counts[0].hold, true);
    for (int i = 0; i < 5; i++) {
        counts[i].steps = 1;
        numbers[i] = submit(jobs, SR_LANE_LONG, &counts[i]);
        assert_int_equal(numbers[i], i + 1);
    }
    sr_jobs_stop(jobs, numbers[2]);
    sr_jobs_stop(jobs, numbers[4]); /* the last: the next one comes behind the fourth */
    counts[5].steps = 1;
    numbers[5] = submit(jobs, SR_LANE_LONG, &counts[5]);
    atomic_store(&counts[0].hold, false);
    double limit = sr_clock_seconds() + 20;
    for (struct sr_event event; ended < 6 && sr_clock_seconds() < limit;) {
        if (!sr_jobs_next(jobs, &event))
            sr_jobs_wait(jobs, 1);
        else if (event.type == SR_EVENT_ENDED)
            order[ended++] = event.job;
    }
    const uint32_t wanted[] = {3, 5, 1, 2, 4, 6};
    assert_memory_equal(order, wanted, sizeof wanted);
    for (int i = 0; i < 6; i++) assert_int_equal(counts[i].done, i != 2 && i != 4);
    sr_jobs_stop(jobs, numbers[1]); /* what has ended stays as it is */
    assert_int_equal(sr_jobs_state(jobs, numbers[1]), SR_JOB_DONE);
    sr_jobs_stop(jobs, 99);
    assert_int_equal(sr_jobs_state(jobs, 99), SR_JOB_STOPPED);
    assert_int_equal(sr_jobs_state(jobs, 0), SR_JOB_STOPPED);
    sr_jobs_free(jobs);
}

static bool readable(const struct sr_jobs *jobs)
{
    struct pollfd descriptor = {sr_jobs_descriptor(jobs), POLLIN, 0};
    return poll(&descriptor, 1, 0) > 0;
}

static void the_descriptor_tells_of_events(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 1};
    struct sr_event event;
    assert_false(readable(jobs));
    assert_false(sr_jobs_next(jobs, &event));
    double begun = sr_clock_seconds();
    assert_false(sr_jobs_wait(jobs, 0.05));
    assert_true(sr_clock_seconds() - begun >= 0.045);
    assert_false(sr_jobs_closing(jobs));
    uint32_t job = submit(jobs, SR_LANE_SHORT, &count);
    while (sr_jobs_state(jobs, job) != SR_JOB_DONE) sleep_seconds(0.001);
    assert_true(readable(jobs));
    assert_true(sr_jobs_wait(jobs, 0));
    static const enum sr_event_type wanted[] = {SR_EVENT_STARTED, SR_EVENT_PROGRESS,
                                                SR_EVENT_ENDED};
    for (int i = 0; i < 3; i++) {
        assert_true(sr_jobs_next(jobs, &event));
        assert_int_equal(event.type, wanted[i]);
        assert_int_equal(event.job, job);
        if (event.type == SR_EVENT_PROGRESS) assert_int_equal(event.of.progress.done, 1);
    }
    assert_true(event.of.ended.seconds >= 0 && event.of.ended.seconds < 10);
    assert_false(sr_jobs_next(jobs, &event));
    assert_false(readable(jobs));
    sr_jobs_free(jobs);
}

/* What is overwritten while nobody drains comes once, as it was last. */
static void one_progress_event_brings_the_latest(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_jobs *jobs = sr_jobs_new(&error);
    struct count count = {.steps = 100};
    struct sr_event event;
    int progress = 0;
    uint32_t job = submit(jobs, SR_LANE_LONG, &count);
    while (sr_jobs_state(jobs, job) != SR_JOB_DONE) sleep_seconds(0.001);
    while (sr_jobs_next(jobs, &event))
        if (event.type == SR_EVENT_PROGRESS) {
            progress++;
            assert_int_equal(event.of.progress.done, 100);
        }
    assert_int_equal(progress, 1);
    sr_jobs_free(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_are_never_dropped_and_progress_never_piles_up),
        cmocka_unit_test(progress_wakes_the_owner_now_and_then_and_at_the_end),
        cmocka_unit_test(long_jobs_queue_and_short_ones_go_first),
        cmocka_unit_test(a_job_paused_in_the_queue_lets_others_pass),
        cmocka_unit_test(jobs_of_other_processes_run_beside_one_another),
        cmocka_unit_test(pause_and_resume),
        cmocka_unit_test(failures_keep_their_sentence),
        cmocka_unit_test(leaving_stops_and_frees_everything),
        cmocka_unit_test(a_job_that_is_stopped_while_it_waits_does_not_begin),
        cmocka_unit_test(a_stopped_short_job_holds_up_nothing),
        cmocka_unit_test(the_queue_keeps_its_order),
        cmocka_unit_test(the_descriptor_tells_of_events),
        cmocka_unit_test(one_progress_event_brings_the_latest),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
