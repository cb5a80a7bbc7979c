/* backdrop.h - the colour of a plain backdrop at each pixel of a picture, and how far the picture
 * differs from it. Private to data/. */
#ifndef SARTOR_DATA_BACKDROP_H
#define SARTOR_DATA_BACKDROP_H

#include <stddef.h>

/* The working picture: CIELAB and opacity. */
struct sheet {
    int height, width;
    float (*lab)[3];
    float *opacity; /* 0 to 1 */
    float *raw;     /* distance of each pixel to the backdrop */
    float *far;     /* the same, averaged with its neighbours */
};

/* Euclidean distance of two colours in CIELAB. */
float lab_distance(const float *a, const float *b);

enum { TERMS = 6 }; /* 1 x y x² xy y² */

/* Coefficients for L, a and b. */
struct backdrop {
    double terms[3][TERMS];
    int used; /* 1: one colour; 3: it changes evenly; 6: it curves */
};

/* The pixels along the edges; `ring` has room for all. Returns how many. */
size_t backdrop_ring(const struct sheet *sheet, size_t *ring);
/* Fit to the colour that most of the pixels `among` have nearly. */
void backdrop_fit(const struct sheet *sheet, const size_t *among, size_t count,
                  struct backdrop *backdrop);
/* Fit once more, by least squares over the pixels `among` with weights that fall to 0 at the
 * distance `reach`. */
void backdrop_refit(const struct sheet *sheet, const size_t *among, size_t count, float reach,
                    struct backdrop *backdrop);
/* Distance of one pixel. */
float backdrop_distance(const struct sheet *sheet, const struct backdrop *backdrop, size_t at);
/* Of each pixel, into sheet->raw, and into sheet->far averaged with its neighbours': less noise,
 * and a thing stays. */
void backdrop_measure(struct sheet *sheet, const struct backdrop *backdrop);

#endif
