#include "sartor/app/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errands.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/folds.h"
#include "task.h"

struct sr_experiment *sr_experiment_new(const struct sr_model_class *class)
{
    struct sr_experiment *experiment = sr_xalloc(sizeof *experiment);
    experiment->class = class;
    experiment->rounds = 1;
    return experiment;
}

void sr_experiment_free(struct sr_experiment *experiment)
{
    if (!experiment) return;
    for (size_t i = 0; i < experiment->count; i++) free(experiment->trials[i].params);
    free(experiment->trials);
    free(experiment);
}

void sr_experiment_add(struct sr_experiment *experiment, const char *label, const char *params,
                       uint64_t seed, uint64_t limit)
{
    sr_xgrow(&experiment->trials, &experiment->room, experiment->count + 1,
             sizeof *experiment->trials);
    struct sr_trial *trial = &experiment->trials[experiment->count++];
    *trial = (struct sr_trial){.params = sr_xstrdup(params),
                               .seed = seed,
                               .limit = limit,
                               .round = experiment->round,
                               .accuracy = NAN,
                               .loss = NAN,
                               .deviation = NAN};
    snprintf(trial->label, sizeof trial->label, "%s", label);
}

struct experiment_task {
    struct task task;
    struct sr_experiment *experiment;
    struct sr_dataset *data;
    double validation;
    uint64_t split_seed;
    struct sr_pool *pool;
    char *path; /* of the notes */
    const struct sr_monitor *outer;
    double begun, waited; /* clock; seconds of pauses since then */
    size_t at;            /* trial under way */
    int fold;             /* of it; 0 without folds */
    double share;         /* of that fold done */
    double started;
    bool spent; /* the budget has stopped the trial under way */
    struct sr_together together;
    struct sr_monitor monitor; /* of the trainings */
    struct errands *errands;   /* of the present round */
};

static double worked(const struct experiment_task *task)
{
    return sr_clock_seconds() - task->begun - task->waited;
}

/* --- notes ----------------------------------------------------------------------------- */

struct note {
    struct sr_trial trial; /* its figures, seed and limit */
    char digest[40];
    unsigned long long split_seed;
    double validation;
    int folds;
    const char *params; /* within the line */
};

static bool parse_note(const char *line, struct note *note)
{
    unsigned long long seed, limit;
    int first = 0, second = 0;
    *note = (struct note){.trial.deviation = NAN};
    int found = sscanf(line, "%lf,%lf,%lf,%llu,%llu,%39[^,],%llu,%lf,%n%d,%lf,%n",
                       &note->trial.accuracy, &note->trial.loss, &note->trial.seconds, &seed,
                       &limit, note->digest, &note->split_seed, &note->validation, &first,
                       &note->folds, &note->trial.deviation, &second);
    note->trial.seed = seed;
    note->trial.limit = limit;
    note->params = line + (found == 8 ? first : second);
    return note->params != line && (found == 8 || found == 10);
}

/* Copy a note's results to the trials that it is of. */
static void apply_note(struct experiment_task *task, const struct note *note)
{
    if (strcmp(note->digest, task->data->digest) || note->split_seed != task->split_seed ||
        fabs(note->validation - task->validation) >= 1e-8 || note->folds != task->experiment->folds)
        return;
    for (size_t i = 0; i < task->experiment->count; i++) {
        struct sr_trial *trial = &task->experiment->trials[i];
        if (trial->done || trial->seed != note->trial.seed || trial->limit != note->trial.limit ||
            strcmp(trial->params, note->params))
            continue;
        trial->done = true;
        trial->accuracy = note->trial.accuracy;
        trial->loss = note->trial.loss;
        trial->deviation = note->trial.deviation;
        trial->seconds = note->trial.seconds;
    }
}

enum { NOTES_LIMIT = 16 << 20 };

