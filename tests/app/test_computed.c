/* What results hold: the same that the rooms below compute when they are asked directly, of the
 * rows and by the models that were asked for. */
#include "fixture.h"

#include <math.h>

#include "sartor/app/explanations.h"
#include "sartor/app/options.h"
#include "sartor/app/results.h"
#include "sartor/app/scores.h"
#include "sartor/base/memory.h"
#include "sartor/models/ensemble.h"

static struct sr_session *session;

/* 3 classes, labels wrong here and there. */
static int begin(void **state)
{
    if (set_up(state)) return -1;
    make_data("c", 9, 9, 3, 240, 60);
    spoil_labels("c", "train", 3, 7);
    spoil_labels("c", "t10k", 3, 5);
    session = open_session("c");
    assert_ok(settled(sr_session_data(session, &error)));
    return 0;
}

static int end(void **state)
{
    sr_session_free(session);
    return tear_down(state);
}

static const struct sr_predicted *predicted(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predictions *predictions;
    assert_ok(settled(sr_session_predictions(session, entry, split, &predictions, &error)));
    const struct sr_predicted *known = sr_session_predicted(session, entry, split);
    assert_ptr_equal(&known->predictions, predictions);
    return known;
}

static void predictions_are_of_the_split(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    float probabilities[240 * 3];
    for (int s = 0; s < SR_SPLIT_COUNT; s++) {
        assert_null(sr_session_predicted(session, entry, (enum sr_split_name)s));
        const struct sr_predicted *known = predicted(entry, (enum sr_split_name)s);
        const struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)s);
        const struct sr_predictions *of = &known->predictions;
        assert_int_equal(of->count, samples.count);
        assert_ok(sr_model_predict(entry->model, &samples, NULL, NULL, probabilities, &error));
        assert_memory_equal(known->raw, probabilities, samples.count * 3 * sizeof *probabilities);
        for (size_t i = 0; i < samples.count; i++) {
            assert_int_equal(of->rows[i], sr_samples_row(&samples, i));
            assert_int_equal(of->truth[i], sr_samples_label(&samples, i));
            assert_int_equal(of->predicted[i], sr_predicted_class(probabilities + 3 * i, 3));
        }
        struct sr_evaluation evaluation;
        sr_evaluate(&evaluation, of);
        assert_float_equal(known->evaluation.accuracy, evaluation.accuracy, 0);
        assert_float_equal(known->evaluation.loss, evaluation.loss, 0);
        assert_true(known->seconds > 0);
        assert_int_equal(known->test_looks, s == SR_SPLIT_TEST);
    }
}

/* Wait until it is known which rows the model may be judged on. */
static void know_rows(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_held_out *held;
    assert_ok(settled(sr_session_held_out(session, entry, split, &held, &error)));
}

static void it_is_told_which_split_is_being_predicted(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "knn", "m");
    const struct sr_predictions *predictions;
    const char *name = NULL;
    enum sr_split_name split = SR_SPLIT_TRAIN;
    assert_false(sr_session_predicting(session, &name, &split, NULL));
    know_rows(entry, SR_SPLIT_TEST);
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error),
                     SR_PENDING);
    assert_string_equal(error.text, "m is predicting the test split");
    assert_true(sr_session_predicting(session, &name, &split, NULL));
    assert_string_equal(name, "m");
    assert_int_equal(split, SR_SPLIT_TEST);
    predicted(entry, SR_SPLIT_TEST);
    assert_false(sr_session_predicting(session, &name, &split, NULL));
}

/* Of what is computed the session knows how far it is. */
static void it_is_told_how_far_predictions_are(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "knn", "m");
    const struct sr_predictions *predictions;
    const char *name;
    enum sr_split_name split;
    struct sr_progress progress;
    know_rows(entry, SR_SPLIT_TEST);
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error),
                     SR_PENDING);
    assert_true(sr_session_predicting(session, &name, &split, &progress));
    assert_int_equal(progress.total, 0);
    for (uint32_t job = 1; job < 50; job++)
        sr_results_event(session, &(struct sr_event){.type = SR_EVENT_PROGRESS,
                                                     .job = job,
                                                     .of.progress = {.done = job, .total = 60}});
    assert_true(sr_session_predicting(session, &name, &split, &progress));
    assert_int_equal(progress.total, 60);
    assert_true(progress.done > 0 && progress.done < 50);
    predicted(entry, SR_SPLIT_TEST);
}

