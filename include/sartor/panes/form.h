/* form.h - the form in Train: the hyperparameters of a family, to be changed one by one. */
#ifndef SARTOR_PANES_FORM_H
#define SARTOR_PANES_FORM_H

#include "sartor/panes/pane.h"

/* Parameters of the command `train` that every family has besides its own. */
extern const struct sr_param sr_form_common[];
void sr_form_close(struct sr_session *session);
/* The family whose form is open, NULL when none is. */
const struct sr_model_class *sr_form_family(struct sr_session *session);
/* The parameter under the cursor, NULL when no form is open. */
const struct sr_param *sr_form_param(struct sr_session *session);
/* Its value as it stands: changed, by recipe, or the default. Added to `text`. */
void sr_form_value(struct sr_session *session, const char *name, struct sr_text *text);
/* Change one value (NULL: back to the default), checked against the table. */
enum sr_status sr_form_set(struct sr_session *session, const char *name, const char *value,
                           struct sr_error *error);
/* The next (step 1) or the previous (-1) value of the parameter under the cursor. Numbers go by a
 * useful amount, or finely: by 1, or a tenth of themselves. */
enum sr_status sr_form_step(struct sr_session *session, int step, bool fine,
                            struct sr_error *error);
/* The command that the form makes: "train cnn epochs=5". */
void sr_form_line(struct sr_session *session, struct sr_text *text);

#endif
