/* explain.c - explain and gradcam: why a model said what it said, and whether the answer is worth
 * anything. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/panes/show.h"

enum { LIT = 32 }; /* grey of a class's mean image that counts as the garment */

static struct sr_json *map_rows(const float *map, struct sr_shape shape)
{
    struct sr_json *rows = sr_json_array();
    for (int y = 0; y < shape.height; y++) {
        struct sr_json *line = sr_json_array();
        for (int x = 0; x < shape.width; x++) sr_json_add_number(line, (double)*map++);
        sr_json_add(rows, line);
    }
    return rows;
}

/* What is reported of one sample. */
struct explained {
    const struct sr_explanation *explanation;
    const char *model, *to; /* `to`: the figure that has been written, NULL for none */
    int truth, predicted;
};

static void report_json(struct sr_session *session, const struct explained *explained,
                        struct sr_reply *reply)
{
    const struct sr_explanation *explanation = explained->explanation;
    const struct sr_heat *heat = &explanation->heat, *other = &explanation->truth;
    struct sr_json *object = sr_reply_object(reply);
    sr_json_set_text(object, "model", explained->model);
    sr_json_set_integer(object, "index", explanation->row);
    sr_json_set_text(object, "split", sr_file_names[explanation->file]);
    sr_json_set_integer(object, "true", explained->truth);
    sr_json_set_integer(object, "predicted", explained->predicted);
    sr_json_set_floats(object, "probabilities", explanation->probabilities,
                       (size_t)session->data->classes);
    sr_json_set_text(object, "method", heat->method->name);
    sr_json_set_text(object, "layer", heat->layer[0] ? heat->layer : NULL);
    sr_json_set_integer(object, "target", heat->target);
    if (heat->values) sr_json_set(object, "heat", map_rows(heat->values, heat->shape));
    if (other->values) sr_json_set(object, "heat_true", map_rows(other->values, other->shape));
    if (explanation->nearest.count) set_nearest(object, session, &explanation->nearest);
    set_classes(session, object);
    if (explained->to) sr_json_set_text(object, "file", explained->to);
    sr_reply_add(reply, object);
}

static void report_text(struct sr_session *session, const struct explained *explained,
                        struct sr_reply *reply)
{
    const struct sr_explanation *explanation = explained->explanation;
    const struct sr_heat *heat = &explanation->heat;
    sr_text_printf(&reply->text, "%s:%u is %s; %s says %s (%.1f %%)",
                   sr_file_names[explanation->file], explanation->row,
                   class_name(session, explained->truth), explained->model,
                   class_name(session, explained->predicted),
                   100 * (double)explanation->probabilities[explained->predicted]);
    if (heat->values) {
        sr_text_printf(&reply->text, ", explained by %s", heat->method->title);
        if (heat->target >= 0)
            sr_text_printf(&reply->text, " for %s", class_name(session, heat->target));
        if (heat->layer[0]) sr_text_printf(&reply->text, " at layer %s", heat->layer);
    }
    sr_text_add(&reply->text, "\n");
    add_nearest(&reply->text, session, &explanation->nearest);
    if (explained->to) sr_text_printf(&reply->text, "Written to %s\n", explained->to);
}

/* The figure that to= asks for, which tells this command as where it comes from. */
static enum sr_status write_figure(struct sr_session *session, const char *figure, const char *verb,
                                   const struct sr_args *args, struct figure_request *request,
                                   struct sr_error *error)
{
    char *command = figure_command(verb, args);
    request->path = sr_args_path(args, "to");
    request->command = command;
    request->dark = sr_args_switch(args, "dark");
    enum sr_status status = figure_write(session, figure, request, error);
    free(command);
    return status;
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

    const struct explained explained = {
        explanation, entry->name, to, session->data->files[file].labels[row],
        sr_predicted_class(explanation->probabilities, session->data->classes)};
    if (to) {
        struct figure_request request = {.model = entry,
                                         .samples = sample,
                                         .sample_count = 1,
                                         .method = method,
                                         .layer = layer,
                                         .target = target,
                                         .class = -1,
                                         .split = -1};
        status = write_figure(session, "explain", verb, args, &request, error);
        if (status) return status;
    }
    if (reply->json)
        report_json(session, &explained, reply);
    else
        report_text(session, &explained, reply);
    status = sr_session_show(session, file, row, error);
    if (status) return status;
    sr_explain_show(session, entry, method, layer, target);
    reply->shown = true;
    return SR_OK;
}

/* --- classes --------------------------------------------------------------------------- */

/* Where the middle of a map's heat is, as shares of height and width; the share of it on pixels
 * that are lit in the class's mean image; the highest value. */
struct summary {
    double down, across, share, most;
};

