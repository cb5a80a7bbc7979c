/* study.c - the whole study in one command.
 *
 * A study is a script of ordinary commands, made from the table below (or read from an earlier
 * study's file), kept as study.sartor in its folder and run line by line. What a line has to wait for
 * is waited for as in any command: study returns SR_PENDING and goes on where it was when run again. A
 * training whose model is in the folder already is skipped, so that a study can be stopped and gone on with. */
#include <config.h>

#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/store.h"

const char *const study_scale_names[STUDY_SCALES] = {"quick", "full", "best"};

const struct study_model study_models[] = {
    {"logreg", {"logreg", "logreg C=1", "logreg"}, {1, 4, 4}, "about 83 %", "lower"},
    {"knn", {"knn k=5 metric=l2 weights=uniform", "knn k=5 metric=l2 weights=uniform", "knn features=hog metric=cosine"},
     {1, 4, 8}, "83 to 89 %", "lower"},
    {"forest", {"forest trees=100", "forest trees=100", "forest"}, {1, 6, 30}, "87 to 89 %", "lower"},
    {"svm", {"svm C=10", "svm C=10", "svm C=10 features=hog"}, {3, 50, 90}, "87 to 89 %", "lower"},
    {"mlp", {"mlp recipe=study epochs=8", "mlp recipe=study", "mlp recipe=best"}, {2, 20, 600}, "83 to 89 %", "lower"},
    {"cnn", {"cnn recipe=study epochs=9", "cnn recipe=study epochs=18", "cnn recipe=best"}, {13, 140, 1500},
     "about 91 %", "high"},
    {"resnet", {"resnet recipe=study epochs=7", "resnet recipe=study epochs=20", "resnet recipe=best"}, {28, 450, 2400},
     "about 91 %", "high"},
    {0},
};

struct step {
    char *line;
    double cost;
};

struct study {
    char *directory, *home;          /* the study's folder; the session's own home meanwhile */
    enum study_scale scale;
    uint64_t seed;
    struct step *steps;
    size_t count, room, at;
    uint32_t job;                    /* training that is waited for */
    double started, done_cost, total_cost, skipped_cost;
    struct sr_text script;
};

static void add_step(struct study *study, double cost, const char *line)
{
    sr_xgrow(&study->steps, &study->room, study->count + 1, sizeof *study->steps);
    study->steps[study->count++] = (struct step){sr_xstrdup(line), cost};
    study->total_cost += cost;
}

static void add_step_of(struct study *study, double cost, const char *format, const char *a, const char *b)
{
    char *line = sr_xprintf(format, a, b);
    add_step(study, cost, line);
    free(line);
}

static void free_study(struct sr_session *session)
{
    struct study *study = session->study;
    if (!study) return;
    struct sr_error error;
    session->study = NULL;
    if (study->job) sr_jobs_stop(session->jobs, study->job);
    if (study->home && sr_session_move(session, study->home, &error)) sr_session_message(session, true, "%s", error.text);
    free(study->home);
    for (size_t i = 0; i < study->count; i++) free(study->steps[i].line);
    free(study->steps);
    free(study->directory);
    sr_text_fini(&study->script);
    free(study);
}

/* --- the script ------------------------------------------------------------------------ */

