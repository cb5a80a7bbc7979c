/* Training jobs: what they are given and leave behind, how they end, and what is kept of a run
 * between its epochs. */
#include "fixture.h"

#include <math.h>

#include "../../src/app/task.h"
#include "sartor/app/checkpoints.h"
#include "sartor/models/families.h"

static void stop(struct sr_session *session, uint32_t job)
{
    sr_jobs_stop(session->jobs, job);
    while (sr_session_run(session, job)->state < SR_JOB_DONE) wait_event(session);
}

static void a_queued_training_is_stopped_at_once(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    uint32_t first = start(session, "mlp", "first", "epochs=10000"),
             second = start(session, "knn", "second", "");
    sr_jobs_pause(session->jobs, first);
    stop(session, second); /* though what it waits for is paused */
    assert_int_equal(sr_session_run(session, second)->state, SR_JOB_STOPPED);
    assert_null(sr_session_entry(session, "second", &error));
    stop(session, first);
    sr_session_free(session);
}

static void leaving_does_not_replace_a_model_by_half_of_one(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    start(session, "mlp", "mlp", "epochs=2");
    finish_jobs(session);
    start(session, "mlp", "mlp", "epochs=10000");
    start(session, "mlp", "fresh", "epochs=10000");
    while (session->runs[1]->epochs < 3) wait_event(session);
    sr_session_free(session);
    session = open_session("a");
    struct sr_entry *entry;
    assert_ok(settled(sr_session_model(session, "mlp", &entry, &error)));
    assert_int_equal(entry->model->epochs, 2);
    assert_null(sr_session_entry(session, "fresh", &error));
    sr_session_free(session);
}

static struct sr_train_request request_of(const char *line)
{
    struct sr_train_request request = {.class = &sr_model_class_mlp, .name = "mlp", .seed = 1};
    struct sr_words words;
    assert_ok(sr_words_split(&line, &words, &error));
    request.params =
        sr_args_parse("mlp", request.class->params, words.items, words.count, NULL, &error);
    sr_words_fini(&words);
    assert_non_null(request.params);
    return request;
}

static const struct sr_run *begin_training(struct sr_session *session,
                                           const struct sr_train_request *request)
{
    uint32_t job;
    assert_ok(settled(sr_session_data(session, &error)));
    assert_ok(sr_session_train(session, request, &job, &error));
    return sr_session_run(session, job);
}

/* How long the first epoch of a training took: a time that is not the same twice, but kept in a
 * checkpoint. */
static double first_epoch(struct sr_session *session, const struct sr_train_request *request)
{
    const struct sr_run *run = begin_training(session, request);
    while (!run->epochs) wait_event(session);
    assert_int_equal(run->history[0].epoch, 1);
    return run->history[0].seconds;
}

static size_t checkpoints(void)
{
    size_t count = 0, found = 0;
    char **names = sr_directory_list(at("home/checkpoints"), &count, &error);
    for (size_t i = 0; names && i < count; i++) {
        found += !strncmp(names[i], "mlp@", 4);
        free(names[i]);
    }
    free(names);
    return found;
}

/* A training that is interrupted in its sixth epoch or later. */
static double interrupt(const char *line)
{
    const struct sr_train_request request = request_of(line);
    struct sr_session *session = open_session("a");
    const double first = first_epoch(session, &request);
    while (session->runs[0]->epochs < 5) wait_event(session);
    sr_session_free(session);
    return first;
}

/* What is not given is as in the checkpoint; what is given must agree with it. Either way the
 * checkpoint of a training is only written over by that training. */
