/* report.c - what a study's report says, section by section. */
#include <config.h>

#include "study.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"
#include "sartor/eval/significance.h"

static enum sr_status figures(struct report *report, const char *const (*list)[2],
                              struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (; !status && (*list)[0]; list++)
        status = report_figure(report, (*list)[0], (*list)[1], error);
    return status;
}

/* The figures NAME-FAMILY of all families that have something, each under BEFORE FAMILY AFTER. */
struct family_figure {
    const char *name;
    bool (*has)(const struct sr_model_class *class);
    bool titled; /* "convolutional network" in the caption instead of "cnn" */
    const char *before, *after;
};

static enum sr_status family_figures(struct report *report, const struct family_figure *figure,
                                     struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && sr_model_classes[i]; i++) {
        const struct sr_model_class *class = sr_model_classes[i];
        const char *called = figure->titled ? class->title : class->name;
        char name[64], caption[160];
        if (!figure->has(class)) continue;
        snprintf(name, sizeof name, "%s-%s", figure->name, class->name);
        snprintf(caption, sizeof caption, "%s%c%s%s", figure->before,
                 tolower((unsigned char)*called), called + 1, figure->after);
        status = report_figure(report, name, caption, error);
    }
    return status;
}

static bool learns_in_epochs(const struct sr_model_class *class)
{
    return class->epochs;
}

/* --- the models ------------------------------------------------------------------------ */

static const struct sr_evaluation *evaluation(const struct ranking *ranking,
                                              const struct sr_entry *entry)
{
    return &sr_session_predicted(ranking->session, entry, SR_SPLIT_TEST)->evaluation;
}

/* Has the script made a model of this name? What else may lie in the folder is none of its
 * business. */
static bool made_by(const struct study_script *script, const char *name)
{
    bool made = false;
    for (size_t i = 0; !made && i < script->count; i++) {
        const char *line = script->steps[i].line;
        struct sr_words words;
        if (sr_words_split(&line, &words, &(struct sr_error){0})) continue;
        const char *trained = study_trained_name(&words);
        made = trained && !strcmp(trained, name);
        sr_words_fini(&words);
    }
    return made;
}

static enum sr_status gather(struct sr_session *session, const struct study_script *script,
                             struct ranking *ranking, struct sr_error *error)
{
    size_t room = session->entry_count + 1;
    ranking->session = session;
    ranking->entries = sr_xalloc(room * sizeof *ranking->entries);
    ranking->predictions = sr_xalloc(room * sizeof *ranking->predictions);
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        const struct sr_predictions *predictions;
        if (entry->shipped || !made_by(script, entry->name)) continue;
        enum sr_status status =
            sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, error);
        if (status) return status;
        size_t at = ranking->count++;
        for (; at > 0 && evaluation(ranking, ranking->entries[at - 1])->accuracy <
                             evaluation(ranking, entry)->accuracy;
             at--) {
            ranking->entries[at] = ranking->entries[at - 1];
            ranking->predictions[at] = ranking->predictions[at - 1];
        }
        ranking->entries[at] = entry;
        ranking->predictions[at] = predictions;
    }
    if (!ranking->count)
        return sr_error_set(error, SR_ERROR_STATE,
                            "the study has trained no model, so there is nothing to report");
    return SR_OK;
}

/* --- sections -------------------------------------------------------------------------- */

