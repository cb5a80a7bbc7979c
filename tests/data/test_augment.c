/* Augmentation: each change measured on images that show it, at its limits and by chance. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/data/augment.h"
#include "sartor/data/changes.h"

enum { SIDE = 12, AREA = SIDE * SIDE };

static struct sr_error error;
static const struct sr_shape shape = {SIDE, SIDE, 1};

static void picture(uint8_t pixels[AREA])
{
    for (int i = 0; i < AREA; i++) pixels[i] = (uint8_t)(i % SIDE == 0 ? 0 : 50 + i);
}

static void nothing_to_change(void **state)
{
    uint8_t pixels[AREA];
    float out[AREA];
    struct sr_augment none = {0};
    (void)state;
    picture(pixels);
    assert_false(sr_augment_active(NULL));
    assert_false(sr_augment_active(&none));
    for (int given = 0; given < 2; given++) {
        sr_augment_image(given ? &none : NULL, 1, 1, 0, pixels, shape, out);
        for (int i = 0; i < AREA; i++) assert_true(out[i] == (float)pixels[i] / 255);
    }
}

/* Each epoch shows the side that the one before did not; samples differ; half of them are mirrored.
 */
static void flips_alternate(void **state)
{
    uint8_t pixels[AREA];
    float out[AREA];
    struct sr_augment flip = {.flip = true};
    int mirrored = 0;
    (void)state;
    picture(pixels);
    for (uint32_t sample = 0; sample < 400; sample++) {
        bool last = false;
        for (int epoch = 1; epoch <= 3; epoch++) {
            sr_augment_image(&flip, 7, epoch, sample, pixels, shape, out);
            bool now = out[SIDE - 1] == 0;
            for (int x = 0; x < SIDE; x++)
                assert_true(out[5 * SIDE + x] ==
                            (float)pixels[5 * SIDE + (now ? SIDE - 1 - x : x)] / 255);
            if (epoch > 1) assert_true(now != last);
            last = now;
        }
        mirrored += last;
    }
    assert_in_range(mirrored, 150, 250);
}

/* The same for the same seed, epoch and sample; else another. */
static void what_the_draw_depends_on(void **state)
{
    uint8_t pixels[AREA];
    float out[AREA], again[AREA], others[3][AREA];
    const struct sr_augment parts[] = {
        {.shift = 3},
        {.rotation = 20},
        {.scale = 0.3},
        {.erase = 1},
        {.brightness = 0.4},
        {.noise = 0.1},
        {true, 2, 10, 0.1, 0.5, 0.2, 0.05, 0, 0, false, 0.5, 0x7fff}};
    (void)state;
    picture(pixels);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        int differ[3] = {0};
        assert_true(sr_augment_active(&parts[p]));
        for (uint32_t sample = 0; sample < 50; sample++) {
            sr_augment_image(&parts[p], 7, 1, sample, pixels, shape, out);
            sr_augment_image(&parts[p], 7, 1, sample, pixels, shape, again);
            assert_memory_equal(out, again, sizeof out);
            for (int i = 0; i < AREA; i++) assert_true(out[i] >= 0 && out[i] <= 1);
            sr_augment_image(&parts[p], 7, 3, sample, pixels, shape, others[0]);
            sr_augment_image(&parts[p], 7, 1, sample + 2, pixels, shape, others[1]);
            sr_augment_image(&parts[p], 8, 1, sample, pixels, shape, others[2]);
            for (int k = 0; k < 3; k++) differ[k] += memcmp(out, others[k], sizeof out) != 0;
        }
        for (int k = 0; k < 3; k++) assert_in_range(differ[k], 40, 50);
    }
}

/* Where the one white pixel of an image went. */
static void find_white(const float *out, int *down, int *right)
{
    int found = 0;
    for (int i = 0; i < AREA; i++)
        if (out[i] == 1) {
            *down = i / SIDE;
            *right = i % SIDE;
            found++;
        }
    assert_int_equal(found, 1);
}

