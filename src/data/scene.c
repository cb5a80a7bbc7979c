#include "sartor/data/scene.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "pattern.h"

enum { PIXELS_MAX = SR_SIDE_MAX * SR_SIDE_MAX };

enum { DARK = 10 };
static const float dark = (float)DARK / 255;

static float between(struct sr_rng *rng, float low, float high)
{
    return low + (high - low) * sr_rng_float(rng);
}

static float clamp(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* --- the mask -------------------------------------------------------------------------- */

/* The largest of a pixel's channels. */
static void measure(struct sr_shape shape, const float *image, float *level)
{
    const size_t channels = (size_t)shape.channels, pixels = sr_shape_pixels(shape);
    for (size_t i = 0; i < pixels; i++) {
        level[i] = image[i * channels];
        for (size_t c = 1; c < channels; c++) level[i] = fmaxf(level[i], image[i * channels + c]);
    }
}

/* 0 for what is dark and hangs together with the edges, otherwise 1. Returns the pixels of 1. */
static size_t find_mask(struct sr_shape shape, const float *level, float *mask)
{
    uint16_t stack[PIXELS_MAX];
    const int height = shape.height, width = shape.width;
    size_t top = 0, inside = sr_shape_pixels(shape);
    for (size_t i = 0; i < inside; i++) mask[i] = 1;
    for (int start = 0; start < height * width; start++) {
        const int row = start / width, column = start % width;
        if (row && column && row < height - 1 && column < width - 1) continue;
        if (mask[start] == 0 || level[start] > dark) continue;
        mask[start] = 0;
        stack[top++] = (uint16_t)start;
        while (top) {
            const int at = stack[--top], y = at / width, x = at % width;
            const int to[] = {y > 0 ? at - width : -1, y < height - 1 ? at + width : -1,
                              x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1};
            inside--;
            for (int i = 0; i < 4; i++) {
                if (to[i] < 0 || mask[to[i]] == 0 || level[to[i]] > dark) continue;
                mask[to[i]] = 0;
                stack[top++] = (uint16_t)to[i];
            }
        }
    }
    return inside;
}

/* Pixels at the edge of the mask show the thing in part: as much as they are darker than the
 * lightest of their neighbours. */
static void soften(struct sr_shape shape, const float *level, float *mask)
{
    const int height = shape.height, width = shape.width;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float most = 0;
            bool edge = false;
            const int at = y * width + x;
            if (mask[at] == 0) continue;
            for (int i = y > 0 ? y - 1 : 0; i <= y + 1 && i < height; i++)
                for (int j = x > 0 ? x - 1 : 0; j <= x + 1 && j < width; j++) {
                    most = fmaxf(most, level[i * width + j]);
                    edge = edge || mask[i * width + j] == 0;
                }
            if (edge && most > 0) mask[at] = fmaxf(0.25f, level[at] / most);
        }
}

/* --- tones ----------------------------------------------------------------------------- */

/* A colour of a given lightness, more or less near to grey. */
static void draw_colour(struct sr_rng *rng, float lightness, float *colour)
{
    const float strength = between(rng, 0, 0.5f);
    for (int c = 0; c < SR_CHANNELS_MAX; c++)
        colour[c] = clamp(lightness + strength * (sr_rng_float(rng) - 0.5f));
}

/* How the thing's values become others: value → middle + gain * (value - mean). */
struct tone {
    float mean, middle, gain;
};

static float mean_level(struct sr_shape shape, const float *level, const float *mask)
{
    float sum = 0, weights = 0;
    for (size_t i = 0; i < sr_shape_pixels(shape); i++) sum += level[i], weights += mask[i];
    return weights > 0 ? sum / weights : 0;
}

static void draw_tone(struct sr_rng *rng, struct tone *tone)
{
    const bool own = sr_rng_below(rng, 3) == 0;
    const float middle = between(rng, 0.1f, 0.9f), gain = between(rng, 0.25f, 1);
    const bool negative = sr_rng_below(rng, 2);
    tone->middle = own ? tone->mean : middle;
    tone->gain = own ? 1 : negative ? -gain : gain;
}

/* The lightness of the backdrop's darkest and lightest places: as likely plain, nearly, as rich in
 * contrast; on a backdrop of hardly any contrast, not the thing's own. */
static void draw_range(struct sr_rng *rng, const struct tone *tone, float *low, float *high)
{
    const float least_contrast = 0.2f, least_difference = 0.2f;
    do {
        const float middle = sr_rng_float(rng), half = between(rng, 0, 0.5f);
        *low = clamp(middle - half);
        *high = clamp(middle + half);
    } while (*high - *low < least_contrast &&
             fabsf((*high + *low) / 2 - tone->middle) < least_difference);
}

bool sr_scene_is_on_black(struct sr_shape shape, const uint8_t *pixels)
{
    const int height = shape.height, width = shape.width, channels = shape.channels;
    int edges = 0, black = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            if (y && x && y < height - 1 && x < width - 1) continue;
            int most = 0;
            for (int c = 0; c < channels; c++) {
                const int value = pixels[(y * width + x) * channels + c];
                if (value > most) most = value;
            }
            edges++;
            black += most <= DARK;
        }
    return 2 * black > edges;
}

/* --- both ------------------------------------------------------------------------------ */

void sr_scene_compose(struct sr_rng *rng, struct sr_shape shape, float *image)
{
    float level[PIXELS_MAX], mask[PIXELS_MAX], colours[2][SR_CHANNELS_MAX], low, high;
    struct pattern pattern;
    measure(shape, image, level);
    const size_t pixels = sr_shape_pixels(shape), channels = (size_t)shape.channels,
                 inside = find_mask(shape, level, mask);
    struct tone tone;
    if (inside == 0 || inside == pixels) return;
    soften(shape, level, mask);
    tone.mean = mean_level(shape, level, mask);
    draw_tone(rng, &tone);
    draw_range(rng, &tone, &low, &high);
    pattern_draw(rng, PATTERN_PLAIN, PATTERN_KINDS - 1, &pattern);
    draw_colour(rng, low, colours[0]);
    draw_colour(rng, high, colours[1]);
    const float grain = sr_rng_below(rng, 3) ? 0 : between(rng, 0, 0.08f);
    const double side = sr_shape_shorter(shape);
    for (size_t i = 0; i < pixels; i++) {
        const float shown = mask[i];
        const float share = shown < 1
                                ? pattern_value(&pattern, (double)(i / (size_t)shape.width) / side,
                                                (double)(i % (size_t)shape.width) / side)
                                : 0;
        const float noise = grain > 0 ? grain * (float)sr_rng_normal(rng) : 0;
        for (size_t c = 0; c < channels; c++) {
            const float first = channels == 1 ? low : colours[0][c],
                        last = channels == 1 ? high : colours[1][c];
            float value = (1 - shown) * (first + share * (last - first));
            if (shown > 0)
                value += shown * clamp(tone.middle +
                                       tone.gain * (image[i * channels + c] / shown - tone.mean));
            image[i * channels + c] = clamp(value + noise);
        }
    }
}
