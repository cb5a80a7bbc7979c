/* kernels.h - the part of the benchmark that measures kernels. */
#ifndef SARTOR_TESTS_BENCH_KERNELS_H
#define SARTOR_TESTS_BENCH_KERNELS_H

#include "sartor/base/pool.h"

/* Print the peak and all kernels; returns the GFLOP/s of `threads` threads. */
double bench_kernels(struct sr_pool *pool, int threads);

#endif
