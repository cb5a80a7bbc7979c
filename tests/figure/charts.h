/* charts.h - one of each chart from made-up numbers, and reading back what was written. */
#ifndef SARTOR_TESTS_FIGURE_CHARTS_H
#define SARTOR_TESTS_FIGURE_CHARTS_H

#include "support.h"

#include <math.h>
#include <png.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/figure/figure.h"

static const char *const provenance[] = {"Command", "confusion cnn split=test", "Seed", "1",
                                         "Data",    "Kleider für Füße",         NULL};

struct sample_chart {
    const char *name;
    const struct sr_chart *chart;
    const void *data;
    size_t rows; /* of its table, without the header; 0: it has none */
};

enum { SIDE = 28, PIXELS = SIDE * SIDE, IMAGES = 13, EPOCHS = 18 };

static uint8_t image_pixels[IMAGES][PIXELS];
static float image_heat[IMAGES][PIXELS];
static const uint8_t *image_list[IMAGES];
static const float *heat_list[IMAGES];
static const char *captions[IMAGES], *ids[IMAGES];
static char id_texts[IMAGES][16];
static bool wrong[IMAGES];
static const char *const class_names[10] = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                            "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                            "Bag",         "Ankle boot"};
/* What users put into labels.txt: long, not ASCII, not UTF-8, with a line break, empty. */
static const char *const odd_names[5] = {
    "a class with a name that is far longer than any column of a journal", "Überzieher & <Mäntel>",
    "\xff\xfe bytes \x80 \xf4\x8f\xbf\xbf", "two\nlines, \"quoted\"", ""};
static uint64_t histogram_counts[256], confusion_matrix[100], odd_matrix[25];
static double epochs[EPOCHS], train_loss[EPOCHS], loss[EPOCHS], train_accuracy[EPOCHS],
    accuracy[EPOCHS], low[EPOCHS], high[EPOCHS], precision[10], recall[10], recall_low[10],
    recall_high[10];
static float step_values[PIXELS], one_hot[10];

static const struct sr_curve loss_curves[] = {
    {.label = "cnn", .x = epochs, .y = train_loss, .count = EPOCHS, .dashed = true},
    {.label = "cnn", .x = epochs, .y = loss, .count = EPOCHS, .low = low, .high = high}};
static const struct sr_curve accuracy_curves[] = {
    {.label = "cnn", .x = epochs, .y = train_accuracy, .count = EPOCHS, .dashed = true},
    {.label = "cnn", .x = epochs, .y = accuracy, .count = EPOCHS}};
static const struct sr_curves_panel panels[] = {
    {.y_label = "loss", .curves = loss_curves, .count = 2, .logarithmic = true},
    {.y_label = "accuracy",
     .curves = accuracy_curves,
     .count = 2,
     .percent = true,
     .title = "Accuracy"}};
static struct sr_triptych triptychs[2];
static const struct sr_bars_series series[] = {{"precision", precision, NULL, NULL},
                                               {"recall", recall, recall_low, recall_high}};
static const struct sr_step steps[] = {{"load", "uint8", step_values, {SIDE, SIDE, 1}, 0, 255},
                                       {"flatten",
                                        "784 numbers, for the models that have no convolutions",
                                        step_values,
                                        {1, PIXELS, 1},
                                        0,
                                        1},
                                       {"one-hot label", NULL, one_hot, {1, 10, 1}, 0, 0}};
static const struct sr_block blocks[] = {{SR_BLOCK_INPUT, "input", {28, 28, 1}, 0, -1},
                                         {SR_BLOCK_CONV, "conv 3×3, 32", {28, 28, 32}, 320, -1},
                                         {SR_BLOCK_NORM, "batch norm", {28, 28, 32}, 64, -1},
                                         {SR_BLOCK_ACTIVATION, "ReLU", {28, 28, 32}, 0, -1},
                                         {SR_BLOCK_CONV, "conv 3×3, 32", {28, 28, 32}, 9248, -1},
                                         {SR_BLOCK_ADD, "add", {28, 28, 32}, 0, 1},
                                         {SR_BLOCK_POOL, "max-pool 2×2", {14, 14, 32}, 0, -1},
                                         {SR_BLOCK_DROPOUT, "dropout 0.3", {14, 14, 32}, 0, -1},
                                         {SR_BLOCK_FLATTEN, "flatten", {0, 0, 6272}, 0, -1},
                                         {SR_BLOCK_DENSE, "dense 10", {0, 0, 10}, 62730, -1}};
static struct sr_grid screen_grid;

static const struct sr_grid_chart grid_chart = {
    "Samples", IMAGES, 5, {SIDE, SIDE, 1}, image_list, NULL, captions, wrong, NULL};
static const struct sr_grid_chart gallery_chart = {
    "Gallery", IMAGES, 0, {SIDE, SIDE, 1}, image_list, ids, captions, wrong, heat_list};
