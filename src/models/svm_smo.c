/* The dual of one pair of classes by sequential minimal optimisation.
 *
 *     minimise 1/2 sum_ij alpha_i alpha_j y_i y_j K_ij - sum_i alpha_i
 *     with 0 <= alpha_i <= C, sum_i y_i alpha_i = 0
 *
 * kept as f_i = y_i - sum_j alpha_j y_j K_ij (-y_i times the gradient). "up" holds the i whose y_i
 * alpha_i may grow, "low" those where it may fall; alpha is optimal when no f of up exceeds one of
 * low by more than the tolerance. Working sets are chosen by second-order information (Fan, Chen
 * and Lin, "Working set selection using second order information", 2005); variables stuck at a
 * bound are set aside for a while (shrinking) as in libsvm (Chang and Lin, 2011).
 *
 * A share of the columns is solved first, roughly, then more of them, from there on.
 *
 * When a kernel row is needed that has not been computed, a block of rows is: that one, and those
 * that violate optimality most, since they are needed next. Most rows of a pair are never computed,
 * and the part of a row against its own class comes from the bank if another pair has computed it.
 * Columns have the padded order of svm.h. */
#include "svm.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONE = -1,
    SHRINK_EVERY = 1000,
    CLOCK_EVERY = 16,
    LANES = 16,
    AHEAD = 2 * SR_BYTES_QUERIES, /* kernel rows that are made at once */
    FIRST_SHARE = 64,             /* at first one column of so many takes part, */
    NEXT_SHARE = 8,               /* then so many times more, until all do, */
    FIRST_COLUMNS = 64,           /* but never fewer than so many */
    SUMMANDS = 4,                 /* rows that are subtracted in one pass over f */
};

/* Problems that are steps on the way, or whose decision values only calibrate probabilities, are
 * solved to so many times the tolerance. */
static const double rough = 50;

enum phase { SOLVING, REBUILDING, SOLVED };

struct svm_solver {
    const struct svm_kernel *kernel;
    const struct svm_rows *rows;
    struct svm_bank *bank;
    const struct svm_loops *loops;
    struct svm_solver_options options;
    struct svm_queries queries;
    struct svm_pair pair;
    size_t room, width, middle; /* columns: reserved, of this pair, of its first class */

    /* Kernel rows that have been computed. Slots are reused by the clock algorithm, which skips
     * those used since its last round. */
    size_t slots, filled, hand;
    float *cache;     /* slots × width */
    int32_t *slot_of; /* by column, or NONE */
    int32_t *owner;   /* by slot */
    bool *used;       /* by slot */

    /* By column. */
    double *alpha, *f_all;
    double *alpha_kept, *f_kept; /* of the solution with all columns, where the folds begin */
    float *self_all;
    bool *takes_part; /* neither padding nor held out */

    /* Of the active columns, stored together; padded to a multiple of LANES with columns in neither
     * set. */
    size_t active;
    bool whole;                   /* active columns are all columns: rows need no gathering */
    uint32_t *order;              /* which columns, ascending */
    double *f, *up_bar, *low_bar; /* bars: 0 in the set, else -inf (up), +inf (low) */
    float *self, *row_i, *row_j;  /* rows: gathered */

    double tolerance; /* of the problem at hand */
    size_t every;     /* one column of so many takes part */
    enum phase phase;
    size_t top; /* the active place of greatest f in up */
    double greatest, least;
    bool unshrunk;
    bool set_aside;    /* some column is not active though it takes part */
    bool complete;     /* f_all was rebuilt and alpha has not moved since */
    size_t rebuild_at; /* the next column whose alpha goes into f */
    uint64_t iterations, until_shrink, rows_made;
    double rho, objective;
    bool overflow;  /* of the kernel: there is no solution */
    bool exhausted; /* iterations ran out before the pair was optimal */
};

/* Kernel rows of a pair, in floats: as many as fit the cache, at least a few blocks, at most all.
 */