static struct summary sum_up(const float *map, const uint8_t *mean, struct sr_shape shape)
{
    const int height = shape.height, width = shape.width;
    struct summary summary = {0};
    double sum = 0, lit = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const double value = (double)map[y * width + x];
            sum += value;
            summary.down += value * (y + 0.5) / height;
            summary.across += value * (x + 0.5) / width;
            if (mean[y * width + x] >= LIT) lit += value;
            summary.most = fmax(summary.most, value);
        }
    summary.down /= sum;
    summary.across /= sum;
    summary.share = lit / sum;
    return summary;
}

static void report_classes(struct sr_session *session, const struct sr_entry *entry,
                           const struct sr_class_heats *heats,
                           const struct sr_statistics *statistics, const char *to,
                           struct sr_reply *reply)
{
    const enum sr_split_name split = heats->split;
    const enum sr_file file = split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
    const struct sr_shape shape = sr_shape_map(session->data->files[file].shape);
    const size_t size = sr_shape_size(shape);
    struct sr_json *object = reply->json ? sr_reply_object(reply) : NULL,
                   *list = object ? sr_json_array() : NULL;
    if (object) {
        sr_json_set_text(object, "event", "classes");
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_text(object, "method", heats->method->name);
        sr_json_set_text(object, "layer", heats->layer[0] ? heats->layer : NULL);
    } else {
        sr_text_printf(&reply->text,
                       "%s explained by %s%s%s, samples of the %s split, each for its true class: "
                       "the mean heat\n\n",
                       entry->name, heats->method->title, heats->layer[0] ? " at layer " : "",
                       heats->layer, sr_split_names[split]);
        add_class(&reply->text, session, -1);
        sr_text_printf(&reply->text, "%7s %8s %12s %12s %16s\n", "images", "highest", "from top",
                       "from left", "on the garment");
    }
    for (int c = 0; c < session->data->classes; c++) {
        const float *map = heats->maps + (size_t)c * size;
        const struct summary summary = sum_up(map, statistics->classes[file][c].mean, shape);
        if (object) {
            struct sr_json *one = sr_json_object();
            sr_json_set_integer(one, "class", c);
            sr_json_set_integer(one, "count", (int64_t)heats->counts[c]);
            sr_json_set_number(one, "highest", summary.most);
            sr_json_set_number(one, "from_top", summary.down);
            sr_json_set_number(one, "from_left", summary.across);
            sr_json_set_number(one, "heat_on_garment", summary.share);
            sr_json_set(one, "heat", map_rows(map, shape));
            sr_json_add(list, one);
            continue;
        }
        add_class(&reply->text, session, c);
        sr_text_printf(&reply->text, "%7zu ", heats->counts[c]);
        if (summary.most > 0)
            sr_text_printf(&reply->text, "%8.3f %10.0f %% %10.0f %% %14.1f %%\n", summary.most,
                           100 * summary.down, 100 * summary.across, 100 * summary.share);
        else
            sr_text_add(&reply->text, "no heat\n");
    }
    if (object) {
        sr_json_set(object, "maps", list);
        set_classes(session, object);
        if (to) sr_json_set_text(object, "file", to);
        sr_reply_add(reply, object);
        return;
    }
    sr_text_printf(&reply->text, "\nFrom top and from left: the middle of the heat. The garment: "
                                 "where the class's mean image is not dark.\n");
    if (to) sr_text_printf(&reply->text, "Written to %s\n", to);
}

static enum sr_status explain_classes(struct sr_session *session, const struct sr_args *args,
                                      struct sr_reply *reply, struct sr_error *error)
{
    const char *to = sr_args_text(args, "to"), *method = sr_args_text(args, "method"),
               *layer = sr_args_text(args, "layer");
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    enum sr_status status = to ? sr_figure_check(to, error) : SR_OK;
    if (status) return status;
    static const char *const alone[] = {"index", "target"};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (sr_args_given(args, alone[i]))
            return sr_error_set(
                error, SR_ERROR_ARGUMENT,
                "explain: classes takes no %s; it explains count= images, each for its own class",
                alone[i]);
    if (!strcmp(method, "auto")) method = "";
    const size_t classes = (size_t)session->data->classes,
                 count = (size_t)sr_args_integer(args, "count");
    const struct sr_explainer explainer = {entry, method, layer, -1};
    const struct sr_class_heats *heats;
    status = sr_session_class_heats(session, &explainer, split, (count + classes - 1) / classes,
                                    &heats, error);
    const struct sr_statistics *statistics;
    if (!status) status = sr_session_statistics(session, &statistics, error);
    if (!status && to) {
        struct figure_request request = {.model = entry,
                                         .method = method,
                                         .layer = layer,
                                         .class = -1,
                                         .target = -1,
                                         .split = (int)split,
                                         .count = (int)count};
        status = write_figure(session, "heats", "explain", args, &request, error);
    }
    if (status) return status;
    report_classes(session, entry, heats, statistics, to, reply);
    sr_explain_show_classes(session, entry, method, layer);
    reply->shown = true;
    return SR_OK;
}

