/* scroller.h - a list that is longer than its window: where its cursor is and what is shown of it.
 *
 * All lists of all panes scroll by this. A list with a cursor is drawn after
 * sr_scroller_follow or sr_scroller_centre and moved by sr_scroller_move; a text without one is
 * drawn after sr_scroller_fit and moved by sr_scroller_turn. The mouse wheel is bound to moves by
 * one line. Private to panes/. */
#ifndef SARTOR_SRC_PANES_SCROLLER_H
#define SARTOR_SRC_PANES_SCROLLER_H

#include "sartor/panes/pane.h"

struct sr_scroller {
    int at;         /* the item under the cursor; not used by a text */
    int top, lines; /* first item shown and how many lines there were, as drawn last */
};

/* `value` after a move by one, by a page, by half a page or to an end, within low..high. */
int sr_scroll_step(int value, enum sr_move move, int page, int low, int high);

/* Move the cursor among `count` items. A page is what is shown less one line, which stays in
 * sight; before the first drawing it is ten lines. */
void sr_scroller_move(struct sr_scroller *scroller, enum sr_move move, int count);
/* Move the text itself, so that any of its lines can become the first. */
void sr_scroller_turn(struct sr_scroller *scroller, enum sr_move move, int count);

/* Before drawing `count` items on `lines` lines. All keep the window filled as far as there are
 * items, and note the lines. */

/* Nothing but that. */
void sr_scroller_fit(struct sr_scroller *scroller, int count, int lines);
/* Scroll just as far as is needed to show the cursor. */
void sr_scroller_follow(struct sr_scroller *scroller, int count, int lines);
/* Show the cursor in the middle, as far as the ends allow. */
void sr_scroller_centre(struct sr_scroller *scroller, int count, int lines);

#endif
