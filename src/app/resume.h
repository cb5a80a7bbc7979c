/* resume.h - the checkpoints of interrupted trainings. Private to app/. */
#ifndef SARTOR_APP_RESUME_H
#define SARTOR_APP_RESUME_H

#include "sartor/app/session.h"

/* What a training was asked for, as text: kept in its checkpoint. Freed by the caller. */
char *resume_about(const struct sr_session *session, const struct sr_train_request *request);
/* Where the training keeps its checkpoint, NULL when it keeps none: `*path` is freed by the caller.
 * With `resume`, that of the checkpoint that it goes on from; its hyperparameters, seed and limit
 * are those of the request then. Refused where the checkpoints that there are are of other
 * trainings. The data must be there. */
enum sr_status resume_prepare(const struct sr_session *session, struct sr_train_request *request,
                              char **path, struct sr_error *error);
/* Is the checkpoint kept when the training has ended, so that epochs can be added? */
bool resume_keeps(const struct sr_args *params);

#endif
