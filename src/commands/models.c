/* models.c - models, load, save, rename, delete. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sartor/app/trust.h"
#include "sartor/base/file.h"
#include "sartor/models/ensemble.h"
#include "sartor/models/imported.h"
#include "sartor/models/store.h"
#include "sartor/models/svm.h"
#include "sartor/onnx/onnx.h"
#include "undo.h"

SR_RUN(models_run);
SR_RUN(load_run);
SR_RUN(save_run);
SR_RUN(ensemble_run);
SR_RUN(rename_run);
SR_RUN(delete_run);

const struct sr_command sr_command_models = {
    .name = "models",
    .group = "models",
    .help = "List your own models, the shipped ones, and the checkpoints of trainings that did not "
            "end.",
    .run = models_run,
};

const struct sr_command sr_command_load = {
    .name = "load",
    .group = "models",
    .help = "Copy a model file to your own models, or a network from another program as FILE.onnx.",
    .params =
        (const struct sr_param[]){
            {"file", SR_PARAM_FILE, .positional = true, .required = true,
             .help = "A .safetensors file that sartor has saved, or an .onnx file of an image "
                     "classifier."},
            {"name", SR_PARAM_TEXT, .help = "Name to give it (default: the one in the file)."},
            {"arch", SR_PARAM_CHOICE, .choices = "cnn resnet mlp",
             .help =
                 "The file is a state dict of PyTorch for a network as the README prints it, for "
                 "images of the open data set."},
            {"scale", SR_PARAM_NUMBER, .minimum = 1e-3, .maximum = 1e6,
             .help = "ONNX: divide pixels by this first (default: 255; 1 where the file takes "
                     "bytes or rescales them itself)."},
            {"mean", SR_PARAM_LIST, .minimum = -1e6, .maximum = 1e6,
             .help = "ONNX: then subtract this; one number, or one for each channel."},
            {"std", SR_PARAM_LIST, .minimum = 1e-6, .maximum = 1e6,
             .help = "ONNX: then divide by this; one number, or one for each channel."},
            {0}},
    .run = load_run,
    .example = "load /tmp/net.onnx mean=0.2860 std=0.3530",
};

const struct sr_command sr_command_save = {
    .name = "save",
    .group = "models",
    .help = "Save a model as a safetensors file; as FILE.onnx for ONNX Runtime and other programs; "
            "an SVM also as FILE.libsvm for libsvm's tools.",
    .params = (const struct sr_param[]){SR_MODEL_PARAM(true),
                                        {"file", SR_PARAM_FILE, .positional = true,
                                         .required = true, .help = "The file to write."},
                                        {"weights", SR_PARAM_CHOICE, .choices = "f32 f16",
                                         .fallback = "f32",
                                         .help = "f16: a safetensors file of nearly half the size; "
                                                 "weights are rounded to three digits."},
                                        {0}},
    .run = save_run,
    .example = "save cnn /tmp/cnn.safetensors",
};

const struct sr_command sr_command_ensemble = {
    .name = "ensemble",
    .group = "models",
    .help = "Make one model of several: the mean of their probabilities.",
    .params =
        (const struct sr_param[]){
            {"name", SR_PARAM_TEXT, .positional = true, .required = true, .help = "Its name."},
            {"models", SR_PARAM_MODELS, .positional = true, .required = true,
             .help = "The models whose probabilities are averaged."},
            {0}},
    .run = ensemble_run,
    .example = "ensemble all cnn resnet svm",
};

const struct sr_command sr_command_rename = {
    .name = "rename",
    .group = "models",
    .help = "Rename one of your own models.",
    .params = (const struct sr_param[]){SR_ENTRY_PARAM,
                                        {"to", SR_PARAM_TEXT, .positional = true, .required = true,
                                         .help = "Its new name."},
                                        {0}},
    .run = rename_run,
};

const struct sr_command sr_command_delete = {
    .name = "delete",
    .group = "models",
    .help = "Delete one of your own models, or a checkpoint, and its file.",
    .params =
        (const struct sr_param[]){{"model", SR_PARAM_KEPT, .positional = true, .current = true,
                                   .help = "A trained model, or a checkpoint: NAME@KEY, as "
                                           "models lists it (default: the checkpoint under "
                                           "the cursor in Train)."},
                                  {0}},
    .run = delete_run,
};

/* A row of the list; without a model, why there is none. */
static void list_model(struct sr_table *table, const struct sr_entry *entry, const char *why)
{
    const struct sr_model *model = entry->model;
    sr_table_text(table, entry->name);
    sr_table_switch(table, entry->shipped);
    sr_table_text(table, entry->path);
    if (!model) {
        sr_table_text(table, why);
        sr_table_note(table, why);
        return;
    }
    sr_table_absent(table);
    sr_table_text(table, model->class->name);
    sr_table_integer(table, (int64_t)model->class->size(model->state));
    sr_table_integer(table, (int64_t)model->seed);
    if (model->train_count) { /* else it is from another program */
        sr_table_integer(table, (int64_t)model->train_count);
        sr_table_number(table, model->fit_seconds);
    } else {
        sr_table_absent(table);
        sr_table_absent(table);
    }
    if (model->epochs)
        sr_table_number(table, model->history[model->epochs - 1].validation_accuracy);
    else
        sr_table_absent(table);
    sr_table_text(table, entry->shipped ? "shipped" : entry->path ? "" : "in memory only");
}

