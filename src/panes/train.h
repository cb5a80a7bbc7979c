/* train.h - what the files of the Train pane share: its state, the list of families, one run with
 * its curves. Private to panes/. */
#ifndef SARTOR_SRC_PANES_TRAIN_H
#define SARTOR_SRC_PANES_TRAIN_H

#include "scroller.h"
#include "shared.h"

/* The pane's state. */
struct train {
    int run;    /* position of the run shown, -1: the active or the latest one */
    int family; /* cursor in the list of families, and behind them of checkpoints, when no run is
                   shown */
    struct sr_scroller runs, families;
    bool logarithmic; /* the axis of the loss */
    int epoch;        /* the reading line on the curves, 0 for none */
    double smoothing; /* share of the past in the smoothed curve, 0 for none */
    bool alone; /* other runs' curves are shown where the window is narrow and hidden where it is
                   wide, instead of the reverse */
};
struct train *train_state(struct sr_session *session);

/* The families in the order of the list; NULL outside it. */
int train_family_count(void);
const struct sr_model_class *train_family(int index);
/* The checkpoint that the cursor is on behind the families; NULL for none. */
const struct sr_checkpoint *train_checkpoint(const struct sr_session *session, int index);
void train_families_draw(struct sr_session *session, struct train *train, struct sr_area area);

/* Is it running or paused? */
bool train_under_way(const struct sr_run *run);
/* "training", or of another process "elsewhere"; then how far it is, "epoch 3 of 5", "tree 43 of
 * 100", or what was reached. */
const char *train_run_state(const struct sr_run *run);
enum sr_role train_run_role(const struct sr_run *run);
/* Accuracy on the validation split of a model that has no epochs to tell it, once it is trained:
 * NaN until that has been computed, and where it cannot be. */
double train_run_score(struct sr_session *session, const struct sr_run *run);
void train_run_words(const struct sr_run *run, struct sr_text *text);
/* Speed, time left, learning rate, and the note of the family. */
void train_speed_words(const struct sr_run *run, struct sr_text *text);
void train_epoch_words(const struct sr_epoch *epoch, bool full, struct sr_text *text);

void train_run_draw(struct sr_session *session, struct train *train, struct sr_area area,
                    const struct sr_run *run);
/* The epoch that the reading line is on: 0 for none, never beyond the last. */
int train_read_epoch(const struct train *train, const struct sr_run *run);
/* Loss, or accuracy, over the epochs; `others`: with other runs behind. */
void train_curves_draw(struct sr_session *session, const struct train *train, struct sr_area area,
                       const struct sr_run *run, bool accuracy, bool others);
/* Exponential smoothing: each value counts `share` less for each step that it lies back. The sum is
 * divided by the sum of the weights, so that the first values are not drawn towards 0 (as in Kingma
 * and Ba's Adam). NaN stays NaN and is left out. */
void train_smooth(const double *from, double *to, size_t count, double share);

#endif
