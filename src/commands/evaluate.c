/* evaluate.c - evaluate: the scores of a model on a split, and on each class of it. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/app/leaks.h"
#include "sartor/base/memory.h"

SR_RUN(evaluate_run);

const struct sr_command sr_command_evaluate = {
    .name = "evaluate",
    .group = "evaluate",
    .help = "Accuracy, loss, precision, recall and F1 of a model on a split.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(false),
            SR_SPLIT_PARAM,
            SR_COSTS_PARAM,
            {"abstain", SR_PARAM_CHOICE, .choices = SR_ABSTAIN_CHOICES,
             .help =
                 "Also give the accuracy when the model may decline to answer: for images unlike "
                 "its training images (unfamiliar), or whose set has several classes (uncertain)."},
            {"leaks", SR_PARAM_SWITCH, .form = SR_SWITCH_VALUE,
             .help = "Also give the accuracy without images that are nearly the same as one of "
                     "another split, as audit finds them; exact copies are always looked for."},
            {"selected", SR_PARAM_SWITCH,
             .help = "Only on those of the split that are in the selection (browse), beside all "
                     "others of the split."},
            {0}},
    .run = evaluate_run,
    .example = "evaluate cnn split=test",
};

/* "calibration error 0.0071 in 15 bins (as it came 0.0325): confidence 0.2 points too high". */
static void say_calibration(struct sr_reply *reply, const struct sr_predicted *predicted,
                            const struct sr_interval *interval)
{
    const struct sr_evaluation *e = &predicted->evaluation;
    char error[64];
    sr_score_print_interval(SR_SCORE_CALIBRATION, e->calibration_error, interval, error,
                            sizeof error);
    sr_reply_say(reply, "  calibration error %s in %d bins, confidence %.2f points too %s", error,
                 SR_RELIABILITY_BINS, 100 * fabs(e->calibration_bias),
                 e->calibration_bias < 0 ? "low" : "high");
    if (predicted->calibrated)
        sr_reply_more(reply, "; before calibration %.4f, %.2f too %s", predicted->before.ece,
                      100 * fabs(predicted->before.bias),
                      predicted->before.bias < 0 ? "low" : "high");
}

/* NULL where there are no sets. */
static void say_coverage(struct sr_reply *reply, const struct sr_session *session,
                         const struct sr_coverage *coverage)
{
    if (!coverage) return;
    sr_reply_say(reply,
                 "  the %s %% sets hold the true class of %.2f %% (95 %% interval %.2f to %.2f), "
                 "with %.2f classes each on average",
                 sr_args_text(session->options, "coverage"), 100 * coverage->coverage,
                 100 * coverage->low, 100 * coverage->high, coverage->size);
}

static void say_scores(struct sr_reply *reply, const struct sr_session *session,
                       const struct sr_predicted *predicted, const struct sr_coverage *coverage,
                       const double scores[SR_SCORE_COUNT],
                       const struct sr_interval intervals[SR_SCORE_COUNT])
{
    static const enum sr_score said[] = {SR_SCORE_LOSS, SR_SCORE_MACRO_F1, SR_SCORE_TOP2};
    static const char *const names[] = {"loss", "macro F1", "top 2"};
    const struct sr_evaluation *e = &predicted->evaluation;
    sr_reply_say(reply, "  accuracy %.2f %% (95 %% interval %.2f to %.2f)", e->accuracy * 100,
                 e->accuracy_low * 100, e->accuracy_high * 100);
    for (int i = 0; i < 3; i++) {
        char text[64];
        sr_score_print_interval(said[i], scores[said[i]], &intervals[said[i]], text, sizeof text);
        if (i == 1)
            sr_reply_more(reply, "   %s %s", names[i], text);
        else
            sr_reply_say(reply, "  %s %s", names[i], text);
    }
    struct sr_text clipped = {0};
    sr_predicted_print_clipped(predicted, &clipped);
    if (clipped.length) sr_reply_say(reply, "  %s", sr_text_get(&clipped));
    sr_text_fini(&clipped);
    say_calibration(reply, predicted, &intervals[SR_SCORE_CALIBRATION]);
    say_coverage(reply, session, coverage);
    if (isfinite(scores[SR_SCORE_COST]))
        sr_reply_say(reply,
                     "  the mistakes cost %g in all, %.4f an image; deciding by least expected "
                     "cost they would cost %.4f",
                     scores[SR_SCORE_COST], scores[SR_SCORE_MEAN_COST],
                     scores[SR_SCORE_DECIDED_COST]);
    if (isfinite(scores[SR_SCORE_LOOKS]))
        sr_reply_say(reply, "  judged on the test split %.0f time%s so far", scores[SR_SCORE_LOOKS],
                     scores[SR_SCORE_LOOKS] > 1 ? "s" : "");
}

