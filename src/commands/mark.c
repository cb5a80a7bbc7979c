/* mark.c - mark and decisions: what a person says of samples, and what two people say. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/app/review.h"
#include "sartor/base/memory.h"
#include "sartor/panes/pane.h"
#include "undo.h"

SR_RUN(mark_run);
SR_RUN(decisions_run);

const struct sr_command sr_command_mark = {
    .name = "mark",
    .group = "explain",
    .help = "Decide on a sample: its label is right (keep) or wrong (flag), it is of another class "
            "(as=CLASS, or the one suggested), it is left out (drop); undo takes the mark away.",
    .params =
        (const struct sr_param[]){{"mark", SR_PARAM_CHOICE, .positional = true,
                                   .choices = "keep flag drop suggested undo",
                                   .help = "What is decided."},
                                  SR_ROW_PARAM("A row; without it, the sample under the cursor."),
                                  SR_SAMPLE_SPLIT_PARAM,
                                  {"as", SR_PARAM_CLASS, .help = "The class that it is of."},
                                  SR_ALL_PARAM,
                                  {"note", SR_PARAM_TEXT, .help = "Why, in a few words."},
                                  {0}},
    .run = mark_run,
    .need = chosen_need,
    .example = "mark train:17 as=Coat",
};

const struct sr_command sr_command_decisions = {
    .name = "decisions",
    .group = "explain",
    .help = "List the decisions on samples. With a file of another person's decisions on the same "
            "data: tell how far both agree, and add those on samples without a decision.",
    .params =
        (const struct sr_param[]){
            {"file", SR_PARAM_FILE, .positional = true, .choices = ".csv",
             .help = "Decisions as to= writes them."},
            {"to", SR_PARAM_FILE, .choices = ".csv", .help = "Write all decisions to this file."},
            {"limit", SR_PARAM_INTEGER, .fallback = "20", .minimum = 0, .maximum = 1e9,
             .help = "Decisions or conflicts to list, 0 for all."},
            {0}},
    .run = decisions_run,
    .example = "decisions theirs.csv",
};

/* ---- mark ------------------------------------------------------------------------------ */

/* What the line asks for, for one sample; false where nothing is suggested. */
static bool decide(struct sr_session *session, const struct sr_args *args, struct sample sample,
                   struct sr_decision *one)
{
    enum { SUGGESTED = 3 };
    static const enum sr_mark marks[] = {SR_MARK_KEEP, SR_MARK_FLAG, SR_MARK_DROP, SR_MARK_AS,
                                         SR_MARK_NONE};
    const int choice = sr_args_choice(args, "mark"), class = arg_class(args, "as");
    struct sr_suggestion suggested;
    const bool known = sr_session_suggestion(session, sample.file, sample.row, &suggested);
    *one = sr_decision_of(sample.file, sample.row, choice >= 0 ? marks[choice] : SR_MARK_AS);
    if (choice == SUGGESTED && !known) return false;
    if (one->mark == SR_MARK_AS)
        one->class = choice == SUGGESTED ? suggested.class : (uint8_t) class;
    if (known && (one->mark != SR_MARK_AS || one->class == suggested.class)) {
        snprintf(one->by, sizeof one->by, "%s", suggested.by);
        one->confidence = suggested.confidence;
    }
    if (sr_args_text(args, "note"))
        snprintf(one->note, sizeof one->note, "%s", sr_args_text(args, "note"));
    return true;
}

static enum sr_status check(const struct sr_args *args, struct sr_error *error)
{
    const bool marks = sr_args_text(args, "mark") != NULL, as = sr_args_given(args, "as");
    if (marks == as)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "mark: one of keep, flag, drop, suggested, undo or as=CLASS is needed");
    if (as && arg_class(args, "as") < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "mark: as= names one class");
    return chosen_check("mark", args, error);
}

static void say_decision(const struct sr_session *session, const struct sr_decision *one,
                         struct sr_reply *reply)
{
    static const char *const said[SR_MARK_COUNT] = {"is not marked", "keeps its label",
                                                    "is flagged as wrong", "is left out", "is"};
    sr_reply_say(reply, "%s:%u %s%s%s", sr_file_names[one->file], one->row, said[one->mark],
                 one->mark == SR_MARK_AS ? " " : "",
                 one->mark == SR_MARK_AS ? class_name(session, one->class) : "");
}

