#include "canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Series begin with Okabe and Ito's (2008) blue and vermilion or orange. The others were found by
 * search, to be as far from each other as ten colours can be that can be told from this paper: each
 * two of them lie at least 0.1 apart in OKLab (Ottosson 2020) to normal eyes and to those without
 * red or without green cones (Machado, Oliveira and Fernandes 2009). */
static const struct sr_theme light = {
    .paper = SR_RGB(255, 255, 255),
    .text = SR_RGB(26, 26, 26),
    .faint = SR_RGB(96, 96, 96),
    .rule = SR_RGB(90, 90, 90),
    .grid = SR_RGB(226, 226, 226),
    .frame = SR_RGB(170, 170, 170),
    .good = SR_RGB(0, 74, 128),
    .wrong = SR_RGB(200, 80, 0),
    .series = {SR_RGB(0, 114, 178), SR_RGB(213, 94, 0), SR_RGB(5, 164, 119), SR_RGB(248, 114, 181),
               SR_RGB(26, 26, 26), SR_RGB(133, 154, 255), SR_RGB(99, 7, 88), SR_RGB(0, 78, 0),
               SR_RGB(5, 35, 153), SR_RGB(181, 43, 124)},
};
static const struct sr_theme dark = {
    .paper = SR_RGB(22, 24, 28),
    .text = SR_RGB(230, 230, 230),
    .faint = SR_RGB(165, 168, 173),
    .rule = SR_RGB(150, 153, 158),
    .grid = SR_RGB(52, 55, 61),
    .frame = SR_RGB(95, 98, 104),
    .good = SR_RGB(96, 184, 240),
    .wrong = SR_RGB(242, 134, 60),
    .series = {SR_RGB(86, 180, 233), SR_RGB(230, 159, 0), SR_RGB(61, 241, 151),
               SR_RGB(255, 117, 175), SR_RGB(235, 235, 235), SR_RGB(70, 109, 231),
               SR_RGB(254, 255, 74), SR_RGB(0, 128, 88), SR_RGB(204, 60, 0), SR_RGB(177, 65, 170)},
};

const struct sr_theme *sr_theme(bool on_dark)
{
    return on_dark ? &dark : &light;
}

sr_colour sr_canvas_series(const struct sr_canvas *canvas, int index)
{
    return canvas->theme->series[(index % SR_SERIES + SR_SERIES) % SR_SERIES];
}

void sr_set_colour(struct sr_canvas *canvas, sr_colour colour, double alpha)
{
    cairo_set_source_rgba(canvas->cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0,
                          (colour & 255) / 255.0, alpha);
}

/* ---- lines and rectangles ---- */

double sr_snap(const struct sr_canvas *canvas, double position)
{
    return canvas->scale > 0 ? round(position * canvas->scale) / canvas->scale : position;
}

static struct sr_rect snap_rect(const struct sr_canvas *canvas, struct sr_rect rect)
{
    double x = sr_snap(canvas, rect.x), y = sr_snap(canvas, rect.y);
    return (struct sr_rect){x, y, sr_snap(canvas, rect.x + rect.width) - x,
                            sr_snap(canvas, rect.y + rect.height) - y};
}

void sr_fill(struct sr_canvas *canvas, struct sr_rect rect, sr_colour colour)
{
    rect = snap_rect(canvas, rect);
    cairo_rectangle(canvas->cairo, rect.x, rect.y, rect.width, rect.height);
    sr_set_colour(canvas, colour, 1);
    cairo_fill(canvas->cairo);
}

/* A line's width: whole dots on a raster, at least one. */
static double snap_width(const struct sr_canvas *canvas, double width)
{
    return canvas->scale > 0 ? fmax(1, round(width * canvas->scale)) / canvas->scale : width;
}

void sr_rule(struct sr_canvas *canvas, double x0, double y0, double x1, double y1, double width,
             sr_colour colour)
{
    double thick = snap_width(canvas, width);
    struct sr_rect rect;
    if (x0 == x1)
        rect =
            (struct sr_rect){sr_snap(canvas, x0 - thick / 2), fmin(y0, y1), thick, fabs(y1 - y0)};
    else
        rect =
            (struct sr_rect){fmin(x0, x1), sr_snap(canvas, y0 - thick / 2), fabs(x1 - x0), thick};
    sr_fill(canvas, rect, colour);
}

void sr_frame(struct sr_canvas *canvas, struct sr_rect rect, double width, sr_colour colour)
{
    double thick = snap_width(canvas, width);
    rect = snap_rect(canvas, rect);
    sr_fill(canvas, (struct sr_rect){rect.x - thick, rect.y - thick, rect.width + 2 * thick, thick},
            colour);
    sr_fill(canvas,
            (struct sr_rect){rect.x - thick, rect.y + rect.height, rect.width + 2 * thick, thick},
            colour);
    sr_fill(canvas, (struct sr_rect){rect.x - thick, rect.y, thick, rect.height}, colour);
    sr_fill(canvas, (struct sr_rect){rect.x + rect.width, rect.y, thick, rect.height}, colour);
}

/* ---- images ---- */

double sr_snap_pixels(const struct sr_canvas *canvas, double wished, int pixels)
{
    if (canvas->scale <= 0) return wished;
    double dots = floor(wished * canvas->scale + 1e-6);
    if (dots >= pixels) dots = floor(dots / pixels) * pixels;
    return dots / canvas->scale;
}

static int channel(uint32_t colour, int shift)
{
    return (int)(colour >> shift & 255);
}