/* For programs: the ends of an interval. */
static void add_ends(struct sr_table *table, bool any, const struct sr_interval *interval)
{
    sr_table_number(table, any ? interval->low : NAN);
    sr_table_number(table, any ? interval->high : NAN);
}

/* Of one class, behind its samples: what only programs see. */
static void add_class_intervals(struct sr_table *table, const struct sr_intervals *intervals, int c,
                                bool any)
{
    add_ends(table, any, &intervals->per_class[c].precision);
    add_ends(table, any, &intervals->per_class[c].recall);
    add_ends(table, any, &intervals->per_class[c].f1);
    sr_table_number(table, intervals->per_class[c].area);
    add_ends(table, true, &intervals->per_class[c].auc);
}

/* "0.8734 (.851–.893)" */
static void show_recall(struct sr_table *table, double recall, const struct sr_interval *interval)
{
    char ends[2][16];
    snprintf(ends[0], sizeof ends[0], "%.3f", interval->low);
    snprintf(ends[1], sizeof ends[1], "%.3f", interval->high);
    sr_table_shown(table, "%.4f (%s–%s)", recall, ends[0] + (*ends[0] == '0'),
                   ends[1] + (*ends[1] == '0'));
}

static enum sr_status abstain(struct sr_session *session, const struct sr_args *args,
                              struct sr_entry *entry, enum sr_split_name split,
                              struct sr_abstention *abstention, struct sr_error *error)
{
    if (!sr_args_given(args, "abstain")) return SR_OK;
    const enum sr_abstain from = (enum sr_abstain)sr_args_choice(args, "abstain");
    return sr_session_abstain(session, entry, split, from, abstention, error);
}

/* What it does when it may refuse to answer. */
static void report_abstention(const struct sr_session *session, enum sr_abstain from,
                              const struct sr_abstention *abstention, struct sr_reply *reply)
{
    sr_reply_text(reply, "abstain", sr_abstain_names[from]);
    sr_reply_number(reply, "answered", abstention->share);
    sr_reply_number(reply, "answered_accuracy", abstention->accuracy);
    sr_reply_number(reply, "answered_low", abstention->low);
    sr_reply_number(reply, "answered_high", abstention->high);
    sr_reply_number(reply, "refused_accuracy", abstention->others);
    if (from == SR_ABSTAIN_UNFAMILIAR)
        sr_reply_say(reply, "  without an answer to what is unlike %.1f %% of held-out images: ",
                     100 * (1 - SR_UNFAMILIAR));
    else
        sr_reply_say(reply, "  without an answer where the %s %% set has several classes: ",
                     sr_args_text(session->options, "coverage"));
    sr_reply_more(reply, "%.2f %% answered", 100 * abstention->share);
    if (abstention->answered)
        sr_reply_more(reply, ", right on %.2f %% of these (95 %% interval %.2f to %.2f)",
                      100 * abstention->accuracy, 100 * abstention->low, 100 * abstention->high);
    if (abstention->answered < abstention->count)
        sr_reply_more(reply, "; on the others it would be right on %.2f %%",
                      100 * abstention->others);
}

static void report_risk(const struct sr_session *session, const struct sr_args *args,
                        const struct sr_predictions *predictions,
                        const struct sr_abstention *abstention, struct sr_reply *reply)
{
    struct sr_risk risk;
    sr_risk_of(&risk, predictions);
    sr_reply_number(reply, "risk_area", risk.area);
    sr_reply_say(reply,
                 "  area under the risk %.4f: the mean share of mistakes when the surest answers "
                 "are given first",
                 risk.area);
    if (sr_args_given(args, "abstain"))
        report_abstention(session, (enum sr_abstain)sr_args_choice(args, "abstain"), abstention,
                          reply);
}

