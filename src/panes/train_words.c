/* train_words.c - see train.h: one run in words. */
#include "train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/app/elsewhere.h"

int train_read_epoch(const struct train *train, const struct sr_run *run)
{
    int epoch = train->epoch;
    return epoch < 1 || run->epochs == 0 ? 0 : epoch < (int)run->epochs ? epoch : (int)run->epochs;
}

bool train_under_way(const struct sr_run *run)
{
    return run->state == SR_JOB_RUNNING || run->state == SR_JOB_PAUSED;
}

/* Of a training of another process. */
static const char *elsewhere_state(const struct sr_run *run)
{
    return run->state >= SR_JOB_DONE     ? "ended there"
           : run->state == SR_JOB_PAUSED ? "paused there"
                                         : "elsewhere";
}

const char *train_run_state(const struct sr_run *run)
{
    if (run->elsewhere) return elsewhere_state(run);
    switch (run->state) {
    case SR_JOB_QUEUED:
        return "waiting";
    case SR_JOB_RUNNING:
        return run->class ? "training" : "computing"; /* a map, suspects, a study's parts */
    case SR_JOB_PAUSED:
        return "paused";
    case SR_JOB_DONE:
        return run->stopped ? "stopped early" : run->class ? "trained" : "done";
    case SR_JOB_FAILED:
        return "failed";
    case SR_JOB_STOPPED:
        return "stopped";
    }
    return "";
}

enum sr_role train_run_role(const struct sr_run *run)
{
    switch (run->state) {
    case SR_JOB_DONE:
        return SR_ROLE_GOOD;
    case SR_JOB_FAILED:
        return SR_ROLE_BAD;
    case SR_JOB_PAUSED:
    case SR_JOB_STOPPED:
        return SR_ROLE_WARNING;
    default:
        return SR_ROLE_ACCENT;
    }
}

double train_run_score(struct sr_session *session, const struct sr_run *run)
{
    struct sr_error ignored;
    const struct sr_predictions *predictions;
    if (run->epochs || run->state != SR_JOB_DONE || !run->params || !session->data) return NAN;
    for (size_t i = session->run_count; i-- > 0 && session->runs[i] != run;)
        if (!strcmp(session->runs[i]->name, run->name)) return NAN; /* trained anew since */
    struct sr_entry *entry = sr_session_entry(session, run->name, &ignored);
    if (!entry || !entry->model || entry->model->class != run->class ||
        sr_session_predictions(session, entry, SR_SPLIT_VALIDATION, &predictions, &ignored))
        return NAN;
    return sr_session_predicted(session, entry, SR_SPLIT_VALIDATION)->evaluation.accuracy;
}

void train_run_words(const struct sr_run *run, struct sr_text *text)
{
    const struct sr_progress *progress = &run->progress;
    char count[32], time[32];
    if (run->state == SR_JOB_QUEUED) {
        sr_text_add(text, "for the run before it to end");
    } else if (train_under_way(run)) {
        if (progress->done == 0)
            sr_text_add(text, "preparing…");
        else if (progress->epochs > 0)
            sr_text_printf(text, "epoch %d of %d", progress->epoch, progress->epochs);
        else if (progress->total > 0)
            sr_text_printf(text, "%s %llu of %llu", progress->unit ? progress->unit : "step",
                           (unsigned long long)progress->done, (unsigned long long)progress->total);
        else
            sr_text_printf(text, "%s %llu", progress->unit ? progress->unit : "step",
                           (unsigned long long)progress->done);
    } else {
        sr_format_seconds(time, sizeof time, run->seconds);
        if (run->epochs > 0)
            sr_text_printf(text, "%zu epoch%s, ", run->epochs, run->epochs == 1 ? "" : "s");
        sr_text_add(text, time);
        if (run->parameters > 0) {
            sr_format_count(count, sizeof count, run->parameters);
            sr_text_printf(text, ", %s parameters", count);
        }
        if (run->state == SR_JOB_DONE && run->class && !run->elsewhere)
            sr_text_printf(text, ", seed %llu", (unsigned long long)run->seed);
    }
    if (run->limit && run->state != SR_JOB_QUEUED) {
        sr_format_count(count, sizeof count, run->limit);
        sr_text_printf(text, ", limit %s", count);
    }
    if (run->elsewhere)
        sr_text_printf(text, ", process %lld on %s", (long long)run->elsewhere->process,
                       run->elsewhere->host);
}

void train_speed_words(const struct sr_run *run, struct sr_text *text)
{
    const struct sr_progress *progress = &run->progress;
    char number[32];
    if (progress->total > 0)
        sr_text_printf(text, "%.0f %%", 100 * (double)progress->done / (double)progress->total);
    if (progress->rate > 0) {
        if (progress->rate >= 10)
            sr_format_count(number, sizeof number, (uint64_t)progress->rate);
        else
            snprintf(number, sizeof number, "%.1f", progress->rate);
        sr_text_printf(text, "  %s %s/s", number, sr_progress_units(progress));
    }
    if (progress->seconds_left >= 0) {
        sr_format_left(number, sizeof number, progress->seconds_left);
        sr_text_printf(text, "  %s left", number);
    }
    if (isfinite(progress->learning_rate))
        sr_text_printf(text, "  learning rate %.3g", progress->learning_rate);
    if (progress->note[0]) sr_text_printf(text, "  %s", progress->note);
}

void train_epoch_words(const struct sr_epoch *epoch, bool full, struct sr_text *text)
{
    char share[32], time[32];
    sr_text_printf(text, "epoch %d", epoch->epoch);
    if (full) {
        sr_pane_percent(share, sizeof share, epoch->train_accuracy);
        sr_text_printf(text, "  train loss %.3f, accuracy %s", epoch->train_loss, share);
    }
    if (isfinite(epoch->validation_loss)) {
        sr_pane_percent(share, sizeof share, epoch->validation_accuracy);
        sr_text_printf(text, "  validation %.3f, %s", epoch->validation_loss, share);
    } else {
        sr_text_add(text, "  no validation split");
    }
    if (full) {
        sr_format_seconds(time, sizeof time, epoch->seconds);
        sr_text_printf(text, "  %s", time);
    }
}
