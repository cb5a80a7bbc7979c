/* Experiments without a front end: trials on folds against the same fits made here, notes that are
 * told apart, and a budget that holds. */
#include "support.h"

#include <math.h>
#include <unistd.h>

#include "sartor/app/experiment.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/folds.h"
#include "sartor/models/families.h"

static struct sr_error error;
static char home[64];
static struct sr_session *session;

static int set_up(void **state)
{
    (void)state;
    char data[4200], where[128];
    strcpy(home, "/tmp/sartor-experiment-XXXXXX");
    if (!mkdtemp(home)) return -1;
    snprintf(data, sizeof data, "data=%s", MINI);
    snprintf(where, sizeof where, "home=%s", home);
    char *words[] = {data, where, "threads=2"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 3, NULL, &error);
    session = options ? sr_session_new(options, &error) : NULL;
    if (!session) return -1;
    while (session->data_job) sr_session_wait(session, 10);
    return session->data ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    sr_session_free(session);
    snprintf(command, sizeof command, "rm -r %s", home);
    return system(command);
}

static char *notes(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/experiments/test.csv", home);
    char *text = sr_file_read(path, 1 << 20, NULL, &error);
    if (!text) fail_msg("%s", error.text);
    return text;
}

static size_t count_notes(void)
{
    char *text = notes();
    size_t count = 0;
    for (const char *c = text; *c; c++) count += *c == '\n';
    free(text);
    return count;
}

static struct sr_experiment *make(const struct sr_model_class *class, int folds, const char *params,
                                  uint64_t limit)
{
    struct sr_experiment *experiment = sr_experiment_new(class);
    experiment->folds = folds;
    sr_experiment_add(experiment, "one", params, 1, limit);
    return experiment;
}

/* To its end; how it ended, in session->experiment. */
static const struct sr_run *run(struct sr_experiment *experiment)
{
    uint32_t job;
    assert_ok(sr_session_experiment(session, "test", experiment, &job, &error));
    while (sr_session_run(session, job)->state < SR_JOB_DONE) sr_session_wait(session, 10);
    return sr_session_run(session, job);
}

static struct sr_trial run_one(int folds, const char *params, uint64_t limit)
{
    const struct sr_run *ended = run(make(&sr_model_class_knn, folds, params, limit));
    if (ended->state != SR_JOB_DONE) fail_msg("%s", ended->error.text);
    assert_true(session->experiment->trials[0].done);
    return session->experiment->trials[0];
}

/* The same folds, fitted and judged without an experiment. */
static void folds_are_cross_validation(void **state)
{
    (void)state;
    enum { FOLDS = 3, ROWS = 306 };
    const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
    struct sr_split split;
    struct sr_folds folds;
    uint32_t train[ROWS], held[ROWS];
    uint8_t seen[1000] = {0};
    double accuracies[FOLDS], accuracy = 0, loss = 0, squares = 0;
    char *words[] = {"k=3"};
    struct sr_args *params =
        sr_args_parse("knn", sr_model_class_knn.params, words, 1, NULL, &error);
    assert_non_null(params);
    assert_ok(sr_split_make(&split, session->data, session->split.fraction, session->split.seed,
                            ROWS, &error));
    assert_ok(sr_folds_make(&folds, images, split.rows[SR_SPLIT_TRAIN], ROWS, FOLDS,
                            session->split.seed, &error));
    for (int f = 0; f < FOLDS; f++) {
        const struct sr_samples held_out = {images, held, sr_folds_take(&folds, f, true, held)};
        const struct sr_fit fit = {.params = params,
                                   .shape = {{28, 28, 1}, 10},
                                   .train = {images, train, sr_folds_take(&folds, f, false, train)},
                                   .seed = 1,
                                   .pool = session->pool};
        struct sr_model *model = sr_model_new(&sr_model_class_knn, "by hand");
        struct sr_predictions said;
        struct sr_evaluation evaluation;
        assert_ok(sr_model_fit(model, &fit, &error));
        assert_ok(sr_predictions_init(&said, &held_out, 10, &error));
        assert_ok(
            sr_model_predict(model, &held_out, session->pool, NULL, said.probabilities, &error));
        sr_predictions_finish(&said);
        sr_evaluate(&evaluation, &said);
        for (size_t i = 0; i < said.count; i++) seen[said.rows[i]]++;
        accuracies[f] = evaluation.accuracy;
        accuracy += evaluation.accuracy / FOLDS;
        loss += evaluation.loss / FOLDS;
        sr_predictions_fini(&said);
        sr_model_unref(model);
    }
    for (int f = 0; f < FOLDS; f++)
        squares += (accuracies[f] - accuracy) * (accuracies[f] - accuracy);
    for (size_t i = 0; i < session->split.counts[SR_SPLIT_VALIDATION]; i++)
        assert_int_equal(seen[session->split.rows[SR_SPLIT_VALIDATION][i]], 0);
    for (size_t i = 0; i < ROWS; i++) assert_int_equal(seen[split.rows[SR_SPLIT_TRAIN][i]], 1);

    struct sr_trial trial = run_one(FOLDS, "k=3", ROWS);
    assert_true(accuracy > 0.5 && accuracy < 1);
    assert_float_equal(trial.accuracy, accuracy, 1e-12);
    assert_float_equal(trial.loss, loss, 1e-12);
    assert_float_equal(trial.deviation, sqrt(squares / FOLDS), 1e-12);
    assert_true(trial.deviation > 0);
    sr_folds_fini(&folds);
    sr_split_fini(&split);
    sr_args_free(params);
}

