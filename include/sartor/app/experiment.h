/* experiment.h - many fits of one family, judged on the validation split: what `ablate` and `tune` run.
 *
 * An experiment is a list of trials in a job of its own. Each finished trial is noted in a CSV file, so that
 * an experiment that was stopped goes on where it was; the models themselves are not kept. The test split is
 * never touched. */
#ifndef SARTOR_APP_EXPERIMENT_H
#define SARTOR_APP_EXPERIMENT_H

#include "sartor/app/session.h"

struct sr_trial {
    char label[64];            /* what this trial is about: "without augmentation", "round 2, no. 5" */
    char *params;              /* the hyperparameters that differ from the defaults, as typed */
    uint64_t seed;
    uint64_t limit;            /* training rows, 0 for all */
    bool done;
    double accuracy, loss;     /* on the validation split; NaN when the fit failed */
    double seconds;
};

struct sr_experiment {
    const struct sr_model_class *class;
    struct sr_trial *trials;
    size_t count, room;
    double budget;             /* seconds after which no further trial begins; 0 for none */
    /* Called on the worker after every trial of the list is done: may add more. May be NULL. */
    void (*next)(struct sr_experiment *experiment);
    int round;                 /* for next() */
};

struct sr_experiment *sr_experiment_new(const struct sr_model_class *class);
void sr_experiment_free(struct sr_experiment *experiment);
/* Add a trial. `params` is copied. */
void sr_experiment_add(struct sr_experiment *experiment, const char *label, const char *params, uint64_t seed,
                       uint64_t limit);

/* Start it as a job named `name` (shown among the runs), or go on with it: trials that HOME/experiments/NAME.csv
 * has with the same params, seed and limit on the same data are taken from there. Takes the experiment over;
 * session->experiment holds it again when the job has ended. */
enum sr_status sr_session_experiment(struct sr_session *session, const char *name, struct sr_experiment *experiment,
                                     uint32_t *job, struct sr_error *error);

#endif
