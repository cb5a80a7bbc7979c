/* Changes: the deterministic kinds against images made by the authors of Fashion-MNIST-C, the
 * others by what can be counted. */
#include "support.h"

#include <math.h>

#include "changes-reference.h"
#include "sartor/base/memory.h"
#include "sartor/data/changes.h"

enum { SIZE = 28 * 28, ROWS = 400 };
static const struct sr_shape shape = {28, 28, 1};

static int kind_of(const char *name)
{
    int kind = sr_change_find(name);
    assert_true(kind >= 0);
    return kind;
}

/* Of two images, the larger difference to the reference. */
static int apart(const uint8_t *one, const uint8_t *other)
{
    int most = 0;
    for (int i = 0; i < SIZE; i++) {
        int difference = abs(one[i] - other[i]);
        if (difference > most) most = difference;
    }
    return most;
}

/* To either side by chance: the seed that gives the side of the reference is looked for. */
static void equal_to_the_reference(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof changed / sizeof *changed; k++) {
        int kind = kind_of(changed[k].name);
        for (size_t i = 0; i < REFERENCES; i++) {
            uint8_t out[SIZE];
            int least = 255;
            for (uint64_t seed = 0; seed < 16 && least > 1; seed++) {
                sr_change_image(kind, sr_change_kinds[kind].severity, seed, 0, clean[i], shape,
                                out);
                int here = apart(out, changed[k].images[i]);
                least = here < least ? here : least;
            }
            if (least > 1) fail_msg("%s, image %zu: %d apart", changed[k].name, i, least);
        }
    }
}

struct counted {
    double mean, deviation, black, white;
};

static struct counted count(const uint8_t *pixels, size_t bytes)
{
    struct counted counted = {0};
    double squares = 0;
    for (size_t i = 0; i < bytes; i++) {
        counted.mean += pixels[i] / (double)bytes;
        squares += pixels[i] * (double)pixels[i] / (double)bytes;
        counted.black += (pixels[i] == 0) / (double)bytes;
        counted.white += (pixels[i] == 255) / (double)bytes;
    }
    counted.deviation = sqrt(squares - counted.mean * counted.mean);
    return counted;
}

/* The references, repeated under many row numbers. */
static void make(const char *kind, int severity, struct counted *before, struct counted *after)
{
    uint8_t *pixels = sr_xalloc(ROWS * SIZE), *out = sr_xalloc(ROWS * SIZE);
    for (size_t i = 0; i < ROWS; i++) memcpy(pixels + i * SIZE, clean[i % REFERENCES], SIZE);
    const struct sr_images images = {.count = ROWS, .shape = shape, .pixels = pixels};
    const struct sr_samples all = {&images, NULL, ROWS};
    sr_change_samples(kind_of(kind), severity, 1, &all, NULL, out);
    *before = count(pixels, ROWS * SIZE);
    *after = count(out, ROWS * SIZE);
    free(pixels);
    free(out);
}

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

static void random_kinds(void **state)
{
    (void)state;
    struct counted before, after;
    make("impulse_noise", 4, &before, &after);
    near(after.black, 0.83 * before.black + 0.085, 0.003);
    near(after.white, 0.83 * before.white + 0.085, 0.003);
    make("shot_noise", 1, &before, &after);
    near(after.mean, before.mean, 1.5); /* Poisson keeps the mean, but for what is clipped */
    assert_true(after.deviation > before.deviation);
    near(after.black, before.black, 0.02);
    make("motion_blur", 1, &before, &after);
    near(after.mean, before.mean, 4);
    assert_true(after.deviation < 0.93 * before.deviation);
    make("glass_blur", 1, &before, &after);
    near(after.mean, before.mean, 2);
    assert_true(after.deviation < 0.97 * before.deviation);
    make("occlusion", 3, &before, &after);
    near(after.black, before.black * 0.8, 0.05);
    make("backdrop", 4, &before, &after);
    assert_true(after.black < 0.1 * before.black);
    make("jpeg", 1, &before, &after);
    near(after.mean, before.mean, 1);
    make("size", 5, &before, &after);
    near(after.mean, before.mean, 2);
    assert_true(after.deviation < before.deviation);
}

/* The same seed gives the same images at any thread count and in any order of rows; another seed
 * others; a stronger change takes an image farther away. */
