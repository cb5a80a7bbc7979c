/* test_plot.c - golden plots, and plots of nothing. */
#include <math.h>

#include "sartor/cells/draw.h"
#include "screen.h"

enum { COUNT = 12 };
static double epochs[COUNT], train[COUNT], validation[COUNT], raw[COUNT];

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        epochs[i] = i + 1;
        train[i] = 0.6 * pow(0.75, i) + 0.05;
        validation[i] = 0.4 * pow(0.6, i) + 0.25;
        raw[i] = train[i] + (i % 2 ? 0.04 : -0.04);
    }
    return 0;
}

static void check_plot(int width, int height, struct sr_look look, const struct sr_plot *plot,
                       const char *wanted)
{
    struct sr_grid grid;
    sr_grid_init(&grid, width, height);
    sr_draw_plot(sr_grid_area(&grid), &look, plot);
    check_screen(&grid, wanted);
    sr_grid_fini(&grid);
}

static const struct sr_look colours = {.depth = SR_DEPTH_256}, none = {0}, ascii = {.ascii = true};

static void curves(void **state)
{
    (void)state;
    struct sr_plot_line lines[] = {
        {.x = epochs, .y = train, .count = COUNT, .label = "train"},
        {.x = epochs, .y = validation, .count = COUNT, .label = "validation"},
        {.x = epochs, .y = raw, .count = COUNT, .faint = true},
    };
    struct sr_plot plot = {.title = "cnn",
                           .x_label = "epoch",
                           .y_label = "loss",
                           .lines = lines,
                           .count = 2,
                           .cursor = NAN};
    check_plot(40, 10, colours, &plot,
               "cnn  loss  ⠤⠤ train  ⠤⠤ validation\n"
               "0.6┤⠢⣀\n"
               "   │ ⠈⠑⣄\n"
               "0.4┤    ⠉⠒⢤⣀⡀\n"
               "   │        ⠉⠫⠶⣒⡢⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀\n"
               "0.2┤            ⠈⠉⠑⠒⠤⠤⢄⣀⣀           ⠉⠉⠉⠉\n"
               "   │                     ⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤\n"
               "   └─────────────┬───────────────┬──────\n"
               "                 5              10\n"
               "                   epoch\n");
    check_plot(40, 10, ascii, &plot,
               "cnn  loss  ** train  o  validation\n"
               "0.6+o\n"
               "   | o*o\n"
               "0.4+    o*o*o\n"
               "   |        *o*o*o o o o o o o o o o o o\n"
               "0.2+              ************\n"
               "   |                          **********\n"
               "   +-------------+---------------+------\n"
               "                 5              10\n"
               "                   epoch\n");
    check_plot(40, 10, none, &plot,
               "cnn  loss  ⠤⠤ train  ⠄⠄ validation\n"
               "0.6┤⠢⣀\n"
               "   │  ⠑⣄\n"
               "0.4┤    ⠉⠒⢄⣀\n"
               "   │        ⠉⠣⠴⣐⡀⠄⠄⠄⢄⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀⢀\n"
               "0.2┤            ⠈⠉⠑⠒⠤⠤⢄⣀⣀           ⠁⠁⠁⠁\n"
               "   │                     ⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤\n"
               "   └─────────────┬───────────────┬──────\n"
               "                 5              10\n"
               "                   epoch\n");
    plot.count = 3;
    plot.cursor = 4;
    check_plot(56, 10, colours, &plot,
               "cnn  loss  epoch 4  ⠤⠤ train 0.3031  ⠤⠤ validation 0.33…\n"
               "0.6┤⢦⣄⡀           ┊\n"
               "   │  ⠈⠙⢶⣤⣀       ┊\n"
               "0.4┤      ⠉⠑⠲⣤⣤⣄⣀⡀┊\n"
               "   │          ⠈⠉⠉⠙⠛⠻⠭⣖⣒⡒⠒⠒⠤⢤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀\n"
               "0.2┤              ┊   ⠙⠉⠉⠉⠙⠓⠛⠒⠦⣤⣤⣤⣄⣤⣤⣤⣀⣀⡀   ⢀⣀⣀⡀       ⢀\n"
               "   │              ┊                    ⠈⠉⠛⠛⠉⠉⠉⠉⠉⠉⠛⠳⠶⠒⠚⠛⠓\n"
               "   └────┬─────────┬────────┬─────────┬────────┬────────┬\n"
               "        2         4        6         8       10       12\n"
               "                           epoch\n");
    check_plot(12, 4, colours, &plot,
               "cnn  loss  …\n"
               "⠳⣄ ┊\n"
               " ⠈⠲⢦⡤⣄⣀⣀⣀⣀⣀⣀\n"
               "   ┊⠉⠉⠓⠚⠶⠶⢦⠴\n");
    plot.logarithmic = true;
    plot.cursor = NAN;
    plot.count = 1;
    check_plot(40, 10, colours, &plot,
               "cnn  loss  ⠤⠤ train\n"
               "0.5┤⠑⠢⠤⡀\n"
               "   │   ⠈⠉⠒⠢⠤⣀\n"
               "   │         ⠉⠒⠢⠤⣀⡀\n"
               "0.2┤              ⠈⠑⠒⠤⠤⣀⡀\n"
               "   │                    ⠈⠉⠒⠒⠤⠤⣀⣀\n"
               "0.1┤                            ⠉⠉⠑⠒⠲⠤⠤⢄\n"
               "   └─────────────┬───────────────┬──────\n"
               "                 5              10\n"
               "                   epoch\n");
}

