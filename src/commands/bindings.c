/* bindings.c - which key runs which line: the defaults, and those made by `bind`. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interactive.h"
#include "sartor/base/memory.h"
#include "sartor/panes/pane.h"

const struct sr_binding sr_bindings[] = {
    {"1", "pane browse", NULL, "browse the samples"},
    {"2", "pane data", NULL, "statistics of the data"},
    {"3", "pane train", NULL, "train models"},
    {"4", "pane confusion", NULL, "confusion matrix"},
    {"5", "pane explain", NULL, "explain a prediction"},
    {"6", "pane compare", NULL, "compare all models"},
    {"7", "pane log", NULL, "commands and messages"},
    {"8", "pane map", NULL, "the map of the data"},
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
    {"O", "order reverse", "browse", "reverse the order"},
    {"Space", "tag", "browse", "tag, or take the tag away"},
    {"n", "search", "browse", "next hit of the search"},
    {"N", "search back", "browse", "the hit before it"},
    {"+", "look larger", "browse", "larger pictures"},
    {"-", "look smaller", "browse", "smaller pictures, more of them"},
    {"+", "zoom", "large", NULL},
    {"v", "look values", "large", "pixel values, or the picture"},
    {"u", "look versions", "large", "augmented versions, or the nearest neighbours"},
    {"v", "look next", "data", "histogram, mean images, images of the deviation"},
    {"v", "look next", "map", "colour points by the next of class, predicted, right, ..."},
    {"u", "look layout", "map", "t-SNE, or principal components"},
    {"+", "look larger", "map", "zoom in on the sample"},
    {"-", "look smaller", "map", "zoom out"},
    {"]", "look wider", "map", "mark its neighbours; twice as many"},
    {"[", "look narrower", "map", "half as many; none"},
    {"c", "look cluster", "map", "mark all of its class around it"},
    {"b", "look box", "map", "mark a rectangle, from here to where the cursor goes"},
    {"S-Left", "look left", "map", "move what is shown, and not the cursor"},
    {"S-Right", "look right", "map", NULL},
    {"S-Up", "look up", "map", NULL},
    {"S-Down", "look down", "map", NULL},
    {"Space", "tag", "map", "tag, or take the tag away"},
    {"K", "mark keep", "map", "a suspect: its label is right"},
    {"F", "mark flag", "map", "a suspect: its label is wrong"},
    {"s", "smooth", "train", "smooth the curves: none, some, much"},
    {"c", "look others", "train", "curves of the other runs, or this one alone"},
    {"e", "form edit", "form", "type another value"},
    {"d", "form default", "form", "back to the default"},
    {"Delete", "form default", "form", NULL},
    {"Space", "move right", "form", "the next value"},
    {"H", "form less", "form", "a little less"},
    {"L", "form more", "form", "a little more"},
    {"S-Left", "form less", "form", NULL},
    {"S-Right", "form more", "form", NULL},
    {"D", "delete", "checkpoint", "delete the checkpoint"},
    {"v", "look vs", "confusion", "a second model beside it: the next, or none"},
    {"b", "look beats", "confusion", "samples that this model gets right and the second wrong"},
    {"B", "look beaten", "confusion", "the other way round"},
    {"v", "look robustness", "compare",
     "accuracy on changed pictures, or the table of models again"},
    {"n", "look vs", "compare", "the second model of the pair: the next"},
    {"b", "look beats", "compare", "samples that this model gets right and the second wrong"},
    {"B", "look beaten", "compare", "the other way round"},
    {">", "move right", "compare", "sort by the next column"},
    {"<", "move left", "compare", "sort by the column before"},
    {"o", "order", "compare", NULL},
    {"O", "order reverse", "compare", "reverse the order"},
    {"e", "prompt save-log", "log", "save the session's commands as a script"},
    {"n", "move next", NULL, "next sample of the selection"},
    {"p", "move previous", NULL, "previous sample"},
    {"Enter", "enter", NULL, "open: enlarge, train, see a cell's samples"},
    {"Esc", "back", NULL, "back"},
    {"q", "back quit", NULL, "back; quit when nothing is left to close"},
    {"C-c", "back quit", NULL, NULL},
    {"C-l", "redraw", NULL, "draw the whole screen again"},
    {"C-z", "suspend", NULL, "back to the shell; fg returns"},
    {"WheelUp", "move up", NULL, NULL},
    {"WheelDown", "move down", NULL, NULL},
    {"Q", "quit", NULL, "quit (asks while jobs run)"},
    {":", "prompt", NULL, "type a command"},
    {"\\", "prompt browse", NULL, "filter by split, class, right or wrong"},
    {"w", "browse more wrong", NULL, "only what the model gets wrong"},
    {"a", "browse more all", NULL, "all of the split again"},
    {"U", "undo", NULL, "undo the last mark, tag, filter, renaming or deletion"},
    {"m", "model next", NULL, "next model"},
    {"K", "mark keep", "browse", "a suspect: its label is right"},
    {"F", "mark flag", "browse", "a suspect: its label is wrong"},
    {"A", "mark suggested", "browse", "a suspect: take the class suggested"},
    {"D", "mark drop", "browse", "leave the sample out"},
    {"L", "look label", "browse", "label: keys name classes, until Esc"},
    {"Enter", "mark suggested", "label", "take the class suggested"},
    {"L", "look label", "label", "no longer label"},
    {"M", "method next", "explain", "explain by the next method"},
    {"v", "look classes", "explain", "the mean heat of every class, or one sample"},
    {"s", "split next", NULL, "judge on the next split"},
    {"z", "zoom", NULL, "the pane alone, without the bars"},
    {"+", "zoom", NULL, NULL},
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

/* Made by `bind`; strings are owned. */
struct own {
    struct sr_binding *items;
    size_t count, room;
    /* Of the last key that named a class. */
    struct sr_binding label;
    char label_line[64];
};

