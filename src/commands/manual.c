/* manual.c - the manual's sections on commands, keys, options and families, as troff, from the same
 * tables that the program runs by. */
#include "internal.h"

#include <string.h>

#include "sartor/commands/keys.h"
#include "sartor/data/features.h"

/* Text that troff would take for its own: backslashes, and dots or quotes at the start of a line.
 */
static void escape(struct sr_text *text, const char *plain)
{
    for (const char *at = plain; *at; at++) {
        if (*at == '\\')
            sr_text_add(text, "\\e");
        else if (*at == '-')
            sr_text_add(text, "\\-");
        else
            sr_text_add_bytes(text, at, 1);
    }
}

static void line(struct sr_text *text, const char *plain)
{
    if (*plain == '.' || *plain == '\'') sr_text_add(text, "\\&");
    escape(text, plain);
    sr_text_add(text, "\n");
}

static void parameters(struct sr_text *text, const struct sr_param *params)
{
    for (; params && params->name; params++) {
        sr_text_add(text, ".TP\n.B ");
        struct sr_text label = {0};
        sr_param_label(params, &label);
        line(text, sr_text_get(&label));
        sr_text_fini(&label);
        line(text, params->help);
        if (params->type == SR_PARAM_CHOICE || params->type == SR_PARAM_SPLIT) {
            sr_text_add(text, "One of: ");
            escape(text, params->choices);
            sr_text_add(text, ".\n");
        } else if (params->minimum < params->maximum) {
            sr_text_add(text, "From ");
            sr_param_bounds(params, " to ", text);
            sr_text_add(text, ".\n");
        }
        if (params->fallback && *params->fallback) {
            sr_text_add(text, "Default: ");
            escape(text, params->fallback);
            sr_text_add(text, ".\n");
        }
    }
}

static void commands(struct sr_text *text)
{
    const char *group = "";
    sr_text_add(text, ".SH COMMANDS\n");
    for (size_t i = 0; sr_commands[i]; i++) {
        const struct sr_command *command = sr_commands[i];
        struct sr_text usage = {0};
        if (strcmp(group, command->group)) {
            group = command->group;
            sr_text_printf(text, ".SS %s\n", group);
        }
        sr_command_usage(command, &usage);
        usage.bytes[--usage.length] = '\0'; /* its newline */
        sr_text_add(text, ".PP\n.B ");
        line(text, sr_text_get(&usage));
        sr_text_add(text, ".br\n");
        line(text, command->help);
        sr_text_add(text, ".RS\n");
        parameters(text, command->params);
        if (command->example) {
            sr_text_add(text, ".PP\nExample: ");
            line(text, command->example);
        }
        sr_text_add(text, ".RE\n");
        sr_text_fini(&usage);
    }
}

static void keys(struct sr_text *text)
{
    sr_text_add(text, ".SH KEYS\n");
    for (const struct sr_binding *binding = sr_bindings; binding->key; binding++) {
        sr_text_add(text, ".TP\n.B ");
        line(text, binding->key);
        if (binding->help) {
            escape(text, binding->help);
            if (binding->pane) sr_text_printf(text, " (in %s)", binding->pane);
            sr_text_add(text, ":\n");
        }
        sr_text_add(text, ".I ");
        line(text, binding->line);
    }
}

static void families(struct sr_text *text)
{
    sr_text_add(text, ".SH MODEL FAMILIES\n");
    for (size_t i = 0; sr_model_classes[i]; i++) {
        const struct sr_model_class *class = sr_model_classes[i];
        sr_text_printf(text, ".SS %s\n", class->name);
        line(text, class->title);
        sr_text_add(text, ".br\n");
        line(text, class->help);
        parameters(text, class->params);
    }
    sr_text_add(text, ".SS features\n");
    line(text, sr_features_help);
}

void manual_print(struct sr_text *text)
{
    commands(text);
    keys(text);
    sr_text_add(text, ".SH OPTIONS OF set\n");
    parameters(text, sr_options);
    families(text);
}
