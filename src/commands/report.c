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

static bool learns_in_epochs(const struct sr_model_class *class)
{
    return class->epochs;
}

/* --- the models ------------------------------------------------------------------------ */

/* Has the script made a model of this name? Other models in the folder are not reported. */
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
    ranking->runs.entries = sr_xalloc(room * sizeof *ranking->runs.entries);
    ranking->runs.predictions = sr_xalloc(room * sizeof *ranking->runs.predictions);
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        const struct sr_predictions *predictions;
        const struct sr_intervals *unused;
        if (entry->shipped || !made_by(script, entry->name)) continue;
        enum sr_status status = sr_session_intervals(session, entry, SR_SPLIT_TEST, &unused, error);
        if (!status)
            status = sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, error);
        if (status) return status;
        ranking->runs.entries[ranking->runs.count] = entry;
        ranking->runs.predictions[ranking->runs.count++] = predictions;
        if (study_repeats(entry->name)) continue;
        size_t at = ranking->count++;
        for (; at > 0 && report_evaluation(ranking, ranking->entries[at - 1])->accuracy <
                             report_evaluation(ranking, entry)->accuracy;
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

/* The main results. */
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
    sr_reply_say(&report->reply,
                 "%s That is %s images. Seed %llu. %s, in %s%s, with at most %s of memory, "
                 "kernels for %s on %d processors.",
                 says[facts->script->scale], rows, (unsigned long long)facts->script->seed,
                 PACKAGE_STRING, seconds, kept, memory, sr_compute_isa(), sr_processors());
    char tested[32];
    struct sr_text members = {0};
    sr_format_count(tested, sizeof tested, report_evaluation(ranking, best)->count);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct sr_model *model = ranking->entries[i]->model;
        if (strcmp(model->class->name, "ensemble") != 0) continue;
        sr_text_printf(&members, " %s is the mean of the probabilities of ", model->name);
        for (const char *c = sr_args_text(model->params, "members"); *c; c++)
            sr_text_add(&members, *c == ',' ? ", " : (char[]){*c, 0});
        sr_text_add(&members,
                    "; its members are named in the study's script, which was written before any "
                    "model was trained: no result of this study has chosen them.");
    }
    sr_reply_say(&report->reply,
                 "The most accurate of them is %s: it is right on %.2f %% of %s test images "
                 "(95 %% interval %.2f to %.2f).%s",
                 best->name, report_evaluation(ranking, best)->accuracy * 100, tested,
                 report_evaluation(ranking, best)->accuracy_low * 100,
                 report_evaluation(ranking, best)->accuracy_high * 100, sr_text_get(&members));
    sr_text_fini(&members);
    if (most == 1)
        sr_reply_say(&report->reply,
                     "Nothing was chosen on the test images. Each of the %zu models has been "
                     "judged on them once, at its end%s, and figures show its mistakes there; "
                     "test-looks.csv lists each time.",
                     ranking->count,
                     strstr(facts->text, "robustness ") ? " (the families once more, changed)"
                                                        : "");
    else if (most)
        sr_reply_say(
            &report->reply,
            "Nothing was chosen on the test images. The %zu models have been judged on them at "
            "most %zu times each, since "
            "the study was continued in the same folder; test-looks.csv lists each time.",
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
    struct sr_table *table;
    char cells[4][64], counts[3][32];
    sr_format_count(counts[0], sizeof counts[0], train->count);
    sr_format_count(counts[1], sizeof counts[1], test->count);
    sr_format_count(counts[2], sizeof counts[2], session->split.counts[SR_SPLIT_VALIDATION]);
    sr_reply_heading(&report->reply, 2, "The data");
    sr_reply_say(
        &report->reply,
        "%s: %s training and %s test images of %d×%d %s pixels in %d classes. %s of the training "
        "images, drawn evenly from the classes by seed %llu, are kept aside for validation. Digest "
        "of the pixels: %s.",
        session->data->name, counts[0], counts[1], train->shape.height, train->shape.width,
        train->shape.channels == 1 ? "grey" : "coloured", session->data->classes, counts[2],
        (unsigned long long)session->split.seed, session->data->digest);
    const char *const head[] = {"values of the train file, 0 to 255", "here",
                                report->known ? "the study" : NULL, NULL};
    table = report_table(report, head);
    snprintf(cells[0], sizeof cells[0], "%.4f", stats->all.mean);
    snprintf(cells[1], sizeof cells[1], "%g", stats->all.median);
    snprintf(cells[2], sizeof cells[2], "%.4f", stats->all.deviation);
    snprintf(cells[3], sizeof cells[3], "%.2f %%", stats->all.zeros * 100);
    const char *const rows[][3] = {{"mean", cells[0], "72.94"},
                                   {"median", cells[1], "0"},
                                   {"standard deviation", cells[2], "90.02"},
                                   {"exactly zero", cells[3], "most"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        report_row(table, (const char *const[]){rows[i][0], rows[i][1],
                                                report->known ? rows[i][2] : NULL, NULL});
    enum sr_status status = report_link(report, table, "pixels", error);
    return status ? status : figures(report, list, error);
}

static enum sr_status write_training(struct report *report, struct sr_error *error)
{
    static const struct family_figure networks = {"network", sr_model_class_has_layers, true,
                                                  "The ", ""},
                                      curves = {
                                          "curves", learns_in_epochs, false,
                                          "Loss and accuracy of ",
                                          " over its epochs: training dashed, validation solid"};
    sr_reply_heading(&report->reply, 2, "The networks and how they learned");
    enum sr_status status = report_family_figures(report, &networks, error);
    return status ? status : report_family_figures(report, &curves, error);
}

static enum sr_status write_probabilities(struct report *report, struct sr_error *error)
{
    static const char *const list[][2] = {
        {"reliability", "Reliability: accuracy at each level of confidence"},
        {"roc", "ROC curves of each class"},
        {"precision-recall", "Precision against recall for each class"},
        {NULL, NULL}};
    sr_reply_heading(&report->reply, 2, "How good their probabilities are");
    return figures(report, list, error);
}

static enum sr_status write_heat(struct report *report, struct sr_error *error)
{
    static const struct family_figure gradcam = {"gradcam", sr_model_class_convolves, true,
                                                 "Grad-CAM of the ",
                                                 ": original, heat map, overlay"};
    sr_reply_heading(&report->reply, 2, "What the networks look at");
    return report_family_figures(report, &gradcam, error);
}

/* --- the whole ------------------------------------------------------------------------- */

static void write_commands(struct report *report, const struct study_facts *facts)
{
    sr_reply_heading(&report->reply, 2, "The commands");
    sr_reply_say(&report->reply,
                 "`sartor study from=study.sartor to=FOLDER` repeats them to the same "
                 "numbers; tables/steps.csv has the time that each took.");
    sr_reply_block(&report->reply, NULL, facts->text);
}

enum sr_status study_report(struct sr_session *session, const struct study_facts *facts,
                            struct sr_error *error)
{
    struct ranking ranking = {0};
    struct report report = {.directory = facts->directory, .known = session->data->known};
    enum sr_status status = gather(session, facts->script, &ranking, error);
    if (!status) {
        sr_reply_heading(&report.reply, 1, "A study of %s",
                         session->data->name[0] ? session->data->name : "a data set");
        write_summary(&report, facts, &ranking);
        status = report_claims(session, &report, facts->script->scale, &ranking, error);
    }
    if (!status) status = report_comparison(&report, facts, &ranking, error);
    if (!status) status = report_pairs(&report, facts->directory, &ranking, error);
    if (!status) status = report_methods(&report, &ranking, error);
    if (!status) status = report_answers(session, &report, &ranking, error);
    if (!status) status = write_data(session, &report, error);
    if (!status) status = write_training(&report, error);
    if (!status) status = report_classes(session, &report, &ranking, error);
    if (!status) status = write_probabilities(&report, error);
    if (!status) status = report_robustness(session, &report, facts, &ranking, error);
    if (!status) status = write_heat(&report, error);
    if (!status) {
        write_commands(&report, facts);
        status = report_write(&report, error);
    }
    free(ranking.entries);
    free(ranking.predictions);
    field_free(&ranking.runs);
    sr_reply_fini(&report.reply);
    return status;
}
