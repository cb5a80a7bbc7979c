/* navigate.c - moving about: what keys are bound to. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "sartor/panes/overlay.h"
#include "sartor/panes/pane.h"
#include "undo.h"

SR_RUN(move_run);

const struct sr_command sr_command_move = {
    .name = "move",
    .group = "interface",
    .at_once = true,
    .help = "Move the cursor of the current pane.",
    .params =
        (const struct sr_param[]){
            {"where", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices =
                 "left right up down page-up page-down half-up half-down first last next previous",
             .help = "Where to."},
            {0}},
    .run = move_run,
};

SR_RUN(move_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "where");
    for (int m = 0; m < SR_MOVE_COUNT; m++)
        if (!strcmp(name, sr_move_names[m])) sr_screen_move(session, (enum sr_move)m);
    reply->shown = true;
    return SR_OK;
}

SR_RUN(enter_run);

const struct sr_command sr_command_enter = {
    .name = "enter",
    .group = "interface",
    .at_once = true,
    .help = "Open what is under the cursor.",
    .run = enter_run,
};

SR_RUN(enter_run)
{
    SR_UNUSED;
    struct sr_text line = {0};
    const struct sr_pane *pane = sr_pane_current(session);
    reply->shown = true;
    if (sr_overlay_close(session)) return SR_OK;
    if (pane->enter) pane->enter(session, &line);
    enum sr_status status = SR_OK;
    /* In a script nothing has been drawn, and so nothing has been computed, before the pane was
     * asked. */
    if (!session->interactive && !sr_session_settled(session))
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    else
        sr_queue_enter_behind(session, item, sr_text_get(&line));
    sr_text_fini(&line);
    return status;
}

SR_RUN(back_run);

const struct sr_command sr_command_back = {
    .name = "back",
    .group = "interface",
    .at_once = true,
    .direct = true,
    .help = "Close what lies in front: overlay, zoom, form, enlarged sample; then to the pane that "
            "led here, to Browse, out of the filter.",
    .params =
        (const struct sr_param[]){
            {"quit", SR_PARAM_SWITCH, .help = "Quit when there is nothing left to close."}, {0}},
    .run = back_run,
};

/* Everything of the split again; false when that is what is selected. */
static bool leave_filter(struct sr_session *session, enum sr_status *status, struct sr_error *error)
{
    struct sr_filter everything;
    sr_filter_init(&everything);
    everything.split = session->selection.filter.split;
    everything.change = session->selection.filter.change;
    if (!memcmp(&everything, &session->selection.filter, sizeof everything)) {
        if (!everything.change.severity) return false;
        everything.change = (struct sr_change){0};
    }
    *status = sr_session_select(session, &everything, error);
    return true;
}

SR_RUN(back_run)
{
    SR_UNUSED;
    struct sr_view *view = &session->view;
    const struct sr_pane *pane = sr_pane_current(session);
    enum sr_status status = SR_OK;
    reply->shown = true;
    session->message[0] = '\0';
    if (sr_overlay_close(session))
        ;
    else if (view->zoomed)
        view->zoomed = false;
    else if (pane->back && pane->back(session))
        ;
    else if (view->trail_count)
        view->pane = view->trail[--view->trail_count];
    else if (pane != sr_panes[0])
        view->pane = sr_panes[0];
    else if (!leave_filter(session, &status, error) && sr_args_switch(args, "quit"))
        sr_queue_enter_behind(session, item, "quit");
    return status;
}

SR_RUN(zoom_run);

const struct sr_command sr_command_zoom = {
    .name = "zoom",
    .group = "interface",
    .at_once = true,
    .help = "Show the pane alone, or with the bars again.",
    .run = zoom_run,
};

SR_RUN(zoom_run)
{
    SR_UNUSED;
    session->view.zoomed = !session->view.zoomed;
    reply->shown = true;
    return SR_OK;
}

SR_RUN(redraw_run);

const struct sr_command sr_command_redraw = {
    .name = "redraw",
    .group = "interface",
    .at_once = true,
    .help = "Draw the whole screen again.",
    .run = redraw_run,
};

SR_RUN(redraw_run)
{
    SR_UNUSED;
    session->redraw = true;
    reply->shown = true;
    return SR_OK;
}

SR_RUN(suspend_run);

const struct sr_command sr_command_suspend = {
    .name = "suspend",
    .group = "interface",
    .at_once = true,
    .help = "Suspend the program; the shell's fg continues it.",
    .run = suspend_run,
};

