/* leaks.h - what images that stand in two splits do to a model's accuracy. Only the session's
 * thread may call. */
#ifndef SARTOR_APP_LEAKS_H
#define SARTOR_APP_LEAKS_H

#include "sartor/app/session.h"

/* Rows of a split whose image, or almost the same one, stands in another split, too. */
struct sr_leaks {
    size_t trained; /* rows that the model was trained on, which it is not judged on */
    size_t near;    /* of the others those that the audit finds a twin of in another split */
    bool audited; /* false: the audit is not there, so that only the same images were looked for */
    size_t with_count, without_count; /* rows of the split; those that no leak concerns */
    double with, without;             /* accuracy on them; NAN on none */
};

/* SR_PENDING while predictions, and with `audit` the audit, are computed; without, the audit's
 * findings count where they are there already. Of the training split there are no leaks. */
enum sr_status sr_session_leaks(struct sr_session *session, struct sr_entry *entry,
                                enum sr_split_name split, bool audit, struct sr_leaks *leaks,
                                struct sr_error *error);

#endif
