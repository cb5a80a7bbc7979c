/* state.c - see state.h. */
#include "sartor/app/state.h"

#include <stdlib.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"

struct sr_state {
    const struct sr_state_kind *kind;
    void *inside;
};

void *sr_session_state(struct sr_session *session, const struct sr_state_kind *kind)
{
    struct sr_states *states = &session->states;
    for (size_t i = 0; i < states->count; i++)
        if (states->items[i].kind == kind) return states->items[i].inside;
    void *inside = sr_xalloc(kind->size);
    if (kind->init) kind->init(inside);
    sr_xgrow(&states->items, &states->room, states->count + 1, sizeof *states->items);
    states->items[states->count++] = (struct sr_state){kind, inside};
    return inside;
}

void sr_states_fini(struct sr_states *states)
{
    for (size_t i = 0; i < states->count; i++) {
        if (states->items[i].kind->fini) states->items[i].kind->fini(states->items[i].inside);
        free(states->items[i].inside);
    }
    free(states->items);
    *states = (struct sr_states){0};
}
