/* browse_values.c - see browse.h: every pixel of a sample as a number. */
#include "browse.h"

#include "sartor/cells/colour.h"

/* Every pixel as a number on a background of its grey: decimal, or hexadecimal where decimal does
 * not fit. */
void browse_values_draw(struct sr_session *session, struct browse *browse, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row)) return;
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_pane_pixels(session, file, row);
    int cell = (area.width - 4) / images->shape.width;
    cell = cell >= 4 ? 4 : cell == 3 ? 3 : 2;
    int columns = (area.width - 4) / cell < images->shape.width ? (area.width - 4) / cell
                                                                : images->shape.width;
    int left = (images->shape.width - columns) / 2, lines = area.height - 2;
    if (columns < 1 || lines < 1) return;
    sr_scroller_fit(&browse->pixels, images->shape.height, lines);
    const int top = browse->pixels.top;
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    struct sr_text words = {0};
    sr_text_printf(&words, "%s:%u %s: %s", sr_file_names[file], (unsigned)row,
                   sr_pane_class(session, sr_images_label(images, row)),
                   cell == 2 ? "grey values 00 to ff" : "grey values 0 to 255");
    if (lines < images->shape.height)
        sr_text_printf(&words, ", lines %d–%d of %d", top + 1, top + lines, images->shape.height);
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&words));
    sr_area_cursor(area, 1, 0);
    sr_text_fini(&words);
    for (int x = 0; x < columns; x += cell >= 3 ? 1 : 2)
        sr_area_printf(area, 4 + x * cell, 1, faint, "%*d", cell >= 3 ? cell - 1 : 2, left + x);
    for (int y = 0; y < lines && top + y < images->shape.height; y++) {
        sr_area_printf(area, 0, 2 + y, faint, "%3d", top + y);
        for (int x = 0; x < columns; x++) {
            int value = pixels[(top + y) * images->shape.width + left + x];
            struct sr_style style = sr_pane_style(session, value ? SR_ROLE_TEXT : SR_ROLE_FAINT);
            if (session->look.depth >= SR_DEPTH_256) {
                style.back = sr_colour_grey(value);
                style.fore = value ? sr_colour_contrast(style.back) : sr_colour_grey(88);
            }
            sr_area_printf(area, 4 + x * cell, 2 + y, style, cell >= 3 ? "%*d" : "%0*x",
                           cell == 2   ? 2
                           : cell == 3 ? 3
                                       : 3,
                           value);
            if (cell == 4) sr_area_put(area, 4 + x * cell + 3, 2 + y, ' ', style);
        }
    }
}
