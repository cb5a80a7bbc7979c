#include "sartor/base/pool.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/thread.h"
#include "sartor/base/tree.h"

/* Between the layers of a small network regions follow each other within microseconds, so an
 * idle worker looks for work this many times before it sleeps. */
enum { SPINS = 4000 };

struct worker {
    struct sr_pool *pool;
    int number;
    struct sr_thread thread;
};

/* Slices that a worker takes before those of others. Aligned, so that workers share no cache line.
 */
struct range {
    _Alignas(64) atomic_size_t next;
    size_t end;
};

struct sr_pool {
    int threads;
    struct sr_ranks *ranks;
    struct worker *workers; /* threads - 1 of them, numbered from 1 */
    int started;
    struct sr_mutex region; /* held by the caller whose region runs */
    struct sr_mutex mutex;  /* guards sleeping and waking */
    struct sr_condition work, done;

    /* One region at a time. `generation` announces it; a worker enters while it is open, and reads
     * the rest after that. The caller closes it when no slice is left to take, and waits only for
     * the workers inside, not for one that has not been scheduled yet. */
    atomic_uint generation;
    atomic_uint inside; /* workers in the region; CLOSED where none may enter */
    atomic_bool closing;
    struct range *ranges; /* one for each worker */
    void (*slice)(void *context, size_t index, int worker);
    void *context;
};

static void share_out(struct sr_pool *pool, size_t count)
{
    size_t threads = (size_t)pool->threads, first = 0;
    for (size_t i = 0; i < threads; i++) {
        size_t slices = count / threads + (i < count % threads);
        atomic_store_explicit(&pool->ranges[i].next, first, memory_order_relaxed);
        pool->ranges[i].end = first += slices;
    }
}

/* A worker begins with the same part of every region, so that what it wrote in one is in its cache
 * in the next; then it takes slices that others have not taken yet. */
static void take_slices(struct sr_pool *pool, int worker)
{
    for (int i = 0; i < pool->threads; i++) {
        struct range *range = &pool->ranges[(worker + i) % pool->threads];
        for (;;) {
            size_t index = atomic_fetch_add_explicit(&range->next, 1, memory_order_relaxed);
            if (index >= range->end) break;
            pool->slice(pool->context, index, worker);
        }
    }
}

#define CLOSED 0x80000000u

