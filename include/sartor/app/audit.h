/* audit.h - the audit of the session's data (sartor/audit/audit.h), as results that are computed
 * once. Only the session's thread may call. */
#ifndef SARTOR_APP_AUDIT_H
#define SARTOR_APP_AUDIT_H

#include "sartor/app/session.h"
#include "sartor/audit/audit.h"

/* What findings of the session's data are made from. Release by sr_session_audit_fini. */
struct sr_session_audit {
    struct sr_audit_base base;
    uint8_t *splits;
    struct sr_contradicted *labels; /* suspects found before; NULL where there are none */
    struct sr_audit_slice *slices;
};

struct sr_audit_request {
    unsigned kinds;           /* a bit for each enum sr_audit_kind */
    enum sr_features of;      /* what images are compared by, where `by` is NULL */
    struct sr_entry *by;      /* a model whose features they are compared by; NULL for none */
    struct sr_entry *entry;   /* for slices; NULL for none */
    enum sr_split_name split; /* that it is judged on */
};

/* SR_PENDING while something it needs is computed. What it borrows is good until the next
 * sr_session_pump or sr_session_wait. */
enum sr_status sr_session_audit(struct sr_session *session, const struct sr_audit_request *request,
                                struct sr_session_audit *audit, struct sr_error *error);
void sr_session_audit_fini(struct sr_session_audit *audit);
/* The same without starting anything: SR_PENDING where it is not all there. */
enum sr_status sr_session_audit_known(struct sr_session *session,
                                      const struct sr_audit_request *request,
                                      struct sr_session_audit *audit, struct sr_error *error);

/* Those of a filter (`audit`, `threshold`, `audit_of`), the worst first. `*findings` is to be freed
 * by the caller. */
enum sr_status sr_session_audit_filter(struct sr_session *session, const struct sr_filter *filter,
                                       struct sr_finding **findings, size_t *count,
                                       struct sr_error *error);
/* The sample at a place. */
enum sr_file sr_audit_sample(const struct sr_session *session, uint32_t place, uint32_t *row);

#endif
