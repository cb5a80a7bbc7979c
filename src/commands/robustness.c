/* robustness.c - robustness: how well models bear changed pictures. */
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
        (const struct sr_param[]){
            {"models", SR_PARAM_MODELS, .positional = true, .current = true,
             .help = "A model, or several side by side."},
            SR_SPLIT_PARAM,
            {"kinds", SR_PARAM_TEXT, .fallback = "published",
             .help = "Kinds of change, separated by commas; published: the 15 of Fashion-MNIST-C; "
                     "all: also size, jpeg, backdrop and occlusion; -name: all but that."},
            {"severities", SR_PARAM_LIST, .fallback = "1,2,3,4,5", .minimum = 1, .maximum = 5,
             .help = "Severities from 1 to 5."},
            {0}},
    .run = robustness_run,
    .example = "robustness cnn resnet split=test kinds=rotate,jpeg",
};

static enum sr_status read_request(const struct sr_args *args,
                                   struct sr_robustness_request *request, struct sr_error *error)
{
    double severities[SR_SEVERITIES];
    size_t count = sr_args_list(args, "severities", severities, SR_SEVERITIES);
    request->split = (enum sr_split_name)arg_split(args, "split");
    request->seed = 1;
    for (size_t i = 0; i < count && i < SR_SEVERITIES; i++)
        request->severities |= 1u << ((int)severities[i] - 1);
    return sr_change_read(sr_args_text(args, "kinds"), &request->kinds, error);
}

static void add_row(struct sr_table *table, const char *kind, int severity,
                    const struct sr_borne *borne)
{
    sr_table_text(table, kind);
    if (severity)
        sr_table_integer(table, severity);
    else
        sr_table_text(table, NULL);
    sr_table_number(table, borne->accuracy);
    sr_table_number(table, borne->low);
    sr_table_number(table, borne->high);
    sr_table_number(table, borne->confidence);
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
        const struct sr_borne *borne = robustness->kinds[kind];
        for (int s = 0; s < SR_SEVERITIES; s++)
            if (borne[s].measured) confidence += borne[s].confidence, measured++;
        if (!(measured > 0)) continue;
        sr_table_text(table, sr_change_kinds[kind].name);
        for (int s = 0; s < SR_SEVERITIES; s++)
            if (borne[s].measured)
                sr_table_number(table, borne[s].accuracy);
            else
                sr_table_absent(table);
        sr_table_number(table, confidence / measured);
        sr_table_text(table, sr_change_kinds[kind].help);
    }
    sr_reply_only(reply, SR_FOR_ALL);
}

/* Mean over the kinds at the reference's severity; NaN where none is measured there. */
static double mean_of(const struct sr_robustness *robustness, bool confidence, size_t *kinds)
{
    double sum = 0;
    *kinds = 0;
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        const struct sr_borne *borne = sr_robustness_reference(robustness, kind);
        if (!borne) continue;
        sum += confidence ? borne->confidence : borne->accuracy;
        ++*kinds;
    }
    return *kinds ? sum / (double)*kinds : NAN;
}

static void report(struct sr_session *session, struct sr_entry *entry,
                   const struct sr_robustness_request *request,
                   const struct sr_robustness *robustness, struct sr_reply *reply)
{
    size_t kinds;
    const double mean = mean_of(robustness, false, &kinds),
                 confidence = mean_of(robustness, true, &kinds);
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
    struct sr_robustness_request request = {0};
    enum sr_status status = read_request(args, &request, error);
    if (!status) status = sr_session_data(session, error);
    /* All are asked for at once, so that they are measured one after another. */
    struct sr_error pending = {0};
    for (size_t i = 0; !status && i < arg_count(args, "models"); i++) {
        const struct sr_robustness *unused;
        enum sr_status one = sr_session_robustness(session, arg_model_at(args, "models", i)->entry,
                                                   &request, &unused, error);
        if (one == SR_PENDING)
            pending = *error;
        else
            status = one;
    }
    if (!status && pending.status) {
        *error = pending;
        return SR_PENDING;
    }
    for (size_t i = 0; !status && i < arg_count(args, "models"); i++) {
        struct sr_entry *entry = arg_model_at(args, "models", i)->entry;
        const struct sr_robustness *robustness;
        status = sr_session_robustness(session, entry, &request, &robustness, error);
        if (!status) report(session, entry, &request, robustness, reply);
    }
    return status;
}
