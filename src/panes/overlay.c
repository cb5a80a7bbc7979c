/* overlay.c - see sartor/panes/overlay.h. */
#include "sartor/panes/overlay.h"

#include <limits.h>
#include <stdio.h>

#include "scroller.h"
#include "shared.h"

struct overlay {
    bool open;
    char title[64];
    struct sr_text text;
    struct sr_scroller list; /* of its lines, as wrapped for the window */
};

static void fini(void *state)
{
    sr_text_fini(&((struct overlay *)state)->text);
}

static struct overlay *state_of(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct overlay), NULL, fini};
    return sr_session_state(session, &kind);
}

void sr_overlay_open(struct sr_session *session, const char *title, const char *text)
{
    struct overlay *overlay = state_of(session);
    overlay->open = true;
    overlay->list.top = 0;
    snprintf(overlay->title, sizeof overlay->title, "%s", title);
    sr_text_clear(&overlay->text);
    sr_text_add(&overlay->text, text);
}

bool sr_overlay_is_open(struct sr_session *session)
{
    return state_of(session)->open;
}

bool sr_overlay_close(struct sr_session *session)
{
    struct overlay *overlay = state_of(session);
    bool open = overlay->open;
    overlay->open = false;
    return open;
}

bool sr_overlay_move(struct sr_session *session, enum sr_move move)
{
    struct overlay *overlay = state_of(session);
    /* How many lines there are is known when they are wrapped: drawing brings the top back. */
    if (overlay->open) sr_scroller_turn(&overlay->list, move, INT_MAX);
    return overlay->open;
}

void sr_overlay_draw(struct sr_session *session, struct sr_area area)
{
    struct overlay *overlay = state_of(session);
    struct sr_style style = sr_pane_style(session, SR_ROLE_TEXT);
    const char *text = sr_text_get(&overlay->text);
    sr_area_fill(area, ' ', style);
    struct sr_area inside = area;
    bool boxed = area.width >= 30 && area.height >= 6;
    if (boxed) {
        sr_area_box(area, &session->look, sr_pane_style(session, SR_ROLE_BORDER), overlay->title);
        inside = sr_area_part(area, 2, 1, area.width - 4, area.height - 2);
    }
    const int lines = sr_pane_lines(text, inside.width), fit = inside.height;
    sr_scroller_fit(&overlay->list, lines, fit);
    const int top = overlay->list.top;
    sr_area_cursor(inside, 0, 0);
    char line[1024];
    for (int i = -top; i < fit && sr_pane_wrap(&text, inside.width, line, sizeof line); i++)
        if (i >= 0) sr_area_text(inside, 0, i, style, line);
    if (boxed && lines > fit)
        sr_area_printf(area, area.width - 20, area.height - 1,
                       sr_pane_style(session, SR_ROLE_FAINT), " %d–%d of %d ", top + 1, top + fit,
                       lines);
}
