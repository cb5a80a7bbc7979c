/* From decision values to probabilities. */
#include "svm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double svm_sigmoid(double value, double a, double b)
{
    double x = a * value + b;
    return x >= 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x));
}

/* Negative log-likelihood of the soft targets, and what Newton's step needs of it. */
struct fit {
    double value, ga, gb, haa, hab, hbb;
};

static struct fit evaluate(const double *values, const bool *positive, size_t count, double high,
                           double low, double a, double b)
{
    struct fit fit = {0, 0, 0, 1e-12, 0, 1e-12};
    for (size_t i = 0; i < count; i++) {
        double target = positive[i] ? high : low, x = a * values[i] + b;
        /* -t log p - (1 - t) log(1 - p) with p = 1 / (1 + exp x), without overflow */
        fit.value += x >= 0 ? target * x + log1p(exp(-x)) : (target - 1) * x + log1p(exp(x));
        double p = svm_sigmoid(values[i], a, b), slope = target - p, curve = p * (1 - p);
        fit.ga += values[i] * slope;
        fit.gb += slope;
        fit.haa += values[i] * values[i] * curve;
        fit.hab += values[i] * curve;
        fit.hbb += curve;
    }
    return fit;
}

void svm_sigmoid_fit(const double *values, const bool *positive, size_t count, double *a, double *b)
{
    double positives = 0;
    for (size_t i = 0; i < count; i++) positives += positive[i];
    double negatives = (double)count - positives;
    double high = (positives + 1) / (positives + 2), low = 1 / (negatives + 2);
    *a = 0;
    *b = log((negatives + 1) / (positives + 1));
    struct fit now = evaluate(values, positive, count, high, low, *a, *b);
    for (int round = 0; round < 100 && (fabs(now.ga) > 1e-5 || fabs(now.gb) > 1e-5); round++) {
        double det = now.haa * now.hbb - now.hab * now.hab;
        double da = -(now.hbb * now.ga - now.hab * now.gb) / det;
        double db = -(now.haa * now.gb - now.hab * now.ga) / det;
        double slope = now.ga * da + now.gb * db, step = 1;
        struct fit next = now;
        for (; step > 1e-10; step /= 2) {
            next = evaluate(values, positive, count, high, low, *a + step * da, *b + step * db);
            if (next.value < now.value + 1e-4 * step * slope) break;
        }
        if (!(step > 1e-10)) break; /* no better value within rounding */
        *a += step * da;
        *b += step * db;
        now = next;
    }
}

/* The method minimises p'Qp with sum p = 1, where p'Qp = 1/2 sum_ij (r_ji p_i - r_ij p_j)². At the
 * minimum Qp is the same in all rows, so (Q + 11')p is too: p is the solution of (Q + 11')p = 1,
 * scaled. That matrix is positive definite where no r is 0. */
void svm_couple(const double *r, int classes, double *p, double *work)
{
    for (int i = 0; i < classes; i++) {
        double *row = work + i * classes, sum = 0;
        for (int j = 0; j < classes; j++) {
            if (j == i) continue;
            sum += r[j * classes + i] * r[j * classes + i];
            row[j] = 1 - r[j * classes + i] * r[i * classes + j];
        }
        row[i] = 1 + sum;
        p[i] = 1;
    }
    for (int i = 0; i < classes; i++) {
        const double *pivot = work + i * classes;
        for (int j = i + 1; j < classes; j++) {
            double *row = work + j * classes, share = row[i] / pivot[i];
            for (int k = i + 1; k < classes; k++) row[k] -= share * pivot[k];
            p[j] -= share * p[i];
        }
    }
    double total = 0;
    for (int i = classes - 1; i >= 0; i--) {
        const double *row = work + i * classes;
        for (int k = i + 1; k < classes; k++) p[i] -= row[k] * p[k];
        p[i] = fmax(p[i] / row[i], 0);
        total += p[i];
    }
    for (int i = 0; i < classes; i++) p[i] /= total;
}