SR_RUN(suspend_run)
{
    SR_UNUSED;
    if (!session->interactive)
        return sr_error_set(error, SR_ERROR_STATE,
                            "suspend: only the explorer can be suspended; here use: kill -STOP");
    session->suspend = true;
    reply->shown = true;
    return SR_OK;
}

SR_RUN(prompt_run);

const struct sr_command sr_command_prompt = {
    .name = "prompt",
    .group = "interface",
    .at_once = true,
    .help = "Open the command prompt.",
    .params =
        (const struct sr_param[]){
            {"line", SR_PARAM_LINE, .positional = true, .help = "Its initial text."}, {0}},
    .run = prompt_run,
};

SR_RUN(prompt_run)
{
    SR_UNUSED;
    const char *line = sr_args_text(args, "line");
    session->view.prompt = true;
    session->view.prompt_sign = ':';
    sr_text_clear(&session->view.prompt_text);
    if (line) sr_text_printf(&session->view.prompt_text, "%s ", line);
    session->view.prompt_at = session->view.prompt_text.length;
    sr_text_clear(&session->view.prompt_hint);
    reply->shown = true;
    return SR_OK;
}

SR_RUN(model_run);

const struct sr_command sr_command_model = {
    .name = "model",
    .group = "interface",
    .at_once = true,
    .help = "Choose the model that the panes show.",
    .params =
        (const struct sr_param[]){{"name", SR_PARAM_ENTRY, .positional = true, .choices = "next",
                                   .required = true, .help = "Its name, or next."},
                                  {0}},
    .run = model_run,
};

SR_RUN(model_run)
{
    SR_UNUSED;
    struct sr_entry *entry = arg_model(args, "name");
    const bool next = !entry;
    if (next) entry = sr_session_entry(session, NULL, error);
    if (!entry) return error->status;
    if (next && session->view.model[0]) {
        for (size_t i = 0; i < session->entry_count; i++)
            if (session->entries[i] == entry) {
                entry = session->entries[(i + 1) % session->entry_count];
                break;
            }
    }
    snprintf(session->view.model, sizeof session->view.model, "%s", entry->name);
    session->view.split = -1;
    sr_reply_say(reply, "model %s", entry->name);
    return SR_OK;
}

SR_RUN(split_run);

const struct sr_command sr_command_split = {
    .name = "split",
    .group = "interface",
    .at_once = true,
    .help = "Choose the split that models are judged on in the panes.",
    .params =
        (const struct sr_param[]){{"name", SR_PARAM_CHOICE, .positional = true, .required = true,
                                   .choices = SR_SPLITS " next", .help = "Its name, or next."},
                                  {0}},
    .run = split_run,
};

SR_RUN(split_run)
{
    SR_UNUSED;
    int split = sr_args_choice(args, "name"), now = (int)sr_session_shown_split(session);
    if (split == SR_SPLIT_COUNT) split = (now + 1) % SR_SPLIT_COUNT; /* next */
    session->view.split = split;
    sr_reply_say(reply, "judged on the %s split", sr_split_names[split]);
    return SR_OK;
}

SR_RUN(quit_run);

const struct sr_command sr_command_quit = {
    .name = "quit",
    .alias = "q",
    .group = "program",
    .at_once = true,
    .help = "Quit; asks first while jobs are running. Short form: q.",
    .params = (const struct sr_param[]){{"now", SR_PARAM_SWITCH, .help = "Without asking."}, {0}},
    .run = quit_run,
};

SR_RUN(quit_run)
{
    SR_UNUSED;
    size_t jobs = 0, commands = sr_queue_waiting(session, item);
    for (size_t i = 0; i < session->run_count; i++) jobs += sr_run_pending(session->runs[i]);
    enum sr_status status = SR_OK;
    if (jobs && !sr_args_switch(args, "now"))
        status = sr_queue_ask(session, item, NULL, error,
                              "%zu training job%s under way: quit and stop %s?", jobs,
                              jobs == 1 ? " is" : "s are", jobs == 1 ? "it" : "them");
    else if (commands && !sr_args_switch(args, "now"))
        status = sr_queue_ask(session, item, NULL, error, "%zu command%s: quit and give %s up?",
                              commands, commands == 1 ? " waits" : "s wait",
                              commands == 1 ? "it" : "them");
    reply->shown = true;
    if (status) return status;
    session->quit = true;
    return SR_OK;
}
