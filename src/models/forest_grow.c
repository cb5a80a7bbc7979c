/* Growing one tree: CART on bytes.
 *
 * A node that holds many samples counts (value, class) in a histogram and walks its bins; one
 * that holds few strings its samples into a list for each value, and walks the values that
 * occur. Either way each sample is looked at once a feature, and all counts are whole numbers
 * held in doubles, so a split's score does not depend on the order in which it was summed. */
#include "forest.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 256, LARGE_NODE = 1024, CLOCK_EVERY = 200000 };

/* One drawn sample; those of a node lie together. */
struct entry {
    uint32_t sample;
    uint16_t label, draws;
};

struct pending {
    uint32_t first, last; /* entries */
    int32_t node;
    int depth;
};

struct split {
    double score; /* forest_score; that of the whole node means none found */
    int feature, threshold;
};

struct forest_grower {
    const struct forest_table *table;
    struct forest_options options;
    struct sr_rng rng;
    uint16_t *draws;       /* count */
    struct entry *entries; /* count; `spare` is as long */
    struct entry *spare;
    uint32_t *features;                  /* a permutation that each node reshuffles from the front */
    uint32_t *histogram;                 /* LEVELS × classes, zero between uses */
    uint8_t *values;                     /* LARGE_NODE */
    uint16_t *next;                      /* LARGE_NODE: lists of samples of one value */
    uint16_t heads[LEVELS];              /* 1 + first sample of each list; zero between uses */
    uint32_t *node_counts, *left_counts; /* classes */
    struct pending *stack;
    size_t depth, stack_room;
    struct forest_tree tree;
    size_t node_room, row_room;
    double *decrease; /* of this tree, by feature */
    uint64_t *importance;
};

struct forest_grower *forest_grower_new(const struct forest_table *table,
                                        const struct forest_options *options, struct sr_error *error)
{
    const char *what = "growing a tree";
    size_t features = (size_t)table->features, classes = (size_t)table->classes;
    struct forest_grower *g = sr_xalloc(sizeof *g);
    g->table = table;
    g->options = *options;
    if (!(g->draws = sr_array_new(table->count, sizeof *g->draws, what, error)) ||
        !(g->entries = sr_array_new(table->count, sizeof *g->entries, what, error)) ||
        !(g->spare = sr_array_new(table->count, sizeof *g->spare, what, error)) ||
        !(g->features = sr_array_new(features, sizeof *g->features, what, error)) ||
        !(g->histogram = sr_array_new(LEVELS * classes, sizeof *g->histogram, what, error)) ||
        !(g->values = sr_array_new(LARGE_NODE, sizeof *g->values, what, error)) ||
        !(g->next = sr_array_new(LARGE_NODE, sizeof *g->next, what, error)) ||
        !(g->node_counts = sr_array_new(classes, sizeof *g->node_counts, what, error)) ||
        !(g->left_counts = sr_array_new(classes, sizeof *g->left_counts, what, error)) ||
        !(g->decrease = sr_array_new(features, sizeof *g->decrease, what, error)) ||
        !(g->importance = sr_array_new(features, sizeof *g->importance, what, error))) {
        forest_grower_free(g);
        return NULL;
    }
    return g;
}

void forest_grower_free(struct forest_grower *g)
{
    if (!g) return;
    free(g->draws);
    free(g->entries);
    free(g->spare);
    free(g->features);
    free(g->histogram);
    free(g->values);
    free(g->next);
    free(g->node_counts);
    free(g->left_counts);
    free(g->stack);
    free(g->tree.nodes);
    free(g->tree.rows);
    free(g->decrease);
    free(g->importance);
    free(g);
}

const uint16_t *forest_grower_draws(const struct forest_grower *g)
{
    return g->draws;
}

const uint64_t *forest_grower_importance(const struct forest_grower *g)
{
    return g->importance;
}

static void push(struct forest_grower *g, uint32_t first, uint32_t last, int32_t node, int depth)
{
    sr_xgrow(&g->stack, &g->stack_room, g->depth + 1, sizeof *g->stack);
    g->stack[g->depth++] = (struct pending){first, last, node, depth};
}

