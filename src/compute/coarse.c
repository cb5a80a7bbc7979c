#include "sartor/compute/coarse.h"

#include "sartor/base/memory.h"
#include "sartor/compute/kernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 4, BLOCK = SIDE * SIDE };

enum sr_status sr_coarse_init(struct sr_coarse *coarse, enum sr_bytes_measure measure, size_t rows,
                              struct sr_shape shape, struct sr_error *error)
{
    const size_t down = ((size_t)shape.height + SIDE - 1) / SIDE,
                 across = ((size_t)shape.width + SIDE - 1) / SIDE;
    const char *what = "the stored rows";
    *coarse =
        (struct sr_coarse){.measure = measure, .shape = shape, .length = sr_shape_size(shape)};
    coarse->stride = (coarse->length + 63) / 64 * 64;
    enum sr_status status =
        sr_bytes_init(&coarse->means, rows, down * across * (size_t)shape.channels, error);
    if (status) return status;
    coarse->rows = sr_array_new(coarse->means.padded, coarse->stride, what, error);
    coarse->slacks = sr_array_new(coarse->means.padded, sizeof *coarse->slacks, what, error);
    coarse->squares = sr_array_new(coarse->means.padded, sizeof *coarse->squares, what, error);
    if (coarse->rows && coarse->slacks && coarse->squares) return SR_OK;
    sr_coarse_fini(coarse);
    return SR_ERROR_MEMORY;
}

void sr_coarse_fini(struct sr_coarse *coarse)
{
    sr_bytes_fini(&coarse->means);
    free(coarse->rows);
    free(coarse->slacks);
    free(coarse->squares);
    *coarse = (struct sr_coarse){0};
}

/* The rounded means of an image, and the distance between them and what was rounded. */
static float find_means(const struct sr_coarse *coarse, const uint8_t *pixels, uint8_t *means)
{
    const struct sr_shape shape = coarse->shape;
    const size_t across = ((size_t)shape.width + SIDE - 1) / SIDE * (size_t)shape.channels;
    double lost = 0;
    for (int y = 0; y < shape.height; y += SIDE) {
        int sums[across];
        memset(sums, 0, sizeof sums);
        for (int row = y; row < y + SIDE && row < shape.height; row++)
            for (int x = 0; x < shape.width; x++)
                for (int c = 0; c < shape.channels; c++)
                    sums[x / SIDE * shape.channels + c] +=
                        *(pixels +
                          ((size_t)row * (size_t)shape.width + (size_t)x) * (size_t)shape.channels +
                          c);
        for (size_t i = 0; i < across; i++) {
            means[i] = (uint8_t)((sums[i] + BLOCK / 2) / BLOCK);
            const double apart = fabs((double)sums[i] / BLOCK - means[i]);
            lost += coarse->measure == SR_BYTES_L1 ? apart : apart * apart;
        }
        means += across;
    }
    return (float)(coarse->measure == SR_BYTES_L1 ? lost : sqrt(lost));
}

static void find_sums(const uint8_t *bytes, size_t length, int32_t *sum, int32_t *square)
{
    *sum = *square = 0;
    for (size_t i = 0; i < length; i++) {
        *sum += bytes[i];
        *square += (int32_t)bytes[i] * bytes[i];
    }
}

void sr_coarse_put(struct sr_coarse *coarse, size_t row, const uint8_t *pixels)
{
    uint8_t means[coarse->means.length];
    int32_t sum;
    memcpy(coarse->rows + row * coarse->stride, pixels, coarse->length);
    coarse->slacks[row] = find_means(coarse, pixels, means);
    find_sums(pixels, coarse->length, &sum, &coarse->squares[row]);
    sr_bytes_put(&coarse->means, row, means);
}

void sr_coarse_ask(const struct sr_coarse *coarse, const uint8_t *bytes, uint8_t *means,
                   struct sr_coarse_query *query)
{
    int32_t sum;
    query->bytes = bytes;
    find_sums(bytes, coarse->length, &query->sum, &query->square);
    query->slack = find_means(coarse, bytes, means);
    find_sums(means, coarse->means.length, &sum, &query->means_square);
}

size_t sr_coarse_within(const struct sr_coarse *coarse, const struct sr_coarse_query *query,
                        double worst, size_t first, size_t count, const int32_t *values,
                        uint32_t *list)
{
    const struct sr_kernels *kernels = sr_kernels();
    const float *slacks = coarse->slacks + first;
    /* More than rounding of floats can take. */
    const double margin = 1e-5, own = (double)query->slack;
    if (coarse->measure == SR_BYTES_L1) {
        const double reach = (worst / BLOCK + own) * (1 + margin) + margin;
        return kernels->bytes_within_l1(values, slacks, (float)reach, count, list);
    }
    const double reach = (sqrt(worst) / SIDE + own) * (1 + margin) + margin;
    return kernels->bytes_within_l2(values, coarse->means.squares + first, slacks,
                                    query->means_square, (float)reach, count, list);
}

void sr_coarse_compare(const struct sr_coarse *coarse, const struct sr_coarse_query *query,
                       size_t first, const uint32_t *list, size_t count, int32_t *out)
{
    const struct sr_kernels *kernels = sr_kernels();
    sr_bytes_listed *listed =
        coarse->measure == SR_BYTES_L1 ? kernels->bytes_listed_l1 : kernels->bytes_listed_product;
    listed(query->bytes, query->sum, coarse->rows + first * coarse->stride, coarse->stride, list,
           count, out);
}
