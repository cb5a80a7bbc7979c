/* The checks of a data set: measures by hand, twins, thresholds, votes, slices. */
#include "support.h"

#include <math.h>

#include "sartor/audit/audit.h"
#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"

enum { SIDE = 28, SIZE = SIDE * SIDE, TRAIN = 300, TEST = 60, CLASSES = 3 };

static float measure(const uint8_t *pixels, struct sr_shape shape, enum sr_audit_kind kind)
{
    float values[SR_AUDIT_MEASURES];
    sr_audit_measure_image(pixels, shape, values);
    return values[kind - SR_AUDIT_DARK];
}

static void by_hand(void **state)
{
    (void)state;
    const struct sr_shape shape = {4, 4, 1};
    uint8_t pixels[16], flat[16];
    for (int i = 0; i < 16; i++) pixels[i] = (uint8_t)(i * 10);
    memset(flat, 7, sizeof flat);
    /* As numpy.percentile: 99 % lies at position 14.85, 5 % at 0.75. */
    assert_float_equal(measure(pixels, shape, SR_AUDIT_DARK), 148.5 / 255, 1e-6);
    assert_float_equal(measure(pixels, shape, SR_AUDIT_LIGHT), 7.5 / 255, 1e-6);
    assert_float_equal(measure(pixels, shape, SR_AUDIT_INFORMATION), 4, 1e-6);
    /* A plane has no Laplacian. */
    assert_float_equal(measure(pixels, shape, SR_AUDIT_BLURRED), 0, 1e-6);
    assert_float_equal(measure(flat, shape, SR_AUDIT_INFORMATION), 0, 1e-6);
    assert_true(isinf(measure(flat, shape, SR_AUDIT_BLURRED)));
    /* One bright pixel inside: Laplacians 400, -100, -100, 0 of variance 42,500; the brightness has
     * 100² (1/16 - 1/256). */
    memset(flat, 0, sizeof flat);
    flat[5] = 100;
    assert_float_equal(measure(flat, shape, SR_AUDIT_BLURRED), 42500 / (10000. * 15 / 256), 1e-3);
}

static void in_colour(void **state)
{
    (void)state;
    const struct sr_shape shape = {2, 2, 3};
    const uint8_t pixels[12] = {255, 255, 255, 255, 0, 0, 0, 0, 0, 10, 20, 15};
    assert_float_equal(measure(pixels, shape, SR_AUDIT_GREY), (255 + 10) / 4., 1e-5);
    /* White; red, which is sqrt(.241) of it: 125; black; something dark. 99 % lies at 2.97. */
    assert_float_equal(measure(pixels, shape, SR_AUDIT_DARK), (125 + 0.97 * 130) / 255, 1e-5);
}

/* Three patterns with noise, a class each. */
struct set {
    struct sr_images files[SR_FILE_COUNT];
    uint8_t splits[TRAIN + TEST];
};

static void draw(uint8_t *pixels, int class, struct sr_rng *rng)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int wave = class == 0 ? x / 4 % 2 : class == 1 ? y / 4 % 2 : (x / 4 + y / 4) % 2;
            pixels[y * SIDE + x] = (uint8_t)(60 + 120 * wave + (int)sr_rng_below(rng, 60));
        }
}

static struct set *make(void)
{
    struct set *set = sr_xalloc(sizeof *set);
    struct sr_rng rng;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 20);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &set->files[f];
        images->count = f == SR_FILE_TRAIN ? TRAIN : TEST;
        images->shape = (struct sr_shape){SIDE, SIDE, 1};
        images->pixels = sr_xalloc(images->count * SIZE);
        images->labels = sr_xalloc(images->count);
        for (size_t i = 0; i < images->count; i++) {
            images->labels[i] = (uint8_t)(i % CLASSES);
            draw(images->pixels + i * SIZE, images->labels[i], &rng);
        }
    }
    for (size_t i = 0; i < TRAIN + TEST; i++) set->splits[i] = i < 250 ? 0 : i < TRAIN ? 1 : 2;
    return set;
}

