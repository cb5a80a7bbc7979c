/* trainer.h - mini-batch training of a network.
 *
 * A struct sr_trainer owns the weights in all their versions (the ones being trained, their moving
 * average, the ones to keep), the optimiser and the history; its caller may read and write them
 * between new and run, which is how a checkpoint is taken and put back. All random numbers are
 * functions of (seed, epoch, step, sample), so a checkpoint needs no generator's state. Batches are
 * the shuffled rows in order; the last one of an epoch is what is left, or is left out when that is
 * less than an eighth of a batch. Same seed, same bits, at any thread count. One thread at a time.
 *
 * With `sharing`, the trainers of all members run the same plan; each computes its part of a batch.
 */
#ifndef SARTOR_NN_TRAINER_H
#define SARTOR_NN_TRAINER_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/data/augment.h"
#include "sartor/data/images.h"
#include "sartor/nn/exchange.h"
#include "sartor/nn/inference.h"
#include "sartor/nn/network.h"
#include "sartor/nn/optimizer.h"
#include "sartor/nn/schedule.h"
#include "sartor/nn/sharing.h"
#include <stdbool.h>
#include <stdint.h>

/* What a training is to do. */
struct sr_training {
    int epochs, batch;
    struct sr_optimizer_options optimizer;
    enum sr_schedule_shape schedule;
    double rate;      /* the peak learning rate */
    double warmup;    /* epochs of climbing to it */
    double smoothing; /* of labels, 0..1 */
    double clip;      /* longest gradient, 0 for any */
    double average;   /* decay of the weights' moving average a step, 0 for none */
    int patience;     /* epochs without a better validation accuracy before it ends, 0 for never */
    struct sr_augment augment;
    struct sr_input input;
    uint64_t seed;
    struct sr_sharing *sharing; /* of its batches, made for `batch`; NULL: alone. Borrowed */
};

/* Sums over the batches of an epoch, of which `batches` are done. */
struct sr_tally {
    uint64_t batches;
    double loss; /* summed over images */
    uint64_t right, seen;
    double rate, norm; /* of the last step */
};

struct sr_trainer {
    struct sr_training plan;
    struct sr_samples train, validation;
    struct sr_pool *pool;

    struct sr_network *network; /* being trained */
    struct sr_network *average; /* NULL when the plan has none */
    struct sr_network *kept;    /* of the last finished epoch; with patience, of the best one */
    struct sr_optimizer *optimizer;
    int finished;             /* epochs */
    struct sr_tally tally;    /* of the epoch that is not finished */
    struct sr_epoch *history; /* room for all; `finished` of them are there */
    const char *about;        /* kept in checkpoints as it is; NULL for nothing. Borrowed */
    bool diverged;            /* it has ended so; what was finished is kept */
    int best_epoch;           /* 1-based; 0 before the first, and without patience */
    double best_accuracy;
    char note[SR_NOTE]; /* goes out with the next progress; "" when there is nothing to say */

    struct sr_workspace *workspace, *measuring;
    struct sr_exchange exchange;      /* of the workspace */
    uint32_t *order;                  /* this epoch's shuffle of 0..train.count-1 */
    uint8_t *labels;                  /* of one batch */
    float *changed;                   /* a thread each: an augmented image, as floats */
    uint8_t *bytes;                   /* and as bytes, for features that are made of bytes */
    size_t *slots;                    /* the optimiser's, of each learned parameter */
    uint64_t batches;                 /* an epoch */
    uint64_t run_batches;             /* done since sr_trainer_run */
    double waited;                    /* seconds paused, or stopped for shorter work */
    const struct sr_monitor *monitor; /* of the run at hand */
    struct sr_monitor gate; /* what asks it whether to go on, and counts the time waited */
};

/* Called when an epoch has ended, or the program is to leave after a batch. A failure does not end
 * the training; it is said in a progress note. */
typedef enum sr_status sr_epoch_end(void *owner, struct sr_trainer *trainer,
                                    struct sr_error *error);

/* Takes over `network`, with the weights to start from, even when it fails. Data and pool are
 * borrowed. */
struct sr_trainer *sr_trainer_new(struct sr_network *network, const struct sr_training *plan,
                                  const struct sr_samples *train,
                                  const struct sr_samples *validation, struct sr_pool *pool,
                                  struct sr_error *error);
void sr_trainer_free(struct sr_trainer *trainer);

/* Train what is left of the epochs. SR_OK when there is something to keep (take it by
 * sr_trainer_take):
 *   - all epochs are done, or patience ran out (`*complete` becomes true);
 *   - the monitor asked to end, and an epoch was finished;
 *   - the loss or a weight became infinite or NaN after a finished epoch: that epoch's weights
 * stay, and a progress note says so (`*complete` becomes true, since it would happen again).
 * SR_ERROR_CANCELLED and SR_ERROR_NUMERIC are the last two without a finished epoch.
 * When the program is asked to leave (base/leave.h), the training ends after the present batch:
 * epoch_end is called to keep a checkpoint in the middle of the epoch, from which the training can
 * go on to the same bits, and the status is SR_ERROR_STATE.
 * An epoch that otherwise does not end leaves the network, the averages and the optimiser in the
 * middle of a step: only what is kept is whole, and the trainer is not to be run again. */
enum sr_status sr_trainer_run(struct sr_trainer *trainer, const struct sr_monitor *monitor,
                              sr_epoch_end *epoch_end, void *owner, bool *complete,
                              struct sr_error *error);

/* The weights to keep, now the caller's. */
struct sr_network *sr_trainer_take(struct sr_trainer *trainer);

#endif