static void take_progress(void *owner, const struct sr_progress *progress)
{
    struct sr_progress *latest = owner;
    assert_true(progress->total == latest->total || !latest->total);
    assert_true(progress->done > latest->done);
    *latest = *progress;
}

/* Every family reports to its end, an ensemble over all of its members. */
static void families_report_how_far_they_predict(void **state)
{
    (void)state;
    static const char *const families[] = {"knn", "svm", "forest", "logreg", "mlp"};
    struct sr_model *models[5];
    const struct sr_samples samples = sr_session_samples(session, SR_SPLIT_TEST);
    float *out = sr_xalloc(samples.count * (size_t)session->data->classes * sizeof *out);
    for (size_t i = 0; i < 5; i++) {
        struct sr_progress latest = {0};
        const struct sr_monitor monitor = {.owner = &latest, .progress = take_progress};
        models[i] = train(session, families[i], families[i])->model;
        assert_ok(sr_model_predict(models[i], &samples, session->pool, &monitor, out, &error));
        assert_int_equal(latest.total, samples.count);
        assert_int_equal(latest.done, samples.count);
        assert_true(latest.seconds_left <= 0);
    }
    struct sr_progress latest = {0};
    const struct sr_monitor monitor = {.owner = &latest, .progress = take_progress};
    struct sr_model *all = sr_ensemble_new("all", models, 5, &error);
    assert_non_null(all);
    assert_ok(sr_model_predict(all, &samples, session->pool, &monitor, out, &error));
    assert_int_equal(latest.total, 5 * samples.count);
    assert_int_equal(latest.done, 5 * samples.count);
    sr_model_unref(all);
    free(out);
}

/* Each time a model is judged on the test split counts, in this session or another, under whatever
 * name: but only models that were trained alike are one model. */
static void looks_at_the_test_split_are_counted(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "knn", "m");
    assert_int_equal(predicted(entry, SR_SPLIT_TEST)->test_looks, 1);
    assert_int_equal(predicted(entry, SR_SPLIT_TEST)->test_looks, 1); /* the same time */
    assert_int_equal(predicted(train(session, "knn", "alike"), SR_SPLIT_TEST)->test_looks, 2);
    assert_int_equal(predicted(train(session, "logreg", "other"), SR_SPLIT_TEST)->test_looks, 1);
    struct sr_entry *k3 = train_with(session, "knn", "k3", "k=3");
    assert_int_equal(predicted(k3, SR_SPLIT_TEST)->test_looks, 1);
    sr_session_free(session);
    session = open_session("c");
    assert_ok(settled(sr_session_model(session, "m", &entry, &error)));
    assert_int_equal(predicted(entry, SR_SPLIT_VALIDATION)->test_looks, 0);
    assert_int_equal(predicted(entry, SR_SPLIT_TEST)->test_looks, 3);
}

static void pairs_of_models_are_tested(void **state)
{
    (void)state;
    const struct sr_comparison *comparison, *again;
    const char *const families[] = {"forest", "knn", "logreg"};
    const struct sr_predictions *all[3];
    struct sr_entry *entries[3];
    train_with(session, "forest", "forest", "trees=1");
    for (int i = 1; i < 3; i++) train(session, families[i], families[i]);
    for (int i = 0; i < 3; i++) {
        entries[i] = sr_session_entry(session, families[i], &error);
        assert_refused(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error),
                       i < 2 ? SR_ERROR_STATE : SR_PENDING, i < 2 ? "fewer" : "tested");
        all[i] = &predicted(entries[i], SR_SPLIT_TEST)->predictions;
    }
    assert_ok(settled(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error)));
    for (int i = 0; i < 3; i++)
        all[i] = &sr_session_predicted(session, entries[i], SR_SPLIT_TEST)->predictions;
    size_t count, told_apart = 0;
    struct sr_pair *pairs = sr_pairs(all, 3, &count);
    assert_int_equal(comparison->count, 3);
    assert_int_equal(comparison->pair_count, count);
    for (int i = 0; i < 3; i++) assert_ptr_equal(comparison->models[i], entries[i]->model);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(comparison->pairs[i].first, pairs[i].first);
        assert_int_equal(comparison->pairs[i].second, pairs[i].second);
        assert_int_equal(comparison->pairs[i].test.only_first, pairs[i].test.only_first);
        assert_int_equal(comparison->pairs[i].test.only_second, pairs[i].test.only_second);
        assert_float_equal(comparison->pairs[i].p, pairs[i].p, 0);
        told_apart += pairs[i].test.only_first + pairs[i].test.only_second > 0;
    }
    assert_true(told_apart >= 2);
    free(pairs);
    /* Another split is another comparison; a model that is replaced is not in it. */
    assert_int_equal(sr_session_comparison(session, SR_SPLIT_VALIDATION, &again, &error),
                     SR_ERROR_STATE);
    assert_null(again);
    for (int i = 0; i < 3; i++) predicted(entries[i], SR_SPLIT_VALIDATION);
    assert_int_equal(sr_session_comparison(session, SR_SPLIT_VALIDATION, &again, &error),
                     SR_PENDING);
    train(session, "svm", "knn");
    assert_ok(settled(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error)));
    assert_int_equal(comparison->count, 2);
    assert_ptr_equal(comparison->models[0], entries[0]->model);
    assert_ptr_equal(comparison->models[1], entries[2]->model);
}

