/* kernels.h - the part of the benchmark that measures kernels. */
#ifndef SARTOR_TESTS_BENCH_KERNELS_H
#define SARTOR_TESTS_BENCH_KERNELS_H

#include "sartor/base/pool.h"

/* The most multiply-adds of so many threads, in GFLOP/s; on the caller's alone without a pool. */
double bench_peak(struct sr_pool *pool, int threads);
/* Print the peak and all kernels; returns the GFLOP/s of `threads` threads. */
double bench_kernels(struct sr_pool *pool, int threads);

#endif