/* What is worth knowing first. */
static void write_summary(struct report *report, const struct study_facts *facts,
                          const struct ranking *ranking)
{
    static const char *const says[SR_STUDY_SCALES] = {
        "Quick: every model is fitted on the same training images, drawn evenly from the classes.",
        "Full: every model is fitted on the whole training split with the reference study's own "
        "settings.",
        "Best: every model is fitted on the whole training split with the best settings known "
        "here."};
    const struct sr_entry *best = ranking->entries[0];
    char seconds[32], memory[32], rows[32], kept[96] = "";
    size_t most = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        size_t looks =
            sr_session_predicted(ranking->session, ranking->entries[i], SR_SPLIT_TEST)->test_looks;
        if (looks > most) most = looks;
    }
    sr_format_seconds(seconds, sizeof seconds, facts->seconds);
    sr_format_bytes(memory, sizeof memory, (double)sr_memory_peak());
    if (facts->kept)
        snprintf(kept, sizeof kept, " (%zu of the models were there from an earlier run)",
                 facts->kept);
    sr_format_count(rows, sizeof rows, best->model->train_count);
    report_paragraph(report,
                     "%s That is %s images. Seed %llu. %s, in %s%s, with at most %s of memory, "
                     "kernels for %s on %d processors.",
                     says[facts->script->scale], rows, (unsigned long long)facts->script->seed,
                     PACKAGE_STRING, seconds, kept, memory, sr_compute_isa(), sr_processors());
    char tested[32];
    struct sr_text members = {0};
    sr_format_count(tested, sizeof tested, evaluation(ranking, best)->count);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_model *model = ranking->entries[i]->model;
        if (strcmp(model->class->name, "ensemble") != 0) continue;
        sr_text_printf(&members, " %s is the mean of the probabilities of ", model->name);
        for (const char *c = sr_args_text(model->params, "members"); *c; c++)
            sr_text_add(&members, *c == ',' ? ", " : (char[]){*c, 0});
        sr_text_add(&members, ".");
    }
    report_paragraph(report,
                     "The most accurate of them is %s: it is right on %.2f %% of %s test images "
                     "(95 %% interval %.2f to %.2f).%s",
                     best->name, evaluation(ranking, best)->accuracy * 100, tested,
                     evaluation(ranking, best)->accuracy_low * 100,
                     evaluation(ranking, best)->accuracy_high * 100, sr_text_get(&members));
    sr_text_fini(&members);
    if (most == 1)
        report_paragraph(report,
                         "Nothing was chosen on the test images. Each of the %zu models has been "
                         "judged on them once, at its end; "
                         "test-looks.csv lists each time.",
                         ranking->count);
    else if (most)
        report_paragraph(
            report,
            "Nothing was chosen on the test images. The %zu models have been judged on them at "
            "most %zu times each, since "
            "the study was gone on with in the same folder; test-looks.csv lists each time.",
            ranking->count, most);
}

static enum sr_status write_data(struct sr_session *session, struct report *report,
                                 struct sr_error *error)
{
    static const char *const list[][2] = {
        {"samples", "Samples of the training split with their labels"},
        {"histogram", "Grey values of the train file, counts on a logarithmic scale"},
        {"means", "Mean and standard deviation of each class, pixel by pixel"},
        {"steps", "Preprocessing: raw, normalised, reshaped, flattened, the label one-hot"},
        {"augmentation", "What augmentation can do to a sample"},
        {NULL, NULL}};
    const struct sr_stats *stats = session->stats[SR_FILE_TRAIN];
    const struct sr_images *train = &session->data->files[SR_FILE_TRAIN],
                           *test = &session->data->files[SR_FILE_TEST];
    struct report_table table;
    char cells[4][64], counts[3][32];
    sr_format_count(counts[0], sizeof counts[0], train->count);
    sr_format_count(counts[1], sizeof counts[1], test->count);
    sr_format_count(counts[2], sizeof counts[2], session->split.counts[SR_SPLIT_VALIDATION]);
    report_heading(report, 2, "The data");
    report_paragraph(
        report,
        "%s: %s training and %s test images of %d×%d grey pixels in %d classes. %s of the training "
        "images, drawn evenly from the classes by seed %llu, are kept aside for validation. Digest "
        "of the pixels: %s.",
        session->data->name, counts[0], counts[1], train->shape.height, train->shape.width,
        session->data->classes, counts[2], (unsigned long long)session->split.seed,
        session->data->digest);
    const char *const head[] = {"grey values of the train file, 0 to 255", "here",
                                report->known ? "the study" : NULL, NULL};
    report_table_begin(&table, report, head);
    snprintf(cells[0], sizeof cells[0], "%.4f", stats->mean);
    snprintf(cells[1], sizeof cells[1], "%g", stats->median);
    snprintf(cells[2], sizeof cells[2], "%.4f", stats->deviation);
    snprintf(cells[3], sizeof cells[3], "%.2f %%", stats->zeros * 100);
    const char *const rows[][3] = {{"mean", cells[0], "72.94"},
                                   {"median", cells[1], "0"},
                                   {"standard deviation", cells[2], "90.02"},
                                   {"exactly zero", cells[3], "most"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        report_table_row(&table, (const char *const[]){rows[i][0], rows[i][1],
                                                       report->known ? rows[i][2] : NULL, NULL});
    enum sr_status status = report_table_end(&table, "pixels", error);
    return status ? status : figures(report, list, error);
}

/* The numbers behind the comparison, unrounded: for programs. */
static enum sr_status write_scores(struct report *report, const struct study_facts *facts,
                                   const struct ranking *ranking, struct sr_error *error)
{
    struct sr_text csv = {0};
    struct sr_json *list = sr_json_array();
    sr_text_add(&csv, "model,family");
    for (int s = 0; s < SR_SCORE_COUNT; s++) sr_text_printf(&csv, ",%s", sr_score_kinds[s].name);
    sr_text_add(&csv, "\n");
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        double scores[SR_SCORE_COUNT];
        struct sr_json *object = sr_json_object();
        sr_scores(ranking->session, entry, SR_SPLIT_TEST, facts->costs, scores);
        sr_text_printf(&csv, "%s,%s", entry->name, entry->model->class->name);
        for (int s = 0; s < SR_SCORE_COUNT; s++)
            if (isfinite(scores[s]))
                sr_text_printf(&csv, ",%.9g", scores[s]);
            else
                sr_text_add(&csv, ",");
        sr_text_add(&csv, "\n");
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "family", entry->model->class->name);
        set_scores(object, scores);
        sr_json_add(list, object);
    }
    char *path = sr_xprintf("%s/tables/comparison.csv", report->directory);
    enum sr_status status = sr_file_write(path, csv.bytes, csv.length, error);
    if (!status) status = report_json(report, "comparison", list, error);
    free(path);
    sr_json_free(list);
    sr_text_fini(&csv);
    return status;
}

