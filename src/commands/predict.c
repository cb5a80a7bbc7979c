#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/import.h"

static void report(struct sr_session *session, const char *name, const char *what,
                   const char *split, int64_t index, int truth, const float *probabilities,
                   struct sr_reply *reply)
{
    int classes = session->data->classes, predicted = sr_predicted_class(probabilities, classes);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "model", name);
        if (index >= 0) {
            sr_json_set_integer(object, "index", index);
            sr_json_set_text(object, "split", split);
            sr_json_set_integer(object, "true", truth);
        } else {
            sr_json_set_text(object, "file", what);
        }
        sr_json_set_integer(object, "predicted", predicted);
        sr_json_set_floats(object, "probabilities", probabilities, (size_t)classes);
        set_classes(session, object);
        sr_reply_add(reply, object);
        return;
    }
    struct sr_text *text = &reply->text;
    if (index >= 0)
        sr_text_printf(text, "%s:%lld is %s; ", split, (long long)index,
                       class_name(session, truth));
    else
        sr_text_printf(text, "%s: ", what);
    sr_text_printf(text, "%s says %s (%.1f %%)%s\n", name, class_name(session, predicted),
                   100 * (double)probabilities[predicted],
                   index >= 0 && truth != predicted ? ", which is wrong" : "");
    for (int c = 0; c < classes; c++) {
        sr_text_add(text, "  ");
        add_class(text, session, c);
        sr_text_printf(text, "%6.2f %%\n", 100 * (double)probabilities[c]);
    }
}

/* One row a sample: index, true, predicted, then a probability a class. */
static enum sr_status write_csv(struct sr_session *session, const char *path,
                                const struct sr_predictions *predictions, struct sr_error *error)
{
    if (strcasecmp(sr_path_extension(path), ".csv"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "predict: to=%s: predictions are written as .csv", path);
    struct sr_output output;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) return status;
    fprintf(output.stream, "index,true,predicted");
    for (int c = 0; c < predictions->classes; c++) {
        const char *name = class_name(session, c);
        bool quote = strpbrk(name, ",\"\n") != NULL;
        fprintf(output.stream, quote ? ",\"" : ",");
        for (; *name; name++) fprintf(output.stream, *name == '"' ? "\"\"" : "%c", *name);
        if (quote) fputc('"', output.stream);
    }
    fputc('\n', output.stream);
    for (size_t i = 0; i < predictions->count; i++) {
        fprintf(output.stream, "%u,%d,%d", predictions->rows[i], predictions->truth[i],
                predictions->predicted[i]);
        for (int c = 0; c < predictions->classes; c++)
            fprintf(
                output.stream, ",%.9g",
                (double)predictions->probabilities[i * (size_t)predictions->classes + (size_t)c]);
        fputc('\n', output.stream);
    }
    return sr_output_commit(&output, error);
}

static enum sr_status predict_split(struct sr_session *session, const struct sr_args *args,
                                    struct sr_reply *reply, struct sr_error *error)
{
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_predictions *predictions;
    enum sr_status status = sr_session_predictions(session, entry, split, &predictions, error);
    if (status) return status;
    const char *path = sr_args_path(args, "to");
    status = write_csv(session, path, predictions, error);
    if (!status && reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_integer(object, "count", (int64_t)predictions->count);
        sr_json_set_text(object, "file", path);
        sr_reply_add(reply, object);
    } else if (!status) {
        sr_text_printf(&reply->text, "%zu predictions of %s on the %s split are in %s\n",
                       predictions->count, entry->name, sr_split_names[split], path);
    }
    return status;
}

SR_RUN(predict_run)
{
    SR_UNUSED;
    if (sr_args_given(args, "to")) {
        if (sr_args_given(args, "index"))
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "predict: to= writes a whole split; leave the index out");
        return predict_split(session, args, reply, error);
    }
    const struct sr_model *model = arg_model(args, "model")->model;
    const struct sample *sample = arg_sample(args, "index");
    const char *path = sample ? NULL : sr_args_path(args, "index");
    struct sr_images image = {.count = 1, .shape = model->shape.image};
    struct sr_samples one = {&image, NULL, 1};
    uint8_t label = 0;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    uint8_t *pixels = sr_xalloc(sr_shape_size(image.shape));
    float *probabilities = sr_xalloc((size_t)model->shape.classes * sizeof *probabilities);
    image.labels = &label;
    image.pixels = pixels;
    if (sample)
        one = (struct sr_samples){&session->data->files[sample->file], &sample->row, 1};
    else
        status = sr_import_image(path, image.shape, pixels, error);
    if (!status)
        status = sr_model_check_shape(model, one.images->shape, session->data->classes, error);
    if (!status) status = sr_model_predict(model, &one, NULL, NULL, probabilities, error);
    if (!status)
        report(session, arg_model(args, "model")->name, path,
               sample ? sr_file_names[sample->file] : NULL, sample ? (int64_t)sample->row : -1,
               sample ? sr_samples_label(&one, 0) : -1, probabilities, reply);
    free(probabilities);
    free(pixels);
    return status;
}

/* A whole split has no sample, and is the model's where none is given. */
static enum sr_need predict_need(const struct sr_args *args, const struct sr_param *param)
{
    bool whole = sr_args_given(args, "to");
    if (param->type == SR_PARAM_SAMPLE) return whole ? SR_NEED_NOTHING : SR_NEED_CURRENT;
    return param->type == SR_PARAM_SPLIT && whole ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

const struct sr_command sr_command_predict = {
    .name = "predict",
    .group = "evaluate",
    .help = "What a model says of a sample, of an image file, or of a whole split.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(true),
            {"index", SR_PARAM_SAMPLE, .positional = true, .current = true, .choices = ".png",
             .help = "A row (17, test:17) or a PNG file; without it, the sample under the cursor."},
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "The file that a bare row is of; without a row, the split of the sample; with "
                     "to=, the split."},
            {"to", SR_PARAM_FILE, .help = "Write a whole split's probabilities to this .csv file."},
            {0}},
    .run = predict_run,
    .need = predict_need,
    .example = "predict cnn split=test to=cnn-test.csv",
};
