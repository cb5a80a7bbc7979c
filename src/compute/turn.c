/* turn.c - the rearrangements that make backward-data a forward convolution. */
#include "sartor/compute/kernels.h"

#include <string.h>

void sr_conv_turn(const struct sr_conv *c, const float *w, float *turned)
{
    int taps = c->kernel * c->kernel, slots = sr_slots(c->outputs), turned_slots = sr_slots(c->inputs);
    for (int tap = 0; tap < taps; tap++)
        for (int output = 0; output < c->outputs; output++) {
            const float *from = w + (size_t)(taps - 1 - tap) * (size_t)c->inputs * (size_t)slots + (size_t)output;
            float *to = turned + ((size_t)tap * (size_t)c->outputs + (size_t)output) * (size_t)turned_slots;
            for (int input = 0; input < c->inputs; input++) to[input] = from[(size_t)input * (size_t)slots];
            for (int input = c->inputs; input < turned_slots; input++) to[input] = 0;
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
