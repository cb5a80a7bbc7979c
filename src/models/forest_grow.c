/* Growing one tree: CART on bytes.
 *
 * The samples of a node are stored together, in order of class; forest_split.c finds a feature's
 * best threshold from their values. Those are gathered from columns while a node holds many
 * samples, then from rows, for all features that are tried at once: the rows of a small node are in
 * the cache. */
#include "forest.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <stdlib.h>
#include <string.h>

enum {
    LEVELS = 256,
    SMALL_NODE = 4096,
    SMALL_BYTES = 1 << 22,
    TOGETHER = 32,
    LINE = 64,
    ROWS = 4,     /* that are read at a time */
    AHEAD = 8,    /* rows that are fetched before they are read */
    CACHED = 128, /* rows that are in the cache when a node is looked at, or soon are */
    CLOCK_EVERY = 200000
};

/* One drawn sample; those of a node are stored together. */
struct entry {
    uint32_t place; /* in the table's columns */
    uint16_t copy;  /* the copied row, in small nodes */
    uint8_t label, draws;
};

struct pending {
    uint32_t first, last; /* entries */
    int32_t node;
    int depth;
};

struct forest_grower {
    const struct forest_table *table;
    struct forest_options options;
    struct sr_rng rng;
    uint16_t *draws;       /* count */
    struct entry *entries; /* count; `spare` is as long */
    struct entry *spare;
    uint32_t *features;        /* a permutation that each node reshuffles from the front */
    struct forest_group group; /* the present node */
    uint8_t *group_draws;
    uint8_t *labels; /* of the classes in the group */
    uint8_t *values; /* of one feature after another */
    uint32_t *work;
    size_t small;  /* nodes of at most so many entries read rows */
    uint8_t *rows; /* small × features: those of the entries first_kept..last_kept */
    uint32_t first_kept, last_kept;
    struct pending *stack;
    size_t depth, stack_room;
    struct forest_tree tree;
    size_t node_room, row_room;
    double *decrease; /* of this tree, by feature */
    uint64_t *importance;
};

/* Bytes from one feature's values to the next one's: those of few samples share a cache line where
 * the kernels take them so; others take an odd number of lines, since features a power of two apart
 * would take the same lines of the cache. */
static size_t pitch_of(size_t count)
{
    for (size_t pitch = forest_vector_tables[sr_isa()]->least_pitch; pitch <= LINE; pitch *= 2)
        if (count <= pitch) return pitch;
    return (count + LINE - 1) / LINE * LINE | LINE;
}

struct forest_grower *forest_grower_new(const struct forest_table *table,
                                        const struct forest_options *options,
                                        struct sr_error *error)
{
    const char *what = "growing a tree";
    size_t features = (size_t)table->features, classes = (size_t)table->classes;
    size_t pitch = pitch_of(table->count), small = SMALL_BYTES / features;
    struct forest_grower *g = sr_xalloc(sizeof *g);
    if (small < LINE) small = LINE;
    if (small > SMALL_NODE) small = SMALL_NODE;
    size_t many = TOGETHER * pitch_of(small);
    g->table = table;
    g->options = *options;
    g->small = small;
    if (!(g->draws = sr_array_new(table->count, sizeof *g->draws, what, error)) ||
        !(g->entries = sr_array_new(table->count, sizeof *g->entries, what, error)) ||
        !(g->spare = sr_array_new(table->count, sizeof *g->spare, what, error)) ||
        !(g->features = sr_array_new(features, sizeof *g->features, what, error)) ||
        !(g->group_draws = sr_array_new(table->count, 1, what, error)) ||
        !(g->group.ends = sr_array_new(classes, sizeof *g->group.ends, what, error)) ||
        !(g->group.totals = sr_array_new(classes, sizeof *g->group.totals, what, error)) ||
        !(g->labels = sr_array_new(classes, 1, what, error)) ||
        !(g->values = sr_array_new((many > pitch ? many : pitch) + FOREST_LANES, 1, what, error)) ||
        !(g->rows = sr_array_raw(small, features, what, error)) ||
        !(g->work = sr_array_new(FOREST_WORK * classes, sizeof *g->work, what, error)) ||
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
    free(g->group_draws);
    free(g->group.ends);
    free(g->group.totals);
    free(g->labels);
    free(g->values);
    free(g->work);
    free(g->rows);
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
        if (g->draws[drawn] < UINT8_MAX) g->draws[drawn]++;
    }
    for (size_t p = 0; p < table->count; p++) {
        const size_t i = table->samples[p];
        const uint8_t draws = (uint8_t)g->draws[i];
        if (draws) g->entries[used++] = (struct entry){(uint32_t)p, 0, table->labels[i], draws};
    }
    for (int f = 0; f < table->features; f++) g->features[f] = (uint32_t)f;
    memset(g->decrease, 0, (size_t)table->features * sizeof *g->decrease);
    g->tree.count = g->tree.row_count = 0;
    g->depth = g->first_kept = g->last_kept = 0;
    push(g, 0, used, add_nodes(g, 1), 0);
}

