#include "seats.h"

#include <stdlib.h>
#include <time.h>

#include "sartor/base/memory.h"
#include "sartor/base/thread.h"

struct seats {
    struct sr_ranks *ranks;
    struct sr_mutex mutex;
    bool *taken; /* by rank */
};

struct seats *seats_new(struct sr_ranks *ranks)
{
    struct seats *seats = sr_xalloc(sizeof *seats);
    seats->ranks = ranks;
    seats->taken = sr_xalloc((size_t)sr_ranks_count(ranks) * sizeof *seats->taken);
    sr_mutex_init(&seats->mutex);
    return seats;
}

void seats_free(struct seats *seats)
{
    if (!seats) return;
    sr_mutex_fini(&seats->mutex);
    free(seats->taken);
    free(seats);
}

static int take_free(struct seats *seats)
{
    int found = -1;
    sr_ranks_watch(seats->ranks);
    sr_mutex_lock(&seats->mutex);
    for (int i = 0; found < 0 && i < sr_ranks_count(seats->ranks); i++)
        if (!seats->taken[i] && !sr_ranks_lost(seats->ranks, i)) found = i;
    if (found >= 0) seats->taken[found] = true;
    sr_mutex_unlock(&seats->mutex);
    return found;
}

int seats_take(struct seats *seats, const struct sr_monitor *monitor)
{
    int rank;
    while ((rank = take_free(seats)) < 0) {
        if (!sr_monitor_proceed(monitor)) return -1;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return rank;
}

void seats_give(struct seats *seats, int rank)
{
    sr_mutex_lock(&seats->mutex);
    seats->taken[rank] = false;
    sr_mutex_unlock(&seats->mutex);
}
