/* overlay.h - text over the pane, scrolled: help, or a reply of several lines. */
#ifndef SARTOR_PANES_OVERLAY_H
#define SARTOR_PANES_OVERLAY_H

#include "sartor/panes/pane.h"

/* Copies of both are kept. */
void sr_overlay_open(struct sr_session *session, const char *title, const char *text);
bool sr_overlay_is_open(struct sr_session *session);
/* False when none was open. */
bool sr_overlay_close(struct sr_session *session);
/* Scroll; false when none is open. */
bool sr_overlay_move(struct sr_session *session, enum sr_move move);
void sr_overlay_draw(struct sr_session *session, struct sr_area area);

#endif
