/* identity.h - which picture a row holds, whatever its row number, its file and its label.
 *
 * Two pictures with the same bytes have the same identity; two others have it with a chance of
 * about 2^-64. Model files hold identities: the function never changes. Any thread may call. */
#ifndef SARTOR_DATA_IDENTITY_H
#define SARTOR_DATA_IDENTITY_H

#include "sartor/data/images.h"
#include <stddef.h>
#include <stdint.h>

/* A 64-bit hash of `size` bytes; not cryptographic. */
uint64_t sr_identity(const uint8_t *pixels, size_t size);

/* Of the i-th sample of a view. */
static inline uint64_t sr_samples_identity(const struct sr_samples *samples, size_t i)
{
    return sr_identity(sr_samples_pixels(samples, i), sr_shape_size(samples->images->shape));
}

/* Rows of `images` whose picture stands in `others` too; where both are the same, rows whose
 * picture stands in an earlier row. */
size_t sr_identity_repeated(const struct sr_images *images, const struct sr_images *others);

#endif
