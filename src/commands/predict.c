/* predict.c - predict: the predictions of samples, of the user's pictures, or of a whole split. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

SR_RUN(predict_run);
static enum sr_need predict_need(const struct sr_args *args, const struct sr_param *param);

const struct sr_command sr_command_predict = {
    .name = "predict",
    .group = "evaluate",
    .help = "Predict the class of samples, of pictures (boots.jpg), or of a whole split.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(false),
            {"index", SR_PARAM_SAMPLES, .positional = true, .current = true, .choices = SR_PICTURES,
             .help = "Rows (17, test:17), pictures, folders of pictures; without it, the sample "
                     "under the cursor."},
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "The file that a bare row is of; without a row, the split of the sample; with "
                     "to=, the split."},
            {"to", SR_PARAM_FILE,
             .help = "Write the probabilities, without an index those of a whole split, to this "
                     ".csv file."},
            {0}},
    .run = predict_run,
    .need = predict_need,
    .example = "predict cnn split=test to=cnn-test.csv",
};

static void report_probabilities(char *const *names, int classes, const float *probabilities,
                                 struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"class", "class", .left = true, .gap = 2, .width = 12, .no_json = true},
        {"probability", "probability", SR_UNIT_SHARE, .width = 8},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "probabilities", columns);
    table->rows = SR_ROWS_VALUES;
    table->headless = true;
    for (int c = 0; c < classes; c++) {
        sr_table_text(table, names[c]);
        sr_table_number(table, (double)probabilities[c]);
    }
}

static void report(const struct sr_session *session, const struct sr_entry *entry,
                   const struct sample *sample, const struct sr_answer *answer,
                   struct sr_reply *reply)
{
    char *const *names = sr_session_class_names(session, entry->model);
    const float *probabilities = sr_answer_shown(session, answer);
    const int classes = entry->model->shape.classes,
              predicted = sr_predicted_class(probabilities, classes),
              truth = sample_truth(session, sample);
    char name[512];
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    reply_sample(reply, session, sample->file, sample->row);
    reply_doubt(reply, session, sample->file, sample->row);
    sr_sample_name(session, sample->file, sample->row, name, sizeof name);
    if (truth >= 0)
        sr_reply_say(reply, "%s is %s; ", name, class_name(session, truth));
    else
        sr_reply_say(reply, "%s: ", name);
    say_answer(reply, session, entry, probabilities, answer);
    if (truth >= 0 && truth != predicted) sr_reply_more(reply, ", which is wrong");
    sr_reply_named(reply, "predicted", predicted, names[predicted]);
    reply_trust(reply, session, entry->model, answer);
    say_trust(reply, session, entry->model, answer);
    sr_reply_context(reply);
    report_probabilities(names, classes, probabilities, reply);
    reply_classes_of(reply, session, entry->model);
}

/* Several samples: a line for each. */
static void report_all(const struct sr_session *session, const struct sr_args *args,
                       const struct sr_model *model, const struct sr_answer *answers,
                       struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"sample", "sample", .left = true, .gap = 2, .width = 12},
        {"true", "true", .left = true, .gap = 2, .width = 12},
        {"predicted", "predicted", .left = true, .gap = 2, .width = 12},
        {"probability", "probability", SR_UNIT_SHARE, .width = 8},
        {.key = "calibrated"},
        {"familiarity", "familiarity", SR_UNIT_SHARE, .width = 8},
        {"set", "set", .left = true, .gap = 2},
        {"doubt", "", .left = true, .gap = 2},
        {0}};
    char *const *names = sr_session_class_names(session, model);
    const int classes = model->shape.classes;
    struct sr_table *table = sr_reply_rows(reply, "samples", columns);
    for (size_t i = 0; i < arg_count(args, "index"); i++) {
        const struct sample *sample = arg_sample_at(args, "index", i);
        const float *row = sr_answer_shown(session, &answers[i]);
        const int predicted = sr_predicted_class(row, classes),
                  truth = sample_truth(session, sample);
        const bool picture = sample->file == SR_FILE_PICTURES;
        char name[512];
        sr_sample_name(session, sample->file, sample->row, name, sizeof name);
        sr_table_text(table, name);
        sr_table_text(table, truth >= 0 ? class_name(session, truth) : NULL);
        sr_table_text(table, names[predicted]);
        if (answers[i].familiarity < SR_UNFAMILIAR)
            sr_table_shown(table, "unfamiliar: %s", names[predicted]);
        sr_table_number(table, (double)row[predicted]);
        table_trust(table, session, model, &answers[i]);
        sr_table_text(table,
                      picture ? sr_import_doubt_text(sr_session_import(session, sample->row)->doubt)
                              : NULL);
    }
}

