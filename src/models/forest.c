/* The random forest (Breiman, 2001) and, with extra=on, extremely randomised trees (Geurts,
 * Ernst and Wehenkel, 2006): trees grown side by side over the pool, probabilities averaged
 * over the leaves. forest_fit.c fits it, forest_grow.c grows one tree.
 *
 * The defaults are those that did best on Fashion-MNIST's validation split at their cost: trees
 * fitted to all images, which differ in the features they try, are better than bootstrapped ones
 * (300 of them 0.887, 500 bootstrapped ones 0.884). */
#include "forest.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/models/families.h"
#include <stdlib.h>
#include <string.h>

enum { PREDICT_BLOCK = 256, PREDICT_BLOCKS_AT_ONCE = 32 };

/* ---- hyperparameters ---- */

static const struct sr_param forest_params[] = {
    {.name = "trees",
     .type = SR_PARAM_INTEGER,
     .fallback = "300",
     .minimum = 1,
     .maximum = FOREST_TREES_MAX,
     .help = "Number of trees."},
    {.name = "max_features",
     .type = SR_PARAM_TEXT,
     .fallback = "sqrt",
     .help = "Features tried at a node: sqrt (of their number) or a count."},
    {.name = "max_depth",
     .type = SR_PARAM_INTEGER,
     .fallback = "0",
     .minimum = 0,
     .maximum = 100000,
     .help = "Largest depth of a tree; 0 for no limit."},
    {.name = "min_leaf",
     .type = SR_PARAM_INTEGER,
     .fallback = "1",
     .minimum = 1,
     .maximum = 1e9,
     .help = "Fewest drawn images in a leaf."},
    {.name = "bootstrap",
     .type = SR_PARAM_SWITCH,
     .fallback = "off",
     .help = "Draw each tree's images with replacement, which gives an out-of-bag accuracy; off: "
             "all images "
             "for every tree."},
    {.name = "extra",
     .type = SR_PARAM_SWITCH,
     .fallback = "off",
     .help = "Extremely randomised trees: one random threshold a feature."},
    {.name = "features",
     .type = SR_PARAM_CHOICE,
     .fallback = "pixels",
     .choices = SR_FEATURES_CHOICES,
     .help = "Grey values, or histograms of oriented gradients in 256 steps."},
    {.name = "augment",
     .type = SR_PARAM_CHOICE,
     .fallback = "off",
     .choices = "off flip",
     .help = "flip: also learn from mirrored copies of the images; twice the time, about 0.3 "
             "points more."},
    {0}};

static enum sr_status forest_check(const struct sr_args *params, const struct sr_model_shape *shape,
                                   size_t train_count, struct sr_error *error)
{
    int64_t min_leaf = sr_args_integer(params, "min_leaf");
    size_t features = sr_features_size(forest_kind(params), shape->image);
    if (!forest_tries(params, (int)features, error)) return SR_ERROR_ARGUMENT;
    if (train_count > INT32_MAX / 2 - 1)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "A forest takes at most %d training images, not %zu.",
                            INT32_MAX / 2 - 1, train_count);
    if ((uint64_t)min_leaf > train_count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "min_leaf=%lld is more than the %zu training images there are.",
                            (long long)min_leaf, train_count);
    return SR_OK;
}

/* ---- predicting ---- */

struct prediction {
    const struct forest *forest;
    const struct sr_samples *samples;
    size_t first_block;
    float *probabilities;
    /* For each worker, unless pixels: features of one image, and those of a block as bytes. */
    float **values;
    uint8_t **bytes;
};

/* Tree by tree over a block of samples, so that a tree is read from memory only once. */
static void predict_block(void *context, size_t index, int worker)
{
    const struct prediction *p = context;
    const struct forest *forest = p->forest;
    size_t first = (p->first_block + index) * PREDICT_BLOCK, classes = (size_t)forest->classes;
    size_t count =
        p->samples->count - first < PREDICT_BLOCK ? p->samples->count - first : PREDICT_BLOCK;
    size_t features = (size_t)forest->features;
    float *out = p->probabilities + first * classes;
    const uint8_t *rows[PREDICT_BLOCK];
    size_t leaves[FOREST_SIDE_BY_SIDE];
    for (size_t i = 0; i < count; i++) {
        rows[i] = sr_samples_pixels(p->samples, first + i);
        if (forest->kind == SR_FEATURES_PIXELS) continue;
        uint8_t *bytes = p->bytes[worker] + i * features;
        sr_features_image(forest->kind, rows[i], forest->image, p->values[worker]);
        forest_scale_row(&forest->scale, features, p->values[worker], bytes);
        rows[i] = bytes;
    }
    memset(out, 0, count * classes * sizeof *out);
    for (size_t t = 0; t < forest->trees; t++) {
        const struct forest_node *nodes = forest->nodes + forest->starts[t];
        for (size_t i = 0; i < count; i += FOREST_SIDE_BY_SIDE) {
            size_t together = count - i < FOREST_SIDE_BY_SIDE ? count - i : FOREST_SIDE_BY_SIDE;
            forest_leaves(nodes, rows + i, together, leaves);
            for (size_t j = 0; j < together; j++) {
                float *sum = out + (i + j) * classes;
                const float *row = forest->rows + leaves[j] * classes;
                if (leaves[j] < classes)
                    sum[leaves[j]] += 1;
                else
                    for (size_t c = 0; c < classes; c++) sum[c] += row[c];
            }
        }
    }
    float scale = 1 / (float)forest->trees;
    for (size_t i = 0; i < count * classes; i++) out[i] *= scale;
}