static void plan(struct study *study)
{
    char limit[40] = "", seed[40];
    if (study->scale == STUDY_QUICK) snprintf(limit, sizeof limit, " limit=%d", STUDY_QUICK_ROWS);
    snprintf(seed, sizeof seed, "seed=%llu", (unsigned long long)study->seed);
    add_step(study, 0.1, "export histogram to=figures/histogram.png");
    add_step(study, 0.1, "export histogram to=tables/histogram.csv");
    add_step(study, 0.1, "browse split=train");
    add_step(study, 0.1, "export browse count=40 to=figures/samples.png");
    for (const struct study_model *model = study_models; model->name; model++) {
        char *tail = sr_xprintf("%s%s", seed, limit);
        add_step_of(study, model->cost[study->scale], "train %s %s", model->train[study->scale], tail);
        free(tail);
    }
    static const char *const formats[] = {"png", "svg"};
    for (const struct study_model *model = study_models; model->name; model++) {
        add_step_of(study, 0.5, "evaluate %s split=test%s", model->name, "");
        for (int f = 0; f < 2; f++) {
            char *to = sr_xprintf("figures/confusion-%s.%s", model->name, formats[f]);
            add_step_of(study, 0.1, "export confusion model=%s split=test to=%s", model->name, to);
            free(to);
        }
        add_step_of(study, 0.1, "export confusion model=%s split=test to=tables/confusion-%s.csv", model->name, model->name);
    }
    static const char *const curved[] = {"mlp", "cnn", "resnet"};
    for (int i = 0; i < 3; i++) {
        for (int f = 0; f < 2; f++) {
            char *to = sr_xprintf("figures/curves-%s.%s", curved[i], formats[f]);
            add_step_of(study, 0.1, "export curves model=%s to=%s", curved[i], to);
            free(to);
        }
        add_step_of(study, 0.1, "export curves model=%s to=tables/curves-%s.csv", curved[i], curved[i]);
    }
    add_step(study, 0.1, "export gradcam model=cnn index=test:0 to=figures/gradcam-cnn.png");
    add_step(study, 0.1, "export gradcam model=cnn index=test:0 to=figures/gradcam-cnn.svg");
    add_step(study, 0.1, "export gradcam model=resnet index=test:0 to=figures/gradcam-resnet.png");
}

/* Add the commands of a script's line, each as a step of its own. */
static enum sr_status add_line(struct study *study, const char *line, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    while (!status && *line) {
        struct sr_words words;
        status = sr_words_split(&line, &words, error);
        if (status) break;
        struct sr_text text = {0};
        double cost = 0.1;
        for (size_t i = 0; i < words.count; i++) {
            if (i) sr_text_add(&text, " ");
            sr_words_quote(&text, words.items[i]);
        }
        for (const struct study_model *model = study_models; words.count > 1 && model->name; model++)
            if (!strcmp(words.items[0], "train") && !strcmp(words.items[1], model->name)) cost = model->cost[study->scale];
        if (words.count && !strcmp(words.items[0], "study"))
            status = sr_error_set(error, SR_ERROR_ARGUMENT, "a study's script cannot hold a study");
        else if (words.count)
            add_step(study, cost, sr_text_get(&text));
        sr_text_fini(&text);
        sr_words_fini(&words);
    }
    return status;
}

/* What an earlier study's file says: its commands, and by a comment its scale and seed. */
static enum sr_status read_script(struct study *study, const char *path, const struct sr_session *session,
                                  struct sr_error *error)
{
    size_t length, number = 0;
    char *bytes = sr_file_read(path, 1 << 20, &length, error), *rest = bytes;
    if (!bytes) return error->status;
    enum sr_status status = SR_OK;
    for (char *line; !status && (line = strsep(&rest, "\n"));) {
        char word[64];
        unsigned long long seed;
        number++;
        if (sscanf(line, "# scale %63s", word) == 1)
            for (int s = 0; s < STUDY_SCALES; s++)
                if (!strcmp(word, study_scale_names[s])) study->scale = (enum study_scale)s;
        if (sscanf(line, "# seed %llu", &seed) == 1) study->seed = seed;
        if (sscanf(line, "# data %63s", word) == 1 && strcmp(word, session->data->digest))
            status = sr_error_set(error, SR_ERROR_STATE, "%s:%zu: that study was of other data (%s); this is %s", path, number,
                                  word, session->data->digest);
        if (!status && add_line(study, line, error)) status = sr_error_prefix(error, "%s:%zu", path, number);
    }
    free(bytes);
    if (!status && !study->count) status = sr_error_set(error, SR_ERROR_FORMAT, "%s: holds no command", path);
    return status;
}

