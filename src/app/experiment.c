#include "sartor/app/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "task.h"

struct sr_experiment *sr_experiment_new(const struct sr_model_class *class)
{
    struct sr_experiment *experiment = sr_xalloc(sizeof *experiment);
    experiment->class = class;
    return experiment;
}

void sr_experiment_free(struct sr_experiment *experiment)
{
    if (!experiment) return;
    for (size_t i = 0; i < experiment->count; i++) free(experiment->trials[i].params);
    free(experiment->trials);
    free(experiment);
}

void sr_experiment_add(struct sr_experiment *experiment, const char *label, const char *params, uint64_t seed,
                       uint64_t limit)
{
    sr_xgrow(&experiment->trials, &experiment->room, experiment->count + 1, sizeof *experiment->trials);
    struct sr_trial *trial = &experiment->trials[experiment->count++];
    *trial = (struct sr_trial){.params = sr_xstrdup(params), .seed = seed, .limit = limit, .accuracy = NAN, .loss = NAN};
    snprintf(trial->label, sizeof trial->label, "%s", label);
}

struct experiment_task {
    struct task task;
    struct sr_experiment *experiment;
    struct sr_dataset *data;
    double validation;
    uint64_t split_seed;
    struct sr_pool *pool;
    char *path;                    /* of the notes */
    struct sr_text others;         /* notes of trials that are not of this experiment: kept */
    const struct sr_monitor *outer;
    size_t at;                     /* trial under way */
    double started;
};

/* --- notes ----------------------------------------------------------------------------- */

/* A line for each finished trial: accuracy,loss,seconds,seed,limit,digest,split_seed,validation,params. The
 * parameters come last since they hold commas. */
static enum sr_status write_notes(const struct experiment_task *task, struct sr_error *error)
{
    struct sr_text text = {0};
    sr_text_add(&text, sr_text_get(&task->others));
    for (size_t i = 0; i < task->experiment->count; i++) {
        const struct sr_trial *trial = &task->experiment->trials[i];
        if (trial->done)
            sr_text_printf(&text, "%.9g,%.9g,%.6g,%llu,%llu,%s,%llu,%.9g,%s\n", trial->accuracy, trial->loss, trial->seconds,
                           (unsigned long long)trial->seed, (unsigned long long)trial->limit, task->data->digest,
                           (unsigned long long)task->split_seed, task->validation, trial->params);
    }
    enum sr_status status = sr_file_write(task->path, sr_text_get(&text), text.length, error);
    sr_text_fini(&text);
    return status;
}

static void read_notes(struct experiment_task *task)
{
    size_t length;
    struct sr_error ignored;
    sr_text_clear(&task->others);
    char *bytes = sr_path_exists(task->path) ? sr_file_read(task->path, 16 << 20, &length, &ignored) : NULL, *rest = bytes;
    for (char *line; rest && (line = strsep(&rest, "\n"));) {
        double accuracy, loss, seconds, validation;
        unsigned long long seed, limit, split_seed;
        char digest[40];
        int used = 0;
        bool mine = false;
        if (!*line) continue;
        if (sscanf(line, "%lf,%lf,%lf,%llu,%llu,%39[^,],%llu,%lf,%n", &accuracy, &loss, &seconds, &seed, &limit, digest,
                   &split_seed, &validation, &used) != 8 || !used)
            continue; /* not a note */
        bool same_data = !strcmp(digest, task->data->digest) && split_seed == task->split_seed &&
                         fabs(validation - task->validation) < 1e-8;
        for (size_t i = 0; same_data && i < task->experiment->count; i++) {
            struct sr_trial *trial = &task->experiment->trials[i];
            if (trial->seed != seed || trial->limit != limit || strcmp(trial->params, line + used)) continue;
            mine = true;
            if (trial->done) continue;
            trial->done = true;
            trial->accuracy = accuracy;
            trial->loss = loss;
            trial->seconds = seconds;
        }
        if (!mine) sr_text_printf(&task->others, "%s\n", line);
    }
    free(bytes);
}

/* --- the job ---------------------------------------------------------------------------- */

static void on_progress(void *owner, const struct sr_progress *inner)
{
    struct experiment_task *task = owner;
    const struct sr_experiment *experiment = task->experiment;
    double share = inner->total ? (double)inner->done / (double)inner->total : 0;
    double spent = sr_clock_seconds() - task->started, done = 0;
    size_t finished = 0;
    for (size_t i = 0; i < experiment->count; i++) {
        if (!experiment->trials[i].done) continue;
        finished++;
        done += experiment->trials[i].seconds;
    }
    double each = finished ? done / (double)finished : share > 0.02 ? spent / share : -1;
    struct sr_progress outer = {.unit = "trial", .done = (uint64_t)((double)task->at * 1000 + share * 1000),
                                .total = (uint64_t)experiment->count * 1000, .rate = inner->rate, .loss = inner->loss,
                                .accuracy = inner->accuracy, .learning_rate = inner->learning_rate, .seconds_left = -1};
    if (each > 0) outer.seconds_left = fmax(0, each * ((double)(experiment->count - task->at) - share));
    snprintf(outer.note, sizeof outer.note, "trial %zu of %zu: %.60s", task->at + 1, experiment->count,
             experiment->trials[task->at].label);
    sr_monitor_progress(task->outer, &outer);
}

static bool on_proceed(void *owner)
{
    return sr_monitor_proceed(((struct experiment_task *)owner)->outer);
}

