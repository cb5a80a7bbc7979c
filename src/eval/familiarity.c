#include "sartor/eval/familiarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"

/* Least rows of a class for a tail of its own. */
enum { CLASS_LEAST = 50 };

/* --- distance from a class -------------------------------------------------------------------- */

/* In four sums, so that no addition waits for the one before. */
static double dot(const double *a, const double *b, size_t count)
{
    double sums[4] = {0};
    size_t k = 0;
    for (; k + 4 <= count; k += 4)
        for (int lane = 0; lane < 4; lane++) sums[lane] += a[k + lane] * b[k + lane];
    for (; k < count; k++) sums[0] += a[k] * b[k];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* Cholesky factor of a symmetric positive definite matrix, in place: its lower triangle. */
static void factorise(double *matrix, size_t size)
{
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *a = matrix + i * size, *b = matrix + j * size;
            double sum = a[j] - dot(a, b, j);
            matrix[i * size + j] = i == j ? sqrt(fmax(sum, 1e-300)) : sum / b[j];
        }
}

static void class_means(struct sr_gaussian *gaussian, const float *rows, const uint8_t *labels,
                        size_t count)
{
    const size_t size = gaussian->size, classes = (size_t)gaussian->classes;
    double *sums = sr_xalloc((classes + 1) * size * sizeof *sums);
    size_t *counts = sr_xalloc((classes + 1) * sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        const size_t sets[2] = {labels[i], classes};
        for (int s = 0; s < 2; s++) {
            counts[sets[s]]++;
            for (size_t k = 0; k < size; k++)
                sums[sets[s] * size + k] += (double)rows[i * size + k];
        }
    }
    for (size_t c = 0; c < classes; c++) {
        size_t from = counts[c] ? c : classes;
        for (size_t k = 0; k < size; k++)
            gaussian->means[c * size + k] =
                (float)(sums[from * size + k] / (double)(counts[from] ? counts[from] : 1));
    }
    free(sums);
    free(counts);
}

void sr_gaussian_fit(struct sr_gaussian *gaussian, const float *rows, const uint8_t *labels,
                     size_t count, size_t size, int classes)
{
    *gaussian = (struct sr_gaussian){.size = size, .classes = classes};
    gaussian->means = sr_xalloc((size_t)classes * size * sizeof *gaussian->means);
    gaussian->factor = sr_xalloc(size * size * sizeof *gaussian->factor);
    class_means(gaussian, rows, labels, count);
    double *matrix = sr_xalloc(size * size * sizeof *matrix), trace = 0;
    double *apart = sr_xalloc(size * sizeof *apart);
    for (size_t i = 0; i < count; i++) {
        const float *mean = gaussian->means + labels[i] * size, *row = rows + i * size;
        for (size_t k = 0; k < size; k++) apart[k] = (double)row[k] - (double)mean[k];
        for (size_t k = 0; k < size; k++)
            for (size_t l = 0; l <= k; l++) matrix[k * size + l] += apart[k] * apart[l];
    }
    for (size_t k = 0; k < size; k++) trace += matrix[k * size + k];
    const double rows_count = count ? (double)count : 1,
                 kept = rows_count / (rows_count + (double)size),
                 added = fmax(1e-3 * trace / rows_count / (double)size, 1e-12);
    for (size_t k = 0; k < size; k++)
        for (size_t l = 0; l <= k; l++) {
            double value = matrix[k * size + l] / rows_count;
            matrix[k * size + l] = k == l ? value + added : kept * value;
        }
    factorise(matrix, size);
    for (size_t k = 0; k < size; k++)
        for (size_t l = 0; l <= k; l++)
            gaussian->factor[k * size + l] = (float)matrix[k * size + l];
    free(matrix);
    free(apart);
}

double sr_gaussian_distance(const struct sr_gaussian *gaussian, const float *row, int class)
{
    const size_t size = gaussian->size;
    const float *mean = gaussian->means + (size_t) class * size;
    float solved[size];
    double square = 0;
    for (size_t k = 0; k < size; k++) {
        const float *factor = gaussian->factor + k * size;
        float sum = row[k] - mean[k];
        for (size_t l = 0; l < k; l++) sum -= factor[l] * solved[l];
        solved[k] = sum / factor[k];
        square += (double)solved[k] * (double)solved[k];
    }
    return sqrt(square);
}

void sr_gaussian_fini(struct sr_gaussian *gaussian)
{
    free(gaussian->means);
    free(gaussian->factor);
    *gaussian = (struct sr_gaussian){0};
}

/* --- direction between two sets --------------------------------------------------------------- */

/* Adds the products of the rows' differences from the mean to `matrix`, size × size, of which only
 * the lower triangle is of use, and to `target`, `sign` times, the sum of these differences. */
static void add_set(const float *rows, size_t count, double sign, const double *mean, size_t size,
                    float *matrix, double *target, struct sr_pool *pool)
{
    enum { PART = 512, BLOCK = 256 }; /* rows and columns of one product */
    float *apart = sr_xalloc(PART * size * sizeof *apart);
    for (size_t first = 0; first < count; first += PART) {
        size_t part = count - first < PART ? count - first : PART;
        for (size_t i = 0; i < part; i++)
            for (size_t k = 0; k < size; k++) {
                double difference = (double)rows[(first + i) * size + k] - mean[k];
                apart[i * size + k] = (float)difference;
                target[k] += sign * difference;
            }
        for (size_t at = 0; at < size; at += BLOCK) {
            const int below = (int)(size - at), width = below < BLOCK ? below : BLOCK;
            const struct sr_matrix rest = sr_matrix(apart + at, (int)part, below, (int)size),
                                   block = sr_matrix(apart + at, (int)part, width, (int)size);
            sr_gemm(pool, 1, sr_transpose(rest), block, 1, matrix + at * size + at, (int)size);
        }
    }
    free(apart);
}

