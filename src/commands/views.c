/* views.c - what a pane is asked to show differently: its order, axis, units, smoothing, what
 * `look` names, and the next hit of a search. The pane that is shown answers by its hooks. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/panes/pane.h"

SR_RUN(order_run);
SR_RUN(look_run);
SR_RUN(log_run);
SR_RUN(units_run);
SR_RUN(smooth_run);
SR_RUN(search_run);

const struct sr_command sr_command_order = {
    .name = "order",
    .group = "interface",
    .at_once = true,
    .help = "Sort the selection by the next of index, confidence, loss, margin; in Compare, the "
            "models by the next column.",
    .params =
        (const struct sr_param[]){
            {"reverse", SR_PARAM_SWITCH, .help = "Reverse the order instead."}, {0}},
    .run = order_run,
};

const struct sr_command sr_command_look = {
    .name = "look",
    .group = "interface",
    .at_once = true,
    .help = "Switch what the current pane shows.",
    .params =
        (const struct sr_param[]){
            {"what", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = "values versions label larger smaller next others classes vs beats beaten "
                        "robustness layout wider narrower cluster box left "
                        "right up down",
             .help = "Browse: pixel values, augmented versions, keys that name classes, larger or "
                     "smaller pictures. Data: the next "
                     "view. Train: other runs. Explain: the classes' mean heat. "
                     "Confusion and Compare: the second model, samples that only "
                     "the first or the second gets right. Compare: accuracy on changed pictures. "
                     "Map: the next colours, the other layout, larger or smaller, "
                     "more or fewer neighbours."},
            {0}},
    .run = look_run,
};

const struct sr_command sr_command_log = {
    .name = "log",
    .group = "interface",
    .at_once = true,
    .help = "Switch the vertical axis between logarithmic and linear.",
    .run = log_run,
};

const struct sr_command sr_command_units = {
    .name = "units",
    .group = "interface",
    .at_once = true,
    .help = "Confusion in counts, in % of the true class, in % of the predicted class.",
    .run = units_run,
};

const struct sr_command sr_command_smooth = {
    .name = "smooth",
    .group = "interface",
    .at_once = true,
    .help = "Smooth the curves of Train exponentially, with the raw ones behind.",
    .params = (const struct sr_param[]){{"share", SR_PARAM_NUMBER, .positional = true, .minimum = 0,
                                         .maximum = 0.999,
                                         .help = "Share of the past in each point, 0 for none; "
                                                 "without it, the next of 0.6, 0.9, 0.98, 0."},
                                        {0}},
    .run = smooth_run,
};

const struct sr_command sr_command_search = {
    .name = "search",
    .group = "interface",
    .at_once = true,
    .help = "Go to the next sample of a class, or to a row, in the selection.",
    .params =
        (const struct sr_param[]){
            {"back", SR_PARAM_SWITCH, .help = "To the previous one."},
            {"text", SR_PARAM_LINE, .positional = true, .choices = "class",
             .help = "Part of a class's name, or a row; without it, the text searched for last."},
            {0}},
    .run = search_run,
    .example = "search Shirt",
};

/* Does a pane have something? `name` is what `look` names. */
typedef bool pane_has(const struct sr_pane *pane, const char *name);

static bool has_order(const struct sr_pane *pane, const char *name)
{
    (void)name;
    return pane->order;
}

static bool has_axis(const struct sr_pane *pane, const char *name)
{
    (void)name;
    return pane->axis;
}

static bool has_units(const struct sr_pane *pane, const char *name)
{
    (void)name;
    return pane->units;
}

static bool has_curves(const struct sr_pane *pane, const char *name)
{
    (void)name;
    return pane->smooth;
}

static const struct sr_pane_action *find_action(const struct sr_pane *pane, const char *name)
{
    for (const struct sr_pane_action *action = pane->actions; action && action->name; action++)
        if (!strcmp(action->name, name)) return action;
    return NULL;
}

static bool has_action(const struct sr_pane *pane, const char *name)
{
    return find_action(pane, name);
}

/* "Log has no order; these panes do: browse, compare". */
static enum sr_status lacks(const struct sr_session *session, const char *what, pane_has *has,
                            const char *name, struct sr_error *error)
{
    struct sr_text others = {0};
    for (int i = 0; sr_panes[i]; i++)
        if (has(sr_panes[i], name))
            sr_text_printf(&others, "%s%s", others.length ? ", " : "", sr_panes[i]->name);
    sr_error_set(error, SR_ERROR_STATE, "%s has no %s; these panes do: %s",
                 sr_pane_current(session)->title, what, sr_text_get(&others));
    sr_text_fini(&others);
    return error->status;
}

SR_RUN(order_run)
{
    SR_UNUSED;
    const struct sr_pane *pane = sr_pane_current(session);
    if (!pane->order) return lacks(session, "order", has_order, NULL, error);
    struct sr_text said = {0};
    enum sr_status status = pane->order(session, sr_args_switch(args, "reverse"), &said, error);
    sr_reply_block(reply, NULL, sr_text_get(&said));
    sr_text_fini(&said);
    return status;
}

SR_RUN(look_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "what");
    const struct sr_pane_action *action = find_action(sr_pane_current(session), name);
    reply->shown = true;
    if (action) return action->run(session, error);
    char what[64];
    snprintf(what, sizeof what, "look %s", name);
    return lacks(session, what, has_action, name, error);
}

SR_RUN(log_run)
{
    SR_UNUSED;
    const struct sr_pane *pane = sr_pane_current(session);
    if (!pane->axis) return lacks(session, "axis to switch", has_axis, NULL, error);
    pane->axis(session);
    reply->shown = true;
    return SR_OK;
}

SR_RUN(units_run)
{
    SR_UNUSED;
    const struct sr_pane *pane = sr_pane_current(session);
    if (!pane->units) return lacks(session, "units", has_units, NULL, error);
    pane->units(session);
    reply->shown = true;
    return SR_OK;
}

SR_RUN(smooth_run)
{
    SR_UNUSED;
    const struct sr_pane *pane = sr_pane_current(session);
    if (!pane->smooth) return lacks(session, "curves to smooth", has_curves, NULL, error);
    struct sr_text said = {0};
    pane->smooth(session, sr_args_given(args, "share") ? sr_args_number(args, "share") : NAN,
                 &said);
    sr_reply_block(reply, NULL, sr_text_get(&said));
    sr_text_fini(&said);
    return SR_OK;
}

/* A pane without a search leaves it to the first that has one, which comes into view when there is
 * something new to look for. */
SR_RUN(search_run)
{
    SR_UNUSED;
    const char *text = sr_args_text(args, "text");
    const struct sr_pane *pane = sr_pane_current(session);
    for (int i = 0; !pane->search && sr_panes[i]; i++)
        if (sr_panes[i]->search) pane = sr_panes[i];
    if (text) session->view.pane = pane;
    reply->shown = true;
    return pane->search(session, text, sr_args_switch(args, "back") ? -1 : 1, error);
}
