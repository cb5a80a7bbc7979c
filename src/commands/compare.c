#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

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

void set_scores(struct sr_json *object, const double scores[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        bool optional = (s >= SR_SCORE_COST && s <= SR_SCORE_DECIDED_COST) || s == SR_SCORE_LOOKS;
        if (!optional || isfinite(scores[s]))
            sr_json_set_number(object, sr_score_kinds[s].name, scores[s]);
    }
}

enum sr_status costs_of(const struct sr_session *session, const struct sr_args *args,
                        struct sr_costs *costs, struct sr_error *error)
{
    *costs = (struct sr_costs){0};
    if (!sr_args_text(args, "costs")) return SR_OK;
    return sr_costs_read(costs, sr_args_path(args, "costs"), session->data->classes, error);
}

/* How wide a score's column is, two blanks before it included; 0 when it says nothing. */
static int score_width(int score, double (*scores)[SR_SCORE_COUNT], size_t count)
{
    int width = (int)strlen(sr_score_kinds[score].title);
    bool known = !sr_score_kinds[score].detail;
    for (size_t i = 0; i < count; i++) {
        char cell[32];
        sr_score_print((enum sr_score)score, scores[i][score], cell, sizeof cell);
        if ((int)strlen(cell) > width) width = (int)strlen(cell);
        known = known || isfinite(scores[i][score]);
    }
    return known ? width + 2 : 0;
}

/* What fits 80 columns, and the explorer's box within them. */
enum { TEXT_WIDTH = 76 };

/* The scores of one group as a table, details while there is room. */
static void report_group(const struct field *field, const size_t *order, enum sr_score_group group,
                         double (*scores)[SR_SCORE_COUNT], struct sr_text *text)
{
    int widths[SR_SCORE_COUNT] = {0}, name_width = 5 /* model */, room;
    for (size_t i = 0; i < field->count; i++) {
        int width = sr_utf8_width(field->entries[i]->name);
        if (width > name_width) name_width = width;
    }
    room = TEXT_WIDTH - name_width;
    for (int pass = 0; pass < 2; pass++)
        for (int s = 0; s < SR_SCORE_COUNT; s++) {
            if (sr_score_kinds[s].group != group || sr_score_kinds[s].detail != (pass == 1))
                continue;
            int width = score_width(s, scores, field->count);
            if (pass == 1 && width > room) continue;
            widths[s] = width;
            room -= width;
        }
    sr_text_printf(text, "\n%-*s", name_width, "model");
    for (int s = 0; s < SR_SCORE_COUNT; s++)
        if (widths[s]) sr_text_printf(text, "%*s", widths[s], sr_score_kinds[s].title);
    sr_text_add(text, "\n");
    for (size_t i = 0; i < field->count; i++) {
        const char *name = field->entries[order[i]]->name;
        sr_text_printf(text, "%s%*s", name, name_width - sr_utf8_width(name), "");
        for (int s = 0; s < SR_SCORE_COUNT; s++) {
            char cell[32];
            if (!widths[s]) continue;
            sr_score_print((enum sr_score)s, scores[i][s], cell, sizeof cell);
            sr_text_printf(text, "%*s", widths[s], cell);
        }
        sr_text_add(text, "\n");
    }
}

static void report_models(const struct sr_session *session, const struct field *field,
                          const size_t *order, enum sr_split_name split,
                          const struct sr_costs *costs, struct sr_reply *reply)
{
    double(*scores)[SR_SCORE_COUNT] = sr_xalloc(field->count * sizeof *scores);
    for (size_t i = 0; i < field->count; i++) {
        const struct sr_entry *entry = field->entries[order[i]];
        sr_scores(session, entry, split, costs, scores[i]);
        if (!reply->json) continue;
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "event", "model");
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "family", entry->model->class->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_integer(object, "count", (int64_t)field->predictions[order[i]]->count);
        set_scores(object, scores[i]);
        sr_reply_add(reply, object);
    }
    if (!reply->json) {
        char count[32];
        sr_format_count(count, sizeof count, field->predictions[0]->count);
        sr_text_printf(&reply->text,
                       "%s samples of the %s split; from, to: 95 %% interval (Wilson)\n", count,
                       sr_split_names[split]);
        report_group(field, order, SR_GROUP_QUALITY, scores, &reply->text);
        report_group(field, order, SR_GROUP_EFFORT, scores, &reply->text);
        if (costs) report_group(field, order, SR_GROUP_COST, scores, &reply->text);
    }
    free(scores);
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
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "event", "left_out");
            sr_json_set_text(object, "model", entry->name);
            sr_json_set_text(object, "reason", why.text);
            sr_reply_add(reply, object);
        } else {
            sr_text_printf(&reply->text, "%sleft out: %s\n", before, why.text);
            before = "";
        }
    }
}

