/* legend.c - words around a chart: its title, its note, the scale of heat. */
#include "canvas.h"

static struct sr_font title_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_TITLE, true, canvas->theme->text};
}

static struct sr_font note_font(const struct sr_canvas *canvas)
{
    return (struct sr_font){SR_TYPE_TICK, false, canvas->theme->faint};
}

enum { PARAGRAPH = 6 };

/* Above a note. */
#define NOTE_GAP 7.0

double sr_title_height(struct sr_canvas *canvas, const char *title, double width)
{
    struct sr_font font = title_font(canvas);
    int lines =
        sr_draw_paragraph(canvas, (struct sr_paragraph){0, 0, 0, width - 2 * SR_MARGIN, PARAGRAPH},
                          font, title, false);
    return lines ? lines * sr_line_height(font) + 4 : 0;
}

double sr_note_height(struct sr_canvas *canvas, const char *note, double width)
{
    struct sr_font font = note_font(canvas);
    int lines =
        sr_draw_paragraph(canvas, (struct sr_paragraph){0, 0, 0, width - 2 * SR_MARGIN, PARAGRAPH},
                          font, note, false);
    return lines ? lines * sr_line_height(font) + NOTE_GAP : 0;
}

void sr_draw_title(struct sr_canvas *canvas, const char *title)
{
    sr_draw_paragraph(canvas,
                      (struct sr_paragraph){SR_MARGIN, SR_MARGIN + SR_TYPE_TITLE * 0.85, 0,
                                            canvas->width - 2 * SR_MARGIN, PARAGRAPH},
                      title_font(canvas), title, true);
}

void sr_draw_note(struct sr_canvas *canvas, const char *note)
{
    double top =
        canvas->height - SR_MARGIN - sr_note_height(canvas, note, canvas->width) + NOTE_GAP;
    sr_draw_paragraph(canvas,
                      (struct sr_paragraph){SR_MARGIN, top + SR_TYPE_TICK * 0.9, 0,
                                            canvas->width - 2 * SR_MARGIN, PARAGRAPH},
                      note_font(canvas), note, true);
}

/* ---- the scale of heat ---- */

void sr_draw_heat_scale(struct sr_canvas *canvas, double x, double y, double height,
                        const char *label)
{
    enum { STEPS = 64 };
    uint32_t colours[STEPS];
    for (int i = 0; i < STEPS; i++)
        colours[i] = sr_scale_colour(SR_SCALE_INFERNO, 1 - i / (double)(STEPS - 1)) & 0xFFFFFF;
    struct sr_rect bar = {x, y, 7, height};
    sr_draw_pixels(canvas, bar, colours, STEPS, 1);
    sr_frame(canvas, bar, 0.4, canvas->theme->frame);
    struct sr_font font = {SR_TYPE_SMALL, false, canvas->theme->text};
    static const char *const numbers[] = {"0", "0.5", "1"};
    for (int i = 0; i < 3; i++) {
        double at = y + height * (1 - i / 2.0);
        if (i == 1 && height < 40) continue;
        sr_rule(canvas, x + 7, at, x + 9, at, 0.5, canvas->theme->rule);
        sr_draw_turned(canvas, x + 10.5, at, 0, 0, 0, font, numbers[i]);
    }
    font.colour = canvas->theme->faint;
    if (label) sr_draw_turned(canvas, x + 25.5, y + height / 2, 0.5, height + 16, -90, font, label);
}
