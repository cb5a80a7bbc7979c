/* bytes_layout.h - how the rows of struct sr_bytes are packed. */
#ifndef SARTOR_COMPUTE_BYTES_LAYOUT_H
#define SARTOR_COMPUTE_BYTES_LAYOUT_H

#include "sartor/compute/bytes.h"

/* A group is 8 rows of 8 bytes: one 512-bit register, in which sums of absolute differences give
 * one number a row, and products of bytes two. */
enum {
    GROUP_ROWS = 8,
    GROUP_BYTES = 8,
    GROUP = GROUP_ROWS * GROUP_BYTES,
    TILE_GROUPS = SR_BYTES_ROWS / GROUP_ROWS
};

#endif
