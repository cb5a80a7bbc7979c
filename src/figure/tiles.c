/* Images in rows with captions: the sample grid, and the gallery of overlays with its scale. */
#include "canvas.h"
#include "plotly.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* A page too narrow for so many columns is drawn larger and scaled down, not made a tower. */
enum { PART_LINES = 3, LEAST_COLUMNS = 4 };
#define GAP        5.0
#define LEAST_TILE 24.0

static struct sr_font caption_font(const struct sr_canvas *canvas, bool wrong)
{
    return (struct sr_font){SR_TYPE_SMALL, wrong,
                            wrong ? canvas->theme->wrong : canvas->theme->text};
}

static double extra_width(const struct sr_grid_chart *tiles)
{
    return 2 * SR_MARGIN - GAP + (tiles->heats ? SR_HEAT_SCALE_WIDTH : 0);
}

/* The default: a little more columns than rows, as many as are legible in the width (0: any), and
 * of nearby numbers the one with the fewest empty places in the last row. */
static int columns_of(const struct sr_grid_chart *tiles, double width)
{
    if (tiles->columns > 0) return tiles->columns < tiles->count ? tiles->columns : tiles->count;
    int most = width > 0
                   ? (int)((width - extra_width(tiles)) / (tiles->captions || tiles->ids ? 42 : 30))
                   : 16;
    int wished = tiles->count <= 8 ? tiles->count : (int)ceil(sqrt(tiles->count * 1.4));
    most = most < LEAST_COLUMNS ? LEAST_COLUMNS : most > 16 ? 16 : most;
    wished = wished < 1 ? 1 : wished > most ? most : wished;
    int best = wished, least = INT_MAX;
    for (int away = 0; away <= wished / 4; away++)
        for (int side = -1; side <= 1; side += 2) {
            int columns = wished + side * away;
            int empty = (columns - tiles->count % columns) % columns;
            if (columns > most || empty >= least) continue;
            best = columns;
            least = empty;
        }
    return best;
}

/* A wrong one is marked not by colour alone but by bold type, a thicker frame, and a cross where it
 * fits before the first word. */
static char *caption_of(struct sr_canvas *canvas, const struct sr_grid_chart *tiles, int index,
                        double width)
{
    const char *text = tiles->captions && tiles->captions[index] ? tiles->captions[index] : "";
    bool wrong = tiles->wrong && tiles->wrong[index];
    char *marked = sr_xprintf("%s%.*s", "✗ ", (int)strcspn(text, " \n"), text);
    wrong = wrong && *text && sr_text_width(canvas, caption_font(canvas, true), marked) <= width;
    free(marked);
    return sr_xprintf("%s%s", wrong ? "✗ " : "", text);
}

/* The id and the caption below image `index`, about `x` and from `y` on; each line of the caption
 * has room for a few. Returns how many lines there are; with `draw` false it only counts them. */
static int write_caption(struct sr_canvas *canvas, const struct sr_grid_chart *tiles, int index,
                         double x, double y, double width, bool draw)
{
    const struct sr_font font = caption_font(canvas, tiles->wrong && tiles->wrong[index]),
                         faint = {SR_TYPE_SMALL, false, canvas->theme->faint};
    const double line = sr_line_height(font);
    int lines = 0;
    y += 2 + font.size * 0.85;
    if (tiles->ids && tiles->ids[index])
        lines += sr_draw_paragraph(canvas, (struct sr_paragraph){x, y, 0.5, width, 1}, faint,
                                   tiles->ids[index], draw);
    char *caption = caption_of(canvas, tiles, index, width), *rest = caption;
    for (char *part; (part = strsep(&rest, "\n"));)
        lines += sr_draw_paragraph(
            canvas, (struct sr_paragraph){x, y + lines * line, 0.5, width, PART_LINES}, font, part,
            draw);
    free(caption);
    return lines;
}

