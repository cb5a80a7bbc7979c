/* levels.c - see levels.h. */
#include "levels.h"

#include <math.h>

/* The first range that holds all pixels is the one that they are meant in. */
static const struct {
    double high, least; /* the brightest pixel is at most `high`, and at least `least` */
    bool whole;         /* only of whole numbers */
    double factor;
    const char *note;
} ranges[] = {
    {0, 0, false, 1, NULL}, /* all black */
    {1, 0, false, 255, "All pixels lie within 0..1; they were multiplied by 255."},
    {16, 0, false, 255.0 / 16, "All pixels lie within 0..16; they were multiplied by 255/16."},
    {255, 0, false, 1, NULL},
    /* a single 300 among bytes is a mistake, not an image of 16 bits */
    {65535, 8192, true, 1.0 / 257, "Pixels go up to 65,535; they were divided by 257."},
};
enum { RANGES = sizeof ranges / sizeof *ranges };

void levels_add(struct levels *levels, double value)
{
    if (value < levels->low) levels->low = value;
    if (value > levels->high) levels->high = value;
    if (value != floor(value)) levels->whole = false;
}

enum sr_status levels_factor(const struct levels *levels, const char *name, double *factor,
                             struct sr_error *error)
{
    for (int i = 0; i < RANGES && levels->low >= 0; i++)
        if (levels->high <= ranges[i].high && levels->high >= ranges[i].least &&
            (!ranges[i].whole || levels->whole)) {
            *factor = ranges[i].factor;
            return SR_OK;
        }
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "%s: pixels go from %g to %g; they must lie within 0..255 (or 0..1, 0..16, "
                        "or be whole numbers within 0..65535, the largest above 8191)",
                        name, levels->low, levels->high);
}

const char *levels_note(double factor)
{
    for (int i = 0; i < RANGES; i++)
        if (ranges[i].factor == factor) return ranges[i].note;
    return NULL;
}
