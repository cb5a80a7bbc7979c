/* colour.h - 24-bit colours to those of a terminal, and colour scales for data. */
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

/* Perceptual scales, 0..1 to a colour (NaN is 0): for heat maps and matrices, never red against
 * green. Every 17th colour of matplotlib's tables with straight lines between them, which stays
 * within 10 of 255 of the originals. */
enum sr_scale { SR_SCALE_VIRIDIS, SR_SCALE_INFERNO, SR_SCALE_CIVIDIS, SR_SCALE_GREY };
sr_colour sr_scale_colour(enum sr_scale scale, double value);
/* A coarse step for terminals of 8 or 16 colours, dark to bright: black, blue, cyan, yellow, white
 * (inferno: black, red, yellow, white; grey: black to white), as exact palette colours. The share
 * of *to* that a shade block should show between two steps comes back in `share`. */
void sr_scale_step(enum sr_scale scale, enum sr_depth depth, double value, sr_colour *from,
                   sr_colour *to, double *share);
/* A heat value over a grey pixel: the mix has 0.6 × value of the colour of the scale.
 */
sr_colour sr_overlay_colour(enum sr_scale scale, int grey, double value);
/* Black or white, whichever has more contrast with a background. */
sr_colour sr_colour_contrast(sr_colour background);
/* from × (1 - share) + to × share. */
sr_colour sr_colour_mix(sr_colour from, sr_colour to, double share);

#endif