static void read_notes(struct experiment_task *task)
{
    struct sr_error ignored;
    struct note note;
    char *bytes = sr_path_exists(task->path) ? sr_file_read(task->path, NOTES_LIMIT, NULL, &ignored)
                                             : NULL,
         *rest = bytes;
    for (char *line; rest && (line = strsep(&rest, "\n"));)
        if (parse_note(line, &note)) apply_note(task, &note);
    free(bytes);
}

/* A line for a finished trial:
 * accuracy,loss,seconds,seed,limit,digest,split_seed,validation,folds,deviation,params. The
 * parameters come last since they hold commas. Lines of the first version lack folds and deviation.
 */
static void print_note(const struct experiment_task *task, const struct sr_trial *trial,
                       struct sr_text *text)
{
    sr_text_printf(text, "%.9g,%.9g,%.6g,%llu,%llu,%s,%llu,%.9g,%d,%.9g,%s", trial->accuracy,
                   trial->loss, trial->seconds, (unsigned long long)trial->seed,
                   (unsigned long long)trial->limit, task->data->digest,
                   (unsigned long long)task->split_seed, task->validation, task->experiment->folds,
                   trial->deviation, trial->params);
}

/* Keep a finished trial. Other programs may be writing down trials of the same search. */
static enum sr_status write_note(const struct experiment_task *task, const struct sr_trial *trial,
                                 struct sr_error *error)
{
    struct sr_text line = {0};
    print_note(task, trial, &line);
    enum sr_status status = sr_file_add_line(task->path, NOTES_LIMIT, sr_text_get(&line), error);
    sr_text_fini(&line);
    return status;
}

/* --- the job ---------------------------------------------------------------------------- */

/* An estimate: the time of a trial is proportional to its rows, and each further round takes as
 * long as the present one. */
static double seconds_left(const struct experiment_task *task, double share)
{
    const struct sr_experiment *experiment = task->experiment;
    double done = 0, seconds = 0, left = 0, round = 0;
    for (size_t i = 0; i < experiment->count; i++) {
        const struct sr_trial *trial = &experiment->trials[i];
        double rows = trial->limit ? (double)trial->limit : 1;
        if (trial->round == experiment->round) round += rows;
        if (trial->done) {
            done += rows;
            seconds += trial->seconds;
        } else if (i >= task->at) {
            left += i == task->at ? rows * (1 - share) : rows;
        }
    }
    const struct sr_trial *now = &experiment->trials[task->at];
    double begun = share * (now->limit ? (double)now->limit : 1),
           spent = sr_clock_seconds() - task->started, estimate = -1;
    left += round * (experiment->rounds - 1 - experiment->round);
    if (done > 0)
        estimate = left * seconds / done;
    else if (share > 0.02)
        estimate = left * spent / begun;
    double budget = experiment->budget - worked(task);
    return experiment->budget > 0 && (estimate < 0 || budget < estimate) ? fmax(0, budget)
                                                                         : estimate;
}

static void on_progress(void *owner, const struct sr_progress *inner)
{
    struct experiment_task *task = owner;
    const struct sr_experiment *experiment = task->experiment;
    const int folds = experiment->folds ? experiment->folds : 1;
    /* Training and predicting each report from 0 to their total: the larger share counts. */
    if (inner->total) task->share = fmax(task->share, (double)inner->done / (double)inner->total);
    const double share = (task->fold + task->share) / folds;
    struct sr_progress outer = {.unit = "trial",
                                .done = (uint64_t)((double)task->at * 1000 + share * 1000),
                                .total = (uint64_t)experiment->count * 1000,
                                .rate = inner->rate,
                                .loss = inner->loss,
                                .accuracy = inner->accuracy,
                                .learning_rate = inner->learning_rate,
                                .seconds_left = seconds_left(task, share)};
    char fold[32] = "";
    if (experiment->folds) snprintf(fold, sizeof fold, ", fold %d of %d", task->fold + 1, folds);
    snprintf(outer.note, sizeof outer.note, "trial %zu of %zu%s: %.40s", task->at + 1,
             experiment->count, fold, experiment->trials[task->at].label);
    sr_monitor_progress(task->outer, &outer);
}

