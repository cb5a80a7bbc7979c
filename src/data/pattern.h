/* pattern.h - textures that are computed, not stored: a value from 0 to 1 for each place of a
 * plane. Private to data/. */
#ifndef SARTOR_DATA_PATTERN_H
#define SARTOR_DATA_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "sartor/base/rng.h"

enum pattern_kind {
    PATTERN_PLAIN,    /* one value */
    PATTERN_GRADIENT, /* from one side to the other */
    PATTERN_STRIPES,  /* soft or sharp */
    PATTERN_CHECKS,   /* two stripes crossed */
    PATTERN_NOISE,    /* clouds, sand, grass: octaves of value noise */
    PATTERN_CELLS,    /* gravel: the distance to the nearest of scattered points (Worley, 1996) */
    PATTERN_BRICKS,   /* rows of rectangles and the lines between them */
    PATTERN_CLUTTER,  /* rectangles and ellipses over one another */
    PATTERN_KINDS
};

enum { PATTERN_SHAPES = 12 };

struct pattern {
    enum pattern_kind kind;
    uint32_t seed;
    double across, down; /* a direction, of length 1 */
    double frequency;    /* of the longest wave, cells or rows: a unit of length holds so many */
    double phase;
    double sharpness; /* stripes, checks: 1 is a sine, more makes edges */
    int octaves;
    int shapes;
    struct {
        double y, x, height, width;
        float value;
        bool round;
    } shape[PATTERN_SHAPES];
};

/* One of the kinds, from `first` to `last`. */
void pattern_draw(struct sr_rng *rng, enum pattern_kind first, enum pattern_kind last,
                  struct pattern *pattern);
/* At a place; a picture's shorter side has length 1. */
float pattern_value(const struct pattern *pattern, double y, double x);

#endif
