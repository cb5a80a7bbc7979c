/* forest_fit.c - fitting a forest: trees grown side by side over the pool, and those that other
 * processes grow; votes of the trees that were not fitted to a sample. */
#include "forest.h"

#include "parts.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Out-of-bag votes are counted in whole numbers, so that their sum does not depend on the order. */
enum { VOTE = 4096, TURN_ROWS = 256, TURN_BLOCKS = 32 };
/* Trees of a lane that vote together, sample block by sample block: rows are read from memory once
 * for all of them, and with the trees stay in the second-level cache. */
enum { VOTING = 8, VOTE_ROWS = 256 };
/* Fewer where there are many samples, so that the work can be cancelled soon. */
enum { VOTES_AT_ONCE = 1 << 19 };
static const double region_seconds = 0.03, report_seconds = 0.3;

enum sr_features forest_kind(const struct sr_args *params)
{
    return (enum sr_features)sr_features_find(sr_args_text(params, "features"));
}

int forest_tries(const struct sr_args *params, int features, struct sr_error *error)
{
    const char *text = sr_args_text(params, "max_features");
    int64_t number;
    if (!strcmp(text, "sqrt")) return (int)fmax(1, floor(sqrt(features)));
    if (sr_parse_integer(text, &number) && number >= 1 && number <= features) return (int)number;
    sr_error_set(
        error, SR_ERROR_ARGUMENT,
        "max_features=%.40s cannot be used; it is sqrt or a whole number from 1 to %d, the number "
        "of features.",
        text, features);
    return 0;
}

struct growth {
    struct forest_table table;
    uint8_t *rows; /* NULL where the images themselves are used */
    uint8_t *columns, *labels;
    uint32_t *samples;
    struct forest_scale scale;
    enum sr_features kind;
    size_t trees, own; /* all; those that this process grows */
    struct parts parts;
    struct forest_tree *grown; /* trees; nodes NULL where not grown */
    uint64_t *others;          /* features: importances from other processes */
    atomic_size_t next, finished;
    atomic_uint *votes; /* samples × classes, from the trees that were not fitted to the sample */
    bool bootstrap, mirrored;
    struct lane { /* one for each thread of the pool */
        struct forest_grower *grower;
        bool growing, idle;
        size_t tree;
        size_t voting[VOTING], waiting; /* trees that have not voted yet: which, and how many */
        uint8_t *outside; /* of each sample: a bit for each that was not fitted to it */
        struct sr_error error;
    } * lanes;
    double deadline;
    size_t first_block; /* of the region that makes columns */
};

static void transpose_rows(void *context, size_t index, int worker)
{
    struct growth *growth = context;
    const struct forest_table *table = &growth->table;
    size_t first = (growth->first_block + index) * TURN_ROWS, last = first + TURN_ROWS;
    (void)worker;
    if (last > table->count) last = table->count;
    /* 64 features at a time: a cache line of each row, and as many columns as stay in the cache. */
    for (int f0 = 0; f0 < table->features; f0 += 64) {
        int f1 = f0 + 64 < table->features ? f0 + 64 : table->features;
        for (size_t i = first; i < last; i++) {
            const uint8_t *row = forest_row(table, table->samples[i]);
            for (int f = f0; f < f1; f++) growth->columns[(size_t)f * table->count + i] = row[f];
        }
    }
}

/* A tree that has just been grown is to vote on the samples that it was not fitted to. One that was
 * fitted to an image does not vote on its mirrored copy, half the table away, either. */
static void add_voter(const struct growth *growth, struct lane *lane)
{
    const uint16_t *draws = forest_grower_draws(lane->grower);
    const size_t count = growth->table.count, half = growth->mirrored ? count / 2 : 0;
    const uint8_t bit = (uint8_t)(1 << lane->waiting);
    for (size_t i = 0; i < count; i++) {
        const size_t copy = i < half ? i + half : i - half; /* itself where none is mirrored */
        if (!draws[i] && !draws[copy]) lane->outside[i] |= bit;
    }
    lane->voting[lane->waiting++] = lane->tree;
}