/* Two nodes side by side (or the root alone); the number of the first. */
static int32_t add_nodes(struct forest_grower *g, size_t count)
{
    sr_xgrow(&g->tree.nodes, &g->node_room, g->tree.count + count, sizeof *g->tree.nodes);
    g->tree.count += count;
    return (int32_t)(g->tree.count - count);
}

void forest_grower_begin(struct forest_grower *g, size_t index)
{
    const struct forest_table *table = g->table;
    uint32_t used = 0;
    sr_rng_init(&g->rng, g->options.seed, SR_STREAM_FOREST, index);
    memset(g->draws, 0, table->count * sizeof *g->draws);
    for (size_t i = 0; i < table->count; i++) {
        size_t drawn = g->options.bootstrap ? (size_t)sr_rng_below(&g->rng, table->count) : i;
        if (g->draws[drawn] < UINT16_MAX) g->draws[drawn]++;
    }
    for (size_t i = 0; i < table->count; i++)
        if (g->draws[i]) g->entries[used++] = (struct entry){(uint32_t)i, table->labels[i], g->draws[i]};
    for (int f = 0; f < table->features; f++) g->features[f] = (uint32_t)f;
    memset(g->decrease, 0, (size_t)table->features * sizeof *g->decrease);
    g->tree.count = g->tree.row_count = 0;
    g->depth = 0;
    push(g, 0, used, add_nodes(g, 1), 0);
}

/* Keep the split behind the values 0..below, whose next greater value is `above`, if it is the best. */
static void consider(const struct forest_grower *g, struct split *best, int feature, int below, int above,
                     double left_squares, double left, double right_squares, double right)
{
    if (left < g->options.min_leaf || right < g->options.min_leaf) return;
    double score = forest_score(left_squares, left, right_squares, right);
    if (score > best->score) *best = (struct split){score, feature, (below + above) / 2};
}

static void try_large(struct forest_grower *g, const struct entry *entries, size_t count, int feature,
                      double total, double squares, struct split *best)
{
    size_t classes = (size_t)g->table->classes;
    const uint8_t *column = g->table->columns + (size_t)feature * g->table->count;
    uint32_t *histogram = g->histogram, *left_counts = g->left_counts;
    double left = 0, left_squares = 0, right_squares = squares;
    int below = -1;
    for (size_t i = 0; i < count; i++)
        histogram[column[entries[i].sample] * classes + entries[i].label] += entries[i].draws;
    memset(left_counts, 0, classes * sizeof *left_counts);
    for (int value = 0; value < LEVELS; value++) {
        uint32_t *bin = histogram + (size_t)value * classes, sum = 0;
        for (size_t c = 0; c < classes; c++) sum += bin[c];
        if (!sum) continue;
        if (below >= 0)
            consider(g, best, feature, below, value, left_squares, left, right_squares, total - left);
        for (size_t c = 0; c < classes; c++) {
            /* (l + b)² - l² and r² - (r - b)² */
            uint64_t b = bin[c], l = left_counts[c], r = g->node_counts[c] - l;
            left_squares += (double)(b * (2 * l + b));
            right_squares -= (double)(b * (2 * r - b));
            left_counts[c] += bin[c];
        }
        memset(bin, 0, classes * sizeof *bin);
        left += sum;
        below = value;
    }
}

