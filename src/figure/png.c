#include "surface.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static void fail(png_structp png, png_const_charp message)
{
    char *out = png_get_error_ptr(png);
    snprintf(out, 100, "%s", message);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void put(png_structp png, png_bytep bytes, size_t length)
{
    fwrite(bytes, 1, length, png_get_io_ptr(png)); /* the owner of the stream checks for failures */
}

static void flush(png_structp png)
{
    (void)png;
}

/* Keys: 1 to 79 printable ASCII characters, as PNG requires. Values that are ASCII go into tEXt,
 * others into iTXt, which is UTF-8. */
static int make_chunks(png_text **chunks, char (**keys)[80], const char *const *provenance)
{
    int count = 0;
    while (provenance && provenance[2 * count] && provenance[2 * count + 1]) count++;
    *chunks = sr_xalloc((size_t)(count + 1) * sizeof **chunks);
    *keys = sr_xalloc((size_t)(count + 1) * sizeof **keys);
    for (int i = 0; i < count; i++) {
        const char *key = provenance[2 * i], *value = provenance[2 * i + 1];
        snprintf((*keys)[i], sizeof **keys, "%s", *key ? key : "Comment");
        for (char *c = (*keys)[i]; *c; c++)
            if (*c < ' ' || *c > '~') *c = '_';
        bool ascii = true;
        for (const char *c = value; *c; c++)
            ascii = ascii && (*c == '\n' || (*c >= ' ' && *c <= '~'));
        (*chunks)[i].compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        (*chunks)[i].key = (*keys)[i];
        (*chunks)[i].text = (png_charp)(uintptr_t)value;
        if (ascii)
            (*chunks)[i].text_length = strlen(value);
        else
            (*chunks)[i].itxt_length = strlen(value);
    }
    return count;
}

/* ---- colours ---- */

enum { COLOURS_MAX = 256, SLOTS = 1024 };

/* The colours of a picture in the order in which they come, found by hashing. */
struct palette {
    png_color colours[COLOURS_MAX];
    uint32_t keys[SLOTS]; /* 0: free, else the colour + 1 */
    uint8_t numbers[SLOTS];
    int count;
};

/* The slot that holds a colour or is to hold it. */
static int find_slot(const struct palette *palette, uint32_t colour)
{
    uint32_t slot = (colour * 2654435761u) >> 22;
    while (palette->keys[slot] && palette->keys[slot] != colour + 1) slot = (slot + 1) % SLOTS;
    return (int)slot;
}

static const uint32_t *picture_row(cairo_surface_t *surface, int y)
{
    const uint8_t *bytes = cairo_image_surface_get_data(surface);
    return (const uint32_t *)(const void *)(bytes +
                                            (size_t)y *
                                                (size_t)cairo_image_surface_get_stride(surface));
}

/* False where there are too many colours for a palette. */
static bool collect_colours(cairo_surface_t *surface, struct palette *palette)
{
    const int width = cairo_image_surface_get_width(surface),
              height = cairo_image_surface_get_height(surface);
    uint32_t last = UINT32_MAX;
    for (int y = 0; y < height; y++) {
        const uint32_t *row = picture_row(surface, y);
        for (int x = 0; x < width; x++) {
            const uint32_t colour = row[x] & 0xffffff;
            if (colour == last) continue;
            last = colour;
            const int slot = find_slot(palette, colour);
            if (palette->keys[slot]) continue;
            if (palette->count == COLOURS_MAX) return false;
            palette->keys[slot] = colour + 1;
            palette->numbers[slot] = (uint8_t)palette->count;
            palette->colours[palette->count++] =
                (png_color){(uint8_t)(colour >> 16), (uint8_t)(colour >> 8), (uint8_t)colour};
        }
    }
    return true;
}

/* The bytes of one row: numbers of colours, packed, or red, green and blue. */
static void fill_line(const uint32_t *row, int width, const struct palette *palette, int depth,
                      uint8_t *line)
{
    for (int x = 0; x < width; x++) {
        const uint32_t colour = row[x] & 0xffffff;
        if (palette) {
            const int at = x * depth / 8, shift = 8 - depth - x * depth % 8;
            const int number = palette->numbers[find_slot(palette, colour)];
            line[at] = (uint8_t)((shift == 8 - depth ? 0 : line[at]) | number << shift);
        } else {
            line[3 * x] = (uint8_t)(colour >> 16);
            line[3 * x + 1] = (uint8_t)(colour >> 8);
            line[3 * x + 2] = (uint8_t)colour;
        }
    }
}

enum sr_status sr_png_write(FILE *stream, cairo_surface_t *surface, double resolution,
                            const char *const *provenance, const char *path, struct sr_error *error)
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);
    char message[100] = "out of memory";
    png_text *volatile chunks = NULL;
    char(*volatile keys)[80] = NULL;
    png_infop info = NULL;
    enum sr_status volatile status = SR_ERROR_IO;
    uint8_t *volatile line = malloc(3 * (size_t)width);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, warn);
    cairo_surface_flush(surface);
    /* A picture of few colours is written with a palette, a third of the bytes. */
    struct palette palette = {.count = 0};
    const bool few = collect_colours(surface, &palette);
    const int depth = !few                  ? 8
                      : palette.count <= 2  ? 1
                      : palette.count <= 4  ? 2
                      : palette.count <= 16 ? 4
                                            : 8;
    if (!png || !line || !(info = png_create_info_struct(png))) goto out;
    if (setjmp(png_jmpbuf(png))) goto out;
    png_set_write_fn(png, stream, put, flush);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth,
                 few ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (few) png_set_PLTE(png, info, palette.colours, palette.count);
    /* Charts are flat areas: one simple filter compresses them as well as trying all five, and a
     * fast level nearly as well as the default one. */
    png_set_filter(png, PNG_FILTER_TYPE_BASE, few ? PNG_FILTER_NONE : PNG_FILTER_SUB);
    png_set_compression_level(png, 3);
    png_uint_32 metre = (png_uint_32)lround(resolution / 0.0254);
    png_set_pHYs(png, info, metre, metre, PNG_RESOLUTION_METER);
    png_text *made;
    char(*made_keys)[80];
    int count = make_chunks(&made, &made_keys, provenance);
    chunks = made;
    keys = made_keys;
    if (count) png_set_text(png, info, chunks, count);
    png_write_info(png, info);
    for (int y = 0; y < height; y++) {
        fill_line(picture_row(surface, y), width, few ? &palette : NULL, depth, line);
        png_write_row(png, line);
    }
    png_write_end(png, info);
    status = SR_OK;
out:
    png_destroy_write_struct(&png, &info);
    free(line);
    free(chunks);
    free(keys);
    if (status) sr_error_set(error, status, "%s: the PNG could not be written: %s", path, message);
    return status;
}

enum sr_status sr_png_write_pixels(FILE *stream, const uint8_t *pixels, struct sr_shape shape,
                                   struct sr_error *error)
{
    char message[100] = "out of memory";
    png_infop info = NULL;
    enum sr_status volatile status = SR_ERROR_IO;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, warn);
    if (!png || !(info = png_create_info_struct(png))) goto out;
    if (setjmp(png_jmpbuf(png))) goto out;
    png_set_write_fn(png, stream, put, flush);
    png_set_IHDR(png, info, (png_uint_32)shape.width, (png_uint_32)shape.height, 8,
                 shape.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < shape.height; y++)
        png_write_row(png, pixels + (size_t)y * (size_t)shape.width * (size_t)shape.channels);
    png_write_end(png, info);
    status = SR_OK;
out:
    png_destroy_write_struct(&png, &info);
    if (status) sr_error_set(error, status, "the pictures could not be written: %s", message);
    return status;
}
