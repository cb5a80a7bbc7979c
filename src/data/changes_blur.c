/* changes_blur.c - changes that mix a pixel with others near it. */
#include <math.h>
#include <string.h>

#include "changes.h"

static int within(int at, int length)
{
    return at < 0 ? 0 : at >= length ? length - 1 : at;
}

static void add_weighted(double *restrict sums, const float *restrict values, double weight,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) sums[i] += weight * (double)values[i];
}

/* One pass down: `weights` about each row. Beyond the first and the last row the image goes on as
 * these. */
static void pass_down(const float *from, float *to, int rows, size_t line, const double *weights,
                      int reach)
{
    double sums[line];
    for (int y = 0; y < rows; y++, to += line) {
        memset(sums, 0, sizeof sums);
        for (int k = -reach; k <= reach; k++)
            add_weighted(sums, from + (size_t)within(y + k, rows) * line, weights[k + reach], line);
        for (size_t i = 0; i < line; i++) to[i] = (float)sums[i];
    }
}

/* One pass across a row of pixels, which goes on beyond its ends as its first and last one. */
static void pass_across(const float *from, float *to, int width, size_t channels,
                        const double *weights, int reach)
{
    const size_t line = (size_t)width * channels, beyond = (size_t)reach * channels;
    double sums[line];
    float longer[line + 2 * beyond];
    memcpy(longer + beyond, from, line * sizeof *from);
    for (size_t i = 0; i < beyond; i++) {
        longer[i] = from[i % channels];
        longer[beyond + line + i] = from[line - channels + i % channels];
    }
    memset(sums, 0, sizeof sums);
    for (int k = 0; k <= 2 * reach; k++)
        add_weighted(sums, longer + (size_t)k * channels, weights[k], line);
    for (size_t i = 0; i < line; i++) to[i] = (float)sums[i];
}

/* Cut off at four deviations. */
static void gaussian(struct change *change, double deviation)
{
    enum { REACH_MAX = 256 };
    const struct sr_shape shape = change->shape;
    const size_t channels = (size_t)shape.channels, line = channels * (size_t)shape.width;
    const int reach = (int)fmin(4 * deviation + 0.5, REACH_MAX);
    double weights[2 * REACH_MAX + 1], sum = 0;
    for (int k = -reach; k <= reach; k++)
        sum += weights[k + reach] = exp(-0.5 * k * k / (deviation * deviation));
    for (int k = 0; k <= 2 * reach; k++) weights[k] /= sum;
    pass_down(change->values, change->scratch, shape.height, line, weights, reach);
    for (size_t y = 0; y < (size_t)shape.height; y++)
        pass_across(change->scratch + y * line, change->values + y * line, shape.width, channels,
                    weights, reach);
}

/* To whole grey levels, as between the steps of the original. */
static void round_down(struct change *change)
{
    for (size_t i = 0; i < change_size(change); i++)
        change->values[i] = floorf(change->values[i] * 255 + 1e-3F) / 255;
}

void change_glass_blur(struct change *change)
{
    const double deviation = change->numbers[0] * change_length(change);
    const int far = (int)fmax(1, round(change->numbers[1] * change_length(change))),
              times = (int)change->numbers[2];
    const struct sr_shape shape = change->shape;
    const size_t channels = (size_t)shape.channels;
    gaussian(change, deviation);
    round_down(change);
    for (int time = 0; time < times; time++)
        for (int y = shape.height - far; y > far; y--)
            for (int x = shape.width - far; x > far; x--) {
                if (sr_rng_below(change->rng, 2)) continue;
                int right = (int)sr_rng_below(change->rng, 2 * (uint64_t)far) - far,
                    down = (int)sr_rng_below(change->rng, 2 * (uint64_t)far) - far;
                float *one =
                          change->values + ((size_t)y * (size_t)shape.width + (size_t)x) * channels,
                      *other = change->values +
                               ((size_t)(y + down) * (size_t)shape.width + (size_t)(x + right)) *
                                   channels;
                for (size_t c = 0; c < channels; c++) {
                    float kept = one[c];
                    one[c] = other[c];
                    other[c] = kept;
                }
            }
    gaussian(change, deviation);
}

/* Adds `weight` times the pixel `right` >= 0 of each pixel of a row to `sums`; beyond its end the
 * row goes on as its last pixel. */
static void add_shifted(float *restrict sums, const float *restrict row, size_t width,
                        size_t channels, size_t right, float weight)
{
    const size_t within_row = right < width ? (width - right) * channels : 0;
    for (size_t i = 0; i < within_row; i++) sums[i] += weight * row[right * channels + i];
    for (size_t i = within_row; i < width * channels; i++)
        sums[i] += weight * row[(width - 1) * channels + i % channels];
}

/* As ImageMagick: the mean of the pixels along a line to one side, weighted by half a Gaussian. */
void change_motion_blur(struct change *change)
{
    const double length = change_length(change), deviation = change->numbers[1] * length,
                 quarter = acos(0) / 2, angle = (2 * sr_rng_double(change->rng) - 1) * quarter,
                 across = cos(angle), downwards = sin(angle);
    const int count = 2 * (int)round(change->numbers[0] * length) + 1;
    const struct sr_shape shape = change->shape;
    const size_t channels = (size_t)shape.channels, line = channels * (size_t)shape.width;
    double whole = 0;
    for (int k = 0; k < count; k++) whole += exp(-0.5 * k * k / (deviation * deviation));
    memset(change->scratch, 0, change_size(change) * sizeof *change->scratch);
    for (int k = 0; k < count; k++) {
        const float weight = (float)(exp(-0.5 * k * k / (deviation * deviation)) / whole);
        const int down = (int)ceil(k * downwards - 0.5);
        const size_t right = (size_t)ceil(k * across - 0.5);
        for (int y = 0; y < shape.height; y++)
            add_shifted(change->scratch + (size_t)y * line,
                        change->values + (size_t)within(y + down, shape.height) * line,
                        (size_t)shape.width, channels, right, weight);
    }
    memcpy(change->values, change->scratch, change_size(change) * sizeof *change->values);
}
