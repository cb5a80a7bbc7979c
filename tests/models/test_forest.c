/* The forest: splits against a naive exact splitter, the same bits at any thread count,
 * stopping early, files that lie. */
#include "mini.h"

#include "../../src/models/forest.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/data/augment.h"
#include "sartor/models/families.h"

static struct sr_args *parse(const char *line)
{
    return parse_line(&sr_model_class_forest, line);
}

static enum sr_status fit(const char *line, const struct sr_samples *samples,
                          struct sr_model_shape shape, int threads,
                          const struct sr_monitor *monitor, struct sr_model **model)
{
    return fit_line(&sr_model_class_forest, line, samples, shape, threads, monitor, model);
}

static struct sr_model *fit_mini(const char *line, int threads)
{
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model *model;
    assert_ok(fit(line, &train, mini_shape, threads, NULL, &model));
    return model;
}

/* ---- a naive splitter ---- */

static double score_of(const double *left, const double *right, int classes)
{
    double l = 0, r = 0, ll = 0, rr = 0;
    for (int c = 0; c < classes; c++) {
        l += left[c];
        r += right[c];
        ll += left[c] * left[c];
        rr += right[c] * right[c];
    }
    return l > 0 && r > 0 ? ll / l + rr / r : -1;
}

/* The score of one split of `samples` by counting. */
static double split_score(const struct sr_samples *samples, int classes, size_t feature,
                          int threshold)
{
    double left[16] = {0}, right[16] = {0};
    for (size_t i = 0; i < samples->count; i++)
        (sr_samples_pixels(samples, i)[feature] <= threshold
             ? left
             : right)[sr_samples_label(samples, i)] += 1;
    return score_of(left, right, classes);
}

/* Every node below `node` has the best split there is of the samples that reach it. */
static void check_node(const struct forest *forest, size_t node, const struct sr_samples *samples,
                       size_t *checked)
{
    size_t features = (size_t)forest->features;
    double counts[16] = {0};
    struct forest_node at = forest->nodes[node];
    assert_true(samples->count > 0);
    for (size_t i = 0; i < samples->count; i++) counts[sr_samples_label(samples, i)] += 1;
    if (at.child < 0) {
        const float *row = forest->rows + (size_t)(-1 - at.child) * (size_t)forest->classes;
        for (int c = 0; c < forest->classes; c++)
            assert_true(fabs((double)row[c] - counts[c] / (double)samples->count) < 1e-6);
        return;
    }
    size_t feature = at.split >> 8;
    int threshold = (int)(at.split & 255);
    double best = -1, got = split_score(samples, forest->classes, feature, threshold);
    for (size_t f = 0; f < features; f++)
        for (int t = 0; t < 255; t++) {
            double score = split_score(samples, forest->classes, f, t);
            if (score > best) best = score;
        }
    if (got < best * (1 - 1e-12))
        fail_msg("node %zu of %zu samples scores %.9f where %.9f is possible", node, samples->count,
                 got, best);
    ++*checked;
    uint32_t *rows = malloc(samples->count * sizeof *rows);
    for (int side = 0; side < 2; side++) {
        struct sr_samples part = {samples->images, rows, 0};
        for (size_t i = 0; i < samples->count; i++)
            if ((sr_samples_pixels(samples, i)[feature] > threshold) == side)
                rows[part.count++] = sr_samples_row(samples, i);
        check_node(forest, (size_t)at.child + (size_t)side, &part, checked);
    }
    free(rows);
}

/* Images of few grey values with labels that depend on them loosely, so that leaves stay mixed. */
static struct sr_images noise(size_t count, int classes, int levels)
{
    struct sr_images images = {count, {8, 8, 1}, malloc(count * 64), malloc(count)};
    struct sr_rng rng;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, count);
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < 64; k++)
            images.pixels[i * 64 + (size_t)k] =
                k < 6
                    ? (uint8_t)(sr_rng_below(&rng, (uint64_t)levels) * 255 / (uint64_t)(levels - 1))
                    : 7;
        unsigned sum = images.pixels[i * 64] + images.pixels[i * 64 + 1];
        images.labels[i] = (uint8_t)(sr_rng_below(&rng, 4) ? sum * (unsigned)classes / 511
                                                           : sr_rng_below(&rng, (uint64_t)classes));
    }
    return images;
}

