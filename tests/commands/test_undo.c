/* test_undo.c - marks, tags, filters, renamings and deletions are taken back one after the other,
 * with the cursor where it was; and questions that are asked before something is lost. */
#include "../panes/fixture.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/store.h"
#include "sartor/panes/pane.h"

static struct sr_session *session;
static struct sr_error error;

static void finish(void)
{
    while (sr_queue_ready(session) ||
           (!sr_queue_empty(session) && !session->view.question && sr_session_wait(session, 20)))
        sr_queue_run(session);
}

static void press(const char *keys)
{
    struct sr_words words;
    assert_ok(sr_words_split(&keys, &words, &error));
    for (size_t i = 0; i < words.count; i++) {
        sr_keys_press(session, words.items[i]);
        finish();
    }
    sr_words_fini(&words);
}

static void type(const char *line)
{
    sr_keys_press(session, ":");
    for (; *line; line++) {
        char key[] = {*line, 0};
        sr_keys_press(session, *line == ' ' ? "Space" : key);
    }
    press("Enter");
}

static void end_runs(void)
{
    while (session->runs[session->run_count - 1]->state < SR_JOB_DONE) sr_session_wait(session, 20);
}

static bool says(const char *part)
{
    if (strstr(session->message, part)) return true;
    print_message("# said: %s\n", session->message);
    return false;
}

static const char *last_logged(void)
{
    for (size_t i = session->log.count; i-- > 0;)
        if (session->log.lines[i].kind == SR_LOG_COMMAND) return session->log.lines[i].text;
    return "";
}

static uint32_t cursor(void)
{
    return session->selection.rows[session->selection.at];
}

static void tags_are_taken_back_with_the_cursor_on_the_sample(void **state)
{
    (void)state;
    const uint32_t row = cursor();
    press("Space");
    type("tag name=odd");
    assert_int_equal(session->tags[SR_FILE_TRAIN][row], 3);
    press("l l j 2 U");
    assert_int_equal(session->tags[SR_FILE_TRAIN][row], 1);
    assert_int_equal(cursor(), row);
    assert_string_equal(sr_pane_current(session)->name, "browse");
    assert_true(says("is tagged again"));
    press("l U");
    assert_int_equal(session->tags[SR_FILE_TRAIN][row], 0);
    assert_int_equal(session->tag_count, 0);
    assert_int_equal(cursor(), row);
    /* The log says what was done, since a replay has no stack. */
    char line[64];
    snprintf(line, sizeof line, "tag train:%u off", row);
    assert_string_equal(last_logged(), line);
    press("U");
    assert_true(session->message_is_error && says("nothing to undo"));
}

static void tags_have_names_and_span_splits(void **state)
{
    (void)state;
    const struct sr_selection *selection = &session->selection;
    type("tag train:5 name=odd");
    type("tag test:7 name=torn");
    const uint32_t held =
        sr_samples_row(&(struct sr_samples){&session->data->files[SR_FILE_TRAIN],
                                            session->split.rows[SR_SPLIT_VALIDATION], 1},
                       0);
    char line[64];
    snprintf(line, sizeof line, "tag train:%u", held);
    type(line);
    type("browse tagged");
    assert_int_equal(selection->count, 3);
    assert_int_equal(sr_selection_file(selection, 1), SR_FILE_TRAIN);
    assert_int_equal(sr_selection_file(selection, 2), SR_FILE_TEST);
    assert_int_equal(selection->rows[2], 7);
    press("G");
    assert_int_equal(sr_selection_split(session), SR_SPLIT_TEST);
    type("browse tagged=odd");
    assert_int_equal(selection->count, 1);
    assert_int_equal(selection->rows[0], 5);
    type("browse tagged=old");
    assert_true(session->message_is_error && says("odd"));
    type("tag name=any");
    assert_true(session->message_is_error && says("cannot name a tag"));
    type("browse split=validation tagged");
    assert_int_equal(selection->count, 1);
    assert_int_equal(selection->rows[0], held);
    assert_int_equal(sr_selection_split(session), SR_SPLIT_VALIDATION);
    type("browse split=any class=0");
    for (size_t i = 0; i < selection->count; i++)
        assert_int_equal(
            session->data->files[sr_selection_file(selection, i)].labels[selection->rows[i]], 0);
    type("browse split=any wrong");
    assert_true(session->message_is_error && says("one split"));
    type("tag test:7 off");
    type("browse tagged=torn");
    assert_int_equal(selection->count, 0);
    /* They are in the file under home. */
    char *path = sr_xprintf("%s/tags/%s.txt", session->home, session->data->digest);
    size_t length;
    char *text = sr_file_read(path, 1 << 20, &length, &error);
    assert_non_null(text);
    assert_non_null(strstr(text, "train:5 odd\n"));
    assert_null(strstr(text, "test:7"));
    free(text);
    free(path);
}

