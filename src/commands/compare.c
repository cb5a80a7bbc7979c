#include "internal.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

enum sr_status field_gather(struct sr_session *session, const struct sr_words *names, enum sr_split_name split,
                            struct field *field, struct sr_error *error)
{
    size_t room = names->count ? names->count : session->entry_count;
    enum sr_status status = sr_session_data(session, error);
    field->entries = sr_xalloc(room * sizeof *field->entries);
    field->predictions = sr_xalloc(room * sizeof *field->predictions);
    struct sr_error pending = {0};
    for (size_t i = 0; !status && i < room; i++) {
        struct sr_entry *entry = names->count ? sr_session_entry(session, names->items[i], error) : session->entries[i];
        if (!entry) return error->status;
        enum sr_status one =
            sr_session_predictions(session, entry, split, &field->predictions[field->count], error);
        /* All are asked at once, so that they are computed one after another without further turns here. */
        if (one == SR_PENDING) pending = *error;
        else if (one && names->count) status = one;
        else if (!one) field->entries[field->count++] = entry;
    }
    if (!status && pending.status) {
        *error = pending;
        status = SR_PENDING;
    }
    if (!status && !field->count)
        status = sr_error_set(error, SR_ERROR_STATE, "no model can be compared on the %s split; train one: train cnn",
                              sr_split_names[split]);
    return status;
}

static int by_accuracy(const void *a, const void *b, void *context)
{
    const struct field *field = context;
    const struct sr_predictions *x = field->predictions[*(const size_t *)a], *y = field->predictions[*(const size_t *)b];
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

void set_scores(struct sr_json *object, const double scores[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        bool optional = (s >= SR_SCORE_COST && s <= SR_SCORE_DECIDED_COST) || s == SR_SCORE_LOOKS;
        if (!optional || isfinite(scores[s])) sr_json_set_number(object, sr_score_kinds[s].name, scores[s]);
    }
}

enum sr_status costs_of(const struct sr_session *session, const struct sr_args *args, struct sr_costs *costs,
                        struct sr_error *error)
{
    *costs = (struct sr_costs){0};
    if (!sr_args_text(args, "costs")) return SR_OK;
    char *path = sr_path_expand(sr_args_text(args, "costs"));
    enum sr_status status = sr_costs_read(costs, path, session->data->classes, error);
    free(path);
    return status;
}

/* The table's columns, and how wide each is. */
static const struct {
    enum sr_score score;
    int width;
} columns[] = {
    {SR_SCORE_ACCURACY, 9},    {SR_SCORE_ACCURACY_LOW, 8}, {SR_SCORE_ACCURACY_HIGH, 8}, {SR_SCORE_MACRO_F1, 8},
    {SR_SCORE_LOSS, 8},        {SR_SCORE_CALIBRATION, 12}, {SR_SCORE_TOP2, 8},          {SR_SCORE_FIT_SECONDS, 11},
    {SR_SCORE_FIT_MEMORY, 10}, {SR_SCORE_SPEED, 9},        {SR_SCORE_PARAMETERS, 10},   {SR_SCORE_BYTES, 8},
    {SR_SCORE_COST, 9},        {SR_SCORE_MEAN_COST, 13},   {SR_SCORE_DECIDED_COST, 13},
};
enum { COLUMNS = sizeof columns / sizeof *columns, COST_COLUMNS = 3 };

static void report_heading(enum sr_split_name split, size_t count, int shown, struct sr_text *text)
{
    sr_text_printf(text, "%zu samples of the %s split\n\n%-14s", count, sr_split_names[split], "model");
    for (int c = 0; c < shown; c++) sr_text_printf(text, " %*s", columns[c].width, sr_score_kinds[columns[c].score].title);
    sr_text_add(text, "\n");
}

static void report_model(const struct sr_entry *entry, enum sr_split_name split, const struct sr_costs *costs, int shown,
                         struct sr_reply *reply)
{
    double scores[SR_SCORE_COUNT];
    sr_scores(entry, split, costs, scores);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "event", "model");
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "family", entry->model->class->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_integer(object, "count", (int64_t)entry->splits[split].evaluation.count);
        set_scores(object, scores);
        sr_reply_add(reply, object);
        return;
    }
    sr_text_printf(&reply->text, "%-14s", entry->name);
    for (int c = 0; c < shown; c++) {
        char cell[32];
        sr_score_print(columns[c].score, scores[columns[c].score], cell, sizeof cell);
        sr_text_printf(&reply->text, " %*s", columns[c].width, cell);
    }
    sr_text_add(&reply->text, "\n");
}

