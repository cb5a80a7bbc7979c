/* The memory of a forest; a forest as tensors, and back from tensors that may be wrong in any way.
 */
#include "forest.h"

#include "sartor/base/memory.h"
#include <stdlib.h>
#include <string.h>

void forest_free(void *state)
{
    struct forest *forest = state;
    if (!forest) return;
    forest_scale_fini(&forest->scale);
    free(forest->starts);
    free(forest->nodes);
    free(forest->rows);
    free(forest->importance);
    free(forest);
}

enum sr_status forest_save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct forest *forest = state;
    size_t nodes = forest->starts[forest->trees], trees = forest->trees;
    size_t features = (size_t)forest->features,
           table[2] = {forest->row_count, (size_t)forest->classes};
    int64_t *counts = sr_tensors_add(set, "tree_nodes", SR_I64, 1, &trees, error);
    int32_t *feature = sr_tensors_add(set, "feature", SR_I32, 1, &nodes, error);
    uint8_t *threshold = sr_tensors_add(set, "threshold", SR_U8, 1, &nodes, error);
    int32_t *child = sr_tensors_add(set, "left_child", SR_I32, 1, &nodes, error);
    float *rows = sr_tensors_add(set, "leaf_probabilities", SR_F32, 2, table, error);
    float *importance = sr_tensors_add(set, "feature_importances", SR_F32, 1, &features, error);
    if (!counts || !feature || !threshold || !child || !rows || !importance) return SR_ERROR_MEMORY;
    if (forest->kind != SR_FEATURES_PIXELS) {
        float *least = sr_tensors_add(set, "feature_least", SR_F32, 1, &features, error);
        float *steps = sr_tensors_add(set, "feature_steps", SR_F32, 1, &features, error);
        if (!least || !steps) return SR_ERROR_MEMORY;
        memcpy(least, forest->scale.least, features * sizeof *least);
        memcpy(steps, forest->scale.steps, features * sizeof *steps);
    }
    for (size_t t = 0; t < trees; t++)
        counts[t] = (int64_t)(forest->starts[t + 1] - forest->starts[t]);
    for (size_t i = 0; i < nodes; i++) {
        feature[i] = (int32_t)(forest->nodes[i].split >> 8);
        threshold[i] = (uint8_t)forest->nodes[i].split;
        child[i] = forest->nodes[i].child;
    }
    memcpy(rows, forest->rows, table[0] * table[1] * sizeof *rows);
    memcpy(importance, forest->importance, features * sizeof *importance);
    sr_tensors_set_text(
        set, "layout",
        "tree_nodes: nodes of each tree, its root first. A sample goes to left_child (counted from "
        "its tree's root) where its feature <= threshold, else to the node behind it; a negative "
        "left_child is a leaf, with row -1 - left_child of leaf_probabilities.");
    return SR_OK;
}

/* Whether the nodes of one tree lead to later nodes only, and to rows that exist. */
static enum sr_status check_tree(const struct forest *forest, size_t tree, struct sr_error *error)
{
    const struct forest_node *nodes = forest->nodes + forest->starts[tree];
    size_t count = forest->starts[tree + 1] - forest->starts[tree];
    for (size_t i = 0; i < count; i++) {
        int32_t child = nodes[i].child;
        bool right = child < 0 ? (size_t)(-1 - (int64_t)child) < forest->row_count
                               : (size_t)child > i && (size_t)child + 1 < count;
        if (!right || nodes[i].split >> 8 >= (uint32_t)forest->features)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Node %zu of tree %zu leads nowhere (feature %u, left_child %d).",
                                i, tree, nodes[i].split >> 8, child);
    }
    return SR_OK;
}

/* The tensors of a forest, of the right types and shapes. */
struct stored {
    const struct sr_tensor *counts, *feature, *threshold, *child, *rows, *importance;
    const struct sr_tensor *least, *steps; /* NULL for pixels */
};

static bool find_tensors(const struct sr_tensors *set, enum sr_features kind, size_t features,
                         int classes, struct stored *stored, struct sr_error *error)
{
    size_t any = SIZE_MAX, table[2] = {SIZE_MAX, (size_t)classes};
    *stored = (struct stored){0};
    if (!(stored->counts = sr_tensors_need(set, "tree_nodes", SR_I64, 1, &any, error)) ||
        !(stored->feature = sr_tensors_need(set, "feature", SR_I32, 1, &any, error)))
        return false;
    const size_t *nodes = &stored->feature->count;
    stored->threshold = sr_tensors_need(set, "threshold", SR_U8, 1, nodes, error);
    if (!stored->threshold ||
        !(stored->child = sr_tensors_need(set, "left_child", SR_I32, 1, nodes, error)) ||
        !(stored->rows = sr_tensors_need(set, "leaf_probabilities", SR_F32, 2, table, error)) ||
        !(stored->importance =
              sr_tensors_need(set, "feature_importances", SR_F32, 1, &features, error)))
        return false;
    return kind == SR_FEATURES_PIXELS ||
           ((stored->least = sr_tensors_need(set, "feature_least", SR_F32, 1, &features, error)) &&
            (stored->steps = sr_tensors_need(set, "feature_steps", SR_F32, 1, &features, error)));
}

