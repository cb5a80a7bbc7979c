/* winograd_points.h - the points at which Winograd's transforms interpolate, for the kernels and
 * for their reference. */
#ifndef SARTOR_COMPUTE_WINOGRAD_POINTS_H
#define SARTOR_COMPUTE_WINOGRAD_POINTS_H

/* Tiles of 4: 0, ±NEAR_4, ±FAR_4, infinity. Tiles of 3: 0, ±NEAR_3, FAR_3, infinity. Few bits, so
 * that the numbers made from them are exact. */
#define NEAR_4 0.625
#define FAR_4  1.5
#define NEAR_3 0.75
#define FAR_3  2.0

#endif
