#include "backdrop.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, RING_PERCENT = 5 };

float lab_distance(const float *a, const float *b)
{
    float l = a[0] - b[0], m = a[1] - b[1], n = a[2] - b[2];
    return sqrtf(l * l + m * m + n * n);
}

static void place_terms(const struct sheet *sheet, size_t at, double *terms)
{
    const double x = 2.0 * (double)(at % (size_t)sheet->width) / sheet->width - 1,
                 y = 2.0 * (double)(at / (size_t)sheet->width) / sheet->height - 1;
    const double all[TERMS] = {1, x, y, x * x, x * y, y * y};
    memcpy(terms, all, sizeof all);
}

float backdrop_distance(const struct sheet *sheet, const struct backdrop *backdrop, size_t at)
{
    double terms[TERMS];
    float lab[3];
    place_terms(sheet, at, terms);
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int i = 0; i < backdrop->used; i++) sum += backdrop->terms[c][i] * terms[i];
        lab[c] = (float)sum;
    }
    return lab_distance(lab, sheet->lab[at]);
}

/* Gauss elimination with pivots; false when the matrix is singular. */
static bool solve(int n, double matrix[TERMS][TERMS + 3])
{
    for (int i = 0; i < n; i++) {
        int pivot = i;
        for (int j = i + 1; j < n; j++)
            if (fabs(matrix[j][i]) > fabs(matrix[pivot][i])) pivot = j;
        if (fabs(matrix[pivot][i]) < 1e-9) return false;
        for (int c = 0; c < n + 3; c++) {
            double swap = matrix[i][c];
            matrix[i][c] = matrix[pivot][c];
            matrix[pivot][c] = swap;
        }
        for (int j = 0; j < n; j++) {
            double factor = j == i ? 0 : matrix[j][i] / matrix[i][i];
            for (int c = i; factor != 0 && c < n + 3; c++) matrix[j][c] -= factor * matrix[i][c];
        }
    }
    return true;
}

/* Weighted least squares over the pixels `among`, with weights that fall to 0 at `reach`. */
void backdrop_refit(const struct sheet *sheet, const size_t *among, size_t count, float reach,
                    struct backdrop *backdrop)
{
    double matrix[TERMS][TERMS + 3] = {{0}};
    const int n = backdrop->used;
    for (size_t i = 0; i < count; i++) {
        float share = backdrop_distance(sheet, backdrop, among[i]) / reach;
        if (share >= 1) continue;
        double weight = (1 - (double)share * (double)share), terms[TERMS];
        weight *= weight;
        place_terms(sheet, among[i], terms);
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < n; c++) matrix[r][c] += weight * terms[r] * terms[c];
            for (int c = 0; c < 3; c++)
                matrix[r][n + c] += weight * terms[r] * (double)sheet->lab[among[i]][c];
        }
    }
    for (int r = 1; r < n; r++) matrix[r][r] += 1e-6 * matrix[0][0] + 1e-12;
    if (!solve(n, matrix)) return;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < 3; c++) backdrop->terms[c][r] = matrix[r][n + c] / matrix[r][r];
}

/* The colour that most pixels along the edges have nearly. */
static void start(const struct sheet *sheet, const size_t *ring, size_t count,
                  struct backdrop *backdrop)
{
    size_t best = 0, most = 0, step = count / 200 + 1;
    for (size_t i = 0; i < count; i += step) {
        size_t near = 0;
        for (size_t j = 0; j < count; j += step)
            near += lab_distance(sheet->lab[ring[i]], sheet->lab[ring[j]]) < 10;
        if (near > most) most = near, best = i;
    }
    *backdrop = (struct backdrop){.used = 1};
    for (int c = 0; c < 3; c++) backdrop->terms[c][0] = (double)sheet->lab[ring[best]][c];
}

void backdrop_fit(const struct sheet *sheet, const size_t *among, size_t count,
                  struct backdrop *backdrop)
{
    float reach = 24;
    start(sheet, among, count, backdrop);
    for (int round = 0; round < ROUNDS; round++) {
        backdrop->used = round < 3 ? 1 : round < 7 ? 3 : TERMS;
        backdrop_refit(sheet, among, count, reach, backdrop);
        if (reach > 10) reach *= 0.9f;
    }
}

size_t backdrop_ring(const struct sheet *sheet, size_t *ring)
{
    const int side = sheet->height < sheet->width ? sheet->height : sheet->width;
    int depth = side * RING_PERCENT / 100;
    size_t count = 0;
    if (depth < 1) depth = 1;
    for (int y = 0; y < sheet->height; y++)
        for (int x = 0; x < sheet->width; x++)
            if (y < depth || x < depth || y >= sheet->height - depth || x >= sheet->width - depth)
                ring[count++] = (size_t)(y * sheet->width + x);
    return count;
}

void backdrop_measure(struct sheet *sheet, const struct backdrop *backdrop)
{
    enum { LEAST = 64 }; /* in a smaller picture one pixel may be a thing */
    const int height = sheet->height, width = sheet->width,
              reach = height < LEAST || width < LEAST ? 0 : 1;
    for (size_t i = 0; i < (size_t)(height * width); i++)
        sheet->raw[i] = backdrop_distance(sheet, backdrop, i);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float sum = 0, weights = 0;
            for (int i = -reach; i <= reach; i++)
                for (int j = -reach; j <= reach; j++) {
                    if (y + i < 0 || y + i >= height || x + j < 0 || x + j >= width) continue;
                    float weight = (float)((2 - abs(i)) * (2 - abs(j)));
                    sum += weight * sheet->raw[(y + i) * width + x + j];
                    weights += weight;
                }
            sheet->far[y * width + x] = sum / weights;
        }
}
