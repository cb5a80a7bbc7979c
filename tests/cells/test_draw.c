/* test_draw.c - images, heat, overlays, scales, bars, numbers; every depth, UTF-8 and ASCII. */
#include <math.h>

#include "sartor/cells/draw.h"
#include "screen.h"

static const struct sr_look wide_look = {.depth = SR_DEPTH_256};
static const struct sr_look ascii_look = {.ascii = true};

static void half_blocks_show_two_pixels(void **state)
{
    (void)state;
    static const uint8_t pixels[] = {
        0, 255, 8, 0, 0, 18, 95, 255, 255,
    };
    struct sr_grid grid;
    int columns, lines;
    sr_image_cells(&wide_look, (struct sr_shape){3, 3, 1}, &columns, &lines);
    assert_int_equal(columns, 3);
    assert_int_equal(lines, 2);
    sr_grid_init(&grid, columns, lines);
    sr_draw_image(sr_grid_area(&grid), &wide_look, pixels, (struct sr_shape){3, 3, 1});
    check_screen(&grid, " ▀▀\n▀▀▀\n");
    /* The same colour above and below is a blank on it. */
    assert_int_equal(grid.cells[0].style.back, SR_RGB(0, 0, 0));
    assert_int_equal(grid.cells[1].style.fore, SR_RGB(255, 255, 255));
    assert_int_equal(grid.cells[1].style.back, SR_RGB(0, 0, 0));
    assert_int_equal(grid.cells[2].style.fore, sr_colour_grey(8));
    assert_int_equal(grid.cells[2].style.back, sr_colour_grey(18));
    assert_int_equal(grid.cells[3].style.fore, sr_colour_grey(95));
    assert_int_equal(grid.cells[3].style.back, SR_RGB(0, 0, 0));
    sr_grid_fini(&grid);
}

static void smaller_images_are_averaged(void **state)
{
    (void)state;
    static const uint8_t pixels[] = {
        0, 100, 200, 200, 0, 100, 200, 200, 40, 40, 60, 60, 40, 40, 60, 61,
    };
    struct sr_grid grid;
    sr_grid_init(&grid, 2, 1);
    sr_draw_image(sr_grid_area(&grid), &wide_look, pixels, (struct sr_shape){4, 4, 1});
    assert_int_equal(grid.cells[0].style.fore, sr_colour_grey(50));
    assert_int_equal(grid.cells[0].style.back, sr_colour_grey(40));
    assert_int_equal(grid.cells[1].style.fore, sr_colour_grey(200));
    assert_int_equal(grid.cells[1].style.back, sr_colour_grey(60));
    /* A pixel that lies in two cells counts in each for its share: 1 and ½ of the first two here,
     * ½ and 1 of the last two. */
    static const uint8_t three[] = {0, 90, 255, 30, 90, 150};
    sr_draw_image(sr_grid_area(&grid), &wide_look, three, (struct sr_shape){2, 3, 1});
    assert_int_equal(grid.cells[0].style.fore, sr_colour_grey(30));
    assert_int_equal(grid.cells[0].style.back, sr_colour_grey(50));
    assert_int_equal(grid.cells[1].style.fore, sr_colour_grey(200));
    assert_int_equal(grid.cells[1].style.back, sr_colour_grey(130));
    /* The same for rows: 1 and ½ of the first two above, ½ and 1 of the last two below. */
    sr_draw_image(sr_area_part(sr_grid_area(&grid), 0, 0, 1, 1), &wide_look,
                  (const uint8_t[]){0, 90, 240}, (struct sr_shape){3, 1, 1});
    assert_int_equal(grid.cells[0].style.fore, sr_colour_grey(30));
    assert_int_equal(grid.cells[0].style.back, sr_colour_grey(190));
    /* A single pixel fills any area. */
    sr_draw_image(sr_grid_area(&grid), &wide_look, (const uint8_t[]){255},
                  (struct sr_shape){1, 1, 1});
    assert_int_equal(grid.cells[1].style.back, sr_colour_grey(255));
    sr_grid_fini(&grid);
}

/* Levels from 0 to 1 in a row of ten, two rows high. */
static void gradient(struct sr_grid *grid, const struct sr_look *look, int what)
{
    uint8_t pixels[20];
    float values[20];
    for (int i = 0; i < 20; i++) {
        pixels[i] = (uint8_t)lround(255 * (i % 10) / 9.0);
        values[i] = (float)(i % 10) / 9;
    }
    sr_grid_init(grid, 10, 1);
    if (what == 0) sr_draw_image(sr_grid_area(grid), look, pixels, (struct sr_shape){2, 10, 1});
    if (what == 1)
        sr_draw_heat(sr_grid_area(grid), look, SR_SCALE_VIRIDIS, values,
                     (struct sr_shape){2, 10, 1});
    if (what == 2)
        sr_draw_overlay(sr_grid_area(grid), look, SR_SCALE_INFERNO, pixels, values,
                        (struct sr_shape){2, 10, 1});
}