static void copy(struct set *set, size_t from, int to_file, size_t to, int off)
{
    uint8_t *pixels = set->files[to_file].pixels + to * SIZE;
    memcpy(pixels, set->files[SR_FILE_TRAIN].pixels + from * SIZE, SIZE);
    pixels[100] ^= (uint8_t)off;
}

static size_t find(const struct set *set, const struct sr_audit_measures *measures,
                   const struct sr_audit_relations *relations, enum sr_audit_kind kind,
                   double threshold, struct sr_finding **found)
{
    const struct sr_audit_base base = {.measures = measures,
                                       .relations = relations,
                                       .files = set->files,
                                       .splits = set->splits,
                                       .classes = CLASSES};
    return sr_audit_find(&base, kind, threshold, found);
}

static void release(struct set *set)
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(set->files[f].pixels);
        free(set->files[f].labels);
    }
    free(set);
}

/* One finding, of this pair. */
static void is_pair(const struct sr_finding *one, uint32_t place, uint32_t with)
{
    assert_int_equal(one->place, place);
    assert_int_equal(one->with, with);
}

static void check_pairs(const struct set *set, const struct sr_audit_measures *measures,
                        const struct sr_audit_relations *relations)
{
    struct sr_finding *found;
    assert_int_equal(find(set, measures, NULL, SR_AUDIT_EXACT, NAN, &found), 3);
    is_pair(&found[0], 40, 10);
    is_pair(&found[1], 42, 11);
    is_pair(&found[2], TRAIN + 9, 12);
    free(found);
    assert_int_equal(find(set, measures, relations, SR_AUDIT_NEAR, NAN, &found), 1);
    is_pair(&found[0], 270, 30);
    assert_true(found[0].score > 0 && found[0].score < 0.1);
    free(found);
    /* Between splits: what is judged on stands first. */
    assert_int_equal(find(set, measures, relations, SR_AUDIT_LEAK, NAN, &found), 2);
    is_pair(&found[0], TRAIN + 9, 12);
    is_pair(&found[1], 270, 30);
    free(found);
    assert_int_equal(find(set, measures, relations, SR_AUDIT_CONFLICT, NAN, &found), 1);
    is_pair(&found[0], 42, 11);
    free(found);
}

static void check_labels(const struct set *set, const struct sr_audit_measures *measures,
                         const struct sr_audit_relations *relations)
{
    struct sr_finding *found;
    /* 42 has the image of 11 under another label. */
    const size_t count = find(set, measures, relations, SR_AUDIT_LABEL, -0.9, &found);
    bool wrong = false;
    for (size_t i = 0; i < count; i++) {
        assert_true(found[i].score < -0.9);
        if (found[i].place != 77) continue;
        wrong = true;
        assert_int_equal(found[i].class, 77 % CLASSES);
    }
    assert_true(wrong && count <= 4);
    free(found);
    assert_true(relations->accuracy > 0.98);
}

static void check_single(const struct set *set, const struct sr_audit_measures *measures,
                         const struct sr_audit_relations *relations)
{
    struct sr_finding *found;
    assert_int_equal(find(set, measures, NULL, SR_AUDIT_DARK, NAN, &found), 1);
    assert_int_equal(found[0].place, 99);
    free(found);
    assert_int_equal(find(set, measures, NULL, SR_AUDIT_DARK, 2, &found), TRAIN + TEST);
    free(found);
    assert_int_equal(find(set, measures, NULL, SR_AUDIT_GREY, NAN, &found), 0);
    free(found);
    assert_true(find(set, measures, relations, SR_AUDIT_OUTLIER, 1.3, &found) >= 1);
    assert_int_equal(found[0].place, 99);
    free(found);
}

static const struct sr_audit_features hog = {.kind = SR_FEATURES_HOG};

