/* compare.c - compare: models side by side, and a test of every pair. */
#include "internal.h"
#include "methods.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/paired.h"

SR_RUN(compare_run);

const struct sr_command sr_command_compare = {
    .name = "compare",
    .group = "evaluate",
    .help = "All models (or those named) side by side, with a test of every pair.",
    .params = (const struct sr_param[]){{"models", SR_PARAM_MODELS, .positional = true,
                                         .help = "The models; all of them when none is named."},
                                        SR_SPLIT_PARAM,
                                        SR_COSTS_PARAM,
                                        {0}},
    .run = compare_run,
    .example = "compare cnn svm forest split=test",
};

enum sr_status field_gather(struct sr_session *session, struct sr_entry *const *named, size_t count,
                            enum sr_split_name split, struct field *field, struct sr_error *error)
{
    size_t room = count ? count : session->entry_count;
    enum sr_status status = sr_session_data(session, error);
    for (size_t i = 1; !status && i < count; i++)
        for (size_t k = 0; !status && k < i; k++)
            if (named[i] == named[k])
                status = sr_error_set(error, SR_ERROR_ARGUMENT,
                                      "%s is named twice; name each model once", named[i]->name);
    field->entries = sr_xalloc(room * sizeof *field->entries);
    field->predictions = sr_xalloc(room * sizeof *field->predictions);
    struct sr_error pending = {0}, refused = {0};
    for (size_t i = 0; !status && i < room; i++) {
        struct sr_entry *entry = count ? named[i] : session->entries[i];
        const struct sr_intervals *unused;
        enum sr_status one =
            sr_session_predictions(session, entry, split, &field->predictions[field->count], error);
        if (!one) one = sr_session_intervals(session, entry, split, &unused, error);
        /* All are asked at once, so that they are computed one after another without further turns
         * here. */
        if (one == SR_PENDING)
            pending = *error;
        else if (one && count)
            status = one;
        else if (one)
            refused = *error;
        else
            field->entries[field->count++] = entry;
    }
    if (!status && pending.status) {
        *error = pending;
        status = SR_PENDING;
    }
    if (!status && !field->count)
        status = sr_error_set(error, SR_ERROR_STATE, "no model can be compared on the %s split%s%s",
                              sr_split_names[split],
                              refused.status ? ": " : "; train one: train cnn", refused.text);
    return status;
}

static double share_right(const struct sr_predictions *predictions)
{
    size_t right = 0;
    for (size_t i = 0; i < predictions->count; i++)
        right += predictions->predicted[i] == predictions->truth[i];
    return (double)right / (double)predictions->count;
}

static int by_accuracy(const void *a, const void *b, void *context)
{
    const struct field *field = context;
    const struct sr_predictions *x = field->predictions[*(const size_t *)a],
                                *y = field->predictions[*(const size_t *)b];
    const double first = share_right(x), second = share_right(y);
    return (first < second) - (first > second);
}

size_t *field_order(struct field *field)
{
    size_t *order = sr_xalloc(field->count * sizeof *order);
    for (size_t i = 0; i < field->count; i++) order[i] = i;
    qsort_r(order, field->count, sizeof *order, by_accuracy, field);
    return order;
}

void field_free(struct field *field)
{
    free(field->entries);
    free(field->predictions);
    *field = (struct field){0};
}

/* What fits 80 columns, and the explorer's box within them. */
enum { TEXT_WIDTH = 76 };

/* Do all models have the same in this? */
static bool same_for_all(const struct field *field, size_t (*value)(const struct field *, size_t))
{
    for (size_t i = 1; i < field->count; i++)
        if (value(field, i) != value(field, 0)) return false;
    return true;
}

static size_t judged_on(const struct field *field, size_t i)
{
    return field->predictions[i]->count;
}

static size_t trained_on(const struct field *field, size_t i)
{
    return (size_t)field->entries[i]->model->train_count;
}

static bool of_other_files(const struct sr_session *session, const struct sr_model *model)
{
    return strcmp(model->digest, session->data->digest) != 0;
}

