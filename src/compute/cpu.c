#include "sartor/compute/cpu.h"
#include "sartor/compute/kernels.h"

#include <cblas.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct sr_kernels sr_kernels_reference, sr_kernels_baseline;
#if defined(__x86_64__)
extern const struct sr_kernels sr_kernels_avx2, sr_kernels_avx512;
#endif

static const char *const isa_names[] = {"baseline", "avx2", "avx512"};
enum { ISA_COUNT = sizeof isa_names / sizeof *isa_names };
static const struct sr_kernels *const tables[ISA_COUNT] = {
    &sr_kernels_baseline,
#if defined(__x86_64__)
    &sr_kernels_avx2,
    &sr_kernels_avx512,
#endif
};
/* 0 before the start, then 1 + the set's index. Starting twice at once is harmless: both
 * threads find the same. */
static atomic_int chosen;

static bool supported(int isa)
{
#if defined(__x86_64__)
    if (isa == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == 2)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("fma");
#endif
    return isa == 0;
}

enum sr_status sr_compute_start(struct sr_error *error)
{
    enum sr_status status = SR_OK;
    int best = 0, pick;
    const char *wish = getenv("SARTOR_ISA");
    if (atomic_load(&chosen)) return SR_OK;
    openblas_set_num_threads(1);
    for (int i = 1; i < ISA_COUNT; i++)
        if (supported(i)) best = i;
    pick = best;
    if (wish && *wish) {
        int i = 0;
        while (i < ISA_COUNT && strcmp(wish, isa_names[i])) i++;
        if (i == ISA_COUNT)
            status =
                sr_error_set(error, SR_ERROR_ARGUMENT,
                             "SARTOR_ISA is \"%s\"; it can be baseline, avx2 or avx512.", wish);
        else if (!supported(i))
            status = sr_error_set(
                error, SR_ERROR_STATE,
                "SARTOR_ISA asks for %s, which this processor does not have; its best is %s.", wish,
                isa_names[best]);
        else
            pick = i;
    }
    atomic_store(&chosen, pick + 1);
    return status;
}

const char *sr_compute_isa(void)
{
    if (!atomic_load(&chosen)) sr_compute_start(NULL);
    return isa_names[atomic_load(&chosen) - 1];
}

void sr_compute_blas(char *out, size_t size)
{
    char version[48] = "";
    /* Its configuration begins with name and version; flags of its building follow. */
    sscanf(openblas_get_config(), "%*s %47s", version);
    snprintf(out, size, "OpenBLAS %s %s", version, openblas_get_corename());
}

const struct sr_kernels *sr_kernels(void)
{
    if (!atomic_load(&chosen)) sr_compute_start(NULL);
    return tables[atomic_load(&chosen) - 1];
}

const struct sr_kernels *sr_kernels_named(const char *isa)
{
    if (!strcmp(isa, "reference")) return &sr_kernels_reference;
    for (int i = 0; i < ISA_COUNT; i++)
        if (!strcmp(isa, isa_names[i]) && supported(i)) return tables[i];
    return NULL;
}
