/* Each chart in each format: what is in the file, and that it is the same each time. */
#include "charts.h"

#include "sartor/base/json.h"
#include "sartor/base/thread.h"

static struct sr_error error;

static void write_chart(const struct sample_chart *sample, const char *path, double width,
                        double height, double resolution, bool dark)
{
    struct sr_figure_options options = {.width = width,
                                        .height = height,
                                        .resolution = resolution,
                                        .dark = dark,
                                        .provenance = provenance};
    enum sr_status status = sr_figure_write(path, &options, sample->chart, sample->data, &error);
    if (status) fail_msg("%s: %s", sample->name, error.text);
}

/* Enough ink to be a chart, and none of it cut off at the edge of the paper. */
static void assert_drawn(const struct sample_chart *sample, const struct picture *picture,
                         uint32_t paper)
{
    size_t ink = 0, all = (size_t)picture->width * (size_t)picture->height;
    for (size_t i = 0; i < all; i++) ink += picture->dots[i] != paper;
    if (ink * 100 < all) fail_msg("%s is blank: %zu of %zu dots", sample->name, ink, all);
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            if ((y < 1 || x < 1 || y >= picture->height - 1 || x >= picture->width - 1) &&
                picture->dots[y * picture->width + x] != paper)
                fail_msg("%s, %d × %d: something reaches the edge at (%d, %d)", sample->name,
                         picture->width, picture->height, x, y);
}

static void charts_are_drawn_with_provenance(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLE_CHARTS; i++)
        for (int dark = 0; dark < 2; dark++) {
            const char *path = in_scratch("chart.png");
            struct picture picture;
            write_chart(&sample_charts[i], path, 0, 0, 0, dark);
            read_picture(path, &picture);
            assert_true(fabs(picture.resolution - 144) < 0.05);
            assert_int_equal(picture.texts, 3);
            for (int k = 0; k < 3; k++) {
                assert_string_equal(picture.keys[k], provenance[2 * k]);
                assert_string_equal(picture.values[k], provenance[2 * k + 1]);
            }
            assert_drawn(&sample_charts[i], &picture, dark ? 0x16181C : 0xFFFFFF);
            free(picture.dots);
        }
}

static void sizes_are_those_asked_for(void **state)
{
    (void)state;
    static const struct {
        double width, height, resolution;
        int columns, rows;
    } sizes[] = {
        {SR_WIDTH_COLUMN, 0, 300, 1039, 0},
        {SR_WIDTH_PAGE, 0, 150, 1063, 0},
        {SR_WIDTH_PAGE, 400, 72, 510, 400},
        {300, 120, 144, 600, 240},
        {0, 150, 100, 0, 208},
        {60, 40, 200, 167, 111},
        {900, 900, 72, 900, 900},
    };
    for (int i = 0; i < SAMPLE_CHARTS; i++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const char *path = in_scratch("size.png");
            struct picture picture;
            write_chart(&sample_charts[i], path, sizes[s].width, sizes[s].height,
                        sizes[s].resolution, false);
            read_picture(path, &picture);
            if (sizes[s].columns) assert_int_equal(picture.width, sizes[s].columns);
            if (sizes[s].rows) assert_int_equal(picture.height, sizes[s].rows);
            assert_drawn(&sample_charts[i], &picture, 0xFFFFFF);
            free(picture.dots);
        }
}

static void bytes_are_the_same_each_time(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png", "a.svg", "a.pdf"};
    static const char *const again[] = {"b.png", "b.svg", "b.pdf"};
    for (int i = 0; i < SAMPLE_CHARTS; i++)
        for (int format = 0; format < 3; format++) {
            write_chart(&sample_charts[i], in_scratch(names[format]), 0, 0, 0, false);
            /* What the process draws in between must not show. */
            write_chart(&sample_charts[(i + 1) % SAMPLE_CHARTS], in_scratch("other.svg"), 0, 0, 0,
                        true);
            write_chart(&sample_charts[i], in_scratch(again[format]), 0, 0, 0, false);
            assert_same_files(in_scratch(names[format]), in_scratch(again[format]));
        }
}

