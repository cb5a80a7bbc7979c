/* ablate.c - ablate and tune: experiments judged on the validation split. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/experiment.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"

/* Start the experiment that `make` describes, or see how the one that the same line started is doing: SR_PENDING
 * until its job has ended, then SR_OK with the result in session->experiment. */
static enum sr_status run_experiment(struct sr_session *session, const char *line, const char *name,
                                     struct sr_experiment *(*make)(void *context, struct sr_error *error), void *context,
                                     struct sr_error *error)
{
    if (!session->experiment_line || strcmp(session->experiment_line, line)) {
        struct sr_experiment *experiment = make(context, error);
        if (!experiment) return error->status;
        enum sr_status status = sr_session_experiment(session, name, experiment, &session->experiment_job, error);
        if (status) return status;
        free(session->experiment_line);
        session->experiment_line = sr_xstrdup(line);
        session->view.pane = SR_PANE_TRAIN;
        session->view.train_run = -1;
    }
    const struct sr_run *run = sr_session_run(session, session->experiment_job);
    if (run->state < SR_JOB_DONE) return sr_error_set(error, SR_PENDING, "%s is under way", name);
    free(session->experiment_line);
    session->experiment_line = NULL;
    if (run->state == SR_JOB_DONE) return SR_OK;
    *error = run->error;
    return error->status;
}

/* The words of a command in one line, to know it again by. */
static void line_of(const char *command, const struct sr_args *args, const struct sr_words *rest, struct sr_text *line)
{
    sr_text_printf(line, "%s ", command);
    sr_args_print(args, false, line);
    for (size_t i = 0; i < rest->count; i++) {
        sr_text_add(line, " ");
        sr_words_quote(line, rest->items[i]);
    }
}

static void join(const struct sr_words *words, struct sr_text *line)
{
    for (size_t i = 0; i < words->count; i++) {
        if (line->length) sr_text_add(line, " ");
        sr_words_quote(line, words->items[i]);
    }
}

/* --- ablate ----------------------------------------------------------------------------- */

static const char AS_IT_IS[] = "as it is"; /* the label of the first trials, by which an ablation is known */

/* One technique that can be switched: where it is off it is switched on, and the other way round. */
static const struct technique {
    const char *name, *param, *off, *on;
} techniques[] = {
    {"normalisation", "normalise", "off", "on"},
    {"augmentation", "augment", "off", "on"},
    {"mirrored images", "flip", "off", "on"},
    {"shifted images", "shift", "0", "2"},
    {"rotated images", "rotation", "0", "10"},
    {"scaled images", "scale", "0", "0.1"},
    {"random erasing", "erase", "0", "0.5"},
    {"brightness and contrast", "brightness", "0", "0.2"},
    {"noise", "noise", "0", "0.05"},
    {"batch normalisation", "norm", "off", "on"},
    {"dropout", "dropout", "0", "0.25"},
    {"one-cycle schedule", "schedule", "constant", "onecycle"},
    {"weight decay", "weight_decay", "0", "0.01"},
    {"label smoothing", "smoothing", "0", "0.1"},
    {"moving average of the weights", "ema", "0", "0.998"},
    {"test-time augmentation", "tta", "none", "mirror"},
};
enum { TECHNIQUES = sizeof techniques / sizeof *techniques };

struct ablation {
    const struct sr_model_class *class;
    const struct sr_args *args;
    const struct sr_words *rest;
    int seeds;
};

/* The parts of augmentation say nothing while it is off: then each is switched on alone, without the others. */
static bool is_part(const struct technique *technique)
{
    static const char *const parts[] = {"flip", "shift", "rotation", "scale", "erase", "brightness", "noise"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(technique->param, parts[i])) return true;
    return false;
}

static bool is_off(const struct technique *technique, const char *value)
{
    double a, b;
    if (sr_parse_double(value, &a) && sr_parse_double(technique->off, &b)) return a == b;
    return !strcmp(value, technique->off);
}

static struct sr_args *baseline(const struct ablation *ablation, struct sr_error *error)
{
    struct sr_args *params = sr_args_parse(ablation->class->name, ablation->class->params, ablation->rest->items,
                                           ablation->rest->count, NULL, error);
    if (params && ablation->class->resolve && ablation->class->resolve(params, error)) {
        sr_args_free(params);
        return NULL;
    }
    return params;
}

