/* What is drawn where: the linker hands this program every text that a chart draws, and pictures
 * are looked at dot by dot. */
#include "texts.h"

static struct sr_error error;

/* Draw a chart and read it back. */
static void draw(const struct sr_chart *chart, const void *data, double width,
                 struct picture *picture)
{
    const struct sr_figure_options options = {.width = width};
    const char *path = in_scratch("drawn.png");
    count = 0;
    assert_ok(sr_figure_write(path, &options, chart, data, &error));
    read_picture(path, picture);
}

/* The n-th of the texts with these words. */
static const struct text *find(const char *words, int n)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(texts[i].words, words) && n-- == 0) return &texts[i];
    fail_msg("\"%s\" is not drawn", words);
    return NULL;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 0.5;
}

static const char *const names[] = {"ant", "bee", "cat"};

/* How far a dot is from white; positions in points, of which each has two dots. */
static int darkness(const struct picture *picture, double x, double y)
{
    uint32_t dot = picture->dots[(int)(2 * y) * picture->width + (int)(2 * x)];
    return 3 * 255 - (int)(dot >> 16 & 255) - (int)(dot >> 8 & 255) - (int)(dot & 255);
}

/* The largest number among the texts. */
static double largest_number(void)
{
    double largest = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        char *end;
        double number = strtod(texts[i].words, &end);
        if (!*end) largest = fmax(largest, number);
    }
    return largest;
}

static void a_matrix_has_its_numbers_in_place(void **state)
{
    (void)state;
    static const uint64_t matrix[] = {80, 19, 1, 2, 70, 28, 25, 3, 72};
    static const char *const recalls[] = {"80.0", "70.0", "72.0"}, *const precisions[] = {
                                                                       "74.8", "76.1", "71.3"};
    const struct sr_confusion_chart chart = {"Three", NULL, 3, names, matrix, false, false};
    struct picture picture;
    draw(&sr_chart_confusion, &chart, 400, &picture);
    double x[3], y[3];
    for (int i = 0; i < 3; i++) {
        char diagonal[8];
        snprintf(diagonal, sizeof diagonal, "%d", (int)matrix[4 * i]);
        x[i] = find(diagonal, 0)->x;
        y[i] = find(diagonal, 0)->y;
        assert_true(i == 0 || (x[i] > x[i - 1] && y[i] > y[i - 1]));
    }
    /* Beside its number, a cell of 19 in 100 is darker than one of 2. */
    const double beside = 0.38 * (x[1] - x[0]);
    assert_true(darkness(&picture, x[1] - beside, y[0] - beside) >
                darkness(&picture, x[0] - beside, y[1] - beside) + 30);
    free(picture.dots);
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
            char number[8];
            snprintf(number, sizeof number, "%d", (int)matrix[3 * row + column]);
            /* Numbers of the scale may look the same; one of them stands in the cell. */
            bool found = false;
            for (size_t i = 0; i < count; i++)
                found |= !strcmp(texts[i].words, number) && near(texts[i].x, x[column]) &&
                         near(texts[i].y, y[row]);
            if (!found) fail_msg("%s is not in row %d, column %d", number, row, column);
        }
        assert_true(near(find(recalls[row], 0)->y, y[row]));
        assert_true(find(recalls[row], 0)->x > x[2]);
        assert_true(near(find(precisions[row], 0)->x, x[row]));
        assert_true(find(precisions[row], 0)->y > y[2]);
        assert_true(near(find(names[row], 0)->y, y[row])); /* true classes at the left */
        assert_true(find(names[row], 0)->x < x[0] && find(names[row], 1)->y > y[2]);
    }
    find("74.0", 0); /* accuracy */
    static const char *const scale[] = {"0", "5", "10", "50", "100"};
    for (int i = 1; i < 5; i++) assert_true(find(scale[i], 0)->y < find(scale[i - 1], 0)->y);
}

