/* The validation split, folds and the statistics. */
#include "support.h"

#include <math.h>

#include "sartor/data/folds.h"
#include "sartor/data/split.h"
#include "sartor/data/stats.h"

static struct sr_error error;
static struct sr_dataset *mini;

static int load(void **state)
{
    (void)state;
    mini = sr_dataset_load(MINI, NULL, &error);
    return mini ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    sr_dataset_unref(mini);
    return 0;
}

static void count_classes(const struct sr_split *split, int part, size_t counts[10])
{
    memset(counts, 0, 10 * sizeof *counts);
    for (size_t i = 0; i < split->counts[part]; i++)
        counts[mini->files[SR_FILE_TRAIN].labels[split->rows[part][i]]]++;
}

static void a_twelfth(void **state)
{
    (void)state;
    struct sr_split split, again, other;
    assert_ok(sr_split_make(&split, mini, 1.0 / 12, 1, 0, &error));
    size_t counts[10];
    count_classes(&split, SR_SPLIT_VALIDATION, counts);
    for (int c = 0; c < 10; c++) assert_int_equal(counts[c], 8); /* round(100/12) */
    assert_int_equal(split.counts[SR_SPLIT_TRAIN], 920);
    uint8_t seen[1000] = {0};
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < split.counts[part]; i++) {
            seen[split.rows[part][i]]++;
            if (i) assert_true(split.rows[part][i] > split.rows[part][i - 1]);
        }
    for (int i = 0; i < 1000; i++) assert_int_equal(seen[i], 1);
    assert_ok(sr_split_make(&again, mini, 1.0 / 12, 1, 0, &error));
    assert_memory_equal(split.rows[1], again.rows[1], 80 * sizeof(uint32_t));
    assert_ok(sr_split_make(&other, mini, 1.0 / 12, 2, 0, &error));
    assert_memory_not_equal(split.rows[1], other.rows[1], 80 * sizeof(uint32_t));
    assert_memory_equal(split.rows[0], again.rows[0], 920 * sizeof(uint32_t));
    struct sr_samples samples = sr_split_samples(mini, &split, SR_SPLIT_VALIDATION);
    assert_int_equal(samples.count, 80);
    assert_int_equal(sr_samples_row(&samples, 3), split.rows[1][3]);
    samples = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    assert_int_equal(samples.count, 500);
    assert_int_equal(sr_samples_row(&samples, 3), 3);
    sr_split_fini(&split);
    sr_split_fini(&again);
    sr_split_fini(&other);
    sr_split_fini(&other);
}

static void limits_nest(void **state)
{
    (void)state;
    struct sr_split small, large, all;
    assert_ok(sr_split_make(&all, mini, 0.25, 5, 0, &error));
    assert_ok(sr_split_make(&small, mini, 0.25, 5, 103, &error));
    assert_ok(sr_split_make(&large, mini, 0.25, 5, 400, &error));
    size_t counts[10];
    count_classes(&small, SR_SPLIT_TRAIN, counts);
    for (int c = 0; c < 10; c++) assert_int_equal(counts[c], c < 3 ? 11 : 10);
    assert_int_equal(small.counts[0], 103);
    assert_int_equal(large.counts[0], 400);
    assert_int_equal(small.counts[1], 250);
    assert_memory_equal(small.rows[1], all.rows[1], 250 * sizeof(uint32_t));
    for (size_t i = 0, j = 0; i < small.counts[0]; i++) {
        while (j < large.counts[0] && large.rows[0][j] < small.rows[0][i]) j++;
        assert_true(j < large.counts[0]);
        assert_int_equal(large.rows[0][j], small.rows[0][i]);
    }
    sr_split_fini(&small);
    sr_split_fini(&large);
    assert_ok(sr_split_make(&large, mini, 0.25, 5, 5000, &error));
    assert_int_equal(large.counts[0], 750);
    sr_split_fini(&large);
    sr_split_fini(&all);
}

static void extremes(void **state)
{
    (void)state;
    struct sr_split split;
    assert_ok(sr_split_make(&split, mini, 0, 1, 0, &error));
    assert_int_equal(split.counts[1], 0);
    assert_int_equal(split.counts[0], 1000);
    sr_split_fini(&split);
    assert_ok(sr_split_make(&split, mini, 1e-9, 1, 0, &error));
    assert_int_equal(split.counts[1], 10);
    sr_split_fini(&split);
    const double bad[] = {-0.1, 0.91, NAN, INFINITY};
    for (int i = 0; i < 4; i++)
        assert_refused(sr_split_make(&split, mini, bad[i], 1, 0, &error), SR_ERROR_ARGUMENT,
                       "0..0.9");
    /* One image of a class trains, of two one is left to train. */
    uint8_t labels[] = {0, 1, 1, 2, 2, 2};
    struct sr_dataset tiny = {.classes = 3};
    tiny.files[SR_FILE_TRAIN] =
        (struct sr_images){.count = 6, .shape = {8, 8, 1}, .labels = labels};
    assert_ok(sr_split_make(&split, &tiny, 0.9, 1, 0, &error));
    assert_int_equal(split.counts[0], 3);
    assert_int_equal(split.counts[1], 3);
    assert_int_equal(split.rows[0][0], 0);
    sr_split_fini(&split);
}

