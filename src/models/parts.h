/* parts.h - a fit whose parts, the trees of a forest or the pairs of an SVM, do not depend on one
 * another: each rank does some of them, and rank 0 gets all. Private to models/.
 *
 * Part i is that of rank i % count. Every rank that has called parts_begin calls parts_gather, also
 * when it could not do its parts. Rank 0 sends each of the others one message: to stop, or that it
 * has all. */
#ifndef SARTOR_MODELS_PARTS_H
#define SARTOR_MODELS_PARTS_H

#include "sartor/base/ranks.h"
#include "sartor/models/model.h"

struct parts {
    size_t number, count; /* of this rank; of all. 0 and 1 where it is alone */
    struct sr_ranks *ranks;
    const struct sr_monitor *outer;
    bool told; /* rank 0: the others, to stop; else: this rank, by rank 0 */
    struct sr_monitor monitor;
};

/* The monitor of the parts is to be asked instead of the fit's. */
void parts_begin(struct parts *parts, const struct sr_fit *fit);
/* How many of `all` parts are this rank's. */
size_t parts_own(const struct parts *parts, size_t all);

/* Read what another rank has made. */
typedef enum sr_status parts_take(void *context, const char *bytes, size_t length,
                                  struct sr_error *error);
/* `status` and `error`: how this rank's own parts went; `made`: what they are, unless it is rank 0.
 * Rank 0 takes the others' and returns how all went: what was stopped before it made anything is
 * left out. The others return SR_ERROR_CANCELLED: they have no model. */
enum sr_status parts_gather(struct parts *parts, enum sr_status status, const struct sr_text *made,
                            parts_take *take, void *context, struct sr_error *error);

#endif