static void notes_are_told_apart(void **state)
{
    (void)state;
    struct sr_trial folded = run_one(3, "k=3", 306), whole = run_one(0, "k=3", 306),
                    other = run_one(4, "k=3", 306);
    assert_int_equal(count_notes(), 3);
    assert_true(isnan(whole.deviation));
    assert_true(folded.accuracy != whole.accuracy && folded.accuracy != other.accuracy);
    /* Taken from the notes: nothing is run again, or it would have taken another time. */
    char *before = notes();
    struct sr_trial again = run_one(3, "k=3", 306);
    assert_float_equal(again.accuracy, folded.accuracy, 1e-8);
    assert_float_equal(again.deviation, folded.deviation, 1e-8);
    assert_float_equal(again.seconds, folded.seconds, 1e-5 * folded.seconds);
    assert_float_equal(run_one(0, "k=3", 306).accuracy, whole.accuracy, 1e-8);
    char *after = notes();
    assert_string_equal(before, after);
    free(before);
    free(after);

    /* A note of the first version is one of the validation split. */
    char path[128], *line = sr_xprintf("0.125,2,7.5,1,306,%s,1,0.0833333333,k=4\nnonsense\n0.5,1\n",
                                       session->data->digest);
    snprintf(path, sizeof path, "%s/experiments/test.csv", home);
    assert_ok(sr_file_write(path, line, strlen(line), &error));
    assert_true(run_one(3, "k=4", 306).accuracy != 0.125);
    assert_float_equal(run_one(0, "k=4", 306).accuracy, 0.125, 0);
    assert_int_equal(count_notes(), 4); /* what is no note stays, as do those of other programs */
    free(line);

    /* Nor is one of another seed, other data, another split or another number of rows. */
    static const char *const others[] = {"2,306,%s,1,0.0833333333", "1,306,x%.31s,1,0.0833333333",
                                         "1,306,%s,2,0.0833333333", "1,306,%s,1,0.2",
                                         "1,305,%s,1,0.0833333333"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char key[128];
        snprintf(key, sizeof key, others[i], session->data->digest);
        line = sr_xprintf("0.125,2,7.5,%s,0,nan,k=5\n", key);
        assert_ok(sr_file_write(path, line, strlen(line), &error));
        assert_true(run_one(0, "k=5", 306).accuracy != 0.125);
        assert_int_equal(count_notes(), 2);
        free(line);
    }
}

/* What is left is the trials that are not done, at the pace of those that are. */
static void time_left_is_that_of_the_trials(void **state)
{
    (void)state;
    char path[128], *line = sr_xprintf("0.5,1,100,1,102,%s,1,0.0833333333,epochs=1\n",
                                       session->data->digest); /* it took 100 seconds */
    snprintf(path, sizeof path, "%s/experiments", home);
    assert_ok(sr_directory_make(path, &error));
    snprintf(path, sizeof path, "%s/experiments/test.csv", home);
    assert_ok(sr_file_write(path, line, strlen(line), &error));
    free(line);
    uint32_t job;
    struct sr_experiment *experiment = make(&sr_model_class_mlp, 0, "epochs=1", 102);
    sr_experiment_add(experiment, "endless", "epochs=10000", 1, 204); /* twice the rows */
    sr_experiment_add(experiment, "further", "epochs=2", 1, 102);
    assert_ok(sr_session_experiment(session, "test", experiment, &job, &error));
    while (!(sr_session_run(session, job)->progress.done > 1000)) sr_session_wait(session, 10);
    const struct sr_progress *progress = &sr_session_run(session, job)->progress;
    assert_non_null(strstr(progress->note, "trial 2 of 3"));
    const double share = (double)(progress->done - 1000) / 1000;
    assert_float_equal(progress->seconds_left, 200 * (1 - share) + 100, 1);
    sr_jobs_stop(session->jobs, job);
    while (sr_session_run(session, job)->state < SR_JOB_DONE) sr_session_wait(session, 10);
}