static void test_exact_splits(void **state)
{
    (void)state;
    /* 2,500 samples: the nodes near the root are counted in histograms, those below threshold by
     * threshold.
     */
    struct sr_images images = noise(2500, 5, 20);
    struct sr_samples samples = {&images, NULL, images.count};
    struct sr_model_shape shape = {{8, 8, 1}, 5};
    struct sr_model *model;
    size_t checked = 0;
    assert_ok(
        fit("trees=1 bootstrap=off max_features=64 max_depth=6", &samples, shape, 0, NULL, &model));
    check_node(model->state, 0, &samples, &checked);
    assert_in_range(checked, 40, 63);
    sr_model_unref(model);
    /* To the end on fewer: leaves are mixed only where images are the same. */
    samples.count = 300;
    checked = 0;
    assert_ok(fit("trees=1 bootstrap=off max_features=64", &samples, shape, 0, NULL, &model));
    check_node(model->state, 0, &samples, &checked);
    assert_true(checked > 60);
    sr_model_unref(model);
    free(images.pixels);
    free(images.labels);
}

/* Samples of some classes, values of FEATURES features. */
enum { CLASSES = 7, FEATURES = 5 };
struct node {
    struct forest_group group;
    uint32_t ends[CLASSES], totals[CLASSES];
    uint8_t *draws;
    uint8_t *values[FEATURES];
};

static void make_values(struct sr_rng *rng, struct node *node, size_t run, int feature)
{
    const int levels = 1 + (int)sr_rng_below(rng, run % 3 ? 256 : 4);
    size_t at = 0;
    for (int c = 0; c < node->group.present; c++)
        for (; at < node->ends[c]; at++) {
            uint8_t *value = &node->values[feature][at];
            *value = (uint8_t)(sr_rng_below(rng, (uint64_t)levels) * 255 /
                               (uint64_t)(levels > 1 ? levels - 1 : 1));
            if (run % 4 && sr_rng_below(rng, 3) == 0) *value = (uint8_t)(c * 20);
        }
}

static void make_node(struct sr_rng *rng, struct node *node, size_t count, size_t run)
{
    struct forest_group *group = &node->group;
    size_t at = 0;
    node->draws = malloc(count);
    *group = (struct forest_group){.count = count,
                                   .draws = node->draws,
                                   .ends = node->ends,
                                   .totals = node->totals,
                                   .min_leaf = run % 5 ? 1 : 3};
    group->present = count < CLASSES ? 2 : 2 + (int)sr_rng_below(rng, CLASSES - 1);
    for (int c = 0; c < group->present; c++) {
        size_t left = count - at - (size_t)(group->present - 1 - c);
        if (run % 7 == 0 && c == 0) left = 1; /* one class with nearly all */
        size_t end = c == group->present - 1 ? count : at + 1 + sr_rng_below(rng, left);
        for (node->totals[c] = 0; at < end; at++)
            node->totals[c] += node->draws[at] =
                (uint8_t)(1 + (run % 2 ? sr_rng_below(rng, 4) : 0));
        node->ends[c] = (uint32_t)end;
        group->total += node->totals[c];
        group->squares += (uint64_t)node->totals[c] * node->totals[c];
    }
    for (int f = 0; f < FEATURES; f++) {
        node->values[f] = malloc(count);
        make_values(rng, node, run, f);
    }
    /* The same once more, which must not win, and one that tells nothing. */
    memcpy(node->values[3], node->values[0], count);
    if (run % 2) memset(node->values[1], run % 4 == 1 ? 0 : 9, count);
}

/* As the grower has them: side by side, with anything in between. */
static void lay_out(const struct node *node, size_t least_pitch, uint8_t *bytes, size_t *pitch)
{
    for (*pitch = least_pitch; *pitch < node->group.count;) *pitch *= 2;
    memset(bytes, 77, *pitch * FEATURES + FOREST_LANES);
    for (size_t f = 0; f < FEATURES; f++)
        memcpy(bytes + f * *pitch, node->values[f], node->group.count);
}

