/* judge.c - trains a model that is not kept, for its predictions of held-out samples. */
#include "task.h"

enum sr_status sr_judge_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                            const struct sr_samples *held_out, struct sr_predictions *predictions,
                            struct sr_error *error)
{
    *predictions = (struct sr_predictions){0};
    struct sr_model *model = sr_model_new(class, class->name);
    enum sr_status status = sr_model_fit(model, fit, error);
    if (!status && model->stopped)
        status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: stopped before its end", class->name);
    if (!status) status = sr_predictions_init(predictions, held_out, fit->shape.classes, error);
    if (!status)
        status = sr_model_predict(model, held_out, fit->pool, fit->monitor,
                                  predictions->probabilities, error);
    if (!status)
        sr_predictions_finish(predictions);
    else
        sr_predictions_fini(predictions);
    sr_model_unref(model);
    return status;
}
