/* screen.c - the whole screen: tabs, the current pane, the overlay, the status line or prompt. */
#include "shared.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/panes/overlay.h"

const char *const sr_move_names[SR_MOVE_COUNT] = {
    [SR_MOVE_LEFT] = "left",       [SR_MOVE_RIGHT] = "right",
    [SR_MOVE_UP] = "up",           [SR_MOVE_DOWN] = "down",
    [SR_MOVE_PAGE_UP] = "page-up", [SR_MOVE_PAGE_DOWN] = "page-down",
    [SR_MOVE_HALF_UP] = "half-up", [SR_MOVE_HALF_DOWN] = "half-down",
    [SR_MOVE_FIRST] = "first",     [SR_MOVE_LAST] = "last",
    [SR_MOVE_NEXT] = "next",       [SR_MOVE_PREVIOUS] = "previous",
};

void sr_screen_move(struct sr_session *session, enum sr_move move)
{
    if (!sr_overlay_move(session, move)) sr_pane_current(session)->move(session, move);
}

bool sr_screen_click(struct sr_session *session, int x, int y)
{
    const struct sr_pane *pane = sr_pane_current(session);
    int value;
    if (!pane->choose || !sr_spots_find(session, x, y, &value)) return false;
    return pane->choose(session, value);
}

/* The colour of a role on the background of the bars at top and bottom. */
static struct sr_style on_bar(const struct sr_session *session, enum sr_role role)
{
    struct sr_style bar = sr_pane_style(session, SR_ROLE_BAR), style = sr_pane_style(session, role);
    if (!(bar.attributes & SR_REVERSE)) bar.fore = style.fore;
    bar.attributes |= style.attributes & (SR_BOLD | SR_UNDERLINE);
    return bar;
}

/* The tabs with their titles; where these do not fit, only the title of the current pane. */
static void draw_tabs(struct sr_session *session, struct sr_area area)
{
    struct sr_style bar = sr_pane_style(session, SR_ROLE_BAR);
    struct sr_style current = sr_pane_style(session, SR_ROLE_BAR_CURRENT);
    sr_area_fill(area, ' ', bar);
    int titles = 0;
    for (int i = 0; sr_panes[i]; i++) titles += 4 + sr_utf8_width(sr_panes[i]->title);
    bool full = titles <= area.width;
    int x = 0;
    if (area.width >= titles + 8)
        x = sr_area_text(area, 1, 0, on_bar(session, SR_ROLE_TITLE), "sartor") + 1;
    for (int i = 0; sr_panes[i]; i++) {
        bool here = sr_panes[i] == sr_pane_current(session);
        if (here)
            x = sr_area_printf(area, x, 0, current, "[%d %s]", i + 1, sr_panes[i]->title);
        else if (full)
            x = sr_area_printf(area, x, 0, bar, " %d %s ", i + 1, sr_panes[i]->title);
        else
            x = sr_area_printf(area, x, 0, bar, area.width < 24 ? "%d" : " %d ", i + 1);
    }
    if (session->data) {
        char name[80];
        snprintf(name, sizeof name, "%s%s ", session->data->name,
                 session->data_is_sample ? " sample" : "");
        int from = area.width - sr_utf8_width(name);
        if (from >= x) sr_area_text(area, from, 0, on_bar(session, SR_ROLE_FAINT), name);
    }
}

/* " 43 % 12 s left": the share that is done and, where there is room, the time that is left. */
static void add_share(const struct sr_progress *progress, int width, struct sr_text *text,
                      double *share)
{
    char left[32];
    *share = (double)progress->done / (double)progress->total;
    sr_text_printf(text, " %.0f %%", 100 * *share);
    if (progress->seconds_left < 0 || width < 60) return;
    sr_format_left(left, sizeof left, progress->seconds_left);
    sr_text_printf(text, " %s left", left);
}

/* That the data is the small sample, on a line of its own over every pane, and how to get all. In
 * the explorer a message need not say it as well. */
static void draw_sample(struct sr_session *session, struct sr_area area)
{
    static const char *const words[] = {
        ("The small sample, 1,500 of 70,000 images. For all of them install "
         "dataset-fashion-mnist, or open a folder with :open DIR"),
        "Small sample, 1,500 of 70,000 images. All: :open DIR or dataset-fashion-mnist",
        "Small sample. All images: :open DIR"};
    size_t i = 0;
    while (i + 1 < sizeof words / sizeof *words && sr_utf8_width(words[i]) + 2 > area.width) i++;
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_WARNING), words[i]);
    if (session->interactive) session->sample_said = true;
}