static void statistics_are_of_splits_and_classes(void **state)
{
    (void)state;
    const struct sr_statistics *statistics;
    assert_ok(settled(sr_session_statistics(session, &statistics, &error)));
    for (int s = 0; s < SR_SPLIT_COUNT; s++) {
        const struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)s);
        struct sr_stats stats;
        sr_stats_compute(&stats, &samples, -1);
        assert_memory_equal(&statistics->splits[s], &stats, sizeof stats);
    }
    assert_int_equal(statistics->class_count, 3);
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (int c = 0; c < 3; c++) {
            const struct sr_images *images = &session->data->files[f];
            const struct sr_samples all = {images, NULL, images->count};
            struct sr_stats stats;
            float mean[81], variance[81];
            double most = 0;
            sr_stats_compute(&stats, &all, c);
            assert_int_equal(sr_stats_mean_image(&all, c, mean, variance), 1);
            assert_memory_equal(&statistics->classes[f][c].stats, &stats, sizeof stats);
            for (int p = 0; p < 81; p++) most = fmax(most, sqrt((double)variance[p]));
            assert_float_equal(statistics->classes[f][c].deviation_most, most, 1e-9);
            for (int p = 0; p < 81; p++) {
                assert_int_equal(statistics->classes[f][c].mean[p], lroundf(mean[p]));
                assert_int_equal(statistics->classes[f][c].deviation[p],
                                 lround(255 * sqrt((double)variance[p]) / most));
            }
        }
}

/* --- explanations -------------------------------------------------------------------------- */

static void an_explanation_is_of_the_sample(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    const struct sr_predictions *of = &predicted(entry, SR_SPLIT_TEST)->predictions;
    uint32_t wrong = 0, right = 0; /* rows of the test file are positions in its split */
    while (of->predicted[wrong] == of->truth[wrong]) wrong++;
    while (of->predicted[right] != of->truth[right]) right++;
    const struct sr_explainer usual = {entry, "occlusion", "", -1},
                              of_class = {entry, "weights", NULL, 2};
    const struct sr_explanation *explanation;
    for (int i = 0; i < 2; i++) {
        uint32_t row = i ? right : wrong;
        assert_ok(
            settled(sr_session_explain(session, &usual, SR_FILE_TEST, row, &explanation, &error)));
        const struct sr_predicted *known = sr_session_predicted(session, entry, SR_SPLIT_TEST);
        of = &known->predictions;
        assert_int_equal(explanation->file, SR_FILE_TEST);
        assert_int_equal(explanation->row, row);
        assert_memory_equal(explanation->answer.raw, known->raw + 3 * row, 3 * sizeof(float));
        assert_memory_equal(explanation->answer.calibrated, of->probabilities + 3 * row,
                            3 * sizeof(float));
        assert_int_equal(explanation->heat.target, of->predicted[row]);
        assert_ptr_equal(explanation->heat.method, &sr_methods[SR_METHOD_OCCLUSION]);
        assert_true((explanation->truth.values != NULL) == (row == wrong));
        if (explanation->truth.values) assert_int_equal(explanation->truth.target, of->truth[row]);
        assert_int_equal(explanation->nearest.count, 0); /* logreg keeps no images */
    }
    assert_ok(
        settled(sr_session_explain(session, &of_class, SR_FILE_TEST, wrong, &explanation, &error)));
    assert_int_equal(explanation->heat.target, 2);
    assert_ptr_equal(explanation->heat.method, &sr_methods[SR_METHOD_WEIGHTS]);
    assert_null(explanation->truth.values);
    /* The train file's sample of that row is another one. */
    assert_false(sr_session_explained(session, &usual, SR_FILE_TRAIN, wrong, NULL));
    assert_true(sr_session_explained(session, &usual, SR_FILE_TEST, wrong, NULL));
}