/* A train file of `counts[c]` rows of each class c, in turn as far as they go. */
static struct sr_dataset of_counts(uint8_t *labels, const size_t *counts, int classes)
{
    struct sr_dataset dataset = {.classes = classes};
    size_t rows = 0, most = 0;
    for (int c = 0; c < classes; c++) most = counts[c] > most ? counts[c] : most;
    for (size_t i = 0; i < most; i++)
        for (int c = 0; c < classes; c++)
            if (i < counts[c]) labels[rows++] = (uint8_t)c;
    dataset.files[SR_FILE_TRAIN] =
        (struct sr_images){.count = rows, .shape = {8, 8, 1}, .labels = labels};
    return dataset;
}

/* Which rows of a class validate, by their number within the class. */
static void chosen(const struct sr_split *split, const uint8_t *labels, size_t rows, int label,
                   bool *taken)
{
    for (size_t row = 0, own = 0, at = 0; row < rows; row++) {
        while (at < split->counts[SR_SPLIT_VALIDATION] &&
               split->rows[SR_SPLIT_VALIDATION][at] < row)
            at++;
        if (labels[row] != label) continue;
        taken[own++] =
            at < split->counts[SR_SPLIT_VALIDATION] && split->rows[SR_SPLIT_VALIDATION][at] == row;
    }
}

/* Every class is drawn by a stream of its own: what another class holds does not change it, and
 * classes of one size get different draws. */
static void classes_are_drawn_apart(void **state)
{
    (void)state;
    static const size_t counts[2][3] = {{40, 40, 40}, {25, 40, 40}};
    bool taken[2][3][40] = {{{false}}};
    uint8_t labels[120];
    for (int d = 0; d < 2; d++) {
        struct sr_split split;
        const struct sr_dataset dataset = of_counts(labels, counts[d], 3);
        assert_ok(sr_split_make(&split, &dataset, 0.25, 9, 0, &error));
        for (int c = 0; c < 3; c++)
            chosen(&split, labels, dataset.files[SR_FILE_TRAIN].count, c, taken[d][c]);
        sr_split_fini(&split);
    }
    for (int c = 1; c < 3; c++) assert_memory_equal(taken[0][c], taken[1][c], 40);
    assert_memory_not_equal(taken[0][0], taken[0][1], 40);
    assert_memory_not_equal(taken[0][1], taken[0][2], 40);
    assert_memory_not_equal(taken[0][0], taken[0][2], 40);
}

/* The share of a class is rounded, not cut; a class of one row does not validate. */
static void shares_are_rounded(void **state)
{
    (void)state;
    static const size_t counts[5] = {1, 2, 7, 9, 10}, wanted[5] = {0, 1, 1, 2, 2};
    uint8_t labels[29];
    size_t held[5] = {0};
    struct sr_split split;
    const struct sr_dataset dataset = of_counts(labels, counts, 5);
    assert_ok(sr_split_make(&split, &dataset, 0.18, 1, 0, &error));
    for (size_t i = 0; i < split.counts[SR_SPLIT_VALIDATION]; i++)
        held[labels[split.rows[SR_SPLIT_VALIDATION][i]]]++;
    for (int c = 0; c < 5; c++) assert_int_equal(held[c], wanted[c]);
    sr_split_fini(&split);
    for (size_t count = 1; count < 3; count++) {
        const size_t one[2] = {count, 10};
        const struct sr_dataset few = of_counts(labels, one, 2);
        assert_ok(sr_split_make(&split, &few, 0.5, 1, 0, &error));
        assert_int_equal(split.counts[SR_SPLIT_VALIDATION], 5 + (count > 1));
        sr_split_fini(&split);
    }
}

/* A limit is shared by the classes' training rows; what rounding down leaves over goes to the
 * largest remainders, one row each. */
