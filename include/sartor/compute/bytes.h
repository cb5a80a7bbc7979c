/* bytes.h - exact products and distances between rows of bytes, many against many.
 *
 * The rows that are searched are packed once into a struct sr_bytes, which is read-only from then
 * on; queries come as they are. All sums are integers, so every instruction set gives the same
 * numbers. Any thread may call; nothing here starts threads.
 *
 * A step is 8 bytes in a row. Products leave out the steps that are zero in all rows of a tile, or
 * in all queries of a block: of images with a black background that are most, when similar ones lie
 * together (sr_bytes_group) and a step is a patch of the image (sr_bytes_patches). */
#ifndef SARTOR_COMPUTE_BYTES_H
#define SARTOR_COMPUTE_BYTES_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
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
    int32_t *squares; /* of each padded row: its product with itself */
    uint64_t *used;   /* of each tile, sr_bytes_words: bit s is set where some row's step s is not
                         zero */
};

/* Memory for `rows` rows; fill each by sr_bytes_put. */
enum sr_status sr_bytes_init(struct sr_bytes *set, size_t rows, size_t length,
                             struct sr_error *error);
void sr_bytes_fini(struct sr_bytes *set);
void sr_bytes_put(struct sr_bytes *set, size_t row, const uint8_t *bytes);
void sr_bytes_get(const struct sr_bytes *set, size_t row, uint8_t *bytes);
/* The rows at `places`, ascending, become copies of those rows of another set of the same length.
 */
void sr_bytes_take(struct sr_bytes *set, const uint32_t *places, const struct sr_bytes *from,
                   const uint32_t *which, size_t count);

enum sr_bytes_measure {
    SR_BYTES_PRODUCT, /* sum of a·b */
    SR_BYTES_L1,      /* sum of |a - b| */
};

/* Bytes from one query to the next in a block that sr_bytes_compare reads: `length` up to a
 * multiple of 8. What is beyond `length` must be zero. */
size_t sr_bytes_stride(const struct sr_bytes *set);

/* Words of a mask of steps. */
size_t sr_bytes_words(const struct sr_bytes *set);

/* Queries, with what products need to know of them; of one thread. */
struct sr_bytes_queries {
    size_t count;
    const uint8_t *bytes; /* the caller's */
    int32_t *sums;  /* for each block of SR_BYTES_QUERIES: steps × SR_BYTES_LANES, of each query's
                       bytes in a step */
    uint64_t *used; /* for each block, sr_bytes_words: the steps in which some query is not zero */
};

enum { SR_BYTES_LANES = 8 };

/* Memory for up to `room` queries of rows of `set`. */
enum sr_status sr_bytes_queries_init(struct sr_bytes_queries *queries, const struct sr_bytes *set,
                                     size_t room, struct sr_error *error);
void sr_bytes_queries_fini(struct sr_bytes_queries *queries);
/* Take `count` queries, which have to stay where they are, sr_bytes_stride from one to the next. */
void sr_bytes_ask(struct sr_bytes_queries *queries, const struct sr_bytes *set,
                  const uint8_t *bytes, size_t count);

/* out[q × count + i] = measure of query from + q, for q < query_count, and row first + i, for
 * i < count. `first` and `count` are multiples of SR_BYTES_ROWS within the padded rows, `from` one
 * of SR_BYTES_QUERIES. */
void sr_bytes_compare(const struct sr_bytes *set, enum sr_bytes_measure measure,
                      const struct sr_bytes_queries *queries, size_t from, size_t query_count,
                      size_t first, size_t count, int32_t *out);

/* The bytes of an image in an order in which 8 that follow one another are a patch of it, of 2×4
 * pixels where the shape allows. `order` has room for all of them. */
void sr_bytes_patches(struct sr_shape shape, uint16_t *order);
/* Bit s of `used` (cleared by the caller) is set where step s of a row is not zero. */
void sr_bytes_find_used(const uint8_t *bytes, size_t length, uint64_t *used);
/* An order of `count` rows, of whose masks (`words` each) any `together` that follow one another,
 * from the first on, have about the same steps. Takes count² / together operations. */
void sr_bytes_group(const uint64_t *used, size_t words, size_t count, size_t together,
                    uint32_t *order);

#endif