static enum sr_status write_table(const char *path, const struct sr_table *table,
                                  struct sr_error *error)
{
    struct sr_text text = {0};
    sr_table_csv(table, &text);
    enum sr_status status = sr_file_write(path, text.bytes, text.length, error);
    sr_text_fini(&text);
    return status;
}

static enum sr_status check_path(const char *path, struct sr_error *error)
{
    if (!strcasecmp(sr_path_extension(path), ".csv")) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT, "predict: to=%s: predictions are written as .csv",
                        path);
}

/* One row for each sample: index, true, predicted, then the probability of each class. */
static enum sr_status write_split(const struct sr_session *session, const char *path,
                                  const struct sr_predictions *predictions, struct sr_error *error)
{
    const float *probability = predictions->probabilities;
    struct sr_table table = {0};
    sr_table_columns(&table, "index true predicted");
    for (int c = 0; c < predictions->classes; c++) sr_table_column(&table, class_name(session, c));
    for (size_t i = 0; i < predictions->count; i++) {
        sr_table_integer(&table, predictions->rows[i]);
        sr_table_integer(&table, predictions->truth[i]);
        sr_table_integer(&table, predictions->predicted[i]);
        for (int c = 0; c < predictions->classes; c++)
            sr_table_number(&table, (double)*probability++);
    }
    enum sr_status status = write_table(path, &table, error);
    sr_table_fini(&table);
    return status;
}

/* The same of samples that were named: their names, and the names of classes. */
static enum sr_status write_samples(const struct sr_session *session, const char *path,
                                    const struct sr_args *args, const struct sr_answer *answers,
                                    struct sr_error *error)
{
    const struct sr_model *model = arg_model(args, "model")->model;
    char *const *names = sr_session_class_names(session, model);
    const int classes = model->shape.classes;
    struct sr_table table = {0};
    sr_table_columns(&table, "sample true predicted");
    for (int c = 0; c < classes; c++) sr_table_column(&table, names[c]);
    for (size_t i = 0; i < arg_count(args, "index"); i++) {
        const struct sample *sample = arg_sample_at(args, "index", i);
        const float *row = sr_answer_shown(session, &answers[i]);
        const int truth = sample_truth(session, sample);
        char name[512];
        sr_sample_name(session, sample->file, sample->row, name, sizeof name);
        sr_table_text(&table, name);
        sr_table_text(&table, truth >= 0 ? class_name(session, truth) : "");
        sr_table_text(&table, names[sr_predicted_class(row, classes)]);
        for (int c = 0; c < classes; c++) sr_table_number(&table, (double)row[c]);
    }
    enum sr_status status = write_table(path, &table, error);
    sr_table_fini(&table);
    return status;
}

/* All images of a file whose data says of none what it is. */
static enum sr_status predict_unlabelled(struct sr_session *session, const struct sr_entry *entry,
                                         enum sr_file file, const char *path,
                                         struct sr_reply *reply, struct sr_error *error)
{
    const struct sr_samples all = {&session->data->files[file], NULL,
                                   session->data->files[file].count};
    const int classes = entry->model->shape.classes;
    char *const *names = sr_session_class_names(session, entry->model);
    enum sr_status status = sr_session_check_asked(session, entry->model, error);
    if (status) return status;
    float *probabilities = sr_array_raw(all.count * (size_t)classes + 1, sizeof *probabilities,
                                        "the predictions", error);
    if (!probabilities) return SR_ERROR_MEMORY;
    status = sr_model_predict(entry->model, &all, NULL, NULL, probabilities, error);
    const float *row = probabilities;
    struct sr_table table = {0};
    sr_table_columns(&table, "index predicted");
    for (int c = 0; c < classes; c++) sr_table_column(&table, names[c]);
    for (size_t i = 0; !status && i < all.count; i++, row += classes) {
        sr_table_integer(&table, (int64_t)i);
        sr_table_integer(&table, sr_predicted_class(row, classes));
        for (int c = 0; c < classes; c++) sr_table_number(&table, (double)row[c]);
    }
    if (!status) status = write_table(path, &table, error);
    sr_table_fini(&table);
    free(probabilities);
    if (status) return status;
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_file_names[file]);
    sr_reply_integer(reply, "count", (int64_t)all.count);
    sr_reply_text(reply, "file", path);
    sr_reply_say(reply, "%zu predictions of %s are in %s", all.count, entry->name, path);
    return SR_OK;
}