static void shares_are_of_rows_or_of_columns(void **state)
{
    (void)state;
    static const uint64_t matrix[] = {80, 19, 1, 2, 70, 28, 25, 3, 72};
    struct sr_confusion_chart chart = {"Three", NULL, 3, names, matrix, true, false};
    struct picture picture;
    draw(&sr_chart_confusion, &chart, 400, &picture);
    free(picture.dots);
    find("19.0", 0);
    find("25.0", 0);
    find("% of the true class", 0);
    chart.of_predicted = true;
    draw(&sr_chart_confusion, &chart, 400, &picture);
    free(picture.dots);
    find("20.7", 0); /* 19 of 92 */
    find("23.4", 0); /* 25 of 107 */
    find("% of the predicted class", 0);
}

static void values_have_their_intervals(void **state)
{
    (void)state;
    static const double values[] = {0.5, 0.75, 0.875}, least[] = {0.4, 0.7, 0.8},
                        most[] = {0.65, 0.8, 0.9};
    static const struct sr_bars_series one = {"accuracy", values, least, most};
    const struct sr_bars_chart chart = {"Bars", NULL, "accuracy", 3, names, &one, 1, true, true};
    struct picture picture;
    draw(&sr_chart_bars, &chart, 0, &picture);
    free(picture.dots);
    static const char *const wanted[] = {"50.0 [40.0, 65.0]", "75.0 [70.0, 80.0]",
                                         "87.5 [80.0, 90.0]"};
    for (int i = 0; i < 3; i++) assert_true(near(find(wanted[i], 0)->y, find(names[i], 0)->y));
}

static void axes_reach_to_the_intervals(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3}, values[] = {0.5, 0.75, 0.875}, least[] = {0.4, 0.7, 0.8},
                        most[] = {0.65, 3.1, 0.9};
    static const struct sr_bars_series one = {"loss", values, least, most};
    const struct sr_bars_chart bars = {.items = 3, .names = names, .series = &one, .count = 1};
    struct picture picture;
    draw(&sr_chart_bars, &bars, 400, &picture);
    free(picture.dots);
    assert_true(largest_number() >= 3.1);
    static const struct sr_curve curve = {
        .label = "a", .x = x, .y = values, .count = 3, .low = least, .high = most};
    const struct sr_curves_panel panel = {.y_label = "y", .curves = &curve, .count = 1};
    const struct sr_curves_chart curves = {.x_label = "x", .panels = &panel, .count = 1};
    draw(&sr_chart_curves, &curves, 400, &picture);
    free(picture.dots);
    assert_true(largest_number() > 3 && largest_number() < 5); /* x ends at 3 */
}

static void a_legend_tells_training_from_validation(void **state)
{
    (void)state;
    struct picture picture;
    draw(&sr_chart_curves, &curves_chart, 400, &picture);
    free(picture.dots);
    find("cnn", 0);
    find("training", 0);
    find("validation", 0);
}

/* Of eleven images four stand in a row: the last row then lacks one. */
static void rows_are_nearly_full(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    const struct sr_grid_chart chart = {
        .count = 11, .shape = {SIDE, SIDE, 1}, .pixels = image_list, .captions = letters};
    struct picture picture;
    draw(&sr_chart_grid, &chart, 0, &picture);
    free(picture.dots);
    for (int i = 0; i < 11; i++) {
        assert_true(near(find(letters[i], 0)->x, find(letters[i % 4], 0)->x));
        assert_true(near(find(letters[i], 0)->y, find(letters[i / 4 * 4], 0)->y));
    }
    assert_true(find("e", 0)->y > find("d", 0)->y + 20);
}

/* At half of the least width everything is half as large. */
static void narrow_pages_are_scaled_down(void **state)
{
    (void)state;
    struct picture least, half;
    draw(&sr_chart_bars, &bars_chart, 190, &least);
    draw(&sr_chart_bars, &bars_chart, 95, &half);
    assert_in_range(half.height, least.height / 2 - 1, least.height / 2 + 1);
    assert_in_range(half.width, least.width / 2 - 1, least.width / 2 + 1);
    free(least.dots);
    free(half.dots);
}

/* Two matrices side by side: the second is drawn as the first, a width and a gap further on, but
 * for letters that cairo rounds to another quarter of a dot. */
