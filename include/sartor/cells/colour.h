/* colour.h - from 24-bit colours to what a terminal has, and scales for data. */
#ifndef SARTOR_CELLS_COLOUR_H
#define SARTOR_CELLS_COLOUR_H

#include "sartor/cells/grid.h"

/* The xterm-256 index 16..255 nearest to a colour (greys choose among the 30 exact levels of
 * ramp and cube), 0..15 at depth 16 and 0..7 at depth 8. -1 for the default colour. */
int sr_colour_index(sr_colour colour, enum sr_depth depth);
/* The 24-bit value of an xterm-256 index (the usual defaults for 0..15). */
sr_colour sr_colour_of_index(int index);
/* A grey 0..255. */
sr_colour sr_colour_grey(int level);

/* Perceptual scales (matplotlib's tables by their published control values), 0..1 to a colour:
 * for heat maps and matrices. Never red against green. */
enum sr_scale { SR_SCALE_VIRIDIS, SR_SCALE_INFERNO, SR_SCALE_CIVIDIS, SR_SCALE_GREY };
sr_colour sr_scale_colour(enum sr_scale scale, double value);
/* Black or white, whichever reads better on a background. */
sr_colour sr_colour_contrast(sr_colour background);
/* from × (1 - share) + to × share. */
sr_colour sr_colour_mix(sr_colour from, sr_colour to, double share);

#endif
