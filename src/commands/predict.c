/* predict.c - predict: what a model says of a sample, an image file, or a whole split. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/import.h"

SR_RUN(predict_run);
static enum sr_need predict_need(const struct sr_args *args, const struct sr_param *param);

const struct sr_command sr_command_predict = {
    .name = "predict",
    .group = "evaluate",
    .help = "Predict the class of a sample, of an image file, or of a whole split.",
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

static void report_probabilities(const struct sr_session *session, const float *probabilities,
                                 struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"class", "class", .left = true, .gap = 2, .width = 12, .no_json = true},
        {"probability", "probability", SR_UNIT_SHARE, .width = 8},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "probabilities", columns);
    table->rows = SR_ROWS_VALUES;
    table->headless = true;
    for (int c = 0; c < session->data->classes; c++) {
        sr_table_text(table, class_name(session, c));
        sr_table_number(table, (double)probabilities[c]);
    }
}

/* `sample` is NULL for a file, whose name is `path`; `truth` is the class of the sample. */
static void report(const struct sr_session *session, const char *model, const struct sample *sample,
                   const char *path, int truth, const float *probabilities, struct sr_reply *reply)
{
    const int predicted = sr_predicted_class(probabilities, session->data->classes);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", model);
    if (sample) {
        sr_reply_integer(reply, "index", sample->row);
        sr_reply_text(reply, "split", sr_file_names[sample->file]);
        sr_reply_named(reply, "true", truth, class_name(session, truth));
        sr_reply_say(reply, "%s:%u is %s; ", sr_file_names[sample->file], sample->row,
                     class_name(session, truth));
    } else {
        sr_reply_text(reply, "file", path);
        sr_reply_say(reply, "%s: ", path);
    }
    sr_reply_more(reply, "%s says %s (%.1f %%)%s", model, class_name(session, predicted),
                  100 * (double)probabilities[predicted],
                  sample && truth != predicted ? ", which is wrong" : "");
    sr_reply_named(reply, "predicted", predicted, class_name(session, predicted));
    sr_reply_context(reply);
    report_probabilities(session, probabilities, reply);
    reply_classes(reply, session);
}

/* One row for each sample: index, true, predicted, then the probability of each class. */
static enum sr_status write_csv(const struct sr_session *session, const char *path,
                                const struct sr_predictions *predictions, struct sr_error *error)
{
    if (strcasecmp(sr_path_extension(path), ".csv"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "predict: to=%s: predictions are written as .csv", path);
    const float *probability = predictions->probabilities;
    struct sr_table table = {0};
    struct sr_text text = {0};
    sr_table_columns(&table, "index true predicted");
    for (int c = 0; c < predictions->classes; c++) sr_table_column(&table, class_name(session, c));
    for (size_t i = 0; i < predictions->count; i++) {
        sr_table_integer(&table, predictions->rows[i]);
        sr_table_integer(&table, predictions->truth[i]);
        sr_table_integer(&table, predictions->predicted[i]);
        for (int c = 0; c < predictions->classes; c++)
            sr_table_number(&table, (double)*probability++);
    }
    sr_table_csv(&table, &text);
    enum sr_status status = sr_file_write(path, text.bytes, text.length, error);
    sr_text_fini(&text);
    sr_table_fini(&table);
    return status;
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
    if (status) return status;
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_integer(reply, "count", (int64_t)predictions->count);
    sr_reply_text(reply, "file", path);
    sr_reply_say(reply, "%zu predictions of %s on the %s split are in %s", predictions->count,
                 entry->name, sr_split_names[split], path);
    return SR_OK;
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
        report(session, arg_model(args, "model")->name, sample, path,
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