static void report_models(const struct sr_session *session, const struct field *field,
                          const size_t *order, enum sr_split_name split,
                          const struct sr_costs *costs, struct sr_reply *reply)
{
    const bool even = same_for_all(field, judged_on);
    const struct sr_column columns[] = {{"model", "model", .left = true},
                                        {.key = "family"},
                                        {.key = "split"},
                                        {"count", even ? NULL : "samples", SR_UNIT_COUNT, .gap = 2},
                                        {0}};
    static const char *const behind[] = {"left_out", "stopped", "diverged", "other_files",
                                         "reordered"};
    char count[32];
    sr_format_count(count, sizeof count, sr_session_samples(session, split).count);
    if (even) sr_format_count(count, sizeof count, field->predictions[0]->count);
    sr_reply_say(reply, "%s samples of the %s split%s; from, to: 95 %% interval (Wilson)\n", count,
                 sr_split_names[split], even ? "" : ", without those that a model was trained on");
    struct sr_table *table = sr_reply_rows(reply, "model", columns);
    score_columns(table, costs);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        sr_table_add_column(table, &(struct sr_column){.key = behind[i]});
    table->room = TEXT_WIDTH;
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        double scores[SR_SCORE_COUNT];
        struct sr_interval intervals[SR_SCORE_COUNT];
        sr_scores(session, entry, split, costs, scores);
        sr_table_text(table, entry->name);
        sr_table_text(table, entry->model->class->name);
        sr_table_text(table, sr_split_names[split]);
        sr_table_integer(table, (int64_t)field->predictions[order[i]]->count);
        sr_score_intervals(session, entry, split, intervals);
        score_cells(table, scores, intervals);
        sr_table_integer(table, (int64_t)sr_session_predicted(session, entry, split)->left_out);
        sr_table_switch(table, entry->model->stopped);
        sr_table_switch(table, entry->model->diverged);
        sr_table_switch(table, of_other_files(session, entry->model));
        sr_table_switch(table, entry->model->order != NULL);
    }
}

/* The intervals of the other measures, for people. */
static void report_intervals(const struct sr_session *session, const struct field *field,
                             const size_t *order, enum sr_split_name split, struct sr_reply *reply)
{
    static const enum sr_score shown[] = {SR_SCORE_MACRO_F1, SR_SCORE_LOSS, SR_SCORE_CALIBRATION,
                                          SR_SCORE_TOP2};
    static const struct sr_column columns[] = {{"model", "95 % intervals", .left = true},
                                               {"f1", "macro F1", .gap = 2},
                                               {"loss", "log loss", .gap = 2},
                                               {"calibration", "calib. error", .gap = 2},
                                               {"top2", "top 2", .gap = 2},
                                               {0}};
    sr_reply_only(reply, SR_FOR_PEOPLE);
    sr_reply_say(reply, "%s", "");
    struct sr_table *table = sr_reply_rows(reply, "intervals", columns);
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        struct sr_interval intervals[SR_SCORE_COUNT];
        sr_score_intervals(session, entry, split, intervals);
        sr_table_text(table, entry->name);
        for (size_t c = 0; c < sizeof shown / sizeof *shown; c++) {
            const struct sr_interval *interval = &intervals[shown[c]];
            const bool share = sr_score_kinds[shown[c]].format == SR_FORMAT_SHARE;
            sr_table_text(table, "");
            if (isfinite(interval->low))
                sr_table_shown(table, share ? "%.1f–%.1f %%" : "%.4f–%.4f",
                               share ? 100 * interval->low : interval->low,
                               share ? 100 * interval->high : interval->high);
        }
    }
    sr_reply_only(reply, SR_FOR_ALL);
}

