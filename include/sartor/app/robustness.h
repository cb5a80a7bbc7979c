/* robustness.h - the accuracy of a model on changed pictures (data/changes.h).
 *
 * A result (results.h), measured in a job among the runs. Only the session's thread may call. */
#ifndef SARTOR_APP_ROBUSTNESS_H
#define SARTOR_APP_ROBUSTNESS_H

#include "sartor/app/session.h"
#include "sartor/data/changes.h"

/* Of one kind at one severity. */
struct sr_change_score {
    bool measured;
    double accuracy, low, high; /* Wilson's 95 % interval */
    double confidence;          /* mean probability of the prediction */
};
struct sr_robustness {
    size_t count; /* images */
    struct sr_change_score clean, kinds[SR_CHANGES][SR_SEVERITIES];
};

/* Which are measured: bit k for kind k, bit s - 1 for severity s. The images of a split, or the
 * first `count` of them (0: all), changed by `seed`. Kinds that are the same at every severity are
 * measured once, and kinds for square images are left out of others. */
struct sr_robustness_request {
    enum sr_split_name split;
    uint32_t kinds, severities;
    uint64_t seed;
    size_t count;
};
/* The fifteen kinds of Fashion-MNIST-C at all severities, on all images of a split. */
struct sr_robustness_request sr_robustness_request(enum sr_split_name split);
enum sr_status sr_session_robustness(struct sr_session *session, struct sr_entry *entry,
                                     const struct sr_robustness_request *request,
                                     const struct sr_robustness **robustness,
                                     struct sr_error *error);
/* The same when it has been measured already; else NULL, and whether it is under way. Starts
 * nothing. */
const struct sr_robustness *sr_session_robustness_known(struct sr_session *session,
                                                        struct sr_entry *entry,
                                                        const struct sr_robustness_request *request,
                                                        bool *pending);
/* Mean over the kinds measured at a severity, or for 0 at that of the reference; NaN where there is
 * none. `kinds`, which may be NULL, gets how many. */
double sr_robustness_mean(const struct sr_robustness *robustness, int severity, size_t *kinds);
/* Is the kind measured at the severity that Fashion-MNIST-C uses? Then accuracy and confidence
 * there, else NULL. */
const struct sr_change_score *sr_robustness_reference(const struct sr_robustness *robustness,
                                                      int kind);

#endif
