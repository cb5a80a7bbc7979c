#include "sartor/data/texture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { SCALES = 3, LEAST_SIDE = 4, KERNELS = 3, SLICE = 64 };
enum { ROWS = 16 };                           /* that are summed in single precision */
enum { NUMBERS = 3 * KERNELS * KERNELS - 1 }; /* of one scale */

static const float shares[] = {0.5F / 255, 0.1F, 0.25F, 0.5F, 0.75F, 0.9F, 0.99F};
enum { SHARES = sizeof shares / sizeof *shares };

/* The three filters: the weights of a pixel before, of the pixel itself, and of the one after. */
static const float outer_first[KERNELS] = {0.57735027F, 0.70710678F, 0.40824829F},
                   middle[KERNELS] = {0.57735027F, 0, -0.81649658F},
                   outer_last[KERNELS] = {0.57735027F, -0.70710678F, 0.40824829F};

static int scales_of(struct sr_shape shape)
{
    int scales = 1, height = shape.height / 2, width = shape.width / 2;
    while (scales < SCALES && height >= LEAST_SIDE && width >= LEAST_SIDE) {
        scales++;
        height /= 2;
        width /= 2;
    }
    return scales;
}

size_t sr_texture_size(struct sr_shape shape)
{
    size_t colour = shape.channels > 1 ? 2 * (size_t)shape.channels : 0;
    return (size_t)scales_of(shape) * NUMBERS + SHARES + colour;
}

static float root(double value)
{
    return (float)(value < 0 ? -sqrt(-value) : sqrt(value));
}

/* Rows are `stride` apart and have a black pixel before and after. */
struct plane {
    int height, width;
    size_t stride;
    float
        *values; /* the first pixel of the first row; a black row is before it and one after all */
};

static struct plane plane_of(float *memory, int height, int width)
{
    size_t stride = (size_t)width + 2;
    return (struct plane){height, width, stride, memory + stride + 1};
}

/* Floats of a plane with its border. */
static size_t plane_size(int height, int width)
{
    return ((size_t)height + 2) * ((size_t)width + 2);
}

/* Four values at a time: sums over a row are four sums, which are added up at its end. */
typedef float four __attribute__((vector_size(16)));
typedef float four_anywhere __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t four_whole __attribute__((vector_size(16)));

static four at(const float *values)
{
    return *(const four_anywhere *)values;
}

static double total(four values)
{
    return (double)values[0] + (double)values[1] + ((double)values[2] + (double)values[3]);
}

/* One row through a filter: down by `down` into `line`, whose first value is a border pixel's, then
 * across. Adds to its answers' sums. Four values after the border are read and not used. */
static inline void filter_row(const float *restrict line, int width, int across, four sums[3])
{
    static const four_whole places = {0, 1, 2, 3},
                            no_sign = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
    const four a = outer_first[across] - (four){0}, b = middle[across] - (four){0},
               c = outer_last[across] - (four){0};
    four sum = sums[0], squares = sums[1], sizes = sums[2];
    for (int x = 0; x < width; x += 4) {
        four answer = a * at(line + x) + b * at(line + x + 1) + c * at(line + x + 2);
        if (x + 4 > width) answer = (four)((four_whole)answer & (places < width - x));
        sum += answer;
        squares += answer * answer;
        sizes += (four)((four_whole)answer & no_sign);
    }
    sums[0] = sum;
    sums[1] = squares;
    sums[2] = sizes;
}

/* NUMBERS numbers of a plane; `line` has room for a row with its border and four more values. */
static float *measure_plane(const struct plane *plane, float *line, float *out)
{
    const double pixels = (double)plane->height * plane->width;
    for (int down = 0; down < KERNELS; down++) {
        double sums[KERNELS][3] = {{0}};
        four of_rows[KERNELS][3] = {{{0}}};
        for (int y = 0; y < plane->height; y++) {
            const float *row = plane->values + (size_t)y * plane->stride - 1,
                        *above = row - plane->stride, *below = row + plane->stride;
            size_t x = 0;
            for (; x + 4 <= plane->stride; x += 4)
                *(four_anywhere *)(line + x) = outer_first[down] * at(above + x) +
                                               middle[down] * at(row + x) +
                                               outer_last[down] * at(below + x);
            for (; x < plane->stride; x++)
                line[x] = outer_first[down] * above[x] + middle[down] * row[x] +
                          outer_last[down] * below[x];
            for (int across = 0; across < KERNELS; across++)
                filter_row(line, plane->width, across, of_rows[across]);
            if (y % ROWS != ROWS - 1 && y + 1 < plane->height) continue;
            for (int i = 0; i < KERNELS * 3; i++) {
                sums[i / 3][i % 3] += total(of_rows[i / 3][i % 3]);
                of_rows[i / 3][i % 3] = (four){0};
            }
        }
        for (int across = 0; across < KERNELS; across++) {
            double mean = sums[across][0] / pixels,
                   variance = sums[across][1] / pixels - mean * mean;
            *out++ = root(mean);
            *out++ = root(sqrt(fmax(variance, 0)));
            if (down || across) *out++ = root(sums[across][2] / pixels);
        }
    }
    return out;
}