static struct sr_experiment *make_ablation(void *context, struct sr_error *error)
{
    const struct ablation *ablation = context;
    struct sr_args *params = baseline(ablation, error);
    if (!params) return NULL;
    struct sr_experiment *experiment = sr_experiment_new(ablation->class);
    uint64_t limit = (uint64_t)sr_args_integer(ablation->args, "limit");
    struct sr_text given = {0};
    join(ablation->rest, &given);
    for (int seed = 1; seed <= ablation->seeds; seed++)
        sr_experiment_add(experiment, AS_IT_IS, sr_text_get(&given), (uint64_t)seed, limit);
    for (int t = 0; t < TECHNIQUES; t++) {
        const struct technique *technique = &techniques[t];
        if (!sr_args_has(params, technique->param)) continue;
        bool alone = is_part(technique) && sr_args_has(params, "augment") && !sr_args_switch(params, "augment");
        bool off = alone || is_off(technique, sr_args_text(params, technique->param));
        struct sr_args *changed = baseline(ablation, error);
        for (int other = 0; changed && alone && other < TECHNIQUES; other++)
            if (is_part(&techniques[other]) && sr_args_has(params, techniques[other].param) &&
                sr_args_set(changed, techniques[other].param, techniques[other].off, error)) {
                sr_args_free(changed);
                changed = NULL;
            }
        if (changed && alone && sr_args_set(changed, "augment", "on", error)) {
            sr_args_free(changed);
            changed = NULL;
        }
        char label[64];
        struct sr_text line = {0};
        snprintf(label, sizeof label, "%s %s", off ? "with" : "without", technique->name);
        /* Everything is spelled out, so that the switch changes this technique and no other default. */
        if (changed && !sr_args_set(changed, technique->param, off ? technique->on : technique->off, error)) {
            sr_args_print(changed, true, &line);
            for (int seed = 1; seed <= ablation->seeds; seed++)
                sr_experiment_add(experiment, label, sr_text_get(&line), (uint64_t)seed, limit);
        }
        sr_text_fini(&line);
        sr_args_free(changed);
    }
    sr_text_fini(&given);
    sr_args_free(params);
    return experiment;
}

/* Student's t at 97.5 % for 1 to 9 degrees of freedom. */
static const double t_quantiles[] = {NAN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};
enum { MOST_SEEDS = 10 };

size_t ablation_effects(const struct sr_experiment *experiment, struct effect **effects)
{
    size_t seeds = 0, found = 0;
    *effects = NULL;
    while (experiment && seeds < experiment->count && !strcmp(experiment->trials[seeds].label, AS_IT_IS)) seeds++;
    if (!seeds || seeds > MOST_SEEDS) return 0;
    *effects = sr_xalloc(experiment->count / seeds * sizeof **effects);
    for (size_t first = 0; first + seeds <= experiment->count; first += seeds, found++) {
        const struct sr_trial *trials = &experiment->trials[first], *base = experiment->trials;
        struct effect *effect = &(*effects)[found];
        double squares = 0;
        *effect = (struct effect){.label = trials->label, .settings = trials->params, .seeds = (int)seeds, .half = NAN};
        for (size_t s = 0; s < seeds; s++) {
            effect->accuracy += trials[s].accuracy / (double)seeds;
            effect->effect += (trials[s].accuracy - base[s].accuracy) / (double)seeds;
        }
        for (size_t s = 0; s < seeds; s++) {
            double difference = trials[s].accuracy - base[s].accuracy - effect->effect;
            squares += difference * difference;
        }
        if (seeds > 1) effect->half = t_quantiles[seeds - 1] * sqrt(squares / (double)(seeds - 1) / (double)seeds);
    }
    return found;
}

static void report_ablation(const struct sr_experiment *experiment, struct sr_reply *reply)
{
    struct effect *effects;
    size_t count = ablation_effects(experiment, &effects);
    if (!reply->json)
        sr_text_printf(&reply->text, "%-40s %10s %22s  (validation accuracy, %d seed%s)\n", "", "accuracy",
                       "effect, 95 % interval", effects[0].seeds, effects[0].seeds == 1 ? "" : "s");
    for (size_t i = 0; i < count; i++) {
        const struct effect *e = &effects[i];
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "trial", e->label);
            sr_json_set_integer(object, "seeds", e->seeds);
            sr_json_set_number(object, "accuracy", e->accuracy);
            sr_json_set_number(object, "effect", e->effect);
            sr_json_set_number(object, "effect_low", e->effect - e->half);
            sr_json_set_number(object, "effect_high", e->effect + e->half);
            sr_reply_add(reply, object);
        } else if (i == 0) {
            sr_text_printf(&reply->text, "%-40s %8.2f %%\n", e->label, e->accuracy * 100);
        } else {
            char interval[48] = "";
            if (isfinite(e->half))
                snprintf(interval, sizeof interval, "(%+.2f to %+.2f)", (e->effect - e->half) * 100, (e->effect + e->half) * 100);
            sr_text_printf(&reply->text, "%-40s %8.2f %% %+6.2f %s\n", e->label, e->accuracy * 100, e->effect * 100, interval);
        }
    }
    free(effects);
}