/* Jobs in the background, for the right end of the status line: the share that is done (NaN: not
 * known) and words. False when there is none. */
static bool background(struct sr_session *session, int width, struct sr_text *text, double *share)
{
    *share = NAN;
    struct sr_run *run = sr_session_active_run(session);
    if (session->study &&
        !(run &&
          run->state ==
              SR_JOB_PAUSED)) { /* the progress of the whole study, not of one of its trainings */
        char left[32];
        *share = session->study_progress.share;
        sr_text_printf(text, "study%s%s %.0f %%", run ? ", " : "", run ? run->name : "",
                       100 * *share);
        if (width >= 60) {
            sr_format_left(left, sizeof left, session->study_progress.seconds_left);
            sr_text_printf(text, " %s left", left);
        }
        return true;
    }
    if (run) {
        const struct sr_progress *progress = &run->progress;
        sr_text_add(text, run->name);
        if (progress->epochs > 0 && width >= 60)
            sr_text_printf(text, " %d/%d", progress->epoch, progress->epochs);
        if (progress->total > 0) *share = (double)progress->done / (double)progress->total;
        if (run->state == SR_JOB_PAUSED) {
            sr_text_add(text, " paused");
        } else if (progress->done == 0) {
            sr_text_add(text, " preparing…");
        } else if (progress->total > 0) {
            add_share(progress, width, text, share);
        }
        return true;
    }
    if (session->data_job && !session->data) {
        sr_text_add(text, "loading the data…");
        return true;
    }
    const char *model;
    enum sr_split_name split;
    struct sr_progress progress;
    if (!sr_session_predicting(session, &model, &split, &progress)) return false;
    sr_text_printf(text, "%s predicts %s", model, sr_split_names[split]);
    if (progress.total)
        add_share(&progress, width, text, share);
    else
        sr_text_add(text, "…");
    return true;
}

/* The first word of each hint is a key: "Enter enlarge  q back  ? help". Whole ones only; where
 * not all fit, the last one, which is how to get help, stays. */
static void draw_hints(struct sr_session *session, struct sr_area area, int x, const char *hints)
{
    struct sr_style key = on_bar(session, SR_ROLE_KEY), text = sr_pane_style(session, SR_ROLE_BAR);
    const char *last = hints;
    for (const char *at = hints; (at = strstr(at, "  "));) last = at += 2;
    const int reserved = sr_utf8_width(last) + 2, first = x;
    while (*hints) {
        char word[64];
        const bool fits_all = x + sr_utf8_width(hints) <= area.width;
        const char *end = strstr(hints, "  ");
        size_t length = end ? (size_t)(end - hints) : strlen(hints);
        if (length >= sizeof word) length = sizeof word - 1;
        memcpy(word, hints, length);
        word[length] = '\0';
        const bool free = hints == last || fits_all || x == first;
        const int room = area.width - (free ? 0 : reserved);
        if (x + sr_utf8_width(word) > room) {
            if (hints == last || x + reserved - 2 > area.width) return;
            hints = last;
            continue;
        }
        char *what = strchr(word, ' ');
        if (what) *what++ = '\0';
        x = sr_area_text(area, x, 0, key, word);
        if (what) x = sr_area_text(area, x + 1, 0, text, what);
        x += 2;
        hints = end ? end + 2 : "";
    }
}

/* The command that waits, how many are behind it, and the key that gives it up; what does not fit
 * is left out from the end of the command on. */
static void draw_waiting(struct sr_session *session, struct sr_area area)
{
    static const char hint[] = "Esc give up";
    enum { LEAST = 24 }; /* columns for the command, so that one can tell which it is */
    char behind[48] = "";
    if (session->waiting_behind)
        snprintf(behind, sizeof behind, " (%zu behind it)", session->waiting_behind);
    int room = area.width - 1 - sr_utf8_width(behind), with_hint = room - 2 - (int)strlen(hint);
    if (room < LEAST / 2) return;
    bool hinted = with_hint >= LEAST;
    struct sr_area part = sr_area_part(area, 1, 0, hinted ? with_hint : room, 1);
    int x = 1 + sr_area_text(part, 0, 0, on_bar(session, SR_ROLE_TEXT), session->waiting);
    x = sr_area_text(area, x, 0, on_bar(session, SR_ROLE_TEXT), behind);
    if (hinted) draw_hints(session, area, x + 2, hint);
}