static void matrices_stand_side_by_side(void **state)
{
    (void)state;
    static const uint64_t matrix[] = {80, 19, 1, 2, 70, 28, 25, 3, 72};
    const struct sr_confusion_chart two[] = {{NULL, NULL, 3, names, matrix, false, false},
                                             {NULL, NULL, 3, names, matrix, false, false}};
    const struct sr_confusions_chart chart = {two, 2};
    struct picture picture;
    draw(&sr_chart_confusions, &chart, 500, &picture);
    const int apart = 2 * (244 + 12);
    int others = 0;
    for (int y = 0; y < picture.height; y++)
        for (int x = 0; x < 2 * 244; x++)
            others +=
                picture.dots[y * picture.width + x] != picture.dots[y * picture.width + x + apart];
    assert_in_range(others, 0, picture.height * 244 / 1000);
    free(picture.dots);
}

static void wrong_ones_are_crossed(void **state)
{
    (void)state;
    static const bool one_wrong[] = {false, true, false};
    const struct sr_grid_chart chart = {.title = "Three",
                                        .count = 3,
                                        .columns = 3,
                                        .shape = {SIDE, SIDE, 1},
                                        .pixels = image_list,
                                        .captions = names,
                                        .wrong = one_wrong};
    struct picture picture;
    draw(&sr_chart_grid, &chart, 400, &picture);
    free(picture.dots);
    assert_true(find("ant", 0)->x < find("✗ bee", 0)->x);
    assert_true(find("✗ bee", 0)->x < find("cat", 0)->x);
}

static bool coloured(uint32_t dot)
{
    int r = dot >> 16 & 255, g = dot >> 8 & 255, b = dot & 255;
    int largest = r > g ? (r > b ? r : b) : (g > b ? g : b),
        smallest = r < g ? (r < b ? r : b) : (g < b ? g : b);
    return largest - smallest > 40;
}

static void layers_stand_one_below_another(void **state)
{
    (void)state;
    static const struct sr_block layers[] = {{SR_BLOCK_INPUT, "image", {28, 28, 1}, 0, -1},
                                             {SR_BLOCK_CONV, "conv", {28, 28, 8}, 80, -1},
                                             {SR_BLOCK_ADD, "add", {28, 28, 8}, 0, 0},
                                             {SR_BLOCK_DENSE, "dense", {0, 0, 10}, 62730, -1}};
    struct sr_network_chart chart = {"Net", NULL, layers, 4};
    struct picture picture;
    draw(&sr_chart_network, &chart, 400, &picture);
    /* From the page's margin the arrow reaches both blocks: between it and them no dot is white. */
    for (int end = 0; end < 3; end += 2) {
        int x = 2 * (int)SR_MARGIN, y = (int)lround(2 * find(layers[end].name, 0)->y);
        while (!coloured(picture.dots[y * picture.width + x]) && x < 60) x++;
        const int from = x;
        while (picture.dots[y * picture.width + x] != 0xFFFFFF) x++;
        assert_in_range(from, 0, 40);
        assert_in_range(x, from + 100, picture.width / 2);
    }
    free(picture.dots);
    for (int i = 1; i < 4; i++)
        assert_true(find(layers[i].name, 0)->y > find(layers[i - 1].name, 0)->y);
    assert_true(near(find("28 × 28 × 8", 0)->y, find("conv", 0)->y));
    assert_true(near(find("28 × 28 × 8", 1)->y, find("add", 0)->y));
    assert_true(near(find("62,730", 0)->y, find("dense", 0)->y));
}

/* ---- dots ---- */

/* How many coloured dots there are between two shares of the width, and the mean of their lines. */
static size_t colour_between(const struct picture *picture, double from, double to, double *line)
{
    size_t found = 0;
    double sum = 0;
    for (int y = 0; y < picture->height; y++)
        for (int x = (int)(from * picture->width); x < (int)(to * picture->width); x++)
            if (coloured(picture->dots[y * picture->width + x])) {
                found++;
                sum += y;
            }
    if (line) *line = sum / (double)found;
    return found;
}

static void bars_of_a_histogram_grow_with_its_counts(void **state)
{
    (void)state;
    uint64_t counts[256];
    for (int i = 0; i < 256; i++) counts[i] = (uint64_t)i * 4 + 1;
    const struct sr_histogram_chart chart = {.title = "Rising", .counts = counts, .linear = true};
    struct picture picture;
    draw(&sr_chart_histogram, &chart, 400, &picture);
    size_t first = colour_between(&picture, 0.2, 0.4, NULL),
           second = colour_between(&picture, 0.45, 0.65, NULL),
           third = colour_between(&picture, 0.7, 0.9, NULL);
    assert_true(first > 0 && second > first * 3 / 2 && third > second * 5 / 4);
    free(picture.dots);
}

