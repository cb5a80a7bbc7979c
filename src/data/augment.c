#include "sartor/data/augment.h"

#include <math.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/kernels.h"
#include "sartor/data/changes.h"
#include "sartor/data/scene.h"

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

/* An image to be changed, and the value 0..1 of each of its bytes. */
struct source {
    const uint8_t *pixels;
    struct sr_shape shape;
    bool mirror;
    float levels[256];
};

/* With `channels` a constant: inlined, so that for 1 there is no loop over channels. */
#define INLINED static inline __attribute__((always_inline))

/* Mirror and whole-pixel shift: pixels are copied, not interpolated. */
INLINED void place(const struct source *source, int down, int right, float *out, int channels)
{
    const int height = source->shape.height, width = source->shape.width;
    const size_t stride = (size_t)(width * channels);
    const int first = right > 0 ? right : 0, end = right < 0 ? width + right : width;
    memset(out, 0, sr_shape_size(source->shape) * sizeof *out);
    for (int y = 0; y < height; y++) {
        if (y - down < 0 || y - down >= height) continue;
        const uint8_t *from = source->pixels + (size_t)(y - down) * stride;
        float *to = out + (size_t)y * stride;
        for (int x = first; x < end; x++) {
            int column = source->mirror ? width - 1 - (x - right) : x - right;
            for (int c = 0; c < channels; c++)
                to[x * channels + c] = source->levels[from[column * channels + c]];
        }
    }
}

INLINED float level_at(const struct source *source, int y, int x, int channels, int channel)
{
    const struct sr_shape *shape = &source->shape;
    if (y < 0 || y >= shape->height || x < 0 || x >= shape->width) return 0;
    return source->levels[source->pixels[(y * shape->width + x) * channels + channel]];
}

/* Mirror, shift, rotation and scale about the centre, bilinear. */
INLINED void warp(const struct source *source, float down, float right, float angle, float zoom,
                  float *out, int channels)
{
    const int height = source->shape.height, width = source->shape.width;
    float cosine = cosf(angle) / zoom, sine = sinf(angle) / zoom;
    float cy = (float)(height - 1) / 2, cx = (float)(width - 1) / 2;

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            float dy = (float)y - cy - down, dx = (float)x - cx - right;
            float v = sine * dx + cosine * dy + cy, u = cosine * dx - sine * dy + cx;
            if (source->mirror) u = (float)(width - 1) - u;
            float fy = floorf(v), fx = floorf(u);
            int iy = (int)fy, ix = (int)fx;
            float ty = v - fy, tx = u - fx;
            for (int c = 0; c < channels; c++) {
                float top = level_at(source, iy, ix, channels, c) * (1 - tx) +
                            level_at(source, iy, ix + 1, channels, c) * tx;
                float bottom = level_at(source, iy + 1, ix, channels, c) * (1 - tx) +
                               level_at(source, iy + 1, ix + 1, channels, c) * tx;
                *out++ = top * (1 - ty) + bottom * ty;
            }
        }
    }
}

/* Turn all colours of an image by one angle and bring them nearer to grey, or further from it. */
static void tint(const struct sr_augment *augment, struct sr_rng *rng, struct sr_shape shape,
                 float *out)
{
    const float red = 0.299f, green = 0.587f, blue = 0.114f; /* weights of luma */
    const float to_u = 0.492f, to_v = 0.877f;
    const float angle = swing(rng, augment->hue * 3.14159265358979323846 / 180),
                strength = 1 + swing(rng, augment->saturation);
    const float cosine = strength * cosf(angle), sine = strength * sinf(angle);
    for (float *end = out + sr_shape_size(shape); out < end; out += 3) {
        const float y = red * out[0] + green * out[1] + blue * out[2];
        const float u = to_u * (out[2] - y), v = to_v * (out[0] - y);
        const float r = y + (cosine * v + sine * u) / to_v, b = y + (cosine * u - sine * v) / to_u;
        out[0] = clamp(r);
        out[1] = clamp((y - red * r - blue * b) / green);
        out[2] = clamp(b);
    }
}

/* A rectangle of 2 to 33 % of the area, sides 1:3.3 to 3.3:1, in one grey. */
static void erase(struct sr_rng *rng, struct sr_shape shape, float *out)
{
    const int height = shape.height, width = shape.width, channels = shape.channels;
    double area = (0.02 + 0.31 * sr_rng_double(rng)) * (double)sr_shape_pixels(shape);
    double aspect = exp(swing(rng, log(3.3)));
    int h = (int)lround(sqrt(area * aspect)), w = (int)lround(sqrt(area / aspect));
    h = h < 1 ? 1 : h > height ? height : h;
    w = w < 1 ? 1 : w > width ? width : w;
    int top = (int)sr_rng_below(rng, (uint64_t)(height - h) + 1);
    int left = (int)sr_rng_below(rng, (uint64_t)(width - w) + 1);
    float grey = sr_rng_float(rng);
    for (int y = top; y < top + h; y++)
        for (int i = left * channels; i < (left + w) * channels; i++)
            out[y * width * channels + i] = grey;
}