static size_t cache_floats(size_t width, size_t cache_bytes)
{
    size_t floats = cache_bytes / sizeof(float), least = 4 * SVM_BLOCK * width;
    if (floats < least) floats = least;
    return floats < width * width ? floats : width * width;
}

size_t svm_solver_cache(size_t width, size_t cache_bytes)
{
    return cache_floats(width, cache_bytes) * sizeof(float);
}

struct svm_solver *svm_solver_new(const struct svm_kernel *kernel, const struct svm_rows *rows,
                                  struct svm_bank *bank, size_t width,
                                  const struct svm_solver_options *options, struct sr_error *error)
{
    const char *what = "solving a pair of classes";
    struct svm_solver *s = sr_xalloc(sizeof *s);
    s->kernel = kernel;
    s->rows = rows;
    s->bank = bank;
    s->loops = svm_loops();
    s->options = *options;
    s->room = width;
    if (svm_queries_init(&s->queries, rows, error) ||
        !(s->cache = sr_array_raw(cache_floats(width, options->cache_bytes), sizeof *s->cache,
                                  "rows of the kernel matrix (memory= bounds them)", error)) ||
        !(s->slot_of = sr_array_raw(width, sizeof *s->slot_of, what, error)) ||
        !(s->owner = sr_array_raw(width, sizeof *s->owner, what, error)) ||
        !(s->used = sr_array_raw(width, sizeof *s->used, what, error)) ||
        !(s->alpha = sr_array_raw(width, sizeof *s->alpha, what, error)) ||
        !(s->f_all = sr_array_raw(width, sizeof *s->f_all, what, error)) ||
        !(s->alpha_kept = sr_array_raw(width, sizeof *s->alpha_kept, what, error)) ||
        !(s->f_kept = sr_array_raw(width, sizeof *s->f_kept, what, error)) ||
        !(s->self_all = sr_array_raw(width, sizeof *s->self_all, what, error)) ||
        !(s->takes_part = sr_array_raw(width, sizeof *s->takes_part, what, error)) ||
        !(s->order = sr_array_raw(width, sizeof *s->order, what, error)) ||
        !(s->f = sr_array_raw(width, sizeof *s->f, what, error)) ||
        !(s->up_bar = sr_array_raw(width, sizeof *s->up_bar, what, error)) ||
        !(s->low_bar = sr_array_raw(width, sizeof *s->low_bar, what, error)) ||
        !(s->self = sr_array_raw(width, sizeof *s->self, what, error)) ||
        !(s->row_i = sr_array_new(width, sizeof *s->row_i, what, error)) ||
        !(s->row_j = sr_array_new(width, sizeof *s->row_j, what, error))) {
        svm_solver_free(s);
        return NULL;
    }
    return s;
}

void svm_solver_free(struct svm_solver *s)
{
    if (!s) return;
    svm_queries_fini(&s->queries);
    free(s->cache);
    free(s->slot_of);
    free(s->owner);
    free(s->used);
    free(s->alpha);
    free(s->f_all);
    free(s->alpha_kept);
    free(s->f_kept);
    free(s->self_all);
    free(s->takes_part);
    free(s->order);
    free(s->f);
    free(s->up_bar);
    free(s->low_bar);
    free(s->self);
    free(s->row_i);
    free(s->row_j);
    free(s);
}

/* Which of the pair's classes a column is of, and where in its class. */
static int side_of(const struct svm_solver *s, size_t column)
{
    return column >= s->middle;
}

static size_t place_of(const struct svm_solver *s, size_t column)
{
    return side_of(s, column) ? column - s->middle : column;
}

static double label(const struct svm_solver *s, size_t column)
{
    return side_of(s, column) ? -1 : 1;
}

static size_t row_of(const struct svm_solver *s, size_t column)
{
    return s->pair.first[side_of(s, column)] + place_of(s, column);
}

static bool is_padding(const struct svm_solver *s, size_t column)
{
    return place_of(s, column) >= s->pair.count[side_of(s, column)];
}

