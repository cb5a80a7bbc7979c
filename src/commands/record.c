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

/* A replay has no cursor: the model and the sample that the command has taken for current are
 * named.
 */
static void add_defaults(struct sr_session *session, const struct sr_item *item,
                         struct sr_text *text)
{
    const struct sr_args *args = item->args;
    for (const struct sr_param *param = item->command->params; param && param->name; param++) {
        const char *value = sr_args_text(args, param->name);
        if (!param->positional || param->fallback || !value || sr_args_given(args, param->name))
            continue;
        sr_text_printf(text, " %s=", param->name);
        sr_words_quote(text, value);
        const struct sample *sample =
            !strcmp(item->command->name, "tag") ? arg_sample(args, param->name) : NULL;
        const char *name = sample ? sr_args_text(args, "name") : NULL;
        const uint32_t wanted = name ? sr_session_tag_bit(session, name, false, NULL) : UINT32_MAX;
        if (sample && (sr_session_tags(session, sample->file, sample->row) & wanted))
            sr_text_add(text, " off");
    }
}

void record_defaults(struct sr_session *session, struct sr_item *item)
{
    if (!item->logged || item->recorded) return;
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