/* --- quality --------------------------------------------------------------------------- */

static void quality_json(const struct sr_quality *quality, const char *model, const char *split,
                         struct sr_reply *reply)
{
    struct sr_json *object = sr_reply_object(reply), *maps = sr_json_array(),
                   *scrambled = sr_json_array();
    sr_json_set_text(object, "event", "quality");
    sr_json_set_text(object, "model", model);
    sr_json_set_text(object, "split", split);
    sr_json_set_integer(object, "count", (int64_t)quality->count);
    sr_json_set_text(object, "method", quality->method->name);
    sr_json_set_text(object, "layer", quality->layer[0] ? quality->layer : NULL);
    sr_json_set_text(object, "fill", quality->fill == SR_FILL_BLACK ? "black" : "mean");
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *curves = &quality->maps[m];
        struct sr_json *map = sr_json_object();
        sr_json_set_text(map, "map", m ? sr_quality_names[m] : quality->method->name);
        sr_json_set_number(map, "deletion", curves->deletion_area);
        sr_json_set_number(map, "insertion", curves->insertion_area);
        if (m) {
            sr_json_set_number(map, "deletion_gain", curves->deletion_gain);
            sr_json_set_number(map, "deletion_gain_error", curves->deletion_error);
            sr_json_set_number(map, "insertion_gain", curves->insertion_gain);
            sr_json_set_number(map, "insertion_gain_error", curves->insertion_error);
        }
        if (isfinite(curves->share)) sr_json_set_number(map, "heat_on_garment", curves->share);
        sr_json_set_numbers(map, "deletion_curve", curves->deletion, SR_QUALITY_STEPS + 1);
        sr_json_set_numbers(map, "insertion_curve", curves->insertion, SR_QUALITY_STEPS + 1);
        sr_json_add(maps, map);
    }
    sr_json_set(object, "maps", maps);
    sr_json_set_number(object, "garment", quality->lit);
    sr_json_set_integer(object, "empty_maps", (int64_t)quality->empty);
    for (size_t i = 0; i < quality->scrambled_count; i++) {
        struct sr_json *one = sr_json_object();
        sr_json_set_integer(one, "layers", (int64_t)quality->scrambled[i].layers);
        sr_json_set_number(one, "rank_correlation", quality->scrambled[i].correlation);
        sr_json_add(scrambled, one);
    }
    sr_json_set(object, "scrambled", scrambled);
    sr_reply_add(reply, object);
}

static void quality_text(const struct sr_quality *quality, const char *model, const char *split,
                         struct sr_text *text)
{
    char count[32];
    sr_format_count(count, sizeof count, quality->count);
    sr_text_printf(text,
                   "%s explained by %s%s%s, %s images of the %s split, for the predicted class\n\n",
                   model, quality->method->title, quality->layer[0] ? " at layer " : "",
                   quality->layer, count, split);
    sr_text_printf(text, "%-14s %9s %10s %16s\n", "map", "deletion", "insertion",
                   "heat on garment");
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *curves = &quality->maps[m];
        sr_text_printf(text, "%-14s %9.4f %10.4f", m ? sr_quality_names[m] : quality->method->name,
                       curves->deletion_area, curves->insertion_area);
        sr_text_printf(text, " %14.1f %%\n",
                       100 * (isfinite(curves->share) ? curves->share : quality->lit));
    }
    sr_text_printf(
        text,
        "\nArea under the probability while pixels turn %s, hottest first (smaller is better),\n"
        "and while they come into %s picture (larger is better).\n",
        quality->fill == SR_FILL_BLACK ? "black" : "grey",
        quality->fill == SR_FILL_BLACK ? "a black" : "a blurred");
    for (int m = 1; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *curves = &quality->maps[m];
        const bool both = curves->deletion_gain > curves->deletion_error &&
                          curves->insertion_gain > curves->insertion_error;
        const bool neither = curves->deletion_gain < -curves->deletion_error &&
                             curves->insertion_gain < -curves->insertion_error;
        sr_text_printf(
            text, "%s %s the %s map: by %.3f ± %.3f on deletion, by %.3f ± %.3f on insertion.\n",
            quality->method->title,
            both      ? "beats"
            : neither ? "loses to"
                      : "does not clearly beat",
            m == SR_QUALITY_RANDOM ? "random" : "centre", curves->deletion_gain,
            curves->deletion_error, curves->insertion_gain, curves->insertion_error);
    }
    if (quality->scrambled_count) {
        sr_text_printf(text,
                       "\nRank correlation with the maps of a scrambled model, %zu images (near 1: "
                       "the map does not\n"
                       "come from what was learned):\n",
                       quality->scrambled_images);
        for (size_t i = 0; i < quality->scrambled_count; i++)
            sr_text_printf(text, "  top %zu of %zu layers scrambled: %+.3f\n",
                           quality->scrambled[i].layers, quality->layers,
                           quality->scrambled[i].correlation);
    }
    if (quality->empty)
        sr_text_printf(text, "\n%zu map%s empty: nothing in the picture spoke for the class.\n",
                       quality->empty, quality->empty == 1 ? " was" : "s were");
}