void svm_solver_pair(struct svm_solver *s, const struct svm_pair *pair)
{
    s->pair = *pair;
    s->middle = svm_pad(pair->count[0]);
    s->width = s->middle + svm_pad(pair->count[1]);
    s->slots = cache_floats(s->width, s->options.cache_bytes) / s->width;
    s->filled = s->hand = 0;
    s->rows_made = 0;
    s->overflow = false;
    for (size_t c = 0; c < s->width; c++) {
        s->slot_of[c] = NONE;
        s->self_all[c] = svm_kernel_self(s->kernel, s->rows, row_of(s, c));
        s->overflow = s->overflow || !isfinite(s->self_all[c]);
    }
}

/* ---- active columns ---- */

static void bar(struct svm_solver *s, size_t place)
{
    s->up_bar[place] = -INFINITY;
    s->low_bar[place] = INFINITY;
}

/* Which of up and low an active column is in. */
static void set_bars(struct svm_solver *s, size_t place)
{
    size_t column = s->order[place];
    bool positive = column < s->middle, zero = s->alpha[column] <= 0,
         full = s->alpha[column] >= s->options.C;
    bar(s, place);
    if (!s->takes_part[column]) return;
    if (positive ? !full : !zero) s->up_bar[place] = 0;
    if (positive ? !zero : !full) s->low_bar[place] = 0;
}

/* Gather the columns of `order`, and find the greatest f in up. */
static void gather_active(struct svm_solver *s)
{
    s->greatest = -INFINITY;
    s->top = 0;
    for (size_t k = 0; k < s->active; k++) {
        s->f[k] = s->f_all[s->order[k]];
        s->self[k] = s->self_all[s->order[k]];
        set_bars(s, k);
        if (s->f[k] + s->up_bar[k] > s->greatest) {
            s->greatest = s->f[k] + s->up_bar[k];
            s->top = k;
        }
    }
    for (size_t k = s->active; k % LANES; k++) {
        s->f[k] = 0;
        s->self[k] = 1;
        bar(s, k);
    }
}

static void scatter_active(struct svm_solver *s)
{
    for (size_t k = 0; k < s->active; k++) s->f_all[s->order[k]] = s->f[k];
}

/* Activate every column; those that take no part are in neither set. Rows can then be used without
 * gathering, and f of columns held out is kept up to date. */
static void activate_all(struct svm_solver *s)
{
    s->whole = true;
    s->active = s->width;
    for (size_t c = 0; c < s->width; c++) s->order[c] = (uint32_t)c;
    s->set_aside = false;
    gather_active(s);
}

/* ---- kernel rows ---- */

static int32_t free_slot(struct svm_solver *s, int32_t pinned)
{
    if (s->filled < s->slots) return (int32_t)s->filled++;
    for (;; s->hand = (s->hand + 1) % s->slots) {
        int32_t slot = (int32_t)s->hand;
        if (slot == pinned) continue;
        if (s->used[slot]) {
            s->used[slot] = false;
            continue;
        }
        s->slot_of[s->owner[slot]] = NONE;
        s->hand = (s->hand + 1) % s->slots;
        return slot;
    }
}

struct candidate {
    double violation; /* of optimality */
    size_t column;
};

/* Keep `candidates` a heap with the smallest violation at its root. */
static void sift_down(struct candidate *candidates, size_t count, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) return;
        if (child + 1 < count && candidates[child + 1].violation < candidates[child].violation)
            child++;
        if (candidates[at].violation <= candidates[child].violation) return;
        struct candidate swap = candidates[at];
        candidates[at] = candidates[child];
        candidates[child] = swap;
        at = child;
    }
}

