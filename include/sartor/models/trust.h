/* trust.h - what is known about a model's predictions from rows that it was not trained on.
 *
 * Fitted on the validation rows right after training and kept in the model's file; for files that
 * lack it, and for ensembles, fitted when it is needed, where the validation rows are at hand. It
 * does not change once it is made: any thread may read it. */
#ifndef SARTOR_MODELS_TRUST_H
#define SARTOR_MODELS_TRUST_H

#include "sartor/eval/calibration.h"
#include "sartor/eval/conformal.h"
#include "sartor/models/familiarity.h"
#include "sartor/models/model.h"

struct sr_trust {
    struct sr_calibration calibration;
    struct sr_conformal conformal;
    struct sr_familiarity familiarity;
};

/* `train`: the rows that the model was trained on; `validation`: at least one row that it was not.
 * NULL and a message on error, or when the monitor asks to end. */
struct sr_trust *sr_trust_fit(const struct sr_model *model, const struct sr_samples *train,
                              const struct sr_samples *validation, struct sr_pool *pool,
                              const struct sr_monitor *monitor, struct sr_error *error);
void sr_trust_free(struct sr_trust *trust); /* NULL-safe */

/* As tensors whose names begin with "trust.". */
enum sr_status sr_trust_save(const struct sr_trust *trust, struct sr_tensors *set,
                             struct sr_error *error);
/* `*trust` stays NULL where a file has none, or one of a later form. Checks everything. */
enum sr_status sr_trust_load(const struct sr_tensors *set, const struct sr_model_shape *shape,
                             struct sr_trust **trust, struct sr_error *error);

#endif
