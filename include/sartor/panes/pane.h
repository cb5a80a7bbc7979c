/* pane.h - what a pane is, and the whole screen.
 *
 * A pane draws the session into an area of cells; it changes nothing but its own place in
 * session->view (and asks for results it lacks, see session.h). One file a pane. */
#ifndef SARTOR_PANES_PANE_H
#define SARTOR_PANES_PANE_H

#include "sartor/app/session.h"
#include "sartor/base/text.h"
#include "sartor/cells/grid.h"

enum sr_move {
    SR_MOVE_LEFT, SR_MOVE_RIGHT, SR_MOVE_UP, SR_MOVE_DOWN,
    SR_MOVE_PAGE_UP, SR_MOVE_PAGE_DOWN, SR_MOVE_HALF_UP, SR_MOVE_HALF_DOWN,
    SR_MOVE_FIRST, SR_MOVE_LAST, SR_MOVE_NEXT, SR_MOVE_PREVIOUS,
    SR_MOVE_COUNT,
};
extern const char *const sr_move_names[SR_MOVE_COUNT]; /* "left", "page-up", ... */

struct sr_pane {
    const char *name;   /* "browse": `pane browse` */
    const char *title;  /* "Browse" on the tab */
    const char *help;   /* one line */
    /* For the status line, key first, two blanks between: "Enter enlarge  \\ filter". */
    const char *(*hints)(const struct sr_session *session);
    void (*draw)(struct sr_session *session, struct sr_area area);
    void (*move)(struct sr_session *session, enum sr_move move);
    /* The command line that Enter stands for here, left empty for nothing. */
    void (*enter)(struct sr_session *session, struct sr_text *line);
    /* The pane in plain sentences, for screen readers and logs. */
    void (*describe)(struct sr_session *session, struct sr_text *text);
};

extern const struct sr_pane *const sr_panes[SR_PANE_COUNT]; /* by enum sr_pane_name */
/* -1 and a sentence when there is none of that name. */
int sr_pane_find(const char *name, struct sr_error *error);

/* Move in what is in front: the overlay while one is open, else the current pane. */
void sr_screen_move(struct sr_session *session, enum sr_move move);

/* The whole screen: tabs, the current pane, overlay, prompt or status line. Works at any
 * size from 1×1; below 20×5 only what fits. Returns where the text cursor belongs (prompt),
 * or x = -1 to hide it. */
struct sr_cursor { int x, y; };
struct sr_cursor sr_screen_draw(struct sr_session *session, struct sr_grid *grid);

#endif
