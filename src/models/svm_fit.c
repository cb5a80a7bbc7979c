/* Fitting an SVM: one C-SVC for each pair of classes.
 *
 * Pairs are solved side by side over the pool, those of similar classes first as they take longest.
 * A lane works on one pair at a time, in regions of some 30 ms, with its own kernel rows, except
 * those that the pairs of one class share, which are in a bank (svm_bank.c). After a pair's
 * solution comes its cross-validation, which starts from it and ends at a rougher tolerance; its
 * decision values calibrate the pair's probabilities (Platt, 1999). Where they cannot, since a
 * class has one image only or is confused with the other, those of the solution do. */
#include "svm.h"

#include "parts.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/text.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double region_seconds = 0.03, report_seconds = 0.2;

/* The result of one pair; local numbers count the training rows of a class. */
struct answer {
    size_t count[2];
    uint32_t *local[2];
    double *coef[2];
    double rho, objective, a, b;
    bool done, optimal;
};

struct lane {
    struct svm_solver *solver;
    bool busy, idle;
    size_t pair;
    int fold;                /* -1 while the pair itself is solved */
    uint8_t *held_out;       /* by column of the pair */
    double *decisions, *own; /* by the folds, by the pair's solution */
    bool *positive;
    uint32_t *shuffled;
    size_t decided;
    struct sr_error error;
};

struct fitting {
    const struct sr_fit *fit;
    struct parts parts;
    size_t limit;         /* of training images; 0: none */
    struct svm *svm;      /* shape, kernel and classes; the support vectors come last */
    struct svm_rows rows; /* training rows in order of class */
    size_t counts[SR_CLASSES_MAX], firsts[SR_CLASSES_MAX];
    uint32_t *samples;    /* by position: which sample of the view */
    size_t pairs, *queue; /* pairs, those that take longest first */
    size_t own;           /* of them, solved by this process */
    double *work;         /* of each pair, about: in proportion to its share of the time */
    struct answer *answers;
    struct svm_bank *bank;
    struct lane *lanes;
    size_t lane_count;
    atomic_size_t next, finished;
    double deadline;
};

/* The classes of pair number p, in the order (0,1) (0,2) ... (1,2) .... */
static void pair_classes(int classes, size_t pair, int *first, int *second)
{
    int i = 0;
    for (; pair >= (size_t)(classes - 1 - i); i++) pair -= (size_t)(classes - 1 - i);
    *first = i;
    *second = i + 1 + (int)pair;
}

/* Whether the next image of a class, after `seen` others, is among a share of limit / count of
 * them, spread evenly; the first always is. */
static bool within_limit(const struct fitting *f, size_t seen)
{
    const uint64_t count = f->fit->train.count, limit = f->limit;
    return limit == 0 || limit >= count ||
           ((seen + 1) * limit + count - 1) / count > (seen * limit + count - 1) / count;
}

static enum sr_status arrange_rows(struct fitting *f, enum sr_features kind, struct sr_error *error)
{
    const struct sr_samples *train = &f->fit->train;
    size_t by_label[SR_CLASSES_MAX] = {0}, positions = 0, at[SR_CLASSES_MAX];
    int place[SR_CLASSES_MAX] = {0};
    struct svm *svm = f->svm;
    size_t seen[SR_CLASSES_MAX] = {0}, again[SR_CLASSES_MAX] = {0};
    for (size_t i = 0; i < train->count; i++) {
        int label = sr_samples_label(train, i);
        by_label[label] += within_limit(f, seen[label]++);
    }
    for (int label = 0; label < f->fit->shape.classes; label++) {
        if (!by_label[label]) continue;
        int c = svm->present++;
        svm->labels[c] = label;
        place[label] = c;
        f->counts[c] = by_label[label];
        f->firsts[c] = at[c] = positions;
        positions += svm_pad(by_label[label]);
    }
    f->pairs = (size_t)svm_pairs(svm->present);
    size_t dimensions = sr_features_size(kind, svm->image);
    enum sr_status status = svm_rows_init(&f->rows, kind, positions, dimensions, error);
    if (status) return status;
    if (!(f->samples = sr_array_new(positions, sizeof *f->samples, "the training rows", error)))
        return SR_ERROR_MEMORY;
    for (size_t i = 0; i < train->count; i++) {
        int label = sr_samples_label(train, i);
        if (within_limit(f, again[label]++)) f->samples[at[place[label]]++] = (uint32_t)i;
    }
    return SR_OK;
}

