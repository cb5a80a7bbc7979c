/* stats.c - see stats.h. */
#include "sartor/data/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

const char *const sr_channel_names[SR_CHANNELS_MAX] = {"red", "green", "blue"};

/* How often each value occurs. Of grey pixels in four tables: additions to the same counter have to
 * wait for one another, and half of the pixels are 0. */
enum { TABLES = 4 };

static void count_pixels(uint64_t tables[TABLES][256], const uint8_t *pixels, size_t length)
{
    size_t i = 0;
    for (; i + TABLES <= length; i += TABLES)
        for (int lane = 0; lane < TABLES; lane++) tables[lane][pixels[i + (size_t)lane]]++;
    for (; i < length; i++) tables[0][pixels[i]]++;
}

/* In colour: a table for each channel. */
static void count_channels(uint64_t tables[TABLES][256], const uint8_t *pixels, size_t length)
{
    for (size_t i = 0; i < length; i += 3)
        for (size_t c = 0; c < 3; c++) tables[c][pixels[i + c]]++;
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

/* All from the histogram. */
static void complete(struct sr_level_stats *stats)
{
    uint64_t n = 0, sum = 0, squares = 0;
    for (uint64_t value = 0; value < 256; value++) {
        const uint64_t count = stats->histogram[value];
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

void sr_stats_compute(struct sr_stats *stats, const struct sr_samples *samples, int label)
{
    uint64_t tables[TABLES][256] = {{0}};
    const struct sr_shape shape = samples->images->shape;
    const size_t size = sr_shape_size(shape);
    memset(stats, 0, sizeof *stats);
    stats->channels = shape.channels;
    for (size_t i = 0; i < samples->count; i++) {
        int own = sr_samples_label(samples, i);
        if (label >= 0 && own != label) continue;
        stats->count++;
        stats->class_counts[own]++;
        (shape.channels == 3 ? count_channels : count_pixels)(tables, sr_samples_pixels(samples, i),
                                                              size);
    }
    for (int value = 0; value < 256; value++)
        for (int t = 0; t < TABLES; t++) stats->all.histogram[value] += tables[t][value];
    complete(&stats->all);
    for (int c = 0; shape.channels == 3 && c < 3; c++) {
        memcpy(stats->channel[c].histogram, tables[c], sizeof tables[c]);
        complete(&stats->channel[c]);
    }
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
