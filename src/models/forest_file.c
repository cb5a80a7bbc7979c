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

enum sr_status forest_load(const struct sr_tensors *set, const struct sr_args *params,
                           const struct sr_model_shape *shape, void **state, struct sr_error *error)
{
    enum sr_features kind = (enum sr_features)sr_features_find(sr_args_text(params, "features"));
    size_t any = SIZE_MAX, features = sr_features_size(kind, shape->image);
    size_t table[2] = {SIZE_MAX, (size_t)shape->classes};
    const struct sr_tensor *counts, *feature, *threshold, *child, *rows, *importance, *least = NULL,
                                                                                      *steps = NULL;
    struct forest *forest = NULL;
    enum sr_status status = SR_ERROR_FORMAT;
    if (!(counts = sr_tensors_need(set, "tree_nodes", SR_I64, 1, &any, error)) ||
        !(feature = sr_tensors_need(set, "feature", SR_I32, 1, &any, error)) ||
        !(threshold = sr_tensors_need(set, "threshold", SR_U8, 1, &feature->count, error)) ||
        !(child = sr_tensors_need(set, "left_child", SR_I32, 1, &feature->count, error)) ||
        !(rows = sr_tensors_need(set, "leaf_probabilities", SR_F32, 2, table, error)) ||
        !(importance = sr_tensors_need(set, "feature_importances", SR_F32, 1, &features, error)))
        return error ? error->status : SR_ERROR_FORMAT;
    if (kind != SR_FEATURES_PIXELS &&
        (!(least = sr_tensors_need(set, "feature_least", SR_F32, 1, &features, error)) ||
         !(steps = sr_tensors_need(set, "feature_steps", SR_F32, 1, &features, error))))
        return error ? error->status : SR_ERROR_FORMAT;
    size_t nodes = feature->count;
    if (counts->count < 1 || counts->count > FOREST_TREES_MAX || rows->shape[0] > INT32_MAX)
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "The forest has %zu trees and %zu leaf distributions; 1 to %d trees are needed.",
            counts->count, rows->shape[0], FOREST_TREES_MAX);
    forest = sr_xalloc(sizeof *forest);
    *forest = (struct forest){.image = shape->image,
                              .classes = shape->classes,
                              .kind = kind,
                              .features = (int)features,
                              .trees = counts->count,
                              .row_count = rows->shape[0]};
    if (!(forest->starts =
              sr_array_raw(forest->trees + 1, sizeof *forest->starts, "a forest", error)) ||
        !(forest->nodes = sr_array_raw(nodes, sizeof *forest->nodes, "a forest", error)) ||
        !(forest->rows = sr_array_raw(rows->count, sizeof(float), "a forest", error)) ||
        !(forest->importance = sr_array_raw(features, sizeof(float), "a forest", error))) {
        status = SR_ERROR_MEMORY;
        goto out;
    }
    if (least) {
        if (forest_scale_init(&forest->scale, features, error)) {
            status = SR_ERROR_MEMORY;
            goto out;
        }
        memcpy(forest->scale.least, least->data, features * sizeof(float));
        memcpy(forest->scale.steps, steps->data, features * sizeof(float));
    }
    forest->starts[0] = 0;
    for (size_t t = 0; t < forest->trees; t++) {
        int64_t count = ((const int64_t *)counts->data)[t];
        if (count < 1 || (uint64_t)count > nodes - forest->starts[t]) {
            sr_error_set(error, SR_ERROR_FORMAT,
                         "Tree %zu says it has %lld nodes; %zu are left of the %zu in all.", t,
                         (long long)count, nodes - forest->starts[t], nodes);
            goto out;
        }
        forest->starts[t + 1] = forest->starts[t] + (size_t)count;
    }
    if (forest->starts[forest->trees] != nodes) {
        sr_error_set(error, SR_ERROR_FORMAT,
                     "The trees have %zu nodes in all, not the %zu that are stored.",
                     forest->starts[forest->trees], nodes);
        goto out;
    }
    for (size_t i = 0; i < nodes; i++) {
        int32_t f = ((const int32_t *)feature->data)[i];
        if (f < 0 || (size_t)f >= features) {
            sr_error_set(error, SR_ERROR_FORMAT, "Node %zu splits on feature %d; there are %zu.", i,
                         f, features);
            goto out;
        }
        forest->nodes[i] =
            (struct forest_node){(uint32_t)f << 8 | ((const uint8_t *)threshold->data)[i],
                                 ((const int32_t *)child->data)[i]};
    }
    for (size_t t = 0; t < forest->trees; t++)
        if (check_tree(forest, t, error)) goto out;
    memcpy(forest->rows, rows->data, rows->count * sizeof(float));
    for (size_t i = 0; i < rows->count; i++) {
        if (!(forest->rows[i] >= 0 && forest->rows[i] <= 1)) {
            sr_error_set(error, SR_ERROR_FORMAT, "A leaf gives the probability %g.",
                         (double)forest->rows[i]);
            goto out;
        }
    }
    memcpy(forest->importance, importance->data, features * sizeof(float));
    *state = forest;
    forest = NULL;
    status = SR_OK;
out:
    forest_free(forest);
    return status;
}
