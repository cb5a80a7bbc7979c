/* test_keys.c - keys: what they are bound to, the prompt that they edit, the history, replies. */
#include "../panes/fixture.h"

#include <sys/stat.h>

#include "sartor/base/file.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/overlay.h"

static struct sr_session *session;
static struct sr_error error;
static char folder[64]; /* of the history */

static void press(const char *keys)
{
    struct sr_words words;
    assert_ok(sr_words_split(&keys, &words, &error));
    for (size_t i = 0; i < words.count; i++) sr_keys_press(session, words.items[i]);
    sr_words_fini(&words);
}

static void type(const char *text)
{
    for (; *text; text++) {
        char key[] = {*text, 0};
        sr_keys_press(session, *text == ' ' ? "Space" : key);
    }
}

static const char *line(void)
{
    return sr_text_get(&session->view.prompt_text);
}

static void open_prompt(const char *text)
{
    if (session->view.prompt) press("Esc");
    press(":");
    type(text);
}

static const char *pane(void)
{
    return sr_pane_current(session)->name;
}

static void names_of_keys(void **state)
{
    (void)state;
    static const char *const good[] = {"j",  "é",   "日",  "Enter",  "S-Tab",     "F1",
                                       "F9", "F12", "C-d", "M-x",    "Click-3-4", "WheelDown",
                                       "C",  "F",   "-",   "Insert", "Space"};
    static const char *const bad[] = {"",   "jj",   "enter",  "Fx",         "F123", "F1x",
                                      "C-", "C-dd", "Click-", "Click-3-4x", "X-a"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!sr_key_is_name(good[i])) fail_msg("%s is a key", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (sr_key_is_name(bad[i])) fail_msg("%s is no key", bad[i]);
    assert_refused(sr_keys_bind(session, "jj", "stats", NULL, &error), SR_ERROR_ARGUMENT,
                   "not a key");
    assert_refused(sr_keys_bind(session, "j", "stast", NULL, &error), SR_ERROR_ARGUMENT, "stats");
    assert_refused(sr_keys_bind(session, "j", "stats 'x", NULL, &error), SR_ERROR_ARGUMENT,
                   "not closed");
    for (const struct sr_binding *binding = sr_bindings; binding->key; binding++)
        assert_true(sr_key_is_name(binding->key));
}

/* A pane's mode before the pane before everywhere; in each, one's own before the defaults and the
 * latest first. */
static void the_nearest_binding_is_run(void **state)
{
    (void)state;
    press("y"); /* everywhere by default: `log`, an axis */
    assert_string_equal(pane(), "browse");
    assert_ok(sr_keys_bind(session, "y", "pane data", NULL, &error));
    press("y");
    assert_string_equal(pane(), "data");
    press("1");
    assert_ok(sr_keys_bind(session, "y", "pane train", NULL, &error));
    press("y");
    assert_string_equal(pane(), "train");
    press("1");
    assert_ok(sr_keys_bind(session, "y", "pane compare", "browse", &error));
    press("y");
    assert_string_equal(pane(), "compare");
    press("y");
    assert_string_equal(pane(), "train");
    /* The default of a pane is nearer than one's own for everywhere; that of a mode nearer still.
     */
    assert_ok(sr_keys_bind(session, "Space", "pane log", NULL, &error));
    press("1 Space");
    assert_string_equal(pane(), "browse");
    assert_int_equal(session->tag_count, 1);
    press("2 Space");
    assert_string_equal(pane(), "log");
    assert_ok(sr_keys_bind(session, "v", "pane data", "browse", &error));
    assert_ok(sr_keys_bind(session, "v", "pane train", "large", &error));
    press("1 v");
    assert_string_equal(pane(), "data");
    press("1 Enter v");
    assert_string_equal(pane(), "train");
    press("1 q v"); /* no longer enlarged */
    assert_string_equal(pane(), "data");
    press("1 F9 é"); /* bound to nothing */
    assert_string_equal(pane(), "browse");
    press("?");
    assert_true(sr_overlay_is_open(session));
}

static void help_lists_the_keys(void **state)
{
    (void)state;
    struct sr_text text = {0};
    sr_keys_help(session, &text);
    assert_non_null(strstr(text.bytes, "In Browse"));
    assert_non_null(strstr(text.bytes, "tag, or take the tag away"));
    assert_null(strstr(text.bytes, "Your own"));
    assert_null(strstr(text.bytes, "smooth the curves")); /* of Train */
    sr_text_fini(&text);
    assert_ok(sr_keys_bind(session, "F5", "pane data", "browse", &error));
    assert_ok(sr_keys_bind(session, "F6", "stats", NULL, &error));
    press("3");
    sr_keys_help(session, &text);
    assert_non_null(strstr(text.bytes, "In Train"));
    assert_non_null(strstr(text.bytes, "smooth the curves"));
    assert_non_null(strstr(text.bytes, "Your own\n  F5       browse "));
    assert_non_null(strstr(text.bytes, "  F6       everywhere "));
    sr_text_fini(&text);
    /* A default that has been bound anew is not listed, nor what has been bound over. */
    assert_ok(sr_keys_bind(session, "s", "pane data", "train", &error));
    assert_ok(sr_keys_bind(session, "F6", "models", NULL, &error));
    sr_keys_help(session, &text);
    assert_null(strstr(text.bytes, "smooth the curves"));
    assert_null(strstr(text.bytes, " stats\n"));
    assert_non_null(strstr(text.bytes, " models\n"));
    sr_text_fini(&text);
}

static void the_prompt_is_edited(void **state)
{
    (void)state;
    open_prompt("stats class=Bag");
    assert_true(session->view.prompt);
    press("Left Left Left x");
    assert_string_equal(line(), "stats class=xBag");
    press("Backspace Home Delete Right");
    assert_string_equal(line(), "tats class=Bag");
    press("é 日 Left Backspace");
    assert_string_equal(line(), "t日ats class=Bag");
    press("Delete C-e Space C-w");
    assert_string_equal(line(), "tats ");
    press("C-w");
    assert_string_equal(line(), "");
    type("one two three");
    press("C-b C-b C-k");
    assert_string_equal(line(), "one two thr");
    press("Home Right Right C-u");
    assert_string_equal(line(), "e two thr");
    press("End ! C-a ?");
    assert_string_equal(line(), "?e two thr!");
    press("Left Left Backspace"); /* nothing before it */
    assert_string_equal(line(), "?e two thr!");
    press("End Delete Right");
    assert_string_equal(line(), "?e two thr!");
    press("F5 Insert C-x"); /* no characters */
    assert_string_equal(line(), "?e two thr!");
    press("C-u");
    assert_true(session->view.prompt);
    press("Backspace"); /* of an empty line: away */
    assert_false(session->view.prompt);
    open_prompt("pane data");
    press("Esc");
    assert_false(session->view.prompt);
    assert_string_equal(pane(), "browse");
    open_prompt("pane data");
    press("C-c");
    assert_string_equal(pane(), "browse");
    open_prompt("pane data");
    press("Enter");
    assert_false(session->view.prompt);
    assert_string_equal(pane(), "data");
}

/* At the prompt, lines are entered one after another; elsewhere one line is shown, and no line is
 * run. A question is not answered by a paste. */
static void a_paste_is_text(void **state)
{
    (void)state;
    open_prompt("pane data");
    press("Enter");
    sr_keys_paste(session, "");
    assert_false(session->view.prompt);
    sr_keys_paste(session, "pane train\npane log\n");
    assert_false(session->view.prompt);
    assert_true(session->message_is_error);
    assert_non_null(strstr(session->message, "several lines were pasted"));
    sr_keys_paste(session, ": pane train\n");
    assert_true(session->view.prompt);
    assert_string_equal(line(), "pane train");
    assert_int_equal(session->view.prompt_at, 10);
    press("Home");
    sr_keys_paste(session, "keys 7 ; ");
    assert_string_equal(line(), "keys 7 ; pane train");
    press("End C-u");
    sr_keys_paste(session, "set seed=11\n\nset seed=12;tag train:3\npane confu");
    assert_true(session->view.prompt);
    assert_string_equal(line(), "pane confu");
    assert_string_equal(sr_args_text(session->options, "seed"), "12");
    assert_int_equal(session->tags[SR_FILE_TRAIN][3], 1);
    press("Up");
    assert_string_equal(line(), "set seed=12;tag train:3");
    press("Up");
    assert_string_equal(line(), "set seed=11");
    press("Esc");
    session->view.question = true;
    sr_keys_paste(session, "y");
    assert_true(session->view.question);
    assert_false(session->view.prompt);
    session->view.question = false;
    open_prompt("tag train:3 off");
    press("Enter");
    open_prompt("set seed=1");
    press("Enter");
}

static void the_prompt_completes(void **state)
{
    (void)state;
    open_prompt("confu");
    press("Tab");
    assert_string_equal(line(), "confusion ");
    open_prompt("pa");
    press("Tab");
    assert_string_equal(line(), "pa");
    assert_string_equal(sr_text_get(&session->view.prompt_hint), "pane  pause");
    press("n");
    assert_string_equal(sr_text_get(&session->view.prompt_hint), "");
    press("Tab");
    assert_string_equal(line(), "pane ");
    open_prompt("stats cl");
    press("Tab");
    assert_string_equal(line(), "stats class="); /* more is to come: no blank */
    open_prompt("stats class=Ank");
    press("Tab");
    assert_string_equal(line(), "stats \"class=Ankle boot\" ");
    open_prompt("stats class=S");
    press("Tab"); /* Sandal, Shirt, Sneaker */
    assert_string_equal(line(), "stats class=S");
    open_prompt("s");
    press("Tab Left Tab");
    assert_string_equal(line(), "s");
    open_prompt("conf split=test");
    for (int i = 0; i < 11; i++) press("Left");
    press("Tab"); /* at the cursor, what follows is kept */
    assert_string_equal(line(), "confusion  split=test");
    press("Esc");
}

static void the_history_is_walked_and_kept(void **state)
{
    (void)state;
    static const char *const lines[] = {"pane data", "pane train", "pane train", "pane log"};
    for (size_t i = 0; i < 4; i++) {
        open_prompt(lines[i]);
        press("Enter");
    }
    open_prompt("dra");
    press("Up");
    assert_string_equal(line(), "pane log");
    press("Up Up");
    assert_string_equal(line(), "pane data"); /* the same twice in a row is kept once */
    press("Up Up");
    assert_string_equal(line(), "pane data");
    press("C-n");
    assert_string_equal(line(), "pane train");
    press("Down");
    press("Down");
    assert_string_equal(line(), "dra");
    press("Down");
    assert_string_equal(line(), "dra");
    press("C-p Home x Esc");
    open_prompt("");
    press("Up");
    assert_string_equal(line(), "pane log"); /* begun from the end again, as it was entered */
    press("Esc : Enter");
    open_prompt("");
    press("Up");
    assert_string_equal(line(), "pane log"); /* an empty line is none */
    press("Esc");
    /* Each is in the file as soon as it has been entered, behind those of other sessions. */
    char path[128];
    snprintf(path, sizeof path, "%s/sartor/history", folder);
    char *text = sr_file_read(path, 1 << 20, NULL, &error);
    assert_non_null(text);
    assert_string_equal(text, "pane data\npane train\npane log\n");
    free(text);
    assert_ok(sr_file_write(path, "pane data\nelsewhere\n", 20, &error));
    open_prompt("pane train");
    press("Enter");
    text = sr_file_read(path, 1 << 20, NULL, &error);
    assert_non_null(text);
    assert_string_equal(text, "pane data\nelsewhere\npane train\n");
    free(text);
    assert_ok(sr_file_write(path, "pane data\npane train\npane log\n", 30, &error));
    sr_queue_fini(session);
    fixture_free(session);
    session = fixture_bare();
    sr_keys_start(session);
    open_prompt("");
    press("Up Up");
    assert_string_equal(line(), "pane train");
    press("Esc");
    /* 500 are kept, the latest. */
    struct sr_text many = {0};
    for (int i = 0; i < 600; i++) sr_text_printf(&many, "split test # %d\n", i);
    assert_ok(sr_file_write(path, many.bytes, many.length, &error));
    sr_text_fini(&many);
    sr_queue_fini(session);
    fixture_free(session);
    session = fixture_bare();
    sr_keys_start(session);
    open_prompt("");
    for (int i = 0; i < 600; i++) press("Up");
    assert_string_equal(line(), "split test # 100");
    press("Esc");
    /* The file keeps to its size: it loses its first lines, never all. */
    char *large = sr_xalloc(2 << 20);
    memset(large, 'x', 2 << 20);
    for (size_t i = 99; i < 2 << 20; i += 100) large[i] = '\n';
    memcpy(large + (2 << 20) - 10, "\nthe last\n", 10);
    assert_ok(sr_file_write(path, large, 2 << 20, &error));
    free(large);
    sr_queue_fini(session);
    fixture_free(session);
    session = fixture_bare();
    sr_keys_start(session);
    open_prompt("");
    press("Up");
    assert_string_equal(line(), "the last");
    press("Esc");
    open_prompt("pane data");
    press("Enter");
    size_t length;
    text = sr_file_read(path, 1 << 20, &length, &error);
    assert_true(length > 1 << 17 && length <= 1 << 18);
    assert_string_equal(text + length - 19, "the last\npane data\n");
    free(text);
    /* A pasted book is run, but not kept in the file. */
    struct sr_text book = {0};
    sr_text_add(&book, "pane data #");
    while (book.length < 20000) sr_text_add(&book, "word ");
    open_prompt(sr_text_get(&book));
    press("Enter");
    sr_text_fini(&book);
    text = sr_file_read(path, 1 << 20, NULL, &error);
    assert_int_equal(strlen(text), length);
    free(text);
}

static void replies_are_shown(void **state)
{
    (void)state;
    open_prompt("set seed=3; tag train:7");
    press("Enter");
    assert_string_equal(session->message, "train:7 is tagged; 1 tagged in all");
    assert_false(session->message_is_error);
    assert_false(sr_overlay_is_open(session));
    open_prompt("set");
    press("Enter");
    assert_true(sr_overlay_is_open(session)); /* of many lines */
    press("q");
    assert_false(sr_overlay_is_open(session));
    open_prompt("browse split=test"); /* a pane shows it: one line as message, no overlay */
    press("Enter");
    assert_false(sr_overlay_is_open(session));
    assert_non_null(strstr(session->message, "500 samples"));
    open_prompt("stats"); /* so do statistics, of many lines */
    press("Enter");
    assert_string_equal(pane(), "data");
    assert_false(sr_overlay_is_open(session));
    open_prompt("set seed=x");
    press("Enter");
    assert_true(session->message_is_error);
    press("2"); /* the next key takes the message away */
    assert_string_equal(session->message, "");
    assert_false(session->message_is_error);
    open_prompt("tag train:8");
    press("Enter");
    assert_non_null(strstr(session->message, "train:8"));
    press("F9"); /* so does one that is bound to nothing, and says that it is */
    assert_string_equal(session->message, "F9 has no meaning here; ? lists the keys that have one");
}

/* A description is read by itself; the screen is drawn at the size that it has. */
static void descriptions_and_the_screen_as_it_is(void **state)
{
    (void)state;
    open_prompt("describe");
    press("Enter");
    assert_true(sr_overlay_is_open(session));
    press("q");
    session->view.columns = 110;
    session->view.lines = 33;
    char line[128];
    snprintf(line, sizeof line, "screen to=%s/screen.txt", folder);
    open_prompt(line);
    press("Enter");
    snprintf(line, sizeof line, "%s/screen.txt", folder);
    size_t length, lines = 0;
    char *text = sr_file_read(line, 1 << 20, &length, &error);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++) lines += text[i] == '\n';
    assert_int_equal(lines, 33);
    free(text);
}

