/* report_models.c - what a study's report says of the models: how they compare, and where they
 * fail. */
#include "methods.h"
#include "study.h"

#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/eval/paired.h"

/* The numbers behind the comparison, unrounded: for programs. */
static enum sr_status keep_scores(struct report *report, const struct study_facts *facts,
                                  const struct ranking *ranking, struct sr_error *error)
{
    struct sr_table table = {0};
    sr_table_columns(&table, "model family");
    score_columns(&table, true);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        double scores[SR_SCORE_COUNT];
        sr_scores(ranking->session, entry, SR_SPLIT_TEST, facts->costs, scores);
        sr_table_text(&table, entry->name);
        sr_table_text(&table, entry->model->class->name);
        struct sr_interval intervals[SR_SCORE_COUNT];
        sr_score_intervals(ranking->session, entry, SR_SPLIT_TEST, intervals);
        score_cells(&table, scores, intervals);
    }
    enum sr_status status = report_keep(report, &table, "comparison", error);
    sr_table_fini(&table);
    return status;
}

/* A table of the models with these scores. */
static void write_columns(struct report *report, const struct study_facts *facts,
                          const struct ranking *ranking, const enum sr_score *columns, size_t count,
                          bool complexity)
{
    const char *head[16] = {"model"};
    struct sr_table *table;
    for (size_t c = 0; c < count; c++) head[c + 1] = sr_score_kinds[columns[c]].title;
    if (complexity) head[count + 1] = "complexity";
    table = report_table(report, head);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_entry *entry = ranking->entries[i];
        const struct sr_model_class *class = entry->model->class;
        double scores[SR_SCORE_COUNT];
        struct sr_interval intervals[SR_SCORE_COUNT];
        char cells[14][64];
        const char *row[16] = {entry->name};
        sr_scores(ranking->session, entry, SR_SPLIT_TEST, facts->costs, scores);
        sr_score_intervals(ranking->session, entry, SR_SPLIT_TEST, intervals);
        for (size_t c = 0; c < count; c++) {
            if (columns[c] == SR_SCORE_ACCURACY)
                sr_score_print(columns[c], scores[columns[c]], cells[c], sizeof cells[c]);
            else
                sr_score_print_interval(columns[c], scores[columns[c]], &intervals[columns[c]],
                                        cells[c], sizeof cells[c]);
            row[c + 1] = cells[c];
        }
        if (complexity)
            row[count + 1] = !class->study                     ? "-"
                             : sr_model_class_convolves(class) ? "high"
                                                               : "lower";
        report_row(table, row);
    }
}

enum sr_status report_comparison(struct report *report, const struct study_facts *facts,
                                 const struct ranking *ranking, struct sr_error *error)
{
    static const enum sr_score quality[] = {
        SR_SCORE_ACCURACY, SR_SCORE_ACCURACY_LOW, SR_SCORE_ACCURACY_HIGH, SR_SCORE_MACRO_F1,
        SR_SCORE_LOSS,     SR_SCORE_CALIBRATION,  SR_SCORE_TOP2};
    static const enum sr_score effort[] = {SR_SCORE_FIT_SECONDS, SR_SCORE_FIT_MEMORY,
                                           SR_SCORE_SPEED, SR_SCORE_PARAMETERS, SR_SCORE_BYTES};
    static const enum sr_score costs[] = {SR_SCORE_COST, SR_SCORE_MEAN_COST, SR_SCORE_DECIDED_COST};
    sr_reply_heading(&report->reply, 2, "The models compared");
    sr_reply_say(&report->reply,
                 "How good they are, on the test images: accuracy with its 95 %% interval "
                 "(Wilson), the mean of the classes' F1, the mean "
                 "negative log probability of the truth (in nats; one below 1e-7 counts as 1e-7), "
                 "the expected calibration "
                 "error in 15 bins, and how often the truth is among the two "
                 "likeliest classes, each with its 95 %% interval (bootstrap over the test images; "
                 "Wilson for the last). These are single trainings: the intervals are about which "
                 "images are tested, not about other seeds.");
    write_columns(report, facts, ranking, quality, sizeof quality / sizeof *quality, false);
    enum sr_status status =
        report_figure(report, "accuracy", "Accuracy on the test images with 95 % intervals", error);
    if (status) return status;
    sr_reply_say(&report->reply,
                 "What they take: time and memory to fit, beyond what the program held before; "
                 "test images predicted a second; numbers learned; size of the file. An "
                 "ensemble's time is its members' together.");
    write_columns(report, facts, ranking, effort, sizeof effort / sizeof *effort, true);
    if (facts->costs) {
        sr_reply_say(&report->reply,
                     "What their mistakes cost by the table given: in all, an image, and an image "
                     "if the class of least expected cost were chosen instead of the likeliest.");
        write_columns(report, facts, ranking, costs, sizeof costs / sizeof *costs, false);
    }
    return keep_scores(report, facts, ranking, error);
}

