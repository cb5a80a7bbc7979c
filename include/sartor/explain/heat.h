/* heat.h - heat maps: how much a prediction depends on each pixel, 0..1, the largest 1.
 *
 * A heat map is plain data; explain.h makes them. All zero means that nothing in the image raises
 * the class's probability. Functions here are pure: any thread may call. */
#ifndef SARTOR_EXPLAIN_HEAT_H
#define SARTOR_EXPLAIN_HEAT_H

#include "sartor/models/model.h"

struct sr_method;

struct sr_heat {
    struct sr_shape shape;          /* of the map: the image's sides, one channel */
    float *values;                  /* 0..1; NULL from a method that has no map */
    const struct sr_method *method; /* that made it */
    char layer[32];                 /* where; "" for methods that use no layer */
    int target; /* the class that is explained; -1 when the map belongs to none */
};
void sr_heat_fini(struct sr_heat *heat);

/* Of maps, shapes of one channel: bilinear, half-pixel centres, edges clamped. */
void sr_resize_bilinear(const float *from, struct sr_shape from_shape, float *to,
                        struct sr_shape shape);

/* Convolve with a Gaussian of `deviation` pixels that is cut off at `reach`. Beyond the edges the
 * values at the edge are repeated, or 0 is taken when `dark` is set. */
void sr_blur(float *values, struct sr_shape shape, double deviation, int reach, bool dark);

/* Set values below 0 to 0 and divide by the largest one, unless all are 0. False when a value is
 * not finite; the map must not be used then. */
bool sr_heat_scale(float *values, size_t count);

/* Is a pixel not black? */
bool sr_pixel_lit(const uint8_t *pixel, size_t channels);
/* Share of a map's heat on pixels of the image that are not black, given the image's shape: NaN
 * for a map without heat. */
double sr_heat_share(const float *values, const uint8_t *pixels, struct sr_shape shape);

/* Spearman's rank correlation, ties sharing their mean rank; NaN when either is constant. */
double sr_rank_correlation(const float *a, const float *b, size_t count);

#endif
