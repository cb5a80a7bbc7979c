/* tagging.h - the tags of many samples, changed at once. Only the session's thread may call. */
#ifndef SARTOR_APP_TAGGING_H
#define SARTOR_APP_TAGGING_H

#include "sartor/app/session.h"

struct sr_tagged {
    enum sr_file file;
    uint32_t row, tags; /* a bit for each name, as sr_session_tags gives them */
};

/* Give each sample these tags and no others, as sr_session_tag does one. */
enum sr_status sr_session_tag_all(struct sr_session *session, const struct sr_tagged *samples,
                                  size_t count, struct sr_error *error);

#endif
