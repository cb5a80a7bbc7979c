/* svm_smo.h - the solver of one pair of classes: its state, and what its files share.
 *
 * svm_smo.c solves, svm_cache.c has the rows of the kernel matrix, svm_folds.c starts from a
 * solution that is there. A solver belongs to one thread at a time. */
#ifndef SARTOR_SRC_MODELS_SVM_SMO_H
#define SARTOR_SRC_MODELS_SVM_SMO_H

#include "svm.h"

enum {
    SVM_NONE = -1,
    SVM_SET = 512, /* columns of a working set */
};

static const uint32_t SVM_NOWHERE = UINT32_MAX;

enum svm_phase { SVM_SOLVING, SVM_SOLVED };

/* The working set: columns whose alpha may change in a round, by their places in it, which they
 * keep from one round to the next. Padded to a multiple of 16. */
struct svm_working_set {
    size_t count;
    uint32_t columns[SVM_SET]; /* SVM_NOWHERE where there is none */
    double *alpha, *f;
    double *up_bar, *low_bar; /* 0 where alpha may grow or fall, else -inf (up), +inf (low) */
    float *self, *kernel;     /* kernel: SVM_SET × SVM_SET */
    struct svm_rows rows;     /* SVM_SET rows, from which the kernel is made */
};

struct svm_solver {
    const struct svm_kernel *kernel;
    const struct svm_rows *rows;
    struct svm_bank *bank;
    const struct svm_loops *loops;
    struct svm_solver_options options;
    struct svm_queries queries;
    struct svm_pair pair;
    size_t room, width, middle; /* columns: reserved, of this pair, of its first class */

    /* Kernel rows that have been computed. Slots are reused by the clock algorithm, which skips
     * those used since its last round. */
    size_t slots, filled, hand;
    float *cache;     /* slots × width */
    int32_t *slot_of; /* by column, or SVM_NONE */
    int32_t *owner;   /* by slot */
    bool *used;       /* by slot */
    bool *pinned;     /* by slot: not to be reused */

    /* By column. */
    double *alpha, *f;
    double *alpha_kept, *f_kept; /* of the solution with all columns, where the folds begin */
    float *self;
    bool *takes_part; /* neither padding nor held out */
    uint8_t *chosen;  /* for the working set */
    uint32_t *listed; /* scratch: columns, and what their alpha changes by */
    double *steps;

    struct svm_working_set set;
    size_t recent_count;
    uint32_t recent[SVM_SET]; /* its columns, the newest last */
    double tolerance;         /* of the problem at hand */
    size_t every;             /* one column of so many takes part */
    enum svm_phase phase;
    uint64_t iterations, rows_made;
    double rho, objective;
    bool overflow;  /* of the kernel: there is no solution */
    bool exhausted; /* iterations ran out before the pair was optimal */
};

/* Which of the pair's classes a column is of, and where in its class. */
static inline int svm_side(const struct svm_solver *s, size_t column)
{
    return column >= s->middle;
}

static inline size_t svm_place(const struct svm_solver *s, size_t column)
{
    return svm_side(s, column) ? column - s->middle : column;
}

static inline double svm_label(const struct svm_solver *s, size_t column)
{
    return svm_side(s, column) ? -1 : 1;
}

static inline size_t svm_row(const struct svm_solver *s, size_t column)
{
    return s->pair.first[svm_side(s, column)] + svm_place(s, column);
}

static inline bool svm_is_padding(const struct svm_solver *s, size_t column)
{
    return svm_place(s, column) >= s->pair.count[svm_side(s, column)];
}

/* Problems that are steps on the way, or whose decision values only calibrate probabilities, are
 * solved to so many times the tolerance. */
static const double svm_rough = 50;

/* ---- svm_cache.c ---- */

/* How many kernel rows of a pair are kept, in floats: as many as fit, at least a few blocks, at
 * most all. */
size_t svm_cache_floats(size_t width, size_t cache_bytes);
/* Forget all rows. */
void svm_cache_clear(struct svm_solver *s);
/* The row of columns[at], whose place in memory it keeps until the next call. Where it has to be
 * made, those of the columns after it that are missing, too, are made with it. */
const float *svm_cache_row(struct svm_solver *s, const uint32_t *columns, size_t count, size_t at);
/* f -= the sum of steps[i] y K of columns[i]. */
void svm_cache_subtract(struct svm_solver *s, const uint32_t *columns, const double *steps,
                        size_t count);

/* ---- svm_smo.c ---- */

/* Begin to solve for the columns that take part, from the present alpha and f. */
void svm_start(struct svm_solver *s, size_t every, double tolerance);

#endif
