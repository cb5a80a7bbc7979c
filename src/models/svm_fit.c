/* Fitting an SVM: one C-SVC for each pair of classes.
 *
 * Pairs are solved side by side over the pool, those of similar classes first as they take longest.
 * A lane works on one pair at a time, in regions of some 30 ms, with its own kernel rows, except
 * those that the pairs of one class share, which are in a bank (svm_bank.c). After a pair's
 * solution comes its cross-validation, which starts from it and ends at a rougher tolerance; its
 * decision values calibrate the pair's probabilities (Platt, 1999). Where they cannot, since a
 * class has one image only or is confused with the other, those of the solution do. */
#include "svm_fit.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double region_seconds = 0.03, report_seconds = 0.2;

static void start_pair(struct svm_fitting *f, struct svm_lane *lane)
{
    int a, b;
    svm_pair_classes(f->svm->present, lane->pair, &a, &b);
    struct svm_pair pair = {{f->firsts[a], f->firsts[b]}, {f->counts[a], f->counts[b]}};
    svm_solver_pair(lane->solver, &pair);
    svm_solver_begin(lane->solver);
    lane->fold = -1;
    lane->decided = 0;
    /* Each class dealt to the folds in a random order of the pair's own. */
    struct sr_rng rng;
    size_t column = 0;
    sr_rng_init(&rng, f->fit->seed, SR_STREAM_OTHER, lane->pair);
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < pair.count[side]; i++) lane->shuffled[i] = (uint32_t)i;
        sr_rng_shuffle(&rng, lane->shuffled, pair.count[side]);
        for (size_t i = 0; i < pair.count[side]; i++)
            lane->held_out[column + f->places[pair.first[side] + lane->shuffled[i]]] =
                (uint8_t)(i % SVM_FOLDS);
        column += svm_pad(pair.count[side]);
    }
}

/* Keep the support vectors of the pair that the lane has solved. */
static enum sr_status keep_answer(struct svm_fitting *f, struct svm_lane *lane)
{
    struct svm_answer *answer = &f->answers[lane->pair];
    struct svm_solution solution;
    int classes[2];
    size_t column = 0, rows = 0;
    svm_solver_solution(lane->solver, &solution);
    svm_solver_keep(lane->solver);
    svm_pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
    if (!isfinite(solution.rho) || !isfinite(solution.objective))
        return sr_error_set(&lane->error, SR_ERROR_NUMERIC,
                            "Classes %d and %d gave numbers beyond range; a smaller degree, gamma "
                            "or coef0 may help.",
                            f->svm->labels[classes[0]], f->svm->labels[classes[1]]);
    answer->rho = solution.rho;
    answer->objective = solution.objective;
    answer->optimal = solution.optimal;
    for (int side = 0; side < 2; side++) {
        size_t count = f->counts[classes[side]], found = 0;
        const double *alpha = solution.alpha + column;
        for (size_t i = 0; i < count; i++) found += alpha[i] > 0;
        for (size_t i = 0; i < count; i++)
            lane->own[rows++] = (side ? -1 : 1) - solution.f[column + i] - solution.rho;
        answer->local[side] =
            sr_array_raw(found, sizeof(uint32_t), "support vectors", &lane->error);
        answer->coef[side] = sr_array_raw(found, sizeof(double), "support vectors", &lane->error);
        if (!answer->local[side] || !answer->coef[side]) return SR_ERROR_MEMORY;
        for (size_t i = 0; i < count; i++) {
            if (alpha[i] <= 0) continue;
            answer->local[side][answer->count[side]] = (uint32_t)i;
            answer->coef[side][answer->count[side]++] = side ? -alpha[i] : alpha[i];
        }
        column += svm_pad(count);
    }
    return SR_OK;
}

/* Decision values of the rows held out. */
static void keep_decisions(struct svm_fitting *f, struct svm_lane *lane)
{
    struct svm_solution solution;
    int classes[2];
    size_t column = 0;
    svm_pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
    svm_solver_solution(lane->solver, &solution);
    for (int side = 0; side < 2; side++) {
        size_t count = f->counts[classes[side]];
        for (size_t i = 0; i < count; i++) {
            size_t at = column + i;
            if (lane->held_out[at] != lane->fold) continue;
            lane->positive[lane->decided] = side == 0;
            lane->decisions[lane->decided++] = (side ? -1 : 1) - solution.f[at] - solution.rho;
        }
        column += svm_pad(count);
    }
}

