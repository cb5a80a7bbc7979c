#include "bytes_layout.h"

#include "sartor/base/memory.h"
#include "sartor/compute/kernels.h"
#include <stdlib.h>
#include <string.h>

static size_t steps_of(const struct sr_bytes *set)
{
    return (set->length + GROUP_BYTES - 1) / GROUP_BYTES;
}

size_t sr_bytes_stride(const struct sr_bytes *set)
{
    return steps_of(set) * GROUP_BYTES;
}

/* Tiles of SR_BYTES_ROWS rows lie one after another; in each, step by step, its four groups. */
static uint8_t *place(const struct sr_bytes *set, size_t row, size_t step)
{
    size_t tile = row / SR_BYTES_ROWS, group = row % SR_BYTES_ROWS / GROUP_ROWS;
    return set->packed + ((tile * steps_of(set) + step) * TILE_GROUPS + group) * GROUP +
           row % GROUP_ROWS * GROUP_BYTES;
}

enum sr_status sr_bytes_init(struct sr_bytes *set, size_t rows, size_t length,
                             struct sr_error *error)
{
    *set = (struct sr_bytes){.rows = rows, .length = length};
    if (length == 0 || length > SR_BYTES_LENGTH_MAX || rows > SIZE_MAX / 2) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "Rows of %zu bytes cannot be compared; 1 to %d can.", length,
                            SR_BYTES_LENGTH_MAX);
    }
    set->padded = (rows + SR_BYTES_ROWS - 1) / SR_BYTES_ROWS * SR_BYTES_ROWS;
    set->packed = sr_array_new(set->padded, steps_of(set) * GROUP_BYTES, "the stored rows", error);
    set->sums = sr_array_new(set->padded, sizeof *set->sums, "the stored rows", error);
    set->squares = sr_array_new(set->padded, sizeof *set->squares, "the stored rows", error);
    if (set->packed && set->sums && set->squares) return SR_OK;
    sr_bytes_fini(set);
    return SR_ERROR_MEMORY;
}

void sr_bytes_fini(struct sr_bytes *set)
{
    free(set->packed);
    free(set->sums);
    free(set->squares);
    *set = (struct sr_bytes){0};
}

void sr_bytes_put(struct sr_bytes *set, size_t row, const uint8_t *bytes)
{
    int32_t sum = 0, square = 0;
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(place(set, row, step), bytes + at, left < GROUP_BYTES ? left : GROUP_BYTES);
    }
    for (size_t i = 0; i < set->length; i++) {
        sum += bytes[i];
        square += (int32_t)bytes[i] * bytes[i];
    }
    set->sums[row] = sum;
    set->squares[row] = square;
}

void sr_bytes_get(const struct sr_bytes *set, size_t row, uint8_t *bytes)
{
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(bytes + at, place(set, row, step), left < GROUP_BYTES ? left : GROUP_BYTES);
    }
}

void sr_bytes_compare(const struct sr_bytes *set, enum sr_bytes_measure measure,
                      const uint8_t *queries, size_t query_count, size_t first, size_t count,
                      int32_t *out)
{
    const struct sr_kernels *kernels = sr_kernels();
    sr_bytes_tile *tile = measure == SR_BYTES_L1 ? kernels->bytes_l1 : kernels->bytes_product;
    size_t steps = steps_of(set), stride = steps * GROUP_BYTES;
    for (size_t q = 0; q < query_count; q += SR_BYTES_QUERIES) {
        size_t left = query_count - q;
        int together = left < SR_BYTES_QUERIES ? (int)left : SR_BYTES_QUERIES;
        for (size_t row = 0; row < count; row += SR_BYTES_ROWS) {
            tile(set->packed + (first + row) * stride, set->sums + first + row, steps,
                 queries + q * stride, together, out + q * count + row, count);
        }
    }
}
