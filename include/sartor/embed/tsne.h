/* tsne.h - a layout in the plane in which neighbours stay neighbours.
 *
 * t-SNE (van der Maaten and Hinton, 2008) from the nearest neighbours of each row. What points push
 * each other apart with is summed on a grid, by Fourier transforms (after Linderman et al., 2019),
 * here with cubic splines. All sums are cut in the same way at any number of threads: the same
 * start gives the same bits. Any thread may call. */
#ifndef SARTOR_EMBED_TSNE_H
#define SARTOR_EMBED_TSNE_H

#include "sartor/embed/neighbours.h"

struct sr_tsne {
    double perplexity;   /* how many neighbours count; at most a third of those that are known */
    int gathering;       /* iterations in which neighbours attract `exaggeration` times as much */
    int iterations;      /* in all */
    double exaggeration; /* 12 is usual */
};

/* Called after the first iteration and then some ten times a second, in the thread that runs the
 * layout, with count × 2 positions to copy. */
typedef void sr_tsne_look(void *context, const float *points);

/* `points` count × 2, x and y of each, where they start: their spread should be small against 1.
 * `look` may be NULL. SR_ERROR_CANCELLED when the monitor asks to end. */
enum sr_status sr_tsne_run(const struct sr_tsne *settings, const struct sr_neighbours *neighbours,
                           float *points, sr_tsne_look *look, void *context, struct sr_pool *pool,
                           const struct sr_monitor *monitor, struct sr_error *error);

#endif