/* A table of the models with these scores. */
static enum sr_status write_columns(struct report *report, const struct study_facts *facts,
                                    const struct ranking *ranking, const enum sr_score *columns,
                                    size_t count, bool complexity, struct sr_error *error)
{
    const char *head[16] = {"model"};
    struct report_table table;
    for (size_t c = 0; c < count; c++) head[c + 1] = sr_score_kinds[columns[c]].title;
    if (complexity) head[count + 1] = "complexity";
    report_table_begin(&table, report, head);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        const struct sr_model_class *class = entry->model->class;
        double scores[SR_SCORE_COUNT];
        char cells[14][32];
        const char *row[16] = {entry->name};
        sr_scores(ranking->session, entry, SR_SPLIT_TEST, facts->costs, scores);
        for (size_t c = 0; c < count; c++) {
            sr_score_print(columns[c], scores[columns[c]], cells[c], sizeof cells[c]);
            row[c + 1] = cells[c];
        }
        if (complexity)
            row[count + 1] = !class->study                     ? "-"
                             : sr_model_class_convolves(class) ? "high"
                                                               : "lower";
        report_table_row(&table, row);
    }
    return report_table_end(&table, NULL, error);
}

static enum sr_status write_comparison(struct report *report, const struct study_facts *facts,
                                       const struct ranking *ranking, struct sr_error *error)
{
    static const enum sr_score quality[] = {
        SR_SCORE_ACCURACY, SR_SCORE_ACCURACY_LOW, SR_SCORE_ACCURACY_HIGH, SR_SCORE_MACRO_F1,
        SR_SCORE_LOSS,     SR_SCORE_CALIBRATION,  SR_SCORE_TOP2};
    static const enum sr_score effort[] = {SR_SCORE_FIT_SECONDS, SR_SCORE_FIT_MEMORY,
                                           SR_SCORE_SPEED, SR_SCORE_PARAMETERS, SR_SCORE_BYTES};
    static const enum sr_score costs[] = {SR_SCORE_COST, SR_SCORE_MEAN_COST, SR_SCORE_DECIDED_COST};
    report_heading(report, 2, "The models compared");
    report_paragraph(report,
                     "How good they are, on the test images: accuracy with its 95 %% interval "
                     "(Wilson), the mean of the classes' F1, the mean "
                     "negative log probability of the truth (in nats), the expected calibration "
                     "error in 15 bins, and how often the truth is among the two "
                     "likeliest classes.");
    enum sr_status status = write_columns(report, facts, ranking, quality,
                                          sizeof quality / sizeof *quality, false, error);
    if (!status)
        status = report_figure(report, "accuracy",
                               "Accuracy on the test images with 95 % intervals", error);
    if (!status) {
        report_paragraph(
            report,
            "What they take: time and memory to fit, beyond what the program held before; test "
            "images predicted a second; "
            "numbers learned; size of the file. An ensemble's time is its members' together.");
        status = write_columns(report, facts, ranking, effort, sizeof effort / sizeof *effort, true,
                               error);
    }
    if (!status && facts->costs) {
        report_paragraph(report, "What their mistakes cost by the table given: in all, an image, "
                                 "and an image if the class of least expected cost were "
                                 "chosen instead of the likeliest.");
        status = write_columns(report, facts, ranking, costs, sizeof costs / sizeof *costs, false,
                               error);
    }
    return status ? status : write_scores(report, facts, ranking, error);
}

