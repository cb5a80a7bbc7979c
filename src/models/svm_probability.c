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

void svm_couple(const double *r, int classes, double *p, double *work)
{
    double *q = work, *qp = work + (size_t)classes * (size_t)classes;
    int rounds = classes > 100 ? classes : 100;
    if (classes == 2) {
        p[0] = r[1];
        p[1] = 1 - r[1];
        return;
    }
    /* Minimise p'Qp, sum p = 1, where p'Qp = 1/2 sum_ij (r_ji p_i - r_ij p_j)². */
    for (int i = 0; i < classes; i++) {
        double sum = 0;
        p[i] = 1.0 / classes;
        for (int j = 0; j < classes; j++) {
            if (j == i) continue;
            sum += r[j * classes + i] * r[j * classes + i];
            q[i * classes + j] = -r[j * classes + i] * r[i * classes + j];
        }
        q[i * classes + i] = sum;
    }
    for (int round = 0; round < rounds; round++) {
        double pqp = 0, worst = 0;
        for (int i = 0; i < classes; i++) {
            qp[i] = 0;
            for (int j = 0; j < classes; j++) qp[i] += q[i * classes + j] * p[j];
            pqp += p[i] * qp[i];
        }
        for (int i = 0; i < classes; i++) worst = fmax(worst, fabs(qp[i] - pqp));
        if (worst < 1e-3 / classes) break;
        for (int i = 0; i < classes; i++) {
            /* Solve row i of Qp = p'Qp for p_i, then scale p to sum to 1 again. */
            double own = q[i * classes + i], change = own > 0 ? (pqp - qp[i]) / own : 0;
            double scale = 1 / (1 + change);
            p[i] += change;
            pqp = (pqp + change * (change * own + 2 * qp[i])) * scale * scale;
            for (int j = 0; j < classes; j++) {
                qp[j] = (qp[j] + change * q[i * classes + j]) * scale;
                p[j] *= scale;
            }
        }
    }
}
