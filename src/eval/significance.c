#include "sartor/eval/significance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { EXACT_LIMIT = 1000 };

/* Two-sided exact binomial p at 1/2: twice the smaller tail, at most 1. */
static double exact_p(size_t a, size_t b)
{
    size_t n = a + b, low = a < b ? a : b;
    double tail = 0, base = lgamma((double)n + 1) - (double)n * log(2);
    for (size_t k = 0; k <= low; k++)
        tail += exp(base - lgamma((double)k + 1) - lgamma((double)(n - k) + 1));
    return fmin(1, 2 * tail);
}

void sr_mcnemar(struct sr_mcnemar *test, const struct sr_predictions *first,
                const struct sr_predictions *second)
{
    *test = (struct sr_mcnemar){.p = 1};
    size_t same = 0;
    for (size_t i = 0, k = 0; i < first->count && k < second->count;) {
        if (first->rows[i] != second->rows[k]) {
            if (first->rows[i] < second->rows[k])
                i++;
            else
                k++;
            continue;
        }
        bool a = first->predicted[i] == first->truth[i],
             b = second->predicted[k] == second->truth[k];
        if (a && b)
            test->both++;
        else if (a)
            test->only_first++;
        else if (b)
            test->only_second++;
        else
            test->neither++;
        same += first->predicted[i++] == second->predicted[k++];
    }
    const size_t count = sr_mcnemar_count(test);
    test->agreement = count ? (double)same / (double)count : 1;
    size_t apart = test->only_first + test->only_second;
    if (apart && apart <= EXACT_LIMIT) {
        test->p = exact_p(test->only_first, test->only_second);
    } else if (apart) {
        double difference = fabs((double)test->only_first - (double)test->only_second) - 1;
        double chi2 = difference > 0 ? difference * difference / (double)apart : 0;
        test->p = erfc(sqrt(chi2 / 2)); /* upper tail of chi-squared with one degree of freedom */
    }
}

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void sr_holm(double *p, size_t count)
{
    struct ranked *order = sr_xalloc(count * sizeof *order);
    double least = 0;
    for (size_t i = 0; i < count; i++) order[i] = (struct ranked){p[i], i};
    qsort(order, count, sizeof *order, by_p);
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, order[i].p * (double)(count - i)));
        p[order[i].index] = least;
    }
    free(order);
}

struct sr_pair *sr_pairs(const struct sr_predictions *const *predictions, size_t count,
                         size_t *pairs)
{
    size_t total = count * (count - (count > 0)) / 2, k = 0;
    struct sr_pair *found = sr_xalloc((total + 1) * sizeof *found);
    double *p = sr_xalloc((total + 1) * sizeof *p);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++, k++) {
            found[k].first = i;
            found[k].second = j;
            sr_mcnemar(&found[k].test, predictions[i], predictions[j]);
            p[k] = found[k].test.p;
        }
    sr_holm(p, total);
    for (size_t i = 0; i < total; i++) found[i].p = p[i];
    free(p);
    *pairs = total;
    return found;
}

void sr_pair_print(const struct sr_pair *pair, const char *first, const char *second,
                   struct sr_text *text)
{
    /* With equal counts p is 1, and the order does not matter. */
    bool ahead = pair->test.only_first >= pair->test.only_second;
    const char *better = ahead ? first : second, *worse = ahead ? second : first;
    if (!sr_mcnemar_count(&pair->test))
        sr_text_printf(text, "no sample can be used to compare %s and %s", first, second);
    else if (pair->p >= 0.05)
        sr_text_printf(text, "%s and %s can't be told apart on this data (p = %.2g)", first, second,
                       pair->p);
    else if (pair->p < 0.001)
        sr_text_printf(text, "%s beats %s, p < 0.001", better, worse);
    else
        sr_text_printf(text, "%s beats %s, p = %.3f", better, worse, pair->p);
}

static const float *row_of(const struct sr_predictions *predictions, size_t i)
{
    return predictions->probabilities + i * (size_t)predictions->classes;
}

void sr_reliability(struct sr_reliability *reliability, const struct sr_predictions *predictions)
{
    double right[SR_RELIABILITY_BINS] = {0}, sure[SR_RELIABILITY_BINS] = {0};
    *reliability = (struct sr_reliability){0};
    for (size_t i = 0; i < predictions->count; i++) {
        double confidence = (double)row_of(predictions, i)[predictions->predicted[i]];
        double place = ceil(confidence * SR_RELIABILITY_BINS) - 1; /* NaN: the first bin */
        int bin = place > 0 ? (int)fmin(place, SR_RELIABILITY_BINS - 1) : 0;
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