static enum sr_status write_pairs(struct report *report, const char *directory,
                                  const struct ranking *ranking, struct sr_error *error)
{
    size_t count;
    struct report_table table;
    struct sr_pair *pairs = sr_pairs(ranking->predictions, ranking->count, &count, error);
    if (!pairs) return error->status;
    report_heading(report, 3, "Which differences are real");
    report_paragraph(report,
                     "McNemar's test on the test images for each of the %zu pairs, with p values "
                     "adjusted for their number by Holm. The "
                     "counts are images that only the first, only the second gets right; `sartor "
                     "--home %s browse model=A beats=B split=test` shows them.",
                     count, directory);
    static const char *const head[] = {
        "",  "only the first, images", "only the second", "they predict the same", "p, adjusted",
        NULL};
    report_table_begin(&table, report, head);
    for (size_t k = 0; k < count; k++) {
        char cells[4][32];
        struct sr_text sentence = {0};
        sr_pair_print(&pairs[k], ranking->entries[pairs[k].first]->name,
                      ranking->entries[pairs[k].second]->name, &sentence);
        snprintf(cells[0], sizeof cells[0], "%zu", pairs[k].test.only_first);
        snprintf(cells[1], sizeof cells[1], "%zu", pairs[k].test.only_second);
        snprintf(cells[2], sizeof cells[2], "%.1f %%", pairs[k].test.agreement * 100);
        snprintf(cells[3], sizeof cells[3], "%.2g", pairs[k].p);
        report_table_row(&table, (const char *const[]){sr_text_get(&sentence), cells[0], cells[1],
                                                       cells[2], cells[3], NULL});
        sr_text_fini(&sentence);
    }
    free(pairs);
    return report_table_end(&table, "pairs", error);
}

/* F1 of each class by each model, and where each fails. */
static enum sr_status write_classes(struct sr_session *session, struct report *report,
                                    const struct ranking *ranking, struct sr_error *error)
{
    size_t classes = (size_t)session->data->classes, shown = classes < 24 ? classes : 24;
    const char **cells = sr_xalloc((shown + 2) * sizeof *cells);
    char(*texts)[32] = sr_xalloc(shown * sizeof *texts);
    struct report_table table;
    report_heading(report, 2, "Where the models fail");
    report_paragraph(report, "F1 of each class on the test images, 1 at best; precision and recall "
                             "of every model are in tables/classes-MODEL.csv.");
    cells[0] = "model";
    for (size_t c = 0; c < shown; c++) cells[c + 1] = class_name(session, (int)c);
    const char **head = cells;
    cells = sr_xalloc((shown + 2) * sizeof *cells);
    report_table_begin(&table, report, head);
    for (size_t i = 0; i < ranking->count; i++) {
        cells[0] = ranking->entries[i]->name;
        for (size_t c = 0; c < shown; c++) {
            snprintf(texts[c], sizeof texts[c], "%.4f",
                     evaluation(ranking, ranking->entries[i])->per_class[c].f1);
            cells[c + 1] = texts[c];
        }
        report_table_row(&table, cells);
    }
    enum sr_status status = report_table_end(&table, "classes", error);
    free(head);
    free(cells);
    free(texts);
    for (size_t i = 0; !status && i < ranking->count; i++) {
        const char *name = ranking->entries[i]->name;
        char path[128], caption[160];
        snprintf(path, sizeof path, "confusion-%s", name);
        snprintf(caption, sizeof caption,
                 "Confusion matrix of %s on the test images: rows true, columns predicted", name);
        status = report_figure(report, path, caption, error);
    }
    static const struct family_figure metrics = {"classes", sr_model_class_convolves, false,
                                                 "Precision, recall and F1 of each class by ",
                                                 " on the test images"};
    if (!status) status = family_figures(report, &metrics, error);
    if (!status)
        status = report_figure(
            report, "mistakes-cnn",
            "Test images that the convolutional network gets wrong, and where it looks", error);
    return status;
}