static bool on_proceed(void *owner)
{
    struct experiment_task *task = owner;
    double asked = sr_clock_seconds();
    bool go = sr_monitor_proceed(task->outer);
    task->waited += sr_clock_seconds() - asked;
    if (!go || task->experiment->budget <= 0 || worked(task) <= task->experiment->budget) return go;
    task->spent = true;
    return false;
}

/* The rows of a trial: a split and, with cross-validation, folds of its training rows. */
static enum sr_status make_rows(const struct experiment_task *task, size_t limit,
                                struct sr_split *split, struct sr_folds *folds,
                                struct sr_error *error)
{
    const int count = task->experiment->folds;
    *folds = (struct sr_folds){0};
    enum sr_status status =
        sr_split_make(split, task->data, task->validation, task->split_seed, limit, error);
    if (status || !count) return status;
    status = sr_folds_make(folds, &task->data->files[SR_FILE_TRAIN], split->rows[SR_SPLIT_TRAIN],
                           split->counts[SR_SPLIT_TRAIN], count, task->split_seed, error);
    if (!status && folds->rarest_count < (size_t)count)
        status = sr_error_set(error, SR_ERROR_ARGUMENT,
                              "folds=%d is too many: of the %zu rows that a trial begins with, "
                              "class %s has %zu; one for each fold is needed",
                              count, folds->row_count, task->data->class_names[folds->rarest],
                              folds->rarest_count);
    if (status) {
        sr_folds_fini(folds);
        sr_split_fini(split);
    }
    return status;
}

static struct sr_args *make_params(const struct experiment_task *task, const char *line,
                                   struct sr_error *error)
{
    const struct sr_model_class *class = task->experiment->class;
    struct sr_words words;
    if (sr_words_split(&line, &words, error)) return NULL;
    struct sr_args *params =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, error);
    sr_words_fini(&words);
    /* Early stopping would use the held-out rows: folds are trained to the end. */
    if (params && task->experiment->folds && sr_args_has(params, "patience") &&
        sr_args_set(params, "patience", "0", error)) {
        sr_args_free(params);
        return NULL;
    }
    return params;
}

/* What an errand needs of a trial and a fold. */
struct part {
    struct sr_split split;
    struct sr_folds folds;
    struct sr_args *params;
    uint32_t *train, *held;
};

static void release_part(void *owner, struct errand *errand)
{
    struct part *part = errand->memory;
    (void)owner;
    sr_folds_fini(&part->folds);
    sr_split_fini(&part->split);
    sr_args_free(part->params);
    free(part->train);
    free(part->held);
    free(part);
}

static int folds_of(const struct experiment_task *task)
{
    return task->experiment->folds ? task->experiment->folds : 1;
}

/* Errand i is fold i % folds of trial i / folds. */
static enum sr_status make_part(void *owner, size_t index, struct errand *errand,
                                struct sr_error *error)
{
    struct experiment_task *task = owner;
    const int count = folds_of(task), fold = (int)(index % (size_t)count);
    const struct sr_trial *trial = &task->experiment->trials[index / (size_t)count];
    const struct sr_images *images = &task->data->files[SR_FILE_TRAIN];
    struct part *part = errand->memory = sr_xalloc(sizeof *part);
    enum sr_status status =
        make_rows(task, (size_t)trial->limit, &part->split, &part->folds, error);
    if (!status && !(part->params = make_params(task, trial->params, error)))
        status = error->status;
    if (status) {
        free(part);
        return status;
    }
    errand->fit = (struct sr_fit){
        .params = part->params,
        .shape = {images->shape, task->data->classes},
        .seed = trial->seed,
        .pool = task->pool,
        .monitor = &task->monitor,
        .together = task->together.ranks ? &task->together : NULL,
        .train = sr_split_samples(task->data, &part->split, SR_SPLIT_TRAIN),
        .validation = sr_split_samples(task->data, &part->split, SR_SPLIT_VALIDATION)};
    errand->held_out = errand->fit.validation;
    if (!part->folds.count) return SR_OK;
    part->train = sr_xalloc((part->folds.row_count + 1) * sizeof *part->train);
    part->held = sr_xalloc((part->folds.row_count + 1) * sizeof *part->held);
    errand->fit.train = (struct sr_samples){images, part->train,
                                            sr_folds_take(&part->folds, fold, false, part->train)};
    errand->fit.validation = (struct sr_samples){images, NULL, 0};
    errand->held_out = (struct sr_samples){images, part->held,
                                           sr_folds_take(&part->folds, fold, true, part->held)};
    return SR_OK;
}

