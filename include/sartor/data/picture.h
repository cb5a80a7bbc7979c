/* picture.h - a PNG, JPEG or WebP file as pixels.
 *
 * The content tells which it is, whatever the file is called. Orientation by EXIF is carried out,
 * CMYK becomes RGB, 16 bits become 8, palettes become what they stand for. Of a file that promises
 * more than 40 million pixels, none is read. Any thread may call. */
#ifndef SARTOR_DATA_PICTURE_H
#define SARTOR_DATA_PICTURE_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a picture's file and its pixels may be at most. */
enum { SR_PICTURE_BYTES = 64 << 20, SR_PICTURE_PIXELS = 40000000, SR_PICTURE_SIDE = 20000 };

struct sr_picture {
    int height, width;
    int channels;     /* 1: grey; 3: red, green, blue, side by side */
    uint8_t *pixels;  /* height × width × channels */
    uint8_t *opacity; /* height × width, 255 where nothing shines through; NULL: all of it is */
};

/* `name` stands for the file in sentences. */
enum sr_status sr_picture_decode(const char *name, const void *bytes, size_t length,
                                 struct sr_picture *picture, struct sr_error *error);
void sr_picture_fini(struct sr_picture *picture);

/* Lay what is transparent on white; the opacity is gone then. */
void sr_picture_flatten(struct sr_picture *picture);
/* The grey of a pixel's R, G and B: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
static inline uint8_t sr_rgb_grey(const uint8_t *rgb)
{
    return (uint8_t)((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500u) / 1000u);
}
/* All pixels as their grey. */
void sr_picture_grey(struct sr_picture *picture);
/* Are all its pixels grey, though it may have three channels? */
bool sr_picture_colourless(const struct sr_picture *picture);

/* Do a file's first bytes (12 are enough) say that it is a picture of some kind, one that is read
 * or another? */
bool sr_picture_probe(const void *bytes, size_t length);

#endif
