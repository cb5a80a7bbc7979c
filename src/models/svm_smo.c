/* The dual of one pair of classes by sequential minimal optimisation.
 *
 *     minimise 1/2 sum_ij alpha_i alpha_j y_i y_j K_ij - sum_i alpha_i
 *     with 0 <= alpha_i <= C, sum_i y_i alpha_i = 0
 *
 * kept as f_i = y_i - sum_j alpha_j y_j K_ij (-y_i times the gradient). "up" holds the i whose y_i
 * alpha_i may grow, "low" those where it may fall; alpha is optimal when no f of up exceeds one of
 * low by more than the tolerance.
 *
 * A round takes a working set of a few hundred columns, those that violate optimality most and half
 * of the last round's (Wen, Shi, Li, He and Chen, "ThunderSVM", 2018), and solves the problem in
 * which only their alpha may change, on a small matrix that stays in the cache. There, two are
 * moved at a time, chosen by second-order information (Fan, Chen and Lin, "Working set selection
 * using second order information", 2005). Then f of all columns follows, which takes the kernel's
 * rows of those columns alone whose alpha has changed.
 *
 * A share of the columns is solved first, roughly, then more of them, from there on. Columns have
 * the padded order of svm.h. */
#include "svm_smo.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a round does with a column. */
enum { AWAY, STAYS, COMES };

enum {
    LANES = 16,
    FIRST_SHARE = 64,  /* at first one column of so many takes part, */
    NEXT_SHARE = 8,    /* then so many times more, until all do, */
    FIRST_COLUMNS = 64 /* but never fewer than so many */
};

/* A round ends when what violates optimality within the working set is at most this share of what
 * did among all columns, or this share of the tolerance. */
static const double round_share = 0.02, tolerance_share = 0.5;

static void set_fini(struct svm_working_set *set)
{
    free(set->alpha);
    free(set->f);
    free(set->up_bar);
    free(set->low_bar);
    free(set->self);
    free(set->kernel);
    svm_rows_fini(&set->rows);
}

static enum sr_status set_init(struct svm_working_set *set, const struct svm_rows *rows,
                               struct sr_error *error)
{
    const char *what = "solving a pair of classes";
    return (set->alpha = sr_array_raw(SVM_SET, sizeof *set->alpha, what, error)) &&
                   (set->f = sr_array_raw(SVM_SET, sizeof *set->f, what, error)) &&
                   (set->up_bar = sr_array_raw(SVM_SET, sizeof *set->up_bar, what, error)) &&
                   (set->low_bar = sr_array_raw(SVM_SET, sizeof *set->low_bar, what, error)) &&
                   (set->self = sr_array_raw(SVM_SET, sizeof *set->self, what, error)) &&
                   (set->kernel =
                        sr_array_raw(SVM_SET * SVM_SET, sizeof *set->kernel, what, error)) &&
                   !svm_rows_init(&set->rows, rows->kind, SVM_SET, rows->image, error)
               ? SR_OK
               : SR_ERROR_MEMORY;
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
    if (svm_queries_init(&s->queries, rows, error) || set_init(&s->set, rows, error) ||
        !(s->cache = sr_array_raw(svm_cache_floats(width, options->cache_bytes), sizeof *s->cache,
                                  "rows of the kernel matrix (memory= bounds them)", error)) ||
        !(s->slot_of = sr_array_raw(width, sizeof *s->slot_of, what, error)) ||
        !(s->owner = sr_array_raw(width, sizeof *s->owner, what, error)) ||
        !(s->used = sr_array_raw(width, sizeof *s->used, what, error)) ||
        !(s->pinned = sr_array_new(width, sizeof *s->pinned, what, error)) ||
        !(s->alpha = sr_array_raw(width, sizeof *s->alpha, what, error)) ||
        !(s->f = sr_array_raw(width, sizeof *s->f, what, error)) ||
        !(s->alpha_kept = sr_array_raw(width, sizeof *s->alpha_kept, what, error)) ||
        !(s->f_kept = sr_array_raw(width, sizeof *s->f_kept, what, error)) ||
        !(s->self = sr_array_raw(width, sizeof *s->self, what, error)) ||
        !(s->takes_part = sr_array_raw(width, sizeof *s->takes_part, what, error)) ||
        !(s->chosen = sr_array_raw(width, sizeof *s->chosen, what, error)) ||
        !(s->listed = sr_array_raw(width, sizeof *s->listed, what, error)) ||
        !(s->steps = sr_array_raw(width, sizeof *s->steps, what, error))) {
        svm_solver_free(s);
        return NULL;
    }
    return s;
}

