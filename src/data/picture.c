/* picture.c - see picture.h. */
#include "sartor/data/picture.h"

#include <stdlib.h>
#include <string.h>

#include "decoders.h"
#include "exif.h"
#include "sartor/base/memory.h"

/* Kinds of files by their first bytes; '?' is any byte. Those without a decoder are named in the
 * sentence that refuses them. */
static const struct {
    const char *kind;
    const char *magic;
    size_t length;
    picture_decoder *decode;
} kinds[] = {
    {"PNG", "\x89PNG\r\n\x1a\n", 8, picture_png},
    {"JPEG", "\xff\xd8\xff", 3, picture_jpeg},
    {"WebP", "RIFF????WEBP", 12, picture_webp},
    {"GIF", "GIF8", 4, NULL},
    {"BMP", "BM????\0\0\0\0", 10, NULL},
    {"TIFF", "II*\0", 4, NULL},
    {"TIFF", "MM\0*", 4, NULL},
    {"HEIC or AVIF", "????ftyp", 8, NULL},
    {"JPEG 2000", "\0\0\0\x0cjP  ", 8, NULL},
    {"JPEG XL", "\xff\x0a", 2, NULL},
    {"PGM", "P5", 2, NULL},
    {"PPM", "P6", 2, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int kind_of(const void *bytes, size_t length)
{
    const uint8_t *start = bytes;
    for (int k = 0; k < KINDS; k++) {
        bool same = length >= kinds[k].length;
        for (size_t i = 0; same && i < kinds[k].length; i++)
            same = kinds[k].magic[i] == '?' || (uint8_t)kinds[k].magic[i] == start[i];
        if (same) return k;
    }
    return -1;
}

bool sr_picture_probe(const void *bytes, size_t length)
{
    return kind_of(bytes, length) >= 0;
}

enum sr_status sr_picture_decode(const char *name, const void *bytes, size_t length,
                                 struct sr_picture *picture, struct sr_error *error)
{
    struct sr_error own;
    int orientation = 1;
    if (!error) error = &own;
    *picture = (struct sr_picture){0};
    const int kind = kind_of(bytes, length);
    if (kind < 0)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is not a picture; PNG, JPEG and WebP are read", name);
    if (!kinds[kind].decode)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is a %s picture; PNG, JPEG and WebP are read: convert it to PNG "
                            "first",
                            name, kinds[kind].kind);
    enum sr_status status = kinds[kind].decode(name, bytes, length, picture, &orientation, error);
    if (status == SR_OK) status = exif_turn(picture, orientation, error);
    if (status != SR_OK) sr_picture_fini(picture);
    return status;
}

void sr_picture_fini(struct sr_picture *picture)
{
    free(picture->pixels);
    free(picture->opacity);
    *picture = (struct sr_picture){0};
}

void sr_picture_flatten(struct sr_picture *picture)
{
    if (!picture->opacity) return;
    const size_t count = (size_t)picture->height * (size_t)picture->width,
                 channels = (size_t)picture->channels;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < channels; c++) {
            uint8_t *value = picture->pixels + i * channels + c;
            const unsigned opacity = picture->opacity[i];
            *value = (uint8_t)((*value * opacity + 255u * (255u - opacity) + 127u) / 255u);
        }
    free(picture->opacity);
    picture->opacity = NULL;
}

void sr_picture_grey(struct sr_picture *picture)
{
    if (picture->channels == 1) return;
    const size_t count = (size_t)picture->height * (size_t)picture->width;
    for (size_t i = 0; i < count; i++) picture->pixels[i] = sr_rgb_grey(picture->pixels + 3 * i);
    picture->channels = 1;
}

bool sr_picture_colourless(const struct sr_picture *picture)
{
    const size_t count = (size_t)picture->height * (size_t)picture->width;
    if (picture->channels == 1) return true;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = picture->pixels + 3 * i;
        if (at[0] != at[1] || at[0] != at[2]) return false;
    }
    return true;
}