SR_RUN(ablate_run)
{
    SR_UNUSED;
    struct ablation ablation = {.class = sr_model_class_find(sr_args_text(args, "family"), error), .args = args, .rest = rest,
                                .seeds = (int)sr_args_integer(args, "seeds")};
    if (!ablation.class) return error->status;
    struct sr_text line = {0};
    char name[64];
    line_of("ablate", args, rest, &line);
    snprintf(name, sizeof name, "ablate-%s", ablation.class->name);
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = run_experiment(session, sr_text_get(&line), name, make_ablation, &ablation, error);
    if (!status) report_ablation(session->experiment, reply);
    sr_text_fini(&line);
    return status;
}

const struct sr_command sr_command_ablate = {
    .name = "ablate", .group = "evaluate",
    .help = "Which techniques help: train with one switched at a time, judged on the validation split.",
    .params = (const struct sr_param[]){
        {"family", SR_PARAM_FAMILY, .positional = true, .required = true, .help = "A family of networks; its hyperparameters may follow."},
        {"seeds", SR_PARAM_INTEGER, .fallback = "3", .minimum = 1, .maximum = MOST_SEEDS, .help = "Trainings of each variant."},
        {"limit", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1e9, .help = "Training rows, 0 for all."},
        {0}},
    .rest = true,
    .run = ablate_run,
    .lasting = true,
    .example = "ablate cnn recipe=study epochs=5 limit=10000",
};

/* --- tune ------------------------------------------------------------------------------- */

/* What is searched. Ranges are wide enough for data sets of this kind; rows of the same family go together. */
static const struct dimension {
    const char *family, *param;
    double low, high;              /* drawn evenly in the logarithm where low > 0 */
    bool whole;
    const char *choices;           /* instead of a range */
} dimensions[] = {
    {"logreg", "C", 1e-3, 100, false, NULL},
    {"logreg", "features", 0, 0, false, "pixels hog"},
    {"svm", "C", 0.5, 200, false, NULL},
    {"svm", "gamma", 0.002, 0.1, false, NULL},
    {"forest", "max_features", 10, 120, true, NULL},
    {"forest", "min_leaf", 1, 8, true, NULL},
    {"forest", "extra", 0, 0, false, "off on"},
    {"knn", "k", 1, 20, true, NULL},
    {"knn", "metric", 0, 0, false, "l2 l1 cosine"},
    {"knn", "weights", 0, 0, false, "uniform distance"},
    {"knn", "features", 0, 0, false, "pixels hog"},
    {"mlp", "lr", 3e-4, 1e-2, false, NULL},
    {"mlp", "dropout", 0, 0.5, false, NULL},
    {"mlp", "weight_decay", 1e-4, 0.1, false, NULL},
    {"mlp", "smoothing", 0, 0.15, false, NULL},
    {"cnn", "lr", 3e-4, 1e-2, false, NULL},
    {"cnn", "dropout", 0, 0.5, false, NULL},
    {"cnn", "weight_decay", 1e-4, 0.1, false, NULL},
    {"cnn", "smoothing", 0, 0.15, false, NULL},
    {"cnn", "norm", 0, 0, false, "off on"},
    {"resnet", "lr", 1e-3, 2e-2, false, NULL},
    {"resnet", "weight_decay", 1e-4, 0.1, false, NULL},
    {"resnet", "smoothing", 0, 0.15, false, NULL},
};

static void draw(const struct dimension *dimension, struct sr_rng *rng, struct sr_text *line)
{
    sr_text_printf(line, "%s%s=", line->length ? " " : "", dimension->param);
    if (dimension->choices) {
        char *copy = sr_xstrdup(dimension->choices), *rest = copy, *words[8];
        size_t count = 0;
        for (char *word; count < 8 && (word = strsep(&rest, " "));) words[count++] = word;
        sr_text_add(line, words[sr_rng_below(rng, count)]);
        free(copy);
        return;
    }
    double u = sr_rng_double(rng), value = dimension->low > 0 ? dimension->low * pow(dimension->high / dimension->low, u)
                                                              : dimension->low + (dimension->high - dimension->low) * u;
    if (dimension->whole) sr_text_printf(line, "%.0f", value);
    else sr_text_printf(line, "%.3g", value);
}

