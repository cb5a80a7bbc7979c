#include "sartor/base/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void sr_rng_init(struct sr_rng *rng, uint64_t seed, enum sr_stream stream, uint64_t index)
{
    /* Three rounds of mixing, so that neighbouring seeds, streams and indices have unrelated
     * states. */
    uint64_t state = seed;
    state = splitmix(&state) ^ (uint64_t)stream * 0xD1342543DE82EF95u;
    state = splitmix(&state) ^ index;
    for (int i = 0; i < 4; i++) rng->state[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t sr_rng_next(struct sr_rng *rng)
{
    uint64_t *s = rng->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t sr_rng_below(struct sr_rng *rng, uint64_t n)
{
    /* Lemire (2019): multiply, and draw again where the result would be biased. */
    unsigned __int128 product = (unsigned __int128)sr_rng_next(rng) * n;
    if ((uint64_t)product < n) {
        uint64_t threshold = -n % n;
        while ((uint64_t)product < threshold) product = (unsigned __int128)sr_rng_next(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

double sr_rng_double(struct sr_rng *rng)
{
    return (double)(sr_rng_next(rng) >> 11) * 0x1p-53;
}

float sr_rng_float(struct sr_rng *rng)
{
    return (float)(sr_rng_next(rng) >> 40) * 0x1p-24f;
}

double sr_rng_normal(struct sr_rng *rng)
{
    /* Marsaglia's polar method; the second value is dropped, so that there is no further state. */
    for (;;) {
        double x = 2 * sr_rng_double(rng) - 1, y = 2 * sr_rng_double(rng) - 1, r = x * x + y * y;
        if (r > 0 && r < 1) return x * sqrt(-2 * log(r) / r);
    }
}

void sr_rng_shuffle(struct sr_rng *rng, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)sr_rng_below(rng, i);
        uint32_t swap = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swap;
    }
}
