/* Kernel rows that the pairs share: those of a class against the class itself, which all its pairs
 * need.
 *
 * The pair that computes such a row first stores it here, and the other pairs of that class copy
 * it. Memory is not freed for other rows: when there is none left, each pair computes the row
 * itself, with the same result. */
#include "svm.h"

#include "sartor/base/memory.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct svm_bank {
    float *room;
    size_t floats;
    atomic_size_t taken;
    _Atomic(float *) *rows; /* by position: NULL, &claimed, or the row */
};

/* Marks a row that some pair is writing, or for which there was no memory. */
static float claimed;

struct svm_bank *svm_bank_new(size_t positions, size_t bytes, struct sr_error *error)
{
    const char *what = "kernel rows that pairs share (memory= bounds them)";
    struct svm_bank *bank = sr_xalloc(sizeof *bank);
    bank->floats = bytes / sizeof(float);
    if ((bank->room = sr_array_raw(bank->floats, sizeof *bank->room, what, error)) &&
        (bank->rows = sr_array_new(positions, sizeof *bank->rows, what, error)))
        return bank;
    svm_bank_free(bank);
    return NULL;
}

void svm_bank_free(struct svm_bank *bank)
{
    if (!bank) return;
    free(bank->room);
    free(bank->rows);
    free(bank);
}

const float *svm_bank_find(const struct svm_bank *bank, size_t position)
{
    const float *row = atomic_load_explicit(&bank->rows[position], memory_order_acquire);
    return row == &claimed ? NULL : row;
}

void svm_bank_keep(struct svm_bank *bank, size_t position, const float *row, size_t count)
{
    float *missing = NULL;
    if (!atomic_compare_exchange_strong(&bank->rows[position], &missing, &claimed)) return;
    size_t at = atomic_fetch_add(&bank->taken, count);
    if (at + count > bank->floats) return;
    memcpy(bank->room + at, row, count * sizeof *row);
    atomic_store_explicit(&bank->rows[position], bank->room + at, memory_order_release);
}