static void try_small(struct forest_grower *g, const struct entry *entries, size_t count, int feature,
                      double total, double squares, struct split *best)
{
    uint64_t occurring[LEVELS / 64] = {0};
    uint16_t *heads = g->heads, *next = g->next;
    uint32_t *left_counts = g->left_counts;
    uint64_t left = 0, left_squares = 0, right_squares = (uint64_t)squares;
    int below = -1;
    for (size_t i = 0; i < count; i++) {
        uint8_t value = g->values[i];
        next[i] = heads[value];
        heads[value] = (uint16_t)(i + 1);
        occurring[value / 64] |= (uint64_t)1 << value % 64;
    }
    for (int c = 0; c < g->table->classes; c++) left_counts[c] = 0;
    for (int word = 0; word < LEVELS / 64; word++) {
        for (uint64_t bits = occurring[word]; bits; bits &= bits - 1) {
            int value = 64 * word + __builtin_ctzll(bits);
            if (below >= 0)
                consider(g, best, feature, below, value, (double)left_squares, (double)left,
                         (double)right_squares, total - (double)left);
            for (size_t i = heads[value]; i; i = next[i - 1]) {
                const struct entry *entry = &entries[i - 1];
                uint64_t b = entry->draws, l = left_counts[entry->label],
                         r = g->node_counts[entry->label] - l;
                left_squares += b * (2 * l + b);
                right_squares -= b * (2 * r - b);
                left_counts[entry->label] += entry->draws;
                left += b;
            }
            heads[value] = 0;
            below = value;
        }
    }
}

/* One threshold drawn between the feature's least and greatest value (Geurts, Ernst and Wehenkel, 2006). */
static void try_random(struct forest_grower *g, const struct entry *entries, size_t count, int feature,
                       const uint8_t *column, double total, struct split *best)
{
    int least = LEVELS, most = -1;
    double left = 0, left_squares = 0, right_squares = 0;
    for (size_t i = 0; i < count; i++) {
        int value = column ? column[entries[i].sample] : g->values[i];
        if (value < least) least = value;
        if (value > most) most = value;
    }
    if (least >= most) return;
    int threshold = least + (int)sr_rng_below(&g->rng, (uint64_t)(most - least));
    memset(g->left_counts, 0, (size_t)g->table->classes * sizeof *g->left_counts);
    for (size_t i = 0; i < count; i++) {
        int value = column ? column[entries[i].sample] : g->values[i];
        g->left_counts[entries[i].label] += value <= threshold ? entries[i].draws : 0;
    }
    for (int c = 0; c < g->table->classes; c++) {
        double l = g->left_counts[c], r = (double)g->node_counts[c] - l;
        left += l;
        left_squares += l * l;
        right_squares += r * r;
    }
    consider(g, best, feature, threshold, threshold, left_squares, left, right_squares, total - left);
}

static void try_feature(struct forest_grower *g, const struct entry *entries, size_t count, int feature,
                        double total, double squares, struct split *best)
{
    bool large = count > LARGE_NODE;
    const uint8_t *column = g->table->columns + (size_t)feature * g->table->count;
    if (!large) {
        uint8_t differ = 0;
        const uint8_t *rows = g->table->rows + feature;
        const uint32_t *order = g->table->order;
        size_t stride = (size_t)g->table->features;
        for (size_t i = 0; i < count; i++) {
            size_t row = order ? order[entries[i].sample] : entries[i].sample;
            g->values[i] = rows[row * stride];
            differ |= g->values[i] ^ g->values[0];
        }
        if (!differ) return;
    }
    if (g->options.random_thresholds)
        try_random(g, entries, count, feature, large ? column : NULL, total, best);
    else if (large)
        try_large(g, entries, count, feature, total, squares, best);
    else
        try_small(g, entries, count, feature, total, squares, best);
}

static void make_leaf(struct forest_grower *g, int32_t node, double total)
{
    int classes = g->table->classes, row = -1;
    for (int c = 0; c < classes; c++)
        if (g->node_counts[c] == total) row = c;
    if (row < 0) {
        size_t first = g->tree.row_count * (size_t)classes;
        sr_xgrow(&g->tree.rows, &g->row_room, first + (size_t)classes, sizeof *g->tree.rows);
        for (int c = 0; c < classes; c++)
            g->tree.rows[first + (size_t)c] = (float)(g->node_counts[c] / total);
        row = classes + (int)g->tree.row_count++;
    }
    g->tree.nodes[node] = (struct forest_node){0, -1 - row};
}

