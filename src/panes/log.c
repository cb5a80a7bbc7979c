/* log.c - the commands and messages of this session, in order. The end is shown until the user
 * scrolls up. */
#include "scroller.h"
#include "shared.h"
#include <stdio.h>
#include <string.h>

struct log {
    bool away;               /* scrolled up: stays there instead of showing the end */
    struct sr_scroller list; /* of the entries, which may take several lines each */
};

static struct log *state_of(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct log)};
    return sr_session_state(session, &kind);
}

static enum sr_role role_of(enum sr_log_kind kind)
{
    return kind == SR_LOG_COMMAND  ? SR_ROLE_ACCENT
           : kind == SR_LOG_FAILED ? SR_ROLE_FAINT
           : kind == SR_LOG_ERROR  ? SR_ROLE_BAD
                                   : SR_ROLE_TEXT;
}

static int lines_of(const struct sr_log_line *line, int width)
{
    int lines = sr_pane_lines(line->text, width);
    return lines ? lines : 1;
}

/* The first entry of the last page. */
static int last_page(const struct sr_log *log, int width, int height)
{
    int first = (int)log->count;
    while (first > 0) {
        height -= lines_of(&log->lines[first - 1], width);
        if (height < 0 && first < (int)log->count) break;
        first--;
        if (height <= 0) break;
    }
    return first;
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct log *state = state_of(session);
    const struct sr_log *log = &session->log;
    if (log->count == 0) {
        sr_pane_say(session, area, "Nothing has been done yet.",
                    "Every command and every message of this session is kept here. Type :help "
                    "commands for what there "
                    "is; :save-log FILE writes a script that does it all again.");
        return;
    }
    int y = 0, width = area.width - 4;
    if (area.height >= 6) {
        char right[64];
        int x = sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE),
                             "Commands and messages");
        snprintf(right, sizeof right, "%zu %s%s", log->count, log->count == 1 ? "entry" : "entries",
                 state->away ? "" : ", following");
        if (x + sr_utf8_width(right) + 3 < area.width)
            sr_pane_put_right(area, area.width - 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                              right);
        y = area.height >= 10 ? 2 : 1;
    }
    struct sr_scroller *list = &state->list;
    int end = last_page(log, width, area.height - y);
    if (!state->away || list->top >= end) {
        list->top = end;
        state->away = false;
    }
    list->lines = 0;
    for (size_t i = (size_t)list->top; i < log->count && y < area.height; i++, list->lines++) {
        const struct sr_log_line *line = &log->lines[i];
        struct sr_style style = sr_pane_style(session, role_of(line->kind));
        sr_area_put(area, 1, y,
                    line->kind <= SR_LOG_FAILED  ? ':'
                    : line->kind == SR_LOG_ERROR ? '!'
                                                 : ' ',
                    style);
        /* On the newest entry, or the first one that is shown of the older ones. */
        if (!state->away || (int)i == list->top) sr_area_cursor(area, 3, y);
        y = sr_pane_paragraph(sr_area_part(area, 3, 0, width, area.height), y, style, line->text);
    }
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct log *state = state_of(session);
    if (!session->log.count) return;
    sr_scroller_turn(&state->list, move, (int)session->log.count);
    state->away = true; /* drawing resets it when the end is reached */
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    const struct sr_log *log = &session->log;
    sr_text_printf(text, "Log: %zu %s.", log->count, log->count == 1 ? "entry" : "entries");
    size_t from = log->count > 10 ? log->count - 10 : 0;
    if (log->count) sr_text_add(text, from ? " The last ten:" : " In order:");
    for (size_t i = from; i < log->count; i++) {
        static const char *const kinds[] = {"Command", "Failed command", "Message", "Error"};
        sr_text_printf(text, "\n%s: %s", kinds[log->lines[i].kind], log->lines[i].text);
    }
    sr_text_add(text, "\n");
}

static const char *hints(struct sr_session *session)
{
    return state_of(session)->away ? "j/k scroll  G follow  e save as a script  ? help"
                                   : "j/k scroll  e save as a script  ? help";
}

const struct sr_pane sr_pane_log = {
    .name = "log",
    .title = "Log",
    .hints = hints,
    .draw = draw,
    .move = move,
    .describe = describe,
};
