/* audit.c - audit: what may be wrong with the data. */
#include "sartor/app/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/memory.h"

SR_RUN(audit_run);

const struct sr_command sr_command_audit = {
    .name = "audit",
    .group = "data",
    .help =
        "What may be wrong with the data: duplicates, leaks between splits, odd images, labels, "
        "classes, and where a model is weak.",
    .params =
        (const struct sr_param[]){
            {"kinds", SR_PARAM_TEXT, .fallback = "all",
             .help = "Kinds of findings, separated by commas: " SR_AUDIT_NAMES "."},
            {"of", SR_PARAM_ENTRY, .choices = SR_FEATURES_CHOICES, .fallback = "hog",
             .help = "What images are compared by: pixels, hog, or a model, whose features are "
                     "taken (see map)."},
            {"model", SR_PARAM_MODEL,
             .help = "The model for weak-slice; without it there are none."},
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "The split that the model is judged on (default: validation)."},
            {"threshold", SR_PARAM_NUMBER,
             .help = "With a single kind: a threshold for the score instead of the usual one."},
            {"limit", SR_PARAM_INTEGER, .fallback = "5", .minimum = 0, .maximum = 1e9,
             .help = "Findings of each kind to list, 0 for all."},
            {0}},
    .run = audit_run,
    .example = "audit kinds=near-duplicate,leak limit=10",
};

/* "near-duplicate,leak" */
static enum sr_status read_kinds(const char *text, unsigned *kinds, struct sr_error *error)
{
    char *copy = sr_xstrdup(text), *rest = copy;
    *kinds = 0;
    error->status = SR_OK;
    for (char *word; !error->status && (word = strsep(&rest, ","));) {
        struct sr_words names = {0};
        struct sr_text known = {0};
        unsigned named = 0;
        for (int k = 0; k < SR_AUDIT_KINDS; k++) {
            sr_words_add(&names, sr_audit_checks[k].name);
            if (!strcmp(word, sr_audit_checks[k].name)) named = 1u << k;
        }
        if (!strcmp(word, "all")) named = (1u << SR_AUDIT_KINDS) - 1;
        sr_text_suggest(&known, word, names.items, names.count, sizeof *names.items);
        if (!named)
            sr_error_set(error, SR_ERROR_ARGUMENT, "audit: there is no kind of finding \"%.40s\"%s",
                         word, sr_text_get(&known));
        *kinds |= named;
        sr_text_fini(&known);
        sr_words_fini(&names);
    }
    free(copy);
    return error->status;
}

/* ---- words ----------------------------------------------------------------------------- */

static void print_sample(const struct sr_session *session, uint32_t place, struct sr_text *text)
{
    uint32_t row;
    const enum sr_file file = sr_audit_sample(session, place, &row);
    const int label = sr_images_label(&session->data->files[file], row);
    sr_text_printf(text, "%s:%u", sr_file_names[file], row);
    if (label >= 0) sr_text_printf(text, " (%s)", class_name(session, label));
}

static void print_slice(const struct sr_audit_slice *slice, struct sr_text *text)
{
    sr_text_printf(text,
                   "%s: right on %.2f %% of %zu, on %.2f %% of the others (p = %.2g, adjusted)",
                   slice->name, 100 * (double)slice->right / (double)slice->count, slice->count,
                   100 * (double)slice->right_others / (double)slice->others, slice->p);
}

static void print_size(const struct sr_session *session, const struct sr_finding *one,
                       struct sr_text *text)
{
    uint32_t row;
    const enum sr_file file = sr_audit_sample(session, one->place, &row);
    const struct sr_picture_size size = sr_dataset_opened(session->data)->sizes[file][row];
    sr_text_printf(text, " was a picture of %d×%d pixels, %.1f times off the usual size or shape",
                   size.width, size.height, one->score);
}

/* A finding as a sentence without its full stop. */
static void print_finding(const struct sr_session *session, const struct sr_finding *one,
                          struct sr_text *text)
{
    static const char *const measured[SR_AUDIT_KINDS] = {
        [SR_AUDIT_DARK] = "hardly gets brighter than %.3f of white",
        [SR_AUDIT_LIGHT] = "hardly gets darker than %.3f of white",
        [SR_AUDIT_INFORMATION] = "holds %.2f bits a pixel",
        [SR_AUDIT_BLURRED] = "has edges of %.3f of its contrast",
        [SR_AUDIT_GREY] = "is grey within %.2f levels",
        [SR_AUDIT_OUTLIER] = "is %.2f times as far from its nearest as is usual",
    };
    if (one->slice) {
        print_slice(one->slice, text);
        return;
    }
    if (one->kind == SR_AUDIT_CLASS) {
        sr_text_printf(text, "%s has %.0f %% of the images that a class has on average",
                       class_name(session, one->class), 100 * one->score);
        return;
    }
    print_sample(session, one->place, text);
    if (one->with != SR_NO_PLACE) {
        sr_text_add(text, one->score > 0 ? " is almost the same as " : " is the same as ");
        print_sample(session, one->with, text);
        if (one->score > 0)
            sr_text_printf(text, ", at %.3f of the usual distance there", one->score);
    } else if (one->kind == SR_AUDIT_LABEL) {
        sr_text_printf(text, " looks like %s, by a margin of %.2f", class_name(session, one->class),
                       -one->score);
    } else if (one->kind == SR_AUDIT_SIZE) {
        print_size(session, one, text);
    } else {
        sr_text_add(text, " ");
        sr_text_printf(text, measured[one->kind], one->score);
    }
}