/* Vectors find what counting finds, to the bit, from two samples to more than 16-bit counters hold.
 */
static void test_vector_twin(void **state)
{
    (void)state;
    static const size_t sizes[] = {2,   3,   8,   15,   16,   17,    31,   32,  33,
                                   63,  64,  65,  90,   120,  128,   129,  150, 200,
                                   255, 256, 300, 1000, 5000, 40000, 70000};
    static const char *const sets[] = {SR_ISA_WORDS};
    const uint32_t features[FEATURES] = {3, 9, 1, 4, 700};
    uint32_t *work = sr_array_new(FOREST_WORK, CLASSES * sizeof *work, "test", &error);
    uint8_t *bytes = sr_array_raw(FEATURES * (1 << 17) + FOREST_LANES, 1, "test", &error);
    struct sr_rng rng;
    size_t found = 0;
    sr_rng_init(&rng, 4, SR_STREAM_TEST, 0);
    for (size_t run = 0; run < 40 * sizeof sizes / sizeof *sizes; run++) {
        struct node node = {0};
        /* One set after another; above FOREST_VECTOR_MOST there is none. */
        const int isa = sr_isa_find(sets[run / 7 % SR_ISA_COUNT]);
        make_node(&rng, &node, sizes[run / 40], run);
        struct forest_values values = {.bytes = bytes, .features = features, .many = FEATURES};
        struct forest_split plain = {-1, -1, 0}, fast = {-1, -1, 0};
        lay_out(&node, FOREST_LANES, bytes, &values.pitch);
        forest_best_ref(&node.group, &values, work, &plain);
        if (node.group.total > FOREST_VECTOR_MOST || isa < 0) {
            forest_best(node.group.total)(&node.group, &values, work, &fast);
        } else {
            const struct forest_vector *vector = forest_vector_tables[isa];
            lay_out(&node, vector->least_pitch, bytes, &values.pitch);
            vector->best(&node.group, &values, work, &fast);
        }
        if (plain.feature != fast.feature || plain.threshold != fast.threshold ||
            plain.score != fast.score)
            fail_msg("%zu samples: feature %d at %d scores %.17g, by vectors %d at %d %.17g",
                     node.group.count, plain.feature, plain.threshold, plain.score, fast.feature,
                     fast.threshold, fast.score);
        found += plain.feature >= 0;
        for (size_t i = 0; i < FOREST_WORK * CLASSES; i++) assert_int_equal(work[i], 0);
        for (int f = 0; f < FEATURES; f++) free(node.values[f]);
        free(node.draws);
    }
    assert_true(found > 800);
    free(work);
    free(bytes);
}

static void test_by_hand(void **state)
{
    (void)state;
    uint8_t pixels[4 * 64] = {0}, labels[4] = {0, 0, 2, 2};
    for (int i = 0; i < 4; i++) pixels[i * 64 + 9] = (uint8_t)(10 * i);
    struct sr_images images = {4, {8, 8, 1}, pixels, labels};
    struct sr_samples samples = {&images, NULL, 4};
    struct sr_model *model;
    float p[12], image[64];
    assert_ok(fit("trees=3 bootstrap=off max_features=1", &samples,
                  (struct sr_model_shape){{8, 8, 1}, 3}, 0, NULL, &model));
    const struct forest *forest = model->state;
    /* One split, half way between 10 and 20, though most features that are drawn are constant. */
    assert_int_equal(forest->starts[1], 3);
    assert_int_equal(forest->nodes[0].split, 9 << 8 | 15);
    assert_int_equal(forest->nodes[0].child, 1);
    assert_int_equal(forest->nodes[1].child, -1);
    assert_int_equal(forest->nodes[2].child, -3);
    assert_ok(sr_model_predict(model, &samples, NULL, NULL, p, &error));
    for (int i = 0; i < 4; i++) assert_true(p[i * 3 + labels[i]] == 1);
    assert_ok(sr_model_class_forest.importance(model->state, -1, image, &error));
    for (int k = 0; k < 64; k++) assert_true(image[k] == (k == 9));
    assert_refused(sr_model_class_forest.importance(model->state, 1, image, &error),
                   SR_ERROR_ARGUMENT, "class");
    sr_model_unref(model);
    /* Two in each leaf are just enough for min_leaf=2, and no more for 3. */
    for (int least = 2; least <= 3; least++) {
        assert_ok(fit(least == 2 ? "trees=1 bootstrap=off max_features=64 min_leaf=2"
                                 : "trees=1 bootstrap=off max_features=64 min_leaf=3",
                      &samples, (struct sr_model_shape){{8, 8, 1}, 3}, 0, NULL, &model));
        assert_int_equal(((const struct forest *)model->state)->starts[1], least == 2 ? 3 : 1);
        sr_model_unref(model);
    }
}

