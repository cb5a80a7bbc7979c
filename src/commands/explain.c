/* explain.c - explain, gradcam and method: what the prediction of a sample depends on. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/panes/show.h"

#define SAMPLE_HELP                                                                                \
    "A row (17, train:17, test:17) or a picture (boots.jpg); without it, the sample under the "    \
    "cursor."

static enum sr_need explain_need(const struct sr_args *args, const struct sr_param *param);
SR_RUN(explain_run);
SR_RUN(gradcam_run);
SR_RUN(method_run);

const struct sr_command sr_command_explain = {
    .name = "explain",
    .group = "explain",
    .help = "Explain a prediction: a heat map or the nearest training images of one sample.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(false),
            SR_SAMPLE_PARAM(SAMPLE_HELP),
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "The file that a bare row is of; without a row, the split of the sample; with "
                     "quality and classes, the split."},
            {"method", SR_PARAM_CHOICE, .fallback = "auto",
             .choices = "auto gradcam gradcam++ hirescam occlusion weights importance nearest",
             .help = "How; auto takes HiRes-CAM for convolutions, weights for logistic regression, "
                     "occlusion for all others. HiRes-CAM is blurred by one pixel of 28 and adds "
                     "the map of the mirror image where the model's predictions do (tta=mirror)."},
            {"target", SR_PARAM_CLASS,
             .help = "The class to explain (default: the predicted one, and the true one where it "
                     "differs)."},
            {"layer", SR_PARAM_TEXT,
             .help = "A convolution's name (default: the finest for HiRes-CAM, else the last with "
                     "at least 5×5 cells)."},
            {"to", SR_PARAM_FILE,
             .help = "Write original, heat map and overlay (with classes: the mean heats) as a "
                     "figure."},
            {"dark", SR_PARAM_SWITCH, .help = "The figure on a dark background."},
            {"quality", SR_PARAM_SWITCH,
             .help = "Measure the maps: deletion, insertion, sanity check, heat on the garment."},
            {"classes", SR_PARAM_SWITCH,
             .help = "The mean heat of every class, each sample explained for its own class."},
            {"count", SR_PARAM_INTEGER, .fallback = "1000", .minimum = 1, .maximum = 1e6,
             .help = "With quality and classes: number of images."},
            {"fill", SR_PARAM_CHOICE, .fallback = "mean", .choices = "mean black",
             .help = "With quality: what pixels are replaced by."},
            {0}},
    .run = explain_run,
    .need = explain_need,
    .example = "explain cnn quality count=1000 split=test",
};

const struct sr_command sr_command_gradcam = {
    .name = "gradcam",
    .group = "explain",
    .help = "Grad-CAM of a convolutional model: explain with method=gradcam.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(false),
            SR_SAMPLE_PARAM(SAMPLE_HELP),
            SR_SAMPLE_SPLIT_PARAM,
            {"target", SR_PARAM_CLASS,
             .help = "The class to explain (default: the predicted one)."},
            {"layer", SR_PARAM_TEXT,
             .help = "A convolution's name (default: the last with at least 5×5 cells)."},
            {"to", SR_PARAM_FILE, .help = "Write original, heat map and overlay as a figure."},
            {"dark", SR_PARAM_SWITCH, .help = "The figure on a dark background."},
            {0}},
    .run = gradcam_run,
    .example = "gradcam cnn 0 split=test to=cam.png",
};

const struct sr_command sr_command_method = {
    .name = "method",
    .group = "interface",
    .at_once = true,
    .help = "Choose the method of the Explain pane.",
    .params =
        (const struct sr_param[]){
            {"name", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = "auto gradcam gradcam++ hirescam occlusion weights importance nearest next",
             .help = "The method, or next."},
            {0}},
    .run = method_run,
};

/* What is reported of one sample. */
struct explained {
    const struct sr_explanation *explanation;
    const struct sr_entry *entry;
    const float *probabilities; /* those that are shown */
    const char *to;             /* the figure that has been written, NULL for none */
    int truth, predicted;
};

static void say_explained(const struct sr_session *session, const struct explained *explained,
                          struct sr_reply *reply)
{
    const struct sr_explanation *explanation = explained->explanation;
    const struct sr_heat *heat = &explanation->heat;
    char name[512];
    sr_sample_name(session, explanation->file, explanation->row, name, sizeof name);
    reply_doubt(reply, session, explanation->file, explanation->row);
    sr_reply_say(reply, "%s%s%s; ", name, explained->truth < 0 ? "" : " is ",
                 explained->truth < 0 ? "" : class_name(session, explained->truth));
    say_answer(reply, session, explained->entry, explained->probabilities, &explanation->answer);
    if (!heat->values) return;
    sr_reply_more(reply, ", explained by %s", heat->method->title);
    if (heat->target >= 0) sr_reply_more(reply, " for %s", class_name(session, heat->target));
    if (heat->layer[0]) sr_reply_more(reply, " at layer %s", heat->layer);
}