static bool enter(struct sr_pool *pool)
{
    unsigned inside = atomic_load_explicit(&pool->inside, memory_order_relaxed);
    while (!(inside & CLOSED))
        if (atomic_compare_exchange_weak_explicit(&pool->inside, &inside, inside + 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

static void leave(struct sr_pool *pool)
{
    if (atomic_fetch_sub_explicit(&pool->inside, 1, memory_order_acq_rel) != CLOSED + 1) return;
    sr_mutex_lock(&pool->mutex); /* the last one leaves, and the caller may sleep */
    sr_condition_signal(&pool->done);
    sr_mutex_unlock(&pool->mutex);
}

static void relax(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#endif
}

static void work(void *opaque)
{
    struct worker *worker = opaque;
    struct sr_pool *pool = worker->pool;
    unsigned seen = 0;
    for (;;) {
        int spins = 0;
        while (atomic_load_explicit(&pool->generation, memory_order_acquire) == seen) {
            if (spins++ < SPINS) {
                relax();
                continue;
            }
            sr_mutex_lock(&pool->mutex);
            while (atomic_load(&pool->generation) == seen)
                sr_condition_wait(&pool->work, &pool->mutex);
            sr_mutex_unlock(&pool->mutex);
        }
        seen = atomic_load_explicit(&pool->generation, memory_order_acquire);
        if (atomic_load(&pool->closing)) return;
        if (!enter(pool)) continue;
        take_slices(pool, worker->number);
        leave(pool);
    }
}

static void announce(struct sr_pool *pool)
{
    sr_mutex_lock(&pool->mutex);
    atomic_fetch_add_explicit(&pool->generation, 1, memory_order_release);
    sr_condition_broadcast(&pool->work);
    sr_mutex_unlock(&pool->mutex);
}

struct sr_pool *sr_pool_new(int threads, struct sr_error *error)
{
    if (threads <= 0) threads = sr_processors();
    struct sr_pool *pool = sr_xalloc(sizeof *pool);
    pool->threads = threads;
    pool->workers = sr_xalloc((size_t)threads * sizeof *pool->workers);
    atomic_init(&pool->inside, CLOSED);
    sr_mutex_init(&pool->region);
    sr_mutex_init(&pool->mutex);
    sr_condition_init(&pool->work);
    sr_condition_init(&pool->done);
    if (!(pool->ranges =
              sr_array_new((size_t)threads, sizeof *pool->ranges, "the threads' shares", error))) {
        sr_pool_free(pool);
        return NULL;
    }
    for (int i = 0; i < threads - 1; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].number = i + 1;
        if (sr_thread_start(&pool->workers[i].thread, "sartor-pool", work, &pool->workers[i],
                            error)) {
            sr_pool_free(pool);
            return NULL;
        }
        pool->started++;
    }
    return pool;
}

void sr_pool_free(struct sr_pool *pool)
{
    if (!pool) return;
    atomic_store(&pool->closing, true);
    announce(pool);
    for (int i = 0; i < pool->started; i++) sr_thread_join(&pool->workers[i].thread);
    sr_condition_fini(&pool->work);
    sr_condition_fini(&pool->done);
    sr_mutex_fini(&pool->mutex);
    sr_mutex_fini(&pool->region);
    free(pool->workers);
    free(pool->ranges);
    free(pool);
}

void sr_pool_set_ranks(struct sr_pool *pool, struct sr_ranks *ranks)
{
    pool->ranks = ranks;
}

struct sr_ranks *sr_pool_ranks(const struct sr_pool *pool)
{
    return pool ? pool->ranks : NULL;
}

int sr_pool_threads(const struct sr_pool *pool)
{
    return pool ? pool->threads : 1;
}

void sr_pool_run(struct sr_pool *pool, size_t count,
                 void (*slice)(void *context, size_t index, int worker), void *context)
{
    if (!pool) {
        for (size_t i = 0; i < count; i++) slice(context, i, 0);
        return;
    }
    sr_mutex_lock(&pool->region);
    if (pool->started == 0 || count <= 1) {
        for (size_t i = 0; i < count; i++) slice(context, i, 0);
        sr_mutex_unlock(&pool->region);
        return;
    }
    pool->slice = slice;
    pool->context = context;
    share_out(pool, count);
    atomic_store_explicit(&pool->inside, 0, memory_order_release);
    announce(pool);
    take_slices(pool, 0);
    atomic_fetch_or_explicit(&pool->inside, CLOSED, memory_order_acq_rel);
    for (int spins = 0; atomic_load_explicit(&pool->inside, memory_order_acquire) != CLOSED;
         spins++) {
        if (spins < SPINS) {
            relax();
            continue;
        }
        sr_mutex_lock(&pool->mutex);
        while (atomic_load(&pool->inside) != CLOSED) sr_condition_wait(&pool->done, &pool->mutex);
        sr_mutex_unlock(&pool->mutex);
    }
    sr_mutex_unlock(&pool->region);
}

struct reduction {
    float *total;
    const float *parts;
    size_t slices, stride, length;
};

enum { REDUCE_BLOCK = 4096 };

static void reduce_block(void *context, size_t index, int worker)
{
    (void)worker;
    const struct reduction *r = context;
    size_t first = index * REDUCE_BLOCK, last = first + REDUCE_BLOCK;
    if (last > r->length) last = r->length;
    sr_tree_reduce(r->total + first, r->parts + first, r->slices, r->stride, last - first);
}

void sr_pool_reduce(struct sr_pool *pool, float *total, const float *parts, size_t slices,
                    size_t stride, size_t length)
{
    struct reduction r = {total, parts, slices, stride, length};
    sr_pool_run(pool, (length + REDUCE_BLOCK - 1) / REDUCE_BLOCK, reduce_block, &r);
}
