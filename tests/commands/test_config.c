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
    for (int i = 0; i < 1000 && !sr_queue_empty(session); i++)
        if (sr_session_wait(session, 10)) sr_queue_run(session);
    assert_true(sr_queue_empty(session));
}

static void stop(struct sr_session *session)
{
    sr_queue_fini(session);
    sr_keys_fini(session);
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
    static const char *const names[] = {"sartor/config", "sartor", "home", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_waits_is_not_lost),
        cmocka_unit_test(a_mistake_is_told_and_the_other_lines_are_run),
        cmocka_unit_test(what_is_no_text_is_refused),
    };
    return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