/* Rows that are given are compared as those that are computed, and their own width counts. */
static void given_features(void **state)
{
    (void)state;
    struct set *set = make();
    struct sr_audit_relations computed, given;
    struct sr_error error;
    struct sr_audit_features features = {.kind = SR_FEATURES_PIXELS};
    const size_t width = sr_features_size(SR_FEATURES_HOG, set->files[SR_FILE_TRAIN].shape);
    float *rows = sr_xalloc((TRAIN + TEST) * width * sizeof *rows), *to = rows;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &set->files[f];
        const struct sr_samples all = {images, NULL, images->count};
        sr_features_fill(SR_FEATURES_HOG, &all, 0, images->count, to, width, NULL);
        to += images->count * width;
    }
    features.rows = rows;
    features.width = (int)width;
    assert_int_equal(sr_audit_relate(&computed, set->files, CLASSES, &hog, NULL, NULL, &error),
                     SR_OK);
    assert_int_equal(sr_audit_relate(&given, set->files, CLASSES, &features, NULL, NULL, &error),
                     SR_OK);
    assert_memory_equal(given.remoteness, computed.remoteness, (TRAIN + TEST) * sizeof(float));
    assert_memory_equal(given.cluster, computed.cluster, TRAIN + TEST);
    sr_audit_relations_fini(&given);
    /* Of two numbers that are the class's alone, each vote is right. */
    features.width = 2;
    for (size_t i = 0; i < TRAIN + TEST; i++) {
        const int label = (int)(i < TRAIN ? i : i - TRAIN) % CLASSES;
        rows[2 * i] = (float)label;
        rows[2 * i + 1] = (float)i / 1000;
    }
    assert_int_equal(sr_audit_relate(&given, set->files, CLASSES, &features, NULL, NULL, &error),
                     SR_OK);
    assert_float_equal(given.accuracy, 1, 0);
    sr_audit_relations_fini(&given);
    features.width = 5000;
    assert_int_equal(sr_audit_relate(&given, set->files, CLASSES, &features, NULL, NULL, &error),
                     SR_ERROR_ARGUMENT);
    assert_non_null(strstr(error.text, "5000 features"));
    sr_audit_relations_fini(&given);
    sr_audit_relations_fini(&computed);
    free(rows);
    release(set);
}

static void whole_set(void **state)
{
    (void)state;
    struct set *set = make();
    struct sr_audit_measures measures;
    struct sr_audit_relations relations, again;
    struct sr_error error;
    copy(set, 10, SR_FILE_TRAIN, 40, 0);  /* the same, and the same label: 10 % 3 is 40 % 3 */
    copy(set, 11, SR_FILE_TRAIN, 42, 0);  /* the same, two labels */
    copy(set, 12, SR_FILE_TEST, 9, 0);    /* train and test */
    copy(set, 30, SR_FILE_TRAIN, 270, 1); /* almost the same: train and validation */
    set->files[SR_FILE_TRAIN].labels[77] = (uint8_t)((77 + 1) % CLASSES); /* wrong */
    memset(set->files[SR_FILE_TRAIN].pixels + 99 * SIZE, 0, SIZE);        /* black */
    struct sr_pool *pool = sr_pool_new(2, &error);
    assert_int_equal(sr_audit_measure(&measures, set->files, NULL, pool, NULL, &error), SR_OK);
    assert_int_equal(sr_audit_relate(&relations, set->files, CLASSES, &hog, pool, NULL, &error),
                     SR_OK);
    check_pairs(set, &measures, &relations);
    check_labels(set, &measures, &relations);
    check_single(set, &measures, &relations);
    /* The same on one thread, bit by bit. */
    assert_int_equal(sr_audit_relate(&again, set->files, CLASSES, &hog, NULL, NULL, &error), SR_OK);
    assert_memory_equal(again.remoteness, relations.remoteness, (TRAIN + TEST) * sizeof(float));
    assert_memory_equal(again.cluster, relations.cluster, TRAIN + TEST);
    assert_int_equal(again.label_count, relations.label_count);
    sr_audit_relations_fini(&again);
    sr_audit_relations_fini(&relations);
    sr_audit_measures_fini(&measures);
    sr_pool_free(pool);
    release(set);
}