static void heats_are_of_the_samples(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    const struct sr_explainer occlusion = {entry, "occlusion", "", -1},
                              target = {entry, "occlusion", "", 1};
    uint32_t rows[] = {4, 0, 41, 7};
    const struct sr_samples samples = {&session->data->files[SR_FILE_TEST], rows, 4};
    const struct sr_heats *heats, *again;
    float maps[4 * 81];
    int targets[4];
    assert_ok(settled(sr_session_heats(session, &occlusion, &samples, &heats, &error)));
    for (size_t i = 0; i < 4; i++) {
        const struct sr_samples one = {samples.images, rows + i, 1};
        float probabilities[3];
        assert_ok(sr_model_predict(entry->model, &one, NULL, NULL, probabilities, &error));
        assert_memory_equal(heats->probabilities + 3 * i, probabilities, sizeof probabilities);
        targets[i] = sr_predicted_class(probabilities, 3);
        assert_int_equal(heats->targets[i], targets[i]);
    }
    assert_int_equal(heats->size, 81);
    const struct sr_explain request = {
        .model = entry->model, .method = heats->method, .layer = "", .targets = targets};
    assert_ok(sr_explain_many(&request, &samples, maps, &error));
    assert_memory_equal(heats->maps, maps, sizeof maps);
    /* The same rows in a list of another place are the same samples; other rows are others. */
    uint32_t copy[] = {4, 0, 41, 7}, other[] = {4, 0, 41, 8};
    const struct sr_samples same = {samples.images, copy, 4}, fewer = {samples.images, copy, 3},
                            last = {samples.images, other, 4},
                            file = {&session->data->files[SR_FILE_TRAIN], copy, 4};
    assert_ok(sr_session_heats(session, &occlusion, &same, &again, &error));
    assert_ptr_equal(again, heats);
    assert_int_equal(sr_session_heats(session, &occlusion, &fewer, &again, &error), SR_PENDING);
    assert_int_equal(sr_session_heats(session, &occlusion, &last, &again, &error), SR_PENDING);
    assert_int_equal(sr_session_heats(session, &occlusion, &file, &again, &error), SR_PENDING);
    assert_int_equal(sr_session_heats(session, &target, &same, &again, &error), SR_PENDING);
    assert_null(again);
    assert_ok(settled(sr_session_heats(session, &target, &same, &again, &error)));
    for (int i = 0; i < 4; i++) assert_int_equal(again->targets[i], 1);
}

static void class_heats_are_means_of_a_split(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    const struct sr_explainer occlusion = {entry, "occlusion", "", 2},
                              weights = {entry, "weights", "", -1};
    const struct sr_class_heats *heats, *again;
    assert_null(sr_session_class_heats_known(session, &occlusion));
    assert_ok(
        settled(sr_session_class_heats(session, &occlusion, SR_SPLIT_TEST, 5, &heats, &error)));
    const struct sr_samples samples = sr_session_samples(session, SR_SPLIT_TEST);
    float maps[3 * 81];
    size_t counts[3];
    const struct sr_explain request = {.model = entry->model, .method = heats->method, .layer = ""};
    assert_ok(sr_explain_classes(&request, &samples, 5, maps, counts, &error));
    assert_memory_equal(heats->maps, maps, sizeof maps);
    for (int c = 0; c < 3; c++) assert_int_equal(heats->counts[c], 5);
    assert_int_equal(heats->split, SR_SPLIT_TEST);
    assert_int_equal(heats->most, 5);
    assert_ptr_equal(sr_session_class_heats_known(session, &occlusion), heats);
    assert_null(sr_session_class_heats_known(session, &weights));
    assert_ok(settled(
        sr_session_class_heats(session, &occlusion, SR_SPLIT_VALIDATION, 5, &again, &error)));
    assert_int_equal(again->split, SR_SPLIT_VALIDATION);
    assert_ptr_equal(sr_session_class_heats_known(session, &occlusion), again); /* the last */
    assert_ok(
        settled(sr_session_class_heats(session, &occlusion, SR_SPLIT_TEST, 4, &again, &error)));
    assert_int_equal(again->counts[0], 4);
    assert_ok(sr_session_set(session, "validation", "0", &error));
    assert_refused(
        sr_session_class_heats(session, &occlusion, SR_SPLIT_VALIDATION, 5, &heats, &error),
        SR_ERROR_STATE, "no validation split");
}

