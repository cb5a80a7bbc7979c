/* form.h - the form that covers Train while it is open: its state and drawing. Functions for
 * commands are in sartor/panes/form.h. Private to panes/. */
#ifndef SARTOR_SRC_PANES_FORM_H
#define SARTOR_SRC_PANES_FORM_H

#include "sartor/panes/form.h"
#include "scroller.h"

struct form_state {
    bool open;
    char family[32];
    struct sr_text values;   /* "epochs=5 lr=0.01": what has been changed */
    struct sr_scroller list; /* of the parameters */
};
struct form_state *form_state(struct sr_session *session);

/* Opening it again for the same family keeps what was changed. */
void form_open(struct sr_session *session, const struct sr_model_class *class);
void form_draw(struct sr_session *session, struct sr_area area);
void form_move(struct sr_session *session, enum sr_move move);
/* A click on a parameter; true when the cursor was there. */
bool form_choose(struct sr_session *session, int value);
void form_describe(struct sr_session *session, struct sr_text *text);

#endif
