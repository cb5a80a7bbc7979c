/* list.c - the table of commands, made from the list, and the search in it. */
#include "list.h"

#include <string.h>

#define COMMAND_ENTRY(NAME) &sr_command_##NAME,
const struct sr_command *const sr_commands[] = {SR_COMMANDS(COMMAND_ENTRY) NULL};

const struct sr_command *sr_command_find(const char *name, struct sr_error *error)
{
    const char *names[sizeof sr_commands / sizeof *sr_commands];
    size_t count = 0;
    for (; sr_commands[count]; count++) {
        const char *alias = sr_commands[count]->alias;
        if (!strcmp(sr_commands[count]->name, name) || (alias && !strcmp(alias, name)))
            return sr_commands[count];
        names[count] = sr_commands[count]->name;
    }
    const char *closest = sr_text_closest(name, names, count, sizeof *names);
    if (closest)
        sr_error_set(error, SR_ERROR_ARGUMENT, "no command \"%s\"; did you mean %s?", name,
                     closest);
    else
        sr_error_set(error, SR_ERROR_ARGUMENT, "no command \"%s\"; help lists them", name);
    return NULL;
}
