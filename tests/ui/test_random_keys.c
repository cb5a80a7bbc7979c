/* test_random_keys.c - seeded random keys and sizes against the whole interface, then against the
 * Map pane, in process.
 *
 * SARTOR_KEYS and SARTOR_SEED in the environment change how many and which (make soak: 100,000).
 * A crash is reported with the keys that led to it. In the Map every screen shows the sample under
 * the selection's cursor, and Enter selects what is marked and nothing else. */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/panes/map.h"
#include "sartor/app/session.h"
#include "sartor/base/rng.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/overlay.h"
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

/* Those of the Map, several times over; and what isolates samples, or shows another map. */
static const char *const map_keys[] = {
    "h",       "j",         "k",           "l",          "Left",        "Right",   "Up",
    "Down",    "PgUp",      "PgDn",        "C-u",        "C-d",         "g",       "G",
    "n",       "p",         "v",           "v",          "u",           "+",       "+",
    "-",       "]",         "]",           "[",          "c",           "b",       "b",
    "Enter",   "Enter",     "Enter",       "Space",      "S-Left",      "S-Right", "S-Up",
    "S-Down",  "Esc",       "q",           "8",          "8",           "8",       "K",
    "WheelUp", "Click-3-4", "Click-40-12", "Click-20-6", "Click-60-20", "z",
};
static const char *const map_lines[] = {
    "map",
    "map hog",
    "map pixels layout=pca",
    "map hog layout=pca",
    "map layout=tsne seed=2",
    "map a layout=pca colour=predicted",
    "map colour=split",
    "map colour=confidence",
    "browse",
    "browse split=any",
    "browse split=test class=Shirt",
    "browse wrong model=a",
    "browse near=test:3 within=40 layout=pca",
    "browse within=7 more",
    "browse box=-3,-3,3,3 layout=pca",
    "browse more class=Coat",
    "browse audit=dark",
    "browse nothing",
    "show test:12",
    "train logreg name=a limit=80",
    "delete a",
    "tag odd",
    "browse tagged",
    "set autorun=off",
    "set autorun=on",
    "set glyphs=ascii",
    "set glyphs=unicode",
    "set colours=16",
    "set colours=direct",
    "set background=light",
    "zoom",
    "describe",
    "stop",
};

struct keyboard {
    const char *const *keys, *const *lines;
    size_t keys_count, lines_count;
    const char *first; /* the key pressed before all others; NULL for none */
    unsigned count;    /* keys unless told */
};

/* The Map is what is seen, and its points do not move. */
static bool on_map(struct sr_session *session, struct map_shown *shown)
{
    if (sr_pane_current(session) != &sr_pane_map || sr_overlay_is_open(session) ||
        session->view.prompt || session->view.question || !session->data)
        return false;
    map_find(session, shown);
    return shown->points && !map_moves(shown);
}

/* The terminal's cursor is where the point of the selection's sample is, and the only sample that
 * is named beside the map is that one. */
static void check_map(struct sr_session *session, const struct sr_grid *grid)
{
    struct map_shown shown;
    char id[64], text[512];
    enum sr_file file;
    uint32_t row;
    if (!on_map(session, &shown) || session->message[0] || grid->columns < 20 || grid->lines < 5)
        return;
    const struct map *map = map_state(session);
    const size_t at = map_cursor(session, &shown);
    if (at == SIZE_MAX || map->area.width < 1 || map->area.height < 1) return;
    assert_true(sr_pane_sample(session, &file, &row));
    assert_int_equal(at, row + (file == SR_FILE_TEST ? shown.train : 0));
    const struct map_window window = map_window(map, &shown, map->area.width, map->area.height);
    const double x = ((double)shown.points[2 * at] - window.left) / window.step,
                 y = (window.top - (double)shown.points[2 * at + 1]) / (2 * window.step);
    if (x >= 0 && y >= 0 && x < window.columns && y < window.lines) {
        assert_int_equal(grid->cursor_x, map->area.x + (int)x);
        assert_int_equal(grid->cursor_y, map->area.y + (int)y);
    }
    sr_pane_id(id, sizeof id, file, row);
    for (int line = map->area.y; line < grid->lines - 1; line++) {
        int length = 0;
        for (int c = map->area.x + map->area.width; c < grid->columns && length < 511; c++) {
            const uint32_t glyph = grid->cells[line * grid->columns + c].glyph;
            text[length++] = glyph < 0x80 && glyph ? (char)glyph : '?';
        }
        text[length] = '\0';
        const char *said = strstr(text, "train:");
        if (!said) said = strstr(text, "test:");
        if (said && !strchr(said, '?')) assert_int_equal(strncmp(said, id, strlen(id)), 0);
    }
}

