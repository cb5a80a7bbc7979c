/* ranks.h - the processes of one run under a launcher (mpirun, srun), and messages between them.
 *
 * Each has a number, its rank, from 0 on. Rank 0 runs the commands; the others do what it sends
 * them. The module that carries the messages is loaded from the folder of the program, as in the
 * build tree, else from LIBDIR/sartor; $SARTOR_MPI names another file.
 *
 * A process that has ended is lost: calls that wait for it fail. After a failure (rank 0 has ended,
 * or another one while all are needed; a message that cannot be carried) all calls fail at once
 * with the sentence that told of it: the run is over. Any thread may call. */
#ifndef SARTOR_BASE_RANKS_H
#define SARTOR_BASE_RANKS_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_ranks;

/* Has a launcher started several processes of this program? Then also its number, as the launcher
 * has it in the environment. */
bool sr_ranks_launched(int *number);
/* Meet the others. The program's file and `identity`, "what: value" lines, must be the same in all
 * processes, or all give up: NULL, with a sentence in rank 0. */
struct sr_ranks *sr_ranks_join(const char *identity, struct sr_error *error);
/* All call it at their end; after a failure it ends all processes with the status. NULL-safe. */
void sr_ranks_leave(struct sr_ranks *ranks, int status);

int sr_ranks_number(const struct sr_ranks *ranks);
int sr_ranks_count(const struct sr_ranks *ranks);
/* Has it failed? With its sentence then. */
bool sr_ranks_failed(struct sr_ranks *ranks, struct sr_error *error);
/* Has a rank ended before its time? SR_RANK_ANY: has any? */
enum { SR_RANK_ANY = -1 };
bool sr_ranks_lost(struct sr_ranks *ranks, int number);
/* From now on, until it is called with false: the loss of any rank is a failure. */
void sr_ranks_need_all(struct sr_ranks *ranks, bool all);
/* Look whether all are there, unless that was done just now. Waiting does it, too. */
void sr_ranks_watch(struct sr_ranks *ranks);

/* Work is handed out by rank 0, to each rank one piece at a time. Take a rank that has none and is
 * not lost, from number `first` on: -1 when there is none. */
int sr_ranks_take(struct sr_ranks *ranks, int first);
/* All ranks above 0, for work that all share. False, and none is taken, while any has other work.
 */
bool sr_ranks_take_others(struct sr_ranks *ranks);
/* What it had is done, or lost with it. */
void sr_ranks_give(struct sr_ranks *ranks, int number);
/* What the rank has kept of earlier work, as a number that whoever took it has given; 0 at first.
 */
uint64_t sr_ranks_kept(const struct sr_ranks *ranks, int number);
void sr_ranks_keep(struct sr_ranks *ranks, int number, uint64_t what);

/* Bytes sent by this process so far. */
uint64_t sr_ranks_sent(struct sr_ranks *ranks);

/* What a message is of. */
enum sr_tag {
    SR_TAG_MEET,
    SR_TAG_WORK,
    SR_TAG_ANSWER,
    SR_TAG_REPORT,
    SR_TAG_JOIN,
    SR_TAG_GRADIENT
};

/* Begin to send or receive; the bytes stay where they are until it is done. NULL on failure, and
 * where it is to be sent to a rank that is lost. */
void *sr_ranks_send_begin(struct sr_ranks *ranks, int to, enum sr_tag tag, const void *bytes,
                          size_t length);
void *sr_ranks_receive_begin(struct sr_ranks *ranks, int from, enum sr_tag tag, void *bytes,
                             size_t length);
/* Is it done? It is released then, and `*request` NULL; after a failure, too. */
bool sr_ranks_done(struct sr_ranks *ranks, void **request);

/* The same, and wait. Where the other is lost meanwhile, the bytes have to stay: the module may
 * still read or write them. */
enum sr_status sr_ranks_send(struct sr_ranks *ranks, int to, enum sr_tag tag, const void *bytes,
                             size_t length, struct sr_error *error);
enum sr_status sr_ranks_receive(struct sr_ranks *ranks, int from, enum sr_tag tag, void *bytes,
                                size_t length, struct sr_error *error);
/* The next message of a tag, appended to `message`: from rank `*from`, or from whomever where that
 * is SR_RANK_ANY. SR_PENDING when there is none and `wait` is false. */
enum sr_status sr_ranks_next(struct sr_ranks *ranks, enum sr_tag tag, bool wait, int *from,
                             struct sr_text *message, struct sr_error *error);

/* Waiting for a rank: turns of it that are short at first, so that what comes soon is seen soon. */
struct sr_turns {
    unsigned turns;
    double began; /* clock */
};
void sr_ranks_turn(struct sr_ranks *ranks, struct sr_turns *turns);

#endif
