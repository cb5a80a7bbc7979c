/* plotly_images.c - pictures in a Plotly figure: each a PNG of its own pixels in the page, with its
 * caption under it and on hover. */
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "surface.h"

/* The part of a place that is the picture. */
#define PICTURE 0.92

void sr_sheet_begin(struct sr_sheet *sheet, struct sr_plotly *plot, int columns, int rows,
                    double place, double caption)
{
    *sheet = (struct sr_sheet){.plot = plot,
                               .place = place,
                               .caption = caption,
                               .columns = columns,
                               .rows = rows,
                               .x = sr_json_array(),
                               .y = sr_json_array()};
}

/* Height of a row, in places. */
static double pitch(const struct sr_sheet *sheet)
{
    return 1 + sheet->caption / sheet->place;
}

/* The picture as a data URI. */
static char *encode(const uint32_t *colours, struct sr_shape shape)
{
    const int height = shape.height, width = shape.width;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    struct sr_text uri = {0};
    struct sr_error error;
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    if (!stream || cairo_surface_status(surface)) abort();
    cairo_surface_flush(surface);
    unsigned char *to = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface),
           line = (size_t)width * sizeof *colours;
    for (size_t y = 0; y < (size_t)height; y++)
        memcpy(to + y * stride, colours + y * (size_t)width, line);
    cairo_surface_mark_dirty(surface);
    enum sr_status status = sr_png_write(stream, surface, 72, NULL, "image", &error);
    if (fclose(stream) || status)
        abort(); /* it writes to memory, so it can fail only for want of that */
    cairo_surface_destroy(surface);
    sr_text_add(&uri, "data:image/png;base64,");
    sr_text_add_base64(&uri, bytes, length);
    free(bytes);
    return sr_text_take(&uri);
}

/* Lines of about `most` characters, broken at blanks. */
static char *wrap(const char *text, int most)
{
    char *copy = sr_xstrdup(text), *last = NULL;
    int column = 0;
    for (char *at = copy; *at; at++) {
        if (*at == ' ') last = at;
        if (*at == '\n') {
            column = 0;
            last = NULL;
        }
        if ((*at & 0xC0) != 0x80) column++;
        if (column <= most || !last) continue;
        *last = '\n';
        column = (int)(at - last);
        last = NULL;
    }
    return copy;
}

/* The id and the lines of the caption, from the lower edge of the picture on. */
static void write_words(struct sr_sheet *sheet, const struct sr_sheet_picture *picture, double x,
                        double y)
{
    struct sr_plotly *plot = sheet->plot;
    const char *caption = picture->caption ? picture->caption : "";
    char *marked = picture->wrong && *caption ? sr_xprintf("✗ %s", caption) : sr_xstrdup(caption),
         *wrapped = wrap(marked, (int)(sheet->place / 6.2)), *rest = *caption ? wrapped : NULL;
    double line = 0;
    for (const char *one = picture->id ? picture->id : strsep(&rest, "\n"); one;
         one = strsep(&rest, "\n")) {
        const bool wrong = picture->wrong && one != picture->id;
        struct sr_json *note = sr_plotly_note(plot, "x", "y", x, y, one, wrong ? "b" : NULL);
        struct sr_json *font = sr_plotly_json("{\"size\": 11}");
        if (wrong) sr_plotly_set_colour(font, "color", plot->theme->wrong);
        if (one == picture->id) sr_plotly_set_colour(font, "color", plot->theme->faint);
        sr_json_set(note, "font", font);
        sr_json_set_text(note, "yanchor", "top");
        sr_json_set_number(note, "yshift", -line);
        line += 13;
    }
    free(wrapped);
    free(marked);
}

