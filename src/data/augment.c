#include "sartor/data/augment.h"

#include <math.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/kernels.h"

bool sr_augment_active(const struct sr_augment *augment)
{
    return augment &&
           (augment->flip || augment->shift > 0 || augment->rotation > 0 || augment->scale > 0 ||
            augment->erase > 0 || augment->brightness > 0 || augment->noise > 0);
}

/* Uniform in -limit..limit. */
static float swing(struct sr_rng *rng, double limit)
{
    return (float)((2 * sr_rng_double(rng) - 1) * limit);
}

/* A whole number in -limit..limit. */
static int swing_integer(struct sr_rng *rng, double limit)
{
    int n = (int)limit;
    return n < 1 ? 0 : (int)sr_rng_below(rng, 2 * (uint64_t)n + 1) - n;
}

static float clamp(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* Grey levels through a gain and a gamma: black stays black. */
static void make_levels(const struct sr_augment *augment, struct sr_rng *rng, float levels[256])
{
    float gain = 1, gamma = 1;
    if (augment->brightness > 0) {
        gain += swing(rng, augment->brightness);
        gamma += swing(rng, augment->brightness);
    }
    for (int i = 0; i < 256; i++) {
        float x = (float)i / 255.0f;
        levels[i] = gain == 1 && gamma == 1 ? x : clamp(gain * powf(x, gamma));
    }
}

/* Mirror and whole-pixel shift: rows are copied, nothing is blurred. */
static void place(const uint8_t *pixels, int height, int width, bool mirror, int down, int right,
                  const float levels[256], float *out)
{
    for (int y = 0; y < height; y++) {
        int from = y - down;
        for (int x = 0; x < width; x++) {
            int column = x - right;
            if (from < 0 || from >= height || column < 0 || column >= width) {
                out[y * width + x] = 0;
                continue;
            }
            if (mirror) column = width - 1 - column;
            out[y * width + x] = levels[pixels[from * width + column]];
        }
    }
}

static float level_at(const uint8_t *pixels, int height, int width, int y, int x,
                      const float levels[256])
{
    return y < 0 || y >= height || x < 0 || x >= width ? 0 : levels[pixels[y * width + x]];
}

/* The same with rotation and scale about the centre, bilinear. */
static void warp(const uint8_t *pixels, int height, int width, bool mirror, float down, float right,
                 float angle, float zoom, const float levels[256], float *out)
{
    float cosine = cosf(angle) / zoom, sine = sinf(angle) / zoom;
    float cy = (float)(height - 1) / 2, cx = (float)(width - 1) / 2;

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            float dy = (float)y - cy - down, dx = (float)x - cx - right;
            float v = sine * dx + cosine * dy + cy, u = cosine * dx - sine * dy + cx;
            if (mirror) u = (float)(width - 1) - u;
            float fy = floorf(v), fx = floorf(u);
            int iy = (int)fy, ix = (int)fx;
            float ty = v - fy, tx = u - fx;
            float top = level_at(pixels, height, width, iy, ix, levels) * (1 - tx) +
                        level_at(pixels, height, width, iy, ix + 1, levels) * tx;
            float bottom = level_at(pixels, height, width, iy + 1, ix, levels) * (1 - tx) +
                           level_at(pixels, height, width, iy + 1, ix + 1, levels) * tx;
            out[y * width + x] = top * (1 - ty) + bottom * ty;
        }
    }
}

/* A rectangle of 2 to 33 % of the area, sides 1:3.3 to 3.3:1, in one grey. */
static void erase(struct sr_rng *rng, int height, int width, float *out)
{
    double area = (0.02 + 0.31 * sr_rng_double(rng)) * height * width;
    double aspect = exp(swing(rng, log(3.3)));
    int h = (int)lround(sqrt(area * aspect)), w = (int)lround(sqrt(area / aspect));
    h = h < 1 ? 1 : h > height ? height : h;
    w = w < 1 ? 1 : w > width ? width : w;
    int top = (int)sr_rng_below(rng, (uint64_t)(height - h) + 1);
    int left = (int)sr_rng_below(rng, (uint64_t)(width - w) + 1);
    float grey = sr_rng_float(rng);
    for (int y = top; y < top + h; y++)
        for (int x = left; x < left + w; x++) out[y * width + x] = grey;
}

void sr_augment_image(const struct sr_augment *augment, uint64_t seed, int epoch, uint32_t sample,
                      const uint8_t *pixels, int height, int width, float *out)
{
    struct sr_rng rng;
    float levels[256];
    bool mirror = false;

    if (!sr_augment_active(augment)) {
        sr_kernels()->grey(pixels, (size_t)height * (size_t)width, out);
        return;
    }
    if (augment->flip) {
        /* Alternating: a coin for each sample, then the other side every other epoch, so that no
         * two epochs in a row show the same view (Jordan, 2024). */
        sr_rng_init(&rng, seed, SR_STREAM_AUGMENT, sample);
        mirror = ((sr_rng_next(&rng) >> 63) ^ (uint64_t)epoch) & 1;
    }
    sr_rng_init(&rng, seed, SR_STREAM_AUGMENT, (uint64_t)(epoch + 1) << 32 | sample);
    make_levels(augment, &rng, levels);
    if (augment->rotation > 0 || augment->scale > 0) {
        float down = swing(&rng, augment->shift), right = swing(&rng, augment->shift);
        float angle = swing(&rng, augment->rotation * 3.14159265358979323846 / 180);
        float zoom = 1 + swing(&rng, augment->scale);
        warp(pixels, height, width, mirror, down, right, angle, zoom, levels, out);
    } else {
        int down = swing_integer(&rng, augment->shift), right = swing_integer(&rng, augment->shift);
        place(pixels, height, width, mirror, down, right, levels, out);
    }
    if (augment->noise > 0)
        for (int i = 0; i < height * width; i++)
            out[i] = clamp(out[i] + (float)(augment->noise * sr_rng_normal(&rng)));
    if (augment->erase > 0 && sr_rng_double(&rng) < augment->erase) erase(&rng, height, width, out);
}

enum sr_status sr_augment_mirror(const struct sr_samples *samples, struct sr_images *both,
                                 const struct sr_monitor *monitor, struct sr_error *error)
{
    const char *what = "mirrored copies of the training images";
    const size_t count = samples->count, width = (size_t)samples->images->shape.width;
    const size_t size = width * (size_t)samples->images->shape.height;
    *both = (struct sr_images){2 * count, samples->images->shape, NULL, NULL};
    if (count > UINT32_MAX / 2)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%zu images are too many to mirror.", count);
    if (!(both->pixels = sr_array_raw(2 * count, size, what, error)) ||
        !(both->labels = sr_array_raw(2 * count, 1, what, error))) {
        sr_images_fini(both);
        return SR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (i % 2048 == 0 && !sr_monitor_proceed(monitor)) {
            sr_images_fini(both);
            return sr_error_set(error, SR_ERROR_CANCELLED,
                                "Stopped while the images were mirrored.");
        }
        const uint8_t *from = sr_samples_pixels(samples, i);
        uint8_t *mirrored = both->pixels + (count + i) * size;
        memcpy(both->pixels + i * size, from, size);
        for (size_t k = 0; k < size; k += width)
            for (size_t x = 0; x < width; x++) mirrored[k + x] = from[k + width - 1 - x];
        both->labels[i] = both->labels[count + i] = (uint8_t)sr_samples_label(samples, i);
    }
    return SR_OK;
}
