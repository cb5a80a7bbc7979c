#include "sartor/data/texture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

enum { LEAST_SIDE = 4, KERNELS = 3, SLICE = 64 };
enum { ROWS = 16 };                           /* that are summed in single precision */
enum { NUMBERS = 3 * KERNELS * KERNELS - 1 }; /* of one scale */

static const float shares[] = {0.5F / 255, 0.1F, 0.25F, 0.5F, 0.75F, 0.9F, 0.99F};
enum { SHARES = sizeof shares / sizeof *shares };

/* The three filters: the weights of a pixel before, of the pixel itself, and of the one after. */
static const float outer_first[KERNELS] = {0.57735027F, 0.70710678F, 0.40824829F},
                   middle[KERNELS] = {0.57735027F, 0, -0.81649658F},
                   outer_last[KERNELS] = {0.57735027F, -0.70710678F, 0.40824829F};

/* Differences of pixels that are so far apart, down and across: how many are larger than so many of
 * 255 levels. */
enum { APART = 2 };
static const int steps[] = {0, 2, 8, 32, 64, 128};
enum { STEPS = sizeof steps / sizeof *steps };

/* Is there a second size, of a quarter? */
static bool has_quarter(struct sr_shape shape)
{
    return shape.height / 4 >= LEAST_SIDE && shape.width / 4 >= LEAST_SIDE;
}