/* Every step up to the limit is as likely as any other; which one a sample gets stays the same
 * from version to version, so that a training can be repeated. */
static void shifts(void **state)
{
    static const int first[6][2] = {{1, 0}, {-2, 1}, {0, 2}, {0, -1}, {2, -2}, {1, 2}};
    uint8_t pixels[AREA] = {0};
    float out[AREA];
    int counts[5][5] = {{0}}, down = 0, right = 0;
    (void)state;
    pixels[5 * SIDE + 6] = 255;
    for (uint32_t sample = 0; sample < 2500; sample++) {
        sr_augment_image(&(struct sr_augment){.shift = 2}, 7, 1, sample, pixels, shape, out);
        find_white(out, &down, &right);
        assert_in_range(down, 3, 7);
        assert_in_range(right, 4, 8);
        counts[down - 3][right - 4]++;
        if (sample < 6) {
            assert_int_equal(down - 5, first[sample][0]);
            assert_int_equal(right - 6, first[sample][1]);
        }
    }
    for (int i = 0; i < 25; i++) assert_in_range(counts[i / 5][i % 5], 60, 140);
}

/* An image is mirrored, then moved; what comes in is black. */
static void mirrored_and_shifted(void **state)
{
    uint8_t pixels[AREA], marked[AREA] = {0};
    float out[AREA], mark[AREA];
    int mirrored = 0;
    (void)state;
    for (int i = 0; i < AREA; i++) pixels[i] = (uint8_t)(i + 1);
    marked[6 * SIDE + 3] = 255;
    for (uint32_t sample = 0; sample < 100; sample++) {
        const struct sr_augment both = {.flip = true, .shift = 2};
        int y = 0, x = 0;
        sr_augment_image(&both, 3, 1, sample, pixels, shape, out);
        sr_augment_image(&both, 3, 1, sample, marked, shape, mark);
        find_white(mark, &y, &x);
        const bool mirror = x >= 6; /* column 3 moves to 1..5, mirrored, 8, to 6..10 */
        const int down = y - 6, right = x - (mirror ? SIDE - 1 - 3 : 3);
        mirrored += mirror;
        for (int i = 0; i < AREA; i++) {
            int row = i / SIDE - down, column = i % SIDE - right;
            bool inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
            if (mirror) column = SIDE - 1 - column;
            assert_true(out[i] == (inside ? (float)pixels[row * SIDE + column] / 255 : 0));
        }
    }
    assert_in_range(mirrored, 30, 70);
}

enum { WIDE = 33, WIDE_AREA = WIDE * WIDE };
static const struct sr_shape wide = {WIDE, WIDE, 1};

/* A soft spot at (y, x) from the centre, and where the weight of an image lies. */
static void draw_spot(uint8_t pixels[WIDE_AREA], double y, double x)
{
    for (int i = 0; i < WIDE_AREA; i++) {
        double down = i / WIDE - WIDE / 2 - y, right = i % WIDE - WIDE / 2 - x;
        pixels[i] = (uint8_t)lround(200 * exp(-(down * down + right * right) / 6));
    }
}

static double find_spot(const float *out, double *y, double *x)
{
    double sum = 0;
    *y = *x = 0;
    for (int i = 0; i < WIDE_AREA; i++) {
        sum += (double)out[i];
        *y += (double)out[i] * (i / WIDE - WIDE / 2);
        *x += (double)out[i] * (i % WIDE - WIDE / 2);
    }
    *y /= sum;
    *x /= sum;
    return sum;
}