/* What people type who are used to vi, and rows by themselves. */
static void what_people_type_is_understood(void **state)
{
    (void)state;
    static const char *const quits[] = {"q!", "wq", "x", "qa!"};
    for (size_t i = 0; i < sizeof quits / sizeof *quits; i++) {
        open_prompt(quits[i]);
        press("Enter");
        assert_true(session->quit);
        session->quit = false;
    }
    open_prompt("12");
    press("Enter");
    assert_int_equal(session->selection.rows[session->selection.at], 12);
    open_prompt("browse class=0");
    press("Enter");
    open_prompt("search test:7"); /* what is not in the selection leaves it */
    press("Enter");
    assert_int_equal(session->selection.rows[session->selection.at], 7);
    assert_int_equal(session->selection.file, SR_FILE_TEST);
    open_prompt("12x");
    press("Enter");
    assert_true(session->message_is_error);
}

static void questions_are_answered(void **state)
{
    (void)state;
    add_run(session, "cnn", SR_JOB_RUNNING, 2, 5);
    press("Q");
    assert_true(session->view.question);
    press("x"); /* anything but y is no */
    assert_false(session->view.question);
    assert_false(session->quit);
    assert_string_equal(session->message, "given up: quit");
    press("Q");
    press("2"); /* nor does it do what it does otherwise */
    assert_string_equal(pane(), "browse");
    press("q y");
    assert_true(session->quit);
    session->quit = false;
}

static void clicks_enter_what_they_hit(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    settle(session, &grid);
    size_t before = session->selection.at;
    char click[32];
    bool moved = false;
    for (int y = 3; y < 20 && !moved; y += 2) {
        snprintf(click, sizeof click, "Click-%d-%d", 40, y);
        sr_keys_press(session, click);
        moved = session->selection.at != before;
    }
    assert_true(moved);
    sr_grid_fini(&grid);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sartor-keys-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_STATE_HOME", folder, 1);
    session = fixture_bare();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[256];
    sr_queue_fini(session);
    sr_session_free(session);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
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
        TEST(names_of_keys),
        TEST(the_nearest_binding_is_run),
        TEST(help_lists_the_keys),
        TEST(the_prompt_is_edited),
        TEST(a_paste_is_text),
        TEST(the_prompt_completes),
        TEST(the_history_is_walked_and_kept),
        TEST(replies_are_shown),
        TEST(descriptions_and_the_screen_as_it_is),
        TEST(what_people_type_is_understood),
        TEST(questions_are_answered),
        TEST(clicks_enter_what_they_hit),
    };
    return cmocka_run_group_tests_name("keys", tests, start, NULL);
}