/* Active columns without a kernel row that violate optimality most, at most `room` of them. */
static size_t find_candidates(const struct svm_solver *s, size_t needed,
                              struct candidate *candidates, size_t room)
{
    size_t count = 0;
    double least = isfinite(s->least) ? s->least : 0;
    for (size_t k = 0; k < s->active; k++) {
        size_t column = s->order[k];
        if (s->slot_of[column] != NONE || column == needed) continue;
        double up = s->f[k] + s->up_bar[k] - least, low = s->greatest - (s->f[k] + s->low_bar[k]);
        double violation = up > low ? up : low;
        if (!(violation > s->tolerance)) continue;
        if (count < room) {
            candidates[count++] = (struct candidate){violation, column};
            if (count == room)
                for (size_t i = room / 2; i-- > 0;) sift_down(candidates, count, i);
        } else if (violation > candidates[0].violation) {
            candidates[0] = (struct candidate){violation, column};
            sift_down(candidates, count, 0);
        }
    }
    return count;
}

/* The part of these columns' rows for one class of the pair. A row's part on its own side is shared
 * by all pairs of that class. */
static void make_side(struct svm_solver *s, const size_t *columns, size_t count, float *const *rows,
                      int side)
{
    size_t from = side ? s->middle : 0, width = side ? s->width - s->middle : s->middle, made = 0;
    float *out[SVM_BLOCK];
    size_t owners[SVM_BLOCK];
    svm_queries_clear(&s->queries);
    for (size_t i = 0; i < count; i++) {
        const float *there = NULL;
        if (side_of(s, columns[i]) == side) there = svm_bank_find(s->bank, row_of(s, columns[i]));
        if (there) {
            memcpy(rows[i] + from, there, width * sizeof *there);
            continue;
        }
        svm_queries_add_row(&s->queries, s->rows, row_of(s, columns[i]));
        owners[made] = columns[i];
        out[made++] = rows[i] + from;
    }
    if (!made) return;
    svm_kernel_block(s->kernel, s->rows, &s->queries, s->pair.first[side], width, out);
    for (size_t i = 0; i < made; i++)
        if (side_of(s, owners[i]) == side)
            svm_bank_keep(s->bank, row_of(s, owners[i]), out[i], width);
}

/* Make rows of these columns. */
static void make_rows(struct svm_solver *s, const size_t *columns, size_t count, int32_t pinned)
{
    float *out[SVM_BLOCK];
    for (size_t i = 0; i < count; i++) {
        int32_t slot = free_slot(s, pinned);
        s->owner[slot] = (int32_t)columns[i];
        s->slot_of[columns[i]] = slot;
        s->used[slot] = true;
        out[i] = s->cache + (size_t)slot * s->width;
    }
    for (int side = 0; side < 2; side++) make_side(s, columns, count, out, side);
    s->rows_made += count;
}

/* The row of a column, made if it is not there; `pinned` is a slot to leave alone. */
static const float *kernel_row(struct svm_solver *s, size_t column, int32_t pinned)
{
    if (s->slot_of[column] == NONE) {
        struct candidate candidates[AHEAD];
        size_t columns[AHEAD], count = 0;
        size_t wished = find_candidates(s, column, candidates, AHEAD - 1);
        columns[count++] = column;
        for (size_t i = 0; i < wished; i++) columns[count++] = candidates[i].column;
        make_rows(s, columns, count, pinned);
    }
    int32_t slot = s->slot_of[column];
    s->used[slot] = true;
    return s->cache + (size_t)slot * s->width;
}

static const float *gathered(const struct svm_solver *s, const float *row, float *room)
{
    if (s->whole) return row;
    for (size_t k = 0; k < s->active; k++) room[k] = row[s->order[k]];
    return room;
}

/* ---- the iteration ---- */

