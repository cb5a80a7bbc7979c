/* picture_webp.c - WebP files, by libwebp. */
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

#include "decoders.h"
#include "exif.h"
#include "sartor/base/memory.h"

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* The EXIF chunk of the RIFF container, which libwebp leaves to its users. */
static int find_orientation(const uint8_t *bytes, size_t length)
{
    for (size_t at = 12; at + 8 <= length;) {
        const size_t size = little_endian(bytes + at + 4);
        if (size > length - at - 8) return 1;
        if (!memcmp(bytes + at, "EXIF", 4)) return exif_orientation(bytes + at + 8, size);
        at += 8 + size + (size & 1);
    }
    return 1;
}

enum sr_status picture_webp(const char *name, const uint8_t *bytes, size_t length,
                            struct sr_picture *picture, int *orientation, struct sr_error *error)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, length, &features) != VP8_STATUS_OK)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is not a usable WebP picture: it is damaged or cut off", name);
    if (features.has_animation)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is an animation; save one of its pictures as a file of its own",
                            name);
    const int height = features.height, width = features.width;
    if (!picture_allowed(name, (uint64_t)height, (uint64_t)width, error)) return SR_ERROR_FORMAT;
    const size_t pixels = (size_t)height * (size_t)width, each = features.has_alpha ? 4 : 3;
    uint8_t *colours = sr_array_raw(pixels, each, "a picture", error);
    if (!colours) return SR_ERROR_MEMORY;
    const int stride = width * (int)each;
    const bool good =
        features.has_alpha
            ? WebPDecodeRGBAInto(bytes, length, colours, pixels * each, stride) != NULL
            : WebPDecodeRGBInto(bytes, length, colours, pixels * each, stride) != NULL;
    picture->height = height;
    picture->width = width;
    *orientation = find_orientation(bytes, length);
    if (good && !features.has_alpha) {
        picture->channels = 3;
        picture->pixels = colours;
        return SR_OK;
    }
    enum sr_status status =
        good ? picture_split(picture, colours, false, error)
             : sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is not a usable WebP picture: it is damaged or cut off", name);
    free(colours);
    return status;
}
