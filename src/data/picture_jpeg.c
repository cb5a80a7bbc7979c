/* picture_jpeg.c - JPEG files, by libjpeg, which reports errors by a function that must not return:
 * it jumps back, so what is needed after an error is kept in a struct reader of the caller. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* jpeglib.h needs stdio.h before it. */
#include <jerror.h>
#include <jpeglib.h>

#include "decoders.h"
#include "exif.h"
#include "sartor/base/memory.h"

/* A progressive file may have any number of scans over all of its pixels; those of real files are
 * some ten. */
enum { SCANS_MAX = 100, EXIF_MARKER = JPEG_APP0 + 1 };

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors; /* its address is jpeg.err */
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
    const char *name;
    struct sr_picture *picture;
    int *orientation;
    struct sr_error *error;
    enum sr_status status;
};

static struct reader *reader_of(j_common_ptr jpeg)
{
    return (struct reader *)jpeg->client_data;
}

static void on_error(j_common_ptr jpeg)
{
    struct reader *reader = reader_of(jpeg);
    if (!reader->message[0]) jpeg->err->format_message(jpeg, reader->message);
    longjmp(reader->back, 1);
}

/* libjpeg fills up what is missing with grey and only warns. */
static void on_message(j_common_ptr jpeg, int level)
{
    struct reader *reader = reader_of(jpeg);
    const int code = jpeg->err->msg_code;
    if (level >= 0 || (code != JWRN_JPEG_EOF && code != JWRN_HIT_MARKER)) return;
    snprintf(reader->message, sizeof reader->message, "it is cut off");
    longjmp(reader->back, 1);
}

static void on_progress(j_common_ptr jpeg)
{
    struct reader *reader = reader_of(jpeg);
    if (reader->jpeg.input_scan_number <= SCANS_MAX) return;
    snprintf(reader->message, sizeof reader->message, "it has more than %d scans", SCANS_MAX);
    longjmp(reader->back, 1);
}

static void silent(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void read_orientation(struct reader *reader)
{
    for (jpeg_saved_marker_ptr marker = reader->jpeg.marker_list; marker; marker = marker->next)
        if (marker->marker == EXIF_MARKER && marker->data_length > 6 &&
            !memcmp(marker->data, "Exif\0\0", 6)) {
            *reader->orientation = exif_orientation(marker->data, marker->data_length);
            return;
        }
}

/* Cyan, magenta, yellow, black; Adobe's programs store them inverted, and so does everybody else by
 * now. In place: `row` has room for four bytes a pixel. */
static void from_cmyk(uint8_t *row, uint8_t *out, size_t width, bool inverted)
{
    for (size_t x = 0; x < width; x++) {
        const unsigned flip = inverted ? 0 : 255, k = row[4 * x + 3] ^ flip;
        for (size_t c = 0; c < 3; c++)
            out[3 * x + c] = (uint8_t)(((row[4 * x + c] ^ flip) * k + 127) / 255);
    }
}

static void read_rows(struct reader *reader, uint8_t *row)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct sr_picture *picture = reader->picture;
    const size_t stride = (size_t)picture->width * (size_t)picture->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *out = picture->pixels + jpeg->output_scanline * stride;
        JSAMPROW target = row ? row : out;
        jpeg_read_scanlines(jpeg, &target, 1);
        if (row) from_cmyk(row, out, (size_t)picture->width, jpeg->saw_Adobe_marker);
    }
}

/* All calls of libjpeg that may end in on_error. */
static void read_picture(struct reader *reader, const uint8_t *bytes, size_t length, uint8_t **row)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct sr_picture *picture = reader->picture;
    if (setjmp(reader->back)) {
        if (reader->status == SR_OK) reader->status = SR_ERROR_FORMAT;
        return;
    }
    jpeg_create_decompress(jpeg);
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, bytes, length);
    jpeg_save_markers(jpeg, EXIF_MARKER, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    read_orientation(reader);
    if (!picture_allowed(reader->name, jpeg->image_height, jpeg->image_width, reader->error)) {
        reader->status = SR_ERROR_ARGUMENT; /* said already */
        return;
    }
    const bool cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    const bool grey = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    jpeg->out_color_space = cmyk ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(jpeg);
    picture->height = (int)jpeg->output_height;
    picture->width = (int)jpeg->output_width;
    picture->channels = grey ? 1 : 3;
    picture->pixels = sr_array_raw((size_t)picture->height * (size_t)picture->width,
                                   (size_t)picture->channels, "a picture", reader->error);
    if (cmyk) *row = sr_array_raw((size_t)picture->width, 4, "a picture", reader->error);
    if (!picture->pixels || (cmyk && !*row)) {
        reader->status = SR_ERROR_MEMORY;
        return;
    }
    read_rows(reader, *row);
    jpeg_finish_decompress(jpeg);
}

enum sr_status picture_jpeg(const char *name, const uint8_t *bytes, size_t length,
                            struct sr_picture *picture, int *orientation, struct sr_error *error)
{
    struct reader reader = {
        .name = name, .picture = picture, .orientation = orientation, .error = error};
    uint8_t *row = NULL;
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = on_error;
    reader.errors.emit_message = on_message;
    reader.errors.output_message = silent;
    reader.progress.progress_monitor = on_progress;
    read_picture(&reader, bytes, length, &row);
    jpeg_destroy_decompress(&reader.jpeg);
    free(row);
    if (reader.status == SR_ERROR_ARGUMENT) return SR_ERROR_FORMAT;
    if (reader.status == SR_ERROR_FORMAT)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is not a usable JPEG picture: %s", name,
                            reader.message);
    return reader.status;
}
