/* rng.h - seeded random numbers, the same on every machine.
 *
 * xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64 from a seed
 * and a stream number, so that every use (split, initial weights, shuffling of
 * epoch 3, augmentation of sample 17) has a stream of its own and none depends
 * on how much another has drawn, or on which thread drew it. A struct belongs
 * to one thread at a time. */
#ifndef SARTOR_BASE_RNG_H
#define SARTOR_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct sr_rng {
    uint64_t state[4];
};

/* Streams, one for each purpose; combine with an index by sr_rng_init's `index`. */
enum sr_stream {
    SR_STREAM_SPLIT = 1,
    SR_STREAM_INIT,
    SR_STREAM_SHUFFLE,
    SR_STREAM_AUGMENT,
    SR_STREAM_DROPOUT,
    SR_STREAM_FOREST,
    SR_STREAM_TEST,
    SR_STREAM_OTHER,
    SR_STREAM_SET_ASIDE,
    SR_STREAM_BOOTSTRAP,
    SR_STREAM_SCENE,
};

void sr_rng_init(struct sr_rng *rng, uint64_t seed, enum sr_stream stream, uint64_t index);
uint64_t sr_rng_next(struct sr_rng *rng);              /* 64 uniform bits */
uint64_t sr_rng_below(struct sr_rng *rng, uint64_t n); /* 0..n-1 without bias; n > 0 */
double sr_rng_double(struct sr_rng *rng);              /* [0, 1), 53 bits */
float sr_rng_float(struct sr_rng *rng);                /* [0, 1), 24 bits */
double sr_rng_normal(struct sr_rng *rng);              /* mean 0, deviation 1 */
void sr_rng_shuffle(struct sr_rng *rng, uint32_t *items, size_t count); /* Fisher-Yates */

#endif
