/* test_bars.c - parts of the explorer that need no terminal: how often it paints, what a click on
 * its bars presses, which colour pairs it takes. */
#include <curses.h>

#include "../../src/ui/bucket.h"
#include "../../src/ui/terminal.h"
#include "support.h"

/* Paint for ten seconds whenever that is allowed, trying a thousand times a second; the largest
 * number of frames that any second has had. */
static int busiest_second(int refresh, bool for_key, int *all)
{
    enum { TICKS = 10000 };
    static bool painted[TICKS];
    struct bucket bucket = {.tokens = 1};
    int most = 0, second = 0;
    *all = 0;
    for (int tick = 0; tick < TICKS; tick++) {
        bucket_fill(&bucket, refresh, tick / 1000.0);
        painted[tick] = bucket_wait(&bucket, for_key) <= 0;
        if (painted[tick]) bucket_take(&bucket, for_key, 0);
        *all += painted[tick];
        second += painted[tick] - (tick >= 1000 && painted[tick - 1000]);
        if (second > most) most = second;
    }
    return most;
}

static void no_second_has_more_frames(void **state)
{
    (void)state;
    static const int rates[] = {1, 2, 5, 9, 10, 30, 60, 120};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int all, refresh = rates[i];
        assert_in_range(busiest_second(refresh, true, &all), 1, refresh);
        /* And it is made use of, but for the few that are kept for what comes after a pause. */
        assert_in_range(all, 10 * (refresh >= 10 ? refresh - 3 : refresh), 10 * refresh);
        assert_in_range(busiest_second(refresh, false, &all), 1, refresh);
        assert_in_range(all, 10 * (refresh >= 10 ? refresh - 3 : refresh) - 10, 10 * refresh);
    }
}

/* Screens of so many bytes that change whenever something is sent, for ten seconds: each frame
 * sends as much of one as it may. No second has more than the limit, and all of it is made use of.
 */
static void progress_keeps_to_its_bytes(void **state)
{
    (void)state;
    enum { TICKS = 10000, LIMIT = 4096 };
    static size_t sent[TICKS];
    static const size_t sizes[] = {50, 500, 1500, 3000, 16000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct bucket bucket = {.tokens = 1};
        size_t all = 0, second = 0, most = 0, left = sizes[i];
        for (int tick = 0; tick < TICKS; tick++) {
            bucket_fill(&bucket, 30, tick / 1000.0);
            sent[tick] = 0;
            if (bucket_wait(&bucket, false) <= 0) {
                sent[tick] = left < BUCKET_FRAME ? left : BUCKET_FRAME;
                left -= sent[tick];
                if (!left) left = sizes[i];
                bucket_take(&bucket, false, sent[tick]);
            }
            all += sent[tick];
            second += sent[tick] - (tick >= 1000 ? sent[tick - 1000] : 0);
            if (second > most) most = second;
        }
        assert_in_range(most, 0, LIMIT);
        assert_in_range(all, i ? 9 * BUCKET_BYTES : 0, 10 * BUCKET_BYTES + BUCKET_FRAME);
    }
}

static void a_key_need_not_wait_for_bytes(void **state)
{
    (void)state;
    struct bucket bucket = {.tokens = 1};
    bucket_fill(&bucket, 30, 100);
    bucket_take(&bucket, false, 16000);
    assert_true(bucket_wait(&bucket, true) <= 0);
    assert_true(bucket_wait(&bucket, false) > 5);
    bucket_take(&bucket, true, 16000); /* nor does progress wait long behind it */
    assert_true(bucket_wait(&bucket, false) > 0.9 && bucket_wait(&bucket, false) < 1.1);
}

static void a_key_finds_a_token(void **state)
{
    (void)state;
    struct bucket bucket = {.tokens = 1};
    bucket_fill(&bucket, 30, 100); /* after a pause */
    int frames = 0;
    for (; bucket_wait(&bucket, false) <= 0; frames++) bucket_take(&bucket, false, 0);
    assert_int_equal(frames, 2); /* what jobs report leaves one */
    assert_true(bucket_wait(&bucket, true) <= 0);
    bucket_take(&bucket, true, 0);
    double wait = bucket_wait(&bucket, true);
    assert_true(wait > 0 && wait < 0.05);
    assert_true(bucket_wait(&bucket, false) > wait);
    bucket_fill(&bucket, 30, 100 + wait + 1e-9);
    assert_true(bucket_wait(&bucket, true) <= 0);
    bucket = (struct bucket){0}; /* with few frames there is only the one */
    bucket_fill(&bucket, 5, 100);
    assert_true(bucket_wait(&bucket, false) <= 0);
    bucket_take(&bucket, true, 0);
    assert_true(bucket_wait(&bucket, true) > 0.1);
    bucket_grant(&bucket); /* but when the terminal is taken back */
    assert_true(bucket_wait(&bucket, true) <= 0);
    bucket_take(&bucket, true, 0);
    assert_true(bucket_wait(&bucket, true) > 0.1);
}

static void expect_key(const struct sr_grid *grid, int x, int y, const char *wanted)
{
    char key[16];
    const char *name = mouse_key(grid, x, y, key);
    if (!wanted ? name != NULL : !name || strcmp(name, wanted) != 0)
        fail_msg("a click at %d,%d presses %s, not %s", x, y, name ? name : "nothing",
                 wanted ? wanted : "nothing");
}