struct drawer {
    int first;
    struct sr_error error;
};

static void draw_all(void *context)
{
    struct drawer *drawer = context;
    char path[256];
    for (int i = 0; i < SAMPLE_CHARTS && !drawer->error.status; i++) {
        const struct sample_chart *sample = &sample_charts[(drawer->first + i) % SAMPLE_CHARTS];
        snprintf(path, sizeof path, "%s/%d-%s.svg", scratch, drawer->first, sample->name);
        sr_figure_write(path, NULL, sample->chart, sample->data, &drawer->error);
    }
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
#if defined __SANITIZE_THREAD__
    skip(); /* cairo's atomic free lists are not instrumented, so each hand-over looks like a race
             */
#endif
    enum { THREADS = 4 };
    struct drawer drawers[THREADS] = {{0}};
    struct sr_thread threads[THREADS];
    char one[256], two[256];
    for (int i = 0; i < THREADS; i++) {
        drawers[i].first = i;
        assert_ok(sr_thread_start(&threads[i], "draw", draw_all, &drawers[i], &error));
    }
    for (int i = 0; i < THREADS; i++) sr_thread_join(&threads[i]);
    for (int i = 0; i < THREADS; i++) assert_string_equal(drawers[i].error.text, "");
    for (int i = 1; i < THREADS; i++)
        for (int k = 0; k < SAMPLE_CHARTS; k++) {
            snprintf(one, sizeof one, "%s/0-%s.svg", scratch, sample_charts[k].name);
            snprintf(two, sizeof two, "%s/%d-%s.svg", scratch, i, sample_charts[k].name);
            assert_same_files(one, two);
        }
}

static void vector_files_say_what_they_are(void **state)
{
    (void)state;
    size_t length;
    write_chart(&sample_charts[0], in_scratch("v.svg"), 0, 0, 0, false);
    char *svg = contents(in_scratch("v.svg"), &length);
    assert_non_null(strstr(svg, "<svg "));
    assert_non_null(
        strstr(svg, "Command: confusion cnn split=test\nSeed: 1\nData: Kleider für Füße</desc>"));
    assert_string_equal(svg + length - strlen("</svg>\n"), "</svg>\n");
    free(svg);
    write_chart(&sample_charts[0], in_scratch("v.pdf"), 0, 0, 0, false);
    char *pdf = contents(in_scratch("v.pdf"), &length);
    assert_memory_equal(pdf, "%PDF-", 5);
    free(pdf);
}

static void tables_are_rectangles(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLE_CHARTS; i++) {
        const struct sample_chart *sample = &sample_charts[i];
        size_t length, rows = 0, cells = 1;
        if (!sample->rows) continue;
        write_chart(sample, in_scratch("t.json"), 0, 0, 0, false);
        char *bytes = contents(in_scratch("t.json"), &length);
        struct sr_json *json = sr_json_parse(bytes, length, &error);
        if (!json) fail_msg("%s: %s", sample->name, error.text);
        size_t columns = sr_json_length(sr_json_get(json, "columns"));
        const struct sr_json *all = sr_json_get(json, "rows");
        assert_int_equal(sr_json_length(all), sample->rows);
        for (size_t k = 0; k < sample->rows; k++)
            assert_int_equal(sr_json_length(sr_json_at(all, k)), columns);
        assert_string_equal(sr_json_text(sr_json_get(sr_json_get(json, "provenance"), "Seed")),
                            "1");
        sr_json_free(json);
        free(bytes);
        /* The same in CSV; quoted cells may hold commas, quotes and newlines. */
        write_chart(sample, in_scratch("t.csv"), 0, 0, 0, false);
        bytes = contents(in_scratch("t.csv"), &length);
        bool quoted = false;
        for (size_t k = 0; k < length; k++) {
            if (bytes[k] == '"') quoted = !quoted;
            if (quoted) continue;
            if (bytes[k] == ',') cells++;
            if (bytes[k] != '\n') continue;
            assert_int_equal(cells, columns);
            cells = 1;
            rows++;
        }
        assert_false(quoted);
        assert_int_equal(rows, sample->rows + 1);
        free(bytes);
    }
}

