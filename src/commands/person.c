/* person.c - what a person at the explorer sees of the commands that have been entered. */
#include <stdio.h>
#include <string.h>

#include "interactive.h"
#include "sartor/panes/overlay.h"

const struct sr_origin person_origin = {.ended = person_ended,
                                        .waits = person_waits,
                                        .record = SR_RECORD_WORK,
                                        .at_once = true,
                                        .aside = true};

/* One line, if it is not too long, becomes a message, more an overlay. */
static void show_reply(struct sr_session *session, const struct sr_item *item)
{
    struct sr_renderer renderer = {.form = SR_TEXT};
    struct sr_text said = {0};
    sr_render(&renderer, &item->reply, &said);
    const char *text = sr_text_get(&said);
    const char *newline = strchr(text, '\n');
    const size_t length = newline ? (size_t)(newline - text) : strlen(text);
    const int columns = session->view.columns ? session->view.columns : 80;
    /* What takes more than two lines of the screen is read more easily by itself. */
    const bool long_line = item->reply.apart || length > 2 * (size_t)columns;
    if (((newline && newline[1]) || long_line) && !item->reply.shown) {
        sr_overlay_open(session, item->words.items[0], text);
    } else if (*text && !(newline && newline[1])) {
        sr_session_message(session, false, "%.*s", (int)length, text);
    }
    sr_text_fini(&said);
}

enum sr_status person_ended(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error)
{
    if (!item->status)
        show_reply(session, item);
    else if (error)
        sr_session_message(session, true, "%s", error->text);
    else
        sr_session_message(session, false, "given up: %s", item->text);
    return item->status;
}

/* Said once. Afterwards the status line shows what waits, or how far the training is. */
void person_waits(struct sr_session *session, struct sr_item *item, const struct sr_error *why)
{
    if (item->waited) return;
    if (item->command->lasting) {
        sr_session_message(session, false, "%s...", why->text);
        return;
    }
    char text[sizeof why->text + 4];
    snprintf(text, sizeof text, "%s...", why->text);
    sr_session_log(session, SR_LOG_MESSAGE, text);
}
