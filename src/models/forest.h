/* forest.h - private to the forest: its trees, and growing one.
 *
 * Features are bytes: grey values as they are, other features quantised to 256 levels. A
 * struct forest_table is the training set in that form, read by every thread; a struct
 * forest_grower belongs to one thread at a time and grows one tree after another, in steps
 * that may be interrupted. */
#ifndef SARTOR_SRC_MODELS_FOREST_H
#define SARTOR_SRC_MODELS_FOREST_H

#include "sartor/base/error.h"
#include "sartor/compute/cpu.h"
#include "sartor/data/features.h"
#include "sartor/models/model.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sample goes to `child` when its feature <= threshold, else to `child` + 1. A leaf has
 * child = -1 - (its row in the table of leaf distributions). */
struct forest_node {
    uint32_t split; /* feature << 8 | threshold; 0 in a leaf */
    int32_t child;
};

enum { FOREST_TREES_MAX = 20000 };

enum { FOREST_SIDE_BY_SIDE = 16 };

/* The leaves of samples: rows of the table of distributions. Up to FOREST_SIDE_BY_SIDE of them go
 * down a tree in turn, so that one makes a step while another waits for memory. */
static inline void forest_leaves(const struct forest_node *nodes, const uint8_t *const *values,
                                 size_t count, size_t *leaves)
{
    const struct forest_node *at[FOREST_SIDE_BY_SIDE];
    bool moving = true;
    for (size_t i = 0; i < count; i++) at[i] = nodes;
    while (moving) {
        moving = false;
        for (size_t i = 0; i < count; i++) {
            struct forest_node node = *at[i];
            if (node.child < 0) continue;
            at[i] = nodes + node.child + (values[i][node.split >> 8] > (node.split & 255));
            moving = true;
        }
    }
    for (size_t i = 0; i < count; i++) leaves[i] = (size_t)(-1 - at[i]->child);
}

/* One grown tree. Rows 0..classes-1 of the distributions are the pure ones and are not
 * stored; `rows` holds the others, classes numbers each. */
struct forest_tree {
    struct forest_node *nodes;
    size_t count;
    float *rows;
    size_t row_count;
};

struct forest_table {
    size_t count;
    int features, classes;
    const uint8_t *rows; /* the features of a sample are stored together: small nodes copy these */
    const uint32_t *order; /* sample i is row order[i]; NULL: row i */
    const uint8_t *labels; /* count */
    /* Large nodes read columns, features × count, in which the samples of a class stand together:
     * place p is that of sample samples[p]. */
    const uint8_t *columns;
    const uint32_t *samples;
};

static inline const uint8_t *forest_row(const struct forest_table *table, size_t i)
{
    return table->rows + (table->order ? table->order[i] : i) * (size_t)table->features;
}

struct forest_options {
    int tries;     /* features looked at in a node; more only while none splits it */
    int max_depth; /* 0: no limit */
    uint32_t min_leaf;
    bool bootstrap;
    bool random_thresholds; /* extremely randomised trees */
    uint64_t seed;
};

struct forest_grower;

struct forest_grower *forest_grower_new(const struct forest_table *table,
                                        const struct forest_options *options,
                                        struct sr_error *error);
void forest_grower_free(struct forest_grower *grower); /* NULL-safe */

/* Start tree `index`, which depends on table, options and index only. */
void forest_grower_begin(struct forest_grower *grower, size_t index);
/* Go on until the tree is finished (true) or `seconds` on the monotonic clock has passed. */
bool forest_grower_step(struct forest_grower *grower, double seconds);
/* Hand over the finished tree. */
enum sr_status forest_grower_take(struct forest_grower *grower, struct forest_tree *tree,
                                  struct sr_error *error);
/* How often each sample was drawn for the tree last begun: 0 is out of its bag. */
const uint16_t *forest_grower_draws(const struct forest_grower *grower);
/* Impurity that splits on each feature removed, summed over the trees taken so far, each
 * tree's sum scaled to FOREST_IMPORTANCE: whole numbers, so that growers can be added up in any
 * order. */
const uint64_t *forest_grower_importance(const struct forest_grower *grower);
#define FOREST_IMPORTANCE 0x1p40

/* ---- the best split of a node (forest_split.c, forest_vector.c, forest_wide.c) ---- */

/* Sum over the two sides of (sum of squared class counts / count), which the best split
 * makes largest: Gini's impurity falls by (this - the same of the node) / n. */
