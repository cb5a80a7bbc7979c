/* svm_fit.h - a fit of an SVM: what its files share.
 *
 * svm_fit.c solves the pairs of classes, svm_prepare.c brings the training rows into place,
 * svm_forecast.c tells how long it takes. A lane belongs to one thread at a time; all else is
 * written by the thread that fits, or by tasks of the pool, each in a part of its own. */
#ifndef SARTOR_SRC_MODELS_SVM_FIT_H
#define SARTOR_SRC_MODELS_SVM_FIT_H

#include "parts.h"
#include "svm.h"
#include <stdatomic.h>

/* The result of one pair; local numbers count the training rows of a class. */
struct svm_answer {
    size_t count[2];
    uint32_t *local[2];
    double *coef[2];
    double rho, objective, a, b;
    bool done, optimal;
};

struct svm_lane {
    struct svm_solver *solver;
    bool busy, idle;
    size_t pair;
    int fold;                /* -1 while the pair itself is solved */
    uint8_t *held_out;       /* by column of the pair */
    double *decisions, *own; /* by the folds, by the pair's solution */
    bool *positive;
    uint32_t *shuffled;
    size_t decided;
    struct sr_error error;
};

struct svm_fitting {
    const struct sr_fit *fit;
    struct parts parts;
    size_t limit;         /* of training images; 0: none */
    struct svm *svm;      /* shape, kernel and classes; the support vectors come last */
    struct svm_rows rows; /* training rows in order of class */
    size_t counts[SR_CLASSES_MAX], firsts[SR_CLASSES_MAX];
    uint32_t *samples; /* by position: which sample of the view */
    uint32_t *places;  /* for each class's rows as they come: where in its block each one stands */
    size_t pairs, *queue; /* pairs, those that take longest first */
    size_t own;           /* of them, solved by this process */
    double *work;         /* of each pair, about: in proportion to its share of the time */
    struct svm_answer *answers;
    struct svm_bank *bank;
    struct svm_lane *lanes;
    size_t lane_count;
    atomic_size_t next, finished;
    double deadline;
};

/* The classes of pair number p, in the order (0,1) (0,2) ... (1,2) .... */
static inline void svm_pair_classes(int classes, size_t pair, int *first, int *second)
{
    int i = 0;
    for (; pair >= (size_t)(classes - 1 - i); i++) pair -= (size_t)(classes - 1 - i);
    *first = i;
    *second = i + 1 + (int)pair;
}

/* ---- svm_prepare.c ---- */

enum sr_status svm_stopped_early(struct sr_error *error);
/* Find the classes and the place of each training row. */
enum sr_status svm_arrange_rows(struct svm_fitting *f, enum sr_features kind,
                                struct sr_error *error);
/* Fill `queue` and `work`. */
enum sr_status svm_order_pairs(struct svm_fitting *f, struct sr_error *error);
/* Fill the rows; the variance of all features is a by-product. */
enum sr_status svm_fill_rows(struct svm_fitting *f, double *variance, struct sr_error *error);

/* ---- svm_forecast.c ---- */

/* Where it will be long, say how long and what memory that needs, and what would take a minute. */
void svm_forecast(const struct svm_fitting *f);
/* How far it has come after so many seconds. */
void svm_report(const struct svm_fitting *f, double seconds);

#endif
