/* study.c - the whole study in one command.
 *
 * A study is a script of ordinary commands (study_plan.c), kept as study.sartor in its folder. Each
 * of its lines is entered in the queue on behalf of the study's item, which goes on when that line
 * has ended. A training whose model is in the folder already is skipped, so that a study that was
 * stopped can be continued. */
#include <config.h>

#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"

SR_RUN(study_run);

const struct sr_command sr_command_study = {
    .name = "study",
    .group = "evaluate",
    .help =
        "Run the whole study: a model of each family, figures, tables and a report in a folder.",
    .params =
        (const struct sr_param[]){
            {"scale", SR_PARAM_CHOICE, .positional = true, .choices = "quick full best",
             .fallback = "full",
             .help = "quick: 10,000 training images, about a minute; full: the reference study's "
                     "settings; best: the best recipes, hours."},
            {"to", SR_PARAM_FILE, .required = true,
             .help = "The folder; where it holds part of the study already, that part is kept."},
            {"seeds", SR_PARAM_INTEGER, .fallback = "1", .minimum = 1, .maximum = 20,
             .help = "Train each network with so many seeds: the report then tests methods, not "
                     "only the fitted models."},
            {"from", SR_PARAM_FILE, .help = "Repeat the study that this study.sartor describes."},
            SR_COSTS_PARAM,
            {0}},
    .run = study_run,
    .lasting = true,
    .example = "study quick to=study",
};

struct study {
    char *directory, *home; /* the study's folder; the session's own home meanwhile */
    char *options[3]; /* the session's own values of option_names, where the script has others */
    struct study_script script;
    struct sr_costs costs;
    struct sr_text text; /* the script's file */
    size_t at, kept;
    bool entered;           /* the line at hand has been */
    struct sr_error result; /* why it has failed; its status is SR_OK where it has not */
    uint32_t training;      /* that it has started, until that has ended; 0 for none */
    uint32_t *handed;       /* of each line: its training, begun ahead of its turn; 0 for none */
    size_t ahead;           /* lines of which that has been done */
    uint32_t job;           /* the line's training or experiment; 0 for none */
    double started, passed; /* passed: expected cost of the lines that are behind */
    struct study_spent spent[STUDY_WORKS]; /* on lines that were really run */
    double line_started;                   /* clock; 0 before the line at hand has been begun */
    double *seconds; /* what each line took; NaN where nothing was to be done */
    struct {
        uint32_t job;
        double share, seconds;
    } first; /* progress of the training as first seen */
};

static const char *const option_names[3] = {"seed", "validation", "split_seed"};

/* What it has finished stays in its folder. */
static void free_study(struct sr_session *session, void *state)
{
    struct study *study = state;
    struct sr_error error;
    session->study = NULL;
    if (study->training) sr_jobs_stop(session->jobs, study->training);
    for (size_t i = 0; study->handed && i < study->script.count; i++)
        if (study->handed[i]) sr_jobs_stop(session->jobs, study->handed[i]);
    if (study->home && sr_session_move(session, study->home, &error))
        sr_session_message(session, true, "%s", error.text);
    for (int i = 0; i < 3; i++) {
        if (study->options[i] &&
            sr_session_set(session, option_names[i], study->options[i], &error))
            sr_session_message(session, true, "%s", error.text);
        free(study->options[i]);
    }
    free(study->home);
    free(study->directory);
    free(study->seconds);
    free(study->handed);
    study_script_fini(&study->script);
    sr_costs_fini(&study->costs);
    sr_text_fini(&study->text);
    free(study);
}

/* The script sets seeds and the split; the session's own values are restored at the end. */
static enum sr_status take_options(struct sr_session *session, struct study *study,
                                   struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (int i = 0; !status && i < 3; i++) {
        char *wanted = i == 1 ? sr_xprintf("%.17g", study->script.validation)
                              : sr_xprintf("%llu", (unsigned long long)(i ? study->script.split_seed
                                                                          : study->script.seed));
        double number, own;
        const char *present = sr_args_text(session->options, option_names[i]);
        if (!sr_parse_double(present, &own) || !sr_parse_double(wanted, &number) || own < number ||
            own > number) {
            study->options[i] = sr_xstrdup(present);
            status = sr_session_set(session, option_names[i], wanted, error);
        }
        free(wanted);
    }
    return status;
}

/* The cost table, from the script's own lines or from a file of the user's, which the script takes
 * over. */
