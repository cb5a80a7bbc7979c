#include "ranks_place.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"

/* ---- failure ---- */

static void fail(struct sr_ranks *ranks, const char *text)
{
    sr_mutex_lock(&ranks->mutex);
    if (!ranks->failure.status) sr_error_set(&ranks->failure, SR_ERROR_STATE, "%s", text);
    sr_mutex_unlock(&ranks->mutex);
}

bool sr_ranks_failed(struct sr_ranks *ranks, struct sr_error *error)
{
    sr_mutex_lock(&ranks->mutex);
    const bool failed = ranks->failure.status;
    if (failed && error) *error = ranks->failure;
    sr_mutex_unlock(&ranks->mutex);
    return failed;
}

static enum sr_status outcome(struct sr_ranks *ranks, struct sr_error *error)
{
    return sr_ranks_failed(ranks, error) ? SR_ERROR_STATE : SR_OK;
}

bool place_ended(long process)
{
    char path[64], line[512], *name_end;
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (!file) return kill((pid_t)process, 0) && errno == ESRCH;
    const bool read = fgets(line, sizeof line, file);
    fclose(file);
    if (!read || !(name_end = strrchr(line, ')'))) return true;
    return name_end[1] && (name_end[2] == 'Z' || name_end[2] == 'X');
}

/* Without rank 0, and where the work needs all, the others end too. */
static void end_without(struct sr_ranks *ranks, int number)
{
    char text[128];
    snprintf(text, sizeof text, "rank %d (process %ld) has ended, so the others end too", number,
             ranks->places[number].process);
    fail(ranks, text);
}

static void lose(struct sr_ranks *ranks, int number)
{
    sr_mutex_lock(&ranks->mutex);
    ranks->places[number].lost = true;
    const bool needed = ranks->need_all || number == 0;
    sr_mutex_unlock(&ranks->mutex);
    if (needed) end_without(ranks, number);
}

void place_watch(struct sr_ranks *ranks)
{
    for (int i = 0; i < ranks->count; i++)
        if (ranks->places[i].watched && !sr_ranks_lost(ranks, i) &&
            place_ended(ranks->places[i].process))
            lose(ranks, i);
}

bool sr_ranks_lost(struct sr_ranks *ranks, int number)
{
    bool lost = false;
    sr_mutex_lock(&ranks->mutex);
    for (int i = 0; i < ranks->count; i++)
        lost = lost || (ranks->places[i].lost && (number == i || number == SR_RANK_ANY));
    sr_mutex_unlock(&ranks->mutex);
    return lost;
}

void sr_ranks_need_all(struct sr_ranks *ranks, bool all)
{
    int missing = -1;
    sr_mutex_lock(&ranks->mutex);
    ranks->need_all = all;
    for (int i = 0; all && i < ranks->count; i++)
        if (ranks->places[i].lost) missing = i;
    sr_mutex_unlock(&ranks->mutex);
    if (missing >= 0) end_without(ranks, missing);
}

void sr_ranks_watch(struct sr_ranks *ranks)
{
    const double every = 0.1, now = sr_clock_seconds();
    sr_mutex_lock(&ranks->mutex);
    const bool due = now - ranks->watched >= every;
    if (due) ranks->watched = now;
    sr_mutex_unlock(&ranks->mutex);
    if (due) place_watch(ranks);
}

/* ---- who has work ---- */

int sr_ranks_take(struct sr_ranks *ranks, int first)
{
    int found = -1;
    sr_ranks_watch(ranks);
    sr_mutex_lock(&ranks->mutex);
    for (int i = first; found < 0 && i < ranks->count; i++)
        if (!ranks->places[i].taken && !ranks->places[i].lost) found = i;
    if (found >= 0) ranks->places[found].taken = true;
    sr_mutex_unlock(&ranks->mutex);
    return found;
}

bool sr_ranks_take_others(struct sr_ranks *ranks)
{
    bool free = true;
    sr_mutex_lock(&ranks->mutex);
    for (int i = 1; i < ranks->count; i++) free = free && !ranks->places[i].taken;
    for (int i = 1; free && i < ranks->count; i++) ranks->places[i].taken = true;
    sr_mutex_unlock(&ranks->mutex);
    return free;
}

void sr_ranks_give(struct sr_ranks *ranks, int number)
{
    sr_mutex_lock(&ranks->mutex);
    ranks->places[number].taken = false;
    sr_mutex_unlock(&ranks->mutex);
}

uint64_t sr_ranks_kept(const struct sr_ranks *ranks, int number)
{
    return ranks->places[number].kept;
}

void sr_ranks_keep(struct sr_ranks *ranks, int number, uint64_t what)
{
    ranks->places[number].kept = what;
}

/* ---- messages ---- */

