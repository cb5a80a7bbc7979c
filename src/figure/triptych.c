/* original | heat | overlay: one row a sample, the numbered scale at the right. */
#include "canvas.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

#define GAP   8.0
#define LEAST 40.0
enum { CAPTION_LINES = 3 };

static struct sr_font caption_font(const struct sr_canvas *canvas, bool wrong)
{
    return (struct sr_font){SR_TYPE_TICK, wrong,
                            wrong ? canvas->theme->wrong : canvas->theme->text};
}

/* The three captions of a row; a wrong one is marked not by colour alone. */
static char *caption_of(const struct sr_triptych *row, int picture)
{
    const char *text = picture == 0 ? row->left : picture == 1 ? row->middle : row->right;
    return sr_xprintf("%s%s", picture == 2 && row->wrong && text ? "✗ " : "", text ? text : "");
}

static int captions(struct sr_canvas *canvas, const struct sr_triptych *row, double x, double y,
                    double side, bool draw)
{
    int lines = 0;
    for (int i = 0; i < 3; i++) {
        char *text = caption_of(row, i);
        struct sr_font font = caption_font(canvas, i == 2 && row->wrong);
        int here = sr_draw_paragraph(canvas,
                                     (struct sr_paragraph){x + i * (side + GAP) + side / 2, y, 0.5,
                                                           side + GAP - 3, CAPTION_LINES},
                                     font, text, draw);
        lines = here > lines ? here : lines;
        free(text);
    }
    return lines;
}

static double captions_height(struct sr_canvas *canvas, const struct sr_triptych *row, double side)
{
    int lines = captions(canvas, row, 0, 0, side, false);
    return lines ? lines * sr_line_height(caption_font(canvas, false)) + 2 : 0;
}

static double extra_width(void)
{
    return 2 * SR_MARGIN + 2 * GAP + SR_HEAT_SCALE_WIDTH + 6;
}

static double height_at(struct sr_canvas *canvas, const struct sr_triptych_chart *chart,
                        double side)
{
    double aspect = chart->shape.width ? (double)chart->shape.height / chart->shape.width : 1,
           height = 2 * SR_MARGIN - GAP + 3;
    for (size_t i = 0; i < chart->count; i++)
        height += captions_height(canvas, &chart->rows[i], side) + side * aspect + GAP;
    return height;
}

static void triptych_size(struct sr_canvas *canvas, const void *data, double wished,
                          struct sr_size *size)
{
    const struct sr_triptych_chart *chart = data;
    size->least_width = 3 * LEAST + extra_width();
    size->width = fmax(wished > 0 ? wished : 330, size->least_width);
    double title = sr_title_height(canvas, chart->title, size->width);
    size->height = title + fmax(height_at(canvas, chart, (size->width - extra_width()) / 3), 20);
    size->least_height = title + fmax(height_at(canvas, chart, LEAST), 20);
}

static void triptych_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    sr_draw_title(canvas, chart->title);
    if (chart->shape.height < 1 || chart->shape.width < 1) return;
    size_t count = sr_shape_pixels(chart->shape);
    double aspect = (double)chart->shape.height / chart->shape.width;
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    double side = (canvas->width - extra_width()) / 3;
    while (side > LEAST / 2 &&
           top - SR_MARGIN + height_at(canvas, chart, side) > canvas->height + 0.5)
        side -= 1;
    side = sr_snap_pixels(canvas, side, chart->shape.width);
    double left = SR_MARGIN + fmax(0, (canvas->width - extra_width() - 3 * side) / 2);
    uint32_t *colours = sr_xalloc(count * sizeof *colours);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_triptych *row = &chart->rows[i];
        captions(canvas, row, left, top + SR_TYPE_TICK * 0.85, side, true);
        top += captions_height(canvas, row, side);
        for (int picture = 0; picture < 3; picture++) {
            struct sr_rect place = {sr_snap(canvas, left + picture * (side + GAP)),
                                    sr_snap(canvas, top), side, side * aspect};
            if (picture == 0) sr_pixels_grey(colours, row->pixels, count);
            if (picture == 1) sr_pixels_heat(colours, row->heat, count);
            if (picture == 2) sr_pixels_overlay(colours, row->pixels, row->heat, count);
            sr_draw_pixels(canvas, place, colours, chart->shape.height, chart->shape.width);
            bool wrong = row->wrong && picture == 2;
            sr_frame(canvas, place, wrong ? 1.2 : 0.4,
                     wrong ? canvas->theme->wrong : canvas->theme->frame);
        }
        sr_draw_heat_scale(canvas, left + 3 * side + 2 * GAP + 6, top, side * aspect, "heat");
        top += side * aspect + GAP;
    }
    free(colours);
}

static void triptych_table(struct sr_table *table, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    int count = (int)sr_shape_pixels(chart->shape);
    char name[32];
    sr_table_title(table, chart->title);
    sr_table_columns(table, "sample left middle right wrong");
    for (int i = 0; i < 2 * count; i++) {
        snprintf(name, sizeof name, "%s%d", i < count ? "pixel" : "heat", i % count);
        sr_table_column(table, name);
    }
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_triptych *row = &chart->rows[i];
        sr_table_integer(table, (int64_t)i);
        sr_table_text(table, row->left);
        sr_table_text(table, row->middle);
        sr_table_text(table, row->right);
        sr_table_integer(table, row->wrong);
        for (int k = 0; k < count; k++) sr_table_integer(table, row->pixels[k]);
        for (int k = 0; k < count; k++) sr_table_number(table, (double)row->heat[k]);
    }
}

/* ---- the interactive page ---- */

static void triptychs_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_triptych_chart *chart = data;
    struct sr_sheet sheet;
    size_t area = sr_shape_pixels(chart->shape);
    uint32_t *colours = sr_xalloc((area + 1) * sizeof *colours);
    sr_sheet_begin(&sheet, plot, 3, (int)chart->count, 230, 44);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_triptych *row = &chart->rows[i];
        const char *captions[] = {row->left, row->middle, row->right};
        for (int picture = 0; picture < 3; picture++) {
            if (picture == 0) sr_pixels_grey(colours, row->pixels, area);
            if (picture == 1) sr_pixels_heat(colours, row->heat, area);
            if (picture == 2) sr_pixels_overlay(colours, row->pixels, row->heat, area);
            sr_sheet_add(&sheet, &(struct sr_sheet_picture){
                                     .column = picture,
                                     .row = (int)i,
                                     .colours = colours,
                                     .shape = chart->shape,
                                     .share = 1,
                                     .caption = captions[picture],
                                     .wrong = picture == 2 && row->wrong,
                                 });
        }
    }
    sr_sheet_scale(plot);
    sr_sheet_end(&sheet, chart->title);
    free(colours);
}

const struct sr_chart sr_chart_triptychs = {"triptych", triptych_size, triptych_draw,
                                            triptych_table, triptychs_plotly};
