/* pool.h - a fixed set of threads that run slices of work; there is no other parallelism.
 *
 * Work is cut into `count` slices whose number and size do not depend on how
 * many threads there are, so that results do not either; each slice writes its
 * own output, and what must be summed is summed afterwards along a fixed tree
 * (see sr_pool_reduce). The caller takes part as worker 0. One parallel region runs
 * at a time; a second caller waits for the first region to end, so a region
 * should stay short (milliseconds). Regions do not nest. */
#ifndef SARTOR_BASE_POOL_H
#define SARTOR_BASE_POOL_H

#include "sartor/base/error.h"
#include <stddef.h>

struct sr_pool;
struct sr_ranks;

/* `threads` workers in all, the caller's included; 0 means one for each
 * processor that this process may use. */
struct sr_pool *sr_pool_new(int threads, struct sr_error *error);
void sr_pool_free(struct sr_pool *pool);
int sr_pool_threads(const struct sr_pool *pool);
/* The ranks (ranks.h) to which work for the pool can be handed out; NULL: this process is alone. */
void sr_pool_set_ranks(struct sr_pool *pool, struct sr_ranks *ranks);
struct sr_ranks *sr_pool_ranks(const struct sr_pool *pool); /* NULL-safe */

/* Call slice(context, index, worker) once for every index in 0..count-1, worker
 * in 0..threads-1 naming the scratch memory to use. Returns when all are done.
 * A NULL pool runs them here, in order. */
void sr_pool_run(struct sr_pool *pool, size_t count,
                 void (*slice)(void *context, size_t index, int worker), void *context);

/* total[i] = sum over s of parts[s * stride + i], for i < length, along the tree
 * of tree.h: the one reduction. Parallel over i. */
void sr_pool_reduce(struct sr_pool *pool, float *total, const float *parts, size_t slices,
                    size_t stride, size_t length);

#endif