static inline double forest_score(double left_squares, double left, double right_squares,
                                  double right)
{
    return left_squares / left + right_squares / right;
}

/* The samples of a node, in order of class. */
struct forest_group {
    size_t count;
    const uint8_t *draws; /* count: how often each was drawn, at least once */
    int present;          /* classes that occur */
    uint32_t *ends;       /* of each: index behind its last sample */
    uint32_t *totals;     /* of each: drawn samples */
    uint64_t total;       /* all of those, and the sum of the squares of `totals` */
    uint64_t squares;
    uint32_t min_leaf; /* drawn samples that a side needs */
};

struct forest_split {
    double score; /* forest_score */
    int feature, threshold;
};

/* Keep the split after the values 0..below if it is the best; of equal ones the lowest. */
static inline void forest_consider(struct forest_split *best, int feature, int below,
                                   uint64_t left_squares, uint64_t left, uint64_t right_squares,
                                   uint64_t right)
{
    double score =
        forest_score((double)left_squares, (double)left, (double)right_squares, (double)right);
    if (score > best->score ||
        (score == best->score && feature == best->feature && below < best->threshold))
        *best = (struct forest_split){score, feature, below};
}

enum { FOREST_LANES = 64, FOREST_WORK = 512, FOREST_VECTOR_MOST = 65535 };

/* Values of `many` features: of the k-th, one for each sample from k × pitch on. The memory is
 * 64-byte aligned and goes on for FOREST_LANES bytes, which are of no matter and may be changed;
 * so may those between two features. The pitch is a power of two from the table's least_pitch on,
 * or a multiple of FOREST_LANES. */
struct forest_values {
    uint8_t *bytes;
    size_t pitch;
    const uint32_t *features; /* many: their numbers */
    size_t many;
};

/* Put the best threshold of the best of these features into `best` if its score is higher: of equal
 * ones the first feature, and the lowest value, which is one that occurs. `work`: FOREST_WORK
 * numbers a class, 64-byte aligned, zero before and after. */
typedef void forest_best_function(const struct forest_group *group,
                                  const struct forest_values *values, uint32_t *work,
                                  struct forest_split *best);
forest_best_function forest_best_ref;
/* The same for up to FOREST_VECTOR_MOST drawn samples, by instruction set. */
struct forest_vector {
    forest_best_function *best;
    size_t least_pitch; /* of values, a power of two up to FOREST_LANES */
};
extern const struct forest_vector *const forest_vector_tables[SR_ISA_COUNT]; /* by sr_isa() */
/* The fastest for a node of so many drawn samples. */
forest_best_function *forest_best(uint64_t total);

/* ---- features that are not bytes (forest_features.c) ---- */

/* byte = (value - least) × steps, rounded, within 0..255. */
struct forest_scale {
    float *least, *steps; /* features */
};

enum sr_status forest_scale_init(struct forest_scale *scale, size_t features,
                                 struct sr_error *error);
void forest_scale_fini(struct forest_scale *scale); /* also of one that is {0} */
/* Learn the scale from the training set and fill `rows`, count × features. */
enum sr_status forest_scale_fit(struct forest_scale *scale, enum sr_features kind,
                                const struct sr_fit *fit, uint8_t *rows, struct sr_error *error);
void forest_scale_row(const struct forest_scale *scale, size_t features, const float *values,
                      uint8_t *bytes);

/* ---- the trained state (forest.c, forest_fit.c, forest_file.c) ---- */

struct forest {
    struct sr_shape image;
    int classes, features;
    enum sr_features kind;
    struct forest_scale scale; /* unless pixels */
    size_t trees;
    size_t *starts;            /* trees + 1: where each tree's nodes begin */
    struct forest_node *nodes; /* children count from their tree's first node */
    size_t row_count;
    float *rows;       /* row_count × classes: distributions of all leaves */
    float *importance; /* features; sums to 1 */
};

/* Which features the hyperparameters ask for. */
enum sr_features forest_kind(const struct sr_args *params);
/* Features tried at a node, or 0 and a sentence. */
int forest_tries(const struct sr_args *params, int features, struct sr_error *error);
enum sr_status forest_fit(const struct sr_fit *fit, void **state, struct sr_error *error);
void forest_free(void *state);
enum sr_status forest_save(const void *state, struct sr_tensors *set, struct sr_error *error);
enum sr_status forest_load(const struct sr_tensors *set, const struct sr_args *params,
                           const struct sr_model_shape *shape, void **state,
                           struct sr_error *error);

#endif