static void quality_is_measured_once(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    const struct sr_explainer weights = {entry, "weights", "", -1};
    const struct sr_quality *quality, *again;
    size_t before = session->run_count;
    know_rows(entry, SR_SPLIT_TEST);
    assert_int_equal(
        sr_session_quality(session, &weights, SR_SPLIT_TEST, 8, SR_FILL_BLACK, &quality, &error),
        SR_PENDING);
    assert_int_equal(session->run_count, before + 1);
    assert_string_equal(session->runs[before]->name, "explain m");
    assert_ok(settled(
        sr_session_quality(session, &weights, SR_SPLIT_TEST, 8, SR_FILL_BLACK, &quality, &error)));
    assert_int_equal(quality->count, 8);
    assert_ptr_equal(quality->method, &sr_methods[SR_METHOD_WEIGHTS]);
    assert_int_equal(session->runs[before]->state, SR_JOB_DONE);
    assert_non_null(strstr(session->message, "explain m measured"));
    /* On images evenly drawn from the split. */
    const struct sr_samples whole = sr_session_samples(session, SR_SPLIT_TEST);
    uint32_t rows[8];
    for (uint32_t i = 0; i < 8; i++) rows[i] = i * 60 / 8;
    const struct sr_quality_request request = {.model = entry->model,
                                               .method = quality->method,
                                               .layer = "",
                                               .samples = {whole.images, rows, 8},
                                               .fill = SR_FILL_BLACK,
                                               .seed = 1};
    struct sr_quality direct;
    assert_ok(sr_quality_measure(&request, &direct, &error));
    assert_float_equal(direct.maps[0].deletion_area, quality->maps[0].deletion_area, 0);
    assert_ok(
        sr_session_quality(session, &weights, SR_SPLIT_TEST, 8, SR_FILL_BLACK, &again, &error));
    assert_ptr_equal(again, quality);
    know_rows(entry, SR_SPLIT_VALIDATION);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sr_session_quality(
                             session, &weights, i == 0 ? SR_SPLIT_VALIDATION : SR_SPLIT_TEST,
                             i == 1 ? 9 : 8, i == 2 ? SR_FILL_MEAN : SR_FILL_BLACK, &again, &error),
                         SR_PENDING);
    assert_int_equal(session->run_count, before + 4);
    finish_jobs(session);
}

/* --- closeup ------------------------------------------------------------------------------- */

static double pixel_distance(enum sr_file file, uint32_t row, uint32_t train_row)
{
    const uint8_t *a = session->data->files[file].pixels + 81 * row,
                  *b = session->data->files[SR_FILE_TRAIN].pixels + 81 * train_row;
    double sum = 0;
    for (int p = 0; p < 81; p++) sum += ((double)a[p] - b[p]) * ((double)a[p] - b[p]);
    return sqrt(sum) / 255;
}

static void a_closeup_has_the_nearest_images_by_pixels(void **state)
{
    (void)state;
    const struct sr_closeup *closeup;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        enum sr_file file = (enum sr_file)f;
        uint32_t row = 13;
        assert_ok(settled(sr_session_closeup(session, file, row, &closeup, &error)));
        assert_int_equal(closeup->file, file);
        assert_int_equal(closeup->row, row);
        assert_string_equal(closeup->by, "");
        assert_int_equal(closeup->verdicts, 0);
        const struct sr_nearest *nearest = &closeup->nearest;
        assert_int_equal(nearest->count, SR_CLOSEUP_NEAREST);
        for (size_t i = 0; i < nearest->count; i++) {
            assert_false(file == SR_FILE_TRAIN && nearest->rows[i] == row);
            assert_float_equal(nearest->distances[i], pixel_distance(file, row, nearest->rows[i]),
                               1e-9);
            if (i) assert_true(nearest->distances[i - 1] <= nearest->distances[i]);
        }
        size_t closer = 0;
        for (uint32_t t = 0; t < 240; t++)
            closer += !(file == SR_FILE_TRAIN && t == row) &&
                      pixel_distance(file, row, t) < nearest->distances[nearest->count - 1];
        assert_true(closer < nearest->count);
    }
}

