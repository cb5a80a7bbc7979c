/* The session without a front end: data, splits, models under their names, and what is still being
 * worked on when any of them changes. */
#include "fixture.h"

#include "sartor/app/explanations.h"
#include "sartor/base/file.h"

static enum sr_status remove_for_good(struct sr_session *session, struct sr_entry *entry)
{
    struct sr_removed removed;
    enum sr_status status = sr_session_remove(session, entry, &removed, &error);
    sr_removed_free(&removed);
    return status;
}

/* --- pending, and what takes its place -------------------------------------------------- */

static void commands_before_the_data_is_there_wait(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_filter filter;
    sr_filter_init(&filter);
    assert_int_equal(sr_session_data(session, &error), SR_PENDING);
    assert_int_equal(sr_session_select(session, &filter, &error), SR_PENDING);
    assert_false(sr_session_settled(session));
    /* Data that has come is an answer, which the explorer paints whole. */
    const uint64_t answers = session->answers;
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->answers, answers + 1);
    assert_true(sr_session_settled(session));
    assert_int_equal(session->data->classes, 2);
    sr_session_free(session);
}

static void another_folder_takes_the_place_of_one_that_is_being_read(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    assert_ok(sr_session_open(session, at("b"), &error));
    /* The first one's end must neither count as the second's nor be complained of. */
    uint32_t second = session->data_job;
    while (session->data_job) {
        assert_int_equal(session->data_job, second);
        assert_int_equal(sr_session_data(session, &error), SR_PENDING);
        wait_event(session);
    }
    assert_ok(sr_session_data(session, &error));
    assert_int_equal(session->data->classes, 3);
    assert_false(session->message_is_error);
    sr_session_free(session);
}

static void a_folder_that_cannot_be_read_leaves_the_data_as_it_was(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    mkdir(at("empty"), 0777);
    if (!sr_session_open(session, at("empty"), &error)) {
        while (session->data_job) wait_event(session);
        assert_true(session->message_is_error);
    }
    assert_ok(sr_session_data(session, &error));
    assert_int_equal(session->data->classes, 2);
    sr_session_free(session);
}

static void options_set_while_the_data_is_read_hold_for_it(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    assert_ok(sr_session_set(session, "validation", "0.25", &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 30);
    assert_refused(sr_session_set(session, "validation", "0.95", &error), SR_ERROR_ARGUMENT, "0.9");
    assert_refused(sr_session_set(session, "home", "x", &error), SR_ERROR_STATE, "--home x");
    assert_refused(sr_session_set(session, "size", "80x", &error), SR_ERROR_ARGUMENT, "80x");
    assert_refused(sr_session_set(session, "sise", "80x24", &error), SR_ERROR_ARGUMENT, "size");
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 30);
    sr_session_free(session);
}

/* NO_COLOR counts when it is not empty, and only where no colours are asked for. */
static void colours_are_those_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *colours;
        enum sr_depth depth;
    } cases[] = {{NULL, "auto", SR_DEPTH_DIRECT}, {"", "auto", SR_DEPTH_DIRECT},
                 {"1", "auto", SR_DEPTH_NONE},    {"1", "256", SR_DEPTH_256},
                 {NULL, "none", SR_DEPTH_NONE},   {NULL, "8", SR_DEPTH_8},
                 {NULL, "16", SR_DEPTH_16},       {"1", "direct", SR_DEPTH_DIRECT}};
    struct sr_session *session = open_session("a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsetenv("NO_COLOR");
        if (cases[i].variable) setenv("NO_COLOR", cases[i].variable, 1);
        assert_ok(sr_session_set(session, "colours", cases[i].colours, &error));
        assert_int_equal(session->look.depth, cases[i].depth);
    }
    unsetenv("NO_COLOR");
    assert_false(session->look.light);
    assert_ok(sr_session_set(session, "background", "light", &error));
    assert_true(session->look.light);
    sr_session_free(session);
}

