#include "internal.h"

#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"

enum { NEAREST = 5 };

/* The training images nearest to a sample in the sense of the model that is asked for, if one is.
 */
static enum sr_status find_nearest(struct sr_session *session, const struct sr_args *args,
                                   const struct sample *sample, struct sr_nearest *nearest,
                                   struct sr_error *error)
{
    const struct sr_entry *entry = arg_model(args, "model");
    if (!entry) return SR_OK;
    const struct sr_images *images = &session->data->files[sample->file];
    const uint8_t *pixels = images->pixels + sample->row * sr_shape_size(images->shape);
    enum sr_status status =
        sr_model_check_shape(entry->model, images->shape, session->data->classes, error);
    if (!status)
        status = sr_nearest_of(session->data, entry->model, pixels, NEAREST, nearest, error);
    return status;
}

SR_RUN(show_run)
{
    SR_UNUSED;
    const struct sample *sample = arg_sample(args, "index");
    const enum sr_file file = sample->file;
    const uint32_t row = sample->row;
    struct sr_nearest nearest = {0};
    enum sr_status status = find_nearest(session, args, sample, &nearest, error);
    if (!status) status = sr_session_show(session, file, row, error);
    if (status) return status;
    sr_browse_show(session, true);
    reply->shown = true;
    const struct sr_images *images = &session->data->files[file];
    size_t pixels = sr_shape_size(images->shape);
    const uint8_t *image = images->pixels + row * pixels;
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *rows = sr_json_array();
        sr_json_set_integer(object, "index", row);
        sr_json_set_text(object, "split", sr_file_names[file]);
        sr_json_set_integer(object, "true", images->labels[row]);
        for (int y = 0; y < images->shape.height; y++) {
            struct sr_json *line = sr_json_array();
            for (int x = 0; x < images->shape.width; x++)
                sr_json_add_integer(line, image[y * images->shape.width + x]);
            sr_json_add(rows, line);
        }
        sr_json_set(object, "pixels", rows);
        if (nearest.count) set_nearest(object, session, &nearest);
        set_classes(session, object);
        sr_reply_add(reply, object);
        return SR_OK;
    }
    /* Plain text has no colours, so the shades are characters. */
    struct sr_look look = {.ascii = session->look.ascii, .depth = SR_DEPTH_NONE};
    struct sr_grid grid;
    int columns, lines;
    sr_image_cells(&look, images->shape, &columns, &lines);
    sr_grid_init(&grid, columns, lines);
    sr_draw_image(sr_grid_area(&grid), &look, image, images->shape);
    sr_text_printf(&reply->text, "%s:%u %s\n", sr_file_names[file], row,
                   class_name(session, images->labels[row]));
    sr_grid_dump_text(&grid, &reply->text);
    sr_grid_fini(&grid);
    add_nearest(&reply->text, session, &nearest);
    return SR_OK;
}

const struct sr_command sr_command_show = {
    .name = "show",
    .group = "data",
    .help = "Show one sample.",
    .params =
        (const struct sr_param[]){
            SR_SAMPLE_PARAM(
                "Its row: 17, train:17, test:17; without it, the one under the cursor."),
            SR_SAMPLE_SPLIT_PARAM,
            {"model", SR_PARAM_MODEL,
             .help = "A k-NN or SVM: with the training images nearest to the sample in its sense."},
            {0}},
    .run = show_run,
    .example = "show test:7 model=knn",
};
