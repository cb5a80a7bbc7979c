/* logreg_span.h - a logistic regression of fewer rows than inputs, in as many inputs as rows.
 * Private to models/.
 *
 * At the minimum each class's weights are a sum of the rows (the representer theorem). With
 * X X' = L L', the weights W = V L⁻¹ X have the length of V, and the logits of X are those of the
 * rows of L under V: the same objective, in fewer variables. Biases stay as they are. Rows that
 * depend on one another are told apart by a pivot that rounding has left, which V then pays for
 * and does not use. Same bits at any number of threads. */
#ifndef SARTOR_SRC_MODELS_LOGREG_SPAN_H
#define SARTOR_SRC_MODELS_LOGREG_SPAN_H

#include "logreg_newton.h"

struct logreg_span {
    const struct newton_problem *whole;
    struct newton_problem problem; /* the same in fewer variables; `context` is this struct */
    double *factor;                /* L, count × count */
    double *blocks;                /* for each worker, two blocks of rows */
    double *vectors;               /* classes × count */
};

/* Both problems belong to the caller. SR_ERROR_CANCELLED when asked to stop. */
enum sr_status logreg_span_init(struct logreg_span *span, const struct newton_problem *whole,
                                struct sr_error *error);
void logreg_span_fini(struct logreg_span *span);
/* Weights of the one as those of the other. What of W no row has a share in is lost: it only
 * lengthens W. */
void logreg_span_enter(struct logreg_span *span, const double *weights, double *inner);
void logreg_span_leave(struct logreg_span *span, const double *inner, double *weights);

#endif