/* The question or the message, with its mark; nothing where nothing has been said. */
static void said_words(const struct sr_session *session, struct sr_text *text)
{
    if (session->view.question)
        sr_text_printf(text, " %s (y/n)", session->view.question_text);
    else if (session->message[0])
        sr_text_printf(text, "%s%s", session->message_is_error ? "! " : " ", session->message);
}

/* What has been said takes more than the last line: over the pane's last lines, up to half of the
 * screen. */
static void draw_long_message(struct sr_session *session, struct sr_area all, struct sr_style style,
                              const char *text)
{
    const int width = all.width - 1;
    int lines = sr_pane_lines(text, width);
    if (lines > all.height / 2) lines = all.height / 2;
    struct sr_area part = sr_area_part(all, 0, all.height - lines, all.width, lines);
    sr_area_fill(part, ' ', sr_pane_style(session, SR_ROLE_BAR));
    char line[1024];
    for (int y = 0; y < lines && sr_pane_wrap(&text, width, line, sizeof line); y++)
        if (y < lines - 1 || !*text)
            sr_area_text(part, y > 0, y, style, line);
        else
            sr_area_printf(part, y > 0, y, style, "%s%s", line, text); /* cut, with an ellipsis */
    if (session->view.question) {
        const int end = sr_utf8_width(line) + 2;
        sr_area_cursor(part, end < part.width ? end : part.width - 1, lines - 1);
    }
}

/* The right end: jobs in the background, and that decisions are applied. Returns the column where
 * it begins. */
static int draw_background(struct sr_session *session, struct sr_area area)
{
    struct sr_text right = {0};
    double share;
    int edge = area.width;
    const bool decided = session->data && sr_dataset_origin(session->data)->opened != NULL,
               busy = background(session, area.width, &right, &share);
    if (decided && (!busy || area.width >= 60))
        sr_text_add(&right, busy ? ", decisions on" : "decisions on");
    if (busy || decided) {
        const char *words = sr_text_get(&right);
        int length = sr_utf8_width(words),
            gauge = isnan(share) || area.width < 60 ? 0 : area.width / 8;
        edge -= length + 1 + (gauge ? gauge + 1 : 0);
        if (edge < area.width / 4) {
            gauge = 0;
            edge = area.width - length - 1;
        }
        if (edge < 0) edge = 0;
        struct sr_area part = sr_area_part(area, edge, 0, area.width - edge, 1);
        if (gauge)
            sr_pane_gauge(session, part, 0, 0, gauge, share, on_bar(session, SR_ROLE_ACCENT));
        sr_area_text(part, gauge ? gauge + 1 : 0, 0, sr_pane_style(session, SR_ROLE_BAR), words);
        edge--;
    }
    sr_text_fini(&right);
    return edge;
}

/* The last line of the screen. The cursor is put behind a question. True when something has been
 * said. */
static bool draw_status(struct sr_session *session, struct sr_area all)
{
    struct sr_area area = sr_area_part(all, 0, all.height - 1, all.width, 1);
    struct sr_text said = {0};
    const bool bad = session->message_is_error && !session->view.question;
    const struct sr_style style = on_bar(session, bad ? SR_ROLE_BAD : SR_ROLE_TEXT);
    int x = 0;
    sr_area_fill(area, ' ', sr_pane_style(session, SR_ROLE_BAR));
    said_words(session, &said);
    const int width = sr_utf8_width(sr_text_get(&said));
    int edge = draw_background(session, area);
    if (width > edge) { /* what has been said can be read to its end */
        sr_area_fill(area, ' ', sr_pane_style(session, SR_ROLE_BAR));
        edge = area.width;
    }
    struct sr_area left = sr_area_part(area, 0, 0, edge, 1);
    if (width > left.width && all.height >= 4) {
        draw_long_message(session, all, style, sr_text_get(&said));
        x = left.width;
    } else if (said.length) {
        x = 1 + sr_area_text(left, 0, 0, style, sr_text_get(&said));
        if (session->view.question) sr_area_cursor(left, x < left.width ? x : left.width - 1, 0);
    }
    if (session->waiting[0] && !session->view.question)
        draw_waiting(session, sr_area_part(left, x, 0, left.width - x, 1));
    else if (!x)
        draw_hints(session, left, 1,
                   sr_overlay_is_open(session) ? "j/k scroll  q close"
                                               : sr_pane_current(session)->hints(session));
    sr_text_fini(&said);
    return x;
}