/* ---- options ---- */

static void count_leaves(const struct forest *forest, size_t tree, size_t node, int depth,
                         int *deepest)
{
    const struct forest_node *nodes = forest->nodes + forest->starts[tree];
    if (depth > *deepest) *deepest = depth;
    if (nodes[node].child < 0) return;
    count_leaves(forest, tree, (size_t)nodes[node].child, depth + 1, deepest);
    count_leaves(forest, tree, (size_t)nodes[node].child + 1, depth + 1, deepest);
}

/* The leaves of the only tree that is grown by this line hold 40 training images or more. */
static void check_least(const char *line)
{
    struct sr_model *model = fit_mini(line, 0);
    const struct forest *forest = model->state;
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    size_t *reached = calloc(forest->starts[1], sizeof *reached);
    for (size_t i = 0; i < train.count; i++) {
        size_t at = 0;
        const uint8_t *pixels = sr_samples_pixels(&train, i);
        while (forest->nodes[at].child >= 0)
            at = (size_t)forest->nodes[at].child +
                 (pixels[forest->nodes[at].split >> 8] > (forest->nodes[at].split & 255));
        reached[at]++;
    }
    for (size_t i = 0; i < forest->starts[1]; i++)
        if (forest->nodes[i].child < 0) assert_true(reached[i] >= 40);
    free(reached);
    sr_model_unref(model);
}

static void test_limits(void **state)
{
    (void)state;
    struct sr_model *model = fit_mini("trees=5 max_depth=3", 0);
    const struct forest *forest = model->state;
    for (size_t t = 0; t < 5; t++) {
        int deepest = 0;
        count_leaves(forest, t, 0, 0, &deepest);
        assert_int_equal(deepest, 3);
    }
    sr_model_unref(model);
    static const char *const lines[] = {"trees=1 bootstrap=off min_leaf=40",
                                        "trees=1 bootstrap=off min_leaf=40 extra=on"};
    for (int i = 0; i < 2; i++) check_least(lines[i]);
}

struct watch {
    size_t calls, allowed;
    char note[96];
    uint64_t done;
};

static void watch_progress(void *owner, const struct sr_progress *progress)
{
    struct watch *watch = owner;
    watch->done = progress->done;
    memcpy(watch->note, progress->note, sizeof watch->note);
}

static bool watch_proceed(void *owner)
{
    struct watch *watch = owner;
    return watch->calls++ < watch->allowed;
}

static void test_learns(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        double least;
    } runs[] = {{"trees=60 bootstrap=on", 0.78},
                {"trees=60 extra=on", 0.78},
                {"trees=60 features=hog", 0.80}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct sr_model *model = fit_mini(runs[i].line, 2);
        double got = accuracy(model, SR_SPLIT_TEST);
        if (got < runs[i].least) fail_msg("%s: test accuracy %.3f", runs[i].line, got);
        sr_model_unref(model);
    }
}

