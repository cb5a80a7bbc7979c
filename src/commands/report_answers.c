/* report_answers.c - a study's answers to the questions of the reference study. */
#include "study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/paired.h"

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
    snprintf(out, size, "%s predicted as %s, %llu times", class_name(session, t),
             class_name(session, p), (unsigned long long)matrix[t * classes + p]);
    free(matrix);
}

/* McNemar's test of two of the models, adjusted for the number of all pairs, as a sentence. */
static void test_pair(const struct ranking *ranking, const struct sr_entry *first,
                      const struct sr_entry *second, struct sr_text *text)
{
    size_t count;
    struct sr_pair *pairs = sr_pairs(ranking->predictions, ranking->count, &count);
    for (size_t k = 0; k < count; k++) {
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
    sr_reply_heading(&report->reply, 3,
                     "How does a deep convolutional network compare with the other models?");
    if (convolutional && traditional) {
        double gap = 100 * (report_evaluation(ranking, convolutional)->accuracy -
                            report_evaluation(ranking, traditional)->accuracy);
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
        sr_reply_say(&report->reply,
                     "Accuracy: the best convolutional model, %s, is right on %.2f %% of the "
                     "test images, the best of the others, %s, "
                     "on %.2f %%: %.2f points %s (McNemar: %s). Complexity: %s has learned %s "
                     "numbers, %s has %s. Speed: %s was fitted in "
                     "%s, %s in %s; they predict %s and %s images a second.",
                     convolutional->name, report_evaluation(ranking, convolutional)->accuracy * 100,
                     traditional->name, report_evaluation(ranking, traditional)->accuracy * 100,
                     fabs(gap), gap >= 0 ? "more" : "less", sr_text_get(&verdict),
                     convolutional->name, cells[0][1], traditional->name, cells[1][1],
                     convolutional->name, cells[0][0], traditional->name, cells[1][0], cells[0][2],
                     cells[1][2]);
        sr_text_fini(&verdict);
        struct sr_text readable = {0}, nearest = {0};
        sr_model_classes_list(has_importance, &readable);
        sr_model_classes_list(sr_model_class_has_nearest, &nearest);
        sr_reply_say(&report->reply,
                     "Interpretability: for networks with convolutions Grad-CAM shows which parts "
                     "of an image count; for %s the weights and importances can be read, for %s "
                     "the nearest training images.",
                     sr_text_get(&readable), sr_text_get(&nearest));
        sr_text_fini(&readable);
        sr_text_fini(&nearest);
    }
    char worst[160];
    worst_confusion(session, ranking->predictions[0], worst, sizeof worst);
    sr_reply_say(&report->reply, "The most frequent mistake of %s: %s.", ranking->entries[0]->name,
                 worst);
}

/* The effects that can be told from 0, as the answer in words. */
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
        /* Where all seeds give exactly the same difference, too few images were judged to measure
         * the technique. */
        if (!isfinite(e->half) || !(e->half > 0)) continue;
        judged++;
        struct sr_text *list = e->p >= 0.05 ? NULL : e->effect > 0 ? &helps : &harms;
        if (list)
            sr_text_printf(list, "%s%s (%+.2f points, p = %.2g)", list->length ? ", " : "",
                           e->label, e->effect * 100, e->p);
    }
    if (judged)
        sr_reply_say(
            &report->reply,
            "Better than as it is: %s. Worse: %s. The effect of the others cannot be told from 0. "
            "These p values, of paired t tests over the seeds, are adjusted by Holm for all %zu "
            "techniques; the intervals in the table are each for itself.%s",
            helps.length ? sr_text_get(&helps) : "none for certain",
            harms.length ? sr_text_get(&harms) : "none for certain", count - 1,
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
    struct sr_table *table;
    sr_reply_heading(&report->reply, 3, "Which techniques help?");
    char images[64] = "all training images";
    if (experiment->trials[0].limit)
        snprintf(images, sizeof images, "%llu training images",
                 (unsigned long long)experiment->trials[0].limit);
    sr_reply_say(&report->reply,
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
        "", "validation accuracy", "effect, points", "95 %, from", "to", "p, adjusted", NULL};
    table = report_table(report, head);
    for (size_t i = 0; i < count; i++) {
        char cells[5][32] = {"", "", "", "", ""};
        snprintf(cells[0], sizeof cells[0], "%.2f %%", effects[i].accuracy * 100);
        if (i) snprintf(cells[1], sizeof cells[1], "%+.2f", effects[i].effect * 100);
        if (i && isfinite(effects[i].half)) {
            snprintf(cells[2], sizeof cells[2], "%+.2f",
                     (effects[i].effect - effects[i].half) * 100);
            snprintf(cells[3], sizeof cells[3], "%+.2f",
                     (effects[i].effect + effects[i].half) * 100);
            snprintf(cells[4], sizeof cells[4], "%.2g", effects[i].p);
        }
        report_row(table, (const char *const[]){effects[i].label, cells[0], cells[1], cells[2],
                                                cells[3], cells[4], NULL});
    }
    free(effects);
    return report_link(report, table, "techniques", error);
}

enum sr_status report_answers(struct sr_session *session, struct report *report,
                              const struct ranking *ranking, struct sr_error *error)
{
    sr_reply_heading(&report->reply, 2, "The study's questions");
    answer_comparison(session, report, ranking);
    enum sr_status status = answer_techniques(session, report, error);
    sr_reply_heading(&report->reply, 3, "What the study warns of");
    sr_reply_say(&report->reply,
                 "Grey images on plain backgrounds limit real use: coloured photos on "
                 "busy backgrounds are another kind of data, and nothing "
                 "measured here says how these models would do on them.");
    return status;
}
