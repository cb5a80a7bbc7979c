#include "sartor/models/trust.h"

#include "sartor/base/memory.h"

struct sr_trust *sr_trust_fit(const struct sr_model *model, const struct sr_samples *train,
                              const struct sr_samples *validation, struct sr_pool *pool,
                              const struct sr_monitor *monitor, struct sr_error *error)
{
    struct sr_predictions predictions;
    if (sr_predictions_init(&predictions, validation, model->shape.classes, error)) return NULL;
    enum sr_status status =
        sr_model_predict(model, validation, pool, monitor, predictions.probabilities, error);
    struct sr_trust *trust = NULL;
    if (!status) {
        trust = sr_xalloc(sizeof *trust);
        sr_predictions_finish(&predictions);
        sr_calibration_fit(&trust->calibration, &predictions);
        sr_conformal_fit(&trust->conformal, &predictions);
        sr_familiarity_fit(&trust->familiarity, train, validation, predictions.predicted,
                           predictions.classes, pool);
    }
    sr_predictions_fini(&predictions);
    return trust;
}
