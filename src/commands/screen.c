/* screen.c - the screen to text or to a file, panes, keys from a script, descriptions. */
#include <config.h>

#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/commands/keys.h"
#include "sartor/panes/pane.h"

static enum sr_status write_screen(struct sr_session *session, const struct sr_grid *grid,
                                   const char *path, struct sr_error *error)
{
    const char *extension = sr_path_extension(path);
    bool ansi = !strcasecmp(extension, ".ans");
    if (ansi || !strcasecmp(extension, ".txt")) {
        struct sr_text text = {0};
        if (ansi)
            sr_grid_dump_ansi(grid, session->look.depth, &text);
        else
            sr_grid_dump_text(grid, &text);
        enum sr_status status = sr_file_write(path, sr_text_get(&text), text.length, error);
        sr_text_fini(&text);
        return status;
    }
    const char *provenance[] = {"Software", PACKAGE_STRING, "Command", "screen", NULL};
    struct sr_figure_options options = {.dark = !session->look.light, .provenance = provenance};
    return sr_figure_write(path, &options, &sr_chart_cells, grid, error);
}

SR_RUN(screen_run)
{
    SR_UNUSED;
    int columns, lines;
    const char *size = sr_args_text(args, "size");
    if (!size) size = sr_args_text(session->options, "size");
    if (!sr_size_parse(size, &columns, &lines))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "screen: size=%s is not possible: it takes COLUMNSxLINES such as 120x40", size);
    struct sr_grid grid;
    sr_grid_init(&grid, columns, lines);
    sr_screen_draw(session, &grid);
    enum sr_status status = SR_OK;
    /* Drawing has asked for what the pane lacks: the picture waits for it. */
    if (!sr_session_settled(session))
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    const char *to = sr_args_text(args, "to");
    if (!status && to) {
        char *path = sr_path_expand(to);
        status = write_screen(session, &grid, path, error);
        free(path);
    } else if (!status && reply->json) {
        struct sr_text text = {0};
        struct sr_json *object = sr_reply_object(reply);
        sr_grid_dump_text(&grid, &text);
        sr_json_set_text(object, "screen", sr_text_get(&text));
        sr_reply_add(reply, object);
        sr_text_fini(&text);
    } else if (!status) {
        sr_grid_dump_text(&grid, &reply->text);
    }
    reply->shown = true;
    sr_grid_fini(&grid);
    return status;
}

const struct sr_command sr_command_screen = {
    .name = "screen",
    .group = "output",
    .help = "The current pane as text, or as a file.",
    .params =
        (const struct sr_param[]){
            {"to", SR_PARAM_FILE,
             .help = "A .png, .svg or .pdf picture, a .txt or .ans (ANSI colours) text."},
            {"size", SR_PARAM_TEXT,
             .help = "Columns and lines, such as 120x40 (default: the option size)."},
            {0}},
    .run = screen_run,
    .example = "pane confusion; screen to=confusion.png size=100x30",
};

SR_RUN(describe_run)
{
    SR_UNUSED;
    struct sr_text text = {0};
    sr_pane_current(session)->describe(session, &text);
    enum sr_status status = SR_OK;
    if (!sr_session_settled(session)) {
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    } else if (reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "pane", sr_pane_current(session)->name);
        sr_json_set_text(object, "text", sr_text_get(&text));
        sr_reply_add(reply, object);
    } else {
        sr_text_add(&reply->text, sr_text_get(&text));
        if (text.length && text.bytes[text.length - 1] != '\n') sr_text_add(&reply->text, "\n");
    }
    sr_text_fini(&text);
    return status;
}

const struct sr_command sr_command_describe = {
    .name = "describe",
    .group = "output",
    .help = "The current pane in plain sentences.",
    .run = describe_run,
};

SR_RUN(pane_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "name");
    const struct sr_pane *pane = !strcmp(name, "next")       ? sr_pane_beside(session, 1)
                                 : !strcmp(name, "previous") ? sr_pane_beside(session, -1)
                                                             : sr_pane_find(name, error);
    if (!pane) return error->status;
    session->view.pane = pane;
    session->view.overlay = false;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_pane = {
    .name = "pane",
    .group = "interface",
    .help = "Go to a pane.",
    .params =
        (const struct sr_param[]){
            {"name", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = "browse data train confusion explain compare log next previous",
             .help = "Which."},
            {0}},
    .run = pane_run,
};

SR_RUN(keys_run)
{
    SR_UNUSED;
    enum { DEEPEST = 8 };
    struct sr_words keys;
    const char *line = sr_args_text(args, "keys");
    if (session->keys_depth >= DEEPEST)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "keys: %s is bound to keys that press it again; bind it to another command", line);
    enum sr_status status = sr_words_split(&line, &keys, error);
    if (status) return status;
    session->keys_depth++;
    session->message[0] = '\0';
    session->message_is_error = false;
    for (size_t i = 0; i < keys.count; i++) {
        if (sr_key_is_name(keys.items[i])) {
            sr_keys_press(session, keys.items[i]);
        } else {
            for (const char *at = keys.items[i]; *at;) {
                char glyph[5] = {0};
                uint32_t code = sr_utf8_next(&at);
                sr_utf8_encode(code, glyph);
                sr_keys_press(session, code == ' ' ? "Space" : glyph);
            }
        }
        /* A script's keys act on finished results, as a patient person's would. */
        while (!sr_session_settled(session) || sr_keys_pending(session)) {
            if (sr_keys_pending(session) && sr_session_settled(session)) {
                sr_keys_tick(session);
                if (sr_session_settled(session)) break;
            }
            if (sr_session_wait(session, -1)) sr_keys_tick(session);
        }
    }
    sr_words_fini(&keys);
    session->keys_depth--;
    if (session->message_is_error)
        return sr_error_set(error, SR_ERROR_STATE, "%s", session->message);
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_keys = {
    .name = "keys",
    .group = "interface",
    .help = "Press keys, as if typed in the explorer.",
    .params =
        (const struct sr_param[]){{"keys", SR_PARAM_LINE, .positional = true, .required = true,
                                   .help = "Names such as j, C-d, Enter, separated by blanks; "
                                           "other words are typed letter by letter."},
                                  {0}},
    .run = keys_run,
    .example = "keys 4 j l Enter",
};
