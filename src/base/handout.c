#include "sartor/base/handout.h"

#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"

enum state { WAITING, AWAY, DONE };

struct piece {
    enum state state;
    int rank; /* AWAY: with this one, by this ticket */
    uint64_t ticket;
    struct sr_error error; /* DONE: how it ended */
};

struct sr_handout {
    struct sr_pieces pieces;
    struct piece *items;
    bool alone; /* nothing more is handed out */
};

struct sr_handout *sr_handout_new(const struct sr_pieces *pieces)
{
    struct sr_handout *handout = sr_xalloc(sizeof *handout);
    handout->pieces = *pieces;
    handout->items = sr_xalloc((pieces->count + 1) * sizeof *handout->items);
    return handout;
}

uint64_t sr_handout_ticket(void)
{
    static uint64_t given;
    return __atomic_add_fetch(&given, 1, __ATOMIC_RELAXED);
}

void sr_handout_give_up(struct sr_ranks *ranks, int rank, uint64_t ticket)
{
    sr_ranks_send(ranks, rank, SR_TAG_MEET, &ticket, sizeof ticket, NULL);
}

/* ---- others ---- */

static void keep(struct sr_handout *handout, size_t index, const struct sr_text *answer)
{
    struct piece *piece = &handout->items[index];
    struct sr_error error = {0};
    const enum sr_status status =
        handout->pieces.read(handout->pieces.owner, index, piece->rank, answer, &error);
    sr_ranks_give(handout->pieces.ranks, piece->rank);
    piece->state = status == SR_PENDING ? WAITING : DONE;
    if (status == SR_PENDING) handout->alone = true;
    if (piece->state != DONE) return;
    piece->error = error;
    piece->error.status = status;
}

/* Keep what has been answered, and take back what ranks had that have ended. */
static void collect(struct sr_handout *handout)
{
    struct sr_ranks *ranks = handout->pieces.ranks;
    struct sr_text answer = {0};
    struct sr_error ignored;
    sr_ranks_watch(ranks);
    for (size_t i = 0; i < handout->pieces.count; i++) {
        struct piece *piece = &handout->items[i];
        int from = piece->rank;
        if (piece->state != AWAY) continue;
        sr_text_clear(&answer);
        if (!sr_ranks_next(ranks, SR_TAG_ANSWER, false, &from, &answer, &ignored)) {
            keep(handout, i, &answer);
        } else if (sr_ranks_lost(ranks, piece->rank)) {
            piece->state = WAITING;
            sr_ranks_give(ranks, piece->rank);
        }
    }
    sr_text_fini(&answer);
}

static bool next_waiting(const struct sr_handout *handout, size_t *index)
{
    const struct sr_pieces *pieces = &handout->pieces;
    for (*index = 0; *index < pieces->count; ++*index)
        if (handout->items[*index].state == WAITING &&
            (!pieces->needed || pieces->needed(pieces->owner, *index)))
            return true;
    return false;
}

/* Send the next one that waits to a rank that is free. False when there is no such piece or rank.
 */
static bool send_next(struct sr_handout *handout)
{
    const struct sr_pieces *pieces = &handout->pieces;
    struct sr_text order = {0};
    size_t index;
    if (!next_waiting(handout, &index)) return false;
    const int rank = sr_ranks_take(pieces->ranks, 1);
    if (rank < 0) return false;
    struct piece *piece = &handout->items[index];
    piece->rank = rank;
    piece->ticket = sr_handout_ticket();
    handout->alone = !pieces->write(pieces->owner, index, rank, piece->ticket, &order);
    const bool sent = !handout->alone && !sr_ranks_send(pieces->ranks, rank, SR_TAG_WORK,
                                                        order.bytes, order.length, NULL);
    if (sent) piece->state = AWAY;
    /* Where the rank was lost meanwhile, the bytes have to stay. */
    if (sent || handout->alone) sr_text_fini(&order);
    if (!sent) sr_ranks_give(pieces->ranks, rank);
    return sent || sr_ranks_lost(pieces->ranks, rank); /* then the next rank gets it */
}

static void serve(struct sr_handout *handout)
{
    if (!handout->pieces.ranks) return;
    collect(handout);
    while (!handout->alone && send_next(handout)) {
    }
}

void sr_handout_free(struct sr_handout *handout)
{
    if (!handout) return;
    struct sr_ranks *ranks = handout->pieces.ranks;
    for (size_t i = 0; i < handout->pieces.count; i++)
        if (handout->items[i].state == AWAY)
            sr_handout_give_up(ranks, handout->items[i].rank, handout->items[i].ticket);
    for (size_t i = 0; i < handout->pieces.count; i++) {
        struct piece *piece = &handout->items[i];
        struct sr_text answer = {0};
        int from = piece->rank;
        if (piece->state != AWAY) continue;
        if (!sr_ranks_next(ranks, SR_TAG_ANSWER, true, &from, &answer, &(struct sr_error){0}))
            keep(handout, i, &answer);
        else
            sr_ranks_give(ranks, piece->rank);
        sr_text_fini(&answer);
    }
    free(handout->items);
    free(handout);
}

/* ---- this process ---- */

static void on_progress(void *owner, const struct sr_progress *progress)
{
    sr_monitor_progress(((struct sr_handout *)owner)->pieces.monitor, progress);
}

static void on_epoch(void *owner, const struct sr_epoch *epoch)
{
    sr_monitor_epoch(((struct sr_handout *)owner)->pieces.monitor, epoch);
}

static bool on_proceed(void *owner)
{
    struct sr_handout *handout = owner;
    serve(handout);
    return sr_monitor_proceed(handout->pieces.monitor);
}

/* Do it here; others are served meanwhile. */
static void work(struct sr_handout *handout, size_t index)
{
    const struct sr_monitor monitor = {handout, on_progress, on_epoch, on_proceed};
    struct piece *piece = &handout->items[index];
    piece->state = DONE; /* so that it is not handed out */
    serve(handout);
    piece->error.status =
        handout->pieces.work(handout->pieces.owner, index, &monitor, &piece->error);
}

enum sr_status sr_handout_finish(struct sr_handout *handout, size_t index, struct sr_error *error)
{
    struct piece *piece = &handout->items[index], *done;
    struct sr_turns turns = {0};
    while (piece->state != DONE) {
        size_t other = index;
        if (piece->state == AWAY) serve(handout);
        if (piece->state == DONE) break;
        /* A piece waits at first, and after its rank has ended. */
        if (piece->state == WAITING || next_waiting(handout, &other)) {
            work(handout, other);
            done = &handout->items[other];
            if (done->error.status == SR_ERROR_CANCELLED) {
                *error = done->error;
                return error->status;
            }
            turns = (struct sr_turns){0};
        } else if (!sr_monitor_proceed(handout->pieces.monitor)) {
            return sr_stopped(error);
        } else if (sr_ranks_failed(handout->pieces.ranks, error)) {
            return error->status;
        } else {
            sr_ranks_turn(handout->pieces.ranks, &turns);
        }
    }
    if (piece->error.status) *error = piece->error;
    return piece->error.status;
}
