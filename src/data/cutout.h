/* cutout.h - one thing on a plain backdrop, cut out of its picture. Private to data/.
 *
 * 1. The picture is made small (longest side at most CUTOUT_SIDE, area-averaged in linear light).
 *    A thin frame of another colour than what lies within is left out.
 * 2. The backdrop is a colour that changes slowly over the picture: for each coordinate of CIELAB a
 *    polynomial of the second degree in x and y, fitted to the pixels along the edges by weighted
 *    least squares that leave outliers out (Tukey's biweight), then once more to all that is found
 *    to be backdrop.
 * 3. What differs from it by more than its own noise, lighter or darker or of another hue, is the
 *    subject: pixels over the higher of two thresholds, and those over the lower that touch them;
 *    specks are left out, small holes filled. Where the picture has transparency, that is the mask.
 * 4. Grey levels are those of the subject on black: of a subject that is lighter than the backdrop
 *    its own, of a darker one the negative; their median and range are brought to what is usual
 *    in the data. */
#ifndef SARTOR_DATA_CUTOUT_H
#define SARTOR_DATA_CUTOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sartor/data/picture.h"

enum { CUTOUT_SIDE = 256 };

/* What makes the result doubtful. */
enum cutout_doubt {
    CUTOUT_SURE,
    CUTOUT_NO_BACKDROP, /* no plain backdrop is found */
    CUTOUT_WHITE,       /* the subject is white on white */
    CUTOUT_EMPTY,       /* nothing differs from the backdrop */
};

struct cutout {
    int height, width;
    uint8_t *colours; /* height × width × R, G, B: the picture made small, a frame left out */
    uint8_t *mask;    /* height × width: 255 the subject, 0 the backdrop */
    float *grey;      /* height × width: 0 black to 255 white, as the data's images have it */
    int top, left, bottom, right; /* the smallest box around the subject; the last two outside */
    bool lighter;                 /* the subject is lighter than the backdrop */
    enum cutout_doubt doubt;
};

void cutout_make(const struct sr_picture *picture, struct cutout *cutout);
void cutout_fini(struct cutout *cutout);

#endif