static void seeds_threads_severities(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_pool *pool = sr_pool_new(3, &error);
    uint8_t *pixels = sr_xalloc(40 * SIZE), *one = sr_xalloc(40 * SIZE),
            *two = sr_xalloc(40 * SIZE);
    uint32_t rows[40];
    for (size_t i = 0; i < 40; i++) {
        rows[i] = (uint32_t)(39 - i);
        memcpy(pixels + i * SIZE, clean[i % REFERENCES], SIZE);
    }
    const struct sr_images images = {.count = 40, .shape = shape, .pixels = pixels};
    const struct sr_samples all = {&images, NULL, 40}, reversed = {&images, rows, 40};
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        double last = 0;
        for (int severity = 1; severity <= SR_SEVERITIES; severity++) {
            sr_change_samples(kind, severity, 7, &all, pool, one);
            sr_change_samples(kind, severity, 7, &reversed, NULL, two);
            double far = 0;
            for (size_t i = 0; i < 40; i++) {
                assert_memory_equal(one + i * SIZE, two + (39 - i) * SIZE, SIZE);
                for (int p = 0; p < SIZE; p++)
                    far += abs(one[i * SIZE + (size_t)p] - pixels[i * SIZE + (size_t)p]);
            }
            assert_true(far > 0);
            /* saturation 2 and more is another direction than 0.3 and less */
            if (strcmp(sr_change_kinds[kind].name, "saturate") && !sr_change_kinds[kind].same)
                assert_true(far > 0.9 * last);
            last = far;
        }
    }
    sr_change_samples(kind_of("shot_noise"), 3, 8, &all, NULL, two);
    sr_change_samples(kind_of("shot_noise"), 3, 7, &all, NULL, one);
    assert_memory_not_equal(one, two, 40 * SIZE);
    sr_pool_free(pool);
    free(pixels);
    free(one);
    free(two);
}

/* Other sizes and colours: nothing is read or written outside (under the sanitizers), and channels
 * that are alike stay alike. */
static void any_shape(void **state)
{
    (void)state;
    static const struct sr_shape shapes[] = {{8, 8, 1}, {32, 32, 3}, {20, 36, 3}, {3, 5, 1}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const size_t size = sr_shape_size(shapes[s]), channels = (size_t)shapes[s].channels;
        uint8_t *pixels = sr_xalloc(size), *out = sr_xalloc(size);
        for (size_t i = 0; i < size; i++) pixels[i] = (uint8_t)(i / channels * 37 % 256);
        for (int kind = 0; kind < SR_CHANGES; kind++) {
            if (sr_change_kinds[kind].square && shapes[s].height != shapes[s].width) continue;
            for (int severity = 1; severity <= SR_SEVERITIES; severity++) {
                sr_change_image(kind, severity, 1, 2, pixels, shapes[s], out);
                bool noise = strstr(sr_change_kinds[kind].name, "noise");
                for (size_t i = 0; !noise && i < size; i++)
                    assert_int_equal(out[i], out[i / channels * channels]);
            }
        }
        free(pixels);
        free(out);
    }
}

static void kinds_by_name(void **state)
{
    const uint32_t published = (1u << SR_CHANGES_PUBLISHED) - 1, all = (1u << SR_CHANGES) - 1;
    struct sr_error error = {0};
    uint32_t kinds;
    (void)state;
    const struct {
        const char *text;
        uint32_t kinds;
    } good[] = {{"published", published},
                {"all", all},
                {"rotate", 1u << kind_of("rotate")},
                {"jpeg,rotate", 1u << kind_of("rotate") | 1u << kind_of("jpeg")},
                {"-contrast", published & ~(1u << kind_of("contrast"))},
                {"all,-jpeg,-contrast", all & ~(1u << kind_of("jpeg") | 1u << kind_of("contrast"))},
                {"all,-published", all & ~published}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(sr_change_read(good[i].text, &kinds, &error));
        assert_int_equal(kinds, good[i].kinds);
    }
    assert_refused(sr_change_read("rotte", &kinds, &error), SR_ERROR_ARGUMENT, "rotate");
    assert_refused(sr_change_read("", &kinds, &error), SR_ERROR_ARGUMENT, "no kind");
    assert_refused(sr_change_read("all,-none", &kinds, &error), SR_ERROR_ARGUMENT, "\"none\"");
    assert_refused(sr_change_read("jpeg,-jpeg", &kinds, &error), SR_ERROR_ARGUMENT, "leaves no");
}

/* Floats are changed as bytes are. */
static void floats(void **state)
{
    (void)state;
    for (int kind = 0; kind < SR_CHANGES; kind++) {
        const char *name = sr_change_kinds[kind].name;
        const bool drawn = strstr(name, "noise") || strstr(name, "blur") ||
                           !strcmp(name, "shear") || !strcmp(name, "rotate") ||
                           !strcmp(name, "occlusion");
        uint8_t bytes[SIZE];
        float values[SIZE];
        struct sr_rng rng;
        sr_rng_init(&rng, 1, SR_STREAM_OTHER, 0);
        for (int i = 0; i < SIZE; i++) values[i] = (float)clean[0][i] / 255;
        sr_change_values(kind, 2, &rng, shape, values);
        sr_change_image(kind, 2, 1, 0, clean[0], shape, bytes);
        int differs = 0;
        for (int i = 0; i < SIZE; i++) {
            assert_true(values[i] == (float)(uint8_t)lrintf(values[i] * 255) / 255);
            if (!drawn) assert_int_equal(lrintf(values[i] * 255), bytes[i]);
            differs += values[i] != (float)clean[0][i] / 255;
        }
        assert_true(differs > 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_the_reference),
        cmocka_unit_test(random_kinds),
        cmocka_unit_test(seeds_threads_severities),
        cmocka_unit_test(any_shape),
        cmocka_unit_test(kinds_by_name),
        cmocka_unit_test(floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
