/* import.h - the user's own pictures, made to look like the data's.
 *
 * As the authors of Fashion-MNIST made theirs from photos (Xiao et al., 2017, section 2):
 * 1. Transparency is laid on white; colours become grey (0.299 R + 0.587 G + 0.114 B).
 * 2. The background is the median of the four corners. Rows and columns at the edges whose pixels
 *    all lie within 5 % of it are cut off.
 * 3. The longest side is brought to the data's, the other in proportion, averaging over the area
 *    that each pixel covers (they skipped rows and columns, which loses detail of large photos),
 *    then sharpened by a Gaussian of radius and deviation 1.
 * 4. A light background is negated, and grey levels are stretched so that it is black, 0.
 * 5. Black fills up the shorter side, the picture in the middle.
 * A picture of exactly the data's size is taken to be prepared: it is made grey, negated if
 * its background is light, and otherwise not changed. Any thread may call. */
#ifndef SARTOR_DATA_IMPORT_H
#define SARTOR_DATA_IMPORT_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include <stddef.h>
#include <stdint.h>

/* A PNG file of any kind (grey, colour, palette, 1 to 16 bits, transparent, interlaced), up to
 * 64 MB and 40 million pixels, into `pixels`, an image of that shape. Only grey ones can be made:
 * SR_ERROR_STATE for a shape of three channels. */
enum sr_status sr_import_image(const char *path, struct sr_shape shape, uint8_t *pixels,
                               struct sr_error *error);

/* The same from memory; `name` stands for the file in sentences. */
enum sr_status sr_import_parse(const char *name, const void *bytes, size_t length,
                               struct sr_shape shape, uint8_t *pixels, struct sr_error *error);

#endif