static void every_look_has_its_glyphs(void **state)
{
    (void)state;
    static const struct {
        struct sr_look look;
        const char *image, *heat, *overlay;
    } cases[] = {
        {{.depth = SR_DEPTH_DIRECT}, "\n", "\n", "\n"},
        {{.depth = SR_DEPTH_256}, "\n", "\n", "\n"},
        {{.depth = SR_DEPTH_256, .ascii = true}, " .:-=+*#%@\n", " .:-=+*#%@\n", " .:-=+*#%@\n"},
        {{.depth = SR_DEPTH_16}, " ░▒▓█░▒▓██\n", " ▒█░▓░▓ ▒█\n", "  ░░░▒▒▒▓▓\n"},
        {{.depth = SR_DEPTH_8}, "  ░░▒▒▓▓██\n", " ▒█░▓░▓ ▒█\n", "  ░░░▒▒▒▓▓\n"},
        {{.depth = SR_DEPTH_NONE}, "  ░░▒▒▓▓██\n", "  ░░▒▒▓▓██\n", "  ░░▒56789\n"},
        {{.depth = SR_DEPTH_NONE, .light = true}, "██▓▓▒▒░░\n", "██▓▓▒▒░░\n", "██▓▓▒56789\n"},
        {{.depth = SR_DEPTH_NONE, .ascii = true}, " .:-=+*#%@\n", " .:-=+*#%@\n", " .:-=56789\n"},
        {{.depth = SR_DEPTH_NONE, .ascii = true, .light = true},
         "@%#*+=-:.\n",
         "@%#*+=-:.\n",
         "@%#*+56789\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *wanted[] = {cases[i].image, cases[i].heat, cases[i].overlay};
        for (int what = 0; what < 3; what++) {
            struct sr_grid grid;
            gradient(&grid, &cases[i].look, what);
            check_screen(&grid, wanted[what]);
            for (int x = 0; x < 10; x++) {
                struct sr_style style = grid.cells[x].style;
                if (cases[i].look.depth == SR_DEPTH_NONE) {
                    assert_int_equal(style.fore, SR_DEFAULT_COLOUR);
                    assert_int_equal(style.back, SR_DEFAULT_COLOUR);
                } else {
                    assert_true(style.back != SR_DEFAULT_COLOUR);
                }
            }
            sr_grid_fini(&grid);
        }
    }
}

/* Without colour, hot pixels are digits: tenths, from 5. */
static void heat_without_colour_is_in_tenths(void **state)
{
    (void)state;
    static const uint8_t pixels[14] = {0};
    static const float heat[14] = {0.49f, 0.5f, 0.6f, 0.79f, 0.81f, 0.95f, 1,
                                   0.49f, 0.5f, 0.6f, 0.79f, 0.81f, 0.95f, 1};
    struct sr_grid grid;
    sr_grid_init(&grid, 7, 1);
    sr_draw_overlay(sr_grid_area(&grid), &ascii_look, SR_SCALE_INFERNO, pixels, heat,
                    (struct sr_shape){2, 7, 1});
    check_screen(&grid, " 567899\n");
    sr_grid_fini(&grid);
}

static void overlays_leave_cold_pixels_grey(void **state)
{
    (void)state;
    uint8_t pixels[4] = {50, 200, 50, 200};
    float values[4] = {0, 0, 1, 1};
    struct sr_grid grid;
    sr_grid_init(&grid, 2, 1);
    sr_draw_overlay(sr_grid_area(&grid), &wide_look, SR_SCALE_INFERNO, pixels, values,
                    (struct sr_shape){2, 2, 1});
    assert_int_equal(grid.cells[0].style.fore, sr_colour_grey(50));
    assert_int_equal(grid.cells[1].style.fore, sr_colour_grey(200));
    assert_int_equal(grid.cells[1].style.back, sr_overlay_colour(SR_SCALE_INFERNO, 200, 1));
    float nothing[4] = {NAN, -1, INFINITY, 2};
    sr_draw_heat(sr_grid_area(&grid), &wide_look, SR_SCALE_INFERNO, nothing,
                 (struct sr_shape){2, 2, 1});
    assert_int_equal(grid.cells[0].style.fore, sr_scale_colour(SR_SCALE_INFERNO, 0));
    assert_int_equal(grid.cells[1].style.back, sr_scale_colour(SR_SCALE_INFERNO, 1));
    sr_grid_fini(&grid);
}

static void scales_are_numbered(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 8, 9);
    sr_draw_scale(sr_grid_area(&grid), &ascii_look, SR_SCALE_VIRIDIS, 0, 1);
    check_screen(&grid, "@@ 1\n%%\n** 0.75\n++\n++ 0.5\n--\n:: 0.25\n::\n.. 0\n");
    sr_grid_resize(&grid, 7, 3);
    sr_draw_scale(sr_grid_area(&grid), &ascii_look, SR_SCALE_VIRIDIS, 0, 1000);
    check_screen(&grid, "%% 1k\n== 500\n:: 0\n");
    sr_grid_resize(&grid, 7, 1);
    sr_draw_scale(sr_grid_area(&grid), &ascii_look, SR_SCALE_VIRIDIS, 0, 1);
    check_screen(&grid, "++ 1\n");
    sr_grid_fini(&grid);
}