static void a_training_is_resumed_from_its_checkpoint(void **state)
{
    (void)state;
    const double before = interrupt("epochs=10000 hidden=24");
    assert_int_equal(checkpoints(), 1);
    static const struct {
        const char *line;
        uint64_t seed;
        const char *refused; /* NULL: it goes on */
    } tries[] = {{"epochs=10000 hidden=24", 1, NULL},
                 {"", 0, NULL},
                 {"hidden=24", 0, NULL},
                 {"hidden=32", 0, "of another training: it has hidden=24"},
                 {"hidden=24", 2, "of another training: it has seed=1"},
                 {"epochs=9999", 0, "over 10000 epochs"}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct sr_session *session = open_session("a");
        struct sr_train_request request = request_of(tries[i].line);
        uint32_t job;
        request.resume = true;
        request.seed = tries[i].seed ? tries[i].seed : 77;
        request.seed_given = tries[i].seed;
        assert_ok(settled(sr_session_data(session, &error)));
        if (tries[i].refused) {
            assert_refused(sr_session_train(session, &request, &job, &error), SR_ERROR_ARGUMENT,
                           tries[i].refused);
        } else {
            assert_true(first_epoch(session, &request) == before);
            assert_int_equal(session->runs[0]->seed, 1);
        }
        sr_session_free(session);
        assert_int_equal(checkpoints(), 1);
    }
    /* Another training of the name has a checkpoint of its own, and both are gone on with. */
    const double other = interrupt("epochs=10000 hidden=32");
    assert_int_equal(checkpoints(), 2);
    for (int i = 0; i < 2; i++) {
        struct sr_session *session = open_session("a");
        struct sr_train_request request = request_of(i ? "hidden=32" : "hidden=24");
        request.resume = true;
        assert_true(first_epoch(session, &request) == (i ? other : before));
        sr_session_free(session);
    }
    /* On another split it cannot go on. */
    struct sr_session *session = open_session("a");
    uint32_t job;
    struct sr_train_request request = request_of("");
    request.resume = true;
    assert_ok(settled(sr_session_data(session, &error)));
    assert_ok(sr_session_set(session, "split_seed", "4", &error));
    assert_refused(sr_session_train(session, &request, &job, &error), SR_ERROR_STATE,
                   "split_seed=1; set those");
    sr_session_free(session);
    /* Without the word it begins anew. */
    session = open_session("a");
    request = request_of("epochs=10000 hidden=24");
    assert_true(first_epoch(session, &request) != before);
    sr_session_free(session);
}

/* Checkpoints that are left are listed with what they are of; the line of each goes on with that
 * very training; a training under way, and files that are none, are not listed. */
static void checkpoints_are_listed_deleted_and_brought_back(void **state)
{
    (void)state;
    const double before[] = {interrupt("epochs=10000 hidden=24"),
                             interrupt("epochs=10000 hidden=32")};
    assert_ok(sr_file_write(at("home/checkpoints/mlp@none.safetensors"), "none", 4, &error));
    assert_ok(sr_file_write(at("home/checkpoints/notes.txt"), "nor this", 8, &error));
    struct sr_session *session = open_session("a");
    assert_int_equal(session->checkpoint_count, 2);
    for (int i = 0; i < 2; i++) {
        const struct sr_checkpoint *one = &session->checkpoints[i]; /* the newest first */
        struct sr_text line = {0}, words = {0};
        assert_string_equal(one->name, "mlp");
        assert_string_equal(one->family, "mlp");
        assert_true(one->epochs >= 5 && one->of == 10000 && one->file.size > 1000);
        assert_ptr_equal(sr_session_checkpoint(session, one->id, &error), one);
        sr_checkpoint_print(one, &words);
        sr_text_add(&words, " ");
        sr_checkpoint_print_age(one, &words);
        assert_non_null(strstr(sr_text_get(&words), " of 10000 epochs "));
        sr_checkpoint_line(one, &line);
        assert_non_null(strstr(sr_text_get(&line), i ? " hidden=24 " : " hidden=32 "));
        /* Behind "train mlp name=mlp seed=1 limit=0". */
        const char *given = strstr(sr_text_get(&line), "limit=0 ") + 8;
        char *hyper = strndup(given, strlen(given) - strlen(" resume"));
        struct sr_train_request request = request_of(hyper);
        request.resume = true;
        struct sr_session *second = session;
        session = open_session("a");
        assert_true(first_epoch(session, &request) == before[!i]);
        sr_session_scan_checkpoints(session);
        assert_int_equal(session->checkpoint_count, 0); /* of the name that is being trained */
        sr_session_free(session);
        session = second;
        free(hyper);
        sr_text_fini(&line);
        sr_text_fini(&words);
    }
    sr_session_scan_checkpoints(session);
    assert_null(sr_session_checkpoint(session, "mlp@", &error));
    assert_non_null(strstr(error.text, "2 checkpoints begin with \"mlp@\""));
    struct sr_removed removed;
    assert_ok(sr_session_remove_checkpoint(session, &session->checkpoints[0], &removed, &error));
    assert_int_equal(session->checkpoint_count, 1);
    assert_int_equal(checkpoints(), 2); /* with the file that is none */
    assert_non_null(sr_session_checkpoint(session, "mlp@", &error));
    assert_ok(sr_session_restore(session, &removed, &error));
    assert_int_equal(session->checkpoint_count, 2);
    assert_ok(sr_session_remove_checkpoint(session, &session->checkpoints[1], &removed, &error));
    sr_removed_free(&removed);
    assert_int_equal(checkpoints(), 2);
    sr_session_free(session);
    remove(at("home/checkpoints/mlp@none.safetensors"));
}

