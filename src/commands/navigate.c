/* navigate.c - moving about: what keys are bound to. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "sartor/commands/keys.h"
#include "sartor/panes/pane.h"

SR_RUN(move_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "where");
    for (int m = 0; m < SR_MOVE_COUNT; m++)
        if (!strcmp(name, sr_move_names[m])) sr_screen_move(session, (enum sr_move)m);
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_move = {
    .name = "move",
    .group = "interface",
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

SR_RUN(enter_run)
{
    SR_UNUSED;
    struct sr_text line = {0};
    struct sr_words words = {0};
    reply->shown = true;
    if (session->view.overlay) {
        session->view.overlay = false;
        return SR_OK;
    }
    sr_panes[session->view.pane]->enter(session, &line);
    const char *at = sr_text_get(&line);
    if (session->interactive) { /* as if typed: it is logged, and it may wait */
        if (*at) sr_keys_run_line(session, at);
        sr_text_fini(&line);
        return SR_OK;
    }
    enum sr_status status = sr_words_split(&at, &words, error);
    if (!status && words.count)
        status = sr_command_run(session, words.items, words.count, reply, error);
    sr_words_fini(&words);
    sr_text_fini(&line);
    return status;
}

const struct sr_command sr_command_enter = {
    .name = "enter",
    .group = "interface",
    .help = "Go into what is under the cursor.",
    .run = enter_run,
};

SR_RUN(back_run)
{
    SR_UNUSED;
    struct sr_view *view = &session->view;
    reply->shown = true;
    session->message[0] = '\0';
    if (view->overlay)
        view->overlay = false;
    else if (view->zoomed)
        view->zoomed = false;
    else if (view->pane == SR_PANE_TRAIN && view->form)
        view->form = false;
    else if (view->pane == SR_PANE_BROWSE && view->enlarged && view->values)
        view->values = false;
    else if (view->pane == SR_PANE_BROWSE && view->enlarged)
        view->enlarged = false;
    else if (view->trail_count)
        view->pane = view->trail[--view->trail_count];
    else if (view->pane != SR_PANE_BROWSE)
        view->pane = SR_PANE_BROWSE;
    else {
        struct sr_filter everything;
        sr_filter_init(&everything);
        everything.split = session->selection.filter.split;
        if (!memcmp(&everything, &session->selection.filter, sizeof everything)) {
            if (sr_args_switch(args, "quit")) sr_keys_run_line(session, "quit");
            return SR_OK;
        }
        return sr_session_select(session, &everything, error);
    }
    return SR_OK;
}

const struct sr_command sr_command_back = {
    .name = "back",
    .group = "interface",
    .help = "Close what lies in front: overlay, zoom, form, enlarged sample; then to the pane that "
            "led here, to Browse, out of the filter.",
    .params =
        (const struct sr_param[]){
            {"quit", SR_PARAM_SWITCH, .help = "Quit when there is nothing left to close."}, {0}},
    .run = back_run,
};