static void a_closeup_asks_every_model(void **state)
{
    (void)state;
    const struct sr_closeup *closeup, *before;
    struct sr_entry *entry = train(session, "logreg", "a");
    assert_int_equal(sr_session_closeup(session, SR_FILE_TRAIN, 5, &before, &error), SR_PENDING);
    assert_null(before);
    assert_ok(settled(sr_session_closeup(session, SR_FILE_TRAIN, 5, &before, &error)));
    assert_int_equal(before->verdicts, 1);
    assert_string_equal(before->verdict[0].model, "a");
    const struct sr_samples one = {&session->data->files[SR_FILE_TRAIN], (uint32_t[]){5}, 1};
    float probabilities[3];
    assert_ok(sr_model_predict(entry->model, &one, NULL, NULL, probabilities, &error));
    assert_memory_equal(before->verdict[0].answer.raw, probabilities, sizeof probabilities);
    /* With one more, what is known is there meanwhile, of that sample. */
    train(session, "knn", "k");
    assert_int_equal(sr_session_closeup(session, SR_FILE_TRAIN, 6, &closeup, &error), SR_PENDING);
    assert_null(closeup);
    assert_ok(settled(sr_session_closeup(session, SR_FILE_TRAIN, 6, &closeup, &error)));
    assert_int_equal(sr_session_closeup(session, SR_FILE_TRAIN, 5, &closeup, &error), SR_PENDING);
    assert_non_null(closeup);
    assert_int_equal(closeup->verdicts, 1);
    assert_ok(settled(sr_session_closeup(session, SR_FILE_TRAIN, 5, &closeup, &error)));
    assert_int_equal(closeup->verdicts, 2);
    assert_string_equal(closeup->verdict[1].model, "k");
    assert_string_equal(closeup->by, "k"); /* neighbours are now those of that model */
    assert_int_equal(closeup->nearest.count, SR_CLOSEUP_NEAREST);
    for (size_t i = 0; i < closeup->nearest.count; i++)
        assert_int_not_equal(closeup->nearest.rows[i], 5);
    /* One that has been made for other data is not asked. */
    assert_ok(sr_session_open(session, at("a"), &error));
    assert_ok(settled(sr_session_closeup(session, SR_FILE_TRAIN, 5, &closeup, &error)));
    assert_int_equal(closeup->verdicts, 0);
}

/* The rows of each fold are drawn evenly, where the model was trained on fewer. Here the classes
 * lie one behind the other in the file: the first rows would all be of one class. */