/* Of one row, or of all of them together when `row` is -1; in columns of `tile`. */
static double captions_height(struct sr_canvas *canvas, const struct sr_grid_chart *tiles,
                              int columns, int row, double tile)
{
    int lines = 0;
    if (!tiles->captions && !tiles->ids) return 0;
    if (row < 0) {
        double height = 0;
        for (int i = 0; i * columns < tiles->count; i++)
            height += captions_height(canvas, tiles, columns, i, tile);
        return height;
    }
    for (int i = row * columns; i < tiles->count && i < (row + 1) * columns; i++) {
        int here = write_caption(canvas, tiles, i, 0, 0, tile, false);
        lines = here > lines ? here : lines;
    }
    return lines ? lines * sr_line_height(caption_font(canvas, false)) + 3 : 0;
}

static void tiles_size(struct sr_canvas *canvas, const void *data, double wished,
                       struct sr_size *size)
{
    const struct sr_grid_chart *tiles = data;
    int columns = columns_of(tiles, wished),
        rows = tiles->count ? (tiles->count + columns - 1) / columns : 1;
    double aspect = tiles->shape.width ? (double)tiles->shape.height / tiles->shape.width : 1;
    double natural =
        columns * (tiles->captions || tiles->ids ? 46 + GAP : 36 + GAP) + extra_width(tiles);
    size->least_width = columns * (LEAST_TILE + GAP) + extra_width(tiles);
    size->width =
        fmax(wished > 0 ? wished : fmax(natural, SR_WIDTH_COLUMN * 0.5), size->least_width);
    columns = columns_of(tiles, size->width);
    rows = tiles->count ? (tiles->count + columns - 1) / columns : 1;
    double tile = (size->width - extra_width(tiles)) / columns - GAP;
    double side = tiles->shape.width ? sr_snap_pixels(canvas, tile, tiles->shape.width) : tile;
    double fixed = sr_title_height(canvas, tiles->title, size->width) + 2 * SR_MARGIN - GAP;
    size->height =
        fixed + rows * (side * aspect + GAP) + captions_height(canvas, tiles, columns, -1, tile);
    size->least_height = fixed + rows * (LEAST_TILE * aspect + GAP) +
                         captions_height(canvas, tiles, columns, -1, LEAST_TILE);
    size->least_height = fmin(size->least_height, size->height);
}

/* Image `index`, with its heat over it where there is one. */
static void take_colours(const struct sr_grid_chart *tiles, int index, uint32_t *colours)
{
    if (tiles->heats)
        sr_pixels_overlay(colours, tiles->pixels[index], tiles->heats[index], tiles->shape);
    else
        sr_pixels_image(colours, tiles->pixels[index], tiles->shape);
}

static void tiles_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_grid_chart *tiles = data;
    sr_draw_title(canvas, tiles->title);
    if (tiles->count < 1 || tiles->shape.height < 1 || tiles->shape.width < 1) return;
    int columns = columns_of(tiles, canvas->width), rows = (tiles->count + columns - 1) / columns;
    double aspect = (double)tiles->shape.height / tiles->shape.width;
    double top = SR_MARGIN + sr_title_height(canvas, tiles->title, canvas->width);
    double pitch_x = (canvas->width - extra_width(tiles)) / columns;
    double room = canvas->height - top - SR_MARGIN + GAP -
                  captions_height(canvas, tiles, columns, -1, pitch_x - GAP);
    double side = fmin(pitch_x - GAP, (room / rows - GAP) / aspect);
    side = sr_snap_pixels(canvas, fmax(side, 2), tiles->shape.width);
    double y = top;
    uint32_t *colours = sr_xalloc(sr_shape_pixels(tiles->shape) * sizeof *colours);
    for (int i = 0; i < tiles->count; i++) {
        double x = SR_MARGIN + i % columns * pitch_x + (pitch_x - GAP - side) / 2;
        if (i && i % columns == 0)
            y += side * aspect + GAP +
                 captions_height(canvas, tiles, columns, i / columns - 1, pitch_x - GAP);
        bool wrong = tiles->wrong && tiles->wrong[i];
        struct sr_rect place = {sr_snap(canvas, x), sr_snap(canvas, y), side, side * aspect};
        take_colours(tiles, i, colours);
        sr_draw_pixels(canvas, place, colours, tiles->shape.height, tiles->shape.width);
        sr_frame(canvas, place, wrong ? 1.2 : 0.4,
                 wrong ? canvas->theme->wrong : canvas->theme->frame);
        write_caption(canvas, tiles, i, x + side / 2, y + side * aspect, pitch_x - GAP, true);
    }
    free(colours);
    if (tiles->heats)
        sr_draw_heat_scale(canvas, canvas->width - SR_MARGIN - SR_HEAT_SCALE_WIDTH + 2, top + 3,
                           fmin(110, y - top + side * aspect - 6), "heat");
}

