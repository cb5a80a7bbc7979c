/* A network from top to bottom: each layer's output as a block (height: image, width: channels),
 * its name, output shape and parameters, with arcs to the layers that add an earlier output. */
#include "canvas.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

#define BOWS      20.0
#define BLOCKS    92.0
#define BAR       46.0
#define LEAST_ROW 8.0

static double row_height(const struct sr_network_chart *chart)
{
    return chart->count <= 16 ? 22 : chart->count <= 40 ? 16 : 11;
}

static sr_colour block_colour(const struct sr_theme *theme, enum sr_block_kind kind)
{
    switch (kind) {
    case SR_BLOCK_CONV:
        return theme->series[0];
    case SR_BLOCK_NORM:
        return theme->series[3];
    case SR_BLOCK_ACTIVATION:
        return theme->series[4];
    case SR_BLOCK_POOL:
        return theme->series[1];
    case SR_BLOCK_ADD:
        return theme->series[5];
    case SR_BLOCK_DENSE:
        return theme->series[2];
    default:
        return theme->frame;
    }
}

static uint64_t total_of(const struct sr_network_chart *chart)
{
    uint64_t total = 0;
    for (size_t i = 0; i < chart->count; i++) total += chart->blocks[i].parameters;
    return total;
}

static void block_shape(const struct sr_block *block, char *out, size_t size)
{
    if (block->shape.height > 0)
        snprintf(out, size, "%d × %d × %d", block->shape.height, block->shape.width,
                 block->shape.channels);
    else {
        char count[32];
        sr_format_count(count, sizeof count, (uint64_t)block->shape.channels);
        snprintf(out, size, "%s", count);
    }
}

struct layout {
    double axis, blocks;           /* middle of the blocks, and the room that they have */
    double names, shapes, numbers; /* left edge of names and of shapes; right edge of numbers */
    double most;                   /* the longest name's room */
    double bar;                    /* the longest bar */
    bool stacked;                  /* a narrow page: the shape is written below the name */
};

static double longest_name(struct sr_canvas *canvas, const struct sr_network_chart *chart)
{
    struct sr_font font = {SR_TYPE_TICK, false, canvas->theme->text};
    double longest = 60;
    for (size_t i = 0; i < chart->count; i++)
        longest = fmax(longest, sr_text_width(canvas, font, chart->blocks[i].name));
    return fmin(longest, 160);
}

static struct layout lay_out(struct sr_canvas *canvas, const struct sr_network_chart *chart,
                             double width)
{
    struct layout layout = {0};
    struct sr_font font = {SR_TYPE_TICK, false, canvas->theme->text};
    double shape = sr_text_width(canvas, font, "output"),
           number = sr_text_width(canvas, font, "parameters");
    char text[96];
    for (size_t i = 0; i < chart->count; i++) {
        block_shape(&chart->blocks[i], text, sizeof text);
        shape = fmax(shape, sr_text_width(canvas, font, text));
    }
    sr_format_count(text, sizeof text, total_of(chart));
    number = fmax(number, sr_text_width(canvas, font, text) * 1.1);
    layout.bar = width >= 320 ? BAR : 0;
    double bows = 4;
    for (size_t i = 0; i < chart->count; i++)
        if (chart->blocks[i].skip >= 0) bows = BOWS;
    layout.blocks = BLOCKS;
    layout.names = SR_MARGIN + bows + layout.blocks + 8;
    layout.numbers = width - SR_MARGIN - (layout.bar > 0 ? layout.bar + 5 : 0);
    layout.shapes = layout.numbers - number - 10 - shape;
    layout.most = layout.shapes - 6 - layout.names;
    layout.stacked = layout.most + 0.5 < longest_name(canvas, chart);
    if (layout.stacked) {
        layout.blocks = 0.6 * BLOCKS;
        layout.names -= BLOCKS - layout.blocks;
        layout.shapes = layout.names;
        layout.most = layout.numbers - number - 6 - layout.names;
    }
    layout.axis = SR_MARGIN + bows + layout.blocks / 2;
    return layout;
}