static void filters_are_taken_back_whatever_has_changed_them(void **state)
{
    (void)state;
    press("l l l");
    const uint32_t row = cursor();
    const size_t count = session->selection.count;
    type("browse class=1");
    press("O Esc"); /* in the other order; out of the filter */
    assert_int_equal(session->selection.count, count);
    press("U");
    assert_int_equal(session->selection.filter.class, 1);
    assert_true(session->selection.filter.descending);
    press("U");
    assert_false(session->selection.filter.descending);
    press("U");
    assert_int_equal(session->selection.filter.class, -1);
    assert_int_equal(cursor(), row);
    assert_string_equal(last_logged(), "browse split=train");
}

static void filters_that_ask_a_model_wait_for_it(void **state)
{
    (void)state;
    type("browse split=test wrong");
    const size_t count = session->selection.count;
    assert_true(count > 0);
    press("l");
    const uint32_t row = cursor();
    type("browse split=test class=1");
    type("set split_seed=3"); /* what had been predicted is not needed any more */
    press("U");
    assert_string_equal(session->message_is_error ? session->message : "", "");
    assert_int_equal(session->selection.filter.right, 0);
    assert_int_equal(session->selection.count, count);
    assert_int_equal(cursor(), row);
}

static void models_come_back_under_their_names(void **state)
{
    (void)state;
    type("train knn name=one limit=50");
    end_runs();
    char *path = sr_store_path(session->home, "one"), *two = sr_store_path(session->home, "two");
    assert_true(sr_path_exists(path));
    type("rename one two");
    assert_true(says("one is two now"));
    type("delete two");
    assert_false(sr_path_exists(two));
    assert_null(sr_session_entry(session, "two", &error));
    press("U");
    assert_true(says("two is there again"));
    assert_true(sr_path_exists(two));
    assert_non_null(sr_session_entry(session, "two", &error));
    assert_string_equal(last_logged(), "restore two");
    press("U");
    assert_true(sr_path_exists(path));
    assert_non_null(sr_session_entry(session, "one", &error));
    type("delete one");
    type("restore two");
    assert_true(session->message_is_error);
    type("restore one");
    assert_true(sr_path_exists(path));
    /* What is not brought back is gone when the session ends. */
    type("delete one");
    char *folder = sr_path_join(session->home, "deleted");
    size_t left;
    char **names = sr_directory_list(folder, &left, &error);
    assert_int_equal(left, 1);
    char *aside = sr_path_join(folder, names[0]);
    sr_queue_fini(session);
    sr_session_free(session);
    assert_false(sr_path_exists(aside));
    free(aside);
    free(names[0]);
    free(names);
    free(folder);
    free(path);
    free(two);
    session = fixture_new();
}

