/* images.h - images and labels in memory, their shape, and views onto some of their rows.
 *
 * Pixels are uint8, row by row, the channels of a pixel side by side, 0 black to 255 white; engines
 * convert a batch at a time. A struct sr_images does not change once it is loaded, so any thread
 * may read it. */
#ifndef SARTOR_DATA_IMAGES_H
#define SARTOR_DATA_IMAGES_H

#include "sartor/base/shape.h"
#include <stddef.h>
#include <stdint.h>

enum { SR_CLASSES_MIN = 2, SR_CLASSES_MAX = 256 };

/* The two parts of a data set, and one's own pictures beside them. */
enum sr_file {
    SR_FILE_TRAIN,
    SR_FILE_TEST,
    SR_FILE_COUNT,
    SR_FILE_PICTURES = SR_FILE_COUNT,
    SR_FILE_ALL
};
extern const char *const sr_file_names[SR_FILE_ALL]; /* "train", "test", "picture" */

struct sr_images {
    size_t count;
    struct sr_shape shape; /* of each */
    uint8_t *pixels;       /* count × sr_shape_size(shape) */
    uint8_t *labels;       /* count; NULL where nothing says what the images are */
};

/* Pixels of a picture as it came, before it was fitted. */
struct sr_picture_size {
    uint16_t width, height;
};

/* Free the pixels and labels, and clear the struct. */
void sr_images_fini(struct sr_images *images);

/* The image of a row. */
static inline const uint8_t *sr_images_at(const struct sr_images *images, size_t row)
{
    return images->pixels + row * sr_shape_size(images->shape);
}

/* Some rows of the images, in any order. Borrows both. */
struct sr_samples {
    const struct sr_images *images;
    const uint32_t *rows; /* NULL: all rows, 0..count-1 */
    size_t count;
};

static inline uint32_t sr_samples_row(const struct sr_samples *samples, size_t i)
{
    return samples->rows ? samples->rows[i] : (uint32_t)i;
}

/* The i-th sample of the view. */
static inline const uint8_t *sr_samples_pixels(const struct sr_samples *samples, size_t i)
{
    return sr_images_at(samples->images, sr_samples_row(samples, i));
}

/* Start to fetch the i-th sample's pixels into the cache before they are used. */
static inline void sr_samples_prefetch(const struct sr_samples *samples, size_t i)
{
    enum { LINE = 64 };
    const uint8_t *pixels = sr_samples_pixels(samples, i);
    for (size_t at = 0, size = sr_shape_size(samples->images->shape); at < size; at += LINE)
        __builtin_prefetch(pixels + at);
}

/* -1 where nothing says what the images are. */
static inline int sr_images_label(const struct sr_images *images, size_t row)
{
    return images->labels ? images->labels[row] : -1;
}

static inline int sr_samples_label(const struct sr_samples *samples, size_t i)
{
    return sr_images_label(samples->images, sr_samples_row(samples, i));
}

#endif
