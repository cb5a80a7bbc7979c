/* report_robustness.c - what a study's report says of changed pictures. */
#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

enum { CELL = 32, MODELS = 16 };

/* The models of the script that have been measured, the best first; others, such as an ensemble or
 * those of a script of someone's own, are left out. */
struct measured {
    const struct sr_entry *entries[MODELS];
    const struct sr_robustness *robustness[MODELS];
    size_t count;
};

static void gather(struct sr_session *session, enum sr_study_scale scale,
                   const struct ranking *ranking, struct measured *measured)
{
    struct sr_robustness_request request = sr_robustness_request(SR_SPLIT_TEST);
    request.count = (size_t)study_robustness_images[scale];
    measured->count = 0;
    for (size_t i = 0; i < ranking->count && measured->count < MODELS; i++) {
        bool pending;
        const struct sr_robustness *found =
            sr_session_robustness_known(session, ranking->entries[i], &request, &pending);
        if (!found) continue;
        measured->entries[measured->count] = ranking->entries[i];
        measured->robustness[measured->count++] = found;
    }
}

/* For programs: a row for each model, kind and severity. */
static enum sr_status keep(struct report *report, const struct measured *measured,
                           struct sr_error *error)
{
    struct sr_table table = {0};
    sr_table_columns(&table, "model kind severity accuracy low high mean_confidence");
    for (size_t m = 0; m < measured->count; m++)
        for (int kind = 0; kind < SR_CHANGES; kind++)
            for (int s = 0; s < SR_SEVERITIES; s++) {
                const struct sr_change_score *score = &measured->robustness[m]->kinds[kind][s];
                if (!score->measured) continue;
                sr_table_text(&table, measured->entries[m]->name);
                sr_table_text(&table, sr_change_kinds[kind].name);
                sr_table_integer(&table, s + 1);
                sr_table_number(&table, score->accuracy);
                sr_table_number(&table, score->low);
                sr_table_number(&table, score->high);
                sr_table_number(&table, score->confidence);
            }
    enum sr_status status = report_keep(report, &table, "changes", error);
    sr_table_fini(&table);
    return status;
}

/* A row of accuracies in per cent; NaN is a dash. */
static void add_row(struct sr_table *table, const char *name, const double *values, size_t count)
{
    char cells[MODELS][CELL];
    const char *row[MODELS + 2] = {name};
    for (size_t m = 0; m < count; m++) {
        snprintf(cells[m], CELL, isfinite(values[m]) ? "%.1f %%" : "-", 100 * values[m]);
        row[m + 1] = cells[m];
    }
    report_row(table, row);
}

static struct sr_table *write_table(struct report *report, const struct measured *measured)
{
    const char *head[MODELS + 2] = {"change"};
    double values[MODELS];
    for (size_t m = 0; m < measured->count; m++) head[m + 1] = measured->entries[m]->name;
    struct sr_table *table = report_table(report, head);
    for (size_t m = 0; m < measured->count; m++)
        values[m] = measured->robustness[m]->clean.accuracy;
    add_row(table, "as they are", values, measured->count);
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        bool any = false;
        for (size_t m = 0; m < measured->count; m++) {
            const struct sr_change_score *score =
                sr_robustness_reference(measured->robustness[m], kind);
            values[m] = score ? score->accuracy : NAN;
            any = any || score;
        }
        if (any) add_row(table, sr_change_kinds[kind].name, values, measured->count);
    }
    for (size_t m = 0; m < measured->count; m++)
        values[m] = sr_robustness_mean(measured->robustness[m], 0, NULL);
    add_row(table, "mean of the kinds", values, measured->count);
    return table;
}

enum sr_status report_robustness(struct sr_session *session, struct report *report,
                                 const struct study_facts *facts, const struct ranking *ranking,
                                 struct sr_error *error)
{
    struct measured measured;
    gather(session, facts->script->scale, ranking, &measured);
    if (!measured.count) return SR_OK;
    const size_t count = measured.robustness[0]->count;
    double low, high;
    sr_wilson(0.5 * (double)count, (double)count, 1.959964, &low, &high);
    sr_reply_heading(&report->reply, 2, "Accuracy on changed pictures");
    sr_reply_say(&report->reply,
                 "Accuracy on the first %zu test images, changed as Fashion-MNIST-C changes them, "
                 "at its severities. No training has seen such changes, but for those of its own "
                 "augmentation. The 95 %% interval of a figure is at most %.1f points to either "
                 "side; the figure and the table behind it have all severities with their "
                 "intervals.",
                 count, 100 * (high - low) / 2);
    struct sr_table *table = write_table(report, &measured);
    enum sr_status status = report_link(report, table, "robustness-kinds", error);
    if (!status) status = keep(report, &measured, error);
    return status ? status
                  : report_figure(report, "robustness",
                                  "Accuracy on changed test images, over the severities", error);
}
