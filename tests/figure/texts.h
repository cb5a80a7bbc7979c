/* texts.h - the linker hands these functions every text that a chart draws. */
#ifndef SARTOR_TESTS_FIGURE_TEXTS_H
#define SARTOR_TESTS_FIGURE_TEXTS_H

#include "charts.h"

#include "../../src/figure/canvas.h"

enum { TEXTS = 20000 };
static struct text {
    char words[120];
    double x, y;
    double left, right; /* of the ink, unless it is turned; of a paragraph, the room that it has */
    double width;       /* of the page */
    bool turned;
} texts[TEXTS];
static size_t count;

static inline void keep(struct sr_canvas *canvas, double x, double y, double at, double wide,
                        const char *words)
{
    if (!words || !*words || count == TEXTS) return;
    struct text *text = &texts[count++];
    *text = (struct text){.x = x, .y = y, .width = canvas->width};
    text->left = x - at * wide;
    text->right = x + (1 - at) * wide;
    snprintf(text->words, sizeof text->words, "%s", words);
}

void __real_sr_draw_text(struct sr_canvas *canvas, double x, double y, double at, double most,
                         struct sr_font font, const char *words);
void __wrap_sr_draw_text(struct sr_canvas *canvas, double x, double y, double at, double most,
                         struct sr_font font, const char *words);
void __wrap_sr_draw_text(struct sr_canvas *canvas, double x, double y, double at, double most,
                         struct sr_font font, const char *words)
{
    const double wide = words ? sr_text_width(canvas, font, words) : 0;
    keep(canvas, x, y, at, most > 0 ? fmin(wide, most) : wide, words);
    __real_sr_draw_text(canvas, x, y, at, most, font, words);
}

void __real_sr_draw_turned(struct sr_canvas *canvas, double x, double y, double at, double most,
                           double degrees, struct sr_font font, const char *words);
void __wrap_sr_draw_turned(struct sr_canvas *canvas, double x, double y, double at, double most,
                           double degrees, struct sr_font font, const char *words);
void __wrap_sr_draw_turned(struct sr_canvas *canvas, double x, double y, double at, double most,
                           double degrees, struct sr_font font, const char *words)
{
    const double wide = words ? sr_text_width(canvas, font, words) : 0;
    const size_t before = count;
    keep(canvas, x, y, at, most > 0 ? fmin(wide, most) : wide, words);
    if (count > before) texts[before].turned = degrees != 0;
    __real_sr_draw_turned(canvas, x, y, at, most, degrees, font, words);
}

int __real_sr_draw_paragraph(struct sr_canvas *canvas, struct sr_paragraph place,
                             struct sr_font font, const char *words, bool draw);
int __wrap_sr_draw_paragraph(struct sr_canvas *canvas, struct sr_paragraph place,
                             struct sr_font font, const char *words, bool draw);
int __wrap_sr_draw_paragraph(struct sr_canvas *canvas, struct sr_paragraph place,
                             struct sr_font font, const char *words, bool draw)
{
    if (draw && words)
        keep(canvas, place.x, place.y, place.at,
             fmin(place.width, sr_text_width(canvas, font, words)), words);
    return __real_sr_draw_paragraph(canvas, place, font, words, draw);
}

#endif
