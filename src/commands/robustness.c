/* robustness.c - robustness: the accuracy of models on changed pictures. */
#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/robustness.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"

SR_RUN(robustness_run);

const struct sr_command sr_command_robustness = {
    .name = "robustness",
    .group = "evaluate",
    .help = "Accuracy on pictures that are changed: noise, blur, light, place, compression.",
    .params =
        (const struct sr_param[]){{"models", SR_PARAM_MODELS, .positional = true, .current = true,
                                   .help = "A model, or several side by side."},
                                  SR_SPLIT_PARAM,
                                  SR_CHANGES_PARAMS,
                                  {"count", SR_PARAM_INTEGER, .minimum = 1, .maximum = 1000000,
                                   .help = "Only the first so many images of the split."},
                                  {0}},
    .run = robustness_run,
    .example = "robustness cnn resnet split=test kinds=rotate,jpeg",
};

enum sr_status read_changes(const struct sr_args *args, struct sr_robustness_request *request,
                            struct sr_error *error)
{
    double severities[SR_SEVERITIES];
    size_t count = sr_args_list(args, "severities", severities, SR_SEVERITIES);
    const int split = arg_split(args, "split");
    *request = sr_robustness_request(split < 0 ? SR_SPLIT_DEFAULT : (enum sr_split_name)split);
    request->count = sr_args_given(args, "count") ? (size_t)sr_args_integer(args, "count") : 0;
    request->severities = 0;
    for (size_t i = 0; i < count && i < SR_SEVERITIES; i++)
        request->severities |= 1u << ((int)severities[i] - 1);
    return sr_change_read(sr_args_text(args, "kinds"), &request->kinds, error);
}

/* All are asked for at once, so that they are measured one after another. */
enum sr_status ask_robustness(struct sr_session *session, const struct model_target *models,
                              size_t count, const struct sr_robustness_request *request,
                              const struct sr_robustness **found, struct sr_error *error)
{
    struct sr_error pending = {0};
    for (size_t i = 0; i < count; i++) {
        struct sr_error one = {0};
        enum sr_status status =
            sr_session_robustness(session, models[i].entry, request, &found[i], &one);
        if (status) *error = one;
        if (status && status != SR_PENDING) return status;
        if (status) pending = one;
    }
    if (!pending.status) return SR_OK;
    *error = pending;
    return SR_PENDING;
}

static void add_row(struct sr_table *table, const char *kind, int severity,
                    const struct sr_change_score *score)
{
    sr_table_text(table, kind);
    if (severity)
        sr_table_integer(table, severity);
    else
        sr_table_text(table, NULL);
    sr_table_number(table, score->accuracy);
    sr_table_number(table, score->low);
    sr_table_number(table, score->high);
    sr_table_number(table, score->confidence);
}

/* For programs: one row for each kind and severity. */
static void report_rows(const struct sr_robustness *robustness, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{.key = "kind"},
                                               {.key = "severity"},
                                               {.key = "accuracy"},
                                               {.key = "low"},
                                               {.key = "high"},
                                               {.key = "mean_confidence"},
                                               {0}};
    sr_reply_only(reply, SR_FOR_PROGRAMS);
    struct sr_table *table = sr_reply_table(reply, "changes", columns);
    sr_reply_only(reply, SR_FOR_ALL);
    add_row(table, "clean", 0, &robustness->clean);
    for (int kind = 0; kind < SR_CHANGES; kind++)
        for (int severity = 1; severity <= SR_SEVERITIES; severity++)
            if (robustness->kinds[kind][severity - 1].measured)
                add_row(table, sr_change_kinds[kind].name, severity,
                        &robustness->kinds[kind][severity - 1]);
}

/* For people: a line for each kind, a column for each severity. */
static void report_lines(const struct sr_robustness *robustness, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"kind", "kind", .left = true, .gap = 2, .width = 14},
        {"1", "1", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"2", "2", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"3", "3", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"4", "4", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"5", "5", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"confidence", "sure", SR_UNIT_SHARE, "%.1f %%", .width = 8},
        {"help", "", .left = true, .gap = 2},
        {0}};
    sr_reply_only(reply, SR_FOR_PEOPLE);
    struct sr_table *table = sr_reply_table(reply, "kinds", columns);
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        double confidence = 0, measured = 0;
        const struct sr_change_score *score = robustness->kinds[kind];
        for (int s = 0; s < SR_SEVERITIES; s++)
            if (score[s].measured) confidence += score[s].confidence, measured++;
        if (!(measured > 0)) continue;
        sr_table_text(table, sr_change_kinds[kind].name);
        for (int s = 0; s < SR_SEVERITIES; s++)
            if (score[s].measured)
                sr_table_number(table, score[s].accuracy);
            else
                sr_table_absent(table);
        sr_table_number(table, confidence / measured);
        sr_table_text(table, sr_change_kinds[kind].help);
    }
    sr_reply_only(reply, SR_FOR_ALL);
}

/* Of the probabilities of the predictions, as sr_robustness_mean is of the accuracies. */
static double mean_confidence(const struct sr_robustness *robustness)
{
    double sum = 0, kinds = 0;
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        const struct sr_change_score *score = sr_robustness_reference(robustness, kind);
        if (score) sum += score->confidence, kinds++;
    }
    return sum / kinds;
}

static void report(struct sr_session *session, struct sr_entry *entry,
                   const struct sr_robustness_request *request,
                   const struct sr_robustness *robustness, struct sr_reply *reply)
{
    size_t kinds;
    const double mean = sr_robustness_mean(robustness, 0, &kinds),
                 confidence = mean_confidence(robustness);
    char count[32];
    sr_format_count(count, sizeof count, robustness->count);
    sr_reply_record(reply, "robustness");
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[request->split]);
    sr_reply_context(reply);
    sr_reply_integer(reply, "count", (int64_t)robustness->count);
    sr_reply_number(reply, "clean_accuracy", robustness->clean.accuracy);
    sr_reply_number(reply, "mean_accuracy", mean);
    sr_reply_number(reply, "mean_confidence", confidence);
    sr_reply_say(reply, "%s on the %s split, %s images, changed: accuracy by severity", entry->name,
                 sr_split_names[request->split], count);
    report_lines(robustness, reply);
    report_rows(robustness, reply);
    sr_reply_say(reply, "  as they are: right on %.1f %%, %.1f %% sure",
                 100 * robustness->clean.accuracy, 100 * robustness->clean.confidence);
    if (kinds)
        sr_reply_say(reply,
                     "  mean of %zu kinds at the severities of Fashion-MNIST-C (3 for others): "
                     "right on %.1f %%, %.1f %% sure",
                     kinds, 100 * mean, 100 * confidence);
    reply_rows_used(reply, session, entry, request->split);
    sr_reply_gap(reply);
}

SR_RUN(robustness_run)
{
    SR_UNUSED;
    struct sr_robustness_request request;
    const size_t count = arg_count(args, "models");
    enum sr_status status = read_changes(args, &request, error);
    if (!status) status = sr_session_data(session, error);
    if (status) return status;
    struct model_target *models = sr_xalloc(count * sizeof *models);
    const struct sr_robustness **found = sr_xalloc(count * sizeof *found);
    for (size_t i = 0; i < count; i++) models[i] = *arg_model_at(args, "models", i);
    status = ask_robustness(session, models, count, &request, found, error);
    for (size_t i = 0; !status && i < count; i++)
        report(session, models[i].entry, &request, found[i], reply);
    free(found);
    free(models);
    return status;
}