static void test_out_of_bag(void **state)
{
    (void)state;
    struct watch watch = {.allowed = SIZE_MAX};
    const struct sr_monitor monitor = {&watch, watch_progress, NULL, watch_proceed};
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model *model;
    assert_ok(fit("trees=60 bootstrap=on", &train, mini_shape, 2, &monitor, &model));
    assert_int_equal(watch.done, 60);
    double bag = 0;
    assert_int_equal(sscanf(watch.note, "out of bag %lf", &bag), 1);
    /* An estimate of the accuracy on images that were not trained on. */
    assert_true(fabs(bag - accuracy(model, SR_SPLIT_TEST)) < 0.06);
    assert_true(accuracy(model, SR_SPLIT_TRAIN) > 0.99);
    sr_model_unref(model);
    /* One tree was fitted to nearly two thirds of the images, on which nothing votes then: they do
     * not count. */
    assert_ok(fit("trees=1 bootstrap=on", &train, mini_shape, 2, &monitor, &model));
    assert_int_equal(sscanf(watch.note, "out of bag %lf", &bag), 1);
    assert_true(fabs(bag - accuracy(model, SR_SPLIT_TEST)) < 0.12);
    sr_model_unref(model);
    /* Every tree has its votes, whichever others vote together with it. */
    char first[sizeof watch.note];
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(fit("trees=21 bootstrap=on", &train, mini_shape, threads, &monitor, &model));
        if (threads == 1) memcpy(first, watch.note, sizeof first);
        assert_string_equal(watch.note, first);
        sr_model_unref(model);
    }
}

/* augment=flip is training on the images and their mirrored copies; a copy in the bag is no
 * stranger. */
static void test_mirrored(void **state)
{
    (void)state;
    struct watch watch = {.allowed = SIZE_MAX};
    const struct sr_monitor monitor = {&watch, watch_progress, NULL, watch_proceed};
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model *model, *by_hand;
    struct sr_tensors set = {0}, wanted = {0};
    struct sr_images both;
    assert_ok(sr_augment_mirror(&train, &both, NULL, &error));
    assert_int_equal(both.count, 2 * train.count);
    for (size_t i = 0; i < train.count; i += 7)
        for (size_t y = 0; y < 28; y++)
            for (size_t x = 0; x < 28; x++)
                assert_int_equal(both.pixels[(train.count + i) * 784 + y * 28 + x],
                                 sr_samples_pixels(&train, i)[y * 28 + 27 - x]);
    struct sr_samples doubled = {&both, NULL, both.count};
    assert_ok(fit("trees=3 augment=flip", &train, mini_shape, 2, &monitor, &model));
    assert_ok(fit("trees=3", &doubled, mini_shape, 2, &monitor, &by_hand));
    assert_int_equal(model->train_count, train.count);
    assert_ok(sr_model_class_forest.save(model->state, &set, &error));
    assert_ok(sr_model_class_forest.save(by_hand->state, &wanted, &error));
    for (size_t i = 0; i < set.count; i++) {
        assert_int_equal(set.items[i].count, wanted.items[i].count);
        if (set.items[i].dtype == SR_I32)
            assert_memory_equal(set.items[i].data, wanted.items[i].data,
                                set.items[i].count * sizeof(int32_t));
    }
    sr_tensors_fini(&set);
    sr_tensors_fini(&wanted);
    sr_model_unref(model);
    sr_model_unref(by_hand);
    sr_images_fini(&both);
    assert_ok(fit("trees=80 bootstrap=on augment=flip", &train, mini_shape, 2, &monitor, &model));
    double bag = 0;
    assert_int_equal(sscanf(watch.note, "out of bag %lf", &bag), 1);
    assert_true(fabs(bag - accuracy(model, SR_SPLIT_TEST)) < 0.07);
    sr_model_unref(model);
}

/* Symmetric images are their own mirrored copies. With labels drawn by chance nothing can be
 * learned about an image but from itself, so whoever votes on it without having been fitted to it
 * is right half of the time. */