/* To the next that is to be decided on: in a queue the next that is not decided yet. */
static void go_on(struct sr_session *session, const struct sr_decision *one)
{
    struct sr_selection *selection = &session->selection;
    const struct sr_pane *pane = sr_pane_current(session);
    const char *mode = pane->mode ? pane->mode(session) : NULL;
    if (!sr_selection_reviews(session) && (!mode || strcmp(mode, "label"))) return;
    /* What is left out may have gone from the selection: then the next one is here already. */
    if (!selection->count || selection->rows[selection->at] != one->row ||
        sr_selection_file(selection, selection->at) != one->file)
        return;
    size_t at = selection->at + 1;
    while (selection->filter.queue && at < selection->count &&
           sr_session_marked(session, sr_selection_file(selection, at), selection->rows[at]))
        at++;
    if (at < selection->count) selection->at = at;
}

SR_RUN(mark_run)
{
    SR_UNUSED;
    const bool all = sr_args_switch(args, "all");
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = check(args, error);
    if (status) return status;
    const size_t most = chosen_count(session, args);
    struct sr_decision *list = sr_xalloc((most + 1) * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < most; i++)
        count += decide(session, args, chosen_at(session, args, i), &list[count]);
    if (!count)
        status = sr_error_set(error, SR_ERROR_STATE, "mark: %s",
                              !most ? "nothing is selected"
                                    : "nothing is suggested there; suspects "
                                      "MODEL and browse queue suggest classes");
    struct sr_decision *before = sr_xalloc((count + 1) * sizeof *before);
    for (size_t i = 0; i < count; i++) {
        const struct sr_decision *own = sr_session_decision(session, list[i].file, list[i].row);
        before[i] = own ? *own : sr_decision_of(list[i].file, list[i].row, SR_MARK_NONE);
    }
    if (!status) status = sr_session_decide(session, list, count, error);
    if (!status) {
        undo_push_mark(session, before, count);
        if (all)
            sr_reply_say(reply, "%zu samples: %s", count,
                         sr_args_text(args, "mark") ? sr_args_text(args, "mark")
                                                    : class_name(session, arg_class(args, "as")));
        else
            say_decision(session, &list[0], reply);
        if (!all && !sr_args_given(args, "index") && list[0].mark) go_on(session, &list[0]);
    }
    free(before);
    free(list);
    return status;
}

/* ---- decisions ------------------------------------------------------------------------- */

#define DECISION_COLUMNS                                                                           \
    {"decision", "decision", .left = true, .gap = 2}, {"class", "class", .left = true, .gap = 2},  \
        {"label", "label", .left = true, .gap = 2},                                                \
        {"by", "suggested by", .left = true, .gap = 2},                                            \
        {"confidence", "sure", SR_UNIT_SHARE, "%.0f %%", .width = 6},                              \
        {"who", "who", .left = true, .gap = 2}, {"time", "time", .left = true, .gap = 2},          \
        {"note", "note", .left = true, .gap = 2},                                                  \
    {                                                                                              \
        0                                                                                          \
    }

/* "drop", or the class that the sample is of. */
static const char *own_words(const struct sr_session *session, const struct sr_decision *theirs)
{
    const struct sr_decision *own = sr_session_decision(session, theirs->file, theirs->row);
    if (!own) return NULL;
    return own->mark == SR_MARK_AS ? class_name(session, own->class) : sr_mark_names[own->mark];
}

static void list_decision(const struct sr_session *session, const struct sr_decision *one,
                          bool conflict, struct sr_table *table)
{
    char id[32];
    snprintf(id, sizeof id, "%s:%u", sr_file_names[one->file], one->row);
    sr_table_text(table, id);
    if (conflict) sr_table_text(table, own_words(session, one));
    sr_table_text(table, sr_mark_names[one->mark]);
    if (one->mark == SR_MARK_AS)
        sr_table_named(table, one->class, class_name(session, one->class));
    else
        sr_table_text(table, NULL);
    sr_table_named(table, one->label, class_name(session, one->label));
    sr_table_text(table, one->by[0] ? one->by : NULL);
    sr_table_number(table, (double)one->confidence);
    sr_table_text(table, one->who);
    sr_table_text(table, one->time);
    sr_table_text(table, one->note[0] ? one->note : NULL);
}

