/* image | heat | overlay, and what the image was made from before these: one row a sample, the
 * numbered scale at the right. */
#include "canvas.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

#define GAP   8.0
#define LEAST 40.0
enum { CAPTION_LINES = 5 };

static struct sr_font caption_font(const struct sr_canvas *canvas, bool wrong)
{
    return (struct sr_font){SR_TYPE_TICK, wrong,
                            wrong ? canvas->theme->wrong : canvas->theme->text};
}

/* What stands in a row, from left to right; the first two only where a row has them. */
enum { PICTURE, CUT, IMAGE, HEAT, OVERLAY, ALL };

static int columns_of(const struct sr_triptych_chart *chart, int which[ALL])
{
    bool picture = false, cut = false;
    int count = 0;
    for (size_t i = 0; i < chart->count; i++) {
        picture = picture || chart->rows[i].picture;
        cut = cut || chart->rows[i].cut;
    }
    if (picture) which[count++] = PICTURE;
    if (cut) which[count++] = CUT;
    for (int i = IMAGE; i < ALL; i++) which[count++] = i;
    return count;
}

/* Its caption; a wrong answer is marked not by colour alone. */
static char *caption_of(const struct sr_triptych *row, int which)
{
    const char *const texts[ALL] = {row->picture ? "picture" : NULL, row->cut ? "cut out" : NULL,
                                    row->left, row->middle, row->right};
    const char *text = texts[which] ? texts[which] : "";
    return sr_xprintf("%s%s", which == OVERLAY && row->wrong && *text ? "✗ " : "", text);
}

/* Its pixels' colours, as many as `*shape` says; false where the row has none. */
static bool colours_of(const struct sr_triptych_chart *chart, const struct sr_triptych *row,
                       int which, struct sr_shape *shape, uint32_t *colours)
{
    *shape = which < IMAGE ? row->shown : chart->shape;
    if ((which == PICTURE && !row->picture) || (which == CUT && !row->cut)) return false;
    if (which == PICTURE) sr_pixels_image(colours, row->picture, *shape);
    if (which == CUT) sr_pixels_image(colours, row->cut, *shape);
    if (which == IMAGE) sr_pixels_image(colours, row->pixels, *shape);
    if (which == HEAT) sr_pixels_heat(colours, row->heat, sr_shape_pixels(*shape));
    if (which == OVERLAY) sr_pixels_overlay(colours, row->pixels, row->heat, *shape);
    return true;
}

/* Room for the colours of any of them. */
static uint32_t *make_room(const struct sr_triptych_chart *chart)
{
    size_t most = sr_shape_pixels(chart->shape);
    for (size_t i = 0; i < chart->count; i++) {
        const size_t shown = chart->rows[i].picture ? sr_shape_pixels(chart->rows[i].shown) : 0;
        if (shown > most) most = shown;
    }
    return sr_xalloc((most + 1) * sizeof(uint32_t));
}

static int captions(struct sr_canvas *canvas, const struct sr_triptych_chart *chart, size_t row,
                    struct sr_rect at, bool draw)
{
    int lines = 0, which[ALL];
    for (int i = 0, columns = columns_of(chart, which); i < columns; i++) {
        char *text = caption_of(&chart->rows[row], which[i]);
        struct sr_font font = caption_font(canvas, which[i] == OVERLAY && chart->rows[row].wrong);
        const double middle = at.x + i * (at.width + GAP) + at.width / 2;
        int here = sr_draw_paragraph(
            canvas, (struct sr_paragraph){middle, at.y, 0.5, at.width + GAP - 3, CAPTION_LINES},
            font, text, draw);
        lines = here > lines ? here : lines;
        free(text);
    }
    return lines;
}

static double captions_height(struct sr_canvas *canvas, const struct sr_triptych_chart *chart,
                              size_t row, double side)
{
    int lines = captions(canvas, chart, row, (struct sr_rect){0, 0, side, 0}, false);
    return lines ? lines * sr_line_height(caption_font(canvas, false)) + 2 : 0;
}

static double extra_width(const struct sr_triptych_chart *chart)
{
    int which[ALL];
    return 2 * SR_MARGIN + (columns_of(chart, which) - 1) * GAP + SR_HEAT_SCALE_WIDTH + 6;
}

static double height_at(struct sr_canvas *canvas, const struct sr_triptych_chart *chart,
                        double side)
{
    double aspect = chart->shape.width ? (double)chart->shape.height / chart->shape.width : 1,
           height = 2 * SR_MARGIN - GAP + 3;
    for (size_t i = 0; i < chart->count; i++)
        height += captions_height(canvas, chart, i, side) + side * aspect + GAP;
    return height;
}

static void triptych_size(struct sr_canvas *canvas, const void *data, double wished,
                          struct sr_size *size)
{
    const struct sr_triptych_chart *chart = data;
    int which[ALL];
    const int columns = columns_of(chart, which);
    size->least_width = columns * LEAST + extra_width(chart);
    size->width = fmax(wished > 0 ? wished : 110 * columns, size->least_width);
    double title = sr_title_height(canvas, chart->title, size->width);
    size->height =
        title + fmax(height_at(canvas, chart, (size->width - extra_width(chart)) / columns), 20);
    size->least_height = title + fmax(height_at(canvas, chart, LEAST), 20);
}