/* McNemar between every pair, adjusted by Holm, and a sentence for each. */
static enum sr_status report_pairs(const struct field *field, const size_t *order, struct sr_reply *reply,
                                   struct sr_error *error)
{
    const struct sr_predictions **sorted = sr_xalloc(field->count * sizeof *sorted);
    for (size_t i = 0; i < field->count; i++) sorted[i] = field->predictions[order[i]];
    size_t count = 0;
    struct sr_pair *pairs = sr_pairs(sorted, field->count, &count, error);
    free(sorted);
    if (!pairs) return error->status;
    if (!reply->json && count)
        sr_text_printf(&reply->text, "\nMcNemar's test, adjusted for %zu pair%s by Holm\n", count, count == 1 ? "" : "s");
    for (size_t k = 0; k < count; k++) {
        const char *a = field->entries[order[pairs[k].first]]->name, *b = field->entries[order[pairs[k].second]]->name;
        const struct sr_mcnemar *test = &pairs[k].test;
        struct sr_text sentence = {0};
        sr_pair_print(&pairs[k], a, b, &sentence);
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "event", "pair");
            sr_json_set_text(object, "first", a);
            sr_json_set_text(object, "second", b);
            sr_json_set_integer(object, "only_first", (int64_t)test->only_first);
            sr_json_set_integer(object, "only_second", (int64_t)test->only_second);
            sr_json_set_number(object, "agreement", test->agreement);
            sr_json_set_number(object, "p", test->p);
            sr_json_set_number(object, "p_adjusted", pairs[k].p);
            sr_json_set_text(object, "sentence", sr_text_get(&sentence));
            sr_reply_add(reply, object);
        } else {
            sr_text_printf(&reply->text, "  %s: %zu only by the first, %zu only by the second; they agree on %.1f %%.\n",
                           sr_text_get(&sentence), test->only_first, test->only_second, test->agreement * 100);
        }
        sr_text_fini(&sentence);
    }
    free(pairs);
    return SR_OK;
}

SR_RUN(compare_run)
{
    SR_UNUSED;
    struct field field = {0};
    enum sr_split_name split = sr_args_given(args, "split") ? split_of(session, args, NULL) : SR_SPLIT_VALIDATION;
    enum sr_status status = sr_session_data(session, error);
    if (!status && !sr_args_given(args, "split") && !session->split.counts[SR_SPLIT_VALIDATION]) split = SR_SPLIT_TEST;
    if (!status) status = sr_session_scan_models(session, error);
    struct sr_costs costs = {0};
    if (!status) status = costs_of(session, args, &costs, error);
    if (!status) status = field_gather(session, rest, split, &field, error);
    if (!status) {
        int shown = costs.values ? COLUMNS : COLUMNS - COST_COLUMNS;
        size_t *order = field_order(&field);
        if (!reply->json) report_heading(split, field.predictions[0]->count, shown, &reply->text);
        for (size_t i = 0; i < field.count; i++)
            report_model(field.entries[order[i]], split, costs.values ? &costs : NULL, shown, reply);
        status = report_pairs(&field, order, reply, error);
        free(order);
    }
    sr_costs_fini(&costs);
    field_free(&field);
    return status;
}

const struct sr_command sr_command_compare = {
    .name = "compare", .group = "evaluate",
    .help = "All models (or those named) side by side, with a test of every pair.",
    .params = (const struct sr_param[]){
        {"split", SR_PARAM_CHOICE, .choices = "train validation test", .help = "On this split (default validation, test where there is none)."},
        SR_COSTS_PARAM,
        {0}},
    .rest = true,
    .run = compare_run,
    .example = "compare cnn svm forest split=test",
};
