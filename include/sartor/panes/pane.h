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

struct sr_pane {
    const char *name;  /* "browse": `pane browse` */
    const char *title; /* "Browse" on the tab */
    const char *help;  /* one line */
    /* For the status line, key first, two blanks between: "Enter enlarge  \\ filter". */
    const char *(*hints)(const struct sr_session *session);
    void (*draw)(struct sr_session *session, struct sr_area area);
    void (*move)(struct sr_session *session, enum sr_move move);
    /* The command line that Enter stands for here, left empty for nothing. */
    void (*enter)(struct sr_session *session, struct sr_text *line);
    /* Put the cursor where a click fell, as told by the spots drawn last (NULL: nothing to click
     * on). True when it was there already, so that the click goes in. */
    bool (*choose)(struct sr_session *session, int value);
    /* The pane in plain sentences, for screen readers and logs. */
    void (*describe)(struct sr_session *session, struct sr_text *text);
};

extern const struct sr_pane *const sr_panes[SR_PANE_COUNT]; /* by enum sr_pane_name */
/* -1 and a sentence when there is none of that name. */
int sr_pane_find(const char *name, struct sr_error *error);

/* Move in what is in front: the overlay while one is open, else the current pane. */
void sr_screen_move(struct sr_session *session, enum sr_move move);

/* A click at a cell of the screen drawn last. True when what it hit was chosen already: then it
 * means Enter. */
bool sr_screen_click(struct sr_session *session, int x, int y);
/* What of a pane has keys of its own: "large" for an enlarged sample, "form" for the form; else
 * NULL. */
const char *sr_screen_mode(const struct sr_session *session);
/* The pair of models that Compare looks at, and on which split; SR_PENDING while they predict, a
 * sentence where there are no two. */
enum sr_status sr_screen_pair(struct sr_session *session, struct sr_entry **first,
                              struct sr_entry **second, enum sr_split_name *split,
                              struct sr_error *error);
/* The run that the Train pane shows, NULL where it shows families or the form. */
struct sr_run *sr_screen_run(struct sr_session *session);

/* The form in Train: the hyperparameters of a family, to be changed one by one. */

/* What every training has besides its family's own: parameters of the command `train`. */
extern const struct sr_param sr_form_common[];
/* Opening it again for the same family keeps what was changed. */
void sr_form_open(struct sr_session *session, const struct sr_model_class *class);
/* The parameter under the cursor, NULL when no form is open. */
const struct sr_param *sr_form_param(struct sr_session *session);
/* Its value as it stands: changed, by recipe, or the default. Added to `text`. */
void sr_form_value(struct sr_session *session, const char *name, struct sr_text *text);
/* Change one value (NULL: back to the default), checked against the table. */
enum sr_status sr_form_set(struct sr_session *session, const char *name, const char *value,
                           struct sr_error *error);
/* The next (step 1) or the previous (-1) value of the parameter under the cursor. */
enum sr_status sr_form_step(struct sr_session *session, int step, struct sr_error *error);
/* The command that the form stands for: "train cnn epochs=5". */
void sr_form_line(struct sr_session *session, struct sr_text *text);

/* The whole screen: tabs, the current pane, overlay, prompt or status line. Works at any
 * size from 1×1; below 20×5 only what fits. Returns where the text cursor belongs (prompt),
 * or x = -1 to hide it. */
struct sr_cursor {
    int x, y;
};
struct sr_cursor sr_screen_draw(struct sr_session *session, struct sr_grid *grid);

#endif
