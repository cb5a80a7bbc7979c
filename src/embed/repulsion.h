/* repulsion.h - how all points of a layout push each other apart: sums over all pairs, by way of a
 * grid. Private to embed/. */
#ifndef SARTOR_EMBED_REPULSION_INTERNAL_H
#define SARTOR_EMBED_REPULSION_INTERNAL_H

#include <stdbool.h>

#include "sartor/base/pool.h"
#include "vector.h"

/* Widths of the grid in use: the transform's sizes, twice the grid's sides. */
enum { REPULSION_MOST = 1024 };

/* With K(d) = 1 / (1 + |d|²): of `count` points, K and d K² between any two, interpolated by cubic
 * splines from nodes `step` apart. */
struct repulsion {
    size_t count;
    struct sr_pool *pool;
    struct mesh mesh;
    struct fft fft;
    float step;        /* what the tables are made for; 0 for nothing yet */
    float *charges;    /* of each spreading slice: side × pitch */
    float *turned[2];  /* transformed down: re and im, (size / 2 + 1) × pitch */
    float *product[2]; /* back across: size × pitch */
    float *forces[2];  /* x and y: side × pitch */
    float *tables[3]; /* transforms of K (real), and of the parts of d K² (imaginary), by blocks of
                         FFT_LANES rows: [block][column][lane] */
    float **work;     /* of each worker: eight arrays size × FFT_LANES */
    double *sums;     /* of each block: its part of the sum of K */
    const float *points;
    float *out; /* of the present repulsion_sum */
};

/* Borrows the pool. */
struct repulsion *repulsion_new(size_t count, struct sr_pool *pool);
void repulsion_free(struct repulsion *field);
/* Lay the grid over points[count][2]. False where one of them is not finite. */
bool repulsion_fit(struct repulsion *field, const float *points);
/* After repulsion_fit of the same points: make the fields; the sum of K over all pairs i != j. */
double repulsion_sum(struct repulsion *field);
/* After repulsion_sum: forces[to - from][2] = sum over j of (y_i - y_j) K². Any thread. */
void repulsion_forces(const struct repulsion *field, size_t from, size_t to, float *forces);

#endif