/* The first and the last column with a coloured dot. */
static int first_column(const struct picture *picture)
{
    int first = picture->width;
    for (int i = 0; i < picture->width * picture->height; i++)
        if (coloured(picture->dots[i]) && i % picture->width < first) first = i % picture->width;
    return first;
}

static int last_column(const struct picture *picture)
{
    int last = 0;
    for (int i = 0; i < picture->width * picture->height; i++)
        if (coloured(picture->dots[i]) && i % picture->width > last) last = i % picture->width;
    return last;
}

/* One grey value alone is a bar as wide as one of 256. */
static void a_single_value_is_a_bar(void **state)
{
    (void)state;
    uint64_t counts[256] = {0};
    counts[128] = 1000;
    const struct sr_histogram_chart chart = {.title = "One", .counts = counts, .linear = true};
    struct picture picture;
    draw(&sr_chart_histogram, &chart, 400, &picture);
    /* A rectangle, from 0 to 1,000 on the axis: as wide at the top as at the bottom. */
    const int top = (int)(2 * find("1000", 0)->y), bottom = (int)(2 * find("0", 0)->y),
              quarter = (bottom - top) / 4;
    int upper = 0, lower = 0;
    for (int y = 2; y < quarter; y++)
        for (int x = picture.width * 3 / 10; x < picture.width * 8 / 10; x++) {
            upper += coloured(picture.dots[(top + y) * picture.width + x]);
            lower += coloured(picture.dots[(bottom - y) * picture.width + x]);
        }
    assert_true(quarter > 20 && upper >= 2 * (quarter - 2));
    assert_int_equal(upper, lower);
    assert_int_equal(colour_between(&picture, 0, 0.3, NULL), 0);
    free(picture.dots);
}

/* The layer with the most parameters has the longest bar, up to the margin. */
static void the_longest_bar_fills_its_room(void **state)
{
    (void)state;
    static const struct sr_block layers[] = {{SR_BLOCK_CONV, "conv", {28, 28, 8}, 100, -1},
                                             {SR_BLOCK_DENSE, "dense", {0, 0, 10}, 100, -1}};
    const struct sr_network_chart chart = {"Net", NULL, layers, 2};
    struct picture picture;
    draw(&sr_chart_network, &chart, 400, &picture);
    for (int side = 0; side < 2; side++) {
        const double from = side ? 400 - SR_MARGIN - 4 : 400 - SR_MARGIN + 2;
        const size_t found = colour_between(&picture, from / 400, (from + 4) / 400, NULL);
        assert_true(side ? found > 0 : found == 0);
    }
    free(picture.dots);
}

/* It begins above the first number of its axis and ends above the last. */
static void a_curve_goes_where_its_values_go(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4, 5}, y[] = {0.1, 0.2, 0.3, 0.8, 0.9};
    static const struct sr_curve curve = {
        .label = "rising", .x = x, .y = y, .count = 5, .bare = true};
    const struct sr_curves_panel panel = {.y_label = "y", .curves = &curve, .count = 1};
    const struct sr_curves_chart chart = {
        .title = "Rising", .x_label = "x", .panels = &panel, .count = 1};
    struct picture picture;
    double left, middle, right;
    draw(&sr_chart_curves, &chart, 400, &picture);
    const int end = last_column(&picture);
    /* Below the legend, whose key is coloured too: rows from the top of the panel on. */
    const int top = picture.height / 5;
    for (int i = 0; i < top * picture.width; i++) picture.dots[i] = 0xFFFFFF;
    assert_true(colour_between(&picture, 0.15, 0.35, &left) > 0);
    assert_true(colour_between(&picture, 0.4, 0.6, &middle) > 0);
    assert_true(colour_between(&picture, 0.75, 0.97, &right) > 0);
    assert_true(left > middle && middle > right + 10);
    assert_true(fabs(first_column(&picture) - 2 * find("1", 0)->x) < 4);
    assert_true(fabs(end - 2 * find("5", 0)->x) < 4);
    free(picture.dots);
}

