/* experiment.h - many trainings of one family, evaluated alike: what `ablate` and `tune` run.
 *
 * An experiment is a list of trials in a job of its own. Each trial is evaluated on the validation
 * split or by cross-validation on the training rows, and noted in a CSV file when it is done, so
 * that an experiment that was stopped can be continued. Its models are not kept. The test split is
 * never used. */
#ifndef SARTOR_APP_EXPERIMENT_H
#define SARTOR_APP_EXPERIMENT_H

#include "sartor/app/session.h"

struct sr_trial {
    /* What is tried: "without augmentation", "round 2, no. 5". */
    char label[64];
    /* The hyperparameters that differ from the defaults, as typed. */
    char *params;
    uint64_t seed;
    /* Training rows, 0 for all. */
    uint64_t limit;
    /* The round in which it was added, from 0. */
    int round;
    bool done;
    /* On the validation split, or the mean over the folds; NaN when the training failed. */
    double accuracy, loss;
    /* Population standard deviation of the accuracy over the folds; NaN without folds. */
    double deviation;
    double seconds;
};

struct sr_experiment {
    const struct sr_model_class *class;
    struct sr_trial *trials;
    size_t count, room;
    /* 0: trials are evaluated on the validation split. 2 to SR_FOLDS_MAX: each trial is trained
     * that many times, on the training rows without one stratified fold, and evaluated on that
     * fold. The folds are drawn with the split's seed: trials with equally many rows have the same
     * ones. */
    int folds;
    /* Seconds of work, without pauses, after which the job ends normally; 0 for no limit. */
    double budget;
    /* Called on the worker when all trials of a round are done; may add trials, and then increases
     * `round`. May be NULL. */
    void (*next)(struct sr_experiment *experiment);
    /* The present round, from 0, and how many there are at most. Each has an equal share of the
     * budget: when it is used up, no trial of the round begins but its first. */
    int round, rounds;
    /* The trial under way when the budget ended, which is not done; NULL for none. */
    const struct sr_trial *cut;
};

struct sr_experiment *sr_experiment_new(const struct sr_model_class *class);
void sr_experiment_free(struct sr_experiment *experiment);
/* Add a trial. `params` is copied. */
void sr_experiment_add(struct sr_experiment *experiment, const char *label, const char *params,
                       uint64_t seed, uint64_t limit);

/* Run it as a job named `name`, shown among the runs. Trials that HOME/experiments/NAME.csv has
 * with the same params, seed, limit and folds on the same data are not run again. Takes the
 * experiment over; session->experiment is this one when the job has ended. */
enum sr_status sr_session_experiment(struct sr_session *session, const char *name,
                                     struct sr_experiment *experiment, uint32_t *job,
                                     struct sr_error *error);

#endif
