/* features.h - images as rows of floats, for the models that take no images.
 *
 * Two kinds: pixels, divided by 255; and histograms of oriented gradients (HOG; Dalal and
 * Triggs, 2005), which keep the shape of edges, but neither their exact position nor their
 * brightness. A row depends on its image alone, so any thread count gives the
 * same bits. Nothing here fails; the caller owns the memory that is filled.
 *
 * HOG, exactly:
 * 1. g = sqrt(pixel / 255), black outside the image. dx = g(x+1) - g(x-1), dy likewise,
 *    at every pixel; magnitude sqrt(dx^2 + dy^2), direction atan2(dy, dx), of the full circle. In
 *    colour: of the channel in which the magnitude is largest, the first one of equals.
 * 2. Cells: each side is cut evenly into round(side / 3), at least 2 and at most 9; 9 x 9 at
 *    28 x 28. A cell has 12 bins, bin b for directions near b x 30 degrees. A pixel votes with its
 *    magnitude, shared linearly between the two nearest bins and the four nearest cells.
 * 3. Blocks are 2 x 2 cells. A cell lies in four (cells outside the image are empty): in each
 *    its bins are divided by sqrt(E + 0.3^2), where E is the sum of the block's squared bins, and
 *    clipped at 0.2, as in L2-hys. The row holds half the sum of the four, cell by cell,
 *    12 values each. Adding the four up instead of listing them (Felzenszwalb et al., 2010) makes
 *    rows a quarter as long and costs no accuracy here.
 * All of it is computed in double precision, and rounded to floats at the end: who computes the
 * same elsewhere, such as a model's ONNX form, gets the same numbers. */
#ifndef SARTOR_DATA_FEATURES_H
#define SARTOR_DATA_FEATURES_H

#include "sartor/base/pool.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SR_FEATURES_CHOICES is for a hyperparameter's table. */
enum sr_features { SR_FEATURES_PIXELS, SR_FEATURES_HOG, SR_FEATURES_COUNT };
extern const char *const sr_features_names[SR_FEATURES_COUNT]; /* "pixels", "hog" */
#define SR_FEATURES_CHOICES "pixels hog"

/* Of HOG: directions in a cell; the most that one of them counts in a block; what keeps the noise
 * of blocks with little energy small. */
enum { SR_FEATURES_BINS = 12 };
#define SR_FEATURES_CLIP    0.2
#define SR_FEATURES_EPSILON 0.3
/* How many cells a side of so many pixels is cut into, and the weights with which its pixels vote
 * in one of them: `side` numbers. */
int sr_features_cells(int side);
void sr_features_share(int side, int cell, double *weights);

/* The arc tangent of x in 0 .. 1: with t = (x - 1) / (x + 1) where x is above SR_ATAN_OUTER, else t
 * = x, it is t + t z above(z) / below(z), z = t², and pi/4 more where x is above it. Polynomials
 * with the highest power first, from Moshier's Cephes library. */
enum { SR_ATAN_TERMS = 6 };
#define SR_ATAN_OUTER 0.66
extern const double sr_atan_above[SR_ATAN_TERMS], sr_atan_below[SR_ATAN_TERMS];

/* What they are, in a few sentences, for the help and the manual. */
extern const char sr_features_help[];

/* The kind of that name; -1 if there is none. */
int sr_features_find(const char *name);

/* Floats in a row. Pixels: sr_shape_size(shape). HOG at 28 × 28: 972. */
size_t sr_features_size(enum sr_features kind, struct sr_shape shape);

/* One image. */
void sr_features_image(enum sr_features kind, const uint8_t *pixels, struct sr_shape shape,
                       float *out);

/* Samples first .. first + count - 1 of a view, one row each, `stride` floats apart (at least
 * the size; floats between rows are not changed). */
void sr_features_fill(enum sr_features kind, const struct sr_samples *samples, size_t first,
                      size_t count, float *out, size_t stride, struct sr_pool *pool);

/* The HOG row that a square image has when it is turned by a quarter, to the left or to the right,
 * from its row as it is; equal but for rounding. */
void sr_features_turn(const float *hog, struct sr_shape shape, bool left, float *out);

#endif