static void add_mean(double *mean, const float *rows, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < size; k++)
            mean[k] += 0.5 * (double)rows[i * size + k] / (double)count;
}

/* Solve for one right side with the Cholesky factor of the matrix, in place. */
static void substitute(const double *factor, size_t size, double *values)
{
    for (size_t k = 0; k < size; k++) {
        for (size_t l = 0; l < k; l++) values[k] -= factor[k * size + l] * values[l];
        values[k] /= factor[k * size + k];
    }
    for (size_t k = size; k-- > 0;) {
        values[k] /= factor[k * size + k];
        for (size_t l = 0; l < k; l++) values[l] -= factor[k * size + l] * values[k];
    }
}

void sr_direction_fit(const float *first, size_t first_count, const float *second,
                      size_t second_count, size_t size, double penalty, struct sr_pool *pool,
                      float *direction)
{
    double *mean = sr_xalloc(size * sizeof *mean), *solved = sr_xalloc(size * sizeof *solved);
    double *matrix = sr_xalloc(size * size * sizeof *matrix), trace = 0, offset = 0;
    float *products = sr_xalloc(size * size * sizeof *products);
    add_mean(mean, first, first_count, size);
    add_mean(mean, second, second_count, size);
    add_set(first, first_count, -1, mean, size, products, solved, pool);
    add_set(second, second_count, 1, mean, size, products, solved, pool);
    for (size_t i = 0; i < size * size; i++) matrix[i] = (double)products[i];
    for (size_t k = 0; k < size; k++) trace += matrix[k * size + k];
    for (size_t k = 0; k < size; k++)
        matrix[k * size + k] += fmax(penalty * trace / (double)size, 1e-12);
    factorise(matrix, size);
    substitute(matrix, size, solved);
    for (size_t k = 0; k < size; k++) {
        direction[k] = (float)solved[k];
        offset -= solved[k] * mean[k];
    }
    direction[size] = (float)offset;
    free(mean);
    free(solved);
    free(matrix);
    free(products);
}

double sr_direction_along(const float *direction, const float *row, size_t size)
{
    double sum = (double)direction[size];
    for (size_t k = 0; k < size; k++) sum += (double)direction[k] * (double)row[k];
    return sum;
}

/* --- tails ------------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

void sr_tails_fit(struct sr_tails *tails, const double *values, const uint8_t *predicted,
                  size_t count, int classes)
{
    *tails = (struct sr_tails){.classes = classes,
                               .counts = sr_xalloc((size_t)classes * sizeof *tails->counts),
                               .values = sr_xalloc((count + 1) * sizeof *tails->values)};
    size_t at = 0;
    for (int c = 0; c < classes; c++) {
        size_t begin = at;
        for (size_t i = 0; i < count; i++)
            if (predicted[i] == c) tails->values[at++] = (float)values[i];
        tails->counts[c] = (uint32_t)(at - begin);
        qsort(tails->values + begin, at - begin, sizeof *tails->values, ascending);
    }
}

void sr_tails_fini(struct sr_tails *tails)
{
    free(tails->counts);
    free(tails->values);
    *tails = (struct sr_tails){0};
}

/* How many of `count` ascending values are below one. */
static size_t below(const float *values, size_t count, double value)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* -ln tail among `count` ascending values. */
static double surprise_among(const float *values, size_t count, double value)
{
    if (!count) return 0;
    const size_t bend = count * 9 / 10;
    const double n = (double)count, from = (double)values[bend];
    double excess = 0;
    for (size_t i = bend; i < count; i++) excess += (double)values[i] - from;
    excess = fmax(excess / (n - (double)bend), 1e-9 + 1e-6 * fabs(from));
    const double at_bend = -log((n - (double)bend + 1) / (n + 1));
    if (value > from) return at_bend + (value - from) / excess;
    return -log((n - (double)below(values, count, value) + 1) / (n + 1));
}

double sr_tails_surprise(const struct sr_tails *tails, double value, int class)
{
    size_t begin = 0, all = 0;
    for (int c = 0; c < tails->classes; c++) {
        if (c < class) begin += tails->counts[c];
        all += tails->counts[c];
    }
    if (tails->counts[class] >= CLASS_LEAST)
        return surprise_among(tails->values + begin, tails->counts[class], value);
    /* All classes together: each part is sorted for itself, so they are put in order first. */
    float *sorted = sr_xalloc((all + 1) * sizeof *sorted);
    memcpy(sorted, tails->values, all * sizeof *sorted);
    qsort(sorted, all, sizeof *sorted, ascending);
    double surprise = surprise_among(sorted, all, value);
    free(sorted);
    return surprise;
}

double sr_separation(const double *first, size_t first_count, const double *second,
                     size_t second_count)
{
    double above = 0;
    for (size_t i = 0; i < first_count; i++)
        for (size_t j = 0; j < second_count; j++)
            above += second[j] > first[i] ? 1 : second[j] == first[i] ? 0.5 : 0;
    return above / ((double)first_count * (double)second_count);
}