/* Which of `pixels` lies under the middle of dot `at` of `dots`. */
static int nearest(int at, int pixels, int dots)
{
    return (int)(((int64_t)at * 2 + 1) * pixels / (2 * (int64_t)dots));
}

/* One dot of a raster of rows × columns dots showing height × width pixels: the nearest pixel when
 * it is enlarged, the mean of the pixels below the dot when it is reduced. */
static uint32_t sample(const uint32_t *colours, int height, int width, int rows, int columns,
                       int row, int column)
{
    int y0 = (int)((int64_t)row * height / rows), x0 = (int)((int64_t)column * width / columns);
    int y1 = (int)(((int64_t)(row + 1) * height + rows - 1) / rows);
    int x1 = (int)(((int64_t)(column + 1) * width + columns - 1) / columns);
    if (rows >= height) {
        y0 = nearest(row, height, rows);
        y1 = y0 + 1;
    }
    if (columns >= width) {
        x0 = nearest(column, width, columns);
        x1 = x0 + 1;
    }
    int sum[3] = {0}, count = (y1 - y0) * (x1 - x0);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            for (int c = 0; c < 3; c++) sum[c] += channel(colours[(size_t)y * width + x], 8 * c);
    uint32_t colour = 0;
    for (int c = 0; c < 3; c++) colour |= (uint32_t)((sum[c] + count / 2) / count) << 8 * c;
    return colour;
}

void sr_draw_pixels(struct sr_canvas *canvas, struct sr_rect rect, const uint32_t *colours,
                    int height, int width)
{
    rect = snap_rect(canvas, rect);
    if (rect.width <= 0 || rect.height <= 0) return;
    int rows, columns;
    if (canvas->scale > 0) {
        rows = (int)lround(rect.height * canvas->scale);
        columns = (int)lround(rect.width * canvas->scale);
    } else {
        /* Viewers of SVG and PDF smooth what they enlarge: enlarge here, to about 300 dots an inch.
         */
        int factor = (int)ceil(fmax(rect.width / width, rect.height / height) * 300 / 72);
        factor = factor < 1 ? 1 : factor > 32 ? 32 : factor;
        rows = height * factor;
        columns = width * factor;
    }
    if (rows < 1 || columns < 1) return;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        unsigned char *bytes = cairo_image_surface_get_data(image);
        int stride = cairo_image_surface_get_stride(image);
        for (int row = 0; row < rows; row++) {
            uint32_t *line = (uint32_t *)(void *)(bytes + (size_t)row * stride);
            /* In an enlarged image most rows equal the row above. */
            if (row && rows >= height &&
                nearest(row, height, rows) == nearest(row - 1, height, rows)) {
                memcpy(line, bytes + (size_t)(row - 1) * stride, (size_t)columns * sizeof *line);
                continue;
            }
            for (int column = 0; column < columns; column++)
                line[column] = sample(colours, height, width, rows, columns, row, column);
        }
        cairo_surface_mark_dirty(image);
    }
    /* An image that could not be made is an error of the drawing from here on. */
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, rect.x, rect.y);
    cairo_scale(canvas->cairo, rect.width / columns, rect.height / rows);
    cairo_set_source_surface(canvas->cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(canvas->cairo), CAIRO_FILTER_NEAREST);
    cairo_paint(canvas->cairo);
    cairo_restore(canvas->cairo);
    cairo_surface_destroy(image);
}

void sr_pixels_image(uint32_t *out, const uint8_t *pixels, struct sr_shape shape)
{
    for (size_t i = 0, count = sr_shape_pixels(shape); i < count; i++)
        out[i] = shape.channels == 1
                     ? pixels[i] * 0x010101u
                     : (uint32_t)(pixels[3 * i] << 16 | pixels[3 * i + 1] << 8 | pixels[3 * i + 2]);
}

void sr_value_column(struct sr_table *table, struct sr_shape shape, int i)
{
    static const char *const names[] = {"red", "green", "blue"};
    char name[32];
    snprintf(name, sizeof name, "%s%d", shape.channels == 1 ? "pixel" : names[i % 3],
             i / shape.channels);
    sr_table_column(table, name);
}

static double unit(double value)
{
    return value > 0 ? (value < 1 ? value : 1) : 0; /* NaN: 0 */
}

void sr_pixels_heat(uint32_t *out, const float *heat, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = sr_scale_colour(SR_SCALE_INFERNO, unit((double)heat[i])) & 0xFFFFFF;
}

/* The opacity of the colour grows with the heat, so that the garment stays visible. */
void sr_pixels_overlay(uint32_t *out, const uint8_t *pixels, const float *heat,
                       struct sr_shape shape)
{
    for (size_t i = 0, count = sr_shape_pixels(shape); i < count; i++) {
        const uint8_t *at = pixels + i * (size_t)shape.channels;
        /* Luma, as everywhere where a colour is made grey. */
        const int grey =
            shape.channels == 1 ? at[0] : (299 * at[0] + 587 * at[1] + 114 * at[2] + 500) / 1000;
        double value = unit((double)heat[i]), share = 0.1 + 0.6 * value;
        sr_colour colour = sr_scale_colour(SR_SCALE_INFERNO, value);
        out[i] = sr_colour_mix(sr_colour_grey(grey), colour, share) & 0xFFFFFF;
    }
}

/* ---- numbers ---- */

void sr_number(char *out, size_t size, double value, int decimals)
{
    char digits[64];
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    bool negative = value < 0 && strspn(digits, "0.") < strlen(digits);
    snprintf(out, size, "%s%s", negative ? "−" : "", digits);
}
