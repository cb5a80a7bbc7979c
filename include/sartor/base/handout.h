/* handout.h - many pieces of work, of which the other ranks of a run (ranks.h) take some.
 *
 * This process does pieces itself, in their order. The others get one each as they become free:
 * whenever a piece that is done here asks its monitor whether to go on, and while one is waited
 * for. What a rank had that has ended is handed out again. A piece is the same work wherever it is
 * done, so what comes of all of them does not depend on the number of ranks.
 *
 * A handout belongs to one thread, which calls its functions. */
#ifndef SARTOR_BASE_HANDOUT_H
#define SARTOR_BASE_HANDOUT_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/ranks.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_pieces {
    void *owner;
    size_t count;
    struct sr_ranks *ranks;           /* NULL: this process is alone */
    const struct sr_monitor *monitor; /* of all of them */
    /* Is it wanted at all? NULL: all are. */
    bool (*needed)(void *owner, size_t index);
    /* Do it here. */
    enum sr_status (*work)(void *owner, size_t index, const struct sr_monitor *monitor,
                           struct sr_error *error);
    /* Append the order for a rank. False: it can only be done here. */
    bool (*write)(void *owner, size_t index, int rank, uint64_t ticket, struct sr_text *order);
    /* Keep what the rank has answered; the status is that of its work. SR_PENDING: it cannot be
     * done there; it is done here then. */
    enum sr_status (*read)(void *owner, size_t index, int rank, const struct sr_text *answer,
                           struct sr_error *error);
};

struct sr_handout;

struct sr_handout *sr_handout_new(const struct sr_pieces *pieces);
/* Those that others have are given up. NULL-safe. */
void sr_handout_free(struct sr_handout *handout);
/* Return when a piece is done, with its status; SR_ERROR_CANCELLED when the monitor asks to end. */
enum sr_status sr_handout_finish(struct sr_handout *handout, size_t index, struct sr_error *error);

/* Each order to a rank has a ticket, a number of its own, by which it can be given up: the answer
 * comes soon then, and says so. */
uint64_t sr_handout_ticket(void);
void sr_handout_give_up(struct sr_ranks *ranks, int rank, uint64_t ticket);

#endif
