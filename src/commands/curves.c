/* curves.c - curves: loss and accuracy of a model over its epochs. */
#include "internal.h"

#include <string.h>

#include "sartor/panes/show.h"

SR_RUN(curves_run);

const struct sr_command sr_command_curves = {
    .name = "curves",
    .group = "evaluate",
    .help = "Loss and accuracy of a model over its epochs.",
    .params = (const struct sr_param[]){SR_MODEL_PARAM(false), {0}},
    .run = curves_run,
};

static void report_epochs(const struct sr_model *model, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"epoch", "epoch", .width = 5},
        {"train_loss", "train loss", .format = "%.4f", .width = 12},
        {"train_accuracy", "accuracy", .format = "%.4f", .width = 12},
        {"validation_loss", "valid. loss", .format = "%.4f", .width = 12},
        {"validation_accuracy", "accuracy", .format = "%.4f", .width = 12},
        {"seconds", "seconds", .format = "%.1f", .width = 9},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "epochs", columns);
    for (size_t i = 0; i < model->epochs; i++) {
        const struct sr_epoch *epoch = &model->history[i];
        sr_table_integer(table, epoch->epoch);
        sr_table_number(table, epoch->train_loss);
        sr_table_number(table, epoch->train_accuracy);
        sr_table_number(table, epoch->validation_loss);
        sr_table_number(table, epoch->validation_accuracy);
        sr_table_number(table, epoch->seconds);
    }
}

SR_RUN(curves_run)
{
    SR_UNUSED;
    const struct sr_entry *entry = arg_model(args, "model");
    const struct sr_model *model = entry->model;
    if (!model->epochs)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s has no curves: its family is not trained in epochs", entry->name);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_context(reply);
    sr_reply_say(reply, "%s", entry->name);
    report_epochs(model, reply);
    int run = -1;
    for (size_t i = 0; i < session->run_count; i++)
        if (!strcmp(session->runs[i]->name, entry->name)) run = (int)i;
    sr_train_show(session, run);
    reply->shown = run >= 0;
    return SR_OK;
}