void svm_solver_free(struct svm_solver *s)
{
    if (!s) return;
    svm_queries_fini(&s->queries);
    set_fini(&s->set);
    free(s->cache);
    free(s->slot_of);
    free(s->owner);
    free(s->used);
    free(s->pinned);
    free(s->alpha);
    free(s->f);
    free(s->alpha_kept);
    free(s->f_kept);
    free(s->self);
    free(s->takes_part);
    free(s->chosen);
    free(s->listed);
    free(s->steps);
    free(s);
}

void svm_solver_pair(struct svm_solver *s, const struct svm_pair *pair)
{
    s->pair = *pair;
    s->middle = svm_pad(pair->count[0]);
    s->width = s->middle + svm_pad(pair->count[1]);
    s->rows_made = 0;
    s->overflow = false;
    svm_cache_clear(s);
    for (size_t c = 0; c < s->width; c++) {
        s->self[c] = svm_kernel_self(s->kernel, s->rows, svm_row(s, c));
        s->overflow = s->overflow || !isfinite(s->self[c]);
    }
}

/* ---- the working set ---- */

/* May y alpha of a column grow (up), or fall? */
static bool may_move(const struct svm_solver *s, size_t column, bool up)
{
    if (!s->takes_part[column]) return false;
    return (column < s->middle) == up ? s->alpha[column] < s->options.C : s->alpha[column] > 0;
}

/* Columns in question, the one with the smallest score at the root of a heap. */
struct heap {
    size_t count, room;
    double scores[SVM_SET];
    uint32_t columns[SVM_SET];
};

/* Put a score where the heap's place `at` is free, or further down. */
static void sift_down(struct heap *heap, size_t at, double score, uint32_t column)
{
    for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
        if (child + 1 < heap->count && heap->scores[child + 1] < heap->scores[child]) child++;
        if (score <= heap->scores[child]) break;
        heap->scores[at] = heap->scores[child];
        heap->columns[at] = heap->columns[child];
    }
    heap->scores[at] = score;
    heap->columns[at] = column;
}

/* Keep the columns with the greatest scores. */
static void offer(struct heap *heap, double score, uint32_t column)
{
    if (heap->count < heap->room) {
        heap->scores[heap->count] = score;
        heap->columns[heap->count++] = column;
        if (heap->count == heap->room)
            for (size_t i = heap->room / 2; i-- > 0;)
                sift_down(heap, i, heap->scores[i], heap->columns[i]);
    } else if (heap->room && score > heap->scores[0]) {
        sift_down(heap, 0, score, column);
    }
}

static void add_to_set(struct svm_solver *s, uint32_t column)
{
    s->chosen[column] = COMES;
    s->recent[s->recent_count++] = column;
}

/* Of the last round's columns those between the bounds stay, up to half a set, the newest ones. */
static void keep_recent(struct svm_solver *s)
{
    size_t kept = 0;
    memset(s->chosen, 0, s->width * sizeof *s->chosen);
    for (size_t i = s->recent_count; i-- > 0 && kept < SVM_SET / 2;)
        if (may_move(s, s->recent[i], true) && may_move(s, s->recent[i], false))
            s->recent[SVM_SET - ++kept] = s->recent[i];
    memmove(s->recent, s->recent + SVM_SET - kept, kept * sizeof *s->recent);
    s->recent_count = kept;
    for (size_t i = 0; i < kept; i++) s->chosen[s->recent[i]] = STAYS;
}

/* Choose a working set. What violates optimality: greatest f of up less the least of low. */
static double choose_set(struct svm_solver *s)
{
    double greatest = -INFINITY, least = INFINITY;
    keep_recent(s);
    struct heap up = {.room = (SVM_SET - s->recent_count) / 2}, low = {.room = up.room};
    for (size_t c = 0; c < s->width; c++) {
        const double f = s->f[c];
        if (may_move(s, c, true)) {
            greatest = f > greatest ? f : greatest;
            if (!s->chosen[c]) offer(&up, f, (uint32_t)c);
        }
        if (may_move(s, c, false)) {
            least = f < least ? f : least;
            if (!s->chosen[c]) offer(&low, -f, (uint32_t)c);
        }
    }
    for (size_t i = 0; i < up.count; i++)
        if (up.scores[i] - least >= s->tolerance) add_to_set(s, up.columns[i]);
    for (size_t i = 0; i < low.count; i++)
        if (greatest + low.scores[i] >= s->tolerance && !s->chosen[low.columns[i]])
            add_to_set(s, low.columns[i]);
    return greatest - least;
}

/* Which of up and low a place of the working set is in. */
static void set_bars(struct svm_solver *s, size_t place)
{
    const size_t column = s->set.columns[place];
    s->set.up_bar[place] = may_move(s, column, true) ? 0 : -INFINITY;
    s->set.low_bar[place] = may_move(s, column, false) ? 0 : INFINITY;
}