/* About the centre, without a change of size, evenly up to the limit in both directions. */
static void rotations(void **state)
{
    uint8_t pixels[WIDE_AREA];
    float out[WIDE_AREA];
    double least = 0, most = 0, y, x;
    (void)state;
    for (int place = 0; place < 2; place++) {
        draw_spot(pixels, place ? 8 : 0, place ? 0 : 8);
        for (uint32_t sample = 0; sample < 200; sample++) {
            sr_augment_image(&(struct sr_augment){.rotation = 30}, 7, 1, sample, pixels, wide, out);
            find_spot(out, &y, &x);
            assert_true(fabs(hypot(y, x) - 8) < 0.1);
            double angle = (place ? atan2(-x, y) : atan2(y, x)) * 180 / 3.14159265358979;
            least = fmin(least, angle);
            most = fmax(most, angle);
        }
    }
    assert_true(least > -30.5 && least < -27 && most > 27 && most < 30.5);
}

/* Smaller and larger, by up to the limit: distances by the factor, areas by its square. */
static void scales(void **state)
{
    uint8_t pixels[WIDE_AREA];
    float out[WIDE_AREA];
    double least = 1, most = 1, y, x, whole = 0;
    (void)state;
    draw_spot(pixels, 6, 5);
    for (int i = 0; i < WIDE_AREA; i++) whole += pixels[i] / 255.0;
    for (uint32_t sample = 0; sample < 400; sample++) {
        sr_augment_image(&(struct sr_augment){.scale = 0.3}, 7, 1, sample, pixels, wide, out);
        double sum = find_spot(out, &y, &x), factor = hypot(y, x) / hypot(6, 5);
        assert_true(fabs(y / x - 6.0 / 5) < 0.02);
        assert_true(fabs(sum / whole - factor * factor) < 0.05);
        least = fmin(least, factor);
        most = fmax(most, factor);
    }
    assert_true(least > 0.69 && least < 0.73 && most > 1.27 && most < 1.31);
}

/* Hardly any rotation leaves an image as it is: between four pixels, the nearest counts most. */
static void interpolation(void **state)
{
    uint8_t pixels[AREA];
    float out[AREA];
    (void)state;
    picture(pixels);
    for (uint32_t sample = 0; sample < 20; sample++) {
        sr_augment_image(&(struct sr_augment){.rotation = 1e-4}, 7, 1, sample, pixels, shape, out);
        for (int i = 0; i < AREA; i++) assert_true(fabs((double)out[i] - pixels[i] / 255.0) < 1e-3);
    }
}

/* A rectangle of one grey, of 2 to 33 % of the area, wide or tall, anywhere; as often as asked. */
static void erasing(void **state)
{
    uint8_t pixels[WIDE_AREA];
    float out[WIDE_AREA];
    double least = 1, most = 0, flattest = 1, tallest = 1;
    int at_top = 0, at_bottom = 0, at_left = 0, at_right = 0, erased = 0;
    (void)state;
    memset(pixels, 255, sizeof pixels);
    for (uint32_t sample = 0; sample < 1000; sample++) {
        int top = WIDE, bottom = -1, left = WIDE, right = -1, count = 0;
        float grey = -1;
        sr_augment_image(&(struct sr_augment){.erase = 1}, 7, 1, sample, pixels, wide, out);
        for (int i = 0; i < WIDE_AREA; i++) {
            if (out[i] == 1) continue;
            if (grey < 0) grey = out[i];
            assert_true(out[i] == grey);
            count++;
            top = i / WIDE < top ? i / WIDE : top;
            bottom = i / WIDE > bottom ? i / WIDE : bottom;
            left = i % WIDE < left ? i % WIDE : left;
            right = i % WIDE > right ? i % WIDE : right;
        }
        const int height = bottom - top + 1, width = right - left + 1;
        assert_int_equal(count, height * width);
        const double share = (double)count / WIDE_AREA, aspect = (double)height / width;
        least = fmin(least, share);
        most = fmax(most, share);
        flattest = fmin(flattest, aspect);
        tallest = fmax(tallest, aspect);
        at_top += top == 0;
        at_bottom += bottom == WIDE - 1;
        at_left += left == 0;
        at_right += right == WIDE - 1;
    }
    assert_true(least > 0.015 && least < 0.03);
    assert_true(most > 0.3 && most < 0.35);
    assert_true(flattest < 0.4 && flattest > 0.25 && tallest > 2.5 && tallest < 4);
    assert_in_range(at_top, 20, 250);
    assert_in_range(at_bottom, 20, 250);
    assert_in_range(at_left, 20, 250);
    assert_in_range(at_right, 20, 250);
    for (uint32_t sample = 0; sample < 1000; sample++) {
        sr_augment_image(&(struct sr_augment){.erase = 0.3}, 7, 1, sample, pixels, wide, out);
        bool any = false;
        for (int i = 0; i < WIDE_AREA; i++) any = any || out[i] != 1;
        erased += any;
    }
    assert_in_range(erased, 250, 350);
}

