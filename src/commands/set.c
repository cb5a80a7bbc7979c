/* set.c - set and bind. */
#include "internal.h"

#include <string.h>

#include "sartor/commands/keys.h"

SR_RUN(set_run);
static size_t set_more(struct sr_session *session, const struct sr_args *args,
                       struct sr_more more[SR_MORE_TABLES]);
SR_RUN(bind_run);

const struct sr_command sr_command_set = {
    .name = "set",
    .group = "program",
    .help = "Change options, given as name=value; alone, list them.",
    .more = set_more,
    .run = set_run,
    .example = "set glyphs=ascii",
};

const struct sr_command sr_command_bind = {
    .name = "bind",
    .group = "program",
    .help = "Bind a key to a command.",
    .params =
        (const struct sr_param[]){
            {"pane", SR_PARAM_CHOICE,
             .choices = "browse large label data train form confusion explain compare log map",
             .help = "Only in this pane (large is an enlarged sample, label Browse while keys name "
                     "classes, form the form in Train); given before the key."},
            {"key", SR_PARAM_TEXT, .positional = true, .required = true,
             .help = "Its name: t, C-t, F5."},
            {"line", SR_PARAM_LINE, .positional = true, .required = true, .help = "The command."},
            {0}},
    .run = bind_run,
    .example = "bind pane=train c train cnn epochs=3",
};

static void list_options(const struct sr_session *session, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"name", "option", .left = true, .width = 12},
        {"value", "value", .left = true, .width = 14, .fixed = true},
        {"help", "", .left = true},
        {0}};
    sr_reply_only(reply, SR_JSON);
    sr_reply_record(reply, NULL);
    for (const struct sr_param *option = sr_options; option->name; option++)
        sr_reply_text(reply, option->name, sr_args_text(session->options, option->name));
    sr_reply_only(reply, SR_FOR_PEOPLE | SR_CSV);
    struct sr_table *table = sr_reply_rows(reply, NULL, columns);
    table->headless = true;
    for (const struct sr_param *option = sr_options; option->name; option++) {
        sr_table_text(table, option->name);
        sr_table_text(table, sr_args_text(session->options, option->name));
        sr_table_text(table, option->help);
    }
}

SR_RUN(set_run)
{
    SR_UNUSED;
    if (!rest->count) {
        list_options(session, reply);
        return SR_OK;
    }
    for (const struct sr_param *option = sr_options; option->name; option++) {
        if (!sr_args_given(item->more, option->name)) continue;
        enum sr_status status =
            sr_session_set(session, option->name, sr_args_text(item->more, option->name), error);
        if (status) return status;
        if (!strcmp(option->name, "data")) reply->wait = session->data_job;
    }
    return SR_OK;
}

static size_t set_more(struct sr_session *session, const struct sr_args *args,
                       struct sr_more more[SR_MORE_TABLES])
{
    (void)session, (void)args;
    more[0] = (struct sr_more){"set", sr_options};
    return 1;
}

SR_RUN(bind_run)
{
    SR_UNUSED;
    return sr_keys_bind(session, sr_args_text(args, "key"), sr_args_text(args, "line"),
                        sr_args_text(args, "pane"), error);
}
