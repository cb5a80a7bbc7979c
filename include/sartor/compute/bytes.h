/* bytes.h - exact products and distances between rows of bytes, many against many.
 *
 * The rows that are searched are packed once into a struct sr_bytes, which is read-only from then
 * on; queries come as they are. All sums are integers, so every instruction set gives the same
 * numbers. Any thread may call; nothing here starts threads. */
#ifndef SARTOR_COMPUTE_BYTES_H
#define SARTOR_COMPUTE_BYTES_H

#include "sartor/base/error.h"
#include <stddef.h>
#include <stdint.h>

enum {
    SR_BYTES_ROWS = 32,   /* rows come in blocks of so many, the last one filled with zeros */
    SR_BYTES_QUERIES = 6, /* queries (or a multiple) for which a call is fastest */
    SR_BYTES_LENGTH_MAX = 65536, /* of one row; its square sum must fit int32 */
    SR_BYTES_LENGTH_ANY = 33025, /* the longest whose square sum does, whatever its bytes */
};

struct sr_bytes {
    size_t rows;      /* as given */
    size_t padded;    /* rows, up to a multiple of SR_BYTES_ROWS */
    size_t length;    /* bytes of a row */
    uint8_t *packed;  /* in groups of 8 rows, 8 bytes of each in turn */
    int32_t *sums;    /* of each padded row's bytes */
    int32_t *squares; /* of each padded row: its product with itself */
};

/* Memory for `rows` rows; fill each by sr_bytes_put. */
enum sr_status sr_bytes_init(struct sr_bytes *set, size_t rows, size_t length,
                             struct sr_error *error);
void sr_bytes_fini(struct sr_bytes *set);
void sr_bytes_put(struct sr_bytes *set, size_t row, const uint8_t *bytes);
void sr_bytes_get(const struct sr_bytes *set, size_t row, uint8_t *bytes);

enum sr_bytes_measure {
    SR_BYTES_PRODUCT, /* sum of a·b */
    SR_BYTES_L1,      /* sum of |a - b| */
};

/* Bytes from one query to the next in a block that sr_bytes_compare reads: `length` up to a
 * multiple of 8. What is beyond `length` must be zero. */
size_t sr_bytes_stride(const struct sr_bytes *set);

/* out[q × count + i] = measure of query q (of `queries`) and row first + i, for i < count. `first`
 * and `count` are multiples of SR_BYTES_ROWS within the padded rows. */
void sr_bytes_compare(const struct sr_bytes *set, enum sr_bytes_measure measure,
                      const uint8_t *queries, size_t query_count, size_t first, size_t count,
                      int32_t *out);

#endif
