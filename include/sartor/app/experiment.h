/* experiment.h - many fits of one family, judged alike: what `ablate` and `tune` run.
 *
 * An experiment is a list of trials in a job of its own, judged on the validation split or by
 * cross-validation within the training rows. Each finished trial is noted in a CSV file, so that an
 * experiment that was stopped goes on where it was; the models themselves are not kept. The test
 * split is never touched. */
#ifndef SARTOR_APP_EXPERIMENT_H
#define SARTOR_APP_EXPERIMENT_H

#include "sartor/app/session.h"

struct sr_trial {
    char label[64]; /* what this trial is about: "without augmentation", "round 2, no. 5" */
    char *params;   /* the hyperparameters that differ from the defaults, as typed */
    uint64_t seed;
    uint64_t limit; /* training rows, 0 for all */
    int round;      /* in which it was added, from 0 */
    bool done;
    double accuracy,
        loss; /* on the validation split, or the mean over the folds; NaN when the fit failed */
    double deviation; /* of the accuracy across the folds, divided by their number as numpy's std
                         is; NaN without */
    double seconds;
};

struct sr_experiment {
    const struct sr_model_class *class;
    struct sr_trial *trials;
    size_t count, room;
    int folds;     /* 0: the validation split. Else 2..SR_FOLDS_MAX: every trial is fitted so many
                      times, on the     training rows but for one stratified fold, and judged on that.
                      The     folds come from     the split's seed: trials of as many rows have the
                      same. */
    double budget; /* seconds of work, pauses apart, after which the job ends in good order; 0 for
                      none */
    /* Called on the worker after every trial of a round that is to be done: may add more, a further
     * round, and then counts `round` on. May be NULL. */
    void (*next)(struct sr_experiment *experiment);
    int round,
        rounds; /* at work on, from 0; how many there are at most. Each has an equal share of the
                   budget: when that has gone, no further trial of it begins but its first. */
    const struct sr_trial
        *cut; /* the trial under way when the budget ended, which is not done; NULL for none */
};

struct sr_experiment *sr_experiment_new(const struct sr_model_class *class);
void sr_experiment_free(struct sr_experiment *experiment);
/* Add a trial. `params` is copied. */
void sr_experiment_add(struct sr_experiment *experiment, const char *label, const char *params,
                       uint64_t seed, uint64_t limit);

/* Start it as a job named `name` (shown among the runs), or go on with it: trials that
 * HOME/experiments/NAME.csv has with the same params, seed, limit and folds on the same data are
 * taken from there. Takes the experiment over; session->experiment holds it again when the job has
 * ended. */
enum sr_status sr_session_experiment(struct sr_session *session, const char *name,
                                     struct sr_experiment *experiment, uint32_t *job,
                                     struct sr_error *error);

#endif