static void own_fini(void *state)
{
    struct own *own = state;
    for (size_t i = 0; i < own->count; i++) {
        free((char *)own->items[i].key);
        free((char *)own->items[i].line);
        free((char *)own->items[i].pane);
    }
    free(own->items);
}

static const struct sr_state_kind own_kind = {.size = sizeof(struct own), .fini = own_fini};

bool sr_key_is_name(const char *key)
{
    static const char *const names[] = {
        "Enter",  "Esc",       "Tab",    "S-Tab",  "S-Left", "S-Right", "S-Up",
        "S-Down", "S-Home",    "S-End",  "C-Up",   "C-Down", "C-Left",  "C-Right",
        "Space",  "Backspace", "Delete", "Insert", "Left",   "Right",   "Up",
        "Down",   "Home",      "End",    "PgUp",   "PgDn",   "WheelUp", "WheelDown"};
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

/* The class that a key names while samples are labelled: its number, or the first letter of its
 * name; of several with that letter the first one behind that which the sample is of already, or
 * has been decided to be of. -1 for none. `*several`: there are others with this letter. */
static int labelled_class(const struct sr_session *session, const char *key, bool *several)
{
    const struct sr_selection *selection = &session->selection;
    const struct sr_dataset *data = session->data;
    *several = false;
    if (!data || !selection->count || key[1]) return -1;
    if (isdigit((unsigned char)key[0])) return key[0] - '0' < data->classes ? key[0] - '0' : -1;
    if (!islower((unsigned char)key[0])) return -1;
    const struct sr_decision *decision = sr_session_decision(
        session, sr_selection_file(selection, selection->at), selection->rows[selection->at]);
    const int now = decision && decision->mark == SR_MARK_AS ? decision->class : -1;
    int first = -1, next = -1, count = 0;
    for (int c = 0; c < data->classes; c++) {
        if (tolower((unsigned char)data->class_names[c][0]) != key[0]) continue;
        count++;
        if (first < 0) first = c;
        if (next < 0 && c > now) next = c;
    }
    *several = count > 1;
    return next >= 0 ? next : first;
}

/* The cursor stays where the letter has several classes, so that the key can be pressed again. */
static const struct sr_binding *label_binding(struct sr_session *session, struct own *own,
                                              const char *key)
{
    const struct sr_selection *selection = &session->selection;
    bool several;
    const int class = labelled_class(session, key, &several);
    if (class < 0) return NULL;
    if (several)
        snprintf(own->label_line, sizeof own->label_line, "mark %s:%u as=%d",
                 sr_file_names[sr_selection_file(selection, selection->at)],
                 selection->rows[selection->at], class);
    else
        snprintf(own->label_line, sizeof own->label_line, "mark as=%d", class);
    own->label = (struct sr_binding){.line = own->label_line};
    return &own->label;
}

const struct sr_binding *binding_of(struct sr_session *session, const char *key)
{
    struct own *own = sr_session_state(session, &own_kind);
    /* First the bindings of the pane's mode, then the pane's, then those for everywhere; in each,
     * the person's own before the defaults, and later ones before earlier. */
    const struct sr_pane *pane = sr_pane_current(session);
    const char *const places[] = {pane->mode ? pane->mode(session) : NULL, pane->name, NULL};
    for (int place = 0; place < 3; place++) {
        if (place == 0 && !places[0]) continue;
        for (size_t i = own->count; i-- > 0;)
            if (bound(&own->items[i], key, places[place])) return &own->items[i];
        for (const struct sr_binding *binding = sr_bindings; binding->key; binding++)
            if (bound(binding, key, places[place])) return binding;
        if (place || strcmp(places[0], "label")) continue;
        const struct sr_binding *label = label_binding(session, own, key);
        if (label) return label;
    }
    return NULL;
}

enum sr_status sr_keys_bind(struct sr_session *session, const char *key, const char *line,
                            const char *pane, struct sr_error *error)
{
    struct own *own = sr_session_state(session, &own_kind);
    if (!sr_key_is_name(key))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "bind: \"%s\" is not a key; keys are named j, C-d, F5, Enter, Space",
                            key);
    /* A mistyped command is reported now, not when the key is pressed. */
    struct sr_words words;
    const char *at = line;
    enum sr_status status = sr_words_split(&at, &words, error);
    if (status) return status;
    if (words.count && !sr_command_find(words.items[0], error)) status = error->status;
    sr_words_fini(&words);
    if (status) return status;
    sr_xgrow(&own->items, &own->room, own->count + 1, sizeof *own->items);
    own->items[own->count++] =
        (struct sr_binding){sr_xstrdup(key), sr_xstrdup(line), sr_xstrdup(pane), NULL};
    return SR_OK;
}

