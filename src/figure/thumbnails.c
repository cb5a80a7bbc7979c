/* thumbnails.c - the pictures that a page shows beside a point under the mouse: all in one PNG,
 * side by side, of which the page shows a part. */
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "surface.h"

/* Pixels of a thumbnail on each side; bytes of all of them, which is several times what they take
 * in the page; pixels of the page on each side. */
enum { MOST_SIDE = 32, MOST_BYTES = 8000000, SHOWN_SIDE = 112 };

static int reduced(int side, int step)
{
    return (side + step - 1) / step;
}

/* The means of squares of `step` pixels a side. */
static void reduce(const uint8_t *pixels, struct sr_shape shape, int step, uint8_t *to,
                   size_t stride)
{
    const int channels = shape.channels;
    for (int top = 0; top < shape.height; top += step, to += stride)
        for (int left = 0; left < shape.width; left += step)
            for (int c = 0; c < channels; c++) {
                int sum = 0, count = 0;
                for (int y = top; y < top + step && y < shape.height; y++)
                    for (int x = left; x < left + step && x < shape.width; x++, count++)
                        sum += pixels[(y * shape.width + x) * channels + c];
                to[left / step * channels + c] = (uint8_t)((sum + count / 2) / count);
            }
}

/* Bytes as a PNG in a data URI. */
static char *encode(const uint8_t *pixels, struct sr_shape shape)
{
    struct sr_text uri = {0};
    struct sr_error error;
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    if (!stream) abort();
    const enum sr_status status = sr_png_write_pixels(stream, pixels, shape, &error);
    if (fclose(stream) || status)
        abort(); /* it writes to memory, so it can fail only for want of that */
    sr_text_add(&uri, "data:image/png;base64,");
    sr_text_add_base64(&uri, bytes, length);
    free(bytes);
    return sr_text_take(&uri);
}

size_t sr_thumbnails_make(struct sr_thumbnails *thumbnails, const uint8_t *const *pictures,
                          size_t count, struct sr_shape shape)
{
    const int longer = shape.height > shape.width ? shape.height : shape.width,
              step = reduced(longer, MOST_SIDE), height = reduced(shape.height, step),
              width = reduced(shape.width, step);
    const size_t line = (size_t)width * (size_t)shape.channels, size = line * (size_t)height,
                 most = MOST_BYTES / size, every = (count + most - 1) / most,
                 shown = (count + every - 1) / every, columns = (size_t)ceil(sqrt((double)shown)),
                 rows = (shown + columns - 1) / columns, stride = columns * line;
    uint8_t *sheet = sr_xalloc(rows * columns * size);
    for (size_t i = 0; i < shown; i++)
        reduce(pictures[i * every], shape, step,
               sheet + i / columns * (size_t)height * stride + i % columns * line, stride);
    const int scale = SHOWN_SIDE / (height > width ? height : width);
    *thumbnails = (struct sr_thumbnails){
        .uri = encode(sheet,
                      (struct sr_shape){(int)rows * height, (int)columns * width, shape.channels}),
        .height = height * scale,
        .width = width * scale,
        .columns = (int)columns,
        .rows = (int)rows,
        .count = shown};
    free(sheet);
    return every;
}

void sr_thumbnails_print(const struct sr_thumbnails *thumbnails, const struct sr_theme *theme,
                         struct sr_text *out)
{
    sr_text_printf(out,
                   "<style>\n"
                   "#picture { position: fixed; display: none; pointer-events: none; z-index: "
                   "1000; width: %dpx; height: %dpx;\n"
                   "  border: 1px solid #%06x; image-rendering: pixelated; background-size: %dpx "
                   "%dpx;\n"
                   "  background-image: url(\"%s\") }\n"
                   "</style>\n<div id=\"picture\"></div>\n",
                   thumbnails->width, thumbnails->height, (unsigned)theme->frame & 0xFFFFFF,
                   thumbnails->columns * thumbnails->width, thumbnails->rows * thumbnails->height,
                   thumbnails->uri);
    sr_text_printf(
        out,
        "<script>\n"
        "(function () {\n"
        "    var chart = document.getElementById(\"figure\"), picture = "
        "document.getElementById(\"picture\");\n"
        "    var columns = %d, width = %d, height = %d;\n"
        "    function hide() { picture.style.display = \"none\"; }\n"
        "    chart.on(\"plotly_hover\", function (data) {\n"
        "        var at = data.points[0].customdata, mouse = data.event;\n"
        "        if (typeof at !== \"number\" || !mouse) { hide(); return; }\n"
        "        picture.style.backgroundPosition =\n"
        "            -(at %% columns) * width + \"px \" + -Math.floor(at / columns) * height + "
        "\"px\";\n"
        "        picture.style.left = (mouse.clientX > width + 24 ? mouse.clientX - width - 16 :\n"
        "                              mouse.clientX + 16) + \"px\";\n"
        "        picture.style.top = (mouse.clientY > height + 24 ? mouse.clientY - height - 16 :\n"
        "                             mouse.clientY + 16) + \"px\";\n"
        "        picture.style.display = \"block\";\n"
        "    });\n"
        "    chart.on(\"plotly_unhover\", hide);\n"
        "})();\n"
        "</script>\n",
        thumbnails->columns, thumbnails->width, thumbnails->height);
}
