/* loops.c - see vector.h. Compiled once for each instruction set. */
#include <string.h>

#include "sartor/compute/cpu.h"
#include "vector.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(FFT_LANES * sizeof(float)), may_alias));
typedef float loose __attribute__((vector_size(FFT_LANES * sizeof(float)), aligned(4), may_alias));
typedef int32_t signs __attribute__((vector_size(FFT_LANES * sizeof(float)), may_alias));
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

/* ---- transforms ---- */

/* Pointers to the elements of a complex array of vectors. */
struct plane {
    vec *re, *im;
};

INLINE void put(struct plane to, size_t at, const vec *re, const vec *im, float c, float s)
{
    to.re[at] = *re * c + *im * s;
    to.im[at] = *im * c - *re * s;
}

INLINE void pass_2(struct plane x, struct plane y, size_t m, size_t s, const struct fft *fft)
{
    const size_t turn = (size_t)fft->size / (2 * m);
    for (size_t p = 0; p < m; p++) {
        const float c = fft->cosines[p * turn], w = fft->sines[p * turn];
        for (size_t q = 0; q < s; q++) {
            const size_t a = q + s * p, b = q + s * (p + m), to = q + s * 2 * p;
            const vec re = x.re[a] - x.re[b], im = x.im[a] - x.im[b];
            y.re[to] = x.re[a] + x.re[b];
            y.im[to] = x.im[a] + x.im[b];
            put(y, to + s, &re, &im, c, w);
        }
    }
}

INLINE void pass_3(struct plane x, struct plane y, size_t m, size_t s, const struct fft *fft)
{
    const float half = 0.5f, root = 0.866025403784438647f;
    const size_t turn = (size_t)fft->size / (3 * m);
    for (size_t p = 0; p < m; p++) {
        const float c1 = fft->cosines[p * turn], s1 = fft->sines[p * turn],
                    c2 = fft->cosines[2 * p * turn], s2 = fft->sines[2 * p * turn];
        for (size_t q = 0; q < s; q++) {
            const size_t a = q + s * p, b = a + s * m, d = b + s * m, to = q + s * 3 * p;
            const vec sum_re = x.re[b] + x.re[d], sum_im = x.im[b] + x.im[d],
                      off_re = (x.re[b] - x.re[d]) * root, off_im = (x.im[b] - x.im[d]) * root,
                      mid_re = x.re[a] - sum_re * half, mid_im = x.im[a] - sum_im * half;
            y.re[to] = x.re[a] + sum_re;
            y.im[to] = x.im[a] + sum_im;
            const vec one_re = mid_re + off_im, one_im = mid_im - off_re, two_re = mid_re - off_im,
                      two_im = mid_im + off_re;
            put(y, to + s, &one_re, &one_im, c1, s1);
            put(y, to + 2 * s, &two_re, &two_im, c2, s2);
        }
    }
}

INLINE void pass_4(struct plane x, struct plane y, size_t m, size_t s, const struct fft *fft)
{
    const size_t turn = (size_t)fft->size / (4 * m);
    for (size_t p = 0; p < m; p++) {
        const size_t w = p * turn;
        for (size_t q = 0; q < s; q++) {
            const size_t a = q + s * p, b = a + s * m, c = b + s * m, d = c + s * m,
                         to = q + s * 4 * p;
            const vec ac_re = x.re[a] + x.re[c], ac_im = x.im[a] + x.im[c],
                      a_c_re = x.re[a] - x.re[c], a_c_im = x.im[a] - x.im[c],
                      bd_re = x.re[b] + x.re[d], bd_im = x.im[b] + x.im[d],
                      b_d_re = x.re[b] - x.re[d], b_d_im = x.im[b] - x.im[d];
            y.re[to] = ac_re + bd_re;
            y.im[to] = ac_im + bd_im;
            const vec one_re = a_c_re + b_d_im, one_im = a_c_im - b_d_re, two_re = ac_re - bd_re,
                      two_im = ac_im - bd_im, three_re = a_c_re - b_d_im,
                      three_im = a_c_im + b_d_re;
            put(y, to + s, &one_re, &one_im, fft->cosines[w], fft->sines[w]);
            put(y, to + 2 * s, &two_re, &two_im, fft->cosines[2 * w], fft->sines[2 * w]);
            put(y, to + 3 * s, &three_re, &three_im, fft->cosines[3 * w], fft->sines[3 * w]);
        }
    }
}