static enum sr_status stopped_early(struct sr_error *error)
{
    return sr_error_set(
        error, SR_ERROR_CANCELLED,
        "Stopped before any pair of classes was solved, so no model was made; one of the same "
        "name stays as it was.");
}

/* Close pairs take longest: the time is about proportional to one over the squared distance of the
 * classes' means, as measured on Fashion-MNIST with pixels and with hog. */
static enum sr_status order_pairs(struct fitting *f, struct sr_error *error)
{
    size_t size = sr_shape_size(f->svm->image), classes = (size_t)f->svm->present;
    double *means = sr_array_new(classes * size, sizeof *means, "class means", error);
    double *work = f->work = sr_array_new(f->pairs, sizeof *work, "the pairs of classes", error);
    f->queue = sr_array_new(f->pairs, sizeof *f->queue, "the pairs of classes", error);
    bool proceed = true;
    if (means && work && f->queue) {
        for (size_t c = 0; c < classes && proceed; c++) {
            for (size_t i = 0; i < f->counts[c] && proceed; i++) {
                if (i % 256 == 0) proceed = sr_monitor_proceed(&f->parts.monitor);
                const uint8_t *pixels =
                    sr_samples_pixels(&f->fit->train, f->samples[f->firsts[c] + i]);
                for (size_t k = 0; k < size; k++) means[c * size + k] += pixels[k];
            }
            for (size_t k = 0; k < size; k++) means[c * size + k] /= (double)f->counts[c];
        }
        for (size_t p = 0; p < f->pairs; p++) {
            int a, b;
            pair_classes((int)classes, p, &a, &b);
            for (size_t k = 0; k < size; k++) {
                double gap = means[(size_t)a * size + k] - means[(size_t)b * size + k];
                work[p] += gap * gap;
            }
            work[p] = 1 / (1 + work[p]);
            size_t at = p;
            for (; at > 0 && work[f->queue[at - 1]] < work[p]; at--)
                f->queue[at] = f->queue[at - 1];
            f->queue[at] = p;
        }
    }
    enum sr_status status = means && work && f->queue ? SR_OK : SR_ERROR_MEMORY;
    if (!proceed) status = stopped_early(error);
    free(means);
    return status;
}

/* Fill the rows; the variance of all features is a by-product. */
static enum sr_status fill_rows(struct fitting *f, double *variance, struct sr_error *error)
{
    enum { BLOCK = 512 };
    const struct sr_samples *train = &f->fit->train;
    size_t dimensions = f->rows.dimensions;
    double sum = 0, squares = 0, count = 0;
    bool pixels = f->rows.kind == SR_FEATURES_PIXELS;
    float *block = NULL;
    uint32_t rows[BLOCK];
    if (!pixels && !(block = sr_array_raw(BLOCK * dimensions, sizeof *block, "features", error)))
        return SR_ERROR_MEMORY;
    for (int c = 0; c < f->svm->present; c++) {
        count += (double)f->counts[c] * (double)dimensions;
        for (size_t done = 0; done < f->counts[c]; done += BLOCK) {
            size_t now = f->counts[c] - done < BLOCK ? f->counts[c] - done : BLOCK;
            if (!sr_monitor_proceed(&f->parts.monitor)) {
                free(block);
                return stopped_early(error);
            }
            for (size_t i = 0; i < now; i++)
                rows[i] = sr_samples_row(train, f->samples[f->firsts[c] + done + i]);
            struct sr_samples view = {train->images, rows, now};
            if (!pixels)
                sr_features_fill(f->rows.kind, &view, 0, now, block, dimensions, f->fit->pool);
            for (size_t i = 0; i < now; i++) {
                size_t position = f->firsts[c] + done + i;
                const uint8_t *bytes = sr_samples_pixels(&view, i);
                uint64_t whole = 0, whole_squares = 0;
                if (pixels) {
                    svm_rows_put_pixels(&f->rows, position, bytes);
                    for (size_t k = 0; k < dimensions; k++) {
                        whole += bytes[k];
                        whole_squares += (unsigned)bytes[k] * bytes[k];
                    }
                    sum += (double)whole / 255;
                    squares += (double)whole_squares / (255 * 255);
                } else {
                    const float *values = block + i * dimensions;
                    svm_rows_put_values(&f->rows, position, values);
                    for (size_t k = 0; k < dimensions; k++) sum += (double)values[k];
                    squares += (double)f->rows.squares[position];
                }
            }
        }
    }
    free(block);
    *variance = squares / count - (sum / count) * (sum / count);
    return SR_OK;
}