static void suspects_are_searched_with_rows_of_all_classes(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/train-labels-idx1-ubyte", at("c"));
    FILE *file = fopen(path, "r+b");
    fseek(file, 8, SEEK_SET);
    for (int i = 0; i < 240; i++) fputc(i / 80, file);
    assert_int_equal(fclose(file), 0);
    assert_ok(sr_session_open(session, at("c"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    struct sr_entry *entry = train(session, "knn", "m");
    entry->model->limit = 30;
    uint32_t job;
    assert_ok(sr_session_find_suspects(session, &(struct sr_suspects_request){entry, 0, 3, 0}, &job,
                                       &error));
    finish_jobs(session);
    if (sr_session_run(session, job)->state != SR_JOB_DONE)
        fail_msg("%s", sr_session_run(session, job)->error.text);
    assert_int_equal(session->suspects.examined, 240);
}

/* --- scores -------------------------------------------------------------------------------- */

static void scores_are_those_of_the_evaluation(void **state)
{
    (void)state;
    struct sr_entry *entry = train_with(session, "forest", "m", "trees=1 max_depth=2");
    double scores[SR_SCORE_COUNT];
    sr_scores(session, entry, SR_SPLIT_TEST, NULL, scores);
    assert_true(isnan(scores[SR_SCORE_ACCURACY]) && isnan(scores[SR_SCORE_SPEED]));
    assert_float_equal(scores[SR_SCORE_FIT_SECONDS], entry->model->fit_seconds, 0);
    assert_float_equal(scores[SR_SCORE_PARAMETERS],
                       (double)entry->model->class->size(entry->model->state), 0);
    struct stat info;
    assert_int_equal(stat(entry->path, &info), 0);
    assert_float_equal(scores[SR_SCORE_BYTES], (double)info.st_size, 0);
    const struct sr_predicted *known = predicted(entry, SR_SPLIT_TEST);
    double values[9] = {0, 1, 20, 1, 0, 1, 2, 5, 0}; /* far from even: other decisions pay */
    const struct sr_costs costs = {.classes = 3, .values = values};
    struct sr_cost cost;
    sr_costs_apply(&costs, &known->predictions, &cost);
    sr_scores(session, entry, SR_SPLIT_TEST, &costs, scores);
    const struct sr_evaluation *e = &known->evaluation;
    assert_true(e->macro_recall != e->macro_precision);
    assert_true(cost.decided_mean < cost.mean);
    const struct {
        enum sr_score score;
        double wanted;
    } all[] = {
        {SR_SCORE_ACCURACY, e->accuracy},
        {SR_SCORE_ACCURACY_LOW, e->accuracy_low},
        {SR_SCORE_ACCURACY_HIGH, e->accuracy_high},
        {SR_SCORE_MACRO_F1, e->macro_f1},
        {SR_SCORE_LOSS, e->loss},
        {SR_SCORE_CALIBRATION, e->calibration_error},
        {SR_SCORE_TOP2, e->top2_accuracy},
        {SR_SCORE_MACRO_PRECISION, e->macro_precision},
        {SR_SCORE_MACRO_RECALL, e->macro_recall},
        {SR_SCORE_SPEED, 60 / known->seconds},
        {SR_SCORE_LOOKS, 1},
        {SR_SCORE_COST, cost.total},
        {SR_SCORE_MEAN_COST, cost.mean},
        {SR_SCORE_DECIDED_COST, cost.decided_mean},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_float_equal(scores[all[i].score], all[i].wanted, 0);
    sr_scores(session, entry, SR_SPLIT_TEST, NULL, scores);
    assert_true(isnan(scores[SR_SCORE_COST]));
    sr_scores(session, entry, SR_SPLIT_VALIDATION, NULL, scores);
    assert_true(isnan(scores[SR_SCORE_ACCURACY]) && isnan(scores[SR_SCORE_LOOKS]));
}

static void scores_are_printed_for_people(void **state)
{
    (void)state;
    const struct {
        enum sr_score score;
        double value;
        const char *wanted;
    } all[] = {
        {SR_SCORE_ACCURACY, 0.91237, "91.24 %"}, {SR_SCORE_LOSS, 0.25432, "0.2543"},
        {SR_SCORE_COST, 99.99, "99.9900"},       {SR_SCORE_COST, 100, "100.0"},
        {SR_SCORE_PARAMETERS, 12345, "12,345"},  {SR_SCORE_ACCURACY, NAN, "–"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[32];
        sr_score_print(all[i].score, all[i].value, text, sizeof text);
        assert_string_equal(text, all[i].wanted);
    }
}

static void sizes_are_columns_and_lines(void **state)
{
    (void)state;
    int columns, lines;
    assert_true(sr_size_parse("120x40", &columns, &lines));
    assert_true(columns == 120 && lines == 40);
    assert_true(sr_size_parse("1x1000", &columns, &lines));
    static const char *const wrong[] = {"",     "80",      "80x",    "x24",     "0x24",
                                        "80x0", "1001x24", "80x24x", "80x1001", "-1x24"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(sr_size_parse(wrong[i], &columns, &lines));
}

int main(void)
{
#define COMPUTED(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        COMPUTED(predictions_are_of_the_split),
        COMPUTED(it_is_told_which_split_is_being_predicted),
        COMPUTED(it_is_told_how_far_predictions_are),
        COMPUTED(families_report_how_far_they_predict),
        COMPUTED(looks_at_the_test_split_are_counted),
        COMPUTED(pairs_of_models_are_tested),
        COMPUTED(statistics_are_of_splits_and_classes),
        COMPUTED(an_explanation_is_of_the_sample),
        COMPUTED(heats_are_of_the_samples),
        COMPUTED(class_heats_are_means_of_a_split),
        COMPUTED(quality_is_measured_once),
        COMPUTED(a_closeup_has_the_nearest_images_by_pixels),
        COMPUTED(a_closeup_asks_every_model),
        COMPUTED(suspects_are_searched_with_rows_of_all_classes),
        COMPUTED(scores_are_those_of_the_evaluation),
        COMPUTED(scores_are_printed_for_people),
        cmocka_unit_test(sizes_are_columns_and_lines),
    };
    return cmocka_run_group_tests_name("computed", tests, NULL, NULL);
}
