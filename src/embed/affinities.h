/* affinities.h - how strongly neighbours attract each other. Private to embed/. */
#ifndef SARTOR_EMBED_AFFINITIES_INTERNAL_H
#define SARTOR_EMBED_AFFINITIES_INTERNAL_H

#include "sartor/embed/neighbours.h"

/* Symmetric, summing to 1. Those of point i are first[i] .. first[i + 1] - 1, a multiple of
 * FFT_LANES: the last ones may lead from i to i with strength 0. */
struct affinities {
    size_t *first; /* count + 1 */
    uint32_t *ends;
    float *strengths;
};

/* Gaussians around each point, as wide as gives its neighbours this perplexity, made symmetric (van
 * der Maaten and Hinton, 2008). To be freed in any case. */
enum sr_status affinities_make(struct affinities *affinities,
                               const struct sr_neighbours *neighbours, double perplexity,
                               struct sr_pool *pool, struct sr_error *error);
void affinities_fini(struct affinities *affinities);

#endif
