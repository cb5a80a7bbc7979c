/* pane.h - what a pane is, the table of panes, and the whole screen.
 *
 * A pane draws the session into an area of cells. It keeps its own state, which only its own files
 * read or change, and answers what commands ask by hooks. It changes nothing else of the session
 * but the selection's cursor, and asks for the results that it lacks (see session.h). Only the
 * front end's thread calls panes. */
#ifndef SARTOR_PANES_PANE_H
#define SARTOR_PANES_PANE_H

#include "sartor/app/checkpoints.h"
#include "sartor/app/session.h"
#include "sartor/base/text.h"
#include "sartor/cells/grid.h"

enum sr_move {
    SR_MOVE_LEFT,
    SR_MOVE_RIGHT,
    SR_MOVE_UP,
    SR_MOVE_DOWN,
    SR_MOVE_PAGE_UP,
    SR_MOVE_PAGE_DOWN,
    SR_MOVE_HALF_UP,
    SR_MOVE_HALF_DOWN,
    SR_MOVE_FIRST,
    SR_MOVE_LAST,
    SR_MOVE_NEXT,
    SR_MOVE_PREVIOUS,
    SR_MOVE_COUNT,
};
extern const char *const sr_move_names[SR_MOVE_COUNT]; /* "left", "page-up", ... */

/* What `look NAME` does in a pane. */
struct sr_pane_action {
    const char *name;
    enum sr_status (*run)(struct sr_session *session, struct sr_error *error);
};

/* Hooks are NULL for what a pane does not have, except hints, draw, move and describe. */
struct sr_pane {
    const char *name;  /* "browse": `pane browse` */
    const char *title; /* "Browse" on the tab */

    /* For the status line, key first, two blanks between: "Enter enlarge  \\ filter". */
    const char *(*hints)(struct sr_session *session);
    /* A part of the pane that has key bindings of its own, or NULL: "large", "form". */
    const char *(*mode)(struct sr_session *session);
    void (*draw)(struct sr_session *session, struct sr_area area);
    /* The pane in plain sentences, for screen readers and logs. */
    void (*describe)(struct sr_session *session, struct sr_text *text);
    void (*move)(struct sr_session *session, enum sr_move move);
    /* Put the cursor where a click fell, as told by the spots drawn last. True when it was there
     * already, so that the click means Enter. */
    bool (*choose)(struct sr_session *session, int value);
    /* Append the command line that Enter runs here; nothing for none. */
    void (*enter)(struct sr_session *session, struct sr_text *line);
    /* Close what is open over the rest of the pane; false when nothing is. */
    bool (*back)(struct sr_session *session);

    /* What commands of the same names ask of the pane that is shown. `said` gets the reply. */
    enum sr_status (*order)(struct sr_session *session, bool reverse, struct sr_text *said,
                            struct sr_error *error);
    enum sr_status (*search)(struct sr_session *session, const char *text, int step,
                             struct sr_error *error); /* `text` NULL: what was searched for last */
    void (*axis)(struct sr_session *session);         /* `log`: logarithmic or linear */
    void (*units)(struct sr_session *session);
    /* `share` of the past in each point; NaN: the next of 0.6, 0.9, 0.98, 0. */
    void (*smooth)(struct sr_session *session, double share, struct sr_text *said);
    const struct sr_pane_action *actions; /* ends with name NULL */
    /* The run that is shown, which `pause` and `stop` mean. */
    struct sr_run *(*run)(struct sr_session *session);
    /* The checkpoint under the cursor, which a bare `delete` means. */
    const struct sr_checkpoint *(*checkpoint)(struct sr_session *session);
};

/* The panes in the order of their tabs: X(NAME) for each const struct sr_pane sr_pane_NAME. */
#define SR_PANES(X)          X(browse) X(data) X(train) X(confusion) X(explain) X(compare) X(log) X(map)
#define SR_PANE_EXTERN(name) extern const struct sr_pane sr_pane_##name;
SR_PANES(SR_PANE_EXTERN)
/* "browse data train ... log ": choices of a parameter. */
#define SR_PANE_NAME(name) #name " "
#define SR_PANE_NAMES      SR_PANES(SR_PANE_NAME)

extern const struct sr_pane *const sr_panes[]; /* ends with NULL */
/* The pane that is shown. */
const struct sr_pane *sr_pane_current(const struct sr_session *session);
/* NULL and a sentence when there is none of that name. */
const struct sr_pane *sr_pane_find(const char *name, struct sr_error *error);
/* The pane `step` tabs after the current one; after the last comes the first. */
const struct sr_pane *sr_pane_beside(const struct sr_session *session, int step);

/* Move in the overlay while one is open, else in the current pane. */
void sr_screen_move(struct sr_session *session, enum sr_move move);

/* A click at a cell of the screen drawn last. True when the cursor was there already: then the
 * click means Enter. */
bool sr_screen_click(struct sr_session *session, int x, int y);

/* The whole screen: tabs, the current pane, overlay, prompt or status line. Works at any
 * size from 1×1; below 20×5 only what fits. Returns where the terminal's cursor belongs:
 * in the prompt, behind a question, on what is selected; x = -1 for nowhere. */
struct sr_cursor {
    int x, y;
    bool typing; /* in the prompt or behind a question */
};
struct sr_cursor sr_screen_draw(struct sr_session *session, struct sr_grid *grid);

/* A picture that changes by itself in most of its cells, as a layout does while it settles: a part
 * of an old one beside a part of a new one would be neither. */
struct sr_motion {
    bool held;  /* set by the front end: what was drawn last stays */
    bool moved; /* set by a pane that has taken a new picture; cleared by the front end */
};
struct sr_motion *sr_screen_motion(struct sr_session *session);

#endif
