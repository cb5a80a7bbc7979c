/* texture.h - a few numbers that tell what kind of picture an image is: how its grey values and
 * their differences are distributed, wherever in the image they are.
 *
 * Noise, drawings, negatives and photographs differ in them from one another, whatever is shown;
 * the classes of one kind of picture differ little.
 *
 * Exactly: grey values are pixels / 255 (in colour: the mean of the channels).
 * 1. The products of [1 1 1] / sqrt(3), [1 0 -1] / sqrt(2) and [1 -2 1] / sqrt(6) down and across
 *    make nine 3 × 3 filters, black outside. Of each filter's answers the mean and the deviation,
 *    and, but for the first, the mean without signs. The same of the image reduced to a quarter
 *    (means of 2 × 2, twice) where its sides have 16 pixels or more.
 * 2. Of pixels beside one another, of those above one another, and of both with one pixel between
 *    them: the shares that differ by more than 0, 2, 8, 32, 64 and 128 levels of 255. Even areas,
 *    edges and blur show in these.
 * 3. The shares of pixels above 0.5 / 255, 0.1, 0.25, 0.5, 0.75, 0.9 and 0.99; in colour also mean
 *    and deviation of each channel.
 * Of every number the square root, with its sign. 83 numbers at 28 × 28. Nothing here fails; any
 * thread may call. */
#ifndef SARTOR_DATA_TEXTURE_H
#define SARTOR_DATA_TEXTURE_H

#include "sartor/base/pool.h"
#include "sartor/data/images.h"

size_t sr_texture_size(struct sr_shape shape);
/* One row of sr_texture_size() floats for each sample; a row depends on its image alone. */
void sr_texture_fill(const struct sr_samples *samples, float *out, struct sr_pool *pool);

#endif