/* Images of the same size, of other classes. */
/* Words that no opening takes are refused when they are set, and what was set stays. */
static void how_to_open_is_checked_when_it_is_set(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    assert_ok(sr_session_set(session, "opening", "fit=pad", &error));
    assert_refused(sr_session_set(session, "opening", "nonsense", &error), SR_ERROR_ARGUMENT,
                   "nonsense");
    assert_refused(sr_session_set(session, "opening", "fit=no", &error), SR_ERROR_ARGUMENT, "fit");
    assert_string_equal(sr_args_text(session->options, "opening"), "fit=pad");
    assert_ok(sr_session_set(session, "opening", "", &error));
    sr_session_free(session);
}

static void a_model_of_other_classes_is_refused(void **state)
{
    (void)state;
    const struct sr_predictions *predictions;
    make_data("d", 8, 8, 3, 90, 30);
    struct sr_session *session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "m");
    assert_ok(sr_session_open(session, at("d"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_refused(
        settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)),
        SR_ERROR_STATE, "2 classes; this data has 8×8 and 3");
    sr_session_free(session);
}

static void a_new_split_or_new_data_drops_predictions_under_way(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "knn");
    const struct sr_predictions *predictions;
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error),
                     SR_PENDING);
    assert_ok(sr_session_set(session, "split_seed", "9", &error));
    assert_true(sr_session_settled(session));
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    assert_int_equal(predictions->count, 40);

    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TRAIN, &predictions, &error),
                     SR_PENDING);
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_int_equal(
        settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)),
        SR_ERROR_STATE);
    assert_non_null(strstr(error.text, "8×8"));
    assert_null(predictions);
    assert_true(sr_session_settled(session));
    sr_session_free(session);
}

static void a_long_layer_name_is_refused_and_not_asked_for_ever(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    start(session, "cnn", "cnn", "epochs=1");
    finish_jobs(session);
    struct sr_entry *entry = sr_session_entry(session, "cnn", &error);
    const char *layer = "a-layer-whose-name-is-longer-than-any-layer-can-have";
    const struct sr_explainer long_name = {entry, "gradcam", layer, -1},
                              defaults = {entry, NULL, NULL, -1};
    const struct sr_explanation *explanation;
    assert_int_not_equal(
        settled(sr_session_explain(session, &long_name, SR_FILE_TEST, 0, &explanation, &error)),
        SR_OK);
    assert_non_null(strstr(error.text, "layer"));
    assert_ok(
        settled(sr_session_explain(session, &defaults, SR_FILE_TEST, 0, &explanation, &error)));
    sr_session_free(session);
}

/* --- models under their names ----------------------------------------------------------- */

static void a_renamed_model_is_predicted_under_its_new_name(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "old");
    const struct sr_predictions *predictions;
    strcpy(session->view.model, "old");
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error),
                     SR_PENDING);
    assert_ok(sr_session_rename(session, entry, "new", &error));
    assert_true(sr_session_settled(session)); /* the old name's job is nobody's any more */
    assert_string_equal(session->view.model, "new");
    assert_true(file_there("new") && !file_there("old"));
    assert_null(sr_session_entry(session, "old", &error));
    entry = sr_session_entry(session, "new", &error);
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    /* Likewise while it is being read from its file. */
    assert_ok(sr_session_rename(session, entry, "newer", &error));
    entry = sr_session_entry(session, "newer", &error);
    assert_int_equal(sr_session_model(session, "newer", &entry, &error), SR_PENDING);
    assert_ok(sr_session_rename(session, entry, "newest", &error));
    assert_ok(settled(sr_session_model(session, "newest", &entry, &error)));
    assert_string_equal(entry->model->name, "newest");
    sr_session_free(session);
}