enum sr_status report_pairs(struct report *report, const char *directory,
                            const struct ranking *ranking, struct sr_error *error)
{
    size_t count;
    struct sr_table *table;
    struct sr_pair *pairs = sr_pairs(ranking->predictions, ranking->count, &count);
    sr_reply_heading(&report->reply, 3, "Which differences are real");
    sr_reply_say(
        &report->reply,
        "McNemar's test on the test images for each of the %zu pairs of these fitted models, "
        "with p values adjusted by Holm for just these pairs, all that the study's script "
        "has trained. It says which of two models is right more often, not which of two "
        "methods. The difference is in points of accuracy, with its 95 %% interval "
        "(Newcombe). The counts are images that only the first, only the second gets right; "
        "`sartor "
        "--home %s browse model=A beats=B split=test` shows them.",
        count, directory);
    static const char *const head[] = {"",
                                       "difference",
                                       "95 %, from",
                                       "to",
                                       "only the first, images",
                                       "only the second",
                                       "they predict the same",
                                       "p, adjusted",
                                       NULL};
    table = report_table(report, head);
    for (size_t k = 0; k < count; k++) {
        char cells[7][32];
        struct sr_text sentence = {0};
        struct sr_difference difference;
        sr_accuracy_difference(&pairs[k].test, &difference);
        sr_pair_print(&pairs[k], ranking->entries[pairs[k].first]->name,
                      ranking->entries[pairs[k].second]->name, &sentence);
        sr_scores_print_unlike(ranking->entries[pairs[k].first], ranking->entries[pairs[k].second],
                               &sentence);
        snprintf(cells[0], sizeof cells[0], "%zu", pairs[k].test.only_first);
        snprintf(cells[1], sizeof cells[1], "%zu", pairs[k].test.only_second);
        snprintf(cells[2], sizeof cells[2], "%.1f %%", pairs[k].test.agreement * 100);
        snprintf(cells[3], sizeof cells[3], "%.2g", pairs[k].p);
        snprintf(cells[4], sizeof cells[4], "%+.2f", 100 * difference.value);
        snprintf(cells[5], sizeof cells[5], "%+.2f", 100 * difference.low);
        snprintf(cells[6], sizeof cells[6], "%+.2f", 100 * difference.high);
        report_row(table,
                   (const char *const[]){sr_text_get(&sentence), cells[4], cells[5], cells[6],
                                         cells[0], cells[1], cells[2], cells[3], NULL});
        sr_text_fini(&sentence);
    }
    free(pairs);
    return report_link(report, table, "pairs", error);
}

