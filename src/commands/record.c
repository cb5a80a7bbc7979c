#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

void record_begin(struct sr_session *session, struct sr_item *item)
{
    if (item->origin.record == SR_RECORD_NONE ||
        (item->origin.record == SR_RECORD_WORK && item->command &&
         !strcmp(item->command->group, "interface")))
        return;
    sr_session_log(session, SR_LOG_COMMAND, item->text);
    item->logged = session->log.count;
}

/* Where a command falls back on the cursor's sample or the panes' model, a replay has to name it.
 */
static void add_defaults(struct sr_session *session, const struct sr_item *item,
                         struct sr_text *text)
{
    const struct sr_command *command = item->command;
    struct sr_words rest = {0};
    struct sr_error error;
    struct sr_args *args =
        sr_args_parse(command->name, command->params, item->words.items + 1, item->words.count - 1,
                      command->rest ? &rest : NULL, &error);
    const struct sr_selection *selection = &session->selection;
    struct sr_entry *entry = sr_session_entry(session, NULL, &error);
    for (const struct sr_param *param = command->params; args && param && param->name; param++) {
        if (!param->positional || sr_args_given(args, param->name)) continue;
        if (param->type == SR_PARAM_MODEL && entry) {
            sr_text_printf(text, " %s=", param->name);
            sr_words_quote(text, entry->name);
        } else if (param->type == SR_PARAM_SAMPLE && selection->count) {
            uint32_t row = selection->rows[selection->at];
            sr_text_printf(text, " %s=%s:%u", param->name, sr_file_names[selection->file], row);
            if (command == &sr_command_tag && session->tags[selection->file][row])
                sr_text_add(text, " off");
        }
    }
    sr_args_free(args);
    sr_words_fini(&rest);
}

void record_defaults(struct sr_session *session, struct sr_item *item)
{
    if (!item->logged || !item->command || !session->data || item->recorded) return;
    struct sr_text text = {0};
    char **line = &session->log.lines[item->logged - 1].text;
    sr_text_add(&text, *line);
    add_defaults(session, item, &text);
    free(*line);
    *line = sr_text_take(&text);
    item->recorded = true;
}

void record_failure(struct sr_session *session, struct sr_item *item)
{
    if (item->logged) session->log.lines[item->logged - 1].kind = SR_LOG_FAILED;
}