/* Is it of this round, and not done before? */
static bool is_needed(void *owner, size_t index)
{
    const struct experiment_task *task = owner;
    const struct sr_trial *trial = &task->experiment->trials[index / (size_t)folds_of(task)];
    return trial->round == task->experiment->round && !trial->done;
}

static void begin_part(void *owner, size_t index)
{
    struct experiment_task *task = owner;
    (void)index;
    task->share = 0;
}

/* Evaluate one trial: once with the validation split, or once for each fold. A training that
 * diverges is no error: its results stay NaN. */
static enum sr_status run_trial(struct experiment_task *task, struct sr_trial *trial,
                                struct sr_error *error)
{
    const int parts = folds_of(task);
    double accuracies[SR_FOLDS_MAX], accuracy = 0, loss = 0, squares = 0, seconds = 0;
    size_t repeated = 0;
    enum sr_status status = SR_OK;
    task->started = sr_clock_seconds();
    for (task->fold = 0; !status && task->fold < parts; task->fold++) {
        struct sr_predictions predictions;
        struct sr_evaluation evaluation;
        double part_seconds = 0;
        status = errands_take(task->errands, task->at * (size_t)parts + (size_t)task->fold,
                              &predictions, &repeated, &part_seconds, error);
        seconds += part_seconds;
        if (status) break;
        sr_evaluate(&evaluation, &predictions);
        sr_predictions_fini(&predictions);
        accuracies[task->fold] = evaluation.accuracy;
        accuracy += evaluation.accuracy / parts;
        loss += evaluation.loss / parts;
    }
    for (int fold = 0; !status && fold < parts; fold++)
        squares += (accuracies[fold] - accuracy) * (accuracies[fold] - accuracy);
    if (!status) {
        trial->accuracy = accuracy;
        trial->loss = loss;
        if (task->experiment->folds) trial->deviation = sqrt(squares / parts);
    }
    if (status && status != SR_ERROR_NUMERIC) return status;
    trial->seconds = seconds;
    trial->done = true;
    return SR_OK;
}

/* Has the present round used its share of the budget? */
static bool round_over(const struct experiment_task *task)
{
    const struct sr_experiment *experiment = task->experiment;
    return experiment->budget > 0 &&
           worked(task) > experiment->budget * (experiment->round + 1) / experiment->rounds;
}

/* Run the trials of the present round that are not done yet. `*further` is false when the budget is
 * used up. */
static enum sr_status run_round(struct experiment_task *task, bool *further, struct sr_error *error)
{
    struct sr_experiment *experiment = task->experiment;
    bool any = false; /* has a trial of this round been done? at least one is */
    *further = false;
    for (task->at = 0; task->at < experiment->count; task->at++) {
        struct sr_trial *trial = &experiment->trials[task->at];
        if (trial->round != experiment->round) continue;
        if (!trial->done) {
            if (experiment->budget > 0 && worked(task) > experiment->budget) return SR_OK;
            if (any && round_over(task)) break;
            enum sr_status status = run_trial(task, trial, error);
            if (status == SR_ERROR_CANCELLED && task->spent) {
                experiment->cut = trial;
                return SR_OK;
            }
            if (status == SR_ERROR_CANCELLED)
                return sr_error_set(error, status, "stopped; the same command goes on");
            if (!status) status = write_note(task, trial, error);
            if (status) return status;
            /* Each trial is reported as an epoch, so that the curve shows the search. */
            sr_monitor_epoch(task->outer, &(struct sr_epoch){.epoch = (int)task->at + 1,
                                                             .train_loss = NAN,
                                                             .train_accuracy = NAN,
                                                             .validation_loss = trial->loss,
                                                             .validation_accuracy = trial->accuracy,
                                                             .learning_rate = NAN,
                                                             .seconds = trial->seconds});
        }
        any = true;
    }
    *further = true;
    return SR_OK;
}