static void network_size(struct sr_canvas *canvas, const void *data, double wished,
                         struct sr_size *size)
{
    const struct sr_network_chart *chart = data;
    size->least_width = 230;
    size->width = fmax(wished > 0 ? wished : 300 + longest_name(canvas, chart), size->least_width);
    bool stacked = lay_out(canvas, chart, size->width).stacked;
    double row = fmax(row_height(chart), stacked ? 18 : 0);
    double fixed = 2 * SR_MARGIN + sr_title_height(canvas, chart->title, size->width) +
                   sr_note_height(canvas, chart->note, size->width) + 12 + 16;
    size->height = fixed + (double)chart->count * row;
    size->least_height = fixed + (double)chart->count * (stacked ? 16 : LEAST_ROW);
}

/* A box seen a little from above and the right. */
static void draw_block(struct sr_canvas *canvas, double x, double y, double width, double height,
                       double deep, sr_colour colour)
{
    cairo_t *cairo = canvas->cairo;
    const sr_colour black = SR_RGB(0, 0, 0), white = SR_RGB(255, 255, 255);
    struct sr_rect front = {x, y, width, height};
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, x + deep, y - deep);
    cairo_line_to(cairo, x + width + deep, y - deep);
    cairo_line_to(cairo, x + width, y);
    cairo_close_path(cairo);
    sr_set_colour(canvas, sr_colour_mix(colour, white, 0.45), 1);
    cairo_fill(cairo);
    cairo_move_to(cairo, x + width, y);
    cairo_line_to(cairo, x + width + deep, y - deep);
    cairo_line_to(cairo, x + width + deep, y + height - deep);
    cairo_line_to(cairo, x + width, y + height);
    cairo_close_path(cairo);
    sr_set_colour(canvas, sr_colour_mix(colour, black, 0.25), 1);
    cairo_fill(cairo);
    cairo_rectangle(cairo, front.x, front.y, front.width, front.height);
    sr_set_colour(canvas, colour, 1);
    cairo_fill(cairo);
}

/* An arrow from the left side of one block, at (x0, from), to that of a later one, at (x1, to). */
static void draw_bow(struct sr_canvas *canvas, double x0, double from, double x1, double to,
                     sr_colour colour)
{
    cairo_t *cairo = canvas->cairo;
    double out = SR_MARGIN + 1, corner = fmin(5, (to - from) / 2);
    cairo_new_path(cairo);
    cairo_move_to(cairo, x0, from);
    cairo_line_to(cairo, out + corner, from);
    cairo_arc_negative(cairo, out + corner, from + corner, corner, -M_PI / 2, -M_PI);
    cairo_line_to(cairo, out, to - corner);
    cairo_arc_negative(cairo, out + corner, to - corner, corner, M_PI, M_PI / 2);
    cairo_line_to(cairo, x1 - 3, to);
    sr_set_colour(canvas, colour, 1);
    cairo_set_line_width(cairo, 1);
    cairo_stroke(cairo);
    cairo_move_to(cairo, x1, to);
    cairo_line_to(cairo, x1 - 4.5, to - 2.4);
    cairo_line_to(cairo, x1 - 4.5, to + 2.4);
    cairo_close_path(cairo);
    cairo_fill(cairo);
}

/* The head of the table; returns where its lines begin. */
static double draw_head(struct sr_canvas *canvas, const struct sr_network_chart *chart,
                        const struct layout *layout)
{
    const struct sr_theme *theme = canvas->theme;
    const struct sr_font head = {SR_TYPE_SMALL, false, theme->faint};
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    sr_draw_title(canvas, chart->title);
    sr_draw_note(canvas, chart->note);
    sr_draw_text(canvas, layout->names, top + 7, 0, 0, head,
                 layout->stacked ? "layer and its output" : "layer");
    if (!layout->stacked) sr_draw_text(canvas, layout->shapes, top + 7, 0, 0, head, "output");
    sr_draw_text(canvas, layout->numbers, top + 7, 1, 0, head, "parameters");
    top += 12;
    sr_rule(canvas, layout->names, top - 1.5, canvas->width - SR_MARGIN, top - 1.5, 0.5,
            theme->rule);
    return top;
}

/* What the lines share. */
struct lines {
    const struct layout *layout;
    const struct sr_block *blocks;
    double top, pitch;
    int tallest;   /* image */
    uint64_t most; /* parameters */
};

