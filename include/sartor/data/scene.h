/* scene.h - the thing that an image on black shows, put before another backdrop.
 *
 * Its mask is what does not hang together with the image's edges through dark pixels. Backdrops are
 * computed from random numbers: plain, sloping, striped, checked, clouded, gravel, bricks and
 * clutter, in grey or colour. Without memory of its own: any thread may call. */
#ifndef SARTOR_DATA_SCENE_H
#define SARTOR_DATA_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "sartor/base/rng.h"
#include "sartor/base/shape.h"

/* How much of a side the thing takes up: at least so much, at most all of it. */
#define SR_SCENE_SMALLEST 0.65f

/* Draw a backdrop and put the thing in `image` (sr_shape_size(shape) floats in 0..1) before it, in
 * its own tone or in another, lighter or darker than the backdrop. Images whose edges are not dark
 * have no mask and stay as they are. */
void sr_scene_compose(struct sr_rng *rng, struct sr_shape shape, float *image);

/* Do most pixels along the edges of an image (sr_shape_size(shape) bytes) show nothing but black?
 */
bool sr_scene_is_on_black(struct sr_shape shape, const uint8_t *pixels);

#endif