/* One's own binding of a key there, the latest; NULL for none. */
static const struct sr_binding *own_binding(const struct own *own, const char *key,
                                            const char *pane)
{
    for (size_t i = own->count; i-- > 0;)
        if (bound(&own->items[i], key, pane)) return &own->items[i];
    return NULL;
}

/* The defaults of a place, but for those that have been bound anew. */
static void list_bindings(const struct own *own, struct sr_text *text, const char *pane)
{
    for (const struct sr_binding *binding = sr_bindings; binding->key; binding++) {
        bool here = pane ? binding->pane && !strcmp(binding->pane, pane) : !binding->pane;
        if (here && binding->help && !own_binding(own, binding->key, pane))
            sr_text_printf(text, "  %-8s %-43s %s\n", binding->key, binding->help, binding->line);
    }
}

void sr_keys_help(struct sr_session *session, struct sr_text *text)
{
    struct own *own = sr_session_state(session, &own_kind);
    const struct sr_pane *pane = sr_pane_current(session);
    size_t before = text->length;
    const char *mode = pane->mode ? pane->mode(session) : NULL;
    sr_text_printf(text, "In %s\n", pane->title);
    size_t head = text->length;
    if (mode) list_bindings(own, text, mode);
    list_bindings(own, text, pane->name);
    if (text->length == head) {
        text->length = before;
        if (text->bytes) text->bytes[before] = '\0';
    } else {
        sr_text_add(text, "\n");
    }
    if (own->count) {
        sr_text_add(text, "Your own\n");
        for (size_t i = 0; i < own->count; i++) {
            if (own_binding(own, own->items[i].key, own->items[i].pane) != &own->items[i]) continue;
            sr_text_printf(text, "  %-8s %-43s %s\n", own->items[i].key,
                           own->items[i].pane ? own->items[i].pane : "everywhere",
                           own->items[i].line);
        }
        sr_text_add(text, "\n");
    }
    sr_text_add(text, "Everywhere\n");
    list_bindings(own, text, NULL);
    sr_text_add(text, "\nThe last column is the command that the key runs; : takes any command, "
                      "help commands lists them.\n");
}