/* The largest place of a shape in the middle of a box. */
static struct sr_rect fit(struct sr_rect box, struct sr_shape shape)
{
    const double scale = fmin(box.width / shape.width, box.height / shape.height),
                 width = scale * shape.width, height = scale * shape.height;
    return (struct sr_rect){box.x + (box.width - width) / 2, box.y + (box.height - height) / 2,
                            width, height};
}

static void draw_row(struct sr_canvas *canvas, const struct sr_triptych_chart *chart, size_t index,
                     struct sr_rect at, uint32_t *colours)
{
    const struct sr_triptych *row = &chart->rows[index];
    int which[ALL];
    for (int i = 0, columns = columns_of(chart, which); i < columns; i++) {
        struct sr_shape shape;
        struct sr_rect place = {sr_snap(canvas, at.x + i * (at.width + GAP)), sr_snap(canvas, at.y),
                                at.width, at.height};
        if (!colours_of(chart, row, which[i], &shape, colours)) continue;
        if (which[i] < IMAGE) place = fit(place, shape);
        sr_draw_pixels(canvas, place, colours, shape.height, shape.width);
        const bool wrong = row->wrong && which[i] == OVERLAY;
        sr_frame(canvas, place, wrong ? 1.2 : 0.4,
                 wrong ? canvas->theme->wrong : canvas->theme->frame);
    }
}

static void triptych_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    sr_draw_title(canvas, chart->title);
    if (chart->shape.height < 1 || chart->shape.width < 1) return;
    int which[ALL];
    const int columns = columns_of(chart, which);
    double aspect = (double)chart->shape.height / chart->shape.width;
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    double side = (canvas->width - extra_width(chart)) / columns;
    while (side > LEAST / 2 &&
           top - SR_MARGIN +
                   height_at(canvas, chart, sr_snap_pixels(canvas, side, chart->shape.width)) >
               canvas->height + 0.5)
        side -= 1;
    side = sr_snap_pixels(canvas, side, chart->shape.width);
    double left = SR_MARGIN + fmax(0, (canvas->width - extra_width(chart) - columns * side) / 2);
    uint32_t *colours = make_room(chart);
    for (size_t i = 0; i < chart->count; i++) {
        captions(canvas, chart, i, (struct sr_rect){left, top + SR_TYPE_TICK * 0.85, side, 0},
                 true);
        top += captions_height(canvas, chart, i, side);
        draw_row(canvas, chart, i, (struct sr_rect){left, top, side, side * aspect}, colours);
        sr_draw_heat_scale(canvas, left + columns * side + (columns - 1) * GAP + 6, top,
                           side * aspect, "heat");
        top += side * aspect + GAP;
    }
    free(colours);
}

static void triptych_table(struct sr_table *table, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    const int count = (int)sr_shape_pixels(chart->shape), size = (int)sr_shape_size(chart->shape);
    char name[32];
    sr_table_title(table, chart->title);
    sr_table_columns(table, "sample left middle right wrong");
    for (int i = 0; i < size; i++) sr_value_column(table, chart->shape, i);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "heat%d", i);
        sr_table_column(table, name);
    }
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_triptych *row = &chart->rows[i];
        sr_table_integer(table, (int64_t)i);
        sr_table_text(table, row->left);
        sr_table_text(table, row->middle);
        sr_table_text(table, row->right);
        sr_table_integer(table, row->wrong);
        for (int k = 0; k < size; k++) sr_table_integer(table, row->pixels[k]);
        for (int k = 0; k < count; k++) sr_table_number(table, (double)row->heat[k]);
    }
}

/* ---- the interactive page ---- */

static void triptychs_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    struct sr_sheet sheet;
    int which[ALL];
    const int columns = columns_of(chart, which);
    uint32_t *colours = make_room(chart);
    sr_sheet_begin(&sheet, plot, columns, (int)chart->count, 230, 44);
    for (size_t i = 0; i < chart->count; i++)
        for (int column = 0; column < columns; column++) {
            const struct sr_triptych *row = &chart->rows[i];
            const bool before = which[column] < IMAGE;
            struct sr_shape shape;
            if (!colours_of(chart, row, which[column], &shape, colours)) continue;
            const double aspect = (double)shape.height / shape.width;
            const char *const texts[ALL] = {"picture", "cut out", row->left, row->middle,
                                            row->right};
            sr_sheet_add(&sheet, &(struct sr_sheet_picture){
                                     .column = column,
                                     .row = (int)i,
                                     .colours = colours,
                                     .shape = shape,
                                     .share = before ? fmin(1, aspect) : 1,
                                     .across = before ? fmin(1, 1 / aspect) : 1,
                                     .caption = texts[which[column]],
                                     .wrong = which[column] == OVERLAY && row->wrong,
                                 });
        }
    sr_sheet_scale(plot);
    sr_sheet_end(&sheet, chart->title);
    free(colours);
}

const struct sr_chart sr_chart_triptychs = {"triptych", triptych_size, triptych_draw,
                                            triptych_table, triptychs_plotly};
