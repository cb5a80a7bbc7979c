/* study_plan.c - a study's script: made from the tables below or read from a file, and what it
 * costs. */
#include <config.h>

#include "study.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"

const char *const study_scale_names[SR_STUDY_SCALES] = {"quick", "full", "best"};

const int study_robustness_images[SR_STUDY_SCALES] = {200, 1000, 1000};

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The models whose mean the study judges beside them. */
#define ENSEMBLE "vote"
#define MEMBERS  "cnn resnet svm"

static int by_order(const void *a, const void *b)
{
    const struct sr_model_class *const *first = a, *const *second = b;
    return (*first)->study->order - (*second)->study->order;
}

/* The families that take part in the order of their training, ended by NULL. Freed by the caller.
 */
static const struct sr_model_class **study_families(void)
{
    size_t count = 0, all = 0;
    while (sr_model_classes[all]) all++;
    const struct sr_model_class **families = sr_xalloc((all + 1) * sizeof *families);
    for (size_t i = 0; i < all; i++)
        if (sr_model_classes[i]->study) families[count++] = sr_model_classes[i];
    qsort(families, count, sizeof *families, by_order);
    return families;
}

bool study_repeats(const char *name)
{
    const char *end = strrchr(name, '-');
    return end && end > name && end[1] == 's' && end[2] &&
           strspn(end + 2, "0123456789") == strlen(end + 2);
}

/* The part in the study of the family whose name stands behind the verb, "cnn" or, of a repeated
 * training, "cnn-s2"; NULL for others. */
static const struct sr_study_part *part_of(const struct sr_words *words)
{
    if (words->count < 2) return NULL;
    const char *word = words->items[1];
    const size_t length = study_repeats(word) ? (size_t)(strrchr(word, '-') - word) : strlen(word);
    char *name = sr_xprintf("%.*s", (int)length, word);
    const struct sr_model_class *class = sr_model_class_find(name, NULL);
    free(name);
    return class ? class->study : NULL;
}

const char *study_trained_name(const struct sr_words *words)
{
    bool trains = words->count > 1 && !strcmp(words->items[0], "train");
    if (!trains && !(words->count > 1 && !strcmp(words->items[0], "ensemble"))) return NULL;
    for (size_t i = 1; i < words->count; i++)
        if (!strncmp(words->items[i], "name=", 5)) return words->items[i] + 5;
    return words->items[1];
}

/* --- what lines cost ------------------------------------------------------------------- */

static double number_of(const struct sr_words *words, const char *name, double fallback)
{
    size_t length = strlen(name);
    double value;
    for (size_t i = 1; i < words->count; i++)
        if (!strncmp(words->items[i], name, length) && words->items[i][length] == '=' &&
            sr_parse_double(words->items[i] + length + 1, &value) && value > 0)
            return value;
    return fallback;
}

/* Expected seconds of a line, and what kind of work it is. Reference figures are scaled by rows. */
static double cost_of(const struct study_script *script, const struct sr_words *words, size_t rows,
                      size_t images, enum study_work *work)
{
    const struct sr_study_part *part = part_of(words);
    const char *verb = words->count ? words->items[0] : "";
    *work = STUDY_FIGURE;
    if (!strcmp(verb, "train") && part) {
        double count = fmin(number_of(words, "limit", 1e12), (double)rows);
        double reference = script->scale == SR_STUDY_QUICK ? STUDY_QUICK_ROWS : STUDY_FULL_ROWS;
        *work = sr_model_class_find(words->items[1], NULL)->epochs ? STUDY_NETWORK : STUDY_FIT;
        return part->seconds[script->scale] * pow(count / reference, part->power);
    }
    if (!strcmp(verb, "ablate") && part) {
        /* The small network trains on 18,000 images a second and predicts 50,000. */
        double epochs = number_of(words, "epochs", 5),
               count = fmin(number_of(words, "limit", 1e12), (double)rows);
        *work = STUDY_NETWORK;
        const size_t variants = ablate_variants(sr_model_class_find(words->items[1], NULL), false);
        return (double)variants * number_of(words, "seeds", 3) *
               (epochs * count / 18000 + (epochs + 1) * (double)rows / 11 / 50000);
    }
    if (!strcmp(verb, "evaluate")) {
        double seconds = part ? part->predict_seconds : 0;
        struct sr_words members;
        const char *names = MEMBERS;
        *work = STUDY_PREDICTION;
        /* Each member of an ensemble predicts. */
        if (!part && !sr_words_split(&names, &members, &(struct sr_error){0})) {
            for (size_t i = 0; i < members.count; i++)
                seconds += sr_model_class_find(members.items[i], NULL)->study->predict_seconds;
            sr_words_fini(&members);
        }
        return seconds * (script->scale == SR_STUDY_BEST ? 3 : 1) * (double)images / 10000;
    }
    if (!strcmp(verb, "robustness")) {
        /* Each model predicts each kind at each severity; five of the kinds have but one. */
        double seconds = 0, count = fmin(number_of(words, "count", 1e12), (double)images);
        for (size_t i = 1; i < words->count; i++) {
            const struct sr_model_class *class = sr_model_class_find(words->items[i], NULL);
            if (class && class->study) seconds += class->study->predict_seconds;
        }
        *work = STUDY_PREDICTION;
        return 56 * seconds * (script->scale == SR_STUDY_BEST ? 3 : 1) * count / 10000;
    }
    /* Two figures rank all images, for each class and model; the others, and the rest of the
     * commands, are quick. */
    bool ranks =
        words->count > 1 && (!strcmp(words->items[1], "roc") || !strcmp(words->items[1], "pr"));
    return ranks ? 0.2 * (double)images / 10000 : 0.012;
}