static void limits_are_shared(void **state)
{
    (void)state;
    static const size_t counts[4] = {10, 20, 30, 40}, wanted[4] = {2, 3, 5, 7};
    uint8_t labels[100];
    size_t kept[4] = {0};
    struct sr_split split;
    const struct sr_dataset dataset = of_counts(labels, counts, 4);
    assert_ok(sr_split_make(&split, &dataset, 0, 1, 17, &error)); /* 1.7 3.4 5.1 6.8 */
    for (size_t i = 0; i < split.counts[SR_SPLIT_TRAIN]; i++)
        kept[labels[split.rows[SR_SPLIT_TRAIN][i]]]++;
    for (int c = 0; c < 4; c++) assert_int_equal(kept[c], wanted[c]);
    assert_int_equal(split.counts[SR_SPLIT_TRAIN], 17);
    assert_int_equal(split.counts[SR_SPLIT_VALIDATION], 0);
    for (size_t i = 1; i < 17; i++) assert_true(split.rows[0][i] > split.rows[0][i - 1]);
    sr_split_fini(&split);
}

/* Rows of a class are dealt out by a stream of its own: classes of one size go to other folds. */
static void folds_of_classes_differ(void **state)
{
    (void)state;
    static const size_t counts[3] = {40, 40, 40};
    uint8_t labels[120], of[3][40];
    uint32_t rows[120];
    struct sr_folds folds;
    const struct sr_dataset dataset = of_counts(labels, counts, 3);
    for (uint32_t i = 0; i < 120; i++) rows[i] = i;
    assert_ok(sr_folds_make(&folds, &dataset.files[SR_FILE_TRAIN], rows, 120, 4, 3, &error));
    for (int i = 0; i < 120; i++) of[i % 3][i / 3] = folds.of[i];
    assert_memory_not_equal(of[0], of[1], 40);
    assert_memory_not_equal(of[1], of[2], 40);
    assert_memory_not_equal(of[0], of[2], 40);
    int in_turn = 0; /* shuffled: not 0, 1, 2, 3, 0, ... */
    for (int i = 0; i < 40; i++) in_turn += of[0][i] == i % 4;
    assert_in_range(in_turn, 2, 25);
    sr_folds_fini(&folds);
}

/* 103 rows of ten classes, three of which have 11: every row is held out once, in folds that are
 * alike. */
static void folds_are_alike(void **state)
{
    (void)state;
    const struct sr_images *images = &mini->files[SR_FILE_TRAIN];
    struct sr_split split;
    struct sr_folds folds, again, other;
    assert_ok(sr_split_make(&split, mini, 0.25, 5, 103, &error));
    const uint32_t *rows = split.rows[SR_SPLIT_TRAIN];
    uint32_t held[103], rest[103];
    for (int count = 2; count <= SR_FOLDS_MAX; count += 3) { /* up to more than a class has */
        uint8_t seen[1000] = {0};
        assert_ok(sr_folds_make(&folds, images, rows, 103, count, 5, &error));
        assert_int_equal(folds.rarest, 3);
        assert_int_equal(folds.rarest_count, 10);
        for (int f = 0; f < count; f++) {
            size_t n = sr_folds_take(&folds, f, true, held),
                   m = sr_folds_take(&folds, f, false, rest), counts[10] = {0};
            assert_in_range(n, 103 / count, (103 + count - 1) / count);
            assert_int_equal(n + m, 103);
            for (size_t i = 0; i < n; i++) {
                seen[held[i]]++;
                counts[images->labels[held[i]]]++;
                if (i) assert_true(held[i] > held[i - 1]);
                for (size_t j = 0; j < m; j++) assert_int_not_equal(held[i], rest[j]);
            }
            for (int c = 0; c < 10; c++)
                assert_in_range(counts[c], 10 / count, (11 + count - 1) / count);
        }
        for (size_t i = 0; i < 103; i++) assert_int_equal(seen[rows[i]], 1);
        sr_folds_fini(&folds);
    }
    assert_ok(sr_folds_make(&folds, images, rows, 103, 3, 5, &error));
    assert_ok(sr_folds_make(&again, images, rows, 103, 3, 5, &error));
    assert_ok(sr_folds_make(&other, images, rows, 103, 3, 6, &error));
    assert_memory_equal(folds.of, again.of, 103);
    assert_memory_not_equal(folds.of, other.of, 103);
    sr_folds_fini(&folds);
    sr_folds_fini(&again);
    sr_folds_fini(&other);
    sr_folds_fini(&other);
    sr_split_fini(&split);
}

