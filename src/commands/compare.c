#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static size_t file_bytes(const struct sr_entry *entry)
{
    struct stat info;
    return entry->path && stat(entry->path, &info) == 0 ? (size_t)info.st_size : 0;
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

static void report_model(struct sr_session *session, const struct sr_entry *entry, enum sr_split_name split,
                         struct sr_reply *reply)
{
    (void)session;
    const struct sr_evaluation *e = &entry->splits[split].evaluation;
    const struct sr_model *model = entry->model;
    struct sr_reliability reliability;
    sr_reliability(&reliability, entry->splits[split].ready);
    double top2 = sr_top_accuracy(entry->splits[split].ready, 2);
    double rate = entry->splits[split].seconds > 0 ? (double)e->count / entry->splits[split].seconds : NAN;
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "event", "model");
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "family", model->class->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_integer(object, "count", (int64_t)e->count);
        sr_json_set_number(object, "accuracy", e->accuracy);
        sr_json_set_number(object, "accuracy_low", e->accuracy_low);
        sr_json_set_number(object, "accuracy_high", e->accuracy_high);
        sr_json_set_number(object, "macro_f1", e->macro_f1);
        sr_json_set_number(object, "loss", e->loss);
        sr_json_set_number(object, "calibration_error", reliability.ece);
        sr_json_set_number(object, "top2_accuracy", top2);
        sr_json_set_number(object, "fit_seconds", model->fit_seconds);
        sr_json_set_number(object, "predictions_per_second", rate);
        sr_json_set_integer(object, "parameters", (int64_t)model->class->size(model->state));
        sr_json_set_integer(object, "bytes", (int64_t)file_bytes(entry));
        sr_reply_add(reply, object);
        return;
    }
    char count[32], bytes[32] = "-", fit[32], speed[32] = "-";
    sr_format_count(count, sizeof count, model->class->size(model->state));
    sr_format_seconds(fit, sizeof fit, model->fit_seconds);
    if (file_bytes(entry)) sr_format_bytes(bytes, sizeof bytes, (double)file_bytes(entry));
    if (isfinite(rate)) sr_format_count(speed, sizeof speed, (uint64_t)rate);
    sr_text_printf(&reply->text, "%-14s %6.2f %% %6.2f-%-6.2f %6.4f %7.4f %6.4f %6.2f %% %10s %9s %12s %8s\n", entry->name,
                   e->accuracy * 100, e->accuracy_low * 100, e->accuracy_high * 100, e->macro_f1, e->loss,
                   reliability.ece, top2 * 100, fit, speed, count, bytes);
}

void pair_sentence(struct sr_text *text, const char *a, const char *b, const struct sr_mcnemar *test, double p)
{
    /* With equal counts neither is ahead, whatever the order of the table. */
    bool first = test->only_first >= test->only_second;
    const char *better = first ? a : b, *worse = first ? b : a;
    if (p >= 0.05) sr_text_printf(text, "%s and %s can't be told apart on this data (p = %.2g)", a, b, p);
    else if (p < 0.001) sr_text_printf(text, "%s beats %s, p < 0.001", better, worse);
    else sr_text_printf(text, "%s beats %s, p = %.3f", better, worse, p);
}

/* McNemar between every pair, adjusted by Holm, and a sentence for each. */
static enum sr_status report_pairs(const struct field *field, const size_t *order, struct sr_reply *reply,
                                   struct sr_error *error)
{
    size_t n = field->count, pairs = n * (n - 1) / 2, k = 0;
    struct sr_mcnemar *tests = sr_xalloc((pairs + 1) * sizeof *tests);
    double *p = sr_xalloc((pairs + 1) * sizeof *p);
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < n; i++)
        for (size_t j = i + 1; !status && j < n; j++, k++) {
            status = sr_mcnemar(&tests[k], field->predictions[order[i]], field->predictions[order[j]], error);
            p[k] = tests[k].p;
        }
    if (!status) sr_holm(p, pairs);
    k = 0;
    if (!status && !reply->json && pairs)
        sr_text_printf(&reply->text, "\nMcNemar's test, adjusted for %zu pair%s by Holm\n", pairs, pairs == 1 ? "" : "s");
    for (size_t i = 0; !status && i < n; i++)
        for (size_t j = i + 1; j < n; j++, k++) {
            const char *a = field->entries[order[i]]->name, *b = field->entries[order[j]]->name;
            struct sr_text sentence = {0};
            pair_sentence(&sentence, a, b, &tests[k], p[k]);
            if (reply->json) {
                struct sr_json *object = sr_reply_object(reply);
                sr_json_set_text(object, "event", "pair");
                sr_json_set_text(object, "first", a);
                sr_json_set_text(object, "second", b);
                sr_json_set_integer(object, "only_first", (int64_t)tests[k].only_first);
                sr_json_set_integer(object, "only_second", (int64_t)tests[k].only_second);
                sr_json_set_number(object, "agreement", tests[k].agreement);
                sr_json_set_number(object, "p", tests[k].p);
                sr_json_set_number(object, "p_adjusted", p[k]);
                sr_json_set_text(object, "sentence", sr_text_get(&sentence));
                sr_reply_add(reply, object);
            } else {
                sr_text_printf(&reply->text, "  %s: %zu only by the first, %zu only by the second; they agree on %.1f %%.\n",
                               sr_text_get(&sentence), tests[k].only_first, tests[k].only_second, tests[k].agreement * 100);
            }
            sr_text_fini(&sentence);
        }
    free(tests);
    free(p);
    return status;
}

SR_RUN(compare_run)
{
    SR_UNUSED;
    struct field field = {0};
    enum sr_split_name split = sr_args_given(args, "split") ? split_of(session, args, NULL) : SR_SPLIT_VALIDATION;
    enum sr_status status = sr_session_data(session, error);
    if (!status && !sr_args_given(args, "split") && !session->split.counts[SR_SPLIT_VALIDATION]) split = SR_SPLIT_TEST;
    if (!status) status = sr_session_scan_models(session, error);
    if (!status) status = field_gather(session, rest, split, &field, error);
    if (!status) {
        size_t *order = field_order(&field);
        if (!reply->json)
            sr_text_printf(&reply->text, "%zu samples of the %s split\n\n%-14s %8s %13s %6s %7s %6s %8s %10s %9s %12s %8s\n",
                           field.predictions[0]->count, sr_split_names[split], "model", "accuracy", "95 % interval",
                           "F1", "loss", "calib.", "top 2", "fit", "images/s", "parameters", "file");
        for (size_t i = 0; i < field.count; i++) report_model(session, field.entries[order[i]], split, reply);
        status = report_pairs(&field, order, reply, error);
        free(order);
    }
    field_free(&field);
    return status;
}

const struct sr_command sr_command_compare = {
    .name = "compare", .group = "evaluate",
    .help = "All models (or those named) side by side, with a test of every pair.",
    .params = (const struct sr_param[]){
        {"split", SR_PARAM_CHOICE, .choices = "train validation test", .help = "On this split (default validation, test where there is none)."},
        {0}},
    .rest = true,
    .run = compare_run,
    .example = "compare cnn svm forest split=test",
};