/* A class whose images all lie close together has no twins for that; where they lie far apart, two
 * that are farther from one another than those are twins, if they look alike. */
static void dense_class(void **state)
{
    (void)state;
    enum { DENSE = 121, ONE = 199, OTHER = 200 };
    struct set *set = make();
    struct sr_audit_measures measures;
    struct sr_audit_relations relations;
    struct sr_finding *found;
    struct sr_error error;
    float rows[(TRAIN + TEST) * 2];
    const struct sr_audit_features features = {.rows = rows, .width = 2};
    for (int i = 0; i < TRAIN + TEST; i++) { /* two lattices, of distances .2 and 1 */
        uint8_t *pixels = set->files[i >= TRAIN].pixels + (i < TRAIN ? i : i - TRAIN) * SIZE;
        if (i) memcpy(pixels, set->files[SR_FILE_TRAIN].pixels, SIZE);
        pixels[100] = (uint8_t)(i % 256);
        pixels[101] = (uint8_t)(i / 256);
        rows[2 * i] = (float)(i < DENSE ? i % 11 * 0.2 : 100 + (i - DENSE) % 16);
        rows[2 * i + 1] = (float)(i < DENSE ? i / 11 * 0.2 : (i - DENSE) / 16);
    }
    rows[2 * OTHER] = rows[2 * ONE] + 0.3F;
    assert_int_equal(sr_audit_measure(&measures, set->files, NULL, NULL, NULL, &error), SR_OK);
    assert_int_equal(
        sr_audit_relate(&relations, set->files, CLASSES, &features, NULL, NULL, &error), SR_OK);
    assert_int_equal(find(set, &measures, &relations, SR_AUDIT_NEAR, NAN, &found), 1);
    is_pair(&found[0], OTHER, ONE);
    assert_true(found[0].score > 0.2 && found[0].score < 0.3);
    free(found);
    sr_audit_relations_fini(&relations);
    for (int i = 0; i < SIZE; i++) set->files[SR_FILE_TRAIN].pixels[OTHER * SIZE + i] ^= 0x1f;
    assert_int_equal(
        sr_audit_relate(&relations, set->files, CLASSES, &features, NULL, NULL, &error), SR_OK);
    assert_int_equal(find(set, &measures, &relations, SR_AUDIT_NEAR, NAN, &found), 0);
    free(found);
    sr_audit_relations_fini(&relations);
    sr_audit_measures_fini(&measures);
    release(set);
}

/* Two in three are one of two images, so that most are at no distance from their nearest: the
 * others are judged by the distances among those that differ. */
static void mostly_copies(void **state)
{
    (void)state;
    struct set *set = make();
    struct sr_audit_measures measures;
    struct sr_audit_relations relations;
    struct sr_finding *found;
    struct sr_error error;
    for (size_t i = 12; i < TRAIN; i++)
        if (i % 3) copy(set, 9 + i % 3, SR_FILE_TRAIN, i, 0);
    copy(set, 30, SR_FILE_TRAIN, 33, 1);
    assert_int_equal(sr_audit_measure(&measures, set->files, NULL, NULL, NULL, &error), SR_OK);
    assert_int_equal(sr_audit_relate(&relations, set->files, CLASSES, &hog, NULL, NULL, &error),
                     SR_OK);
    for (size_t i = 0; i < TRAIN + TEST; i++) assert_true(relations.remoteness[i] < 10);
    assert_int_equal(find(set, &measures, &relations, SR_AUDIT_NEAR, NAN, &found), 1);
    is_pair(&found[0], 33, 30);
    assert_true(found[0].score > 0.001 && found[0].score < 0.1);
    free(found);
    sr_audit_relations_fini(&relations);
    sr_audit_measures_fini(&measures);
    release(set);
}

