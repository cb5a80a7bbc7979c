/* compare.c - compare: models side by side, and a test of every pair. */
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

SR_RUN(compare_run);

const struct sr_command sr_command_compare = {
    .name = "compare",
    .group = "evaluate",
    .help = "All models (or those named) side by side, with a test of every pair.",
    .params = (const struct sr_param[]){{"models", SR_PARAM_MODELS, .positional = true,
                                         .help = "The models; all of them when none is named."},
                                        {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
                                         .help = "The split to compare on (default: validation, or "
                                                 "test where there is no validation split)."},
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
        enum sr_status one =
            sr_session_predictions(session, entry, split, &field->predictions[field->count], error);
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

static int by_accuracy(const void *a, const void *b, void *context)
{
    const struct field *field = context;
    const struct sr_predictions *x = field->predictions[*(const size_t *)a],
                                *y = field->predictions[*(const size_t *)b];
    size_t right[2] = {0, 0};
    for (size_t i = 0; i < x->count; i++) right[0] += x->predicted[i] == x->truth[i];
    for (size_t i = 0; i < y->count; i++) right[1] += y->predicted[i] == y->truth[i];
    return (right[0] < right[1]) - (right[0] > right[1]);
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

static void report_models(const struct sr_session *session, const struct field *field,
                          const size_t *order, enum sr_split_name split,
                          const struct sr_costs *costs, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{"model", "model", .left = true},
                                               {.key = "family"},
                                               {.key = "split"},
                                               {.key = "count"},
                                               {0}};
    char count[32];
    sr_format_count(count, sizeof count, field->predictions[0]->count);
    sr_reply_say(reply, "%s samples of the %s split; from, to: 95 %% interval (Wilson)\n", count,
                 sr_split_names[split]);
    struct sr_table *table = sr_reply_rows(reply, "model", columns);
    score_columns(table, costs);
    table->room = TEXT_WIDTH;
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        double scores[SR_SCORE_COUNT];
        sr_scores(session, entry, split, costs, scores);
        sr_table_text(table, entry->name);
        sr_table_text(table, entry->model->class->name);
        sr_table_text(table, sr_split_names[split]);
        sr_table_integer(table, (int64_t)field->predictions[order[i]]->count);
        score_cells(table, scores);
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

static void report_pair(struct sr_table *table, const struct sr_pair *pair, const char *first,
                        const char *second)
{
    struct sr_text sentence = {0};
    sr_pair_print(pair, first, second, &sentence);
    sr_table_text(table, sr_text_get(&sentence));
    sr_table_text(table, first);
    sr_table_text(table, second);
    sr_table_integer(table, (int64_t)pair->test.both);
    sr_table_integer(table, (int64_t)pair->test.only_first);
    sr_table_integer(table, (int64_t)pair->test.only_second);
    sr_table_integer(table, (int64_t)pair->test.neither);
    sr_table_number(table, pair->test.agreement);
    sr_table_number(table, pair->test.p);
    sr_table_number(table, pair->p);
    sr_table_text(table, sr_text_get(&sentence));
    sr_text_fini(&sentence);
}

/* McNemar's test of every pair, adjusted by Holm. */
static enum sr_status report_pairs(const struct field *field, const size_t *order,
                                   enum sr_split_name split, size_t *count, struct sr_reply *reply,
                                   struct sr_error *error)
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
        {.key = "p"},
        {.key = "p_adjusted"},
        {.key = "sentence"},
        {0}};
    const struct sr_predictions **sorted = sr_xalloc(field->count * sizeof *sorted);
    for (size_t i = 0; i < field->count; i++) sorted[i] = field->predictions[order[i]];
    struct sr_pair *pairs = sr_pairs(sorted, field->count, count, error);
    free(sorted);
    if (!pairs) return error->status;
    if (*count)
        sr_reply_say(
            reply,
            "\nMcNemar's test of %zu pair%s, p adjusted for their number by Holm. Samples\n"
            "that only the model named first gets right, only the second; how often both\n"
            "say the same:\n",
            *count, *count == 1 ? "" : "s");
    struct sr_table *table = *count ? sr_reply_rows(reply, "pair", columns) : NULL;
    for (size_t k = 0; k < *count; k++)
        report_pair(table, &pairs[k], field->entries[order[pairs[k].first]]->name,
                    field->entries[order[pairs[k].second]]->name);
    if (*count)
        sr_reply_say(reply, "\nto see such samples: browse split=%s model=%s beats=%s",
                     sr_split_names[split], field->entries[order[0]]->name,
                     field->entries[order[1]]->name);
    free(pairs);
    return SR_OK;
}

static void report_whole(const struct field *field, const size_t *order, enum sr_split_name split,
                         size_t pairs, struct sr_reply *reply)
{
    struct sr_json *names = sr_json_array();
    for (size_t i = 0; i < field->count; i++)
        sr_json_add_text(names, field->entries[order[i]]->name);
    sr_reply_only(reply, SR_JSON);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_integer(reply, "count", (int64_t)field->predictions[0]->count);
    sr_reply_list(reply, "models", names);
    sr_reply_integer(reply, "pairs", (int64_t)pairs);
}

SR_RUN(compare_run)
{
    SR_UNUSED;
    struct field field = {0};
    const size_t named = arg_count(args, "models");
    enum sr_split_name split = sr_args_given(args, "split")
                                   ? (enum sr_split_name)arg_split(args, "split")
                                   : SR_SPLIT_VALIDATION;
    enum sr_status status = sr_session_data(session, error);
    if (!status && !sr_args_given(args, "split") && !session->split.counts[SR_SPLIT_VALIDATION])
        split = SR_SPLIT_TEST;
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
        size_t *order = field_order(&field), pairs = 0;
        report_models(session, &field, order, split, costs.values ? &costs : NULL, reply);
        if (!named) report_left_out(session, &field, split, reply);
        status = report_pairs(&field, order, split, &pairs, reply, error);
        if (!status) report_whole(&field, order, split, pairs, reply);
        free(order);
    }
    sr_costs_fini(&costs);
    field_free(&field);
    return status;
}
