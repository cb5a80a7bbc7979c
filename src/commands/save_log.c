/* save_log.c - the session's commands as a script that does it all again. */
#include <config.h>

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"

SR_RUN(save_log_run);

const struct sr_command sr_command_save_log = {
    .name = "save-log",
    .group = "output",
    .help = "Write the session's commands as a script that replays it; messages and commands that "
            "failed become comments.",
    .params = (const struct sr_param[]){{"file", SR_PARAM_FILE, .positional = true,
                                         .required = true, .help = "The script."},
                                        {0}},
    .run = save_log_run,
    .example = "save-log session.sartor",
};

/* A comment, each line of it. Messages may hold text from files. */
static void add_comment(struct sr_text *text, const char *words)
{
    struct sr_text visible = {0};
    sr_text_add_lines(&visible, words);
    sr_text_add(text, "# ");
    for (const char *at = sr_text_get(&visible); *at; at++) {
        sr_text_add_bytes(text, at, 1);
        if (*at == '\n') sr_text_add(text, "# ");
    }
    sr_text_add(text, "\n");
    sr_text_fini(&visible);
}

SR_RUN(save_log_run)
{
    SR_UNUSED;
    struct sr_text script = {0};
    const struct sr_log *log = &session->log;
    size_t commands = 0;
    bool opened = false;
    for (size_t i = 0; i < log->count; i++)
        if (log->lines[i].kind == SR_LOG_COMMAND)
            opened |=
                !strncmp(log->lines[i].text, "open ", 5) || strstr(log->lines[i].text, "data=");
    sr_text_add(&script, "# A session of " PACKAGE_STRING "; sartor --batch replays it.\n");
    /* The data that the session began with, unless it changed: then its commands say so. The sample
     * that is opened where nothing else is found lies elsewhere on another machine. */
    const bool found = session->data_is_sample && !session->data_wanted[0];
    if (session->data && !found && !opened) {
        sr_text_add(&script, "open ");
        sr_words_quote(&script, session->data->path);
        sr_text_add(&script, "\n");
    }
    for (size_t i = 0; i < log->count; i++) {
        if (i + 1 == item->logged) continue; /* the script leaves out the command that writes it */
        if (log->lines[i].kind == SR_LOG_COMMAND) {
            sr_text_printf(&script, "%s\n", log->lines[i].text);
            commands++;
        } else {
            add_comment(&script, log->lines[i].text);
        }
    }
    const char *path = sr_args_path(args, "file");
    enum sr_status status = sr_file_write(path, sr_text_get(&script), script.length, error);
    if (!status) {
        sr_reply_record(reply, NULL);
        sr_reply_text(reply, "file", path);
        sr_reply_integer(reply, "commands", (int64_t)commands);
        sr_reply_say(reply, "%zu command%s in %s", commands, commands == 1 ? "" : "s", path);
    }
    sr_text_fini(&script);
    return status;
}