static void a_triptych_is_image_heat_and_both(void **state)
{
    (void)state;
    static uint8_t pixels[PIXELS];
    static float heat[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        pixels[i] = (uint8_t)(i % SIDE < SIDE / 2 ? 200 : 60);
        heat[i] = i / SIDE < SIDE / 2 ? 1 : 0;
    }
    struct sr_triptych row = {
        .pixels = pixels, .heat = heat, .left = "a", .middle = "b", .right = "c"};
    const struct sr_triptych_chart chart = {NULL, {SIDE, SIDE, 1}, &row, 1};
    struct picture picture;
    double line, other;
    draw(&sr_chart_triptychs, &chart, 400, &picture);
    /* The captions stand above the middles of the three pictures. */
    const double first = find("a", 0)->x / 400, step = (find("c", 0)->x - find("a", 0)->x) / 800,
                 half = 0.4 * step;
    assert_int_equal(colour_between(&picture, first - half, first + half, NULL), 0);
    size_t hot = colour_between(&picture, first + step - half, first + step + half, &line);
    size_t both =
        colour_between(&picture, first + 2 * step - half, first + 2 * step + half, &other);
    assert_true(hot > 0 && both > 0);
    /* Where there is no heat the overlay shows the image, and the map its lowest colour. */
    const int y = picture.height * 3 / 4,
              at[2] = {(int)((first + 2 * step - half) * picture.width),
                       (int)((first + 2 * step + half) * picture.width)},
              map[2] = {(int)((first + step - half) * picture.width),
                        (int)((first + step + half) * picture.width)};
    assert_int_equal(picture.dots[y * picture.width + map[0]],
                     picture.dots[y * picture.width + map[1]]);
    assert_true((picture.dots[y * picture.width + at[0]] & 255) >
                (picture.dots[y * picture.width + at[1]] & 255));
    free(picture.dots);
}

/* Dots of a colour, in the picture from one share of its width to another. */
static size_t dots_of(const struct picture *picture, uint32_t colour, double from, double to)
{
    size_t found = 0;
    for (int y = 0; y < picture->height; y++)
        for (int x = (int)(from * picture->width); x < (int)(to * picture->width); x++)
            found += (picture->dots[y * picture->width + x] & 0xFFFFFF) == colour;
    return found;
}

/* Images in colour keep their colours; a heat map is laid over grey; a picture of one's own and
 * what was cut out of it stand before its image. */
static void images_have_their_colours(void **state)
{
    (void)state;
    enum { SMALL = 8, AREA = SMALL * SMALL };
    static uint8_t red[3 * AREA], blue[3 * AREA], shown[2 * 3 * AREA], cut[2 * 3 * AREA];
    static float heat[AREA], values[3 * AREA];
    for (int i = 0; i < AREA; i++) {
        red[3 * i] = 200;
        blue[3 * i + 2] = 200;
        values[3 * i + 1] = 1;
    }
    for (int i = 0; i < 2 * AREA; i++) {
        shown[3 * i] = shown[3 * i + 1] = 180;
        if (i % 2) cut[3 * i] = cut[3 * i + 2] = 190;
    }
    const uint8_t *const both[] = {red, blue};
    const struct sr_shape shape = {SMALL, SMALL, 3};
    const struct sr_grid_chart grid = {.count = 2, .columns = 2, .shape = shape, .pixels = both};
    struct picture picture;
    draw(&sr_chart_grid, &grid, 200, &picture);
    const size_t area = dots_of(&picture, 0xC80000, 0, 0.5);
    assert_true(area > 1000);
    assert_int_equal(dots_of(&picture, 0x0000C8, 0.5, 1), area);
    assert_int_equal(dots_of(&picture, 0x0000C8, 0, 0.5) + dots_of(&picture, 0xC80000, 0.5, 1), 0);
    free(picture.dots);

    const struct sr_step step = {"s", NULL, values, shape, 0, 1};
    const struct sr_steps_chart one = {NULL, &step, 1};
    draw(&sr_chart_steps, &one, 200, &picture);
    assert_true(dots_of(&picture, 0x00FF00, 0, 1) > 1000);
    free(picture.dots);

    struct sr_triptych row = {
        .pixels = red, .heat = heat, .left = "a", .middle = "b", .right = "c"};
    const struct sr_triptych_chart chart = {NULL, shape, &row, 1};
    draw(&sr_chart_triptychs, &chart, 400, &picture);
    const double step3 = (find("c", 0)->x - find("b", 0)->x) / 400;
    assert_true(dots_of(&picture, 0xC80000, 0, find("a", 0)->x / 400 + step3 / 2) > 1000);
    /* Luma of (200, 0, 0) is 60, and a tenth of the scale's lowest colour lies over it. */
    const double from = find("c", 0)->x / 400 - step3 / 3, to = find("c", 0)->x / 400 + step3 / 3;
    assert_true(dots_of(&picture, 0x363636, from, to) > 1000);
    free(picture.dots);

    row.picture = shown;
    row.shown = (struct sr_shape){SMALL, 2 * SMALL, 3};
    draw(&sr_chart_triptychs, &chart, 500, &picture);
    const double wide = (find("a", 0)->x - find("picture", 0)->x) / 500;
    const size_t whole = dots_of(&picture, 0xB4B400, 0, find("a", 0)->x / 500 - wide / 2);
    assert_true(whole > 500);
    free(picture.dots);
    row.cut = cut;
    draw(&sr_chart_triptychs, &chart, 500, &picture);
    assert_true(find("picture", 0)->x < find("cut out", 0)->x);
    assert_true(find("cut out", 0)->x < find("a", 0)->x);
    assert_true(dots_of(&picture, 0xBE00BE, find("picture", 0)->x / 500, find("a", 0)->x / 500) >
                100);
    free(picture.dots);
}

