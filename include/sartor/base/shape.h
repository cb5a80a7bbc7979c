/* shape.h - the shape of an image, and the sizes that follow from it. */
#ifndef SARTOR_BASE_SHAPE_H
#define SARTOR_BASE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SR_SIDE_MIN = 8, SR_SIDE_MAX = 128, SR_CHANNELS_MAX = 3 };

/* Values stand row by row, the channels of a pixel side by side: value (y, x, c) is number
 * (y * width + x) * channels + c. */
struct sr_shape {
    int height, width; /* pixels; of a data set's images SR_SIDE_MIN to SR_SIDE_MAX */
    int channels;      /* 1: grey; 3: red, green, blue */
};

static inline size_t sr_shape_pixels(struct sr_shape shape)
{
    return (size_t)shape.height * (size_t)shape.width;
}

/* Values of one row of pixels. */
static inline size_t sr_shape_stride(struct sr_shape shape)
{
    return (size_t)shape.width * (size_t)shape.channels;
}

/* Values of one image. */
static inline size_t sr_shape_size(struct sr_shape shape)
{
    return (size_t)shape.height * sr_shape_stride(shape);
}

/* Mirror an image left to right. */
static inline void sr_shape_mirror(struct sr_shape shape, const uint8_t *from, uint8_t *to)
{
    const size_t channels = (size_t)shape.channels, stride = sr_shape_stride(shape);
    for (size_t row = 0, size = sr_shape_size(shape); row < size; row += stride)
        for (size_t x = 0; x < stride; x += channels)
            for (size_t c = 0; c < channels; c++)
                to[row + x + c] = from[row + stride - channels - x + c];
}

static inline bool sr_shape_equal(struct sr_shape a, struct sr_shape b)
{
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
}

/* The shape of a map that has one value for each pixel. */
static inline struct sr_shape sr_shape_map(struct sr_shape shape)
{
    return (struct sr_shape){shape.height, shape.width, 1};
}

static inline int sr_shape_shorter(struct sr_shape shape)
{
    return shape.height < shape.width ? shape.height : shape.width;
}

/* What its images are, for sentences. */
static inline const char *sr_shape_colour(struct sr_shape shape)
{
    return shape.channels == 1 ? "grey" : "colour";
}

#endif
