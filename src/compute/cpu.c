#include "sartor/compute/cpu.h"
#include "sartor/base/text.h"
#include "sartor/compute/kernels.h"

#include <cblas.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SR_ISA_COUNT] = {SR_ISA_WORDS};

SR_ISA_TABLES(struct sr_kernels, sr_kernels);
extern const struct sr_kernels sr_kernels_reference;

/* 0 before the start, then 1 + the set's index. Starting twice at once is harmless: both
 * threads find the same. */
static atomic_int chosen;

static bool supported(int isa)
{
#define HAS(isa, has, ...) has,
    const bool sets[SR_ISA_COUNT] = {SR_ISAS(HAS, )};
    return sets[isa];
}

static void list_names(struct sr_text *text)
{
    for (int i = 0; i < SR_ISA_COUNT; i++)
        sr_text_printf(text, "%s%s", !i ? "" : i + 1 < SR_ISA_COUNT ? ", " : " or ", names[i]);
}

enum sr_status sr_compute_start(struct sr_error *error)
{
    enum sr_status status = SR_OK;
    int best = 0, pick;
    const char *wish = getenv("SARTOR_ISA");
    if (atomic_load(&chosen)) return SR_OK;
    openblas_set_num_threads(1);
    for (int i = 1; i < SR_ISA_COUNT; i++)
        if (supported(i)) best = i;
    pick = best;
    if (wish && *wish) {
        int i = 0;
        while (i < SR_ISA_COUNT && strcmp(wish, names[i])) i++;
        if (i == SR_ISA_COUNT) {
            struct sr_text list = {0};
            list_names(&list);
            status = sr_error_set(error, SR_ERROR_ARGUMENT, "SARTOR_ISA is \"%s\"; it can be %s.",
                                  wish, sr_text_get(&list));
            sr_text_fini(&list);
        } else if (!supported(i))
            status = sr_error_set(
                error, SR_ERROR_STATE,
                "SARTOR_ISA asks for %s, which this processor does not have; its best is %s.", wish,
                names[best]);
        else
            pick = i;
    }
    atomic_store(&chosen, pick + 1);
    return status;
}

int sr_isa(void)
{
    if (!atomic_load(&chosen)) sr_compute_start(NULL);
    return atomic_load(&chosen) - 1;
}

int sr_isa_find(const char *name)
{
    for (int i = 0; i < SR_ISA_COUNT; i++)
        if (!strcmp(name, names[i]) && supported(i)) return i;
    return -1;
}

const char *sr_compute_isa(void)
{
    return names[sr_isa()];
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
    return sr_kernels_tables[sr_isa()];
}

const struct sr_kernels *sr_kernels_named(const char *isa)
{
    if (!strcmp(isa, "reference")) return &sr_kernels_reference;
    const int index = sr_isa_find(isa);
    return index < 0 ? NULL : sr_kernels_tables[index];
}
