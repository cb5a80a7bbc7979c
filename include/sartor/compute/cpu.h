/* cpu.h - which instruction set the kernels use.
 *
 * Kernels are sources that local.mk compiles once for each instruction set of SR_ISAS, with SR_ISA
 * defined as its name. Such a source defines a const struct of functions, named by SR_ISA_NAME;
 * SR_ISA_TABLES makes a table of these structs, and sr_isa() is the index into it. The best set
 * that this processor has is picked at the first use, once for the process. The environment
 * variable SARTOR_ISA=baseline|avx2|avx512 forces one. Starting also sets OpenBLAS to one thread,
 * since sr_pool is the only parallelism. Any thread may call. */
#ifndef SARTOR_COMPUTE_CPU_H
#define SARTOR_COMPUTE_CPU_H

#include <stdbool.h>
#include <stddef.h>

#include "sartor/base/error.h"

/* SET(name, whether this processor has it, ...), from the plainest to the best. */
#define SR_CPU_HAS(feature) __builtin_cpu_supports(feature)
/* clang-format off */
#if defined(__x86_64__)
#define SR_ISAS(SET, ...)                                                                          \
    SET(baseline, true, __VA_ARGS__)                                                               \
    SET(avx2, SR_CPU_HAS("avx2") && SR_CPU_HAS("fma"), __VA_ARGS__)                                \
    SET(avx512, SR_CPU_HAS("avx512f") && SR_CPU_HAS("avx512vl") && SR_CPU_HAS("avx512bw") &&       \
                SR_CPU_HAS("avx512dq") && SR_CPU_HAS("fma"), __VA_ARGS__)
#else
#define SR_ISAS(SET, ...) SET(baseline, true, __VA_ARGS__)
#endif
/* clang-format on */

#define SR_ISA_INDEX(isa, has, ...) SR_ISA_##isa,
enum { SR_ISAS(SR_ISA_INDEX, ) SR_ISA_COUNT };

/* "baseline", "avx2", ... for an array. */
#define SR_ISA_WORD(isa, has, ...) #isa,
#define SR_ISA_WORDS               SR_ISAS(SR_ISA_WORD, )

/* name_avx2, where SR_ISA is avx2. */
#define SR_ISA_JOIN(name, isa)   name##_##isa
#define SR_ISA_JOINED(name, isa) SR_ISA_JOIN(name, isa)
#define SR_ISA_NAME(name)        SR_ISA_JOINED(name, SR_ISA)
#define SR_ISA_QUOTE(isa)        #isa
#define SR_ISA_QUOTED(isa)       SR_ISA_QUOTE(isa)
#define SR_ISA_TEXT              SR_ISA_QUOTED(SR_ISA) /* "avx2" */

/* Define NAME_tables[SR_ISA_COUNT], pointers to the structs that kernel sources define as
 * SR_ISA_NAME(NAME). */
#define SR_ISA_DECLARED(isa, has, type, name) extern const type name##_##isa;
#define SR_ISA_ENTRY(isa, has, type, name)    &name##_##isa,
#define SR_ISA_TABLES(type, name)                                                                  \
    SR_ISAS(SR_ISA_DECLARED, type, name)                                                           \
    const type *const name##_tables[SR_ISA_COUNT] = {SR_ISAS(SR_ISA_ENTRY, type, name)}

/* Called by main, which reports the error; everything in compute/ also starts by itself, and
 * then falls back to the best set where SARTOR_ISA cannot be had. */
enum sr_status sr_compute_start(struct sr_error *error);

/* Index of the set in use; of a named one, -1 where there is none or this processor lacks it. */
int sr_isa(void);
int sr_isa_find(const char *name);
/* "baseline", "avx2" or "avx512": the set in use. */
const char *sr_compute_isa(void);
/* The matrix library, on which the last digits depend: "OpenBLAS 0.3.21 SkylakeX". */
void sr_compute_blas(char *out, size_t size);

#endif
