/* cpu.h - which instruction set the kernels use.
 *
 * The same kernels are compiled for several instruction sets; the best one that this
 * processor has is picked at the first use, once for the process. The environment variable
 * SARTOR_ISA=baseline|avx2|avx512 forces one. Starting also sets OpenBLAS to one thread, since
 * sr_pool is the only parallelism. Any thread may call. */
#ifndef SARTOR_COMPUTE_CPU_H
#define SARTOR_COMPUTE_CPU_H

#include <stddef.h>

#include "sartor/base/error.h"

/* Called by main, which reports the error; everything in compute/ also starts by itself, and
 * then falls back to the best set where SARTOR_ISA cannot be had. */
enum sr_status sr_compute_start(struct sr_error *error);

/* "baseline", "avx2" or "avx512". */
const char *sr_compute_isa(void);
/* Of the matrix library, which has a part in the last digits: "OpenBLAS 0.3.21 SkylakeX". */
void sr_compute_blas(char *out, size_t size);

#endif