/* A file that cannot be read is not read again; but another one under that name is. */
static void another_file_of_a_name_is_read(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    train(session, "knn", "good");
    char *path = sr_store_path(at("home"), "bad");
    assert_ok(sr_file_write(path, "rubbish", 7, &error));
    free(path);
    struct sr_entry *entry;
    assert_ok(sr_session_scan_models(session, &error));
    for (int i = 0; i < 2; i++)
        assert_int_equal(settled(sr_session_model(session, "bad", &entry, &error)),
                         SR_ERROR_FORMAT);
    assert_ok(remove_for_good(session, entry));
    assert_ok(sr_session_rename(session, sr_session_entry(session, "good", &error), "bad", &error));
    assert_ok(settled(sr_session_model(session, "bad", &entry, &error)));
    assert_string_equal(entry->model->class->name, "knn");
    sr_session_free(session);
}

/* "aaa-shipped", the first by its name. */
static struct sr_entry *add_shipped(struct sr_session *session)
{
    struct sr_entry *shipped = sr_xalloc(sizeof *shipped);
    size_t count = session->entry_count;
    strcpy(shipped->name, "aaa-shipped");
    shipped->path = sr_xstrdup("/nowhere/aaa-shipped.safetensors");
    shipped->shipped = true;
    sr_xgrow(&session->entries, &session->entry_room, count + 1, sizeof *session->entries);
    memmove(session->entries + 1, session->entries, count * sizeof *session->entries);
    session->entries[0] = shipped;
    session->entry_count++;
    return shipped;
}

static void names_are_checked_and_never_taken_twice(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    train(session, "knn", "one");
    struct sr_entry *entry = train(session, "knn", "two");
    assert_refused(sr_session_rename(session, entry, "one", &error), SR_ERROR_STATE, "one");
    assert_refused(sr_session_rename(session, entry, "two", &error), SR_ERROR_STATE, "two");
    assert_refused(sr_session_rename(session, entry, "../x", &error), SR_ERROR_ARGUMENT, "../x");
    size_t before = session->entry_count;
    /* A shipped model's name may be taken: it is hidden, and there are not two of that name. */
    struct sr_entry *shipped = add_shipped(session);
    assert_refused(sr_session_rename(session, shipped, "mine", &error), SR_ERROR_STATE, "shipped");
    assert_refused(remove_for_good(session, shipped), SR_ERROR_STATE, "shipped");
    assert_ok(sr_session_rename(session, entry, "aaa-shipped", &error));
    assert_int_equal(session->entry_count, before);
    entry = sr_session_entry(session, "aaa-shipped", &error);
    assert_false(entry->shipped);
    assert_ok(settled(sr_session_model(session, "aaa-shipped", &entry, &error)));
    sr_session_free(session);
}

static void the_default_is_a_model_of_ones_own(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    train(session, "knn", "zzz");
    assert_string_equal(add_shipped(session)->name, "aaa-shipped");
    assert_string_equal(sr_session_entry(session, NULL, &error)->name, "zzz");
    train(session, "knn", "zz");
    assert_string_equal(sr_session_entry(session, "", &error)->name, "zz");
    strcpy(session->view.model, "zzz");
    assert_string_equal(sr_session_entry(session, NULL, &error)->name, "zzz");
    sr_session_free(session);
}

static void deleting_takes_the_file_and_what_is_computed(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "gone");
    const struct sr_predictions *predictions;
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error),
                     SR_PENDING);
    assert_ok(remove_for_good(session, entry));
    assert_false(file_there("gone"));
    assert_true(sr_session_settled(session));
    assert_null(sr_session_entry(session, "gone", &error));
    /* A new model of that name is not given what the old one's job brings. */
    entry = train(session, "logreg", "gone");
    assert_null(sr_session_predicted(session, entry, SR_SPLIT_TEST));
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    sr_session_free(session);
}

