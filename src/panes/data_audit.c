/* data_audit.c - a line on what the audit of a set of one's own has found; in the explorer it runs
 * in the background, what is cheap first. */
#include "data.h"
#include "sartor/app/audit.h"
#include <math.h>
#include <stdlib.h>

void data_audit_words(struct sr_session *session, struct sr_text *text)
{
    const unsigned all = ((1u << SR_AUDIT_KINDS) - 1) & ~(1u << SR_AUDIT_SLICE);
    unsigned cheap = 0;
    if (!session->data || session->data->known || session->data->unlabelled) return;
    for (int k = 0; k < SR_AUDIT_KINDS; k++)
        if (sr_audit_checks[k].need == SR_AUDIT_OF_IMAGES) cheap |= 1u << k;
    struct sr_audit_request request = {.kinds = cheap, .of = SR_FEATURES_HOG};
    struct sr_session_audit audit;
    struct sr_error ignored;
    enum sr_status status = sr_session_audit(session, &request, &audit, &ignored);
    if (!status) { /* then the rest, once that is there */
        sr_session_audit_fini(&audit);
        request.kinds = all;
        status = (session->interactive ? sr_session_audit : sr_session_audit_known)(
            session, &request, &audit, &ignored);
        if (status) {
            request.kinds = cheap;
            status = sr_session_audit(session, &request, &audit, &ignored);
        }
    }
    if (status) {
        sr_text_add(text, "Audit: the images are being measured.");
        sr_session_audit_fini(&audit);
        return;
    }
    const char *before = "Audit: ";
    for (int k = 0; k < SR_AUDIT_KINDS; k++) {
        if (!(request.kinds & 1u << k)) continue;
        struct sr_finding *found;
        const size_t count = sr_audit_find(&audit.base, (enum sr_audit_kind)k, NAN, &found);
        free(found);
        if (!count) continue;
        sr_text_printf(text, "%s%zu %s", before, count, sr_audit_checks[k].name);
        before = ", ";
    }
    if (*before == 'A') sr_text_add(text, "Audit: nothing found");
    sr_text_add(text, request.kinds == all   ? "; :audit lists them."
                      : session->interactive ? "; the rest is under way."
                                             : "; :audit looks for more.");
    sr_session_audit_fini(&audit);
}