static void start_pair(struct fitting *f, struct lane *lane)
{
    int a, b;
    pair_classes(f->svm->present, lane->pair, &a, &b);
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
            lane->held_out[column + lane->shuffled[i]] = (uint8_t)(i % SVM_FOLDS);
        column += svm_pad(pair.count[side]);
    }
}

/* Keep the support vectors of the pair that the lane has solved. */
static enum sr_status keep_answer(struct fitting *f, struct lane *lane)
{
    struct answer *answer = &f->answers[lane->pair];
    struct svm_solution solution;
    int classes[2];
    size_t column = 0, rows = 0;
    svm_solver_solution(lane->solver, &solution);
    svm_solver_keep(lane->solver);
    pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
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
static void keep_decisions(struct fitting *f, struct lane *lane)
{
    struct svm_solution solution;
    int classes[2];
    size_t column = 0;
    pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
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
static bool start_fold(struct fitting *f, struct lane *lane)
{
    int a, b;
    pair_classes(f->svm->present, lane->pair, &a, &b);
    /* The only image of a class cannot be held out. */
    if (f->counts[a] == 1 || f->counts[b] == 1 || ++lane->fold == SVM_FOLDS) return false;
    svm_solver_hold_out(lane->solver, lane->held_out, lane->fold);
    return true;
}

/* The pair's sigmoid. One that falls with the decision value would invert the decisions, so it is
 * not used. */
static void calibrate(struct fitting *f, struct lane *lane)
{
    struct answer *answer = &f->answers[lane->pair];
    int classes[2];
    if (lane->decided) {
        svm_sigmoid_fit(lane->decisions, lane->positive, lane->decided, &answer->a, &answer->b);
        if (answer->a < 0) return;
    }
    pair_classes(f->svm->present, lane->pair, &classes[0], &classes[1]);
    size_t first = f->counts[classes[0]], rows = first + f->counts[classes[1]];
    for (size_t i = 0; i < rows; i++) lane->positive[i] = i < first;
    svm_sigmoid_fit(lane->own, lane->positive, rows, &answer->a, &answer->b);
}

static void work_lane(void *context, size_t index, int worker)
{
    struct fitting *f = context;
    struct lane *lane = &f->lanes[index];
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
 * row comes from it. */
static size_t shared_bytes(const struct fitting *f, size_t left)
{
    size_t all = 0;
    if (f->pairs == 1 || !svm_rows_alone(&f->rows)) return 0;
    for (int c = 0; c < f->svm->present; c++)
        all += f->counts[c] * svm_pad(f->counts[c]) * sizeof(float);
    return left < all ? left : all;
}

static enum sr_status make_lanes(struct fitting *f, struct sr_error *error)
{
    size_t budget = (size_t)sr_args_integer(f->fit->params, "memory") * 1000000, width = 0;
    /* A pair may use half of it, whatever the number of threads, since the order of computation
     * must not depend on that. */
    struct svm_solver_options options = {f->svm->C, sr_args_number(f->fit->params, "tolerance"),
                                         budget / 2};
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
        struct lane *lane = &f->lanes[i];
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

static void report(const struct fitting *f, double seconds)
{
    struct sr_progress progress = {.unit = "pair",
                                   .done = atomic_load(&f->finished) * f->parts.count,
                                   .total = f->pairs,
                                   .seconds_left = -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN};
    size_t vectors = 0, unsolved = 0;
    double done = 0, all = 0;
    for (size_t p = 0; p < f->pairs; p++) {
        all += f->work[p];
        if (!f->answers[p].done) continue;
        done += f->work[p];
        unsolved += !f->answers[p].optimal;
        vectors += f->answers[p].count[0] + f->answers[p].count[1];
    }
    /* A pair's solution takes about as long as twelve folds. */
    for (size_t i = 0; i < f->lane_count; i++)
        if (f->lanes[i].busy && f->lanes[i].fold >= 0)
            done += f->work[f->lanes[i].pair] * (f->lanes[i].fold + 12) / (SVM_FOLDS + 12);
    if (progress.done > progress.total) progress.done = progress.total;
    done = fmin(done * (double)f->parts.count, all); /* others do about as much */
    if (done > 0 && seconds > 0) progress.seconds_left = seconds * (all - done) / done;
    if (progress.done && seconds > 0) {
        progress.rate = (double)progress.done / seconds;
        snprintf(progress.note, sizeof progress.note, "%zu support vectors a pair",
                 vectors / (size_t)progress.done);
    }
    if (unsolved) {
        snprintf(progress.note, sizeof progress.note,
                 "%zu of %zu pairs not solved to tolerance=%s: iterations ran out", unsolved,
                 f->pairs, sr_args_text(f->fit->params, "tolerance"));
        progress.remark = progress.done == progress.total;
    }
    sr_monitor_progress(&f->parts.monitor, &progress);
}

/* Seconds for one value of the kernel, from the fastest of a few blocks of them, so that other work
 * of the machine counts little; 0 where there is no memory. */
static double time_kernel(const struct fitting *f)
{
    enum { QUERIES = 2 * SR_BYTES_QUERIES, BLOCKS = 16 };
    struct svm_queries queries;
    const size_t columns = f->rows.count < SVM_CHUNK ? f->rows.count : SVM_CHUNK,
                 step = (f->rows.count - columns) / BLOCKS / SVM_ALIGN * SVM_ALIGN;
    float *room = sr_array_raw(QUERIES * columns, sizeof *room, "a block of kernel rows", NULL),
          *out[QUERIES];
    double seconds = 0;
    if (room && !svm_queries_init(&queries, &f->rows, NULL)) {
        for (size_t q = 0; q < QUERIES; q++) {
            svm_queries_add_row(&queries, &f->rows, q % f->rows.count);
            out[q] = room + q * columns;
        }
        for (size_t block = 0; block < BLOCKS; block++) {
            const double start = sr_clock_seconds();
            svm_kernel_block(&f->svm->kernel, &f->rows, &queries, block * step, columns, out);
            const double now = (sr_clock_seconds() - start) / (double)(QUERIES * columns);
            if (block == 0 || now < seconds) seconds = now;
        }
        svm_queries_fini(&queries);
    }
    free(room);
    return seconds;
}

/* Where it will be long, say how long and what memory that needs, and what would take a minute. As
 * measured on Fashion-MNIST: values for a twelfth of all pairs' matrices, some 3.5 times their cost
 * in all, and room for a quarter of the rows of two pairs at once. */
static void forecast(const struct fitting *f)
{
    double squares = 0, widest = 0;
    size_t rows = 0;
    for (int a = 0; a < f->svm->present; a++) {
        rows += f->counts[a];
        for (int b = 0; b < a; b++) {
            const double width = (double)(f->counts[a] + f->counts[b]);
            squares += width * width;
            widest = fmax(widest, width);
        }
    }
    const double seconds = 3.5 / 12 * squares * time_kernel(f) / (double)f->lane_count,
                 megabytes = 2 * widest * widest / 4 * sizeof(float) / 1e6;
    if (seconds < 60) return;
    struct sr_progress progress = {.unit = "pair",
                                   .total = f->pairs,
                                   .seconds_left = seconds,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN,
                                   .remark = true};
    char text[32];
    sr_format_seconds(text, sizeof text, seconds);
    snprintf(progress.note, sizeof progress.note,
             "%zu images take about %s and up to memory=%.0f; with limit=%.0f, about a minute",
             rows, text, ceil(megabytes), (double)rows * sqrt(60 / seconds));
    sr_monitor_progress(&f->parts.monitor, &progress);
}

static enum sr_status solve_pairs(struct fitting *f, struct sr_error *error)
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
            report(f, now - start);
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

static void print_answers(const struct fitting *f, struct sr_text *bytes)
{
    for (size_t p = 0; p < f->pairs; p++) {
        const struct answer *answer = &f->answers[p];
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
static enum sr_status take_side(struct fitting *f, struct answer *answer, int side, int class,
                                const char **at, struct sr_error *error)
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
    struct fitting *f = context;
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
        struct answer *answer = &f->answers[sent.pair];
        *answer = (struct answer){.count = {sent.count[0], sent.count[1]},
                                  .rho = sent.rho,
                                  .objective = sent.objective,
                                  .a = sent.a,
                                  .b = sent.b,
                                  .done = true,
                                  .optimal = sent.optimal};
        at += sizeof sent;
        pair_classes(f->svm->present, sent.pair, &classes[0], &classes[1]);
        for (int side = 0; !status && side < 2; side++)
            status = take_side(f, answer, side, classes[side], &at, error);
        atomic_fetch_add(&f->finished, 1);
    }
    return status;
}

/* This process's pairs, and those of the others. */
static enum sr_status solve_together(struct fitting *f, enum sr_status status,
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
        return stopped_early(error);
    f->parts.count = 1; /* all are here */
    report(f, sr_clock_seconds() - start);
    return SR_OK;
}

/* Gather the support vectors of all pairs, in the order of classes, then of training rows. */
static enum sr_status assemble(struct fitting *f, struct sr_error *error)
{
    struct svm *svm = f->svm;
    size_t others = (size_t)svm->present - 1;
    uint32_t *place =
        sr_array_new(f->rows.count, sizeof *place, "support vectors", error); /* 1 + position */
    if (!place) return SR_ERROR_MEMORY;
    for (size_t p = 0; p < f->pairs; p++) {
        int classes[2];
        pair_classes(svm->present, p, &classes[0], &classes[1]);
        for (int side = 0; side < 2; side++)
            for (size_t i = 0; i < f->answers[p].count[side]; i++)
                place[f->firsts[classes[side]] + f->answers[p].local[side][i]] = 1;
    }
    for (int c = 0; c < svm->present; c++)
        for (size_t i = 0; i < f->counts[c]; i++) svm->counts[c] += place[f->firsts[c] + i];
    enum sr_status status = svm_allocate(svm, f->rows.kind, error);
    if (status) goto out;
    for (int c = 0; c < svm->present; c++) {
        size_t at = svm->firsts[c];
        for (size_t from = f->firsts[c]; from < f->firsts[c] + f->counts[c]; from++) {
            if (!place[from]) continue;
            if (f->rows.kind == SR_FEATURES_PIXELS)
                svm_rows_put_pixels(&svm->rows, at,
                                    sr_samples_pixels(&f->fit->train, f->samples[from]));
            else
                svm_rows_put_values(&svm->rows, at, f->rows.values + from * f->rows.dimensions);
            svm->train_rows[at] = sr_samples_row(&f->fit->train, f->samples[from]);
            place[from] = (uint32_t)++at;
        }
    }
    for (size_t p = 0; p < f->pairs; p++) {
        const struct answer *answer = &f->answers[p];
        int classes[2];
        pair_classes(svm->present, p, &classes[0], &classes[1]);
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
    struct fitting f = {.fit = fit,
                        .limit = (size_t)sr_args_integer(fit->params, "limit"),
                        .svm = sr_xalloc(sizeof(struct svm))};
    double variance = 0;
    parts_begin(&f.parts, fit);
    f.svm->image = fit->shape.image;
    f.svm->classes = fit->shape.classes;
    svm_read_params(fit->params, f.svm);
    enum sr_status status = arrange_rows(
        &f, (enum sr_features)sr_features_find(sr_args_text(fit->params, "features")), error);
    if (!status) status = order_pairs(&f, error);
    if (!status) status = fill_rows(&f, &variance, error);
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
    if (!status) forecast(&f);
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
    svm_rows_fini(&f.rows);
    if (status)
        svm_free(f.svm);
    else
        *state = f.svm;
    return status;
}