/* Samples that a tree was not fitted to. */
struct voters {
    const uint8_t *rows[FOREST_SIDE_BY_SIDE];
    size_t samples[FOREST_SIDE_BY_SIDE], count;
};

/* The next ones, from sample `i` on; returns where to go on. Their rows lie all over memory, so
 * they are fetched ahead. */
static size_t find_voters(const struct forest_table *table, const uint8_t *outside, uint8_t bit,
                          size_t i, size_t end, struct voters *voters)
{
    enum { LINE = 64 };
    voters->count = 0;
    for (; i < end && voters->count < FOREST_SIDE_BY_SIDE; i++) {
        if (!(outside[i] & bit)) continue;
        const uint8_t *row = forest_row(table, i);
        for (int byte = 0; byte < table->features; byte += LINE) __builtin_prefetch(row + byte);
        voters->rows[voters->count] = row;
        voters->samples[voters->count++] = i;
    }
    return i;
}

/* The n-th of the waiting trees votes on the samples from..end - 1. */
static void vote(struct growth *growth, const struct lane *lane, size_t n, size_t from, size_t end)
{
    const struct forest_tree *tree = &growth->grown[lane->voting[n]];
    const size_t classes = (size_t)growth->table.classes;
    const uint8_t bit = (uint8_t)(1 << n);
    struct voters voters[2];
    size_t i = find_voters(&growth->table, lane->outside, bit, from, end, &voters[0]);
    for (int turn = 0; voters[turn].count; turn = !turn) {
        const struct voters *now = &voters[turn];
        size_t leaves[FOREST_SIDE_BY_SIDE];
        i = find_voters(&growth->table, lane->outside, bit, i, end, &voters[!turn]);
        forest_leaves(tree->nodes, now->rows, now->count, leaves);
        for (size_t j = 0; j < now->count; j++) {
            atomic_uint *votes = growth->votes + now->samples[j] * classes;
            if (leaves[j] < classes) {
                atomic_fetch_add_explicit(&votes[leaves[j]], VOTE, memory_order_relaxed);
                continue;
            }
            const float *row = tree->rows + (leaves[j] - classes) * classes;
            for (size_t c = 0; c < classes; c++)
                if (row[c] > 0)
                    atomic_fetch_add_explicit(&votes[c], (unsigned)lrintf(row[c] * VOTE),
                                              memory_order_relaxed);
        }
    }
}

/* All waiting trees of a lane vote. */
static void count_votes(void *context, size_t index, int worker)
{
    struct growth *growth = context;
    struct lane *lane = &growth->lanes[index];
    const size_t count = growth->table.count;
    (void)worker;
    for (size_t from = 0; lane->waiting && from < count; from += VOTE_ROWS)
        for (size_t n = 0; n < lane->waiting; n++)
            vote(growth, lane, n, from, count - from < VOTE_ROWS ? count : from + VOTE_ROWS);
    if (lane->waiting) memset(lane->outside, 0, count);
    lane->waiting = 0;
}

/* Share of the samples outside some bag that the votes get right; NaN when there are none. */
static double out_of_bag(const struct growth *growth, size_t *voted)
{
    size_t right = 0, asked = 0, classes = (size_t)growth->table.classes;
    *voted = 0;
    if (!growth->bootstrap) return NAN;
    for (size_t i = 0; i < growth->table.count; i++) {
        unsigned best = 0;
        size_t winner = 0;
        for (size_t c = 0; c < classes; c++) {
            unsigned votes =
                atomic_load_explicit(&growth->votes[i * classes + c], memory_order_relaxed);
            if (votes > best) {
                best = votes;
                winner = c;
            }
        }
        if (!best) continue;
        asked++;
        right += winner == growth->table.labels[i];
    }
    *voted = asked;
    return asked ? (double)right / (double)asked : NAN;
}