static void shares_are_per_cent(void **state)
{
    (void)state;
    double high[] = {0.90, 0.95, NAN, 0.96, 1.0};
    struct sr_plot_line line = {.x = epochs, .y = high, .count = 5};
    struct sr_plot plot = {.lines = &line, .count = 1, .percent = true, .cursor = NAN};
    check_plot(30, 7, ascii, &plot,
               "100%+                       **\n"
               "    |                   ****\n"
               " 95%+     **           *\n"
               "    | ****\n"
               " 90%+*\n"
               "    +------+-----------+------\n"
               "           2           4\n");
}

static void histograms(void **state)
{
    (void)state;
    double x[256], y[256];
    for (int i = 0; i < 256; i++) {
        x[i] = i;
        y[i] = i == 0 ? 2e7 : i == 128 ? 0 : 1000.0 * (1 + i / 8);
    }
    struct sr_plot_line line = {.x = x, .y = y, .count = 256};
    struct sr_plot plot = {.title = "Pixels",
                           .lines = &line,
                           .count = 1,
                           .bars = true,
                           .logarithmic = true,
                           .cursor = NAN};
    check_plot(40, 9, colours, &plot,
               "Pixels\n"
               "   │█\n"
               " 1M┤█\n"
               "   │█\n"
               "   │█              ▁▁▁▁▁▂▂▂▂▂▃▃▃▃▃▃▃▄▄▄▄\n"
               "10k┤█ ▂▃▄▅▅▆▆▆▇▇████████████████████████\n"
               "   │████████████████████████████████████\n"
               "   └┬─────────────┬─────────────┬───────\n"
               "    0            100           200\n");
    double classes[] = {0, 1, 2, 3, 4}, counts[] = {10, 20, 30, 0, 15};
    line = (struct sr_plot_line){.x = classes, .y = counts, .count = 5};
    plot.logarithmic = false;
    check_plot(30, 9, colours, &plot,
               "Pixels\n"
               "30┤           ▆▆▆▆\n"
               "  │           ████\n"
               "20┤     ▆▆▆▆▆ ████\n"
               "  │     █████ ████       ▇▇▇▇\n"
               "10┤▇▇▇▇ █████ ████       ████\n"
               " 0┤████ █████ ████       ████\n"
               "  └──┬──────────┬──────────┬──\n"
               "     0          2          4\n");
    check_plot(30, 9, ascii, &plot,
               "Pixels\n"
               "30+           ::::\n"
               "  |           ####\n"
               "20+     ::::: ####\n"
               "  |     ##### ####       ####\n"
               "10+#### ##### ####       ####\n"
               " 0+#### ##### ####       ####\n"
               "  +--+----------+----------+--\n"
               "     0          2          4\n");
}

/* Ticks are whole only where all that is drawn is; the value read is that of the nearest point, of
 * two as near the first. */