void sr_sheet_add(struct sr_sheet *sheet, const struct sr_sheet_picture *picture)
{
    struct sr_plotly *plot = sheet->plot;
    const char *id = picture->id, *caption = picture->caption;
    const bool wrong = picture->wrong;
    const double x = picture->column, y = picture->row * pitch(sheet), share = picture->share,
                 across = picture->across > 0 ? picture->across : 1;
    struct sr_json *image = sr_plotly_json(
        "{\"xref\": \"x\", \"yref\": \"y\", \"xanchor\": \"center\", \"yanchor\": \"middle\", "
        "\"sizing\": \"stretch\", \"layer\": \"below\", \"x\": %g, \"y\": %g, \"sizex\": %g, "
        "\"sizey\": %g}",
        x, y, PICTURE * across, PICTURE * share);
    char *uri = encode(picture->colours, picture->shape);
    sr_json_set_text(image, "source", uri);
    free(uri);
    sr_json_add(plot->images, image);
    struct sr_json *frame = sr_plotly_json("{\"type\": \"rect\", \"xref\": \"x\", \"yref\": \"y\", "
                                           "\"x0\": %g, \"x1\": %g, \"y0\": %g, "
                                           "\"y1\": %g}",
                                           x - PICTURE * across / 2, x + PICTURE * across / 2,
                                           y - PICTURE * share / 2, y + PICTURE * share / 2);
    struct sr_json *line_style = sr_plotly_json("{\"width\": %d}", wrong ? 2 : 1);
    sr_plotly_set_colour(line_style, "color", wrong ? plot->theme->wrong : plot->theme->frame);
    sr_json_set(frame, "line", line_style);
    sr_json_add(plot->shapes, frame);
    sr_json_add_number(sheet->x, x);
    sr_json_add_number(sheet->y, y);
    sr_xgrow(&sheet->captions, &sheet->room, sheet->count + 1, sizeof *sheet->captions);
    sheet->captions[sheet->count++] =
        sr_xprintf("%s%s%s", id ? id : "", id && caption ? " " : "", caption ? caption : "");
    write_words(sheet, picture, x, y + 0.5);
}

void sr_sheet_end(struct sr_sheet *sheet, const char *title)
{
    struct sr_plotly *plot = sheet->plot;
    struct sr_json *trace =
        sr_plotly_json("{\"type\": \"scatter\", \"mode\": \"markers\", \"showlegend\": false, "
                       "\"marker\": {\"size\": %g, \"opacity\": 0, \"symbol\": \"square\"}, "
                       "\"hovertemplate\": \"%%{text}<extra></extra>\"}",
                       0.6 * sheet->place);
    double height = sheet->rows * pitch(sheet);
    sr_json_set(trace, "x", sheet->x);
    sr_json_set(trace, "y", sheet->y);
    sr_plotly_set_texts(trace, "text", (const char *const *)sheet->captions, sheet->count);
    sr_json_add(plot->traces, trace);
    sr_json_set(
        plot->layout, "xaxis",
        sr_plotly_json("{\"visible\": false, \"range\": [-0.5, %g]}", sheet->columns - 0.5));
    sr_json_set(plot->layout, "yaxis",
                sr_plotly_json("{\"visible\": false, \"range\": [%g, -0.5]}", height - 0.5));
    /* A title is not wrapped: the page is at least as wide as the title. */
    const double own = 100 + sheet->columns * sheet->place,
                 wide = fmax(own, 9 * sr_utf8_width(title ? title : "") + 40);
    sr_json_set(plot->layout, "margin",
                sr_plotly_json("{\"l\": 10, \"r\": %g, \"t\": 60, \"b\": 10}", 90 + wide - own));
    sr_json_set_number(plot->layout, "width", wide);
    sr_json_set_number(plot->layout, "height", 70 + height * sheet->place);
    sr_json_set_text(plot->layout, "hovermode", "closest");
    sr_plotly_title(plot, title, NULL);
    for (size_t i = 0; i < sheet->count; i++) free(sheet->captions[i]);
    free(sheet->captions);
}

void sr_sheet_scale(struct sr_plotly *plot)
{
    enum { STOPS = 17 };
    struct sr_json *trace = sr_plotly_json(
        "{\"type\": \"scatter\", \"mode\": \"markers\", \"x\": [null], \"y\": [null], "
        "\"showlegend\": false, \"hoverinfo\": \"skip\"}");
    struct sr_json *marker = sr_plotly_json(
        "{\"cmin\": 0, \"cmax\": 1, \"color\": [0], \"showscale\": true, "
        "\"colorbar\": {\"thickness\": 12, \"len\": 0.6, \"title\": {\"text\": \"heat\"}}}");
    struct sr_json *scale = sr_json_array();
    for (int i = 0; i < STOPS; i++) {
        float value = (float)i / (STOPS - 1);
        uint32_t colour;
        struct sr_json *stop = sr_json_array();
        sr_pixels_heat(&colour, &value, 1);
        sr_json_add_number(stop, (double)value);
        sr_plotly_add_colour(stop, colour);
        sr_json_add(scale, stop);
    }
    sr_json_set(marker, "colorscale", scale);
    sr_json_set(trace, "marker", marker);
    sr_json_add(plot->traces, trace);
}