/* ---- the reply ------------------------------------------------------------------------- */

static void list_kinds(const struct sr_audit_base *base, unsigned kinds, double threshold,
                       struct sr_finding **found, size_t *counts, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"kind", "kind", .left = true, .gap = 2, .width = 16},
        {"count", "found", SR_UNIT_COUNT, .width = 7},
        {"threshold", "threshold", .width = 10},
        {.key = "score"},
        {"help", "", .left = true, .gap = 2},
        {0}};
    struct sr_table *table = sr_reply_rows(reply, "kind", columns);
    for (int k = 0; k < SR_AUDIT_KINDS; k++) {
        const struct sr_audit_check *check = &sr_audit_checks[k];
        if (!(kinds & 1u << k)) continue;
        counts[k] = sr_audit_find(base, (enum sr_audit_kind)k, threshold, &found[k]);
        const double limit =
            isnan(threshold) ? sr_audit_threshold(base, (enum sr_audit_kind)k) : threshold;
        sr_table_text(table, check->name);
        sr_table_integer(table, (int64_t)counts[k]);
        sr_table_number(table, limit);
        if (isnan(limit))
            sr_table_shown(table, "–");
        else
            sr_table_shown(table, "%s %.3g", check->above ? ">" : "<", limit);
        sr_table_text(table, check->score);
        sr_table_text(table, check->help);
    }
}

static void add_sample(const struct sr_session *session, uint32_t place, struct sr_table *table)
{
    uint32_t row;
    if (place == SR_NO_PLACE) {
        for (int i = 0; i < 3; i++) sr_table_text(table, NULL);
        return;
    }
    const enum sr_file file = sr_audit_sample(session, place, &row);
    const int label = sr_images_label(&session->data->files[file], row);
    sr_table_text(table, sr_file_names[file]);
    sr_table_integer(table, row);
    sr_table_named(table, label, class_name(session, label));
}

/* For programs: one object for each finding. */
static void list_for_programs(const struct sr_session *session, const struct sr_audit_base *base,
                              const struct sr_finding *found, size_t count, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{.key = "kind"},       {.key = "file"},
                                               {.key = "index"},      {.key = "label"},
                                               {.key = "score"},      {.key = "with"},
                                               {.key = "with_label"}, {.key = "between"},
                                               {.key = "class"},      {.key = "slice"},
                                               {.key = "accuracy"},   {.key = "accuracy_of_others"},
                                               {.key = "sentence"},   {0}};
    sr_reply_only(reply, SR_FOR_PROGRAMS);
    struct sr_table *table = sr_reply_rows(reply, "finding", columns);
    for (size_t i = 0; i < count; i++) {
        const struct sr_finding *one = &found[i];
        struct sr_text text = {0};
        sr_table_text(table, sr_audit_checks[one->kind].name);
        add_sample(session, one->place, table);
        sr_table_number(table, one->score);
        if (one->with == SR_NO_PLACE) {
            for (int k = 0; k < 3; k++) sr_table_absent(table);
        } else {
            uint32_t row;
            const enum sr_file file = sr_audit_sample(session, one->with, &row);
            const int label = sr_images_label(&session->data->files[file], row);
            sr_text_printf(&text, "%s:%u", sr_file_names[file], row);
            sr_table_text(table, sr_text_get(&text));
            sr_table_named(table, label, class_name(session, label));
            sr_text_clear(&text);
            sr_text_printf(&text, "%s %s", sr_split_names[base->splits[one->place]],
                           sr_split_names[base->splits[one->with]]);
            sr_table_text(table, sr_text_get(&text));
        }
        if (one->class >= 0)
            sr_table_named(table, one->class, class_name(session, one->class));
        else
            sr_table_absent(table);
        if (one->slice) {
            sr_table_text(table, one->slice->name);
            sr_table_number(table, (double)one->slice->right / (double)one->slice->count);
            sr_table_number(table, (double)one->slice->right_others / (double)one->slice->others);
        } else {
            for (int k = 0; k < 3; k++) sr_table_absent(table);
        }
        sr_text_clear(&text);
        print_finding(session, one, &text);
        sr_table_text(table, sr_text_get(&text));
        sr_text_fini(&text);
    }
    sr_reply_only(reply, SR_FOR_ALL);
}

