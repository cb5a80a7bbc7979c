/* test_grid.c - areas, clipping, text, boxes, dumps, ASCII. */
#include "sartor/cells/colour.h"
#include "screen.h"

static const struct sr_style plain;
static const struct sr_look unicode = {.depth = SR_DEPTH_256}, ascii = {.ascii = true};

static void text_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 10, 4);
    struct sr_area area = sr_grid_area(&grid);
    assert_int_equal(sr_area_text(area, 0, 0, plain, "0123456789"), 10);
    assert_int_equal(sr_area_text(area, 2, 1, plain, "too long for it"), 10);
    assert_int_equal(sr_area_text(area, 4, 2, plain, "end"), 7);
    assert_int_equal(sr_area_text(area, -2, 3, plain, "xxstart"), 5);
    check_screen(&grid, "0123456789\n  too…\n    end\nstart\n");
    sr_grid_fini(&grid);
}

/* Behind whole words, a number with its unit; within one only where most of the room would be left
 * empty. */
static void text_is_cut_at_words(void **state)
{
    (void)state;
    static const struct {
        int room;
        const char *text, *cut;
    } cases[] = {{12, "mean 76.0, 33.9 % zero", "mean 76.0…\n"},
                 {16, "mean 76.0, 33.9 % zero", "mean 76.0…\n"},
                 {18, "mean 76.0, 33.9 % zero", "mean 76.0, 33.9 %…\n"},
                 {21, "mean 76.0, 33.9 % zero", "mean 76.0, 33.9 %…\n"},
                 {22, "mean 76.0, 33.9 % zero", "mean 76.0, 33.9 % zero\n"},
                 {8, "I understand", "I under…\n"},
                 {6, "one. two", "one…\n"},
                 {6, "(abc def)", "(abc…\n"},
                 {4, "abcdef", "abc…\n"},
                 {1, "abcdef", "…\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_grid grid;
        sr_grid_init(&grid, cases[i].room, 1);
        sr_area_text(sr_grid_area(&grid), 0, 0, plain, cases[i].text);
        check_screen(&grid, cases[i].cut);
        sr_grid_fini(&grid);
    }
}

/* What a terminal that shows `before` is sent for `after`; `before` stays as it is. */
static size_t cost_of(const struct sr_grid *before, const struct sr_grid *after,
                      enum sr_depth depth)
{
    struct sr_grid sent;
    size_t at = 0, bytes;
    sr_grid_init(&sent, before->columns, before->lines);
    memcpy(sent.cells, before->cells,
           (size_t)before->columns * (size_t)before->lines * sizeof *sent.cells);
    assert_true(sr_grid_send(&sent, after, depth, SIZE_MAX, &at, &bytes));
    assert_int_equal(sent.columns, after->columns);
    assert_memory_equal(sent.cells, after->cells,
                        (size_t)after->columns * (size_t)after->lines * sizeof *sent.cells);
    sr_grid_fini(&sent);
    return bytes;
}

static void differences_are_counted(void **state)
{
    (void)state;
    struct sr_grid before, after, other;
    sr_grid_init(&before, 20, 2);
    sr_grid_init(&after, 20, 2);
    sr_grid_init(&other, 10, 2);
    const struct sr_style red = {.fore = SR_RGB(255, 0, 0)};
    assert_int_equal(cost_of(&before, &after, SR_DEPTH_256), 0);
    sr_area_text(sr_grid_area(&after), 3, 1, plain, "ab");
    assert_int_equal(cost_of(&before, &after, SR_DEPTH_256), 8 + 2);
    sr_area_text(sr_grid_area(&after), 5, 1, red, "é");
    assert_int_equal(cost_of(&before, &after, SR_DEPTH_256), 8 + 2 + 6 + 9 + 2);
    assert_int_equal(cost_of(&before, &after, SR_DEPTH_DIRECT), 8 + 2 + 6 + 17 + 2);
    sr_area_text(sr_grid_area(&before), 3, 1, plain, "ab");
    sr_area_text(sr_grid_area(&before), 5, 1, plain, "é"); /* the style alone */
    assert_int_equal(cost_of(&before, &after, SR_DEPTH_8), 8 + 6 + 3 + 2);
    assert_int_equal(cost_of(&before, &other, SR_DEPTH_256), 8 + 20);
    sr_grid_fini(&before);
    sr_grid_fini(&after);
    sr_grid_fini(&other);
}

/* With few bytes a time, a screen of narrow and wide characters is sent in parts, each within its
 * bytes, and every part of it has its turn although the beginning changes all the time. */
static void a_screen_is_sent_in_parts(void **state)
{
    (void)state;
    enum { MOST = 100 };
    struct sr_grid sent, wanted;
    size_t at = 0, bytes, parts = 0;
    sr_grid_init(&sent, 40, 6);
    sr_grid_init(&wanted, 40, 6);
    for (int y = 0; y < 6; y++)
        sr_area_text(sr_grid_area(&wanted), y % 2, y, (struct sr_style){.fore = SR_RGB(y, 200, 0)},
                     "かなab かなかな abcdefgh かな");
    bool whole = false;
    while (!whole && parts < 30) {
        sr_area_printf(sr_grid_area(&wanted), 30, 0, plain, "%zu", parts++);
        whole = sr_grid_send(&sent, &wanted, SR_DEPTH_256, MOST, &at, &bytes);
        assert_true(bytes <= MOST);
        for (size_t i = 0; i + 1 < 40 * 6; i++) /* no wide character without its second half */
            if (sr_glyph_width(sent.cells[i].glyph) == 2)
                assert_int_equal(sent.cells[i + 1].glyph, SR_GLYPH_NONE);
    }
    assert_in_range(parts, 4, 12);
    assert_memory_equal(sent.cells, wanted.cells, 40 * 6 * sizeof *sent.cells);
    assert_true(sr_grid_send(&sent, &wanted, SR_DEPTH_256, MOST, &at, &bytes));
    assert_int_equal(bytes, 0);
    sr_grid_fini(&sent);
    sr_grid_fini(&wanted);
}

static void wide_and_combining_characters_keep_columns(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 6, 4);
    struct sr_area area = sr_grid_area(&grid);
    assert_int_equal(sr_area_text(area, 0, 0, plain, "日本e\xcc\x81!"), 6);
    assert_int_equal(grid.cells[1].glyph, SR_GLYPH_NONE);
    /* A wide character does not fit the last column. */
    sr_area_text(area, 0, 1, plain, "abcde日");
    /* Writing over one half blanks the other. */
    sr_area_text(area, 0, 2, plain, "日本");
    sr_area_put(area, 1, 2, 'x', plain);
    sr_area_put(area, 2, 2, 'y', plain);
    sr_area_text(area, 1, 3, plain, "a日");
    sr_area_put(area, 1, 3, 0x65e5, plain);
    check_screen(&grid, "日本e!\nabcde…\n xy\n 日\n");
    /* In the last column of an area, it is not written over the edge. */
    sr_area_text(area, 0, 0, plain, "abcdef");
    sr_area_put(sr_area_part(area, 0, 0, 3, 1), 2, 0, 0x65e5, plain);
    assert_int_equal(grid.cells[2].glyph, ' ');
    assert_int_equal(grid.cells[3].glyph, 'd');
    sr_grid_fini(&grid);
}

