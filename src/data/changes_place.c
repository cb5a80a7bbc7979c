/* changes_place.c - changes that move what is shown. */
#include <math.h>
#include <string.h>

#include "changes.h"

/* x' = a x + b y, y' = c x + d y about the middle: where in the image a pixel of the result is
 * taken from. */
struct linear {
    double a, b, c, d;
};

static float at(const struct change *change, int y, int x, int channel)
{
    const struct sr_shape *shape = &change->shape;
    if (y < 0 || x < 0 || y >= shape->height || x >= shape->width) return 0;
    return change->values[((size_t)y * (size_t)shape->width + (size_t)x) * (size_t)shape->channels +
                          (size_t)channel];
}

/* The largest whole number that is not above a coordinate. */
static int whole_below(double at)
{
    const int whole = (int)at;
    return whole - (at < whole);
}

static float between(const struct change *change, double y, double x, int channel)
{
    const struct sr_shape *shape = &change->shape;
    const int top = whole_below(y), left = whole_below(x);
    const float down = (float)(y - top), right = (float)(x - left);
    if (top < -1 || left < -1 || top >= shape->height || left >= shape->width) return 0;
    if (top < 0 || left < 0 || top + 1 >= shape->height || left + 1 >= shape->width)
        return (1 - down) * ((1 - right) * at(change, top, left, channel) +
                             right * at(change, top, left + 1, channel)) +
               down * ((1 - right) * at(change, top + 1, left, channel) +
                       right * at(change, top + 1, left + 1, channel));
    const size_t channels = (size_t)shape->channels, line = (size_t)shape->width * channels;
    const float *corner =
        change->values + (size_t)top * line + (size_t)left * channels + (size_t)channel;
    return (1 - down) * ((1 - right) * corner[0] + right * corner[channels]) +
           down * ((1 - right) * corner[line] + right * corner[line + channels]);
}

static void keep_scratch(struct change *change)
{
    memcpy(change->values, change->scratch, change_size(change) * sizeof *change->values);
}

static void warp(struct change *change, struct linear map)
{
    const struct sr_shape shape = change->shape;
    const double middle_y = (shape.height - 1) / 2.0, middle_x = (shape.width - 1) / 2.0;
    float *out = change->scratch;
    for (int row = 0; row < shape.height; row++)
        for (int column = 0; column < shape.width; column++) {
            double x = column - middle_x, y = row - middle_y;
            double from_x = map.a * x + map.b * y + middle_x,
                   from_y = map.c * x + map.d * y + middle_y;
            for (int channel = 0; channel < shape.channels; channel++)
                *out++ = between(change, from_y, from_x, channel);
        }
    keep_scratch(change);
}

static double either_side(struct change *change)
{
    return sr_rng_below(change->rng, 2) ? change->numbers[0] : -change->numbers[0];
}

void change_shear(struct change *change)
{
    warp(change, (struct linear){1, tan(either_side(change)), 0, 1});
}

void change_scale(struct change *change)
{
    double larger = 1 / change->numbers[0];
    warp(change, (struct linear){larger, 0, 0, larger});
}

void change_rotate(struct change *change)
{
    double angle = either_side(change);
    warp(change, (struct linear){cos(angle), -sin(angle), sin(angle), cos(angle)});
}

/* Copy each pixel from where a map of whole pixels says. */
static void permute(struct change *change, struct linear map)
{
    const struct sr_shape shape = change->shape;
    const int high = shape.height - 1, wide = shape.width - 1;
    float *out = change->scratch;
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++)
            for (int channel = 0; channel < shape.channels; channel++) {
                int column = (int)(map.a * x + map.b * y), row = (int)(map.c * x + map.d * y);
                if (map.a + map.b < 0) column += wide;
                if (map.c + map.d < 0) row += high;
                *out++ = at(change, row, column, channel);
            }
    keep_scratch(change);
}

void change_flip_sides(struct change *change)
{
    permute(change, (struct linear){-1, 0, 0, 1});
}

void change_flip_up_down(struct change *change)
{
    permute(change, (struct linear){1, 0, 0, -1});
}

void change_turn_left(struct change *change)
{
    permute(change, (struct linear){0, -1, 1, 0});
}

void change_turn_right(struct change *change)
{
    permute(change, (struct linear){0, 1, -1, 0});
}

/* Means over the area of each pixel of the smaller image, then bilinear. */
void change_size_to(struct change *change)
{
    const struct sr_shape shape = change->shape;
    const double share = change->numbers[0] / 28;
    const int height = (int)fmax(1, round(shape.height * share)),
              width = (int)fmax(1, round(shape.width * share));
    for (int channel = 0; channel < shape.channels; channel++)
        for (int row = 0; row < height; row++)
            for (int column = 0; column < width; column++) {
                double top = (double)row * shape.height / height,
                       bottom = (row + 1.0) * shape.height / height,
                       left = (double)column * shape.width / width,
                       right = (column + 1.0) * shape.width / width, sum = 0;
                for (int y = (int)top; y < bottom; y++)
                    for (int x = (int)left; x < right; x++)
                        sum += (fmin(bottom, y + 1) - fmax(top, y)) *
                               (fmin(right, x + 1) - fmax(left, x)) *
                               (double)at(change, y, x, channel);
                change->scratch[((size_t)row * (size_t)width + (size_t)column) *
                                    (size_t)shape.channels +
                                (size_t)channel] = (float)(sum / ((bottom - top) * (right - left)));
            }
    struct change small = *change;
    small.shape.height = height;
    small.shape.width = width;
    small.values = change->scratch;
    float *out = change->values;
    for (int row = 0; row < shape.height; row++)
        for (int column = 0; column < shape.width; column++)
            for (int channel = 0; channel < shape.channels; channel++) {
                double y = (row + 0.5) * height / shape.height - 0.5,
                       x = (column + 0.5) * width / shape.width - 0.5;
                *out++ = between(&small, fmin(fmax(y, 0), height - 1), fmin(fmax(x, 0), width - 1),
                                 channel);
            }
}