static void report_pair(const struct sr_pair *pair, const char *first, const char *second,
                        const char *sentence, struct sr_reply *reply)
{
    struct sr_json *object = sr_reply_object(reply);
    sr_json_set_text(object, "event", "pair");
    sr_json_set_text(object, "first", first);
    sr_json_set_text(object, "second", second);
    sr_json_set_integer(object, "both", (int64_t)pair->test.both);
    sr_json_set_integer(object, "only_first", (int64_t)pair->test.only_first);
    sr_json_set_integer(object, "only_second", (int64_t)pair->test.only_second);
    sr_json_set_integer(object, "neither", (int64_t)pair->test.neither);
    sr_json_set_number(object, "agreement", pair->test.agreement);
    sr_json_set_number(object, "p", pair->test.p);
    sr_json_set_number(object, "p_adjusted", pair->p);
    sr_json_set_text(object, "sentence", sentence);
    sr_reply_add(reply, object);
}

/* McNemar between every pair, adjusted by Holm, and a sentence for each. */
static enum sr_status report_pairs(const struct field *field, const size_t *order,
                                   enum sr_split_name split, size_t *count, struct sr_reply *reply,
                                   struct sr_error *error)
{
    const struct sr_predictions **sorted = sr_xalloc(field->count * sizeof *sorted);
    for (size_t i = 0; i < field->count; i++) sorted[i] = field->predictions[order[i]];
    struct sr_pair *pairs = sr_pairs(sorted, field->count, count, error);
    free(sorted);
    if (!pairs) return error->status;
    struct sr_text *sentences = sr_xalloc((*count + 1) * sizeof *sentences), *text = &reply->text;
    int width = 0;
    for (size_t k = 0; k < *count; k++) {
        const char *first = field->entries[order[pairs[k].first]]->name,
                   *second = field->entries[order[pairs[k].second]]->name;
        sr_pair_print(&pairs[k], first, second, &sentences[k]);
        int length = sr_utf8_width(sr_text_get(&sentences[k]));
        if (length > width) width = length;
        if (reply->json) report_pair(&pairs[k], first, second, sr_text_get(&sentences[k]), reply);
    }
    if (!reply->json && *count) {
        sr_text_printf(
            text,
            "\nMcNemar's test of %zu pair%s, p adjusted for their number by Holm. Samples\n"
            "that only the model named first gets right, only the second; how often both\n"
            "say the same:\n\n%*s  1st  2nd  agree\n",
            *count, *count == 1 ? "" : "s", width, "");
        for (size_t k = 0; k < *count; k++) {
            const char *sentence = sr_text_get(&sentences[k]);
            sr_text_printf(text, "%s%*s %4zu %4zu %4.1f %%\n", sentence,
                           width - sr_utf8_width(sentence), "", pairs[k].test.only_first,
                           pairs[k].test.only_second, pairs[k].test.agreement * 100);
        }
        sr_text_printf(text, "\nto see such samples: browse split=%s model=%s beats=%s\n",
                       sr_split_names[split], field->entries[order[0]]->name,
                       field->entries[order[1]]->name);
    }
    for (size_t k = 0; k < *count; k++) sr_text_fini(&sentences[k]);
    free(sentences);
    free(pairs);
    return SR_OK;
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
        if (!status && reply->json) {
            struct sr_json *object = sr_reply_object(reply), *names = sr_json_array();
            for (size_t i = 0; i < field.count; i++)
                sr_json_add_text(names, field.entries[order[i]]->name);
            sr_json_set_text(object, "split", sr_split_names[split]);
            sr_json_set_integer(object, "count", (int64_t)field.predictions[0]->count);
            sr_json_set(object, "models", names);
            sr_json_set_integer(object, "pairs", (int64_t)pairs);
            sr_reply_add(reply, object);
        }
        free(order);
    }
    sr_costs_fini(&costs);
    field_free(&field);
    return status;
}

const struct sr_command sr_command_compare = {
    .name = "compare",
    .group = "evaluate",
    .help = "All models (or those named) side by side, with a test of every pair.",
    .params =
        (const struct sr_param[]){
            {"models", SR_PARAM_MODELS, .positional = true, .help = "These; without any, all."},
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "On this split (default validation, test where there is none)."},
            SR_COSTS_PARAM,
            {0}},
    .run = compare_run,
    .example = "compare cnn svm forest split=test",
};