static const struct sr_histogram_chart histogram_chart = {
    .title = "Grey values", .note = "mean 72.94, median 0", .counts = histogram_counts};
static const struct sr_curves_chart curves_chart = {
    .title = "Training", .x_label = "epoch", .panels = panels, .count = 2};
static const struct sr_confusion_chart confusion_chart = {
    "Confusion", "a note", 10, class_names, confusion_matrix, false, false};
static const struct sr_confusion_chart both_charts[] = {
    {"One", NULL, 10, class_names, confusion_matrix, false, false},
    {"Another", NULL, 10, class_names, confusion_matrix, true, true}};
static const struct sr_confusions_chart confusions_chart = {both_charts, 2};
static const struct sr_curves_panel small_panels[] = {{.y_label = "accuracy",
                                                       .curves = accuracy_curves,
                                                       .count = 2,
                                                       .percent = true,
                                                       .unit = true,
                                                       .title = "Shirt"},
                                                      {.y_label = "accuracy",
                                                       .curves = accuracy_curves,
                                                       .count = 2,
                                                       .percent = true,
                                                       .unit = true,
                                                       .title = "Bag"},
                                                      {.y_label = "accuracy",
                                                       .curves = accuracy_curves,
                                                       .count = 2,
                                                       .percent = true,
                                                       .unit = true,
                                                       .title = "Coat"}};
static const struct sr_curves_chart compact_chart = {
    .title = "Many", .x_label = "share", .panels = small_panels, .count = 3, .compact = true};
static const struct sr_confusion_chart odd_chart = {
    "Odd names: a title that goes on and on, until it no longer fits on "
    "one line of the page",
    NULL,
    5,
    odd_names,
    odd_matrix,
    true,
    false};
static const struct sr_triptych_chart triptych_chart = {"Why", {SIDE, SIDE, 1}, triptychs, 2};
static const struct sr_bars_chart bars_chart = {"Per class", "a note", "share", 10,   class_names,
                                                series,      2,        true,    false};
static const struct sr_bars_chart dots_chart = {"Odd",      NULL, "share", 5,   odd_names,
                                                series + 1, 1,    true,    true};
static const struct sr_steps_chart steps_chart = {"Steps", steps, 3};
static const struct sr_network_chart network_chart = {"Network", "a note", blocks, 10};

static const struct sample_chart sample_charts[] = {
    {"grid", &sr_chart_grid, &grid_chart, IMAGES},
    {"gallery", &sr_chart_gallery, &gallery_chart, IMAGES},
    {"histogram", &sr_chart_histogram, &histogram_chart, 256},
    {"curves", &sr_chart_curves, &curves_chart, 4 * EPOCHS},
    {"confusion", &sr_chart_confusion, &confusion_chart, 100},
    {"confusions", &sr_chart_confusions, &confusions_chart, 200},
    {"compact", &sr_chart_curves, &compact_chart, 6 * EPOCHS},
    {"odd", &sr_chart_confusion, &odd_chart, 25},
    {"triptychs", &sr_chart_triptychs, &triptych_chart, 2},
    {"bars", &sr_chart_bars, &bars_chart, 20},
    {"dots", &sr_chart_bars, &dots_chart, 5},
    {"steps", &sr_chart_steps, &steps_chart, 2 * PIXELS + 10},
    {"network", &sr_chart_network, &network_chart, 10},
    {"screen", &sr_chart_cells, &screen_grid, 0},
};
enum { SAMPLE_CHARTS = sizeof sample_charts / sizeof *sample_charts };

