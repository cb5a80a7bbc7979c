/* together.h - fits that the ranks of a run share (base/ranks.h).
 *
 * Rank 0 runs the commands. When it fits a model of a class that shares, it tells the others of the
 * fit: where the data is, the rows and their labels, the hyperparameters. Each of them opens the
 * data itself and calls the class's fit, too, where they exchange what they have to (nn/sharing.h).
 * Between fits they wait. */
#ifndef SARTOR_MODELS_TOGETHER_H
#define SARTOR_MODELS_TOGETHER_H

#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include "sartor/base/ranks.h"
#include "sartor/data/dataset.h"
#include "sartor/models/model.h"
#include <stdbool.h>

struct sr_together {
    struct sr_ranks *ranks;
    /* Of rank 0: how others get the data, and its files, which the rows of a fit are of. */
    struct sr_opening opening;
    const char *digest;
    const struct sr_images *files;
};

/* NULL-safe: the ranks, or NULL; is this a rank that helps rank 0? */
static inline struct sr_ranks *sr_together_ranks(const struct sr_together *together)
{
    return together ? together->ranks : NULL;
}
bool sr_together_helps(const struct sr_together *together);

/* Rank 0: can the fit be shared? Then wait until the others have nothing else to do, tell them of
 * it, and wait until all have the data. To be ended in any case; NULL-safe. */
bool sr_together_can(const struct sr_model_class *class, const struct sr_fit *fit);
enum sr_status sr_together_begin(const struct sr_model_class *class, const struct sr_fit *fit,
                                 const struct sr_args *params, struct sr_error *error);
void sr_together_end(const struct sr_together *together);
/* Rank 0: a fit that one rank does alone, whose predictions of `held_out` are wanted; rows whose
 * picture is among these are not trained on. The order's bytes are appended. */
bool sr_together_can_send(const struct sr_fit *fit, const struct sr_samples *held_out);
void sr_together_write(const struct sr_model_class *class, const struct sr_fit *fit,
                       const struct sr_samples *held_out, uint64_t ticket, struct sr_text *order);
/* What a rank answers. */
struct sr_together_answer {
    size_t repeated; /* rows that were not trained on */
    double seconds;
    const void *bytes; /* floats, `count` of them, of no alignment; within the message */
    size_t count;
};
/* Take a message apart. The status is that of the rank's work. */
enum sr_status sr_together_read(const struct sr_text *message, int rank,
                                struct sr_together_answer *answer, struct sr_error *error);
/* Rank 0: a rank trains a model alone; its progress goes to the fit's monitor. On success the model
 * has what sr_model_fit gives, and its trust. The checkpoint is kept there where that rank has the
 * same folder. Where the rank is lost meanwhile (sr_ranks_lost), nothing has happened. On a worker.
 */
bool sr_together_can_train(const struct sr_fit *fit);
enum sr_status sr_together_train(struct sr_model *model, const struct sr_fit *fit, int rank,
                                 struct sr_error *error);
/* Rank 0, at its end: the others end. */
void sr_together_dismiss(struct sr_ranks *ranks);
/* Other ranks: help until they are dismissed. */
enum sr_status sr_together_help(struct sr_ranks *ranks, struct sr_pool *pool,
                                struct sr_error *error);

#endif
