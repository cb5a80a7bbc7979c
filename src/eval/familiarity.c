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

/* The inverse of a Cholesky factor, column after column, sr_gaussian_stride(size) apart. */
static void invert(const double *factor, size_t size, float *columns)
{
    const size_t stride = sr_gaussian_stride(size);
    double *column = sr_xalloc(size * sizeof *column);
    for (size_t l = 0; l < size; l++) {
        column[l] = 1 / factor[l * size + l];
        for (size_t k = l + 1; k < size; k++)
            column[k] = -dot(factor + k * size + l, column + l, k - l) / factor[k * size + k];
        for (size_t k = l; k < size; k++) columns[l * stride + k] = (float)column[k];
    }
    free(column);
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
    gaussian->inverse = sr_xalloc(size * sr_gaussian_stride(size) * sizeof *gaussian->inverse);
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
    invert(matrix, size, gaussian->inverse);
    free(matrix);
    free(apart);
}

/* Four values at a time. */
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
enum { FOUR = 4 };

size_t sr_gaussian_stride(size_t size)
{
    return (size + FOUR - 1) / FOUR * FOUR;
}

double sr_gaussian_distance(const struct sr_gaussian *gaussian, const float *row, int class)
{
    const size_t size = gaussian->size, stride = sr_gaussian_stride(size);
    const float *mean = gaussian->means + (size_t) class * size;
    float solved[stride];
    double square = 0;
    memset(solved, 0, sizeof solved);
    for (size_t l = 0; l < size; l++) {
        const float *column = gaussian->inverse + l * stride;
        const four apart = row[l] - mean[l] - (four){0};
        for (size_t k = l / FOUR * FOUR; k < stride; k += FOUR)
            *(four *)(solved + k) += apart * *(const four *)(column + k);
    }
    for (size_t k = 0; k < size; k++) square += (double)solved[k] * (double)solved[k];
    return sqrt(square);
}

void sr_gaussian_fini(struct sr_gaussian *gaussian)
{
    free(gaussian->means);
    free(gaussian->inverse);
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
    double sums[4] = {0};
    size_t k = 0;
    for (; k + 4 <= size; k += 4)
        for (int lane = 0; lane < 4; lane++)
            sums[lane] += (double)direction[k + lane] * (double)row[k + lane];
    for (; k < size; k++) sums[0] += (double)direction[k] * (double)row[k];
    return sums[0] + sums[1] + (sums[2] + sums[3]) + (double)direction[size];
}

/* --- tails ------------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;
    return (left > right) - (left < right);
}

/* Where the tail bends: from here on it is taken to fall exponentially. */
static size_t bend_of(size_t count)
{
    return count * 9 / 10;
}

static double excess_of(const float *values, size_t count)
{
    if (!count) return 0;
    const size_t bend = bend_of(count);
    const double from = (double)values[bend];
    double excess = 0;
    for (size_t i = bend; i < count; i++) excess += (double)values[i] - from;
    return fmax(excess / (double)(count - bend), 1e-9 + 1e-6 * fabs(from));
}

static size_t count_all(const struct sr_tails *tails)
{
    size_t all = 0;
    for (int c = 0; c < tails->classes; c++) all += tails->counts[c];
    return all;
}

void sr_tails_init(struct sr_tails *tails, const uint32_t *counts, int classes)
{
    *tails = (struct sr_tails){.classes = classes};
    tails->counts = sr_xalloc((size_t)classes * sizeof *counts);
    memcpy(tails->counts, counts, (size_t)classes * sizeof *counts);
    tails->values = sr_xalloc((2 * count_all(tails) + 1) * sizeof *tails->values);
    tails->excesses = sr_xalloc(((size_t)classes + 1) * sizeof *tails->excesses);
}

void sr_tails_settle(struct sr_tails *tails)
{
    const size_t all = count_all(tails);
    float *together = tails->values + all;
    size_t begin = 0;
    for (int c = 0; c < tails->classes; begin += tails->counts[c++])
        tails->excesses[c] = excess_of(tails->values + begin, tails->counts[c]);
    memcpy(together, tails->values, all * sizeof *together);
    qsort(together, all, sizeof *together, ascending);
    tails->excesses[tails->classes] = excess_of(together, all);
}

void sr_tails_fit(struct sr_tails *tails, const double *values, const uint8_t *predicted,
                  size_t count, int classes)
{
    uint32_t *counts = sr_xalloc((size_t)classes * sizeof *counts);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) counts[predicted[i]]++;
    sr_tails_init(tails, counts, classes);
    for (int c = 0; c < classes; c++) {
        const size_t begin = at;
        for (size_t i = 0; i < count; i++)
            if (predicted[i] == c) tails->values[at++] = (float)values[i];
        qsort(tails->values + begin, at - begin, sizeof *tails->values, ascending);
    }
    sr_tails_settle(tails);
    free(counts);
}

void sr_tails_fini(struct sr_tails *tails)
{
    free(tails->counts);
    free(tails->values);
    free(tails->excesses);
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

double sr_tails_surprise(const struct sr_tails *tails, double value, int class)
{
    size_t begin = 0, count = tails->counts[class];
    if (count >= CLASS_LEAST)
        for (int c = 0; c < class; c++) begin += tails->counts[c];
    else {
        begin = count = count_all(tails);
        class = tails->classes;
    }
    if (!count) return 0;
    const float *values = tails->values + begin;
    const size_t bend = bend_of(count);
    const double n = (double)count, from = (double)values[bend];
    if (value > from)
        return (value - from) / tails->excesses[class] - log((n - (double)bend + 1) / (n + 1));
    return -log((n - (double)below(values, count, value) + 1) / (n + 1));
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
