/* picture.h - a PNG file's pixels in grey. Private to data/. */
#ifndef SARTOR_DATA_PICTURE_H
#define SARTOR_DATA_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "sartor/base/error.h"

struct picture {
    int height, width;
    uint8_t *grey; /* height × width, freed by the caller */
};

/* Transparency laid on white. `name` stands for the file in sentences. */
enum sr_status picture_decode(const char *name, const void *bytes, size_t length,
                              struct picture *picture, struct sr_error *error);

#endif
