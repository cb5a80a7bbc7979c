/* models.c - models, load, save, rename, delete. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/models/ensemble.h"
#include "sartor/models/store.h"
#include "sartor/models/svm.h"

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
    if (!session->entry_count && !reply->json)
        sr_text_add(&reply->text, "No model yet; train one: train cnn\n");
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        struct sr_error why = {0};
        sr_session_model(session, entry->name, &entry, &why);
        const struct sr_model *model = entry->model;
        const struct sr_epoch *last =
            model && model->epochs ? &model->history[model->epochs - 1] : NULL;
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "model", entry->name);
            sr_json_set_bool(object, "shipped", entry->shipped);
            sr_json_set_text(object, "file", entry->path);
            if (model) {
                sr_json_set_text(object, "family", model->class->name);
                sr_json_set_integer(object, "parameters",
                                    (int64_t)model->class->size(model->state));
                sr_json_set_integer(object, "seed", (int64_t)model->seed);
                sr_json_set_integer(object, "train_count", (int64_t)model->train_count);
                sr_json_set_number(object, "fit_seconds", model->fit_seconds);
                if (last)
                    sr_json_set_number(object, "validation_accuracy", last->validation_accuracy);
            } else {
                sr_json_set_text(object, "error", why.text);
            }
            sr_reply_add(reply, object);
            continue;
        }
        if (i == 0)
            sr_text_printf(&reply->text, "%-16s %-8s %12s %10s %10s  %s\n", "model", "family",
                           "parameters", "trained on", "fit", "");
        if (model) {
            char count[32], rows[32], seconds[32];
            sr_format_count(count, sizeof count, model->class->size(model->state));
            sr_format_count(rows, sizeof rows, model->train_count);
            sr_format_seconds(seconds, sizeof seconds, model->fit_seconds);
            sr_text_printf(&reply->text, "%-16s %-8s %12s %10s %10s  %s\n", entry->name,
                           model->class->name, count, rows, seconds,
                           entry->shipped ? "shipped"
                           : entry->path  ? ""
                                          : "in memory only");
        } else {
            sr_text_printf(&reply->text, "%-16s %s\n", entry->name, why.text);
        }
    }
    return SR_OK;
}

const struct sr_command sr_command_models = {
    .name = "models",
    .group = "models",
    .help = "List the models there are, one's own and shipped ones.",
    .run = models_run,
};

SR_RUN(load_run)
{
    SR_UNUSED;
    struct sr_model *model = sr_model_load(sr_args_path(args, "file"), error);
    if (!model) return error->status;
    const char *name = sr_args_text(args, "name");
    enum sr_status status = SR_OK;
    if (name) {
        status = sr_store_check_name(name, error);
        if (!status) snprintf(model->name, sizeof model->name, "%s", name);
    }
    if (!status) status = sr_store_save(session->home, model, error);
    if (!status) {
        char *stored = sr_store_path(session->home, model->name);
        sr_session_adopt(session, model, stored);
        free(stored);
        if (!reply->json)
            sr_text_printf(&reply->text, "%s (%s) is loaded\n", model->name, model->class->name);
        else {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "model", model->name);
            sr_json_set_text(object, "family", model->class->name);
            sr_reply_add(reply, object);
        }
    }
    sr_model_unref(model);
    return status;
}

const struct sr_command sr_command_load = {
    .name = "load",
    .group = "models",
    .help = "Take a model file into one's own models.",
    .params =
        (const struct sr_param[]){
            {"file", SR_PARAM_FILE, .positional = true, .required = true,
             .help = "A .safetensors file that sartor has saved."},
            {"name", SR_PARAM_TEXT, .help = "Name to give it (default: the one in the file)."},
            {0}},
    .run = load_run,
};

SR_RUN(save_run)
{
    SR_UNUSED;
    const struct sr_entry *entry = arg_model(args, "model");
    const char *path = sr_args_path(args, "file");
    enum sr_status status = strcasecmp(sr_path_extension(path), ".libsvm")
                                ? sr_model_save(entry->model, path, error)
                                : sr_svm_save_libsvm(entry->model, path, error);
    if (!status && !reply->json)
        sr_text_printf(&reply->text, "%s is saved as %s\n", entry->name, path);
    return status;
}

const struct sr_command sr_command_save = {
    .name = "save",
    .group = "models",
    .help = "Save a model as a safetensors file, an SVM also as FILE.libsvm for libsvm's tools.",
    .params = (const struct sr_param[]){SR_MODEL_PARAM(true),
                                        {"file", SR_PARAM_FILE, .positional = true,
                                         .required = true, .help = "Where to."},
                                        {0}},
    .run = save_run,
    .example = "save cnn /tmp/cnn.safetensors",
};

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
    if (status) return status;
    for (size_t i = 0; i < count; i++) members[i] = arg_model_at(args, "models", i)->entry->model;
    struct sr_model *model = sr_ensemble_new(name, members, count, error);
    if (!model) return error->status;
    status = sr_store_save(session->home, model, error);
    if (!status) {
        char *path = sr_store_path(session->home, name);
        sr_session_adopt(session, model, path);
        free(path);
        sr_text_printf(&reply->text, "%s: %zu models vote\n", name, count);
    }
    if (!status && reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "model", name);
        sr_json_set_integer(object, "members", (int64_t)count);
        sr_reply_add(reply, object);
    }
    sr_model_unref(model);
    return status;
}

const struct sr_command sr_command_ensemble = {
    .name = "ensemble",
    .group = "models",
    .help = "Make one model of several: the mean of their probabilities.",
    .params = (const struct sr_param[]){{"name", SR_PARAM_TEXT, .positional = true,
                                         .required = true, .help = "Its name."},
                                        {"models", SR_PARAM_MODELS, .positional = true,
                                         .required = true, .help = "The models that vote."},
                                        {0}},
    .run = ensemble_run,
    .example = "ensemble all cnn resnet svm",
};

SR_RUN(rename_run)
{
    SR_UNUSED;
    return sr_session_rename(session, arg_model(args, "model"), sr_args_text(args, "to"), error);
}

const struct sr_command sr_command_rename = {
    .name = "rename",
    .group = "models",
    .help = "Rename a model of one's own.",
    .params = (const struct sr_param[]){SR_ENTRY_PARAM,
                                        {"to", SR_PARAM_TEXT, .positional = true, .required = true,
                                         .help = "Its new name."},
                                        {0}},
    .run = rename_run,
};

SR_RUN(delete_run)
{
    SR_UNUSED;
    return sr_session_remove(session, arg_model(args, "model"), error);
}

const struct sr_command sr_command_delete = {
    .name = "delete",
    .group = "models",
    .help = "Delete a model of one's own, and its file.",
    .params = (const struct sr_param[]){SR_ENTRY_PARAM, {0}},
    .run = delete_run,
};
