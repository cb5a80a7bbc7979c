/* Folds of a pair's cross-validation: each starts from the solution with all columns. */
#include "svm_smo.h"

#include <math.h>
#include <string.h>

void svm_solver_keep(struct svm_solver *s)
{
    memcpy(s->alpha_kept, s->alpha, s->width * sizeof *s->alpha);
    memcpy(s->f_kept, s->f, s->width * sizeof *s->f);
}

/* The columns of one class that can take over alpha: support vectors that take part. */
static size_t list_heirs(const struct svm_solver *s, int side, uint32_t *heirs)
{
    const size_t from = side ? s->middle : 0, to = side ? s->width : s->middle;
    size_t count = 0;
    for (size_t c = from; c < to; c++)
        if (s->takes_part[c] && s->alpha_kept[c] > 0) heirs[count++] = (uint32_t)c;
    return count;
}

/* The most similar of the heirs whose alpha may grow; SVM_NONE where there is none. */
static ptrdiff_t find_heir(const struct svm_solver *s, const uint32_t *heirs, size_t count,
                           const float *row)
{
    ptrdiff_t best = SVM_NONE;
    for (size_t i = 0; i < count; i++) {
        const size_t c = heirs[i];
        if ((best == SVM_NONE || row[c] > row[best]) && s->alpha[c] < s->options.C)
            best = (ptrdiff_t)c;
    }
    return best;
}

/* Columns whose alpha is not that of the kept solution, or, with `kept`, those that have one there
 * and take no part. */
static size_t list_columns(struct svm_solver *s, bool kept)
{
    size_t count = 0;
    for (size_t c = 0; c < s->width; c++)
        if (kept ? s->alpha_kept[c] > 0 && !s->takes_part[c]
                 : s->alpha[c] > s->alpha_kept[c] || s->alpha[c] < s->alpha_kept[c])
            s->listed[count++] = (uint32_t)c;
    return count;
}

/* Move the alpha of columns held out to others of their class, the most similar first. False where
 * these have no room for it. */
static bool bequeath(struct svm_solver *s)
{
    const size_t count = list_columns(s, true);
    /* There is room behind them, as no column is in both lists. */
    uint32_t *heirs[2] = {s->listed + count};
    size_t heir_count[2];
    heir_count[0] = list_heirs(s, 0, heirs[0]);
    heirs[1] = heirs[0] + heir_count[0];
    heir_count[1] = list_heirs(s, 1, heirs[1]);
    for (size_t i = 0; i < count; i++) {
        const size_t c = s->listed[i];
        const int side = svm_side(s, c);
        const float *row = svm_cache_row(s, s->listed, count, i);
        while (s->alpha[c] > 0) {
            ptrdiff_t heir = find_heir(s, heirs[side], heir_count[side], row);
            if (heir == SVM_NONE) return false;
            double part = fmin(s->alpha[c], s->options.C - s->alpha[heir]);
            s->alpha[c] -= part;
            s->alpha[heir] = part < s->alpha[c] + part ? s->options.C : s->alpha[heir] + part;
        }
    }
    return true;
}

void svm_solver_hold_out(struct svm_solver *s, const uint8_t *held_out, int fold)
{
    for (size_t c = 0; c < s->width; c++)
        s->takes_part[c] = !svm_is_padding(s, c) && held_out[c] != fold;
    s->iterations = 0;
    memcpy(s->alpha, s->alpha_kept, s->width * sizeof *s->alpha);
    if (bequeath(s)) {
        memcpy(s->f, s->f_kept, s->width * sizeof *s->f);
        const size_t count = list_columns(s, false);
        for (size_t i = 0; i < count; i++)
            s->steps[i] = s->alpha[s->listed[i]] - s->alpha_kept[s->listed[i]];
        svm_cache_subtract(s, s->listed, s->steps, count);
    } else {
        memset(s->alpha, 0, s->width * sizeof *s->alpha);
        for (size_t c = 0; c < s->width; c++) s->f[c] = svm_label(s, c);
    }
    svm_start(s, 1, s->options.tolerance * svm_rough);
}
