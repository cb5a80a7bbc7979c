/* The steps from an image to the input of a model: the image after each step, with arrows between.
 */
#include "canvas.h"
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

#define LEAST_BOX 56.0
#define ARROW     20.0
#define ROW_GAP   8.0
enum { NAME_LINES = 2, NOTE_LINES = 3 };

static struct sr_font name_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_TICK, true, canvas->theme->text};
}

static struct sr_font note_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_SMALL, false, canvas->theme->faint};
}

static int columns_of(const struct sr_steps_chart *chart, double width)
{
    int count = chart->count ? (int)chart->count : 1;
    int columns = (int)floor((width - 2 * SR_MARGIN + ARROW) / (LEAST_BOX + ARROW));
    columns = columns < 1 ? 1 : columns;
    if (columns >= count) return count;
    int rows = (count + columns - 1) / columns;
    return (count + rows - 1) / rows; /* rows of about the same length */
}

static double box_of(const struct sr_steps_chart *chart, double width)
{
    int columns = columns_of(chart, width);
    return fmin(110, (width - 2 * SR_MARGIN + ARROW) / columns - ARROW);
}

/* Heights of the text above and below the pictures of all rows. */
static void texts(struct sr_canvas *canvas, const struct sr_steps_chart *chart, double box,
                  double *over, double *under)
{
    int names = 0, notes = 0;
    for (size_t i = 0; i < chart->count; i++) {
        int lines =
            sr_draw_paragraph(canvas, (struct sr_paragraph){0, 0, 0.5, box + ARROW - 4, NAME_LINES},
                              name_font(canvas), chart->steps[i].name, false);
        names = lines > names ? lines : names;
        lines =
            sr_draw_paragraph(canvas, (struct sr_paragraph){0, 0, 0.5, box + ARROW - 4, NOTE_LINES},
                              note_font(canvas), chart->steps[i].note, false);
        notes = lines > notes ? lines : notes;
    }
    *over = names * sr_line_height(name_font(canvas)) + 2;
    *under = 10 + notes * sr_line_height(note_font(canvas));
}

static void steps_size(struct sr_canvas *canvas, const void *data, double wished,
                       struct sr_size *size)
{
    const struct sr_steps_chart *chart = data;
    int count = chart->count ? (int)chart->count : 1;
    double over, under;
    size->least_width = 2 * SR_MARGIN + LEAST_BOX + ARROW;
    size->width =
        fmax(wished > 0 ? wished : fmin(SR_WIDTH_PAGE, 2 * SR_MARGIN + count * (72 + ARROW)),
             size->least_width);
    double box = box_of(chart, size->width);
    texts(canvas, chart, box, &over, &under);
    int columns = columns_of(chart, size->width), rows = (count + columns - 1) / columns;
    size->height = 2 * SR_MARGIN + sr_title_height(canvas, chart->title, size->width) +
                   rows * (over + box + under + ROW_GAP) - ROW_GAP;
    size->least_height = size->height - rows * (box - fmin(box, 30));
}

/* A colour for each pixel of a step. */
static uint32_t *step_colours(const struct sr_step *step)
{
    const size_t size = sr_shape_size(step->shape);
    uint8_t *bytes = sr_xalloc(size + 1);
    uint32_t *colours = sr_xalloc((sr_shape_pixels(step->shape) + 1) * sizeof *colours);
    for (size_t i = 0; i < size; i++) {
        const double value = (double)step->values[i];
        bytes[i] = (uint8_t)lround(255 * (value > 0 ? (value < 1 ? value : 1) : 0));
    }
    sr_pixels_image(colours, bytes, step->shape);
    free(bytes);
    return colours;
}

/* A strip (a flattened image) becomes a band of the box's width. */
static struct sr_rect draw_step(struct sr_canvas *canvas, const struct sr_step *step,
                                struct sr_rect box)
{
    struct sr_rect place = box;
    if (!sr_shape_size(step->shape)) return place;
    double aspect = (double)step->shape.height / step->shape.width;
    if (aspect < 0.15) {
        place.height = 14;
    } else if (aspect > 6.5) {
        place.width = 14;
    } else if (aspect < 1) {
        place.width = sr_snap_pixels(canvas, box.width, step->shape.width);
        place.height = place.width * aspect;
    } else {
        place.height = sr_snap_pixels(canvas, box.height, step->shape.height);
        place.width = place.height / aspect;
    }
    place.x = sr_snap(canvas, box.x + (box.width - place.width) / 2);
    place.y = sr_snap(canvas, box.y + (box.height - place.height) / 2);
    uint32_t *colours = step_colours(step);
    sr_draw_pixels(canvas, place, colours, step->shape.height, step->shape.width);
    sr_frame(canvas, place, 0.4, canvas->theme->frame);
    free(colours);
    return place;
}