/* In Train the cursor goes from the families on to checkpoints; D deletes the one under it. */
static void a_checkpoint_is_deleted_where_it_is_shown(void **state)
{
    (void)state;
    type("train mlp name=kept hidden=16 epochs=1 schedule=constant limit=50");
    end_runs();
    assert_int_equal(session->checkpoint_count, 1);
    char *path = strdup(session->checkpoints[0].path), *id = strdup(session->checkpoints[0].id);
    struct sr_text words = {0};
    press("3 G");
    assert_non_null(strstr(sr_pane_current(session)->hints(session), "D delete it"));
    sr_pane_current(session)->describe(session, &words);
    assert_non_null(strstr(sr_text_get(&words), "The cursor is on the checkpoint kept@"));
    assert_non_null(strstr(sr_text_get(&words), "all 1 epoch, written just now"));
    sr_text_fini(&words);
    sr_pane_current(session)->enter(session, &words);
    assert_non_null(strstr(sr_text_get(&words), "train mlp name=kept seed="));
    assert_non_null(strstr(sr_text_get(&words), " epochs=1 "));
    sr_text_fini(&words);
    press("D");
    assert_true(says(" is deleted"));
    assert_false(sr_path_exists(path));
    assert_int_equal(session->checkpoint_count, 0);
    press("U");
    assert_true(says(" is there again"));
    assert_true(sr_path_exists(path));
    char *line = sr_xprintf("delete %s", id);
    type(line);
    assert_false(sr_path_exists(path));
    type(line);
    assert_true(says("no checkpoint"));
    press("k");
    type("delete");
    assert_true(says("name the model or the checkpoint"));
    free(line);
    free(path);
    free(id);
}

static void a_training_that_replaces_a_model_is_asked_about_once(void **state)
{
    (void)state;
    type("train knn name=svm limit=50");
    assert_true(session->view.question);
    assert_non_null(strstr(session->view.question_text, "You have a model svm"));
    assert_int_equal(session->run_count, 0);
    press("n");
    assert_false(session->view.question);
    assert_int_equal(session->run_count, 0);
    assert_true(says("given up"));
    type("train knn name=svm limit=50");
    press("y");
    assert_int_equal(session->run_count, 1);
    assert_false(session->view.question);
    end_runs();
    type("set ask_replace=off");
    type("train knn name=svm limit=50");
    assert_int_equal(session->run_count, 2);
    end_runs();
    session->interactive = false; /* a script is asked nothing */
    type("set ask_replace=on");
    type("train knn name=svm limit=50 background");
    assert_int_equal(session->run_count, 3);
    session->interactive = true;
}

static void stopping_is_asked_about_once(void **state)
{
    (void)state;
    add_run(session, "cnn", SR_JOB_RUNNING, 2, 5);
    press("3 x");
    assert_true(session->view.question);
    assert_non_null(
        strstr(session->view.question_text, "Stop cnn? Its 2 finished epochs are kept"));
    press("Esc");
    assert_false(session->view.question);
    /* What has ended meanwhile need not be stopped. */
    press("x");
    assert_true(session->view.question);
    session->runs[0]->state = SR_JOB_DONE;
    session->changes++;
    finish();
    assert_false(session->view.question);
    assert_true(says("has ended already"));
}

static int set_up(void **state)
{
    (void)state;
    session = fixture_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sr_queue_fini(session);
    fixture_free(session);
    return 0;
}

static int start(void **state)
{
    (void)state;
    return sr_compute_start(&error) ? -1 : 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tags_are_taken_back_with_the_cursor_on_the_sample),
        TEST(tags_have_names_and_span_splits),
        TEST(filters_are_taken_back_whatever_has_changed_them),
        TEST(filters_that_ask_a_model_wait_for_it),
        TEST(models_come_back_under_their_names),
        TEST(a_checkpoint_is_deleted_where_it_is_shown),
        TEST(a_training_that_replaces_a_model_is_asked_about_once),
        TEST(stopping_is_asked_about_once),
    };
    return cmocka_run_group_tests_name("undo", tests, start, NULL);
}