static void finish(struct svm_solver *s)
{
    double sum = 0, upper = INFINITY, lower = -INFINITY, objective = 0;
    size_t unbound = 0;
    for (size_t k = 0; k < s->active; k++) {
        size_t column = s->order[k];
        double value = s->f[k];
        if (!s->takes_part[column]) continue;
        if (s->up_bar[k] == 0 && s->low_bar[k] == 0) {
            sum += value;
            unbound++;
        } else if (s->up_bar[k] == 0) {
            lower = fmax(lower, value);
        } else {
            upper = fmin(upper, value);
        }
        objective -= 0.5 * s->alpha[column] * (label(s, column) * value + 1);
    }
    /* On the margin, value = y - f - rho is y. */
    scatter_active(s);
    s->rho = unbound ? -sum / (double)unbound : -(upper + lower) / 2;
    if (!isfinite(s->rho)) s->rho = isfinite(upper) ? -upper : isfinite(lower) ? -lower : 0;
    if (s->overflow) s->rho = NAN;
    s->objective = objective;
    s->phase = SOLVED;
}

/* Where the row of a column is, made if it is not there, with those of the next support vectors. */
static const float *vector_row(struct svm_solver *s, const double *alpha, size_t at)
{
    if (s->slot_of[at] == NONE) {
        size_t columns[AHEAD], count = 0;
        columns[count++] = at;
        for (size_t c = at + 1; c < s->width && count < AHEAD; c++)
            if (alpha[c] > 0 && s->slot_of[c] == NONE) columns[count++] = c;
        make_rows(s, columns, count, NONE);
    }
    return s->cache + (size_t)s->slot_of[at] * s->width;
}

/* Rows that are still to be subtracted from f_all. */
struct sum {
    const float *rows[SUMMANDS];
    double steps[SUMMANDS];
    size_t count;
};

static void sum_flush(struct svm_solver *s, struct sum *sum)
{
    if (!sum->count) return;
    for (; sum->count < SUMMANDS; sum->count++) {
        sum->rows[sum->count] = sum->rows[0];
        sum->steps[sum->count] = 0;
    }
    s->loops->subtract(s->f_all, sum->rows, sum->steps, s->width);
    sum->count = 0;
}

/* f -= step y K of a column, by the next flush. */
static void sum_add(struct svm_solver *s, struct sum *sum, const double *alpha, size_t column,
                    double step)
{
    /* Rows that are made take the memory of others. */
    if (s->slot_of[column] == NONE) sum_flush(s, sum);
    sum->rows[sum->count] = vector_row(s, alpha, column);
    sum->steps[sum->count++] = step * label(s, column);
    if (sum->count == SUMMANDS) sum_flush(s, sum);
}

/* Begin to compute f of all columns anew from all support vectors. */
static void start_rebuild(struct svm_solver *s)
{
    for (size_t c = 0; c < s->width; c++) s->f_all[c] = label(s, c);
    s->rebuild_at = 0;
    s->phase = REBUILDING;
}

/* Take the next support vectors further. */
static void rebuild(struct svm_solver *s)
{
    struct sum sum = {.count = 0};
    for (int taken = 0; s->rebuild_at < s->width && taken < 2 * SUMMANDS; s->rebuild_at++) {
        if (s->alpha[s->rebuild_at] <= 0) continue;
        sum_add(s, &sum, s->alpha, s->rebuild_at, s->alpha[s->rebuild_at]);
        taken++;
    }
    sum_flush(s, &sum);
    if (s->rebuild_at < s->width) return;
    activate_all(s);
    s->phase = SOLVING;
    s->until_shrink = 1;
    s->complete = true;
}

/* Deactivate columns at a bound that no working set would move. */
static void shrink(struct svm_solver *s)
{
    size_t kept = 0;
    s->least = INFINITY;
    for (size_t k = 0; k < s->active; k++) s->least = fmin(s->least, s->f[k] + s->low_bar[k]);
    if (!s->unshrunk && s->greatest - s->least <= 10 * s->tolerance) {
        s->unshrunk = true;
        if (s->set_aside) {
            start_rebuild(s);
            return;
        }
    }
    for (size_t k = 0; k < s->active; k++) {
        bool up = s->up_bar[k] == 0, low = s->low_bar[k] == 0;
        kept += (up && low) || (up && s->f[k] >= s->least) || (low && s->f[k] <= s->greatest);
    }
    /* Gathering rows costs something too. */
    if (kept > s->active - s->active / 8) return;
    scatter_active(s);
    kept = 0;
    for (size_t k = 0; k < s->active; k++) {
        bool up = s->up_bar[k] == 0, low = s->low_bar[k] == 0;
        if ((up && low) || (up && s->f[k] >= s->least) || (low && s->f[k] <= s->greatest))
            s->order[kept++] = s->order[k];
    }
    s->active = kept;
    s->whole = false;
    s->set_aside = true;
    gather_active(s);
}