static double block_width(const struct sr_block *block, const struct layout *layout)
{
    const int channels = block->shape.channels > 0 ? block->shape.channels : 1;
    return layout->blocks / BLOCKS * fmin(BLOCKS - 10, 4 + 7.5 * log2(1 + (double)channels));
}

/* The block of line `i`, as high as its image and as wide as it has channels, and an arc from the
 * earlier block that it adds. */
static void draw_layer(struct sr_canvas *canvas, const struct sr_block *block, size_t i,
                       const struct lines *lines)
{
    const double axis = lines->layout->axis, pitch = lines->pitch;
    const double middle = lines->top + ((double)i + 0.5) * pitch;
    const bool flat = block->shape.height <= 0;
    const double share = flat ? 0 : sqrt((double)block->shape.height / lines->tallest);
    double deep = fmin(3.5, pitch * 0.16);
    double height = flat ? fmin(5, pitch * 0.4) : fmax(4, (pitch - deep - 4) * share);
    const double width = block_width(block, lines->layout);
    if (block->kind == SR_BLOCK_ACTIVATION || block->kind == SR_BLOCK_DROPOUT ||
        block->kind == SR_BLOCK_NORM) {
        /* Its output has the shape of its input: a thin plate instead of a block. */
        height = fmin(4, pitch * 0.35);
        deep = fmin(deep, 2);
    }
    draw_block(canvas, axis - width / 2, middle - height / 2 + deep / 2, width, height, deep,
               block_colour(canvas->theme, block->kind));
    if (block->skip >= 0 && (size_t)block->skip < i) {
        double from = lines->top + ((double)block->skip + 0.5) * pitch;
        draw_bow(canvas, axis - block_width(&lines->blocks[block->skip], lines->layout) / 2, from,
                 axis - width / 2, middle, block_colour(canvas->theme, SR_BLOCK_ADD));
    }
}

/* Its name, output and parameters, and a bar for their number. */
static void draw_words(struct sr_canvas *canvas, const struct sr_block *block, size_t i,
                       const struct lines *lines)
{
    const struct layout *layout = lines->layout;
    const struct sr_theme *theme = canvas->theme;
    const struct sr_font font = {fmin(SR_TYPE_TICK, lines->pitch * 0.75), false, theme->text};
    const struct sr_font small = {SR_TYPE_SMALL, false, theme->faint};
    const double middle = lines->top + ((double)i + 0.5) * lines->pitch;
    const double apart = layout->stacked ? 4.5 : 0;
    char text[96];
    sr_draw_turned(canvas, layout->names, middle - apart, 0, layout->most, 0, font, block->name);
    block_shape(block, text, sizeof text);
    sr_draw_turned(canvas, layout->shapes, middle + apart, 0, 0, 0, layout->stacked ? small : font,
                   text);
    if (!block->parameters) return;
    sr_format_count(text, sizeof text, block->parameters);
    sr_draw_turned(canvas, layout->numbers, middle, 1, 0, 0, font, text);
    if (layout->bar <= 0) return;
    double length = fmax(0.5, layout->bar * (double)block->parameters / (double)lines->most);
    sr_fill(canvas, (struct sr_rect){layout->numbers + 5, middle - 2.5, length, 5},
            block_colour(theme, block->kind));
}

static void network_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_network_chart *chart = data;
    const struct layout layout = lay_out(canvas, chart, canvas->width);
    struct lines lines = {.layout = &layout, .blocks = chart->blocks, .tallest = 1, .most = 1};
    const double bottom =
        canvas->height - SR_MARGIN - sr_note_height(canvas, chart->note, canvas->width) - 16;
    lines.top = draw_head(canvas, chart, &layout);
    if (!chart->count) return;
    lines.pitch = (bottom - lines.top) / (double)chart->count;
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_block *block = &chart->blocks[i];
        lines.tallest = block->shape.height > lines.tallest ? block->shape.height : lines.tallest;
        lines.most = block->parameters > lines.most ? block->parameters : lines.most;
    }
    for (size_t i = 0; i < chart->count; i++) {
        const double middle = lines.top + ((double)i + 0.5) * lines.pitch;
        if (i + 1 < chart->count)
            sr_rule(canvas, layout.axis, middle, layout.axis, middle + lines.pitch, 0.8,
                    canvas->theme->rule);
        draw_layer(canvas, &chart->blocks[i], i, &lines);
        draw_words(canvas, &chart->blocks[i], i, &lines);
    }
    sr_rule(canvas, layout.names, bottom + 1, canvas->width - SR_MARGIN, bottom + 1, 0.5,
            canvas->theme->rule);
    const struct sr_font font = {SR_TYPE_TICK, true, canvas->theme->text};
    char text[32];
    sr_format_count(text, sizeof text, total_of(chart));
    sr_draw_turned(canvas, layout.names, bottom + 8, 0, 0, 0, font, "total");
    sr_draw_turned(canvas, layout.numbers, bottom + 8, 1, 0, 0, font, text);
}

