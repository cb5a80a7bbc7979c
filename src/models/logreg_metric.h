/* logreg_metric.h - the change of variables under which a logistic regression is fitted.
 *
 * L-BFGS minimises not over the weights W, but over V = W L, where L L' = a S + I/C and S is the
 * sum of x x' (with a constant 1 for the bias) over a sample of the training images: a S stands for
 * the Hessian, whose weights p(1 - p) average about a. Same minimum, several times fewer steps. */
#ifndef SARTOR_SRC_MODELS_LOGREG_METRIC_H
#define SARTOR_SRC_MODELS_LOGREG_METRIC_H

#include "logreg.h"

/* L, (inputs + 1)², its lower triangle (see cholesky.h); the caller frees it, after an error, too.
 * NULL, which stands for the identity, where there are too many inputs. */
enum sr_status logreg_metric(const struct logreg_rows *rows, const struct sr_fit *fit, double C,
                             double **factor, struct sr_error *error);

#endif