/* Black stays black; a level x becomes gain × x^gamma, both within 1 ± the limit. */
static void brightness(void **state)
{
    uint8_t pixels[AREA] = {0, 255, 51, 153};
    float out[AREA];
    double gammas[2] = {1, 1};
    int brighter = 0;
    (void)state;
    for (uint32_t sample = 0; sample < 400; sample++) {
        sr_augment_image(&(struct sr_augment){.brightness = 0.4}, 7, 1, sample, pixels, shape, out);
        assert_true(out[0] == 0);
        assert_true(out[1] >= 0.599f && out[1] <= 1);
        brighter += out[1] == 1;
        if (out[1] == 1) continue; /* the gain may be clamped */
        double gain = (double)out[1], gamma = log((double)out[2] / gain) / log(0.2);
        assert_true(fabs((double)out[3] - gain * pow(0.6, gamma)) < 1e-5);
        gammas[0] = fmin(gammas[0], gamma);
        gammas[1] = fmax(gammas[1], gamma);
    }
    assert_in_range(brighter, 150, 250);
    assert_true(gammas[0] > 0.599 && gammas[0] < 0.65 && gammas[1] < 1.401 && gammas[1] > 1.35);
}

static void noise(void **state)
{
    uint8_t pixels[AREA];
    float out[AREA];
    double sum = 0, squares = 0;
    int clamped = 0;
    (void)state;
    for (int grey = 102; grey <= 255; grey += 153) {
        memset(pixels, grey, sizeof pixels);
        for (uint32_t sample = 0; sample < 100; sample++) {
            sr_augment_image(&(struct sr_augment){.noise = 0.1}, 7, 1, sample, pixels, shape, out);
            for (int i = 0; i < AREA; i++) {
                double value = (double)out[i];
                assert_true(value >= 0 && value <= 1);
                if (grey == 255) {
                    clamped += value == 1;
                    continue;
                }
                sum += value - 0.4;
                squares += (value - 0.4) * (value - 0.4);
            }
        }
    }
    const double count = 100.0 * AREA;
    assert_true(fabs(sum / count) < 0.005);
    assert_true(fabs(sqrt(squares / count) - 0.1) < 0.005);
    assert_in_range(clamped, 45 * AREA, 55 * AREA);
}

/* In colour, the channels of a pixel move together; each is what the channel alone becomes. */
static void channels_move_together(void **state)
{
    enum { HIGH = 10, ACROSS = 14, PIXELS = HIGH * ACROSS };
    static const struct sr_augment parts[] = {{.flip = true, .shift = 3},
                                              {.rotation = 20, .scale = 0.2, .flip = true},
                                              {.brightness = 0.3},
                                              {.erase = 1}};
    uint8_t pixels[PIXELS * 3], one[PIXELS];
    float out[PIXELS * 3], alone[PIXELS];
    (void)state;
    for (int i = 0; i < PIXELS * 3; i++) pixels[i] = (uint8_t)(37 * i + i / 7);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (uint32_t sample = 0; sample < 30; sample++) {
            sr_augment_image(&parts[p], 5, 2, sample, pixels, (struct sr_shape){HIGH, ACROSS, 3},
                             out);
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < PIXELS; i++) one[i] = pixels[3 * i + c];
                sr_augment_image(&parts[p], 5, 2, sample, one, (struct sr_shape){HIGH, ACROSS, 1},
                                 alone);
                for (int i = 0; i < PIXELS; i++) assert_true(out[3 * i + c] == alone[i]);
            }
        }
}

