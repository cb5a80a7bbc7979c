/* exchange.h - the seam where the sums over a batch can leave this machine.
 *
 * The images of a batch are cut into slices, and sums over slices go along the tree of base/tree.h.
 * Slices have a power of two of images, at most sr_exchange_share() of them. So the machines can
 * have so many images of a batch each, or a power of two times that (the last one what is left),
 * compute the nodes of their images alone, and join them to the bits that one machine gives. All
 * that a step of training needs of the whole batch passes here: each parameter's gradient when it
 * is complete, the moments and sums of batch normalisation, loss and right answers. The optimiser
 * takes its step after that.
 *
 * On one machine (no `machines`) nothing is waited for and nothing is changed: what is told is what
 * counts, and a gradient goes on to the optimiser at once, while it is in the cache.
 *
 * What the other families would exchange:
 * - logreg: in each evaluation the gradient and the loss, summed over its slices of 512 rows along
 *   the same tree; once, before, the sums of products for its change of variables.
 * - forest: nothing while a tree grows; trees depend on their number alone, so each machine grows
 *   some of them, and all get all at the end.
 * - svm: nothing while a pair of classes is solved; each machine solves some pairs, and all get the
 *   support vectors and coefficients of all. Its scaling for probabilities likewise, by class.
 * - knn: nothing in fitting; in predicting, where each machine has some of the rows, the nearest k
 *   of each, of which the nearest k of all are kept, ties by row.
 *
 * Calls come from the one thread that runs the batch, but for sr_exchange_gradient. */
#ifndef SARTOR_NN_EXCHANGE_H
#define SARTOR_NN_EXCHANGE_H

#include <stddef.h>

/* Images of the largest slices that a batch of `whole` images is cut into: 64, or a quarter of the
 * batch rounded up to a power of two. */
int sr_exchange_share(int whole);

/* Count, mean and sum of squared deviations from it, of one channel's values in some images. */
struct sr_moments {
    double count, mean, spread;
};
/* Those of both (Chan et al., 1979), to the left one. */
void sr_moments_join(struct sr_moments *left, const struct sr_moments *right);

/* What values are, and so how two nodes are joined. */
enum sr_join { SR_JOIN_FLOATS, SR_JOIN_DOUBLES, SR_JOIN_MOMENTS };

/* The other machines, by the room that knows of them. Each machine has the images `before` ..
 * before + count - 1 of the `whole` batch that it runs `count` images of. */
struct sr_machines {
    void *owner;
    int before, whole;
    /* Join this machine's node of each of `count` values with those of the others along the tree;
     * every machine gets the result. All machines call it in the same order. */
    void (*join)(void *owner, enum sr_join what, void *values, size_t count);
    /* This machine's node of so many elements of a parameter's gradient is there. Workers may call
     * it at once, for different elements. */
    void (*gradient)(void *owner, size_t parameter, size_t start, size_t count);
    /* Return when the gradients of all machines are joined, on each of them. */
    void (*finish)(void *owner);
};

/* To be called by several workers at once and inside a region of the pool: elements start .. start
 * + count - 1 of a parameter's gradient are final, and nothing reads the parameter's values any
 * more in this step, so the optimiser may change them. */
typedef void sr_gradient_final(void *owner, size_t parameter, size_t start, size_t count);

struct sr_exchange {
    const struct sr_machines *machines; /* NULL: there are no others */
    sr_gradient_final *final;           /* NULL: the optimiser takes the whole step at the end */
    void *owner;                        /* of `final` */
};

/* For each parameter, one of these three is called in a backward pass, when nothing in it will read
 * the parameter's values any more: for each element once, by the workers who have just summed it;
 * or once for all of it. */
void sr_exchange_gradient(const struct sr_exchange *exchange, size_t parameter, size_t start,
                          size_t count);
void sr_exchange_parameter(const struct sr_exchange *exchange, size_t parameter, size_t count);
/* Gradients that the backward pass itself needs for the whole batch: they are it on return. */
void sr_exchange_sums(const struct sr_exchange *exchange, float *sums, size_t count);
/* Moments of the whole batch, on return. */
void sr_exchange_moments(const struct sr_exchange *exchange, struct sr_moments *moments,
                         size_t count);
/* Summed loss and number of right answers of the whole batch, on return. */
void sr_exchange_loss(const struct sr_exchange *exchange, double *loss, int *right);
/* After the backward pass, before the optimiser's step: all gradients are of the whole batch. */
void sr_exchange_finish(const struct sr_exchange *exchange);

#endif
