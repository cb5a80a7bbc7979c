/* Feature rows: sizes, values worked out by hand, mirrors, and the same bits on any threads. */
#include "support.h"

#include <math.h>

#include "sartor/data/dataset.h"
#include "sartor/data/features.h"

static struct sr_error error;
enum { BINS = 12, ROW = 972 };

static void sizes(void **state)
{
    (void)state;
    assert_int_equal(sr_features_size(SR_FEATURES_PIXELS, (struct sr_shape){28, 30, 1}), 840);
    assert_int_equal(sr_features_size(SR_FEATURES_HOG, (struct sr_shape){28, 28, 1}), 9 * 9 * BINS);
    assert_int_equal(sr_features_size(SR_FEATURES_HOG, (struct sr_shape){8, 16, 1}), 3 * 5 * BINS);
    assert_int_equal(sr_features_size(SR_FEATURES_HOG, (struct sr_shape){128, 128, 1}),
                     9 * 9 * BINS);
    assert_int_equal(sr_features_find("hog"), SR_FEATURES_HOG);
    assert_int_equal(sr_features_find("pixels"), SR_FEATURES_PIXELS);
    assert_int_equal(sr_features_find("sift"), -1);
}

static void pixels_are_scaled(void **state)
{
    (void)state;
    uint8_t pixels[64];
    float row[64];
    for (int i = 0; i < 64; i++) pixels[i] = (uint8_t)(4 * i);
    pixels[63] = 255;
    sr_features_image(SR_FEATURES_PIXELS, pixels, (struct sr_shape){8, 8, 1}, row);
    assert_true(row[0] == 0 && row[63] == 1);
    for (int i = 0; i < 64; i++) assert_true(row[i] == (float)pixels[i] / 255.0f);
}

/* A black image says nothing. One grey level that rises to the right by the same step of g
 * everywhere has dx > 0, dy = 0 inside: all votes in bin 0. */
static void directions(void **state)
{
    (void)state;
    uint8_t pixels[28 * 28] = {0};
    float row[ROW];
    sr_features_image(SR_FEATURES_HOG, pixels, (struct sr_shape){28, 28, 1}, row);
    for (int i = 0; i < ROW; i++) assert_true(row[i] == 0);
    const int steps[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}, bins[4] = {0, 3, 6, 9};
    for (int d = 0; d < 4; d++) {
        for (int y = 0; y < 28; y++)
            for (int x = 0; x < 28; x++) {
                double g = (14 + steps[d][0] * (x - 13) + steps[d][1] * (y - 13)) / 28.0;
                pixels[y * 28 + x] = (uint8_t)lround(255 * g * g);
            }
        sr_features_image(SR_FEATURES_HOG, pixels, (struct sr_shape){28, 28, 1}, row);
        const float *middle = row + (4 * 9 + 4) * BINS;
        for (int b = 0; b < BINS; b++)
            if (b == bins[d])
                assert_true(middle[b] > 0.3f); /* clipped at 0.2 in each of four blocks: 0.4 */
            else
                assert_true(middle[b] < 0.06f); /* rounding to whole pixels */
    }
}

/* The smallest image by hand: 8 x 8 is 3 x 3 cells; one white pixel at (3, 3) makes four
 * gradients of magnitude 1 beside it, pointing at it. */
