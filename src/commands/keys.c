/* keys.c - a key that has been pressed: an answer, the prompt's, a click, or a binding's line. */
#include "sartor/commands/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interactive.h"
#include "sartor/panes/pane.h"

void sr_keys_start(struct sr_session *session)
{
    history_load(session);
    config_enter(session);
    sr_queue_run(session);
}

/* Not an action, and so not in the log. */
static void say_unbound(struct sr_session *session, const char *key)
{
    snprintf(session->message, sizeof session->message,
             "%s has no meaning here; ? lists the keys that have one", key);
}

void keys_press(struct sr_session *session, const char *key, const struct sr_origin *origin)
{
    struct sr_view *view = &session->view;
    /* These two are about the terminal, whatever is being typed. */
    bool terminal = !strcmp(key, "C-l") || !strcmp(key, "C-z");
    if (view->question && !terminal) {
        session->message[0] = '\0';
        sr_queue_answer(session, !strcmp(key, "y") || !strcmp(key, "Y"));
        return;
    }
    if (view->prompt && !terminal) {
        prompt_key(session, key, origin);
        return;
    }
    int x, y;
    if (sscanf(key, "Click-%d-%d", &x, &y) == 2) {
        session->message[0] = '\0';
        if (sr_screen_click(session, x, y)) sr_queue_enter(session, origin, "enter");
        return;
    }
    if ((!strcmp(key, "Esc") || !strcmp(key, "C-c")) && sr_queue_give_up(session, NULL)) return;
    const struct sr_binding *binding = binding_of(session, key);
    session->message[0] = '\0';
    session->message_is_error = false;
    if (!binding) {
        say_unbound(session, key);
        return;
    }
    sr_queue_enter(session, origin, binding->line);
}

void sr_keys_press(struct sr_session *session, const char *key)
{
    keys_press(session, key, &person_origin);
    sr_queue_run(session);
}

void sr_keys_paste(struct sr_session *session, const char *text)
{
    if (!session->view.question) prompt_paste(session, text, &person_origin);
    sr_queue_run(session);
}