/* Move alpha of the active places i and j, y_i alpha_i up and y_j alpha_j down by the same step. */
static double move(struct svm_solver *s, size_t i, size_t j, double curvature)
{
    size_t ci = s->order[i], cj = s->order[j];
    double C = s->options.C, *ai = &s->alpha[ci], *aj = &s->alpha[cj];
    bool pi = ci < s->middle, pj = cj < s->middle;
    double step = (s->f[i] - s->f[j]) / (curvature > 1e-12 ? curvature : 1e-12);
    double room_i = pi ? C - *ai : *ai, room_j = pj ? *aj : C - *aj;
    bool stop_i = step >= room_i && room_i <= room_j, stop_j = step >= room_j && room_j <= room_i;
    step = fmin(step, fmin(room_i, room_j));
    *ai = stop_i ? (pi ? C : 0) : *ai + (pi ? step : -step);
    *aj = stop_j ? (pj ? 0 : C) : *aj - (pj ? step : -step);
    return step;
}

static void iterate(struct svm_solver *s)
{
    uint64_t most = 100 * (uint64_t)s->width > 10000000 ? 100 * (uint64_t)s->width : 10000000;
    ptrdiff_t j = NONE;
    if (s->until_shrink-- == 0) {
        s->until_shrink = s->width < SHRINK_EVERY ? s->width : SHRINK_EVERY;
        shrink(s);
        if (s->phase != SOLVING) return;
    }
    const float *row_i = NULL;
    size_t i = s->top, padded = (s->active + LANES - 1) / LANES * LANES;
    if (isfinite(s->greatest)) {
        row_i = gathered(s, kernel_row(s, s->order[i], NONE), s->row_i);
        j = s->loops->second(s->f, s->low_bar, s->self, row_i, s->greatest, (double)s->self[i],
                             padded, &s->least);
    }
    bool optimal = j == NONE || s->greatest - s->least < s->tolerance;
    s->exhausted = !optimal && s->iterations >= most;
    if (optimal || s->exhausted) {
        if (s->set_aside && !s->complete)
            start_rebuild(s);
        else
            finish(s);
        return;
    }
    const float *row_j = gathered(s, kernel_row(s, s->order[j], s->slot_of[s->order[i]]), s->row_j);
    double curvature = (double)s->self[i] + (double)s->self[j] - 2 * (double)row_i[j];
    double step = move(s, i, (size_t)j, curvature);
    set_bars(s, i);
    set_bars(s, (size_t)j);
    s->top = s->loops->advance(s->f, s->up_bar, row_i, row_j, step, padded, &s->greatest);
    s->iterations++;
    s->complete = false;
}

static void start(struct svm_solver *s)
{
    s->complete = s->unshrunk = false;
    s->until_shrink = s->width < SHRINK_EVERY ? s->width : SHRINK_EVERY;
    s->least = -INFINITY;
    s->phase = SOLVING;
    activate_all(s);
}

/* Go on with one column of `every`. What a share of the columns needs is a good start for more of
 * them: fewer columns violate optimality for a while, and fewer rows are made for them. */
static void take_part(struct svm_solver *s, size_t every)
{
    s->every = every;
    s->tolerance = s->options.tolerance * (every > 1 ? rough : 1);
    for (size_t c = 0; c < s->width; c++)
        s->takes_part[c] = !is_padding(s, c) && place_of(s, c) % every == 0;
    start(s);
}

