/* coverage.c - see trust.h: how often the sets of a split hold the true class. */
#include <stdlib.h>

#include "sartor/app/session.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"

bool sr_session_coverage(const struct sr_session *session, const struct sr_entry *entry,
                         enum sr_split_name split, struct sr_coverage *coverage)
{
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_trust *trust = entry->model ? entry->model->trust : NULL;
    if (!predicted || !trust || !trust->conformal.count) return false;
    const struct sr_predictions *all = &predicted->predictions;
    const size_t classes = (size_t)all->classes;
    double thresholds[SR_CLASSES_MAX];
    bool *held = sr_xalloc(all->count + 1), members[SR_CLASSES_MAX];
    uint16_t *sizes = sr_xalloc((all->count + 1) * sizeof *sizes);
    sr_session_thresholds(session, trust, thresholds);
    for (size_t i = 0; i < all->count; i++) {
        sizes[i] = (uint16_t)sr_conformal_set(&trust->conformal, thresholds,
                                              predicted->raw + i * classes, members);
        held[i] = members[all->truth[i]];
    }
    sr_coverage(coverage, sizes, held, all->truth, all->count, all->classes);
    free(held);
    free(sizes);
    return true;
}
