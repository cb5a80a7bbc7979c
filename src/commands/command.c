/* command.c - from words to a run of a command. */
#include "sartor/commands/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "record.h"
#include "sartor/panes/pane.h"

/* A command that has brought up another pane leaves a way back to `from`. */
static void leave_trail(struct sr_session *session, const struct sr_command *command,
                        const struct sr_pane *from)
{
    struct sr_view *view = &session->view;
    enum { ROOM = sizeof view->trail / sizeof *view->trail };
    if (command->direct || sr_pane_current(session) == from) return;
    if (view->trail_count && view->trail[view->trail_count - 1] == from) return;
    if (view->trail_count == ROOM)
        memmove(view->trail, view->trail + 1, --view->trail_count * sizeof *view->trail);
    view->trail[view->trail_count++] = from;
}

static enum sr_status parse(struct sr_session *session, struct sr_item *item,
                            struct sr_error *error)
{
    if (item->args) return SR_OK;
    if (!item->words.count) { /* entered with a quote that is not closed */
        const char *at = item->text;
        return sr_words_split(&at, &item->words, error);
    }
    const struct sr_command *command = item->command;
    if (!command) {
        sr_command_find(item->words.items[0], error);
        return error->status;
    }
    item->args =
        sr_args_parse(command->name, command->params, item->words.items + 1, item->words.count - 1,
                      command->rest || command->more ? &item->rest : NULL, error);
    snprintf(item->reply.command, sizeof item->reply.command, "%s", command->name);
    struct sr_more more[SR_MORE_TABLES];
    if (!item->args || !command->more || command->rest) return item->args ? SR_OK : error->status;
    if (!command->more(session, item->args, more))
        return SR_OK; /* which is said when it is looked up */
    item->more = sr_args_parse_more(item->args, more[0].what, more[0].params, &item->rest, error);
    return item->more ? SR_OK : error->status;
}

void sr_item_assume(struct sr_session *session, struct sr_item *item)
{
    struct sr_error ignored; /* said when it is run */
    if (!parse(session, item, &ignored)) {
        targets_assume(session, item->command, item->args);
        return;
    }
    sr_args_free(item->args);
    sr_words_fini(&item->rest);
    item->args = NULL;
}

enum sr_status sr_item_run(struct sr_session *session, struct sr_item *item, struct sr_error *error)
{
    enum sr_status status = parse(session, item, error);
    /* With a job under way the command has what it needs, and its model may go. */
    if (!status && !item->job) status = targets_resolve(session, item->command, item->args, error);
    if (status) return status;
    record_defaults(session, item);
    const struct sr_pane *from = sr_pane_current(session);
    status = item->command->run(session, item, item->args, &item->rest, &item->reply, error);
    leave_trail(session, item->command, from);
    return status;
}

/* --- shared by the commands ------------------------------------------------------------ */

size_t more_of_family(struct sr_session *session, const struct sr_args *args,
                      struct sr_more more[SR_MORE_TABLES])
{
    (void)session;
    const char *family = sr_args_text(args, "family");
    const struct sr_model_class *class = family ? sr_model_class_find(family, NULL) : NULL;
    if (!class) return 0;
    more[0] = (struct sr_more){class->name, class->params};
    return 1;
}

static void add_classes(struct sr_reply *reply, char *const *names, int count)
{
    struct sr_json *list = sr_json_array();
    for (int c = 0; c < count; c++) sr_json_add_text(list, names[c]);
    sr_reply_list(reply, "classes", list);
}

void reply_classes(struct sr_reply *reply, const struct sr_session *session)
{
    if (session->data_is_sample && strcmp(reply->command, "open")) {
        sr_reply_only(reply, SR_JSON);
        sr_reply_switch(reply, "sample", true);
        sr_reply_only(reply, SR_FOR_ALL);
    }
    add_classes(reply, session->data->class_names, session->data->classes);
}

void reply_classes_of(struct sr_reply *reply, const struct sr_session *session,
                      const struct sr_model *model)
{
    if (session->data->unlabelled)
        add_classes(reply, sr_session_class_names(session, model), model->shape.classes);
    else
        reply_classes(reply, session);
}

int sample_truth(const struct sr_session *session, const struct sample *sample)
{
    return session->data->unlabelled
               ? -1
               : sr_images_label(&session->data->files[sample->file], sample->row);
}

void reply_notes(struct sr_reply *reply, const struct sr_session *session)
{
    char *const *notes = session->data->notes;
    if (!notes[0]) return;
    struct sr_json *list = sr_json_array();
    for (int i = 0; notes[i]; i++) sr_json_add_text(list, notes[i]);
    sr_reply_list(reply, "notes", list);
}

