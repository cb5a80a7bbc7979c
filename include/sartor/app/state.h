/* state.h - what rooms above app/ keep in a session, such as where a pane's cursor is.
 *
 * Each piece is of a kind, a const table entry of the file that uses it. It is made when it is
 * first asked for, and freed with the session; only the file that defines the kind knows its
 * inside. Only the front end's thread may call. */
#ifndef SARTOR_APP_STATE_H
#define SARTOR_APP_STATE_H

#include <stddef.h>

struct sr_state_kind {
    size_t size;
    void (*init)(void *state); /* what is not zero at first; NULL for nothing */
    void (*fini)(void *state); /* frees what it owns, but not itself; NULL for nothing */
};

struct sr_states {
    struct sr_state *items;
    size_t count, room;
};

/* The state of this kind in the session. */
struct sr_session;
void *sr_session_state(struct sr_session *session, const struct sr_state_kind *kind);
void sr_states_fini(struct sr_states *states);

#endif