/* Successive halving (Jamieson and Talwalkar, 2016): each round keeps the best third and gives them three
 * times the rows, until all of them are used. */
enum { KEEP = 3, ROUNDS = 3 };

struct tuning {
    const struct sr_model_class *class;
    const struct sr_words *rest;
    struct sr_shape shape;         /* of the data */
    uint64_t seed;
    size_t trials, rows;
    double budget;
};

static size_t rows_of_round(size_t rows, int round)
{
    for (int r = round; r + 1 < ROUNDS; r++) rows /= KEEP;
    return rows;
}

static int best_first(const void *a, const void *b)
{
    const struct sr_trial *x = *(const struct sr_trial *const *)a, *y = *(const struct sr_trial *const *)b;
    double p = isnan(x->accuracy) ? -1 : x->accuracy, q = isnan(y->accuracy) ? -1 : y->accuracy;
    return (p < q) - (p > q);
}

/* The trials of the last round of which any has been done, best first; how many. Freed by the caller. */
static size_t last_round(const struct sr_experiment *experiment, struct sr_trial ***sorted)
{
    size_t last = experiment->count - 1, count = 0;
    while (last > 0 && !experiment->trials[last].done) last--;
    uint64_t limit = experiment->trials[last].limit;
    *sorted = sr_xalloc(experiment->count * sizeof **sorted);
    for (size_t i = 0; i < experiment->count; i++)
        if (experiment->trials[i].limit == limit && experiment->trials[i].done) (*sorted)[count++] = &experiment->trials[i];
    qsort(*sorted, count, sizeof **sorted, best_first);
    return count;
}

