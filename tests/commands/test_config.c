/* test_config.c - the config file: every line is run, in order, whatever the one before it did. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/overlay.h"
#include "sartor/panes/pane.h"

static char folder[64];
static struct sr_error error;

/* A session that has read this config file, and has done what it says as far as that can be done at
 * once. */
static struct sr_session *start(const char *config, size_t length)
{
    char path[128], data[4200], home[128];
    snprintf(path, sizeof path, "%s/sartor", folder);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/sartor/config", folder);
    assert_ok(sr_file_write(path, config, length, &error));
    snprintf(data, sizeof data, "data=%s", MINI);
    snprintf(home, sizeof home, "home=%s/home", folder);
    char *words[] = {data, home, "threads=1"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 3, NULL, &error);
    assert_non_null(options);
    struct sr_session *session = sr_session_new(options, &error);
    assert_non_null(session);
    sr_keys_start(session);
    return session;
}

static void finish(struct sr_session *session)
{
    while (sr_queue_ready(session) || (!sr_queue_empty(session) && sr_session_wait(session, 20)))
        sr_queue_run(session);
    assert_true(sr_queue_empty(session));
}

static void stop(struct sr_session *session)
{
    sr_queue_fini(session);
    sr_session_free(session);
}

static void a_line_that_waits_is_not_lost(void **state)
{
    (void)state;
    static const char config[] =
        "browse split=test\nset validation=0.2\nbrowse more class=Shirt\nbind F5 quit";
    struct sr_session *session = start(config, sizeof config - 1);
    assert_false(sr_queue_empty(session)); /* the data is being read */
    sr_keys_press(session, "2");           /* and another command does not take the line's place */
    finish(session);
    assert_int_equal(session->selection.filter.split, SR_SPLIT_TEST);
    assert_int_equal(session->selection.count, 50);
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 200);
    assert_ptr_equal(sr_pane_current(session), sr_panes[0]);
    assert_false(session->quit);
    sr_keys_press(session, "F5");
    assert_true(session->quit);
    stop(session);
}

static void a_mistake_is_told_and_the_other_lines_are_run(void **state)
{
    (void)state;
    static const char config[] =
        "# mine\nbrows split=test\nbrowse split=nowhere\nbind F5 quit\nbrowse split=test\n";
    struct sr_session *session = start(config, sizeof config - 1);
    finish(session);
    assert_int_equal(session->selection.filter.split, SR_SPLIT_TEST);
    assert_true(session->message_is_error);
    assert_non_null(strstr(session->message, "config:2: "));
    assert_non_null(strstr(session->message, "brows"));
    bool second = false;
    for (size_t i = 0; i < session->log.count; i++)
        second = second || strstr(session->log.lines[i].text, "config:3: ");
    assert_true(second);
    sr_keys_press(session, "F5");
    assert_true(session->quit);
    stop(session);
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    static const char config[] = "bind F5 quit\0\nbind F6 quit\n";
    struct sr_session *session = start(config, sizeof config - 1);
    assert_true(session->message_is_error);
    assert_non_null(strstr(session->message, "zero byte"));
    finish(session);
    stop(session);
    session = start("", 0);
    assert_true(sr_queue_empty(session));
    stop(session);
}

static void lines_are_run_in_order(void **state)
{
    (void)state;
    static const char config[] = "browse split=test; set seed=3\n"
                                 "pane compare\n"
                                 "\n"
                                 "set seed=4; set nothing=5; set seed=6\n"
                                 "set validation=0.2\n"
                                 "bind F5 set seed=7";
    struct sr_session *session = start(config, sizeof config - 1);
    assert_string_equal(sr_pane_current(session)->name, "browse"); /* nothing has been run yet */
    sr_keys_press(session, "F5");                                  /* not bound yet */
    finish(session);
    assert_string_equal(sr_pane_current(session)->name, "compare");
    assert_int_equal(sr_args_integer(session->options, "seed"), 4);
    assert_non_null(strstr(session->message, "config:4: "));
    static const char *const commands[] = {"browse split=test", "set seed=3", "set seed=4",
                                           "set validation=0.2", "bind F5 set seed=7"};
    size_t found = 0;
    for (size_t i = 0; i < session->log.count; i++)
        if (session->log.lines[i].kind == SR_LOG_COMMAND) {
            assert_true(found < 5);
            assert_string_equal(session->log.lines[i].text, commands[found++]);
        }
    assert_int_equal(found, 5);
    sr_keys_press(session, "2"); /* the mistake has been seen */
    assert_string_equal(session->message, "");
    sr_keys_press(session, "F5");
    assert_int_equal(sr_args_integer(session->options, "seed"), 7);
    stop(session);
}

/* What lasts is run in the background; what stands behind it on its line waits for it. */
static void a_line_that_lasts_holds_up_no_other(void **state)
{
    (void)state;
    static const char config[] = "help train\ntune knn trials=3 budget=1s; set seed=4\nset seed=2";
    struct sr_session *session = start(config, sizeof config - 1);
    for (int i = 0; i < 1000 && sr_args_integer(session->options, "seed") != 2; i++)
        if (sr_session_wait(session, 10)) sr_queue_run(session);
    assert_int_equal(sr_args_integer(session->options, "seed"), 2);
    assert_false(sr_queue_empty(session));
    assert_false(sr_overlay_is_open(session)); /* the explorer begins with a pane */
    finish(session);
    assert_int_equal(sr_args_integer(session->options, "seed"), 4);
    stop(session);
}

static void a_line_can_be_given_up(void **state)
{
    (void)state;
    static const char config[] = "browse split=test; set seed=3\nset seed=2\n";
    struct sr_session *session = start(config, sizeof config - 1);
    sr_keys_press(session, "Esc");
    assert_string_equal(session->message, "given up: browse split=test");
    assert_false(session->message_is_error);
    assert_int_equal(sr_args_integer(session->options, "seed"), 2);
    finish(session);
    assert_int_equal(session->selection.filter.split, SR_SPLIT_TRAIN);
    stop(session);
}

static int set_up(void **state)
{
    (void)state;
    struct sr_error ignored;
    strcpy(folder, "/tmp/sartor-config-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_STATE_HOME", folder, 1);
    return sr_compute_start(&ignored) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_waits_is_not_lost),
        cmocka_unit_test(a_mistake_is_told_and_the_other_lines_are_run),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(lines_are_run_in_order),
        cmocka_unit_test(a_line_that_lasts_holds_up_no_other),
        cmocka_unit_test(a_line_can_be_given_up),
    };
    return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
