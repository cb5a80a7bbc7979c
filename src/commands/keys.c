/* keys.c - bindings, the prompt, and lines run for a person. */
#include "sartor/commands/keys.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/pane.h"

const struct sr_binding sr_bindings[] = {
    {"1", "pane browse", NULL, "browse the samples"},
    {"2", "pane data", NULL, "statistics of the data"},
    {"3", "pane train", NULL, "train models"},
    {"4", "pane confusion", NULL, "confusion matrix"},
    {"5", "pane explain", NULL, "explain a prediction"},
    {"6", "pane compare", NULL, "compare all models"},
    {"7", "pane log", NULL, "what was done and said"},
    {"Tab", "pane next", NULL, "next pane"},
    {"S-Tab", "pane previous", NULL, "previous pane"},
    {"h", "move left", NULL, "left"},
    {"j", "move down", NULL, "down"},
    {"k", "move up", NULL, "up"},
    {"l", "move right", NULL, "right"},
    {"Left", "move left", NULL, NULL},
    {"Down", "move down", NULL, NULL},
    {"Up", "move up", NULL, NULL},
    {"Right", "move right", NULL, NULL},
    {"g", "move first", NULL, "first"},
    {"G", "move last", NULL, "last"},
    {"Home", "move first", NULL, NULL},
    {"End", "move last", NULL, NULL},
    {"PgUp", "move page-up", NULL, "page up"},
    {"PgDn", "move page-down", NULL, "page down"},
    {"C-u", "move half-up", NULL, "half a page up"},
    {"C-d", "move half-down", NULL, "half a page down"},
    {"/", "prompt search", NULL, "search a class or a row"},
    {"o", "order", "browse", "sort by index, confidence, loss, margin"},
    {"O", "order reverse", "browse", "turn the order round"},
    {"Space", "tag", "browse", "tag, or take the tag away"},
    {"n", "search", "browse", "next hit of the search"},
    {"N", "search back", "browse", "the one before"},
    {"v", "look values", "large", "pixel values, or the picture"},
    {"u", "look versions", "large", "augmented versions, or the nearest neighbours"},
    {"v", "look next", "data", "histogram, mean images, images of the deviation"},
    {"s", "smooth", "train", "smooth the curves: not, some, much"},
    {"c", "look others", "train", "curves of the other runs, or this one alone"},
    {"e", "form edit", "form", "type another value"},
    {"d", "form default", "form", "back to the default"},
    {"Delete", "form default", "form", NULL},
    {"Space", "move right", "form", "the next value"},
    {"v", "look vs", "confusion", "a second model beside it: the next, or none"},
    {"b", "look beats", "confusion", "samples that this model gets right and the second wrong"},
    {"B", "look beaten", "confusion", "the other way round"},
    {"v", "look vs", "compare", "the second model of the pair: the next"},
    {"b", "look beats", "compare", "samples that this model gets right and the second wrong"},
    {"B", "look beaten", "compare", "the other way round"},
    {">", "move right", "compare", "sort by the next column"},
    {"<", "move left", "compare", "sort by the column before"},
    {"o", "order", "compare", NULL},
    {"O", "order reverse", "compare", "turn the order round"},
    {"e", "prompt save-log", "log", "save the session's commands as a script"},
    {"n", "move next", NULL, "next sample of the selection"},
    {"p", "move previous", NULL, "previous sample"},
    {"Enter", "enter", NULL, "go in: enlarge, train, see a cell's samples"},
    {"Esc", "back", NULL, "back"},
    {"q", "back quit", NULL, "back; quit when nothing is left to close"},
    {"C-c", "back quit", NULL, NULL},
    {"C-l", "redraw", NULL, "paint the screen anew"},
    {"C-z", "suspend", NULL, "back to the shell; fg returns"},
    {"WheelUp", "move up", NULL, NULL},
    {"WheelDown", "move down", NULL, NULL},
    {"Q", "quit", NULL, "quit (asks while jobs run)"},
    {":", "prompt", NULL, "type a command"},
    {"\\", "prompt browse", NULL, "filter by split, class, right or wrong"},
    {"w", "browse more wrong", NULL, "only what the model gets wrong"},
    {"a", "browse more all", NULL, "all of the split again"},
    {"m", "model next", NULL, "next model"},
    {"K", "mark keep", "browse", "a suspect: its label is right"},
    {"F", "mark flag", "browse", "a suspect: its label is wrong"},
    {"U", "mark undo", "browse", "a suspect: unmarked again"},
    {"M", "method next", "explain", "explain by the next method"},
    {"v", "look classes", "explain", "the mean heat of every class, or one sample"},
    {"s", "split next", NULL, "judge on the next split"},
    {"+", "zoom", NULL, "the pane alone, without the bars"},
    {"y", "log", NULL, "logarithmic or linear axis"},
    {"%", "units", "confusion", "counts, % of true, % of predicted"},
    {"t", "prompt train", NULL, "train: type the family"},
    {"Space", "pause", "train", "pause, or go on"},
    {"x", "stop", NULL, "stop the training job, keep its last epoch"},
    {"e", "prompt export", NULL, "export a figure"},
    {"?", "help keys", NULL, "this page"},
    {"F1", "help keys", NULL, NULL},
    {0},
};

