/* tune.c - tune: the best hyperparameters of a family, searched at random within a time. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/data/folds.h"

SR_RUN(tune_run);

const struct sr_command sr_command_tune = {
    .name = "tune",
    .group = "evaluate",
    .help = "Search a family's hyperparameters within a time: random search with successive "
            "halving.",
    .params =
        (const struct sr_param[]){
            {"family", SR_PARAM_FAMILY, .positional = true, .required = true,
             .help = "What to tune; what is given as name=value stays fixed."},
            {"budget", SR_PARAM_DURATION, .fallback = "10m",
             .help = "Time, a third of it for each round: 90s, 10m, 1h. A trial still running at "
                     "the end is stopped."},
            {"trials", SR_PARAM_INTEGER, .fallback = "27", .minimum = 3, .maximum = 1000,
             .help = "Trials of the first round."},
            {"folds", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = SR_FOLDS_MAX,
             .help = "Cross-validate the training rows in so many folds, 2 or more; 0 judges on "
                     "the validation split."},
            {0}},
    .more = more_of_family,
    .run = tune_run,
    .lasting = true,
    .example = "tune knn budget=2m folds=5",
};

static void draw(const struct sr_search *search, struct sr_rng *rng, struct sr_text *line)
{
    sr_text_printf(line, "%s%s=", line->length ? " " : "", search->param);
    if (search->choices) {
        char *copy = sr_xstrdup(search->choices), *rest = copy, *words[8];
        size_t count = 0;
        for (char *word; count < 8 && (word = strsep(&rest, " "));) words[count++] = word;
        sr_text_add(line, words[sr_rng_below(rng, count)]);
        free(copy);
        return;
    }
    double u = sr_rng_double(rng), value = search->low > 0
                                               ? search->low * pow(search->high / search->low, u)
                                               : search->low + (search->high - search->low) * u;
    if (search->whole)
        sr_text_printf(line, "%.0f", value);
    else
        sr_text_printf(line, "%.3g", value);
}

/* Successive halving (Jamieson and Talwalkar, 2016): each round keeps the best third and gives them
 * three times the rows, until all of them are used. */
enum { KEEP = 3, ROUNDS = 3, ROWS_FACTOR = KEEP * KEEP };

struct tuning {
    const struct sr_model_class *class;
    const struct sr_words *rest;
    struct sr_model_shape shape; /* of the data */
    uint64_t seed;
    size_t trials, rows;
    int folds;
    double budget;
};

static size_t rows_of_round(size_t rows, int round)
{
    for (int r = round; r + 1 < ROUNDS; r++) rows /= KEEP;
    return rows;
}

static int ascending(double x, double y)
{
    return (x > y) - (x < y);
}

/* The more accurate; of the same accuracy the one with the smaller loss, then the earlier one. */
static int best_first(const void *a, const void *b)
{
    const struct sr_trial *x = *(const struct sr_trial *const *)a,
                          *y = *(const struct sr_trial *const *)b;
    int order = ascending(y->accuracy, x->accuracy);
    if (!order) order = ascending(x->loss, y->loss);
    return order ? order : (x > y) - (x < y);
}

/* The trials with results of the last round that has any, best first, and their number. Freed by
 * the caller. */
static size_t last_round(const struct sr_experiment *experiment, struct sr_trial ***sorted)
{
    size_t count = 0;
    int last = -1;
    *sorted = sr_xalloc(experiment->count * sizeof **sorted);
    for (size_t i = 0; i < experiment->count; i++) {
        struct sr_trial *trial = &experiment->trials[i];
        if (!isfinite(trial->accuracy)) continue; /* not done, or diverged */
        if (trial->round > last) count = 0;
        last = trial->round;
        (*sorted)[count++] = trial;
    }
    qsort(*sorted, count, sizeof **sorted, best_first);
    return count;
}

static void next_round(struct sr_experiment *experiment)
{
    struct sr_trial **sorted;
    size_t count = last_round(experiment, &sorted), kept = (count + KEEP - 1) / KEEP;
    if (count && sorted[0]->round == experiment->round &&
        experiment->round + 1 < experiment->rounds) {
        uint64_t limit = sorted[0]->limit * KEEP;
        char **params = sr_xalloc(kept * sizeof *params);
        experiment->round++;
        for (size_t i = 0; i < kept; i++) params[i] = sr_xstrdup(sorted[i]->params);
        for (size_t i = 0; i < kept; i++) {
            char label[64];
            snprintf(label, sizeof label, "round %d, no. %zu", experiment->round + 1, i + 1);
            sr_experiment_add(experiment, label, params[i], experiment->trials[0].seed, limit);
            free(params[i]);
        }
        free(params);
    }
    free(sorted);
}

/* Can a model of these words be trained on this data? Some ranges are too wide for small images or
 * few rows. */