static void ticks_and_readings(void **state)
{
    (void)state;
    double halves[] = {0, 0.5, 1, 1.5, 2}, whole[] = {0, 1, 2}, values[] = {1, 2, 3, 4, 5};
    struct sr_plot_line line = {.x = halves, .y = values, .count = 5, .label = "a"};
    struct sr_plot plot = {.lines = &line, .count = 1, .cursor = 0.75};
    check_plot(40, 6, colours, &plot,
               "x 0.75  ⠤⠤ a 2\n"
               "4┤              ┊           ⢀⣀⣀⣀⠤⠤⠤⠤⠒⠒⠒⠒\n"
               " │           ⢀⣀⣀⣀⡠⠤⠤⠤⠖⠒⠒⠊⠉⠉⠉⠁\n"
               "2┤⡠⠤⠤⠤⠒⠒⠒⠒⠉⠉⠉⠁  ┊\n"
               " └┬────────┬─────────┬────────┬────────┬\n"
               "  0       0.5        1       1.5       2\n");
    line = (struct sr_plot_line){.x = whole, .y = values, .count = 3};
    plot.cursor = NAN;
    check_plot(40, 6, colours, &plot,
               "3┤                              ⣀⣀⡠⠤⠤⠔⠒⠒\n"
               " │                   ⣀⣀⡠⠤⠤⠔⠒⠒⠉⠉⠉\n"
               "2┤        ⣀⣀⣀⠤⠤⠔⠒⠒⠊⠉⠉⠁\n"
               "1┤⠤⠤⠔⠒⠒⠊⠉⠉\n"
               " └┬──────────────────┬─────────────────┬\n"
               "  0                  1                 2\n");
}

/* A line that leaves the axes keeps its slope up to where it leaves them. */
static void lines_are_clipped(void **state)
{
    (void)state;
    double x[] = {0, 10}, y[] = {-30, 70};
    struct sr_plot_line line = {.x = x, .y = y, .count = 2};
    struct sr_plot plot = {.lines = &line,
                           .count = 1,
                           .x_low = 1,
                           .x_high = 9,
                           .y_low = 0,
                           .y_high = 40,
                           .cursor = NAN};
    check_plot(24, 7, ascii, &plot,
               "40+               **\n"
               "30+            ***\n"
               "20+          **\n"
               "10+       ***\n"
               " 0+     **\n"
               "  +----------+----------\n"
               "             5\n");
}

/* Nothing to draw, one point, infinities, areas of a few cells: no crash, no endless loop. */
static void odd_input(void **state)
{
    (void)state;
    double x[] = {1, 1, NAN, 1e300, -1e300, INFINITY, 5},
           y[] = {3, -1e300, 2, NAN, 1e300, 1, -INFINITY};
    for (size_t count = 0; count <= 7; count++) {
        struct sr_plot_line line = {
            .x = x, .y = y, .count = count, .label = "line", .faint = count & 1};
        for (int kind = 0; kind < 32; kind++) {
            struct sr_plot plot = {.title = "t",
                                   .x_label = "x",
                                   .y_label = "y",
                                   .lines = &line,
                                   .count = kind != 31,
                                   .bars = kind & 1,
                                   .logarithmic = kind & 2,
                                   .percent = kind & 4,
                                   .cursor = kind & 8 ? 1 : NAN};
            struct sr_look look = {.ascii = kind & 16, .depth = (enum sr_depth)(kind % 5)};
            for (int size = 0; size < 64; size++) {
                static const int widths[] = {0, 1, 2, 3, 15, 16, 17, 40},
                                 heights[] = {0, 1, 2, 3, 4, 5, 9, 12};
                struct sr_grid grid;
                sr_grid_init(&grid, widths[size % 8], heights[size / 8]);
                sr_draw_plot(sr_grid_area(&grid), &look, &plot);
                sr_grid_fini(&grid);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves),
        cmocka_unit_test(shares_are_per_cent),
        cmocka_unit_test(histograms),
        cmocka_unit_test(ticks_and_readings),
        cmocka_unit_test(lines_are_clipped),
        cmocka_unit_test(odd_input),
    };
    return cmocka_run_group_tests_name("cells plot", tests, set_up, NULL);
}
