/* test_bars.c - parts of the explorer that need no terminal: how often it paints, what a click on
 * its bars presses. */
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
        if (painted[tick]) bucket_take(&bucket);
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

static void a_key_finds_a_token(void **state)
{
    (void)state;
    struct bucket bucket = {.tokens = 1};
    bucket_fill(&bucket, 30, 100); /* after a pause */
    int frames = 0;
    for (; bucket_wait(&bucket, false) <= 0; frames++) bucket_take(&bucket);
    assert_int_equal(frames, 2); /* what jobs report leaves one */
    assert_true(bucket_wait(&bucket, true) <= 0);
    bucket_take(&bucket);
    double wait = bucket_wait(&bucket, true);
    assert_true(wait > 0 && wait < 0.05);
    assert_true(bucket_wait(&bucket, false) > wait);
    bucket_fill(&bucket, 30, 100 + wait + 1e-9);
    assert_true(bucket_wait(&bucket, true) <= 0);
    bucket = (struct bucket){0}; /* with few frames there is only the one */
    bucket_fill(&bucket, 5, 100);
    assert_true(bucket_wait(&bucket, false) <= 0);
    bucket_take(&bucket);
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
    sr_grid_init(&grid, 60, 4); /* too low for tabs */
    sr_area_text(sr_grid_area(&grid), 0, 0, (struct sr_style){0}, "sartor [1 Browse]");
    expect_key(&grid, 12, 0, NULL);
    sr_grid_fini(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_second_has_more_frames),
        cmocka_unit_test(a_key_finds_a_token),
        cmocka_unit_test(clicks_on_bars),
    };
    return cmocka_run_group_tests_name("bars", tests, NULL, NULL);
}