/* Four pixels' worth of cases by hand; 8 by 8 images of one value each. */
static void statistics(void **state)
{
    (void)state;
    uint8_t pixels[4 * 64], labels[4] = {0, 1, 1, 0};
    const uint8_t values[4] = {0, 10, 20, 50};
    for (int i = 0; i < 4; i++) memset(pixels + 64 * i, values[i], 64);
    struct sr_images images = {.count = 4, .shape = {8, 8, 1}, .pixels = pixels, .labels = labels};
    struct sr_samples all = {.images = &images, .count = 4};
    struct sr_stats stats;
    sr_stats_compute(&stats, &all, -1);
    assert_float_equal(stats.all.mean, 20, 1e-12);
    assert_float_equal(stats.all.median, 15, 1e-12);           /* between the middle two */
    assert_float_equal(stats.all.deviation, sqrt(350), 1e-12); /* (400 + 100 + 0 + 900) / 4 */
    assert_float_equal(stats.all.zeros, 0.25, 1e-12);
    assert_int_equal(stats.all.histogram[10], 64);
    assert_int_equal(stats.class_counts[1], 2);
    sr_stats_compute(&stats, &all, 1);
    assert_int_equal(stats.count, 2);
    assert_float_equal(stats.all.mean, 15, 1e-12);
    assert_int_equal(stats.class_counts[0], 0);
    sr_stats_compute(&stats, &all, 7);
    assert_int_equal(stats.count, 0);
    assert_true(isnan(stats.all.mean) && isnan(stats.all.median));
    float mean[64], variance[64];
    assert_true(sr_stats_mean_image(&all, 0, mean, variance));
    assert_float_equal(mean[63], 25, 1e-6);
    assert_float_equal(variance[63], 625, 1e-6);
    assert_true(sr_stats_mean_image(&all, -1, mean, NULL));
    assert_float_equal(mean[0], 20, 1e-6);
    assert_false(sr_stats_mean_image(&all, 5, mean, variance));
    uint32_t rows[] = {3, 1};
    struct sr_samples some = {.images = &images, .rows = rows, .count = 2};
    sr_stats_compute(&stats, &some, -1);
    assert_float_equal(stats.all.mean, 30, 1e-12);
}

/* 81 pixels, not a multiple of 4; what a class is taken from differs from all. */
static void odd_sizes(void **state)
{
    (void)state;
    uint8_t pixels[3 * 81] = {0}, labels[3] = {0, 1, 0};
    for (int i = 0; i < 3; i++) pixels[81 * i + 80] = (uint8_t)(81 * (i + 1));
    const struct sr_images images = {3, {9, 9, 1}, pixels, labels};
    const struct sr_samples all = {&images, NULL, 3};
    struct sr_stats stats;
    float mean[81], variance[81];
    sr_stats_compute(&stats, &all, -1);
    assert_float_equal(stats.all.mean, 2, 1e-12); /* (81 + 162 + 243) / 243 */
    assert_int_equal(stats.all.histogram[243], 1);
    assert_int_equal(stats.all.histogram[0], 240);
    sr_stats_compute(&stats, &all, 0);
    assert_int_equal(stats.count, 2);
    assert_float_equal(stats.all.mean, 2, 1e-12); /* (81 + 243) / 162 */
    assert_int_equal(stats.class_counts[1], 0);
    assert_int_equal(stats.all.histogram[162], 0);
    assert_true(sr_stats_mean_image(&all, 0, mean, variance));
    assert_float_equal(mean[80], 162, 1e-6);
    assert_float_equal(variance[80], 81 * 81, 1e-3);
    /* In colour, all channels are counted, and means are of each. */
    const struct sr_images colour = {1, {9, 9, 3}, pixels, labels};
    const struct sr_samples one = {&colour, NULL, 1};
    float means[243];
    sr_stats_compute(&stats, &one, -1);
    assert_float_equal(stats.all.mean, 2, 1e-12);
    /* The values that are not 0 stand at 80, 161 and 242, all of the last channel. */
    assert_int_equal(stats.channels, 3);
    assert_float_equal(stats.channel[0].mean, 0, 0);
    assert_float_equal(stats.channel[1].zeros, 1, 0);
    assert_float_equal(stats.channel[2].mean, 6, 1e-12); /* 486 / 81 */
    assert_float_equal(stats.channel[2].median, 0, 0);
    assert_float_equal(stats.channel[2].deviation,
                       sqrt((81. * 81 + 162. * 162 + 243. * 243) / 81 - 36), 1e-9);
    assert_int_equal(stats.channel[2].histogram[162], 1);
    assert_int_equal(stats.channel[2].histogram[0], 78);
    assert_int_equal(stats.all.histogram[0], 240);
    assert_true(sr_stats_mean_image(&one, -1, means, NULL));
    assert_float_equal(means[242], 243, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_twelfth),
        cmocka_unit_test(limits_nest),
        cmocka_unit_test(extremes),
        cmocka_unit_test(folds_are_alike),
        cmocka_unit_test(statistics),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(classes_are_drawn_apart),
        cmocka_unit_test(shares_are_rounded),
        cmocka_unit_test(limits_are_shared),
        cmocka_unit_test(folds_of_classes_differ),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