/* What can be said of methods: those that were trained with several seeds. */
enum sr_status report_methods(struct report *report, const struct ranking *ranking,
                              struct sr_error *error)
{
    size_t count, pair_count;
    struct method *methods = methods_find(&ranking->runs, &count);
    struct method_pair *pairs = methods_compare(&ranking->runs, methods, count, &pair_count);
    enum sr_status status = SR_OK;
    sr_reply_heading(&report->reply, 3, "Methods, not only models");
    if (!count)
        sr_reply_say(&report->reply,
                     "Every model here is a single training: nothing is claimed of methods. "
                     "`sartor study seeds=5` trains each network with five seeds.");
    else
        sr_reply_say(&report->reply,
                     "Trainings that differ in their seed alone: the mean accuracy on the test "
                     "images, its 95 %% interval (Student's t over the runs), and the deviation "
                     "between runs. Families that are not named were trained once.");
    if (count) {
        static const char *const head[] = {"method",    "runs", "mean accuracy", "95 %, from", "to",
                                           "deviation", NULL};
        struct sr_table *table = report_table(report, head);
        for (size_t m = 0; m < count; m++) {
            const struct sr_paired_t *accuracy = &methods[m].accuracy;
            const double values[] = {accuracy->mean, accuracy->low, accuracy->high,
                                     methods[m].deviation};
            char cells[5][32];
            snprintf(cells[4], sizeof cells[4], "%zu", methods[m].count);
            for (int c = 0; c < 4; c++)
                snprintf(cells[c], sizeof cells[c], "%.2f %%", 100 * values[c]);
            report_row(table, (const char *const[]){methods[m].name, cells[4], cells[0], cells[1],
                                                    cells[2], cells[3], NULL});
        }
        status = report_link(report, table, "methods", error);
    }
    if (pair_count)
        sr_reply_say(&report->reply,
                     "By paired t tests over the seeds, p adjusted by Holm for %zu "
                     "pair%s of methods:",
                     pair_count, pair_count == 1 ? "" : "s");
    for (size_t i = 0; i < pair_count; i++) {
        struct sr_text sentence = {0};
        const struct sr_predictions *judged =
            ranking->runs.predictions[methods[pairs[i].first].runs[0]];
        method_pair_print(&pairs[i], methods, judged->count, &sentence);
        sr_reply_say(&report->reply, "%s.", sr_text_get(&sentence));
        sr_text_fini(&sentence);
    }
    free(pairs);
    methods_free(methods, count);
    return status;
}

/* F1 of each class by each model, and where each fails. */
enum sr_status report_classes(const struct sr_session *session, struct report *report,
                              const struct ranking *ranking, struct sr_error *error)
{
    size_t classes = (size_t)session->data->classes, shown = classes < 24 ? classes : 24;
    const char **cells = sr_xalloc((shown + 2) * sizeof *cells);
    char(*texts)[32] = sr_xalloc(shown * sizeof *texts);
    struct sr_table *table;
    sr_reply_heading(&report->reply, 2, "Where the models fail");
    sr_reply_say(&report->reply,
                 "F1 of each class on the test images, 1 at best; precision and recall "
                 "of every model are in tables/classes-MODEL.csv.");
    cells[0] = "model";
    for (size_t c = 0; c < shown; c++) cells[c + 1] = class_name(session, (int)c);
    const char **head = cells;
    cells = sr_xalloc((shown + 2) * sizeof *cells);
    table = report_table(report, head);
    for (size_t i = 0; i < ranking->count; i++) {
        cells[0] = ranking->entries[i]->name;
        for (size_t c = 0; c < shown; c++) {
            snprintf(texts[c], sizeof texts[c], "%.4f",
                     report_evaluation(ranking, ranking->entries[i])->per_class[c].f1);
            cells[c + 1] = texts[c];
        }
        report_row(table, cells);
    }
    enum sr_status status = report_link(report, table, "classes", error);
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
    if (!status) status = report_family_figures(report, &metrics, error);
    if (!status)
        status = report_figure(
            report, "mistakes-cnn",
            "Test images that the convolutional network gets wrong, with heat maps", error);
    return status;
}