static void control_characters_never_reach_a_cell(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 20, 2);
    struct sr_area area = sr_grid_area(&grid);
    sr_area_text(area, 0, 0, plain, "a\033[2Jb\tc\n");
    sr_area_text(area, 0, 1, plain,
                 "\xff\xc2\x9b"
                 "2J\x7f");
    for (int i = 0; i < 40; i++) {
        uint32_t glyph = grid.cells[i].glyph;
        assert_true(glyph >= ' ' && !(glyph >= 0x7f && glyph < 0xa0));
    }
    check_screen(&grid, "a\\x1b[2Jb c\n\\xff\\u009b2J\\x7f\n");
    sr_grid_fini(&grid);
}

static void parts_clip(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 8, 3);
    struct sr_area part = sr_area_part(sr_grid_area(&grid), 2, 1, 3, 50);
    assert_int_equal(part.width, 3);
    assert_int_equal(part.height, 2);
    sr_area_fill(part, '.', plain);
    sr_area_text(part, 0, 0, plain, "long text");
    sr_area_put(part, 3, 0, '!', plain);
    sr_area_put(part, 0, -1, '!', plain);
    sr_area_put(part, 0, 2, '!', plain);
    check_screen(&grid, "\n  lo…\n  ...\n");
    struct sr_area outside = sr_area_part(part, 5, 0, 3, 3);
    assert_int_equal(outside.width, 0);
    sr_area_fill(outside, '!', plain);
    sr_area_text(outside, 0, 0, plain, "!");
    struct sr_area shifted = sr_area_part(part, -1, -1, 2, 2);
    assert_int_equal(shifted.width, 1);
    assert_int_equal(shifted.x, 2);
    sr_area_fill(sr_area_part(part, 0, 0, INT32_MAX, INT32_MAX), '#', plain);
    check_screen(&grid, "\n  ###\n  ###\n");
    sr_grid_resize(&grid, 0, 0);
    sr_area_text(sr_grid_area(&grid), 0, 0, plain, "nothing");
    sr_area_put(part, 0, 0, '!', plain); /* an area that outlived its grid's size */
    check_screen(&grid, "");
    sr_grid_fini(&grid);
}

