/* prompt.c - the line at the prompt: editing, completion, history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interactive.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

/* Of the file: what is longer loses its first lines. A line that is longer than LINE_BYTES is not
 * kept in the file. */
enum { HISTORY_MAX = 500, HISTORY_BYTES = 1 << 18, LINE_BYTES = 1 << 14 };

struct history {
    char **lines;
    size_t count, room;
    size_t at;   /* the line shown at the prompt; `count`: a new one */
    char *draft; /* the new one while older ones are shown */
    bool unkept; /* that it cannot be written has been said */
};

static void history_fini(void *state)
{
    struct history *history = state;
    for (size_t i = 0; i < history->count; i++) free(history->lines[i]);
    free(history->lines);
    free(history->draft);
}

static const struct sr_state_kind history_kind = {.size = sizeof(struct history),
                                                  .fini = history_fini};

static struct history *history_of(struct sr_session *session)
{
    return sr_session_state(session, &history_kind);
}

/* --- history --------------------------------------------------------------------------- */

static char *history_path(void)
{
    char *folder = sr_path_xdg("state"), *path = sr_path_join(folder, "history");
    free(folder);
    return path;
}

/* False when the line is that before it. */
static bool remember(struct history *history, const char *line)
{
    if (history->count && !strcmp(history->lines[history->count - 1], line)) return false;
    if (history->count == HISTORY_MAX) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1, --history->count * sizeof *history->lines);
    }
    sr_xgrow(&history->lines, &history->room, history->count + 1, sizeof *history->lines);
    history->lines[history->count++] = sr_xstrdup(line);
    return true;
}

void history_load(struct sr_session *session)
{
    struct sr_error error;
    struct history *history = history_of(session);
    char *path = history_path(),
         *rest = sr_path_exists(path) ? sr_file_read_end(path, HISTORY_BYTES, NULL, &error) : NULL;
    char *bytes = rest;
    for (char *line; rest && (line = strsep(&rest, "\n"));)
        if (*line) remember(history, line);
    history->at = history->count;
    free(bytes);
    free(path);
}

/* A line that has been entered: at once into the file, to which other sessions add theirs. */
static void keep_line(struct sr_session *session, const char *line)
{
    struct sr_error error;
    struct history *history = history_of(session);
    if (!remember(history, line) || !session->interactive || strlen(line) > LINE_BYTES) return;
    char *path = history_path();
    if (sr_file_add_line(path, HISTORY_BYTES, line, &error)) {
        if (!history->unkept) sr_session_message(session, true, "no history: %s", error.text);
        history->unkept = true;
    }
    free(path);
}

/* --- editing --------------------------------------------------------------------------- */

static void set_line(struct sr_view *view, const char *line)
{
    sr_text_clear(&view->prompt_text);
    sr_text_add(&view->prompt_text, line);
    view->prompt_at = view->prompt_text.length;
}

static void close_prompt(struct sr_session *session)
{
    struct history *history = history_of(session);
    session->view.prompt = false;
    sr_text_clear(&session->view.prompt_hint);
    free(history->draft);
    history->draft = NULL;
    history->at = history->count;
}

/* Show the line of the history that is `step` further on. */
static void recall(struct sr_session *session, int step)
{
    struct history *history = history_of(session);
    struct sr_view *view = &session->view;
    if (step < 0 && history->at == 0) return;
    if (step > 0 && history->at >= history->count) return;
    if (history->at >= history->count) {
        free(history->draft);
        history->draft = sr_xstrdup(sr_text_get(&view->prompt_text));
    }
    history->at = (size_t)((long)history->at + step);
    set_line(view, history->at < history->count ? history->lines[history->at]
                   : history->draft             ? history->draft
                                                : "");
}

static size_t previous_glyph(const char *text, size_t at)
{
    if (at) at--;
    while (at && ((unsigned char)text[at] & 0xC0) == 0x80) at--;
    return at;
}

static size_t next_glyph(const char *text, size_t at)
{
    const char *cursor = text + at;
    sr_utf8_next(&cursor);
    return (size_t)(cursor - text);
}

static void erase(struct sr_view *view, size_t from, size_t to)
{
    char *bytes = view->prompt_text.bytes;
    if (from >= to) return;
    memmove(bytes + from, bytes + to, view->prompt_text.length - to + 1);
    view->prompt_text.length -= to - from;
    view->prompt_at = from;
}

static void insert(struct sr_view *view, const char *text)
{
    struct sr_text line = {0};
    sr_text_add_bytes(&line, sr_text_get(&view->prompt_text), view->prompt_at);
    sr_text_add(&line, text);
    size_t at = line.length;
    sr_text_add(&line, sr_text_get(&view->prompt_text) + view->prompt_at);
    sr_text_fini(&view->prompt_text);
    view->prompt_text = line;
    view->prompt_at = at;
}

/* Insert the longest prefix that all candidates share; list them when there are several. */
static void complete(struct sr_session *session)
{
    struct sr_view *view = &session->view;
    struct sr_words words;
    size_t start;
    sr_command_complete(session, sr_text_get(&view->prompt_text), view->prompt_at, &start, &words);
    sr_text_clear(&view->prompt_hint);
    if (words.count) {
        size_t shared = strlen(words.items[0]);
        for (size_t i = 1; i < words.count; i++) {
            size_t same = 0;
            while (same < shared && words.items[i][same] == words.items[0][same]) same++;
            shared = same;
        }
        while (shared && ((unsigned char)words.items[0][shared] & 0xC0) == 0x80) shared--;
        struct sr_text word = {0};
        size_t typed = view->prompt_at - start;
        if (words.count == 1 || shared > 0) {
            /* A single candidate is quoted where it must be; a prefix of several is not. */
            if (words.count == 1)
                sr_words_quote(&word, words.items[0]);
            else
                sr_text_add_bytes(&word, words.items[0], shared);
            size_t length = strlen(words.items[0]);
            if (words.count == 1 && length && !strchr("=/", words.items[0][length - 1]))
                sr_text_add(&word, " ");
            if (words.count == 1 || shared >= typed) {
                erase(view, start, view->prompt_at);
                insert(view, sr_text_get(&word));
            }
        }
        for (size_t i = 0; words.count > 1 && i < words.count; i++)
            sr_text_printf(&view->prompt_hint, "%s%s", i ? "  " : "", words.items[i]);
        sr_text_fini(&word);
    }
    sr_words_fini(&words);
}