/* Means of 2 × 2; a last odd row or column is left out. */
static struct plane halve(const struct plane *from, float *memory)
{
    struct plane half = plane_of(memory, from->height / 2, from->width / 2);
    memset(memory, 0, plane_size(half.height, half.width) * sizeof *memory);
    for (int y = 0; y < half.height; y++)
        for (int x = 0; x < half.width; x++) {
            const float *at = from->values + 2 * (size_t)y * from->stride + 2 * x;
            half.values[(size_t)y * half.stride + (size_t)x] =
                (at[0] + at[1] + at[from->stride] + at[from->stride + 1]) / 4;
        }
    return half;
}

static float *measure_colours(const uint8_t *pixels, struct sr_shape shape, float *out)
{
    const size_t size = sr_shape_size(shape), channels = (size_t)shape.channels;
    for (size_t c = 0; channels > 1 && c < channels; c++) {
        double sum = 0, squares = 0, count = (double)(size / channels);
        for (size_t i = c; i < size; i += channels) {
            double value = pixels[i] / 255.0;
            sum += value;
            squares += value * value;
        }
        sum /= count;
        *out++ = root(sum);
        *out++ = root(sqrt(fmax(squares / count - sum * sum, 0)));
    }
    return out;
}

/* Values by the sum of a pixel's channels, and how many shares each is above. */
struct levels {
    float grey[3 * 255 + 1];
    uint8_t above[3 * 255 + 1];
};

static void make_levels(struct levels *levels, int channels)
{
    for (int sum = 0; sum <= 255 * channels; sum++) {
        levels->grey[sum] = (float)sum / (255 * (float)channels);
        levels->above[sum] = 0;
        for (int s = 0; s < SHARES; s++) levels->above[sum] += levels->grey[sum] > shares[s];
    }
}

static void measure(const uint8_t *pixels, struct sr_shape shape, const struct levels *levels,
                    float *memory, float *out)
{
    const size_t room = plane_size(shape.height, shape.width);
    const int channels = shape.channels;
    float *line = memory + 2 * room, *other = memory + room;
    struct plane plane = plane_of(memory, shape.height, shape.width);
    size_t above[SHARES + 1] = {0};
    memset(memory, 0, room * sizeof *memory);
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++, pixels += channels) {
            int sum = 0;
            for (int c = 0; c < channels; c++) sum += pixels[c];
            plane.values[(size_t)y * plane.stride + (size_t)x] = levels->grey[sum];
            above[levels->above[sum]]++;
        }
    /* Above so many of them, into above each. */
    for (int s = SHARES - 1; s > 0; s--) above[s] += above[s + 1];
    pixels -= sr_shape_size(shape);
    for (int scale = scales_of(shape); scale > 0; scale--) {
        out = measure_plane(&plane, line, out);
        if (scale == 1) break;
        plane = halve(&plane, other);
        other = other == memory ? memory + room : memory;
    }
    for (int s = 0; s < SHARES; s++)
        *out++ = root((double)above[s + 1] / ((double)shape.height * shape.width));
    measure_colours(pixels, shape, out);
}

struct filling {
    const struct sr_samples *samples;
    float *out;
};

static void fill_slice(void *context, size_t index, int worker)
{
    const struct filling *filling = context;
    const struct sr_samples *samples = filling->samples;
    const struct sr_shape shape = samples->images->shape;
    const size_t size = sr_texture_size(shape), first = index * SLICE;
    size_t floats = 2 * plane_size(shape.height, shape.width) + (size_t)shape.width + 2 + 4;
    float *memory = sr_xalloc(floats * sizeof *memory);
    struct levels levels;
    (void)worker;
    make_levels(&levels, shape.channels);
    for (size_t i = first; i < first + SLICE && i < samples->count; i++)
        measure(sr_samples_pixels(samples, i), shape, &levels, memory, filling->out + i * size);
    free(memory);
}

void sr_texture_fill(const struct sr_samples *samples, float *out, struct sr_pool *pool)
{
    struct filling filling = {samples, out};
    sr_pool_run(pool, (samples->count + SLICE - 1) / SLICE, fill_slice, &filling);
}
