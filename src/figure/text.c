/* text.c - text by Pango: characters that DejaVu lacks come from another font, letters that join
 * are joined, and lines of both directions stand in their order. */
#include "canvas.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_COUNTED
#endif
#if __has_feature(thread_sanitizer)
#define RACES_ARE_LOOKED_FOR
#endif
#elif defined __SANITIZE_ADDRESS__
#define LEAKS_ARE_COUNTED
#elif defined __SANITIZE_THREAD__
#define RACES_ARE_LOOKED_FOR
#endif
#ifdef LEAKS_ARE_COUNTED
/* Fontconfig keeps the patterns of the fonts that were asked for, and Pango its map of them;
 * neither frees them. A test may have a list of its own. */
const char *__lsan_default_suppressions(void);
__attribute__((weak)) const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libglib\n";
}
/* Without the table of what was left out, so that the program's errors are its own. */
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif
#ifdef RACES_ARE_LOOKED_FOR
/* Pango asks fontconfig for fonts in a thread of its own. These libraries are compiled without the
 * thread sanitizer, which so misses how they order their reads and writes. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libfontconfig\nrace:libpango\nrace:libglib\nrace:libcairo\n"
           "deadlock:libcairo\n";
}
#endif

void sr_text_begin(struct sr_canvas *canvas)
{
    canvas->layout = pango_cairo_create_layout(canvas->cairo);
    /* As wide at every resolution, and by the same rules whatever the user's language is. */
    PangoContext *context = pango_layout_get_context(canvas->layout);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("en"));
    /* Sentences here begin at the left, also those whose first word is a name in Arabic. */
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    pango_layout_set_auto_dir(canvas->layout, FALSE);
    pango_layout_set_ellipsize(canvas->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(canvas->layout, PANGO_WRAP_WORD_CHAR);
}

void sr_text_end(struct sr_canvas *canvas)
{
    if (canvas->layout) g_object_unref(canvas->layout);
    canvas->layout = NULL;
}

/* Control characters have no glyph, and cairo refuses Unicode's noncharacters. */
uint32_t sr_printable(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return ' ';
    if ((code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF)) return 0xFFFD;
    return code;
}

/* Pango refuses bytes that are not UTF-8. Newlines stay where text has several `lines`, and a unit
 * is not separated from its number. */
static char *clean(const char *text, bool lines)
{
    struct sr_text out = {0};
    for (uint32_t code; (code = sr_utf8_next(&text));) {
        const bool unit = code == ' ' && *text == '%';
        sr_text_add_glyph(&out, code == '\n' && lines ? code : unit ? 0xA0 : sr_printable(code));
    }
    return sr_text_take(&out);
}

static int units(double points)
{
    return (int)lround(points * PANGO_SCALE);
}

/* Lay text out in lines of at most `most` points (0: any), at most so many of them: the last one
 * that has room ends in an ellipsis. */
static PangoLayout *lay_out(struct sr_canvas *canvas, struct sr_font font, const char *text,
                            double most, int lines)
{
    PangoLayout *layout = canvas->layout;
    char *cleaned = clean(text, lines > 1);
    PangoFontDescription *face = pango_font_description_new();
    /* Fontconfig answers with its nearest font where DejaVu is not installed. */
    pango_font_description_set_family_static(face,
                                             canvas->mono ? "DejaVu Sans Mono" : "DejaVu Sans");
    pango_font_description_set_weight(face, font.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(face, font.size * PANGO_SCALE);
    pango_cairo_update_layout(canvas->cairo, layout);
    pango_layout_set_font_description(layout, face);
    pango_layout_set_single_paragraph_mode(layout, lines == 1);
    /* A hair more than asked for: a text fits into its own width, which is rounded. */
    pango_layout_set_width(layout, most > 0 ? units(most + 0.02) : -1);
    pango_layout_set_height(layout, -lines);
    pango_layout_set_text(layout, cleaned, -1);
    pango_font_description_free(face);
    if (canvas->undrawn && !canvas->undrawn->length &&
        pango_layout_get_unknown_glyphs_count(layout) > 0)
        sr_text_add(canvas->undrawn, cleaned);
    free(cleaned);
    return layout;
}

/* Of line `index` of what is laid out, in points. */
static double line_width(PangoLayout *layout, int index)
{
    PangoRectangle extents;
    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, index), NULL, &extents);
    return (double)extents.width / PANGO_SCALE;
}

double sr_text_width(struct sr_canvas *canvas, struct sr_font font, const char *text)
{
    return line_width(lay_out(canvas, font, text, 0, 1), 0);
}

void sr_text_line(struct sr_canvas *canvas, struct sr_font font, double *above, double *below)
{
    PangoRectangle extents;
    PangoLayout *layout = lay_out(canvas, font, "m", 0, 1);
    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), NULL, &extents);
    *above = (double)PANGO_ASCENT(extents) / PANGO_SCALE;
    *below = (double)PANGO_DESCENT(extents) / PANGO_SCALE;
}

/* Line `index` of what is laid out, in the colour of the font. */
static void show(struct sr_canvas *canvas, PangoLayout *layout, int index, double x, double y,
                 double at, struct sr_font font)
{
    sr_set_colour(canvas, font.colour, 1);
    cairo_move_to(canvas->cairo, x - at * line_width(layout, index), y);
    pango_cairo_show_layout_line(canvas->cairo, pango_layout_get_line_readonly(layout, index));
    cairo_new_path(canvas->cairo);
}

void sr_draw_text(struct sr_canvas *canvas, double x, double y, double at, double most,
                  struct sr_font font, const char *text)
{
    show(canvas, lay_out(canvas, font, text, most, 1), 0, x, y, at, font);
}

/* Half of the height of DejaVu Sans' capitals, for centring. */
#define HALF_CAPITAL 0.3645

void sr_draw_turned(struct sr_canvas *canvas, double x, double y, double at, double most,
                    double degrees, struct sr_font font, const char *text)
{
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, x, y);
    if (degrees != 0) cairo_rotate(canvas->cairo, degrees * M_PI / 180);
    sr_draw_text(canvas, 0, HALF_CAPITAL * font.size, at, most, font, text);
    cairo_restore(canvas->cairo);
}

double sr_line_height(struct sr_font font)
{
    return 1.3 * font.size;
}

int sr_draw_paragraph(struct sr_canvas *canvas, struct sr_paragraph place, struct sr_font font,
                      const char *text, bool draw)
{
    if (!text || !*text) return 0;
    PangoLayout *layout = lay_out(canvas, font, text, fmax(place.width, 1), place.lines);
    /* Pango limits the lines of each paragraph. */
    const int made = pango_layout_get_line_count(layout),
              count = made < place.lines ? made : place.lines;
    for (int line = 0; draw && line < count; line++)
        show(canvas, layout, line, place.x, place.y + line * sr_line_height(font), place.at, font);
    return count;
}