static void a_new_model_of_a_name_drops_what_the_old_one_said(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "m");
    const struct sr_predictions *predictions;
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TRAIN, &predictions, &error),
                     SR_PENDING);
    entry = train(session, "logreg", "m");
    assert_string_equal(entry->model->class->name, "logreg");
    assert_null(sr_session_predicted(session, entry, SR_SPLIT_TEST));
    assert_null(sr_session_predicted(session, entry, SR_SPLIT_TRAIN));
    assert_ok(
        settled(sr_session_predictions(session, entry, SR_SPLIT_TRAIN, &predictions, &error)));
    sr_session_free(session);
}

/* A disk that is full, a folder that cannot be written: found before the work. */
static void what_could_not_be_kept_is_not_trained(void **state)
{
    (void)state;
    FILE *file = fopen(at("file"), "w");
    assert_int_equal(fclose(file), 0);
    struct sr_session *session = open_home("a", at("file/home"));
    struct sr_train_request training = {.class = sr_model_class_find("knn", &error), .name = "knn"};
    uint32_t job;
    assert_ok(settled(sr_session_data(session, &error)));
    training.params = sr_args_parse("knn", training.class->params, NULL, 0, NULL, &error);
    assert_refused(sr_session_train(session, &training, &job, &error), SR_ERROR_IO,
                   "knn could not be kept, so it is not trained");
    assert_non_null(strstr(error.text, "the folder cannot be made: Not a directory"));
    sr_session_free(session);
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    training.params = sr_args_parse("knn", training.class->params, NULL, 0, NULL, &error);
    limit_files(1000);
    enum sr_status status = sr_session_train(session, &training, &job, &error);
    limit_files(0);
    assert_int_equal(status, SR_ERROR_IO);
    assert_non_null(strstr(error.text, "File too large"));
    assert_int_equal(session->run_count, 0);
    sr_session_free(session);
}

static void a_model_that_cannot_be_written_stays_in_memory(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    limit_files(70000);
    struct sr_entry *entry = train_with(session, "forest", "trees", MANY_TREES);
    limit_files(0);
    const struct sr_predictions *predictions;
    assert_true(session->message_is_error);
    assert_non_null(strstr(session->message, "trees is trained but only in memory: "));
    assert_non_null(strstr(session->message, "File too large"));
    assert_non_null(strstr(session->message, "save trees FILE keeps it elsewhere"));
    assert_string_equal(session->runs[0]->error.text, session->message);
    assert_false(file_there("trees"));
    assert_null(entry->path);
    assert_refused(sr_session_rename(session, entry, "other", &error), SR_ERROR_STATE,
                   "only in memory");
    entry = sr_session_entry(session, "trees", &error);
    assert_non_null(entry);
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    assert_ok(sr_model_save(entry->model, at("elsewhere.safetensors"), &error));
    assert_ok(remove_for_good(session, entry));
    assert_null(sr_session_entry(session, "trees", &error));
    sr_session_free(session);
}

static void another_home_has_models_of_its_own(void **state)
{
    (void)state;
    struct sr_session *session = open_session("a");
    train(session, "knn", "same");
    train(session, "knn", "mine");
    assert_ok(sr_session_move(session, at("elsewhere"), &error));
    assert_null(sr_session_entry(session, "mine", &error));
    assert_null(sr_session_entry(session, "same", &error));
    struct sr_entry *entry = train(session, "logreg", "same");
    assert_string_equal(entry->model->class->name, "logreg");
    /* What is being trained when the folder changes is kept where it was begun. */
    start(session, "logreg", "late", "");
    assert_ok(sr_session_move(session, at("home"), &error));
    finish_jobs(session);
    assert_null(sr_session_entry(session, "late", &error));
    assert_false(file_there("late"));
    assert_ok(settled(sr_session_model(session, "same", &entry, &error)));
    assert_string_equal(entry->model->class->name, "knn");
    assert_ok(sr_session_move(session, at("elsewhere"), &error));
    assert_ok(settled(sr_session_model(session, "late", &entry, &error)));
    assert_ok(settled(sr_session_model(session, "same", &entry, &error)));
    assert_string_equal(entry->model->class->name, "logreg");
    sr_session_free(session);
}

