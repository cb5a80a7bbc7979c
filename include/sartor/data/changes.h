/* changes.h - what happens to pictures on their way: noise, blur, other light, other places.
 * `robustness` measures a model's accuracy on them.
 *
 * The first fifteen kinds are those of Fashion-MNIST-C (Weiss and Tonella, 2022, after MNIST-C, Mu
 * and Gilmer, 2019), with its definitions at five severities; the others are made likewise. Values
 * are 0 to 1, black outside, bilinear between pixels; lengths are for images whose shorter side is
 * 28, and grow with it. Kinds that draw numbers depend on (seed, kind, severity, row) alone. In
 * colour, channels are changed alike. One image at a time, any thread may call; nothing fails.
 *
 * | kind | at severities 1 to 5 |
 * | shot_noise | Poisson(value × c) / c; c 60 25 12 5 3 |
 * | impulse_noise | a share .03 .06 .09 .17 .27 of the pixels black or white |
 * | glass_blur | Gaussian of s, pixels swapped with others up to d away, n times, Gaussian again;
 *   (s, d, n) (.7,1,2) (.9,2,1) (1,2,3) (1.1,3,2) (1.5,4,2) |
 * | motion_blur | along a line of -45 to 45 degrees; length and deviation (10,3) (15,5) (15,8)
 *   (15,12) (20,15) |
 * | shear | .2 .4 .6 .8 1 to either side |
 * | scale | to .9 .8 .7 .6 .5 |
 * | rotate | by .2 .4 .6 .8 1 radians to either side |
 * | brightness | + .1 .2 .3 .4 .5 |
 * | contrast | times .4 .3 .2 .1 .05 about the image's mean |
 * | saturate | saturation (of a grey image: value) × c + d; (.3,0) (.1,0) (2,0) (5,.1) (20,.2) |
 * | inverse, flip_sides, flip_up_down, turn_left, turn_right | as named, at every severity |
 * | size | reduced to 24 20 16 12 8 pixels and enlarged again |
 * | jpeg | blocks of 8 × 8 as JPEG of quality 75 50 30 15 7 keeps them |
 * | backdrop | black that reaches the border becomes .1 .2 .3 .5 .8 |
 * | occlusion | a grey square over .05 .1 .2 .3 .4 of the image | */
#ifndef SARTOR_DATA_CHANGES_H
#define SARTOR_DATA_CHANGES_H

#include "sartor/base/error.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"
#include "sartor/data/images.h"
#include <stdbool.h>

enum { SR_SEVERITIES = 5 };

struct sr_change_kind {
    const char *name;
    const char *help; /* a few words */
    bool published;   /* one of Fashion-MNIST-C */
    int severity;     /* at which Fashion-MNIST-C uses it; 3 for the others */
    bool same;        /* at every severity */
    bool square;      /* of square images only */
};
enum { SR_CHANGES = 19, SR_CHANGES_PUBLISHED = 15 };
extern const struct sr_change_kind sr_change_kinds[SR_CHANGES];

/* A kind by name, or -1. */
int sr_change_find(const char *name);
/* Kinds as bits, from "published", "all", or names separated by commas; one with a minus before it
 * is left out: "all,-jpeg", "-contrast" (of the published ones). */
enum sr_status sr_change_read(const char *text, uint32_t *kinds, struct sr_error *error);
/* One image of floats 0..1 in place, rounded to whole grey levels as a picture would be. Draws from
 * `rng`. */
void sr_change_values(int kind, int severity, struct sr_rng *rng, struct sr_shape shape,
                      float *values);

/* One kind at one severity; severity 0: no change. */
struct sr_change {
    int kind, severity;
};
/* "rotate:3"; "rotate" alone is at the severity of Fashion-MNIST-C; "none". */
enum sr_status sr_change_parse(const char *text, struct sr_change *change, struct sr_error *error);
/* The same text; kinds that are the same at every severity are without one. */
void sr_change_print(struct sr_change change, char *text, size_t size);
static inline bool sr_change_same(struct sr_change a, struct sr_change b)
{
    return a.severity == b.severity && (!a.severity || a.kind == b.kind);
}
/* sr_shape_size(shape) bytes into `out`, which is not `pixels`. `severity` is 1 to SR_SEVERITIES.
 */
void sr_change_image(int kind, int severity, uint64_t seed, uint32_t row, const uint8_t *pixels,
                     struct sr_shape shape, uint8_t *out);
/* All samples in their order, into samples->count × sr_shape_size() bytes. */
void sr_change_samples(int kind, int severity, uint64_t seed, const struct sr_samples *samples,
                       struct sr_pool *pool, uint8_t *out);

#endif