static enum sr_status forest_predict(const void *state, const struct sr_samples *samples,
                                     struct sr_pool *pool, const struct sr_monitor *monitor,
                                     float *probabilities, struct sr_error *error)
{
    struct prediction p = {state, samples, 0, probabilities, NULL, NULL};
    size_t blocks = (samples->count + PREDICT_BLOCK - 1) / PREDICT_BLOCK;
    size_t workers = (size_t)sr_pool_threads(pool), features = (size_t)p.forest->features;
    const double began = sr_clock_seconds();
    /* Some 10 million steps down a tree at once; a step takes about as long as computing a feature.
     */
    size_t image = p.forest->trees + (p.forest->kind == SR_FEATURES_PIXELS ? 100 : features);
    size_t at_once = PREDICT_BLOCKS_AT_ONCE * 100 / image + 1;
    enum sr_status status = SR_OK;
    p.values = sr_xalloc(workers * sizeof *p.values);
    p.bytes = sr_xalloc(workers * sizeof *p.bytes);
    for (size_t i = 0; i < workers && !status && p.forest->kind != SR_FEATURES_PIXELS; i++) {
        p.values[i] = sr_array_raw(features, sizeof(float), "features", error);
        p.bytes[i] = sr_array_raw(features * PREDICT_BLOCK, 1, "features", error);
        if (!p.values[i] || !p.bytes[i]) status = SR_ERROR_MEMORY;
    }
    for (; p.first_block < blocks && !status; p.first_block += at_once) {
        size_t left = blocks - p.first_block;
        if (sr_monitor_proceed(monitor)) {
            sr_pool_run(pool, left < at_once ? left : at_once, predict_block, &p);
            sr_monitor_count(monitor, "image", (p.first_block + at_once) * PREDICT_BLOCK,
                             samples->count, began);
        } else {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Predicting was stopped.");
        }
    }
    for (size_t i = 0; i < workers; i++) {
        free(p.values[i]);
        free(p.bytes[i]);
    }
    free(p.values);
    free(p.bytes);
    return status;
}

static uint64_t forest_size(const void *state)
{
    const struct forest *forest = state;
    return forest->starts[forest->trees];
}

static enum sr_status forest_importance(const void *state, int target, float *image,
                                        struct sr_error *error)
{
    const struct forest *forest = state;
    if (target >= 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "A forest's importances belong to no class; ask for them without one.");
    if (forest->kind != SR_FEATURES_PIXELS)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "The features of this forest are not pixels, so their importances are no image.");
    memcpy(image, forest->importance, (size_t)forest->features * sizeof *image);
    return SR_OK;
}

static const struct sr_search search[] = {
    {"max_features", .low = 10, .high = 120, .whole = true},
    {"min_leaf", .low = 1, .high = 8, .whole = true},
    {"extra", .choices = "off on"},
    {0},
};

static const struct sr_study_part study = {
    .order = 5,
    .settings = {"trees=100", "trees=100", ""},
    .seconds = {0.9, 7, 30},
    .power = 1.1,
    .predict_seconds = 0.04,
    .claim_low = 0.87,
    .claim_high = 0.89,
};

const struct sr_model_class sr_model_class_forest = {
    .name = "forest",
    .title = "Random forest",
    .help = "Decision trees on grey values, averaged; each node chooses among a few randomly drawn "
            "values.",
    .params = forest_params,
    .search = search,
    .study = &study,
    .mirrors = true,
    .shares = true,
    .check = forest_check,
    .fit = forest_fit,
    .predict = forest_predict,
    .save = forest_save,
    .load = forest_load,
    .free = forest_free,
    .size = forest_size,
    .importance = forest_importance,
};
