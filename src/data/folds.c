/* folds.c - see folds.h. */
#include "sartor/data/folds.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"

enum sr_status sr_folds_make(struct sr_folds *folds, const struct sr_images *images,
                             const uint32_t *rows, size_t row_count, int count, uint64_t seed,
                             struct sr_error *error)
{
    *folds = (struct sr_folds){.count = count, .row_count = row_count, .rarest = -1};
    folds->rows = sr_array_raw(row_count, sizeof *folds->rows, "rows of the folds", error);
    folds->of = sr_array_raw(row_count, sizeof *folds->of, "folds of the rows", error);
    uint32_t *own = sr_array_raw(row_count, sizeof *own, "rows of a class", error);
    if (!folds->rows || !folds->of || !own) {
        free(own);
        sr_folds_fini(folds);
        return SR_ERROR_MEMORY;
    }
    const size_t parts = (size_t)count;
    /* What is left of a class when every fold has the same number of its rows is dealt out one by
     * one, from the fold after the last that got one: folds then differ by one row at most. */
    size_t odd = 0;
    memcpy(folds->rows, rows, row_count * sizeof *rows);
    for (int label = 0; label < SR_CLASSES_MAX; label++) {
        struct sr_rng rng;
        size_t n = 0;
        for (size_t i = 0; i < row_count; i++)
            if (images->labels[rows[i]] == label) own[n++] = (uint32_t)i;
        if (!n) continue;
        if (folds->rarest < 0 || n < folds->rarest_count) {
            folds->rarest = label;
            folds->rarest_count = n;
        }
        sr_rng_init(&rng, seed, SR_STREAM_SPLIT, (uint64_t)label);
        sr_rng_shuffle(&rng, own, n);
        for (size_t i = 0; i < n; i++)
            folds->of[own[i]] = (uint8_t)((i < n - n % parts ? i : odd++) % parts);
    }
    free(own);
    return SR_OK;
}

void sr_folds_fini(struct sr_folds *folds)
{
    free(folds->rows);
    free(folds->of);
    *folds = (struct sr_folds){0};
}

size_t sr_folds_take(const struct sr_folds *folds, int fold, bool held_out, uint32_t *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < folds->row_count; i++)
        if ((folds->of[i] == fold) == held_out) rows[count++] = folds->rows[i];
    return count;
}
