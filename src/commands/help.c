#include "internal.h"

#include <string.h>

#include "sartor/commands/keys.h"
#include "sartor/data/features.h"

SR_RUN(help_run);

const struct sr_command sr_command_help = {
    .name = "help",
    .group = "program",
    .at_once = true,
    .help = "The commands; or one command, a model family, features, keys, options, figures; "
            "manual prints troff.",
    .params = (const struct sr_param[]){{"topic", SR_PARAM_TOPIC, .positional = true,
                                         .choices = "keys commands options features figures manual",
                                         .help = "The topic."},
                                        {0}},
    .run = help_run,
};

static void list_commands(struct sr_text *text)
{
    const char *group = "";
    for (size_t i = 0; sr_commands[i]; i++) {
        if (strcmp(group, sr_commands[i]->group)) {
            group = sr_commands[i]->group;
            sr_text_printf(text, "%s%s\n", i ? "\n" : "", group);
        }
        sr_text_printf(text, "  %-12s %s\n", sr_commands[i]->name, sr_commands[i]->help);
    }
    sr_text_add(text, "\nhelp COMMAND tells its parameters, help FAMILY a model family's "
                      "hyperparameters, help keys the keys.\n"
                      "Families:");
    for (size_t i = 0; sr_model_classes[i]; i++)
        sr_text_printf(text, " %s", sr_model_classes[i]->name);
    sr_text_add(text, "\n");
}

SR_RUN(help_run)
{
    SR_UNUSED;
    struct sr_text text = {0};
    const char *topic = sr_args_text(args, "topic");
    if (!topic) {
        if (session->interactive)
            sr_keys_help(session, &text);
        else
            list_commands(&text);
    } else if (!strcmp(topic, "keys")) {
        sr_keys_help(session, &text);
    } else if (!strcmp(topic, "commands")) {
        list_commands(&text);
    } else if (!strcmp(topic, "manual")) {
        manual_print(&text);
    } else if (!strcmp(topic, "figures")) {
        figures_describe(&text);
    } else if (!strcmp(topic, "options")) {
        sr_params_describe(sr_options, &text);
    } else if (!strcmp(topic, "features")) {
        sr_text_printf(&text, "%s\n", sr_features_help);
    } else {
        const struct sr_model_class *class = sr_model_class_find(topic, NULL);
        const struct sr_command *command = sr_command_find(topic, NULL);
        if (class) {
            sr_text_printf(&text, "%s: %s. %s\n\ntrain %s [name=value...]\n", class->name,
                           class->title, class->help, class->name);
            sr_params_describe(class->params, &text);
        } else {
            sr_text_printf(&text, "%s\n\n", command->help);
            sr_command_usage(command, &text);
            sr_params_describe(command->params, &text);
            if (command->example) sr_text_printf(&text, "\nExample: %s\n", command->example);
        }
    }
    sr_reply_block(reply, "text", sr_text_get(&text));
    sr_text_fini(&text);
    return SR_OK;
}
