#include "pattern.h"

#include <math.h>

static double between(struct sr_rng *rng, double low, double high)
{
    return low + (high - low) * sr_rng_double(rng);
}

void pattern_draw(struct sr_rng *rng, enum pattern_kind first, enum pattern_kind last,
                  struct pattern *pattern)
{
    const double turn = between(rng, 0, 2 * acos(-1));
    *pattern = (struct pattern){
        .kind = first + (enum pattern_kind)sr_rng_below(rng, (uint64_t)(last - first) + 1),
        .seed = (uint32_t)sr_rng_next(rng),
        .across = cos(turn),
        .down = sin(turn),
        .frequency = exp(between(rng, log(2), log(12))),
        .phase = sr_rng_double(rng),
        .sharpness = sr_rng_below(rng, 2) ? 1 : between(rng, 1, 6),
        .octaves = 1 + (int)sr_rng_below(rng, 4),
        .shapes = 3 + (int)sr_rng_below(rng, PATTERN_SHAPES - 2),
    };
    if (pattern->kind != PATTERN_CLUTTER) return;
    for (int i = 0; i < pattern->shapes; i++) {
        pattern->shape[i].y = between(rng, -0.1, 1.1);
        pattern->shape[i].x = between(rng, -0.1, 1.1);
        pattern->shape[i].height = between(rng, 0.05, 0.5);
        pattern->shape[i].width = between(rng, 0.05, 0.5);
        pattern->shape[i].value = sr_rng_float(rng);
        pattern->shape[i].round = sr_rng_below(rng, 2);
    }
}

/* From 0 to 1, for each point of a lattice. */
static float lattice(uint32_t seed, int y, int x)
{
    uint32_t hash = seed ^ (uint32_t)y * 0x9e3779b1u ^ (uint32_t)x * 0x85ebca77u;
    hash = (hash ^ hash >> 15) * 0x2c1b3c6du;
    hash = (hash ^ hash >> 12) * 0x297a2d39u;
    return (float)((hash ^ hash >> 15) >> 8) / (float)(1 << 24);
}

/* Between the four points around a place. */
static float smooth(uint32_t seed, double y, double x)
{
    const double row = floor(y), column = floor(x);
    const int i = (int)row, j = (int)column;
    float v = (float)(y - row), u = (float)(x - column);
    v = v * v * (3 - 2 * v);
    u = u * u * (3 - 2 * u);
    return (1 - v) * ((1 - u) * lattice(seed, i, j) + u * lattice(seed, i, j + 1)) +
           v * ((1 - u) * lattice(seed, i + 1, j) + u * lattice(seed, i + 1, j + 1));
}

static float octaves(const struct pattern *pattern, double y, double x)
{
    float sum = 0, weight = 1, weights = 0;
    double frequency = pattern->frequency;
    for (int i = 0; i < pattern->octaves; i++) {
        sum += weight * smooth(pattern->seed + (uint32_t)i, frequency * y, frequency * x);
        weights += weight;
        weight *= 0.6f;
        frequency *= 2;
    }
    return sum / weights;
}

static float cells(const struct pattern *pattern, double y, double x)
{
    y *= pattern->frequency;
    x *= pattern->frequency;
    const int row = (int)floor(y), column = (int)floor(x);
    double nearest = 4;
    for (int i = row - 1; i <= row + 1; i++)
        for (int j = column - 1; j <= column + 1; j++) {
            const double down = i + (double)lattice(pattern->seed, i, j) - y,
                         across = j + (double)lattice(pattern->seed + 1, i, j) - x,
                         square = down * down + across * across;
            if (square < nearest) nearest = square;
        }
    return (float)fmin(1, sqrt(nearest));
}

static float bricks(const struct pattern *pattern, double y, double x)
{
    const double line = 0.12;
    y *= pattern->frequency;
    const int row = (int)floor(y);
    x = x * pattern->frequency / 2 + (row & 1 ? 0.5 : 0) + pattern->phase;
    const int column = (int)floor(x);
    if (y - row < line || x - column < line / 2) return 1;
    return 0.5f * lattice(pattern->seed, row, column);
}

static float wave(const struct pattern *pattern, double along)
{
    const double value =
        sin(2 * acos(-1) * (pattern->frequency * along + pattern->phase)) * pattern->sharpness;
    return (float)(0.5 + 0.5 * fmax(-1, fmin(1, value)));
}

static float clutter(const struct pattern *pattern, double y, double x)
{
    float value = lattice(pattern->seed, 0, 0);
    for (int i = 0; i < pattern->shapes; i++) {
        const double down = 2 * (y - pattern->shape[i].y) / pattern->shape[i].height,
                     across = 2 * (x - pattern->shape[i].x) / pattern->shape[i].width;
        const bool inside = pattern->shape[i].round ? down * down + across * across < 1
                                                    : fabs(down) < 1 && fabs(across) < 1;
        if (inside) value = pattern->shape[i].value;
    }
    return value;
}

float pattern_value(const struct pattern *pattern, double y, double x)
{
    const double along = pattern->across * x + pattern->down * y,
                 aside = pattern->across * y - pattern->down * x;
    switch (pattern->kind) {
    case PATTERN_GRADIENT:
        return (float)fmax(0, fmin(1, 0.5 + (along - pattern->phase) / 2));
    case PATTERN_STRIPES:
        return wave(pattern, along);
    case PATTERN_CHECKS:
        return (wave(pattern, along) + wave(pattern, aside)) / 2;
    case PATTERN_NOISE:
        return octaves(pattern, y, x);
    case PATTERN_CELLS:
        return cells(pattern, y, x);
    case PATTERN_BRICKS:
        return bricks(pattern, y, x);
    case PATTERN_CLUTTER:
        return clutter(pattern, y, x);
    default:
        return 0.5f;
    }
}