static void a_matrix_is_what_its_table_says(void **state)
{
    (void)state;
    size_t length;
    write_chart(&sample_charts[4], in_scratch("m.csv"), 0, 0, 0, false);
    char *csv = contents(in_scratch("m.csv"), &length);
    assert_memory_equal(csv, "true,predicted,count,share\nT-shirt/top,T-shirt/top,870,", 55);
    free(csv);
    write_chart(&sample_charts[3], in_scratch("m.csv"), 0, 0, 0, false);
    csv = contents(in_scratch("m.csv"), &length);
    assert_memory_equal(csv, "panel,curve,dashed,x,y,low,high\nloss,cnn,1,1,0.5,,\n", 51);
    assert_non_null(strstr(csv, "Accuracy,cnn,0,5,,,\n")); /* NaN is an empty cell */
    free(csv);
}

/* Nothing to show is no reason to fall over. */
static void empty_charts_are_pages_too(void **state)
{
    (void)state;
    static const uint64_t none[256];
    static const double nothing[2] = {NAN, NAN}, x[2] = {1, 2}, same[2] = {0.5, 0.5};
    static const char *const one_name[] = {"only"};
    static const struct sr_curve curves[] = {{.label = "a", .x = x, .y = nothing, .count = 2},
                                             {.label = "b", .x = x, .y = same, .count = 2},
                                             {.label = "c", .x = x, .y = same, .count = 0}};
    static const struct sr_curves_panel empty_panels[] = {
        {.curves = curves, .count = 3, .percent = true},
        {.curves = curves, .count = 1, .logarithmic = true}};
    static const struct sr_bars_series empty_series = {"a", nothing, NULL, NULL};
    const struct sr_grid_chart grid = {.shape = {28, 28, 1}};
    const struct sr_grid_chart gallery = {.shape = {28, 28, 1}};
    const struct sr_histogram_chart histogram = {.counts = none},
                                    linear = {.counts = none, .linear = true};
    const struct sr_curves_chart no_curves = {0}, hollow = {.panels = empty_panels, .count = 2};
    const struct sr_confusion_chart single = {.classes = 1, .names = one_name, .matrix = none},
                                    no_class = {0};
    const struct sr_triptych_chart triptych = {.shape = {28, 28, 1}};
    const struct sr_bars_chart no_bars = {0}, hollow_bars = {.items = 1,
                                                             .names = one_name,
                                                             .series = &empty_series,
                                                             .count = 1,
                                                             .dots = true};
    const struct sr_steps_chart no_steps = {0};
    const struct sr_network_chart no_network = {0};
    const struct sr_grid no_cells = {0};
    const struct sample_chart empties[] = {{"grid", &sr_chart_grid, &grid, 0},
                                           {"gallery", &sr_chart_gallery, &gallery, 0},
                                           {"histogram", &sr_chart_histogram, &histogram, 0},
                                           {"linear", &sr_chart_histogram, &linear, 0},
                                           {"curves", &sr_chart_curves, &no_curves, 0},
                                           {"hollow", &sr_chart_curves, &hollow, 0},
                                           {"single", &sr_chart_confusion, &single, 0},
                                           {"no class", &sr_chart_confusion, &no_class, 0},
                                           {"triptych", &sr_chart_triptychs, &triptych, 0},
                                           {"bars", &sr_chart_bars, &no_bars, 0},
                                           {"hollow bars", &sr_chart_bars, &hollow_bars, 0},
                                           {"steps", &sr_chart_steps, &no_steps, 0},
                                           {"network", &sr_chart_network, &no_network, 0},
                                           {"cells", &sr_chart_cells, &no_cells, 0}};
    for (size_t i = 0; i < sizeof empties / sizeof *empties; i++) {
        struct picture picture;
        const char *path = in_scratch("empty.png");
        write_chart(&empties[i], path, 0, 0, 0, false);
        read_picture(path, &picture);
        free(picture.dots);
        write_chart(&empties[i], in_scratch("empty.pdf"), SR_WIDTH_COLUMN, 30, 0, true);
    }
}