static enum sr_status write_script(struct study *study, const struct sr_session *session, struct sr_error *error)
{
    struct sr_text *text = &study->script;
    sr_text_printf(text, "# A study by %s: sartor study from=FILE to=DIR repeats it.\n", PACKAGE_STRING);
    sr_text_printf(text, "# scale %s\n# seed %llu\n# data %s\n", study_scale_names[study->scale],
                   (unsigned long long)study->seed, session->data->digest);
    sr_text_printf(text, "# machine: %d processors, kernels for %s\n", sr_processors(), sr_compute_isa());
    for (size_t i = 0; i < study->count; i++) sr_text_printf(text, "%s\n", study->steps[i].line);
    char *path = sr_path_join(study->directory, "study.sartor");
    enum sr_status status = sr_file_write(path, text->bytes, text->length, error);
    free(path);
    return status;
}

static enum sr_status begin(struct sr_session *session, const struct sr_args *args, struct sr_error *error)
{
    static const char *const folders[] = {"figures", "tables", "models"};
    struct study *study = session->study = sr_xalloc(sizeof *study);
    const char *scale = sr_args_text(args, "scale"), *from = sr_args_text(args, "from");
    for (int s = 0; s < STUDY_SCALES; s++)
        if (!strcmp(scale, study_scale_names[s])) study->scale = (enum study_scale)s;
    study->seed = (uint64_t)sr_args_integer(session->options, "seed");
    study->directory = sr_path_expand(sr_args_text(args, "to"));
    study->started = sr_clock_seconds();
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < sizeof folders / sizeof *folders; i++) {
        char *folder = sr_path_join(study->directory, folders[i]);
        status = sr_directory_make(folder, error);
        free(folder);
    }
    if (!status && from) {
        char *path = sr_path_expand(from);
        status = read_script(study, path, session, error);
        free(path);
    } else if (!status) {
        plan(study);
    }
    if (!status) status = write_script(study, session, error);
    if (status) return status;
    /* The study's models are its own: they lie in its folder, and no one's own are replaced or reported. */
    study->home = sr_xstrdup(session->home);
    return sr_session_move(session, study->directory, error);
}

/* --- running it ------------------------------------------------------------------------ */

/* Figures and tables are named from the study's folder. */
static void place_output(const struct study *study, struct sr_words *words)
{
    for (size_t i = 1; i < words->count; i++) {
        if (strncmp(words->items[i], "to=", 3) || words->items[i][3] == '/') continue;
        char *placed = sr_xprintf("to=%s/%s", study->directory, words->items[i] + 3);
        free(words->items[i]);
        words->items[i] = placed;
    }
}

/* What the model of a `train` line is called. */
static const char *trained_name(const struct sr_words *words)
{
    for (size_t i = 2; i < words->count; i++)
        if (!strncmp(words->items[i], "name=", 5)) return words->items[i] + 5;
    return words->items[1];
}

/* Is the model of this `train` line in the folder, made by that line? The line is kept beside it. */
static bool is_trained(const struct study *study, const char *name, const char *line)
{
    struct sr_error ignored;
    size_t length;
    char *model = sr_store_path(study->directory, name), *note = sr_xprintf("%s/models/%s.line", study->directory, name);
    char *kept = sr_path_exists(model) && sr_path_exists(note) ? sr_file_read(note, 1 << 16, &length, &ignored) : NULL;
    bool same = kept && !strcmp(kept, line);
    free(kept);
    free(note);
    free(model);
    return same;
}

static enum sr_status note_trained(const struct study *study, const char *name, const char *line, struct sr_error *error)
{
    char *note = sr_xprintf("%s/models/%s.line", study->directory, name);
    enum sr_status status = sr_file_write(note, line, strlen(line), error);
    free(note);
    return status;
}