/* Y, U and V of a pixel, by ITU-R BT.601. */
static void to_yuv(const float *pixel, double yuv[3])
{
    yuv[0] = 0.299 * (double)pixel[0] + 0.587 * (double)pixel[1] + 0.114 * (double)pixel[2];
    yuv[1] = 0.492 * ((double)pixel[2] - yuv[0]);
    yuv[2] = 0.877 * ((double)pixel[0] - yuv[0]);
}

/* Luma stays; (U, V) turns by one angle and grows by one factor in all of an image, within the
 * limits and up to them; greys and images of one channel stay as they are. */
static void colours_turn(void **state)
{
    static const uint8_t pixels[] = {120, 120, 120, 130, 110, 100, 90, 140, 120, 110, 115, 160};
    const struct sr_shape colour = {2, 2, 3}, flat = {3, 4, 1};
    const struct sr_augment augment = {.hue = 30, .saturation = 0.5};
    double angles[2] = {9, -9}, factors[2] = {9, -9};
    float out[12], plain[12];
    (void)state;
    sr_augment_image(NULL, 1, 1, 1, pixels, colour, plain);
    for (uint32_t sample = 0; sample < 300; sample++) {
        double first_angle = 0, first_factor = 0;
        sr_augment_image(&augment, 5, 2, sample, pixels, colour, out);
        for (int i = 0; i < 3; i++) assert_float_equal(out[i], plain[i], 1e-6);
        for (int p = 1; p < 4; p++) {
            double was[3], is[3];
            to_yuv(plain + 3 * p, was);
            to_yuv(out + 3 * p, is);
            assert_float_equal(is[0], was[0], 1e-5);
            const double factor = hypot(is[1], is[2]) / hypot(was[1], was[2]),
                         angle = remainder(atan2(is[1], is[2]) - atan2(was[1], was[2]), 2 * M_PI);
            if (p == 1) {
                first_angle = angle;
                first_factor = factor;
            }
            assert_float_equal(angle, first_angle, 1e-3);
            assert_float_equal(factor, first_factor, 1e-3);
        }
        angles[0] = fmin(angles[0], first_angle), angles[1] = fmax(angles[1], first_angle);
        factors[0] = fmin(factors[0], first_factor), factors[1] = fmax(factors[1], first_factor);
        sr_augment_image(&augment, 5, 2, sample, pixels, flat, out);
        assert_memory_equal(out, plain, sizeof out);
    }
    const double most = 30 * M_PI / 180;
    assert_true(angles[0] >= -most - 1e-3 && angles[0] < -0.95 * most);
    assert_true(angles[1] <= most + 1e-3 && angles[1] > 0.95 * most);
    assert_true(factors[0] >= 0.499 && factors[0] < 0.53);
    assert_true(factors[1] <= 1.501 && factors[1] > 1.47);
    sr_augment_image(&(struct sr_augment){.saturation = 1}, 5, 2, 3,
                     (const uint8_t[]){255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0}, colour, out);
    for (int i = 0; i < 12; i++) assert_true(out[i] >= 0 && out[i] <= 1);
}

static bool stop(void *owner)
{
    (void)owner;
    return false;
}