/* --- making one ------------------------------------------------------------------------ */

struct plan {
    struct study_script *script;
    size_t rows, images;
};

/* Is it a path that stays below the study's folder? */
static bool stays_below(const char *path)
{
    if (!*path || *path == '/') return false;
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        if (!strncmp(at, "..", 2) && (!at[2] || at[2] == '/')) return false;
    }
    return true;
}

/* A description of a study may come from a stranger: it holds only the commands that study_plan
 * writes, and reads and writes no file outside of the study's folder. */
static enum sr_status check_step(const struct sr_words *words, struct sr_error *error)
{
    static const char *const own[] = {"browse",   "train",      "ensemble", "ablate",
                                      "evaluate", "robustness", "export",   NULL};
    const char *verb = words->items[0];
    size_t at = 0;
    while (own[at] && strcmp(own[at], verb)) at++;
    if (!own[at])
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "a study's script cannot hold %s; it may hold browse, train, ensemble, "
                            "ablate, evaluate, robustness and export",
                            verb);
    const struct sr_command *command = sr_command_find(verb, error);
    for (size_t i = 1; i < words->count; i++)
        for (const struct sr_param *param = command->params; param && param->name; param++) {
            size_t length = strlen(param->name);
            if (param->type != SR_PARAM_FILE || strncmp(words->items[i], param->name, length) ||
                words->items[i][length] != '=')
                continue;
            if (!strcmp(param->name, "to") && stays_below(words->items[i] + length + 1)) continue;
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "a study's script cannot use the file %.200s; only to= is "
                                "possible, with a path inside the study's folder",
                                words->items[i]);
        }
    return SR_OK;
}

static enum sr_status add_line(struct plan *plan, const char *line, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    while (!status && *line) {
        struct sr_words words;
        status = sr_words_split(&line, &words, error);
        if (status) break;
        struct sr_text text = {0};
        for (size_t i = 0; i < words.count; i++) {
            if (i) sr_text_add(&text, " ");
            sr_words_quote(&text, words.items[i]);
        }
        if (words.count) status = check_step(&words, error);
        if (words.count && !status) {
            struct study_script *script = plan->script;
            struct study_step step = {.line = sr_xstrdup(sr_text_get(&text))};
            step.cost = cost_of(script, &words, plan->rows, plan->images, &step.work);
            sr_xgrow(&script->steps, &script->room, script->count + 1, sizeof *script->steps);
            script->steps[script->count++] = step;
            script->total_cost += step.cost;
        }
        sr_text_fini(&text);
        sr_words_fini(&words);
    }
    return status;
}

static void add(struct plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct plan *plan, const char *format, ...)
{
    va_list list;
    char *line;
    va_start(list, format);
    if (vasprintf(&line, format, list) < 0) abort();
    va_end(list);
    add_line(plan, line, &(struct sr_error){0});
    free(line);
}

