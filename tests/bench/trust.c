/* trust.c - measures what is said of predictions: how well familiarity tells pictures of other
 * kinds from test images, what it costs, and whether calibration and sets hold over random
 * divisions of the held-out rows.
 *
 * Usage: trust DATA MODEL... [NAME=FILE...]. MODEL is a model's file with what is known of it; FILE
 * holds further pictures as bytes, of the data's shape. Judges nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"
#include "sartor/data/changes.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"
#include "sartor/eval/significance.h"
#include "sartor/models/trust.h"

enum { IMAGES = 2000, RESPLITS = 200, MOST_SETS = 24 };

/* Pictures of one kind. */
struct set {
    char name[32];
    struct sr_images images;
};

static struct sr_pool *pool;
static struct sr_error error;

static void give_up(const char *what)
{
    fprintf(stderr, "trust: %s: %s\n", what, error.text);
    exit(1);
}

/* ---- pictures ---- */

static void fill_noise(uint8_t *pixels, size_t size, struct sr_rng *rng)
{
    for (size_t i = 0; i < size; i++) pixels[i] = (uint8_t)sr_rng_below(rng, 256);
}

static void fill_permuted(uint8_t *pixels, size_t size, struct sr_rng *rng)
{
    for (size_t i = size; i > 1; i--) {
        const size_t k = (size_t)sr_rng_below(rng, i);
        const uint8_t kept = pixels[i - 1];
        pixels[i - 1] = pixels[k];
        pixels[k] = kept;
    }
}

/* Noise that is the mean of its surroundings, stretched to black and white. */
static void fill_smooth(uint8_t *pixels, struct sr_shape shape, struct sr_rng *rng)
{
    const int height = shape.height, width = shape.width;
    const size_t size = sr_shape_size(shape);
    double *raw = sr_xalloc(size * sizeof *raw), *mean = sr_xalloc(size * sizeof *mean);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < size; i++) raw[i] = sr_rng_double(rng);
    for (size_t i = 0; i < size; i++) {
        const int y = (int)(i / (size_t)width), x = (int)(i % (size_t)width);
        double sum = 0, weight = 0;
        for (int dy = -4; dy <= 4; dy++)
            for (int dx = -4; dx <= 4; dx++) {
                if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
                const double near = exp(-(dy * dy + dx * dx) / 8.0);
                sum += near * raw[(y + dy) * width + x + dx];
                weight += near;
            }
        mean[i] = sum / weight;
        low = fmin(low, mean[i]);
        high = fmax(high, mean[i]);
    }
    for (size_t i = 0; i < size; i++)
        pixels[i] = (uint8_t)lround(255 * (mean[i] - low) / (high - low));
    free(raw);
    free(mean);
}

static struct set *add_set(struct set *sets, size_t *count, const char *name, size_t images,
                           struct sr_shape shape)
{
    if (*count == MOST_SETS) exit(1);
    struct set *set = &sets[(*count)++];
    snprintf(set->name, sizeof set->name, "%s", name);
    set->images = (struct sr_images){.count = images, .shape = shape};
    set->images.pixels = sr_xalloc(images * sr_shape_size(shape));
    return set;
}

/* Whole sets of other pictures, then the kinds of change, each of the first test images. */
static size_t make_sets(struct set *sets, const struct sr_samples *test)
{
    static const char *const others[] = {"permuted pixels", "noise", "smooth noise", "white"};
    static const char *const changes[] = {"inverse", "turn_left", "turn_right", "flip_up_down"};
    const struct sr_shape shape = test->images->shape;
    const size_t size = sr_shape_size(shape);
    struct sr_rng rng;
    size_t count = 0;
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        struct set *set = add_set(sets, &count, others[k], test->count, shape);
        for (size_t i = 0; i < test->count; i++) {
            uint8_t *pixels = set->images.pixels + i * size;
            sr_rng_init(&rng, 1, SR_STREAM_TEST, i);
            memcpy(pixels, sr_images_at(test->images, sr_samples_row(test, i)), size);
            if (k == 0) fill_permuted(pixels, size, &rng);
            if (k == 1) fill_noise(pixels, size, &rng);
            if (k == 2) fill_smooth(pixels, shape, &rng);
            if (k == 3) memset(pixels, 255, size);
        }
    }
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++) {
        struct set *set = add_set(sets, &count, changes[k], test->count, shape);
        sr_change_samples(sr_change_find(changes[k]), 3, 1, test, pool, set->images.pixels);
    }
    /* Each image by one of the fifteen kinds at the severity of Fashion-MNIST-C. */
    struct set *mix = add_set(sets, &count, "mix of 15 kinds", test->count, shape);
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < test->count; i++) {
        const int kind = (int)sr_rng_below(&rng, SR_CHANGES_PUBLISHED);
        sr_change_image(kind, sr_change_kinds[kind].severity, 1, (uint32_t)i,
                        sr_images_at(test->images, sr_samples_row(test, i)), shape,
                        mix->images.pixels + i * size);
    }
    return count;
}