/* Text has a set size, so many classes must thin out their names, and 256 still make a picture. */
static void many_classes_fit(void **state)
{
    (void)state;
    enum { MANY = 256 };
    uint64_t *matrix = sr_xalloc(MANY * MANY * sizeof *matrix);
    const char *names[MANY];
    for (int i = 0; i < MANY; i++) {
        names[i] = class_names[i % 10];
        for (int k = 0; k < MANY; k++)
            matrix[i * MANY + k] = i == k ? 90 : (uint64_t)((i * k) % 50 == 3);
    }
    for (int classes = 2; classes <= MANY; classes = classes * 3 / 2 + 1) {
        struct sr_confusion_chart chart = {"Many", NULL, classes, names, matrix, false, false};
        struct sample_chart sample = {"many classes", &sr_chart_confusion, &chart, 0};
        struct picture picture;
        const char *path = in_scratch("many.png");
        for (double width = 0; width < 300; width += SR_WIDTH_COLUMN) {
            write_chart(&sample, path, width, 0, 144, false);
            read_picture(path, &picture);
            assert_drawn(&sample, &picture, 0xFFFFFF);
            free(picture.dots);
        }
    }
    free(matrix);
}

/* The last column and line of two pictures that differ. */
static void last_difference(const uint64_t *one, const uint64_t *other, int *column, int *line)
{
    static const char *const names[] = {"a", "b", "c"};
    const struct sr_confusion_chart charts[] = {{"Three", NULL, 3, names, one, false, false},
                                                {"Three", NULL, 3, names, other, false, false}};
    struct picture pictures[2];
    for (int i = 0; i < 2; i++) {
        struct sample_chart sample = {"three", &sr_chart_confusion, &charts[i], 0};
        const char *path = in_scratch("three.png");
        write_chart(&sample, path, 0, 0, 144, false);
        read_picture(path, &pictures[i]);
    }
    assert_int_equal(pictures[0].width, pictures[1].width);
    assert_int_equal(pictures[0].height, pictures[1].height);
    *column = *line = -1;
    for (int y = 0; y < pictures[0].height; y++)
        for (int x = 0; x < pictures[0].width; x++) {
            if (pictures[0].dots[y * pictures[0].width + x] ==
                pictures[1].dots[y * pictures[0].width + x])
                continue;
            if (x > *column) *column = x;
            *line = y;
        }
    for (int i = 0; i < 2; i++) free(pictures[i].dots);
}

/* Precision stands below the columns and is of the columns' totals, recall at the right of the rows
 * and of theirs. Matrices of equal column totals therefore differ at the right, but not below. */
static void precision_is_of_columns_and_recall_of_rows(void **state)
{
    (void)state;
    static const uint64_t even[] = {80, 20, 0, 0, 80, 20, 20, 0, 80},
                          same_columns[] = {80, 0, 0, 0, 80, 20, 20, 20, 80},
                          same_rows[] = {80, 20, 0, 0, 80, 20, 0, 20, 80};
    int right, below, right_of_columns, below_columns;
    last_difference(even, same_columns, &right, &below);
    last_difference(even, same_rows, &right_of_columns, &below_columns);
    assert_true(right > right_of_columns); /* recall differs beside the cells */
    assert_true(below_columns > below);    /* precision differs below the cells */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charts_are_drawn_with_provenance),
        cmocka_unit_test(sizes_are_those_asked_for),
        cmocka_unit_test(bytes_are_the_same_each_time),
        cmocka_unit_test(threads_do_not_disturb_each_other),
        cmocka_unit_test(vector_files_say_what_they_are),
        cmocka_unit_test(tables_are_rectangles),
        cmocka_unit_test(a_matrix_is_what_its_table_says),
        cmocka_unit_test(empty_charts_are_pages_too),
        cmocka_unit_test(many_classes_fit),
        cmocka_unit_test(precision_is_of_columns_and_recall_of_rows),
    };
    return cmocka_run_group_tests_name("figure charts", tests, make_scratch, remove_scratch);
}