/* The samples of a view, then the same mirrored, in the same order and with the same labels. */
static void mirrored_copies(void **state)
{
    enum { HIGH = 8, ACROSS = 9 };
    (void)state;
    for (int channels = 1; channels <= 3; channels += 2) {
        const size_t size = HIGH * ACROSS * (size_t)channels;
        uint8_t *pixels = sr_xalloc(4 * size), labels[4] = {5, 6, 7, 8};
        for (size_t i = 0; i < 4 * size; i++) pixels[i] = (uint8_t)(i * 11 + i / 13);
        const struct sr_images images = {4, {HIGH, ACROSS, channels}, pixels, labels};
        const uint32_t rows[3] = {3, 0, 2};
        const struct sr_samples samples = {&images, rows, 3};
        struct sr_images both;
        assert_ok(sr_augment_mirror(&samples, &both, NULL, &error));
        assert_int_equal(both.count, 6);
        assert_true(sr_shape_equal(both.shape, images.shape));
        for (size_t i = 0; i < 3; i++) {
            const uint8_t *from = pixels + rows[i] * size, *to = both.pixels + (3 + i) * size;
            assert_memory_equal(both.pixels + i * size, from, size);
            for (int y = 0; y < HIGH; y++)
                for (int x = 0; x < ACROSS; x++)
                    assert_memory_equal(to + (y * ACROSS + x) * channels,
                                        from + (y * ACROSS + ACROSS - 1 - x) * channels, channels);
            assert_int_equal(both.labels[i], labels[rows[i]]);
            assert_int_equal(both.labels[3 + i], labels[rows[i]]);
        }
        sr_images_fini(&both);
        const struct sr_monitor monitor = {.proceed = stop};
        assert_refused(sr_augment_mirror(&samples, &both, &monitor, &error), SR_ERROR_CANCELLED,
                       "Stopped");
        assert_null(both.pixels);
        free(pixels);
    }
}

/* As often as asked for, one of the kinds and no other, each severity. */
static void other_changes(void **state)
{
    uint8_t pixels[AREA], wanted[AREA];
    float out[AREA];
    int changed = 0, inverted = 0, flat[SR_SEVERITIES] = {0};
    const int inverse = sr_change_find("inverse"), contrast = sr_change_find("contrast");
    const struct sr_augment augment = {.change = 0.5, .kinds = 1u << inverse | 1u << contrast};
    (void)state;
    picture(pixels);
    assert_false(sr_augment_active(&(struct sr_augment){.change = 0.5}));
    assert_false(sr_augment_active(&(struct sr_augment){.kinds = 1}));
    for (uint32_t sample = 0; sample < 2000; sample++) {
        int found = 0;
        sr_augment_image(&augment, 7, 1, sample, pixels, shape, out);
        for (int kind = -1; kind < 2; kind++)
            for (int severity = 1; severity <= SR_SEVERITIES; severity++) {
                int same = 0;
                if (kind >= 0)
                    sr_change_image(kind ? contrast : inverse, severity, 1, 1, pixels, shape,
                                    wanted);
                for (int i = 0; i < AREA; i++)
                    same += lrintf(out[i] * 255) == (kind < 0 ? pixels[i] : wanted[i]);
                if (same < AREA || found) continue;
                found = 1;
                changed += kind >= 0;
                inverted += kind == 0;
                if (kind == 1) flat[severity - 1]++;
            }
        assert_true(found);
    }
    assert_in_range(changed, 900, 1100);
    assert_in_range(inverted, 420, 580);
    for (int s = 0; s < SR_SEVERITIES; s++) assert_in_range(flat[s], 60, 140);
}

/* A quarter turn does not fit an image that is not square, which stays as it is. */
static void turns_of_others(void **state)
{
    const struct sr_shape oblong = {8, 18, 1};
    const struct sr_augment turn = {.change = 1, .kinds = 1u << sr_change_find("turn_left")};
    uint8_t pixels[AREA];
    float out[AREA];
    (void)state;
    picture(pixels);
    sr_augment_image(&turn, 7, 1, 0, pixels, oblong, out);
    for (int i = 0; i < AREA; i++) assert_true(out[i] == (float)pixels[i] / 255);
}

