/* show.c - show: one sample. */
#include "internal.h"

#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"

SR_RUN(show_run);

const struct sr_command sr_command_show = {
    .name = "show",
    .group = "data",
    .help = "Show one sample.",
    .params =
        (const struct sr_param[]){
            SR_SAMPLE_PARAM(
                "Its row (17, train:17, test:17) or a picture (boots.jpg); without it, the one "
                "under the cursor."),
            SR_SAMPLE_SPLIT_PARAM,
            {"model", SR_PARAM_MODEL,
             .help = "Also show what this model predicts and, for k-NN and SVM, its nearest "
                     "training images."},
            SR_CHANGED_PARAM,
            {0}},
    .run = show_run,
    .example = "show test:7 model=knn",
};

enum { NEAREST = 5 };

/* What the model that is asked for says of a sample, and the training images nearest to it in its
 * sense; nothing where none is asked for. */
static enum sr_status ask(struct sr_session *session, const struct sr_args *args,
                          const struct sample *sample, struct sr_answer *answer,
                          struct sr_nearest *nearest, struct sr_error *error)
{
    const struct sr_entry *entry = arg_model(args, "model");
    if (!entry) return SR_OK;
    const struct sr_images *images = &session->data->files[sample->file];
    const uint8_t *pixels = sr_images_at(images, sample->row);
    enum sr_status status = sr_session_check_asked(session, entry->model, error);
    if (!status) status = sr_session_trust(session, entry, error);
    if (!status && entry->model->class->nearest)
        status = sr_nearest_of(session->data, entry->model, pixels, NEAREST, nearest, error);
    const struct sr_samples one = {images, &sample->row, 1};
    if (!status) status = sr_answer_make(answer, entry->model, &one, NULL, error);
    return status;
}

static void report_answer(const struct sr_session *session, const struct sr_entry *entry,
                          const struct sr_answer *answer, struct sr_reply *reply)
{
    const float *probabilities = sr_answer_shown(session, answer);
    const int predicted = sr_predicted_class(probabilities, entry->model->shape.classes);
    sr_reply_only(reply, SR_JSON);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_named(reply, "predicted", predicted,
                   sr_session_class_names(session, entry->model)[predicted]);
    sr_reply_number(reply, "confidence", (double)probabilities[predicted]);
    sr_reply_only(reply, SR_FOR_ALL);
    sr_reply_say(reply, "%s", "");
    say_answer(reply, session, entry, probabilities, answer);
    say_trust(reply, session, entry->model, answer);
    sr_reply_only(reply, SR_JSON);
    reply_trust(reply, session, entry->model, answer);
    sr_reply_only(reply, SR_FOR_ALL);
}

/* Plain text has no colours, so the shades are characters. */
static void draw(const struct sr_session *session, const struct sr_images *images,
                 const uint8_t *pixels, struct sr_text *text)
{
    struct sr_look look = {.ascii = session->look.ascii, .depth = SR_DEPTH_NONE};
    struct sr_grid grid;
    int columns, lines;
    sr_image_cells(&look, images->shape, &columns, &lines);
    sr_grid_init(&grid, columns, lines);
    sr_draw_image(sr_grid_area(&grid), &look, pixels, images->shape);
    sr_grid_dump_text(&grid, text);
    sr_grid_fini(&grid);
}

static void report_pixels(const struct sr_images *images, const uint8_t *pixels,
                          struct sr_reply *reply)
{
    sr_reply_only(reply, SR_FOR_PROGRAMS);
    struct sr_table *table = sr_reply_table(reply, "pixels", NULL);
    sr_reply_only(reply, SR_FOR_ALL);
    table->rows = SR_ROWS_ARRAYS;
    for (size_t x = 0; x < sr_shape_stride(images->shape); x++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", x);
        sr_table_column(table, name);
    }
    for (size_t i = 0; i < sr_shape_size(images->shape); i++) sr_table_integer(table, pixels[i]);
}

static void report(const struct sr_session *session, const struct sample *sample,
                   struct sr_reply *reply)
{
    const struct sr_images *images = &session->data->files[sample->file];
    const uint8_t *pixels = sr_images_at(images, sample->row);
    const int label = sample_truth(session, sample);
    char name[512];
    struct sr_text picture = {0};
    sr_reply_record(reply, NULL);
    sr_reply_only(reply, SR_JSON);
    reply_sample(reply, session, sample->file, sample->row);
    sr_reply_only(reply, SR_FOR_ALL);
    reply_doubt(reply, session, sample->file, sample->row);
    sr_sample_name(session, sample->file, sample->row, name, sizeof name);
    sr_reply_say(reply, "%s %s", name, label < 0 ? "" : class_name(session, label));
    draw(session, images, pixels, &picture);
    sr_reply_block(reply, NULL, sr_text_get(&picture));
    sr_text_fini(&picture);
    report_pixels(images, pixels, reply);
}

SR_RUN(show_run)
{
    SR_UNUSED;
    const struct sample *sample = arg_sample(args, "index");
    const enum sr_file file = sample->file;
    const uint32_t row = sample->row;
    struct sr_nearest nearest = {0};
    struct sr_answer answer = {0};
    struct sr_change change;
    enum sr_status status = read_change(session, args, &change, error);
    if (!status) status = sr_session_change(session, change, error);
    if (!status) status = ask(session, args, sample, &answer, &nearest, error);
    if (!status) status = sr_session_show(session, file, row, error);
    if (status) {
        sr_answer_fini(&answer);
        return status;
    }
    sr_browse_show(session, true);
    reply->shown = true;
    report(session, sample, reply);
    if (answer.raw) report_answer(session, arg_model(args, "model"), &answer, reply);
    sr_answer_fini(&answer);
    reply_nearest(reply, session, &nearest);
    if (arg_model(args, "model"))
        reply_classes_of(reply, session, arg_model(args, "model")->model);
    else
        reply_classes(reply, session);
    return SR_OK;
}