/* Fit and judge one trial. A fit that diverges is a result, not an error: its figures stay NaN. */
static enum sr_status run_trial(struct experiment_task *task, struct sr_trial *trial, struct sr_error *error)
{
    struct sr_monitor monitor = {.owner = task, .progress = on_progress, .proceed = on_proceed};
    struct sr_split split = {0};
    struct sr_words words;
    struct sr_predictions predictions = {0};
    const char *line = trial->params;
    const struct sr_images *images = &task->data->files[SR_FILE_TRAIN];
    struct sr_model *model = sr_model_new(task->experiment->class, "trial");
    struct sr_args *params = NULL;
    enum sr_status status = sr_split_make(&split, task->data, task->validation, task->split_seed, (size_t)trial->limit, error);
    if (!status) status = sr_words_split(&line, &words, error);
    if (!status) {
        params = sr_args_parse(model->class->name, model->class->params, words.items, words.count, NULL, error);
        sr_words_fini(&words);
        if (!params) status = error->status;
    }
    double start = sr_clock_seconds();
    if (!status) {
        model->shape = (struct sr_shape){images->height, images->width, task->data->classes};
        model->seed = trial->seed;
        struct sr_fit fit = {.params = params, .shape = model->shape, .seed = trial->seed, .pool = task->pool,
                             .monitor = &monitor, .train = sr_split_samples(task->data, &split, SR_SPLIT_TRAIN),
                             .validation = sr_split_samples(task->data, &split, SR_SPLIT_VALIDATION)};
        status = sr_model_fit(model, &fit, error);
        if (!status && model->stopped) status = sr_error_set(error, SR_ERROR_CANCELLED, "stopped; the same command goes on");
        if (!status) status = sr_predictions_init(&predictions, &fit.validation, task->data->classes, error);
        if (!status)
            status = sr_model_predict(model, &fit.validation, task->pool, &monitor, predictions.probabilities, error);
    }
    if (!status) {
        struct sr_evaluation evaluation;
        sr_predictions_finish(&predictions);
        sr_evaluate(&evaluation, &predictions);
        trial->accuracy = evaluation.accuracy;
        trial->loss = evaluation.loss;
    }
    if (!status || status == SR_ERROR_NUMERIC) {
        trial->seconds = sr_clock_seconds() - start;
        trial->done = true;
        status = SR_OK;
    }
    sr_predictions_fini(&predictions);
    sr_split_fini(&split);
    sr_args_free(params);
    sr_model_unref(model);
    return status;
}

static enum sr_status experiment_run(struct task *base, const struct sr_monitor *monitor, struct sr_error *error)
{
    struct experiment_task *task = (struct experiment_task *)base;
    struct sr_experiment *experiment = task->experiment;
    double begun = sr_clock_seconds();
    task->outer = monitor;
    for (;;) {
        read_notes(task);
        for (task->at = 0; task->at < experiment->count; task->at++) {
            struct sr_trial *trial = &experiment->trials[task->at];
            if (trial->done) continue;
            if (experiment->budget > 0 && sr_clock_seconds() - begun > experiment->budget) return SR_OK;
            task->started = sr_clock_seconds();
            enum sr_status status = run_trial(task, trial, error);
            if (!status) status = write_notes(task, error);
            if (status) return status;
            /* Each trial is told like an epoch, so that its curve shows how the search gets on. */
            sr_monitor_epoch(monitor, &(struct sr_epoch){.epoch = (int)task->at + 1, .train_loss = NAN, .train_accuracy = NAN,
                                                         .validation_loss = trial->loss, .validation_accuracy = trial->accuracy,
                                                         .learning_rate = NAN, .seconds = trial->seconds});
        }
        size_t before = experiment->count;
        if (experiment->next) experiment->next(experiment);
        if (experiment->count == before) return SR_OK;
    }
}

static void experiment_finish(struct sr_session *session, struct task *base, const struct sr_event *event)
{
    struct experiment_task *task = (struct experiment_task *)base;
    struct sr_run *run = sr_session_run(session, event->job);
    run->state = event->of.ended.state;
    run->seconds = event->of.ended.seconds;
    run->error = event->of.ended.error;
    sr_experiment_free(session->experiment);
    session->experiment = task->experiment;
    task->experiment = NULL;
}

static void experiment_free(struct task *base)
{
    struct experiment_task *task = (struct experiment_task *)base;
    sr_experiment_free(task->experiment);
    sr_dataset_unref(task->data);
    sr_text_fini(&task->others);
    free(task->path);
    free(task);
}

enum sr_status sr_session_experiment(struct sr_session *session, const char *name, struct sr_experiment *experiment,
                                     uint32_t *job, struct sr_error *error)
{
    struct experiment_task *task = sr_xalloc(sizeof *task);
    task->task = (struct task){experiment_run, experiment_finish, experiment_free};
    task->experiment = experiment;
    char *folder = sr_path_join(session->home, "experiments");
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_directory_make(folder, error);
    if (!status && !session->split.counts[SR_SPLIT_VALIDATION])
        status = sr_error_set(error, SR_ERROR_STATE, "trials are judged on the validation split, and there is none (validation=0)");
    if (status) {
        free(folder);
        experiment_free(&task->task);
        return status;
    }
    task->path = sr_xprintf("%s/%s.csv", folder, name);
    free(folder);
    task->data = sr_dataset_ref(session->data);
    task->validation = session->split.fraction;
    task->split_seed = session->split.seed;
    task->pool = session->pool;
    struct sr_run *run = sr_session_add_run(session, experiment->class, name);
    *job = run->job = sr_task_submit(session, SR_LANE_LONG, &task->task);
    return SR_OK;
}
