/* changes_other.c - compression, backdrops, and what is hidden. */
#include <math.h>
#include <string.h>

#include "changes.h"

enum { BLOCK = 8 };

/* The table for brightness of the JPEG standard (annex K.1). */
static const uint8_t steps[BLOCK * BLOCK] = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

/* The cosine transform of a block (orthonormal), or back. */
static void transform(const double *from, double *to, bool back)
{
    double cosines[BLOCK][BLOCK], half[BLOCK * BLOCK];
    for (int k = 0; k < BLOCK; k++)
        for (int i = 0; i < BLOCK; i++)
            cosines[k][i] = cos(acos(-1) * (2 * i + 1) * k / (2 * BLOCK)) * (k ? 0.5 : sqrt(0.125));
    for (int pass = 0; pass < 2; pass++)
        for (int line = 0; line < BLOCK; line++)
            for (int k = 0; k < BLOCK; k++) {
                double sum = 0;
                for (int i = 0; i < BLOCK; i++) {
                    double value = pass ? half[i * BLOCK + line] : from[line * BLOCK + i];
                    sum += value * (back ? cosines[i][k] : cosines[k][i]);
                }
                if (pass)
                    to[k * BLOCK + line] = sum;
                else
                    half[line * BLOCK + k] = sum;
            }
}

static int clamp(int at, int length)
{
    return at < length ? at : length - 1;
}

/* Each channel alone, in blocks from the top left corner; the last ones go on as the border. */
void change_jpeg(struct change *change)
{
    const double quality = change->numbers[0],
                 scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    const struct sr_shape shape = change->shape;
    for (int channel = 0; channel < shape.channels; channel++)
        for (int top = 0; top < shape.height; top += BLOCK)
            for (int left = 0; left < shape.width; left += BLOCK) {
                double block[BLOCK * BLOCK], cosines[BLOCK * BLOCK];
                for (int i = 0; i < BLOCK * BLOCK; i++) {
                    size_t y = (size_t)clamp(top + i / BLOCK, shape.height),
                           x = (size_t)clamp(left + i % BLOCK, shape.width);
                    size_t at =
                        (y * (size_t)shape.width + x) * (size_t)shape.channels + (size_t)channel;
                    block[i] = 255 * (double)change->values[at] - 128;
                }
                transform(block, cosines, false);
                for (int i = 0; i < BLOCK * BLOCK; i++) {
                    double step = fmin(fmax(floor((steps[i] * scale + 50) / 100), 1), 255);
                    cosines[i] = round(cosines[i] / step) * step;
                }
                transform(cosines, block, true);
                for (int i = 0; i < BLOCK * BLOCK; i++) {
                    int y = top + i / BLOCK, x = left + i % BLOCK;
                    if (y >= shape.height || x >= shape.width) continue;
                    change->scratch[((size_t)y * (size_t)shape.width + (size_t)x) *
                                        (size_t)shape.channels +
                                    (size_t)channel] = (float)(round(block[i] + 128) / 255);
                }
            }
    memcpy(change->values, change->scratch, change_size(change) * sizeof *change->values);
}

static bool dark(const struct change *change, size_t pixel)
{
    const size_t channels = (size_t)change->shape.channels;
    for (size_t c = 0; c < channels; c++)
        if (change->values[pixel * channels + c] > 8.0F / 255) return false;
    return true;
}

/* Dark pixels that dark neighbours join to the border; marked in scratch, pass by pass in both
 * directions, until no more are found. */
void change_backdrop(struct change *change)
{
    const int height = change->shape.height, width = change->shape.width;
    const size_t pixels = (size_t)height * (size_t)width, channels = (size_t)change->shape.channels;
    float *outside = change->scratch;
    memset(outside, 0, pixels * sizeof *outside);
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < 2 * pixels; i++) {
            size_t at = i < pixels ? i : 2 * pixels - 1 - i;
            int y = (int)(at / (size_t)width), x = (int)(at % (size_t)width);
            if (outside[at] > 0 || !dark(change, at)) continue;
            bool joins = y == 0 || x == 0 || y == height - 1 || x == width - 1 ||
                         outside[at - 1] > 0 || outside[at + 1] > 0 ||
                         outside[at - (size_t)width] > 0 || outside[at + (size_t)width] > 0;
            if (!joins) continue;
            outside[at] = 1;
            found = true;
        }
    }
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; outside[i] > 0 && c < channels; c++)
            change->values[i * channels + c] =
                fmaxf(change->values[i * channels + c], (float)change->numbers[0]);
}

void change_occlusion(struct change *change)
{
    const struct sr_shape shape = change->shape;
    const size_t channels = (size_t)shape.channels;
    const double side = sqrt(change->numbers[0]);
    const int high = (int)fmax(1, round(side * shape.height)),
              wide = (int)fmax(1, round(side * shape.width)),
              top = (int)sr_rng_below(change->rng, (uint64_t)(shape.height - high + 1)),
              left = (int)sr_rng_below(change->rng, (uint64_t)(shape.width - wide + 1));
    for (int y = top; y < top + high; y++)
        for (int x = left; x < left + wide; x++)
            for (size_t c = 0; c < channels; c++)
                change->values[((size_t)y * (size_t)shape.width + (size_t)x) * channels + c] = 0.5F;
}