static void read_set(struct set *sets, size_t *count, const char *word, struct sr_shape shape)
{
    const char *path = strchr(word, '=') + 1;
    char name[32];
    size_t length;
    snprintf(name, sizeof name, "%.*s", (int)(path - word - 1), word);
    char *bytes = sr_file_read(path, (size_t)1 << 30, &length, &error);
    if (!bytes) give_up(path);
    struct set *set = add_set(sets, count, name, length / sr_shape_size(shape), shape);
    memcpy(set->images.pixels, bytes, set->images.count * sr_shape_size(shape));
    free(bytes);
}

/* ---- familiarity ---- */

static int ascending(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The chance that a test image is more familiar than one of the others, ties counted by half. Sorts
 * both. */
static double area(double *test, size_t tests, double *other, size_t others)
{
    double sum = 0;
    size_t below = 0, equal = 0;
    qsort(test, tests, sizeof *test, ascending);
    qsort(other, others, sizeof *other, ascending);
    for (size_t i = 0; i < tests; i++) {
        while (below < others && other[below] < test[i]) below++;
        equal = 0;
        while (below + equal < others && other[below + equal] <= test[i]) equal++;
        sum += (double)below + (double)equal / 2;
    }
    return sum / ((double)tests * (double)others);
}

static double share_below(const double *shares, size_t count)
{
    size_t below = 0;
    for (size_t i = 0; i < count; i++) below += shares[i] < SR_UNFAMILIAR;
    return (double)below / (double)count;
}

/* Seconds of processor time that predicting and measuring take. */
struct spent {
    double predicting, measuring;
};

static double *measure(const struct sr_model *model, const struct sr_samples *samples,
                       uint8_t *predicted, struct spent *spent)
{
    const size_t classes = (size_t)model->shape.classes;
    float *probabilities = sr_xalloc(samples->count * classes * sizeof *probabilities);
    double *shares = sr_xalloc(samples->count * sizeof *shares);
    const clock_t start = clock();
    if (sr_model_predict(model, samples, pool, NULL, probabilities, &error)) give_up("predict");
    const clock_t between = clock();
    for (size_t i = 0; i < samples->count; i++)
        predicted[i] = (uint8_t)sr_predicted_class(probabilities + i * classes, (int)classes);
    sr_familiarity_measure(&model->trust->familiarity, samples, predicted, pool, shares);
    spent->measuring = (double)(clock() - between) / CLOCKS_PER_SEC;
    spent->predicting = (double)(between - start) / CLOCKS_PER_SEC;
    free(probabilities);
    return shares;
}

static void report_familiarity(const struct sr_model *model, const struct sr_samples *test,
                               const struct set *sets, size_t count)
{
    uint8_t *predicted = sr_xalloc(test->count + IMAGES);
    struct spent spent;
    double *known = measure(model, test, predicted, &spent), worst = 0;
    for (int c = 0; c < model->shape.classes; c++) {
        double all = 0, called = 0;
        for (size_t i = 0; i < test->count; i++) {
            if (sr_samples_label(test, i) != c) continue;
            all++;
            called += known[i] < SR_UNFAMILIAR;
        }
        if (all > 0) worst = fmax(worst, called / all);
    }
    printf("  test images called unfamiliar: %.2f %%, at most %.2f %% of a class\n",
           100 * share_below(known, test->count), 100 * worst);
    printf(
        "  processor time an image: %.1f µs to predict, %.1f µs to tell how familiar (%.0f %%)\n",
        1e6 * spent.predicting / (double)test->count, 1e6 * spent.measuring / (double)test->count,
        100 * spent.measuring / spent.predicting);
    printf("  %-18s %7s  %s\n", "pictures", "AUROC", "called unfamiliar");
    for (size_t s = 0; s < count; s++) {
        const size_t images = sets[s].images.count < IMAGES ? sets[s].images.count : IMAGES;
        uint32_t rows[IMAGES];
        for (size_t i = 0; i < images; i++) rows[i] = (uint32_t)i;
        const struct sr_samples samples = {&sets[s].images, rows, images};
        double *shares = measure(model, &samples, predicted, &spent);
        const double called = share_below(shares, images);
        printf("  %-18s %7.4f  %.1f %%\n", sets[s].name, area(known, test->count, shares, images),
               100 * called);
        free(shares);
    }
    free(known);
    free(predicted);
}

/* ---- calibration and sets ---- */

/* What one division of the held-out rows gives. */
enum { ECE, COVERED = 1, SIZE = 4, LEAST = 7, MEASURES = 8 };
static const double promises[3] = {.90, .95, .99};

static struct sr_predictions part_of(const struct sr_predictions *all, const uint32_t *rows,
                                     size_t count)
{
    const size_t classes = (size_t)all->classes;
    struct sr_predictions part = {count,
                                  all->classes,
                                  sr_xalloc(count * sizeof(uint32_t)),
                                  sr_xalloc(count),
                                  sr_xalloc(count),
                                  sr_xalloc(count * classes * sizeof(float))};
    for (size_t i = 0; i < count; i++) {
        part.rows[i] = (uint32_t)i;
        part.truth[i] = all->truth[rows[i]];
        memcpy(part.probabilities + i * classes, all->probabilities + rows[i] * classes,
               classes * sizeof(float));
    }
    sr_predictions_finish(&part);
    return part;
}

/* The coverage of the class that is covered least by the 90 % sets with thresholds by class. */
static double least_covered(const struct sr_conformal *conformal,
                            const struct sr_predictions *predictions)
{
    double thresholds[SR_CLASSES_MAX], all[SR_CLASSES_MAX] = {0}, held[SR_CLASSES_MAX] = {0};
    double least = 1;
    bool members[SR_CLASSES_MAX];
    sr_conformal_thresholds(conformal, promises[0], true, thresholds);
    for (size_t i = 0; i < predictions->count; i++) {
        const uint8_t truth = predictions->truth[i];
        sr_conformal_set(conformal, thresholds,
                         predictions->probabilities + i * (size_t)predictions->classes, members);
        all[truth]++;
        held[truth] += members[truth];
    }
    for (int c = 0; c < predictions->classes; c++)
        if (all[c] > 0) least = fmin(least, held[c] / all[c]);
    return least;
}

static void judge(const struct sr_predictions *fit, struct sr_predictions *other,
                  double values[MEASURES])
{
    struct sr_calibration calibration = {0};
    struct sr_conformal conformal = {0};
    struct sr_reliability reliability;
    const size_t classes = (size_t)other->classes;
    sr_conformal_fit(&conformal, fit);
    for (int p = 0; p < 3; p++) {
        double thresholds[SR_CLASSES_MAX], held = 0, size = 0;
        bool members[SR_CLASSES_MAX];
        sr_conformal_thresholds(&conformal, promises[p], false, thresholds);
        for (size_t i = 0; i < other->count; i++) {
            size += (double)sr_conformal_set(&conformal, thresholds,
                                             other->probabilities + i * classes, members);
            held += members[other->truth[i]];
        }
        values[COVERED + p] = held / (double)other->count;
        values[SIZE + p] = size / (double)other->count;
    }
    values[LEAST] = least_covered(&conformal, other);
    sr_calibration_fit(&calibration, fit);
    sr_calibration_apply(&calibration, other->probabilities, other->count, other->classes);
    sr_reliability(&reliability, other);
    values[ECE] = reliability.ece;
    sr_calibration_fini(&calibration);
    sr_conformal_fini(&conformal);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The validation and test rows, divided anew many times: as many to fit on as there are validation
 * rows. */
static void report_divisions(const struct sr_model *model, const struct sr_samples parts[2])
{
    const size_t fit = parts[0].count, count = fit + parts[1].count,
                 classes = (size_t)model->shape.classes;
    struct sr_predictions all = {count,
                                 model->shape.classes,
                                 sr_xalloc(count * sizeof(uint32_t)),
                                 sr_xalloc(count),
                                 sr_xalloc(count),
                                 sr_xalloc(count * classes * sizeof(float))};
    uint32_t *rows = sr_xalloc(count * sizeof *rows);
    static double values[MEASURES][RESPLITS];
    size_t right = 0;
    for (size_t p = 0, at = 0; p < 2; at += parts[p++].count) {
        if (sr_model_predict(model, &parts[p], pool, NULL, all.probabilities + at * classes,
                             &error))
            give_up("predict");
        for (size_t i = 0; i < parts[p].count; i++)
            all.truth[at + i] = (uint8_t)sr_samples_label(&parts[p], i);
    }
    sr_predictions_finish(&all);
    for (size_t i = 0; i < count; i++) right += all.predicted[i] == all.truth[i];
    for (size_t r = 0; r < RESPLITS; r++) {
        struct sr_rng rng;
        double found[MEASURES];
        for (size_t i = 0; i < count; i++) rows[i] = (uint32_t)i;
        sr_rng_init(&rng, 1, SR_STREAM_SPLIT, r);
        sr_rng_shuffle(&rng, rows, count);
        struct sr_predictions one = part_of(&all, rows, fit),
                              other = part_of(&all, rows + fit, count - fit);
        judge(&one, &other, found);
        for (int m = 0; m < MEASURES; m++) values[m][r] = found[m];
        sr_predictions_fini(&one);
        sr_predictions_fini(&other);
    }
    printf("  median over %d divisions of %zu held-out rows (right on %.2f %%):\n", RESPLITS, count,
           100 * (double)right / (double)count);
    printf("  calibration error %.4f\n", median(values[ECE], RESPLITS));
    for (int p = 0; p < 3; p++) {
        const double middle = median(values[COVERED + p], RESPLITS), /* which sorts them */
            *sorted = values[COVERED + p];
        printf("  the %.0f %% sets hold the true class of %.2f %% (%.2f to %.2f in 95 of 100), "
               "with %.2f "
               "classes\n",
               100 * promises[p], 100 * middle, 100 * sorted[RESPLITS / 40 - 1],
               100 * sorted[RESPLITS - RESPLITS / 40], median(values[SIZE + p], RESPLITS));
    }
    printf("  with thresholds by class, the 90 %% sets hold that of %.2f %% of the worst class\n",
           100 * median(values[LEAST], RESPLITS));
    sr_predictions_fini(&all);
    free(rows);
}

int main(int argc, char **argv)
{
    struct set sets[MOST_SETS];
    struct sr_split split = {0};
    uint32_t first[IMAGES];
    if (argc < 3) {
        fprintf(stderr, "usage: trust DATA MODEL... [NAME=FILE...]\n");
        return 2;
    }
    pool = sr_pool_new(0, &error);
    struct sr_dataset *data =
        sr_dataset_open(&(struct sr_opening){.path = argv[1], .pool = pool}, &error);
    if (!pool || !data) give_up(argv[1]);
    for (uint32_t i = 0; i < IMAGES; i++) first[i] = i;
    const struct sr_images *images = &data->files[SR_FILE_TEST];
    const struct sr_samples test = {images, first, images->count < IMAGES ? images->count : IMAGES};
    size_t count = make_sets(sets, &test);
    for (int i = 2; i < argc; i++)
        if (strchr(argv[i], '=')) read_set(sets, &count, argv[i], images->shape);
    for (int i = 2; i < argc; i++) {
        if (strchr(argv[i], '=')) continue;
        struct sr_model *model = sr_model_load(argv[i], &error);
        if (!model) give_up(argv[i]);
        printf("%s\n", argv[i]);
        sr_split_fini(&split);
        if (sr_split_make(&split, data, model->validation, model->split_seed, 0, &error))
            give_up("split");
        const struct sr_samples parts[2] = {sr_split_samples(data, &split, SR_SPLIT_VALIDATION),
                                            sr_split_samples(data, &split, SR_SPLIT_TEST)};
        if (model->trust && model->trust->familiarity.texture.size)
            report_familiarity(model, &parts[1], sets, count);
        if (parts[0].count) report_divisions(model, parts);
        sr_model_unref(model);
    }
    sr_split_fini(&split);
    for (size_t s = 0; s < count; s++) free(sets[s].images.pixels);
    sr_dataset_unref(data);
    sr_pool_free(pool);
    return 0;
}
