/* test_random_keys.c - seeded random keys and sizes against the whole interface, in process.
 *
 * SARTOR_KEYS and SARTOR_SEED in the environment change how many and which (make soak: 100,000).
 * A crash is reported with the keys that led to it. */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/app/session.h"
#include "sartor/base/rng.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/pane.h"
#include "support.h"

enum { KEPT = 64 };
static char last_keys[KEPT][16];
static unsigned key_count;

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

static void on_fault(int number)
{
    say("\nthe last keys:");
    for (unsigned i = key_count > KEPT ? key_count - KEPT : 0; i < key_count; i++) {
        say(" ");
        say(last_keys[i % KEPT]);
    }
    say("\n");
    signal(number, SIG_DFL);
    raise(number);
}

static void press(struct sr_session *session, const char *key)
{
    snprintf(last_keys[key_count++ % KEPT], sizeof last_keys[0], "%s", key);
    sr_keys_press(session, key);
    session->quit = false;
}

static void type(struct sr_session *session, const char *text)
{
    for (; *text; text++) {
        char key[] = {*text, 0};
        press(session, *text == ' ' ? "Space" : key);
    }
}

static const char *const keys[] = {
    "h",   "j",     "k",    "l",     "g",         "G",          "PgUp",        "PgDn",
    "C-u", "C-d",   "n",    "p",     "1",         "2",          "3",           "4",
    "5",   "6",     "7",    "v",     "u",         "b",          "B",           "c",
    "d",   "r",     "Tab",  "S-Tab", "Enter",     "Enter",      "Esc",         "q",
    "Q",   "y",     "\\",   "w",     "a",         "m",          "s",           "%",
    "t",   "Space", "x",    "e",     "?",         "F1",         "C-c",         "C-l",
    "Up",  "Down",  "Left", "Right", "Home",      "End",        "Backspace",   "Delete",
    "C-w", "C-k",   "é",    "日",    "C-Space",   "/",          "+",           "o",
    "O",   ":",     "0",    "9",     "Click-3-4", "Click-30-9", "Click-50-14", "WheelUp",
};
static const char *const lines[] = {
    "browse wrong",
    "browse split=test class=Shirt",
    "browse class=any as=any",
    "browse conf=..0.5",
    "browse nothing",
    "train logreg name=a epochs=2 limit=60",
    "train knn name=b limit=80",
    "train cnn name=c epochs=1 limit=40",
    "stop",
    "pause",
    "resume",
    "jobs",
    "models",
    "evaluate a",
    "confusion a",
    "confusion b split=test",
    "curves",
    "gradcam c 3",
    "explain c 5",
    "predict a 7",
    "show 0",
    "show 99999",
    "stats",
    "describe",
    "help",
    "help train",
    "set glyphs=ascii",
    "set glyphs=unicode",
    "set colours=none",
    "set colours=256",
    "set colours=8",
    "set background=light",
    "set validation=0.2",
    "bind z pane data",
    "pane explain",
    "'",
    "train cnn epochs=x",
    "delete a",
    "keys jjkk",
    "form cnn",
    "form logreg limit=50 name=d",
    "form edit",
    "form epochs=1",
    "confusion a vs=b",
    "browse beats=b",
    "smooth 0.5",
    "zoom",
    "look vs",
    "look values",
    "bind pane=form z form close",
    "tag",
    "save-log saved",
    "rename b e",
    "order",
    "browse sort=loss descending",
    "; ; stats ;",
    "set size=1x1",
};

static void draw(struct sr_session *session, struct sr_grid *grid)
{
    struct sr_cursor cursor = sr_screen_draw(session, grid);
    assert_true(cursor.x < grid->columns && cursor.y < grid->lines);
    /* What reaches the terminal: no control characters, and with ASCII nothing else. */
    for (int i = 0; i < grid->columns * grid->lines; i++) {
        uint32_t glyph = grid->cells[i].glyph;
        assert_true(glyph == SR_GLYPH_NONE || (glyph >= ' ' && !(glyph >= 0x7f && glyph < 0xa0)));
        if (session->look.ascii) assert_true(glyph < 0x80);
    }
}

static void random_keys_do_no_harm(void **state)
{
    (void)state;
    const char *wanted = getenv("SARTOR_KEYS"), *seed = getenv("SARTOR_SEED");
    unsigned count = wanted ? (unsigned)strtoul(wanted, NULL, 10) : 2000;
    struct sr_error error = {0};
    char home[] = "/tmp/sartor-keys-XXXXXX", data[4096], command[64];
    assert_non_null(realpath(MINI, data));
    assert_non_null(mkdtemp(home));
    assert_int_equal(chdir(home), 0); /* whatever is written by chance is written here */
    assert_ok(sr_compute_start(&error));
    struct sr_args *options = sr_args_parse("sartor", sr_options, NULL, 0, NULL, &error);
    assert_ok(sr_args_set(options, "data", data, &error));
    assert_ok(sr_args_set(options, "home", home, &error));
    assert_ok(sr_args_set(options, "threads", "1", &error));
    struct sr_session *session = sr_session_new(options, &error);
    assert_non_null(session);
    session->interactive = true;

    static const int faults[] = {SIGSEGV, SIGABRT, SIGFPE};
    for (int i = 0; i < 3; i++) signal(faults[i], on_fault);
    struct sr_rng rng;
    sr_rng_init(&rng, seed ? strtoull(seed, NULL, 10) : 1, SR_STREAM_TEST, 0);
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    while (key_count < count) {
        uint32_t kind = (uint32_t)sr_rng_below(&rng, 100);
        if (kind < 6) {
            static const int sizes[][2] = {{80, 24}, {120, 40}, {40, 12}, {20, 5},
                                           {10, 3},  {1, 1},    {200, 60}};
            size_t at = (size_t)sr_rng_below(&rng, 9);
            if (at < 7)
                sr_grid_resize(&grid, sizes[at][0], sizes[at][1]);
            else
                sr_grid_resize(&grid, (int)sr_rng_below(&rng, 130), (int)sr_rng_below(&rng, 50));
        } else if (kind < 12) {
            press(session, "Esc");
            press(session, ":");
            type(session, lines[sr_rng_below(&rng, sizeof lines / sizeof *lines)]);
            if (sr_rng_below(&rng, 4) == 0) press(session, "Tab");
            press(session, "Enter");
        } else {
            press(session, keys[sr_rng_below(&rng, sizeof keys / sizeof *keys)]);
        }
        if (sr_session_wait(session, kind == 50 ? 0.02 : 0)) sr_queue_run(session);
        draw(session, &grid);
    }
    sr_grid_fini(&grid);
    sr_queue_fini(session);
    sr_session_free(session);
    snprintf(command, sizeof command, "rm -rf %s", home);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_keys_do_no_harm)};
    return cmocka_run_group_tests_name("random keys", tests, NULL, NULL);
}