static void one_white_pixel(void **state)
{
    (void)state;
    uint8_t pixels[64] = {0};
    pixels[3 * 8 + 3] = 255;
    float row[9 * BINS];
    sr_features_image(SR_FEATURES_HOG, pixels, (struct sr_shape){8, 8, 1}, row);
    /* Votes: (y, x, bin). A coordinate c lies at (c + 0.5) * 3 / 8 - 0.5 cells. */
    const int votes[4][3] = {{3, 2, 0}, {3, 4, 6}, {2, 3, 3}, {4, 3, 9}};
    double cells[3][3][BINS] = {{{0}}}, energy[5][5] = {{0}};
    for (int v = 0; v < 4; v++) {
        double y = (votes[v][0] + 0.5) * 3 / 8 - 0.5, x = (votes[v][1] + 0.5) * 3 / 8 - 0.5;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                cells[i][j][votes[v][2]] += fmax(0, 1 - fabs(y - i)) * fmax(0, 1 - fabs(x - j));
    }
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int b = 0; b < BINS; b++) energy[i + 1][j + 1] += cells[i][j][b] * cells[i][j][b];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int b = 0; b < BINS; b++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) {
                    int y = i + k / 2, x = j + k % 2;
                    double e =
                        energy[y][x] + energy[y][x + 1] + energy[y + 1][x] + energy[y + 1][x + 1];
                    sum += fmin(0.2, cells[i][j][b] / sqrt(e + 0.09));
                }
                assert_float_equal(row[(i * 3 + j) * BINS + b], sum / 2, 3e-8);
            }
}

static void mirrors_and_threads(void **state)
{
    (void)state;
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    assert_non_null(mini);
    uint32_t rows[200];
    for (uint32_t i = 0; i < 200; i++) rows[i] = 999 - 5 * i / 2;
    struct sr_samples samples = {.images = &mini->files[SR_FILE_TRAIN], .rows = rows, .count = 200};
    enum { STRIDE = ROW + 4 };
    float *one = calloc(200 * STRIDE, sizeof *one), *two = calloc(200 * STRIDE, sizeof *two);
    assert_true(one && two);
    struct sr_pool *pool = sr_pool_new(3, &error);
    assert_non_null(pool);
    sr_features_fill(SR_FEATURES_HOG, &samples, 10, 150, one, STRIDE, NULL);
    sr_features_fill(SR_FEATURES_HOG, &samples, 10, 150, two, STRIDE, pool);
    assert_memory_equal(one, two, 200 * STRIDE * sizeof *one);
    for (int i = 0; i < 200; i++)
        for (int k = ROW; k < STRIDE; k++) assert_true(one[i * STRIDE + k] == 0);
    float row[ROW], flipped[ROW];
    sr_features_image(SR_FEATURES_HOG, sr_samples_pixels(&samples, 10 + 149),
                      (struct sr_shape){28, 28, 1}, row);
    assert_memory_equal(row, one + 149 * STRIDE, sizeof row);
    for (int i = 0; i < ROW; i++) assert_true(row[i] >= 0 && row[i] <= 0.4f + 1e-6f);
    /* Mirrored: cells change sides, and directions d become 180 - d. */
    uint8_t mirrored[28 * 28];
    const uint8_t *pixels = sr_samples_pixels(&samples, 10 + 149);
    for (int i = 0; i < 28 * 28; i++) mirrored[i] = pixels[i / 28 * 28 + 27 - i % 28];
    sr_features_image(SR_FEATURES_HOG, mirrored, (struct sr_shape){28, 28, 1}, flipped);
    for (int y = 0; y < 9; y++)
        for (int x = 0; x < 9; x++)
            for (int b = 0; b < BINS; b++)
                assert_float_equal(row[(y * 9 + x) * BINS + b],
                                   flipped[(y * 9 + 8 - x) * BINS + (18 - b) % BINS], 2e-5);
    sr_pool_free(pool);
    free(one);
    free(two);
    sr_dataset_unref(mini);
}

