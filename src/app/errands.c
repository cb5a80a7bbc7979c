#include "errands.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "task.h"

enum state { WAITING, AWAY, DONE, TAKEN };

struct result {
    enum state state;
    int rank; /* AWAY: with this one */
    struct sr_error error;
    struct sr_predictions predictions;
    size_t repeated;
    double seconds;
};

struct errands {
    struct errands_source source;
    struct result *results;
    struct sr_ranks *ranks; /* NULL: this process is alone, or that is not known yet */
    bool *busy;             /* by rank */
    uint64_t ticket;        /* of the first */
    bool alone;             /* these cannot be handed out */
};

struct errands *errands_new(const struct errands_source *source)
{
    struct errands *errands = sr_xalloc(sizeof *errands);
    errands->source = *source;
    errands->results = sr_xalloc((source->count + 1) * sizeof *errands->results);
    errands->ticket = sr_together_tickets(source->count);
    return errands;
}

/* ---- others ---- */

/* Keep what a rank has answered. */
static void keep(struct errands *errands, struct sr_together_answer *answer)
{
    const uint64_t index = answer->ticket - errands->ticket;
    struct errand errand;
    errands->busy[answer->rank] = false;
    if (index < errands->source.count && errands->results[index].state == AWAY) {
        struct result *result = &errands->results[index];
        result->error = answer->error;
        result->repeated = answer->repeated;
        result->seconds = answer->seconds;
        result->state = DONE;
        struct sr_error error = {0};
        if (!answer->error.status &&
            !errands->source.make(errands->source.owner, (size_t)index, &errand, &error)) {
            const int classes = errand.fit.shape.classes;
            if (answer->count != errand.held_out.count * (size_t)classes)
                sr_error_set(&error, SR_ERROR_FORMAT, "what rank %d sent is damaged", answer->rank);
            else if (!sr_predictions_init(&result->predictions, &errand.held_out, classes,
                                          &error)) {
                memcpy(result->predictions.probabilities, answer->probabilities,
                       answer->count * sizeof *answer->probabilities);
                sr_predictions_finish(&result->predictions);
            }
            errands->source.release(errands->source.owner, &errand);
        }
        if (error.status) result->error = error;
    }
    free(answer->probabilities);
}

static struct result *next_waiting(struct errands *errands, size_t *index)
{
    const struct errands_source *source = &errands->source;
    for (*index = 0; *index < source->count; ++*index)
        if (errands->results[*index].state == WAITING &&
            (!source->needed || source->needed(source->owner, *index)))
            return &errands->results[*index];
    return NULL;
}

static int free_rank(const struct errands *errands)
{
    for (int i = 1; errands->ranks && i < sr_ranks_count(errands->ranks); i++)
        if (!errands->busy[i] && !sr_ranks_lost(errands->ranks, i)) return i;
    return 0;
}

/* Send the next one that waits to that rank. False when there is none that can be sent. */
static bool send_next(struct errands *errands, int rank)
{
    size_t index;
    struct errand errand;
    struct sr_error error = {0};
    struct result *result = next_waiting(errands, &index);
    if (!result || errands->source.make(errands->source.owner, index, &errand, &error))
        return false;
    const bool sent = sr_together_can_send(&errand.fit, &errand.held_out) &&
                      !sr_together_send(errands->source.class, &errand.fit, &errand.held_out, rank,
                                        errands->ticket + index, &error);
    errands->source.release(errands->source.owner, &errand);
    if (!sent && sr_ranks_lost(errands->ranks, rank)) return true; /* the next rank gets it */
    if (!sent) errands->alone = true;
    if (!sent) return false;
    result->state = AWAY;
    result->rank = rank;
    errands->busy[rank] = true;
    return true;
}

/* What ranks had that have ended is handed out again. */
static void take_back(struct errands *errands)
{
    sr_ranks_watch(errands->ranks);
    for (size_t i = 0; i < errands->source.count; i++) {
        struct result *result = &errands->results[i];
        if (result->state == AWAY && sr_ranks_lost(errands->ranks, result->rank))
            result->state = WAITING;
    }
}