static void report_classes(struct sr_session *session, const struct sr_evaluation *e,
                           const struct sr_intervals *intervals, const struct sr_coverage *coverage,
                           struct sr_reply *reply)
{
    const struct sr_column columns[] = {
        {"class", "class", .left = true, .gap = 2, .width = 12},
        {"precision", "precision", .format = "%.4f", .gap = 2, .width = 9},
        {"recall", "recall, 95 %", .format = "%.4f", .width = 20},
        {"f1", "F1", .format = "%.4f", .width = 9},
        {"support", "samples", .width = 9},
        {.key = "precision_low"},
        {.key = "precision_high"},
        {.key = "recall_low"},
        {.key = "recall_high"},
        {.key = "f1_low"},
        {.key = "f1_high"},
        {.key = "auc"},
        {.key = "auc_low"},
        {.key = "auc_high"},
        {"coverage", coverage ? "coverage" : NULL, SR_UNIT_SHARE, .width = 10},
        {.key = "coverage_low"},
        {.key = "coverage_high"},
        {"set_size", coverage ? "set size" : NULL, .format = "%.2f", .width = 9},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "per_class", columns);
    for (int c = 0; c < e->classes; c++) {
        sr_table_named(table, c, class_name(session, c));
        /* Nothing is known of a class that has no samples. */
        const bool any = e->per_class[c].support > 0;
        const double values[] = {e->per_class[c].precision, e->per_class[c].recall,
                                 e->per_class[c].f1};
        for (int k = 0; k < 3; k++) {
            sr_table_number(table, any ? values[k] : NAN);
            if (!any) sr_table_shown(table, "–");
            if (any && k == 1) show_recall(table, values[k], &intervals->per_class[c].recall);
        }
        sr_table_integer(table, (int64_t)e->per_class[c].support);
        add_class_intervals(table, intervals, c, any);
        if (!coverage) {
            for (int k = 0; k < 4; k++) sr_table_absent(table);
            continue;
        }
        sr_table_number(table, coverage->per_class[c].coverage);
        sr_table_number(table, coverage->per_class[c].low);
        sr_table_number(table, coverage->per_class[c].high);
        sr_table_number(table, coverage->per_class[c].size);
    }
}

/* Accuracy with and without the rows that also stand in another split. */
static void report_leaks(const struct sr_leaks *leaks, bool asked, struct sr_reply *reply)
{
    if (asked && leaks->audited && !leaks->trained && !leaks->near)
        sr_reply_say(reply,
                     "  no leak: none of these images stands, or almost stands, in what models "
                     "are trained on");
    if (!leaks->trained && !leaks->near) return;
    sr_reply_integer(reply, "leaked_same", (int64_t)leaks->trained);
    sr_reply_integer(reply, "leaked_near", (int64_t)leaks->near);
    sr_reply_number(reply, "accuracy_with_leaks", leaks->with);
    sr_reply_number(reply, "accuracy_without_leaks", leaks->without);
    sr_reply_say(reply, "  a leak: of the split's images %zu stand", leaks->trained);
    if (leaks->near)
        sr_reply_more(reply, ", and %zu almost stand, in what models are trained on", leaks->near);
    else
        sr_reply_more(reply, " in what it was trained on");
    sr_reply_say(reply, "    accuracy with them %.2f %% (%zu images), without them ",
                 100 * leaks->with, leaks->with_count);
    if (leaks->without_count)
        sr_reply_more(reply, "%.2f %% (%zu)", 100 * leaks->without, leaks->without_count);
    else
        sr_reply_more(reply, "not known: none is left");
    if (!leaks->audited) sr_reply_more(reply, "; leaks=on also finds what is almost the same");
}

/* ---- of the selection ------------------------------------------------------------------ */

static void report_selected(const struct sr_session *session, const struct sr_entry *entry,
                            enum sr_split_name split, const struct sr_evaluation *part,
                            const struct sr_evaluation *others, struct sr_reply *reply)
{
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_context(reply);
    sr_reply_integer(reply, "selected", (int64_t)session->selection.count);
    sr_reply_integer(reply, "count", (int64_t)part->count);
    sr_reply_say(reply, "%s on %zu of the %zu samples selected, those of the %s split%s",
                 entry->name, part->count, session->selection.count, sr_split_names[split],
                 split == SR_SPLIT_TEST ? "" : " that it was not trained on");
    reply_judged(reply, session, entry, split);
    sr_reply_number(reply, "accuracy", part->accuracy);
    sr_reply_number(reply, "accuracy_low", part->accuracy_low);
    sr_reply_number(reply, "accuracy_high", part->accuracy_high);
    sr_reply_number(reply, "loss", part->loss);
    sr_reply_integer(reply, "others", (int64_t)others->count);
    sr_reply_number(reply, "accuracy_of_others", others->accuracy);
    sr_reply_number(reply, "loss_of_others", others->loss);
    sr_reply_say(reply, "  accuracy %.2f %% (95 %% interval %.2f to %.2f), log loss %.4f",
                 100 * part->accuracy, 100 * part->accuracy_low, 100 * part->accuracy_high,
                 part->loss);
    if (others->count)
        sr_reply_say(reply, "  the other %zu: accuracy %.2f %%, log loss %.4f", others->count,
                     100 * others->accuracy, others->loss);
}