/* What makes a comparison of these models less than one of their methods. */
static void say_unlike(const struct field *field, const size_t *order, struct sr_reply *reply)
{
    const char *before = "";
    if (!same_for_all(field, trained_on)) {
        sr_reply_say(reply, "\nnot trained on as many rows: ");
        for (size_t i = 0; i < field->count; i++, before = ", ") {
            char count[32];
            sr_format_count(count, sizeof count, trained_on(field, order[i]));
            if (!trained_on(field, order[i])) snprintf(count, sizeof count, "(not known)");
            sr_reply_more(reply, "%s%s %s", before, field->entries[order[i]]->name, count);
        }
    }
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        if (!*sr_model_ending(entry->model)) continue;
        sr_reply_say(reply, *before ? "%s %s" : "\n%s %s", entry->name,
                     entry->model->diverged ? "diverged" : "was stopped early");
        before = ", ";
    }
}

/* Which models come from other files than those that are open, and whose classes are matched. */
static void say_origins(const struct sr_session *session, const struct field *field,
                        const size_t *order, struct sr_reply *reply)
{
    struct sr_text others = {0}, matched = {0};
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_model *model = field->entries[order[i]]->model;
        if (of_other_files(session, model)) {
            sr_text_printf(&others, "%s%s", others.length ? ", " : "", model->name);
            if (model->data_name[0]) sr_text_printf(&others, " (%s)", model->data_name);
        }
        if (model->order) sr_text_printf(&matched, "%s%s", matched.length ? ", " : "", model->name);
    }
    if (others.length) sr_reply_say(reply, "\ntrained on other files: %s", sr_text_get(&others));
    if (matched.length)
        sr_reply_say(reply, "%sclasses matched by name, in another order there: %s",
                     others.length ? "" : "\n", sr_text_get(&matched));
    sr_text_fini(&others);
    sr_text_fini(&matched);
}

/* Whose log loss is what it is because of probabilities too small to be counted as they are. */
static void say_clipped(const struct sr_session *session, const struct field *field,
                        const size_t *order, enum sr_split_name split, struct sr_reply *reply)
{
    bool first = true;
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        struct sr_text text = {0};
        sr_predicted_print_clipped(sr_session_predicted(session, entry, split), &text);
        if (text.length)
            sr_reply_say(reply, first ? "\n%s: %s" : "%s: %s", entry->name, sr_text_get(&text));
        first = first && !text.length;
        sr_text_fini(&text);
    }
}

/* Of all models, those that cannot be judged on this split, and why. */
static void report_left_out(struct sr_session *session, const struct field *field,
                            enum sr_split_name split, struct sr_reply *reply)
{
    const char *before = "\n";
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        const struct sr_predictions *unused;
        struct sr_error why = {0};
        bool shown = false;
        for (size_t k = 0; k < field->count; k++) shown = shown || field->entries[k] == entry;
        if (shown || !sr_session_predictions(session, entry, split, &unused, &why)) continue;
        sr_reply_only(reply, SR_FOR_PEOPLE);
        sr_reply_say(reply, *before ? "\nleft out: %s" : "left out: %s", why.text);
        before = "";
        sr_reply_only(reply, SR_JSON);
        sr_reply_record(reply, "left_out");
        sr_reply_text(reply, "model", entry->name);
        sr_reply_text(reply, "reason", why.text);
        sr_reply_only(reply, SR_FOR_ALL);
    }
}

static void report_pair(struct sr_table *table, const struct sr_pair *pair,
                        const struct sr_entry *first, const struct sr_entry *second)
{
    struct sr_text sentence = {0};
    struct sr_difference difference;
    sr_pair_print(pair, first->name, second->name, &sentence);
    sr_table_text(table, sr_text_get(&sentence));
    sr_scores_print_unlike(first, second, &sentence);
    sr_table_text(table, first->name);
    sr_table_text(table, second->name);
    sr_table_integer(table, (int64_t)pair->test.both);
    sr_table_integer(table, (int64_t)pair->test.only_first);
    sr_table_integer(table, (int64_t)pair->test.only_second);
    sr_table_integer(table, (int64_t)pair->test.neither);
    sr_table_number(table, pair->test.agreement);
    sr_accuracy_difference(&pair->test, &difference);
    sr_table_number(table, difference.value);
    sr_table_number(table, difference.low);
    sr_table_number(table, difference.high);
    sr_table_number(table, pair->test.p);
    sr_table_number(table, pair->p);
    sr_table_integer(table, (int64_t)sr_mcnemar_count(&pair->test));
    sr_table_text(table, sr_text_get(&sentence));
    sr_text_fini(&sentence);
}