static void bars_have_eighths(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 4, 9);
    static const double shares[] = {0.004, 0.006, 0.25, 0.34375, 0.5, 0.99, 1, 7, NAN};
    for (int i = 0; i < 9; i++)
        sr_draw_bar(sr_grid_area(&grid), 0, i, 4, shares[i], &wide_look, (struct sr_style){0});
    check_screen(&grid, "\n▏\n█\n█▍\n██\n████\n████\n████\n\n");
    sr_grid_clear(&grid);
    for (int i = 0; i < 9; i++)
        sr_draw_bar(sr_grid_area(&grid), 0, i, 4, shares[i], &ascii_look, (struct sr_style){0});
    check_screen(&grid, "\n-\n#\n#-\n##\n####\n####\n####\n\n");
    sr_draw_bar(sr_grid_area(&grid), 3, 20, 400, 1, &wide_look, (struct sr_style){0});
    sr_draw_bar(sr_grid_area(&grid), 0, 0, -4, 1, &wide_look, (struct sr_style){0});
    sr_grid_fini(&grid);
}

static void numbers_are_short(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *wanted;
    } cases[] = {
        {0, "0"},         {1, "1"},          {0.25, "0.25"},   {-0.5, "-0.5"},
        {999, "999"},     {1000, "1k"},      {1234, "1.2k"},   {60000, "60k"},
        {123456, "123k"}, {999499, "999k"},  {999999, "1M"},   {23520000, "23.5M"},
        {5e9, "5G"},      {3e-5, "3e-05"},   {-2500, "-2.5k"}, {NAN, "-"},
        {5e13, "5e+13"},  {INFINITY, "inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char number[16];
        sr_draw_number(number, sizeof number, cases[i].value);
        check_text(number, cases[i].wanted);
    }
}

static void tiny_areas_do_no_harm(void **state)
{
    (void)state;
    uint8_t pixels[64 * 64] = {0};
    float values[64 * 64] = {0};
    for (int width = 0; width < 6; width++) {
        for (int height = 0; height < 6; height++) {
            for (int kind = 0; kind < 20; kind++) {
                struct sr_look look = {.ascii = kind & 1, .light = kind & 2, .depth = kind / 4};
                struct sr_grid grid;
                sr_grid_init(&grid, width, height);
                struct sr_area area = sr_grid_area(&grid);
                sr_draw_image(area, &look, pixels, (struct sr_shape){64, 64, 1});
                sr_draw_heat(area, &look, SR_SCALE_INFERNO, values, (struct sr_shape){64, 64, 1});
                sr_draw_overlay(area, &look, SR_SCALE_INFERNO, pixels, values,
                                (struct sr_shape){64, 64, 1});
                sr_draw_scale(area, &look, SR_SCALE_VIRIDIS, 0, 0);
                sr_draw_bar(area, 0, 0, width, 0.5, &look, (struct sr_style){0});
                sr_draw_image(area, &look, pixels, (struct sr_shape){0, 0, 1});
                sr_grid_fini(&grid);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_blocks_show_two_pixels),
        cmocka_unit_test(smaller_images_are_averaged),
        cmocka_unit_test(every_look_has_its_glyphs),
        cmocka_unit_test(heat_without_colour_is_in_tenths),
        cmocka_unit_test(overlays_leave_cold_pixels_grey),
        cmocka_unit_test(scales_are_numbered),
        cmocka_unit_test(bars_have_eighths),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(tiny_areas_do_no_harm),
    };
    return cmocka_run_group_tests_name("cells draw", tests, NULL, NULL);
}