/* What is only in memory has no file to be found by: it is set aside with its folder, and comes
 * back with it. */
static void models_without_a_file_are_set_aside_and_come_back(void **state)
{
    (void)state;
    char *nowhere = sr_xstrdup(at("full")), *home = sr_xstrdup(at("home"));
    struct sr_session *session = open_home("a", nowhere);
    limit_files(70000);
    struct sr_entry *entry = train_with(session, "forest", "mine", MANY_TREES);
    const struct sr_predictions *predictions;
    assert_null(entry->path);
    const struct sr_model *model = entry->model;
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &predictions, &error)));
    assert_int_equal(sr_session_predictions(session, entry, SR_SPLIT_TRAIN, &predictions, &error),
                     SR_PENDING);
    assert_ok(sr_session_move(session, home, &error));
    assert_int_equal(session->aside_count, 1);
    assert_null(sr_session_entry(session, "mine", &error));
    train(session, "logreg", "mine"); /* of the same name, in the other folder */
    /* One that ends after the folder has changed, and has no file either, is set aside as well. */
    assert_int_not_equal(sr_session_move(session, nowhere, &error), SR_PENDING);
    start(session, "forest", "late", MANY_TREES);
    assert_ok(sr_session_move(session, home, &error));
    finish_jobs(session);
    assert_int_equal(session->aside_count, 2);
    assert_null(sr_session_entry(session, "late", &error));
    assert_string_equal(sr_session_entry(session, "mine", &error)->model ? "logreg" : "unread",
                        "unread");
    sr_session_move(session, nowhere, &error);
    assert_int_equal(session->aside_count, 0);
    entry = sr_session_entry(session, "mine", &error);
    assert_non_null(entry);
    assert_ptr_equal(entry->model, model);
    assert_non_null(sr_session_entry(session, "late", &error));
    /* What it had said is there still; what was being computed is asked for anew. */
    assert_non_null(sr_session_predicted(session, entry, SR_SPLIT_TEST));
    assert_ok(
        settled(sr_session_predictions(session, entry, SR_SPLIT_TRAIN, &predictions, &error)));
    /* The latest of a name counts. */
    start(session, "forest", "mine", MANY_TREES);
    assert_ok(sr_session_move(session, home, &error));
    finish_jobs(session);
    assert_int_equal(session->aside_count, 3);
    sr_session_move(session, nowhere, &error);
    assert_int_equal(session->aside_count, 0);
    assert_non_null(sr_session_entry(session, "mine", &error));
    assert_ptr_not_equal(sr_session_entry(session, "mine", &error)->model, model);
    limit_files(0);
    assert_ok(sr_session_move(session, home, &error));
    sr_session_free(session); /* with some of them still aside */
    free(nowhere);
    free(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_before_the_data_is_there_wait),
        TEST(another_folder_takes_the_place_of_one_that_is_being_read),
        TEST(a_folder_that_cannot_be_read_leaves_the_data_as_it_was),
        TEST(options_set_while_the_data_is_read_hold_for_it),
        TEST(colours_are_those_asked_for),
        TEST(how_to_open_is_checked_when_it_is_set),
        TEST(a_model_of_other_classes_is_refused),
        TEST(a_new_split_or_new_data_drops_predictions_under_way),
        TEST(a_long_layer_name_is_refused_and_not_asked_for_ever),
        TEST(a_renamed_model_is_predicted_under_its_new_name),
        TEST(another_file_of_a_name_is_read),
        TEST(names_are_checked_and_never_taken_twice),
        TEST(the_default_is_a_model_of_ones_own),
        TEST(deleting_takes_the_file_and_what_is_computed),
        TEST(a_new_model_of_a_name_drops_what_the_old_one_said),
        TEST(what_could_not_be_kept_is_not_trained),
        TEST(a_model_that_cannot_be_written_stays_in_memory),
        TEST(another_home_has_models_of_its_own),
        TEST(models_without_a_file_are_set_aside_and_come_back),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
