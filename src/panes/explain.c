/* explain.c - what in the picture a prediction depends on: for one sample, or on average for each
 * class. */
#include "explain.h"
#include "scroller.h"

#include <stdio.h>

#include "sartor/panes/show.h"

static void init(void *state)
{
    ((struct explain *)state)->target = -1;
}

struct explain *explain_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct explain), init, NULL};
    return sr_session_state(session, &kind);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    const struct explain *explain = explain_state(session);
    if (explain->classes)
        explain_classes_draw(session, explain, area);
    else
        explain_sample_draw(session, explain, area);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    const struct explain *explain = explain_state(session);
    sr_text_add(text, "Explain: ");
    if (explain->classes)
        explain_classes_describe(session, explain, text);
    else
        explain_sample_describe(session, explain, text);
    sr_text_add(text, "\n");
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct explain *explain = explain_state(session);
    if (!session->data) return;
    if (explain->classes && (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT))
        move = move == SR_MOVE_LEFT ? SR_MOVE_UP : SR_MOVE_DOWN; /* classes stand in rows */
    if (move == SR_MOVE_UP || move == SR_MOVE_DOWN)
        explain->target = sr_scroll_step(explain_target(session, explain), move, 1, -1,
                                         session->data->classes - 1);
    else if (move == SR_MOVE_PAGE_UP || move == SR_MOVE_PAGE_DOWN)
        explain_sample_move_layer(session, explain, move);
    else
        sr_pane_walk(session, move, 1, 20);
}

static bool choose(struct sr_session *session, int value)
{
    struct explain *explain = explain_state(session);
    const bool again = explain->target == value;
    if (explain->classes && session->data && value >= 0 && value < session->data->classes)
        explain->target = value;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    const struct explain *explain = explain_state(session);
    if (!session->data) return;
    if (session->entry_count == 0)
        sr_text_add(line, "pane train");
    else if (explain->classes)
        explain_classes_enter(session, explain, line);
    else
        explain_sample_enter(session, explain, line);
}

static enum sr_status show_classes(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct explain *explain = explain_state(session);
    explain->classes = !explain->classes;
    return SR_OK;
}

static const struct sr_pane_action actions[] = {{"classes", show_classes}, {0}};

static void show(struct sr_session *session, const struct sr_entry *entry, const char *method,
                 const char *layer, bool classes)
{
    struct explain *explain = explain_state(session);
    snprintf(session->view.model, sizeof session->view.model, "%s", entry->name);
    snprintf(explain->method, sizeof explain->method, "%s", method ? method : "");
    snprintf(explain->layer, sizeof explain->layer, "%s", layer ? layer : "");
    explain->classes = classes;
    session->view.pane = &sr_pane_explain;
}

void sr_explain_show(struct sr_session *session, const struct sr_entry *entry, const char *method,
                     const char *layer, int target)
{
    show(session, entry, method, layer, false);
    explain_state(session)->target = target;
}

void sr_explain_show_classes(struct sr_session *session, const struct sr_entry *entry,
                             const char *method, const char *layer)
{
    show(session, entry, method, layer, true);
}

const char *sr_explain_method(struct sr_session *session)
{
    return explain_state(session)->method;
}

void sr_explain_show_method(struct sr_session *session, const char *method)
{
    struct explain *explain = explain_state(session);
    snprintf(explain->method, sizeof explain->method, "%s", method);
    session->view.pane = &sr_pane_explain;
}

static const char *hints(struct sr_session *session)
{
    if (session->entry_count && explain_state(session)->classes)
        return "h/l class  Enter browse  v sample  M method  PgUp/PgDn layer  m model  ? help";
    return session->entry_count
               ? "n/p sample  j/k class  v classes  M method  PgUp/PgDn layer  m model  ? help"
               : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_explain = {
    .name = "explain",
    .title = "Explain",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .order = sr_pane_order,
    .actions = actions,
};