static void network_table(struct sr_table *table, const void *data)
{
    const struct sr_network_chart *chart = data;
    sr_table_title(table, chart->title);
    sr_table_columns(table, "layer name height width channels parameters skip");
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_block *block = &chart->blocks[i];
        sr_table_integer(table, (int64_t)i);
        sr_table_text(table, block->name);
        sr_table_integer(table, block->shape.height);
        sr_table_integer(table, block->shape.width);
        sr_table_integer(table, block->shape.channels);
        sr_table_integer(table, (int64_t)block->parameters);
        sr_table_integer(table, block->skip);
    }
}

/* ---- the interactive page ---- */

/* A rectangle or a path of the diagram, in the units of the first axes. */
static void add_shape(struct sr_plotly *plot, struct sr_json *shape, sr_colour line,
                      const sr_colour *fill)
{
    struct sr_json *stroke = sr_plotly_json("{\"width\": 1.5}");
    sr_plotly_set_colour(stroke, "color", line);
    sr_json_set(shape, "line", stroke);
    if (fill) sr_plotly_set_colour(shape, "fillcolor", *fill);
    sr_json_add(plot->shapes, shape);
}

static void add_word(struct sr_plotly *plot, double x, double y, const char *text,
                     const char *markup)
{
    struct sr_json *note = sr_plotly_note(plot, "paper", "y", x, y, text, markup);
    sr_json_set_text(note, "xanchor", "left");
}

/* Where the columns of words begin, as shares of the page. */
static const double NAMES_AT = 0.31, SHAPES_AT = 0.58, BARS_AT = 0.74;

/* Half of a block's width. */
static double page_half(const struct sr_block *block)
{
    return fmin(1, 0.07 + 0.09 * log2(1 + fmax(1, block->shape.channels)));
}

/* A block in line `i`, as wide as it has channels and as high as its image, and an arc from the
 * earlier block that it adds. */
static void add_block(struct sr_plotly *plot, const struct sr_block *blocks, size_t i, int tallest)
{
    const struct sr_block *block = &blocks[i];
    const sr_colour colour = block_colour(plot->theme, block->kind);
    const double half = page_half(block), y = (double)i;
    const bool plate = block->kind == SR_BLOCK_ACTIVATION || block->kind == SR_BLOCK_DROPOUT ||
                       block->kind == SR_BLOCK_NORM;
    const double high = plate || block->shape.height <= 0
                            ? 0.1
                            : fmax(0.1, 0.4 * sqrt((double)block->shape.height / tallest));
    if (block->skip >= 0 && (size_t)block->skip < i)
        add_shape(plot,
                  sr_plotly_json("{\"type\": \"path\", \"path\": \"M %g %d C -1.4 %d -1.4 %zu "
                                 "%g %zu\"}",
                                 -page_half(&blocks[block->skip]), block->skip, block->skip, i,
                                 -half, i),
                  block_colour(plot->theme, SR_BLOCK_ADD), NULL);
    add_shape(plot,
              sr_plotly_json("{\"type\": \"rect\", \"x0\": %g, \"x1\": %g, \"y0\": %g, \"y1\": %g}",
                             -half, half, y - high, y + high),
              colour, &colour);
}