static enum sr_status fits_data(const struct tuning *tuning, const char *line, size_t rows,
                                struct sr_error *error)
{
    struct sr_words words;
    enum sr_status status = sr_words_split(&line, &words, error);
    if (status) return status;
    const struct sr_model_class *class = tuning->class;
    struct sr_args *params =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, error);
    status = params ? SR_OK : error->status;
    if (!status && class->resolve) status = class->resolve(params, error);
    if (!status && class->check) status = class->check(params, &tuning->shape, rows, error);
    sr_args_free(params);
    sr_words_fini(&words);
    return status;
}

static bool is_given(const struct sr_words *words, const char *param)
{
    const size_t length = strlen(param);
    for (size_t w = 0; w < words->count; w++)
        if (!strncmp(words->items[w], param, length) && words->items[w][length] == '=') return true;
    return false;
}

/* Refuses a family of which nothing is left to search. */
static enum sr_status check_search(const struct tuning *tuning, struct sr_error *error)
{
    const struct sr_search *search = tuning->class->search;
    struct sr_text given = {0};
    if (!search)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "tune: %s has no hyperparameters to search; use: train %s",
                            tuning->class->name, tuning->class->name);
    for (; search->param && is_given(tuning->rest, search->param); search++)
        sr_text_printf(&given, "%s%s", given.length ? ", " : "", search->param);
    if (!search->param)
        sr_error_set(error, SR_ERROR_ARGUMENT,
                     "tune: nothing is left to search of %s, of which %s is given; leave one out",
                     tuning->class->name, sr_text_get(&given));
    sr_text_fini(&given);
    return search->param ? SR_OK : SR_ERROR_ARGUMENT;
}

static struct sr_experiment *make_tuning(void *context, struct sr_error *error)
{
    enum { ATTEMPTS = 100 }; /* at a trial that fits the data */
    const struct tuning *tuning = context;
    size_t rows = rows_of_round(tuning->rows, 0), folds = (size_t)tuning->folds;
    size_t fitted = folds ? rows - (rows + folds - 1) / folds : rows; /* at least */
    struct sr_experiment *experiment = sr_experiment_new(tuning->class);
    experiment->budget = tuning->budget;
    experiment->folds = tuning->folds;
    experiment->next = next_round;
    experiment->rounds = ROUNDS;
    for (size_t i = 0; i < tuning->trials; i++) {
        struct sr_rng rng;
        struct sr_text line = {0};
        char label[64];
        sr_rng_init(&rng, tuning->seed, SR_STREAM_OTHER, i);
        enum sr_status status = SR_ERROR_ARGUMENT;
        for (int attempt = 0; status && attempt < (i ? ATTEMPTS : 1); attempt++) {
            sr_text_clear(&line);
            experiment_words(tuning->rest, &line);
            const struct sr_search *search = tuning->class->search;
            for (; i > 0 && search->param; search++) /* the first trial is the defaults */
                if (!is_given(tuning->rest, search->param)) draw(search, &rng, &line);
            status = fits_data(tuning, sr_text_get(&line), fitted, error);
        }
        snprintf(label, sizeof label, i ? "round 1, no. %zu" : "the defaults", i + 1);
        if (!status) sr_experiment_add(experiment, label, sr_text_get(&line), tuning->seed, rows);
        sr_text_fini(&line);
        if (status) {
            sr_experiment_free(experiment);
            return NULL;
        }
    }
    return experiment;
}

/* How far a search has come. */
struct outcome {
    struct sr_trial **best;          /* of the last round, best first */
    size_t count, finished, waiting; /* of these; of all trials: done, never begun */
};

static void list_trials(const struct sr_experiment *experiment, const struct outcome *outcome,
                        struct sr_reply *reply)
{
    enum { MOST = 10 };
    const struct sr_column columns[] = {
        {.key = "rank"},
        {"accuracy", "accuracy", SR_UNIT_SHARE, .gap = 2, .width = 8},
        {"accuracy_deviation", experiment->folds ? "deviation" : NULL, SR_UNIT_SHARE, "± %.2f",
         .width = 6},
        {.key = "loss"},
        {.key = "folds"},
        {.key = "round"},
        {.key = "rounds"},
        {.key = "rows"},
        {.key = "seconds"},
        {"hyperparameters", "hyperparameters", .left = true, .gap = 2},
        {.key = "trials_finished"},
        {.key = "trials_waiting"},
        {.key = "trial_stopped"},
        {0}};
    struct sr_table *table = sr_reply_rows(reply, NULL, columns);
    table->headless = true;
    for (size_t i = 0; i < outcome->count && i < MOST; i++) {
        const struct sr_trial *trial = outcome->best[i];
        sr_table_integer(table, (int64_t)i + 1);
        sr_table_number(table, trial->accuracy);
        sr_table_number(table, trial->deviation);
        sr_table_number(table, trial->loss);
        sr_table_integer(table, experiment->folds);
        sr_table_integer(table, trial->round + 1);
        sr_table_integer(table, experiment->rounds);
        sr_table_integer(table, (int64_t)trial->limit);
        sr_table_number(table, trial->seconds);
        sr_table_text(table, trial->params);
        if (!*trial->params) sr_table_shown(table, "the defaults");
        sr_table_integer(table, (int64_t)outcome->finished);
        sr_table_integer(table, (int64_t)outcome->waiting);
        sr_table_text(table, experiment->cut ? experiment->cut->label : NULL);
    }
}

