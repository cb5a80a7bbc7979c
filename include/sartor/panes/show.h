/* show.h - bring a result into view: functions of the panes that commands call.
 *
 * Each of these makes its pane the one that is shown. The results themselves are the session's. */
#ifndef SARTOR_PANES_SHOW_H
#define SARTOR_PANES_SHOW_H

#include "sartor/panes/pane.h"

/* The selection as pictures, or the sample under its cursor by itself. */
void sr_browse_show(struct sr_session *session, bool enlarged);

/* The data's statistics. */
void sr_data_show(struct sr_session *session);

/* The run at this position; -1: the one that is training, else the latest. */
void sr_train_show(struct sr_session *session, int run);
/* The form of a family. Opening it again for the same one keeps what was changed. */
void sr_train_show_form(struct sr_session *session, const struct sr_model_class *class);

/* The matrix of a model on a split, with a second model beside it (NULL: none). */
void sr_confusion_show(struct sr_session *session, const struct sr_entry *entry,
                       enum sr_split_name split, const struct sr_entry *vs);

/* The heat map of the sample under the selection's cursor: how it is made ("" or NULL for the
 * model's default) and of which class (-1: the predicted one). */
void sr_explain_show(struct sr_session *session, const struct sr_entry *entry, const char *method,
                     const char *layer, int target);
/* The mean heat of every class. */
void sr_explain_show_classes(struct sr_session *session, const struct sr_entry *entry,
                             const char *method, const char *layer);
/* The method that has been asked for, "" for the model's default; and another one. */
const char *sr_explain_method(struct sr_session *session);
void sr_explain_show_method(struct sr_session *session, const char *method);

/* The map shown last (app/map.h), its points coloured by an enum sr_map_colour; -1: as before. */
void sr_map_show(struct sr_session *session, int colour);

#endif
