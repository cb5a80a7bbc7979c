/* press.c - the command `keys`: keys from a script or another key. */
#include "interactive.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

SR_RUN(keys_run);

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
 * what the pane shows has been computed. */
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