enum { HISTORY_MAX = 500, HISTORY_BYTES = 1 << 20, CONFIG_BYTES = 1 << 20 };

struct sr_keys {
    struct sr_binding *own; /* made by `bind`; strings are owned */
    size_t own_count, own_room;
    char **history;
    size_t history_count, history_room, history_at;
    char *draft;    /* the line being typed while older ones are looked at */
    char *pending;  /* a line that waits for a short job: another command takes its place */
    unsigned waits; /* how often `pending` has been set */
    char *lasting;  /* a line that waits for training, which is left to itself */
    struct {        /* the config file while its lines are run */
        char *path, *bytes, *rest;
        char *line; /* the one that waits; those behind it wait as well, so that none takes its
                       place */
        size_t number;
        bool running;  /* one of its lines is being run */
        char *trouble; /* the first that went wrong */
    } config;
};

static struct sr_keys *state(struct sr_session *session)
{
    if (!session->keys) session->keys = sr_xalloc(sizeof *session->keys);
    return session->keys;
}

/* The history is a convenience: where it cannot be kept, nothing is said. */
static char *history_path(void)
{
    char *folder = sr_path_xdg("state"), *path = sr_path_join(folder, "history");
    free(folder);
    return path;
}

static void remember(struct sr_keys *keys, const char *line)
{
    if (keys->history_count && !strcmp(keys->history[keys->history_count - 1], line)) return;
    if (keys->history_count == HISTORY_MAX) {
        free(keys->history[0]);
        memmove(keys->history, keys->history + 1, --keys->history_count * sizeof *keys->history);
    }
    sr_xgrow(&keys->history, &keys->history_room, keys->history_count + 1, sizeof *keys->history);
    keys->history[keys->history_count++] = sr_xstrdup(line);
}

static void keep_history(const struct sr_keys *keys)
{
    struct sr_error error;
    struct sr_text text = {0};
    char *folder = sr_path_xdg("state"), *path = history_path();
    for (size_t i = 0; i < keys->history_count; i++)
        sr_text_printf(&text, "%s\n", keys->history[i]);
    if (text.length && !sr_directory_make(folder, &error))
        sr_file_write(path, text.bytes, text.length, &error);
    sr_text_fini(&text);
    free(path);
    free(folder);
}

static void run_config(struct sr_session *session);

void sr_keys_start(struct sr_session *session)
{
    struct sr_error error;
    size_t length;
    char *path = history_path(),
         *rest = sr_path_exists(path) ? sr_file_read(path, HISTORY_BYTES, &length, &error) : NULL;
    char *bytes = rest;
    for (char *line; rest && (line = strsep(&rest, "\n"));)
        if (*line) remember(state(session), line);
    state(session)->history_at = state(session)->history_count;
    free(bytes);
    free(path);

    char *folder = sr_path_xdg("config");
    path = sr_path_join(folder, "config");
    bytes = sr_path_exists(path) ? sr_file_read(path, CONFIG_BYTES, &length, &error) : NULL;
    if (!bytes && sr_path_exists(path)) sr_session_message(session, true, "%s", error.text);
    if (bytes && strlen(bytes) != length) {
        sr_session_message(session, true,
                           "%s: it holds a zero byte, so it is no text; none of its lines is run",
                           path);
        free(bytes);
        bytes = NULL;
    }
    if (bytes) {
        struct sr_keys *keys = state(session);
        keys->config.path = sr_xstrdup(path);
        keys->config.bytes = keys->config.rest = bytes;
        run_config(session);
    }
    session->view.overlay = false;
    free(path);
    free(folder);
}

