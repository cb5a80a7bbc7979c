/* slices.h - groups of samples that a model may be worse on than on all others. Private to app/. */
#ifndef SARTOR_APP_SLICES_H
#define SARTOR_APP_SLICES_H

#include "sartor/app/session.h"
#include "sartor/audit/audit.h"

/* By class, brightness, size of what is shown, and group of alike images; `*slices` is freed by the
 * caller. SR_PENDING while the model predicts. */
enum sr_status slices_find(struct sr_session *session, struct sr_entry *entry,
                           enum sr_split_name split, const struct sr_audit_base *base,
                           struct sr_audit_slice **slices, size_t *count, struct sr_error *error);

#endif
