/* garment.h - a garment of the data drawn in another tone on a plain backdrop, as a photograph of
 * it would look. */
#ifndef SARTOR_TESTS_DATA_GARMENT_H
#define SARTOR_TESTS_DATA_GARMENT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { GARMENT = 28, PHOTO_HEIGHT = 132, PHOTO_WIDTH = 110, TIMES = 3 };

struct photo {
    int tone, backdrop;  /* grey levels */
    double noise, slope; /* deviation of noise; change of light from corner to corner, a share */
    int frame;           /* width of a dark frame */
    double turn;         /* degrees */
};

/* 1 for the garment, with what it encloses; 0 for what hangs together with the edges. */
static void garment_mask(const uint8_t *image, float *mask)
{
    enum { DARK = 12 };
    int stack[GARMENT * GARMENT], top = 0;
    for (int i = 0; i < GARMENT * GARMENT; i++) mask[i] = 1;
    for (int i = 0; i < GARMENT * GARMENT; i++) {
        const int y = i / GARMENT, x = i % GARMENT;
        if ((y && x && y < GARMENT - 1 && x < GARMENT - 1) || image[i] > DARK || mask[i] == 0)
            continue;
        mask[i] = 0;
        stack[top++] = i;
        while (top) {
            const int at = stack[--top], steps[] = {-1, 1, -GARMENT, GARMENT};
            for (int s = 0; s < 4; s++) {
                const int to = at + steps[s];
                if (to < 0 || to >= GARMENT * GARMENT || image[to] > DARK || mask[to] == 0 ||
                    (s < 2 && to / GARMENT != at / GARMENT))
                    continue;
                mask[to] = 0;
                stack[top++] = to;
            }
        }
    }
}

/* Between the four pixels around (y, x). */
static double between(const float *map, double y, double x)
{
    y = fmin(GARMENT - 1, fmax(0, y - 0.5));
    x = fmin(GARMENT - 1, fmax(0, x - 0.5));
    const int i = (int)y, j = (int)x, down = i < GARMENT - 1, right = j < GARMENT - 1;
    const double v = y - i, u = x - j;
    const float *at = map + i * GARMENT + j;
    return (1 - v) * ((1 - u) * (double)at[0] + u * (double)at[right]) +
           v * ((1 - u) * (double)at[down * GARMENT] + u * (double)at[down * GARMENT + right]);
}

static double noise_of(uint32_t *state)
{
    double sum = 0; /* nearly normal, deviation 1 */
    for (int i = 0; i < 12; i++) {
        *state = *state * 1664525u + 1013904223u;
        sum += (double)(*state >> 8) / (1 << 24);
    }
    return sum - 6;
}

/* The garment at three times its size, in the middle. `pixels` is grey, `truth` 1 where the garment
 * is; both PHOTO_HEIGHT × PHOTO_WIDTH. */
static void garment_photo(const uint8_t *image, const struct photo *photo, uint8_t *pixels,
                          uint8_t *truth)
{
    float mask[GARMENT * GARMENT], texture[GARMENT * GARMENT];
    double mean = 0, count = 0;
    uint32_t state = 1;
    const double angle = photo->turn * acos(-1) / 180, cosine = cos(angle), sine = sin(angle);
    garment_mask(image, mask);
    for (int i = 0; i < GARMENT * GARMENT; i++)
        mean += (double)mask[i] * image[i], count += (double)mask[i];
    mean /= count;
    for (int i = 0; i < GARMENT * GARMENT; i++)
        texture[i] = mask[i] > 0 ? (float)(mean - image[i]) : 0;
    for (int y = 0; y < PHOTO_HEIGHT; y++)
        for (int x = 0; x < PHOTO_WIDTH; x++) {
            const double row = y - PHOTO_HEIGHT / 2, column = x - PHOTO_WIDTH / 2,
                         down = (cosine * row + sine * column) / TIMES + GARMENT / 2,
                         across = (cosine * column - sine * row) / TIMES + GARMENT / 2;
            const bool inside = down > 0 && across > 0 && down < GARMENT && across < GARMENT;
            double share = inside ? (between(mask, down, across) - 0.4) * 5 : 0;
            share = fmin(1, fmax(0, share));
            double value = photo->backdrop * (1 - share);
            if (share > 0) value += share * (photo->tone + 0.35 * between(texture, down, across));
            value *= 1 + photo->slope * ((double)(x + y) / (PHOTO_HEIGHT + PHOTO_WIDTH) - 0.5);
            value += photo->noise * noise_of(&state);
            const int edge = photo->frame;
            if (y < edge || x < edge || y >= PHOTO_HEIGHT - edge || x >= PHOTO_WIDTH - edge)
                value = photo->backdrop > 128 ? 20 : 235;
            pixels[y * PHOTO_WIDTH + x] = (uint8_t)lrint(fmin(255, fmax(0, value)));
            truth[y * PHOTO_WIDTH + x] = share > 0.5;
        }
}

#endif
