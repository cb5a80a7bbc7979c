/* The parts that panes are made of: the scroller, the spots for clicks, smoothing, text in few
 * columns. */
#include "../../src/panes/explain.h"
#include "../../src/panes/scroller.h"
#include "../../src/panes/shared.h"
#include "../../src/panes/train.h"
#include "fixture.h"

static void steps(void **state)
{
    (void)state;
    static const struct {
        enum sr_move move;
        int from, to;
    } cases[] = {
        {SR_MOVE_UP, 10, 9},         {SR_MOVE_DOWN, 10, 11},      {SR_MOVE_LEFT, 10, 9},
        {SR_MOVE_RIGHT, 10, 11},     {SR_MOVE_PREVIOUS, 10, 9},   {SR_MOVE_NEXT, 10, 11},
        {SR_MOVE_PAGE_UP, 10, 3},    {SR_MOVE_PAGE_DOWN, 10, 17}, {SR_MOVE_HALF_UP, 10, 6},
        {SR_MOVE_HALF_DOWN, 10, 14}, {SR_MOVE_FIRST, 10, 2},      {SR_MOVE_LAST, 10, 20},
        {SR_MOVE_UP, 2, 2},          {SR_MOVE_DOWN, 20, 20},      {SR_MOVE_PAGE_UP, 5, 2},
        {SR_MOVE_PAGE_DOWN, 15, 20}, {SR_MOVE_HALF_DOWN, 19, 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(sr_scroll_step(cases[i].from, cases[i].move, 7, 2, 20), cases[i].to);
    assert_int_equal(sr_scroll_step(4, SR_MOVE_PAGE_DOWN, 0, 0, 9), 5); /* at least by one */
}

static void the_window_follows_the_cursor(void **state)
{
    (void)state;
    struct sr_scroller list = {0};
    sr_scroller_follow(&list, 30, 6);
    assert_true(list.top == 0 && list.lines == 6);
    for (int i = 0; i < 7; i++) sr_scroller_move(&list, SR_MOVE_DOWN, 30);
    sr_scroller_follow(&list, 30, 6);
    assert_true(list.at == 7 && list.top == 2); /* the last line */
    for (int i = 0; i < 5; i++) sr_scroller_move(&list, SR_MOVE_UP, 30);
    sr_scroller_follow(&list, 30, 6);
    assert_true(list.at == 2 && list.top == 2); /* the first one, without scrolling */
    sr_scroller_move(&list, SR_MOVE_UP, 30);
    sr_scroller_follow(&list, 30, 6);
    assert_true(list.top == 1);
    sr_scroller_move(&list, SR_MOVE_PAGE_DOWN, 30); /* one line stays in sight */
    assert_int_equal(list.at, 6);
    sr_scroller_move(&list, SR_MOVE_LAST, 30);
    sr_scroller_follow(&list, 30, 6);
    assert_true(list.at == 29 && list.top == 24);
    sr_scroller_follow(&list, 30, 10); /* a taller window is filled */
    assert_int_equal(list.top, 20);
    list.at = 3;
    sr_scroller_follow(&list, 4, 10);
    assert_int_equal(list.top, 0);
    struct sr_scroller fresh = {0};
    sr_scroller_move(&fresh, SR_MOVE_PAGE_DOWN, 30);
    assert_int_equal(fresh.at, 10); /* before anything has been drawn */
    sr_scroller_move(&fresh, SR_MOVE_LAST, 1);
    assert_int_equal(fresh.at, 0);
}

static void the_cursor_is_in_the_middle(void **state)
{
    (void)state;
    static const struct {
        int at, count, lines, top;
    } cases[] = {{0, 30, 7, 0},   {3, 30, 7, 0},   {4, 30, 7, 1},   {15, 30, 7, 12},
                 {26, 30, 7, 23}, {29, 30, 7, 23}, {30, 30, 7, 23}, {15, 30, 6, 12},
                 {5, 6, 10, 0},   {15, 30, 1, 15}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_scroller list = {.at = cases[i].at};
        sr_scroller_centre(&list, cases[i].count, cases[i].lines);
        assert_int_equal(list.top, cases[i].top);
        assert_int_equal(list.lines, cases[i].lines);
    }
}

static void a_text_turns_without_a_cursor(void **state)
{
    (void)state;
    struct sr_scroller text = {0};
    sr_scroller_fit(&text, 40, 10);
    sr_scroller_turn(&text, SR_MOVE_DOWN, 40);
    sr_scroller_turn(&text, SR_MOVE_PAGE_DOWN, 40);
    assert_int_equal(text.top, 10);
    sr_scroller_turn(&text, SR_MOVE_HALF_UP, 40);
    assert_int_equal(text.top, 5);
    sr_scroller_turn(&text, SR_MOVE_LAST, 40);
    assert_int_equal(text.top, 39);
    sr_scroller_fit(&text, 40, 10);
    assert_int_equal(text.top, 30);
    sr_scroller_turn(&text, SR_MOVE_FIRST, 40);
    assert_int_equal(text.top, 0);
    assert_int_equal(text.at, 0);
}

static void clicks_find_their_spots(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    struct sr_area area = sr_area_part(sr_grid_area(&grid), 10, 5, 60, 15);
    sr_spots_add(session, area, (struct sr_spots){2, 1, 8, 3, 4, 2, 100, 20});
    sr_spots_add(session, area, (struct sr_spots){0, 10, 60, 1, 1, 3, 7, 1});
    static const struct {
        int x, y, value; /* -1: nothing */
    } cases[] = {
        {12, 6, 100}, {19, 8, 100},  {20, 6, 101}, {43, 8, 103}, {44, 8, -1},
        {12, 9, 120}, {43, 11, 123}, {43, 12, -1}, {11, 6, -1},  {12, 5, -1},
        {10, 15, 7},  {69, 17, 9},   {70, 17, -1}, {10, 18, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int value = -1;
        assert_int_equal(sr_spots_find(session, cases[i].x, cases[i].y, &value),
                         cases[i].value >= 0);
        assert_int_equal(value, cases[i].value);
    }
    sr_spots_clear(session);
    int value;
    assert_false(sr_spots_find(session, 12, 6, &value));
    sr_grid_fini(&grid);
    fixture_free(session);
}

/* The mean of the values so far, each weighing `share` less for each step: from the first value on
 * it is a mean of values, not of them and zeros. */
static void smoothing_begins_at_the_first_value(void **state)
{
    (void)state;
    static const double values[] = {4, 2, 8, NAN, 1}, even[] = {3, 3, 3, 3, 3};
    double smooth[5];
    train_smooth(values, smooth, 5, 0.9);
    assert_float_equal(smooth[0], 4, 1e-12);
    assert_float_equal(smooth[1], (0.9 * 4 + 2) / 1.9, 1e-12);
    assert_float_equal(smooth[2], (0.81 * 4 + 0.9 * 2 + 8) / 2.71, 1e-12);
    assert_true(isnan(smooth[3]));
    assert_float_equal(smooth[4], (0.729 * 4 + 0.81 * 2 + 0.9 * 8 + 1) / 3.439, 1e-12);
    train_smooth(even, smooth, 5, 0.98);
    for (int i = 0; i < 5; i++) assert_float_equal(smooth[i], 3, 1e-12);
    static const double late[] = {NAN, NAN, 5};
    train_smooth(late, smooth, 3, 0.6);
    assert_true(isnan(smooth[0]) && isnan(smooth[1]));
    assert_float_equal(smooth[2], 5, 1e-12);
}

static void reading_line_stays_within_the_run(void **state)
{
    (void)state;
    struct sr_run run = {.epochs = 4};
    struct train train = {.epoch = 3};
    assert_int_equal(train_read_epoch(&train, &run), 3);
    train.epoch = 9; /* of a longer run */
    assert_int_equal(train_read_epoch(&train, &run), 4);
    train.epoch = -1;
    assert_int_equal(train_read_epoch(&train, &run), 0);
    train.epoch = 1;
    run.epochs = 0;
    assert_int_equal(train_read_epoch(&train, &run), 0);
}

static void text_in_few_columns(void **state)
{
    (void)state;
    char out[64];
    assert_int_equal(sr_pane_cut(out, sizeof out, "Kleider", 4), 4);
    assert_string_equal(out, "Klei");
    assert_int_equal(sr_pane_cut(out, sizeof out, "日本語", 5), 4); /* no half of a wide one */
    assert_string_equal(out, "日本");
    assert_int_equal(sr_pane_cut(out, 4, "abcdef", 6), 3);
    assert_string_equal(out, "abc");

    const char *text = "one two three\n\nextraordinary";
    static const char *const lines[] = {"one two", "three", "", "extraord", "inary"};
    assert_int_equal(sr_pane_lines(text, 8), 5);
    for (int i = 0; i < 5; i++) {
        assert_true(sr_pane_wrap(&text, 8, out, sizeof out));
        assert_string_equal(out, lines[i]);
    }
    assert_false(sr_pane_wrap(&text, 8, out, sizeof out));
    assert_int_equal(sr_pane_lines("", 8), 0);

    static const struct {
        uint64_t number;
        const char *words;
    } ordinals[] = {{1, "1st"},   {2, "2nd"},   {3, "3rd"},       {4, "4th"},     {11, "11th"},
                    {12, "12th"}, {13, "13th"}, {21, "21st"},     {111, "111th"}, {122, "122nd"},
                    {0, "0th"},   {10, "10th"}, {1003, "1,003rd"}};
    for (size_t i = 0; i < sizeof ordinals / sizeof *ordinals; i++) {
        sr_pane_ordinal(out, sizeof out, ordinals[i].number);
        assert_string_equal(out, ordinals[i].words);
    }
    sr_pane_percent(out, sizeof out, 0.91249);
    assert_string_equal(out, "91.2 %");
    sr_pane_percent(out, sizeof out, NAN);
    assert_string_equal(out, "–");
    sr_pane_id(out, sizeof out, SR_FILE_TEST, 17);
    assert_string_equal(out, "test:17");
    struct sr_text listed = {0};
    sr_pane_listed(&listed, "Coat, 61.2 %  ✗ wrong  ✓ right");
    assert_string_equal(sr_text_get(&listed), "Coat, 61.2 %, wrong, right");
    sr_text_fini(&listed);
}

/* Where the heat lies in a picture that is twice as wide as high. */
static void heat_in_words(void **state)
{
    (void)state;
    static const struct {
        int y, x;
        const char *where;
    } cases[] = {{0, 0, "upper left"},    {0, 5, "upper centre"}, {1, 11, "middle right"},
                 {1, 4, "middle centre"}, {2, 3, "lower left"},   {2, 8, "lower right"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float values[36] = {0};
        const struct sr_heat heat = {.shape = {3, 12, 1}, .values = values};
        struct sr_text text = {0};
        char wanted[128];
        values[12 * cases[i].y + cases[i].x] = 1;
        explain_heat_words(&heat, &text);
        snprintf(wanted, sizeof wanted,
                 "The heat lies around the %s; 3 %% of the picture is at half of it or more.",
                 cases[i].where);
        assert_string_equal(sr_text_get(&text), wanted);
        values[12 * cases[i].y + cases[i].x] = 0;
        sr_text_clear(&text);
        explain_heat_words(&heat, &text);
        assert_string_equal(sr_text_get(&text),
                            "No part of the picture raises the probability of that class.");
        sr_text_fini(&text);
    }
}

static void bars_of_probabilities(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_grid grid;
    struct sr_text text = {0};
    static const float shares[10] = {0.05f, 0.3f, 0, 0.05f, 0, 0, 0.4f, 0, 0.2f, 0};
    assert_int_equal(sr_pane_best(shares, 10), 6);
    sr_grid_init(&grid, 34, 4);
    /* Fewer lines than classes: the likeliest first, the truth and the prediction marked. */
    assert_int_equal(sr_pane_probabilities(session, sr_grid_area(&grid), shares, 1), 4);
    sr_grid_dump_text(&grid, &text);
    const char *lines[4], *at = sr_text_get(&text);
    for (int i = 0; i < 4; i++, at = strchr(at, '\n') + 1) lines[i] = at;
    assert_memory_equal(lines[0], "> Shirt", 7);
    assert_memory_equal(lines[1], " *Trouser", 9);
    assert_memory_equal(lines[2], "  Bag", 5);
    assert_memory_equal(lines[3], "  T-shirt/top", 13); /* before Dress, which is as likely */
    assert_non_null(strstr(lines[0], " 40.0 %\n"));
    sr_text_fini(&text);
    sr_grid_fini(&grid);
    fixture_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(the_window_follows_the_cursor),
        cmocka_unit_test(the_cursor_is_in_the_middle),
        cmocka_unit_test(a_text_turns_without_a_cursor),
        cmocka_unit_test(clicks_find_their_spots),
        cmocka_unit_test(smoothing_begins_at_the_first_value),
        cmocka_unit_test(reading_line_stays_within_the_run),
        cmocka_unit_test(text_in_few_columns),
        cmocka_unit_test(heat_in_words),
        cmocka_unit_test(bars_of_probabilities),
    };
    return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