/* Give the new columns places: those of columns that have left, then further ones. A place without
 * a column is in neither set. Lists the new places, ascending. */
static size_t find_places(struct svm_solver *s, uint32_t *fresh)
{
    struct svm_working_set *set = &s->set;
    size_t count = 0, place = 0;
    for (size_t p = 0; p < set->count; p++)
        if (set->columns[p] != SVM_NOWHERE && s->chosen[set->columns[p]] != STAYS)
            set->columns[p] = SVM_NOWHERE;
    for (size_t c = 0; c < s->width; c++) {
        if (s->chosen[c] != COMES) continue;
        while (place < set->count && set->columns[place] != SVM_NOWHERE) place++;
        if (place == set->count) set->count++;
        set->columns[place] = (uint32_t)c;
        fresh[count++] = (uint32_t)place++;
    }
    return count;
}

/* The kernel between new columns and all, by rows; by symmetry that of the old ones with the new.
 */
static void compute_fresh(struct svm_solver *s, const uint32_t *fresh, size_t count)
{
    struct svm_working_set *set = &s->set;
    uint32_t rows[SVM_SET] = {0};
    bool is_fresh[SVM_SET] = {0};
    float *out[SVM_BLOCK];
    for (size_t i = 0; i < count; i++) {
        rows[i] = (uint32_t)svm_row(s, set->columns[fresh[i]]);
        is_fresh[fresh[i]] = true;
    }
    svm_rows_take(&set->rows, fresh, s->rows, rows, count);
    for (size_t first = 0; first < count; first += SVM_BLOCK) {
        const size_t left = count - first, some = left < SVM_BLOCK ? left : SVM_BLOCK;
        svm_queries_clear(&s->queries);
        for (size_t i = 0; i < some; i++) {
            svm_queries_add_row(&s->queries, &set->rows, fresh[first + i]);
            out[i] = set->kernel + fresh[first + i] * SVM_SET;
        }
        svm_kernel_block(s->kernel, &set->rows, &s->queries, 0, svm_pad(set->count), out);
        for (size_t p = 0; p < set->count; p++)
            for (size_t i = 0; i < some && !is_fresh[p]; i++)
                set->kernel[p * SVM_SET + fresh[first + i]] = out[i][p];
    }
}

/* Gather what is known of the set's columns, and compute the kernel between them. */
static void load_set(struct svm_solver *s)
{
    struct svm_working_set *set = &s->set;
    uint32_t fresh[SVM_SET] = {0};
    compute_fresh(s, fresh, find_places(s, fresh));
    for (size_t k = 0; k < (set->count + LANES - 1) / LANES * LANES; k++) {
        const bool there = k < set->count && set->columns[k] != SVM_NOWHERE;
        const size_t column = there ? set->columns[k] : 0;
        set->alpha[k] = there ? s->alpha[column] : 0;
        set->f[k] = there ? s->f[column] : 0;
        set->self[k] = there ? s->self[column] : 1;
        if (there) {
            set_bars(s, k);
        } else {
            set->up_bar[k] = -INFINITY;
            set->low_bar[k] = INFINITY;
        }
    }
}

/* Move alpha of the set's places i and j, y_i alpha_i up and y_j alpha_j down by the same step. */
static double move(struct svm_solver *s, size_t i, size_t j, double curvature)
{
    const size_t ci = s->set.columns[i], cj = s->set.columns[j];
    double C = s->options.C, *ai = &s->alpha[ci], *aj = &s->alpha[cj];
    bool pi = ci < s->middle, pj = cj < s->middle;
    double step = (s->set.f[i] - s->set.f[j]) / (curvature > 1e-12 ? curvature : 1e-12);
    double room_i = pi ? C - *ai : *ai, room_j = pj ? *aj : C - *aj;
    bool stop_i = step >= room_i && room_i <= room_j, stop_j = step >= room_j && room_j <= room_i;
    step = fmin(step, fmin(room_i, room_j));
    *ai = stop_i ? (pi ? C : 0) : *ai + (pi ? step : -step);
    *aj = stop_j ? (pj ? 0 : C) : *aj - (pj ? step : -step);
    return step;
}