static void next_round(struct sr_experiment *experiment)
{
    struct sr_trial **sorted;
    size_t count = last_round(experiment, &sorted), kept = (count + KEEP - 1) / KEEP;
    if (++experiment->round < ROUNDS) {
        uint64_t limit = sorted[0]->limit * KEEP;
        char **params = sr_xalloc(kept * sizeof *params);
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

/* Can a model of these words be trained on this data? Some ranges are too wide for small images or few rows. */
static enum sr_status fits_data(const struct tuning *tuning, const char *line, size_t rows, struct sr_error *error)
{
    struct sr_words words;
    enum sr_status status = sr_words_split(&line, &words, error);
    if (status) return status;
    const struct sr_model_class *class = tuning->class;
    struct sr_args *params = sr_args_parse(class->name, class->params, words.items, words.count, NULL, error);
    status = params ? SR_OK : error->status;
    if (!status && class->resolve) status = class->resolve(params, error);
    if (!status && class->check) status = class->check(params, &tuning->shape, rows, error);
    sr_args_free(params);
    sr_words_fini(&words);
    return status;
}

static struct sr_experiment *make_tuning(void *context, struct sr_error *error)
{
    enum { ATTEMPTS = 100 };       /* at a trial that fits the data */
    const struct tuning *tuning = context;
    size_t rows = rows_of_round(tuning->rows, 0);
    struct sr_experiment *experiment = sr_experiment_new(tuning->class);
    experiment->budget = tuning->budget;
    experiment->next = next_round;
    size_t dimension_count = sizeof dimensions / sizeof *dimensions;
    for (size_t i = 0; i < tuning->trials; i++) {
        struct sr_rng rng;
        struct sr_text line = {0};
        char label[64];
        sr_rng_init(&rng, tuning->seed, SR_STREAM_OTHER, i);
        enum sr_status status = SR_ERROR_ARGUMENT;
        for (int attempt = 0; status && attempt < (i ? ATTEMPTS : 1); attempt++) {
            sr_text_clear(&line);
            join(tuning->rest, &line);
            for (size_t d = 0; i > 0 && d < dimension_count; d++) { /* the first trial is the defaults */
                const struct dimension *dimension = &dimensions[d];
                bool fixed = strcmp(dimension->family, tuning->class->name) != 0;
                for (size_t w = 0; w < tuning->rest->count; w++)
                    fixed |= !strncmp(tuning->rest->items[w], dimension->param, strlen(dimension->param)) &&
                             tuning->rest->items[w][strlen(dimension->param)] == '=';
                if (!fixed) draw(dimension, &rng, &line);
            }
            status = fits_data(tuning, sr_text_get(&line), rows, error);
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

/* "10m", "90s", "1.5h", or plain seconds; negative when it is none of these. */
static double parse_duration(const char *text)
{
    char *copy = sr_xstrdup(text);
    size_t length = strlen(copy);
    double unit = 1, value;
    if (length && strchr("smh", copy[length - 1])) {
        unit = copy[length - 1] == 'h' ? 3600 : copy[length - 1] == 'm' ? 60 : 1;
        copy[length - 1] = '\0';
    }
    bool good = sr_parse_double(copy, &value) && value > 0;
    free(copy);
    return good ? value * unit : -1;
}

static enum sr_status report_tuning(struct sr_session *session, const char *family, struct sr_reply *reply,
                                    struct sr_error *error)
{
    const struct sr_experiment *experiment = session->experiment;
    struct sr_trial **sorted;
    size_t count = last_round(experiment, &sorted), finished = 0;
    for (size_t i = 0; i < experiment->count; i++) finished += experiment->trials[i].done;
    enum sr_status status = SR_OK;
    if (!count || isnan(sorted[0]->accuracy)) {
        status = sr_error_set(error, SR_ERROR_STATE, "tune: no trial was finished within the budget; give it more");
    } else {
        char *folder = sr_path_join(session->home, "recipes"), *path = sr_xprintf("%s/%s-tuned", folder, family);
        status = sr_directory_make(folder, error);
        if (!status) status = sr_file_write(path, sorted[0]->params, strlen(sorted[0]->params), error);
        free(folder);
        free(path);
    }
    for (size_t i = 0; !status && i < count && i < 10; i++) {
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_integer(object, "rank", (int64_t)i + 1);
            sr_json_set_number(object, "accuracy", sorted[i]->accuracy);
            sr_json_set_number(object, "loss", sorted[i]->loss);
            sr_json_set_integer(object, "rows", (int64_t)sorted[i]->limit);
            sr_json_set_number(object, "seconds", sorted[i]->seconds);
            sr_json_set_text(object, "hyperparameters", sorted[i]->params);
            sr_reply_add(reply, object);
            continue;
        }
        if (i == 0)
            sr_text_printf(&reply->text, "%zu trials; the best of those on %llu rows, by validation accuracy\n", finished,
                           (unsigned long long)sorted[0]->limit);
        sr_text_printf(&reply->text, "  %6.2f %%  %s\n", sorted[i]->accuracy * 100, *sorted[i]->params ? sorted[i]->params : "the defaults");
    }
    if (!status && !reply->json) sr_text_printf(&reply->text, "Use the best by: train %s settings=%s-tuned\n", family, family);
    free(sorted);
    return status;
}

SR_RUN(tune_run)
{
    SR_UNUSED;
    struct tuning tuning = {.class = sr_model_class_find(sr_args_text(args, "family"), error), .rest = rest,
                            .trials = (size_t)sr_args_integer(args, "trials"),
                            .budget = parse_duration(sr_args_text(args, "budget")),
                            .seed = (uint64_t)sr_args_integer(session->options, "seed")};
    if (!tuning.class) return error->status;
    if (tuning.budget < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "tune: budget=%s is not a time; write 90s, 10m or 1h", sr_args_text(args, "budget"));
    struct sr_args *checked = sr_args_parse(tuning.class->name, tuning.class->params, rest->items, rest->count, NULL, error);
    if (!checked) return error->status;
    sr_args_free(checked);
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    tuning.rows = session->split.counts[SR_SPLIT_TRAIN];
    tuning.shape = (struct sr_shape){session->data->files[SR_FILE_TRAIN].height, session->data->files[SR_FILE_TRAIN].width,
                                     session->data->classes};
    struct sr_text line = {0};
    char name[64];
    line_of("tune", args, rest, &line);
    snprintf(name, sizeof name, "tune-%s", tuning.class->name);
    status = run_experiment(session, sr_text_get(&line), name, make_tuning, &tuning, error);
    if (!status) status = report_tuning(session, tuning.class->name, reply, error);
    sr_text_fini(&line);
    return status;
}

const struct sr_command sr_command_tune = {
    .name = "tune", .group = "evaluate",
    .help = "Search a family's hyperparameters within a time: at random, the best third on three times the rows.",
    .params = (const struct sr_param[]){
        {"family", SR_PARAM_FAMILY, .positional = true, .required = true, .help = "What to tune; what is given as name=value stays fixed."},
        {"budget", SR_PARAM_TEXT, .fallback = "10m", .help = "Time after which no further trial begins: 90s, 10m, 1h."},
        {"trials", SR_PARAM_INTEGER, .fallback = "27", .minimum = 3, .maximum = 1000, .help = "Trials of the first round."},
        {0}},
    .rest = true,
    .run = tune_run,
    .lasting = true,
    .example = "tune knn budget=2m",
};