/* The next fold, begun; false when there is none left. */
static bool start_fold(struct svm_fitting *f, struct svm_lane *lane)
{
    int a, b;
    svm_pair_classes(f->svm->present, lane->pair, &a, &b);
    /* The only image of a class cannot be held out. */
    if (f->counts[a] == 1 || f->counts[b] == 1 || ++lane->fold == SVM_FOLDS) return false;
    svm_solver_hold_out(lane->solver, lane->held_out, lane->fold);
    return true;
}

/* The pair's sigmoid. One that falls with the decision value would invert the decisions, so it is
 * not used. */
static void calibrate(struct svm_fitting *f, struct svm_lane *lane)
{
    struct svm_answer *answer = &f->answers[lane->pair];
    int classes[2];
    if (lane->decided) {
        svm_sigmoid_fit(lane->decisions, lane->positive, lane->decided, &answer->a, &answer->b);
        if (answer->a < 0) return;
    }
    svm_pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
    size_t first = f->counts[classes[0]], rows = first + f->counts[classes[1]];
    for (size_t i = 0; i < rows; i++) lane->positive[i] = i < first;
    svm_sigmoid_fit(lane->own, lane->positive, rows, &answer->a, &answer->b);
}

static void work_lane(void *context, size_t index, int worker)
{
    struct svm_fitting *f = context;
    struct svm_lane *lane = &f->lanes[index];
    (void)worker;
    while (!lane->idle) {
        if (!lane->busy) {
            size_t next = f->parts.number + f->parts.count * atomic_fetch_add(&f->next, 1);
            if (next >= f->pairs) {
                lane->idle = true;
                return;
            }
            lane->pair = f->queue[next];
            lane->busy = true;
            start_pair(f, lane);
        }
        if (!svm_solver_step(lane->solver, f->deadline)) return;
        if (lane->fold < 0 && keep_answer(f, lane)) {
            lane->idle = true;
            return;
        }
        if (lane->fold >= 0) keep_decisions(f, lane);
        if (start_fold(f, lane)) continue;
        calibrate(f, lane);
        f->answers[lane->pair].done = true;
        lane->busy = false;
        atomic_fetch_add(&f->finished, 1);
    }
}

/* The memory that the bank may use of what the lanes leave. The result must not depend on whether a
 * row comes from it. Rows of pixels are made in about the time that it takes to be given so much
 * memory, to fill it and to read it. */
static size_t shared_bytes(const struct svm_fitting *f, size_t left)
{
    size_t all = 0;
    if (f->pairs == 1 || f->rows.kind == SR_FEATURES_PIXELS || !svm_rows_alone(&f->rows)) return 0;
    for (int c = 0; c < f->svm->present; c++)
        all += f->counts[c] * svm_pad(f->counts[c]) * sizeof(float);
    return left < all ? left : all;
}

