/* motion.c - see pane.h: what the front end and a pane whose picture moves say to one another. */
#include "sartor/panes/pane.h"

struct sr_motion *sr_screen_motion(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct sr_motion)};
    return sr_session_state(session, &kind);
}