/* The row of a turned image, from the image and from the row. */
static void turned(void **state)
{
    (void)state;
    enum { SIDE = 20, CELLS = 7, CHANNELS = 3 };
    static const struct sr_shape shapes[] = {{SIDE, SIDE, 1}, {SIDE, SIDE, CHANNELS}};
    for (size_t s = 0; s < 2; s++) {
        const int channels = shapes[s].channels;
        uint8_t pixels[SIDE * SIDE * CHANNELS], left[sizeof pixels], right[sizeof pixels];
        float row[CELLS * CELLS * BINS], wanted[sizeof row / sizeof *row],
            made[sizeof row / sizeof *row];
        assert_int_equal(sr_features_size(SR_FEATURES_HOG, shapes[s]), sizeof row / sizeof *row);
        for (int i = 0; i < SIDE * SIDE * channels; i++)
            pixels[i] = (uint8_t)(i * i % 251 * (i % 3 + 1) / 3);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                for (int c = 0; c < channels; c++) {
                    const uint8_t value = pixels[(y * SIDE + x) * channels + c];
                    left[((SIDE - 1 - x) * SIDE + y) * channels + c] = value;
                    right[(x * SIDE + SIDE - 1 - y) * channels + c] = value;
                }
        sr_features_image(SR_FEATURES_HOG, pixels, shapes[s], row);
        for (int side = 0; side < 2; side++) {
            sr_features_image(SR_FEATURES_HOG, side ? left : right, shapes[s], wanted);
            sr_features_turn(row, shapes[s], side, made);
            for (size_t i = 0; i < sizeof row / sizeof *row; i++)
                assert_float_equal(made[i], wanted[i], 2e-5);
        }
    }
}

/* In colour: pixels as they lie; of HOG the gradient of the channel in which it is largest, at
 * every pixel. */
static void three_channels(void **state)
{
    (void)state;
    enum { HIGH = 10, ACROSS = 13, PIXELS = HIGH * ACROSS, LENGTH = 3 * 4 * BINS };
    const struct sr_shape grey = {HIGH, ACROSS, 1}, colour = {HIGH, ACROSS, 3};
    uint8_t one[PIXELS], three[3 * PIXELS];
    float wanted[LENGTH], row[LENGTH], values[3 * PIXELS];
    assert_int_equal(sr_features_size(SR_FEATURES_PIXELS, colour), 3 * PIXELS);
    assert_int_equal(sr_features_size(SR_FEATURES_HOG, colour), LENGTH);
    for (int i = 0; i < PIXELS; i++) one[i] = (uint8_t)(i * i * 7 % 251);
    sr_features_image(SR_FEATURES_HOG, one, grey, wanted);
    for (int strong = 0; strong < 3; strong++) {
        for (int i = 0; i < 3 * PIXELS; i++) three[i] = i % 3 == strong ? one[i / 3] : 0;
        sr_features_image(SR_FEATURES_PIXELS, three, colour, values);
        for (int i = 0; i < 3 * PIXELS; i++) assert_true(values[i] == (float)three[i] / 255.0f);
        sr_features_image(SR_FEATURES_HOG, three, colour, row);
        assert_memory_equal(row, wanted, sizeof row);
    }
    /* A vertical edge in one channel, a horizontal one in another: where both lie, the steeper. */
    uint8_t crossed[3 * 64] = {0};
    float steep[9 * BINS], alone[9 * BINS], swapped[9 * BINS];
    for (int i = 0; i < 64; i++) {
        crossed[3 * i] = i % 8 == 3 ? 255 : 0;
        crossed[3 * i + 2] = 1; /* less than the edge everywhere inside */
    }
    sr_features_image(SR_FEATURES_HOG, crossed, (struct sr_shape){8, 8, 3}, steep);
    for (int i = 0; i < 64; i++) {
        const uint8_t first = crossed[3 * i];
        crossed[3 * i] = crossed[3 * i + 2];
        crossed[3 * i + 2] = first;
    }
    sr_features_image(SR_FEATURES_HOG, crossed, (struct sr_shape){8, 8, 3}, swapped);
    assert_memory_equal(steep, swapped, sizeof steep);
    for (int i = 0; i < 64; i++) crossed[i] = i % 8 == 3 ? 255 : 0;
    sr_features_image(SR_FEATURES_HOG, crossed, (struct sr_shape){8, 8, 1}, alone);
    assert_float_equal(steep[4 * BINS], alone[4 * BINS], 1e-6); /* the cell in the middle */
    assert_float_equal(steep[4 * BINS + 6], alone[4 * BINS + 6], 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),          cmocka_unit_test(pixels_are_scaled),
        cmocka_unit_test(directions),     cmocka_unit_test(one_white_pixel),
        cmocka_unit_test(three_channels), cmocka_unit_test(mirrors_and_threads),
        cmocka_unit_test(turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