static enum sr_status write_training(struct report *report, struct sr_error *error)
{
    static const struct family_figure networks = {"network", sr_model_class_has_layers, true,
                                                  "The ", ""},
                                      curves = {
                                          "curves", learns_in_epochs, false,
                                          "Loss and accuracy of ",
                                          " over its epochs: training dashed, validation solid"};
    report_heading(report, 2, "The networks and how they learned");
    enum sr_status status = family_figures(report, &networks, error);
    return status ? status : family_figures(report, &curves, error);
}

static enum sr_status write_probabilities(struct report *report, struct sr_error *error)
{
    static const char *const list[][2] = {
        {"reliability", "Reliability: how often a model is right when it is so sure"},
        {"roc", "ROC curves, a class at a time"},
        {"precision-recall", "Precision over recall, a class at a time"},
        {NULL, NULL}};
    report_heading(report, 2, "Can their probabilities be trusted");
    return figures(report, list, error);
}

static enum sr_status write_heat(struct report *report, struct sr_error *error)
{
    static const struct family_figure gradcam = {"gradcam", sr_model_class_convolves, true,
                                                 "Grad-CAM of the ",
                                                 ": original, heat map, overlay"};
    report_heading(report, 2, "What the networks look at");
    return family_figures(report, &gradcam, error);
}

/* The most frequent confusion of a matrix, as a sentence's part. */
static void worst_confusion(struct sr_session *session, const struct sr_predictions *predictions,
                            char *out, size_t size)
{
    int classes = predictions->classes, t = 0, p = 1;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    for (int i = 0; i < classes; i++)
        for (int j = 0; j < classes; j++)
            if (i != j && matrix[i * classes + j] > matrix[t * classes + p]) {
                t = i;
                p = j;
            }
    snprintf(out, size, "%s taken for %s, %llu times", class_name(session, t),
             class_name(session, p), (unsigned long long)matrix[t * classes + p]);
    free(matrix);
}

/* McNemar's test of two of the models, adjusted for the number of all pairs, as a sentence. */
static void test_pair(const struct ranking *ranking, const struct sr_entry *first,
                      const struct sr_entry *second, struct sr_text *text)
{
    size_t count;
    struct sr_pair *pairs =
        sr_pairs(ranking->predictions, ranking->count, &count, &(struct sr_error){0});
    for (size_t k = 0; pairs && k < count; k++) {
        const struct sr_entry *a = ranking->entries[pairs[k].first],
                              *b = ranking->entries[pairs[k].second];
        if ((a == first && b == second) || (a == second && b == first))
            sr_pair_print(&pairs[k], a->name, b->name, text);
    }
    free(pairs);
}

static bool has_importance(const struct sr_model_class *class)
{
    return class->importance;
}

