/* image.c - images, heat maps, overlays, the scale beside them, and bars. */
#include "sartor/cells/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

/* Darkest first. */
static const uint32_t shades[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
static const char ramp[] = " .:-=+*#%@";
enum { SHADES = sizeof shades / sizeof *shades, RAMP = sizeof ramp - 1 };
enum { UPPER_HALF = 0x2580 };

/* What is drawn: pixels, heat values, or heat over pixels. */
struct source {
    const uint8_t *pixels; /* NULL for none */
    const float *values;   /* NULL for none */
    struct sr_shape shape;
    enum sr_scale scale;
};

/* All 0 to 1. */
struct sample {
    double grey;
    double colour[3]; /* of pixels in colour: red, green, blue */
    double heat;
};

static bool in_colour(const struct source *source)
{
    return source->pixels && source->shape.channels == 3;
}

/* Area average of the source over [x0, x1) × [y0, y1), in source pixels. */
static struct sample average(const struct source *source, double x0, double x1, double y0,
                             double y1)
{
    const size_t channels = (size_t)source->shape.channels;
    double colour[3] = {0}, heat = 0, total = 0;
    for (int y = (int)y0; y < y1 && y < source->shape.height; y++) {
        double tall = fmin(y1, y + 1) - fmax(y0, y);
        for (int x = (int)x0; x < x1 && x < source->shape.width; x++) {
            double share = tall * (fmin(x1, x + 1) - fmax(x0, x));
            size_t at = (size_t)y * (size_t)source->shape.width + (size_t)x;
            for (size_t c = 0; source->pixels && c < channels; c++)
                colour[c] += share * source->pixels[at * channels + c];
            if (source->values && source->values[at] > 0) heat += share * source->values[at];
            total += share;
        }
    }
    if (!(total > 0)) return (struct sample){0};
    for (int c = 0; c < 3; c++) colour[c] = colour[c] / total / 255;
    return (struct sample){.grey = channels == 1
                                       ? colour[0]
                                       : 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2],
                           .colour = {colour[0], colour[1], colour[2]},
                           .heat = fmin(heat / total, 1)};
}

static uint32_t shade(const struct sr_look *look, double share)
{
    share = share > 0 ? share < 1 ? share : 1 : 0;
    return look->ascii ? (uint32_t)ramp[lround(share * (RAMP - 1))]
                       : shades[lround(share * (SHADES - 1))];
}

/* Red, green and blue times `scale`. */
static sr_colour mixed(const double *colour, double scale)
{
    return SR_RGB(lround(scale * colour[0]), lround(scale * colour[1]), lround(scale * colour[2]));
}

static sr_colour sample_colour(const struct source *source, struct sample sample)
{
    if (!source->values && in_colour(source)) return mixed(sample.colour, 255);
    if (!source->values) return sr_colour_grey((int)lround(255 * sample.grey));
    if (!source->pixels) return sr_scale_colour(source->scale, sample.heat);
    return sr_overlay_colour(source->scale, (int)lround(255 * sample.grey), sample.heat);
}

/* One cell without colour: a shade, or a digit where an overlay is hot. */
static void put_plain(struct sr_area area, const struct sr_look *look, int x, int y,
                      const struct source *source, struct sample sample)
{
    double level = source->pixels ? sample.grey : sample.heat;
    uint32_t glyph = shade(look, look->light ? 1 - level : level);
    if (source->pixels && source->values && sample.heat >= 0.5)
        glyph = (uint32_t)('0' + (int)fmin(9, 10 * sample.heat));
    sr_area_put(area, x, y, glyph, (struct sr_style){0});
}

/* One cell in the few colours of 8 or 16: a shade block between two of them. */
static void put_few(struct sr_area area, const struct sr_look *look, int x, int y,
                    const struct source *source, struct sample sample)
{
    struct sr_style style = {0};
    double share;
    if (source->pixels && source->values) {
        /* The background is the nearest step of the heat; the pixels are shaded over it. */
        sr_colour from, to;
        sr_scale_step(source->scale, look->depth, sample.heat, &from, &to, &share);
        style.back = share < 0.5 ? from : to;
        style.fore =
            style.back == sr_colour_of_index(7) ? sr_colour_of_index(0) : sr_colour_of_index(7);
        share = 0.75 * sample.grey;
    } else if (in_colour(source)) {
        /* Black, shaded with the nearest colour of full light. */
        share = fmax(sample.colour[0], fmax(sample.colour[1], sample.colour[2]));
        style.back = sr_colour_of_index(0);
        style.fore = sr_colour_of_index(
            sr_colour_index(mixed(sample.colour, share > 0 ? 255 / share : 255), look->depth));
    } else {
        enum sr_scale scale = source->values ? source->scale : SR_SCALE_GREY;
        sr_scale_step(scale, look->depth, source->values ? sample.heat : sample.grey, &style.back,
                      &style.fore, &share);
    }
    sr_area_put(area, x, y, shade(look, share), style);
}

static void put_colours(struct sr_area area, const struct sr_look *look, int x, int y,
                        const struct source *source, struct sample upper, struct sample lower)
{
    sr_colour top = sample_colour(source, upper), bottom = sample_colour(source, lower);
    /* Equal colours always give the same cell, so that fewer cells change. */
    bool same = sr_colour_index(top, look->depth) == sr_colour_index(bottom, look->depth) &&
                (look->depth != SR_DEPTH_DIRECT || top == bottom);
    if (same)
        sr_area_put(area, x, y, ' ', (struct sr_style){.back = top});
    else
        sr_area_put(area, x, y, UPPER_HALF, (struct sr_style){.fore = top, .back = bottom});
}

