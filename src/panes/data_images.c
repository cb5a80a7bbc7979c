/* data_images.c - see data.h: the mean and the deviation of each class as images. */
#include "data.h"

#include <stdio.h>

#include "sartor/cells/draw.h"

int data_mean_draw(struct sr_session *session, struct sr_area area,
                   const struct sr_statistics *statistics, enum sr_file file, int class)
{
    int width, height;
    if (class < 0 || !statistics) return 0;
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *const pictures[] = {statistics->classes[file][class].mean,
                                       statistics->classes[file][class].deviation};
    sr_image_cells(&session->look, images->shape, &width, &height);
    while ((height > area.height || width > area.width * 2 / 3) && height > 3) {
        height = (height + 1) / 2;
        width = (width + 1) / 2;
    }
    if (height > area.height || width > area.width || height < 3 || width < 14) return 0;
    const struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    static const char *const captions[] = {"mean image", "standard deviation"};
    const int name = sr_utf8_width(captions[1]), across = (width > name ? width : name) + 3;
    if (2 * across <= area.width && height < area.height) {
        for (int i = 0; i < 2; i++) {
            sr_draw_image(sr_area_part(area, 1 + i * across, 0, width, height), &session->look,
                          pictures[i], images->shape);
            sr_area_text(area, 1 + i * across, height, faint, captions[i]);
        }
        return height + 1;
    }
    sr_draw_image(sr_area_part(area, 1, 0, width, height), &session->look, pictures[0],
                  images->shape);
    struct sr_area words = sr_area_part(area, width + 3, 0, area.width - width - 3, height);
    char text[256];
    snprintf(text, sizeof text, "Mean image of %s in the %s file", sr_pane_class(session, class),
             sr_file_names[file]);
    sr_pane_paragraph(words, height > 4 ? height / 2 - 1 : 0, faint, text);
    return height;
}

/* What one picture of the gallery is drawn from. */
struct gallery {
    const struct sr_statistics *statistics;
    enum sr_file file;
    bool deviation;
};

static void draw_class(struct sr_session *session, struct sr_area area, int class, void *context)
{
    const struct gallery *gallery = context;
    const struct sr_shape shape = session->data->files[gallery->file].shape;
    const uint8_t *mean = gallery->statistics->classes[gallery->file][class].mean,
                  *deviation = gallery->statistics->classes[gallery->file][class].deviation;
    sr_draw_image(area, &session->look, gallery->deviation ? deviation : mean, shape);
}

void data_means_draw(struct sr_session *session, struct sr_area area,
                     const struct sr_statistics *statistics, enum sr_file file)
{
    if (!statistics || area.height < 6) return;
    struct gallery gallery = {statistics, file, false};
    sr_area_printf(area, 1, 0, sr_pane_style(session, SR_ROLE_FAINT), "mean images, %s",
                   sr_file_names[file]);
    sr_pane_class_grid(session, sr_area_part(area, 0, 1, area.width, area.height - 1),
                       session->data->files[file].shape, -1, draw_class, &gallery);
}

void data_gallery_draw(struct sr_session *session, struct sr_area area,
                       const struct sr_statistics *statistics, const struct data_view *view)
{
    struct gallery gallery = {statistics, view->file, view->shows == DATA_DEVIATIONS};
    const struct sr_shape shape = session->data->files[view->file].shape;
    const int at = view->class < session->data->classes ? view->class : -1;
    struct sr_text words = {0};
    sr_text_printf(&words, "%s of each class, %s file",
                   gallery.deviation ? "Standard deviation" : "Mean image",
                   sr_file_names[view->file]);
    if (!statistics) sr_text_add(&words, ": being added up…");
    if (statistics && gallery.deviation) {
        sr_text_add(&words, "; each has its own scale");
        if (at >= 0)
            sr_text_printf(&words, ", white is %.0f here",
                           statistics->classes[view->file][at].deviation_most);
    }
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
    sr_text_fini(&words);
    if (statistics)
        sr_pane_class_grid(session, sr_area_part(area, 0, 1, area.width, area.height - 1), shape,
                           at, draw_class, &gallery);
}