/* Most pictures are 40×30; one is 4 times as large, one a third as large on each side, one has the
 * usual area and another shape. */
static void sizes(void **state)
{
    (void)state;
    struct set *set = make();
    struct sr_audit_measures measures;
    struct sr_finding *found;
    struct sr_error error;
    static struct sr_picture_size train[TRAIN], test[TEST];
    const struct sr_picture_size *const both[] = {train, test};
    for (int i = 0; i < TRAIN; i++) train[i] = (struct sr_picture_size){40, 30};
    for (int i = 0; i < TEST; i++) test[i] = (struct sr_picture_size){40, 30};
    train[7] = (struct sr_picture_size){160, 120};
    train[8] = (struct sr_picture_size){80, 60};
    test[3] = (struct sr_picture_size){12, 9};
    test[5] = (struct sr_picture_size){200, 6};
    assert_int_equal(sr_audit_measure(&measures, set->files, both, NULL, NULL, &error), SR_OK);
    assert_int_equal(find(set, &measures, NULL, SR_AUDIT_SIZE, NAN, &found), 3);
    assert_int_equal(found[0].place, TRAIN + 5);
    assert_float_equal(found[0].score, 200. / 6 / (40. / 30), 1e-4);
    assert_int_equal(found[1].place, 7);
    assert_float_equal(found[1].score, 4, 1e-5);
    assert_int_equal(found[2].place, TRAIN + 3);
    assert_float_equal(found[2].score, 40. / 12, 1e-5);
    free(found);
    assert_int_equal(find(set, &measures, NULL, SR_AUDIT_SIZE, 1.9, &found), 4);
    free(found);
    sr_audit_measures_fini(&measures);
    /* Without sizes there is nothing to find. */
    assert_int_equal(sr_audit_measure(&measures, set->files, NULL, NULL, NULL, &error), SR_OK);
    assert_int_equal(find(set, &measures, NULL, SR_AUDIT_SIZE, 0, &found), 0);
    free(found);
    sr_audit_measures_fini(&measures);
    release(set);
}

static void classes(void **state)
{
    (void)state;
    struct set *set = make();
    const struct sr_audit_measures measures = {.count = TRAIN + TEST, .trained = TRAIN};
    struct sr_finding *found;
    assert_int_equal(find(set, &measures, NULL, SR_AUDIT_CLASS, NAN, &found), 0);
    free(found);
    for (size_t i = 21; i < TRAIN; i++) /* 7 of 300 are left */
        if (set->files[SR_FILE_TRAIN].labels[i] == 2) set->files[SR_FILE_TRAIN].labels[i] = 0;
    assert_int_equal(find(set, &measures, NULL, SR_AUDIT_CLASS, NAN, &found), 1);
    assert_int_equal(found[0].class, 2);
    assert_float_equal(found[0].score, 7 * 3 / 300., 1e-9);
    free(found);
    release(set);
}

/* Fisher's tea: all four cups wrong by chance 1 in 70, at most one right 17 in 70. */
static void slices(void **state)
{
    (void)state;
    assert_float_equal(sr_fisher_lower(0, 4, 4, 8), 1 / 70., 1e-12);
    assert_float_equal(sr_fisher_lower(1, 4, 4, 8), 17 / 70., 1e-12);
    assert_float_equal(sr_fisher_lower(4, 4, 4, 8), 1, 1e-12);
    struct sr_audit_slice three[3] = {
        {.name = "fine", .count = 4, .right = 4, .others = 4},
        {.name = "worst", .count = 4, .right = 0, .others = 4, .right_others = 4},
        {.name = "poor", .count = 4, .right = 1, .others = 4, .right_others = 3}};
    sr_audit_slices_judge(three, 3);
    assert_string_equal(three[0].name, "worst");
    assert_float_equal(three[0].p, 3 / 70., 1e-12);
    assert_string_equal(three[1].name, "poor");
    assert_float_equal(three[1].p, 2 * 17 / 70., 1e-12);
    assert_float_equal(three[2].p, 1, 1e-12);
}