static enum sr_status evaluate_selected(struct sr_session *session, struct sr_entry *entry,
                                        enum sr_split_name split, struct sr_reply *reply,
                                        struct sr_error *error)
{
    const struct sr_selection *selection = &session->selection;
    const struct sr_predictions *all;
    enum sr_status status = sr_session_predictions(session, entry, split, &all, error);
    if (status) return status;
    bool *selected = sr_xalloc(all->count + 1);
    for (size_t i = 0; i < selection->count; i++) {
        if (sr_selection_file(selection, i) != sr_split_file(split)) continue;
        const size_t at = sr_predictions_find(all, selection->rows[i]);
        if (at != SIZE_MAX) selected[at] = true;
    }
    struct sr_predictions part = sr_predictions_part(all, selected, true),
                          rest = sr_predictions_part(all, selected, false);
    struct sr_evaluation of_part, of_rest;
    sr_evaluate(&of_part, &part);
    sr_evaluate(&of_rest, &rest);
    if (part.count)
        report_selected(session, entry, split, &of_part, &of_rest, reply);
    else
        status = sr_error_set(error, SR_ERROR_STATE,
                              "evaluate: none of the %zu samples selected is of the %s split and "
                              "not trained on; split= names another",
                              selection->count, sr_split_names[split]);
    sr_predictions_fini(&part);
    sr_predictions_fini(&rest);
    free(selected);
    return status;
}

SR_RUN(evaluate_run)
{
    SR_UNUSED;
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_intervals *of_measures;
    struct sr_costs costs = {0};
    double scores[SR_SCORE_COUNT];
    struct sr_interval intervals[SR_SCORE_COUNT];
    struct sr_abstention abstention;
    struct sr_leaks leaks;
    enum sr_status status = sr_session_data(session, error);
    if (!status && sr_args_switch(args, "selected"))
        return evaluate_selected(session, entry, split, reply, error);
    if (!status) status = costs_of(session, args, &costs, error);
    if (!status) status = sr_session_intervals(session, entry, split, &of_measures, error);
    if (!status) status = abstain(session, args, entry, split, &abstention, error);
    if (!status)
        status =
            sr_session_leaks(session, entry, split, sr_args_switch(args, "leaks"), &leaks, error);
    if (status) {
        sr_costs_fini(&costs);
        return status;
    }
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_evaluation *e = &predicted->evaluation;
    struct sr_coverage coverage;
    const bool covers = sr_session_coverage(session, entry, split, &coverage);
    sr_scores(session, entry, split, costs.values ? &costs : NULL, scores);
    sr_costs_fini(&costs);
    char count[32];
    sr_format_count(count, sizeof count, e->count);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_context(reply);
    sr_reply_integer(reply, "count", (int64_t)e->count);
    sr_reply_say(reply, "%s on the %s split, %s samples", entry->name, sr_split_names[split],
                 count);
    reply_judged(reply, session, entry, split);
    sr_score_intervals(session, entry, split, intervals);
    reply_scores(reply, scores, intervals);
    sr_reply_number(reply, "macro_auc", of_measures->mean_auc);
    sr_reply_number(reply, "macro_auc_low", of_measures->macro_auc.low);
    sr_reply_number(reply, "macro_auc_high", of_measures->macro_auc.high);
    sr_reply_switch(reply, "calibrated", predicted->calibrated);
    say_scores(reply, session, predicted, covers ? &coverage : NULL, scores, intervals);
    report_leaks(&leaks, sr_args_switch(args, "leaks"), reply);
    report_risk(session, args, &predicted->predictions, &abstention, reply);
    sr_reply_gap(reply);
    report_classes(session, e, of_measures, covers ? &coverage : NULL, reply);
    sr_reply_say(reply, "  macro mean: precision %.4f, recall %.4f, F1 %.4f", e->macro_precision,
                 e->macro_recall, e->macro_f1);
    reply_classes(reply, session);
    sr_reply_number(reply, "seconds", predicted->seconds);
    return SR_OK;
}