/* Of conflicts also what one's own decision is. */
static void list_decisions(const struct sr_session *session, bool conflicts,
                           const struct sr_decision *items, size_t count, size_t limit,
                           struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{"sample", "sample", .left = true, .width = 13},
                                               DECISION_COLUMNS},
                                  of_conflicts[] = {{"sample", "sample", .left = true, .width = 13},
                                                    {"own", "yours", .left = true, .gap = 2},
                                                    DECISION_COLUMNS};
    size_t all = 0;
    struct sr_table *table = sr_reply_rows(reply, conflicts ? "conflict" : "decision",
                                           conflicts ? of_conflicts : columns);
    for (size_t i = 0; i < count; i++) {
        if (!items[i].mark) continue;
        all++;
        if (!limit || all <= limit) list_decision(session, &items[i], conflicts, table);
    }
    if (limit && all > limit)
        sr_reply_say(reply, "  and %zu more (limit=0 lists all)", all - limit);
}

static void report_own(const struct sr_session *session, size_t limit, struct sr_reply *reply)
{
    const struct sr_decisions *all = &session->decisions;
    const size_t *counts = all->counts;
    size_t open = 0;
    for (size_t i = 0; i < session->suspects.count; i++)
        open += !sr_session_marked(session, SR_FILE_TRAIN, session->suspects.items[i].row);
    sr_reply_record(reply, NULL);
    sr_reply_integer(reply, "kept", (int64_t)counts[SR_MARK_KEEP]);
    sr_reply_integer(reply, "flagged", (int64_t)counts[SR_MARK_FLAG]);
    sr_reply_integer(reply, "dropped", (int64_t)counts[SR_MARK_DROP]);
    sr_reply_integer(reply, "relabelled", (int64_t)counts[SR_MARK_AS]);
    sr_reply_integer(reply, "suspects", (int64_t)session->suspects.count);
    sr_reply_integer(reply, "suspects_open", (int64_t)open);
    sr_reply_say(reply, "%zu kept, %zu flagged, %zu left out, %zu of another class",
                 counts[SR_MARK_KEEP], counts[SR_MARK_FLAG], counts[SR_MARK_DROP],
                 counts[SR_MARK_AS]);
    if (session->suspects.count)
        sr_reply_say(reply, "%zu of %zu suspects are decided", session->suspects.count - open,
                     session->suspects.count);
    if (all->count > counts[SR_MARK_NONE])
        list_decisions(session, false, all->items, all->count, limit, reply);
}

static enum sr_status merge(struct sr_session *session, const char *path, size_t limit,
                            struct sr_reply *reply, struct sr_error *error)
{
    struct sr_agreement agreement;
    enum sr_status status = sr_session_compare_decisions(session, path, &agreement, error);
    struct sr_decision *before = sr_xalloc((agreement.other_count + 1) * sizeof *before);
    for (size_t i = 0; i < agreement.other_count; i++)
        before[i] = sr_decision_of(agreement.others[i].file, agreement.others[i].row, SR_MARK_NONE);
    if (!status)
        status = sr_session_decide(session, agreement.others, agreement.other_count, error);
    if (!status) {
        if (agreement.other_count) undo_push_mark(session, before, agreement.other_count);
        sr_reply_record(reply, "merged");
        sr_reply_integer(reply, "own", (int64_t)agreement.own);
        sr_reply_integer(reply, "theirs", (int64_t)agreement.theirs);
        sr_reply_integer(reply, "both", (int64_t)agreement.both);
        sr_reply_integer(reply, "same", (int64_t)agreement.same);
        sr_reply_number(reply, "kappa", agreement.kappa);
        sr_reply_integer(reply, "conflicts", (int64_t)agreement.conflict_count);
        sr_reply_integer(reply, "taken", (int64_t)agreement.other_count);
        sr_reply_say(reply,
                     "%zu decisions of %zu are on samples that you have decided on, too; %zu of "
                     "them are the same",
                     agreement.both, agreement.theirs, agreement.same);
        if (isfinite(agreement.kappa))
            sr_reply_more(reply, " (Cohen's kappa %.3f)", agreement.kappa);
        sr_reply_say(reply, "%zu others were taken over; yours stay where both differ",
                     agreement.other_count);
        if (agreement.conflict_count)
            list_decisions(session, true, agreement.conflicts, agreement.conflict_count, limit,
                           reply);
    }
    free(before);
    sr_agreement_fini(&agreement);
    return status;
}

SR_RUN(decisions_run)
{
    SR_UNUSED;
    const size_t limit = (size_t)sr_args_integer(args, "limit");
    enum sr_status status = sr_session_data(session, error);
    if (!status && sr_args_text(args, "file"))
        return merge(session, sr_args_text(args, "file"), limit, reply, error);
    if (!status && sr_args_text(args, "to"))
        status = sr_session_save_decisions(session, sr_args_text(args, "to"), error);
    if (!status) report_own(session, limit, reply);
    return status;
}