/* Solve for the set's columns, to what is left of `violation`. */
static void solve_set(struct svm_solver *s, double violation, uint64_t most)
{
    struct svm_working_set *set = &s->set;
    const size_t padded = (set->count + LANES - 1) / LANES * LANES;
    const double wanted = fmax(round_share * violation, tolerance_share * s->tolerance);
    double greatest = -INFINITY, least;
    size_t i = 0;
    for (size_t k = 0; k < set->count; k++)
        if (set->f[k] + set->up_bar[k] > greatest) {
            greatest = set->f[k] + set->up_bar[k];
            i = k;
        }
    for (; isfinite(greatest) && s->iterations < most; s->iterations++) {
        const float *row_i = set->kernel + i * SVM_SET;
        const ptrdiff_t j = s->loops->second(set->f, set->low_bar, set->self, row_i, greatest,
                                             (double)set->self[i], padded, &least);
        if (j == SVM_NONE || greatest - least < wanted) break;
        const float *row_j = set->kernel + (size_t)j * SVM_SET;
        const double curvature = (double)set->self[i] + (double)set->self[j] - 2 * (double)row_i[j];
        const double step = move(s, i, (size_t)j, curvature);
        set_bars(s, i);
        set_bars(s, (size_t)j);
        i = s->loops->advance(set->f, set->up_bar, row_i, row_j, step, padded, &greatest);
    }
}

/* Bring f of all columns up to date; false where no alpha has changed. */
static bool update(struct svm_solver *s)
{
    size_t changed = 0;
    for (size_t k = 0; k < s->set.count; k++) {
        const uint32_t column = s->set.columns[k];
        if (column == SVM_NOWHERE) continue;
        const double step = s->alpha[column] - s->set.alpha[k];
        if (!(step > 0 || step < 0)) continue;
        s->listed[changed] = column;
        s->steps[changed++] = step;
    }
    svm_cache_subtract(s, s->listed, s->steps, changed);
    return changed > 0;
}

/* ---- rounds ---- */

static void finish(struct svm_solver *s)
{
    double sum = 0, upper = INFINITY, lower = -INFINITY, objective = 0;
    size_t unbound = 0;
    for (size_t c = 0; c < s->width; c++) {
        if (!s->takes_part[c]) continue;
        const bool up = may_move(s, c, true), low = may_move(s, c, false);
        const double value = s->f[c];
        if (up && low) {
            sum += value;
            unbound++;
        } else if (up) {
            lower = fmax(lower, value);
        } else {
            upper = fmin(upper, value);
        }
        objective -= 0.5 * s->alpha[c] * (svm_label(s, c) * value + 1);
    }
    /* On the margin, value = y - f - rho is y. */
    s->rho = unbound ? -sum / (double)unbound : -(upper + lower) / 2;
    if (!isfinite(s->rho)) s->rho = isfinite(upper) ? -upper : isfinite(lower) ? -lower : 0;
    if (s->overflow) s->rho = NAN;
    s->objective = objective;
    s->phase = SVM_SOLVED;
}

static void run_round(struct svm_solver *s)
{
    const uint64_t most = 100 * (uint64_t)s->width > 10000000 ? 100 * (uint64_t)s->width : 10000000;
    const double violation = choose_set(s);
    if (!(violation >= s->tolerance)) {
        finish(s);
        return;
    }
    load_set(s);
    solve_set(s, violation, most);
    s->exhausted = !update(s) || s->iterations >= most;
    if (s->exhausted) finish(s);
}

void svm_start(struct svm_solver *s, size_t every, double tolerance)
{
    s->every = every;
    s->tolerance = tolerance;
    s->phase = SVM_SOLVING;
    s->exhausted = false;
    s->recent_count = s->set.count = 0;
}

/* Go on with one column of `every`. What a share of the columns needs is a good start for more of
 * them: fewer columns violate optimality for a while, and fewer rows are made for them. */
static void take_part(struct svm_solver *s, size_t every)
{
    for (size_t c = 0; c < s->width; c++)
        s->takes_part[c] = !svm_is_padding(s, c) && svm_place(s, c) % every == 0;
    svm_start(s, every, s->options.tolerance * (every > 1 ? svm_rough : 1));
}

void svm_solver_begin(struct svm_solver *s)
{
    for (size_t c = 0; c < s->width; c++) {
        s->alpha[c] = 0;
        s->f[c] = svm_label(s, c);
    }
    s->iterations = 0;
    size_t every = FIRST_SHARE;
    while (every > 1 && s->width / every < FIRST_COLUMNS) every /= NEXT_SHARE;
    take_part(s, every);
}

bool svm_solver_step(struct svm_solver *s, double deadline)
{
    for (;;) {
        if (s->phase == SVM_SOLVED && s->every == 1) return true;
        if (s->phase == SVM_SOLVED)
            take_part(s, s->every / NEXT_SHARE);
        else
            run_round(s);
        if (sr_clock_seconds() >= deadline) return s->phase == SVM_SOLVED && s->every == 1;
    }
}

void svm_solver_solution(const struct svm_solver *s, struct svm_solution *solution)
{
    *solution = (struct svm_solution){s->width,     s->alpha,      s->f,         s->rho,
                                      s->objective, s->iterations, s->rows_made, !s->exhausted};
}