void sr_keys_fini(struct sr_session *session)
{
    struct sr_keys *keys = session->keys;
    study_abandon(session);
    if (!keys) return;
    if (session->interactive) keep_history(keys);
    for (size_t i = 0; i < keys->own_count; i++) {
        free((char *)keys->own[i].key);
        free((char *)keys->own[i].line);
        free((char *)keys->own[i].pane);
    }
    for (size_t i = 0; i < keys->history_count; i++) free(keys->history[i]);
    free(keys->own);
    free(keys->history);
    free(keys->draft);
    free(keys->pending);
    free(keys->lasting);
    free(keys->config.path);
    free(keys->config.bytes);
    free(keys->config.line);
    free(keys->config.trouble);
    free(keys);
    session->keys = NULL;
}

bool sr_key_is_name(const char *key)
{
    static const char *const names[] = {
        "Enter", "Esc", "Tab",  "S-Tab", "Space", "Backspace", "Delete", "Insert",  "Left",
        "Right", "Up",  "Down", "Home",  "End",   "PgUp",      "PgDn",   "WheelUp", "WheelDown"};
    const char *at = key;
    if (!*key) return false;
    if (sr_utf8_next(&at) && !*at) return true; /* one character */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(key, names[i])) return true;
    int x, y;
    char rest;
    if (sscanf(key, "Click-%d-%d%c", &x, &y, &rest) == 2) return true;
    if (key[0] == 'F' && isdigit((unsigned char)key[1]) &&
        (!key[2] || (isdigit((unsigned char)key[2]) && !key[3])))
        return true;
    return (key[0] == 'C' || key[0] == 'M') && key[1] == '-' && key[2] && !key[3];
}

static bool bound(const struct sr_binding *binding, const char *key, const char *place)
{
    if (strcmp(binding->key, key)) return false;
    return place ? binding->pane && !strcmp(binding->pane, place) : !binding->pane;
}

static const struct sr_binding *lookup(struct sr_session *session, const char *key)
{
    const struct sr_keys *keys = state(session);
    /* The nearest place that knows the key: a mode of the pane, the pane, everywhere; in each,
     * one's own bindings before the defaults and later ones before earlier. */
    const struct sr_pane *pane = sr_pane_current(session);
    const char *const places[] = {pane->mode ? pane->mode(session) : NULL, pane->name, NULL};
    for (int place = 0; place < 3; place++) {
        if (place == 0 && !places[0]) continue;
        for (size_t i = keys->own_count; i-- > 0;)
            if (bound(&keys->own[i], key, places[place])) return &keys->own[i];
        if (place == 2) break;
        for (const struct sr_binding *binding = sr_bindings; binding->key; binding++)
            if (bound(binding, key, places[place])) return binding;
    }
    for (const struct sr_binding *binding = sr_bindings; binding->key; binding++)
        if (bound(binding, key, NULL)) return binding;
    return NULL;
}

enum sr_status sr_keys_bind(struct sr_session *session, const char *key, const char *line,
                            const char *pane, struct sr_error *error)
{
    struct sr_keys *keys = state(session);
    if (!sr_key_is_name(key))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "bind: \"%s\" is not a key; keys are named j, C-d, F5, Enter, Space",
                            key);
    /* A typing error in the command should show now, not when the key is pressed. */
    struct sr_words words;
    const char *at = line;
    enum sr_status status = sr_words_split(&at, &words, error);
    if (status) return status;
    if (words.count && !sr_command_find(words.items[0], error)) status = error->status;
    sr_words_fini(&words);
    if (status) return status;
    sr_xgrow(&keys->own, &keys->own_room, keys->own_count + 1, sizeof *keys->own);
    keys->own[keys->own_count++] =
        (struct sr_binding){sr_xstrdup(key), sr_xstrdup(line), sr_xstrdup(pane), NULL};
    return SR_OK;
}

