/* abstain.c - see trust.h: which rows a model answers that may refuse to answer. */
#include <stdlib.h>

#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "sartor/base/memory.h"

const char *const sr_abstain_names[SR_ABSTAIN_COUNT] = {"unfamiliar", "uncertain"};

static enum sr_status answer_familiar(struct sr_session *session, const struct sr_entry *entry,
                                      enum sr_split_name split, bool *answers,
                                      struct sr_error *error)
{
    const size_t count = sr_session_predicted(session, entry, split)->predictions.count;
    const double *shares;
    enum sr_status status = sr_session_familiarities(session, entry, split, &shares, error);
    if (status) return status;
    if (!shares)
        return sr_error_set(error, SR_ERROR_STATE,
                            "how familiar images are to %s is unknown: there are no validation "
                            "rows that it was not trained on",
                            entry->name);
    for (size_t i = 0; i < count; i++) answers[i] = !(shares[i] < SR_UNFAMILIAR);
    return SR_OK;
}

/* Where the set holds one class alone. */
static enum sr_status answer_certain(const struct sr_session *session, const struct sr_entry *entry,
                                     enum sr_split_name split, bool *answers,
                                     struct sr_error *error)
{
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_trust *trust = entry->model->trust;
    double thresholds[SR_CLASSES_MAX];
    bool members[SR_CLASSES_MAX];
    if (!trust || !trust->conformal.count)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s has no sets of classes: there are no validation rows that it was "
                            "not trained on",
                            entry->name);
    sr_session_thresholds(session, trust, thresholds);
    const struct sr_predictions *all = &predicted->predictions;
    for (size_t i = 0; i < all->count; i++)
        answers[i] = sr_conformal_set(&trust->conformal, thresholds,
                                      predicted->raw + i * (size_t)all->classes, members) == 1;
    return SR_OK;
}

enum sr_status sr_session_abstain(struct sr_session *session, struct sr_entry *entry,
                                  enum sr_split_name split, enum sr_abstain from,
                                  struct sr_abstention *abstention, struct sr_error *error)
{
    const struct sr_predictions *predictions;
    enum sr_status status = sr_session_predictions(session, entry, split, &predictions, error);
    if (status) return status;
    bool *answers = sr_xalloc(predictions->count + 1);
    status = from == SR_ABSTAIN_UNFAMILIAR ? answer_familiar(session, entry, split, answers, error)
                                           : answer_certain(session, entry, split, answers, error);
    if (!status) sr_abstention(abstention, predictions, answers);
    free(answers);
    return status;
}
