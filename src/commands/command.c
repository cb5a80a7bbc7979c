/* command.c - from words to a run of a command. */
#include "sartor/commands/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/panes/pane.h"

/* A command that has brought up another pane leaves a way back; going to a pane by its own key, or
 * back, does not. `enter` runs the command that changes panes: the step is taken once. */
static void leave_trail(struct sr_session *session, const struct sr_command *command,
                        const struct sr_pane *from)
{
    struct sr_view *view = &session->view;
    enum { ROOM = sizeof view->trail / sizeof *view->trail };
    if (command == &sr_command_pane) view->trail_count = 0;
    if (command == &sr_command_pane || command == &sr_command_back ||
        sr_pane_current(session) == from)
        return;
    if (view->trail_count && view->trail[view->trail_count - 1] == from) return;
    if (view->trail_count == ROOM)
        memmove(view->trail, view->trail + 1, --view->trail_count * sizeof *view->trail);
    view->trail[view->trail_count++] = from;
}

bool sr_command_shows(const struct sr_command *command)
{
    return command == &sr_command_help || command == &sr_command_quit ||
           (command != &sr_command_keys && !strcmp(command->group, "interface"));
}

static enum sr_status parse(struct sr_item *item, struct sr_error *error)
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
    item->args = sr_args_parse(command->name, command->params, item->words.items + 1,
                               item->words.count - 1, command->rest ? &item->rest : NULL, error);
    snprintf(item->reply.command, sizeof item->reply.command, "%s", command->name);
    return item->args ? SR_OK : error->status;
}

enum sr_status sr_item_run(struct sr_session *session, struct sr_item *item, struct sr_error *error)
{
    enum sr_status status = parse(item, error);
    if (status) return status;
    const struct sr_pane *from = sr_pane_current(session);
    status = item->command->run(session, item, item->args, &item->rest, &item->reply, error);
    leave_trail(session, item->command, from);
    return status;
}

void sr_reply_clear(struct sr_reply *reply)
{
    sr_text_clear(&reply->text);
    sr_text_clear(&reply->objects);
    reply->wait = 0;
    reply->shown = false;
}

void sr_reply_fini(struct sr_reply *reply)
{
    sr_text_fini(&reply->text);
    sr_text_fini(&reply->objects);
}

struct sr_json *sr_reply_object(struct sr_reply *reply)
{
    struct sr_json *object = sr_json_object();
    sr_json_set_text(object, "command", reply->command);
    return object;
}

void sr_reply_add(struct sr_reply *reply, struct sr_json *object)
{
    sr_json_print(object, &reply->objects);
    sr_text_add(&reply->objects, "\n");
    sr_json_free(object);
}

/* --- shared by the commands ------------------------------------------------------------ */

enum sr_split_name split_of(const struct sr_session *session, const struct sr_args *args,
                            const struct sr_entry *entry)
{
    const char *name = sr_args_text(args, "split");
    for (int s = 0; name && s < SR_SPLIT_COUNT; s++)
        if (!strcmp(name, sr_split_names[s])) return (enum sr_split_name)s;
    return sr_session_default_split(session, entry);
}

enum sr_status predictions_of(struct sr_session *session, const struct sr_args *args,
                              struct sr_entry **entry, enum sr_split_name *split,
                              const struct sr_predictions **predictions, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, sr_args_text(args, "model"), entry, error);
    if (status) return status;
    *split = split_of(session, args, *entry);
    return sr_session_predictions(session, *entry, *split, predictions, error);
}

enum sr_status sample_of(struct sr_session *session, const struct sr_args *args, enum sr_file *file,
                         uint32_t *row, struct sr_error *error)
{
    const char *index = sr_args_text(args, "index"), *split = sr_args_text(args, "split");
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (index) {
        *file = split && !strcmp(split, "test") ? SR_FILE_TEST : SR_FILE_TRAIN;
        return sr_session_index(session, index, file, row, error);
    }
    if (!session->selection.count)
        return sr_error_set(error, SR_ERROR_STATE,
                            "no sample is selected; give an index such as test:7");
    *file = session->selection.file;
    *row = session->selection.rows[session->selection.at];
    return SR_OK;
}

enum sr_status class_of(struct sr_session *session, const char *text, int *class,
                        struct sr_error *error)
{
    *class = -1;
    if (!text || !strcmp(text, "any")) return SR_OK;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    *class = sr_dataset_class(session->data, text, error);
    return *class < 0 ? error->status : SR_OK;
}

void set_classes(struct sr_session *session, struct sr_json *object)
{
    struct sr_json *names = sr_json_array();
    for (int c = 0; c < session->data->classes; c++)
        sr_json_add_text(names, session->data->class_names[c]);
    sr_json_set(object, "classes", names);
}

const char *class_name(const struct sr_session *session, int class)
{
    return session->data->class_names[class];
}

void add_class(struct sr_text *text, const struct sr_session *session, int class)
{
    int columns = 12;
    for (int c = 0; c < session->data->classes; c++) {
        int width = sr_utf8_width(class_name(session, c));
        if (width > columns) columns = width;
    }
    sr_text_add_padded(text, class < 0 ? "class" : class_name(session, class), columns + 1);
}

void set_nearest(struct sr_json *object, const struct sr_session *session,
                 const struct sr_nearest *nearest)
{
    struct sr_json *list = sr_json_array();
    for (size_t i = 0; i < nearest->count; i++) {
        struct sr_json *one = sr_json_object();
        sr_json_set_integer(one, "index", nearest->rows[i]);
        sr_json_set_integer(one, "class",
                            session->data->files[SR_FILE_TRAIN].labels[nearest->rows[i]]);
        sr_json_set_number(one, "distance", nearest->distances[i]);
        sr_json_add(list, one);
    }
    sr_json_set(object, "nearest", list);
}

void add_nearest(struct sr_text *text, const struct sr_session *session,
                 const struct sr_nearest *nearest)
{
    for (size_t i = 0; i < nearest->count; i++) {
        if (!i) sr_text_add(text, "Nearest training images:\n");
        sr_text_printf(text, "  train:%-6u ", nearest->rows[i]);
        add_class(text, session, session->data->files[SR_FILE_TRAIN].labels[nearest->rows[i]]);
        sr_text_printf(text, "%.4g away\n", nearest->distances[i]);
    }
}

/* --- how tables are written ------------------------------------------------------------ */

static void describe_range(const struct sr_param *param, struct sr_text *text)
{
    if (param->type == SR_PARAM_CHOICE) {
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
        sr_text_printf(text, "  %-14s %s", param->name, param->help);
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
    if (command->rest) sr_text_add(text, " [name=value...]");
    sr_text_add(text, "\n");
}
