#include "sartor/eval/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static const float *row_of(const struct sr_predictions *predictions, size_t i)
{
    return predictions->probabilities + i * (size_t)predictions->classes;
}

int sr_reliability_bin(double confidence)
{
    const double place = ceil(confidence * SR_RELIABILITY_BINS) - 1; /* NaN: the first bin */
    return place > 0 ? (int)fmin(place, SR_RELIABILITY_BINS - 1) : 0;
}

void sr_reliability(struct sr_reliability *reliability, const struct sr_predictions *predictions)
{
    double right[SR_RELIABILITY_BINS] = {0}, sure[SR_RELIABILITY_BINS] = {0};
    *reliability = (struct sr_reliability){0};
    for (size_t i = 0; i < predictions->count; i++) {
        double confidence = (double)row_of(predictions, i)[predictions->predicted[i]];
        const int bin = sr_reliability_bin(confidence);
        reliability->counts[bin]++;
        sure[bin] += confidence;
        right[bin] += predictions->predicted[i] == predictions->truth[i];
    }
    double all = (double)predictions->count, difference = 0;
    for (int b = 0; b < SR_RELIABILITY_BINS; b++) {
        double n = (double)reliability->counts[b];
        reliability->confidence[b] = n > 0 ? sure[b] / n : NAN;
        reliability->accuracy[b] = n > 0 ? right[b] / n : NAN;
        if (n > 0) reliability->ece += fabs(right[b] - sure[b]) / all;
        difference += sure[b] - right[b];
    }
    reliability->bias = all > 0 ? difference / all : NAN;
}

double sr_top_accuracy(const struct sr_predictions *predictions, int k)
{
    size_t hits = 0;
    for (size_t i = 0; i < predictions->count; i++) {
        const float *p = row_of(predictions, i);
        int truth = predictions->truth[i], above = 0; /* classes ranked before the true one */
        for (int c = 0; c < predictions->classes; c++)
            above += p[c] > p[truth] || (p[c] == p[truth] && c < truth);
        hits += above < k;
    }
    return predictions->count ? (double)hits / (double)predictions->count : 0;
}

struct scored {
    float score;
    bool positive;
};

static int by_score_down(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

/* Samples by falling probability of a class; `*positives`: how many are of the class. */
static struct scored *rank(const struct sr_predictions *predictions, int class, size_t *positives)
{
    struct scored *items = sr_xalloc(predictions->count * sizeof *items);
    *positives = 0;
    for (size_t i = 0; i < predictions->count; i++) {
        items[i] = (struct scored){row_of(predictions, i)[class], predictions->truth[i] == class};
        *positives += items[i].positive;
    }
    qsort(items, predictions->count, sizeof *items, by_score_down);
    return items;
}

/* Counts down to a place in the ranking, and in all. */
struct counts {
    double hits, seen; /* samples of the class, and all, down to here */
    double positives, count;
};

struct curve {
    double *x, *y; /* NULL for the area alone */
    size_t count;
    double last_x, last_y, area;
};

/* Go down the ranking and visit the end of each run of equal probabilities. */
static void walk(const struct sr_predictions *predictions, int class,
                 void (*visit)(struct curve *curve, const struct counts *counts),
                 struct curve *curve)
{
    size_t positives, hits = 0, count = predictions->count;
    struct scored *items = rank(predictions, class, &positives);
    for (size_t i = 0; i < count; i++) {
        hits += items[i].positive;
        if (i + 1 == count || items[i + 1].score != items[i].score)
            visit(curve, &(struct counts){(double)hits, (double)(i + 1), (double)positives,
                                          (double)count});
    }
    free(items);
}

static void add_point(struct curve *curve, double x, double y)
{
    if (!curve->x) return;
    curve->x[curve->count] = x;
    curve->y[curve->count++] = y;
}

static void visit_roc(struct curve *curve, const struct counts *counts)
{
    double x = (counts->seen - counts->hits) / (counts->count - counts->positives),
           y = counts->hits / counts->positives;
    curve->area += (x - curve->last_x) * (y + curve->last_y) / 2;
    curve->last_x = x;
    curve->last_y = y;
    add_point(curve, x, y);
}

static void visit_precision(struct curve *curve, const struct counts *counts)
{
    double x = counts->hits / counts->positives, y = counts->hits / counts->seen;
    curve->area += (x - curve->last_x) * y;
    curve->last_x = x;
    add_point(curve, x, y);
}

static bool one_sided(const struct sr_predictions *predictions, int class)
{
    size_t positives = 0;
    for (size_t i = 0; i < predictions->count; i++) positives += predictions->truth[i] == class;
    return positives == 0 || positives == predictions->count;
}

double sr_roc_auc(const struct sr_predictions *predictions, int class)
{
    struct curve curve = {0};
    if (one_sided(predictions, class)) return NAN;
    walk(predictions, class, visit_roc, &curve);
    return curve.area;
}

double sr_average_precision(const struct sr_predictions *predictions, int class)
{
    struct curve curve = {0};
    if (one_sided(predictions, class)) return NAN;
    walk(predictions, class, visit_precision, &curve);
    return curve.area;
}

size_t sr_roc_curve(const struct sr_predictions *predictions, int class, double *x, double *y)
{
    struct curve curve = {.x = x, .y = y, .count = 1};
    x[0] = y[0] = 0;
    if (one_sided(predictions, class)) return 1;
    walk(predictions, class, visit_roc, &curve);
    return curve.count;
}

size_t sr_precision_recall_curve(const struct sr_predictions *predictions, int class, double *x,
                                 double *y)
{
    struct curve curve = {.x = x, .y = y};
    if (one_sided(predictions, class)) return 0;
    walk(predictions, class, visit_precision, &curve);
    return curve.count;
}

/* The directions in which a line from the point kept last passes near all points since then, and
 * how far away the farthest of them is. */
struct sector {
    double least, most, reach;
};
static const struct sector anywhere = {-INFINITY, INFINITY, 0};

/* May the line end at (dx, dy) from the point kept last? If so, later lines must pass near it. */
static bool may_end(struct sector *sector, double dx, double dy, double near)
{
    const double far = hypot(dx, dy), direction = atan2(dy, dx);
    if (sector->reach > (far > near ? far + near : near)) return false;
    if (far > near) {
        const double half = asin(near / far);
        if (direction < sector->least || direction > sector->most) return false;
        sector->least = fmax(sector->least, direction - half);
        sector->most = fmin(sector->most, direction + half);
    }
    sector->reach = fmax(sector->reach, far);
    return true;
}

size_t sr_curve_thin(double *x, double *y, size_t count, double near)
{
    struct sector sector = anywhere;
    size_t kept = 1;
    if (count < 3) return count;
    for (size_t i = 1; i < count; i++) {
        if (may_end(&sector, x[i] - x[kept - 1], y[i] - y[kept - 1], near)) continue;
        x[kept] = x[i - 1];
        y[kept] = y[i - 1];
        kept++;
        sector = anywhere;
        may_end(&sector, x[i] - x[kept - 1], y[i] - y[kept - 1], near);
    }
    x[kept] = x[count - 1];
    y[kept] = y[count - 1];
    return kept + 1;
}
