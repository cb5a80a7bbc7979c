/* monitor.h - progress of long work, and how it is asked to stop.
 *
 * Engines (training, fitting, predicting) are handed a struct sr_monitor and know
 * nothing of jobs or screens. Calls come from the thread that runs the work. */
#ifndef SARTOR_BASE_MONITOR_H
#define SARTOR_BASE_MONITOR_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a note, its final NUL included: a few words and the sentence of an error. */
enum { SR_NOTE = SR_ERROR_TEXT + 32 };

/* Where the work is now; only the latest one matters. */
struct sr_progress {
    const char *unit;      /* "batch", "tree", "pair", "query", "iteration", "image": static text */
    uint64_t done, total;  /* of the whole job, in units; total 0 when not known */
    int epoch, epochs;     /* 1-based present epoch; 0 where there are none */
    double rate;           /* images (or units) a second, 0 when not known */
    double seconds_left;   /* estimate; negative when not known */
    double loss, accuracy; /* running means of the present epoch; NaN when not known */
    double learning_rate;  /* NaN when there is none */
    char note[SR_NOTE];    /* "gradient norm 3.1e-2", "out of bag 0.874", or empty */
    bool remark;           /* the note is to be shown at once: "diverged in epoch 4; ..." */
    bool diverged;         /* the work has ended since its numbers were no longer finite */
};

/* Report that `done` of `total` units are done, with the rate and the time left that follow from
 * the clock when the work began. More than `total` counts as `total`. */
struct sr_monitor;
void sr_monitor_count(const struct sr_monitor *monitor, const char *unit, size_t done, size_t total,
                      double began);
/* What `rate` counts, in the plural: images where there are epochs, else the unit. */
const char *sr_progress_units(const struct sr_progress *progress);

/* One finished epoch. Every one is kept. Accuracies are 0..1; NaN when not measured. */
struct sr_epoch {
    int epoch;
    double train_loss, train_accuracy;
    double validation_loss, validation_accuracy;
    double learning_rate;
    double seconds;
};

struct sr_monitor {
    void *owner;
    void (*progress)(void *owner, const struct sr_progress *progress);
    void (*epoch)(void *owner, const struct sr_epoch *epoch);
    /* Called between batches or blocks of at most some 50 ms: waits while paused
     * or while short work goes first; false asks the work to end. */
    bool (*proceed)(void *owner);
};

/* NULL-safe calls: a NULL monitor or member does nothing, and proceeds. */
void sr_monitor_progress(const struct sr_monitor *monitor, const struct sr_progress *progress);
void sr_monitor_epoch(const struct sr_monitor *monitor, const struct sr_epoch *epoch);
bool sr_monitor_proceed(const struct sr_monitor *monitor);

#endif