/* Checkpoints, and what can be done with them. */
static void list_checkpoints(const struct sr_session *session, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"checkpoint", "checkpoint", .left = true, .width = 16},
        {.key = "model"},
        {"family", "family", .left = true, .width = 8},
        {"epoch", "epoch", .width = 5},
        {"epochs", "of", .width = 5},
        {.key = "seed"},
        {.key = "limit"},
        {"bytes", "size", .width = 10},
        {"written", "written", .left = true, .gap = 2},
        {.key = "file"},
        {.key = "resume"},
        {0}};
    if (!session->checkpoint_count) return;
    sr_reply_say(reply, "%s", "");
    struct sr_table *table = sr_reply_rows(reply, "checkpoint", columns);
    for (size_t i = 0; i < session->checkpoint_count; i++) {
        const struct sr_checkpoint *one = &session->checkpoints[i];
        struct sr_text age = {0}, line = {0};
        char size[32], written[32];
        const time_t seconds = (time_t)one->file.seconds;
        struct tm parts;
        strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
        sr_format_bytes(size, sizeof size, (double)one->file.size);
        sr_checkpoint_print_age(one, &age);
        sr_checkpoint_line(one, &line);
        sr_table_text(table, one->id);
        sr_table_text(table, one->name);
        sr_table_text(table, one->family);
        sr_table_integer(table, one->epochs);
        sr_table_integer(table, one->of);
        sr_table_integer(table, (int64_t)one->seed);
        sr_table_integer(table, (int64_t)one->limit);
        sr_table_integer(table, (int64_t)one->file.size);
        sr_table_shown(table, "%s", size);
        sr_table_text(table, written);
        sr_table_shown(table, "%s", sr_text_get(&age));
        sr_table_text(table, one->path);
        sr_table_text(table, sr_text_get(&line));
        sr_text_fini(&age);
        sr_text_fini(&line);
    }
    const struct sr_checkpoint *first = session->checkpoints;
    sr_reply_say(
        reply,
        "A checkpoint is of a training that did not end, or that can be extended: train %s "
        "name=%s resume goes on, delete %s deletes it.",
        first->family, first->name, first->id);
}