static enum sr_status run_step(struct sr_session *session, struct study *study, struct sr_error *error)
{
    struct step *step = &study->steps[study->at];
    const char *line = step->line;
    struct sr_words words;
    struct sr_reply reply = {0};
    enum sr_status status = sr_words_split(&line, &words, error);
    if (status) return status;
    bool trains = words.count > 1 && !strcmp(words.items[0], "train");
    if (study->job) {
        struct sr_run *run = sr_session_run(session, study->job);
        if (run->state < SR_JOB_DONE) status = sr_error_set(error, SR_PENDING, "the study is training %s", run->name);
        else if (run->error.status) status = sr_error_set(error, run->error.status, "%s: %s", run->name, run->error.text);
        else if (run->stopped)
            status = sr_error_set(error, SR_ERROR_CANCELLED, "%s was stopped; the same command goes on with the study", run->name);
        else status = note_trained(study, run->name, step->line, error);
        if (status != SR_PENDING) study->job = 0;
    } else if (trains && is_trained(study, trained_name(&words), step->line)) {
        study->skipped_cost += step->cost;
    } else {
        place_output(study, &words);
        if (trains) {
            /* An interrupted training goes on from its checkpoint; without one it starts anew. */
            words.items = sr_xrealloc(words.items, (words.count + 2) * sizeof *words.items);
            words.items[words.count++] = sr_xstrdup("resume");
            words.items[words.count] = NULL;
        }
        status = sr_command_run(session, words.items, words.count, &reply, error);
        if (!status && trains) {
            study->job = session->runs[session->run_count - 1]->job; /* also of one that is to run in the background */
            status = sr_error_set(error, SR_PENDING, "the study is training %s", words.items[1]);
        }
    }
    sr_words_fini(&words);
    sr_reply_fini(&reply);
    return status;
}

bool sr_study_progress(const struct sr_session *session, double *share, double *seconds_left)
{
    const struct study *study = session->study;
    if (!study || !study->total_cost) return false;
    double done = study->done_cost;
    for (size_t i = 0; study->job && i < session->run_count; i++) {
        const struct sr_run *run = session->runs[i];
        if (run->job == study->job && run->progress.total && study->at < study->count)
            done += study->steps[study->at].cost * (double)run->progress.done / (double)run->progress.total;
    }
    /* Costs are seconds on one machine: what has been spent on this one scales what is left. */
    double own = done - study->skipped_cost, elapsed = sr_clock_seconds() - study->started;
    *share = done / study->total_cost;
    *seconds_left = own > 0.5 ? (study->total_cost - done) * elapsed / own : -1;
    return true;
}

SR_RUN(study_run)
{
    SR_UNUSED;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (!session->study) status = begin(session, args, error);
    struct study *study = session->study;
    for (; !status && study->at < study->count; study->at++) {
        status = run_step(session, study, error);
        if (status) break;
        study->done_cost += study->steps[study->at].cost;
    }
    struct study_facts facts = {study->directory, study->scale, study->seed, sr_text_get(&study->script),
                                sr_clock_seconds() - study->started};
    if (!status) status = study_report(session, &facts, error);
    if (status == SR_PENDING) return status;
    if (!status && reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "folder", study->directory);
        sr_json_set_text(object, "report", "report.md");
        sr_json_set_number(object, "seconds", facts.seconds);
        sr_reply_add(reply, object);
    } else if (!status) {
        char seconds[32];
        sr_format_seconds(seconds, sizeof seconds, facts.seconds);
        sr_text_printf(&reply->text, "The study is in %s (%s): report.md, report.html, figures, tables, models\n",
                       study->directory, seconds);
    }
    free_study(session);
    return status;
}

void study_abandon(struct sr_session *session)
{
    free_study(session);
}

const struct sr_command sr_command_study = {
    .name = "study", .group = "evaluate",
    .help = "Run the whole study: seven models, figures, tables and a report in a folder.",
    .params = (const struct sr_param[]){
        {"scale", SR_PARAM_CHOICE, .positional = true, .choices = "quick full best", .fallback = "full",
         .help = "quick: 10,000 training images; full: the reference study's settings; best: the best recipes."},
        {"to", SR_PARAM_FILE, .required = true, .help = "The folder; where it holds part of the study already, that part is kept."},
        {"from", SR_PARAM_FILE, .help = "Repeat the study that this study.sartor describes."},
        {0}},
    .run = study_run,
    .lasting = true,
    .example = "study quick to=study",
};
