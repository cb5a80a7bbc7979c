/* turn.c - rearranging weights and gradients as the convolution kernels need them. */
#include "sartor/compute/kernels.h"

#include <string.h>

void sr_conv_pack(const struct sr_conv *c, const float *w, int block, float *packed)
{
    size_t slots = (size_t)sr_slots(c->outputs),
           rows = (size_t)(c->kernel * c->kernel) * (size_t)c->inputs;
    packed += (size_t)block * rows * SR_BLOCK;
    w += block * SR_BLOCK;
    for (size_t row = 0; row < rows; row++, w += slots, packed += SR_BLOCK)
        memcpy(packed, w, SR_BLOCK * sizeof *w);
}

void sr_conv_turn(const struct sr_conv *c, const float *w, int block, float *turned)
{
    int taps = c->kernel * c->kernel, slots = sr_slots(c->outputs), first = block * SR_BLOCK;
    int lanes = c->inputs - first < SR_BLOCK ? c->inputs - first : SR_BLOCK;
    turned += (size_t)block * (size_t)(taps * c->outputs) * SR_BLOCK;
    for (int tap = 0; tap < taps; tap++, turned += (size_t)c->outputs * SR_BLOCK) {
        const float *from = w + (size_t)((taps - 1 - tap) * c->inputs + first) * (size_t)slots;
        for (int output = 0; output < c->outputs; output++)
            for (int lane = 0; lane < SR_BLOCK; lane++)
                turned[output * SR_BLOCK + lane] =
                    lane < lanes ? from[(size_t)lane * (size_t)slots + (size_t)output] : 0;
    }
}

void sr_conv_turn_taps(const struct sr_conv *c, const float *w, int block, float *turned)
{
    const int taps = c->kernel * c->kernel, slots = sr_slots(c->outputs), first = block * SR_BLOCK;
    const int lanes = c->inputs - first < SR_BLOCK ? c->inputs - first : SR_BLOCK;
    turned += (size_t)block * (size_t)(slots * taps) * SR_BLOCK;
    for (int output = 0; output < slots; output++)
        for (int tap = 0; tap < taps; tap++, turned += SR_BLOCK)
            for (int lane = 0; lane < SR_BLOCK; lane++)
                turned[lane] = lane < lanes
                                   ? w[(size_t)(tap * c->inputs + first + lane) * (size_t)slots +
                                       (size_t)output]
                                   : 0;
}

void sr_conv_turn_taps_back(const struct sr_conv *c, const float *turned, int block, float *w)
{
    const int taps = c->kernel * c->kernel, slots = sr_slots(c->outputs), first = block * SR_BLOCK;
    const int lanes = c->inputs - first < SR_BLOCK ? c->inputs - first : SR_BLOCK;
    turned += (size_t)block * (size_t)(slots * taps) * SR_BLOCK;
    for (int tap = 0; tap < taps; tap++)
        for (int lane = 0; lane < lanes; lane++) {
            float *to = w + (size_t)(tap * c->inputs + first + lane) * (size_t)slots;
            for (int output = 0; output < slots; output++)
                to[output] = turned[(size_t)(output * taps + tap) * SR_BLOCK + (size_t)lane];
        }
}

void sr_conv_spread(const float *dy, int planes, int height, int width, float *spread)
{
    size_t row_size = (size_t)(2 * width - 1) * SR_BLOCK;
    for (int plane = 0; plane < planes; plane++)
        for (int row = 0; row < 2 * height - 1; row++, spread += row_size) {
            memset(spread, 0, row_size * sizeof *spread);
            if (row % 2 == 0)
                for (int column = 0; column < width; column++, dy += SR_BLOCK)
                    memcpy(spread + (size_t)(2 * column) * SR_BLOCK, dy, SR_BLOCK * sizeof *dy);
        }
}
