/* missing.c - see shared.h: what is shown where there is no data or no model. */
#include "shared.h"

#include <string.h>

void sr_pane_say(const struct sr_session *session, struct sr_area area, const char *title,
                 const char *text)
{
    int margin = area.width > 60 ? 4 : area.width > 30 ? 2 : 0;
    int width = area.width - 2 * margin < 72 ? area.width - 2 * margin : 72;
    int y = area.height > 12 ? area.height / 4 : area.height > 5 ? 1 : 0;
    struct sr_area inside = sr_area_part(area, margin, 0, width, area.height);
    y = sr_pane_paragraph(inside, y, sr_pane_style(session, SR_ROLE_TITLE), title);
    if (text && *text) {
        if (area.height > 5) y++;
        sr_pane_paragraph(inside, y, sr_pane_style(session, SR_ROLE_TEXT), text);
    }
}

bool sr_pane_without_data(struct sr_session *session, struct sr_text *title, struct sr_text *text)
{
    if (session->data) return false;
    if (session->data_error.text[0]) {
        sr_text_add(title, "The data could not be loaded.");
        sr_text_add(text, session->data_error.text);
        sr_text_add(text,
                    "\nOpen another folder with :open DIR, or give it at start with --data DIR.");
    } else {
        sr_text_add(title, "Loading the data…");
        sr_text_add(text, "The images will be here in a moment.");
    }
    return true;
}

struct sr_entry *sr_pane_model(struct sr_session *session, const char *name, struct sr_text *title,
                               struct sr_text *text)
{
    struct sr_error error = {0};
    if (session->entry_count == 0) {
        const struct sr_run *run = sr_session_active_run(session);
        if (run) {
            sr_text_printf(title, "%s is still training.", run->name);
            sr_text_add(
                text, "It can be looked at here as soon as it has finished. Press 3 to watch it, x "
                      "to stop it and keep what it has learned.");
        } else {
            sr_text_add(title, "No model yet.");
            sr_text_add(text, "Press 3 and Enter to train one, or type :train cnn");
        }
        return NULL;
    }
    struct sr_entry *entry = NULL;
    enum sr_status status = sr_session_model(session, name, &entry, &error);
    if (status == SR_OK) return entry;
    if (status == SR_PENDING) {
        sr_text_add(title, "Loading the model…");
    } else {
        sr_text_add(title, "The model cannot be used.");
        sr_text_add(text, error.text);
        sr_text_add(text, "\n:models lists the models that there are.");
    }
    return NULL;
}