void say_notes(struct sr_reply *reply, const struct sr_session *session)
{
    for (int i = 0; session->data->notes[i]; i++)
        sr_reply_say(reply, "%s", session->data->notes[i]);
}

const char *class_name(const struct sr_session *session, int class)
{
    return class < 0 ? "" : session->data->class_names[class];
}

void reply_changed(struct sr_reply *reply, const struct sr_session *session)
{
    char how[48];
    sr_change_print(session->data->change, how, sizeof how);
    if (session->data->change.severity) sr_reply_text(reply, "changed", how);
    const struct sr_dataset *data = sr_dataset_origin(session->data);
    if (!data->opened) return;
    sr_reply_integer(reply, "decisions_relabelled", (int64_t)data->relabelled);
    sr_reply_integer(reply, "decisions_left_out", (int64_t)data->dropped);
}

void reply_sample(struct sr_reply *reply, const struct sr_session *session, enum sr_file file,
                  uint32_t row)
{
    const int truth = sample_truth(session, &(struct sample){file, row});
    reply_changed(reply, session);
    if (file == SR_FILE_PICTURES) {
        sr_reply_text(reply, "file", sr_session_picture_path(session, row));
        sr_reply_text(reply, "doubt", sr_import_doubt_text(sr_session_import(session, row)->doubt));
        return;
    }
    sr_reply_integer(reply, "index", row);
    sr_reply_text(reply, "split", sr_file_names[file]);
    sr_reply_named(reply, "true", truth, truth < 0 ? "" : class_name(session, truth));
}

void reply_doubt(struct sr_reply *reply, const struct sr_session *session, enum sr_file file,
                 uint32_t row)
{
    if (file != SR_FILE_PICTURES) return;
    const char *doubt = sr_import_doubt_text(sr_session_import(session, row)->doubt);
    if (doubt) sr_reply_say(reply, "%s: %s", sr_session_picture_path(session, row), doubt);
}

void say_choice(struct sr_reply *reply, const struct sr_args *args, const struct sr_entry *entry)
{
    if (sr_args_given(args, "model") || !sr_model_knows_backdrops(entry->model)) return;
    sr_reply_say(reply,
                 "No model was named: %s is taken for pictures, since it was trained on images "
                 "before backdrops of all kinds",
                 entry->name);
}

void reply_nearest(struct sr_reply *reply, const struct sr_session *session,
                   const struct sr_nearest *nearest)
{
    static const struct sr_column columns[] = {
        {"index", "image", .left = true, .gap = 2, .width = 12},
        {"class", "class", .left = true, .width = 12},
        {"distance", "distance", .format = "%.4g away", .left = true},
        {0}};
    if (!nearest->count) return;
    sr_reply_say(reply, "Nearest training images:");
    struct sr_table *table = sr_reply_table(reply, "nearest", columns);
    table->headless = true;
    for (size_t i = 0; i < nearest->count; i++) {
        const int class = sr_images_label(&session->data->files[SR_FILE_TRAIN], nearest->rows[i]);
        sr_table_integer(table, nearest->rows[i]);
        sr_table_shown(table, "train:%u", nearest->rows[i]);
        sr_table_named(table, class, class_name(session, class));
        sr_table_number(table, nearest->distances[i]);
    }
}

/* --- how tables are written ------------------------------------------------------------ */

static void describe_range(const struct sr_param *param, struct sr_text *text)
{
    if (param->type == SR_PARAM_CHOICE || param->type == SR_PARAM_SPLIT) {
        sr_text_printf(text, " One of: %s.", param->choices);
    } else if (param->minimum < param->maximum) {
        sr_text_add(text, " ");
        sr_param_bounds(param, " to ", text);
        sr_text_add(text, ".");
    }
    if (param->fallback)
        sr_text_printf(text, " Default: %s.", *param->fallback ? param->fallback : "none");
}

void sr_params_describe(const struct sr_param *params, struct sr_text *text)
{
    for (const struct sr_param *param = params; param && param->name; param++) {
        struct sr_text label = {0};
        sr_param_label(param, &label);
        sr_text_printf(text, "  %-14s %s", sr_text_get(&label), param->help);
        sr_text_fini(&label);
        describe_range(param, text);
        sr_text_add(text, "\n");
    }
}

void sr_command_usage(const struct sr_command *command, struct sr_text *text)
{
    sr_text_add(text, command->name);
    for (const struct sr_param *param = command->params; param && param->name; param++) {
        sr_text_add(text, " ");
        sr_param_usage(param, text);
    }
    if (command->rest || command->more) sr_text_add(text, " [name=value...]");
    sr_text_add(text, "\n");
}