static void draw_source(struct sr_area area, const struct sr_look *look,
                        const struct source *source)
{
    const int height = source->shape.height, width = source->shape.width;
    if (height < 1 || width < 1 || area.height < 1 || area.width < 1) return;
    double wide = (double)width / area.width, tall = (double)height / area.height;
    /* An odd number of rows at full size: the last half row stays empty. */
    if (2 * area.height == height + 1 && area.width == width) tall = 2;
    for (int y = 0; y < area.height; y++) {
        for (int x = 0; x < area.width; x++) {
            double x0 = x * wide, x1 = (x + 1) * wide, y0 = y * tall, y1 = (y + 1) * tall;
            if (look->depth >= SR_DEPTH_256 && !look->ascii) {
                double middle = (y0 + y1) / 2;
                put_colours(area, look, x, y, source, average(source, x0, x1, y0, middle),
                            average(source, x0, x1, middle, y1));
                continue;
            }
            struct sample sample = average(source, x0, x1, y0, y1);
            if (look->depth >= SR_DEPTH_256) {
                sr_colour colour = sample_colour(source, sample);
                sr_area_put(area, x, y, shade(look, source->pixels ? sample.grey : sample.heat),
                            (struct sr_style){.fore = colour, .back = colour});
            } else if (look->depth == SR_DEPTH_NONE) {
                put_plain(area, look, x, y, source, sample);
            } else {
                put_few(area, look, x, y, source, sample);
            }
        }
    }
}

void sr_image_cells(const struct sr_look *look, struct sr_shape shape, int *columns, int *lines)
{
    (void)look; /* the same for all terminals, so that layouts do not depend on them */
    *columns = shape.width;
    *lines = (shape.height + 1) / 2;
}

void sr_draw_image(struct sr_area area, const struct sr_look *look, const uint8_t *pixels,
                   struct sr_shape shape)
{
    draw_source(area, look, &(struct source){.pixels = pixels, .shape = shape});
}

void sr_draw_heat(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                  const float *values, struct sr_shape shape)
{
    draw_source(area, look, &(struct source){.values = values, .shape = shape, .scale = scale});
}

void sr_draw_overlay(struct sr_area area, const struct sr_look *look, enum sr_scale scale,
                     const uint8_t *pixels, const float *values, struct sr_shape shape)
{
    draw_source(area, look, &(struct source){pixels, values, shape, scale});
}

void sr_draw_scale(struct sr_area area, const struct sr_look *look, enum sr_scale scale, double low,
                   double high)
{
    if (area.height < 1 || area.width < 1) return;
    /* Two samples a line, so that half blocks show both. */
    int count = 2 * area.height;
    float *values = sr_xalloc((size_t)count * sizeof *values);
    for (int i = 0; i < count; i++) values[i] = (float)(1 - (i + 0.5) / count);
    sr_draw_heat(sr_area_part(area, 0, 0, 2, area.height), look, scale, values,
                 (struct sr_shape){count, 1, 1});
    free(values);

    struct sr_style style = sr_look_style(look, SR_ROLE_FAINT);
    int parts = area.height >= 9 ? 4 : area.height >= 3 ? 2 : 1;
    for (int i = 0; i <= parts && i < area.height; i++) {
        char number[16];
        sr_draw_number(number, sizeof number, high + (low - high) * i / parts);
        int y = (int)lround((double)i * (area.height - 1) / parts);
        sr_area_text(sr_area_part(area, 3, y, area.width - 3, 1), 0, 0, style, number);
    }
}

void sr_draw_bar(struct sr_area area, int x, int y, int width, double share,
                 const struct sr_look *look, struct sr_style style)
{
    if (!(share > 0)) share = 0;
    if (share > 1) share = 1;
    int parts = look->ascii ? 2 : 8;
    long filled = lround(share * width * parts);
    if (filled == 0 && share >= 0.005) filled = 1; /* a share of 0.5 % or more is visible */
    for (int i = 0; i < width; i++, filled -= parts) {
        uint32_t glyph = ' ';
        if (filled >= parts)
            glyph = look->ascii ? '#' : 0x2588;
        else if (filled > 0)
            glyph = look->ascii ? '-' : 0x2590u - (uint32_t)filled;
        sr_area_put(area, x + i, y, glyph, style);
    }
}

void sr_draw_number(char *out, size_t size, double value)
{
    double magnitude = fabs(value);
    if (isnan(value))
        snprintf(out, size, "-");
    else if (magnitude >= 999.5 && magnitude < 999.95e9) {
        static const char units[] = "kMG";
        int unit = 0;
        for (magnitude /= 1000; magnitude >= 999.95 && unit < 2; unit++) magnitude /= 1000;
        snprintf(out, size, "%s%.*f%c", value < 0 ? "-" : "",
                 magnitude < 99.95 && fabs(magnitude - round(magnitude)) > 0.04 ? 1 : 0, magnitude,
                 units[unit]);
    } else if (magnitude != 0 && (magnitude < 0.001 || magnitude >= 999.95e9))
        snprintf(out, size, "%.0e", value);
    else
        snprintf(out, size, "%.3g", value);
}