SR_RUN(models_run)
{
    SR_UNUSED;
    enum sr_status status = sr_session_scan_models(session, error);
    if (status) return status;
    /* All are loaded, so that family and size can be told; a broken file is listed with its fault.
     */
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry;
        status = sr_session_model(session, session->entries[i]->name, &entry, error);
        if (status == SR_PENDING) return status;
    }
    static const struct sr_column columns[] = {
        {"model", "model", .left = true, .width = 16},
        {.key = "shipped"},
        {.key = "file"},
        {.key = "error"},
        {"family", "family", .left = true, .width = 8},
        {"parameters", "parameters", SR_UNIT_COUNT, .width = 12},
        {.key = "seed"},
        {"train_count", "trained on", SR_UNIT_COUNT, .width = 10},
        {"fit_seconds", "fit", SR_UNIT_SECONDS, .width = 10},
        {.key = "validation_accuracy"},
        {.label = "", .left = true, .gap = 2},
        {0}};
    if (!session->entry_count) sr_reply_say(reply, "No model yet; train one: train cnn");
    struct sr_table *table = session->entry_count ? sr_reply_rows(reply, NULL, columns) : NULL;
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        struct sr_error why = {0};
        sr_session_model(session, entry->name, &entry, &why);
        list_model(table, entry, why.text);
    }
    list_checkpoints(session, reply);
    return SR_OK;
}

enum sr_status ask_to_replace(struct sr_session *session, struct sr_item *item, const char *name,
                              struct sr_error *error)
{
    const struct sr_entry *entry = sr_session_entry(session, name, &(struct sr_error){0});
    if (!entry || entry->shipped) return SR_OK;
    return sr_queue_ask(session, item, "ask_replace", error,
                        "You have a model %s already: is it to be replaced?", name);
}

/* A network of another program, for images of the open data set where its file leaves that open. */
static struct sr_model *load_foreign(struct sr_session *session, const struct sr_args *args,
                                     struct sr_error *error)
{
    const char *path = sr_args_path(args, "file"), *family = sr_args_text(args, "arch");
    struct sr_onnx_reading reading = {0};
    struct sr_input input;
    if (session->data) reading.image = session->data->files[SR_FILE_TRAIN].shape;
    if (sr_args_given(args, "scale")) reading.scale = sr_args_number(args, "scale");
    reading.mean_count = sr_args_list(args, "mean", reading.means, SR_CHANNELS_MAX);
    reading.deviation_count = sr_args_list(args, "std", reading.deviations, SR_CHANNELS_MAX);
    if (reading.mean_count > SR_CHANNELS_MAX || reading.deviation_count > SR_CHANNELS_MAX) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "mean= and std= take one number, or one a channel.");
        return NULL;
    }
    if (!family) return sr_onnx_load(path, &reading, error);
    if (!session->data) {
        sr_error_set(error, SR_ERROR_STATE,
                     "arch= takes images of the open data set, and none is open.");
        return NULL;
    }
    if (sr_onnx_input(&reading, (size_t)reading.image.channels, false, &input, error)) return NULL;
    return sr_imported_load(path, family, reading.image, &input, error);
}

SR_RUN(load_run)
{
    SR_UNUSED;
    const char *path = sr_args_path(args, "file");
    const bool foreign =
        !strcasecmp(sr_path_extension(path), ".onnx") || sr_args_given(args, "arch");
    if (!foreign &&
        (sr_args_given(args, "scale") || sr_args_given(args, "mean") || sr_args_given(args, "std")))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "scale=, mean= and std= are for .onnx files and arch=; a model file "
                            "knows them.");
    if (foreign && sr_session_data(session, &(struct sr_error){0}) == SR_PENDING) return SR_PENDING;
    struct sr_model *model =
        foreign ? load_foreign(session, args, error) : sr_model_load(path, error);
    if (!model) return error->status;
    const char *name = sr_args_text(args, "name");
    enum sr_status status = SR_OK;
    if (name) {
        status = sr_store_check_name(name, error);
        if (!status) snprintf(model->name, sizeof model->name, "%s", name);
    }
    if (!status) status = ask_to_replace(session, item, model->name, error);
    if (!status) status = sr_store_save(session->home, model, error);
    if (!status) {
        char *stored = sr_store_path(session->home, model->name);
        sr_session_adopt(session, model, stored);
        free(stored);
        sr_reply_record(reply, NULL);
        sr_reply_text(reply, "model", model->name);
        sr_reply_text(reply, "family", model->class->name);
        sr_reply_say(reply, "%s (%s) is loaded", model->name, model->class->name);
        /* It can be used where data of its shape is open. */
        struct sr_error other = {0};
        if (foreign && session->data &&
            sr_model_check_shape(model, session->data->files[SR_FILE_TRAIN].shape,
                                 session->data->classes, &other))
            sr_reply_say(reply, "%s", other.text);
    }
    sr_model_unref(model);
    return status;
}