/* McNemar's test of every pair, adjusted by Holm; how many there are. */
static size_t report_pairs(const struct field *field, const size_t *order, enum sr_split_name split,
                           struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {.label = "", .left = true},
        {.key = "first"},
        {.key = "second"},
        {.key = "both"},
        {"only_first", "1st", .width = 4},
        {"only_second", "2nd", .width = 4},
        {.key = "neither"},
        {"agreement", "agree", SR_UNIT_SHARE, "%.1f %%", .width = 6},
        {.key = "difference"},
        {.key = "difference_low"},
        {.key = "difference_high"},
        {.key = "p"},
        {.key = "p_adjusted"},
        {.key = "count"},
        {.key = "sentence"},
        {0}};
    const struct sr_predictions **sorted = sr_xalloc(field->count * sizeof *sorted);
    for (size_t i = 0; i < field->count; i++) sorted[i] = field->predictions[order[i]];
    size_t count;
    struct sr_pair *pairs = sr_pairs(sorted, field->count, &count);
    free(sorted);
    char pairs_text[32];
    snprintf(pairs_text, sizeof pairs_text, "%zu pair%s", count, count == 1 ? "" : "s");
    if (count)
        sr_reply_say(
            reply,
            "\nThese fitted models, not their methods: McNemar's test of %s, p\n"
            "adjusted by Holm for just these (among other models p is another). Samples that\n"
            "only the model named first gets right, only the second; how often both say the\n"
            "same:\n",
            pairs_text);
    struct sr_table *table = count ? sr_reply_rows(reply, "pair", columns) : NULL;
    for (size_t k = 0; k < count; k++)
        report_pair(table, &pairs[k], field->entries[order[pairs[k].first]],
                    field->entries[order[pairs[k].second]]);
    if (count)
        sr_reply_say(reply, "\nto see such samples: browse split=%s model=%s beats=%s",
                     sr_split_names[split], field->entries[order[0]]->name,
                     field->entries[order[1]]->name);
    free(pairs);
    return count;
}

static void report_whole(const struct sr_session *session, const struct field *field,
                         const size_t *order, enum sr_split_name split, size_t pairs,
                         struct sr_reply *reply)
{
    struct sr_json *names = sr_json_array();
    for (size_t i = 0; i < field->count; i++)
        sr_json_add_text(names, field->entries[order[i]]->name);
    sr_reply_only(reply, SR_JSON);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_integer(reply, "count", (int64_t)sr_session_samples(session, split).count);
    sr_reply_list(reply, "models", names);
    sr_reply_integer(reply, "pairs", (int64_t)pairs);
}

SR_RUN(compare_run)
{
    SR_UNUSED;
    struct field field = {0};
    const size_t named = arg_count(args, "models");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_scan_models(session, error);
    struct sr_costs costs = {0};
    if (!status) status = costs_of(session, args, &costs, error);
    if (!status) {
        struct sr_entry **entries = sr_xalloc((named + 1) * sizeof *entries);
        for (size_t i = 0; i < named; i++) entries[i] = arg_model_at(args, "models", i)->entry;
        status = field_gather(session, entries, named, split, &field, error);
        free(entries);
    }
    if (!status) {
        size_t *order = field_order(&field);
        report_models(session, &field, order, split, costs.values ? &costs : NULL, reply);
        report_intervals(session, &field, order, split, reply);
        say_unlike(&field, order, reply);
        say_origins(session, &field, order, reply);
        say_clipped(session, &field, order, split, reply);
        if (!named) report_left_out(session, &field, split, reply);
        const size_t pairs = report_pairs(&field, order, split, reply);
        methods_report(&field, reply);
        report_whole(session, &field, order, split, pairs, reply);
        free(order);
    }
    sr_costs_fini(&costs);
    field_free(&field);
    return status;
}