static enum sr_status predict_split(struct sr_session *session, const struct sr_args *args,
                                    struct sr_reply *reply, struct sr_error *error)
{
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_predictions *predictions;
    const char *path = sr_args_path(args, "to");
    enum sr_status status = check_path(path, error);
    if (!status) status = sr_session_data(session, error);
    if (!status && session->data->unlabelled)
        return predict_unlabelled(session, entry,
                                  split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN, path,
                                  reply, error);
    if (!status) status = sr_session_predictions(session, entry, split, &predictions, error);
    if (!status) status = write_split(session, path, predictions, error);
    if (status) return status;
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_integer(reply, "count", (int64_t)predictions->count);
    sr_reply_text(reply, "file", path);
    sr_reply_say(reply, "%zu predictions of %s on the %s split are in %s", predictions->count,
                 entry->name, sr_split_names[split], path);
    reply_judged(reply, session, entry, split);
    return SR_OK;
}

/* What the model says of each sample that is named. */
static enum sr_status predict_samples(struct sr_session *session, const struct sr_args *args,
                                      const struct sr_model *model, struct sr_answer *answers,
                                      struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < arg_count(args, "index"); i++) {
        const struct sample *sample = arg_sample_at(args, "index", i);
        const struct sr_samples one = {&session->data->files[sample->file], &sample->row, 1};
        status = sr_session_check_asked(session, model, error);
        if (!status) status = sr_answer_make(&answers[i], model, &one, NULL, error);
    }
    return status;
}

static bool any_picture(const struct sr_args *args)
{
    bool any = false;
    for (size_t i = 0; i < arg_count(args, "index"); i++)
        any |= arg_sample_at(args, "index", i)->file == SR_FILE_PICTURES;
    return any;
}

SR_RUN(predict_run)
{
    SR_UNUSED;
    const char *path = sr_args_given(args, "to") ? sr_args_path(args, "to") : NULL;
    const size_t count = arg_count(args, "index");
    if (path && !count) return predict_split(session, args, reply, error);
    const struct sr_entry *entry = arg_model(args, "model");
    enum sr_status status = path ? check_path(path, error) : SR_OK;
    if (!status) status = sr_session_data(session, error);
    if (!status) status = sr_session_trust(session, entry, error);
    if (status) return status;
    struct sr_answer *answers = sr_xalloc((count + 1) * sizeof *answers);
    status = predict_samples(session, args, entry->model, answers, error);
    if (!status && path) status = write_samples(session, path, args, answers, error);
    if (!status && count == 1)
        report(session, entry, arg_sample(args, "index"), answers, reply);
    else if (!status)
        report_all(session, args, entry->model, answers, reply);
    if (!status && any_picture(args)) say_choice(reply, args, entry);
    if (!status && path) sr_reply_say(reply, "Written to %s", path);
    for (size_t i = 0; i < count; i++) sr_answer_fini(&answers[i]);
    free(answers);
    return status;
}

/* A whole split has no sample, and is the model's where none is given. */
static enum sr_need predict_need(const struct sr_args *args, const struct sr_param *param)
{
    const bool whole = sr_args_given(args, "to") && !sr_args_given(args, "index");
    if (param->type == SR_PARAM_MODEL) return SR_NEED_CURRENT;
    if (param->type == SR_PARAM_SAMPLES) return whole ? SR_NEED_NOTHING : SR_NEED_CURRENT;
    return param->type == SR_PARAM_SPLIT && whole ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}