static struct errands *new_errands(struct experiment_task *task)
{
    const struct errands_source source = {.owner = task,
                                          .class = task->experiment->class,
                                          .count = task->experiment->count * (size_t)folds_of(task),
                                          .ranks = task->together.ranks,
                                          .make = make_part,
                                          .release = release_part,
                                          .begin = begin_part,
                                          .needed = is_needed,
                                          .monitor = &task->monitor};
    return errands_new(&source);
}

static enum sr_status experiment_run(struct task *base, const struct sr_monitor *monitor,
                                     struct sr_error *error)
{
    struct experiment_task *task = (struct experiment_task *)base;
    struct sr_experiment *experiment = task->experiment;
    task->outer = monitor;
    task->monitor =
        (struct sr_monitor){.owner = task, .progress = on_progress, .proceed = on_proceed};
    task->begun = sr_clock_seconds();
    for (;;) {
        bool further;
        read_notes(task);
        task->errands = new_errands(task);
        enum sr_status status = run_round(task, &further, error);
        errands_free(task->errands);
        task->errands = NULL;
        if (status || !further || !experiment->next) return status;
        size_t before = experiment->count;
        experiment->next(experiment);
        if (experiment->count == before) return SR_OK;
    }
}

static void experiment_finish(struct sr_session *session, struct task *base,
                              const struct sr_event *event)
{
    struct experiment_task *task = (struct experiment_task *)base;
    (void)event;
    sr_experiment_free(session->experiment);
    session->experiment = task->experiment;
    task->experiment = NULL;
}

static void experiment_free(struct task *base)
{
    struct experiment_task *task = (struct experiment_task *)base;
    sr_experiment_free(task->experiment);
    sr_dataset_unref(task->data);
    free(task->path);
    free(task);
}

enum sr_status sr_session_experiment(struct sr_session *session, const char *name,
                                     struct sr_experiment *experiment, uint32_t *job,
                                     struct sr_error *error)
{
    struct experiment_task *task = sr_xalloc(sizeof *task);
    task->task =
        (struct task){.run = experiment_run, .finish = experiment_finish, .free = experiment_free};
    task->experiment = experiment;
    char *folder = sr_path_join(session->home, "experiments");
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_directory_make(folder, error);
    if (!status && !experiment->folds && !session->split.counts[SR_SPLIT_VALIDATION])
        status = sr_error_set(
            error, SR_ERROR_STATE,
            "trials are judged on the validation split, and there is none (validation=0)");
    if (!status) {
        struct sr_split split;
        struct sr_folds folds;
        task->path = sr_xprintf("%s/%s.csv", folder, name);
        task->data = sr_dataset_ref(sr_dataset_origin(session->data));
        task->validation = session->split.fraction;
        task->split_seed = session->split.seed;
        task->pool = session->pool;
        task->together = task_together(session, task->data);
        status = make_rows(task, (size_t)experiment->trials[0].limit, &split, &folds,
                           error); /* to refuse what is impossible before the job is queued */
        if (!status) {
            sr_folds_fini(&folds);
            sr_split_fini(&split);
        }
    }
    free(folder);
    if (status) {
        experiment_free(&task->task);
        return status;
    }
    struct sr_run *run = sr_session_add_run(session, experiment->class, name);
    *job = run->job = sr_task_submit(session, SR_LANE_LONG, &task->task);
    return SR_OK;
}