size_t sr_texture_size(struct sr_shape shape)
{
    size_t colour = shape.channels > 1 ? 2 * (size_t)shape.channels : 0;
    return (has_quarter(shape) ? 2 : 1) * (size_t)NUMBERS + 2 * APART * STEPS + SHARES + colour;
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

/* Sums of each pixel's channels, so that differences are whole numbers; eight at a time. */
typedef int16_t eight __attribute__((vector_size(16)));
typedef int16_t eight_anywhere __attribute__((vector_size(16), aligned(2), may_alias));
enum { EIGHT = 8 };

struct sums {
    int height, width;
    size_t stride; /* EIGHT numbers may be read from any pixel on */
    int16_t *values;
};

static size_t sums_stride(struct sr_shape shape)
{
    return (size_t)shape.width + APART + EIGHT;
}

/* Counts of each lane; a lane is asked about SR_SIDE_MAX rows of few vectors at most. */
static size_t add_lanes(eight counts)
{
    size_t sum = 0;
    for (int lane = 0; lane < EIGHT; lane++) sum += (size_t)counts[lane];
    return sum;
}

/* Of pixels that are `down` and `right` from each other, 0 to APART: how many differ by more than
 * each of the limits. */
static void count_steps(const struct sums *sums, int down, int right, const eight limits[STEPS],
                        size_t counts[STEPS])
{
    static const eight places = {0, 1, 2, 3, 4, 5, 6, 7};
    const int width = sums->width - right;
    eight above[STEPS] = {{0}};
    for (int y = 0; y + down < sums->height; y++) {
        const int16_t *row = sums->values + (size_t)y * sums->stride,
                      *other = row + (size_t)down * sums->stride + right;
        for (int x = 0; x < width; x += EIGHT) {
            eight apart = *(const eight_anywhere *)(row + x) - *(const eight_anywhere *)(other + x);
            const eight sign = apart < 0;
            apart = (apart ^ sign) - sign;
            if (x + EIGHT > width) apart &= places < (int16_t)(width - x);
#pragma GCC unroll 8
            for (int s = 0; s < STEPS; s++) above[s] -= apart > limits[s];
        }
    }
    for (int s = 0; s < STEPS; s++) counts[s] = add_lanes(above[s]);
}

static float *measure_steps(const struct sums *sums, const eight limits[STEPS], float *out)
{
    const double pixels = (double)sums->height * sums->width;
    for (int apart = 1; apart <= APART; apart++)
        for (int down = 0; down < 2; down++, out += STEPS) {
            size_t counts[STEPS];
            count_steps(sums, down ? apart : 0, down ? 0 : apart, limits, counts);
            for (int s = 0; s < STEPS; s++) out[s] = root((double)counts[s] / pixels);
        }
    return out;
}

/* How many pixels are above each of the limits, all of which are 0 or more; after a row's pixels
 * are zeros. */
static float *measure_shares(const struct sums *sums, const eight limits[SHARES], float *out)
{
    const double pixels = (double)sums->height * sums->width;
    eight above[SHARES] = {{0}};
    for (int y = 0; y < sums->height; y++) {
        const int16_t *row = sums->values + (size_t)y * sums->stride;
        for (int x = 0; x < sums->width; x += EIGHT)
#pragma GCC unroll 8
            for (int s = 0; s < SHARES; s++)
                above[s] -= *(const eight_anywhere *)(row + x) > limits[s];
    }
    for (int s = 0; s < SHARES; s++) *out++ = root((double)add_lanes(above[s]) / pixels);
    return out;
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

/* What the sum of a pixel's channels means: its grey value, and the largest sums that are not above
 * each share, and each step. */
struct levels {
    float grey[3 * 255 + 1];
    eight shares[SHARES], steps[STEPS];
};

static void make_levels(struct levels *levels, int channels)
{
    for (int sum = 0; sum <= 255 * channels; sum++) {
        levels->grey[sum] = (float)sum / (255 * (float)channels);
        for (int s = 0; s < SHARES; s++)
            if (!(levels->grey[sum] > shares[s])) levels->shares[s] = (int16_t)sum - (eight){0};
    }
    for (int s = 0; s < STEPS; s++) levels->steps[s] = (int16_t)(steps[s] * channels) - (eight){0};
}

/* What one thread needs for one image at a time. */
struct desk {
    struct levels levels;
    float *planes[2], *line;
    struct sums sums;
};

static void desk_init(struct desk *desk, struct sr_shape shape)
{
    const size_t room = plane_size(shape.height, shape.width), stride = sums_stride(shape);
    desk->planes[0] = sr_xalloc((2 * room + (size_t)shape.width + 2 + 4) * sizeof(float));
    desk->planes[1] = desk->planes[0] + room;
    desk->line = desk->planes[1] + room;
    desk->sums = (struct sums){shape.height, shape.width, stride, NULL};
    desk->sums.values = sr_xalloc((size_t)shape.height * stride * sizeof *desk->sums.values);
    make_levels(&desk->levels, shape.channels);
}

static void desk_fini(struct desk *desk)
{
    free(desk->planes[0]);
    free(desk->sums.values);
}

/* Fills the first plane and the sums of channels. */
static struct plane read_image(struct desk *desk, const uint8_t *pixels, struct sr_shape shape)
{
    const int channels = shape.channels;
    struct plane plane = plane_of(desk->planes[0], shape.height, shape.width);
    memset(desk->planes[0], 0, plane_size(shape.height, shape.width) * sizeof *desk->planes[0]);
    for (int y = 0; y < shape.height; y++) {
        int16_t *sums = desk->sums.values + (size_t)y * desk->sums.stride;
        float *values = plane.values + (size_t)y * plane.stride;
        for (int x = 0; x < shape.width; x++, pixels += channels) {
            int sum = 0;
            for (int c = 0; c < channels; c++) sum += pixels[c];
            values[x] = desk->levels.grey[sum];
            sums[x] = (int16_t)sum;
        }
    }
    return plane;
}

static void measure(struct desk *desk, const uint8_t *pixels, struct sr_shape shape, float *out)
{
    struct plane plane = read_image(desk, pixels, shape);
    out = measure_plane(&plane, desk->line, out);
    if (has_quarter(shape)) {
        plane = halve(&plane, desk->planes[1]);
        plane = halve(&plane, desk->planes[0]);
        out = measure_plane(&plane, desk->line, out);
    }
    out = measure_steps(&desk->sums, desk->levels.steps, out);
    out = measure_shares(&desk->sums, desk->levels.shares, out);
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
    struct desk desk;
    (void)worker;
    desk_init(&desk, shape);
    for (size_t i = first; i < first + SLICE && i < samples->count; i++)
        measure(&desk, sr_samples_pixels(samples, i), shape, filling->out + i * size);
    desk_fini(&desk);
}

void sr_texture_fill(const struct sr_samples *samples, float *out, struct sr_pool *pool)
{
    struct filling filling = {samples, out};
    sr_pool_run(pool, (samples->count + SLICE - 1) / SLICE, fill_slice, &filling);
}
