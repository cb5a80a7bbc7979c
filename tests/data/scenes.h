/* scenes.h - garments of the data in pictures of several kinds of backdrop, in colour. Drawn apart
 * from what training composes: larger, with an edge of their own, and as photographs are taken. */
#ifndef SARTOR_TESTS_DATA_SCENES_H
#define SARTOR_TESTS_DATA_SCENES_H

#include "../src/data/pattern.h"
#include "garment.h"

enum { SCENE_SIDE = 112 };

enum scene_kind {
    SCENE_PLAIN,
    SCENE_TINTED,
    SCENE_LIGHT,
    SCENE_TEXTURED,
    SCENE_PHOTOGRAPH,
    SCENES
};

static const char *const scene_names[SCENES] = {"plain", "tinted", "light", "textured",
                                                "photographs"};

/* Colours of the backdrop at its darkest and lightest, and of the garment, in 0..1. */
struct scene {
    struct pattern pattern;
    float low[3], high[3], garment[3];
    float gain; /* of the garment's own pattern; negative: as the authors' photographs have it */
    double top, left, times, slope, noise;
};

static float scene_between(struct sr_rng *rng, double low, double high)
{
    return (float)(low + (high - low) * sr_rng_double(rng));
}

static void scene_colour(struct sr_rng *rng, float lightness, float strength, float *colour)
{
    for (int c = 0; c < 3; c++) colour[c] = lightness + strength * (sr_rng_float(rng) - 0.5f);
}

/* `middle` is the mean lightness of a photograph that is the backdrop. */
static void scene_draw(struct sr_rng *rng, enum scene_kind kind, float middle, struct scene *scene)
{
    const bool plain = kind <= SCENE_LIGHT;
    const float contrast = plain ? 0 : scene_between(rng, 0.2, 0.8),
                tint = kind == SCENE_TINTED     ? 0.5f
                       : kind == SCENE_TEXTURED ? 0.3f
                                                : 0;
    float tone;
    if (kind != SCENE_PHOTOGRAPH)
        middle = kind == SCENE_LIGHT ? scene_between(rng, 0.88, 1) : scene_between(rng, 0.05, 0.95);
    do tone = scene_between(rng, 0.1, kind == SCENE_LIGHT ? 0.7 : 0.9);
    while (fabsf(tone - middle) < 0.2f);
    pattern_draw(rng, plain ? PATTERN_PLAIN : PATTERN_STRIPES,
                 plain ? PATTERN_PLAIN : PATTERN_KINDS - 1, &scene->pattern);
    scene_colour(rng, middle - contrast / 2, tint, scene->low);
    scene_colour(rng, middle + contrast / 2, tint, scene->high);
    if (plain) memcpy(scene->high, scene->low, sizeof scene->low);
    scene_colour(rng, tone, kind == SCENE_PLAIN ? 0 : 0.2f, scene->garment);
    scene->gain = scene_between(rng, 0.3, 0.7) * (sr_rng_below(rng, 4) ? -1 : 1);
    scene->times = (double)scene_between(rng, 0.75, 0.95) * SCENE_SIDE / GARMENT;
    const double room = SCENE_SIDE - scene->times * GARMENT;
    scene->top = room * (double)scene_between(rng, 0.3, 0.7);
    scene->left = room * (double)scene_between(rng, 0.3, 0.7);
    scene->slope = (double)scene_between(rng, -0.15, 0.15);
    scene->noise = 0.01;
}

/* SCENE_SIDE × SCENE_SIDE × 3 bytes; `photograph` as many, the backdrop of SCENE_PHOTOGRAPH. */
static void scene_picture(const uint8_t *image, enum scene_kind kind, uint64_t seed,
                          const uint8_t *photograph, uint8_t *pixels)
{
    float mask[GARMENT * GARMENT], texture[GARMENT * GARMENT];
    double mean = 0, count = 0, light = 0;
    struct sr_rng rng;
    struct scene scene;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, kind);
    if (kind == SCENE_PHOTOGRAPH)
        for (int i = 0; i < 3 * SCENE_SIDE * SCENE_SIDE; i++) light += photograph[i] / 255.0;
    scene_draw(&rng, kind, (float)(light / (3 * SCENE_SIDE * SCENE_SIDE)), &scene);
    garment_mask(image, mask);
    for (int i = 0; i < GARMENT * GARMENT; i++)
        mean += (double)mask[i] * image[i], count += (double)mask[i];
    for (int i = 0; i < GARMENT * GARMENT; i++)
        texture[i] = mask[i] > 0 ? (float)((image[i] - mean / count) / 255) : 0;
    for (int y = 0; y < SCENE_SIDE; y++)
        for (int x = 0; x < SCENE_SIDE; x++) {
            const double down = (y - scene.top) / scene.times,
                         across = (x - scene.left) / scene.times;
            const bool inside = down > 0 && across > 0 && down < GARMENT && across < GARMENT;
            double share = inside ? (between(mask, down, across) - 0.4) * 5 : 0;
            share = fmin(1, fmax(0, share));
            const double at = (double)pattern_value(&scene.pattern, (double)y / SCENE_SIDE,
                                                    (double)x / SCENE_SIDE),
                         noise = scene.noise * sr_rng_normal(&rng),
                         shade = 1 + scene.slope * ((double)(x + y) / SCENE_SIDE - 1);
            for (int c = 0; c < 3; c++) {
                const int to = 3 * (y * SCENE_SIDE + x) + c;
                double value = photograph ? photograph[to] / 255.0
                                          : shade * ((double)scene.low[c] +
                                                     at * (double)(scene.high[c] - scene.low[c]));
                if (share > 0)
                    value = (1 - share) * value +
                            share * shade *
                                ((double)scene.garment[c] +
                                 (double)scene.gain * between(texture, down, across));
                pixels[to] = (uint8_t)lrint(255 * fmin(1, fmax(0, value + noise)));
            }
        }
}

#endif