static void draw_arrow(struct sr_canvas *canvas, double x0, double x1, double y)
{
    cairo_t *cairo = canvas->cairo;
    sr_rule(canvas, x0, y, x1 - 3, y, 0.9, canvas->theme->rule);
    cairo_move_to(cairo, x1, y);
    cairo_line_to(cairo, x1 - 4.5, y - 2.6);
    cairo_line_to(cairo, x1 - 4.5, y + 2.6);
    cairo_close_path(cairo);
    sr_set_colour(canvas, canvas->theme->rule, 1);
    cairo_fill(cairo);
}

static void steps_draw(struct sr_canvas *canvas, const void *data)
{
    const struct sr_steps_chart *chart = data;
    sr_draw_title(canvas, chart->title);
    if (!chart->count) return;
    double over, under, box = box_of(chart, canvas->width);
    int columns = columns_of(chart, canvas->width),
        rows = ((int)chart->count + columns - 1) / columns;
    double top = SR_MARGIN + sr_title_height(canvas, chart->title, canvas->width);
    texts(canvas, chart, box, &over, &under);
    double room = (canvas->height - top - SR_MARGIN + ROW_GAP) / rows - ROW_GAP - over - under;
    box = fmin(box, fmax(room, 8));
    double pitch = (canvas->width - 2 * SR_MARGIN + ARROW) / columns;
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_step *step = &chart->steps[i];
        int column = (int)i % columns, row = (int)i / columns;
        double middle = SR_MARGIN + column * pitch + (pitch - ARROW) / 2;
        double y = top + row * (over + box + under + ROW_GAP);
        sr_draw_paragraph(
            canvas,
            (struct sr_paragraph){middle, y + SR_TYPE_TICK * 0.85, 0.5, pitch - 4, NAME_LINES},
            name_font(canvas), step->name, true);
        struct sr_rect place =
            draw_step(canvas, step, (struct sr_rect){middle - box / 2, y + over, box, box});
        if (step->low != step->high) {
            char low[32], high[32], range[80];
            sr_number(low, sizeof low, step->low, step->low == floor(step->low) ? 0 : 2);
            sr_number(high, sizeof high, step->high, step->high == floor(step->high) ? 0 : 2);
            snprintf(range, sizeof range, "black %s · white %s", low, high);
            sr_draw_text(canvas, middle, y + over + box + 8, 0.5, pitch - 4,
                         (struct sr_font){SR_TYPE_SMALL - 0.5, false, canvas->theme->text}, range);
        }
        sr_draw_paragraph(
            canvas, (struct sr_paragraph){middle, y + over + box + 17, 0.5, pitch - 4, NOTE_LINES},
            note_font(canvas), step->note, true);
        if (i + 1 < chart->count && column + 1 < columns)
            draw_arrow(canvas, fmax(middle + box / 2, place.x + place.width) + 4,
                       middle + pitch - box / 2 - 4, y + over + box / 2);
    }
}

static void steps_table(struct sr_table *table, const void *data)
{
    const struct sr_steps_chart *chart = data;
    sr_table_title(table, chart->title);
    bool colour = false;
    for (size_t i = 0; i < chart->count; i++)
        colour = colour || chart->steps[i].shape.channels == 3;
    sr_table_columns(table,
                     colour ? "step name row column channel value" : "step name row column value");
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_step *step = &chart->steps[i];
        double low = step->low, high = step->high;
        if (low == high) {
            low = 0;
            high = 1;
        }
        for (int k = 0; k < (int)sr_shape_size(step->shape); k++) {
            sr_table_integer(table, (int64_t)i);
            sr_table_text(table, step->name);
            const int pixel = k / step->shape.channels;
            sr_table_integer(table, pixel / step->shape.width);
            sr_table_integer(table, pixel % step->shape.width);
            if (colour) sr_table_integer(table, k % step->shape.channels);
            sr_table_number(table, low + (high - low) * (double)step->values[k]);
        }
    }
}

/* ---- the interactive page ---- */

static void steps_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_steps_chart *chart = data;
    struct sr_sheet sheet;
    sr_sheet_begin(&sheet, plot, (int)chart->count, 1, 200, 50);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_step *step = &chart->steps[i];
        uint32_t *colours = step_colours(step);
        char *caption = sr_xprintf("%s: %s", step->name, step->note ? step->note : "");
        double share =
            step->shape.width > 0 ? fmin(1, (double)step->shape.height / step->shape.width) : 1;
        if (sr_shape_size(step->shape))
            sr_sheet_add(&sheet, &(struct sr_sheet_picture){
                                     .column = (int)i,
                                     .colours = colours,
                                     .shape = step->shape,
                                     .share = fmax(0.12, share),
                                     .caption = caption,
                                 });
        free(caption);
        free(colours);
    }
    sr_sheet_end(&sheet, chart->title);
}

const struct sr_chart sr_chart_steps = {"steps", steps_size, steps_draw, steps_table, steps_plotly};