static void clicks_on_bars(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 60, 8);
    struct sr_area all = sr_grid_area(&grid);
    sr_area_text(all, 0, 0, (struct sr_style){0}, "sartor [1 Browse] 2 Data  3 Train-4");
    sr_area_text(all, 0, 7, (struct sr_style){0},
                 " Enter enlarge  h/l move  / search  é x  : command");
    expect_key(&grid, 3, 0, NULL); /* the program's name */
    expect_key(&grid, 8, 0, "1");
    expect_key(&grid, 12, 0, "1");
    expect_key(&grid, 20, 0, "2");
    expect_key(&grid, 27, 0, "3");
    expect_key(&grid, 32, 0, "3");
    expect_key(&grid, 40, 0, NULL);
    expect_key(&grid, 2, 7, "Enter");
    expect_key(&grid, 10, 7, "Enter");
    expect_key(&grid, 14, 7, NULL); /* between two hints */
    expect_key(&grid, 16, 7, "h");
    expect_key(&grid, 18, 7, "l");
    expect_key(&grid, 21, 7, "h"); /* its words: the first */
    expect_key(&grid, 26, 7, "/");
    expect_key(&grid, 30, 7, "/");
    expect_key(&grid, 36, 7, NULL); /* no hint begins so */
    expect_key(&grid, 44, 7, ":");
    expect_key(&grid, 20, 3, NULL); /* the pane's */
    expect_key(&grid, -1, 0, NULL);
    expect_key(&grid, 60, 0, NULL);
    expect_key(&grid, 8, 8, NULL);
    sr_grid_fini(&grid);
    for (int lines = 4; lines <= 5; lines++) { /* four are too low for tabs */
        sr_grid_init(&grid, 60, lines);
        sr_area_text(sr_grid_area(&grid), 0, 0, (struct sr_style){0},
                     "sartor [1 Browse] 2 Run3  x");
        expect_key(&grid, 12, 0, lines == 4 ? NULL : "1");
        expect_key(&grid, 23, 0, lines == 4 ? NULL : "2"); /* a digit within a word is no key */
        sr_grid_fini(&grid);
    }
}

/* --- colour pairs --------------------------------------------------------------------------- */

static void assert_pair(int pair, int fore, int back)
{
    int fore_there, back_there;
    assert_true(pair > 0);
    assert_int_equal(extended_pair_content(pair, &fore_there, &back_there), OK);
    assert_int_equal(fore_there, fore);
    assert_int_equal(back_there, back);
}

/* Each two colours have a pair of their own. Where all are taken, the one is reused that neither
 * this frame nor the last has shown. */
static void pairs_are_kept_while_they_are_shown(void **state)
{
    (void)state;
    enum { FORES = 256, BACKS = 96 }; /* as many as there are pairs */
    FILE *nowhere = fopen("/dev/null", "r+");
    SCREEN *screen = newterm("xterm-256color", nowhere, nowhere);
    if (!screen || start_color() != OK || COLOR_PAIRS < 256 + FORES * BACKS) skip();
    use_default_colors();
    pairs_start(true);
    static int pairs[FORES][BACKS];
    assert_int_equal(pairs_find(-1, -1, 1), 0);
    for (int f = 0; f < FORES; f++)
        for (int b = 0; b < BACKS; b++) {
            pairs[f][b] = pairs_find(f, b, 1);
            assert_pair(pairs[f][b], f, b);
        }
    for (int f = 0; f < FORES; f++)
        for (int b = 0; b < BACKS; b++) assert_pair(pairs[f][b], f, b); /* none was taken twice */
    assert_int_equal(pairs_find(7, 200, 2), 0); /* the frame before has shown them all */
    for (int f = 0; f < FORES; f++)
        for (int b = 0; b < BACKS; b++)
            if (f != 40 || b != 5) assert_int_equal(pairs_find(f, b, 2), pairs[f][b]);
    assert_int_equal(pairs_find(7, 200, 3), pairs[40][5]);
    assert_pair(pairs[40][5], 7, 200);
    assert_int_equal(pairs_find(40, 5, 3), 0);
    assert_int_equal(pairs_find(12, 30, 3), pairs[12][30]);
    assert_int_equal(pairs_find(7, 200, 3), pairs[40][5]);
    pairs_stop();
    endwin();
    delscreen(screen);
    fclose(nowhere);
}

/* A terminal with few pairs: what does not fit is shown in its own colours, those that are no
 * longer shown make room; where it has no default colours, white on black stand for them. */
static void few_pairs(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "r+");
    SCREEN *screen = newterm("xterm", nowhere, nowhere);
    if (!screen || start_color() != OK || COLOR_PAIRS > 1024) skip();
    assert_int_equal(pairs_find(1, 2, 1), 0); /* not started */
    pairs_start(false);
    int made = 0;
    for (int f = 0; f < COLORS; f++)
        for (int b = 0; b < COLORS; b++) made += pairs_find(f, b, 1) > 0;
    assert_int_equal(made, COLOR_PAIRS - 1);
    assert_int_equal(pairs_find(-1, 3, 2), 0);
    const int taken = pairs_find(-1, 3, 5);
    assert_pair(taken, COLOR_WHITE, 3);
    assert_int_equal(pairs_find(-1, 3, 6), taken);
    assert_pair(pairs_find(3, -1, 6), 3, COLOR_BLACK);
    pairs_stop();
    endwin();
    delscreen(screen);
    fclose(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_second_has_more_frames),
        cmocka_unit_test(progress_keeps_to_its_bytes),
        cmocka_unit_test(a_key_need_not_wait_for_bytes),
        cmocka_unit_test(a_key_finds_a_token),
        cmocka_unit_test(clicks_on_bars),
        cmocka_unit_test(pairs_are_kept_while_they_are_shown),
        cmocka_unit_test(few_pairs),
    };
    return cmocka_run_group_tests_name("bars", tests, NULL, NULL);
}
