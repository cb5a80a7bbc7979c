#include "sartor/eval/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/eval/significance.h"

enum {
    DRAWS = 1000,
    LEAST_DRAWS = 200,
    BLOCK = 8, /* draws of a slice */
};
/* Visits of a sample for a class; beyond that, fewer draws. */
static const double MOST_VISITS = 4e8;
static const double Z = 1.959964;

/* What is computed of each draw: these, then F1, AUC and average precision of each class. */
enum { LOSS, PRECISION, RECALL, F1, ERROR, BIAS, AUC, WHOLE };
enum { CLASS_F1, CLASS_AUC, CLASS_AP, PER_CLASS };

/* What does not change from draw to draw. */
struct drawing {
    const struct sr_predictions *predictions;
    uint64_t seed;
    size_t count, classes, width; /* width: numbers of a draw */
    uint32_t *cells;              /* of the confusion matrix */
    uint8_t *bins;                /* by confidence */
    float *confidence;
    double *losses;
    uint32_t *ranked; /* classes × count: samples by falling probability of the class */
    uint8_t *ends;    /* classes × count: the last one of those with the same probability */
    double *results;  /* draws × width */
    size_t first, draws;
};

/* ---- one draw ---- */

static void draw_weights(const struct drawing *drawing, size_t draw, uint16_t *weights)
{
    struct sr_rng rng;
    sr_rng_init(&rng, drawing->seed, SR_STREAM_BOOTSTRAP, draw);
    memset(weights, 0, drawing->count * sizeof *weights);
    for (size_t i = 0; i < drawing->count; i++) weights[sr_rng_below(&rng, drawing->count)]++;
}

static void measure_calibration(const struct drawing *drawing, const uint16_t *weights,
                                double *result)
{
    double sure[SR_RELIABILITY_BINS] = {0}, right[SR_RELIABILITY_BINS] = {0}, difference = 0,
           error = 0;
    const struct sr_predictions *predictions = drawing->predictions;
    for (size_t i = 0; i < drawing->count; i++) {
        const double weight = weights[i];
        sure[drawing->bins[i]] += weight * (double)drawing->confidence[i];
        if (predictions->predicted[i] == predictions->truth[i]) right[drawing->bins[i]] += weight;
    }
    for (int b = 0; b < SR_RELIABILITY_BINS; b++) {
        error += fabs(right[b] - sure[b]);
        difference += sure[b] - right[b];
    }
    result[ERROR] = error / (double)drawing->count;
    result[BIAS] = difference / (double)drawing->count;
}

static void measure_classes(const struct drawing *drawing, const uint16_t *weights,
                            uint64_t *matrix, double *result)
{
    const size_t classes = drawing->classes;
    struct sr_class_metrics metrics[SR_CLASSES_MAX], mean;
    double loss = 0;
    memset(matrix, 0, classes * classes * sizeof *matrix);
    for (size_t i = 0; i < drawing->count; i++) {
        matrix[drawing->cells[i]] += weights[i];
        loss += weights[i] * drawing->losses[i];
    }
    sr_metrics_from_matrix(matrix, (int)classes, metrics);
    sr_macro_metrics(matrix, (int)classes, metrics, &mean);
    result[LOSS] = loss / (double)drawing->count;
    result[PRECISION] = mean.precision;
    result[RECALL] = mean.recall;
    result[F1] = mean.f1;
    for (size_t c = 0; c < classes; c++)
        result[WHOLE + c * PER_CLASS + CLASS_F1] = metrics[c].support ? metrics[c].f1 : NAN;
}

/* Area under the ROC curve and average precision of a class, as in significance.h, of samples that
 * count so often. */