static enum sr_status make_lanes(struct svm_fitting *f, struct sr_error *error)
{
    size_t budget = (size_t)sr_args_integer(f->fit->params, "memory") * 1000000, width = 0;
    /* A pair may use a quarter of it, whatever the number of threads, since what is computed must
     * not depend on that. */
    struct svm_solver_options options = {f->svm->C, sr_args_number(f->fit->params, "tolerance"),
                                         budget / 4};
    for (int a = 0; a < f->svm->present; a++)
        for (int b = 0; b < a; b++) {
            size_t both = svm_pad(f->counts[a]) + svm_pad(f->counts[b]);
            if (both > width) width = both;
        }
    size_t one = svm_solver_cache(width, options.cache_bytes), fit = budget / one;
    if (!fit)
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "memory=%lld holds too few rows of the kernel matrix; two classes of these sizes need "
            "memory=%zu or more.",
            (long long)sr_args_integer(f->fit->params, "memory"), (one + 999999) / 1000000);
    f->lane_count = (size_t)sr_pool_threads(f->fit->pool);
    if (f->lane_count > fit) f->lane_count = fit;
    if (f->lane_count > f->pairs) f->lane_count = f->pairs;
    if (!(f->bank =
              svm_bank_new(f->rows.count, shared_bytes(f, budget - f->lane_count * one), error)))
        return SR_ERROR_MEMORY;
    if (!(f->lanes =
              sr_array_new(f->lane_count, sizeof *f->lanes, "the pairs of classes", error)) ||
        !(f->answers = sr_array_new(f->pairs, sizeof *f->answers, "the pairs of classes", error)))
        return SR_ERROR_MEMORY;
    for (size_t i = 0; i < f->lane_count; i++) {
        struct svm_lane *lane = &f->lanes[i];
        if (!(lane->solver =
                  svm_solver_new(&f->svm->kernel, &f->rows, f->bank, width, &options, error)) ||
            !(lane->held_out = sr_array_new(width, 1, "folds", error)) ||
            !(lane->decisions = sr_array_new(width, sizeof *lane->decisions, "folds", error)) ||
            !(lane->own = sr_array_new(width, sizeof *lane->own, "folds", error)) ||
            !(lane->positive = sr_array_new(width, sizeof *lane->positive, "folds", error)) ||
            !(lane->shuffled = sr_array_new(width, sizeof *lane->shuffled, "folds", error)))
            return SR_ERROR_MEMORY;
    }
    return SR_OK;
}

static enum sr_status solve_pairs(struct svm_fitting *f, struct sr_error *error)
{
    double start = sr_clock_seconds(), reported = start;
    while (atomic_load(&f->finished) < f->own) {
        if (!sr_monitor_proceed(&f->parts.monitor))
            return sr_error_set(
                error, SR_ERROR_CANCELLED,
                "Stopped after %zu of %zu pairs of classes. An SVM needs all of them, so no "
                "model was made; one of the same name stays as it was.",
                (size_t)atomic_load(&f->finished), f->pairs);
        double now = sr_clock_seconds();
        f->deadline = now + region_seconds;
        sr_pool_run(f->fit->pool, f->lane_count, work_lane, f);
        for (size_t i = 0; i < f->lane_count; i++) {
            if (!f->lanes[i].error.status) continue;
            if (error) *error = f->lanes[i].error;
            return f->lanes[i].error.status;
        }
        if (now - reported >= report_seconds) {
            svm_report(f, now - start);
            reported = now;
        }
    }
    return SR_OK;
}

/* ---- pairs of other processes ---- */

/* A pair as it is sent; behind it, for each side its vectors and their coefficients. */
struct sent_pair {
    uint64_t pair, count[2];
    double rho, objective, a, b;
    bool optimal;
};

static void print_answers(const struct svm_fitting *f, struct sr_text *bytes)
{
    for (size_t p = 0; p < f->pairs; p++) {
        const struct svm_answer *answer = &f->answers[p];
        if (!answer->done) continue;
        const struct sent_pair sent = {p,
                                       {answer->count[0], answer->count[1]},
                                       answer->rho,
                                       answer->objective,
                                       answer->a,
                                       answer->b,
                                       answer->optimal};
        sr_text_add_bytes(bytes, &sent, sizeof sent);
        for (int side = 0; side < 2; side++) {
            sr_text_add_bytes(bytes, answer->local[side], answer->count[side] * sizeof(uint32_t));
            sr_text_add_bytes(bytes, answer->coef[side], answer->count[side] * sizeof(double));
        }
    }
}

/* One side's vectors at `*at`, which is moved behind them. */
static enum sr_status take_side(struct svm_fitting *f, struct svm_answer *answer, int side,
                                int class, const char **at, struct sr_error *error)
{
    const size_t count = answer->count[side];
    answer->local[side] = sr_array_raw(count, sizeof(uint32_t), "support vectors", error);
    answer->coef[side] = sr_array_raw(count, sizeof(double), "support vectors", error);
    if (!answer->local[side] || !answer->coef[side]) return SR_ERROR_MEMORY;
    memcpy(answer->local[side], *at, count * sizeof(uint32_t));
    memcpy(answer->coef[side], *at + count * sizeof(uint32_t), count * sizeof(double));
    *at += count * (sizeof(uint32_t) + sizeof(double));
    for (size_t i = 0; i < count; i++)
        if (answer->local[side][i] >= f->counts[class])
            return sr_error_set(error, SR_ERROR_FORMAT, "a pair that was sent is damaged");
    return SR_OK;
}