/* One lane's share of a region: grow until the deadline, and go on with that tree in the next. */
static void grow_lane(void *context, size_t index, int worker)
{
    struct growth *growth = context;
    struct lane *lane = &growth->lanes[index];
    while (!lane->idle) {
        if (!lane->growing) {
            lane->tree =
                growth->parts.number + growth->parts.count * atomic_fetch_add(&growth->next, 1);
            if (lane->tree >= growth->trees) {
                lane->idle = true;
                return;
            }
            forest_grower_begin(lane->grower, lane->tree);
            lane->growing = true;
        }
        if (!forest_grower_step(lane->grower, growth->deadline)) return;
        lane->growing = false;
        struct forest_tree *tree = &growth->grown[lane->tree];
        if (forest_grower_take(lane->grower, tree, &lane->error)) {
            lane->idle = true;
            return;
        }
        if (growth->bootstrap) add_voter(growth, lane);
        if (lane->waiting == VOTING || lane->waiting * growth->table.count > VOTES_AT_ONCE)
            count_votes(growth, index, worker);
        atomic_fetch_add(&growth->finished, 1);
        if (sr_clock_seconds() >= growth->deadline) return;
    }
}

/* At the end the out-of-bag accuracy is a remark, which stays in the log. */
static void report(const struct growth *growth, double seconds, bool end)
{
    const size_t grown = atomic_load(&growth->finished) * growth->parts.count; /* about */
    struct sr_progress progress = {.unit = "tree",
                                   .done = grown < growth->trees ? grown : growth->trees,
                                   .total = growth->trees,
                                   .seconds_left = -1,
                                   .loss = NAN,
                                   .learning_rate = NAN};
    size_t voted;
    double accuracy = out_of_bag(growth, &voted);
    progress.accuracy = accuracy;
    if (progress.done && seconds > 0) {
        progress.rate = (double)progress.done / seconds;
        progress.seconds_left = (double)(progress.total - progress.done) / progress.rate;
    }
    if (!isnan(accuracy)) /* Of few trees, some rows are in the bags of all, and have no vote. */
        snprintf(progress.note, sizeof progress.note,
                 voted < growth->table.count ? "out of bag %.4f, on %zu of %zu rows"
                                             : "out of bag %.4f",
                 accuracy, voted, growth->table.count);
    progress.remark = end && !isnan(accuracy);
    sr_monitor_progress(&growth->parts.monitor, &progress);
}

static enum sr_status grow_all(struct growth *growth, const struct sr_fit *fit,
                               struct sr_error *error)
{
    size_t lanes = (size_t)sr_pool_threads(fit->pool);
    double start = sr_clock_seconds(), reported = start;
    while (atomic_load(&growth->finished) < growth->own) {
        if (!sr_monitor_proceed(&growth->parts.monitor)) break;
        double now = sr_clock_seconds();
        growth->deadline = now + region_seconds;
        sr_pool_run(fit->pool, lanes, grow_lane, growth);
        for (size_t i = 0; i < lanes; i++) {
            if (growth->lanes[i].error.status) {
                if (error) *error = growth->lanes[i].error;
                return growth->lanes[i].error.status;
            }
        }
        if (now - reported >= report_seconds) {
            report(growth, now - start, false);
            reported = now;
        }
    }
    sr_pool_run(fit->pool, lanes, count_votes, growth);
    if (!atomic_load(&growth->finished) && growth->own)
        return sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first tree was grown.");
    return SR_OK;
}

/* ---- trees of other processes ---- */

/* A tree as it is sent; behind it, its nodes and rows. */
struct sent_tree {
    uint64_t index, count, row_count;
};

/* Votes, importances, then the trees. */
static void print_trees(const struct growth *growth, size_t lanes, struct sr_text *bytes)
{
    const size_t classes = (size_t)growth->table.classes,
                 votes = growth->bootstrap ? growth->table.count * classes : 0;
    for (size_t i = 0; i < votes; i++) {
        const uint32_t vote = atomic_load_explicit(&growth->votes[i], memory_order_relaxed);
        sr_text_add_bytes(bytes, &vote, sizeof vote);
    }
    for (int f = 0; f < growth->table.features; f++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < lanes; i++)
            sum += forest_grower_importance(growth->lanes[i].grower)[f];
        sr_text_add_bytes(bytes, &sum, sizeof sum);
    }
    for (size_t t = 0; t < growth->trees; t++) {
        const struct forest_tree *tree = &growth->grown[t];
        const struct sent_tree sent = {t, tree->count, tree->row_count};
        if (!tree->nodes) continue;
        sr_text_add_bytes(bytes, &sent, sizeof sent);
        sr_text_add_bytes(bytes, tree->nodes, tree->count * sizeof *tree->nodes);
        sr_text_add_bytes(bytes, tree->rows, tree->row_count * classes * sizeof *tree->rows);
    }
}

