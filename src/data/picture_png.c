/* picture_png.c - PNG files, by libpng, which reports errors by longjmp: what is needed after an
 * error is kept in a struct reader of the caller. */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoders.h"
#include "exif.h"
#include "sartor/base/memory.h"

struct reader {
    const uint8_t *bytes;
    size_t length, at;
    const char *name;
    struct sr_picture *picture;
    uint8_t *colours; /* height × width × R, G, B, opacity; NULL for plain grey */
    int orientation;
    bool grey; /* without colours, as the file says */
    char message[160];
    enum sr_status status;
    struct sr_error *error;
};

static void read_bytes(png_structp png, png_bytep out, size_t length)
{
    struct reader *reader = png_get_io_ptr(png);
    if (length > reader->length - reader->at) png_error(png, "it ends too early");
    memcpy(out, reader->bytes + reader->at, length);
    reader->at += length;
}

static void on_error(png_structp png, png_const_charp message)
{
    struct reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, sizeof reader->message, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* A palette of nothing but greys stands for grey pixels. */
static bool grey_palette(png_structp png, png_infop info)
{
    png_colorp colours;
    int count = 0;
    if (!png_get_PLTE(png, info, &colours, &count)) return false;
    for (int i = 0; i < count; i++)
        if (colours[i].red != colours[i].green || colours[i].red != colours[i].blue) return false;
    return true;
}

/* Eight bits a channel; grey without opacity as it is, all else as four channels. */
static void set_layout(png_structp png, png_infop info, struct reader *reader)
{
    const int type = png_get_color_type(png, info);
    const bool clear = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
    reader->grey = !(type & PNG_COLOR_MASK_COLOR) ||
                   (type == PNG_COLOR_TYPE_PALETTE && grey_palette(png, info));
    png_set_expand(png);   /* palette, fewer than 8 bits, a transparent colour */
    png_set_scale_16(png); /* 16 bits to 8, rounded */
    if (type == PNG_COLOR_TYPE_GRAY && !clear) return;
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A size beyond its limits libpng would call bad data, without saying what it is. */
static bool header_allowed(const struct reader *reader)
{
    enum { KIND = 12, WIDTH = 16, HEIGHT = 20, END = 24 };
    if (reader->length < END || memcmp(reader->bytes + KIND, "IHDR", 4)) return true;
    const uint32_t height = big_endian(reader->bytes + HEIGHT),
                   width = big_endian(reader->bytes + WIDTH);
    return !height || !width || picture_allowed(reader->name, height, width, reader->error);
}

/* All calls of libpng that may end in on_error. */
static void read_picture(png_structp png, png_infop info, struct reader *reader)
{
    struct sr_picture *picture = reader->picture;
    if (setjmp(png_jmpbuf(png))) {
        if (reader->status == SR_OK) reader->status = SR_ERROR_FORMAT;
        return;
    }
    png_set_read_fn(png, reader, read_bytes);
    png_set_user_limits(png, SR_PICTURE_SIDE, SR_PICTURE_SIDE);
    /* Only the chunks that make the picture: for a text or a profile, libpng would allocate the
     * length that the chunk gives before it knows whether the file is that long. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    if (!header_allowed(reader)) {
        reader->status = SR_ERROR_ARGUMENT; /* said already */
        return;
    }
    png_read_info(png, info);
    const png_uint_32 height = png_get_image_height(png, info),
                      width = png_get_image_width(png, info);
    if (!picture_allowed(reader->name, height, width, reader->error)) {
        reader->status = SR_ERROR_ARGUMENT;
        return;
    }
    picture->height = (int)height;
    picture->width = (int)width;
    set_layout(png, info, reader);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t stride = png_get_rowbytes(png, info), each = stride / width;
    if (stride != width * each || (each != 1 && each != 4))
        png_error(png, "its pixels have an unknown layout");
    uint8_t *target = sr_array_raw(height, stride, "a picture", reader->error);
    if (each == 1)
        picture->pixels = target;
    else
        reader->colours = target;
    if (!target) {
        reader->status = SR_ERROR_MEMORY;
        return;
    }
    for (int pass = 0; pass < passes; pass++)
        for (png_uint_32 y = 0; y < height; y++) png_read_row(png, target + y * stride, NULL);
    png_read_end(png, NULL);
}

/* The eXIf chunk stands before or behind the pixels; libpng's own reader of it is not used, so that
 * it allocates nothing by a length that the file gives. */
static int find_orientation(const uint8_t *bytes, size_t length)
{
    for (size_t at = 8; at + 12 <= length;) {
        const size_t size = big_endian(bytes + at);
        if (size > length - at - 12) return 1;
        if (!memcmp(bytes + at + 4, "eXIf", 4)) return exif_orientation(bytes + at + 8, size);
        at += 12 + size;
    }
    return 1;
}

enum sr_status picture_png(const char *name, const uint8_t *bytes, size_t length,
                           struct sr_picture *picture, int *orientation, struct sr_error *error)
{
    struct reader reader = {
        .bytes = bytes, .length = length, .name = name, .picture = picture, .error = error};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for reading it", name);
    }
    read_picture(png, info, &reader);
    png_destroy_read_struct(&png, &info, NULL);
    enum sr_status status = reader.status;
    if (status == SR_ERROR_ARGUMENT)
        status = SR_ERROR_FORMAT;
    else if (status == SR_ERROR_FORMAT)
        sr_error_set(error, SR_ERROR_FORMAT, "%s is not a usable PNG picture: %s", name,
                     reader.message);
    picture->channels = 1;
    if (status == SR_OK && reader.colours)
        status = picture_split(picture, reader.colours, reader.grey, error);
    free(reader.colours);
    *orientation = find_orientation(bytes, length);
    return status;
}
