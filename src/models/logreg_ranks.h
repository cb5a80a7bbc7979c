/* logreg_ranks.h - passes over the rows of a logistic regression that several processes share
 * (base/ranks.h). Private to models/.
 *
 * The tree over the slices of rows is cut into nodes of the same number of slices, a power of two;
 * the last one has what is left. Each rank computes some nodes that follow one another, for the
 * weights that rank 0 sends, and rank 0 joins all of them along the rest of the tree: the bits of
 * one process. What is decided from the sums, rank 0 decides. */
#ifndef SARTOR_MODELS_LOGREG_RANKS_H
#define SARTOR_MODELS_LOGREG_RANKS_H

#include "sartor/base/ranks.h"
#include "sartor/models/model.h"

struct logreg_ranks {
    struct sr_ranks *ranks;
    size_t number, count; /* of this rank; of all: 0 and 1 where it is alone */
    bool asked;           /* rank 0: answers are on their way */
};

/* What a pass is over. */
enum logreg_pass { LOGREG_END, LOGREG_TRAIN, LOGREG_VALIDATION };

struct logreg_order {
    enum logreg_pass pass;
    bool gradient; /* wanted, beside the loss */
};

struct logreg_nodes {
    size_t count, width, slices; /* nodes; slices of one; of all */
    size_t length;               /* floats of a gradient */
    double *losses;              /* count */
    uint64_t *corrects;          /* count */
    float *sums;                 /* count × length */
};

void logreg_ranks_init(struct logreg_ranks *shared, const struct sr_fit *fit);
/* The nodes of so many slices; their arrays are the caller's. `most`: how many there are at most.
 */
void logreg_nodes_cut(const struct logreg_ranks *shared, size_t slices, struct logreg_nodes *nodes);
size_t logreg_nodes_most(const struct logreg_ranks *shared);
/* The first node of a rank; those up to the next rank's first are its. */
size_t logreg_nodes_first(const struct logreg_ranks *shared, const struct logreg_nodes *nodes,
                          size_t rank);

/* Rank 0: begin a pass, for weights of `length` floats; get what the others have made of it. */
void logreg_ranks_ask(struct logreg_ranks *shared, struct logreg_order order, const float *weights,
                      size_t length);
enum sr_status logreg_ranks_collect(struct logreg_ranks *shared, bool gradient,
                                    struct logreg_nodes *nodes, struct sr_error *error);
/* Rank 0, once, however the fit went: the others end. */
void logreg_ranks_end(struct logreg_ranks *shared);

/* Another rank: wait for the next pass. LOGREG_END, too, where rank 0 is not heard of any more. */
struct logreg_order logreg_ranks_next(struct logreg_ranks *shared, float *weights, size_t length);
/* Its nodes, or why there are none. */
void logreg_ranks_answer(struct logreg_ranks *shared, bool gradient,
                         const struct logreg_nodes *nodes, enum sr_status status,
                         const struct sr_error *error);

#endif
