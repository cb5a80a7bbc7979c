/* Familiarity: distances, directions and tails against values worked out by hand. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/familiarity.h"

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

/* Two classes about (0, 0) and (10, 0) with variance 4 along the first number and 1 along the
 * second, correlated by 0.6. */
static void distances(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    float *rows = sr_xalloc(ROWS * 2 * sizeof *rows);
    uint8_t *labels = sr_xalloc(ROWS);
    struct sr_rng rng;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < ROWS; i++) {
        double x = sr_rng_normal(&rng), y = 0.6 * x + 0.8 * sr_rng_normal(&rng);
        labels[i] = i % 2;
        rows[2 * i] = (float)(2 * x + 10 * labels[i]);
        rows[2 * i + 1] = (float)y;
    }
    struct sr_gaussian fitted;
    sr_gaussian_fit(&fitted, rows, labels, ROWS, 2, 3);
    const float at[] = {2, 0}, other[] = {12, 1};
    /* (2, 0) is (1, 0) in deviations: 1 / sqrt(1 - 0.36); (12, 1) from (10, 0): (1, 1) */
    near(sr_gaussian_distance(&fitted, at, 0), 1 / 0.8, 0.03);
    near(sr_gaussian_distance(&fitted, other, 1), sqrt((2 - 2 * 0.6) / 0.64), 0.03);
    near(sr_gaussian_distance(&fitted, other, 0), sqrt((36 + 1 - 2 * 0.6 * 6) / 0.64), 0.1);
    /* a class without rows has the mean of all */
    near((double)fitted.means[4], 5, 0.1);
    sr_gaussian_fini(&fitted);
    free(rows);
    free(labels);
}

/* Rows that are all alike can be inverted too. */
static void constant_rows(void **state)
{
    (void)state;
    const float rows[] = {1, 2, 1, 2, 1, 2};
    const uint8_t labels[] = {0, 0, 1};
    struct sr_gaussian fitted;
    sr_gaussian_fit(&fitted, rows, labels, 3, 2, 2);
    near(sr_gaussian_distance(&fitted, rows, 0), 0, 0);
    const float other[] = {1, 3};
    assert_true(sr_gaussian_distance(&fitted, other, 0) > 100);
    sr_gaussian_fini(&fitted);
}

/* With two numbers of the same spread, the direction is that between the means. */
static void direction(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    float *first = sr_xalloc(ROWS * 2 * sizeof *first),
          *second = sr_xalloc(ROWS * 2 * sizeof *second);
    struct sr_rng rng;
    sr_rng_init(&rng, 4, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < 2 * ROWS; i++) {
        first[i] = (float)sr_rng_normal(&rng);
        second[i] = (float)(sr_rng_normal(&rng) + (i % 2 ? 4 : 3));
    }
    float found[3];
    sr_direction_fit(first, ROWS, second, ROWS, 2, 1e-6, NULL, found);
    near((double)(found[1] / found[0]), 4.0 / 3, 0.05);
    const float middle[] = {1.5F, 2}, zero[] = {0, 0}, end[] = {3, 4};
    near(sr_direction_along(found, middle, 2), 0, 0.02);
    /* regression on -1 and 1: with D^2 = 25 between the means, 25 / (25 + 4) of the way */
    near(sr_direction_along(found, zero, 2), -25.0 / 29, 0.03);
    near(sr_direction_along(found, end, 2), 25.0 / 29, 0.03);
    free(first);
    free(second);
}

/* 99 rows of class 0 at 1 .. 99; 20 of class 1, which are too few. */
static void tails(void **state)
{
    (void)state;
    double values[119];
    uint8_t predicted[119];
    for (int i = 0; i < 119; i++) {
        values[i] = i < 99 ? 99 - i : 1000;
        predicted[i] = i >= 99;
    }
    struct sr_tails fitted;
    sr_tails_fit(&fitted, values, predicted, 119, 3);
    near(sr_tails_surprise(&fitted, 0.5, 0), 0, 1e-9);
    near(sr_tails_surprise(&fitted, 50.5, 0), -log(50.0 / 100), 1e-9);
    near(sr_tails_surprise(&fitted, 50, 0), -log(51.0 / 100), 1e-9);
    /* the 90th of 99 is 90; the last ten are 4.5 farther out on average */
    near(sr_tails_surprise(&fitted, 90, 0), -log(0.11), 1e-9);
    near(sr_tails_surprise(&fitted, 99, 0), -log(0.11) + 2, 1e-9);
    near(sr_tails_surprise(&fitted, 180, 0), -log(0.11) + 20, 1e-9);
    /* classes 1 and 2 share all 119 rows: 21 of 120 are at 1000 or are the row itself */
    near(sr_tails_surprise(&fitted, 99.5, 1), -log(21.0 / 120), 1e-9);
    near(sr_tails_surprise(&fitted, 99.5, 2), -log(21.0 / 120), 1e-9);
    sr_tails_fini(&fitted);
}

static void separation(void **state)
{
    (void)state;
    const double first[] = {1, 2, 3}, second[] = {2, 4};
    /* of six pairs: 4 above three times, 2 above once and equal once */
    near(sr_separation(first, 3, second, 2), 4.5 / 6, 1e-12);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances), cmocka_unit_test(constant_rows), cmocka_unit_test(direction),
        cmocka_unit_test(tails),     cmocka_unit_test(separation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