static void report(const struct sr_session *session, const struct explained *explained,
                   struct sr_reply *reply)
{
    const struct sr_explanation *explanation = explained->explanation;
    const struct sr_heat *heat = &explanation->heat, *other = &explanation->truth;
    struct sr_json *probabilities = sr_json_array();
    for (int c = 0; c < session->data->classes; c++)
        sr_json_add_number(probabilities, (double)explained->probabilities[c]);
    say_explained(session, explained, reply);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", explained->entry->name);
    reply_sample(reply, session, explanation->file, explanation->row);
    sr_reply_named(reply, "predicted", explained->predicted,
                   class_name(session, explained->predicted));
    sr_reply_list(reply, "probabilities", probabilities);
    reply_trust(reply, session, explained->entry->model, &explanation->answer);
    say_trust(reply, session, explained->entry->model, &explanation->answer);
    sr_reply_text(reply, "method", heat->method->name);
    sr_reply_text(reply, "layer", heat->layer[0] ? heat->layer : NULL);
    sr_reply_named(reply, "target", heat->target,
                   heat->target >= 0 ? class_name(session, heat->target) : "");
    sr_reply_context(reply);
    if (heat->values) sr_reply_list(reply, "heat", heat_rows(heat->values, heat->shape));
    if (other->values) sr_reply_list(reply, "heat_true", heat_rows(other->values, other->shape));
    reply_nearest(reply, session, &explanation->nearest);
    reply_classes(reply, session);
    if (!explained->to) return;
    sr_reply_text(reply, "file", explained->to);
    sr_reply_say(reply, "Written to %s", explained->to);
}

static enum sr_status explain_sample(struct sr_session *session, const struct sr_args *args,
                                     const char *verb, const char *method, struct sr_reply *reply,
                                     struct sr_error *error)
{
    const struct sample *sample = arg_sample(args, "index");
    const enum sr_file file = sample->file;
    const uint32_t row = sample->row;
    const int target = arg_class(args, "target");
    struct sr_entry *entry = arg_model(args, "model");
    const char *layer = sr_args_text(args, "layer"), *to = sr_args_text(args, "to");
    enum sr_status status = to ? sr_figure_check(to, error) : SR_OK;
    if (!strcmp(method, "auto")) method = "";
    const struct sr_explainer explainer = {entry, method, layer, target};
    const struct sr_explanation *explanation;
    if (!status) status = sr_session_explain(session, &explainer, file, row, &explanation, error);
    if (status) return status;

    const float *probabilities = sr_answer_shown(session, &explanation->answer);
    const struct explained explained = {explanation,
                                        entry,
                                        probabilities,
                                        to,
                                        sr_images_label(&session->data->files[file], row),
                                        sr_predicted_class(probabilities, session->data->classes)};
    if (to) {
        struct figure_request request = {.model = entry,
                                         .samples = sample,
                                         .sample_count = 1,
                                         .method = method,
                                         .layer = layer,
                                         .target = target,
                                         .class = -1,
                                         .split = -1,
                                         .reply = reply};
        status = explain_write(session, "explain", verb, args, &request, error);
        if (status) return status;
    }
    report(session, &explained, reply);
    if (file == SR_FILE_PICTURES) say_choice(reply, args, entry);
    status = sr_session_show(session, file, row, error);
    if (status) return status;
    sr_explain_show(session, entry, method, layer, target);
    reply->shown = true;
    return SR_OK;
}

/* Classes and quality are of many samples of a split, which is the model's where none is given. */
static enum sr_need explain_need(const struct sr_args *args, const struct sr_param *param)
{
    bool many = sr_args_switch(args, "quality") || sr_args_switch(args, "classes");
    if (param->type == SR_PARAM_SAMPLE) return many ? SR_NEED_NOTHING : SR_NEED_CURRENT;
    if (param->type == SR_PARAM_SPLIT) return many ? SR_NEED_CURRENT : SR_NEED_GIVEN;
    return param->current ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

SR_RUN(explain_run)
{
    SR_UNUSED;
    if (sr_args_switch(args, "quality")) return explain_quality(session, args, reply, error);
    if (sr_args_switch(args, "classes")) return explain_classes(session, args, reply, error);
    return explain_sample(session, args, "explain", sr_args_text(args, "method"), reply, error);
}

SR_RUN(gradcam_run)
{
    SR_UNUSED;
    return explain_sample(session, args, "gradcam", "gradcam", reply, error);
}

SR_RUN(method_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "name");
    struct sr_entry *entry;
    enum sr_status status = sr_session_model(session, NULL, &entry, error);
    if (status) return status;
    struct sr_error ignored;
    const char *before = sr_explain_method(session);
    const bool next = !strcmp(name, "next");
    const struct sr_method *method =
        sr_method_find(entry->model, next ? before : name, next ? &ignored : error);
    if (!method && !next) return error->status;
    if (!method) method = sr_method_default(entry->model);
    for (int at = (int)(method - sr_methods), i = 1; next && i <= SR_METHOD_COUNT; i++) {
        method = &sr_methods[(at + i) % SR_METHOD_COUNT];
        if (method->offered(entry->model)) break;
    }
    sr_explain_show_method(session, method->name);
    sr_reply_say(reply, "%s: %s", method->title, method->help);
    return SR_OK;
}
