/* coarse.h - exact search among images, most of which are ruled out by their block means.
 *
 * Beside each image of bytes there are its means over blocks of 4×4 pixels, rounded to bytes. The
 * sum of |a - b| over a block is at least the difference of the blocks' sums, and the sum of
 * (a - b)² at least its square / 16, so the means give a lower bound of both distances; what
 * rounding took from them is kept as a slack. Only rows whose bound is within reach are compared
 * byte by byte: on Fashion-MNIST 2 to 6 of 100. Results are those of comparing all rows. Read-only
 * once filled; any thread may call. */
#ifndef SARTOR_COMPUTE_COARSE_H
#define SARTOR_COMPUTE_COARSE_H

#include "sartor/base/shape.h"
#include "sartor/compute/bytes.h"

struct sr_coarse {
    enum sr_bytes_measure measure; /* SR_BYTES_PRODUCT: for Euclidean distance */
    struct sr_shape shape;
    size_t length, stride; /* bytes of an image; from one row to the next, a multiple of 64 */
    struct sr_bytes means;
    uint8_t *rows;    /* padded rows × stride, zeros behind an image */
    float *slacks;    /* of each padded row */
    int32_t *squares; /* of each padded row: its product with itself */
};

/* What is known of one query. */
struct sr_coarse_query {
    const uint8_t *bytes; /* stride bytes, zeros behind the image */
    int32_t sum, square;  /* of its bytes, of their squares */
    int32_t means_square;
    float slack;
};

/* Memory for images of `shape`, which may have SR_BYTES_LENGTH_ANY bytes. */
enum sr_status sr_coarse_init(struct sr_coarse *coarse, enum sr_bytes_measure measure, size_t rows,
                              struct sr_shape shape, struct sr_error *error);
void sr_coarse_fini(struct sr_coarse *coarse);
void sr_coarse_put(struct sr_coarse *coarse, size_t row, const uint8_t *pixels);
/* Fill `query` from its bytes, and `means` (sr_bytes_stride of coarse->means) with its means. */
void sr_coarse_ask(const struct sr_coarse *coarse, const uint8_t *bytes, uint8_t *means,
                   struct sr_coarse_query *query);
/* Of `count` rows from `first` on, whose comparison with the query's means (sr_bytes_compare) is
 * `values`: those that may be nearer than `worst`, which is a squared Euclidean distance or a
 * city-block distance. Their numbers, from 0 for `first`, go to `list`, which has room for all;
 * returns how many. `first` and `count` are multiples of SR_BYTES_ROWS. */
size_t sr_coarse_within(const struct sr_coarse *coarse, const struct sr_coarse_query *query,
                        double worst, size_t first, size_t count, const int32_t *values,
                        uint32_t *list);
/* The measure of the query and each listed row, exactly. */
void sr_coarse_compare(const struct sr_coarse *coarse, const struct sr_coarse_query *query,
                       size_t first, const uint32_t *list, size_t count, int32_t *out);

#endif