static enum sr_status take_costs(struct sr_session *session, struct study *study, const char *path,
                                 struct sr_error *error)
{
    if (path) {
        free(study->script.costs); /* those of a script that is repeated with others */
        sr_costs_fini(&study->costs);
        study->script.costs = sr_file_read(path, 1 << 20, NULL, error);
        return study->script.costs
                   ? sr_costs_parse(&study->costs, study->script.costs, strlen(study->script.costs),
                                    path, session->data->classes, error)
                   : error->status;
    }
    const char *text = study->script.costs;
    if (!text || study->costs.values) return SR_OK;
    return sr_costs_parse(&study->costs, text, strlen(text), "the script's costs",
                          session->data->classes, error);
}

static enum sr_status begin(struct sr_session *session, struct study *study,
                            const struct sr_args *args, struct sr_error *error)
{
    static const char *const folders[] = {"figures", "tables", "models"};
    struct study_script *script = &study->script;
    const char *scale = sr_args_text(args, "scale"), *from = sr_args_path(args, "from");
    for (int s = 0; s < SR_STUDY_SCALES; s++)
        if (!strcmp(scale, study_scale_names[s])) script->scale = (enum sr_study_scale)s;
    script->seed = (uint64_t)sr_args_integer(session->options, "seed");
    script->seeds = (int)sr_args_integer(args, "seeds");
    script->validation = session->split.fraction;
    script->split_seed = session->split.seed;
    study->directory = sr_xstrdup(sr_args_path(args, "to"));
    study->started = sr_clock_seconds();
    enum sr_status status = take_costs(session, study, sr_args_path(args, "costs"), error);
    for (size_t i = 0; !status && i < sizeof folders / sizeof *folders; i++) {
        char *folder = sr_path_join(study->directory, folders[i]);
        status = sr_directory_make(folder, error);
        free(folder);
    }
    if (!status && from) {
        status = study_read(script, from, session, error);
        if (!status) status = take_costs(session, study, sr_args_path(args, "costs"), error);
    } else if (!status) {
        study_plan(script, session->split.counts[SR_SPLIT_TRAIN],
                   session->data->files[SR_FILE_TEST].count);
    }
    if (!status) status = take_options(session, study, error);
    if (!status) {
        study_print(script, session, &study->text);
        char *path = sr_path_join(study->directory, "study.sartor");
        status = sr_file_write(path, study->text.bytes, study->text.length, error);
        free(path);
    }
    if (status) return status;
    study->seconds = sr_xalloc(script->count * sizeof *study->seconds);
    study->handed = sr_xalloc(script->count * sizeof *study->handed);
    for (size_t i = 0; i < script->count; i++) study->seconds[i] = NAN;
    /* The study's models are kept in its folder; the person's own are neither replaced nor
     * reported.
     */
    study->home = sr_xstrdup(session->home);
    return sr_session_move(session, study->directory, error);
}

/* --- running it ------------------------------------------------------------------------ */

/* Paths of figures and tables are relative to the study's folder. */
static void place_output(const struct study *study, struct sr_words *words)
{
    for (size_t i = 1; i < words->count; i++) {
        if (strncmp(words->items[i], "to=", 3)) continue;
        char *placed = sr_xprintf("to=%s/%s", study->directory, words->items[i] + 3);
        free(words->items[i]);
        words->items[i] = placed;
    }
}

/* Is the model of this `train` line in the folder, made by that line? The line is kept beside it.
 */
static bool is_trained(const struct study *study, const char *name, const char *line)
{
    struct sr_error ignored;
    size_t length;
    char *model = sr_store_path(study->directory, name),
         *note = sr_xprintf("%s/models/%s.line", study->directory, name);
    char *kept = sr_path_exists(model) && sr_path_exists(note)
                     ? sr_file_read(note, 1 << 16, &length, &ignored)
                     : NULL;
    bool same = kept && !strcmp(kept, line);
    free(kept);
    free(note);
    free(model);
    return same;
}

static enum sr_status note_trained(const struct study *study, const char *name, const char *line,
                                   struct sr_error *error)
{
    char *note = sr_xprintf("%s/models/%s.line", study->directory, name);
    enum sr_status status = sr_file_write(note, line, strlen(line), error);
    free(note);
    return status;
}

/* The run of the line at hand: its training, or its experiment. */
static struct sr_run *run_of(const struct sr_session *session)
{
    uint32_t job = session->study->job;
    for (size_t i = 0; job && i < session->run_count; i++)
        if (session->runs[i]->job == job) return session->runs[i];
    return NULL;
}

static bool show_progress(struct sr_session *session)
{
    struct sr_study_progress progress;
    if (!sr_study_progress(session, &progress)) return false;
    session->study_progress.share = progress.share;
    session->study_progress.seconds_left = progress.seconds_left;
    return true;
}