static enum sr_status take_answers(void *context, const char *bytes, size_t length,
                                   struct sr_error *error)
{
    struct svm_fitting *f = context;
    const char *at = bytes, *end = bytes + length;
    enum sr_status status = SR_OK;
    while (!status && at < end) {
        const size_t left = (size_t)(end - at);
        struct sent_pair sent = {.pair = SIZE_MAX};
        int classes[2];
        if (left >= sizeof sent) memcpy(&sent, at, sizeof sent);
        if (left < sizeof sent || sent.pair >= f->pairs || f->answers[sent.pair].done ||
            sent.count[0] > left || sent.count[1] > left ||
            (sent.count[0] + sent.count[1]) * (sizeof(uint32_t) + sizeof(double)) >
                left - sizeof sent)
            return sr_error_set(error, SR_ERROR_FORMAT, "a pair that was sent is damaged");
        struct svm_answer *answer = &f->answers[sent.pair];
        *answer = (struct svm_answer){.count = {sent.count[0], sent.count[1]},
                                      .rho = sent.rho,
                                      .objective = sent.objective,
                                      .a = sent.a,
                                      .b = sent.b,
                                      .done = true,
                                      .optimal = sent.optimal};
        at += sizeof sent;
        svm_pair_classes(f->svm->present, sent.pair, &classes[0], &classes[1]);
        for (int side = 0; !status && side < 2; side++)
            status = take_side(f, answer, side, classes[side], &at, error);
        atomic_fetch_add(&f->finished, 1);
    }
    return status;
}

/* This process's pairs, and those of the others. */
static enum sr_status solve_together(struct svm_fitting *f, enum sr_status status,
                                     struct sr_error *error)
{
    struct sr_text made = {0};
    const double start = sr_clock_seconds();
    if (!status) status = solve_pairs(f, error);
    if (!status && f->parts.number) print_answers(f, &made);
    status = parts_gather(&f->parts, status, &made, take_answers, f, error);
    sr_text_fini(&made);
    if (status) return status;
    if (f->parts.count > 1 && atomic_load(&f->finished) < f->pairs) /* another has stopped */
        return svm_stopped_early(error);
    f->parts.count = 1; /* all are here */
    svm_report(f, sr_clock_seconds() - start);
    return SR_OK;
}

/* Find places for the support vectors of a class, which are marked in `place`. */
static enum sr_status arrange_vectors(struct svm_fitting *f, int class, const uint32_t *place,
                                      struct sr_error *error)
{
    const size_t first = f->firsts[class];
    if (f->rows.kind != SR_FEATURES_PIXELS) return svm_arrange(f->svm, class, NULL, error);
    const uint8_t **images =
        sr_array_raw(f->svm->counts[class], sizeof *images, "the support vectors", error);
    if (!images) return SR_ERROR_MEMORY;
    for (size_t i = 0, vector = 0; i < f->counts[class]; i++) {
        const size_t from = first + f->places[first + i];
        if (place[from]) images[vector++] = sr_samples_pixels(&f->fit->train, f->samples[from]);
    }
    enum sr_status status = svm_arrange(f->svm, class, images, error);
    free(images);
    return status;
}