/* Accuracy, complexity, training speed, interpretability. */
static void answer_comparison(struct sr_session *session, struct report *report,
                              const struct ranking *ranking)
{
    const struct sr_entry *traditional = NULL, *convolutional = NULL;
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        const struct sr_model_class *class = entry->model->class;
        const bool convolves = sr_model_class_convolves(class);
        if (convolves && !convolutional) convolutional = entry;
        if (!convolves && class->study && !traditional) traditional = entry;
    }
    report_heading(report, 3,
                   "How does a deep convolutional network compare with the other models?");
    if (convolutional && traditional) {
        double gap = 100 * (evaluation(ranking, convolutional)->accuracy -
                            evaluation(ranking, traditional)->accuracy);
        double deep[SR_SCORE_COUNT], flat[SR_SCORE_COUNT];
        char cells[2][3][32];
        static const enum sr_score said[3] = {SR_SCORE_FIT_SECONDS, SR_SCORE_PARAMETERS,
                                              SR_SCORE_SPEED};
        sr_scores(ranking->session, convolutional, SR_SPLIT_TEST, NULL, deep);
        sr_scores(ranking->session, traditional, SR_SPLIT_TEST, NULL, flat);
        for (int c = 0; c < 3; c++) {
            sr_score_print(said[c], deep[said[c]], cells[0][c], sizeof cells[0][c]);
            sr_score_print(said[c], flat[said[c]], cells[1][c], sizeof cells[1][c]);
        }
        struct sr_text verdict = {0};
        test_pair(ranking, convolutional, traditional, &verdict);
        report_paragraph(report,
                         "Accuracy: the best convolutional model, %s, is right on %.2f %% of the "
                         "test images, the best of the others, %s, "
                         "on %.2f %%: %.2f points %s (McNemar: %s). Complexity: %s has learned %s "
                         "numbers, %s has %s. Speed: %s was fitted in "
                         "%s, %s in %s; they predict %s and %s images a second.",
                         convolutional->name, evaluation(ranking, convolutional)->accuracy * 100,
                         traditional->name, evaluation(ranking, traditional)->accuracy * 100,
                         fabs(gap), gap >= 0 ? "more" : "less", sr_text_get(&verdict),
                         convolutional->name, cells[0][1], traditional->name, cells[1][1],
                         convolutional->name, cells[0][0], traditional->name, cells[1][0],
                         cells[0][2], cells[1][2]);
        sr_text_fini(&verdict);
        struct sr_text readable = {0}, nearest = {0};
        sr_model_classes_list(has_importance, &readable);
        sr_model_classes_list(sr_model_class_has_nearest, &nearest);
        report_paragraph(report,
                         "Interpretability: of networks with convolutions Grad-CAM shows where "
                         "they look; of %s the weights and importances can be read, of %s the "
                         "training images that decide.",
                         sr_text_get(&readable), sr_text_get(&nearest));
        sr_text_fini(&readable);
        sr_text_fini(&nearest);
    }
    char worst[160];
    worst_confusion(session, ranking->predictions[0], worst, sizeof worst);
    report_paragraph(report, "The most frequent mistake of %s: %s.", ranking->entries[0]->name,
                     worst);
}

/* The effects whose interval is on one side of 0, as the answer in words. */
static void say_effects(struct report *report, const struct effect *effects, size_t count)
{
    struct sr_text helps = {0}, harms = {0}, twice = {0};
    const struct effect *plain = NULL; /* without augmentation */
    size_t judged = 0;
    for (size_t i = 1; i < count; i++) {
        const struct effect *e = &effects[i];
        if (!strcmp(e->label, "without augmentation"))
            plain = e;
        else if (plain && !strncmp(e->label, "without ", 8) &&
                 fabs(e->effect - plain->effect) < 1e-12 && fabs(e->half - plain->half) < 1e-12)
            sr_text_printf(&twice,
                           " %s and %s are the same change here, since these settings augment in "
                           "no other way.",
                           plain->label, e->label);
        /* Seeds that differ by nothing at all say more of how few images judged them than of the
         * technique. */
        if (!isfinite(e->half) || !(e->half > 0)) continue;
        judged++;
        struct sr_text *list = e->effect - e->half > 0   ? &helps
                               : e->effect + e->half < 0 ? &harms
                                                         : NULL;
        if (list)
            sr_text_printf(list, "%s%s (%+.2f points)", list->length ? ", " : "", e->label,
                           e->effect * 100);
    }
    if (judged)
        report_paragraph(report,
                         "Better than as it is: %s. Worse: %s. Of the others this does not tell. "
                         "An interval of 95 %% misses once in twenty "
                         "times, and there are %zu of them.%s",
                         helps.length ? sr_text_get(&helps) : "none for certain",
                         harms.length ? sr_text_get(&harms) : "none for certain", judged,
                         sr_text_get(&twice));
    sr_text_fini(&twice);
    sr_text_fini(&helps);
    sr_text_fini(&harms);
}