/* --- running lines --------------------------------------------------------------------- */

static void show_reply(struct sr_session *session, const char *title, struct sr_reply *reply)
{
    const char *text = sr_text_get(&reply->text);
    const char *newline = strchr(text, '\n');
    if (!*text) return;
    if (newline && newline[1] && !reply->shown) {
        struct sr_view *view = &session->view;
        view->overlay = true;
        view->overlay_top = 0;
        snprintf(view->overlay_title, sizeof view->overlay_title, "%s", title);
        sr_text_clear(&view->overlay_text);
        sr_text_add(&view->overlay_text, text);
    } else if (!(newline && newline[1])) {
        sr_session_message(session, false, "%.*s",
                           (int)(newline ? newline - text : (long)strlen(text)), text);
    }
}

/* Where a command falls back on the cursor's sample or the panes' model, a replay has to name it.
 */
static void add_defaults(struct sr_session *session, const struct sr_command *command,
                         const struct sr_words *words, struct sr_text *text)
{
    struct sr_words rest = {0};
    struct sr_error error;
    struct sr_args *args = sr_args_parse(command->name, command->params, words->items + 1,
                                         words->count - 1, command->rest ? &rest : NULL, &error);
    const struct sr_selection *selection = &session->selection;
    struct sr_entry *entry = sr_session_entry(session, NULL, &error);
    for (const struct sr_param *param = command->params; args && param && param->name; param++) {
        if (!param->positional || sr_args_given(args, param->name)) continue;
        if (param->type == SR_PARAM_MODEL && entry) {
            sr_text_printf(text, " %s=", param->name);
            sr_words_quote(text, entry->name);
        } else if (param->type == SR_PARAM_INDEX && selection->count) {
            uint32_t row = selection->rows[selection->at];
            sr_text_printf(text, " %s=%s:%u", param->name, sr_file_names[selection->file], row);
            if (!strcmp(command->name, "tag") && !session->tags[selection->file][row])
                sr_text_add(text, " off");
        }
    }
    sr_args_free(args);
    sr_words_fini(&rest);
}

/* Moves of a cursor are not worth a line in the log; what a replay needs is. */
static void log_command(struct sr_session *session, const struct sr_command *command,
                        const struct sr_words *words, const char *start, const char *end)
{
    struct sr_text text = {0};
    if (!command || !strcmp(command->group, "interface")) return;
    while (end > start && strchr("; \t", end[-1])) end--;
    sr_text_add_bytes(&text, start, (size_t)(end - start));
    add_defaults(session, command, words, &text);
    sr_session_log(session, SR_LOG_COMMAND, sr_text_get(&text));
    sr_text_fini(&text);
}

/* A line that waits gives way to whatever else is asked for, but not to a cursor that moves. */
static void give_way(struct sr_keys *keys, const struct sr_command *command, bool other_pane)
{
    if (!other_pane && !strcmp(command->group, "interface")) return;
    free(keys->pending);
    keys->pending = NULL;
}

/* Run the commands of `line`. One that has to wait is kept, with what follows it, for the next
 * tick: `again` says that it has been. */