/* One tree at `*at`, which is moved behind it. */
static enum sr_status take_tree(struct growth *growth, const char **at, const char *end,
                                struct sr_error *error)
{
    const size_t classes = (size_t)growth->table.classes, left = (size_t)(end - *at);
    struct sent_tree sent = {0};
    if (left >= sizeof sent) memcpy(&sent, *at, sizeof sent);
    if (left < sizeof sent || sent.index >= growth->trees || growth->grown[sent.index].nodes ||
        !sent.count || sent.count > left || sent.row_count > left ||
        left - sizeof sent <
            sent.count * sizeof(struct forest_node) + sent.row_count * classes * sizeof(float))
        return sr_error_set(error, SR_ERROR_FORMAT, "a tree that was sent is damaged");
    struct forest_tree *tree = &growth->grown[sent.index];
    *at += sizeof sent;
    tree->count = sent.count;
    tree->row_count = sent.row_count;
    tree->nodes = sr_array_raw(tree->count, sizeof *tree->nodes, "a tree", error);
    tree->rows = sr_array_raw(tree->row_count * classes, sizeof *tree->rows, "a tree", error);
    if (!tree->nodes || !tree->rows) return SR_ERROR_MEMORY;
    memcpy(tree->nodes, *at, tree->count * sizeof *tree->nodes);
    *at += tree->count * sizeof *tree->nodes;
    memcpy(tree->rows, *at, tree->row_count * classes * sizeof *tree->rows);
    *at += tree->row_count * classes * sizeof *tree->rows;
    atomic_fetch_add(&growth->finished, 1);
    return SR_OK;
}

static enum sr_status take_trees(void *context, const char *bytes, size_t length,
                                 struct sr_error *error)
{
    struct growth *growth = context;
    const char *at = bytes, *end = bytes + length;
    const size_t votes =
        growth->bootstrap ? growth->table.count * (size_t)growth->table.classes : 0;
    enum sr_status status = SR_OK;
    if (length < votes * sizeof(uint32_t) + (size_t)growth->table.features * sizeof(uint64_t))
        return sr_error_set(error, SR_ERROR_FORMAT, "the trees that were sent are damaged");
    for (size_t i = 0; i < votes; i++, at += sizeof(uint32_t)) {
        uint32_t vote;
        memcpy(&vote, at, sizeof vote);
        atomic_fetch_add_explicit(&growth->votes[i], vote, memory_order_relaxed);
    }
    for (int f = 0; f < growth->table.features; f++, at += sizeof(uint64_t)) {
        uint64_t sum;
        memcpy(&sum, at, sizeof sum);
        growth->others[f] += sum;
    }
    while (!status && at < end) status = take_tree(growth, &at, end, error);
    return status;
}

/* Importances of all lanes, scaled to sum to 1. The sums are of whole numbers, so their order does
 * not matter. */
static void sum_importance(const struct growth *growth, size_t lanes, float *importance)
{
    double total = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int f = 0; f < growth->table.features; f++) {
            uint64_t sum = growth->others[f];
            for (size_t i = 0; i < lanes; i++)
                sum += forest_grower_importance(growth->lanes[i].grower)[f];
            if (pass == 0)
                total += (double)sum;
            else
                importance[f] = total > 0 ? (float)((double)sum / total) : 0;
        }
    }
}

