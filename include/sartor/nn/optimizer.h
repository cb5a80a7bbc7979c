/* optimizer.h - from gradients to new weights.
 *
 * An optimizer works on plain arrays (struct sr_slot), which it borrows, and keeps one or two
 * moments for each, which a checkpoint saves. Arrays are cut into blocks whose size does not
 * depend on the thread count, and sums over blocks go along the tree of base/tree.h: same bits at
 * any count. One thread at a time, except for sr_optimizer_stretch. */
#ifndef SARTOR_NN_OPTIMIZER_H
#define SARTOR_NN_OPTIMIZER_H

#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sr_optimizer_kind {
    SR_OPTIMIZER_SGD,   /* with Nesterov momentum (Sutskever et al., 2013); decay joins the gradient
                         */
    SR_OPTIMIZER_ADAM,  /* Kingma and Ba, 2015; decay joins the gradient */
    SR_OPTIMIZER_ADAMW, /* Loshchilov and Hutter, 2019: decay acts on the weights alone */
    SR_OPTIMIZER_MUON,  /* filters by orthogonalised momentum (Jordan, 2024), the rest by AdamW */
    SR_OPTIMIZER_COUNT
};
extern const char *const sr_optimizer_names[SR_OPTIMIZER_COUNT];

/* One array to train. */
struct sr_slot {
    float *values;
    const float *gradient;
    float *average; /* of the values, moved by each step; may be NULL */
    size_t count;
    bool decays; /* weight decay applies */
    bool filter; /* a rows × columns matrix that Muon may orthogonalise */
    int rows, columns;
};

struct sr_optimizer_options {
    enum sr_optimizer_kind kind;
    double momentum; /* SGD's and Muon's; Adam's first decay */
    double weight_decay;
};

struct sr_optimizer;

/* `slots` is copied, the arrays that it points to are borrowed. */
struct sr_optimizer *sr_optimizer_new(const struct sr_optimizer_options *options,
                                      const struct sr_slot *slots, size_t count,
                                      struct sr_pool *pool, struct sr_error *error);
void sr_optimizer_free(struct sr_optimizer *optimizer);

/* Euclidean length of all gradients together; not finite when any of them is not. */
double sr_optimizer_norm(struct sr_optimizer *optimizer);
/* One step at this learning rate, with gradients times `scale` (for clipping; 1 for none). Averages
 * become keep × average + (1 - keep) × values. */
void sr_optimizer_step(struct sr_optimizer *optimizer, double rate, double scale, float keep);

/* The same step in parts: begin; elements of a slot as soon as their gradient is there, each once,
 * by any threads at once, all of the slot's or none; then finish, which takes the slots that are
 * left. Muon's filters, which only step as a whole, are always left. */
void sr_optimizer_begin(struct sr_optimizer *optimizer, double rate, double scale, float keep);
void sr_optimizer_stretch(struct sr_optimizer *optimizer, size_t slot, size_t start, size_t count);
void sr_optimizer_finish(struct sr_optimizer *optimizer);

/* For checkpoints: steps taken, and the moments of one slot (`which` is 0 or 1), as long as the
 * slot; NULL where this kind has none. */
uint64_t *sr_optimizer_steps(struct sr_optimizer *optimizer);
float *sr_optimizer_moment(struct sr_optimizer *optimizer, size_t slot, int which);

#endif