/* With a constant learning rate, epochs are added to a training that has ended; with another
 * schedule there is nothing to go on from. */
static void a_training_is_extended_where_its_schedule_allows(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_train_request request = request_of("epochs=3 schedule=constant hidden=24");
    begin_training(session, &request);
    finish_jobs(session);
    request = request_of("epochs=5");
    request.resume = true;
    const struct sr_run *run = begin_training(session, &request);
    finish_jobs(session);
    assert_int_equal(run->epochs, 5);
    for (int e = 0; e < 3; e++)
        assert_true(run->history[e].seconds == session->runs[0]->history[e].seconds);
    struct sr_entry *entry = sr_session_entry(session, "mlp", &error);
    assert_int_equal(entry->model->epochs, 5);
    request = request_of("epochs=5 schedule=constant hidden=24");
    request.name = "whole";
    const struct sr_run *whole = begin_training(session, &request);
    finish_jobs(session);
    for (int e = 0; e < 5; e++)
        assert_true(run->history[e].train_loss == whole->history[e].train_loss);
    uint32_t job;
    request = request_of("epochs=4");
    request.resume = true;
    assert_refused(sr_session_train(session, &request, &job, &error), SR_ERROR_ARGUMENT,
                   "mlp has 5 epochs behind it already");
    request = request_of("epochs=2 schedule=onecycle hidden=24");
    request.name = "cycle";
    begin_training(session, &request);
    finish_jobs(session);
    request = request_of("epochs=4");
    request.name = "cycle";
    request.resume = true;
    assert_refused(sr_session_train(session, &request, &job, &error), SR_ERROR_STATE,
                   "cycle is trained and has no checkpoint to go on from");
    request = request_of("epochs=4 hidden=24"); /* as in a study */
    request.name = "cycle";
    request.resume = request.or_anew = true;
    begin_training(session, &request);
    finish_jobs(session);
    sr_session_free(session);
}

/* Two sessions are two processes here: a lock is of an open file. */
static void a_name_is_trained_by_one_process_at_a_time(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a"), *other;
    struct sr_train_request request = request_of("epochs=10000");
    const struct sr_run *run = begin_training(session, &request);
    uint32_t job;
    struct sr_session *first = session;
    session = other = open_session("a");
    assert_ok(settled(sr_session_data(other, &error)));
    request = request_of("epochs=2");
    assert_refused(sr_session_train(other, &request, &job, &error), SR_ERROR_STATE,
                   "mlp is being trained by another process");
    request = request_of("epochs=2");
    request.name = "else";
    assert_ok(sr_session_train(other, &request, &job, &error));
    finish_jobs(other);
    sr_session_free(other);
    session = first;
    while (!run->epochs) wait_event(session);
    sr_session_free(session);
    /* Its end, whatever it was, gives the name back. */
    session = open_session("a");
    request = request_of("epochs=2");
    begin_training(session, &request);
    finish_jobs(session);
    assert_false(sr_path_exists(at("home/checkpoints/mlp.lock")));
    sr_session_free(session);
}

static void stopping_keeps_the_last_epoch(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    uint32_t job = start(session, "mlp", "mlp", "epochs=10000");
    while (sr_session_run(session, job)->epochs < 2) wait_event(session);
    stop(session, job);
    assert_int_equal(sr_session_run(session, job)->state, SR_JOB_DONE);
    assert_true(sr_session_run(session, job)->stopped);
    struct sr_entry *entry = sr_session_entry(session, "mlp", &error);
    assert_true(entry->model->epochs >= 2);
    assert_true(file_there("mlp"));
    sr_session_free(session);
}

