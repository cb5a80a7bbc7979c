/* pictures.c - see shared.h: a picture of each class side by side, and bars. */
#include "shared.h"

#include <string.h>

#include "sartor/cells/draw.h"

void sr_pane_gauge(const struct sr_session *session, struct sr_area area, int x, int y, int width,
                   double share, struct sr_style style)
{
    if (session->look.depth >= SR_DEPTH_256 && !session->look.ascii) {
        style.back = sr_pane_style(session, SR_ROLE_BORDER).fore;
    } else if (width > 4) {
        sr_area_put(area, x, y, '[', style);
        sr_area_put(area, x + width - 1, y, ']', style);
        x++;
        width -= 2;
    }
    sr_draw_bar(area, x, y, width, share, &session->look, style);
}

void sr_pane_class_grid(struct sr_session *session, struct sr_area area, struct sr_shape shape,
                        int at, sr_pane_draw_class *draw, void *context)
{
    int classes = session->data->classes, width, height, columns = 1, lines = 1;
    sr_image_cells(&session->look, shape, &width, &height);
    /* The largest of which all fit, at most two cells for a pixel; else small ones, scrolled. */
    const int full_width = width, full_height = height;
    const int quarter = (full_width + 3) / 4, few = full_width < 7 ? full_width : 7,
              least = quarter > few ? quarter : few;
    for (width = 2 * full_width; width >= least; width--) {
        height = (width * full_height + full_width - 1) / full_width;
        columns = area.width / (width + 2);
        lines = area.height / (height + 1);
        if (columns * lines >= classes || width == least) break;
    }
    if (columns < 1 || lines < 1) return;
    if (columns > classes) columns = classes;
    int rows = (classes + columns - 1) / columns, top = at < 0 ? 0 : at / columns - lines / 2;
    if (top > rows - lines) top = rows - lines;
    if (top < 0) top = 0;
    int across = area.width / columns < width + 8 ? area.width / columns : width + 8;
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, across - 2, names);
    int down = height + 1 + (lines >= rows && area.height >= rows * (height + 2));
    for (int i = 0; i < columns * lines && top * columns + i < classes; i++) {
        int class = top * columns + i;
        struct sr_area part =
            sr_area_part(area, i % columns * across, i / columns * down, across, down);
        draw(session, sr_area_part(part, 1, 0, width, height), class, context);
        sr_area_printf(part, 0, height,
                       sr_pane_style(session, class == at ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                       class == at ? "[%s]" : " %s", names[class].text);
        if (class == at) sr_area_cursor(part, 1, height);
    }
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, across, down, columns, lines, top * columns, columns});
}