static void say_found(const struct sr_experiment *experiment, const struct outcome *outcome,
                      struct sr_reply *reply)
{
    char rows[32];
    sr_format_count(rows, sizeof rows, outcome->best[0]->limit);
    sr_reply_say(reply, "%zu trial%s; the best of round %d of %d, on %s rows each, by ",
                 outcome->finished, outcome->finished == 1 ? "" : "s", outcome->best[0]->round + 1,
                 experiment->rounds, rows);
    if (experiment->folds)
        sr_reply_more(reply, "accuracy over %d folds", experiment->folds);
    else
        sr_reply_more(reply, "validation accuracy");
}

/* What was not done within the budget, if anything. */
static void say_rest(const struct sr_experiment *experiment, const struct outcome *outcome,
                     struct sr_reply *reply)
{
    const bool cut = experiment->cut, waiting = outcome->waiting,
               early = experiment->round + 1 < experiment->rounds;
    if (cut)
        sr_reply_say(reply, "The budget ended during \"%s\", which does not count.",
                     experiment->cut->label);
    if (waiting) sr_reply_say(reply, "Trials that there was no time for: %zu.", outcome->waiting);
    if (early)
        sr_reply_say(reply, "Round %d, on %d times the rows, was not reached.",
                     experiment->round + 2, KEEP);
    if (cut || waiting || early)
        sr_reply_say(reply, "With a larger budget= the same search goes on from here.");
}

static enum sr_status keep_best(const struct sr_session *session, const char *family,
                                const char *params, struct sr_error *error)
{
    char *folder = sr_path_join(session->home, "recipes"),
         *path = sr_xprintf("%s/%s-tuned", folder, family);
    enum sr_status status = sr_directory_make(folder, error);
    if (!status) status = sr_file_write(path, params, strlen(params), error);
    free(folder);
    free(path);
    return status;
}

static enum sr_status report_tuning(struct sr_session *session, const char *family,
                                    struct sr_reply *reply, struct sr_error *error)
{
    const struct sr_experiment *experiment = session->experiment;
    struct outcome outcome = {0};
    outcome.count = last_round(experiment, &outcome.best);
    for (size_t i = 0; i < experiment->count; i++) outcome.finished += experiment->trials[i].done;
    outcome.waiting = experiment->count - outcome.finished - (experiment->cut != NULL);
    enum sr_status status;
    if (outcome.count)
        status = keep_best(session, family, outcome.best[0]->params, error);
    else if (outcome.finished)
        status = sr_error_set(error, SR_ERROR_NUMERIC,
                              "tune: every trial that was finished has diverged");
    else
        status = sr_error_set(error, SR_ERROR_STATE,
                              "tune: no trial was finished within the budget; give it more");
    if (!status) {
        say_found(experiment, &outcome, reply);
        list_trials(experiment, &outcome, reply);
        say_rest(experiment, &outcome, reply);
        sr_reply_say(reply, "Use the best by: train %s settings=%s-tuned", family, family);
    }
    free(outcome.best);
    return status;
}

SR_RUN(tune_run)
{
    SR_UNUSED;
    struct tuning tuning = {.class = arg_family(args, "family"),
                            .rest = rest,
                            .trials = (size_t)sr_args_integer(args, "trials"),
                            .folds = (int)sr_args_integer(args, "folds"),
                            .budget = sr_args_number(args, "budget"),
                            .seed = (uint64_t)sr_args_integer(session->options, "seed")};
    if (check_search(&tuning, error)) return error->status;
    if (tuning.folds == 1)
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "tune: folds=1 leaves no rows to learn from; write 2 to %d, or 0 for the "
            "validation split",
            SR_FOLDS_MAX);
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    tuning.rows = session->split.counts[SR_SPLIT_TRAIN];
    const size_t fewest = tuning.folds ? 2 * ROWS_FACTOR : ROWS_FACTOR;
    if (tuning.rows < fewest)
        return sr_error_set(error, SR_ERROR_STATE,
                            "tune: there are %zu training rows; %d rounds, each on %d times the "
                            "rows of the one before, need %zu or more",
                            tuning.rows, ROUNDS, KEEP, fewest);
    tuning.shape =
        (struct sr_model_shape){session->data->files[SR_FILE_TRAIN].shape, session->data->classes};
    status = experiment_under(session, item, tuning.class, make_tuning, &tuning, error);
    if (!status) status = report_tuning(session, tuning.class->name, reply, error);
    return status;
}