static void run(struct sr_session *session, const char *line, bool again)
{
    struct sr_keys *keys = state(session);
    for (; *line && !session->quit; again = false) {
        struct sr_words words;
        struct sr_error error = {0};
        struct sr_reply reply = {0};
        const char *start = line;
        const struct sr_pane *pane = sr_pane_current(session);
        unsigned waits = keys->waits;
        enum sr_status status = sr_words_split(&line, &words, &error);
        const struct sr_command *command =
            !status && words.count ? sr_command_find(words.items[0], NULL) : NULL;
        if (command && command->lasting && keys->lasting)
            status = sr_error_set(&error, SR_ERROR_STATE,
                                  "%s: wait for the end of \"%.60s\", or stop it", command->name,
                                  keys->lasting);
        if (!status) status = sr_command_run(session, words.items, words.count, &reply, &error);
        if (command && !again && !keys->config.running && status != SR_PENDING &&
            waits == keys->waits)
            give_way(keys, command, sr_pane_current(session) != pane);
        if (!status && words.count) {
            log_command(session, command, &words, start, line);
            show_reply(session, words.items[0], &reply);
        }
        sr_words_fini(&words);
        sr_reply_fini(&reply);
        if (status == SR_PENDING) {
            char **place = command->lasting       ? &keys->lasting
                           : keys->config.running ? &keys->config.line
                                                  : &keys->pending;
            free(*place);
            *place = sr_xstrdup(start);
            keys->waits++;
            /* Said once; of training, the status line tells by itself. */
            if (!again)
                sr_session_message(session, false, "%s...", error.text);
            else if (!command->lasting)
                snprintf(session->message, sizeof session->message, "%.500s...", error.text);
            return;
        }
        if (status) {
            sr_session_message(session, true, "%s", error.text);
            return;
        }
    }
}

void sr_keys_run_line(struct sr_session *session, const char *line)
{
    char *copy = sr_xstrdup(line); /* a binding may be replaced by what it runs */
    run(session, copy, false);
    free(copy);
}

/* The lines of the config file, or what is left of them. Each is run to its end before the next,
 * but for what lasts, and a mistake in one does not keep the others from being run: the first one
 * stays in sight. */
static void run_config(struct sr_session *session)
{
    struct sr_keys *keys = state(session);
    while (keys->config.bytes && !session->quit) {
        char *waited = keys->config.line,
             *line = waited ? waited : strsep(&keys->config.rest, "\n");
        keys->config.line = NULL;
        if (!line) {
            if (keys->config.trouble) {
                snprintf(session->message, sizeof session->message, "%s", keys->config.trouble);
                session->message_is_error = true;
            }
            free(keys->config.bytes);
            keys->config.bytes = NULL;
            return;
        }
        keys->config.number += !waited;
        session->message_is_error = false;
        keys->config.running = true;
        run(session, line, waited);
        keys->config.running = false;
        free(waited);
        if (session->message_is_error) {
            char *text =
                sr_xprintf("%s:%zu: %s", keys->config.path, keys->config.number, session->message);
            sr_session_message(session, true, "%s", text);
            if (keys->config.trouble)
                free(text);
            else
                keys->config.trouble = text;
        }
        if (keys->config.line) return;
    }
}

bool sr_keys_pending(const struct sr_session *session)
{
    return session->keys &&
           (session->keys->pending || session->keys->lasting || session->keys->config.line);
}

void sr_keys_tick(struct sr_session *session)
{
    struct sr_keys *keys = state(session);
    if (keys->config.line) {
        session->message[0] = '\0';
        run_config(session);
    }
    char *lines[] = {keys->lasting, keys->pending};
    keys->pending = keys->lasting = NULL;
    if (lines[1]) session->message[0] = '\0';
    for (int i = 0; i < 2; i++) {
        if (lines[i]) run(session, lines[i], true);
        free(lines[i]);
    }
}

/* --- the prompt ------------------------------------------------------------------------ */

static void set_line(struct sr_view *view, const char *line)
{
    sr_text_clear(&view->prompt_text);
    sr_text_add(&view->prompt_text, line);
    view->prompt_at = view->prompt_text.length;
}

static void close_prompt(struct sr_session *session)
{
    session->view.prompt = false;
    sr_text_clear(&session->view.prompt_hint);
    free(state(session)->draft);
    state(session)->draft = NULL;
    state(session)->history_at = state(session)->history_count;
}