/* Slices that are weak enough are findings, in their order, and those alone. */
static void weak_slices(void **state)
{
    (void)state;
    const struct sr_audit_measures measures = {0};
    const struct sr_audit_slice three[3] = {
        {.name = "worst", .p = 0.001}, {.name = "poor", .p = 0.02}, {.name = "fine", .p = 1}};
    const struct sr_audit_base base = {.measures = &measures, .slices = three, .slice_count = 3};
    struct sr_finding *found;
    assert_int_equal(sr_audit_find(&base, SR_AUDIT_SLICE, 0.05, &found), 2);
    assert_string_equal(found[0].slice->name, "worst");
    assert_string_equal(found[1].slice->name, "poor");
    assert_true(found[1].score == 0.02);
    free(found);
    assert_int_equal(sr_audit_find(&base, SR_AUDIT_SLICE, 0.001, &found), 0);
    free(found);
}

/* Goes on so often, then asks to end. */
static bool proceed(void *left)
{
    return (*(int *)left)-- > 0;
}

/* Asked to end before its first step or after some, either part says so. */
static void an_audit_is_stopped(void **state)
{
    (void)state;
    struct set *set = make();
    for (int steps = 0; steps < 3; steps++) {
        int left = steps;
        const struct sr_monitor monitor = {.owner = &left, .proceed = proceed};
        struct sr_audit_measures measures;
        struct sr_audit_relations relations;
        struct sr_error error = {0};
        if (steps == 0) {
            assert_refused(sr_audit_measure(&measures, set->files, NULL, NULL, &monitor, &error),
                           SR_ERROR_CANCELLED, "the audit was stopped");
            sr_audit_measures_fini(&measures);
            left = steps;
        }
        const enum sr_status status =
            sr_audit_relate(&relations, set->files, CLASSES, &hog, NULL, &monitor, &error);
        assert_true(status == SR_ERROR_CANCELLED || (steps && left >= 0));
        sr_audit_relations_fini(&relations);
    }
    release(set);
}

/* Without labels there are neither small classes nor wrong labels. */
static void without_labels(void **state)
{
    (void)state;
    struct set *set = make();
    struct sr_audit_measures measures;
    struct sr_audit_relations relations;
    struct sr_error error;
    struct sr_finding *found;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(set->files[f].labels);
        set->files[f].labels = NULL;
    }
    copy(set, 11, SR_FILE_TRAIN, 42, 0);
    assert_int_equal(sr_audit_measure(&measures, set->files, NULL, NULL, NULL, &error), SR_OK);
    assert_int_equal(sr_audit_relate(&relations, set->files, CLASSES, &hog, NULL, NULL, &error),
                     SR_OK);
    assert_int_equal(find(set, &measures, &relations, SR_AUDIT_EXACT, NAN, &found), 1);
    is_pair(&found[0], 42, 11);
    free(found);
    static const enum sr_audit_kind none[] = {SR_AUDIT_CONFLICT, SR_AUDIT_LABEL, SR_AUDIT_CLASS};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(find(set, &measures, &relations, none[i], NAN, &found), 0);
        free(found);
    }
    assert_int_equal(relations.label_count, 0);
    sr_audit_relations_fini(&relations);
    sr_audit_measures_fini(&measures);
    release(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(in_colour),
        cmocka_unit_test(whole_set),
        cmocka_unit_test(given_features),
        cmocka_unit_test(sizes),
        cmocka_unit_test(classes),
        cmocka_unit_test(slices),
        cmocka_unit_test(dense_class),
        cmocka_unit_test(mostly_copies),
        cmocka_unit_test(weak_slices),
        cmocka_unit_test(an_audit_is_stopped),
        cmocka_unit_test(without_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
