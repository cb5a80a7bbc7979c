/* errands.h - trainings whose predictions of held-out samples are wanted: the folds of a search for
 * suspects, the trials of an experiment. Private to app/.
 *
 * Where several processes run together, they are handed out (base/handout.h). Each is the same
 * training wherever it runs, so what comes of it does not depend on the number of processes. All on
 * one worker. */
#ifndef SARTOR_APP_ERRANDS_H
#define SARTOR_APP_ERRANDS_H

#include "sartor/eval/evaluation.h"
#include "sartor/models/together.h"

/* One of them, and memory that it needs. */
struct errand {
    struct sr_fit fit;
    struct sr_samples held_out;
    void *memory;
};

struct errands_source {
    void *owner;
    const struct sr_model_class *class;
    size_t count;
    struct sr_ranks *ranks; /* NULL: this process is alone */
    /* Make an errand; `release` frees what it has made. */
    enum sr_status (*make)(void *owner, size_t index, struct errand *errand,
                           struct sr_error *error);
    void (*release)(void *owner, struct errand *errand);
    const struct sr_monitor *monitor; /* of all of them */
    /* Is it wanted at all? NULL: all are. */
    bool (*needed)(void *owner, size_t index);
    /* One is begun in this process. May be NULL. */
    void (*begin)(void *owner, size_t index);
};

struct errands;
struct errands *errands_new(const struct errands_source *source);
/* Those that are with others are given up. NULL-safe. */
void errands_free(struct errands *errands);
/* The predictions of one, when it is done; `*repeated` is increased as by sr_judge_fit. Once for
 * each. */
enum sr_status errands_take(struct errands *errands, size_t index,
                            struct sr_predictions *predictions, size_t *repeated, double *seconds,
                            struct sr_error *error);
#endif
