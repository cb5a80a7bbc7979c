/* mend.h - whether decisions help: a family trained with and without them, on the same seeds, and
 * judged on test rows that nobody has decided on. Only the session's thread may call. */
#ifndef SARTOR_APP_MEND_H
#define SARTOR_APP_MEND_H

#include "sartor/app/session.h"
#include "sartor/eval/paired.h"

enum { SR_MEND_SEEDS = 20 };

struct sr_mend {
    size_t relabelled, left_out; /* training rows that the decisions change */
    size_t trained, tested;      /* training rows without the decisions; test rows */
    size_t test_looks; /* how often such trainings have been compared on these test images, this
                          time included; 0 where it could not be noted */
    int seeds;
    double before[SR_MEND_SEEDS], after[SR_MEND_SEEDS]; /* accuracies, one for each seed */
    struct sr_paired_t difference;                      /* after less before, over the seeds */
    struct sr_mcnemar first;                            /* of the first seed: after, before */
};

struct sr_mend_request {
    const struct sr_model_class *class;
    const struct sr_args *params; /* hyperparameters */
    int seeds;                    /* at most SR_MEND_SEEDS: 1, 2, ... */
};

/* A result: SR_PENDING while it is computed. Refuses when no decision changes a training row. */
enum sr_status sr_session_mend(struct sr_session *session, const struct sr_mend_request *request,
                               const struct sr_mend **mend, struct sr_error *error);

#endif
