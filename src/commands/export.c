#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"

SR_RUN(export_run)
{
    SR_UNUSED;
    const char *split = sr_args_text(args, "split"), *figure = sr_args_text(args, "figure");
    int target;
    enum sr_status status = class_of(session, sr_args_text(args, "target"), &target, error);
    if (status) return status;
    char *path = sr_path_expand(sr_args_text(args, "to"));
    struct figure_request request = {
        .path = path,
        .model = sr_args_text(args, "model"),
        .split = split ? (int)split_of(session, args, NULL) : -1,
        .index = sr_args_text(args, "index"),
        .layer = sr_args_text(args, "layer"),
        .target = target,
        .shares = sr_args_switch(args, "shares"),
        .linear = sr_args_switch(args, "linear"),
        .dark = sr_args_switch(args, "dark"),
        .file = split && !strcmp(split, "test") ? SR_FILE_TEST : SR_FILE_TRAIN,
        .width = sr_args_number(args, "width") * 72 / 25.4,
        .height = sr_args_number(args, "height") * 72 / 25.4,
        .resolution = sr_args_number(args, "resolution"),
        .count = (int)sr_args_integer(args, "count"),
    };
    status = figure_write(session, figure, &request, error);
    if (!status && reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "figure", figure);
        sr_json_set_text(object, "file", path);
        sr_reply_add(reply, object);
    } else if (!status) {
        sr_text_printf(&reply->text, "%s written to %s\n", figure, path);
    }
    free(path);
    return status;
}

const struct sr_command sr_command_export = {
    .name = "export", .group = "output",
    .help = "Write a figure: PNG, SVG or PDF, or the numbers behind it as CSV or JSON.",
    .params = (const struct sr_param[]){
        {"figure", SR_PARAM_CHOICE, .positional = true, .required = true, .choices = "browse histogram curves confusion gradcam",
         .help = "Which."},
        {"to", SR_PARAM_FILE, .required = true, .help = "The file; its ending chooses the format."},
        {"model", SR_PARAM_MODEL, .help = "Of which model."},
        {"split", SR_PARAM_CHOICE, .choices = "train validation test", .help = "Of which split."},
        {"index", SR_PARAM_INDEX, .help = "gradcam: the sample (default: the one under the cursor)."},
        {"layer", SR_PARAM_TEXT, .help = "gradcam: a convolution's name."},
        {"target", SR_PARAM_CLASS, .help = "gradcam: the class to explain."},
        {"shares", SR_PARAM_SWITCH, .help = "confusion: per cent of the true class instead of counts."},
        {"linear", SR_PARAM_SWITCH, .help = "histogram: linear counts instead of logarithmic."},
        {"count", SR_PARAM_INTEGER, .fallback = "50", .minimum = 1, .maximum = 1000, .help = "browse: samples, from the cursor on."},
        {"width", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000, .help = "Millimetres, 0 for the figure's own."},
        {"height", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000, .help = "Millimetres, 0 for the figure's own."},
        {"resolution", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 1200, .help = "PNG: dots an inch, 0 for 144."},
        {"dark", SR_PARAM_SWITCH, .help = "On a dark ground."},
        {0}},
    .run = export_run,
    .example = "export confusion model=cnn split=test to=confusion.png",
};