void svm_solver_begin(struct svm_solver *s)
{
    for (size_t c = 0; c < s->width; c++) {
        s->alpha[c] = 0;
        s->f_all[c] = label(s, c);
    }
    s->iterations = 0;
    size_t every = FIRST_SHARE;
    while (every > 1 && s->width / every < FIRST_COLUMNS) every /= NEXT_SHARE;
    take_part(s, every);
}

/* The most similar support vector of the same class that takes part and whose alpha may grow; NONE
 * where there is none. */
static ptrdiff_t find_heir(const struct svm_solver *s, size_t column, const float *row)
{
    size_t from = side_of(s, column) ? s->middle : 0, to = from ? s->width : s->middle;
    ptrdiff_t best = NONE;
    for (size_t c = from; c < to; c++)
        if (s->takes_part[c] && s->alpha_kept[c] > 0 && s->alpha[c] < s->options.C &&
            (best == NONE || row[c] > row[best]))
            best = (ptrdiff_t)c;
    return best;
}

/* Move the alpha of columns held out to others of their class, the most similar first. False where
 * these have no room for it. */
static bool bequeath(struct svm_solver *s)
{
    for (size_t c = 0; c < s->width; c++) {
        if (s->takes_part[c] || s->alpha[c] <= 0) continue;
        const float *row = vector_row(s, s->alpha_kept, c);
        while (s->alpha[c] > 0) {
            ptrdiff_t heir = find_heir(s, c, row);
            if (heir == NONE) return false;
            double part = fmin(s->alpha[c], s->options.C - s->alpha[heir]);
            s->alpha[c] -= part;
            s->alpha[heir] = part < s->alpha[c] + part ? s->options.C : s->alpha[heir] + part;
        }
    }
    return true;
}

void svm_solver_hold_out(struct svm_solver *s, const uint8_t *held_out, int fold)
{
    for (size_t c = 0; c < s->width; c++)
        s->takes_part[c] = !is_padding(s, c) && held_out[c] != fold;
    s->iterations = 0;
    memcpy(s->alpha, s->alpha_kept, s->width * sizeof *s->alpha);
    if (bequeath(s)) {
        memcpy(s->f_all, s->f_kept, s->width * sizeof *s->f_all);
        struct sum sum = {.count = 0};
        for (size_t c = 0; c < s->width; c++)
            if (s->alpha[c] != s->alpha_kept[c])
                sum_add(s, &sum, s->alpha_kept, c, s->alpha[c] - s->alpha_kept[c]);
        sum_flush(s, &sum);
    } else {
        memset(s->alpha, 0, s->width * sizeof *s->alpha);
    }
    s->every = 1;
    s->tolerance = s->options.tolerance * rough;
    start(s);
}

void svm_solver_keep(struct svm_solver *s)
{
    memcpy(s->alpha_kept, s->alpha, s->width * sizeof *s->alpha);
    memcpy(s->f_kept, s->f_all, s->width * sizeof *s->f_all);
}

bool svm_solver_step(struct svm_solver *s, double deadline)
{
    uint64_t made = s->rows_made;
    for (unsigned steps = 1;; steps++) {
        if (s->phase == SOLVED && s->every == 1) return true;
        if (s->phase == SOLVED)
            take_part(s, s->every / NEXT_SHARE);
        else if (s->phase == SOLVING)
            iterate(s);
        else
            rebuild(s);
        /* Computing rows takes as long as many iterations. */
        if (steps % CLOCK_EVERY && s->rows_made == made) continue;
        made = s->rows_made;
        if (sr_clock_seconds() >= deadline) return s->phase == SOLVED && s->every == 1;
    }
}

void svm_solver_solution(const struct svm_solver *s, struct svm_solution *solution)
{
    *solution = (struct svm_solution){s->width,     s->alpha,      s->f_all,     s->rho,
                                      s->objective, s->iterations, s->rows_made, !s->exhausted};
}
