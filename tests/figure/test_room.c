/* Texts stay on the page and apart from each other, whatever the classes are called. */
#include "texts.h"

static struct sr_error error;

enum { MANY = 100, PICTURES = 12 };
static uint64_t matrix[MANY * MANY];
static char digits[MANY][8];
static const char *names[MANY];

static void draw(const struct sr_chart *chart, const void *data, double width)
{
    const struct sr_figure_options options = {.width = width};
    count = 0;
    assert_ok(sr_figure_write(in_scratch("room.svg"), &options, chart, data, &error));
    assert_in_range(count, 1, TEXTS);
}

/* Nothing that is written level begins or ends beyond the page. */
static void assert_on_page(const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!texts[i].turned && (texts[i].left < 0 || texts[i].right > texts[i].width + 0.1))
            fail_msg("%s: \"%s\" goes from %.1f to %.1f on a page of %.1f", what, texts[i].words,
                     texts[i].left, texts[i].right, texts[i].width);
}

static const struct text *find(const char *words)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(texts[i].words, words)) return &texts[i];
    fail_msg("\"%s\" is not drawn", words);
    return NULL;
}

static void no_chart_is_cut_at_its_sides(void **state)
{
    (void)state;
    static const double widths[] = {0, SR_WIDTH_COLUMN, SR_WIDTH_PAGE};
    for (int i = 0; i < SAMPLE_CHARTS; i++)
        for (int w = 0; w < 3 && sample_charts[i].chart != &sr_chart_cells; w++) {
            draw(sample_charts[i].chart, sample_charts[i].data, widths[w]);
            assert_on_page(sample_charts[i].name);
        }
}

static void names_of_any_length_leave_room_for_the_margins(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {
        {"a", "b"},
        {"yes", "no"},
        {"T恤", "معطف"},
        {"A very long name of a class of garments, number 1, nobody gives", "short"}};
    static const int sizes[] = {2, 10, 25, MANY};
    for (int i = 0; i < MANY * MANY; i++) matrix[i] = i % (MANY + 1) ? (uint64_t)(i % 7) : 90;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int wide = 0; wide < 2; wide++) {
                for (int i = 0; i < MANY; i++) names[i] = kinds[k][i % 2];
                const struct sr_confusion_chart chart = {
                    "A model on the test split", NULL, sizes[s], names, matrix, false, false};
                draw(&sr_chart_confusion, &chart, wide ? SR_WIDTH_PAGE : 0);
                assert_on_page(kinds[k][0]);
                if (sizes[s] > 10) continue;
                assert_true(find("precision %")->left > find("predicted class")->left - 400);
                /* The names beside the rows have the room that they need, and no more than 90. */
                const struct text *name = find(kinds[k][1]);
                assert_true(name->right - name->left < 91);
                assert_true(name->left >= SR_MARGIN + SR_TYPE_LABEL);
            }
}

/* Beside a matrix of two classes, the name of the axis is not drawn over the title. */
static void the_axis_stays_below_the_title(void **state)
{
    (void)state;
    static const char *const two[] = {"no", "yes"};
    static const char *const axes[] = {"true class (number of images)", "true class"};
    const struct sr_confusion_chart chart = {
        "logreg on the test split, accuracy 100.00 %", NULL, 2, two, matrix, false, false};
    draw(&sr_chart_confusion, &chart, 0);
    const struct text *axis = NULL;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(texts[i].words, axes[0]) || !strcmp(texts[i].words, axes[1])) axis = &texts[i];
    assert_non_null(axis);
    const double half = (axis->right - axis->left) / 2;
    assert_true(axis->y - half > find(chart.title)->y + 4);
    /* "yes" is written whole: it has as much room as it needs. */
    assert_true(find("yes")->right - find("yes")->left > 10);
}

/* Captions and ids in a row of the gallery end before the next begins. */
static void captions_do_not_touch(void **state)
{
    (void)state;
    static const char *const long_names[] = {
        "A very long name of a class\nas Another long name of a class of garments",
        "Unbreakablenameofaclassofgarmentsthatnobodywouldgive\nas T-shirt/top", "Bag"};
    const char *words[PICTURES];
    bool all_wrong[PICTURES];
    for (int i = 0; i < PICTURES; i++) {
        words[i] = long_names[i % 3];
        all_wrong[i] = i % 3 < 2;
        snprintf(digits[i], sizeof digits[i], "test:%d", i);
        names[i] = digits[i];
    }
    const struct sr_grid_chart chart = {.title = "Gallery",
                                        .count = PICTURES,
                                        .shape = {SIDE, SIDE, 1},
                                        .pixels = image_list,
                                        .heats = heat_list,
                                        .ids = names,
                                        .captions = words,
                                        .wrong = all_wrong};
    draw(&sr_chart_gallery, &chart, 0);
    for (int i = 0; i < PICTURES; i++) find(digits[i]);
    size_t beside = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            if (i == k || fabs(texts[i].y - texts[k].y) > 0.01 || texts[i].x >= texts[k].x ||
                texts[i].turned || texts[k].turned || texts[i].y < 40)
                continue;
            beside++;
            if (texts[i].right + 3 > texts[k].left)
                fail_msg("\"%s\" ends at %.1f, \"%s\" begins at %.1f", texts[i].words,
                         texts[i].right, texts[k].words, texts[k].left);
        }
    assert_in_range(beside, PICTURES, 100000);
}

/* The distance of two colours in OKLab (Ottosson 2020). */
static void oklab(sr_colour colour, double *out)
{
    double c[3];
    for (int i = 0; i < 3; i++) {
        const double v = (colour >> (16 - 8 * i) & 255) / 255.0;
        c[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    const double l = cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]),
                 m = cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]),
                 s = cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
    out[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    out[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    out[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static void models_have_colours_that_differ(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        const struct sr_canvas canvas = {.theme = sr_theme(dark)};
        for (int i = 0; i < SR_SERIES; i++)
            for (int k = 0; k < i; k++) {
                double a[3], b[3];
                oklab(sr_canvas_series(&canvas, i), a);
                oklab(sr_canvas_series(&canvas, k), b);
                assert_true(hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]) > 0.1);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_chart_is_cut_at_its_sides),
        cmocka_unit_test(names_of_any_length_leave_room_for_the_margins),
        cmocka_unit_test(the_axis_stays_below_the_title),
        cmocka_unit_test(captions_do_not_touch),
        cmocka_unit_test(models_have_colours_that_differ),
    };
    return cmocka_run_group_tests_name("figure room", tests, make_scratch, remove_scratch);
}
