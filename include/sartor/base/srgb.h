/* srgb.h - sRGB values and the light that they stand for, both 0 to 1 (IEC 61966-2-1). */
#ifndef SARTOR_BASE_SRGB_H
#define SARTOR_BASE_SRGB_H

#include <math.h>

static inline double sr_srgb_to_linear(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static inline double sr_srgb_from_linear(double light)
{
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

#endif
