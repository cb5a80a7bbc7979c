/* colour.c - nearest palette entries, greys, contrast, and scales for data. */
#include "sartor/cells/colour.h"

#include <math.h>

#include "sartor/base/srgb.h"

static int red_of(sr_colour colour)
{
    return colour >> 16 & 255;
}

static int green_of(sr_colour colour)
{
    return colour >> 8 & 255;
}

static int blue_of(sr_colour colour)
{
    return colour & 255;
}

static int distance(sr_colour a, sr_colour b)
{
    int red = red_of(a) - red_of(b), green = green_of(a) - green_of(b),
        blue = blue_of(a) - blue_of(b);
    return red * red + green * green + blue * blue;
}

/* The 16 colours of xterm; other terminals have other values in the same order. */
static const sr_colour basic[16] = {
    SR_RGB(0, 0, 0),       SR_RGB(205, 0, 0),   SR_RGB(0, 205, 0),   SR_RGB(205, 205, 0),
    SR_RGB(0, 0, 238),     SR_RGB(205, 0, 205), SR_RGB(0, 205, 205), SR_RGB(229, 229, 229),
    SR_RGB(127, 127, 127), SR_RGB(255, 0, 0),   SR_RGB(0, 255, 0),   SR_RGB(255, 255, 0),
    SR_RGB(92, 92, 255),   SR_RGB(255, 0, 255), SR_RGB(0, 255, 255), SR_RGB(255, 255, 255),
};

sr_colour sr_colour_of_index(int index)
{
    if (index < 0 || index > 255) return SR_DEFAULT_COLOUR;
    if (index < 16) return basic[index];
    if (index >= 232) return sr_colour_grey(8 + 10 * (index - 232));
    int at[3] = {(index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6};
    for (int i = 0; i < 3; i++) at[i] = at[i] ? 55 + 40 * at[i] : 0;
    return SR_RGB(at[0], at[1], at[2]);
}

/* Step 0..5 of the cube's 0, 95, 135, 175, 215, 255 nearest to a level. */
static int cube_step(int level)
{
    return level < 48 ? 0 : level < 115 ? 1 : (level - 35) / 40;
}

static int nearest_256(sr_colour colour)
{
    int red = cube_step(red_of(colour)), green = cube_step(green_of(colour));
    int blue = cube_step(blue_of(colour));
    int cube = 16 + 36 * red + 6 * green + blue;
    int mean = (red_of(colour) + green_of(colour) + blue_of(colour)) / 3;
    int step = mean < 8 ? 0 : (mean - 3) / 10;
    int grey = 232 + (step > 23 ? 23 : step);
    return distance(colour, sr_colour_of_index(grey)) < distance(colour, sr_colour_of_index(cube))
               ? grey
               : cube;
}

int sr_colour_index(sr_colour colour, enum sr_depth depth)
{
    if (colour == SR_DEFAULT_COLOUR || depth == SR_DEPTH_NONE) return -1;
    if (depth >= SR_DEPTH_256) return nearest_256(colour);
    int best = 0;
    for (int i = 1; i < (depth == SR_DEPTH_8 ? 8 : 16); i++)
        if (distance(colour, basic[i]) < distance(colour, basic[best])) best = i;
    return best;
}

sr_colour sr_colour_grey(int level)
{
    level = level < 0 ? 0 : level > 255 ? 255 : level;
    return SR_RGB(level, level, level);
}

sr_colour sr_colour_mix(sr_colour from, sr_colour to, double share)
{
    share = share > 0 ? share < 1 ? share : 1 : 0;
    long red = lround(red_of(from) * (1 - share) + red_of(to) * share);
    long green = lround(green_of(from) * (1 - share) + green_of(to) * share);
    long blue = lround(blue_of(from) * (1 - share) + blue_of(to) * share);
    return SR_RGB(red, green, blue);
}

/* Black and white contrast equally with a relative luminance of 0.179 (WCAG 2.1). */
sr_colour sr_colour_contrast(sr_colour background)
{
    double luminance = 0.2126 * sr_srgb_to_linear(red_of(background) / 255.0) +
                       0.7152 * sr_srgb_to_linear(green_of(background) / 255.0) +
                       0.0722 * sr_srgb_to_linear(blue_of(background) / 255.0);
    return sr_colour_grey(luminance > 0.179 ? 0 : 255);
}

enum { CONTROLS = 16 };
static const uint32_t scales[][CONTROLS] = {
    [SR_SCALE_VIRIDIS] = {0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e,
                          0x23888e, 0x1f988b, 0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36,
                          0xd2e21b, 0xfde725},
    [SR_SCALE_INFERNO] = {0x000004, 0x0c0826, 0x240c4f, 0x420a68, 0x5d126e, 0x781c6d, 0x932667,
                          0xae305c, 0xc73e4c, 0xdd513a, 0xed6925, 0xf8850f, 0xfca50a, 0xfac62d,
                          0xf2e661, 0xfcffa4},
    [SR_SCALE_CIVIDIS] = {0x00224e, 0x002e6c, 0x1e3a6f, 0x35456c, 0x47516c, 0x575d6d, 0x666970,
                          0x757575, 0x848279, 0x948e77, 0xa59c74, 0xb7a96e, 0xc8b866, 0xdbc75a,
                          0xeed649, 0xfee838},
};

static double unit(double value)
{
    return value > 0 ? value < 1 ? value : 1 : 0;
}

sr_colour sr_scale_colour(enum sr_scale scale, double value)
{
    value = unit(value);
    if (scale == SR_SCALE_GREY) return sr_colour_grey((int)lround(255 * value));
    double place = value * (CONTROLS - 1);
    int step = (int)place;
    if (step > CONTROLS - 2) step = CONTROLS - 2;
    const uint32_t *control = scales[scale];
    return sr_colour_mix(0x01000000u | control[step], 0x01000000u | control[step + 1],
                         place - step);
}

/* Steps as palette indices, dark to bright, ended by -1. */
static const signed char cool_steps[] = {0, 4, 6, 3, 7, -1};
static const signed char warm_steps[] = {0, 1, 3, 7, -1};
static const signed char grey_steps_8[] = {0, 7, -1};
static const signed char grey_steps_16[] = {0, 8, 7, 15, -1};

void sr_scale_step(enum sr_scale scale, enum sr_depth depth, double value, sr_colour *from,
                   sr_colour *to, double *share)
{
    value = unit(value);
    if (scale == SR_SCALE_GREY && depth >= SR_DEPTH_16) {
        /* The greys are not evenly spaced: find the two on both sides of the level. */
        double level = 255 * value;
        int step = 0;
        while (step < 2 && level > red_of(basic[grey_steps_16[step + 1]])) step++;
        *from = basic[grey_steps_16[step]];
        *to = basic[grey_steps_16[step + 1]];
        *share = (level - red_of(*from)) / (red_of(*to) - red_of(*from));
        return;
    }
    const signed char *steps = scale == SR_SCALE_GREY      ? grey_steps_8
                               : scale == SR_SCALE_INFERNO ? warm_steps
                                                           : cool_steps;
    int last = 0;
    while (steps[last + 1] >= 0) last++;
    int step = (int)(value * last);
    if (step > last - 1) step = last - 1;
    *from = basic[steps[step]];
    *to = basic[steps[step + 1]];
    *share = value * last - step;
}

sr_colour sr_overlay_colour(enum sr_scale scale, int grey, double value)
{
    value = unit(value);
    return sr_colour_mix(sr_colour_grey(grey), sr_scale_colour(scale, value), 0.6 * value);
}