static void list_for_people(const struct sr_session *session, enum sr_audit_kind kind,
                            const struct sr_finding *found, size_t listed, size_t count,
                            struct sr_reply *reply)
{
    const struct sr_audit_check *check = &sr_audit_checks[kind];
    sr_reply_gap(reply);
    sr_reply_say(reply, "%s: %s", check->name, check->help);
    for (size_t i = 0; i < listed; i++) {
        struct sr_text text = {0};
        print_finding(session, &found[i], &text);
        sr_reply_say(reply, "  %s", sr_text_get(&text));
        sr_text_fini(&text);
    }
    if (listed < count) sr_reply_say(reply, "  and %zu more", count - listed);
}

/* How labels were judged. */
static void say_labels(const struct sr_session *session, const struct sr_audit_base *base,
                       struct sr_reply *reply)
{
    if (base->labels)
        sr_reply_say(reply,
                     "label-error: the suspects found by %s in %d folds, on the train file alone.",
                     session->suspects.model, session->suspects.folds);
    else if (base->relations)
        sr_reply_say(reply,
                     "label-error: by the votes of the %d nearest images, none of which is the "
                     "image itself (right on %.1f %%); suspects MODEL examines them more closely.",
                     SR_AUDIT_NEIGHBOURS, 100 * base->relations->accuracy);
}

static void report(const struct sr_session *session, const struct sr_audit_request *request,
                   const struct sr_audit_base *base, double threshold, size_t limit,
                   struct sr_reply *reply)
{
    struct sr_finding *found[SR_AUDIT_KINDS] = {0};
    size_t counts[SR_AUDIT_KINDS] = {0};
    char all[32];
    sr_format_count(all, sizeof all, base->measures->count);
    sr_reply_say(reply, "%s images of %s, compared by %s%s", all, session->data->name,
                 request->by ? "their features in " : "",
                 request->by ? request->by->name : sr_features_names[request->of]);
    sr_reply_gap(reply);
    list_kinds(base, request->kinds, threshold, found, counts, reply);
    sr_reply_gap(reply);
    if (request->kinds & 1u << SR_AUDIT_LABEL) say_labels(session, base, reply);
    if (request->entry && request->kinds & 1u << SR_AUDIT_SLICE)
        sr_reply_say(reply, "weak-slice: of %s on the %s split, %zu slices, adjusted by Holm.",
                     request->entry->name, sr_split_names[request->split], base->slice_count);
    else if (request->kinds & 1u << SR_AUDIT_SLICE)
        sr_reply_say(reply, "weak-slice: not looked for; model=NAME does.");
    for (int k = 0; k < SR_AUDIT_KINDS; k++) {
        const size_t listed = limit && limit < counts[k] ? limit : counts[k];
        if (listed) {
            sr_reply_only(reply, SR_FOR_PEOPLE);
            list_for_people(session, (enum sr_audit_kind)k, found[k], listed, counts[k], reply);
            list_for_programs(session, base, found[k], listed, reply);
        }
        free(found[k]);
    }
    sr_reply_gap(reply);
    sr_reply_say(reply, "browse audit=KIND shows the samples; threshold= moves the line.");
}

SR_RUN(audit_run)
{
    SR_UNUSED;
    const int features = sr_features_find(sr_args_text(args, "of"));
    struct sr_audit_request request = {
        .by = arg_model(args, "of"), .entry = arg_model(args, "model"), .split = SR_SPLIT_DEFAULT};
    if (!request.by && features >= 0) request.of = (enum sr_features)features;
    struct sr_session_audit audit;
    enum sr_status status = read_kinds(sr_args_text(args, "kinds"), &request.kinds, error);
    if (status) return status;
    const double threshold =
        sr_args_given(args, "threshold") ? sr_args_number(args, "threshold") : NAN;
    if (isfinite(threshold) && request.kinds & (request.kinds - 1))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "audit: threshold goes with one kind of finding; name it with kinds=");
    if (sr_args_given(args, "split")) request.split = (enum sr_split_name)arg_split(args, "split");
    status = sr_session_audit(session, &request, &audit, error);
    if (!status)
        report(session, &request, &audit.base, threshold, (size_t)sr_args_integer(args, "limit"),
               reply);
    sr_session_audit_fini(&audit);
    return status;
}