/* A figure as a picture and a drawing; with its numbers, where it has some, as two tables. */
static void add_figure(struct plan *plan, const char *name, bool numbers, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void add_figure(struct plan *plan, const char *name, bool numbers, const char *format, ...)
{
    static const char *const places[] = {"figures/%s.png", "figures/%s.svg", "tables/%s.csv",
                                         "tables/%s.json"};
    va_list list;
    char *line;
    va_start(list, format);
    if (vasprintf(&line, format, list) < 0) abort();
    va_end(list);
    for (int i = 0; i < (numbers ? 4 : 2); i++) {
        struct sr_text to = {0};
        const char *mark = strstr(places[i], "%s");
        sr_text_add_bytes(&to, places[i], (size_t)(mark - places[i]));
        sr_text_printf(&to, "%s%s", name, mark + 2);
        add(plan, "export %s to=%s", line, sr_text_get(&to));
        sr_text_fini(&to);
    }
    free(line);
}

/* A figure of a family's model, in the files NAME-FAMILY. */
static void add_family_figure(struct plan *plan, const char *name, const char *figure,
                              const struct sr_model_class *class, bool numbers, const char *more)
{
    char file[64];
    snprintf(file, sizeof file, "%s-%s", name, class->name);
    add_figure(plan, file, numbers, "%s model=%s%s", figure, class->name, more);
}

/* Measure the robustness of the models, whose names are separated by commas. */
static void add_robustness(struct plan *plan, const char *models)
{
    struct sr_text words = {0};
    for (const char *at = models; *at; at++) sr_text_printf(&words, "%c", *at == ',' ? ' ' : *at);
    add(plan, "robustness %s split=test count=%d", sr_text_get(&words),
        study_robustness_images[plan->script->scale]);
    sr_text_fini(&words);
    add_figure(plan, "robustness", true, "robustness models=%s split=test count=%d", models,
               study_robustness_images[plan->script->scale]);
}

void study_plan(struct study_script *script, size_t rows, size_t images)
{
    struct plan made = {script, rows, images}, *plan = &made;
    char limit[40] = "";
    struct sr_text all = {0}, robust = {0};
    const struct sr_model_class **families = study_families();
    if (script->scale == SR_STUDY_QUICK)
        snprintf(limit, sizeof limit, " limit=%d", STUDY_QUICK_ROWS);
    add_figure(plan, "histogram", true, "histogram");
    add_figure(plan, "means", false, "means split=train");
    add(plan, "browse split=train");
    add_figure(plan, "samples", false, "browse count=40");
    add_figure(plan, "steps", false, "steps index=train:0");
    add_figure(plan, "augmentation", false, "augment index=train:0");
    for (size_t i = 0; families[i]; i++) {
        const char *settings = families[i]->study->settings[script->scale];
        add(plan, "train %s %s seed=%llu%s", families[i]->name, settings,
            (unsigned long long)script->seed, limit);
    }
    for (size_t i = 0; families[i]; i++)
        for (int more = 1; families[i]->epochs && more < script->seeds; more++)
            add(plan, "train %s %s seed=%llu name=%s-s%llu%s", families[i]->name,
                families[i]->study->settings[script->scale],
                (unsigned long long)script->seed + (unsigned)more, families[i]->name,
                (unsigned long long)script->seed + (unsigned)more, limit);
    add(plan, "ensemble " ENSEMBLE " " MEMBERS);
    /* Which techniques help: with fewer images than that, differences would be due to chance. */
    static const char *const ablations[] = {"epochs=2 limit=1200 seeds=3",
                                            "epochs=6 limit=6000 seeds=3",
                                            "epochs=8 limit=10000 seeds=5"};
    if (rows >= 5000) add(plan, "ablate cnn recipe=study %s", ablations[script->scale]);
    for (size_t i = 0; families[i]; i++) {
        sr_text_printf(&all, "%s,", families[i]->name);
        sr_text_printf(&robust, "%s%s", i ? "," : "", families[i]->name);
    }
    sr_text_add(&all, ENSEMBLE);
    for (size_t i = 0; sr_model_classes[i]; i++) {
        const struct sr_model_class *class = sr_model_classes[i];
        if (class->study && class->describe)
            add_family_figure(plan, "network", "network", class, false, "");
        if (class->study && class->epochs)
            add_family_figure(plan, "curves", "curves", class, true, "");
    }
    for (size_t i = 0; families[i]; i++) {
        add(plan, "evaluate %s split=test", families[i]->name);
        add_family_figure(plan, "confusion", "confusion", families[i], true, " split=test");
        add_family_figure(plan, "classes", "metrics", families[i], true, " split=test");
    }
    add(plan, "evaluate " ENSEMBLE " split=test");
    add_figure(plan, "confusion-" ENSEMBLE, true, "confusion model=" ENSEMBLE " split=test");
    for (size_t i = 0; families[i]; i++)
        for (int more = 1; families[i]->epochs && more < script->seeds; more++)
            add(plan, "evaluate %s-s%llu split=test", families[i]->name,
                (unsigned long long)script->seed + (unsigned)more);
    add_figure(plan, "accuracy", true, "compare models=%s split=test", sr_text_get(&all));
    add_figure(plan, "reliability", true, "reliability models=%s split=test", sr_text_get(&all));
    add_figure(plan, "roc", true, "roc models=%s split=test", sr_text_get(&all));
    add_figure(plan, "precision-recall", true, "pr models=%s split=test", sr_text_get(&all));
    add_robustness(plan, sr_text_get(&robust));
    for (size_t i = 0; sr_model_classes[i]; i++)
        if (sr_model_classes[i]->study && sr_model_class_convolves(sr_model_classes[i]))
            add_family_figure(plan, "gradcam", "gradcam", sr_model_classes[i], false,
                              " index=test:0,test:1,test:23");
    add_figure(plan, "mistakes-cnn", false, "gallery model=cnn split=test wrong count=18");
    sr_text_fini(&all);
    sr_text_fini(&robust);
    free(families);
}

/* --- its file ---------------------------------------------------------------------------- */

/* Comments that say under which circumstances the commands ran. */
static enum sr_status read_comment(struct study_script *script, const char *line,
                                   const struct sr_session *session, struct sr_error *error)
{
    char word[64];
    unsigned long long number;
    double share;
    if (sscanf(line, "# scale %63s", word) == 1)
        for (int s = 0; s < SR_STUDY_SCALES; s++)
            if (!strcmp(word, study_scale_names[s])) script->scale = (enum sr_study_scale)s;
    if (sscanf(line, "# seed %llu", &number) == 1) script->seed = number;
    if (sscanf(line, "# split_seed %llu", &number) == 1) script->split_seed = number;
    if (sscanf(line, "# validation %63s", word) == 1 && sr_parse_double(word, &share) &&
        share >= 0 && share <= 0.9)
        script->validation = share;
    if (sscanf(line, "# data %63s", word) == 1 && strcmp(word, session->data->digest))
        return sr_error_set(error, SR_ERROR_STATE, "that study was of other data (%s); this is %s",
                            word, session->data->digest);
    if (!strncmp(line, "#costs ", 7)) {
        char *more = sr_xprintf("%s%s\n", script->costs ? script->costs : "", line + 7);
        free(script->costs);
        script->costs = more;
    }
    return SR_OK;
}

enum sr_status study_read(struct study_script *script, const char *path,
                          const struct sr_session *session, struct sr_error *error)
{
    size_t length, number = 0, rows = session->split.counts[SR_SPLIT_TRAIN],
                   images = session->data->files[SR_FILE_TEST].count;
    struct plan plan = {script, rows, images};
    char *bytes = sr_file_read(path, 1 << 20, &length, error), *rest = bytes;
    if (!bytes) return error->status;
    free(script->costs); /* what the file says counts */
    script->costs = NULL;
    enum sr_status status = SR_OK;
    for (char *line; !status && (line = strsep(&rest, "\n"));) {
        number++;
        status = *line == '#' ? read_comment(script, line, session, error)
                              : add_line(&plan, line, error);
        if (status) sr_error_prefix(error, "%s:%zu", path, number);
    }
    free(bytes);
    if (!status && !script->count)
        status = sr_error_set(error, SR_ERROR_FORMAT, "%s: holds no command", path);
    return status;
}

void study_print(const struct study_script *script, const struct sr_session *session,
                 struct sr_text *text)
{
    sr_text_printf(text, "# A study by %s: sartor study from=FILE to=DIR repeats it.\n",
                   PACKAGE_STRING);
    sr_text_printf(
        text, "# scale %s\n# seed %llu\n# validation %.10g\n# split_seed %llu\n# data %s\n",
        study_scale_names[script->scale], (unsigned long long)script->seed, script->validation,
        (unsigned long long)script->split_seed, session->data->digest);
    char blas[96], processor[128];
    sr_compute_blas(blas, sizeof blas);
    sr_processor_name(processor, sizeof processor);
    sr_text_printf(text, "# versions: %s, %s, compiler %s\n", PACKAGE_STRING, blas, COMPILER);
    sr_text_printf(text,
                   "# machine: %s, %d processor%s, kernels for %s; other kernels or another "
                   "OpenBLAS may give other last digits\n",
                   processor, sr_processors(), sr_processors() == 1 ? "" : "s", sr_compute_isa());
    const char *line = script->costs;
    while (line && *line) {
        const char *end = strchrnul(line, '\n');
        sr_text_printf(text, "#costs %.*s\n", (int)(end - line), line);
        line = end + (*end == '\n');
    }
    for (size_t i = 0; i < script->count; i++) sr_text_printf(text, "%s\n", script->steps[i].line);
}

void study_script_fini(struct study_script *script)
{
    for (size_t i = 0; i < script->count; i++) free(script->steps[i].line);
    free(script->steps);
    free(script->costs);
    *script = (struct study_script){0};
}