/* Put the grown trees one behind the other. */
static struct forest *assemble(struct growth *growth, const struct sr_model_shape *shape,
                               size_t lanes, struct sr_error *error)
{
    const char *what = "the forest";
    struct forest *forest = sr_xalloc(sizeof *forest);
    size_t nodes = 0, classes = (size_t)shape->classes;
    forest->image = shape->image;
    forest->classes = shape->classes;
    forest->features = growth->table.features;
    forest->kind = growth->kind;
    forest->row_count = classes;
    for (size_t t = 0; t < growth->trees; t++) {
        if (!growth->grown[t].nodes) continue;
        forest->trees++;
        nodes += growth->grown[t].count;
        forest->row_count += growth->grown[t].row_count;
    }
    if (forest->row_count > INT32_MAX) {
        sr_error_set(error, SR_ERROR_MEMORY,
                     "The forest has too many leaves; give min_leaf or max_depth.");
        goto fail;
    }
    if (!(forest->starts = sr_array_raw(forest->trees + 1, sizeof *forest->starts, what, error)) ||
        !(forest->nodes = sr_array_raw(nodes, sizeof *forest->nodes, what, error)) ||
        !(forest->rows =
              sr_array_new(forest->row_count * classes, sizeof *forest->rows, what, error)) ||
        !(forest->importance =
              sr_array_new((size_t)forest->features, sizeof *forest->importance, what, error)))
        goto fail;
    for (size_t c = 0; c < classes; c++) forest->rows[c * classes + c] = 1;
    size_t at = 0, row = classes, tree = 0;
    for (size_t t = 0; t < growth->trees; t++) {
        struct forest_tree *grown = &growth->grown[t];
        if (!grown->nodes) continue;
        forest->starts[tree++] = at;
        for (size_t i = 0; i < grown->count; i++) {
            struct forest_node node = grown->nodes[i];
            /* The row of a mixed leaf is copied to the table of all rows. */
            if (node.child < -(int32_t)classes) node.child -= (int32_t)(row - classes);
            forest->nodes[at++] = node;
        }
        memcpy(forest->rows + row * classes, grown->rows,
               grown->row_count * classes * sizeof(float));
        row += grown->row_count;
        free(grown->nodes);
        free(grown->rows);
        *grown = (struct forest_tree){0};
    }
    forest->starts[tree] = at;
    forest->scale = growth->scale;
    growth->scale = (struct forest_scale){0};
    sum_importance(growth, lanes, forest->importance);
    return forest;
fail:
    forest_free(forest);
    return NULL;
}

/* The samples in order of class, those of a class in their own order. */
static void sort_by_class(const uint8_t *labels, size_t count, uint32_t *samples)
{
    size_t places[UINT8_MAX + 2] = {0};
    for (size_t i = 0; i < count; i++) places[labels[i] + 1]++;
    for (int c = 0; c <= UINT8_MAX; c++) places[c + 1] += places[c];
    for (size_t i = 0; i < count; i++) samples[places[labels[i]]++] = (uint32_t)i;
}