static const struct sr_param params[] = {SR_AUGMENT_PARAMS(NULL, NULL, NULL, NULL, ""),
                                         {"kinds", SR_PARAM_TEXT, .fallback = "all"},
                                         {0}};

static struct sr_augment read_part(const char *name, const char *value)
{
    struct sr_args *args = sr_args_parse("test", params, NULL, 0, NULL, &error);
    assert_non_null(args);
    if (name) assert_ok(sr_args_set(args, name, value, &error));
    const struct sr_augment augment = sr_augment_read(args);
    sr_args_free(args);
    return augment;
}

/* Each parameter is the part of that name, and switches on that part alone. */
static void parts_are_parameters(void **state)
{
    struct sr_text names = {0}, told = {0};
    (void)state;
    struct sr_augment augment = read_part(NULL, NULL);
    assert_false(sr_augment_active(&augment));
    assert_int_equal(augment.kinds, (1u << SR_CHANGES) - 1);
    for (size_t i = 0; i < SR_AUGMENT_PARTS; i++) {
        const char *name = sr_augment_parts[i].name;
        assert_string_equal(params[i].name, name);
        augment = read_part(name, params[i].type == SR_PARAM_SWITCH    ? "on"
                                  : params[i].type == SR_PARAM_INTEGER ? "3"
                                                                       : "0.25");
        assert_true(sr_augment_active(&augment));
        sr_text_printf(&names, "%s%s", i ? " " : "", name);
        sr_text_printf(&told, "%s: ", name);
        sr_augment_print(&augment, &told);
        sr_text_add(&told, "\n");
    }
    assert_string_equal(sr_text_get(&names), SR_AUGMENT_NAMES);
    assert_string_equal(sr_text_get(&told), "flip: flip\n"
                                            "shift: shift up to 3 px\n"
                                            "rotation: rotation up to 0.25°\n"
                                            "scale: scale ±25 %\n"
                                            "erase: erase, chance 25 %\n"
                                            "brightness: brightness ±25 %\n"
                                            "noise: noise 0.25\n"
                                            "hue: hue ±0.25°\n"
                                            "saturation: saturation ±25 %\n"
                                            "background: background\n"
                                            "change: change, chance 25 %\n");
    sr_text_fini(&names);
    sr_text_fini(&told);
}

static void examples(void **state)
{
    struct sr_text text = {0};
    (void)state;
    const struct sr_augment grey = sr_augment_examples(false), colour = sr_augment_examples(true);
    assert_true(grey.hue == 0 && grey.saturation == 0 && grey.change == 0);
    assert_true(colour.hue > 0 && colour.saturation > 0 && colour.change == 0);
    const struct sr_augment shift = sr_augment_example(&sr_augment_parts[1]);
    assert_true(shift.shift > 0 && !shift.flip && shift.rotation == 0);
    sr_augment_print(&grey, &text);
    assert_string_equal(sr_text_get(&text),
                        "flip, shift up to 3 px, rotation up to 20°, scale ±20 %, erase, chance "
                        "100 %, brightness ±40 %, noise 0.1, background");
    sr_text_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_change),
        cmocka_unit_test(parts_are_parameters),
        cmocka_unit_test(examples),
        cmocka_unit_test(flips_alternate),
        cmocka_unit_test(what_the_draw_depends_on),
        cmocka_unit_test(shifts),
        cmocka_unit_test(mirrored_and_shifted),
        cmocka_unit_test(rotations),
        cmocka_unit_test(scales),
        cmocka_unit_test(interpolation),
        cmocka_unit_test(erasing),
        cmocka_unit_test(brightness),
        cmocka_unit_test(noise),
        cmocka_unit_test(channels_move_together),
        cmocka_unit_test(colours_turn),
        cmocka_unit_test(mirrored_copies),
        cmocka_unit_test(other_changes),
        cmocka_unit_test(turns_of_others),
    };
    return cmocka_run_group_tests_name("data/augment", tests, NULL, NULL);
}
