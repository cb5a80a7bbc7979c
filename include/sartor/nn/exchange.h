/* exchange.h - where sums over a batch can be joined with those of other machines.
 *
 * The images of a batch are cut into slices, and sums over slices go along the tree of base/tree.h.
 * The number of images of a slice is a power of two, at most sr_exchange_share(). So each machine
 * can have that many images of a batch, or a power of two times as many (the last machine: what is
 * left), and compute the nodes of its images alone; joined, they have the bits of one machine that
 * has all images. Everything that a step of training needs from the whole batch passes here: each
 * parameter's gradient when it is complete, the moments and sums of batch normalisation, the loss
 * and the number of right answers. The optimiser takes its step after that.
 *
 * On one machine (`machines` is NULL) the calls change nothing; they only pass gradients on to the
 * optimiser at once, while they are in the cache.
 *
 * What the other families would exchange:
 * - logreg: in each evaluation the gradient and the loss, summed over its slices of 512 rows along
 *   the same tree; once, before, the sums of products for its change of variables.
 * - forest: nothing while a tree grows, since a tree depends on the seed and its index alone; each
 *   machine grows some of the trees, and every machine gets all trees at the end.
 * - svm: nothing while a pair of classes is solved; each machine solves some of the pairs, and
 * every machine gets the support vectors, coefficients and probability scaling of all pairs.
 * - knn: nothing in fitting; in predicting, if each machine has some of the training rows, its k
 *   nearest rows and their distances, of which the k nearest of all are kept.
 *
 * Calls come from the one thread that runs the batch, but for sr_exchange_gradient. */
#ifndef SARTOR_NN_EXCHANGE_H
#define SARTOR_NN_EXCHANGE_H

#include <stddef.h>

/* Images of the largest slices that a batch of `whole` images is cut into, by a network of so many
 * slices at most (sr_network_slices): 64, or the batch by that number, rounded up to a power of
 * two.
 */
int sr_exchange_share(int whole, int slices);

/* Count, mean and sum of squared deviations from it, of one channel's values in some images. */
struct sr_moments {
    double count, mean, spread;
};
/* left = the moments of both (Chan et al., 1979). */
void sr_moments_join(struct sr_moments *left, const struct sr_moments *right);

/* The type of values, which says how two nodes are joined: by adding or by sr_moments_join(). */
enum sr_join { SR_JOIN_FLOATS, SR_JOIN_DOUBLES, SR_JOIN_MOMENTS };

/* The connection to other machines. This machine has the images from `before` on of a batch of
 * `whole` images. */
struct sr_machines {
    void *owner;
    int before, whole;
    /* Join this machine's node of each of `count` values with those of the others along the tree;
     * every machine gets the result. All machines call it in the same order. */
    void (*join)(void *owner, enum sr_join what, void *values, size_t count);
    /* This machine's node of some elements of a parameter's gradient is complete. Several workers
     * may call it at once, for different elements. */
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

/* One of the next three is called for each learned parameter in a backward pass, when the rest of
 * the pass does not read the parameter's values. By workers, for the elements that they have just
 * summed, each element once: */
void sr_exchange_gradient(const struct sr_exchange *exchange, size_t parameter, size_t start,
                          size_t count);
/* Once, for all of its elements: */
void sr_exchange_parameter(const struct sr_exchange *exchange, size_t parameter, size_t count);
/* For a norm's, since the rest of the backward pass needs them: on return they are sums over the
 * whole batch. */
void sr_exchange_sums(const struct sr_exchange *exchange, float *sums, size_t count);
/* On return they are moments of the whole batch. */
void sr_exchange_moments(const struct sr_exchange *exchange, struct sr_moments *moments,
                         size_t count);
/* On return they are the summed loss and the number of right answers of the whole batch. */
void sr_exchange_loss(const struct sr_exchange *exchange, double *loss, int *right);
/* To be called between the backward pass and the optimiser's step: on return all gradients are sums
 * over the whole batch. */
void sr_exchange_finish(const struct sr_exchange *exchange);

#endif
