/* suspects.c - suspects: labels that look wrong. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

SR_RUN(suspects_run);

const struct sr_command sr_command_suspects = {
    .name = "suspects",
    .group = "explain",
    .help = "Labels of the train file that look wrong to a model trained on other rows; without a "
            "model, those found last.",
    .params =
        (const struct sr_param[]){
            {"model", SR_PARAM_MODEL, .positional = true,
             .help = "The model whose family and hyperparameters are trained for each fold."},
            {"folds", SR_PARAM_INTEGER, .fallback = "3", .minimum = 2, .maximum = 20,
             .help = "Number of parts; each is judged by a model trained on the others."},
            {"rule", SR_PARAM_CHOICE, .fallback = "margin", .choices = "margin joint",
             .help = "Which samples are listed: those whose label is furthest below the likeliest "
                     "class, as many as the confident joint counts; or just those that it counts."},
            {"count", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1e9,
             .help = "Rows examined, evenly from the classes; 0 for all."},
            {"limit", SR_PARAM_INTEGER, .fallback = "20", .minimum = 0, .maximum = 1e9,
             .help = "Suspects to list, 0 for all."},
            {0}},
    .run = suspects_run,
    .lasting = true,
    .example = "suspects logreg folds=3",
};

/* What was not judged, and what was not trained on. */
static void say_left_out(const struct sr_session *session, struct sr_reply *reply)
{
    const struct sr_suspects *suspects = &session->suspects;
    const char *before = "Too few rows to be judged (under 10), so left out: ";
    for (int c = 0; c < session->data->classes; c++) {
        if (!suspects->small[c]) continue;
        sr_reply_more(reply, "%s%s (%d)", before, class_name(session, c), suspects->small[c]);
        before = ", ";
    }
    if (*before == ',') sr_reply_more(reply, ".\n");
    if (suspects->repeated)
        sr_reply_more(reply,
                      "%zu row%s whose picture is among those to be judged %s not trained on.\n",
                      suspects->repeated, suspects->repeated == 1 ? "" : "s",
                      suspects->repeated == 1 ? "was" : "were");
}

static void say_found(const struct sr_session *session, struct sr_reply *reply)
{
    const size_t found = session->suspects.count;
    char count[32], whole[32];
    sr_format_count(count, sizeof count, found);
    sr_format_count(whole, sizeof whole, session->suspects.examined);
    sr_reply_say(reply,
                 "%s of %s labels of the train file look wrong to %s, which was\n"
                 "trained anew in %d folds, never on the samples it predicts",
                 count, whole, session->suspects.model, session->suspects.folds);
    if (session->suspects.accuracy > 0)
        sr_reply_more(reply, "\n(accuracy there %.2f %%)", session->suspects.accuracy * 100);
    sr_reply_more(reply, ". %zu marked keep, %zu flag. Many labels will be right.\n",
                  session->decisions.counts[SR_MARK_KEEP], session->decisions.counts[SR_MARK_FLAG]);
    say_left_out(session, reply);
}

/* For programs: classes that are left out, with how many of their rows were examined. */
static void list_left_out(const struct sr_session *session, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{.key = "class"}, {.key = "rows"}, {0}};
    sr_reply_only(reply, SR_JSON);
    struct sr_table *table = sr_reply_table(reply, "left_out", columns);
    for (int c = 0; c < session->data->classes; c++)
        if (session->suspects.small[c]) {
            sr_table_integer(table, c);
            sr_table_integer(table, session->suspects.small[c]);
        }
    sr_reply_only(reply, SR_FOR_ALL);
}

static void list_suspects(const struct sr_session *session, size_t limit, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {.label = "rank", .width = 5},
        {"index", "sample", .left = true, .width = 13},
        {.key = "label"},
        {.key = "suggested"},
        {.key = "margin"},
        {"p_label", "p label", .format = "%.4f", .width = 8},
        {"p_suggested", "p sugg.", .format = "%.4f", .width = 8},
        {"mark", "mark", .width = 7},
        {.label = "label → suggested", .left = true, .gap = 2},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "suspects", columns);
    for (size_t i = 0; i < limit; i++) {
        const struct sr_suspect *one = &session->suspects.items[i];
        const enum sr_mark mark = sr_session_marked(session, SR_FILE_TRAIN, one->row);
        const char *label = class_name(session, one->label),
                   *suggested = class_name(session, one->suggested);
        sr_table_integer(table, (int64_t)i + 1);
        sr_table_integer(table, one->row);
        sr_table_shown(table, "train:%u", one->row);
        sr_table_named(table, one->label, label);
        sr_table_named(table, one->suggested, suggested);
        sr_table_number(table, (double)one->margin);
        sr_table_number(table, (double)one->own);
        sr_table_number(table, (double)one->other);
        sr_table_text(table, mark ? sr_mark_names[mark] : NULL);
        sr_table_absent(table);
        sr_table_shown(table, "%s → %s", label, suggested);
    }
}

static void report(const struct sr_session *session, size_t limit, struct sr_reply *reply)
{
    const size_t found = session->suspects.count;
    if (!limit || limit > found) limit = found;
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", session->suspects.model);
    sr_reply_context(reply);
    sr_reply_only(reply, SR_JSON);
    sr_reply_integer(reply, "folds", session->suspects.folds);
    sr_reply_text(reply, "rule", sr_suspects_rule_names[session->suspects.rule]);
    sr_reply_integer(reply, "examined", (int64_t)session->suspects.examined);
    sr_reply_integer(reply, "repeated", (int64_t)session->suspects.repeated);
    sr_reply_number(reply, "accuracy",
                    session->suspects.accuracy > 0 ? session->suspects.accuracy : NAN);
    sr_reply_integer(reply, "count", (int64_t)found);
    sr_reply_only(reply, SR_FOR_ALL);
    say_found(session, reply);
    list_suspects(session, limit, reply);
    list_left_out(session, reply);
    if (limit < found)
        sr_reply_say(reply, "and %zu more (limit=0 lists all; browse suspects shows them)",
                     found - limit);
    reply_classes(reply, session);
}

SR_RUN(suspects_run)
{
    SR_UNUSED;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (sr_args_given(args, "model") && !item->job) {
        const struct sr_suspects_request request = {
            arg_model(args, "model"), (enum sr_suspects_rule)sr_args_choice(args, "rule"),
            (int)sr_args_integer(args, "folds"), (size_t)sr_args_integer(args, "count")};
        status = sr_session_find_suspects(session, &request, &item->job, error);
        if (status) return status;
    }
    if (item->job) {
        const struct sr_run *run = sr_session_run(session, item->job);
        if (run->state < SR_JOB_DONE)
            return sr_error_set(error, SR_PENDING, "labels are being examined");
        if (run->state != SR_JOB_DONE) {
            *error = run->error;
            return error->status;
        }
        if (run->error.status) { /* found, but they could not be kept */
            report(session, (size_t)sr_args_integer(args, "limit"), reply);
            *error = run->error;
            return sr_error_prefix(error, "the suspects could not be kept");
        }
    }
    if (!session->suspects.folds)
        return sr_error_set(error, SR_ERROR_STATE,
                            "no suspects have been searched for in this data; suspects MODEL does "
                            "so, such as: suspects cnn");
    report(session, (size_t)sr_args_integer(args, "limit"), reply);
    return SR_OK;
}
