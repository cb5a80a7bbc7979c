/* A grid of cells as a picture: each dot of a shape is where it belongs. */
#include "charts.h"

static struct sr_error error;

enum { CELL = 10, LINE = 20, AROUND = 10 }; /* dots; the paper around the screen */
static const sr_colour red = SR_RGB(255, 0, 0), blue = SR_RGB(0, 0, 255);

static struct picture draw(const struct sr_grid *grid, const struct sr_figure_options *options)
{
    struct picture picture;
    const char *path = in_scratch("screen.png");
    assert_ok(sr_figure_write(path, options, &sr_chart_cells, grid, &error));
    read_picture(path, &picture);
    return picture;
}

static uint32_t dot(const struct picture *picture, int column, int line, int x, int y)
{
    return picture->dots[(AROUND + line * LINE + y) * picture->width + AROUND + column * CELL + x];
}

/* The share of a cell's dots that have the foreground's colour, and no third colour. */
static int count_red(const struct picture *picture, int column)
{
    int count = 0;
    for (int y = 0; y < LINE; y++)
        for (int x = 0; x < CELL; x++) {
            uint32_t colour = dot(picture, column, 0, x, y);
            if (colour != 0xFF0000 && colour != 0x0000FF)
                fail_msg("a third colour %06x at (%d, %d)", colour, x, y);
            count += colour == 0xFF0000;
        }
    return count;
}

static void blocks_are_exact(void **state)
{
    (void)state;
    /* Dots out of 200. */
    static const struct {
        uint32_t glyph;
        int dots;
        int x, y;
        bool filled;
    } shapes[] = {
        {0x2580, 100, 5, 9, true},  {0x2580, 100, 5, 10, false}, {0x2584, 100, 0, 10, true},
        {0x2584, 100, 0, 9, false}, {0x2588, 200, 9, 19, true},  {0x258C, 100, 4, 0, true},
        {0x258C, 100, 5, 0, false}, {0x2590, 100, 5, 19, true},  {0x2598, 50, 4, 9, true},
        {0x2597, 50, 5, 10, true},  {0x259A, 100, 4, 10, false}, {0x259F, 150, 0, 0, false},
        {0x2599, 150, 9, 0, false}, {0x2581, 30, 0, 17, true},   {0x2586, 150, 0, 5, true},
        {0x258E, 60, 3, 0, false},  {0x2594, 30, 0, 2, true},    {0x2595, 20, 9, 0, true},
        {0x2500, 10, 9, 9, true},   {0x2502, 20, 4, 19, true},   {0x2501, 30, 0, 10, true},
        {0x253C, 29, 4, 9, true},   {0x250C, 16, 9, 9, true},    {0x250C, 16, 4, 8, false},
        {0x2550, 20, 0, 8, true},   {0x2551, 40, 5, 0, true},    {0x256C, 52, 4, 9, false},
        {' ', 0, 0, 0, false},
    };
    struct sr_grid grid;
    enum { COUNT = sizeof shapes / sizeof *shapes };
    sr_grid_init(&grid, COUNT, 1);
    for (int i = 0; i < COUNT; i++)
        sr_area_put(sr_grid_area(&grid), i, 0, shapes[i].glyph, (struct sr_style){red, blue, 0});
    struct picture picture = draw(&grid, NULL);
    assert_int_equal(picture.width, 2 * AROUND + COUNT * CELL);
    assert_int_equal(picture.height, 2 * AROUND + LINE);
    for (int i = 0; i < COUNT; i++) {
        int count = count_red(&picture, i);
        if (count != shapes[i].dots)
            fail_msg("U+%04X covers %d dots, not %d", shapes[i].glyph, count, shapes[i].dots);
        bool filled = dot(&picture, i, 0, shapes[i].x, shapes[i].y) == 0xFF0000;
        if (filled != shapes[i].filled)
            fail_msg("U+%04X at (%d, %d)", shapes[i].glyph, shapes[i].x, shapes[i].y);
    }
    free(picture.dots);
    sr_grid_fini(&grid);
}

static void styles_and_themes(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 6, 1);
    struct sr_area area = sr_grid_area(&grid);
    sr_area_put(area, 0, 0, ' ', (struct sr_style){red, blue, SR_REVERSE});
    sr_area_put(area, 1, 0, ' ', (struct sr_style){0, 0, SR_REVERSE});
    sr_area_put(area, 2, 0, 0x2588, (struct sr_style){red, SR_RGB(0, 0, 0), SR_DIM});
    sr_area_put(area, 3, 0, 0x2592, (struct sr_style){SR_RGB(200, 0, 0), SR_RGB(0, 0, 0), 0});
    sr_area_put(area, 4, 0, ' ', (struct sr_style){red, blue, SR_UNDERLINE});
    sr_area_put(area, 5, 0, 'M', (struct sr_style){red, blue, SR_BOLD});
    for (int dark = 0; dark < 2; dark++) {
        struct sr_figure_options options = {.dark = dark};
        struct picture picture = draw(&grid, &options);
        uint32_t paper = dark ? 0x16181C : 0xFFFFFF;
        assert_int_equal(picture.dots[0], paper);
        assert_int_equal(dot(&picture, 0, 0, 5, 5), 0xFF0000);
        assert_int_equal(dot(&picture, 1, 0, 5, 5), dark ? 0xE6E6E6 : 0x1A1A1A);
        assert_true(dot(&picture, 2, 0, 5, 5) < 0xB00000 && dot(&picture, 2, 0, 5, 5) > 0x600000);
        assert_int_equal(dot(&picture, 3, 0, 0, 0), 0x640000);
        int underline = 0, letter = 0;
        for (int y = 0; y < LINE; y++) underline += dot(&picture, 4, 0, 3, y) == 0xFF0000;
        for (int y = 0; y < LINE; y++)
            for (int x = 0; x < CELL; x++) letter += dot(&picture, 5, 0, x, y) != 0x0000FF;
        assert_int_equal(underline, 1);
        assert_in_range(letter, 30, 160);
        free(picture.dots);
    }
    sr_grid_fini(&grid);
}