static inline void make_charts(void)
{
    for (int i = 0; i < IMAGES; i++) {
        for (int k = 0; k < PIXELS; k++) {
            int y = k / SIDE - 14, x = k % SIDE - 10 - i % 5;
            image_pixels[i][k] = x * x + y * y < 90 ? (uint8_t)(120 + 10 * i + x) : 0;
            image_heat[i][k] = expf(-(float)(x * x + y * y) / 30);
            step_values[k] = (float)image_pixels[0][k] / 255;
        }
        image_list[i] = image_pixels[i];
        heat_list[i] = image_heat[i];
        wrong[i] = i % 4 == 1;
        captions[i] = wrong[i] ? "T-shirt/top\nas Ankle boot 0.93" : class_names[i % 10];
        ids[i] = id_texts[i];
        snprintf(id_texts[i], sizeof id_texts[i], "test:%d", 9970 + i);
    }
    one_hot[3] = 1;
    for (int i = 0; i < 256; i++)
        histogram_counts[i] = i == 0 ? 23000000 : i == 7 ? 0 : 900 + 41 * (uint64_t)i;
    for (int i = 0; i < 100; i++)
        confusion_matrix[i] = i % 11 == 0 ? 870 + (uint64_t)i : (uint64_t)(i * 7 % 19);
    for (int i = 0; i < 25; i++) odd_matrix[i] = i % 6 == 0 ? 90 : (uint64_t)(i % 4);
    for (int i = 0; i < EPOCHS; i++) {
        epochs[i] = i + 1;
        train_loss[i] = 0.1 + 0.4 * exp(-i / 4.0);
        loss[i] = 0.25 + 0.2 * exp(-i / 3.0);
        low[i] = loss[i] - 0.02;
        high[i] = loss[i] + 0.02;
        train_accuracy[i] = 1 - train_loss[i] / 3;
        accuracy[i] = 1 - loss[i] / 3;
    }
    accuracy[4] = NAN;
    for (int i = 0; i < 10; i++) {
        precision[i] = 0.7 + 0.03 * i;
        recall[i] = 0.98 - 0.025 * i;
        recall_low[i] = recall[i] - 0.02;
        recall_high[i] = fmin(1, recall[i] + 0.02);
    }
    for (int i = 0; i < 2; i++)
        triptychs[i] = (struct sr_triptych){.pixels = image_pixels[i],
                                            .heat = image_heat[i],
                                            .left = "test:7 · true: Ankle boot",
                                            .middle = "Grad-CAM of cnn at conv3",
                                            .right = "predicted: T-shirt/top (99.9 %)",
                                            .wrong = i == 1};
    if (!screen_grid.cells) sr_grid_init(&screen_grid, 40, 12);
    struct sr_area area = sr_grid_area(&screen_grid);
    sr_area_text(area, 1, 1, (struct sr_style){0, 0, SR_BOLD}, "Shirt → T-shirt/top ▀▄█▌ ⣿⠋ ╭─╮║╬");
    sr_area_text(area, 1, 2, (struct sr_style){SR_RGB(255, 0, 0), SR_RGB(0, 0, 255), SR_UNDERLINE},
                 "under");
}

/* A folder for this program's files. */
static char scratch[64];

static inline int make_scratch(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/sartor-figure-XXXXXX");
    make_charts();
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int remove_scratch(void **state)
{
    (void)state;
    struct sr_error error;
    size_t count = 0;
    char **names = sr_directory_list(scratch, &count, &error);
    for (size_t i = 0; i < count; i++) {
        char *path = sr_path_join(scratch, names[i]);
        unlink(path);
        rmdir(path);
        free(path);
        free(names[i]);
    }
    free(names);
    sr_grid_fini(&screen_grid);
    return rmdir(scratch);
}

/* scratch/NAME, valid until the fourth call after it. */
static inline const char *in_scratch(const char *name)
{
    static char paths[4][256];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof *paths, "%s/%s", scratch, name);
    return path;
}

static inline char *contents(const char *path, size_t *length)
{
    struct sr_error error;
    char *bytes = sr_file_read(path, (size_t)1 << 26, length, &error);
    if (!bytes) fail_msg("%s", error.text);
    return bytes;
}

static inline void assert_same_files(const char *one, const char *two)
{
    size_t a_length, b_length;
    char *a = contents(one, &a_length), *b = contents(two, &b_length);
    assert_int_equal(a_length, b_length);
    assert_memory_equal(a, b, a_length);
    free(a);
    free(b);
}

struct picture {
    int width, height;
    double resolution; /* dots an inch */
    uint32_t *dots;    /* 0xRRGGBB */
    int colours;       /* of its palette; 0: it has none */
    int texts;
    char keys[8][80], values[8][200];
};

static inline void read_picture(const char *path, struct picture *picture)
{
    memset(picture, 0, sizeof *picture);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png))) fail_msg("%s is no PNG", path);
    png_init_io(png, stream);
    png_read_png(png, info, PNG_TRANSFORM_EXPAND | PNG_TRANSFORM_GRAY_TO_RGB, NULL);
    picture->width = (int)png_get_image_width(png, info);
    picture->height = (int)png_get_image_height(png, info);
    picture->resolution = png_get_pixels_per_meter(png, info) * 0.0254;
    assert_int_equal(png_get_color_type(png, info), PNG_COLOR_TYPE_RGB);
    png_colorp colours;
    if (!png_get_PLTE(png, info, &colours, &picture->colours)) picture->colours = 0;
    png_textp text;
    picture->texts = png_get_text(png, info, &text, NULL);
    for (int i = 0; i < picture->texts && i < 8; i++) {
        snprintf(picture->keys[i], sizeof *picture->keys, "%s", text[i].key);
        snprintf(picture->values[i], sizeof *picture->values, "%s", text[i].text);
    }
    picture->dots =
        sr_xalloc((size_t)picture->width * (size_t)picture->height * sizeof *picture->dots);
    png_bytepp rows = png_get_rows(png, info);
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            picture->dots[y * picture->width + x] = (uint32_t)rows[y][3 * x] << 16 |
                                                    (uint32_t)rows[y][3 * x + 1] << 8 |
                                                    rows[y][3 * x + 2];
    png_destroy_read_struct(&png, &info, NULL);
    fclose(stream);
}

#endif