/* The group of the node whose entries are given. */
static void collect_group(struct forest_grower *g, const struct entry *entries, size_t count)
{
    struct forest_group *group = &g->group;
    uint32_t *ends = group->ends, *totals = group->totals;
    uint64_t total = 0, squares = 0;
    int last = -1;
    for (size_t i = 0; i < count;) {
        uint8_t label = entries[i].label;
        uint32_t class_total = 0;
        for (; i < count && entries[i].label == label; i++) {
            g->group_draws[i] = entries[i].draws;
            class_total += entries[i].draws;
        }
        g->labels[++last] = label;
        ends[last] = (uint32_t)i;
        totals[last] = class_total;
        total += class_total;
        squares += (uint64_t)class_total * class_total;
    }
    *group = (struct forest_group){count,  g->group_draws, last + 1, ends,
                                   totals, total,          squares,  g->options.min_leaf};
}

static void fetch_row(const uint8_t *row, size_t features)
{
    for (size_t byte = 0; byte < features; byte += LINE) __builtin_prefetch(row + byte);
}

/* Small nodes, and all nodes below them, read copies of their rows that are stored together. */
static void keep_rows(struct forest_grower *g, const struct pending *at)
{
    const struct forest_table *table = g->table;
    const size_t features = (size_t)table->features;
    if (at->last - at->first > g->small || (at->first >= g->first_kept && at->last <= g->last_kept))
        return;
    g->first_kept = at->first;
    g->last_kept = at->last;
    for (uint32_t i = at->first; i < at->last; i++) {
        if (i + AHEAD < at->last)
            fetch_row(forest_row(table, table->samples[g->entries[i + AHEAD].place]), features);
        g->entries[i].copy = (uint16_t)(i - at->first);
        memcpy(g->rows + (i - at->first) * features,
               forest_row(table, table->samples[g->entries[i].place]), features);
    }
}

/* Values of `many` features, `pitch` apart. */
static void gather(struct forest_grower *g, const struct entry *entries, const uint32_t *features,
                   size_t many, size_t pitch)
{
    const size_t count = g->group.count;
    const struct forest_table *table = g->table;
    uint8_t *restrict values = g->values;
    if (count > g->small) {
        const uint8_t *column = table->columns + (size_t)features[0] * table->count;
        for (size_t i = 0; i < count; i++) values[i] = column[entries[i].place];
        return;
    }
    const size_t width = (size_t)table->features;
    const bool fetch = count > CACHED;
    for (size_t i = 0; i < count; i += ROWS) {
        const uint8_t *row[ROWS];
        for (size_t r = 0; r < ROWS; r++) {
            const size_t at = i + r < count ? i + r : count - 1, next = at + AHEAD;
            row[r] = g->rows + entries[at].copy * width;
            if (fetch && next < count) fetch_row(g->rows + entries[next].copy * width, width);
        }
        /* What comes behind the last sample is of no matter. */
        for (size_t k = 0; k < many; k++) {
            uint8_t *restrict to = values + k * pitch + i;
            const size_t feature = features[k];
#pragma GCC unroll 4
            for (size_t r = 0; r < ROWS; r++) to[r] = row[r][feature];
        }
    }
}

/* One threshold drawn between the feature's least and greatest value (Geurts, Ernst and Wehenkel,
 * 2006). */
static void try_random(struct forest_grower *g, const uint8_t *values, int feature,
                       struct forest_split *best)
{
    const struct forest_group *group = &g->group;
    uint8_t least = values[0], most = values[0];
    uint64_t left = 0, left_squares = 0, right_squares = 0;
    size_t i = 0;
    for (size_t k = 0; k < group->count; k++) {
        least = values[k] < least ? values[k] : least;
        most = values[k] > most ? values[k] : most;
    }
    if (least == most) return;
    int threshold = least + (int)sr_rng_below(&g->rng, (uint64_t)(most - least));
    for (int c = 0; c < group->present; c++) {
        uint64_t l = 0;
        for (; i < group->ends[c]; i++) l += values[i] <= threshold ? group->draws[i] : 0;
        uint64_t r = group->totals[c] - l;
        left += l;
        left_squares += l * l;
        right_squares += r * r;
    }
    uint64_t right = group->total - left;
    if (left < group->min_leaf || right < group->min_leaf) return;
    double score =
        forest_score((double)left_squares, (double)left, (double)right_squares, (double)right);
    if (score > best->score) *best = (struct forest_split){score, feature, threshold};
}

