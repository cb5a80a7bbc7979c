/* faithfulness.h - how far a layout in the plane keeps the neighbours that rows have.
 *
 * Venna and Kaski (2001): trustworthiness counts points that are near on the plane and not in the
 * rows, continuity those that are near in the rows and not on the plane; each weighs by how far
 * outside the k nearest it is. 1 where no neighbour differs. Any thread may call. */
#ifndef SARTOR_EMBED_FAITHFULNESS_H
#define SARTOR_EMBED_FAITHFULNESS_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include <stddef.h>

struct sr_faithfulness {
    double trustworthiness, continuity;
};

/* Of rows[count][width] and points[count][2], all compared with all: some 5,000 rows at most.
 * 2k < count. SR_ERROR_CANCELLED when the monitor asks to end. */
enum sr_status sr_faithfulness_measure(struct sr_faithfulness *out, const float *rows, int width,
                                       const float *points, size_t count, int k,
                                       struct sr_pool *pool, const struct sr_monitor *monitor,
                                       struct sr_error *error);

#endif
