/* set.c - set and bind. */
#include "internal.h"

#include <string.h>

#include "sartor/commands/keys.h"

SR_RUN(set_run)
{
    SR_UNUSED;
    if (!rest->count) {
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            for (const struct sr_param *option = sr_options; option->name; option++)
                sr_json_set_text(object, option->name,
                                 sr_args_text(session->options, option->name));
            sr_reply_add(reply, object);
            return SR_OK;
        }
        for (const struct sr_param *option = sr_options; option->name; option++) {
            const char *value = sr_args_text(session->options, option->name);
            sr_text_printf(&reply->text, "%-12s %-14s %s\n", option->name, value ? value : "",
                           option->help);
        }
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

const struct sr_command sr_command_set = {
    .name = "set",
    .group = "program",
    .help = "Change options, given as name=value; alone, list them.",
    .more = set_more,
    .run = set_run,
    .example = "set glyphs=ascii",
};

SR_RUN(bind_run)
{
    SR_UNUSED;
    return sr_keys_bind(session, sr_args_text(args, "key"), sr_args_text(args, "line"),
                        sr_args_text(args, "pane"), error);
}

const struct sr_command sr_command_bind = {
    .name = "bind",
    .group = "program",
    .help = "Let a key run a command.",
    .params =
        (const struct sr_param[]){
            {"pane", SR_PARAM_CHOICE,
             .choices = "browse large data train form confusion explain compare log",
             .help = "Only there (large is a sample enlarged, form the form in train); given "
                     "before the key."},
            {"key", SR_PARAM_TEXT, .positional = true, .required = true,
             .help = "Its name: t, C-t, F5."},
            {"line", SR_PARAM_LINE, .positional = true, .required = true, .help = "The command."},
            {0}},
    .run = bind_run,
    .example = "bind pane=train c train cnn epochs=3",
};
