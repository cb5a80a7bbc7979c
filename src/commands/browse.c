/* browse.c - browse: select samples. */
#include "map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/app/audit.h"
#include "sartor/app/review.h"
#include "sartor/panes/show.h"

SR_RUN(browse_run);
static enum sr_need browse_need(const struct sr_args *args, const struct sr_param *param);

const struct sr_command sr_command_browse = {
    .name = "browse",
    .group = "data",
    .help = "Select samples by split, class and a model's predictions.",
    .params =
        (const struct sr_param[]){
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS " any",
             .help = "Samples of this split (default: train, or the split that the model is judged "
                     "on; any for tagged ones and parts of a map)."},
            {"class", SR_PARAM_CLASS, .help = "Samples of this class; any for all."},
            {"as", SR_PARAM_CLASS, .help = "Samples predicted as this class; any for all."},
            {"wrong", SR_PARAM_SWITCH, .help = "Samples that the model gets wrong."},
            {"right", SR_PARAM_SWITCH, .help = "Samples that the model gets right."},
            {"any", SR_PARAM_SWITCH,
             .help = "Right and wrong ones (with more: undoes right or wrong)."},
            {"conf", SR_PARAM_RANGE,
             .help = "Samples whose predicted class has a probability within this range."},
            {"model", SR_PARAM_MODEL, .help = "The model whose predictions are used."},
            {"beats", SR_PARAM_MODEL,
             .help = "Samples that the model gets right and this one wrong."},
            {"tagged", SR_PARAM_TAG, .bare = "any",
             .help = "Tagged samples, or those with the tag of this name."},
            {"suspects", SR_PARAM_SWITCH,
             .help =
                 "Samples whose label looks wrong, as found by the command suspects; as= is then "
                 "the class suggested."},
            {"queue", SR_PARAM_SWITCH,
             .help = "Samples to be decided on next, the most likely to change first: suspects or "
                     "label errors of the audit, the same image with two labels, and with model= "
                     "validation rows that it gives another class; as= is then the class "
                     "suggested."},
            {"audit", SR_PARAM_CHOICE, .choices = SR_AUDIT_SAMPLE_NAMES " none",
             .help = "Findings of the audit of this kind, the worst first (see audit)."},
            {"threshold", SR_PARAM_NUMBER,
             .help = "With audit: a threshold for the score instead of the usual one."},
            {"near", SR_PARAM_SAMPLE,
             .help = "Samples near this one on the map, within= of them (see map)."},
            {"within", SR_PARAM_INTEGER, .minimum = 1, .maximum = 1e9,
             .help = "How many are near, the sample itself among them (default: 100)."},
            {"box", SR_PARAM_LIST, .minimum = -1e6, .maximum = 1e6,
             .help = "Samples in a rectangle of the map: left,bottom,right,top."},
            {"of", SR_PARAM_ENTRY, .choices = SR_FEATURES_CHOICES,
             .help = "Audit: what images are compared by, pixels, hog or a model's features "
                     "(default: hog). near, box: what the map is of, pixels, hog or a model "
                     "(default: the map shown last)."},
            MAP_LAYOUT_PARAM,
            SR_CHANGED_PARAM,
            {"sort", SR_PARAM_CHOICE, .choices = "index confidence loss margin",
             .help = "In this order; all but index need a model."},
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

/* In the explorer the pane shows the samples. */
static void list_samples(const struct sr_session *session, size_t limit, struct sr_reply *reply)
{
    const struct sr_selection *selection = &session->selection;
    /* Of "train:59999". */
    const int width = (int)strlen(sr_file_names[sr_selection_file(selection, 0)]) + 7;
    const struct sr_column columns[] = {{"index", "sample", .left = true, .gap = 2, .width = width},
                                        {"class", "class", .left = true, .no_json = true},
                                        {0}};
    if (session->interactive) sr_reply_only(reply, SR_FOR_PROGRAMS);
    struct sr_table *table = sr_reply_table(reply, "indices", columns);
    table->rows = SR_ROWS_VALUES;
    table->headless = true;
    for (size_t i = 0; i < limit; i++) {
        const uint32_t row = selection->rows[i];
        const enum sr_file file = sr_selection_file(selection, i);
        const struct sr_images *images = &session->data->files[file];
        if (selection->filter.everywhere) {
            char id[32];
            snprintf(id, sizeof id, "%s:%u", sr_file_names[file], row);
            sr_table_text(table, id);
        } else {
            sr_table_integer(table, row);
            sr_table_shown(table, "%s:%u", sr_file_names[file], row);
        }
        sr_table_text(table, class_name(session, sr_images_label(images, row)));
    }
    if (!session->interactive && limit < selection->count)
        sr_reply_say(reply, "  and %zu more (limit=0 lists all)", selection->count - limit);
    sr_reply_only(reply, SR_FOR_ALL);
}

/* Of a selection by a model's predictions: the rows that it was trained on are not in it. */
static void report_left_out(const struct sr_session *session, struct sr_reply *reply)
{
    const struct sr_filter *filter = &session->selection.filter;
    struct sr_text text = {0};
    for (size_t i = 0; filter->model[0] && i < session->entry_count; i++) {
        const struct sr_entry *entry = session->entries[i];
        if (strcmp(entry->name, filter->model)) continue;
        const struct sr_predicted *predicted = sr_session_predicted(session, entry, filter->split);
        if (!predicted) break;
        sr_predicted_print_left_out(predicted, &text);
        if (text.length) sr_reply_say(reply, "  %s", sr_text_get(&text));
        sr_reply_only(reply, SR_JSON);
        sr_reply_integer(reply, "left_out", (int64_t)predicted->left_out);
        sr_reply_only(reply, SR_FOR_ALL);
    }
    sr_text_fini(&text);
}

static void report(const struct sr_session *session, size_t limit, struct sr_reply *reply)
{
    const struct sr_selection *selection = &session->selection;
    char count[32];
    struct sr_text filter = {0};
    if (!limit || limit > selection->count) limit = selection->count;
    sr_filter_print(session, &selection->filter, &filter);
    sr_format_count(count, sizeof count, selection->count);
    sr_reply_record(reply, NULL);
    sr_reply_only(reply, SR_JSON);
    sr_reply_text(reply, "filter", sr_text_get(&filter));
    sr_reply_only(reply, SR_FOR_ALL);
    sr_reply_text(reply, "split",
                  selection->filter.everywhere ? "any" : sr_split_names[selection->filter.split]);
    sr_reply_context(reply);
    sr_reply_only(reply, SR_JSON);
    sr_reply_integer(reply, "count", (int64_t)selection->count);
    sr_reply_only(reply, SR_FOR_ALL);
    sr_reply_say(reply, "%s sample%s: %s", count, selection->count == 1 ? "" : "s",
                 sr_text_get(&filter));
    if (sr_selection_reviews(session)) {
        const size_t decided = sr_selection_decided(session);
        sr_reply_more(reply, ", %zu of %zu decided", decided, selection->count);
        sr_reply_only(reply, SR_JSON);
        sr_reply_integer(reply, "decided", (int64_t)decided);
        sr_reply_only(reply, SR_FOR_ALL);
    }
    report_left_out(session, reply);
    list_samples(session, limit, reply);
    sr_text_fini(&filter);
}

static enum sr_status read_tag(struct sr_session *session, const char *name,
                               struct sr_filter *filter, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    const bool any = !strcmp(name, "any");
    error->status = SR_OK;
    if (!any && !sr_session_tag_bit(session, name, false, error)) {
        struct sr_words names = {0};
        struct sr_text known = {0};
        for (size_t i = 1; i < session->tag_names_count; i++)
            sr_words_add(&names, session->tag_names[i]);
        sr_text_suggest(&known, name, names.items, names.count, sizeof *names.items);
        if (!error->status)
            sr_error_set(error, SR_ERROR_ARGUMENT, "browse: no sample has a tag \"%.40s\"%s", name,
                         names.count ? sr_text_get(&known) : "; tag INDEX name=NAME gives it one");
        sr_text_fini(&known);
        sr_words_fini(&names);
        return error->status;
    }
    filter->tagged = true;
    snprintf(filter->tag, sizeof filter->tag, "%s", any ? "" : name);
    return SR_OK;
}

enum sr_status read_change(const struct sr_session *session, const struct sr_args *args,
                           struct sr_change *change, struct sr_error *error)
{
    *change = session->selection.filter.change;
    if (!sr_args_given(args, "changed")) return SR_OK;
    enum sr_status status = sr_change_parse(sr_args_text(args, "changed"), change, error);
    return status ? sr_error_prefix(error, "changed=") : SR_OK;
}

/* What the words say of each sample. */
static enum sr_status read_words(struct sr_session *session, const struct sr_args *args,
                                 struct sr_filter *filter, struct sr_error *error)
{
    if (sr_args_given(args, "class")) filter->class = arg_class(args, "class");
    if (sr_args_given(args, "as")) filter->as = arg_class(args, "as");
    bool right = sr_args_switch(args, "right"), wrong = sr_args_switch(args, "wrong");
    if (right + wrong + sr_args_switch(args, "any") > 1)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: of right, wrong and any only one can be asked for");
    if (right || wrong)
        filter->right = right;
    else if (sr_args_switch(args, "any"))
        filter->right = -1;
    if (sr_args_given(args, "conf"))
        sr_args_range(args, "conf", &filter->confidence_low, &filter->confidence_high);
    if (sr_args_given(args, "tagged")) {
        enum sr_status status = read_tag(session, sr_args_text(args, "tagged"), filter, error);
        if (status) return status;
    }
    if (sr_args_given(args, "beats"))
        snprintf(filter->beats, sizeof filter->beats, "%s", arg_model(args, "beats")->name);
    if (sr_args_given(args, "descending")) filter->descending = sr_args_switch(args, "descending");
    if (sr_args_given(args, "sort")) filter->order = (enum sr_order)sr_args_choice(args, "sort");
    return SR_OK;
}

/* Does the line ask for what only a model can say, or for a split that models are judged on? */
static bool is_about_model(const struct sr_args *args, const struct sr_filter *filter)
{
    return sr_args_switch(args, "right") || sr_args_switch(args, "wrong") ||
           sr_args_given(args, "conf") || filter->beats[0] || sr_args_given(args, "sort") ||
           sr_args_given(args, "model");
}

/* Is `of` given, and not that of a map? */
static bool audits_by(const struct sr_args *args)
{
    return sr_args_given(args, "of") && !sr_args_given(args, "near") && !sr_args_given(args, "box");
}

/* `audit` and what goes with it. */
static enum sr_status read_audit(const struct sr_args *args, bool asks_model,
                                 struct sr_filter *filter, struct sr_error *error)
{
    if (sr_args_given(args, "audit")) {
        const int kind = sr_args_choice(args, "audit");
        filter->audit = kind <= SR_AUDIT_LABEL ? kind : -1;
        filter->threshold = NAN;
        snprintf(filter->audit_of, sizeof filter->audit_of, "hog");
    } else if (filter->audit < 0 && (sr_args_given(args, "threshold") || audits_by(args))) {
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: threshold goes with audit=KIND, and of with audit, near or "
                            "box");
    } else if (asks_model) {
        filter->audit = -1;
    }
    if (sr_args_given(args, "threshold")) filter->threshold = sr_args_number(args, "threshold");
    if (audits_by(args) && filter->audit >= 0) {
        const struct sr_entry *entry = arg_model(args, "of");
        snprintf(filter->audit_of, sizeof filter->audit_of, "%s",
                 entry ? entry->name : sr_args_text(args, "of"));
    }
    if (filter->audit >= 0 && (filter->suspects || filter->as >= 0 || asks_model))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: audit goes with split, class, tagged and descending only");
    return SR_OK;
}

