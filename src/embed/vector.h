/* vector.h - the inner loops of this room, compiled once for each instruction set (see
 * compute/cpu.h). Private to embed/. */
#ifndef SARTOR_EMBED_VECTOR_INTERNAL_H
#define SARTOR_EMBED_VECTOR_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

/* Columns that are transformed at a time: a vector of that many floats. */
enum { FFT_LANES = 16, FFT_STAGES = 12 };

/* How a transform of `size` = 2^a or 3 · 2^a is done, by Stockham's method: stages of radix 2, 3
 * or 4. */
struct fft {
    int size, stages, radix[FFT_STAGES];
    float *cosines, *sines; /* size: of 2 pi i / size */
};

/* A part of the grid on which points push each other apart: `side` × `side` values, rows `pitch`
 * floats apart. A point lies at (position - low) · scale. */
struct mesh {
    int side, pitch;
    float low[2], scale;
};

/* The neighbours that attract each point: those of point i are first[i] .. first[i + 1] - 1. */
struct springs {
    const size_t *first;
    const uint32_t *ends;
    const float *strengths;
};

struct embed_vector {
    /* Forward transforms of FFT_LANES columns at once: re and im are size × FFT_LANES, and so are
     * the two arrays for work. The result is in re and im where it returns 0, else in the others.
     */
    int (*transform)(const struct fft *fft, float *re, float *im, float *other_re, float *other_im);
    /* Add each point's cubic splines to the mesh. */
    void (*spread)(const struct mesh *mesh, const float *points, size_t count, float *values);
    /* forces[count][2]: the two fields at each point. */
    void (*gather)(const struct mesh *mesh, const float *points, size_t count, const float *x,
                   const float *y, float *forces);
    /* forces[i - from][2] = sum of strength · (y_j - y_i) / (1 + |y_i - y_j|²), for from <= i < to.
     */
    void (*attract)(const struct springs *springs, const float *points, size_t from, size_t to,
                    float *forces);
    /* Positions of those of `count` numbers (a multiple of 16) for which norms - 2 dots < limit, in
     * order; how many. */
    size_t (*below)(const float *norms, const float *dots, float limit, size_t count,
                    uint16_t *positions);
};

extern const struct embed_vector *const embed_vector_tables[]; /* by sr_isa() */

#endif