static void test_copies_do_not_vote(void **state)
{
    enum { COUNT = 240, SIDE = 8, SIZE = SIDE * SIDE };
    static uint8_t pixels[COUNT * SIZE], labels[COUNT];
    const struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};
    const struct sr_samples all = {&images, NULL, COUNT};
    struct watch watch = {.allowed = SIZE_MAX};
    const struct sr_monitor monitor = {&watch, watch_progress, NULL, watch_proceed};
    struct sr_model *model;
    struct sr_rng rng;
    double bag = 0;
    (void)state;
    sr_rng_init(&rng, 2, SR_STREAM_TEST, 0);
    for (int i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)sr_rng_below(&rng, 2);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE / 2; x++)
                pixels[i * SIZE + y * SIDE + x] = pixels[i * SIZE + y * SIDE + SIDE - 1 - x] =
                    (uint8_t)sr_rng_below(&rng, 256);
    }
    assert_ok(fit("trees=60 bootstrap=on augment=flip", &all,
                  (struct sr_model_shape){{SIDE, SIDE, 1}, 2}, 1, &monitor, &model));
    assert_int_equal(sscanf(watch.note, "out of bag %lf", &bag), 1);
    if (fabs(bag - 0.5) > 0.15) fail_msg("out of bag %.3f", bag);
    sr_model_unref(model);
}

static void test_stops(void **state)
{
    (void)state;
    struct watch watch = {.allowed = 0};
    const struct sr_monitor monitor = {&watch, watch_progress, NULL, watch_proceed};
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model *model;
    assert_refused(fit("trees=10", &train, mini_shape, 2, &monitor, &model), SR_ERROR_CANCELLED,
                   "first tree");
    sr_model_unref(model);
    watch = (struct watch){.allowed = 3};
    assert_ok(fit("trees=20000", &train, mini_shape, 2, &monitor, &model));
    const struct forest *forest = model->state;
    assert_in_range(forest->trees, 1, 19999);
    assert_true(model->stopped);
    assert_true(accuracy(model, SR_SPLIT_VALIDATION) > 0.5);
    sr_model_unref(model);
}

static void test_threads(void **state)
{
    (void)state;
    static const char *const lines[] = {"trees=17 bootstrap=on", "trees=9 extra=on",
                                        "trees=7 features=hog max_depth=5"};
    struct sr_samples test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    for (size_t l = 0; l < 3; l++) {
        float *wanted = malloc(test.count * 10 * sizeof *wanted),
              *found = malloc(test.count * 10 * sizeof *found);
        struct sr_tensors one = {0};
        for (int threads = 1; threads <= 4; threads++) {
            struct sr_model *model = fit_mini(lines[l], threads);
            struct sr_pool *pool = sr_pool_new(threads, &error);
            struct sr_tensors set = {0};
            assert_ok(sr_model_class_forest.save(model->state, &set, &error));
            assert_ok(
                sr_model_predict(model, &test, pool, NULL, threads == 1 ? wanted : found, &error));
            if (threads == 1) {
                one = set;
            } else {
                assert_memory_equal(found, wanted, test.count * 10 * sizeof *found);
                assert_int_equal(set.count, one.count);
                for (size_t i = 0; i < set.count; i++) {
                    size_t size = set.items[i].dtype == SR_U8    ? 1
                                  : set.items[i].dtype == SR_I64 ? 8
                                                                 : 4;
                    assert_int_equal(set.items[i].count, one.items[i].count);
                    assert_memory_equal(set.items[i].data, one.items[i].data,
                                        set.items[i].count * size);
                }
                sr_tensors_fini(&set);
            }
            sr_pool_free(pool);
            sr_model_unref(model);
        }
        sr_tensors_fini(&one);
        free(wanted);
        free(found);
    }
}

/* ---- files and bad input ---- */

static enum sr_status load(const struct sr_tensors *set, const char *line, void **loaded)
{
    struct sr_args *args = parse(line);
    enum sr_status status = sr_model_class_forest.load(set, args, &mini_shape, loaded, &error);
    sr_args_free(args);
    return status;
}