/* The queue has an order of its own. */
static enum sr_status browse_queue(struct sr_session *session, const struct sr_args *args,
                                   struct sr_filter *filter, struct sr_reply *reply,
                                   struct sr_error *error)
{
    const struct sr_entry *entry = arg_model(args, "model");
    if (filter->right >= 0 || isfinite(filter->confidence_low) ||
        isfinite(filter->confidence_high) || filter->beats[0] || filter->order != SR_ORDER_INDEX ||
        filter->descending || filter->suspects || filter->audit >= 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: queue goes with split, class, as (the class suggested), "
                            "tagged, near, box and model only");
    if (entry) snprintf(filter->model, sizeof filter->model, "%s", entry->name);
    if (sr_args_given(args, "split")) {
        filter->everywhere = arg_split(args, "split") == SR_SPLIT_COUNT;
        filter->split =
            filter->everywhere ? SR_SPLIT_TRAIN : (enum sr_split_name)arg_split(args, "split");
    }
    enum sr_status status = sr_session_select(session, filter, error);
    if (status) return status;
    sr_browse_show(session, false);
    report(session, (size_t)sr_args_integer(args, "limit"), reply);
    reply->shown = true;
    return SR_OK;
}

SR_RUN(browse_run)
{
    SR_UNUSED;
    struct sr_filter filter = session->selection.filter;
    if (!sr_args_switch(args, "more") || sr_args_switch(args, "all")) {
        sr_filter_init(&filter);
        filter.change = session->selection.filter.change;
        if (sr_args_switch(args, "more")) {
            filter.split = session->selection.filter.split;
            filter.everywhere = session->selection.filter.everywhere;
        }
    }
    if (read_change(session, args, &filter.change, error)) return error->status;
    if (read_lasso(session, args, &filter.lasso, error)) return error->status;
    enum sr_status status = read_words(session, args, &filter, error);
    if (status) return status;
    const bool judges = is_about_model(args, &filter),
               asks_model = judges || (sr_args_given(args, "split") &&
                                       arg_split(args, "split") != SR_SPLIT_TRAIN &&
                                       arg_split(args, "split") != SR_SPLIT_COUNT);
    filter.queue = sr_args_switch(args, "queue") ||
                   (filter.queue && !asks_model && !sr_args_switch(args, "suspects") &&
                    !sr_args_given(args, "audit"));
    if (filter.queue && !sr_args_switch(args, "more")) filter.everywhere = true;
    if (filter.queue) return browse_queue(session, args, &filter, reply, error);
    if (sr_args_switch(args, "suspects")) {
        if (asks_model)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "browse: suspects go with class, as (the class suggested), tagged "
                                "and descending only");
        filter.suspects = true;
    } else if (asks_model) {
        filter.suspects = false;
    }
    status = read_audit(args, judges, &filter, error);
    if (status) return status;
    if (filter.suspects || filter.audit >= 0) filter.order = SR_ORDER_INDEX;
    bool judged =
        !filter.suspects && filter.audit < 0 &&
        (filter.order != SR_ORDER_INDEX || filter.as >= 0 || filter.right >= 0 ||
         isfinite(filter.confidence_low) || isfinite(filter.confidence_high) || filter.beats[0]);
    const struct sr_entry *entry = arg_model(args, "model");
    if (entry)
        snprintf(filter.model, sizeof filter.model, "%s", entry->name);
    else if (!judged)
        filter.model[0] = '\0';
    if (sr_args_given(args, "split")) {
        filter.everywhere = arg_split(args, "split") == SR_SPLIT_COUNT;
        filter.split =
            filter.everywhere ? SR_SPLIT_TRAIN : (enum sr_split_name)arg_split(args, "split");
    } else if (sr_args_given(args, "audit") && filter.audit >= 0) {
        filter.everywhere = true; /* twins may be in two splits */
    } else if ((filter.tagged || sr_args_given(args, "near") || sr_args_given(args, "box")) &&
               !judged && !filter.suspects && !filter.model[0] && !sr_args_switch(args, "more")) {
        filter.everywhere = true; /* tags and maps are of all splits */
    } else if (judged && !sr_args_switch(args, "more")) {
        filter.split = SR_SPLIT_DEFAULT; /* rows that it has not been trained on */
    }
    status = sr_session_select(session, &filter, error);
    if (status) return status;
    if (session->selection.filter.model[0])
        snprintf(session->view.model, sizeof session->view.model, "%s",
                 session->selection.filter.model);
    sr_browse_show(session, false);
    report(session, (size_t)sr_args_integer(args, "limit"), reply);
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
