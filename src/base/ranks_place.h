/* ranks_place.h - what a process knows of all of a run. Private to base/. */
#ifndef SARTOR_BASE_RANKS_PLACE_H
#define SARTOR_BASE_RANKS_PLACE_H

#include "sartor/base/ranks.h"
#include "sartor/base/thread.h"
#include "sartor/base/transport.h"

/* Where a process runs. */
struct place {
    char host[64];
    long process;
    bool watched; /* it runs on this machine, so that its end can be seen */
    bool lost;    /* it has ended before its time */
    bool taken;   /* it has work */
    uint64_t kept;
};

struct sr_ranks {
    const struct sr_transport *transport;
    void *module;
    int number, count;
    struct place *places;  /* of all */
    struct sr_mutex mutex; /* of the module, and of what follows */
    struct sr_error failure;
    uint64_t sent;
    bool need_all;
    double watched; /* clock: when it was last looked whether all processes are there */
};

/* Has a process of this machine ended? One that is still to be waited for by its parent counts. */
bool place_ended(long process);
/* Look whether all are there. */
void place_watch(struct sr_ranks *ranks);

#endif