SR_RUN(redraw_run)
{
    SR_UNUSED;
    session->redraw = true;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_redraw = {
    .name = "redraw",
    .group = "interface",
    .help = "Paint the whole screen anew.",
    .run = redraw_run,
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

const struct sr_command sr_command_suspend = {
    .name = "suspend",
    .group = "interface",
    .help = "Give the terminal back to the shell until fg.",
    .run = suspend_run,
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

const struct sr_command sr_command_prompt = {
    .name = "prompt",
    .group = "interface",
    .help = "Open the command prompt.",
    .params =
        (const struct sr_param[]){
            {"line", SR_PARAM_LINE, .positional = true, .help = "What stands in it already."}, {0}},
    .run = prompt_run,
};

SR_RUN(model_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "name");
    struct sr_entry *entry = sr_session_entry(session, NULL, error);
    if (!entry) return error->status;
    if (strcmp(name, "next")) {
        entry = sr_session_entry(session, name, error);
        if (!entry) return error->status;
    } else if (session->view.model[0]) {
        for (size_t i = 0; i < session->entry_count; i++)
            if (session->entries[i] == entry) {
                entry = session->entries[(i + 1) % session->entry_count];
                break;
            }
    }
    snprintf(session->view.model, sizeof session->view.model, "%s", entry->name);
    session->view.split = -1;
    sr_text_printf(&reply->text, "model %s\n", entry->name);
    return SR_OK;
}

const struct sr_command sr_command_model = {
    .name = "model",
    .group = "interface",
    .help = "Choose the model that the panes show.",
    .params = (const struct sr_param[]){{"name", SR_PARAM_MODEL, .positional = true,
                                         .required = true, .help = "Its name, or next."},
                                        {0}},
    .run = model_run,
};

SR_RUN(split_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "name");
    struct sr_entry *entry = sr_session_entry(session, NULL, error);
    if (!entry) return error->status;
    int split = session->view.split >= 0 ? session->view.split
                                         : (int)sr_session_default_split(session, entry);
    if (!strcmp(name, "next")) split = (split + 1) % SR_SPLIT_COUNT;
    for (int s = 0; s < SR_SPLIT_COUNT; s++)
        if (!strcmp(name, sr_split_names[s])) split = s;
    session->view.split = split;
    sr_text_printf(&reply->text, "judged on the %s split\n", sr_split_names[split]);
    return SR_OK;
}

const struct sr_command sr_command_split = {
    .name = "split",
    .group = "interface",
    .help = "Choose the split that models are judged on in the panes.",
    .params =
        (const struct sr_param[]){{"name", SR_PARAM_CHOICE, .positional = true, .required = true,
                                   .choices = "train validation test next", .help = "Which."},
                                  {0}},
    .run = split_run,
};

SR_RUN(search_run)
{
    SR_UNUSED;
    const char *text = sr_args_text(args, "text");
    struct sr_view *view = &session->view;
    if (text) {
        snprintf(view->search, sizeof view->search, "%s", text);
        session->view.pane = SR_PANE_BROWSE;
    }
    if (!view->search[0])
        return sr_error_set(error, SR_ERROR_STATE,
                            "nothing has been searched for yet; / asks what");
    reply->shown = true;
    return sr_session_search(session, view->search, sr_args_switch(args, "back") ? -1 : 1, error);
}

const struct sr_command sr_command_search = {
    .name = "search",
    .group = "interface",
    .help = "Go to the next sample of a class, or to a row, in the selection.",
    .params =
        (const struct sr_param[]){
            {"back", SR_PARAM_SWITCH, .help = "To the one before."},
            {"text", SR_PARAM_LINE, .positional = true,
             .help = "Part of a class's name, or a row; without it, as before."},
            {0}},
    .run = search_run,
    .example = "search Shirt",
};

SR_RUN(tag_run)
{
    SR_UNUSED;
    enum sr_file file;
    uint32_t row;
    enum sr_status status = sample_of(session, args, &file, &row, error);
    if (status) return status;
    bool tagged = sr_args_switch(args, "off")    ? false
                  : sr_args_given(args, "index") ? true
                                                 : !session->tags[file][row];
    status = sr_session_tag(session, file, row, tagged, error);
    if (!status)
        sr_text_printf(&reply->text, "%s:%u is %s; %zu tagged in all\n", sr_file_names[file], row,
                       tagged ? "tagged" : "no longer tagged", session->tag_count);
    return status;
}

const struct sr_command sr_command_tag = {
    .name = "tag",
    .group = "data",
    .help = "Tag a sample, or take its tag away; browse tagged shows them.",
    .params =
        (const struct sr_param[]){
            {"index", SR_PARAM_INDEX, .positional = true,
             .help = "A row; without it, the sample under the cursor is switched."},
            {"split", SR_PARAM_CHOICE, .choices = "train validation test",
             .help = "The file that a bare row is of."},
            {"off", SR_PARAM_SWITCH, .help = "Take the tag away."},
            {0}},
    .run = tag_run,
};

SR_RUN(order_run)
{
    SR_UNUSED;
    struct sr_view *view = &session->view;
    if (view->pane == SR_PANE_COMPARE) {
        if (sr_args_switch(args, "reverse"))
            view->compare_reverse = !view->compare_reverse;
        else
            sr_panes[SR_PANE_COMPARE]->move(session, SR_MOVE_RIGHT);
        reply->shown = true;
        return SR_OK;
    }
    struct sr_filter filter = session->selection.filter;
    if (sr_args_switch(args, "reverse"))
        filter.descending = !filter.descending;
    else
        filter.order = (enum sr_order)((filter.order + 1) % SR_ORDER_COUNT);
    if (filter.order == SR_ORDER_INDEX && filter.as < 0 && filter.right < 0 && !filter.beats[0])
        filter.model[0] = '\0';
    enum sr_status status = sr_session_select(session, &filter, error);
    if (!status) {
        session->selection.at = 0;
        sr_text_printf(&reply->text, "sorted by %s%s\n", sr_order_names[filter.order],
                       filter.descending ? ", largest first" : "");
    }
    return status;
}

const struct sr_command sr_command_order = {
    .name = "order",
    .group = "interface",
    .help = "Sort the selection by the next of index, confidence, loss, margin; in Compare, the "
            "models by the next column.",
    .params =
        (const struct sr_param[]){
            {"reverse", SR_PARAM_SWITCH, .help = "Turn the present order round instead."}, {0}},
    .run = order_run,
};

SR_RUN(zoom_run)
{
    SR_UNUSED;
    session->view.zoomed = !session->view.zoomed;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_zoom = {
    .name = "zoom",
    .group = "interface",
    .help = "Give the whole window to the pane, or the bars back.",
    .run = zoom_run,
};

SR_RUN(smooth_run)
{
    SR_UNUSED;
    double *smoothing = &session->view.train_smoothing;
    if (sr_args_given(args, "share"))
        *smoothing = sr_args_number(args, "share");
    else
        *smoothing = *smoothing <= 0 ? 0.6 : *smoothing < 0.9 ? 0.9 : *smoothing < 0.98 ? 0.98 : 0;
    if (*smoothing > 0)
        sr_text_printf(&reply->text, "smoothed, %g of the past; the raw curve is behind\n",
                       *smoothing);
    else
        sr_text_add(&reply->text, "not smoothed\n");
    return SR_OK;
}

const struct sr_command sr_command_smooth = {
    .name = "smooth",
    .group = "interface",
    .help = "Smooth the curves of Train exponentially, with the raw ones behind.",
    .params = (const struct sr_param[]){{"share", SR_PARAM_NUMBER, .positional = true, .minimum = 0,
                                         .maximum = 0.999,
                                         .help = "Of the past in each point, 0 for none; without "
                                                 "it, the next of 0.6, 0.9, 0.98, 0."},
                                        {0}},
    .run = smooth_run,
};

/* The next model that is not the one shown; none behind the last. */
static void next_opponent(struct sr_session *session)
{
    struct sr_view *view = &session->view;
    struct sr_entry *entry = sr_session_entry(session, NULL, NULL);
    size_t at = 0;
    for (size_t i = 0; view->confusion_vs[0] && i < session->entry_count; i++)
        if (!strcmp(session->entries[i]->name, view->confusion_vs)) at = i + 1;
    while (at < session->entry_count && session->entries[at] == entry) at++;
    snprintf(view->confusion_vs, sizeof view->confusion_vs, "%s",
             at < session->entry_count ? session->entries[at]->name : "");
}

/* Samples of which one of a pair is right and the other wrong: of Compare's models, or of
 * Confusion's and there of the class that the cursor is on. */
static enum sr_status browse_beaten(struct sr_session *session, bool other_way,
                                    struct sr_error *error)
{
    struct sr_view *view = &session->view;
    struct sr_entry *first, *second;
    struct sr_filter filter;
    sr_filter_init(&filter);
    if (view->pane == SR_PANE_COMPARE) {
        enum sr_status status = sr_screen_pair(session, &first, &second, &filter.split, error);
        if (status) return status;
    } else {
        first = sr_session_entry(session, NULL, error);
        if (!first) return error->status;
        if (!view->confusion_vs[0])
            return sr_error_set(error, SR_ERROR_STATE,
                                "there is no second model beside it; v chooses one");
        second = sr_session_entry(session, view->confusion_vs, error);
        if (!second) return error->status;
        filter.split = view->split >= 0
                           ? (enum sr_split_name)view->split
                           : sr_session_default_split(session, other_way ? second : first);
        if (session->data && view->confusion_row >= 0 &&
            view->confusion_row < session->data->classes)
            filter.class = view->confusion_row;
    }
    snprintf(filter.model, sizeof filter.model, "%s", (other_way ? second : first)->name);
    snprintf(filter.beats, sizeof filter.beats, "%s", (other_way ? first : second)->name);
    enum sr_status status = sr_session_select(session, &filter, error);
    if (status) return status;
    view->pane = SR_PANE_BROWSE;
    view->enlarged = false;
    /* For a replay, which has no cursor. Not run as `browse`: that would make it the model that
     * Confusion shows. */
    struct sr_text line = {0};
    sr_text_add(&line, "browse ");
    sr_filter_print(session, &filter, &line);
    sr_session_log(session, SR_LOG_COMMAND, sr_text_get(&line));
    sr_text_fini(&line);
    return SR_OK;
}

SR_RUN(look_run)
{
    SR_UNUSED;
    struct sr_view *view = &session->view;
    const char *what = sr_args_text(args, "what");
    reply->shown = true;
    if (!strcmp(what, "values"))
        view->values = !view->values;
    else if (!strcmp(what, "versions"))
        view->versions = !view->versions;
    else if (!strcmp(what, "classes"))
        view->explain_classes = !view->explain_classes;
    else if (!strcmp(what, "others"))
        view->train_alone = !view->train_alone;
    else if (!strcmp(what, "next"))
        view->data_view = (view->data_view + 1) % 3;
    else if (strcmp(what, "vs"))
        return browse_beaten(session, !strcmp(what, "beaten"), error);
    else if (view->pane == SR_PANE_COMPARE) {
        struct sr_entry *first, *second;
        enum sr_split_name split;
        enum sr_status status = sr_screen_pair(session, &first, &second, &split, error);
        if (status) return status;
        sr_panes[SR_PANE_COMPARE]->move(session, SR_MOVE_NEXT);
    } else if (session->entry_count < 2) {
        return sr_error_set(error, SR_ERROR_STATE, "there is no second model; train another");
    } else {
        next_opponent(session);
    }
    return SR_OK;
}

const struct sr_command sr_command_look = {
    .name = "look",
    .group = "interface",
    .help = "Change what a pane shows of its subject.",
    .params =
        (const struct sr_param[]){{"what", SR_PARAM_CHOICE, .positional = true, .required = true,
                                   .choices = "values versions next others classes vs beats beaten",
                                   .help =
                                       "Browse: pixel values, augmented versions. Data: the next "
                                       "view. Train: other runs. Explain: the classes' mean heat. "
                                       "Confusion and Compare: the second model, samples that only "
                                       "the first or the second gets right."},
                                  {0}},
    .run = look_run,
};

SR_RUN(log_run)
{
    SR_UNUSED;
    struct sr_view *view = &session->view;
    if (view->pane == SR_PANE_DATA) view->data_linear = !view->data_linear;
    if (view->pane == SR_PANE_TRAIN) view->train_logarithmic = !view->train_logarithmic;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_log = {
    .name = "log",
    .group = "interface",
    .help = "Switch the vertical axis between logarithmic and linear.",
    .run = log_run,
};

SR_RUN(units_run)
{
    SR_UNUSED;
    session->view.confusion_shares = (session->view.confusion_shares + 1) % 3;
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_units = {
    .name = "units",
    .group = "interface",
    .help = "Confusion in counts, in % of the true class, in % of the predicted class.",
    .run = units_run,
};

SR_RUN(quit_run)
{
    SR_UNUSED;
    size_t busy = 0;
    for (size_t i = 0; i < session->run_count; i++) busy += session->runs[i]->state < SR_JOB_DONE;
    if (session->interactive && busy && !sr_args_switch(args, "now")) {
        session->view.question = true;
        snprintf(session->view.question_line, sizeof session->view.question_line, "quit now");
        sr_session_message(session, false, "%zu training job%s under way: quit and stop %s? (y/n)",
                           busy, busy == 1 ? " is" : "s are", busy == 1 ? "it" : "them");
        reply->shown = true;
        return SR_OK;
    }
    session->quit = true;
    return SR_OK;
}

const struct sr_command sr_command_quit = {
    .name = "quit",
    .alias = "q",
    .group = "program",
    .help = "Leave; asks first while jobs run. For short, q.",
    .params = (const struct sr_param[]){{"now", SR_PARAM_SWITCH, .help = "Without asking."}, {0}},
    .run = quit_run,
};
