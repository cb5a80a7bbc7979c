/* write_forest.c - a forest as one TreeEnsembleClassifier. */
#include <stdlib.h>

#include "parts.h"
#include "sartor/base/memory.h"
#include "wire.h"

/* The lists of the operator: one number a node; one number for each class in a leaf. */
struct lists {
    int64_t *trees, *nodes, *features, *yes, *no;
    float *values;
    struct sr_text modes;
    int64_t *leaf_trees, *leaf_nodes, *leaf_classes;
    float *leaf_weights;
    size_t leaves, leaves_room[4];
};

static void lists_fini(struct lists *lists)
{
    free(lists->trees);
    free(lists->nodes);
    free(lists->features);
    free(lists->yes);
    free(lists->no);
    free(lists->values);
    sr_text_fini(&lists->modes);
    free(lists->leaf_trees);
    free(lists->leaf_nodes);
    free(lists->leaf_classes);
    free(lists->leaf_weights);
}

static void add_leaf(struct lists *lists, int64_t tree, int64_t node, const float *row, int classes)
{
    for (int c = 0; c < classes; c++) {
        if (row[c] == 0) continue;
        const size_t at = lists->leaves++;
        sr_xgrow(&lists->leaf_trees, &lists->leaves_room[0], at + 1, sizeof(int64_t));
        sr_xgrow(&lists->leaf_nodes, &lists->leaves_room[1], at + 1, sizeof(int64_t));
        sr_xgrow(&lists->leaf_classes, &lists->leaves_room[2], at + 1, sizeof(int64_t));
        sr_xgrow(&lists->leaf_weights, &lists->leaves_room[3], at + 1, sizeof(float));
        lists->leaf_trees[at] = tree;
        lists->leaf_nodes[at] = node;
        lists->leaf_classes[at] = c;
        lists->leaf_weights[at] = row[c];
    }
}

/* `layout` in the model's own file says how its trees lie (models/forest_file.c). */
static enum sr_status fill(struct lists *lists, const struct sr_tensors *set, int classes,
                           struct sr_error *error)
{
    enum { STRINGS = 9 }; /* field of AttributeProto */
    const struct sr_tensor *trees = sr_tensors_find(set, "tree_nodes"),
                           *feature = sr_tensors_find(set, "feature");
    const uint8_t *threshold = sr_tensors_find(set, "threshold")->data;
    const int32_t *child = sr_tensors_find(set, "left_child")->data;
    const float *rows = sr_tensors_find(set, "leaf_probabilities")->data;
    const size_t count = feature->count;
    const char *what = "the nodes of a forest";
    if (!(lists->trees = sr_array_raw(count, sizeof(int64_t), what, error)) ||
        !(lists->nodes = sr_array_raw(count, sizeof(int64_t), what, error)) ||
        !(lists->features = sr_array_raw(count, sizeof(int64_t), what, error)) ||
        !(lists->yes = sr_array_raw(count, sizeof(int64_t), what, error)) ||
        !(lists->no = sr_array_raw(count, sizeof(int64_t), what, error)) ||
        !(lists->values = sr_array_raw(count, sizeof(float), what, error)))
        return SR_ERROR_MEMORY;
    size_t at = 0;
    for (size_t t = 0; t < trees->count; t++) {
        const int64_t nodes = ((const int64_t *)trees->data)[t];
        for (int64_t node = 0; node < nodes; node++, at++) {
            const bool leaf = child[at] < 0;
            lists->trees[at] = (int64_t)t;
            lists->nodes[at] = node;
            lists->features[at] = leaf ? 0 : ((const int32_t *)feature->data)[at];
            lists->values[at] = leaf ? 0 : threshold[at];
            lists->yes[at] = leaf ? 0 : child[at];
            lists->no[at] = leaf ? 0 : child[at] + 1;
            wire_put_text(&lists->modes, STRINGS, leaf ? "LEAF" : "BRANCH_LEQ");
            if (leaf)
                add_leaf(lists, (int64_t)t, node,
                         rows + (size_t)(-1 - (int64_t)child[at]) * (size_t)classes, classes);
        }
    }
    return SR_OK;
}

/* Bytes as numbers: grey values, or other features in 256 steps. */
static const char *steps(struct graph *graph, const struct pictures *pictures,
                         enum sr_features kind, const struct sr_tensors *set)
{
    if (kind == SR_FEATURES_PIXELS)
        return graph_cast(graph, "pixels", part_bytes(graph, pictures), ELEMENT_FLOAT);
    const char *above = graph_two(graph, "Sub", "above_least", part_features(graph, pictures, kind),
                                  part_tensor(graph, set, "feature_least")),
               *scaled = graph_two(graph, "Mul", "in_steps", above,
                                   part_tensor(graph, set, "feature_steps"));
    scaled = graph_node(
        graph, "Clip", "clipped",
        INPUTS(scaled, graph_float(graph, "lowest", 0), graph_float(graph, "highest", 255)), NULL);
    return graph_one(graph, "Round", "steps", scaled);
}

const char *part_forest(struct graph *graph, const struct pictures *pictures,
                        const struct sr_model *model, const struct sr_tensors *set,
                        struct sr_error *error)
{
    const int classes = model->shape.classes,
              kind = sr_features_find(sr_args_text(model->params, "features"));
    const size_t trees = sr_tensors_find(set, "tree_nodes")->count,
                 nodes = sr_tensors_find(set, "feature")->count;
    struct lists lists = {0};
    const char *mean = NULL;
    int64_t *numbers = sr_xalloc((size_t)classes * sizeof *numbers);
    for (int c = 0; c < classes; c++) numbers[c] = c;
    if (fill(&lists, set, classes, error)) goto out;
    const char *input = steps(graph, pictures, (enum sr_features)kind, set),
               *label = graph_name(graph, "forest.label"), *sum = graph_name(graph, "forest");
    graph_node_to(
        graph, "ml.TreeEnsembleClassifier", INPUTS(input), OUTPUTS(label, sum),
        ATTRIBUTES(INT_LIST("nodes_treeids", nodes, lists.trees),
                   INT_LIST("nodes_nodeids", nodes, lists.nodes),
                   INT_LIST("nodes_featureids", nodes, lists.features),
                   FLOAT_LIST("nodes_values", nodes, lists.values),
                   {.name = "nodes_modes", .type = ATTRIBUTE_PACKED, .encoded = &lists.modes},
                   INT_LIST("nodes_truenodeids", nodes, lists.yes),
                   INT_LIST("nodes_falsenodeids", nodes, lists.no),
                   INT_LIST("class_treeids", lists.leaves, lists.leaf_trees),
                   INT_LIST("class_nodeids", lists.leaves, lists.leaf_nodes),
                   INT_LIST("class_ids", lists.leaves, lists.leaf_classes),
                   FLOAT_LIST("class_weights", lists.leaves, lists.leaf_weights),
                   INT_LIST("classlabels_int64s", (size_t)classes, numbers),
                   TEXT("post_transform", "NONE")));
    mean = graph_two(graph, "Mul", "mean", sum, graph_float(graph, "each_tree", 1 / (float)trees));
out:
    lists_fini(&lists);
    free(numbers);
    return mean;
}
