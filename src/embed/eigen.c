/* eigen.c - see eigen.h: Jacobi's method (Golub and Van Loan, Matrix Computations, 8.5). */
#include "eigen.h"

#include <math.h>

/* Rotate columns p and q, then rows p and q, so that the element p, q becomes 0. */
static void rotate(double *a, int n, int p, int q, double *vectors)
{
    const double off = a[p * n + q];
    if (off == 0) return;
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int i = 0; i < n; i++) {
        const double x = a[i * n + p], y = a[i * n + q];
        a[i * n + p] = c * x - s * y;
        a[i * n + q] = s * x + c * y;
    }
    for (int i = 0; i < n; i++) {
        const double x = a[p * n + i], y = a[q * n + i];
        a[p * n + i] = c * x - s * y;
        a[q * n + i] = s * x + c * y;
    }
    for (int i = 0; i < n; i++) {
        const double x = vectors[i * n + p], y = vectors[i * n + q];
        vectors[i * n + p] = c * x - s * y;
        vectors[i * n + q] = s * x + c * y;
    }
}

static void swap_columns(double *vectors, int n, int p, int q)
{
    for (int i = 0; i < n; i++) {
        const double x = vectors[i * n + p];
        vectors[i * n + p] = vectors[i * n + q];
        vectors[i * n + q] = x;
    }
}

void eigen_symmetric(double *matrix, int n, double *values, double *vectors)
{
    enum { MOST_SWEEPS = 60 };
    for (int i = 0; i < n * n; i++) vectors[i] = i % (n + 1) == 0;
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        double off = 0, diagonal = 0;
        for (int p = 0; p < n; p++) {
            diagonal += matrix[p * n + p] * matrix[p * n + p];
            for (int q = p + 1; q < n; q++) off += matrix[p * n + q] * matrix[p * n + q];
        }
        if (off <= 1e-28 * diagonal) break;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) rotate(matrix, n, p, q, vectors);
    }
    for (int i = 0; i < n; i++) values[i] = matrix[i * n + i];
    for (int i = 0; i < n; i++) {
        int largest = i;
        for (int j = i + 1; j < n; j++)
            if (values[j] > values[largest]) largest = j;
        const double value = values[i];
        values[i] = values[largest];
        values[largest] = value;
        if (largest != i) swap_columns(vectors, n, i, largest);
    }
}