static void boxes_have_titles(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 12, 3);
    sr_area_box(sr_grid_area(&grid), &unicode, plain, "Title");
    check_screen(&grid, "┌─ Title ──┐\n│          │\n└──────────┘\n");
    sr_grid_clear(&grid);
    sr_area_box(sr_grid_area(&grid), &ascii, plain, "A long title");
    check_screen(&grid, "+- A lon… -+\n|          |\n+----------+\n");
    sr_grid_to_ascii(&grid);
    check_screen(&grid, "+- A lon~ -+\n|          |\n+----------+\n");
    sr_grid_resize(&grid, 1, 1);
    sr_area_box(sr_grid_area(&grid), &unicode, plain, "Title");
    check_screen(&grid, "\n");
    sr_grid_fini(&grid);
}

static void every_glyph_has_an_ascii_stand_in(void **state)
{
    (void)state;
    for (uint32_t glyph = 1; glyph < 0x3100; glyph++) {
        uint32_t stand_in = sr_glyph_ascii(glyph);
        assert_true(stand_in > 0 && stand_in < 0x80);
    }
    assert_int_equal(sr_glyph_ascii(0x2500), '-');
    assert_int_equal(sr_glyph_ascii(0xe9), 'e');
    assert_int_equal(sr_glyph_ascii(0xd7), 'x');
    assert_int_equal(sr_glyph_ascii(0x17f), 's');
    assert_int_equal(sr_glyph_ascii(0x2192), '>');
    assert_int_equal(sr_glyph_ascii(0x28ff), '.');
    assert_int_equal(sr_glyph_ascii(0x1f600), '?');
    struct sr_grid grid;
    sr_grid_init(&grid, 6, 1);
    sr_area_text(sr_grid_area(&grid), 0, 0, plain, "日é…");
    sr_grid_to_ascii(&grid);
    check_screen(&grid, "? e~\n");
    sr_grid_fini(&grid);
}

static void ansi_dumps_follow_the_depth(void **state)
{
    (void)state;
    static const struct {
        enum sr_depth depth;
        const char *wanted;
    } cases[] = {
        {SR_DEPTH_NONE, "a\033[0;1mb\033[0m \n"},
        {SR_DEPTH_8, "a\033[0;1;31mb\033[0;47m \033[0m\n"},
        {SR_DEPTH_16, "a\033[0;1;91mb\033[0;107m \033[0m\n"},
        {SR_DEPTH_256, "a\033[0;1;38;5;196mb\033[0;48;5;231m \033[0m\n"},
        {SR_DEPTH_DIRECT, "a\033[0;1;38;2;255;0;0mb\033[0;48;2;255;255;255m \033[0m\n"},
    };
    struct sr_grid grid;
    sr_grid_init(&grid, 5, 1);
    struct sr_area area = sr_grid_area(&grid);
    sr_area_put(area, 0, 0, 'a', plain);
    sr_area_put(area, 1, 0, 'b',
                (struct sr_style){.fore = SR_RGB(255, 0, 0), .attributes = SR_BOLD});
    sr_area_put(area, 2, 0, ' ', (struct sr_style){.back = SR_RGB(255, 255, 255)});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_text text = {0};
        sr_grid_dump_ansi(&grid, cases[i].depth, &text);
        check_text(sr_text_get(&text), cases[i].wanted);
        sr_text_fini(&text);
    }
    sr_grid_fini(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_with_an_ellipsis),
        cmocka_unit_test(text_is_cut_at_words),
        cmocka_unit_test(differences_are_counted),
        cmocka_unit_test(a_screen_is_sent_in_parts),
        cmocka_unit_test(wide_and_combining_characters_keep_columns),
        cmocka_unit_test(control_characters_never_reach_a_cell),
        cmocka_unit_test(parts_clip),
        cmocka_unit_test(boxes_have_titles),
        cmocka_unit_test(every_glyph_has_an_ascii_stand_in),
        cmocka_unit_test(ansi_dumps_follow_the_depth),
    };
    return cmocka_run_group_tests_name("cells grid", tests, NULL, NULL);
}
