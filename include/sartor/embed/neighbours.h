/* neighbours.h - for each of many rows of floats the nearest other rows.
 *
 * By comparing each row with all others: nothing is left out, and the same rows give the same bits
 * at any number of threads. 70,000 rows of 50 floats take some seconds on two processors. Any
 * thread may call. */
#ifndef SARTOR_EMBED_NEIGHBOURS_H
#define SARTOR_EMBED_NEIGHBOURS_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include <stddef.h>
#include <stdint.h>

/* The most neighbours that can be asked for. */
enum { SR_NEIGHBOURS_MOST = 248 };

/* For each of `count` rows `k` others, nearest first; of equal distances the lower row first. */
struct sr_neighbours {
    size_t count;
    int k;
    uint32_t *rows;   /* count × k */
    float *distances; /* count × k, Euclidean */
};

/* The `k` nearest of each, k < count, k <= SR_NEIGHBOURS_MOST. The monitor hears of rows done.
 * SR_ERROR_CANCELLED when it asks to end. To be freed by sr_neighbours_fini in any case. */
enum sr_status sr_neighbours_find(struct sr_neighbours *found, const float *rows, size_t count,
                                  int width, int k, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error);
void sr_neighbours_fini(struct sr_neighbours *found);

#endif
