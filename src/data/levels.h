/* levels.h - what the numbers of pixels mean: 0..255, or another range that is stretched to it.
 * Private to data/. */
#ifndef SARTOR_DATA_LEVELS_H
#define SARTOR_DATA_LEVELS_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* The range of all pixels of a set. Start from LEVELS_NONE. */
struct levels {
    double low, high;
    bool whole; /* no pixel has a fraction */
};
#define LEVELS_NONE ((struct levels){.whole = true})

void levels_add(struct levels *levels, double value);

/* The factor that brings them to 0..255: 255 where all lie within 0..1, 255/16 within 0..16, 1
 * within 0..255, 1/257 for whole numbers up to 65,535. A sentence that begins with `name` for
 * anything else. */
enum sr_status levels_factor(const struct levels *levels, const char *name, double *factor,
                             struct sr_error *error);
/* What is said of a factor other than 1: "pixels lie within 0..1 and were ..."; NULL for 1. */
const char *levels_note(double factor);

#endif