/* Entries that go left first, each side in its old order (ascending samples read memory in order). */
static uint32_t partition(struct forest_grower *g, const struct pending *at, const struct split *split)
{
    const uint8_t *column = g->table->columns + (size_t)split->feature * g->table->count;
    bool large = at->last - at->first > LARGE_NODE;
    uint32_t left = at->first, right = 0;
    for (uint32_t i = at->first; i < at->last; i++) {
        struct entry entry = g->entries[i];
        uint8_t value = large ? column[entry.sample] : forest_row(g->table, entry.sample)[split->feature];
        bool goes_right = value > split->threshold;
        g->entries[left] = entry;
        g->spare[right] = entry;
        left += !goes_right;
        right += goes_right;
    }
    memcpy(g->entries + left, g->spare, right * sizeof *g->spare);
    return left;
}

/* Split the node on top of the stack or make it a leaf. Returns how many values were looked at. */
static size_t grow_node(struct forest_grower *g)
{
    struct pending at = g->stack[--g->depth];
    const struct entry *entries = g->entries + at.first;
    size_t count = at.last - at.first, looked = 0;
    int features = g->table->features, tries = 0;
    double total = 0, squares = 0;
    memset(g->node_counts, 0, (size_t)g->table->classes * sizeof *g->node_counts);
    for (size_t i = 0; i < count; i++) g->node_counts[entries[i].label] += entries[i].draws;
    for (int c = 0; c < g->table->classes; c++) {
        double n = g->node_counts[c];
        total += n;
        squares += n * n;
    }
    /* Whether pure, too small or too deep. A split that separates nothing scores as the node itself does, and
     * is taken all the same, as it may make further ones possible: hence the start below any score. */
    struct split best = {-1, -1, 0};
    if (squares < total * total && total >= 2.0 * g->options.min_leaf &&
        (!g->options.max_depth || at.depth < g->options.max_depth)) {
        for (; tries < features && (tries < g->options.tries || best.feature < 0); tries++) {
            size_t pick = (size_t)tries + sr_rng_below(&g->rng, (uint64_t)(features - tries));
            uint32_t feature = g->features[pick];
            g->features[pick] = g->features[tries];
            g->features[tries] = feature;
            try_feature(g, entries, count, (int)feature, total, squares, &best);
        }
        looked = count * (size_t)tries;
    }
    if (best.feature < 0) {
        make_leaf(g, at.node, total);
        return looked + count;
    }
    if (best.score > squares / total) g->decrease[best.feature] += best.score - squares / total;
    uint32_t middle = partition(g, &at, &best);
    int32_t child = add_nodes(g, 2);
    g->tree.nodes[at.node] =
        (struct forest_node){(uint32_t)best.feature << 8 | (uint32_t)best.threshold, child};
    push(g, middle, at.last, child + 1, at.depth + 1);
    push(g, at.first, middle, child, at.depth + 1);
    return looked + count;
}

bool forest_grower_step(struct forest_grower *g, double seconds)
{
    size_t looked = 0;
    while (g->depth) {
        looked += grow_node(g);
        if (looked > CLOCK_EVERY) {
            if (sr_clock_seconds() >= seconds) break;
            looked = 0;
        }
    }
    return g->depth == 0;
}

enum sr_status forest_grower_take(struct forest_grower *g, struct forest_tree *tree, struct sr_error *error)
{
    size_t row_numbers = g->tree.row_count * (size_t)g->table->classes;
    double sum = 0;
    *tree = g->tree;
    tree->nodes = sr_array_raw(tree->count, sizeof *tree->nodes, "a tree", error);
    tree->rows = sr_array_raw(row_numbers, sizeof *tree->rows, "a tree's leaves", error);
    if (!tree->nodes || !tree->rows) {
        free(tree->nodes);
        free(tree->rows);
        *tree = (struct forest_tree){0};
        return SR_ERROR_MEMORY;
    }
    memcpy(tree->nodes, g->tree.nodes, tree->count * sizeof *tree->nodes);
    if (row_numbers) memcpy(tree->rows, g->tree.rows, row_numbers * sizeof *tree->rows);
    for (int f = 0; f < g->table->features; f++) sum += g->decrease[f];
    for (int f = 0; f < g->table->features && sum > 0; f++)
        g->importance[f] += (uint64_t)(g->decrease[f] / sum * FOREST_IMPORTANCE);
    return SR_OK;
}