static enum sr_status explain_quality(struct sr_session *session, const struct sr_args *args,
                                      struct sr_reply *reply, struct sr_error *error)
{
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_quality *quality;
    if (sr_args_given(args, "index"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "explain: quality is measured on count= images, not on a single one");
    const struct sr_explainer explainer = {entry, sr_args_text(args, "method"),
                                           sr_args_text(args, "layer"), -1};
    const bool black = !strcmp(sr_args_text(args, "fill"), "black");
    enum sr_status status =
        sr_session_quality(session, &explainer, split, (size_t)sr_args_integer(args, "count"),
                           black ? SR_FILL_BLACK : SR_FILL_MEAN, &quality, error);
    if (status) return status;
    if (reply->json)
        quality_json(quality, entry->name, sr_split_names[split], reply);
    else
        quality_text(quality, entry->name, sr_split_names[split], &reply->text);
    return SR_OK;
}

SR_RUN(explain_run)
{
    SR_UNUSED;
    if (sr_args_switch(args, "quality")) return explain_quality(session, args, reply, error);
    if (sr_args_switch(args, "classes")) return explain_classes(session, args, reply, error);
    return explain_sample(session, args, "explain", sr_args_text(args, "method"), reply, error);
}

/* Classes and quality are of many samples of a split, which is the model's where none is given. */
static enum sr_need explain_need(const struct sr_args *args, const struct sr_param *param)
{
    bool many = sr_args_switch(args, "quality") || sr_args_switch(args, "classes");
    if (param->type == SR_PARAM_SAMPLE) return many ? SR_NEED_NOTHING : SR_NEED_CURRENT;
    if (param->type == SR_PARAM_SPLIT) return many ? SR_NEED_CURRENT : SR_NEED_GIVEN;
    return param->current ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

#define SAMPLE_HELP "A row: 17, train:17, test:17; without it, the sample under the cursor."

const struct sr_command sr_command_explain = {
    .name = "explain",
    .group = "explain",
    .help = "Why a model said that: a heat map or the nearest images of one sample.",
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
                     "occlusion for all others."},
            {"target", SR_PARAM_CLASS,
             .help = "The class to explain (default: the predicted one, and the true one where it "
                     "differs)."},
            {"layer", SR_PARAM_TEXT,
             .help = "A convolution's name (default: the finest for HiRes-CAM, else the last with "
                     "at least 5×5 cells)."},
            {"to", SR_PARAM_FILE,
             .help = "Write original, heat map and overlay (with classes: the mean heats) as a "
                     "figure."},
            {"dark", SR_PARAM_SWITCH, .help = "The figure on a dark ground."},
            {"quality", SR_PARAM_SWITCH,
             .help = "Measure the maps: deletion, insertion, sanity check, heat on the garment."},
            {"classes", SR_PARAM_SWITCH,
             .help = "The mean heat of every class, each sample explained for its own class."},
            {"count", SR_PARAM_INTEGER, .fallback = "1000", .minimum = 1, .maximum = 1e6,
             .help = "quality, classes: images."},
            {"fill", SR_PARAM_CHOICE, .fallback = "mean", .choices = "mean black",
             .help = "quality: what pixels are replaced by."},
            {0}},
    .run = explain_run,
    .need = explain_need,
    .example = "explain cnn quality count=1000 split=test",
};

SR_RUN(gradcam_run)
{
    SR_UNUSED;
    return explain_sample(session, args, "gradcam", "gradcam", reply, error);
}

const struct sr_command sr_command_gradcam = {
    .name = "gradcam",
    .group = "explain",
    .help = "Where a convolutional model looks: explain with method=gradcam.",
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
            {"dark", SR_PARAM_SWITCH, .help = "The figure on a dark ground."},
            {0}},
    .run = gradcam_run,
    .example = "gradcam cnn 0 split=test to=cam.png",
};

/* --- the pane's method ----------------------------------------------------------------- */

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
    sr_text_printf(&reply->text, "%s: %s\n", method->title, method->help);
    return SR_OK;
}

const struct sr_command sr_command_method = {
    .name = "method",
    .group = "interface",
    .help = "Choose how the Explain pane explains.",
    .params =
        (const struct sr_param[]){
            {"name", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = "auto gradcam gradcam++ hirescam occlusion weights importance nearest next",
             .help = "How, or next."},
            {0}},
    .run = method_run,
};