static void measure_ranking(const struct drawing *drawing, const uint16_t *weights, size_t class,
                            double *result)
{
    const uint32_t *ranked = drawing->ranked + class * drawing->count;
    const uint8_t *ends = drawing->ends + class * drawing->count;
    const uint8_t *truth = drawing->predictions->truth;
    uint64_t hits = 0, seen = 0, hits_before = 0, seen_before = 0;
    double area = 0, average = 0;
    for (size_t i = 0; i < drawing->count; i++) {
        const uint64_t weight = weights[ranked[i]];
        seen += weight;
        if (truth[ranked[i]] == class) hits += weight;
        if (!ends[i] || seen == seen_before) continue;
        const double found = (double)(hits - hits_before);
        area +=
            (double)(seen - seen_before - (hits - hits_before)) * (double)(hits + hits_before) / 2;
        if (hits > hits_before) average += found * (double)hits / (double)seen;
        hits_before = hits;
        seen_before = seen;
    }
    const double others = (double)(seen - hits);
    result[CLASS_AUC] = hits && others > 0 ? area / ((double)hits * others) : NAN;
    result[CLASS_AP] = hits && others > 0 ? average / (double)hits : NAN;
}

static void measure_draw(const struct drawing *drawing, const uint16_t *weights, uint64_t *matrix,
                         double *result)
{
    double sum = 0, known = 0;
    measure_classes(drawing, weights, matrix, result);
    measure_calibration(drawing, weights, result);
    for (size_t c = 0; c < drawing->classes; c++) {
        double *own = result + WHOLE + c * PER_CLASS;
        measure_ranking(drawing, weights, c, own);
        if (isnan(own[CLASS_AUC])) continue;
        sum += own[CLASS_AUC];
        known++;
    }
    result[AUC] = known > 0 ? sum / known : NAN;
}

static void draw_block(void *context, size_t index, int worker)
{
    const struct drawing *drawing = context;
    uint16_t *weights = sr_xalloc((drawing->count + 1) * sizeof *weights);
    uint64_t *matrix = sr_xalloc(drawing->classes * drawing->classes * sizeof *matrix);
    const size_t first = drawing->first + index * BLOCK;
    (void)worker;
    for (size_t draw = first; draw < first + BLOCK && draw < drawing->draws; draw++) {
        draw_weights(drawing, draw, weights);
        measure_draw(drawing, weights, matrix, drawing->results + draw * drawing->width);
    }
    free(weights);
    free(matrix);
}

/* ---- before the first ---- */

struct scored {
    float score;
    uint32_t at;
};