SR_RUN(save_run)
{
    SR_UNUSED;
    const struct sr_entry *entry = arg_model(args, "model");
    const char *path = sr_args_path(args, "file");
    const char *ending = sr_path_extension(path);
    const bool halved = !strcmp(sr_args_text(args, "weights"), "f16"),
               libsvm = !strcasecmp(ending, ".libsvm"), onnx = !strcasecmp(ending, ".onnx");
    enum sr_status status = SR_OK;
    if (halved && (libsvm || onnx))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "weights=f16 is for safetensors files, not for %s.", ending);
    if (libsvm) {
        status = sr_svm_save_libsvm(entry->model, path, error);
    } else if (onnx) {
        /* Where the validation rows are at hand, what corrects its confidences can be fitted. */
        if (!entry->model->trust && !sr_session_data(session, &(struct sr_error){0}))
            status = sr_session_trust(session, entry, error);
        if (!status)
            status = sr_onnx_save(entry->model, sr_session_calibrates(session, entry->model), path,
                                  error);
    } else {
        status = sr_model_save_as(entry->model, path, halved, error);
    }
    if (!status) sr_reply_say(reply, "%s is saved as %s", entry->name, path);
    return status;
}

SR_RUN(ensemble_run)
{
    SR_UNUSED;
    struct sr_model *members[SR_ENSEMBLE_MAX];
    const char *name = sr_args_text(args, "name");
    const size_t count = arg_count(args, "models");
    enum sr_status status = sr_store_check_name(name, error);
    if (!status && count > SR_ENSEMBLE_MAX)
        status = sr_error_set(error, SR_ERROR_ARGUMENT, "an ensemble takes 2 to %d models, not %zu",
                              SR_ENSEMBLE_MAX, count);
    if (!status) status = ask_to_replace(session, item, name, error);
    if (status) return status;
    for (size_t i = 0; i < count; i++) members[i] = arg_model_at(args, "models", i)->entry->model;
    struct sr_model *model = sr_ensemble_new(name, members, count, error);
    if (!model) return error->status;
    status = sr_store_save(session->home, model, error);
    if (!status) {
        char *path = sr_store_path(session->home, name);
        sr_session_adopt(session, model, path);
        free(path);
        sr_reply_record(reply, NULL);
        sr_reply_text(reply, "model", name);
        sr_reply_integer(reply, "members", (int64_t)count);
        sr_reply_say(reply, "%s: %zu models vote", name, count);
    }
    sr_model_unref(model);
    return status;
}

SR_RUN(rename_run)
{
    SR_UNUSED;
    char before[sizeof arg_model(args, "model")->name];
    snprintf(before, sizeof before, "%s", arg_model(args, "model")->name);
    const char *name = sr_args_text(args, "to");
    enum sr_status status = sr_session_rename(session, arg_model(args, "model"), name, error);
    if (status) return status;
    undo_push_rename(session, before, name);
    sr_reply_say(reply, "%s is %s now", before, name);
    return SR_OK;
}

SR_RUN(delete_run)
{
    SR_UNUSED;
    struct sr_removed removed;
    const struct kept_target *kept = arg_kept(args, "model");
    char name[sizeof kept->checkpoint->id];
    snprintf(name, sizeof name, "%s", kept->entry ? kept->entry->name : kept->checkpoint->id);
    enum sr_status status =
        kept->entry ? sr_session_remove(session, kept->entry, &removed, error)
                    : sr_session_remove_checkpoint(session, kept->checkpoint, &removed, error);
    if (removed.aside || removed.entry) undo_push_delete(session, name, &removed);
    if (status) return status;
    sr_reply_say(reply, "%s is deleted%s", name,
                 session->interactive ? "; undo (U) brings it back until the program ends" : "");
    return SR_OK;
}