/* Names, outputs and parameters of all blocks; a point on each, to show them on hover. */
static void add_words(struct sr_plotly *plot, const struct sr_network_chart *chart)
{
    struct sr_json *bar =
        sr_plotly_json("{\"type\": \"bar\", \"orientation\": \"h\", \"textposition\": \"outside\", "
                       "\"cliponaxis\": false, "
                       "\"xaxis\": \"x2\", \"width\": 0.4, \"hoverinfo\": \"skip\"}");
    struct sr_json *spot = sr_plotly_json(
        "{\"type\": \"scatter\", \"mode\": \"markers\", \"marker\": {\"size\": 22, \"opacity\": 0, "
        "\"symbol\": \"square\"}, \"hovertemplate\": \"%%{text}<extra></extra>\"}");
    struct sr_json *numbers = sr_json_array(), *counts = sr_json_array(),
                   *colours = sr_json_array(), *middles = sr_json_array(),
                   *marker = sr_json_object();
    char **words = sr_xalloc((chart->count + 1) * sizeof *words);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_block *block = &chart->blocks[i];
        char output[96], count[32];
        block_shape(block, output, sizeof output);
        sr_format_count(count, sizeof count, block->parameters);
        add_word(plot, NAMES_AT, (double)i, block->name, NULL);
        add_word(plot, SHAPES_AT, (double)i, output, NULL);
        words[i] = sr_xprintf("%s: output %s, %s parameters", block->name, output, count);
        sr_json_add_integer(numbers, (int64_t)block->parameters);
        sr_json_add_text(counts, block->parameters ? count : "");
        sr_plotly_add_colour(colours, block_colour(plot->theme, block->kind));
        sr_json_add_integer(middles, 0);
    }
    sr_json_set(marker, "color", colours);
    sr_json_set(bar, "marker", marker);
    sr_json_set(bar, "x", numbers);
    sr_json_set(bar, "text", counts);
    sr_plotly_counting(bar, "y", chart->count);
    sr_json_set(spot, "x", middles);
    sr_plotly_counting(spot, "y", chart->count);
    sr_plotly_set_texts(spot, "text", (const char *const *)words, chart->count);
    sr_json_add(plot->traces, spot);
    sr_json_add(plot->traces, bar);
    add_word(plot, NAMES_AT, -1, "layer", "b");
    add_word(plot, SHAPES_AT, -1, "output", "b");
    add_word(plot, BARS_AT, -1, "parameters", "b");
    for (size_t i = 0; i < chart->count; i++) free(words[i]);
    free(words);
}

/* The diagram as in the drawing. */
static void network_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_network_chart *chart = data;
    uint64_t total = 0, most = 1;
    int tallest = 1;
    for (size_t i = 0; i < chart->count; i++) {
        total += chart->blocks[i].parameters;
        most = chart->blocks[i].parameters > most ? chart->blocks[i].parameters : most;
        tallest = chart->blocks[i].shape.height > tallest ? chart->blocks[i].shape.height : tallest;
    }
    if (chart->count > 1)
        add_shape(plot,
                  sr_plotly_json("{\"type\": \"line\", \"layer\": \"below\", \"x0\": 0, \"x1\": 0, "
                                 "\"y0\": 0, \"y1\": %zu}",
                                 chart->count - 1),
                  plot->theme->rule, NULL);
    for (size_t i = 0; i < chart->count; i++) add_block(plot, chart->blocks, i, tallest);
    add_words(plot, chart);
    sr_json_set(plot->layout, "xaxis",
                sr_plotly_json("{\"visible\": false, \"domain\": [0, %g], \"range\": [-1.4, 1.1]}",
                               NAMES_AT - 0.02));
    sr_json_set(plot->layout, "xaxis2",
                sr_plotly_json("{\"visible\": false, \"domain\": [%g, 0.94], \"range\": [0, %g]}",
                               BARS_AT, 1.2 * (double)most));
    sr_json_set(
        plot->layout, "yaxis",
        sr_plotly_json("{\"visible\": false, \"range\": [%g, -1.5]}", (double)chart->count - 0.5));
    sr_json_set_bool(plot->layout, "showlegend", false);
    sr_json_set_text(plot->layout, "hovermode", "closest");
    sr_json_set_number(plot->layout, "width", 860);
    sr_json_set_number(plot->layout, "height", 160 + 26 * (double)chart->count);
    char count[32], note[64];
    sr_format_count(count, sizeof count, total);
    snprintf(note, sizeof note, "%s parameters", count);
    sr_plotly_title(plot, chart->title, note);
}

const struct sr_chart sr_chart_network = {"network", network_size, network_draw, network_table,
                                          network_plotly};