/* Up to 256 colours make a palette, of numbers of 1, 2, 4 or 8 bits; every dot has its own colour
 * in any case. */
static void few_colours_make_a_palette(void **state)
{
    (void)state;
    static const int counts[] = {1, 2, 3, 4, 5, 16, 17, 255, 256, 257, 600};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct sr_grid grid;
        const int others = counts[i] - 1; /* besides the paper */
        sr_grid_init(&grid, 25, 24);
        for (int k = 0; k < 600; k++) {
            const int c = others ? k % others : 0;
            const sr_colour colour =
                others ? SR_RGB(c % 7 * 36, c / 7 % 11 * 23, c / 77 * 20) : SR_RGB(255, 255, 255);
            sr_area_put(sr_grid_area(&grid), k % 25, k / 25, ' ',
                        (struct sr_style){red, colour, 0});
        }
        struct picture picture = draw(&grid, NULL);
        assert_int_equal(picture.colours, counts[i] > 256 ? 0 : counts[i]);
        for (int k = 0; k < 600; k++) {
            const int c = others ? k % others : 0;
            const uint32_t wanted =
                others ? (uint32_t)(c % 7 * 36 << 16 | c / 7 % 11 * 23 << 8 | c / 77 * 20)
                       : 0xFFFFFF;
            assert_int_equal(dot(&picture, k % 25, k / 25, k % CELL, k % LINE), wanted);
            assert_int_equal(dot(&picture, k % 25, k / 25, CELL - 1, 0), wanted);
        }
        free(picture.dots);
        sr_grid_fini(&grid);
    }
}

/* At any width and resolution a cell is a whole number of dots, so all half blocks are alike. */
static void cells_are_whole_dots(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 8, 4);
    for (int line = 0; line < 4; line++)
        for (int column = 0; column < 8; column++)
            sr_area_put(sr_grid_area(&grid), column, line, 0x2580, (struct sr_style){red, blue, 0});
    static const struct sr_figure_options sizes[] = {{.resolution = 72},
                                                     {.resolution = 200},
                                                     {.width = 123.4, .resolution = 100},
                                                     {.width = 200, .height = 60}};
    for (int i = 0; i < 4; i++) {
        struct picture picture = draw(&grid, &sizes[i]);
        size_t reds = 0, blues = 0, others = 0;
        for (int k = 0; k < picture.width * picture.height; k++) {
            if (picture.dots[k] == 0xFF0000)
                reds++;
            else if (picture.dots[k] == 0x0000FF)
                blues++;
            else
                others += picture.dots[k] != 0xFFFFFF;
        }
        assert_int_equal(others, 0);
        assert_int_equal(reds, blues);
        assert_int_equal(reds % 32, 0);
        assert_true(reds > 0);
        free(picture.dots);
    }
    sr_grid_fini(&grid);
}

/* Control characters, wide characters and their second halves, the end of Unicode. */
static void any_glyph_is_taken(void **state)
{
    (void)state;
    static const uint32_t glyphs[] = {
        SR_GLYPH_NONE, 1,      27,         127,   0x85,   0xA0,   0x65E5, SR_GLYPH_NONE,
        0x10FFFF,      0xD800, 0xFFFFFFFF, 0x301, 0x2573, 0x254D, 0x28FF};
    struct sr_grid grid;
    enum { COUNT = sizeof glyphs / sizeof *glyphs };
    sr_grid_init(&grid, COUNT, 1);
    for (int i = 0; i < COUNT; i++)
        grid.cells[i] = (struct sr_cell){glyphs[i], {red, blue, SR_BOLD}};
    struct picture picture = draw(&grid, NULL);
    assert_int_equal(picture.width, 2 * AROUND + COUNT * CELL);
    free(picture.dots);
    assert_ok(sr_figure_write(in_scratch("any.svg"), NULL, &sr_chart_cells, &grid, &error));
    sr_grid_fini(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_exact),           cmocka_unit_test(styles_and_themes),
        cmocka_unit_test(few_colours_make_a_palette), cmocka_unit_test(cells_are_whole_dots),
        cmocka_unit_test(any_glyph_is_taken),
    };
    return cmocka_run_group_tests_name("figure screen", tests, make_scratch, remove_scratch);
}