static enum sr_status fill_table(struct growth *growth, const struct sr_fit *fit,
                                 struct sr_error *error)
{
    struct forest_table *table = &growth->table;
    size_t count = fit->train.count;
    size_t features = sr_features_size(growth->kind, fit->shape.image), size;
    *table = (struct forest_table){.count = count,
                                   .features = (int)features,
                                   .classes = fit->shape.classes,
                                   .rows = fit->train.images->pixels,
                                   .order = fit->train.rows};
    if (__builtin_mul_overflow(count, features, &size)) size = SIZE_MAX;
    if (!(growth->columns = sr_array_raw(size, 1, "the features of a forest", error)) ||
        !(growth->labels = sr_array_raw(count, 1, "labels", error)) ||
        !(growth->samples = sr_array_raw(count, sizeof *growth->samples, "labels", error)))
        return SR_ERROR_MEMORY;
    if (growth->kind != SR_FEATURES_PIXELS) {
        if (!(growth->rows = sr_array_raw(size, 1, "the features of a forest", error)))
            return SR_ERROR_MEMORY;
        enum sr_status status =
            forest_scale_fit(&growth->scale, growth->kind, fit, growth->rows, error);
        if (status) return status;
        table->rows = growth->rows;
        table->order = NULL;
    }
    for (size_t i = 0; i < count; i++)
        growth->labels[i] = (uint8_t)sr_samples_label(&fit->train, i);
    sort_by_class(growth->labels, count, growth->samples);
    table->samples = growth->samples;
    size_t blocks = (count + TURN_ROWS - 1) / TURN_ROWS;
    for (; growth->first_block < blocks; growth->first_block += TURN_BLOCKS) {
        size_t left = blocks - growth->first_block;
        sr_pool_run(fit->pool, left < TURN_BLOCKS ? left : TURN_BLOCKS, transpose_rows, growth);
        if (!sr_monitor_proceed(&growth->parts.monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED,
                                "Stopped before the first tree was grown.");
    }
    table->columns = growth->columns;
    table->labels = growth->labels;
    return SR_OK;
}

/* Memory for growing, once the table is there. */
static enum sr_status make_growers(struct growth *growth, const struct sr_fit *fit, size_t lanes,
                                   struct sr_error *error)
{
    struct forest_options options = {
        .tries = forest_tries(fit->params, growth->table.features, error),
        .max_depth = (int)sr_args_integer(fit->params, "max_depth"),
        .min_leaf = (uint32_t)sr_args_integer(fit->params, "min_leaf"),
        .bootstrap = growth->bootstrap,
        .random_thresholds = sr_args_switch(fit->params, "extra"),
        .seed = fit->seed,
    };
    if (!options.tries) return SR_ERROR_ARGUMENT;
    const size_t votes =
        growth->bootstrap ? growth->table.count * (size_t)growth->table.classes : 0;
    if (!(growth->grown =
              sr_array_new(growth->trees, sizeof *growth->grown, "the forest", error)) ||
        !(growth->lanes = sr_array_new(lanes, sizeof *growth->lanes, "the forest", error)) ||
        !(growth->others = sr_array_new((size_t)growth->table.features, sizeof *growth->others,
                                        "the forest", error)) ||
        !(growth->votes =
              sr_array_new(votes, sizeof *growth->votes, "votes outside the bag", error)))
        return SR_ERROR_MEMORY;
    for (size_t i = 0; i < lanes; i++) {
        struct lane *lane = &growth->lanes[i];
        if (!(lane->grower = forest_grower_new(&growth->table, &options, error)) ||
            (growth->bootstrap && !(lane->outside = sr_array_new(growth->table.count, 1,
                                                                 "votes outside the bag", error))))
            return SR_ERROR_MEMORY;
    }
    return SR_OK;
}

/* This process's trees, and those of the others. */
static enum sr_status grow_together(struct growth *growth, const struct sr_fit *fit, size_t lanes,
                                    struct sr_error *error)
{
    struct sr_text made = {0};
    const double start = sr_clock_seconds();
    enum sr_status status = fill_table(growth, fit, error);
    if (!status) status = make_growers(growth, fit, lanes, error);
    if (!status) status = grow_all(growth, fit, error);
    if (!status && growth->parts.number) print_trees(growth, lanes, &made);
    status = parts_gather(&growth->parts, status, &made, take_trees, growth, error);
    sr_text_fini(&made);
    if (!status) {
        growth->parts.count = 1; /* all are here */
        report(growth, sr_clock_seconds() - start, true);
    }
    return status;
}

enum sr_status forest_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct growth growth = {.trees = (size_t)sr_args_integer(fit->params, "trees"),
                            .bootstrap = sr_args_switch(fit->params, "bootstrap"),
                            .mirrored = fit->mirrored,
                            .kind = forest_kind(fit->params)};
    size_t lanes = (size_t)sr_pool_threads(fit->pool);
    parts_begin(&growth.parts, fit);
    growth.own = parts_own(&growth.parts, growth.trees);
    enum sr_status status = grow_together(&growth, fit, lanes, error);
    if (!status && !(*state = assemble(&growth, &fit->shape, lanes, error)))
        status = SR_ERROR_MEMORY;
    for (size_t i = 0; growth.lanes && i < lanes; i++) {
        forest_grower_free(growth.lanes[i].grower);
        free(growth.lanes[i].outside);
    }
    for (size_t t = 0; growth.grown && t < growth.trees; t++) {
        free(growth.grown[t].nodes);
        free(growth.grown[t].rows);
    }
    free(growth.lanes);
    free(growth.grown);
    free(growth.others);
    free(growth.votes);
    free(growth.rows);
    free(growth.columns);
    forest_scale_fini(&growth.scale);
    free(growth.labels);
    free(growth.samples);
    return status;
}
