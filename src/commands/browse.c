#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/panes/show.h"

static void report(struct sr_session *session, const struct sr_args *args, struct sr_reply *reply)
{
    const struct sr_selection *selection = &session->selection;
    size_t limit = (size_t)sr_args_integer(args, "limit");
    if (!limit || limit > selection->count) limit = selection->count;
    const struct sr_images *images = &session->data->files[selection->file];
    struct sr_text filter = {0};
    sr_filter_print(session, &selection->filter, &filter);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *indices = sr_json_array();
        sr_json_set_text(object, "filter", sr_text_get(&filter));
        sr_json_set_text(object, "split", sr_split_names[selection->filter.split]);
        sr_json_set_integer(object, "count", (int64_t)selection->count);
        for (size_t i = 0; i < limit; i++) sr_json_add_integer(indices, selection->rows[i]);
        sr_json_set(object, "indices", indices);
        sr_reply_add(reply, object);
    } else {
        char count[32];
        sr_format_count(count, sizeof count, selection->count);
        sr_text_printf(&reply->text, "%s sample%s: %s\n", count, selection->count == 1 ? "" : "s",
                       sr_text_get(&filter));
        for (size_t i = 0; !session->interactive && i < limit; i++)
            sr_text_printf(&reply->text, "  %s:%-6u %s\n", sr_file_names[selection->file],
                           selection->rows[i],
                           class_name(session, images->labels[selection->rows[i]]));
        if (!session->interactive && limit < selection->count)
            sr_text_printf(&reply->text, "  and %zu more (limit=0 lists all)\n",
                           selection->count - limit);
    }
    sr_text_fini(&filter);
}

SR_RUN(browse_run)
{
    SR_UNUSED;
    struct sr_filter filter = session->selection.filter;
    if (!sr_args_switch(args, "more") || sr_args_switch(args, "all")) {
        sr_filter_init(&filter);
        if (sr_args_switch(args, "more")) filter.split = session->selection.filter.split;
    }
    if (sr_args_given(args, "class")) filter.class = arg_class(args, "class");
    if (sr_args_given(args, "as")) filter.as = arg_class(args, "as");
    bool right = sr_args_switch(args, "right"), wrong = sr_args_switch(args, "wrong");
    if (right + wrong + sr_args_switch(args, "any") > 1)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: of right, wrong and any only one can be asked for");
    if (right || wrong)
        filter.right = right;
    else if (sr_args_switch(args, "any"))
        filter.right = -1;
    if (sr_args_given(args, "conf"))
        sr_args_range(args, "conf", &filter.confidence_low, &filter.confidence_high);
    if (sr_args_switch(args, "tagged")) filter.tagged = true;
    if (sr_args_given(args, "beats"))
        snprintf(filter.beats, sizeof filter.beats, "%s", arg_model(args, "beats")->name);
    if (sr_args_given(args, "descending")) filter.descending = sr_args_switch(args, "descending");
    if (sr_args_given(args, "sort")) filter.order = (enum sr_order)sr_args_choice(args, "sort");
    const bool asks_model =
        right || wrong || sr_args_given(args, "conf") || filter.beats[0] ||
        sr_args_given(args, "sort") || sr_args_given(args, "model") ||
        (sr_args_given(args, "split") && arg_split(args, "split") != SR_SPLIT_TRAIN);
    if (sr_args_switch(args, "suspects")) {
        if (asks_model)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "browse: suspects go with class, as (the class suggested), tagged "
                                "and descending only");
        filter.suspects = true;
    } else if (asks_model) {
        filter.suspects = false;
    }
    if (filter.suspects) filter.order = SR_ORDER_INDEX;
    bool judged = !filter.suspects && (filter.order != SR_ORDER_INDEX || filter.as >= 0 ||
                                       filter.right >= 0 || isfinite(filter.confidence_low) ||
                                       isfinite(filter.confidence_high) || filter.beats[0]);
    const struct sr_entry *entry = arg_model(args, "model");
    if (entry)
        snprintf(filter.model, sizeof filter.model, "%s", entry->name);
    else if (!judged)
        filter.model[0] = '\0';
    if (sr_args_given(args, "split"))
        filter.split = (enum sr_split_name)arg_split(args, "split");
    else if (judged && !sr_args_switch(args, "more")) /* rows that it has not been trained on */
        filter.split = sr_session_default_split(session, entry);
    enum sr_status status = sr_session_select(session, &filter, error);
    if (status) return status;
    if (session->selection.filter.model[0])
        snprintf(session->view.model, sizeof session->view.model, "%s",
                 session->selection.filter.model);
    sr_browse_show(session, false);
    report(session, args, reply);
    reply->shown = true;
    return SR_OK;
}

/* The model is needed where its predictions are. With `more` it is that of the present selection.
 */
static enum sr_need browse_need(const struct sr_args *args, const struct sr_param *param)
{
    const char *as = sr_args_text(args, "as");
    const bool judged = sr_args_switch(args, "right") || sr_args_switch(args, "wrong") ||
                        sr_args_given(args, "conf") || sr_args_given(args, "beats") ||
                        (as && strcmp(as, "any")) || sr_args_choice(args, "sort") > SR_ORDER_INDEX;
    const bool own = sr_args_switch(args, "more") || sr_args_switch(args, "suspects");
    return judged && !own && !strcmp(param->name, "model") ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

const struct sr_command sr_command_browse = {
    .name = "browse",
    .group = "data",
    .help = "Select samples by split, class and what a model says of them.",
    .params =
        (const struct sr_param[]){
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "Of this split (default train, or where the model is judged)."},
            {"class", SR_PARAM_CLASS, .help = "Whose true class is this; any for all."},
            {"as", SR_PARAM_CLASS, .help = "That the model takes for this class; any for all."},
            {"wrong", SR_PARAM_SWITCH, .help = "That the model gets wrong."},
            {"right", SR_PARAM_SWITCH, .help = "That the model gets right."},
            {"any", SR_PARAM_SWITCH, .help = "Right or wrong (undoes either, with more)."},
            {"conf", SR_PARAM_RANGE, .help = "Whose predicted probability is within this range."},
            {"model", SR_PARAM_MODEL, .help = "The model that is asked."},
            {"beats", SR_PARAM_MODEL, .help = "That the model gets right and this one wrong."},
            {"tagged", SR_PARAM_SWITCH, .help = "That are tagged."},
            {"suspects", SR_PARAM_SWITCH,
             .help = "Whose label looks wrong, as the command suspects has found; as= is then the "
                     "class suggested."},
            {"sort", SR_PARAM_CHOICE, .choices = "index confidence loss margin",
             .help = "In this order (all but index ask the model)."},
            {"descending", SR_PARAM_SWITCH, .help = "Largest first."},
            {"all", SR_PARAM_SWITCH, .help = "With more: everything in the present split again."},
            {"more", SR_PARAM_SWITCH,
             .help = "Change the present selection instead of starting from all."},
            {"limit", SR_PARAM_INTEGER, .fallback = "20", .minimum = 0, .maximum = 1e9,
             .help = "Samples to list in batch, 0 for all."},
            {0}},
    .run = browse_run,
    .need = browse_need,
    .example = "browse split=test class=Shirt as=T-shirt/top",
};
