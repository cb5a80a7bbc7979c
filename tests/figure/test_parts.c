/* What charts are made of: axes and their ticks, numbers, broken and cut text, enlarged pixels, the
 * tables behind some charts. */
#include "charts.h"

#include "../../src/figure/axis.h"
#include "../../src/figure/canvas.h"
#include "../../src/figure/plotly.h"

static struct sr_error error;

/* ---- axes ---- */

static void check_axis(const struct sr_axis *axis, double from, double to, int number,
                       const double *ticks, const char *const *labels)
{
    assert_float_equal(axis->low, from, 1e-9 * fabs(from) + 1e-12);
    assert_float_equal(axis->high, to, 1e-9 * fabs(to));
    assert_int_equal(axis->count, number);
    for (int i = 0; i < number; i++) {
        assert_float_equal(axis->ticks[i], ticks[i], 1e-9 * fabs(ticks[i]) + 1e-12);
        assert_string_equal(axis->labels[i], labels[i]);
    }
}

static void ticks_are_round_numbers(void **state)
{
    (void)state;
    struct sr_axis axis;
    sr_axis_linear(&axis, 0, 10, 5, false, false, false);
    check_axis(&axis, 0, 10, 6, (const double[]){0, 2, 4, 6, 8, 10},
               (const char *const[]){"0", "2", "4", "6", "8", "10"});
    /* 3.4 apart would be wanted: nearer to 5 than to 2 in proportion. */
    sr_axis_linear(&axis, 0, 17, 5, false, true, false);
    check_axis(&axis, 0, 20, 5, (const double[]){0, 5, 10, 15, 20},
               (const char *const[]){"0", "5", "10", "15", "20"});
    sr_axis_linear(&axis, 0.13, 0.87, 5, false, true, false);
    check_axis(&axis, 0, 1, 6, (const double[]){0, 0.2, 0.4, 0.6, 0.8, 1},
               (const char *const[]){"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
    sr_axis_linear(&axis, -0.3, 0.3, 4, false, false, false);
    check_axis(&axis, -0.3, 0.3, 3, (const double[]){-0.2, 0, 0.2},
               (const char *const[]){"−0.2", "0.0", "0.2"});
    sr_axis_linear(&axis, 0, 1, 3, false, true, true);
    check_axis(&axis, 0, 1, 3, (const double[]){0, 0.5, 1},
               (const char *const[]){"0", "50", "100"});
    /* Epochs begin at 1. */
    sr_axis_linear(&axis, 1, 18, 5, true, false, false);
    check_axis(&axis, 1, 18, 4, (const double[]){1, 5, 10, 15},
               (const char *const[]){"1", "5", "10", "15"});
    sr_axis_linear(&axis, 1, 3, 9, true, false, false);
    check_axis(&axis, 1, 3, 3, (const double[]){1, 2, 3}, (const char *const[]){"1", "2", "3"});
}

static void logarithmic_ticks(void **state)
{
    (void)state;
    struct sr_axis axis;
    sr_axis_log(&axis, 0.13, 0.8, 4);
    check_axis(&axis, 0.1, 1, 4, (const double[]){0.1, 0.2, 0.5, 1},
               (const char *const[]){"0.1", "0.2", "0.5", "1"});
    assert_float_equal(sr_axis_share(&axis, sqrt(0.1)), 0.5, 1e-9);
    sr_axis_log(&axis, 3, 4e5, 3);
    check_axis(&axis, 1, 1e6, 4, (const double[]){1, 100, 1e4, 1e6},
               (const char *const[]){"1", "10²", "10⁴", "10⁶"});
    assert_float_equal(sr_axis_share(&axis, 1000), 0.5, 1e-9);
    assert_float_equal(sr_axis_share(&axis, 0), -0.05, 1e-9);
    assert_true(isnan(sr_axis_share(&axis, NAN)));
    sr_axis_linear(&axis, 2, 6, 4, false, false, false);
    assert_float_equal(sr_axis_share(&axis, 3), 0.25, 1e-9);
    assert_float_equal(sr_axis_share(&axis, 60), 1.05, 1e-9);
}

/* ---- text ---- */

static void numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{-0.04, 1, "0.0"}, {-0.06, 1, "−0.1"}, {3.14159, 2, "3.14"}, {-2, 0, "−2"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        sr_number(text, sizeof text, cases[i].value, cases[i].decimals);
        assert_string_equal(text, cases[i].text);
    }
}

static cairo_surface_t *make_canvas(struct sr_canvas *canvas, int width, int height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    *canvas = (struct sr_canvas){.cairo = cairo_create(surface),
                                 .width = width,
                                 .height = height,
                                 .scale = 1,
                                 .theme = sr_theme(false)};
    sr_text_begin(canvas);
    return surface;
}

static void drop_canvas(struct sr_canvas *canvas, cairo_surface_t *surface)
{
    sr_text_end(canvas);
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(surface);
}

/* A percent sign stays beside its number; text is cut behind whole characters, else cairo would
 * refuse it. */
static void text_is_broken_and_cut(void **state)
{
    (void)state;
    struct sr_canvas canvas;
    cairo_surface_t *surface = make_canvas(&canvas, 200, 20);
    const struct sr_font font = {10, false, 0};
    const double width =
        fmax(sr_text_width(&canvas, font, "aa 5"), sr_text_width(&canvas, font, "% bb")) + 0.1;
    assert_true(sr_text_width(&canvas, font, "5 % bb") > width);
    assert_true(sr_text_width(&canvas, font, "aa 5 %") > width);
    assert_int_equal(sr_draw_paragraph(&canvas, (struct sr_paragraph){0, 0, 0, width, 9}, font,
                                       "aa 5 % bb", false),
                     3);
    assert_int_equal(sr_draw_paragraph(&canvas, (struct sr_paragraph){0, 0, 0, 1000, 9}, font,
                                       "aa 5 % bb", false),
                     1);
    assert_int_equal(
        sr_draw_paragraph(&canvas, (struct sr_paragraph){0, 0, 0, 1000, 9}, font, "aa\nbb", false),
        2);
    for (double most = 5; most < 60; most += 3)
        sr_draw_text(&canvas, 0, 10, 0, most, font, "é一é一é一");
    assert_int_equal(cairo_status(canvas.cairo), CAIRO_STATUS_SUCCESS);
    drop_canvas(&canvas, surface);
}

static void names_of_a_page(void **state)
{
    (void)state;
    char key[32], *escaped = sr_plotly_escape("R&D <b>\n\"x\"");
    assert_string_equal(escaped, "R&amp;D &lt;b&gt; \"x\"");
    free(escaped);
    sr_plotly_axis_key(key, sizeof key, 'x', "axis", 0);
    assert_string_equal(key, "xaxis");
    sr_plotly_axis_key(key, sizeof key, 'y', "axis", 1); /* the second is number 2 */
    assert_string_equal(key, "yaxis2");
}

/* ---- pixels ---- */

static void check_pixels(int width, const uint32_t *colours, int dots, const uint32_t *wanted)
{
    struct sr_canvas canvas;
    cairo_surface_t *surface = make_canvas(&canvas, dots, 1);
    sr_draw_pixels(&canvas, (struct sr_rect){0, 0, dots, 1}, colours, 1, width);
    cairo_surface_flush(surface);
    const uint32_t *found = (const uint32_t *)(const void *)cairo_image_surface_get_data(surface);
    for (int i = 0; i < dots; i++) assert_int_equal(found[i] & 0xFFFFFF, wanted[i]);
    drop_canvas(&canvas, surface);
}

/* A dot has the colour of the pixel below its middle, or the mean of several. */
static void pixels_are_enlarged_and_reduced(void **state)
{
    (void)state;
    enum { A = 0x102030, B = 0x405060, C = 0x708090, D = 0xA0B0C0 };
    check_pixels(3, (const uint32_t[]){A, B, C}, 8, (const uint32_t[]){A, A, A, B, B, C, C, C});
    check_pixels(4, (const uint32_t[]){A, B, C, D}, 2, (const uint32_t[]){0x283848, 0x8898A8});
}

/* ---- tables ---- */

static void check_table(const struct sr_chart *chart, const void *data, const char *wanted)
{
    struct sr_table table = {0};
    struct sr_text text = {0};
    chart->table(&table, data);
    sr_table_csv(&table, &text);
    assert_string_equal(sr_text_get(&text), wanted);
    sr_text_fini(&text);
    sr_table_fini(&table);
}

static void tables_have_the_numbers(void **state)
{
    (void)state;
    static const char *const names[] = {"ant", "bee"};
    static const double values[] = {0.5, 0.75}, least[] = {0.4, 0.7}, most[] = {0.65, 0.8};
    static const struct sr_bars_series two[] = {{"accuracy", values, least, most},
                                                {"recall", most, NULL, NULL}};
    const struct sr_bars_chart bars = {.items = 2, .names = names, .series = two, .count = 2};
    check_table(&sr_chart_bars, &bars,
                "name,series,value,low,high\nant,accuracy,0.5,0.4,0.65\nant,recall,0.65,,\n"
                "bee,accuracy,0.75,0.7,0.8\nbee,recall,0.8,,\n");
    static const float shares[] = {0, 0.75f, 0.5f, 1};
    const struct sr_step two_steps[] = {{"normalise", NULL, shares, {2, 2, 1}, -1, 3},
                                        {"flat", NULL, shares, {1, 2, 1}, 0, 0}};
    const struct sr_steps_chart chart = {NULL, two_steps, 2};
    check_table(&sr_chart_steps, &chart,
                "step,name,row,column,value\n0,normalise,0,0,-1\n0,normalise,0,1,2\n"
                "0,normalise,1,0,1\n0,normalise,1,1,3\n1,flat,0,0,0\n1,flat,0,1,0.75\n");
    static const uint8_t grey[] = {9, 200};
    static const float heat[] = {0.25f, 1};
    const struct sr_triptych row = {
        .pixels = grey, .heat = heat, .left = "l", .middle = "m", .right = "r", .wrong = true};
    const struct sr_triptych_chart triptych = {NULL, {1, 2, 1}, &row, 1};
    check_table(&sr_chart_triptychs, &triptych,
                "sample,left,middle,right,wrong,pixel0,pixel1,heat0,heat1\n"
                "0,l,m,r,1,9,200,0.25,1\n");
    static const struct sr_block layers[] = {{SR_BLOCK_CONV, "conv", {28, 14, 8}, 80, -1},
                                             {SR_BLOCK_ADD, "add", {28, 14, 8}, 0, 0}};
    const struct sr_network_chart network = {NULL, NULL, layers, 2};
    check_table(&sr_chart_network, &network,
                "layer,name,height,width,channels,parameters,skip\n0,conv,28,14,8,80,-1\n"
                "1,add,28,14,8,0,0\n");
}

/* ---- files ---- */

static void keys_in_a_picture_are_ascii(void **state)
{
    (void)state;
    static const char *const facts[] = {"Größe", "7", NULL};
    const struct sr_figure_options options = {.provenance = facts};
    struct picture picture;
    const char *path = in_scratch("keys.png");
    assert_ok(sr_figure_write(path, &options, &sr_chart_histogram, &histogram_chart, &error));
    read_picture(path, &picture);
    assert_string_equal(picture.keys[0], "Gr____e");
    assert_string_equal(picture.values[0], "7");
    free(picture.dots);
}

/* Each name in an SVG file is given once. */
static void names_in_a_drawing_are_unique(void **state)
{
    (void)state;
    enum { MOST = 2000 };
    static char names[MOST][32];
    size_t length, count = 0;
    const char *path = in_scratch("names.svg");
    assert_ok(sr_figure_write(path, NULL, &sr_chart_triptychs, &triptych_chart, &error));
    char *svg = contents(path, &length);
    for (const char *at = svg; count < MOST && (at = strstr(at, " id=\"")); count++) {
        at += 5;
        snprintf(names[count], sizeof *names, "%.*s", (int)strcspn(at, "\""), at);
        for (size_t i = 0; i < count; i++) assert_string_not_equal(names[i], names[count]);
    }
    assert_true(count > 6);
    free(svg);
}

/* The longest row of decimals in the value that begins at `at`, up to its closing quote. */
static size_t decimals(const char *at)
{
    size_t most = 0;
    for (; *at != '"'; at++) {
        const size_t length = *at == '.' ? strspn(at + 1, "0123456789") : 0;
        most = length > most ? length : most;
    }
    return most;
}

/* Positions are written to a hundredth of a point; what images are scaled by keeps its digits. */
static void positions_are_short(void **state)
{
    (void)state;
    static const char *const attributes[] = {" d=\"", " x=\"", " y=\"", "matrix("};
    size_t length;
    const char *path = in_scratch("positions.svg");
    assert_ok(sr_figure_write(path, NULL, &sr_chart_triptychs, &triptych_chart, &error));
    char *svg = contents(path, &length);
    for (int i = 0; i < 4; i++) {
        size_t most = 0, count = 0;
        for (const char *at = svg; (at = strstr(at, attributes[i])); count++) {
            at += strlen(attributes[i]);
            most = decimals(at) > most ? decimals(at) : most;
        }
        if (!count || (i < 3 ? most != 2 : most < 3))
            fail_msg("%zu of %s with %zu decimals", count, attributes[i], most);
    }
    free(svg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(logarithmic_ticks),
        cmocka_unit_test(numbers),
        cmocka_unit_test(text_is_broken_and_cut),
        cmocka_unit_test(names_of_a_page),
        cmocka_unit_test(pixels_are_enlarged_and_reduced),
        cmocka_unit_test(tables_have_the_numbers),
        cmocka_unit_test(keys_in_a_picture_are_ascii),
        cmocka_unit_test(names_in_a_drawing_are_unique),
        cmocka_unit_test(positions_are_short),
    };
    (void)sample_charts;
    return cmocka_run_group_tests_name("figure parts", tests, make_scratch, remove_scratch);
}