/* One of the kinds, each as likely as the others, at any severity. Kinds for square images leave
 * others as they are. */
static void change(const struct sr_augment *augment, struct sr_rng *rng, struct sr_shape shape,
                   float *out)
{
    int kind = 0;
    for (uint64_t skip = sr_rng_below(rng, (uint64_t)__builtin_popcount(augment->kinds));; kind++) {
        if (!(augment->kinds >> kind & 1)) continue;
        if (!skip--) break;
    }
    const int severity = 1 + (int)sr_rng_below(rng, SR_SEVERITIES);
    if (!sr_change_kinds[kind].square || shape.height == shape.width)
        sr_change_values(kind, severity, rng, shape, out);
}

/* Where the thing is put before another backdrop, and the random numbers for that. */
struct scene {
    float down, right, zoom;
    struct sr_rng rng;
};

/* Of two thirds of the images: the thing in another place, as small as in photographs. */
static bool draw_scene(const struct sr_augment *augment, uint64_t seed, int epoch, uint32_t sample,
                       struct sr_shape shape, struct scene *scene)
{
    if (!augment->background) return false;
    struct sr_rng *rng = &scene->rng;
    sr_rng_init(rng, seed, SR_STREAM_SCENE, (uint64_t)(epoch + 1) << 32 | sample);
    if (sr_rng_below(rng, 3) == 0) return false;
    scene->zoom = 1 - (1 - SR_SCENE_SMALLEST) * sr_rng_float(rng);
    scene->down = swing(rng, (double)(shape.height * (1 - scene->zoom) / 2));
    scene->right = swing(rng, (double)(shape.width * (1 - scene->zoom) / 2));
    return true;
}

void sr_augment_image(const struct sr_augment *augment, uint64_t seed, int epoch, uint32_t sample,
                      const uint8_t *pixels, struct sr_shape shape, float *out)
{
    const size_t size = sr_shape_size(shape);
    struct source source = {.pixels = pixels, .shape = shape};
    struct scene scene = {.zoom = 1};
    struct sr_rng rng;

    if (!sr_augment_active(augment)) {
        sr_kernels()->grey(pixels, size, out);
        return;
    }
    if (augment->flip) {
        /* Alternating: a sample is mirrored at random in its first epoch and in every other one
         * from then on, so that no two epochs in a row show the same view (Jordan, 2024). */
        sr_rng_init(&rng, seed, SR_STREAM_AUGMENT, sample);
        source.mirror = ((sr_rng_next(&rng) >> 63) ^ (uint64_t)epoch) & 1;
    }
    sr_rng_init(&rng, seed, SR_STREAM_AUGMENT, (uint64_t)(epoch + 1) << 32 | sample);
    make_levels(augment, &rng, source.levels);
    const bool moved = draw_scene(augment, seed, epoch, sample, shape, &scene);
    if (augment->rotation > 0 || augment->scale > 0 || moved) {
        float down = swing(&rng, augment->shift), right = swing(&rng, augment->shift);
        float angle = swing(&rng, augment->rotation * 3.14159265358979323846 / 180);
        float zoom = 1 + swing(&rng, augment->scale);
        down += scene.down;
        right += scene.right;
        zoom *= scene.zoom;
        if (shape.channels == 1)
            warp(&source, down, right, angle, zoom, out, 1);
        else
            warp(&source, down, right, angle, zoom, out, shape.channels);
    } else {
        int down = swing_integer(&rng, augment->shift), right = swing_integer(&rng, augment->shift);
        if (shape.channels == 1)
            place(&source, down, right, out, 1);
        else
            place(&source, down, right, out, shape.channels);
    }
    if (shape.channels == 3 && (augment->hue > 0 || augment->saturation > 0))
        tint(augment, &rng, shape, out);
    if (moved) sr_scene_compose(&scene.rng, shape, out);
    if (augment->noise > 0)
        for (size_t i = 0; i < size; i++)
            out[i] = clamp(out[i] + (float)(augment->noise * sr_rng_normal(&rng)));
    if (augment->erase > 0 && sr_rng_double(&rng) < augment->erase) erase(&rng, shape, out);
    if (augment->kinds && augment->change > 0 && sr_rng_double(&rng) < augment->change)
        change(augment, &rng, shape, out);
}

enum sr_status sr_augment_mirror(const struct sr_samples *samples, struct sr_images *both,
                                 const struct sr_monitor *monitor, struct sr_error *error)
{
    const char *what = "mirrored copies of the training images";
    const struct sr_shape shape = samples->images->shape;
    const size_t count = samples->count, size = sr_shape_size(shape);
    *both = (struct sr_images){2 * count, shape, NULL, NULL};
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
        memcpy(both->pixels + i * size, from, size);
        sr_shape_mirror(shape, from, both->pixels + (count + i) * size);
        both->labels[i] = both->labels[count + i] = (uint8_t)sr_samples_label(samples, i);
    }
    return SR_OK;
}
