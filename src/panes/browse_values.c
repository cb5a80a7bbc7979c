/* browse_values.c - see browse.h: every pixel of a sample as a number, in colour as three. */
#include "browse.h"

#include "sartor/cells/colour.h"

/* How a pixel is written, and how many columns it takes: decimal with or without a space, or
 * hexadecimal; in colour rrggbb, with or without a space. */
enum written { WIDE = 4, CLOSE = 3, HEX = 2, COLOUR_WIDE = 7, COLOUR = 6 };

static enum written choose(struct sr_shape shape, int room)
{
    const int each = room / shape.width;
    if (shape.channels == 3) return each >= COLOUR_WIDE ? COLOUR_WIDE : COLOUR;
    return each >= WIDE ? WIDE : each == CLOSE ? CLOSE : HEX;
}

static const char *words_for(enum written cell)
{
    if (cell == COLOUR || cell == COLOUR_WIDE) return "red, green, blue, each 00 to ff";
    return cell == HEX ? "grey values 00 to ff" : "grey values 0 to 255";
}

static void draw_pixel(struct sr_session *session, struct sr_area area, int x, int y,
                       enum written cell, const uint8_t *pixel)
{
    const bool colour = cell == COLOUR || cell == COLOUR_WIDE;
    const int value = colour ? pixel[0] << 16 | pixel[1] << 8 | pixel[2] : pixel[0];
    struct sr_style style = sr_pane_style(session, value ? SR_ROLE_TEXT : SR_ROLE_FAINT);
    if (session->look.depth >= SR_DEPTH_256) {
        style.back = colour ? SR_RGB(pixel[0], pixel[1], pixel[2]) : sr_colour_grey(value);
        style.fore = value ? sr_colour_contrast(style.back) : sr_colour_grey(88);
    }
    sr_area_printf(area, x, y, style,
                   colour        ? "%0*x"
                   : cell == HEX ? "%0*x"
                                 : "%*d",
                   colour        ? 6
                   : cell == HEX ? 2
                                 : 3,
                   value);
    if (cell == WIDE || cell == COLOUR_WIDE) sr_area_put(area, x + (int)cell - 1, y, ' ', style);
}

/* Every pixel as a number on a background of its colour. */
void browse_values_draw(struct sr_session *session, struct browse *browse, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row)) return;
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_pane_pixels(session, file, row);
    const enum written written = choose(images->shape, area.width - 4);
    const int cell = (int)written;
    int columns = (area.width - 4) / cell < images->shape.width ? (area.width - 4) / cell
                                                                : images->shape.width;
    int left = (images->shape.width - columns) / 2, lines = area.height - 2;
    if (columns < 1 || lines < 1) return;
    sr_scroller_fit(&browse->pixels, images->shape.height, lines);
    const int top = browse->pixels.top;
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    struct sr_text words = {0};
    sr_text_printf(&words, "%s:%u %s: %s", sr_file_names[file], (unsigned)row,
                   sr_pane_class(session, sr_images_label(images, row)), words_for(written));
    if (columns < images->shape.width)
        sr_text_printf(&words, ", columns %d–%d of %d", left + 1, left + columns,
                       images->shape.width);
    if (lines < images->shape.height)
        sr_text_printf(&words, ", lines %d–%d of %d", top + 1, top + lines, images->shape.height);
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&words));
    sr_area_cursor(area, 1, 0);
    sr_text_fini(&words);
    const int width = written == HEX || written == COLOUR ? cell : cell - 1;
    for (int x = 0; x < columns; x += written == HEX ? 2 : 1)
        sr_area_printf(area, 4 + x * cell, 1, faint, "%*d", width, left + x);
    for (int y = 0; y < lines && top + y < images->shape.height; y++) {
        sr_area_printf(area, 0, 2 + y, faint, "%3d", top + y);
        for (int x = 0; x < columns; x++)
            draw_pixel(session, area, 4 + x * cell, 2 + y, written,
                       pixels +
                           ((top + y) * images->shape.width + left + x) * images->shape.channels);
    }
}
