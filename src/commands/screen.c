/* screen.c - the screen to text or to a file, panes, keys from a script, descriptions. */
#include <config.h>

#include "interactive.h"
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/overlay.h"
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

/* The pane at the time of the first run: another may be gone to while this one is computed. */
static const struct sr_pane *pane_of(const struct sr_session *session, struct sr_item *item)
{
    if (!item->state) item->state = (void *)sr_pane_current(session);
    return item->state;
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
    const struct sr_pane *pane = sr_pane_current(session);
    sr_grid_init(&grid, columns, lines);
    session->view.pane = pane_of(session, item);
    sr_screen_draw(session, &grid);
    session->view.pane = pane;
    enum sr_status status = SR_OK;
    /* Drawing has asked for what the pane lacks: the picture waits for it. */
    if (!sr_session_settled(session))
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    const char *to = sr_args_text(args, "to");
    if (!status && to) {
        status = write_screen(session, &grid, sr_args_path(args, "to"), error);
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
    const struct sr_pane *pane = pane_of(session, item);
    pane->describe(session, &text);
    enum sr_status status = SR_OK;
    if (!sr_session_settled(session)) {
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    } else if (reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "pane", pane->name);
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
    sr_overlay_close(session);
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

/* Keys that are being pressed: each is a name such as Enter, or a character. */
struct keys {
    struct sr_words keys;
    size_t at;            /* the next */
    struct sr_error last; /* of the command that has ended last */
};

static void free_keys(struct sr_session *session, void *state)
{
    struct keys *keys = state;
    (void)session;
    sr_words_fini(&keys->keys);
    free(keys);
}

static enum sr_status key_ended(struct sr_session *session, struct sr_item *item,
                                const struct sr_error *error)
{
    struct keys *keys = item->origin.context;
    keys->last = item->status && error ? *error : (struct sr_error){0};
    return person_ended(session, item, error);
}

static enum sr_status read_keys(const struct sr_item *item, const char *line, struct sr_words *keys,
                                struct sr_error *error)
{
    enum { DEEPEST = 8 };
    struct sr_words words;
    int depth = 0;
    for (const struct sr_item *at = item; at; at = at->origin.parent)
        depth += at->command == &sr_command_keys;
    if (depth > DEEPEST)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "keys: %s is bound to keys that press it again; bind it to another command", line);
    enum sr_status status = sr_words_split(&line, &words, error);
    if (status) return status;
    for (size_t i = 0; i < words.count; i++) {
        const char *at = words.items[i];
        if (sr_key_is_name(at)) {
            sr_words_add(keys, at);
            continue;
        }
        while (*at) {
            char glyph[5] = {0};
            uint32_t code = sr_utf8_next(&at);
            sr_utf8_encode(code, glyph);
            sr_words_add(keys, code == ' ' ? "Space" : glyph);
        }
    }
    sr_words_fini(&words);
    return SR_OK;
}

/* Press one key after the other. Each is pressed when the command of the one before has ended and
 * what the pane shows has been computed, as a patient person would. */
SR_RUN(keys_run)
{
    SR_UNUSED;
    struct keys *keys = item->state;
    if (!keys) {
        struct sr_words read = {0};
        enum sr_status status = read_keys(item, sr_args_text(args, "keys"), &read, error);
        if (status) return status;
        keys = item->state = sr_xalloc(sizeof *keys);
        item->free_state = free_keys;
        keys->keys = read;
        session->message[0] = '\0';
        session->message_is_error = false;
    }
    const struct sr_origin origin = {.ended = key_ended,
                                     .waits = person_waits,
                                     .context = keys,
                                     .parent = item,
                                     .record = item->logged ? SR_RECORD_NONE : SR_RECORD_WORK,
                                     .aside = item->origin.aside};
    reply->shown = true;
    while (keys->at < keys->keys.count && sr_session_settled(session)) {
        keys_press(session, keys->keys.items[keys->at++], &origin);
        if (item->children) return sr_error_set(error, SR_PENDING, "its commands are run");
    }
    if (!sr_session_settled(session))
        return sr_error_set(error, SR_PENDING, "the pane is being computed");
    if (keys->last.status) *error = keys->last;
    return keys->last.status;
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
