#include "sartor/eval/paired.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

void sr_accuracy_difference(const struct sr_mcnemar *test, struct sr_difference *difference)
{
    const double a = (double)test->both, b = (double)test->only_first,
                 c = (double)test->only_second, d = (double)test->neither, n = a + b + c + d,
                 first = (a + b) / n, second = (a + c) / n, z = 1.959964,
                 product = (a + b) * (c + d) * (a + c) * (b + d);
    double low1, high1, low2, high2, correlation = a * d - b * c;
    *difference = (struct sr_difference){NAN, NAN, NAN};
    if (!(n > 0)) return;
    sr_wilson(a + b, n, z, &low1, &high1);
    sr_wilson(a + c, n, z, &low2, &high2);
    if (correlation > 0) correlation = fmax(correlation - n / 2, 0);
    correlation = product > 0 ? correlation / sqrt(product) : 0;
    const double down1 = first - low1, up1 = high1 - first, down2 = second - low2,
                 up2 = high2 - second;
    difference->value = first - second;
    difference->low =
        difference->value - sqrt(down1 * down1 - 2 * correlation * down1 * up2 + up2 * up2);
    difference->high =
        difference->value + sqrt(down2 * down2 - 2 * correlation * down2 * up1 + up1 * up1);
}

/* Continued fraction of the incomplete beta function, by Lentz's method (Press et al., 2007, 6.4).
 */
static double beta_fraction(double a, double b, double x)
{
    const double least = 1e-300, enough = 1e-15;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < least ? least : d);
    double value = d;
    for (int m = 1; m <= 500; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            const double step = half ? odd : even;
            d = 1 + step * d;
            c = 1 + step / c;
            d = 1 / (fabs(d) < least ? least : d);
            if (fabs(c) < least) c = least;
            value *= d * c;
        }
        if (fabs(d * c - 1) < enough) break;
    }
    return value;
}

/* The regularised incomplete beta function I_x(a, b). */
static double incomplete_beta(double a, double b, double x)
{
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double sr_student_p(double t, double freedom)
{
    if (isnan(t) || !(freedom > 0)) return NAN;
    return isinf(t) ? 0 : incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double sr_student_quantile(double p, double freedom)
{
    double low = 0, high = 1;
    if (!(p > 0 && p < 1 && freedom > 0)) return NAN;
    while (sr_student_p(high, freedom) > p) high *= 2;
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        if (sr_student_p(middle, freedom) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

void sr_paired_t(struct sr_paired_t *test, const double *differences, size_t count)
{
    const double n = (double)count;
    double sum = 0, squares = 0;
    *test = (struct sr_paired_t){count, NAN, NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < count; i++) sum += differences[i];
    if (count) test->mean = sum / n;
    if (count < 2) return;
    for (size_t i = 0; i < count; i++)
        squares += (differences[i] - test->mean) * (differences[i] - test->mean);
    const double error = sqrt(squares / (n - 1) / n),
                 reach = sr_student_quantile(0.05, n - 1) * error;
    test->low = test->mean - reach;
    test->high = test->mean + reach;
    if (error > 0) {
        test->t = test->mean / error;
        test->p = sr_student_p(test->t, n - 1);
    } else {
        test->p = test->mean > 0 || test->mean < 0 ? 0 : 1;
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
    const size_t images = sr_mcnemar_count(&pair->test);
    char count[32], p[32];
    sr_format_count(count, sizeof count, images);
    if (pair->p < 0.001)
        snprintf(p, sizeof p, "p < 0.001");
    else
        snprintf(p, sizeof p, pair->p < 0.05 ? "p = %.3f" : "p = %.2g", pair->p);
    if (!images) {
        sr_text_printf(text, "no sample can be used to compare %s and %s", first, second);
    } else if (pair->p >= 0.05) {
        sr_text_printf(text, "%s and %s can't be told apart on these %s images, %s", first, second,
                       count, p);
    } else {
        struct sr_difference difference;
        sr_accuracy_difference(&pair->test, &difference);
        sr_text_printf(text, "%s beats %s by %.2f points, %s", better, worse,
                       100 * fabs(difference.value), p);
    }
}