static void one_name_is_trained_once_at_a_time(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    uint32_t job = start(session, "mlp", "mlp", "epochs=10000"), other;
    const struct sr_model_class *class = sr_model_class_find("knn", &error);
    struct sr_train_request training = {.class = class, .name = "mlp", .seed = 1};
    training.params = sr_args_parse("knn", class->params, NULL, 0, NULL, &error);
    assert_refused(sr_session_train(session, &training, &other, &error), SR_ERROR_STATE, "already");
    training.name = "no/name";
    training.params = sr_args_parse("knn", class->params, NULL, 0, NULL, &error);
    assert_refused(sr_session_train(session, &training, &other, &error), SR_ERROR_ARGUMENT,
                   "no/name");
    /* Queued, running or paused; but not when it has ended. */
    training.name = "mlp";
    while (sr_session_run(session, job)->state != SR_JOB_RUNNING) wait_event(session);
    for (int paused = 0; paused < 2; paused++) {
        if (paused) sr_jobs_pause(session->jobs, job);
        while ((sr_session_run(session, job)->state == SR_JOB_PAUSED) != paused) {
            sr_session_wait(session, 0.01);
            sr_session_run(session, job)->state = sr_jobs_state(session->jobs, job);
        }
        assert_ptr_equal(sr_session_active_run(session), sr_session_run(session, job));
        training.params = sr_args_parse("knn", class->params, NULL, 0, NULL, &error);
        assert_refused(sr_session_train(session, &training, &other, &error), SR_ERROR_STATE,
                       "already");
    }
    stop(session, job);
    training.params = sr_args_parse("knn", class->params, NULL, 0, NULL, &error);
    assert_ok(sr_session_train(session, &training, &other, &error));
    sr_session_free(session);
}

static void a_fit_that_fails_says_why_and_leaves_no_model(void **state)
{
    (void)state;
    make_data("same", 8, 8, 2, 20, 10);
    /* Every training image alike: nothing can be learned. */
    char path[512];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", at("same"));
    FILE *file = fopen(path, "r+b");
    fseek(file, 16, SEEK_SET);
    for (int i = 0; i < 20 * 64; i++) fputc(7, file);
    assert_int_equal(fclose(file), 0);
    struct sr_session *session = open_session("same");
    uint32_t job = start(session, "logreg", "logreg", "");
    finish_jobs(session);
    assert_int_equal(sr_session_run(session, job)->state, SR_JOB_FAILED);
    assert_non_null(strstr(sr_session_run(session, job)->error.text, "the same"));
    assert_null(sr_session_entry(session, "logreg", &error));
    sr_session_free(session);
}

/* What a model records says how it was trained: on which rows, with which seed. */
static void a_model_records_how_it_was_trained(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_ok(sr_session_set(session, "validation", "0.25", &error));
    assert_ok(sr_session_set(session, "split_seed", "5", &error));
    char *words[] = {"epochs=2"};
    struct sr_train_request training = {
        .class = &sr_model_class_mlp, .name = "m", .seed = 17, .limit = 60};
    training.params = sr_args_parse("mlp", training.class->params, words, 1, NULL, &error);
    uint32_t job;
    assert_ok(sr_session_train(session, &training, &job, &error));
    const struct sr_run *run = sr_session_run(session, job);
    assert_ptr_equal(sr_session_active_run(session), run->state == SR_JOB_RUNNING ? run : NULL);
    assert_int_equal(run->seed, 17);
    assert_int_equal(sr_args_integer(run->params, "epochs"), 2);
    finish_jobs(session);
    const struct sr_model *model = sr_session_entry(session, "m", &error)->model;
    assert_int_equal(model->seed, 17);
    assert_int_equal(model->split_seed, 5);
    assert_true(model->validation == 0.25);
    assert_int_equal(model->limit, 60);
    assert_int_equal(model->train_count, 60);
    assert_int_equal(model->shape.image.height, 8);
    assert_int_equal(model->shape.classes, 2);
    assert_string_equal(model->digest, session->data->digest);
    assert_int_equal(run->epochs, 2);
    assert_int_equal(run->history[1].epoch, 2);
    assert_true(run->seconds > 0 && run->parameters > 0 && !run->stopped);
    assert_null(sr_session_active_run(session));
    assert_non_null(strstr(session->message, "m is trained ("));
    sr_session_free(session);
}

/* The same seed gives the same model, and another seed another one. */
static void the_seed_decides(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    float first[4][80];
    for (int i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "m%d", i);
        char *words[] = {"epochs=1"};
        struct sr_train_request training = {
            .class = &sr_model_class_mlp, .name = name, .seed = i < 2 ? 1 : 2};
        if (i == 3) training.limit = 50;
        training.params = sr_args_parse("mlp", training.class->params, words, 1, NULL, &error);
        uint32_t job;
        const struct sr_predictions *predictions;
        assert_ok(settled(sr_session_data(session, &error)));
        assert_ok(sr_session_train(session, &training, &job, &error));
        finish_jobs(session);
        struct sr_entry *entry = sr_session_entry(session, name, &error);
        assert_ok(
            settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
        memcpy(first[i], sr_session_predicted(session, entry, SR_SPLIT_TEST)->raw, sizeof first[i]);
    }
    assert_memory_equal(first[0], first[1], sizeof first[0]);
    assert_memory_not_equal(first[0], first[2], sizeof first[0]);
    assert_memory_not_equal(first[2], first[3], sizeof first[0]);
    sr_session_free(session);
}