static enum sr_status line_ended(struct sr_session *session, struct sr_item *item,
                                 const struct sr_error *error)
{
    struct study *study = item->origin.context;
    (void)session;
    study->result = item->status ? *error : (struct sr_error){0};
    study->job = item->job;
    /* A training goes on when its command has ended; also one that is to run in the background is
     * waited for. */
    if (!item->status && !strcmp(item->command->name, "train")) study->training = item->job;
    return item->status;
}

static void line_waits(struct sr_session *session, struct sr_item *item, const struct sr_error *why)
{
    struct study *study = item->origin.context;
    (void)why;
    study->job = item->job;
    show_progress(session);
}

static void enter(struct sr_session *session, struct sr_item *item, struct study *study,
                  const struct sr_words *words)
{
    const struct sr_origin origin = {
        .ended = line_ended, .waits = line_waits, .context = study, .parent = item};
    sr_queue_enter_words(session, &origin, words->items, words->count);
    study->entered = true;
}

/* Where several processes run together, all trainings begin at once, and each process takes one
 * after another; what else the script has waits for its turn. */
static enum sr_status hand_out(struct sr_session *session, struct sr_item *item,
                               struct study *study, struct sr_error *error)
{
    const char *line = study->script.steps[study->ahead].line, *at = line;
    struct sr_words words;
    if (study->entered) {
        study->entered = false;
        study->handed[study->ahead++] = study->training;
        study->training = 0;
        if (study->result.status) *error = study->result;
        return study->result.status;
    }
    enum sr_status status = sr_words_split(&at, &words, error);
    if (status) return status;
    if (words.count > 1 && !strcmp(words.items[0], "train") &&
        !is_trained(study, study_trained_name(&words), line)) {
        sr_words_add(&words, "resume");
        sr_words_add(&words, "background");
        enter(session, item, study, &words);
        status = sr_error_set(error, SR_PENDING, "the study has begun");
    } else {
        study->ahead++;
    }
    sr_words_fini(&words);
    return status;
}

/* Enter the line at hand, unless it is a training that has been done. */
static enum sr_status enter_line(struct sr_session *session, struct sr_item *item,
                                 struct study *study, struct sr_words *words,
                                 struct sr_error *error)
{
    const char *line = study->script.steps[study->at].line;
    bool trains = words->count > 1 && !strcmp(words->items[0], "train");
    if (trains && is_trained(study, study_trained_name(words), line)) {
        study->line_started = 0;
        study->kept++;
        return SR_OK;
    }
    if (!words->count) return SR_OK;
    place_output(study, words);
    /* An interrupted training goes on from its checkpoint; without one it starts anew. */
    if (trains) sr_words_add(words, "resume");
    enter(session, item, study, words);
    if (trains) return sr_error_set(error, SR_PENDING, "the study is training %s", words->items[1]);
    return sr_error_set(error, SR_PENDING, "the study has begun");
}

/* The training of the line at hand. */
static enum sr_status wait_training(struct sr_session *session, struct study *study,
                                    struct sr_error *error)
{
    const struct sr_run *run = sr_session_run(session, study->training);
    if (run->state < SR_JOB_DONE)
        return sr_error_set(error, SR_PENDING, "the study is training %s", run->name);
    study->training = 0;
    if (run->error.status)
        return sr_error_set(error, run->error.status, "%s: %s", run->name, run->error.text);
    if (run->stopped)
        return sr_error_set(error, SR_ERROR_CANCELLED,
                            "%s was stopped; the same command goes on with the study", run->name);
    return note_trained(study, run->name, study->script.steps[study->at].line, error);
}

/* Enter the line at hand, or see whether it has ended. */
static enum sr_status run_step(struct sr_session *session, struct sr_item *item,
                               struct study *study, struct sr_error *error)
{
    const char *line = study->script.steps[study->at].line;
    struct sr_words words;
    enum sr_status status = SR_OK;
    if (study->handed[study->at]) {
        study->line_started = sr_clock_seconds();
        study->job = study->training = study->handed[study->at];
        study->handed[study->at] = 0;
        study->entered = true;
    }
    if (!study->entered) {
        study->line_started = sr_clock_seconds();
        status = sr_words_split(&line, &words, error);
        if (status) return status;
        status = enter_line(session, item, study, &words, error);
        sr_words_fini(&words);
        return status;
    }
    if (study->training) return wait_training(session, study, error);
    if (study->result.status) *error = study->result;
    return study->result.status;
}

/* Progress of the line at hand where it is known: of a training or an experiment. */
static bool look_here(struct study *study, const struct sr_run *run, struct study_here *here)
{
    if (!run || !run->progress.total) return false;
    double now = sr_clock_seconds() - run->started,
           share = (double)run->progress.done / (double)run->progress.total;
    if (study->first.job != run->job) {
        study->first.job = run->job;
        study->first.share = share;
        study->first.seconds = now;
    }
    *here = (struct study_here){share, study->first.share, now - study->first.seconds};
    return true;
}

