/* logreg_objective.h - the objective of a logistic regression that is being fitted: its value and
 * gradient over the training rows, and Newton's method on it. Private to models/.
 *
 * It is scikit-learn's: sum over images of the cross-entropy + |W|²/(2C), biases not penalised. */
#ifndef SARTOR_SRC_MODELS_LOGREG_OBJECTIVE_H
#define SARTOR_SRC_MODELS_LOGREG_OBJECTIVE_H

#include "logreg.h"
#include "logreg_newton.h"
#include "logreg_ranks.h"

/* Rows in a slice, which gives one gradient; in a block of a slice, which fits the cache of a core,
 * since rows are read twice; iterations whose values are kept. */
enum { OBJECTIVE_SLICE = 512, OBJECTIVE_BLOCK = 64, OBJECTIVE_RECENT = 10 };
/* How far above its minimum the objective may be, as a share of it. */
static const double objective_share = 1e-4;

struct objective {
    struct logreg *model;
    const struct sr_fit *fit;
    struct logreg_rows train, validation;
    double C, tolerance;
    double *factor; /* (inputs + 1)², its lower triangle: L; NULL for the identity */
    const struct logreg_rows *rows; /* that the present pass reads */
    size_t base;                    /* first slice of the pass's present region */
    bool gradient;                  /* wanted from the pass */
    float *values;                  /* for each worker, OBJECTIVE_BLOCK × inputs */
    float *logits;                  /* for each worker, OBJECTIVE_BLOCK × classes */
    float *parts;                   /* for each slice, a gradient like the weights */
    float *sum;                     /* of the parts */
    double *losses;                 /* for each slice */
    uint32_t *corrects;             /* for each slice */
    struct logreg_ranks shared;
    struct logreg_nodes nodes; /* of the present pass */
    struct sr_error failure;   /* of another process */
    double *weights;           /* present ones, in double precision */
    double *variables;         /* the same as the optimiser sees them, or a gradient */
    double loss, accuracy;     /* means over the training images at the last evaluation */
    double largest, norm;      /* component, and length, of the mean objective's gradient there */
    double first_largest, first_norm; /* at the start */
    double value;                     /* of the objective */
    double estimate;          /* of the same: by the variables the Hessian is about the identity */
    double above;             /* a bound on how far the objective is above its minimum */
    struct logreg_span *span; /* while Newton's method works in it */
    struct logreg_sample *blocks;    /* while L-BFGS goes on with them */
    float *shares;                   /* for each training image, its classes' probabilities */
    double recent[OBJECTIVE_RECENT]; /* values of the last iterations, each at its number %
                                        OBJECTIVE_RECENT */
    double halved; /* the last gradient's length that was half of the one before, */
    int halved_at; /* and the iteration */
    double start, lap;
    int iterations, before; /* before: those that L-BFGS had taken when it began again */
    bool stopped, converged;
};

/* ---- value and gradient (logreg_objective.c) ---- */

/* Once model, train, validation and fit are there: the scratch memory. */
enum sr_status objective_init(struct objective *objective, struct sr_error *error);
/* Frees the model and the rows, too. */
void objective_fini(struct objective *objective);
/* Cross-entropy of count rows of logits, from row `first` of the samples on, and its derivative by
 * the logits, which takes their place: p - [y]. Adds to `correct`. */
double objective_softmax(float *logits, size_t count, size_t classes,
                         const struct sr_samples *samples, size_t first, uint32_t *correct);
/* Variables as weights, and those as the model's. */
void objective_set_weights(struct objective *objective, const double *variables);
/* As struct lbfgs wants it. NAN when asked to stop, or when another process fails. */
double objective_evaluate(void *context, const double *variables, double *gradient);
/* The present step, as an epoch that ends `now`. */
void objective_report(struct objective *objective, double now);
/* Not rank 0: compute nodes of passes until there are no more. */
void objective_help(struct objective *objective, enum sr_status status,
                    const struct sr_error *error);

/* ---- Newton's method (logreg_refine.c) ---- */

/* The objective in double precision; its context is the objective. */
struct newton_problem objective_problem(struct objective *objective);
/* Go on by Newton's method from the variables x that L-BFGS has led to. */
enum sr_status objective_refine(struct objective *objective, const double *x,
                                struct sr_error *error);

#endif