static enum sr_status make_room(struct forest *forest, const struct stored *stored,
                                struct sr_error *error)
{
    const size_t features = (size_t)forest->features;
    const char *what = "a forest";
    forest->starts = sr_array_raw(forest->trees + 1, sizeof *forest->starts, what, error);
    forest->nodes = sr_array_raw(stored->feature->count, sizeof *forest->nodes, what, error);
    forest->rows = sr_array_raw(stored->rows->count, sizeof(float), what, error);
    forest->importance = sr_array_raw(features, sizeof(float), what, error);
    if (!forest->starts || !forest->nodes || !forest->rows || !forest->importance ||
        (stored->least && forest_scale_init(&forest->scale, features, error)))
        return SR_ERROR_MEMORY;
    return SR_OK;
}

/* Where each tree's nodes start. */
static enum sr_status read_starts(struct forest *forest, const struct stored *stored,
                                  struct sr_error *error)
{
    const size_t nodes = stored->feature->count;
    forest->starts[0] = 0;
    for (size_t t = 0; t < forest->trees; t++) {
        int64_t count = ((const int64_t *)stored->counts->data)[t];
        if (count < 1 || (uint64_t)count > nodes - forest->starts[t])
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Tree %zu says it has %lld nodes; %zu are left of the %zu in all.",
                                t, (long long)count, nodes - forest->starts[t], nodes);
        forest->starts[t + 1] = forest->starts[t] + (size_t)count;
    }
    if (forest->starts[forest->trees] == nodes) return SR_OK;
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "The trees have %zu nodes in all, not the %zu that are stored.",
                        forest->starts[forest->trees], nodes);
}

static enum sr_status read_nodes(struct forest *forest, const struct stored *stored,
                                 struct sr_error *error)
{
    for (size_t i = 0; i < stored->feature->count; i++) {
        int32_t feature = ((const int32_t *)stored->feature->data)[i];
        if (feature < 0 || feature >= forest->features)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Node %zu splits on feature %d; there are %d.", i, feature,
                                forest->features);
        forest->nodes[i] = (struct forest_node){(uint32_t)feature << 8 |
                                                    ((const uint8_t *)stored->threshold->data)[i],
                                                ((const int32_t *)stored->child->data)[i]};
    }
    for (size_t t = 0; t < forest->trees; t++)
        if (check_tree(forest, t, error)) return SR_ERROR_FORMAT;
    return SR_OK;
}

static enum sr_status read_rows(struct forest *forest, const struct stored *stored,
                                struct sr_error *error)
{
    memcpy(forest->rows, stored->rows->data, stored->rows->count * sizeof(float));
    for (size_t i = 0; i < stored->rows->count; i++)
        if (!(forest->rows[i] >= 0 && forest->rows[i] <= 1))
            return sr_error_set(error, SR_ERROR_FORMAT, "A leaf gives the probability %g.",
                                (double)forest->rows[i]);
    return SR_OK;
}

enum sr_status forest_load(const struct sr_tensors *set, const struct sr_args *params,
                           const struct sr_model_shape *shape, void **state, struct sr_error *error)
{
    enum sr_features kind = (enum sr_features)sr_features_find(sr_args_text(params, "features"));
    const size_t features = sr_features_size(kind, shape->image);
    struct stored stored;
    if (!find_tensors(set, kind, features, shape->classes, &stored, error)) return SR_ERROR_FORMAT;
    const size_t trees = stored.counts->count, rows = stored.rows->shape[0];
    if (trees < 1 || trees > FOREST_TREES_MAX || rows > INT32_MAX)
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "The forest has %zu trees and %zu leaf distributions; 1 to %d trees are needed.", trees,
            rows, FOREST_TREES_MAX);
    struct forest *forest = sr_xalloc(sizeof *forest);
    *forest = (struct forest){.image = shape->image,
                              .classes = shape->classes,
                              .kind = kind,
                              .features = (int)features,
                              .trees = trees,
                              .row_count = rows};
    enum sr_status status = make_room(forest, &stored, error);
    if (!status) status = read_starts(forest, &stored, error);
    if (!status) status = read_nodes(forest, &stored, error);
    if (!status) status = read_rows(forest, &stored, error);
    if (status) {
        forest_free(forest);
        return status;
    }
    if (stored.least) {
        memcpy(forest->scale.least, stored.least->data, features * sizeof(float));
        memcpy(forest->scale.steps, stored.steps->data, features * sizeof(float));
    }
    memcpy(forest->importance, stored.importance->data, features * sizeof(float));
    *state = forest;
    return SR_OK;
}