bool sr_study_progress(const struct sr_session *session, struct sr_study_progress *progress)
{
    struct study *study = session->study;
    if (!study || study->script.total_cost <= 0) return false;
    const struct study_step *step =
        study->at < study->script.count ? &study->script.steps[study->at] : NULL;
    const struct sr_run *run = step ? run_of(session) : NULL;
    struct study_here here = {0};
    bool known = run && run->state < SR_JOB_DONE && look_here(study, run, &here);
    *progress = (struct sr_study_progress){
        .doing = run    ? run->name
                 : step ? step->line
                        : "the report",
        .share = fmin(1, (study->passed + (known ? here.share * step->cost : 0)) /
                             study->script.total_cost),
        .seconds = sr_clock_seconds() - study->started,
        .seconds_left =
            study_seconds_left(&study->script, study->at, known ? &here : NULL, study->spent),
    };
    return true;
}

static void end_step(struct study *study)
{
    const struct study_step *step = &study->script.steps[study->at];
    study->passed += step->cost;
    if (study->line_started > 0) {
        /* A training that was resumed has done only the rest. */
        double share = study->job == study->first.job && study->job ? 1 - study->first.share : 1;
        study->seconds[study->at] = sr_clock_seconds() - study->line_started;
        study_spend(study->spent, step, share, study->seconds[study->at]);
    }
    study->entered = false;
    study->job = 0;
    study->line_started = 0;
    study->at++;
}

/* With three decimals; empty when it is not known. */
static void add_milliseconds(struct sr_table *table, double seconds)
{
    char text[32] = "";
    if (isfinite(seconds)) snprintf(text, sizeof text, "%.3f", seconds);
    sr_table_text(table, text);
}

/* How long each line took. */
static enum sr_status write_steps(const struct study *study, struct sr_error *error)
{
    struct sr_table table = {0};
    struct sr_text csv = {0};
    sr_table_columns(&table, "seconds expected command");
    for (size_t i = 0; i < study->script.count; i++) {
        const struct study_step *step = &study->script.steps[i];
        add_milliseconds(&table, study->seconds[i]);
        add_milliseconds(&table, step->cost);
        sr_table_text(&table, step->line);
    }
    sr_table_csv(&table, &csv);
    char *path = sr_path_join(study->directory, "tables/steps.csv");
    enum sr_status status = sr_file_write(path, csv.bytes, csv.length, error);
    free(path);
    sr_text_fini(&csv);
    sr_table_fini(&table);
    return status;
}

static enum sr_status finish(struct sr_session *session, struct study *study,
                             struct sr_reply *reply, struct sr_error *error)
{
    struct study_facts facts = {study->directory,
                                &study->script,
                                sr_text_get(&study->text),
                                study->costs.values ? &study->costs : NULL,
                                sr_clock_seconds() - study->started,
                                study->kept};
    enum sr_status status = study_report(session, &facts, error);
    if (!status) status = write_steps(study, error);
    if (status) return status;
    char seconds[32];
    sr_format_seconds(seconds, sizeof seconds, facts.seconds);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "folder", study->directory);
    sr_reply_text(reply, "report", "report.md");
    sr_reply_number(reply, "seconds", facts.seconds);
    sr_reply_say(reply, "The study is in %s (%s): report.md, report.html, figures, tables, models",
                 study->directory, seconds);
    return SR_OK;
}

/* What is waited for, with the time that is left. */
static void say_left(struct sr_session *session, struct sr_error *error)
{
    char text[sizeof error->text], left[32];
    if (!show_progress(session)) return;
    snprintf(text, sizeof text, "%.200s", error->text);
    sr_format_seconds(left, sizeof left, session->study_progress.seconds_left);
    sr_error_set(error, SR_PENDING, "%s: %.0f %% of the study, %s left", text,
                 session->study_progress.share * 100, left);
}

SR_RUN(study_run)
{
    SR_UNUSED;
    struct study *study = item->state;
    enum sr_status status = SR_OK;
    if (!study) {
        status = sr_session_data(session, error);
        if (!status) status = sr_session_unchanged(session, "study", error);
        if (status) return status;
        study = session->study = item->state = sr_xalloc(sizeof *study);
        item->free_state = free_study;
        status = begin(session, study, args, error);
    }
    while (!status && session->ranks && study->ahead < study->script.count)
        status = hand_out(session, item, study, error);
    while (!status && study->at < study->script.count) {
        status = run_step(session, item, study, error);
        if (!status) end_step(study);
    }
    if (!status) status = finish(session, study, reply, error);
    if (status == SR_PENDING) say_left(session, error);
    return status;
}