static int by_score_down(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

static void rank_class(void *context, size_t class, int worker)
{
    struct drawing *drawing = context;
    const struct sr_predictions *predictions = drawing->predictions;
    struct scored *order = sr_xalloc((drawing->count + 1) * sizeof *order);
    (void)worker;
    for (size_t i = 0; i < drawing->count; i++)
        order[i] =
            (struct scored){predictions->probabilities[i * drawing->classes + class], (uint32_t)i};
    qsort(order, drawing->count, sizeof *order, by_score_down);
    for (size_t i = 0; i < drawing->count; i++) {
        drawing->ranked[class * drawing->count + i] = order[i].at;
        drawing->ends[class * drawing->count + i] =
            i + 1 == drawing->count || order[i + 1].score != order[i].score;
    }
    free(order);
}

static void prepare(struct drawing *drawing)
{
    const struct sr_predictions *predictions = drawing->predictions;
    const size_t count = drawing->count, classes = drawing->classes;
    for (size_t i = 0; i < count; i++) {
        const float *row = predictions->probabilities + i * classes;
        drawing->cells[i] = (uint32_t)(predictions->truth[i] * classes + predictions->predicted[i]);
        drawing->confidence[i] = row[predictions->predicted[i]];
        drawing->bins[i] = (uint8_t)sr_reliability_bin((double)drawing->confidence[i]);
        drawing->losses[i] = sr_log_loss((double)row[predictions->truth[i]]);
    }
}

/* ---- after the last ---- */

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double sr_quantile(const double *values, size_t count, double share)
{
    if (!count) return NAN;
    const double place = share * (double)(count - 1);
    const size_t below = (size_t)place;
    if (below + 1 >= count) return values[count - 1];
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}

/* Draws where it is not defined are left out. */
static struct sr_interval percentiles(const struct drawing *drawing, size_t number)
{
    double *values = sr_xalloc((drawing->draws + 1) * sizeof *values);
    size_t count = 0;
    for (size_t draw = 0; draw < drawing->draws; draw++) {
        const double value = drawing->results[draw * drawing->width + number];
        if (isfinite(value)) values[count++] = value;
    }
    qsort(values, count, sizeof *values, ascending);
    const struct sr_interval interval = {sr_quantile(values, count, 0.025),
                                         sr_quantile(values, count, 0.975)};
    free(values);
    return interval;
}

static struct sr_interval reflected(const struct drawing *drawing, size_t number, double estimate)
{
    const struct sr_interval about = percentiles(drawing, number);
    return (struct sr_interval){2 * estimate - about.high, 2 * estimate - about.low};
}

/* As far above the estimate as the highest draws are above their mean. */
static double highest(const struct drawing *drawing, size_t number, double estimate)
{
    double sum = 0, count = 0;
    for (size_t draw = 0; draw < drawing->draws; draw++) {
        const double value = drawing->results[draw * drawing->width + number];
        if (!isfinite(value)) continue;
        sum += value;
        count++;
    }
    return estimate + fmax(percentiles(drawing, number).high - sum / fmax(count, 1), 0);
}

static struct sr_interval share(double hits, double count)
{
    struct sr_interval interval = {NAN, NAN};
    if (count > 0) sr_wilson(hits, count, Z, &interval.low, &interval.high);
    return interval;
}

static void take_classes(const struct drawing *drawing, const double *plain,
                         struct sr_intervals *intervals)
{
    const size_t classes = drawing->classes;
    uint64_t *matrix = sr_xalloc(classes * classes * sizeof *matrix);
    sr_confusion(drawing->predictions, matrix);
    for (size_t c = 0; c < classes; c++) {
        const size_t own = WHOLE + c * PER_CLASS;
        double truths = 0, guesses = 0, hits = (double)matrix[c * classes + c];
        for (size_t other = 0; other < classes; other++) {
            truths += (double)matrix[c * classes + other];
            guesses += (double)matrix[other * classes + c];
        }
        intervals->per_class[c].recall = share(hits, truths);
        intervals->per_class[c].precision = share(hits, guesses);
        intervals->per_class[c].f1 = percentiles(drawing, own + CLASS_F1);
        intervals->per_class[c].auc = percentiles(drawing, own + CLASS_AUC);
        intervals->per_class[c].average_precision = percentiles(drawing, own + CLASS_AP);
        intervals->per_class[c].area = plain[own + CLASS_AUC];
        intervals->per_class[c].average = plain[own + CLASS_AP];
    }
    free(matrix);
}

/* `plain` are the same numbers of the samples as they are. */
static void take(const struct drawing *drawing, const double *plain, struct sr_intervals *intervals)
{
    const double count = (double)drawing->count;
    intervals->drawn = drawing->draws;
    intervals->loss = percentiles(drawing, LOSS);
    intervals->macro_precision = percentiles(drawing, PRECISION);
    intervals->macro_recall = percentiles(drawing, RECALL);
    intervals->macro_f1 = percentiles(drawing, F1);
    intervals->macro_auc = percentiles(drawing, AUC);
    intervals->mean_auc = plain[AUC];
    intervals->calibration_error = reflected(drawing, ERROR, plain[ERROR]);
    intervals->calibration_error.high = highest(drawing, ERROR, plain[ERROR]);
    intervals->calibration_error.low = fmax(0, intervals->calibration_error.low);
    intervals->calibration_bias = reflected(drawing, BIAS, plain[BIAS]);
    intervals->top2_accuracy = share(sr_top_accuracy(drawing->predictions, 2) * count, count);
    take_classes(drawing, plain, intervals);
}

static size_t draws_for(size_t count, size_t classes)
{
    const double most = MOST_VISITS / ((double)count * (double)classes);
    return most >= DRAWS ? DRAWS : most <= LEAST_DRAWS ? LEAST_DRAWS : (size_t)most;
}

static void forget(struct sr_intervals *intervals)
{
    const struct sr_interval none = {NAN, NAN};
    *intervals = (struct sr_intervals){.top2_accuracy = none,
                                       .loss = none,
                                       .macro_precision = none,
                                       .macro_recall = none,
                                       .macro_f1 = none,
                                       .calibration_error = none,
                                       .calibration_bias = none,
                                       .macro_auc = none,
                                       .mean_auc = NAN};
    for (int c = 0; c < SR_CLASSES_MAX; c++) {
        intervals->per_class[c].precision = intervals->per_class[c].recall =
            intervals->per_class[c].f1 = intervals->per_class[c].auc =
                intervals->per_class[c].average_precision = none;
        intervals->per_class[c].area = intervals->per_class[c].average = NAN;
    }
}

static enum sr_status run_draws(struct drawing *drawing, struct sr_pool *pool,
                                const struct sr_monitor *monitor, struct sr_error *error)
{
    enum { STEP = 64 }; /* draws between two questions to the monitor */
    const size_t all = drawing->draws;
    for (drawing->first = 0; drawing->first < all; drawing->first += STEP) {
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED,
                                "The intervals were stopped before their end.");
        const size_t left = all - drawing->first, here = left < STEP ? left : STEP;
        sr_pool_run(pool, (here + BLOCK - 1) / BLOCK, draw_block, drawing);
    }
    return SR_OK;
}