/* Of images in colour three lines, each its channel's. */
static void channels_have_lines(void **state)
{
    (void)state;
    static uint64_t all[256], channels[3][256];
    for (int i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++) all[i] += channels[c][i] = i / 86 == c ? 1000 : 10;
    const struct sr_histogram_chart chart = {
        .counts = all, .linear = true, .channels = {channels[0], channels[1], channels[2]}};
    struct picture picture;
    double at[3];
    static const uint32_t colours[] = {0xC0392B, 0x2EAA5E, 0x3455DB};
    draw(&sr_chart_histogram, &chart, 330, &picture);
    find("red", 0), find("green", 0), find("blue", 0);
    /* The upper half of the plot: where a channel is many. */
    for (int c = 0; c < 3; c++) {
        size_t dots = 0;
        at[c] = 0;
        for (int y = picture.height / 4; y < picture.height / 2; y++)
            for (int x = 0; x < picture.width; x++) {
                const uint32_t dot = picture.dots[y * picture.width + x];
                bool same = true;
                for (int shift = 0; shift < 24; shift += 8)
                    same = same &&
                           abs((int)(dot >> shift & 255) - (int)(colours[c] >> shift & 255)) < 60;
                if (!same) continue;
                dots++;
                at[c] += x;
            }
        assert_true(dots > 20);
        at[c] /= (double)dots;
    }
    assert_true(at[0] < at[1] && at[1] < at[2]);
    free(picture.dots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matrix_has_its_numbers_in_place),
        cmocka_unit_test(shares_are_of_rows_or_of_columns),
        cmocka_unit_test(values_have_their_intervals),
        cmocka_unit_test(axes_reach_to_the_intervals),
        cmocka_unit_test(a_legend_tells_training_from_validation),
        cmocka_unit_test(rows_are_nearly_full),
        cmocka_unit_test(narrow_pages_are_scaled_down),
        cmocka_unit_test(matrices_stand_side_by_side),
        cmocka_unit_test(a_single_value_is_a_bar),
        cmocka_unit_test(images_have_their_colours),
        cmocka_unit_test(channels_have_lines),
        cmocka_unit_test(the_longest_bar_fills_its_room),
        cmocka_unit_test(wrong_ones_are_crossed),
        cmocka_unit_test(layers_stand_one_below_another),
        cmocka_unit_test(bars_of_a_histogram_grow_with_its_counts),
        cmocka_unit_test(a_curve_goes_where_its_values_go),
        cmocka_unit_test(a_triptych_is_image_heat_and_both),
    };
    return cmocka_run_group_tests_name("figure drawn", tests, make_scratch, remove_scratch);
}