/* What people are used to type at a prompt: vi's ways to quit, and a row by itself. Freed by the
 * caller. */
static char *meant(const char *line)
{
    static const char *const known[][2] = {
        {"q!", "quit now"}, {"qa!", "quit now"}, {"quit!", "quit now"}, {"wq!", "quit now"},
        {"wq", "quit"},     {"x", "quit"},       {"qa", "quit"},        {"exit", "quit"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(line, known[i][0])) return sr_xstrdup(known[i][1]);
    const char *colon = strchr(line, ':'), *digits = colon ? colon + 1 : line;
    const bool named = !strncmp(line, "train:", 6) || !strncmp(line, "test:", 5);
    if (*digits && (!colon || named) && strspn(digits, "0123456789") == strlen(digits))
        return sr_xprintf("search %s", line);
    return sr_xstrdup(line);
}

/* Enter the line. */
static void accept(struct sr_session *session, const struct sr_origin *origin)
{
    char *line = sr_xstrdup(sr_text_get(&session->view.prompt_text));
    session->message[0] = '\0';
    if (*line) keep_line(session, line);
    close_prompt(session);
    char *command = meant(line);
    sr_queue_enter(session, origin, command);
    free(command);
    free(line);
}

void prompt_key(struct sr_session *session, const char *key, const struct sr_origin *origin)
{
    struct sr_view *view = &session->view;
    const char *text = sr_text_get(&view->prompt_text);
    const char *at = key;
    if (strcmp(key, "Tab")) sr_text_clear(&view->prompt_hint);
    if (!strcmp(key, "Enter")) {
        accept(session, origin);
    } else if (!strcmp(key, "Esc") || !strcmp(key, "C-c") || !strcmp(key, "C-g")) {
        close_prompt(session);
    } else if (!strcmp(key, "Tab")) {
        complete(session);
    } else if (!strcmp(key, "Backspace") || !strcmp(key, "C-h")) {
        if (!view->prompt_text.length)
            close_prompt(session);
        else
            erase(view, previous_glyph(text, view->prompt_at), view->prompt_at);
    } else if (!strcmp(key, "Delete") || !strcmp(key, "C-d")) {
        erase(view, view->prompt_at, next_glyph(text, view->prompt_at));
    } else if (!strcmp(key, "C-u")) {
        erase(view, 0, view->prompt_at);
    } else if (!strcmp(key, "C-k")) {
        erase(view, view->prompt_at, view->prompt_text.length);
    } else if (!strcmp(key, "C-w")) {
        size_t from = view->prompt_at;
        while (from && text[from - 1] == ' ') from--;
        while (from && text[from - 1] != ' ') from--;
        erase(view, from, view->prompt_at);
    } else if (!strcmp(key, "Left") || !strcmp(key, "C-b")) {
        view->prompt_at = previous_glyph(text, view->prompt_at);
    } else if (!strcmp(key, "Right") || !strcmp(key, "C-f")) {
        view->prompt_at = next_glyph(text, view->prompt_at);
    } else if (!strcmp(key, "Home") || !strcmp(key, "C-a")) {
        view->prompt_at = 0;
    } else if (!strcmp(key, "End") || !strcmp(key, "C-e")) {
        view->prompt_at = view->prompt_text.length;
    } else if (!strcmp(key, "Up") || !strcmp(key, "C-p")) {
        recall(session, -1);
    } else if (!strcmp(key, "Down") || !strcmp(key, "C-n")) {
        recall(session, 1);
    } else if (!strcmp(key, "Space")) {
        insert(view, " ");
    } else if (sr_utf8_next(&at) >= ' ' && !*at) {
        insert(view, key);
    }
}

static void open_prompt(struct sr_view *view)
{
    view->prompt = true;
    view->prompt_sign = ':';
    set_line(view, "");
    sr_text_clear(&view->prompt_hint);
}

/* Outside of the prompt a line that was pasted is shown, not run; of several lines only the first
 * could be. */
static void paste_outside(struct sr_session *session, const char *text)
{
    const size_t length = strcspn(text, "\n");
    if (text[length] && text[length + 1]) {
        sr_session_message(session, true,
                           "several lines were pasted, and nothing is done with them: press : "
                           "first, then they are run one after another");
        return;
    }
    if (!length) return;
    char *line = sr_xprintf("%.*s", (int)length, text);
    session->message[0] = '\0';
    open_prompt(&session->view);
    insert(&session->view, line + strspn(line, ": "));
    free(line);
}

void prompt_paste(struct sr_session *session, const char *text, const struct sr_origin *origin)
{
    struct sr_view *view = &session->view;
    if (!view->prompt) {
        paste_outside(session, text);
        return;
    }
    sr_text_clear(&view->prompt_hint);
    while (*text) {
        const size_t length = strcspn(text, "\n");
        char *line = sr_xprintf("%.*s", (int)length, text);
        if (!view->prompt) open_prompt(view);
        insert(view, line);
        free(line);
        text += length;
        if (*text != '\n') break;
        text++;
        accept(session, origin);
    }
}