/* Keep what has been answered, and hand out what can be handed out. */
static void serve(struct errands *errands)
{
    struct sr_together_answer answer;
    struct sr_error error = {0};
    if (!errands->ranks) return;
    while (!sr_together_receive(errands->ranks, SR_RANK_ANY, false, &answer, &error))
        keep(errands, &answer);
    take_back(errands);
    for (int rank; !errands->alone && (rank = free_rank(errands)) && send_next(errands, rank);) {
    }
}

void errands_free(struct errands *errands)
{
    if (!errands) return;
    struct sr_error error = {0};
    for (size_t i = 0; i < errands->source.count; i++)
        if (errands->results[i].state == AWAY)
            sr_together_give_up(errands->ranks, errands->results[i].rank, errands->ticket + i);
    for (int i = 1; errands->ranks && i < sr_ranks_count(errands->ranks); i++)
        while (errands->busy[i] && !sr_ranks_lost(errands->ranks, i) && !error.status) {
            struct sr_together_answer answer;
            if (!sr_together_receive(errands->ranks, i, true, &answer, &error))
                keep(errands, &answer);
        }
    for (size_t i = 0; i < errands->source.count; i++)
        if (errands->results[i].state == DONE)
            sr_predictions_fini(&errands->results[i].predictions);
    free(errands->results);
    free(errands->busy);
    free(errands);
}

/* ---- this process ---- */

/* The monitor of a training, by which others are served while it runs. */
struct watch {
    struct errands *errands;
    const struct sr_monitor *monitor;
};

static void on_progress(void *owner, const struct sr_progress *progress)
{
    sr_monitor_progress(((struct watch *)owner)->monitor, progress);
}

static void on_epoch(void *owner, const struct sr_epoch *epoch)
{
    sr_monitor_epoch(((struct watch *)owner)->monitor, epoch);
}

static bool on_proceed(void *owner)
{
    const struct watch *watch = owner;
    serve(watch->errands);
    return sr_monitor_proceed(watch->monitor);
}

/* Do it here; others are served meanwhile. */
static void work(struct errands *errands, size_t index)
{
    const struct errands_source *source = &errands->source;
    struct result *result = &errands->results[index];
    struct errand errand;
    const double begun = sr_clock_seconds();
    result->state = DONE; /* so that it is not handed out */
    if (source->make(source->owner, index, &errand, &result->error)) return;
    if (!errands->ranks && errand.fit.together) {
        errands->ranks = errand.fit.together->ranks;
        errands->busy = sr_xalloc((size_t)sr_ranks_count(errands->ranks) * sizeof *errands->busy);
    }
    errand.fit.together = NULL; /* not to be shared: the others have errands of their own */
    struct watch watch = {errands, errand.fit.monitor};
    const struct sr_monitor monitor = {&watch, on_progress, on_epoch, on_proceed};
    errand.fit.monitor = &monitor;
    serve(errands);
    if (source->begin) source->begin(source->owner, index);
    const enum sr_status status =
        sr_judge_fit(source->class, &errand.fit, &errand.held_out, &result->predictions,
                     &result->repeated, &result->error);
    result->error.status = status;
    result->seconds = sr_clock_seconds() - begun;
    source->release(source->owner, &errand);
}

enum sr_status errands_take(struct errands *errands, size_t index,
                            struct sr_predictions *predictions, size_t *repeated, double *seconds,
                            struct sr_error *error)
{
    struct result *result = &errands->results[index];
    struct sr_turns turns = {0};
    *predictions = (struct sr_predictions){0};
    while (result->state == WAITING || result->state == AWAY) {
        size_t other;
        if (result->state == WAITING) { /* at first, or after its rank has ended */
            work(errands, index);
            break;
        }
        serve(errands);
        if (result->state != AWAY) continue;
        if (next_waiting(errands, &other)) {
            work(errands, other);
            if (errands->results[other].error.status == SR_ERROR_CANCELLED) {
                *error = errands->results[other].error;
                return error->status;
            }
        } else if (!sr_monitor_proceed(errands->source.monitor)) {
            return sr_stopped(error);
        } else if (sr_ranks_failed(errands->ranks, error)) {
            return error->status;
        } else {
            sr_ranks_turn(errands->ranks, &turns);
        }
    }
    result->state = TAKEN;
    *repeated += result->repeated;
    *seconds = result->seconds;
    if (result->error.status) {
        *error = result->error;
        return error->status;
    }
    *predictions = result->predictions;
    return SR_OK;
}
