#include "internal.h"

#include <stdio.h>

SR_RUN(gradcam_run)
{
    SR_UNUSED;
    enum sr_file file;
    uint32_t row;
    int target;
    struct sr_entry *entry;
    enum sr_status status = sample_of(session, args, &file, &row, error);
    if (!status) status = class_of(session, sr_args_text(args, "target"), &target, error);
    if (!status) status = sr_session_model(session, sr_args_text(args, "model"), &entry, error);
    const char *layer = sr_args_text(args, "layer"), *to = sr_args_text(args, "to");
    if (!status && to) status = sr_figure_check(to, error);
    if (!status) status = sr_session_explain(session, entry, file, row, layer, target, error);
    if (status) return status;

    const struct sr_heat *heat = &session->explain.heat;
    const struct sr_images *images = &session->data->files[file];
    int classes = session->data->classes, predicted = 0, truth = images->labels[row];
    const float *probabilities = session->explain.probabilities;
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[predicted]) predicted = c;
    if (to) {
        char index[32];
        snprintf(index, sizeof index, "%s:%u", sr_file_names[file], row);
        struct figure_request request = {.path = to, .model = entry->name, .index = index, .layer = layer, .target = target,
                                         .split = -1, .dark = sr_args_switch(args, "dark")};
        status = figure_write(session, "gradcam", &request, error);
        if (status) return status;
    }
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *rows = sr_json_array();
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_integer(object, "index", row);
        sr_json_set_text(object, "split", sr_file_names[file]);
        sr_json_set_integer(object, "true", truth);
        sr_json_set_integer(object, "predicted", predicted);
        sr_json_set_floats(object, "probabilities", probabilities, (size_t)classes);
        sr_json_set_text(object, "layer", heat->layer);
        sr_json_set_integer(object, "target", heat->target);
        for (int y = 0; y < heat->height; y++) {
            struct sr_json *line = sr_json_array();
            for (int x = 0; x < heat->width; x++) sr_json_add_number(line, (double)heat->values[y * heat->width + x]);
            sr_json_add(rows, line);
        }
        sr_json_set(object, "heat", rows);
        set_classes(session, object);
        if (to) sr_json_set_text(object, "file", to);
        sr_reply_add(reply, object);
    } else {
        sr_text_printf(&reply->text, "%s:%u is %s; %s says %s (%.1f %%), explained for %s by layer %s\n", sr_file_names[file], row,
                       class_name(session, truth), entry->name, class_name(session, predicted),
                       100 * (double)probabilities[predicted], class_name(session, heat->target), heat->layer);
        if (to) sr_text_printf(&reply->text, "Written to %s\n", to);
    }
    status = sr_session_show(session, file, row, error);
    if (status) return status;
    struct sr_view *view = &session->view;
    snprintf(view->model, sizeof view->model, "%s", entry->name);
    snprintf(view->explain_layer, sizeof view->explain_layer, "%s", layer ? layer : "");
    view->explain_target = target;
    view->pane = SR_PANE_EXPLAIN;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_gradcam = {
    .name = "gradcam", .group = "explain", .help = "Where a convolutional model looks: Grad-CAM of one sample.",
    .params = (const struct sr_param[]){
        SR_MODEL_PARAM(false),
        {"index", SR_PARAM_INDEX, .positional = true, .help = "A row: 17, train:17, test:17; without it, the sample under the cursor."},
        {"split", SR_PARAM_CHOICE, .choices = "train validation test", .help = "The file that a bare row is of."},
        {"target", SR_PARAM_CLASS, .help = "The class to explain (default: the predicted one)."},
        {"layer", SR_PARAM_TEXT, .help = "A convolution's name (default: the last with at least 5×5 cells)."},
        {"to", SR_PARAM_FILE, .help = "Write original, heat map and overlay as a figure."},
        {"dark", SR_PARAM_SWITCH, .help = "The figure on a dark ground."},
        {0}},
    .run = gradcam_run,
    .example = "gradcam cnn 0 split=test to=cam.png",
};
