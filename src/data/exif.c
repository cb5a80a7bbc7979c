/* exif.c - see exif.h. */
#include "exif.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY = 12 };

struct block {
    const uint8_t *bytes;
    size_t length;
    bool big_endian;
};

/* 0 beyond the end. */
static uint32_t number(const struct block *block, size_t at, size_t size)
{
    uint32_t value = 0;
    if (at > block->length || size > block->length - at) return 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)block->bytes[at + i] << (8 * (block->big_endian ? size - 1 - i : i));
    return value;
}

int exif_orientation(const uint8_t *bytes, size_t length)
{
    if (length > 6 && !memcmp(bytes, "Exif\0\0", 6)) {
        bytes += 6;
        length -= 6;
    }
    if (length < 8 || (memcmp(bytes, "II", 2) && memcmp(bytes, "MM", 2))) return 1;
    const struct block block = {bytes, length, bytes[0] == 'M'};
    const size_t directory = number(&block, 4, 4);
    const size_t entries = number(&block, directory, 2);
    for (size_t i = 0; i < entries; i++) {
        const size_t at = directory + 2 + ENTRY * i;
        if (at + ENTRY > length) break;
        if (number(&block, at, 2) != TAG_ORIENTATION || number(&block, at + 2, 2) != TYPE_SHORT)
            continue;
        const uint32_t value = number(&block, at + 8, 2);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* `each` bytes a pixel. Orientations from 5 on exchange rows and columns. */
static uint8_t *turn(const uint8_t *from, int height, int width, size_t each, int orientation,
                     struct sr_error *error)
{
    const bool across = orientation >= 5;
    const int rows = across ? width : height, columns = across ? height : width;
    uint8_t *to = sr_array_raw((size_t)height * (size_t)width, each, "a picture", error);
    if (!to) return NULL;
    /* Where pixel (y, x) of the result is taken from: mirrored along its rows or columns. */
    const bool flip_x =
        orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool flip_y =
        orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++) {
            const int v = flip_y ? rows - 1 - y : y, u = flip_x ? columns - 1 - x : x;
            const size_t source = across ? (size_t)u * (size_t)width + (size_t)v
                                         : (size_t)v * (size_t)width + (size_t)u;
            memcpy(to + ((size_t)y * (size_t)columns + (size_t)x) * each, from + source * each,
                   each);
        }
    return to;
}

enum sr_status exif_turn(struct sr_picture *picture, int orientation, struct sr_error *error)
{
    if (orientation < 2 || orientation > 8) return SR_OK;
    uint8_t *pixels = turn(picture->pixels, picture->height, picture->width,
                           (size_t)picture->channels, orientation, error);
    if (!pixels) return SR_ERROR_MEMORY;
    free(picture->pixels);
    picture->pixels = pixels;
    if (picture->opacity) {
        uint8_t *opacity =
            turn(picture->opacity, picture->height, picture->width, 1, orientation, error);
        if (!opacity) return SR_ERROR_MEMORY;
        free(picture->opacity);
        picture->opacity = opacity;
    }
    if (orientation >= 5) {
        const int height = picture->height;
        picture->height = picture->width;
        picture->width = height;
    }
    return SR_OK;
}