static int transform(const struct fft *fft, float *re, float *im, float *other_re, float *other_im)
{
    struct plane x = {(vec *)re, (vec *)im}, y = {(vec *)other_re, (vec *)other_im};
    size_t left = (size_t)fft->size, stride = 1;
    for (int stage = 0; stage < fft->stages; stage++) {
        const int radix = fft->radix[stage];
        left /= (size_t)radix;
        if (radix == 2)
            pass_2(x, y, left, stride, fft);
        else if (radix == 3)
            pass_3(x, y, left, stride, fft);
        else
            pass_4(x, y, left, stride, fft);
        stride *= (size_t)radix;
        const struct plane swap = x;
        x = y;
        y = swap;
    }
    return fft->stages % 2;
}

/* ---- points and the mesh ---- */

/* The node before the four that a coordinate counts for, and their weights. */
INLINE int spline(float at, float weights[4])
{
    const int node = (int)at;
    const float t = at - (float)node, u = 1 - t;
    weights[0] = u * u * u * (1 / 6.f);
    weights[1] = (3 * t * t * t - 6 * t * t + 4) * (1 / 6.f);
    weights[2] = (3 * u * u * u - 6 * u * u + 4) * (1 / 6.f);
    weights[3] = t * t * t * (1 / 6.f);
    return node - 1;
}

INLINE size_t place(const struct mesh *mesh, const float *point, float across[4], float down[4])
{
    const int column = spline((point[0] - mesh->low[0]) * mesh->scale, across),
              row = spline((point[1] - mesh->low[1]) * mesh->scale, down);
    return (size_t)row * (size_t)mesh->pitch + (size_t)column;
}

static void spread(const struct mesh *mesh, const float *points, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        float across[4], down[4];
        float *at = values + place(mesh, points + 2 * i, across, down);
        const four weights = {across[0], across[1], across[2], across[3]};
        for (int r = 0; r < 4; r++, at += mesh->pitch)
            *(four *)at = *(const four *)at + weights * down[r];
    }
}

static void gather(const struct mesh *mesh, const float *points, size_t count, const float *x,
                   const float *y, float *forces)
{
    for (size_t i = 0; i < count; i++) {
        float across[4], down[4];
        const size_t at = place(mesh, points + 2 * i, across, down);
        four sum_x = {0}, sum_y = {0};
        for (size_t r = 0; r < 4; r++) {
            sum_x += *(const four *)(x + at + r * (size_t)mesh->pitch) * down[r];
            sum_y += *(const four *)(y + at + r * (size_t)mesh->pitch) * down[r];
        }
        const four weights = {across[0], across[1], across[2], across[3]};
        sum_x *= weights;
        sum_y *= weights;
        forces[2 * i] = (sum_x[0] + sum_x[1]) + (sum_x[2] + sum_x[3]);
        forces[2 * i + 1] = (sum_y[0] + sum_y[1]) + (sum_y[2] + sum_y[3]);
    }
}

static void attract(const struct springs *springs, const float *points, size_t from, size_t to,
                    float *forces)
{
    for (size_t i = from; i < to; i++) {
        const float x = points[2 * i], y = points[2 * i + 1];
        vec sum_x = {0}, sum_y = {0};
        for (size_t e = springs->first[i]; e < springs->first[i + 1]; e += FFT_LANES) {
            /* The last ones of a point are padded with ends of strength 0. */
            float xs[FFT_LANES] __attribute__((aligned(64))),
                ys[FFT_LANES] __attribute__((aligned(64)));
            for (size_t l = 0; l < FFT_LANES; l++) {
                const float *other = points + 2 * (size_t)springs->ends[e + l];
                xs[l] = other[0];
                ys[l] = other[1];
            }
            const vec dx = *(const vec *)xs - x, dy = *(const vec *)ys - y;
            const vec pull = *(const loose *)(springs->strengths + e) / (1.f + dx * dx + dy * dy);
            sum_x += pull * dx;
            sum_y += pull * dy;
        }
        float total_x = 0, total_y = 0;
        for (int l = 0; l < FFT_LANES; l++) {
            total_x += sum_x[l];
            total_y += sum_y[l];
        }
        forces[2 * (i - from)] = total_x;
        forces[2 * (i - from) + 1] = total_y;
    }
}

/* ---- neighbours ---- */

static size_t below(const float *norms, const float *dots, float limit, size_t count,
                    uint16_t *positions)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i += FFT_LANES) {
        const vec value = *(const loose *)(norms + i) - 2.f * *(const loose *)(dots + i);
        const signs is = value < limit;
        signs any = is;
        uint64_t words[FFT_LANES / 2], all = 0;
        memcpy(words, &any, sizeof words);
        for (int w = 0; w < FFT_LANES / 2; w++) all |= words[w];
        if (!all) continue;
        for (int l = 0; l < FFT_LANES; l++)
            if (is[l]) positions[found++] = (uint16_t)(i + (size_t)l);
    }
    return found;
}

const struct embed_vector SR_ISA_NAME(embed_vector) = {transform, spread, gather, attract, below};