static void too_many_folds(void **state)
{
    (void)state;
    uint32_t job;
    assert_refused(sr_session_experiment(session, "test", make(&sr_model_class_knn, 11, "", 102),
                                         &job, &error),
                   SR_ERROR_ARGUMENT, "folds=11 is too many");
    /* Without a validation split there are folds all the same. */
    struct sr_split none;
    assert_ok(sr_split_make(&none, session->data, 0, 1, 0, &error));
    sr_split_fini(&session->split);
    session->split = none;
    assert_refused(
        sr_session_experiment(session, "test", make(&sr_model_class_knn, 0, "", 102), &job, &error),
        SR_ERROR_STATE, "validation=0");
    assert_true(run_one(10, "", 0).accuracy > 0.7);
}

/* Networks would watch the held-out rows to know when to stop: on folds they train to their end. */
static void folds_train_to_the_end(void **state)
{
    (void)state;
    const struct sr_run *ended = run(make(&sr_model_class_mlp, 2, "epochs=2 patience=1", 102));
    if (ended->state != SR_JOB_DONE) fail_msg("%s", ended->error.text);
    assert_true(session->experiment->trials[0].accuracy > 0.1);
}

/* The first trial is known from the notes, so that a machine at its limit cannot fail to finish it
 * in time. */
static void a_budget_stops_the_trial_under_way(void **state)
{
    (void)state;
    for (int folds = 0; folds <= 3; folds += 3) {
        assert_int_equal(run(make(&sr_model_class_mlp, folds, "epochs=1", 102))->state,
                         SR_JOB_DONE);
        struct sr_experiment *experiment = make(&sr_model_class_mlp, folds, "epochs=1", 102);
        sr_experiment_add(experiment, "endless", "epochs=10000", 1, 920);
        sr_experiment_add(experiment, "further", "epochs=1 lr=0.01", 1, 102);
        experiment->budget = 1;
        double begun = sr_clock_seconds();
        const struct sr_run *ended = run(experiment);
        double seconds = sr_clock_seconds() - begun;
        assert_int_equal(ended->state, SR_JOB_DONE);
        if (seconds < 1 || seconds > 4) fail_msg("a budget of 1 s took %.2f s", seconds);
        assert_true(session->experiment->trials[0].done &&
                    isfinite(session->experiment->trials[0].accuracy));
        assert_ptr_equal(session->experiment->cut, &session->experiment->trials[1]);
        assert_false(session->experiment->trials[1].done || session->experiment->trials[2].done);
        assert_true(isnan(session->experiment->trials[1].accuracy));
        assert_int_equal(count_notes(), folds ? 2 : 1);
    }
}

/* Asked to stop, it has been stopped: not a budget's end. */
static void stopping_is_no_end(void **state)
{
    (void)state;
    uint32_t job;
    struct sr_experiment *experiment = make(&sr_model_class_mlp, 3, "epochs=10000", 920);
    experiment->budget = 60;
    assert_ok(sr_session_experiment(session, "test", experiment, &job, &error));
    while (!(sr_session_run(session, job)->progress.done > 0)) sr_session_wait(session, 10);
    const struct sr_progress *progress = &sr_session_run(session, job)->progress;
    assert_non_null(strstr(progress->note, "fold 1 of 3"));
    assert_true(progress->seconds_left > 0 && progress->seconds_left <= 60);
    double asked = sr_clock_seconds();
    sr_jobs_stop(session->jobs, job);
    while (sr_session_run(session, job)->state < SR_JOB_DONE) sr_session_wait(session, 10);
    assert_true(sr_clock_seconds() - asked < 1.5);
    assert_int_equal(sr_session_run(session, job)->state, SR_JOB_STOPPED);
    assert_null(session->experiment->cut);
}

static void again(struct sr_experiment *experiment)
{
    if (++experiment->round < experiment->rounds)
        sr_experiment_add(experiment, "later", "epochs=2", 1, 102);
}

/* A first round that would take all of the budget leaves two thirds of it to the others. On a
 * machine that is busy with other things not even one trial may fit: then it is given more time, in
 * which without shares the first round would be done to its end. */
static void rounds_share_the_budget(void **state)
{
    (void)state;
    enum { FIRST = 400 };
    size_t first = 0, later = 0;
    for (double budget = 0.9; budget < 60 && !later; budget *= 4) {
        struct sr_experiment *experiment = sr_experiment_new(&sr_model_class_mlp);
        for (int seed = 1; seed <= FIRST; seed++)
            sr_experiment_add(experiment, "first", "epochs=20", (uint64_t)seed, 102);
        experiment->budget = budget;
        experiment->rounds = 3;
        experiment->next = again;
        assert_int_equal(run(experiment)->state, SR_JOB_DONE);
        first = 0;
        for (size_t i = 0; i < session->experiment->count; i++) {
            const struct sr_trial *trial = &session->experiment->trials[i];
            *(trial->round ? &later : &first) += trial->done;
        }
    }
    assert_true(first > 0 && first < FIRST);
    assert_true(later > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folds_are_cross_validation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_left_is_that_of_the_trials, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_folds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folds_train_to_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_budget_stops_the_trial_under_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopping_is_no_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rounds_share_the_budget, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