/* The id, or NULL, and the caption with its lines joined; NULL of NULL. */
static char *one_line(const char *id, const char *caption)
{
    if (!caption) return id ? sr_xstrdup(id) : NULL;
    char *line = sr_xprintf("%s%s%s", id ? id : "", id ? " " : "", caption);
    for (char *at = line; (at = strchr(at, '\n'));) *at = ' ';
    return line;
}

/* Without heats, those columns are left out. */
static void tiles_table(struct sr_table *table, const void *data)
{
    const struct sr_grid_chart *chart = data;
    const int pixel_count = (int)sr_shape_pixels(chart->shape),
              value_count = (int)sr_shape_size(chart->shape);
    const float *const *heats = chart->heats;
    char name[32];
    sr_table_title(table, chart->title);
    sr_table_columns(table, chart->ids ? "image id caption wrong" : "image caption wrong");
    for (int i = 0; i < value_count; i++) sr_value_column(table, chart->shape, i);
    for (int i = 0; heats && i < pixel_count; i++) {
        snprintf(name, sizeof name, "heat%d", i);
        sr_table_column(table, name);
    }
    for (int image = 0; image < chart->count; image++) {
        sr_table_integer(table, image);
        if (chart->ids) sr_table_text(table, chart->ids[image]);
        char *caption = one_line(NULL, chart->captions ? chart->captions[image] : NULL);
        sr_table_text(table, caption);
        free(caption);
        sr_table_integer(table, chart->wrong && chart->wrong[image]);
        for (int i = 0; i < value_count; i++) sr_table_integer(table, chart->pixels[image][i]);
        for (int i = 0; heats && i < pixel_count; i++)
            sr_table_number(table, (double)heats[image][i]);
    }
}

/* ---- the interactive page ---- */

static int columns_for(int wished, int count)
{
    int columns = wished > 0 ? wished : count <= 6 ? count : count <= 40 ? 8 : 10;
    return columns < 1 ? 1 : columns > count && count > 0 ? count : columns;
}

static void tiles_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_grid_chart *chart = data;
    struct sr_sheet sheet;
    const size_t area = sr_shape_pixels(chart->shape);
    const int columns = columns_for(chart->columns, chart->count),
              rows = (chart->count + columns - 1) / columns;
    const double share = chart->shape.width ? (double)chart->shape.height / chart->shape.width : 1;
    uint32_t *colours = sr_xalloc((area + 1) * sizeof *colours);
    sr_sheet_begin(&sheet, plot, columns, rows, 88,
                   (chart->captions ? 38 : 4) + (chart->ids ? 13 : 0));
    for (int i = 0; i < chart->count; i++) {
        take_colours(chart, i, colours);
        sr_sheet_add(&sheet, &(struct sr_sheet_picture){
                                 .column = i % columns,
                                 .row = i / columns,
                                 .colours = colours,
                                 .shape = chart->shape,
                                 .share = share < 1 ? share : 1,
                                 .id = chart->ids ? chart->ids[i] : NULL,
                                 .caption = chart->captions ? chart->captions[i] : NULL,
                                 .wrong = chart->wrong && chart->wrong[i],
                             });
    }
    if (chart->heats) sr_sheet_scale(plot);
    sr_sheet_end(&sheet, chart->title);
    free(colours);
}

const struct sr_chart sr_chart_grid = {"grid", tiles_size, tiles_draw, tiles_table, tiles_plotly},
                      sr_chart_gallery = {"gallery", tiles_size, tiles_draw, tiles_table,
                                          tiles_plotly};