/* The best split over as many features as the options say, and more only while none splits the
 * node. Returns how many were tried. A split that separates no classes has the score of the node
 * itself, and is taken all the same, since it may make others possible: so the search starts below
 * any score. */
static size_t find_split(struct forest_grower *g, const struct entry *entries,
                         struct forest_split *best)
{
    size_t features = (size_t)g->table->features, wanted = (size_t)g->options.tries, tried = 0;
    size_t pitch = pitch_of(g->group.count);
    forest_best_function *find_best = forest_best(g->group.total);
    *best = (struct forest_split){-1, -1, 0};
    while (tried < features && (tried < wanted || best->feature < 0)) {
        size_t many = tried < wanted ? wanted - tried : 1;
        if (many > TOGETHER) many = TOGETHER;
        if (g->group.count > g->small) many = 1;
        uint32_t *drawn = g->features + tried;
        for (size_t k = 0; k < many; k++) {
            size_t pick = k + sr_rng_below(&g->rng, features - tried - k);
            uint32_t feature = drawn[pick];
            drawn[pick] = drawn[k];
            drawn[k] = feature;
        }
        gather(g, entries, drawn, many, pitch);
        const struct forest_values values = {g->values, pitch, drawn, many};
        if (!g->options.random_thresholds) find_best(&g->group, &values, g->work, best);
        for (size_t k = 0; k < many && g->options.random_thresholds; k++)
            try_random(g, g->values + k * pitch, (int)drawn[k], best);
        tried += many;
    }
    return tried;
}

static void make_leaf(struct forest_grower *g, int32_t node)
{
    const struct forest_group *group = &g->group;
    size_t classes = (size_t)g->table->classes;
    int row = g->labels[0];
    if (group->present > 1) {
        size_t first = g->tree.row_count * classes;
        sr_xgrow(&g->tree.rows, &g->row_room, first + classes, sizeof *g->tree.rows);
        memset(g->tree.rows + first, 0, classes * sizeof *g->tree.rows);
        for (int c = 0; c < group->present; c++)
            g->tree.rows[first + g->labels[c]] =
                (float)((double)group->totals[c] / (double)group->total);
        row = (int)(classes + g->tree.row_count++);
    }
    g->tree.nodes[node] = (struct forest_node){0, -1 - row};
}

/* Entries that go left first, each side in its old order. The threshold, the greatest value on the
 * left, moves to the middle between that and the least one on the right, unless it was drawn at
 * random. */
static uint32_t partition(struct forest_grower *g, const struct pending *at,
                          struct forest_split *split)
{
    const uint8_t *column = g->table->columns + (size_t)split->feature * g->table->count;
    const uint8_t *rows = g->rows;
    const size_t features = (size_t)g->table->features;
    const bool by_column = at->last - at->first > g->small;
    uint32_t left = at->first, right = 0;
    int above = LEVELS - 1;
    for (uint32_t i = at->first; i < at->last; i++) {
        struct entry entry = g->entries[i];
        int value =
            by_column ? column[entry.place] : rows[entry.copy * features + (size_t)split->feature];
        bool goes_right = value > split->threshold;
        above = goes_right && value < above ? value : above;
        g->entries[left] = entry;
        g->spare[right] = entry;
        left += !goes_right;
        right += goes_right;
    }
    memcpy(g->entries + left, g->spare, right * sizeof *g->spare);
    if (!g->options.random_thresholds) split->threshold = (split->threshold + above) / 2;
    return left;
}

/* Split the node on top of the stack or make it a leaf. Returns how many values were read. */
static size_t grow_node(struct forest_grower *g)
{
    struct pending at = g->stack[--g->depth];
    const struct forest_group *group = &g->group;
    struct forest_split best = {-1, -1, 0};
    size_t tried = 0;
    collect_group(g, g->entries + at.first, at.last - at.first);
    /* Unless pure, too small or too deep. */
    if (group->present > 1 && group->total >= 2 * (uint64_t)group->min_leaf &&
        (!g->options.max_depth || at.depth < g->options.max_depth)) {
        keep_rows(g, &at);
        tried = find_split(g, g->entries + at.first, &best);
    }
    if (best.feature < 0) {
        make_leaf(g, at.node);
        return group->count * (tried + 1);
    }
    double own = (double)group->squares / (double)group->total;
    if (best.score > own) g->decrease[best.feature] += best.score - own;
    uint32_t middle = partition(g, &at, &best);
    int32_t child = add_nodes(g, 2);
    g->tree.nodes[at.node] =
        (struct forest_node){(uint32_t)best.feature << 8 | (uint32_t)best.threshold, child};
    push(g, middle, at.last, child + 1, at.depth + 1);
    push(g, at.first, middle, child, at.depth + 1);
    return group->count * (tried + 1);
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

enum sr_status forest_grower_take(struct forest_grower *g, struct forest_tree *tree,
                                  struct sr_error *error)
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