/* What is marked is what Enter selects. */
static void enter_map(struct sr_session *session)
{
    struct map_shown shown = {0};
    size_t marked = 0;
    const struct map *map = map_state(session);
    bool *near = on_map(session, &shown) && sr_queue_empty(session)
                     ? map_near(session, map, &shown, map_cursor(session, &shown))
                     : NULL;
    const size_t train = shown.train;
    for (size_t i = 0; near && i < shown.count; i++) marked += near[i];
    press(session, "Enter");
    if (!near) return;
    while (!sr_queue_empty(session)) {
        sr_session_wait(session, 0.1);
        sr_queue_run(session);
    }
    const struct sr_selection *selection = &session->selection;
    assert_int_equal(selection->count, marked);
    for (size_t i = 0; i < selection->count; i++)
        assert_true(near[selection->rows[i] +
                         (sr_selection_file(selection, i) == SR_FILE_TEST ? train : 0)]);
    free(near);
}

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
    check_map(session, grid);
}

static struct sr_session *start(const char *data, const char *home)
{
    struct sr_error error = {0};
    assert_ok(sr_compute_start(&error));
    struct sr_args *options = sr_args_parse("sartor", sr_options, NULL, 0, NULL, &error);
    assert_ok(sr_args_set(options, "data", data, &error));
    assert_ok(sr_args_set(options, "home", home, &error));
    assert_ok(sr_args_set(options, "threads", "1", &error));
    struct sr_session *session = sr_session_new(options, &error);
    assert_non_null(session);
    session->interactive = true;
    return session;
}

static void resize(struct sr_grid *grid, struct sr_rng *rng)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {40, 12}, {20, 5},
                                   {10, 3},  {1, 1},    {200, 60}};
    const size_t at = (size_t)sr_rng_below(rng, 9);
    if (at < 7)
        sr_grid_resize(grid, sizes[at][0], sizes[at][1]);
    else
        sr_grid_resize(grid, (int)sr_rng_below(rng, 130), (int)sr_rng_below(rng, 50));
}

static void press_at_random(const struct keyboard *keyboard)
{
    const char *wanted = getenv("SARTOR_KEYS"), *seed = getenv("SARTOR_SEED");
    const unsigned count = wanted ? (unsigned)strtoul(wanted, NULL, 10) : keyboard->count;
    static char data[4096];
    char home[] = "/tmp/sartor-keys-XXXXXX", command[64];
    if (!data[0]) assert_non_null(realpath(MINI, data));
    assert_non_null(mkdtemp(home));
    assert_int_equal(chdir(home), 0); /* whatever is written by chance is written here */
    struct sr_session *session = start(data, home);
    static const int faults[] = {SIGSEGV, SIGABRT, SIGFPE};
    for (int i = 0; i < 3; i++) signal(faults[i], on_fault);
    struct sr_rng rng;
    sr_rng_init(&rng, seed ? strtoull(seed, NULL, 10) : 1, SR_STREAM_TEST, 0);
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    key_count = 0;
    if (keyboard->first) press(session, keyboard->first);
    while (key_count < count) {
        uint32_t kind = (uint32_t)sr_rng_below(&rng, 100);
        if (kind < 6) {
            resize(&grid, &rng);
        } else if (kind < 12) {
            press(session, "Esc");
            press(session, ":");
            type(session, keyboard->lines[sr_rng_below(&rng, keyboard->lines_count)]);
            if (sr_rng_below(&rng, 4) == 0) press(session, "Tab");
            press(session, "Enter");
        } else {
            const char *key = keyboard->keys[sr_rng_below(&rng, keyboard->keys_count)];
            if (strcmp(key, "Enter") != 0)
                press(session, key);
            else
                enter_map(session);
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

static void random_keys_do_no_harm(void **state)
{
    (void)state;
    press_at_random(&(struct keyboard){.keys = keys,
                                       .keys_count = sizeof keys / sizeof *keys,
                                       .lines = lines,
                                       .lines_count = sizeof lines / sizeof *lines,
                                       .count = 2000});
}

static void map_shows_its_samples(void **state)
{
    (void)state;
    press_at_random(&(struct keyboard){.keys = map_keys,
                                       .keys_count = sizeof map_keys / sizeof *map_keys,
                                       .lines = map_lines,
                                       .lines_count = sizeof map_lines / sizeof *map_lines,
                                       .first = "8",
                                       .count = 800});
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_keys_do_no_harm),
                                       cmocka_unit_test(map_shows_its_samples)};
    return cmocka_run_group_tests_name("random keys", tests, NULL, NULL);
}