static void recall(struct sr_session *session, int step)
{
    struct sr_keys *keys = state(session);
    struct sr_view *view = &session->view;
    if (step < 0 && keys->history_at == 0) return;
    if (step > 0 && keys->history_at >= keys->history_count) return;
    if (keys->history_at >= keys->history_count) {
        free(keys->draft);
        keys->draft = sr_xstrdup(sr_text_get(&view->prompt_text));
    }
    keys->history_at = (size_t)((long)keys->history_at + step);
    set_line(view, keys->history_at < keys->history_count ? keys->history[keys->history_at]
                   : keys->draft                          ? keys->draft
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

/* Put the longest beginning that all candidates share; list them when there are several. */
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
        struct sr_text word = {0}, common = {0};
        sr_text_add_bytes(&common, words.items[0], shared);
        size_t typed = view->prompt_at - start;
        if (words.count == 1 || shared > 0) {
            /* A lone word that needs quotes gets them; parts of several are left as typed. */
            if (words.count == 1)
                sr_words_quote(&word, words.items[0]);
            else
                sr_text_add(&word, sr_text_get(&common));
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
        sr_text_fini(&common);
    }
    sr_words_fini(&words);
}

static void prompt_key(struct sr_session *session, const char *key)
{
    struct sr_view *view = &session->view;
    const char *text = sr_text_get(&view->prompt_text);
    const char *at = key;
    if (strcmp(key, "Tab")) sr_text_clear(&view->prompt_hint);
    if (!strcmp(key, "Enter")) {
        char *line = sr_xstrdup(text);
        if (*line) remember(state(session), line);
        close_prompt(session);
        session->message[0] = '\0';
        sr_keys_run_line(session, line);
        free(line);
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

void sr_keys_press(struct sr_session *session, const char *key)
{
    struct sr_view *view = &session->view;
    if (view->question) {
        view->question = false;
        session->message[0] = '\0';
        if (!strcmp(key, "y") || !strcmp(key, "Y")) sr_keys_run_line(session, view->question_line);
        return;
    }
    /* These two are about the terminal, whatever is being typed. */
    bool terminal = !strcmp(key, "C-l") || !strcmp(key, "C-z");
    if (view->prompt && !terminal) {
        prompt_key(session, key);
        return;
    }
    int x, y;
    if (sscanf(key, "Click-%d-%d", &x, &y) == 2) {
        if (sr_screen_click(session, x, y)) sr_keys_run_line(session, "enter");
        return;
    }
    struct sr_keys *keys = state(session);
    if (keys->pending && (!strcmp(key, "Esc") || !strcmp(key, "C-c"))) {
        free(keys->pending);
        keys->pending = NULL;
        sr_session_message(session, false, "given up");
        return;
    }
    const struct sr_binding *binding = lookup(session, key);
    if (!binding) return;
    session->message[0] = '\0';
    session->message_is_error = false;
    sr_keys_run_line(session, binding->line);
}

static void list_bindings(struct sr_text *text, const char *pane)
{
    for (const struct sr_binding *binding = sr_bindings; binding->key; binding++) {
        bool here = pane ? binding->pane && !strcmp(binding->pane, pane) : !binding->pane;
        if (here && binding->help)
            sr_text_printf(text, "  %-8s %-43s %s\n", binding->key, binding->help, binding->line);
    }
}

void sr_keys_help(struct sr_session *session, struct sr_text *text)
{
    struct sr_keys *keys = state(session);
    const struct sr_pane *pane = sr_pane_current(session);
    size_t before = text->length;
    const char *mode = pane->mode ? pane->mode(session) : NULL;
    sr_text_printf(text, "In %s\n", pane->title);
    size_t head = text->length;
    if (mode) list_bindings(text, mode);
    list_bindings(text, pane->name);
    if (text->length == head) {
        text->length = before;
        if (text->bytes) text->bytes[before] = '\0';
    } else {
        sr_text_add(text, "\n");
    }
    if (keys->own_count) {
        sr_text_add(text, "Your own\n");
        for (size_t i = 0; i < keys->own_count; i++)
            sr_text_printf(text, "  %-8s %-43s %s\n", keys->own[i].key,
                           keys->own[i].pane ? keys->own[i].pane : "everywhere", keys->own[i].line);
        sr_text_add(text, "\n");
    }
    sr_text_add(text, "Everywhere\n");
    list_bindings(text, NULL);
    sr_text_add(text, "\nThe last column is the command that the key runs; : takes any command, "
                      "help commands lists them.\n");
}