/* --- what is kept between epochs --------------------------------------------------------- */

static struct sr_run *fake_run(struct sr_session *session)
{
    struct sr_run *run = sr_session_add_run(session, &sr_model_class_mlp, "run");
    run->job = 77; /* no job: its events are made here */
    return run;
}

static void tell(struct sr_session *session, const struct sr_progress *progress)
{
    sr_session_run_event(
        session,
        &(struct sr_event){.type = SR_EVENT_PROGRESS, .job = 77, .of.progress = *progress});
}

/* The running mean over an epoch of batches whose losses are 1, 2, 3, ... and accuracies 1/100,
 * 2/100, ...: what lies between two points is found again. */
static void a_trace_has_the_mean_since_the_point_before(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_run *run = fake_run(session);
    double sum = 0;
    for (int batch = 1; batch <= 40; batch++) {
        int epoch = (batch - 1) / 20 + 1, within = (batch - 1) % 20 + 1;
        if (within == 1) sum = 0;
        sum += batch;
        tell(session, &(struct sr_progress){.epoch = epoch,
                                            .epochs = 2,
                                            .done = (uint64_t)batch,
                                            .total = 40,
                                            .loss = sum / within,
                                            .accuracy = sum / within / 100});
    }
    assert_int_equal(run->traced, 40);
    for (int i = 0; i < 40; i++) {
        assert_float_equal(run->trace[i].at, (i + 1) / 20.0, 1e-9);
        assert_float_equal(run->trace[i].loss, i + 1, 1e-9);
        assert_float_equal(run->trace[i].accuracy, (i + 1) / 100.0, 1e-9);
    }
    assert_int_equal(run->progress.done, 40);
    /* What says nothing, or nothing new, is no point. */
    tell(session, &(struct sr_progress){.done = 41, .total = 40, .loss = NAN, .accuracy = NAN});
    tell(session, &(struct sr_progress){.done = 40, .total = 40, .loss = 1, .accuracy = 1});
    assert_int_equal(run->traced, 40);
    sr_session_free(session);
}

static void a_full_trace_is_halved_and_goes_on_more_slowly(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_run *run = fake_run(session);
    for (uint64_t done = 1; done <= 100 * SR_TRACE_MAX; done++) {
        tell(session,
             &(struct sr_progress){
                 .done = done, .total = 100 * SR_TRACE_MAX, .loss = (double)done, .accuracy = 0.5});
        assert_in_range(run->traced, done < SR_TRACE_MAX / 2 ? 1 : SR_TRACE_MAX / 2, SR_TRACE_MAX);
        if (done == SR_TRACE_MAX) assert_int_equal(run->traced, SR_TRACE_MAX);
        if (done == SR_TRACE_MAX + 1) { /* neighbours are merged, and the new one added */
            assert_int_equal(run->traced, SR_TRACE_MAX / 2 + 1);
            assert_float_equal(run->trace[0].at, 2, 0);
            assert_float_equal(run->trace[0].loss, 1.5, 0);
            assert_float_equal(run->trace[SR_TRACE_MAX / 2 - 1].at, SR_TRACE_MAX, 0);
            assert_float_equal(run->trace[SR_TRACE_MAX / 2].at, SR_TRACE_MAX + 1, 0);
        }
    }
    /* From the first to the last, about equally far apart. */
    const struct sr_trace_point *last = &run->trace[run->traced - 1];
    assert_true(last->at > 99 * SR_TRACE_MAX);
    for (size_t i = 1; i < run->traced; i++) {
        double apart = run->trace[i].at - run->trace[i - 1].at;
        assert_true(apart > 50 && apart < 400);
    }
    sr_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_queued_training_is_stopped_at_once),
        TEST(leaving_does_not_replace_a_model_by_half_of_one),
        TEST(a_training_is_resumed_from_its_checkpoint),
        TEST(checkpoints_are_listed_deleted_and_brought_back),
        TEST(a_training_is_extended_where_its_schedule_allows),
        TEST(a_name_is_trained_by_one_process_at_a_time),
        TEST(stopping_keeps_the_last_epoch),
        TEST(one_name_is_trained_once_at_a_time),
        TEST(a_fit_that_fails_says_why_and_leaves_no_model),
        TEST(a_model_records_how_it_was_trained),
        TEST(the_seed_decides),
        TEST(a_trace_has_the_mean_since_the_point_before),
        TEST(a_full_trace_is_halved_and_goes_on_more_slowly),
    };
    return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}