void *sr_ranks_send_begin(struct sr_ranks *ranks, int to, enum sr_tag tag, const void *bytes,
                          size_t length)
{
    sr_mutex_lock(&ranks->mutex);
    void *request = ranks->failure.status ? NULL : ranks->transport->send(to, tag, bytes, length);
    ranks->sent += length;
    sr_mutex_unlock(&ranks->mutex);
    if (!request) place_watch(ranks); /* has the other ended? */
    if (!request && !sr_ranks_lost(ranks, to)) fail(ranks, "MPI cannot send a message");
    return request;
}

void *sr_ranks_receive_begin(struct sr_ranks *ranks, int from, enum sr_tag tag, void *bytes,
                             size_t length)
{
    sr_mutex_lock(&ranks->mutex);
    void *request =
        ranks->failure.status ? NULL : ranks->transport->receive(from, tag, bytes, length);
    sr_mutex_unlock(&ranks->mutex);
    if (!request) fail(ranks, "MPI cannot receive a message");
    return request;
}

bool sr_ranks_done(struct sr_ranks *ranks, void **request)
{
    if (!*request) return true;
    sr_mutex_lock(&ranks->mutex);
    const int state = ranks->failure.status ? -1 : ranks->transport->test(*request);
    sr_mutex_unlock(&ranks->mutex);
    if (state < 0) fail(ranks, "MPI cannot carry a message: another process has ended");
    if (state) *request = NULL;
    return state;
}

void sr_ranks_turn(struct sr_ranks *ranks, struct sr_turns *turns)
{
    enum { LOOK = 32 };
    const double quick = 0.002, soon = 0.05, late = 1; /* seconds */
    if (!turns->turns) turns->began = sr_clock_seconds();
    if (++turns->turns < LOOK) {
        sched_yield();
        return;
    }
    const double waited = sr_clock_seconds() - turns->began;
    if (waited < quick)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = waited < soon   ? 50000
                                                : waited < late ? 1000000
                                                                : 5000000},
                  NULL);
    sr_ranks_watch(ranks);
}

static enum sr_status has_been_lost(int number, struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_STATE, "rank %d has ended", number);
}

static enum sr_status finish(struct sr_ranks *ranks, void *request, int other,
                             struct sr_error *error)
{
    struct sr_turns turns = {0};
    while (!sr_ranks_done(ranks, &request)) {
        if (sr_ranks_lost(ranks, other)) break;
        sr_ranks_turn(ranks, &turns);
    }
    if (request && !sr_ranks_failed(ranks, NULL)) return has_been_lost(other, error);
    return outcome(ranks, error);
}

enum sr_status sr_ranks_send(struct sr_ranks *ranks, int to, enum sr_tag tag, const void *bytes,
                             size_t length, struct sr_error *error)
{
    void *request = sr_ranks_send_begin(ranks, to, tag, bytes, length);
    if (!request && !sr_ranks_failed(ranks, NULL)) return has_been_lost(to, error);
    return finish(ranks, request, to, error);
}

enum sr_status sr_ranks_receive(struct sr_ranks *ranks, int from, enum sr_tag tag, void *bytes,
                                size_t length, struct sr_error *error)
{
    return finish(ranks, sr_ranks_receive_begin(ranks, from, tag, bytes, length), from, error);
}

enum sr_status sr_ranks_next(struct sr_ranks *ranks, enum sr_tag tag, bool wait, int *from,
                             struct sr_text *message, struct sr_error *error)
{
    struct sr_turns turns = {0};
    for (const int wanted = *from;; *from = wanted) {
        const bool lost = wanted >= 0 && sr_ranks_lost(ranks, wanted);
        size_t length = 0;
        sr_mutex_lock(&ranks->mutex);
        const int state = ranks->failure.status ? -1 : ranks->transport->probe(tag, from, &length);
        sr_mutex_unlock(&ranks->mutex);
        if (state < 0) fail(ranks, "MPI cannot look for messages");
        if (state < 0) return outcome(ranks, error);
        if (state > 0) {
            char *bytes = sr_xalloc(length + 1);
            enum sr_status status = sr_ranks_receive(ranks, *from, tag, bytes, length, error);
            if (status) return status; /* the bytes stay */
            sr_text_add_bytes(message, bytes, length);
            free(bytes);
            return SR_OK;
        }
        if (lost) return has_been_lost(wanted, error);
        if (!wait) return SR_PENDING;
        sr_ranks_turn(ranks, &turns);
    }
}

int sr_ranks_number(const struct sr_ranks *ranks)
{
    return ranks->number;
}

int sr_ranks_count(const struct sr_ranks *ranks)
{
    return ranks->count;
}

uint64_t sr_ranks_sent(struct sr_ranks *ranks)
{
    sr_mutex_lock(&ranks->mutex);
    const uint64_t sent = ranks->sent;
    sr_mutex_unlock(&ranks->mutex);
    return sent;
}