static void test_files(void **state)
{
    (void)state;
    static const char *const lines[] = {"trees=4 max_depth=6", "trees=4 max_depth=6 features=hog"};
    for (size_t l = 0; l < 2; l++) {
        struct sr_model *model = fit_mini(lines[l], 0);
        struct sr_samples test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
        float *wanted = malloc(test.count * 10 * sizeof *wanted),
              *found = malloc(test.count * 10 * sizeof *found);
        struct sr_tensors set = {0};
        void *loaded = NULL;
        assert_ok(sr_model_class_forest.save(model->state, &set, &error));
        assert_ok(load(&set, lines[l], &loaded));
        assert_ok(sr_model_class_forest.predict(model->state, &test, NULL, NULL, wanted, &error));
        assert_ok(sr_model_class_forest.predict(loaded, &test, NULL, NULL, found, &error));
        assert_memory_equal(found, wanted, test.count * 10 * sizeof *found);
        assert_int_equal(sr_model_class_forest.size(loaded),
                         sr_model_class_forest.size(model->state));
        sr_model_class_forest.free(loaded);
        sr_tensors_fini(&set);
        sr_model_unref(model);
        free(wanted);
        free(found);
    }
}

static void test_damaged_files(void **state)
{
    (void)state;
    static const char line[] = "trees=2 max_depth=4";
    struct sr_model *model = fit_mini(line, 0);
    for (int damage = 0; damage < 7; damage++) {
        struct sr_tensors set = {0};
        void *loaded = NULL;
        assert_ok(sr_model_class_forest.save(model->state, &set, &error));
        int32_t *child = sr_tensors_find(&set, "left_child")->data;
        int32_t *feature = sr_tensors_find(&set, "feature")->data;
        float *leaf = sr_tensors_find(&set, "leaf_probabilities")->data;
        int64_t *counts = sr_tensors_find(&set, "tree_nodes")->data;
        static const char *const says[] = {"nowhere",   "nowhere", "nowhere",    "feature 784",
                                           "leaf_prob", "nodes",   "probability"};
        if (damage == 0) child[0] = 0; /* a loop */
        if (damage == 1) child[1] = 1000000;
        if (damage == 2) child[counts[0] - 1] = INT32_MIN;
        if (damage == 3) feature[0] = 784;
        if (damage == 4) leaf[3] = NAN;
        if (damage == 5) counts[0] += 1;
        if (damage == 6) leaf[3] = -1;
        assert_refused(load(&set, line, &loaded), SR_ERROR_FORMAT, says[damage]);
        assert_null(loaded);
        sr_tensors_fini(&set);
    }
    sr_model_unref(model);
}

static void test_bad_input(void **state)
{
    (void)state;
    struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    struct sr_model *model;
    static const char *const lines[] = {"max_features=0", "max_features=785", "max_features=half"};
    for (size_t i = 0; i < 3; i++) {
        assert_refused(fit(lines[i], &train, mini_shape, 0, NULL, &model), SR_ERROR_ARGUMENT,
                       "1 to 784");
        sr_model_unref(model);
    }
    assert_refused(fit("min_leaf=100000", &train, mini_shape, 0, NULL, &model), SR_ERROR_ARGUMENT,
                   "min_leaf");
    sr_model_unref(model);
    assert_null(parse("trees=0"));
    assert_null(parse("features=colours"));
    uint8_t pixels[128] = {0}, labels[2] = {0, 1};
    struct sr_images images = {2, {8, 8, 1}, pixels, labels};
    struct sr_samples same = {&images, NULL, 2};
    assert_refused(fit("", &same, (struct sr_model_shape){{8, 8, 1}, 2}, 0, NULL, &model),
                   SR_ERROR_STATE, "same");
    sr_model_unref(model);
    labels[1] = 0;
    pixels[0] = 1;
    assert_refused(fit("", &same, (struct sr_model_shape){{8, 8, 1}, 2}, 0, NULL, &model),
                   SR_ERROR_STATE, "class 0");
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_splits), cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_vector_twin),  cmocka_unit_test(test_limits),
        cmocka_unit_test(test_learns),       cmocka_unit_test(test_out_of_bag),
        cmocka_unit_test(test_mirrored),     cmocka_unit_test(test_copies_do_not_vote),
        cmocka_unit_test(test_stops),        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_files),        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
