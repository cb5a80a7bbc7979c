/* picture.c - see picture.h. libpng reports errors by longjmp, so what is needed after an error
 * is kept in a struct reader of the caller. */
#include "sartor/data/picture.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { SIDE_LIMIT = 20000, PIXEL_LIMIT = 40000000 };

struct reader {
    const uint8_t *bytes;
    size_t length, at;
    uint8_t *colours; /* height × width × R, G, B, opacity */
    png_uint_32 height, width;
    char message[160];
    enum sr_status status;
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

/* All calls of libpng that may end in on_error. */
static void read_colours(png_structp png, png_infop info, struct reader *reader,
                         struct sr_error *error)
{
    if (setjmp(png_jmpbuf(png))) {
        if (reader->status == SR_OK) reader->status = SR_ERROR_FORMAT;
        return;
    }
    png_set_read_fn(png, reader, read_bytes);
    png_set_user_limits(png, SIDE_LIMIT, SIDE_LIMIT);
    /* Only the chunks that make the picture: for a text or a profile, libpng would allocate the
     * length that the chunk gives before it knows whether the file is that long. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    reader->height = png_get_image_height(png, info);
    reader->width = png_get_image_width(png, info);
    if ((uint64_t)reader->height * reader->width > PIXEL_LIMIT)
        png_error(png, "it has more than 40 million pixels; make it smaller first");

    png_set_expand(png);   /* palette, fewer than 8 bits, a transparent colour */
    png_set_scale_16(png); /* 16 bits to 8, rounded */
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t stride = png_get_rowbytes(png, info);
    if (stride != (size_t)reader->width * 4) png_error(png, "its pixels have an unknown layout");
    reader->colours = sr_array_raw(reader->height, stride, "a picture", error);
    if (!reader->colours) {
        reader->status = SR_ERROR_MEMORY;
        return;
    }
    for (int pass = 0; pass < passes; pass++)
        for (png_uint_32 y = 0; y < reader->height; y++)
            png_read_row(png, reader->colours + y * stride, NULL);
    png_read_end(png, NULL);
}

enum sr_status sr_picture_decode(const char *name, const void *bytes, size_t length,
                                 struct sr_picture *picture, struct sr_error *error)
{
    struct reader reader = {.bytes = bytes, .length = length};
    *picture = (struct sr_picture){0};
    if (length < 8 || png_sig_cmp(bytes, 0, 8) != 0) {
        const uint8_t *start = bytes;
        int jpeg = length >= 2 && start[0] == 0xff && start[1] == 0xd8;
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is %s; convert it to PNG first", name,
                            jpeg ? "a JPEG picture" : "not a PNG picture");
    }
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for reading it", name);
    }
    read_colours(png, info, &reader, error);
    png_destroy_read_struct(&png, &info, NULL);
    if (reader.status == SR_ERROR_FORMAT)
        sr_error_set(error, SR_ERROR_FORMAT, "%s is not a usable PNG picture: %s", name,
                     reader.message);
    if (reader.status != SR_OK) {
        free(reader.colours);
        return reader.status;
    }
    picture->height = (int)reader.height;
    picture->width = (int)reader.width;
    const size_t count = (size_t)reader.height * reader.width;
    picture->channels = 3;
    picture->pixels = sr_xalloc(3 * count);
    picture->opacity = sr_xalloc(count);
    for (size_t i = 0; i < count; i++) {
        memcpy(picture->pixels + 3 * i, reader.colours + 4 * i, 3);
        picture->opacity[i] = reader.colours[4 * i + 3];
    }
    free(reader.colours);
    return SR_OK;
}

void sr_picture_fini(struct sr_picture *picture)
{
    free(picture->pixels);
    free(picture->opacity);
    *picture = (struct sr_picture){0};
}