/* The ablation that the script has run, if any. */
static enum sr_status answer_techniques(struct sr_session *session, struct report *report,
                                        struct sr_error *error)
{
    struct effect *effects;
    size_t count = ablation_effects(session->experiment, &effects);
    if (!count) return SR_OK;
    const struct sr_experiment *experiment = session->experiment;
    struct report_table table;
    report_heading(report, 3, "Which techniques help?");
    char images[64] = "all training images";
    if (experiment->trials[0].limit)
        snprintf(images, sizeof images, "%llu training images",
                 (unsigned long long)experiment->trials[0].limit);
    report_paragraph(report,
                     "The %s with %s, one technique switched at a time. Each variant was trained "
                     "with %d seed%s on %s, and "
                     "judged on the validation split. The effect is the mean difference in "
                     "accuracy to the %s as it is, in points, over the same "
                     "seeds; an interval (95 %%, Student's t) that holds 0 says that this cannot "
                     "be told from so little data.",
                     experiment->class->name,
                     *effects[0].settings ? effects[0].settings : "the defaults", effects[0].seeds,
                     effects[0].seeds == 1 ? "" : "s", images, experiment->class->name);
    say_effects(report, effects, count);
    static const char *const head[] = {
        "", "validation accuracy", "effect, points", "95 %, from", "to", NULL};
    report_table_begin(&table, report, head);
    for (size_t i = 0; i < count; i++) {
        char cells[4][32] = {"", "", "", ""};
        snprintf(cells[0], sizeof cells[0], "%.2f %%", effects[i].accuracy * 100);
        if (i) snprintf(cells[1], sizeof cells[1], "%+.2f", effects[i].effect * 100);
        if (i && isfinite(effects[i].half)) {
            snprintf(cells[2], sizeof cells[2], "%+.2f",
                     (effects[i].effect - effects[i].half) * 100);
            snprintf(cells[3], sizeof cells[3], "%+.2f",
                     (effects[i].effect + effects[i].half) * 100);
        }
        report_table_row(&table, (const char *const[]){effects[i].label, cells[0], cells[1],
                                                       cells[2], cells[3], NULL});
    }
    free(effects);
    return report_table_end(&table, "techniques", error);
}

static enum sr_status write_answers(struct sr_session *session, struct report *report,
                                    const struct ranking *ranking, struct sr_error *error)
{
    report_heading(report, 2, "The study's questions");
    answer_comparison(session, report, ranking);
    enum sr_status status = answer_techniques(session, report, error);
    report_heading(report, 3, "What the study warns of");
    report_paragraph(report, "Grey images on plain backgrounds limit real use: coloured photos on "
                             "busy backgrounds are another kind of data, and nothing "
                             "measured here says how these models would do on them.");
    return status;
}

/* --- the whole ------------------------------------------------------------------------- */

static void write_commands(struct report *report, const struct study_facts *facts)
{
    report_heading(report, 2, "The commands");
    report_paragraph(report, "`sartor study from=study.sartor to=FOLDER` repeats them to the same "
                             "numbers; tables/steps.csv has the time that each took.");
    sr_text_printf(&report->markdown, "```\n%s```\n", facts->text);
    sr_text_add(&report->html, "<pre>");
    sr_text_add_escaped(&report->html, facts->text);
    sr_text_add(&report->html, "</pre>\n");
}

enum sr_status study_report(struct sr_session *session, const struct study_facts *facts,
                            struct sr_error *error)
{
    struct ranking ranking = {0};
    struct report report = {.directory = facts->directory, .known = session->data->known};
    enum sr_status status = gather(session, facts->script, &ranking, error);
    if (!status) {
        char title[160];
        snprintf(title, sizeof title, "A study of %.120s",
                 session->data->name[0] ? session->data->name : "a data set");
        report_heading(&report, 1, title);
        write_summary(&report, facts, &ranking);
        status = report_claims(session, &report, facts->script->scale, &ranking, error);
    }
    if (!status) status = write_comparison(&report, facts, &ranking, error);
    if (!status) status = write_pairs(&report, facts->directory, &ranking, error);
    if (!status) status = write_answers(session, &report, &ranking, error);
    if (!status) status = write_data(session, &report, error);
    if (!status) status = write_training(&report, error);
    if (!status) status = write_classes(session, &report, &ranking, error);
    if (!status) status = write_probabilities(&report, error);
    if (!status) status = write_heat(&report, error);
    if (!status) {
        write_commands(&report, facts);
        status = report_write(&report, error);
    }
    free(ranking.entries);
    free(ranking.predictions);
    sr_text_fini(&report.markdown);
    sr_text_fini(&report.html);
    return status;
}
