/* array.h - numbers with dimensions, as .npy and IDX files hold them, and what they are as images
 * or as labels. Private to data/. */
#ifndef SARTOR_DATA_ARRAY_H
#define SARTOR_DATA_ARRAY_H

#include "levels.h"
#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/images.h"
#include "stream.h"
#include <stdbool.h>
#include <stdint.h>

enum { ARRAY_DIMENSIONS_MAX = 4 };

enum array_kind { ARRAY_UNSIGNED, ARRAY_SIGNED, ARRAY_FLOAT };

struct array {
    enum array_kind kind;
    int bytes_each; /* 1, 2, 4 or 8; of floats 2, 4 or 8 */
    bool big_endian;
    bool first_fastest; /* the first index changes fastest (Fortran's order), else the last */
    int dimensions;     /* 1 to ARRAY_DIMENSIONS_MAX */
    uint64_t sizes[ARRAY_DIMENSIONS_MAX];
    uint8_t *content; /* freed by array_fini; NULL until it is read */
};

void array_fini(struct array *array);

/* Numbers in all; 0 when that is more than can be held. */
uint64_t array_count(const struct array *array);
/* Read them: exactly so many, then the end of the file. Memory grows with what the file really
 * holds, whatever the header says. Progress counts the first dimension, as images. */
enum sr_status array_read(struct array *array, struct stream *stream,
                          const struct sr_monitor *monitor, struct sr_error *error);
/* Number `at` in the order of the file. */
double array_number(const struct array *array, uint64_t at);

/* The shape of each image: of N × H × W, N × H × W × 1 or 3, N × 1 or 3 × H × W, or N × pixels of a
 * square. `name` stands for the file in sentences. */
enum sr_status array_shape(const struct array *array, const char *name, struct sr_shape *shape,
                           struct sr_error *error);
/* The range of all numbers, added to `levels`; refuses those that are not numbers. */
enum sr_status array_levels(const struct array *array, const char *name, struct levels *levels,
                            struct sr_error *error);
/* Images of array_shape, each number times `factor`, rounded. The content moves to the images
 * where it can be used as it is. */
enum sr_status array_images(struct array *array, const char *name, double factor,
                            struct sr_images *images, struct sr_error *error);
/* One number for each row: of N, N × 1, or the first of each row when `first_column`. The caller
 * frees `numbers`. */
enum sr_status array_labels(const struct array *array, const char *name, bool first_column,
                            int64_t **numbers, size_t *count, struct sr_error *error);

#endif