/* The prompt, scrolled sideways so that its cursor shows. */
static struct sr_cursor draw_prompt(struct sr_session *session, struct sr_area area)
{
    const struct sr_view *view = &session->view;
    const char *text = sr_text_get(&view->prompt_text);
    struct sr_style style = sr_pane_style(session, SR_ROLE_TEXT);
    sr_area_fill(area, ' ', style);
    sr_area_put(area, 0, 0, (unsigned char)(view->prompt_sign ? view->prompt_sign : ':'), style);
    struct sr_text before = {0};
    sr_text_add_bytes(&before, text,
                      view->prompt_at < view->prompt_text.length ? view->prompt_at
                                                                 : view->prompt_text.length);
    int at = sr_utf8_width(sr_text_get(&before)), room = area.width - 2, skip = 0;
    if (room < 1) room = 1;
    char shown[SR_SHOWN_SIZE];
    while (at - skip > room && *text) skip += sr_utf8_shown(&text, shown);
    /* Cut in the last column, not behind a word, which could hide what is being typed. */
    char line[1024];
    const bool cut = sr_utf8_width(text) >= area.width;
    sr_pane_cut(line, sizeof line, text, area.width - 1 - cut);
    const int end = sr_area_text(area, 1, 0, style, line);
    if (cut) sr_area_put(area, end, 0, 0x2026, style);
    sr_text_fini(&before);
    int x = 1 + at - skip;
    return (struct sr_cursor){area.x + (x < area.width ? x : area.width - 1), area.y, true};
}

struct sr_cursor sr_screen_draw(struct sr_session *session, struct sr_grid *grid)
{
    struct sr_cursor cursor = {-1, -1, false};
    struct sr_view *view = &session->view;
    sr_grid_clear(grid);
    struct sr_area all = sr_grid_area(grid);
    if (all.width < 1 || all.height < 1) return cursor;
    /* On a single line, the prompt is shown, else the pane. */
    bool said = view->prompt || view->question || session->message[0];
    int top = all.height >= 5 && !view->zoomed ? 1 : 0;
    const bool sample = session->data_is_sample && session->data && all.height >= 12;
    int bottom = view->prompt || (all.height >= 2 && (!view->zoomed || said)) ? 1 : 0;
    sr_spots_clear(session);
    if (sample) draw_sample(session, sr_area_part(all, 0, top++, all.width, 1));
    struct sr_area body = sr_area_part(all, 0, top, all.width, all.height - top - bottom);
    if (top > sample) draw_tabs(session, sr_area_part(all, 0, 0, all.width, 1));
    session->drawing = true;
    if (body.height > 0) {
        if (sr_overlay_is_open(session))
            sr_overlay_draw(session, body);
        else
            sr_pane_current(session)->draw(session, body);
    }
    session->drawing = false;
    if (view->prompt && sr_text_get(&view->prompt_hint)[0] && body.height > 1) {
        struct sr_area hint = sr_area_part(all, 0, all.height - 2, all.width, 1);
        sr_area_fill(hint, ' ', sr_pane_style(session, SR_ROLE_TEXT));
        sr_area_text(hint, 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                     sr_text_get(&view->prompt_hint));
    }
    struct sr_area last = sr_area_part(all, 0, all.height - 1, all.width, bottom);
    cursor = (struct sr_cursor){grid->cursor_x, grid->cursor_y, false};
    if (view->prompt)
        cursor = draw_prompt(session, last);
    else if (bottom && draw_status(session, all) && view->question)
        cursor = (struct sr_cursor){grid->cursor_x, grid->cursor_y, true};
    if (session->look.ascii) sr_grid_to_ascii(grid);
    return cursor;
}
