/* heat.c - see heat.h. */
#include "sartor/explain/heat.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

void sr_heat_fini(struct sr_heat *heat)
{
    free(heat->values);
    *heat = (struct sr_heat){0};
}

/* The two cells that a pixel lies between, and the weight of the second one, 0 to 1. */
static float between(int at, int count, int from_count, int *first, int *second)
{
    float place = ((float)at + 0.5f) * (float)from_count / (float)count - 0.5f;
    place = fmaxf(0, fminf(place, (float)(from_count - 1)));
    *first = (int)place;
    *second = *first + 1 < from_count ? *first + 1 : *first;
    return place - (float)*first;
}

void sr_resize_bilinear(const float *from, struct sr_shape from_shape, float *to,
                        struct sr_shape shape)
{
    for (int y = 0; y < shape.height; y++) {
        int above, below;
        const float down = between(y, shape.height, from_shape.height, &above, &below);
        const float *top = from + (size_t)above * (size_t)from_shape.width,
                    *bottom = from + (size_t)below * (size_t)from_shape.width;
        for (int x = 0; x < shape.width; x++) {
            int left, right;
            const float across = between(x, shape.width, from_shape.width, &left, &right);
            const float high = top[left] + across * (top[right] - top[left]);
            const float low = bottom[left] + across * (bottom[right] - bottom[left]);
            *to++ = high + down * (low - high);
        }
    }
}

/* One line of `count` values, `step` apart. */
static void blur_line(float *line, int count, size_t step, const double *weights, int reach,
                      bool dark, float *copy)
{
    for (int i = 0; i < count; i++) copy[i] = line[(size_t)i * step];
    for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int k = -reach; k <= reach; k++) {
            const int at = i + k < 0 ? 0 : i + k < count ? i + k : count - 1;
            if (!dark || at == i + k) sum += weights[k + reach] * (double)copy[at];
        }
        line[(size_t)i * step] = (float)sum;
    }
}

void sr_blur(float *values, struct sr_shape shape, double deviation, int reach, bool dark)
{
    const int height = shape.height, width = shape.width;
    double *weights = sr_xalloc((size_t)(2 * reach + 1) * sizeof *weights), whole = 0;
    float *copy = sr_xalloc((size_t)(height > width ? height : width) * sizeof *copy);
    for (int k = -reach; k <= reach; k++)
        whole += weights[k + reach] = exp(-k * k / (2 * deviation * deviation));
    for (int k = 0; k <= 2 * reach; k++) weights[k] /= whole;
    for (int y = 0; y < height; y++)
        blur_line(values + (size_t)y * (size_t)width, width, 1, weights, reach, dark, copy);
    for (int x = 0; x < width; x++)
        blur_line(values + x, height, (size_t)width, weights, reach, dark, copy);
    free(weights);
    free(copy);
}

bool sr_heat_scale(float *values, size_t count)
{
    float largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) return false;
        if (values[i] < 0) values[i] = 0;
        if (values[i] > largest) largest = values[i];
    }
    for (size_t i = 0; i < count && largest > 0; i++) values[i] /= largest;
    return true;
}

bool sr_pixel_lit(const uint8_t *pixel, size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        if (pixel[c]) return true;
    return false;
}

double sr_heat_share(const float *values, const uint8_t *pixels, struct sr_shape shape)
{
    const size_t channels = (size_t)shape.channels, count = sr_shape_pixels(shape);
    double on = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        all += (double)values[i];
        if (sr_pixel_lit(pixels + i * channels, channels)) on += (double)values[i];
    }
    return on / all;
}

static int by_value(const void *a, const void *b, void *context)
{
    const float *values = context;
    const float x = values[*(const size_t *)a], y = values[*(const size_t *)b];
    return (x > y) - (x < y);
}

/* Ranks from 0, equal values sharing the mean of theirs. */
static void rank(const float *values, size_t count, size_t *order, double *ranks)
{
    for (size_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, by_value, (void *)(uintptr_t)values);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && !(values[order[end]] > values[order[i]]); end++) continue;
        for (size_t k = i; k < end; k++) ranks[order[k]] = (double)(i + end - 1) / 2;
    }
}

double sr_rank_correlation(const float *a, const float *b, size_t count)
{
    size_t *order = sr_xalloc(count * sizeof *order);
    double *ranks = sr_xalloc(2 * count * sizeof *ranks), *x = ranks, *y = ranks + count;
    rank(a, count, order, x);
    rank(b, count, order, y);
    const double mean = ((double)count - 1) / 2;
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    free(order);
    free(ranks);
    return xy / sqrt(xx * yy);
}