/* Gather the support vectors of all pairs, in the order of classes, then of training rows. */
static enum sr_status assemble(struct svm_fitting *f, struct sr_error *error)
{
    struct svm *svm = f->svm;
    size_t others = (size_t)svm->present - 1;
    uint32_t *place =
        sr_array_new(f->rows.count, sizeof *place, "support vectors", error); /* 1 + position */
    if (!place) return SR_ERROR_MEMORY;
    for (size_t p = 0; p < f->pairs; p++) {
        int classes[2];
        svm_pair_classes(svm->present, p, &classes[0], &classes[1]);
        for (int side = 0; side < 2; side++)
            for (size_t i = 0; i < f->answers[p].count[side]; i++)
                place[f->firsts[classes[side]] + f->answers[p].local[side][i]] = 1;
    }
    for (int c = 0; c < svm->present; c++)
        for (size_t i = 0; i < f->counts[c]; i++) svm->counts[c] += place[f->firsts[c] + i];
    enum sr_status status = svm_allocate(svm, f->rows.kind, error);
    for (int c = 0; c < svm->present && !status; c++) status = arrange_vectors(f, c, place, error);
    if (status) goto out;
    for (int c = 0; c < svm->present; c++) {
        size_t vector = 0;
        for (size_t i = 0; i < f->counts[c]; i++) {
            const size_t from = f->firsts[c] + f->places[f->firsts[c] + i];
            if (!place[from]) continue;
            const size_t at = svm->sequence[svm->firsts[c] + vector++];
            if (f->rows.kind == SR_FEATURES_PIXELS)
                svm_rows_put_pixels(&svm->rows, at,
                                    sr_samples_pixels(&f->fit->train, f->samples[from]));
            else
                svm_rows_put_values(&svm->rows, at, f->rows.values + from * f->rows.dimensions);
            svm->train_rows[at] = sr_samples_row(&f->fit->train, f->samples[from]);
            place[from] = (uint32_t)at + 1;
        }
    }
    for (size_t p = 0; p < f->pairs; p++) {
        const struct svm_answer *answer = &f->answers[p];
        int classes[2];
        svm_pair_classes(svm->present, p, &classes[0], &classes[1]);
        for (int side = 0; side < 2; side++) {
            int other = classes[1 - side];
            size_t column = (size_t)(other < classes[side] ? other : other - 1);
            for (size_t i = 0; i < answer->count[side]; i++) {
                size_t position = place[f->firsts[classes[side]] + answer->local[side][i]] - 1;
                svm->coef[position * others + column] = answer->coef[side][i];
            }
        }
        svm->rho[p] = answer->rho;
        svm->a[p] = answer->a;
        svm->b[p] = answer->b;
        svm->objectives[p] = answer->objective;
    }
    svm_finish(svm);
out:
    free(place);
    return status;
}

enum sr_status svm_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct svm_fitting f = {.fit = fit,
                            .limit = (size_t)sr_args_integer(fit->params, "limit"),
                            .svm = sr_xalloc(sizeof(struct svm))};
    double variance = 0;
    parts_begin(&f.parts, fit);
    f.svm->image = fit->shape.image;
    f.svm->classes = fit->shape.classes;
    svm_read_params(fit->params, f.svm);
    enum sr_status status = svm_arrange_rows(
        &f, (enum sr_features)sr_features_find(sr_args_text(fit->params, "features")), error);
    if (!status) status = svm_order_pairs(&f, error);
    if (!status) status = svm_fill_rows(&f, &variance, error);
    if (!status && f.svm->kernel.gamma == 0) {
        if (variance > 0)
            f.svm->kernel.gamma = 1 / ((double)f.rows.dimensions * variance);
        else
            status = sr_error_set(
                error, SR_ERROR_NUMERIC,
                "All features are constant, which leaves gamma=scale without meaning.");
    }
    if (!status) status = make_lanes(&f, error);
    f.own = parts_own(&f.parts, f.pairs);
    if (!status) svm_forecast(&f);
    status = solve_together(&f, status, error);
    for (size_t i = 0; f.lanes && i < f.lane_count; i++) {
        svm_solver_free(f.lanes[i].solver);
        free(f.lanes[i].held_out);
        free(f.lanes[i].decisions);
        free(f.lanes[i].own);
        free(f.lanes[i].positive);
        free(f.lanes[i].shuffled);
    }
    if (!status) status = assemble(&f, error);
    for (size_t p = 0; f.answers && p < f.pairs; p++)
        for (int side = 0; side < 2; side++) {
            free(f.answers[p].local[side]);
            free(f.answers[p].coef[side]);
        }
    free(f.answers);
    free(f.lanes);
    svm_bank_free(f.bank);
    free(f.queue);
    free(f.work);
    free(f.samples);
    free(f.places);
    svm_rows_fini(&f.rows);
    if (status)
        svm_free(f.svm);
    else
        *state = f.svm;
    return status;
}
