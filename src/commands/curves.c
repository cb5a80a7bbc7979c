#include "internal.h"

#include <string.h>

#include "sartor/panes/show.h"

SR_RUN(curves_run)
{
    SR_UNUSED;
    const struct sr_entry *entry = arg_model(args, "model");
    const struct sr_model *model = entry->model;
    if (!model->epochs)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s has no curves: its family is not trained in epochs", entry->name);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *epochs = sr_json_array();
        sr_json_set_text(object, "model", entry->name);
        for (size_t i = 0; i < model->epochs; i++) {
            struct sr_json *one = sr_json_object();
            sr_json_set_integer(one, "epoch", model->history[i].epoch);
            sr_json_set_number(one, "train_loss", model->history[i].train_loss);
            sr_json_set_number(one, "train_accuracy", model->history[i].train_accuracy);
            sr_json_set_number(one, "validation_loss", model->history[i].validation_loss);
            sr_json_set_number(one, "validation_accuracy", model->history[i].validation_accuracy);
            sr_json_set_number(one, "seconds", model->history[i].seconds);
            sr_json_add(epochs, one);
        }
        sr_json_set(object, "epochs", epochs);
        sr_reply_add(reply, object);
    } else {
        sr_text_printf(&reply->text, "%s\n%5s %12s %12s %12s %12s %9s\n", entry->name, "epoch",
                       "train loss", "accuracy", "valid. loss", "accuracy", "seconds");
        for (size_t i = 0; i < model->epochs; i++) {
            const struct sr_epoch *e = &model->history[i];
            sr_text_printf(&reply->text, "%5d %12.4f %12.4f %12.4f %12.4f %9.1f\n", e->epoch,
                           e->train_loss, e->train_accuracy, e->validation_loss,
                           e->validation_accuracy, e->seconds);
        }
    }
    int run = -1;
    for (size_t i = 0; i < session->run_count; i++)
        if (!strcmp(session->runs[i]->name, entry->name)) run = (int)i;
    sr_train_show(session, run);
    reply->shown = run >= 0;
    return SR_OK;
}

const struct sr_command sr_command_curves = {
    .name = "curves",
    .group = "evaluate",
    .help = "Loss and accuracy of a model over its epochs.",
    .params = (const struct sr_param[]){SR_MODEL_PARAM(false), {0}},
    .run = curves_run,
};
