/* decoders.c - what the decoders of decoders.h share. */
#include "decoders.h"

#include <string.h>

#include "sartor/base/memory.h"

bool picture_allowed(const char *name, uint64_t height, uint64_t width, struct sr_error *error)
{
    if (height && width && height <= SR_PICTURE_SIDE && width <= SR_PICTURE_SIDE &&
        height * width <= SR_PICTURE_PIXELS)
        return true;
    sr_error_set(
        error, SR_ERROR_FORMAT,
        "%s is said to be %llux%llu pixels; a picture may have %d on a side and 40 million "
        "in all; make it smaller first",
        name, (unsigned long long)width, (unsigned long long)height, SR_PICTURE_SIDE);
    return false;
}

enum sr_status picture_split(struct sr_picture *picture, const uint8_t *colours, bool grey,
                             struct sr_error *error)
{
    const size_t count = (size_t)picture->height * (size_t)picture->width;
    bool opaque = true;
    for (size_t i = 0; i < count && opaque; i++) opaque = colours[4 * i + 3] == 255;
    picture->channels = grey ? 1 : 3;
    picture->pixels = sr_array_raw(count, (size_t)picture->channels, "a picture", error);
    if (!picture->pixels) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (grey)
            picture->pixels[i] = colours[4 * i];
        else
            memcpy(picture->pixels + 3 * i, colours + 4 * i, 3);
    if (opaque) return SR_OK;
    picture->opacity = sr_array_raw(count, 1, "a picture", error);
    if (!picture->opacity) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) picture->opacity[i] = colours[4 * i + 3];
    return SR_OK;
}
