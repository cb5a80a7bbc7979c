/* The rows of the kernel matrix that a pair has computed.
 *
 * When a row is needed that is not there, a block of rows is made: that one, and those that are
 * needed next. Most rows of a pair are never computed, and the part of a row against its own class
 * comes from the bank if another pair has computed it. */
#include "svm_smo.h"

#include <string.h>

/* Columns whose f stays in the nearest cache while rows are subtracted from it. */
enum { STRETCH = 1024 };

size_t svm_cache_floats(size_t width, size_t cache_bytes)
{
    size_t floats = cache_bytes / sizeof(float), least = 4 * SVM_BLOCK * width;
    if (floats < least) floats = least;
    return floats < width * width ? floats : width * width;
}

size_t svm_solver_cache(size_t width, size_t cache_bytes)
{
    return svm_cache_floats(width, cache_bytes) * sizeof(float);
}

void svm_cache_clear(struct svm_solver *s)
{
    s->slots = svm_cache_floats(s->width, s->options.cache_bytes) / s->width;
    s->filled = s->hand = 0;
    for (size_t c = 0; c < s->width; c++) s->slot_of[c] = SVM_NONE;
}

static int32_t free_slot(struct svm_solver *s)
{
    if (s->filled < s->slots) return (int32_t)s->filled++;
    for (;; s->hand = (s->hand + 1) % s->slots) {
        int32_t slot = (int32_t)s->hand;
        if (s->pinned[slot]) continue;
        if (s->used[slot]) {
            s->used[slot] = false;
            continue;
        }
        s->slot_of[s->owner[slot]] = SVM_NONE;
        s->hand = (s->hand + 1) % s->slots;
        return slot;
    }
}

/* The part of these columns' rows for one class of the pair. A row's part on its own side is shared
 * by all pairs of that class. */
static void make_side(struct svm_solver *s, const size_t *columns, size_t count, float *const *rows,
                      int side)
{
    size_t from = side ? s->middle : 0, width = side ? s->width - s->middle : s->middle, made = 0;
    float *out[SVM_BLOCK];
    size_t owners[SVM_BLOCK];
    svm_queries_clear(&s->queries);
    for (size_t i = 0; i < count; i++) {
        const float *there = NULL;
        if (svm_side(s, columns[i]) == side) there = svm_bank_find(s->bank, svm_row(s, columns[i]));
        if (there) {
            memcpy(rows[i] + from, there, width * sizeof *there);
            continue;
        }
        svm_queries_add_row(&s->queries, s->rows, svm_row(s, columns[i]));
        owners[made] = columns[i];
        out[made++] = rows[i] + from;
    }
    if (!made) return;
    svm_kernel_block(s->kernel, s->rows, &s->queries, s->pair.first[side], width, out);
    for (size_t i = 0; i < made; i++)
        if (svm_side(s, owners[i]) == side)
            svm_bank_keep(s->bank, svm_row(s, owners[i]), out[i], width);
}

static void make_rows(struct svm_solver *s, const size_t *columns, size_t count)
{
    float *out[SVM_BLOCK];
    for (size_t i = 0; i < count; i++) {
        int32_t slot = free_slot(s);
        s->owner[slot] = (int32_t)columns[i];
        s->slot_of[columns[i]] = slot;
        s->used[slot] = true;
        out[i] = s->cache + (size_t)slot * s->width;
    }
    for (int side = 0; side < 2; side++) make_side(s, columns, count, out, side);
    s->rows_made += count;
}

const float *svm_cache_row(struct svm_solver *s, const uint32_t *columns, size_t count, size_t at)
{
    if (s->slot_of[columns[at]] == SVM_NONE) {
        size_t missing[SVM_BLOCK], found = 0;
        for (size_t i = at; i < count && found < SVM_BLOCK; i++)
            if (s->slot_of[columns[i]] == SVM_NONE) missing[found++] = columns[i];
        make_rows(s, missing, found);
    }
    int32_t slot = s->slot_of[columns[at]];
    s->used[slot] = true;
    return s->cache + (size_t)slot * s->width;
}

void svm_cache_subtract(struct svm_solver *s, const uint32_t *columns, const double *steps,
                        size_t count)
{
    _Static_assert(SVM_BLOCK % SVM_SUMMANDS == 0, "a block of rows is subtracted at once");
    for (size_t first = 0; first < count; first += SVM_BLOCK) {
        const size_t left = count - first, some = left < SVM_BLOCK ? left : SVM_BLOCK,
                     padded = (some + SVM_SUMMANDS - 1) / SVM_SUMMANDS * SVM_SUMMANDS;
        const float *rows[SVM_BLOCK];
        double factors[SVM_BLOCK] = {0};
        for (size_t i = 0; i < some; i++) {
            const size_t at = first + i;
            rows[i] = svm_cache_row(s, columns, count, at);
            s->pinned[s->slot_of[columns[at]]] = true;
            factors[i] = steps[at] * svm_label(s, columns[at]);
        }
        for (size_t i = some; i < padded; i++) rows[i] = rows[0];
        for (size_t from = 0; from < s->width; from += STRETCH)
            s->loops->subtract(s->f, rows, factors, padded, from,
                               s->width - from < STRETCH ? s->width - from : STRETCH);
        for (size_t i = first; i < first + some; i++) s->pinned[s->slot_of[columns[i]]] = false;
    }
}
