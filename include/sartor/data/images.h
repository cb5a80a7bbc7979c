/* images.h - images and labels in memory, and views onto some of their rows.
 *
 * Pixels stay uint8, row-major, one channel, 0 black to 255 white; engines
 * convert a batch at a time. A struct sr_images is immutable once loaded, so any
 * thread may read it. */
#ifndef SARTOR_DATA_IMAGES_H
#define SARTOR_DATA_IMAGES_H

#include <stddef.h>
#include <stdint.h>

enum { SR_SIDE_MIN = 8, SR_SIDE_MAX = 128, SR_CLASSES_MIN = 2, SR_CLASSES_MAX = 256 };

struct sr_images {
    size_t count;
    int height, width;
    uint8_t *pixels; /* count × height × width */
    uint8_t *labels; /* count */
};

/* Free the pixels and labels, and clear the struct. */
void sr_images_fini(struct sr_images *images);

/* Some rows of an image file, in an order of their own. Borrows both. */
struct sr_samples {
    const struct sr_images *images;
    const uint32_t *rows; /* NULL: all rows, 0..count-1 */
    size_t count;
};

static inline uint32_t sr_samples_row(const struct sr_samples *samples, size_t i)
{
    return samples->rows ? samples->rows[i] : (uint32_t)i;
}

/* height × width pixels of the i-th sample of the view. */
static inline const uint8_t *sr_samples_pixels(const struct sr_samples *samples, size_t i)
{
    const struct sr_images *images = samples->images;
    return images->pixels +
           (size_t)sr_samples_row(samples, i) * (size_t)images->height * (size_t)images->width;
}

/* Ask memory for the i-th sample's pixels ahead of their use. */
static inline void sr_samples_prefetch(const struct sr_samples *samples, size_t i)
{
    enum { LINE = 64 };
    const uint8_t *pixels = sr_samples_pixels(samples, i);
    for (int at = 0; at < samples->images->height * samples->images->width; at += LINE)
        __builtin_prefetch(pixels + at);
}

static inline int sr_samples_label(const struct sr_samples *samples, size_t i)
{
    return samples->images->labels[sr_samples_row(samples, i)];
}

#endif
