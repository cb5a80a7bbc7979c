/* changes.c - the table of the kinds of change, and applying one. */
#include "changes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/text.h"

enum { NUMBERS_MAX = 3, SLICE = 16 };

static const struct {
    void (*apply)(struct change *change);
    double numbers[SR_SEVERITIES][NUMBERS_MAX];
} inside[SR_CHANGES] = {
    {change_shot_noise, {{60}, {25}, {12}, {5}, {3}}},
    {change_impulse_noise, {{.03}, {.06}, {.09}, {.17}, {.27}}},
    {change_glass_blur, {{.7, 1, 2}, {.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}}},
    {change_motion_blur, {{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}}},
    {change_shear, {{.2}, {.4}, {.6}, {.8}, {1}}},
    {change_scale, {{.9}, {.8}, {.7}, {.6}, {.5}}},
    {change_rotate, {{.2}, {.4}, {.6}, {.8}, {1}}},
    {change_brightness, {{.1}, {.2}, {.3}, {.4}, {.5}}},
    {change_contrast, {{.4}, {.3}, {.2}, {.1}, {.05}}},
    {change_saturate, {{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {20, .2}}},
    {change_inverse, {{0}}},
    {change_flip_sides, {{0}}},
    {change_flip_up_down, {{0}}},
    {change_turn_left, {{0}}},
    {change_turn_right, {{0}}},
    {change_size_to, {{24}, {20}, {16}, {12}, {8}}},
    {change_jpeg, {{75}, {50}, {30}, {15}, {7}}},
    {change_backdrop, {{.1}, {.2}, {.3}, {.5}, {.8}}},
    {change_occlusion, {{.05}, {.1}, {.2}, {.3}, {.4}}},
};

const struct sr_change_kind sr_change_kinds[SR_CHANGES] = {
    {"shot_noise", "grain, as of few photons", true, 5, false, false},
    {"impulse_noise", "black and white pixels", true, 4, false, false},
    {"glass_blur", "seen through rough glass", true, 1, false, false},
    {"motion_blur", "the camera moved", true, 1, false, false},
    {"shear", "leaning to a side", true, 2, false, false},
    {"scale", "smaller", true, 3, false, false},
    {"rotate", "tilted", true, 2, false, false},
    {"brightness", "lighter", true, 5, false, false},
    {"contrast", "flatter", true, 4, false, false},
    {"saturate", "over-saturated; a grey image is clipped", true, 5, false, false},
    {"inverse", "the negative", true, 1, true, false},
    {"flip_sides", "left and right exchanged", true, 1, true, false},
    {"flip_up_down", "upside down, mirrored", true, 1, true, false},
    {"turn_left", "a quarter to the left", true, 1, true, true},
    {"turn_right", "a quarter to the right", true, 1, true, true},
    {"size", "reduced and enlarged again", false, 3, false, false},
    {"jpeg", "coarsely compressed", false, 3, false, false},
    {"backdrop", "on grey instead of black", false, 3, false, false},
    {"occlusion", "partly hidden", false, 3, false, false},
};

int sr_change_find(const char *name)
{
    for (int kind = 0; kind < SR_CHANGES; kind++)
        if (!strcmp(name, sr_change_kinds[kind].name)) return kind;
    return -1;
}

static enum sr_status no_such_kind(const char *name, struct sr_error *error)
{
    const char *names[SR_CHANGES];
    struct sr_text known = {0};
    for (int k = 0; k < SR_CHANGES; k++) names[k] = sr_change_kinds[k].name;
    sr_text_suggest(&known, name, names, SR_CHANGES, sizeof *names);
    sr_error_set(error, SR_ERROR_ARGUMENT, "kinds=: no kind \"%s\"%s", name, sr_text_get(&known));
    sr_text_fini(&known);
    return SR_ERROR_ARGUMENT;
}

enum sr_status sr_change_read(const char *text, uint32_t *kinds, struct sr_error *error)
{
    const uint32_t published = (1u << SR_CHANGES_PUBLISHED) - 1, all = (1u << SR_CHANGES) - 1;
    char *copy = sr_xstrdup(text), *rest = copy, *name;
    enum sr_status status = SR_OK;
    *kinds = *text == '-' ? published : 0;
    while (!status && (name = strsep(&rest, ","))) {
        const bool out = *name == '-';
        name += out;
        const int kind = sr_change_find(name);
        const uint32_t named = !strcmp(name, "published") ? published
                               : !strcmp(name, "all")     ? all
                               : kind >= 0                ? 1u << kind
                                                          : 0;
        if (!named) status = no_such_kind(name, error);
        *kinds = out ? *kinds & ~named : *kinds | named;
    }
    if (!status && !*kinds)
        status = sr_error_set(error, SR_ERROR_ARGUMENT, "kinds=%s leaves no kind of change", text);
    free(copy);
    return status;
}

/* A thousandth of a grey level is added, so that a value that only rounding has put below a whole
 * level keeps it. */
static uint8_t to_level(float value)
{
    return (uint8_t)(255 * fminf(fmaxf(value, 0), 1) + 1e-3F);
}

void sr_change_values(int kind, int severity, struct sr_rng *rng, struct sr_shape shape,
                      float *values)
{
    const size_t size = sr_shape_size(shape);
    float *scratch = sr_xalloc(size * sizeof *scratch);
    struct change change = {inside[kind].numbers[severity - 1], rng, shape, values, scratch};
    inside[kind].apply(&change);
    for (size_t i = 0; i < size; i++) values[i] = (float)to_level(values[i]) / 255;
    free(scratch);
}

/* `memory` has twice the floats of an image. */
static void change_one(int kind, int severity, uint64_t seed, uint32_t row, const uint8_t *pixels,
                       struct sr_shape shape, float *memory, uint8_t *out)
{
    const size_t size = sr_shape_size(shape);
    struct sr_rng rng;
    sr_rng_init(&rng, seed + (uint64_t)(kind * SR_SEVERITIES + severity) * 0x9e3779b97f4a7c15u,
                SR_STREAM_OTHER, row);
    struct change change = {inside[kind].numbers[severity - 1], &rng, shape, memory, memory + size};
    for (size_t i = 0; i < size; i++) memory[i] = (float)pixels[i] / 255;
    inside[kind].apply(&change);
    for (size_t i = 0; i < size; i++) out[i] = to_level(change.values[i]);
}

void sr_change_image(int kind, int severity, uint64_t seed, uint32_t row, const uint8_t *pixels,
                     struct sr_shape shape, uint8_t *out)
{
    float *memory = sr_xalloc(2 * sr_shape_size(shape) * sizeof *memory);
    change_one(kind, severity, seed, row, pixels, shape, memory, out);
    free(memory);
}

struct changing {
    int kind, severity;
    uint64_t seed;
    const struct sr_samples *samples;
    uint8_t *out;
};

static void change_slice(void *context, size_t index, int worker)
{
    const struct changing *changing = context;
    const struct sr_samples *samples = changing->samples;
    const struct sr_shape shape = samples->images->shape;
    const size_t size = sr_shape_size(shape);
    float *memory = sr_xalloc(2 * size * sizeof *memory);
    (void)worker;
    for (size_t i = index * SLICE; i < (index + 1) * SLICE && i < samples->count; i++)
        change_one(changing->kind, changing->severity, changing->seed, sr_samples_row(samples, i),
                   sr_samples_pixels(samples, i), shape, memory, changing->out + i * size);
    free(memory);
}

void sr_change_samples(int kind, int severity, uint64_t seed, const struct sr_samples *samples,
                       struct sr_pool *pool, uint8_t *out)
{
    struct changing changing = {kind, severity, seed, samples, out};
    sr_pool_run(pool, (samples->count + SLICE - 1) / SLICE, change_slice, &changing);
}
