/* changes_blur.c - changes that mix a pixel with others near it. */
#include <math.h>
#include <string.h>

#include "changes.h"

static int within(int at, int length)
{
    return at < 0 ? 0 : at >= length ? length - 1 : at;
}

/* One pass of `weights` about each value of lines `step` apart; beyond its ends a line goes on as
 * its last value. */
static void pass(const float *from, float *to, int length, size_t step, const double *weights,
                 int reach)
{
    for (int i = 0; i < length; i++) {
        double sum = 0;
        for (int k = -reach; k <= reach; k++)
            sum += weights[k + reach] * (double)from[(size_t)within(i + k, length) * step];
        to[(size_t)i * step] = (float)sum;
    }
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
    for (size_t i = 0; i < line; i++)
        pass(change->values + i, change->scratch + i, shape.height, line, weights, reach);
    for (int y = 0; y < shape.height; y++)
        for (size_t c = 0; c < channels; c++)
            pass(change->scratch + (size_t)y * line + c, change->values + (size_t)y * line + c,
                 shape.width, channels, weights, reach);
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

/* As ImageMagick: the mean of the pixels along a line to one side, weighted by half a Gaussian. */
void change_motion_blur(struct change *change)
{
    const double length = change_length(change), deviation = change->numbers[1] * length,
                 quarter = acos(0) / 2, angle = (2 * sr_rng_double(change->rng) - 1) * quarter;
    const int count = 2 * (int)round(change->numbers[0] * length) + 1;
    const struct sr_shape shape = change->shape;
    const size_t channels = (size_t)shape.channels;
    double whole = 0;
    for (int k = 0; k < count; k++) whole += exp(-0.5 * k * k / (deviation * deviation));
    memset(change->scratch, 0, change_size(change) * sizeof *change->scratch);
    for (int k = 0; k < count; k++) {
        const float weight = (float)(exp(-0.5 * k * k / (deviation * deviation)) / whole);
        const int right = (int)ceil(k * cos(angle) - 0.5), down = (int)ceil(k * sin(angle) - 0.5);
        float *out = change->scratch;
        for (int y = 0; y < shape.height; y++)
            for (int x = 0; x < shape.width; x++) {
                const float *from =
                    change->values + ((size_t)within(y + down, shape.height) * (size_t)shape.width +
                                      (size_t)within(x + right, shape.width)) *
                                         channels;
                for (size_t c = 0; c < channels; c++) *out++ += weight * from[c];
            }
    }
    memcpy(change->values, change->scratch, change_size(change) * sizeof *change->values);
}
