/* stats.c - see stats.h. */
#include "sartor/data/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Four tables: additions to the same counter have to wait for one another, and half of the pixels
 * are 0. */
static void count_pixels(uint64_t tables[4][256], const uint8_t *pixels, size_t length)
{
    size_t i = 0;
    for (; i + 4 <= length; i += 4)
        for (int lane = 0; lane < 4; lane++) tables[lane][pixels[i + (size_t)lane]]++;
    for (; i < length; i++) tables[0][pixels[i]]++;
}

/* The value of the pixel at `position` when all are sorted. */
static int value_at(const uint64_t histogram[256], uint64_t position)
{
    uint64_t below = 0;
    for (int value = 0; value < 256; value++) {
        below += histogram[value];
        if (position < below) return value;
    }
    return 255;
}

void sr_stats_compute(struct sr_stats *stats, const struct sr_samples *samples, int label)
{
    uint64_t tables[4][256] = {{0}};
    const size_t size = sr_shape_size(samples->images->shape);
    memset(stats, 0, sizeof *stats);
    for (size_t i = 0; i < samples->count; i++) {
        int own = sr_samples_label(samples, i);
        if (label >= 0 && own != label) continue;
        stats->count++;
        stats->class_counts[own]++;
        count_pixels(tables, sr_samples_pixels(samples, i), size);
    }
    uint64_t n = 0, sum = 0, squares = 0;
    for (uint64_t value = 0; value < 256; value++) {
        uint64_t count = tables[0][value] + tables[1][value] + tables[2][value] + tables[3][value];
        stats->histogram[value] = count;
        n += count;
        sum += count * value;
        squares += count * value * value;
    }
    if (n == 0) {
        stats->mean = stats->median = stats->deviation = stats->zeros = NAN;
        return;
    }
    stats->mean = (double)sum / (double)n;
    stats->median =
        (value_at(stats->histogram, (n - 1) / 2) + value_at(stats->histogram, n / 2)) / 2.0;
    unsigned __int128 spread = (unsigned __int128)n * squares - (unsigned __int128)sum * sum;
    stats->deviation = sqrt((double)spread) / (double)n;
    stats->zeros = (double)stats->histogram[0] / (double)n;
}

int sr_stats_mean_image(const struct sr_samples *samples, int label, float *mean, float *variance)
{
    const size_t size = sr_shape_size(samples->images->shape);
    uint64_t *sums = sr_xalloc(2 * size * sizeof *sums), *squares = sums + size, count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        if (label >= 0 && sr_samples_label(samples, i) != label) continue;
        const uint8_t *pixels = sr_samples_pixels(samples, i);
        for (size_t p = 0; p < size; p++) {
            sums[p] += pixels[p];
            squares[p] += (uint64_t)pixels[p] * pixels[p];
        }
        count++;
    }
    for (size_t p = 0; p < size && count; p++) {
        double average = (double)sums[p] / (double)count;
        mean[p] = (float)average;
        if (variance) variance[p] = (float)((double)squares[p] / (double)count - average * average);
    }
    free(sums);
    return count > 0;
}