enum sr_status sr_bootstrap(struct sr_intervals *intervals,
                            const struct sr_predictions *predictions, uint64_t seed,
                            struct sr_pool *pool, const struct sr_monitor *monitor,
                            struct sr_error *error)
{
    const size_t count = predictions->count, classes = (size_t)predictions->classes;
    forget(intervals);
    if (!count) return SR_OK;
    struct drawing drawing = {.predictions = predictions,
                              .seed = seed,
                              .count = count,
                              .classes = classes,
                              .width = WHOLE + classes * PER_CLASS,
                              .draws = draws_for(count, classes)};
    const char *what = "what intervals are computed from";
    enum sr_status status = SR_ERROR_MEMORY;
    drawing.cells = sr_array_raw(count, sizeof *drawing.cells, what, error);
    drawing.bins = sr_array_raw(count, 1, what, error);
    drawing.confidence = sr_array_raw(count, sizeof *drawing.confidence, what, error);
    drawing.losses = sr_array_raw(count, sizeof *drawing.losses, what, error);
    drawing.ranked = sr_array_raw(count, classes * sizeof *drawing.ranked, what, error);
    drawing.ends = sr_array_raw(count, classes, what, error);
    /* one more for the samples as they are */
    drawing.results =
        sr_array_raw(drawing.draws + 1, drawing.width * sizeof *drawing.results, what, error);
    if (drawing.cells && drawing.bins && drawing.confidence && drawing.losses && drawing.ranked &&
        drawing.ends && drawing.results) {
        prepare(&drawing);
        sr_pool_run(pool, classes, rank_class, &drawing);
        status = run_draws(&drawing, pool, monitor, error);
    }
    if (!status) {
        uint16_t *weights = sr_xalloc(count * sizeof *weights);
        uint64_t *matrix = sr_xalloc(classes * classes * sizeof *matrix);
        double *plain = drawing.results + drawing.draws * drawing.width;
        for (size_t i = 0; i < count; i++) weights[i] = 1;
        measure_draw(&drawing, weights, matrix, plain);
        take(&drawing, plain, intervals);
        free(weights);
        free(matrix);
    }
    free(drawing.cells);
    free(drawing.bins);
    free(drawing.confidence);
    free(drawing.losses);
    free(drawing.ranked);
    free(drawing.ends);
    free(drawing.results);
    return status;
}
